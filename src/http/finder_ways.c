/* Whom to ask about an entry: its telephones, in words for what is at the other end, and its people, each with the numbers that are theirs.
 * A store's records say them. What is private is not among them. */
#include "data/service_places.h"
#include "http/finder_parts.h"

/* --- which ----------------------------------------------------------------------------------------------------------- */

const struct eg_record *eg_finder_service(const struct eg_finder_page *page, const struct eg_entry *entry)
{
    const struct eg_snapshot *snapshot = page->snapshot;
    if (!snapshot->records || entry->directory != eg_atlas_store_of(snapshot->atlas)) return NULL;
    return eg_records_find(snapshot->records, EG_RECORD_SERVICE,
                           (struct eg_text){entry->id, EG_UUID_TEXT_LEN});
}

/* Fields of a table that say whose a row is. */
struct ties {
    enum eg_record_table table;
    uint32_t service, link, location, organization;
};

static void gather(const struct eg_finder_page *page, enum eg_record_table table, uint32_t field,
                   const struct eg_record *of, struct eg_finder_rows *rows)
{
    if (!of) return;
    struct eg_record_rows found = eg_records_rows(page->snapshot->records, table, field, of->field[0]);
    for (uint32_t i = 0; i < found.n && rows->n < EG_FINDER_ROWS; i++) {
        bool is_there = eg_record_is_private(page->snapshot->records, found.at[i]);
        for (uint32_t k = 0; k < rows->n; k++) is_there |= rows->at[k] == found.at[i];
        if (!is_there) rows->at[rows->n++] = found.at[i];
    }
}

/* Those of the service and of its only place; else of the first of several that has any; else of the organisation. */
static struct eg_finder_rows find(const struct eg_finder_page *page, const struct eg_record *service,
                                  const struct ties *ties)
{
    const struct eg_records *records = page->snapshot->records;
    struct eg_finder_rows rows = {.n = 0};
    struct eg_service_places places;
    gather(page, ties->table, ties->service, service, &rows);
    eg_service_places(records, service->field[0], &places);
    for (uint32_t i = 0; i < places.n && (places.n == 1 || rows.n == 0); i++) {
        gather(page, ties->table, ties->link, places.link[i], &rows);
        gather(page, ties->table, ties->location, places.location[i], &rows);
    }
    rows.of_organisation = rows.n == 0;
    if (rows.n == 0)
        gather(page, ties->table, ties->organization,
               eg_records_find(records, EG_RECORD_ORGANIZATION, service->field[EG_SERVICE_ORGANIZATION_ID]),
               &rows);
    return rows;
}

static struct eg_finder_rows find_phones(const struct eg_finder_page *page, const struct eg_record *service)
{
    static const struct ties ties = {EG_RECORD_PHONE, EG_PHONE_SERVICE_ID, EG_PHONE_SERVICE_AT_LOCATION_ID,
                                     EG_PHONE_LOCATION_ID, EG_PHONE_ORGANIZATION_ID};
    return find(page, service, &ties);
}

struct eg_finder_ways eg_finder_ways_of(const struct eg_finder_page *page, const struct eg_entry *entry)
{
    static const struct ties ties = {EG_RECORD_CONTACT, EG_CONTACT_SERVICE_ID,
                                     EG_CONTACT_SERVICE_AT_LOCATION_ID, EG_CONTACT_LOCATION_ID,
                                     EG_CONTACT_ORGANIZATION_ID};
    const struct eg_record *service = eg_finder_service(page, entry);
    struct eg_finder_ways ways = {.entry = entry};
    if (!service) return ways;
    ways.phones = find_phones(page, service);
    ways.people = find(page, service, &ties);
    return ways;
}

/* --- telephones ------------------------------------------------------------------------------------------------------ */

/* What is at the other end: HSDS takes the words of vCards (RFC 6350), and people write others. */
static const struct connection {
    const char *type, *key;
} connections[] = {
    {"voice", "entry.phone"},         {"text", "entry.phone_text"},           {"fax", "entry.phone_fax"},
    {"cell", "entry.phone_mobile"},   {"textphone", "entry.phone_textphone"}, {"video", "entry.phone_video"},
    {"pager", "entry.phone_pager"},   {"mobile", "entry.phone_mobile"},       {"sms", "entry.phone_text"},
    {"tty", "entry.phone_textphone"},
};

/* NULL for a word that is none of them. */
static const char *key_of(struct eg_text type)
{
    if (type.len == 0) return "entry.phone";
    for (size_t i = 0; i < EG_ARRAY_LEN(connections); i++)
        if (eg_text_equal_any_case(type, eg_text_from(connections[i].type))) return connections[i].key;
    return NULL;
}

static bool is_fax(const struct eg_record *phone)
{
    return eg_text_equal_any_case(phone->field[EG_PHONE_TYPE], EG_TEXT("fax"));
}

static void write_more(struct eg_finder_page *page, struct eg_text text)
{
    if (text.len == 0) return;
    eg_html_text(&page->html, EG_TEXT(", "));
    eg_finder_data(page, "span", text);
}

/* A person who dials a fax machine hears it whistle. */
static void write_number(struct eg_finder_page *page, const struct eg_record *phone)
{
    const struct eg_text *field = phone->field;
    if (is_fax(phone)) eg_finder_own(page, "bdi", field[EG_PHONE_NUMBER]);
    else eg_finder_phone(page, field[EG_PHONE_NUMBER], field[EG_PHONE_EXTENSION]);
    if (field[EG_PHONE_EXTENSION].len > 0) {
        eg_html_text(&page->html, EG_TEXT(", "));
        eg_finder_say_with(page, "entry.extension", "n", field[EG_PHONE_EXTENSION]);
    }
    if (!key_of(field[EG_PHONE_TYPE])) write_more(page, field[EG_PHONE_TYPE]);
}

/* "Fax: 01632 960001": where it has no label of its own. */
static void write_with_type(struct eg_finder_page *page, const struct eg_record *phone)
{
    if (phone->field[EG_PHONE_TYPE].len > 0 && key_of(phone->field[EG_PHONE_TYPE])) {
        eg_finder_say(page, key_of(phone->field[EG_PHONE_TYPE]));
        eg_html_text(&page->html, EG_TEXT(": "));
    }
    write_number(page, phone);
}

void eg_finder_phone_fact(struct eg_finder_page *page, const struct eg_record *phone,
                          struct eg_text organisation)
{
    const char *key = key_of(phone->field[EG_PHONE_TYPE]);
    eg_finder_begin_fact(page, key ? key : "entry.phone");
    write_number(page, phone);
    write_more(page, phone->field[EG_PHONE_DESCRIPTION]);
    write_more(page, organisation);
    eg_finder_end_fact(page);
}

/* Whose it is, where it is not the entry's own. */
static struct eg_text organisation_of(const struct eg_finder_ways *ways, const struct eg_finder_rows *rows)
{
    return rows->of_organisation ? ways->entry->field[EG_ENTRY_ORGANISATION] : (struct eg_text){0};
}

void eg_finder_phones(struct eg_finder_page *page, const struct eg_finder_ways *ways)
{
    struct eg_text phone = ways->entry->field[EG_ENTRY_PHONE];
    for (uint32_t i = 0; i < ways->phones.n; i++)
        eg_finder_phone_fact(page, ways->phones.at[i], organisation_of(ways, &ways->phones));
    if (ways->phones.n > 0 || phone.len == 0) return;
    eg_finder_begin_fact(page, "entry.phone");
    eg_finder_phone(page, phone, (struct eg_text){0});
    eg_finder_end_fact(page);
}

bool eg_finder_main_phone(struct eg_finder_page *page, const struct eg_entry *entry, const char *before)
{
    const struct eg_record *service = eg_finder_service(page, entry), *phone = NULL;
    struct eg_finder_rows phones = {.n = 0};
    if (service) phones = find_phones(page, service);
    for (uint32_t i = phones.n; i-- > 0;)
        if (!phone || is_fax(phone) || !is_fax(phones.at[i])) phone = phones.at[i];
    if (!phone && entry->field[EG_ENTRY_PHONE].len == 0) return false;
    eg_html_text(&page->html, eg_text_from(before));
    if (phone) write_with_type(page, phone);
    else eg_finder_phone(page, entry->field[EG_ENTRY_PHONE], (struct eg_text){0});
    return true;
}

/* --- people ---------------------------------------------------------------------------------------------------------- */

/* With a comma before it when something stands there. */
static void write_part(struct eg_finder_page *page, struct eg_text text, bool *is_first)
{
    if (text.len == 0) return;
    if (!*is_first) eg_html_text(&page->html, EG_TEXT(", "));
    eg_finder_data(page, "span", text);
    *is_first = false;
}

static void write_person(struct eg_finder_page *page, const struct eg_record *person,
                         struct eg_text organisation)
{
    const struct eg_text *field = person->field;
    struct eg_finder_rows phones = {.n = 0};
    bool is_first = true;
    gather(page, EG_RECORD_PHONE, EG_PHONE_CONTACT_ID, person, &phones);
    eg_finder_begin_fact(page, "form.contacts.name");
    write_part(page, field[EG_CONTACT_NAME], &is_first);
    write_part(page, field[EG_CONTACT_TITLE], &is_first);
    write_part(page, field[EG_CONTACT_DEPARTMENT], &is_first);
    write_part(page, organisation, &is_first);
    if (field[EG_CONTACT_EMAIL].len > 0) {
        if (!is_first) eg_html_text(&page->html, EG_TEXT(", "));
        eg_finder_email(page, field[EG_CONTACT_EMAIL]);
        is_first = false;
    }
    for (uint32_t i = 0; i < phones.n; i++) {
        if (!is_first) eg_html_text(&page->html, EG_TEXT(", "));
        write_with_type(page, phones.at[i]);
        write_more(page, phones.at[i]->field[EG_PHONE_DESCRIPTION]);
        is_first = false;
    }
    eg_finder_end_fact(page);
}

void eg_finder_people(struct eg_finder_page *page, const struct eg_finder_ways *ways)
{
    for (uint32_t i = 0; i < ways->people.n; i++)
        write_person(page, ways->people.at[i], organisation_of(ways, &ways->people));
}
