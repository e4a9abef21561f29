/* The parts of the PNG encoder, shared between its files alone.
 *
 *     canvas --runs--> pixels with lengths --colours--> palette indices --rows--> raw rows --deflate--> IDAT
 *
 * A picture is worked through in bands of whole rows with about EG_PNG_BAND_PIXELS pixels: a tile is one band, and a
 * picture of 16384 x 16384 needs no more working memory than a tile does. */
#ifndef EG_RENDER_PNG_PRIVATE_H
#define EG_RENDER_PNG_PRIVATE_H

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "render/png_pieces.h"

#define EG_PNG_BAND_PIXELS                                                                                   \
    65536u /* four times as many, and the runs of a band no longer stay in the L2 cache */
#define EG_PNG_COLOURS 256u

/* A pixel as one number: the four bytes as they lie in memory. 0 is transparent on every machine. */
static inline uint32_t eg_png_pixel(const struct eg_rgba *colour)
{
    uint32_t pixel;
    memcpy(&pixel, colour, sizeof pixel);
    return pixel;
}

static inline struct eg_rgba eg_png_colour(uint32_t pixel)
{
    struct eg_rgba colour;
    memcpy(&colour, &pixel, sizeof colour);
    return colour;
}

/* The largest difference of any channel of two pixels, 0 to 255. */
static inline uint32_t eg_png_distance(uint32_t p, uint32_t q)
{
#ifdef __SSE2__
    __m128i x = _mm_cvtsi32_si128((int)p), y = _mm_cvtsi32_si128((int)q);
    __m128i apart = _mm_or_si128(_mm_subs_epu8(x, y), _mm_subs_epu8(y, x));
    apart = _mm_max_epu8(apart, _mm_srli_epi32(apart, 16));
    apart = _mm_max_epu8(apart, _mm_srli_epi32(apart, 8));
    return (uint32_t)_mm_cvtsi128_si32(apart) & 255u;
#else
    uint32_t most = 0;
    for (uint32_t shift = 0; shift < 32; shift += 8) {
        uint32_t a = p >> shift & 255u, b = q >> shift & 255u, apart = a > b ? a - b : b - a;
        if (apart > most) most = apart;
    }
    return most;
#endif
}

/* --- runs of one pixel value, none longer than a row ------------------------------------------------------------- */

struct eg_png_runs {
    uint32_t *pixel;  /* [n] */
    uint16_t *length; /* [n] */
    uint8_t *index;   /* [n], filled in by the colour stage */
    uint16_t *cell;   /* [n], the adaptive palette's own */
    uint32_t n;
};

/* Rows [first, first + n_rows) of the canvas; room for as many runs as pixels. */
void eg_png_runs_scan(struct eg_png_runs *runs, const struct eg_canvas *canvas, uint32_t first,
                      uint32_t n_rows);

/* --- a set of at most 256 colours with their places ----------------------------------------------------------------- */

#define EG_PNG_SET_SLOTS 1024u
struct eg_png_set {
    uint32_t n;
    struct eg_rgba colours[EG_PNG_COLOURS];
    uint32_t key[EG_PNG_SET_SLOTS];
    uint16_t place[EG_PNG_SET_SLOTS]; /* 1 + index into colours; 0: free */
};

void eg_png_set_clear(struct eg_png_set *set);

static inline uint32_t eg_png_set_slot(const struct eg_png_set *set, uint32_t pixel)
{
    uint32_t slot = (pixel * 2654435761u) >> 22;
    while (set->place[slot] && set->key[slot] != pixel) slot = (slot + 1) % EG_PNG_SET_SLOTS;
    return slot;
}

/* The colour's index, EG_PNG_COLOURS when it is not there. */
static inline uint32_t eg_png_set_find(const struct eg_png_set *set, uint32_t pixel)
{
    uint32_t place = set->place[eg_png_set_slot(set, pixel)];
    return place ? place - 1u : EG_PNG_COLOURS;
}

/* The colour's index, inserted when new; EG_PNG_COLOURS when the set is full. */
uint32_t eg_png_set_add(struct eg_png_set *set, uint32_t pixel);

/* --- choosing colours ------------------------------------------------------------------------------------------------- */

/* What a mapping of pixels to indices costs in truth. */
struct eg_png_error {
    uint64_t sum;     /* of the worst channel's error over all pixels */
    uint64_t visible; /* pixels that are not wholly transparent */
};

/* Fills runs->index with the style's colours and adds to the error. Stops early, and returns false, once the error's sum is
 * beyond the limit, or at a pixel of a held alpha that no colour of the palette has. */
bool eg_palette_map(const struct eg_palette *palette, struct eg_png_runs *runs, uint64_t limit,
                    struct eg_png_error *error);
/* Adds the error that the same mapping would have for every step-th run. */
void eg_palette_try(const struct eg_palette *palette, const struct eg_png_runs *runs, uint32_t step,
                    struct eg_png_error *error);
const struct eg_rgba *eg_palette_colours(const struct eg_palette *palette,
                                         uint32_t *n_out); /* all [n], exact ones first */
/* The exact colours' set: kept as they are by any palette made for a picture. */
const struct eg_png_set *eg_palette_exact(const struct eg_palette *palette);
/* [256]: the alphas that no mapping may change: 0, 255 and those that the style fills areas with. A border between two areas
 * of one alpha has it too, and a map that shows its basemap there is a map with seams. */
const bool *eg_palette_held_alphas(const struct eg_palette *palette);
#define EG_PALETTE_HELD_MAX 34u

/* A palette for one picture: gather the runs of all bands, choose once, then place and map band by band. */
struct eg_png_adaptive;
struct eg_png_adaptive *eg_png_adaptive_new(void); /* NULL when memory is refused; free() */
/* Colours that agree in the upper `bits` of each channel share a cell; palette NULL: no colour is exact. */
#define EG_PNG_ADAPTIVE_BITS 6u
void eg_png_adaptive_begin(struct eg_png_adaptive *adaptive, const struct eg_palette *palette, uint32_t bits);
/* Fills runs->cell; false when the picture has too many colours even roughly, and the palette is given up. */
bool eg_png_adaptive_gather(struct eg_png_adaptive *adaptive, struct eg_png_runs *runs);
void eg_png_adaptive_choose(struct eg_png_adaptive *adaptive);
/* Fills runs->index from runs->cell, which for any band but the last gathered eg_png_adaptive_place fills in anew. */
void eg_png_adaptive_place(const struct eg_png_adaptive *adaptive, struct eg_png_runs *runs);
void eg_png_adaptive_map(const struct eg_png_adaptive *adaptive, struct eg_png_runs *runs,
                         struct eg_png_error *error);
const struct eg_rgba *eg_png_adaptive_colours(const struct eg_png_adaptive *adaptive, uint32_t *n_out);

/* What is to be small: the sum of the squared errors (rare outliers get a colour of their own), or that of the errors
 * (common colours do). */
enum eg_quantise_aim { EG_QUANTISE_SQUARES, EG_QUANTISE_ERRORS };

/* Splits points[n] into at most order->n_boxes groups of low variance (weights count) and reorders them; group_out[n] tells
 * each reordered point's group, colours_out[n_boxes] the groups' mean colours. Points of a held alpha are in groups with
 * their like alone. Returns the number of groups; 0 when there are fewer boxes than held alphas. */
struct eg_quantise_order {
    enum eg_quantise_aim aim;
    uint32_t n_boxes;
    const bool *held_alphas; /* [256] */
};
struct eg_quantise_point {
    uint8_t channel[4];
    uint32_t tag; /* the caller's */
    uint64_t weight;
};
uint32_t eg_quantise(struct eg_quantise_point *points, uint32_t n, const struct eg_quantise_order *order,
                     uint8_t *group_out, struct eg_rgba *colours_out);

/* --- raw rows -------------------------------------------------------------------------------------------------------- */

/* A row of filter byte 0 and pixels for every row of the runs; `rows` has 16 bytes to spare. They return the bytes written.
 * Indices are packed into `bits` each (1, 2, 4, 8), place[] telling the index that the file uses. */
size_t eg_png_pack_indices(const struct eg_png_runs *runs, const uint8_t place[EG_PNG_COLOURS], uint32_t bits,
                           uint32_t width, uint8_t *rows);
/* Pixels of rows [first, first + n_rows) with straight alpha (n_channels 4) or without (3). */
size_t eg_png_pack_pixels(const struct eg_canvas *canvas, struct eg_png_rows rows, uint32_t n_channels,
                          uint8_t *bytes);

#endif
