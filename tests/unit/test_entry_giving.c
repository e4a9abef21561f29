/* Grants as 360Giving has them, in and out again. */
#include "data/entry_flat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "data/directory_records.h"
#include "data/entry_records.h"
#include "support/test_flat.h"
#include "support/test_records.h"

static const struct eg_atlas_boundaries boundaries[] = {{.id = {"town", 4}}, {.id = {"ward", 4}}};
static struct eg_atlas_directory directories[] = {{.id = {"register", 8}}};
static const struct eg_atlas atlas = {
    .boundaries = boundaries, .n_boundaries = 2, .directories = directories, .n_directories = 1};

static struct eg_error fault; /* of the reading at hand */

static enum eg_status read_flat(enum eg_flat_format format, struct eg_text text,
                                const struct eg_records *known, struct eg_buffer *lines,
                                struct eg_records **records_out, struct eg_flat_counts *counts)
{
    struct eg_flat_source source = {format, &atlas, 0, known, eg_test_remarks(lines)};
    return eg_flat_read(text, &source, records_out, counts, &fault);
}

#define GRANT                                                                                                \
    "Identifier,Title,Amount Awarded,Currency,Award Date,Planned Dates:Start Date,Recipient Org:Identifier," \
    "Recipient Org:Name,Funding Org:Identifier,Funding Org:Name\n"

/* What the directory is after a file. */
static struct eg_records *imported(enum eg_flat_format format, struct eg_text text, struct eg_records *base,
                                   struct eg_buffer *lines)
{
    struct eg_import_plan plan;
    struct eg_flat_counts counts;
    struct eg_records *read = NULL, *after = NULL;
    struct eg_arena *arena = eg_arena_new(1 << 26);
    lines->len = 0;
    if (read_flat(format, text, base, lines, &read, &counts) != EG_OK) fail_msg("%s", fault.message);
    if (eg_directory_import(base, read, true, arena, &plan, &fault) != EG_OK) fail_msg("%s", fault.message);
    if (eg_records_apply(base, &plan.change, &after, &fault) != EG_OK) fail_msg("%s", fault.message);
    eg_records_release(read), eg_records_release(base);
    eg_arena_free(arena);
    return after;
}

static struct eg_records *no_records(void)
{
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    assert_int_equal(eg_records_finish(builder, &records, NULL), EG_OK);
    eg_records_builder_free(builder);
    return records;
}

static struct eg_text text_of(const struct eg_buffer *buffer)
{
    return (struct eg_text){buffer->data ? buffer->data : "", buffer->len};
}

static void assert_has(const struct eg_buffer *text, const char *wanted)
{
    if (!strstr(text->data ? text->data : "", wanted)) fail_msg("%s\nis not in\n%s", wanted, text->data);
}

static void a_grant_goes_out_as_its_publisher_wrote_it(void **state)
{
    (void)state;
    static const char rows[] = GRANT "a,A,5,GBP,2024-05-01,2024-06-01,GB-CHC-1234567,Trust,GB-GOR-PA1,Fund\n"
                                     "b,B,,,2024-13-01,,,Club,,Fund Two\n";
    struct eg_buffer lines, out, again;
    eg_buffer_init(&lines, 0), eg_buffer_init(&out, 0), eg_buffer_init(&again, 0);
    struct eg_records *records = imported(EG_FLAT_360GIVING, eg_text_from(rows), no_records(), &lines);
    assert_string_equal(lines.data,
                        "doubtful 3 the grant has no Amount Awarded: it comes without an amount\n"
                        "doubtful 3 the award_date '2024-13-01' is left out: it is no date (YYYY-MM-DD)\n");
    assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_360GIVING, records, &out, NULL), EG_OK);
    assert_has(&out, "\na,A,Not stated,GBP,5,2024-05-01,2024-06-01,,GB-CHC-1234567,Trust,");
    assert_has(&out, ",GB-GOR-PA1,Fund,");
    assert_has(&out, "\nb,B,Not stated,,,,,,");

    static const enum eg_flat_format formats[] = {EG_FLAT_360GIVING, EG_FLAT_CSV, EG_FLAT_GEOJSON};
    for (size_t f = 0; f < EG_ARRAY_LEN(formats); f++) { /* into a new directory, and into its own */
        struct eg_buffer file;
        eg_buffer_init(&file, 0);
        assert_int_equal(eg_test_flat_write(&atlas, formats[f], records, &file, NULL), EG_OK);
        struct eg_records *fresh = imported(formats[f], text_of(&file), no_records(), &lines);
        assert_int_equal(eg_test_flat_write(&atlas, formats[f], fresh, &again, NULL), EG_OK);
        if (!eg_text_equal(text_of(&file), text_of(&again))) fail_msg("%s\n\n%s", file.data, again.data);
        records = imported(formats[f], text_of(&file), records, &lines);
        assert_int_equal(eg_test_flat_write(&atlas, formats[f], records, &again, NULL), EG_OK);
        if (!eg_text_equal(text_of(&file), text_of(&again))) fail_msg("%s\n\n%s", file.data, again.data);
        eg_records_release(fresh);
        eg_buffer_clear(&file);
    }
    eg_records_release(records);
    eg_buffer_clear(&lines), eg_buffer_clear(&out), eg_buffer_clear(&again);
}

static void another_funder_has_not_the_number_of_the_one_before(void **state)
{
    (void)state;
    struct eg_buffer lines, out;
    eg_buffer_init(&lines, 0), eg_buffer_init(&out, 0);
    struct eg_records *records = imported(
        EG_FLAT_360GIVING, EG_TEXT(GRANT "a,A,5,GBP,,,,Trust,GB-GOR-PA1,Fund\n"), no_records(), &lines);
    records = imported(EG_FLAT_CSV, EG_TEXT("key,name,kind,funder\na,A,grant,Other\n"), records, &lines);
    assert_has(&lines, "doubtful 2 the funder_id 'GB-GOR-PA1' was that of 'Fund': 'Other' comes without one");
    assert_int_equal(eg_records_at(records, EG_RECORD_FUNDING, 0)->field[EG_FUNDING_SOURCE_IDENTIFIER].len,
                     0);
    assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_360GIVING, records, &out, NULL), EG_OK);
    assert_null(strstr(out.data, "GB-GOR"));
    records = imported(EG_FLAT_360GIVING, text_of(&out), records, &lines);
    records =
        imported(EG_FLAT_360GIVING, EG_TEXT(GRANT "a,A,5,GBP,,,,Trust,GB-GOR-PA2,Other\n"), records, &lines);
    records = imported(EG_FLAT_CSV, EG_TEXT("key,name,kind,amount\na,A,grant,6\n"), records, &lines);
    assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_360GIVING, records, &out, NULL), EG_OK);
    assert_has(&out, ",GB-GOR-PA2,Other,");
    eg_records_release(records);
    eg_buffer_clear(&lines), eg_buffer_clear(&out);
}

static void an_organisation_that_is_there_takes_the_number_that_a_grant_brings(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "key,name,kind,organisation\na,A,grant,Trust\n",
        "key,name,kind,organisation,charity_number\na,A,grant,Trust,1234567\n"};
    for (size_t i = 0; i < EG_ARRAY_LEN(rows); i++) {
        struct eg_buffer lines, out;
        eg_buffer_init(&lines, 0), eg_buffer_init(&out, 0);
        struct eg_records *records = imported(EG_FLAT_CSV, eg_text_from(rows[i]), no_records(), &lines);
        records = imported(EG_FLAT_360GIVING, EG_TEXT(GRANT "a,A,5,GBP,,,GB-CHC-1234567,Trust,,\n"), records,
                           &lines);
        assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1);
        assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_360GIVING, records, &out, NULL), EG_OK);
        assert_has(&out, ",GB-CHC-1234567,Trust,");
        eg_records_release(records);
        eg_buffer_clear(&lines), eg_buffer_clear(&out);
    }
}

static void a_number_that_is_kept_apart_from_its_register_goes_out_whole(void **state)
{
    (void)state;
    static const char *const parts[][4] = {{"GB-CHC", "Charity number", "1234567", "GB-CHC-1234567"},
                                           {"GB-CHC", "", "GB-CHC-1234567", "GB-CHC-1234567"},
                                           {"", "org-id", "360G-x-1", "360G-x-1"},
                                           {"Companies House", "Company number", "1234567", ""},
                                           {"", "Charity number", "1234567", ""}};
    struct eg_arena *arena = eg_arena_new(1 << 16);
    for (size_t i = 0; i < EG_ARRAY_LEN(parts); i++) {
        bool failed = false;
        struct eg_text field[EG_RECORD_FIELDS] = {{0}};
        field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_SCHEME] = eg_text_from(parts[i][0]);
        field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_TYPE] = eg_text_from(parts[i][1]);
        field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER] = eg_text_from(parts[i][2]);
        struct eg_record identifier = {EG_RECORD_ORGANIZATION_IDENTIFIER, field};
        assert_true(
            eg_text_equal(eg_entry_org_id_of(&identifier, arena, &failed), eg_text_from(parts[i][3])));
        assert_false(failed);
    }
    eg_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grant_goes_out_as_its_publisher_wrote_it),
        cmocka_unit_test(another_funder_has_not_the_number_of_the_one_before),
        cmocka_unit_test(an_organisation_that_is_there_takes_the_number_that_a_grant_brings),
        cmocka_unit_test(a_number_that_is_kept_apart_from_its_register_goes_out_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
