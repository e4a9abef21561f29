/* Shared by the text and the JSON form of the report. */
#ifndef EG_DATA_REPORT_INTERNAL_H
#define EG_DATA_REPORT_INTERNAL_H

#include "data/generation.h"
#include "data/report.h"

/* "missing", "not_applicable"; for JSON. */
const char *eg_report_state_key(enum eg_state state);
/* "missing", "not applicable"; for sentences. */
const char *eg_report_state_words(enum eg_state state);

/* 32844 as "32,844", into text[24]; returns it. */
const char *eg_report_count(uint64_t n, char text[24]);

/* What was joined: the generation's series come first, then the columns of weights. */
struct eg_report_join {
    const struct eg_series_report *report;
    uint32_t boundaries;
};
uint32_t eg_report_n_joins(const struct eg_generation *generation);
struct eg_report_join eg_report_join_at(const struct eg_generation *generation, uint32_t join);

/* Whether a and b, indices of joins, come from one table onto one set with the same result, apart from states. */
bool eg_report_same_join(const struct eg_generation *generation, uint32_t a, uint32_t b);

#endif
