/* Lists of documents whose items are moved, inserted and taken out at random: what the records say afterwards is the document, in its order,
 * and the document once more changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "data/entries.h"
#include "data/entry_document.h"
#include "support/test_random.h"

#define ID "585a9093-5c12-5388-b7de-8ecc54e58082"
#define N_ROUNDS 400
#define MOST 12

static struct eg_test_random dice;

static uint32_t below(uint32_t n)
{
    return eg_test_random_below(&dice, n);
}

struct list {
    const char *name, *item; /* with the item's number, once or twice */
    uint32_t n, next, items[MOST];
};

/* In the order in which a document is written. */
static struct list lists[] = {
    {.name = "topics", .item = "\"Topic %u\""},
    {.name = "other_locations", .item = "{\"id\":\"%08x-1111-4111-8111-111111111111\",\"name\":\"P\"}"},
    {.name = "phones", .item = "{\"number\":\"+44 %u\"}"},
    {.name = "contacts", .item = "{\"name\":\"C%u\"}"},
    {.name = "schedules", .item = "{\"freq\":\"WEEKLY\",\"description\":\"S%u\"}"},
    {.name = "languages", .item = "{\"name\":\"L%u\"}"},
    {.name = "accessibility", .item = "{\"description\":\"A%u\"}"},
    {.name = "service_areas", .item = "{\"boundaries\":\"set%u\",\"area_codes\":\"E1\"}"},
    {.name = "funding", .item = "{\"source\":\"F%u\"}"},
    {.name = "costs", .item = "{\"option\":\"O%u\"}"},
    {.name = "required_documents", .item = "{\"document\":\"D%u\"}"},
};

static void insert(struct list *list, uint32_t at, uint32_t item)
{
    for (uint32_t i = list->n++; i > at; i--) list->items[i] = list->items[i - 1];
    list->items[at] = item;
}

static uint32_t take(struct list *list, uint32_t at)
{
    uint32_t item = list->items[at];
    list->n--;
    for (uint32_t i = at; i < list->n; i++) list->items[i] = list->items[i + 1];
    return item;
}

/* Numbers jump, as the ids of places are made of them. */
static void stir(struct list *list)
{
    for (uint32_t times = below(4); times > 0; times--) {
        uint32_t what = below(3);
        if (what == 0 && list->n < MOST)
            insert(list, below(list->n + 1), ++list->next * UINT32_C(2654435761) % 1000000007);
        if (what == 1 && list->n > 0) (void)take(list, below(list->n));
        if (what == 2 && list->n > 1) {
            uint32_t item = take(list, below(list->n));
            insert(list, below(list->n + 1), item);
        }
    }
}

static void write_list(struct eg_buffer *text, const struct list *list)
{
    if (list->n > 0) eg_buffer_printf(text, ",\"%s\":[", list->name);
    for (uint32_t i = 0; i < list->n; i++) {
        if (i > 0) eg_buffer_char(text, ',');
        const char *at = strchr(list->item, '%');
        size_t len = at[1] == 'u' ? 2 : 4;
        eg_buffer_text(text, (struct eg_text){list->item, (size_t)(at - list->item)});
        if (len == 2) eg_buffer_printf(text, "%u", list->items[i]);
        else eg_buffer_printf(text, "%08x", list->items[i]);
        eg_buffer_literal(text, at + len);
    }
    if (list->n > 0) eg_buffer_char(text, ']');
}

static void write_wanted(struct eg_buffer *text)
{
    text->len = 0;
    eg_buffer_literal(text, "{\"id\":\"" ID "\",\"name\":\"N\",\"status\":\"active\"");
    for (uint32_t i = 0; i < EG_ARRAY_LEN(lists); i++) {
        if (i == 1)
            eg_buffer_literal(
                text, ",\"organisation\":{\"name\":\"N\",\"id\":\"d6b05017-d0e0-558e-9ee8-2ad3eac7b732\"},"
                      "\"location\":{\"name\":\"Hall\"}");
        write_list(text, &lists[i]);
    }
    eg_buffer_literal(text, "}");
}

static void write_said(const struct eg_records *records, struct eg_buffer *out)
{
    struct eg_json *json = eg_json_new_object();
    out->len = 0;
    eg_entry_document_write(records, eg_records_find(records, EG_RECORD_SERVICE, EG_TEXT(ID)), true, json,
                            eg_json_root(json));
    assert_int_equal(eg_json_finish(json, false, out, NULL), EG_OK);
    eg_json_free(json);
}

static uint32_t tell(struct eg_records **records, const struct eg_buffer *text)
{
    struct eg_arena *arena = eg_arena_new(1 << 22);
    struct eg_json *json = NULL;
    struct eg_records_change change = {0};
    struct eg_records *fresh = NULL;
    struct eg_error err = {0};
    enum eg_status status = eg_json_parse((struct eg_text){text->data, text->len}, &json, &err);
    struct eg_document_wish wish = {EG_TEXT(ID), json ? eg_json_root(json) : NULL, false};
    if (status == EG_OK) status = eg_entry_document_change(*records, &wish, arena, &change, &err);
    if (status == EG_OK) status = eg_records_apply(*records, &change, &fresh, &err);
    if (status != EG_OK) fail_msg("%s: %.*s", err.message, (int)text->len, text->data);
    eg_records_release(*records);
    *records = fresh;
    eg_json_free(json);
    eg_arena_free(arena);
    return change.n_puts + change.n_deletes;
}

/* The telephone that the index shows is the one given first. */
static void assert_first_shown(struct eg_entries *base, struct eg_records *records)
{
    struct eg_entries *entries = NULL;
    const struct list *phones = &lists[2];
    char wanted[40];
    assert_int_equal(eg_entries_with_records(base, records, &entries, NULL), EG_OK);
    assert_int_equal(entries->n, 1);
    (void)snprintf(wanted, sizeof wanted, "+44 %u", phones->items[0]);
    if (phones->n > 0)
        assert_true(eg_text_equal(entries->items[0]->field[EG_ENTRY_PHONE], eg_text_from(wanted)));
    eg_entries_free(entries);
}

static void add(struct eg_records_builder *builder, enum eg_record_table table, const struct eg_text *field)
{
    struct eg_error err = {0};
    if (eg_records_add(builder, table, field, &err) != EG_OK) fail_msg("%s", err.message);
}

/* A service at a place through a link that another made, when it has one. */
static struct eg_records *begin(const char *link_id)
{
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    struct eg_text service[EG_RECORD_FIELDS] = {{0}}, place[EG_RECORD_FIELDS] = {{0}};
    struct eg_text link[EG_RECORD_FIELDS] = {{0}};
    service[EG_SERVICE_ID] = link[EG_SERVICE_AT_LOCATION_SERVICE_ID] = EG_TEXT(ID);
    service[EG_SERVICE_NAME] = EG_TEXT("N");
    service[EG_SERVICE_STATUS] = EG_TEXT("active");
    place[EG_LOCATION_ID] = link[EG_SERVICE_AT_LOCATION_LOCATION_ID] =
        EG_TEXT("7fffffff-2222-4222-8222-222222222222");
    place[EG_LOCATION_LOCATION_TYPE] = EG_TEXT("physical");
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    if (link_id) {
        link[EG_SERVICE_AT_LOCATION_ID] = eg_text_from(link_id);
        add(builder, EG_RECORD_SERVICE, service);
        add(builder, EG_RECORD_LOCATION, place);
        add(builder, EG_RECORD_SERVICE_AT_LOCATION, link);
    }
    assert_int_equal(eg_records_finish(builder, &records, NULL), EG_OK);
    eg_records_builder_free(builder);
    return records;
}

static void assert_order_holds(struct eg_records *records)
{
    static const struct eg_atlas_directory kept = {.id = {"kept", 4}, .store.path = {"x.gpkg", 6}};
    static const struct eg_atlas atlas = {.directories = &kept, .n_directories = 1};
    struct eg_entries *base = NULL;
    struct eg_buffer wanted, said;
    eg_buffer_init(&wanted, 0);
    eg_buffer_init(&said, 0);
    assert_int_equal(eg_entries_load(&atlas, &base, NULL), EG_OK);
    for (uint32_t round = 0; round < N_ROUNDS; round++) {
        for (uint32_t i = 0; i < EG_ARRAY_LEN(lists); i++) stir(&lists[i]);
        write_wanted(&wanted);
        (void)tell(&records, &wanted);
        write_said(records, &said);
        eg_buffer_char(&wanted, '\0');
        wanted.len--;
        assert_string_equal(said.data, wanted.data);
        assert_int_equal(tell(&records, &wanted), 0);
        assert_first_shown(base, records);
    }
    eg_records_release(records);
    eg_entries_free(base);
    eg_buffer_clear(&wanted);
    eg_buffer_clear(&said);
}

static void lists_come_back_in_their_order(void **state)
{
    (void)state;
    assert_order_holds(begin(NULL));
}

/* As first of all, in between, and with no room behind it. */
static void so_they_do_behind_a_place_of_another_s_making(void **state)
{
    (void)state;
    assert_order_holds(begin("00000000-0000-4000-8000-000000000000"));
    assert_order_holds(begin("80000000-0000-4000-8000-000000000000"));
    assert_order_holds(begin("ffffffff-ffff-4fff-8fff-ffffffffffff"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lists_come_back_in_their_order),
                                       cmocka_unit_test(so_they_do_behind_a_place_of_another_s_making)};
    dice = eg_test_random_new();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
