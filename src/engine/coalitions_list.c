/* The coalition finder's answers for programs that do not want maps, and for spreadsheets. Each entry's JSON is a document of its own, so
 * that the list is never in memory as a tree. */
#include "base/csv.h"
#include "engine/coalitions_parts.h"

/* --- JSON ------------------------------------------------------------------------------------------------------------------------ */

static enum eg_status write_object(const struct eg_coalitions *found, uint32_t hit, struct eg_buffer *out,
                                   struct eg_error *err)
{
    const struct eg_entry *entry = found->entries->items[found->result->hits[hit].entry];
    const struct eg_entry_place place = eg_entry_place_at(entry, found->result->hits[hit].place);
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    eg_json_cstring(json, root, "id", entry->id);
    if (place.has_position) {
        eg_json_decimal(json, root, "longitude", place.lon_deg, 7);
        eg_json_decimal(json, root, "latitude", place.lat_deg, 7);
    }
    eg_coalition_properties(json, root, found->atlas, entry, &place);
    eg_coalition_hit_properties(json, root, found, hit);
    enum eg_status status = eg_json_finish(json, false, out, err);
    eg_json_free(json);
    return status;
}

enum eg_status eg_coalitions_write_json(const struct eg_coalitions *found, struct eg_entity *entity_out,
                                        struct eg_error *err)
{
    struct eg_buffer body;
    enum eg_status status = EG_OK;
    eg_buffer_init(&body, 0);
    eg_buffer_char(&body, '[');
    for (uint32_t i = 0; i < found->result->n && status == EG_OK; i++) {
        if (i > 0) eg_buffer_literal(&body, ",\n");
        status = write_object(found, i, &body, err);
    }
    eg_buffer_char(&body, ']');
    if (status == EG_OK) return eg_entity_from_buffer(&body, "application/json", true, entity_out, err);
    eg_buffer_clear(&body);
    return status;
}

/* --- CSV ------------------------------------------------------------------------------------------------------------------------- */

/* As a directory of an atlas names its columns, so that what is written can be read as one. */
static const enum eg_entry_field columns[] = {
    EG_ENTRY_KIND,      EG_ENTRY_NAME,      EG_ENTRY_DESCRIPTION,   EG_ENTRY_TOPICS,
    EG_ENTRY_PROGRAMME, EG_ENTRY_LANGUAGES, EG_ENTRY_ORGANISATION,  EG_ENTRY_ADDRESS,
    EG_ENTRY_POSTCODE,  EG_ENTRY_LONGITUDE, EG_ENTRY_LATITUDE,      EG_ENTRY_PHONE,
    EG_ENTRY_EMAIL,     EG_ENTRY_URL,       EG_ENTRY_AMOUNT,        EG_ENTRY_CURRENCY,
    EG_ENTRY_FUNDER,    EG_ENTRY_START,     EG_ENTRY_END,           EG_ENTRY_HOURS,
    EG_ENTRY_SERVES,    EG_ENTRY_STATUS,    EG_ENTRY_LAST_REVIEWED, EG_ENTRY_ACCESSIBILITY,
};

static void write_list(struct eg_buffer *out, struct eg_buffer *scratch, const struct eg_text *items,
                       uint32_t n)
{
    scratch->len = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) eg_buffer_char(scratch, ';');
        eg_buffer_text(scratch, items[i]);
    }
    eg_csv_cell(out, (struct eg_text){scratch->data, scratch->len}, false);
    out->failed |= scratch->failed;
}

static void write_degrees(struct eg_buffer *out, const struct eg_entry_place *place, double degrees)
{
    if (place->has_position) eg_csv_decimal(out, degrees, 7);
    else eg_csv_cell(out, EG_TEXT(""), false);
}

/* The address and position are those of the place that is meant. */
static void write_cell(struct eg_buffer *out, struct eg_buffer *scratch, const struct eg_entry *entry,
                       const struct eg_entry_place *place, enum eg_entry_field field)
{
    if (field == EG_ENTRY_TOPICS) write_list(out, scratch, entry->topics, entry->n_topics);
    else if (field == EG_ENTRY_LANGUAGES) write_list(out, scratch, entry->languages, entry->n_languages);
    else if (field == EG_ENTRY_SERVES) write_list(out, scratch, entry->serves, entry->n_serves);
    else if (field == EG_ENTRY_ACCESSIBILITY)
        write_list(out, scratch, entry->accessibility, entry->n_accessibility);
    else if (field == EG_ENTRY_LONGITUDE) write_degrees(out, place, place->lon_deg);
    else if (field == EG_ENTRY_LATITUDE) write_degrees(out, place, place->lat_deg);
    else if (field == EG_ENTRY_ADDRESS) eg_csv_cell(out, place->address, false);
    else if (field == EG_ENTRY_POSTCODE) eg_csv_cell(out, place->postcode, false);
    else if (field == EG_ENTRY_KIND) eg_csv_cell(out, eg_text_from(eg_entry_kind_name(entry->kind)), false);
    else eg_csv_cell(out, entry->field[field], false);
}

static void write_heading(const struct eg_coalitions *found, struct eg_buffer *out)
{
    eg_csv_cell(out, EG_TEXT("id"), true);
    for (size_t i = 0; i < EG_ARRAY_LEN(columns); i++)
        eg_csv_cell(out, eg_text_from(eg_entry_field_name(columns[i])), false);
    eg_csv_cell(out, EG_TEXT("directory"), false);
    if (found->query->has_near) eg_csv_cell(out, EG_TEXT("distance_m"), false);
    if (found->query->has_span) eg_csv_cell(out, EG_TEXT("next_start"), false);
    eg_csv_end_row(out);
}

enum eg_status eg_coalitions_write_csv(const struct eg_coalitions *found, struct eg_entity *entity_out,
                                       struct eg_error *err)
{
    struct eg_buffer body, scratch;
    eg_buffer_init(&body, 0);
    eg_buffer_init(&scratch, 0);
    write_heading(found, &body);
    for (uint32_t i = 0; i < found->result->n; i++) {
        const struct eg_directory_hit *hit = &found->result->hits[i];
        const struct eg_entry *entry = found->entries->items[hit->entry];
        const struct eg_entry_place place = eg_entry_place_at(entry, hit->place);
        eg_csv_cell(&body, eg_text_from(entry->id), true);
        for (size_t c = 0; c < EG_ARRAY_LEN(columns); c++)
            write_cell(&body, &scratch, entry, &place, columns[c]);
        eg_csv_cell(&body, found->atlas->directories[entry->directory].id, false);
        char next[EG_ZONE_TIME_BYTES];
        if (found->query->has_near) eg_csv_decimal(&body, hit->distance_m, 1);
        if (found->query->has_span)
            eg_csv_cell(&body, eg_text_from(eg_coalition_next(found, i, next)), false);
        eg_csv_end_row(&body);
    }
    eg_buffer_clear(&scratch);
    return eg_entity_from_buffer(&body, "text/csv; charset=utf-8", true, entity_out, err);
}
