/* Whether a condition's operands go together: texts with texts, numbers with numbers. A text beside a date is read as one, since data
 * have periods such as '2019'. Long lists of IN are sorted here. */
#include "engine/filter_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SORT_FROM 8 /* a shorter list is as soon looked through */

static const char *type_name(enum eg_value_type type)
{
    static const char *const names[] = {
        [EG_VALUE_NULL] = "of any type", [EG_VALUE_TEXT] = "a text", [EG_VALUE_NUMBER] = "a number",
        [EG_VALUE_BOOL] = "a boolean",   [EG_VALUE_DATE] = "a date",
    };
    return names[type];
}

/* "value", "'abc'", "5": for messages. */
static const char *words_of(const struct eg_filter_build *build, const struct eg_filter_operand *operand,
                            char *words, size_t size)
{
    const struct eg_value *literal = &operand->literal;
    if (operand->is_property) {
        struct eg_text name = build->properties->items[operand->property].name;
        (void)snprintf(words, size, "%.*s", eg_filter_shown(name), name.data);
    } else if (literal->type == EG_VALUE_NUMBER) (void)snprintf(words, size, "%.15g", literal->number);
    else if (literal->type == EG_VALUE_BOOL) (void)snprintf(words, size, literal->is ? "true" : "false");
    else (void)snprintf(words, size, "'%.*s'", eg_filter_shown(literal->text), literal->text.data);
    return words;
}

static enum eg_status is_scalar(const struct eg_filter_build *build, const struct eg_filter_operand *operand)
{
    if (!operand->is_geometry) return EG_OK;
    return eg_filter_fail(build, operand->place, EG_INVALID,
                          "geometry has no value to compare; write S_INTERSECTS(geometry, ...)");
}

/* A text literal beside a date. */
static void read_as_date(struct eg_filter_operand *operand, const struct eg_filter_operand *beside)
{
    bool is_text = !operand->is_property && operand->type == EG_VALUE_TEXT && operand->folds == 0;
    if (!is_text || beside->type != EG_VALUE_DATE || !eg_filter_is_instant(operand->literal.text)) return;
    operand->type = operand->literal.type = EG_VALUE_DATE;
}

static enum eg_status check_pair(const struct eg_filter_build *build, struct eg_filter_operand *a,
                                 struct eg_filter_operand *b)
{
    char first[80], second[80];
    enum eg_status status = is_scalar(build, a);
    if (status == EG_OK) status = is_scalar(build, b);
    if (status != EG_OK) return status;
    read_as_date(a, b);
    read_as_date(b, a);
    if (a->type == b->type || a->type == EG_VALUE_NULL || b->type == EG_VALUE_NULL) return EG_OK;
    words_of(build, a, first, sizeof first);
    words_of(build, b, second, sizeof second);
    return eg_filter_fail(build, b->place, EG_INVALID, "%s is %s, but %s is %s%s", second, type_name(b->type),
                          first, type_name(a->type),
                          a->type == EG_VALUE_DATE || b->type == EG_VALUE_DATE
                              ? "; a date is written '2019', '2019-03' or DATE('2019-03-29')"
                              : "");
}

static enum eg_status check_like(const struct eg_filter_build *build, const struct eg_filter_operand *text)
{
    char words[80];
    const struct eg_filter_operand *pattern = text->next;
    enum eg_status status = is_scalar(build, text);
    if (status != EG_OK) return status;
    if (text->type != EG_VALUE_TEXT && text->type != EG_VALUE_NULL) {
        return eg_filter_fail(build, text->place, EG_INVALID, "LIKE takes a text, but %s is %s",
                              words_of(build, text, words, sizeof words), type_name(text->type));
    }
    if (pattern->is_property || pattern->type != EG_VALUE_TEXT) {
        return eg_filter_fail(build, pattern->place, EG_INVALID,
                              "LIKE takes a pattern in quotes, such as 'North%%'");
    }
    size_t escapes = 0;
    while (escapes < pattern->literal.text.len &&
           pattern->literal.text.data[pattern->literal.text.len - 1 - escapes] == '\\')
        escapes++;
    if (escapes % 2 == 0) return EG_OK;
    return eg_filter_fail(build, pattern->place, EG_INVALID,
                          "the pattern ends in its escape character; write two backslashes for one");
}

static int compare_for_sort(const void *a, const void *b)
{
    return eg_filter_compare(a, b);
}

/* Dates of different granularity have no total order. */
static bool can_be_sorted(const struct eg_filter_operand *value)
{
    if (value->type == EG_VALUE_DATE || value->type == EG_VALUE_NULL) return false;
    for (const struct eg_filter_operand *item = value->next; item; item = item->next) {
        if (item->is_property || item->type != value->type) return false;
    }
    return true;
}

static enum eg_status sort_list(struct eg_filter_build *build, struct eg_filter_node *node)
{
    uint32_t n = 0;
    const struct eg_filter_operand *first = node->operands->next;
    for (const struct eg_filter_operand *item = first; item; item = item->next) n++;
    if (n < SORT_FROM || !can_be_sorted(node->operands)) return EG_OK;
    struct eg_value *values = eg_arena_array(build->arena, n, sizeof *values);
    if (!values) return eg_filter_no_memory(build);
    uint32_t at = 0;
    for (const struct eg_filter_operand *item = first; item; item = item->next) values[at++] = item->literal;
    qsort(values, n, sizeof *values, compare_for_sort);
    node->sorted = values;
    node->n_sorted = n;
    return EG_OK;
}

enum eg_status eg_filter_check(struct eg_filter_build *build, struct eg_filter_node *node)
{
    enum eg_status status = EG_OK;
    if (node->kind == EG_FILTER_LIKE) return check_like(build, node->operands);
    if (node->kind == EG_FILTER_IS_NULL) return EG_OK;
    for (struct eg_filter_operand *other = node->operands->next; other && status == EG_OK;
         other = other->next)
        status = check_pair(build, node->operands, other);
    if (status == EG_OK && node->kind == EG_FILTER_IN) status = sort_list(build, node);
    return status;
}
