/* A map from text to uint32: area codes to row numbers, ids to positions. Open addressing; keys are not copied and
 * must outlive the map. Immutable use from many threads is safe. */
#ifndef EG_BASE_TEXTMAP_H
#define EG_BASE_TEXTMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define EG_TEXTMAP_NONE UINT32_MAX

struct eg_textmap;

/* Room for `expected` keys without rehashing. NULL when memory is refused. */
struct eg_textmap *eg_textmap_new(size_t expected);
void eg_textmap_free(struct eg_textmap *map); /* NULL is allowed */

/* Inserts key -> value unless the key is present; *existing_out (may be NULL) then tells the value that stays, and is
 * EG_TEXTMAP_NONE otherwise. EG_NO_MEMORY when the table cannot grow. */
EG_MUST_CHECK enum eg_status eg_textmap_put(struct eg_textmap *map, struct eg_text key, uint32_t value,
                                            uint32_t *existing_out);
/* The value, or EG_TEXTMAP_NONE. */
uint32_t eg_textmap_get(const struct eg_textmap *map, struct eg_text key);

#endif
