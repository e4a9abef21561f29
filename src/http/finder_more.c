/* What a coalition says of itself beyond what can be searched for: the entry's document (data/entry_document.h) has it, the flat entry has
 * no room. The labels are those of the form by which it was said. */
#include <string.h>

#include "base/json.h"
#include "data/entry_document.h"
#include "data/record_specs.h"
#include "http/finder_parts.h"

static struct eg_text member(const struct eg_json_value *object, const char *name)
{
    struct eg_text text = {0};
    (void)!eg_json_is_text(eg_json_get(object, name), &text);
    return text;
}

struct eg_json *eg_finder_document(struct eg_finder_page *page, const struct eg_entry *entry)
{
    const struct eg_record *service = eg_finder_service(page, entry);
    struct eg_json *document = service ? eg_json_new_object() : NULL;
    if (service && !document) page->html.out.failed = true;
    if (document)
        eg_entry_document_write(page->snapshot->records, service, false, document, eg_json_root(document));
    return document;
}

void eg_finder_alert(struct eg_finder_page *page, struct eg_json *document)
{
    struct eg_text alert = document ? member(eg_json_root(document), "alert") : (struct eg_text){0};
    if (alert.len == 0) return;
    eg_finder_open(page, "div", "notice");
    eg_finder_leaf(page, "strong", "form.alert");
    eg_finder_data(page, "p", alert);
    eg_html_close(&page->html);
}

/* --- status ---------------------------------------------------------------------------------------------------------- */

static const char *status_key(struct eg_text status)
{
    static const char *const keys[] = {"form.status.active", "form.status.inactive", "form.status.defunct",
                                       "form.status.temporarily closed"};
    for (size_t i = 0; i < EG_ARRAY_LEN(keys); i++)
        if (eg_text_equal(status, eg_text_from(keys[i] + strlen("form.status.")))) return keys[i];
    return NULL;
}

void eg_finder_status(struct eg_finder_page *page, struct eg_text status)
{
    const char *key = status_key(status);
    if (key) eg_finder_say(page, key);
    else eg_finder_data(page, "span", status);
}

void eg_finder_out_of_service(struct eg_finder_page *page, struct eg_text status)
{
    const char *key = status_key(status);
    if (!key || eg_text_equal(status, EG_TEXT("active"))) return;
    eg_html_text(&page->html, EG_TEXT(" "));
    eg_finder_open(page, "strong", "old");
    eg_finder_say(page, key);
    eg_html_close(&page->html);
}

/* --- conditions, costs, what to bring ---------------------------------------------------------------------------------- */

/* With a comma before it when something stands there. */
static void write_part(struct eg_finder_page *page, struct eg_text text, bool *is_first)
{
    if (text.len == 0) return;
    if (!*is_first) eg_html_text(&page->html, EG_TEXT(", "));
    eg_finder_data(page, "span", text);
    *is_first = false;
}

/* "3.50", as prices are written: a record says "3.5". */
static struct eg_text price(struct eg_finder_page *page, struct eg_text amount)
{
    struct eg_text whole, part = eg_text_cut(amount, '.', &whole);
    if (part.len != 1 || !eg_text_is_digits(part) || !eg_text_is_digits(whole)) return amount;
    struct eg_text written = eg_text_format(page->arena, "%.*s0", EG_TEXT_ARG(amount));
    page->html.out.failed |= !written.data;
    return written;
}

static void write_cost(struct eg_finder_page *page, const struct eg_json_value *cost)
{
    bool is_first = true;
    eg_finder_begin_fact(page, "entry.prices");
    write_part(page, member(cost, "option"), &is_first);
    write_part(page, price(page, member(cost, "amount")), &is_first);
    if (member(cost, "amount").len > 0 && member(cost, "currency").len > 0) {
        eg_html_text(&page->html, EG_TEXT(" "));
        eg_html_text(&page->html, member(cost, "currency"));
    }
    write_part(page, member(cost, "amount_description"), &is_first);
    eg_finder_end_fact(page);
}

static void write_required(struct eg_finder_page *page, const struct eg_json_value *required)
{
    struct eg_text address = member(required, "uri"), text = member(required, "document");
    eg_finder_begin_fact(page, "form.required_documents.document");
    eg_html_open(&page->html, "span");
    eg_finder_mark_data(page);
    if (address.len > 0) eg_html_link(&page->html, address, text.len > 0 ? text : address);
    else eg_html_text(&page->html, text);
    eg_html_close(&page->html);
    eg_finder_end_fact(page);
}

/* The facts of one list, one after the other. */
static void write_each(struct eg_finder_page *page, const struct eg_json_value *list,
                       void (*write)(struct eg_finder_page *page, const struct eg_json_value *item))
{
    for (size_t i = 0; i < eg_json_length(list); i++) write(page, eg_json_at(list, i));
}

static void write_area(struct eg_finder_page *page, const struct eg_json_value *area)
{
    eg_finder_fact(page, "form.service_areas.description", member(area, "description"));
}

/* "18 and over", "5 to 11". */
static void write_age(struct eg_finder_page *page, const struct eg_text *service)
{
    struct eg_text from = service[EG_SERVICE_MINIMUM_AGE], to = service[EG_SERVICE_MAXIMUM_AGE];
    const struct eg_placeholder fills[] = {{"from", from}, {"to", to}};
    struct eg_buffer text;
    if (from.len + to.len == 0) return;
    eg_buffer_init(&text, 0);
    if (to.len == 0) eg_locale_write(page->locale, "entry.age_from", fills, 2, &text);
    else if (from.len == 0) eg_locale_write(page->locale, "entry.age_to", fills, 2, &text);
    else eg_locale_write(page->locale, "entry.age_between", fills, 2, &text);
    eg_finder_begin_fact(page, "entry.age");
    eg_finder_own(page, "span", (struct eg_text){text.data, text.len});
    eg_finder_end_fact(page);
    page->html.out.failed |= text.failed;
    eg_buffer_clear(&text);
}

static void write_texts(struct eg_finder_page *page, const struct eg_json_value *root)
{
    static const struct {
        const char *member, *key;
    } texts[] = {{"alternate_name", "form.alternate_name"},
                 {"eligibility", "form.eligibility"},
                 {"fees", "form.fees"},
                 {"how_to_apply", "form.how_to_apply"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++)
        eg_finder_fact(page, texts[i].key, member(root, texts[i].member));
}

/* Whether there is anything that the section below says. */
static bool has_more(const struct eg_text *service, const struct eg_json_value *root)
{
    static const char *const texts[] = {"alternate_name", "eligibility", "fees", "how_to_apply"};
    static const char *const lists[] = {"costs", "required_documents"};
    static const enum eg_service_field fields[] = {EG_SERVICE_MINIMUM_AGE, EG_SERVICE_MAXIMUM_AGE,
                                                   EG_SERVICE_WAIT_TIME, EG_SERVICE_INTERPRETATION_SERVICES};
    const struct eg_json_value *areas = eg_json_get(root, "service_areas");
    bool any = false;
    for (size_t i = 0; i < EG_ARRAY_LEN(fields); i++) any = any || service[fields[i]].len > 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++) any = any || member(root, texts[i]).len > 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(lists); i++)
        any = any || eg_json_length(eg_json_get(root, lists[i])) > 0;
    for (size_t i = 0; i < eg_json_length(areas); i++)
        any = any || member(eg_json_at(areas, i), "description").len > 0;
    return any;
}

void eg_finder_more_about(struct eg_finder_page *page, const struct eg_entry *entry, struct eg_json *document)
{
    const struct eg_record *service = eg_finder_service(page, entry);
    const struct eg_json_value *root = document ? eg_json_root(document) : NULL;
    if (!service || !has_more(service->field, root)) return;
    eg_finder_begin_section(page, "for-whom", "form.for_whom");
    eg_html_open(&page->html, "dl");
    write_age(page, service->field);
    write_texts(page, root);
    eg_finder_fact(page, "entry.wait_time", service->field[EG_SERVICE_WAIT_TIME]);
    eg_finder_fact(page, "entry.interpretation", service->field[EG_SERVICE_INTERPRETATION_SERVICES]);
    write_each(page, eg_json_get(root, "costs"), write_cost);
    write_each(page, eg_json_get(root, "required_documents"), write_required);
    write_each(page, eg_json_get(root, "service_areas"), write_area);
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}
