/* Shared by the wide and the long way of filling series. */
#ifndef EG_DATA_JOIN_INTERNAL_H
#define EG_DATA_JOIN_INTERNAL_H

#include "data/cells.h"
#include "data/join.h"
#include "data/keys.h"
#include "data/table.h"

#define EG_DRAFT_NO_ROW 0xFFU /* in series.state until the area's row comes */
#define EG_FILL_NONE UINT32_MAX
#define EG_CATEGORIES_MAX 1000U

enum eg_role {
    EG_ROLE_VALUE,
    EG_ROLE_NUMERATOR,
    EG_ROLE_DENOMINATOR,
    EG_ROLE_LOWER,
    EG_ROLE_UPPER,
    EG_ROLE_FLAG,
    EG_ROLE_RANK,
    EG_ROLE_DECILE,
    EG_N_ROLES
};

/* The distinct columns that are asked of the table. */
struct eg_wanted {
    struct eg_text *names;
    size_t n, capacity;
};
EG_MUST_CHECK enum eg_status eg_wanted_add(struct eg_wanted *wanted, struct eg_text name, uint32_t *index_out,
                                           struct eg_error *err);

/* Where a draft's numbers stand in a row and how its cells are read. */
struct eg_fill {
    const struct eg_atlas_table *table;
    uint32_t cell[EG_N_ROLES]; /* index among the wanted columns, or EG_FILL_NONE */
    struct eg_text column[EG_N_ROLES];
    const struct eg_atlas_markers *markers[EG_N_ROLES];
    double multiplier;
    bool categorical;
    bool is_weight; /* below zero means nothing */
};
EG_MUST_CHECK enum eg_status eg_fill_init(struct eg_fill *fill, const struct eg_atlas_table *table,
                                          const struct eg_atlas_columns *columns, struct eg_wanted *wanted,
                                          struct eg_error *err);

/* A draft whose areas all wait for their row; arrays only for the columns that the fill has. NULL when memory is refused. */
struct eg_draft *eg_draft_new(const struct eg_join *join, const struct eg_fill *fill, uint32_t boundaries);

/* A row of the table, looked up. */
struct eg_row {
    uint32_t number;
    const struct eg_text *cells;
    struct eg_text key_cell;
    struct eg_key_match match;
    uint32_t n_cells, n_header; /* they differ: its cells may stand in the wrong columns */
};

/* Takes a row in: counts it when it has no area or came before, otherwise fills the area's value and companions. */
EG_MUST_CHECK enum eg_status eg_draft_row(struct eg_draft *draft, const struct eg_fill *fill,
                                          const struct eg_row *row, struct eg_arena *arena,
                                          struct eg_error *err);

/* Takes back the quotation of a cell of this row when the row is suppressed for another series: a rate's cell may hold the
 * count that is suppressed beside it. */
void eg_draft_unquote(struct eg_draft *draft, const struct eg_row *row, const struct eg_draft *other);

/* After the last row: areas without one are missing and counted; decides about the vintage. */
void eg_draft_finish(struct eg_draft *draft, const struct eg_area_set *set, const struct eg_keys *keys,
                     uint32_t n_rows);

EG_MUST_CHECK enum eg_status eg_join_wide(const struct eg_join *join, struct eg_draft_list *drafts,
                                          struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_join_long(const struct eg_join *join, struct eg_draft_list *drafts,
                                          struct eg_error *err);

#endif
