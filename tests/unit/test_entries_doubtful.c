/* Rows of a directory that became entries, or did not, although something of them is doubtful. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "data/entries.h"
#include "support/temp_file.h"

/* An atlas of one directory. */
struct collection {
    struct eg_atlas atlas;
    struct eg_atlas_directory directory;
};

static struct eg_entries *load_csv(struct collection *collection, const char *content)
{
    collection->directory = (struct eg_atlas_directory){
        .id = EG_TEXT("libraries"),
        .id_prefix = EG_TEXT("libraries:"),
        .source = eg_test_temp_file("entries.csv", content),
        .delimiter = ',',
        .list_separator = ';',
        .serves_boundaries = EG_ATLAS_NONE,
        .column = {[EG_ENTRY_KEY].first = EG_TEXT("id"), [EG_ENTRY_NAME].first = EG_TEXT("title")},
        .constant = {[EG_ENTRY_KIND] = EG_TEXT("hub")}};
    if (strstr(content, "amount")) {
        collection->directory.column[EG_ENTRY_AMOUNT].first = EG_TEXT("amount");
        collection->directory.column[EG_ENTRY_START].first = EG_TEXT("start");
        collection->directory.column[EG_ENTRY_END].first = EG_TEXT("end");
        collection->directory.column[EG_ENTRY_LAST_REVIEWED].first = EG_TEXT("reviewed");
    }
    collection->atlas.directories = &collection->directory;
    collection->atlas.n_directories = 1;
    struct eg_entries *entries = NULL;
    assert_int_equal(eg_entries_load(&collection->atlas, &entries, NULL), EG_OK);
    return entries;
}

static void a_row_with_a_cell_too_many_is_rejected(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries = load_csv(&collection, "id,title,town\n1,A, B,C\n2,C,D\n");
    assert_int_equal(entries->n, 1);
    assert_int_equal(entries->reports[0].n_rejected, 1);
    assert_string_equal(entries->reports[0].rejected[0].data,
                        "row 2: it has 4 cells, the header 3: a cell with a comma needs quotes");
    eg_entries_free(entries);
}

static void a_row_with_a_cell_too_few_is_taken_and_doubtful(void **state)
{
    (void)state;
    struct collection collection = {0};
    struct eg_entries *entries = load_csv(&collection, "id,title,town,\n1,A,T, ,\n2,B\n3,C,T\n4,D\n");
    assert_int_equal(entries->n, 4);
    assert_int_equal(entries->reports[0].n_rejected, 0);
    assert_int_equal(entries->reports[0].n_doubtful, 2);
    assert_string_equal(entries->reports[0].doubtful.data, "row 3: 2 cells, the header has 4");
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    assert_int_equal(eg_entries_report_text(entries, &out, NULL), EG_OK);
    assert_non_null(strstr(out.data, "    2 doubtful; the first: row 3: 2 cells, the header has 4\n"));
    eg_buffer_clear(&out);
    eg_entries_free(entries);
}

static void amounts_and_dates_that_cannot_be_read_are_doubtful(void **state)
{
    (void)state;
    struct collection collection = {0};
    static const struct {
        const char *cells, *reason;
    } cases[] = {{"10000,2013,2014-06-30,2026-01-31", NULL},
                 {"1e4,2026-11-21T10:00,2026-11-21 12:00,", NULL},
                 {"\"10,000\",,,", "row 2: the amount '10,000' is not a number"},
                 {",21/11/2026,,", "row 2: the start '21/11/2026' is no date such as 2026-11-21"},
                 {",,2026-02-30,", "row 2: the end '2026-02-30' is no date such as 2026-11-21"},
                 {",,2026-11-211,", "row 2: the end '2026-11-211' is no date such as 2026-11-21"},
                 {",,,2026", "row 2: the last_reviewed '2026' is no date such as 2026-11-21"},
                 {"x,y,z,\x1b", "row 2: the amount 'x' is not a number"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        char content[200];
        (void)snprintf(content, sizeof content, "id,title,amount,start,end,reviewed\n1,A,%s\n",
                       cases[i].cells);
        struct eg_entries *entries = load_csv(&collection, content);
        assert_int_equal(entries->n, 1);
        assert_int_equal(entries->reports[0].n_doubtful, cases[i].reason != NULL);
        if (cases[i].reason) assert_string_equal(entries->reports[0].doubtful.data, cases[i].reason);
        eg_entries_free(entries);
    }
}

static int clear(void **state)
{
    (void)state;
    eg_test_temp_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_with_a_cell_too_many_is_rejected),
        cmocka_unit_test(a_row_with_a_cell_too_few_is_taken_and_doubtful),
        cmocka_unit_test(amounts_and_dates_that_cannot_be_read_are_doubtful),
    };
    return cmocka_run_group_tests(tests, NULL, clear);
}
