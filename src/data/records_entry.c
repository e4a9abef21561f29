/* From a service's records to its entry. */
#include <string.h>

#include "base/buffer.h"
#include "data/entry_records.h"
#include "data/record_review.h"
#include "data/service_area_rows.h"
#include "data/service_places.h"

struct reading {
    const struct eg_atlas *atlas;
    const struct eg_records *records;
    const struct eg_record *service;
    struct eg_arena *arena;
    struct eg_entry *entry;
    struct eg_entry_place *places; /* [entry->n_places] the entry's */
    bool failed;                   /* the arena refused */
};

static struct eg_text id_of(const struct eg_record *row)
{
    return row->field[0];
}

/* --- names ---------------------------------------------------------------------------------------------------------------------- */

/* Whatever another program wrote into the store: nobody is led to what is not of the web. */
static struct eg_text web_address(struct eg_text text)
{
    return eg_record_text_is(EG_RECORD_URL, text) ? text : EG_TEXT("");
}

static void read_service(struct reading *reading)
{
    static const struct {
        enum eg_service_field from;
        enum eg_entry_field to;
    } texts[] = {
        {EG_SERVICE_NAME, EG_ENTRY_NAME},      {EG_SERVICE_DESCRIPTION, EG_ENTRY_DESCRIPTION},
        {EG_SERVICE_URL, EG_ENTRY_URL},        {EG_SERVICE_EMAIL, EG_ENTRY_EMAIL},
        {EG_SERVICE_STATUS, EG_ENTRY_STATUS},  {EG_SERVICE_KIND, EG_ENTRY_KIND},
        {EG_SERVICE_SOURCE_KEY, EG_ENTRY_KEY},
    };
    const struct eg_text *field = reading->service->field;
    struct eg_entry *entry = reading->entry;
    memcpy(entry->id, field[EG_SERVICE_ID].data, EG_UUID_TEXT_LEN);
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++) entry->field[texts[i].to] = field[texts[i].from];
    entry->other_name[EG_OTHER_NAME_OF_ENTRY] = field[EG_SERVICE_ALTERNATE_NAME];
    entry->field[EG_ENTRY_URL] = web_address(field[EG_SERVICE_URL]);
    entry->field[EG_ENTRY_LAST_REVIEWED] = eg_record_reviewed(reading->records, reading->service);
    if (field[EG_SERVICE_KIND].len == 0) entry->field[EG_ENTRY_KIND] = EG_TEXT("service");
    EG_ASSERT(eg_entry_kind_parse(entry->field[EG_ENTRY_KIND], &entry->kind)); /* a checked word */
    if (entry->field[EG_ENTRY_KEY].len == 0) entry->field[EG_ENTRY_KEY] = field[EG_SERVICE_ID];
}

const char *eg_entry_register_name(enum eg_register of)
{
    return of == EG_REGISTER_OF_COMPANIES ? "Company number" : "Charity number";
}

struct eg_text eg_entry_register_number(const struct eg_records *records, struct eg_text organization,
                                        enum eg_register of)
{
    uint32_t n = 0;
    struct eg_text name = eg_text_from(eg_entry_register_name(of));
    const struct eg_record *const *rows = NULL;
    if (organization.len > 0)
        rows = eg_records_with(records, EG_RECORD_ORGANIZATION_IDENTIFIER,
                               EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID, organization, &n);
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal_any_case(rows[i]->field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_TYPE], name))
            return rows[i]->field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER];
    return EG_TEXT("");
}

/* "GB-CHC", as lists of org-id.guide are called. */
static bool is_list_of_numbers(struct eg_text text)
{
    if (text.len < 4 || text.data[2] != '-') return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool is_capital = c >= 'A' && c <= 'Z', is_digit = c >= '0' && c <= '9';
        if (i < 2 ? !is_capital : i > 2 && !is_capital && !is_digit) return false;
    }
    return true;
}

struct eg_text eg_entry_org_id_of(const struct eg_record *identifier, struct eg_arena *arena,
                                  bool *failed_out)
{
    struct eg_text scheme = identifier->field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_SCHEME];
    struct eg_text type = identifier->field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_TYPE];
    struct eg_text number = identifier->field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER];
    if (eg_text_equal_any_case(type, EG_TEXT(EG_ORG_ID_TYPE))) return number;
    if (!is_list_of_numbers(scheme)) return EG_TEXT("");
    if (eg_text_starts_with(number, scheme)) return number;
    struct eg_text whole = eg_text_format(arena, "%.*s-%.*s", EG_TEXT_ARG(scheme), EG_TEXT_ARG(number));
    *failed_out |= !whole.data;
    return whole.data ? whole : EG_TEXT("");
}

struct eg_text eg_entry_org_id(const struct eg_records *records, struct eg_text organization,
                               struct eg_arena *arena, bool *failed_out)
{
    uint32_t n = 0;
    struct eg_text id = EG_TEXT("");
    const struct eg_record *const *rows =
        eg_records_with(records, EG_RECORD_ORGANIZATION_IDENTIFIER,
                        EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID, organization, &n);
    for (uint32_t i = 0; i < n && id.len == 0; i++) id = eg_entry_org_id_of(rows[i], arena, failed_out);
    return id;
}

/* An organisation that is called as its service is no more than that. */
static void read_organization(struct reading *reading)
{
    const struct eg_text *service = reading->service->field;
    struct eg_text *field = reading->entry->field;
    const struct eg_record *program =
        eg_records_find(reading->records, EG_RECORD_PROGRAM, service[EG_SERVICE_PROGRAM_ID]);
    const struct eg_record *organization =
        eg_records_find(reading->records, EG_RECORD_ORGANIZATION, service[EG_SERVICE_ORGANIZATION_ID]);
    if (program) field[EG_ENTRY_PROGRAMME] = program->field[EG_PROGRAM_NAME];
    if (!organization) return;
    reading->entry->organization_id = organization->field[0];
    reading->entry->other_name[EG_OTHER_NAME_OF_ORGANISATION] =
        organization->field[EG_ORGANIZATION_ALTERNATE_NAME];
    for (unsigned n = 0; n < EG_N_REGISTERS; n++)
        reading->entry->register_number[n] =
            eg_entry_register_number(reading->records, organization->field[0], (enum eg_register)n);
    reading->entry->giving[EG_GIVING_RECIPIENT_ID] =
        eg_entry_org_id(reading->records, organization->field[0], reading->arena, &reading->failed);
    if (!eg_text_equal(organization->field[EG_ORGANIZATION_NAME], service[EG_SERVICE_NAME]))
        field[EG_ENTRY_ORGANISATION] = organization->field[EG_ORGANIZATION_NAME];
    if (field[EG_ENTRY_URL].len == 0)
        field[EG_ENTRY_URL] = web_address(organization->field[EG_ORGANIZATION_WEBSITE]);
    if (field[EG_ENTRY_EMAIL].len == 0) field[EG_ENTRY_EMAIL] = organization->field[EG_ORGANIZATION_EMAIL];
}

/* --- lists ---------------------------------------------------------------------------------------------------------------------- */

struct list {
    struct eg_text *items;
    uint32_t n;
};

static struct list list_of(struct reading *reading, uint32_t most)
{
    struct list list = {NULL, 0};
    if (most > 0) list.items = eg_arena_array(reading->arena, most, sizeof *list.items);
    reading->failed |= !list.items && most > 0;
    return list;
}

static void list_add(struct list *list, struct eg_text text)
{
    if (text.len > 0 && list->items) list->items[list->n++] = text;
}

/* The list as one text, as a source would have it: words are looked for in it. */
static struct eg_text join(struct reading *reading, const struct eg_text *items, uint32_t n)
{
    struct eg_buffer text;
    if (n <= 1) return n > 0 ? items[0] : (struct eg_text){NULL, 0};
    eg_buffer_init(&text, 0);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) eg_buffer_char(&text, ';');
        eg_buffer_text(&text, items[i]);
    }
    struct eg_text joined = eg_text_copy(reading->arena, (struct eg_text){text.data, text.len});
    reading->failed |= text.failed || !joined.data;
    eg_buffer_clear(&text);
    return joined;
}

static void read_topics(struct reading *reading)
{
    struct eg_record_rows links =
        eg_records_rows(reading->records, EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID, id_of(reading->service));
    struct list topics = list_of(reading, links.n);
    for (uint32_t i = 0; i < links.n; i++) {
        const struct eg_record *term = eg_records_find(reading->records, EG_RECORD_TAXONOMY_TERM,
                                                       links.at[i]->field[EG_ATTRIBUTE_TAXONOMY_TERM_ID]);
        if (term) list_add(&topics, term->field[EG_TAXONOMY_TERM_NAME]);
    }
    reading->entry->field[EG_ENTRY_TOPICS] = join(reading, topics.items, topics.n);
    reading->entry->topics = topics.items;
    reading->entry->n_topics = topics.n;
}

static void read_languages(struct reading *reading)
{
    struct eg_record_rows rows = eg_records_rows(reading->records, EG_RECORD_LANGUAGE, EG_LANGUAGE_SERVICE_ID,
                                                 id_of(reading->service));
    struct list languages = list_of(reading, rows.n);
    for (uint32_t i = 0; i < rows.n; i++) {
        const struct eg_text *field = rows.at[i]->field;
        if (eg_record_is_private(reading->records, rows.at[i])) continue;
        list_add(&languages,
                 field[EG_LANGUAGE_NAME].len > 0 ? field[EG_LANGUAGE_NAME] : field[EG_LANGUAGE_CODE]);
    }
    reading->entry->field[EG_ENTRY_LANGUAGES] = join(reading, languages.items, languages.n);
    reading->entry->languages = languages.items;
    reading->entry->n_languages = languages.n;
}

/* --- where ---------------------------------------------------------------------------------------------------------------------- */

void eg_record_address_line(const struct eg_text *field, struct eg_buffer *line)
{
    static const enum eg_address_field parts[] = {EG_ADDRESS_ADDRESS_1, EG_ADDRESS_ADDRESS_2, EG_ADDRESS_CITY,
                                                  EG_ADDRESS_REGION, EG_ADDRESS_STATE_PROVINCE};
    for (size_t i = 0; i < EG_ARRAY_LEN(parts); i++) eg_buffer_part(line, field[parts[i]], ", ");
}

static void read_address(struct reading *reading, const struct eg_record *location,
                         struct eg_entry_place *place)
{
    struct eg_record_rows rows =
        eg_records_rows(reading->records, EG_RECORD_ADDRESS, EG_ADDRESS_LOCATION_ID, id_of(location));
    if (rows.n == 0) return;
    struct eg_buffer line;
    eg_buffer_init(&line, 0);
    eg_record_address_line(rows.at[0]->field, &line);
    place->postcode = rows.at[0]->field[EG_ADDRESS_POSTAL_CODE];
    if (line.len > 0) place->address = eg_text_copy(reading->arena, (struct eg_text){line.data, line.len});
    reading->failed |= line.failed || (line.len > 0 && !place->address.data);
    eg_buffer_clear(&line);
}

static void read_position(const struct eg_record *location, struct eg_entry_place *place)
{
    struct eg_text lon = location->field[EG_LOCATION_LONGITUDE], lat = location->field[EG_LOCATION_LATITUDE];
    if (!eg_text_to_double(lon, &place->lon_deg) || !eg_text_to_double(lat, &place->lat_deg)) return;
    place->has_position = place->lon_deg >= -180 && place->lon_deg <= 180 && place->lat_deg >= -90 &&
                          place->lat_deg <= 90 && (place->lon_deg != 0 || place->lat_deg != 0);
}

static void read_accessibility(struct reading *reading, const struct eg_record *location,
                               struct eg_entry_place *place)
{
    struct eg_record_rows rows = eg_records_rows(reading->records, EG_RECORD_ACCESSIBILITY,
                                                 EG_ACCESSIBILITY_LOCATION_ID, id_of(location));
    struct list provided = list_of(reading, rows.n);
    for (uint32_t i = 0; i < rows.n; i++) {
        const struct eg_text *field = rows.at[i]->field;
        list_add(&provided, field[EG_ACCESSIBILITY_DESCRIPTION].len > 0 ? field[EG_ACCESSIBILITY_DESCRIPTION]
                                                                        : field[EG_ACCESSIBILITY_DETAILS]);
    }
    place->accessibility = provided.items;
    place->n_accessibility = provided.n;
}

static struct eg_entry_place read_place(struct reading *reading, const struct eg_record *location)
{
    struct eg_entry_place place = {.location = id_of(location), .name = location->field[EG_LOCATION_NAME]};
    read_position(location, &place);
    read_address(reading, location, &place);
    read_accessibility(reading, location, &place);
    return place;
}

static bool is_listed(const struct list *list, struct eg_text text)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (eg_text_equal(list->items[i], text)) return true;
    return false;
}

/* What there is at any of the places, once each: by which an entry is found. */
static struct list gather_accessibility(struct reading *reading, const struct eg_entry_place *places,
                                        uint32_t n)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < n; i++) most += places[i].n_accessibility;
    struct list provided = list_of(reading, most);
    for (uint32_t i = 0; i < n && provided.items; i++)
        for (uint32_t k = 0; k < places[i].n_accessibility; k++)
            if (!is_listed(&provided, places[i].accessibility[k]))
                list_add(&provided, places[i].accessibility[k]);
    return provided;
}

static void take_accessibility(struct reading *reading, const struct eg_entry_place *places, uint32_t n)
{
    struct eg_entry *entry = reading->entry;
    struct list all = {NULL, 0};
    if (n > 1) all = gather_accessibility(reading, places, n);
    entry->accessibility = n > 1 ? all.items : places[0].accessibility;
    entry->n_accessibility = n > 1 ? all.n : places[0].n_accessibility;
    entry->field[EG_ENTRY_ACCESSIBILITY] = join(reading, entry->accessibility, entry->n_accessibility);
}

static struct eg_text first_public_phone(const struct reading *reading, enum eg_phone_field of,
                                         struct eg_text id)
{
    struct eg_record_rows rows = eg_records_rows(reading->records, EG_RECORD_PHONE, of, id);
    for (uint32_t i = 0; i < rows.n; i++)
        if (!eg_record_is_private(reading->records, rows.at[i])) return rows.at[i]->field[EG_PHONE_NUMBER];
    return EG_TEXT("");
}

/* That of the service at a place, else of the place. */
static struct eg_text phone_at(const struct reading *reading, const struct eg_service_places *places,
                               uint32_t i)
{
    struct eg_text phone =
        first_public_phone(reading, EG_PHONE_SERVICE_AT_LOCATION_ID, id_of(places->link[i]));
    if (phone.len > 0) return phone;
    return first_public_phone(reading, EG_PHONE_LOCATION_ID, id_of(places->location[i]));
}

/* The service's own number, else that of the first of its places that has one, else the organisation's. */
static void read_phone(struct reading *reading, const struct eg_service_places *places)
{
    struct eg_text phone = first_public_phone(reading, EG_PHONE_SERVICE_ID, id_of(reading->service));
    for (uint32_t i = 0; i < places->n && phone.len == 0; i++) phone = phone_at(reading, places, i);
    struct eg_text organization = reading->service->field[EG_SERVICE_ORGANIZATION_ID];
    if (phone.len == 0) phone = first_public_phone(reading, EG_PHONE_ORGANIZATION_ID, organization);
    reading->entry->field[EG_ENTRY_PHONE] = phone;
}

static void take_first(struct eg_entry *entry, const struct eg_entry_place *place,
                       const struct eg_record *location)
{
    entry->has_position = place->has_position;
    entry->lon_deg = place->lon_deg;
    entry->lat_deg = place->lat_deg;
    entry->field[EG_ENTRY_LONGITUDE] = location->field[EG_LOCATION_LONGITUDE];
    entry->field[EG_ENTRY_LATITUDE] = location->field[EG_LOCATION_LATITUDE];
    entry->field[EG_ENTRY_ADDRESS] = place->address;
    entry->field[EG_ENTRY_POSTCODE] = place->postcode;
}

/* One place has room in the entry itself. */
static void read_places(struct reading *reading)
{
    struct eg_service_places found;
    struct eg_entry *entry = reading->entry;
    eg_service_places(reading->records, id_of(reading->service), &found);
    read_phone(reading, &found);
    if (found.n == 0) return;
    struct eg_entry_place one;
    struct eg_entry_place *places = &one;
    if (found.n > 1) places = eg_arena_array(reading->arena, found.n, sizeof *places);
    reading->failed |= !places;
    if (!places) return;
    for (uint32_t i = 0; i < found.n; i++) places[i] = read_place(reading, found.location[i]);
    take_first(entry, &places[0], found.location[0]);
    take_accessibility(reading, places, found.n);
    if (found.n == 1) {
        entry->place_name = places[0].name;
        return;
    }
    for (uint32_t i = 0; i < found.n; i++) places[i].phone = phone_at(reading, &found, i);
    entry->places = reading->places = places;
    entry->n_places = found.n;
}

/* --- money and dates ------------------------------------------------------------------------------------------------------------ */

static struct eg_entry_funding funding_of(const struct eg_record *row)
{
    const struct eg_text *field = row->field;
    return (struct eg_entry_funding){.funder = field[EG_FUNDING_SOURCE],
                                     .amount = field[EG_FUNDING_AMOUNT],
                                     .currency = field[EG_FUNDING_CURRENCY],
                                     .title = field[EG_FUNDING_TITLE],
                                     .start = field[EG_FUNDING_VALID_FROM],
                                     .end = field[EG_FUNDING_VALID_TO]};
}

/* Those of the service; what its organisation was given is not the service's. One has room in the entry itself. */
static void read_fundings(struct reading *reading)
{
    struct eg_record_rows rows =
        eg_records_rows(reading->records, EG_RECORD_FUNDING, EG_FUNDING_SERVICE_ID, id_of(reading->service));
    if (rows.n == 0) return;
    struct eg_entry_funding first = funding_of(rows.at[0]);
    struct eg_text *to = reading->entry->field;
    to[EG_ENTRY_FUNDER] = first.funder;
    to[EG_ENTRY_AMOUNT] = first.amount;
    to[EG_ENTRY_CURRENCY] = first.currency;
    to[EG_ENTRY_START] = first.start;
    to[EG_ENTRY_END] = first.end;
    reading->entry->giving[EG_GIVING_AWARD_DATE] = rows.at[0]->field[EG_FUNDING_AWARD_DATE];
    reading->entry->giving[EG_GIVING_FUNDER_ID] = rows.at[0]->field[EG_FUNDING_SOURCE_IDENTIFIER];
    if (rows.n == 1) return;
    uint32_t n = rows.n < EG_ENTRY_FUNDINGS_MAX ? rows.n : EG_ENTRY_FUNDINGS_MAX;
    struct eg_entry_funding *all = eg_arena_array(reading->arena, n, sizeof *all);
    reading->failed |= !all;
    for (uint32_t i = 0; i < n && all; i++) all[i] = funding_of(rows.at[i]);
    reading->entry->fundings = all;
    reading->entry->n_fundings = all ? n : 0;
}

/* Of what takes place once: from and to when. */
static void read_dates(struct reading *reading)
{
    struct eg_record_rows rows = eg_records_rows(reading->records, EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_ID,
                                                 id_of(reading->service));
    struct eg_text *to = reading->entry->field;
    for (uint32_t i = 0; i < rows.n; i++) {
        const struct eg_text *from = rows.at[i]->field;
        if (from[EG_SCHEDULE_FREQ].len > 0) continue;
        struct eg_text first =
            from[EG_SCHEDULE_DTSTART].len > 0 ? from[EG_SCHEDULE_DTSTART] : from[EG_SCHEDULE_VALID_FROM];
        struct eg_text last =
            from[EG_SCHEDULE_UNTIL].len > 0 ? from[EG_SCHEDULE_UNTIL] : from[EG_SCHEDULE_VALID_TO];
        if (first.len + last.len == 0) continue;
        if (to[EG_ENTRY_START].len == 0) to[EG_ENTRY_START] = first;
        if (to[EG_ENTRY_END].len == 0) to[EG_ENTRY_END] = last;
        return;
    }
}

/* --- when ----------------------------------------------------------------------------------------------------------------------- */

#define SCHEDULES_MAX 100U /* of one service */

struct schedules {
    struct eg_schedule items[SCHEDULES_MAX];
    uint32_t n;
    struct eg_text description; /* of the first that only people can read */
    bool close_on_holidays;
};

static void add_schedules(const struct reading *reading, enum eg_schedule_field of, struct eg_text id,
                          struct schedules *schedules)
{
    struct eg_record_rows rows = eg_records_rows(reading->records, EG_RECORD_SCHEDULE, of, id);
    for (uint32_t i = 0; i < rows.n && schedules->n < SCHEDULES_MAX; i++) {
        struct eg_text description = rows.at[i]->field[EG_SCHEDULE_DESCRIPTION];
        if (eg_schedule_from_record(rows.at[i]->field, &schedules->items[schedules->n])) schedules->n++;
        else if (eg_hours_are_of_holidays(description)) schedules->close_on_holidays = true;
        else if (schedules->description.len == 0) schedules->description = description;
    }
}

/* What takes place once has its start and end; they are no hours. */
static bool has_hours(const struct schedules *schedules)
{
    bool has = false;
    for (uint32_t i = 0; i < schedules->n; i++)
        has |= schedules->items[i].freq != EG_SCHEDULE_DAILY ||
               schedules->items[i].opens_min != EG_SCHEDULE_NO_TIME;
    return has;
}

/* Those of single days, or the others. */
static void write_part(const struct schedules *schedules, bool of_days, struct eg_buffer *hours)
{
    struct eg_schedule part[SCHEDULES_MAX];
    uint32_t n = 0;
    for (uint32_t i = 0; i < schedules->n; i++) {
        const struct eg_schedule *item = &schedules->items[i];
        bool is_day = item->freq == EG_SCHEDULE_DAILY && item->first_day == item->last_day;
        if (is_day == of_days) part[n++] = *item;
    }
    if (n > 0 && hours->len > 0) eg_buffer_literal(hours, "; ");
    if (n > 0) eg_schedules_write(part, n, hours);
}

/* Days come first: between two rules of one weekday, which a comma parts, a day could not be read again. */
static struct eg_text write_hours(struct reading *reading, const struct schedules *schedules)
{
    struct eg_buffer hours;
    eg_buffer_init(&hours, 0);
    if (has_hours(schedules)) {
        write_part(schedules, true, &hours);
        write_part(schedules, false, &hours);
    }
    if (schedules->close_on_holidays) eg_buffer_part(&hours, EG_TEXT(EG_HOURS_HOLIDAYS), "; ");
    eg_buffer_part(&hours, schedules->description, "; ");
    struct eg_text text = {NULL, 0};
    if (hours.len > 0) text = eg_text_copy(reading->arena, (struct eg_text){hours.data, hours.len});
    reading->failed |= hours.failed || (hours.len > 0 && !text.data);
    eg_buffer_clear(&hours);
    return text;
}

/* The service's own, and those of its places: of it there or, where it has none there and none for all places, of the location. */
static void read_schedules(struct reading *reading)
{
    struct schedules schedules = {.n = 0};
    struct eg_text service = id_of(reading->service);
    add_schedules(reading, EG_SCHEDULE_SERVICE_ID, service, &schedules);
    reading->entry->n_own_schedules = schedules.n;
    struct eg_record_rows links = eg_records_rows(reading->records, EG_RECORD_SERVICE_AT_LOCATION,
                                                  EG_SERVICE_AT_LOCATION_SERVICE_ID, service);
    for (uint32_t i = 0; i < links.n; i++) {
        uint32_t n_before = schedules.n;
        add_schedules(reading, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, id_of(links.at[i]), &schedules);
        if (schedules.n == n_before && reading->entry->n_own_schedules == 0)
            add_schedules(reading, EG_SCHEDULE_LOCATION_ID,
                          links.at[i]->field[EG_SERVICE_AT_LOCATION_LOCATION_ID], &schedules);
    }
    reading->entry->field[EG_ENTRY_HOURS] = write_hours(reading, &schedules);
    if (schedules.n == 0) return;
    struct eg_schedule *kept = eg_arena_array(reading->arena, schedules.n, sizeof *kept);
    reading->failed |= !kept;
    if (!kept) return;
    memcpy(kept, schedules.items, schedules.n * sizeof *kept);
    reading->entry->schedules = kept;
    reading->entry->n_schedules = schedules.n;
}

/* As the entry's page tells them: of the service there, else of the location. */
static void read_hours_of_places(struct reading *reading)
{
    struct eg_service_places found = {.n = 0};
    if (reading->places) eg_service_places(reading->records, id_of(reading->service), &found);
    for (uint32_t i = 0; i < found.n; i++) {
        struct schedules there = {.n = 0};
        struct eg_record_rows rows = eg_records_rows(
            reading->records, EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, id_of(found.link[i]));
        if (rows.n > 0)
            add_schedules(reading, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, id_of(found.link[i]), &there);
        else add_schedules(reading, EG_SCHEDULE_LOCATION_ID, id_of(found.location[i]), &there);
        reading->places[i].hours = write_hours(reading, &there);
    }
}

enum eg_status eg_entry_from_records(const struct eg_entry_source *source, const struct eg_record *service,
                                     struct eg_entry *entry_out, struct eg_error *err)
{
    struct reading reading = {source->atlas, source->records, service, source->arena, entry_out, NULL, false};
    *entry_out = (struct eg_entry){.directory = source->directory, .serves_boundaries = EG_ATLAS_NONE};
    read_service(&reading);
    read_organization(&reading);
    read_topics(&reading);
    read_languages(&reading);
    read_places(&reading);
    read_fundings(&reading);
    read_dates(&reading);
    read_schedules(&reading);
    read_hours_of_places(&reading);
    struct eg_record_rows areas =
        eg_records_rows(reading.records, EG_RECORD_SERVICE_AREA, EG_SERVICE_AREA_SERVICE_ID, id_of(service));
    if (reading.failed) return eg_error_no_memory(err, sizeof *entry_out);
    return eg_service_area_rows_read(source, areas.at, areas.n, entry_out, err);
}
