#include "data/area_codes.h"

#include <stdio.h>

#include "data/nearest.h"

#define SHOWN_BYTES 60
#define MOST_BOUNDARIES 64U /* that are proposed */

static void name_boundaries(const struct eg_generation *generation, struct eg_text wanted,
                            struct eg_area_codes_fault *fault)
{
    const struct eg_atlas *atlas = generation->atlas;
    struct eg_text ids[MOST_BOUNDARIES];
    char list[200];
    uint32_t n = atlas->n_boundaries < MOST_BOUNDARIES ? atlas->n_boundaries : MOST_BOUNDARIES;
    for (uint32_t i = 0; i < n; i++) ids[i] = atlas->boundaries[i].id;
    (void)eg_nearest_list(wanted, ids, n, list, sizeof list);
    fault->is_of_boundaries = true;
    if (wanted.len == 0)
        (void)snprintf(fault->what, sizeof fault->what, "codes need the boundaries that they are of: %s",
                       list);
    else
        (void)snprintf(fault->what, sizeof fault->what,
                       "the atlas has no boundaries '%.*s'; did you mean one of %s?",
                       EG_TEXT_SHOWN(wanted, SHOWN_BYTES), list);
}

/* One that differs by a typing mistake or two. */
static struct eg_text nearest(const struct eg_area_set *set, struct eg_text code)
{
    struct eg_text best = EG_TEXT("");
    uint32_t least = (uint32_t)(code.len < 6 ? 2 : code.len / 3);
    for (uint32_t a = 0; a < set->n_areas && least > 0; a++) {
        uint32_t distance = eg_nearest_distance(code, set->codes[a]);
        if (distance >= least) continue;
        least = distance;
        best = set->codes[a];
    }
    return best;
}

static void name_code(const struct eg_area_set *set, struct eg_text code, struct eg_area_codes_fault *fault)
{
    struct eg_text meant = nearest(set, code);
    int n = snprintf(fault->what, sizeof fault->what, "'%.*s' is not in '%.*s'",
                     EG_TEXT_SHOWN(code, SHOWN_BYTES), EG_TEXT_SHOWN(set->spec->id, SHOWN_BYTES));
    if (meant.len == 0 || n < 0 || (size_t)n >= sizeof fault->what) return;
    (void)snprintf(fault->what + n, sizeof fault->what - (size_t)n, "; did you mean '%.*s'?",
                   EG_TEXT_SHOWN(meant, SHOWN_BYTES));
}

static const struct eg_area_set *set_named(const struct eg_generation *generation, struct eg_text id)
{
    for (uint32_t i = 0; i < generation->atlas->n_boundaries; i++)
        if (eg_text_equal(generation->atlas->boundaries[i].id, id)) return &generation->area_sets[i];
    return NULL;
}

bool eg_area_codes_are_known(const struct eg_generation *generation, struct eg_text boundaries,
                             struct eg_text codes, struct eg_area_codes_fault *fault_out)
{
    const struct eg_area_set *set = set_named(generation, boundaries);
    struct eg_text code;
    *fault_out = (struct eg_area_codes_fault){.what = ""};
    if (!set && boundaries.len + codes.len > 0) {
        name_boundaries(generation, boundaries, fault_out);
        return false;
    }
    while (codes.len > 0) {
        codes = eg_text_cut(codes, ';', &code);
        code = eg_text_trim(code);
        if (code.len == 0 || eg_textmap_get(set->by_code, code) != EG_TEXTMAP_NONE) continue;
        name_code(set, code, fault_out);
        return false;
    }
    return true;
}

static bool has_all(const struct eg_area_set *set, struct eg_text codes)
{
    bool has = true;
    while (codes.len > 0 && has) {
        struct eg_text code;
        codes = eg_text_cut(codes, ';', &code);
        code = eg_text_trim(code);
        has = code.len == 0 || eg_textmap_get(set->by_code, code) != EG_TEXTMAP_NONE;
    }
    return has;
}

uint32_t eg_area_codes_boundaries(const struct eg_generation *generation, struct eg_text codes,
                                  uint32_t *n_out)
{
    uint32_t found = EG_ATLAS_NONE;
    *n_out = 0;
    for (uint32_t i = 0; i < generation->atlas->n_boundaries; i++) {
        if (!has_all(&generation->area_sets[i], codes)) continue;
        found = i;
        ++*n_out;
    }
    return *n_out == 1 ? found : EG_ATLAS_NONE;
}
