/* The life of a plane: made from a topology, freed.
 *
 * England: 99,530 arcs of about ten vertices, level 0 holds 1.0 million points (8 MB) and all levels together about
 * three times that, because a level that would drop next to nothing is not stored again (see plane_simplify.c). */
#include "geo/plane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "geo/plane_internal.h"

struct eg_plane *eg_plane_new(struct eg_grid grid, uint32_t n_areas, uint32_t n_arcs)
{
    struct eg_plane *plane = eg_memory_zeroed(1, sizeof *plane);
    if (!plane) return NULL;
    plane->grid = grid;
    plane->n_areas = n_areas;
    plane->n_arcs = n_arcs;
    plane->box = eg_box_empty();
    plane->left = eg_memory_array(n_arcs, sizeof *plane->left);
    plane->right = eg_memory_array(n_arcs, sizeof *plane->right);
    plane->arc_box = eg_memory_array(n_arcs, sizeof *plane->arc_box);
    if (plane->left && plane->right && plane->arc_box) return plane;
    eg_plane_free(plane);
    return NULL;
}

bool eg_plane_level_new(struct eg_plane *plane, uint32_t l, uint32_t n_points)
{
    struct eg_plane_level *level = &plane->level[l];
    level->start = eg_memory_array((size_t)plane->n_arcs + 1, sizeof *level->start);
    level->points = eg_memory_array(n_points, sizeof *level->points);
    if (!level->start || !level->points) {
        free(level->start);
        free(level->points);
        *level = (struct eg_plane_level){0};
        return false;
    }
    level->start[plane->n_arcs] = n_points;
    plane->n_levels = l + 1;
    return true;
}

bool eg_plane_level_is_own(const struct eg_plane *plane, uint32_t l)
{
    return l == 0 || plane->level[l].start != plane->level[l - 1].start;
}

void eg_plane_free(struct eg_plane *plane)
{
    if (!plane) return;
    for (uint32_t l = 0; l < plane->n_levels; l++) {
        if (l + 1 < plane->n_levels && !eg_plane_level_is_own(plane, l + 1))
            continue; /* freed with its last user */
        free(plane->level[l].start);
        free(plane->level[l].points);
    }
    free(plane->left);
    free(plane->right);
    free(plane->arc_box);
    free(plane->tier_box);
    free(plane);
}

void eg_plane_count_bytes(struct eg_plane *plane)
{
    size_t n_arcs = plane->n_arcs;
    size_t bytes = sizeof *plane;
    bytes += n_arcs * (sizeof *plane->left + sizeof *plane->right + sizeof *plane->arc_box);
    bytes += plane->tier_start[plane->n_tiers] * sizeof *plane->tier_box;
    for (uint32_t l = 0; l < plane->n_levels; l++) {
        if (!eg_plane_level_is_own(plane, l)) continue;
        bytes += (n_arcs + 1) * sizeof(uint32_t);
        bytes += plane->level[l].start[n_arcs] * sizeof(struct eg_point);
    }
    plane->bytes = bytes;
}

enum eg_status eg_plane_complete(struct eg_plane *plane, uint32_t n_threads, struct eg_error *err)
{
    enum eg_status status = eg_plane_simplify(plane, n_threads, err);
    if (status == EG_OK) status = eg_plane_index(plane, err);
    if (status == EG_OK) eg_plane_count_bytes(plane);
    return status;
}

/* Copies what the plane takes over from the topology. */
static bool copy_arcs(struct eg_plane *plane, const struct eg_topology *topology)
{
    size_t n_arcs = topology->n_arcs;
    uint32_t n_points = n_arcs > 0 ? topology->arc_start[n_arcs] : 0;
    if (!eg_plane_level_new(plane, 0, n_points)) return false;
    if (n_arcs == 0) return true;
    memcpy(plane->left, topology->left, n_arcs * sizeof *plane->left);
    memcpy(plane->right, topology->right, n_arcs * sizeof *plane->right);
    memcpy(plane->level[0].start, topology->arc_start, (n_arcs + 1) * sizeof *plane->level[0].start);
    memcpy(plane->level[0].points, topology->points, n_points * sizeof *plane->level[0].points);
    return true;
}

enum eg_status eg_plane_build(const struct eg_topology *topology, struct eg_grid grid, uint32_t n_threads,
                              struct eg_plane **plane_out, struct eg_error *err)
{
    struct eg_plane *plane = eg_plane_new(grid, topology->n_areas, topology->n_arcs);
    if (!plane || !copy_arcs(plane, topology)) {
        eg_plane_free(plane);
        return eg_error_no_memory(err, topology->n_arcs * sizeof *plane->arc_box);
    }
    enum eg_status status = eg_plane_complete(plane, n_threads, err);
    if (status != EG_OK) {
        eg_plane_free(plane);
        return status;
    }
    *plane_out = plane;
    return EG_OK;
}

uint32_t eg_plane_level_for(const struct eg_plane *plane, double units_per_px)
{
    int exponent;
    /* A box worked out in floating point that is a tile's box must take the tile's level. */
    units_per_px *= 1 + 1e-9;
    if (!(units_per_px >= 4)) return 0;
    double m = frexp(units_per_px / 4, &exponent); /* units_per_px / 4 = m * 2^exponent with m in [0.5, 1) */
    uint32_t level = 2 * ((uint32_t)exponent - 1) + (m * m >= 0.5); /* 2^level <= (units_per_px / 4)^2 */
    return level < plane->n_levels ? level : plane->n_levels - 1;
}
