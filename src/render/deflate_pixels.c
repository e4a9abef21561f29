/* A country's map is all blends: one pixel of five is neither the one to the left nor the one above, and is four literals. So a row is
 * compared pixel by pixel, and cut into stretches that are like the left, like the row above, or like neither: some fifty
 * thousand for 480,000 pixels, where a parse byte by byte has eight times as many tokens, and guesses at each.
 *
 * The longer of both matches is taken: where the one from above is longer, what is left would cost a second match or a pixel,
 * which is more than the greater distance costs. */
#include "render/deflate_pixels.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define PIXEL 4u
#define WINDOW_BYTES 32768u
#define MOST_LITERALS EG_DEFLATE_LEFT /* pixels in a token */

bool eg_deflate_pixels_suit(const struct eg_deflate_rows *rows)
{
    return rows->by_pixel && rows->unit_bytes == PIXEL && rows->row_bytes > PIXEL &&
           rows->row_bytes % PIXEL == 1 && rows->row_bytes <= WINDOW_BYTES &&
           rows->n_bytes % rows->row_bytes == 0;
}

/* --- compare --------------------------------------------------------------------------------------------------------- */

/* A bit for each pixel, those behind the last in its word set, and a word to stop in. */
static size_t set_words(size_t row_bytes)
{
    return row_bytes / PIXEL / 64 + 3;
}

size_t eg_deflate_pixels_words(size_t row_bytes)
{
    return 2 * set_words(row_bytes);
}

#ifdef __SSE2__
static inline __m128i equal_four(const uint8_t *a, const uint8_t *b)
{
    return _mm_cmpeq_epi32(_mm_loadu_si128((const __m128i *)(const void *)a),
                           _mm_loadu_si128((const __m128i *)(const void *)b));
}
#endif

/* Bit k is set when pixel k of sixteen differs. */
static inline uint64_t differing_sixteen(const uint8_t *a, const uint8_t *b)
{
#ifdef __SSE2__
    __m128i low = _mm_packs_epi32(equal_four(a, b), equal_four(a + 16, b + 16));
    __m128i high = _mm_packs_epi32(equal_four(a + 32, b + 32), equal_four(a + 48, b + 48));
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high)) ^ 0xFFFFu;
#else
    uint64_t bits = 0;
    for (uint32_t k = 0; k < 16; k++)
        bits |= (uint64_t)(memcmp(a + PIXEL * k, b + PIXEL * k, PIXEL) != 0) << k;
    return bits;
#endif
}

/* Which of n pixels differ. */
static void compare(const uint8_t *a, const uint8_t *b, uint32_t n, uint64_t *set)
{
    uint32_t i = 0;
    for (; i + 64 <= n; i += 64, a += 64 * PIXEL, b += 64 * PIXEL)
        set[i / 64] = differing_sixteen(a, b) | differing_sixteen(a + 64, b + 64) << 16 |
                      differing_sixteen(a + 128, b + 128) << 32 | differing_sixteen(a + 192, b + 192) << 48;
    uint64_t last = ~UINT64_C(0) << n % 64;
    for (uint32_t k = 0; i + k < n; k++, a += PIXEL, b += PIXEL)
        last |= (uint64_t)(memcmp(a, b, PIXEL) != 0) << k;
    set[i / 64] = last;
    set[i / 64 + 1] = 1; /* for runs of either kind */
}

/* Which differ from the one to the left, as the first does. */
static void compare_left(const uint8_t *pixels, uint32_t width, uint64_t *set)
{
    compare(pixels + PIXEL, pixels, width - 1, set);
    for (uint32_t word = (width - 1) / 64 + 1; word > 0; word--)
        set[word] = set[word] << 1 | set[word - 1] >> 63;
    set[0] = set[0] << 1 | 1;
}

/* How many bits from `at` on are clear, given that one is set. */
static inline uint32_t clear_run(const uint64_t *set, uint32_t at)
{
    uint32_t word = at / 64;
    uint64_t bits = set[word] >> at % 64;
    if (bits) return (uint32_t)__builtin_ctzll(bits);
    uint32_t length = 64 - at % 64;
    while (set[++word] == 0) length += 64;
    return length + (uint32_t)__builtin_ctzll(set[word]);
}

/* How many bits from `at` on are set in both; behind the last pixel, they are not. */
static inline uint32_t set_run(const uint64_t *a, const uint64_t *b, uint32_t at)
{
    uint32_t word = at / 64;
    uint64_t bits = ~(a[word] & b[word]) >> at % 64;
    if (bits) return (uint32_t)__builtin_ctzll(bits);
    uint32_t length = 64 - at % 64;
    for (;; length += 64) {
        word++;
        bits = ~(a[word] & b[word]);
        if (bits) return length + (uint32_t)__builtin_ctzll(bits);
    }
}

/* --- parse ----------------------------------------------------------------------------------------------------------- */

struct parse {
    const uint64_t *from_left, *from_above;
    uint16_t *token;
    uint32_t *count; /* of tokens */
    /* Of literals, apart: a value that comes again at once has to wait for itself. */
    uint32_t bytes[PIXEL][EG_DEFLATE_LEFT];
};

static void take_literals(struct parse *parse, const uint8_t *pixels, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < PIXEL; k++) parse->bytes[k][pixels[PIXEL * i + k]]++;
    for (; n > MOST_LITERALS; n -= MOST_LITERALS) *parse->token++ = MOST_LITERALS - 1;
    *parse->token++ = (uint16_t)(n - 1);
}

static inline void take_match(struct parse *parse, uint32_t kind, uint32_t length)
{
    uint32_t value = kind + length - EG_DEFLATE_MIN_MATCH;
    parse->count[value]++;
    *parse->token++ = (uint16_t)value;
}

/* Of whole pixels; none of its matches is shorter than one. */
static void take_matches(struct parse *parse, uint32_t kind, uint32_t n_pixels)
{
    uint32_t left = PIXEL * n_pixels;
    for (; left >= EG_DEFLATE_MAX_MATCH + PIXEL; left -= EG_DEFLATE_MAX_MATCH)
        take_match(parse, kind, EG_DEFLATE_MAX_MATCH);
    if (left > EG_DEFLATE_MAX_MATCH) {
        take_match(parse, kind, left - PIXEL);
        left = PIXEL;
    }
    take_match(parse, kind, left);
}

static void parse_row(struct parse *parse, const uint8_t *pixels, uint32_t width)
{
    for (uint32_t x = 0, n; x < width; x += n) {
        uint32_t left = clear_run(parse->from_left, x), above = clear_run(parse->from_above, x);
        n = left > above ? left : above;
        if (n > 0) take_matches(parse, above > left ? EG_DEFLATE_ABOVE : EG_DEFLATE_LEFT, n);
        else {
            n = set_run(parse->from_left, parse->from_above, x);
            if (n > width - x) n = width - x;
            take_literals(parse, pixels + (size_t)PIXEL * x, n);
        }
    }
}

uint32_t eg_deflate_pixels_parse(const struct eg_deflate_rows *rows, uint64_t *differs, uint16_t *tokens,
                                 uint32_t *count)
{
    struct parse parse = {.from_left = differs,
                          .from_above = differs + set_words(rows->row_bytes),
                          .token = tokens,
                          .count = count};
    uint64_t *from_above = differs + set_words(rows->row_bytes);
    uint32_t width = (uint32_t)(rows->row_bytes / PIXEL);
    memset(from_above, 0xFF, (set_words(rows->row_bytes) - 1) * sizeof *from_above);
    from_above[set_words(rows->row_bytes) - 1] = 1;
    for (size_t done = 0; done < rows->n_bytes; done += rows->row_bytes) {
        const uint8_t *pixels = rows->bytes + done + 1;
        *parse.token++ = EG_DEFLATE_FAR;
        count[rows->bytes[done]]++;
        compare_left(pixels, width, differs);
        if (done > 0) compare(pixels, pixels - rows->row_bytes, width, from_above);
        parse_row(&parse, pixels, width);
    }
    for (uint32_t k = 0; k < PIXEL; k++)
        for (uint32_t i = 0; i < EG_DEFLATE_LEFT; i++) count[i] += parse.bytes[k][i];
    return (uint32_t)(parse.token - tokens);
}

/* --- put ------------------------------------------------------------------------------------------------------------- */

static inline void put(struct eg_deflate_bits *bits, uint64_t more, uint32_t n)
{
    bits->held |= more << bits->n_held;
    bits->n_held += n;
    memcpy(bits->out, &bits->held, sizeof bits->held); /* little-endian, as deflate.c asserts */
    bits->out += bits->n_held / 8;
    bits->held >>= bits->n_held & ~7u;
    bits->n_held &= 7;
}

static inline void put_pixel(struct eg_deflate_bits *bits, const uint32_t *literals, const uint8_t *pixel)
{
    uint32_t a = literals[pixel[0]], b = literals[pixel[1]], c = literals[pixel[2]], d = literals[pixel[3]];
    uint32_t n_ab = (a >> 16) + (b >> 16), n_cd = (c >> 16) + (d >> 16);
    uint64_t ab = (a & 0xFFFF) | (uint64_t)(b & 0xFFFF) << (a >> 16);
    uint64_t cd = (c & 0xFFFF) | (uint64_t)(d & 0xFFFF) << (c >> 16);
    put(bits, ab | cd << n_ab, n_ab + n_cd);
}

void eg_deflate_pixels_put(const struct eg_deflate_rows *rows, const uint16_t *tokens, uint32_t n,
                           const uint64_t *codes, struct eg_deflate_bits *bits)
{
    struct eg_deflate_bits here = *bits; /* in registers */
    uint32_t literals[EG_DEFLATE_LEFT];  /* bits, their number in the upper half */
    const uint8_t *at = rows->bytes;
    for (uint32_t i = 0; i < EG_DEFLATE_LEFT; i++)
        literals[i] = (uint32_t)(codes[i] & 0xFFFF) | (uint32_t)(codes[i] >> 56) << 16;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t token = tokens[i];
        if (token < EG_DEFLATE_LEFT) {
            for (const uint8_t *end = at + (size_t)PIXEL * (token + 1); at < end; at += PIXEL)
                put_pixel(&here, literals, at);
        } else if (token == EG_DEFLATE_FAR) {
            put(&here, literals[*at] & 0xFFFF, literals[*at] >> 16);
            at++;
        } else {
            put(&here, codes[token] & 0x00FFFFFFFFFFFFFFu, (uint32_t)(codes[token] >> 56));
            at += (token - EG_DEFLATE_LEFT) % EG_DEFLATE_LENGTHS + EG_DEFLATE_MIN_MATCH;
        }
    }
    *bits = here;
}
