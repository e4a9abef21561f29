/* Small situations of polygons, drawn with letters, and topologies told in letters.
 *
 *     struct eg_test_letters at = eg_test_letters("a b c"
 *                                                 "\n"
 *                                                 "d e f");
 *     rings "0=abed 1=bcfe" are two squares; "0=abcd 0-efgh" one with a hole; "0=abc 0=def" one of two parts.
 *
 * A column is 10 units wide, a line 10 units high, north is up. */
#ifndef EG_TESTS_SUPPORT_LETTERS_H
#define EG_TESTS_SUPPORT_LETTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "geo/topology.h"
#include "support/rings.h"

struct eg_test_letters {
    bool known[128];
    struct eg_point at[128];
};

/* Where the letters stand in the picture. */
struct eg_test_letters eg_test_letters(const char *picture);

/* The rings of a description; areas are single digits. Clear with eg_test_rings_clear. */
struct eg_test_rings eg_test_letters_rings(const struct eg_test_letters *letters, const char *description);

/* The arcs in letters, each once, sorted, separated by ", ": "be 1/0" runs from b to e with area 1 on its left and area 0
 * on its right ("." is no area). Of its two directions an arc is told in the one that comes first in the alphabet; a closed
 * arc begins with its first letter. "?" is a point without a letter. Into text[size]; returns text. */
const char *eg_test_letters_arcs(const struct eg_test_letters *letters, const struct eg_topology *topology,
                                 char *text, size_t size);

/* What was built from a picture. */
struct eg_test_outcome {
    struct eg_test_letters letters;
    struct eg_test_rings made;
    struct eg_topology *topology;
    struct eg_topology_report report;
    bool suspect[10];
    char arcs[2048];
};

/* Builds the topology of a picture; fails the running test when that fails or leaves arrays that are not consistent, or
 * when, without a tolerance, an area has not kept its size to the last unit. */
struct eg_test_outcome eg_test_build(const char *picture, const char *rings, double snap_units);
/* The same from rings made by hand, which now belong to the outcome. */
struct eg_test_outcome eg_test_build_rings(struct eg_test_rings made, double snap_units);
void eg_test_outcome_clear(struct eg_test_outcome *outcome);

#endif
