/* The position stands in for a geometry: points meet it where equal, lines where it is on them, polygons where it is inside or on the
 * border. */
#include "support/test_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct eg_property items[N_PROPERTIES] = {
    [CODE] = {.name = {"code", 4}, .type = EG_VALUE_TEXT},
    [NAME] = {.name = {"name", 4}, .type = EG_VALUE_TEXT},
    [VALUE] = {.name = {"value", 5}, .type = EG_VALUE_NUMBER},
    [LOW] = {.name = {"low", 3}, .type = EG_VALUE_NUMBER},
    [HIGH] = {.name = {"high", 4}, .type = EG_VALUE_NUMBER},
    [STATE] = {.name = {"state", 5}, .type = EG_VALUE_TEXT},
    [URBAN] = {.name = {"urban", 5}, .type = EG_VALUE_BOOL},
    [PERIOD] = {.name = {"period", 6}, .type = EG_VALUE_DATE},
    [REVIEWED] = {.name = {"reviewed", 8}, .type = EG_VALUE_DATE},
    [NOTE] = {.name = {"note", 4}, .type = EG_VALUE_NULL},
    [DATE] = {.name = {"date", 4}, .type = EG_VALUE_DATE},
    [ODD_NAME] = {.name = {"share, \"all\"", 12}, .type = EG_VALUE_NUMBER},
    [CAFE] = {.name = {"caf\xc3\xa9:2019.a", 12}, .type = EG_VALUE_TEXT},
    [STROKE] = {.name = {"town", 4}, .type = EG_VALUE_TEXT},
    [BLANK] = {.name = {"blank", 5}, .type = EG_VALUE_TEXT},
    [PATH] = {.name = {"path", 4}, .type = EG_VALUE_TEXT},
};
const struct eg_properties eg_test_filter_properties = {items, N_PROPERTIES};

const struct eg_value eg_test_filter_known[N_PROPERTIES] = {
    [CODE] = {.type = EG_VALUE_TEXT, .text = {"E01027000", 9}},
    [NAME] = {.type = EG_VALUE_TEXT, .text = {"Corby's \xc3\x89glise 100%_a", 22}},
    [VALUE] = {.type = EG_VALUE_NUMBER, .number = 42.5},
    [LOW] = {.type = EG_VALUE_NUMBER, .number = 40},
    [HIGH] = {.type = EG_VALUE_NUMBER, .number = 45},
    [STATE] = {.type = EG_VALUE_TEXT, .text = {"valid", 5}},
    [URBAN] = {.type = EG_VALUE_BOOL, .is = true},
    [PERIOD] = {.type = EG_VALUE_DATE, .text = {"2019", 4}},
    [REVIEWED] = {.type = EG_VALUE_DATE, .text = {"2019-03-29T12:00:00Z", 20}},
    [NOTE] = {.type = EG_VALUE_TEXT, .text = {"x", 1}},
    [DATE] = {.type = EG_VALUE_DATE, .text = {"2022-04-16", 10}},
    [ODD_NAME] = {.type = EG_VALUE_NUMBER, .number = -3},
    [CAFE] = {.type = EG_VALUE_TEXT,
              .text = {"Stra\xc3\x9f"
                       "e",
                       7}},
    [STROKE] = {.type = EG_VALUE_TEXT,
                .text = {"K\xc3\xb8"
                         "benhavn",
                         10}},
    [BLANK] = {.type = EG_VALUE_TEXT, .text = {"", 0}},
    [PATH] = {.type = EG_VALUE_TEXT, .text = {"C:\\a\nb", 6}},
};
static const double position[2] = {-0.7, 52.4};

static struct eg_value value_of(const void *context, uint32_t property)
{
    const struct eg_value *values = context;
    assert_true(property < N_PROPERTIES);
    return values ? values[property] : (struct eg_value){.type = EG_VALUE_NULL};
}

static bool has_geometry(const void *context)
{
    return context != NULL;
}

/* Of the ring's or line's edge that ends at b. */
static bool crosses(const double *a, const double *b)
{
    if ((a[1] > position[1]) == (b[1] > position[1])) return false;
    return position[0] < a[0] + (position[1] - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
}

static bool on_edge(const double *a, const double *b)
{
    double turn = (b[0] - a[0]) * (position[1] - a[1]) - (b[1] - a[1]) * (position[0] - a[0]);
    double along = (position[0] - a[0]) * (position[0] - b[0]) + (position[1] - a[1]) * (position[1] - b[1]);
    return turn == 0 && along <= 0;
}

static void check_shape(const struct eg_filter_shape *shape)
{
    assert_true(shape->n_parts > 0);
    assert_int_equal(shape->part_start[0], 0);
    for (uint32_t i = 0; i < 2 * shape->part_start[shape->n_parts]; i += 2) {
        assert_true(shape->lonlat[i] >= shape->box_deg.min_x && shape->lonlat[i] <= shape->box_deg.max_x);
        assert_true(shape->lonlat[i + 1] >= shape->box_deg.min_y &&
                    shape->lonlat[i + 1] <= shape->box_deg.max_y);
    }
}

static bool intersects(const void *context, const struct eg_filter_shape *shape)
{
    bool inside = false, met = false;
    assert_non_null(context);
    check_shape(shape);
    for (uint32_t part = 0; part < shape->n_parts; part++) {
        uint32_t from = shape->part_start[part], to = shape->part_start[part + 1];
        const double *first = shape->lonlat + 2 * (size_t)from;
        if (shape->kind == EG_FILTER_POINTS_KIND) {
            assert_int_equal(to - from, 1);
            met = met || (first[0] == position[0] && first[1] == position[1]);
        }
        for (uint32_t i = from + 1; i < to; i++) {
            const double *b = shape->lonlat + 2 * (size_t)i;
            met = met || on_edge(b - 2, b);
            if (shape->kind == EG_FILTER_POLYGONS_KIND) inside ^= crosses(b - 2, b);
        }
    }
    return met || inside;
}

enum eg_status eg_test_filter_parse(const char *text, enum eg_filter_language language, bool northing_first,
                                    struct eg_filter **filter_out, struct eg_error *err)
{
    size_t len = strlen(text);
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    char *exact = realloc(copy, len > 0 ? len : 1);
    assert_non_null(exact);
    struct eg_filter_source source = {
        .text = {exact, len}, .language = language, .northing_first = northing_first};
    enum eg_status status = eg_filter_parse(&source, &eg_test_filter_properties, filter_out, err);
    free(exact);
    return status;
}

struct eg_filter_feature eg_test_filter_feature(const struct eg_value *values)
{
    return (struct eg_filter_feature){
        .context = values, .value = value_of, .intersects = intersects, .has_geometry = has_geometry};
}
