/* Between writing down what a change did to rows and undoing it. */
#ifndef EG_DATA_CHANGE_ROWS_PARTS_H
#define EG_DATA_CHANGE_ROWS_PARTS_H

#include "data/records.h"

#define EG_ROWS_FINGERPRINT_BYTES 17 /* hex and a NUL */

/* Whether two texts of a field say the same. */
bool eg_rows_same_text(const struct eg_record_field *field, struct eg_text a, struct eg_text b);
/* Whether a field is left out of all this. */
bool eg_rows_skip(enum eg_record_table table, uint32_t field);
void eg_rows_fingerprint(const struct eg_record *row, char out[EG_ROWS_FINGERPRINT_BYTES]);

#endif
