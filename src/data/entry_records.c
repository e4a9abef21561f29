/* From an entry to records. Ids are names' hashes, so a row that several entries share (an organisation, a topic) is added when it is
 * first met and known again by its id. */
#include "data/entry_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/textmap.h"
#include "data/entry_records_internal.h"
#include "data/record_doubts.h"
#include "data/record_ids.h"

#define ARENA_CEILING_BYTES ((size_t)1024 * 1024 * 1024)

enum eg_status eg_entry_recorder_new(const struct eg_atlas *atlas, struct eg_records_builder *builder,
                                     struct eg_entry_recorder **recorder_out, struct eg_error *err)
{
    struct eg_entry_recorder *recorder = eg_memory_zeroed(1, sizeof *recorder);
    if (!recorder) return eg_error_no_memory(err, sizeof *recorder);
    *recorder = (struct eg_entry_recorder){.atlas = atlas,
                                           .builder = builder,
                                           .arena = eg_arena_new(ARENA_CEILING_BYTES),
                                           .shared = eg_textmap_new(64)};
    if (!recorder->arena || !recorder->shared) {
        eg_entry_recorder_free(recorder);
        return eg_error_no_memory(err, sizeof *recorder);
    }
    *recorder_out = recorder;
    return EG_OK;
}

void eg_entry_recorder_knows(struct eg_entry_recorder *recorder, const struct eg_records *known)
{
    recorder->known = known;
}

void eg_entry_recorder_free(struct eg_entry_recorder *recorder)
{
    if (!recorder) return;
    eg_textmap_free(recorder->shared);
    eg_arena_free(recorder->arena);
    free(recorder);
}

/* --- ids --------------------------------------------------------------------------------------------------------------------- */

struct eg_text eg_entry_organization_id(struct eg_arena *arena, const struct eg_entry *entry)
{
    struct eg_text name = entry->field[EG_ENTRY_ORGANISATION];
    if (entry->organization_id.len > 0) return entry->organization_id;
    /* A coalition is its own organisation. */
    if (name.len > 0) return eg_record_id_of_name(arena, "organization", name);
    return eg_record_id_of(arena, "organization", (struct eg_text){entry->id, EG_UUID_TEXT_LEN});
}

const struct eg_record *eg_entry_own_organization(const struct eg_records *records,
                                                  const struct eg_record *service)
{
    uint32_t n;
    struct eg_text id = service->field[EG_SERVICE_ORGANIZATION_ID];
    const struct eg_record *organization =
        id.len > 0 ? eg_records_find(records, EG_RECORD_ORGANIZATION, id) : NULL;
    if (!organization) return NULL;
    (void)eg_records_with(records, EG_RECORD_SERVICE, EG_SERVICE_ORGANIZATION_ID, id, &n);
    struct eg_text name = organization->field[EG_ORGANIZATION_NAME];
    return n == 1 && eg_text_equal(name, service->field[EG_SERVICE_NAME]) ? organization : NULL;
}

bool eg_entry_has_location(const struct eg_entry *entry)
{
    return entry->has_position || entry->field[EG_ENTRY_ADDRESS].len > 0 ||
           entry->field[EG_ENTRY_POSTCODE].len > 0 || entry->n_accessibility > 0;
}

struct eg_text eg_entry_at_location_id(struct eg_arena *arena, const struct eg_entry *entry)
{
    return eg_record_id_of(arena, "service_at_location", (struct eg_text){entry->id, EG_UUID_TEXT_LEN});
}

struct eg_text eg_entry_topic_id(struct eg_arena *arena, struct eg_text topic)
{
    return eg_record_id_of_name(arena, "taxonomy_term", topic);
}

struct eg_text eg_entry_topics_id(struct eg_arena *arena)
{
    return eg_record_id_of(arena, "taxonomy", EG_TEXT("topics"));
}

struct eg_text eg_recorder_kept_id(struct eg_entry_recorder *recorder, struct eg_text id)
{
    recorder->failed |= !id.data;
    return id;
}

struct eg_text eg_recorder_made_id(struct eg_entry_recorder *recorder, const char *what, struct eg_text name)
{
    struct eg_text id = eg_record_id_of(recorder->row_arena, what, name);
    recorder->failed |= !id.data;
    return id;
}

static struct eg_text shared_id(struct eg_entry_recorder *recorder, const char *what, struct eg_text name)
{
    struct eg_text id = eg_record_id_of_name(recorder->row_arena, what, name);
    recorder->failed |= !id.data;
    return id;
}

/* Whether an id comes for the first time. */
enum eg_status eg_recorder_meet(struct eg_entry_recorder *recorder, struct eg_text id, bool *is_first_out,
                                struct eg_error *err)
{
    if (recorder->failed) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
    *is_first_out = eg_textmap_get(recorder->shared, id) == EG_TEXTMAP_NONE;
    if (!*is_first_out) return EG_OK;
    struct eg_text kept = eg_text_copy(recorder->arena, id);
    if (!kept.data) return eg_error_no_memory(err, id.len);
    return eg_textmap_put(recorder->shared, kept, 0, NULL);
}

/* Adds a row unless one with its id was added before. */
enum eg_status eg_recorder_add_once(struct eg_entry_recorder *recorder, enum eg_record_table table,
                                    const struct eg_recorder_row *row, struct eg_error *err)
{
    bool is_first = false;
    enum eg_status status = eg_recorder_meet(recorder, row->field[0], &is_first, err);
    return status == EG_OK && is_first ? eg_records_add(recorder->builder, table, row->field, err) : status;
}

enum eg_status eg_recorder_add(struct eg_entry_recorder *recorder, enum eg_record_table table,
                               const struct eg_recorder_row *row, struct eg_error *err)
{
    if (recorder->failed) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
    return eg_records_add(recorder->builder, table, row->field, err);
}

/* Rows are read by their ids, and a list is to be read as it was given: so the ids that its rows have go to them ascending. */
static int compare_ids(const void *a, const void *b)
{
    return eg_text_compare(*(const struct eg_text *)a, *(const struct eg_text *)b);
}

/* Those of n rows of a service, made of their places in the list; NULL when memory is refused. */
struct eg_text *eg_recorder_ids_in_order(struct eg_entry_recorder *recorder, const char *what,
                                         struct eg_text service, uint32_t n)
{
    struct eg_text *ids = eg_arena_array(recorder->row_arena, (size_t)n + 1, sizeof *ids);
    recorder->failed |= !ids;
    for (uint32_t i = 0; i < n && !recorder->failed; i++) {
        struct eg_text name = eg_text_format(recorder->row_arena, "%.*s:%u", EG_TEXT_ARG(service), i);
        recorder->failed |= !name.data;
        if (name.data) ids[i] = eg_recorder_made_id(recorder, what, name);
    }
    if (recorder->failed) return NULL;
    if (n > 1) qsort(ids, n, sizeof *ids, compare_ids);
    return ids;
}

/* --- forms ------------------------------------------------------------------------------------------------------------------- */

static void doubt(struct eg_entry_recorder *recorder, enum eg_entry_field field, struct eg_text text,
                  const char *what)
{
    size_t len = strlen(recorder->doubt);
    (void)snprintf(recorder->doubt + len, EG_ENTRY_DOUBT_BYTES - len, "%sthe %s '%.*s' %s",
                   len > 0 ? "; " : "", eg_entry_field_name(field), text.len < 80 ? (int)text.len : 77,
                   text.data, what);
}

static struct eg_text web_address(struct eg_entry_recorder *recorder, const struct eg_entry *entry)
{
    struct eg_text given = entry->field[EG_ENTRY_URL];
    if (given.len == 0 || eg_record_text_is(EG_RECORD_URL, given)) return given;
    if (eg_mend_url(given)) {
        struct eg_text whole = eg_text_format(recorder->row_arena, "https://%.*s", EG_TEXT_ARG(given));
        recorder->failed |= !whole.data;
        if (whole.data && eg_record_text_is(EG_RECORD_URL, whole)) {
            doubt(recorder, EG_ENTRY_URL, given, "has no scheme: https:// is put before it");
            return whole;
        }
    }
    doubt(recorder, EG_ENTRY_URL, given, "is left out: it is no web address");
    return EG_TEXT("");
}

/* The field's text if it has the form, else nothing and a doubt. */
static struct eg_text of_form(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                              enum eg_entry_field field, enum eg_record_type type, const char *what)
{
    struct eg_text given = entry->field[field];
    if (given.len == 0 || eg_record_text_is(type, given)) return given;
    doubt(recorder, field, given, what);
    return EG_TEXT("");
}

/* "2019" is its first or last day. */
static struct eg_text day(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                          enum eg_entry_field field)
{
    char date[EG_DATE_BYTES];
    struct eg_text given = entry->field[field];
    if (!eg_mend_date(given, field == EG_ENTRY_END, date))
        return of_form(recorder, entry, field, EG_RECORD_DATE, "is left out: it is no date (YYYY-MM-DD)");
    struct eg_text whole = eg_text_copy(recorder->row_arena, eg_text_from(date));
    recorder->failed |= !whole.data;
    return whole;
}

/* --- what hangs on an entry -------------------------------------------------------------------------------------------------- */

/* Which country's register it is a number of, nobody says. */
static enum eg_status add_number(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                 enum eg_register of, struct eg_text organization, struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    struct eg_text number = entry->register_number[of], type = eg_text_from(eg_entry_register_name(of));
    if (number.len == 0) return EG_OK;
    struct eg_text name =
        eg_text_format(recorder->row_arena, "%.*s:%.*s", EG_TEXT_ARG(organization), EG_TEXT_ARG(type));
    row.field[0] = eg_recorder_made_id(recorder, "organization_identifier", name);
    row.field[EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID] = organization;
    row.field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_TYPE] = type;
    row.field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER] = number;
    return eg_recorder_add_once(recorder, EG_RECORD_ORGANIZATION_IDENTIFIER, &row, err);
}

/* One that says itself which register it is of. */
static enum eg_status add_org_id(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                 struct eg_text organization, struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    struct eg_text number = entry->giving[EG_GIVING_RECIPIENT_ID];
    if (number.len == 0) return EG_OK;
    struct eg_text name =
        eg_text_format(recorder->row_arena, "%.*s:%.*s", EG_TEXT_ARG(organization), EG_TEXT_ARG(number));
    row.field[0] = eg_recorder_made_id(recorder, "organization_identifier", name);
    row.field[EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID] = organization;
    row.field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_SCHEME] = EG_TEXT(EG_ORG_ID_SCHEME);
    row.field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_TYPE] = EG_TEXT(EG_ORG_ID_TYPE);
    row.field[EG_ORGANIZATION_IDENTIFIER_IDENTIFIER] = number;
    return eg_recorder_add_once(recorder, EG_RECORD_ORGANIZATION_IDENTIFIER, &row, err);
}

static enum eg_status add_organization(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                       struct eg_recorder_ids *ids, struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    struct eg_text name = entry->field[EG_ENTRY_ORGANISATION];
    bool is_own = name.len == 0;
    ids->organization = eg_recorder_kept_id(recorder, eg_entry_organization_id(recorder->row_arena, entry));
    row.field[EG_ORGANIZATION_ID] = ids->organization;
    row.field[EG_ORGANIZATION_NAME] = is_own ? entry->field[EG_ENTRY_NAME] : name;
    if (is_own) row.field[EG_ORGANIZATION_DESCRIPTION] = entry->field[EG_ENTRY_DESCRIPTION];
    enum eg_status status = eg_recorder_add_once(recorder, EG_RECORD_ORGANIZATION, &row, err);
    for (unsigned n = 0; n < EG_N_REGISTERS && status == EG_OK; n++)
        status = add_number(recorder, entry, (enum eg_register)n, ids->organization, err);
    return status == EG_OK ? add_org_id(recorder, entry, ids->organization, err) : status;
}

static enum eg_status add_program(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                  struct eg_recorder_ids *ids, struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    struct eg_text name = entry->field[EG_ENTRY_PROGRAMME];
    if (name.len == 0) return EG_OK;
    ids->program = row.field[EG_PROGRAM_ID] = shared_id(recorder, "program", name);
    row.field[EG_PROGRAM_NAME] = name;
    return eg_recorder_add_once(recorder, EG_RECORD_PROGRAM, &row, err);
}

/* What lists say of what is no more: nobody is to be sent there. */
static bool is_closed(struct eg_text status)
{
    static const char *const words[] = {"closed", "permanently closed", "closed permanently", "dissolved"};
    for (size_t i = 0; i < EG_ARRAY_LEN(words); i++)
        if (eg_text_equal_any_case(status, eg_text_from(words[i]))) return true;
    return false;
}

static struct eg_text status_of(struct eg_entry_recorder *recorder, const struct eg_entry *entry)
{
    struct eg_text given = entry->field[EG_ENTRY_STATUS];
    const char *const *words = eg_record_spec(EG_RECORD_SERVICE)->fields[EG_SERVICE_STATUS].words;
    if (given.len == 0) return EG_TEXT("active");
    for (; *words; words++)
        if (eg_text_equal_any_case(given, eg_text_from(*words))) return eg_text_from(*words);
    if (is_closed(given)) {
        doubt(recorder, EG_ENTRY_STATUS, given, "is none of HSDS's: 'defunct' stands for it");
        return EG_TEXT("defunct");
    }
    doubt(recorder, EG_ENTRY_STATUS, given, "is none of HSDS's: 'active' stands for it");
    return EG_TEXT("active");
}

static enum eg_status add_service(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                  const struct eg_recorder_ids *ids, struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    row.field[EG_SERVICE_ID] = ids->service;
    row.field[EG_SERVICE_ORGANIZATION_ID] = ids->organization;
    row.field[EG_SERVICE_PROGRAM_ID] = ids->program;
    row.field[EG_SERVICE_NAME] = entry->field[EG_ENTRY_NAME];
    row.field[EG_SERVICE_DESCRIPTION] = entry->field[EG_ENTRY_DESCRIPTION];
    row.field[EG_SERVICE_URL] = web_address(recorder, entry);
    row.field[EG_SERVICE_EMAIL] =
        of_form(recorder, entry, EG_ENTRY_EMAIL, EG_RECORD_EMAIL, "is left out: it is no e-mail address");
    row.field[EG_SERVICE_STATUS] = status_of(recorder, entry);
    row.field[EG_SERVICE_ASSURED_DATE] = day(recorder, entry, EG_ENTRY_LAST_REVIEWED);
    row.field[EG_SERVICE_KIND] = eg_text_from(eg_entry_kind_name(entry->kind));
    /* A key that is the id says nothing more. */
    if (!eg_text_equal(entry->field[EG_ENTRY_KEY], ids->service))
        row.field[EG_SERVICE_SOURCE_KEY] = entry->field[EG_ENTRY_KEY];
    return eg_recorder_add(recorder, EG_RECORD_SERVICE, &row, err);
}

static enum eg_status add_phone(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                const struct eg_recorder_ids *ids, struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    if (entry->field[EG_ENTRY_PHONE].len == 0) return EG_OK;
    row.field[EG_PHONE_ID] = eg_recorder_made_id(recorder, "phone", ids->service);
    row.field[EG_PHONE_SERVICE_ID] = ids->service;
    row.field[EG_PHONE_NUMBER] = entry->field[EG_ENTRY_PHONE];
    return eg_recorder_add(recorder, EG_RECORD_PHONE, &row, err);
}

static enum eg_status add_service_area(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                       const struct eg_recorder_ids *ids, struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    if (entry->n_serves == 0 && entry->area_geojson.len == 0) return EG_OK;
    row.field[EG_SERVICE_AREA_ID] = eg_recorder_made_id(recorder, "service_area", ids->service);
    row.field[EG_SERVICE_AREA_SERVICE_ID] = ids->service;
    if (entry->n_serves > 0 && entry->serves_boundaries != EG_ATLAS_NONE) {
        struct eg_buffer codes;
        eg_buffer_init(&codes, 0);
        for (uint32_t i = 0; i < entry->n_serves; i++) {
            if (i > 0) eg_buffer_char(&codes, ';');
            eg_buffer_text(&codes, entry->serves[i]);
        }
        row.field[EG_SERVICE_AREA_BOUNDARIES] = recorder->atlas->boundaries[entry->serves_boundaries].id;
        row.field[EG_SERVICE_AREA_AREA_CODES] =
            eg_text_copy(recorder->row_arena, (struct eg_text){codes.data, codes.len});
        bool failed = codes.failed || !row.field[EG_SERVICE_AREA_AREA_CODES].data;
        eg_buffer_clear(&codes);
        if (failed) return eg_error_no_memory(err, 0);
    }
    if (entry->area_geojson.len > 0) {
        row.field[EG_SERVICE_AREA_EXTENT] = entry->area_geojson;
        row.field[EG_SERVICE_AREA_EXTENT_TYPE] = EG_TEXT("geojson");
    }
    return eg_recorder_add(recorder, EG_RECORD_SERVICE_AREA, &row, err);
}

static bool has_funding(const struct eg_entry *entry)
{
    return entry->field[EG_ENTRY_FUNDER].len > 0 || entry->field[EG_ENTRY_AMOUNT].len > 0 ||
           entry->giving[EG_GIVING_AWARD_DATE].len > 0 || entry->giving[EG_GIVING_FUNDER_ID].len > 0;
}

static enum eg_status add_funding(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                  const struct eg_recorder_ids *ids, struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    if (!has_funding(entry)) return EG_OK;
    row.field[EG_FUNDING_ID] = eg_recorder_made_id(recorder, "funding", ids->service);
    row.field[EG_FUNDING_SERVICE_ID] = ids->service;
    row.field[EG_FUNDING_SOURCE] = entry->field[EG_ENTRY_FUNDER];
    row.field[EG_FUNDING_AMOUNT] =
        of_form(recorder, entry, EG_ENTRY_AMOUNT, EG_RECORD_NUMBER, "is left out: it is no number");
    row.field[EG_FUNDING_CURRENCY] = entry->field[EG_ENTRY_CURRENCY];
    row.field[EG_FUNDING_VALID_FROM] = day(recorder, entry, EG_ENTRY_START);
    row.field[EG_FUNDING_VALID_TO] = day(recorder, entry, EG_ENTRY_END);
    row.field[EG_FUNDING_AWARD_DATE] = entry->giving[EG_GIVING_AWARD_DATE];
    row.field[EG_FUNDING_SOURCE_IDENTIFIER] = entry->giving[EG_GIVING_FUNDER_ID];
    return eg_recorder_add(recorder, EG_RECORD_FUNDING, &row, err);
}

/* What is not a grant and has dates takes place between them, unless its hours say on which days, and when. */
static enum eg_status add_dates(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                const struct eg_recorder_ids *ids, struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    bool has_dates = entry->field[EG_ENTRY_START].len > 0 || entry->field[EG_ENTRY_END].len > 0;
    if (has_funding(entry) || !has_dates) return EG_OK;
    if (eg_entry_hours_have_days(eg_entry_hours_without(entry->field[EG_ENTRY_HOURS], recorder->words)))
        return EG_OK;
    row.field[EG_SCHEDULE_ID] = eg_recorder_made_id(recorder, "schedule", ids->service);
    row.field[EG_SCHEDULE_SERVICE_ID] = ids->service;
    row.field[EG_SCHEDULE_VALID_FROM] = day(recorder, entry, EG_ENTRY_START);
    row.field[EG_SCHEDULE_VALID_TO] = day(recorder, entry, EG_ENTRY_END);
    if (row.field[EG_SCHEDULE_VALID_FROM].len + row.field[EG_SCHEDULE_VALID_TO].len == 0) return EG_OK;
    return eg_recorder_add(recorder, EG_RECORD_SCHEDULE, &row, err);
}

static enum eg_status add_languages(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                    const struct eg_recorder_ids *ids, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    const struct eg_text *own =
        eg_recorder_ids_in_order(recorder, "language", ids->service, entry->n_languages);
    if (!own) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
    for (uint32_t i = 0; i < entry->n_languages && status == EG_OK; i++) {
        struct eg_recorder_row row = {{{0}}};
        row.field[EG_LANGUAGE_ID] = own[i];
        row.field[EG_LANGUAGE_SERVICE_ID] = ids->service;
        row.field[EG_LANGUAGE_NAME] = entry->languages[i];
        status = eg_recorder_add(recorder, EG_RECORD_LANGUAGE, &row, err);
    }
    return status;
}

static enum eg_status add_term(struct eg_entry_recorder *recorder, struct eg_text topic,
                               struct eg_text *id_out, struct eg_error *err)
{
    struct eg_recorder_row taxonomy = {{{0}}}, term = {{{0}}};
    taxonomy.field[EG_TAXONOMY_ID] = eg_recorder_kept_id(recorder, eg_entry_topics_id(recorder->row_arena));
    taxonomy.field[EG_TAXONOMY_NAME] = EG_TEXT(EG_TOPICS_NAME);
    taxonomy.field[EG_TAXONOMY_DESCRIPTION] = EG_TEXT(EG_TOPICS_DESCRIPTION);
    enum eg_status status = eg_recorder_add_once(recorder, EG_RECORD_TAXONOMY, &taxonomy, err);
    *id_out = term.field[EG_TAXONOMY_TERM_ID] =
        eg_recorder_kept_id(recorder, eg_entry_topic_id(recorder->row_arena, topic));
    term.field[EG_TAXONOMY_TERM_NAME] = topic;
    term.field[EG_TAXONOMY_TERM_TAXONOMY] = EG_TEXT(EG_TOPICS_NAME);
    term.field[EG_TAXONOMY_TERM_TAXONOMY_ID] = taxonomy.field[0];
    return status == EG_OK ? eg_recorder_add_once(recorder, EG_RECORD_TAXONOMY_TERM, &term, err) : status;
}

struct topics {
    struct eg_text *links, *terms; /* [n] */
    uint32_t n;
};

/* Two topics of one entry may differ only in case: they are one. */
static enum eg_status take_topic(struct eg_entry_recorder *recorder, struct eg_text topic,
                                 struct eg_text service, struct topics *topics, struct eg_error *err)
{
    struct eg_text term;
    bool is_first = false;
    enum eg_status status = add_term(recorder, topic, &term, err);
    if (status != EG_OK) return status;
    struct eg_text name =
        eg_text_format(recorder->row_arena, "%.*s:%.*s", EG_TEXT_ARG(service), EG_TEXT_ARG(term));
    if (!name.data) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
    struct eg_text link = eg_recorder_made_id(recorder, "attribute", name);
    status = eg_recorder_meet(recorder, link, &is_first, err);
    if (status != EG_OK || !is_first) return status;
    topics->links[topics->n] = link;
    topics->terms[topics->n++] = term;
    return EG_OK;
}

static enum eg_status add_topics(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                 const struct eg_recorder_ids *ids, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    size_t most = (size_t)entry->n_topics + 1;
    struct topics topics = {
        .links = eg_arena_array(recorder->row_arena, most, sizeof *topics.links),
        .terms = eg_arena_array(recorder->row_arena, most, sizeof *topics.terms),
    };
    if (!topics.links || !topics.terms) return eg_error_no_memory(err, most * sizeof *topics.links);
    for (uint32_t i = 0; i < entry->n_topics && status == EG_OK; i++)
        status = take_topic(recorder, entry->topics[i], ids->service, &topics, err);
    if (topics.n > 1) qsort(topics.links, topics.n, sizeof *topics.links, compare_ids);
    for (uint32_t i = 0; i < topics.n && status == EG_OK; i++) {
        struct eg_recorder_row link = {{{0}}};
        link.field[EG_ATTRIBUTE_ID] = topics.links[i];
        link.field[EG_ATTRIBUTE_LINK_ID] = ids->service;
        link.field[EG_ATTRIBUTE_LINK_ENTITY] = EG_TEXT("service");
        link.field[EG_ATTRIBUTE_TAXONOMY_TERM_ID] = topics.terms[i];
        status = eg_recorder_add(recorder, EG_RECORD_ATTRIBUTE, &link, err);
    }
    return status;
}

static enum eg_status add_all(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                              struct eg_error *err)
{
    struct eg_recorder_ids ids = {.service = {entry->id, EG_UUID_TEXT_LEN}};
    enum eg_status status = add_organization(recorder, entry, &ids, err);
    if (status == EG_OK) status = add_program(recorder, entry, &ids, err);
    if (status == EG_OK) status = add_service(recorder, entry, &ids, err);
    if (status == EG_OK) status = eg_recorder_add_places(recorder, entry, ids.service, err);
    if (status == EG_OK) status = add_phone(recorder, entry, &ids, err);
    if (status == EG_OK) status = add_service_area(recorder, entry, &ids, err);
    if (status == EG_OK) status = add_funding(recorder, entry, &ids, err);
    if (status == EG_OK) status = add_dates(recorder, entry, &ids, err);
    if (status == EG_OK)
        status = eg_recorder_add_hours(recorder, entry, ids.service,
                                       has_funding(entry) ? EG_TEXT("") : entry->field[EG_ENTRY_END], err);
    if (status == EG_OK) status = add_languages(recorder, entry, &ids, err);
    return status == EG_OK ? add_topics(recorder, entry, &ids, err) : status;
}

static enum eg_status add_shared(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                 struct eg_error *err)
{
    struct eg_recorder_ids ids = {.service = {entry->id, EG_UUID_TEXT_LEN}};
    struct eg_text term;
    enum eg_status status = EG_OK;
    if (entry->field[EG_ENTRY_ORGANISATION].len > 0) status = add_organization(recorder, entry, &ids, err);
    if (status == EG_OK) status = add_program(recorder, entry, &ids, err);
    for (uint32_t i = 0; i < entry->n_topics && status == EG_OK; i++)
        status = add_term(recorder, entry->topics[i], &term, err);
    return status;
}

typedef enum eg_status add_fn(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                              struct eg_error *err);

static enum eg_status record(struct eg_entry_recorder *recorder, const struct eg_entry *entry, add_fn *add_it,
                             struct eg_error *err)
{
    recorder->failed = false;
    recorder->row_arena = eg_arena_new(ARENA_CEILING_BYTES);
    if (!recorder->row_arena) return eg_error_no_memory(err, sizeof *recorder);
    enum eg_status status = add_it(recorder, entry, err);
    eg_arena_free(recorder->row_arena);
    recorder->row_arena = NULL;
    return status;
}

enum eg_status eg_entry_record(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                               char *doubt_out, struct eg_error *err)
{
    doubt_out[0] = '\0';
    recorder->doubt = doubt_out;
    return record(recorder, entry, add_all, err);
}

enum eg_status eg_entry_record_shared(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                      struct eg_error *err)
{
    return record(recorder, entry, add_shared, err);
}
