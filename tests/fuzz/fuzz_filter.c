/* Any bytes as a filter in either notation. What is accepted must answer for areas with and without values, hand over geometries that
 * are what the header says, and never hold together with its negation; what is refused must be refused in words. */
#include "fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/filter.h"

enum { NAME, VALUE, URBAN, PERIOD, NOTE, N_PROPERTIES };

static const struct eg_property items[N_PROPERTIES] = {
    [NAME] = {.name = {"name", 4}, .type = EG_VALUE_TEXT},
    [VALUE] = {.name = {"value", 5}, .type = EG_VALUE_NUMBER},
    [URBAN] = {.name = {"urban", 5}, .type = EG_VALUE_BOOL},
    [PERIOD] = {.name = {"period", 6}, .type = EG_VALUE_DATE},
    [NOTE] = {.name = {"note", 4}, .type = EG_VALUE_NULL},
};

static const struct eg_value values[2][N_PROPERTIES] = {
    {{0}},
    {
        [NAME] = {.type = EG_VALUE_TEXT, .text = {"Caf\xc3\xa9 'a' 100%_\\", 16}},
        [VALUE] = {.type = EG_VALUE_NUMBER, .number = 42.5},
        [URBAN] = {.type = EG_VALUE_BOOL, .is = true},
        [PERIOD] = {.type = EG_VALUE_DATE, .text = {"2019-03-29T12:00:00Z", 20}},
        [NOTE] = {.type = EG_VALUE_TEXT, .text = {"", 0}},
    },
};

static struct eg_value value_of(const void *context, uint32_t property)
{
    EG_ASSERT(property < N_PROPERTIES);
    return ((const struct eg_value *)context)[property];
}

static bool has_geometry(const void *context)
{
    return context != values[0];
}

static void check_part(const struct eg_filter_shape *shape, const double *lonlat, uint32_t n)
{
    static const uint32_t least[] = {
        [EG_FILTER_POINTS_KIND] = 1, [EG_FILTER_LINES_KIND] = 2, [EG_FILTER_POLYGONS_KIND] = 4};
    EG_ASSERT(n >= least[shape->kind] && (n == 1 || shape->kind != EG_FILTER_POINTS_KIND));
    if (shape->kind == EG_FILTER_POLYGONS_KIND)
        EG_ASSERT(memcmp(lonlat, lonlat + 2 * (size_t)(n - 1), 2 * sizeof *lonlat) == 0 ||
                  (lonlat[0] == lonlat[2 * (n - 1)] && lonlat[1] == lonlat[2 * (n - 1) + 1]));
    for (uint32_t i = 0; i < n; i++) {
        EG_ASSERT(fabs(lonlat[2 * (size_t)i]) <= 180 && fabs(lonlat[2 * (size_t)i + 1]) <= 90);
        EG_ASSERT(lonlat[2 * (size_t)i] >= shape->box_deg.min_x &&
                  lonlat[2 * (size_t)i] <= shape->box_deg.max_x);
    }
}

static bool intersects(const void *context, const struct eg_filter_shape *shape)
{
    EG_ASSERT(has_geometry(context) && shape->n_parts > 0 && shape->part_start[0] == 0);
    for (uint32_t part = 0; part < shape->n_parts; part++) {
        uint32_t from = shape->part_start[part], to = shape->part_start[part + 1];
        EG_ASSERT(from < to && to <= EG_FILTER_POINTS);
        check_part(shape, shape->lonlat + 2 * (size_t)from, to - from);
    }
    return shape->kind == EG_FILTER_POLYGONS_KIND;
}

static struct eg_filter *parse(struct eg_text text, enum eg_filter_language language)
{
    const struct eg_properties properties = {items, N_PROPERTIES};
    struct eg_filter_source source = {.text = text, .language = language};
    struct eg_filter *filter = NULL;
    struct eg_error err = {0};
    enum eg_status status = eg_filter_parse(&source, &properties, &filter, &err);
    if (status == EG_OK) return filter;
    EG_ASSERT(status == EG_INVALID || status == EG_LIMIT || status == EG_UNSUPPORTED);
    EG_ASSERT(err.message[0] && eg_text_is_utf8(eg_text_from(err.message)));
    EG_ASSERT(strcmp(err.field, "filter") == 0);
    return NULL;
}

static void try_language(struct eg_text text, enum eg_filter_language language)
{
    static const char *const around[][2] = {{"NOT(", ")"}, {"{\"op\":\"not\",\"args\":[", "]}"}};
    struct eg_filter *filter = parse(text, language);
    if (!filter) return;
    size_t before = strlen(around[language][0]), after = strlen(around[language][1]);
    char *negated = malloc(before + text.len + after);
    EG_ASSERT(negated);
    memcpy(negated, around[language][0], before);
    memcpy(negated + before, text.data, text.len);
    memcpy(negated + before + text.len, around[language][1], after);
    struct eg_filter *opposite = parse((struct eg_text){negated, before + text.len + after}, language);
    for (size_t i = 0; i < EG_ARRAY_LEN(values); i++) {
        struct eg_filter_feature feature = {values[i], value_of, intersects, has_geometry};
        bool holds = eg_filter_holds(filter, &feature);
        if (opposite) EG_ASSERT(!holds || !eg_filter_holds(opposite, &feature));
    }
    eg_filter_free(opposite);
    eg_filter_free(filter);
    free(negated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_text text = {(const char *)data, size};
    try_language(text, EG_FILTER_CQL2_TEXT);
    try_language(text, EG_FILTER_CQL2_JSON);
    return 0;
}
