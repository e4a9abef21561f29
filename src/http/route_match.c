/* Patterns are read anew for each request: a table of some twenty of five segments costs a tenth of a microsecond, less than
 * it would take to keep a compiled form right. */
#include "http/routes.h"

#include <string.h>

/* One segment of a pattern. */
struct piece {
    struct eg_text before, name, after; /* name is empty in a literal */
    bool is_number;
};

static struct piece read_piece(struct eg_text segment)
{
    struct piece piece = {.before = segment};
    const char *open = memchr(segment.data, '{', segment.len);
    if (!open) return piece;
    const char *close = memchr(open, '}', (size_t)(segment.data + segment.len - open));
    EG_ASSERT(close);
    piece.before = (struct eg_text){segment.data, (size_t)(open - segment.data)};
    piece.after = (struct eg_text){close + 1, (size_t)(segment.data + segment.len - close) - 1};
    struct eg_text type =
        eg_text_cut((struct eg_text){open + 1, (size_t)(close - open) - 1}, ':', &piece.name);
    piece.is_number = type.data != NULL;
    return piece;
}

/* An empty placeholder matches nothing: "/coalitions/" is not an entry without id. */
static bool match_piece(const struct piece *piece, struct eg_text segment, struct eg_text *value_out)
{
    if (piece->name.len == 0) return eg_text_equal(piece->before, segment);
    if (segment.len <= piece->before.len + piece->after.len || !eg_text_starts_with(segment, piece->before) ||
        !eg_text_ends_with(segment, piece->after))
        return false;
    *value_out = (struct eg_text){segment.data + piece->before.len,
                                  segment.len - piece->before.len - piece->after.len};
    return true;
}

static bool match_pattern(const char *pattern, const struct eg_target *target, struct eg_route_values *values)
{
    struct eg_text rest = eg_text_from(pattern + 1), segment;
    uint32_t n_values = 0, i = 0;
    for (; rest.len > 0; i++) {
        if (i == target->n_segments) return false;
        rest = eg_text_cut(rest, '/', &segment);
        struct piece piece = read_piece(segment);
        struct eg_text value = {0};
        if (!match_piece(&piece, target->segments[i], &value)) return false;
        if (piece.name.len > 0) values->text[n_values++] = value;
    }
    return i == target->n_segments;
}

static enum eg_status not_a_number(struct eg_text name, struct eg_text value, struct eg_error *err)
{
    char field[32];
    size_t len = name.len < sizeof field ? name.len : sizeof field - 1;
    memcpy(field, name.data, len);
    field[len] = '\0';
    eg_error_set(err, EG_INVALID, "%s is '%.*s'; it must be a whole number", field, EG_TEXT_ARG(value));
    eg_error_field(err, field);
    return EG_INVALID;
}

static enum eg_status read_numbers(const char *pattern, struct eg_route_values *values, struct eg_error *err)
{
    struct eg_text rest = eg_text_from(pattern + 1), segment;
    for (uint32_t n_values = 0; rest.len > 0;) {
        rest = eg_text_cut(rest, '/', &segment);
        struct piece piece = read_piece(segment);
        if (piece.is_number && !eg_text_to_u32(values->text[n_values], &values->number[n_values]))
            return not_a_number(piece.name, values->text[n_values], err);
        if (piece.name.len > 0) n_values++;
    }
    return EG_OK;
}

enum eg_status eg_routes_match_in(const struct eg_route *table, uint32_t n_routes,
                                  const struct eg_target *target, const struct eg_route **route_out,
                                  struct eg_route_values *values_out, struct eg_error *err)
{
    for (uint32_t i = 0; i < n_routes; i++) {
        if (!match_pattern(table[i].pattern, target, values_out)) continue;
        enum eg_status status = read_numbers(table[i].pattern, values_out, err);
        if (status == EG_OK) *route_out = &table[i];
        return status;
    }
    eg_error_set(err, EG_NOT_FOUND,
                 "there is nothing at this path; GET /layers lists the layers, GET / shows a map");
    eg_error_field(err, "path");
    return EG_NOT_FOUND;
}
