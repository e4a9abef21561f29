/* A style's palette: the exact colours first, then the means of the blends that its pictures are likely to hold, and two
 * tables from a pixel to an index:
 *
 *     fine      6 bits a channel for the alpha that most grounds share (255, or the style's opacity): 256 kB, of which a
 *               picture touches a small part
 *     coarse    4 bits a channel, alpha too, for coasts and the like: 64 kB
 *
 * The fine table leads to colours of its own alpha only: a pixel within the land, between two areas, must be as opaque as
 * they are. The same is held for other alphas that areas are filled with, and for 0 and 255, by a search among the colours of
 * that alpha where the coarse table leads elsewhere.
 *
 * A cell that holds an exact colour leads to it. Two exact colours in one cell are told apart by a hash that is looked at
 * only in such styles ("hidden" colours). The error of a blended pixel is the palette's plus half a cell (2 or 8 of 255) at
 * worst; docs/decisions/0001-png-compression.md has what that comes to over pictures. */
#include "render/palette_private.h"

#include "base/memory.h"

#define FINE_BITS 6u
#define COARSE_BITS 4u

struct eg_palette {
    struct eg_png_set exact;
    uint32_t n;
    struct eg_rgba colours[EG_PNG_COLOURS];
    uint32_t n_hidden; /* exact colours that the tables do not lead to */
    bool held[256];    /* alphas that stay as they are */
    uint8_t fine_alpha;
    uint8_t fine[1u << (3 * FINE_BITS)];
    uint8_t coarse[1u << (4 * COARSE_BITS)];
};

static bool same(struct eg_rgba a, struct eg_rgba b)
{
    return eg_png_pixel(&a) == eg_png_pixel(&b);
}

static void add_ground(struct eg_palette_grounds *grounds, struct eg_rgba colour)
{
    for (uint32_t i = 0; i < grounds->n; i++)
        if (same(grounds->colours[i], colour)) return;
    grounds->colours[grounds->n++] = colour;
}

static enum eg_status too_many(struct eg_error *err)
{
    return eg_error_set(err, EG_LIMIT, "a style has at most %u different colours; use fewer classes",
                        EG_PALETTE_EXACT_MAX);
}

/* Puts what the style names into the exact set and, sorted by part, into grounds. */
static enum eg_status take_colours(struct eg_palette *palette, const struct eg_palette_style *style,
                                   struct eg_palette_grounds *grounds, struct eg_error *err)
{
    eg_png_set_add(&palette->exact, eg_png_pixel(&style->outside));
    for (uint32_t i = 0; i < style->n_paints; i++) {
        const struct eg_paint *paint = &style->paints[i];
        eg_png_set_add(&palette->exact, eg_png_pixel(&paint->colour));
        if (paint->pattern != EG_PATTERN_NONE) eg_png_set_add(&palette->exact, eg_png_pixel(&paint->ink));
        if (palette->exact.n > EG_PALETTE_EXACT_MAX || grounds->n_inks == EG_PALETTE_EXACT_MAX)
            return too_many(err);
        add_ground(grounds, paint->colour);
        if (paint->pattern == EG_PATTERN_NONE) continue;
        grounds->inks[grounds->n_inks].ground = paint->colour;
        grounds->inks[grounds->n_inks++].ink = paint->ink;
    }
    for (uint32_t i = 0; i < style->n_lines; i++) {
        if (style->lines[i].a < 255) continue;
        eg_png_set_add(&palette->exact, eg_png_pixel(&style->lines[i]));
        if (palette->exact.n > EG_PALETTE_EXACT_MAX) return too_many(err);
    }
    if (grounds->n == 0) add_ground(grounds, style->outside);
    grounds->outside = style->outside;
    grounds->lines = style->lines;
    grounds->n_lines = style->n_lines;
    return EG_OK;
}

/* The alpha that most grounds have. */
static uint8_t commonest_alpha(const struct eg_palette_grounds *grounds)
{
    uint32_t count[256] = {0}, best = 255;
    for (uint32_t i = 0; i < grounds->n; i++) count[grounds->colours[i].a]++;
    for (uint32_t a = 256; a-- > 0;)
        if (count[a] > count[best]) best = a;
    return (uint8_t)best;
}

/* Those of the fills; a style with very many keeps the first ones. */
static void hold_alphas(struct eg_palette *palette, const struct eg_palette_grounds *grounds)
{
    palette->held[0] = palette->held[255] = palette->held[palette->fine_alpha] = true;
    for (uint32_t i = 0, n = 3; i < grounds->n && n < EG_PALETTE_HELD_MAX - 1; i++) {
        n += !palette->held[grounds->colours[i].a];
        palette->held[grounds->colours[i].a] = true;
    }
}

static enum eg_status add_blends(struct eg_palette *palette, const struct eg_palette_grounds *grounds,
                                 struct eg_error *err)
{
    uint32_t n = 0, exact = palette->exact.n;
    struct eg_quantise_point *points = eg_palette_sample(grounds, &n);
    uint8_t *group = eg_memory_array(EG_PALETTE_SAMPLES + 7u * EG_PALETTE_EXACT_MAX, 1);
    struct eg_quantise_order order = {EG_QUANTISE_SQUARES, EG_PNG_COLOURS - exact, palette->held};
    if (points && group) {
        memcpy(palette->colours, palette->exact.colours, exact * sizeof palette->colours[0]);
        palette->n = exact + eg_quantise(points, n, &order, group, palette->colours + exact);
    }
    free(points);
    free(group);
    return palette->n > 0 ? EG_OK : eg_error_no_memory(err, n * sizeof *points);
}

static inline uint8_t *cell_of(struct eg_palette *palette, struct eg_rgba c)
{
    if (c.a == palette->fine_alpha) return &palette->fine[(c.r >> 2) << 12 | (c.g >> 2) << 6 | c.b >> 2];
    return &palette->coarse[(c.r >> 4) << 12 | (c.g >> 4) << 8 | (c.b >> 4) << 4 | c.a >> 4];
}

static void fill_tables(struct eg_palette *palette)
{
    struct eg_palette_table fine = {palette->fine, FINE_BITS, 3, palette->fine_alpha};
    struct eg_palette_table coarse = {palette->coarse, COARSE_BITS, 4, 0};
    eg_palette_table_fill(&fine, palette->colours, palette->n);
    eg_palette_table_fill(&coarse, palette->colours, palette->n);
    uint32_t n = palette->exact.n;
    for (uint32_t i = 0; i < n; i++) *cell_of(palette, palette->colours[i]) = (uint8_t)i;
    for (uint32_t i = 0; i < n; i++) palette->n_hidden += *cell_of(palette, palette->colours[i]) != i;
}

enum eg_status eg_palette_new(const struct eg_palette_style *style, struct eg_palette **palette_out,
                              struct eg_error *err)
{
    struct eg_palette *palette = eg_memory_zeroed(1, sizeof *palette);
    struct eg_palette_grounds *grounds = eg_memory_zeroed(1, sizeof *grounds);
    enum eg_status status = EG_OK;
    if (!palette || !grounds) status = eg_error_no_memory(err, sizeof *palette);
    if (!status) status = take_colours(palette, style, grounds, err);
    if (!status) {
        palette->fine_alpha = commonest_alpha(grounds);
        hold_alphas(palette, grounds);
        status = add_blends(palette, grounds, err);
    }
    if (!status) {
        fill_tables(palette);
        *palette_out = palette;
        palette = NULL;
    }
    free(grounds);
    free(palette);
    return status;
}

void eg_palette_free(struct eg_palette *palette)
{
    free(palette);
}

/* The nearest of the colours with the pixel's alpha; EG_PNG_COLOURS when there is none. */
static uint32_t nearest_of_alpha(const struct eg_palette *palette, struct eg_rgba pixel)
{
    uint32_t nearest = EG_PNG_COLOURS;
    int32_t least = INT32_MAX;
    for (uint32_t i = 0; i < palette->n; i++) {
        const struct eg_rgba *colour = &palette->colours[i];
        int32_t r = pixel.r - colour->r, g = pixel.g - colour->g, b = pixel.b - colour->b;
        if (colour->a != pixel.a || r * r + g * g + b * b >= least) continue;
        least = r * r + g * g + b * b;
        nearest = i;
    }
    return nearest;
}

static inline uint32_t index_of(const struct eg_palette *palette, uint32_t pixel)
{
    struct eg_rgba colour = eg_png_colour(pixel);
    uint32_t index = *cell_of((struct eg_palette *)(uintptr_t)palette, colour);
    if (palette->n_hidden > 0 && eg_png_pixel(&palette->colours[index]) != pixel) {
        uint32_t exact = eg_png_set_find(&palette->exact, pixel);
        if (exact < EG_PNG_COLOURS) return exact;
    }
    if (colour.a == palette->fine_alpha || !palette->held[colour.a]) return index;
    return palette->colours[index].a == colour.a ? index : nearest_of_alpha(palette, colour);
}

#define RUNS_BETWEEN_CHECKS 512u

bool eg_palette_map(const struct eg_palette *palette, struct eg_png_runs *runs, uint64_t limit,
                    struct eg_png_error *error)
{
    uint64_t sum = 0, visible = 0;
    for (uint32_t i = 0; i < runs->n; i++) {
        uint32_t pixel = runs->pixel[i], index = index_of(palette, pixel), length = runs->length[i];
        if (index == EG_PNG_COLOURS) return false;
        runs->index[i] = (uint8_t)index;
        sum += (uint64_t)length * eg_png_distance(pixel, eg_png_pixel(&palette->colours[index]));
        if (pixel != 0) visible += length;
        if (i % RUNS_BETWEEN_CHECKS == 0 && error->sum + sum > limit) break;
    }
    error->sum += sum;
    error->visible += visible;
    return error->sum <= limit;
}

void eg_palette_try(const struct eg_palette *palette, const struct eg_png_runs *runs, uint32_t step,
                    struct eg_png_error *error)
{
    for (uint32_t i = 0; i < runs->n; i += step) {
        uint32_t pixel = runs->pixel[i], index = index_of(palette, pixel), length = runs->length[i];
        if (pixel == 0 || index == EG_PNG_COLOURS) continue;
        error->sum += (uint64_t)length * eg_png_distance(pixel, eg_png_pixel(&palette->colours[index]));
        error->visible += length;
    }
}

const struct eg_rgba *eg_palette_colours(const struct eg_palette *palette, uint32_t *n_out)
{
    *n_out = palette->n;
    return palette->colours;
}

const struct eg_png_set *eg_palette_exact(const struct eg_palette *palette)
{
    return &palette->exact;
}

const bool *eg_palette_held_alphas(const struct eg_palette *palette)
{
    return palette->held;
}
