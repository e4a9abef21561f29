/* One request on its way to its answer. A connection has one of these and uses it again for each request. */
#ifndef EG_HTTP_EXCHANGE_H
#define EG_HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "engine/engine.h"
#include "engine/hsds.h"
#include "engine/vector_tile.h"
#include "http/admin.h"
#include "http/answer.h"
#include "http/client_address.h"
#include "http/document.h"
#include "http/entries.h"
#include "http/finder.h"
#include "http/ogc_features.h"
#include "http/ogc_maps.h"
#include "http/public_url.h"
#include "http/routes.h"
#include "http/wms.h"
#include "http/wmts.h"

struct eg_server;

struct eg_area_request {
    struct eg_text boundaries, code;
    bool has_position;
    double lon_deg, lat_deg;
};

struct eg_hsds_wanted {
    struct eg_hsds_request list; /* of a record: which list, and full_service */
    struct eg_text id;           /* of a record */
};

/* What was asked for, read by the route's parse function. Texts point into the connection's target. */
union eg_wanted {
    struct eg_tile_request tile;
    struct eg_vector_tile_request vector_tile;
    struct eg_document_request document;
    struct eg_wmts_request wmts;
    struct eg_area_request area;
    struct eg_coalitions_request coalitions;
    struct eg_coalition_area_request coalition_area;
    struct eg_places_request places;
    struct eg_text id;
    struct eg_wms_request wms;
    struct eg_ogc_features_request ogc_features;
    struct eg_ogc_map_request ogc_map;
    struct eg_finder_request finder;
    struct eg_hsds_wanted hsds;
    struct eg_entries_request entries;
    struct eg_admin_request admin;
};

/* Who asks, and on which condition, of a route that reads it. Texts are headers of the request, until it is answered; NULL: absent. */
struct eg_caller {
    /* What stands in Host where a page's origin may be compared with it: eg_access_check_origin; NULL: nowhere. */
    const char *own_host;
    const char *authorization, *origin, *if_match, *if_none_match;
    const char *session; /* the cookie EG_SESSION_COOKIE */
    const char *csrf;    /* X-CSRF-Token, by which a script gives back what a form has as a member */
    struct eg_client_address address;
};
#define EG_SESSION_COOKIE "evenground_session"

#define EG_VERSION_ASKED_BYTES 8U

struct eg_exchange {
    struct eg_server *server;
    const struct eg_route *route;
    enum eg_method method; /* one that the route answers */
    struct eg_snapshot
        *snapshot; /* borrowed from the loop, or retained while a worker has it; NULL before the first load */
    enum eg_cost cost;
    enum eg_freshness freshness;
    bool accepts_gzip;
    const char
        *accept; /* of a route that reads it; the header, until the request is answered; NULL: absent */
    const char *language; /* Accept-Language of a route that reads it; as `accept` */
    /* VERSION as it stands in the address, before anything is decoded, for protocols that tell of errors in more than one; empty: none, or
     * no version's length. */
    char version_asked[EG_VERSION_ASKED_BYTES];
    struct eg_caller caller;
    bool has_body; /* a POST or PUT to a route that takes one; else `body` is not initialised */
    struct eg_buffer body;
    const char *content_type;    /* of the body; as `accept` */
    enum eg_status body_refused; /* why it is not whole */
    unsigned
        refused_with; /* status for the error that parse or make returns, such as 406; 0: the usual of its kind */
    uint32_t retry_after_s; /* of a refusal with 429: when to come again */
    const char *
        refused_as; /* that error's code in the words of the route's protocol, for its `problem`; NULL: none */
    union eg_wanted wanted;
    struct eg_text base_url; /* where the route needs it */
    char base_url_text[EG_PUBLIC_URL_BYTES];
    struct eg_buffer self_url; /* of coalitions and OGC API's items */
    /* what a worker leaves behind */
    enum eg_status status;
    struct eg_answer *answer;
    struct eg_error error;
};

/* The freshness of a picture or document whose URL may name the version ("v"): forever when it is the present one, to be
 * checked when it is not, an hour without. */
EG_MUST_CHECK enum eg_status eg_exchange_read_version(struct eg_exchange *exchange,
                                                      const struct eg_target *target, struct eg_error *err);
/* The freshness of what tells of the directory: to be checked each time where it may change at any moment, because a number that was
 * withdrawn must not stay with anybody; a minute where it is read from files. */
enum eg_freshness eg_exchange_directory_freshness(const struct eg_exchange *exchange);

/* What a caller is told of an error: of EG_IO a plain sentence, as EG_BUSY, since the reason may name paths and sockets; it goes into
 * the log. */
struct eg_error eg_error_told(const struct eg_error *err);

#endif
