/* Boxes along a Hilbert curve, and tiers of boxes above them: a packed R-tree without pointers.
 *
 * The centre of each box becomes a place of 16 bits an axis within the box of all; the keys are sorted by a radix sort in
 * three passes, which keeps the order of equal keys. 100,000 boxes: 2 ms. */
#include "geo/topology_near.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define KEY_BITS 16
#define RADIX_BITS 11

struct keyed {
    uint32_t key;
    uint32_t item;
};

/* The curve turns and mirrors itself from square to square: four states in all. For each state and four bits of x and of y
 * the table holds eight bits of the distance, and above them the state of the square that they lead to. */
struct curve {
    uint16_t steps[4][256];
};

/* One level. States: bit 0, the axes are swapped; bit 1, both are mirrored. */
static uint32_t one_level(uint32_t *state, uint32_t x, uint32_t y)
{
    uint32_t mirrored = *state >> 1;
    uint32_t east = ((*state & 1) ? y : x) ^ mirrored, north = ((*state & 1) ? x : y) ^ mirrored;
    if (!north) *state ^= east ? 3 : 1; /* the last quarter is mirrored and swapped, the first swapped */
    return (3 * east) ^ north;
}

static void make_curve(struct curve *curve)
{
    for (uint32_t start = 0; start < 4; start++) {
        for (uint32_t xy = 0; xy < 256; xy++) {
            uint32_t state = start, d = 0;
            for (uint32_t bit = 4; bit-- > 0;)
                d = d << 2 | one_level(&state, xy >> (4 + bit) & 1, xy >> bit & 1);
            curve->steps[start][xy] = (uint16_t)(state << 8 | d);
        }
    }
}

/* The distance along the curve that fills a square of 2^16 by 2^16. */
static inline uint32_t hilbert(const struct curve *curve, uint32_t x, uint32_t y)
{
    uint32_t d = 0, state = 0;
    for (uint32_t shift = KEY_BITS; shift > 0;) {
        shift -= 4;
        uint32_t step = curve->steps[state][(x >> shift & 15) << 4 | (y >> shift & 15)];
        d = d << 8 | (step & 255);
        state = step >> 8;
    }
    return d;
}

static void sort_by_digit(const struct keyed *from, struct keyed *to, uint32_t n, uint32_t shift)
{
    uint32_t place[1u << RADIX_BITS] = {0};
    uint32_t mask = (1u << RADIX_BITS) - 1, sum = 0;

    for (uint32_t i = 0; i < n; i++) place[from[i].key >> shift & mask]++;
    for (uint32_t d = 0; d <= mask; d++) {
        uint32_t count = place[d];
        place[d] = sum;
        sum += count;
    }
    for (uint32_t i = 0; i < n; i++) to[place[from[i].key >> shift & mask]++] = from[i];
}

static void make_keys(const struct eg_box *boxes, uint32_t n, struct keyed *keys)
{
    struct eg_box all = n > 0 ? boxes[0] : eg_box_empty();
    for (uint32_t i = 1; i < n; i++) all = eg_topology_join_boxes(all, boxes[i]);
    /* Sums of two coordinates, so that a centre needs no rounding. */
    int64_t low_x = 2 * (int64_t)all.min_x, low_y = 2 * (int64_t)all.min_y;
    int64_t wide = 2 * ((int64_t)all.max_x - all.min_x), high = 2 * ((int64_t)all.max_y - all.min_y);
    uint32_t shift = 0;
    struct curve curve;
    make_curve(&curve);
    while ((wide | high) >> shift >= 1 << KEY_BITS) shift++;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t x = (uint64_t)((int64_t)boxes[i].min_x + boxes[i].max_x - low_x);
        uint64_t y = (uint64_t)((int64_t)boxes[i].min_y + boxes[i].max_y - low_y);
        keys[i] = (struct keyed){hilbert(&curve, (uint32_t)(x >> shift), (uint32_t)(y >> shift)), i};
    }
}

enum eg_status eg_topology_hilbert_order(const struct eg_box *boxes, uint32_t n, uint32_t *order_out,
                                         struct eg_error *err)
{
    struct keyed *keys = eg_memory_array(n, sizeof *keys), *other = eg_memory_array(n, sizeof *other);
    if (!keys || !other) {
        free(keys);
        free(other);
        return eg_error_no_memory(err, n * sizeof *keys);
    }
    make_keys(boxes, n, keys);
    sort_by_digit(keys, other, n, 0);
    sort_by_digit(other, keys, n, RADIX_BITS);
    sort_by_digit(keys, other, n, 2 * RADIX_BITS);
    for (uint32_t i = 0; i < n; i++) order_out[i] = other[i].item;
    free(keys);
    free(other);
    return EG_OK;
}

/* Lays out the tiers; returns the boxes in all. */
static uint32_t plan_tiers(struct eg_topology_tree *tree, uint32_t n)
{
    uint32_t count = n, total = 0;
    tree->n_tiers = 0;
    for (;;) {
        tree->tier_start[tree->n_tiers++] = total;
        total += count;
        if (count <= EG_TOPOLOGY_FANOUT) break;
        count = (count + EG_TOPOLOGY_FANOUT - 1) / EG_TOPOLOGY_FANOUT;
    }
    tree->tier_start[tree->n_tiers] = total;
    return total;
}

static uint32_t tier_count(const struct eg_topology_tree *tree, uint32_t tier)
{
    return tree->tier_start[tier + 1] - tree->tier_start[tier];
}

static void fill_tier(struct eg_topology_tree *tree, uint32_t tier)
{
    const struct eg_box *below = tree->boxes + tree->tier_start[tier - 1];
    struct eg_box *boxes = tree->boxes + tree->tier_start[tier];
    uint32_t n_below = tier_count(tree, tier - 1);

    for (uint32_t i = 0; i < n_below; i++) {
        uint32_t above = i / EG_TOPOLOGY_FANOUT;
        boxes[above] =
            i % EG_TOPOLOGY_FANOUT == 0 ? below[i] : eg_topology_join_boxes(boxes[above], below[i]);
    }
}

enum eg_status eg_topology_tree_init(struct eg_topology_tree *tree, const struct eg_box *boxes, uint32_t n,
                                     struct eg_error *err)
{
    uint32_t total = plan_tiers(tree, n);

    tree->boxes = eg_memory_array(total, sizeof *tree->boxes);
    tree->items = eg_memory_array(n, sizeof *tree->items);
    enum eg_status st = EG_NO_MEMORY;
    if (tree->boxes && tree->items) st = eg_topology_hilbert_order(boxes, n, tree->items, err);
    if (st) {
        eg_topology_tree_clear(tree);
        return eg_error_no_memory(err, total * sizeof *tree->boxes);
    }
    for (uint32_t i = 0; i < n; i++) tree->boxes[i] = boxes[tree->items[i]];
    for (uint32_t tier = 1; tier < tree->n_tiers; tier++) fill_tier(tree, tier);
    return EG_OK;
}

void eg_topology_tree_clear(struct eg_topology_tree *tree)
{
    free(tree->boxes);
    free(tree->items);
    memset(tree, 0, sizeof *tree);
}

struct eg_topology_query eg_topology_query_start(const struct eg_topology_tree *tree, struct eg_box box,
                                                 uint32_t from)
{
    return (struct eg_topology_query){.tree = tree, .box = box, .from = from, .tier = tree->n_tiers - 1};
}

/* Past this box and all below it: to the next sibling, or where there is none to the parent's. */
static void step(struct eg_topology_query *query)
{
    const struct eg_topology_tree *tree = query->tree;
    query->at++;
    while (query->tier + 1 < tree->n_tiers &&
           (query->at % EG_TOPOLOGY_FANOUT == 0 || query->at == tier_count(tree, query->tier))) {
        query->at = (query->at - 1) / EG_TOPOLOGY_FANOUT + 1;
        query->tier++;
    }
}

/* The last place below the box where the query stands. */
static uint64_t last_place(const struct eg_topology_query *query)
{
    uint64_t end = (uint64_t)query->at + 1;
    for (uint32_t tier = 0; tier < query->tier; tier++) end *= EG_TOPOLOGY_FANOUT;
    return end - 1;
}

uint32_t eg_topology_query_next(struct eg_topology_query *query)
{
    const struct eg_topology_tree *tree = query->tree;
    while (query->at < tier_count(tree, query->tier)) {
        const struct eg_box *box = &tree->boxes[tree->tier_start[query->tier] + query->at];
        if (!eg_topology_boxes_meet(*box, query->box) || last_place(query) < query->from) {
            step(query);
        } else if (query->tier > 0) {
            query->tier--;
            query->at *= EG_TOPOLOGY_FANOUT;
        } else {
            uint32_t place = query->at;
            step(query);
            return place;
        }
    }
    return EG_TOPOLOGY_NONE;
}
