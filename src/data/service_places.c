#include "data/service_places.h"

#include "data/record_ids.h"

static bool has_location(const struct eg_service_places *places, struct eg_text location)
{
    for (uint32_t i = 0; i < places->n; i++)
        if (eg_text_equal(places->location[i]->field[EG_LOCATION_ID], location)) return true;
    return false;
}

static void add(const struct eg_records *records, const struct eg_record *link,
                struct eg_service_places *places)
{
    struct eg_text id = link->field[EG_SERVICE_AT_LOCATION_LOCATION_ID];
    const struct eg_record *location = eg_records_find(records, EG_RECORD_LOCATION, id);
    if (!location || places->n == EG_SERVICE_PLACES || has_location(places, location->field[0])) return;
    places->link[places->n] = link;
    places->location[places->n++] = location;
}

bool eg_service_places(const struct eg_records *records, struct eg_text service, struct eg_arena *arena,
                       struct eg_service_places *places_out)
{
    uint32_t n;
    struct eg_text first = EG_TEXT("");
    const struct eg_record *const *links = eg_records_with(records, EG_RECORD_SERVICE_AT_LOCATION,
                                                           EG_SERVICE_AT_LOCATION_SERVICE_ID, service, &n);
    places_out->n = 0;
    if (n > 1) first = eg_record_id_of(arena, "service_at_location", service);
    if (!first.data) return false;
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal(links[i]->field[0], first)) add(records, links[i], places_out);
    for (uint32_t i = 0; i < n; i++) add(records, links[i], places_out);
    return true;
}
