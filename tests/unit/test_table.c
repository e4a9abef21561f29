/* Tables: what a CSV or an OGR source hands over, row by row, and how it complains. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "data/nearest.h"
#include "data/table.h"
#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_data.h"

/* Every row becomes "row|cell|cell;" in a buffer. */
struct rows {
    struct eg_buffer text;
    uint32_t n_columns;
    uint32_t n;
};

static enum eg_status keep_row(void *context, uint32_t row, const struct eg_text *cells, struct eg_error *err)
{
    struct rows *rows = context;
    eg_buffer_printf(&rows->text, "%u", row);
    for (uint32_t i = 0; i < rows->n_columns; i++) {
        eg_buffer_char(&rows->text, '|');
        eg_buffer_text(&rows->text, cells[i]);
    }
    eg_buffer_char(&rows->text, ';');
    rows->n++;
    return rows->text.failed ? eg_error_no_memory(err, 1) : EG_OK;
}

static enum eg_status read_rows(const struct eg_table_source *source, const char *const *names, uint32_t n,
                                struct rows *rows, struct eg_table_counts *counts, struct eg_error *err)
{
    struct eg_text columns[8];
    for (uint32_t i = 0; i < n; i++) columns[i] = eg_text_from(names[i]);
    *rows = (struct rows){.n_columns = n};
    eg_buffer_init(&rows->text, 0);
    struct eg_table_wish wish = {.columns = columns, .n_columns = n, .on_row = keep_row, .context = rows};
    return eg_table_read(source, &wish, counts, err);
}

static void assert_rows(const struct eg_table_source *source, const char *first, const char *second,
                        const char *expected)
{
    struct rows rows;
    struct eg_error err = {0};
    const char *names[] = {first, second};
    enum eg_status status = read_rows(source, names, second ? 2 : 1, &rows, NULL, &err);
    if (status) print_error("%s\n", err.message);
    assert_int_equal(status, EG_OK);
    assert_string_equal(rows.text.data ? rows.text.data : "", expected);
    eg_buffer_clear(&rows.text);
}

static void assert_refused(const struct eg_table_source *source, const char *column, enum eg_status expected,
                           const char *part)
{
    struct rows rows;
    struct eg_error err = {0};
    assert_int_equal(read_rows(source, &column, 1, &rows, NULL, &err), expected);
    if (!strstr(err.message, part)) print_error("'%s' is not in '%s'\n", part, err.message);
    assert_non_null(strstr(err.message, part));
    eg_buffer_clear(&rows.text);
}

static struct eg_table_source csv(const char *name, const char *content)
{
    return (struct eg_table_source){.name = EG_TEXT("tried"), .path = eg_test_temp_file(name, content)};
}

static void only_the_wanted_columns_arrive_in_the_wanted_order(void **state)
{
    (void)state;
    struct eg_table_source source = csv("plain.csv", "code,name,pop\nA,Alpha,1\nB,Beta,2\n");
    assert_rows(&source, "pop", "code", "2|1|A;3|2|B;");
    assert_rows(&source, "pop", "pop", "2|1|1;3|2|2;");
}

static void quoted_cells_keep_commas_quotes_and_line_breaks(void **state)
{
    (void)state;
    struct eg_table_source source =
        csv("quoted.csv", "code,name\r\nA,\"Al,pha \"\"x\"\"\r\nsecond\"\r\nB,Beta\r\n");
    assert_rows(&source, "code", "name", "2|A|Al,pha \"x\"\r\nsecond;3|B|Beta;");
}

static void blanks_are_kept_and_a_byte_order_mark_is_not(void **state)
{
    (void)state;
    struct eg_table_source source = csv("bom.csv", "\xEF\xBB\xBF"
                                                   "code, name \n A , x\n");
    assert_rows(&source, "code", "name", "2| A | x;");
}

static void the_last_line_needs_no_line_break(void **state)
{
    (void)state;
    struct eg_table_source source = csv("noeol.csv", "code,name\nA,Alpha");
    assert_rows(&source, "code", "name", "2|A|Alpha;");
}

static void rows_above_the_header_and_empty_lines_count_but_do_not_arrive(void **state)
{
    (void)state;
    struct eg_table_source source =
        csv("title.csv", "Title of the table\r\n\r\ncode;v\r\nA;1\r\n\r\nB;2\r\n");
    source.header_row = 3;
    source.delimiter = ';';
    assert_rows(&source, "code", "v", "4|A|1;6|B|2;");
}

static void short_rows_have_empty_cells_and_long_ones_lose_the_rest(void **state)
{
    (void)state;
    struct eg_table_source source = csv("ragged.csv", "code,a,b\nA\nB,1,2,3\n");
    struct rows rows;
    struct eg_table_counts counts = {0};
    const char *names[] = {"code", "b"};
    assert_int_equal(read_rows(&source, names, 2, &rows, &counts, NULL), EG_OK);
    assert_string_equal(rows.text.data, "2|A|;3|B|2;");
    assert_int_equal(counts.n_rows, 2);
    assert_int_equal(counts.n_short, 1);
    assert_int_equal(counts.n_long, 1);
    eg_buffer_clear(&rows.text);
}

static void a_filter_lets_through_rows_that_meet_all_conditions(void **state)
{
    (void)state;
    struct eg_table_source source =
        csv("filter.csv", "code,sex,year\nA,all,2020\nB,f,2020\nC, all,2021\nD,all,2019\n");
    struct eg_text years[] = {EG_TEXT("2020"), EG_TEXT("2021")};
    struct eg_text sex = EG_TEXT("all");
    struct eg_atlas_condition conditions[] = {{EG_TEXT("sex"), &sex, 1}, {EG_TEXT("year"), years, 2}};
    source.filter = conditions;
    source.n_filter = 2;
    assert_rows(&source, "code", NULL, "2|A;4|C;");
}

static void other_encodings_are_recoded_and_wrong_utf8_is_named(void **state)
{
    (void)state;
    struct eg_table_source source = csv("latin.csv", "code,name\nA,Caf\xE9\n");
    assert_refused(&source, "name", EG_INVALID, "row 2");
    assert_refused(&source, "name", EG_INVALID, "encoding");
    source.encoding = EG_TEXT("ISO-8859-1");
    assert_rows(&source, "name", NULL, "2|Caf\xC3\xA9;");
    source.encoding = EG_TEXT("no-such-thing");
    assert_refused(&source, "name", EG_INVALID, "no-such-thing");
}

static void sixteen_bit_text_with_a_byte_order_mark_is_read(void **state)
{
    (void)state;
    static const char text[] = "\xFF\xFE"
                               "c\0o\0d\0e\0\n\0A\0\xE9\0\n\0";
    char path[256];
    (void)eg_test_temp_bytes("wide.csv", text, sizeof text - 1, path, sizeof path);
    struct eg_table_source source = {
        .name = EG_TEXT("tried"), .path = eg_text_from(path), .encoding = EG_TEXT("UTF-16LE")};
    assert_rows(&source, "code", NULL, "2|A\xC3\xA9;");
}

static void an_unknown_column_is_answered_with_the_nearest_names(void **state)
{
    (void)state;
    struct eg_table_source source = csv("columns.csv", "lsoa11cd,imd_score,imd_rank,imd_decile\nA,1,2,3\n");
    assert_refused(&source, "imd_scor", EG_INVALID, "'imd_score'");
    assert_refused(&source, "imd_scor", EG_INVALID, "tried");
    assert_refused(&source, "imd_scor", EG_INVALID, "columns.csv");
}

static void a_column_that_stands_twice_is_ambiguous_only_when_wanted(void **state)
{
    (void)state;
    struct eg_table_source source = csv("twice.csv", "code,v,v\nA,1,2\n");
    assert_rows(&source, "code", NULL, "2|A;");
    assert_refused(&source, "v", EG_INVALID, "two columns 'v' (number 2 and 3)");
}

static void an_open_quotation_mark_is_an_error(void **state)
{
    (void)state;
    struct eg_table_source source = csv("open.csv", "code,v\nA,\"1\nB,2\n");
    assert_refused(&source, "v", EG_INVALID, "row 2");
}

static void a_file_without_its_header_row_is_an_error(void **state)
{
    (void)state;
    struct eg_table_source source = csv("empty.csv", "");
    assert_refused(&source, "v", EG_INVALID, "row 1");
    source = csv("one.csv", "code\nA\n");
    source.header_row = 7;
    assert_refused(&source, "code", EG_INVALID, "row 7");
}

static void a_missing_file_and_forbidden_paths_are_refused(void **state)
{
    (void)state;
    struct eg_table_source source = {.name = EG_TEXT("tried"), .path = EG_TEXT("build/test-tmp/nothing.csv")};
    assert_refused(&source, "v", EG_NOT_FOUND, "nothing.csv");
    source.path = EG_TEXT("build/test-tmp/nothing.gpkg");
    assert_refused(&source, "v", EG_NOT_FOUND, "nothing.gpkg");
    static const char *const forbidden[] = {"/vsicurl/http://127.0.0.1/a.csv",
                                            "/vsizip//vsicurl/http://x/a.zip/a.csv", "/VSIMEM/a.csv",
                                            "{\"type\":\"FeatureCollection\"}", ""};
    for (size_t i = 0; i < EG_ARRAY_LEN(forbidden); i++) {
        source.path = eg_text_from(forbidden[i]);
        assert_refused(&source, "v", EG_INVALID, "");
    }
}

static void a_vrt_in_disguise_is_not_opened(void **state)
{
    (void)state;
    struct eg_text csv_path = eg_test_temp_file("secret.csv", "code,v\nA,1\n");
    char vrt[1024];
    (void)snprintf(vrt, sizeof vrt,
                   "<OGRVRTDataSource><OGRVRTLayer name=\"secret\"><SrcDataSource>%.*s</SrcDataSource>"
                   "</OGRVRTLayer></OGRVRTDataSource>",
                   EG_TEXT_ARG(csv_path));
    struct eg_table_source source = {.name = EG_TEXT("tried"), .path = eg_test_temp_file("areas.json", vrt)};
    assert_refused(&source, "v", EG_INVALID, "areas.json");
}

static void an_ogr_source_hands_over_its_fields_as_text(void **state)
{
    (void)state;
    struct eg_table_source source = {
        .name = EG_TEXT("tried"),
        .path = eg_test_temp_file(
            "points.geojson",
            "{\"type\":\"FeatureCollection\",\"features\":["
            "{\"type\":\"Feature\",\"properties\":{\"code\":\"01\",\"v\":1.25,\"n\":null},\"geometry\":null},"
            "{\"type\":\"Feature\",\"properties\":{\"code\":\"02\",\"v\":-3,\"n\":4},\"geometry\":null}]}")};
    assert_rows(&source, "code", "v", "1|01|1.25;2|02|-3;");
    assert_rows(&source, "n", NULL, "1|;2|4;");
    source.filter_sql = EG_TEXT("v > 0");
    assert_rows(&source, "code", NULL, "1|01;");
    assert_refused(&source, "w", EG_INVALID, "'v'");
    source.layer = EG_TEXT("elsewhere");
    assert_refused(&source, "v", EG_NOT_FOUND, "elsewhere");
}

static void a_gzipped_table_is_read_whole_and_a_torn_one_refused(void **state)
{
    (void)state;
    char path[1024];
    struct eg_table_source source = {
        .name = EG_TEXT("imd"),
        .path = eg_text_from(eg_test_data_or_skip("imd2019_lsoa11.csv.gz", path, sizeof path))};
    struct rows rows;
    struct eg_table_counts counts = {0};
    const char *names[] = {"lsoa11cd", "imd_score"};
    assert_int_equal(read_rows(&source, names, 2, &rows, &counts, NULL), EG_OK);
    assert_int_equal(counts.n_rows, 32844);
    assert_int_equal(strncmp(rows.text.data, "2|E01000001|6.208;3|E01000002|5.143;", 36), 0);
    eg_buffer_clear(&rows.text);

    FILE *file = fopen(path, "rbe");
    assert_non_null(file);
    static char bytes[1000000];
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), sizeof bytes);
    (void)fclose(file);
    char torn[256];
    source.path = eg_text_from(eg_test_temp_bytes("torn.csv.gz", bytes, sizeof bytes, torn, sizeof torn));
    assert_refused(&source, "imd_score", EG_IO, "torn.csv.gz");
}

static void every_refused_allocation_is_an_error_and_nothing_worse(void **state)
{
    (void)state;
    struct eg_table_source source = csv("memory.csv", "code,v\nA,\"1\"\nB,2\n");
    const char *names[] = {"code", "v"};
    for (long n = 1;; n++) {
        struct rows rows;
        eg_failing_malloc_after(n);
        enum eg_status status = read_rows(&source, names, 2, &rows, NULL, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_buffer_clear(&rows.text);
        if (status == EG_OK) assert_int_equal(rows.n, 2); /* libcsv asks for less when it is refused */
        else assert_int_equal(status, EG_NO_MEMORY);
        if (!failed) break;
    }
}

static void nearest_names_come_nearest_first(void **state)
{
    (void)state;
    assert_int_equal(eg_nearest_distance(EG_TEXT("kitten"), EG_TEXT("Sitting")), 3);
    assert_int_equal(eg_nearest_distance(EG_TEXT(""), EG_TEXT("abc")), 3);
    struct eg_text names[] = {EG_TEXT("zebra"), EG_TEXT("scores"), EG_TEXT("score"), EG_TEXT("x"),
                              EG_TEXT("sc")};
    char text[100];
    assert_string_equal(eg_nearest_list(EG_TEXT("score"), names, 5, text, sizeof text),
                        "'score', 'scores', 'sc'");
    assert_string_equal(eg_nearest_list(EG_TEXT("score"), names, 0, text, sizeof text), "none");
}

static int clear_files(void **state)
{
    (void)state;
    eg_test_temp_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_wanted_columns_arrive_in_the_wanted_order),
        cmocka_unit_test(quoted_cells_keep_commas_quotes_and_line_breaks),
        cmocka_unit_test(blanks_are_kept_and_a_byte_order_mark_is_not),
        cmocka_unit_test(the_last_line_needs_no_line_break),
        cmocka_unit_test(rows_above_the_header_and_empty_lines_count_but_do_not_arrive),
        cmocka_unit_test(short_rows_have_empty_cells_and_long_ones_lose_the_rest),
        cmocka_unit_test(a_filter_lets_through_rows_that_meet_all_conditions),
        cmocka_unit_test(other_encodings_are_recoded_and_wrong_utf8_is_named),
        cmocka_unit_test(sixteen_bit_text_with_a_byte_order_mark_is_read),
        cmocka_unit_test(an_unknown_column_is_answered_with_the_nearest_names),
        cmocka_unit_test(a_column_that_stands_twice_is_ambiguous_only_when_wanted),
        cmocka_unit_test(an_open_quotation_mark_is_an_error),
        cmocka_unit_test(a_file_without_its_header_row_is_an_error),
        cmocka_unit_test(a_missing_file_and_forbidden_paths_are_refused),
        cmocka_unit_test(a_vrt_in_disguise_is_not_opened),
        cmocka_unit_test(an_ogr_source_hands_over_its_fields_as_text),
        cmocka_unit_test(a_gzipped_table_is_read_whole_and_a_torn_one_refused),
        cmocka_unit_test(every_refused_allocation_is_an_error_and_nothing_worse),
        cmocka_unit_test(nearest_names_come_nearest_first),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, clear_files);
}
