/* The classes of a layer in a style: which values are pooled, by which rule, and which colour each class gets.
 *
 * The publisher's tenths are taken as they are, as ten categories; whether tenth 1 is the high or the low end is read from the
 * data (the mean value of tenth 1 against that of tenth 10), because publishers differ. */
#include <math.h>
#include <stdio.h>
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

static enum eg_status classes_by_method(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                        const struct pool *pool, struct eg_layer_classes *classed,
                                        struct eg_error *err)
{
    const struct eg_atlas_style *style = &snapshot->atlas->styles[ref.style];
    classed->fell_back = style->choice == EG_CHOICE_PUBLISHED_DECILE;
    struct eg_classify_options options = {.method = classed->fell_back ? EG_CLASS_QUANTILE : style->method,
                                          .n_classes = style->n_classes,
                                          .left_closed = style->left_closed,
                                          .breaks = style->breaks,
                                          .n_breaks = style->n_breaks};
    if (snapshot->atlas->indicators[snapshot->atlas->layers[ref.layer].indicator].categorical)
        options.method = EG_CLASS_CATEGORY;
    return eg_classify(pool->values, pool->n, &options, &classed->classes, err);
}

static void choose_colours(const struct eg_atlas_style *style, enum eg_polarity polarity, bool classes_rise,
                           struct eg_layer_classes *classed)
{
    bool value_rises_worse = polarity != EG_POLARITY_HIGH_IS_BETTER;
    classed->rising_worse = value_rises_worse == classes_rise;
    bool worse_colour_last = !style->diverging;
    bool reversed = style->direction == EG_RAMP_REVERSED;
    if (style->direction == EG_RAMP_BY_POLARITY) reversed = classed->rising_worse != worse_colour_last;
    struct eg_rgba stops[EG_CLASSES_MAX];
    uint32_t n_stops = style->n_colours < EG_CLASSES_MAX ? style->n_colours : EG_CLASSES_MAX;
    for (uint32_t i = 0; i < n_stops; i++) {
        const struct eg_colour *from = &style->colours[i];
        stops[i] = (struct eg_rgba){from->r, from->g, from->b, from->a};
    }
    if (classed->classes.n > 0) eg_ramp_pick(stops, n_stops, reversed, classed->colour, classed->classes.n);
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
    choose_colours(style, polarity, rise, classed);
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

static int format_bound(const struct eg_atlas_facts *facts, double value, char *text_out, size_t size)
{
    if (facts->has_decimals) return snprintf(text_out, size, "%.*f", (int)facts->decimals, value);
    return snprintf(text_out, size, "%.6g", value);
}

void eg_layer_class_label(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                          const struct eg_layer_classes *classed, uint32_t class_number, char *text_out,
                          size_t size)
{
    const struct eg_atlas_indicator *indicator =
        &snapshot->atlas->indicators[snapshot->atlas->layers[ref.layer].indicator];
    const struct eg_series *series = &snapshot->generation->series[ref.series];
    const struct eg_classes *classes = &classed->classes;
    char low[64], high[64];
    if (classes->categorical && !classed->by_decile && series->categories) {
        uint32_t category = (uint32_t)classes->bounds[class_number];
        if (category < series->n_categories) {
            snprintf(text_out, size, "%.*s", EG_TEXT_ARG(series->categories[category]));
            return;
        }
    }
    if (classes->categorical) {
        snprintf(text_out, size, "%.6g", classes->bounds[class_number]);
        return;
    }
    format_bound(&indicator->facts, classes->bounds[class_number], low, sizeof low);
    format_bound(&indicator->facts, classes->bounds[class_number + 1], high, sizeof high);
    snprintf(text_out, size, "%s to %s", low, high);
}

const char *eg_layer_method_name(const struct eg_atlas_style *style, const struct eg_layer_classes *classed)
{
    static const char *const names[] = {
        [EG_CLASS_QUANTILE] = "quantiles",        [EG_CLASS_EQUAL] = "equal intervals",
        [EG_CLASS_NATURAL] = "natural breaks",    [EG_CLASS_STDDEV] = "standard deviations",
        [EG_CLASS_HEADTAIL] = "head/tail breaks", [EG_CLASS_GIVEN] = "given breaks",
        [EG_CLASS_CATEGORY] = "categories",
    };
    if (classed->by_decile) return "the publisher's deciles";
    if (classed->fell_back) return names[EG_CLASS_QUANTILE];
    if (classed->classes.categorical) return names[EG_CLASS_CATEGORY];
    return names[style->method];
}
