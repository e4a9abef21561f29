/* Nearest colour for every cell of colour space, by halving: a box keeps only those colours that can be the nearest for some
 * point of it, and hands them to its eight (or sixteen) halves. Most boxes are left with one colour before they are down to
 * a cell.
 *
 * The difference of two squared distances is linear in the point, so whether a colour loses to another all over a box is
 * seen from the box's middle and extent alone. */
#include "render/palette_private.h"

struct filler {
    const struct eg_palette_table *table;
    const struct eg_rgba *colours;
};

struct box {
    uint32_t low[4]; /* of the cells, in units of cells */
    uint32_t size;   /* cells along each side */
};

/* Everything doubled, so that a cell's middle (2^k - 1) / 2 is a whole number. */
static int32_t middle(const struct filler *filler, const struct box *box, uint32_t c)
{
    const struct eg_palette_table *table = filler->table;
    if (c >= table->n_channels) return (int32_t)(2 * table->alpha);
    return (int32_t)(((2 * box->low[c] + box->size) << (8 - table->bits)) - 1);
}

static int32_t squared(const int32_t middles[4], struct eg_rgba colour)
{
    int32_t r = middles[0] - 2 * colour.r, g = middles[1] - 2 * colour.g;
    int32_t b = middles[2] - 2 * colour.b, a = middles[3] - 2 * colour.a;
    return r * r + g * g + b * b + a * a;
}

/* How much nearer than at the box's middle `other` can get, against `nearest`, in the middle of one of its cells. */
static int32_t leeway(const struct filler *filler, const struct box *box, struct eg_rgba nearest,
                      struct eg_rgba other)
{
    int32_t sum = abs(nearest.r - other.r) + abs(nearest.g - other.g) + abs(nearest.b - other.b);
    if (filler->table->n_channels == 4) sum += abs(nearest.a - other.a);
    return 4 * sum * (int32_t)((box->size - 1) << (8 - filler->table->bits));
}

/* Writes those of candidates[n] that are nearest somewhere in the box to kept_out, the nearest to its middle first. */
static uint32_t keep_near(const struct filler *filler, const struct box *box, const uint8_t *candidates,
                          uint32_t n, uint8_t *kept_out)
{
    int32_t far[EG_PNG_COLOURS], middles[4];
    uint32_t nearest = 0, n_kept = 0;
    for (uint32_t c = 0; c < 4; c++) middles[c] = middle(filler, box, c);
    for (uint32_t i = 0; i < n; i++) {
        far[i] = squared(middles, filler->colours[candidates[i]]);
        if (far[i] < far[nearest]) nearest = i;
    }
    struct eg_rgba colour = filler->colours[candidates[nearest]];
    kept_out[n_kept++] = candidates[nearest];
    for (uint32_t i = 0; i < n; i++)
        if (i != nearest &&
            far[i] - far[nearest] < leeway(filler, box, colour, filler->colours[candidates[i]]))
            kept_out[n_kept++] = candidates[i];
    return n_kept;
}

/* No premultiplied colour has a channel above its alpha. */
static bool is_possible(const struct filler *filler, const struct box *box)
{
    uint32_t most = box->low[3] + box->size - 1;
    return filler->table->n_channels < 4 ||
           (box->low[0] <= most && box->low[1] <= most && box->low[2] <= most);
}

static void fill_cells(const struct eg_palette_table *table, const struct box *box, uint8_t colour)
{
    uint32_t n_alpha = table->n_channels == 4 ? box->size : 1, bits = table->bits;
    for (uint32_t r = box->low[0]; r < box->low[0] + box->size; r++)
        for (uint32_t g = box->low[1]; g < box->low[1] + box->size; g++) {
            for (uint32_t b = box->low[2]; b < box->low[2] + box->size; b++) {
                size_t cell = ((size_t)r << bits | g) << bits | b;
                if (table->n_channels == 4) cell = cell << bits | box->low[3];
                memset(table->cells + cell, colour, n_alpha);
            }
        }
}

static void fill_box(const struct filler *filler, const struct box *box, const uint8_t *candidates,
                     uint32_t n)
{
    uint8_t kept[EG_PNG_COLOURS];
    uint32_t n_kept = keep_near(filler, box, candidates, n, kept);
    if (n_kept == 1 || !is_possible(filler, box)) {
        fill_cells(filler->table, box, kept[0]);
        return;
    }
    for (uint32_t half = 0; half < 1u << filler->table->n_channels; half++) {
        struct box part = {.size = box->size / 2};
        for (uint32_t c = 0; c < filler->table->n_channels; c++)
            part.low[c] = box->low[c] + (half >> c & 1u) * part.size;
        fill_box(filler, &part, kept, n_kept);
    }
}

void eg_palette_table_fill(const struct eg_palette_table *table, const struct eg_rgba *colours, uint32_t n)
{
    struct filler filler = {.table = table, .colours = colours};
    struct box all = {.size = 1u << table->bits};
    uint8_t candidates[EG_PNG_COLOURS];
    uint32_t n_candidates = 0;
    for (uint32_t i = 0; i < n; i++)
        if (table->n_channels == 4 || colours[i].a == table->alpha) candidates[n_candidates++] = (uint8_t)i;
    fill_box(&filler, &all, candidates, n_candidates);
}
