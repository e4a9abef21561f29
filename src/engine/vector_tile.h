/* Vector tiles: the areas of a layer as polygons with their values, for clients that draw, hover and restyle by themselves.
 *
 * The layer in the tile has the id of the layer asked for. Each area is a feature; its id is the area's number plus one, the same
 * in every tile of a snapshot. Its properties:
 *
 *     code, name
 *     value, state, class                          of the period asked for
 *     value_{period}, state_{period}, class_{period}   of every period the layer has
 *
 * `value` is a number, or the name of a category; `state` is valid, missing, suppressed, unreliable or not_applicable; `class`
 * counts from 1 in the order of the legend, in the style asked for. An area whose state has no value has neither value nor
 * class; one with a value that the publisher gives no tenth has no class.
 *
 * In place of a layer a boundary set may be asked for by its id: then features have code and name alone. */
#ifndef EG_ENGINE_VECTOR_TILE_H
#define EG_ENGINE_VECTOR_TILE_H

#include "engine/engine.h"

#define EG_VECTOR_MAX_ZOOM 22 /* that are answered */
/* From here on a unit of the tile is less than 15 cm: clients enlarge the tile in place of asking for another. */
#define EG_VECTOR_LAST_ZOOM 16
#define EG_VECTOR_PX 512 /* as which clients show a tile: decides the level of detail */

struct eg_vector_tile_request {
    struct eg_layer_name name; /* layer: of a layer, or of a boundary set (then style and period are empty) */
    uint32_t z, x, y;
    /* 0: WebMercatorQuad, and z, x and y say which ground. Else the ground is `bounds` in `crs`, and the caller promises that
     * set, z, x and y mean the same ground always: they are the key under which the tile is kept. */
    uint8_t set;
    struct eg_text crs;      /* one that the atlas allows */
    struct eg_bounds bounds; /* easting first */
};

/* A tile as the server keeps it, retained for the caller; its entity is without bytes when no area lies there.
 * EG_NOT_FOUND, EG_INVALID with the field at fault. */
EG_MUST_CHECK enum eg_status eg_engine_vector_tile(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                                   const struct eg_vector_tile_request *request,
                                                   void **value_out, struct eg_error *err);
/* The same if it is in the cache, else NULL; also for a request that is wrong. */
void *eg_engine_vector_tile_kept(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                 const struct eg_vector_tile_request *request);
/* The same made now as an entity, past the cache. */
EG_MUST_CHECK enum eg_status eg_engine_vector_tile_entity(struct eg_engine *engine,
                                                          struct eg_snapshot *snapshot,
                                                          const struct eg_vector_tile_request *request,
                                                          struct eg_entity *entity_out, struct eg_error *err);

/* TileJSON 3.0 with vector_layers, and a style for MapLibre (or any reader of its style specification, version 8) that looks as
 * the pictures do: classes' colours, states' looks, outlines by zoom. Patterns are shown by dashed outlines in their ink. */
EG_MUST_CHECK enum eg_status eg_engine_vector_tilejson(struct eg_snapshot *snapshot,
                                                       const struct eg_layer_name *name,
                                                       struct eg_text base_url, struct eg_entity *entity_out,
                                                       struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_engine_vector_style(struct eg_snapshot *snapshot,
                                                    const struct eg_layer_name *name, struct eg_text base_url,
                                                    struct eg_entity *entity_out, struct eg_error *err);

/* --- for the engine's own files ------------------------------------------------------------------------------------------ */

/* What a tile is of. */
struct eg_vector_subject {
    uint32_t boundaries;
    bool has_layer;
    struct eg_layer_ref ref; /* with a layer */
};
EG_MUST_CHECK enum eg_status eg_vector_subject_find(const struct eg_snapshot *snapshot,
                                                    const struct eg_layer_name *name,
                                                    struct eg_vector_subject *subject_out,
                                                    struct eg_error *err);

/* Working memory of one thread, kept with the other in a workspace. */
struct eg_vector_scratch;
void eg_vector_scratch_free(struct eg_vector_scratch *scratch); /* NULL is allowed */

#endif
