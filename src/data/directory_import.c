/* What an import does to a directory. What a row of an entry does not say stays as it is; whose an entry is, its row has been told already
 * (entry_flat_owner.c). */
#include "data/directory_import_internal.h"

#include <math.h>
#include <string.h>

#include "data/entry_flat.h"
#include "data/entry_records.h"
#include "data/record_ids.h"

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

/* What a row has a list of, by the reference to its service: what it leaves out goes. */
static const struct {
    enum eg_record_table table;
    uint32_t field;
} of_entry[] = {
    {EG_RECORD_SERVICE_AREA, EG_SERVICE_AREA_SERVICE_ID},
    {EG_RECORD_LANGUAGE, EG_LANGUAGE_SERVICE_ID},
    {EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID},
    {EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_ID},
};

/* --- names ---------------------------------------------------------------------------------------------------------------------- */

/* The field of its name, for tables whose rows an entry only names; 0 for others. */
static uint32_t name_field(enum eg_record_table table)
{
    if (table == EG_RECORD_PROGRAM) return EG_PROGRAM_NAME;
    return table == EG_RECORD_TAXONOMY_TERM ? (uint32_t)EG_TAXONOMY_TERM_NAME : 0;
}

static struct eg_text folded(struct eg_planning *plan, struct eg_text name)
{
    struct eg_text text = eg_record_name_folded(plan->arena, name);
    plan->failed |= !text.data;
    return text;
}

static bool is_named(struct eg_planning *plan, struct eg_text name, struct eg_text wanted)
{
    bool is = eg_record_name_is(name, wanted, &plan->room);
    plan->failed |= plan->room.failed;
    return is;
}

static enum eg_status index_names(struct eg_planning *plan, struct eg_error *err)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        uint32_t field = name_field((enum eg_record_table)t),
                 n = eg_records_count(plan->base, (enum eg_record_table)t);
        if (field == 0) continue;
        plan->named[t] = eg_textmap_new(n);
        if (!plan->named[t]) return eg_error_no_memory(err, n);
        for (uint32_t i = 0; i < n && !plan->failed; i++) {
            struct eg_text name = eg_records_at(plan->base, (enum eg_record_table)t, i)->field[field];
            struct eg_text key = folded(plan, name);
            if (!plan->failed) plan->failed = eg_textmap_put(plan->named[t], key, i, NULL) != EG_OK;
        }
    }
    return plan->failed ? eg_error_no_memory(err, 0) : EG_OK;
}

/* The row of the base that an imported row names, when it is one that is known by its name. */
static const struct eg_record *namesake(struct eg_planning *plan, const struct eg_record *row)
{
    uint32_t field = name_field(row->table);
    if (field == 0 || !plan->named[row->table]) return NULL;
    struct eg_text key = folded(plan, row->field[field]);
    uint32_t i = plan->failed ? EG_TEXTMAP_NONE : eg_textmap_get(plan->named[row->table], key);
    return i != EG_TEXTMAP_NONE ? eg_records_at(plan->base, row->table, i) : NULL;
}

/* The name of the topic that a link leads to; empty for a link that leads to none. */
static struct eg_text topic_of(const struct eg_records *records, const struct eg_record *link)
{
    const struct eg_record *term =
        eg_records_find(records, EG_RECORD_TAXONOMY_TERM, link->field[EG_ATTRIBUTE_TAXONOMY_TERM_ID]);
    return term ? term->field[EG_TAXONOMY_TERM_NAME] : EG_TEXT("");
}

/* Whether records give a service a topic of this name. */
static bool has_topic(struct eg_planning *plan, const struct eg_records *records, struct eg_text service,
                      struct eg_text topic)
{
    uint32_t n;
    struct eg_text wanted = folded(plan, topic);
    const struct eg_record *const *links =
        eg_records_with(records, EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID, service, &n);
    for (uint32_t i = 0; i < n && topic.len > 0 && !plan->failed; i++)
        if (is_named(plan, topic_of(records, links[i]), wanted)) return true;
    return false;
}

/* --- what a row takes the place of ----------------------------------------------------------------------------------------------- */

static bool is_superseded(struct eg_planning *plan, const struct eg_record *row, struct eg_text service)
{
    struct eg_text topic = EG_TEXT("");
    if (row->table == EG_RECORD_ATTRIBUTE) topic = topic_of(plan->base, row);
    bool goes = row->table == EG_RECORD_ATTRIBUTE
                    ? topic.len > 0 && !has_topic(plan, plan->imported, service, topic)
                    : eg_planning_drops_listed(plan, row, service);
    return goes && !eg_record_is_private(plan->base, row) &&
           !eg_records_has_referring(plan->base, row->table, row->field[0]);
}

/* An empty cell says nothing: what the directory has stays. */
static bool says_something(const struct eg_planning *plan, size_t kind, struct eg_text service)
{
    uint32_t n;
    (void)eg_records_with(plan->imported, of_entry[kind].table, of_entry[kind].field, service, &n);
    return n > 0;
}

static void supersede(struct eg_planning *plan, const struct eg_record *row, bool counting)
{
    if (!counting) plan->deletes[plan->n_deletes] = (struct eg_record_key){row->table, row->field[0]};
    plan->n_deletes++;
}

static void visit_rows(struct eg_planning *plan, size_t kind, uint32_t field, struct eg_text id,
                       struct eg_text service, bool counting)
{
    uint32_t n;
    const struct eg_record *const *rows = eg_records_with(plan->base, of_entry[kind].table, field, id, &n);
    for (uint32_t i = 0; i < n; i++)
        if (is_superseded(plan, rows[i], service)) supersede(plan, rows[i], counting);
    if (of_entry[kind].table == EG_RECORD_SERVICE_AREA && counting) plan->n_more_puts += n;
}

/* Its hours at its places are shown with its own. */
static void visit_hours_of_places(struct eg_planning *plan, size_t kind, struct eg_text service,
                                  bool counting)
{
    uint32_t n;
    const struct eg_record *const *links = eg_records_with(plan->base, EG_RECORD_SERVICE_AT_LOCATION,
                                                           EG_SERVICE_AT_LOCATION_SERVICE_ID, service, &n);
    for (uint32_t i = 0; i < n; i++)
        visit_rows(plan, kind, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, links[i]->field[0], service, counting);
}

static void visit_superseded(struct eg_planning *plan, struct eg_text service, bool counting)
{
    uint32_t n = 0;
    const struct eg_record *const *rows = eg_planning_accessibility_told(plan, service, &n);
    for (uint32_t i = 0; i < n; i++)
        if (eg_planning_drops_accessibility(plan, service, rows[i])) supersede(plan, rows[i], counting);
    if (counting)
        plan->n_more_puts += eg_planning_copies(plan, service) + 1; /* two telephones may change places */
    for (size_t k = 0; k < EG_ARRAY_LEN(of_entry); k++) {
        if (!says_something(plan, k, service)) continue;
        visit_rows(plan, k, of_entry[k].field, service, service, counting);
        if (of_entry[k].table == EG_RECORD_SCHEDULE) visit_hours_of_places(plan, k, service, counting);
    }
}

static void visit_all_superseded(struct eg_planning *plan, bool counting)
{
    plan->n_deletes = 0;
    for (uint32_t i = 0; i < eg_records_count(plan->imported, EG_RECORD_SERVICE); i++)
        visit_superseded(plan, eg_records_at(plan->imported, EG_RECORD_SERVICE, i)->field[0], counting);
}

/* --- what is put ----------------------------------------------------------------------------------------------------------------- */

/* The service whose own organisation this is, as the file has it; NULL: it is none's, or more than that, if only by this file. */
static const struct eg_record *owner_of(const struct eg_planning *plan, const struct eg_record *organization)
{
    uint32_t n, n_fresh;
    struct eg_text id = organization->field[0];
    const struct eg_record *const *services =
        eg_records_with(plan->base, EG_RECORD_SERVICE, EG_SERVICE_ORGANIZATION_ID, id, &n);
    if (n != 1 || !eg_entry_own_organization(plan->base, services[0])) return NULL;
    const struct eg_record *const *fresh =
        eg_records_with(plan->imported, EG_RECORD_SERVICE, EG_SERVICE_ORGANIZATION_ID, id, &n_fresh);
    bool is_its = n_fresh == 1 && eg_text_equal(fresh[0]->field[0], services[0]->field[0]);
    return is_its ? fresh[0] : NULL;
}

/* Whether a row of an entry only names what is there already. No row changes an organisation, but for the entry's own. */
static bool only_names(struct eg_planning *plan, const struct eg_record *row, const struct eg_record *old)
{
    switch (row->table) {
    case EG_RECORD_TAXONOMY:
        return old != NULL;
    case EG_RECORD_ORGANIZATION:
        return old && !owner_of(plan, old);
    case EG_RECORD_ATTRIBUTE:
        return has_topic(plan, plan->base, row->field[EG_ATTRIBUTE_LINK_ID], topic_of(plan->imported, row));
    default:
        return namesake(plan, row) != NULL;
    }
}

/* What a reference to something that is known by its name leads to in the base: what the old row leads to, if that is called so. */
static struct eg_text named_by(struct eg_planning *plan, const struct eg_record *row,
                               const struct eg_record *old, uint32_t f)
{
    enum eg_record_table to = eg_record_spec(row->table)->fields[f].to;
    const struct eg_record *named = eg_records_find(plan->imported, to, row->field[f]);
    const struct eg_record *now = old ? eg_records_find(plan->base, to, old->field[f]) : NULL;
    const struct eg_record *there = named ? namesake(plan, named) : NULL;
    if (!there) return row->field[f];
    uint32_t name = name_field(to);
    bool stays = now && is_named(plan, now->field[name], folded(plan, named->field[name]));
    return stays ? now->field[0] : there->field[0];
}

/* A service without a kind is a "service". */
static bool is_kindless(const struct eg_record *row, const struct eg_record *old, uint32_t f)
{
    return row->table == EG_RECORD_SERVICE && f == EG_SERVICE_KIND && old && old->field[f].len == 0 &&
           eg_text_equal(row->field[f], EG_TEXT("service"));
}

/* Numbers that are as good as the same, too: rows have seven decimals of degrees. */
static bool says_the_same(const struct eg_record_field *field, struct eg_text told, struct eg_text now)
{
    double x, y;
    if (field->type != EG_RECORD_NUMBER || !eg_text_to_double(told, &x) || !eg_text_to_double(now, &y))
        return false;
    bool is_degrees = strcmp(field->name, "latitude") == 0 || strcmp(field->name, "longitude") == 0;
    return fabs(x - y) <= (is_degrees ? EG_FLAT_DEGREES_APART : 0);
}

struct eg_text *eg_planning_laid_over(struct eg_planning *plan, const struct eg_record *row,
                                      const struct eg_record *old)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    struct eg_text *field = eg_arena_array(plan->arena, spec->n_fields, sizeof *field);
    plan->failed |= !field;
    for (uint32_t f = 0; f < spec->n_fields && field; f++) {
        bool is_name = spec->fields[f].type == EG_RECORD_REFERENCE && name_field(spec->fields[f].to) > 0;
        field[f] = row->field[f];
        if (old && (field[f].len == 0 || is_kindless(row, old, f) ||
                    says_the_same(&spec->fields[f], field[f], old->field[f])))
            field[f] = old->field[f];
        else if (is_name && field[f].len > 0) field[f] = named_by(plan, row, old, f);
    }
    return field;
}

/* An entry's own organisation says of itself what the entry says, unless it says something else already. */
static void keep_description(const struct eg_planning *plan, const struct eg_record *old,
                             struct eg_text *field)
{
    const struct eg_record *service = owner_of(plan, old);
    const struct eg_record *before = eg_records_find(plan->base, EG_RECORD_SERVICE, service->field[0]);
    struct eg_text said = old->field[EG_ORGANIZATION_DESCRIPTION];
    if (!eg_text_equal(said, before->field[EG_SERVICE_DESCRIPTION]))
        field[EG_ORGANIZATION_DESCRIPTION] = said;
}

void eg_planning_put(struct eg_planning *plan, struct eg_record row, const struct eg_record *old)
{
    if (old && is_same(old, &row)) return;
    plan->puts[plan->n_puts++] = row;
    plan->counts->n_changed += old != NULL;
    plan->counts->n_new += old == NULL;
}

struct eg_text eg_planning_free_id(struct eg_planning *plan, enum eg_record_table table, struct eg_text id)
{
    struct eg_text name, free_id = id;
    for (uint32_t n = 1; free_id.data && eg_records_find(plan->base, table, free_id); n++) {
        name = eg_text_format(plan->arena, "%.*s:%u", EG_TEXT_ARG(id), n);
        free_id = name.data ? eg_record_id_of(plan->arena, eg_record_spec(table)->name, name) : name;
    }
    plan->failed |= !free_id.data;
    return free_id;
}

/* A service of which the file does not say when it was changed: it is not changed by that alone. */
static const struct eg_text *with_time_of(struct eg_planning *plan, const struct eg_record *row,
                                          const struct eg_record *old)
{
    bool is_silent = row->table == EG_RECORD_SERVICE && old && row->field[EG_SERVICE_LAST_MODIFIED].len == 0;
    if (!is_silent || old->field[EG_SERVICE_LAST_MODIFIED].len == 0) return row->field;
    struct eg_text *field = eg_arena_array(plan->arena, EG_SERVICE_N_FIELDS, sizeof *field);
    plan->failed |= !field;
    if (!field) return row->field;
    memcpy(field, row->field, EG_SERVICE_N_FIELDS * sizeof *field);
    field[EG_SERVICE_LAST_MODIFIED] = old->field[EG_SERVICE_LAST_MODIFIED];
    return field;
}

/* A topic that the entry has not; an id is made of a topic's place in the list, where the directory may have another. */
static bool put_topic(struct eg_planning *plan, const struct eg_record *row)
{
    if (row->table != EG_RECORD_ATTRIBUTE) return false;
    struct eg_text *over = eg_planning_laid_over(plan, row, NULL);
    if (!over) return true;
    over[0] = eg_planning_free_id(plan, EG_RECORD_ATTRIBUTE, row->field[0]);
    eg_planning_put(plan, (struct eg_record){EG_RECORD_ATTRIBUTE, over}, NULL);
    return true;
}

static void find_put(struct eg_planning *plan, struct eg_record row, bool flat)
{
    const struct eg_record *old = eg_records_find(plan->base, row.table, row.field[0]);
    if (flat && (only_names(plan, &row, old) || eg_planning_put_placed(plan, &row) || put_topic(plan, &row) ||
                 eg_planning_put_listed(plan, &row)))
        return;
    struct eg_text *over = flat ? eg_planning_laid_over(plan, &row, old) : NULL;
    row.field = over ? over : with_time_of(plan, &row, old);
    if (over && old && row.table == EG_RECORD_ORGANIZATION) keep_description(plan, old, over);
    eg_planning_put(plan, row, old);
}

static void find_puts(struct eg_planning *plan, bool flat)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        for (uint32_t i = 0; i < eg_records_count(plan->imported, (enum eg_record_table)t); i++)
            find_put(plan, *eg_records_at(plan->imported, (enum eg_record_table)t, i), flat);
}

/* --- organisations that nobody has any more ----------------------------------------------------------------------------------------- */

struct leaving {
    struct eg_textmap *moved; /* services that go to another organisation, or to none */
    struct eg_textmap *held;  /* organisations that rows of the import refer to, or that it has */
};

static struct eg_text organization_before(const struct eg_planning *plan, const struct eg_record *put)
{
    const struct eg_record *old =
        put->table == EG_RECORD_SERVICE ? eg_records_find(plan->base, put->table, put->field[0]) : NULL;
    bool moves =
        old && !eg_text_equal(old->field[EG_SERVICE_ORGANIZATION_ID], put->field[EG_SERVICE_ORGANIZATION_ID]);
    return moves ? old->field[EG_SERVICE_ORGANIZATION_ID] : EG_TEXT("");
}

static void note_held(struct eg_planning *plan, struct leaving *leaving, const struct eg_record *put)
{
    const struct eg_record_spec *spec = eg_record_spec(put->table);
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        bool refers =
            spec->fields[f].type == EG_RECORD_LINK ||
            (spec->fields[f].type == EG_RECORD_REFERENCE && spec->fields[f].to == EG_RECORD_ORGANIZATION);
        if (!refers && !(f == 0 && put->table == EG_RECORD_ORGANIZATION)) continue;
        if (put->field[f].len > 0)
            plan->failed |= eg_textmap_put(leaving->held, put->field[f], 0, NULL) != EG_OK;
    }
}

static void note_all(struct eg_planning *plan, struct leaving *leaving, bool flat)
{
    for (uint32_t i = 0; i < plan->n_puts && !plan->failed; i++) {
        note_held(plan, leaving, &plan->puts[i]);
        if (organization_before(plan, &plan->puts[i]).len > 0)
            plan->failed |= eg_textmap_put(leaving->moved, plan->puts[i].field[0], 0, NULL) != EG_OK;
    }
    for (uint32_t i = 0; !flat && i < eg_records_count(plan->imported, EG_RECORD_ORGANIZATION); i++)
        note_held(plan, leaving, eg_records_at(plan->imported, EG_RECORD_ORGANIZATION, i));
}

static bool leaves(void *context, const struct eg_record *referring)
{
    const struct leaving *leaving = context;
    return referring->table == EG_RECORD_SERVICE &&
           eg_textmap_get(leaving->moved, referring->field[0]) != EG_TEXTMAP_NONE;
}

/* Whether any row but those of services that go refers to it. */
static bool stays(const struct eg_planning *plan, struct leaving *leaving, struct eg_text organization)
{
    if (!eg_records_visit_referring(plan->base, EG_RECORD_ORGANIZATION, organization, leaves, leaving))
        return true;
    return eg_textmap_get(leaving->held, organization) != EG_TEXTMAP_NONE;
}

/* The last entry took its leave of them, and nothing else is known of them. */
static void find_left(struct eg_planning *plan, bool flat)
{
    struct leaving leaving = {eg_textmap_new(plan->n_puts), eg_textmap_new(64)};
    plan->failed |= !leaving.moved || !leaving.held;
    if (!plan->failed) note_all(plan, &leaving, flat);
    for (uint32_t i = 0; i < plan->n_puts && !plan->failed; i++) {
        struct eg_text organization = organization_before(plan, &plan->puts[i]);
        if (organization.len == 0 || stays(plan, &leaving, organization)) continue;
        plan->failed |= eg_textmap_put(leaving.held, organization, 0, NULL) != EG_OK; /* once */
        plan->deletes[plan->n_deletes++] = (struct eg_record_key){EG_RECORD_ORGANIZATION, organization};
    }
    eg_textmap_free(leaving.moved);
    eg_textmap_free(leaving.held);
}

/* --- all ------------------------------------------------------------------------------------------------------------------------------ */

/* Room for what may be done. */
static enum eg_status make_room(struct eg_planning *plan, struct eg_error *err)
{
    size_t n_all = 1 + (size_t)plan->n_more_puts;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        n_all += eg_records_count(plan->imported, (enum eg_record_table)t);
    size_t most_deletes = plan->n_deletes + (size_t)eg_records_count(plan->imported, EG_RECORD_SERVICE) + 1;
    plan->puts = eg_arena_array(plan->arena, n_all, sizeof *plan->puts);
    plan->deletes = eg_arena_array(plan->arena, most_deletes, sizeof *plan->deletes);
    return plan->puts && plan->deletes ? EG_OK : eg_error_no_memory(err, n_all * sizeof *plan->puts);
}

enum eg_status eg_directory_import(const struct eg_records *base, const struct eg_records *imported,
                                   bool flat, struct eg_arena *arena, struct eg_import_plan *plan_out,
                                   struct eg_error *err)
{
    struct eg_import_plan counts = {0};
    struct eg_planning plan = {.base = base, .imported = imported, .arena = arena, .counts = &counts};
    eg_buffer_init(&plan.room, 0);
    enum eg_status status = flat ? index_names(&plan, err) : EG_OK;
    if (status == EG_OK && flat) visit_all_superseded(&plan, true);
    if (status == EG_OK) status = make_room(&plan, err);
    if (status == EG_OK && flat) visit_all_superseded(&plan, false);
    if (status == EG_OK) find_puts(&plan, flat);
    if (status == EG_OK) find_left(&plan, flat);
    eg_buffer_clear(&plan.room);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) eg_textmap_free(plan.named[t]);
    if (status == EG_OK && plan.failed) status = eg_error_no_memory(err, 0);
    if (status != EG_OK) return status;
    counts.n_taken_away = plan.n_deletes;
    counts.change = (struct eg_records_change){plan.puts, plan.n_puts, plan.deletes, plan.n_deletes};
    *plan_out = counts;
    return EG_OK;
}
