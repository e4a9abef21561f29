#include "data/records_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/records_tabular.h"
#include "support/failing_malloc.h"
#include "support/test_records.h"

#define A "00000000-0000-4000-8000-00000000000a"
#define B "00000000-0000-4000-8000-00000000000b"
#define C "00000000-0000-4000-8000-00000000000c"
#define D "00000000-0000-4000-8000-00000000000d"

static enum eg_status put(void *context, struct eg_text text, struct eg_error *err)
{
    struct eg_buffer *out = context;
    eg_buffer_text(out, text);
    return out->failed ? eg_error_no_memory(err, out->capacity) : EG_OK;
}

static void export_json(const struct eg_records *records, bool with_private, struct eg_buffer *out)
{
    struct eg_records_view view = {
        .records = records, .form = EG_RECORDS_NESTED, .with_private = with_private};
    struct eg_error err;
    out->len = 0;
    if (eg_records_json_export(&view, put, out, &err) != EG_OK) fail_msg("%s", err.message);
}

/* Remarks go to `lines`. */
static enum eg_status import_json(struct eg_text json, struct eg_buffer *lines,
                                  struct eg_records **records_out, struct eg_error *err)
{
    struct eg_intake *intake = NULL;
    enum eg_status status = eg_intake_new(eg_test_remarks(lines), true, &intake, err);
    if (status == EG_OK) status = eg_records_json_read(json, EG_RECORD_SERVICE, intake, err);
    if (status == EG_OK) status = eg_intake_finish(intake, records_out, err);
    eg_intake_free(intake);
    return status;
}

static struct eg_records *imported(const char *json, struct eg_buffer *lines)
{
    struct eg_records *records = NULL;
    struct eg_error err;
    if (import_json(eg_text_from(json), lines, &records, &err) != EG_OK) fail_msg("%s", err.message);
    return records;
}

static struct eg_records *imported_buffer(const struct eg_buffer *json, struct eg_buffer *lines)
{
    struct eg_records *records = NULL;
    struct eg_error err;
    if (import_json((struct eg_text){json->data, json->len}, lines, &records, &err) != EG_OK)
        fail_msg("%u: %s", err.line, err.message);
    return records;
}

static void assert_lines(struct eg_buffer *lines, const char *wanted)
{
    assert_string_equal(lines->data ? lines->data : "", wanted);
    eg_buffer_clear(lines);
}

#define KINDLESS "service.kind is not given: this one, and others without it, are taken for services\n"

/* What there is to say of it is no more than a doubt, about which nothing was done. */
static void assert_kept(const struct eg_buffer *lines)
{
    const char *text = lines->data ? lines->data : "";
    if (strstr(text, "rejected") || strstr(text, "left out") || strstr(text, "is read as"))
        fail_msg("%s", text);
}

/* What no service leads to is not in the file, and references to it go; from then on nothing changes any more. */
static void what_services_lead_to_comes_back_from_json(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_buffer once, twice, lines;
    eg_buffer_init(&once, 0), eg_buffer_init(&twice, 0), eg_buffer_init(&lines, 0);
    for (int round = 0; round < 20; round++) {
        struct eg_records *all = eg_test_records_random(&random, 12);
        export_json(all, true, &once);
        struct eg_records *reached = imported_buffer(&once, &lines);
        lines.len = 0;
        uint32_t n = eg_records_count(all, EG_RECORD_SERVICE);
        assert_int_equal(eg_records_count(reached, EG_RECORD_SERVICE), n);
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t f = 0; f < EG_SERVICE_N_FIELDS; f++)
                assert_true(eg_text_equal(eg_records_at(all, EG_RECORD_SERVICE, i)->field[f],
                                          eg_records_at(reached, EG_RECORD_SERVICE, i)->field[f]));
        export_json(reached, true, &once);
        struct eg_records *again = imported_buffer(&once, &lines);
        assert_kept(&lines);
        eg_test_records_equal(reached, again);
        export_json(again, true, &twice);
        assert_int_equal(once.len, twice.len);
        assert_memory_equal(once.data, twice.data, once.len);
        eg_records_release(all), eg_records_release(reached), eg_records_release(again);
    }
    eg_buffer_clear(&once), eg_buffer_clear(&twice), eg_buffer_clear(&lines);
}

#define OF_A "{\"id\":\"" A "\",\"name\":\"S\",\"status\":\"active\",\"kind\":\"hub\"}"

static void organizations_come_with_their_services(void **state)
{
    (void)state;
    struct eg_buffer lines;
    eg_buffer_init(&lines, 0);
    struct eg_records *records =
        imported("{\"total_items\":2,\"contents\":[{\"id\":\"" B
                 "\",\"name\":\"O\",\"description\":\"d\",\"services\":[" OF_A "]},{\"id\":\"" C
                 "\",\"name\":\"P\",\"description\":\"d\",\"legal_status\":\"charity\"}]}",
                 &lines);
    assert_lines(&lines, "");
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 2);
    const struct eg_record *service = eg_records_find(records, EG_RECORD_SERVICE, eg_text_from(A));
    assert_true(eg_text_equal(service->field[EG_SERVICE_ORGANIZATION_ID], eg_text_from(B)));
    eg_records_release(records);
    struct eg_records *alone = imported(
        " {\"id\":\"" B "\",\"name\":\"O\",\"description\":\"d\",\"services\":[" OF_A "]}\n", &lines);
    assert_lines(&lines, "");
    assert_int_equal(eg_records_count(alone, EG_RECORD_SERVICE), 1);
    eg_records_release(alone);
}

static void one_service_needs_no_list(void **state)
{
    (void)state;
    struct eg_buffer lines;
    struct eg_error err = {0};
    eg_buffer_init(&lines, 0);
    struct eg_records *records = imported(OF_A, &lines);
    assert_lines(&lines, "");
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE), 1);
    eg_records_release(records);
    records = imported("\n{\"name\":\"S\"}", &lines);
    assert_non_null(strstr(lines.data, "rejected 2 $ service.id is missing"));
    eg_records_release(records);
    eg_buffer_clear(&lines);
    assert_int_equal(import_json(EG_TEXT("{\"title\":\"Not found\"}"), &lines, &records, &err), EG_INVALID);
    assert_string_equal(err.message, "the document has no list 'contents', and is none itself");
}

static void export_table(const struct eg_records *records, enum eg_record_table table, bool with_private,
                         struct eg_buffer *out)
{
    struct eg_error err;
    out->len = 0;
    assert_int_equal(eg_records_tabular_write(records, table, with_private, out, &err), EG_OK);
}

static void every_record_comes_back_from_a_tabular_package(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_buffer csv, lines;
    eg_buffer_init(&csv, 0), eg_buffer_init(&lines, 0);
    for (int round = 0; round < 20; round++) {
        struct eg_records *all = eg_test_records_random(&random, 12), *back = NULL;
        struct eg_intake *intake = NULL;
        struct eg_error err;
        assert_int_equal(eg_intake_new(eg_test_remarks(&lines), false, &intake, &err), EG_OK);
        for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
            struct eg_text file = eg_text_from(eg_records_tabular_file((enum eg_record_table)t));
            assert_int_equal(eg_records_tabular_table(file), t);
            export_table(all, (enum eg_record_table)t, true, &csv);
            if (eg_records_tabular_read((struct eg_text){csv.data, csv.len}, file, (enum eg_record_table)t,
                                        intake, &err) != EG_OK)
                fail_msg("%u: %s", err.line, err.message);
        }
        assert_int_equal(eg_intake_finish(intake, &back, &err), EG_OK);
        assert_kept(&lines);
        eg_test_records_equal(all, back);
        eg_intake_free(intake);
        eg_records_release(all), eg_records_release(back);
    }
    eg_buffer_clear(&csv), eg_buffer_clear(&lines);
}

static void what_is_private_is_exported_only_when_asked_for(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_records *all = eg_test_records_random(&random, 40);
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    export_json(all, true, &out);
    assert_non_null(strstr(out.data, "PRIVATE"));
    export_json(all, false, &out);
    assert_null(strstr(out.data, "PRIVATE"));
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        export_table(all, (enum eg_record_table)t, false, &out);
        assert_null(strstr(out.data, "PRIVATE"));
    }
    eg_buffer_clear(&out);
    eg_records_release(all);
}

static void what_the_standard_requires_and_nobody_said_is_not_stated(void **state)
{
    (void)state;
    struct eg_buffer out, lines;
    eg_buffer_init(&out, 0), eg_buffer_init(&lines, 0);
    struct eg_records *records = imported("[{\"id\":\"" A "\",\"name\":\"W\",\"status\":\"active\","
                                          "\"minimum_age\":18,\"maximum_age\":19.5,"
                                          "\"organization\":{\"id\":\"" B "\",\"name\":\"O\"}}]",
                                          &lines);
    assert_lines(&lines, "doubtful 1 $[0] " KINDLESS);
    export_json(records, false, &out);
    assert_string_equal(out.data,
                        "[\n{\"id\":\"" A "\",\"organization_id\":\"" B "\",\"name\":\"W\",\"status\":"
                        "\"active\",\"minimum_age\":18,\"maximum_age\":19.5,\"organization\":{\"id\":\"" B
                        "\",\"name\":\"O\",\"description\":\"Not stated\"}}\n]\n");
    struct eg_records *back = imported_buffer(&out, &lines);
    eg_test_records_equal(records, back);
    eg_records_release(records), eg_records_release(back);
    eg_buffer_clear(&out), eg_buffer_clear(&lines);
}

static void a_page_of_an_api_is_read_as_well(void **state)
{
    (void)state;
    struct eg_buffer lines;
    eg_buffer_init(&lines, 0);
    struct eg_records *records =
        imported("\xEF\xBB\xBF{\"total_items\":1,\"x\":[1,{}],\n\"contents\":[\n{\"id\":\"" A
                 "\",\"name\":\"W\",\"status\":\"active\"}\n],\"empty\":false}\n",
                 &lines);
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE), 1);
    assert_lines(&lines, "doubtful 3 $[0] " KINDLESS);
    eg_records_release(records);
}

static void what_is_wrong_is_told_with_line_and_path(void **state)
{
    (void)state;
    struct eg_buffer lines;
    eg_buffer_init(&lines, 0);
    struct eg_records *records =
        imported("[{\"id\":\"" A "\",\"name\":\"W\",\"status\":\"active\",\"url\":\"none\",\"colour\":1,\n"
                 "\"phones\":[{\"id\":\"" B "\"},{\"number\":\"112\"}]},\n"
                 "{\"id\":\"" A "\",\"name\":\"V\",\"status\":\"active\"},\n"
                 "{\"id\":\"" C "\",\"name\":\"X\",\"status\":\"perhaps\",\n\"phones\":[{\"id\":\"" D
                 "\",\"number\":\"222\"}]},\n"
                 "{\"id\":7,\"name\":\"Y\",\"status\":\"active\",\"program_id\":\"8\"},\n\n"
                 "{\"name\":\n}, 5, {\"name\":\"Z\",\"status\":\"active\"}]",
                 &lines);
    assert_lines(
        &lines,
        "doubtful 1 $[0] service has no field 'colour': it is left out\n"
        "doubtful 1 $[0] service.url 'none' is left out: it is not an address of the web (https://...)\n"
        "doubtful 1 $[0] " KINDLESS "rejected 1 $[0].phones[0] phone.number is missing and has to be given\n"
        "doubtful 1 $[0].phones[1] phone without an id: 312ef20a-43c9-5d4e-a252-b02577656992 stands for it, "
        "after where it stands\n"
        "rejected 3 $[1] service " A " came before with another name: 'W', not 'V'\n"
        "rejected 4 $[2] service.status: 'perhaps' is not one of 'active' 'inactive' 'defunct' 'temporarily "
        "closed'\n"
        "doubtful 6 $[3] service '7' has no UUID for an id: c2f12436-379b-5335-9d61-a7af3fdf1511 stands for "
        "it\n"
        "rejected 9 $[4] not valid JSON: unexpected token near '}'\n"
        "rejected 9 $[5] not valid JSON: '[' or '{' expected near '5'\n"
        "rejected 9 $[6] service.id is missing and has to be given\n"
        "rejected 4 $[2].phones[0] phone.service_id names the service " C ", which is not there\n"
        "doubtful 6 $[3] service.program_id names the program ef4d9a5d-6505-5037-b475-968991607e50, which is "
        "not there: it is left out\n");
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE), 2);
    assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), 1);
    eg_records_release(records);
}

static void documents_that_are_none_are_refused_with_their_line(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        uint32_t line;
        const char *words;
    } cases[] = {
        {"", 1, "begins neither"},
        {"\n5", 2, "begins neither"},
        {"[\n{", 2, "ends within a bracket"},
        {"[{\"a\":\"\n", 2, "ends within a text"},
        {"[1,,2]", 1, "is missing"},
        {"[1}", 1, "ends with '}'"},
        {"[1]\n]", 2, "something follows"},
        {"{\"a\":[]}", 0, "has no list 'contents'"},
        {"{\"contents\":5}", 0, "has no list 'contents'"},
        {"{\"contents\" 5}", 1, "colon"},
        {"{5:5}", 1, "does not end"},
        {"[\"\\", 1, "ends within a text"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(cases); i++) {
        struct eg_records *records = NULL;
        struct eg_buffer lines;
        struct eg_error err;
        eg_buffer_init(&lines, 0);
        if (import_json(eg_text_from(cases[i].json), &lines, &records, &err) != EG_INVALID ||
            !strstr(err.message, cases[i].words) || err.line != cases[i].line)
            fail_msg("%s: %u %s", cases[i].json, err.line, err.message);
        eg_buffer_clear(&lines);
    }
}

static void hostile_documents_are_refused(void **state)
{
    (void)state;
    static char deep[200001];
    struct eg_records *records = NULL;
    struct eg_buffer lines;
    struct eg_error err;
    memset(deep, '[', sizeof deep - 1);
    eg_buffer_init(&lines, 0);
    assert_int_equal(import_json(eg_text_from(deep), &lines, &records, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "nested too deeply"));
    records = imported("[{\"id\":\"" A "\",\"name\":\"\xFF\",\"status\":\"active\"}]", &lines);
    assert_int_equal(eg_records_count(records, EG_RECORD_SERVICE), 0);
    assert_non_null(strstr(lines.data, "rejected 1 $[0] not valid JSON"));
    eg_records_release(records);
    eg_buffer_clear(&lines);
    struct eg_buffer huge;
    eg_buffer_init(&huge, 0);
    eg_buffer_literal(&huge, "[{\"id\":\"" A "\",\"status\":\"active\",\"name\":\"");
    for (uint32_t i = 0; i <= EG_RECORD_FIELD_BYTES / 16; i++) eg_buffer_literal(&huge, "0123456789abcdef");
    eg_buffer_literal(&huge, "\"}]");
    records = imported_buffer(&huge, &lines);
    assert_lines(&lines, "rejected 1 $[0] service.name has 1048592 bytes; the limit is 1048576\n");
    eg_records_release(records);
    eg_buffer_clear(&huge);
}

/* Attributes of attributes, each about the one after it, the last about nothing. */
static void a_long_chain_that_leads_to_nothing_is_refused(void **state)
{
    (void)state;
    struct eg_intake *intake = NULL;
    struct eg_records *records = NULL;
    struct eg_error err;
    struct eg_buffer lines;
    eg_buffer_init(&lines, 0);
    assert_int_equal(eg_intake_new(eg_test_remarks(&lines), false, &intake, &err), EG_OK);
    for (unsigned i = 0; i < 200; i++) {
        char id[40], next[40];
        struct eg_text field[EG_RECORD_FIELDS] = {{0}};
        struct eg_intake_place place = {.line = i};
        (void)snprintf(id, sizeof id, "00000000-0000-4000-8000-%012u", i);
        (void)snprintf(next, sizeof next, "00000000-0000-4000-8000-%012u", i + 1);
        field[EG_ATTRIBUTE_ID] = eg_text_from(id);
        field[EG_ATTRIBUTE_LINK_ID] = eg_text_from(next);
        field[EG_ATTRIBUTE_LINK_ENTITY] = EG_TEXT("attribute");
        assert_int_equal(eg_intake_add(intake, EG_RECORD_ATTRIBUTE, field, &place, &err), EG_OK);
    }
    assert_int_equal(eg_intake_finish(intake, &records, &err), EG_LIMIT);
    eg_intake_free(intake);
    eg_buffer_clear(&lines);
}

static void a_tabular_file_tells_its_faults(void **state)
{
    (void)state;
    struct eg_intake *intake = NULL;
    struct eg_records *records = NULL;
    struct eg_error err;
    struct eg_buffer lines;
    eg_buffer_init(&lines, 0);
    struct eg_text file = EG_TEXT("services.csv");
    assert_int_equal(eg_intake_new(eg_test_remarks(&lines), false, &intake, &err), EG_OK);
    assert_int_equal(
        eg_records_tabular_read(EG_TEXT("id,name,status,colour\r\n" A ",\"W\r\nw\",active,red\r\n" A
                                        ",\"W\r\nw\",active\r\n" B ",V,active,x,y\r\n\r\n" C ",,active\n"),
                                file, EG_RECORD_SERVICE, intake, &err),
        EG_OK);
    assert_lines(
        &lines,
        "doubtful services.csv 1 service has no field 'colour': the column is left out\n"
        "doubtful services.csv 2 " KINDLESS
        "doubtful services.csv 4 the row has 3 cells, the header 4: the last ones are taken as empty\n"
        "doubtful services.csv 4 service " A " came before and says nothing else: it is taken once\n"
        "rejected services.csv 6 the row has 5 cells, the header 4: is a quotation mark missing?\n"
        "doubtful services.csv 8 the row has 3 cells, the header 4: the last ones are taken as empty\n"
        "rejected services.csv 8 service.name is missing and has to be given\n");
    assert_int_equal(eg_intake_counts(intake).n_rows, 4);
    assert_int_equal(eg_intake_finish(intake, &records, &err), EG_OK);
    eg_records_release(records);
    assert_int_equal(eg_records_tabular_read(EG_TEXT("name\nx\n"), file, EG_RECORD_SERVICE, intake, &err),
                     EG_INVALID);
    assert_int_equal(eg_records_tabular_read(EG_TEXT("id,id\nx\n"), file, EG_RECORD_SERVICE, intake, &err),
                     EG_INVALID);
    assert_int_equal(eg_records_tabular_read(EG_TEXT(""), file, EG_RECORD_SERVICE, intake, &err), EG_INVALID);
    assert_int_equal(eg_records_tabular_read(EG_TEXT("id\n\"x\ny"), file, EG_RECORD_SERVICE, intake, &err),
                     EG_INVALID);
    assert_int_equal(err.line, 2);
    eg_intake_free(intake);
    eg_buffer_clear(&lines);
}

static void a_refused_allocation_is_reported_and_nothing_is_left_behind(void **state)
{
    (void)state;
    static const char json[] =
        "[{\"id\":\"7\",\"name\":\"W\",\"status\":\"active\",\"minimum_age\":1,"
        "\"organization\":{\"id\":\"" B "\",\"name\":\"O\"},\"phones\":[{\"number\":\"1\"}]}]";
    for (long n = 1;; n++) {
        struct eg_records *records = NULL;
        struct eg_buffer lines, out;
        struct eg_error err;
        eg_buffer_init(&lines, 0), eg_buffer_init(&out, 0);
        eg_failing_malloc_after(n);
        enum eg_status status = import_json(eg_text_from(json), &lines, &records, &err);
        struct eg_records_view view = {.records = records, .form = EG_RECORDS_NESTED, .with_private = true};
        if (status == EG_OK) status = eg_records_json_export(&view, put, &out, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        bool excused = lines.failed;
        eg_buffer_clear(&lines), eg_buffer_clear(&out);
        eg_records_release(records);
        if (!failed) {
            assert_int_equal(status, EG_OK);
            break;
        }
        if (!excused) assert_int_equal(status, EG_NO_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_services_lead_to_comes_back_from_json),
        cmocka_unit_test(organizations_come_with_their_services),
        cmocka_unit_test(one_service_needs_no_list),
        cmocka_unit_test(every_record_comes_back_from_a_tabular_package),
        cmocka_unit_test(what_is_private_is_exported_only_when_asked_for),
        cmocka_unit_test(what_the_standard_requires_and_nobody_said_is_not_stated),
        cmocka_unit_test(a_page_of_an_api_is_read_as_well),
        cmocka_unit_test(what_is_wrong_is_told_with_line_and_path),
        cmocka_unit_test(documents_that_are_none_are_refused_with_their_line),
        cmocka_unit_test(hostile_documents_are_refused),
        cmocka_unit_test(a_long_chain_that_leads_to_nothing_is_refused),
        cmocka_unit_test(a_tabular_file_tells_its_faults),
        cmocka_unit_test(a_refused_allocation_is_reported_and_nothing_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
