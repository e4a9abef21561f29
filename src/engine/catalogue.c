/* TileJSON 3.0 of a layer, and the catalogue of all of them. */
#include "base/arena.h"
#include "engine/crs_report.h"
#include "engine/describe.h"
#include "engine/engine.h"
#include "engine/layer_parts.h"

#define MAX_ZOOM 22
#define TEXTS_BYTES (16u << 20) /* titles and addresses of a document */

struct writer {
    struct eg_snapshot *snapshot;
    struct eg_json *json;
    struct eg_arena *arena;
    struct eg_text base_url;
};

static void add_tiles_document(const struct writer *w, struct eg_json_value *into, const char *name,
                               uint32_t layer, const char *document)
{
    struct eg_text url = eg_text_format(w->arena, "%.*s/tiles/%.*s%s", EG_TEXT_ARG(w->base_url),
                                        EG_TEXT_ARG(w->snapshot->atlas->layers[layer].id), document);
    eg_describe_made(w->json, into, name, url);
}

/* With the version: a legend without one would be kept for an hour, beside the tiles of the next version. */
static void add_legend_of(const struct writer *w, struct eg_json_value *into, const char *name,
                          uint32_t layer, const char *format)
{
    struct eg_text url =
        eg_text_format(w->arena, "%.*s/legend/%.*s.%s?v=%s", EG_TEXT_ARG(w->base_url),
                       EG_TEXT_ARG(w->snapshot->atlas->layers[layer].id), format, w->snapshot->version);
    eg_describe_made(w->json, into, name, url);
}

static void add_legend_url(const struct writer *w, struct eg_json_value *root, struct eg_layer_ref ref)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    struct eg_text url = eg_text_format(
        w->arena, "%.*s/legend/%.*s.png?style=%.*s&period=%.*s&v=%s", EG_TEXT_ARG(w->base_url),
        EG_TEXT_ARG(atlas->layers[ref.layer].id), EG_TEXT_ARG(atlas->styles[ref.style].id),
        EG_TEXT_ARG(w->snapshot->generation->series[ref.series].period.id), w->snapshot->version);
    eg_describe_made(w->json, root, "legend_url", url);
}

/* A raster source has no vector_layers (TileJSON 3.0, 3.3). What is not stated is left out: null is no text. */
static void add_tilejson(const struct writer *w, struct eg_json_value *root, struct eg_layer_ref ref)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    const struct eg_atlas_layer *layer = &atlas->layers[ref.layer];
    struct eg_text description = atlas->indicators[layer->indicator].description;
    eg_json_cstring(w->json, root, "tilejson", "3.0.0");
    eg_json_text(w->json, root, "id", layer->id);
    eg_describe_made(w->json, root, "name", eg_layer_title(w->snapshot, ref.layer, w->arena));
    if (description.len > 0) eg_json_text(w->json, root, "description", description);
    eg_json_cstring(w->json, root, "scheme", "xyz");
    struct eg_json_value *tiles = eg_json_array(w->json, root, "tiles");
    eg_describe_made(w->json, tiles, NULL, eg_describe_tile_url(w->snapshot, ref, w->base_url, w->arena));
    eg_describe_place(w->json, root, w->snapshot->generation->area_sets[layer->boundaries].bounds_deg,
                      MAX_ZOOM);
    eg_describe_made(w->json, root, "attribution", eg_describe_credits(w->snapshot, ref.layer, w->arena));
    eg_json_text(w->json, root, "style", atlas->styles[ref.style].id);
    eg_describe_period(w->json, root, "period", &w->snapshot->generation->series[ref.series].period);
    eg_describe_periods(w->json, root, w->snapshot, ref.layer);
    add_legend_url(w, root, ref);
}

/* Clients may take the text for HTML, and names of categories come from tables. */
static void add_escaped(struct eg_buffer *words, const char *label)
{
    for (; *label; label++) {
        if (*label == '<') eg_buffer_literal(words, "&lt;");
        else if (*label == '>') eg_buffer_literal(words, "&gt;");
        else if (*label == '&') eg_buffer_literal(words, "&amp;");
        else eg_buffer_char(words, *label);
    }
}

/* TileJSON's own "legend" is one text: the classes in words. */
static void add_legend_text(const struct writer *w, struct eg_json_value *root, struct eg_layer_ref ref,
                            const struct eg_layer_classes *classed)
{
    struct eg_buffer words;
    eg_buffer_init(&words, 0);
    eg_buffer_literal(&words, "");
    for (uint32_t i = 0; i < classed->classes.n; i++) {
        char label[128];
        eg_layer_class_label(w->snapshot, ref, classed, i, label, sizeof label);
        if (i > 0) eg_buffer_literal(&words, "; ");
        add_escaped(&words, label);
    }
    eg_describe_made(w->json, root, "legend", (struct eg_text){words.failed ? NULL : words.data, words.len});
    eg_buffer_clear(&words);
    struct eg_json_value *detail = eg_json_object(w->json, root, "classification");
    eg_describe_classes(w->json, detail, w->snapshot, ref, classed, NULL);
}

static enum eg_status finish(struct writer *w, enum eg_status status, struct eg_entity *entity_out,
                             struct eg_error *err)
{
    eg_arena_free(w->arena);
    if (status == EG_OK) return eg_entity_from_json(w->json, "application/json", entity_out, err);
    eg_json_free(w->json);
    return status;
}

static enum eg_status begin(struct eg_snapshot *snapshot, struct eg_text base_url, struct writer *w,
                            struct eg_error *err)
{
    *w = (struct writer){snapshot, eg_json_new_object(), eg_arena_new(TEXTS_BYTES), base_url};
    return w->json && w->arena ? EG_OK : eg_error_no_memory(err, TEXTS_BYTES);
}

enum eg_status eg_engine_tilejson(struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                  struct eg_text base_url, struct eg_entity *entity_out, struct eg_error *err)
{
    struct writer w;
    struct eg_layer_ref ref;
    const struct eg_layer_classes *classed = NULL;
    enum eg_status status = begin(snapshot, base_url, &w, err);
    if (status == EG_OK) status = eg_layer_resolve(snapshot, name, &ref, err);
    if (status == EG_OK) status = eg_layer_classify(snapshot, ref, &classed, err);
    if (status == EG_OK) {
        add_tilejson(&w, eg_json_root(w.json), ref);
        add_legend_text(&w, eg_json_root(w.json), ref, classed);
    }
    return finish(&w, status, entity_out, err);
}

static void add_boundaries(const struct writer *w, struct eg_json_value *root)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    struct eg_json_value *array = eg_json_array(w->json, root, "boundaries");
    for (uint32_t i = 0; i < atlas->n_boundaries; i++) {
        const struct eg_atlas_boundaries *spec = &atlas->boundaries[i];
        const struct eg_area_set *set = &w->snapshot->generation->area_sets[i];
        struct eg_json_value *item = eg_json_object(w->json, array, NULL);
        eg_json_text(w->json, item, "id", spec->id);
        eg_json_text(w->json, item, "title", spec->title);
        eg_describe_text(w->json, item, "vintage", spec->vintage);
        eg_json_integer(w->json, item, "areas", set->n_areas);
        eg_describe_bounds(w->json, item, "bounds", set->bounds_deg);
        eg_describe_text(w->json, item, "attribution", spec->attribution);
        eg_describe_text(w->json, item, "licence", spec->licence_title);
        if (set->base != EG_ATLAS_NONE)
            eg_json_text(w->json, item, "dissolved_from", atlas->boundaries[set->base].id);
    }
}

static void add_styles(const struct writer *w, struct eg_json_value *root)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    struct eg_json_value *array = eg_json_array(w->json, root, "styles");
    for (uint32_t i = 0; i < atlas->n_styles; i++) {
        struct eg_json_value *item = eg_json_object(w->json, array, NULL);
        eg_json_text(w->json, item, "id", atlas->styles[i].id);
        eg_describe_text(w->json, item, "title", atlas->styles[i].title);
        eg_describe_text(w->json, item, "description", atlas->styles[i].description);
    }
}

static void add_views(const struct writer *w, struct eg_json_value *root)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    struct eg_json_value *array = eg_json_array(w->json, root, "views");
    for (uint32_t i = 0; i < atlas->n_views; i++) {
        struct eg_json_value *item = eg_json_object(w->json, array, NULL);
        eg_json_text(w->json, item, "id", atlas->views[i].id);
        eg_json_text(w->json, item, "title", atlas->views[i].title);
        eg_describe_bounds(w->json, item, "bounds", atlas->views[i].box_deg);
        if (atlas->views[i].layer.len > 0) eg_json_text(w->json, item, "layer", atlas->views[i].layer);
    }
}

static enum eg_status add_layer(const struct writer *w, struct eg_json_value *array, uint32_t layer,
                                struct eg_error *err)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    const struct eg_atlas_layer *spec = &atlas->layers[layer];
    struct eg_layer_ref ref;
    struct eg_layer_name name = {.layer = spec->id};
    const struct eg_layer_classes *classed = NULL;
    enum eg_status status = eg_layer_resolve(w->snapshot, &name, &ref, err);
    if (status == EG_OK) status = eg_layer_classify(w->snapshot, ref, &classed, err);
    if (status != EG_OK && status != EG_LIMIT) return status;
    struct eg_json_value *item = eg_json_object(w->json, array, NULL);
    eg_json_text(w->json, item, "id", spec->id);
    eg_describe_made(w->json, item, "title", eg_layer_title(w->snapshot, layer, w->arena));
    eg_json_text(w->json, item, "indicator", atlas->indicators[spec->indicator].id);
    eg_json_text(w->json, item, "boundaries", atlas->boundaries[spec->boundaries].id);
    eg_json_text(w->json, item, "style", atlas->styles[spec->style].id);
    eg_describe_periods(w->json, item, w->snapshot, layer);
    eg_describe_made(w->json, item, "tiles", eg_describe_tile_url(w->snapshot, ref, w->base_url, w->arena));
    add_tiles_document(w, item, "tilejson", layer, ".json");
    add_tiles_document(w, item, "vector_tilejson", layer, "/vector.json");
    add_tiles_document(w, item, "maplibre_style", layer, "/style.json");
    add_legend_of(w, item, "legend_json", layer, "json");
    add_legend_of(w, item, "legend_png", layer, "png");
    /* Too many categories to draw: the layer is told of, its pictures answer with the reason. */
    if (classed)
        eg_describe_classes(w->json, eg_json_object(w->json, item, "classification"), w->snapshot, ref,
                            classed, NULL);
    else eg_json_null(w->json, item, "classification");
    return EG_OK;
}

/* A layer whose tables gave no row at all has no series: it is told in the join report, not offered as a map. */
static enum eg_status add_layers(const struct writer *w, struct eg_json_value *root, struct eg_error *err)
{
    struct eg_json_value *array = eg_json_array(w->json, root, "layers");
    for (uint32_t i = 0; i < w->snapshot->atlas->n_layers; i++) {
        uint32_t first = 0, n = 0;
        eg_layer_series(w->snapshot, i, &first, &n);
        if (n == 0 || w->snapshot->atlas->layers[i].hidden) continue;
        enum eg_status status = add_layer(w, array, i, err);
        if (status != EG_OK) return status;
    }
    return EG_OK;
}

static void add_head(const struct writer *w, struct eg_json_value *root)
{
    const struct eg_atlas *atlas = w->snapshot->atlas;
    eg_json_text(w->json, root, "title", atlas->title);
    eg_describe_text(w->json, root, "abstract", atlas->abstract);
    eg_describe_text(w->json, root, "attribution", atlas->attribution);
    struct eg_json_value *licence = eg_json_object(w->json, root, "licence");
    eg_describe_text(w->json, licence, "title", atlas->licence.title);
    eg_describe_text(w->json, licence, "url", atlas->licence.url);
    struct eg_json_value *contact = eg_json_object(w->json, root, "contact");
    eg_describe_text(w->json, contact, "name", atlas->contact_name);
    eg_describe_text(w->json, contact, "email", atlas->contact_email);
    eg_describe_text(w->json, contact, "url", atlas->contact_url);
    eg_json_bool(w->json, root, "fictional", atlas->fictional);
    eg_json_cstring(w->json, root, "version", w->snapshot->version);
    struct eg_json_value *basemap = eg_json_object(w->json, root, "basemap");
    eg_describe_text(w->json, basemap, "url", atlas->basemap.url);
    eg_describe_text(w->json, basemap, "attribution", atlas->basemap.attribution);
    eg_json_integer(w->json, basemap, "max_zoom", atlas->basemap.max_zoom);
}

static void add_facets(const struct writer *w, struct eg_json_value *into, const char *name,
                       const struct eg_directory_facet *facets, uint32_t n)
{
    struct eg_json_value *array = eg_json_array(w->json, into, name);
    for (uint32_t i = 0; i < n; i++) {
        struct eg_json_value *item = eg_json_object(w->json, array, NULL);
        eg_json_text(w->json, item, "id", facets[i].text);
        eg_json_integer(w->json, item, "entries", facets[i].n);
    }
}

static void add_directory(const struct writer *w, struct eg_json_value *root)
{
    struct eg_json_value *directory = eg_json_object(w->json, root, "directory");
    eg_json_integer(w->json, directory, "entries", eg_directory_entries(w->snapshot->directory)->n);
    uint32_t n = 0;
    const struct eg_directory_facet *topics = eg_directory_topics(w->snapshot->directory, &n);
    add_facets(w, directory, "topics", topics, n);
    const struct eg_directory_facet *programmes = eg_directory_programmes(w->snapshot->directory, &n);
    add_facets(w, directory, "programmes", programmes, n);
}

static enum eg_status add_report(const struct eg_snapshot *snapshot, struct eg_json *json,
                                 struct eg_json_value *into, struct eg_error *err)
{
    eg_report_json(eg_snapshot_subject(snapshot), json, into);
    return eg_crs_report_json(snapshot->crs_list, json, into, err);
}

enum eg_status eg_engine_catalogue(struct eg_snapshot *snapshot, struct eg_text base_url,
                                   struct eg_entity *entity_out, struct eg_error *err)
{
    struct writer w;
    enum eg_status status = begin(snapshot, base_url, &w, err);
    if (status != EG_OK) return finish(&w, status, entity_out, err);
    struct eg_json_value *root = eg_json_root(w.json);
    add_head(&w, root);
    add_views(&w, root);
    add_boundaries(&w, root);
    struct eg_json_value *indicators = eg_json_array(w.json, root, "indicators");
    for (uint32_t i = 0; i < snapshot->atlas->n_indicators; i++)
        eg_describe_indicator(w.json, eg_json_object(w.json, indicators, NULL),
                              &snapshot->atlas->indicators[i]);
    add_styles(&w, root);
    status = add_layers(&w, root, err);
    add_directory(&w, root);
    if (status == EG_OK) status = add_report(snapshot, w.json, eg_json_object(w.json, root, "report"), err);
    return finish(&w, status, entity_out, err);
}

enum eg_status eg_engine_report(struct eg_snapshot *snapshot, struct eg_entity *entity_out,
                                struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    enum eg_status status = add_report(snapshot, json, eg_json_root(json), err);
    if (status != EG_OK) {
        eg_json_free(json);
        return status;
    }
    return eg_entity_from_json(json, "application/json", entity_out, err);
}
