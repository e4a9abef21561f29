/* Runs of equal pixels, and rows made from them.
 *
 * A choropleth tile is 65,536 pixels in 1,500 to 25,000 runs: everything that has to look at a colour looks at a run. The
 * scan compares sixteen pixels at a time with their right neighbours where the machine has SSE2 (every x86-64 has). */
#include "render/png_private.h"

#define STEP 16u
#define BLOCK 64u
#define LONG_RUN 40u /* where a call costs less than the loop */

#ifdef __SSE2__
/* All ones in each of four pixels that equals the next one. */
static inline __m128i equal_next(const struct eg_rgba *pixels)
{
    return _mm_cmpeq_epi32(_mm_loadu_si128((const __m128i *)(const void *)pixels),
                           _mm_loadu_si128((const __m128i *)(const void *)(pixels + 1)));
}
#endif

/* Bit k is set when pixel k of the STEP pixels differs from the next one. Reads STEP + 1 pixels. */
static inline uint32_t ends_of_runs(const struct eg_rgba *pixels)
{
#ifdef __SSE2__
    __m128i left = _mm_packs_epi32(equal_next(pixels), equal_next(pixels + 4));
    __m128i right = _mm_packs_epi32(equal_next(pixels + 8), equal_next(pixels + 12));
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(left, right)) ^ 0xFFFFu;
#else
    uint32_t ends = 0;
    for (uint32_t k = 0; k < STEP; k++)
        ends |= (uint32_t)(eg_png_pixel(pixels + k) != eg_png_pixel(pixels + k + 1)) << k;
    return ends;
#endif
}

/* The same for up to BLOCK of the n pixels left in a row, whose last one ends a run. Few long loops instead of many short
 * ones: how often a loop over set bits turns cannot be predicted. */
static inline uint64_t ends_in_block(const struct eg_rgba *pixels, uint32_t n)
{
    uint64_t ends = 0;
    uint32_t k = 0, last = n - 1;
    if (n > BLOCK)
        return ends_of_runs(pixels) | (uint64_t)ends_of_runs(pixels + STEP) << STEP |
               (uint64_t)ends_of_runs(pixels + 2 * STEP) << 2 * STEP |
               (uint64_t)ends_of_runs(pixels + 3 * STEP) << 3 * STEP;
    for (; k + STEP <= last; k += STEP) ends |= (uint64_t)ends_of_runs(pixels + k) << k;
    if (k > 0 && last - k == STEP - 1) { /* a pixel back, so as not to read past the row */
        ends |= (uint64_t)(ends_of_runs(pixels + k - 1) >> 1) << k;
        k = last;
    }
    for (; k < last; k++) ends |= (uint64_t)(eg_png_pixel(pixels + k) != eg_png_pixel(pixels + k + 1)) << k;
    return ends | UINT64_C(1) << last;
}

static uint32_t scan_row(const struct eg_rgba *row, uint32_t width, uint32_t *pixel, uint16_t *length)
{
    uint32_t n = 0, start = 0;
    for (uint32_t x = 0; x < width; x += BLOCK)
        for (uint64_t ends = ends_in_block(row + x, width - x); ends; ends &= ends - 1) {
            uint32_t end = x + (uint32_t)__builtin_ctzll(ends);
            pixel[n] = eg_png_pixel(row + end);
            length[n++] = (uint16_t)(end + 1 - start);
            start = end + 1;
        }
    return n;
}

void eg_png_runs_scan(struct eg_png_runs *runs, const struct eg_canvas *canvas, uint32_t first,
                      uint32_t n_rows)
{
    uint32_t n = 0;
    for (uint32_t y = first; y < first + n_rows; y++)
        n += scan_row(canvas->pixels + (size_t)y * canvas->width, canvas->width, runs->pixel + n,
                      runs->length + n);
    runs->n = n;
}

bool eg_canvas_is_solid(const struct eg_canvas *canvas, struct eg_rgba *colour_out)
{
    size_t n = (size_t)canvas->width * canvas->height;
    if (n == 0) return false;
    /* Every pixel equals its neighbour when the picture equals itself moved by one. */
    if (memcmp(canvas->pixels, canvas->pixels + 1, (n - 1) * sizeof canvas->pixels[0]) != 0) return false;
    *colour_out = canvas->pixels[0];
    return true;
}

/* --- packing -------------------------------------------------------------------------------------------------------- */

/* Eight bytes at a time past the end of the run: the next run overwrites them, and the row has 16 bytes to spare. */
static uint8_t *put_bytes(uint8_t *at, uint8_t value, uint32_t length)
{
    uint64_t eight = value * 0x0101010101010101u;
    if (length > LONG_RUN) return (uint8_t *)memset(at, value, length) + length;
    for (uint32_t done = 0; done < length; done += 8) memcpy(at + done, &eight, sizeof eight);
    return at + length;
}

static uint32_t pack_row_bytes(const struct eg_png_runs *runs, uint32_t run, const uint8_t *place,
                               uint32_t width, uint8_t *row)
{
    for (uint8_t *end = row + width; row < end; run++)
        row = put_bytes(row, place[runs->index[run]], runs->length[run]);
    return run;
}

/* Fewer than eight bits: the leftmost pixel is in the highest bits; the last byte is filled up with zeros. */
static uint32_t pack_row_bits(const struct eg_png_runs *runs, uint32_t run, const uint8_t *place,
                              uint32_t bits, uint32_t width, uint8_t *row)
{
    uint32_t held = 0, n_held = 0;
    for (uint32_t x = 0; x < width; run++) {
        uint32_t value = place[runs->index[run]];
        for (uint32_t end = x + runs->length[run]; x < end; x++) {
            held = held << bits | value;
            n_held += bits;
            if (n_held < 8) continue;
            *row++ = (uint8_t)held;
            n_held = 0;
        }
    }
    if (n_held > 0) *row = (uint8_t)(held << (8 - n_held));
    return run;
}

size_t eg_png_pack_indices(const struct eg_png_runs *runs, const uint8_t place[EG_PNG_COLOURS], uint32_t bits,
                           uint32_t width, uint8_t *rows)
{
    size_t row_bytes = ((size_t)width * bits + 7) / 8;
    uint8_t *row = rows;
    for (uint32_t run = 0; run < runs->n; row += row_bytes) {
        *row++ = 0; /* no filter: they only make indices larger */
        run = bits == 8 ? pack_row_bytes(runs, run, place, width, row)
                        : pack_row_bits(runs, run, place, bits, width, row);
    }
    return (size_t)(row - rows);
}

/* Exact both ways: premultiplying the result again gives back what came in. */
struct eg_rgba eg_png_straight(struct eg_rgba c)
{
    if (c.a == 255 || c.a == 0) return c;
    uint32_t half = c.a / 2u, r = (c.r * 255u + half) / c.a, g = (c.g * 255u + half) / c.a,
             b = (c.b * 255u + half) / c.a;
    c.r = (uint8_t)(r < 255 ? r : 255);
    c.g = (uint8_t)(g < 255 ? g : 255);
    c.b = (uint8_t)(b < 255 ? b : 255);
    return c;
}

/* Whether four pixels are as they are with straight alpha: each opaque or transparent. */
static inline bool four_are_straight(const struct eg_rgba *pixels)
{
#ifdef __SSE2__
    __m128i four = _mm_loadu_si128((const __m128i *)(const void *)pixels);
    __m128i opaque = _mm_cmpeq_epi32(_mm_srli_epi32(four, 24), _mm_set1_epi32(255));
    __m128i nothing = _mm_cmpeq_epi32(four, _mm_setzero_si128());
    return _mm_movemask_epi8(_mm_or_si128(opaque, nothing)) == 0xFFFF;
#else
    bool straight = true;
    for (uint32_t k = 0; k < 4; k++) straight &= pixels[k].a == 255 || pixels[k].a == 0;
    return straight;
#endif
}

static void pack_straight(const struct eg_rgba *pixels, uint32_t width, uint8_t *bytes)
{
    struct eg_rgba four[4];
    uint32_t x = 0;
    for (; x + 4 <= width; x += 4, bytes += sizeof four) {
        memcpy(four, pixels + x, sizeof four);
        if (!four_are_straight(pixels + x))
            for (uint32_t k = 0; k < 4; k++) four[k] = eg_png_straight(four[k]);
        memcpy(bytes, four, sizeof four);
    }
    for (; x < width; x++, bytes += sizeof four[0]) {
        four[0] = eg_png_straight(pixels[x]);
        memcpy(bytes, four, sizeof four[0]);
    }
}

size_t eg_png_pack_pixels(const struct eg_canvas *canvas, struct eg_png_rows rows, uint32_t n_channels,
                          uint8_t *bytes)
{
    uint8_t *at = bytes;
    for (uint32_t y = rows.first; y < rows.first + rows.n; y++, at += (size_t)canvas->width * n_channels) {
        const struct eg_rgba *pixels = canvas->pixels + (size_t)y * canvas->width;
        *at++ = 0; /* no filter: they only make blends of few colours larger */
        if (n_channels == 4) pack_straight(pixels, canvas->width, at);
        else
            for (uint32_t x = 0; x < canvas->width; x++) memcpy(at + 3 * (size_t)x, &pixels[x], 4);
    }
    return (size_t)(at - bytes);
}
