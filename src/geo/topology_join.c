/* Stage 2: where do rings meet and part?
 *
 * Every pass of a ring over a vertex joins a circular list of the passes at the same grid point (`same`); a point is
 * found through an open-addressing table of first passes, 4 bytes a slot: the pass, and in the bits that its number
 * leaves free some of the hash, so that other points in the way are seldom looked at. Neighbouring rings run along a
 * shared border in opposite directions, so once a pass has found its partner, the next one is tried against the
 * partner's predecessor before the table is asked: nearly half of all passes of a country never ask.
 *
 * A vertex is a junction unless it has one pass, or two passes with the same two neighbours. So wherever borders of
 * three areas meet, rings touch at a corner, or an edge has more than two owners, arcs end, and an inner vertex of an arc
 * lies on no other arc (but the same arc drawn twice by areas that overlap). A pass whose partner was guessed, and whose
 * successor's was too, has its partner's neighbours; only the others are compared.
 *
 * England: 1.86 million passes, 0.93 million vertices, 66,000 junctions. */
#include "geo/topology_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Slots are asked for this many passes ahead of their use: enough to hide a cache miss (with 16 it shows), few enough not
 * to be evicted again before. A power of two. */
#define AHEAD 32

struct table {
    uint32_t *slots; /* hash bits and the first pass at a vertex, or EG_TOPOLOGY_NONE */
    uint32_t mask;
    uint32_t pass_mask; /* the bits of a slot that hold the pass; all of them set is no pass */
    uint32_t n;
    const struct eg_point *points;
};

static inline uint64_t hash_point(struct eg_point p)
{
    uint64_t h = (uint64_t)(uint32_t)p.x << 32 | (uint32_t)p.y;
    h = (h ^ h >> 32) * 0x9e3779b97f4a7c15u;
    return (h ^ h >> 29) * 0xbf58476d1ce4e5b9u;
}

static inline uint32_t place_of(const struct table *table, uint64_t hash)
{
    return (uint32_t)(hash >> 32) & table->mask;
}

static inline uint32_t entry_of(const struct table *table, uint64_t hash, uint32_t pass)
{
    return ((uint32_t)hash & ~table->pass_mask) | pass;
}

static bool table_init(struct table *table, const struct eg_point *points, uint32_t n_points, size_t n_slots)
{
    table->slots = eg_memory_array(n_slots, sizeof *table->slots);
    if (!table->slots) return false;
    memset(table->slots, 0xff, n_slots * sizeof *table->slots);
    table->mask = (uint32_t)(n_slots - 1);
    table->pass_mask = 1;
    while (table->pass_mask <= n_points) table->pass_mask = table->pass_mask * 2 + 1;
    table->n = 0;
    table->points = points;
    return true;
}

/* The slot of a point: the one that holds it, or the empty one where it belongs. */
static inline uint32_t *table_slot(const struct table *table, struct eg_point p, uint64_t hash)
{
    uint32_t at = place_of(table, hash);
    for (;; at = (at + 1) & table->mask) {
        uint32_t *slot = &table->slots[at];
        if (*slot == EG_TOPOLOGY_NONE) return slot;
        if (((*slot ^ (uint32_t)hash) & ~table->pass_mask) != 0) continue;
        if (eg_topology_equal(table->points[*slot & table->pass_mask], p)) return slot;
    }
}

static bool table_grow(struct table *table, uint32_t n_points)
{
    struct table grown;
    if (!table_init(&grown, table->points, n_points, ((size_t)table->mask + 1) * 2)) return false;
    for (size_t i = 0; i <= table->mask; i++) {
        if (table->slots[i] == EG_TOPOLOGY_NONE) continue;
        struct eg_point p = table->points[table->slots[i] & table->pass_mask];
        *table_slot(&grown, p, hash_point(p)) = table->slots[i];
    }
    grown.n = table->n;
    free(table->slots);
    *table = grown;
    return true;
}

/* Most vertices of a coverage have two passes or more, so half the passes and some air suffice; the table grows when it
 * is three quarters full. */
static size_t first_size(uint32_t n_points)
{
    size_t n_slots = 64;
    while (n_slots < (size_t)n_points / 4 * 3) n_slots *= 2;
    return n_slots;
}

struct linker {
    struct eg_topology_work *work;
    struct table table;
    uint32_t n_points;
    uint64_t hashes[AHEAD]; /* of the next passes */
};

/* Hashes a pass that is to be entered later and asks for its slot. */
EG_TOPOLOGY_INLINE void look_ahead(struct linker *linker, uint32_t pass)
{
    if (pass >= linker->n_points) return;
    uint64_t hash = hash_point(linker->table.points[pass]);
    linker->hashes[pass % AHEAD] = hash;
    __builtin_prefetch(&linker->table.slots[place_of(&linker->table, hash)]);
}

/* Finds or enters the pass; *partner_out is a pass at the same vertex or EG_TOPOLOGY_NONE. False: no memory. */
static inline bool enter_pass(struct linker *linker, uint32_t pass, uint32_t *partner_out)
{
    struct table *table = &linker->table;
    uint64_t hash = linker->hashes[pass % AHEAD];
    uint32_t *slot = table_slot(table, table->points[pass], hash);

    *partner_out = EG_TOPOLOGY_NONE;
    if (*slot != EG_TOPOLOGY_NONE) {
        *partner_out = *slot & table->pass_mask;
        return true;
    }
    *slot = entry_of(table, hash, pass);
    return ++table->n <= table->mask / 4 * 3 || table_grow(table, linker->n_points);
}

/* A third pass makes a vertex a junction. */
static inline void link_passes(struct eg_topology_work *work, uint32_t pass, uint32_t other)
{
    uint32_t *same = work->same;
    if (same[other] != other) {
        eg_topology_set_bit(work->start_bits, pass);
        eg_topology_set_bit(work->start_bits, other);
        eg_topology_set_bit(work->start_bits, same[other]);
    }
    same[pass] = same[other];
    same[other] = pass;
}

/* Enters the passes of a ring. Sets the start bits of those that have to be compared with their partners. */
static bool link_ring(struct linker *linker, uint32_t begin, uint32_t end)
{
    struct eg_topology_work *work = linker->work;
    const struct eg_point *points = linker->table.points;
    uint32_t guess = EG_TOPOLOGY_NONE; /* a pass that may lie where the next one does */
    bool unsure = false;               /* the pass before has a partner that it did not guess */

    for (uint32_t i = begin; i < end; i++) {
        uint32_t partner = guess;
        bool guessed = guess != EG_TOPOLOGY_NONE && eg_topology_equal(points[guess], points[i]);
        if (!guessed && !enter_pass(linker, i, &partner)) return false;
        look_ahead(linker, i + AHEAD);
        if (unsure || (!guessed && guess != EG_TOPOLOGY_NONE)) eg_topology_set_bit(work->start_bits, i - 1);
        work->same[i] = i;
        bool found = partner != EG_TOPOLOGY_NONE;
        if (found) link_passes(work, i, partner);
        unsure = found && !guessed;
        guess = found && !eg_topology_bit(work->first_bits, partner) ? partner - 1 : EG_TOPOLOGY_NONE;
        unsure = unsure || (found && guess == EG_TOPOLOGY_NONE);
    }
    if (unsure || guess != EG_TOPOLOGY_NONE) eg_topology_set_bit(work->start_bits, end - 1);
    return true;
}

static bool link_all(struct linker *linker)
{
    const struct eg_topology_set *set = &linker->work->set;
    for (uint32_t i = 0; i < AHEAD; i++) look_ahead(linker, i);
    for (uint32_t r = 0; r < set->n_rings; r++) {
        if (!link_ring(linker, set->ring_start[r], set->ring_start[r + 1])) return false;
    }
    return true;
}

/* Two passes over one vertex: do they come from and go to the same two neighbours? */
static bool same_neighbours(const struct eg_topology_work *work, uint32_t i, uint32_t j)
{
    const struct eg_point *points = work->set.points;
    struct eg_point a = points[eg_topology_prev(work, i)], b = points[eg_topology_next(work, i)];
    struct eg_point c = points[eg_topology_prev(work, j)], d = points[eg_topology_next(work, j)];
    return (eg_topology_equal(a, d) && eg_topology_equal(b, c)) ||
           (eg_topology_equal(a, c) && eg_topology_equal(b, d));
}

/* Compares where two passes came together unguessed; the later one of them carries the bit. */
static void compare_pass(struct eg_topology_work *work, uint32_t i)
{
    uint32_t j = work->same[i];
    if (work->same[j] != i) return;
    if (!same_neighbours(work, i, j)) {
        eg_topology_set_bit(work->start_bits, j);
    } else {
        work->start_bits[i >> 6] &= ~((uint64_t)1 << (i & 63));
    }
}

/* Partners lie far apart in memory, so a pass is compared only when its partner's points, asked for on the way, are there. */
static void find_junctions(struct eg_topology_work *work)
{
    size_t n_words = (size_t)eg_topology_n_points(&work->set) / 64 + 1;
    uint32_t waiting[AHEAD];
    size_t n = 0;

    for (size_t w = 0; w < n_words; w++) {
        for (uint64_t left = work->start_bits[w]; left != 0; left &= left - 1) {
            uint32_t pass = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(left);
            if (n >= AHEAD) compare_pass(work, waiting[n % AHEAD]);
            waiting[n++ % AHEAD] = pass;
            __builtin_prefetch(&work->set.points[work->same[pass]]);
            __builtin_prefetch(&work->same[work->same[pass]]);
        }
    }
    for (size_t i = n < AHEAD ? 0 : n - AHEAD; i < n; i++) compare_pass(work, waiting[i % AHEAD]);
}

enum eg_status eg_topology_join(struct eg_topology_work *work, struct eg_error *err)
{
    uint32_t n = eg_topology_n_points(&work->set);
    size_t n_words = (size_t)n / 64 + 1;
    struct linker linker = {.work = work, .n_points = n};

    work->same = eg_memory_array(n, sizeof *work->same);
    work->first_bits = eg_memory_zeroed(n_words, sizeof *work->first_bits);
    work->start_bits = eg_memory_zeroed(n_words, sizeof *work->start_bits);
    if (!work->same || !work->first_bits || !work->start_bits)
        return eg_error_no_memory(err, n * sizeof *work->same);
    for (uint32_t r = 0; r <= work->set.n_rings; r++) {
        eg_topology_set_bit(work->first_bits, work->set.ring_start[r]);
    }
    bool ok = table_init(&linker.table, work->set.points, n, first_size(n)) && link_all(&linker);
    free(linker.table.slots);
    if (!ok) return eg_error_no_memory(err, first_size(n) * sizeof *linker.table.slots);
    find_junctions(work);
    return EG_OK;
}
