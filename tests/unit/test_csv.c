/* Cells of CSV: what is quoted, what is kept from being a formula, and that both come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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
    assert_cell("\t=1", "\"'\t=1\"");
    assert_cell("\r=1", "\"'\r=1\"");
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

static void the_guard_is_taken_away_where_it_was_put(void **state)
{
    (void)state;
    assert_true(eg_text_equal(eg_csv_unguard(EG_TEXT("'=1")), EG_TEXT("=1")));
    assert_true(eg_text_equal(eg_csv_unguard(EG_TEXT("'tis")), EG_TEXT("'tis")));
    assert_true(eg_text_equal(eg_csv_unguard(EG_TEXT("'-5")), EG_TEXT("'-5")));
    assert_true(eg_text_equal(eg_csv_unguard(EG_TEXT("'")), EG_TEXT("'")));
    assert_true(eg_text_equal(eg_csv_unguard(EG_TEXT("")), EG_TEXT("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_is_quoted_where_it_has_to_be),
        cmocka_unit_test(what_a_spreadsheet_would_work_out_is_made_a_text),
        cmocka_unit_test(numbers_stay_numbers),
        cmocka_unit_test(cells_and_rows_are_parted),
        cmocka_unit_test(the_guard_is_taken_away_where_it_was_put),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
