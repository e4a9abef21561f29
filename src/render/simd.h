/* The few vector operations that rendering lives on: SSE2, which every x86-64 has, or plain C elsewhere (EG_PLAIN_C forces
 * it). Both give the same pictures. Private to src/render. */
#ifndef EG_RENDER_SIMD_H
#define EG_RENDER_SIMD_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "geo/grid.h"
#include "render/canvas.h"

#if defined(__SSE2__) && !defined(EG_PLAIN_C)
#include <emmintrin.h>
#endif

typedef double eg_f64x2 __attribute__((vector_size(16)));
typedef int64_t eg_i64x2 __attribute__((vector_size(16)));
typedef int32_t eg_i32x4 __attribute__((vector_size(16)));
typedef uint32_t eg_u32x4 __attribute__((vector_size(16)));
typedef int16_t eg_i16x8 __attribute__((vector_size(16)));
typedef float eg_f32x4 __attribute__((vector_size(16)));

/* Four small numbers d (channels r, g, b, a; |d| <= 255) as pairs (d, 128 d), so that one multiply-add of 16-bit halves
 * gives d * factor for factors up to 2^22: factor = high * 128 + low. */
static inline eg_i16x8 eg_simd_pairs(int r, int g, int b, int a)
{
    return (eg_i16x8){(int16_t)r, (int16_t)(r * 128), (int16_t)g, (int16_t)(g * 128),
                      (int16_t)b, (int16_t)(b * 128), (int16_t)a, (int16_t)(a * 128)};
}

/* What eg_simd_pack does, where it does not happen often; and everywhere else than on x86-64. */
__attribute__((noinline, unused)) static void eg_simd_pack_crowded(const eg_u32x4 sum[4], int shift,
                                                                   struct eg_rgba *pixels_out)
{
    for (int i = 0; i < 4; i++) {
        int32_t v[4];
        uint8_t c[4];
        for (int k = 0; k < 4; k++) {
            v[k] = (int32_t)sum[i][k] >> shift;
            if (v[k] < 0) v[k] = 0;
        }
        for (int k = 0; k < 4; k++) {
            int32_t value = v[3] > 255 ? (v[k] * 255 + v[3] / 2) / v[3] : v[k];
            c[k] = (uint8_t)(value > 255 ? 255 : value);
        }
        for (int k = 0; k < 3; k++)
            if (c[k] > c[3]) c[k] = c[3];
        memcpy(&pixels_out[i], c, 4);
    }
}

#if defined(__SSE2__) && !defined(EG_PLAIN_C)

static inline eg_u32x4 eg_simd_times(eg_i16x8 pairs, int32_t factor)
{
    uint32_t halves = ((uint32_t)factor & 127U) | ((uint32_t)(factor >> 7) << 16);
    return (eg_u32x4)_mm_madd_epi16((__m128i)pairs, _mm_set1_epi32((int)halves));
}

/* d * 128 * factor, |factor| < 2^15. */
static inline eg_u32x4 eg_simd_times_128(eg_i16x8 pairs, int32_t factor)
{
    return (eg_u32x4)_mm_madd_epi16((__m128i)pairs, _mm_set1_epi32((int)((uint32_t)factor << 16)));
}

static inline eg_f64x2 eg_simd_from_point(const struct eg_point *point)
{
    return (eg_f64x2)_mm_cvtepi32_pd(_mm_loadl_epi64((const __m128i *)(const void *)point));
}

/* Bit 0: the first lane is set, bit 1: the second. */
static inline unsigned eg_simd_bits(eg_i64x2 mask)
{
    return (unsigned)_mm_movemask_pd((__m128d)mask);
}

/* Four numbers rounded to nearest, half to even; 2^31 where one does not fit. */
static inline eg_u32x4 eg_simd_rounded(eg_f64x2 a, eg_f64x2 b)
{
    return (eg_u32x4)_mm_unpacklo_epi64(_mm_cvtpd_epi32((__m128d)a), _mm_cvtpd_epi32((__m128d)b));
}

/* Four places x, y, each 0 to 2^15 units of 2^-bits, to x + y * pitch in whole ones. pitch < 2^15. */
static inline eg_u32x4 eg_simd_cells(const int32_t *places, int bits, int pitch)
{
    __m128i a = _mm_srai_epi32(_mm_loadu_si128((const __m128i *)(const void *)places), bits);
    __m128i b = _mm_srai_epi32(_mm_loadu_si128((const __m128i *)(const void *)(places + 4)), bits);
    return (eg_u32x4)_mm_madd_epi16(_mm_packs_epi32(a, b), _mm_set1_epi32(1 | pitch << 16));
}

static inline __m128i eg_simd_eight_steps(const uint32_t *numbers, int32_t step)
{
    __m128i a = _mm_sub_epi32(_mm_loadu_si128((const __m128i *)(const void *)(numbers + 1)),
                              _mm_loadu_si128((const __m128i *)(const void *)numbers));
    __m128i b = _mm_sub_epi32(_mm_loadu_si128((const __m128i *)(const void *)(numbers + 5)),
                              _mm_loadu_si128((const __m128i *)(const void *)(numbers + 4)));
    __m128i steps = _mm_packs_epi32(a, b);
    return _mm_or_si128(_mm_cmpeq_epi16(steps, _mm_set1_epi16((int16_t)step)),
                        _mm_cmpeq_epi16(steps, _mm_set1_epi16((int16_t)-step)));
}

/* Bit k of sixteen: from numbers[k] to numbers[k + 1] it is `step`, up or down. Reads 17; 0 <= step < 2^15. */
static inline uint32_t eg_simd_steps(const uint32_t *numbers, int32_t step)
{
    return (uint32_t)_mm_movemask_epi8(
        _mm_packs_epi16(eg_simd_eight_steps(numbers, step), eg_simd_eight_steps(numbers + 8, step)));
}

/* Bit k of sixteen: bytes[k] equals bytes[k + 1]. Reads 17. */
static inline uint32_t eg_simd_equal_bytes(const uint8_t *bytes)
{
    return (uint32_t)_mm_movemask_epi8(
        _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)bytes),
                       _mm_loadu_si128((const __m128i *)(const void *)(bytes + 1))));
}

static inline bool eg_simd_has_top_bit(eg_u32x4 v)
{
    return _mm_movemask_ps((__m128)v) != 0;
}

static inline eg_f64x2 eg_simd_clamp(eg_f64x2 v, double limit)
{
    __m128d bound = _mm_set1_pd(limit);
    return (eg_f64x2)_mm_max_pd(_mm_min_pd((__m128d)v, bound), _mm_sub_pd(_mm_setzero_pd(), bound));
}

/* Four sums to four pixels: shifted down, clamped to 0 .. 255, and no channel above alpha. Where alphas add up to more than 255,
 * as borders do that cross by less than a pixel, the colours are shared out anew. */
static inline void eg_simd_pack(const eg_u32x4 sum[4], int shift, struct eg_rgba *pixels_out)
{
    __m128i low =
        _mm_packs_epi32(_mm_srai_epi32((__m128i)sum[0], shift), _mm_srai_epi32((__m128i)sum[1], shift));
    __m128i high =
        _mm_packs_epi32(_mm_srai_epi32((__m128i)sum[2], shift), _mm_srai_epi32((__m128i)sum[3], shift));
    const __m128i full = _mm_set1_epi16(255);
    __m128i beyond = _mm_or_si128(_mm_cmpgt_epi16(low, full), _mm_cmpgt_epi16(high, full));
    if (__builtin_expect(_mm_movemask_epi8(beyond) & 0xC0C0, 0)) {
        eg_simd_pack_crowded(sum, shift, pixels_out);
        return;
    }
    __m128i pixels = _mm_packus_epi16(low, high);
    __m128i alpha = _mm_srli_epi32(pixels, 24);
    alpha = _mm_or_si128(alpha, _mm_slli_epi32(alpha, 8));
    alpha = _mm_or_si128(alpha, _mm_slli_epi32(alpha, 16));
    _mm_storeu_si128((__m128i *)(void *)pixels_out, _mm_min_epu8(pixels, alpha));
}

static inline eg_f32x4 eg_simd_sqrt(eg_f32x4 v)
{
    return (eg_f32x4)_mm_sqrt_ps((__m128)v);
}

static inline eg_f32x4 eg_simd_between(eg_f32x4 v, float low, float high)
{
    return (eg_f32x4)_mm_min_ps(_mm_max_ps((__m128)v, _mm_set1_ps(low)), _mm_set1_ps(high));
}

/* Raises four bytes to the whole parts of v, 0 to 255. */
static inline void eg_simd_raise(uint8_t *bytes, eg_f32x4 v)
{
    __m128i words = _mm_cvttps_epi32((__m128)v);
    words = _mm_packs_epi32(words, words);
    int32_t old;
    memcpy(&old, bytes, sizeof old);
    old = _mm_cvtsi128_si32(_mm_max_epu8(_mm_packus_epi16(words, words), _mm_cvtsi32_si128(old)));
    memcpy(bytes, &old, sizeof old);
}

/* Two pixels in 16-bit halves: ink + ground * (255 - the ink's alpha) / 255, rounded to nearest. */
static inline __m128i eg_simd_over_halves(__m128i ground, __m128i ink)
{
    __m128i alpha = _mm_shufflehi_epi16(_mm_shufflelo_epi16(ink, 0xff), 0xff);
    __m128i v = _mm_mullo_epi16(ground, _mm_sub_epi16(_mm_set1_epi16(255), alpha));
    v = _mm_add_epi16(v, _mm_set1_epi16(128));
    v = _mm_srli_epi16(_mm_add_epi16(v, _mm_srli_epi16(v, 8)), 8);
    return _mm_add_epi16(v, ink);
}

/* Four premultiplied inks over four premultiplied pixels. */
static inline void eg_simd_over(struct eg_rgba *pixels, const struct eg_rgba ink[4])
{
    __m128i zero = _mm_setzero_si128();
    __m128i ground = _mm_loadu_si128((const __m128i *)(const void *)pixels);
    __m128i over = _mm_loadu_si128((const __m128i *)(const void *)ink);
    __m128i low = eg_simd_over_halves(_mm_unpacklo_epi8(ground, zero), _mm_unpacklo_epi8(over, zero));
    __m128i high = eg_simd_over_halves(_mm_unpackhi_epi8(ground, zero), _mm_unpackhi_epi8(over, zero));
    _mm_storeu_si128((__m128i *)(void *)pixels, _mm_packus_epi16(low, high));
}

#else

static inline eg_u32x4 eg_simd_times(eg_i16x8 pairs, int32_t factor)
{
    eg_i32x4 d = {pairs[0], pairs[2], pairs[4], pairs[6]};
    return (eg_u32x4)(d * factor);
}

static inline eg_u32x4 eg_simd_times_128(eg_i16x8 pairs, int32_t factor)
{
    return eg_simd_times(pairs, factor * 128);
}

static inline eg_f64x2 eg_simd_from_point(const struct eg_point *point)
{
    return (eg_f64x2){point->x, point->y};
}

static inline unsigned eg_simd_bits(eg_i64x2 mask)
{
    return (mask[0] ? 1U : 0U) | (mask[1] ? 2U : 0U);
}

static inline uint32_t eg_simd_rounded_one(double v)
{
    const double magic = 0x1.8p52; /* adding it leaves the rounded integer in the low bits of the sum */
    double sum = v + magic;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return v > -0x1p31 && v < 0x1p31 - 1 ? (uint32_t)bits : 0x80000000U;
}

static inline eg_u32x4 eg_simd_rounded(eg_f64x2 a, eg_f64x2 b)
{
    return (eg_u32x4){eg_simd_rounded_one(a[0]), eg_simd_rounded_one(a[1]), eg_simd_rounded_one(b[0]),
                      eg_simd_rounded_one(b[1])};
}

static inline eg_u32x4 eg_simd_cells(const int32_t *places, int bits, int pitch)
{
    eg_u32x4 cells;
    for (int i = 0; i < 4; i++)
        cells[i] = (uint32_t)((places[2 * i] >> bits) + (places[2 * i + 1] >> bits) * pitch);
    return cells;
}

static inline uint32_t eg_simd_steps(const uint32_t *numbers, int32_t step)
{
    uint32_t bits = 0;
    for (uint32_t k = 0; k < 16; k++) {
        int32_t apart = (int32_t)(numbers[k + 1] - numbers[k]);
        bits |= (uint32_t)(apart == step || apart == -step) << k;
    }
    return bits;
}

static inline uint32_t eg_simd_equal_bytes(const uint8_t *bytes)
{
    uint32_t bits = 0;
    for (uint32_t k = 0; k < 16; k++) bits |= (uint32_t)(bytes[k] == bytes[k + 1]) << k;
    return bits;
}

static inline bool eg_simd_has_top_bit(eg_u32x4 v)
{
    return (v[0] | v[1] | v[2] | v[3]) >> 31 != 0;
}

static inline eg_f64x2 eg_simd_clamp(eg_f64x2 v, double limit)
{
    for (int i = 0; i < 2; i++) v[i] = v[i] < limit ? (v[i] > -limit ? v[i] : -limit) : limit;
    return v;
}

static inline void eg_simd_pack(const eg_u32x4 sum[4], int shift, struct eg_rgba *pixels_out)
{
    eg_simd_pack_crowded(sum, shift, pixels_out);
}

static inline eg_f32x4 eg_simd_sqrt(eg_f32x4 v)
{
    for (int i = 0; i < 4; i++) v[i] = __builtin_sqrtf(v[i]);
    return v;
}

static inline eg_f32x4 eg_simd_between(eg_f32x4 v, float low, float high)
{
    for (int i = 0; i < 4; i++) v[i] = v[i] < low ? low : v[i] > high ? high : v[i];
    return v;
}

static inline void eg_simd_raise(uint8_t *bytes, eg_f32x4 v)
{
    for (int i = 0; i < 4; i++)
        if ((uint8_t)v[i] > bytes[i]) bytes[i] = (uint8_t)v[i];
}

static inline uint8_t eg_simd_over_channel(uint32_t ground, uint32_t ink, uint32_t alpha)
{
    uint32_t v = ground * (255 - alpha) + 128;
    return (uint8_t)(((v + (v >> 8)) >> 8) + ink);
}

static inline void eg_simd_over(struct eg_rgba *pixels, const struct eg_rgba ink[4])
{
    for (int i = 0; i < 4; i++) {
        struct eg_rgba *p = &pixels[i];
        uint32_t alpha = ink[i].a;
        *p = (struct eg_rgba){
            eg_simd_over_channel(p->r, ink[i].r, alpha), eg_simd_over_channel(p->g, ink[i].g, alpha),
            eg_simd_over_channel(p->b, ink[i].b, alpha), eg_simd_over_channel(p->a, alpha, alpha)};
    }
}

#endif
#endif
