/* From rows of CSV and features of GeoJSON to cells. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "data/csv_rows.h"
#include "data/entry_flat_internal.h"
#include "data/json_items.h"

#define DEGREES_BYTES 40U /* of a longitude or latitude as it is written */

/* --- rows ----------------------------------------------------------------------------------------------------------------------- */

struct rows {
    struct eg_flat_intake *intake;
    bool is_360giving, has_header;
    char separator;
    bool seen[EG_N_FLAT_COLUMNS + 1]; /* the header has the column */
    uint32_t n_columns;
    unsigned column_of[EG_CSV_COLUMNS_MAX]; /* [n_columns], EG_N_FLAT_COLUMNS: of none */
};

/* What spreadsheets write where a comma stands before decimals. */
static void tell_separator(struct rows *rows, const struct eg_intake_place *place)
{
    if (rows->separator == ',') return;
    eg_flat_remark(rows->intake, EG_INTAKE_DOUBTFUL, place,
                   "the header's cells are separated by %s, not by commas: the file is read so",
                   rows->separator == ';' ? "semicolons" : "tabs");
}

static enum eg_status read_header(struct rows *rows, const struct eg_csv_row *row, struct eg_error *err)
{
    bool *seen = rows->seen;
    struct eg_intake_place place = {.line = row->line};
    rows->has_header = true;
    tell_separator(rows, &place);
    rows->n_columns = row->n;
    for (uint32_t i = 0; i < row->n; i++) {
        struct eg_text title = eg_text_trim_wide(row->cell[i]);
        unsigned column = rows->is_360giving ? eg_flat_giving_column(title) : eg_flat_column_named(title);
        rows->column_of[i] = column;
        if (column == EG_N_FLAT_COLUMNS) {
            if (title.len > 0)
                eg_flat_remark(rows->intake, EG_INTAKE_DOUBTFUL, &place,
                               "the column '%.*s' is left out: an entry has no such field",
                               EG_TEXT_SHOWN(title, 60));
        } else if (seen[column]) {
            return eg_error_set(err, EG_INVALID, "the header has two columns '%.*s'",
                                EG_TEXT_SHOWN(title, 60));
        }
        seen[column] = true;
    }
    if (!seen[EG_ENTRY_KIND]) eg_flat_lacks_kinds(rows->intake);
    if (rows->is_360giving) eg_flat_doubt_header(rows->intake, seen, &place);
    if (seen[EG_ENTRY_NAME]) return EG_OK;
    return eg_error_set(err, EG_INVALID, "the header has no column '%s'",
                        rows->is_360giving ? "Title" : "name");
}

static void reject_long(struct rows *rows, const struct eg_csv_row *row, const struct eg_intake_place *place)
{
    if (rows->separator == ';')
        eg_flat_remark(rows->intake, EG_INTAKE_REJECTED, place,
                       "the row has %u cells, the header %u: a list in a cell, whose items are separated by "
                       "semicolons as the cells are, has to stand between quotation marks (\"a;b\")",
                       row->n, rows->n_columns);
    else
        eg_flat_remark(rows->intake, EG_INTAKE_REJECTED, place,
                       "the row has %u cells, the header %u: is a quotation mark missing?", row->n,
                       rows->n_columns);
}

/* "51,5": where cells are not separated by commas, one may stand before decimals. */
static void read_decimal_comma(const struct rows *rows, struct eg_text *cell, char room[DEGREES_BYTES])
{
    const char *comma = cell->len > 0 ? memchr(cell->data, ',', cell->len) : NULL;
    if (rows->separator == ',' || !comma || cell->len > DEGREES_BYTES) return;
    memcpy(room, cell->data, cell->len);
    room[comma - cell->data] = '.';
    cell->data = room;
}

static enum eg_status read_row(void *context, const struct eg_csv_row *row, struct eg_error *err)
{
    struct rows *rows = context;
    struct eg_text cells[EG_N_FLAT_COLUMNS] = {{0}};
    char lon[DEGREES_BYTES], lat[DEGREES_BYTES];
    struct eg_intake_place place = {.line = row->line};
    if (!rows->has_header) return read_header(rows, row, err);
    if (row->n > rows->n_columns) {
        reject_long(rows, row, &place);
        return EG_OK;
    }
    if (row->n < rows->n_columns)
        eg_flat_remark(rows->intake, EG_INTAKE_DOUBTFUL, &place,
                       "the row has %u cells, the header %u: the last ones are taken as empty", row->n,
                       rows->n_columns);
    for (uint32_t i = 0; i < row->n; i++)
        if (rows->column_of[i] < EG_N_FLAT_COLUMNS) cells[rows->column_of[i]] = row->cell[i];
    read_decimal_comma(rows, &cells[EG_ENTRY_LONGITUDE], lon);
    read_decimal_comma(rows, &cells[EG_ENTRY_LATITUDE], lat);
    if (rows->is_360giving) eg_flat_doubt_grant(rows->intake, rows->seen, cells, &place);
    return eg_flat_take(rows->intake, cells, NULL, &place, err);
}

enum eg_status eg_flat_read_rows(struct eg_flat_intake *intake, struct eg_text text, bool is_360giving,
                                 struct eg_error *err)
{
    struct rows rows = {.intake = intake, .is_360giving = is_360giving, .separator = eg_csv_separator(text)};
    enum eg_status status = eg_csv_read(text, rows.separator, read_row, &rows, err);
    if (status == EG_OK && !rows.has_header)
        status = eg_error_set(err, EG_INVALID, "the file is empty: it has no header");
    return status;
}

/* --- features ------------------------------------------------------------------------------------------------------------------- */

struct features {
    struct eg_flat_intake *intake;
    struct eg_arena *arena; /* of the feature at hand */
    struct eg_intake_place place;
    char path[32];
};

static void append_coordinates(const struct eg_json_value *value, unsigned depth, struct eg_buffer *out)
{
    double number;
    if (eg_json_is_number(value, &number)) {
        eg_buffer_printf(out, "%.15g", number);
        return;
    }
    eg_buffer_char(out, '[');
    for (size_t i = 0; i < eg_json_length(value) && depth < 5; i++) {
        if (i > 0) eg_buffer_char(out, ',');
        append_coordinates(eg_json_at(value, i), depth + 1, out);
    }
    eg_buffer_char(out, ']');
}

static bool is_type(const struct eg_json_value *geometry, const char *type)
{
    struct eg_text text;
    return eg_json_is_text(eg_json_get(geometry, "type"), &text) && eg_text_equal(text, eg_text_from(type));
}

static enum eg_status keep(struct features *features, struct eg_buffer *made, struct eg_text *cell,
                           struct eg_error *err)
{
    *cell = eg_text_copy(features->arena, (struct eg_text){made->data, made->len});
    bool failed = made->failed || (made->len > 0 && !cell->data);
    eg_buffer_clear(made);
    return failed ? eg_error_no_memory(err, made->capacity) : EG_OK;
}

static enum eg_status take_polygon(struct features *features, const struct eg_json_value *geometry,
                                   struct eg_text *cell, struct eg_error *err)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_buffer_printf(&text, "{\"type\":\"%s\",\"coordinates\":",
                     is_type(geometry, "Polygon") ? "Polygon" : "MultiPolygon");
    append_coordinates(eg_json_get(geometry, "coordinates"), 0, &text);
    eg_buffer_char(&text, '}');
    return keep(features, &text, cell, err);
}

static enum eg_status take_geometry(struct features *features, const struct eg_json_value *geometry,
                                    struct eg_text *cells, struct eg_error *err)
{
    double lon, lat;
    const char *first = NULL;
    const struct eg_json_value *position = eg_json_get(geometry, "coordinates");
    if (is_type(geometry, "Polygon") || is_type(geometry, "MultiPolygon"))
        return take_polygon(features, geometry, &cells[EG_FLAT_SERVICE_AREA], err);
    if (is_type(geometry, "MultiPoint")) position = eg_json_at(position, 0);
    else if (!is_type(geometry, "Point")) {
        if (eg_json_next(geometry, &first))
            eg_flat_remark(features->intake, EG_INTAKE_DOUBTFUL, &features->place,
                           "the geometry is left out: it is neither a (Multi)Point nor a (Multi)Polygon");
        return EG_OK;
    }
    if (!eg_json_is_number(eg_json_at(position, 0), &lon) ||
        !eg_json_is_number(eg_json_at(position, 1), &lat)) {
        eg_flat_remark(features->intake, EG_INTAKE_DOUBTFUL, &features->place,
                       "the point is left out: it is not [longitude, latitude]");
        return EG_OK;
    }
    cells[EG_ENTRY_LONGITUDE] = eg_text_format(features->arena, "%.15g", lon);
    cells[EG_ENTRY_LATITUDE] = eg_text_format(features->arena, "%.15g", lat);
    bool made = cells[EG_ENTRY_LONGITUDE].data && cells[EG_ENTRY_LATITUDE].data;
    return made ? EG_OK : eg_error_no_memory(err, 0);
}

/* A list of texts becomes the cell that a row would have. */
static enum eg_status take_list(struct features *features, const struct eg_json_value *list,
                                struct eg_text *cell, struct eg_error *err)
{
    struct eg_buffer joined;
    eg_buffer_init(&joined, 0);
    for (size_t i = 0; i < eg_json_length(list); i++) {
        struct eg_text item;
        if (!eg_json_is_text(eg_json_at(list, i), &item)) continue;
        if (joined.len > 0) eg_buffer_char(&joined, ';');
        eg_buffer_text(&joined, item);
    }
    return keep(features, &joined, cell, err);
}

/* Places are read by themselves; answers of ours say from which directory of the atlas an entry is, and whether that is invented. */
static bool is_told_elsewhere(const char *name)
{
    return strcmp(name, EG_FLAT_PLACES) == 0 || strcmp(name, "directory") == 0 ||
           strcmp(name, "fictional") == 0;
}

static enum eg_status take_property(struct features *features, const char *name,
                                    const struct eg_json_value *value, struct eg_text *cells,
                                    struct eg_error *err)
{
    double number;
    const char *first = NULL;
    unsigned column = eg_flat_column_named(eg_text_from(name));
    if (is_told_elsewhere(name)) return EG_OK;
    if (column == EG_N_FLAT_COLUMNS) {
        eg_flat_remark(features->intake, EG_INTAKE_DOUBTFUL, &features->place,
                       "the property '%.60s' is left out: an entry has no such field", name);
    } else if (eg_json_is_number(value, &number)) {
        cells[column] = eg_text_format(features->arena, "%.15g", number);
        if (!cells[column].data) return eg_error_no_memory(err, 0);
    } else if (column == EG_FLAT_SERVICE_AREA && eg_json_next(value, &first)) {
        return take_polygon(features, value, &cells[column], err);
    } else if (!eg_json_is_text(value, &cells[column])) {
        return take_list(features, value, &cells[column], err);
    }
    return EG_OK;
}

static enum eg_status take_feature(struct features *features, const struct eg_json_value *feature,
                                   struct eg_error *err)
{
    struct eg_text cells[EG_N_FLAT_COLUMNS] = {{0}};
    const char *name = NULL;
    const struct eg_json_value *value, *properties = eg_json_get(feature, "properties");
    struct eg_flat_places places;
    enum eg_status status = eg_flat_places_read(feature, features->arena, &places, err);
    while (status == EG_OK && (value = eg_json_next(properties, &name)))
        status = take_property(features, name, value, cells, err);
    if (status == EG_OK) status = take_geometry(features, eg_json_get(feature, "geometry"), cells, err);
    struct eg_text id;
    if (eg_json_is_text(eg_json_get(feature, "id"), &id)) cells[EG_FLAT_ID] = id;
    return status == EG_OK ? eg_flat_take(features->intake, cells, &places, &features->place, err) : status;
}

static enum eg_status read_feature(void *context, const struct eg_json_item *item, struct eg_error *err)
{
    struct features *features = context;
    struct eg_json *json = NULL;
    struct eg_error fault = {0};
    int n = item->index == EG_JSON_ITEM_ALONE
                ? snprintf(features->path, sizeof features->path, "$")
                : snprintf(features->path, sizeof features->path, "$.features[%u]", item->index);
    features->place = (struct eg_intake_place){.line = item->line, .path = {features->path, (size_t)n}};
    enum eg_status status = eg_json_parse(item->text, &json, &fault);
    if (status == EG_NO_MEMORY) return eg_error_no_memory(err, item->text.len);
    if (status != EG_OK) {
        if (fault.line > 0) features->place.line += fault.line - 1;
        eg_flat_remark(features->intake, EG_INTAKE_REJECTED, &features->place, "%s", fault.message);
        return EG_OK;
    }
    features->arena = eg_arena_new((size_t)1024 * 1024 * 1024);
    status = features->arena ? take_feature(features, eg_json_root(json), err) : eg_error_no_memory(err, 0);
    eg_arena_free(features->arena);
    eg_json_free(json);
    return status;
}

enum eg_status eg_flat_read_features(struct eg_flat_intake *intake, struct eg_text text, struct eg_error *err)
{
    struct features features = {.intake = intake};
    static const struct eg_json_list list = {"features", "properties"};
    return eg_json_items(text, &list, read_feature, &features, err);
}
