/* Protocol-neutral operations: resolve names, look into the cache, draw, hand out an entity. Every protocol (XYZ, WMS, WMTS,
 * OGC API, pages, the command line) is a thin parser in front of these calls. No HTTP here: no status numbers, no headers.
 *
 * All calls are safe from any thread. */
#ifndef EG_ENGINE_ENGINE_H
#define EG_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "cache/cache.h"
#include "engine/entity.h"
#include "engine/gazetteer.h"
#include "engine/layer.h"
#include "engine/snapshot.h"

struct eg_engine;

/* How the server keeps an entity in the cache: `wrap` turns one into its own prepared, reference-counted value with one
 * reference, taking the body's memory over (the entity is cleared in any case; NULL: no memory), and says what it weighs.
 * Without wrap (NULL) eg_engine_tile is not to be called. */
struct eg_engine_options {
    uint64_t cache_bytes; /* 0: off */
    uint32_t n_threads;   /* for loading; 0: one per processor */
    uint32_t
        n_drawing; /* threads that draw one large map together, the caller among them; 0 or 1: it alone */
    void *(*wrap)(struct eg_entity *entity, size_t *weight_bytes_out, void *context);
    struct eg_cache_values values;
};

EG_MUST_CHECK enum eg_status eg_engine_new(const struct eg_engine_options *options,
                                           struct eg_engine **engine_out, struct eg_error *err);
void eg_engine_free(struct eg_engine *engine); /* no call under way; NULL is allowed */

/* Loads an atlas beside the one in use and swaps; on failure the old one stays. One load at a time (EG_BUSY). */
EG_MUST_CHECK enum eg_status eg_engine_load(struct eg_engine *engine, const char *atlas_path,
                                            struct eg_error *err);
/* The current state, retained, or NULL before the first load. */
struct eg_snapshot *eg_engine_snapshot(struct eg_engine *engine);
/* How many snapshots there were: 0 before the first load. A thread that keeps a snapshot compares this, one atomic read,
 * and takes the new one when it has changed. */
uint64_t eg_engine_generation(const struct eg_engine *engine);

struct eg_tile_request {
    struct eg_layer_name name;
    uint32_t set;     /* of the snapshot's tile matrix sets (engine/tile_sets.h); 0: WebMercatorQuad */
    uint32_t z, x, y; /* of WebMercatorQuad, z 0 to 22; of other sets the matrix's index, column and row */
    uint32_t scale;   /* 1 to 4 */
    bool exact;       /* RGBA without loss */
    bool described;   /* title, period and attribution in the file; eg_engine_tile_entity only */
};

/* A tile as the server keeps it (made by `wrap`), retained for the caller. EG_NOT_FOUND, EG_INVALID with the field at fault.
 * A tile wholly of one colour shares one value with all others like it. */
EG_MUST_CHECK enum eg_status eg_engine_tile(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                            const struct eg_tile_request *request, void **value_out,
                                            struct eg_error *err);
/* The same if it is in the cache, else NULL; also for a request that cannot be drawn: eg_engine_tile says why. Allocates
 * nothing. */
void *eg_engine_tile_kept(struct eg_engine *engine, struct eg_snapshot *snapshot,
                          const struct eg_tile_request *request);
/* As eg_engine_map_needs_projecting. */
bool eg_engine_tile_needs_projecting(struct eg_snapshot *snapshot, const struct eg_tile_request *request);
/* The same picture drawn now as an entity, past the cache. */
EG_MUST_CHECK enum eg_status eg_engine_tile_entity(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                                   const struct eg_tile_request *request,
                                                   struct eg_entity *entity_out, struct eg_error *err);

/* A picture of any box in any CRS that the atlas allows (engine/crs_list.h); never cached. */
#define EG_MAP_LAYERS 16
enum eg_picture_format { EG_PICTURE_PNG, EG_PICTURE_PNG8, EG_PICTURE_JPEG, EG_PICTURE_WEBP };
struct eg_map_request {
    const struct eg_layer_name *names; /* [n_names], drawn in this order: the last one lies on top */
    uint32_t n_names;                  /* 1 to EG_MAP_LAYERS */
    struct eg_text crs;                /* in any spelling of eg_crs_parse; empty: EPSG:3857 */
    bool any_crs;                      /* also one that PROJ knows and the atlas does not allow */
    struct eg_bounds bounds;           /* in the CRS's units, easting first */
    double
        turn; /* 0, or once around the world in the CRS's units: what lies so far to the west of the box is drawn in it,
                    too, so that a box may go on across the antimeridian; at most half of EG_MAP_LAYERS then */
    uint32_t width, height;
    double scale; /* of lines and patterns */
    bool legend;  /* of the topmost layer, drawn into the corner where it covers least */
    bool exact;
    bool has_background;           /* else that of the first layer's style */
    struct eg_rgba background;     /* straight; alpha 255: an opaque picture */
    enum eg_picture_format format; /* JPEG is opaque: white where no background is given */
    double dpi;                    /* written into the file; 0: not stated */
};
EG_MUST_CHECK enum eg_status eg_engine_map(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                           const struct eg_map_request *request, struct eg_entity *entity_out,
                                           struct eg_error *err);
/* Whether eg_engine_map would have to project borders first or wait for somebody who does (a tenth of a second to a second for
 * a country). Quick. A server lets such requests have threads of their own, so that a handful of them does not keep all
 * others waiting. False for what cannot be drawn. */
bool eg_engine_map_needs_projecting(struct eg_snapshot *snapshot, const struct eg_map_request *request);

/* A picture in place of a map that cannot be drawn: of one colour, with a sentence wrapped into its upper left corner or, where
 * that is empty, without. EG_LIMIT and EG_INVALID for sizes as of maps. */
struct eg_notice_request {
    uint32_t width, height;
    struct eg_rgba background; /* straight */
    struct eg_text text;
    double scale;
    enum eg_picture_format format;
};
EG_MUST_CHECK enum eg_status eg_engine_notice(struct eg_engine *engine, const struct eg_snapshot *snapshot,
                                              const struct eg_notice_request *request,
                                              struct eg_entity *entity_out, struct eg_error *err);

/* Documents. base_url has no slash at its end ("https://atlas.example"). JSON is compact. */
EG_MUST_CHECK enum eg_status eg_engine_tilejson(struct eg_snapshot *snapshot,
                                                const struct eg_layer_name *name, struct eg_text base_url,
                                                struct eg_entity *entity_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_engine_catalogue(struct eg_snapshot *snapshot, struct eg_text base_url,
                                                 struct eg_entity *entity_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_engine_legend_json(struct eg_snapshot *snapshot,
                                                   const struct eg_layer_name *name,
                                                   struct eg_entity *entity_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_engine_legend_png(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                                  const struct eg_layer_name *name, double scale,
                                                  struct eg_entity *entity_out, struct eg_error *err);
/* The same as clients of WMS ask for it. */
struct eg_legend_request {
    struct eg_layer_name name;
    double scale; /* 1 to 4; beyond is drawn as these */
    bool no_title, no_labels, transparent;
    uint32_t symbol_width, symbol_height; /* in pixels at scale 1; 0: our own choice */
    struct eg_text rule; /* the label of one row, of which the symbol is the whole picture; absent: all */
};
/* EG_NOT_FOUND with field "rule"; EG_LIMIT for symbols that no canvas holds. */
EG_MUST_CHECK enum eg_status eg_engine_legend(struct eg_engine *engine, const struct eg_snapshot *snapshot,
                                              const struct eg_legend_request *request,
                                              struct eg_entity *entity_out, struct eg_error *err);
/* The size of eg_engine_legend_png's picture at scale 1 without drawing it: for documents that list legends. Measured on first
 * use and kept with the snapshot. Fails as eg_engine_legend_png does. */
EG_MUST_CHECK enum eg_status eg_engine_legend_size(struct eg_engine *engine,
                                                   const struct eg_snapshot *snapshot,
                                                   struct eg_layer_ref ref, uint32_t *width_out,
                                                   uint32_t *height_out, struct eg_error *err);
/* The position of a boundary set in the atlas. EG_NOT_FOUND with the field "boundaries". */
EG_MUST_CHECK enum eg_status eg_engine_find_boundaries(const struct eg_snapshot *snapshot, struct eg_text id,
                                                       uint32_t *out, struct eg_error *err);
/* Names, parents, every indicator with value, state, limits, class, decile and rank. */
EG_MUST_CHECK enum eg_status eg_engine_area(struct eg_snapshot *snapshot, struct eg_text boundaries,
                                            struct eg_text code, struct eg_entity *entity_out,
                                            struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_engine_area_at(struct eg_snapshot *snapshot, struct eg_text boundaries,
                                               double lon_deg, double lat_deg, struct eg_entity *entity_out,
                                               struct eg_error *err);

enum eg_coalitions_form {
    EG_COALITIONS_GEOJSON, /* FeatureCollection with numberMatched, numberReturned, links, and facets where asked for */
    EG_COALITIONS_JSON, /* a list of objects with the members of the features' properties, id, longitude and latitude */
    EG_COALITIONS_CSV /* base/csv.h: a row an entry, the columns as an atlas names them, lists with ';' between */
};

/* A moment that a client names: none, an instant, or a day of the atlas's clocks. */
struct eg_moment {
    enum { EG_MOMENT_NONE, EG_MOMENT_INSTANT, EG_MOMENT_DAY } is;
    int64_t value; /* seconds since 1970 in UTC, or the day as base/calendar.h counts */
};

struct eg_coalitions_request {
    struct eg_directory_query
        query;                    /* but for open_min, from_min and until_min, which the next three become */
    struct eg_moment open;        /* an instant */
    struct eg_moment from, until; /* a day is from its beginning, and until its end */
    int64_t now_s;                /* from when on, where only `until` is given */
    enum eg_coalitions_form form;
    struct eg_text serves;    /* "{boundaries}:{code}" or "lon,lat" or empty; resolved here */
    struct eg_text near_area; /* "{boundaries}:{code}": query.near_* become it; or empty */
    struct eg_text
        self_url; /* the request's own path and query without limit and offset, to build the links from */
    struct eg_text base_url;
};
/* Which entries of the snapshot's directory match. EG_NOT_FOUND, EG_INVALID with the field at fault; free with
 * eg_directory_result_clear. */
EG_MUST_CHECK enum eg_status eg_engine_coalitions_find(struct eg_snapshot *snapshot,
                                                       const struct eg_coalitions_request *request,
                                                       struct eg_directory_result *result_out,
                                                       struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_engine_coalitions(struct eg_snapshot *snapshot,
                                                  const struct eg_coalitions_request *request,
                                                  struct eg_entity *entity_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_engine_coalition(struct eg_snapshot *snapshot, struct eg_text id,
                                                 struct eg_text base_url, struct eg_entity *entity_out,
                                                 struct eg_error *err);
/* Whom an entry serves: a GeoJSON Feature with the ground of the areas that it names, as one, and the polygon of its own, if it has one.
 * 300 neighbourhoods of 33,000 take a millisecond or two. EG_NOT_FOUND for an entry that there is not or that has neither. */
struct eg_coalition_area_request {
    struct eg_text id, base_url;
    bool has_tolerance; /* else the finest outline of at most some thousand vertices */
    double tolerance_m; /* corners that take less than its square from the outline are left out; 0: none is */
};
EG_MUST_CHECK enum eg_status eg_engine_coalition_area(struct eg_snapshot *snapshot,
                                                      const struct eg_coalition_area_request *request,
                                                      struct eg_entity *entity_out, struct eg_error *err);
/* Combined population and indicators of the areas that an entry names (engine/combined.h). EG_NOT_FOUND for an entry that there is
 * not or that names none. */
EG_MUST_CHECK enum eg_status eg_engine_coalition_profile(struct eg_snapshot *snapshot, struct eg_text id,
                                                         struct eg_text base_url,
                                                         struct eg_entity *entity_out, struct eg_error *err);
enum eg_places_form {
    EG_PLACES_GEOJSON, /* FeatureCollection of points, with numberReturned; an area's feature has its bbox */
    EG_PLACES_JSON, /* a list of objects with the members of the features' properties, longitude, latitude and bbox */
    EG_PLACES_CSV
};
struct eg_places_request {
    struct eg_place_query query;
    enum eg_places_form form;
};
/* Places of that name: each with its name, a label that tells it from others of the same name, kind, code, where it lies and
 * how well it fits. EG_INVALID with the field at fault. */
EG_MUST_CHECK enum eg_status eg_engine_places(struct eg_snapshot *snapshot,
                                              const struct eg_places_request *request,
                                              struct eg_entity *entity_out, struct eg_error *err);
/* The join report and, for operators, what is loaded. */
EG_MUST_CHECK enum eg_status eg_engine_report(struct eg_snapshot *snapshot, struct eg_entity *entity_out,
                                              struct eg_error *err);

struct eg_engine_counters {
    struct eg_cache_counters cache;
    uint64_t tiles_indexed, tiles_rgba,
        tiles_solid; /* drawn; solid ones share a picture that is counted once */
};
void eg_engine_count(const struct eg_engine *engine, struct eg_engine_counters *counters_out);

#endif
