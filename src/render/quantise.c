/* Median cut by variance: the group with the largest sum of squared errors is split at the mean of its widest channel until
 * there are as many groups as colours (Heckbert 1982, with the choice of Wu 1991 for the next group). The first groups are
 * the points of each held alpha and all the others. Deterministic: ties go to the first group and the first channel. Typical: 2,000 points into 200 groups in 0.15 ms. */
#include "render/png_private.h"

struct group {
    uint32_t begin, end;
    double mean[4];
    double spread[4]; /* weight times variance */
    double worst;     /* the largest spread: what a split can win in squared error */
    uint32_t widest;
};

/* Returns the group's merit: the one with the most is split next. */
static double measure(const struct eg_quantise_point *points, enum eg_quantise_aim aim, struct group *group)
{
    uint64_t weight = 0, sum[4] = {0}, square[4] = {0};
    for (uint32_t i = group->begin; i < group->end; i++) {
        uint64_t w = points[i].weight;
        weight += w;
        for (uint32_t c = 0; c < 4; c++) {
            uint64_t value = points[i].channel[c];
            sum[c] += w * value;
            square[c] += w * value * value;
        }
    }
    group->worst = 0;
    group->widest = 0;
    for (uint32_t c = 0; c < 4; c++) {
        group->mean[c] = (double)sum[c] / (double)weight;
        group->spread[c] = (double)square[c] - group->mean[c] * (double)sum[c];
        if (group->spread[c] <= group->worst) continue;
        group->worst = group->spread[c];
        group->widest = c;
    }
    if (group->worst < 0.5) group->worst = 0; /* rounding; it is one colour */
    return aim == EG_QUANTISE_SQUARES ? group->worst : group->worst * (double)weight;
}

/* Moves the points at or below the mean to the front; returns the first of the others. Every point is moved, since which
 * ones would have to be cannot be predicted. */
static uint32_t part(struct eg_quantise_point *points, const struct group *group)
{
    uint32_t c = group->widest, low = group->begin, mean = (uint32_t)group->mean[c];
    for (uint32_t i = low; i < group->end; i++) {
        struct eg_quantise_point point = points[i];
        points[i] = points[low];
        points[low] = point;
        low += point.channel[c] <= mean;
    }
    return low;
}

/* Moves the points of one alpha to the front of [begin, n); returns the first of the others. */
static uint32_t gather_alpha(struct eg_quantise_point *points, uint32_t begin, uint32_t n, uint32_t alpha)
{
    for (uint32_t i = begin; i < n; i++) {
        if (points[i].channel[3] != alpha) continue;
        struct eg_quantise_point moved = points[i];
        points[i] = points[begin];
        points[begin++] = moved;
    }
    return begin;
}

/* The groups to begin with; returns their number. */
static uint32_t part_alphas(struct eg_quantise_point *points, uint32_t n, const bool *held,
                            struct group *groups)
{
    uint32_t n_groups = 0, begin = 0;
    for (uint32_t alpha = 0; alpha < 256; alpha++) {
        uint32_t end = held[alpha] ? gather_alpha(points, begin, n, alpha) : begin;
        if (end > begin) groups[n_groups++] = (struct group){.begin = begin, .end = end};
        begin = end;
    }
    if (begin < n) groups[n_groups++] = (struct group){.begin = begin, .end = n};
    return n_groups;
}

static uint32_t worst_group(const double *merit, uint32_t n)
{
    uint32_t worst = 0;
    for (uint32_t i = 1; i < n; i++) worst = merit[i] > merit[worst] ? i : worst;
    return worst;
}

static struct eg_rgba mean_colour(const struct group *group)
{
    struct eg_rgba colour = {.r = (uint8_t)(group->mean[0] + 0.5),
                             .g = (uint8_t)(group->mean[1] + 0.5),
                             .b = (uint8_t)(group->mean[2] + 0.5),
                             .a = (uint8_t)(group->mean[3] + 0.5)};
    return colour;
}

uint32_t eg_quantise(struct eg_quantise_point *points, uint32_t n, const struct eg_quantise_order *order,
                     uint8_t *group_out, struct eg_rgba *colours_out)
{
    struct group groups[EG_PNG_COLOURS];
    double merit[EG_PNG_COLOURS];
    enum eg_quantise_aim aim = order->aim;
    uint32_t n_groups = part_alphas(points, n, order->held_alphas, groups);
    if (n == 0 || n_groups > order->n_boxes) return 0;
    for (uint32_t g = 0; g < n_groups; g++) merit[g] = measure(points, aim, &groups[g]);
    while (n_groups < order->n_boxes) {
        uint32_t worst = worst_group(merit, n_groups);
        struct group *old = &groups[worst], *new = &groups[n_groups];
        if (old->worst <= 0) break; /* every group is one colour */
        *new = (struct group){.begin = part(points, old), .end = old->end};
        old->end = new->begin;
        merit[worst] = measure(points, aim, old);
        merit[n_groups++] = measure(points, aim, new);
    }
    for (uint32_t g = 0; g < n_groups; g++) {
        colours_out[g] = mean_colour(&groups[g]);
        memset(group_out + groups[g].begin, (int)g, groups[g].end - groups[g].begin);
    }
    return n_groups;
}
