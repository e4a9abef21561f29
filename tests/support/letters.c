#include "support/letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/topology_check.h"

#define SPACING 10
#define ARC_BYTES 160

struct told {
    char text[ARC_BYTES];
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct eg_test_letters eg_test_letters(const char *picture)
{
    struct eg_test_letters letters = {0};
    int32_t x = 0, y = 0;
    for (const char *c = picture; *c; c++) {
        if (is_letter(*c)) {
            letters.known[(size_t)*c] = true;
            letters.at[(size_t)*c] = (struct eg_point){x, y};
        }
        x = *c == '\n' ? 0 : x + SPACING;
        if (*c == '\n') y -= SPACING;
    }
    return letters;
}

struct eg_test_rings eg_test_letters_rings(const struct eg_test_letters *letters, const char *description)
{
    struct eg_test_rings made = {0};
    for (const char *c = description; *c; c++) {
        if (*c >= '0' && *c <= '9') {
            eg_test_rings_begin(&made, (uint32_t)(*c - '0'), c[1] == '-');
            c++;
        } else if (is_letter(*c)) {
            if (!letters->known[(size_t)*c]) abort();
            eg_test_rings_point(&made, letters->at[(size_t)*c]);
        }
    }
    return made;
}

static char letter_at(const struct eg_test_letters *letters, struct eg_point p)
{
    for (char c = 'A'; c <= 'z'; c++) {
        size_t i = (size_t)c;
        if (letters->known[i] && letters->at[i].x == p.x && letters->at[i].y == p.y) return c;
    }
    return '?';
}

static void swap(char *a, char *b)
{
    char c = *a;
    *a = *b;
    *b = c;
}

static void reverse(char *text, size_t n)
{
    for (size_t i = 0; i + 1 < n - i; i++) swap(&text[i], &text[n - 1 - i]);
}

/* A closed chain begins and ends with its first letter of the alphabet. */
static void rotate_closed(char *chain, size_t n)
{
    char turned[ARC_BYTES];
    size_t least = 0, m = n - 1;
    if (chain[0] != chain[m]) return;
    for (size_t i = 1; i < m; i++) {
        if (chain[i] < chain[least]) least = i;
    }
    for (size_t i = 0; i < m; i++) turned[i] = chain[(least + i) % m];
    memcpy(chain, turned, m);
    chain[m] = chain[0];
}

static char area_name(uint32_t area)
{
    return area == EG_NO_AREA ? '.' : (char)('0' + area % 10);
}

static struct told tell_arc(const struct eg_test_letters *letters, const struct eg_topology *topology,
                            uint32_t arc)
{
    struct told told;
    char chain[ARC_BYTES] = "", back[ARC_BYTES] = "";
    size_t n = 0;
    char left = area_name(topology->left[arc]), right = area_name(topology->right[arc]);

    for (uint32_t i = topology->arc_start[arc]; i < topology->arc_start[arc + 1] && n + 8 < sizeof chain;
         i++) {
        chain[n++] = letter_at(letters, topology->points[i]);
    }
    rotate_closed(chain, n);
    memcpy(back, chain, sizeof back);
    reverse(back, n);
    if (strcmp(back, chain) < 0) {
        memcpy(chain, back, sizeof chain);
        swap(&left, &right);
    }
    (void)snprintf(told.text, sizeof told.text, "%.140s %c/%c", chain, left, right);
    return told;
}

static int compare_told(const void *a, const void *b)
{
    return strcmp(((const struct told *)a)->text, ((const struct told *)b)->text);
}

const char *eg_test_letters_arcs(const struct eg_test_letters *letters, const struct eg_topology *topology,
                                 char *text, size_t size)
{
    struct told *told = calloc((size_t)topology->n_arcs + 1, sizeof *told);
    size_t used = 0;
    if (!told) abort();
    for (uint32_t a = 0; a < topology->n_arcs; a++) told[a] = tell_arc(letters, topology, a);
    qsort(told, topology->n_arcs, sizeof *told, compare_told);
    text[0] = '\0';
    for (uint32_t a = 0; a < topology->n_arcs && used < size; a++) {
        used += (size_t)snprintf(text + used, size - used, "%s%s", a > 0 ? ", " : "", told[a].text);
    }
    free(told);
    return text;
}

static void build(struct eg_test_outcome *o, double snap_units)
{
    struct eg_topology_options options = {.snap_units = snap_units};
    struct eg_error err = {0};
    if (eg_topology_build(&o->made.rings, &options, &o->topology, &o->report, o->suspect, &err)) {
        fail_msg("build: %s", err.message);
    }
    const char *fault = eg_test_topology_fault(o->topology);
    if (fault) fail_msg("%s", fault);
    (void)eg_test_letters_arcs(&o->letters, o->topology, o->arcs, sizeof o->arcs);
}

struct eg_test_outcome eg_test_build(const char *picture, const char *rings, double snap_units)
{
    struct eg_test_outcome o = {.letters = eg_test_letters(picture)};
    o.made = eg_test_letters_rings(&o.letters, rings);
    build(&o, snap_units);
    for (uint32_t a = 0; snap_units == 0 && a < o.topology->n_areas; a++) {
        assert_int_equal(eg_test_topology_area2(o.topology, a), eg_test_rings_area2(&o.made.rings, a));
    }
    return o;
}

struct eg_test_outcome eg_test_build_rings(struct eg_test_rings made, double snap_units)
{
    struct eg_test_outcome o = {.made = made};
    build(&o, snap_units);
    return o;
}

void eg_test_outcome_clear(struct eg_test_outcome *outcome)
{
    eg_topology_free(outcome->topology);
    eg_test_rings_clear(&outcome->made);
}
