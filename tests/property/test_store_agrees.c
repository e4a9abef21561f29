/* Whatever is written, what a server shows of it is what another one reads from the store: every row letter by letter, every entry with its
 * version. Otherwise a version that somebody was given would not hold after the store is read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/edits.h"
#include "engine/ledger.h"
#include "support/test_random.h"
#include "support/test_register.h"
#include "support/test_store.h"

#define N_WRITES 150
#define N_BETWEEN 25 /* writes, after which another server reads the store */
#define TEXT_BYTES 400

static struct eg_test_random dice;

static const char full[] =
    "{\"name\":\"Etag\",\"kind\":\"hub\",\"organisation\":{\"name\":\"O\"},\"programme\":\"P\",\"topics\":["
    "\"t\"],"
    "\"location\":{\"name\":\"Hall\",\"city\":\"Town\",\"longitude\":\"-29.950\",\"latitude\":\"45.0\"},"
    "\"phones\":[{\"number\":\"0163 2111\"}],\"contacts\":[{\"name\":\"C\"}],"
    "\"schedules\":[{\"freq\":\"WEEKLY\",\"byday\":\"MO\",\"opens_at\":\"09:00\",\"closes_at\":\"12:00\"}],"
    "\"languages\":[{\"name\":\"L\"}],\"accessibility\":[{\"description\":\"ramp\"}],"
    "\"funding\":[{\"source\":\"F\",\"amount\":\"50.50\"}],"
    "\"service_areas\":[{\"boundaries\":\"a\",\"area_codes\":\"A\"}]}";

static uint32_t below(uint32_t n)
{
    return eg_test_random_below(&dice, n);
}

static const char *one_of(const char *const *texts, size_t n)
{
    return texts[below((uint32_t)n)];
}
#define ONE_OF(...)                                                                                          \
    one_of((const char *const[]){__VA_ARGS__}, sizeof(const char *[]){__VA_ARGS__} / sizeof(char *))

/* --- values ---------------------------------------------------------------------------------------------------------------- */

static void write_number(char out[TEXT_BYTES])
{
    char digits[40];
    uint32_t n = 1 + below(25), point = below(n + 1), at = 0;
    const char *odd = ONE_OF("-0", "-0.0", "+5", ".5", "5.", "007", "1e4", "1E+2", "45.00", "1e-400",
                             "5e-324", "9007199254740993", "999999999999999.95", "0.1000000000000000055",
                             "1e15", "-1e22", "1.7e308", "1.7976931348623157e308", "123456789.12345675");
    if (below(3) == 0) {
        (void)snprintf(out, TEXT_BYTES, "%s", odd);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (i == point) digits[at++] = '.';
        digits[at++] = (char)('0' + below(below(2) ? 10 : 1));
    }
    digits[at] = '\0';
    (void)snprintf(out, TEXT_BYTES, "%s%s%s", ONE_OF("", "", "-", "+"), digits,
                   ONE_OF("", "", "", "e1", "E-2", "e+07"));
}

static void write_degrees(char out[TEXT_BYTES])
{
    (void)snprintf(out, TEXT_BYTES, "%s%u.%u%u%s", ONE_OF("", "-", "+"), below(below(3) ? 90 : 200),
                   below(1000000), below(100000000), ONE_OF("", "0", "000", "5"));
}

/* What people and programs write in texts, and some of what databases and drivers stumble over. */
static void write_text(char out[TEXT_BYTES])
{
    (void)snprintf(out, TEXT_BYTES, "%s%s%s",
                   ONE_OF("", " ", "\t", "\n", "\xEF\xBB\xBF", "0", "'", "\"", "\\N", "{", "(2:"),
                   ONE_OF("Caf\xC3\xA9", "x", "true", "FALSE", "NULL", "null", "2024-01-02",
                          "2024/01/02 03:04:05", "45.0", "1e5", "\xF0\x9F\x8D\x9E", "e\xCC\x81", "a\r\nb",
                          "a\rb", "a\\tb\\.", "a\tb", "a,b", "a;b", "[1,2]", "0x1F", "09:00:00",
                          "\x01\x1F\x7F"),
                   ONE_OF("", " ", "  ", "\t", "\n", "\r", "\r\n", "\xC2\xA0", "'", "\\", "\""));
}

static void write_extent(char out[TEXT_BYTES])
{
    uint32_t x = below(170), y = below(80), part = below(1000000000), form = below(4);
    const char *z = form == 0 ? ",7" : "", *gap = form == 1 ? " " : "";
    if (below(4) == 0) {
        write_text(out);
        return;
    }
    (void)snprintf(
        out, TEXT_BYTES,
        "{%s\"type\":\"%s\",\"coordinates\":%s[[[%u.%u,%u%s],[%u,%u%s],[%u,%u.%u%s],[%u.%u,%u%s]]]%s}", gap,
        form == 2 ? "MultiPolygon" : "Polygon", form == 2 ? "[" : gap, x, part, y, z, x + 2, y, z, x + 1,
        y + 1, part, z, x, part, y, z, form == 2 ? "]" : "");
    if (form != 2) { /* one bracket less around a polygon's rings */
        char *open = strstr(out, "[[["), *close = strstr(out, "]]]");
        memmove(open, open + 1, strlen(open));
        close--;
        memmove(close, close + 1, strlen(close));
    }
}

static void write_when(enum eg_record_type type, char out[TEXT_BYTES])
{
    const char *date = ONE_OF("2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31");
    const char *time = ONE_OF("09:30", "00:00:00", "24:00", "23:59:59.120", "12:00:00.000");
    const char *zone = ONE_OF("Z", "+00:00", "-05:30", "");
    if (type == EG_RECORD_DATE || (type == EG_RECORD_WHEN && below(2)))
        (void)snprintf(out, TEXT_BYTES, "%s", date);
    else if (type == EG_RECORD_TIME) (void)snprintf(out, TEXT_BYTES, "%s%s", time, zone);
    else (void)snprintf(out, TEXT_BYTES, "%s%s%s%s", date, ONE_OF("T", " "), time, zone);
}

/* Often what the field does not take, which is refused. */
static void write_value(enum eg_record_table table, uint32_t f, char out[TEXT_BYTES])
{
    const struct eg_record_field *field = &eg_record_spec(table)->fields[f];
    uint32_t n_words = 0;
    out[0] = '\0';
    if (below(8) == 0) return;
    switch (field->type) {
    case EG_RECORD_NUMBER:
        if (table == EG_RECORD_LOCATION && below(2)) write_degrees(out);
        else write_number(out);
        return;
    case EG_RECORD_WORD:
        while (field->words[n_words]) n_words++;
        (void)snprintf(out, TEXT_BYTES, "%s", one_of(field->words, n_words));
        return;
    case EG_RECORD_EMAIL:
        (void)snprintf(out, TEXT_BYTES, "%s", ONE_OF("A@Example.org", "a.b+c@x.y.example"));
        return;
    case EG_RECORD_URI:
    case EG_RECORD_URL:
        (void)snprintf(out, TEXT_BYTES, "%s", ONE_OF("https://x.example/a%20b?c=d'e", "HTTP://X.example"));
        return;
    case EG_RECORD_DATE:
    case EG_RECORD_DATE_TIME:
    case EG_RECORD_WHEN:
    case EG_RECORD_TIME:
        write_when(field->type, out);
        return;
    default:
        if (strcmp(field->name, "extent") == 0) write_extent(out);
        else write_text(out);
    }
}

/* --- writing ----------------------------------------------------------------------------------------------------------------- */

static const struct eg_record *any_row(const struct eg_records *records)
{
    for (;;) {
        enum eg_record_table table = (enum eg_record_table)below(EG_N_RECORD_TABLES);
        uint32_t n = eg_records_count(records, table);
        if (n > 0) return eg_records_at(records, table, below(n));
    }
}

static bool may_be_set(const struct eg_record *row, uint32_t f)
{
    const struct eg_record_field *field = &eg_record_spec(row->table)->fields[f];
    return field->type != EG_RECORD_ID && !eg_record_refers(field) && strcmp(field->name, "link_entity") != 0;
}

/* A few rows with other values in some of their fields, as an import would put them. */
static enum eg_status plan_rows(void *context, const struct eg_snapshot *now, struct eg_arena *arena,
                                struct eg_commit *commit, struct eg_error *err)
{
    (void)context;
    (void)err;
    struct eg_record *put = eg_arena_array(arena, 1, sizeof *put);
    const struct eg_record *row = any_row(now->records);
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    struct eg_text *field = eg_arena_array(arena, EG_RECORD_FIELDS, sizeof *field);
    memcpy(field, row->field, spec->n_fields * sizeof *field);
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        char text[TEXT_BYTES];
        bool is_number = spec->fields[f].type == EG_RECORD_NUMBER;
        if (!may_be_set(row, f) || below(is_number ? 2 : 4) > 0) continue;
        write_value(row->table, f, text);
        bool is_free = spec->fields[f].type == EG_RECORD_WORD;
        if (text[0] ? is_free || eg_record_text_is(spec->fields[f].type, eg_text_from(text))
                    : !spec->fields[f].needed)
            field[f] = eg_text_copy(arena, eg_text_from(text));
    }
    *put = (struct eg_record){row->table, field};
    commit->change = (struct eg_records_change){.puts = put, .n_puts = 1};
    return EG_OK;
}

static void write_documents(struct eg_engine *engine)
{
    static const struct eg_edit by_ann = {.by = {"ann", 3}};
    for (uint32_t i = 0; i < 4; i++) {
        struct eg_edit_done done;
        struct eg_error err = {0};
        struct eg_json *document = NULL;
        assert_int_equal(eg_json_parse(eg_text_from(full), &document, &err), EG_OK);
        struct eg_text id = eg_text_from(eg_test_id(80 + i));
        if (eg_edits_put(engine, &by_ann, id, eg_json_root(document), &done, &err) != EG_OK)
            fail_msg("%s: %s", err.field, err.message);
        eg_edit_done_clear(&done);
        eg_json_free(document);
    }
}

/* --- comparing ----------------------------------------------------------------------------------------------------------------- */

static void read_entry(const struct eg_snapshot *snapshot, struct eg_text id, struct eg_buffer *document,
                       char version[EG_EDIT_VERSION_BYTES])
{
    eg_buffer_init(document, 0);
    assert_int_equal(eg_edits_read(snapshot, id, true, document, version, NULL), EG_OK);
    eg_buffer_char(document, '\0');
}

static void assert_another_server_agrees(const struct eg_test_register *test)
{
    struct eg_engine *other = eg_test_register_engine(test);
    struct eg_snapshot *here = eg_engine_snapshot(test->engine), *there = eg_engine_snapshot(other);
    for (uint32_t i = 0; i < eg_records_count(here->records, EG_RECORD_SERVICE); i++) {
        struct eg_text id = eg_records_at(here->records, EG_RECORD_SERVICE, i)->field[0];
        struct eg_buffer a, b;
        char a_version[EG_EDIT_VERSION_BYTES], b_version[EG_EDIT_VERSION_BYTES];
        read_entry(here, id, &a, a_version);
        read_entry(there, id, &b, b_version);
        assert_string_equal(a.data, b.data);
        assert_string_equal(a_version, b_version);
        eg_buffer_clear(&a);
        eg_buffer_clear(&b);
    }
    eg_snapshot_release(here);
    eg_snapshot_release(there);
    eg_engine_free(other);
}

static void what_is_shown_after_a_write_is_what_the_store_gives_back(void **state)
{
    (void)state;
    uint32_t n_written = 0;
    struct eg_test_register test;
    eg_test_register_open(&test);
    write_documents(test.engine);
    eg_test_register_is_stored(test.engine);
    assert_another_server_agrees(&test);
    for (uint32_t i = 0; i < N_WRITES; i++) {
        struct eg_error err = {0};
        enum eg_status status = eg_engine_write(test.engine, plan_rows, NULL, &err);
        if (status != EG_OK && status != EG_INVALID) fail_msg("%s", err.message);
        n_written += status == EG_OK;
        eg_test_register_is_stored(test.engine);
        if (i % N_BETWEEN == 0) assert_another_server_agrees(&test);
    }
    assert_another_server_agrees(&test);
    assert_true(n_written > N_WRITES / 2);
    eg_test_register_close(&test);
}

int main(void)
{
    dice = eg_test_random_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_shown_after_a_write_is_what_the_store_gives_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
