/* Pieces that several documents share: of JSON, and the words in which states, credits and polarities are told. */
#ifndef EG_ENGINE_DESCRIBE_H
#define EG_ENGINE_DESCRIBE_H

#include "base/arena.h"
#include "base/json.h"
#include "engine/engine.h"

/* Adds the text, or null where it is absent: "not stated" is never guessed. */
void eg_describe_text(struct eg_json *json, struct eg_json_value *into, const char *name,
                      struct eg_text text);
/* {"id":..,"start":..,"end":..,"label":..} */
void eg_describe_period(struct eg_json *json, struct eg_json_value *into, const char *name,
                        const struct eg_atlas_period *period);
/* Title, description, unit, polarity, decimals, theme, source, licence, modelled. */
void eg_describe_indicator(struct eg_json *json, struct eg_json_value *into,
                           const struct eg_atlas_indicator *indicator);
/* [west, south, east, north] rounded to 5 decimals. */
void eg_describe_bounds(struct eg_json *json, struct eg_json_value *into, const char *name,
                        struct eg_bounds bounds);
/* minzoom 0, maxzoom, bounds and center of a TileJSON; the center's zoom is the one at which the bounds just fit into 512
 * pixels. */
void eg_describe_place(struct eg_json *json, struct eg_json_value *root, struct eg_bounds bounds_deg,
                       uint32_t max_zoom);
int64_t eg_describe_zoom_to_fit(struct eg_bounds bounds_deg, uint32_t max_zoom);
/* "periods": all that a layer has. */
void eg_describe_periods(struct eg_json *json, struct eg_json_value *into, const struct eg_snapshot *snapshot,
                         uint32_t layer);
/* A value with all its digits, of which its class and rank follow; `decimals` are for showing it. Without a point where the
 * indicator has none. */
void eg_describe_number(struct eg_json *json, struct eg_json_value *into, const char *name,
                        const struct eg_atlas_facts *facts, double value);
/* Method, closure, ties and direction; classes with bounds, colour, label and, unless n_in_class is NULL, count; states with
 * their looks. */
void eg_describe_classes(struct eg_json *json, struct eg_json_value *into, const struct eg_snapshot *snapshot,
                         struct eg_layer_ref ref, const struct eg_layer_classes *classed,
                         const uint32_t *n_in_class);
/* Whom a picture of the layer credits: atlas, boundaries and the source of the numbers, with " | " between them, and first
 * that they are fictional. data is NULL when the arena refused. */
struct eg_text eg_describe_credits(const struct eg_snapshot *snapshot, uint32_t layer,
                                   struct eg_arena *arena);
/* A layer in some sentences: what it counts, in which unit, whether high values are worse, from whom. data is NULL when the arena
 * refused. */
struct eg_text eg_describe_abstract(const struct eg_snapshot *snapshot, uint32_t layer,
                                    struct eg_arena *arena);
/* A text made in an arena: one without data, for which memory was refused, makes the document fail. */
void eg_describe_made(struct eg_json *json, struct eg_json_value *into, const char *name,
                      struct eg_text text);
/* "{base}/tiles/{layer}/{z}/{x}/{y}.png?..." with style, period and v. */
struct eg_text eg_describe_tile_url(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                    struct eg_text base_url, struct eg_arena *arena);

const char *eg_polarity_name(enum eg_polarity polarity); /* "not_stated", "high_is_worse", ... */
const char *eg_state_name(enum eg_state state);          /* "valid", "missing", ... */
const char *eg_state_label(enum eg_state state);         /* "Suppressed (small numbers)", ... */

#endif
