/* The layers in capabilities: the atlas at the root, its themes as groups, their layers.
 *
 * What all have stands at the root and is inherited: the CRSs, the boxes, the limits of scale. A layer repeats boxes only
 * where its boundaries fill a smaller box than all boundaries together. Styles are not inherited, though every layer may be drawn in
 * each: the standard forbids a layer to say more of an inherited style, and it has to say what its own legend looks like. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/describe.h"
#include "http/metadata.h"
#include "http/wms_capabilities.h"
#include "http/wms_names.h"

/* Beyond these a map shows nothing: borders are kept to the centimetre, and the world has no more than a few pixels. */
#define LEAST_SCALE 100.0
#define GREATEST_SCALE 1e9
#define PIXEL_M 0.00028 /* the standard's pixel */

/* --- boxes --------------------------------------------------------------------------------------------------------- */

static bool is_box(struct eg_bounds box)
{
    return box.min_x <= box.max_x && box.min_y <= box.max_y && isfinite(box.min_x) && isfinite(box.max_x) &&
           isfinite(box.min_y) && isfinite(box.max_y);
}

static struct eg_bounds around(struct eg_bounds a, struct eg_bounds b)
{
    if (!is_box(a)) return b;
    if (!is_box(b)) return a;
    return (struct eg_bounds){fmin(a.min_x, b.min_x), fmin(a.min_y, b.min_y), fmax(a.max_x, b.max_x),
                              fmax(a.max_y, b.max_y)};
}

static void write_corners(struct eg_wms_writer *w, const struct eg_bounds *box, int decimals)
{
    eg_xml_attribute_format(w->xml, "minx", "%.*f", decimals, box->min_x);
    eg_xml_attribute_format(w->xml, "miny", "%.*f", decimals, box->min_y);
    eg_xml_attribute_format(w->xml, "maxx", "%.*f", decimals, box->max_x);
    eg_xml_attribute_format(w->xml, "maxy", "%.*f", decimals, box->max_y);
}

static void write_degrees(struct eg_wms_writer *w, struct eg_bounds box)
{
    box = (struct eg_bounds){fmax(box.min_x, -180), fmax(box.min_y, -90), fmin(box.max_x, 180),
                             fmin(box.max_y, 90)};
    if (w->version == EG_WMS_1_1_1) {
        eg_xml_open(w->xml, "LatLonBoundingBox");
        write_corners(w, &box, 6);
    } else {
        eg_xml_open(w->xml, "EX_GeographicBoundingBox");
        eg_xml_leaf_format(w->xml, "westBoundLongitude", "%.6f", box.min_x);
        eg_xml_leaf_format(w->xml, "eastBoundLongitude", "%.6f", box.max_x);
        eg_xml_leaf_format(w->xml, "southBoundLatitude", "%.6f", box.min_y);
        eg_xml_leaf_format(w->xml, "northBoundLatitude", "%.6f", box.max_y);
    }
    eg_xml_close(w->xml);
}

/* In 1.3.0 the axes are in the order of the CRS's authority. */
static void write_box(struct eg_wms_writer *w, const struct eg_crs_entry *crs, struct eg_bounds box)
{
    char name[EG_CRS_NAME_BYTES];
    if (!is_box(box)) return;
    eg_crs_write(&crs->id, EG_CRS_WMS, name);
    if (w->version == EG_WMS_1_3_0 && crs->info.northing_first)
        box = (struct eg_bounds){box.min_y, box.min_x, box.max_y, box.max_x};
    eg_xml_open(w->xml, "BoundingBox");
    eg_xml_attribute(w->xml, w->version == EG_WMS_1_1_1 ? "SRS" : "CRS", eg_text_from(name));
    write_corners(w, &box, crs->info.geographic ? 6 : 2);
    eg_xml_close(w->xml);
}

static void write_boxes(struct eg_wms_writer *w, struct eg_bounds box_deg, const struct eg_bounds *boxes)
{
    if (!is_box(box_deg)) return;
    write_degrees(w, box_deg);
    for (uint32_t i = 0; i < w->n_crs; i++) write_box(w, &w->crs[i], boxes[i]);
}

/* --- what a layer says of itself ------------------------------------------------------------------------------------ */

static struct eg_text made(struct eg_wms_writer *w, struct eg_text text)
{
    if (!text.data) w->failed = true;
    return text;
}

static void write_layer_keywords(struct eg_wms_writer *w, const struct eg_atlas_layer *layer)
{
    const struct eg_atlas *atlas = w->service->snapshot->atlas;
    const struct eg_text words[] = {atlas->indicators[layer->indicator].facts.theme,
                                    atlas->indicators[layer->indicator].title,
                                    atlas->boundaries[layer->boundaries].title};
    eg_wms_write_keywords(w, words, EG_ARRAY_LEN(words));
}

static void write_moments(struct eg_wms_writer *w, uint32_t first, uint32_t n)
{
    const struct eg_series *series = &w->service->snapshot->generation->series[first];
    for (uint32_t i = 0; i < n;) {
        char item[EG_WMS_TIME_BYTES];
        if (i > 0) eg_xml_text(w->xml, EG_TEXT(","));
        i += eg_wms_time_extent(series + i, n - i, item);
        eg_xml_text(w->xml, eg_text_from(item));
    }
}

/* The latest period is the default. */
static void write_time(struct eg_wms_writer *w, uint32_t layer)
{
    const struct eg_snapshot *snapshot = w->service->snapshot;
    uint32_t first = 0, n = 0;
    char latest[EG_WMS_TIME_BYTES];
    eg_layer_series(snapshot, layer, &first, &n);
    if (!eg_wms_time_has(snapshot, layer)) return;
    bool dated = eg_wms_time_moment(&snapshot->generation->series[first + n - 1].period, latest);
    EG_ASSERT(dated);
    eg_xml_open(w->xml, "Dimension");
    eg_xml_attribute(w->xml, "name", EG_TEXT("time"));
    eg_xml_attribute(w->xml, "units", EG_TEXT("ISO8601"));
    if (w->version == EG_WMS_1_1_1) {
        eg_xml_close(w->xml);
        eg_xml_open(w->xml, "Extent");
        eg_xml_attribute(w->xml, "name", EG_TEXT("time"));
    }
    eg_xml_attribute(w->xml, "default", eg_text_from(latest));
    eg_xml_attribute(w->xml, "nearestValue", EG_TEXT("1"));
    eg_xml_attribute(w->xml, "multipleValues", EG_TEXT("0"));
    eg_xml_attribute(w->xml, "current", EG_TEXT("1"));
    write_moments(w, first, n);
    eg_xml_close(w->xml);
}

static void write_attribution(struct eg_wms_writer *w, struct eg_text title, struct eg_text link)
{
    if (title.len == 0 && link.len == 0) return;
    eg_xml_open(w->xml, "Attribution");
    if (title.len > 0) eg_xml_leaf(w->xml, "Title", title);
    if (link.len > 0) eg_wms_write_resource(w, link);
    eg_xml_close(w->xml);
}

static void write_metadata_link(struct eg_wms_writer *w, const char *type, const char *media_type,
                                struct eg_text address)
{
    eg_xml_open(w->xml, "MetadataURL");
    eg_xml_attribute(w->xml, "type", eg_text_from(type));
    eg_wms_write_document(w, media_type, address);
    eg_xml_close(w->xml);
}

/* 1.1.1 knows metadata after ISO 19115, which it calls TC211, and FGDC alone: TileJSON is there a document about the data only. */
static void write_metadata(struct eg_wms_writer *w, uint32_t number)
{
    const struct eg_snapshot *snapshot = w->service->snapshot;
    struct eg_text record = eg_metadata_address(snapshot, number, w->service->base_url, w->arena);
    struct eg_text tilejson =
        eg_text_format(w->arena, "%.*s/tiles/%.*s.json", EG_TEXT_ARG(w->service->base_url),
                       EG_TEXT_ARG(snapshot->atlas->layers[number].id));
    bool old = w->version == EG_WMS_1_1_1;
    write_metadata_link(w, old ? "TC211" : "ISO19115:2003", EG_METADATA_MEDIA_TYPE, record);
    if (!old) write_metadata_link(w, "TileJSON:3.0.0", "application/json", tilejson);
    eg_xml_open(w->xml, "DataURL");
    eg_wms_write_document(w, "application/json", tilejson);
    eg_xml_close(w->xml);
}

/* --- styles -------------------------------------------------------------------------------------------------------- */

/* A legend that cannot be drawn, for want of a font or for too many categories, is not offered. */
static enum eg_status write_legend(struct eg_wms_writer *w, struct eg_layer_ref ref, struct eg_error *err)
{
    const struct eg_wms_service *service = w->service;
    const struct eg_atlas *atlas = service->snapshot->atlas;
    uint32_t width = 0, height = 0;
    enum eg_status status =
        eg_engine_legend_size(service->engine, service->snapshot, ref, &width, &height, err);
    if (status == EG_NO_MEMORY) return status;
    if (status != EG_OK) return EG_OK;
    struct eg_text address = eg_text_format(
        w->arena,
        "%.*s/wms?service=WMS&version=%s&request=GetLegendGraphic&format=image/png&layer=%.*s&style=%.*s%s",
        EG_TEXT_ARG(service->base_url), w->version == EG_WMS_1_1_1 ? "1.1.1" : "1.3.0",
        EG_TEXT_ARG(atlas->layers[ref.layer].id), EG_TEXT_ARG(atlas->styles[ref.style].id),
        w->version == EG_WMS_1_1_1 ? "" : "&sld_version=1.1.0");
    eg_xml_open(w->xml, "LegendURL");
    eg_xml_attribute_format(w->xml, "width", "%u", width);
    eg_xml_attribute_format(w->xml, "height", "%u", height);
    eg_wms_write_document(w, "image/png", address);
    eg_xml_close(w->xml);
    return EG_OK;
}

static void open_style(struct eg_wms_writer *w, const struct eg_atlas_style *style)
{
    eg_xml_open(w->xml, "Style");
    eg_xml_leaf(w->xml, "Name", style->id);
    eg_xml_leaf(w->xml, "Title", style->title.len > 0 ? style->title : style->id);
}

/* The layer's own style comes first, with its legend: clients take the first. */
static enum eg_status write_styles(struct eg_wms_writer *w, struct eg_layer_ref ref, struct eg_error *err)
{
    const struct eg_atlas *atlas = w->service->snapshot->atlas;
    const struct eg_atlas_style *own = &atlas->styles[ref.style];
    open_style(w, own);
    if (own->description.len > 0) eg_xml_leaf(w->xml, "Abstract", own->description);
    enum eg_status status = write_legend(w, ref, err);
    eg_xml_close(w->xml);
    for (uint32_t i = 0; i < atlas->n_styles; i++) {
        if (i == ref.style) continue;
        open_style(w, &atlas->styles[i]);
        eg_xml_close(w->xml);
    }
    return status;
}

/* --- the tree ------------------------------------------------------------------------------------------------------ */

struct tree {
    struct eg_wms_writer *w;
    struct eg_bounds root_deg;
    struct eg_bounds *root_boxes; /* [n_crs] */
    uint32_t *group;              /* [n_layers] the first layer of its group, or a constant below */
};

/* Nearly: boundaries of two years differ by some metres along a coast. */
static bool fills_root(const struct tree *tree, uint32_t boundaries)
{
    struct eg_bounds box = tree->w->service->snapshot->generation->area_sets[boundaries].bounds_deg;
    struct eg_bounds root = tree->root_deg;
    double near = fmax(root.max_x - root.min_x, root.max_y - root.min_y) / 1000;
    return box.min_x - root.min_x <= near && box.min_y - root.min_y <= near &&
           root.max_x - box.max_x <= near && root.max_y - box.max_y <= near;
}

static enum eg_status write_layer(const struct tree *tree, uint32_t number, struct eg_error *err)
{
    struct eg_wms_writer *w = tree->w;
    struct eg_snapshot *snapshot = w->service->snapshot;
    const struct eg_atlas_layer *layer = &snapshot->atlas->layers[number];
    const struct eg_atlas_indicator *indicator = &snapshot->atlas->indicators[layer->indicator];
    struct eg_layer_name name = {.layer = layer->id};
    struct eg_layer_ref ref;
    enum eg_status status = eg_layer_resolve(snapshot, &name, &ref, err);
    if (status != EG_OK) return status;
    eg_xml_open(w->xml, "Layer");
    eg_xml_attribute(w->xml, "queryable", EG_TEXT("1"));
    eg_xml_leaf(w->xml, "Name", layer->id);
    eg_xml_leaf(w->xml, "Title", made(w, eg_layer_title(snapshot, number, w->arena)));
    eg_xml_leaf(w->xml, "Abstract", made(w, eg_describe_abstract(snapshot, number, w->arena)));
    write_layer_keywords(w, layer);
    if (!fills_root(tree, layer->boundaries))
        write_boxes(w, snapshot->generation->area_sets[layer->boundaries].bounds_deg,
                    w->set_boxes + (size_t)layer->boundaries * w->n_crs);
    write_time(w, number);
    write_attribution(w, made(w, eg_describe_credits(snapshot, number, w->arena)),
                      indicator->facts.source_url);
    write_metadata(w, number);
    status = write_styles(w, ref, err);
    eg_xml_close(w->xml);
    return status;
}

#define NO_GROUP UINT32_MAX
#define NOT_LISTED (UINT32_MAX - 1)

/* For each layer the first one of its group. */
static enum eg_status find_groups(const struct eg_snapshot *snapshot, uint32_t **first_out,
                                  struct eg_error *err)
{
    uint32_t n = snapshot->atlas->n_layers;
    char(*names)[EG_WMS_GROUP_BYTES] = eg_memory_array(n, sizeof *names);
    uint32_t *first = eg_memory_array(n, sizeof *first);
    if (!names || !first) {
        free(names);
        free(first);
        return eg_error_no_memory(err, n * sizeof *names);
    }
    for (uint32_t i = 0; i < n; i++) {
        bool grouped = eg_wms_group_of(snapshot, i, names[i]);
        first[i] = eg_wms_lists(snapshot, i) ? (grouped ? i : NO_GROUP) : NOT_LISTED;
        for (uint32_t k = 0; k < i && first[i] == i; k++)
            if (first[k] == k && strcmp(names[k], names[i]) == 0) first[i] = k;
    }
    free(names);
    *first_out = first;
    return EG_OK;
}

static enum eg_status write_members(const struct tree *tree, uint32_t group, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < tree->w->service->snapshot->atlas->n_layers && status == EG_OK; i++)
        if (tree->group[i] == group) status = write_layer(tree, i, err);
    return status;
}

/* A map by the group's name shows one layer: whoever takes it for all of them should read so beforehand. */
static void write_group_abstract(struct eg_wms_writer *w, uint32_t first)
{
    const struct eg_atlas *atlas = w->service->snapshot->atlas;
    struct eg_text title = eg_layer_title(w->service->snapshot, first, w->arena);
    struct eg_text text = eg_text_format(
        w->arena, "%sBy its own name this group is drawn as its first layer alone: %.*s (%.*s).",
        atlas->fictional ? "Fictional data. " : "", EG_TEXT_ARG(title), EG_TEXT_ARG(atlas->layers[first].id));
    if (!title.data || !text.data) w->failed = true;
    eg_xml_leaf(w->xml, "Abstract", text);
}

static enum eg_status write_group(const struct tree *tree, uint32_t group, struct eg_error *err)
{
    struct eg_wms_writer *w = tree->w;
    const struct eg_atlas *atlas = w->service->snapshot->atlas;
    char name[EG_WMS_GROUP_BYTES];
    (void)eg_wms_group_of(w->service->snapshot, group, name);
    eg_xml_open(w->xml, "Layer");
    eg_xml_attribute(w->xml, "queryable", EG_TEXT("1"));
    eg_xml_leaf(w->xml, "Name", eg_text_from(name));
    eg_xml_leaf(w->xml, "Title", atlas->indicators[atlas->layers[group].indicator].facts.theme);
    write_group_abstract(w, group);
    enum eg_status status = write_members(tree, group, err);
    eg_xml_close(w->xml);
    return status;
}

/* Layers without a theme follow the groups. */
static enum eg_status write_groups(const struct tree *tree, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < tree->w->service->snapshot->atlas->n_layers && status == EG_OK; i++)
        if (tree->group[i] == i) status = write_group(tree, i, err);
    return status == EG_OK ? write_members(tree, NO_GROUP, err) : status;
}

static void write_crs_list(struct eg_wms_writer *w)
{
    for (uint32_t i = 0; i < w->n_crs; i++) {
        char name[EG_CRS_NAME_BYTES];
        eg_crs_write(&w->crs[i].id, EG_CRS_WMS, name);
        eg_xml_leaf(w->xml, w->version == EG_WMS_1_1_1 ? "SRS" : "CRS", eg_text_from(name));
    }
}

static void write_scales(struct eg_wms_writer *w)
{
    if (w->version == EG_WMS_1_3_0) {
        eg_xml_leaf_format(w->xml, "MinScaleDenominator", "%.0f", LEAST_SCALE);
        eg_xml_leaf_format(w->xml, "MaxScaleDenominator", "%.0f", GREATEST_SCALE);
        return;
    }
    double diagonal_m = PIXEL_M * sqrt(2);
    eg_xml_open(w->xml, "ScaleHint");
    eg_xml_attribute_format(w->xml, "min", "%.6g", LEAST_SCALE * diagonal_m);
    eg_xml_attribute_format(w->xml, "max", "%.6g", GREATEST_SCALE * diagonal_m);
    eg_xml_close(w->xml);
}

static enum eg_status write_root(const struct tree *tree, struct eg_error *err)
{
    struct eg_wms_writer *w = tree->w;
    const struct eg_atlas *atlas = w->service->snapshot->atlas;
    eg_xml_open(w->xml, "Layer");
    eg_xml_leaf(w->xml, "Title", atlas->title);
    write_crs_list(w);
    write_boxes(w, tree->root_deg, tree->root_boxes);
    write_attribution(w, atlas->attribution, atlas->contact_url);
    /* The limits of scale come after styles, and before the layers below. */
    write_scales(w);
    enum eg_status status = write_groups(tree, err);
    eg_xml_close(w->xml);
    return status;
}

enum eg_status eg_wms_write_layers(struct eg_wms_writer *w, struct eg_error *err)
{
    const struct eg_generation *generation = w->service->snapshot->generation;
    struct tree tree = {.w = w, .root_deg = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL}};
    tree.root_boxes = eg_memory_array(w->n_crs, sizeof *tree.root_boxes);
    if (!tree.root_boxes) return eg_error_no_memory(err, w->n_crs * sizeof *tree.root_boxes);
    for (uint32_t i = 0; i < w->n_crs; i++) tree.root_boxes[i] = tree.root_deg;
    for (uint32_t set = 0; set < generation->atlas->n_boundaries; set++) {
        tree.root_deg = around(tree.root_deg, generation->area_sets[set].bounds_deg);
        for (uint32_t i = 0; i < w->n_crs; i++)
            tree.root_boxes[i] = around(tree.root_boxes[i], w->set_boxes[(size_t)set * w->n_crs + i]);
    }
    enum eg_status status = find_groups(w->service->snapshot, &tree.group, err);
    if (status == EG_OK) status = write_root(&tree, err);
    free(tree.group);
    free(tree.root_boxes);
    return status;
}
