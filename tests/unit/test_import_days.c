/* Single days among the hours of rows: they are schedules with their times in an empty directory, and say when an entry takes place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "data/directory_records.h"
#include "data/entry_flat.h"
#include "data/entry_records.h"
#include "data/schedule.h"
#include "support/test_flat.h"
#include "support/test_records.h"

static struct eg_atlas_directory directories[] = {{.id = {"register", 8}}};
static const struct eg_atlas atlas = {.directories = directories, .n_directories = 1};

#define ONE "11111111-1111-4111-8111-111111111111"

static struct eg_error fault; /* of the reading at hand */

static enum eg_status read_flat(enum eg_flat_format format, struct eg_text text,
                                const struct eg_records *known, struct eg_buffer *lines,
                                struct eg_records **records_out, struct eg_flat_counts *counts)
{
    struct eg_flat_source source = {format, &atlas, 0, known, eg_test_remarks(lines)};
    return eg_flat_read(text, &source, records_out, counts, &fault);
}

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

#define DAYS "id,key,name,kind,start,end,hours\n" ONE ",7,First aid,training,"

static void single_days_among_hours_keep_their_times(void **state)
{
    (void)state;
    static const char *const rows[] = {
        DAYS "2026-12-05,,2026-12-05 10:00-12:00; 2026-12-12 18:00\n",
        DAYS "2026-12-12,,2026-12-12 18:00; 2026-12-05 10:00-12:00; 2026-12-05 13:00-14:00\n",
        DAYS "2026-12-05,,2026-12-05 10:00-12:00; Tu 09:00-17:00; Mo 09:00-12:00\n",
        DAYS "2026-12-05,2026-12-05,2026-12-05 22:00-02:00; Fr[-1] 10:00-12:00; PH off\n",
        DAYS "2026-12-05,,2026-12-05; Mo 09:00-17:00\n",
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(rows); i++) {
        struct eg_buffer lines, out;
        struct eg_records *records = NULL;
        struct eg_flat_counts counts;
        eg_buffer_init(&lines, 0), eg_buffer_init(&out, 0);
        assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(rows[i]), NULL, &lines, &records, &counts),
                         EG_OK);
        if (lines.len > 0) fail_msg("%.*s", (int)lines.len, lines.data);
        for (uint32_t s = 0; s < eg_records_count(records, EG_RECORD_SCHEDULE); s++) {
            const struct eg_text *field = eg_records_at(records, EG_RECORD_SCHEDULE, s)->field;
            struct eg_schedule schedule;
            assert_true(eg_schedule_from_record(field, &schedule) ||
                        eg_hours_are_of_holidays(field[EG_SCHEDULE_DESCRIPTION]));
        }
        assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_CSV, records, &out, &fault), EG_OK);
        const char *start = strstr(rows[i], "training,") + strlen("training,"), *hours = strrchr(start, ',');
        char wanted[256];
        (void)snprintf(wanted, sizeof wanted, "%.*s", (int)strcspn(hours + 1, "\n"), hours + 1);
        if (!strstr(out.data, wanted)) fail_msg("%s\n%s", wanted, out.data);
        (void)snprintf(wanted, sizeof wanted, ",%.*s,", (int)(hours - start), start);
        if (!strstr(out.data, wanted)) fail_msg("%s\n%s", wanted, out.data);
        eg_test_flat_comes_back(&atlas, EG_FLAT_CSV, records);
        eg_test_flat_comes_back(&atlas, EG_FLAT_GEOJSON, records);
        eg_records_release(records);
        eg_buffer_clear(&lines), eg_buffer_clear(&out);
    }
}

/* Whose times are changed, that is the same schedule; a start beside days says nothing, now and when it comes again. */
static void single_days_among_hours_say_when_it_takes_place(void **state)
{
    (void)state;
    struct eg_buffer lines, out;
    struct eg_records *records = NULL;
    struct eg_flat_counts counts;
    eg_buffer_init(&lines, 0), eg_buffer_init(&out, 0);
    static const char begin[] = DAYS "2026-12-05,,\n";
    assert_int_equal(read_flat(EG_FLAT_CSV, eg_text_from(begin), NULL, &lines, &records, &counts), EG_OK);
    import_rows(&records, DAYS "2026-12-05,,2026-12-05 10:00-12:00\n", &lines);
    assert_int_equal(eg_records_count(records, EG_RECORD_SCHEDULE), 1);
    const struct eg_text *field = eg_records_at(records, EG_RECORD_SCHEDULE, 0)->field;
    assert_true(field[EG_SCHEDULE_VALID_FROM].len == 10 && field[EG_SCHEDULE_OPENS_AT].len == 5);
    import_rows(&records, DAYS ",,Mo 09:00-17:00\n", &lines);
    assert_int_equal(eg_records_count(records, EG_RECORD_SCHEDULE), 2);
    assert_int_equal(lines.len, 0);
    for (int again = 0; again < 2; again++) {
        import_rows(&records, DAYS "2026-12-05,,2026-12-12 18:00; Mo 09:00-17:00\n", &lines);
        assert_non_null(strstr(lines.data, "the start '2026-12-05' is left out"));
        assert_int_equal(eg_records_count(records, EG_RECORD_SCHEDULE), 2);
        assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_CSV, records, &out, &fault), EG_OK);
        assert_non_null(strstr(out.data, ",2026-12-12 18:00; Mo 09:00-17:00,"));
    }
    import_rows(&records, DAYS "2026-12-19,,\n", &lines);
    assert_int_equal(eg_test_flat_write(&atlas, EG_FLAT_CSV, records, &out, &fault), EG_OK);
    assert_non_null(strstr(out.data, ",2026-12-19 18:00; Mo 09:00-17:00,"));
    eg_records_release(records);
    eg_buffer_clear(&lines), eg_buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_days_among_hours_keep_their_times),
        cmocka_unit_test(single_days_among_hours_say_when_it_takes_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
