/* From the parameters of a request to a question of the coalition finder: /coalitions, and whatever else lists entries by its filters. */
#ifndef EG_HTTP_COALITIONS_READ_H
#define EG_HTTP_COALITIONS_READ_H

#include "engine/engine.h"
#include "http/request.h"

/* The names of the parameters that say what is asked for (not which page of it); ended by NULL. */
extern const char *const eg_coalitions_filters[];

/* Reads all filters, order, facets and page, at most `most_results` entries; not the form. What is absent is as in a zeroed request but
 * for the usual limit and `serves`. EG_INVALID with the parameter at fault. Texts point into the target. */
EG_MUST_CHECK enum eg_status eg_coalitions_read(const struct eg_target *target, uint32_t most_results,
                                                struct eg_coalitions_request *wanted, struct eg_error *err);

#endif
