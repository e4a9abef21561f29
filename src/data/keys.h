/* Keys of a table against codes of a boundary set: making the key that the atlas asks for, and telling what would have
 * helped when it matches nothing. */
#ifndef EG_DATA_KEYS_H
#define EG_DATA_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"
#include "base/textmap.h"
#include "data/atlas.h"

struct eg_key_match {
    uint32_t area;      /* or EG_TEXTMAP_NONE */
    struct eg_text key; /* as looked up; lives until the next look-up */
    /* Without area, what would make it match: `trimmed` alone, `pad_to` alone, or, only when neither does, both together. */
    uint32_t pad_to; /* padded with zeros to so many characters, the prefix not counted; 0: no */
    bool trimmed;    /* without the blanks at its ends */
};

#define EG_KEY_SHAPES_MAX 32
#define EG_KEY_SHAPE_BYTES 24

/* One table's keys looked up in one boundary set. */
struct eg_keys {
    const struct eg_atlas_table *table;
    const struct eg_textmap *by_code;
    uint64_t code_lengths; /* bit l: some code has l bytes (up to 63) */
    struct eg_buffer key;
    struct eg_buffer tried;
    /* What keys without an area look like: letters as they are, digits as 9. */
    char shape[EG_KEY_SHAPES_MAX][EG_KEY_SHAPE_BYTES + 1];
    uint32_t n_shapes;
};

void eg_keys_init(struct eg_keys *keys, const struct eg_atlas_table *table, const struct eg_textmap *by_code,
                  const struct eg_text *codes, uint32_t n_codes);
void eg_keys_clear(struct eg_keys *keys);

/* Looks a cell up. */
EG_MUST_CHECK enum eg_status eg_keys_find(struct eg_keys *keys, struct eg_text cell,
                                          struct eg_key_match *match_out, struct eg_error *err);

/* Whether a code looks like one of the keys that found no area ("E01009999" like "E01030000"). */
bool eg_keys_is_alike(const struct eg_keys *keys, struct eg_text code);

#endif
