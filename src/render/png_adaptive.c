/* A palette for one picture, where the style's own is too rough: dense tiles at low zooms, with 1,000 to 10,000 colours.
 *
 * The style's exact colours that occur keep their places. All other pixels are gathered in cells of 4 x 4 x 4 x 4 values (a
 * hash of some 500 to 5,000 cells; larger cells where a picture has to fit), a held alpha in cells of its own; the cells' mean colours are split into as many groups as
 * the palette has room for, none of which has a held alpha and others.
 * A pixel then finds its cell, and the cell knows its group. */
#include <stdlib.h>

#include "base/memory.h"
#include "render/png_private.h"

#define SLOTS 16384u
#define CELLS 8192u /* at most; a picture with more gets RGBA, which it would for its error anyway */
#define NO_CELL UINT16_MAX

#define EXACT 0x8000u /* in runs->cell: one of the style's exact colours, by its index */

struct cell {
    uint64_t weight;
    uint64_t sum[4];
};

struct eg_png_adaptive {
    const struct eg_png_set *exact; /* the style's; borrowed until the next picture */
    const bool *held;               /* [256]: likewise */
    uint32_t rough, rough_held;     /* the bits of a pixel that tell its cell; of one with a held alpha */
    bool occurs[EG_PNG_COLOURS];    /* which of them the picture has */
    uint8_t place[EG_PNG_COLOURS];  /* where they stand in colours */
    uint32_t n;
    struct eg_rgba colours[EG_PNG_COLOURS];
    uint32_t key[SLOTS];
    uint16_t slot_cell[SLOTS]; /* NO_CELL: free */
    uint32_t n_cells;
    struct cell cells[CELLS];
    uint8_t index[CELLS]; /* a cell's colour */
    struct eg_quantise_point points[CELLS];
    uint8_t group[CELLS];
};

struct eg_png_adaptive *eg_png_adaptive_new(void)
{
    return eg_memory_zeroed(1, sizeof(struct eg_png_adaptive));
}

void eg_png_adaptive_begin(struct eg_png_adaptive *adaptive, const struct eg_palette *palette, uint32_t bits)
{
    static const struct eg_png_set no_colours = {.n = 0};
    static const bool ends_held[256] = {[0] = true, [255] = true};
    uint8_t kept = (uint8_t)(0xFF00u >> bits);
    adaptive->exact = palette ? eg_palette_exact(palette) : &no_colours;
    adaptive->held = palette ? eg_palette_held_alphas(palette) : ends_held;
    adaptive->rough = eg_png_pixel(&(struct eg_rgba){kept, kept, kept, kept});
    adaptive->rough_held = eg_png_pixel(&(struct eg_rgba){kept, kept, kept, 0xFF});
    memset(adaptive->occurs, 0, sizeof adaptive->occurs);
    memset(adaptive->slot_cell, 0xFF, sizeof adaptive->slot_cell);
    adaptive->n_cells = 0;
}

/* The upper bits of each channel; of a held alpha all eight, with a mark among the bits that others lack. */
static inline uint32_t key_of(const struct eg_png_adaptive *adaptive, uint32_t pixel)
{
    static const struct eg_rgba mark = {1, 0, 0, 0};
    if (!adaptive->held[eg_png_colour(pixel).a]) return pixel & adaptive->rough;
    return (pixel & adaptive->rough_held) | eg_png_pixel(&mark);
}

/* The slot that holds the pixel's cell or is free for it. */
static uint32_t find_slot(const struct eg_png_adaptive *adaptive, uint32_t pixel)
{
    uint32_t key = key_of(adaptive, pixel), slot = (key * 2654435761u) >> 18;
    while (adaptive->slot_cell[slot] != NO_CELL && adaptive->key[slot] != key) slot = (slot + 1) % SLOTS;
    return slot;
}

/* The pixel's cell, made when new; NO_CELL when there are too many. */
static uint16_t gather(struct eg_png_adaptive *adaptive, uint32_t pixel, uint32_t weight)
{
    uint32_t slot = find_slot(adaptive, pixel);
    if (adaptive->slot_cell[slot] == NO_CELL) {
        if (adaptive->n_cells == CELLS) return NO_CELL;
        adaptive->key[slot] = key_of(adaptive, pixel);
        adaptive->slot_cell[slot] = (uint16_t)adaptive->n_cells;
        adaptive->cells[adaptive->n_cells++] = (struct cell){0};
    }
    struct cell *cell = &adaptive->cells[adaptive->slot_cell[slot]];
    struct eg_rgba colour = eg_png_colour(pixel);
    cell->weight += weight;
    cell->sum[0] += (uint64_t)weight * colour.r;
    cell->sum[1] += (uint64_t)weight * colour.g;
    cell->sum[2] += (uint64_t)weight * colour.b;
    cell->sum[3] += (uint64_t)weight * colour.a;
    return adaptive->slot_cell[slot];
}

bool eg_png_adaptive_gather(struct eg_png_adaptive *adaptive, struct eg_png_runs *runs)
{
    for (uint32_t i = 0; i < runs->n; i++) {
        uint32_t exact = eg_png_set_find(adaptive->exact, runs->pixel[i]);
        if (exact < EG_PNG_COLOURS) {
            adaptive->occurs[exact] = true;
            runs->cell[i] = (uint16_t)(EXACT | exact);
            continue;
        }
        runs->cell[i] = gather(adaptive, runs->pixel[i], runs->length[i]);
        if (runs->cell[i] == NO_CELL) return false;
    }
    return true;
}

void eg_png_adaptive_place(const struct eg_png_adaptive *adaptive, struct eg_png_runs *runs)
{
    for (uint32_t i = 0; i < runs->n; i++) {
        uint32_t exact = eg_png_set_find(adaptive->exact, runs->pixel[i]);
        runs->cell[i] = exact < EG_PNG_COLOURS ? (uint16_t)(EXACT | exact)
                                               : adaptive->slot_cell[find_slot(adaptive, runs->pixel[i])];
    }
}

static void keep_exact(struct eg_png_adaptive *adaptive)
{
    adaptive->n = 0;
    for (uint32_t i = 0; i < adaptive->exact->n; i++) {
        if (!adaptive->occurs[i]) continue;
        adaptive->place[i] = (uint8_t)adaptive->n;
        adaptive->colours[adaptive->n++] = adaptive->exact->colours[i];
    }
}

void eg_png_adaptive_choose(struct eg_png_adaptive *adaptive)
{
    keep_exact(adaptive);
    for (uint32_t i = 0; i < adaptive->n_cells; i++) {
        const struct cell *cell = &adaptive->cells[i];
        struct eg_quantise_point *point = &adaptive->points[i];
        *point = (struct eg_quantise_point){.tag = i, .weight = cell->weight};
        for (uint32_t c = 0; c < 4; c++)
            point->channel[c] = (uint8_t)((cell->sum[c] + cell->weight / 2) / cell->weight);
    }
    uint32_t first = adaptive->n;
    struct eg_quantise_order order = {EG_QUANTISE_ERRORS, EG_PNG_COLOURS - first, adaptive->held};
    adaptive->n +=
        eg_quantise(adaptive->points, adaptive->n_cells, &order, adaptive->group, adaptive->colours + first);
    for (uint32_t i = 0; i < adaptive->n_cells; i++)
        adaptive->index[adaptive->points[i].tag] = (uint8_t)(first + adaptive->group[i]);
}

void eg_png_adaptive_map(const struct eg_png_adaptive *adaptive, struct eg_png_runs *runs,
                         struct eg_png_error *error)
{
    uint64_t sum = 0, visible = 0;
    for (uint32_t i = 0; i < runs->n; i++) {
        uint32_t cell = runs->cell[i], pixel = runs->pixel[i];
        uint32_t index = cell & EXACT ? adaptive->place[cell & ~EXACT] : adaptive->index[cell];
        runs->index[i] = (uint8_t)index;
        sum += (uint64_t)runs->length[i] * eg_png_distance(pixel, eg_png_pixel(&adaptive->colours[index]));
        if (pixel != 0) visible += runs->length[i];
    }
    error->sum += sum;
    error->visible += visible;
}

const struct eg_rgba *eg_png_adaptive_colours(const struct eg_png_adaptive *adaptive, uint32_t *n_out)
{
    *n_out = adaptive->n;
    return adaptive->colours;
}
