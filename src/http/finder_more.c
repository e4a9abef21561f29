/* What a coalition says of itself beyond what can be searched for: the entry's document (data/entry_document.h) has it, the flat entry has
 * no room. The labels are those of the form by which it was said. */
#include <string.h>

#include "base/json.h"
#include "data/entry_document.h"
#include "http/finder_parts.h"

static struct eg_text member(const struct eg_json_value *object, const char *name)
{
    struct eg_text text = {0};
    (void)!eg_json_is_text(eg_json_get(object, name), &text);
    return text;
}

struct eg_json *eg_finder_document(struct eg_finder_page *page, const struct eg_entry *entry)
{
    const struct eg_snapshot *snapshot = page->snapshot;
    if (!snapshot->records || entry->directory != eg_atlas_store_of(snapshot->atlas)) return NULL;
    const struct eg_record *service =
        eg_records_find(snapshot->records, EG_RECORD_SERVICE, (struct eg_text){entry->id, EG_UUID_TEXT_LEN});
    struct eg_json *document = service ? eg_json_new_object() : NULL;
    if (service && !document) page->html.out.failed = true;
    if (document)
        eg_entry_document_write(snapshot->records, service, false, document, eg_json_root(document));
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

/* --- people and numbers ---------------------------------------------------------------------------------------------- */

/* With a comma before it when something stands there. */
static void write_part(struct eg_finder_page *page, struct eg_text text, bool *is_first)
{
    if (text.len == 0) return;
    if (!*is_first) eg_html_text(&page->html, EG_TEXT(", "));
    eg_finder_data(page, "span", text);
    *is_first = false;
}

static void write_phone(struct eg_finder_page *page, const struct eg_json_value *phone)
{
    bool is_first = false;
    eg_finder_begin_fact(page, "entry.phone");
    eg_finder_phone(page, member(phone, "number"));
    write_part(page, member(phone, "description"), &is_first);
    eg_finder_end_fact(page);
}

static void write_person(struct eg_finder_page *page, const struct eg_json_value *contact)
{
    struct eg_text email = member(contact, "email");
    bool is_first = true;
    eg_finder_begin_fact(page, "form.contacts.name");
    write_part(page, member(contact, "name"), &is_first);
    write_part(page, member(contact, "title"), &is_first);
    write_part(page, member(contact, "department"), &is_first);
    if (email.len > 0 && !is_first) eg_html_text(&page->html, EG_TEXT(", "));
    if (email.len > 0) eg_finder_email(page, email);
    eg_finder_end_fact(page);
}

/* A number alone stands among the first facts of the page already. */
static bool is_shown_above(const struct eg_json_value *phones)
{
    return eg_json_length(phones) < 2 && member(eg_json_at(phones, 0), "description").len == 0;
}

void eg_finder_more_contact(struct eg_finder_page *page, struct eg_json *document)
{
    const struct eg_json_value *root = document ? eg_json_root(document) : NULL;
    const struct eg_json_value *phones = eg_json_get(root, "phones"),
                               *contacts = eg_json_get(root, "contacts");
    size_t n_phones = is_shown_above(phones) ? 0 : eg_json_length(phones);
    if (n_phones + eg_json_length(contacts) == 0) return;
    eg_finder_begin_section(page, "people", "entry.more_contact");
    eg_html_open(&page->html, "dl");
    for (size_t i = 0; i < n_phones; i++) write_phone(page, eg_json_at(phones, i));
    for (size_t i = 0; i < eg_json_length(contacts); i++) write_person(page, eg_json_at(contacts, i));
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}

/* --- conditions, costs, what to bring ---------------------------------------------------------------------------------- */

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

static void write_access(struct eg_finder_page *page, const struct eg_json_value *access)
{
    eg_finder_fact(page, "form.accessibility.details", member(access, "details"));
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

/* Of several places each has its own, told where it is (finder_reach.c). */
static bool has_places(const struct eg_json_value *root)
{
    return eg_json_length(eg_json_get(root, "other_locations")) > 0;
}

/* Whether there is anything that the section below says. */
static bool has_more(const struct eg_json_value *root)
{
    static const char *const texts[] = {"alternate_name", "eligibility", "fees", "how_to_apply"};
    static const char *const lists[] = {"costs", "required_documents"};
    const struct eg_json_value *areas = eg_json_get(root, "service_areas"),
                               *access = eg_json_get(root, "accessibility");
    bool any = !has_places(root) && member(eg_json_get(root, "location"), "transportation").len > 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++) any = any || member(root, texts[i]).len > 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(lists); i++)
        any = any || eg_json_length(eg_json_get(root, lists[i])) > 0;
    for (size_t i = 0; i < eg_json_length(areas); i++)
        any = any || member(eg_json_at(areas, i), "description").len > 0;
    for (size_t i = 0; i < eg_json_length(access) && !has_places(root); i++)
        any = any || member(eg_json_at(access, i), "details").len > 0;
    return any;
}

void eg_finder_more_about(struct eg_finder_page *page, struct eg_json *document)
{
    const struct eg_json_value *root = document ? eg_json_root(document) : NULL;
    if (!has_more(root)) return;
    eg_finder_begin_section(page, "for-whom", "form.for_whom");
    eg_html_open(&page->html, "dl");
    write_texts(page, root);
    write_each(page, eg_json_get(root, "costs"), write_cost);
    write_each(page, eg_json_get(root, "required_documents"), write_required);
    write_each(page, eg_json_get(root, "service_areas"), write_area);
    if (!has_places(root)) {
        write_each(page, eg_json_get(root, "accessibility"), write_access);
        eg_finder_fact(page, "form.location.transportation",
                       member(eg_json_get(root, "location"), "transportation"));
    }
    eg_html_close(&page->html);
    eg_html_close(&page->html);
}
