/* How far places are from an area: 0 within it, else the geodesic distance to its outline. */
#ifndef EG_DIRECTORY_NEAR_AREA_H
#define EG_DIRECTORY_NEAR_AREA_H

#include "directory/directory_internal.h"

/* A corner of the outline, or a point between two that are far apart. */
struct eg_outline_node {
    double x, y;    /* on the plane's grid */
    double spot[3]; /* metres from the Earth's centre */
};

/* Consecutive nodes of one arc; the next run of the arc begins with the last one's end. */
struct eg_outline_run {
    uint32_t first, n;
    double min_y, max_y;
    double centre[3], radius_m; /* a ball that holds them */
};

struct eg_near_area {
    const struct eg_places *places; /* that are measured */
    const struct eg_area_set *set;
    uint32_t area;
    struct eg_place within; /* a point of the area */
    double reach_m;         /* nothing of the area is farther from there */
    struct eg_outline_node *nodes;
    size_t n_nodes, node_room;
    struct eg_outline_run *runs;
    size_t n_runs, run_room;
};

/* `within` must lie in the area. Clear it in any case. */
EG_MUST_CHECK enum eg_status eg_near_area_init(struct eg_near_area *near_area, const struct eg_places *places,
                                               const struct eg_area_set *set, uint32_t area,
                                               struct eg_place within, struct eg_error *err);
void eg_near_area_clear(struct eg_near_area *near_area);
double eg_near_area_distance_m(const struct eg_near_area *near_area, double lon_deg, double lat_deg);

/* As eg_places_near, eg_places_keep_within and eg_places_distance_m, from an area. */
EG_MUST_CHECK enum eg_status eg_near_area_rank(const struct eg_near_area *near_area,
                                               const struct eg_near *near, const uint64_t *bits,
                                               size_t n_bit_words, struct eg_directory_result *result_out,
                                               struct eg_error *err);
void eg_near_area_keep_within(const struct eg_near_area *near_area, double radius_m, uint64_t *bits,
                              size_t n_bit_words);
double eg_near_area_entry_m(const struct eg_near_area *near_area, uint32_t number, uint32_t *which_out);

#endif
