/* Patterns are walked anew for each request, in step with the segments of the path: some 50 ns for a table of twenty. */
#include "http/routes.h"

#include <string.h>

#include "http/parameter.h"

/* A placeholder and what stands for it. */
struct match {
    struct eg_text name, value;
    bool is_number;
};

static const char *end_of_segment(const char *pattern)
{
    while (*pattern && *pattern != '/') pattern++;
    return pattern;
}

/* From behind the opening brace: reads the name, and what follows up to the end of the segment has to follow the value. An
 * empty value matches nothing: "/coalitions/" is not an entry without id. */
static bool match_placeholder(const char *pattern, struct eg_text rest, struct match *match)
{
    const char *at = pattern;
    while (*at != '}' && *at != ':') at++;
    match->name = (struct eg_text){pattern, (size_t)(at - pattern)};
    match->is_number = *at == ':';
    while (*at != '}') at++;
    struct eg_text after = {at + 1, (size_t)(end_of_segment(at) - at) - 1};
    if (rest.len <= after.len || memcmp(rest.data + rest.len - after.len, after.data, after.len) != 0)
        return false;
    match->value = (struct eg_text){rest.data, rest.len - after.len};
    return true;
}

static bool match_segment(const char *pattern, struct eg_text segment, struct match *match)
{
    size_t i = 0;
    match->name.len = 0;
    for (; pattern[i] && pattern[i] != '/'; i++) {
        if (pattern[i] == '{')
            return match_placeholder(pattern + i + 1, (struct eg_text){segment.data + i, segment.len - i},
                                     match);
        if (i == segment.len || segment.data[i] != pattern[i]) return false;
    }
    return i == segment.len;
}

static enum eg_status not_a_number(const struct match *match, struct eg_error *err)
{
    char field[32];
    size_t len = match->name.len < sizeof field ? match->name.len : sizeof field - 1;
    memcpy(field, match->name.data, len);
    field[len] = '\0';
    eg_error_set(err, EG_INVALID, "%s is '%.*s'; it must be a whole number", field,
                 EG_TEXT_SHOWN(match->value, 100));
    eg_error_field(err, field);
    return EG_INVALID;
}

/* False: another pattern may match. What is wrong with a number is told only once the whole pattern has matched. */
static bool match_pattern(const char *pattern, const struct eg_target *target, struct eg_route_values *values,
                          struct match *wrong)
{
    uint32_t n_values = 0, i = 0;
    wrong->name.len = 0;
    for (const char *at = pattern; at[0] && at[1]; at = end_of_segment(at + 1), i++) {
        struct match match;
        if (i == target->n_segments || !match_segment(at + 1, target->segments[i], &match)) return false;
        if (match.name.len == 0) continue;
        EG_ASSERT(n_values < EG_ROUTE_VALUES);
        values->text[n_values] = match.value;
        bool fine = !match.is_number || eg_parameter_digits(match.value, &values->number[n_values]);
        if (!fine && wrong->name.len == 0) *wrong = match;
        n_values++;
    }
    /* A pattern that ends with a slash is met without one, too. */
    size_t end = strlen(pattern);
    bool is_folder = end > 1 && pattern[end - 1] == '/';
    return i == target->n_segments ||
           (is_folder && i + 1 == target->n_segments && target->segments[i].len == 0);
}

const struct eg_route *eg_routes_telling(struct eg_route_table table, const struct eg_target *target)
{
    struct match match;
    for (uint32_t i = 0; i < table.n && target->n_segments > 0; i++)
        if (table.routes[i].tells_below &&
            match_segment(table.routes[i].pattern + 1, target->segments[0], &match))
            return &table.routes[i];
    return NULL;
}

enum eg_status eg_routes_match(struct eg_route_table table, const struct eg_target *target,
                               const struct eg_route **route_out, struct eg_route_values *values_out,
                               struct eg_error *err)
{
    struct match wrong;
    for (uint32_t i = 0; i < table.n; i++) {
        if (!match_pattern(table.routes[i].pattern, target, values_out, &wrong)) continue;
        if (wrong.name.len > 0) return not_a_number(&wrong, err);
        *route_out = &table.routes[i];
        return EG_OK;
    }
    eg_error_set(err, EG_NOT_FOUND,
                 "there is nothing at this path; GET /layers lists the layers, GET / shows a map");
    eg_error_field(err, "path");
    return EG_NOT_FOUND;
}
