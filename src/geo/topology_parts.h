/* What the stages of the topology share; nobody else includes this.
 *
 * A *set* is the cleaned form of the rings: every ring runs with its area on the left. A *pass* is one visit of a ring to
 * a vertex, named by its index among the set's points. A *run* is a stretch of a ring between two junctions, or a whole
 * ring without any; runs become arcs, two runs of opposite direction the two sides of one.
 *
 *     extract -> join -> cut -> pair -> (snap, split: the set changes, back to join) -> dissolve -> dedup -> examine */
#ifndef EG_GEO_TOPOLOGY_PARTS_H
#define EG_GEO_TOPOLOGY_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "geo/grid.h"
#include "geo/topology.h"

#define EG_TOPOLOGY_NONE UINT32_MAX
#define EG_TOPOLOGY_POINTS_MAX 0x7fffffffu

/* GCC takes a function that does nothing but prefetch for one without effect and drops calls to it, unless it was inlined
 * before. */
#define EG_TOPOLOGY_INLINE static inline __attribute__((always_inline))

/* Differences of coordinates take 33 bits, so a product of two takes 66. */
__extension__ typedef __int128 eg_int128;

struct eg_topology_set {
    uint32_t n_areas;
    uint32_t n_rings;
    uint32_t *ring_area;     /* [n_rings] */
    uint32_t *ring_start;    /* [n_rings + 1] */
    struct eg_point *points; /* [ring_start[n_rings]] */
};

struct eg_topology_runs {
    uint32_t n_runs;
    uint32_t *first;    /* [n_runs] the pass where it begins, ascending */
    uint32_t *ring;     /* [n_runs] */
    uint32_t *ring_run; /* [n_rings + 1] runs of each ring */
    uint32_t *twin;     /* [n_runs] the run that goes back along it, or EG_TOPOLOGY_NONE */
    bool *whole;        /* [n_runs] a ring without junctions */
};

struct eg_topology_work {
    struct eg_topology_set set;
    uint32_t *same;       /* [n_points] circular list of the passes at one vertex */
    uint64_t *first_bits; /* bit i: pass i is the first of its ring; the bit past the last pass is set */
    uint64_t
        *start_bits; /* bit i: a run begins at pass i (a junction, or the first pass of a ring without any) */
    uint32_t *start_rank; /* per 64 passes: how many runs begin before them */
    struct eg_topology_runs runs;
    struct eg_topology_report report;
    bool *suspect; /* [n_areas], the builder's */
};

/* A directed edge; `id` is the index of its first point in the array it came from. */
struct eg_topology_segment {
    struct eg_point a, b;
    uint32_t id;
};

/* --- small geometry, exact ---------------------------------------------------------------------------------------- */

/* One comparison of 8 bytes; two of 4 with a branch between them cost a tenth of the whole topology. */
static inline bool eg_topology_equal(struct eg_point a, struct eg_point b)
{
    uint64_t p, q;
    memcpy(&p, &a, sizeof p);
    memcpy(&q, &b, sizeof q);
    return p == q;
}

static inline int eg_topology_compare(struct eg_point a, struct eg_point b)
{
    if (a.x != b.x) return a.x < b.x ? -1 : 1;
    return (a.y > b.y) - (a.y < b.y);
}

static inline eg_int128 eg_topology_cross(struct eg_point o, struct eg_point a, struct eg_point b)
{
    return (eg_int128)((int64_t)a.x - o.x) * ((int64_t)b.y - o.y) -
           (eg_int128)((int64_t)a.y - o.y) * ((int64_t)b.x - o.x);
}

static inline int eg_topology_sign(eg_int128 v)
{
    return (v > 0) - (v < 0);
}

/* On which side of a -> b does p lie? 1 left, -1 right, 0 on the line. */
static inline int eg_topology_side(struct eg_point a, struct eg_point b, struct eg_point p)
{
    return eg_topology_sign(eg_topology_cross(a, b, p));
}

/* p on the line through a and b: strictly between them? */
static inline bool eg_topology_between(struct eg_point a, struct eg_point b, struct eg_point p)
{
    int from = eg_topology_compare(a, p);
    return from != 0 && from == eg_topology_compare(p, b);
}

static inline struct eg_box eg_topology_edge_box(struct eg_point a, struct eg_point b)
{
    return (struct eg_box){a.x < b.x ? a.x : b.x, a.y < b.y ? a.y : b.y, a.x < b.x ? b.x : a.x,
                           a.y < b.y ? b.y : a.y};
}

static inline struct eg_box eg_topology_join_boxes(struct eg_box a, struct eg_box b)
{
    return (struct eg_box){a.min_x < b.min_x ? a.min_x : b.min_x, a.min_y < b.min_y ? a.min_y : b.min_y,
                           a.max_x > b.max_x ? a.max_x : b.max_x, a.max_y > b.max_y ? a.max_y : b.max_y};
}

static inline struct eg_box eg_topology_box_around(struct eg_box box, struct eg_point p)
{
    return (struct eg_box){p.x < box.min_x ? p.x : box.min_x, p.y < box.min_y ? p.y : box.min_y,
                           p.x > box.max_x ? p.x : box.max_x, p.y > box.max_y ? p.y : box.max_y};
}

/* For boxes that are not empty. */
static inline bool eg_topology_boxes_meet(struct eg_box a, struct eg_box b)
{
    return a.min_x <= b.max_x && b.min_x <= a.max_x && a.min_y <= b.max_y && b.min_y <= a.max_y;
}

/* --- walking ------------------------------------------------------------------------------------------------------ */

static inline bool eg_topology_bit(const uint64_t *bits, uint32_t i)
{
    return bits[i >> 6] >> (i & 63) & 1;
}

static inline void eg_topology_set_bit(uint64_t *bits, uint32_t i)
{
    bits[i >> 6] |= (uint64_t)1 << (i & 63);
}

static inline uint32_t eg_topology_n_points(const struct eg_topology_set *set)
{
    return set->ring_start[set->n_rings];
}

/* The ring of a pass. */
uint32_t eg_topology_ring_of(const struct eg_topology_set *set, uint32_t pass);

/* The neighbours of a pass along its ring. */
static inline uint32_t eg_topology_next(const struct eg_topology_work *work, uint32_t pass)
{
    if (!eg_topology_bit(work->first_bits, pass + 1)) return pass + 1;
    return work->set.ring_start[eg_topology_ring_of(&work->set, pass)];
}

static inline uint32_t eg_topology_prev(const struct eg_topology_work *work, uint32_t pass)
{
    if (!eg_topology_bit(work->first_bits, pass)) return pass - 1;
    return work->set.ring_start[eg_topology_ring_of(&work->set, pass) + 1] - 1;
}

/* The compiler's own, without -mpopcnt, is a call into its library. */
static inline uint32_t eg_topology_count_bits(uint64_t v)
{
    v -= v >> 1 & 0x5555555555555555u;
    v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
    v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (uint32_t)((v * 0x0101010101010101u) >> 56);
}

/* The run that begins at a pass whose start bit is set. */
static inline uint32_t eg_topology_run_at(const struct eg_topology_work *work, uint32_t pass)
{
    uint64_t below = work->start_bits[pass >> 6] & (((uint64_t)1 << (pass & 63)) - 1);
    return work->start_rank[pass >> 6] + eg_topology_count_bits(below);
}

static inline uint32_t eg_topology_run_area(const struct eg_topology_work *work, uint32_t run)
{
    return work->set.ring_area[work->runs.ring[run]];
}

static inline uint32_t eg_topology_next_run(const struct eg_topology_runs *runs, uint32_t run)
{
    uint32_t ring = runs->ring[run];
    return run + 1 < runs->ring_run[ring + 1] ? run + 1 : runs->ring_run[ring];
}

static inline uint32_t eg_topology_prev_run(const struct eg_topology_runs *runs, uint32_t run)
{
    uint32_t ring = runs->ring[run];
    return run > runs->ring_run[ring] ? run - 1 : runs->ring_run[ring + 1] - 1;
}

/* Edges of a run. */
uint32_t eg_topology_run_edges(const struct eg_topology_work *work, uint32_t run);
/* Copies the run's points, both ends included (run_edges + 1 of them), to points_out; returns their number. */
uint32_t eg_topology_run_copy(const struct eg_topology_work *work, uint32_t run, struct eg_point *points_out);

/* --- stages; each leaves what it allocated in `work`, which eg_topology_work_clear frees, also after a failure -------- */

/* Copies the rings: area on the left, repeated points and spikes removed, collapsed rings dropped. */
EG_MUST_CHECK enum eg_status eg_topology_extract(struct eg_topology_work *work, const struct eg_rings *rings,
                                                 struct eg_error *err);
/* Removes repeated points, spikes and collapsed rings from the set, in place, after points have moved. */
void eg_topology_tidy(struct eg_topology_work *work);
/* Finds the passes at each vertex and the junctions: `same`, `first_bits`, `start_bits`. */
EG_MUST_CHECK enum eg_status eg_topology_join(struct eg_topology_work *work, struct eg_error *err);
/* Cuts the rings at the junctions: `start_rank`, `runs` but for the twins. */
EG_MUST_CHECK enum eg_status eg_topology_cut(struct eg_topology_work *work, struct eg_error *err);
/* Finds each run's twin. Marks the areas of rings that touch themselves as suspect. */
EG_MUST_CHECK enum eg_status eg_topology_pair(struct eg_topology_work *work, struct eg_error *err);
/* Moves vertices of unpaired runs that lie within `tolerance` of one another onto one. */
EG_MUST_CHECK enum eg_status eg_topology_snap(struct eg_topology_work *work, double tolerance,
                                              bool *changed_out, struct eg_error *err);
/* Splits unpaired edges at vertices of unpaired runs within `tolerance`. */
EG_MUST_CHECK enum eg_status eg_topology_split(struct eg_topology_work *work, double tolerance,
                                               bool *changed_out, struct eg_error *err);
/* Removes edges that have the same area on both sides. Of what join, cut and pair made only the runs are left then. */
EG_MUST_CHECK enum eg_status eg_topology_dissolve(struct eg_topology_work *work, struct eg_error *err);
/* One arc for each run and its twin, in Hilbert order. */
EG_MUST_CHECK enum eg_status eg_topology_dedup(const struct eg_topology_work *work,
                                               struct eg_topology **topology_out, struct eg_error *err);
/* Counts gaps and overlaps, marks suspects. */
EG_MUST_CHECK enum eg_status eg_topology_examine(const struct eg_topology *topology,
                                                 struct eg_topology_report *report, bool *suspect,
                                                 struct eg_error *err);

void eg_topology_set_clear(struct eg_topology_set *set);
/* False when memory was refused; clear then all the same. */
EG_MUST_CHECK bool eg_topology_runs_allocate(struct eg_topology_runs *runs, uint32_t n_rings,
                                             uint32_t n_runs);
void eg_topology_runs_clear(struct eg_topology_runs *runs);
void eg_topology_work_clear(struct eg_topology_work *work);

#endif
