/* Figures of groups as JSON: each indicator with its number, of how many areas it is made, and what it is beside. Areas of several boundary sets
 * that lie across one another are groups of their own, each with figures: they may overlap, so that nothing adds them up. */
#include <stdlib.h>

#include "base/memory.h"
#include "engine/coalitions_parts.h"
#include "engine/combined.h"
#include "engine/describe.h"

struct profile {
    struct eg_snapshot *snapshot;
    const struct eg_entry *entry;
    struct eg_group *groups; /* [n_groups] */
    uint32_t n_groups;
    struct eg_combined *combined; /* [n_groups] */
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

static void add_around(struct eg_json *json, struct eg_json_value *root, const struct profile *profile,
                       const struct eg_combined *combined)
{
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
static void add_population(struct eg_json *json, struct eg_json_value *root, const struct profile *profile,
                           const struct eg_combined *combined)
{
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

/* A group of codes that no area has has no figures. */
static void add_figures(struct eg_json *json, struct eg_json_value *into, const struct profile *profile,
                        uint32_t group)
{
    const struct eg_combined *combined = &profile->combined[group];
    if (profile->groups[group].n_areas == 0) return;
    add_population(json, into, profile, combined);
    add_around(json, into, profile, combined);
    struct eg_json_value *indicators = eg_json_array(json, into, "indicators");
    for (uint32_t i = 0; i < combined->n_figures; i++)
        add_figure(json, eg_json_object(json, indicators, NULL), profile, &combined->figures[i]);
}

static void add_beside(struct eg_json *json, struct eg_json_value *root, const struct profile *profile)
{
    struct eg_json_value *beside = profile->n_groups > 1 ? eg_json_array(json, root, "beside") : NULL;
    for (uint32_t i = 1; i < profile->n_groups; i++) {
        struct eg_json_value *group = eg_json_object(json, beside, NULL);
        eg_group_describe(json, group, profile->snapshot, &profile->groups[i]);
        add_figures(json, group, profile, i);
    }
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
    eg_json_bool(json, root, "has_shape", profile->entry->area_geojson.len > 0);
    add_figures(json, root, profile, 0);
    add_beside(json, root, profile);
    struct eg_json_value *links = eg_json_array(json, root, "links");
    eg_coalition_link(json, links, "self", base_url, profile->entry, "/profile");
    eg_coalition_link(json, links, "describes", base_url, profile->entry, "");
    eg_coalition_link(json, links, "service-area", base_url, profile->entry, "/area");
    return eg_entity_from_json(json, "application/json", entity_out, err);
}

static enum eg_status combine(struct profile *profile, struct eg_error *err)
{
    const struct eg_generation *generation = profile->snapshot->generation;
    profile->combined = eg_memory_zeroed(profile->n_groups, sizeof *profile->combined);
    if (!profile->combined) return eg_error_no_memory(err, profile->n_groups * sizeof *profile->combined);
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < profile->n_groups && status == EG_OK; i++)
        if (profile->groups[i].n_areas > 0)
            status = eg_combined_make(generation, &profile->groups[i], &profile->combined[i], err);
    return status;
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
    if (status == EG_OK) status = combine(&profile, err);
    if (status == EG_OK) status = write(&profile, base_url, entity_out, err);
    for (uint32_t i = 0; i < profile.n_groups && profile.combined; i++)
        eg_combined_clear(&profile.combined[i]);
    free(profile.combined);
    eg_groups_free(profile.groups, profile.n_groups);
    return status;
}
