/* JSON out and in, a thin layer over Jansson with sticky failure: build without checking, then ask once in
 * eg_json_finish. Objects keep the order of insertion, so the same input gives the same bytes. */
#ifndef EG_BASE_JSON_H
#define EG_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

struct eg_json;       /* a document under construction */
struct eg_json_value; /* a value inside it, or read by eg_json_parse; owned by its document */

/* A new document whose root is an empty object. NULL when memory is refused. */
struct eg_json *eg_json_new_object(void);
void eg_json_free(struct eg_json *json); /* NULL is allowed */
struct eg_json_value *eg_json_root(struct eg_json *json);

/* Sets a member of an object (name != NULL) or appends to an array (name == NULL). Containers return the new value.
 * A NULL `into` is passed through, so that failure stays sticky. Wrong UTF-8 is a failure of the document. */
struct eg_json_value *eg_json_object(struct eg_json *json, struct eg_json_value *into, const char *name);
struct eg_json_value *eg_json_array(struct eg_json *json, struct eg_json_value *into, const char *name);
void eg_json_text(struct eg_json *json, struct eg_json_value *into, const char *name, struct eg_text value);
void eg_json_cstring(struct eg_json *json, struct eg_json_value *into, const char *name, const char *value);
void eg_json_integer(struct eg_json *json, struct eg_json_value *into, const char *name, int64_t value);
/* Shortest form that keeps 15 significant digits; NaN and infinity are failures. */
void eg_json_number(struct eg_json *json, struct eg_json_value *into, const char *name, double value);
/* Rounded (half away from zero) to `decimals` (0 to 15) places first. */
void eg_json_decimal(struct eg_json *json, struct eg_json_value *into, const char *name, double value,
                     uint32_t decimals);
void eg_json_bool(struct eg_json *json, struct eg_json_value *into, const char *name, bool value);
void eg_json_null(struct eg_json *json, struct eg_json_value *into, const char *name);
/* Parses `raw` and puts its value in place; for stored GeoJSON geometries. A syntax error is a failure. */
void eg_json_raw(struct eg_json *json, struct eg_json_value *into, const char *name, struct eg_text raw);

/* Appends the text to `out`, compact, or indented by 2 when `pretty`. EG_NO_MEMORY or EG_INVALID when anything went
 * wrong since the start. The document stays usable. */
EG_MUST_CHECK enum eg_status eg_json_finish(struct eg_json *json, bool pretty, struct eg_buffer *out,
                                            struct eg_error *err);

/* Reads a document; errors carry line and column. Nesting is limited by Jansson (2,048). Duplicate names are errors. */
EG_MUST_CHECK enum eg_status eg_json_parse(struct eg_text text, struct eg_json **json_out,
                                           struct eg_error *err);
/* Appends a value's text to `out`, compact. */
EG_MUST_CHECK enum eg_status eg_json_write(const struct eg_json_value *value, struct eg_buffer *out,
                                           struct eg_error *err);
/* Readers: NULL or false when absent or of another type. */
struct eg_json_value *eg_json_get(const struct eg_json_value *object, const char *name);
size_t eg_json_length(const struct eg_json_value *array); /* 0 for anything else */
struct eg_json_value *eg_json_at(const struct eg_json_value *array, size_t index);
/* The members of an object in their order: *name is NULL at first and becomes the name of the one returned; NULL after the last. */
struct eg_json_value *eg_json_next(const struct eg_json_value *object, const char **name);
bool eg_json_is_object(const struct eg_json_value *value);
bool eg_json_is_array(const struct eg_json_value *value);
bool eg_json_is_text(const struct eg_json_value *value, struct eg_text *text_out);
bool eg_json_is_number(const struct eg_json_value *value, double *number_out);
bool eg_json_is_bool(const struct eg_json_value *value, bool *bool_out);

#endif
