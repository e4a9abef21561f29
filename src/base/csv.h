/* Writing CSV (RFC 4180): cells with commas between them, rows ended by CR LF, quoted where they have to be.
 *
 * Spreadsheets take a cell that begins with = + - @ (of any width) or a tab or CR for a formula and work it out, even one that a stranger
 * wrote. Such a cell gets an apostrophe before it, which makes it a text; a number stays as it is. The same holds for what follows a
 * semicolon, a tab or a line's end within a cell: the items of a list, which a spreadsheet that parts cells by semicolons makes cells of.
 * Whoever reads a CSV of ours as data takes one apostrophe before one of these signs away (eg_csv_unguard). */
#ifndef EG_BASE_CSV_H
#define EG_BASE_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/text.h"

/* Appends a cell, after a comma unless it is the row's first. */
void eg_csv_cell(struct eg_buffer *out, struct eg_text text, bool is_first);
/* A number's cell, after a comma: rounded to `decimals` (0 to 9), without zeros at its end, and the same in every locale. */
void eg_csv_decimal(struct eg_buffer *out, double value, uint32_t decimals);
void eg_csv_end_row(struct eg_buffer *out);

/* Makes of a cell the text that eg_csv_cell was given, in its place; returns its length. */
size_t eg_csv_unguard(char *cell, size_t len);

#endif
