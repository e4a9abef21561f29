/* One pass over the bytes that knows strings, brackets and line ends, and nothing else of JSON. */
#include "data/json_items.h"

#include <stdbool.h>
#include <string.h>

struct scan {
    struct eg_text json;
    size_t at;
    uint32_t line;
    const struct eg_json_list *list;
    eg_json_item_fn *on_item;
    void *context;
    struct eg_error *err;
};

static enum eg_status fail(struct scan *scan, const char *what)
{
    (void)eg_error_set(scan->err, EG_INVALID, "not JSON as it is wanted: %s", what);
    (void)eg_error_at(scan->err, NULL, scan->line, 0);
    return EG_INVALID;
}

static char peek(const struct scan *scan)
{
    return scan->at < scan->json.len ? scan->json.data[scan->at] : '\0';
}

static void step(struct scan *scan)
{
    if (peek(scan) == '\n') scan->line++;
    scan->at++;
}

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->json.len && memchr(" \t\r\n", peek(scan), 4)) step(scan);
}

static enum eg_status skip_string(struct scan *scan)
{
    for (step(scan); scan->at < scan->json.len && peek(scan) != '"'; step(scan))
        if (peek(scan) == '\\') step(scan);
    if (scan->at >= scan->json.len) return fail(scan, "it ends within a text");
    step(scan);
    return EG_OK;
}

/* Up to the comma or bracket that ends the value. */
static enum eg_status skip_value(struct scan *scan)
{
    uint32_t depth = 0;
    while (scan->at < scan->json.len) {
        char c = peek(scan);
        if (depth == 0 && (c == ',' || c == ']' || c == '}')) return EG_OK;
        if (c == '[' || c == '{') depth++;
        if (c == ']' || c == '}') depth--;
        if (depth > EG_JSON_ITEMS_DEPTH) return fail(scan, "its brackets are nested too deeply");
        enum eg_status status = EG_OK;
        if (c == '"') status = skip_string(scan);
        else step(scan);
        if (status != EG_OK) return status;
    }
    return fail(scan, "it ends within a bracket");
}

static enum eg_status read_item(struct scan *scan, uint32_t index)
{
    struct eg_json_item item = {{scan->json.data + scan->at, 0}, scan->line, index};
    size_t start = scan->at;
    enum eg_status status = skip_value(scan);
    if (status != EG_OK) return status;
    item.text.len = scan->at - start;
    item.text = eg_text_trim(item.text);
    if (item.text.len == 0) return fail(scan, "an item of the list is missing");
    return scan->on_item(scan->context, &item, scan->err);
}

static enum eg_status read_array(struct scan *scan)
{
    step(scan);
    skip_blanks(scan);
    for (uint32_t index = 0; peek(scan) != ']'; index++) {
        skip_blanks(scan);
        enum eg_status status = read_item(scan, index);
        if (status != EG_OK) return status;
        if (peek(scan) == '}') return fail(scan, "a list ends with '}'");
        if (peek(scan) == ',') step(scan);
        else break;
    }
    step(scan);
    return EG_OK;
}

static bool is_member(const struct scan *scan, size_t start, const char *member)
{
    struct eg_text name = {scan->json.data + start + 1, scan->at - start - 2};
    return eg_text_equal(name, eg_text_from(member));
}

/* What is no list may be an item alone. */
static enum eg_status take_alone(struct scan *scan, const struct scan *begin, bool is_item)
{
    struct eg_json_item item = {
        {begin->json.data + begin->at, scan->at - begin->at}, begin->line, EG_JSON_ITEM_ALONE};
    if (is_item) return scan->on_item(scan->context, &item, scan->err);
    return eg_error_set(scan->err, EG_INVALID, "the document has no list '%s', and is none itself",
                        scan->list->member);
}

static enum eg_status read_object(struct scan *scan)
{
    bool found = false, is_item = false;
    const struct scan begin = *scan;
    step(scan);
    for (skip_blanks(scan); peek(scan) == '"'; skip_blanks(scan)) {
        size_t start = scan->at;
        enum eg_status status = skip_string(scan);
        if (status != EG_OK) return status;
        bool wanted = !found && is_member(scan, start, scan->list->member);
        is_item |= is_member(scan, start, scan->list->alone);
        skip_blanks(scan);
        if (peek(scan) != ':') return fail(scan, "a colon is missing");
        step(scan);
        skip_blanks(scan);
        found |= wanted && peek(scan) == '[';
        status = wanted && peek(scan) == '[' ? read_array(scan) : skip_value(scan);
        if (status != EG_OK) return status;
        skip_blanks(scan);
        if (peek(scan) == ',') step(scan);
    }
    if (peek(scan) != '}') return fail(scan, "its outermost bracket does not end");
    step(scan);
    return found ? EG_OK : take_alone(scan, &begin, is_item);
}

enum eg_status eg_json_items(struct eg_text json, const struct eg_json_list *list, eg_json_item_fn *on_item,
                             void *context, struct eg_error *err)
{
    struct scan scan = {json, 0, 1, list, on_item, context, err};
    enum eg_status status;
    if (eg_text_starts_with(json, EG_TEXT("\xEF\xBB\xBF"))) scan.at = 3;
    skip_blanks(&scan);
    if (peek(&scan) == '[') status = read_array(&scan);
    else if (peek(&scan) == '{') status = read_object(&scan);
    else return fail(&scan, "it begins neither with '[' nor with '{'");
    if (status != EG_OK) return status;
    skip_blanks(&scan);
    return scan.at == json.len ? EG_OK : fail(&scan, "something follows its end");
}
