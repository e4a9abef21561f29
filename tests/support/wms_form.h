/* Requests of WMS out of good ones and changes, read on the small atlas. */
#ifndef EG_TESTS_SUPPORT_WMS_FORM_H
#define EG_TESTS_SUPPORT_WMS_FORM_H

#include "http/wms.h"

struct eg_wms_form {
    char bytes[4096];
    struct eg_parameter pairs[EG_TARGET_PARAMETERS];
    struct eg_wms_request request;
};

/* Whether a pair, "A=1", is of this name. */
bool eg_wms_form_has_name(const char *pair, const char *name, size_t len);

/* A map of the small atlas's deprivation in longitude and latitude, 140 x 80 pixels, changed: "A=1&-B" sets A and leaves B out.
 * The request is in the form. */
const struct eg_wms_request *eg_wms_form_read(struct eg_wms_form *form, struct eg_snapshot *snapshot,
                                              enum eg_wms_version version, const char *changes);

#endif
