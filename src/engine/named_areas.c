#include "engine/named_areas.h"

#include <stdio.h>

#include "data/area_codes.h"

static struct eg_text member(const struct eg_json_value *item, const char *name)
{
    struct eg_text text = {NULL, 0};
    (void)eg_json_is_text(eg_json_get(item, name), &text);
    return eg_text_trim(text);
}

static bool is_put(const struct eg_records_change *change, struct eg_text boundaries, struct eg_text codes)
{
    for (uint32_t i = 0; i < change->n_puts; i++) {
        const struct eg_record *row = &change->puts[i];
        if (row->table == EG_RECORD_SERVICE_AREA &&
            eg_text_equal(row->field[EG_SERVICE_AREA_BOUNDARIES], boundaries) &&
            eg_text_equal(row->field[EG_SERVICE_AREA_AREA_CODES], codes))
            return true;
    }
    return false;
}

enum eg_status eg_named_areas_check(const struct eg_generation *generation,
                                    const struct eg_json_value *document,
                                    const struct eg_records_change *change, struct eg_error *err)
{
    const struct eg_json_value *list = eg_json_get(document, "service_areas");
    struct eg_area_codes_fault fault;
    for (size_t i = 0; i < eg_json_length(list); i++) {
        char path[64];
        const struct eg_json_value *item = eg_json_at(list, i);
        struct eg_text boundaries = member(item, "boundaries"), codes = member(item, "area_codes");
        if (!is_put(change, boundaries, codes) ||
            eg_area_codes_are_known(generation, boundaries, codes, &fault))
            continue;
        (void)snprintf(path, sizeof path, "service_areas[%zu].%s", i,
                       fault.is_of_boundaries ? "boundaries" : "area_codes");
        eg_error_set(err, EG_INVALID, "%s: %s", path, fault.what);
        eg_error_field(err, path);
        return EG_INVALID;
    }
    return EG_OK;
}
