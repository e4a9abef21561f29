/* Tables joined to areas: the series of every indicator, one pass over each table. */
#ifndef EG_DATA_JOIN_H
#define EG_DATA_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "base/textmap.h"
#include "data/atlas.h"
#include "data/generation.h"
#include "data/progress.h"
#include "data/report.h"

/* A series while it is filled; and, with indicator EG_ATLAS_NONE, the weights of an aggregation. */
struct eg_draft {
    struct eg_series series;
    struct eg_series_report report;
    uint32_t table;
    uint32_t bad_area, bad_row; /* of report.bad_cell, while n_bad_cells > 0 */
    struct eg_text bad_place;   /* "row 17, column pop": told instead when the area is withheld */
    const struct eg_atlas_aggregation *weight_of; /* for weights: the first aggregation that takes them */
    /* Categories in the order of their first row: series.value is an index into them until they are sorted. */
    struct eg_textmap *category_map;
    struct eg_text *category;
    size_t category_capacity;
    uint32_t n_category;
};

struct eg_draft_list {
    struct eg_draft **items; /* each lives in its table's arena */
    size_t n, capacity;
};
/* Frees the list and what its drafts hold outside their arena. */
void eg_draft_list_clear(struct eg_draft_list *list);
EG_MUST_CHECK enum eg_status eg_draft_list_add(struct eg_draft_list *list, struct eg_draft *draft,
                                               struct eg_error *err);

struct eg_join {
    const struct eg_atlas *atlas;
    uint32_t table;
    const struct eg_area_set *area_sets; /* [atlas->n_boundaries], codes are enough */
    struct eg_arena *arena;              /* of this table */
    struct eg_progress *progress;        /* or NULL */
};

/* Whether a draft holds the weights that an aggregation takes. */
bool eg_draft_weighs(const struct eg_draft *draft, const struct eg_atlas_aggregation *aggregation);

/* Reads the table once and fills a draft for every series (and weight) that needs it. A table that nothing needs is not read.
 * Errors name table, file, row and column. Runs on one thread; different tables may run at the same time. */
EG_MUST_CHECK enum eg_status eg_join_table(const struct eg_join *join, struct eg_draft_list *drafts,
                                           struct eg_error *err);

#endif
