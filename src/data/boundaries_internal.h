/* Between reading features and making areas of them. */
#ifndef EG_DATA_BOUNDARIES_INTERNAL_H
#define EG_DATA_BOUNDARIES_INTERNAL_H

#include "data/boundaries.h"
#include "data/ring_store.h"

struct eg_feature {
    struct eg_text key, name;
    struct eg_text *extra; /* [wish->n_extra], NULL without */
    uint32_t number;       /* in the source, from 0 */
    uint32_t first_ring, n_rings;
};

struct eg_feature_list {
    struct eg_feature *items;
    size_t n, capacity;
};

EG_MUST_CHECK enum eg_status eg_feature_list_add(struct eg_feature_list *list,
                                                 const struct eg_feature *feature, struct eg_error *err);

/* Fills the list with the features that have a code and a polygon, and the store with their rings, in the source's order. */
EG_MUST_CHECK enum eg_status eg_boundaries_read_features(const struct eg_boundaries_wish *wish,
                                                         struct eg_feature_list *list,
                                                         struct eg_ring_store *store,
                                                         struct eg_boundaries_report *report,
                                                         struct eg_error *err);

#endif
