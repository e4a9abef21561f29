/* A document is a Jansson tree; a struct eg_json_value is a json_t under another name, so that no other folder sees
 * Jansson (whose names collide with those inside libgdal). Jansson's objects are ordered by insertion when dumped.
 * Failure is sticky in the document: the first reason is kept and reported by eg_json_finish. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define SIGNIFICANT_DIGITS 15
#define EXACT_INTEGERS 9007199254740992.0 /* 2^53: every integer up to here is a double */

struct eg_json {
    json_t *root;
    enum eg_status status;
};

static json_t *unwrap(struct eg_json_value *value)
{
    return (json_t *)(void *)value;
}

static const json_t *unwrap_const(const struct eg_json_value *value)
{
    return (const json_t *)(const void *)value;
}

static struct eg_json_value *wrap(json_t *value)
{
    return (struct eg_json_value *)(void *)value;
}

static struct eg_json *new_document(json_t *root)
{
    struct eg_json *json = root ? calloc(1, sizeof *json) : NULL;
    if (!json) {
        json_decref(root);
        return NULL;
    }
    json->root = root;
    return json;
}

struct eg_json *eg_json_new_object(void)
{
    return new_document(json_object());
}

void eg_json_free(struct eg_json *json)
{
    if (!json) return;
    json_decref(json->root);
    free(json);
}

struct eg_json_value *eg_json_root(struct eg_json *json)
{
    return json ? wrap(json->root) : NULL;
}

static void fail(struct eg_json *json, enum eg_status status)
{
    if (json && json->status == EG_OK) json->status = status;
}

/* Whether `into` takes a value under this name: a container of the right kind, and a name that is new. */
static bool place_is_right(const json_t *into, const char *name)
{
    if (!name) return json_is_array(into);
    return json_is_object(into) && eg_text_is_utf8(eg_text_from(name)) && !json_object_get(into, name);
}

/* Jansson leaves the error empty when memory is refused (and, seldom, calls a refused token a syntax error). */
static bool is_syntax_error(const json_error_t *error)
{
    return error->text[0] != '\0' && json_error_code(error) != json_error_out_of_memory;
}

/* Puts `value` in place, taking it over; returns it, or NULL after noting the failure. A NULL value was refused memory. */
static json_t *place(struct eg_json *json, struct eg_json_value *into, const char *name, json_t *value)
{
    json_t *container = unwrap(into);
    if (!json || !container) {
        json_decref(value);
        fail(json, EG_NO_MEMORY);
        return NULL;
    }
    if (!value || !place_is_right(container, name)) {
        fail(json, value ? EG_INVALID : EG_NO_MEMORY);
        json_decref(value);
        return NULL;
    }
    /* Both take the value over, also when they fail. */
    int refused =
        name ? json_object_set_new_nocheck(container, name, value) : json_array_append_new(container, value);
    if (refused) fail(json, EG_NO_MEMORY);
    return refused ? NULL : value;
}

struct eg_json_value *eg_json_object(struct eg_json *json, struct eg_json_value *into, const char *name)
{
    return wrap(place(json, into, name, json_object()));
}

struct eg_json_value *eg_json_array(struct eg_json *json, struct eg_json_value *into, const char *name)
{
    return wrap(place(json, into, name, json_array()));
}

void eg_json_text(struct eg_json *json, struct eg_json_value *into, const char *name, struct eg_text value)
{
    if (!eg_text_is_utf8(value)) {
        fail(json, EG_INVALID);
        return;
    }
    (void)place(json, into, name, json_stringn_nocheck(value.len > 0 ? value.data : "", value.len));
}

void eg_json_cstring(struct eg_json *json, struct eg_json_value *into, const char *name, const char *value)
{
    eg_json_text(json, into, name, eg_text_from(value));
}

void eg_json_integer(struct eg_json *json, struct eg_json_value *into, const char *name, int64_t value)
{
    (void)place(json, into, name, json_integer(value));
}

void eg_json_number(struct eg_json *json, struct eg_json_value *into, const char *name, double value)
{
    if (!isfinite(value)) {
        fail(json, EG_INVALID);
        return;
    }
    (void)place(json, into, name, json_real(value + 0.0)); /* the sum turns -0 into 0 */
}

void eg_json_decimal(struct eg_json *json, struct eg_json_value *into, const char *name, double value,
                     uint32_t decimals)
{
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    EG_ASSERT(decimals < EG_ARRAY_LEN(powers));
    double scaled = value * powers[decimals];
    /* Beyond 2^53 (and for NaN) there is nothing to round. */
    double rounded = fabs(scaled) < EXACT_INTEGERS ? round(scaled) / powers[decimals] : value;
    if (decimals == 0 && fabs(rounded) < EXACT_INTEGERS) eg_json_integer(json, into, name, (int64_t)rounded);
    else eg_json_number(json, into, name, rounded);
}

void eg_json_bool(struct eg_json *json, struct eg_json_value *into, const char *name, bool value)
{
    (void)place(json, into, name, json_boolean(value));
}

void eg_json_null(struct eg_json *json, struct eg_json_value *into, const char *name)
{
    (void)place(json, into, name, json_null());
}

void eg_json_raw(struct eg_json *json, struct eg_json_value *into, const char *name, struct eg_text raw)
{
    json_error_t error;
    json_t *value = json_loadb(raw.len > 0 ? raw.data : "", raw.len, JSON_DECODE_ANY, &error);
    if (!value && is_syntax_error(&error)) {
        fail(json, EG_INVALID);
        return;
    }
    (void)place(json, into, name, value);
}

static int append_to_buffer(const char *bytes, size_t len, void *buffer)
{
    eg_buffer_append(buffer, bytes, len);
    return ((struct eg_buffer *)buffer)->failed ? -1 : 0;
}

enum eg_status eg_json_finish(struct eg_json *json, bool pretty, struct eg_buffer *out, struct eg_error *err)
{
    if (!json || json->status == EG_NO_MEMORY)
        return eg_error_set(err, EG_NO_MEMORY, "no memory for the JSON document");
    if (json->status != EG_OK) {
        return eg_error_set(
            err, EG_INVALID,
            "a value cannot be written as JSON: a text that is not UTF-8, a number that is not finite, "
            "a name used twice, or a stored fragment that is not JSON");
    }
    size_t flags = (pretty ? JSON_INDENT(2) : JSON_COMPACT) | JSON_REAL_PRECISION(SIGNIFICANT_DIGITS);
    if (json_dump_callback(json->root, append_to_buffer, out, flags) != 0 || out->failed) {
        return eg_error_set(err, EG_NO_MEMORY, "no room for the text of the JSON document");
    }
    return EG_OK;
}

enum eg_status eg_json_write(const struct eg_json_value *value, struct eg_buffer *out, struct eg_error *err)
{
    size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(SIGNIFICANT_DIGITS);
    if (json_dump_callback(unwrap_const(value), append_to_buffer, out, flags) == 0 && !out->failed)
        return EG_OK;
    return eg_error_set(err, EG_NO_MEMORY, "no room for the text of a JSON value");
}

/* Jansson shows what it stumbled over, at times half a character. */
static void keep_utf8(char *text)
{
    if (eg_text_is_utf8(eg_text_from(text))) return;
    for (; *text; text++) {
        if ((unsigned char)*text >= 0x80) *text = '?';
    }
}

enum eg_status eg_json_parse(struct eg_text text, struct eg_json **json_out, struct eg_error *err)
{
    json_error_t error;
    json_t *root = json_loadb(text.len > 0 ? text.data : "", text.len, JSON_REJECT_DUPLICATES, &error);
    if (!root && json_error_code(&error) == json_error_out_of_memory)
        return eg_error_no_memory(err, text.len);
    if (!root) {
        keep_utf8(error.text);
        enum eg_status status = eg_error_set(err, EG_INVALID, "not valid JSON: %s", error.text);
        (void)eg_error_at(err, NULL, error.line > 0 ? (uint32_t)error.line : 0,
                          error.column > 0 ? (uint32_t)error.column : 0);
        return status;
    }
    struct eg_json *json = new_document(root);
    if (!json) return eg_error_no_memory(err, sizeof *json);
    *json_out = json;
    return EG_OK;
}

struct eg_json_value *eg_json_get(const struct eg_json_value *object, const char *name)
{
    return wrap(json_object_get(unwrap_const(object), name));
}

size_t eg_json_length(const struct eg_json_value *array)
{
    return json_array_size(unwrap_const(array));
}

struct eg_json_value *eg_json_at(const struct eg_json_value *array, size_t index)
{
    return wrap(json_array_get(unwrap_const(array), index));
}

struct eg_json_value *eg_json_next(const struct eg_json_value *object, const char **name)
{
    json_t *members = (json_t *)(void *)(uintptr_t)object;
    if (!json_is_object(members)) return NULL;
    void *at = *name ? json_object_iter_next(members, json_object_iter_at(members, *name))
                     : json_object_iter(members);
    if (!at) return NULL;
    *name = json_object_iter_key(at);
    return wrap(json_object_iter_value(at));
}

bool eg_json_is_object(const struct eg_json_value *value)
{
    return json_is_object(unwrap_const(value));
}

bool eg_json_is_array(const struct eg_json_value *value)
{
    return json_is_array(unwrap_const(value));
}

bool eg_json_is_text(const struct eg_json_value *value, struct eg_text *text_out)
{
    const json_t *text = unwrap_const(value);
    if (!json_is_string(text)) return false;
    *text_out = (struct eg_text){json_string_value(text), json_string_length(text)};
    return true;
}

bool eg_json_is_number(const struct eg_json_value *value, double *number_out)
{
    const json_t *number = unwrap_const(value);
    if (!json_is_number(number)) return false;
    *number_out = json_number_value(number);
    return true;
}

bool eg_json_is_bool(const struct eg_json_value *value, bool *bool_out)
{
    const json_t *boolean = unwrap_const(value);
    if (!json_is_boolean(boolean)) return false;
    *bool_out = json_is_true(boolean);
    return true;
}
