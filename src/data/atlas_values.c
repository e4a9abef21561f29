/* Single values of an atlas: texts, numbers, words, references, and the small shapes that several sections share. Each
 * mistake says what was found and how to write it right. */
#include "data/atlas_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ID_MAX_LEN 63

/* --- texts --- */

const char *eg_node_describe(const struct eg_node *node)
{
    if (node->kind == EG_NODE_LIST) return "a list";
    if (node->kind == EG_NODE_MAP) return "a mapping";
    switch (eg_node_scalar(node)) {
    case EG_SCALAR_NULL:
        return "nothing (a value that begins with '#' needs quotes)";
    case EG_SCALAR_BOOL:
        return "true or false";
    case EG_SCALAR_NUMBER:
        return "a number";
    case EG_SCALAR_TEXT:
        break;
    }
    return "a text";
}

enum eg_status eg_value_cell(struct eg_reader *reader, const struct eg_at *at, struct eg_text *out)
{
    const struct eg_node *node = at->node;
    if (node->kind != EG_NODE_SCALAR || eg_node_scalar(node) == EG_SCALAR_NULL)
        return eg_at_error(reader, at, EG_INVALID,
                           "expected a text, found %s; the empty text is written \"\"",
                           eg_node_describe(node));
    return eg_reader_copy(reader, node->text, out);
}

enum eg_status eg_item_cell(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_value_cell(reader, at, target);
}

enum eg_status eg_value_name(struct eg_reader *reader, const struct eg_at *at, struct eg_text *out)
{
    const struct eg_node *node = at->node;
    if (node->kind != EG_NODE_SCALAR || eg_node_scalar(node) == EG_SCALAR_NULL)
        return eg_at_error(reader, at, EG_INVALID, "expected a name, found %s", eg_node_describe(node));
    if (node->text.len == 0)
        return eg_at_error(reader, at, EG_INVALID, "is empty; remove the key or give a name");
    return eg_reader_copy(reader, node->text, out);
}

enum eg_status eg_value_text(struct eg_reader *reader, const struct eg_at *at, struct eg_text *out)
{
    const struct eg_node *node = at->node;
    enum eg_scalar scalar = node->kind == EG_NODE_SCALAR ? eg_node_scalar(node) : EG_SCALAR_NULL;
    if (scalar == EG_SCALAR_NUMBER || scalar == EG_SCALAR_BOOL)
        return eg_at_error(reader, at, EG_INVALID, "expected a text, found %s; write \"%.*s\" with quotes",
                           eg_node_describe(node), EG_TEXT_ARG(node->text));
    if (scalar == EG_SCALAR_NULL)
        return eg_at_error(reader, at, EG_INVALID, "expected a text, found %s", eg_node_describe(node));
    if (node->text.len == 0)
        return eg_at_error(reader, at, EG_INVALID, "is empty; remove the key or give a text");
    return eg_reader_copy(reader, node->text, out);
}

enum eg_status eg_value_url(struct eg_reader *reader, const struct eg_at *at, struct eg_text *out)
{
    struct eg_text text;
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    size_t scheme = eg_text_starts_with(text, EG_TEXT("https://"))  ? 8
                    : eg_text_starts_with(text, EG_TEXT("http://")) ? 7
                                                                    : 0;
    bool host = scheme > 0 && text.len > scheme && text.data[scheme] != '/';
    if (!host || memchr(text.data, ' ', text.len))
        return eg_at_error(reader, at, EG_INVALID,
                           "'%.*s' is no web address; it begins with https:// or http://", EG_TEXT_ARG(text));
    *out = text;
    return EG_OK;
}

/* --- numbers, words --- */

enum eg_status eg_value_bool(struct eg_reader *reader, const struct eg_at *at, bool *out)
{
    const struct eg_node *node = at->node;
    if (node->kind != EG_NODE_SCALAR || eg_node_scalar(node) != EG_SCALAR_BOOL)
        return eg_at_error(reader, at, EG_INVALID,
                           "expected true or false, found %s; write true or false, without quotes",
                           eg_node_describe(node));
    *out = node->text.data[0] == 't' || node->text.data[0] == 'T';
    return EG_OK;
}

static bool is_number(const struct eg_node *node)
{
    return node->kind == EG_NODE_SCALAR && eg_node_scalar(node) == EG_SCALAR_NUMBER;
}

/* -5 and 99999999999999999999 are whole numbers too, though no uint64_t. */
static bool is_whole(struct eg_text text)
{
    size_t sign = text.len > 1 && text.data[0] == '-';
    return strspn(text.data + sign, "0123456789") == text.len - sign;
}

static enum eg_status refuse_u64(struct eg_reader *reader, const struct eg_at *at, uint64_t min, uint64_t max)
{
    const struct eg_node *node = at->node;
    if (!is_number(node))
        return eg_at_error(reader, at, EG_INVALID,
                           "expected a whole number, found %s; write digits without quotes",
                           eg_node_describe(node));
    if (!is_whole(node->text))
        return eg_at_error(reader, at, EG_INVALID, "expected a whole number, found %.*s; write digits only",
                           EG_TEXT_ARG(node->text));
    return eg_at_error(reader, at, EG_INVALID, "%.*s is out of range; it must lie between %llu and %llu",
                       EG_TEXT_ARG(node->text), (unsigned long long)min, (unsigned long long)max);
}

enum eg_status eg_value_u64(struct eg_reader *reader, const struct eg_at *at, uint64_t min, uint64_t max,
                            uint64_t *out)
{
    const struct eg_node *node = at->node;
    uint64_t value;
    bool is_u64 = node->kind == EG_NODE_SCALAR && node->plain && eg_text_to_u64(node->text, &value);
    if (!is_u64 || value < min || value > max) return refuse_u64(reader, at, min, max);
    *out = value;
    return EG_OK;
}

enum eg_status eg_value_u32(struct eg_reader *reader, const struct eg_at *at, uint32_t min, uint32_t max,
                            uint32_t *out)
{
    uint64_t value;
    enum eg_status st = eg_value_u64(reader, at, min, max, &value);
    if (!st) *out = (uint32_t)value;
    return st;
}

enum eg_status eg_value_double(struct eg_reader *reader, const struct eg_at *at, double min, double max,
                               double *out)
{
    const struct eg_node *node = at->node;
    double value;
    bool is_double = node->kind == EG_NODE_SCALAR && node->plain && eg_text_to_double(node->text, &value);
    if (!is_double && is_number(node))
        return eg_at_error(reader, at, EG_INVALID,
                           "%.*s cannot be used here; write a finite number in decimal digits",
                           EG_TEXT_ARG(node->text));
    if (!is_double)
        return eg_at_error(reader, at, EG_INVALID,
                           "expected a number, found %s; write it without quotes, with a point",
                           eg_node_describe(node));
    if (value < min || value > max)
        return eg_at_error(reader, at, EG_INVALID, "%.*s is out of range; it must lie between %g and %g",
                           EG_TEXT_ARG(node->text), min, max);
    *out = value;
    return EG_OK;
}

enum eg_status eg_value_word(struct eg_reader *reader, const struct eg_at *at, const char *const *words,
                             unsigned *out)
{
    struct eg_text text, known[EG_WORDS_MAX];
    char hint[300];
    unsigned n = 0;
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    for (; words[n]; n++) {
        EG_ASSERT(n < EG_WORDS_MAX);
        known[n] = eg_text_from(words[n]);
        if (!eg_text_equal(text, known[n])) continue;
        *out = n;
        return EG_OK;
    }
    return eg_at_error(reader, at, EG_INVALID, "'%.*s' is not known here%s", EG_TEXT_ARG(text),
                       eg_hint(text, known, n, hint, sizeof hint));
}

/* --- ids and references --- */

static const char *const section_key[EG_N_SECTIONS] = {
    [EG_SECTION_VIEWS] = "views",   [EG_SECTION_BOUNDARIES] = "boundaries",
    [EG_SECTION_TABLES] = "tables", [EG_SECTION_INDICATORS] = "indicators",
    [EG_SECTION_STYLES] = "styles", [EG_SECTION_DIRECTORIES] = "directories",
    [EG_SECTION_PLACES] = "places",
};

static bool is_id(struct eg_text text)
{
    if (text.len == 0 || text.len > ID_MAX_LEN || text.data[0] < 'a' || text.data[0] > 'z') return false;
    for (size_t i = 1; i < text.len; i++) {
        char c = text.data[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!ok) return false;
    }
    return true;
}

enum eg_status eg_value_reference(struct eg_reader *reader, const struct eg_at *at, enum eg_section section,
                                  uint32_t *out)
{
    struct eg_text text;
    char hint[300];
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    const struct eg_ids *ids = &reader->ids[section];
    uint32_t found = eg_textmap_get(ids->index, text);
    if (found == EG_TEXTMAP_NONE)
        return eg_at_error(reader, at, EG_INVALID, "there is no '%.*s' in %s%s", EG_TEXT_ARG(text),
                           section_key[section], eg_hint(text, ids->id, ids->n, hint, sizeof hint));
    *out = found;
    return EG_OK;
}

/* The id of an item, checked; *id_out is left alone when the item has none (its reader will miss it). */
static enum eg_status id_of(struct eg_reader *reader, const struct eg_at *item, struct eg_text *id_out)
{
    const struct eg_node *node = eg_node_get(item->node, "id");
    if (!node) return EG_OK;
    struct eg_at at = {node, item, "id", 0};
    struct eg_text id;
    enum eg_status st = eg_value_text(reader, &at, &id);
    if (st) return st;
    if (!is_id(id))
        return eg_at_error(
            reader, &at, EG_INVALID,
            "'%.*s' is no id; use 1 to 63 small letters, digits and '_', beginning with a letter",
            EG_TEXT_ARG(id));
    *id_out = id;
    return EG_OK;
}

static enum eg_status collect_id(struct eg_reader *reader, struct eg_ids *ids, struct eg_text *id,
                                 const struct eg_at *item)
{
    uint32_t before;
    enum eg_status st = id_of(reader, item, id);
    if (st || !id->data) return st;
    if (eg_textmap_put(ids->index, *id, item->index, &before))
        return eg_error_no_memory(reader->err, id->len);
    if (before == EG_TEXTMAP_NONE) return EG_OK;
    struct eg_at at = {eg_node_get(item->node, "id"), item, "id", 0};
    const struct eg_node *first = eg_node_get(item->parent->node->item[before], "id");
    return eg_at_error(reader, &at, EG_INVALID, "the id '%.*s' is taken by line %u; choose another",
                       EG_TEXT_ARG(*id), first->mark.line);
}

static enum eg_status collect_section(struct eg_reader *reader, const struct eg_at *section,
                                      struct eg_ids *ids)
{
    uint32_t n = section->node && section->node->kind == EG_NODE_LIST ? section->node->n : 0;
    struct eg_text *id = eg_reader_array(reader, n, sizeof *id);
    if (!id) return EG_NO_MEMORY;
    ids->id = id;
    ids->n = n;
    enum eg_status st = EG_OK;
    for (uint32_t i = 0; i < n && !st; i++) {
        struct eg_at item = {section->node->item[i], section, NULL, i};
        if (item.node->kind == EG_NODE_MAP) st = collect_id(reader, ids, &id[i], &item);
    }
    return st;
}

/* An atlas without styles has one. */
static enum eg_status add_built_in_style(struct eg_reader *reader)
{
    static const struct eg_text built_in = {"default", 7};
    struct eg_ids *styles = &reader->ids[EG_SECTION_STYLES];
    if (styles->n > 0) return EG_OK;
    styles->id = &built_in;
    styles->n = 1;
    if (eg_textmap_put(styles->index, built_in, 0, NULL))
        return eg_error_no_memory(reader->err, built_in.len);
    return EG_OK;
}

enum eg_status eg_ids_collect(struct eg_reader *reader, const struct eg_node *root)
{
    struct eg_at top = {root, NULL, NULL, 0};
    enum eg_status st = EG_OK;
    for (size_t i = 0; i < EG_N_SECTIONS && !st; i++) {
        struct eg_at section = {eg_node_get(root, section_key[i]), &top, section_key[i], 0};
        reader->ids[i].index = eg_textmap_new(0);
        if (!reader->ids[i].index) return eg_error_no_memory(reader->err, sizeof(struct eg_text));
        st = collect_section(reader, &section, &reader->ids[i]);
    }
    return st ? st : add_built_in_style(reader);
}

void eg_ids_clear(struct eg_reader *reader)
{
    for (size_t i = 0; i < EG_N_SECTIONS; i++) eg_textmap_free(reader->ids[i].index);
}

/* --- small shapes --- */

static bool is_subtag(struct eg_text text, bool is_first)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter && (is_first || c < '0' || c > '9')) return false;
    }
    return text.len >= (is_first ? 2U : 1U) && text.len <= 8;
}

enum eg_status eg_read_language(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text tag, rest, part;
    enum eg_status st = eg_value_name(reader, at, &tag);
    if (st) return st;
    rest = eg_text_cut(tag, '-', &part);
    bool fine = is_subtag(part, true);
    while (fine && rest.data) {
        rest = eg_text_cut(rest, '-', &part);
        fine = is_subtag(part, false);
    }
    if (!fine)
        return eg_at_error(reader, at, EG_INVALID,
                           "'%.*s' is no language tag; write one such as en, cy or pt-BR",
                           EG_TEXT_SHOWN(tag, 60));
    *(struct eg_text *)target = tag;
    return EG_OK;
}

static const struct eg_field licence_fields[] = {
    {.key = "title", .type = EG_FIELD_TEXT, .required = true, .offset = offsetof(struct eg_licence, title)},
    {.key = "url", .type = EG_FIELD_URL, .offset = offsetof(struct eg_licence, url)},
};

enum eg_status eg_value_licence(struct eg_reader *reader, const struct eg_at *at, struct eg_text *title_out,
                                struct eg_text *url_out)
{
    if (at->node->kind != EG_NODE_MAP) return eg_value_text(reader, at, title_out);
    struct eg_licence licence = {0};
    enum eg_status st = eg_fields_read(reader, at, licence_fields, EG_ARRAY_LEN(licence_fields), &licence);
    if (st) return st;
    *title_out = licence.title;
    *url_out = licence.url;
    return EG_OK;
}

enum eg_status eg_value_separator(struct eg_reader *reader, const struct eg_at *at, char *out)
{
    struct eg_text text;
    enum eg_status st = eg_value_name(reader, at, &text);
    if (st) return st;
    if (eg_text_equal(text, EG_TEXT("tab"))) text = EG_TEXT("\t");
    unsigned char c = (unsigned char)text.data[0];
    if (text.len != 1 || (c < ' ' && c != '\t') || c == '"' || c > '~')
        return eg_at_error(reader, at, EG_INVALID,
                           "'%.*s' is no separator; write one character such as \",\" or \";\", or tab",
                           EG_TEXT_ARG(text));
    *out = text.data[0];
    return EG_OK;
}

enum eg_status eg_value_conditions(struct eg_reader *reader, const struct eg_at *at,
                                   const struct eg_atlas_condition **items_out, uint32_t *n_out)
{
    if (at->node->kind != EG_NODE_MAP)
        return eg_at_error(reader, at, EG_INVALID,
                           "expected a mapping of columns to texts ('sex: persons'), found %s",
                           eg_node_describe(at->node));
    struct eg_atlas_condition *items = eg_reader_array(reader, at->node->n, sizeof *items);
    if (!items) return EG_NO_MEMORY;
    enum eg_status st = EG_OK;
    for (size_t i = 0; i < at->node->n && !st; i++) {
        struct eg_at column = {at->node->item[2 * i], at, NULL, (uint32_t)i};
        struct eg_at values = {at->node->item[2 * i + 1], at, at->node->item[2 * i]->text.data, 0};
        void *texts = NULL;
        st = eg_value_name(reader, &column, &items[i].column);
        if (!st)
            st =
                eg_list_read(reader, &values, (struct eg_list_of){sizeof(struct eg_text), eg_item_cell, true},
                             &texts, &items[i].n_values);
        items[i].values = texts;
        if (!st && items[i].n_values == 0)
            st = eg_at_error(reader, &values, EG_INVALID,
                             "no text is listed, so no row would be left; list at least one");
    }
    if (st) return st;
    *items_out = items;
    *n_out = at->node->n;
    return EG_OK;
}

/* --- what others may ask --- */

bool eg_atlas_size_bytes(struct eg_text text, uint64_t *bytes_out)
{
    static const struct {
        struct eg_text name;
        unsigned shift;
    } units[] = {{{"KiB", 3}, 10}, {{"MiB", 3}, 20}, {{"GiB", 3}, 30}, {{"B", 1}, 0}, {{"", 0}, 0}};
    for (size_t i = 0; i < EG_ARRAY_LEN(units); i++) {
        if (!eg_text_ends_with(text, units[i].name)) continue;
        struct eg_text digits = {text.data, text.len - units[i].name.len};
        if (digits.len > 1 && units[i].name.len > 0 && digits.data[digits.len - 1] == ' ') digits.len--;
        uint64_t value;
        if (!eg_text_to_u64(digits, &value) || value > UINT64_MAX >> units[i].shift) return false;
        *bytes_out = value << units[i].shift;
        return true;
    }
    return false;
}
