/* Boundary sets are gone through from the one with the fewest areas to the one with the most, names in the order of codes. Folding
 * a name costs most; a name whose first letter is another ASCII letter is passed over without. */
#include "engine/place_name.h"

#include <string.h>

#include "base/buffer.h"
#include "directory/service_areas.h"

#define MOST_SETS 64U
#define FOLDED_BYTES 512U

struct search {
    const struct eg_snapshot *snapshot;
    const struct eg_area_set *sets; /* by boundaries */
    uint32_t order[MOST_SETS], n_sets;
    char folded[FOLDED_BYTES];
    size_t folded_len;
    struct eg_place_area begun[EG_PLACE_OTHERS]; /* names that only begin so */
    uint32_t n_begun;
    uint32_t whole_words; /* the first of them that goes on with another word; n_begun: none does */
};

static void order_sets(struct search *search)
{
    uint32_t n = search->snapshot->atlas->n_boundaries;
    for (uint32_t i = 0; i < n && i < MOST_SETS; i++) {
        uint32_t at = search->n_sets++;
        for (; at > 0 && search->sets[search->order[at - 1]].n_areas > search->sets[i].n_areas; at--)
            search->order[at] = search->order[at - 1];
        search->order[at] = i;
    }
}

static void take(struct eg_place_name *place, uint32_t boundaries, uint32_t area)
{
    struct eg_place_area found = {boundaries, area};
    if (!place->found) place->area = found;
    else if (place->n_others < EG_PLACE_OTHERS) place->others[place->n_others++] = found;
    place->found = true;
}

static void by_code(const struct search *search, struct eg_text text, struct eg_place_name *place)
{
    struct eg_text boundaries, code = eg_text_cut(text, ':', &boundaries);
    for (uint32_t i = 0; i < search->n_sets; i++) {
        uint32_t set = search->order[i];
        bool is_named = code.data && eg_text_equal(search->snapshot->atlas->boundaries[set].id, boundaries);
        uint32_t area = eg_textmap_get(search->sets[set].by_code, is_named ? code : text);
        if (area != EG_TEXTMAP_NONE) take(place, set, area);
    }
}

static bool is_other_letter(char a, char b)
{
    if ((unsigned char)a >= 0x80 || (unsigned char)b >= 0x80) return false;
    char low = a >= 'A' && a <= 'Z' ? (char)(a - 'A' + 'a') : a;
    return low != b;
}

static void look_at_name(struct search *search, uint32_t set, uint32_t area, struct eg_place_name *place)
{
    char folded[FOLDED_BYTES];
    struct eg_text name = search->sets[set].names[area];
    if (name.len == 0 || is_other_letter(name.data[0], search->folded[0])) return;
    size_t len = eg_text_fold_into(name, EG_FOLD_CASE | EG_FOLD_MARKS, folded, sizeof folded);
    if (len < search->folded_len || memcmp(folded, search->folded, search->folded_len) != 0) return;
    if (len == search->folded_len) {
        take(place, set, area);
    } else if (search->n_begun < EG_PLACE_OTHERS) {
        bool is_word = folded[search->folded_len] == ' ' || folded[search->folded_len] == ',';
        if (!is_word && search->whole_words == search->n_begun) search->whole_words++;
        search->begun[search->n_begun++] = (struct eg_place_area){set, area};
    }
}

/* "Ashport" where there is no more than "Ashport and Isles District" and "Ashport 001" means the first of them. */
static void take_begun(const struct search *search, struct eg_place_name *place)
{
    uint32_t chosen = search->whole_words;
    if (chosen < search->n_begun) take(place, search->begun[chosen].boundaries, search->begun[chosen].area);
    for (uint32_t i = 0; i < search->n_begun; i++)
        if (i != chosen) place->others[place->n_others++] = search->begun[i];
}

static void by_name(struct search *search, struct eg_text text, struct eg_place_name *place)
{
    search->folded_len =
        eg_text_fold_into(text, EG_FOLD_CASE | EG_FOLD_MARKS, search->folded, sizeof search->folded);
    if (search->folded_len == 0) return;
    for (uint32_t i = 0; i < search->n_sets; i++) {
        uint32_t set = search->order[i];
        for (uint32_t area = 0; area < search->sets[set].n_areas; area++)
            look_at_name(search, set, area, place);
    }
}

enum eg_status eg_place_name_find(const struct eg_snapshot *snapshot, struct eg_text text,
                                  struct eg_place_name *place_out, struct eg_error *err)
{
    struct search search = {.snapshot = snapshot, .sets = snapshot->generation->area_sets};
    struct eg_place_name place = {0};
    struct eg_text typed = eg_text_trim(text);
    if (!eg_text_is_utf8(typed)) {
        eg_error_set(err, EG_INVALID, "the place is no valid UTF-8");
        eg_error_field(err, "place");
        return EG_INVALID;
    }
    order_sets(&search);
    by_code(&search, typed, &place);
    if (!place.found) by_name(&search, typed, &place);
    if (!place.found) take_begun(&search, &place);
    if (!place.found) {
        *place_out = place;
        return EG_OK;
    }
    double lonlat_deg[2] = {0, 0};
    enum eg_status status = eg_service_area_interior(&search.sets[place.area.boundaries], place.area.area,
                                                     &place.has_position, lonlat_deg, err);
    if (status != EG_OK) return status;
    place.lon_deg = lonlat_deg[0];
    place.lat_deg = lonlat_deg[1];
    *place_out = place;
    return EG_OK;
}
