/* Shared by the readers of tables: which columns go where, the filter, the row that is being put together. */
#ifndef EG_DATA_TABLE_INTERNAL_H
#define EG_DATA_TABLE_INTERNAL_H

#include "data/table.h"

#define EG_TABLE_NO_SLOT UINT32_MAX

/* A slot is one distinct column that is needed, by the caller or by the filter. */
struct eg_table_plan {
    const struct eg_table_source *source;
    const struct eg_table_wish *wish;
    struct eg_table_counts counts;
    uint32_t n_slots;
    uint32_t *wanted_slot;    /* [wish->n_columns] */
    uint32_t *condition_slot; /* [source->n_filter] */
    struct eg_text *name;     /* [n_slots] */
    struct eg_text *cell;     /* [n_slots] of the row at hand, filled by the reader */
    struct eg_text *cells;    /* [wish->n_columns] handed to on_row */
    uint32_t n_cells;         /* of the row at hand; n_header when they fit */
    uint32_t n_header;
};

/* Finds the slots among the header's names: slot_of_out[n_header] is a slot or EG_TABLE_NO_SLOT. */
EG_MUST_CHECK enum eg_status eg_table_plan_resolve(const struct eg_table_plan *plan,
                                                   const struct eg_text *header, uint32_t n_header,
                                                   uint32_t *slot_of_out, struct eg_error *err);

/* plan->cell is complete: checks it, filters, hands it over. */
EG_MUST_CHECK enum eg_status eg_table_plan_row(struct eg_table_plan *plan, uint32_t row,
                                               struct eg_error *err);

EG_MUST_CHECK enum eg_status eg_table_read_csv(struct eg_table_plan *plan, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_table_read_ogr(struct eg_table_plan *plan, struct eg_error *err);

#endif
