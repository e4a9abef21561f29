#include "data/record_review.h"

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "data/entries.h"

#define REVIEW "review"

static struct eg_text service_name(void)
{
    return eg_text_from(eg_record_spec(EG_RECORD_SERVICE)->name);
}

static struct eg_text assured_date_name(void)
{
    return eg_text_from(eg_record_spec(EG_RECORD_SERVICE)->fields[EG_SERVICE_ASSURED_DATE].name);
}

/* --- reading ------------------------------------------------------------------------------------------------------------------ */

static bool is_about_service(const struct eg_record *line)
{
    struct eg_text type = line->field[EG_METADATA_RESOURCE_TYPE];
    return type.len == 0 || eg_text_equal(type, service_name());
}

/* HSDS has no list of kinds of change: these are words that cannot be meant otherwise. */
static bool is_check(struct eg_text type)
{
    static const char *const words[] = {REVIEW,    "reviewed", "verify",  "verified",
                                        "assured", "checked",  "confirm", "confirmed"};
    for (size_t i = 0; i < EG_ARRAY_LEN(words); i++)
        if (eg_text_equal_any_case(type, eg_text_from(words[i]))) return true;
    return false;
}

/* The day of which a line says that the service was checked then; empty: it says nothing of the kind. */
static struct eg_text day_of(const struct eg_record *line)
{
    struct eg_text to = line->field[EG_METADATA_REPLACEMENT_VALUE];
    struct eg_text when = line->field[EG_METADATA_LAST_ACTION_DATE];
    if (eg_text_equal(line->field[EG_METADATA_FIELD_NAME], assured_date_name()) &&
        eg_record_text_is(EG_RECORD_DATE, to))
        return to;
    if (!is_check(line->field[EG_METADATA_LAST_ACTION_TYPE]) || when.len < EG_CALENDAR_DATE_LEN)
        return EG_TEXT("");
    return (struct eg_text){when.data, EG_CALENDAR_DATE_LEN};
}

struct eg_text eg_record_reviewed(const struct eg_records *records, const struct eg_record *service)
{
    uint32_t n;
    struct eg_text last = service->field[EG_SERVICE_ASSURED_DATE];
    if (last.len > 0) return last;
    const struct eg_record *const *lines =
        eg_records_with(records, EG_RECORD_METADATA, EG_METADATA_RESOURCE_ID, service->field[0], &n);
    for (uint32_t i = 0; i < n; i++) {
        struct eg_text day = is_about_service(lines[i]) ? day_of(lines[i]) : EG_TEXT("");
        if (eg_text_compare(day, last) > 0) last = day;
    }
    return last;
}

/* --- writing ------------------------------------------------------------------------------------------------------------------ */

static void write_id(struct eg_text service, char id_out[EG_UUID_TEXT_LEN + 1])
{
    char name[sizeof REVIEW + EG_UUID_TEXT_LEN + 1];
    int n = snprintf(name, sizeof name, REVIEW ":%.*s", (int)EG_UUID_TEXT_LEN, service.data);
    struct eg_text text = {name, n > 0 ? (size_t)n : 0};
    EG_ASSERT(eg_uuid_v5(EG_ENTRIES_NAMESPACE, text, id_out) == EG_OK);
}

bool eg_record_is_review_line(const struct eg_record *row, struct eg_text service)
{
    char id[EG_UUID_TEXT_LEN + 1];
    if (row->table != EG_RECORD_METADATA || service.len != EG_UUID_TEXT_LEN) return false;
    write_id(service, id);
    return eg_text_equal(row->field[0], eg_text_from(id));
}

/* Whether a line of its own says that the assured_date became this one. */
static bool is_said(const struct eg_records *records, const struct eg_record *service, struct eg_text id)
{
    uint32_t n;
    const struct eg_record *const *lines =
        eg_records_with(records, EG_RECORD_METADATA, EG_METADATA_RESOURCE_ID, service->field[0], &n);
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_text *field = lines[i]->field;
        if (is_about_service(lines[i]) && !eg_text_equal(field[0], id) &&
            eg_text_equal(field[EG_METADATA_FIELD_NAME], assured_date_name()) &&
            eg_text_equal(field[EG_METADATA_REPLACEMENT_VALUE], service->field[EG_SERVICE_ASSURED_DATE]))
            return true;
    }
    return false;
}

bool eg_record_review_line(const struct eg_records *records, const struct eg_record *service,
                           struct eg_record_review_line *line_out)
{
    struct eg_text day = service->field[EG_SERVICE_ASSURED_DATE];
    if (day.len == 0) return false;
    write_id(service->field[0], line_out->id);
    if (is_said(records, service, eg_text_from(line_out->id))) return false;
    struct eg_text *field = line_out->field;
    memset(field, 0, sizeof line_out->field);
    field[EG_METADATA_ID] = eg_text_from(line_out->id);
    field[EG_METADATA_RESOURCE_ID] = service->field[0];
    field[EG_METADATA_RESOURCE_TYPE] = service_name();
    field[EG_METADATA_LAST_ACTION_DATE] = day;
    field[EG_METADATA_LAST_ACTION_TYPE] = EG_TEXT(REVIEW);
    field[EG_METADATA_FIELD_NAME] = assured_date_name();
    field[EG_METADATA_REPLACEMENT_VALUE] = day;
    field[EG_METADATA_UPDATED_BY] = service->field[EG_SERVICE_ASSURER_EMAIL];
    line_out->row = (struct eg_record){EG_RECORD_METADATA, field};
    return true;
}
