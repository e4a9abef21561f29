/* The locations of a service, in the order in which everybody means them: the first is that of an entry's row, of its document and of what
 * is said of its place alone. HSDS itself gives them no order. */
#ifndef EG_DATA_SERVICE_PLACES_H
#define EG_DATA_SERVICE_PLACES_H

#include <stdint.h>

#include "data/records.h"

#define EG_SERVICE_PLACES 200U /* of one service; rows beyond stay as they are and are not shown */

struct eg_service_places {
    const struct eg_record *link[EG_SERVICE_PLACES];     /* [n] of service_at_location */
    const struct eg_record *location[EG_SERVICE_PLACES]; /* [n] */
    uint32_t n;
};

/* The link that was made with the entry (its id is made of the service's) before the others, these by their ids; of several to one location
 * the first. */
void eg_service_places(const struct eg_records *records, struct eg_text service,
                       struct eg_service_places *places_out);

/* The id of the link that is made with an entry, to its first place. */
void eg_service_own_link(struct eg_text service, char id_out[EG_UUID_TEXT_LEN + 1]);

#endif
