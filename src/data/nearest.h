/* "Did you mean": the names nearest to one that was not found. */
#ifndef EG_DATA_NEAREST_H
#define EG_DATA_NEAREST_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Edits (insert, delete, replace; the case of ASCII letters does not count) from a to b; bytes beyond the 64th are not
 * looked at. */
uint32_t eg_nearest_distance(struct eg_text a, struct eg_text b);

/* Writes the (up to) three nearest names as "'a', 'b', 'c'" into text_out[size], nearest first, and returns it; "none" without
 * names. What could not be seen of them, or could move a terminal's cursor, is escaped (eg_text_escape). */
const char *eg_nearest_list(struct eg_text wanted, const struct eg_text *names, uint32_t n_names,
                            char *text_out, size_t size);

#endif
