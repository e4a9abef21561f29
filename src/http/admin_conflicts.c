/* What an entry's editors changed after a suggestion was sent, and the suggestion changes as well: shown three times (as it was when the
 * suggestion was sent, as it is, as it is suggested), to be decided one by one. */
#include <stdio.h>
#include <string.h>

#include "http/admin_edit.h"

#define PREFIX "choice."
#define MOST_SHOWN 2000U

static struct eg_text shown(struct eg_text text)
{
    return (struct eg_text){text.data, eg_text_shown(text, MOST_SHOWN)};
}

const struct eg_document_choice *eg_admin_choices(struct eg_admin_page *page, uint32_t *n_out)
{
    struct eg_document_choice *choices = eg_arena_array(page->arena, page->form.n + 1U, sizeof *choices);
    *n_out = 0;
    page->html.out.failed |= !choices;
    for (uint32_t i = 0; choices && i < page->form.n; i++) {
        struct eg_text name = page->form.pairs[i].name, value = eg_text_trim(page->form.pairs[i].value);
        bool takes_change = eg_text_equal(value, EG_TEXT("suggested"));
        if (!eg_text_starts_with(name, EG_TEXT(PREFIX))) continue;
        if (!takes_change && !eg_text_equal(value, EG_TEXT("now"))) continue;
        name = (struct eg_text){name.data + strlen(PREFIX), name.len - strlen(PREFIX)};
        choices[(*n_out)++] = (struct eg_document_choice){name, takes_change};
    }
    return choices;
}

/* --- values ---------------------------------------------------------------------------------------------------------------- */

static void write_simple(struct eg_admin_page *page, const struct eg_json_value *value)
{
    struct eg_text text;
    struct eg_buffer written;
    if (eg_json_is_text(value, &text)) {
        eg_html_leaf(&page->html, "bdi", shown(text));
        return;
    }
    eg_buffer_init(&written, 0);
    if (eg_json_write(value, &written, NULL) == EG_OK)
        eg_html_leaf(&page->html, "bdi", shown((struct eg_text){written.data, written.len}));
    eg_buffer_clear(&written);
}

/* "Number: 01632 960001; Type: voice". */
static void write_item(struct eg_admin_page *page, const struct eg_json_value *item)
{
    char room[EG_ADMIN_WORD_BYTES];
    const char *name = NULL;
    bool is_first = true;
    if (!eg_json_is_object(item)) {
        write_simple(page, item);
        return;
    }
    for (const struct eg_json_value *value; (value = eg_json_next(item, &name)); is_first = false) {
        eg_html_text_format(&page->html, "%s%s: ", is_first ? "" : "; ",
                            eg_admin_word(eg_text_from(name), room));
        write_simple(page, value);
    }
}

static void write_position(struct eg_admin_page *page, const struct eg_json_value *location)
{
    const struct eg_json_value *longitude = eg_json_get(location, "longitude"),
                               *latitude = eg_json_get(location, "latitude");
    if (longitude && latitude) {
        write_simple(page, longitude);
        eg_html_text(&page->html, EG_TEXT(" (longitude), "));
        write_simple(page, latitude);
        eg_html_text(&page->html, EG_TEXT(" (latitude)"));
    } else {
        eg_html_text(&page->html, EG_TEXT("not stated"));
    }
}

static void write_value(struct eg_admin_page *page, struct eg_text member, const struct eg_json_value *value)
{
    struct eg_html *html = &page->html;
    size_t n = eg_json_length(value);
    if (eg_text_equal(member, EG_TEXT(EG_DOCUMENT_POSITION))) {
        write_position(page, value);
    } else if (!value || (eg_json_is_array(value) && n == 0)) {
        eg_html_text(html, EG_TEXT("not stated"));
    } else if (eg_json_is_array(value)) {
        eg_html_open(html, "ul");
        for (size_t i = 0; i < n; i++) {
            eg_html_open(html, "li");
            write_item(page, eg_json_at(value, i));
            eg_html_close(html);
        }
        eg_html_close(html);
    } else {
        write_item(page, value);
    }
}

/* --- conflicts ------------------------------------------------------------------------------------------------------------- */

static void write_name(struct eg_admin_page *page, struct eg_text member)
{
    char room[EG_ADMIN_WORD_BYTES];
    struct eg_text head, part = eg_text_cut(member, '.', &head);
    eg_html_text(&page->html, eg_text_from(eg_admin_word(head, room)));
    if (part.len > 0) eg_html_text_format(&page->html, ", %s", eg_admin_word(part, room));
}

static void write_state(struct eg_admin_page *page, const struct eg_document_conflict *conflict,
                        const char *name, const struct eg_json_value *value)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "div");
    eg_admin_leaf(page, "dt", name);
    eg_html_open(html, "dd");
    write_value(page, conflict->member, value);
    eg_html_close(html);
    eg_html_close(html);
}

static void write_radio(struct eg_admin_page *page, struct eg_text member, const char *value,
                        const char *text)
{
    struct eg_html *html = &page->html;
    char name[96];
    (void)snprintf(name, sizeof name, PREFIX "%.*s", EG_TEXT_SHOWN(member, 64));
    bool is_chosen = eg_text_equal(eg_admin_given(page, name), eg_text_from(value));
    eg_admin_open(page, "label", "tick");
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("radio"));
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "value", eg_text_from(value));
    if (is_chosen) eg_html_attribute(html, "checked", EG_TEXT("checked"));
    eg_html_void(html);
    eg_html_leaf(html, "span", eg_text_from(text));
    eg_html_close(html);
}

void eg_admin_conflicts(struct eg_admin_page *page, const struct eg_document_merged *merged, bool asks)
{
    struct eg_html *html = &page->html;
    for (uint32_t i = 0; i < merged->n; i++) {
        const struct eg_document_conflict *conflict = &merged->conflicts[i];
        eg_admin_open(page, asks ? "fieldset" : "section", "conflict");
        eg_html_open(html, asks ? "legend" : "h3");
        write_name(page, conflict->member);
        eg_html_text(html, EG_TEXT(": changed since, and by the suggestion"));
        eg_html_close(html);
        eg_html_open(html, "dl");
        write_state(page, conflict, "When it was sent", conflict->base);
        write_state(page, conflict, "Now", conflict->now);
        write_state(page, conflict, "Suggested", conflict->changed);
        eg_html_close(html);
        if (asks) {
            write_radio(page, conflict->member, "now", "Keep what it says now");
            write_radio(page, conflict->member, "suggested", "Take what is suggested");
        }
        eg_html_close(html);
    }
}
