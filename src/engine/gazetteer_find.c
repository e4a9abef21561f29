/* A question is answered from a run of the sorted words, each entry of which is offered to a short list of the best. The longest runs are
 * those of a single letter: a fifth of all words, some 20 ns each. */
#include "engine/gazetteer_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geo/crs.h"

#define CUTS_MAX 4U /* commas of a text at which it is cut */

/* --- the best so far ------------------------------------------------------------------------------------------------- */

static bool is_before(const struct eg_gazetteer_candidate *a, const struct eg_gazetteer_candidate *b)
{
    return a->distance < b->distance || (a->distance == b->distance && a->order < b->order);
}

static bool is_same(struct eg_found_place a, struct eg_found_place b)
{
    return a.is == b.is && a.source == b.source && a.item == b.item;
}

/* A place comes once, as it fits best. */
static void keep(struct eg_gazetteer_search *search, const struct eg_gazetteer_candidate *candidate)
{
    struct eg_gazetteer_candidate *kept = search->kept;
    uint32_t hole = search->n < search->capacity ? search->n : search->capacity - 1;
    for (uint32_t i = 0; i < search->n; i++) {
        if (!is_same(kept[i].place, candidate->place)) continue;
        if (kept[i].order <= candidate->order) return;
        hole = i;
        break;
    }
    if (hole == search->n) search->n++;
    for (; hole > 0 && is_before(candidate, &kept[hole - 1]); hole--) kept[hole] = kept[hole - 1];
    kept[hole] = *candidate;
}

static bool is_of_kind(const struct eg_gazetteer_search *search, struct eg_found_place place)
{
    uint32_t kinds = search->query->kinds;
    uint32_t kind = place.is == EG_PLACE_IS_AREA
                        ? (uint32_t)EG_PLACE_KIND_AREA
                        : (uint32_t)search->gazetteer->generation->place_tables[place.source].spec->kind;
    return kinds == 0 || (kinds >> kind & 1U) != 0;
}

static bool is_in_bounds(struct eg_bounds box, struct eg_place_spot spot)
{
    double lon_deg = spot.x * EG_PLACE_UNIT_DEG, lat_deg = spot.y * EG_PLACE_UNIT_DEG;
    bool in_width = box.min_x <= box.max_x ? lon_deg >= box.min_x && lon_deg <= box.max_x
                                           : lon_deg >= box.min_x || lon_deg <= box.max_x;
    return in_width && lat_deg >= box.min_y && lat_deg <= box.max_y;
}

static bool is_in_box(const struct eg_gazetteer_search *search, struct eg_found_place place,
                      struct eg_place_spot spot)
{
    if (!search->query->has_bbox) return true;
    if (place.is != EG_PLACE_IS_AREA)
        return spot.x != EG_GAZETTEER_NOWHERE && is_in_bounds(search->query->bbox_deg, spot);
    struct eg_box box = search->gazetteer->generation->area_sets[place.source].area_box[place.item];
    bool meets = false;
    for (uint32_t i = 0; i < search->n_boxes; i++) meets |= eg_box_meets(box, search->box[i]);
    return meets && !eg_box_is_empty(box);
}

/* The square of the chord, which grows as the distance does. */
static double chord2_to(const struct eg_gazetteer_search *search, struct eg_found_place place,
                        struct eg_place_spot spot)
{
    uint32_t number = eg_gazetteer_number(search->gazetteer, place);
    if (spot.x == EG_GAZETTEER_NOWHERE) return INFINITY;
    struct eg_place at;
    if (number == UINT32_MAX) at = eg_place_at(spot.x * EG_PLACE_UNIT_DEG, spot.y * EG_PLACE_UNIT_DEG);
    else
        for (int k = 0; k < 3; k++) at.direction[k] = search->gazetteer->direction[number][k];
    return eg_place_chord2(&search->near, &at);
}

bool eg_gazetteer_offer(struct eg_gazetteer_search *search, struct eg_found_place place,
                        enum eg_place_match match, uint64_t rank)
{
    bool is_full = search->n == search->capacity, by_distance = search->query->by_distance;
    const struct eg_gazetteer_candidate *last = is_full ? &search->kept[search->n - 1] : NULL;
    struct eg_gazetteer_candidate candidate = {
        .order = (uint64_t)(EG_MATCH_WHOLE - match) << 56U | rank, .place = place, .match = match};
    if (last && !by_distance && !is_before(&candidate, last)) return false;
    if (!is_of_kind(search, place)) return true;
    if (!search->query->has_bbox && !by_distance) {
        keep(search, &candidate);
        return true;
    }
    struct eg_place_spot spot = eg_gazetteer_spot(search->gazetteer, place);
    if (!is_in_box(search, place, spot)) return true;
    if (by_distance) candidate.distance = chord2_to(search, place, spot);
    if (last && !is_before(&candidate, last)) return true;
    keep(search, &candidate);
    return true;
}

/* --- names ----------------------------------------------------------------------------------------------------------- */

/* The first entry whose text does not come before text[len] or, with `past`, the first that comes behind all that begin with it. */
static uint32_t lower_bound(const struct eg_gazetteer *gazetteer, const char *text, size_t len, bool past)
{
    uint32_t low = 0, high = gazetteer->n_words;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strncmp(gazetteer->folded + gazetteer->words[middle].at, text, len);
        if (order < 0 || (past && order == 0)) low = middle + 1;
        else high = middle;
    }
    return low;
}

void eg_gazetteer_range(const struct eg_gazetteer *gazetteer, const char *text, size_t len,
                        uint32_t *first_out, uint32_t *end_out)
{
    *first_out = lower_bound(gazetteer, text, len, false);
    *end_out = lower_bound(gazetteer, text, len, true);
}

static enum eg_place_match match_of(const struct eg_gazetteer *gazetteer, struct eg_gazetteer_word word,
                                    size_t len)
{
    bool is_start = word.at == gazetteer->name_at[word.place];
    char next = gazetteer->folded[word.at + len];
    if (!is_start) return next == '\0' || next == ' ' ? EG_MATCH_LATER_WORDS : EG_MATCH_LATER_BEGUN;
    if (next == '\0') return EG_MATCH_WHOLE;
    return next == ' ' ? EG_MATCH_WORDS : EG_MATCH_BEGUN;
}

static void offer_names(struct eg_gazetteer_search *search, struct eg_text text)
{
    const struct eg_gazetteer *gazetteer = search->gazetteer;
    char folded[EG_PLACE_TEXT_MAX];
    size_t len = eg_gazetteer_fold(text, folded);
    uint32_t first, end;
    if (len == 0) return;
    eg_gazetteer_range(gazetteer, folded, len, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        struct eg_gazetteer_word word = gazetteer->words[i];
        (void)eg_gazetteer_offer(search, eg_gazetteer_place(gazetteer, word.place),
                                 match_of(gazetteer, word, len), gazetteer->rank[word.place]);
    }
}

static void offer_code(struct eg_gazetteer_search *search, uint32_t set, struct eg_text code)
{
    uint32_t area = eg_textmap_get(search->gazetteer->generation->area_sets[set].by_code, code);
    if (area == EG_TEXTMAP_NONE) return;
    struct eg_found_place place = {EG_PLACE_IS_AREA, set, area};
    (void)eg_gazetteer_offer(search, place, EG_MATCH_WHOLE,
                             search->gazetteer->rank[eg_gazetteer_number(search->gazetteer, place)]);
}

/* "E01000001", "e01000001", "lsoa:E01000001". */
static void offer_codes(struct eg_gazetteer_search *search, struct eg_text text)
{
    char capitals[EG_PLACE_TEXT_MAX];
    struct eg_text boundaries, code = eg_text_cut(text, ':', &boundaries);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        capitals[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    for (uint32_t i = 0; i < search->gazetteer->n_sets; i++) {
        offer_code(search, i, text);
        offer_code(search, i, (struct eg_text){capitals, text.len});
        if (code.data && eg_text_equal(search->gazetteer->generation->atlas->boundaries[i].id, boundaries))
            offer_code(search, i, code);
    }
}

static void look_for(struct eg_gazetteer_search *search, struct eg_text text)
{
    search->n = 0;
    offer_codes(search, text);
    offer_names(search, text);
    eg_gazetteer_offer_postcodes(search, text);
}

/* --- names with something that tells them apart ---------------------------------------------------------------------- */

static bool has_begun(struct eg_text name, const char *folded, size_t len)
{
    char room[EG_PLACE_TEXT_MAX];
    size_t own = eg_gazetteer_fold(name, room);
    return own >= len && memcmp(room, folded, len) == 0;
}

/* Whether an area that it lies in is called so, or begins so. */
static bool lies_in(const struct eg_gazetteer *gazetteer, struct eg_found_place place, struct eg_text name)
{
    struct eg_place_parent parents[EG_PLACE_PARENTS_MAX];
    char folded[EG_PLACE_TEXT_MAX];
    size_t len = eg_gazetteer_fold(name, folded);
    uint32_t n = eg_gazetteer_parents(gazetteer, place, parents);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t number = gazetteer->sources[parents[i].boundaries].first + parents[i].area;
        if (strncmp(gazetteer->folded + gazetteer->name_at[number], folded, len) == 0) return true;
    }
    return false;
}

/* "25017, Counties of 2020": the code, then the set's title or id. */
static bool is_told_by_both(const struct eg_atlas_boundaries *spec, struct eg_text code_of,
                            struct eg_text text)
{
    char folded[EG_PLACE_TEXT_MAX];
    struct eg_text code, set = eg_text_trim(eg_text_cut(text, ',', &code));
    if (set.len == 0 || !eg_text_equal_any_case(eg_text_trim(code), code_of)) return false;
    size_t len = eg_gazetteer_fold(set, folded);
    return has_begun(spec->title, folded, len) || has_begun(spec->id, folded, len);
}

/* Whether it has this code, or its source this title. */
static bool is_told_by(const struct eg_gazetteer *gazetteer, struct eg_found_place place, struct eg_text text)
{
    const struct eg_generation *generation = gazetteer->generation;
    char folded[EG_PLACE_TEXT_MAX];
    size_t len = eg_gazetteer_fold(text, folded);
    if (place.is != EG_PLACE_IS_AREA)
        return has_begun(generation->atlas->place_tables[place.source].title, folded, len);
    return has_begun(generation->area_sets[place.source].codes[place.item], folded, len) ||
           has_begun(generation->atlas->boundaries[place.source].title, folded, len) ||
           is_told_by_both(&generation->atlas->boundaries[place.source],
                           generation->area_sets[place.source].codes[place.item], text);
}

/* "Newtown (E01000001)" or "Newtown (Towns)": cut into what is before the brackets and what is in them. */
static bool cut_brackets(struct eg_text text, struct eg_text *name_out, struct eg_text *by_out)
{
    size_t at = text.len;
    if (text.len == 0 || text.data[text.len - 1] != ')') return false;
    while (at > 0 && text.data[at - 1] != '(') at--;
    if (at == 0) return false;
    *name_out = eg_text_trim((struct eg_text){text.data, at - 1});
    *by_out = eg_text_trim((struct eg_text){text.data + at, text.len - at - 1});
    return name_out->len > 0 && by_out->len > 0;
}

typedef bool fits_fn(const struct eg_gazetteer *gazetteer, struct eg_found_place place, struct eg_text by);

static void drop_others(struct eg_gazetteer_search *search, fits_fn *fits, struct eg_text by)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < search->n; i++)
        if (fits(search->gazetteer, search->kept[i].place, by)) search->kept[n++] = search->kept[i];
    search->n = n;
}

/* "Newtown, Leeds": both parts may have commas of their own, so the text is cut at each of them, the last first. */
static void look_for_within(struct eg_gazetteer_search *search, struct eg_text text)
{
    uint32_t n_cuts = 0;
    look_for(search, text);
    for (size_t i = text.len; i > 0 && search->n == 0 && n_cuts < CUTS_MAX; i--) {
        if (text.data[i - 1] != ',') continue;
        struct eg_text name = eg_text_trim((struct eg_text){text.data, i - 1});
        struct eg_text by = eg_text_trim((struct eg_text){text.data + i, text.len - i});
        n_cuts++;
        if (name.len == 0 || by.len == 0) continue;
        look_for(search, name);
        drop_others(search, lies_in, by);
    }
}

/* A name that has brackets or a comma of its own is found as it is. */
static void look_for_qualified(struct eg_gazetteer_search *search, struct eg_text text)
{
    struct eg_text name, by;
    uint32_t limit = search->capacity;
    look_for(search, text);
    if (search->n > 0) return;
    search->capacity = EG_GAZETTEER_KEPT;
    look_for_within(search, text);
    if (search->n == 0 && cut_brackets(text, &name, &by)) {
        look_for_within(search, name);
        drop_others(search, is_told_by, by);
    }
    search->capacity = limit;
    if (search->n > limit) search->n = limit;
}

/* --- the whole ------------------------------------------------------------------------------------------------------- */

static struct eg_box on_grid(const struct eg_gazetteer *gazetteer, struct eg_bounds deg)
{
    const double most = 85.0511;
    struct eg_grid grid = gazetteer->generation->area_sets[0].plane->grid;
    double x0, y0, x1, y1;
    eg_mercator_forward(deg.min_x, fmin(fmax(deg.min_y, -most), most), &x0, &y0);
    eg_mercator_forward(deg.max_x, fmin(fmax(deg.max_y, -most), most), &x1, &y1);
    struct eg_box box = eg_box_add(eg_box_empty(), eg_grid_snap(grid, x0, y0));
    return eg_box_add(box, eg_grid_snap(grid, x1, y1));
}

static void set_box(struct eg_gazetteer_search *search)
{
    struct eg_bounds west = search->query->bbox_deg, east = west;
    if (!search->query->has_bbox) return;
    bool crosses = west.min_x > west.max_x;
    if (crosses) {
        west.max_x = 180;
        east.min_x = -180;
        search->box[search->n_boxes++] = on_grid(search->gazetteer, east);
    }
    search->box[search->n_boxes++] = on_grid(search->gazetteer, west);
}

static struct eg_place_hit hit_of(const struct eg_gazetteer_search *search,
                                  const struct eg_gazetteer_candidate *candidate)
{
    struct eg_place_spot spot = eg_gazetteer_spot(search->gazetteer, candidate->place);
    struct eg_place_hit hit = {.place = candidate->place, .match = candidate->match};
    hit.has_position = spot.x != EG_GAZETTEER_NOWHERE;
    hit.distance_m = INFINITY;
    if (!hit.has_position) return hit;
    hit.lon_deg = spot.x * EG_PLACE_UNIT_DEG;
    hit.lat_deg = spot.y * EG_PLACE_UNIT_DEG;
    if (search->query->has_near)
        hit.distance_m = eg_geodesic_distance_m(search->query->near_lon_deg, search->query->near_lat_deg,
                                                hit.lon_deg, hit.lat_deg);
    return hit;
}

static int compare_hits(const void *a, const void *b)
{
    const struct eg_place_hit *p = a, *q = b;
    if (p->distance_m != q->distance_m) return p->distance_m < q->distance_m ? -1 : 1;
    if (p->match != q->match) return p->match > q->match ? -1 : 1;
    if (p->place.is != q->place.is) return p->place.is < q->place.is ? -1 : 1;
    if (p->place.source != q->place.source) return p->place.source < q->place.source ? -1 : 1;
    return (p->place.item > q->place.item) - (p->place.item < q->place.item);
}

static enum eg_status refuse(struct eg_error *err, const char *why)
{
    eg_error_set(err, EG_INVALID, "the place %s", why);
    eg_error_field(err, "q");
    return EG_INVALID;
}

enum eg_status eg_gazetteer_find(const struct eg_gazetteer *gazetteer, const struct eg_place_query *query,
                                 struct eg_place_hit *hits_out, uint32_t *n_out, struct eg_error *err)
{
    struct eg_gazetteer_search search;
    struct eg_text text = eg_text_trim(query->text);
    EG_ASSERT(query->limit >= 1 && query->limit <= EG_PLACES_FOUND_MAX);
    if (text.len >= EG_PLACE_TEXT_MAX) return refuse(err, "is longer than 511 bytes");
    if (!eg_text_is_utf8(text)) return refuse(err, "is no valid UTF-8");
    search.gazetteer = gazetteer;
    search.query = query;
    search.n = search.n_boxes = 0;
    /* Chords on a sphere tell distances to half a percent: some more are kept, then measured. */
    search.capacity = query->by_distance ? 2 * query->limit + 16 : query->limit;
    if (query->has_near) search.near = eg_place_at(query->near_lon_deg, query->near_lat_deg);
    set_box(&search);
    look_for_qualified(&search, text);
    struct eg_place_hit hits[EG_GAZETTEER_KEPT];
    for (uint32_t i = 0; i < search.n; i++) hits[i] = hit_of(&search, &search.kept[i]);
    if (query->by_distance) qsort(hits, search.n, sizeof *hits, compare_hits);
    *n_out = search.n < query->limit ? search.n : query->limit;
    memcpy(hits_out, hits, *n_out * sizeof *hits);
    return EG_OK;
}
