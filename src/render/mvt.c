/* Format: Mapbox Vector Tile Specification 2.1. A tile is a layer (field 3); a layer has a name (1), features (2), keys (3),
 * values (4), an extent (5) and a version (15); a feature has an id (1), tags (2), a type (3) and a geometry (4).
 *
 * A feature's tags and geometry are gathered as varints in two buffers and written as one message when the next feature begins.
 * Values are found again by the bytes of their message in an open-addressing table: most are codes and names, which are never
 * found, but states, classes and rounded numbers are.
 *
 * England's tile of zoom 6 has 20,000 features: some 1.5 MB, a third of it when packed. */
#include "render/mvt.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "render/mvt_private.h"

#define NONE UINT32_MAX
#define WHOLE_MAX 9007199254740992.0 /* 2^53: whole numbers up to here are exact */

enum { WIRE_VARINT = 0, WIRE_64_BITS = 1, WIRE_BYTES = 2 };
enum { COMMAND_MOVE_TO = 1, COMMAND_LINE_TO = 2, COMMAND_CLOSE_PATH = 7 };
enum { TYPE_POLYGON = 3, VERSION = 2 };

struct key {
    struct eg_text name;
    uint32_t number; /* within the layer, NONE until a feature has it */
};

struct pooled {
    uint64_t hash;
    size_t at, len; /* its message in mvt->values */
};

struct eg_mvt {
    struct eg_text layer;
    struct eg_mvt_rings rings;
    struct eg_buffer features, key_bytes, values; /* messages with their field headers */
    struct eg_buffer tags, geometry;              /* of the feature begun last */
    uint64_t id;
    bool has_feature; /* one is begun */
    int32_t x, y;     /* the cursor */
    struct key *keys;
    struct pooled *pool; /* [n_pooled] in the order of their numbers */
    uint32_t *slots;     /* [n_slots] into pool, or NONE; n_slots is a power of two */
    size_t keys_capacity, pool_capacity, n_slots;
    uint32_t n_keys, n_keys_used, n_pooled;
    bool failed;
};

struct eg_mvt *eg_mvt_new(void)
{
    struct eg_mvt *mvt = eg_memory_zeroed(1, sizeof *mvt);
    return mvt;
}

void eg_mvt_free(struct eg_mvt *mvt)
{
    if (!mvt) return;
    eg_mvt_rings_clear(&mvt->rings);
    eg_buffer_clear(&mvt->features);
    eg_buffer_clear(&mvt->key_bytes);
    eg_buffer_clear(&mvt->values);
    eg_buffer_clear(&mvt->tags);
    eg_buffer_clear(&mvt->geometry);
    free(mvt->keys);
    free(mvt->pool);
    free(mvt->slots);
    free(mvt);
}

/* Keeps the memory. */
static void empty(struct eg_buffer *buffer)
{
    buffer->len = 0;
    buffer->failed = false;
}

void eg_mvt_begin(struct eg_mvt *mvt, const struct eg_mvt_tile *tile)
{
    EG_ASSERT(tile->width > 0 && tile->height > 0);
    mvt->layer = tile->layer;
    mvt->rings.left = tile->left;
    mvt->rings.top = tile->top;
    mvt->rings.x_scale = EG_MVT_EXTENT / tile->width;
    mvt->rings.y_scale = EG_MVT_EXTENT / tile->height;
    empty(&mvt->features);
    empty(&mvt->key_bytes);
    empty(&mvt->values);
    mvt->has_feature = mvt->failed = false;
    mvt->n_keys = mvt->n_keys_used = mvt->n_pooled = 0;
    if (mvt->n_slots > 0) memset(mvt->slots, 0xff, mvt->n_slots * sizeof *mvt->slots);
}

static int32_t clamped(double v)
{
    return (int32_t)fmin(fmax(v, INT32_MIN), INT32_MAX);
}

struct eg_box eg_mvt_box(const struct eg_mvt_tile *tile)
{
    double x_more = (EG_MVT_BUFFER + 1) * tile->width / EG_MVT_EXTENT;
    double y_more = (EG_MVT_BUFFER + 1) * tile->height / EG_MVT_EXTENT;
    return (struct eg_box){
        clamped(floor(tile->left - x_more)), clamped(floor(tile->top - tile->height - y_more)),
        clamped(ceil(tile->left + tile->width + x_more)), clamped(ceil(tile->top + y_more))};
}

/* --- varints ------------------------------------------------------------------------------------------------------------ */

static void put_varint(struct eg_buffer *out, uint64_t value)
{
    char bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) bytes[n++] = (char)(0x80 | (value & 0x7f));
    bytes[n++] = (char)value;
    eg_buffer_append(out, bytes, n);
}

static size_t varint_len(uint64_t value)
{
    size_t n = 1;
    for (; value >= 0x80; value >>= 7) n++;
    return n;
}

static void put_field(struct eg_buffer *out, uint32_t field, uint32_t wire)
{
    put_varint(out, (uint64_t)field << 3 | wire);
}

static void put_bytes(struct eg_buffer *out, uint32_t field, const void *bytes, size_t len)
{
    put_field(out, field, WIRE_BYTES);
    put_varint(out, len);
    eg_buffer_append(out, bytes, len);
}

static uint32_t zigzag(int32_t v)
{
    return (uint32_t)v << 1 ^ (uint32_t)(v >> 31);
}

/* --- features ----------------------------------------------------------------------------------------------------------- */

static void write_feature(struct eg_mvt *mvt)
{
    if (!mvt->has_feature) return;
    size_t len = 1 + varint_len(mvt->id) + 2;
    if (mvt->tags.len > 0) len += 1 + varint_len(mvt->tags.len) + mvt->tags.len;
    len += 1 + varint_len(mvt->geometry.len) + mvt->geometry.len;
    put_field(&mvt->features, 2, WIRE_BYTES);
    put_varint(&mvt->features, len);
    put_field(&mvt->features, 1, WIRE_VARINT);
    put_varint(&mvt->features, mvt->id);
    if (mvt->tags.len > 0) put_bytes(&mvt->features, 2, mvt->tags.data, mvt->tags.len);
    put_field(&mvt->features, 3, WIRE_VARINT);
    put_varint(&mvt->features, TYPE_POLYGON);
    put_bytes(&mvt->features, 4, mvt->geometry.data, mvt->geometry.len);
    mvt->failed |= mvt->tags.failed || mvt->geometry.failed;
    mvt->has_feature = false;
}

static void put_command(struct eg_mvt *mvt, uint32_t command, uint32_t count)
{
    put_varint(&mvt->geometry, count << 3 | command);
}

static void put_point(struct eg_mvt *mvt, struct eg_point point)
{
    put_varint(&mvt->geometry, zigzag(point.x - mvt->x));
    put_varint(&mvt->geometry, zigzag(-point.y - mvt->y));
    mvt->x = point.x;
    mvt->y = -point.y;
}

/* Backwards: anticlockwise with y upwards is what the screen shows so, and the format wants shells the other way round. */
static void put_ring(struct eg_mvt *mvt, const struct eg_point *points, uint32_t n)
{
    put_command(mvt, COMMAND_MOVE_TO, 1);
    put_point(mvt, points[n - 1]);
    put_command(mvt, COMMAND_LINE_TO, n - 1);
    for (uint32_t i = n - 1; i-- > 0;) put_point(mvt, points[i]);
    put_command(mvt, COMMAND_CLOSE_PATH, 1);
}

bool eg_mvt_feature(struct eg_mvt *mvt, uint64_t id, const struct eg_shape *shape)
{
    write_feature(mvt);
    empty(&mvt->tags);
    empty(&mvt->geometry);
    mvt->id = id;
    mvt->x = mvt->y = 0;
    if (!eg_mvt_rings_make(&mvt->rings, shape)) {
        mvt->failed = true;
        return false;
    }
    const struct eg_walked_ring *rings = mvt->rings.clean_rings;
    for (uint32_t r = 0; r < mvt->rings.n_clean; r++)
        put_ring(mvt, mvt->rings.clean + rings[r].first_point, rings[r].n_points);
    mvt->failed |= mvt->geometry.failed;
    mvt->has_feature = mvt->geometry.len > 0;
    return mvt->has_feature;
}

/* --- keys and values ------------------------------------------------------------------------------------------------------ */

uint32_t eg_mvt_key(struct eg_mvt *mvt, struct eg_text name)
{
    if (!eg_memory_reserve((void **)&mvt->keys, &mvt->keys_capacity, (size_t)mvt->n_keys + 1,
                           sizeof *mvt->keys)) {
        mvt->failed = true;
        return NONE;
    }
    mvt->keys[mvt->n_keys] = (struct key){name, NONE};
    return mvt->n_keys++;
}

static uint32_t use_key(struct eg_mvt *mvt, uint32_t key)
{
    EG_ASSERT(key < mvt->n_keys);
    if (mvt->keys[key].number == NONE) {
        put_bytes(&mvt->key_bytes, 3, mvt->keys[key].name.data, mvt->keys[key].name.len);
        mvt->keys[key].number = mvt->n_keys_used++;
    }
    return mvt->keys[key].number;
}

static void fill_slots(struct eg_mvt *mvt)
{
    memset(mvt->slots, 0xff, mvt->n_slots * sizeof *mvt->slots);
    for (uint32_t i = 0; i < mvt->n_pooled; i++) {
        size_t at = mvt->pool[i].hash & (mvt->n_slots - 1);
        while (mvt->slots[at] != NONE) at = (at + 1) & (mvt->n_slots - 1);
        mvt->slots[at] = i;
    }
}

/* Room for one more value, the table half full at most. */
static bool make_room(struct eg_mvt *mvt)
{
    size_t needed = (size_t)mvt->n_pooled + 1;
    if (!eg_memory_reserve((void **)&mvt->pool, &mvt->pool_capacity, needed, sizeof *mvt->pool)) return false;
    if (2 * needed <= mvt->n_slots) return true;
    size_t n_slots = mvt->n_slots > 0 ? 2 * mvt->n_slots : 256;
    uint32_t *slots = eg_memory_array(n_slots, sizeof *slots);
    if (!slots) return false;
    free(mvt->slots);
    mvt->slots = slots;
    mvt->n_slots = n_slots;
    fill_slots(mvt);
    return true;
}

/* The number of the value whose message was just appended to mvt->values at `at`; taken off again when it is there already. */
static uint32_t pool_value(struct eg_mvt *mvt, size_t at)
{
    if (mvt->values.failed || !make_room(mvt)) {
        mvt->failed = true;
        return NONE;
    }
    const char *bytes = mvt->values.data + at;
    size_t len = mvt->values.len - at;
    uint64_t hash = eg_hash64(bytes, len, 0);
    size_t slot = hash & (mvt->n_slots - 1);
    for (; mvt->slots[slot] != NONE; slot = (slot + 1) & (mvt->n_slots - 1)) {
        const struct pooled *there = &mvt->pool[mvt->slots[slot]];
        if (there->hash != hash || there->len != len) continue;
        if (memcmp(mvt->values.data + there->at, bytes, len) != 0) continue;
        mvt->values.len = at;
        return mvt->slots[slot];
    }
    mvt->pool[mvt->n_pooled] = (struct pooled){hash, at, len};
    mvt->slots[slot] = mvt->n_pooled;
    return mvt->n_pooled++;
}

static void tag(struct eg_mvt *mvt, uint32_t key, size_t value_at)
{
    uint32_t value = pool_value(mvt, value_at);
    if (mvt->failed) return;
    put_varint(&mvt->tags, use_key(mvt, key));
    put_varint(&mvt->tags, value);
}

void eg_mvt_tag_text(struct eg_mvt *mvt, uint32_t key, struct eg_text value)
{
    size_t at = mvt->values.len;
    if (!mvt->has_feature || mvt->failed) return;
    put_field(&mvt->values, 4, WIRE_BYTES);
    put_varint(&mvt->values, 1 + varint_len(value.len) + value.len);
    put_bytes(&mvt->values, 1, value.data, value.len);
    tag(mvt, key, at);
}

/* As a varint when it is whole, else in eight bytes, the lowest first; 10.3 in four would come back as 10.300000191. */
void eg_mvt_tag_number(struct eg_mvt *mvt, uint32_t key, double value)
{
    size_t at = mvt->values.len;
    if (!mvt->has_feature || mvt->failed) return;
    put_field(&mvt->values, 4, WIRE_BYTES);
    if (value == floor(value) && fabs(value) <= WHOLE_MAX) {
        bool negative = value < 0;
        uint64_t size = (uint64_t)fabs(value), coded = negative ? 2 * size - 1 : size;
        put_varint(&mvt->values, 1 + varint_len(coded));
        put_field(&mvt->values, negative ? 6 : 5, WIRE_VARINT);
        put_varint(&mvt->values, coded);
    } else {
        uint64_t bits;
        char bytes[8];
        memcpy(&bits, &value, sizeof bits);
        for (uint32_t i = 0; i < 8; i++) bytes[i] = (char)(bits >> (8 * i));
        put_varint(&mvt->values, 9);
        put_field(&mvt->values, 3, WIRE_64_BITS);
        eg_buffer_append(&mvt->values, bytes, sizeof bytes);
    }
    tag(mvt, key, at);
}

enum eg_status eg_mvt_finish(struct eg_mvt *mvt, struct eg_buffer *out, struct eg_error *err)
{
    write_feature(mvt);
    mvt->failed |= mvt->features.failed || mvt->key_bytes.failed || mvt->values.failed;
    if (mvt->failed) return eg_error_no_memory(err, mvt->features.len);
    if (mvt->features.len == 0) return EG_OK;
    size_t head = 2 + 1 + varint_len(mvt->layer.len) + mvt->layer.len;
    size_t tail = 1 + varint_len(EG_MVT_EXTENT);
    put_field(out, 3, WIRE_BYTES);
    put_varint(out, head + mvt->features.len + mvt->key_bytes.len + mvt->values.len + tail);
    put_field(out, 15, WIRE_VARINT);
    put_varint(out, VERSION);
    put_bytes(out, 1, mvt->layer.data, mvt->layer.len);
    eg_buffer_append(out, mvt->features.data, mvt->features.len);
    eg_buffer_append(out, mvt->key_bytes.data, mvt->key_bytes.len);
    eg_buffer_append(out, mvt->values.data, mvt->values.len);
    put_field(out, 5, WIRE_VARINT);
    put_varint(out, EG_MVT_EXTENT);
    return out->failed ? eg_error_no_memory(err, out->len) : EG_OK;
}
