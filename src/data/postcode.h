/* Postcodes as numbers: up to eleven letters and digits, with one gap among them, in 64 bits that sort as the text does. What stands
 * before the gap (the outward part of a British postcode, the ZIP of a ZIP+4) sorts before what is longer without one: LS1 1AA, LS1 9ZZ,
 * LS10 1AA. Written with a blank, a hyphen or nothing, in letters of either case, a postcode is the same. */
#ifndef EG_DATA_POSTCODE_H
#define EG_DATA_POSTCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define EG_POSTCODE_PLACES 12U  /* symbols and gap in a key */
#define EG_POSTCODE_SYMBOLS 11U /* letters and digits */
#define EG_POSTCODE_BYTES 16U   /* room for one as text, and a NUL */

struct eg_postcode {
    uint8_t symbol[EG_POSTCODE_SYMBOLS];
    uint32_t n;        /* at least 1 */
    uint32_t gap;      /* so many symbols before the gap; 0: there is none, or more than one */
    char gap_as;       /* ' ' or '-': how the first one is written; 0: none */
    bool is_scattered; /* more than one gap */
};

/* False for what is no postcode: another sign, no letter or digit, too many of them. Blanks at both ends do not count. */
bool eg_postcode_read(struct eg_text text, struct eg_postcode *postcode_out);

/* Its first n symbols with a gap after `gap` of them (0: none; n: at the end). */
uint64_t eg_postcode_key(const struct eg_postcode *postcode, uint32_t n, uint32_t gap);
/* A key of `places` symbols and gap begins those from itself up to, not including, itself plus this. places: 1 to EG_POSTCODE_PLACES. */
uint64_t eg_postcode_span(uint32_t places);

/* Where a country (ISO 3166-1) puts the gap in a postcode of so many symbols, whether it is written or not; 0: not known. */
uint32_t eg_postcode_usual_gap(struct eg_text country, uint32_t n);

/* The key of what stands before the gap, without it; the key itself where there is none. */
uint64_t eg_postcode_outward(uint64_t key);
/* Symbols after the gap; 0 without one. */
uint32_t eg_postcode_inward_len(uint64_t key);

/* The text, its gap written as `gap_as` (0: not at all), NUL-terminated. Returns its length. */
size_t eg_postcode_write(uint64_t key, char gap_as, char text_out[EG_POSTCODE_BYTES]);

#endif
