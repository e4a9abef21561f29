/* Capabilities of WMTS 1.0.0: the service, its layers with styles, periods and limits, the tile matrix sets, the themes.
 *
 * The elements' order is the schema's. A layer takes some 2 kB, and 0.2 kB more for each matrix whose limits are said. They are said
 * set by set, web Mercator first, as long as all layers together have no more than LIMITS_MOST: 3 MB, which pack to some ten
 * kilobytes and are mostly copied, since layers of the same boundaries have the same. Beyond that clients work them out from the
 * layer's box. A set's limits are all there or none: that is what the standard wants. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "engine/describe.h"
#include "engine/tile_sets.h"
#include "http/metadata.h"
#include "http/wms_names.h"
#include "http/wmts.h"
#include "http/xml.h"

#define TEXTS_BYTES (16U << 20)
#define LIMITS_MOST 16000U

struct writer {
    const struct eg_wmts_service *service;
    struct eg_xml *xml;
    struct eg_arena *arena;
    uint32_t n_limited;     /* sets, from the first, of which limits are said */
    struct eg_text *limits; /* [n_boundaries][EG_TILE_SETS_MAX] written before */
    bool failed;            /* a text in the arena was refused */
};

static const struct eg_atlas *atlas_of(const struct writer *w)
{
    return w->service->snapshot->atlas;
}

static struct eg_text made(struct writer *w, struct eg_text text)
{
    if (!text.data) w->failed = true;
    return text;
}

static struct eg_text address(struct writer *w, const char *path)
{
    return made(w, eg_text_format(w->arena, "%.*s%s", EG_TEXT_ARG(w->service->base_url), path));
}

static void leaf_if(struct writer *w, const char *name, struct eg_text text)
{
    if (text.len > 0) eg_xml_leaf(w->xml, name, text);
}

static void write_keywords(struct writer *w, const struct eg_text *words, size_t n)
{
    eg_xml_open(w->xml, "ows:Keywords");
    for (size_t i = 0; i < n; i++) leaf_if(w, "ows:Keyword", words[i]);
    eg_xml_close(w->xml);
}

/* --- the service --------------------------------------------------------------------------------------------------- */

static void write_identification(struct writer *w)
{
    const struct eg_atlas *atlas = atlas_of(w);
    const struct eg_text words[] = {EG_TEXT("neighbourhoods"), EG_TEXT("indicators"), EG_TEXT("choropleth"),
                                    atlas->fictional ? EG_TEXT("fictional data") : (struct eg_text){0}};
    struct eg_text abstract =
        made(w, eg_text_format(w->arena, "%s%.*s", atlas->fictional ? "Fictional data. " : "",
                               EG_TEXT_ARG(atlas->abstract)));
    struct eg_text terms = atlas->licence.title.len > 0 ? atlas->licence.title : atlas->licence.url;
    eg_xml_open(w->xml, "ows:ServiceIdentification");
    eg_xml_leaf(w->xml, "ows:Title", atlas->title);
    leaf_if(w, "ows:Abstract", eg_text_trim(abstract));
    write_keywords(w, words, EG_ARRAY_LEN(words));
    eg_xml_leaf(w->xml, "ows:ServiceType", EG_TEXT("OGC WMTS"));
    eg_xml_leaf(w->xml, "ows:ServiceTypeVersion", EG_TEXT("1.0.0"));
    eg_xml_leaf(w->xml, "ows:Fees", EG_TEXT("none"));
    eg_xml_leaf(w->xml, "ows:AccessConstraints", terms.len > 0 ? terms : EG_TEXT("none"));
    eg_xml_close(w->xml);
}

static void write_provider(struct writer *w)
{
    const struct eg_atlas *atlas = atlas_of(w);
    struct eg_text name = atlas->contact_name.len > 0  ? atlas->contact_name
                          : atlas->attribution.len > 0 ? atlas->attribution
                                                       : atlas->title;
    eg_xml_open(w->xml, "ows:ServiceProvider");
    eg_xml_leaf(w->xml, "ows:ProviderName", name);
    if (atlas->contact_url.len > 0) eg_xml_link(w->xml, "ows:ProviderSite", atlas->contact_url);
    eg_xml_open(w->xml, "ows:ServiceContact");
    if (atlas->contact_email.len > 0) {
        eg_xml_open(w->xml, "ows:ContactInfo");
        eg_xml_open(w->xml, "ows:Address");
        eg_xml_leaf(w->xml, "ows:ElectronicMailAddress", atlas->contact_email);
        eg_xml_close(w->xml);
        eg_xml_close(w->xml);
    }
    eg_xml_close(w->xml);
    eg_xml_close(w->xml);
}

static void write_get(struct writer *w, struct eg_text href, const char *encoding)
{
    eg_xml_open(w->xml, "ows:Get");
    eg_xml_attribute(w->xml, "xlink:href", href);
    eg_xml_open(w->xml, "ows:Constraint");
    eg_xml_attribute(w->xml, "name", EG_TEXT("GetEncoding"));
    eg_xml_open(w->xml, "ows:AllowedValues");
    eg_xml_leaf(w->xml, "ows:Value", eg_text_from(encoding));
    eg_xml_close(w->xml);
    eg_xml_close(w->xml);
    eg_xml_close(w->xml);
}

static void write_operations(struct writer *w)
{
    static const struct {
        const char *name, *path;
    } operations[] = {{"GetCapabilities", "/wmts/1.0.0/WMTSCapabilities.xml"},
                      {"GetTile", "/wmts/"},
                      {"GetFeatureInfo", "/wmts/"}};
    struct eg_text kvp = address(w, "/wmts?");
    eg_xml_open(w->xml, "ows:OperationsMetadata");
    for (size_t i = 0; i < EG_ARRAY_LEN(operations); i++) {
        eg_xml_open(w->xml, "ows:Operation");
        eg_xml_attribute(w->xml, "name", eg_text_from(operations[i].name));
        eg_xml_open(w->xml, "ows:DCP");
        eg_xml_open(w->xml, "ows:HTTP");
        write_get(w, kvp, "KVP");
        write_get(w, address(w, operations[i].path), "RESTful");
        eg_xml_close(w->xml);
        eg_xml_close(w->xml);
        eg_xml_close(w->xml);
    }
    eg_xml_close(w->xml);
}

/* --- layers -------------------------------------------------------------------------------------------------------- */

static void write_box(struct writer *w, struct eg_bounds box)
{
    if (!(box.min_x <= box.max_x && box.min_y <= box.max_y)) return;
    eg_xml_open(w->xml, "ows:WGS84BoundingBox");
    eg_xml_leaf_format(w->xml, "ows:LowerCorner", "%.6f %.6f", fmax(box.min_x, -180), fmax(box.min_y, -90));
    eg_xml_leaf_format(w->xml, "ows:UpperCorner", "%.6f %.6f", fmin(box.max_x, 180), fmin(box.max_y, 90));
    eg_xml_close(w->xml);
}

static void write_description(struct writer *w, uint32_t number)
{
    const struct eg_atlas_layer *layer = &atlas_of(w)->layers[number];
    const struct eg_atlas_indicator *indicator = &atlas_of(w)->indicators[layer->indicator];
    const struct eg_text words[] = {indicator->facts.theme, indicator->title,
                                    atlas_of(w)->boundaries[layer->boundaries].title};
    struct eg_text credits = made(w, eg_describe_credits(w->service->snapshot, number, w->arena));
    bool both = indicator->description.len > 0 && credits.len > 0;
    struct eg_text abstract =
        made(w, eg_text_format(w->arena, "%.*s%s%.*s", EG_TEXT_ARG(indicator->description), both ? " | " : "",
                               EG_TEXT_ARG(credits)));
    eg_xml_leaf(w->xml, "ows:Title", made(w, eg_layer_title(w->service->snapshot, number, w->arena)));
    leaf_if(w, "ows:Abstract", abstract);
    write_keywords(w, words, EG_ARRAY_LEN(words));
    write_box(w, w->service->snapshot->generation->area_sets[layer->boundaries].bounds_deg);
    eg_xml_leaf(w->xml, "ows:Identifier", layer->id);
    eg_xml_link(w->xml, "ows:Metadata",
                made(w, eg_metadata_address(w->service->snapshot, number, w->service->base_url, w->arena)));
}

/* A legend that cannot be drawn, for want of a font or for too many categories, is not offered. */
static enum eg_status write_legend(struct writer *w, struct eg_layer_ref ref, struct eg_error *err)
{
    const struct eg_wmts_service *service = w->service;
    uint32_t width = 0, height = 0;
    enum eg_status status =
        eg_engine_legend_size(service->engine, service->snapshot, ref, &width, &height, err);
    if (status != EG_OK) return status == EG_NO_MEMORY ? status : EG_OK;
    struct eg_text href =
        made(w, eg_text_format(w->arena, "%.*s/legend/%.*s.png?style=%.*s", EG_TEXT_ARG(service->base_url),
                               EG_TEXT_ARG(atlas_of(w)->layers[ref.layer].id),
                               EG_TEXT_ARG(atlas_of(w)->styles[ref.style].id)));
    eg_xml_open(w->xml, "LegendURL");
    eg_xml_attribute(w->xml, "format", EG_TEXT("image/png"));
    eg_xml_attribute_format(w->xml, "width", "%u", width);
    eg_xml_attribute_format(w->xml, "height", "%u", height);
    eg_xml_attribute(w->xml, "xlink:href", href);
    eg_xml_close(w->xml);
    return EG_OK;
}

static enum eg_status write_style(struct writer *w, struct eg_layer_ref ref, bool own, struct eg_error *err)
{
    const struct eg_atlas_style *style = &atlas_of(w)->styles[ref.style];
    enum eg_status status = EG_OK;
    eg_xml_open(w->xml, "Style");
    if (own) eg_xml_attribute(w->xml, "isDefault", EG_TEXT("true"));
    leaf_if(w, "ows:Title", style->title);
    if (own) leaf_if(w, "ows:Abstract", style->description);
    eg_xml_leaf(w->xml, "ows:Identifier", style->id);
    if (own) status = write_legend(w, ref, err);
    eg_xml_close(w->xml);
    return status;
}

/* The layer's own comes first, with its legend: clients take the first. */
static enum eg_status write_styles(struct writer *w, struct eg_layer_ref ref, struct eg_error *err)
{
    enum eg_status status = write_style(w, ref, true, err);
    for (uint32_t i = 0; i < atlas_of(w)->n_styles && status == EG_OK; i++) {
        struct eg_layer_ref other = {.layer = ref.layer, .style = i, .series = ref.series};
        if (i != ref.style) status = write_style(w, other, false, err);
    }
    return status;
}

/* Whether a period's id is its first day, or the month or year of that, as ISO 8601 writes them: "2021-04-01", "2021-04", "2021". */
static bool is_date(const struct eg_atlas_period *period)
{
    char moment[EG_WMS_TIME_BYTES];
    struct eg_text id = period->id;
    bool has_length = id.len == 4 || id.len == 7 || id.len == 10;
    return has_length && eg_wms_time_moment(period, moment) && strncmp(moment, id.data, id.len) == 0;
}

/* So that a client may take them for dates. */
static bool are_dates(const struct eg_series *series, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!is_date(&series[i].period)) return false;
    return true;
}

/* The latest period is the default, and what "current" means. */
static void write_time(struct writer *w, uint32_t layer)
{
    const struct eg_series *series = w->service->snapshot->generation->series;
    uint32_t first = 0, n = 0;
    eg_layer_series(w->service->snapshot, layer, &first, &n);
    eg_xml_open(w->xml, "Dimension");
    eg_xml_leaf(w->xml, "ows:Identifier", EG_TEXT("Time"));
    if (are_dates(series + first, n)) eg_xml_leaf(w->xml, "ows:UOM", EG_TEXT("ISO8601"));
    eg_xml_leaf(w->xml, "Default", series[first + n - 1].period.id);
    eg_xml_leaf(w->xml, "Current", EG_TEXT("true"));
    for (uint32_t i = first; i < first + n; i++) eg_xml_leaf(w->xml, "Value", series[i].period.id);
    eg_xml_close(w->xml);
}

/* The schema wants the largest row and column to be positive, though both count from 0. So 0 becomes 1 where there is a tile 1;
 * a matrix of a single row or column, in which the whole world is one tile high or wide, is left out. */
static bool make_sayable(const struct eg_tile_matrix *matrix, struct eg_tile_range *range)
{
    if (range->empty || matrix->matrix_height < 2 || matrix->matrix_width < 2) return false;
    if (range->max_row == 0) range->max_row = 1;
    if (range->max_column == 0) range->max_column = 1;
    return true;
}

static void append_limits(struct eg_buffer *out, const struct eg_tile_matrix_set *set, struct eg_bounds box)
{
    eg_buffer_literal(out, "<TileMatrixSetLimits>");
    for (uint32_t i = 0; i < set->n_matrices; i++) {
        struct eg_tile_range range = eg_tile_matrix_range(&set->matrices[i], box);
        if (!make_sayable(&set->matrices[i], &range)) continue;
        eg_buffer_printf(
            out,
            "<TileMatrixLimits><TileMatrix>%s</TileMatrix><MinTileRow>%u</MinTileRow><MaxTileRow>%u"
            "</MaxTileRow><MinTileCol>%u</MinTileCol><MaxTileCol>%u</MaxTileCol></TileMatrixLimits>",
            set->matrices[i].id, range.min_row, range.max_row, range.min_column, range.max_column);
    }
    eg_buffer_literal(out, "</TileMatrixSetLimits>");
}

/* Layers of the same boundaries have the same limits: they are formatted once. Ids of matrices have no character that XML would
 * want escaped (geo/tile_matrix.c). */
static void write_limits(struct writer *w, uint32_t set_number, uint32_t boundaries, struct eg_bounds box)
{
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(w->service->snapshot->tile_sets, set_number);
    struct eg_text *kept = &w->limits[boundaries * EG_TILE_SETS_MAX + set_number];
    if (!kept->data) {
        struct eg_buffer out;
        eg_buffer_init(&out, 0);
        append_limits(&out, set, box);
        if (!out.failed) *kept = eg_text_copy(w->arena, (struct eg_text){out.data, out.len});
        eg_buffer_clear(&out);
        if (!kept->data) w->failed = true;
    }
    eg_xml_raw(w->xml, *kept);
}

static bool has_tiles(const struct eg_tile_matrix_set *set, struct eg_bounds box)
{
    const struct eg_tile_matrix *finest = &set->matrices[set->n_matrices - 1];
    struct eg_tile_range range = eg_tile_matrix_range(finest, box);
    return make_sayable(finest, &range);
}

static enum eg_status write_set_links(struct writer *w, uint32_t boundaries, struct eg_error *err)
{
    const struct eg_snapshot *snapshot = w->service->snapshot;
    for (uint32_t i = 0; i < eg_tile_sets_count(snapshot->tile_sets); i++) {
        const struct eg_tile_matrix_set *set = eg_tile_sets_at(snapshot->tile_sets, i);
        struct eg_bounds box;
        if (!eg_tile_sets_suits(snapshot, i, boundaries)) continue;
        enum eg_status status = eg_tile_sets_box(snapshot, i, boundaries, &box, err);
        if (status != EG_OK) return status;
        eg_xml_open(w->xml, "TileMatrixSetLink");
        eg_xml_leaf(w->xml, "TileMatrixSet", eg_text_from(set->id));
        if (i < w->n_limited && has_tiles(set, box)) write_limits(w, i, boundaries, box);
        eg_xml_close(w->xml);
    }
    return EG_OK;
}

static void write_resources(struct writer *w, struct eg_text layer)
{
    static const struct {
        const char *format, *type, *rest;
    } resources[] = {{"image/png", "tile", ".png"},
                     {"application/json", "FeatureInfo", "/{J}/{I}.json"},
                     {"text/html", "FeatureInfo", "/{J}/{I}.html"},
                     {"text/plain", "FeatureInfo", "/{J}/{I}.txt"},
                     {"application/vnd.ogc.gml", "FeatureInfo", "/{J}/{I}.gml"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(resources); i++) {
        struct eg_text href = made(
            w,
            eg_text_format(w->arena,
                           "%.*s/wmts/%.*s/{Style}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}%s",
                           EG_TEXT_ARG(w->service->base_url), EG_TEXT_ARG(layer), resources[i].rest));
        eg_xml_open(w->xml, "ResourceURL");
        eg_xml_attribute(w->xml, "format", eg_text_from(resources[i].format));
        eg_xml_attribute(w->xml, "resourceType", eg_text_from(resources[i].type));
        eg_xml_attribute(w->xml, "template", href);
        eg_xml_close(w->xml);
    }
}

static enum eg_status write_layer(struct writer *w, uint32_t number, struct eg_error *err)
{
    static const char *const info_formats[] = {"application/json", "text/html", "text/plain",
                                               "application/vnd.ogc.gml"};
    const struct eg_atlas_layer *layer = &atlas_of(w)->layers[number];
    struct eg_layer_name name = {.layer = layer->id};
    struct eg_layer_ref ref;
    enum eg_status status = eg_layer_resolve(w->service->snapshot, &name, &ref, err);
    if (status != EG_OK) return status;
    eg_xml_open(w->xml, "Layer");
    write_description(w, number);
    status = write_styles(w, ref, err);
    eg_xml_leaf(w->xml, "Format", EG_TEXT("image/png"));
    for (size_t i = 0; i < EG_ARRAY_LEN(info_formats); i++)
        eg_xml_leaf(w->xml, "InfoFormat", eg_text_from(info_formats[i]));
    write_time(w, number);
    if (status == EG_OK) status = write_set_links(w, layer->boundaries, err);
    write_resources(w, layer->id);
    eg_xml_close(w->xml);
    return status;
}

/* --- sets ---------------------------------------------------------------------------------------------------------- */

static void write_matrix(struct writer *w, const struct eg_tile_matrix_set *set,
                         const struct eg_tile_matrix *matrix)
{
    double first = set->northing_first ? matrix->top : matrix->left;
    double second = set->northing_first ? matrix->left : matrix->top;
    eg_xml_open(w->xml, "TileMatrix");
    eg_xml_leaf(w->xml, "ows:Identifier", eg_text_from(matrix->id));
    eg_xml_leaf_format(w->xml, "ScaleDenominator", "%.15g", matrix->scale_denominator);
    eg_xml_leaf_format(w->xml, "TopLeftCorner", "%.15g %.15g", first, second);
    eg_xml_leaf_format(w->xml, "TileWidth", "%u", matrix->tile_width);
    eg_xml_leaf_format(w->xml, "TileHeight", "%u", matrix->tile_height);
    eg_xml_leaf_format(w->xml, "MatrixWidth", "%u", matrix->matrix_width);
    eg_xml_leaf_format(w->xml, "MatrixHeight", "%u", matrix->matrix_height);
    eg_xml_close(w->xml);
}

/* The names of the standard's own annex, which clients compare letter by letter. */
static struct eg_text scale_set_of(struct writer *w, const struct eg_tile_matrix_set *set)
{
    static const char prefix[] = "http://www.opengis.net/def/wkss/OGC/1.0/";
    struct eg_text name = eg_text_from(set->well_known_scale_set);
    if (!eg_text_starts_with(name, eg_text_from(prefix))) return name;
    return made(w, eg_text_format(w->arena, "urn:ogc:def:wkss:OGC:1.0:%s",
                                  set->well_known_scale_set + sizeof prefix - 1));
}

static void write_set(struct writer *w, const struct eg_tile_matrix_set *set)
{
    char crs[EG_CRS_NAME_BYTES];
    eg_crs_write(&set->crs_id, EG_CRS_URN, crs);
    eg_xml_open(w->xml, "TileMatrixSet");
    eg_xml_leaf(w->xml, "ows:Title", eg_text_from(set->title));
    eg_xml_leaf(w->xml, "ows:Identifier", eg_text_from(set->id));
    eg_xml_leaf(w->xml, "ows:SupportedCRS", eg_text_from(crs));
    leaf_if(w, "WellKnownScaleSet", scale_set_of(w, set));
    for (uint32_t i = 0; i < set->n_matrices; i++) write_matrix(w, set, &set->matrices[i]);
    eg_xml_close(w->xml);
}

/* Whether a layer that is listed has tiles in the set. */
static bool is_used(const struct eg_snapshot *snapshot, uint32_t set)
{
    for (uint32_t i = 0; i < snapshot->atlas->n_layers; i++)
        if (eg_wms_lists(snapshot, i) &&
            eg_tile_sets_suits(snapshot, set, snapshot->atlas->layers[i].boundaries))
            return true;
    return false;
}

/* Limits that all layers together would have in a set. */
static uint32_t count_limits(const struct eg_snapshot *snapshot, uint32_t set)
{
    uint32_t n_layers = 0;
    for (uint32_t i = 0; i < snapshot->atlas->n_layers; i++)
        n_layers += eg_wms_lists(snapshot, i) &&
                    eg_tile_sets_suits(snapshot, set, snapshot->atlas->layers[i].boundaries);
    return n_layers * eg_tile_sets_at(snapshot->tile_sets, set)->n_matrices;
}

/* Of how many sets, from the first, the limits are said. */
static uint32_t choose_limited(const struct eg_snapshot *snapshot)
{
    uint32_t set = 0, n = 0;
    for (; set < eg_tile_sets_count(snapshot->tile_sets); set++) {
        n += count_limits(snapshot, set);
        if (n > LIMITS_MOST) break;
    }
    return set;
}

static enum eg_status write_contents(struct writer *w, struct eg_error *err)
{
    const struct eg_snapshot *snapshot = w->service->snapshot;
    enum eg_status status = EG_OK;
    w->limits =
        eg_arena_array(w->arena, (size_t)atlas_of(w)->n_boundaries * EG_TILE_SETS_MAX, sizeof *w->limits);
    if (!w->limits) return eg_error_no_memory(err, TEXTS_BYTES);
    w->n_limited = choose_limited(snapshot);
    eg_xml_open(w->xml, "Contents");
    for (uint32_t i = 0; i < atlas_of(w)->n_layers && status == EG_OK; i++)
        if (eg_wms_lists(snapshot, i)) status = write_layer(w, i, err);
    for (uint32_t i = 0; i < eg_tile_sets_count(snapshot->tile_sets); i++)
        if (is_used(snapshot, i)) write_set(w, eg_tile_sets_at(snapshot->tile_sets, i));
    eg_xml_close(w->xml);
    return status;
}

/* --- themes -------------------------------------------------------------------------------------------------------- */

struct group_name {
    char text[EG_WMS_GROUP_BYTES]; /* empty: the layer is in no theme, or not listed */
};

static void write_theme(struct writer *w, struct group_name *names, uint32_t first)
{
    const struct eg_atlas *atlas = atlas_of(w);
    eg_xml_open(w->xml, "Theme");
    eg_xml_leaf(w->xml, "ows:Title", atlas->indicators[atlas->layers[first].indicator].facts.theme);
    eg_xml_leaf(w->xml, "ows:Identifier", eg_text_from(names[first].text));
    for (uint32_t i = first; i < atlas->n_layers; i++) {
        if (i > first && strcmp(names[first].text, names[i].text) != 0) continue;
        eg_xml_leaf(w->xml, "LayerRef", atlas->layers[i].id);
        if (i > first) names[i].text[0] = '\0'; /* said */
    }
    eg_xml_close(w->xml);
}

/* The same groups as in WMS. An atlas without themes has no such element, which may not be empty. */
static void write_themes(struct writer *w)
{
    const struct eg_snapshot *snapshot = w->service->snapshot;
    uint32_t n = snapshot->atlas->n_layers;
    struct group_name *names = eg_arena_array(w->arena, n, sizeof *names);
    bool opened = false;
    if (!names) w->failed = true;
    for (uint32_t i = 0; i < n && names; i++)
        if (eg_wms_lists(snapshot, i)) (void)eg_wms_group_of(snapshot, i, names[i].text);
    for (uint32_t i = 0; i < n && names; i++) {
        if (!names[i].text[0]) continue;
        if (!opened) eg_xml_open(w->xml, "Themes");
        opened = true;
        write_theme(w, names, i);
    }
    if (opened) eg_xml_close(w->xml);
}

/* --- the document -------------------------------------------------------------------------------------------------- */

static void open_root(struct writer *w)
{
    eg_xml_open(w->xml, "Capabilities");
    eg_xml_attribute(w->xml, "xmlns", EG_TEXT("http://www.opengis.net/wmts/1.0"));
    eg_xml_attribute(w->xml, "xmlns:ows", EG_TEXT("http://www.opengis.net/ows/1.1"));
    eg_xml_attribute(w->xml, "xmlns:xlink", EG_TEXT("http://www.w3.org/1999/xlink"));
    eg_xml_attribute(w->xml, "xmlns:xsi", EG_TEXT("http://www.w3.org/2001/XMLSchema-instance"));
    eg_xml_attribute(w->xml, "xsi:schemaLocation",
                     EG_TEXT("http://www.opengis.net/wmts/1.0 "
                             "http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd"));
    eg_xml_attribute(w->xml, "version", EG_TEXT("1.0.0"));
    eg_xml_attribute(w->xml, "updateSequence", eg_text_from(w->service->snapshot->version));
}

static enum eg_status write_all(struct writer *w, struct eg_error *err)
{
    uint32_t sections = w->service->sections;
    enum eg_status status = EG_OK;
    open_root(w);
    if (sections & EG_WMTS_IDENTIFICATION) write_identification(w);
    if (sections & EG_WMTS_PROVIDER) write_provider(w);
    if (sections & EG_WMTS_OPERATIONS) write_operations(w);
    if (sections & EG_WMTS_CONTENTS) status = write_contents(w, err);
    if (sections & EG_WMTS_THEMES) write_themes(w);
    if (sections == EG_WMTS_ALL) {
        eg_xml_open(w->xml, "ServiceMetadataURL");
        eg_xml_attribute(w->xml, "xlink:href", address(w, "/wmts/1.0.0/WMTSCapabilities.xml"));
        eg_xml_close(w->xml);
    }
    eg_xml_close(w->xml);
    return status;
}

enum eg_status eg_wmts_capabilities(const struct eg_wmts_service *service, struct eg_entity *entity_out,
                                    struct eg_error *err)
{
    struct writer w = {.service = service, .xml = eg_xml_new(), .arena = eg_arena_new(TEXTS_BYTES)};
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    enum eg_status status = w.xml && w.arena ? write_all(&w, err) : eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK && w.failed) status = eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK) status = eg_xml_finish(w.xml, &body, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, "application/xml", true, entity_out, err);
    eg_buffer_clear(&body);
    eg_arena_free(w.arena);
    eg_xml_free(w.xml);
    return status;
}
