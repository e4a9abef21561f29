/* Deflate for pictures with few colours: a zlib stream (RFC 1950, 1951) from rows of bytes.
 *
 * General compressors hash every byte and look for repetitions anywhere. In a choropleth they are in two places: the pixel
 * to the left and the pixel above, and where lines are drawn also aside of that one. Looking only there is faster than zlib's fastest setting and packs as small as its
 * middle ones; docs/decisions/0001-png-compression.md has the figures. */
#ifndef EG_RENDER_DEFLATE_H
#define EG_RENDER_DEFLATE_H

#include <stdbool.h>

#include "base/error.h"

/* A stream under way and its working memory, kept from picture to picture. One thread at a time. */
struct eg_deflate;
struct eg_deflate *eg_deflate_new(void);          /* NULL when memory is refused */
void eg_deflate_free(struct eg_deflate *deflate); /* NULL is allowed */

void eg_deflate_begin(struct eg_deflate *deflate);

/* Begins a piece of a stream instead: pieces made apart, by several of these, are one stream when they are put one behind the
 * other, followed by the checksum of all (eg_adler32_join of eg_deflate_adler), highest byte first. The `first` has the
 * stream's header, the `last` ends its blocks; the others end with a whole byte, which costs up to five. */
void eg_deflate_begin_piece(struct eg_deflate *deflate, bool first, bool last);

struct eg_deflate_rows {
    const uint8_t *bytes;
    size_t n_bytes;    /* 1 to 2^20 a call */
    size_t row_bytes;  /* distance to the byte above: 1 to 32,768 is used, more is ignored */
    size_t unit_bytes; /* distance to the byte of the pixel to the left, 1 to 4 */
    bool last;         /* ends the stream, or the piece of one */
    bool by_pixel;     /* units of four are compared as a whole: a third less time, some 4 % more bytes */
};

/* Compresses whole rows; *bytes_out[*n_out] is what they added to the stream, valid until the next call. EG_NO_MEMORY; the
 * stream is lost then and begins anew with eg_deflate_begin. */
EG_MUST_CHECK enum eg_status eg_deflate_rows(struct eg_deflate *deflate, const struct eg_deflate_rows *rows,
                                             const uint8_t **bytes_out, size_t *n_out, struct eg_error *err);

/* The checksum of the rows since the stream or piece began. */
uint32_t eg_deflate_adler(const struct eg_deflate *deflate);

#endif
