/* What the editors' pages are made of. */
#include "http/admin_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

#include "base/calendar.h"
#include "data/entry_document.h"

#define MOST_SHOWN 2000U /* bytes of a value in a comparison: a polygon has more, and nobody reads it */

/* --- texts ----------------------------------------------------------------------------------------------------------------- */

struct eg_text eg_admin_keep(struct eg_admin_page *page, struct eg_text text)
{
    if (text.len == 0) return (struct eg_text){0};
    struct eg_text copy = eg_text_copy(page->arena, text);
    page->html.out.failed |= !copy.data;
    return copy.data ? copy : (struct eg_text){0};
}

void eg_admin_open(struct eg_admin_page *page, const char *element, const char *class_name)
{
    eg_html_open(&page->html, element);
    eg_html_attribute(&page->html, "class", eg_text_from(class_name));
}

void eg_admin_leaf(struct eg_admin_page *page, const char *element, const char *text)
{
    eg_html_leaf(&page->html, element, eg_text_from(text));
}

void eg_admin_data(struct eg_admin_page *page, const char *element, struct eg_text text,
                   const char *otherwise)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, element);
    if (text.len > 0) eg_html_attribute(html, "dir", EG_TEXT("auto"));
    else eg_html_attribute(html, "class", EG_TEXT("none"));
    eg_html_text(html, text.len > 0 ? text : eg_text_from(otherwise));
    eg_html_close(html);
}

void eg_admin_time(struct eg_admin_page *page, struct eg_text at)
{
    struct eg_html *html = &page->html;
    int64_t unix_s;
    char local[EG_ZONE_TIME_BYTES];
    if (!eg_calendar_parse_instant(at, &unix_s)) {
        eg_html_text(html, at);
        return;
    }
    eg_zone_write(eg_directory_zone(page->snapshot->directory), unix_s, local);
    eg_html_open(html, "time");
    eg_html_attribute(html, "datetime", eg_text_from(local));
    eg_html_text_format(html, "%.10s %.5s", local, local + 11);
    eg_html_close(html);
}

void eg_admin_problem_box(struct eg_admin_page *page, const struct eg_error *problem)
{
    struct eg_html *html = &page->html;
    if (problem->message[0] == '\0') return;
    struct eg_error told = eg_error_told(problem);
    eg_admin_open(page, "div", "problem");
    eg_html_attribute(html, "role", EG_TEXT("alert"));
    eg_html_open(html, "p");
    eg_html_leaf(html, "strong", EG_TEXT("Nothing was changed: "));
    eg_html_text(html, eg_text_from(told.message));
    eg_html_close(html);
    eg_html_close(html);
}

unsigned eg_admin_status_of(const struct eg_exchange *exchange, enum eg_status status)
{
    if (exchange->refused_with > 0) return exchange->refused_with;
    switch (status) {
    case EG_OK:
        return MHD_HTTP_OK;
    case EG_NOT_FOUND:
        return MHD_HTTP_NOT_FOUND;
    case EG_CONFLICT:
        return MHD_HTTP_CONFLICT;
    case EG_BUSY:
    case EG_NO_MEMORY:
    case EG_CANCELLED:
    case EG_IO:
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    default:
        return MHD_HTTP_BAD_REQUEST;
    }
}

/* --- addresses ------------------------------------------------------------------------------------------------------------- */

struct eg_text eg_admin_address(struct eg_admin_page *page, const char *format, ...)
{
    char path[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    struct eg_text address = eg_text_format(page->arena, "%.*s%s", EG_TEXT_ARG(page->html.base_url), path);
    page->html.out.failed |= !address.data;
    return address;
}

struct eg_text eg_admin_with(struct eg_admin_page *page, struct eg_text address, const char *name,
                             struct eg_text value)
{
    struct eg_buffer url;
    eg_buffer_init(&url, 0);
    eg_buffer_text(&url, address);
    eg_target_write_parameter(&url, name, value);
    page->html.out.failed |= url.failed;
    struct eg_text copy = eg_admin_keep(page, (struct eg_text){url.data, url.len});
    eg_buffer_clear(&url);
    return copy;
}

void eg_admin_link(struct eg_admin_page *page, struct eg_text address, struct eg_text text)
{
    eg_html_open(&page->html, "a");
    eg_html_address(&page->html, "href", address);
    eg_html_attribute(&page->html, "dir", EG_TEXT("auto"));
    eg_html_text(&page->html, text);
    eg_html_close(&page->html);
}

void eg_admin_pager(struct eg_admin_page *page, struct eg_text address, bool has_more)
{
    uint32_t at = page->wanted->page;
    char number[16];
    if (at == 1 && !has_more) return;
    eg_admin_open(page, "nav", "pages");
    eg_html_attribute(&page->html, "aria-label", EG_TEXT("Pages"));
    if (at > 1) {
        (void)snprintf(number, sizeof number, "%u", at - 1);
        eg_admin_link(page, eg_admin_with(page, address, "page", eg_text_from(number)),
                      EG_TEXT("Previous page"));
    }
    eg_html_open(&page->html, "span");
    eg_html_text_format(&page->html, "Page %u", at);
    eg_html_close(&page->html);
    if (has_more) {
        (void)snprintf(number, sizeof number, "%u", at + 1);
        eg_admin_link(page, eg_admin_with(page, address, "page", eg_text_from(number)), EG_TEXT("Next page"));
    }
    eg_html_close(&page->html);
}

/* --- forms ----------------------------------------------------------------------------------------------------------------- */

void eg_admin_hidden(struct eg_admin_page *page, const char *name, struct eg_text value)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("hidden"));
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "value", value);
    eg_html_void(html);
}

void eg_admin_form(struct eg_admin_page *page, struct eg_text address, const char *class_name)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "form");
    eg_html_attribute(html, "method", EG_TEXT("post"));
    eg_html_address(html, "action", address);
    eg_html_attribute(html, "novalidate", EG_TEXT("novalidate")); /* our checks say more than a browser's */
    if (class_name) eg_html_attribute(html, "class", eg_text_from(class_name));
    if (page->editor.csrf[0]) eg_admin_hidden(page, "csrf", eg_text_from(page->editor.csrf));
}

void eg_admin_button(struct eg_admin_page *page, const char *name, const char *value, const char *text)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "button");
    eg_html_attribute(html, "type", EG_TEXT("submit"));
    if (name) {
        eg_html_attribute(html, "name", eg_text_from(name));
        eg_html_attribute(html, "value", eg_text_from(value));
    }
    eg_html_text(html, eg_text_from(text));
    eg_html_close(html);
}

struct eg_text eg_admin_given(const struct eg_admin_page *page, const char *name)
{
    for (uint32_t i = 0; i < page->form.n; i++)
        if (eg_text_equal(page->form.pairs[i].name, eg_text_from(name)))
            return eg_text_trim(page->form.pairs[i].value);
    return (struct eg_text){0};
}

/* --- documents ------------------------------------------------------------------------------------------------------------- */

struct eg_json *eg_admin_document(const struct eg_records *records, struct eg_text id, bool with_private)
{
    const struct eg_record *service = records ? eg_records_find(records, EG_RECORD_SERVICE, id) : NULL;
    struct eg_json *json = service ? eg_json_new_object() : NULL;
    if (json) eg_entry_document_write(records, service, with_private, json, eg_json_root(json));
    return json;
}

/* Members whose name says too little. */
const char *eg_admin_word(struct eg_text member, char room[EG_ADMIN_WORD_BYTES])
{
    static const struct {
        const char *member, *word;
    } words[] = {{"alternate_name", "Other name"},
                 {"last_reviewed", "Last reviewed"},
                 {"url", "Web page"},
                 {"uri", "Web page"},
                 {"email", "E-mail"},
                 {"alert", "Notice"},
                 {"eligibility", "For whom"},
                 {"how_to_apply", "How to take part"},
                 {"phones", "Telephone"},
                 {"contacts", "Contact"},
                 {"schedules", "Hours"},
                 {"topics", "Topic"},
                 {"languages", "Language"},
                 {"service_areas", "Service area"},
                 {"area_codes", "Codes of areas"},
                 {"extent", "Polygon"},
                 {"costs", "Cost"},
                 {"required_documents", "What to bring"},
                 {"freq", "How often"},
                 {"interval", "Every so many"},
                 {"byday", "Days of the week"},
                 {"bymonthday", "Days of the month"},
                 {"dtstart", "First day"},
                 {"until", "Last day"},
                 {"valid_from", "From"},
                 {"valid_to", "To"},
                 {"visibility", "Who may see it"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(words); i++)
        if (eg_text_equal(member, eg_text_from(words[i].member))) return words[i].word;
    size_t len = eg_text_shown(member, EG_ADMIN_WORD_BYTES - 1);
    for (size_t i = 0; i < len; i++) room[i] = member.data[i] == '_' ? ' ' : member.data[i];
    if (len > 0 && room[0] >= 'a' && room[0] <= 'z') room[0] = (char)(room[0] - 'a' + 'A');
    room[len] = '\0';
    return room;
}

static void write_value(struct eg_admin_page *page, struct eg_text value)
{
    struct eg_html *html = &page->html;
    size_t shown = eg_text_shown(value, MOST_SHOWN);
    eg_admin_data(page, "div", (struct eg_text){value.data, shown}, "not stated");
    if (shown == value.len) return;
    eg_html_open(html, "p");
    eg_html_text_format(html, "... and %zu bytes more", value.len - shown);
    eg_html_close(html);
}

/* Of an item that came or went, what it says: each part with its name. */
static void write_side(struct eg_admin_page *page, const struct eg_document_difference *items, uint32_t n,
                       bool is_after)
{
    struct eg_html *html = &page->html;
    char room[EG_ADMIN_WORD_BYTES];
    bool is_empty = items->kind == (is_after ? EG_DIFFERENCE_REMOVED : EG_DIFFERENCE_ADDED);
    eg_html_open(html, "td");
    if (n == 1 || is_empty) {
        write_value(page, is_empty ? (struct eg_text){0} : is_after ? items->after : items->before);
    } else {
        for (uint32_t i = 0; i < n; i++) {
            if (items[i].part.len > 0) {
                eg_admin_open(page, "p", "part");
                eg_html_text_format(html, "%s:", eg_admin_word(items[i].part, room));
                eg_html_close(html);
            }
            write_value(page, is_after ? items[i].after : items[i].before);
        }
    }
    eg_html_close(html);
}

static void write_difference(struct eg_admin_page *page, const struct eg_document_difference *items,
                             uint32_t n)
{
    static const char *const kinds[] = {"changed", "added", "removed"};
    struct eg_html *html = &page->html;
    char room[EG_ADMIN_WORD_BYTES];
    eg_html_open(html, "tbody");
    eg_html_open(html, "tr");
    eg_html_open(html, "th");
    eg_html_attribute(html, "colspan", EG_TEXT("2"));
    eg_html_attribute(html, "scope", EG_TEXT("rowgroup"));
    eg_html_text(html, eg_text_from(eg_admin_word(items->member, room)));
    if (items->item.len > 0) {
        eg_html_text(html, EG_TEXT(" "));
        eg_html_leaf(html, "bdi", (struct eg_text){items->item.data, eg_text_shown(items->item, 80)});
    }
    if (n == 1 && items->part.len > 0) eg_html_text_format(html, ", %s", eg_admin_word(items->part, room));
    eg_html_text(html, EG_TEXT(" "));
    eg_admin_open(page, "span", "kind");
    eg_html_attribute(html, "data-kind", eg_text_from(kinds[items->kind]));
    eg_html_text(html, eg_text_from(kinds[items->kind]));
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
    eg_html_open(html, "tr");
    write_side(page, items, n, false);
    write_side(page, items, n, true);
    eg_html_close(html);
    eg_html_close(html);
}

void eg_admin_diff(struct eg_admin_page *page, const struct eg_document_diff *diff, const char *caption)
{
    static const char *const columns[] = {"before", "after"};
    struct eg_html *html = &page->html;
    if (diff->n == 0) {
        eg_admin_leaf(page, "p", "Nothing differs.");
        return;
    }
    eg_admin_open(page, "table", "diff");
    eg_admin_leaf(page, "caption", caption);
    eg_html_open(html, "thead");
    eg_html_open(html, "tr");
    for (size_t i = 0; i < EG_ARRAY_LEN(columns); i++) {
        eg_html_open(html, "th");
        eg_html_attribute(html, "scope", EG_TEXT("col"));
        eg_html_text(html, eg_text_from(columns[i]));
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_html_close(html);
    for (uint32_t i = 0, n; i < diff->n; i += n) {
        const struct eg_document_difference *first = &diff->items[i];
        n = 1;
        while (first->item.len > 0 && first->kind != EG_DIFFERENCE_CHANGED && i + n < diff->n &&
               first[n].group == first->group)
            n++;
        write_difference(page, first, n);
    }
    eg_html_close(html);
}
