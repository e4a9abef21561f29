/* Figures of a group of areas that act together: what its areas' numbers come to, each indicator by the rule that the atlas declares
 * for larger areas (data/combine.h), beside the same for a larger area around the group or for all areas.
 *
 * Nothing suppressed follows from them, however many groups there are and however they change: a group that has a suppressed
 * part has no figure, so every figure is worked out from numbers that are shown anyway
 * (docs/decisions/0010-groups-of-areas.md). */
#ifndef EG_ENGINE_COMBINED_H
#define EG_ENGINE_COMBINED_H

#include <stdbool.h>
#include <stdint.h>

#include "data/entries.h"
#include "data/generation.h"

/* The areas that an entry names by code, each once, ascending. Of several boundary sets they are told in that of which most others are made
 * (wards, of wards and a district); what is not made of its areas are groups beside it. */
struct eg_group {
    uint32_t boundaries; /* EG_ATLAS_NONE: none */
    uint32_t n_areas;
    uint32_t *areas;    /* [n_areas] */
    bool *is_member;    /* [of all areas of the boundaries] */
    uint32_t n_unknown; /* codes of no area */
};
EG_MUST_CHECK enum eg_status eg_group_of_entry(const struct eg_generation *generation,
                                               const struct eg_entry *entry, struct eg_group *group_out,
                                               struct eg_error *err);
void eg_group_clear(struct eg_group *group);
/* The group of an entry, which may have no areas, and those beside it. Freed with eg_groups_free. */
EG_MUST_CHECK enum eg_status eg_groups_of_entry(const struct eg_generation *generation,
                                                const struct eg_entry *entry, struct eg_group **groups_out,
                                                uint32_t *n_out, struct eg_error *err);
void eg_groups_free(struct eg_group *groups, uint32_t n); /* NULL is allowed */

enum eg_combined_reason {
    EG_COMBINED,           /* there is a figure, if only one whose state has no value */
    EG_COMBINED_NO_RULE,   /* the atlas does not say how its numbers are combined */
    EG_COMBINED_CATEGORY,  /* values are names of categories */
    EG_COMBINED_NO_COUNTS, /* a rate without numerators and denominators, a mean without weights */
    EG_COMBINED_LARGER     /* known for larger areas only */
};
/* "no_rule", ...; and for people, in English. */
const char *eg_combined_reason_name(enum eg_combined_reason reason);
const char *eg_combined_reason_text(enum eg_combined_reason reason);

struct eg_combined_value {
    enum eg_state state;
    double value; /* where the state has one */
    bool has_counts;
    double numerator, denominator;
    /* Of the areas that were combined; all zero where a number of a larger area was at hand. */
    uint32_t n_areas, n_with_value, n_unreliable, n_missing, n_suppressed, n_not_applicable;
};

struct eg_combined_figure {
    uint32_t indicator;
    enum eg_combined_reason reason;
    const struct eg_atlas_period *period; /* the latest */
    enum eg_aggregate method;             /* NONE: of one area, its own number */
    uint32_t from;                        /* boundaries whose areas were combined */
    struct eg_combined_value group;       /* where the reason is EG_COMBINED */
    struct eg_combined_value around;
};

struct eg_combined {
    /* What the group is compared with: a larger area that holds all of it and more; without one (area EG_NO_AREA) all areas
     * of its own boundaries. */
    uint32_t around_boundaries, around_area;
    struct eg_combined_figure *figures; /* [n_figures] in the atlas's order */
    uint32_t n_figures;
    uint32_t population; /* index of the figure of the atlas's population, or UINT32_MAX */
};

/* group->n_areas at least 1. Some nanoseconds for each indicator and area of the boundaries: 20 ms for a hundred indicators of
 * 33,000 neighbourhoods. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_combined_make(const struct eg_generation *generation,
                                              const struct eg_group *group, struct eg_combined *combined_out,
                                              struct eg_error *err);
void eg_combined_clear(struct eg_combined *combined);

#endif
