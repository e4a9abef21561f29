/* The palette through its private header: where each pixel is mapped to, and at what cost. */
#include "render/palette_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_malloc.h"
#include "support/test_random.h"

static const struct eg_rgba transparent = {0, 0, 0, 0};

/* Viridis in ten classes, and a look for missing values. */
static struct eg_paint paints[] = {
    {.colour = {68, 1, 84, 255}},
    {.colour = {72, 40, 120, 255}},
    {.colour = {62, 74, 137, 255}},
    {.colour = {49, 104, 142, 255}},
    {.colour = {38, 130, 142, 255}},
    {.colour = {31, 158, 137, 255}},
    {.colour = {53, 183, 121, 255}},
    {.colour = {109, 205, 89, 255}},
    {.colour = {180, 222, 44, 255}},
    {.colour = {253, 231, 37, 255}},
    {.colour = {217, 217, 217, 255}, .pattern = EG_PATTERN_DOTS, .ink = {90, 90, 90, 255}},
};

static struct eg_palette *palette_of(const struct eg_palette_style *style)
{
    struct eg_palette *palette = NULL;
    assert_int_equal(eg_palette_new(style, &palette, NULL), EG_OK);
    return palette;
}

static struct eg_rgba mapped(const struct eg_palette *palette, struct eg_rgba colour)
{
    uint32_t pixel = eg_png_pixel(&colour), n;
    uint16_t length = 1, cell;
    uint8_t index;
    struct eg_png_runs runs = {.pixel = &pixel, .length = &length, .index = &index, .cell = &cell, .n = 1};
    struct eg_png_error error = {0};
    assert_true(eg_palette_map(palette, &runs, UINT64_MAX, &error));
    const struct eg_rgba *colours = eg_palette_colours(palette, &n);
    assert_true(index < n);
    assert_int_equal(error.sum, eg_png_distance(pixel, eg_png_pixel(&colours[index])));
    assert_int_equal(error.visible, pixel != 0);
    return colours[index];
}

static void assert_exact(const struct eg_palette *palette, struct eg_rgba colour)
{
    struct eg_rgba found = mapped(palette, colour);
    assert_memory_equal(&found, &colour, sizeof colour);
}

static struct eg_rgba blend(struct eg_rgba a, struct eg_rgba b, double share)
{
    struct eg_rgba mixed = {.r = (uint8_t)(a.r + share * (b.r - a.r) + 0.5),
                            .g = (uint8_t)(a.g + share * (b.g - a.g) + 0.5),
                            .b = (uint8_t)(a.b + share * (b.b - a.b) + 0.5),
                            .a = (uint8_t)(a.a + share * (b.a - a.a) + 0.5)};
    return mixed;
}

static void every_colour_of_the_legend_comes_out_exactly(void **state)
{
    (void)state;
    struct eg_rgba line = {20, 20, 20, 255};
    struct eg_palette_style style = {paints, EG_ARRAY_LEN(paints), {255, 255, 255, 255}, &line, 1};
    struct eg_palette *palette = palette_of(&style);
    for (uint32_t i = 0; i < style.n_paints; i++) assert_exact(palette, paints[i].colour);
    assert_exact(palette, paints[10].ink);
    assert_exact(palette, style.outside);
    assert_exact(palette, line);
    eg_palette_free(palette);
}

static void colours_that_hardly_differ_stay_apart(void **state)
{
    (void)state;
    struct eg_paint greys[150] = {0};
    for (uint32_t i = 0; i < EG_ARRAY_LEN(greys); i++) {
        uint8_t grey = (uint8_t)(50 + i);
        greys[i].colour = (struct eg_rgba){grey, grey, grey, 255};
    }
    struct eg_palette_style style = {greys, EG_ARRAY_LEN(greys), transparent, NULL, 0};
    struct eg_palette *palette = palette_of(&style);
    for (uint32_t i = 0; i < style.n_paints; i++) assert_exact(palette, greys[i].colour);
    eg_palette_free(palette);
}

static double mean_error(const struct eg_palette *palette, struct eg_rgba from, struct eg_rgba to)
{
    double sum = 0;
    for (int k = 1; k < 100; k++) {
        struct eg_rgba colour = blend(from, to, k / 100.0), found = mapped(palette, colour);
        sum += eg_png_distance(eg_png_pixel(&colour), eg_png_pixel(&found));
    }
    return sum / 99;
}

static void blends_of_neighbouring_classes_are_met_within_a_few_steps(void **state)
{
    (void)state;
    struct eg_palette_style style = {paints, 10, transparent, NULL, 0};
    struct eg_palette *palette = palette_of(&style);
    for (uint32_t i = 0; i + 1 < style.n_paints; i++)
        assert_true(mean_error(palette, paints[i].colour, paints[i + 1].colour) < 6);
    for (uint32_t i = 0; i < style.n_paints; i++)
        for (uint32_t j = 0; j < i; j++)
            assert_true(mean_error(palette, paints[i].colour, paints[j].colour) < 26);
    eg_palette_free(palette);
}

static void coasts_lines_and_inks_are_met_too(void **state)
{
    (void)state;
    struct eg_rgba line = {0, 0, 0, 128}; /* black, half through */
    struct eg_palette_style style = {paints, EG_ARRAY_LEN(paints), transparent, &line, 1};
    struct eg_palette *palette = palette_of(&style);
    for (uint32_t i = 0; i < 10; i++) {
        struct eg_rgba ground = paints[i].colour, below = blend(ground, (struct eg_rgba){0, 0, 0, 255}, 0.5);
        assert_true(mean_error(palette, ground, transparent) < 22);
        assert_true(mean_error(palette, ground, below) < 10);
    }
    assert_true(mean_error(palette, paints[10].colour, paints[10].ink) < 12);
    eg_palette_free(palette);
}

static void a_translucent_style_is_met_as_well_as_an_opaque_one(void **state)
{
    (void)state;
    struct eg_paint faint[10] = {0};
    for (uint32_t i = 0; i < 10; i++) {
        faint[i].colour = paints[i].colour;
        faint[i].colour.a = 178;
        faint[i].colour = eg_rgba_premultiply(faint[i].colour);
    }
    struct eg_palette_style style = {faint, 10, transparent, NULL, 0};
    struct eg_palette *palette = palette_of(&style);
    for (uint32_t i = 0; i < 10; i++) assert_exact(palette, faint[i].colour);
    for (uint32_t i = 0; i + 1 < 10; i++)
        assert_true(mean_error(palette, faint[i].colour, faint[i + 1].colour) < 6);
    eg_palette_free(palette);
}

static void styles_with_no_paint_or_one_have_a_palette(void **state)
{
    (void)state;
    struct eg_palette_style none = {NULL, 0, transparent, NULL, 0}, one = {paints, 1, transparent, NULL, 0};
    struct eg_palette *palette = palette_of(&none);
    assert_exact(palette, transparent);
    eg_palette_free(palette);
    palette = palette_of(&one);
    assert_exact(palette, paints[0].colour);
    assert_exact(palette, transparent);
    eg_palette_free(palette);
}

static void too_many_colours_are_refused(void **state)
{
    (void)state;
    struct eg_paint many[201] = {0};
    struct eg_palette *palette = NULL;
    struct eg_error err;
    for (uint32_t i = 0; i < EG_ARRAY_LEN(many); i++)
        many[i].colour = (struct eg_rgba){(uint8_t)i, 0, 0, 255};
    struct eg_palette_style style = {many, EG_ARRAY_LEN(many), transparent, NULL, 0};
    assert_int_equal(eg_palette_new(&style, &palette, &err), EG_LIMIT);
    assert_null(palette);
    assert_non_null(strstr(err.message, "200"));
    style.n_paints = 199;
    eg_palette_free(palette_of(&style));
}

static void the_same_style_gives_the_same_palette(void **state)
{
    (void)state;
    struct eg_palette_style style = {paints, EG_ARRAY_LEN(paints), transparent, NULL, 0};
    struct eg_palette *a = palette_of(&style), *b = palette_of(&style);
    struct eg_test_random random = eg_test_random_new();
    for (int i = 0; i < 10000; i++) {
        struct eg_rgba colour = eg_png_colour((uint32_t)eg_test_random_u64(&random));
        struct eg_rgba from_a = mapped(a, colour), from_b = mapped(b, colour);
        assert_memory_equal(&from_a, &from_b, sizeof from_a);
    }
    eg_palette_free(a);
    eg_palette_free(b);
}

/* The table against looking at every colour. */
static void a_table_finds_the_nearest_colour_of_each_cell(void **state)
{
    (void)state;
    static uint8_t cells[1 << 15];
    struct eg_rgba colours[100];
    struct eg_test_random random = eg_test_random_new();
    for (uint32_t i = 0; i < 100; i++) {
        colours[i] = eg_png_colour((uint32_t)eg_test_random_u64(&random));
        if (i % 2 == 0) colours[i].a = 200;
    }
    struct eg_palette_table table = {cells, 5, 3, 200};
    eg_palette_table_fill(&table, colours, 100);
    for (int r = 0; r < 32; r++)
        for (int g = 0; g < 32; g++)
            for (int b = 0; b < 32; b++) {
                double best = 1e9, found = -1;
                for (uint32_t i = 0; i < 100; i++) {
                    double dr = r * 8 + 3.5 - colours[i].r, dg = g * 8 + 3.5 - colours[i].g;
                    double db = b * 8 + 3.5 - colours[i].b, squared = dr * dr + dg * dg + db * db;
                    if (colours[i].a != 200) continue; /* the others, however near, are not taken */
                    best = squared < best ? squared : best;
                    if (i == cells[r << 10 | g << 5 | b]) found = squared;
                }
                assert_true(found == best);
            }
}

/* --- what is as opaque as its neighbours stays so ---------------------------------------------------------------------- */

#define N_RANDOM 4000u

struct random_style {
    struct eg_paint paints[EG_PALETTE_EXACT_MAX / 4];
    struct eg_rgba lines[2];
    struct eg_palette_style style;
};

static struct eg_rgba random_colour(struct eg_test_random *random, uint8_t alpha)
{
    struct eg_rgba colour = eg_png_colour((uint32_t)eg_test_random_u64(random));
    colour.a = alpha;
    return eg_rgba_premultiply(colour);
}

/* Up to fifty fills of one alpha, some with ink, some styles with lines, every other one over a half transparent ground. */
static void make_style(struct random_style *made, struct eg_test_random *random, uint8_t alpha)
{
    *made = (struct random_style){.style.paints = made->paints, .style.lines = made->lines};
    made->style.n_paints = 1 + eg_test_random_below(random, EG_ARRAY_LEN(made->paints));
    made->style.n_lines = eg_test_random_below(random, 3);
    if (eg_test_random_below(random, 2)) made->style.outside = random_colour(random, 128);
    for (uint32_t i = 0; i < 2; i++)
        made->lines[i] = random_colour(random, (uint8_t)(55 + 100 * eg_test_random_below(random, 3)));
    for (uint32_t i = 0; i < made->style.n_paints; i++) {
        made->paints[i].colour = random_colour(random, alpha);
        made->paints[i].pattern = (enum eg_pattern)eg_test_random_below(random, 4);
        made->paints[i].ink = random_colour(random, alpha);
    }
}

static const uint8_t alphas[] = {255, 254, 153, 128, 252, 3, 1};

static void a_pixel_of_a_fills_alpha_keeps_it_in_the_palette_of_the_style(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (uint32_t round = 0; round < 4 * EG_ARRAY_LEN(alphas); round++) {
        uint8_t alpha = alphas[round % EG_ARRAY_LEN(alphas)];
        struct random_style made;
        make_style(&made, &random, alpha);
        struct eg_palette *palette = palette_of(&made.style);
        for (uint32_t i = 0; i < N_RANDOM; i++)
            assert_int_equal(mapped(palette, random_colour(&random, alpha)).a, alpha);
        if (made.style.outside.a == 0) assert_int_equal(mapped(palette, transparent).a, 0);
        eg_palette_free(palette);
    }
}

/* Two opacities in one style, and opaque lines: each alpha stays. */
static void every_alpha_of_the_fills_is_kept(void **state)
{
    (void)state;
    struct eg_paint two[12] = {0};
    struct eg_test_random random = eg_test_random_new();
    struct eg_rgba line = {20, 20, 20, 255};
    for (uint32_t i = 0; i < EG_ARRAY_LEN(two); i++) two[i].colour = random_colour(&random, i < 9 ? 153 : 77);
    struct eg_palette_style style = {two, EG_ARRAY_LEN(two), transparent, &line, 1};
    struct eg_palette *palette = palette_of(&style);
    for (uint32_t i = 0; i < N_RANDOM; i++) {
        assert_int_equal(mapped(palette, random_colour(&random, 153)).a, 153);
        assert_int_equal(mapped(palette, random_colour(&random, 77)).a, 77);
        assert_int_equal(mapped(palette, random_colour(&random, 255)).a, 255);
    }
    eg_palette_free(palette);
}

static void a_picture_with_an_alpha_that_the_palette_lacks_is_turned_down(void **state)
{
    (void)state;
    struct eg_paint faint = {.colour = {60, 30, 10, 153}};
    struct eg_palette_style style = {&faint, 1, transparent, NULL, 0};
    struct eg_palette *palette = palette_of(&style);
    struct eg_rgba opaque = {100, 50, 16, 255};
    uint32_t pixel = eg_png_pixel(&opaque);
    uint16_t length = 1, cell;
    uint8_t index;
    struct eg_png_runs runs = {&pixel, &length, &index, &cell, 1};
    struct eg_png_error error = {0};
    assert_false(eg_palette_map(palette, &runs, UINT64_MAX, &error));
    eg_palette_free(palette);
}

static void compare_adaptive(struct eg_png_adaptive *adaptive, const struct eg_palette *palette,
                             struct eg_png_runs *runs)
{
    struct eg_png_error error = {0};
    uint32_t n;
    eg_png_adaptive_begin(adaptive, palette, EG_PNG_ADAPTIVE_BITS);
    if (!eg_png_adaptive_gather(adaptive, runs)) return; /* the picture is written without a palette then */
    eg_png_adaptive_choose(adaptive);
    eg_png_adaptive_map(adaptive, runs, &error);
    const struct eg_rgba *colours = eg_png_adaptive_colours(adaptive, &n);
    const bool *held = eg_palette_held_alphas(palette);
    for (uint32_t i = 0; i < runs->n; i++) {
        uint8_t alpha = eg_png_colour(runs->pixel[i]).a;
        assert_true(runs->index[i] < n);
        if (held[alpha]) assert_int_equal(colours[runs->index[i]].a, alpha);
    }
}

static void a_pixel_of_a_fills_alpha_keeps_it_in_a_palette_made_for_one_picture(void **state)
{
    (void)state;
    static uint32_t pixel[N_RANDOM];
    static uint16_t length[N_RANDOM], cell[N_RANDOM];
    static uint8_t index[N_RANDOM];
    struct eg_png_runs runs = {pixel, length, index, cell, N_RANDOM};
    struct eg_test_random random = eg_test_random_new();
    struct eg_png_adaptive *adaptive = eg_png_adaptive_new();
    assert_non_null(adaptive);
    for (uint32_t round = 0; round < 4 * EG_ARRAY_LEN(alphas); round++) {
        uint8_t alpha = alphas[round % EG_ARRAY_LEN(alphas)];
        struct random_style made;
        make_style(&made, &random, alpha);
        struct eg_palette *palette = palette_of(&made.style);
        for (uint32_t i = 0; i < N_RANDOM; i++) {
            /* half of them just less opaque than the fill, or opaque, or transparent */
            uint8_t other = (uint8_t)(i % 7 == 0 ? 0 : i % 5 == 0 ? 255 : alpha - alpha * (i % 9) / 255);
            struct eg_rgba colour = random_colour(&random, i % 2 ? alpha : other);
            pixel[i] = eg_png_pixel(&colour);
            length[i] = (uint16_t)(1 + eg_test_random_below(&random, 256));
        }
        compare_adaptive(adaptive, palette, &runs);
        eg_palette_free(palette);
    }
    free(adaptive);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    struct eg_palette_style style = {paints, EG_ARRAY_LEN(paints), transparent, NULL, 0};
    for (long n = 1;; n++) {
        struct eg_palette *palette = NULL;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_palette_new(&style, &palette, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        assert_int_equal(palette == NULL, failed);
        eg_palette_free(palette);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_colour_of_the_legend_comes_out_exactly),
        cmocka_unit_test(colours_that_hardly_differ_stay_apart),
        cmocka_unit_test(blends_of_neighbouring_classes_are_met_within_a_few_steps),
        cmocka_unit_test(coasts_lines_and_inks_are_met_too),
        cmocka_unit_test(a_translucent_style_is_met_as_well_as_an_opaque_one),
        cmocka_unit_test(styles_with_no_paint_or_one_have_a_palette),
        cmocka_unit_test(too_many_colours_are_refused),
        cmocka_unit_test(the_same_style_gives_the_same_palette),
        cmocka_unit_test(a_table_finds_the_nearest_colour_of_each_cell),
        cmocka_unit_test(a_pixel_of_a_fills_alpha_keeps_it_in_the_palette_of_the_style),
        cmocka_unit_test(every_alpha_of_the_fills_is_kept),
        cmocka_unit_test(a_picture_with_an_alpha_that_the_palette_lacks_is_turned_down),
        cmocka_unit_test(a_pixel_of_a_fills_alpha_keeps_it_in_a_palette_made_for_one_picture),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
