#include "data/record_times.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_malloc.h"

#define NOW "2026-11-22T08:00:00.000Z"
#define BEFORE "2020-01-01T00:00:00Z"

/* Ids are one letter, twelve times over, in the last part of a UUID. */
struct world {
    struct eg_arena *arena;
    struct eg_records_builder *builder;
    struct eg_records *records;
};

static struct eg_text id(struct eg_arena *arena, char letter)
{
    struct eg_text made = eg_text_format(arena, "00000000-0000-4000-8000-0000000000%c%c", letter, letter);
    assert_non_null(made.data);
    return made;
}

struct pair {
    uint32_t field;
    struct eg_text value;
};

static struct eg_record row(struct eg_arena *arena, enum eg_record_table table, char letter,
                            const struct pair *pairs, uint32_t n)
{
    struct eg_text *field = eg_arena_array(arena, EG_RECORD_FIELDS, sizeof *field);
    assert_non_null(field);
    field[0] = id(arena, letter);
    for (uint32_t i = 0; i < n; i++) field[pairs[i].field] = pairs[i].value;
    return (struct eg_record){table, field};
}

static struct eg_record service(struct eg_arena *arena, char letter, const char *time)
{
    struct pair pairs[] = {{EG_SERVICE_NAME, EG_TEXT("Walks")},
                           {EG_SERVICE_STATUS, EG_TEXT("active")},
                           {EG_SERVICE_ORGANIZATION_ID, id(arena, 'f')},
                           {EG_SERVICE_LAST_MODIFIED, eg_text_from(time)}};
    return row(arena, EG_RECORD_SERVICE, letter, pairs, EG_ARRAY_LEN(pairs));
}

static void add(struct world *world, struct eg_record record)
{
    struct eg_error err;
    if (eg_records_add(world->builder, record.table, record.field, &err) != EG_OK)
        fail_msg("%s", err.message);
}

static struct eg_record language(struct world *world, const char *name)
{
    struct pair pairs[] = {{EG_LANGUAGE_PHONE_ID, id(world->arena, '7')},
                           {EG_LANGUAGE_NAME, eg_text_from(name)}};
    return row(world->arena, EG_RECORD_LANGUAGE, '8', pairs, 2);
}

static struct eg_record organization(struct world *world, const char *name)
{
    struct pair pairs[] = {{EG_ORGANIZATION_NAME, eg_text_from(name)}};
    return row(world->arena, EG_RECORD_ORGANIZATION, 'f', pairs, 1);
}

static void add_place(struct world *world, char letter, char of)
{
    struct pair pairs[] = {{EG_SERVICE_AT_LOCATION_SERVICE_ID, id(world->arena, of)},
                           {EG_SERVICE_AT_LOCATION_LOCATION_ID, id(world->arena, '3')}};
    add(world, row(world->arena, EG_RECORD_SERVICE_AT_LOCATION, letter, pairs, 2));
}

/* Services a, b, c and d of organisation f; a and b are at place 3, where contact 6 has telephone 7, on which language 8 is spoken. Only c
 * and d state when they were changed. */
static int begin(void **state)
{
    static struct world world;
    world = (struct world){.arena = eg_arena_new(1 << 20)};
    assert_int_equal(eg_records_builder_new(&world.builder, NULL), EG_OK);
    add(&world, organization(&world, "Friends"));
    add(&world, service(world.arena, 'a', ""));
    add(&world, service(world.arena, 'b', ""));
    add(&world, service(world.arena, 'c', BEFORE));
    add(&world, service(world.arena, 'd', BEFORE));
    struct pair location[] = {{EG_LOCATION_LOCATION_TYPE, EG_TEXT("physical")}};
    add(&world, row(world.arena, EG_RECORD_LOCATION, '3', location, 1));
    add_place(&world, '4', 'a');
    add_place(&world, '5', 'b');
    struct pair contact[] = {{EG_CONTACT_LOCATION_ID, id(world.arena, '3')}};
    add(&world, row(world.arena, EG_RECORD_CONTACT, '6', contact, 1));
    struct pair phone[] = {{EG_PHONE_CONTACT_ID, id(world.arena, '6')}, {EG_PHONE_NUMBER, EG_TEXT("1")}};
    add(&world, row(world.arena, EG_RECORD_PHONE, '7', phone, 2));
    add(&world, language(&world, "Welsh"));
    struct eg_error err;
    if (eg_records_finish(world.builder, &world.records, &err) != EG_OK) fail_msg("%s", err.message);
    *state = &world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    eg_records_release(world->records);
    eg_records_builder_free(world->builder);
    eg_arena_free(world->arena);
    return 0;
}

/* "a:2026 c:2020": the services that the change puts, in the order of their letters, with the years that they state. */
static const char *stated(struct world *world, struct eg_records_change change, bool also_where_silent)
{
    static char text[128];
    struct eg_records_moment moment = {EG_TEXT(NOW), also_where_silent};
    struct eg_records *after = NULL;
    struct eg_error err;
    text[0] = '\0';
    if (eg_records_state_times(world->records, &moment, world->arena, &change, &err) != EG_OK)
        fail_msg("%s", err.message);
    if (eg_records_apply(world->records, &change, &after, &err) != EG_OK) fail_msg("%s", err.message);
    for (char letter = 'a'; letter <= 'e'; letter++) {
        for (uint32_t i = 0; i < change.n_puts; i++) {
            const struct eg_text *field = change.puts[i].field;
            if (change.puts[i].table != EG_RECORD_SERVICE ||
                !eg_text_equal_any_case(field[0], id(world->arena, letter)))
                continue;
            size_t len = strlen(text);
            (void)snprintf(text + len, sizeof text - len, "%s%c:%.*s", len > 0 ? " " : "", letter,
                           EG_TEXT_SHOWN(field[EG_SERVICE_LAST_MODIFIED], 4));
        }
    }
    eg_records_release(after);
    return text;
}

static void what_hangs_on_a_service_is_a_change_of_it(void **state)
{
    struct world *world = *state;
    struct eg_record put = language(world, "English");
    struct eg_records_change change = {.puts = &put, .n_puts = 1};
    assert_string_equal(stated(world, change, true), "a:2026 b:2026");
    struct eg_record_key key = {EG_RECORD_SERVICE_AT_LOCATION, id(world->arena, '5')};
    assert_string_equal(stated(world, (struct eg_records_change){.deletes = &key, .n_deletes = 1}, true),
                        "b:2026");
    struct pair metadata[] = {{EG_METADATA_RESOURCE_ID, id(world->arena, 'c')},
                              {EG_METADATA_RESOURCE_TYPE, EG_TEXT("service")}};
    put = row(world->arena, EG_RECORD_METADATA, '9', metadata, 2);
    assert_string_equal(stated(world, change, true), "c:2026");
}

static void an_organisation_is_not_its_services(void **state)
{
    struct world *world = *state;
    struct eg_record put = organization(world, "Neighbours");
    assert_string_equal(stated(world, (struct eg_records_change){.puts = &put, .n_puts = 1}, true), "");
}

static void a_service_that_is_put_states_the_time_once(void **state)
{
    struct world *world = *state;
    struct eg_record puts[] = {service(world->arena, 'c', BEFORE), service(world->arena, 'e', ""),
                               language(world, "English"), service(world->arena, 'a', "")};
    struct eg_records_change change = {.puts = puts, .n_puts = EG_ARRAY_LEN(puts)};
    assert_string_equal(stated(world, change, true), "a:2026 b:2026 c:2026 e:2026");
    ((struct eg_text *)(uintptr_t)puts[3].field)[0] = EG_TEXT("00000000-0000-4000-8000-0000000000AA");
    assert_string_equal(stated(world, change, true), "a:2026 b:2026 c:2026 e:2026");
}

static void a_time_that_is_given_stays(void **state)
{
    struct world *world = *state;
    struct eg_record put = service(world->arena, 'c', "2023-05-05T00:00:00Z");
    assert_string_equal(stated(world, (struct eg_records_change){.puts = &put, .n_puts = 1}, true), "c:2023");
}

static void a_service_that_goes_is_not_put(void **state)
{
    struct world *world = *state;
    struct eg_record_key key = {EG_RECORD_SERVICE, id(world->arena, 'd')};
    assert_string_equal(stated(world, (struct eg_records_change){.deletes = &key, .n_deletes = 1}, true), "");
}

static void silence_is_kept_where_that_is_wanted(void **state)
{
    struct world *world = *state;
    struct eg_record puts[] = {service(world->arena, 'c', BEFORE), service(world->arena, 'd', ""),
                               language(world, "English")};
    struct eg_records_change change = {.puts = puts, .n_puts = EG_ARRAY_LEN(puts)};
    assert_string_equal(stated(world, change, false), "c:2026 d:");
}

static void a_refused_allocation_is_reported_and_nothing_is_left_behind(void **state)
{
    struct world *world = *state;
    struct eg_record put = language(world, "English");
    struct eg_records_moment moment = {EG_TEXT(NOW), true};
    enum eg_status status = EG_NO_MEMORY;
    for (long n = 1; status == EG_NO_MEMORY; n++) {
        struct eg_records_change change = {.puts = &put, .n_puts = 1};
        struct eg_arena *arena = eg_arena_new(1 << 20);
        eg_failing_malloc_after(n);
        status = eg_records_state_times(world->records, &moment, arena, &change, NULL);
        eg_failing_malloc_after(0);
        assert_int_equal(change.n_puts, status == EG_OK ? 3 : 1);
        eg_arena_free(arena);
        assert_true(n < 100);
    }
    assert_int_equal(status, EG_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_hangs_on_a_service_is_a_change_of_it, begin, end),
        cmocka_unit_test_setup_teardown(an_organisation_is_not_its_services, begin, end),
        cmocka_unit_test_setup_teardown(a_service_that_is_put_states_the_time_once, begin, end),
        cmocka_unit_test_setup_teardown(a_time_that_is_given_stays, begin, end),
        cmocka_unit_test_setup_teardown(a_service_that_goes_is_not_put, begin, end),
        cmocka_unit_test_setup_teardown(silence_is_kept_where_that_is_wanted, begin, end),
        cmocka_unit_test_setup_teardown(a_refused_allocation_is_reported_and_nothing_is_left_behind, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
