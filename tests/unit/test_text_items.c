/* Upper-case words stand for Hebrew here: visual("ab CD") is how "ab" followed by two Hebrew letters lies on the page. */
#include "render/font.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Letters A to Z become Hebrew alef to tav (with its final forms), two bytes each. */
static struct eg_text hebrew(const char *pattern, char *text)
{
    size_t n = 0;
    for (; *pattern; pattern++) {
        if (*pattern >= 'A' && *pattern <= 'Z') {
            text[n++] = '\xD7';
            text[n++] = (char)(0x90 + *pattern - 'A');
        } else {
            text[n++] = *pattern;
        }
    }
    return (struct eg_text){text, n};
}

/* The characters from left to right, Hebrew as upper case again. */
static const char *visual(const char *pattern, char *out)
{
    char text[256];
    struct eg_text line = hebrew(pattern, text);
    struct eg_text_item items[EG_TEXT_ITEMS_MAX];
    uint32_t n = eg_text_itemise(line, items), written = 0, covered = 0;
    for (uint32_t i = 0; i < n; i++) {
        char piece[256];
        uint32_t len = 0;
        for (uint32_t at = items[i].begin; at < items[i].end; at++) {
            bool letter = line.data[at] == '\xD7';
            piece[len++] = letter ? (char)('A' + (uint8_t)line.data[++at] - 0x90) : line.data[at];
        }
        for (uint32_t k = 0; k < len; k++) out[written++] = piece[items[i].right_to_left ? len - 1 - k : k];
        covered += items[i].end - items[i].begin;
    }
    assert_int_equal(covered, line.len);
    out[written] = 0;
    return out;
}

static void words_and_numbers_stand_where_the_unicode_algorithm_puts_them(void **state)
{
    (void)state;
    static const struct {
        const char *logical, *visual;
    } cases[] = {
        {"plain words, 12.5 %", "plain words, 12.5 %"},
        {"ABC", "CBA"},
        {"ABC DEF", "FED CBA"},
        {"ABC 2019", "2019 CBA"},
        {"ABC 12.5% DEF", "FED 12.5% CBA"},
        {"ABC 100,000 DEF", "FED 100,000 CBA"},
        {"ABC 2020 (ons) DEF", "FED )ons( 2020 CBA"}, /* the shaper turns the brackets */
        {"ABC ons 2020 DEF", "FED ons 2020 CBA"},
        {"source: ABC 12 DEF, 2019", "source: 2019 ,FED 12 CBA"},
        {"source: ABC", "source: CBA"},
        {"ABC: a, b", "a, b :CBA"},
        {"12 ABC", "CBA 12"},
        {"", ""},
        {" - ", " - "},
    };
    char out[256];
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++)
        assert_string_equal(visual(cases[i].logical, out), cases[i].visual);
}

static void scripts_are_told_apart_and_marks_stay_with_their_letter(void **state)
{
    (void)state;
    struct eg_text_item items[EG_TEXT_ITEMS_MAX];
    assert_int_equal(eg_text_itemise(EG_TEXT("rate \xCE\xB1\xCE\xB2 12"), items), 2); /* Latin, then Greek */
    assert_int_equal(items[0].end, 5);
    assert_int_equal(items[1].end, 12);
    assert_int_equal(eg_text_itemise(EG_TEXT("e\xCC\x81t\xC3\xA9"), items), 1); /* e and a combining accent */
}

static void wrong_bytes_and_too_many_items_lose_nothing(void **state)
{
    (void)state;
    struct eg_text_item items[EG_TEXT_ITEMS_MAX];
    char text[1000];
    uint32_t n = eg_text_itemise(EG_TEXT("a\xFF\xC3 b\xE2\x82"), items);
    assert_int_equal(n, 1);
    assert_int_equal(items[0].end, 7);
    for (size_t i = 0; i < 500; i += 5) memcpy(text + i, i % 2 ? "\xD7\x90 a " : "b \xD7\x91 ", 5);
    n = eg_text_itemise((struct eg_text){text, 500}, items);
    uint32_t covered = 0;
    for (uint32_t i = 0; i < n; i++) covered += items[i].end - items[i].begin;
    assert_true(n <= EG_TEXT_ITEMS_MAX);
    assert_int_equal(covered, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_numbers_stand_where_the_unicode_algorithm_puts_them),
        cmocka_unit_test(scripts_are_told_apart_and_marks_stay_with_their_letter),
        cmocka_unit_test(wrong_bytes_and_too_many_items_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
