/* One hash look-up for a key that matches; only keys that match nothing cost more. */
#include "data/keys.h"

#include <string.h>

#define LONGEST_PADDED 63U

void eg_keys_init(struct eg_keys *keys, const struct eg_atlas_table *table, const struct eg_textmap *by_code,
                  const struct eg_text *codes, uint32_t n_codes)
{
    *keys = (struct eg_keys){.table = table, .by_code = by_code};
    eg_buffer_init(&keys->key, 0);
    eg_buffer_init(&keys->tried, 0);
    for (uint32_t i = 0; i < n_codes; i++) {
        if (codes[i].len <= LONGEST_PADDED) keys->code_lengths |= (uint64_t)1 << codes[i].len;
    }
}

void eg_keys_clear(struct eg_keys *keys)
{
    eg_buffer_clear(&keys->key);
    eg_buffer_clear(&keys->tried);
}

/* UTF-8 characters: bytes that do not continue one. */
static uint32_t count_characters(struct eg_text text)
{
    uint32_t n = 0;
    for (size_t i = 0; i < text.len; i++) n += ((unsigned char)text.data[i] & 0xC0U) != 0x80U;
    return n;
}

static struct eg_text write_key(struct eg_buffer *out, struct eg_text prefix, struct eg_text cell,
                                uint32_t pad)
{
    out->len = 0;
    eg_buffer_text(out, prefix);
    for (uint32_t n = count_characters(cell); n < pad; n++) eg_buffer_char(out, '0');
    eg_buffer_text(out, cell);
    return (struct eg_text){out->data, out->len};
}

static bool matches(struct eg_keys *keys, struct eg_text cell, uint32_t pad)
{
    struct eg_text key = write_key(&keys->tried, keys->table->key_prefix, cell, pad);
    return eg_textmap_get(keys->by_code, key) != EG_TEXTMAP_NONE;
}

/* The number of characters to pad to, prefix not counted, 0 when none helps. */
static uint32_t matching_pad(struct eg_keys *keys, struct eg_text cell)
{
    size_t prefix = keys->table->key_prefix.len;
    for (uint32_t length = 1; length <= LONGEST_PADDED; length++) {
        if (!(keys->code_lengths >> length & 1U) || length <= prefix + cell.len) continue;
        uint32_t pad = length - (uint32_t)prefix;
        if (matches(keys, cell, pad)) return pad;
    }
    return 0;
}

/* The least that would have helped: no blanks, or zeros, or no blanks and then zeros. */
static void find_remedy(struct eg_keys *keys, struct eg_text cell, struct eg_key_match *match)
{
    struct eg_text trimmed = eg_text_trim(cell);
    bool has_blanks = trimmed.len < cell.len && trimmed.len > 0;
    match->trimmed = has_blanks && matches(keys, trimmed, keys->table->key_pad);
    if (match->trimmed) return;
    match->pad_to = matching_pad(keys, cell);
    if (match->pad_to > 0 || !has_blanks) return;
    match->pad_to = matching_pad(keys, trimmed);
    match->trimmed = match->pad_to > 0;
}

static bool write_shape(struct eg_text key, char shape_out[EG_KEY_SHAPE_BYTES + 1])
{
    if (key.len == 0 || key.len > EG_KEY_SHAPE_BYTES) return false;
    for (size_t i = 0; i < key.len; i++)
        shape_out[i] = key.data[i] >= '0' && key.data[i] <= '9' ? '9' : key.data[i];
    shape_out[key.len] = '\0';
    return true;
}

static bool knows_shape(const struct eg_keys *keys, const char *shape)
{
    for (uint32_t i = 0; i < keys->n_shapes; i++) {
        if (strcmp(keys->shape[i], shape) == 0) return true;
    }
    return false;
}

static void note_shape(struct eg_keys *keys, struct eg_text key)
{
    char shape[EG_KEY_SHAPE_BYTES + 1];
    if (keys->n_shapes >= EG_KEY_SHAPES_MAX || !write_shape(key, shape) || knows_shape(keys, shape)) return;
    memcpy(keys->shape[keys->n_shapes++], shape, sizeof shape);
}

bool eg_keys_is_alike(const struct eg_keys *keys, struct eg_text code)
{
    char shape[EG_KEY_SHAPE_BYTES + 1];
    return write_shape(code, shape) && knows_shape(keys, shape);
}

enum eg_status eg_keys_find(struct eg_keys *keys, struct eg_text cell, struct eg_key_match *match_out,
                            struct eg_error *err)
{
    struct eg_text part = keys->table->key_trim ? eg_text_trim(cell) : cell;
    struct eg_key_match match = {.area = EG_TEXTMAP_NONE};
    if (part.len > 0) {
        match.key = write_key(&keys->key, keys->table->key_prefix, part, keys->table->key_pad);
        if (keys->key.failed) return eg_error_no_memory(err, part.len);
        match.area = eg_textmap_get(keys->by_code, match.key);
    }
    if (match.area == EG_TEXTMAP_NONE && part.len > 0) {
        find_remedy(keys, part, &match);
        if (keys->tried.failed) return eg_error_no_memory(err, part.len);
        note_shape(keys, match.key);
    }
    *match_out = match;
    return EG_OK;
}
