/* Legends, as JSON and as a picture, from the same classes, colours and states as the map. Classes and states that no area of
 * the period has are left out of the picture's states, and kept in the classes, so that periods can be compared. */
#include "engine/legend.h"

#include "base/arena.h"
#include "engine/describe.h"
#include "engine/engine_parts.h"
#include "engine/layer_parts.h"
#include "render/legend.h"

#define LABEL_BYTES 128
#define TEXTS_BYTES (256u << 10)
#define RULE_PX 20 /* a side of a symbol by itself, as the standard's examples */
#define MAX_ROWS (EG_CLASSES_MAX + EG_N_STATES)

/* Closure, and for classes that are counted off, where counting begins and what becomes of ties. */
static const char *class_note(const struct eg_atlas_style *style, const struct eg_layer_classes *classed)
{
    bool right = classed->classes.right_closed;
    if (classed->by_decile)
        return classed->rising ? "Tenth 1 holds the lowest values; ties are the publisher's. "
                               : "Tenth 1 holds the highest values; ties are the publisher's. ";
    if (classed->classes.categorical) return "";
    if (eg_layer_is_counted_off(style, classed))
        return right
                   ? "Counted from the lowest value up; equal values stay in the class in which they begin. "
                     "Each class includes its upper bound. "
                   : "Counted from the lowest value up; equal values stay in the class in which they begin. "
                     "Each class includes its lower bound. ";
    return right ? "Each class includes its upper bound. " : "Each class includes its lower bound. ";
}

static struct eg_text make_note(const struct eg_snapshot *snapshot, const struct eg_dressed *dressed,
                                struct eg_arena *arena)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    const struct eg_atlas_indicator *indicator =
        &atlas->indicators[atlas->layers[dressed->ref.layer].indicator];
    const struct eg_atlas_style *style = &atlas->styles[dressed->ref.style];
    struct eg_text source = indicator->facts.source;
    return eg_text_format(arena, "%s%sClasses: %s. %sSource: %.*s.",
                          atlas->fictional ? "Fictional data. " : "",
                          indicator->facts.modelled ? "Modelled estimates. " : "",
                          eg_layer_method_name(style, dressed->classed), class_note(style, dressed->classed),
                          EG_TEXT_ARG(source.len > 0 ? source : EG_TEXT("not stated")));
}

/* What one legend is made from. */
struct sheet {
    const struct eg_snapshot *snapshot;
    const struct eg_dressed *dressed;
    struct eg_arena *arena;
    struct eg_font *font;
    double scale;
    struct eg_legend_row rows[MAX_ROWS];
};

/* False when memory was refused. */
static bool class_rows(struct sheet *sheet, uint32_t *n_out)
{
    const struct eg_layer_classes *classed = sheet->dressed->classed;
    for (uint32_t i = 0; i < classed->classes.n; i++) {
        char label[LABEL_BYTES];
        eg_layer_class_label(sheet->snapshot, sheet->dressed->ref, classed, i, label, sizeof label);
        struct eg_text text = eg_text_copy(sheet->arena, eg_text_from(label));
        if (!text.data) return false;
        sheet->rows[i] = (struct eg_legend_row){sheet->dressed->paints[i], text};
    }
    *n_out = classed->classes.n;
    return true;
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
    if (dressed->n_unclassed > 0)
        rows[n_rows++] = (struct eg_legend_row){dressed->paints[2 * n + EG_PAINT_UNCLASSED],
                                                EG_TEXT(EG_LAYER_UNCLASSED_LABEL)};
    return n_rows;
}

static enum eg_status compose(struct sheet *sheet, struct eg_legend *legend_out, struct eg_error *err)
{
    const struct eg_snapshot *snapshot = sheet->snapshot;
    const struct eg_dressed *dressed = sheet->dressed;
    const struct eg_series *series = &snapshot->generation->series[dressed->ref.series];
    struct eg_text unit = snapshot->atlas->indicators[series->indicator].facts.unit;
    bool in_unit = !dressed->classed->by_decile && !eg_layer_category(series, dressed->classed, 0);
    if (unit.len == 0) unit = EG_TEXT("unit not stated");
    struct eg_legend legend = {.title = eg_layer_title(snapshot, dressed->ref.layer, sheet->arena),
                               .subtitle = series->period.label,
                               .rows = sheet->rows,
                               .note = make_note(snapshot, dressed, sheet->arena),
                               .scale = sheet->scale};
    if (in_unit)
        legend.subtitle =
            eg_text_format(sheet->arena, "%.*s, %.*s", EG_TEXT_ARG(unit), EG_TEXT_ARG(series->period.label));
    bool made =
        class_rows(sheet, &legend.n_rows) && legend.title.data && legend.subtitle.data && legend.note.data;
    if (!made) return eg_error_no_memory(err, 0);
    legend.n_rows += state_rows(dressed, sheet->rows + legend.n_rows);
    *legend_out = legend;
    return EG_OK;
}

/* The texts are in the sheet's arena, which is to be freed in any case. */
static enum eg_status open_sheet(struct eg_engine *engine, struct eg_layer_ref ref, struct sheet *sheet,
                                 struct eg_legend *legend_out, struct eg_error *err)
{
    enum eg_status status = eg_layer_dress(sheet->snapshot, ref, &sheet->dressed, err);
    if (status == EG_OK) status = eg_engine_font(engine, &sheet->font, err);
    if (status != EG_OK) return status;
    sheet->arena = eg_arena_new(TEXTS_BYTES);
    return sheet->arena ? compose(sheet, legend_out, err) : eg_error_no_memory(err, TEXTS_BYTES);
}

enum eg_status eg_engine_draw_legend(struct eg_engine *engine, const struct eg_snapshot *snapshot,
                                     struct eg_layer_ref ref, double scale, struct eg_canvas *canvas_out,
                                     struct eg_error *err)
{
    struct sheet sheet = {.snapshot = snapshot, .scale = scale};
    struct eg_legend legend;
    enum eg_status status = open_sheet(engine, ref, &sheet, &legend, err);
    if (status == EG_OK) status = eg_legend_draw(sheet.font, &legend, canvas_out, err);
    eg_arena_free(sheet.arena);
    return status;
}

static enum eg_status measure(struct eg_engine *engine, const struct eg_snapshot *snapshot,
                              struct eg_layer_ref ref, struct eg_legend_size *size_out, struct eg_error *err)
{
    struct sheet sheet = {.snapshot = snapshot, .scale = 1};
    struct eg_legend legend;
    enum eg_status status = open_sheet(engine, ref, &sheet, &legend, err);
    if (status == EG_OK) status = eg_legend_measure(sheet.font, &legend, size_out, err);
    eg_arena_free(sheet.arena);
    return status;
}

enum eg_status eg_engine_legend_size(struct eg_engine *engine, const struct eg_snapshot *snapshot,
                                     struct eg_layer_ref ref, uint32_t *width_out, uint32_t *height_out,
                                     struct eg_error *err)
{
    _Atomic uint64_t *kept = eg_layer_legend_size(snapshot, ref);
    uint64_t both = atomic_load_explicit(kept, memory_order_relaxed);
    if (both == 0) {
        struct eg_legend_size size;
        enum eg_status status = measure(engine, snapshot, ref, &size, err);
        if (status != EG_OK) return status;
        both = (uint64_t)size.width << 32 | size.height;
        atomic_store_explicit(kept, both, memory_order_relaxed);
    }
    *width_out = (uint32_t)(both >> 32);
    *height_out = (uint32_t)both;
    return EG_OK;
}

static enum eg_status encode(struct eg_canvas *canvas, struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_png_options options = {.exact = true};
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    enum eg_status status = eg_png_encode(canvas, &options, &body, NULL, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, "image/png", false, entity_out, err);
    eg_buffer_clear(&body);
    eg_canvas_clear(canvas);
    return status;
}

static enum eg_status draw_rule(const struct eg_legend *legend, const struct eg_legend_request *request,
                                struct eg_canvas *canvas_out, struct eg_error *err)
{
    struct eg_legend_size size = {request->symbol_width > 0 ? request->symbol_width : RULE_PX,
                                  request->symbol_height > 0 ? request->symbol_height : RULE_PX};
    for (uint32_t i = 0; i < legend->n_rows; i++)
        if (eg_text_equal(legend->rows[i].label, request->rule))
            return eg_legend_draw_swatch(&legend->rows[i].paint, size, request->scale, canvas_out, err);
    eg_error_set(
        err, EG_NOT_FOUND,
        "the legend has no row '%.*s'; ask without a rule for all of them, or in JSON for their names",
        EG_TEXT_ARG(request->rule));
    eg_error_field(err, "rule");
    return EG_NOT_FOUND;
}

/* Without what the request leaves out. */
static void trim(struct sheet *sheet, const struct eg_legend_request *request, struct eg_legend *legend)
{
    if (request->no_title || request->no_labels) legend->title = EG_TEXT("");
    if (request->no_labels) {
        legend->subtitle = legend->note = EG_TEXT("");
        for (uint32_t i = 0; i < legend->n_rows; i++) sheet->rows[i].label = EG_TEXT("");
    }
    legend->transparent = request->transparent;
    legend->swatch_width = request->symbol_width;
    legend->swatch_height = request->symbol_height;
}

enum eg_status eg_engine_legend(struct eg_engine *engine, const struct eg_snapshot *snapshot,
                                const struct eg_legend_request *request, struct eg_entity *entity_out,
                                struct eg_error *err)
{
    struct sheet sheet = {.snapshot = snapshot, .scale = request->scale};
    struct eg_legend legend;
    struct eg_layer_ref ref;
    struct eg_canvas canvas;
    enum eg_status status = eg_layer_resolve(snapshot, &request->name, &ref, err);
    if (status == EG_OK) status = open_sheet(engine, ref, &sheet, &legend, err);
    if (status == EG_OK && request->rule.len > 0) {
        status = draw_rule(&legend, request, &canvas, err);
    } else if (status == EG_OK) {
        trim(&sheet, request, &legend);
        status = eg_legend_draw(sheet.font, &legend, &canvas, err);
    }
    eg_arena_free(sheet.arena);
    return status == EG_OK ? encode(&canvas, entity_out, err) : status;
}

enum eg_status eg_engine_legend_png(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                    const struct eg_layer_name *name, double scale,
                                    struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_legend_request request = {.name = *name, .scale = scale};
    return eg_engine_legend(engine, snapshot, &request, entity_out, err);
}

static void describe_counts(struct eg_json *json, struct eg_json_value *into,
                            const struct eg_dressed *dressed)
{
    struct eg_json_value *counts = eg_json_object(json, into, "counts");
    struct eg_json_value *classes = eg_json_array(json, counts, "classes");
    for (uint32_t i = 0; i < dressed->classed->classes.n; i++)
        eg_json_integer(json, classes, NULL, dressed->n_in_class[i]);
    eg_json_integer(json, counts, "without_class", dressed->n_unclassed);
    struct eg_json_value *states = eg_json_object(json, counts, "states");
    for (enum eg_state state = EG_VALID; state < EG_N_STATES; state++)
        eg_json_integer(json, states, eg_state_name(state), dressed->n_in_state[state]);
}

static void describe(const struct eg_snapshot *snapshot, const struct eg_dressed *dressed,
                     struct eg_arena *arena, struct eg_json *json)
{
    struct eg_layer_ref ref = dressed->ref;
    const struct eg_series *series = &snapshot->generation->series[ref.series];
    const struct eg_atlas_facts *facts = &snapshot->atlas->indicators[series->indicator].facts;
    struct eg_json_value *root = eg_json_root(json);
    eg_json_text(json, root, "layer", snapshot->atlas->layers[ref.layer].id);
    eg_describe_made(json, root, "title", eg_layer_title(snapshot, ref.layer, arena));
    eg_json_text(json, root, "style", snapshot->atlas->styles[ref.style].id);
    eg_describe_text(json, root, "unit", facts->unit);
    eg_json_cstring(json, root, "polarity", eg_polarity_name(facts->polarity));
    eg_describe_period(json, root, "period", &series->period);
    eg_json_bool(json, root, "fictional", snapshot->atlas->fictional);
    eg_describe_classes(json, root, snapshot, ref, dressed->classed, dressed->n_in_class);
    describe_counts(json, root, dressed);
}

enum eg_status eg_engine_legend_json(struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                     struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_layer_ref ref;
    const struct eg_dressed *dressed = NULL;
    enum eg_status status = eg_layer_resolve(snapshot, name, &ref, err);
    if (status == EG_OK) status = eg_layer_dress(snapshot, ref, &dressed, err);
    if (status != EG_OK) return status;
    struct eg_arena *arena = eg_arena_new(TEXTS_BYTES);
    struct eg_json *json = arena ? eg_json_new_object() : NULL;
    if (json) describe(snapshot, dressed, arena, json);
    status = eg_entity_from_json(json, "application/json", entity_out, err);
    eg_arena_free(arena);
    return status;
}
