/* From arcs to cells: exact signed coverage in integers.
 *
 * A segment is split at the rows' boundaries and then at the columns' boundaries; each piece lies in one cell and adds its
 * height times the part of the pixel to its right: two sums, in its own column and the next, of which a running sum along
 * the row makes the colour of every pixel. The scheme is that of FreeType's smooth rasteriser (cover and area), written
 * as in Raph Levien's font-rs, with four channels in place of one.
 *
 * Arcs that lie inside the window, as most do, are placed in long loops and handed on as chains; of the others every vertex is
 * looked at, and what crosses the window's edge is split with 64 bits. */
#include "render/cells_internal.h"

#include <string.h>

/* --- arcs inside the window ------------------------------------------------------------------------------------------- */

/* As eg_window_place, for points inside the window. */
static void place(const struct eg_window *window, const struct eg_point *points, uint32_t n,
                  struct eg_cells_place *places_out)
{
    const eg_f64x2 magic = {0x1.8p52, 0x1.8p52};
    const eg_i32x4 bias = eg_simd_low_words(window->bias, window->bias);
    uint32_t i = 0;
    for (; i + 2 <= n; i += 2) {
        eg_f64x2 a = (eg_simd_from_point(points + i) - window->origin) * window->scale + magic;
        eg_f64x2 b = (eg_simd_from_point(points + i + 1) - window->origin) * window->scale + magic;
        eg_i32x4 both = eg_simd_low_words((eg_i64x2)a, (eg_i64x2)b) - bias;
        memcpy(&places_out[i], &both, sizeof both);
    }
    if (i == n) return;
    eg_f64x2 a = (eg_simd_from_point(points + i) - window->origin) * window->scale + magic;
    eg_i32x4 last = eg_simd_low_words((eg_i64x2)a, (eg_i64x2)a) - bias;
    memcpy(&places_out[i], &last, sizeof *places_out);
}

/* An arc that is longer than the list goes in parts that share a place. */
static void add_long(struct eg_cells_chains *chains, const struct eg_window *window,
                     const struct eg_point *points, uint32_t n, eg_cells_delta d)
{
    for (;;) {
        eg_cells_add_chains(chains);
        uint32_t part = n < EG_CELLS_PLACES ? n : EG_CELLS_PLACES;
        place(window, points, part, chains->places);
        chains->n = part;
        eg_cells_end_chain(chains, d);
        if (part == n) return;
        points += part - 1;
        n -= part - 1;
    }
}

static void add_inside(struct eg_cells_chains *chains, const struct eg_window *window,
                       const struct eg_point *points, uint32_t n, eg_cells_delta d)
{
    if (n > EG_CELLS_PLACES - chains->n) {
        add_long(chains, window, points, n, d);
        return;
    }
    place(window, points, n, chains->places + chains->n);
    chains->n += n;
    eg_cells_end_chain(chains, d);
}

/* --- arcs that may cross its edge ------------------------------------------------------------------------------------- */

/* Goes on with the chain under way, or begins one at a. */
static void append(struct eg_cells_chains *chains, const struct eg_vertex *a, const struct eg_vertex *b,
                   bool *in_chain, eg_cells_delta d)
{
    if (*in_chain && chains->n == EG_CELLS_PLACES) {
        eg_cells_end_chain(chains, d);
        *in_chain = false;
    }
    if (!*in_chain) {
        if (chains->n + 2 > EG_CELLS_PLACES) eg_cells_add_chains(chains);
        chains->places[chains->n++] = (struct eg_cells_place){(int32_t)a->x, (int32_t)a->y};
    }
    chains->places[chains->n++] = (struct eg_cells_place){(int32_t)b->x, (int32_t)b->y};
    *in_chain = true;
}

/* Kept out of line, so that its variables do not push those of the common path out of the registers. */
__attribute__((noinline)) static void add_across(struct eg_cells_chains *chains,
                                                 const struct eg_window *window,
                                                 const struct eg_point *points, uint32_t n, eg_cells_delta d)
{
    struct eg_vertex a = eg_window_place(window, points);
    bool in_chain = false;
    for (uint32_t i = 1; i < n; i++) {
        struct eg_vertex b = eg_window_place(window, &points[i]);
        bool inside = (a.sides | b.sides) == 0;
        if (inside) append(chains, &a, &b, &in_chain, d);
        else if (in_chain) eg_cells_end_chain(chains, d);
        in_chain = inside;
        if (!inside && (a.sides & b.sides)) eg_cells_add_beside(chains->cells, &a, &b, d);
        else if (!inside) eg_cells_add_clipped(chains->cells, a, b, d);
        a = b;
    }
    if (in_chain) eg_cells_end_chain(chains, d);
}

void eg_cells_add(struct eg_cells *cells, const struct eg_window *window, const struct eg_plane_level *level,
                  const struct eg_cells_arc *arcs, uint32_t n, const struct eg_cells_table *table)
{
    struct eg_cells_chains chains;
    chains.cells = cells;
    chains.n = chains.n_chains = 0;
    memset(chains.ends, 0, sizeof chains.ends);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t *start = level->start + arcs[i].arc;
        eg_cells_delta d = table->pairs[arcs[i].left] - table->pairs[arcs[i].right];
        if (arcs[i].inside) add_inside(&chains, window, level->points + start[0], start[1] - start[0], d);
        else add_across(&chains, window, level->points + start[0], start[1] - start[0], d);
    }
    eg_cells_add_chains(&chains);
}
