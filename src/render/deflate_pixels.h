/* The quick parse of deflate.c for pixels of four bytes: by whole pixels. Private to deflate.c. */
#ifndef EG_RENDER_DEFLATE_PIXELS_H
#define EG_RENDER_DEFLATE_PIXELS_H

#include "render/deflate_search.h"

/* Tokens below EG_DEFLATE_LEFT stand for so many pixels more than one, each of four literals; EG_DEFLATE_FAR for the byte that a row
 * begins with; matches are what they are elsewhere. */

/* Whether the rows are pixels of four bytes behind a byte of their own, with the row above within reach. */
bool eg_deflate_pixels_suit(const struct eg_deflate_rows *rows);

/* Words of room for what is compared. */
size_t eg_deflate_pixels_words(size_t row_bytes);

/* Writes the rows' tokens, as many as bytes at most, and adds them to count[EG_DEFLATE_TOKENS], literals byte by byte; returns
 * how many. */
uint32_t eg_deflate_pixels_parse(const struct eg_deflate_rows *rows, uint64_t *differs, uint16_t *tokens,
                                 uint32_t *count);

/* Bits on their way out. Eight bytes of room are needed beyond them. */
struct eg_deflate_bits {
    uint64_t held;
    uint32_t n_held;
    uint8_t *out;
};

/* Puts the n tokens. codes[EG_DEFLATE_TOKENS]: a token's bits, their number in the top byte; that of a literal is at most
 * EG_DEFLATE_PIXEL_BITS, so that four go into a word beside what is held. */
#define EG_DEFLATE_PIXEL_BITS 14u
void eg_deflate_pixels_put(const struct eg_deflate_rows *rows, const uint16_t *tokens, uint32_t n,
                           const uint64_t *codes, struct eg_deflate_bits *bits);

#endif
