/* The coordinate reference systems in which an atlas's maps may be asked for, and what protocols have to say of each. */
#ifndef EG_ENGINE_CRS_LIST_H
#define EG_ENGINE_CRS_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "data/generation.h"
#include "geo/crs.h"

struct eg_crs_list;

struct eg_crs_entry {
    struct eg_crs_id id;
    struct eg_crs_info info;
};

/* EPSG:3857 and OGC:CRS84, then those of `server: crs` in the atlas's order, then the boundaries' own, each once. EG_INVALID
 * with the place in the atlas for one that PROJ does not know. Some 10 ms. */
EG_MUST_CHECK enum eg_status eg_crs_list_new(const struct eg_generation *generation,
                                             struct eg_crs_list **list_out, struct eg_error *err);
void eg_crs_list_free(struct eg_crs_list *list); /* NULL is allowed */

/* [n_out], borrowed; immutable. */
const struct eg_crs_entry *eg_crs_list_entries(const struct eg_crs_list *list, uint32_t *n_out);
/* NULL when it is not allowed. */
const struct eg_crs_entry *eg_crs_list_find(const struct eg_crs_list *list, const struct eg_crs_id *id);
/* Reads any spelling and finds it: EG_INVALID with field "crs" and a sentence when it is no CRS or not allowed. Empty:
 * EPSG:3857. */
EG_MUST_CHECK enum eg_status eg_crs_list_resolve(const struct eg_crs_list *list, struct eg_text name,
                                                 const struct eg_crs_entry **entry_out, struct eg_error *err);

/* Boxes in all of them, for capabilities: bounds_out[n_boxes][n entries], in units of the CRS and easting first, a little larger
 * than the box in degrees; empty (min above max) where nothing of it projects. Some 10 ms and 1 ms a box and CRS: to be kept. */
EG_MUST_CHECK enum eg_status eg_crs_list_bounds(const struct eg_crs_list *list,
                                                const struct eg_bounds *boxes_deg, uint32_t n_boxes,
                                                struct eg_bounds *bounds_out, struct eg_error *err);

/* The box of the areas themselves, not of their box in degrees, for every boundary set of the generation that the list was made
 * for: bounds_out[set * n entries + entry], empty where nothing projects. Found out on first use and kept; borrowed, immutable, as long as the list. */
EG_MUST_CHECK enum eg_status eg_crs_list_set_bounds(struct eg_crs_list *list,
                                                    const struct eg_generation *generation,
                                                    const struct eg_bounds **bounds_out,
                                                    struct eg_error *err);

/* How borders come from EPSG:3857, as which all are kept, to a CRS. How they came there from their source, and go back to that
 * source's own CRS, is in the report of each boundary set: crs, operation, accuracy_m. */
struct eg_crs_way {
    char operation[160]; /* PROJ's name of the operation */
    double accuracy_m;   /* < 0: not stated */
};
/* [n entries], in their order; an entry without an operation has an empty name. Found out on first use (some 7 ms each) and kept;
 * borrowed, immutable, as long as the list. */
EG_MUST_CHECK enum eg_status eg_crs_list_ways(struct eg_crs_list *list, const struct eg_crs_way **ways_out,
                                              struct eg_error *err);

#endif
