/* The message catalogues: one set of keys and placeholders, chosen as clients ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "http/locale.h"

#define CATALOGUES(use) use(en) use(cy) use(es) use(pt)
#define DECLARE(tag) extern const char eg_embed_##tag##_json_begin[], eg_embed_##tag##_json_end[];
CATALOGUES(DECLARE)
#define ROW(tag) {#tag, eg_embed_##tag##_json_begin, eg_embed_##tag##_json_end},
static const struct {
    const char *tag, *begin, *end;
} files[] = {CATALOGUES(ROW)};

static struct eg_json *read_catalogue(size_t i)
{
    struct eg_json *json = NULL;
    struct eg_error err;
    struct eg_text text = {files[i].begin, (size_t)(files[i].end - files[i].begin)};
    if (eg_json_parse(text, &json, &err) != EG_OK) fail_msg("%s: %s", files[i].tag, err.message);
    return json;
}

/* Whether every "{name}" of a also stands in b. */
static bool has_placeholders_of(struct eg_text a, struct eg_text b)
{
    struct eg_text name, text;
    while (a.len > 0) {
        a = eg_text_cut(a, '{', &text);
        if (a.len == 0) break;
        a = eg_text_cut(a, '}', &name);
        bool is_there = false;
        for (size_t i = 0; i + name.len + 2 <= b.len; i++)
            is_there |= b.data[i] == '{' && b.data[i + name.len + 1] == '}' &&
                        memcmp(b.data + i + 1, name.data, name.len) == 0;
        if (!is_there) return false;
    }
    return true;
}

static void compare_catalogues(const char *tag, const struct eg_json_value *english,
                               const struct eg_json_value *other)
{
    const char *key = NULL;
    const struct eg_json_value *value;
    while ((value = eg_json_next(english, &key))) {
        struct eg_text text, translated;
        assert_true(eg_json_is_text(value, &text));
        if (!eg_json_is_text(eg_json_get(other, key), &translated)) fail_msg("%s lacks '%s'", tag, key);
        if (translated.len == 0) fail_msg("%s: '%s' is empty", tag, key);
        if (!has_placeholders_of(text, translated) || !has_placeholders_of(translated, text))
            fail_msg("%s: '%s' has other placeholders than the English text", tag, key);
    }
    for (key = NULL; eg_json_next(other, &key);)
        if (!eg_json_get(english, key)) fail_msg("%s has '%s', which English lacks", tag, key);
}

static void all_catalogues_have_the_same_keys_and_placeholders(void **state)
{
    (void)state;
    struct eg_json *english = read_catalogue(0);
    for (size_t i = 1; i < EG_ARRAY_LEN(files); i++) {
        struct eg_json *other = read_catalogue(i);
        compare_catalogues(files[i].tag, eg_json_root(english), eg_json_root(other));
        eg_json_free(other);
    }
    eg_json_free(english);
}

static struct eg_locales *read_all(void)
{
    struct eg_locales *locales = NULL;
    struct eg_error err;
    if (eg_locales_new(&locales, &err) != EG_OK) fail_msg("%s", err.message);
    return locales;
}

static void the_language_is_the_one_asked_for_or_else_the_one_accepted_most(void **state)
{
    (void)state;
    static const struct {
        const char *lang, *header, *tag;
        bool rtl;
    } cases[] = {
        {"", NULL, "en", false},
        {"", "", "en", false},
        {"", "cy", "cy", false},
        {"", "fr, de;q=0.9", "en", false},
        {"", "fr, es;q=0.5, cy;q=0.8", "cy", false},
        {"", "pt-BR,pt;q=0.9,en;q=0.8", "pt", false},
        {"", "es;q=0, cy;q=0.1", "cy", false},
        {"", "es;q=x, en", "en", false},
        {"", ";;;,,,q=1", "en", false},
        {"es", "cy", "es", false},
        {"ES-mx", NULL, "es", false},
        {"ar", "cy", "en", true},
        {"ur-PK", NULL, "en", true},
        {"english", NULL, "en", false},
        {"\"><script>", NULL, "en", false},
    };
    struct eg_locales *locales = read_all();
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_language got = eg_locales_choose(locales, eg_text_from(cases[i].lang), cases[i].header);
        struct eg_text tag = eg_locale_tag(got.locale);
        if (!eg_text_equal(tag, eg_text_from(cases[i].tag)) || got.rtl != cases[i].rtl)
            fail_msg("case %zu gave %.*s", i, EG_TEXT_ARG(tag));
    }
    eg_locales_free(locales);
}

static void check_text(struct eg_buffer *out, const char *wanted)
{
    assert_string_equal(out->data ? out->data : "", wanted);
    eg_buffer_clear(out);
}

static void numbers_distances_and_dates_are_written_as_the_language_does(void **state)
{
    (void)state;
    char room[EG_LOCALE_NUMBER_BYTES];
    struct eg_buffer out;
    struct eg_locales *locales = read_all();
    const struct eg_locale *en = eg_locales_choose(locales, EG_TEXT("en"), NULL).locale;
    const struct eg_locale *es = eg_locales_choose(locales, EG_TEXT("es"), NULL).locale;
    eg_buffer_init(&out, 0);
    assert_true(eg_text_equal(eg_locale_number(en, 1234567, room), EG_TEXT("1,234,567")));
    assert_true(eg_text_equal(eg_locale_number(es, 1234567, room), EG_TEXT("1.234.567")));
    assert_true(eg_text_equal(eg_locale_number(en, 999, room), EG_TEXT("999")));
    assert_true(eg_text_equal(eg_locale_number(en, UINT64_MAX, room), EG_TEXT("18,446,744,073,709,551,615")));
    static const struct {
        double distance_m;
        const char *english;
    } distances[] = {
        {0, "0 m"},       {4, "0 m"},       {847, "850 m"},  {994, "990 m"},   {996, "1.0 km"},
        {1249, "1.2 km"}, {9940, "9.9 km"}, {9960, "10 km"}, {12500, "13 km"}, {20040000, "20,040 km"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(distances); i++) {
        eg_locale_distance(en, distances[i].distance_m, &out);
        check_text(&out, distances[i].english);
    }
    eg_locale_distance(es, 1249, &out);
    check_text(&out, "1,2 km");
    static const struct {
        double value;
        uint32_t decimals;
        const char *english, *spanish;
    } decimals[] = {
        {0, 0, "0", "0"},
        {0.05, 1, "0.1", "0,1"},
        {18.25, 1, "18.3", "18,3"},
        {1234.5678, 2, "1,234.57", "1.234,57"},
        {1234.004, 2, "1,234.00", "1.234,00"},
        {-3.5, 1, "\u22123.5", "\u22123,5"},
        {-0.01, 1, "0.0", "0,0"},
        {2.5, 9, "2.500000", "2,500000"},
        {1e20, 2, "100000000000000000000", "100000000000000000000"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(decimals); i++) {
        eg_locale_decimal(en, decimals[i].value, decimals[i].decimals, &out);
        check_text(&out, decimals[i].english);
        eg_locale_decimal(es, decimals[i].value, decimals[i].decimals, &out);
        check_text(&out, decimals[i].spanish);
    }
    eg_locale_date(en, EG_TEXT("2025-06-05"), &out);
    check_text(&out, "5 June 2025");
    eg_locale_date(es, EG_TEXT("2024-02-29"), &out);
    check_text(&out, "29 de febrero de 2024");
    eg_locale_date(en, EG_TEXT("2025-02-29"), &out);
    check_text(&out, "2025-02-29");
    eg_locale_date(en, EG_TEXT("2025-06"), &out);
    check_text(&out, "2025-06");
    eg_locale_date(en, EG_TEXT("last year"), &out);
    check_text(&out, "last year");
    eg_locales_free(locales);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_catalogues_have_the_same_keys_and_placeholders),
        cmocka_unit_test(the_language_is_the_one_asked_for_or_else_the_one_accepted_most),
        cmocka_unit_test(numbers_distances_and_dates_are_written_as_the_language_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
