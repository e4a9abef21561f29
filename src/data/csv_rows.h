/* Rows of a stranger's CSV in memory, with their lines. (data/table.h reads the tables that an atlas names.) */
#ifndef EG_DATA_CSV_ROWS_H
#define EG_DATA_CSV_ROWS_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define EG_CSV_COLUMNS_MAX 1024U
#define EG_CSV_CELL_BYTES (1U << 20)

/* A row's cells; they live until the call returns. `line` is where the row begins. Any bytes may be in them. */
struct eg_csv_row {
    uint32_t line;
    uint32_t n;
    const struct eg_text *cell; /* [n], apostrophes taken off (base/csv.h) */
};

typedef enum eg_status eg_csv_row_fn(void *context, const struct eg_csv_row *row, struct eg_error *err);

/* Calls on_row for every row, the header first; empty lines are passed over. Lines end with LF, CR or CR LF; a byte order mark may stand
 * first; `separator` stands between cells. EG_INVALID with the line for quotation marks that do not end or stand in the middle of a cell; EG_LIMIT
 * for too many columns or a cell too long. Some 100 MB a second. */
EG_MUST_CHECK enum eg_status eg_csv_read(struct eg_text csv, char separator, eg_csv_row_fn *on_row,
                                         void *context, struct eg_error *err);

/* What the header's cells are separated by: whichever of comma, semicolon and tab it has most often outside of quotation marks; a comma where
 * it has none. */
char eg_csv_separator(struct eg_text csv);

#endif
