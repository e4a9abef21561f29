/* Which member of a document says which field of which record, and writing by it. */
#include "data/entry_document.h"

#include <string.h>

#include "data/entry_document_parts.h"
#include "data/record_review.h"
#include "data/service_places.h"

const struct eg_document_part eg_document_service = {
    .table = EG_RECORD_SERVICE,
    .visibility = UINT32_MAX,
    .members = {{"kind", EG_SERVICE_KIND},
                {"name", EG_SERVICE_NAME},
                {"alternate_name", EG_SERVICE_ALTERNATE_NAME},
                {"description", EG_SERVICE_DESCRIPTION},
                {"status", EG_SERVICE_STATUS},
                {"url", EG_SERVICE_URL},
                {"email", EG_SERVICE_EMAIL},
                {"alert", EG_SERVICE_ALERT},
                {"eligibility", EG_SERVICE_ELIGIBILITY_DESCRIPTION},
                {"fees", EG_SERVICE_FEES_DESCRIPTION},
                {"how_to_apply", EG_SERVICE_APPLICATION_PROCESS},
                {"wait_time", EG_SERVICE_WAIT_TIME},
                {"minimum_age", EG_SERVICE_MINIMUM_AGE},
                {"maximum_age", EG_SERVICE_MAXIMUM_AGE},
                {"interpretation_services", EG_SERVICE_INTERPRETATION_SERVICES},
                {"last_reviewed", EG_SERVICE_ASSURED_DATE}},
};

const struct eg_document_part eg_document_organisation = {
    .table = EG_RECORD_ORGANIZATION,
    .visibility = UINT32_MAX,
    .members = {{"name", EG_ORGANIZATION_NAME},
                {"id", EG_ORGANIZATION_ID},
                {"description", EG_ORGANIZATION_DESCRIPTION},
                {"url", EG_ORGANIZATION_WEBSITE},
                {"email", EG_ORGANIZATION_EMAIL}},
};

const struct eg_document_part eg_document_location = {
    .table = EG_RECORD_LOCATION,
    .visibility = UINT32_MAX,
    .members = {{"name", EG_LOCATION_NAME},
                {"longitude", EG_LOCATION_LONGITUDE},
                {"latitude", EG_LOCATION_LATITUDE},
                {"transportation", EG_LOCATION_TRANSPORTATION},
                {"location_type", EG_LOCATION_LOCATION_TYPE},
                {"alternate_name", EG_LOCATION_ALTERNATE_NAME},
                {"url", EG_LOCATION_URL}},
};

const struct eg_document_part eg_document_other_location = {
    .name = "other_locations",
    .table = EG_RECORD_LOCATION,
    .visibility = UINT32_MAX,
    .members = {{"id", EG_LOCATION_ID},
                {"name", EG_LOCATION_NAME},
                {"longitude", EG_LOCATION_LONGITUDE},
                {"latitude", EG_LOCATION_LATITUDE},
                {"transportation", EG_LOCATION_TRANSPORTATION},
                {"location_type", EG_LOCATION_LOCATION_TYPE},
                {"alternate_name", EG_LOCATION_ALTERNATE_NAME},
                {"url", EG_LOCATION_URL}},
};

const struct eg_document_part eg_document_address = {
    .table = EG_RECORD_ADDRESS,
    .parent = EG_ADDRESS_LOCATION_ID,
    .visibility = UINT32_MAX,
    .members = {{"address_1", EG_ADDRESS_ADDRESS_1},
                {"address_2", EG_ADDRESS_ADDRESS_2},
                {"city", EG_ADDRESS_CITY},
                {"region", EG_ADDRESS_REGION},
                {"state_province", EG_ADDRESS_STATE_PROVINCE},
                {"postal_code", EG_ADDRESS_POSTAL_CODE},
                {"country", EG_ADDRESS_COUNTRY}},
};

const struct eg_document_part eg_document_lists[EG_DOCUMENT_N_LISTS] = {
    {"phones",
     EG_RECORD_PHONE,
     EG_PHONE_SERVICE_ID,
     EG_PHONE_VISIBILITY,
     {{"number", EG_PHONE_NUMBER},
      {"extension", EG_PHONE_EXTENSION},
      {"type", EG_PHONE_TYPE},
      {"description", EG_PHONE_DESCRIPTION},
      {"visibility", EG_PHONE_VISIBILITY}}},
    {"contacts",
     EG_RECORD_CONTACT,
     EG_CONTACT_SERVICE_ID,
     EG_CONTACT_VISIBILITY,
     {{"name", EG_CONTACT_NAME},
      {"title", EG_CONTACT_TITLE},
      {"department", EG_CONTACT_DEPARTMENT},
      {"email", EG_CONTACT_EMAIL},
      {"visibility", EG_CONTACT_VISIBILITY}}},
    {"schedules",
     EG_RECORD_SCHEDULE,
     EG_SCHEDULE_SERVICE_ID,
     UINT32_MAX,
     {{"freq", EG_SCHEDULE_FREQ},
      {"interval", EG_SCHEDULE_INTERVAL},
      {"byday", EG_SCHEDULE_BYDAY},
      {"bymonthday", EG_SCHEDULE_BYMONTHDAY},
      {"dtstart", EG_SCHEDULE_DTSTART},
      {"until", EG_SCHEDULE_UNTIL},
      {"valid_from", EG_SCHEDULE_VALID_FROM},
      {"valid_to", EG_SCHEDULE_VALID_TO},
      {"opens_at", EG_SCHEDULE_OPENS_AT},
      {"closes_at", EG_SCHEDULE_CLOSES_AT},
      {"description", EG_SCHEDULE_DESCRIPTION}}},
    {"languages",
     EG_RECORD_LANGUAGE,
     EG_LANGUAGE_SERVICE_ID,
     UINT32_MAX,
     {{"name", EG_LANGUAGE_NAME}, {"code", EG_LANGUAGE_CODE}, {"note", EG_LANGUAGE_NOTE}}},
    {"accessibility",
     EG_RECORD_ACCESSIBILITY,
     EG_ACCESSIBILITY_LOCATION_ID,
     UINT32_MAX,
     {{"description", EG_ACCESSIBILITY_DESCRIPTION},
      {"details", EG_ACCESSIBILITY_DETAILS},
      {"url", EG_ACCESSIBILITY_URL}}},
    {"service_areas",
     EG_RECORD_SERVICE_AREA,
     EG_SERVICE_AREA_SERVICE_ID,
     UINT32_MAX,
     {{"name", EG_SERVICE_AREA_NAME},
      {"description", EG_SERVICE_AREA_DESCRIPTION},
      {"boundaries", EG_SERVICE_AREA_BOUNDARIES},
      {"area_codes", EG_SERVICE_AREA_AREA_CODES},
      {"extent", EG_SERVICE_AREA_EXTENT}}},
    {"funding",
     EG_RECORD_FUNDING,
     EG_FUNDING_SERVICE_ID,
     UINT32_MAX,
     {{"source", EG_FUNDING_SOURCE},
      {"amount", EG_FUNDING_AMOUNT},
      {"currency", EG_FUNDING_CURRENCY},
      {"valid_from", EG_FUNDING_VALID_FROM},
      {"valid_to", EG_FUNDING_VALID_TO},
      {"title", EG_FUNDING_TITLE},
      {"award_date", EG_FUNDING_AWARD_DATE},
      {"source_identifier", EG_FUNDING_SOURCE_IDENTIFIER}}},
    {"costs",
     EG_RECORD_COST_OPTION,
     EG_COST_OPTION_SERVICE_ID,
     UINT32_MAX,
     {{"option", EG_COST_OPTION_OPTION},
      {"amount", EG_COST_OPTION_AMOUNT},
      {"currency", EG_COST_OPTION_CURRENCY},
      {"amount_description", EG_COST_OPTION_AMOUNT_DESCRIPTION}}},
    {"required_documents",
     EG_RECORD_REQUIRED_DOCUMENT,
     EG_REQUIRED_DOCUMENT_SERVICE_ID,
     UINT32_MAX,
     {{"document", EG_REQUIRED_DOCUMENT_DOCUMENT}, {"uri", EG_REQUIRED_DOCUMENT_URI}}},
};

bool eg_document_stays(const struct eg_record_field *field)
{
    static const struct {
        enum eg_record_table table;
        uint32_t field;
    } staying[] = {{EG_RECORD_SERVICE, EG_SERVICE_WAIT_TIME},
                   {EG_RECORD_SERVICE, EG_SERVICE_MINIMUM_AGE},
                   {EG_RECORD_SERVICE, EG_SERVICE_MAXIMUM_AGE},
                   {EG_RECORD_SERVICE, EG_SERVICE_INTERPRETATION_SERVICES},
                   {EG_RECORD_LOCATION, EG_LOCATION_LOCATION_TYPE},
                   {EG_RECORD_LOCATION, EG_LOCATION_ALTERNATE_NAME},
                   {EG_RECORD_LOCATION, EG_LOCATION_URL},
                   {EG_RECORD_PHONE, EG_PHONE_EXTENSION}};
    bool stays = false;
    for (size_t i = 0; i < EG_ARRAY_LEN(staying); i++)
        stays |= field == &eg_record_spec(staying[i].table)->fields[staying[i].field];
    return stays;
}

const struct eg_document_part *eg_document_accessibility(void)
{
    uint32_t i = 0;
    while (eg_document_lists[i].table != EG_RECORD_ACCESSIBILITY) i++;
    return &eg_document_lists[i];
}

uint32_t eg_document_part_members(const struct eg_document_part *part)
{
    uint32_t n = 0;
    while (n < EG_DOCUMENT_MEMBERS && part->members[n].name) n++;
    return n;
}

const struct eg_document_member *eg_document_member_named(const struct eg_document_part *part,
                                                          const char *name)
{
    for (uint32_t i = 0; i < eg_document_part_members(part); i++)
        if (strcmp(part->members[i].name, name) == 0) return &part->members[i];
    return NULL;
}

bool eg_document_has_part(const char *name)
{
    static const char *const others[] = {"id",           "programme", "topics",
                                         "organisation", "location",  "other_locations"};
    for (size_t i = 0; i < EG_ARRAY_LEN(others); i++)
        if (strcmp(name, others[i]) == 0) return true;
    for (uint32_t i = 0; i < EG_DOCUMENT_N_LISTS; i++)
        if (strcmp(name, eg_document_lists[i].name) == 0) return true;
    return false;
}

/* --- writing ---------------------------------------------------------------------------------------------------------------- */

/* What is private through another row says so itself: a document knows nothing of that tie, and what is made of it anew has none. */
static struct eg_text text_of(const struct eg_records *records, const struct eg_document_part *part,
                              const struct eg_record *row, uint32_t field)
{
    bool is_private = field == part->visibility && eg_record_is_private(records, row);
    if (row->table == EG_RECORD_SERVICE && field == EG_SERVICE_ASSURED_DATE)
        return eg_record_reviewed(records, row);
    bool is_usual = row->table == EG_RECORD_LOCATION && field == EG_LOCATION_LOCATION_TYPE &&
                    eg_text_equal(row->field[field], EG_TEXT(EG_DOCUMENT_USUAL_PLACE));
    if (is_usual) return EG_TEXT("");
    return is_private ? EG_TEXT("private") : row->field[field];
}

static void write_members(const struct eg_records *records, const struct eg_document_part *part,
                          const struct eg_record *row, struct eg_json *json, struct eg_json_value *into)
{
    for (uint32_t i = 0; i < eg_document_part_members(part); i++) {
        struct eg_text text = text_of(records, part, row, part->members[i].field);
        bool is_geometry = part->table == EG_RECORD_SERVICE_AREA &&
                           part->members[i].field == EG_SERVICE_AREA_EXTENT &&
                           eg_text_equal(row->field[EG_SERVICE_AREA_EXTENT_TYPE], EG_TEXT("geojson"));
        if (text.len == 0) continue;
        if (is_geometry) eg_json_raw(json, into, part->members[i].name, text);
        else eg_json_text(json, into, part->members[i].name, text);
    }
}

static void write_list(const struct eg_records *records, const struct eg_document_part *part,
                       struct eg_text parent, bool with_private, struct eg_json *json,
                       struct eg_json_value *into)
{
    uint32_t n;
    const struct eg_record *const *rows = eg_records_with(records, part->table, part->parent, parent, &n);
    struct eg_json_value *list = NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (!with_private && eg_record_is_private(records, rows[i])) continue;
        if (!list) list = eg_json_array(json, into, part->name);
        write_members(records, part, rows[i], json, eg_json_object(json, list, NULL));
    }
}

static void write_topics(const struct eg_records *records, struct eg_text service, struct eg_json *json,
                         struct eg_json_value *into)
{
    uint32_t n;
    const struct eg_record *const *links =
        eg_records_with(records, EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID, service, &n);
    struct eg_json_value *topics = n > 0 ? eg_json_array(json, into, "topics") : NULL;
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_record *term =
            eg_records_find(records, EG_RECORD_TAXONOMY_TERM, links[i]->field[EG_ATTRIBUTE_TAXONOMY_TERM_ID]);
        if (term) eg_json_text(json, topics, NULL, term->field[EG_TAXONOMY_TERM_NAME]);
    }
}

/* A location, whose members are `part`'s and its address's, as an object that is there. */
static void write_location(const struct eg_records *records, const struct eg_document_part *part,
                           const struct eg_record *location, struct eg_json *json,
                           struct eg_json_value *object)
{
    uint32_t n;
    const struct eg_record *const *addresses =
        eg_records_with(records, EG_RECORD_ADDRESS, EG_ADDRESS_LOCATION_ID, location->field[0], &n);
    write_members(records, part, location, json, object);
    if (n > 0) write_members(records, &eg_document_address, addresses[0], json, object);
}

/* What one writes about. */
struct writing {
    const struct eg_records *records;
    bool with_private;
    struct eg_json *json;
};

static void write_one_list(const struct writing *writing, const struct eg_document_part *part,
                           const struct eg_record *parent, struct eg_json_value *into)
{
    if (parent)
        write_list(writing->records, part, parent->field[0], writing->with_private, writing->json, into);
}

/* Those of a service; that of its first location stands among them. */
static void write_lists(const struct writing *writing, const struct eg_record *service,
                        const struct eg_record *location, struct eg_json_value *into)
{
    for (uint32_t i = 0; i < EG_DOCUMENT_N_LISTS; i++) {
        bool of_location = eg_document_lists[i].table == EG_RECORD_ACCESSIBILITY;
        write_one_list(writing, &eg_document_lists[i], of_location ? location : service, into);
    }
}

/* One list of a place, those of this entry there before those of the location. */
static void write_own_list(const struct writing *writing, const struct eg_document_at *at,
                           const struct eg_document_own *own, struct eg_json_value *into)
{
    const struct eg_document_part *part = eg_document_own_part(own);
    struct eg_json_value *list = NULL;
    for (unsigned w = 0; w < EG_DOCUMENT_N_WHOSE; w++) {
        enum eg_document_whose whose = (enum eg_document_whose)w;
        uint32_t n;
        const struct eg_record *const *rows = eg_document_own_rows(at, own, whose, &n);
        for (uint32_t i = 0; i < n; i++) {
            if (!eg_document_is_own(at, own, whose, rows[i])) continue;
            if (!writing->with_private && eg_record_is_private(writing->records, rows[i])) continue;
            if (!list) list = eg_json_array(writing->json, into, part->name);
            struct eg_json_value *item = eg_json_object(writing->json, list, NULL);
            write_members(writing->records, part, rows[i], writing->json, item);
            if (whose == EG_DOCUMENT_OF_PLACE && own->link != UINT32_MAX)
                eg_json_cstring(writing->json, item, EG_DOCUMENT_OF, EG_DOCUMENT_OF_LOCATION);
        }
    }
}

static void write_own(const struct writing *writing, const struct eg_service_places *places, uint32_t place,
                      struct eg_json_value *into)
{
    const struct eg_record *link = places->link[place];
    const struct eg_document_at at = {writing->records, link->field[EG_SERVICE_AT_LOCATION_SERVICE_ID],
                                      link->field[0], places->location[place]->field[0]};
    for (uint32_t i = 0; i < EG_DOCUMENT_N_OWN; i++) write_own_list(writing, &at, &eg_document_owns[i], into);
}

static void write_first(const struct writing *writing, const struct eg_service_places *places,
                        struct eg_json_value *into)
{
    if (places->n == 0) return;
    struct eg_json_value *object = eg_json_object(writing->json, into, "location");
    write_location(writing->records, &eg_document_location, places->location[0], writing->json, object);
    write_own(writing, places, 0, object);
}

static void write_others(const struct writing *writing, const struct eg_service_places *places,
                         struct eg_json_value *into)
{
    struct eg_json_value *list = NULL;
    if (places->n > 1) list = eg_json_array(writing->json, into, eg_document_other_location.name);
    for (uint32_t i = 1; i < places->n; i++) {
        struct eg_json_value *object = eg_json_object(writing->json, list, NULL);
        write_location(writing->records, &eg_document_other_location, places->location[i], writing->json,
                       object);
        write_one_list(writing, eg_document_accessibility(), places->location[i], object);
        write_own(writing, places, i, object);
    }
}

void eg_entry_document_write(const struct eg_records *records, const struct eg_record *service,
                             bool with_private, struct eg_json *json, struct eg_json_value *into)
{
    const struct writing writing = {records, with_private, json};
    struct eg_service_places places;
    const struct eg_record *organization =
        eg_records_find(records, EG_RECORD_ORGANIZATION, service->field[EG_SERVICE_ORGANIZATION_ID]);
    const struct eg_record *program =
        eg_records_find(records, EG_RECORD_PROGRAM, service->field[EG_SERVICE_PROGRAM_ID]);
    eg_service_places(records, service->field[0], &places);
    eg_json_text(json, into, "id", service->field[0]);
    write_members(records, &eg_document_service, service, json, into);
    if (program) eg_json_text(json, into, "programme", program->field[EG_PROGRAM_NAME]);
    write_topics(records, service->field[0], json, into);
    if (organization)
        write_members(records, &eg_document_organisation, organization, json,
                      eg_json_object(json, into, "organisation"));
    write_first(&writing, &places, into);
    write_others(&writing, &places, into);
    write_lists(&writing, service, places.n > 0 ? places.location[0] : NULL, into);
}
