/* Legends and stamps as pictures. Text may differ a little between versions of FreeType, hence the tolerance. */
#include "render/legend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/ramp.h"
#include "support/golden.h"

static struct eg_font *font;

/* "#rrggbb" or "#rrggbbaa", straight; the result is premultiplied. */
static struct eg_rgba colour(const char *text)
{
    unsigned long number = strtoul(text + 1, NULL, 16);
    if (strlen(text) == 7) number = number << 8U | 255U;
    struct eg_rgba straight = {(uint8_t)(number >> 24U), (uint8_t)(number >> 16U), (uint8_t)(number >> 8U),
                               (uint8_t)number};
    return eg_rgba_premultiply(straight);
}

static struct eg_legend_row plain(const char *fill, const char *label)
{
    return (struct eg_legend_row){{.colour = colour(fill)}, eg_text_from(label)};
}

static struct eg_legend_row patterned(const char *fill, enum eg_pattern pattern, const char *ink,
                                      const char *label)
{
    return (struct eg_legend_row){{colour(fill), pattern, colour(ink)}, eg_text_from(label)};
}

static void check(const char *name, const struct eg_legend *legend)
{
    struct eg_canvas canvas;
    assert_int_equal(eg_legend_draw(font, legend, &canvas, NULL), EG_OK);
    eg_golden_check(name, &canvas, EG_GOLDEN_TEXT);
    eg_canvas_clear(&canvas);
}

static struct eg_legend classes(struct eg_legend_row rows[9])
{
    rows[0] = plain("#ffffcc", "0.5 to 8.4");
    rows[1] = plain("#a1dab4", "8.4 to 15.2");
    rows[2] = plain("#41b6c4", "15.2 to 24.8");
    rows[3] = plain("#2c7fb8", "24.8 to 41.6");
    rows[4] = plain("#253494", "41.6 to 92.7");
    rows[5] = patterned("#e5e5e5", EG_PATTERN_DOTS, "#646464", "suppressed by the publisher");
    rows[6] = patterned("#41b6c4", EG_PATTERN_HATCH, "#143c42", "unreliable, over its class");
    rows[7] = patterned("#f4f4f4", EG_PATTERN_CROSS, "#969696", "not applicable");
    rows[8] = plain("#d9d9d9", "missing");
    return (struct eg_legend){
        .title = EG_TEXT("Index of Multiple Deprivation"),
        .subtitle = EG_TEXT("score, 2019"),
        .rows = rows,
        .n_rows = 9,
        .note = EG_TEXT("Each class includes its upper limit. Fictional data, made for a test of "
                        "legends; \xC2\xA9 nobody."),
        .scale = 1};
}

static void classes_and_states_have_a_swatch_each(void **state)
{
    (void)state;
    struct eg_legend_row rows[9];
    struct eg_legend legend = classes(rows);
    check("legend_classes", &legend);
}

static void everything_grows_with_the_scale(void **state)
{
    (void)state;
    struct eg_legend_row rows[9];
    struct eg_legend legend = classes(rows);
    legend.scale = 2;
    check("legend_classes_2x", &legend);
    legend.scale = 1.5;
    check("legend_classes_1.5x", &legend);
}

static void scripts_are_shaped_and_long_labels_broken(void **state)
{
    (void)state;
    struct eg_legend_row rows[] = {
        plain("#edf8b1", "معدل الوفيات من 12 إلى 34 (لكل 100)"),
        plain("#7fcdbb", "שיעור התמותה 2019"),
        plain("#2c7fb8", "Ποσοστό θνησιμότητας, Čeština, Tiếng Việt"),
        plain(
            "#253494",
            "A label that is far too long to stand on one line and therefore has to be broken into several"),
    };
    struct eg_legend legend = {.title = EG_TEXT("الصحة العامة 2020 (ONS) في المدن"),
                               .subtitle = EG_TEXT("per 100,000 people, 2015\xE2\x80\x93"
                                                   "2021"),
                               .rows = rows,
                               .n_rows = 4,
                               .note = EG_TEXT("Modelled"),
                               .scale = 2};
    check("legend_scripts", &legend);
}

static void translucent_colours_are_shown_over_paper(void **state)
{
    (void)state;
    struct eg_legend_row rows[] = {plain("#25349480", "half through"), plain("#00000000", "nothing"),
                                   patterned("#ff000040", EG_PATTERN_HATCH, "#ff0000", "faint, hatched")};
    struct eg_legend legend = {.rows = rows, .n_rows = 3, .scale = 1};
    check("legend_translucent", &legend);
}

static void a_stamp_stands_in_the_lower_left_corner(void **state)
{
    (void)state;
    struct eg_canvas canvas;
    assert_int_equal(eg_canvas_init(&canvas, 200, 60, NULL), EG_OK);
    for (uint32_t i = 0; i < 200 * 60; i++)
        if (i % 200 < 100)
            canvas.pixels[i] = (struct eg_rgba){37, 52, 148, 255}; /* the rest stays transparent */
    assert_int_equal(eg_label_stamp(font, EG_TEXT("Fictional data, made for a test"), 1, &canvas, NULL),
                     EG_OK);
    eg_golden_check("label_stamp", &canvas, EG_GOLDEN_TEXT);
    eg_canvas_clear(&canvas);
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
        cmocka_unit_test(classes_and_states_have_a_swatch_each),
        cmocka_unit_test(everything_grows_with_the_scale),
        cmocka_unit_test(scripts_are_shaped_and_long_labels_broken),
        cmocka_unit_test(translucent_colours_are_shown_over_paper),
        cmocka_unit_test(a_stamp_stands_in_the_lower_left_corner),
    };
    return cmocka_run_group_tests(tests, open_font, close_font);
}
