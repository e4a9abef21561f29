/* Imports of random directories, in which many things have one name: a file that comes again changes nothing, and what a directory exports
 * changes nothing in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/csv.h"
#include "data/directory_records.h"
#include "data/entry_flat.h"
#include "data/entry_records.h"
#include "data/records_json.h"
#include "data/records_tabular.h"
#include "support/test_records.h"

enum { ROUNDS = 60, ROWS = 14, PACKAGE = EG_N_FLAT_FORMATS, JSON, N_FORMATS };

static const struct eg_atlas_boundaries boundaries[] = {{.id = {"town", 4}}, {.id = {"ward", 4}}};
static struct eg_atlas_directory directories[] = {{.id = {"register", 8}}};
static const struct eg_atlas atlas = {
    .boundaries = boundaries, .n_boundaries = 2, .directories = directories, .n_directories = 1};

static const char *const names[] = {"Harbour Trust", "HARBOUR TRUST", "Café Clinic", "Cafe clinic", "Walks"};
static const char *const titles[N_FORMATS] = {"csv", "geojson", "360giving", "tabular", "hsds"};

static struct eg_text any_name(struct eg_test_random *random)
{
    return eg_text_from(names[eg_test_random_below(random, EG_ARRAY_LEN(names))]);
}

/* --- directories -------------------------------------------------------------------------------------------------------------------- */

static struct eg_records *applied(struct eg_records *records, const struct eg_records_change *change)
{
    struct eg_records *fresh = NULL;
    struct eg_error err;
    if (eg_records_apply(records, change, &fresh, &err) != EG_OK) fail_msg("%s", err.message);
    eg_records_release(records);
    return fresh;
}

/* Gives all rows of a table one of the few names, and services keys of their own. */
static void name_all(struct eg_records **records, struct eg_test_random *random, enum eg_record_table table,
                     uint32_t field)
{
    char keys[64][16];
    uint32_t n = eg_records_count(*records, table), n_fields = eg_record_spec(table)->n_fields;
    struct eg_record puts[64];
    struct eg_text texts[64][EG_RECORD_FIELDS];
    assert_true(n <= 64);
    for (uint32_t i = 0; i < n; i++) {
        memcpy(texts[i], eg_records_at(*records, table, i)->field, n_fields * sizeof texts[i][0]);
        texts[i][field] = any_name(random);
        (void)snprintf(keys[i], sizeof keys[i], "#%u", i);
        if (table == EG_RECORD_SERVICE && texts[i][EG_SERVICE_SOURCE_KEY].len > 0)
            texts[i][EG_SERVICE_SOURCE_KEY] = eg_text_from(keys[i]);
        puts[i] = (struct eg_record){table, texts[i]};
    }
    struct eg_records_change change = {puts, n, NULL, 0};
    *records = applied(*records, &change);
}

static struct eg_records *random_directory(struct eg_test_random *random)
{
    struct eg_records *records = eg_test_records_random(random, 10);
    name_all(&records, random, EG_RECORD_ORGANIZATION, EG_ORGANIZATION_NAME);
    name_all(&records, random, EG_RECORD_PROGRAM, EG_PROGRAM_NAME);
    name_all(&records, random, EG_RECORD_TAXONOMY_TERM, EG_TAXONOMY_TERM_NAME);
    name_all(&records, random, EG_RECORD_SERVICE, EG_SERVICE_NAME);
    return records;
}

/* --- files: a text, or those of a package -------------------------------------------------------------------------------------------- */

struct file {
    int format;
    struct eg_buffer text[EG_N_RECORD_TABLES]; /* the first, but of a package */
};

static void clear(struct file *file)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) eg_buffer_clear(&file->text[t]);
}

static enum eg_status put(void *context, struct eg_text text, struct eg_error *err)
{
    struct eg_buffer *out = context;
    (void)err;
    eg_buffer_text(out, text);
    return EG_OK;
}

static void write_flat(enum eg_flat_format format, const struct eg_records *records, struct eg_buffer *out)
{
    struct eg_arena *arena = eg_arena_new(1 << 26);
    struct eg_entry_source source = {&atlas, 0, records, arena};
    eg_flat_head(format, out);
    for (uint32_t i = 0, n = 0; i < eg_records_count(records, EG_RECORD_SERVICE); i++) {
        struct eg_entry entry;
        const struct eg_record *service = eg_records_at(records, EG_RECORD_SERVICE, i);
        assert_int_equal(eg_entry_from_records(&source, service, &entry, NULL), EG_OK);
        if (eg_flat_holds(format, &entry))
            assert_int_equal(eg_flat_write(format, &atlas, &entry, n++, out, NULL), EG_OK);
    }
    eg_flat_tail(format, out);
    eg_arena_free(arena);
}

static struct file exported(int format, const struct eg_records *records)
{
    struct file file = {.format = format};
    struct eg_records_view view = {.records = records, .form = EG_RECORDS_NESTED, .with_private = true};
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        eg_buffer_init(&file.text[t], 0);
        if (format == PACKAGE)
            assert_int_equal(
                eg_records_tabular_write(records, (enum eg_record_table)t, true, &file.text[t], NULL), EG_OK);
    }
    if (format == JSON) assert_int_equal(eg_records_json_export(&view, put, &file.text[0], NULL), EG_OK);
    if (format < PACKAGE) write_flat((enum eg_flat_format)format, records, &file.text[0]);
    return file;
}

static struct eg_text text_of(const struct eg_buffer *buffer)
{
    return (struct eg_text){buffer->data ? buffer->data : "", buffer->len};
}

static struct eg_records *read_file(const struct file *file, const struct eg_records *known)
{
    struct eg_records *records = NULL;
    struct eg_flat_counts counts;
    struct eg_intake *intake = NULL;
    struct eg_intake_sink deaf = {0};
    struct eg_error err = {0};
    struct eg_flat_source source = {(enum eg_flat_format)file->format, &atlas, 0, known, deaf};
    if (file->format < PACKAGE) {
        if (eg_flat_read(text_of(&file->text[0]), &source, &records, &counts, &err) != EG_OK)
            fail_msg("%s", err.message);
        return records;
    }
    assert_int_equal(eg_intake_new(deaf, file->format == JSON, &intake, NULL), EG_OK);
    if (file->format == JSON)
        assert_int_equal(eg_records_json_read(text_of(&file->text[0]), EG_RECORD_SERVICE, intake, NULL),
                         EG_OK);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && file->format == PACKAGE; t++) {
        enum eg_record_table table = (enum eg_record_table)t;
        assert_int_equal(
            eg_records_tabular_read(text_of(&file->text[t]), EG_TEXT("x.csv"), table, intake, NULL), EG_OK);
    }
    assert_int_equal(eg_intake_finish(intake, &records, NULL), EG_OK);
    eg_intake_free(intake);
    return records;
}

/* --- imports ------------------------------------------------------------------------------------------------------------------------ */

static void tell_row(const struct eg_records *base, const struct eg_record *put)
{
    const struct eg_record_spec *spec = eg_record_spec(put->table);
    const struct eg_record *old = eg_records_find(base, put->table, put->field[0]);
    print_message("%s %s\n", old ? "changed" : "new", spec->name);
    for (uint32_t f = 0; f < spec->n_fields; f++)
        if (!old || !eg_text_equal(old->field[f], put->field[f]))
            print_message("  %s: '%.*s' after '%.*s'\n", spec->fields[f].name, EG_TEXT_ARG(put->field[f]),
                          EG_TEXT_ARG(old ? old->field[f] : EG_TEXT("")));
}

/* The records with the file in them; *n_out rows are other than before. */
static struct eg_records *imported(struct eg_records *base, const struct file *file, uint32_t *n_out,
                                   bool tells)
{
    struct eg_import_plan plan;
    struct eg_records *read = read_file(file, base), *fresh = NULL;
    struct eg_arena *arena = eg_arena_new(1 << 28);
    struct eg_error err = {0};
    if (eg_directory_import(base, read, file->format < PACKAGE, arena, &plan, &err) != EG_OK)
        fail_msg("%s", err.message);
    *n_out = plan.change.n_puts + plan.change.n_deletes;
    for (uint32_t i = 0; i < plan.change.n_puts && tells; i++) tell_row(base, &plan.change.puts[i]);
    for (uint32_t i = 0; i < plan.change.n_deletes && tells; i++)
        print_message("deleted %s %.*s\n", eg_record_spec(plan.change.deletes[i].table)->name,
                      EG_TEXT_ARG(plan.change.deletes[i].id));
    if (eg_records_apply(base, &plan.change, &fresh, &err) != EG_OK) fail_msg("%s", err.message);
    eg_records_release(read);
    eg_arena_free(arena);
    return fresh;
}

/* Imports a file and imports it again; the second time nothing may change. */
static void import_twice(struct eg_records *base, const struct file *file, int round)
{
    uint32_t n, n_again;
    struct eg_records *once = imported(base, file, &n, false);
    struct eg_records *twice = imported(once, file, &n_again, true);
    if (n_again > 0)
        fail_msg("round %d, %s: %u rows, then %u\n%s", round, titles[file->format], n, n_again,
                 file->text[0].data ? file->text[0].data : "");
    eg_records_release(once), eg_records_release(twice);
}

static void a_file_that_comes_again_changes_nothing(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (int round = 0; round < ROUNDS; round++) {
        struct eg_records *here = random_directory(&random), *there = random_directory(&random);
        for (int format = 0; format < N_FORMATS; format++) {
            struct file file = exported(format, there);
            import_twice(here, &file, round);
            clear(&file);
        }
        eg_records_release(here), eg_records_release(there);
    }
}

/* Of HSDS's JSON that holds only where all is there that rows refer to: what no service leads to is not in it. */
static void what_a_directory_exports_changes_nothing_in_it(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (int round = 0; round < ROUNDS; round++) {
        struct eg_records *records = random_directory(&random);
        for (int format = 0; format < JSON; format++) {
            uint32_t n;
            struct file file = exported(format, records);
            struct eg_records *after = imported(records, &file, &n, true);
            if (n > 0) fail_msg("round %d, %s: %u rows", round, titles[format], n);
            eg_records_release(after);
            clear(&file);
        }
        eg_records_release(records);
    }
}

/* --- rows that people wrote ------------------------------------------------------------------------------------------------------------ */

static struct eg_text any_id(struct eg_test_random *random, const struct eg_records *records,
                             enum eg_record_table table)
{
    uint32_t pick = eg_test_random_below(random, eg_records_count(records, table) + 2);
    if (pick >= eg_records_count(records, table)) return EG_TEXT("");
    return eg_records_at(records, table, pick)->field[0];
}

static void write_rows(struct eg_test_random *random, const struct eg_records *records, struct eg_buffer *out)
{
    static const char *const cells[] = {"",
                                        "",
                                        "Mo 09:00-12:00; Tu 10:00-11:00",
                                        "Tu 10:00-11:00",
                                        "2026-12-05 10:00-12:00; 2026-12-12 18:00",
                                        "2026-12-12; Tu 10:00-11:00"};
    static const char *const starts[] = {"", "2026-12-05", "2026-12-19"};
    static const char *const urls[] = {"", "https://x.example/?a=b", "www.x.example", "none"};
    eg_buffer_literal(out,
                      "id,key,name,organisation,organisation_id,programme,topics,hours,start,url,phone\r\n");
    for (uint32_t i = 0; i < ROWS; i++) {
        bool is_named = eg_test_random_below(random, 2) > 0, has_topic = eg_test_random_below(random, 2) > 0;
        bool has_id = eg_test_random_below(random, 3) == 0;
        struct eg_text id = any_id(random, records, EG_RECORD_SERVICE);
        eg_csv_cell(out, id, true);
        eg_buffer_printf(out, ",k%u", i);
        eg_csv_cell(out, any_name(random), false);
        eg_csv_cell(out, is_named ? any_name(random) : EG_TEXT(""), false);
        eg_csv_cell(out, has_id ? any_id(random, records, EG_RECORD_ORGANIZATION) : EG_TEXT(""), false);
        eg_csv_cell(out, is_named ? any_name(random) : EG_TEXT(""), false);
        eg_csv_cell(out, has_topic ? any_name(random) : EG_TEXT(""), false);
        eg_csv_cell(out, eg_text_from(cells[eg_test_random_below(random, EG_ARRAY_LEN(cells))]), false);
        eg_csv_cell(out, eg_text_from(starts[eg_test_random_below(random, EG_ARRAY_LEN(starts))]), false);
        eg_csv_cell(out, eg_text_from(urls[eg_test_random_below(random, EG_ARRAY_LEN(urls))]), false);
        eg_csv_cell(out, eg_test_random_below(random, 2) ? EG_TEXT("123") : EG_TEXT(""), false);
        eg_csv_end_row(out);
    }
}

static void nor_do_rows_that_come_again_whatever_they_leave_out(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (int round = 0; round < 4 * ROUNDS; round++) {
        struct eg_records *records = random_directory(&random);
        struct file file = {.format = EG_FLAT_CSV};
        for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) eg_buffer_init(&file.text[t], 0);
        write_rows(&random, records, &file.text[0]);
        import_twice(records, &file, round);
        clear(&file);
        eg_records_release(records);
    }
}

/* --- organisations ------------------------------------------------------------------------------------------------------------------- */

/* Every service has one, as before, unless its row named another; none is changed, and none is left that lost its last. */
static void check_organisations(const struct eg_records *before, const struct eg_records *after)
{
    for (uint32_t i = 0; i < eg_records_count(before, EG_RECORD_ORGANIZATION); i++) {
        const struct eg_record *was = eg_records_at(before, EG_RECORD_ORGANIZATION, i);
        const struct eg_record *is = eg_records_find(after, EG_RECORD_ORGANIZATION, was->field[0]);
        uint32_t n_was, n_is;
        const struct eg_record *const *services =
            eg_records_with(before, EG_RECORD_SERVICE, EG_SERVICE_ORGANIZATION_ID, was->field[0], &n_was);
        if (!is) {
            (void)eg_records_with(before, EG_RECORD_ORGANIZATION_IDENTIFIER,
                                  EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID, was->field[0], &n_is);
            assert_true(n_was > 0 && n_is == 0);
            continue;
        }
        for (uint32_t f = 0; f < EG_ORGANIZATION_N_FIELDS; f++) {
            if (eg_text_equal(was->field[f], is->field[f])) continue;
            assert_true(f == EG_ORGANIZATION_NAME || f == EG_ORGANIZATION_DESCRIPTION);
            assert_true(n_was == 1 && eg_entry_own_organization(before, services[0]) == was);
        }
    }
}

static void rows_change_no_organisation_but_an_entry_s_own(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (int round = 0; round < 4 * ROUNDS; round++) {
        struct eg_records *records = random_directory(&random);
        struct file file = {.format = EG_FLAT_CSV};
        uint32_t n;
        for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) eg_buffer_init(&file.text[t], 0);
        write_rows(&random, records, &file.text[0]);
        struct eg_records *after = imported(records, &file, &n, false);
        check_organisations(records, after);
        clear(&file);
        eg_records_release(records), eg_records_release(after);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_comes_again_changes_nothing),
        cmocka_unit_test(what_a_directory_exports_changes_nothing_in_it),
        cmocka_unit_test(nor_do_rows_that_come_again_whatever_they_leave_out),
        cmocka_unit_test(rows_change_no_organisation_but_an_entry_s_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
