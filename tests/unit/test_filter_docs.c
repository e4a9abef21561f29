/* docs/filter.md shows filters that are accepted, and words that are said of those that are not. */
#include "engine/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct eg_property items[] = {
    {.name = {"code", 4}, .type = EG_VALUE_TEXT},           {.name = {"name", 4}, .type = EG_VALUE_TEXT},
    {.name = {"value", 5}, .type = EG_VALUE_NUMBER},        {.name = {"state", 5}, .type = EG_VALUE_TEXT},
    {.name = {"period", 6}, .type = EG_VALUE_DATE},         {.name = {"kind", 4}, .type = EG_VALUE_TEXT},
    {.name = {"programme", 9}, .type = EG_VALUE_TEXT},      {.name = {"amount", 6}, .type = EG_VALUE_NUMBER},
    {.name = {"last_reviewed", 13}, .type = EG_VALUE_DATE},
};

struct page {
    char bytes[32768];
    struct eg_text rest;
};

static void read_page(struct page *page)
{
    FILE *file = fopen("docs/filter.md", "rbe");
    if (!file) fail_msg("docs/filter.md cannot be read; run the test from the project's root");
    size_t len = fread(page->bytes, 1, sizeof page->bytes, file);
    assert_true(len > 0 && len < sizeof page->bytes);
    (void)fclose(file);
    page->rest = (struct eg_text){page->bytes, len};
}

static bool next_line(struct page *page, struct eg_text *line_out)
{
    if (!page->rest.data) return false;
    page->rest = eg_text_cut(page->rest, '\n', line_out);
    return true;
}

static enum eg_status parse(struct eg_text text, enum eg_filter_language language, struct eg_error *err)
{
    const struct eg_properties properties = {items, EG_ARRAY_LEN(items)};
    struct eg_filter_source source = {.text = text, .language = language};
    struct eg_filter *filter = NULL;
    enum eg_status status = eg_filter_parse(&source, &properties, &filter, err);
    eg_filter_free(filter);
    return status;
}

/* The lines up to the closing fence, as one text. */
static struct eg_text take_block(struct page *page)
{
    struct eg_text line = {0}, block = {page->rest.data, 0};
    while (next_line(page, &line) && !eg_text_starts_with(line, EG_TEXT("```")))
        block.len = (size_t)(line.data + line.len - block.data);
    return block;
}

static void every_filter_shown_is_accepted(void **state)
{
    (void)state;
    static struct page page;
    struct eg_text line = {0};
    int shown = 0;
    read_page(&page);
    while (next_line(&page, &line)) {
        bool is_json = eg_text_equal(line, EG_TEXT("```cql2-json"));
        if (!is_json && !eg_text_equal(line, EG_TEXT("```cql2"))) continue;
        struct eg_error err = {0};
        struct eg_text block = take_block(&page);
        if (parse(block, is_json ? EG_FILTER_CQL2_JSON : EG_FILTER_CQL2_TEXT, &err) != EG_OK)
            fail_msg("%.*s\n  is refused: %s", EG_TEXT_ARG(block), err.message);
        shown++;
    }
    assert_true(shown > 8);
}

/* What stands in the next pair of backquotes of a line; the rest of it is left. */
static struct eg_text take_quoted(struct eg_text *line)
{
    struct eg_text head = {0};
    *line = eg_text_cut(*line, '`', &head);
    *line = eg_text_cut(*line, '`', &head);
    return head;
}

static void every_refusal_shown_is_what_is_said(void **state)
{
    (void)state;
    static struct page page;
    struct eg_text line = {0};
    int shown = 0;
    bool in_table = false;
    read_page(&page);
    while (next_line(&page, &line)) {
        if (eg_text_starts_with(line, EG_TEXT("| filter | answer"))) in_table = true;
        if (!eg_text_starts_with(line, EG_TEXT("|"))) in_table = false;
        if (!in_table || !eg_text_starts_with(line, EG_TEXT("| `"))) continue;
        struct eg_error err = {0};
        struct eg_text filter = take_quoted(&line), words = take_quoted(&line);
        assert_int_not_equal(parse(filter, EG_FILTER_CQL2_TEXT, &err), EG_OK);
        if (!eg_text_equal(words, eg_text_from(err.message)))
            fail_msg("of %.*s\n  is said: %s\n  and not: %.*s", EG_TEXT_ARG(filter), err.message,
                     EG_TEXT_ARG(words));
        shown++;
    }
    assert_true(shown > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_filter_shown_is_accepted),
        cmocka_unit_test(every_refusal_shown_is_what_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
