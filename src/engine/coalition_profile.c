/* A group's figures as JSON: each indicator with its number, of how many areas it is made, and what it is beside. */
#include "engine/coalitions_parts.h"
#include "engine/combined.h"
#include "engine/describe.h"

struct profile {
    struct eg_snapshot *snapshot;
    const struct eg_entry *entry;
    struct eg_group *groups; /* [n_groups]; the figures are those of the first */
    uint32_t n_groups;
    struct eg_combined combined;
};

static const char *method_name(enum eg_aggregate method)
{
    static const char *const names[] = {[EG_AGGREGATE_NONE] = "own_value",
                                        [EG_AGGREGATE_SUM] = "sum",
                                        [EG_AGGREGATE_RATE] = "rate",
                                        [EG_AGGREGATE_WEIGHTED_MEAN] = "weighted_mean"};
    return names[method];
}

static void add_value(struct eg_json *json, struct eg_json_value *into, const struct eg_atlas_facts *facts,
                      const struct eg_combined_value *value)
{
    bool has_value = eg_state_has_value((uint8_t)value->state);
    eg_json_cstring(json, into, "state", eg_state_name(value->state));
    if (has_value) eg_describe_number(json, into, "value", facts, value->value);
    else eg_json_null(json, into, "value");
    if (!has_value || !value->has_counts) return;
    eg_json_number(json, into, "numerator", value->numerator);
    eg_json_number(json, into, "denominator", value->denominator);
}

static void add_counts(struct eg_json *json, struct eg_json_value *into, const struct profile *profile,
                       const struct eg_combined_figure *figure)
{
    const struct eg_combined_value *value = &figure->group;
    struct eg_json_value *of = eg_json_object(json, into, "of");
    eg_json_text(json, of, "boundaries", profile->snapshot->atlas->boundaries[figure->from].id);
    eg_json_integer(json, of, "areas", value->n_areas);
    eg_json_integer(json, of, "with_value", value->n_with_value);
    eg_json_integer(json, of, "unreliable", value->n_unreliable);
    eg_json_integer(json, of, "missing", value->n_missing);
    eg_json_integer(json, of, "suppressed", value->n_suppressed);
    eg_json_integer(json, of, "not_applicable", value->n_not_applicable);
}

/* What there is no figure of says why. */
static void add_figure(struct eg_json *json, struct eg_json_value *into, const struct profile *profile,
                       const struct eg_combined_figure *figure)
{
    const struct eg_atlas_indicator *indicator = &profile->snapshot->atlas->indicators[figure->indicator];
    eg_describe_indicator(json, into, indicator);
    if (figure->period) eg_describe_period(json, into, "period", figure->period);
    if (figure->reason == EG_COMBINED) {
        struct eg_json_value *combined = eg_json_object(json, into, "combined");
        eg_json_cstring(json, combined, "method", method_name(figure->method));
        add_value(json, combined, &indicator->facts, &figure->group);
        if (figure->method != EG_AGGREGATE_NONE) add_counts(json, combined, profile, figure);
    } else {
        eg_json_null(json, into, "combined");
        struct eg_json_value *why = eg_json_object(json, into, "not_combined");
        eg_json_cstring(json, why, "reason", eg_combined_reason_name(figure->reason));
        eg_json_cstring(json, why, "text", eg_combined_reason_text(figure->reason));
    }
    struct eg_json_value *around = eg_json_object(json, into, "compared");
    add_value(json, around, &indicator->facts, &figure->around);
}

static void add_around(struct eg_json *json, struct eg_json_value *root, const struct profile *profile)
{
    const struct eg_combined *combined = &profile->combined;
    const struct eg_area_set *set = &profile->snapshot->generation->area_sets[combined->around_boundaries];
    struct eg_json_value *around = eg_json_object(json, root, "compared_with");
    eg_json_text(json, around, "boundaries", set->spec->id);
    eg_json_text(json, around, "boundaries_title", set->spec->title);
    eg_json_bool(json, around, "all", combined->around_area == EG_NO_AREA);
    if (combined->around_area == EG_NO_AREA) return;
    eg_json_text(json, around, "code", set->codes[combined->around_area]);
    eg_json_text(json, around, "name", set->names[combined->around_area]);
}

/* The population once more, in front, where whoever only wants that finds it. */
static void add_population(struct eg_json *json, struct eg_json_value *root, const struct profile *profile)
{
    const struct eg_combined *combined = &profile->combined;
    if (combined->population == UINT32_MAX || combined->figures[combined->population].reason != EG_COMBINED) {
        eg_json_null(json, root, "population");
        return;
    }
    const struct eg_combined_figure *figure = &combined->figures[combined->population];
    struct eg_json_value *population = eg_json_object(json, root, "population");
    add_value(json, population, &profile->snapshot->atlas->indicators[figure->indicator].facts,
              &figure->group);
    eg_describe_period(json, population, "period", figure->period);
}

static enum eg_status write(const struct profile *profile, struct eg_text base_url,
                            struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    eg_json_cstring(json, root, "id", profile->entry->id);
    eg_json_text(json, root, "name", profile->entry->field[EG_ENTRY_NAME]);
    eg_json_bool(json, root, "fictional", profile->snapshot->atlas->fictional);
    eg_group_describe(json, root, profile->snapshot, &profile->groups[0]);
    eg_groups_describe_beside(json, root, profile->snapshot, profile->groups, profile->n_groups);
    eg_json_bool(json, root, "has_shape", profile->entry->area_geojson.len > 0);
    add_population(json, root, profile);
    add_around(json, root, profile);
    struct eg_json_value *indicators = eg_json_array(json, root, "indicators");
    for (uint32_t i = 0; i < profile->combined.n_figures; i++)
        add_figure(json, eg_json_object(json, indicators, NULL), profile, &profile->combined.figures[i]);
    struct eg_json_value *links = eg_json_array(json, root, "links");
    eg_coalition_link(json, links, "self", base_url, profile->entry, "/profile");
    eg_coalition_link(json, links, "describes", base_url, profile->entry, "");
    eg_coalition_link(json, links, "service-area", base_url, profile->entry, "/area");
    return eg_entity_from_json(json, "application/json", entity_out, err);
}

enum eg_status eg_engine_coalition_profile(struct eg_snapshot *snapshot, struct eg_text id,
                                           struct eg_text base_url, struct eg_entity *entity_out,
                                           struct eg_error *err)
{
    struct profile profile = {.snapshot = snapshot};
    enum eg_status status = eg_coalition_find(snapshot, id, &profile.entry, err);
    if (status != EG_OK) return status;
    status = eg_groups_of_entry(snapshot->generation, profile.entry, &profile.groups, &profile.n_groups, err);
    if (status == EG_OK && profile.groups[0].n_areas == 0) {
        status = eg_error_set(err, EG_NOT_FOUND,
                              "entry %s names no area of this atlas; figures are combined of areas",
                              profile.entry->id);
        eg_error_field(err, "id");
    }
    if (status == EG_OK)
        status = eg_combined_make(snapshot->generation, &profile.groups[0], &profile.combined, err);
    if (status == EG_OK) status = write(&profile, base_url, entity_out, err);
    eg_combined_clear(&profile.combined);
    eg_groups_free(profile.groups, profile.n_groups);
    return status;
}
