/* Contacts of a document, and the telephones that are theirs, of which documents say nothing. */
#include "data/entry_document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ID "585a9093-5c12-5388-b7de-8ecc54e58082"
#define OF_ANN "585a9093-5c12-5388-b7de-8ecc54e58083"
#define DOCUMENT(phones, contacts) "{\"name\":\"Walks\",\"phones\":[" phones "],\"contacts\":[" contacts "]}"
#define BOTH "{\"number\":\"333\"}"
#define NAMED(name) "{\"name\":\"" name "\"}"

static void apply(struct eg_records **records, const struct eg_records_change *change)
{
    struct eg_records *fresh = NULL;
    assert_int_equal(eg_records_apply(*records, change, &fresh, NULL), EG_OK);
    eg_records_release(*records);
    *records = fresh;
}

static void must_tell(struct eg_records **records, const char *text)
{
    struct eg_arena *arena = eg_arena_new(1 << 22);
    struct eg_json *json = NULL;
    struct eg_records_change change = {0};
    assert_int_equal(eg_json_parse(eg_text_from(text), &json, NULL), EG_OK);
    struct eg_document_wish wish = {EG_TEXT(ID), eg_json_root(json), false};
    assert_int_equal(eg_entry_document_change(*records, &wish, arena, &change, NULL), EG_OK);
    apply(records, &change);
    eg_json_free(json);
    eg_arena_free(arena);
}

/* The number 222 is the contact's and nobody else's, 333 the entry's as well. */
static struct eg_records *with_a_contact(const char *document)
{
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    struct eg_text own[EG_RECORD_FIELDS] = {{0}}, both[EG_RECORD_FIELDS];
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    assert_int_equal(eg_records_finish(builder, &records, NULL), EG_OK);
    eg_records_builder_free(builder);
    must_tell(&records, document);
    memcpy(both, eg_records_at(records, EG_RECORD_PHONE, 0)->field, EG_PHONE_N_FIELDS * sizeof *both);
    own[EG_PHONE_ID] = EG_TEXT(OF_ANN);
    own[EG_PHONE_NUMBER] = EG_TEXT("222");
    own[EG_PHONE_CONTACT_ID] = both[EG_PHONE_CONTACT_ID] =
        eg_records_at(records, EG_RECORD_CONTACT, 0)->field[0];
    struct eg_record puts[] = {{EG_RECORD_PHONE, own}, {EG_RECORD_PHONE, both}};
    struct eg_records_change change = {puts, 2, NULL, 0};
    apply(&records, &change);
    return records;
}

static uint32_t count_of_contacts(const struct eg_records *records)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < eg_records_count(records, EG_RECORD_PHONE); i++)
        n += eg_records_at(records, EG_RECORD_PHONE, i)->field[EG_PHONE_CONTACT_ID].len > 0;
    return n;
}

static void a_contact_of_another_name_does_not_have_the_telephones_of_who_was_there(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t n_phones, n_of_contacts;
    } cases[] = {{DOCUMENT(BOTH, NAMED(" ann ROSE ")), 2, 2}, /* the same, in another spelling */
                 {DOCUMENT(BOTH, NAMED("Bob")), 1, 0},
                 {DOCUMENT("", NAMED("Bob")), 0, 0},
                 {DOCUMENT(BOTH, "{\"title\":\"Chair\"}"), 1, 0},
                 {DOCUMENT(BOTH, ""), 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct eg_records *records = with_a_contact(DOCUMENT(BOTH, NAMED("Ann Ros\\u00e9")));
        must_tell(&records, cases[i].text);
        assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), cases[i].n_phones);
        assert_int_equal(count_of_contacts(records), cases[i].n_of_contacts);
        eg_records_release(records);
    }
}

static void who_had_no_name_gets_theirs_and_keeps_the_telephones(void **state)
{
    (void)state;
    struct eg_records *records = with_a_contact(DOCUMENT(BOTH, "{\"title\":\"Chair\"}"));
    must_tell(&records, DOCUMENT(BOTH, "{\"title\":\"Chair\",\"name\":\"Bob\"}"));
    assert_int_equal(count_of_contacts(records), 2);
    eg_records_release(records);
}

static void what_was_private_as_the_telephone_of_who_was_there_stays_private(void **state)
{
    (void)state;
    struct eg_records *records =
        with_a_contact(DOCUMENT(BOTH, "{\"name\":\"Jo\",\"visibility\":\"private\"}"));
    must_tell(&records, DOCUMENT(BOTH, NAMED("Mo")));
    assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), 1);
    assert_int_equal(count_of_contacts(records), 0);
    assert_true(eg_record_is_private(records, eg_records_at(records, EG_RECORD_PHONE, 0)));
    eg_records_release(records);
}

/* Whose the number 222 is. */
static struct eg_text owner_of_222(const struct eg_records *records)
{
    const struct eg_record *phone = eg_records_find(records, EG_RECORD_PHONE, EG_TEXT(OF_ANN)), *contact;
    contact = phone ? eg_records_find(records, EG_RECORD_CONTACT, phone->field[EG_PHONE_CONTACT_ID]) : NULL;
    return contact ? contact->field[EG_CONTACT_NAME] : EG_TEXT("nobody");
}

static void who_stays_keeps_their_telephones_wherever_they_stand_in_the_list(void **state)
{
    (void)state;
    static const struct {
        const char *text, *owner;
    } cases[] = {
        {DOCUMENT(BOTH, NAMED("Ann") "," NAMED("Bob")), "Ann"},
        {DOCUMENT(BOTH, NAMED("Bob") "," NAMED("Ann")), "Ann"},
        {DOCUMENT(BOTH, NAMED("Di") "," NAMED("Ann") "," NAMED("Bob")), "Ann"},
        {DOCUMENT(BOTH, NAMED("Bob") "," NAMED("Cy") "," NAMED("Ann")), "Ann"},
        {DOCUMENT(BOTH, NAMED("ANN")), "ANN"},
        {DOCUMENT(BOTH, NAMED("Di") "," NAMED("Bob")), "nobody"},
        {DOCUMENT(BOTH, NAMED("Bob")), "nobody"},
    };
    for (uint32_t turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct eg_records *records = with_a_contact(DOCUMENT(BOTH, NAMED("Ann")));
            must_tell(&records, turn ? DOCUMENT(BOTH, NAMED("Bob") "," NAMED("Ann"))
                                     : DOCUMENT(BOTH, NAMED("Ann") "," NAMED("Bob")));
            assert_int_equal(eg_records_count(records, EG_RECORD_CONTACT), 2);
            must_tell(&records, cases[i].text);
            struct eg_text owner = owner_of_222(records);
            assert_memory_equal(owner.data, cases[i].owner, owner.len);
            assert_int_equal(owner.len, strlen(cases[i].owner));
            assert_int_equal(eg_records_count(records, EG_RECORD_PHONE), owner.len == 6 ? 1 : 2);
            eg_records_release(records);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_contact_of_another_name_does_not_have_the_telephones_of_who_was_there),
        cmocka_unit_test(who_had_no_name_gets_theirs_and_keeps_the_telephones),
        cmocka_unit_test(who_stays_keeps_their_telephones_wherever_they_stand_in_the_list),
        cmocka_unit_test(what_was_private_as_the_telephone_of_who_was_there_stays_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
