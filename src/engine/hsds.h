/* What an HSDS 3.0 API answers: lists in pages, and single records with all that hangs on them. Records are written by
 * data/records_json.h, as an export writes them; what comes from directories without a store is made of the entries at hand. Nothing
 * private is in any of them. */
#ifndef EG_ENGINE_HSDS_H
#define EG_ENGINE_HSDS_H

#include "directory/hsds.h"
#include "engine/entity.h"
#include "engine/snapshot.h"

#define EG_HSDS_MINIMAL_MAX 100000U /* services on a page that has their ids and times alone */
#define EG_HSDS_LINES_MAX 10000U    /* results in one text of lines */
#define EG_HSDS_SERVICES_MAX 1000U  /* services nested in organisations, in one answer */
#define EG_HSDS_PROXIMITY_MAX_M 20040000.0

enum eg_hsds_form {
    EG_HSDS_USUAL,   /* a record's own fields, and objects that it has one of */
    EG_HSDS_MINIMAL, /* of services: id, and modified_date where that is known */
    EG_HSDS_FULL     /* with all that hangs on it */
};

struct eg_hsds_request {
    struct eg_hsds_query query; /* but for postcode, point, offset and limit */
    struct eg_text postcode;    /* as typed; empty: not asked */
    enum eg_hsds_form form;
    bool full_service; /* organisations: their services with all that hangs on them */
    bool lines;        /* a record a line, without an envelope */
    bool all;          /* of lines: not a page of them but all there are, EG_HSDS_LINES_MAX at most */
    uint32_t page;     /* from 1 */
    uint32_t per_page;
};

/* {"total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"}, or lines. EG_NOT_FOUND for a
 * postcode that neither the gazetteer nor any address has; EG_INVALID and EG_LIMIT with the parameter at fault. 50 of 100,000 services:
 * see tests/bench/bench_hsds.c. */
EG_MUST_CHECK enum eg_status eg_engine_hsds_list(struct eg_snapshot *snapshot,
                                                 const struct eg_hsds_request *request,
                                                 struct eg_entity *entity_out, struct eg_error *err);
/* One record in full. EG_NOT_FOUND with the field "id". */
EG_MUST_CHECK enum eg_status eg_engine_hsds_record(struct eg_snapshot *snapshot, enum eg_hsds_list list,
                                                   struct eg_text id, bool full_service,
                                                   struct eg_entity *entity_out, struct eg_error *err);
/* What the profile "evenground" adds to HSDS's schemas, as JSON merge patches (RFC 7396) of them. */
EG_MUST_CHECK enum eg_status eg_engine_hsds_profile(struct eg_entity *entity_out, struct eg_error *err);

#endif
