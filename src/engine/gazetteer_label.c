/* What places are called, where they lie, and what tells those of one name apart. */
#include <string.h>

#include "data/postcode.h"
#include "engine/gazetteer_parts.h"

#define NAMESAKES_MAX 64U /* looked at; a name that more places have is told by its code at once */

/* --- names ----------------------------------------------------------------------------------------------------------- */

static struct eg_text given_name(const struct eg_gazetteer *gazetteer, uint32_t number)
{
    struct eg_found_place place = eg_gazetteer_place(gazetteer, number);
    if (place.is == EG_PLACE_IS_ROW)
        return gazetteer->generation->place_tables[place.source].places[place.item].name;
    const struct eg_area_set *set = &gazetteer->generation->area_sets[place.source];
    return set->names[place.item].len > 0 ? set->names[place.item] : set->codes[place.item];
}

void eg_gazetteer_name(const struct eg_gazetteer *gazetteer, struct eg_found_place place,
                       struct eg_buffer *out)
{
    uint32_t number = eg_gazetteer_number(gazetteer, place);
    char text[EG_POSTCODE_BYTES];
    if (number != UINT32_MAX) {
        eg_buffer_text(out, given_name(gazetteer, number));
        return;
    }
    const struct eg_place_table *table = &gazetteer->generation->place_tables[place.source];
    uint64_t key = place.is == EG_PLACE_IS_POSTCODES
                       ? gazetteer->sources[gazetteer->n_sets + place.source].outwards[place.item].key
                       : table->postcodes[place.item].key;
    (void)eg_postcode_write(key, table->gap_as, text);
    eg_buffer_literal(out, text);
}

uint32_t eg_gazetteer_count(const struct eg_gazetteer *gazetteer, struct eg_found_place place)
{
    if (place.is != EG_PLACE_IS_POSTCODES) return 1;
    return gazetteer->sources[gazetteer->n_sets + place.source].outwards[place.item].n;
}

/* --- parents --------------------------------------------------------------------------------------------------------- */

/* In set `to`, of one of the areas found so far or, when those do not tell, at the place itself. */
static uint32_t parent_in(const struct eg_gazetteer *gazetteer, const struct eg_place_parent *known,
                          uint32_t n_known, struct eg_place_spot spot, uint32_t to)
{
    const struct eg_generation *generation = gazetteer->generation;
    for (uint32_t i = 0; i < n_known; i++) {
        uint32_t parent = eg_generation_parent(generation, known[i].boundaries, known[i].area, to);
        if (parent != EG_NO_AREA) return parent;
    }
    if (spot.x == EG_GAZETTEER_NOWHERE) return EG_NO_AREA;
    return eg_generation_locate(generation, to, spot.x * EG_PLACE_UNIT_DEG, spot.y * EG_PLACE_UNIT_DEG);
}

uint32_t eg_gazetteer_parents(const struct eg_gazetteer *gazetteer, struct eg_found_place place,
                              struct eg_place_parent *parents_out)
{
    struct eg_place_parent known[EG_PLACE_PARENTS_MAX + 1];
    bool is_area = place.is == EG_PLACE_IS_AREA;
    struct eg_place_spot spot =
        is_area ? (struct eg_place_spot){EG_GAZETTEER_NOWHERE, 0} : eg_gazetteer_spot(gazetteer, place);
    uint32_t n_own = is_area ? 1 : 0, n = n_own;
    if (is_area) known[0] = (struct eg_place_parent){place.source, place.item};
    for (uint32_t i = 0; i < gazetteer->n_sets && n < EG_PLACE_PARENTS_MAX + n_own; i++) {
        uint32_t to = gazetteer->by_size[i];
        if (is_area && to == place.source) continue;
        uint32_t parent = parent_in(gazetteer, known, n, spot, to);
        if (parent != EG_NO_AREA) known[n++] = (struct eg_place_parent){to, parent};
    }
    memcpy(parents_out, known + n_own, (n - n_own) * sizeof *known);
    return n - n_own;
}

/* --- labels ---------------------------------------------------------------------------------------------------------- */

/* The places of the same folded name, itself included. They are the first of those whose names begin so. */
static uint32_t namesakes(const struct eg_gazetteer *gazetteer, uint32_t number,
                          uint32_t found[NAMESAKES_MAX])
{
    const char *name = gazetteer->folded + gazetteer->name_at[number];
    size_t len = strlen(name);
    uint32_t first, end, n = 0;
    if (len == 0) return 1;
    eg_gazetteer_range(gazetteer, name, len, &first, &end);
    for (uint32_t i = first; i < end && n < NAMESAKES_MAX; i++) {
        struct eg_gazetteer_word word = gazetteer->words[i];
        if (gazetteer->folded[word.at + len] != '\0') break;
        if (word.at == gazetteer->name_at[word.place]) found[n++] = word.place;
    }
    return n;
}

/* The number of the smallest area around it that has another name and, if there is one, belongs to a set of fewer: a town is told by its
 * county, not by the neighbourhood in its middle. UINT32_MAX: none. */
static uint32_t told_by(const struct eg_gazetteer *gazetteer, uint32_t number)
{
    struct eg_place_parent parents[EG_PLACE_PARENTS_MAX];
    struct eg_found_place place = eg_gazetteer_place(gazetteer, number);
    uint32_t n = eg_gazetteer_parents(gazetteer, place, parents), smallest = UINT32_MAX;
    uint32_t source = place.is == EG_PLACE_IS_AREA ? place.source : gazetteer->n_sets + place.source;
    const char *name = gazetteer->folded + gazetteer->name_at[number];
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_gazetteer_source *set = &gazetteer->sources[parents[i].boundaries];
        uint32_t parent = set->first + parents[i].area;
        const char *of_parent = gazetteer->folded + gazetteer->name_at[parent];
        if (!*of_parent || strcmp(name, of_parent) == 0) continue;
        if (set->n < gazetteer->sources[source].n) return parent;
        if (smallest == UINT32_MAX) smallest = parent;
    }
    return smallest;
}

static bool is_shared(const struct eg_gazetteer *gazetteer, const uint32_t *found, uint32_t n, uint32_t own,
                      uint32_t parent)
{
    if (n == NAMESAKES_MAX || parent == UINT32_MAX) return true;
    for (uint32_t i = 0; i < n; i++)
        if (found[i] != own && told_by(gazetteer, found[i]) == parent) return true;
    return false;
}

/* Two vintages of a set have areas of one name, one code and one parent. */
static bool has_double(const struct eg_gazetteer *gazetteer, const uint32_t *found, uint32_t n, uint32_t own)
{
    struct eg_found_place place = eg_gazetteer_place(gazetteer, own);
    const struct eg_area_set *sets = gazetteer->generation->area_sets;
    if (place.is != EG_PLACE_IS_AREA) return false;
    for (uint32_t i = 0; i < n; i++) {
        struct eg_found_place other = eg_gazetteer_place(gazetteer, found[i]);
        if (other.is == EG_PLACE_IS_AREA && other.source != place.source &&
            eg_text_equal(sets[other.source].codes[other.item], sets[place.source].codes[place.item]))
            return told_by(gazetteer, found[i]) == told_by(gazetteer, own);
    }
    return false;
}

/* A title with brackets of its own could not be read back: the set's id stands for it. */
static struct eg_text set_shown(const struct eg_atlas_boundaries *spec)
{
    bool has_brackets =
        memchr(spec->title.data, '(', spec->title.len) || memchr(spec->title.data, ')', spec->title.len);
    return has_brackets ? spec->id : spec->title;
}

void eg_gazetteer_label(const struct eg_gazetteer *gazetteer, struct eg_found_place place,
                        struct eg_buffer *out)
{
    uint32_t number = eg_gazetteer_number(gazetteer, place), found[NAMESAKES_MAX];
    const struct eg_generation *generation = gazetteer->generation;
    eg_gazetteer_name(gazetteer, place, out);
    if (number == UINT32_MAX) return;
    uint32_t n = namesakes(gazetteer, number, found);
    if (n <= 1) return;
    uint32_t parent = told_by(gazetteer, number);
    if (parent != UINT32_MAX) {
        eg_buffer_literal(out, ", ");
        eg_buffer_text(out, given_name(gazetteer, parent));
    }
    if (!is_shared(gazetteer, found, n, number, parent)) return;
    struct eg_text by = place.is == EG_PLACE_IS_AREA ? generation->area_sets[place.source].codes[place.item]
                                                     : generation->atlas->place_tables[place.source].title;
    eg_buffer_printf(out, " (%.*s", EG_TEXT_ARG(by));
    if (has_double(gazetteer, found, n, number)) {
        eg_buffer_literal(out, ", ");
        eg_buffer_text(out, set_shown(&generation->atlas->boundaries[place.source]));
    }
    eg_buffer_char(out, ')');
}
