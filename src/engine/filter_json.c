/* CQL2-JSON: objects {"op": ..., "args": [...]} within each other, as OGC's schema of CQL2 1.0 has them. Names are compared as they
 * are; members that mean nothing here are not looked at. */
#include "engine/filter_json.h"

#include <string.h>

static enum eg_status read_condition(struct eg_filter_json json, struct eg_filter_node **node_out);
static enum eg_status read_operand(struct eg_filter_json json, struct eg_filter_operand **operand_out);

/* --- places -------------------------------------------------------------------------------------------------------- */

static struct eg_filter_place place_of(struct eg_filter_json json)
{
    return (struct eg_filter_place){.step = json.step};
}

static enum eg_status step_new(struct eg_filter_json json, const char *name, uint32_t index,
                               struct eg_filter_json *inner_out)
{
    struct eg_filter_step *step = eg_arena_array(json.build->arena, 1, sizeof *step);
    if (!step) return eg_filter_no_memory(json.build);
    *step = (struct eg_filter_step){.up = json.step, .name = name, .index = index};
    inner_out->build = json.build;
    inner_out->step = step;
    return EG_OK;
}

enum eg_status eg_filter_json_member(struct eg_filter_json json, const char *name,
                                     struct eg_filter_json *member_out)
{
    member_out->value = eg_json_get(json.value, name);
    return step_new(json, name, 0, member_out);
}

enum eg_status eg_filter_json_element(struct eg_filter_json json, uint32_t index,
                                      struct eg_filter_json *element_out)
{
    element_out->value = eg_json_at(json.value, index);
    return step_new(json, NULL, index, element_out);
}

enum eg_status eg_filter_json_unexpected(struct eg_filter_json json, const char *expected)
{
    return eg_filter_fail(json.build, place_of(json), EG_INVALID, "expected %s", expected);
}

static bool get_text(struct eg_filter_json json, const char *name, struct eg_text *text_out)
{
    return eg_json_is_text(eg_json_get(json.value, name), text_out);
}

static bool has(struct eg_filter_json json, const char *name)
{
    return eg_json_get(json.value, name) != NULL;
}

/* --- operands ------------------------------------------------------------------------------------------------------ */

/* An "op" that is no condition, or not here. */
static enum eg_status no_operation(struct eg_filter_json json, struct eg_text op)
{
    static const char *const arithmetic[] = {"+", "-", "*", "/", "^", "%", "div"};
    for (size_t i = 0; i < EG_ARRAY_LEN(arithmetic); i++) {
        if (!eg_text_equal(op, eg_text_from(arithmetic[i]))) continue;
        return eg_filter_fail(json.build, place_of(json), EG_UNSUPPORTED,
                              "arithmetic (%s) is not supported; write the result", arithmetic[i]);
    }
    return eg_filter_no_function(json.build, place_of(json), op);
}

static bool is_fold(struct eg_text op)
{
    return eg_text_equal(op, EG_TEXT("casei")) || eg_text_equal(op, EG_TEXT("accenti"));
}

/* The arguments of an operation that takes `n` of them, or more where `or_more`. */
static enum eg_status read_args(struct eg_filter_json json, uint32_t n, bool or_more,
                                struct eg_filter_json *args_out)
{
    enum eg_status status = eg_filter_json_member(json, "args", args_out);
    if (status != EG_OK) return status;
    size_t length = eg_json_length(args_out->value);
    if (length == n || (or_more && length > n)) return EG_OK;
    return eg_filter_fail(json.build, place_of(*args_out), EG_INVALID, "expected an array of %u%s element%s",
                          n, or_more ? " or more" : "", n == 1 && !or_more ? "" : "s");
}

static enum eg_status read_fold(struct eg_filter_json json, struct eg_text op,
                                struct eg_filter_operand **operand_out)
{
    struct eg_filter_json args = {0}, inner = {0};
    enum eg_status status = eg_filter_deeper(json.build, place_of(json));
    if (status == EG_OK) status = read_args(json, 1, false, &args);
    if (status == EG_OK) status = eg_filter_json_element(args, 0, &inner);
    if (status == EG_OK) status = read_operand(inner, operand_out);
    unsigned fold = eg_text_equal(op, EG_TEXT("casei")) ? EG_FOLD_CASE : EG_FOLD_MARKS;
    if (status == EG_OK) status = eg_filter_fold(json.build, fold, *operand_out);
    json.build->depth--;
    return status;
}

static enum eg_status read_object(struct eg_filter_json json, struct eg_filter_operand **operand_out)
{
    struct eg_text text = {0};
    struct eg_filter_place place = place_of(json);
    if (get_text(json, "property", &text)) return eg_filter_property(json.build, place, text, operand_out);
    if (get_text(json, "date", &text)) return eg_filter_instant(json.build, place, text, false, operand_out);
    if (get_text(json, "timestamp", &text))
        return eg_filter_instant(json.build, place, text, true, operand_out);
    if (has(json, "interval")) {
        return eg_filter_fail(json.build, place, EG_UNSUPPORTED,
                              "interval is not supported; use between, or >= and <= with and");
    }
    if (get_text(json, "op", &text))
        return is_fold(text) ? read_fold(json, text, operand_out) : no_operation(json, text);
    if (eg_filter_json_is_geometry(json))
        return eg_filter_fail(json.build, place, EG_INVALID, "a geometry stands in s_intersects only");
    return eg_filter_json_unexpected(
        json, "a text, a number, a boolean, or an object with property, date, timestamp or op");
}

static enum eg_status read_operand(struct eg_filter_json json, struct eg_filter_operand **operand_out)
{
    struct eg_value value = {0};
    if (eg_json_is_text(json.value, &value.text)) value.type = EG_VALUE_TEXT;
    else if (eg_json_is_number(json.value, &value.number)) value.type = EG_VALUE_NUMBER;
    else if (eg_json_is_bool(json.value, &value.is)) value.type = EG_VALUE_BOOL;
    else return read_object(json, operand_out);
    return eg_filter_literal(json.build, place_of(json), value, operand_out);
}

/* Elements from..to-1 of an array, appended at *end. */
static enum eg_status read_operands(struct eg_filter_json array, uint32_t from, uint32_t to,
                                    struct eg_filter_operand **end)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = from; i < to && status == EG_OK; i++) {
        struct eg_filter_json element = {0};
        status = eg_filter_json_element(array, i, &element);
        if (status == EG_OK) status = read_operand(element, end);
        if (status == EG_OK) end = &(*end)->next;
    }
    return status;
}

/* --- conditions ---------------------------------------------------------------------------------------------------- */

static enum eg_status read_children(struct eg_filter_json args, struct eg_filter_node *node)
{
    struct eg_filter_node **end = &node->children;
    uint32_t n = (uint32_t)eg_json_length(args.value);
    enum eg_status status = eg_filter_deeper(args.build, place_of(args));
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        struct eg_filter_json element = {0};
        status = eg_filter_json_element(args, i, &element);
        if (status == EG_OK) status = read_condition(element, end);
        if (status == EG_OK) end = &(*end)->next;
    }
    args.build->depth--;
    return status;
}

static enum eg_status read_in(struct eg_filter_json args, struct eg_filter_node *node)
{
    struct eg_filter_json list = {0};
    enum eg_status status = read_operands(args, 0, 1, &node->operands);
    if (status == EG_OK) status = eg_filter_json_element(args, 1, &list);
    if (status != EG_OK) return status;
    size_t n = eg_json_length(list.value);
    if (n == 0) return eg_filter_json_unexpected(list, "an array of one or more values");
    return read_operands(list, 0, (uint32_t)n, &node->operands->next);
}

/* Of an operand, or of a condition. */
static enum eg_status read_null(struct eg_filter_json args, struct eg_filter_node *node)
{
    struct eg_filter_json of = {0};
    struct eg_text op = {0};
    enum eg_status status = eg_filter_json_element(args, 0, &of);
    if (status != EG_OK) return status;
    if (get_text(of, "op", &op) && !is_fold(op)) return read_children(args, node);
    return read_operand(of, &node->operands);
}

static enum eg_status read_spatial(struct eg_filter_json args, struct eg_filter_node *node)
{
    struct eg_filter_operand *operand = NULL;
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < 2 && status == EG_OK; i++) {
        struct eg_filter_json each = {0};
        struct eg_filter_shapes *shapes = NULL;
        status = eg_filter_json_element(args, i, &each);
        if (status != EG_OK) return status;
        if (eg_filter_json_is_geometry(each)) status = eg_filter_json_geometry(each, &shapes);
        else status = read_operand(each, &operand);
        if (shapes) node->shapes = shapes;
        else if (status == EG_OK && !operand->is_geometry)
            return eg_filter_json_unexpected(each, "the property geometry, or a geometry");
    }
    if (status != EG_OK || (operand && node->shapes)) return status;
    return eg_filter_fail(args.build, place_of(args), EG_UNSUPPORTED,
                          "geometry can be compared with a literal geometry only");
}

struct operation {
    const char *op;
    enum eg_filter_kind kind;
    enum eg_filter_order order;
    uint32_t n;
    bool or_more;
};

static const struct operation *find_operation(struct eg_text op)
{
    static const struct operation operations[] = {
        {"and", EG_FILTER_AND, EG_FILTER_EQUAL, 2, true},
        {"or", EG_FILTER_OR, EG_FILTER_EQUAL, 2, true},
        {"not", EG_FILTER_NOT, EG_FILTER_EQUAL, 1, false},
        {"=", EG_FILTER_COMPARE, EG_FILTER_EQUAL, 2, false},
        {"<>", EG_FILTER_COMPARE, EG_FILTER_NOT_EQUAL, 2, false},
        {"<", EG_FILTER_COMPARE, EG_FILTER_LESS, 2, false},
        {">", EG_FILTER_COMPARE, EG_FILTER_GREATER, 2, false},
        {"<=", EG_FILTER_COMPARE, EG_FILTER_LESS_EQUAL, 2, false},
        {">=", EG_FILTER_COMPARE, EG_FILTER_GREATER_EQUAL, 2, false},
        {"like", EG_FILTER_LIKE, EG_FILTER_EQUAL, 2, false},
        {"between", EG_FILTER_BETWEEN, EG_FILTER_EQUAL, 3, false},
        {"in", EG_FILTER_IN, EG_FILTER_EQUAL, 2, false},
        {"isNull", EG_FILTER_IS_NULL, EG_FILTER_EQUAL, 1, false},
        {"s_intersects", EG_FILTER_INTERSECTS, EG_FILTER_EQUAL, 2, false},
        {"s_disjoint", EG_FILTER_INTERSECTS, EG_FILTER_NOT_EQUAL, 2, false},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(operations); i++) {
        if (eg_text_equal(op, eg_text_from(operations[i].op))) return &operations[i];
    }
    return NULL;
}

static enum eg_status read_arguments(struct eg_filter_json args, const struct operation *operation,
                                     struct eg_filter_node *node)
{
    enum eg_status status;
    switch (operation->kind) {
    case EG_FILTER_AND:
    case EG_FILTER_OR:
    case EG_FILTER_NOT:
        return read_children(args, node);
    case EG_FILTER_IS_NULL:
        return read_null(args, node);
    case EG_FILTER_INTERSECTS:
        return read_spatial(args, node);
    case EG_FILTER_IN:
        status = read_in(args, node);
        break;
    case EG_FILTER_COMPARE:
    case EG_FILTER_LIKE:
    case EG_FILTER_BETWEEN:
    case EG_FILTER_CONSTANT:
    default:
        status = read_operands(args, 0, operation->n, &node->operands);
        break;
    }
    return status == EG_OK ? eg_filter_check(args.build, node) : status;
}

static enum eg_status read_operation(struct eg_filter_json json, struct eg_text op,
                                     struct eg_filter_node **node_out)
{
    struct eg_filter_json args = {0};
    const struct operation *operation = find_operation(op);
    if (!operation && is_fold(op)) return eg_filter_json_unexpected(json, "a condition, found a text's fold");
    if (!operation) return no_operation(json, op);
    enum eg_status status = read_args(json, operation->n, operation->or_more, &args);
    if (status == EG_OK) status = eg_filter_node_new(json.build, place_of(json), operation->kind, node_out);
    if (status != EG_OK) return status;
    (*node_out)->order = operation->order;
    status = read_arguments(args, operation, *node_out);
    bool disjoint = operation->kind == EG_FILTER_INTERSECTS && operation->order == EG_FILTER_NOT_EQUAL;
    if (status == EG_OK && disjoint) status = eg_filter_negate(json.build, place_of(json), node_out);
    return status;
}

static enum eg_status read_condition(struct eg_filter_json json, struct eg_filter_node **node_out)
{
    struct eg_text op = {0};
    bool is = false;
    if (get_text(json, "op", &op)) return read_operation(json, op, node_out);
    if (!eg_json_is_bool(json.value, &is))
        return eg_filter_json_unexpected(json, "a condition: an object with op and args, true or false");
    enum eg_status status = eg_filter_node_new(json.build, place_of(json), EG_FILTER_CONSTANT, node_out);
    if (status == EG_OK) (*node_out)->is = is;
    return status;
}

/* --- the document -------------------------------------------------------------------------------------------------- */

/* "true" and "false" are filters, but no documents for the reader of JSON. */
static bool is_constant(struct eg_text text, bool *is_out)
{
    text = eg_text_trim(text);
    *is_out = eg_text_equal(text, EG_TEXT("true"));
    return *is_out || eg_text_equal(text, EG_TEXT("false"));
}

static enum eg_status parse_document(const struct eg_filter_build *build, struct eg_json **document_out)
{
    struct eg_error err = {0};
    enum eg_status status = eg_json_parse(build->source->text, document_out, &err);
    if (status == EG_INVALID) {
        eg_error_set(build->err, status, "line %u, column %u: %s", err.line, err.column, err.message);
    } else if (status != EG_OK) eg_error_set(build->err, status, "%s", err.message);
    return status;
}

enum eg_status eg_filter_parse_json(struct eg_filter_build *build, struct eg_filter_node **root_out)
{
    bool is = false;
    struct eg_json *document = NULL;
    struct eg_filter_step *root = eg_arena_array(build->arena, 1, sizeof *root);
    if (!root) return eg_filter_no_memory(build);
    struct eg_filter_json json = {.build = build, .step = root};
    if (is_constant(build->source->text, &is)) {
        enum eg_status made = eg_filter_node_new(build, place_of(json), EG_FILTER_CONSTANT, root_out);
        if (made == EG_OK) (*root_out)->is = is;
        return made;
    }
    enum eg_status status = parse_document(build, &document);
    if (status != EG_OK) return status;
    json.value = eg_json_root(document);
    status = read_condition(json, root_out);
    eg_json_free(document);
    return status;
}
