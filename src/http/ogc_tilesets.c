/* Tile sets of a collection (OGC API - Tiles, and the tile set metadata of 17-083r4), and the tile matrix sets themselves. */
#include <math.h>
#include <string.h>

#include "engine/tile_sets.h"
#include "http/ogc.h"

static bool is_map(const struct eg_ogc_writer *w)
{
    return w->wanted.document == EG_OGC_MAP_TILESETS || w->wanted.document == EG_OGC_MAP_TILESET;
}

/* "/ogc/collections/{id}/map/tiles", without the set. */
static struct eg_text tiles_path(const struct eg_ogc_writer *w)
{
    return eg_text_format(w->arena, "%.*s%s/tiles", EG_TEXT_ARG(eg_ogc_collection_path(w)),
                          is_map(w) ? "/map" : "");
}

static void add_head(const struct eg_ogc_writer *w, struct eg_json_value *item,
                     const struct eg_tile_matrix_set *set)
{
    struct eg_text title = eg_collection_title(w->snapshot, w->collection, w->arena);
    eg_describe_made(
        w->json, item, "title",
        eg_text_format(w->arena, "%.*s, %s", EG_TEXT_ARG(title), set->title[0] ? set->title : set->id));
    eg_json_cstring(w->json, item, "dataType", is_map(w) ? "map" : "vector");
    eg_json_cstring(w->json, item, "crs", set->crs_uri);
    if (set->uri[0]) eg_json_cstring(w->json, item, "tileMatrixSetURI", set->uri);
}

static void add_scheme_link(const struct eg_ogc_writer *w, struct eg_json_value *links,
                            const struct eg_tile_matrix_set *set)
{
    eg_ogc_add_link(w, links,
                    &(struct eg_ogc_link){.rel = EG_OGC_REL "tiling-scheme",
                                          .type = "application/json",
                                          .title = "Tile matrix set"},
                    "/ogc/tileMatrixSets/%s?f=json", set->id);
}

/* Where the tiles are. */
static void add_template(const struct eg_ogc_writer *w, struct eg_json_value *links,
                         const struct eg_tile_matrix_set *set)
{
    struct eg_ogc_link link = {.rel = "item", .templated = true};
    link.type = is_map(w) ? "image/png" : "application/vnd.mapbox-vector-tile";
    link.title = is_map(w) ? "Map tiles (PNG)" : "Vector tiles";
    eg_ogc_add_link(w, links, &link, "%.*s/%s/{tileMatrix}/{tileRow}/{tileCol}?f=%s",
                    EG_TEXT_ARG(tiles_path(w)), set->id, is_map(w) ? "png" : "mvt");
}

void eg_ogc_write_tilesets(const struct eg_ogc_writer *w)
{
    const struct eg_tile_sets *sets = w->snapshot->tile_sets;
    struct eg_json_value *root = eg_json_root(w->json);
    eg_json_cstring(w->json, root, "title", is_map(w) ? "Map tiles" : "Vector tiles");
    eg_ogc_add_self(w, eg_json_array(w->json, root, "links"), eg_ogc_path(w));
    struct eg_json_value *array = eg_json_array(w->json, root, "tilesets");
    for (uint32_t i = 0; i < eg_tile_sets_count(sets); i++) {
        if (!eg_tile_sets_suits(w->snapshot, i, w->collection.boundaries)) continue;
        const struct eg_tile_matrix_set *set = eg_tile_sets_at(sets, i);
        struct eg_json_value *item = eg_json_object(w->json, array, NULL);
        add_head(w, item, set);
        struct eg_json_value *links = eg_json_array(w->json, item, "links");
        eg_ogc_add_self(w, links, eg_text_format(w->arena, "%.*s/%s", EG_TEXT_ARG(tiles_path(w)), set->id));
        add_scheme_link(w, links, set);
        add_template(w, links, set);
    }
}

/* --- one tile set -------------------------------------------------------------------------------------------------- */

static void add_limits(const struct eg_ogc_writer *w, struct eg_json_value *root,
                       const struct eg_tile_matrix_set *set, struct eg_bounds box)
{
    struct eg_json_value *limits = eg_json_array(w->json, root, "tileMatrixSetLimits");
    for (uint32_t i = 0; i < set->n_matrices; i++) {
        struct eg_tile_range range = eg_tile_matrix_range(&set->matrices[i], box);
        if (range.empty) continue;
        struct eg_json_value *item = eg_json_object(w->json, limits, NULL);
        eg_json_cstring(w->json, item, "tileMatrix", set->matrices[i].id);
        eg_json_integer(w->json, item, "minTileRow", range.min_row);
        eg_json_integer(w->json, item, "maxTileRow", range.max_row);
        eg_json_integer(w->json, item, "minTileCol", range.min_column);
        eg_json_integer(w->json, item, "maxTileCol", range.max_column);
    }
}

static void add_corner(const struct eg_ogc_writer *w, struct eg_json_value *box, const char *name,
                       double lon_deg, double lat_deg)
{
    struct eg_json_value *corner = eg_json_array(w->json, box, name);
    eg_json_decimal(w->json, corner, NULL, lon_deg, 6);
    eg_json_decimal(w->json, corner, NULL, lat_deg, 6);
}

static void add_box(const struct eg_ogc_writer *w, struct eg_json_value *root)
{
    struct eg_bounds box;
    if (!eg_collection_bounds_deg(w->snapshot, w->collection, &box)) return;
    struct eg_json_value *item = eg_json_object(w->json, root, "boundingBox");
    add_corner(w, item, "lowerLeft", box.min_x, box.min_y);
    add_corner(w, item, "upperRight", box.max_x, box.max_y);
    eg_json_cstring(w->json, item, "crs", EG_OGC_CRS84);
}

/* The layer within a vector tile: engine/vector_tile.h. */
static void add_layers(const struct eg_ogc_writer *w, struct eg_json_value *root)
{
    struct eg_json_value *array = eg_json_array(w->json, root, "layers");
    struct eg_json_value *layer = eg_json_object(w->json, array, NULL);
    eg_json_text(w->json, layer, "id", eg_collection_id(w->snapshot, w->collection));
    eg_describe_made(w->json, layer, "title", eg_collection_title(w->snapshot, w->collection, w->arena));
    eg_json_cstring(w->json, layer, "dataType", "vector");
    eg_json_integer(w->json, layer, "geometryDimension", 2);
}

enum eg_status eg_ogc_write_tileset(const struct eg_ogc_writer *w, struct eg_error *err)
{
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(w->snapshot->tile_sets, w->wanted.set);
    struct eg_json_value *root = eg_json_root(w->json);
    struct eg_bounds box;
    enum eg_status status = eg_tile_sets_box(w->snapshot, w->wanted.set, w->collection.boundaries, &box, err);
    if (status != EG_OK) return status;
    add_head(w, root, set);
    if (is_map(w))
        eg_describe_made(w->json, root, "attribution",
                         eg_describe_credits(w->snapshot, w->collection.layer, w->arena));
    struct eg_json_value *links = eg_json_array(w->json, root, "links");
    eg_ogc_add_self(w, links, eg_ogc_path(w));
    add_scheme_link(w, links, set);
    add_template(w, links, set);
    eg_ogc_add_link(w, links,
                    &(struct eg_ogc_link){
                        .rel = EG_OGC_REL "geodata", .type = "application/json", .title = "The collection"},
                    "/ogc/collections/%.*s?f=json",
                    EG_TEXT_ARG(eg_collection_id(w->snapshot, w->collection)));
    if (box.min_x <= box.max_x) add_limits(w, root, set, box);
    add_box(w, root);
    if (!is_map(w)) add_layers(w, root);
    return EG_OK;
}

/* --- tile matrix sets ---------------------------------------------------------------------------------------------- */

void eg_ogc_write_tile_matrix_sets(const struct eg_ogc_writer *w)
{
    const struct eg_tile_sets *sets = w->snapshot->tile_sets;
    struct eg_json_value *root = eg_json_root(w->json);
    eg_json_cstring(w->json, root, "title", "Tile matrix sets");
    struct eg_json_value *array = eg_json_array(w->json, root, "tileMatrixSets");
    for (uint32_t i = 0; i < eg_tile_sets_count(sets); i++) {
        const struct eg_tile_matrix_set *set = eg_tile_sets_at(sets, i);
        struct eg_json_value *item = eg_json_object(w->json, array, NULL);
        eg_json_cstring(w->json, item, "id", set->id);
        eg_json_cstring(w->json, item, "title", set->title[0] ? set->title : set->id);
        if (set->uri[0]) eg_json_cstring(w->json, item, "uri", set->uri);
        eg_json_cstring(w->json, item, "crs", set->crs_uri);
        eg_ogc_add_self(w, eg_json_array(w->json, item, "links"),
                        eg_text_format(w->arena, "/ogc/tileMatrixSets/%s", set->id));
    }
    eg_ogc_add_self(w, eg_json_array(w->json, root, "links"), eg_ogc_path(w));
}

enum eg_status eg_ogc_read_tile_matrix_set(struct eg_ogc_writer *w, struct eg_error *err)
{
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(w->snapshot->tile_sets, w->wanted.set);
    struct eg_json *json = NULL;
    enum eg_status status = eg_json_parse(set->json, &json, err);
    if (status != EG_OK) return status;
    eg_json_free(w->json);
    w->json = json;
    return EG_OK;
}
