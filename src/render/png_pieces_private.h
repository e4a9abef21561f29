/* A picture on its way into a file, shared between the files of the PNG encoder alone: its pieces, what is found out about them
 * from round to round, the file, working memory. */
#ifndef EG_RENDER_PNG_PIECES_PRIVATE_H
#define EG_RENDER_PNG_PIECES_PRIVATE_H

#include <stdatomic.h>

#include "render/png_private.h"

/* --- pieces ---------------------------------------------------------------------------------------------------------- */

/* What a round found out about a piece; added up over all of them in order. */
struct eg_png_trial {
    struct eg_png_set set; /* its colours as they come, up to the one too many */
    bool many;             /* there was one too many */
    bool opaque;           /* no pixel lets anything through */
    bool refused;          /* a pixel that the palette has no colour for, or an error beyond all bounds */
    bool mapped;           /* the round's palette was tried on all of it */
    uint64_t n_all_runs, visible;
    uint32_t n_runs[EG_PNG_COLOURS]; /* of each index */
    struct eg_png_error error;
    struct eg_png_sampled *sample; /* one run in so many */
    uint32_t n_sampled;
    size_t sample_capacity;
};
struct eg_png_sampled {
    uint32_t pixel, length;
};

/* The picture's data come in pieces, each an IDAT chunk. */
struct eg_png_piece {
    struct eg_buffer chunk; /* the chunk's type and data, but for the checksum that ends the last one */
    uint32_t crc;           /* of these */
    uint32_t adler;         /* of the rows */
    size_t n_bytes;         /* of the rows */
    enum eg_status status;
    struct eg_png_trial trial;
};

/* --- the file ------------------------------------------------------------------------------------------------------ */

struct eg_png_head {
    uint32_t width, height;
    uint32_t bits;                          /* a pixel's index; 8 without a palette */
    uint32_t n_channels;                    /* 3 or 4; 1 with a palette */
    uint32_t n_colours;                     /* 0 without a palette */
    uint32_t n_faint;                       /* the first so many colours are not opaque */
    struct eg_rgba colours[EG_PNG_COLOURS]; /* premultiplied */
};

/* Writes to a buffer, all but the data through libpng. Every step but close may fail; close always follows a successful
 * open. */
struct eg_png_file;
EG_MUST_CHECK enum eg_status eg_png_file_open(const struct eg_png_head *head,
                                              const struct eg_png_options *options, struct eg_buffer *out,
                                              struct eg_png_file **file_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_png_file_data(struct eg_png_file *file, const struct eg_png_piece *pieces,
                                              uint32_t n_pieces);
EG_MUST_CHECK enum eg_status eg_png_file_end(struct eg_png_file *file);
void eg_png_file_close(struct eg_png_file *file);

/* The chunk is begun, ended: its type, its checksum. */
void eg_png_piece_begin(struct eg_png_piece *piece);
void eg_png_piece_end(struct eg_png_piece *piece);

/* --- a picture under way ---------------------------------------------------------------------------------------------- */

enum eg_png_way { EG_PNG_FEW, EG_PNG_STYLE, EG_PNG_ADAPTIVE, EG_PNG_FULL };
enum eg_png_round {
    EG_PNG_START,
    EG_PNG_GLANCE, /* and packing without a palette, in the hope that the glance comes to that */
    EG_PNG_LOOK,
    EG_PNG_TRY_STYLE,
    EG_PNG_TRY_ADAPTIVE,
    EG_PNG_PACK,
    EG_PNG_DONE
};

enum eg_png_verdict { EG_PNG_OPEN, EG_PNG_FULL_IT_IS, EG_PNG_LOOK_CLOSER };

struct eg_png_pieces {
    const struct eg_canvas *canvas;
    const struct eg_png_options *options;
    struct eg_png_scratch *scratch; /* that all this lives in */
    uint32_t n;
    struct eg_png_piece *pieces; /* [n] */
    uint32_t capacity;
    enum eg_png_round round;
    uint32_t band_rows;
    bool one_band;
    bool scanned;         /* the runs of the only band are in `scratch` */
    bool mapped;          /* with the indices that the last round gave them */
    uint32_t sampled_run; /* one in so many is looked at first */
    enum eg_png_way way;
    const struct eg_png_set *few;  /* all colours of the picture, if it has few */
    struct eg_png_trial sum;       /* of the round's trials; without their sets and samples */
    atomic_int verdict;            /* enum eg_png_verdict, of the glance */
    uint64_t glanced;              /* visible pixels of these rows */
    bool own_may_do;               /* a palette of the picture's own, by a glance */
    uint64_t style_guess;          /* the error of the style's palette, by the sample */
    uint8_t place[EG_PNG_COLOURS]; /* of the colours used, in the file's palette */
    struct eg_png_head head;
};

#define EG_PNG_MANY_RUNS 10000u
#define EG_PNG_LITTLE_DOUBT 115u /* per cent of the mean error; of 1,000 runs it is known to about 7 % */

static inline bool eg_png_may_lose(const struct eg_png_pieces *pieces)
{
    return pieces->options->palette && !pieces->options->exact;
}

/* Whether an error over so many pixels is more than so many per cent of what an indexed picture may have: 1 of 255. */
static inline bool eg_png_is_over(uint64_t visible, uint64_t error, uint64_t per_cent)
{
    return error * 100 > visible * per_cent;
}

/* Before the first round, by very few rows: which it is, EG_PNG_LOOK, or EG_PNG_GLANCE where the style's palette seems far off.
 * EG_PNG_DONE when memory is refused. */
enum eg_png_round eg_png_glance(struct eg_png_pieces *pieces);
/* Whether it is, by a few rows, and one of the picture's own, too: the verdict. Of the options' scratch it takes what packing does not. */
void eg_png_glance_on(struct eg_png_pieces *pieces);
/* The rounds before packing: a piece's share, which fails when memory is refused ... */
EG_MUST_CHECK bool eg_png_try(struct eg_png_pieces *pieces, uint32_t piece, struct eg_png_scratch *scratch);
/* ... and which round is next: settles `way`, once it is EG_PNG_PACK, and with a palette sum.n_runs. EG_PNG_DONE when memory
 * is refused. */
enum eg_png_round eg_png_choose(struct eg_png_pieces *pieces);
/* The colours of the way taken, by the indices that eg_png_index gives. */
const struct eg_rgba *eg_png_way_colours(const struct eg_png_pieces *pieces, uint32_t *n_out);
/* Fills runs->index as the way taken has it. */
void eg_png_index(const struct eg_png_pieces *pieces, struct eg_png_runs *runs);

/* Whether the runs of the piece, which has one band, are still in the scratch. */
static inline bool eg_png_has_runs(const struct eg_png_pieces *pieces, const struct eg_png_scratch *scratch)
{
    return pieces->scanned && scratch == pieces->scratch;
}

/* The next band of a piece of which so many rows are done; at least one row. */
static inline uint32_t eg_png_next_rows(const struct eg_png_pieces *pieces, struct eg_png_rows rows,
                                        uint32_t done)
{
    return rows.n - done < pieces->band_rows ? rows.n - done : pieces->band_rows;
}

/* Room for so many rows of the width. */
EG_MUST_CHECK bool eg_png_scratch_reserve(struct eg_png_scratch *scratch, uint32_t n_rows, uint32_t width);
EG_MUST_CHECK bool eg_png_scratch_reserve_sample(struct eg_png_scratch *scratch, uint32_t n_runs);

/* --- working memory -------------------------------------------------------------------------------------------------- */

struct eg_png_scratch {
    struct eg_png_runs runs;
    uint32_t runs_capacity;
    struct eg_png_runs sample;
    uint32_t sample_capacity;
    struct eg_png_set set;
    struct eg_png_adaptive *adaptive;
    struct eg_deflate *deflate;
    uint8_t *rows;
    size_t rows_capacity;
    struct eg_png_pieces pieces;
};

#endif
