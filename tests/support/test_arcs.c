/* A wiggly border stays within a diamond around the straight one, narrower than 45 degrees, and an island within the
 * middle of its cell, so nothing crosses. */
#include "support/test_arcs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void eg_test_arcs_init(struct eg_test_arcs *arcs, uint32_t n_areas)
{
    *arcs = (struct eg_test_arcs){.topology = {.n_areas = n_areas}};
    arcs->topology.arc_start = eg_memory_zeroed(1, sizeof *arcs->topology.arc_start);
    if (!arcs->topology.arc_start) abort();
}

void eg_test_arcs_clear(struct eg_test_arcs *arcs)
{
    free(arcs->topology.arc_start);
    free(arcs->topology.points);
    free(arcs->topology.left);
    free(arcs->topology.right);
    *arcs = (struct eg_test_arcs){0};
}

static void *grown(void *items, size_t count, size_t item_bytes)
{
    void *more = realloc(items, count * item_bytes);
    if (!more) abort();
    return more;
}

static void make_room(struct eg_test_arcs *arcs, size_t n_arcs, size_t n_points)
{
    struct eg_topology *t = &arcs->topology;
    if (n_arcs > arcs->arc_capacity) {
        arcs->arc_capacity = 2 * n_arcs;
        t->arc_start = grown(t->arc_start, arcs->arc_capacity + 1, sizeof *t->arc_start);
        t->left = grown(t->left, arcs->arc_capacity, sizeof *t->left);
        t->right = grown(t->right, arcs->arc_capacity, sizeof *t->right);
    }
    if (n_points > arcs->point_capacity) {
        arcs->point_capacity = 2 * n_points;
        t->points = grown(t->points, arcs->point_capacity, sizeof *t->points);
    }
}

void eg_test_arcs_add(struct eg_test_arcs *arcs, uint32_t left, uint32_t right, const int32_t *xy, uint32_t n)
{
    struct eg_topology *t = &arcs->topology;
    uint32_t a = t->n_arcs;
    uint32_t begin = t->arc_start[a];
    make_room(arcs, (size_t)a + 1, (size_t)begin + n);
    t->left[a] = left;
    t->right[a] = right;
    for (uint32_t i = 0; i < n; i++) t->points[begin + i] = (struct eg_point){xy[2 * i], xy[2 * i + 1]};
    t->arc_start[a + 1] = begin + n;
    t->n_arcs = a + 1;
}

#define POINTS_MAX 256U

/* The straight border from `from` one cell to the east (or north), wiggled. */
static uint32_t wiggle(struct eg_test_coverage shape, struct eg_test_random *random, struct eg_point from,
                       bool north, int32_t *xy_out)
{
    uint32_t inner = eg_test_random_below(random, shape.vertices + 1);
    if (inner > POINTS_MAX - 2) inner = POINTS_MAX - 2;
    uint32_t n = 0;
    int32_t last = -1;
    for (uint32_t i = 0; i < inner + 2; i++) {
        double along = (double)i / (inner + 1);
        double most = 0.45 * fmin(along, 1 - along);
        double across = most * (2 * eg_test_random_unit(random) - 1);
        int32_t far = (int32_t)(along * shape.cell);
        int32_t off = (int32_t)(across * shape.cell);
        if (far == last) continue; /* two vertices abreast would be a spike */
        last = far;
        xy_out[2 * n] = from.x + (north ? off : far);
        xy_out[2 * n + 1] = from.y + (north ? far : off);
        n++;
    }
    return n;
}

/* A ring around the middle of the cell, counter-clockwise. */
static void add_island(struct eg_test_arcs *arcs, struct eg_test_coverage shape,
                       struct eg_test_random *random, struct eg_point corner, const uint32_t area[2])
{
    int32_t xy[2 * POINTS_MAX];
    uint32_t most =
        (uint32_t)shape.cell / 10 < 40 ? (uint32_t)shape.cell / 10 : 40; /* more would cross on the grid */
    uint32_t n = 4 + eg_test_random_below(random, most);
    for (uint32_t i = 0; i < n; i++) {
        double angle = 2 * M_PI * i / n;
        double radius = shape.cell * (0.05 + 0.15 * eg_test_random_unit(random));
        xy[2 * i] = corner.x + shape.cell / 2 + (int32_t)(radius * cos(angle));
        xy[2 * i + 1] = corner.y + shape.cell / 2 + (int32_t)(radius * sin(angle));
    }
    xy[2 * n] = xy[0];
    xy[2 * n + 1] = xy[1];
    eg_test_arcs_add(arcs, area[0], area[1], xy, n + 1);
}

static uint32_t random_area(struct eg_test_coverage shape, struct eg_test_random *random)
{
    return eg_test_random_below(random, 8) == 0 ? EG_NO_AREA : eg_test_random_below(random, shape.n_areas);
}

static uint32_t cell_area(const uint32_t *area, uint32_t side, int64_t column, int64_t row)
{
    if (column < 0 || row < 0 || column >= side || row >= side) return EG_NO_AREA;
    return area[row * side + column];
}

/* The borders that begin at the lower left corner of a cell: below it and to its left. */
static void add_borders(struct eg_test_arcs *arcs, struct eg_test_coverage shape,
                        struct eg_test_random *random, const uint32_t *area, struct eg_point cell)
{
    int32_t xy[2 * POINTS_MAX];
    struct eg_point corner = {cell.x * shape.cell, cell.y * shape.cell};
    uint32_t here = cell_area(area, shape.side, cell.x, cell.y);
    uint32_t south = cell_area(area, shape.side, cell.x, (int64_t)cell.y - 1);
    uint32_t west = cell_area(area, shape.side, (int64_t)cell.x - 1, cell.y);
    if (here != south) {
        uint32_t n = wiggle(shape, random, corner, false, xy);
        eg_test_arcs_add(arcs, here, south, xy, n);
    }
    if (here != west) {
        uint32_t n = wiggle(shape, random, corner, true, xy);
        eg_test_arcs_add(arcs, west, here, xy, n);
    }
}

void eg_test_arcs_coverage(struct eg_test_arcs *arcs, struct eg_test_coverage shape,
                           struct eg_test_random *random)
{
    size_t n_cells = (size_t)shape.side * shape.side;
    uint32_t *area = eg_memory_array(n_cells, sizeof *area);
    if (!area) abort();
    for (size_t i = 0; i < n_cells; i++) area[i] = random_area(shape, random);
    eg_test_arcs_init(arcs, shape.n_areas);
    for (uint32_t row = 0; row <= shape.side; row++) {
        for (uint32_t column = 0; column <= shape.side; column++) {
            struct eg_point cell = {(int32_t)column, (int32_t)row};
            add_borders(arcs, shape, random, area, cell);
            const uint32_t island[2] = {random_area(shape, random), cell_area(area, shape.side, column, row)};
            struct eg_point corner = {cell.x * shape.cell, cell.y * shape.cell};
            bool inside = column < shape.side && row < shape.side && island[0] != island[1];
            if (inside && eg_test_random_below(random, 5) == 0)
                add_island(arcs, shape, random, corner, island);
        }
    }
    free(area);
}
