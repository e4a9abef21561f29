/* Hours of any kind come through the store as they were: what a text of them says, its records say, and the text that is made of these,
 * which a table that is exported has and which is imported again. */
#include "data/entry_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/calendar.h"
#include "support/test_random.h"

#define ROUNDS 300
#define TIMES 3 /* into the store and out of it */

static void make_hours(struct eg_test_random *random, char *text, size_t size)
{
    static const char *const days[] = {"Mo-Fr", "Sa", "Sa,Su", "We[2]", "Fr[-1]", "Mo,We-Th", "Su"};
    static const char *const times[] = {"09:00-12:00,13:00-17:00", "22:00-02:00", "00:00-24:00",
                                        "10:15-11:45"};
    size_t len = 0;
    uint32_t n = eg_test_random_below(random, 4);
    if (n == 0) len += (size_t)snprintf(text, size, "24/7");
    for (uint32_t i = 0; i < n; i++)
        len +=
            (size_t)snprintf(text + len, size - len, "%s%s %s", i > 0 ? "; " : "",
                             days[eg_test_random_below(random, 7)], times[eg_test_random_below(random, 4)]);
    static const char *const holidays[] = {"", "; PH off", "; PH closed", ""};
    (void)snprintf(text + len, size - len, "%s", holidays[eg_test_random_below(random, 4)]);
}

/* The text that the store gives back; to be freed. */
static char *through_the_store(const char *hours)
{
    static const struct eg_atlas atlas;
    static const char id[] = "5d000000-0000-4000-8000-000000000001";
    struct eg_records_builder *builder = NULL;
    struct eg_entry_recorder *recorder = NULL;
    struct eg_records *records = NULL;
    struct eg_arena *arena = eg_arena_new(1 << 20);
    struct eg_error err;
    char doubt[EG_ENTRY_DOUBT_BYTES];
    struct eg_entry back, entry = {.serves_boundaries = EG_ATLAS_NONE};
    memcpy(entry.id, id, sizeof id);
    entry.field[EG_ENTRY_KEY] = entry.field[EG_ENTRY_NAME] = EG_TEXT("x");
    entry.field[EG_ENTRY_HOURS] = eg_text_from(hours);
    assert_non_null(arena);
    assert_int_equal(eg_records_builder_new(&builder, &err), EG_OK);
    assert_int_equal(eg_entry_recorder_new(&atlas, builder, &recorder, &err), EG_OK);
    assert_int_equal(eg_entry_record(recorder, &entry, doubt, &err), EG_OK);
    assert_string_equal(doubt, "");
    assert_int_equal(eg_records_finish(builder, &records, &err), EG_OK);
    struct eg_entry_source source = {&atlas, 0, records, arena};
    assert_int_equal(
        eg_entry_from_records(&source, eg_records_at(records, EG_RECORD_SERVICE, 0), &back, &err), EG_OK);
    char *text = strndup(back.field[EG_ENTRY_HOURS].data, back.field[EG_ENTRY_HOURS].len);
    assert_non_null(text);
    eg_entry_recorder_free(recorder);
    eg_records_builder_free(builder);
    eg_records_release(records);
    eg_arena_free(arena);
    return text;
}

/* In each quarter of an hour of some weeks. */
static void assert_same(const char *first, const char *second)
{
    struct eg_schedule a[EG_SCHEDULE_HOURS_MAX], b[EG_SCHEDULE_HOURS_MAX];
    uint32_t n_a = 0, n_b = 0;
    int64_t begin = eg_calendar_day(2026, 11, 16);
    assert_true(eg_schedules_from_hours(eg_text_from(first), a, &n_a));
    if (!eg_schedules_from_hours(eg_text_from(second), b, &n_b)) fail_msg("%s: %s", first, second);
    if (eg_hours_close_on_holidays(eg_text_from(first)) != eg_hours_close_on_holidays(eg_text_from(second)))
        fail_msg("%s: %s", first, second);
    for (int64_t day = begin; day < begin + 35; day++)
        for (int32_t minute = 0; minute < EG_SCHEDULE_DAY_MINUTES; minute += 15)
            if (eg_schedules_are_open(a, n_a, day, minute) != eg_schedules_are_open(b, n_b, day, minute))
                fail_msg("%s: %s", first, second);
}

static void hours_come_through_the_store_unchanged(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    for (int round = 0; round < ROUNDS; round++) {
        char made[200];
        make_hours(&random, made, sizeof made);
        char *text = strdup(made);
        for (int time = 0; time < TIMES; time++) {
            char *next = through_the_store(text);
            assert_same(made, next);
            free(text);
            text = next;
        }
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hours_come_through_the_store_unchanged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
