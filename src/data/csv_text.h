/* CSV as text in memory: rows of a stranger's file with their lines, and cells that a spreadsheet will not run.
 *
 * A cell that begins with = + - @, a tab or a carriage return and is no number is a formula to spreadsheets. Written cells of that kind
 * get an apostrophe before them; read ones lose it again, so that what was written is read. */
#ifndef EG_DATA_CSV_TEXT_H
#define EG_DATA_CSV_TEXT_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

#define EG_CSV_COLUMNS_MAX 1024U
#define EG_CSV_CELL_BYTES (1U << 20)

/* A row's cells; they live until the call returns. `line` is where the row begins. Any bytes may be in them. */
struct eg_csv_row {
    uint32_t line;
    uint32_t n;
    const struct eg_text *cell; /* [n], apostrophes taken off */
};

typedef enum eg_status eg_csv_row_fn(void *context, const struct eg_csv_row *row, struct eg_error *err);

/* Calls on_row for every row, the header first; empty lines are passed over. Lines end with LF, CR or CR LF; a byte order mark may stand
 * first. EG_INVALID with the line for quotation marks that do not end or stand in the middle of a cell; EG_LIMIT for too many columns or a
 * cell too long. Some 100 MB a second. */
EG_MUST_CHECK enum eg_status eg_csv_read(struct eg_text csv, eg_csv_row_fn *on_row, void *context,
                                         struct eg_error *err);

/* Appends a cell, quoted where it has to be. Commas and line ends (CR LF) are the caller's. */
void eg_csv_cell(struct eg_buffer *out, struct eg_text text);

#endif
