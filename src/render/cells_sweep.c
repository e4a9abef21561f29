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

/* Sums up and clears the eight cells of a group, and the ninth, where a piece in the eighth may have added; returns the
 * sum after them. */
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
    sum += cell[EG_CELLS_GROUP];
    cell[EG_CELLS_GROUP] = zero;
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
}

static bool is_touched(const uint8_t *flags, uint32_t width)
{
    uint64_t any = 0;
    for (uint32_t first = 0; first < width; first += 8 * EG_CELLS_GROUP) {
        uint64_t word;
        memcpy(&word, flags + first / EG_CELLS_GROUP, sizeof word);
        any |= word;
    }
    return any != 0;
}

static bool is_zero(eg_u32x4 v)
{
    return (v[0] | v[1] | v[2] | v[3]) == 0;
}

eg_u32x4 eg_cells_sweep(struct eg_cells *cells, eg_u32x4 start, struct eg_rgba *pixels, size_t stride)
{
    eg_u32x4 left = start + cells->corner;
    uint32_t width = (uint32_t)cells->width;
    bool plain_above = false;
    for (int32_t row = 0; row < cells->height; row++) {
        uint8_t *flags = cells->flags + (size_t)row * EG_CELLS_FLAG_PITCH;
        struct eg_rgba *to = pixels + (size_t)row * stride;
        bool plain = !is_touched(flags, width);
        bool as_above = plain && plain_above && is_zero(cells->edge[row]);
        left += cells->edge[row];
        cells->edge[row] = zero;
        if (as_above)
            memcpy(to, to - stride, width * sizeof *to); /* the library copies wider than we may store */
        else sweep_row(cells->sums + (size_t)row * EG_CELLS_PITCH, flags, width, left + half_unit(), to);
        plain_above = plain;
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

/* n pixels from place `at` of the window have these shares. */
static void note_run(const struct eg_cells_shares *out, size_t at, uint32_t n, eg_u32x4 shares)
{
    uint8_t which;
    int32_t most = largest(shares, &which);
    if (most <= 0) return;
    int32_t *best = out->best + at;
    uint8_t *number = out->number + at;
    for (uint32_t i = 0; i < n; i++) {
        number[i] = most > best[i] ? (uint8_t)(out->first + which) : number[i];
        best[i] = most > best[i] ? most : best[i];
    }
}

static void sweep_shares_row(const struct eg_cells *cells, int32_t row, eg_u32x4 sum,
                             const struct eg_cells_shares *out)
{
    eg_u32x4 *cell = cells->sums + (size_t)row * EG_CELLS_PITCH;
    uint8_t *flags = cells->flags + (size_t)row * EG_CELLS_FLAG_PITCH;
    uint32_t width = (uint32_t)cells->width;
    size_t pixel = (size_t)row * EG_CELLS_WIDTH;
    uint32_t at = 0;
    while (at < width) {
        uint32_t end = at;
        while (end < width && !flags[end / EG_CELLS_GROUP]) end += EG_CELLS_GROUP;
        if (end > width) end = width;
        note_run(out, pixel + at, end - at, sum);
        if (end == width) return;
        flags[end / EG_CELLS_GROUP] = 0;
        at = end;
        end = width - at < EG_CELLS_GROUP ? width : at + EG_CELLS_GROUP;
        for (; at < end; at++) {
            sum += cell[at];
            cell[at] = zero;
            note_run(out, pixel + at, 1, sum);
        }
        sum += cell[at];
        cell[at] = zero;
    }
}

eg_u32x4 eg_cells_sweep_shares(struct eg_cells *cells, eg_u32x4 start, const struct eg_cells_shares *out)
{
    eg_u32x4 left = start + cells->corner;
    for (int32_t row = 0; row < cells->height; row++) {
        left += cells->edge[row];
        cells->edge[row] = zero;
        sweep_shares_row(cells, row, left, out);
    }
    left += cells->edge[cells->height];
    cells->edge[cells->height] = zero;
    cells->corner = zero;
    return left;
}
