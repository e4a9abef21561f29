/* A PNG written in pieces, strips of whole rows, by one thread or by several at once.
 *
 *     eg_png_pieces_begin(canvas, options, n, &pieces, err)                                   one thread
 *     while (eg_png_pieces_turn(pieces))                                                      one thread
 *         for each i below eg_png_pieces_shares(pieces):
 *             eg_png_pieces_work(pieces, i, scratch of the thread that does it)               any threads, any order
 *     eg_png_pieces_join(pieces, out, &kind, err)                                             one thread
 *
 * What a round does is the encoder's affair: it looks at the pixels, tries palettes, at last packs. What comes out does not
 * depend on who did which share or in what order: same picture, same number of pieces, same bytes. With one piece they are
 * those of a picture that was never in pieces; each further one costs some ten bytes. */
#ifndef EG_RENDER_PNG_PIECES_H
#define EG_RENDER_PNG_PIECES_H

#include "render/png.h"

/* A picture under way. Lives in the scratch that began it and ends when that begins another or is freed: there is nothing to
 * free, and a scratch has one picture at a time. */
struct eg_png_pieces;

/* The number that eg_png_encode takes, from the picture's size alone, so that the file does not depend on the machine: 1 up to
 * 65,536 pixels, 10 for 800 x 600, at most 80. */
uint32_t eg_png_pieces_usual(uint32_t width, uint32_t height);

/* n_pieces 1 or more; more than the picture has rows count as that many. `canvas` and `options` (whose scratch is what all this lives in, and must be there) stay as they are until the
 * join; the pixels need not be drawn yet. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_png_pieces_begin(const struct eg_canvas *canvas,
                                                 const struct eg_png_options *options, uint32_t n_pieces,
                                                 struct eg_png_pieces **pieces_out, struct eg_error *err);

uint32_t eg_png_pieces_count(const struct eg_png_pieces *pieces);

/* The rows of a piece: every row is in one piece, they follow each other, and none is empty. The last ones are half as high as the
 * others: who has nothing left to do waits for the others no longer than one of them takes. */
struct eg_png_rows {
    uint32_t first, n;
};
struct eg_png_rows eg_png_pieces_rows(const struct eg_png_pieces *pieces, uint32_t piece);

/* Begins a round; false when all is done or something has failed, which the join then reports. Every share of a round is to be
 * done exactly once, and all must have ended before the next call. The pixels have to be drawn before the first one. */
bool eg_png_pieces_turn(struct eg_png_pieces *pieces);

/* The shares of the round that has begun: one for each piece, and in a round of its own one that decides whether the others are of use;
 * done in order, none is in vain. */
uint32_t eg_png_pieces_shares(const struct eg_png_pieces *pieces);

/* A share; several may be done at once. `scratch` is the calling thread's own, for the time of the call; the one in the options may
 * be used by one thread among them. Failures wait for the join. */
void eg_png_pieces_work(struct eg_png_pieces *pieces, uint32_t share, struct eg_png_scratch *scratch);

/* Appends the file to `out`, which is left as it was on failure; *kind_out may be NULL. EG_NO_MEMORY, EG_INVALID as
 * eg_png_encode. A picture that is given up needs no join. */
EG_MUST_CHECK enum eg_status eg_png_pieces_join(struct eg_png_pieces *pieces, struct eg_buffer *out,
                                                enum eg_png_kind *kind_out, struct eg_error *err);

#endif
