/* Three-valued logic over one feature. Nothing is allocated: values are borrowed, what CASEI and ACCENTI make of them is put on the
 * stack, only in the function that compares, so that nested conditions do not add up. */
#include "engine/filter_tree.h"

#include <string.h>

/* --- values -------------------------------------------------------------------------------------------------------- */

int eg_filter_compare(const struct eg_value *a, const struct eg_value *b)
{
    switch (a->type) {
    case EG_VALUE_TEXT:
        return eg_text_compare(a->text, b->text);
    case EG_VALUE_DATE:
        return eg_filter_compare_instants(a->text, b->text);
    case EG_VALUE_NUMBER:
        return (a->number > b->number) - (a->number < b->number);
    case EG_VALUE_BOOL:
        return (int)a->is - (int)b->is;
    case EG_VALUE_NULL:
        break;
    }
    return 0;
}

/* Of a property, folded into room[EG_FILTER_FOLD_BYTES] where the filter says so; of a literal as it is. */
static struct eg_value value_of(const struct eg_filter_operand *operand,
                                const struct eg_filter_feature *feature, char *room)
{
    if (!operand->is_property) return operand->literal;
    struct eg_value value = feature->value(feature->context, operand->property);
    if (operand->type != EG_VALUE_NULL && value.type != operand->type) value.type = EG_VALUE_NULL;
    if (value.type == EG_VALUE_TEXT && operand->folds != 0) {
        size_t len = eg_text_fold_into(value.text, operand->folds, room, EG_FILTER_FOLD_BYTES);
        value.text = (struct eg_text){room, len};
    }
    return value;
}

static enum eg_truth truth(bool is)
{
    return is ? EG_TRUTH_TRUE : EG_TRUTH_FALSE;
}

static enum eg_truth compare(const struct eg_value *a, const struct eg_value *b, enum eg_filter_order order)
{
    if (a->type != b->type || a->type == EG_VALUE_NULL) return EG_TRUTH_UNKNOWN;
    int sign = eg_filter_compare(a, b);
    switch (order) {
    case EG_FILTER_EQUAL:
        return truth(sign == 0);
    case EG_FILTER_NOT_EQUAL:
        return truth(sign != 0);
    case EG_FILTER_LESS:
        return truth(sign < 0);
    case EG_FILTER_GREATER:
        return truth(sign > 0);
    case EG_FILTER_LESS_EQUAL:
        return truth(sign <= 0);
    case EG_FILTER_GREATER_EQUAL:
        break;
    }
    return truth(sign >= 0);
}

/* --- LIKE ---------------------------------------------------------------------------------------------------------- */

static size_t next_character(struct eg_text text, size_t at)
{
    at++;
    while (at < text.len && ((unsigned char)text.data[at] & 0xC0U) == 0x80U) at++;
    return at;
}

/* Whether one element of the pattern, not %, takes what stands at *text_at; moves both on. */
static bool takes_one(struct eg_text text, size_t *text_at, struct eg_text pattern, size_t *pattern_at)
{
    size_t at = *pattern_at;
    if (at == pattern.len) return false;
    if (pattern.data[at] == '_') {
        *text_at = next_character(text, *text_at);
    } else {
        if (pattern.data[at] == '\\' && at + 1 < pattern.len) at++;
        if (pattern.data[at] != text.data[*text_at]) return false;
        (*text_at)++;
    }
    *pattern_at = at + 1;
    return true;
}

/* Only the last % has to be tried anew: what an earlier one took more would be missing before the last. */
bool eg_filter_like(struct eg_text text, struct eg_text pattern)
{
    size_t text_at = 0, pattern_at = 0;
    size_t retry_text = 0, retry_pattern = SIZE_MAX;
    while (text_at < text.len) {
        if (pattern_at < pattern.len && pattern.data[pattern_at] == '%') {
            retry_pattern = ++pattern_at;
            retry_text = text_at;
        } else if (!takes_one(text, &text_at, pattern, &pattern_at)) {
            if (retry_pattern == SIZE_MAX) return false;
            retry_text = next_character(text, retry_text);
            text_at = retry_text;
            pattern_at = retry_pattern;
        }
    }
    while (pattern_at < pattern.len && pattern.data[pattern_at] == '%') pattern_at++;
    return pattern_at == pattern.len;
}

/* --- conditions ---------------------------------------------------------------------------------------------------- */

static enum eg_truth search_sorted(const struct eg_filter_node *node, const struct eg_value *value)
{
    uint32_t from = 0, to = node->n_sorted;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int sign = eg_filter_compare(value, &node->sorted[middle]);
        if (sign == 0) return EG_TRUTH_TRUE;
        if (sign < 0) to = middle;
        else from = middle + 1;
    }
    return EG_TRUTH_FALSE;
}

static enum eg_truth evaluate_list(const struct eg_filter_node *node, const struct eg_value *value,
                                   const struct eg_filter_feature *feature, char *room)
{
    enum eg_truth result = EG_TRUTH_FALSE;
    if (node->sorted) return search_sorted(node, value);
    for (const struct eg_filter_operand *item = node->operands->next; item; item = item->next) {
        struct eg_value other = value_of(item, feature, room);
        enum eg_truth found = compare(value, &other, EG_FILTER_EQUAL);
        if (found > result) result = found;
    }
    return result;
}

static enum eg_truth evaluate_between(const struct eg_filter_node *node, const struct eg_value *value,
                                      const struct eg_filter_feature *feature, char *room)
{
    const struct eg_filter_operand *least = node->operands->next;
    struct eg_value bound = value_of(least, feature, room);
    enum eg_truth above = compare(value, &bound, EG_FILTER_GREATER_EQUAL);
    bound = value_of(least->next, feature, room);
    enum eg_truth below = compare(value, &bound, EG_FILTER_LESS_EQUAL);
    return above < below ? above : below;
}

/* COMPARE, LIKE, BETWEEN, IN. */
static enum eg_truth evaluate_values(const struct eg_filter_node *node,
                                     const struct eg_filter_feature *feature)
{
    char first_room[EG_FILTER_FOLD_BYTES], second_room[EG_FILTER_FOLD_BYTES];
    struct eg_value value = value_of(node->operands, feature, first_room);
    if (value.type == EG_VALUE_NULL) return EG_TRUTH_UNKNOWN;
    if (node->kind == EG_FILTER_BETWEEN) return evaluate_between(node, &value, feature, second_room);
    if (node->kind == EG_FILTER_IN) return evaluate_list(node, &value, feature, second_room);
    struct eg_value other = value_of(node->operands->next, feature, second_room);
    if (node->kind == EG_FILTER_COMPARE) return compare(&value, &other, node->order);
    if (value.type != EG_VALUE_TEXT) return EG_TRUTH_UNKNOWN;
    return truth(eg_filter_like(value.text, other.text));
}

static bool has_geometry(const struct eg_filter_feature *feature)
{
    return !feature->has_geometry || feature->has_geometry(feature->context);
}

static enum eg_truth evaluate_null(const struct eg_filter_node *node, const struct eg_filter_feature *feature)
{
    const struct eg_filter_operand *operand = node->operands;
    if (node->children) return truth(eg_filter_evaluate(node->children, feature) == EG_TRUTH_UNKNOWN);
    if (!operand) return EG_TRUTH_FALSE;
    if (operand->is_geometry) return truth(!has_geometry(feature));
    if (!operand->is_property) return EG_TRUTH_FALSE;
    return truth(feature->value(feature->context, operand->property).type == EG_VALUE_NULL);
}

static enum eg_truth evaluate_intersects(const struct eg_filter_node *node,
                                         const struct eg_filter_feature *feature)
{
    if (!has_geometry(feature)) return EG_TRUTH_UNKNOWN;
    for (const struct eg_filter_shapes *each = node->shapes; each; each = each->next) {
        if (feature->intersects(feature->context, &each->shape)) return EG_TRUTH_TRUE;
    }
    return EG_TRUTH_FALSE;
}

/* AND and OR end at the first child that decides them. */
static enum eg_truth evaluate_joined(const struct eg_filter_node *node,
                                     const struct eg_filter_feature *feature)
{
    bool all = node->kind == EG_FILTER_AND;
    enum eg_truth decisive = truth(!all), result = truth(all);
    for (const struct eg_filter_node *child = node->children; child && result != decisive;
         child = child->next) {
        enum eg_truth each = eg_filter_evaluate(child, feature);
        if (all ? each < result : each > result) result = each;
    }
    return result;
}

enum eg_truth eg_filter_evaluate(const struct eg_filter_node *node, const struct eg_filter_feature *feature)
{
    switch (node->kind) {
    case EG_FILTER_CONSTANT:
        return truth(node->is);
    case EG_FILTER_AND:
    case EG_FILTER_OR:
        return evaluate_joined(node, feature);
    case EG_FILTER_NOT:
        return EG_TRUTH_TRUE - eg_filter_evaluate(node->children, feature);
    case EG_FILTER_IS_NULL:
        return evaluate_null(node, feature);
    case EG_FILTER_INTERSECTS:
        return evaluate_intersects(node, feature);
    case EG_FILTER_COMPARE:
    case EG_FILTER_LIKE:
    case EG_FILTER_BETWEEN:
    case EG_FILTER_IN:
        break;
    }
    return evaluate_values(node, feature);
}
