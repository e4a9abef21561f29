/* Selecting walks all features in their order, evaluates the conditions and keeps those of the page: how many match in all is told
 * on every page, so there is no stopping early. Without conditions nothing is walked.
 *
 * A country's 171,000 areas take some milliseconds in ordinary filters. A hostile one (250 LIKEs, or a polygon of 2,000 corners
 * through every area) would take seconds, so the clock is looked at now and then. */
#include <string.h>

#include "base/clock.h"
#include "engine/features_parts.h"
#include "engine/filter_tree.h"

#define CLOCK_EVERY 64U             /* features */
#define CLOCK_EVERY_WORK (1U << 20) /* steps of geometry: a millisecond */

/* What stands behind eg_features_equal: the text read as the property's type. */
struct equal {
    uint32_t property;
    struct eg_value value;
};

struct selection {
    struct eg_features *features;
    const struct eg_features_query *query;
    struct eg_arena *arena;
    const struct eg_filter_shapes *box; /* NULL: no bbox */
    struct equal *equals;               /* [query->n_equals] */
    struct eg_filter_feature access;
    uint32_t feature; /* under evaluation */
    double end_s;
    uint64_t work_seen;
};

/* --- conditions ---------------------------------------------------------------------------------------------------- */

/* The filter's context is constant to it, but not to us: values are put together in room that the features own. */
static struct selection *selection_of(const void *context)
{
    struct selection *selection;
    memcpy(&selection, &context, sizeof selection);
    return selection;
}

static struct eg_value value_of(const void *context, uint32_t property)
{
    struct selection *s = selection_of(context);
    return eg_features_value(s->features, s->feature, property);
}

static bool intersects(const void *context, const struct eg_filter_shape *shape)
{
    struct selection *s = selection_of(context);
    return eg_features_intersects(s->features, s->feature, shape);
}

static bool has_geometry(const void *context)
{
    const struct selection *s = context;
    if (s->features->entries)
        return eg_entry_placed_at(s->features->entries->items[s->feature]) != UINT32_MAX;
    return !eg_box_is_empty(s->features->set->area_box[s->feature]);
}

static bool is_in_box(struct selection *s)
{
    for (const struct eg_filter_shapes *each = s->box; each; each = each->next)
        if (eg_features_intersects(s->features, s->feature, &each->shape)) return true;
    return s->box == NULL;
}

static bool are_equal(struct selection *s)
{
    for (uint32_t i = 0; i < s->query->n_equals; i++) {
        const struct eg_value *wanted = &s->equals[i].value;
        struct eg_value value = eg_features_value(s->features, s->feature, s->equals[i].property);
        if (value.type != wanted->type || eg_filter_compare(&value, wanted) != 0) return false;
    }
    return true;
}

static bool holds(struct selection *s)
{
    return is_in_box(s) && are_equal(s) &&
           (!s->query->filter || eg_filter_holds(s->query->filter, &s->access));
}

/* --- before the walk ----------------------------------------------------------------------------------------------- */

static enum eg_status read_equal(const struct eg_features *features, const struct eg_features_equal *equal,
                                 struct equal *read_out, struct eg_error *err)
{
    const struct eg_property *property = &features->properties.items[equal->property];
    struct equal read = {.property = equal->property, .value = {.type = property->type, .text = equal->text}};
    const char *expected = NULL;
    bool is_true = eg_text_equal(equal->text, EG_TEXT("true"));
    read.value.is = is_true;
    if (property->type == EG_VALUE_NUMBER && !eg_text_to_double(equal->text, &read.value.number))
        expected = "a number";
    if (property->type == EG_VALUE_BOOL && !is_true && !eg_text_equal(equal->text, EG_TEXT("false")))
        expected = "true or false";
    if (property->type == EG_VALUE_DATE && !eg_filter_is_instant(equal->text))
        expected = "a date such as 2024-03-29, 2024-03 or 2024";
    *read_out = read;
    if (!expected) return EG_OK;
    (void)eg_error_set(err, EG_INVALID, "%.*s is '%.*s'; it must be %s", EG_TEXT_ARG(property->name),
                       EG_TEXT_SHOWN(equal->text, 60), expected);
    (void)eg_error_field(err, property->name.data);
    return EG_INVALID;
}

static enum eg_status read_equals(struct selection *s, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    uint32_t n = s->query->n_equals;
    s->equals = eg_arena_array(s->arena, n, sizeof *s->equals);
    if (n > 0 && !s->equals) return eg_error_no_memory(err, n * sizeof *s->equals);
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        status = read_equal(s->features, &s->query->equals[i], &s->equals[i], err);
    return status;
}

/* As a BBOX in a filter is read: split at the antimeridian, its sides bent as its CRS has them. */
static enum eg_status read_box(struct selection *s, struct eg_error *err)
{
    const struct eg_bounds *box = &s->query->bbox;
    const double numbers[4] = {box->min_x, box->min_y, box->max_x, box->max_y};
    const struct eg_filter_source source = {.to_degrees = s->query->bbox_to_degrees,
                                            .reach = s->query->bbox_reach};
    struct eg_filter_build build = {
        .arena = s->arena, .source = &source, .properties = &s->features->properties, .err = err};
    struct eg_filter_shapes *shapes = NULL;
    enum eg_status status = eg_filter_shape_box(&build, (struct eg_filter_place){0}, numbers, 4, &shapes);
    if (status == EG_INVALID)
        status = eg_error_set(
            err, EG_INVALID,
            "the bbox is not on earth, lies beyond what its CRS is made for, or its first corner is not its "
            "lower left one");
    if (status != EG_OK) (void)eg_error_field(err, "bbox");
    s->box = shapes;
    return status;
}

/* The first feature after an id, which need not exist. */
static uint32_t first_after(const struct eg_features *features, struct eg_text after)
{
    uint32_t from = 0, to = after.len > 0 ? features->n : 0;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (eg_text_compare(eg_features_id(features, middle), after) <= 0) from = middle + 1;
        else to = middle;
    }
    return from;
}

/* --- the walk ------------------------------------------------------------------------------------------------------ */

static enum eg_status check_budget(struct selection *s, struct eg_error *err)
{
    bool is_time = s->feature % CLOCK_EVERY == 0 || s->features->work - s->work_seen > CLOCK_EVERY_WORK;
    if (s->query->budget_ms == 0 || !is_time) return EG_OK;
    s->work_seen = s->features->work;
    if (eg_clock_monotonic_s() < s->end_s) return EG_OK;
    (void)eg_error_set(
        err, EG_LIMIT,
        "this selection takes more than %u milliseconds, which is as long as one may take; ask "
        "with fewer or simpler conditions, and with those first that leave few features over",
        s->query->budget_ms);
    (void)eg_error_field(err, s->query->filter ? "filter" : "bbox");
    return EG_LIMIT;
}

static enum eg_status walk(struct selection *s, uint32_t start, struct eg_features_page *page,
                           struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (s->feature = 0; s->feature < s->features->n && status == EG_OK; s->feature++) {
        status = check_budget(s, err);
        if (status != EG_OK || !holds(s)) continue;
        page->n_matched++;
        if (s->feature < start) continue;
        if (page->n < s->query->limit) page->features[page->n++] = s->feature;
        else page->more = true;
    }
    if (status == EG_OK) status = eg_features_failed(s->features, err);
    return status;
}

static void take_all(const struct selection *s, uint32_t start, struct eg_features_page *page)
{
    uint32_t n = s->features->n - start;
    page->n_matched = s->features->n;
    page->more = n > s->query->limit;
    page->n = page->more ? s->query->limit : n;
    for (uint32_t i = 0; i < page->n; i++) page->features[i] = start + i;
}

enum eg_status eg_features_select(struct eg_features *features, const struct eg_features_query *query,
                                  struct eg_arena *arena, struct eg_features_page *page_out,
                                  struct eg_error *err)
{
    struct selection s = {.features = features, .query = query, .arena = arena};
    struct eg_features_page page = {0};
    uint32_t most = query->limit < features->n ? query->limit : features->n;
    uint32_t start = first_after(features, query->after);
    bool all = !query->has_bbox && !query->filter && query->n_equals == 0;
    s.access = (struct eg_filter_feature){
        .context = &s, .value = value_of, .intersects = intersects, .has_geometry = has_geometry};
    s.end_s = eg_clock_monotonic_s() + query->budget_ms / 1000.0;
    s.work_seen = features->work;
    page.features = eg_arena_array(arena, most, sizeof *page.features);
    if (most > 0 && !page.features) return eg_error_no_memory(err, most * sizeof *page.features);
    enum eg_status status = query->has_bbox ? read_box(&s, err) : EG_OK;
    if (status == EG_OK) status = read_equals(&s, err);
    if (status == EG_OK && all) take_all(&s, start, &page);
    if (status == EG_OK && !all) status = walk(&s, start, &page, err);
    if (status == EG_OK) *page_out = page;
    return status;
}
