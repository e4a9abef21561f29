/* From cells to pixels: one running sum a row, begun with the colour left of the window.
 *
 * Groups of eight cells that no arc touched change nothing, so the pixels up to the next touched group have one colour,
 * which is packed once. A dense tile costs about ten cycles a group, an empty row of 256 pixels 64 stores. */
#include "render/cells.h"

#include <string.h>

static const eg_u32x4 zero;

/* Adds half a unit, so that shifting down rounds to nearest. */
static eg_u32x4 half_unit(void)
{
    return zero + (1U << (EG_CELLS_SHIFT - 1));
}

static inline void fill_run(struct eg_rgba *pixels, uint32_t n, eg_u32x4 sum)
{
    if (n == 0) return;
    const eg_u32x4 sums[4] = {sum, sum, sum, sum};
    struct eg_rgba four[4];
    eg_simd_pack(sums, EG_CELLS_SHIFT, four);
    uint32_t i = 0;
    for (; i + 4 <= n; i += 4) memcpy(pixels + i, four, sizeof four);
    memcpy(pixels + i, four, (n - i) * sizeof *four);
}

/* Sums up and clears the eight cells of a group; returns the sum after them. */
static inline eg_u32x4 sweep_group(eg_u32x4 *cell, eg_u32x4 sum, struct eg_rgba *pixels)
{
    eg_u32x4 s[EG_CELLS_GROUP];
    for (int i = 0; i < EG_CELLS_GROUP; i++) {
        sum += cell[i];
        cell[i] = zero;
        s[i] = sum;
    }
    eg_simd_pack(s, EG_CELLS_SHIFT, pixels);
    eg_simd_pack(s + 4, EG_CELLS_SHIFT, pixels + 4);
    return sum;
}

/* The next 64 flags, one byte each in a word, lowest first; clears them. */
static inline uint64_t take_flags(uint8_t *flags)
{
    uint64_t word = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&word, flags, sizeof word);
#else
    for (int i = 7; i >= 0; i--) word = word << 8 | flags[i];
#endif
    if (word) memset(flags, 0, sizeof word);
    return word;
}

static void sweep_row(eg_u32x4 *cell, uint8_t *flags, uint32_t width, eg_u32x4 sum, struct eg_rgba *pixels)
{
    uint32_t done = 0;
    for (uint32_t first = 0; first < width; first += 8 * EG_CELLS_GROUP) {
        uint64_t word = take_flags(flags + first / EG_CELLS_GROUP);
        for (; word; word &= word - 1) {
            uint32_t at = first + (uint32_t)__builtin_ctzll(word) / 8 * EG_CELLS_GROUP;
            if (at >= width) break;
            fill_run(pixels + done, at - done, sum);
            if (width - at >= EG_CELLS_GROUP) {
                sum = sweep_group(cell + at, sum, pixels + at);
                done = at + EG_CELLS_GROUP;
                continue;
            }
            struct eg_rgba last[EG_CELLS_GROUP];
            sweep_group(cell + at, sum, last);
            memcpy(pixels + at, last, (width - at) * sizeof *last);
            done = width;
        }
    }
    if (done < width) fill_run(pixels + done, width - done, sum);
    /* A piece in the last column also adds behind it. */
    cell[width] = zero;
    flags[width / EG_CELLS_GROUP] = 0;
}

eg_u32x4 eg_cells_sweep(struct eg_cells *cells, eg_u32x4 start, struct eg_rgba *pixels, size_t stride)
{
    eg_u32x4 left = start + cells->corner;
    for (int32_t row = 0; row < cells->height; row++) {
        left += cells->edge[row];
        cells->edge[row] = zero;
        sweep_row(cells->sums + (size_t)row * EG_CELLS_PITCH,
                  cells->flags + (size_t)row * EG_CELLS_FLAG_PITCH, (uint32_t)cells->width,
                  left + half_unit(), pixels + (size_t)row * stride);
    }
    left += cells->edge[cells->height];
    cells->edge[cells->height] = zero;
    cells->corner = zero;
    return left;
}

/* --- shares --------------------------------------------------------------------------------------------------------- */

/* The largest of four shares and which it is, the first one of equals. */
static int32_t largest(eg_u32x4 shares, uint8_t *which_out)
{
    int32_t most = (int32_t)shares[0];
    *which_out = 0;
    for (uint8_t k = 1; k < 4; k++) {
        if ((int32_t)shares[k] <= most) continue;
        most = (int32_t)shares[k];
        *which_out = k;
    }
    return most;
}

static void note_run(int32_t *best, uint8_t *number, uint32_t n, eg_u32x4 shares, uint8_t first)
{
    uint8_t which;
    int32_t most = largest(shares, &which);
    if (most <= 0) return;
    for (uint32_t i = 0; i < n; i++) {
        number[i] = most > best[i] ? (uint8_t)(first + which) : number[i];
        best[i] = most > best[i] ? most : best[i];
    }
}

static void sweep_shares_row(eg_u32x4 *cell, uint8_t *flags, uint32_t width, eg_u32x4 sum, uint8_t first,
                             int32_t *best, uint8_t *number)
{
    for (uint32_t at = 0; at < width; at += EG_CELLS_GROUP) {
        uint32_t n = width - at < EG_CELLS_GROUP ? width - at : EG_CELLS_GROUP;
        if (!flags[at / EG_CELLS_GROUP]) {
            note_run(best + at, number + at, n, sum, first);
            continue;
        }
        for (uint32_t i = 0; i < n; i++) {
            sum += cell[at + i];
            cell[at + i] = zero;
            note_run(best + at + i, number + at + i, 1, sum, first);
        }
        flags[at / EG_CELLS_GROUP] = 0;
    }
    cell[width] = zero;
    flags[width / EG_CELLS_GROUP] = 0;
}

eg_u32x4 eg_cells_sweep_shares(struct eg_cells *cells, eg_u32x4 start, uint8_t first, int32_t *best,
                               uint8_t *number)
{
    eg_u32x4 left = start + cells->corner;
    for (int32_t row = 0; row < cells->height; row++) {
        left += cells->edge[row];
        cells->edge[row] = zero;
        sweep_shares_row(cells->sums + (size_t)row * EG_CELLS_PITCH,
                         cells->flags + (size_t)row * EG_CELLS_FLAG_PITCH, (uint32_t)cells->width, left,
                         first, best + (size_t)row * EG_CELLS_WIDTH, number + (size_t)row * EG_CELLS_WIDTH);
    }
    left += cells->edge[cells->height];
    cells->edge[cells->height] = zero;
    cells->corner = zero;
    return left;
}
