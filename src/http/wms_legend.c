/* GetLegendGraphic: the engine's legend, or its rows as JSON in the form that GeoServer gave it and web clients know:
 *
 *     {"Legend": [{"layerName": .., "title": .., "rules": [{"name": .., "title": .., "filter": "[value > 10 AND value <= 20]",
 *       "symbolizers": [{"Polygon": {"fill": "#ffeda0", "fill-opacity": "0.8", ..}}]}]}]} */
#include "base/arena.h"
#include "engine/describe.h"
#include "http/wms_documents.h"
#include "http/wms_rules.h"

#define TEXTS_BYTES (256U << 10)

struct sheet {
    const struct eg_snapshot *snapshot;
    struct eg_wms_rules rules;
    struct eg_arena *arena;
    struct eg_json *json;
};

static struct eg_text filter_words(const struct sheet *sheet, const struct eg_wms_condition *condition)
{
    const char *property = condition->property;
    if (condition->is_null) return eg_text_format(sheet->arena, "[%s IS NULL]", property);
    if (condition->equals.data)
        return eg_text_format(sheet->arena, "[%s = '%.*s']", property, EG_TEXT_ARG(condition->equals));
    if (condition->is_number) return eg_text_format(sheet->arena, "[%s = %.15g]", property, condition->lower);
    const char *above = condition->includes_lower ? ">=" : ">",
               *below = condition->includes_upper ? "<=" : "<";
    if (condition->has_lower && condition->has_upper)
        return eg_text_format(sheet->arena, "[%s %s %.15g AND %s %s %.15g]", property, above,
                              condition->lower, property, below, condition->upper);
    if (condition->has_lower)
        return eg_text_format(sheet->arena, "[%s %s %.15g]", property, above, condition->lower);
    if (condition->has_upper)
        return eg_text_format(sheet->arena, "[%s %s %.15g]", property, below, condition->upper);
    return eg_text_format(sheet->arena, "[%s IS NOT NULL]", property);
}

static void add_symbolizer(const struct sheet *sheet, struct eg_json_value *item,
                           const struct eg_wms_rule *rule)
{
    static const char *const patterns[] = {[EG_LOOK_PLAIN] = "plain",
                                           [EG_LOOK_DOTS] = "dots",
                                           [EG_LOOK_HATCH] = "hatch",
                                           [EG_LOOK_CROSS] = "cross"};
    const struct eg_atlas_style *style = &sheet->snapshot->atlas->styles[sheet->rules.ref.style];
    char colour[8];
    struct eg_json_value *polygon = eg_json_object(
        sheet->json, eg_json_object(sheet->json, eg_json_array(sheet->json, item, "symbolizers"), NULL),
        "Polygon");
    if (rule->is_class || rule->state != EG_UNRELIABLE) {
        eg_wms_colour(rule->fill, colour);
        eg_json_cstring(sheet->json, polygon, "fill", colour);
        eg_describe_made(sheet->json, polygon, "fill-opacity",
                         eg_text_format(sheet->arena, "%.3g", style->opacity * rule->fill.a / 255.0));
    }
    if (!rule->look || rule->look->pattern == EG_LOOK_PLAIN) return;
    struct eg_colour ink = rule->look->ink;
    eg_wms_colour((struct eg_rgba){ink.r, ink.g, ink.b, ink.a}, colour);
    eg_json_cstring(sheet->json, polygon, "pattern", patterns[rule->look->pattern]);
    eg_json_cstring(sheet->json, polygon, "pattern-colour", colour);
}

static void add_rule(const struct sheet *sheet, struct eg_json_value *array, const struct eg_wms_rule *rule)
{
    struct eg_wms_condition condition = eg_wms_rule_condition(&sheet->rules, rule);
    struct eg_json_value *item = eg_json_object(sheet->json, array, NULL);
    eg_json_text(sheet->json, item, "name", rule->label);
    eg_json_text(sheet->json, item, "title", rule->label);
    eg_describe_made(sheet->json, item, "filter", filter_words(sheet, &condition));
    add_symbolizer(sheet, item, rule);
}

static enum eg_status describe(struct sheet *sheet, struct eg_text only, struct eg_error *err)
{
    const struct eg_atlas *atlas = sheet->snapshot->atlas;
    struct eg_layer_ref ref = sheet->rules.ref;
    struct eg_json_value *legends = eg_json_array(sheet->json, eg_json_root(sheet->json), "Legend");
    struct eg_json_value *legend = eg_json_object(sheet->json, legends, NULL);
    const struct eg_series *series = &sheet->snapshot->generation->series[ref.series];
    uint32_t n_rules = 0;
    eg_json_text(sheet->json, legend, "layerName", atlas->layers[ref.layer].id);
    eg_describe_made(sheet->json, legend, "title", eg_layer_title(sheet->snapshot, ref.layer, sheet->arena));
    eg_json_text(sheet->json, legend, "style", atlas->styles[ref.style].id);
    eg_describe_text(sheet->json, legend, "unit", atlas->indicators[series->indicator].facts.unit);
    eg_describe_period(sheet->json, legend, "period", &series->period);
    eg_json_bool(sheet->json, legend, "fictional", atlas->fictional);
    struct eg_json_value *array = eg_json_array(sheet->json, legend, "rules");
    for (uint32_t i = 0; i < sheet->rules.n; i++) {
        if (only.len > 0 && !eg_text_equal(only, sheet->rules.rules[i].label)) continue;
        add_rule(sheet, array, &sheet->rules.rules[i]);
        n_rules++;
    }
    if (only.len == 0 || n_rules > 0) return EG_OK;
    eg_error_set(err, EG_NOT_FOUND, "the legend has no row '%.*s'; ask without a rule for all of them",
                 EG_TEXT_SHOWN(only, 60));
    eg_error_field(err, "rule");
    return EG_NOT_FOUND;
}

static enum eg_status legend_json(const struct eg_snapshot *snapshot, const struct eg_legend_request *request,
                                  struct eg_entity *entity_out, struct eg_error *err)
{
    struct sheet sheet = {.snapshot = snapshot};
    struct eg_layer_ref ref;
    enum eg_status status = eg_layer_resolve(snapshot, &request->name, &ref, err);
    if (status != EG_OK) return status;
    sheet.arena = eg_arena_new(TEXTS_BYTES);
    sheet.json = eg_json_new_object();
    if (!sheet.arena || !sheet.json) status = eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK) status = eg_wms_rules_read(snapshot, ref, false, sheet.arena, &sheet.rules, err);
    if (status == EG_OK) status = describe(&sheet, request->rule, err);
    eg_arena_free(sheet.arena);
    if (status == EG_OK) return eg_entity_from_json(sheet.json, "application/json", entity_out, err);
    eg_json_free(sheet.json);
    return status;
}

enum eg_status eg_wms_legend(const struct eg_wms_service *service,
                             const struct eg_wms_legend_request *request, struct eg_entity *entity_out,
                             struct eg_error *err)
{
    struct eg_legend_request legend = request->legend;
    bool whole = legend.rule.len == 0;
    if (request->format == EG_LEGEND_JSON) return legend_json(service->snapshot, &legend, entity_out, err);
    /* QGIS sends the map's own size with a legend for the part of the map on show: no symbol is as large. */
    if (whole && (legend.symbol_width > EG_WMS_SYMBOL_MAX || legend.symbol_height > EG_WMS_SYMBOL_MAX))
        legend.symbol_width = legend.symbol_height = 0;
    return eg_engine_legend(service->engine, service->snapshot, &legend, entity_out, err);
}
