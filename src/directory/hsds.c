/* Making the lists. Services are the directory's entries, which ascend by id already. For each, the rows of the store, or what its entry
 * will become, say its organisation, its terms and where it is; these are gathered as they are met, numbered, sorted by id, and what
 * belongs to them is dealt out by their rank. Of entries without rows only ids are made, the most of the work: a UUID is a hash. */
#include "directory/hsds.h"

#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "data/entry_records.h"
#include "directory/hsds_internal.h"

#define ARENA_CEILING_BYTES ((size_t)4 * 1024 * 1024 * 1024)

/* Something with a name, as it is sorted. */
struct named {
    struct eg_hsds_item item;
    uint32_t number; /* in the order of first sight */
};

struct pair {
    uint32_t named, service;
};

struct gathered {
    struct named *items;
    size_t capacity;
    uint32_t n;
    struct eg_textmap *by_id, *by_name; /* the latter as entries of other directories have it */
    struct pair *pairs;
    size_t pair_capacity, n_pairs;
};

struct build {
    struct eg_hsds *hsds;
    struct gathered gathered[EG_N_HSDS_LISTS];
    struct eg_hsds_item *at;
    size_t at_capacity;
    uint32_t n_at;
    struct eg_textmap *programmes;      /* met in other directories */
    struct eg_records_builder *builder; /* of what their entries share */
    struct eg_entry_recorder *recorder;
    struct eg_error *err;
};

static enum eg_status refused(struct build *build, size_t bytes)
{
    return eg_error_no_memory(build->err, bytes);
}

/* --- gathering ------------------------------------------------------------------------------------------------------------------- */

static enum eg_status add_named(struct build *build, enum eg_hsds_list list, struct named named,
                                uint32_t *number_out)
{
    struct gathered *gathered = &build->gathered[list];
    *number_out = eg_textmap_get(gathered->by_id, named.item.id);
    if (*number_out != EG_TEXTMAP_NONE) return EG_OK;
    void *items = gathered->items;
    if (!eg_memory_reserve(&items, &gathered->capacity, (size_t)gathered->n + 1, sizeof named))
        return refused(build, sizeof named);
    gathered->items = items;
    named.number = *number_out = gathered->n;
    gathered->items[gathered->n++] = named;
    enum eg_status status = eg_textmap_put(gathered->by_id, named.item.id, named.number, NULL);
    return status == EG_OK ? EG_OK : refused(build, sizeof named);
}

static enum eg_status add_pair(struct build *build, enum eg_hsds_list list, uint32_t named, uint32_t service)
{
    struct gathered *gathered = &build->gathered[list];
    void *pairs = gathered->pairs;
    if (!eg_memory_reserve(&pairs, &gathered->pair_capacity, gathered->n_pairs + 1, sizeof *gathered->pairs))
        return refused(build, sizeof *gathered->pairs);
    gathered->pairs = pairs;
    gathered->pairs[gathered->n_pairs++] = (struct pair){named, service};
    return EG_OK;
}

static enum eg_status add_at(struct build *build, struct eg_hsds_item item)
{
    void *at = build->at;
    if (!eg_memory_reserve(&at, &build->at_capacity, (size_t)build->n_at + 1, sizeof item))
        return refused(build, sizeof item);
    build->at = at;
    build->at[build->n_at++] = item;
    return EG_OK;
}

static enum eg_status gather_rows(struct build *build)
{
    const struct eg_records *records = build->hsds->records;
    enum eg_status status = EG_OK;
    for (int l = EG_HSDS_ORGANIZATIONS; l < EG_N_HSDS_LISTS && records; l++) {
        enum eg_record_table table = eg_hsds_table((enum eg_hsds_list)l);
        uint32_t n = eg_records_count(records, table), number;
        for (uint32_t i = 0; i < n && status == EG_OK; i++) {
            const struct eg_record *row = eg_records_at(records, table, i);
            struct named named = {.item = {.id = row->field[0], .row = row}};
            status = add_named(build, (enum eg_hsds_list)l, named, &number);
        }
    }
    return status;
}

/* --- a service of the store ------------------------------------------------------------------------------------------------------ */

static enum eg_status take_terms(struct build *build, uint32_t service, const struct eg_record *of)
{
    uint32_t n;
    enum eg_status status = EG_OK;
    struct eg_text entity = eg_text_from(eg_record_spec(of->table)->name);
    const struct eg_record *const *links =
        eg_records_with(build->hsds->records, EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID, of->field[0], &n);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        const struct eg_text *field = links[i]->field;
        if (!eg_text_equal(field[EG_ATTRIBUTE_LINK_ENTITY], entity)) continue;
        uint32_t term = eg_textmap_get(build->gathered[EG_HSDS_TAXONOMY_TERMS].by_id,
                                       field[EG_ATTRIBUTE_TAXONOMY_TERM_ID]);
        if (term != EG_TEXTMAP_NONE) status = add_pair(build, EG_HSDS_TAXONOMY_TERMS, term, service);
    }
    return status;
}

/* A date is its first second. Whether there was one. */
static bool take_time(struct eg_text text, int64_t *latest_s)
{
    int64_t time_s, day;
    if (eg_calendar_parse_date(text, &day)) time_s = (day - eg_calendar_day(1970, 1, 1)) * 86400;
    else if (!eg_calendar_parse_instant(text, &time_s)) return false;
    if (time_s > *latest_s) *latest_s = time_s;
    return true;
}

/* A check is a change, but says nothing of others that came after it. */
bool eg_hsds_find_time(const struct eg_records *records, const struct eg_record *row, int64_t *latest_s)
{
    uint32_t n;
    const struct eg_record *const *lines =
        eg_records_with(records, EG_RECORD_METADATA, EG_METADATA_RESOURCE_ID, row->field[0], &n);
    *latest_s = INT64_MIN;
    bool is_said = take_time(row->field[EG_SERVICE_LAST_MODIFIED], latest_s);
    for (uint32_t i = 0; i < n; i++)
        is_said |= take_time(lines[i]->field[EG_METADATA_LAST_ACTION_DATE], latest_s);
    (void)take_time(row->field[EG_SERVICE_ASSURED_DATE], latest_s);
    return is_said;
}

int64_t eg_hsds_time_of(const struct eg_hsds *hsds, uint32_t service)
{
    int64_t latest_s = INT64_MIN;
    const struct eg_record *row = hsds->service[service];
    int64_t read_s = hsds->entries->reports[hsds->entries->items[service]->directory].read_s;
    bool is_said = row && eg_hsds_find_time(hsds->records, row, &latest_s);
    return is_said || latest_s > read_s ? latest_s : read_s;
}

bool eg_hsds_modified(const struct eg_hsds *hsds, uint32_t service, int64_t *unix_s_out)
{
    int64_t latest_s;
    const struct eg_record *row = hsds->service[service];
    if (!row || !eg_hsds_find_time(hsds->records, row, &latest_s)) return false;
    *unix_s_out = latest_s;
    return true;
}

static enum eg_status gather_stored(struct build *build, uint32_t service, const struct eg_record *row)
{
    uint32_t n, organization = eg_textmap_get(build->gathered[EG_HSDS_ORGANIZATIONS].by_id,
                                              row->field[EG_SERVICE_ORGANIZATION_ID]);
    enum eg_status status = EG_OK;
    build->hsds->service[service] = row;
    if (organization != EG_TEXTMAP_NONE)
        status = add_pair(build, EG_HSDS_ORGANIZATIONS, organization, service);
    if (status == EG_OK) status = take_terms(build, service, row);
    const struct eg_record *const *at = eg_records_with(build->hsds->records, EG_RECORD_SERVICE_AT_LOCATION,
                                                        EG_SERVICE_AT_LOCATION_SERVICE_ID, row->field[0], &n);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        status = add_at(build, (struct eg_hsds_item){at[i]->field[0], at[i], service});
        if (status == EG_OK) status = take_terms(build, service, at[i]);
    }
    return status;
}

/* --- a service of another directory ---------------------------------------------------------------------------------------------- */

/* What is known by its name: its id is made when it is first met, which *is_new_out tells. */
static enum eg_status name_it(struct build *build, enum eg_hsds_list list, struct eg_text name,
                              uint32_t entry, uint32_t *number_out, bool *is_new_out)
{
    struct gathered *gathered = &build->gathered[list];
    struct eg_arena *arena = build->hsds->arena;
    *number_out = name.len > 0 ? eg_textmap_get(gathered->by_name, name) : EG_TEXTMAP_NONE;
    if (*number_out != EG_TEXTMAP_NONE) return EG_OK;
    struct named named = {.item = {.entry = entry}};
    if (list == EG_HSDS_TAXONOMY_TERMS) named.item.id = eg_entry_topic_id(arena, name);
    else named.item.id = eg_entry_organization_id(arena, build->hsds->entries->items[entry]);
    if (!named.item.id.data) return refused(build, EG_UUID_TEXT_LEN);
    enum eg_status status = add_named(build, list, named, number_out);
    if (status != EG_OK || name.len == 0) return status;
    *is_new_out = true;
    status = eg_textmap_put(gathered->by_name, name, *number_out, NULL);
    return status == EG_OK ? EG_OK : refused(build, name.len);
}

static enum eg_status meet_programme(struct build *build, struct eg_text name, bool *is_new_out)
{
    if (name.len == 0 || eg_textmap_get(build->programmes, name) != EG_TEXTMAP_NONE) return EG_OK;
    *is_new_out = true;
    return eg_textmap_put(build->programmes, name, 0, NULL) == EG_OK ? EG_OK : refused(build, name.len);
}

/* The taxonomy that topics of entries are terms of. */
static enum eg_status meet_topics(struct build *build, uint32_t entry)
{
    uint32_t number;
    struct named topics = {.item = {.id = eg_entry_topics_id(build->hsds->arena), .entry = entry}};
    if (!topics.item.id.data) return refused(build, EG_UUID_TEXT_LEN);
    return add_named(build, EG_HSDS_TAXONOMIES, topics, &number);
}

static enum eg_status gather_sourced(struct build *build, uint32_t service, const struct eg_entry *entry)
{
    uint32_t number;
    bool is_new = false;
    enum eg_status status =
        name_it(build, EG_HSDS_ORGANIZATIONS, entry->field[EG_ENTRY_ORGANISATION], service, &number, &is_new);
    if (status == EG_OK) status = add_pair(build, EG_HSDS_ORGANIZATIONS, number, service);
    if (status == EG_OK) status = meet_programme(build, entry->field[EG_ENTRY_PROGRAMME], &is_new);
    for (uint32_t i = 0; i < entry->n_topics && status == EG_OK; i++) {
        status = name_it(build, EG_HSDS_TAXONOMY_TERMS, entry->topics[i], service, &number, &is_new);
        if (status == EG_OK) status = add_pair(build, EG_HSDS_TAXONOMY_TERMS, number, service);
    }
    if (status == EG_OK && is_new && entry->n_topics > 0) status = meet_topics(build, service);
    if (status == EG_OK && is_new) status = eg_entry_record_shared(build->recorder, entry, build->err);
    if (status != EG_OK || !eg_entry_has_location(entry)) return status;
    struct eg_text id = eg_entry_at_location_id(build->hsds->arena, entry);
    return id.data ? add_at(build, (struct eg_hsds_item){id, NULL, service}) : refused(build, id.len);
}

static enum eg_status gather(struct build *build)
{
    const struct eg_entries *entries = build->hsds->entries;
    uint32_t store = eg_atlas_store_of(entries->atlas);
    enum eg_status status = gather_rows(build);
    for (uint32_t i = 0; i < entries->n && status == EG_OK; i++) {
        const struct eg_entry *entry = entries->items[i];
        struct eg_text id = {entry->id, EG_UUID_TEXT_LEN};
        const struct eg_record *row = NULL;
        if (build->hsds->records && entry->directory == store)
            row = eg_records_find(build->hsds->records, EG_RECORD_SERVICE, id);
        status = row ? gather_stored(build, i, row) : gather_sourced(build, i, entry);
        build->hsds->modified_s[i] = eg_hsds_time_of(build->hsds, i);
    }
    return status == EG_OK ? eg_records_finish(build->builder, &build->hsds->shared, build->err) : status;
}

/* --- names ------------------------------------------------------------------------------------------------------------------------ */

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a;
    const struct named *y = b;
    return eg_text_compare(x->item.id, y->item.id);
}

bool eg_hsds_text(const void *context, uint32_t i, uint32_t which, struct eg_text *text_out)
{
    static const uint32_t fields[EG_N_HSDS_LISTS][EG_HSDS_NAME_TEXTS] = {
        [EG_HSDS_ORGANIZATIONS] = {EG_ORGANIZATION_NAME, EG_ORGANIZATION_ALTERNATE_NAME,
                                   EG_ORGANIZATION_DESCRIPTION},
        [EG_HSDS_TAXONOMIES] = {EG_TAXONOMY_NAME, EG_TAXONOMY_NAME, EG_TAXONOMY_DESCRIPTION},
        [EG_HSDS_TAXONOMY_TERMS] = {EG_TAXONOMY_TERM_NAME, EG_TAXONOMY_TERM_CODE,
                                    EG_TAXONOMY_TERM_DESCRIPTION},
    };
    const struct eg_hsds_naming *naming = context;
    const struct eg_hsds_item *item = &naming->items[i];
    const struct eg_entry *entry = naming->hsds->entries->items[item->entry];
    if (which >= EG_HSDS_NAME_TEXTS) return false;
    if (item->row) *text_out = item->row->field[fields[naming->list][which]];
    else *text_out = entry->field[which == 0 ? EG_ENTRY_NAME : EG_ENTRY_DESCRIPTION]; /* it is an entry */
    return true;
}

/* Services ascend in the pairs, and so they do in the lists. */
static enum eg_status deal(struct build *build, const struct gathered *gathered, const uint32_t *rank,
                           struct eg_hsds_members *members)
{
    uint32_t *start = eg_arena_array(build->hsds->arena, (size_t)gathered->n + 1, sizeof *start);
    uint32_t *services = eg_arena_array(build->hsds->arena, gathered->n_pairs, sizeof *services);
    if (!start || !services) return refused(build, gathered->n_pairs * sizeof *services);
    for (size_t i = 0; i < gathered->n_pairs; i++) start[rank[gathered->pairs[i].named] + 1]++;
    for (uint32_t i = 0; i < gathered->n; i++) start[i + 1] += start[i];
    for (size_t i = 0; i < gathered->n_pairs; i++)
        services[start[rank[gathered->pairs[i].named]]++] = gathered->pairs[i].service;
    memmove(start + 1, start, gathered->n * sizeof *start); /* each start has run to the next one's */
    start[0] = 0;
    *members = (struct eg_hsds_members){start, services};
    return EG_OK;
}

static enum eg_status finish_names(struct build *build, enum eg_hsds_list list)
{
    struct gathered *gathered = &build->gathered[list];
    struct eg_hsds_names *names = &build->hsds->names[list];
    struct eg_hsds_item *items = eg_arena_array(build->hsds->arena, gathered->n, sizeof *items);
    uint32_t *rank = eg_memory_array(gathered->n, sizeof *rank);
    enum eg_status status = items && rank ? EG_OK : refused(build, gathered->n * sizeof *items);
    if (status == EG_OK) {
        if (gathered->n > 0) qsort(gathered->items, gathered->n, sizeof *gathered->items, compare_named);
        for (uint32_t i = 0; i < gathered->n; i++) {
            items[i] = gathered->items[i].item;
            if (!items[i].row)
                items[i].row = eg_records_find(build->hsds->shared, eg_hsds_table(list), items[i].id);
            rank[gathered->items[i].number] = i;
        }
        names->items = items;
        names->n = gathered->n;
        status = deal(build, gathered, rank, &names->members);
    }
    free(rank);
    struct eg_hsds_naming naming = {build->hsds, list, items};
    struct eg_words_source source = {eg_hsds_text, &naming, gathered->n};
    if (status == EG_OK) status = eg_words_build_from(&source, build->hsds->arena, &names->words, build->err);
    return status;
}

/* --- places ------------------------------------------------------------------------------------------------------------------------ */

static int compare_items(const void *a, const void *b)
{
    const struct eg_hsds_item *x = a;
    const struct eg_hsds_item *y = b;
    return eg_text_compare(x->id, y->id);
}

const struct eg_entry *eg_hsds_place_of(const struct eg_hsds *hsds, const struct eg_hsds_item *at)
{
    const struct eg_entry *entry = hsds->entries->items[at->entry];
    if (!at->row) return entry;
    const struct eg_record *location = eg_records_find(hsds->records, EG_RECORD_LOCATION,
                                                       at->row->field[EG_SERVICE_AT_LOCATION_LOCATION_ID]);
    double lon_deg = 0, lat_deg = 0;
    bool placed = location && eg_text_to_double(location->field[EG_LOCATION_LONGITUDE], &lon_deg) &&
                  eg_text_to_double(location->field[EG_LOCATION_LATITUDE], &lat_deg) && lon_deg >= -180 &&
                  lon_deg <= 180 && lat_deg >= -90 && lat_deg <= 90;
    bool same = entry->n_places == 0 && placed == entry->has_position &&
                (!placed || (lon_deg == entry->lon_deg && lat_deg == entry->lat_deg));
    if (same) return entry;
    struct eg_entry *other = eg_arena_array(hsds->arena, 1, sizeof *other);
    if (!other) return NULL;
    other->has_position = placed;
    other->lon_deg = lon_deg;
    other->lat_deg = lat_deg;
    return other;
}

static enum eg_status place_all(struct build *build)
{
    const struct eg_entry **places = eg_memory_array(build->n_at, sizeof *places);
    enum eg_status status = places ? EG_OK : refused(build, build->n_at * sizeof *places);
    for (uint32_t i = 0; i < build->n_at && status == EG_OK; i++) {
        places[i] = eg_hsds_place_of(build->hsds, &build->at[i]);
        if (!places[i]) status = refused(build, sizeof *places[i]);
    }
    if (status == EG_OK)
        status =
            eg_places_build(places, build->n_at, build->hsds->arena, &build->hsds->at_places, build->err);
    free((void *)places);
    return status;
}

static bool add_code(struct eg_hsds_codes *codes, struct eg_text typed, uint32_t at)
{
    struct eg_hsds_postcode code = {.at = at};
    void *items = codes->items;
    code.len = (uint32_t)eg_hsds_postcode(typed, code.code);
    if (code.len == 0) return true;
    bool has_room = eg_memory_reserve(&items, &codes->capacity, (size_t)codes->n + 1, sizeof *codes->items);
    codes->items = items;
    if (has_room) codes->items[codes->n++] = code;
    return has_room;
}

bool eg_hsds_add_codes(const struct eg_hsds *hsds, const struct eg_hsds_item *at, uint32_t i,
                       struct eg_hsds_codes *codes)
{
    uint32_t n = 0;
    bool added = true;
    const struct eg_record *const *rows = NULL;
    if (!at->row) added = add_code(codes, hsds->entries->items[at->entry]->field[EG_ENTRY_POSTCODE], i);
    else
        rows = eg_records_with(hsds->records, EG_RECORD_ADDRESS, EG_ADDRESS_LOCATION_ID,
                               at->row->field[EG_SERVICE_AT_LOCATION_LOCATION_ID], &n);
    for (uint32_t r = 0; r < n && added; r++)
        added = add_code(codes, rows[r]->field[EG_ADDRESS_POSTAL_CODE], i);
    return added;
}

int eg_hsds_compare_codes(const void *a, const void *b)
{
    const struct eg_hsds_postcode *x = a;
    const struct eg_hsds_postcode *y = b;
    int order = eg_text_compare(eg_hsds_code(x), eg_hsds_code(y));
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static enum eg_status code_all(struct build *build)
{
    struct eg_hsds *hsds = build->hsds;
    struct eg_hsds_codes codes = {0};
    bool added = true;
    for (uint32_t i = 0; i < build->n_at && added; i++)
        added = eg_hsds_add_codes(hsds, &build->at[i], i, &codes);
    struct eg_hsds_postcode *kept = eg_arena_array(hsds->arena, codes.n, sizeof *kept);
    enum eg_status status = added && kept ? EG_OK : refused(build, codes.n * sizeof *kept);
    if (status == EG_OK && codes.n > 0) {
        qsort(codes.items, codes.n, sizeof *codes.items, eg_hsds_compare_codes);
        memcpy(kept, codes.items, codes.n * sizeof *kept);
    }
    hsds->postcodes = kept;
    hsds->n_postcodes = codes.n;
    free(codes.items);
    return status;
}

static enum eg_status finish_at(struct build *build)
{
    struct eg_hsds_item *kept = eg_arena_array(build->hsds->arena, build->n_at, sizeof *kept);
    if (!kept) return refused(build, build->n_at * sizeof *kept);
    if (build->n_at > 0) {
        qsort(build->at, build->n_at, sizeof *build->at, compare_items);
        memcpy(kept, build->at, build->n_at * sizeof *kept);
    }
    build->hsds->at = kept;
    build->hsds->n_at = build->n_at;
    enum eg_status status = place_all(build);
    return status == EG_OK ? code_all(build) : status;
}

/* --- all of it -------------------------------------------------------------------------------------------------------------------- */

static enum eg_status open_build(struct build *build)
{
    struct eg_hsds *hsds = build->hsds;
    build->programmes = eg_textmap_new(64);
    bool made = build->programmes;
    for (int l = EG_HSDS_ORGANIZATIONS; l < EG_N_HSDS_LISTS; l++) {
        build->gathered[l].by_id = eg_textmap_new(64);
        build->gathered[l].by_name = eg_textmap_new(64);
        made = made && build->gathered[l].by_id && build->gathered[l].by_name;
    }
    enum eg_status status = made ? EG_OK : refused(build, 0);
    if (status == EG_OK) status = eg_records_builder_new(&build->builder, build->err);
    if (status == EG_OK)
        status = eg_entry_recorder_new(hsds->entries->atlas, build->builder, &build->recorder, build->err);
    return status;
}

static void close_build(struct build *build)
{
    for (int l = 0; l < EG_N_HSDS_LISTS; l++) {
        eg_textmap_free(build->gathered[l].by_id);
        eg_textmap_free(build->gathered[l].by_name);
        free(build->gathered[l].items);
        free(build->gathered[l].pairs);
    }
    free(build->at);
    eg_textmap_free(build->programmes);
    eg_entry_recorder_free(build->recorder);
    eg_records_builder_free(build->builder);
}

struct eg_hsds *eg_hsds_open(const struct eg_directory *directory, const struct eg_records *records)
{
    struct eg_hsds *hsds = eg_memory_zeroed(1, sizeof *hsds);
    if (!hsds) return NULL;
    hsds->directory = directory;
    hsds->entries = eg_directory_entries(directory);
    hsds->records = records;
    hsds->arena = eg_arena_new(ARENA_CEILING_BYTES);
    uint32_t n = hsds->entries->n;
    if (hsds->arena) hsds->service = eg_arena_array(hsds->arena, n, sizeof *hsds->service);
    if (hsds->service) hsds->modified_s = eg_arena_array(hsds->arena, n, sizeof *hsds->modified_s);
    if (hsds->modified_s) return hsds;
    eg_hsds_free(hsds);
    return NULL;
}

enum eg_status eg_hsds_new(const struct eg_directory *directory, const struct eg_records *records,
                           struct eg_hsds **hsds_out, struct eg_error *err)
{
    struct eg_hsds *hsds = eg_hsds_open(directory, records);
    if (!hsds) return eg_error_no_memory(err, sizeof *hsds);
    struct build build = {.hsds = hsds, .err = err};
    enum eg_status status = open_build(&build);
    if (status == EG_OK) status = gather(&build);
    for (int l = EG_HSDS_ORGANIZATIONS; l < EG_N_HSDS_LISTS && status == EG_OK; l++)
        status = finish_names(&build, (enum eg_hsds_list)l);
    if (status == EG_OK) status = finish_at(&build);
    close_build(&build);
    if (status == EG_OK) *hsds_out = hsds;
    else eg_hsds_free(hsds);
    return status;
}

void eg_hsds_free(struct eg_hsds *hsds)
{
    if (!hsds) return;
    eg_records_release(hsds->shared);
    eg_arena_free(hsds->arena);
    free(hsds);
}
