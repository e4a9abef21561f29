/* Tile Map Service 1.0.0: WMTS's predecessor, which old clients still ask for. A map is a layer in a tile matrix set,
 * "{layer}@{set}@png"; rows are counted from the south. Style and period may be added as ?style= and ?period=. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "engine/tile_sets.h"
#include "http/handlers.h"
#include "http/parameter.h"
#include "http/wms_names.h"
#include "http/wmts.h"
#include "http/xml.h"

#define TEXTS_BYTES (4U << 20)

/* A set whose matrices all begin at one southern edge, which is all that a map of TMS can say. */
static bool can_be_map(const struct eg_tile_matrix_set *set)
{
    for (uint32_t i = 0; i < set->n_matrices; i++) {
        struct eg_bounds first =
            eg_tile_matrix_bounds(&set->matrices[0], 0, set->matrices[0].matrix_height - 1);
        struct eg_bounds here =
            eg_tile_matrix_bounds(&set->matrices[i], 0, set->matrices[i].matrix_height - 1);
        double slack = set->matrices[i].cell_size * 1e-3;
        if (fabs(here.min_y - first.min_y) > slack || fabs(here.min_x - first.min_x) > slack) return false;
        if (set->matrices[i].tile_width != set->matrices[0].tile_width ||
            set->matrices[i].tile_height != set->matrices[0].tile_height)
            return false;
    }
    return true;
}

static const char *profile_of(const struct eg_tile_matrix_set *set)
{
    if (strcmp(set->id, "WebMercatorQuad") == 0) return "global-mercator";
    return strcmp(set->id, "WorldCRS84Quad") == 0 ? "global-geodetic" : "local";
}

/* Here the coordinates are easting first whatever the name says, so that degrees are known by the name all clients know. */
static const char *srs_of(const struct eg_tile_matrix_set *set)
{
    return strcmp(set->crs, "OGC:CRS84") == 0 ? "EPSG:4326" : set->crs;
}

/* --- requests ------------------------------------------------------------------------------------------------------ */

static enum eg_status no_map(struct eg_text map, struct eg_error *err)
{
    eg_error_set(err, EG_NOT_FOUND,
                 "there is no map '%.*s'; GET /tms/1.0.0/ lists the maps, {layer}@{set}@png",
                 EG_TEXT_SHOWN(map, 60));
    eg_error_field(err, "map");
    return EG_NOT_FOUND;
}

/* Neither layers' nor sets' ids have an at-sign. */
static enum eg_status read_map(const struct eg_exchange *exchange, struct eg_text map,
                               struct eg_text *layer_out, uint32_t *set_out, struct eg_error *err)
{
    struct eg_text set_id, rest = eg_text_cut(map, '@', layer_out);
    struct eg_text format = eg_text_cut(rest, '@', &set_id);
    const struct eg_tile_sets *sets = exchange->snapshot->tile_sets;
    *set_out = eg_tile_sets_find(sets, set_id);
    if (!eg_text_equal(format, EG_TEXT("png")) || *set_out == eg_tile_sets_count(sets) ||
        !can_be_map(eg_tile_sets_at(sets, *set_out)))
        return no_map(map, err);
    return EG_OK;
}

static enum eg_status read_choice(const struct eg_target *target, struct eg_layer_name *name,
                                  struct eg_error *err)
{
    enum eg_status status = eg_target_text(target, "style", &name->style, err);
    if (status == EG_OK) status = eg_target_text(target, "period", &name->period, err);
    return status;
}

enum eg_status eg_tms_root_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                 const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    (void)target;
    (void)err;
    exchange->wanted.document = (struct eg_document_request){.kind = EG_DOCUMENT_TMS_ROOT};
    exchange->freshness = EG_FRESH_MINUTE;
    return EG_OK;
}

enum eg_status eg_tms_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                            const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    (void)target;
    (void)err;
    exchange->wanted.document = (struct eg_document_request){.kind = EG_DOCUMENT_TMS};
    exchange->freshness = EG_FRESH_MINUTE;
    return EG_OK;
}

enum eg_status eg_tms_map_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                const struct eg_target *target, struct eg_error *err)
{
    struct eg_document_request *wanted = &exchange->wanted.document;
    *wanted = (struct eg_document_request){.kind = EG_DOCUMENT_TMS_MAP};
    exchange->freshness = EG_FRESH_MINUTE;
    enum eg_status status = read_map(exchange, values->text[0], &wanted->name.layer, &wanted->file, err);
    return status == EG_OK ? read_choice(target, &wanted->name, err) : status;
}

/* From the south to the north becomes from the north to the south. */
static enum eg_status turn_row(const struct eg_exchange *exchange, uint32_t y, struct eg_tile_request *tile,
                               struct eg_error *err)
{
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(exchange->snapshot->tile_sets, tile->set);
    tile->y = y;
    if (tile->z >= set->n_matrices) return EG_OK; /* the engine says so */
    uint32_t n = set->matrices[tile->z].matrix_height;
    if (y < n) {
        tile->y = n - 1 - y;
        return EG_OK;
    }
    eg_error_set(err, EG_INVALID, "y must be 0 to %u at this zoom", n - 1);
    eg_error_field(err, "y");
    return EG_INVALID;
}

enum eg_status eg_tms_tile_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                 const struct eg_target *target, struct eg_error *err)
{
    struct eg_tile_request *tile = &exchange->wanted.tile;
    struct eg_text number;
    uint32_t y = 0;
    *tile = (struct eg_tile_request){.z = values->number[1], .x = values->number[2]};
    enum eg_status status = read_map(exchange, values->text[0], &tile->name.layer, &tile->set, err);
    if (status != EG_OK) return status;
    if (!eg_tile_cut_scale(values->text[3], &number, &tile->scale) || !eg_parameter_digits(number, &y)) {
        eg_error_set(err, EG_INVALID, "y is '%.*s'; the picture is {y}.png or {y}@2x.png",
                     EG_TEXT_SHOWN(values->text[3], 60));
        eg_error_field(err, "y");
        return EG_INVALID;
    }
    status = turn_row(exchange, y, tile, err);
    if (status == EG_OK) status = read_choice(target, &tile->name, err);
    if (status == EG_OK) status = eg_exchange_read_version(exchange, target, err);
    return status;
}

/* --- documents ----------------------------------------------------------------------------------------------------- */

struct writer {
    struct eg_snapshot *snapshot;
    struct eg_xml *xml;
    struct eg_arena *arena;
    struct eg_text base_url;
    bool failed;
};

static struct eg_text made(struct writer *w, struct eg_text text)
{
    if (!text.data) w->failed = true;
    return text;
}

static struct eg_text title_of(struct writer *w, uint32_t layer, const struct eg_tile_matrix_set *set)
{
    struct eg_text title = made(w, eg_layer_title(w->snapshot, layer, w->arena));
    return made(w, eg_text_format(w->arena, "%.*s (%s)", EG_TEXT_ARG(title), set->title));
}

static struct eg_text address_of(struct writer *w, uint32_t layer, const struct eg_tile_matrix_set *set)
{
    return made(w, eg_text_format(w->arena, "%.*s/tms/1.0.0/%.*s@%s@png", EG_TEXT_ARG(w->base_url),
                                  EG_TEXT_ARG(w->snapshot->atlas->layers[layer].id), set->id));
}

static void write_map_link(struct writer *w, uint32_t layer, const struct eg_tile_matrix_set *set)
{
    eg_xml_open(w->xml, "TileMap");
    eg_xml_attribute(w->xml, "title", title_of(w, layer, set));
    eg_xml_attribute(w->xml, "srs", eg_text_from(srs_of(set)));
    eg_xml_attribute(w->xml, "profile", eg_text_from(profile_of(set)));
    eg_xml_attribute(w->xml, "href", address_of(w, layer, set));
    eg_xml_close(w->xml);
}

static void write_service(struct writer *w)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    const struct eg_tile_sets *sets = w->snapshot->tile_sets;
    eg_xml_open(w->xml, "TileMapService");
    eg_xml_attribute(w->xml, "version", EG_TEXT("1.0.0"));
    eg_xml_attribute(w->xml, "services",
                     made(w, eg_text_format(w->arena, "%.*s/tms/", EG_TEXT_ARG(w->base_url))));
    eg_xml_leaf(w->xml, "Title", atlas->title);
    eg_xml_leaf(w->xml, "Abstract", atlas->abstract);
    eg_xml_open(w->xml, "TileMaps");
    for (uint32_t i = 0; i < atlas->n_layers; i++) {
        if (!eg_wms_lists(w->snapshot, i)) continue;
        for (uint32_t k = 0; k < eg_tile_sets_count(sets); k++)
            if (eg_tile_sets_suits(w->snapshot, k, atlas->layers[i].boundaries) &&
                can_be_map(eg_tile_sets_at(sets, k)))
                write_map_link(w, i, eg_tile_sets_at(sets, k));
    }
    eg_xml_close(w->xml);
    eg_xml_close(w->xml);
}

static void write_corner(struct writer *w, const char *name, struct eg_bounds ground)
{
    eg_xml_open(w->xml, name);
    if (strcmp(name, "Origin") == 0) {
        eg_xml_attribute_format(w->xml, "x", "%.15g", ground.min_x);
        eg_xml_attribute_format(w->xml, "y", "%.15g", ground.min_y);
    } else {
        eg_xml_attribute_format(w->xml, "minx", "%.15g", ground.min_x);
        eg_xml_attribute_format(w->xml, "miny", "%.15g", ground.min_y);
        eg_xml_attribute_format(w->xml, "maxx", "%.15g", ground.max_x);
        eg_xml_attribute_format(w->xml, "maxy", "%.15g", ground.max_y);
    }
    eg_xml_close(w->xml);
}

static void write_tile_sets(struct writer *w, uint32_t layer, const struct eg_tile_matrix_set *set)
{
    eg_xml_open(w->xml, "TileSets");
    eg_xml_attribute(w->xml, "profile", eg_text_from(profile_of(set)));
    for (uint32_t i = 0; i < set->n_matrices; i++) {
        struct eg_text map = address_of(w, layer, set);
        eg_xml_open(w->xml, "TileSet");
        eg_xml_attribute(w->xml, "href", made(w, eg_text_format(w->arena, "%.*s/%u", EG_TEXT_ARG(map), i)));
        eg_xml_attribute_format(w->xml, "units-per-pixel", "%.15g", set->matrices[i].cell_size);
        eg_xml_attribute_format(w->xml, "order", "%u", i);
        eg_xml_close(w->xml);
    }
    eg_xml_close(w->xml);
}

/* The ground of the whole coarsest matrix. It is the map's BoundingBox, too: GDAL counts tiles from that box's corner, not from the
 * Origin, and would show nothing with the box of the areas. */
static struct eg_bounds ground_of(const struct eg_tile_matrix_set *set)
{
    const struct eg_tile_matrix *first = &set->matrices[0];
    struct eg_bounds low = eg_tile_matrix_bounds(first, 0, first->matrix_height - 1);
    struct eg_bounds high = eg_tile_matrix_bounds(first, first->matrix_width - 1, 0);
    return (struct eg_bounds){low.min_x, low.min_y, high.max_x, high.max_y};
}

static void write_map(struct writer *w, uint32_t layer, const struct eg_tile_matrix_set *set)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    eg_xml_open(w->xml, "TileMap");
    eg_xml_attribute(w->xml, "version", EG_TEXT("1.0.0"));
    eg_xml_attribute(w->xml, "tilemapservice",
                     made(w, eg_text_format(w->arena, "%.*s/tms/1.0.0/", EG_TEXT_ARG(w->base_url))));
    eg_xml_leaf(w->xml, "Title", title_of(w, layer, set));
    eg_xml_leaf(w->xml, "Abstract", atlas->indicators[atlas->layers[layer].indicator].description);
    eg_xml_leaf(w->xml, "SRS", eg_text_from(srs_of(set)));
    write_corner(w, "BoundingBox", ground_of(set));
    write_corner(w, "Origin", ground_of(set));
    eg_xml_open(w->xml, "TileFormat");
    eg_xml_attribute_format(w->xml, "width", "%u", set->matrices[0].tile_width);
    eg_xml_attribute_format(w->xml, "height", "%u", set->matrices[0].tile_height);
    eg_xml_attribute(w->xml, "mime-type", EG_TEXT("image/png"));
    eg_xml_attribute(w->xml, "extension", EG_TEXT("png"));
    eg_xml_close(w->xml);
    write_tile_sets(w, layer, set);
    eg_xml_close(w->xml);
}

static enum eg_status begin(struct eg_snapshot *snapshot, struct eg_text base_url, struct writer *w,
                            struct eg_error *err)
{
    *w = (struct writer){snapshot, eg_xml_new(), eg_arena_new(TEXTS_BYTES), base_url, false};
    return w->xml && w->arena ? EG_OK : eg_error_no_memory(err, TEXTS_BYTES);
}

static enum eg_status finish(struct writer *w, enum eg_status status, struct eg_entity *entity_out,
                             struct eg_error *err)
{
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    if (status == EG_OK && w->failed) status = eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK) status = eg_xml_finish(w->xml, &body, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, "text/xml", true, entity_out, err);
    eg_buffer_clear(&body);
    eg_arena_free(w->arena);
    eg_xml_free(w->xml);
    return status;
}

enum eg_status eg_tms_root(struct eg_snapshot *snapshot, struct eg_text base_url,
                           struct eg_entity *entity_out, struct eg_error *err)
{
    struct writer w;
    enum eg_status status = begin(snapshot, base_url, &w, err);
    if (status == EG_OK) {
        eg_xml_open(w.xml, "Services");
        eg_xml_open(w.xml, "TileMapService");
        eg_xml_attribute(w.xml, "title", snapshot->atlas->title);
        eg_xml_attribute(w.xml, "version", EG_TEXT("1.0.0"));
        eg_xml_attribute(w.xml, "href",
                         made(&w, eg_text_format(w.arena, "%.*s/tms/1.0.0/", EG_TEXT_ARG(base_url))));
        eg_xml_close(w.xml);
        eg_xml_close(w.xml);
    }
    return finish(&w, status, entity_out, err);
}

enum eg_status eg_tms_service(struct eg_snapshot *snapshot, struct eg_text base_url,
                              struct eg_entity *entity_out, struct eg_error *err)
{
    struct writer w;
    enum eg_status status = begin(snapshot, base_url, &w, err);
    if (status == EG_OK) write_service(&w);
    return finish(&w, status, entity_out, err);
}

enum eg_status eg_tms_map(struct eg_snapshot *snapshot, const struct eg_layer_name *name, uint32_t set,
                          struct eg_text base_url, struct eg_entity *entity_out, struct eg_error *err)
{
    struct writer w;
    struct eg_layer_ref ref;
    enum eg_status status = eg_layer_resolve(snapshot, name, &ref, err);
    if (status != EG_OK) return status;
    status = begin(snapshot, base_url, &w, err);
    if (status == EG_OK) write_map(&w, ref.layer, eg_tile_sets_at(snapshot->tile_sets, set));
    return finish(&w, status, entity_out, err);
}
