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

static void colours_are_read_in_all_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct eg_rgba colour;
    } cases[] = {
        {"#abc", {0xAA, 0xBB, 0xCC, 255}}, {"#A0b1C2", {0xA0, 0xB1, 0xC2, 255}},
        {"#00000000", {0, 0, 0, 0}},       {"#ffffff80", {255, 255, 255, 128}},
        {"transparent", {0, 0, 0, 0}},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_rgba colour;
        assert_int_equal(eg_rgba_parse(eg_text_from(cases[i].text), &colour, NULL), EG_OK);
        assert_colour(colour, cases[i].colour, 0);
    }
}

static void anything_else_is_refused_and_named(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",         "#",          "#12",     "#1234",      "#12345",
                                        "#1234567", "#123456789", "#ggg",    "ffffff",     " #ffffff",
                                        "#fffff\n", "red",        "#-12345", "Transparent"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_rgba colour = {1, 2, 3, 4};
        struct eg_error err = {0};
        assert_int_equal(eg_rgba_parse(eg_text_from(wrong[i]), &colour, &err), EG_INVALID);
        assert_colour(colour, (struct eg_rgba){1, 2, 3, 4}, 0);
        assert_non_null(strstr(err.message, "#rrggbb"));
    }
    struct eg_rgba colour;
    assert_int_equal(eg_rgba_parse((struct eg_text){NULL, 0}, &colour, NULL), EG_INVALID);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    char text[10];
    for (uint32_t i = 0; i < 256; i++) {
        struct eg_rgba colour = {(uint8_t)i, (uint8_t)(i * 7), (uint8_t)(255 - i), (uint8_t)(i | 15)}, back;
        eg_rgba_format(colour, text);
        assert_int_equal(strlen(text), colour.a == 255 ? 7 : 9);
        assert_int_equal(eg_rgba_parse(eg_text_from(text), &back, NULL), EG_OK);
        assert_colour(back, colour, 0);
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
        cmocka_unit_test(colours_are_read_in_all_spellings),
        cmocka_unit_test(anything_else_is_refused_and_named),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(as_many_colours_as_stops_are_the_stops),
        cmocka_unit_test(ends_are_kept_and_one_colour_is_the_middle),
        cmocka_unit_test(the_middle_is_halfway_in_lab),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
