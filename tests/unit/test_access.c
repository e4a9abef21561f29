/* Who may edit: with exchanges, an atlas and clocks made by hand. */
#include "http/access.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "http/access_parts.h"
#include "http/server_parts.h"
#include "http/sessions.h"
#include "support/failing_malloc.h"
#include "support/temp_file.h"

#define PASSWORD "correct horse battery"

struct world {
    char path[512], token[EG_TOKEN_LEN + 1], bearer[EG_TOKEN_LEN + 16];
    struct eg_atlas_directory directory;
    struct eg_atlas atlas;
    struct eg_snapshot snapshot;
    struct eg_server server;
};

/* What stands in the file of editors at first: made once, since hashing a password takes its time on purpose. */
static struct {
    char text[1024], token[EG_TOKEN_LEN + 1];
    size_t len;
} made;

static int make_editors(void **state)
{
    (void)state;
    char path[512];
    (void)eg_test_temp_path("editors.txt", path, sizeof path);
    (void)unlink(path);
    assert_int_equal(eg_editors_set_password(path, EG_TEXT("ann"), EG_TEXT(PASSWORD), NULL), EG_OK);
    assert_int_equal(eg_editors_set_token(path, EG_TEXT("robot"), made.token, NULL), EG_OK);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    made.len = fread(made.text, 1, sizeof made.text, file);
    (void)fclose(file);
    assert_in_range(made.len, 1, sizeof made.text - 1);
    return unlink(path);
}

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    (void)eg_test_temp_bytes("editors.txt", made.text, made.len, world->path, sizeof world->path);
    assert_int_equal(chmod(world->path, 0600), 0);
    memcpy(world->token, made.token, sizeof made.token);
    (void)snprintf(world->bearer, sizeof world->bearer, "Bearer %s", world->token);
    world->directory.store.path = EG_TEXT("register.gpkg");
    world->directory.store.editors = eg_text_from(world->path);
    world->atlas.directories = &world->directory;
    world->atlas.n_directories = 1;
    world->snapshot.atlas = &world->atlas;
    assert_int_equal(eg_access_new(&world->server.access, NULL), EG_OK);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    eg_access_free(world->server.access);
    (void)unlink(world->path);
    free(world);
    return 0;
}

/* A request from 192.0.2.<host>. */
static struct eg_exchange from(struct world *world, enum eg_method method, uint8_t host)
{
    struct eg_exchange exchange = {.server = &world->server, .snapshot = &world->snapshot, .method = method};
    const uint8_t address[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 192, [14] = 2, [15] = host};
    memcpy(exchange.caller.address.bytes, address, sizeof address);
    exchange.base_url = EG_TEXT("https://atlas.example/finders");
    return exchange;
}

static enum eg_status check(struct eg_exchange *exchange, const char *csrf, double now_s,
                            struct eg_editor_known *editor_out)
{
    struct eg_error err = {0};
    enum eg_status status = eg_access_check_at(exchange, eg_text_from(csrf), now_s, editor_out, &err);
    if (status != EG_OK) {
        assert_true(strlen(err.message) > 10);
        assert_null(strstr(err.message, "eg_"));
    }
    return status;
}

static enum eg_status sign_in(struct eg_exchange *exchange, const char *name, const char *password,
                              double now_s, char cookie_out[EG_COOKIE_BYTES])
{
    struct eg_error err = {0};
    struct eg_sign_in with = {eg_text_from(name), eg_text_from(password)};
    enum eg_status status = eg_access_sign_in_at(exchange, &with, now_s, cookie_out, &err);
    if (status != EG_OK) assert_null(strstr(err.message, password));
    return status;
}

/* The secret that a browser gets when ann signs in. */
static const char *signed_in(struct world *world, double now_s, char secret_out[EG_SECRET_LEN + 1])
{
    struct eg_exchange exchange = from(world, EG_METHOD_POST, 1);
    char cookie[EG_COOKIE_BYTES];
    assert_int_equal(sign_in(&exchange, "ann", PASSWORD, now_s, cookie), EG_OK);
    assert_int_equal(strncmp(cookie, "evenground_session=", 19), 0);
    memcpy(secret_out, cookie + 19, EG_SECRET_LEN);
    secret_out[EG_SECRET_LEN] = '\0';
    return secret_out;
}

/* --- tokens ------------------------------------------------------------------------------------------------------------------ */

static void a_token_is_its_editor_and_needs_no_form(void **state)
{
    struct world *world = *state;
    struct eg_exchange exchange = from(world, EG_METHOD_PUT, 1);
    struct eg_editor_known editor;
    exchange.caller.authorization = world->bearer;
    exchange.caller.origin = "https://elsewhere.example";
    assert_int_equal(check(&exchange, NULL, 0, &editor), EG_OK);
    assert_string_equal(editor.name, "robot");
    assert_string_equal(editor.csrf, "");
}

static void what_is_no_token_is_401(void **state)
{
    struct world *world = *state;
    static const char *const wrong[] = {
        "Bearer eg_0000000000000000000000000000000000000000000000000000000000000000", "Bearer", "Bearer ", "",
        "Basic YW5uOmNvcnJlY3Q="};
    struct eg_editor_known editor;
    for (size_t i = 0; i < EG_ARRAY_LEN(wrong); i++) {
        struct eg_exchange exchange = from(world, EG_METHOD_GET, 1);
        exchange.caller.authorization = wrong[i];
        assert_int_not_equal(check(&exchange, NULL, 0, &editor), EG_OK);
        assert_int_equal(exchange.refused_with, 401);
    }
    struct eg_exchange exchange = from(world, EG_METHOD_GET, 1);
    assert_int_not_equal(check(&exchange, NULL, 0, &editor), EG_OK);
    assert_int_equal(exchange.refused_with, 401);
}

static void wrong_tokens_are_counted_by_address_and_do_not_hinder_a_right_one(void **state)
{
    struct world *world = *state;
    struct eg_editor_known editor;
    for (uint32_t i = 0; i < EG_ACCESS_ADDRESS + 2; i++) {
        struct eg_exchange exchange = from(world, EG_METHOD_GET, 1);
        exchange.caller.authorization = "Bearer eg_no";
        assert_int_not_equal(check(&exchange, NULL, 0, &editor), EG_OK);
        assert_int_equal(exchange.refused_with, i < EG_ACCESS_ADDRESS ? 401 : 429);
        assert_int_equal(exchange.retry_after_s > 0, i >= EG_ACCESS_ADDRESS);
    }
    struct eg_exchange exchange = from(world, EG_METHOD_GET, 1), other = from(world, EG_METHOD_GET, 2);
    exchange.caller.authorization = world->bearer;
    assert_int_equal(check(&exchange, NULL, 0, &editor), EG_OK);
    char secret[EG_SECRET_LEN + 1];
    (void)signed_in(world, 0, secret); /* from the same address */
    other.caller.authorization = "Bearer eg_no";
    assert_int_not_equal(check(&other, NULL, 0, &editor), EG_OK);
    assert_int_equal(other.refused_with, 401);
}

/* --- sessions ---------------------------------------------------------------------------------------------------------------- */

static void a_cookie_is_for_this_server_alone(void **state)
{
    struct world *world = *state;
    struct eg_exchange exchange = from(world, EG_METHOD_POST, 1);
    char cookie[EG_COOKIE_BYTES];
    assert_int_equal(sign_in(&exchange, "ann", PASSWORD, 0, cookie), EG_OK);
    assert_non_null(strstr(cookie, "; Path=/finders; HttpOnly; SameSite=Strict; Secure"));
    exchange.base_url = EG_TEXT("http://127.0.0.1:8080");
    eg_access_sign_out(&exchange, cookie);
    assert_string_equal(cookie, "evenground_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

static void a_session_reads_and_with_its_form_writes(void **state)
{
    struct world *world = *state;
    char secret[EG_SECRET_LEN + 1];
    struct eg_exchange exchange = from(world, EG_METHOD_GET, 1);
    struct eg_editor_known editor, again;
    exchange.caller.session = signed_in(world, 0, secret);
    assert_int_equal(check(&exchange, NULL, 1, &editor), EG_OK);
    assert_string_equal(editor.name, "ann");
    assert_int_equal(strlen(editor.csrf), EG_SECRET_LEN);
    assert_string_not_equal(editor.csrf, secret);
    exchange.method = EG_METHOD_POST;
    assert_int_equal(check(&exchange, editor.csrf, 1, &again), EG_OK);
    char wrong[EG_SECRET_LEN + 1];
    memcpy(wrong, editor.csrf, sizeof wrong);
    wrong[EG_SECRET_LEN - 1] = wrong[EG_SECRET_LEN - 1] == '0' ? '1' : '0';
    const char *const forged[] = {NULL, "", "0", wrong, secret};
    for (size_t i = 0; i < EG_ARRAY_LEN(forged); i++) {
        assert_int_not_equal(check(&exchange, forged[i], 1, &again), EG_OK);
        assert_int_equal(exchange.refused_with, 403);
    }
    wrong[EG_SECRET_LEN - 1] = '\0';
    assert_int_not_equal(check(&exchange, wrong, 1, &again), EG_OK);
}

static void other_sites_cannot_write_by_a_session_or_sign_anybody_in(void **state)
{
    struct world *world = *state;
    char secret[EG_SECRET_LEN + 1], cookie[EG_COOKIE_BYTES];
    struct eg_exchange exchange = from(world, EG_METHOD_GET, 1);
    struct eg_editor_known editor, again;
    exchange.caller.session = signed_in(world, 0, secret);
    assert_int_equal(check(&exchange, NULL, 1, &editor), EG_OK);
    static const char *const own[] = {"https://atlas.example", "HTTPS://Atlas.Example",
                                      "https://atlas.example:443"};
    static const char *const others[] = {"null",
                                         "",
                                         "https://evil.example",
                                         "http://atlas.example",
                                         "https://atlas.example:8443",
                                         "https://atlas.example.evil.example",
                                         "https://atlas.exampl"};
    exchange.method = EG_METHOD_POST;
    for (size_t i = 0; i < EG_ARRAY_LEN(own); i++) {
        exchange.caller.origin = own[i];
        assert_int_equal(check(&exchange, editor.csrf, 1, &again), EG_OK);
    }
    for (size_t i = 0; i < EG_ARRAY_LEN(others); i++) {
        exchange.caller.origin = others[i];
        assert_int_not_equal(check(&exchange, editor.csrf, 1, &again), EG_OK);
        assert_int_equal(exchange.refused_with, 403);
        exchange.refused_with = 0;
        assert_int_not_equal(sign_in(&exchange, "ann", PASSWORD, 1, cookie), EG_OK);
        assert_int_equal(exchange.refused_with, 403);
    }
}

static bool is_signed_in(struct world *world, const char *secret, double now_s)
{
    struct eg_exchange exchange = from(world, EG_METHOD_GET, 1);
    struct eg_editor_known editor;
    exchange.caller.session = secret;
    return check(&exchange, NULL, now_s, &editor) == EG_OK;
}

static void a_session_ends_when_it_is_not_used_and_in_any_case_after_a_day_s_work(void **state)
{
    struct world *world = *state;
    char idle[EG_SECRET_LEN + 1], busy[EG_SECRET_LEN + 1];
    (void)signed_in(world, 0, idle);
    (void)signed_in(world, 0, busy);
    assert_true(is_signed_in(world, idle, EG_SESSION_IDLE_S - 1));
    assert_false(is_signed_in(world, idle, 2 * EG_SESSION_IDLE_S));
    assert_false(is_signed_in(world, idle, EG_SESSION_IDLE_S - 1)); /* for good */
    for (double now_s = 0; now_s < EG_SESSION_S; now_s += 1000) assert_true(is_signed_in(world, busy, now_s));
    assert_false(is_signed_in(world, busy, EG_SESSION_S));
}

static void signing_out_and_signing_in_again_end_a_session(void **state)
{
    struct world *world = *state;
    char first[EG_SECRET_LEN + 1], second[EG_SECRET_LEN + 1], cookie[EG_COOKIE_BYTES];
    struct eg_exchange exchange = from(world, EG_METHOD_POST, 1);
    exchange.caller.session = signed_in(world, 0, first);
    eg_access_sign_out(&exchange, cookie);
    assert_false(is_signed_in(world, first, 1));
    exchange.caller.session = signed_in(world, 0, second);
    assert_int_equal(sign_in(&exchange, "ann", PASSWORD, 1, cookie), EG_OK);
    assert_false(is_signed_in(world, second, 1));
}

static void a_session_ends_with_the_password_by_which_it_began(void **state)
{
    struct world *world = *state;
    char secret[EG_SECRET_LEN + 1];
    (void)signed_in(world, 0, secret);
    assert_int_equal(eg_editors_set_token(world->path, EG_TEXT("ann"), world->token, NULL), EG_OK);
    assert_true(is_signed_in(world, secret, 1));
    assert_int_equal(
        eg_editors_set_password(world->path, EG_TEXT("ann"), EG_TEXT("another fine password"), NULL), EG_OK);
    assert_false(is_signed_in(world, secret, 2));
}

static void a_session_ends_when_its_editor_is_removed(void **state)
{
    struct world *world = *state;
    char secret[EG_SECRET_LEN + 1];
    struct eg_editor_known editor;
    struct eg_exchange exchange = from(world, EG_METHOD_GET, 1);
    exchange.caller.authorization = world->bearer;
    assert_int_equal(check(&exchange, NULL, 0, &editor), EG_OK);
    (void)signed_in(world, 0, secret);
    assert_int_equal(eg_editors_remove(world->path, EG_TEXT("ann"), NULL), EG_OK);
    assert_false(is_signed_in(world, secret, 1));
    assert_int_equal(check(&exchange, NULL, 1, &editor), EG_OK);
    assert_int_equal(eg_editors_remove(world->path, EG_TEXT("robot"), NULL), EG_OK);
    assert_int_not_equal(check(&exchange, NULL, 1, &editor), EG_OK);
}

static void the_session_used_longest_ago_gives_way(void **state)
{
    (void)state;
    struct eg_sessions *sessions = NULL;
    const struct eg_editor editor = {.name = EG_TEXT("ann"), .password = EG_TEXT("x")};
    static char secrets[EG_SESSIONS + 1][EG_SECRET_LEN + 1];
    struct eg_session session;
    assert_int_equal(eg_sessions_new(&sessions, NULL), EG_OK);
    for (uint32_t i = 0; i < EG_SESSIONS; i++)
        assert_int_equal(eg_sessions_begin(sessions, &editor, i, secrets[i], NULL), EG_OK);
    assert_true(eg_sessions_find(sessions, eg_text_from(secrets[0]), EG_SESSIONS, &session));
    assert_int_equal(eg_sessions_begin(sessions, &editor, EG_SESSIONS, secrets[EG_SESSIONS], NULL), EG_OK);
    assert_true(eg_sessions_find(sessions, eg_text_from(secrets[0]), EG_SESSIONS, &session));
    assert_false(eg_sessions_find(sessions, eg_text_from(secrets[1]), EG_SESSIONS, &session));
    assert_true(eg_sessions_find(sessions, eg_text_from(secrets[2]), EG_SESSIONS, &session));
    assert_true(eg_sessions_find(sessions, eg_text_from(secrets[EG_SESSIONS]), EG_SESSIONS, &session));
    assert_false(eg_sessions_find(sessions, EG_TEXT(""), EG_SESSIONS, &session));
    eg_sessions_free(sessions);
}

/* --- guessing ---------------------------------------------------------------------------------------------------------------- */

static unsigned refusal(struct world *world, uint8_t host, const char *name, const char *password,
                        double now_s)
{
    struct eg_exchange exchange = from(world, EG_METHOD_POST, host);
    char cookie[EG_COOKIE_BYTES];
    enum eg_status status = sign_in(&exchange, name, password, now_s, cookie);
    assert_int_equal(status == EG_OK, exchange.refused_with == 0);
    assert_int_equal(exchange.refused_with == 429, exchange.retry_after_s > 0);
    return exchange.refused_with;
}

static void an_address_has_ten_guesses_and_more_with_time(void **state)
{
    struct world *world = *state;
    assert_int_equal(refusal(world, 1, "ann", "guessed at", 0), 401);
    assert_int_equal(refusal(world, 1, "ann", PASSWORD, 0), 0); /* forgets the one that failed */
    for (uint32_t i = 0; i < EG_ACCESS_ADDRESS; i++)
        assert_int_equal(refusal(world, 1, i % 2 ? "ann" : "nobody", "guessed at", 0), 401);
    assert_int_equal(refusal(world, 1, "ann", PASSWORD, 0), 429);
    assert_int_equal(refusal(world, 2, "ann", PASSWORD, 0), 0);
    assert_int_equal(refusal(world, 1, "ann", "guessed at", 91), 401);
    assert_int_equal(refusal(world, 1, "ann", PASSWORD, 91), 429);
    assert_int_equal(refusal(world, 1, "ann", PASSWORD, 182), 0);
}

static void many_addresses_do_not_guess_one_name_nor_keep_its_owner_out(void **state)
{
    struct world *world = *state;
    assert_int_equal(refusal(world, 1, "ann", PASSWORD, 0), 0);
    for (uint32_t i = 0; i < EG_ACCESS_NAME; i++)
        assert_int_equal(refusal(world, (uint8_t)(100 + i), "ann", "guessed at", 0), 401);
    assert_int_equal(refusal(world, 99, "ann", PASSWORD, 0), 429);
    assert_int_equal(refusal(world, 99, "robot", "guessed at", 0), 401);
    assert_int_equal(refusal(world, 1, "ann", "guessed at", 0), 401);
    assert_int_equal(refusal(world, 1, "ann", PASSWORD, 0), 0);
    assert_int_equal(refusal(world, 99, "ann", PASSWORD, 121), 0);
}

/* --- the file ---------------------------------------------------------------------------------------------------------------- */

static unsigned token_refusal(struct world *world)
{
    struct eg_exchange exchange = from(world, EG_METHOD_GET, 1);
    struct eg_editor_known editor;
    exchange.caller.authorization = world->bearer;
    enum eg_status status = check(&exchange, NULL, 0, &editor);
    assert_int_equal(status == EG_OK, exchange.refused_with == 0);
    return exchange.refused_with;
}

static void without_a_store_or_editors_nobody_may_edit(void **state)
{
    struct world *world = *state;
    assert_int_equal(token_refusal(world), 0);
    (void)unlink(world->path);
    assert_int_equal(token_refusal(world), 403);
    world->directory.store.editors = (struct eg_text){0};
    assert_int_equal(token_refusal(world), 403);
    world->directory.store.path = (struct eg_text){0};
    assert_int_equal(token_refusal(world), 403);
}

static void a_file_that_is_open_to_others_or_damaged_is_503_until_it_is_mended(void **state)
{
    struct world *world = *state;
    assert_int_equal(token_refusal(world), 0);
    assert_int_equal(chmod(world->path, 0644), 0);
    assert_int_equal(token_refusal(world), 503);
    assert_int_equal(token_refusal(world), 503);
    assert_int_equal(chmod(world->path, 0600), 0);
    assert_int_equal(token_refusal(world), 0);
    FILE *file = fopen(world->path, "a");
    (void)fputs("token:ann:secret typed by hand\n", file);
    (void)fclose(file);
    assert_int_equal(token_refusal(world), 503);
}

static void refused_memory_is_said_and_nothing_leaks(void **state)
{
    struct world *world = *state;
    for (long n = 1;; n++) {
        struct eg_exchange exchange = from(world, EG_METHOD_GET, 1);
        struct eg_editor_known editor;
        struct eg_access *old = world->server.access;
        exchange.caller.authorization = world->bearer;
        eg_failing_malloc_after(n);
        enum eg_status status = eg_access_new(&world->server.access, NULL);
        if (status == EG_OK) status = eg_access_check_at(&exchange, EG_TEXT(""), 0, &editor, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        if (world->server.access != old) eg_access_free(world->server.access);
        world->server.access = old;
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        if (!failed) break;
    }
}

enum { THREADS = 4, ROUNDS = 60 };

static void *go_in_and_out(void *context)
{
    struct world *world = context;
    for (int i = 0; i < ROUNDS; i++) assert_int_equal(token_refusal(world), 0);
    return NULL;
}

static void threads_ask_while_the_file_is_replaced(void **state)
{
    struct world *world = *state;
    pthread_t threads[THREADS];
    char token[EG_TOKEN_LEN + 1];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, go_in_and_out, world), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(eg_editors_set_token(world->path, EG_TEXT("other"), token, NULL), EG_OK);
    for (int i = 0; i < THREADS; i++) (void)pthread_join(threads[i], NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_token_is_its_editor_and_needs_no_form, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_token_is_401, begin, end),
        cmocka_unit_test_setup_teardown(wrong_tokens_are_counted_by_address_and_do_not_hinder_a_right_one,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_cookie_is_for_this_server_alone, begin, end),
        cmocka_unit_test_setup_teardown(a_session_reads_and_with_its_form_writes, begin, end),
        cmocka_unit_test_setup_teardown(other_sites_cannot_write_by_a_session_or_sign_anybody_in, begin, end),
        cmocka_unit_test_setup_teardown(a_session_ends_when_it_is_not_used_and_in_any_case_after_a_day_s_work,
                                        begin, end),
        cmocka_unit_test_setup_teardown(signing_out_and_signing_in_again_end_a_session, begin, end),
        cmocka_unit_test_setup_teardown(a_session_ends_with_the_password_by_which_it_began, begin, end),
        cmocka_unit_test_setup_teardown(a_session_ends_when_its_editor_is_removed, begin, end),
        cmocka_unit_test(the_session_used_longest_ago_gives_way),
        cmocka_unit_test_setup_teardown(an_address_has_ten_guesses_and_more_with_time, begin, end),
        cmocka_unit_test_setup_teardown(many_addresses_do_not_guess_one_name_nor_keep_its_owner_out, begin,
                                        end),
        cmocka_unit_test_setup_teardown(without_a_store_or_editors_nobody_may_edit, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_is_open_to_others_or_damaged_is_503_until_it_is_mended,
                                        begin, end),
        cmocka_unit_test_setup_teardown(refused_memory_is_said_and_nothing_leaks, begin, end),
        cmocka_unit_test_setup_teardown(threads_ask_while_the_file_is_replaced, begin, end),
    };
    return cmocka_run_group_tests(tests, make_editors, NULL);
}
