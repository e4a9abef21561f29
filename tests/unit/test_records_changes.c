/* Sets of records that came from random changes, beside the same sets built at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/records.h"
#include "support/test_random.h"
#include "support/test_records.h"

enum { OWNERS = 9, PHONES_MAX = 400, CHANGE_MAX = 40, ROUNDS = 300 };

struct phone {
    char id[EG_UUID_TEXT_LEN + 1], number[16];
    const char *service, *organization; /* NULL: refers to none */
    bool is_there;
};

struct model {
    struct eg_test_random random;
    char owner[OWNERS][EG_UUID_TEXT_LEN + 1]; /* ids of services and, the same, of organisations */
    struct phone phones[PHONES_MAX];
    struct eg_records *records;
};

static void random_id(struct eg_test_random *random, char id_out[EG_UUID_TEXT_LEN + 1])
{
    uint64_t a = eg_test_random_u64(random), b = eg_test_random_u64(random);
    (void)snprintf(id_out, EG_UUID_TEXT_LEN + 1, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(a >> 32),
                   (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff), (unsigned)(b >> 52),
                   (unsigned long long)(b & 0xffffffffffffULL));
}

static void fill_phone(const struct phone *phone, struct eg_text field[EG_RECORD_FIELDS])
{
    memset(field, 0, EG_RECORD_FIELDS * sizeof *field);
    field[EG_PHONE_ID] = eg_text_from(phone->id);
    field[EG_PHONE_NUMBER] = eg_text_from(phone->number);
    field[EG_PHONE_SERVICE_ID] = eg_text_from(phone->service);
    field[EG_PHONE_ORGANIZATION_ID] = eg_text_from(phone->organization);
}

static void add(struct eg_records_builder *builder, enum eg_record_table table, const struct eg_text *field)
{
    struct eg_error err = {0};
    if (eg_records_add(builder, table, field, &err) != EG_OK) fail_msg("%s", err.message);
}

static struct eg_records *build(const struct model *model)
{
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    struct eg_error err = {0};
    struct eg_text field[EG_RECORD_FIELDS];
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    for (uint32_t i = 0; i < OWNERS; i++) {
        memset(field, 0, sizeof field);
        field[0] = eg_text_from(model->owner[i]);
        field[EG_ORGANIZATION_NAME] = EG_TEXT("o");
        add(builder, EG_RECORD_ORGANIZATION, field);
        memset(field, 0, sizeof field);
        field[0] = eg_text_from(model->owner[i]);
        field[EG_SERVICE_ORGANIZATION_ID] = field[0];
        field[EG_SERVICE_NAME] = EG_TEXT("s");
        field[EG_SERVICE_STATUS] = EG_TEXT("active");
        add(builder, EG_RECORD_SERVICE, field);
    }
    for (uint32_t i = 0; i < PHONES_MAX; i++) {
        if (!model->phones[i].is_there) continue;
        fill_phone(&model->phones[i], field);
        add(builder, EG_RECORD_PHONE, field);
    }
    if (eg_records_finish(builder, &records, &err) != EG_OK) fail_msg("%s", err.message);
    eg_records_builder_free(builder);
    return records;
}

/* --- changes ----------------------------------------------------------------------------------------------------------------- */

static const char *some_owner(struct model *model)
{
    uint32_t which = eg_test_random_below(&model->random, OWNERS + 1);
    return which < OWNERS ? model->owner[which] : NULL;
}

/* Puts or takes away some phones, in the model and by one change. Some are taken away and put, or taken away twice. */
static void change(struct model *model, uint32_t most)
{
    static struct eg_text fields[CHANGE_MAX][EG_RECORD_FIELDS];
    struct eg_record puts[CHANGE_MAX];
    struct eg_record_key deletes[CHANGE_MAX * 2];
    struct eg_records_change wanted = {puts, 0, deletes, 0};
    uint32_t n = 1 + eg_test_random_below(&model->random, most);
    uint32_t first = eg_test_random_below(&model->random, PHONES_MAX);
    uint32_t step = 1 + eg_test_random_below(&model->random, 7);
    bool grows = eg_test_random_below(&model->random, 2) == 0;
    for (uint32_t i = 0; i < n && i * step < PHONES_MAX; i++) {
        struct phone *phone = &model->phones[(first + i * step) % PHONES_MAX];
        bool comes = eg_test_random_below(&model->random, 4) < (grows ? 3U : 1U);
        uint32_t n_times =
            comes ? eg_test_random_below(&model->random, 2) : 1 + eg_test_random_below(&model->random, 2);
        for (uint32_t k = 0; phone->is_there && k < n_times; k++)
            deletes[wanted.n_deletes++] = (struct eg_record_key){EG_RECORD_PHONE, eg_text_from(phone->id)};
        phone->is_there = comes;
        if (!comes) continue;
        phone->service = some_owner(model);
        phone->organization = some_owner(model);
        (void)snprintf(phone->number, sizeof phone->number, "%u",
                       (unsigned)eg_test_random_u64(&model->random));
        fill_phone(phone, fields[wanted.n_puts]);
        puts[wanted.n_puts] = (struct eg_record){EG_RECORD_PHONE, fields[wanted.n_puts]};
        wanted.n_puts++;
    }
    struct eg_records *fresh = NULL;
    struct eg_error err = {0};
    if (eg_records_apply(model->records, &wanted, &fresh, &err) != EG_OK) fail_msg("%s", err.message);
    eg_records_release(model->records);
    model->records = fresh;
}

/* --- comparing --------------------------------------------------------------------------------------------------------------- */

static void assert_same_row(const struct eg_record *a, const struct eg_record *b)
{
    uint32_t n_fields = eg_record_spec(a->table)->n_fields;
    for (uint32_t f = 0; f < n_fields; f++) assert_true(eg_text_equal(a->field[f], b->field[f]));
}

static void assert_same_references(const struct eg_records *a, const struct eg_records *b, uint32_t field,
                                   const char *to)
{
    uint32_t n, n_wanted;
    const struct eg_record *const *rows = eg_records_with(a, EG_RECORD_PHONE, field, eg_text_from(to), &n);
    const struct eg_record *const *wanted =
        eg_records_with(b, EG_RECORD_PHONE, field, eg_text_from(to), &n_wanted);
    assert_int_equal(n, n_wanted);
    for (uint32_t i = 0; i < n; i++) assert_same_row(rows[i], wanted[i]);
}

static void assert_as_built_at_once(const struct model *model)
{
    struct eg_records *wanted = build(model);
    uint32_t n = eg_records_count(wanted, EG_RECORD_PHONE);
    assert_int_equal(eg_records_count(model->records, EG_RECORD_PHONE), n);
    for (uint32_t i = 0; i < n; i++)
        assert_same_row(eg_records_at(model->records, EG_RECORD_PHONE, i),
                        eg_records_at(wanted, EG_RECORD_PHONE, i));
    for (uint32_t i = 0; i < PHONES_MAX; i++) {
        struct eg_text id = eg_text_from(model->phones[i].id);
        assert_int_equal(eg_records_find(model->records, EG_RECORD_PHONE, id) != NULL,
                         model->phones[i].is_there);
    }
    for (uint32_t i = 0; i < OWNERS; i++) {
        assert_same_references(model->records, wanted, EG_PHONE_SERVICE_ID, model->owner[i]);
        assert_same_references(model->records, wanted, EG_PHONE_ORGANIZATION_ID, model->owner[i]);
    }
    eg_records_release(wanted);
}

static void begin_model(struct model *model)
{
    memset(model, 0, sizeof *model);
    model->random = eg_test_random_new();
    for (uint32_t i = 0; i < OWNERS; i++) random_id(&model->random, model->owner[i]);
    for (uint32_t i = 0; i < PHONES_MAX; i++) random_id(&model->random, model->phones[i].id);
    model->records = build(model);
}

static void a_set_that_came_from_changes_is_the_one_built_at_once(void **state)
{
    (void)state;
    static struct model model;
    begin_model(&model);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        change(&model, round % 3 == 0 ? CHANGE_MAX : 3);
        assert_as_built_at_once(&model);
    }
    eg_records_release(model.records);
}

static void a_row_that_is_put_twice_is_refused(void **state)
{
    (void)state;
    static struct model model;
    struct eg_text field[EG_RECORD_FIELDS];
    struct eg_records *fresh = NULL;
    struct eg_error err = {0};
    begin_model(&model);
    (void)snprintf(model.phones[0].number, sizeof model.phones[0].number, "1");
    fill_phone(&model.phones[0], field);
    const struct eg_record puts[] = {{EG_RECORD_PHONE, field}, {EG_RECORD_PHONE, field}};
    const struct eg_records_change wanted = {puts, 2, NULL, 0};
    assert_int_equal(eg_records_apply(model.records, &wanted, &fresh, &err), EG_INVALID);
    assert_non_null(strstr(err.message, "came twice"));
    assert_null(fresh);
    eg_records_release(model.records);
}

/* Whether `row` has the id in a field that names rows of the table, by looking at each. */
static bool names(const struct eg_record *row, enum eg_record_table table, struct eg_text id)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    bool is_link =
        row->table == EG_RECORD_ATTRIBUTE &&
        eg_text_equal(row->field[EG_ATTRIBUTE_LINK_ENTITY], eg_text_from(eg_record_spec(table)->name));
    for (uint32_t f = 1; f < spec->n_fields; f++) {
        bool may = spec->fields[f].type == EG_RECORD_REFERENCE
                       ? spec->fields[f].to == table
                       : spec->fields[f].type == EG_RECORD_LINK && is_link;
        if (may && eg_text_equal_any_case(row->field[f], id)) return true;
    }
    return false;
}

static bool is_named(const struct eg_records *records, const struct eg_record *by)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        for (uint32_t i = 0; i < eg_records_count(records, (enum eg_record_table)t); i++) {
            const struct eg_record *row = eg_records_at(records, (enum eg_record_table)t, i);
            if (row != by && names(row, by->table, by->field[0])) return true;
        }
    return false;
}

static void a_row_goes_if_none_names_it_in_whichever_table(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_records *records = eg_test_records_random(&random, 30);
    uint32_t n_named[EG_N_RECORD_TABLES] = {0}, n_link = 0;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        for (uint32_t i = 0; i < eg_records_count(records, (enum eg_record_table)t); i++) {
            const struct eg_record *row = eg_records_at(records, (enum eg_record_table)t, i);
            struct eg_record_key key = {row->table, row->field[0]};
            struct eg_records_change gone = {.deletes = &key, .n_deletes = 1};
            struct eg_records *fresh = NULL;
            bool named = is_named(records, row);
            enum eg_status status = eg_records_apply(records, &gone, &fresh, NULL);
            if (status != (named ? EG_INVALID : EG_OK))
                fail_msg("%s %u: %d", eg_record_spec(row->table)->name, i, (int)status);
            if (status == EG_OK) eg_records_release(fresh);
            n_named[t] += named;
            n_link +=
                named && (t == EG_RECORD_LANGUAGE || t == EG_RECORD_FUNDING || t == EG_RECORD_COST_OPTION ||
                          t == EG_RECORD_ADDRESS); /* by attributes alone */
        }
    assert_true(n_named[EG_RECORD_SERVICE] > 0 && n_named[EG_RECORD_LOCATION] > 0 && n_link > 0);
    eg_records_release(records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_that_came_from_changes_is_the_one_built_at_once),
        cmocka_unit_test(a_row_that_is_put_twice_is_refused),
        cmocka_unit_test(a_row_goes_if_none_names_it_in_whichever_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
