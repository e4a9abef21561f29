/* The blends that a style's pictures are likely to hold, as a weighted sample for the quantiser.
 *
 * A pixel on a border mixes two areas, one at a junction three, one of a dense map at a low zoom twenty. Neighbours are
 * alike (that is what makes a map readable), so an area is followed by one of a near colour more often than by a far one;
 * the order of the classes is not needed for that. A share of the pixels lies on the coast, one beneath a line. The
 * pseudo-random sequence is fixed: the same style gives the same palette. */
#include "render/palette_private.h"

#include <math.h>

#include "base/memory.h"

#define COAST_SHARE 0.05 /* of the mixtures: half faded towards outside */
#define LINE_SHARE 0.35  /* of the mixtures, where the style has lines; fill alone otherwise */

/* How many areas meet in a pixel: mostly two. */
static const uint8_t meeting[] = {2, 2, 2, 2, 3, 3, 4, 6, 10, 20};

struct sampler {
    const struct eg_palette_grounds *grounds;
    uint64_t state;
    double *chance; /* [n * n]: of going from ground i to ground j, summed up along j */
};

/* SplitMix64 (Steele, Lea, Flood 2014), as a number from 0 up to 1. */
static double next(struct sampler *sampler)
{
    uint64_t z = (sampler->state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double distance(struct eg_rgba a, struct eg_rgba b)
{
    double r = a.r - b.r, g = a.g - b.g, l = a.b - b.b, o = a.a - b.a;
    return sqrt(r * r + g * g + l * l + o * o);
}

/* The mean distance from a ground to the one nearest to it: the style's own yardstick of "alike". */
static double typical_step(const struct eg_palette_grounds *grounds)
{
    double sum = 0;
    for (uint32_t i = 0; i < grounds->n; i++) {
        double nearest = 1e9;
        for (uint32_t j = 0; j < grounds->n; j++)
            if (j != i) nearest = fmin(nearest, distance(grounds->colours[i], grounds->colours[j]));
        sum += nearest;
    }
    return sum / grounds->n;
}

static void work_out_chances(struct sampler *sampler)
{
    const struct eg_palette_grounds *grounds = sampler->grounds;
    uint32_t n = grounds->n;
    double reach = 1.0 * typical_step(grounds);
    for (uint32_t i = 0; i < n; i++) {
        double sum = 0;
        for (uint32_t j = 0; j < n; j++) {
            sum += exp(-distance(grounds->colours[i], grounds->colours[j]) / reach);
            sampler->chance[(size_t)i * n + j] = sum;
        }
    }
}

static uint32_t neighbour(struct sampler *sampler, uint32_t ground)
{
    uint32_t n = sampler->grounds->n, j = 0;
    const double *chance = sampler->chance + (size_t)ground * n;
    double at = next(sampler) * chance[n - 1];
    while (j + 1 < n && chance[j] < at) j++;
    return j;
}

static void add(double mix[4], struct eg_rgba colour, double share)
{
    mix[0] += share * colour.r;
    mix[1] += share * colour.g;
    mix[2] += share * colour.b;
    mix[3] += share * colour.a;
}

static void fade(double mix[4], struct eg_rgba towards, double share)
{
    for (uint32_t c = 0; c < 4; c++) mix[c] *= 1 - share;
    add(mix, towards, share);
}

static void mix_areas(struct sampler *sampler, double mix[4])
{
    uint32_t m = meeting[(size_t)(next(sampler) * sizeof meeting)];
    uint32_t ground = (uint32_t)(next(sampler) * sampler->grounds->n), first = ground;
    double share[20], sum = 0;
    for (uint32_t k = 0; k < m; k++) sum += share[k] = -log(1 - next(sampler));
    for (uint32_t k = 0; k < m; k++) {
        add(mix, sampler->grounds->colours[ground], share[k] / sum);
        ground = neighbour(sampler, first);
    }
}

static void mix_line(struct sampler *sampler, double mix[4])
{
    const struct eg_palette_grounds *grounds = sampler->grounds;
    struct eg_rgba line = grounds->lines[(size_t)(next(sampler) * grounds->n_lines)];
    double cover = next(sampler) * next(sampler); /* most lines are thin and faint */
    for (uint32_t c = 0; c < 4; c++) mix[c] *= 1 - cover * line.a / 255.0;
    add(mix, line, cover);
}

static struct eg_quantise_point point(const double mix[4], uint64_t weight)
{
    struct eg_quantise_point point = {.weight = weight};
    for (uint32_t c = 0; c < 4; c++) point.channel[c] = (uint8_t)fmin(mix[c] + 0.5, 255);
    return point;
}

/* Along the edges of dots and strokes. */
static uint32_t add_inks(const struct eg_palette_grounds *grounds, struct eg_quantise_point *points)
{
    static const uint8_t steps[] = {18,  64,  75, 100,
                                    173, 202, 240}; /* what the patterns have at @1x and @2x */
    uint32_t n = 0;
    for (uint32_t i = 0; i < grounds->n_inks; i++)
        for (uint32_t k = 0; k < EG_ARRAY_LEN(steps); k++) {
            double mix[4] = {0};
            add(mix, grounds->inks[i].ground, 1);
            fade(mix, grounds->inks[i].ink, steps[k] / 255.0);
            points[n++] = point(mix, 2);
        }
    return n;
}

struct eg_quantise_point *eg_palette_sample(const struct eg_palette_grounds *grounds, uint32_t *n_out)
{
    struct sampler sampler = {.grounds = grounds, .state = 1};
    size_t capacity = EG_PALETTE_SAMPLES + 7u * grounds->n_inks;
    struct eg_quantise_point *points = eg_memory_array(capacity, sizeof *points);
    sampler.chance = eg_memory_array((size_t)grounds->n * grounds->n, sizeof *sampler.chance);
    if (!points || !sampler.chance) {
        free(points);
        free(sampler.chance);
        return NULL;
    }
    work_out_chances(&sampler);
    uint32_t n = 0;
    while (n < EG_PALETTE_SAMPLES) {
        double mix[4] = {0};
        mix_areas(&sampler, mix);
        if (next(&sampler) < COAST_SHARE) fade(mix, grounds->outside, next(&sampler));
        if (grounds->n_lines > 0 && next(&sampler) < LINE_SHARE) mix_line(&sampler, mix);
        points[n++] = point(mix, 4);
    }
    n += add_inks(grounds, points + n);
    free(sampler.chance);
    *n_out = n;
    return points;
}
