/* The outline of an area as lines in space, under a tree of balls: which point of it is the nearest, and what is inside. */
#ifndef EG_DIRECTORY_NEAR_OUTLINE_H
#define EG_DIRECTORY_NEAR_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "data/generation.h"
#include "directory/places.h"

#define EG_NEAR_TIERS_MAX 12

/* The lines differ from the ground by less, and from geodesics along it. */
#define EG_NEAR_SAG_M 1.0

/* A corner of the outline, or a point between two that are far apart. */
struct eg_near_node {
    double x, y;    /* on the plane's grid */
    double spot[3]; /* metres from the Earth's centre */
};

/* Holds lines between consecutive nodes of one arc, or consecutive balls of the tier below. */
struct eg_near_ball {
    double centre[3], radius_m;
    double min_y, max_y, max_x; /* on the plane's grid */
    uint32_t first, n;
};

struct eg_near_outline {
    struct eg_box box;
    double unit; /* of the grid, metres */
    struct eg_near_node *nodes;
    size_t n_nodes, node_room;
    struct eg_near_ball *balls; /* tier 0 first; the last is the root */
    size_t n_balls, ball_room;
    uint32_t tier_start[EG_NEAR_TIERS_MAX + 1];
    uint32_t n_tiers; /* 0: an area without borders */
};

/* Clear it in any case. A tenth of a microsecond for each corner. */
EG_MUST_CHECK enum eg_status eg_near_outline_init(struct eg_near_outline *outline,
                                                  const struct eg_area_set *set, uint32_t area,
                                                  struct eg_error *err);
void eg_near_outline_clear(struct eg_near_outline *outline);

/* Of a place, in metres from the Earth's centre. */
void eg_near_spot(const struct eg_place *place, double spot_out[3]);
double eg_near_chord_m(const double a[3], const double b[3]);

/* The straight line to the nearest point of the outline; INFINITY where there is none. *hint begins as 0 and makes the next one quicker if that
 * is asked for from close by. */
double eg_near_outline_chord_m(const struct eg_near_outline *outline, const double spot[3], uint32_t *hint);
/* Even-odd. */
bool eg_near_outline_holds(const struct eg_near_outline *outline, double lon_deg, double lat_deg);
/* 0 inside, else the geodesic to the nearest point. The same for a place however often it is asked for. */
double eg_near_outline_distance_m(const struct eg_near_outline *outline, const struct eg_place *place);

/* Between which the geodesic lies, of whose ends that is the straight line in space. */
double eg_near_least_m(double chord_m);
double eg_near_most_m(double chord_m);

#endif
