/* An entry may name areas of several boundary sets. Those of one in which all others lie are one group with it: a district's wards and
 * another ward are a group of wards. What lies across stays apart. */
#include <stdlib.h>

#include "base/memory.h"
#include "engine/combined.h"

static enum eg_status make_group(const struct eg_generation *generation, uint32_t boundaries,
                                 struct eg_group *group_out, struct eg_error *err)
{
    struct eg_group group = {.boundaries = boundaries};
    uint32_t n = generation->area_sets[boundaries].n_areas;
    group.is_member = eg_memory_zeroed(n, sizeof *group.is_member);
    group.areas = eg_memory_array(n, sizeof *group.areas);
    if (!group.is_member || !group.areas) {
        eg_group_clear(&group);
        return eg_error_no_memory(err, n);
    }
    *group_out = group;
    return EG_OK;
}

static void list_members(const struct eg_area_set *set, struct eg_group *group)
{
    for (uint32_t a = 0; a < set->n_areas; a++)
        if (group->is_member[a]) group->areas[group->n_areas++] = a;
}

static void add_codes(const struct eg_area_set *set, const struct eg_served_areas *served,
                      struct eg_group *group)
{
    for (uint32_t i = 0; i < served->n; i++) {
        uint32_t area = eg_textmap_get(set->by_code, served->codes[i]);
        if (area == EG_TEXTMAP_NONE) group->n_unknown++;
        else group->is_member[area] = true;
    }
}

/* Whether every area that is named is made of areas of the set `of`. */
static bool is_made_of(const struct eg_generation *generation, const struct eg_served_areas *served,
                       uint32_t of)
{
    if (served->boundaries == EG_ATLAS_NONE || !eg_generation_nests(generation, of, served->boundaries))
        return false;
    const struct eg_area_set *set = &generation->area_sets[served->boundaries];
    bool is_whole = true;
    for (uint32_t i = 0; i < served->n && is_whole; i++) {
        uint32_t area = eg_textmap_get(set->by_code, served->codes[i]);
        if (area == EG_TEXTMAP_NONE) continue;
        is_whole = false;
        for (uint32_t a = 0; a < generation->area_sets[of].n_areas && !is_whole; a++)
            is_whole = eg_generation_parent(generation, of, a, served->boundaries) == area;
    }
    return is_whole;
}

static enum eg_status add_parts(const struct eg_generation *generation, const struct eg_served_areas *served,
                                struct eg_group *group, struct eg_error *err)
{
    struct eg_group larger;
    enum eg_status status = make_group(generation, served->boundaries, &larger, err);
    if (status != EG_OK) return status;
    add_codes(&generation->area_sets[served->boundaries], served, &larger);
    for (uint32_t a = 0; a < generation->area_sets[group->boundaries].n_areas; a++) {
        uint32_t parent = eg_generation_parent(generation, group->boundaries, a, served->boundaries);
        if (parent != EG_NO_AREA && larger.is_member[parent]) group->is_member[a] = true;
    }
    group->n_unknown += larger.n_unknown;
    eg_group_clear(&larger);
    return EG_OK;
}

/* The set of which most others are made, of equals the first. */
static uint32_t choose(const struct eg_generation *generation, const struct eg_entry *entry)
{
    uint32_t best = entry->serves_boundaries, most = 0;
    for (uint32_t s = 0; s < eg_entry_count_served(entry) && entry->n_more_served > 0; s++) {
        uint32_t of = eg_entry_served(entry, s).boundaries, n = 0;
        for (uint32_t o = 0; o < eg_entry_count_served(entry) && of != EG_ATLAS_NONE; o++) {
            struct eg_served_areas other = eg_entry_served(entry, o);
            n += is_made_of(generation, &other, of);
        }
        if (n > most) best = of;
        if (n > most) most = n;
    }
    return best;
}

enum eg_status eg_group_of_entry(const struct eg_generation *generation, const struct eg_entry *entry,
                                 struct eg_group *group_out, struct eg_error *err)
{
    struct eg_group group = {.boundaries = EG_ATLAS_NONE};
    enum eg_status status = EG_OK;
    if (entry->n_serves > 0 && entry->serves_boundaries != EG_ATLAS_NONE)
        status = make_group(generation, choose(generation, entry), &group, err);
    for (uint32_t s = 0; s < eg_entry_count_served(entry) && status == EG_OK; s++) {
        struct eg_served_areas served = eg_entry_served(entry, s);
        if (served.boundaries == EG_ATLAS_NONE) group.n_unknown += served.n;
        else if (served.boundaries == group.boundaries)
            add_codes(&generation->area_sets[group.boundaries], &served, &group);
        else if (is_made_of(generation, &served, group.boundaries))
            status = add_parts(generation, &served, &group, err);
    }
    if (status != EG_OK) {
        eg_group_clear(&group);
        return status;
    }
    if (group.boundaries != EG_ATLAS_NONE) list_members(&generation->area_sets[group.boundaries], &group);
    *group_out = group;
    return EG_OK;
}

static bool is_beside(const struct eg_generation *generation, const struct eg_served_areas *served,
                      const struct eg_group *group)
{
    return served->n > 0 && served->boundaries != EG_ATLAS_NONE && served->boundaries != group->boundaries &&
           !is_made_of(generation, served, group->boundaries);
}

static enum eg_status add_beside(const struct eg_generation *generation, const struct eg_served_areas *served,
                                 struct eg_group *group, struct eg_error *err)
{
    const struct eg_area_set *set = &generation->area_sets[served->boundaries];
    enum eg_status status = make_group(generation, served->boundaries, group, err);
    if (status != EG_OK) return status;
    add_codes(set, served, group);
    list_members(set, group);
    return EG_OK;
}

/* The first has areas if any has. */
static void put_areas_first(struct eg_group *groups, uint32_t n)
{
    uint32_t i = 0;
    while (i < n && groups[i].n_areas == 0) i++;
    if (i == n || i == 0) return;
    struct eg_group first = groups[i];
    groups[i] = groups[0];
    groups[0] = first;
}

enum eg_status eg_groups_of_entry(const struct eg_generation *generation, const struct eg_entry *entry,
                                  struct eg_group **groups_out, uint32_t *n_out, struct eg_error *err)
{
    uint32_t n_sets = eg_entry_count_served(entry), n = 0;
    struct eg_group *groups = eg_memory_zeroed(n_sets + 1U, sizeof *groups);
    if (!groups) return eg_error_no_memory(err, n_sets * sizeof *groups);
    enum eg_status status = eg_group_of_entry(generation, entry, &groups[n++], err);
    for (uint32_t s = 0; s < n_sets && status == EG_OK && entry->n_more_served > 0; s++) {
        struct eg_served_areas served = eg_entry_served(entry, s);
        if (is_beside(generation, &served, &groups[0]))
            status = add_beside(generation, &served, &groups[n++], err);
    }
    if (status != EG_OK) {
        eg_groups_free(groups, n);
        return status;
    }
    put_areas_first(groups, n);
    *groups_out = groups;
    *n_out = n;
    return EG_OK;
}

void eg_groups_free(struct eg_group *groups, uint32_t n)
{
    for (uint32_t i = 0; i < n && groups; i++) eg_group_clear(&groups[i]);
    free(groups);
}

void eg_group_clear(struct eg_group *group)
{
    free(group->areas);
    free(group->is_member);
    *group = (struct eg_group){.boundaries = EG_ATLAS_NONE};
}
