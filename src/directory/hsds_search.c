/* Questions to the lists. A condition is a set of services or of services at locations, as bits in the order of their ids; the directory's
 * own indexes number entries in another order, and what they answer is carried over, a pass over all entries (a fifth of a millisecond for
 * 100,000). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "directory/bits.h"
#include "directory/hsds_internal.h"

struct asking {
    const struct eg_hsds *hsds;
    const struct eg_hsds_query *query;
    uint32_t n, n_at;        /* services, and at locations */
    size_t n_words;          /* of a set of either */
    uint64_t *services, *at; /* what is left */
    uint64_t *part, *others; /* of the condition at hand */
    bool at_matters;         /* only a service at one of `at` is left */
    struct eg_error *err;
};

/* --- looking up ------------------------------------------------------------------------------------------------------------------ */

enum eg_record_table eg_hsds_table(enum eg_hsds_list list)
{
    static const enum eg_record_table tables[EG_N_HSDS_LISTS] = {
        EG_RECORD_SERVICE, EG_RECORD_SERVICE_AT_LOCATION, EG_RECORD_ORGANIZATION, EG_RECORD_TAXONOMY,
        EG_RECORD_TAXONOMY_TERM};
    return tables[list];
}

uint32_t eg_hsds_count(const struct eg_hsds *hsds, enum eg_hsds_list list)
{
    if (list == EG_HSDS_SERVICES) return hsds->entries->n;
    return list == EG_HSDS_SERVICE_AT_LOCATIONS ? hsds->n_at : hsds->names[list].n;
}

struct eg_hsds_item eg_hsds_at(const struct eg_hsds *hsds, enum eg_hsds_list list, uint32_t item)
{
    EG_ASSERT(item < eg_hsds_count(hsds, list));
    if (list == EG_HSDS_SERVICE_AT_LOCATIONS) return hsds->at[item];
    if (list != EG_HSDS_SERVICES) return hsds->names[list].items[item];
    struct eg_text id = {hsds->entries->items[item]->id, EG_UUID_TEXT_LEN};
    return (struct eg_hsds_item){id, hsds->service[item], item};
}

uint32_t eg_hsds_find(const struct eg_hsds *hsds, enum eg_hsds_list list, struct eg_text id)
{
    char lower[EG_UUID_TEXT_LEN];
    if (list == EG_HSDS_SERVICES) return eg_directory_find(hsds->directory, id);
    if (id.len != EG_UUID_TEXT_LEN) return EG_HSDS_NONE;
    for (size_t i = 0; i < EG_UUID_TEXT_LEN; i++) {
        char c = id.data[i];
        lower[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    }
    id.data = lower;
    uint32_t low = 0, high = eg_hsds_count(hsds, list);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = eg_text_compare(eg_hsds_at(hsds, list, middle).id, id);
        if (order == 0) return middle;
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return EG_HSDS_NONE;
}

const struct eg_records *eg_hsds_stored(const struct eg_hsds *hsds)
{
    return hsds->records;
}

const struct eg_records *eg_hsds_shared(const struct eg_hsds *hsds)
{
    return hsds->shared;
}

const struct eg_records *eg_hsds_records_of(const struct eg_hsds *hsds, const struct eg_record *row)
{
    bool is_stored = hsds->records && eg_records_find(hsds->records, row->table, row->field[0]) == row;
    return is_stored ? hsds->records : hsds->shared;
}

const uint32_t *eg_hsds_services_of(const struct eg_hsds *hsds, uint32_t organization, uint32_t *n_out)
{
    const struct eg_hsds_members *members = &hsds->names[EG_HSDS_ORGANIZATIONS].members;
    *n_out = members->start[organization + 1] - members->start[organization];
    return members->services + members->start[organization];
}

uint32_t eg_hsds_service_at(const struct eg_hsds *hsds, uint32_t service_at_location)
{
    return hsds->at[service_at_location].entry;
}

/* --- postcodes -------------------------------------------------------------------------------------------------------------------- */

size_t eg_hsds_postcode(struct eg_text typed, char postcode_out[EG_HSDS_POSTCODE_BYTES])
{
    size_t len = 0;
    bool all_digits = true;
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.data[i];
        bool is_digit = c >= '0' && c <= '9', is_capital = c >= 'A' && c <= 'Z';
        if (c >= 'a' && c <= 'z') {
            c = (char)(c - 'a' + 'A');
            is_capital = true;
        }
        if (!is_digit && !is_capital) continue;
        if (len == EG_HSDS_POSTCODE_BYTES) return 0;
        all_digits = all_digits && is_digit;
        postcode_out[len++] = c;
    }
    bool is_zip4 =
        all_digits && len == 9 && eg_text_trim(typed).len == 10 && eg_text_trim(typed).data[5] == '-';
    return is_zip4 ? 5 : len;
}

uint32_t eg_hsds_postcodes(const struct eg_hsds *hsds, struct eg_text postcode, uint32_t *n_out)
{
    uint32_t low = 0, high = hsds->n_postcodes;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (eg_text_compare(eg_hsds_code(&hsds->postcodes[middle]), postcode) < 0) low = middle + 1;
        else high = middle;
    }
    uint32_t end = low;
    while (end < hsds->n_postcodes && eg_text_equal(eg_hsds_code(&hsds->postcodes[end]), postcode)) end++;
    *n_out = end - low;
    return low;
}

bool eg_hsds_has_postcode(const struct eg_hsds *hsds, struct eg_text postcode)
{
    uint32_t n;
    (void)eg_hsds_postcodes(hsds, postcode, &n);
    return n > 0;
}

/* The mean: the places of a postcode lie close together. */
bool eg_hsds_postcode_place(const struct eg_hsds *hsds, struct eg_text postcode, double lonlat_deg_out[2])
{
    uint32_t n, n_placed = 0;
    uint32_t first = eg_hsds_postcodes(hsds, postcode, &n);
    double lon_deg = 0, lat_deg = 0;
    for (uint32_t i = first; i < first + n; i++) {
        uint32_t place = hsds->at_places.place_of[hsds->postcodes[i].at];
        if (place == EG_PLACES_NONE) continue;
        lon_deg += hsds->at_places.places[place].lon_deg;
        lat_deg += hsds->at_places.places[place].lat_deg;
        n_placed++;
    }
    if (n_placed == 0) return false;
    lonlat_deg_out[0] = lon_deg / n_placed;
    lonlat_deg_out[1] = lat_deg / n_placed;
    return true;
}

/* --- conditions ------------------------------------------------------------------------------------------------------------------ */

static void clear(const struct asking *asking, uint64_t *bits)
{
    memset(bits, 0, asking->n_words * sizeof *bits);
}

static void keep(struct asking *asking, const uint64_t *bits)
{
    eg_bits_and(asking->services, bits, asking->n_words);
}

/* A question that the directory answers, added to bits of services. */
static enum eg_status ask_directory(struct asking *asking, struct eg_directory_query query, uint64_t *bits)
{
    query.kinds = (1U << EG_N_KINDS) - 1;
    query.serves_boundaries = EG_ATLAS_NONE;
    clear(asking, asking->others);
    enum eg_status status = eg_directory_match(asking->hsds->directory, &query, asking->others, asking->err);
    for (size_t w = 0; w < asking->n_words && status == EG_OK; w++)
        for (uint64_t word = asking->others[w]; word != 0; word &= word - 1) {
            uint32_t number = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
            eg_bits_set(bits, eg_directory_entry_at(asking->hsds->directory, number));
        }
    return status;
}

static enum eg_status keep_words(struct asking *asking)
{
    struct eg_directory_query query = {.words = asking->query->words};
    if (query.words.len == 0) return EG_OK;
    clear(asking, asking->part);
    enum eg_status status = ask_directory(asking, query, asking->part);
    if (status == EG_OK) keep(asking, asking->part);
    return status;
}

static void mark_members(const struct eg_hsds_members *members, uint32_t of, uint64_t *bits)
{
    for (uint32_t i = members->start[of]; i < members->start[of + 1]; i++)
        eg_bits_set(bits, members->services[i]);
}

static void keep_members(struct asking *asking, enum eg_hsds_list list, struct eg_text id)
{
    if (id.len == 0) return;
    uint32_t of = eg_hsds_find(asking->hsds, list, id);
    clear(asking, asking->part);
    if (of != EG_HSDS_NONE) mark_members(&asking->hsds->names[list].members, of, asking->part);
    keep(asking, asking->part);
}

static struct eg_text field_of(const struct asking *asking, uint32_t term, uint32_t field)
{
    return asking->hsds->names[EG_HSDS_TAXONOMY_TERMS].items[term].row->field[field];
}

static void keep_taxonomy(struct asking *asking)
{
    const struct eg_hsds_names *terms = &asking->hsds->names[EG_HSDS_TAXONOMY_TERMS];
    struct eg_text id = asking->query->taxonomy_id;
    if (id.len == 0) return;
    clear(asking, asking->part);
    for (uint32_t t = 0; t < terms->n; t++)
        if (eg_text_equal_any_case(field_of(asking, t, EG_TAXONOMY_TERM_TAXONOMY_ID), id))
            mark_members(&terms->members, t, asking->part);
    keep(asking, asking->part);
}

static void keep_modified(struct asking *asking)
{
    const struct eg_hsds_query *query = asking->query;
    if (!query->has_modified_after) return;
    clear(asking, asking->part);
    for (uint32_t i = 0; i < asking->n; i++)
        if (asking->hsds->modified_s[i] >= query->modified_after_s) eg_bits_set(asking->part, i);
    keep(asking, asking->part);
}

/* A box around all that lies within the radius: a degree of latitude has more than 110,000 m, one of longitude at least as many times the
 * cosine of the highest latitude that a way of that length can reach. */
static struct eg_bounds box_around(const struct eg_hsds_query *query)
{
    double up_deg = query->radius_m / 110000 + 1e-6;
    double highest_deg = fabs(query->lat_deg) + up_deg;
    double across_deg = highest_deg < 89 ? up_deg / cos(highest_deg * (3.14159265358979323846 / 180)) : 360.0;
    struct eg_bounds box = {-180, fmax(-90, query->lat_deg - up_deg), 180, fmin(90, query->lat_deg + up_deg)};
    if (across_deg >= 180) return box;
    box.min_x = query->lon_deg - across_deg;
    box.max_x = query->lon_deg + across_deg;
    if (box.min_x < -180) box.min_x += 360;
    if (box.max_x > 180) box.max_x -= 360;
    return box;
}

/* Services at locations that are at the postcode or near it, or whose service serves it. */
static enum eg_status keep_postcode(struct asking *asking)
{
    const struct eg_hsds *hsds = asking->hsds;
    const struct eg_hsds_query *query = asking->query;
    if (query->postcode.len == 0 && !query->has_point) return EG_OK;
    asking->at_matters = true;
    clear(asking, asking->at);
    clear(asking, asking->part);
    uint32_t n = 0, first = query->postcode.len > 0 ? eg_hsds_postcodes(hsds, query->postcode, &n) : 0;
    if (query->has_point && query->has_radius) {
        struct eg_near near = {query->lon_deg, query->lat_deg, query->radius_m, 0, 0};
        eg_places_in_box(&hsds->at_places, box_around(query), asking->at);
        eg_places_keep_within(&hsds->at_places, &near, asking->at, eg_bits_words(asking->n_at));
    }
    for (uint32_t i = first; i < first + n; i++) eg_bits_set(asking->at, hsds->postcodes[i].at);
    if (!query->has_point || query->has_radius) return EG_OK;
    struct eg_directory_query serves = {
        .has_serves_point = true, .serves_lon_deg = query->lon_deg, .serves_lat_deg = query->lat_deg};
    enum eg_status status = ask_directory(asking, serves, asking->part);
    return status;
}

/* Of services: those of `part` (which serve the place) and those at a location that is left. Of services at locations the same. */
static void bring_together(struct asking *asking)
{
    const struct eg_hsds *hsds = asking->hsds;
    bool of_places = asking->query->list == EG_HSDS_SERVICE_AT_LOCATIONS;
    if (!asking->at_matters && !of_places) return;
    if (!asking->at_matters) eg_bits_set_range(asking->at, 0, asking->n_at);
    for (uint32_t i = 0; i < asking->n_at; i++) {
        uint32_t service = hsds->at[i].entry;
        if (!eg_bits_has(asking->at, i)) {
            if (of_places && eg_bits_has(asking->part, service)) eg_bits_set(asking->at, i);
        } else if (!of_places) {
            eg_bits_set(asking->part, service);
        }
    }
    if (!of_places) {
        keep(asking, asking->part);
        return;
    }
    for (size_t w = 0; w < eg_bits_words(asking->n_at); w++)
        for (uint64_t word = asking->at[w]; word != 0; word &= word - 1) {
            uint32_t i = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
            if (!eg_bits_has(asking->services, hsds->at[i].entry)) asking->at[w] &= ~(UINT64_C(1) << i % 64);
        }
}

static enum eg_status match_services(struct asking *asking)
{
    const struct eg_hsds_query *query = asking->query;
    eg_bits_set_range(asking->services, 0, asking->n);
    enum eg_status status = keep_words(asking);
    keep_members(asking, EG_HSDS_ORGANIZATIONS, query->organization_id);
    keep_members(asking, EG_HSDS_TAXONOMY_TERMS, query->taxonomy_term_id);
    keep_taxonomy(asking);
    keep_modified(asking);
    clear(asking, asking->part);
    if (status == EG_OK) status = keep_postcode(asking);
    if (status == EG_OK) bring_together(asking);
    return status;
}

static bool fits(const struct asking *asking, uint32_t term)
{
    const struct eg_hsds_query *query = asking->query;
    struct eg_text parent = field_of(asking, term, EG_TAXONOMY_TERM_PARENT_ID);
    if (query->top_only && parent.len > 0) return false;
    if (query->parent_id.len > 0 && !eg_text_equal_any_case(parent, query->parent_id)) return false;
    return query->taxonomy_id.len == 0 ||
           eg_text_equal_any_case(field_of(asking, term, EG_TAXONOMY_TERM_TAXONOMY_ID), query->taxonomy_id);
}

static enum eg_status match_names(struct asking *asking, uint64_t *bits)
{
    const struct eg_hsds_names *names = &asking->hsds->names[asking->query->list];
    enum eg_status status = EG_OK;
    eg_bits_set_range(bits, 0, names->n);
    if (asking->query->words.len > 0)
        status =
            eg_words_keep(&names->words, asking->query->words, bits, eg_bits_words(names->n), asking->err);
    for (uint32_t t = 0; asking->query->list == EG_HSDS_TAXONOMY_TERMS && t < names->n; t++)
        if (!fits(asking, t)) bits[t / 64] &= ~(UINT64_C(1) << t % 64);
    return status;
}

/* --- a page ---------------------------------------------------------------------------------------------------------------------- */

static enum eg_status list_page(const struct asking *asking, const uint64_t *bits, uint32_t n_items,
                                struct eg_hsds_result *result)
{
    size_t n_words = eg_bits_words(n_items);
    uint64_t offset = asking->query->offset, passed = 0;
    result->n_matched = eg_bits_count(bits, n_words);
    uint64_t left = result->n_matched > offset ? result->n_matched - offset : 0;
    uint32_t n = (uint32_t)(left < asking->query->limit ? left : asking->query->limit);
    if (n == 0) return EG_OK;
    result->items = eg_memory_array(n, sizeof *result->items);
    if (!result->items) return eg_error_no_memory(asking->err, n * sizeof *result->items);
    for (size_t w = 0; w < n_words && result->n < n; w++) {
        uint32_t in_word = (uint32_t)__builtin_popcountll(bits[w]);
        if (passed + in_word <= offset) {
            passed += in_word;
            continue;
        }
        for (uint64_t word = bits[w]; word != 0 && result->n < n; word &= word - 1)
            if (passed++ >= offset)
                result->items[result->n++] = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(word);
    }
    return EG_OK;
}

/* The only thing in a query that can be wrong; the directory calls it something else. */
static void blame_words(struct eg_error *err)
{
    if (err) err->field[0] = '\0';
    (void)eg_error_field(err, "search");
}

enum eg_status eg_hsds_search(const struct eg_hsds *hsds, const struct eg_hsds_query *query,
                              struct eg_hsds_result *result_out, struct eg_error *err)
{
    struct asking asking = {
        .hsds = hsds, .query = query, .n = hsds->entries->n, .n_at = hsds->n_at, .err = err};
    struct eg_hsds_result result = {0};
    uint32_t n_items = eg_hsds_count(hsds, query->list), most = n_items;
    if (asking.n > most) most = asking.n;
    if (asking.n_at > most) most = asking.n_at;
    asking.n_words = eg_bits_words(most) + 1;
    uint64_t *room = eg_memory_zeroed(asking.n_words, 4 * sizeof *room);
    if (!room) return eg_error_no_memory(err, asking.n_words * 4 * sizeof *room);
    asking.services = room;
    asking.at = room + asking.n_words;
    asking.part = room + 2 * asking.n_words;
    asking.others = room + 3 * asking.n_words;
    bool of_services = query->list <= EG_HSDS_SERVICE_AT_LOCATIONS;
    uint64_t *bits = query->list == EG_HSDS_SERVICE_AT_LOCATIONS ? asking.at : asking.services;
    enum eg_status status = of_services ? match_services(&asking) : match_names(&asking, bits);
    if (status == EG_OK) status = list_page(&asking, bits, n_items, &result);
    else if (status == EG_INVALID) blame_words(err);
    free(room);
    if (status == EG_OK) *result_out = result;
    return status;
}
