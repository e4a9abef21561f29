#include "render/ramp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_colour(struct eg_rgba found, struct eg_rgba expected, int tolerance)
{
    assert_true(abs(found.r - expected.r) <= tolerance && abs(found.g - expected.g) <= tolerance);
    assert_true(abs(found.b - expected.b) <= tolerance && abs(found.a - expected.a) <= tolerance);
}

static void colours_are_written_as_in_css(void **state)
{
    (void)state;
    static const struct {
        struct eg_rgba colour;
        const char *text;
    } cases[] = {{{0xA0, 0xB1, 0x02, 255}, "#a0b102"},
                 {{0, 0, 0, 0}, "#00000000"},
                 {{255, 255, 255, 128}, "#ffffff80"},
                 {{1, 2, 3, 254}, "#010203fe"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        char text[10];
        eg_rgba_format(cases[i].colour, text);
        assert_string_equal(text, cases[i].text);
    }
}

static const struct eg_rgba stops[] = {{255, 255, 204, 255}, {65, 182, 196, 255}, {37, 52, 148, 128}};

static void as_many_colours_as_stops_are_the_stops(void **state)
{
    (void)state;
    struct eg_rgba picked[3];
    eg_ramp_pick(stops, 3, false, picked, 3);
    assert_memory_equal(picked, stops, sizeof stops);
    eg_ramp_pick(stops, 3, true, picked, 3);
    for (int i = 0; i < 3; i++) assert_colour(picked[i], stops[2 - i], 0);
}

static void ends_are_kept_and_one_colour_is_the_middle(void **state)
{
    (void)state;
    struct eg_rgba picked[20];
    for (uint32_t n = 2; n <= 20; n++) {
        eg_ramp_pick(stops, 3, false, picked, n);
        assert_colour(picked[0], stops[0], 0);
        assert_colour(picked[n - 1], stops[2], 0);
        if (n % 2) assert_colour(picked[n / 2], stops[1], 0);
    }
    eg_ramp_pick(stops, 3, false, picked, 1);
    assert_colour(picked[0], stops[1], 0);
    eg_ramp_pick(stops, 1, false, picked, 4);
    assert_colour(picked[3], stops[0], 0);
}

/* Halfway between black and white in L* is 50: sRGB 118.9. Red and blue: checked against an independent calculation. */
static void the_middle_is_halfway_in_lab(void **state)
{
    (void)state;
    struct eg_rgba picked[3];
    const struct eg_rgba grey[] = {{0, 0, 0, 255}, {255, 255, 255, 255}},
                         vivid[] = {{255, 0, 0, 0}, {0, 0, 255, 255}};
    eg_ramp_pick(grey, 2, false, picked, 3);
    assert_colour(picked[1], (struct eg_rgba){119, 119, 119, 255}, 0);
    eg_ramp_pick(vivid, 2, false, picked, 3);
    assert_colour(picked[1], (struct eg_rgba){202, 0, 136, 128}, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_are_written_as_in_css),
        cmocka_unit_test(as_many_colours_as_stops_are_the_stops),
        cmocka_unit_test(ends_are_kept_and_one_colour_is_the_middle),
        cmocka_unit_test(the_middle_is_halfway_in_lab),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
