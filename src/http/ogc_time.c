#include "http/ogc_time.h"

#include <stdio.h>

#include "engine/filter_tree.h"

#define SHOWN 60

static enum eg_status wrong(struct eg_text text, struct eg_error *err)
{
    eg_error_set(
        err, EG_INVALID,
        "datetime is '%.*s'; it must be a day or a time in UTC (2019-03-29T12:00:00Z), or two of them "
        "with / between, of which one may be left open with ..",
        (int)eg_text_shown(text, SHOWN), text.data);
    eg_error_field(err, "datetime");
    return EG_INVALID;
}

static bool is_open(struct eg_text text)
{
    return text.len == 0 || eg_text_equal(text, EG_TEXT(".."));
}

enum eg_status eg_ogc_time_read(const struct eg_target *target, struct eg_ogc_time *time_out,
                                struct eg_error *err)
{
    struct eg_text text = {0}, from;
    enum eg_status status = eg_target_text(target, "datetime", &text, err);
    if (status != EG_OK || text.len == 0) return status;
    struct eg_text to = eg_text_cut(text, '/', &from);
    bool interval = to.data != NULL;
    struct eg_ogc_time time = {.given = true, .from = from, .to = interval ? to : from};
    if (interval && is_open(time.from)) time.from = (struct eg_text){0};
    if (interval && is_open(time.to)) time.to = (struct eg_text){0};
    if (interval && time.from.len == 0 && time.to.len == 0) return wrong(text, err);
    if (time.from.len > 0 && !eg_filter_is_instant(time.from)) return wrong(text, err);
    if (time.to.len > 0 && !eg_filter_is_instant(time.to)) return wrong(text, err);
    if (time.from.len > 0 && time.to.len > 0 && eg_filter_compare_instants(time.from, time.to) > 0)
        return wrong(text, err);
    *time_out = time;
    return EG_OK;
}

bool eg_ogc_time_meets(const struct eg_ogc_time *time, const struct eg_atlas_period *period)
{
    struct eg_text end = period->end.len > 0 ? period->end : period->start;
    if (!time->given) return true;
    if (period->start.len == 0) return false;
    /* A day compares equal to every moment of it. */
    if (time->from.len > 0 && eg_filter_compare_instants(end, time->from) < 0) return false;
    return time->to.len == 0 || eg_filter_compare_instants(period->start, time->to) <= 0;
}

enum eg_status eg_ogc_time_period(const struct eg_ogc_time *time, const struct eg_snapshot *snapshot,
                                  uint32_t layer, struct eg_text *period_out, struct eg_error *err)
{
    uint32_t first = 0, n = 0;
    const struct eg_series *series = snapshot->generation->series;
    eg_layer_series(snapshot, layer, &first, &n);
    for (uint32_t i = first + n; i > first; i--) {
        if (!eg_ogc_time_meets(time, &series[i - 1].period)) continue;
        *period_out = series[i - 1].period.id;
        return EG_OK;
    }
    eg_error_set(err, EG_NOT_FOUND,
                 "there are no data for that datetime; the extent of the collection in "
                 "/ogc/collections lists the periods");
    eg_error_field(err, "datetime");
    return EG_NOT_FOUND;
}
