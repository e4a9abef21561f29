/* What legends promise apart from their looks, which tests/golden/test_legend.c has. */
#include "render/legend.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/font.h"
#include "support/failing_malloc.h"

static struct eg_font *font;
static const struct eg_type type = {12, false, {0, 0, 0, 255}};
/* EG_TEXT is no constant. */
#define WORDS(literal)                                                                                       \
    {                                                                                                        \
        literal, sizeof(literal) - 1                                                                         \
    }
static const struct eg_legend_row rows[] = {
    {{.colour = {255, 255, 204, 255}}, WORDS("0 to 10")},
    {{.colour = {37, 52, 148, 255}, .pattern = EG_PATTERN_DOTS, .ink = {0, 0, 0, 255}}, WORDS("suppressed")},
};
static const struct eg_legend legend = {.title = WORDS("Income"),
                                        .subtitle = WORDS("score, 2019"),
                                        .rows = rows,
                                        .n_rows = 2,
                                        .note = WORDS("Fictional"),
                                        .scale = 1};

static struct eg_canvas drawn(const struct eg_legend *what)
{
    struct eg_canvas canvas;
    assert_int_equal(eg_legend_draw(font, what, &canvas, NULL), EG_OK);
    return canvas;
}

static void a_missing_font_is_named_with_its_package(void **state)
{
    (void)state;
    struct eg_font *other = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_font_open("/nonexistent/font.ttf", &other, &err), EG_IO);
    assert_null(other);
    assert_non_null(strstr(err.message, "fonts-dejavu-core"));
    assert_string_equal(err.file, "/nonexistent/font.ttf");
    assert_int_equal(eg_font_open("/etc/passwd", &other, NULL), EG_IO);
    eg_font_close(NULL);
}

static void a_swatch_has_the_colour_of_the_class(void **state)
{
    (void)state;
    struct eg_canvas canvas = drawn(&legend);
    uint32_t light = 0, dark = 0;
    for (size_t i = 0; i < (size_t)canvas.width * canvas.height; i++) {
        light += memcmp(&canvas.pixels[i], &rows[0].paint.colour, 4) == 0;
        dark += memcmp(&canvas.pixels[i], &rows[1].paint.colour, 4) == 0;
        assert_int_equal(canvas.pixels[i].a, 255);
    }
    assert_true(light > 250 && dark > 150);
    eg_canvas_clear(&canvas);
}

static void empty_parts_take_no_room(void **state)
{
    (void)state;
    struct eg_legend bare = {.rows = rows, .n_rows = 1, .scale = 1}, nothing = {.scale = 1}, titled = legend;
    struct eg_canvas one = drawn(&bare), none = drawn(&nothing);
    assert_true(one.height < 60 && one.height > none.height);
    titled.rows = NULL;
    titled.n_rows = 0;
    struct eg_canvas no_rows = drawn(&titled);
    assert_true(no_rows.height > none.height);
    eg_canvas_clear(&one);
    eg_canvas_clear(&none);
    eg_canvas_clear(&no_rows);
}

static void scales_beyond_one_to_four_are_drawn_as_these(void **state)
{
    (void)state;
    struct eg_legend tiny = legend, huge = legend, four = legend;
    tiny.scale = -3;
    huge.scale = 1e9;
    four.scale = 4;
    struct eg_canvas a = drawn(&tiny), b = drawn(&huge), one = drawn(&legend), c = drawn(&four);
    assert_int_equal(a.width, one.width);
    assert_int_equal(b.width, c.width);
    assert_true(c.width > 3 * one.width);
    eg_canvas_clear(&a);
    eg_canvas_clear(&b);
    eg_canvas_clear(&c);
    eg_canvas_clear(&one);
}

static void no_line_is_wider_than_allowed_and_no_word_is_lost(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "one two three four five six seven eight nine ten eleven twelve",
        "aVeryLongWordThatNoLineOfThisWidthCanHoldAtOnceSoThatItMustBeBroken and on",
        "first\nsecond\n\nfourth", "  blanks   at  many  places  ", "\xC3\xA4\xC3\xB6\xC3\xBC"};
    for (size_t t = 0; t < EG_ARRAY_LEN(texts); t++)
        for (uint32_t width = 20; width < 400; width += 37) {
            struct eg_lines lines = {0};
            size_t letters = 0, expected = 0;
            assert_int_equal(eg_lines_break(font, &type, eg_text_from(texts[t]), width, &lines, NULL), EG_OK);
            assert_true(lines.width_px <= width);
            for (uint32_t i = 0; i < lines.n; i++) {
                assert_true(eg_text_is_utf8(lines.line[i]));
                for (size_t k = 0; k < lines.line[i].len; k++) letters += lines.line[i].data[k] != ' ';
            }
            for (const char *c = texts[t]; *c; c++) expected += *c != ' ' && *c != '\n';
            assert_int_equal(letters, expected);
            free(lines.line);
        }
}

static void a_line_too_narrow_for_a_letter_still_ends(void **state)
{
    (void)state;
    struct eg_lines lines = {0};
    assert_int_equal(eg_lines_break(font, &type, EG_TEXT("W\xC3\x84W"), 1, &lines, NULL), EG_OK);
    assert_int_equal(lines.n, 3);
    assert_int_equal(lines.line[1].len, 2);
    free(lines.line);
}

static uint32_t width_of(const char *line, uint32_t size_px, bool bold)
{
    struct eg_type as = {size_px, bold, {0, 0, 0, 255}};
    uint32_t width = 0;
    assert_int_equal(eg_font_measure(font, &as, eg_text_from(line), &width, NULL), EG_OK);
    return width;
}

/* No-break spaces are as wide as blanks, and keep a line one word, which is shaped whole. */
static void a_line_is_as_wide_as_its_words_and_blanks_together(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"AV To WAVE, T.", "AV\xC2\xA0To\xC2\xA0WAVE,\xC2\xA0T."},
        {"12.5 to 100,000 %", "12.5\xC2\xA0to\xC2\xA0"
                              "100,000\xC2\xA0%"},
        {"rate \xCE\xB1\xCE\xB2 \xD7\x90\xD7\x91 12",
         "rate\xC2\xA0\xCE\xB1\xCE\xB2\xC2\xA0\xD7\x90\xD7\x91\xC2\xA0"
         "12"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(lines); i++)
        for (uint32_t size = 10; size < 60; size += 7)
            for (int bold = 0; bold < 2; bold++)
                assert_int_equal(width_of(lines[i][0], size, bold), width_of(lines[i][1], size, bold));
}

static void a_word_is_remembered_for_its_type_alone(void **state)
{
    (void)state;
    uint32_t small = width_of("Income", 10, false), bold = width_of("Income", 10, true);
    assert_true(bold > small);
    assert_true(width_of("Income", 20, false) > bold);
    assert_int_equal(width_of("Income", 10, false), small);
}

static void wrong_utf8_is_drawn_somehow(void **state)
{
    (void)state;
    struct eg_legend wrong = legend;
    wrong.title = EG_TEXT("a\xFF\xFE\xC3 b\x80");
    struct eg_canvas canvas = drawn(&wrong);
    eg_canvas_clear(&canvas);
}

static void a_legend_longer_than_a_picture_is_refused(void **state)
{
    (void)state;
    static struct eg_legend_row many[3000];
    struct eg_canvas canvas = {0};
    for (size_t i = 0; i < EG_ARRAY_LEN(many); i++) many[i] = rows[0];
    struct eg_legend tall = {.rows = many, .n_rows = EG_ARRAY_LEN(many), .scale = 1};
    assert_int_equal(eg_legend_draw(font, &tall, &canvas, NULL), EG_LIMIT);
    assert_null(canvas.pixels);
}

static void stamps_fit_any_canvas(void **state)
{
    (void)state;
    for (uint32_t side = 1; side < 40; side += 3) {
        struct eg_canvas canvas;
        assert_int_equal(eg_canvas_init(&canvas, side, side, NULL), EG_OK);
        assert_int_equal(eg_label_stamp(font, EG_TEXT("Fictional data"), 4, &canvas, NULL), EG_OK);
        assert_int_equal(eg_label_stamp(font, EG_TEXT(""), 1, &canvas, NULL), EG_OK);
        eg_canvas_clear(&canvas);
    }
}

static void *draw_often(void *expected)
{
    for (int i = 0; i < 20; i++) {
        struct eg_canvas canvas;
        if (eg_legend_draw(font, &legend, &canvas, NULL)) return NULL;
        bool same = memcmp(canvas.pixels, ((struct eg_canvas *)expected)->pixels,
                           (size_t)canvas.width * canvas.height * 4) == 0;
        eg_canvas_clear(&canvas);
        if (!same) return NULL;
    }
    return expected;
}

static void any_number_of_threads_may_draw(void **state)
{
    (void)state;
    struct eg_canvas expected = drawn(&legend);
    pthread_t threads[4];
    void *result;
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, draw_often, &expected), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &result);
        assert_ptr_equal(result, &expected);
    }
    eg_canvas_clear(&expected);
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_canvas canvas = {0};
        eg_failing_malloc_after(n);
        enum eg_status status = eg_legend_draw(font, &legend, &canvas, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        eg_canvas_clear(&canvas);
        if (!failed) break;
    }
    struct eg_font *other = NULL;
    eg_failing_malloc_after(1);
    assert_int_equal(eg_font_open(NULL, &other, NULL), EG_NO_MEMORY);
    eg_failing_malloc_after(0);
}

static int open_font(void **state)
{
    (void)state;
    return eg_font_open(NULL, &font, NULL) ? -1 : 0;
}

static int close_font(void **state)
{
    (void)state;
    eg_font_close(font);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_font_is_named_with_its_package),
        cmocka_unit_test(a_swatch_has_the_colour_of_the_class),
        cmocka_unit_test(empty_parts_take_no_room),
        cmocka_unit_test(scales_beyond_one_to_four_are_drawn_as_these),
        cmocka_unit_test(no_line_is_wider_than_allowed_and_no_word_is_lost),
        cmocka_unit_test(a_line_too_narrow_for_a_letter_still_ends),
        cmocka_unit_test(a_line_is_as_wide_as_its_words_and_blanks_together),
        cmocka_unit_test(a_word_is_remembered_for_its_type_alone),
        cmocka_unit_test(wrong_utf8_is_drawn_somehow),
        cmocka_unit_test(a_legend_longer_than_a_picture_is_refused),
        cmocka_unit_test(stamps_fit_any_canvas),
        cmocka_unit_test(any_number_of_threads_may_draw),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, open_font, close_font);
}
