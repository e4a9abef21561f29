/* Shared by the parts that write and read entries as rows. */
#ifndef EG_DATA_ENTRY_FLAT_INTERNAL_H
#define EG_DATA_ENTRY_FLAT_INTERNAL_H

#include "data/entry_flat.h"

/* The columns: the fields of an entry, then these. */
enum eg_flat_column {
    EG_FLAT_ID = EG_N_ENTRY_FIELDS,
    EG_FLAT_SERVES_BOUNDARIES,
    EG_FLAT_SERVICE_AREA,
    EG_N_FLAT_COLUMNS
};

const char *eg_flat_column_name(unsigned column);
/* The column of a name, EG_N_FLAT_COLUMNS for none. */
unsigned eg_flat_column_named(struct eg_text name);
/* The same for 360Giving's titles, with or without the number of the first of several ("Beneficiary Location:0:Name"). */
unsigned eg_flat_giving_column(struct eg_text title);

/* The items of the columns that are lists; *n_out UINT32_MAX for a column that is none. */
const struct eg_text *eg_flat_list(const struct eg_entry *entry, unsigned column, uint32_t *n_out);

struct eg_flat_intake;

/* Takes a row; cells[EG_N_FLAT_COLUMNS], any text, absent ones with len 0. */
EG_MUST_CHECK enum eg_status eg_flat_take(struct eg_flat_intake *intake, const struct eg_text *cells,
                                          const struct eg_intake_place *place, struct eg_error *err);
void eg_flat_remark(struct eg_flat_intake *intake, enum eg_intake_kind kind,
                    const struct eg_intake_place *place, const char *format, ...) EG_PRINTF(4, 5);

EG_MUST_CHECK enum eg_status eg_flat_read_rows(struct eg_flat_intake *intake, struct eg_text text,
                                               bool is_360giving, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_flat_read_features(struct eg_flat_intake *intake, struct eg_text text,
                                                   struct eg_error *err);

#endif
