/* A mean, a median or a score of a larger area lies between those of its parts, a total is their sum. The two are told apart by
 * the parents whose parts are all visible: where the sum of the parts is further above the largest of them (or below the
 * smallest) than rounding can explain, a parent that equals it is a total. Where no parent says so, a parent below the sum of
 * its visible parts says that it is none (values that cannot be negative), or more parents with all parts visible that differ
 * from their sum than equal it (values with a minus sign). Where nothing says that either, the numbers are taken to add up,
 * because a value that is withheld in error can be asked for, and one that is published in error cannot be taken back.
 *
 * Rounding: each number is off by at most the unit it is rounded to (random rounding goes as far). The unit is the greatest
 * number of which all values of a level are multiples: 5 where a publisher rounds to fives. Below 20 values that could be
 * chance, and it is the last decimal place in use. Values with more than six decimals are taken as not rounded. */
#include "data/additive.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "data/atlas.h"
#include "geo/topology.h"

#define PLACES_MAX 6
#define WHOLE_MAX 1e15
#define ENOUGH_FOR_A_UNIT 20U
#define UNROUNDED 1e-9 /* of the largest value */

/* What is visible of a total's parts. */
struct tally {
    double sum, smallest, largest;
    uint32_t n, n_unknown;
};

struct evidence {
    uint32_t n_sums;      /* parents that are clearly the sum of their parts */
    uint32_t n_agreeing;  /* complete parents that may be it */
    uint32_t n_differing; /* complete parents that are not */
    bool exceeded;        /* visible parts come to more than their parent */
};

static bool is_known(const struct eg_additive_level *level, uint32_t area)
{
    return level->state[area] == EG_VALID || level->state[area] == EG_UNRELIABLE;
}

/* --- rounding ------------------------------------------------------------------------------------------------------------ */

static bool is_whole(double number)
{
    double size = fabs(number);
    return size < WHOLE_MAX && fabs(number - round(number)) <= 1e-9 * (size > 1 ? size : 1);
}

static bool all_whole(const struct eg_additive_level *level, double scale)
{
    for (uint32_t i = 0; i < level->n_areas; i++) {
        if (is_known(level, i) && !is_whole(level->value[i] * scale)) return false;
    }
    return true;
}

static uint64_t common_divisor(const struct eg_additive_level *level, double scale, uint32_t *n_out)
{
    uint64_t divisor = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < level->n_areas; i++) {
        if (!is_known(level, i)) continue;
        uint64_t rest = (uint64_t)round(fabs(level->value[i] * scale));
        n++;
        while (rest > 0) {
            uint64_t next = divisor % rest;
            divisor = rest;
            rest = next;
        }
    }
    *n_out = n;
    return divisor;
}

static double unit_of(const struct eg_additive_level *level)
{
    double scale = 1;
    double largest = 0;
    for (int places = 0; places <= PLACES_MAX; places++, scale *= 10) {
        if (!all_whole(level, scale)) continue;
        uint32_t n = 0;
        uint64_t divisor = common_divisor(level, scale, &n);
        return n >= ENOUGH_FOR_A_UNIT && divisor > 0 ? (double)divisor / scale : 1 / scale;
    }
    for (uint32_t i = 0; i < level->n_areas; i++) {
        if (is_known(level, i) && fabs(level->value[i]) > largest) largest = fabs(level->value[i]);
    }
    return largest * UNROUNDED;
}

/* --- evidence ------------------------------------------------------------------------------------------------------------ */

static bool has_negative(const struct eg_additive_level *level)
{
    for (uint32_t i = 0; i < level->n_areas; i++) {
        if (is_known(level, i) && level->value[i] < 0) return true;
    }
    return false;
}

/* An area that is not applicable counts for nothing in any total. */
static void add_part(struct tally *tally, const struct eg_additive_level *parts, uint32_t area)
{
    if (!is_known(parts, area)) {
        tally->n_unknown += parts->state[area] != EG_NOT_APPLICABLE;
        return;
    }
    double value = parts->value[area];
    if (tally->n == 0 || value < tally->smallest) tally->smallest = value;
    if (tally->n == 0 || value > tally->largest) tally->largest = value;
    tally->n++;
    tally->sum += value;
}

static void weigh(struct evidence *evidence, const struct tally *tally, double total, double tolerance)
{
    if (tally->n == 0) return;
    if (tally->sum > total + tolerance) evidence->exceeded = true;
    if (tally->n_unknown > 0 || tally->n < 2) return;
    bool agrees = fabs(tally->sum - total) <= tolerance;
    bool is_clear =
        tally->sum > tally->largest + 2 * tolerance || tally->sum < tally->smallest - 2 * tolerance;
    if (agrees) evidence->n_agreeing++;
    else evidence->n_differing++;
    if (agrees && is_clear) evidence->n_sums++;
}

static enum eg_additive decide(const struct evidence *evidence, bool negative)
{
    if (evidence->n_sums > 0) return EG_ADDITIVE_CLEAR;
    bool speaks_against = negative ? evidence->n_differing > evidence->n_agreeing : evidence->exceeded;
    return speaks_against ? EG_ADDITIVE_NO : EG_ADDITIVE_UNSURE;
}

enum eg_status eg_additive_find(const struct eg_additive_level *parts, const struct eg_additive_level *totals,
                                const uint32_t *parent, enum eg_additive *verdict_out, struct eg_error *err)
{
    struct tally *tallies = eg_memory_zeroed(totals->n_areas, sizeof *tallies);
    if (!tallies) return eg_error_no_memory(err, totals->n_areas * sizeof *tallies);
    for (uint32_t i = 0; i < parts->n_areas; i++) {
        if (parent[i] != EG_NO_AREA) add_part(&tallies[parent[i]], parts, i);
    }
    double part_unit = unit_of(parts);
    double total_unit = unit_of(totals);
    struct evidence evidence = {0};
    for (uint32_t i = 0; i < totals->n_areas; i++) {
        if (!is_known(totals, i)) continue;
        weigh(&evidence, &tallies[i], totals->value[i], tallies[i].n * part_unit + total_unit);
    }
    *verdict_out = decide(&evidence, has_negative(parts) || has_negative(totals));
    free(tallies);
    return EG_OK;
}
