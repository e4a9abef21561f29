/* Levenshtein's distance with one row of the table (Wagner and Fischer 1974). Names have some tens of bytes, lists some
 * hundreds of names; this runs once, on the way to an error message. */
#include "data/nearest.h"

#include <stdio.h>
#include <string.h>

#define MOST_BYTES 64U
#define MOST_NAMES 3U

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static uint32_t least(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

uint32_t eg_nearest_distance(struct eg_text a, struct eg_text b)
{
    uint32_t n_a = a.len < MOST_BYTES ? (uint32_t)a.len : MOST_BYTES;
    uint32_t n_b = b.len < MOST_BYTES ? (uint32_t)b.len : MOST_BYTES;
    uint32_t row[MOST_BYTES + 1];
    for (uint32_t j = 0; j <= n_b; j++) row[j] = j;
    for (uint32_t i = 1; i <= n_a; i++) {
        uint32_t diagonal = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= n_b; j++) {
            uint32_t replaced = diagonal + (lower(a.data[i - 1]) != lower(b.data[j - 1]));
            diagonal = row[j];
            row[j] = least(replaced, row[j] + 1, row[j - 1] + 1);
        }
    }
    return row[n_b];
}

const char *eg_nearest_list(struct eg_text wanted, const struct eg_text *names, uint32_t n_names,
                            char *text_out, size_t size)
{
    uint32_t best[MOST_NAMES];
    uint32_t distance[MOST_NAMES];
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_names; i++) {
        uint32_t d = eg_nearest_distance(wanted, names[i]);
        uint32_t at = n < MOST_NAMES ? n++ : MOST_NAMES;
        while (at > 0 && distance[at - 1] > d) {
            if (at < MOST_NAMES) {
                best[at] = best[at - 1];
                distance[at] = distance[at - 1];
            }
            at--;
        }
        if (at == MOST_NAMES) continue;
        best[at] = i;
        distance[at] = d;
    }
    size_t len = 0;
    (void)snprintf(text_out, size, "none");
    for (uint32_t i = 0; i < n && len < size; i++) {
        char name[4 * MOST_BYTES + 1];
        int wrote = snprintf(text_out + len, size - len, "%s'%s'", i > 0 ? ", " : "",
                             eg_text_escape(names[best[i]], name, sizeof name));
        len += wrote > 0 ? (size_t)wrote : 0;
    }
    return text_out;
}
