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
#include "support/failing_malloc.h"
#include "support/test_flat.h"
#include "support/test_records.h"

static const struct eg_atlas_boundaries boundaries[] = {{.id = {"town", 4}}, {.id = {"ward", 4}}};
static struct eg_atlas_directory directories[] = {{.id = {"register", 8}}};
static const struct eg_atlas atlas = {
    .boundaries = boundaries, .n_boundaries = 2, .directories = directories, .n_directories = 1};

#define ONE "11111111-1111-4111-8111-111111111111"
#define SQUARE "{\"type\":\"Polygon\",\"coordinates\":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}"

static struct eg_error fault; /* of the reading at hand */

static enum eg_status read_flat(enum eg_flat_format format, struct eg_text text,
                                const struct eg_records *known, struct eg_buffer *lines,
                                struct eg_records **records_out, struct eg_flat_counts *counts)
{
    struct eg_flat_source source = {format, &atlas, 0, known, eg_test_remarks(lines)};
    return eg_flat_read(text, &source, records_out, counts, &fault);
}

static const char row[] =
    "id,key,name,description,kind,topics,longitude,latitude,phone,amount,currency,funder,start,serves,"
    "serves_boundaries,service_area,languages,accessibility,url\r\n" ONE
    ",7,\"Walks, \"\"for\"\" all\",=1+1,grant,a;b,0.5,50.5,+44 1,12.5,GBP,F,2024-01-01,W1;W2,ward,"
    "\"{\"\"type\"\":\"\"Polygon\"\",\"\"coordinates\"\":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}\",Cymraeg,"
    "Ramp,"
    "https://x.example/\r\n";

static void an_entry_comes_back_from_every_format(void **state)
{
    (void)state;
    struct eg_buffer lines;
    struct eg_records *records = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    if (read_flat(EG_FLAT_CSV, eg_text_from(row), NULL, &lines, &records, &counts) != EG_OK)
        fail_msg("%s", fault.message);
    if (lines.len > 0) fail_msg("%s", lines.data);
    eg_test_flat_comes_back(&atlas, EG_FLAT_CSV, records);
    eg_test_flat_comes_back(&atlas, EG_FLAT_GEOJSON, records);
    eg_records_release(records);
}

static void features_tell_what_is_left_out(void **state)
{
    (void)state;
    static const char json[] =
        "{\"type\":\"FeatureCollection\",\"features\":[\n"
        "{\"id\":\"x\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,1]]},\"properties\":{"
        "\"key\":1,"
        "\"name\":\"A\",\"kind\":\"hub\",\"colour\":2}},\n"
        "{\"geometry\":" SQUARE ",\"properties\":{\"key\":\"2\",\"name\":\"B\",\"serves\":[\"W1\"]}},\n"
        "{\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,1]]]},\"properties\":{\"name\":\"C\"}"
        "},\n"
        "{\"geometry\":{\"type\":\"Point\",\"coordinates\":[200,0]},\"properties\":{\"name\":\"D\"}},\n"
        "{\"geometry\":{\"type\":\"Point\",\"coordinates\":[]},\"properties\":{\"name\":\"E\"}},5,{"
        "\"properties\":{}}]}";
    struct eg_buffer lines;
    struct eg_records *records = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    if (read_flat(EG_FLAT_GEOJSON, eg_text_from(json), NULL, &lines, &records, &counts) != EG_OK)
        fail_msg("%s", fault.message);
    static const char *const wanted[] = {
        "doubtful 2 $.features[0] the property 'colour' is left out",
        "doubtful 2 $.features[0] the geometry is left out",
        "doubtful 2 $.features[0] the id 'x' is no UUID",
        "doubtful 3 $.features[1] the codes that it serves are left out",
        "rejected 4 $.features[2] the service area: the GeoJSON polygon cannot be used",
        "rejected 5 $.features[3] the longitude '200' is out of range",
        "doubtful 6 $.features[4] the point is left out",
        "rejected 6 $.features[5] not valid JSON",
        "rejected 6 $.features[6] it has no name",
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(wanted); i++)
        if (!strstr(lines.data, wanted[i])) fail_msg("%s\nis not in\n%s", wanted[i], lines.data);
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE), 3);
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE_AREA), 1);
    eg_records_release(records);
    eg_buffer_clear(&lines);
}

/* Reads rows that say nothing of another kind than what is wanted. */
static struct eg_records *read_doubtful(enum eg_flat_format format, const char *text,
                                        const char *const *wanted, uint32_t n)
{
    struct eg_buffer lines;
    struct eg_records *records = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    if (read_flat(format, eg_text_from(text), NULL, &lines, &records, &counts) != EG_OK)
        fail_msg("%s", fault.message);
    for (uint32_t i = 0; i < n; i++)
        if (!strstr(lines.data ? lines.data : "", wanted[i]))
            fail_msg("%s\nis not in\n%s", wanted[i], lines.data);
    if (counts.rows.n_rejected > 0 || counts.rows.n_doubtful != n) fail_msg("%s", lines.data);
    eg_buffer_clear(&lines);
    return records;
}

static void what_nobody_may_have_meant_is_told_with_its_line(void **state)
{
    (void)state;
    static const char rows[] = "key,name,kind,amount,currency,start,end,longitude,latitude\n"
                               "1,A,,1,GBP,2020-01-01,2020-12-31,1,51\n"
                               "2,B,hub,-5,GBP,2020,2020-05-01,,\n"
                               "3,C,hub,5,XTS,2020-02-01,2020-01-31,0,0.0\n"
                               "4,D\x01,hub,0,gbp,,2020\n"
                               "5,E,hub,5,pounds,2021-01-01,2020,1,51\n";
    static const char *const wanted[] = {
        "doubtful 2 it has no kind: it is taken for a service",
        "doubtful 3 the amount '-5' is left out: it is below zero",
        "doubtful 4 the position 0,0 is left out",
        "doubtful 4 the currency 'XTS' is none of ISO 4217",
        "doubtful 4 the end '2020-01-31' is before the start '2020-02-01'; both are kept",
        "doubtful 5 the row has 7 cells, the header 9",
        "doubtful 5 the currency 'gbp' is read as GBP",
        "doubtful 5 the name has a control character (U+0001)",
        "doubtful 6 the currency 'pounds' is none",
        "doubtful 6 the end '2020-12-31' is before the start '2021-01-01'",
        "doubtful 3 the start '2020' is read as 2020-01-01",
        "doubtful 5 the end '2020' is read as 2020-12-31",
        "doubtful 6 the end '2020' is read as 2020-12-31",
    };
    struct eg_records *records = read_doubtful(EG_FLAT_CSV, rows, wanted, EG_ARRAY_LEN(wanted));
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE), 5);
    for (uint32_t i = 0; i < eg_records_count(records, EG_RECORD_FUNDING); i++)
        assert_null(strchr(eg_records_at(records, EG_RECORD_FUNDING, i)->field[EG_FUNDING_AMOUNT].data, '-'));
    eg_records_release(records);

    static const char money[] = "key,name,kind,amount\n1,A,grant,\"£10,000\"\n2,B,grant,\"1,234,567.50\"\n"
                                "3,C,grant,\"10,00\"\n4,D,grant,€10.000\n5,E,grant,£ 5\n";
    static const char *const sums[] = {"doubtful 2 the amount '£10,000' is read as 10000",
                                       "doubtful 3 the amount '1,234,567.50' is read as 1234567.50",
                                       "doubtful 4 the amount '10,00' is left out: it is no number",
                                       "doubtful 5 the amount '€10.000' is left out",
                                       "doubtful 6 the amount '£ 5' is read as 5"};
    eg_records_release(read_doubtful(EG_FLAT_CSV, money, sums, EG_ARRAY_LEN(sums)));

    static const char days[] = "key,name,kind,amount,start,end,last_reviewed\n"
                               "1,A,grant,5,2024-01-01T10:00:00Z,2024,2023\n"
                               "2,B,grant,5,2024-01-01 10:00,,2999-01-01\n";
    static const char *const read[] = {
        "doubtful 3 the last_reviewed '2999-01-01' is in the future; it is kept",
        "doubtful 2 the start '2024-01-01T10:00:00Z' is read as 2024-01-01",
        "doubtful 2 the end '2024' is read as 2024-12-31",
        "doubtful 2 the last_reviewed '2023' is read as 2023-01-01",
        "doubtful 3 the start '2024-01-01 10:00' is read as 2024-01-01"};
    eg_records_release(read_doubtful(EG_FLAT_CSV, days, read, EG_ARRAY_LEN(read)));
    static const char award[] = "Identifier,Title,Amount Awarded,Award Date\n1,A,5,2024\n";
    static const char *const awarded[] = {"doubtful 2 the award_date '2024' is read as 2024-01-01"};
    eg_records_release(read_doubtful(EG_FLAT_360GIVING, award, awarded, 1));

    static const char spoken[] = "key,name,kind,languages,accessibility,topics\n"
                                 "1,A,hub,Welsh; English ;welsh,Ramp;ramp,a;A\n";
    records = read_doubtful(EG_FLAT_CSV, spoken, NULL, 0);
    assert_int_equal(eg_records_count(records, EG_RECORD_LANGUAGE), 2);
    assert_int_equal(eg_records_count(records, EG_RECORD_ACCESSIBILITY), 1);
    eg_records_release(records);

    static const char *const once[] = {"doubtful 2 there is no column 'kind'"};
    eg_records_release(read_doubtful(EG_FLAT_CSV, "key,name\n1,A\n2,B\n", once, 1));
    static const char *const grants[] = {"doubtful 2 the grant has no Identifier",
                                         "doubtful 3 the grant has no Amount Awarded"};
    static const char giving[] = "Identifier,Title,Amount Awarded\n,A,5\nx,B,\n";
    eg_records_release(read_doubtful(EG_FLAT_360GIVING, giving, grants, 2));
    static const char *const titles[] = {"doubtful 1 there is no column 'Identifier'",
                                         "doubtful 1 there is no column 'Amount Awarded'"};
    eg_records_release(read_doubtful(EG_FLAT_360GIVING, "Title\nA\n", titles, 2));
}

/* As spreadsheets save a table where a comma stands before decimals. */
static void cells_may_be_separated_by_semicolons_or_tabs(void **state)
{
    (void)state;
    static const char *const by_semicolons[] = {
        "doubtful 1 the header's cells are separated by semicolons, not by commas: the file is read so"};
    static const char *const by_tabs[] = {"doubtful 1 the header's cells are separated by tabs"};
    struct eg_records *a = read_doubtful(EG_FLAT_CSV,
                                         "key;name;kind;topics;longitude;latitude\r\n"
                                         "1;\"A, B\";hub;\"food;play\";0,5;50,5\xC2\xA0\r\n",
                                         by_semicolons, 1);
    struct eg_records *b = read_doubtful(EG_FLAT_CSV,
                                         "key\tname\tkind\ttopics\tlongitude\tlatitude\n"
                                         "1\tA, B\thub\tfood;play\t0.5\t50.5\n",
                                         by_tabs, 1);
    eg_test_records_equal(a, b);
    assert_int_equal(eg_records_count(a, EG_RECORD_ATTRIBUTE), 2);
    eg_records_release(a), eg_records_release(b);
    struct eg_buffer lines;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    static const char torn[] = "key;name;kind;topics\n1;A;hub;food;play\n";
    assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(torn), NULL, &lines, &a, &counts), EG_OK);
    assert_non_null(strstr(lines.data, "rejected 2 the row has 5 cells, the header 4: a list in a cell"));
    eg_records_release(a);
    eg_buffer_clear(&lines);
}

static void a_grant_is_awarded_and_known_by_its_key(void **state)
{
    (void)state;
    static const char csv[] =
        "Identifier,Title,Currency,Amount Awarded,Award Date,Recipient Org:Name,Recipient "
        "Org:Identifier,Funding Org:0:Name,Last Modified\n7,T,GBP,5,2020-02-03,R,GB-CHC-1,F,x\n";
    struct eg_buffer lines;
    struct eg_records *known = NULL, *records = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(row), NULL, &lines, &known, &counts), EG_OK);
    assert_int_equal(read_flat(EG_FLAT_360GIVING, eg_text_from(csv), known, &lines, &records, &counts),
                     EG_OK);
    const struct eg_record *service = eg_records_find(records, EG_RECORD_SERVICE, EG_TEXT(ONE));
    assert_non_null(service);
    assert_true(eg_text_equal(service->field[EG_SERVICE_KIND], EG_TEXT("grant")));
    const struct eg_record *funding = eg_records_at(records, EG_RECORD_FUNDING, 0);
    assert_true(eg_text_equal(funding->field[EG_FUNDING_AWARD_DATE], EG_TEXT("2020-02-03")));
    assert_true(eg_text_equal(funding->field[EG_FUNDING_VALID_FROM], EG_TEXT("2024-01-01"))); /* as it was */
    assert_true(eg_text_equal(funding->field[EG_FUNDING_SOURCE], EG_TEXT("F")));
    assert_string_equal(lines.data,
                        "doubtful 1 the column 'Last Modified' is left out: an entry has no such field\n");
    eg_records_release(known), eg_records_release(records);
    eg_buffer_clear(&lines);
}

static void a_grant_whose_number_is_another_s_key_is_an_entry_of_its_own(void **state)
{
    (void)state;
    static const char library[] = "key,name,kind\n7,Library,hub\n";
    static const char grant[] = "Identifier,Title,Currency,Amount Awarded\n7,Walks,GBP,5\n";
    struct eg_buffer lines;
    struct eg_records *known = NULL, *made = NULL, *again = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(library), NULL, &lines, &known, &counts), EG_OK);
    assert_int_equal(read_flat(EG_FLAT_360GIVING, eg_text_from(grant), known, &lines, &made, &counts), EG_OK);
    assert_int_equal(eg_records_count(made, EG_RECORD_SERVICE), 1);
    struct eg_text library_id = eg_records_at(known, EG_RECORD_SERVICE, 0)->field[EG_SERVICE_ID];
    assert_null(eg_records_find(made, EG_RECORD_SERVICE, library_id));
    assert_int_equal(read_flat(EG_FLAT_360GIVING, eg_text_from(grant), made, &lines, &again, &counts), EG_OK);
    assert_int_equal(counts.n_unchanged, 1);
    assert_int_equal(lines.len, 0);
    eg_records_release(known), eg_records_release(made), eg_records_release(again);
    eg_buffer_clear(&lines);
}

static void a_row_with_the_key_of_something_else_is_told(void **state)
{
    (void)state;
    static const char there[] = "key,name,kind,longitude,latitude\n1,Library,hub,0.5,51\n2,Club,hub,0.5,51\n"
                                "3,Office,hub,0.5,51\n4,Trust,hub,0.5,51\n5,Hall,hub,0.5,51\n";
    static const char rows[] = "key,name,kind,longitude,latitude\n1,Walks,service,0.5,51\n2,Choir,hub,-3,53\n"
                               "3,OFFICE,service,-3,53\n4,New trust,hub,0.501,51\n5,Band,,,\n";
    struct eg_buffer lines;
    struct eg_records *known = NULL, *made = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(there), NULL, &lines, &known, &counts), EG_OK);
    assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(rows), known, &lines, &made, &counts), EG_OK);
    assert_string_equal(lines.data,
                        "doubtful 2 the key '1' is that of 'Library' in the directory, which the "
                        "row makes another (name and kind)\n"
                        "doubtful 3 the key '2' is that of 'Club' in the directory, which the row "
                        "makes another (name and position)\n");
    eg_records_release(known), eg_records_release(made);
    eg_buffer_clear(&lines);
}

#define HOURS "id,key,name,kind,hours\n" ONE ",7,Walks,hub,"

/* The directory after a file; it takes the place of *records. */
static void import_file(enum eg_flat_format format, struct eg_records **records, struct eg_text text,
                        struct eg_buffer *lines)
{
    struct eg_records *read = NULL, *fresh = NULL;
    struct eg_flat_counts counts;
    struct eg_import_plan plan;
    struct eg_arena *arena = eg_arena_new(1 << 24);
    assert_int_equal(read_flat(format, text, *records, lines, &read, &counts), EG_OK);
    assert_int_equal(eg_directory_import(*records, read, true, arena, &plan, &fault), EG_OK);
    assert_int_equal(eg_records_apply(*records, &plan.change, &fresh, &fault), EG_OK);
    eg_records_release(*records), eg_records_release(read);
    eg_arena_free(arena);
    *records = fresh;
}

static void import_rows(struct eg_records **records, const char *text, struct eg_buffer *lines)
{
    import_file(EG_FLAT_CSV, records, eg_text_from(text), lines);
}

static void words_beside_hours_stay_words(void **state)
{
    (void)state;
    struct eg_buffer lines, out;
    struct eg_records *records = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0), eg_buffer_init(&out, 0);
    static const char begin[] = HOURS "by appointment\n";
    assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(begin), NULL, &lines, &records, &counts), EG_OK);
    assert_non_null(strstr(lines.data, "the hours 'by appointment' cannot be worked out"));
    lines.len = 0;
    import_rows(&records, HOURS "Mo 09:00-12:00; by appointment\n", &lines);
    import_rows(&records, HOURS "Mo 09:00-13:00; Tu 10:00-11:00; by appointment\n", &lines);
    assert_int_equal(lines.len, 0);
    assert_int_equal(eg_records_count(records, EG_RECORD_SCHEDULE), 3);
    assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_CSV, records, &out, &fault), EG_OK);
    assert_true(strstr(out.data, "Tu 10:00-11:00;") && strstr(out.data, "; by appointment,"));
    import_rows(&records, HOURS "Mo 09:00-13:00\n", &lines);
    assert_int_equal(eg_records_count(records, EG_RECORD_SCHEDULE), 1);
    import_rows(&records, HOURS "Mo 25:00-26:00\n", &lines);
    assert_non_null(strstr(lines.data, "the hours 'Mo 25:00-26:00' cannot be worked out"));
    eg_records_release(records);
    eg_buffer_clear(&lines), eg_buffer_clear(&out);
}

/* Codes of wards begin with W here, and X is a ward and a town. */
static void a_topic_is_the_one_that_the_finder_shows_with_blanks(void **state)
{
    (void)state;
    struct eg_buffer lines;
    struct eg_records *records = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    static const char begin[] = "key,name,kind,topics\n1,A,hub,food_access;pre-school\n2,B,hub,Pre School\n";
    assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(begin), NULL, &lines, &records, &counts), EG_OK);
    assert_int_equal(eg_records_count(records, EG_RECORD_TAXONOMY_TERM), 2);
    import_rows(&records, "key,name,kind,topics\n1,A,hub,Food Access;pre school\n3,C,hub,FOOD-access\n",
                &lines);
    assert_int_equal(eg_records_count(records, EG_RECORD_TAXONOMY_TERM), 2);
    assert_int_equal(eg_records_count(records, EG_RECORD_ATTRIBUTE), 4);
    import_rows(&records, "key,name,kind,topics\n1,A,hub,food access;Food_Access;food\n", &lines);
    assert_int_equal(eg_records_count(records, EG_RECORD_TAXONOMY_TERM), 3);
    assert_int_equal(eg_records_count(records, EG_RECORD_ATTRIBUTE), 4);
    eg_records_release(records);
    eg_buffer_clear(&lines);
}

#define LISTS "id,key,name,kind,topics,languages,accessibility\n" ONE ",7,Walks,hub,"

static void lists_keep_the_order_of_the_file(void **state)
{
    (void)state;
    struct eg_buffer lines, out;
    struct eg_records *records = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0), eg_buffer_init(&out, 0);
    static const char forwards[] = LISTS "a;b;c;d;A;e,Polish;Welsh;English;Somali,Ramp;Loop;Lift\n";
    static const char backwards[] = LISTS "e;d;c;b;a,Somali;English;Welsh;Polish,Lift;Loop;Ramp\n";
    static const char *const texts[] = {forwards, backwards};
    static const char *const wanted[] = {",a;b;c;d;e,", ",Polish;Welsh;English;Somali,", ",Ramp;Loop;Lift,",
                                         ",e;d;c;b;a,", ",Somali;English;Welsh;Polish,", ",Lift;Loop;Ramp,"};
    for (size_t i = 0; i < EG_ARRAY_LEN(wanted); i++) {
        if (i % 3 == 0) {
            eg_records_release(records);
            records = NULL;
            assert_int_equal(
                read_flat(EG_FLAT_CSV, eg_text_from(texts[i / 3]), NULL, &lines, &records, &counts), EG_OK);
            assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_CSV, records, &out, &fault), EG_OK);
        }
        if (!strstr(out.data, wanted[i])) fail_msg("%s\nis not in\n%s", wanted[i], out.data);
    }
    /* Of a list that others were taken out of and put into, each topic is there once. */
    import_rows(&records, LISTS "x;a;c,,\n", &lines);
    import_rows(&records, LISTS "y;x;b;c,,\n", &lines);
    assert_int_equal(eg_records_count(records, EG_RECORD_ATTRIBUTE), 4);
    assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_CSV, records, &out, &fault), EG_OK);
    assert_null(strstr(out.data, ";a"));
    eg_records_release(records);
    eg_buffer_clear(&lines), eg_buffer_clear(&out);
}

/* The entry at points, as OGC API Features has it, and its telephone. */
static void import_points(struct eg_records **records, const char *points)
{
    struct eg_buffer text, lines;
    eg_buffer_init(&text, 0), eg_buffer_init(&lines, 0);
    eg_buffer_printf(&text,
                     "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":"
                     "{\"type\":\"MultiPoint\",\"coordinates\":[%s]},\"id\":\"" ONE
                     "\",\"properties\":{\"kind\":\"hub\",\"name\":\"Walks\",\"address\":\"1 Road\","
                     "\"directory\":\"register\",\"fictional\":true}}]}",
                     points);
    import_file(EG_FLAT_GEOJSON, records, (struct eg_text){text.data, text.len}, &lines);
    assert_string_equal(lines.data ? lines.data : "", "");
    eg_buffer_clear(&text), eg_buffer_clear(&lines);
}

static void assert_places(const struct eg_records *records, const double *lon_deg, uint32_t n)
{
    struct eg_arena *arena = eg_arena_new(1 << 20);
    struct eg_entry entry;
    struct eg_entry_source source = {&atlas, 0, records, arena};
    const struct eg_record *service = eg_records_find(records, EG_RECORD_SERVICE, eg_text_from(ONE));
    assert_int_equal(eg_entry_from_records(&source, service, &entry, &fault), EG_OK);
    assert_int_equal(eg_entry_count_places(&entry), n);
    assert_int_equal(eg_records_count(records, EG_RECORD_LOCATION), n);
    for (uint32_t i = 0; i < n; i++)
        if (eg_entry_place_at(&entry, i).lon_deg != lon_deg[i])
            fail_msg("place %u is at %f", i, eg_entry_place_at(&entry, i).lon_deg);
    assert_true(eg_text_equal(eg_entry_place_at(&entry, 0).address, eg_text_from("1 Road")));
    eg_arena_free(arena);
}

static void points_of_a_feature_are_the_places_of_its_entry(void **state)
{
    (void)state;
    struct eg_buffer lines, once, twice;
    struct eg_records *records = NULL;
    struct eg_records_builder *none = NULL;
    eg_buffer_init(&lines, 0), eg_buffer_init(&once, 0), eg_buffer_init(&twice, 0);
    assert_int_equal(eg_records_builder_new(&none, &fault), EG_OK);
    assert_int_equal(eg_records_finish(none, &records, &fault), EG_OK);
    eg_records_builder_free(none);
    import_points(&records, "[3,50],[1,50],[2,50],[4,50]");
    assert_places(records, (const double[]){3, 1, 2, 4}, 4);
    eg_test_flat_comes_back(&atlas, EG_FLAT_GEOJSON, records);
    /* The same again, in whichever order, and as our own export has it, changes nothing. */
    assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_GEOJSON, records, &once, &fault), EG_OK);
    import_points(&records, "[3,50],[1,50],[2,50],[4,50]");
    import_points(&records, "[4,50],[2,50],[3,50]");
    import_points(&records, "[2,50]");
    import_file(EG_FLAT_GEOJSON, &records, (struct eg_text){once.data, once.len}, &lines);
    assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_GEOJSON, records, &twice, &fault), EG_OK);
    assert_string_equal(once.data, twice.data);
    assert_int_equal(lines.len, 0);
    /* One that is new comes last, and the first may move. */
    import_points(&records, "[0,50],[3,50]");
    assert_places(records, (const double[]){3, 1, 2, 4, 0}, 5);
    import_points(&records, "[9,50],[1,50],[2,50],[4,50],[0,50]");
    assert_places(records, (const double[]){9, 1, 2, 4, 0}, 5);
    eg_records_release(records);
    eg_buffer_clear(&lines), eg_buffer_clear(&once), eg_buffer_clear(&twice);
}

static void places_that_are_named_come_with_what_is_said_of_them(void **state)
{
    (void)state;
    struct eg_buffer lines;
    struct eg_records *records = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    static const char json[] =
        "{\"type\":\"Feature\",\"id\":\"" ONE "\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,50]},"
        "\"properties\":{\"name\":\"A\",\"kind\":\"hub\",\"address\":\"1 Road\",\"phone\":\"0114 1\","
        "\"locations\":[{\"id\":\"22222222-2222-4222-8222-222222222222\",\"address\":\"1 Road\","
        "\"longitude\":1,\"latitude\":50},{\"name\":\"Hall\",\"address\":\"2 Road\",\"postcode\":\"P\","
        "\"phone\":\"0114 222\",\"accessibility\":[\"Ramp\",\"Loop\"]}]}}";
    assert_int_equal(read_flat(EG_FLAT_GEOJSON, eg_text_from(json), NULL, &lines, &records, &counts), EG_OK);
    assert_int_equal(eg_records_count(records, EG_RECORD_LOCATION), 2);
    assert_int_equal(eg_records_count(records, EG_RECORD_ADDRESS), 2);
    assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), 2);
    eg_test_flat_comes_back(&atlas, EG_FLAT_GEOJSON, records);
    assert_non_null(
        eg_records_find(records, EG_RECORD_LOCATION, eg_text_from("22222222-2222-4222-8222-222222222222")));
    eg_records_release(records);
    lines.len = 0;
    static const char off[] = "{\"geometry\":{\"type\":\"MultiPoint\",\"coordinates\":[[1,50],[1,91]]},"
                              "\"properties\":{\"name\":\"A\",\"kind\":\"hub\"}}";
    assert_int_equal(read_flat(EG_FLAT_GEOJSON, eg_text_from(off), NULL, &lines, &records, &counts), EG_OK);
    assert_non_null(strstr(lines.data, "rejected 1 $ one of its places is not on the Earth"));
    eg_records_release(records);
    eg_buffer_clear(&lines);
}

static void an_end_is_before_the_start_that_the_directory_has(void **state)
{
    (void)state;
    struct eg_buffer lines;
    struct eg_records *records = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    static const char begin[] = "key,name,kind,amount,start\n1,A,grant,5,2024-01-01\n";
    assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(begin), NULL, &lines, &records, &counts), EG_OK);
    import_rows(&records, "key,name,end\n1,A,2024-12-31\n", &lines);
    import_rows(&records, "key,name,phone\n1,A,0123\n", &lines);
    assert_int_equal(lines.len, 0);
    import_rows(&records, "key,name,start\n1,A,2025-01-01\n", &lines);
    assert_non_null(strstr(lines.data, "2 the end '2024-12-31' is before the start '2025-01-01'; both"));
    lines.len = 0;
    import_rows(&records, "key,name,end\n1,A,2023-01-01\n", &lines);
    assert_non_null(strstr(lines.data, "2 the end '2023-01-01' is before the start '2025-01-01'; both"));
    eg_records_release(records);
    eg_buffer_clear(&lines);
}

/* What people call something in another case keeps what is known of it. */
static void an_accessible_thing_in_another_case_keeps_its_row(void **state)
{
    (void)state;
    struct eg_buffer lines;
    struct eg_records *records = NULL, *fresh = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0);
    static const char begin[] = "key,name,kind,longitude,latitude,accessibility\n1,A,hub,1,51,ramp\n";
    assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(begin), NULL, &lines, &records, &counts), EG_OK);
    struct eg_text field[EG_ACCESSIBILITY_N_FIELDS];
    memcpy(field, eg_records_at(records, EG_RECORD_ACCESSIBILITY, 0)->field, sizeof field);
    field[EG_ACCESSIBILITY_DETAILS] = EG_TEXT("north door");
    struct eg_record put = {EG_RECORD_ACCESSIBILITY, field};
    struct eg_records_change change = {.puts = &put, .n_puts = 1};
    assert_int_equal(eg_records_apply(records, &change, &fresh, &fault), EG_OK);
    eg_records_release(records);
    import_rows(&fresh, "key,name,kind,accessibility\n1,A,hub,Ramp;Hearing loop\n", &lines);
    import_rows(&fresh, "key,name,kind,accessibility\n1,A,hub,RAMP;hearing_loop\n", &lines);
    bool has_details = false;
    assert_int_equal(eg_records_count(fresh, EG_RECORD_ACCESSIBILITY), 2);
    for (uint32_t i = 0; i < 2; i++)
        has_details |=
            eg_text_equal(eg_records_at(fresh, EG_RECORD_ACCESSIBILITY, i)->field[EG_ACCESSIBILITY_DETAILS],
                          EG_TEXT("north door"));
    assert_true(has_details);
    eg_records_release(fresh);
    eg_buffer_clear(&lines);
}

static struct eg_text boundaries_of(void *context, struct eg_text codes, char *reason_out)
{
    (void)context;
    if (eg_text_starts_with(codes, EG_TEXT("W"))) return EG_TEXT("ward");
    (void)snprintf(reason_out, EG_INTAKE_REASON_BYTES, "several of the atlas's boundaries have it");
    return EG_TEXT("");
}

#define NUMBERED                                                                                             \
    "Identifier,Title,Amount Awarded,Recipient Org:Name,Recipient Org:Charity Number,Recipient Org:Company " \
    "Number,Beneficiary Location:Geographic Code\n"

static struct eg_records *read_numbered(const char *text, const struct eg_records *known,
                                        struct eg_buffer *lines, struct eg_flat_counts *counts)
{
    struct eg_records *records = NULL;
    struct eg_flat_source source = {EG_FLAT_360GIVING, &atlas, 0, known, eg_test_remarks(lines)};
    source.sink.boundaries_of = boundaries_of;
    if (eg_flat_read(eg_text_from(text), &source, &records, counts, &fault) != EG_OK)
        fail_msg("%s", fault.message);
    return records;
}

static void numbers_of_registers_are_kept_and_codes_find_their_boundaries(void **state)
{
    (void)state;
    static const char rows[] = NUMBERED "a,A,5,Trust,1234567,,W1\nb,B,5,Trust,1234567,OC123,X\n";
    struct eg_buffer lines, out;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0), eg_buffer_init(&out, 0);
    struct eg_records *records = read_numbered(rows, NULL, &lines, &counts);
    assert_string_equal(lines.data,
                        "doubtful 3 the codes that it serves are left out: several of the atlas's boundaries "
                        "have it, and it does not say which are meant\n");
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1);
    struct eg_text trust = eg_records_at(records, EG_RECORD_ORGANIZATION, 0)->field[0];
    assert_true(eg_text_equal(eg_entry_register_number(records, trust, EG_REGISTER_OF_CHARITIES),
                              EG_TEXT("1234567")));
    assert_true(
        eg_text_equal(eg_entry_register_number(records, trust, EG_REGISTER_OF_COMPANIES), EG_TEXT("OC123")));
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION_IDENTIFIER), 2);
    const struct eg_record *area = eg_records_at(records, EG_RECORD_SERVICE_AREA, 0);
    assert_true(eg_text_equal(area->field[EG_SERVICE_AREA_BOUNDARIES], EG_TEXT("ward")));
    assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_360GIVING, records, &out, NULL), EG_OK);
    assert_non_null(strstr(out.data, ",Trust,1234567,"));

    lines.len = 0;
    struct eg_records *again = read_numbered(rows, records, &lines, &counts);
    assert_int_equal(counts.n_unchanged, 2);
    eg_records_release(again);
    lines.len = 0;
    again = read_numbered(NUMBERED "a,A,5,Trust,7654321,,W1\n", records, &lines, &counts);
    assert_non_null(strstr(lines.data, "the charity_number '7654321' is left out: its organisation has"));
    assert_int_equal(eg_records_count(again, EG_RECORD_ORGANIZATION_IDENTIFIER), 0);
    eg_records_release(again), eg_records_release(records);
    eg_buffer_clear(&lines), eg_buffer_clear(&out);
}

/* The entry of `row` goes to another organisation. */
static const char other_grant[] =
    "Identifier,Title,Amount Awarded,Classifications:Title,Recipient Org:Identifier,Recipient Org:Name\n"
    "7,Café,13,a;c,GB-CHC-1,Trust\n";

static void a_refused_allocation_is_reported_and_nothing_is_left_behind(void **state)
{
    (void)state;
    for (long n = 1;; n++) {
        struct eg_buffer lines, out;
        struct eg_records *records = NULL;
        struct eg_flat_counts counts;
        struct eg_error err;
        eg_buffer_init(&lines, 0), eg_buffer_init(&out, 0);
        eg_failing_malloc_after(n);
        enum eg_status status = read_flat(EG_FLAT_CSV, eg_text_from(row), NULL, &lines, &records, &counts);
        if (status == EG_OK) status = eg_test_flat_write(&atlas, EG_FLAT_GEOJSON, records, &out, &err);
        struct eg_text text = {out.data, out.len};
        struct eg_records *back = NULL;
        if (status == EG_OK) status = read_flat(EG_FLAT_GEOJSON, text, records, &lines, &back, &counts);
        struct eg_import_plan plan;
        struct eg_records *again = NULL;
        struct eg_arena *arena = status == EG_OK ? eg_arena_new(1 << 24) : NULL;
        if (status == EG_OK && !arena) status = EG_NO_MEMORY;
        if (status == EG_OK)
            status =
                read_flat(EG_FLAT_360GIVING, eg_text_from(other_grant), records, &lines, &again, &counts);
        if (status == EG_OK) status = eg_directory_import(records, again, true, arena, &plan, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_buffer_clear(&lines), eg_buffer_clear(&out);
        eg_records_release(records), eg_records_release(back), eg_records_release(again);
        eg_arena_free(arena);
        /* libcsv that is refused memory asks again for less. */
        if (!failed || status != EG_OK) assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_comes_back_from_every_format),
        cmocka_unit_test(features_tell_what_is_left_out),
        cmocka_unit_test(what_nobody_may_have_meant_is_told_with_its_line),
        cmocka_unit_test(cells_may_be_separated_by_semicolons_or_tabs),
        cmocka_unit_test(a_grant_is_awarded_and_known_by_its_key),
        cmocka_unit_test(a_grant_whose_number_is_another_s_key_is_an_entry_of_its_own),
        cmocka_unit_test(a_row_with_the_key_of_something_else_is_told),
        cmocka_unit_test(words_beside_hours_stay_words),
        cmocka_unit_test(a_topic_is_the_one_that_the_finder_shows_with_blanks),
        cmocka_unit_test(lists_keep_the_order_of_the_file),
        cmocka_unit_test(points_of_a_feature_are_the_places_of_its_entry),
        cmocka_unit_test(places_that_are_named_come_with_what_is_said_of_them),
        cmocka_unit_test(an_end_is_before_the_start_that_the_directory_has),
        cmocka_unit_test(an_accessible_thing_in_another_case_keeps_its_row),
        cmocka_unit_test(numbers_of_registers_are_kept_and_codes_find_their_boundaries),
        cmocka_unit_test(a_refused_allocation_is_reported_and_nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
