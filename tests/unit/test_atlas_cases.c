/* Runs tests/unit/atlas_cases.txt against the reader: each case is a test of its own, under its own sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "data/atlas.h"

#define CASES_MAX 400

struct atlas_case {
    char name[160];
    char says[256]; /* empty: it is read */
    uint32_t line, column, n_lines;
    struct eg_buffer yaml;
};

struct cases {
    struct atlas_case item[CASES_MAX];
    size_t n;
};

/* What is added below an atlas that lacks it. */
static const char *const added[][2] = {
    {"evenground:", "evenground: 1\n"},
    {"title:", "title: T\n"},
    {"boundaries:", "boundaries:\n"
                    "- {id: a, title: A, source: a.gpkg, key: code}\n"
                    "- {id: b, title: B, dissolve: {of: a, column: bcode}}\n"
                    "- {id: c, title: C, source: c.gpkg, key: code}\n"},
    {"tables:", "tables:\n"
                "- {id: t, source: t.csv, key: code, boundaries: a, period: 2019}\n"
                "- {id: u, source: u.csv, key: code}\n"},
};

static bool has_key(const struct eg_buffer *yaml, const char *key)
{
    char inner[32];
    (void)snprintf(inner, sizeof inner, "\n%s", key);
    return yaml->data && (strncmp(yaml->data, key, strlen(key)) == 0 || strstr(yaml->data, inner));
}

static void complete(struct atlas_case *c)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(added); i++) {
        if (!has_key(&c->yaml, added[i][0])) eg_buffer_literal(&c->yaml, added[i][1]);
    }
}

static void copy_line(char *out, size_t size, const char *text)
{
    size_t len = strlen(text);
    assert_true(len < size);
    memcpy(out, text, len + 1);
}

static void read_header_line(struct cases *cases, const char *text, int *n_headers)
{
    if ((*n_headers)++ == 0) {
        assert_true(cases->n < CASES_MAX);
        struct atlas_case *c = &cases->item[cases->n++];
        copy_line(c->name, sizeof c->name, text);
        eg_buffer_init(&c->yaml, 0);
    } else if (*n_headers == 2 && strcmp(text, "ok") != 0) {
        copy_line(cases->item[cases->n - 1].says, sizeof cases->item->says, text);
    }
}

/* A line of the atlas; ">>" marks the place of the mistake. */
static void read_line(struct atlas_case *c, const char *line)
{
    const char *mark = strstr(line, ">>");
    c->n_lines++;
    if (mark) {
        c->line = c->n_lines;
        c->column = (uint32_t)(mark - line) + 1;
        eg_buffer_append(&c->yaml, line, (size_t)(mark - line));
        line = mark + 2;
    }
    eg_buffer_literal(&c->yaml, line);
}

static void read_cases(struct cases *cases)
{
    char line[1024];
    int n_headers = 0;
    FILE *file = fopen("tests/unit/atlas_cases.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "#: ", 3) == 0) {
            line[strcspn(line, "\n")] = '\0';
            read_header_line(cases, line + 3, &n_headers);
            continue;
        }
        n_headers = 0;
        if (cases->n > 0) read_line(&cases->item[cases->n - 1], line);
    }
    (void)fclose(file);
    for (size_t i = 0; i < cases->n; i++) complete(&cases->item[i]);
}

static void run_case(void **state)
{
    const struct atlas_case *c = *state;
    struct eg_atlas *atlas = NULL;
    struct eg_error err = {0};
    char text[1200];
    struct eg_text yaml = {c->yaml.data, c->yaml.len};
    enum eg_status st = eg_atlas_parse(yaml, "/atlases/x/atlas.yaml", false, &atlas, &err);
    (void)eg_error_format(&err, text, sizeof text);
    eg_atlas_free(atlas);
    if (!c->says[0]) {
        if (st) fail_msg("refused: %s", text);
        return;
    }
    if (!st) fail_msg("read, but should be refused with: %s", c->says);
    if (!strstr(err.message, c->says)) fail_msg("should say '%s', but says: %s", c->says, text);
    if (err.line != c->line || err.column != c->column)
        fail_msg("should be at %u:%u, but is: %s", c->line, c->column, text);
    assert_string_equal(err.file, "/atlases/x/atlas.yaml");
}

int main(void)
{
    struct cases *cases = calloc(1, sizeof *cases);
    if (!cases) return 1;
    read_cases(cases);
    struct CMUnitTest tests[CASES_MAX];
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < cases->n; i++)
        tests[i] = (struct CMUnitTest){cases->item[i].name, run_case, NULL, NULL, &cases->item[i]};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    int failed = _cmocka_run_group_tests("atlas cases", tests, cases->n, NULL, NULL);
    for (size_t i = 0; i < cases->n; i++) eg_buffer_clear(&cases->item[i].yaml);
    free(cases);
    return failed;
}
