/* What a client asked for: the request target split and decoded, and typed readers for its parts.
 *
 * The target is parsed by us, from the raw bytes: libmicrohttpd ends a URL at %00, keeps one list of parameters of which
 * 600 are too many for it, and answers neither. Nothing is allocated; texts point into the target, which is changed in
 * place (a decoded text is never longer than its code). */
#ifndef EG_HTTP_REQUEST_H
#define EG_HTTP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "http/parameter.h"

#define EG_TARGET_BYTES 8192U     /* of a request target; longer ones are 414 */
#define EG_TARGET_SEGMENTS 12U    /* of a path */
#define EG_TARGET_PARAMETERS 256U /* more are 400 */

struct eg_parameter {
    struct eg_text name, value; /* decoded, valid UTF-8 without NUL */
};

struct eg_target {
    struct eg_text segments[EG_TARGET_SEGMENTS]; /* decoded; "/" has none */
    uint32_t n_segments;                         /* EG_TARGET_SEGMENTS + 1 when there are more */
    uint32_t n_parameters;
    struct eg_parameter parameters[EG_TARGET_PARAMETERS];
};

/* Parses the target of a request line ("/tiles/a.b/1/2/3.png?v=1", or in absolute form) in place. EG_INVALID for a wrong
 * escape, %00, wrong UTF-8 or a control character, EG_LIMIT for too many parameters; the error's field is the parameter at
 * fault, or "path". */
EG_MUST_CHECK enum eg_status eg_target_parse(char *target, size_t len, struct eg_target *target_out,
                                             struct eg_error *err);

/* The value of a parameter as it stands in a target that was not parsed yet (and may not be fit for it), its name in any letter case;
 * empty when there is none, or it has no room. */
void eg_target_peek(const char *target, size_t len, const char *name, char *value_out, size_t bytes);

struct eg_parameter_room {
    struct eg_parameter *pairs; /* [most] */
    uint32_t most;
};
/* Splits and decodes "name=value&..." in place into the room: a query, or a form. `place` ("query", "body") is named in errors that
 * concern no single parameter. */
EG_MUST_CHECK enum eg_status eg_parameters_parse(char *text, size_t len, const char *place,
                                                 const struct eg_parameter_room *room, uint32_t *n_out,
                                                 struct eg_error *err);

/* The readers below find a parameter by name. Unknown parameters are never looked at. An absent or empty one leaves the
 * outputs untouched and is EG_OK; one given twice, or of another type, is EG_INVALID with its name as field. */

EG_MUST_CHECK enum eg_status eg_target_text(const struct eg_target *target, const char *name,
                                            struct eg_text *value_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_target_bool(const struct eg_target *target, const char *name, bool *value_out,
                                            struct eg_error *err);

EG_MUST_CHECK enum eg_status eg_target_u32(const struct eg_target *target, const char *name,
                                           struct eg_u32_range range, uint32_t *value_out,
                                           struct eg_error *err);
/* has_out may be NULL. */
EG_MUST_CHECK enum eg_status eg_target_double(const struct eg_target *target, const char *name,
                                              struct eg_double_range range, bool *has_out, double *value_out,
                                              struct eg_error *err);
/* "lon,lat" in degrees. */
EG_MUST_CHECK enum eg_status eg_target_position(const struct eg_target *target, const char *name,
                                                bool *has_out, struct eg_position *position_out,
                                                struct eg_error *err);
/* "west,south,east,north" in degrees; west may be larger than east (across the antimeridian). */
EG_MUST_CHECK enum eg_status eg_target_bbox(const struct eg_target *target, const char *name, bool *has_out,
                                            struct eg_bounds *bounds_out, struct eg_error *err);

/* Appends "name=value" percent-encoded, after '?' or '&' as the buffer's text needs. */
void eg_target_write_parameter(struct eg_buffer *url, const char *name, struct eg_text value);

#endif
