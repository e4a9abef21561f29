/* A tiny atlas in which everything occurs, for tests of the engine and of what stands on it.
 *
 * Twelve neighbourhoods near 0.2 east, 51.15 north: squares of a tenth of a degree in four columns, and an island.
 *
 *     row 2    N09 N10 N11                      N06 has a lake (0.13 .. 0.17 east, 51.13 .. 51.17 north) that is in no area.
 *     row 1    N05 N06 N07 N08      N12         Column 0 begins at 0.0 east, row 0 at 51.0 north; the island N12 spans
 *     row 0    N01 N02 N03 N04                  0.50 .. 0.60 east, 51.05 .. 51.15 north.
 *
 * Towns dissolved from them: T1 "West" (columns 0 and 1), T2 "East" (columns 2 and 3), T3 "Isle" (N12).
 *
 * Indicators (layers "{id}.nbhd", and ".town" where aggregated):
 *   deprivation  high_is_worse, 2019 and 2024, publisher's ranks and deciles (1 is the highest score); 2024: 5 i for Ni
 *   illness      high_is_worse, 2019 and 2024, numerators, denominators, limits, ranks; in 2024 every state:
 *                N01 12, N02 0, N03 missing, N04 suppressed (its companions stand in the table), N05 30 unreliable,
 *                N06 not applicable, N07 8, N08 15, N09 20, N10 25, N11 40, N12 18; rate aggregated to towns
 *   greenspace   high_is_better, 2024, publisher's deciles (10 is the highest value); 65 - 5 i for Ni
 *   people       neutral, 2024, sum aggregated to towns; 100 i for Ni
 *   kind         categorical, 2019 (Rural, Urban & edge) and 2024 (Coast N01 .. N04, Rural N05 .. N08, Urban & edge the rest)
 *   plain        nothing stated, 2024: 1.5 for every area
 *
 * Styles: fifths (the default: quantile, 4 classes, YlGnBu, outlines of areas from zoom 11 and towns from zoom 9), tenths
 * (published_decile, 3 classes otherwise, RdYlBu), blues (published_decile, Blues), thirds (equal intervals, 3 classes,
 * RdYlBu, outlines of neighbourhoods), years (quantile, 2 classes, per period), kinds (category, five given colours), steps (given breaks 10, 20, left
 * closed), one (all of one opaque colour, no outlines), soft (opacity 0.5 over a background, every pattern), hard (aliased,
 * thick outlines).
 *
 * Directory: five entries of a table, c1 and c2 (coalitions), h1 (hub), g1 (grant), s1 (service without a place), and one
 * polygon, p1 (partnership over N01). */
#ifndef EG_TESTS_SUPPORT_SMALL_ATLAS_H
#define EG_TESTS_SUPPORT_SMALL_ATLAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "engine/engine.h"

#define EG_SMALL_AREAS 12
#define EG_SMALL_ONE_COLOUR ((struct eg_rgba){0x22, 0x66, 0xaa, 255}) /* of style "one" */

/* Writes it into build/test-tmp/<pid>-NAME/; returns the path of its atlas.yaml, which lives as long as the program. Fails
 * the running test when it cannot be written. */
const char *eg_small_atlas_write(const char *name, bool fictional);
/* Removes what was written. */
void eg_small_atlas_clear(void);

/* The atlas in an engine whose cached values are struct eg_small_value. */
struct eg_small {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
};
struct eg_small_value {
    atomic_int n_references;
    struct eg_entity entity;
};
/* Not fictional. Fails the running test when anything does. */
void eg_small_open(uint64_t cache_bytes, struct eg_small *small_out);
void eg_small_open_at(const char *path, uint64_t cache_bytes, struct eg_small *small_out);
void eg_small_close(struct eg_small *small);
void eg_small_value_release(struct eg_small_value *value);

/* Index of the area "N01" ... "N12" in its set. */
uint32_t eg_small_area(const struct eg_small *small, const char *boundaries, const char *code);
/* The layer in a style and period (NULL: default), failing the test when there is none. */
struct eg_layer_ref eg_small_ref(const struct eg_small *small, const char *layer, const char *style,
                                 const char *period);
const struct eg_dressed *eg_small_dress(const struct eg_small *small, const char *layer, const char *style,
                                        const char *period);

/* A layer's name for a map; the last sixteen are kept. */
const struct eg_layer_name *eg_small_name(const char *layer, const char *style);

/* Web Mercator tile of a place. */
struct eg_tile_request eg_small_tile_at(const char *layer, const char *style, uint32_t z, double lon_deg,
                                        double lat_deg);

/* The entity's JSON; free with eg_json_free. Clears the entity. */
struct eg_json *eg_small_json(struct eg_entity *entity);
/* The value at a path such as "indicators/0/periods/1/value"; NULL when it is not there. */
const struct eg_json_value *eg_small_at(struct eg_json *json, const char *path);
/* Failing the running test when the path does not lead to such a value. */
double eg_small_number(struct eg_json *json, const char *path);
const char *eg_small_text(struct eg_json *json, const char *path); /* valid until the next call */
/* Decodes the entity's PNG and clears the entity. */
void eg_small_decode(struct eg_entity *entity, struct eg_canvas *canvas_out);

#endif
