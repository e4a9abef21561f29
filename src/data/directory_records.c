#include "data/directory_records.h"

#include "base/log.h"
#include "base/textmap.h"
#include "data/entries.h"
#include "data/entry_records.h"
#include "data/records_json.h"

#define ARENA_CEILING_BYTES ((size_t)4 * 1024 * 1024 * 1024)

/* --- what there is -------------------------------------------------------------------------------------------------------------- */

static enum eg_status record_all(const struct eg_entries *entries, struct eg_records_builder *builder,
                                 struct eg_error *err)
{
    struct eg_entry_recorder *recorder = NULL;
    char doubt[EG_ENTRY_DOUBT_BYTES];
    uint32_t n_doubts = 0;
    enum eg_status status = eg_entry_recorder_new(entries->atlas, builder, &recorder, err);
    for (uint32_t i = 0; i < entries->n && status == EG_OK; i++) {
        status = eg_entry_record(recorder, entries->items[i], doubt, err);
        if (status == EG_OK && doubt[0] && n_doubts++ == 0)
            eg_log(EG_LOG_WARNING, "directory", "'%.*s': %s",
                   EG_TEXT_SHOWN(entries->items[i]->field[EG_ENTRY_NAME], 80), doubt);
    }
    if (status == EG_OK && n_doubts > 1)
        eg_log(EG_LOG_WARNING, "directory", "%u entries were put right like this", n_doubts);
    eg_entry_recorder_free(recorder);
    return status;
}

/* The entries of the sources, or of those that fill the store, as records. */
static enum eg_status from_sources(const struct eg_atlas *atlas, bool seeds, struct eg_records **records_out,
                                   struct eg_error *err)
{
    struct eg_entries *entries = NULL;
    struct eg_records_builder *builder = NULL;
    enum eg_status status = eg_records_builder_new(&builder, err);
    if (status == EG_OK)
        status = seeds ? eg_entries_load_seeds(atlas, &entries, err) : eg_entries_load(atlas, &entries, err);
    if (status == EG_OK) status = record_all(entries, builder, err);
    if (status == EG_OK) status = eg_records_finish(builder, records_out, err);
    eg_records_builder_free(builder);
    eg_entries_free(entries);
    return status;
}

enum eg_status eg_directory_stored(const struct eg_atlas *atlas, struct eg_store *store,
                                   struct eg_records **records_out, uint64_t *revision_out,
                                   struct eg_error *err)
{
    struct eg_records_builder *builder = NULL;
    uint64_t revision = 0;
    enum eg_status status = eg_records_builder_new(&builder, err);
    if (status == EG_OK && store) status = eg_store_load(store, builder, &revision, err);
    if (status == EG_OK && revision == 0) status = from_sources(atlas, true, records_out, err);
    else if (status == EG_OK) status = eg_records_finish(builder, records_out, err);
    eg_records_builder_free(builder);
    if (status == EG_OK) *revision_out = revision;
    return status;
}

enum eg_status eg_directory_open_stored(const struct eg_atlas *atlas, struct eg_records **records_out,
                                        bool *has_store_out, struct eg_error *err)
{
    struct eg_store *store = NULL;
    uint64_t revision;
    struct eg_text path = atlas->directories[eg_atlas_store_of(atlas)].store.path;
    enum eg_status status = eg_store_open(path, false, &store, err);
    if (status == EG_NOT_FOUND) status = EG_OK;
    if (status == EG_OK) status = eg_directory_stored(atlas, store, records_out, &revision, err);
    if (status == EG_OK) *has_store_out = store != NULL;
    eg_store_close(store);
    return status;
}

/* Both in one; where both have a row, that of `first`. */
static enum eg_status join(struct eg_records *first, const struct eg_records *second,
                           struct eg_records **records_out, struct eg_error *err)
{
    struct eg_arena *arena = eg_arena_new(ARENA_CEILING_BYTES);
    uint32_t n_all = 0;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        n_all += eg_records_count(second, (enum eg_record_table)t);
    struct eg_record *puts = arena ? eg_arena_array(arena, n_all, sizeof *puts) : NULL;
    struct eg_records_change change = {.puts = puts};
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && puts; t++)
        for (uint32_t i = 0; i < eg_records_count(second, (enum eg_record_table)t); i++) {
            const struct eg_record *row = eg_records_at(second, (enum eg_record_table)t, i);
            if (!eg_records_find(first, row->table, row->field[0])) puts[change.n_puts++] = *row;
        }
    enum eg_status status = puts || n_all == 0 ? eg_records_apply(first, &change, records_out, err)
                                               : eg_error_no_memory(err, n_all * sizeof *puts);
    eg_arena_free(arena);
    return status;
}

enum eg_status eg_directory_records(const struct eg_atlas *atlas, struct eg_records **records_out,
                                    struct eg_error *err)
{
    struct eg_records *sourced = NULL, *stored = NULL;
    bool has_store;
    enum eg_status status = from_sources(atlas, false, &sourced, err);
    if (status == EG_OK && eg_atlas_store_of(atlas) == EG_ATLAS_NONE) {
        *records_out = sourced;
        return EG_OK;
    }
    if (status == EG_OK) status = eg_directory_open_stored(atlas, &stored, &has_store, err);
    if (status == EG_OK) status = join(stored, sourced, records_out, err);
    eg_records_release(sourced);
    eg_records_release(stored);
    return status;
}

/* --- what an import does to it -------------------------------------------------------------------------------------------------- */

struct plan {
    const struct eg_records *base, *imported;
    struct eg_arena *arena;
    struct eg_textmap
        *named[EG_N_RECORD_TABLES]; /* flat: rows of the base by name, of what is known by that */
    bool failed;                    /* memory was refused */
    struct eg_record *puts;
    struct eg_record_key *deletes;
    uint32_t n_puts, n_deletes;
};

static bool is_same(const struct eg_record *a, const struct eg_record *b)
{
    const struct eg_record_spec *spec = eg_record_spec(a->table);
    double x, y;
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        if (eg_text_equal(a->field[f], b->field[f])) continue;
        bool numbers = spec->fields[f].type == EG_RECORD_NUMBER && eg_text_to_double(a->field[f], &x) &&
                       eg_text_to_double(b->field[f], &y);
        if (!numbers || x != y) return false;
    }
    return true;
}

static bool is_referred_to(const struct eg_records *records, const struct eg_record *row)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        const struct eg_record_spec *spec = eg_record_spec((enum eg_record_table)t);
        for (uint32_t f = 1; f < spec->n_fields; f++) {
            uint32_t n = 0;
            bool refers = spec->fields[f].type == EG_RECORD_LINK ||
                          (spec->fields[f].type == EG_RECORD_REFERENCE && spec->fields[f].to == row->table);
            if (refers) (void)eg_records_with(records, (enum eg_record_table)t, f, row->field[0], &n);
            if (n > 0) return true;
        }
    }
    return false;
}

/* What an entry as a row has, by the reference to its service. */
static const struct {
    enum eg_record_table table;
    uint32_t field;
} of_entry[] = {
    {EG_RECORD_PHONE, EG_PHONE_SERVICE_ID},
    {EG_RECORD_SERVICE_AREA, EG_SERVICE_AREA_SERVICE_ID},
    {EG_RECORD_FUNDING, EG_FUNDING_SERVICE_ID},
    {EG_RECORD_LANGUAGE, EG_LANGUAGE_SERVICE_ID},
    {EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID},
    {EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_SERVICE_ID},
};

static bool is_superseded(const struct plan *plan, const struct eg_record *row)
{
    return !eg_records_find(plan->imported, row->table, row->field[0]) &&
           !eg_record_is_private(plan->base, row) && !is_referred_to(plan->base, row);
}

/* An empty cell says nothing: what the directory has stays. */
static bool says_something(const struct plan *plan, size_t kind, struct eg_text service)
{
    uint32_t n;
    (void)eg_records_with(plan->imported, of_entry[kind].table, of_entry[kind].field, service, &n);
    return n > 0;
}

static void visit_superseded(struct plan *plan, struct eg_text service, bool counting)
{
    for (size_t k = 0; k < EG_ARRAY_LEN(of_entry); k++) {
        uint32_t n;
        if (!says_something(plan, k, service)) continue;
        const struct eg_record *const *rows =
            eg_records_with(plan->base, of_entry[k].table, of_entry[k].field, service, &n);
        for (uint32_t i = 0; i < n; i++) {
            if (!is_superseded(plan, rows[i])) continue;
            if (!counting)
                plan->deletes[plan->n_deletes] = (struct eg_record_key){rows[i]->table, rows[i]->field[0]};
            plan->n_deletes++;
        }
    }
}

static void visit_all_superseded(struct plan *plan, bool counting)
{
    plan->n_deletes = 0;
    for (uint32_t i = 0; i < eg_records_count(plan->imported, EG_RECORD_SERVICE); i++)
        visit_superseded(plan, eg_records_at(plan->imported, EG_RECORD_SERVICE, i)->field[0], counting);
}

/* The field of its name, for tables whose rows an entry only names; 0 for others. */
static uint32_t name_field(enum eg_record_table table)
{
    if (table == EG_RECORD_ORGANIZATION) return EG_ORGANIZATION_NAME;
    if (table == EG_RECORD_PROGRAM) return EG_PROGRAM_NAME;
    return table == EG_RECORD_TAXONOMY_TERM ? (uint32_t)EG_TAXONOMY_TERM_NAME : 0;
}

static enum eg_status index_names(struct plan *plan, struct eg_error *err)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        uint32_t field = name_field((enum eg_record_table)t),
                 n = eg_records_count(plan->base, (enum eg_record_table)t);
        if (field == 0) continue;
        plan->named[t] = eg_textmap_new(n);
        if (!plan->named[t]) return eg_error_no_memory(err, n);
        for (uint32_t i = 0; i < n; i++) {
            struct eg_text name = eg_records_at(plan->base, (enum eg_record_table)t, i)->field[field];
            enum eg_status status = eg_textmap_put(plan->named[t], name, i, NULL);
            if (status != EG_OK) return eg_error_no_memory(err, n);
        }
    }
    return EG_OK;
}

/* The row of the base that an imported row names, when it is one that is known by its name. */
static const struct eg_record *namesake(const struct plan *plan, const struct eg_record *row)
{
    uint32_t field = name_field(row->table);
    if (field == 0 || !plan->named[row->table]) return NULL;
    uint32_t i = eg_textmap_get(plan->named[row->table], row->field[field]);
    return i != EG_TEXTMAP_NONE ? eg_records_at(plan->base, row->table, i) : NULL;
}

/* A row of an entry over the row that is there: what it does not say stays, and what it names is what is there under that name. */
static const struct eg_text *laid_over(struct plan *plan, const struct eg_record *row,
                                       const struct eg_record *old)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    struct eg_text *field = eg_arena_array(plan->arena, spec->n_fields, sizeof *field);
    plan->failed |= !field;
    for (uint32_t f = 0; f < spec->n_fields && field; f++) {
        const struct eg_record *to = NULL;
        field[f] = row->field[f];
        if (field[f].len == 0 && old) field[f] = old->field[f];
        if (spec->fields[f].type == EG_RECORD_REFERENCE && row->field[f].len > 0)
            to = eg_records_find(plan->imported, spec->fields[f].to, row->field[f]);
        to = to ? namesake(plan, to) : NULL;
        if (to) field[f] = to->field[0];
    }
    return field ? field : row->field;
}

static void find_put(struct plan *plan, struct eg_record row, bool flat, struct eg_import_plan *counts)
{
    const struct eg_record *old = eg_records_find(plan->base, row.table, row.field[0]);
    if (flat && (namesake(plan, &row) || (old && row.table == EG_RECORD_TAXONOMY))) return;
    if (flat) row.field = laid_over(plan, &row, old);
    if (old && is_same(old, &row)) return;
    plan->puts[plan->n_puts++] = row;
    counts->n_changed += old != NULL;
    counts->n_new += old == NULL;
}

static void find_puts(struct plan *plan, bool flat, struct eg_import_plan *counts)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        for (uint32_t i = 0; i < eg_records_count(plan->imported, (enum eg_record_table)t); i++)
            find_put(plan, *eg_records_at(plan->imported, (enum eg_record_table)t, i), flat, counts);
}

enum eg_status eg_directory_import(const struct eg_records *base, const struct eg_records *imported,
                                   bool flat, struct eg_arena *arena, struct eg_import_plan *plan_out,
                                   struct eg_error *err)
{
    struct plan plan = {.base = base, .imported = imported, .arena = arena};
    struct eg_import_plan counts = {0};
    size_t n_all = 1;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        n_all += eg_records_count(imported, (enum eg_record_table)t);
    enum eg_status status = flat ? index_names(&plan, err) : EG_OK;
    if (status == EG_OK && flat) visit_all_superseded(&plan, true);
    plan.puts = eg_arena_array(arena, n_all, sizeof *plan.puts);
    plan.deletes = eg_arena_array(arena, (size_t)plan.n_deletes + 1, sizeof *plan.deletes);
    if (status == EG_OK && (!plan.puts || !plan.deletes))
        status = eg_error_no_memory(err, n_all * sizeof *plan.puts);
    if (status == EG_OK && flat) visit_all_superseded(&plan, false);
    if (status == EG_OK) find_puts(&plan, flat, &counts);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) eg_textmap_free(plan.named[t]);
    if (status == EG_OK && plan.failed) status = eg_error_no_memory(err, 0);
    if (status != EG_OK) return status;
    counts.n_taken_away = plan.n_deletes;
    counts.change = (struct eg_records_change){plan.puts, plan.n_puts, plan.deletes, plan.n_deletes};
    *plan_out = counts;
    return EG_OK;
}
