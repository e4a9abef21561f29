/* Reading a mapping against the const table of its keys, lists, and the words in which mistakes are told.
 *
 * A place in the file is a chain of struct eg_at on the stack; its path ("indicators[3].series[0]") is only written when
 * there is something to say. A suggestion is the nearest candidate by edit distance (optimal string alignment: swapped
 * neighbours count one), if it is near enough to be a slip of the pen. */
#include "data/atlas_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HINT_MAX_LEN 64 /* bytes of a text for which a suggestion is looked for */

/* --- errors --- */

static size_t write_path(const struct eg_at *at, char *path, size_t size)
{
    if (!at->parent) {
        path[0] = '\0';
        return 0;
    }
    size_t used = write_path(at->parent, path, size);
    int n = at->key ? snprintf(path + used, size - used, "%s%s", used > 0 ? "." : "", at->key)
                    : snprintf(path + used, size - used, "[%u]", at->index);
    size_t wanted = used + (n > 0 ? (size_t)n : 0);
    return wanted < size ? wanted : size - 1;
}

/* Takes off a UTF-8 sequence that was cut when the text was truncated; the rest is valid. */
static void drop_cut_sequence(char *text)
{
    size_t len = strlen(text);
    for (int i = 0; i < 3 && len > 0 && !eg_text_is_utf8((struct eg_text){text, len}); i++)
        text[--len] = '\0';
}

/* The path of a place, "indicators[3].series[0]", into path[size]; "" at the top. Returns path. */
static const char *path_of(const struct eg_at *at, char *path, size_t size)
{
    (void)write_path(at, path, size);
    drop_cut_sequence(path);
    return path;
}

enum eg_status eg_at_error(struct eg_reader *reader, const struct eg_at *at, enum eg_status status,
                           const char *format, ...)
{
    struct eg_error *err = reader->err;
    char message[sizeof err->message], path[sizeof err->field];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    drop_cut_sequence(message);
    (void)path_of(at, path, sizeof path);
    (void)eg_error_set(err, status, "%s%s%s", path, path[0] ? ": " : "", message);
    (void)eg_error_at(err, reader->file, at->node->mark.line, at->node->mark.column);
    (void)eg_error_field(err, path);
    return status;
}

enum eg_status eg_keys_refuse(struct eg_reader *reader, const struct eg_at *at, const char *const *keys,
                              size_t n, const char *message)
{
    for (size_t i = 0; i < n; i++) {
        struct eg_at value = {eg_node_get(at->node, keys[i]), at, keys[i], 0};
        if (value.node) return eg_at_error(reader, &value, EG_INVALID, "%s", message);
    }
    return EG_OK;
}

static uint32_t least(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Rows of the table of distances between prefixes of a and b; three are enough. */
static uint32_t distance(struct eg_text a, struct eg_text b)
{
    uint32_t rows[3][HINT_MAX_LEN + 1];
    if (a.len > HINT_MAX_LEN || b.len > HINT_MAX_LEN) return UINT32_MAX;
    for (uint32_t j = 0; j <= b.len; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        uint32_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (uint32_t)i;
        for (size_t j = 1; j <= b.len; j++) {
            uint32_t differs = a.data[i - 1] != b.data[j - 1];
            row[j] = least(row[j - 1] + 1, above[j] + 1, above[j - 1] + differs);
            bool swapped = i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1];
            if (swapped && two_above[j - 2] + 1 < row[j]) row[j] = two_above[j - 2] + 1;
        }
    }
    return rows[a.len % 3][b.len];
}

static void list_candidates(const struct eg_text *candidates, size_t n, char *hint, size_t size)
{
    size_t used = (size_t)snprintf(hint, size, n > 0 ? "; known are" : "; there are none");
    for (size_t i = 0; i < n; i++) {
        size_t needed = candidates[i].len + 2;
        if (needed + 6 > size - used) {
            (void)snprintf(hint + used, size - used, " ...");
            return;
        }
        used += (size_t)snprintf(hint + used, size - used, "%s %.*s", i > 0 ? "," : "",
                                 EG_TEXT_ARG(candidates[i]));
    }
}

const char *eg_hint(struct eg_text wrong, const struct eg_text *candidates, size_t n, char *hint, size_t size)
{
    uint32_t best = UINT32_MAX;
    size_t best_at = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t d = distance(wrong, candidates[i]);
        if (d < best) {
            best = d;
            best_at = i;
        }
    }
    bool near_enough = best <= 1 + wrong.len / 4 && best < wrong.len;
    if (near_enough) (void)snprintf(hint, size, "; did you mean '%.*s'?", EG_TEXT_ARG(candidates[best_at]));
    else list_candidates(candidates, n, hint, size);
    return hint;
}

/* --- memory --- */

void *eg_reader_array(struct eg_reader *reader, size_t count, size_t item_bytes)
{
    void *items = eg_arena_array(reader->arena, count, item_bytes);
    if (!items) (void)eg_error_no_memory(reader->err, item_bytes * count);
    return items;
}

enum eg_status eg_reader_copy(struct eg_reader *reader, struct eg_text text, struct eg_text *out)
{
    struct eg_text copy = eg_text_copy(reader->arena, text);
    if (!copy.data) return eg_error_no_memory(reader->err, text.len);
    *out = copy;
    return EG_OK;
}

/* --- mappings --- */

static enum eg_status read_field(struct eg_reader *reader, const struct eg_at *at,
                                 const struct eg_field *field, void *target)
{
    void *out = (char *)target + field->offset;
    switch (field->type) {
    case EG_FIELD_CUSTOM:
        return field->read(reader, at, out);
    case EG_FIELD_TEXT:
        return eg_value_text(reader, at, out);
    case EG_FIELD_NAME:
        return eg_value_name(reader, at, out);
    case EG_FIELD_ID: /* its form was checked when the ids were collected */
        return eg_value_text(reader, at, out);
    case EG_FIELD_URL:
        return eg_value_url(reader, at, out);
    case EG_FIELD_SOURCE: {
        struct eg_text path;
        enum eg_status st = eg_value_text(reader, at, &path);
        return st ? st : eg_source_resolve(reader, at, path, out);
    }
    case EG_FIELD_BOOL:
        return eg_value_bool(reader, at, out);
    case EG_FIELD_U32:
        return eg_value_u32(reader, at, (uint32_t)field->min, (uint32_t)field->max, out);
    case EG_FIELD_U64:
        return eg_value_u64(reader, at, (uint64_t)field->min, (uint64_t)field->max, out);
    case EG_FIELD_DOUBLE:
        return eg_value_double(reader, at, field->min, field->max, out);
    case EG_FIELD_WORD:
        return eg_value_word(reader, at, field->words, out);
    case EG_FIELD_REFERENCE:
        return eg_value_reference(reader, at, field->section, out);
    }
    return EG_OK;
}

static enum eg_status refuse_unknown_key(struct eg_reader *reader, const struct eg_at *at,
                                         const struct eg_node *key, const struct eg_field *fields, size_t n)
{
    struct eg_text known[EG_FIELDS_MAX];
    char path[64], hint[300];
    for (size_t i = 0; i < n; i++) known[i] = eg_text_from(fields[i].key);
    (void)path_of(at, path, sizeof path);
    (void)eg_hint(key->text, known, n, hint, sizeof hint);
    (void)eg_error_set(reader->err, EG_INVALID, "unknown key '%.*s' in %s%s", EG_TEXT_ARG(key->text),
                       path[0] ? path : "the atlas", hint);
    (void)eg_error_field(reader->err, path);
    (void)eg_error_at(reader->err, reader->file, key->mark.line, key->mark.column);
    return EG_INVALID;
}

static enum eg_status check_keys(struct eg_reader *reader, const struct eg_at *at,
                                 const struct eg_field *fields, size_t n)
{
    for (size_t i = 0; i < at->node->n; i++) {
        const struct eg_node *key = at->node->item[2 * i];
        bool known = false;
        for (size_t f = 0; f < n && !known; f++)
            known = eg_text_equal(key->text, eg_text_from(fields[f].key));
        if (!known) return refuse_unknown_key(reader, at, key, fields, n);
    }
    return EG_OK;
}

enum eg_status eg_fields_read(struct eg_reader *reader, const struct eg_at *at, const struct eg_field *fields,
                              size_t n, void *target)
{
    EG_ASSERT(n <= EG_FIELDS_MAX);
    if (at->node->kind != EG_NODE_MAP)
        return eg_at_error(reader, at, EG_INVALID, "expected a mapping ('%s: ...'), found %s", fields[0].key,
                           eg_node_describe(at->node));
    enum eg_status st = check_keys(reader, at, fields, n);
    for (size_t i = 0; i < n && !st; i++) {
        const struct eg_node *value = eg_node_get(at->node, fields[i].key);
        struct eg_at field_at = {value, at, fields[i].key, 0};
        if (value) st = read_field(reader, &field_at, &fields[i], target);
        else if (fields[i].required)
            st = eg_at_error(reader, at, EG_INVALID, "the key '%s' is missing; add it", fields[i].key);
    }
    return st;
}

/* --- lists --- */

enum eg_status eg_list_read(struct eg_reader *reader, const struct eg_at *at, struct eg_list_of of,
                            void **items_out, uint32_t *n_out)
{
    bool list = at->node->kind == EG_NODE_LIST;
    if (!list && !of.or_one)
        return eg_at_error(reader, at, EG_INVALID, "expected a list ('- ...' or '[...]'), found %s",
                           eg_node_describe(at->node));
    uint32_t n = list ? at->node->n : 1;
    char *items = eg_reader_array(reader, n, of.item_bytes);
    if (!items) return EG_NO_MEMORY;
    enum eg_status st = EG_OK;
    for (uint32_t i = 0; i < n && !st; i++) {
        struct eg_at item = {list ? at->node->item[i] : NULL, at, NULL, i};
        st = of.read(reader, list ? &item : at, items + i * of.item_bytes);
    }
    if (st) return st;
    *items_out = items;
    *n_out = n;
    return EG_OK;
}
