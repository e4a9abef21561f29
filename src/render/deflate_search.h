/* The slower, closer parse of deflate.c: matches at any distance, chosen together. Private to deflate.c. */
#ifndef EG_RENDER_DEFLATE_SEARCH_H
#define EG_RENDER_DEFLATE_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "render/deflate.h"

/* A token is a literal, a match with the left, one from above, or a far one, which its distance - 1 follows. */
#define EG_DEFLATE_MIN_MATCH 3u
#define EG_DEFLATE_MAX_MATCH 258u
#define EG_DEFLATE_LENGTHS (EG_DEFLATE_MAX_MATCH - EG_DEFLATE_MIN_MATCH + 1)
#define EG_DEFLATE_LEFT 256u
#define EG_DEFLATE_ABOVE (EG_DEFLATE_LEFT + EG_DEFLATE_LENGTHS)
#define EG_DEFLATE_FAR (EG_DEFLATE_ABOVE + EG_DEFLATE_LENGTHS)
#define EG_DEFLATE_TOKENS (EG_DEFLATE_FAR + EG_DEFLATE_LENGTHS)

struct eg_deflate_search;
struct eg_deflate_search *eg_deflate_search_new(void);         /* NULL when memory is refused */
void eg_deflate_search_free(struct eg_deflate_search *search); /* NULL is allowed */

/* Splits rows of one byte a pixel into runs and looks at some of them: *pays_out tells whether this parse is likely to pay.
 * `above` is the distance to the row above; `differs` has a bit for each byte that differs from the one before, the first
 * included, and the bit after the last set. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_deflate_search_split(struct eg_deflate_search *search,
                                                     const struct eg_deflate_rows *rows, uint32_t above,
                                                     const uint64_t *differs, bool *pays_out,
                                                     struct eg_error *err);

/* Writes the tokens of what eg_deflate_search_split found to pay, the last one just before `end`; as many places as bytes
 * are enough. Returns the first. `above` as before; `from_above` has a bit for each byte that differs from the one above, and the
 * bit after the last set. */
uint16_t *eg_deflate_search_parse(struct eg_deflate_search *search, uint32_t above,
                                  const uint64_t *from_above, uint16_t *end);

#endif
