/* The vector operations against the arithmetic that their comments promise, so that a machine without SSE2, where they are
 * plain C, draws the same pictures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "render/simd.h"
#include "support/test_random.h"

static struct eg_test_random seeded;

static int small(int most)
{
    return (int)eg_test_random_below(&seeded, 2 * (uint32_t)most + 1) - most;
}

static void deltas_are_multiplied_exactly(void **state)
{
    (void)state;
    for (int round = 0; round < 100000; round++) {
        int d[4] = {small(255), small(255), small(255), small(255)};
        int factor = small(1 << 17);
        eg_i16x8 pairs = eg_simd_pairs(d[0], d[1], d[2], d[3]);
        eg_u32x4 product = eg_simd_times(pairs, factor);
        for (int k = 0; k < 4; k++) assert_int_equal((int32_t)product[k], d[k] * factor);
        factor = small(1 << 11);
        product = eg_simd_times_128(pairs, factor);
        for (int k = 0; k < 4; k++) assert_int_equal((int32_t)product[k], d[k] * factor * 128);
    }
}

static int clamped(int v, int most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

/* Of a channel, the pixel's alphas adding up to `alphas`. */
static int shared(int v, int alphas)
{
    if (v < 0) return 0;
    return clamped(alphas > 255 ? (v * 255 + alphas / 2) / alphas : v, clamped(alphas, 255));
}

static void sums_become_premultiplied_pixels(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        eg_u32x4 sums[4];
        int v[4][4];
        for (int i = 0; i < 4; i++)
            for (int k = 0; k < 4; k++) {
                v[i][k] = small(600);
                sums[i][k] = (uint32_t)v[i][k] << 17 | eg_test_random_below(&seeded, 1 << 17);
            }
        struct eg_rgba pixels[4];
        eg_simd_pack(sums, 17, pixels);
        for (int i = 0; i < 4; i++) {
            int a = clamped(v[i][3], 255);
            assert_int_equal(pixels[i].a, a);
            assert_int_equal(pixels[i].r, shared(v[i][0], v[i][3]));
            assert_int_equal(pixels[i].g, shared(v[i][1], v[i][3]));
            assert_int_equal(pixels[i].b, shared(v[i][2], v[i][3]));
        }
    }
}

static void ink_over_a_pixel_is_rounded_to_nearest(void **state)
{
    (void)state;
    for (int ground = 0; ground < 256; ground++)
        for (int alpha = 0; alpha < 256; alpha++) {
            struct eg_rgba pixels[4], ink[4];
            for (int i = 0; i < 4; i++) {
                pixels[i] = (struct eg_rgba){(uint8_t)ground, (uint8_t)(ground / 2), 0, (uint8_t)ground};
                ink[i] = (struct eg_rgba){(uint8_t)alpha, (uint8_t)(alpha / (i + 1)), 0, (uint8_t)alpha};
            }
            eg_simd_over(pixels, ink);
            for (int i = 0; i < 4; i++) {
                assert_int_equal(pixels[i].r, (ground * (255 - alpha) * 2 + 255) / 510 + alpha);
                assert_int_equal(pixels[i].g, (ground / 2 * (255 - alpha) * 2 + 255) / 510 + alpha / (i + 1));
                assert_int_equal(pixels[i].b, 0);
                assert_int_equal(pixels[i].a, pixels[i].r);
            }
        }
}

static void bytes_are_only_ever_raised(void **state)
{
    (void)state;
    for (int round = 0; round < 10000; round++) {
        uint8_t bytes[4], before[4];
        eg_f32x4 v;
        for (int i = 0; i < 4; i++) {
            before[i] = bytes[i] = (uint8_t)eg_test_random_below(&seeded, 256);
            v[i] = (float)(255.99 * eg_test_random_unit(&seeded));
        }
        eg_simd_raise(bytes, v);
        for (int i = 0; i < 4; i++) assert_int_equal(bytes[i], (int)v[i] > before[i] ? (int)v[i] : before[i]);
    }
}

static void points_are_read_and_told_apart_by_sign_bits(void **state)
{
    (void)state;
    const struct eg_point point = {INT32_MIN, INT32_MAX};
    eg_f64x2 v = eg_simd_from_point(&point);
    assert_true(v[0] == INT32_MIN && v[1] == INT32_MAX);
    for (unsigned bits = 0; bits < 4; bits++) {
        eg_i64x2 mask = {bits & 1U ? -1 : 0, bits & 2U ? -1 : 0};
        assert_int_equal(eg_simd_bits(mask), bits);
    }
}

static void clamping_makes_numbers_of_anything(void **state)
{
    (void)state;
    const double in[] = {1e300, -1e300, HUGE_VAL, -HUGE_VAL, NAN, 5, -5, 0};
    const double out[] = {100, -100, 100, -100, 100, 5, -5, 0};
    for (size_t i = 0; i < EG_ARRAY_LEN(in); i++) {
        eg_f64x2 v = eg_simd_clamp((eg_f64x2){in[i], 7}, 100);
        assert_true(v[0] == out[i] && v[1] == 7);
    }
}

static void numbers_are_rounded_half_to_even(void **state)
{
    (void)state;
    eg_u32x4 near = eg_simd_rounded((eg_f64x2){2.5, 3.5}, (eg_f64x2){-0.5, -1.75});
    const int want[4] = {2, 4, 0, -2};
    for (int k = 0; k < 4; k++) assert_int_equal((int32_t)near[k], want[k]);
    eg_u32x4 far = eg_simd_rounded((eg_f64x2){1e12, -1e12}, (eg_f64x2){0x1p31, -0x1p31 - 1});
    for (int k = 0; k < 4; k++) assert_int_equal(far[k], 0x80000000U);
    assert_true(eg_simd_has_top_bit(far));
    assert_false(eg_simd_has_top_bit((eg_u32x4){0, 1, 0x7fffffff, 3}));
    assert_true(eg_simd_has_top_bit((eg_u32x4){0, 1, 0x80000001U, 3}));
}

static void places_are_told_their_cells(void **state)
{
    (void)state;
    for (int round = 0; round < 1000; round++) {
        int32_t places[8];
        for (int k = 0; k < 8; k++) places[k] = (int32_t)eg_test_random_below(&seeded, 512 * 256);
        eg_u32x4 cells = eg_simd_cells(places, 8, 520);
        for (int k = 0; k < 4; k++)
            assert_int_equal(cells[k], places[2 * k] / 256 + places[2 * k + 1] / 256 * 520);
    }
}

static void steps_between_numbers_are_told(void **state)
{
    (void)state;
    static const int steps[] = {0, 1, -1, 520, -520, 521, 100000, -65537};
    for (int round = 0; round < 1000; round++) {
        uint32_t numbers[17] = {300000};
        uint8_t bytes[17] = {7};
        uint32_t want[3] = {0}, equal = 0;
        for (uint32_t k = 0; k < 16; k++) {
            int step = steps[eg_test_random_below(&seeded, EG_ARRAY_LEN(steps))];
            numbers[k + 1] = numbers[k] + (uint32_t)step;
            bytes[k + 1] = (uint8_t)(bytes[k] + eg_test_random_below(&seeded, 2));
            want[0] |= (uint32_t)(step == 0) << k;
            want[1] |= (uint32_t)(step == 1 || step == -1) << k;
            want[2] |= (uint32_t)(step == 520 || step == -520) << k;
            equal |= (uint32_t)(bytes[k] == bytes[k + 1]) << k;
        }
        assert_int_equal(eg_simd_steps(numbers, 0), want[0]);
        assert_int_equal(eg_simd_steps(numbers, 1), want[1]);
        assert_int_equal(eg_simd_steps(numbers, 520), want[2]);
        assert_int_equal(eg_simd_equal_bytes(bytes), equal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deltas_are_multiplied_exactly),
        cmocka_unit_test(sums_become_premultiplied_pixels),
        cmocka_unit_test(numbers_are_rounded_half_to_even),
        cmocka_unit_test(places_are_told_their_cells),
        cmocka_unit_test(steps_between_numbers_are_told),
        cmocka_unit_test(ink_over_a_pixel_is_rounded_to_nearest),
        cmocka_unit_test(bytes_are_only_ever_raised),
        cmocka_unit_test(points_are_read_and_told_apart_by_sign_bits),
        cmocka_unit_test(clamping_makes_numbers_of_anything),
    };
    seeded = eg_test_random_new();
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
