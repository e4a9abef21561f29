/* Random conditions, written as CQL2-text and as CQL2-JSON, against an evaluator that is as plain as can be: it walks the tree from
 * which both were written, looks at characters one by one and tries every split of a LIKE. */
#include "engine/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "engine/filter_tree.h"
#include "support/test_filter.h"
#include "support/test_random.h"

#define TREES 4000
#define AREAS 12
#define MAX_NODES 200
#define MAX_TEXTS 2000

struct leaf {
    bool is_property, casei, accenti;
    uint32_t property;
    struct eg_value value;
};

struct tree {
    enum eg_filter_kind kind;
    enum eg_filter_order order;
    bool is, negated; /* negated: NOT LIKE, NOT IN, NOT BETWEEN, IS NOT NULL */
    struct tree *children[3];
    uint32_t n_children;
    struct leaf leaves[6];
    uint32_t n_leaves;
    double box[4];
};

struct maker {
    struct eg_test_random random;
    struct tree trees[MAX_NODES];
    uint32_t n_trees;
    char texts[MAX_TEXTS][40];
    uint32_t n_texts;
};

static uint32_t below(struct maker *maker, uint32_t n)
{
    return eg_test_random_below(&maker->random, n);
}

/* --- making -------------------------------------------------------------------------------------------------------- */

static struct eg_text random_text(struct maker *maker, bool is_pattern)
{
    static const char *const pieces[] = {"a", "A", "b", "e",  "\xc3\xa9", "\xc3\x89",
                                         "'", "%", "_", "\\", "\"",       " "};
    assert_true(maker->n_texts < MAX_TEXTS);
    char *text = maker->texts[maker->n_texts++];
    size_t len = 0, escapes = 0;
    for (uint32_t n = below(maker, is_pattern ? 6 : 5); n > 0; n--) {
        const char *piece = pieces[below(maker, EG_ARRAY_LEN(pieces))];
        memcpy(text + len, piece, strlen(piece));
        len += strlen(piece);
    }
    while (escapes < len && text[len - 1 - escapes] == '\\') escapes++;
    if (is_pattern && escapes % 2 == 1) text[len++] = '_';
    return (struct eg_text){text, len};
}

static struct eg_value random_value(struct maker *maker, enum eg_value_type type)
{
    static const char *const dates[] = {"2018",
                                        "2019",
                                        "2019-03",
                                        "2019-04",
                                        "2019-03-29",
                                        "2019-03-30",
                                        "2020-01-01",
                                        "2019-03-29T12:00:00Z",
                                        "2019-03-29T12:00:01Z"};
    struct eg_value value = {.type = type};
    if (type == EG_VALUE_TEXT) value.text = random_text(maker, false);
    if (type == EG_VALUE_NUMBER) value.number = (double)below(maker, 9) - 4 + 0.5 * below(maker, 2);
    if (type == EG_VALUE_BOOL) value.is = below(maker, 2) == 1;
    if (type == EG_VALUE_DATE) value.text = eg_text_from(dates[below(maker, EG_ARRAY_LEN(dates))]);
    return value;
}

static struct leaf random_leaf(struct maker *maker, enum eg_value_type type, bool is_property)
{
    static const uint32_t of_type[][2] = {[EG_VALUE_TEXT] = {NAME, STATE},
                                          [EG_VALUE_NUMBER] = {VALUE, LOW},
                                          [EG_VALUE_BOOL] = {URBAN, URBAN},
                                          [EG_VALUE_DATE] = {PERIOD, REVIEWED}};
    struct leaf leaf = {.is_property = is_property, .property = of_type[type][below(maker, 2)]};
    leaf.value = random_value(maker, type);
    leaf.casei = type == EG_VALUE_TEXT && below(maker, 3) == 0;
    leaf.accenti = type == EG_VALUE_TEXT && below(maker, 3) == 0;
    return leaf;
}

static void make_values(struct maker *maker, struct tree *tree)
{
    enum eg_value_type type = (enum eg_value_type)(EG_VALUE_TEXT + below(maker, 4));
    tree->n_leaves = tree->kind == EG_FILTER_COMPARE ? 2 : 3;
    if (tree->kind == EG_FILTER_IN) tree->n_leaves = 2 + below(maker, 5);
    if (tree->kind == EG_FILTER_IS_NULL) tree->n_leaves = 1;
    if (tree->kind == EG_FILTER_LIKE) {
        type = EG_VALUE_TEXT;
        tree->n_leaves = 2;
    }
    for (uint32_t i = 0; i < tree->n_leaves; i++)
        tree->leaves[i] = random_leaf(maker, type, i == 0 || below(maker, 4) == 0);
    if (tree->kind != EG_FILTER_LIKE) return;
    tree->leaves[1].is_property = false;
    tree->leaves[1].value.text = random_text(maker, true);
}

static struct tree *make(struct maker *maker, uint32_t depth)
{
    static const enum eg_filter_kind inner[] = {EG_FILTER_AND, EG_FILTER_OR, EG_FILTER_NOT,
                                                EG_FILTER_IS_NULL};
    static const enum eg_filter_kind outer[] = {EG_FILTER_COMPARE,  EG_FILTER_COMPARE,   EG_FILTER_LIKE,
                                                EG_FILTER_BETWEEN,  EG_FILTER_IN,        EG_FILTER_IS_NULL,
                                                EG_FILTER_CONSTANT, EG_FILTER_INTERSECTS};
    assert_true(maker->n_trees < MAX_NODES);
    struct tree *tree = &maker->trees[maker->n_trees++];
    bool is_inner = depth > 0 && below(maker, 5) > 0;
    *tree = (struct tree){.kind = is_inner ? inner[below(maker, 4)] : outer[below(maker, 8)]};
    tree->order = (enum eg_filter_order)below(maker, 6);
    tree->is = below(maker, 2) == 1;
    tree->negated = below(maker, 3) == 0;
    if (is_inner) tree->n_children = tree->kind <= EG_FILTER_OR ? 2 + below(maker, 2) : 1;
    for (uint32_t i = 0; i < tree->n_children; i++) tree->children[i] = make(maker, depth - 1);
    if (is_inner) return tree;
    if (tree->kind != EG_FILTER_CONSTANT && tree->kind != EG_FILTER_INTERSECTS) make_values(maker, tree);
    for (size_t i = 0; i < 4; i++) tree->box[i] = (i % 2 ? 52.0 : -1.0) + (double)below(maker, 11) / 10;
    if (tree->box[1] > tree->box[3]) tree->box[3] = tree->box[1];
    return tree;
}

/* --- the plain evaluator ------------------------------------------------------------------------------------------- */

/* Code points, folded. */
static size_t characters(struct eg_text text, bool casei, bool accenti, unsigned *to)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned c = (unsigned char)text.data[i];
        if (c == 0xC3) c = ((unsigned char)text.data[++i] & 0x3FU) | 0xC0U;
        if (casei && (c == 'A' || c == 0xC9)) c += 0x20;
        if (accenti && (c == 0xC9 || c == 0xE9)) c = c == 0xC9 ? 'E' : 'e';
        to[n++] = c;
    }
    return n;
}

static bool plain_like(const unsigned *text, size_t n, const unsigned *pattern, size_t n_pattern)
{
    if (n_pattern == 0) return n == 0;
    if (pattern[0] == '%')
        return plain_like(text, n, pattern + 1, n_pattern - 1) ||
               (n > 0 && plain_like(text + 1, n - 1, pattern, n_pattern));
    if (n == 0) return false;
    if (pattern[0] == '_') return plain_like(text + 1, n - 1, pattern + 1, n_pattern - 1);
    size_t skip = pattern[0] == '\\';
    return pattern[skip] == text[0] && plain_like(text + 1, n - 1, pattern + 1 + skip, n_pattern - 1 - skip);
}

static int plain_order(const struct leaf *a, const struct leaf *b)
{
    unsigned left[40], right[40];
    if (a->value.type == EG_VALUE_NUMBER)
        return a->value.number < b->value.number ? -1 : a->value.number > b->value.number;
    if (a->value.type == EG_VALUE_BOOL) return (int)a->value.is - (int)b->value.is;
    size_t n = characters(a->value.text, a->casei, a->accenti, left);
    size_t m = characters(b->value.text, b->casei, b->accenti, right);
    for (size_t i = 0; i < n && i < m; i++) {
        if (left[i] != right[i]) return left[i] < right[i] ? -1 : 1;
    }
    return a->value.type == EG_VALUE_DATE || n == m ? 0 : n < m ? -1 : 1;
}

static struct leaf plain_value(const struct leaf *leaf, const struct eg_value *area)
{
    struct leaf found = *leaf;
    if (leaf->is_property) found.value = area ? area[leaf->property] : (struct eg_value){0};
    return found;
}

static enum eg_truth plain_compare(const struct leaf *a, const struct leaf *b, enum eg_filter_order order)
{
    static const char *const meanings[] = {"=", "<>", "<", ">", "<=", ">="};
    if (a->value.type == EG_VALUE_NULL || b->value.type == EG_VALUE_NULL) return EG_TRUTH_UNKNOWN;
    int sign = plain_order(a, b);
    char symbol = sign < 0 ? '<' : sign > 0 ? '>' : '=';
    return strchr(meanings[order], symbol) ? EG_TRUTH_TRUE : EG_TRUTH_FALSE;
}

static enum eg_truth plain_both(enum eg_truth a, enum eg_truth b)
{
    return a < b ? a : b;
}

static enum eg_truth plain_values(const struct tree *tree, const struct eg_value *area)
{
    struct leaf leaves[6];
    unsigned text[40], pattern[40];
    for (uint32_t i = 0; i < tree->n_leaves; i++) leaves[i] = plain_value(&tree->leaves[i], area);
    if (tree->kind == EG_FILTER_IS_NULL)
        return leaves[0].value.type == EG_VALUE_NULL ? EG_TRUTH_TRUE : EG_TRUTH_FALSE;
    if (tree->kind == EG_FILTER_COMPARE) return plain_compare(&leaves[0], &leaves[1], tree->order);
    if (leaves[0].value.type == EG_VALUE_NULL) return EG_TRUTH_UNKNOWN;
    if (tree->kind == EG_FILTER_BETWEEN)
        return plain_both(plain_compare(&leaves[0], &leaves[1], EG_FILTER_GREATER_EQUAL),
                          plain_compare(&leaves[0], &leaves[2], EG_FILTER_LESS_EQUAL));
    if (tree->kind == EG_FILTER_LIKE) {
        size_t n = characters(leaves[0].value.text, leaves[0].casei, leaves[0].accenti, text);
        size_t m = characters(leaves[1].value.text, leaves[1].casei, leaves[1].accenti, pattern);
        return plain_like(text, n, pattern, m) ? EG_TRUTH_TRUE : EG_TRUTH_FALSE;
    }
    enum eg_truth result = EG_TRUTH_FALSE;
    for (uint32_t i = 1; i < tree->n_leaves; i++) {
        enum eg_truth each = plain_compare(&leaves[0], &leaves[i], EG_FILTER_EQUAL);
        if (each > result) result = each;
    }
    return result;
}

static enum eg_truth plain_intersects(const struct tree *tree, const struct eg_value *area)
{
    if (!area) return EG_TRUTH_UNKNOWN;
    bool in_height = tree->box[1] <= 52.4 && tree->box[3] >= 52.4;
    bool west = tree->box[0] <= -0.7, east = tree->box[2] >= -0.7;
    bool in_width = tree->box[0] <= tree->box[2] ? west && east : west || east;
    return in_height && in_width ? EG_TRUTH_TRUE : EG_TRUTH_FALSE;
}

static enum eg_truth plain(const struct tree *tree, const struct eg_value *area)
{
    bool is_inner = tree->n_children > 0;
    enum eg_truth result = is_inner ? plain(tree->children[0], area) : EG_TRUTH_FALSE;
    for (uint32_t i = 1; i < tree->n_children; i++) {
        enum eg_truth each = plain(tree->children[i], area);
        if (tree->kind == EG_FILTER_AND ? each < result : each > result) result = each;
    }
    if (tree->kind == EG_FILTER_CONSTANT) return tree->is ? EG_TRUTH_TRUE : EG_TRUTH_FALSE;
    if (tree->kind == EG_FILTER_AND || tree->kind == EG_FILTER_OR) return result;
    if (tree->kind == EG_FILTER_NOT) return EG_TRUTH_TRUE - result;
    if (is_inner) result = result == EG_TRUTH_UNKNOWN ? EG_TRUTH_TRUE : EG_TRUTH_FALSE;
    else if (tree->kind == EG_FILTER_INTERSECTS) result = plain_intersects(tree, area);
    else result = plain_values(tree, area);
    return tree->negated && tree->kind != EG_FILTER_COMPARE ? EG_TRUTH_TRUE - result : result;
}

/* --- writing as text ----------------------------------------------------------------------------------------------- */

static void write_word(struct maker *maker, struct eg_buffer *out, const char *word)
{
    bool lower = below(maker, 2) == 1;
    for (; *word; word++)
        eg_buffer_char(out, lower && *word >= 'A' && *word <= 'Z' ? (char)(*word + 32) : *word);
}

static void write_text(struct maker *maker, struct eg_buffer *out, struct eg_text text)
{
    eg_buffer_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\'' || c == '\\') eg_buffer_char(out, c == '\'' && below(maker, 2) ? '\'' : '\\');
        eg_buffer_char(out, c);
    }
    eg_buffer_char(out, '\'');
}

static void write_leaf(struct maker *maker, struct eg_buffer *out, struct leaf leaf)
{
    if (leaf.casei || leaf.accenti) {
        write_word(maker, out, leaf.casei ? "CASEI(" : "ACCENTI(");
        if (leaf.casei) leaf.casei = false;
        else leaf.accenti = false;
        write_leaf(maker, out, leaf);
        eg_buffer_char(out, ')');
        return;
    }
    const struct eg_value *value = &leaf.value;
    if (leaf.is_property) {
        const char *quote = below(maker, 2) ? "\"" : "";
        eg_buffer_literal(out, quote);
        eg_buffer_text(out, eg_test_filter_properties.items[leaf.property].name);
        eg_buffer_literal(out, quote);
    } else if (value->type == EG_VALUE_NUMBER) eg_buffer_printf(out, "%.1f", value->number);
    else if (value->type == EG_VALUE_BOOL) write_word(maker, out, value->is ? "TRUE" : "FALSE");
    else if (value->type == EG_VALUE_TEXT) write_text(maker, out, value->text);
    else {
        const char *maker_word = value->text.len == 10 ? "DATE(" : value->text.len > 10 ? "TIMESTAMP(" : "";
        if (below(maker, 2)) maker_word = "";
        write_word(maker, out, maker_word);
        write_text(maker, out, value->text);
        if (*maker_word) eg_buffer_char(out, ')');
    }
}

static void write_values(struct maker *maker, struct eg_buffer *out, const struct tree *tree)
{
    static const char *const orders[] = {"=", " <> ", "<", " >", "<= ", ">="};
    write_leaf(maker, out, tree->leaves[0]);
    if (tree->kind == EG_FILTER_COMPARE) {
        eg_buffer_literal(out, orders[tree->order]);
        write_leaf(maker, out, tree->leaves[1]);
        return;
    }
    if (tree->negated && tree->kind != EG_FILTER_IS_NULL) write_word(maker, out, " NOT");
    if (tree->kind == EG_FILTER_LIKE) write_word(maker, out, " LIKE ");
    if (tree->kind == EG_FILTER_IN) write_word(maker, out, " IN (");
    if (tree->kind == EG_FILTER_BETWEEN) write_word(maker, out, " BETWEEN ");
    if (tree->kind == EG_FILTER_IS_NULL) write_word(maker, out, tree->negated ? " IS NOT NULL" : " IS NULL");
    for (uint32_t i = 1; i < tree->n_leaves; i++) {
        if (i > 1) write_word(maker, out, tree->kind == EG_FILTER_BETWEEN ? " AND " : ",");
        write_leaf(maker, out, tree->leaves[i]);
    }
    if (tree->kind == EG_FILTER_IN) eg_buffer_char(out, ')');
}

static void write_tree(struct maker *maker, struct eg_buffer *out, const struct tree *tree);

/* In parentheses where they are needed, or just so. */
static void write_child(struct maker *maker, struct eg_buffer *out, const struct tree *tree, bool needed)
{
    bool wrapped = needed || below(maker, 6) == 0;
    if (wrapped) eg_buffer_char(out, '(');
    write_tree(maker, out, tree);
    if (wrapped) eg_buffer_char(out, ')');
}

static void write_tree(struct maker *maker, struct eg_buffer *out, const struct tree *tree)
{
    if (tree->kind == EG_FILTER_CONSTANT) {
        write_word(maker, out, tree->is ? "TRUE" : "FALSE");
    } else if (tree->kind == EG_FILTER_INTERSECTS) {
        write_word(maker, out, tree->negated ? "S_DISJOINT" : "S_INTERSECTS");
        eg_buffer_printf(out, "(geometry, BBOX(%.1f,%.1f,%.1f,%.1f))", tree->box[0], tree->box[1],
                         tree->box[2], tree->box[3]);
    } else if (tree->n_leaves > 0) {
        write_values(maker, out, tree);
    } else if (tree->kind == EG_FILTER_IS_NULL) {
        write_child(maker, out, tree->children[0], true);
        write_word(maker, out, tree->negated ? " IS NOT NULL" : " IS NULL");
    } else if (tree->kind == EG_FILTER_NOT) {
        write_word(maker, out, "NOT ");
        write_child(maker, out, tree->children[0], tree->children[0]->kind <= EG_FILTER_OR);
    }
    for (uint32_t i = 0; i < tree->n_children && tree->kind <= EG_FILTER_OR; i++) {
        if (i > 0) write_word(maker, out, tree->kind == EG_FILTER_AND ? " AND " : " OR ");
        write_child(maker, out, tree->children[i],
                    tree->kind == EG_FILTER_AND && tree->children[i]->kind == EG_FILTER_OR);
    }
}

/* --- writing as JSON ----------------------------------------------------------------------------------------------- */

static void json_text(struct eg_buffer *out, struct eg_text text)
{
    eg_buffer_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\') eg_buffer_char(out, '\\');
        eg_buffer_char(out, text.data[i]);
    }
    eg_buffer_char(out, '"');
}

static void json_leaf(struct eg_buffer *out, const struct leaf *leaf)
{
    const struct eg_value *value = &leaf->value;
    if (leaf->casei) eg_buffer_literal(out, "{\"op\":\"casei\",\"args\":[");
    if (leaf->accenti) eg_buffer_literal(out, "{\"op\":\"accenti\",\"args\":[");
    bool instant = !leaf->is_property && value->type == EG_VALUE_DATE && value->text.len >= 10;
    if (leaf->is_property) eg_buffer_literal(out, "{\"property\":");
    if (instant) eg_buffer_literal(out, value->text.len == 10 ? "{\"date\":" : "{\"timestamp\":");
    if (leaf->is_property) json_text(out, eg_test_filter_properties.items[leaf->property].name);
    else if (value->type == EG_VALUE_NUMBER) eg_buffer_printf(out, "%.1f", value->number);
    else if (value->type == EG_VALUE_BOOL) eg_buffer_literal(out, value->is ? "true" : "false");
    else json_text(out, value->text);
    if (leaf->is_property || instant) eg_buffer_char(out, '}');
    if (leaf->accenti) eg_buffer_literal(out, "]}");
    if (leaf->casei) eg_buffer_literal(out, "]}");
}

static void json_tree(struct eg_buffer *out, const struct tree *tree)
{
    static const char *const orders[] = {"=", "<>", "<", ">", "<=", ">="};
    static const char *const names[] = {
        [EG_FILTER_AND] = "and",         [EG_FILTER_OR] = "or",
        [EG_FILTER_NOT] = "not",         [EG_FILTER_LIKE] = "like",
        [EG_FILTER_BETWEEN] = "between", [EG_FILTER_IN] = "in",
        [EG_FILTER_IS_NULL] = "isNull",  [EG_FILTER_INTERSECTS] = "s_intersects",
    };
    if (tree->kind == EG_FILTER_CONSTANT) {
        eg_buffer_literal(out, tree->is ? "true" : "false");
        return;
    }
    bool compares = tree->kind == EG_FILTER_COMPARE;
    bool negated = tree->negated && !compares && tree->kind > EG_FILTER_NOT;
    if (negated) eg_buffer_literal(out, "{\"op\":\"not\",\"args\":[");
    eg_buffer_printf(out, "{\"op\":\"%s\",\"args\":[", compares ? orders[tree->order] : names[tree->kind]);
    for (uint32_t i = 0; i < tree->n_children; i++) {
        if (i > 0) eg_buffer_char(out, ',');
        json_tree(out, tree->children[i]);
    }
    for (uint32_t i = 0; i < tree->n_leaves; i++) {
        if (i > 0) eg_buffer_literal(out, i == 1 && tree->kind == EG_FILTER_IN ? ",[" : ",");
        json_leaf(out, &tree->leaves[i]);
    }
    if (tree->kind == EG_FILTER_IN) eg_buffer_char(out, ']');
    if (tree->kind == EG_FILTER_INTERSECTS)
        eg_buffer_printf(out, "{\"property\":\"geometry\"},{\"bbox\":[%.1f,%.1f,%.1f,%.1f]}", tree->box[0],
                         tree->box[1], tree->box[2], tree->box[3]);
    eg_buffer_literal(out, "]}");
    if (negated) eg_buffer_literal(out, "]}");
}

/* --- comparing ----------------------------------------------------------------------------------------------------- */

static void fill_area(struct maker *maker, struct eg_value *values)
{
    for (uint32_t i = 0; i < N_PROPERTIES; i++) {
        enum eg_value_type type = eg_test_filter_properties.items[i].type;
        if (below(maker, 4) == 0) type = EG_VALUE_NULL;
        values[i] = random_value(maker, type);
    }
}

static void compare(const struct tree *tree, const struct eg_buffer *written,
                    enum eg_filter_language language, struct eg_value areas[AREAS][N_PROPERTIES])
{
    struct eg_filter *filter = NULL;
    struct eg_error err = {0};
    assert_false(written->failed);
    enum eg_status status = eg_test_filter_parse(written->data, language, false, &filter, &err);
    if (status == EG_LIMIT && written->len > EG_FILTER_BYTES) return;
    if (status != EG_OK) fail_msg("%s\n  is refused: %s", written->data, err.message);
    for (size_t i = 0; i < AREAS; i++) {
        const struct eg_value *values = i > 0 ? areas[i] : NULL;
        struct eg_filter_feature feature = eg_test_filter_feature(values);
        enum eg_truth wanted = plain(tree, values), found = eg_filter_evaluate(filter->root, &feature);
        if (found != wanted) fail_msg("%s\n  is %d of area %zu, not %d", written->data, found, i, wanted);
    }
    eg_filter_free(filter);
}

static void both_notations_mean_what_a_plain_evaluator_says(void **state)
{
    (void)state;
    struct maker *maker = calloc(1, sizeof *maker);
    assert_non_null(maker);
    maker->random = eg_test_random_new();
    for (size_t i = 0; i < TREES; i++) {
        struct eg_value areas[AREAS][N_PROPERTIES];
        struct eg_buffer written;
        maker->n_trees = maker->n_texts = 0;
        const struct tree *tree = make(maker, 4);
        for (size_t area = 0; area < AREAS; area++) fill_area(maker, areas[area]);
        eg_buffer_init(&written, 0);
        write_tree(maker, &written, tree);
        compare(tree, &written, EG_FILTER_CQL2_TEXT, areas);
        eg_buffer_clear(&written);
        json_tree(&written, tree);
        compare(tree, &written, EG_FILTER_CQL2_JSON, areas);
        eg_buffer_clear(&written);
    }
    free(maker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_notations_mean_what_a_plain_evaluator_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
