/* A decoder of Mapbox Vector Tiles for tests, written from the specification's side: strict, and for one layer of polygons. */
#ifndef EG_TESTS_SUPPORT_MVT_DECODE_H
#define EG_TESTS_SUPPORT_MVT_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "geo/grid.h"

#define EG_TEST_MVT_TAGS 64

struct eg_test_mvt_value {
    bool is_text;
    struct eg_text text;
    double number;
};

struct eg_test_mvt_feature {
    uint64_t id;
    uint32_t n_tags;
    uint32_t tags[2 * EG_TEST_MVT_TAGS]; /* key, value, key, value ... */
    uint32_t first_ring, n_rings;
};

/* Points as in the tile: y downwards. */
struct eg_test_mvt {
    struct eg_text name;
    uint32_t extent, version;
    uint32_t n_features, n_keys, n_values, n_rings;
    struct eg_test_mvt_feature *features;
    struct eg_text *keys;
    struct eg_test_mvt_value *values;
    uint32_t *ring_start; /* [n_rings + 1] */
    struct eg_point *points;
};

/* Fails the running test when the bytes are no such tile, or a key or value stands there twice or is not used. The bytes have
 * to outlive it. Free with eg_test_mvt_free. */
struct eg_test_mvt *eg_test_mvt_decode(const void *bytes, size_t len);
void eg_test_mvt_free(struct eg_test_mvt *tile);

/* The value of a feature's key, or NULL. */
const struct eg_test_mvt_value *eg_test_mvt_get(const struct eg_test_mvt *tile, uint32_t feature,
                                                const char *key);
/* Twice the area by the surveyor's formula in tile coordinates: positive for shells. */
int64_t eg_test_mvt_area2(const struct eg_test_mvt *tile, uint32_t ring);

#endif
