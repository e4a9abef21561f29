/* The tile matrix sets on offer: those that come with the program and those that the atlas names, and which of them make sense
 * for which layers. */
#ifndef EG_ENGINE_TILE_SETS_H
#define EG_ENGINE_TILE_SETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "data/generation.h"
#include "engine/crs_list.h"
#include "engine/snapshot.h"
#include "geo/tile_matrix.h"

#define EG_TILE_SETS_MAX 64
#define EG_TILE_SET_WEB_MERCATOR 0U /* always there, and always the first */

struct eg_tile_sets;

/* The program's own whose CRS the atlas allows, then the atlas's in its order. EG_INVALID (or what reading the set gives), with
 * the place in the set's file or in the atlas, for one of the atlas's that is wrong, whose id is taken, or whose CRS is not
 * allowed. Some 20 ms. Both outlive the sets. */
EG_MUST_CHECK enum eg_status eg_tile_sets_new(const struct eg_generation *generation,
                                              const struct eg_crs_list *list, struct eg_tile_sets **sets_out,
                                              struct eg_error *err);
void eg_tile_sets_free(struct eg_tile_sets *sets); /* NULL is allowed */

uint32_t eg_tile_sets_count(const struct eg_tile_sets *sets);
const struct eg_tile_matrix_set *eg_tile_sets_at(const struct eg_tile_sets *sets, uint32_t set);
/* The set of an id, or eg_tile_sets_count. */
uint32_t eg_tile_sets_find(const struct eg_tile_sets *sets, struct eg_text id);

/* The box of a boundary set in a tile matrix set's CRS, easting first, empty (min above max) where nothing projects. See
 * eg_crs_list_set_bounds for what the first call costs. */
EG_MUST_CHECK enum eg_status eg_tile_sets_box(const struct eg_snapshot *snapshot, uint32_t set,
                                              uint32_t boundaries, struct eg_bounds *box_out,
                                              struct eg_error *err);

/* Whether a set is made for where the areas of a boundary set lie: its CRS's area of use meets their box, and so does its grid.
 * Tiles of other sets are drawn all the same, but not announced. Costs what eg_tile_sets_box costs. */
bool eg_tile_sets_suits(const struct eg_snapshot *snapshot, uint32_t set, uint32_t boundaries);

#endif
