#include "base/text.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "support/comma_locale.h"
#include "support/failing_malloc.h"
#include "support/test_random.h"

#define T EG_TEXT
static const struct eg_text nothing = {NULL, 0};

static void comparing_is_bytewise_and_shorter_first(void **state)
{
    (void)state;
    assert_true(eg_text_equal(T("abc"), eg_text_from("abc")));
    assert_true(eg_text_equal(nothing, T("")));
    assert_false(eg_text_equal(T("abc"), T("abd")));
    assert_false(eg_text_equal(T("abc"), T("ab")));
    assert_true(eg_text_compare(T("a"), T("b")) < 0);
    assert_true(eg_text_compare(T("b"), T("a")) > 0);
    assert_true(eg_text_compare(T("a"), T("ab")) < 0);
    assert_true(eg_text_compare(T("\xC3"), T("a")) > 0);
    assert_int_equal(eg_text_compare(nothing, T("")), 0);
    assert_true(eg_text_compare(nothing, T("a")) < 0);
    assert_int_equal(eg_text_from(NULL).len, 0);
}

static void words_of_standards_are_equal_in_any_case_of_ascii(void **state)
{
    (void)state;
    assert_true(eg_text_equal_any_case(T("GetMap"), T("GETMAP")));
    assert_true(eg_text_equal_any_case(T("image/PNG; mode=8bit"), T("IMAGE/png; mode=8bit")));
    assert_true(eg_text_equal_any_case((struct eg_text){0}, T("")));
    assert_false(eg_text_equal_any_case(T("GetMap"), T("GetMaps")));
    assert_false(eg_text_equal_any_case((struct eg_text){0}, T("a")));
    assert_false(eg_text_equal_any_case(T("@[`{"), T("`{@["))); /* beside the letters */
    assert_false(eg_text_equal_any_case(T("\xc3\x84"), T("\xc3\xa4")));
    assert_false(eg_text_equal_any_case((struct eg_text){"a\0b", 3}, (struct eg_text){"a\0c", 3}));
}

static void prefixes_and_suffixes_are_found(void **state)
{
    (void)state;
    assert_true(eg_text_starts_with(T("E01000001"), T("E01")));
    assert_false(eg_text_starts_with(T("E0"), T("E01")));
    assert_true(eg_text_starts_with(nothing, T("")));
    assert_true(eg_text_ends_with(T("a.csv.gz"), T(".gz")));
    assert_false(eg_text_ends_with(T("gz"), T(".gz")));
    assert_true(eg_text_ends_with(nothing, nothing));
}

static void trimming_takes_white_space_off_both_ends(void **state)
{
    (void)state;
    assert_true(eg_text_equal(eg_text_trim(T(" \t\r\n\v\fa b ")), T("a b")));
    assert_int_equal(eg_text_trim(T("   ")).len, 0);
    assert_int_equal(eg_text_trim(nothing).len, 0);
    assert_int_equal(eg_text_trim(T("\xC2\xA0")).len, 2);
    assert_true(eg_text_equal(eg_text_trim_wide(T(" \xC2\xA0\xEF\xBB\xBF"
                                                  "a\xC2\xA0"
                                                  "b\xE2\x80\xAF \xC2\xA0\xE3\x80\x80")),
                              T("a\xC2\xA0"
                                "b")));
    assert_int_equal(eg_text_trim_wide(T("\xC2\xA0\xC2\xA0")).len, 0);
    assert_int_equal(eg_text_trim_wide(T("\xC2\xA3")).len, 2);
    assert_int_equal(eg_text_trim_wide(nothing).len, 0);
}

static void cutting_gives_head_and_rest(void **state)
{
    (void)state;
    struct eg_text head;
    struct eg_text rest = eg_text_cut(T("a:b:c"), ':', &head);
    assert_true(eg_text_equal(head, T("a")) && eg_text_equal(rest, T("b:c")));
    rest = eg_text_cut(T("abc"), ':', &head);
    assert_true(eg_text_equal(head, T("abc")));
    assert_null(rest.data);
    rest = eg_text_cut(T("abc:"), ':', &head);
    assert_true(eg_text_equal(head, T("abc")) && rest.len == 0);
    assert_non_null(rest.data); /* a separator at the end is not the same as none */
    rest = eg_text_cut(nothing, ':', &head);
    assert_int_equal(head.len, 0);
    assert_null(rest.data);
}

static void copies_in_an_arena_end_in_nul(void **state)
{
    (void)state;
    struct eg_arena *arena = eg_arena_new(1 << 20);
    struct eg_text copy = eg_text_copy(arena, (struct eg_text){"abcdef", 3});
    assert_string_equal(copy.data, "abc");
    assert_int_equal(copy.len, 3);
    copy = eg_text_copy(arena, nothing);
    assert_string_equal(copy.data, "");
    struct eg_text formatted = eg_text_format(arena, "%s-%04d", "E", 12);
    assert_string_equal(formatted.data, "E-0012");
    assert_int_equal(formatted.len, 6);
    eg_arena_free(arena);
}

static void a_copy_over_the_ceiling_has_no_data(void **state)
{
    (void)state;
    struct eg_arena *arena = eg_arena_new(32);
    assert_null(eg_text_copy(arena, T("a text that is longer than thirty-two bytes")).data);
    assert_null(eg_text_format(arena, "%0100d", 1).data);
    assert_null(eg_text_copy(arena, (struct eg_text){"a", SIZE_MAX}).data);
    eg_arena_free(arena);
}

static void digits_make_a_whole_number_of_any_size(void **state)
{
    (void)state;
    assert_true(eg_text_is_digits(T("0")) && eg_text_is_digits(T("99999999999999999999999")));
    assert_false(eg_text_is_digits(T("")) || eg_text_is_digits(T("-1")) || eg_text_is_digits(T("1.0")) ||
                 eg_text_is_digits(T("1 ")) || eg_text_is_digits(T("1e3")));
}

static void whole_numbers_are_digits_only(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.0", "99999999999999999999"};
    uint32_t u32 = 7;
    uint64_t u64 = 7;
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        assert_false(eg_text_to_u32(eg_text_from(wrong[i]), &u32));
        assert_false(eg_text_to_u64(eg_text_from(wrong[i]), &u64));
    }
    assert_false(eg_text_to_u32(T("4294967296"), &u32));
    assert_false(eg_text_to_u64(T("18446744073709551616"), &u64));
    assert_true(u32 == 7 && u64 == 7);
    assert_true(eg_text_to_u32(T("4294967295"), &u32) && u32 == UINT32_MAX);
    assert_true(eg_text_to_u64(T("18446744073709551615"), &u64) && u64 == UINT64_MAX);
    assert_true(eg_text_to_u32(T("0012"), &u32) && u32 == 12);
}

static double number(const char *text)
{
    double value = NAN;
    assert_true(eg_text_to_double(eg_text_from(text), &value));
    return value;
}

static void decimal_numbers_are_read(void **state)
{
    (void)state;
    assert_true(number("0") == 0);
    assert_true(number("-0.0") == 0 && signbit(number("-0.0")));
    assert_true(number("+12.5") == 12.5);
    assert_true(number(".5") == 0.5);
    assert_true(number("5.") == 5);
    assert_true(number("-1.25e2") == -125);
    assert_true(number("1E+3") == 1000);
    assert_true(number("25e-1") == 2.5);
    assert_true(number("0.1") == 0.1);
    assert_true(number("1e22") == 1e22);
    assert_true(number("000000000000000000000000000000.5") == 0.5);
    assert_true(number("0.00000000000000000000000000000000000000005") == 5e-41);
}

static void what_is_no_finite_decimal_number_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",      ".",     "-",   "+",   "e5",    "1e",  "1e+",   "1e5x",
                                        "12abc", " 1",    "1 ",  "1,5", "1.2.3", "nan", "inf",   "-infinity",
                                        "0x10",  "1e309", "--1", "1e-", "1_000", "1d5", "-1e400"};
    double value = 7;
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        assert_false(eg_text_to_double(eg_text_from(wrong[i]), &value));
    }
    assert_false(eg_text_to_double((struct eg_text){"1\0", 2}, &value));
    assert_true(value == 7);
    assert_true(eg_text_to_double((struct eg_text){"12abc", 2}, &value) && value == 12);
}

static void the_hard_cases_of_rounding_are_exact(void **state)
{
    (void)state;
    assert_true(number("9007199254740993") == 9007199254740992.0); /* half way: to even */
    assert_true(number("9007199254740993.00000000000000000000000000001") == 9007199254740994.0);
    assert_true(number("2.2250738585072011e-308") == 2.2250738585072011e-308);
    assert_true(number("4.9e-324") == 4.9e-324);
    assert_true(number("2e-324") == 0);
    assert_true(number("1e-99999999999999999999") == 0);
    assert_true(number("0e99999999999999999999") == 0);
    assert_true(number("1.7976931348623157e308") == DBL_MAX);
    assert_true(number("123456789012345678901234567890") == 123456789012345678901234567890.0);
    assert_true(number("8.5e22") == 8.5e22);
}

static void a_non_zero_digit_far_behind_decides_a_tie(void **state)
{
    (void)state;
    char text[2001];
    memset(text, '0', sizeof text - 1);
    memcpy(text, "9007199254740993.", 17);
    text[sizeof text - 1] = '\0';
    assert_true(number(text) == 9007199254740992.0);
    text[sizeof text - 2] = '1';
    assert_true(number(text) == 9007199254740994.0);
}

static void very_long_numbers_keep_their_size(void **state)
{
    (void)state;
    char text[3002];
    memset(text, '0', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    text[0] = '1';
    memcpy(text + 2996, "e-299", 5);
    double value = 0;
    assert_false(eg_text_to_double((struct eg_text){text, 2996}, &value));
    assert_false(eg_text_to_double(eg_text_from(text), &value)); /* 1e2995 * 1e-299 */
    memcpy(text + 2994, "e-2990", 6);
    text[3000] = '\0';
    assert_true(number(text) == 1000);
}

static void random_numbers_survive_printing_and_reading(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = eg_test_random_u64(&random);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        char text[64];
        (void)snprintf(text, sizeof text, "%.17g", value);
        assert_true(number(text) == value);
        double plain = round(fmod(value, 1e6) * 1000) / 1000;
        (void)snprintf(text, sizeof text, "%.3f", plain);
        assert_true(number(text) == plain);
    }
}

static void numbers_do_not_depend_on_the_locale(void **state)
{
    (void)state;
    double value;
    eg_test_comma_locale_or_skip();
    bool comma = eg_text_to_double(T("1,5"), &value);
    double half = number("1.5");
    double slow = number("1.000000000000000000000000000005e0");
    eg_test_plain_locale();
    assert_false(comma);
    assert_true(half == 1.5 && slow == 1.0);
}

static void well_formed_utf8_is_told_from_the_rest(void **state)
{
    (void)state;
    static const char *const right[] = {"",
                                        "abc",
                                        "caf\xC3\xA9",
                                        "\xE2\x82\xAC",
                                        "\xED\x9F\xBF",
                                        "\xEE\x80\x80",
                                        "\xF0\x9F\x98\x80",
                                        "\xF4\x8F\xBF\xBF"};
    static const char *const wrong[] = {"\x80",
                                        "\xC3",
                                        "\xC3(",
                                        "\xC0\xAF",
                                        "\xC1\xBF",
                                        "\xE0\x80\xAF",
                                        "\xE2\x82",
                                        "\xED\xA0\x80",
                                        "\xF0\x80\x80\xAF",
                                        "\xF4\x90\x80\x80",
                                        "\xF5\x80\x80\x80",
                                        "\xFF",
                                        "a\xF0\x9F\x98",
                                        "\xE2\x28\xA1"};
    for (size_t i = 0; i < EG_ARRAY_LEN(right); i++) assert_true(eg_text_is_utf8(eg_text_from(right[i])));
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) assert_false(eg_text_is_utf8(eg_text_from(wrong[i])));
    assert_false(eg_text_is_utf8((struct eg_text){"a\0b", 3}));
    assert_true(eg_text_is_utf8(nothing));
    assert_false(eg_text_is_utf8((struct eg_text){"\xC3\xA9", 1})); /* does not look past the end */
}

static void what_is_shown_of_a_text_ends_with_a_whole_character(void **state)
{
    (void)state;
    assert_int_equal(eg_text_shown(EG_TEXT("abc"), 3), 3);
    assert_int_equal(eg_text_shown(EG_TEXT("abc"), 2), 2);
    assert_int_equal(eg_text_shown(EG_TEXT("a\xE4\xA4\xA4"), 4), 4);
    assert_int_equal(eg_text_shown(EG_TEXT("a\xE4\xA4\xA4"), 3), 1);
    assert_int_equal(eg_text_shown(EG_TEXT("\xE4\xA4\xA4"), 2), 0);
    assert_int_equal(eg_text_shown((struct eg_text){0}, 5), 0);
}

static void what_cannot_be_seen_is_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *text, *escaped;
    } cases[] = {{"", ""},
                 {"plain, caf\u00e9 \u4e2d", "plain, caf\u00e9 \u4e2d"},
                 {"a\nb\r\tc", "a\\nb\\r\\tc"},
                 {"\x1b[31mred\x7f", "\\x1b[31mred\\x7f"},
                 {"\xEF\xBB\xBF"
                  "code",
                  "\\xef\\xbb\\xbf"
                  "code"},
                 {"\xC2\x9B"
                  "x\xC2\xA0",
                  "\\xc2\\x9bx\xC2\xA0"},
                 {"Stra\xDF"
                  "e\xE4",
                  "Stra\\xdfe\\xe4"}};
    char room[64];
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++)
        assert_string_equal(eg_text_escape(eg_text_from(cases[i].text), room, sizeof room), cases[i].escaped);
    assert_string_equal(eg_text_escape(T("ab\n"), room, 4), "ab"); /* what is cut is cut whole */
    assert_string_equal(eg_text_escape(T("a\u4e2d"), room, 4), "a");
    assert_string_equal(eg_text_escape(T("abc"), room, 1), "");
}

static void check_fold(const char *text, const char *expected)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_text_fold(eg_text_from(text), &out, NULL), EG_OK);
    assert_string_equal(out.data ? out.data : "", expected);
    eg_buffer_clear(&out);
}

static void folding_forgets_case_accents_and_compatibility_forms(void **state)
{
    (void)state;
    check_fold("", "");
    check_fold("Healthy NORTHAMPTON 2", "healthy northampton 2");
    check_fold("Caf\xC3\xA9 \xEF\xAC\x81", "cafe fi");
    check_fold("Cafe\xCC\x81", "cafe");
    check_fold("STRASSE", "strasse");
    check_fold("Stra\xC3\x9F"
               "e",
               "strasse");
    check_fold("Llanf\xC3\xA2ir", "llanfair");
    check_fold("\xCE\xA3\xCE\x8A\xCE\xA3\xCE\xA5\xCE\xA6\xCE\x9F\xCE\xA3",
               "\xCF\x83\xCE\xB9\xCF\x83\xCF\x85\xCF\x86\xCE\xBF\xCF\x83"); /* Sisyphos; no final sigma */
}

/* Folded into room of exactly that size, so that a byte too many is seen by the sanitizers. */
static void check_fold_into(const char *text, unsigned folds, size_t room_bytes, const char *expected)
{
    char *room = malloc(room_bytes > 0 ? room_bytes : 1);
    assert_non_null(room);
    size_t len = eg_text_fold_into(eg_text_from(text), folds, room, room_bytes);
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(room, expected, len);
    free(room);
}

static void case_and_marks_are_folded_one_by_one(void **state)
{
    (void)state;
    check_fold_into("", EG_FOLD_CASE, 0, "");
    check_fold_into("ABC z", EG_FOLD_CASE, 8, "abc z");
    check_fold_into("ABC z", EG_FOLD_MARKS, 8, "ABC z");
    check_fold_into("CAF\xC3\x89", EG_FOLD_CASE, 8, "caf\xC3\xA9");
    check_fold_into("CAFE\xCC\x81", EG_FOLD_CASE, 8, "caf\xC3\xA9");
    check_fold_into("CAF\xC3\x89", EG_FOLD_MARKS, 8, "CAFE");
    check_fold_into("CAF\xC3\x89", EG_FOLD_CASE | EG_FOLD_MARKS, 8, "cafe");
    check_fold_into("K\xC3\xB8"
                    "benhavn \xC5\x81\xC3\xB3"
                    "d\xC5\xBA",
                    EG_FOLD_MARKS, 32, "Kobenhavn Lodz");
    check_fold_into("Stra\xC3\x9F"
                    "e \xEF\xAC\x81",
                    EG_FOLD_CASE, 16, "strasse fi");
}

static void folding_ends_where_the_room_does_with_a_whole_character(void **state)
{
    (void)state;
    check_fold_into("ABCDE", EG_FOLD_CASE, 3, "abc");
    check_fold_into("\xC3\x89\xC3\x89\xC3\x89", EG_FOLD_CASE, 5, "\xC3\xA9\xC3\xA9");
    check_fold_into("\xC3\x89", EG_FOLD_CASE, 1, "");
}

/* Pieces are cut before ASCII, where nothing composes, and between characters where there is no ASCII. */
static void a_long_text_is_folded_as_a_short_one(void **state)
{
    (void)state;
    static const char *const units[] = {"E\xCC\x81", "\xC3\x89", "\xE4\xB8\xAD\xC3\x89", "a\xC3\x89 bcde"};
    static const char *const folded[] = {"\xC3\xA9", "\xC3\xA9", "\xE4\xB8\xAD\xC3\xA9", "a\xC3\xA9 bcde"};
    for (size_t i = 0; i < EG_ARRAY_LEN(units); i++) {
        char text[2048] = "", expected[2048] = "";
        size_t unit_len = strlen(units[i]), folded_len = strlen(folded[i]);
        for (size_t n = 0; n < 200; n++) {
            memcpy(text + n * unit_len, units[i], unit_len + 1);
            memcpy(expected + n * folded_len, folded[i], folded_len + 1);
        }
        check_fold_into(text, EG_FOLD_CASE, sizeof text, expected);
    }
}

static void folding_twice_changes_nothing(void **state)
{
    (void)state;
    struct eg_buffer once;
    eg_buffer_init(&once, 0);
    for (uint32_t i = 0; i < 600; i++) eg_buffer_literal(&once, i % 3 ? "\xC3\x89" : "\xEF\xAC\x83");
    struct eg_buffer folded;
    eg_buffer_init(&folded, 0);
    assert_int_equal(eg_text_fold((struct eg_text){once.data, once.len}, &folded, NULL), EG_OK);
    assert_int_equal(folded.len, 200 * 3 + 400);
    check_fold(folded.data, folded.data);
    eg_buffer_clear(&once);
    eg_buffer_clear(&folded);
}

/* Writes a code point behind the unused bytes; returns where it begins. */
static struct eg_text utf8_of(uint32_t point, char bytes[4])
{
    unsigned char first[] = {(unsigned char)(0xF0U | point >> 18U), (unsigned char)(0xE0U | point >> 12U),
                             (unsigned char)(0xC0U | point >> 6U), (unsigned char)point};
    size_t skipped = point >= 0x10000 ? 0 : point >= 0x800 ? 1 : point >= 0x80 ? 2 : 3;
    for (size_t i = skipped; i < 4; i++) bytes[i] = (char)(0x80U | (point >> 6U * (3 - i) & 63U));
    bytes[skipped] = (char)first[skipped];
    return (struct eg_text){bytes + skipped, 4 - skipped};
}

static void folding_any_character_twice_changes_nothing(void **state)
{
    (void)state;
    struct eg_buffer once;
    struct eg_buffer twice;
    eg_buffer_init(&once, 0);
    eg_buffer_init(&twice, 0);
    for (uint32_t point = 1; point < 0x20000; point++) {
        char bytes[4];
        if (point >= 0xD800 && point <= 0xDFFF) continue;
        once.len = twice.len = 0;
        struct eg_text text = utf8_of(point, bytes);
        assert_int_equal(eg_text_fold(text, &once, NULL), EG_OK);
        assert_int_equal(eg_text_fold((struct eg_text){once.data, once.len}, &twice, NULL), EG_OK);
        assert_true(
            eg_text_equal((struct eg_text){once.data, once.len}, (struct eg_text){twice.data, twice.len}));
    }
    eg_buffer_clear(&once);
    eg_buffer_clear(&twice);
}

static void any_character_folded_by_case_or_marks_has_room_and_stays(void **state)
{
    (void)state;
    for (uint32_t point = 1; point < 0x20000; point++) {
        char bytes[4], once[64], twice[64];
        if (point >= 0xD800 && point <= 0xDFFF) continue;
        for (unsigned folds = EG_FOLD_CASE; folds <= (EG_FOLD_CASE | EG_FOLD_MARKS); folds++) {
            struct eg_text text = utf8_of(point, bytes);
            size_t len = eg_text_fold_into(text, folds, once, sizeof once);
            assert_true(len <= text.len * EG_FOLD_GROWTH);
            assert_true(eg_text_is_utf8((struct eg_text){once, len}));
            size_t again = eg_text_fold_into((struct eg_text){once, len}, folds, twice, sizeof twice);
            if (again != len || memcmp(once, twice, len) != 0) fail_msg("U+%04X, folds %u", point, folds);
        }
    }
}

static void folding_wrong_utf8_is_an_error(void **state)
{
    (void)state;
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    struct eg_error err = {0};
    assert_int_equal(eg_text_fold(T("caf\xE9"), &out, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "UTF-8"));
    assert_int_equal(out.len, 0);
    eg_buffer_clear(&out);
}

static void folding_tells_when_memory_is_refused(void **state)
{
    (void)state;
    char text[1201];
    for (size_t i = 0; i < 600; i++) memcpy(text + 2 * i, "\xC3\xA9", 3);
    for (long n = 1;; n++) {
        struct eg_buffer out;
        eg_buffer_init(&out, 0);
        eg_failing_malloc_after(n);
        enum eg_status status = eg_text_fold(eg_text_from(text), &out, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        eg_buffer_clear(&out);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparing_is_bytewise_and_shorter_first),
        cmocka_unit_test(words_of_standards_are_equal_in_any_case_of_ascii),
        cmocka_unit_test(prefixes_and_suffixes_are_found),
        cmocka_unit_test(trimming_takes_white_space_off_both_ends),
        cmocka_unit_test(cutting_gives_head_and_rest),
        cmocka_unit_test(copies_in_an_arena_end_in_nul),
        cmocka_unit_test(a_copy_over_the_ceiling_has_no_data),
        cmocka_unit_test(digits_make_a_whole_number_of_any_size),
        cmocka_unit_test(whole_numbers_are_digits_only),
        cmocka_unit_test(decimal_numbers_are_read),
        cmocka_unit_test(what_is_no_finite_decimal_number_is_refused),
        cmocka_unit_test(the_hard_cases_of_rounding_are_exact),
        cmocka_unit_test(a_non_zero_digit_far_behind_decides_a_tie),
        cmocka_unit_test(very_long_numbers_keep_their_size),
        cmocka_unit_test(random_numbers_survive_printing_and_reading),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(well_formed_utf8_is_told_from_the_rest),
        cmocka_unit_test(what_is_shown_of_a_text_ends_with_a_whole_character),
        cmocka_unit_test(what_cannot_be_seen_is_escaped),
        cmocka_unit_test(folding_forgets_case_accents_and_compatibility_forms),
        cmocka_unit_test(case_and_marks_are_folded_one_by_one),
        cmocka_unit_test(folding_ends_where_the_room_does_with_a_whole_character),
        cmocka_unit_test(a_long_text_is_folded_as_a_short_one),
        cmocka_unit_test(folding_twice_changes_nothing),
        cmocka_unit_test(folding_any_character_twice_changes_nothing),
        cmocka_unit_test(any_character_folded_by_case_or_marks_has_room_and_stays),
        cmocka_unit_test(folding_wrong_utf8_is_an_error),
        cmocka_unit_test(folding_tells_when_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
