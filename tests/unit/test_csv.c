/* Cells of CSV: what is quoted, what is kept from being a formula, and that both come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/csv.h"

static void assert_cell(const char *text, const char *expected)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    eg_csv_cell(&out, eg_text_from(text), true);
    assert_string_equal(out.data ? out.data : "", expected);
    eg_buffer_clear(&out);
}

static void a_cell_is_quoted_where_it_has_to_be(void **state)
{
    (void)state;
    assert_cell("", "");
    assert_cell("plain", "plain");
    assert_cell("a,b", "\"a,b\"");
    assert_cell("say \"hi\"", "\"say \"\"hi\"\"\"");
    assert_cell("two\nlines", "\"two\nlines\"");
    assert_cell(" blank", "\" blank\"");
    assert_cell("it's", "it's");
}

static void what_a_spreadsheet_would_work_out_is_made_a_text(void **state)
{
    (void)state;
    assert_cell("=1+1", "'=1+1");
    assert_cell("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
    assert_cell("+44 1604", "'+44 1604");
    assert_cell("-2+3", "'-2+3");
    assert_cell("@SUM(A1)", "'@SUM(A1)");
    assert_cell("\t=1", "\"'\t'=1\"");
    assert_cell("\r=1", "\"'\r'=1\"");
    assert_cell("\tx", "\"'\tx\"");
    assert_cell("\xEF\xBC\x9D"
                "1+1",
                "'\xEF\xBC\x9D"
                "1+1");
    assert_cell("\xEF\xBC\xA0SUM(A1)", "'\xEF\xBC\xA0SUM(A1)");
}

static void so_is_what_a_semicolon_or_a_line_s_end_makes_a_cell_of_elsewhere(void **state)
{
    (void)state;
    assert_cell("food;=1+1", "food;'=1+1");
    assert_cell("=a;@b;c;-d", "'=a;'@b;c;'-d");
    assert_cell("-1;-2.5;+3", "-1;-2.5;+3");
    assert_cell("food; =1+1", "food; =1+1"); /* a blank makes it a text */
    assert_cell("a\n=1+1\nb", "\"a\n'=1+1\nb\"");
    assert_cell("food;'=1", "food;''=1");
    assert_cell("a=b;c@d", "a=b;c@d");
}

static void numbers_stay_numbers(void **state)
{
    (void)state;
    assert_cell("-1.5", "-1.5");
    assert_cell("-1e5", "-1e5");
    assert_cell("12", "12");
}

static void cells_and_rows_are_parted(void **state)
{
    (void)state;
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    eg_csv_cell(&out, EG_TEXT("a"), true);
    eg_csv_cell(&out, EG_TEXT(""), false);
    eg_csv_cell(&out, EG_TEXT("b"), false);
    eg_csv_end_row(&out);
    assert_string_equal(out.data, "a,,b\r\n");
    eg_buffer_clear(&out);
}

static void assert_unguarded(const char *cell, const char *expected)
{
    char text[64];
    (void)snprintf(text, sizeof text, "%s", cell);
    text[eg_csv_unguard(text, strlen(text))] = '\0';
    assert_string_equal(text, expected);
}

static void the_guard_is_taken_away_where_it_was_put(void **state)
{
    (void)state;
    assert_unguarded("'=1", "=1");
    assert_unguarded("'tis", "'tis");
    assert_unguarded("'-5", "'-5");
    assert_unguarded("'", "'");
    assert_unguarded("", "");
    assert_unguarded("food;'=1+1;'tis;''+c", "food;=1+1;'tis;'+c");
}

/* Of the signs that matter, all texts of up to six. */
static void every_text_comes_back(void **state)
{
    (void)state;
    static const char signs[] = {'=', '\'', ';', '1', '-', '\n', '\t', 'x'};
    for (uint32_t n = 0; n < 1U << 18U; n++) {
        char text[7] = "", cell[32];
        for (size_t i = 0; i < 6; i++) text[i] = signs[n >> (3 * i) & 7U];
        struct eg_buffer out;
        eg_buffer_init(&out, 0);
        eg_csv_cell(&out, eg_text_from(text), true);
        bool quoted = out.data[0] == '"';
        size_t len = out.len - (quoted ? 2 : 0);
        memcpy(cell, out.data + quoted, len);
        for (size_t i = 0; i < len; i++)
            assert_false(cell[i] == '=' && (i == 0 || strchr(";\n\t", cell[i - 1])));
        assert_int_equal(eg_csv_unguard(cell, len), 6);
        assert_memory_equal(cell, text, 6);
        eg_buffer_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_is_quoted_where_it_has_to_be),
        cmocka_unit_test(what_a_spreadsheet_would_work_out_is_made_a_text),
        cmocka_unit_test(so_is_what_a_semicolon_or_a_line_s_end_makes_a_cell_of_elsewhere),
        cmocka_unit_test(every_text_comes_back),
        cmocka_unit_test(numbers_stay_numbers),
        cmocka_unit_test(cells_and_rows_are_parted),
        cmocka_unit_test(the_guard_is_taken_away_where_it_was_put),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
