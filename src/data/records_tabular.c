#include "data/records_tabular.h"

#include <stdio.h>

#include "base/csv.h"
#include "base/json.h"
#include "data/csv_rows.h"
#include "data/record_review.h"
#include "data/record_tree.h"
#include "data/records_json.h"

static const char *const files[EG_N_RECORD_TABLES] = {
    [EG_RECORD_ORGANIZATION] = "organizations.csv",
    [EG_RECORD_ORGANIZATION_IDENTIFIER] = "organization_identifiers.csv",
    [EG_RECORD_PROGRAM] = "programs.csv",
    [EG_RECORD_SERVICE] = "services.csv",
    [EG_RECORD_LOCATION] = "locations.csv",
    [EG_RECORD_SERVICE_AT_LOCATION] = "service_at_location.csv", /* the one in the singular */
    [EG_RECORD_SERVICE_AREA] = "service_areas.csv",
    [EG_RECORD_ADDRESS] = "addresses.csv",
    [EG_RECORD_PHONE] = "phones.csv",
    [EG_RECORD_CONTACT] = "contacts.csv",
    [EG_RECORD_SCHEDULE] = "schedules.csv",
    [EG_RECORD_LANGUAGE] = "languages.csv",
    [EG_RECORD_ACCESSIBILITY] = "accessibility.csv",
    [EG_RECORD_COST_OPTION] = "cost_options.csv",
    [EG_RECORD_FUNDING] = "funding.csv",
    [EG_RECORD_REQUIRED_DOCUMENT] = "required_documents.csv",
    [EG_RECORD_TAXONOMY] = "taxonomies.csv",
    [EG_RECORD_TAXONOMY_TERM] = "taxonomy_terms.csv",
    [EG_RECORD_ATTRIBUTE] = "attributes.csv",
    [EG_RECORD_METADATA] = "metadata.csv",
    [EG_RECORD_META_TABLE_DESCRIPTION] = "meta_table_descriptions.csv",
};

const char *eg_records_tabular_file(enum eg_record_table table)
{
    EG_ASSERT((unsigned)table < EG_N_RECORD_TABLES);
    return files[table];
}

enum eg_record_table eg_records_tabular_table(struct eg_text file)
{
    struct eg_text name = file;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        if (eg_text_equal(file, eg_text_from(files[t]))) return (enum eg_record_table)t;
    if (!eg_text_ends_with(file, EG_TEXT(".csv"))) return EG_N_RECORD_TABLES;
    name.len -= 4;
    return eg_record_table_named(name);
}

/* --- out ------------------------------------------------------------------------------------------------------------------------ */

static void write_row(const struct eg_record_spec *spec, const struct eg_record *row, struct eg_buffer *out)
{
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        struct eg_text text = row ? row->field[f] : eg_text_from(spec->fields[f].name);
        if (text.len == 0 && spec->fields[f].required) text = EG_RECORD_NOT_STATED;
        eg_csv_cell(out, text, f == 0);
    }
    eg_csv_end_row(out);
}

static const struct eg_record *assured_service(const struct eg_records *records, const struct eg_record *line)
{
    const struct eg_record *service =
        eg_records_find(records, EG_RECORD_SERVICE, line->field[EG_METADATA_RESOURCE_ID]);
    return service && service->field[EG_SERVICE_ASSURED_DATE].len > 0 ? service : NULL;
}

/* A line about a check that the service's assured_date says, and so a line that is made of that. */
static bool is_outdated(const struct eg_records *records, const struct eg_record *row)
{
    const struct eg_record *service = row->table == EG_RECORD_METADATA ? assured_service(records, row) : NULL;
    return service && eg_record_is_review_line(row, service->field[0]);
}

static void write_reviews(const struct eg_records *records, struct eg_buffer *out)
{
    struct eg_record_review_line review;
    for (uint32_t i = 0; i < eg_records_count(records, EG_RECORD_SERVICE); i++)
        if (eg_record_review_line(records, eg_records_at(records, EG_RECORD_SERVICE, i), &review))
            write_row(eg_record_spec(EG_RECORD_METADATA), &review.row, out);
}

bool eg_records_tabular_has(const struct eg_records *records, enum eg_record_table table)
{
    uint32_t n = table == EG_RECORD_METADATA ? eg_records_count(records, EG_RECORD_SERVICE) : 0;
    if (eg_records_count(records, table) > 0) return true;
    for (uint32_t i = 0; i < n; i++)
        if (eg_records_at(records, EG_RECORD_SERVICE, i)->field[EG_SERVICE_ASSURED_DATE].len > 0) return true;
    return false;
}

enum eg_status eg_records_tabular_write(const struct eg_records *records, enum eg_record_table table,
                                        bool with_private, struct eg_buffer *out, struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(table);
    uint32_t n = eg_records_count(records, table);
    write_row(spec, NULL, out);
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_record *row = eg_records_at(records, table, i);
        if (is_outdated(records, row)) continue;
        if (with_private || !eg_record_is_private(records, row)) write_row(spec, row, out);
    }
    if (table == EG_RECORD_METADATA) write_reviews(records, out);
    return out->failed ? eg_error_no_memory(err, out->capacity) : EG_OK;
}

/* Frictionless Data's name and format of a type; the format NULL for the default one. */
static const char *type_name(enum eg_record_type type, const char **format_out)
{
    *format_out = NULL;
    switch (type) {
    case EG_RECORD_NUMBER:
        return "number";
    case EG_RECORD_DATE:
        return "date";
    case EG_RECORD_ID:
    case EG_RECORD_REFERENCE:
    case EG_RECORD_LINK:
        *format_out = "uuid";
        return "string";
    case EG_RECORD_URI:
    case EG_RECORD_URL:
        *format_out = "uri";
        return "string";
    case EG_RECORD_EMAIL:
        *format_out = "email";
        return "string";
    case EG_RECORD_DATE_TIME: /* offsets other than Z are not Frictionless Data's datetime */
    case EG_RECORD_WHEN:
    case EG_RECORD_TIME:
    case EG_RECORD_TEXT:
    case EG_RECORD_WORD:
        break;
    }
    return "string";
}

static void describe_field(const struct eg_record_field *field, struct eg_json *json,
                           struct eg_json_value *list)
{
    const char *format;
    struct eg_json_value *into = eg_json_object(json, list, NULL);
    eg_json_cstring(json, into, "name", field->name);
    eg_json_cstring(json, into, "type", type_name(field->type, &format));
    if (format) eg_json_cstring(json, into, "format", format);
    struct eg_json_value *constraints = NULL;
    if (field->needed || field->words) constraints = eg_json_object(json, into, "constraints");
    if (field->needed) eg_json_bool(json, constraints, "required", true);
    if (!field->words) return;
    struct eg_json_value *words = eg_json_array(json, constraints, "enum");
    for (const char *const *word = field->words; *word; word++) eg_json_cstring(json, words, NULL, *word);
}

/* Foreign keys to tables that are not in the package would be wrong. */
static void describe_references(const struct eg_records *records, const struct eg_record_spec *spec,
                                struct eg_json *json, struct eg_json_value *schema)
{
    struct eg_json_value *list = NULL;
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        const struct eg_record_field *field = &spec->fields[f];
        if (field->type != EG_RECORD_REFERENCE || eg_records_count(records, field->to) == 0) continue;
        if (!list) list = eg_json_array(json, schema, "foreignKeys");
        struct eg_json_value *key = eg_json_object(json, list, NULL);
        const char *to = eg_record_spec(field->to)->name;
        eg_json_cstring(json, key, "fields", field->name);
        struct eg_json_value *reference = eg_json_object(json, key, "reference");
        eg_json_cstring(json, reference, "resource", to == spec->name ? "" : to);
        eg_json_cstring(json, reference, "fields", "id");
    }
}

static void describe_table(const struct eg_records *records, enum eg_record_table table, struct eg_json *json,
                           struct eg_json_value *list)
{
    const struct eg_record_spec *spec = eg_record_spec(table);
    struct eg_json_value *into = eg_json_object(json, list, NULL);
    eg_json_cstring(json, into, "name", spec->name);
    eg_json_cstring(json, into, "path", files[table]);
    eg_json_cstring(json, into, "profile", "tabular-data-resource");
    eg_json_cstring(json, into, "format", "csv");
    eg_json_cstring(json, into, "mediatype", "text/csv");
    eg_json_cstring(json, into, "encoding", "utf-8");
    struct eg_json_value *schema = eg_json_object(json, into, "schema");
    struct eg_json_value *fields = eg_json_array(json, schema, "fields");
    for (uint32_t f = 0; f < spec->n_fields; f++) describe_field(&spec->fields[f], json, fields);
    eg_json_cstring(json, schema, "primaryKey", "id");
    describe_references(records, spec, json, schema);
}

enum eg_status eg_records_tabular_describe(const struct eg_records *records, struct eg_text title,
                                           struct eg_buffer *out, struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    struct eg_json_value *root = eg_json_root(json);
    eg_json_cstring(json, root, "profile", "tabular-data-package");
    eg_json_cstring(json, root, "name", "human_services_data");
    eg_json_text(json, root, "title", title);
    struct eg_json_value *list = eg_json_array(json, root, "resources");
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        if (eg_records_tabular_has(records, (enum eg_record_table)t))
            describe_table(records, (enum eg_record_table)t, json, list);
    enum eg_status status = eg_json_finish(json, true, out, err);
    eg_json_free(json);
    eg_buffer_char(out, '\n');
    return status;
}

/* --- in ------------------------------------------------------------------------------------------------------------------------- */

struct reading {
    struct eg_intake *intake;
    enum eg_record_table table;
    struct eg_text file;
    bool has_header;
    uint32_t n_columns;
    uint32_t field_of[EG_CSV_COLUMNS_MAX]; /* [n_columns], UINT32_MAX: of none */
};

static enum eg_status read_header(struct reading *reading, const struct eg_csv_row *row, struct eg_error *err)
{
    bool seen[EG_RECORD_FIELDS] = {false};
    struct eg_intake_place place = {reading->file, row->line, {NULL, 0}};
    const struct eg_record_spec *spec = eg_record_spec(reading->table);
    reading->n_columns = row->n;
    reading->has_header = true;
    for (uint32_t i = 0; i < row->n; i++) {
        struct eg_text name = eg_text_trim_wide(row->cell[i]);
        uint32_t f = reading->field_of[i] = eg_record_field_named(reading->table, name);
        if (f == UINT32_MAX && name.len > 0)
            eg_intake_remark(reading->intake, EG_INTAKE_DOUBTFUL, &place,
                             "%s has no field '%.*s': the column is left out", spec->name,
                             EG_TEXT_SHOWN(name, 60));
        if (f == UINT32_MAX) continue;
        if (seen[f])
            return eg_error_set(err, EG_INVALID, "%.*s has two columns '%s'", EG_TEXT_ARG(reading->file),
                                spec->fields[f].name);
        seen[f] = true;
    }
    if (seen[0]) return EG_OK;
    return eg_error_set(err, EG_INVALID, "%.*s has no column 'id'", EG_TEXT_ARG(reading->file));
}

static enum eg_status read_row(void *context, const struct eg_csv_row *row, struct eg_error *err)
{
    struct reading *reading = context;
    struct eg_text field[EG_RECORD_FIELDS] = {{0}};
    struct eg_intake_place place = {reading->file, row->line, {NULL, 0}};
    if (!reading->has_header) return read_header(reading, row, err);
    if (row->n > reading->n_columns) {
        eg_intake_remark(reading->intake, EG_INTAKE_REJECTED, &place,
                         "the row has %u cells, the header %u: is a quotation mark missing?", row->n,
                         reading->n_columns);
        return EG_OK;
    }
    if (row->n < reading->n_columns)
        eg_intake_remark(reading->intake, EG_INTAKE_DOUBTFUL, &place,
                         "the row has %u cells, the header %u: the last ones are taken as empty", row->n,
                         reading->n_columns);
    for (uint32_t i = 0; i < row->n; i++)
        if (reading->field_of[i] != UINT32_MAX) field[reading->field_of[i]] = row->cell[i];
    return eg_intake_add(reading->intake, reading->table, field, &place, err);
}

enum eg_status eg_records_tabular_read(struct eg_text csv, struct eg_text file, enum eg_record_table table,
                                       struct eg_intake *intake, struct eg_error *err)
{
    struct reading reading = {.intake = intake, .table = table, .file = file};
    enum eg_status status = eg_csv_read(csv, ',', read_row, &reading, err);
    if (status == EG_OK && !reading.has_header)
        status = eg_error_set(err, EG_INVALID, "%.*s is empty: it has no header", EG_TEXT_ARG(file));
    return status;
}
