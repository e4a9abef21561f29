/* Hostile rings: anything that bytes can say. Whatever they are, the arrays must be consistent, and without a tolerance
 * every area must enclose each point as often as its rings did.
 *
 * The first byte gives the tolerance (low three bits) and whether points are small (one byte each, four bits an axis, so
 * that they meet often) or wide (eight bytes). Then each ring has a byte of area (three bits), hole (one) and number of
 * points (four), and its points. */
#include "fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "geo/topology.h"
#include "support/topology_check.h"

#define AREAS 8
#define WIDE 0x80
/* Points are asked at odd places between the grid points, in 1/64 of a unit. */
#define FINE 64
#define GRID 16

struct input {
    const uint8_t *data;
    size_t size;
    bool wide;
};

static bool take_point(struct input *input, struct eg_point *point_out)
{
    size_t n = input->wide ? sizeof *point_out : 1;
    if (input->size < n) return false;
    if (input->wide) {
        memcpy(point_out, input->data, sizeof *point_out);
    } else {
        *point_out = (struct eg_point){input->data[0] & 15, input->data[0] >> 4};
    }
    input->data += n;
    input->size -= n;
    return true;
}

static void take_ring(struct input *input, struct eg_rings *rings)
{
    uint8_t head = input->data[0];
    uint32_t n = rings->ring_start[rings->n_rings];

    input->data++;
    input->size--;
    for (int i = 0; i < head >> 4 && take_point(input, &rings->points[n]); i++) n++;
    rings->ring_area[rings->n_rings] = head & 7;
    rings->ring_is_hole[rings->n_rings] = (head & 8) != 0;
    rings->ring_start[++rings->n_rings] = n;
}

/* How often does an edge that is walked turn around a point to its east, in the sense of a ray from the west? */
static int crossing(struct eg_point a, struct eg_point b, int64_t x, int64_t y)
{
    bool a_above = (int64_t)a.y * FINE > y, b_above = (int64_t)b.y * FINE > y;
    if (a_above == b_above) return 0;
    int64_t side =
        ((int64_t)b.x - a.x) * (y - (int64_t)a.y * FINE) - ((int64_t)b.y - a.y) * (x - (int64_t)a.x * FINE);
    if (a_above) return side > 0 ? 1 : 0;
    return side < 0 ? -1 : 0;
}

static int64_t ring_area2(const struct eg_rings *rings, uint32_t ring)
{
    int64_t sum = 0;
    uint32_t begin = rings->ring_start[ring], end = rings->ring_start[ring + 1];
    for (uint32_t i = begin; i < end; i++) {
        struct eg_point a = rings->points[i], b = rings->points[i + 1 < end ? i + 1 : begin];
        sum += (int64_t)a.x * b.y - (int64_t)a.y * b.x;
    }
    return sum;
}

/* Rings without area may run either way: points that they enclose are compared up to nothing at all. */
static int rings_winding(const struct eg_rings *rings, uint32_t area, int64_t x, int64_t y)
{
    int sum = 0;
    for (uint32_t r = 0; r < rings->n_rings; r++) {
        if (rings->ring_area[r] != area) continue;
        int64_t area2 = ring_area2(rings, r);
        int part = 0;
        uint32_t begin = rings->ring_start[r], end = rings->ring_start[r + 1];
        for (uint32_t i = begin; i < end; i++) {
            part += crossing(rings->points[i], rings->points[i + 1 < end ? i + 1 : begin], x, y);
        }
        sum += (area2 < 0) != rings->ring_is_hole[r] ? -part : part;
    }
    return sum;
}

static int arcs_winding(const struct eg_topology *topology, uint32_t area, int64_t x, int64_t y)
{
    int sum = 0;
    for (uint32_t a = 0; a < topology->n_arcs; a++) {
        int factor = (topology->left[a] == area) - (topology->right[a] == area);
        if (factor == 0) continue;
        for (uint32_t i = topology->arc_start[a]; i + 1 < topology->arc_start[a + 1]; i++) {
            sum += factor * crossing(topology->points[i], topology->points[i + 1], x, y);
        }
    }
    return sum;
}

static void check_ground(const struct eg_rings *rings, const struct eg_topology *topology)
{
    for (uint32_t area = 0; area < AREAS; area++) {
        for (int64_t i = 0; i < GRID * GRID; i++) {
            int64_t x = i % GRID * FINE + 33, y = i / GRID * FINE + 29;
            EG_ASSERT(rings_winding(rings, area, x, y) == arcs_winding(topology, area, x, y));
        }
    }
}

static void check(const struct eg_rings *rings, double snap_units, bool small)
{
    struct eg_topology_options options = {.snap_units = snap_units};
    struct eg_topology *topology = NULL;
    struct eg_topology_report report;
    bool suspect[AREAS];

    EG_ASSERT(eg_topology_build(rings, &options, &topology, &report, suspect, NULL) == EG_OK);
    EG_ASSERT(eg_test_topology_fault(topology) == NULL);
    EG_ASSERT(report.n_arcs == topology->n_arcs && report.n_arcs_shared <= report.n_arcs);
    EG_ASSERT(report.snap_max_units <= snap_units);
    if (small && snap_units == 0) check_ground(rings, topology);
    eg_topology_free(topology);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) return 0;
    struct input input = {data + 1, size - 1, (data[0] & WIDE) != 0};
    struct eg_rings rings = {.n_areas = AREAS};
    rings.ring_area = calloc(size, sizeof *rings.ring_area);
    rings.ring_start = calloc(size + 1, sizeof *rings.ring_start);
    rings.ring_is_hole = calloc(size, sizeof *rings.ring_is_hole);
    rings.points = calloc(size, sizeof *rings.points);
    EG_ASSERT(rings.ring_area && rings.ring_start && rings.ring_is_hole && rings.points);
    while (input.size > 0) take_ring(&input, &rings);
    check(&rings, data[0] & 7, !input.wide);
    free(rings.ring_area);
    free(rings.ring_start);
    free(rings.ring_is_hole);
    free(rings.points);
    return 0;
}
