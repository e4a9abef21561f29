/* Where the corners of the lattice lie, so that borders look surveyed and not built of bricks.
 *
 * Every corner is shifted at random, then the corners on a border between exactly two sides are drawn towards the middle of
 * their neighbours on it, round after round, which takes the steps out of the border; where borders meet they stay. Single
 * precision and one array for all corners, worked on in place: a county of a million areas has 25 million of them, 200 MB.
 *
 * No corner moves further than REACH from its place, and no side bulges further than EG_SAMPLE_BEND of its length (at most
 * 1 + 2 * REACH). The sum is below half a cell, so two sides that share no corner cannot touch; with a longer reach a border
 * was seen, once in ten small counties, to be drawn across its neighbour. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/sample_parts.h"

#define JITTER 0.15
#define REACH 0.44
#define ROUNDS 4

enum { STREAM_JITTER = 90 };

uint32_t eg_sample_label(const struct eg_sample_land *land, int64_t x, int64_t y)
{
    if (x < 0 || y < 0 || x >= land->width || y >= land->height) return EG_SAMPLE_SEA;
    return land->label[(size_t)y * land->width + (size_t)x];
}

static float jitter(const struct eg_sample_land *land, uint64_t index)
{
    return (float)(JITTER * (2 * eg_sample_uniform(land->seed, STREAM_JITTER, index) - 1));
}

/* Rows of offsets around the row that is being smoothed, as they were before this round. */
struct rows {
    struct eg_sample_offset *south, *here, *north;
};

/* The new offset of a corner. Of the four cells around it, two that differ mean a border along the side between them. */
static struct eg_sample_offset smooth_corner(const struct eg_sample_land *land, const struct rows *rows,
                                             uint32_t x, uint32_t y)
{
    uint32_t south_west = eg_sample_label(land, (int64_t)x - 1, (int64_t)y - 1);
    uint32_t south_east = eg_sample_label(land, x, (int64_t)y - 1);
    uint32_t north_west = eg_sample_label(land, (int64_t)x - 1, y), north_east = eg_sample_label(land, x, y);
    bool east = south_east != north_east, west = south_west != north_west;
    bool north = north_west != north_east, south = south_west != south_east;
    struct eg_sample_offset sum = {0, 0}, here = rows->here[x];
    if (east + west + north + south != 2) return here;
    if (east) sum = (struct eg_sample_offset){sum.x + rows->here[x + 1].x + 1, sum.y + rows->here[x + 1].y};
    if (west) sum = (struct eg_sample_offset){sum.x + rows->here[x - 1].x - 1, sum.y + rows->here[x - 1].y};
    if (north) sum = (struct eg_sample_offset){sum.x + rows->north[x].x, sum.y + rows->north[x].y + 1};
    if (south) sum = (struct eg_sample_offset){sum.x + rows->south[x].x, sum.y + rows->south[x].y - 1};
    return (struct eg_sample_offset){here.x / 2 + sum.x / 4, here.y / 2 + sum.y / 4};
}

/* One round over all rows; kept[2 * width + 2] holds the two rows that are overwritten while they are still needed. */
static void smooth(const struct eg_sample_land *land, struct eg_sample_offset *offsets,
                   struct eg_sample_offset *kept)
{
    size_t n = land->width + 1u;
    struct rows rows = {.south = kept, .here = kept + n};
    memcpy(rows.south, offsets, n * sizeof *kept);
    for (uint32_t y = 0; y <= land->height; y++) {
        struct eg_sample_offset *row = offsets + y * n;
        memcpy(rows.here, row, n * sizeof *kept);
        rows.north = y < land->height ? row + n : rows.here;
        for (uint32_t x = 0; x < n; x++) row[x] = smooth_corner(land, &rows, x, y);
        struct eg_sample_offset *spare = rows.south;
        rows.south = rows.here;
        rows.here = spare;
    }
}

static void limit(struct eg_sample_offset *offset)
{
    float length = hypotf(offset->x, offset->y);
    if (length <= (float)REACH) return;
    offset->x *= (float)REACH / length;
    offset->y *= (float)REACH / length;
}

enum eg_status eg_sample_corners_make(const struct eg_sample_land *land,
                                      struct eg_sample_offset **offsets_out, struct eg_error *err)
{
    size_t width = land->width + 1u, n = width * (land->height + 1u);
    struct eg_sample_offset *offsets = eg_memory_array(n, sizeof *offsets);
    struct eg_sample_offset *kept = eg_memory_array(2 * width, sizeof *kept);
    if (!offsets || !kept) {
        free(offsets);
        free(kept);
        return eg_error_no_memory(err, n * sizeof *offsets);
    }
    for (size_t i = 0; i < n; i++)
        offsets[i] = (struct eg_sample_offset){jitter(land, 2 * i), jitter(land, 2 * i + 1)};
    for (int round = 0; round < ROUNDS; round++) smooth(land, offsets, kept);
    for (size_t i = 0; i < n; i++) limit(&offsets[i]);
    free(kept);
    *offsets_out = offsets;
    return EG_OK;
}
