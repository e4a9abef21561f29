/* Making the gazetteer: all names folded into one text, an entry of eight bytes for each word of each, sorted by the text from that word
 * on, so that what begins with some words is a run of entries. England's 41,500 areas have 90,000 words; with their positions that is
 * some 3 MB. Postcodes stay where they are: their table is sorted, and only the beginnings of them (2,900 outward codes) are listed
 * with the middle of all that begin so. */
#include "engine/gazetteer_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "data/postcode.h"
#include "directory/service_areas.h"
#include "geo/crs.h"

#define AREAS_AT_ONCE 256U

/* --- folding --------------------------------------------------------------------------------------------------------- */

static bool is_apostrophe(const char *at, size_t left, size_t *len_out)
{
    *len_out = at[0] == '\'' || at[0] == '`' ? 1 : 0;
    if (left >= 3 && (memcmp(at, "\xe2\x80\x98", 3) == 0 || memcmp(at, "\xe2\x80\x99", 3) == 0)) *len_out = 3;
    return *len_out > 0;
}

static bool is_in_word(char c)
{
    return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

size_t eg_gazetteer_fold(struct eg_text text, char room[EG_PLACE_TEXT_MAX])
{
    size_t len = eg_text_fold_into(text, EG_FOLD_CASE | EG_FOLD_MARKS, room, EG_PLACE_TEXT_MAX - 1);
    size_t n = 0, skipped = 0;
    for (size_t i = 0; i<len; i += skipped> 0 ? skipped : 1) {
        skipped = 0;
        if (is_apostrophe(room + i, len - i, &skipped)) continue;
        if (is_in_word(room[i])) room[n++] = room[i];
        else if (n > 0 && room[n - 1] != ' ') room[n++] = ' ';
    }
    if (n > 0 && room[n - 1] == ' ') n--;
    room[n] = '\0';
    return n;
}

/* --- places by number ------------------------------------------------------------------------------------------------ */

struct eg_found_place eg_gazetteer_place(const struct eg_gazetteer *gazetteer, uint32_t number)
{
    uint32_t i = 0;
    while (number - gazetteer->sources[i].first >= gazetteer->sources[i].n) i++;
    uint32_t item = number - gazetteer->sources[i].first;
    if (i < gazetteer->n_sets) return (struct eg_found_place){EG_PLACE_IS_AREA, i, item};
    return (struct eg_found_place){EG_PLACE_IS_ROW, i - gazetteer->n_sets, item};
}

uint32_t eg_gazetteer_number(const struct eg_gazetteer *gazetteer, struct eg_found_place place)
{
    if (place.is == EG_PLACE_IS_AREA) return gazetteer->sources[place.source].first + place.item;
    if (place.is == EG_PLACE_IS_ROW)
        return gazetteer->sources[gazetteer->n_sets + place.source].first + place.item;
    return UINT32_MAX;
}

struct eg_place_spot eg_gazetteer_row_spot(const struct eg_gazetteer *gazetteer, uint32_t table,
                                           struct eg_place_spot row)
{
    const struct eg_atlas_place_table *spec = gazetteer->generation->place_tables[table].spec;
    if (!spec->code.data) return row;
    return gazetteer->spot[gazetteer->sources[spec->boundaries].first + (uint32_t)row.x];
}

struct eg_place_spot eg_gazetteer_spot(const struct eg_gazetteer *gazetteer, struct eg_found_place place)
{
    if (place.is == EG_PLACE_IS_POSTCODE)
        return eg_gazetteer_row_spot(
            gazetteer, place.source,
            gazetteer->generation->place_tables[place.source].postcodes[place.item].spot);
    if (place.is == EG_PLACE_IS_POSTCODES)
        return gazetteer->sources[gazetteer->n_sets + place.source].outwards[place.item].spot;
    return gazetteer->spot[eg_gazetteer_number(gazetteer, place)];
}

/* A name that has no letter or digit has no words either. */
static struct eg_text name_of(const struct eg_gazetteer *gazetteer, struct eg_found_place place)
{
    const struct eg_generation *generation = gazetteer->generation;
    if (place.is == EG_PLACE_IS_ROW) return generation->place_tables[place.source].places[place.item].name;
    const struct eg_area_set *set = &generation->area_sets[place.source];
    return set->names[place.item].len > 0 ? set->names[place.item] : set->codes[place.item];
}

/* --- names and words ------------------------------------------------------------------------------------------------- */

static enum eg_status fold_names(struct eg_gazetteer *gazetteer, struct eg_error *err)
{
    struct eg_buffer all;
    eg_buffer_init(&all, UINT32_MAX);
    eg_buffer_char(&all, '\0');
    for (uint32_t i = 0; i < gazetteer->n_named; i++) {
        char room[EG_PLACE_TEXT_MAX];
        size_t len = eg_gazetteer_fold(name_of(gazetteer, eg_gazetteer_place(gazetteer, i)), room);
        gazetteer->name_at[i] = (uint32_t)all.len;
        eg_buffer_append(&all, room, len + 1);
        gazetteer->n_words += len > 0;
        for (size_t c = 0; c < len; c++) gazetteer->n_words += room[c] == ' ';
    }
    gazetteer->folded_bytes = all.len;
    gazetteer->folded = eg_buffer_take(&all, &(size_t){0});
    eg_buffer_clear(&all);
    return gazetteer->folded ? EG_OK : eg_error_no_memory(err, gazetteer->folded_bytes);
}

struct sorted_word {
    const char *text;
    struct eg_gazetteer_word word;
};

static int compare_words(const void *a, const void *b)
{
    const struct sorted_word *p = a, *q = b;
    int order = strcmp(p->text, q->text);
    if (order != 0) return order;
    return (p->word.place > q->word.place) - (p->word.place < q->word.place);
}

static enum eg_status list_words(struct eg_gazetteer *gazetteer, struct eg_error *err)
{
    struct sorted_word *sorted = eg_memory_array(gazetteer->n_words, sizeof *sorted);
    gazetteer->words = eg_memory_array(gazetteer->n_words, sizeof *gazetteer->words);
    if (!sorted || !gazetteer->words) {
        free(sorted);
        return eg_error_no_memory(err, gazetteer->n_words * sizeof *sorted);
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < gazetteer->n_named; i++) {
        uint32_t at = gazetteer->name_at[i];
        for (char before = ' '; gazetteer->folded[at]; before = gazetteer->folded[at++])
            if (before == ' ') sorted[n++] = (struct sorted_word){gazetteer->folded + at, {i, at}};
    }
    EG_ASSERT(n == gazetteer->n_words);
    qsort(sorted, n, sizeof *sorted, compare_words);
    for (uint32_t i = 0; i < n; i++) gazetteer->words[i] = sorted[i].word;
    free(sorted);
    return EG_OK;
}

/* --- positions ------------------------------------------------------------------------------------------------------- */

static struct eg_place_spot spot_at(const double lonlat_deg[2])
{
    return (struct eg_place_spot){(int32_t)(lonlat_deg[0] / EG_PLACE_UNIT_DEG),
                                  (int32_t)(lonlat_deg[1] / EG_PLACE_UNIT_DEG)};
}

static enum eg_status find_spot(struct eg_gazetteer *gazetteer, uint32_t number, struct eg_error *err)
{
    struct eg_found_place place = eg_gazetteer_place(gazetteer, number);
    double lonlat_deg[2] = {0, 0};
    bool has_position = false;
    if (place.is != EG_PLACE_IS_AREA) return EG_OK;
    enum eg_status status = eg_service_area_interior(&gazetteer->generation->area_sets[place.source],
                                                     place.item, &has_position, lonlat_deg, err);
    gazetteer->spot[number] =
        has_position ? spot_at(lonlat_deg) : (struct eg_place_spot){EG_GAZETTEER_NOWHERE, 0};
    return status;
}

static enum eg_status find_spots(void *context, size_t begin, size_t end, uint32_t worker,
                                 struct eg_error *err)
{
    (void)worker;
    enum eg_status status = EG_OK;
    for (size_t i = begin; i < end && status == EG_OK; i++) status = find_spot(context, (uint32_t)i, err);
    return status;
}

/* Of everything that has a name, once those of the areas are there. */
static void point_at_spots(struct eg_gazetteer *gazetteer)
{
    for (uint32_t i = 0; i < gazetteer->n_named; i++) {
        struct eg_found_place place = eg_gazetteer_place(gazetteer, i);
        if (place.is == EG_PLACE_IS_ROW)
            gazetteer->spot[i] = eg_gazetteer_row_spot(
                gazetteer, place.source,
                gazetteer->generation->place_tables[place.source].places[place.item].spot);
        struct eg_place_spot spot = gazetteer->spot[i];
        if (spot.x == EG_GAZETTEER_NOWHERE) continue;
        struct eg_place at = eg_place_at(spot.x * EG_PLACE_UNIT_DEG, spot.y * EG_PLACE_UNIT_DEG);
        for (int k = 0; k < 3; k++) gazetteer->direction[i][k] = (float)at.direction[k];
    }
}

/* --- ranks ----------------------------------------------------------------------------------------------------------- */

struct ranked {
    uint32_t n_members; /* of its source: the fewer there are, the larger is each */
    uint32_t number;
    int size; /* each twice the one below it: what is much the same size comes in the order of codes */
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *p = a, *q = b;
    if (p->n_members != q->n_members) return p->n_members < q->n_members ? -1 : 1;
    if (p->size != q->size) return p->size > q->size ? -1 : 1;
    return (p->number > q->number) - (p->number < q->number);
}

/* Of its box on the ground. */
static int size_of(const struct eg_gazetteer *gazetteer, struct eg_found_place place)
{
    if (place.is != EG_PLACE_IS_AREA) return 0;
    const struct eg_area_set *set = &gazetteer->generation->area_sets[place.source];
    struct eg_box box = set->area_box[place.item];
    if (eg_box_is_empty(box)) return 0;
    double lon_deg, lat_deg, unit = set->plane->grid.unit;
    eg_mercator_inverse(0, ((double)box.min_y + box.max_y) / 2 * unit, &lon_deg, &lat_deg);
    double shrinks = cos(lat_deg / 180 * 3.14159265358979);
    double extent = ((double)box.max_x - box.min_x) * ((double)box.max_y - box.min_y) * shrinks * shrinks;
    return ilogb(fmax(1, extent));
}

static enum eg_status rank(struct eg_gazetteer *gazetteer, struct eg_error *err)
{
    const struct eg_atlas *atlas = gazetteer->generation->atlas;
    struct ranked *all = eg_memory_array(gazetteer->n_named, sizeof *all);
    if (!all) return eg_error_no_memory(err, gazetteer->n_named * sizeof *all);
    for (uint32_t i = 0; i < gazetteer->n_named; i++) {
        struct eg_found_place place = eg_gazetteer_place(gazetteer, i);
        bool is_area = place.is == EG_PLACE_IS_AREA;
        bool is_landmark = !is_area && atlas->place_tables[place.source].kind == EG_PLACE_LANDMARK;
        uint32_t source = is_area ? place.source : gazetteer->n_sets + place.source;
        all[i] = (struct ranked){is_landmark ? UINT32_MAX : gazetteer->sources[source].n, i,
                                 size_of(gazetteer, place)};
    }
    qsort(all, gazetteer->n_named, sizeof *all, compare_ranked);
    for (uint32_t i = 0; i < gazetteer->n_named; i++) gazetteer->rank[all[i].number] = i;
    free(all);
    return EG_OK;
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static void order_sets(struct eg_gazetteer *gazetteer)
{
    uint32_t *order = gazetteer->by_size;
    for (uint32_t i = 0; i < gazetteer->n_sets; i++) {
        uint32_t at = i;
        for (; at > 0 && gazetteer->sources[order[at - 1]].n < gazetteer->sources[i].n; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

static enum eg_status count_sources(struct eg_gazetteer *gazetteer, struct eg_error *err)
{
    const struct eg_generation *generation = gazetteer->generation;
    gazetteer->n_sets = generation->atlas->n_boundaries;
    gazetteer->n_sources = gazetteer->n_sets + generation->atlas->n_place_tables;
    gazetteer->sources = eg_memory_zeroed(gazetteer->n_sources, sizeof *gazetteer->sources);
    gazetteer->by_size = eg_memory_array(gazetteer->n_sets, sizeof *gazetteer->by_size);
    if (!gazetteer->sources || !gazetteer->by_size)
        return eg_error_no_memory(err, gazetteer->n_sources * sizeof *gazetteer->sources);
    for (uint32_t i = 0; i < gazetteer->n_sources; i++) {
        bool is_set = i < gazetteer->n_sets;
        const struct eg_place_table *table = is_set ? NULL : &generation->place_tables[i - gazetteer->n_sets];
        gazetteer->sources[i].first = gazetteer->n_named;
        if (is_set) gazetteer->sources[i].n = generation->area_sets[i].n_areas;
        else if (table->places) gazetteer->sources[i].n = table->n;
        if (gazetteer->sources[i].n > UINT32_MAX / 2 - gazetteer->n_named)
            return eg_error_set(err, EG_LIMIT, "more than two billion names");
        gazetteer->n_named += gazetteer->sources[i].n;
    }
    order_sets(gazetteer);
    return EG_OK;
}

static enum eg_status make_room(struct eg_gazetteer *gazetteer, struct eg_error *err)
{
    uint32_t n = gazetteer->n_named;
    gazetteer->name_at = eg_memory_array(n, sizeof *gazetteer->name_at);
    gazetteer->rank = eg_memory_array(n, sizeof *gazetteer->rank);
    gazetteer->spot = eg_memory_zeroed(n, sizeof *gazetteer->spot);
    gazetteer->direction = eg_memory_zeroed(n, sizeof *gazetteer->direction);
    bool good = gazetteer->name_at && gazetteer->rank && gazetteer->spot && gazetteer->direction;
    return good ? EG_OK : eg_error_no_memory(err, n * sizeof *gazetteer->direction);
}

static enum eg_status fill(struct eg_gazetteer *gazetteer, uint32_t n_threads, struct eg_error *err)
{
    enum eg_status status = count_sources(gazetteer, err);
    if (status == EG_OK) status = make_room(gazetteer, err);
    if (status == EG_OK) status = fold_names(gazetteer, err);
    if (status == EG_OK) status = list_words(gazetteer, err);
    if (status == EG_OK)
        status = eg_workers_range(n_threads, gazetteer->n_named, AREAS_AT_ONCE, find_spots, gazetteer, err);
    if (status != EG_OK) return status;
    point_at_spots(gazetteer);
    status = rank(gazetteer, err);
    for (uint32_t i = 0; i < gazetteer->n_sources - gazetteer->n_sets && status == EG_OK; i++)
        status = eg_gazetteer_group(gazetteer, i, err);
    return status;
}

enum eg_status eg_gazetteer_new(const struct eg_generation *generation, uint32_t n_threads,
                                struct eg_gazetteer **gazetteer_out, struct eg_error *err)
{
    struct eg_gazetteer *gazetteer = eg_memory_zeroed(1, sizeof *gazetteer);
    if (!gazetteer) return eg_error_no_memory(err, sizeof *gazetteer);
    gazetteer->generation = generation;
    enum eg_status status = fill(gazetteer, n_threads, err);
    if (status == EG_OK) *gazetteer_out = gazetteer;
    else eg_gazetteer_free(gazetteer);
    return status;
}

void eg_gazetteer_free(struct eg_gazetteer *gazetteer)
{
    if (!gazetteer) return;
    for (uint32_t i = 0; gazetteer->sources && i < gazetteer->n_sources; i++)
        free(gazetteer->sources[i].outwards);
    free(gazetteer->sources);
    free(gazetteer->by_size);
    free(gazetteer->folded);
    free(gazetteer->name_at);
    free(gazetteer->rank);
    free(gazetteer->direction);
    free(gazetteer->spot);
    free(gazetteer->words);
    free(gazetteer);
}

struct eg_gazetteer_size eg_gazetteer_measure(const struct eg_gazetteer *gazetteer)
{
    struct eg_gazetteer_size size = {.n_named = gazetteer->n_named, .n_words = gazetteer->n_words};
    size.bytes = gazetteer->folded_bytes + gazetteer->n_words * sizeof *gazetteer->words +
                 gazetteer->n_named * (sizeof *gazetteer->name_at + sizeof *gazetteer->rank +
                                       sizeof *gazetteer->spot + sizeof *gazetteer->direction);
    for (uint32_t i = gazetteer->n_sets; i < gazetteer->n_sources; i++) {
        const struct eg_place_table *table = &gazetteer->generation->place_tables[i - gazetteer->n_sets];
        if (table->postcodes) size.n_postcodes += table->n;
        size.n_outwards += gazetteer->sources[i].n_outwards;
        size.bytes += gazetteer->sources[i].n_outwards * sizeof(struct eg_gazetteer_outward);
    }
    return size;
}
