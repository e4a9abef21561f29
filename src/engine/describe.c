#include "engine/describe.h"

#include <math.h>

#include "render/ramp.h"

const char *eg_polarity_name(enum eg_polarity polarity)
{
    static const char *const names[] = {[EG_POLARITY_NOT_STATED] = "not_stated",
                                        [EG_POLARITY_HIGH_IS_WORSE] = "high_is_worse",
                                        [EG_POLARITY_HIGH_IS_BETTER] = "high_is_better",
                                        [EG_POLARITY_NEUTRAL] = "neutral"};
    return names[polarity];
}

const char *eg_state_name(enum eg_state state)
{
    static const char *const names[] = {[EG_VALID] = "valid",
                                        [EG_MISSING] = "missing",
                                        [EG_SUPPRESSED] = "suppressed",
                                        [EG_UNRELIABLE] = "unreliable",
                                        [EG_NOT_APPLICABLE] = "not_applicable"};
    return names[state];
}

const char *eg_state_label(enum eg_state state)
{
    static const char *const labels[] = {[EG_VALID] = "Value",
                                         [EG_MISSING] = "No data",
                                         [EG_SUPPRESSED] = "Suppressed",
                                         [EG_UNRELIABLE] = "Unreliable: read with caution",
                                         [EG_NOT_APPLICABLE] = "Not applicable"};
    return labels[state];
}

void eg_describe_text(struct eg_json *json, struct eg_json_value *into, const char *name, struct eg_text text)
{
    if (text.data) eg_json_text(json, into, name, text);
    else eg_json_null(json, into, name);
}

void eg_describe_period(struct eg_json *json, struct eg_json_value *into, const char *name,
                        const struct eg_atlas_period *period)
{
    struct eg_json_value *object = eg_json_object(json, into, name);
    eg_json_text(json, object, "id", period->id);
    eg_json_text(json, object, "label", period->label.len > 0 ? period->label : period->id);
    eg_describe_text(json, object, "start", period->start);
    eg_describe_text(json, object, "end", period->end);
}

static void describe_licence(struct eg_json *json, struct eg_json_value *into,
                             const struct eg_atlas_facts *facts)
{
    struct eg_json_value *licence = eg_json_object(json, into, "licence");
    eg_describe_text(json, licence, "title", facts->licence_title);
    eg_describe_text(json, licence, "url", facts->licence_url);
}

void eg_describe_indicator(struct eg_json *json, struct eg_json_value *into,
                           const struct eg_atlas_indicator *indicator)
{
    const struct eg_atlas_facts *facts = &indicator->facts;
    eg_json_text(json, into, "id", indicator->id);
    eg_json_text(json, into, "title", indicator->title);
    eg_describe_text(json, into, "description", indicator->description);
    eg_describe_text(json, into, "unit", facts->unit);
    eg_json_cstring(json, into, "polarity", eg_polarity_name(facts->polarity));
    if (facts->has_decimals) eg_json_integer(json, into, "decimals", facts->decimals);
    eg_describe_text(json, into, "theme", facts->theme);
    eg_describe_text(json, into, "source", facts->source);
    eg_describe_text(json, into, "source_url", facts->source_url);
    describe_licence(json, into, facts);
    if (facts->has_modelled) eg_json_bool(json, into, "modelled", facts->modelled);
    else eg_json_null(json, into, "modelled");
    eg_json_bool(json, into, "categorical", indicator->categorical);
}

void eg_describe_bounds(struct eg_json *json, struct eg_json_value *into, const char *name,
                        struct eg_bounds bounds)
{
    struct eg_json_value *array = eg_json_array(json, into, name);
    eg_json_decimal(json, array, NULL, bounds.min_x, 5);
    eg_json_decimal(json, array, NULL, bounds.min_y, 5);
    eg_json_decimal(json, array, NULL, bounds.max_x, 5);
    eg_json_decimal(json, array, NULL, bounds.max_y, 5);
}

int64_t eg_describe_zoom_to_fit(struct eg_bounds bounds_deg, uint32_t max_zoom)
{
    double left, bottom, right, top;
    eg_mercator_forward(bounds_deg.min_x, bounds_deg.min_y, &left, &bottom);
    eg_mercator_forward(bounds_deg.max_x, bounds_deg.max_y, &right, &top);
    double size_m = fmax(right - left, top - bottom);
    if (!(size_m > 1)) return max_zoom;
    double zoom = floor(log2(4 * EG_MERCATOR_HALF_M / size_m));
    return (int64_t)fmin(fmax(zoom, 0), max_zoom);
}

void eg_describe_place(struct eg_json *json, struct eg_json_value *root, struct eg_bounds bounds_deg,
                       uint32_t max_zoom)
{
    eg_json_integer(json, root, "minzoom", 0);
    eg_json_integer(json, root, "maxzoom", max_zoom);
    eg_describe_bounds(json, root, "bounds", bounds_deg);
    struct eg_json_value *center = eg_json_array(json, root, "center");
    eg_json_decimal(json, center, NULL, (bounds_deg.min_x + bounds_deg.max_x) / 2, 5);
    eg_json_decimal(json, center, NULL, (bounds_deg.min_y + bounds_deg.max_y) / 2, 5);
    eg_json_integer(json, center, NULL, eg_describe_zoom_to_fit(bounds_deg, max_zoom));
}

void eg_describe_periods(struct eg_json *json, struct eg_json_value *into, const struct eg_snapshot *snapshot,
                         uint32_t layer)
{
    uint32_t first = 0, n = 0;
    eg_layer_series(snapshot, layer, &first, &n);
    struct eg_json_value *periods = eg_json_array(json, into, "periods");
    for (uint32_t i = first; i < first + n; i++)
        eg_describe_period(json, periods, NULL, &snapshot->generation->series[i].period);
}

void eg_describe_number(struct eg_json *json, struct eg_json_value *into, const char *name,
                        const struct eg_atlas_facts *facts, double value)
{
    bool is_whole = facts->has_decimals && facts->decimals == 0 && value == floor(value);
    if (is_whole) eg_json_decimal(json, into, name, value, 0);
    else eg_json_number(json, into, name, value);
}

static void describe_colour(struct eg_json *json, struct eg_json_value *into, const char *name,
                            struct eg_rgba straight)
{
    char text[10];
    eg_rgba_format(straight, text);
    eg_json_cstring(json, into, name, text);
}

/* A colour as the files of map and legend have it. Under an opacity below 1 a pixel is kept premultiplied in eight bits, from
 * which not every colour comes back: #225ea8 at one half is #225ea7. The opacity itself is told beside it. */
static struct eg_rgba as_shown(struct eg_rgba premultiplied, struct eg_rgba wanted)
{
    if (premultiplied.a == 0) return wanted;
    struct eg_rgba shown = eg_png_straight(premultiplied);
    shown.a = wanted.a;
    return shown;
}

static void describe_look(struct eg_json *json, struct eg_json_value *item, const struct eg_atlas_look *look,
                          double opacity, bool has_ground)
{
    struct eg_rgba ground = eg_layer_colour(look->colour), ink = eg_layer_colour(look->ink);
    struct eg_paint paint = eg_layer_make_paint(ground, look, opacity);
    static const char *const patterns[] = {[EG_LOOK_PLAIN] = "plain",
                                           [EG_LOOK_DOTS] = "dots",
                                           [EG_LOOK_HATCH] = "hatch",
                                           [EG_LOOK_CROSS] = "cross"};
    if (has_ground) describe_colour(json, item, "colour", as_shown(paint.colour, ground));
    eg_json_cstring(json, item, "pattern", patterns[look->pattern]);
    if (look->pattern != EG_LOOK_PLAIN)
        describe_colour(json, item, "ink", ink.a == 255 ? as_shown(paint.ink, ink) : ink);
}

static void describe_states(struct eg_json *json, struct eg_json_value *into,
                            const struct eg_atlas_style *style, bool by_decile)
{
    struct eg_json_value *states = eg_json_array(json, into, "states");
    for (enum eg_state state = EG_MISSING; state < EG_N_STATES; state++) {
        struct eg_json_value *item = eg_json_object(json, states, NULL);
        eg_json_cstring(json, item, "state", eg_state_name(state));
        eg_json_cstring(json, item, "label", eg_state_label(state));
        describe_look(json, item, &style->look[state], style->opacity, state != EG_UNRELIABLE);
    }
    if (!by_decile) return;
    struct eg_atlas_look look = eg_layer_unclassed_look(style);
    struct eg_json_value *item = eg_json_object(json, states, NULL);
    eg_json_cstring(json, item, "state", "without_class");
    eg_json_cstring(json, item, "label", EG_LAYER_UNCLASSED_LABEL);
    describe_look(json, item, &look, style->opacity, true);
}

/* The outer classes of given breaks are open: what the data happen to reach is no bound. */
static void describe_interval(struct eg_json *json, struct eg_json_value *item,
                              const struct eg_layer_classes *classed, uint32_t number)
{
    bool open = classed->open_ended;
    if (open && number == 0) eg_json_null(json, item, "lower");
    else eg_json_number(json, item, "lower", classed->classes.bounds[number]);
    if (open && number + 1 == classed->classes.n) eg_json_null(json, item, "upper");
    else eg_json_number(json, item, "upper", classed->classes.bounds[number + 1]);
}

/* Adds an object for the class and returns it. */
static struct eg_json_value *describe_class(struct eg_json *json, struct eg_json_value *into,
                                            const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                            const struct eg_layer_classes *classed, uint32_t number)
{
    const struct eg_classes *classes = &classed->classes;
    char label[128];
    eg_layer_class_label(snapshot, ref, classed, number, label, sizeof label);
    struct eg_json_value *item = eg_json_object(json, into, NULL);
    eg_json_integer(json, item, "class", (int64_t)number + 1);
    eg_json_cstring(json, item, "label", label);
    struct eg_rgba colour = classed->colour[number];
    double opacity = snapshot->atlas->styles[ref.style].opacity;
    describe_colour(json, item, "colour",
                    as_shown(eg_layer_make_paint(colour, NULL, opacity).colour, colour));
    const struct eg_text *name =
        eg_layer_category(&snapshot->generation->series[ref.series], classed, number);
    if (name) eg_json_text(json, item, "value", *name);
    else if (classes->categorical) eg_json_number(json, item, "value", classes->bounds[number]);
    else describe_interval(json, item, classed, number);
    return item;
}

static void describe_counting(struct eg_json *json, struct eg_json_value *into,
                              const struct eg_atlas_style *style, const struct eg_layer_classes *classed)
{
    const char *ties = "same_class";
    if (classed->by_decile) ties = "publisher";
    else if (eg_layer_is_counted_off(style, classed)) ties = "class_of_first_from_lowest";
    eg_json_cstring(json, into, "ties", ties);
    eg_json_cstring(json, into, "direction", classed->rising ? "rising" : "falling");
}

void eg_describe_classes(struct eg_json *json, struct eg_json_value *into, const struct eg_snapshot *snapshot,
                         struct eg_layer_ref ref, const struct eg_layer_classes *classed,
                         const uint32_t *n_in_class)
{
    const struct eg_atlas_style *style = &snapshot->atlas->styles[ref.style];
    eg_json_cstring(json, into, "method", eg_layer_method_name(style, classed));
    if (classed->fell_back && style->choice == EG_CHOICE_PUBLISHED_DECILE)
        eg_json_cstring(json, into, "note", "the publisher gives no deciles here; quantiles instead");
    else if (classed->fell_back)
        eg_json_cstring(json, into, "note", "too many values for a category each; quantiles instead");
    eg_json_cstring(json, into, "closure", classed->classes.right_closed ? "right" : "left");
    describe_counting(json, into, style, classed);
    eg_json_bool(json, into, "pooled_over_periods", !style->per_period);
    eg_json_number(json, into, "opacity", style->opacity);
    struct eg_json_value *array = eg_json_array(json, into, "classes");
    for (uint32_t i = 0; i < classed->classes.n; i++) {
        struct eg_json_value *item = describe_class(json, array, snapshot, ref, classed, i);
        if (n_in_class) eg_json_integer(json, item, "count", n_in_class[i]);
    }
    describe_states(json, into, style, classed->by_decile);
}

struct eg_text eg_describe_tile_url(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                    struct eg_text base_url, struct eg_arena *arena)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    return eg_text_format(arena, "%.*s/tiles/%.*s/{z}/{x}/{y}.png?style=%.*s&period=%.*s&v=%s",
                          EG_TEXT_ARG(base_url), EG_TEXT_ARG(atlas->layers[ref.layer].id),
                          EG_TEXT_ARG(atlas->styles[ref.style].id),
                          EG_TEXT_ARG(snapshot->generation->series[ref.series].period.id), snapshot->version);
}

struct eg_text eg_describe_credits(const struct eg_snapshot *snapshot, uint32_t layer, struct eg_arena *arena)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    const struct eg_atlas_layer *spec = &atlas->layers[layer];
    const struct eg_text parts[] = {atlas->attribution, atlas->boundaries[spec->boundaries].attribution,
                                    atlas->indicators[spec->indicator].facts.source};
    bool said = eg_text_starts_with(atlas->attribution, EG_TEXT("Fictional data"));
    struct eg_text all = atlas->fictional && !said ? EG_TEXT("Fictional data") : EG_TEXT("");
    for (size_t i = 0; i < EG_ARRAY_LEN(parts) && all.data; i++) {
        bool again =
            i > 0 && (eg_text_equal(parts[i], parts[0]) || (i > 1 && eg_text_equal(parts[i], parts[1])));
        if (parts[i].len == 0 || again) continue;
        all = eg_text_format(arena, "%.*s%s%.*s", EG_TEXT_ARG(all), all.len > 0 ? " | " : "",
                             EG_TEXT_ARG(parts[i]));
    }
    return all;
}

struct eg_text eg_describe_abstract(const struct eg_snapshot *snapshot, uint32_t layer,
                                    struct eg_arena *arena)
{
    static const char *const polarities[] = {[EG_POLARITY_NOT_STATED] = "",
                                             [EG_POLARITY_HIGH_IS_WORSE] = "High values are worse. ",
                                             [EG_POLARITY_HIGH_IS_BETTER] = "High values are better. ",
                                             [EG_POLARITY_NEUTRAL] = ""};
    const struct eg_atlas *atlas = snapshot->atlas;
    const struct eg_atlas_indicator *indicator = &atlas->indicators[atlas->layers[layer].indicator];
    const struct eg_atlas_facts *facts = &indicator->facts;
    struct eg_text unit = facts->unit.len > 0 ? facts->unit : EG_TEXT("not stated");
    struct eg_text description = eg_text_trim(indicator->description);
    bool ends = description.len == 0 || eg_text_ends_with(description, EG_TEXT("."));
    return eg_text_format(arena, "%s%.*s%s%sUnit: %.*s. %s%sSource: %.*s.",
                          atlas->fictional ? "Fictional data. " : "", EG_TEXT_ARG(description),
                          ends ? "" : ".", description.len > 0 ? " " : "", EG_TEXT_ARG(unit),
                          polarities[facts->polarity], facts->modelled ? "Modelled estimates. " : "",
                          EG_TEXT_ARG(facts->source.len > 0 ? facts->source : EG_TEXT("not stated")));
}

void eg_describe_made(struct eg_json *json, struct eg_json_value *into, const char *name, struct eg_text text)
{
    eg_json_text(json, text.data ? into : NULL, name, text);
}
