/* One neighbourhood: by its code, or by a position. */
#include "http/handlers.h"
#include "http/server_parts.h"

enum eg_status eg_area_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                             const struct eg_target *target, struct eg_error *err)
{
    (void)target;
    (void)err;
    exchange->wanted.area = (struct eg_area_request){.boundaries = values->text[0], .code = values->text[1]};
    exchange->freshness = EG_FRESH_MINUTE;
    return EG_OK;
}

enum eg_status eg_area_at_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                const struct eg_target *target, struct eg_error *err)
{
    struct eg_area_request *area = &exchange->wanted.area;
    struct eg_position at = {0};
    uint32_t boundaries;
    *area = (struct eg_area_request){.boundaries = values->text[0]};
    exchange->freshness = EG_FRESH_MINUTE;
    enum eg_status status = eg_engine_find_boundaries(exchange->snapshot, area->boundaries, &boundaries, err);
    if (status == EG_OK) status = eg_target_position(target, "at", &area->has_position, &at, err);
    if (status != EG_OK) return status;
    area->lon_deg = at.lon_deg;
    area->lat_deg = at.lat_deg;
    if (area->has_position) return EG_OK;
    eg_error_set(err, EG_INVALID, "say which area: /areas/{boundaries}/{code}, or ?at=longitude,latitude");
    eg_error_field(err, "at");
    return EG_INVALID;
}

enum eg_status eg_area_make(struct eg_exchange *exchange, struct eg_answer **answer_out, struct eg_error *err)
{
    const struct eg_area_request *area = &exchange->wanted.area;
    struct eg_entity entity = {0};
    enum eg_status status;
    if (area->has_position)
        status = eg_engine_area_at(exchange->snapshot, area->boundaries, area->lon_deg, area->lat_deg,
                                   &entity, err);
    else status = eg_engine_area(exchange->snapshot, area->boundaries, area->code, &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}
