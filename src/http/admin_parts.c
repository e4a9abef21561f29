/* What the editors' pages are made of. */
#include "http/admin_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

#include "base/calendar.h"
#include "data/entry_document.h"

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

/* A message that takes the focus when the page comes, so that it is read out and keys go on from it. */
static void open_told(struct eg_admin_page *page, const char *element, const char *class_name,
                      const char *role)
{
    eg_admin_open(page, element, class_name);
    eg_html_attribute(&page->html, "tabindex", EG_TEXT("-1"));
    eg_html_attribute(&page->html, "autofocus", EG_TEXT("autofocus"));
    eg_html_attribute(&page->html, "role", eg_text_from(role));
}

void eg_admin_problem_box(struct eg_admin_page *page, const char *outcome, const char *message,
                          const char *control)
{
    struct eg_html *html = &page->html;
    open_told(page, "div", "problem", "alert");
    eg_html_open(html, "p");
    eg_html_open(html, "strong");
    eg_html_text_format(html, "%s: ", outcome);
    eg_html_close(html);
    if (control) {
        eg_html_open(html, "a");
        eg_html_attribute_format(html, "href", "#%s", control);
    }
    eg_html_text(html, eg_text_from(message));
    if (control) eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

void eg_admin_happening(struct eg_admin_page *page, const char *text)
{
    open_told(page, "p", "happened", "status");
    eg_html_text(&page->html, eg_text_from(text));
    eg_html_close(&page->html);
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
