/* What one place of an entry has of its own and people read in other words than the form's, or the form does not change: hours and people,
 * of the location or of what of the service is there. */
#include "data/service_places.h"
#include "engine/snapshot.h"
#include "http/entry_form_parts.h"
#include "http/hours_words.h"

struct own {
    const struct eg_entry_form *form;
    const struct eg_records *records;
    struct eg_text service, link, location; /* ids */
    struct eg_html *html;
    uint32_t n; /* told so far */
    struct eg_schedule rules[EG_SCHEDULE_HOURS_MAX];
    uint32_t n_rules;
};

typedef void write_fn(struct own *own, const struct eg_record *row);

/* The note and the list begin with the first that there is. */
static void begin_line(struct own *own)
{
    if (own->n++ == 0) {
        eg_html_open(own->html, "p");
        eg_html_attribute(own->html, "class", EG_TEXT("note"));
        eg_html_text(own->html, eg_locale_text(own->form->locale, own->form->scope == EG_ENTRY_FORM_EDITOR
                                                                      ? "look.own"
                                                                      : "look.own_public"));
        eg_html_close(own->html);
        eg_html_open(own->html, "ul");
        eg_html_attribute(own->html, "class", EG_TEXT("own note"));
    }
    eg_html_open(own->html, "li");
}

/* "Contact: Ann (manager)" */
static void write_line(struct own *own, const char *key, struct eg_text what, struct eg_text more)
{
    if (what.len == 0) return;
    begin_line(own);
    eg_html_text(own->html, eg_locale_text(own->form->locale, key));
    eg_html_text(own->html, EG_TEXT(": "));
    eg_html_leaf(own->html, "bdi", what);
    if (more.len > 0) {
        eg_html_text(own->html, EG_TEXT(" ("));
        eg_html_leaf(own->html, "bdi", more);
        eg_html_text(own->html, EG_TEXT(")"));
    }
    eg_html_close(own->html);
}

/* The control has all numbers, and does not say which of them only editors see. */
static void write_private_phone(struct own *own, const struct eg_record *row)
{
    if (eg_text_equal(row->field[EG_PHONE_SERVICE_ID], own->service)) return; /* the document has it */
    if (eg_record_is_private(own->records, row))
        write_line(own, "form.visibility.private", row->field[EG_PHONE_NUMBER],
                   row->field[EG_PHONE_DESCRIPTION]);
}

static void write_contact(struct own *own, const struct eg_record *row)
{
    if (eg_text_equal(row->field[EG_CONTACT_SERVICE_ID], own->service)) return;
    write_line(own, "form.contacts.name", row->field[EG_CONTACT_NAME], row->field[EG_CONTACT_TITLE]);
}

static void write_hours_line(struct own *own, struct eg_text when, struct eg_text what)
{
    struct eg_placeholder fills[] = {{"when", when}, {"what", what}};
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    if (when.len > 0 && what.len > 0)
        eg_locale_write(own->form->locale, "hours.line", fills, EG_ARRAY_LEN(fills), &text);
    else eg_buffer_text(&text, when.len > 0 ? when : what);
    write_line(own, "form.hours", (struct eg_text){text.data, text.len}, (struct eg_text){0});
    own->html->out.failed |= text.failed;
    eg_buffer_clear(&text);
}

/* Rules are told together, since they say of each other when it is closed; the rest as it is written. */
static void take_schedule(struct own *own, const struct eg_record *row)
{
    if (eg_text_equal(row->field[EG_SCHEDULE_SERVICE_ID], own->service)) return;
    bool is_rule = own->n_rules < EG_SCHEDULE_HOURS_MAX &&
                   eg_schedule_from_record(row->field, &own->rules[own->n_rules]);
    if (is_rule) own->n_rules++;
    write_hours_line(own, row->field[EG_SCHEDULE_DESCRIPTION], (struct eg_text){0});
}

static void write_rules(struct own *own)
{
    struct eg_hours_words words = {.locale = own->form->locale, .arena = own->form->arena};
    const struct eg_hours_line *lines = NULL;
    uint32_t n = own->n_rules > 0 ? eg_hours_lines(&words, own->rules, own->n_rules, &lines) : 0;
    for (uint32_t i = 0; i < n; i++) write_hours_line(own, lines[i].when, lines[i].what);
    own->html->out.failed |= words.failed;
}

/* --- rows ---------------------------------------------------------------------------------------------------------------- */

static const struct {
    enum eg_record_table table;
    uint32_t of_link, of_location; /* its fields that say where it is */
    write_fn *write;
} kinds[] = {
    {EG_RECORD_PHONE, EG_PHONE_SERVICE_AT_LOCATION_ID, EG_PHONE_LOCATION_ID, write_private_phone},
    {EG_RECORD_CONTACT, EG_CONTACT_SERVICE_AT_LOCATION_ID, EG_CONTACT_LOCATION_ID, write_contact},
    {EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, EG_SCHEDULE_LOCATION_ID, take_schedule},
};

static void write_rows(struct own *own, uint32_t kind, uint32_t field, struct eg_text of)
{
    uint32_t n;
    const struct eg_record *const *rows = eg_records_with(own->records, kinds[kind].table, field, of, &n);
    for (uint32_t i = 0; i < n; i++)
        if (own->form->scope == EG_ENTRY_FORM_EDITOR || !eg_record_is_private(own->records, rows[i]))
            kinds[kind].write(own, rows[i]);
}

static void write_place(struct own *own)
{
    for (uint32_t i = 0; i < EG_ARRAY_LEN(kinds); i++) {
        write_rows(own, i, kinds[i].of_link, own->link);
        write_rows(own, i, kinds[i].of_location, own->location);
    }
    write_rules(own);
    if (own->n > 0) eg_html_close(own->html);
}

void eg_form_write_own(const struct eg_entry_form *form, struct eg_text location, struct eg_html *html)
{
    const struct eg_snapshot *snapshot = form->snapshot;
    struct eg_service_places places;
    struct own own = {.form = form, .records = snapshot ? snapshot->records : NULL, .html = html};
    if (!own.records || !eg_json_is_text(eg_json_get(form->document, "id"), &own.service)) return;
    eg_service_places(own.records, own.service, &places);
    for (uint32_t i = 0; i < places.n; i++) {
        own.link = places.link[i]->field[0];
        own.location = places.location[i]->field[0];
        if (location.len > 0 ? !eg_text_equal(own.location, location) : i > 0) continue;
        write_place(&own);
        return;
    }
}
