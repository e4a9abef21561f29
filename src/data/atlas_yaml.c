/* From YAML to a tree of nodes with marks. The only file that knows libyaml.
 *
 * libyaml's events are composed here rather than by its document loader, because the limits (depth, nodes, what aliases
 * repeat) then hold while the tree grows and not after it has grown, and because everything then lives in one arena. An
 * atlas is typically 10 to 200 KiB with a few thousand nodes.
 *
 * Children of all open lists and maps wait on one stack; when a list or map ends, its own are copied into the arena. An
 * alias is a second pointer to the same node, so the tree is a graph without cycles; `weight` and `height` of a node count
 * what a reader that walks it will see. */
#include "data/atlas_parts.h"

#include <string.h>

#include <stdlib.h>

#include <yaml.h>

#include "base/memory.h"

struct frame {
    struct eg_node *node;
    size_t first; /* its children start here on the stack */
};

struct anchor {
    struct eg_text name;
    const struct eg_node *node;
};

struct composer {
    yaml_parser_t parser;
    struct eg_arena *arena;
    struct eg_error *err;
    struct frame frame[EG_TREE_MAX_DEPTH];
    uint32_t depth;
    const struct eg_node **waiting;
    size_t n_waiting, waiting_capacity;
    struct anchor *anchor;
    size_t n_anchors, anchor_capacity;
    uint32_t n_nodes, n_aliased;
    const struct eg_node *root;
};

static struct eg_mark mark_of(yaml_mark_t mark)
{
    return (struct eg_mark){(uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

static enum eg_status refuse(struct composer *c, struct eg_mark mark, enum eg_status status,
                             const char *message)
{
    (void)eg_error_set(c->err, status, "%s", message);
    (void)eg_error_at(c->err, NULL, mark.line, mark.column);
    return status;
}

static enum eg_status no_memory(struct composer *c)
{
    return eg_error_no_memory(c->err, eg_arena_used_bytes(c->arena));
}

/* --- nodes --- */

static enum eg_status new_node(struct composer *c, const yaml_event_t *event, enum eg_node_kind kind,
                               struct eg_node **node_out)
{
    struct eg_mark mark = mark_of(event->start_mark);
    if (++c->n_nodes > EG_TREE_MAX_NODES)
        return refuse(c, mark, EG_LIMIT, "more than 100,000 values; split the atlas into several");
    struct eg_node *node = eg_arena_array(c->arena, 1, sizeof *node);
    if (!node) return no_memory(c);
    node->mark = mark;
    node->kind = (uint8_t)kind;
    *node_out = node;
    return EG_OK;
}

static enum eg_status add_to_parent(struct composer *c, const struct eg_node *node)
{
    if (c->depth == 0) {
        c->root = node;
        return EG_OK;
    }
    void *items = c->waiting;
    if (!eg_memory_reserve(&items, &c->waiting_capacity, c->n_waiting + 1, sizeof(struct eg_node *)))
        return no_memory(c);
    c->waiting = items;
    c->waiting[c->n_waiting++] = node;
    return EG_OK;
}

static enum eg_status remember_anchor(struct composer *c, const yaml_char_t *name, const struct eg_node *node)
{
    if (!name) return EG_OK;
    void *items = c->anchor;
    if (!eg_memory_reserve(&items, &c->anchor_capacity, c->n_anchors + 1, sizeof(struct anchor)))
        return no_memory(c);
    c->anchor = items;
    struct eg_text copy = eg_text_copy(c->arena, eg_text_from((const char *)name));
    if (!copy.data) return no_memory(c);
    c->anchor[c->n_anchors++] = (struct anchor){copy, node};
    return EG_OK;
}

static enum eg_status refuse_tag(struct composer *c, const yaml_event_t *event, const yaml_char_t *tag)
{
    if (!tag) return EG_OK;
    return refuse(
        c, mark_of(event->start_mark), EG_INVALID,
        "tags ('!...') have no meaning in an atlas; remove it, and put quotes around what is to be text");
}

/* --- events --- */

static enum eg_status on_scalar(struct composer *c, const yaml_event_t *event)
{
    struct eg_text text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    struct eg_node *node;
    enum eg_status st = refuse_tag(c, event, event->data.scalar.tag);
    if (!st) st = new_node(c, event, EG_NODE_SCALAR, &node);
    if (st) return st;
    if (text.len > 0 && memchr(text.data, '\0', text.len))
        return refuse(c, node->mark, EG_INVALID,
                      "a text must not contain the character NUL; remove the '\\0'");
    node->text = eg_text_copy(c->arena, text);
    if (!node->text.data) return no_memory(c);
    node->weight = 1;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    st = remember_anchor(c, event->data.scalar.anchor, node);
    return st ? st : add_to_parent(c, node);
}

static enum eg_status on_start(struct composer *c, const yaml_event_t *event, enum eg_node_kind kind)
{
    bool map = kind == EG_NODE_MAP;
    struct eg_node *node;
    enum eg_status st =
        refuse_tag(c, event, map ? event->data.mapping_start.tag : event->data.sequence_start.tag);
    if (!st && c->depth == EG_TREE_MAX_DEPTH)
        st = refuse(c, mark_of(event->start_mark), EG_LIMIT,
                    "nested more than 32 levels deep; no atlas needs that");
    if (!st) st = new_node(c, event, kind, &node);
    if (st) return st;
    c->frame[c->depth++] = (struct frame){node, c->n_waiting};
    return remember_anchor(c, map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor,
                           node);
}

static enum eg_status refuse_repeated_key(struct composer *c, const struct eg_node *key,
                                          const struct eg_node *before)
{
    (void)eg_error_set(c->err, EG_INVALID,
                       "the key '%.*s' stands twice in one mapping, first on line %u; remove one",
                       EG_TEXT_ARG(key->text), before->mark.line);
    (void)eg_error_at(c->err, NULL, key->mark.line, key->mark.column);
    return EG_INVALID;
}

/* Keys are scalars and unique. */
static enum eg_status check_keys(struct composer *c, const struct eg_node *map)
{
    struct eg_textmap *seen = eg_textmap_new(map->n);
    if (!seen) return no_memory(c);
    enum eg_status st = EG_OK;
    for (uint32_t i = 0; i < map->n && !st; i++) {
        const struct eg_node *key = map->item[2 * (size_t)i];
        uint32_t before = EG_TEXTMAP_NONE;
        if (key->kind != EG_NODE_SCALAR) {
            st = refuse(c, key->mark, EG_INVALID, "a key must be a text, not a list or a mapping");
        } else if (key->plain && eg_text_equal(key->text, EG_TEXT("<<"))) {
            st = refuse(c, key->mark, EG_INVALID, "merge keys ('<<') are not supported; write the keys out");
        } else {
            st = eg_textmap_put(seen, key->text, i, &before);
            if (st) st = no_memory(c);
            else if (before != EG_TEXTMAP_NONE)
                st = refuse_repeated_key(c, key, map->item[2 * (size_t)before]);
        }
    }
    eg_textmap_free(seen);
    return st;
}

static void measure(struct eg_node *node, size_t n_children)
{
    node->weight = 1;
    for (size_t i = 0; i < n_children; i++) {
        node->weight += node->item[i]->weight;
        if (node->item[i]->height >= node->height) node->height = (uint8_t)(node->item[i]->height + 1);
    }
}

static enum eg_status on_end(struct composer *c)
{
    struct frame frame = c->frame[--c->depth];
    size_t n = c->n_waiting - frame.first;
    const struct eg_node **items = eg_arena_array(c->arena, n, sizeof(struct eg_node *));
    if (!items) return no_memory(c);
    if (n > 0) memcpy(items, c->waiting + frame.first, n * sizeof(struct eg_node *));
    c->n_waiting = frame.first;
    frame.node->item = items;
    bool map = frame.node->kind == EG_NODE_MAP;
    frame.node->n = (uint32_t)(map ? n / 2 : n);
    measure(frame.node, n);
    enum eg_status st = map ? check_keys(c, frame.node) : EG_OK;
    return st ? st : add_to_parent(c, frame.node);
}

static const struct eg_node *find_anchor(const struct composer *c, struct eg_text name)
{
    for (size_t i = c->n_anchors; i-- > 0;) {
        if (eg_text_equal(c->anchor[i].name, name)) return c->anchor[i].node;
    }
    return NULL;
}

static enum eg_status on_alias(struct composer *c, const yaml_event_t *event)
{
    struct eg_mark mark = mark_of(event->start_mark);
    const struct eg_node *node = find_anchor(c, eg_text_from((const char *)event->data.alias.anchor));
    if (!node)
        return refuse(c, mark, EG_INVALID,
                      "an alias ('*') whose anchor ('&') is not above it; check its name");
    if (node->weight == 0)
        return refuse(c, mark, EG_INVALID, "an alias ('*') to the mapping or list that it stands in");
    if (node->weight > EG_TREE_MAX_ALIASED - c->n_aliased)
        return refuse(c, mark, EG_LIMIT, "aliases repeat more than 10,000 values; write less with them");
    c->n_aliased += node->weight;
    if (c->depth + node->height > EG_TREE_MAX_DEPTH)
        return refuse(c, mark, EG_LIMIT, "nested more than 32 levels deep; no atlas needs that");
    return add_to_parent(c, node);
}

static enum eg_status on_event(struct composer *c, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (!c->root) return EG_OK;
        return refuse(c, mark_of(event->start_mark), EG_INVALID,
                      "a second YAML document begins here; keep only one");
    case YAML_SCALAR_EVENT:
        return on_scalar(c, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_start(c, event, EG_NODE_LIST);
    case YAML_MAPPING_START_EVENT:
        return on_start(c, event, EG_NODE_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(c);
    case YAML_ALIAS_EVENT:
        return on_alias(c, event);
    default:
        return EG_OK;
    }
}

/* --- the whole --- */

static enum eg_status refuse_syntax(struct composer *c, struct eg_text yaml)
{
    const yaml_parser_t *p = &c->parser;
    if (p->error == YAML_MEMORY_ERROR) return no_memory(c);
    size_t at = p->problem_mark.index;
    bool tab = at < yaml.len && yaml.data[at] == '\t';
    const char *problem = p->problem ? p->problem : "unreadable";
    (void)eg_error_set(c->err, EG_INVALID, "not valid YAML: %s%s%s%s", problem, p->context ? ", " : "",
                       p->context ? p->context : "", tab ? "; indent with spaces, not with tabs" : "");
    struct eg_mark mark = mark_of(p->problem_mark);
    (void)eg_error_at(c->err, NULL, mark.line, mark.column);
    return EG_INVALID;
}

static enum eg_status compose(struct composer *c, struct eg_text yaml)
{
    yaml_parser_set_input_string(&c->parser, (const unsigned char *)yaml.data, yaml.len);
    yaml_parser_set_encoding(&c->parser, YAML_UTF8_ENCODING);
    enum eg_status st = EG_OK;
    for (bool more = true; more && !st;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&c->parser, &event)) return refuse_syntax(c, yaml);
        st = on_event(c, &event);
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    if (!st && !c->root) st = refuse(c, (struct eg_mark){1, 1}, EG_INVALID, "the file is empty");
    return st;
}

/* libyaml tells no line for bytes that are not UTF-8. */
static enum eg_status check_utf8(struct eg_text yaml, struct eg_error *err)
{
    if (eg_text_is_utf8(yaml)) return EG_OK;
    uint32_t line = 1;
    struct eg_text head, rest = yaml;
    for (;; line++) {
        rest = eg_text_cut(rest, '\n', &head);
        if (!rest.data || !eg_text_is_utf8(head)) break;
    }
    const char *nul = head.len > 0 ? memchr(head.data, '\0', head.len) : NULL;
    if (nul)
        (void)eg_error_set(err, EG_INVALID, "the character NUL (a zero byte) stands here; %s",
                           nul < yaml.data + 4 ? "save the file as UTF-8, not as UTF-16" : "remove it");
    else (void)eg_error_set(err, EG_INVALID, "this line is not UTF-8; save the file in that encoding");
    (void)eg_error_at(err, NULL, line, nul ? (uint32_t)(nul - head.data) + 1 : 1);
    return EG_INVALID;
}

/* Some editors put one before UTF-8; libyaml would count it as a column. */
static struct eg_text without_byte_order_mark(struct eg_text yaml)
{
    size_t n = eg_text_starts_with(yaml, EG_TEXT("\xef\xbb\xbf")) ? 3 : 0;
    return n > 0 ? (struct eg_text){yaml.data + n, yaml.len - n} : yaml;
}

enum eg_status eg_tree_parse(struct eg_text yaml, struct eg_arena *arena, const struct eg_node **root_out,
                             struct eg_error *err)
{
    if (yaml.len > EG_TREE_MAX_BYTES)
        return eg_error_set(err, EG_LIMIT, "larger than 4 MiB; move the numbers into tables");
    enum eg_status st = check_utf8(yaml, err);
    if (st) return st;
    yaml = without_byte_order_mark(yaml);
    struct composer c = {.arena = arena, .err = err};
    if (!yaml_parser_initialize(&c.parser)) return eg_error_no_memory(err, sizeof c.parser);
    st = compose(&c, yaml.data ? yaml : EG_TEXT(""));
    yaml_parser_delete(&c.parser);
    free(c.waiting);
    free(c.anchor);
    if (!st) *root_out = c.root;
    return st;
}

/* --- what scalars are --- */

static bool is_one_of(struct eg_text text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (eg_text_equal(text, eg_text_from(words[i]))) return true;
    }
    return false;
}

/* [-+]?( \.inf | \.nan | 0x hex | 0o octal | decimal ), YAML 1.2 section 10.3.2. */
static bool is_number(struct eg_text text)
{
    static const char *const odd[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};
    if (text.len > 0 && (text.data[0] == '-' || text.data[0] == '+')) text.data++, text.len--;
    if (text.len == 0) return false;
    if (is_one_of(text, odd, EG_ARRAY_LEN(odd))) return true;
    if (eg_text_starts_with(text, EG_TEXT("0x")))
        return text.len > 2 && strspn(text.data + 2, "0123456789abcdefABCDEF") == text.len - 2;
    if (eg_text_starts_with(text, EG_TEXT("0o")))
        return text.len > 2 && strspn(text.data + 2, "01234567") == text.len - 2;
    size_t whole = strspn(text.data, "0123456789");
    size_t at = whole, fraction = 0;
    if (at < text.len && text.data[at] == '.')
        at += 1 + (fraction = strspn(text.data + at + 1, "0123456789"));
    if (whole + fraction == 0) return false;
    if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        if (at < text.len && (text.data[at] == '-' || text.data[at] == '+')) at++;
        size_t exponent = strspn(text.data + at, "0123456789");
        if (exponent == 0) return false;
        at += exponent;
    }
    return at == text.len;
}

enum eg_scalar eg_node_scalar(const struct eg_node *node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    static const char *const bools[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
    if (!node->plain) return EG_SCALAR_TEXT;
    if (is_one_of(node->text, nulls, EG_ARRAY_LEN(nulls))) return EG_SCALAR_NULL;
    if (is_one_of(node->text, bools, EG_ARRAY_LEN(bools))) return EG_SCALAR_BOOL;
    return is_number(node->text) ? EG_SCALAR_NUMBER : EG_SCALAR_TEXT;
}

const struct eg_node *eg_node_get(const struct eg_node *map, const char *key)
{
    if (map->kind != EG_NODE_MAP) return NULL;
    for (size_t i = 0; i < map->n; i++) {
        if (eg_text_equal(map->item[2 * i]->text, eg_text_from(key))) return map->item[2 * i + 1];
    }
    return NULL;
}
