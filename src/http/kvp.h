/* Key-value pairs as the services of the OGC read them: names without regard to case, from a query or from a form in the
 * body of a POST. Where OGC's services are not concerned, eg_target_* reads names as they are written.
 *
 * A parameter that nobody asks for is not looked at. One given several times with one value is fine; with two values it is
 * EG_INVALID, because proxies and services have been seen to take the first, or the last. An absent or empty one leaves the
 * outputs of the typed readers untouched and is EG_OK. `name` becomes the field of an error: write it as its standard does. */
#ifndef EG_HTTP_KVP_H
#define EG_HTTP_KVP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "http/request.h"
#include "http/parameter.h"

#define EG_KVP_FORM_BYTES 65536U /* of a form; longer ones are EG_LIMIT */

/* A view; the pairs belong to the target or to whoever had the form read. */
struct eg_kvp {
    const struct eg_parameter *pairs; /* [n] */
    uint32_t n;
};

struct eg_kvp eg_kvp_from_target(const struct eg_target *target);

/* Reads a form (application/x-www-form-urlencoded) in place: the texts point into body[0 .. len-1], which is changed.
 * `body` may be NULL when it is empty.
 * EG_INVALID for a wrong escape, %00 or wrong UTF-8; EG_LIMIT for more than EG_TARGET_PARAMETERS pairs or EG_KVP_FORM_BYTES.
 * The field of an error is the parameter at fault, or "body". */
EG_MUST_CHECK enum eg_status eg_kvp_from_form(char *body, size_t len,
                                              struct eg_parameter pairs[EG_TARGET_PARAMETERS],
                                              struct eg_kvp *kvp_out, struct eg_error *err);

/* Whether it is there, be it empty: "STYLES=" is a mandatory parameter that says nothing. */
bool eg_kvp_has(const struct eg_kvp *kvp, const char *name);

EG_MUST_CHECK enum eg_status eg_kvp_text(const struct eg_kvp *kvp, const char *name,
                                         struct eg_text *value_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_kvp_bool(const struct eg_kvp *kvp, const char *name, bool *value_out,
                                         struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_kvp_u32(const struct eg_kvp *kvp, const char *name, struct eg_u32_range range,
                                        uint32_t *value_out, struct eg_error *err);
/* has_out may be NULL. */
EG_MUST_CHECK enum eg_status eg_kvp_double(const struct eg_kvp *kvp, const char *name,
                                           struct eg_double_range range, bool *has_out, double *value_out,
                                           struct eg_error *err);
/* Exactly n <= EG_PARAMETER_NUMBERS numbers between commas (BBOX=); has_out may be NULL. */
EG_MUST_CHECK enum eg_status eg_kvp_numbers(const struct eg_kvp *kvp, const char *name, uint32_t n,
                                            bool *has_out, double *numbers_out, struct eg_error *err);

struct eg_text_list {
    struct eg_text *items; /* [most], the caller's */
    uint32_t most, n;
};
/* What stands between the commas (LAYERS=a,b), empty items too (STYLES=,x); n is 0 when the parameter is absent or empty.
 * EG_LIMIT when there are more than list->most. */
EG_MUST_CHECK enum eg_status eg_kvp_list(const struct eg_kvp *kvp, const char *name,
                                         struct eg_text_list *list, struct eg_error *err);

#endif
