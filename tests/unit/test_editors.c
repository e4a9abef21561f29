#include "data/editors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/temp_file.h"

#define HASH                                                                                                 \
    "$argon2id$v=19$m=65536,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SECRET "correct horse battery"

static char path[512];

static int begin(void **state)
{
    (void)state;
    (void)eg_test_temp_path("editors.txt", path, sizeof path);
    (void)unlink(path);
    return 0;
}

static int end(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

static void write_file(const char *text)
{
    (void)eg_test_temp_bytes("editors.txt", text, strlen(text), path, sizeof path);
    assert_int_equal(chmod(path, 0600), 0);
}

static struct eg_editors *editors_now(void)
{
    struct eg_editors *editors = NULL;
    struct eg_error err = {0};
    if (eg_editors_read(path, &editors, &err) != EG_OK) fail_msg("%s", err.message);
    return editors;
}

static const struct eg_editor *signed_in(const struct eg_editors *editors, const char *name,
                                         const char *password)
{
    const struct eg_editor *editor = NULL;
    assert_int_equal(
        eg_editors_of_password(editors, eg_text_from(name), eg_text_from(password), &editor, NULL), EG_OK);
    return editor;
}

static void a_password_signs_in_its_editor_and_nobody_else(void **state)
{
    (void)state;
    assert_int_equal(eg_editors_set_password(path, EG_TEXT("Zoë Q"), EG_TEXT(SECRET), NULL), EG_OK);
    assert_int_equal(eg_editors_set_password(path, EG_TEXT("Ann"), EG_TEXT("another password"), NULL), EG_OK);
    struct eg_editors *editors = editors_now();
    assert_int_equal(editors->n, 2);
    assert_ptr_equal(signed_in(editors, "Zoë Q", SECRET), &editors->items[0]);
    assert_null(signed_in(editors, "Zoë Q", "another password"));
    assert_null(signed_in(editors, "Ann", SECRET));
    assert_null(signed_in(editors, "Nobody", SECRET));
    assert_null(signed_in(editors, "Ann", ""));
    eg_editors_free(editors);
}

static void a_token_is_known_and_another_is_not(void **state)
{
    (void)state;
    char token[EG_TOKEN_LEN + 1], older[EG_TOKEN_LEN + 1];
    assert_int_equal(eg_editors_set_token(path, EG_TEXT("import"), older, NULL), EG_OK);
    assert_int_equal(eg_editors_set_token(path, EG_TEXT("other"), token, NULL), EG_OK);
    assert_int_equal(eg_editors_set_token(path, EG_TEXT("import"), token, NULL), EG_OK);
    struct eg_editors *editors = editors_now();
    assert_int_equal(editors->n, 2);
    assert_ptr_equal(eg_editors_of_token(editors, eg_text_from(token)), &editors->items[0]);
    assert_null(eg_editors_of_token(editors, eg_text_from(older)));
    assert_null(eg_editors_of_token(editors, EG_TEXT("eg_" HEX)));
    assert_null(eg_editors_of_token(editors, EG_TEXT("")));
    assert_null(eg_editors_of_token(editors, editors->items[0].token));
    token[10] = token[10] == '0' ? '1' : '0';
    assert_null(eg_editors_of_token(editors, eg_text_from(token)));
    eg_editors_free(editors);
}

static void neither_password_nor_token_stands_in_the_file(void **state)
{
    (void)state;
    char token[EG_TOKEN_LEN + 1], text[4096];
    assert_int_equal(eg_editors_set_password(path, EG_TEXT("Ann"), EG_TEXT(SECRET), NULL), EG_OK);
    assert_int_equal(eg_editors_set_token(path, EG_TEXT("Ann"), token, NULL), EG_OK);
    FILE *file = fopen(path, "r");
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    assert_non_null(strstr(text, "password:Ann:$argon2id$"));
    assert_null(strstr(text, SECRET));
    assert_null(strstr(text, token + 3));
}

static void the_file_is_for_its_owner_alone(void **state)
{
    (void)state;
    static const mode_t open_to_others[] = {0604, 0640, 0620, 0602, 0644};
    struct stat about;
    assert_int_equal(eg_editors_set_password(path, EG_TEXT("Ann"), EG_TEXT(SECRET), NULL), EG_OK);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    for (size_t i = 0; i < EG_ARRAY_LEN(open_to_others); i++) {
        struct eg_editors *editors = NULL;
        struct eg_error err = {0};
        assert_int_equal(chmod(path, open_to_others[i]), 0);
        assert_int_equal(eg_editors_read(path, &editors, &err), EG_INVALID);
        assert_non_null(strstr(err.message, "chmod 600"));
        assert_int_equal(eg_editors_set_password(path, EG_TEXT("Eve"), EG_TEXT(SECRET), NULL), EG_INVALID);
    }
}

static void a_removed_editor_has_neither_password_nor_token(void **state)
{
    (void)state;
    char token[EG_TOKEN_LEN + 1];
    assert_int_equal(eg_editors_remove(path, EG_TEXT("Ann"), NULL), EG_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(eg_editors_set_password(path, EG_TEXT("Ann"), EG_TEXT(SECRET), NULL), EG_OK);
    assert_int_equal(eg_editors_set_token(path, EG_TEXT("Ann"), token, NULL), EG_OK);
    assert_int_equal(eg_editors_set_password(path, EG_TEXT("Bob"), EG_TEXT(SECRET), NULL), EG_OK);
    assert_int_equal(eg_editors_remove(path, EG_TEXT("Ann"), NULL), EG_OK);
    assert_int_equal(eg_editors_remove(path, EG_TEXT("Ann"), NULL), EG_NOT_FOUND);
    struct eg_editors *editors = editors_now();
    assert_int_equal(editors->n, 1);
    assert_null(eg_editors_of_token(editors, eg_text_from(token)));
    assert_null(signed_in(editors, "Ann", SECRET));
    assert_non_null(signed_in(editors, "Bob", SECRET));
    eg_editors_free(editors);
}

static void wrong_names_and_passwords_are_refused_and_make_no_file(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",     "a:b",
        " a",   "a ",
        "a\nb", "a\x7f",
        "\xff", "a\xc2\x85z",
        "a\tb", "0123456789012345678901234567890123456789012345678901234567890123456"};
    static const char *const passwords[] = {"", "elevenchars", "ééééééééééé",
                                            "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++)
        assert_int_equal(eg_editors_set_password(path, eg_text_from(names[i]), EG_TEXT(SECRET), NULL),
                         EG_INVALID);
    for (size_t i = 0; i < EG_ARRAY_LEN(passwords); i++)
        assert_int_equal(eg_editors_set_password(path, EG_TEXT("Ann"), eg_text_from(passwords[i]), NULL),
                         EG_INVALID);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_damaged_line_is_named_but_not_shown(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Ann:hunter2hunter2",
        "password:Ann:hunter2hunter2",
        "password:Ann",
        "password:Ann:$argon2id$v=19$m=4194304,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
        "password:Ann:" HASH "=",
        "password:A\x01:" HASH,
        "password:Bob:" HASH, /* a second one */
        "token:Ann:" HEX "0",
        "token:Ann:0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF",
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(lines); i++) {
        char text[1024];
        struct eg_editors *editors = NULL;
        struct eg_error err = {0};
        (void)snprintf(text, sizeof text, "# editors\n\npassword:Bob:%s\n%s\n", HASH, lines[i]);
        write_file(text);
        assert_int_equal(eg_editors_read(path, &editors, &err), EG_INVALID);
        assert_int_equal(err.line, 4);
        assert_null(strstr(err.message, "hunter2"));
    }
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    struct eg_editors *editors = NULL;
    assert_int_equal(eg_editors_read(path, &editors, NULL), EG_NOT_FOUND);
    assert_int_equal(eg_editors_read("/dev/zero", &editors, NULL), EG_INVALID);
    assert_int_equal(eg_editors_read("build", &editors, NULL), EG_INVALID);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(eg_editors_read(path, &editors, NULL), EG_INVALID);
    (void)unlink(path);
    write_file("");
    assert_int_equal(truncate(path, (1 << 20) + 1), 0);
    assert_int_equal(eg_editors_read(path, &editors, NULL), EG_LIMIT);
}

static void a_link_stays_one(void **state)
{
    (void)state;
    char link[600], token[EG_TOKEN_LEN + 1];
    struct stat about;
    (void)snprintf(link, sizeof link, "%s.link", path);
    write_file("");
    (void)unlink(link);
    assert_int_equal(symlink(strrchr(path, '/') + 1, link), 0);
    assert_int_equal(eg_editors_set_token(link, EG_TEXT("import"), token, NULL), EG_OK);
    assert_int_equal(lstat(link, &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    (void)unlink(link);
    struct eg_editors *editors = editors_now();
    assert_int_equal(editors->n, 1);
    eg_editors_free(editors);
}

enum { WRITERS = 4, WRITES = 10 };

static int write_many(int number)
{
    for (int i = 0; i < WRITES; i++) {
        char name[32], token[EG_TOKEN_LEN + 1];
        (void)snprintf(name, sizeof name, "w%d-%d", number, i);
        if (eg_editors_set_token(path, eg_text_from(name), token, NULL) != EG_OK) return 1;
    }
    return 0;
}

static void commands_at_the_same_time_do_not_lose_one_another_s_lines(void **state)
{
    (void)state;
    pid_t writers[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = fork();
        if (writers[i] == 0) _exit(write_many(i));
        assert_true(writers[i] > 0);
    }
    for (int i = 0; i < WRITERS; i++) {
        int status = 1;
        assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
        assert_int_equal(status, 0);
    }
    struct eg_editors *editors = editors_now();
    assert_int_equal(editors->n, WRITERS * WRITES);
    eg_editors_free(editors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_password_signs_in_its_editor_and_nobody_else, begin, end),
        cmocka_unit_test_setup_teardown(a_token_is_known_and_another_is_not, begin, end),
        cmocka_unit_test_setup_teardown(neither_password_nor_token_stands_in_the_file, begin, end),
        cmocka_unit_test_setup_teardown(the_file_is_for_its_owner_alone, begin, end),
        cmocka_unit_test_setup_teardown(a_removed_editor_has_neither_password_nor_token, begin, end),
        cmocka_unit_test_setup_teardown(wrong_names_and_passwords_are_refused_and_make_no_file, begin, end),
        cmocka_unit_test_setup_teardown(a_damaged_line_is_named_but_not_shown, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_file_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_link_stays_one, begin, end),
        cmocka_unit_test_setup_teardown(commands_at_the_same_time_do_not_lose_one_another_s_lines, begin,
                                        end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
