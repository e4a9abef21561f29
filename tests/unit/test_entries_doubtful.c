/* Rows of a directory that became entries, or did not, although something of them is doubtful. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
    };
    return cmocka_run_group_tests(tests, NULL, clear);
}
