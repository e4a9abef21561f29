/* What describes vector tiles to clients: TileJSON 3.0 with vector_layers, and a style for MapLibre.
 *
 * The style says with expressions what the pictures show: the class of the value, and its state where it has none; the same
 * expressions serve another period by its own properties (docs/vector-tiles.md). MapLibre counts zoom by tiles of 512 pixels, the atlas by
 * 256: one less. */
#include "engine/vector_tile.h"

#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "engine/describe.h"

#define TEXTS_BYTES (1u << 20)
#define COLOUR_BYTES 40

struct writer {
    struct eg_snapshot *snapshot;
    struct eg_json *json;
    struct eg_arena *arena;
    struct eg_text base_url;
    struct eg_vector_subject subject;
};

static enum eg_status begin(struct eg_snapshot *snapshot, struct eg_text base_url, struct writer *w,
                            struct eg_error *err)
{
    *w = (struct writer){snapshot, eg_json_new_object(), eg_arena_new(TEXTS_BYTES), base_url, {0}};
    return w->json && w->arena ? EG_OK : eg_error_no_memory(err, TEXTS_BYTES);
}

static enum eg_status finish(struct writer *w, enum eg_status status, struct eg_entity *entity_out,
                             struct eg_error *err)
{
    eg_arena_free(w->arena);
    if (status == EG_OK) return eg_entity_from_json(w->json, "application/json", entity_out, err);
    eg_json_free(w->json);
    return status;
}

static const struct eg_atlas *atlas_of(const struct writer *w)
{
    return w->snapshot->atlas;
}

static struct eg_text id_of(const struct writer *w)
{
    return w->subject.has_layer ? atlas_of(w)->layers[w->subject.ref.layer].id
                                : atlas_of(w)->boundaries[w->subject.boundaries].id;
}

/* "{base}/tiles/{layer}{what}?style=..&period=..&v=.." */
static struct eg_text url_of(const struct writer *w, const char *what)
{
    struct eg_layer_ref ref = w->subject.ref;
    return eg_text_format(w->arena, "%.*s/tiles/%.*s%s?style=%.*s&period=%.*s&v=%s", EG_TEXT_ARG(w->base_url),
                          EG_TEXT_ARG(id_of(w)), what, EG_TEXT_ARG(atlas_of(w)->styles[ref.style].id),
                          EG_TEXT_ARG(w->snapshot->generation->series[ref.series].period.id),
                          w->snapshot->version);
}

static struct eg_text boundaries_url(const struct writer *w, uint32_t boundaries)
{
    return eg_text_format(w->arena, "%.*s/tiles/%.*s/{z}/{x}/{y}.mvt?v=%s", EG_TEXT_ARG(w->base_url),
                          EG_TEXT_ARG(atlas_of(w)->boundaries[boundaries].id), w->snapshot->version);
}

static struct eg_text tiles_url(const struct writer *w)
{
    return w->subject.has_layer ? url_of(w, "/{z}/{x}/{y}.mvt") : boundaries_url(w, w->subject.boundaries);
}

static struct eg_bounds bounds_of(const struct writer *w, uint32_t boundaries)
{
    return w->snapshot->generation->area_sets[boundaries].bounds_deg;
}

/* --- TileJSON ------------------------------------------------------------------------------------------------------------- */

static void add_field(const struct writer *w, struct eg_json_value *fields, const char *name,
                      struct eg_text period, struct eg_text text)
{
    struct eg_text key =
        eg_text_format(w->arena, "%s%s%.*s", name, period.len > 0 ? "_" : "", EG_TEXT_ARG(period));
    eg_describe_made(w->json, key.data ? fields : NULL, key.data, text);
}

/* The three properties of a period; `period` is empty for the one asked for. */
static enum eg_status add_measure(const struct writer *w, struct eg_json_value *fields, uint32_t series,
                                  struct eg_text period, struct eg_error *err)
{
    struct eg_layer_ref ref = {w->subject.ref.layer, w->subject.ref.style, series};
    const struct eg_layer_classes *classed = NULL;
    enum eg_status status = eg_layer_classify(w->snapshot, ref, &classed, err);
    if (status != EG_OK && status != EG_LIMIT) return status;
    const struct eg_series *of = &w->snapshot->generation->series[series];
    const struct eg_atlas_indicator *indicator = &atlas_of(w)->indicators[of->indicator];
    struct eg_text unit = indicator->facts.unit, label = of->period.label;
    add_field(w, fields, "value", period,
              eg_text_format(w->arena, "%s: %.*s%s%.*s, %.*s; absent where the state has no value",
                             indicator->categorical ? "Text" : "Number", EG_TEXT_ARG(indicator->title),
                             unit.len > 0 ? " in " : "", EG_TEXT_ARG(unit), EG_TEXT_ARG(label)));
    add_field(w, fields, "state", period,
              EG_TEXT("Text: valid, unreliable (has a value), missing, suppressed or not_applicable"));
    if (classed)
        add_field(w, fields, "class", period,
                  eg_text_format(w->arena, "Number: class 1 to %u of the legend in style %.*s",
                                 classed->classes.n, EG_TEXT_ARG(atlas_of(w)->styles[ref.style].id)));
    return EG_OK;
}

static enum eg_status add_fields(const struct writer *w, struct eg_json_value *fields, struct eg_error *err)
{
    eg_json_cstring(w->json, fields, "code", "Text: the area's code");
    eg_json_cstring(w->json, fields, "name", "Text: the area's name");
    if (!w->subject.has_layer) return EG_OK;
    uint32_t first = 0, n = 0;
    eg_layer_series(w->snapshot, w->subject.ref.layer, &first, &n);
    enum eg_status status = add_measure(w, fields, w->subject.ref.series, (struct eg_text){"", 0}, err);
    for (uint32_t i = first; status == EG_OK && i < first + n; i++)
        status = add_measure(w, fields, i, w->snapshot->generation->series[i].period.id, err);
    return status;
}

static struct eg_text title_of(const struct writer *w)
{
    return w->subject.has_layer ? eg_layer_title(w->snapshot, w->subject.ref.layer, w->arena)
                                : atlas_of(w)->boundaries[w->subject.boundaries].title;
}

static void add_attribution(const struct writer *w, struct eg_json_value *into)
{
    struct eg_text of_areas = atlas_of(w)->boundaries[w->subject.boundaries].attribution;
    if (w->subject.has_layer)
        eg_describe_made(w->json, into, "attribution",
                         eg_describe_credits(w->snapshot, w->subject.ref.layer, w->arena));
    else if (of_areas.len > 0) eg_json_text(w->json, into, "attribution", of_areas);
}

static enum eg_status add_tilejson(const struct writer *w, struct eg_json_value *root, struct eg_error *err)
{
    eg_json_cstring(w->json, root, "tilejson", "3.0.0");
    eg_json_text(w->json, root, "id", id_of(w));
    eg_describe_made(w->json, root, "name", title_of(w));
    eg_json_cstring(w->json, root, "scheme", "xyz");
    eg_describe_made(w->json, eg_json_array(w->json, root, "tiles"), NULL, tiles_url(w));
    eg_describe_place(w->json, root, bounds_of(w, w->subject.boundaries), EG_VECTOR_LAST_ZOOM);
    add_attribution(w, root);
    struct eg_json_value *layers = eg_json_array(w->json, root, "vector_layers");
    struct eg_json_value *layer = eg_json_object(w->json, layers, NULL);
    eg_json_text(w->json, layer, "id", id_of(w));
    eg_describe_made(w->json, layer, "description", title_of(w));
    eg_json_integer(w->json, layer, "minzoom", 0);
    eg_json_integer(w->json, layer, "maxzoom", EG_VECTOR_LAST_ZOOM);
    return add_fields(w, eg_json_object(w->json, layer, "fields"), err);
}

static enum eg_status add_layer_facts(const struct writer *w, struct eg_json_value *root,
                                      struct eg_error *err)
{
    struct eg_layer_ref ref = w->subject.ref;
    const struct eg_layer_classes *classed = NULL;
    enum eg_status status = eg_layer_classify(w->snapshot, ref, &classed, err);
    if (status != EG_OK && status != EG_LIMIT) return status;
    eg_json_text(w->json, root, "style", atlas_of(w)->styles[ref.style].id);
    eg_describe_period(w->json, root, "period", &w->snapshot->generation->series[ref.series].period);
    eg_describe_periods(w->json, root, w->snapshot, ref.layer);
    if (!classed) return EG_OK;
    eg_describe_made(w->json, root, "style_url", url_of(w, "/style.json"));
    eg_describe_classes(w->json, eg_json_object(w->json, root, "classification"), w->snapshot, ref, classed,
                        NULL);
    return EG_OK;
}

enum eg_status eg_engine_vector_tilejson(struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                         struct eg_text base_url, struct eg_entity *entity_out,
                                         struct eg_error *err)
{
    struct writer w;
    enum eg_status status = begin(snapshot, base_url, &w, err);
    if (status == EG_OK) status = eg_vector_subject_find(snapshot, name, &w.subject, err);
    if (status == EG_OK) status = add_tilejson(&w, eg_json_root(w.json), err);
    if (status == EG_OK && w.subject.has_layer) status = add_layer_facts(&w, eg_json_root(w.json), err);
    return finish(&w, status, entity_out, err);
}

/* --- the style ------------------------------------------------------------------------------------------------------------ */

/* As CSS has it. */
static void add_colour(const struct writer *w, struct eg_json_value *into, const char *name,
                       struct eg_rgba straight, double opacity)
{
    char text[COLOUR_BYTES];
    unsigned thousandths = (unsigned)lround(1000 * opacity * straight.a / 255.0);
    if (thousandths >= 1000)
        (void)snprintf(text, sizeof text, "#%02x%02x%02x", straight.r, straight.g, straight.b);
    else
        (void)snprintf(text, sizeof text, "rgba(%u,%u,%u,0.%03u)", straight.r, straight.g, straight.b,
                       thousandths);
    eg_json_cstring(w->json, into, name, text);
}

/* ["get", property] */
static void add_get(const struct writer *w, struct eg_json_value *into, const char *property)
{
    struct eg_json_value *get = eg_json_array(w->json, into, NULL);
    eg_json_cstring(w->json, get, NULL, "get");
    eg_json_cstring(w->json, get, NULL, property);
}

/* ["match", ["get", "state"], ["valid", "unreliable"], the look of a value without a class, ["suppressed"], ..., "missing"'s] */
static void add_state_colours(const struct writer *w, struct eg_json_value *paint, bool by_decile)
{
    const struct eg_atlas_style *style = &atlas_of(w)->styles[w->subject.ref.style];
    const struct eg_atlas_look *missing = &style->look[EG_MISSING];
    struct eg_atlas_look unclassed = by_decile ? eg_layer_unclassed_look(style) : *missing;
    struct eg_json_value *match = eg_json_array(w->json, paint, "fill-color");
    eg_json_cstring(w->json, match, NULL, "match");
    add_get(w, match, "state");
    struct eg_json_value *valued = eg_json_array(w->json, match, NULL);
    eg_json_cstring(w->json, valued, NULL, eg_state_name(EG_VALID));
    eg_json_cstring(w->json, valued, NULL, eg_state_name(EG_UNRELIABLE));
    add_colour(w, match, NULL, eg_layer_colour(unclassed.colour), style->opacity);
    static const enum eg_state states[] = {EG_SUPPRESSED, EG_NOT_APPLICABLE};
    for (size_t i = 0; i < EG_ARRAY_LEN(states); i++) {
        eg_json_cstring(w->json, eg_json_array(w->json, match, NULL), NULL, eg_state_name(states[i]));
        add_colour(w, match, NULL, eg_layer_colour(style->look[states[i]].colour), style->opacity);
    }
    add_colour(w, match, NULL, eg_layer_colour(missing->colour), style->opacity);
}

/* ["match", ["get", "class"], [1], colour, [2], colour ..., "missing"'s, which no area shows]; in brackets since QGIS 3.22 reads
 * nothing but lists of labels */
static void add_class_colours(const struct writer *w, struct eg_json_value *paint,
                              const struct eg_layer_classes *classed)
{
    const struct eg_atlas_style *style = &atlas_of(w)->styles[w->subject.ref.style];
    struct eg_json_value *match = eg_json_array(w->json, paint, "fill-color");
    eg_json_cstring(w->json, match, NULL, "match");
    add_get(w, match, "class");
    for (uint32_t i = 0; i < classed->classes.n; i++) {
        eg_json_integer(w->json, eg_json_array(w->json, match, NULL), NULL, (int64_t)i + 1);
        add_colour(w, match, NULL, classed->colour[i], style->opacity);
    }
    add_colour(w, match, NULL, eg_layer_colour(style->look[EG_MISSING].colour), style->opacity);
}

/* A style layer over a source that has one layer of the same id: "{id}:{what}". */
static struct eg_json_value *add_style_layer(const struct writer *w, struct eg_json_value *layers,
                                             struct eg_text id, const char *what, const char *type)
{
    struct eg_json_value *layer = eg_json_object(w->json, layers, NULL);
    eg_describe_made(w->json, layer, "id", eg_text_format(w->arena, "%.*s:%s", EG_TEXT_ARG(id), what));
    eg_json_cstring(w->json, layer, "type", type);
    eg_json_text(w->json, layer, "source", id);
    eg_json_text(w->json, layer, "source-layer", id);
    return layer;
}

/* A fill of the areas that have a class, or of those that have none. Two layers of plain expressions, since QGIS understands no
 * nested ones. Under an opacity, edges smoothed one by one would be darker where they meet. */
static struct eg_json_value *add_fill(const struct writer *w, struct eg_json_value *layers, const char *what,
                                      bool with_class)
{
    const struct eg_atlas_style *style = &atlas_of(w)->styles[w->subject.ref.style];
    struct eg_json_value *layer = add_style_layer(w, layers, id_of(w), what, "fill");
    struct eg_json_value *filter = eg_json_array(w->json, layer, "filter"), *has = filter;
    if (!with_class) eg_json_cstring(w->json, filter, NULL, "!");
    if (!with_class) has = eg_json_array(w->json, filter, NULL);
    eg_json_cstring(w->json, has, NULL, "has");
    eg_json_cstring(w->json, has, NULL, "class");
    struct eg_json_value *paint = eg_json_object(w->json, layer, "paint");
    eg_json_bool(w->json, paint, "fill-antialias", style->opacity >= 1 && !style->aliased);
    return paint;
}

/* ["==", ["get", "state"], state] */
static void add_state_filter(const struct writer *w, struct eg_json_value *layer, enum eg_state state)
{
    struct eg_json_value *filter = eg_json_array(w->json, layer, "filter");
    eg_json_cstring(w->json, filter, NULL, "==");
    add_get(w, filter, "state");
    eg_json_cstring(w->json, filter, NULL, eg_state_name(state));
}

/* Patterns need pictures that a style would have to bring along; a dashed outline in their ink says the same. */
static void add_state_outlines(const struct writer *w, struct eg_json_value *layers)
{
    const struct eg_atlas_style *style = &atlas_of(w)->styles[w->subject.ref.style];
    for (enum eg_state state = EG_MISSING; state < EG_N_STATES; state++) {
        const struct eg_atlas_look *look = &style->look[state];
        if (look->pattern == EG_LOOK_PLAIN || look->ink.a == 0) continue;
        struct eg_json_value *layer = add_style_layer(w, layers, id_of(w), eg_state_name(state), "line");
        add_state_filter(w, layer, state);
        struct eg_json_value *paint = eg_json_object(w->json, layer, "paint");
        add_colour(w, paint, "line-color", eg_layer_colour(look->ink), style->opacity);
        eg_json_number(w->json, paint, "line-width", 1.5);
        struct eg_json_value *dashes = eg_json_array(w->json, paint, "line-dasharray");
        eg_json_integer(w->json, dashes, NULL, 2);
        eg_json_integer(w->json, dashes, NULL, 2);
    }
}

static uint32_t outline_boundaries(const struct writer *w, const struct eg_atlas_outline *outline)
{
    return outline->boundaries == EG_ATLAS_NONE ? w->subject.boundaries : outline->boundaries;
}

/* As in pictures: outlines of the layer's own areas, and of larger ones that hold them. */
static bool is_shown(const struct writer *w, const struct eg_atlas_outline *outline)
{
    uint32_t wanted = outline_boundaries(w, outline);
    if (outline->width_px <= 0 || outline->colour.a == 0) return false;
    return wanted == w->subject.boundaries ||
           eg_generation_nests(w->snapshot->generation, w->subject.boundaries, wanted);
}

static void add_outlines(const struct writer *w, struct eg_json_value *layers)
{
    const struct eg_atlas_style *style = &atlas_of(w)->styles[w->subject.ref.style];
    for (uint32_t i = 0; i < style->n_outlines; i++) {
        const struct eg_atlas_outline *outline = &style->outlines[i];
        if (!is_shown(w, outline)) continue;
        uint32_t boundaries = outline_boundaries(w, outline);
        struct eg_text id =
            boundaries == w->subject.boundaries ? id_of(w) : atlas_of(w)->boundaries[boundaries].id;
        char what[24];
        (void)snprintf(what, sizeof what, "outline-%u", i + 1);
        struct eg_json_value *layer = add_style_layer(w, layers, id, what, "line");
        if (outline->min_zoom > 1) eg_json_integer(w->json, layer, "minzoom", (int64_t)outline->min_zoom - 1);
        struct eg_json_value *looks = eg_json_object(w->json, layer, "layout");
        eg_json_cstring(w->json, looks, "line-join", "round");
        struct eg_json_value *paint = eg_json_object(w->json, layer, "paint");
        add_colour(w, paint, "line-color", eg_layer_colour(outline->colour), 1);
        eg_json_number(w->json, paint, "line-width", outline->width_px);
    }
}

static struct eg_json_value *add_source(const struct writer *w, struct eg_json_value *sources,
                                        struct eg_text id, struct eg_text url, uint32_t boundaries)
{
    struct eg_text name = eg_text_format(w->arena, "%.*s", EG_TEXT_ARG(id));
    struct eg_json_value *source = eg_json_object(w->json, name.data ? sources : NULL, name.data);
    eg_json_cstring(w->json, source, "type", "vector");
    eg_describe_made(w->json, eg_json_array(w->json, source, "tiles"), NULL, url);
    eg_json_integer(w->json, source, "minzoom", 0);
    eg_json_integer(w->json, source, "maxzoom", EG_VECTOR_LAST_ZOOM);
    eg_describe_bounds(w->json, source, "bounds", bounds_of(w, boundaries));
    return source;
}

static void add_sources(const struct writer *w, struct eg_json_value *root)
{
    const struct eg_atlas_style *style = &atlas_of(w)->styles[w->subject.ref.style];
    struct eg_json_value *sources = eg_json_object(w->json, root, "sources");
    add_attribution(w, add_source(w, sources, id_of(w), tiles_url(w), w->subject.boundaries));
    for (uint32_t i = 0; i < style->n_outlines; i++) {
        uint32_t boundaries = outline_boundaries(w, &style->outlines[i]);
        if (boundaries == w->subject.boundaries || !is_shown(w, &style->outlines[i])) continue;
        (void)add_source(w, sources, atlas_of(w)->boundaries[boundaries].id, boundaries_url(w, boundaries),
                         boundaries);
    }
}

static void add_style(const struct writer *w, struct eg_json_value *root,
                      const struct eg_layer_classes *classed)
{
    const struct eg_atlas_style *style = &atlas_of(w)->styles[w->subject.ref.style];
    struct eg_bounds box = bounds_of(w, w->subject.boundaries);
    eg_json_integer(w->json, root, "version", 8);
    eg_describe_made(w->json, root, "name", title_of(w));
    struct eg_json_value *center = eg_json_array(w->json, root, "center");
    eg_json_decimal(w->json, center, NULL, (box.min_x + box.max_x) / 2, 5);
    eg_json_decimal(w->json, center, NULL, (box.min_y + box.max_y) / 2, 5);
    int64_t zoom = eg_describe_zoom_to_fit(box, EG_VECTOR_LAST_ZOOM);
    eg_json_integer(w->json, root, "zoom", zoom > 0 ? zoom - 1 : 0);
    add_sources(w, root);
    struct eg_json_value *layers = eg_json_array(w->json, root, "layers");
    if (style->background.a > 0) {
        struct eg_json_value *layer = eg_json_object(w->json, layers, NULL);
        eg_json_cstring(w->json, layer, "id", "background");
        eg_json_cstring(w->json, layer, "type", "background");
        add_colour(w, eg_json_object(w->json, layer, "paint"), "background-color",
                   eg_layer_colour(style->background), 1);
    }
    if (classed->classes.n > 0) add_class_colours(w, add_fill(w, layers, "fill", true), classed);
    add_state_colours(w, add_fill(w, layers, "states", false), classed->by_decile);
    add_state_outlines(w, layers);
    add_outlines(w, layers);
}

enum eg_status eg_engine_vector_style(struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                      struct eg_text base_url, struct eg_entity *entity_out,
                                      struct eg_error *err)
{
    struct writer w;
    const struct eg_layer_classes *classed = NULL;
    enum eg_status status = begin(snapshot, base_url, &w, err);
    if (status == EG_OK) status = eg_layer_resolve(snapshot, name, &w.subject.ref, err);
    if (status == EG_OK) status = eg_layer_classify(snapshot, w.subject.ref, &classed, err);
    if (status == EG_OK) {
        w.subject.has_layer = true;
        w.subject.boundaries = atlas_of(&w)->layers[w.subject.ref.layer].boundaries;
        add_style(&w, eg_json_root(w.json), classed);
    }
    return finish(&w, status, entity_out, err);
}
