/* HTML as src/http/html.c writes it: attributes in double quotes, texts escaped by the five entities. */
#include "support/html_form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *entity, *text;
} entities[] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&#39;", "'"}};

static char *unescaped(const char *from, const char *to)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    eg_buffer_literal(&out, "");
    while (from < to) {
        size_t e = 0;
        while (e < EG_ARRAY_LEN(entities) &&
               strncmp(from, entities[e].entity, strlen(entities[e].entity)) != 0)
            e++;
        if (e < EG_ARRAY_LEN(entities)) {
            eg_buffer_literal(&out, entities[e].text);
            from += strlen(entities[e].entity);
        } else {
            if (*from == '&' || *from == '<') fail_msg("not escaped: %.40s", from);
            eg_buffer_char(&out, *from++);
        }
    }
    return eg_buffer_take(&out, NULL);
}

/* The value of an attribute of the tag at `tag`, or NULL. */
static char *attribute(const char *tag, const char *name)
{
    const char *end = strchr(tag, '>');
    char wanted[64];
    assert_non_null(end);
    (void)snprintf(wanted, sizeof wanted, " %s=\"", name);
    const char *at = strstr(tag, wanted);
    if (!at || at > end) return NULL;
    at += strlen(wanted);
    const char *quote = strchr(at, '"');
    assert_non_null(quote);
    return unescaped(at, quote);
}

static char *with_crlf(char *text)
{
    struct eg_buffer out;
    eg_buffer_init(&out, 0);
    eg_buffer_literal(&out, "");
    for (const char *at = text; *at; at++) {
        if (*at == '\n') eg_buffer_char(&out, '\r');
        eg_buffer_char(&out, *at);
    }
    free(text);
    return eg_buffer_take(&out, NULL);
}

static void add(struct eg_test_form *form, char *name, char *value)
{
    form->items = realloc(form->items, (form->n + 1) * sizeof *form->items);
    assert_non_null(form->items);
    assert_non_null(name);
    form->items[form->n].name = name;
    form->items[form->n++].value = value ? value : unescaped("", "");
}

static void read_input(const char *at, struct eg_test_form *form)
{
    char *type = attribute(at, "type"), *checked = attribute(at, "checked"), *value = attribute(at, "value");
    bool is_sent = !type || strcmp(type, "checkbox") != 0 || checked;
    if (value && strpbrk(value, "\r\n")) fail_msg("an input with line breaks loses them: %s", value);
    if (is_sent) add(form, attribute(at, "name"), value);
    else free(value);
    free(type);
    free(checked);
}

static void read_select(const char *at, struct eg_test_form *form)
{
    const char *end = strstr(at, "</select>"), *option = strstr(at, "<option"), *chosen = option;
    assert_non_null(end);
    for (; option && option < end; option = strstr(option + 1, "<option")) {
        char *selected = attribute(option, "selected");
        if (selected) chosen = option;
        free(selected);
    }
    add(form, attribute(at, "name"), chosen && chosen < end ? attribute(chosen, "value") : NULL);
}

static void read_area(const char *at, struct eg_test_form *form)
{
    const char *text = strchr(at, '>'), *end = strstr(at, "</textarea>");
    assert_non_null(text);
    assert_non_null(end);
    text++;
    if (*text == '\n') text++;
    add(form, attribute(at, "name"), with_crlf(unescaped(text, end)));
}

void eg_test_form_read(struct eg_text html, struct eg_test_form *form_out)
{
    char *page = malloc(html.len + 1);
    assert_non_null(page);
    memcpy(page, html.data, html.len);
    page[html.len] = '\0';
    *form_out = (struct eg_test_form){0};
    for (const char *at = page; (at = strchr(at, '<')); at++) {
        if (strncmp(at, "<input ", 7) == 0) read_input(at, form_out);
        if (strncmp(at, "<select ", 8) == 0) read_select(at, form_out);
        if (strncmp(at, "<textarea ", 10) == 0) read_area(at, form_out);
    }
    free(page);
}

void eg_test_form_clear(struct eg_test_form *form)
{
    for (unsigned i = 0; i < form->n; i++) {
        free(form->items[i].name);
        free(form->items[i].value);
    }
    free(form->items);
    *form = (struct eg_test_form){0};
}

const char *eg_test_form_value(const struct eg_test_form *form, const char *name)
{
    for (unsigned i = 0; i < form->n; i++)
        if (strcmp(form->items[i].name, name) == 0) return form->items[i].value;
    return NULL;
}

void eg_test_form_type(struct eg_test_form *form, const char *name, const char *value)
{
    for (unsigned i = 0; i < form->n; i++) {
        if (strcmp(form->items[i].name, name) != 0) continue;
        free(form->items[i].value);
        form->items[i].value = strdup(value);
        assert_non_null(form->items[i].value);
        return;
    }
    add(form, strdup(name), strdup(value));
}

static void encode(const char *text, struct eg_buffer *out)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_plain || c == '.' || c == '_') eg_buffer_char(out, (char)c);
        else if (c == ' ') eg_buffer_char(out, '+');
        else eg_buffer_printf(out, "%%%02X", c);
    }
}

void eg_test_form_send(const struct eg_test_form *form, struct eg_buffer *out)
{
    for (unsigned i = 0; i < form->n; i++) {
        if (i > 0) eg_buffer_char(out, '&');
        encode(form->items[i].name, out);
        eg_buffer_char(out, '=');
        encode(form->items[i].value, out);
    }
}
