/* Features as GeoJSON (RFC 7946, with other CRSs where they are asked for) and CSV (RFC 4180). A Feature's properties go through
 * a small JSON document of their own, its geometry is written straight into the buffer. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/crs_list.h"
#include "engine/describe.h"
#include "engine/features_parts.h"
#include "engine/projected.h"

#define DEGREES_DECIMALS 7U
#define UNITS_DECIMALS 2U

/* --- a writer ------------------------------------------------------------------------------------------------------ */

static bool is_degrees(const struct eg_crs_id *id)
{
    static const struct eg_crs_id world = {"EPSG", "4326"};
    struct eg_crs_id drawn = eg_crs_drawn_as(*id);
    return eg_crs_equal(&drawn, &world);
}

static enum eg_status find_operation(struct eg_features_writer *writer, const char *crs, struct eg_error *err)
{
    const struct eg_features *features = writer->features;
    struct eg_text operation = {0};
    if (features->set)
        operation =
            eg_projected_operation(features->snapshot->generation, features->collection.boundaries, crs);
    enum eg_status status = eg_crs_context_new(&writer->proj, err);
    if (status == EG_OK)
        status = eg_transform_new(writer->proj, EG_TEXT("EPSG:3857"), eg_text_from(crs), operation,
                                  &writer->transform, err);
    writer->geometry.transform = writer->transform;
    if (status == EG_INVALID || status == EG_UNSUPPORTED) (void)eg_error_field(err, "crs");
    return status;
}

static enum eg_status choose_crs(struct eg_features_writer *writer, struct eg_error *err)
{
    static const struct eg_crs_id mercator = {"EPSG", "3857"};
    const struct eg_crs_entry *entry = NULL;
    struct eg_crs_id id = {"OGC", "CRS84"};
    struct eg_text crs = writer->form.crs;
    bool degrees = true;
    if (crs.len > 0) {
        enum eg_status status = eg_crs_parse(crs, &id, err);
        degrees = status == EG_OK && is_degrees(&id);
        if (status == EG_OK && !degrees)
            status = eg_crs_list_resolve(writer->features->snapshot->crs_list, crs, &entry, err);
        if (status != EG_OK) {
            (void)eg_error_field(err, "crs");
            return status;
        }
    }
    bool seven = degrees || entry->info.geographic;
    writer->geometry.decimals = seven ? DEGREES_DECIMALS : UNITS_DECIMALS;
    writer->geometry.scale = seven ? 10000000 : 100;
    writer->geometry.mercator = !degrees && eg_crs_equal(&id, &mercator);
    if (degrees || writer->geometry.mercator || writer->form.skip_geometry) return EG_OK;
    return find_operation(writer, entry->info.id, err);
}

static enum eg_status choose_properties(struct eg_features_writer *writer, struct eg_error *err)
{
    const struct eg_properties *all = &writer->features->properties;
    uint32_t most = writer->by_name ? writer->form.n_properties : all->n;
    writer->properties = eg_memory_array(most, sizeof *writer->properties);
    if (!writer->properties) return eg_error_no_memory(err, most * sizeof *writer->properties);
    for (uint32_t i = 0; i < most; i++) {
        uint32_t property = writer->by_name ? writer->form.properties[i] : i;
        EG_ASSERT(property < all->n);
        if (writer->by_name || !all->items[property].hidden_by_default)
            writer->properties[writer->n_properties++] = property;
    }
    return EG_OK;
}

enum eg_status eg_features_writer_new(struct eg_features *features, const struct eg_features_form *form,
                                      struct eg_features_writer **writer_out, struct eg_error *err)
{
    struct eg_features_writer *writer = eg_memory_zeroed(1, sizeof *writer);
    if (!writer) return eg_error_no_memory(err, sizeof *writer);
    writer->features = features;
    writer->form = *form;
    writer->geometry.swap = form->northing_first;
    writer->by_name = form->properties != NULL;
    eg_buffer_init(&writer->text, 0);
    enum eg_status status = choose_crs(writer, err);
    if (status == EG_OK) status = choose_properties(writer, err);
    if (status != EG_OK) {
        eg_features_writer_free(writer);
        return status;
    }
    *writer_out = writer;
    return EG_OK;
}

void eg_features_writer_free(struct eg_features_writer *writer)
{
    if (!writer) return;
    eg_transform_free(writer->transform);
    eg_crs_context_free(writer->proj);
    eg_buffer_clear(&writer->text);
    free(writer->properties);
    eg_geometry_writer_clear(&writer->geometry);
    free(writer);
}

/* --- GeoJSON ------------------------------------------------------------------------------------------------------- */

static void put_number(struct eg_features_writer *writer, struct eg_json *json, struct eg_json_value *into,
                       uint32_t property, double number)
{
    const struct eg_property *item = &writer->features->properties.items[property];
    const struct eg_column *column = &writer->features->columns[property];
    const struct eg_atlas *atlas = writer->features->snapshot->atlas;
    if (item->is_integer) eg_json_decimal(json, into, item->name.data, number, 0);
    else if (column->series)
        eg_describe_number(json, into, item->name.data, &atlas->indicators[column->series->indicator].facts,
                           number);
    else eg_json_number(json, into, item->name.data, number);
}

static void put_property(struct eg_features_writer *writer, struct eg_json *json, struct eg_json_value *into,
                         uint32_t feature, uint32_t property)
{
    const char *name = writer->features->properties.items[property].name.data;
    struct eg_value value = eg_features_shown(writer->features, feature, property);
    switch (value.type) {
    case EG_VALUE_NULL:
        eg_json_null(json, into, name);
        break;
    case EG_VALUE_TEXT:
    case EG_VALUE_DATE:
        eg_json_text(json, into, name, value.text);
        break;
    case EG_VALUE_NUMBER:
        put_number(writer, json, into, property, value.number);
        break;
    case EG_VALUE_BOOL:
        eg_json_bool(json, into, name, value.is);
        break;
    }
}

static void put_properties(struct eg_features_writer *writer, struct eg_json *json,
                           struct eg_json_value *into, uint32_t feature)
{
    for (uint32_t i = 0; i < writer->n_properties; i++)
        put_property(writer, json, into, feature, writer->properties[i]);
}

/* The geometry's text in writer->text, or "null". */
static enum eg_status write_geometry(struct eg_features_writer *writer, uint32_t feature,
                                     struct eg_error *err)
{
    bool has = false;
    writer->text.len = 0;
    enum eg_status status = EG_OK;
    if (!writer->form.skip_geometry)
        status = eg_features_write_geometry(writer, feature, &eg_geometry_geojson, &writer->text, &has, err);
    if (status == EG_OK && !has) eg_buffer_literal(&writer->text, "null");
    if (status == EG_OK && writer->text.failed) status = eg_error_no_memory(err, writer->text.len);
    return status;
}

enum eg_status eg_features_write(struct eg_features_writer *writer, uint32_t feature, struct eg_buffer *out,
                                 struct eg_error *err)
{
    enum eg_status status = write_geometry(writer, feature, err);
    struct eg_json *json = status == EG_OK ? eg_json_new_object() : NULL;
    if (status != EG_OK) return status;
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    eg_json_text(json, root, "id", eg_features_id(writer->features, feature));
    struct eg_json_value *properties = eg_json_object(json, root, "properties");
    put_properties(writer, json, properties, feature);
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    status = eg_json_finish(json, false, &text, err);
    if (status == EG_OK) status = eg_features_failed(writer->features, err);
    if (status == EG_OK) {
        /* {"id":...,"properties":{...}} without its braces */
        eg_buffer_literal(out, "\"type\":\"Feature\",\"geometry\":");
        eg_buffer_append(out, writer->text.data, writer->text.len);
        eg_buffer_char(out, ',');
        eg_buffer_append(out, text.data + 1, text.len - 2);
        if (out->failed) status = eg_error_no_memory(err, out->len);
    }
    eg_buffer_clear(&text);
    eg_json_free(json);
    return status;
}

enum eg_status eg_features_write_json(struct eg_features_writer *writer, uint32_t feature,
                                      struct eg_json *json, struct eg_json_value *into, const char *name,
                                      struct eg_error *err)
{
    enum eg_status status = write_geometry(writer, feature, err);
    if (status != EG_OK) return status;
    struct eg_json_value *object = eg_json_object(json, into, name);
    eg_json_cstring(json, object, "type", "Feature");
    eg_json_text(json, object, "id", eg_features_id(writer->features, feature));
    eg_json_raw(json, object, "geometry", (struct eg_text){writer->text.data, writer->text.len});
    put_properties(writer, json, eg_json_object(json, object, "properties"), feature);
    return eg_features_failed(writer->features, err);
}

/* --- CSV ----------------------------------------------------------------------------------------------------------- */

static bool looks_like_formula(struct eg_text text)
{
    return text.len > 0 && memchr("=+-@\t\r", text.data[0], 6) != NULL;
}

static bool needs_quotes(struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (memchr(",\"\r\n", text.data[i], 4)) return true;
    return text.len > 0 && (text.data[0] == ' ' || text.data[text.len - 1] == ' ');
}

static void write_cell(struct eg_buffer *out, struct eg_text text)
{
    bool quotes = needs_quotes(text);
    if (quotes) eg_buffer_char(out, '"');
    if (looks_like_formula(text)) eg_buffer_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"') eg_buffer_char(out, '"');
        eg_buffer_char(out, text.data[i]);
    }
    if (quotes) eg_buffer_char(out, '"');
}

/* 15 significant digits, a point whatever the locale says. */
static void write_number(struct eg_buffer *out, double number)
{
    char text[40];
    int n = snprintf(text, sizeof text, "%.15g", number + 0.0);
    for (int i = 0; i < n; i++)
        if (!strchr("0123456789+-einfa", text[i])) text[i] = '.';
    eg_buffer_literal(out, text);
}

static void write_value(struct eg_buffer *out, const struct eg_value *value)
{
    switch (value->type) {
    case EG_VALUE_NULL:
        break;
    case EG_VALUE_TEXT:
    case EG_VALUE_DATE:
        write_cell(out, value->text);
        break;
    case EG_VALUE_NUMBER:
        write_number(out, value->number);
        break;
    case EG_VALUE_BOOL:
        eg_buffer_literal(out, value->is ? "true" : "false");
        break;
    }
}

static enum eg_status end_row(struct eg_buffer *out, struct eg_error *err)
{
    eg_buffer_literal(out, "\r\n");
    return out->failed ? eg_error_no_memory(err, out->len) : EG_OK;
}

enum eg_status eg_features_write_csv_head(struct eg_features_writer *writer, struct eg_buffer *out,
                                          struct eg_error *err)
{
    eg_buffer_literal(out, "id");
    for (uint32_t i = 0; i < writer->n_properties; i++) {
        eg_buffer_char(out, ',');
        write_cell(out, writer->features->properties.items[writer->properties[i]].name);
    }
    if (!writer->form.skip_geometry) eg_buffer_literal(out, ",geometry");
    return end_row(out, err);
}

static enum eg_status write_wkt(struct eg_features_writer *writer, uint32_t feature, struct eg_buffer *out,
                                struct eg_error *err)
{
    bool has = false;
    writer->text.len = 0;
    enum eg_status status =
        eg_features_write_geometry(writer, feature, &eg_geometry_wkt, &writer->text, &has, err);
    if (status != EG_OK) return status;
    eg_buffer_char(out, ',');
    if (has) write_cell(out, (struct eg_text){writer->text.data, writer->text.len});
    return EG_OK;
}

enum eg_status eg_features_write_csv_row(struct eg_features_writer *writer, uint32_t feature,
                                         struct eg_buffer *out, struct eg_error *err)
{
    write_cell(out, eg_features_id(writer->features, feature));
    for (uint32_t i = 0; i < writer->n_properties; i++) {
        struct eg_value value = eg_features_shown(writer->features, feature, writer->properties[i]);
        eg_buffer_char(out, ',');
        write_value(out, &value);
    }
    enum eg_status status = eg_features_failed(writer->features, err);
    if (status == EG_OK && !writer->form.skip_geometry) status = write_wkt(writer, feature, out, err);
    return status == EG_OK ? end_row(out, err) : status;
}
