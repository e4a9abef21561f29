/* Legends, as JSON and as a picture, from the same classes, colours and states as the map. Classes and states that no area of
 * the period has are left out of the picture's states, and kept in the classes, so that periods can be compared. */
#include "engine/legend.h"

#include <stdio.h>

#include "base/arena.h"
#include "engine/describe.h"
#include "engine/engine_parts.h"
#include "render/legend.h"

#define LABEL_BYTES 128
#define MAX_ROWS (EG_CLASSES_MAX + EG_N_STATES)

static struct eg_text closure_note(const struct eg_layer_classes *classed)
{
    if (classed->classes.categorical) return (struct eg_text){0};
    if (classed->classes.right_closed) return EG_TEXT("Each class includes its upper bound. ");
    return EG_TEXT("Each class includes its lower bound. ");
}

static struct eg_text make_note(const struct eg_snapshot *snapshot, const struct eg_dressed *dressed,
                                struct eg_arena *arena)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    const struct eg_atlas_indicator *indicator =
        &atlas->indicators[atlas->layers[dressed->ref.layer].indicator];
    const struct eg_atlas_style *style = &atlas->styles[dressed->ref.style];
    struct eg_text source = indicator->facts.source;
    return eg_text_format(
        arena, "%s%sClasses: %s. %.*sSource: %.*s.", atlas->fictional ? "Fictional data. " : "",
        indicator->facts.modelled ? "Modelled estimates. " : "",
        eg_layer_method_name(style, dressed->classed), EG_TEXT_ARG(closure_note(dressed->classed)),
        EG_TEXT_ARG(source.len > 0 ? source : EG_TEXT("not stated")));
}

static uint32_t class_rows(const struct eg_snapshot *snapshot, const struct eg_dressed *dressed,
                           struct eg_arena *arena, struct eg_legend_row *rows)
{
    const struct eg_layer_classes *classed = dressed->classed;
    for (uint32_t i = 0; i < classed->classes.n; i++) {
        char label[LABEL_BYTES];
        eg_layer_class_label(snapshot, dressed->ref, classed, i, label, sizeof label);
        if (classed->by_decile && (i == 0 || i == 9)) {
            bool worst = classed->rising_worse == (i == 9);
            const struct eg_atlas_layer *layer = &snapshot->atlas->layers[dressed->ref.layer];
            enum eg_polarity polarity = snapshot->atlas->indicators[layer->indicator].facts.polarity;
            bool known = polarity == EG_POLARITY_HIGH_IS_WORSE || polarity == EG_POLARITY_HIGH_IS_BETTER;
            if (known) snprintf(label, sizeof label, "%u (%s tenth)", i + 1, worst ? "worst" : "best");
        }
        rows[i] = (struct eg_legend_row){dressed->paints[i], eg_text_copy(arena, eg_text_from(label))};
    }
    return classed->classes.n;
}

static uint32_t state_rows(const struct eg_dressed *dressed, struct eg_legend_row *rows)
{
    uint32_t n = dressed->classed->classes.n, n_rows = 0;
    const struct {
        enum eg_state state;
        uint32_t paint;
    } states[] = {{EG_UNRELIABLE, n + n / 2},
                  {EG_SUPPRESSED, 2 * n + EG_PAINT_SUPPRESSED},
                  {EG_MISSING, 2 * n + EG_PAINT_MISSING},
                  {EG_NOT_APPLICABLE, 2 * n + EG_PAINT_NOT_APPLICABLE}};
    for (size_t i = 0; i < EG_ARRAY_LEN(states); i++) {
        if (dressed->n_in_state[states[i].state] == 0) continue;
        rows[n_rows++] = (struct eg_legend_row){dressed->paints[states[i].paint],
                                                eg_text_from(eg_state_label(states[i].state))};
    }
    return n_rows;
}

static enum eg_status compose(struct eg_font *font, const struct eg_snapshot *snapshot,
                              const struct eg_dressed *dressed, double scale, struct eg_arena *arena,
                              struct eg_canvas *canvas_out, struct eg_error *err)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    const struct eg_series *series = &snapshot->generation->series[dressed->ref.series];
    const struct eg_atlas_indicator *indicator = &atlas->indicators[series->indicator];
    struct eg_legend_row rows[MAX_ROWS];
    struct eg_legend legend = {.title = eg_layer_title(snapshot, dressed->ref.layer, arena),
                               .rows = rows,
                               .note = make_note(snapshot, dressed, arena),
                               .scale = scale};
    struct eg_text unit = indicator->facts.unit;
    legend.subtitle =
        eg_text_format(arena, "%.*s, %.*s", EG_TEXT_ARG(unit.len > 0 ? unit : EG_TEXT("unit not stated")),
                       EG_TEXT_ARG(series->period.label));
    legend.n_rows = class_rows(snapshot, dressed, arena, rows);
    legend.n_rows += state_rows(dressed, rows + legend.n_rows);
    if (!legend.note.data || !legend.subtitle.data) return eg_error_no_memory(err, 0);
    return eg_legend_draw(font, &legend, canvas_out, err);
}

enum eg_status eg_engine_draw_legend(struct eg_engine *engine, const struct eg_snapshot *snapshot,
                                     struct eg_layer_ref ref, double scale, struct eg_canvas *canvas_out,
                                     struct eg_error *err)
{
    const struct eg_dressed *dressed = NULL;
    struct eg_font *font = NULL;
    enum eg_status status = eg_layer_dress(snapshot, ref, &dressed, err);
    if (status == EG_OK) status = eg_engine_font(engine, &font, err);
    if (status != EG_OK) return status;
    struct eg_arena *arena = eg_arena_new(256 << 10);
    if (!arena) return eg_error_no_memory(err, 256 << 10);
    status = compose(font, snapshot, dressed, scale, arena, canvas_out, err);
    eg_arena_free(arena);
    return status;
}

enum eg_status eg_engine_legend_png(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                    const struct eg_layer_name *name, double scale,
                                    struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_layer_ref ref;
    struct eg_canvas canvas;
    enum eg_status status = eg_layer_resolve(snapshot, name, &ref, err);
    if (status == EG_OK) status = eg_engine_draw_legend(engine, snapshot, ref, scale, &canvas, err);
    if (status != EG_OK) return status;
    struct eg_png_options options = {.exact = true};
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    status = eg_png_encode(&canvas, &options, &body, NULL, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, "image/png", false, entity_out, err);
    eg_buffer_clear(&body);
    eg_canvas_clear(&canvas);
    return status;
}

static void describe_counts(struct eg_json *json, struct eg_json_value *into,
                            const struct eg_dressed *dressed)
{
    struct eg_json_value *counts = eg_json_object(json, into, "counts");
    struct eg_json_value *classes = eg_json_array(json, counts, "classes");
    for (uint32_t i = 0; i < dressed->classed->classes.n; i++)
        eg_json_integer(json, classes, NULL, dressed->n_in_class[i]);
    struct eg_json_value *states = eg_json_object(json, counts, "states");
    for (enum eg_state state = EG_VALID; state < EG_N_STATES; state++)
        eg_json_integer(json, states, eg_state_name(state), dressed->n_in_state[state]);
}

enum eg_status eg_engine_legend_json(struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                     struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_layer_ref ref;
    const struct eg_dressed *dressed = NULL;
    enum eg_status status = eg_layer_resolve(snapshot, name, &ref, err);
    if (status == EG_OK) status = eg_layer_dress(snapshot, ref, &dressed, err);
    if (status != EG_OK) return status;
    struct eg_arena *arena = eg_arena_new(64 << 10);
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    if (json && arena) {
        const struct eg_series *series = &snapshot->generation->series[ref.series];
        eg_json_text(json, root, "layer", snapshot->atlas->layers[ref.layer].id);
        eg_json_text(json, root, "title", eg_layer_title(snapshot, ref.layer, arena));
        eg_json_text(json, root, "style", snapshot->atlas->styles[ref.style].id);
        eg_describe_text(json, root, "unit", snapshot->atlas->indicators[series->indicator].facts.unit);
        eg_json_cstring(json, root, "polarity",
                        eg_polarity_name(snapshot->atlas->indicators[series->indicator].facts.polarity));
        eg_describe_period(json, root, "period", &series->period);
        eg_json_bool(json, root, "fictional", snapshot->atlas->fictional);
        eg_describe_classes(json, root, snapshot, ref, dressed->classed);
        describe_counts(json, root, dressed);
    }
    status =
        arena ? eg_entity_from_json(json, "application/json", entity_out, err) : eg_error_no_memory(err, 0);
    if (!arena) eg_json_free(json);
    eg_arena_free(arena);
    return status;
}
