/* A style on a layer as rules, one for each class and state: what SLD and JSON legends are written from. */
#ifndef EG_HTTP_WMS_RULES_H
#define EG_HTTP_WMS_RULES_H

#include "base/arena.h"
#include "engine/engine.h"

#define EG_WMS_RULES_MAX (EG_CLASSES_MAX + EG_N_STATES + 1)

struct eg_wms_rule {
    struct eg_text label; /* as in the legend */
    bool is_class;
    uint32_t class_number;
    enum eg_state state; /* where it is no class; EG_VALID: a value, but no published tenth */
    struct eg_rgba
        fill; /* straight, without the style's opacity; of no meaning for EG_UNRELIABLE, which keeps its class's */
    const struct eg_atlas_look *look; /* pattern and ink of a state; NULL: plain */
};

struct eg_wms_rules {
    const struct eg_snapshot *snapshot;
    struct eg_layer_ref ref;
    const struct eg_layer_classes *classed;
    struct eg_atlas_look unclassed;
    struct eg_wms_rule rules[EG_WMS_RULES_MAX];
    uint32_t n;
};

/* Classes in their order, then states: those that an area of the period is in, or all. Labels are in the arena. */
EG_MUST_CHECK enum eg_status eg_wms_rules_read(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                               bool all_states, struct eg_arena *arena,
                                               struct eg_wms_rules *rules_out, struct eg_error *err);

/* What a rule is about, as a comparison of a property of features: value, decile, or state. Classes take their values as maps
 * do: the first is open below, the last above. */
struct eg_wms_condition {
    const char *property;
    bool has_lower, has_upper, includes_lower, includes_upper;
    double lower, upper;
    struct eg_text equals; /* a text; data NULL: none */
    bool is_number;        /* equal to the number `lower` */
    bool is_null;          /* has no such property */
};
struct eg_wms_condition eg_wms_rule_condition(const struct eg_wms_rules *rules,
                                              const struct eg_wms_rule *rule);

/* "#rrggbb" */
void eg_wms_colour(struct eg_rgba colour, char text_out[8]);

#endif
