#include "support/mvt_decode.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const unsigned char *at, *end;
};

static uint64_t varint(struct reader *r)
{
    uint64_t value = 0;
    for (uint32_t shift = 0;; shift += 7) {
        assert_true(r->at < r->end && shift < 64);
        unsigned char byte = *r->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
}

static struct reader bytes_of(struct reader *r)
{
    uint64_t len = varint(r);
    assert_true(len <= (uint64_t)(r->end - r->at));
    struct reader inner = {r->at, r->at + len};
    r->at += len;
    return inner;
}

static struct eg_text text_of(struct reader r)
{
    return (struct eg_text){(const char *)r.at, (size_t)(r.end - r.at)};
}

static int64_t zigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static void *grown(void *items, size_t n, size_t bytes)
{
    /* doubles at powers of two */
    if (n > 0 && (n & (n - 1)) != 0) return items;
    void *more = realloc(items, (n > 0 ? 2 * n : 1) * bytes);
    assert_non_null(more);
    return more;
}

static void add_point(struct eg_test_mvt *t, int64_t x, int64_t y)
{
    uint32_t n = t->ring_start[t->n_rings + 1];
    t->points = grown(t->points, n, sizeof *t->points);
    t->points[n] = (struct eg_point){(int32_t)x, (int32_t)y};
    t->ring_start[t->n_rings + 1] = n + 1;
}

/* MoveTo 1, LineTo 2 or more, ClosePath, again and again. */
static void read_geometry(struct eg_test_mvt *t, struct reader r)
{
    int64_t x = 0, y = 0;
    while (r.at < r.end) {
        t->ring_start = realloc(t->ring_start, (t->n_rings + 2) * sizeof *t->ring_start);
        assert_non_null(t->ring_start);
        if (t->n_rings == 0) t->ring_start[0] = 0;
        t->ring_start[t->n_rings + 1] = t->ring_start[t->n_rings];
        assert_int_equal(varint(&r), 1 << 3 | 1);
        x += zigzag(varint(&r));
        y += zigzag(varint(&r));
        add_point(t, x, y);
        uint64_t line = varint(&r);
        assert_int_equal(line & 7, 2);
        assert_true(line >> 3 >= 2);
        for (uint64_t i = 0; i < line >> 3; i++) {
            int64_t dx = zigzag(varint(&r)), dy = zigzag(varint(&r));
            assert_true(dx != 0 || dy != 0);
            x += dx;
            y += dy;
            add_point(t, x, y);
        }
        assert_int_equal(varint(&r), 1 << 3 | 7);
        t->n_rings++;
    }
}

static void read_feature(struct eg_test_mvt *t, struct reader r)
{
    t->features = grown(t->features, t->n_features, sizeof *t->features);
    struct eg_test_mvt_feature *feature = &t->features[t->n_features++];
    *feature = (struct eg_test_mvt_feature){.first_ring = t->n_rings};
    while (r.at < r.end) {
        uint64_t field = varint(&r);
        if (field == (1 << 3 | 0)) feature->id = varint(&r);
        else if (field == (2 << 3 | 2)) {
            struct reader tags = bytes_of(&r);
            for (; tags.at < tags.end; feature->n_tags++) {
                assert_in_range(feature->n_tags, 0, EG_TEST_MVT_TAGS - 1);
                feature->tags[2 * feature->n_tags] = (uint32_t)varint(&tags);
                feature->tags[2 * feature->n_tags + 1] = (uint32_t)varint(&tags);
            }
        } else if (field == (3 << 3 | 0)) assert_int_equal(varint(&r), 3);
        else if (field == (4 << 3 | 2)) read_geometry(t, bytes_of(&r));
        else fail_msg("a feature has field %u", (unsigned)field);
    }
    feature->n_rings = t->n_rings - feature->first_ring;
    assert_true(feature->n_rings > 0);
}

static struct eg_test_mvt_value read_value(struct reader r)
{
    struct eg_test_mvt_value value = {0};
    uint64_t field = varint(&r);
    if (field == (1 << 3 | 2)) {
        value.is_text = true;
        value.text = text_of(bytes_of(&r));
    } else if (field == (3 << 3 | 1)) {
        assert_int_equal(r.end - r.at, 8);
        uint64_t bits = 0;
        for (uint32_t i = 0; i < 8; i++) bits |= (uint64_t)r.at[i] << (8 * i);
        memcpy(&value.number, &bits, sizeof bits);
        r.at += 8;
    } else if (field == (5 << 3 | 0)) value.number = (double)varint(&r);
    else if (field == (6 << 3 | 0)) value.number = (double)zigzag(varint(&r));
    else fail_msg("a value has field %u", (unsigned)field);
    assert_true(r.at == r.end);
    return value;
}

static void read_layer(struct eg_test_mvt *t, struct reader r)
{
    while (r.at < r.end) {
        uint64_t field = varint(&r);
        if (field == (15 << 3 | 0)) t->version = (uint32_t)varint(&r);
        else if (field == (5 << 3 | 0)) t->extent = (uint32_t)varint(&r);
        else if (field == (1 << 3 | 2)) t->name = text_of(bytes_of(&r));
        else if (field == (2 << 3 | 2)) read_feature(t, bytes_of(&r));
        else if (field == (3 << 3 | 2)) {
            t->keys = grown(t->keys, t->n_keys, sizeof *t->keys);
            t->keys[t->n_keys++] = text_of(bytes_of(&r));
        } else if (field == (4 << 3 | 2)) {
            t->values = grown(t->values, t->n_values, sizeof *t->values);
            t->values[t->n_values++] = read_value(bytes_of(&r));
        } else fail_msg("a layer has field %u", (unsigned)field);
    }
}

static void check_pools(const struct eg_test_mvt *t)
{
    bool *key_used = calloc((size_t)t->n_keys + 1, 1), *value_used = calloc((size_t)t->n_values + 1, 1);
    assert_true(key_used && value_used);
    for (uint32_t f = 0; f < t->n_features; f++) {
        for (uint32_t i = 0; i < t->features[f].n_tags; i++) {
            assert_true(t->features[f].tags[2 * i] < t->n_keys &&
                        t->features[f].tags[2 * i + 1] < t->n_values);
            key_used[t->features[f].tags[2 * i]] = value_used[t->features[f].tags[2 * i + 1]] = true;
        }
    }
    for (uint32_t i = 0; i < t->n_keys; i++) assert_true(key_used[i]);
    for (uint32_t i = 0; i < t->n_values; i++) assert_true(value_used[i]);
    for (uint32_t i = 0; i < t->n_keys; i++)
        for (uint32_t k = 0; k < i; k++) assert_false(eg_text_equal(t->keys[i], t->keys[k]));
    free(key_used);
    free(value_used);
}

struct eg_test_mvt *eg_test_mvt_decode(const void *bytes, size_t len)
{
    struct eg_test_mvt *t = calloc(1, sizeof *t);
    struct reader r = {bytes, (const unsigned char *)bytes + len};
    assert_non_null(t);
    assert_int_equal(varint(&r), 3 << 3 | 2);
    read_layer(t, bytes_of(&r));
    assert_true(r.at == r.end);
    assert_int_equal(t->version, 2);
    check_pools(t);
    return t;
}

void eg_test_mvt_free(struct eg_test_mvt *t)
{
    free(t->features);
    free(t->keys);
    free(t->values);
    free(t->ring_start);
    free(t->points);
    free(t);
}

const struct eg_test_mvt_value *eg_test_mvt_get(const struct eg_test_mvt *t, uint32_t feature,
                                                const char *key)
{
    const struct eg_test_mvt_feature *f = &t->features[feature];
    for (uint32_t i = 0; i < f->n_tags; i++)
        if (eg_text_equal(t->keys[f->tags[2 * i]], eg_text_from(key))) return &t->values[f->tags[2 * i + 1]];
    return NULL;
}

int64_t eg_test_mvt_area2(const struct eg_test_mvt *t, uint32_t ring)
{
    const struct eg_point *p = t->points + t->ring_start[ring];
    uint32_t n = t->ring_start[ring + 1] - t->ring_start[ring];
    int64_t area2 = 0;
    for (uint32_t i = 0; i < n; i++)
        area2 += (int64_t)p[i].x * p[(i + 1) % n].y - (int64_t)p[(i + 1) % n].x * p[i].y;
    return area2;
}
