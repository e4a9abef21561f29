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

static void write_words(struct eg_admin_page *page, struct eg_text text)
{
    eg_html_leaf(&page->html, "bdi", shown(text));
}

static void write_position(struct eg_admin_page *page, const struct eg_json_value *location)
{
    static const struct eg_text place = {"location", sizeof "location" - 1};
    const struct eg_json_value *longitude = eg_json_get(location, "longitude"),
                               *latitude = eg_json_get(location, "latitude");
    if (longitude && latitude) {
        write_words(page, eg_admin_say(page, place, EG_TEXT("longitude"), longitude));
        eg_html_text(&page->html, EG_TEXT(" (longitude), "));
        write_words(page, eg_admin_say(page, place, EG_TEXT("latitude"), latitude));
        eg_html_text(&page->html, EG_TEXT(" (latitude)"));
    } else {
        eg_html_text(&page->html, EG_TEXT("not stated"));
    }
}

/* Lines of what is told as a whole, or the items of a list. */
static void write_lines(struct eg_admin_page *page, struct eg_text text)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "ul");
    while (text.len > 0) {
        struct eg_text line;
        text = eg_text_cut(text, '\n', &line);
        eg_html_open(html, "li");
        write_words(page, line);
        eg_html_close(html);
    }
    eg_html_close(html);
}

static void write_value(struct eg_admin_page *page, struct eg_text member, const struct eg_json_value *value)
{
    struct eg_text list, part = eg_text_cut(member, '.', &list);
    if (eg_text_equal(member, EG_TEXT(EG_DOCUMENT_POSITION))) {
        write_position(page, value);
        return;
    }
    bool is_hours = eg_text_equal(member, EG_TEXT("schedules"));
    struct eg_text words = is_hours ? eg_admin_hours(page, value) : eg_admin_say(page, list, part, value);
    if (words.len == 0) eg_html_text(&page->html, EG_TEXT("not stated"));
    else if (eg_json_is_array(value)) write_lines(page, words);
    else write_words(page, words);
}

/* --- conflicts ------------------------------------------------------------------------------------------------------------- */

static void write_name(struct eg_admin_page *page, struct eg_text member)
{
    struct eg_text head, part = eg_text_cut(member, '.', &head);
    bool is_position = eg_text_equal(member, EG_TEXT(EG_DOCUMENT_POSITION));
    eg_html_text(&page->html, is_position ? EG_TEXT("Position") : eg_admin_label(page, head, part));
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
