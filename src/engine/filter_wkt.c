/* Geometries in CQL2-text: well-known text, and BBOX. Heights are read and dropped. */
#include "engine/filter_tokens.h"

#include <string.h>

enum shape_tag {
    POINT,
    MULTIPOINT,
    LINESTRING,
    MULTILINESTRING,
    POLYGON,
    MULTIPOLYGON,
    COLLECTION,
    BBOX,
    NO_TAG
};

static const char *const tag_names[] = {
    [POINT] = "POINT",
    [MULTIPOINT] = "MULTIPOINT",
    [LINESTRING] = "LINESTRING",
    [MULTILINESTRING] = "MULTILINESTRING",
    [POLYGON] = "POLYGON",
    [MULTIPOLYGON] = "MULTIPOLYGON",
    [COLLECTION] = "GEOMETRYCOLLECTION",
    [BBOX] = "BBOX",
};

static enum shape_tag tag_of(const struct eg_filter_tokens *tokens)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(tag_names); i++) {
        if (eg_filter_is_word(tokens, tag_names[i])) return (enum shape_tag)i;
    }
    return NO_TAG;
}

bool eg_filter_is_geometry_tag(const struct eg_filter_tokens *tokens)
{
    return tag_of(tokens) != NO_TAG;
}

/* Takes a comma and says whether there was one. */
static enum eg_status take_comma(struct eg_filter_tokens *tokens, bool *more_out)
{
    *more_out = eg_filter_is_symbol(tokens, ',');
    return *more_out ? eg_filter_next(tokens) : EG_OK;
}

static enum eg_status take_position(struct eg_filter_tokens *tokens, struct eg_filter_shapes *shapes)
{
    struct eg_filter_place place = tokens->token.place;
    double xyz[3];
    enum eg_status status = eg_filter_take_number(tokens, &xyz[0]);
    if (status == EG_OK) status = eg_filter_take_number(tokens, &xyz[1]);
    bool has_height = tokens->token.kind == EG_TOKEN_NUMBER || eg_filter_is_symbol(tokens, '-') ||
                      eg_filter_is_symbol(tokens, '+');
    if (status == EG_OK && has_height) status = eg_filter_take_number(tokens, &xyz[2]);
    return status == EG_OK ? eg_filter_shape_point(tokens->build, shapes, place, xyz) : status;
}

/* "(1 2, 3 4)": a line, a ring, or the points of a MULTIPOINT, which may stand in parentheses each. */
static enum eg_status take_positions(struct eg_filter_tokens *tokens, struct eg_filter_shapes *shapes)
{
    struct eg_filter_place place = tokens->token.place;
    bool are_points = shapes->shape.kind == EG_FILTER_POINTS_KIND, more = true;
    enum eg_status status = eg_filter_expect(tokens, '(');
    while (status == EG_OK && more) {
        bool wrapped = are_points && eg_filter_is_symbol(tokens, '(');
        if (wrapped) status = eg_filter_next(tokens);
        if (status == EG_OK) status = take_position(tokens, shapes);
        if (status == EG_OK && wrapped) status = eg_filter_expect(tokens, ')');
        if (status == EG_OK) status = take_comma(tokens, &more);
    }
    if (status == EG_OK) status = eg_filter_expect(tokens, ')');
    if (status == EG_OK && !are_points) status = eg_filter_shape_end_part(tokens->build, shapes, place);
    return status;
}

/* "((1 2, 3 4), (5 6, 7 8))": lines, or a polygon's rings. */
static enum eg_status take_parts(struct eg_filter_tokens *tokens, struct eg_filter_shapes *shapes)
{
    bool more = true;
    enum eg_status status = eg_filter_expect(tokens, '(');
    while (status == EG_OK && more) {
        status = take_positions(tokens, shapes);
        if (status == EG_OK) status = take_comma(tokens, &more);
    }
    return status == EG_OK ? eg_filter_expect(tokens, ')') : status;
}

static enum eg_status take_point(struct eg_filter_tokens *tokens, struct eg_filter_shapes *shapes)
{
    enum eg_status status = eg_filter_expect(tokens, '(');
    if (status == EG_OK) status = take_position(tokens, shapes);
    return status == EG_OK ? eg_filter_expect(tokens, ')') : status;
}

/* One shape: anything but BBOX, MULTIPOLYGON and GEOMETRYCOLLECTION. */
static enum eg_status take_shape(struct eg_filter_tokens *tokens, enum shape_tag tag,
                                 struct eg_filter_shapes **shapes_out)
{
    static const enum eg_filter_shape_kind kinds[] = {
        [POINT] = EG_FILTER_POINTS_KIND,     [MULTIPOINT] = EG_FILTER_POINTS_KIND,
        [LINESTRING] = EG_FILTER_LINES_KIND, [MULTILINESTRING] = EG_FILTER_LINES_KIND,
        [POLYGON] = EG_FILTER_POLYGONS_KIND,
    };
    struct eg_filter_place place = tokens->token.place;
    struct eg_filter_shapes *shapes = NULL;
    enum eg_status status = eg_filter_shape_begin(tokens->build, kinds[tag], &shapes);
    if (status != EG_OK) return status;
    if (tag == POINT) status = take_point(tokens, shapes);
    else if (tag == MULTIPOINT || tag == LINESTRING) status = take_positions(tokens, shapes);
    else status = take_parts(tokens, shapes);
    if (status == EG_OK) status = eg_filter_shape_end(tokens->build, shapes, place);
    if (status == EG_OK) *shapes_out = shapes;
    return status;
}

static enum eg_status take_box(struct eg_filter_tokens *tokens, struct eg_filter_shapes **shapes_out)
{
    struct eg_filter_place place = tokens->token.place;
    double numbers[6];
    uint32_t n = 0;
    bool more = true;
    enum eg_status status = eg_filter_expect(tokens, '(');
    while (status == EG_OK && more) {
        if (n == EG_ARRAY_LEN(numbers)) return eg_filter_unexpected(tokens, "')' behind six numbers");
        status = eg_filter_take_number(tokens, &numbers[n++]);
        if (status == EG_OK) status = take_comma(tokens, &more);
    }
    if (status == EG_OK) status = eg_filter_expect(tokens, ')');
    return status == EG_OK ? eg_filter_shape_box(tokens->build, place, numbers, n, shapes_out) : status;
}

/* The members of a MULTIPOLYGON or GEOMETRYCOLLECTION, as one list. */
static enum eg_status take_members(struct eg_filter_tokens *tokens, enum shape_tag tag,
                                   struct eg_filter_shapes **shapes_out)
{
    struct eg_filter_shapes *first = NULL, **end = &first;
    bool more = true;
    enum eg_status status = eg_filter_expect(tokens, '(');
    while (status == EG_OK && more) {
        if (tag == MULTIPOLYGON) status = take_shape(tokens, POLYGON, end);
        else if (eg_filter_is_geometry_tag(tokens)) status = eg_filter_take_geometry(tokens, end);
        else return eg_filter_unexpected(tokens, "a geometry such as POINT(-0.7 52.4)");
        while (*end) end = &(*end)->next;
        if (status == EG_OK) status = take_comma(tokens, &more);
    }
    if (status == EG_OK) status = eg_filter_expect(tokens, ')');
    if (status == EG_OK) *shapes_out = first;
    return status;
}

static enum eg_status take_body(struct eg_filter_tokens *tokens, enum shape_tag tag,
                                struct eg_filter_shapes **shapes_out)
{
    if (eg_filter_is_word(tokens, "EMPTY")) {
        return eg_filter_fail(tokens->build, tokens->token.place, EG_UNSUPPORTED,
                              "empty geometries are not supported");
    }
    if (tag == BBOX) return take_box(tokens, shapes_out);
    if (tag == MULTIPOLYGON || tag == COLLECTION) return take_members(tokens, tag, shapes_out);
    return take_shape(tokens, tag, shapes_out);
}

enum eg_status eg_filter_take_geometry(struct eg_filter_tokens *tokens, struct eg_filter_shapes **shapes_out)
{
    enum shape_tag tag = tag_of(tokens);
    enum eg_status status = eg_filter_deeper(tokens->build, tokens->token.place);
    if (status == EG_OK) status = eg_filter_next(tokens);
    if (status == EG_OK && tag != BBOX && eg_filter_is_word(tokens, "Z")) status = eg_filter_next(tokens);
    if (status == EG_OK) status = take_body(tokens, tag, shapes_out);
    tokens->build->depth--;
    return status;
}
