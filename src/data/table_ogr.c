/* Tables that OGR reads: GeoPackage, shapefile's .dbf, spreadsheets, databases. Only the wanted fields are fetched. Numbers
 * become text with 15 significant digits and are parsed again: that keeps one path for all tables, and a number that needs
 * more digits than that is no measurement. */
#include "data/table_internal.h"

#include <stdio.h>
#include <stdlib.h>

#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "data/gdal_setup.h"

struct scan {
    struct eg_table_plan *plan;
    OGRLayerH layer;
    int *field_of; /* [n_slots] */
    size_t *start; /* [n_slots + 1] into bytes */
    struct eg_buffer bytes;
    struct eg_error *err;
};

static enum eg_status resolve_fields(struct scan *scan, const struct eg_text *names, uint32_t n_fields,
                                     uint32_t *slot_of)
{
    enum eg_status status = eg_table_plan_resolve(scan->plan, names, n_fields, slot_of, scan->err);
    if (status) return status;
    for (uint32_t i = 0; i < n_fields; i++) {
        if (slot_of[i] != EG_TABLE_NO_SLOT) scan->field_of[slot_of[i]] = (int)i;
    }
    return EG_OK;
}

static enum eg_status find_fields(struct scan *scan)
{
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(scan->layer);
    uint32_t n_fields = (uint32_t)OGR_FD_GetFieldCount(definition);
    uint32_t n_slots = scan->plan->n_slots;
    struct eg_text *names = eg_memory_zeroed(n_fields, sizeof *names);
    uint32_t *slot_of = eg_memory_zeroed(n_fields, sizeof *slot_of);
    scan->field_of = eg_memory_zeroed(n_slots, sizeof *scan->field_of);
    scan->start = eg_memory_zeroed((size_t)n_slots + 1, sizeof *scan->start);
    enum eg_status status;
    if (!names || !slot_of || !scan->field_of || !scan->start) {
        status = eg_error_no_memory(scan->err, n_fields * sizeof *names);
    } else {
        for (uint32_t i = 0; i < n_fields; i++) {
            names[i] = eg_text_from(OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, (int)i)));
        }
        status = resolve_fields(scan, names, n_fields, slot_of);
    }
    free(names);
    free(slot_of);
    return status;
}

/* Tells the driver which fields it need not fetch, nor any geometry. Not with a filter: drivers that leave filtering to OGR
 * would see the filter's own fields empty. */
static void ignore_the_rest(const struct scan *scan)
{
    if (scan->plan->source->filter_sql.len > 0 || !OGR_L_TestCapability(scan->layer, OLCIgnoreFields)) return;
    OGRFeatureDefnH definition = OGR_L_GetLayerDefn(scan->layer);
    char **ignored = scan->plan->wish->on_feature ? NULL : CSLAddString(NULL, "OGR_GEOMETRY");
    for (int i = 0; i < OGR_FD_GetFieldCount(definition); i++) {
        bool needed = false;
        for (uint32_t slot = 0; slot < scan->plan->n_slots; slot++)
            needed = needed || scan->field_of[slot] == i;
        if (!needed) ignored = CSLAddString(ignored, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(definition, i)));
    }
    if (ignored) (void)OGR_L_SetIgnoredFields(scan->layer, (const char **)(void *)ignored);
    CSLDestroy(ignored);
}

static enum eg_status read_feature(struct scan *scan, OGRFeatureH feature, uint32_t row)
{
    struct eg_table_plan *plan = scan->plan;
    scan->bytes.len = 0;
    for (uint32_t i = 0; i < plan->n_slots; i++) {
        bool is_set = OGR_F_IsFieldSetAndNotNull(feature, scan->field_of[i]);
        const char *text = is_set ? OGR_F_GetFieldAsString(feature, scan->field_of[i]) : "";
        scan->start[i] = scan->bytes.len;
        eg_buffer_literal(&scan->bytes, text);
    }
    scan->start[plan->n_slots] = scan->bytes.len;
    if (scan->bytes.failed) return eg_error_no_memory(scan->err, scan->bytes.capacity);
    for (uint32_t i = 0; i < plan->n_slots; i++) {
        const char *data = scan->bytes.data ? scan->bytes.data : "";
        plan->cell[i] = (struct eg_text){data + scan->start[i], scan->start[i + 1] - scan->start[i]};
    }
    if (plan->wish->on_feature) plan->wish->on_feature(plan->wish->context, feature);
    return eg_table_plan_row(plan, row, scan->err);
}

static enum eg_status set_filter(struct scan *scan)
{
    struct eg_text filter = scan->plan->source->filter_sql;
    if (filter.len == 0) return EG_OK;
    char *sql = eg_memory_array(filter.len + 1, 1);
    if (!sql) return eg_error_no_memory(scan->err, filter.len);
    (void)snprintf(sql, filter.len + 1, "%.*s", EG_TEXT_ARG(filter));
    enum eg_status status = EG_OK;
    if (OGR_L_SetAttributeFilter(scan->layer, sql) != OGRERR_NONE) {
        status = eg_error_set(scan->err, EG_INVALID, "%.*s: the filter \"%s\" is not understood: %s",
                              EG_TEXT_ARG(scan->plan->source->name), sql, CPLGetLastErrorMsg());
        (void)eg_error_field(scan->err, "filter:");
    }
    free(sql);
    return status;
}

static enum eg_status read_layer(struct scan *scan)
{
    struct eg_gdal_errors caught;
    eg_gdal_catch_begin(&caught);
    enum eg_status status = set_filter(scan);
    ignore_the_rest(scan);
    OGR_L_ResetReading(scan->layer);
    for (uint32_t row = 1; status == EG_OK; row++) {
        OGRFeatureH feature = OGR_L_GetNextFeature(scan->layer);
        if (!feature) break;
        status = read_feature(scan, feature, row);
        OGR_F_Destroy(feature);
    }
    if (status == EG_OK && caught.n_failures > 0) {
        status = eg_error_set(scan->err, EG_IO, "%.*s: reading '%.*s' failed: %s",
                              EG_TEXT_ARG(scan->plan->source->name),
                              EG_TEXT_ARG(eg_gdal_shown(scan->plan->source->path)), caught.message);
        (void)eg_error_field(scan->err, "source:");
    }
    eg_gdal_catch_end();
    return status;
}

enum eg_status eg_table_read_ogr(struct eg_table_plan *plan, struct eg_error *err)
{
    void *dataset = NULL;
    void *layer = NULL;
    enum eg_status status = eg_gdal_open(plan->source->path, plan->source->layer, &dataset, &layer, err);
    if (status) return status;
    struct scan scan = {.plan = plan, .layer = layer, .err = err};
    eg_buffer_init(&scan.bytes, 0);
    status = find_fields(&scan);
    if (status == EG_OK) status = read_layer(&scan);
    eg_buffer_clear(&scan.bytes);
    free(scan.field_of);
    free(scan.start);
    eg_gdal_close(dataset);
    return status;
}
