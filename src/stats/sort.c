/* Least-significant-digit radix sort, one byte a pass: some thousand to a million numbers, where it is five to ten times
 * as fast as qsort with its call for every comparison. A pass whose byte is the same in all keys is skipped; scores with
 * few digits and one sign share some of theirs.
 *
 * The bits of an IEEE 754 number order like those of a sign-and-magnitude integer. Flipping the sign bit of positive
 * numbers and all bits of negative ones makes them order like unsigned integers. */
#include "stats/sort.h"

#include <string.h>

#define N_DIGITS 8U
#define RADIX 256U

static const uint64_t sign_bit = UINT64_C(1) << 63U;

uint64_t eg_sort_key(double value)
{
    double one_zero = value + 0.0; /* minus zero becomes zero */
    uint64_t bits;
    memcpy(&bits, &one_zero, sizeof bits);
    return bits & sign_bit ? ~bits : bits | sign_bit;
}

double eg_sort_value(uint64_t key)
{
    uint64_t bits = key & sign_bit ? key & ~sign_bit : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static size_t digit_of(uint64_t key, unsigned digit)
{
    return (key >> (8 * digit)) & (RADIX - 1);
}

static void count_digits(const struct eg_sort_item *items, size_t n, size_t counts[N_DIGITS][RADIX])
{
    memset(counts, 0, N_DIGITS * sizeof counts[0]);
    for (size_t i = 0; i < n; i++)
        for (unsigned digit = 0; digit < N_DIGITS; digit++) counts[digit][digit_of(items[i].key, digit)]++;
}

/* Deals the items out by one digit. counts[RADIX] becomes, on the way, the place of the next item of each digit. */
static void deal(const struct eg_sort_item *from, struct eg_sort_item *to, size_t n, unsigned digit,
                 size_t *counts)
{
    size_t place = 0;
    for (size_t value = 0; value < RADIX; value++) {
        size_t count = counts[value];
        counts[value] = place;
        place += count;
    }
    for (size_t i = 0; i < n; i++) to[counts[digit_of(from[i].key, digit)]++] = from[i];
}

struct eg_sort_item *eg_sort_items(struct eg_sort_item *items, struct eg_sort_item *scratch, size_t n)
{
    if (n < 2) return items;
    size_t counts[N_DIGITS][RADIX];
    count_digits(items, n, counts);
    struct eg_sort_item *from = items;
    struct eg_sort_item *to = scratch;
    for (unsigned digit = 0; digit < N_DIGITS; digit++) {
        if (counts[digit][digit_of(from[0].key, digit)] == n) continue;
        deal(from, to, n, digit, counts[digit]);
        struct eg_sort_item *dealt = to;
        to = from;
        from = dealt;
    }
    return from;
}
