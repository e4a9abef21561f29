#include "data/service_places.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/hash.h"
#include "data/entries.h"

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

/* As eg_record_id_of, without an arena. */
void eg_service_own_link(struct eg_text service, char id_out[EG_UUID_TEXT_LEN + 1])
{
    char name[sizeof "service_at_location:" + EG_UUID_TEXT_LEN];
    int n = snprintf(name, sizeof name, "service_at_location:%.*s", EG_TEXT_SHOWN(service, EG_UUID_TEXT_LEN));
    struct eg_text full = {name, n > 0 ? (size_t)n : 0};
    EG_ASSERT(eg_uuid_v5(EG_ENTRIES_NAMESPACE, full, id_out) == EG_OK);
}

void eg_service_places(const struct eg_records *records, struct eg_text service,
                       struct eg_service_places *places_out)
{
    uint32_t n;
    char first[EG_UUID_TEXT_LEN + 1] = "";
    const struct eg_record *const *links = eg_records_with(records, EG_RECORD_SERVICE_AT_LOCATION,
                                                           EG_SERVICE_AT_LOCATION_SERVICE_ID, service, &n);
    places_out->n = 0;
    if (n > 1) eg_service_own_link(service, first);
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal(links[i]->field[0], eg_text_from(first))) add(records, links[i], places_out);
    for (uint32_t i = 0; i < n; i++) add(records, links[i], places_out);
}
