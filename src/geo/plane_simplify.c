/* Levels of detail: which vertices of an arc survive at which distance.
 *
 * Visvalingam and Whyatt (1993): of all inner vertices of an arc remove the one whose triangle with its two neighbours is
 * smallest, and again, until the two ends are left. The weight of a vertex is the area of its triangle when it goes, made
 * monotone (never below the weight of a vertex that went before), so that "weight at least t" keeps nested subsets for
 * growing t. It is computed once per arc, so both neighbours get the same border whatever the level.
 *
 * Only the highest level that a vertex belongs to is kept, one byte called its rank: level l asks for a weight of at
 * least 2^l / 4, so the rank is floor(log2(4 * weight)), all in integers. Ends of arcs have the rank END.
 *
 * Rings. A closed arc that lost all inner vertices would vanish, so its last two count with the area of the whole ring
 * if that is larger: an island stays a triangle as long as it is larger than what the level may drop. Of an area bounded
 * by two arcs both may become the same line; the last vertex of each goes only when its triangle is below the level's
 * threshold, so what vanishes is of the size that every level drops anyway. Keeping one vertex more would need to look
 * at both arcs together, and a dissolved plane, where other pairs of arcs meet, would need other vertices.
 *
 * Levels share. Vertices of a 20 m generalised border are 2^11 web Mercator units apart, so levels 1 to 17 would be the
 * same million points again and again. An even level that would drop less than a tenth of the vertices of the stored even one
 * below uses that one's arrays: never coarser than promised, and all levels together stay at a few times level 0. Odd
 * levels serve maps between two zooms; they are stored where they spare a sixth of what is drawn (England: three of them, 12 MB),
 * and whether they are does not change what the even levels hold.
 *
 * Work is shared out in chunks of consecutive arcs; where a chunk's points begin in every level follows from the counts
 * of all chunks, so the result does not depend on the number of threads. Measured for England (1.0 million points, 99,530
 * arcs): see tests/bench/bench_plane.c. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "geo/plane_internal.h"

#define END 255U        /* rank of an arc's ends: in every level */
#define FANOUT 16U      /* of the tournament */
#define GONE UINT64_MAX /* an area that never wins */
#define CHUNK_POINTS                                                                                         \
    4096 /* about 0.3 ms of work; smaller chunks balance long arcs better, larger ones count less */

struct vertex {
    int32_t x, y;
    uint32_t before, after; /* neighbours that are still there, as numbers in the arc */
};

/* The arc at hand. The smallest triangle is found by a tournament among runs of FANOUT: tier 0 are the vertices' areas,
 * each entry of the tier above names the vertex of the smallest area in one run, and so on up to a single entry. Against a
 * heap it has no unpredictable branches (a third of the time for arcs of ten vertices, which fit one run). */
struct scratch {
    struct vertex *vertex; /* [longest arc] */
    uint64_t
        *area2; /* [longest arc] twice the area of the triangle with the neighbours; GONE for the ends too */
    uint32_t *winner; /* [longest arc] tiers 1, 2 ... one behind the other */
    uint32_t n;       /* vertices of the arc */
};

struct chunk {
    uint32_t first_arc;
    uint32_t n_points[EG_PLANE_LEVELS_MAX]; /* in level l, of this chunk's arcs */
    uint32_t begin[EG_PLANE_LEVELS_MAX];    /* where they begin */
};

struct job {
    struct eg_plane *plane;
    uint8_t *rank; /* [points of level 0]; each chunk's part shrinks in place as its levels are written */
    struct chunk *chunks;
    uint32_t n_chunks;
    struct scratch *scratch; /* [n_workers] */
    uint32_t n_workers;
};

/* Plays the run of tier 0 that v is in; returns the winner. The first of equal areas wins. */
static uint32_t play_vertices(const struct scratch *s, uint32_t run)
{
    uint32_t first = run * FANOUT;
    uint32_t end = s->n - first < FANOUT ? s->n : first + FANOUT;
    uint32_t best = first;
    uint64_t least = s->area2[first];
    for (uint32_t i = first + 1; i < end; i++) {
        uint64_t area2 = s->area2[i];
        best = area2 < least ? i : best;
        least = area2 < least ? area2 : least;
    }
    return best;
}

/* The same among the n winners of a tier below. */
static uint32_t play_winners(const struct scratch *s, const uint32_t *winner, uint32_t n, uint32_t run)
{
    uint32_t first = run * FANOUT;
    uint32_t end = n - first < FANOUT ? n : first + FANOUT;
    uint32_t best = winner[first];
    for (uint32_t i = first + 1; i < end; i++) best = s->area2[winner[i]] < s->area2[best] ? winner[i] : best;
    return best;
}

static uint32_t runs_of(uint32_t n)
{
    return (n + FANOUT - 1) / FANOUT;
}

/* Plays all runs; returns the vertex of the smallest area. */
static uint32_t play_all(struct scratch *s)
{
    uint32_t *winner = s->winner;
    uint32_t n = runs_of(s->n);
    for (uint32_t run = 0; run < n; run++) winner[run] = play_vertices(s, run);
    while (n > 1) {
        for (uint32_t run = 0; run < runs_of(n); run++) winner[n + run] = play_winners(s, winner, n, run);
        winner += n;
        n = runs_of(n);
    }
    return winner[0];
}

/* Plays the runs again that v's area decides; returns the vertex of the smallest area. */
static uint32_t play_again(struct scratch *s, uint32_t v)
{
    uint32_t *winner = s->winner;
    uint32_t n = runs_of(s->n);
    uint32_t run = v / FANOUT;
    winner[run] = play_vertices(s, run);
    while (n > 1) {
        run /= FANOUT;
        winner[n + run] = play_winners(s, winner, n, run);
        winner += n;
        n = runs_of(n);
    }
    return winner[0];
}

static uint64_t magnitude(uint64_t difference)
{
    return difference >> 63 ? 0 - difference : difference;
}

/* Coordinates are less than 2^31 apart here (see load_arc), so a product is below 2^62 and the sum below 2^63. */
static uint64_t triangle_area2(const struct vertex *a, const struct vertex *b, const struct vertex *c)
{
    int64_t abx = (int64_t)b->x - a->x;
    int64_t aby = (int64_t)b->y - a->y;
    int64_t acx = (int64_t)c->x - a->x;
    int64_t acy = (int64_t)c->y - a->y;
    return magnitude((uint64_t)(abx * acy - aby * acx));
}

static uint64_t area2_of(const struct scratch *s, uint32_t v)
{
    const struct vertex *here = &s->vertex[v];
    return triangle_area2(&s->vertex[here->before], here, &s->vertex[here->after]);
}

/* Twice the area that the closed arc's n points enclose. At most twice its box, which fits when the sides are below
 * 2^31; sums wrap on the way, which does not matter. */
static uint64_t ring_area2(const struct vertex *v, uint32_t n)
{
    uint64_t sum = 0;
    for (uint32_t i = 1; i + 1 < n; i++) {
        int64_t ax = (int64_t)v[i].x - v[0].x;
        int64_t ay = (int64_t)v[i].y - v[0].y;
        int64_t bx = (int64_t)v[i + 1].x - v[0].x;
        int64_t by = (int64_t)v[i + 1].y - v[0].y;
        sum += (uint64_t)(ax * by) - (uint64_t)(ay * bx);
    }
    return magnitude(sum);
}

/* The highest level whose threshold the weight reaches. `halvings`: coordinates were halved so many times. */
static uint8_t rank_of(uint64_t area2, uint32_t halvings)
{
    if (area2 == 0) return 0;
    uint32_t log2 = 63 - (uint32_t)__builtin_clzll(area2);
    uint32_t rank = log2 + 1 + 2 * halvings; /* log2(4 * area2 / 2) */
    return (uint8_t)(rank < EG_PLANE_LEVELS_MAX ? rank : EG_PLANE_LEVELS_MAX - 1);
}

/* Copies an arc of n points into the scratch and weighs its inner vertices. An arc that spans half the int32 range in one
 * direction is weighed on a grid of half the resolution, so that 64 bits hold every area. Returns the number of
 * halvings. */
static uint32_t load_arc(struct scratch *s, const struct eg_point *point, uint32_t n,
                         const struct eg_box *box)
{
    bool wide = (int64_t)box->max_x - box->min_x > INT32_MAX || (int64_t)box->max_y - box->min_y > INT32_MAX;
    s->n = n;
    for (uint32_t i = 0; i < n; i++) {
        s->vertex[i] = (struct vertex){point[i].x, point[i].y, i - 1, i + 1};
        if (!wide) continue;
        s->vertex[i].x >>= 1;
        s->vertex[i].y >>= 1;
    }
    s->area2[0] = GONE;
    s->area2[n - 1] = GONE;
    for (uint32_t i = 1; i + 1 < n; i++) s->area2[i] = area2_of(s, i);
    return wide;
}

/* Takes v out and weighs its neighbours anew, except the ends; returns the vertex of the smallest area. */
static uint32_t remove_vertex(struct scratch *s, uint32_t v)
{
    uint32_t before = s->vertex[v].before;
    uint32_t after = s->vertex[v].after;
    s->vertex[before].after = after;
    s->vertex[after].before = before;
    s->area2[v] = GONE;
    if (before > 0) s->area2[before] = area2_of(s, before);
    if (after < s->n - 1) s->area2[after] = area2_of(s, after);
    uint32_t least = play_again(s, v);
    if (before / FANOUT != v / FANOUT) least = play_again(s, before);
    if (after / FANOUT != v / FANOUT) least = play_again(s, after);
    return least;
}

static void rank_arc(struct scratch *s, const struct eg_point *point, uint32_t n, const struct eg_box *box,
                     uint8_t *rank)
{
    rank[0] = END;
    rank[n - 1] = END;
    if (n == 2) return;
    uint32_t halvings = load_arc(s, point, n, box);
    bool closed = point[0].x == point[n - 1].x && point[0].y == point[n - 1].y;
    uint64_t last_two = closed ? ring_area2(s->vertex, n) : 0;
    uint64_t weight2 = 0;
    uint32_t v = play_all(s);
    for (uint32_t left = n - 2; left > 0; left--) {
        if (left <= 2 && weight2 < last_two) weight2 = last_two;
        if (weight2 < s->area2[v]) weight2 = s->area2[v];
        rank[v] = rank_of(weight2, halvings);
        v = remove_vertex(s, v);
    }
}

static struct eg_box box_of(const struct eg_point *point, uint32_t n)
{
    struct eg_box box = {point[0].x, point[0].y, point[0].x, point[0].y};
    for (uint32_t i = 1; i < n; i++) {
        box.min_x = point[i].x < box.min_x ? point[i].x : box.min_x;
        box.min_y = point[i].y < box.min_y ? point[i].y : box.min_y;
        box.max_x = point[i].x > box.max_x ? point[i].x : box.max_x;
        box.max_y = point[i].y > box.max_y ? point[i].y : box.max_y;
    }
    return box;
}

/* How many of the ranks reach each level. */
static void count_levels(const uint8_t *rank, uint32_t n, uint32_t *n_points_out)
{
    uint32_t with_rank[256] = {0};
    for (uint32_t i = 0; i < n; i++) with_rank[rank[i]]++;
    uint32_t n_points = with_rank[END];
    for (uint32_t l = EG_PLANE_LEVELS_MAX; l-- > 0;) {
        n_points += with_rank[l];
        n_points_out[l] = n_points;
    }
}

static enum eg_status rank_chunks(void *context, size_t begin, size_t end, uint32_t worker,
                                  struct eg_error *err)
{
    (void)err;
    const struct job *job = context;
    struct eg_plane *plane = job->plane;
    const struct eg_plane_level *all = &plane->level[0];
    for (size_t c = begin; c < end; c++) {
        uint32_t last = job->chunks[c + 1].first_arc;
        for (uint32_t a = job->chunks[c].first_arc; a < last; a++) {
            const struct eg_point *point = all->points + all->start[a];
            uint32_t n = all->start[a + 1] - all->start[a];
            plane->arc_box[a] = box_of(point, n);
            rank_arc(&job->scratch[worker], point, n, &plane->arc_box[a], job->rank + all->start[a]);
        }
        uint32_t first_point = all->start[job->chunks[c].first_arc];
        count_levels(job->rank + first_point, all->start[last] - first_point, job->chunks[c].n_points);
    }
    return EG_OK;
}

/* Writes chunk c of level `to` from the stored level `from` below it. A point is written first and counted after, so that
 * the loop does not branch on what is random; every arc ends with the rank END, so nothing is written past its place. */
static void thin_chunk(const struct job *job, size_t c, uint32_t from, uint32_t to)
{
    const struct chunk *chunk = &job->chunks[c];
    struct eg_plane_level *level = &job->plane->level[to];
    const struct eg_point *source = job->plane->level[from].points + chunk->begin[from];
    struct eg_point *target = level->points + chunk->begin[to];
    uint8_t *rank = job->rank + chunk->begin[0];
    uint32_t read = 0;
    uint32_t write = 0;
    for (uint32_t a = chunk->first_arc; a < job->chunks[c + 1].first_arc; a++) {
        level->start[a] = chunk->begin[to] + write;
        target[write] = source[read++];
        rank[write++] = END;
        uint8_t here;
        do {
            here = rank[read];
            target[write] = source[read++];
            rank[write] = here;
            write += here >= to;
        } while (here != END);
    }
}

static enum eg_status thin_chunks(void *context, size_t begin, size_t end, uint32_t worker,
                                  struct eg_error *err)
{
    (void)worker;
    (void)err;
    const struct job *job = context;
    for (size_t c = begin; c < end; c++) {
        uint32_t stored = 0;
        for (uint32_t l = 1; l < job->plane->n_levels; l++) {
            if (!eg_plane_level_is_own(job->plane, l)) continue;
            thin_chunk(job, c, stored, l);
            stored = l;
        }
    }
    return EG_OK;
}

/* Cuts the arcs into chunks of at least CHUNK_POINTS points; the chunk behind the last one only ends it. */
static bool cut_chunks(struct job *job)
{
    const struct eg_plane *plane = job->plane;
    const uint32_t *start = plane->level[0].start;
    job->chunks = eg_memory_zeroed(start[plane->n_arcs] / CHUNK_POINTS + 2, sizeof *job->chunks);
    if (!job->chunks) return false;
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        if (start[a + 1] - start[job->chunks[job->n_chunks].first_arc] < CHUNK_POINTS) continue;
        job->chunks[++job->n_chunks].first_arc = a + 1;
    }
    if (job->chunks[job->n_chunks].first_arc < plane->n_arcs)
        job->chunks[++job->n_chunks].first_arc = plane->n_arcs;
    return true;
}

static bool new_scratch(struct job *job)
{
    const struct eg_plane *plane = job->plane;
    uint32_t longest = 0;
    for (uint32_t a = 0; a < plane->n_arcs; a++) {
        uint32_t n = plane->level[0].start[a + 1] - plane->level[0].start[a];
        longest = n > longest ? n : longest;
    }
    job->scratch = eg_memory_zeroed(job->n_workers, sizeof *job->scratch);
    if (!job->scratch) return false;
    for (uint32_t w = 0; w < job->n_workers; w++) {
        job->scratch[w].vertex = eg_memory_array(longest, sizeof *job->scratch[w].vertex);
        job->scratch[w].area2 = eg_memory_array(longest, sizeof *job->scratch[w].area2);
        job->scratch[w].winner = eg_memory_array(longest, sizeof *job->scratch[w].winner);
        if (!job->scratch[w].vertex || !job->scratch[w].area2 || !job->scratch[w].winner) return false;
    }
    return true;
}

static void clear_job(struct job *job)
{
    for (uint32_t w = 0; job->scratch && w < job->n_workers; w++) {
        free(job->scratch[w].vertex);
        free(job->scratch[w].area2);
        free(job->scratch[w].winner);
    }
    free(job->scratch);
    free(job->chunks);
    free(job->rank);
}

/* A whole step: when it drops a tenth of the points of the stored one below. A half step (an odd level): when it also spares a
 * sixth of the segments of the step just below it; the whole step above is then stored too, so levels share with those below. */
static bool is_worth_storing(uint32_t n_arcs, uint32_t l, uint64_t n_points, uint64_t n_below)
{
    if (n_points * 10 > n_below * 9) return false;
    return l % 2 == 0 || (n_points - n_arcs) * 6 <= (n_below - n_arcs) * 5;
}

/* Where each chunk begins in level l; returns the points of all. */
static uint32_t place_chunks(struct job *job, uint32_t l)
{
    uint32_t n_points = 0;
    for (uint32_t c = 0; c < job->n_chunks; c++) {
        job->chunks[c].begin[l] = n_points;
        n_points += job->chunks[c].n_points[l];
    }
    return n_points;
}

/* Decides which levels are stored, makes room for them, and tells each chunk its place in them. */
static bool lay_out_levels(struct job *job)
{
    struct eg_plane *plane = job->plane;
    uint32_t n_stored = place_chunks(job, 0); /* in the whole step below that is stored */
    uint32_t n_just_below = n_stored;
    for (uint32_t l = 1; l < EG_PLANE_LEVELS_MAX; l++) {
        uint32_t n_points = place_chunks(job, l);
        bool is_half = l % 2 > 0;
        plane->level[l] = plane->level[l - 1];
        if (is_worth_storing(plane->n_arcs, l, n_points, is_half ? n_just_below : n_stored)) {
            if (!eg_plane_level_new(plane, l, n_points)) return false;
            if (!is_half) n_stored = n_points;
        }
        n_just_below = n_points;
    }
    return true;
}

enum eg_status eg_plane_simplify(struct eg_plane *plane, uint32_t n_threads, struct eg_error *err)
{
    uint32_t n_points = plane->level[0].start[plane->n_arcs];
    if (plane->n_arcs == 0) return EG_OK;
    enum eg_status status = EG_NO_MEMORY;
    struct job job = {.plane = plane, .n_workers = n_threads > 0 ? n_threads : eg_workers_processors()};
    job.rank = eg_memory_array(n_points, sizeof *job.rank);
    if (!job.rank || !cut_chunks(&job) || !new_scratch(&job)) goto done;
    status = eg_workers_range(job.n_workers, job.n_chunks, 1, rank_chunks, &job, err);
    if (status != EG_OK) goto done;
    status = EG_NO_MEMORY;
    if (!lay_out_levels(&job)) goto done;
    status = eg_workers_range(job.n_workers, job.n_chunks, 1, thin_chunks, &job, err);
done:
    if (status == EG_NO_MEMORY) (void)eg_error_no_memory(err, n_points * sizeof(struct eg_point));
    clear_job(&job);
    return status;
}
