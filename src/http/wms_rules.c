#include "http/wms_rules.h"

#include <stdio.h>

#include "engine/describe.h"

#define LABEL_BYTES 128

static void add_state(struct eg_wms_rules *rules, enum eg_state state, const struct eg_atlas_look *look)
{
    struct eg_text label =
        state == EG_VALID ? EG_TEXT(EG_LAYER_UNCLASSED_LABEL) : eg_text_from(eg_state_label(state));
    rules->rules[rules->n++] = (struct eg_wms_rule){
        .label = label, .state = state, .fill = eg_layer_colour(look->colour), .look = look};
}

static enum eg_status add_classes(struct eg_wms_rules *rules, struct eg_arena *arena, struct eg_error *err)
{
    for (uint32_t i = 0; i < rules->classed->classes.n; i++) {
        char label[LABEL_BYTES];
        eg_layer_class_label(rules->snapshot, rules->ref, rules->classed, i, label, sizeof label);
        struct eg_wms_rule rule = {.label = eg_text_copy(arena, eg_text_from(label)),
                                   .is_class = true,
                                   .class_number = i,
                                   .fill = rules->classed->colour[i]};
        if (!rule.label.data) return eg_error_no_memory(err, sizeof label);
        rules->rules[rules->n++] = rule;
    }
    return EG_OK;
}

enum eg_status eg_wms_rules_read(const struct eg_snapshot *snapshot, struct eg_layer_ref ref, bool all_states,
                                 struct eg_arena *arena, struct eg_wms_rules *rules_out, struct eg_error *err)
{
    static const enum eg_state states[] = {EG_UNRELIABLE, EG_SUPPRESSED, EG_MISSING, EG_NOT_APPLICABLE};
    const struct eg_atlas_style *style = &snapshot->atlas->styles[ref.style];
    const struct eg_dressed *dressed = NULL;
    enum eg_status status = eg_layer_dress(snapshot, ref, &dressed, err);
    if (status != EG_OK) return status;
    rules_out->snapshot = snapshot;
    rules_out->ref = ref;
    rules_out->classed = dressed->classed;
    rules_out->unclassed = eg_layer_unclassed_look(style);
    rules_out->n = 0;
    status = add_classes(rules_out, arena, err);
    for (size_t i = 0; i < EG_ARRAY_LEN(states) && status == EG_OK; i++)
        if (all_states || dressed->n_in_state[states[i]] > 0)
            add_state(rules_out, states[i], &style->look[states[i]]);
    if (status == EG_OK && dressed->n_unclassed > 0) add_state(rules_out, EG_VALID, &rules_out->unclassed);
    return status;
}

static struct eg_wms_condition class_condition(const struct eg_wms_rules *rules, uint32_t number)
{
    const struct eg_classes *classes = &rules->classed->classes;
    const struct eg_series *series = &rules->snapshot->generation->series[rules->ref.series];
    const struct eg_text *category = eg_layer_category(series, rules->classed, number);
    const char *property = rules->classed->by_decile ? "decile" : "value";
    if (category) return (struct eg_wms_condition){.property = property, .equals = *category};
    if (classes->categorical)
        return (struct eg_wms_condition){
            .property = property, .is_number = true, .lower = classes->bounds[number]};
    return (struct eg_wms_condition){.property = property,
                                     .has_lower = number > 0,
                                     .has_upper = number + 1 < classes->n,
                                     .includes_lower = !classes->right_closed,
                                     .includes_upper = classes->right_closed,
                                     .lower = classes->bounds[number],
                                     .upper = classes->bounds[number + 1]};
}

struct eg_wms_condition eg_wms_rule_condition(const struct eg_wms_rules *rules,
                                              const struct eg_wms_rule *rule)
{
    if (rule->is_class) return class_condition(rules, rule->class_number);
    if (rule->state == EG_VALID) return (struct eg_wms_condition){.property = "decile", .is_null = true};
    return (struct eg_wms_condition){.property = "state", .equals = eg_text_from(eg_state_name(rule->state))};
}

void eg_wms_colour(struct eg_rgba colour, char text_out[8])
{
    (void)snprintf(text_out, 8, "#%02x%02x%02x", colour.r, colour.g, colour.b);
}
