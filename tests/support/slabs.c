/* A hundred edges give some hundred slabs, each spanned by some dozen of them. Let r be the reach, 2^10: a crossing lies at a
 * meridian of at most 2^35 / 2^23, an edge meets it at a latitude of at most 2^47 / 2^34; two of those are compared by
 * products of 128 bits. */
#include "support/slabs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

__extension__ typedef __int128 wide_int;

/* above / below; below > 0. */
struct fraction {
    int64_t above, below;
};

/* An edge that is not vertical, from west to east. */
struct edge {
    struct eg_point a, b;
    uint32_t area;
};

/* An edge where it enters and leaves a slab. */
struct span {
    const struct edge *edge;
    struct fraction west, east;
};

/* Empty ground of one slab between two edges; NULL: no edge lies there, the ground has no end. */
struct cell {
    const struct edge *south, *north;
    uint32_t parent; /* of the cells found to be one piece; cell 0 is the ground outside */
};

struct slabs {
    struct edge *edges;
    uint32_t n_edges;
    struct fraction *meridians;
    uint32_t n_meridians;
    struct span *spans; /* [n_edges] of the slab at hand */
    struct cell *cells;
    uint32_t n_cells;
    size_t cells_capacity;
    uint32_t overlapping[EG_TEST_SLABS_AREAS]; /* bits: the areas that cover some ground of this one */
};

/* --- fractions -------------------------------------------------------------------------------------------------------- */

static int compare(struct fraction a, struct fraction b)
{
    wide_int left = (wide_int)a.above * b.below, right = (wide_int)b.above * a.below;
    return (left > right) - (left < right);
}

static int compare_meridians(const void *left, const void *right)
{
    const struct fraction *a = left, *b = right;
    return compare(*a, *b);
}

/* From south to north. Spans of one slab do not cross, so those that are equal lie on one another. */
static int compare_spans(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    int west = compare(a->west, b->west);
    return west != 0 ? west : compare(a->east, b->east);
}

static struct fraction latitude_at(const struct edge *edge, struct fraction x)
{
    int64_t dx = (int64_t)edge->b.x - edge->a.x, dy = (int64_t)edge->b.y - edge->a.y;
    return (struct fraction){edge->a.y * dx * x.below + dy * (x.above - edge->a.x * x.below), dx * x.below};
}

/* --- meridians -------------------------------------------------------------------------------------------------------- */

static int64_t cross(struct eg_point o, struct eg_point a, struct eg_point b)
{
    return ((int64_t)a.x - o.x) * ((int64_t)b.y - o.y) - ((int64_t)a.y - o.y) * ((int64_t)b.x - o.x);
}

/* Where the edges cross or touch, if they do; not where they lie on one another, which they begin and end to do at corners. */
static bool meet(const struct edge *e, const struct edge *f, struct fraction *x_out)
{
    int64_t a = cross(f->a, f->b, e->a), b = cross(f->a, f->b, e->b);
    int64_t c = cross(e->a, e->b, f->a), d = cross(e->a, e->b, f->b);
    if (a == b || (a < 0 && b < 0) || (a > 0 && b > 0) || (c < 0 && d < 0) || (c > 0 && d > 0)) return false;
    int64_t below = a - b, above = e->a.x * below + a * ((int64_t)e->b.x - e->a.x);
    *x_out = below > 0 ? (struct fraction){above, below} : (struct fraction){-above, -below};
    return true;
}

static void add_corners(struct slabs *slabs, const struct eg_rings *rings, uint32_t ring)
{
    uint32_t begin = rings->ring_start[ring], end = rings->ring_start[ring + 1];
    for (uint32_t i = begin; i < end; i++) {
        struct eg_point p = rings->points[i], q = rings->points[i + 1 < end ? i + 1 : begin];
        assert_true(abs(p.x) <= EG_TEST_SLABS_REACH && abs(p.y) <= EG_TEST_SLABS_REACH);
        slabs->meridians[slabs->n_meridians++] = (struct fraction){p.x, 1};
        if (p.x == q.x) continue;
        slabs->edges[slabs->n_edges++] = p.x < q.x ? (struct edge){p, q, rings->ring_area[ring]}
                                                   : (struct edge){q, p, rings->ring_area[ring]};
    }
}

static void list_meridians(struct slabs *slabs, const struct eg_rings *rings)
{
    uint32_t n = rings->ring_start[rings->n_rings], kept = 0;
    slabs->edges = calloc(n, sizeof *slabs->edges);
    slabs->spans = calloc(n, sizeof *slabs->spans);
    slabs->meridians = calloc((size_t)n * (n + 1), sizeof *slabs->meridians);
    assert_true(slabs->edges && slabs->spans && slabs->meridians);
    for (uint32_t r = 0; r < rings->n_rings; r++) add_corners(slabs, rings, r);
    for (uint32_t i = 0; i < slabs->n_edges; i++) {
        for (uint32_t j = 0; j < i; j++) {
            slabs->n_meridians +=
                meet(&slabs->edges[i], &slabs->edges[j], &slabs->meridians[slabs->n_meridians]);
        }
    }
    qsort(slabs->meridians, slabs->n_meridians, sizeof *slabs->meridians, compare_meridians);
    for (uint32_t i = 0; i < slabs->n_meridians; i++) {
        if (kept > 0 && compare(slabs->meridians[kept - 1], slabs->meridians[i]) == 0) continue;
        slabs->meridians[kept++] = slabs->meridians[i];
    }
    slabs->n_meridians = kept;
}

/* --- cells ------------------------------------------------------------------------------------------------------------ */

static uint32_t root_of(const struct slabs *slabs, uint32_t cell)
{
    while (slabs->cells[cell].parent != cell) cell = slabs->cells[cell].parent;
    return cell;
}

static void add_cell(struct slabs *slabs, const struct edge *south, const struct edge *north)
{
    if (slabs->n_cells == slabs->cells_capacity) {
        slabs->cells_capacity = 2 * slabs->cells_capacity + 64;
        slabs->cells = realloc(slabs->cells, slabs->cells_capacity * sizeof *slabs->cells);
        assert_non_null(slabs->cells);
    }
    bool outside = !south || !north;
    slabs->cells[slabs->n_cells] = (struct cell){south, north, outside ? 0 : slabs->n_cells};
    slabs->n_cells++;
}

static void note_cover(struct slabs *slabs, uint32_t areas)
{
    for (uint32_t a = 0; a < EG_TEST_SLABS_AREAS; a++) {
        if (areas >> a & 1U) slabs->overlapping[a] |= areas;
    }
}

static void list_cells(struct slabs *slabs, struct fraction west, struct fraction east)
{
    uint32_t n = 0, areas = 0;
    for (uint32_t i = 0; i < slabs->n_edges; i++) {
        const struct edge *edge = &slabs->edges[i];
        struct fraction from = {edge->a.x, 1}, to = {edge->b.x, 1};
        if (compare(from, west) > 0 || compare(to, east) < 0) continue;
        slabs->spans[n++] = (struct span){edge, latitude_at(edge, west), latitude_at(edge, east)};
    }
    qsort(slabs->spans, n, sizeof *slabs->spans, compare_spans);
    for (uint32_t i = 0; i <= n; i++) {
        bool flat = i > 0 && i < n && compare_spans(&slabs->spans[i - 1], &slabs->spans[i]) == 0;
        if (!flat) {
            note_cover(slabs, areas);
            if (areas == 0) {
                add_cell(slabs, i > 0 ? slabs->spans[i - 1].edge : NULL, i < n ? slabs->spans[i].edge : NULL);
            }
        }
        if (i < n) areas ^= (uint32_t)1 << slabs->spans[i].edge->area;
    }
}

static bool is_south_of(const struct edge *south, const struct edge *north, struct fraction x)
{
    return !south || !north || compare(latitude_at(south, x), latitude_at(north, x)) < 0;
}

/* Do the cells share more than a point of the meridian between them? */
static bool adjoin(const struct cell *a, const struct cell *b, struct fraction x)
{
    return is_south_of(a->south, b->north, x) && is_south_of(b->south, a->north, x) &&
           is_south_of(a->south, a->north, x) && is_south_of(b->south, b->north, x);
}

/* Joins the cells of two neighbouring slabs, those from `west` and those from `east` on. */
static void join_cells(struct slabs *slabs, uint32_t west, uint32_t east, struct fraction x)
{
    for (uint32_t i = west; i < east; i++) {
        for (uint32_t j = east; j < slabs->n_cells; j++) {
            uint32_t a = root_of(slabs, i), b = root_of(slabs, j);
            if (a == b || !adjoin(&slabs->cells[i], &slabs->cells[j], x)) continue;
            slabs->cells[a > b ? a : b].parent = a < b ? a : b;
        }
    }
}

struct eg_test_cover eg_test_cover_of(const struct eg_rings *rings)
{
    struct slabs slabs = {0};
    struct eg_test_cover cover = {0};
    assert_true(rings->n_areas <= EG_TEST_SLABS_AREAS);
    list_meridians(&slabs, rings);
    add_cell(&slabs, NULL, NULL); /* west of everything */
    for (uint32_t k = 0, west = 0; k < slabs.n_meridians; k++) {
        uint32_t east = slabs.n_cells;
        if (k + 1 < slabs.n_meridians) {
            list_cells(&slabs, slabs.meridians[k], slabs.meridians[k + 1]);
        } else {
            add_cell(&slabs, NULL, NULL);
        }
        join_cells(&slabs, west, east, slabs.meridians[k]);
        west = east;
    }
    for (uint32_t i = 1; i < slabs.n_cells; i++) cover.n_gaps += root_of(&slabs, i) == i;
    for (uint32_t a = 0; a < EG_TEST_SLABS_AREAS; a++) {
        for (uint32_t b = 0; b < a; b++) cover.n_overlaps += slabs.overlapping[a] >> b & 1U;
    }
    free(slabs.edges);
    free(slabs.spans);
    free(slabs.meridians);
    free(slabs.cells);
    return cover;
}
