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

/* The length of at most `most` bytes of a text, not splitting a character. */
static size_t cut_at(struct eg_text text, size_t most)
{
    if (text.len <= most) return text.len;
    while (most > 0 && ((unsigned char)text.data[most] & 0xc0) == 0x80) most--;
    return most;
}

/* --- decoding ------------------------------------------------------------------------------------------------------ */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

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
            int high = len - from > 2 ? hex_value(bytes[from + 1]) : -1;
            int low = high >= 0 ? hex_value(bytes[from + 2]) : -1;
            if (low < 0) return "a percent sign is not followed by two hexadecimal digits";
            c = (char)(high * 16 + low);
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

static enum eg_status parse_parameter(char *piece, size_t len, struct eg_target *target, struct eg_error *err)
{
    if (target->n_parameters == EG_TARGET_PARAMETERS) {
        eg_error_set(err, EG_LIMIT, "the query has more than %u parameters", EG_TARGET_PARAMETERS);
        eg_error_field(err, "query");
        return EG_LIMIT;
    }
    struct eg_parameter *parameter = &target->parameters[target->n_parameters];
    char *equals = memchr(piece, '=', len);
    size_t name_len = equals ? (size_t)(equals - piece) : len;
    *parameter = (struct eg_parameter){0};
    const char *why = decode(piece, name_len, true, &parameter->name);
    if (why) return bad(err, EG_INVALID, "query", why);
    if (equals) why = decode(equals + 1, len - name_len - 1, true, &parameter->value);
    if (why) {
        char name[64];
        size_t shown = cut_at(parameter->name, sizeof name - 1);
        memcpy(name, parameter->name.data, shown);
        name[shown] = '\0';
        return bad(err, EG_INVALID, name, why);
    }
    target->n_parameters++;
    return EG_OK;
}

static enum eg_status parse_query(char *query, size_t len, struct eg_target *target, struct eg_error *err)
{
    char *end = query + len;
    for (char *at = query; at < end;) {
        char *ampersand = memchr(at, '&', (size_t)(end - at));
        if (!ampersand) ampersand = end;
        if (ampersand > at) {
            enum eg_status status = parse_parameter(at, (size_t)(ampersand - at), target, err);
            if (status != EG_OK) return status;
        }
        at = ampersand + 1;
    }
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
    if (status == EG_OK && query) status = parse_query(query + 1, rest - path_len - 1, target_out, err);
    return status;
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

static enum eg_status wrong(struct eg_error *err, const char *name, struct eg_text value, const char *wanted)
{
    eg_error_set(err, EG_INVALID, "%s is '%.*s'; it must be %s", name, (int)cut_at(value, 100), value.data,
                 wanted);
    eg_error_field(err, name);
    return EG_INVALID;
}

enum eg_status eg_target_bool(const struct eg_target *target, const char *name, bool *value_out,
                              struct eg_error *err)
{
    struct eg_text value = {0};
    enum eg_status status = eg_target_text(target, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    bool yes = eg_text_equal(value, EG_TEXT("true"));
    if (!yes && !eg_text_equal(value, EG_TEXT("false"))) return wrong(err, name, value, "true or false");
    *value_out = yes;
    return EG_OK;
}

enum eg_status eg_target_u32(const struct eg_target *target, const char *name, struct eg_u32_range range,
                             uint32_t *value_out, struct eg_error *err)
{
    struct eg_text value = {0};
    uint32_t number = 0;
    enum eg_status status = eg_target_text(target, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    if (!eg_text_to_u32(value, &number)) return wrong(err, name, value, "a whole number");
    if (number < range.least || number > range.most) {
        eg_error_set(err, EG_INVALID, "%s is %u; it must be %u to %u", name, number, range.least, range.most);
        eg_error_field(err, name);
        return EG_INVALID;
    }
    *value_out = number;
    return EG_OK;
}

enum eg_status eg_target_double(const struct eg_target *target, const char *name,
                                struct eg_double_range range, bool *has_out, double *value_out,
                                struct eg_error *err)
{
    struct eg_text value = {0};
    double number = 0;
    enum eg_status status = eg_target_text(target, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    if (!eg_text_to_double(value, &number)) return wrong(err, name, value, "a number such as 2.5");
    if (number < range.least || number > range.most) {
        eg_error_set(err, EG_INVALID, "%s is %g; it must be %g to %g", name, number, range.least, range.most);
        eg_error_field(err, name);
        return EG_INVALID;
    }
    if (has_out) *has_out = true;
    *value_out = number;
    return EG_OK;
}

/* Exactly n numbers between commas. */
static bool parse_numbers(struct eg_text text, double *numbers, size_t n)
{
    struct eg_text rest = text;
    for (size_t i = 0; i < n; i++) {
        struct eg_text head;
        if (i > 0 && !rest.data) return false;
        rest = eg_text_cut(rest, ',', &head);
        if (!eg_text_to_double(eg_text_trim(head), &numbers[i])) return false;
    }
    return rest.data == NULL;
}

static bool is_position(double lon_deg, double lat_deg)
{
    return lon_deg >= -180 && lon_deg <= 180 && lat_deg >= -90 && lat_deg <= 90;
}

enum eg_status eg_target_position(const struct eg_target *target, const char *name, bool *has_out,
                                  struct eg_position *position_out, struct eg_error *err)
{
    struct eg_text value = {0};
    double numbers[2];
    enum eg_status status = eg_target_text(target, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    if (!parse_numbers(value, numbers, 2) || !is_position(numbers[0], numbers[1]))
        return wrong(err, name, value, "longitude,latitude in degrees, such as -0.9,52.24");
    *has_out = true;
    *position_out = (struct eg_position){numbers[0], numbers[1]};
    return EG_OK;
}

enum eg_status eg_target_bbox(const struct eg_target *target, const char *name, bool *has_out,
                              struct eg_bounds *bounds_out, struct eg_error *err)
{
    struct eg_text value = {0};
    double n[4];
    enum eg_status status = eg_target_text(target, name, &value, err);
    if (status != EG_OK || value.len == 0) return status;
    if (!parse_numbers(value, n, 4) || !is_position(n[0], n[1]) || !is_position(n[2], n[3]) || n[1] > n[3])
        return wrong(err, name, value,
                     "west,south,east,north in degrees with south <= north, such as -1.4,51.9,-0.3,52.7");
    *has_out = true;
    *bounds_out = (struct eg_bounds){.min_x = n[0], .min_y = n[1], .max_x = n[2], .max_y = n[3]};
    return EG_OK;
}

/* --- writing ------------------------------------------------------------------------------------------------------- */

/* RFC 3986's unreserved characters and a few that every reader takes in a query ("," ":" "/"). */
static bool stands_for_itself(char c, bool in_query)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
    return c == '-' || c == '.' || c == '_' || c == '~' || (in_query && (c == ',' || c == ':' || c == '/'));
}

static void write_escaped(struct eg_buffer *url, struct eg_text text, bool in_query)
{
    for (size_t i = 0; i < text.len; i++) {
        if (stands_for_itself(text.data[i], in_query)) eg_buffer_char(url, text.data[i]);
        else eg_buffer_printf(url, "%%%02X", (unsigned char)text.data[i]);
    }
}

void eg_target_write_parameter(struct eg_buffer *url, const char *name, struct eg_text value)
{
    bool first = url->len == 0 || !memchr(url->data, '?', url->len);
    eg_buffer_char(url, first ? '?' : '&');
    eg_buffer_literal(url, name);
    eg_buffer_char(url, '=');
    write_escaped(url, value, true);
}

void eg_target_write_segment(struct eg_buffer *url, struct eg_text segment)
{
    write_escaped(url, segment, false);
}
