/* How far places are from an area: 0 within it, else the geodesic distance to its outline. */
#ifndef EG_DIRECTORY_NEAR_AREA_H
#define EG_DIRECTORY_NEAR_AREA_H

#include "directory/directory_internal.h"
#include "directory/near_outline.h"

struct eg_near_area {
    const struct eg_places *places; /* that are measured */
    struct eg_near_outline outline;
};

/* Clear it in any case. */
EG_MUST_CHECK enum eg_status eg_near_area_init(struct eg_near_area *near_area, const struct eg_places *places,
                                               const struct eg_area_set *set, uint32_t area,
                                               struct eg_error *err);
void eg_near_area_clear(struct eg_near_area *near_area);

/* As eg_places_keep_within and eg_places_distance_m, from an area. */
EG_MUST_CHECK enum eg_status eg_near_area_keep_within(const struct eg_near_area *near_area, double radius_m,
                                                      uint64_t *bits, size_t n_bit_words,
                                                      struct eg_error *err);
double eg_near_area_entry_m(const struct eg_near_area *near_area, uint32_t number, uint32_t *which_out);

/* As eg_places_near, of bits that eg_near_area_keep_within has kept; the radius is passed over. */
EG_MUST_CHECK enum eg_status eg_near_area_rank(const struct eg_near_area *near_area,
                                               const struct eg_near *near, const uint64_t *bits,
                                               size_t n_bit_words, struct eg_directory_result *result_out,
                                               struct eg_error *err);

#endif
