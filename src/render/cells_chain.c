/* Chains of places inside the window: whole cells at a time.
 *
 * Far out, a border has several vertices in each cell that it passes: two segments of three stay in their cell. What such a run
 * adds to its cell needs two numbers: how far it descends, and the sum of height times x over its segments. The first is the
 * difference of its ends. The second is a difference of prefix sums, made for all places in one go, four at a time, modulo 2^32:
 * counted in the window's x, it differs from that in the cell's by descent times twice the cell's left edge. A run then takes in
 * what the segments before and behind it leave in its cell, so that a cell is touched once for each time that a border passes.
 *
 * Whether a segment stays in its cell cannot be predicted, and guessing wrong costs as much as adding it; hence no branch asks:
 * the runs are what lies between the set bits of a word, and segments that leave wait by kind. */
#include <stdlib.h>
#include <string.h>

#include "render/cells_internal.h"

/* Places first .. last of one cell. Height and area are negative upwards. */
struct run {
    uint32_t last;
    int32_t column, row;
    int32_t dy, area; /* sum of dy, and of dy * (x + x) from the cell's left edge */
    uint32_t chain;
};

/* Bit 0: columns are left, bit 1: rows are; one of them, and no more, unless both are set. */
enum kind { KIND_END, KIND_BESIDE, KIND_BELOW, KIND_OTHER, N_KINDS };

struct runs {
    uint32_t n;
    uint32_t n_of_kind[N_KINDS];
    struct run run[EG_CELLS_PLACES];
    uint16_t of_kind[N_KINDS][EG_CELLS_PLACES]; /* runs, by the segment that follows them */
    uint32_t sums[EG_CELLS_PLACES + 8];         /* of dy * (x + x) of all segments before a place */
    uint64_t breaks[EG_CELLS_PLACES / 64];      /* places after which another cell or another chain follows */
};

/* Sums up the segments of all places, joins between chains too: only differences within a chain count. */
static void sum_up(const struct eg_cells_chains *chains, struct runs *runs)
{
    eg_u32x4 before = {0};
    runs->sums[0] = 0;
    for (uint32_t word = 0; word * 64 < chains->n; word++) {
        uint64_t breaks = chains->ends[word];
        for (uint32_t i = word * 64; i < word * 64 + 64 && i < chains->n; i += 4) {
            eg_i32x4 xa, ya, xb, yb;
            eg_simd_load_pairs(&chains->places[i].x, &xa, &ya);
            eg_simd_load_pairs(&chains->places[i + 1].x, &xb, &yb);
            breaks |= (uint64_t)eg_simd_nonzero(((xa ^ xb) | (ya ^ yb)) >> EG_SUBPX_BITS) << i % 64;
            before += eg_simd_prefix_sums((eg_u32x4)(xa + xb) * (eg_u32x4)(yb - ya));
            memcpy(&runs->sums[i + 1], &before, sizeof before);
            before = eg_simd_last(before);
        }
        runs->breaks[word] = breaks;
    }
}

/* What the places first .. last add to their cell. */
static inline struct run run_between(const struct eg_cells_chains *chains, const uint32_t *sums,
                                     uint32_t first, uint32_t last)
{
    const struct eg_cells_place a = chains->places[first], b = chains->places[last];
    struct run run = {
        .last = last, .column = b.x >> EG_SUBPX_BITS, .row = b.y >> EG_SUBPX_BITS, .dy = b.y - a.y};
    run.area = (int32_t)(sums[last] - sums[first] - 2 * EG_SUBPX * (uint32_t)run.column * (uint32_t)run.dy);
    /* Cells of a window do not fit into the nearest caches: fetched now, they are there when the run is added. */
    __builtin_prefetch(&chains->cells->sums[(size_t)run.row * EG_CELLS_PITCH + (size_t)run.column], 1);
    return run;
}

static inline uint32_t kind_between(const struct run *run, struct eg_cells_place next)
{
    uint32_t columns = (uint32_t)abs((next.x >> EG_SUBPX_BITS) - run->column);
    uint32_t rows = (uint32_t)abs((next.y >> EG_SUBPX_BITS) - run->row);
    return (columns < 2 ? columns : KIND_OTHER) | (rows < 2 ? 2 * rows : KIND_OTHER);
}

static void find_runs(const struct eg_cells_chains *chains, struct runs *runs)
{
    uint32_t first = 0, chain = 0, n = 0;
    memset(runs->n_of_kind, 0, sizeof runs->n_of_kind);
    for (uint32_t word = 0; word * 64 < chains->n; word++) {
        uint64_t ends = chains->ends[word];
        uint64_t breaks = runs->breaks[word];
        if (chains->n - word * 64 < 64) breaks &= (UINT64_C(1) << (chains->n - word * 64)) - 1;
        for (; breaks; breaks &= breaks - 1) {
            uint32_t bit = (uint32_t)__builtin_ctzll(breaks), last = word * 64 + bit;
            uint32_t ended = ends >> bit & 1;
            struct run run = run_between(chains, runs->sums, first, last);
            uint32_t kind = kind_between(&run, chains->places[last + 1]) & (ended - 1);
            run.chain = chain;
            runs->run[n] = run;
            runs->of_kind[kind][runs->n_of_kind[kind]++] = (uint16_t)n++;
            chain += ended;
            first = last + 1;
        }
    }
    runs->n = n;
}

/* The same numbers as eg_cells_add_split, for two columns and any direction; what goes up counts as what goes down with the
 * opposite sign. */
static inline void split_beside(const struct eg_cells_chains *chains, struct run *run)
{
    const struct eg_cells_place *s = &chains->places[run->last];
    int32_t up = -(s[1].y < s[0].y), swap = (s[0].x ^ s[1].x) & up;
    int32_t xa = s[0].x ^ swap, xb = s[1].x ^ swap;
    int32_t dy = abs(s[1].y - s[0].y), near = xb > xa ? 0 : EG_SUBPX, far = EG_SUBPX - near;
    uint32_t length = (uint32_t)abs(xb - xa);
    int32_t x = xa & (EG_SUBPX - 1);
    int32_t done = (int32_t)(((uint32_t)abs(far - x) * (uint32_t)dy + length / 2) / length);
    int32_t upper_dy = (done ^ up) - up, lower_dy = ((dy - done) ^ up) - up;
    struct run *upper = run - up, *lower = run + 1 + up; /* the run itself and the next one */
    upper->dy += upper_dy;
    upper->area += upper_dy * (x + far);
    lower->dy += lower_dy;
    lower->area += lower_dy * (near + (xb & (EG_SUBPX - 1)));
}

/* The same for two rows and one column. */
static inline void split_below(const struct eg_cells_chains *chains, struct run *run)
{
    const struct eg_cells_place *s = &chains->places[run->last];
    int32_t up = -(s[1].y < s[0].y), swap_x = (s[0].x ^ s[1].x) & up, swap_y = (s[0].y ^ s[1].y) & up;
    int32_t xa = s[0].x ^ swap_x, xb = s[1].x ^ swap_x, ya = s[0].y ^ swap_y, yb = s[1].y ^ swap_y;
    uint32_t length = (uint32_t)abs(xb - xa), rise = (uint32_t)(yb - ya);
    int32_t height = EG_SUBPX - (ya & (EG_SUBPX - 1));
    int32_t done = (int32_t)(((uint32_t)height * length + rise / 2) / rise);
    int32_t x = (xb < xa ? xa - done : xa + done) & (EG_SUBPX - 1);
    int32_t upper_dy = (height ^ up) - up, lower_dy = ((yb & (EG_SUBPX - 1)) ^ up) - up;
    struct run *upper = run - up, *lower = run + 1 + up;
    upper->dy += upper_dy;
    upper->area += upper_dy * ((xa & (EG_SUBPX - 1)) + x);
    lower->dy += lower_dy;
    lower->area += lower_dy * (x + (xb & (EG_SUBPX - 1)));
}

/* A run that goes round and round in its cell may gather more than one product takes. */
static void add_area(eg_u32x4 *sum, eg_cells_delta d, int32_t area)
{
    for (; area > EG_SIMD_FACTOR_MAX; area -= EG_SIMD_FACTOR_MAX)
        *sum += eg_simd_times(d, EG_SIMD_FACTOR_MAX);
    for (; area < -EG_SIMD_FACTOR_MAX; area += EG_SIMD_FACTOR_MAX)
        *sum += eg_simd_times(d, -EG_SIMD_FACTOR_MAX);
    *sum += eg_simd_times(d, area);
}

static void flush_runs(const struct eg_cells_chains *chains, const struct runs *runs)
{
    struct eg_cells *cells = chains->cells;
    for (uint32_t i = 0; i < runs->n; i++) {
        const struct run *run = &runs->run[i];
        eg_cells_delta d = chains->deltas[run->chain];
        size_t at = (size_t)run->row * EG_CELLS_PITCH + (size_t)run->column;
        eg_u32x4 left_part = {0};
        if (abs(run->area) <= EG_SIMD_FACTOR_MAX) left_part = eg_simd_times(d, run->area);
        else add_area(&left_part, d, run->area);
        cells->sums[at] += eg_simd_times_128(d, run->dy * 4) - left_part;
        cells->sums[at + 1] += left_part;
        cells->flags[(size_t)run->row * EG_CELLS_FLAG_PITCH + (size_t)run->column / EG_CELLS_GROUP] = 1;
    }
}

void eg_cells_add_chains(struct eg_cells_chains *chains)
{
    struct runs runs;
    if (chains->n == 0) return;
    memset(&chains->places[chains->n], 0, 8 * sizeof *chains->places);
    sum_up(chains, &runs);
    find_runs(chains, &runs);
    for (uint32_t i = 0; i < runs.n_of_kind[KIND_BESIDE]; i++)
        split_beside(chains, &runs.run[runs.of_kind[KIND_BESIDE][i]]);
    for (uint32_t i = 0; i < runs.n_of_kind[KIND_BELOW]; i++)
        split_below(chains, &runs.run[runs.of_kind[KIND_BELOW][i]]);
    for (uint32_t i = 0; i < runs.n_of_kind[KIND_OTHER]; i++) {
        const struct run *run = &runs.run[runs.of_kind[KIND_OTHER][i]];
        eg_cells_add_split(chains->cells, chains->places[run->last], chains->places[run->last + 1],
                           chains->deltas[run->chain]);
    }
    flush_runs(chains, &runs);
    memset(chains->ends, 0, (chains->n + 63) / 64 * sizeof *chains->ends);
    chains->n = chains->n_chains = 0;
}
