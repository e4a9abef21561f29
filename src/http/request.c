/* A target is some 60 to 150 bytes; the longest allowed has 8 KiB and 256 parameters. One pass splits the path at '/' and the
 * query at '&' and '=', then each piece is decoded where it stands. Pieces without '%', '+' or bytes above 127, which is
 * nearly all of them, are left as they are. */
#include "http/request.h"

#include <string.h>

#include "base/buffer.h"

static enum eg_status bad(struct eg_error *err, enum eg_status status, const char *field, const char *why)
{
    eg_error_set(err, status, "%s", why);
    eg_error_field(err, field);
    return status;
}

/* --- decoding ------------------------------------------------------------------------------------------------------ */

/* Whether a piece can stand as it is. */
static bool is_plain(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == '%' || c == '+' || c <= ' ' || c >= 0x7f) return false;
    }
    return true;
}

/* Decodes bytes[0 .. len-1] in place; returns what is wrong, or NULL. */
static const char *unescape(char *bytes, size_t len, bool plus_is_blank, size_t *len_out)
{
    size_t to = 0;
    for (size_t from = 0; from < len; from++) {
        char c = bytes[from];
        if ((unsigned char)c <= ' ' || c == 0x7f)
            return "a blank or control character is not percent-encoded";
        if (c == '+' && plus_is_blank) c = ' ';
        if (c == '%') {
            uint32_t code;
            if (len - from <= 2 || !eg_parameter_hex((struct eg_text){bytes + from + 1, 2}, &code))
                return "a percent sign is not followed by two hexadecimal digits";
            c = (char)code;
            from += 2;
        }
        if (c == '\0') return "%00 is not allowed";
        bytes[to++] = c;
    }
    *len_out = to;
    return NULL;
}

/* Returns what is wrong, or NULL. */
static const char *decode(char *bytes, size_t len, bool plus_is_blank, struct eg_text *text_out)
{
    size_t decoded = len;
    const char *why = NULL;
    if (!is_plain(bytes, len)) {
        why = unescape(bytes, len, plus_is_blank, &decoded);
        if (!why && !eg_text_is_utf8((struct eg_text){bytes, decoded})) why = "the text is not valid UTF-8";
    }
    if (!why) *text_out = (struct eg_text){bytes, decoded};
    return why;
}

/* --- splitting ----------------------------------------------------------------------------------------------------- */

/* RFC 9112, 3.2.2: a server takes the absolute form too; scheme and host are of no interest here. */
static size_t skip_authority(const char *target, size_t len)
{
    static const struct eg_text schemes[] = {{"http://", 7}, {"https://", 8}};
    for (size_t i = 0; i < EG_ARRAY_LEN(schemes); i++) {
        if (len < schemes[i].len || memcmp(target, schemes[i].data, schemes[i].len) != 0) continue;
        size_t at = schemes[i].len;
        while (at < len && target[at] != '/' && target[at] != '?') at++;
        return at;
    }
    return 0;
}

static enum eg_status parse_path(char *path, size_t len, struct eg_target *target, struct eg_error *err)
{
    char *end = path + len;
    if (len == 0 || path[0] != '/') return bad(err, EG_INVALID, "path", "the path must begin with a slash");
    for (char *at = path + 1; len > 1 && at <= end;) {
        char *slash = memchr(at, '/', (size_t)(end - at));
        if (!slash) slash = end;
        if (target->n_segments == EG_TARGET_SEGMENTS) {
            target->n_segments++;
            return EG_OK;
        }
        const char *why = decode(at, (size_t)(slash - at), false, &target->segments[target->n_segments]);
        if (why) return bad(err, EG_INVALID, "path", why);
        target->n_segments++;
        at = slash + 1;
    }
    return EG_OK;
}

static enum eg_status parse_pair(char *piece, size_t len, const char *place, struct eg_parameter *pair,
                                 struct eg_error *err)
{
    char *equals = memchr(piece, '=', len);
    size_t name_len = equals ? (size_t)(equals - piece) : len;
    *pair = (struct eg_parameter){0};
    const char *why = decode(piece, name_len, true, &pair->name);
    if (why) return bad(err, EG_INVALID, place, why);
    if (equals) why = decode(equals + 1, len - name_len - 1, true, &pair->value);
    if (!why) return EG_OK;
    if (pair->name.len == 0) return bad(err, EG_INVALID, place, why);
    char name[64];
    size_t shown = eg_text_shown(pair->name, sizeof name - 1);
    memcpy(name, pair->name.data, shown);
    name[shown] = '\0';
    return bad(err, EG_INVALID, name, why);
}

enum eg_status eg_parameters_parse(char *text, size_t len, const char *place,
                                   const struct eg_parameter_room *room, uint32_t *n_out,
                                   struct eg_error *err)
{
    char *end = text + len;
    uint32_t n = 0;
    for (char *at = text; at < end;) {
        char *ampersand = memchr(at, '&', (size_t)(end - at));
        if (!ampersand) ampersand = end;
        if (ampersand > at && n == room->most) {
            eg_error_set(err, EG_LIMIT, "the %s has more than %u parameters", place, room->most);
            eg_error_field(err, place);
            return EG_LIMIT;
        }
        if (ampersand > at) {
            enum eg_status status = parse_pair(at, (size_t)(ampersand - at), place, &room->pairs[n++], err);
            if (status != EG_OK) return status;
        }
        at = ampersand + 1;
    }
    *n_out = n;
    return EG_OK;
}

enum eg_status eg_target_parse(char *target, size_t len, struct eg_target *target_out, struct eg_error *err)
{
    char root[] = "/";
    target_out->n_segments = target_out->n_parameters = 0;
    size_t skipped = skip_authority(target, len);
    char *path = target + skipped;
    size_t rest = len - skipped;
    char *query = rest > 0 ? memchr(path, '?', rest) : NULL;
    size_t path_len = query ? (size_t)(query - path) : rest;
    bool bare_host = skipped > 0 && path_len == 0;
    enum eg_status status = parse_path(bare_host ? root : path, bare_host ? 1 : path_len, target_out, err);
    if (status != EG_OK || !query) return status;
    struct eg_parameter_room room = {target_out->parameters, EG_TARGET_PARAMETERS};
    return eg_parameters_parse(query + 1, rest - path_len - 1, "query", &room, &target_out->n_parameters,
                               err);
}

/* --- typed readers ------------------------------------------------------------------------------------------------- */

enum eg_status eg_target_text(const struct eg_target *target, const char *name, struct eg_text *value_out,
                              struct eg_error *err)
{
    size_t len = strlen(name);
    const struct eg_parameter *found = NULL;
    for (uint32_t i = 0; i < target->n_parameters; i++) {
        const struct eg_parameter *parameter = &target->parameters[i];
        if (parameter->name.len != len || memcmp(parameter->name.data, name, len) != 0) continue;
        if (found) return bad(err, EG_INVALID, name, "the parameter is given twice; give it once");
        found = parameter;
    }
    if (found && found->value.len > 0) *value_out = found->value;
    return EG_OK;
}

enum eg_status eg_target_bool(const struct eg_target *target, const char *name, bool *value_out,
                              struct eg_error *err)
{
    struct eg_text value = {0};
    enum eg_status status = eg_target_text(target, name, &value, err);
    return status == EG_OK && value.len > 0 ? eg_parameter_bool(name, value, value_out, err) : status;
}

enum eg_status eg_target_u32(const struct eg_target *target, const char *name, struct eg_u32_range range,
                             uint32_t *value_out, struct eg_error *err)
{
    struct eg_text value = {0};
    enum eg_status status = eg_target_text(target, name, &value, err);
    return status == EG_OK && value.len > 0 ? eg_parameter_u32(name, value, range, value_out, err) : status;
}

enum eg_status eg_target_double(const struct eg_target *target, const char *name,
                                struct eg_double_range range, bool *has_out, double *value_out,
                                struct eg_error *err)
{
    struct eg_text value = {0};
    enum eg_status status = eg_target_text(target, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    status = eg_parameter_double(name, value, range, value_out, err);
    if (status == EG_OK && has_out) *has_out = true;
    return status;
}

enum eg_status eg_target_position(const struct eg_target *target, const char *name, bool *has_out,
                                  struct eg_position *position_out, struct eg_error *err)
{
    struct eg_text value = {0};
    enum eg_status status = eg_target_text(target, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    status = eg_parameter_position(name, value, position_out, err);
    if (status == EG_OK) *has_out = true;
    return status;
}

enum eg_status eg_target_bbox(const struct eg_target *target, const char *name, bool *has_out,
                              struct eg_bounds *bounds_out, struct eg_error *err)
{
    struct eg_text value = {0};
    enum eg_status status = eg_target_text(target, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    status = eg_parameter_bbox(name, value, bounds_out, err);
    if (status == EG_OK) *has_out = true;
    return status;
}

/* --- writing ------------------------------------------------------------------------------------------------------- */

/* RFC 3986's unreserved characters and a few that every reader takes in a query ("," ":" "/"). */
static bool stands_for_itself(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
    return c != '\0' && strchr("-._~,:/", c) != NULL;
}

static void write_escaped(struct eg_buffer *url, struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (stands_for_itself(text.data[i])) eg_buffer_char(url, text.data[i]);
        else eg_buffer_printf(url, "%%%02X", (unsigned char)text.data[i]);
    }
}

void eg_target_write_parameter(struct eg_buffer *url, const char *name, struct eg_text value)
{
    bool first = url->len == 0 || !memchr(url->data, '?', url->len);
    eg_buffer_char(url, first ? '?' : '&');
    eg_buffer_literal(url, name);
    eg_buffer_char(url, '=');
    write_escaped(url, value);
}

void eg_target_peek(const char *target, size_t len, const char *name, char *value_out, size_t bytes)
{
    const char *query = memchr(target, '?', len);
    struct eg_text item, key, rest = {0};
    value_out[0] = '\0';
    if (query) rest = (struct eg_text){query + 1, len - (size_t)(query + 1 - target)};
    while (rest.len > 0) {
        rest = eg_text_cut(rest, '&', &item);
        struct eg_text value = eg_text_cut(item, '=', &key);
        if (value.len == 0 || value.len >= bytes || !eg_text_equal_any_case(key, eg_text_from(name)))
            continue;
        memcpy(value_out, value.data, value.len);
        value_out[value.len] = '\0';
        return;
    }
}
