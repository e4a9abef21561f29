#include "data/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_store.h"

/* --- history and suggestions -------------------------------------------------------------------------------------------------------- */

struct seen {
    char ids[8][EG_UUID_TEXT_LEN + 1], last[256];
    uint64_t revision;
    unsigned n, at_most;
};

static bool see_change(void *context, const struct eg_change_entry *entry)
{
    struct seen *seen = context;
    (void)snprintf(seen->ids[seen->n++], sizeof seen->ids[0], "%s", entry->id);
    (void)snprintf(seen->last, sizeof seen->last, "%s %.*s %.*s %.*s %.*s %.*s %.*s",
                   eg_change_action_name(entry->action), EG_TEXT_ARG(entry->at), EG_TEXT_ARG(entry->by),
                   EG_TEXT_ARG(entry->title), EG_TEXT_ARG(entry->before), EG_TEXT_ARG(entry->after),
                   EG_TEXT_ARG(entry->reason));
    seen->revision = entry->revision;
    return seen->n < seen->at_most;
}

static struct seen history_of(struct eg_store *store, const char *entry_id, struct eg_store_page page)
{
    struct seen seen = {.at_most = 8};
    struct eg_change_visitor visitor = {see_change, &seen};
    assert_int_equal(eg_store_history(store, eg_text_from(entry_id), page, &visitor, NULL), EG_OK);
    return seen;
}

static void history_comes_newest_first_for_all_and_for_one_entry(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_store *store = eg_test_store_small(eg_test_store_source("history"));
    const struct eg_change_entry lines[3] = {eg_test_change(11, eg_test_id(2), EG_CHANGE_CREATE),
                                             eg_test_change(12, "", EG_CHANGE_IMPORT),
                                             eg_test_change(13, eg_test_id(2), EG_CHANGE_UNDO)};
    struct eg_commit commit = {.expected_revision = 1, .history = lines, .n_history = 2};
    uint64_t revision = 0;
    assert_int_equal(eg_store_commit(store, &commit, &revision, &err), EG_OK);
    commit = (struct eg_commit){.expected_revision = 2, .history = lines + 2, .n_history = 1};
    assert_int_equal(eg_store_commit(store, &commit, &revision, &err), EG_OK);

    struct seen all = history_of(store, "", (struct eg_store_page){10, 0});
    assert_int_equal(all.n, 3);
    assert_string_equal(all.ids[0], eg_test_id(13));
    assert_string_equal(all.ids[2], eg_test_id(11));
    assert_int_equal(all.revision, 2);
    assert_string_equal(all.last,
                        "create 2026-11-22T09:30:00.123Z Ana Núñez Walks {\"a\":1} {\"a\":2} they moved");
    struct seen of_service = history_of(store, eg_test_id(2), (struct eg_store_page){10, 0});
    assert_int_equal(of_service.n, 2);
    struct seen second = history_of(store, "", (struct eg_store_page){1, 1});
    assert_int_equal(second.n, 1);
    assert_string_equal(second.ids[0], eg_test_id(12));
    assert_int_equal(history_of(store, "' OR ''='", (struct eg_store_page){10, 0}).n, 0);

    struct seen one = {.at_most = 8};
    struct eg_change_visitor visitor = {see_change, &one};
    assert_int_equal(eg_store_change(store, eg_text_from(eg_test_id(13)), &visitor, &err), EG_OK);
    assert_int_equal(one.n, 1);
    assert_int_equal(one.revision, 3);
    assert_int_equal(eg_store_change(store, eg_text_from(eg_test_id(99)), &visitor, &err), EG_NOT_FOUND);
    assert_int_equal(eg_store_change(store, EG_TEXT("no id"), &visitor, &err), EG_NOT_FOUND);
    eg_store_close(store);
}

static enum eg_status suggest(struct eg_store *store, uint32_t id, struct eg_error *err)
{
    struct eg_suggestion suggestion = {.at = EG_TEXT("2026-11-22T10:00:00.000Z"),
                                       .entry_id = eg_text_from(eg_test_id(2)),
                                       .document = EG_TEXT("{\"name\":\"Walks\"}"),
                                       .from_name = EG_TEXT("Sam"),
                                       .from_contact = EG_TEXT("sam@example.org"),
                                       .note = EG_TEXT("we moved")};
    (void)snprintf(suggestion.id, sizeof suggestion.id, "%s", eg_test_id(id));
    return eg_store_suggest(store, &suggestion, err);
}

static bool see_suggestion(void *context, const struct eg_suggestion *suggestion)
{
    struct seen *seen = context;
    (void)snprintf(seen->ids[seen->n++], sizeof seen->ids[0], "%s", suggestion->id);
    (void)snprintf(seen->last, sizeof seen->last, "%d %.*s|%.*s|%.*s|%.*s|%.*s|%.*s", (int)suggestion->state,
                   EG_TEXT_ARG(suggestion->document), EG_TEXT_ARG(suggestion->from_name),
                   EG_TEXT_ARG(suggestion->from_contact), EG_TEXT_ARG(suggestion->note),
                   EG_TEXT_ARG(suggestion->decided_by), EG_TEXT_ARG(suggestion->reason));
    return seen->n < seen->at_most;
}

static struct seen suggestions_in(struct eg_store *store, enum eg_suggestion_state in)
{
    struct seen seen = {.at_most = 8};
    struct eg_suggestion_visitor visitor = {see_suggestion, &seen};
    assert_int_equal(eg_store_suggestions(store, in, (struct eg_store_page){8, 0}, &visitor, NULL), EG_OK);
    return seen;
}

static struct eg_suggestion_decision decision(uint32_t id, enum eg_suggestion_state in)
{
    return (struct eg_suggestion_decision){eg_text_from(eg_test_id(id)), EG_TEXT("2026-11-22T11:00:00.000Z"),
                                           EG_TEXT("Ana"), EG_TEXT("not ours"), in};
}

static void suggestions_that_wait_do_not_fill_the_disk(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_store *store = eg_test_store_small(eg_test_store_source("flood"));
    size_t most = EG_STORE_TEXT_BYTES;
    char *text = malloc(most);
    assert_non_null(text);
    memset(text, 'x', most);
    struct eg_suggestion suggestion = {.at = EG_TEXT("2026-11-22T10:00:00.000Z"), .document = {text, most}};
    uint32_t id = 30, n_most = EG_STORE_SUGGESTED / EG_STORE_TEXT_BYTES;
    enum eg_status status = EG_OK;
    while (status == EG_OK && id < 31 + n_most) {
        (void)snprintf(suggestion.id, sizeof suggestion.id, "%s", eg_test_id(id++));
        status = eg_store_suggest(store, &suggestion, &err);
    }
    assert_int_equal(status, EG_LIMIT);
    assert_int_equal(id, 31 + n_most);
    assert_non_null(strstr(err.message, "until some are decided"));
    struct eg_suggestion_decision rejected = decision(30, EG_SUGGESTION_REJECTED);
    assert_int_equal(eg_store_decide(store, &rejected, NULL), EG_OK);
    assert_int_equal(eg_store_suggest(store, &suggestion, &err), EG_OK);
    free(text);
    eg_store_close(store);
}

static void suggestions_wait_oldest_first_until_they_are_decided_once(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_store *store = eg_test_store_small(eg_test_store_source("suggestions"));
    for (uint32_t id = 21; id <= 23; id++) assert_int_equal(suggest(store, id, &err), EG_OK);
    struct seen open = suggestions_in(store, EG_SUGGESTION_OPEN);
    assert_int_equal(open.n, 3);
    assert_string_equal(open.ids[0], eg_test_id(21));
    assert_string_equal(open.last, "0 {\"name\":\"Walks\"}|Sam|sam@example.org|we moved||");

    struct eg_suggestion_decision no = decision(21, EG_SUGGESTION_REJECTED);
    assert_int_equal(eg_store_decide(store, &no, &err), EG_OK);
    assert_int_equal(eg_store_decide(store, &no, &err), EG_CONFLICT);
    no.id = eg_text_from(eg_test_id(77));
    assert_int_equal(eg_store_decide(store, &no, &err), EG_NOT_FOUND);
    assert_string_equal(suggestions_in(store, EG_SUGGESTION_REJECTED).last,
                        "2 {\"name\":\"Walks\"}|Sam|sam@example.org|we moved|Ana|not ours");

    struct eg_suggestion_decision yes = decision(22, EG_SUGGESTION_ACCEPTED);
    struct eg_commit commit = {.expected_revision = 1, .decision = &yes};
    uint64_t revision = 0;
    uint32_t n = 0;
    assert_int_equal(eg_store_commit(store, &commit, &revision, &err), EG_OK);
    assert_int_equal(revision, 2);
    commit.expected_revision = 2;
    assert_int_equal(eg_store_commit(store, &commit, &revision, &err), EG_CONFLICT);
    assert_int_equal(eg_store_revision(store, &revision, &err), EG_OK);
    assert_int_equal(revision, 2);
    assert_int_equal(eg_store_suggestion_count(store, EG_SUGGESTION_OPEN, &n, &err), EG_OK);
    assert_int_equal(n, 1);

    struct seen one = {.at_most = 8};
    struct eg_suggestion_visitor visitor = {see_suggestion, &one};
    assert_int_equal(eg_store_suggestion(store, eg_text_from(eg_test_id(22)), &visitor, &err), EG_OK);
    assert_int_equal(one.n, 1);
    assert_int_equal(eg_store_suggestion(store, eg_text_from(eg_test_id(78)), &visitor, &err), EG_NOT_FOUND);
    eg_store_close(store);
}

static void a_decision_that_fails_takes_the_commit_with_it(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_store *store = eg_test_store_small(eg_test_store_source("together"));
    struct eg_suggestion_decision yes = decision(79, EG_SUGGESTION_ACCEPTED);
    struct eg_test_row row = eg_test_organization(5, "Never");
    struct eg_record put = {EG_RECORD_ORGANIZATION, row.field};
    struct eg_commit commit = {
        .expected_revision = 1, .change = {.puts = &put, .n_puts = 1}, .decision = &yes};
    uint64_t revision = 0;
    assert_int_equal(eg_store_commit(store, &commit, &revision, &err), EG_NOT_FOUND);
    struct eg_records *records = eg_test_store_records(store, &revision);
    assert_int_equal(revision, 1);
    assert_int_equal(eg_records_count(records, EG_RECORD_ORGANIZATION), 1);
    eg_records_release(records);
    eg_store_close(store);
}

static void no_more_than_ten_thousand_suggestions_wait(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_text source = eg_test_store_source("flood");
    struct eg_store *store = eg_test_store_small(source);
    const char *flood = eg_test_store_is_database() ? "INSERT INTO suggestion (id, state) SELECT 'flood' || "
                                                      "n, 'open' FROM generate_series(1, 9999) AS g(n)"
                                                    : "INSERT INTO suggestion (id, state) WITH RECURSIVE "
                                                      "g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g "
                                                      "WHERE n < 9999) SELECT 'flood' || n, 'open' FROM g";
    eg_test_store_must(source, flood);
    assert_int_equal(suggest(store, 31, &err), EG_OK);
    assert_int_equal(suggest(store, 32, &err), EG_LIMIT);
    struct eg_suggestion_decision no = decision(31, EG_SUGGESTION_REJECTED);
    assert_int_equal(eg_store_decide(store, &no, &err), EG_OK);
    assert_int_equal(suggest(store, 32, &err), EG_OK);
    eg_store_close(store);
}

static void who_suggested_is_forgotten_some_time_after_the_decision(void **state)
{
    (void)state;
    struct eg_error err = {0};
    struct eg_store *store = eg_test_store_small(eg_test_store_source("forget"));
    assert_int_equal(suggest(store, 41, &err), EG_OK);
    assert_int_equal(suggest(store, 42, &err), EG_OK);
    struct eg_suggestion_decision no = decision(41, EG_SUGGESTION_REJECTED);
    assert_int_equal(eg_store_decide(store, &no, &err), EG_OK);
    assert_int_equal(eg_store_forget(store, EG_TEXT("2026-11-22T11:00:00.000Z"), &err), EG_OK);
    assert_non_null(strstr(suggestions_in(store, EG_SUGGESTION_REJECTED).last, "sam@example.org"));
    assert_int_equal(eg_store_forget(store, EG_TEXT("2027-02-20T11:00:00.000Z"), &err), EG_OK);
    assert_string_equal(suggestions_in(store, EG_SUGGESTION_REJECTED).last,
                        "2 {\"name\":\"Walks\"}||||Ana|not ours");
    assert_non_null(strstr(suggestions_in(store, EG_SUGGESTION_OPEN).last, "sam@example.org"));
    assert_int_equal(eg_store_forget(store, EG_TEXT("yesterday'; DROP TABLE service; --"), &err), EG_INVALID);
    eg_store_close(store);
}

static bool see_base(void *context, const struct eg_suggestion *suggestion)
{
    (void)snprintf(context, 64, "%.*s", EG_TEXT_ARG(suggestion->base));
    return false;
}

static void a_store_of_before_gets_the_columns_that_it_lacks(void **state)
{
    (void)state;
    struct eg_error err = {0};
    char base[64] = "?";
    struct eg_suggestion_visitor visitor = {see_base, base};
    struct eg_text source = eg_test_store_source("before");
    struct eg_store *store = eg_test_store_small(source);
    assert_int_equal(suggest(store, 51, &err), EG_OK);
    eg_store_close(store);
    eg_test_store_must(source, "ALTER TABLE suggestion DROP COLUMN base");
    store = eg_test_store_open(source, true);
    assert_int_equal(eg_store_suggestion(store, eg_text_from(eg_test_id(51)), &visitor, &err), EG_OK);
    assert_string_equal(base, "");
    struct eg_suggestion with = {.at = EG_TEXT("2026-11-22T10:00:00.000Z"),
                                 .entry_id = eg_text_from(eg_test_id(2)),
                                 .document = EG_TEXT("{\"name\":\"Walks\"}"),
                                 .base = EG_TEXT("{\"name\":\"Runs\"}")};
    (void)snprintf(with.id, sizeof with.id, "%s", eg_test_id(52));
    assert_int_equal(eg_store_suggest(store, &with, &err), EG_OK);
    assert_int_equal(eg_store_suggestion(store, eg_text_from(eg_test_id(52)), &visitor, &err), EG_OK);
    assert_string_equal(base, "{\"name\":\"Runs\"}");
    eg_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_comes_newest_first_for_all_and_for_one_entry),
        cmocka_unit_test(suggestions_that_wait_do_not_fill_the_disk),
        cmocka_unit_test(suggestions_wait_oldest_first_until_they_are_decided_once),
        cmocka_unit_test(a_decision_that_fails_takes_the_commit_with_it),
        cmocka_unit_test(no_more_than_ten_thousand_suggestions_wait),
        cmocka_unit_test(a_store_of_before_gets_the_columns_that_it_lacks),
        cmocka_unit_test(who_suggested_is_forgotten_some_time_after_the_decision),
    };
    int failed = cmocka_run_group_tests_name("store_history", tests, NULL, NULL);
    eg_test_store_clear();
    return failed;
}
