/* "maps in EPSG:27700 (OSGB36 / British National Grid) by ..., accurate to 2 m": an analyst who lays maps over others has to know. */
#include "engine/crs_report.h"

static void add_entry(const struct eg_crs_entry *entry, const struct eg_crs_way *way, struct eg_json *json,
                      struct eg_json_value *array)
{
    struct eg_json_value *into = eg_json_object(json, array, NULL);
    eg_json_cstring(json, into, "id", entry->info.id);
    eg_json_cstring(json, into, "name", entry->info.name);
    if (way->operation[0]) eg_json_cstring(json, into, "operation", way->operation);
    else eg_json_null(json, into, "operation");
    if (way->accuracy_m < 0) eg_json_null(json, into, "accuracy_m");
    else eg_json_number(json, into, "accuracy_m", way->accuracy_m);
}

enum eg_status eg_crs_report_json(struct eg_crs_list *list, struct eg_json *json, struct eg_json_value *into,
                                  struct eg_error *err)
{
    uint32_t n = 0;
    const struct eg_crs_entry *entries = eg_crs_list_entries(list, &n);
    const struct eg_crs_way *ways = NULL;
    enum eg_status status = eg_crs_list_ways(list, &ways, err);
    if (status != EG_OK) return status;
    struct eg_json_value *array = eg_json_array(json, into, "crs");
    for (uint32_t i = 0; i < n; i++) add_entry(&entries[i], &ways[i], json, array);
    return EG_OK;
}

static void write_entry(const struct eg_crs_entry *entry, const struct eg_crs_way *way, struct eg_buffer *out)
{
    eg_buffer_printf(out, "maps in %s (%s) ", entry->info.id, entry->info.name);
    if (!way->operation[0]) eg_buffer_literal(out, "cannot be made: there is no operation\n");
    else if (way->accuracy_m < 0) eg_buffer_printf(out, "by %s, accuracy not stated\n", way->operation);
    else if (way->accuracy_m > 0)
        eg_buffer_printf(out, "by %s, accurate to %g m\n", way->operation, way->accuracy_m);
    else eg_buffer_printf(out, "by %s, exact\n", way->operation);
}

enum eg_status eg_crs_report_text(struct eg_crs_list *list, struct eg_buffer *out, struct eg_error *err)
{
    uint32_t n = 0;
    const struct eg_crs_entry *entries = eg_crs_list_entries(list, &n);
    const struct eg_crs_way *ways = NULL;
    enum eg_status status = eg_crs_list_ways(list, &ways, err);
    if (status != EG_OK) return status;
    eg_buffer_literal(out, "\nProjections\n-----------\n");
    for (uint32_t i = 0; i < n; i++) write_entry(&entries[i], &ways[i], out);
    return out->failed ? eg_error_no_memory(err, out->len) : EG_OK;
}
