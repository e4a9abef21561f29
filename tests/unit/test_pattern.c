#include "render/pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

static const enum eg_pattern patterns[] = {EG_PATTERN_DOTS, EG_PATTERN_HATCH, EG_PATTERN_CROSS};
static const double scales[] = {0.25, 1, 1.37, 2, 3, 4, 8, 20};

static double mean_ink(enum eg_pattern pattern, double scale)
{
    uint32_t period = eg_pattern_period_px(scale);
    struct eg_pattern_cell cell;
    double sum = 0;
    eg_pattern_cell_init(&cell, pattern, scale);
    assert_int_equal(cell.period_px, period);
    for (uint32_t i = 0; i < period * period; i++) sum += cell.alpha[i];
    return sum / (255.0 * period * period);
}

static void a_cell_is_eight_pixels_at_scale_one_and_grows_with_the_scale(void **state)
{
    (void)state;
    assert_int_equal(eg_pattern_period_px(1), 8);
    assert_int_equal(eg_pattern_period_px(2), 16);
    assert_int_equal(eg_pattern_period_px(3), 24);
    assert_int_equal(eg_pattern_period_px(4), 32);
    assert_int_equal(eg_pattern_period_px(1e9), EG_PATTERN_MAX_PERIOD_PX);
    assert_int_equal(eg_pattern_period_px(0), 4);
    assert_int_equal(eg_pattern_period_px(-1), 4);
    for (uint32_t scale = 1; scale <= 4; scale++)
        assert_int_equal(EG_PATTERN_SHEET_PX % eg_pattern_period_px(scale), 0);
}

static void no_pattern_has_no_ink(void **state)
{
    (void)state;
    assert_true(mean_ink(EG_PATTERN_NONE, 1) == 0);
}

static void every_pattern_leaves_most_of_the_ground_visible_at_every_scale(void **state)
{
    (void)state;
    for (size_t p = 0; p < EG_ARRAY_LEN(patterns); p++)
        for (size_t s = 0; s < EG_ARRAY_LEN(scales); s++) {
            double ink = mean_ink(patterns[p], scales[s]);
            assert_true(ink > 0.08 && ink < 0.5);
        }
}

static void scaling_keeps_the_share_of_ink(void **state)
{
    (void)state;
    for (size_t p = 0; p < EG_ARRAY_LEN(patterns); p++)
        for (uint32_t scale = 2; scale <= 4; scale++) {
            double change = mean_ink(patterns[p], scale) - mean_ink(patterns[p], 1);
            assert_true(change > -0.06 && change < 0.06);
        }
}

static void rows_repeat_the_cell_all_over_the_sheet(void **state)
{
    (void)state;
    uint8_t row[300];
    struct eg_pattern_cell cell;
    for (size_t p = 0; p < EG_ARRAY_LEN(patterns); p++)
        for (size_t s = 0; s < EG_ARRAY_LEN(scales); s++) {
            eg_pattern_cell_init(&cell, patterns[p], scales[s]);
            for (uint32_t y = 65530; y < 65545; y++) {
                eg_pattern_row(&cell, 1021, y, 300, row);
                const uint8_t *cell_row = cell.alpha + y % cell.period_px * cell.period_px;
                for (uint32_t x = 0; x < 300; x++)
                    assert_int_equal(row[x], cell_row[(1021 + x) % cell.period_px]);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_is_eight_pixels_at_scale_one_and_grows_with_the_scale),
        cmocka_unit_test(no_pattern_has_no_ink),
        cmocka_unit_test(every_pattern_leaves_most_of_the_ground_visible_at_every_scale),
        cmocka_unit_test(scaling_keeps_the_share_of_ink),
        cmocka_unit_test(rows_repeat_the_cell_all_over_the_sheet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
