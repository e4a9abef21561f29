/* Stage 3: cut the rings into runs at the junctions.
 *
 * A run begins at a set bit of start_bits. A ring without a junction is one run, which begins at its first pass. Ranks
 * per 64 bits turn a pass into its run's number with one population count. England: about 200,000 runs. */
#include "geo/topology_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

uint32_t eg_topology_ring_of(const struct eg_topology_set *set, uint32_t pass)
{
    uint32_t low = 0, high = set->n_rings; /* ring_start[low] <= pass < ring_start[high] */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (set->ring_start[middle] <= pass) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t eg_topology_run_edges(const struct eg_topology_work *work, uint32_t run)
{
    const struct eg_topology_runs *runs = &work->runs;
    uint32_t next = eg_topology_next_run(runs, run);
    uint32_t ring = runs->ring[run];
    if (next > run) return runs->first[next] - runs->first[run];
    return work->set.ring_start[ring + 1] - runs->first[run] + runs->first[next] - work->set.ring_start[ring];
}

uint32_t eg_topology_run_copy(const struct eg_topology_work *work, uint32_t run, struct eg_point *points_out)
{
    const struct eg_topology_set *set = &work->set;
    uint32_t n = eg_topology_run_edges(work, run) + 1;
    uint32_t begin = work->runs.first[run], ring = work->runs.ring[run];
    uint32_t to_end = set->ring_start[ring + 1] - begin;
    uint32_t head = n < to_end ? n : to_end;

    memcpy(points_out, set->points + begin, head * sizeof *points_out);
    memcpy(points_out + head, set->points + set->ring_start[ring], (n - head) * sizeof *points_out);
    return n;
}

/* The first set bit at or after `from` and before `end`, or `end`. */
static uint32_t next_start(const uint64_t *bits, uint32_t from, uint32_t end)
{
    while (from < end) {
        uint64_t word = bits[from >> 6] >> (from & 63);
        if (word != 0) {
            uint32_t at = from + (uint32_t)__builtin_ctzll(word);
            return at < end ? at : end;
        }
        from = (from | 63) + 1;
    }
    return end;
}

/* Gives every ring without a junction a run that begins at its first pass; returns the number of runs. */
static uint32_t count_runs(struct eg_topology_work *work, uint64_t *whole_bits)
{
    const struct eg_topology_set *set = &work->set;
    uint32_t n_words = eg_topology_n_points(set) / 64 + 1;
    uint32_t n_runs = 0;

    for (uint32_t r = 0; r < set->n_rings; r++) {
        uint32_t end = set->ring_start[r + 1];
        if (next_start(work->start_bits, set->ring_start[r], end) < end) continue;
        eg_topology_set_bit(work->start_bits, set->ring_start[r]);
        eg_topology_set_bit(whole_bits, r);
    }
    for (uint32_t w = 0; w < n_words; w++) {
        work->start_rank[w] = n_runs;
        n_runs += eg_topology_count_bits(work->start_bits[w]);
    }
    return n_runs;
}

static void list_runs(struct eg_topology_work *work, const uint64_t *whole_bits)
{
    const struct eg_topology_set *set = &work->set;
    struct eg_topology_runs *runs = &work->runs;
    uint32_t run = 0;

    for (uint32_t r = 0; r < set->n_rings; r++) {
        uint32_t end = set->ring_start[r + 1];
        uint32_t at = next_start(work->start_bits, set->ring_start[r], end);
        runs->ring_run[r] = run;
        for (; at < end; at = next_start(work->start_bits, at + 1, end)) {
            runs->first[run] = at;
            runs->ring[run] = r;
            runs->twin[run] = EG_TOPOLOGY_NONE;
            runs->whole[run] = eg_topology_bit(whole_bits, r);
            run++;
        }
    }
    runs->ring_run[set->n_rings] = run;
    runs->n_runs = run;
}

bool eg_topology_runs_allocate(struct eg_topology_runs *runs, uint32_t n_rings, uint32_t n_runs)
{
    runs->first = eg_memory_array(n_runs, sizeof *runs->first);
    runs->ring = eg_memory_array(n_runs, sizeof *runs->ring);
    runs->twin = eg_memory_array(n_runs, sizeof *runs->twin);
    runs->whole = eg_memory_array(n_runs, sizeof *runs->whole);
    runs->ring_run = eg_memory_array((size_t)n_rings + 1, sizeof *runs->ring_run);
    return runs->first && runs->ring && runs->twin && runs->whole && runs->ring_run;
}

void eg_topology_runs_clear(struct eg_topology_runs *runs)
{
    free(runs->first);
    free(runs->ring);
    free(runs->ring_run);
    free(runs->twin);
    free(runs->whole);
    memset(runs, 0, sizeof *runs);
}

enum eg_status eg_topology_cut(struct eg_topology_work *work, struct eg_error *err)
{
    uint32_t n_rings = work->set.n_rings;
    size_t n_words = (size_t)eg_topology_n_points(&work->set) / 64 + 1;
    uint64_t *whole_bits = eg_memory_zeroed((size_t)n_rings / 64 + 1, sizeof *whole_bits);

    work->start_rank = eg_memory_array(n_words, sizeof *work->start_rank);
    if (!whole_bits || !work->start_rank) {
        free(whole_bits);
        return eg_error_no_memory(err, n_words * sizeof *work->start_rank);
    }
    uint32_t n_runs = count_runs(work, whole_bits);
    bool ok = eg_topology_runs_allocate(&work->runs, n_rings, n_runs);
    if (ok) list_runs(work, whole_bits);
    free(whole_bits);
    return ok ? EG_OK : eg_error_no_memory(err, n_runs * sizeof *work->runs.first);
}
