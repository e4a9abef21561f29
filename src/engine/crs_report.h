/* What reports say of the CRSs in which maps and features may be asked for: by which operation, and how accurately, borders come
 * there. */
#ifndef EG_ENGINE_CRS_REPORT_H
#define EG_ENGINE_CRS_REPORT_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "engine/crs_list.h"

/* Adds to `into` "crs": [{"id", "name", "operation", "accuracy_m"}]; operation and accuracy are null where PROJ states none. */
EG_MUST_CHECK enum eg_status eg_crs_report_json(struct eg_crs_list *list, struct eg_json *json,
                                                struct eg_json_value *into, struct eg_error *err);
/* The same as the last section of a report for people: a line for each. */
EG_MUST_CHECK enum eg_status eg_crs_report_text(struct eg_crs_list *list, struct eg_buffer *out,
                                                struct eg_error *err);

#endif
