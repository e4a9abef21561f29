/* OGC API's parameter datetime: an instant, or an interval of which either end may be open; and the axis time of its parameter
 * subset. */
#ifndef EG_HTTP_OGC_TIME_H
#define EG_HTTP_OGC_TIME_H

#include <stdbool.h>

#include "engine/engine.h"
#include "http/request.h"

struct eg_ogc_time {
    bool given, by_subset;
    struct eg_text from, to; /* instants (a day, or a time in UTC); empty: open. The same for an instant */
};

/* "2019-03-29", "2019-03-29T12:00:00Z", "2018-01-01/2019-12-31", "../2019-12-31", "2018-01-01/"; years, months, hours and minutes too. EG_INVALID
 * with field "datetime". */
EG_MUST_CHECK enum eg_status eg_ogc_time_read(const struct eg_target *target, struct eg_ogc_time *time_out,
                                              struct eg_error *err);

/* subset=time("2018-02-12"), time("2018":"2019-06"), time(*:"2019"): after eg_ogc_time_read, whose result it fills in; may be given
 * several times, of which one may be for the time. Axes of the ground are not supported. EG_INVALID with field "subset". */
EG_MUST_CHECK enum eg_status eg_ogc_time_read_subset(const struct eg_target *target, struct eg_ogc_time *time,
                                                     struct eg_error *err);

/* Whether a period has a moment in common with it. One without dates has none. */
bool eg_ogc_time_meets(const struct eg_ogc_time *time, const struct eg_atlas_period *period);

/* The latest period of a layer that meets it (the latest of all where nothing was given): its id. EG_NOT_FOUND with field
 * "datetime" or "subset" and what there is when none does. */
EG_MUST_CHECK enum eg_status eg_ogc_time_period(const struct eg_ogc_time *time,
                                                const struct eg_snapshot *snapshot, uint32_t layer,
                                                struct eg_text *period_out, struct eg_error *err);

#endif
