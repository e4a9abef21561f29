/* England has some 150 layers, so the three nearest names are listed, not all. */
#include "app/suggest.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/nearest.h"

static void say(const char *what, struct eg_text wanted, const struct eg_text *names, uint32_t n,
                struct eg_error *err)
{
    char list[320];
    eg_nearest_list(wanted, names, n, list, sizeof list);
    eg_error_set(err, EG_NOT_FOUND, "there is no %s '%.*s'; the nearest of %u: %s", what, EG_TEXT_ARG(wanted),
                 n, list);
}

static uint32_t collect_layers(const struct eg_atlas *atlas, struct eg_text *names)
{
    for (uint32_t i = 0; i < atlas->n_layers; i++) names[i] = atlas->layers[i].id;
    return atlas->n_layers;
}

static uint32_t collect_styles(const struct eg_atlas *atlas, struct eg_text *names)
{
    for (uint32_t i = 0; i < atlas->n_styles; i++) names[i] = atlas->styles[i].id;
    return atlas->n_styles;
}

static uint32_t collect_periods(const struct eg_snapshot *snapshot, struct eg_text layer,
                                struct eg_text *names)
{
    uint32_t n = 0, first = 0, found = 0;
    while (found < snapshot->atlas->n_layers && !eg_text_equal(snapshot->atlas->layers[found].id, layer))
        found++;
    if (found < snapshot->atlas->n_layers) eg_layer_series(snapshot, found, &first, &n);
    for (uint32_t i = 0; i < n; i++) names[i] = snapshot->generation->series[first + i].period.id;
    return n;
}

void eg_suggest(const struct eg_snapshot *snapshot, const struct eg_layer_name *name, struct eg_error *err)
{
    const struct eg_atlas *atlas = snapshot->atlas;
    struct eg_text *names = eg_memory_array(
        (size_t)atlas->n_layers + atlas->n_styles + snapshot->generation->n_series, sizeof *names);
    if (!names) return;
    if (strcmp(err->field, "layer") == 0) say("layer", name->layer, names, collect_layers(atlas, names), err);
    else if (strcmp(err->field, "style") == 0)
        say("style", name->style, names, collect_styles(atlas, names), err);
    else if (strcmp(err->field, "period") == 0)
        say("period", name->period, names, collect_periods(snapshot, name->layer, names), err);
    free(names);
}
