/* From drafts to what a generation shows: nothing given away, larger levels computed, categories numbered, everything in
 * order. */
#ifndef EG_DATA_SERIES_H
#define EG_DATA_SERIES_H

#include <stdint.h>

#include "base/error.h"
#include "data/aggregate.h"
#include "data/generation.h"
#include "data/join.h"
#include "data/report.h"

/* Withholds, aggregates, sorts. The drafts' arrays become the series' (they stay in their arenas); series and reports live in
 * work->arena. EG_INVALID when two tables give the same series. */
EG_MUST_CHECK enum eg_status eg_series_finish(const struct eg_aggregate_work *work,
                                              struct eg_draft_list *drafts, struct eg_generation *generation,
                                              struct eg_report *report, struct eg_error *err);

/* The part of it that withholds published values. */
EG_MUST_CHECK enum eg_status eg_series_withhold(const struct eg_aggregate_work *work,
                                                struct eg_draft_list *drafts, struct eg_error *err);

#endif
