#include "base/log.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"

/* Standard error, sent to a file while a test runs. */
struct capture {
    int saved;
    int file;
    char text[65536];
};

static void begin_capture(struct capture *capture)
{
    char name[] = "/tmp/evenground-log-XXXXXX";
    capture->file = mkstemp(name);
    assert_true(capture->file >= 0);
    (void)unlink(name);
    capture->saved = dup(STDERR_FILENO);
    assert_true(dup2(capture->file, STDERR_FILENO) >= 0);
}

static const char *end_capture(struct capture *capture)
{
    (void)dup2(capture->saved, STDERR_FILENO);
    (void)close(capture->saved);
    ssize_t len = pread(capture->file, capture->text, sizeof capture->text - 1, 0);
    (void)close(capture->file);
    assert_true(len >= 0);
    capture->text[len] = '\0';
    return capture->text;
}

/* The line after its date, which is checked for form. */
static const char *after_date(const char *line)
{
    static const char form[] = "dddd-dd-ddTdd:dd:ddZ ";
    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (form[i] == 'd') assert_in_range(line[i], '0', '9');
        else assert_int_equal(line[i], form[i]);
    }
    return line + sizeof form - 1;
}

static void a_line_has_date_level_module_and_message(void **state)
{
    (void)state;
    struct capture capture;
    begin_capture(&capture);
    eg_log(EG_LOG_WARNING, "load", "%d areas", 32844);
    assert_string_equal(after_date(end_capture(&capture)), "warning load: 32844 areas\n");
}

static void lines_below_the_level_are_dropped(void **state)
{
    (void)state;
    struct capture capture;
    begin_capture(&capture);
    eg_log(EG_LOG_DEBUG, "a", "one");
    eg_log_set_level(EG_LOG_ERROR);
    eg_log(EG_LOG_WARNING, "a", "two");
    eg_log_set_level(EG_LOG_DEBUG);
    eg_log(EG_LOG_DEBUG, "a", "three");
    eg_log_set_level(EG_LOG_INFO);
    assert_string_equal(after_date(end_capture(&capture)), "debug a: three\n");
}

static void a_strangers_text_cannot_forge_a_line(void **state)
{
    (void)state;
    struct capture capture;
    begin_capture(&capture);
    eg_log(EG_LOG_INFO, "http", "%s", "x\r\n2026-01-01T00:00:00Z info a: b\t\x1B[2J\x7F");
    assert_string_equal(after_date(end_capture(&capture)),
                        "info http: x\\r\\n2026-01-01T00:00:00Z info a: b\\t\\x1b[2J\\x7f\n");
}

static void utf8_is_kept_and_other_bytes_are_escaped(void **state)
{
    (void)state;
    struct capture capture;
    begin_capture(&capture);
    eg_log(EG_LOG_INFO, "a", "caf\xC3\xA9");
    assert_string_equal(after_date(end_capture(&capture)), "info a: caf\xC3\xA9\n");
    begin_capture(&capture);
    eg_log(EG_LOG_INFO, "a", "caf\xE9");
    assert_string_equal(after_date(end_capture(&capture)), "info a: caf\\xe9\n");
    begin_capture(&capture);
    eg_log(EG_LOG_INFO, "a", "x\xC2\x9By"); /* U+009B starts a terminal command */
    assert_string_equal(after_date(end_capture(&capture)), "info a: x\\xc2\\x9by\n");
}

static void a_long_message_is_cut_with_dots(void **state)
{
    (void)state;
    struct capture capture;
    char message[5001];
    for (size_t i = 0; i < 2500; i++) memcpy(message + 2 * i, "\xC3\xA9", 3);
    begin_capture(&capture);
    eg_log(EG_LOG_INFO, "a", "%s", message);
    const char *line = end_capture(&capture);
    size_t len = strlen(line);
    assert_true(len > 900 && len < 1200);
    assert_string_equal(line + len - 4, "...\n");
    assert_true(eg_text_is_utf8((struct eg_text){line, len}));
    memset(message, '\n', sizeof message - 1);
    begin_capture(&capture);
    eg_log(EG_LOG_INFO, "a-module-name-that-is-far-too-long-for-a-line", "%s", message);
    line = end_capture(&capture);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

enum { LINES_PER_THREAD = 100 };

static void *log_many(void *context)
{
    for (int i = 0; i < LINES_PER_THREAD; i++) eg_log(EG_LOG_INFO, "thread", "%s", (const char *)context);
    return NULL;
}

static void lines_of_several_threads_do_not_mix(void **state)
{
    (void)state;
    static char texts[4][40];
    struct capture capture;
    pthread_t threads[4];
    begin_capture(&capture);
    for (size_t t = 0; t < 4; t++) {
        memset(texts[t], (int)('a' + t), sizeof texts[t] - 1);
        assert_int_equal(pthread_create(&threads[t], NULL, log_many, texts[t]), 0);
    }
    for (size_t t = 0; t < 4; t++) (void)pthread_join(threads[t], NULL);
    struct eg_text rest = eg_text_from(end_capture(&capture));
    for (int i = 0; i < 4 * LINES_PER_THREAD; i++) {
        struct eg_text line;
        rest = eg_text_cut(rest, '\n', &line);
        assert_int_equal(line.len, 21 + strlen("info thread: ") + 39);
        for (size_t c = 1; c < 39; c++)
            assert_int_equal(line.data[line.len - 1 - c], line.data[line.len - 1]);
    }
    assert_int_equal(rest.len, 0);
}

static void a_stage_writes_one_line_when_no_terminal_is_there(void **state)
{
    (void)state;
    struct capture capture;
    begin_capture(&capture);
    struct eg_stage stage;
    eg_log_stage_begin(&stage, "boundaries lsoa11: read");
    stage.shown_s = -10; /* a bar would be due */
    for (size_t i = 0; i <= 10; i++) eg_log_stage_step(&stage, i, 10);
    eg_log_stage_done(&stage, "%d areas", 10);
    const char *line = after_date(end_capture(&capture));
    static const char expected[] = "info load: boundaries lsoa11: read: 10 areas in ";
    assert_memory_equal(line, expected, sizeof expected - 1);
    assert_string_equal(line + strlen(line) - 3, " s\n");
}

/** Reads what was written to the other end up to the first line feed: a terminal may hand it over in parts. */
static size_t read_to_line_end(int terminal, char *shown, size_t size)
{
    size_t len = 0;
    struct pollfd ready = {.fd = terminal, .events = POLLIN};
    while (len + 1 < size && !memchr(shown, '\n', len) && poll(&ready, 1, 5000) > 0) {
        ssize_t n = read(terminal, shown + len, size - 1 - len);
        if (n <= 0) break;
        len += (size_t)n;
    }
    shown[len] = '\0';
    return len;
}

static void a_terminal_shows_a_bar_that_the_next_line_removes(void **state)
{
    (void)state;
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
        print_message("# no pseudo-terminal can be opened\n");
        skip();
    }
    int slave = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    int saved = dup(STDERR_FILENO);
    assert_true(slave >= 0 && saved >= 0 && dup2(slave, STDERR_FILENO) >= 0);
    struct eg_stage stage;
    eg_log_stage_begin(&stage, "reading");
    eg_log_stage_step(&stage, 1, 2); /* too early to be drawn */
    stage.shown_s = -10;
    eg_log_stage_step(&stage, 1, 2);
    eg_log_stage_step(&stage, 2, 2); /* too soon after the last */
    eg_log_stage_done(&stage, "done");
    (void)dup2(saved, STDERR_FILENO);
    (void)close(saved);
    char shown[1024] = "";
    size_t len = read_to_line_end(terminal, shown, sizeof shown);
    (void)close(slave);
    (void)close(terminal);
    assert_true(len > 0);
    static const char bar[] = "\r[###############               ]  50 % reading\033[K\r\033[K";
    assert_memory_equal(shown, bar, sizeof bar - 1);
    assert_memory_equal(after_date(shown + sizeof bar - 1), "info load: reading: done in ", 28);
}

static void the_clocks_run(void **state)
{
    (void)state;
    double before_s = eg_clock_monotonic_s();
    double after_s = eg_clock_monotonic_s();
    assert_true(after_s >= before_s);
    char now[21];
    eg_clock_utc(now);
    assert_int_equal(strlen(now), 20);
    assert_true(strcmp(now, "2020") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_date_level_module_and_message),
        cmocka_unit_test(lines_below_the_level_are_dropped),
        cmocka_unit_test(a_strangers_text_cannot_forge_a_line),
        cmocka_unit_test(utf8_is_kept_and_other_bytes_are_escaped),
        cmocka_unit_test(a_long_message_is_cut_with_dots),
        cmocka_unit_test(lines_of_several_threads_do_not_mix),
        cmocka_unit_test(a_stage_writes_one_line_when_no_terminal_is_there),
        cmocka_unit_test(a_terminal_shows_a_bar_that_the_next_line_removes),
        cmocka_unit_test(the_clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
