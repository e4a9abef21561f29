/* Directories, read one after another through the table reader: some 50,000 entries of 500 bytes each in one array, their
 * texts in one arena. Ids are made row by row; when all is read the array is sorted by id in place (16-byte keys are sorted,
 * then the entries follow their cycles), and of entries with the same id only the first that was read stays. */
#include "data/entries.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "data/entries_internal.h"
#include "data/records.h"
#include "data/table.h"

#define ARENA_CEILING_BYTES ((size_t)4 * 1024 * 1024 * 1024)
#define SHOWN_KEY_BYTES 80U

static const char *const kind_names[EG_N_KINDS] = {
    [EG_KIND_COALITION] = "coalition",     [EG_KIND_HUB] = "hub",     [EG_KIND_OFFICER_BASE] = "officer_base",
    [EG_KIND_PARTNERSHIP] = "partnership", [EG_KIND_GRANT] = "grant", [EG_KIND_TRAINING] = "training",
    [EG_KIND_SERVICE] = "service",
};

const char *eg_entry_kind_name(enum eg_entry_kind kind)
{
    EG_ASSERT((unsigned)kind < EG_N_KINDS);
    return kind_names[kind];
}

bool eg_entry_kind_parse(struct eg_text text, enum eg_entry_kind *kind_out)
{
    for (unsigned i = 0; i < EG_N_KINDS; i++) {
        if (!eg_text_equal(text, eg_text_from(kind_names[i]))) continue;
        *kind_out = (enum eg_entry_kind)i;
        return true;
    }
    return false;
}

uint32_t eg_entry_count_places(const struct eg_entry *entry)
{
    return entry->n_places > 1 ? entry->n_places : 1;
}

struct eg_entry_place eg_entry_place_at(const struct eg_entry *entry, uint32_t i)
{
    EG_ASSERT(i < eg_entry_count_places(entry));
    if (entry->n_places > 0) return entry->places[i];
    return (struct eg_entry_place){.address = entry->field[EG_ENTRY_ADDRESS],
                                   .postcode = entry->field[EG_ENTRY_POSTCODE],
                                   .has_position = entry->has_position,
                                   .lon_deg = entry->lon_deg,
                                   .lat_deg = entry->lat_deg,
                                   .accessibility = entry->accessibility,
                                   .n_accessibility = entry->n_accessibility};
}

uint32_t eg_entry_count_fundings(const struct eg_entry *entry)
{
    return entry->n_fundings > 1 ? entry->n_fundings : 1;
}

struct eg_entry_funding eg_entry_funding_at(const struct eg_entry *entry, uint32_t i)
{
    EG_ASSERT(i < eg_entry_count_fundings(entry));
    if (entry->n_fundings > 0) return entry->fundings[i];
    return (struct eg_entry_funding){.funder = entry->field[EG_ENTRY_FUNDER],
                                     .amount = entry->field[EG_ENTRY_AMOUNT],
                                     .currency = entry->field[EG_ENTRY_CURRENCY],
                                     .start = entry->field[EG_ENTRY_START],
                                     .end = entry->field[EG_ENTRY_END]};
}

bool eg_entry_bounds_deg(const struct eg_entry *entry, struct eg_bounds *bounds_out)
{
    uint32_t first = eg_entry_placed_at(entry);
    if (first == UINT32_MAX) return false;
    struct eg_entry_place place = eg_entry_place_at(entry, first);
    *bounds_out = (struct eg_bounds){place.lon_deg, place.lat_deg, place.lon_deg, place.lat_deg};
    for (uint32_t i = first + 1; i < entry->n_places; i++) {
        if (!entry->places[i].has_position) continue;
        bounds_out->min_x = fmin(bounds_out->min_x, entry->places[i].lon_deg);
        bounds_out->max_x = fmax(bounds_out->max_x, entry->places[i].lon_deg);
        bounds_out->min_y = fmin(bounds_out->min_y, entry->places[i].lat_deg);
        bounds_out->max_y = fmax(bounds_out->max_y, entry->places[i].lat_deg);
    }
    return true;
}

uint32_t eg_entry_placed_at(const struct eg_entry *entry)
{
    if (entry->has_position) return 0;
    for (uint32_t i = 0; i < entry->n_places; i++)
        if (entry->places[i].has_position) return i;
    return UINT32_MAX;
}

uint32_t eg_entry_count_placed(const struct eg_entry *entry)
{
    uint32_t n = entry->n_places == 0 && entry->has_position;
    for (uint32_t i = 0; i < entry->n_places; i++) n += entry->places[i].has_position;
    return n;
}

bool eg_entries_any_at_several(const struct eg_entries *entries)
{
    for (uint32_t i = 0; i < entries->atlas->n_directories; i++)
        if (entries->reports[i].n_at_several > 0) return true;
    return false;
}

uint32_t eg_entry_count_served(const struct eg_entry *entry)
{
    return 1 + entry->n_more_served;
}

struct eg_served_areas eg_entry_served(const struct eg_entry *entry, uint32_t i)
{
    EG_ASSERT(i <= entry->n_more_served);
    if (i > 0) return entry->more_served[i - 1];
    return (struct eg_served_areas){entry->serves_boundaries, entry->serves, entry->n_serves};
}

struct eg_entries_owner *eg_entries_owner_new(const struct eg_atlas *atlas)
{
    struct eg_entries_owner *owner = eg_memory_zeroed(1, sizeof *owner);
    if (!owner) return NULL;
    atomic_init(&owner->references, 1);
    owner->entries.atlas = atlas;
    owner->arena = eg_arena_new(ARENA_CEILING_BYTES);
    if (owner->arena) return owner;
    free(owner);
    return NULL;
}

void eg_entries_retain(struct eg_entries *entries)
{
    atomic_fetch_add_explicit(&((struct eg_entries_owner *)entries)->references, 1, memory_order_relaxed);
}

void eg_entries_free(struct eg_entries *entries)
{
    struct eg_entries_owner *owner = (struct eg_entries_owner *)entries;
    if (!owner || atomic_fetch_sub_explicit(&owner->references, 1, memory_order_acq_rel) > 1) return;
    free((void *)entries->items);
    free(owner->own);
    for (uint32_t i = 0; i < owner->n_alone; i++) eg_entry_alone_release(owner->alone[i]);
    free(owner->alone);
    eg_arena_free(owner->arena);
    eg_entries_free(owner->base);
    eg_entries_free(owner->seeds);
    eg_records_release(owner->records);
    free(owner);
}

/* --- reading one directory ----------------------------------------------------------------------------------------------- */

static void choose_columns(struct eg_entry_loader *loader)
{
    for (size_t f = 0; f < EG_N_ENTRY_FIELDS; f++) {
        loader->cell_of[f] = EG_ATLAS_NONE;
        loader->before[f] = EG_TEXT("");
        const struct eg_atlas_entry_columns *column = &loader->spec->column[f];
        if (column->first.len == 0) continue;
        loader->cell_of[f] = loader->n_columns;
        loader->columns[loader->n_columns++] = column->first;
        for (uint32_t i = 0; i < column->n_more; i++) loader->columns[loader->n_columns++] = column->more[i];
    }
}

static void keep_feature(void *context, void *feature)
{
    ((struct eg_entry_loader *)context)->feature = feature;
}

static void keep_misfit(void *context, uint32_t n_cells, uint32_t n_header)
{
    struct eg_entry_loader *loader = context;
    loader->n_cells = n_cells;
    loader->n_header = n_header;
}

static enum eg_status take_row(void *context, uint32_t row, const struct eg_text *cells, struct eg_error *err)
{
    struct eg_entry_loader *loader = context;
    enum eg_status status = eg_entries_row(loader, row, cells, err);
    loader->n_cells = loader->n_header;
    return status;
}

static enum eg_status read_rows(struct eg_entry_loader *loader, struct eg_error *err)
{
    const struct eg_atlas_directory *spec = loader->spec;
    char name[80];
    (void)snprintf(name, sizeof name, "directory %.*s", (int)(spec->id.len < 64 ? spec->id.len : 64),
                   spec->id.data);
    struct eg_table_source source = {.name = eg_text_from(name),
                                     .path = spec->source,
                                     .layer = spec->layer,
                                     .filter_sql = spec->filter_sql,
                                     .delimiter = spec->delimiter,
                                     .encoding = spec->encoding,
                                     .filter = spec->filter,
                                     .n_filter = spec->n_filter,
                                     .any_bytes = true};
    struct eg_table_wish wish = {.columns = loader->columns,
                                 .n_columns = loader->n_columns,
                                 .on_row = take_row,
                                 .context = loader,
                                 .on_feature = keep_feature,
                                 .on_misfit = keep_misfit};
    loader->n_cells = loader->n_header = 0;
    struct eg_table_counts counts = {0};
    enum eg_status status = eg_table_read(&source, &wish, &counts, err);
    loader->report->n_rows = counts.n_rows;
    loader->report->n_filtered = counts.n_filtered;
    return status;
}

static enum eg_status load_directory(struct eg_entry_loader *loader, struct eg_error *err)
{
    choose_columns(loader);
    enum eg_status status = read_rows(loader, err);
    eg_entry_shapes_free(loader->shapes);
    loader->shapes = NULL;
    loader->feature = NULL;
    return status;
}

/* --- all together -------------------------------------------------------------------------------------------------------- */

struct sort_key {
    uint64_t high, low;
    uint32_t item; /* in the order of reading */
};

static uint64_t hex_digits(const char **at)
{
    uint64_t value = 0;
    for (int n = 0; n < 16; (*at)++) {
        if (**at == '-') continue;
        value = value << 4U | (uint64_t)(**at <= '9' ? **at - '0' : **at - 'a' + 10);
        n++;
    }
    return value;
}

static int compare_keys(const void *a, const void *b)
{
    const struct sort_key *x = a;
    const struct sort_key *y = b;
    if (x->high != y->high) return x->high < y->high ? -1 : 1;
    if (x->low != y->low) return x->low < y->low ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

/* items[i] becomes what items[keys[i].item] was; the keys are used up. */
static void permute(struct eg_entry *items, struct sort_key *keys, uint32_t n)
{
    for (uint32_t start = 0; start < n; start++) {
        if (keys[start].item == start) continue;
        struct eg_entry kept = items[start];
        uint32_t to = start;
        for (uint32_t from = keys[to].item; from != start; from = keys[to].item) {
            items[to] = items[from];
            keys[to].item = to;
            to = from;
        }
        items[to] = kept;
        keys[to].item = to;
    }
}

static enum eg_status reject_duplicate(struct eg_entries_owner *owner, const struct eg_entry *entry,
                                       struct eg_error *err)
{
    struct eg_entries_report *report = &owner->entries.reports[entry->directory];
    report->n_duplicate_keys++;
    uint32_t n = report->n_rejected++;
    if (n >= EG_ENTRIES_SAMPLES) return EG_OK;
    struct eg_text key = entry->field[EG_ENTRY_KEY];
    report->rejected[n] =
        eg_text_format(owner->arena, "the key '%.*s' came before",
                       (int)(key.len < SHOWN_KEY_BYTES ? key.len : SHOWN_KEY_BYTES), key.data);
    return report->rejected[n].data ? EG_OK : eg_error_no_memory(err, SHOWN_KEY_BYTES);
}

/* Of entries with one id the first that was read stays; the sort has put it first. */
static enum eg_status drop_duplicates(struct eg_entries_owner *owner, struct eg_error *err)
{
    struct eg_entries *entries = &owner->entries;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < entries->n; i++) {
        const struct eg_entry *entry = &owner->own[i];
        struct eg_entries_report *report = &entries->reports[entry->directory];
        if (kept > 0 && memcmp(owner->own[kept - 1].id, entry->id, sizeof entry->id) == 0) {
            enum eg_status status = reject_duplicate(owner, entry, err);
            if (status) return status;
            continue;
        }
        report->n_entries++;
        if (eg_entry_placed_at(entry) == UINT32_MAX) report->n_without_position++;
        if (kept != i) owner->own[kept] = *entry;
        kept++;
    }
    entries->n = kept;
    return EG_OK;
}

static enum eg_status sort_entries(struct eg_entries_owner *owner, struct eg_error *err)
{
    struct eg_entries *entries = &owner->entries;
    struct sort_key *keys = eg_memory_array(entries->n, sizeof *keys);
    if (!keys) return eg_error_no_memory(err, entries->n * sizeof *keys);
    for (uint32_t i = 0; i < entries->n; i++) {
        const char *id = owner->own[i].id;
        uint64_t high = hex_digits(&id);
        keys[i] = (struct sort_key){.high = high, .low = hex_digits(&id), .item = i};
    }
    qsort(keys, entries->n, sizeof *keys, compare_keys);
    permute(owner->own, keys, entries->n);
    free(keys);
    return drop_duplicates(owner, err);
}

static void log_report(const struct eg_entries *entries, uint32_t directory)
{
    const struct eg_atlas_directory *spec = &entries->atlas->directories[directory];
    const struct eg_entries_report *report = &entries->reports[directory];
    eg_log(EG_LOG_INFO, "load", "directory %.*s: %u of %u rows are entries, %u of them without position",
           EG_TEXT_ARG(spec->id), report->n_entries, report->n_rows, report->n_without_position);
    if (report->n_rejected == 0) return;
    eg_log(eg_entries_beyond_expected(entries, directory) ? EG_LOG_WARNING : EG_LOG_INFO, "load",
           "directory %.*s: %u rows rejected, %u of them for a key that came before; the first: %.*s",
           EG_TEXT_ARG(spec->id), report->n_rejected, report->n_duplicate_keys,
           EG_TEXT_ARG(report->rejected[0]));
}

/* Seeds of a store, or what is served from its source. */
static bool is_wanted(const struct eg_atlas_directory *spec, bool seeds)
{
    return !spec->store.path.data && spec->is_seed == seeds;
}

static enum eg_status load_all(struct eg_entries_owner *owner, bool seeds, struct eg_error *err)
{
    struct eg_entries *entries = &owner->entries;
    const struct eg_atlas *atlas = entries->atlas;
    struct eg_entry_loader loader = {.arena = owner->arena};
    eg_buffer_init(&loader.name, 0);
    for (size_t f = 0; f < EG_N_ENTRY_FIELDS; f++) eg_buffer_init(&loader.joined[f], 0);
    entries->reports = eg_arena_array(owner->arena, atlas->n_directories, sizeof *entries->reports);
    enum eg_status status = entries->reports ? EG_OK : eg_error_no_memory(err, sizeof *entries->reports);
    for (uint32_t i = 0; i < atlas->n_directories && status == EG_OK; i++) {
        loader.spec = &atlas->directories[i];
        if (!is_wanted(loader.spec, seeds)) continue;
        loader.directory = i;
        loader.report = &entries->reports[i];
        loader.report->read_s = eg_clock_unix_s();
        loader.n_columns = 0;
        loader.topics = loader.serves = loader.languages = loader.accessibility = (struct eg_entry_list){0};
        loader.hours = (struct eg_entry_hours){0};
        status = load_directory(&loader, err);
        if (status) eg_atlas_error_at(atlas, loader.spec->mark, err);
    }
    eg_buffer_clear(&loader.name);
    for (size_t f = 0; f < EG_N_ENTRY_FIELDS; f++) eg_buffer_clear(&loader.joined[f]);
    owner->own = loader.items;
    entries->n = loader.n;
    if (status == EG_OK) status = sort_entries(owner, err);
    return status;
}

static enum eg_status list_items(struct eg_entries_owner *owner, struct eg_error *err)
{
    struct eg_entries *entries = &owner->entries;
    void *own = owner->own;
    if (own) eg_memory_shrink(&own, entries->n, sizeof *owner->own);
    owner->own = own;
    entries->items = eg_memory_array(entries->n, sizeof *entries->items);
    if (!entries->items) return eg_error_no_memory(err, entries->n * sizeof *entries->items);
    for (uint32_t i = 0; i < entries->n; i++) entries->items[i] = &owner->own[i];
    return EG_OK;
}

static enum eg_status load(const struct eg_atlas *atlas, bool seeds, struct eg_entries **entries_out,
                           struct eg_error *err)
{
    struct eg_entries_owner *owner = eg_entries_owner_new(atlas);
    if (!owner) return eg_error_no_memory(err, sizeof *owner);
    enum eg_status status = load_all(owner, seeds, err);
    if (status == EG_OK) status = list_items(owner, err);
    if (status) {
        eg_entries_free(&owner->entries);
        return status;
    }
    for (uint32_t i = 0; i < atlas->n_directories; i++)
        if (is_wanted(&atlas->directories[i], seeds)) log_report(&owner->entries, i);
    *entries_out = &owner->entries;
    return EG_OK;
}

enum eg_status eg_entries_load(const struct eg_atlas *atlas, struct eg_entries **entries_out,
                               struct eg_error *err)
{
    return load(atlas, false, entries_out, err);
}

enum eg_status eg_entries_load_seeds(const struct eg_atlas *atlas, struct eg_entries **entries_out,
                                     struct eg_error *err)
{
    return load(atlas, true, entries_out, err);
}
