/* The classes of a layer in a style: which values are pooled, by which rule, and which colour each class gets.
 *
 * The publisher's tenths are taken as they are, as ten categories; whether tenth 1 is the high or the low end is read from the
 * data (the mean value of tenth 1 against that of tenth 10), because publishers differ. */
#include <stdlib.h>

#include "base/memory.h"
#include "engine/layer.h"
#include "engine/layer_parts.h"
#include "render/ramp.h"

struct pool {
    double *values;
    size_t n;
    double decile_sum[11]; /* by decile 1..10 */
    uint32_t decile_n[11];
    bool has_deciles; /* in every pooled series */
};

static void pool_series(const struct eg_series *series, uint32_t n_areas, struct pool *pool)
{
    if (!series->decile) pool->has_deciles = false;
    for (uint32_t i = 0; i < n_areas; i++) {
        if (!eg_state_has_value(series->state[i])) continue;
        pool->values[pool->n++] = series->value[i];
        if (!series->decile || !(series->has[i] & EG_HAS_DECILE) || series->decile[i] > 10) continue;
        pool->decile_sum[series->decile[i]] += series->value[i];
        pool->decile_n[series->decile[i]]++;
    }
}

static enum eg_status pool_values(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                  struct pool *pool, struct eg_error *err)
{
    uint32_t first = ref.series, n = 1;
    if (!snapshot->atlas->styles[ref.style].per_period) eg_layer_series(snapshot, ref.layer, &first, &n);
    const struct eg_generation *generation = snapshot->generation;
    uint32_t n_areas = generation->area_sets[snapshot->atlas->layers[ref.layer].boundaries].n_areas;
    *pool = (struct pool){.has_deciles = true};
    pool->values = eg_memory_array((size_t)n * n_areas, sizeof *pool->values);
    if (!pool->values) return eg_error_no_memory(err, (size_t)n * n_areas * sizeof *pool->values);
    for (uint32_t i = first; i < first + n; i++) pool_series(&generation->series[i], n_areas, pool);
    return EG_OK;
}

/* True when higher tenths mean higher values. Without both ends the publishers' custom: tenth 1 holds the highest scores. */
static bool deciles_rise(const struct pool *pool)
{
    uint32_t low = 1, high = 10;
    while (low < high && pool->decile_n[low] == 0) low++;
    while (high > low && pool->decile_n[high] == 0) high--;
    if (low == high) return false;
    return pool->decile_sum[low] / pool->decile_n[low] < pool->decile_sum[high] / pool->decile_n[high];
}

static void classes_by_decile(struct eg_layer_classes *classed)
{
    classed->by_decile = true;
    classed->classes = (struct eg_classes){.n = 10, .right_closed = true, .categorical = true};
    for (uint32_t i = 0; i < 10; i++) classed->classes.bounds[i] = i + 1;
}

/* Categories that are names, not numbers: they are numbered over all series of the indicator, so that a number means the same
 * name on every level and in every period. 0: the values are numbers. */
static uint32_t n_names(const struct eg_snapshot *snapshot, struct eg_layer_ref ref)
{
    const struct eg_series *series = &snapshot->generation->series[ref.series];
    return snapshot->atlas->indicators[series->indicator].categorical ? series->n_categories : 0;
}

static enum eg_status too_many_names(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                     struct eg_error *err)
{
    eg_error_set(err, EG_LIMIT, "'%.*s' has %u categories; at most %d can be drawn",
                 EG_TEXT_ARG(snapshot->atlas->layers[ref.layer].id), n_names(snapshot, ref), EG_CLASSES_MAX);
    eg_error_field(err, "layer");
    return EG_LIMIT;
}

/* What cannot be done is replaced by quantiles: the tenths that a publisher does not give, a category for each of more
 * values than there can be classes. */
static enum eg_status classes_by_method(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                        const struct pool *pool, struct eg_layer_classes *classed,
                                        struct eg_error *err)
{
    const struct eg_atlas_style *style = &snapshot->atlas->styles[ref.style];
    bool named = n_names(snapshot, ref) > 0;
    classed->fell_back = style->choice == EG_CHOICE_PUBLISHED_DECILE && !named;
    struct eg_classify_options options = {.method = style->method,
                                          .n_classes = style->n_classes,
                                          .left_closed = style->left_closed,
                                          .breaks = style->breaks,
                                          .n_breaks = style->n_breaks};
    if (classed->fell_back) options.method = EG_CLASS_QUANTILE;
    if (named) options.method = EG_CLASS_CATEGORY;
    enum eg_status status = eg_classify(pool->values, pool->n, &options, &classed->classes, err);
    classed->open_ended = options.method == EG_CLASS_GIVEN;
    if (status != EG_LIMIT || options.method != EG_CLASS_CATEGORY) return status;
    if (named) return too_many_names(snapshot, ref, err);
    classed->fell_back = true;
    options.method = EG_CLASS_QUANTILE;
    return eg_classify(pool->values, pool->n, &options, &classed->classes, err);
}

static void read_stops(const struct eg_atlas_style *style, struct eg_rgba stops[EG_CLASSES_MAX],
                       uint32_t *n_out)
{
    *n_out = style->n_colours < EG_CLASSES_MAX ? style->n_colours : EG_CLASSES_MAX;
    for (uint32_t i = 0; i < *n_out; i++) {
        const struct eg_colour *from = &style->colours[i];
        stops[i] = (struct eg_rgba){from->r, from->g, from->b, from->a};
    }
}

/* A colour for each of n categories or classes. Categories take given colours one by one while there are enough of them;
 * all else is spread over the ramp. */
static void pick_colours(const struct eg_atlas_style *style, bool one_by_one, bool reversed,
                         struct eg_rgba *colours_out, uint32_t n)
{
    struct eg_rgba stops[EG_CLASSES_MAX];
    uint32_t n_stops = 0;
    read_stops(style, stops, &n_stops);
    if (!one_by_one || n_stops < n) {
        eg_ramp_pick(stops, n_stops, reversed, colours_out, n);
        return;
    }
    for (uint32_t i = 0; i < n; i++) colours_out[i] = stops[reversed ? n_stops - 1 - i : i];
}

static bool is_reversed(const struct eg_atlas_style *style, const struct eg_layer_classes *classed)
{
    bool worse_colour_last = !style->diverging;
    if (style->direction == EG_RAMP_BY_POLARITY) return classed->rising_worse != worse_colour_last;
    return style->direction == EG_RAMP_REVERSED;
}

static void choose_colours(const struct eg_atlas_style *style, uint32_t n_named,
                           struct eg_layer_classes *classed)
{
    uint32_t n = classed->classes.n;
    bool by_name = n_named > 0 && n_named <= EG_CLASSES_MAX;
    bool given = style->ramp.len == 0 && style->direction != EG_RAMP_BY_POLARITY;
    bool one_by_one = given && classed->classes.categorical && !classed->by_decile;
    struct eg_rgba picked[EG_CLASSES_MAX];
    if (n == 0) return;
    pick_colours(style, one_by_one, is_reversed(style, classed), picked, by_name ? n_named : n);
    for (uint32_t i = 0; i < n; i++)
        classed->colour[i] = picked[by_name ? (uint32_t)classed->classes.bounds[i] : i];
}

enum eg_status eg_layer_make_classes(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                     struct eg_layer_classes **classes_out, struct eg_error *err)
{
    const struct eg_atlas_style *style = &snapshot->atlas->styles[ref.style];
    const struct eg_atlas_layer *layer = &snapshot->atlas->layers[ref.layer];
    enum eg_polarity polarity = snapshot->atlas->indicators[layer->indicator].facts.polarity;
    struct pool pool;
    enum eg_status status = pool_values(snapshot, ref, &pool, err);
    if (status != EG_OK) return status;
    struct eg_layer_classes *classed = eg_memory_zeroed(1, sizeof *classed);
    bool rise = true;
    if (!classed) {
        status = eg_error_no_memory(err, sizeof *classed);
    } else if (style->choice == EG_CHOICE_PUBLISHED_DECILE && pool.has_deciles) {
        classes_by_decile(classed);
        rise = deciles_rise(&pool);
    } else {
        status = classes_by_method(snapshot, ref, &pool, classed, err);
    }
    free(pool.values);
    if (status != EG_OK) {
        free(classed);
        return status;
    }
    classed->rising = rise;
    classed->rising_worse = (polarity != EG_POLARITY_HIGH_IS_BETTER) == rise;
    choose_colours(style, n_names(snapshot, ref), classed);
    *classes_out = classed;
    return EG_OK;
}

uint32_t eg_layer_class_of(const struct eg_layer_classes *classed, const struct eg_series *series,
                           uint32_t area)
{
    if (!eg_state_has_value(series->state[area])) return EG_CLASS_NONE;
    if (!classed->by_decile) return eg_classes_find(&classed->classes, series->value[area]);
    if (!(series->has[area] & EG_HAS_DECILE)) return EG_CLASS_NONE;
    return eg_classes_find(&classed->classes, series->decile[area]);
}

bool eg_layer_is_counted_off(const struct eg_atlas_style *style, const struct eg_layer_classes *classed)
{
    if (classed->by_decile || classed->classes.categorical) return false;
    return classed->fell_back || style->method == EG_CLASS_QUANTILE;
}
