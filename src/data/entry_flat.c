/* Writing. Rows end with CR LF, features stand in one line each; numbers have fixed forms, so that what is the same is written the same. */
#include "data/entry_flat.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/csv.h"
#include "base/json.h"
#include "data/entry_flat_internal.h"
#include "data/record_ids.h"
#include "data/record_tree.h"

const char *eg_flat_column_name(unsigned column)
{
    if (column == EG_FLAT_ID) return "id";
    if (column == EG_FLAT_SERVES_BOUNDARIES) return "serves_boundaries";
    if (column == EG_FLAT_SERVICE_AREA) return "service_area";
    if (column == EG_FLAT_ORGANISATION_ID) return "organisation_id";
    if (column == EG_FLAT_CHARITY_NUMBER) return "charity_number";
    if (column == EG_FLAT_COMPANY_NUMBER) return "company_number";
    if (column == EG_FLAT_AWARD_DATE) return "award_date";
    if (column == EG_FLAT_FUNDER_ID) return "funder_id";
    return eg_entry_field_name((enum eg_entry_field)column);
}

unsigned eg_flat_column_named(struct eg_text name)
{
    unsigned column = 0;
    while (column < EG_N_FLAT_COLUMNS && !eg_text_equal(name, eg_text_from(eg_flat_column_name(column))))
        column++;
    return column;
}

const struct eg_text *eg_flat_list(const struct eg_entry *entry, unsigned column, uint32_t *n_out)
{
    switch (column) {
    case EG_ENTRY_TOPICS:
        *n_out = entry->n_topics;
        return entry->topics;
    case EG_ENTRY_SERVES:
        *n_out = entry->n_serves;
        return entry->serves;
    case EG_ENTRY_LANGUAGES:
        *n_out = entry->n_languages;
        return entry->languages;
    case EG_ENTRY_ACCESSIBILITY: { /* of the first place, as its address */
        struct eg_entry_place first = eg_entry_place_at(entry, 0);
        *n_out = first.n_accessibility;
        return first.accessibility;
    }
    default:
        *n_out = UINT32_MAX;
        return NULL;
    }
}

/* The text of a column that is no list; what has to be made is made in `room`. */
static struct eg_text text_of(const struct eg_atlas *atlas, const struct eg_entry *entry, unsigned column,
                              char room[32])
{
    int n = 0;
    switch (column) {
    case EG_FLAT_ID:
        return (struct eg_text){entry->id, EG_UUID_TEXT_LEN};
    case EG_FLAT_SERVICE_AREA:
        return entry->area_geojson;
    case EG_FLAT_ORGANISATION_ID:
        return entry->organization_id;
    case EG_FLAT_CHARITY_NUMBER:
    case EG_FLAT_COMPANY_NUMBER:
        return entry->register_number[column - EG_FLAT_CHARITY_NUMBER];
    case EG_FLAT_AWARD_DATE:
    case EG_FLAT_FUNDER_ID:
        return entry->giving[column - EG_FLAT_AWARD_DATE];
    case EG_FLAT_SERVES_BOUNDARIES:
        if (entry->n_serves == 0 || entry->serves_boundaries == EG_ATLAS_NONE) return EG_TEXT("");
        return atlas->boundaries[entry->serves_boundaries].id;
    case EG_ENTRY_LONGITUDE:
    case EG_ENTRY_LATITUDE:
        if (entry->has_position)
            n = snprintf(room, 32, "%.7f", column == EG_ENTRY_LATITUDE ? entry->lat_deg : entry->lon_deg);
        return (struct eg_text){room, n > 0 ? (size_t)n : 0};
    case EG_ENTRY_KIND:
        return eg_text_from(eg_entry_kind_name(entry->kind));
    default:
        return entry->field[column];
    }
}

/* --- CSV ------------------------------------------------------------------------------------------------------------------------ */

static void write_list(const struct eg_text *items, uint32_t n, bool is_first, struct eg_buffer *out)
{
    struct eg_buffer joined;
    eg_buffer_init(&joined, 0);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) eg_buffer_char(&joined, ';');
        eg_buffer_text(&joined, items[i]);
    }
    eg_csv_cell(out, (struct eg_text){joined.data, joined.len}, is_first);
    out->failed |= joined.failed;
    eg_buffer_clear(&joined);
}

/* The id first: it is what an entry is known by. */
static unsigned column_at(unsigned position)
{
    if (position == 0) return EG_FLAT_ID;
    return position <= EG_N_ENTRY_FIELDS ? position - 1 : position;
}

static void write_row(const struct eg_atlas *atlas, const struct eg_entry *entry, struct eg_buffer *out)
{
    char room[32];
    for (unsigned i = 0; i < EG_N_FLAT_COLUMNS; i++) {
        uint32_t n;
        const struct eg_text *items = eg_flat_list(entry, column_at(i), &n);
        if (n != UINT32_MAX) write_list(items, n, i == 0, out);
        else eg_csv_cell(out, text_of(atlas, entry, column_at(i), room), i == 0);
    }
    eg_csv_end_row(out);
}

/* --- 360Giving ------------------------------------------------------------------------------------------------------------------ */

/* What a title of the standard is written from. The standard requires more than those marked: where an amount, its currency or a date is not
 * known, the cell is empty, since a text in it would be a wrong number or date. */
static const struct {
    const char *title;
    unsigned column;
    bool is_said; /* "Not stated" stands for what is not known */
} giving[] = {
    {"Identifier", EG_ENTRY_KEY, true},
    {"Title", EG_ENTRY_NAME, true},
    {"Description", EG_ENTRY_DESCRIPTION, true},
    {"Currency", EG_ENTRY_CURRENCY, false},
    {"Amount Awarded", EG_ENTRY_AMOUNT, false},
    {"Award Date", EG_FLAT_AWARD_DATE, false},
    {"Planned Dates:Start Date", EG_ENTRY_START, false},
    {"Planned Dates:End Date", EG_ENTRY_END, false},
    {"Recipient Org:Identifier", EG_FLAT_ORGANISATION_ID, true},
    {"Recipient Org:Name", EG_ENTRY_ORGANISATION, true},
    {"Recipient Org:Charity Number", EG_FLAT_CHARITY_NUMBER, false},
    {"Recipient Org:Company Number", EG_FLAT_COMPANY_NUMBER, false},
    {"Recipient Org:Street Address", EG_ENTRY_ADDRESS, false},
    {"Recipient Org:Postal Code", EG_ENTRY_POSTCODE, false},
    {"Recipient Org:Web Address", EG_ENTRY_URL, false},
    {"Funding Org:Identifier", EG_FLAT_FUNDER_ID, true},
    {"Funding Org:Name", EG_ENTRY_FUNDER, true},
    {"Grant Programme:Title", EG_ENTRY_PROGRAMME, false},
    {"Classifications:Title", EG_ENTRY_TOPICS, false},
    {"Beneficiary Location:Geographic Code", EG_ENTRY_SERVES, false},
    {"Beneficiary Location:Geographic Code Type", EG_FLAT_SERVES_BOUNDARIES, false},
    {"Beneficiary Location:Latitude", EG_ENTRY_LATITUDE, false},
    {"Beneficiary Location:Longitude", EG_ENTRY_LONGITUDE, false},
};

/* "Beneficiary Location:0:Name" is "Beneficiary Location:Name". */
static bool is_title(struct eg_text text, const char *title)
{
    struct eg_text head, rest = eg_text_cut(text, ':', &head), wanted_head;
    struct eg_text wanted = eg_text_cut(eg_text_from(title), ':', &wanted_head);
    if (eg_text_starts_with(rest, EG_TEXT("0:"))) rest = (struct eg_text){rest.data + 2, rest.len - 2};
    return eg_text_equal_any_case(head, wanted_head) && eg_text_equal_any_case(rest, wanted);
}

unsigned eg_flat_giving_column(struct eg_text title)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(giving); i++)
        if (is_title(title, giving[i].title)) return giving[i].column;
    return EG_N_FLAT_COLUMNS;
}

/* A funder has no records of its own. Where it came without an identifier, the UUID that stands for its name. */
static enum eg_status write_funder(const struct eg_entry *entry, struct eg_buffer *out, struct eg_error *err)
{
    struct eg_arena *arena = eg_arena_new(1 << 20);
    if (!arena) return eg_error_no_memory(err, 0);
    struct eg_text id = entry->giving[EG_GIVING_FUNDER_ID], name = entry->field[EG_ENTRY_FUNDER];
    if (id.len == 0) id = EG_RECORD_NOT_STATED;
    if (entry->giving[EG_GIVING_FUNDER_ID].len == 0 && name.len > 0)
        id = eg_record_id_of_name(arena, "organization", name);
    bool made = id.data != NULL;
    if (made) eg_csv_cell(out, id, false);
    eg_arena_free(arena);
    return made ? EG_OK : eg_error_no_memory(err, EG_UUID_TEXT_LEN);
}

static struct eg_text giving_text(const struct eg_atlas *atlas, const struct eg_entry *entry, size_t i,
                                  char room[32])
{
    struct eg_text text = text_of(atlas, entry, giving[i].column, room);
    struct eg_text number = entry->giving[EG_GIVING_RECIPIENT_ID];
    if (giving[i].column == EG_FLAT_ORGANISATION_ID && number.len > 0) text = number;
    if (giving[i].column == EG_ENTRY_ORGANISATION && text.len == 0) text = entry->field[EG_ENTRY_NAME];
    return text.len == 0 && giving[i].is_said ? EG_RECORD_NOT_STATED : text;
}

static enum eg_status write_grant(const struct eg_atlas *atlas, const struct eg_entry *entry,
                                  struct eg_buffer *out, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < EG_ARRAY_LEN(giving) && status == EG_OK; i++) {
        char room[32];
        uint32_t n = UINT32_MAX;
        const struct eg_text *items = eg_flat_list(entry, giving[i].column, &n);
        if (giving[i].column == EG_FLAT_FUNDER_ID) status = write_funder(entry, out, err);
        else if (n != UINT32_MAX) write_list(items, n, i == 0, out);
        else eg_csv_cell(out, giving_text(atlas, entry, i, room), i == 0);
    }
    eg_csv_end_row(out);
    return status;
}

/* --- GeoJSON -------------------------------------------------------------------------------------------------------------------- */

static void write_geometry(const struct eg_entry *entry, struct eg_json *json, struct eg_json_value *feature)
{
    if (!entry->has_position) {
        if (entry->area_geojson.len > 0) eg_json_raw(json, feature, "geometry", entry->area_geojson);
        else eg_json_null(json, feature, "geometry");
        return;
    }
    struct eg_json_value *geometry = eg_json_object(json, feature, "geometry");
    eg_json_cstring(json, geometry, "type", "Point");
    struct eg_json_value *position = eg_json_array(json, geometry, "coordinates");
    eg_json_decimal(json, position, NULL, entry->lon_deg, 7);
    eg_json_decimal(json, position, NULL, entry->lat_deg, 7);
}

static void write_property(const struct eg_atlas *atlas, const struct eg_entry *entry, unsigned column,
                           struct eg_json *json, struct eg_json_value *into)
{
    char room[32];
    uint32_t n;
    double number;
    const struct eg_text *items = eg_flat_list(entry, column, &n);
    const char *name = eg_flat_column_name(column);
    if (n != UINT32_MAX) {
        struct eg_json_value *list = n > 0 ? eg_json_array(json, into, name) : NULL;
        for (uint32_t i = 0; i < n; i++) eg_json_text(json, list, NULL, items[i]);
        return;
    }
    struct eg_text text = text_of(atlas, entry, column, room);
    if (text.len == 0) return;
    if (column == EG_FLAT_SERVICE_AREA) {
        if (entry->has_position) eg_json_raw(json, into, name, text);
    } else if (column == EG_ENTRY_AMOUNT && eg_text_to_double(text, &number)) {
        eg_json_number(json, into, name, number);
    } else {
        eg_json_text(json, into, name, text);
    }
}

void eg_flat_write_places(const struct eg_entry *entry, struct eg_json *json,
                          struct eg_json_value *properties)
{
    struct eg_json_value *list = NULL;
    if (entry->n_places > 1) list = eg_json_array(json, properties, EG_FLAT_PLACES);
    for (uint32_t i = 0; i < entry->n_places; i++) {
        const struct eg_entry_place *place = &entry->places[i];
        struct eg_json_value *into = eg_json_object(json, list, NULL), *provided = NULL;
        eg_json_text(json, into, "id", place->location);
        if (place->name.len > 0) eg_json_text(json, into, "name", place->name);
        if (place->address.len > 0) eg_json_text(json, into, "address", place->address);
        if (place->postcode.len > 0) eg_json_text(json, into, "postcode", place->postcode);
        if (place->has_position) {
            eg_json_decimal(json, into, "longitude", place->lon_deg, 7);
            eg_json_decimal(json, into, "latitude", place->lat_deg, 7);
        }
        if (place->n_accessibility > 0) provided = eg_json_array(json, into, "accessibility");
        for (uint32_t k = 0; k < place->n_accessibility; k++)
            eg_json_text(json, provided, NULL, place->accessibility[k]);
        if (place->phone.len > 0) eg_json_text(json, into, "phone", place->phone);
        if (place->hours.len > 0) eg_json_text(json, into, "hours", place->hours);
    }
}

static enum eg_status write_feature(const struct eg_atlas *atlas, const struct eg_entry *entry,
                                    struct eg_buffer *out, struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    struct eg_json_value *root = eg_json_root(json);
    eg_json_cstring(json, root, "type", "Feature");
    eg_json_cstring(json, root, "id", entry->id);
    write_geometry(entry, json, root);
    struct eg_json_value *properties = eg_json_object(json, root, "properties");
    for (unsigned column = 0; column < EG_N_FLAT_COLUMNS; column++) {
        bool elsewhere = column == EG_FLAT_ID || column == EG_ENTRY_LONGITUDE || column == EG_ENTRY_LATITUDE;
        if (!elsewhere) write_property(atlas, entry, column, json, properties);
    }
    eg_flat_write_places(entry, json, properties);
    enum eg_status status = eg_json_finish(json, false, out, err);
    eg_json_free(json);
    return status;
}

/* --- all ------------------------------------------------------------------------------------------------------------------------ */

void eg_flat_head(enum eg_flat_format format, struct eg_buffer *out)
{
    if (format == EG_FLAT_GEOJSON) {
        eg_buffer_literal(out, "{\"type\":\"FeatureCollection\",\"features\":[");
        return;
    }
    size_t n = format == EG_FLAT_CSV ? EG_N_FLAT_COLUMNS : EG_ARRAY_LEN(giving);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) eg_buffer_char(out, ',');
        eg_buffer_literal(out, format == EG_FLAT_CSV ? eg_flat_column_name(column_at((unsigned)i))
                                                     : giving[i].title);
    }
    eg_buffer_literal(out, "\r\n");
}

bool eg_flat_holds(enum eg_flat_format format, const struct eg_entry *entry)
{
    return format != EG_FLAT_360GIVING || entry->kind == EG_KIND_GRANT;
}

enum eg_status eg_flat_write(enum eg_flat_format format, const struct eg_atlas *atlas,
                             const struct eg_entry *entry, uint32_t index, struct eg_buffer *out,
                             struct eg_error *err)
{
    enum eg_status status = EG_OK;
    if (format == EG_FLAT_CSV) {
        write_row(atlas, entry, out);
    } else if (format == EG_FLAT_360GIVING) {
        status = write_grant(atlas, entry, out, err);
    } else {
        eg_buffer_literal(out, index > 0 ? ",\n" : "\n");
        status = write_feature(atlas, entry, out, err);
    }
    if (status == EG_OK && out->failed) return eg_error_no_memory(err, out->capacity);
    return status;
}

void eg_flat_tail(enum eg_flat_format format, struct eg_buffer *out)
{
    if (format == EG_FLAT_GEOJSON) eg_buffer_literal(out, "\n]}\n");
}
