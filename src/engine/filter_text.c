/* CQL2-text by recursive descent: OR of ANDs of perhaps negated conditions. Each function takes its tokens and leaves the one behind
 * them; depth is bounded by eg_filter_deeper, chains of AND and OR are loops. */
#include "engine/filter_tokens.h"

static enum eg_status take_any(struct eg_filter_tokens *tokens, struct eg_filter_node **node_out);

/* Takes the word and says whether it was there. */
static enum eg_status take_word(struct eg_filter_tokens *tokens, const char *word, bool *there_out)
{
    *there_out = eg_filter_is_word(tokens, word);
    return *there_out ? eg_filter_next(tokens) : EG_OK;
}

/* --- operands ------------------------------------------------------------------------------------------------------ */

static enum eg_status no_arithmetic(const struct eg_filter_tokens *tokens, struct eg_filter_place place)
{
    return eg_filter_fail(tokens->build, place, EG_UNSUPPORTED,
                          "arithmetic (+, -, *, /, %%, ^, DIV) is not supported; write the result");
}

static bool is_arithmetic(const struct eg_filter_tokens *tokens)
{
    static const char symbols[] = "+-*/%^";
    for (size_t i = 0; i < sizeof symbols - 1; i++) {
        if (eg_filter_is_symbol(tokens, symbols[i])) return true;
    }
    return eg_filter_is_word(tokens, "DIV");
}

static enum eg_status take_operand(struct eg_filter_tokens *tokens, struct eg_filter_operand **operand_out);

static enum eg_status take_text(struct eg_filter_tokens *tokens, struct eg_text *text_out)
{
    enum eg_status status = eg_filter_unquote(tokens, text_out);
    return status == EG_OK ? eg_filter_next(tokens) : status;
}

/* CASEI(...), ACCENTI(...). */
static enum eg_status take_fold(struct eg_filter_tokens *tokens, unsigned fold,
                                struct eg_filter_operand **operand_out)
{
    enum eg_status status = eg_filter_deeper(tokens->build, tokens->token.place);
    if (status == EG_OK) status = eg_filter_next(tokens);
    if (status == EG_OK) status = eg_filter_expect(tokens, '(');
    if (status == EG_OK) status = take_operand(tokens, operand_out);
    if (status == EG_OK) status = eg_filter_expect(tokens, ')');
    if (status == EG_OK) status = eg_filter_fold(tokens->build, fold, *operand_out);
    tokens->build->depth--;
    return status;
}

/* DATE('...'), TIMESTAMP('...'). */
static enum eg_status take_instant(struct eg_filter_tokens *tokens, bool with_time,
                                   struct eg_filter_operand **operand_out)
{
    struct eg_filter_place place = tokens->token.place;
    struct eg_text text = {0};
    enum eg_status status = eg_filter_next(tokens);
    if (status == EG_OK) status = eg_filter_expect(tokens, '(');
    if (status == EG_OK && tokens->token.kind != EG_TOKEN_TEXT)
        return eg_filter_unexpected(tokens, "a text in single quotes");
    if (status == EG_OK) status = take_text(tokens, &text);
    if (status == EG_OK) status = eg_filter_expect(tokens, ')');
    return status == EG_OK ? eg_filter_instant(tokens->build, place, text, with_time, operand_out) : status;
}

/* A word with '(' behind it. */
static enum eg_status take_function(struct eg_filter_tokens *tokens, struct eg_filter_operand **operand_out)
{
    const struct eg_filter_token *token = &tokens->token;
    if (eg_filter_is_word(tokens, "CASEI")) return take_fold(tokens, EG_FOLD_CASE, operand_out);
    if (eg_filter_is_word(tokens, "ACCENTI")) return take_fold(tokens, EG_FOLD_MARKS, operand_out);
    if (eg_filter_is_word(tokens, "DATE")) return take_instant(tokens, false, operand_out);
    if (eg_filter_is_word(tokens, "TIMESTAMP")) return take_instant(tokens, true, operand_out);
    if (eg_filter_is_geometry_tag(tokens)) {
        return eg_filter_fail(tokens->build, token->place, EG_INVALID,
                              "a geometry stands in S_INTERSECTS(geometry, ...) only");
    }
    if (eg_filter_is_word(tokens, "INTERVAL")) {
        return eg_filter_fail(tokens->build, token->place, EG_UNSUPPORTED,
                              "INTERVAL is not supported; use BETWEEN, or >= and <= with AND");
    }
    if (!eg_filter_is_reserved(token->text) || token->text.data[1] == '_')
        return eg_filter_no_function(tokens->build, token->place, token->text);
    return eg_filter_unexpected(tokens, "a property or a value");
}

static enum eg_status take_name(struct eg_filter_tokens *tokens, struct eg_filter_operand **operand_out)
{
    struct eg_filter_place place = tokens->token.place;
    struct eg_text name = tokens->token.text;
    enum eg_status status = EG_OK;
    if (eg_filter_is_word(tokens, "NULL"))
        return eg_filter_fail(tokens->build, place, EG_INVALID, "NULL is asked for by IS NULL");
    if (tokens->token.kind == EG_TOKEN_NAME) status = eg_filter_unquote(tokens, &name);
    else if (eg_filter_is_reserved(name)) {
        return eg_filter_fail(tokens->build, place, EG_INVALID,
                              "expected a property or a value, found '%.*s', a word of the language; a "
                              "property of that name is written in double quotes",
                              eg_filter_shown(name), name.data);
    }
    if (status == EG_OK) status = eg_filter_next(tokens);
    return status == EG_OK ? eg_filter_property(tokens->build, place, name, operand_out) : status;
}

static enum eg_status take_bool(struct eg_filter_tokens *tokens, struct eg_filter_operand **operand_out)
{
    struct eg_filter_place place = tokens->token.place;
    struct eg_value value = {.type = EG_VALUE_BOOL, .is = eg_filter_is_word(tokens, "TRUE")};
    enum eg_status status = eg_filter_next(tokens);
    return status == EG_OK ? eg_filter_literal(tokens->build, place, value, operand_out) : status;
}

static enum eg_status take_text_operand(struct eg_filter_tokens *tokens,
                                        struct eg_filter_operand **operand_out)
{
    struct eg_filter_place place = tokens->token.place;
    struct eg_value value = {.type = EG_VALUE_TEXT};
    enum eg_status status = take_text(tokens, &value.text);
    return status == EG_OK ? eg_filter_literal(tokens->build, place, value, operand_out) : status;
}

static enum eg_status take_number(struct eg_filter_tokens *tokens, struct eg_filter_operand **operand_out)
{
    struct eg_filter_place place = tokens->token.place;
    struct eg_value value = {.type = EG_VALUE_NUMBER};
    enum eg_status status = eg_filter_take_number(tokens, &value.number);
    return status == EG_OK ? eg_filter_literal(tokens->build, place, value, operand_out) : status;
}

/* (5), ( - (5)): QGIS writes a negative number so. */
static enum eg_status take_enclosed(struct eg_filter_tokens *tokens, struct eg_filter_operand **operand_out)
{
    enum eg_status status = eg_filter_deeper(tokens->build, tokens->token.place);
    if (status == EG_OK) status = eg_filter_next(tokens);
    if (status == EG_OK) status = take_operand(tokens, operand_out);
    if (status == EG_OK) status = eg_filter_expect(tokens, ')');
    tokens->build->depth--;
    return status;
}

/* A sign before a number, be it in parentheses. */
static enum eg_status take_signed(struct eg_filter_tokens *tokens, struct eg_filter_operand **operand_out)
{
    struct eg_filter_place place = tokens->token.place;
    bool negative = eg_filter_is_symbol(tokens, '-');
    struct eg_filter_operand *operand = NULL;
    enum eg_status status = eg_filter_next(tokens);
    if (status != EG_OK) return status;
    if (eg_filter_is_symbol(tokens, '(')) status = take_enclosed(tokens, &operand);
    else if (tokens->token.kind == EG_TOKEN_NUMBER) status = take_number(tokens, &operand);
    else return no_arithmetic(tokens, place);
    if (status != EG_OK) return status;
    if (operand->is_property || operand->type != EG_VALUE_NUMBER) return no_arithmetic(tokens, place);
    if (negative) operand->literal.number = -operand->literal.number;
    operand->place = place;
    *operand_out = operand;
    return EG_OK;
}

static enum eg_status take_operand(struct eg_filter_tokens *tokens, struct eg_filter_operand **operand_out)
{
    enum eg_status status;
    enum eg_filter_token_kind kind = tokens->token.kind;
    bool is_word = kind == EG_TOKEN_WORD;
    bool is_sign = eg_filter_is_symbol(tokens, '-') || eg_filter_is_symbol(tokens, '+');
    if (kind == EG_TOKEN_TEXT) status = take_text_operand(tokens, operand_out);
    else if (kind == EG_TOKEN_NUMBER) status = take_number(tokens, operand_out);
    else if (is_sign) status = take_signed(tokens, operand_out);
    else if (eg_filter_is_word(tokens, "TRUE") || eg_filter_is_word(tokens, "FALSE"))
        status = take_bool(tokens, operand_out);
    else if (is_word && eg_filter_opens(tokens)) status = take_function(tokens, operand_out);
    else if (is_word || kind == EG_TOKEN_NAME) status = take_name(tokens, operand_out);
    else if (eg_filter_is_symbol(tokens, '(')) status = take_enclosed(tokens, operand_out);
    else status = eg_filter_unexpected(tokens, "a property or a value");
    if (status == EG_OK && is_arithmetic(tokens)) status = no_arithmetic(tokens, tokens->token.place);
    return status;
}

/* --- conditions over values ---------------------------------------------------------------------------------------- */

static bool is_comparison(const struct eg_filter_tokens *tokens, enum eg_filter_order *order_out)
{
    static const char symbols[] = {
        [EG_FILTER_EQUAL] = '=',   [EG_FILTER_NOT_EQUAL] = 'n',  [EG_FILTER_LESS] = '<',
        [EG_FILTER_GREATER] = '>', [EG_FILTER_LESS_EQUAL] = 'l', [EG_FILTER_GREATER_EQUAL] = 'g',
    };
    for (size_t i = 0; i < sizeof symbols; i++) {
        *order_out = (enum eg_filter_order)i;
        if (eg_filter_is_symbol(tokens, symbols[i])) return true;
    }
    return false;
}

static enum eg_status take_comparison(struct eg_filter_tokens *tokens, struct eg_filter_node *node)
{
    enum eg_status status = eg_filter_next(tokens);
    return status == EG_OK ? take_operand(tokens, &node->operands->next) : status;
}

static enum eg_status take_between(struct eg_filter_tokens *tokens, struct eg_filter_node *node)
{
    bool there = true;
    struct eg_filter_operand **least = &node->operands->next;
    enum eg_status status = eg_filter_next(tokens);
    if (status == EG_OK) status = take_operand(tokens, least);
    if (status == EG_OK) status = take_word(tokens, "AND", &there);
    if (status == EG_OK && !there) return eg_filter_unexpected(tokens, "AND between BETWEEN's bounds");
    return status == EG_OK ? take_operand(tokens, &(*least)->next) : status;
}

static enum eg_status take_list(struct eg_filter_tokens *tokens, struct eg_filter_node *node)
{
    struct eg_filter_operand **end = &node->operands->next;
    enum eg_status status = eg_filter_next(tokens);
    if (status == EG_OK) status = eg_filter_expect(tokens, '(');
    while (status == EG_OK) {
        status = take_operand(tokens, end);
        if (status != EG_OK) break;
        end = &(*end)->next;
        if (!eg_filter_is_symbol(tokens, ',')) return eg_filter_expect(tokens, ')');
        status = eg_filter_next(tokens);
    }
    return status;
}

/* IS [NOT] NULL, of an operand or of a condition. */
static enum eg_status take_null(struct eg_filter_tokens *tokens, const struct eg_filter_node *of,
                                struct eg_filter_node **node_out)
{
    struct eg_filter_place place = tokens->token.place;
    bool negated = false, there = true;
    struct eg_filter_node *node = NULL;
    enum eg_status status = eg_filter_node_new(tokens->build, place, EG_FILTER_IS_NULL, &node);
    if (status == EG_OK) status = eg_filter_next(tokens);
    if (status == EG_OK) status = take_word(tokens, "NOT", &negated);
    if (status == EG_OK) status = take_word(tokens, "NULL", &there);
    if (status == EG_OK && !there) return eg_filter_unexpected(tokens, "NULL or NOT NULL");
    if (status != EG_OK) return status;
    *node = *of;
    node->kind = EG_FILTER_IS_NULL;
    *node_out = node;
    return negated ? eg_filter_negate(tokens->build, place, node_out) : EG_OK;
}

static enum eg_status take_rest(struct eg_filter_tokens *tokens, struct eg_filter_node *node)
{
    if (node->kind == EG_FILTER_IN) return take_list(tokens, node);
    if (node->kind == EG_FILTER_BETWEEN) return take_between(tokens, node);
    return take_comparison(tokens, node);
}

/* What comes behind the first operand. */
static enum eg_status take_predicate(struct eg_filter_tokens *tokens, struct eg_filter_operand *first,
                                     struct eg_filter_node **node_out)
{
    static const char expected[] = "=, <>, <, >, <=, >=, LIKE, BETWEEN, IN or IS NULL";
    struct eg_filter_place place = tokens->token.place;
    struct eg_filter_node *node = NULL;
    enum eg_filter_kind kind = EG_FILTER_COMPARE;
    enum eg_filter_order order = EG_FILTER_EQUAL;
    bool negated = false;
    if (eg_filter_is_word(tokens, "IS"))
        return take_null(tokens, &(struct eg_filter_node){.operands = first}, node_out);
    enum eg_status status = take_word(tokens, "NOT", &negated);
    if (status != EG_OK) return status;
    if (eg_filter_is_word(tokens, "LIKE")) kind = EG_FILTER_LIKE;
    else if (eg_filter_is_word(tokens, "BETWEEN")) kind = EG_FILTER_BETWEEN;
    else if (eg_filter_is_word(tokens, "IN")) kind = EG_FILTER_IN;
    else if (negated) return eg_filter_unexpected(tokens, "LIKE, BETWEEN or IN");
    else if (!is_comparison(tokens, &order)) return eg_filter_unexpected(tokens, expected);
    status = eg_filter_node_new(tokens->build, place, kind, &node);
    if (status != EG_OK) return status;
    node->operands = first;
    node->order = order;
    status = take_rest(tokens, node);
    if (status == EG_OK) status = eg_filter_check(tokens->build, node);
    *node_out = node;
    return status == EG_OK && negated ? eg_filter_negate(tokens->build, place, node_out) : status;
}

/* --- conditions over the geometry ---------------------------------------------------------------------------------- */

/* One of the two arguments; which of them it was is seen from what was filled in. */
static enum eg_status take_spatial_argument(struct eg_filter_tokens *tokens,
                                            struct eg_filter_operand **operand_out,
                                            struct eg_filter_shapes **shapes_out)
{
    const struct eg_filter_token *token = &tokens->token;
    struct eg_filter_operand *operand = NULL;
    if (eg_filter_is_geometry_tag(tokens)) return eg_filter_take_geometry(tokens, shapes_out);
    if (token->kind == EG_TOKEN_WORD && eg_filter_opens(tokens))
        return eg_filter_no_function(tokens->build, token->place, token->text);
    if (token->kind != EG_TOKEN_WORD && token->kind != EG_TOKEN_NAME)
        return eg_filter_unexpected(tokens, "geometry, or one such as BBOX(-1,52,0,53)");
    enum eg_status status = take_name(tokens, &operand);
    if (status == EG_OK && !operand->is_geometry) {
        return eg_filter_fail(tokens->build, operand->place, EG_INVALID,
                              "this property has no geometry; the geometry is called geometry");
    }
    *operand_out = operand;
    return status;
}

/* S_INTERSECTS(geometry, POINT(...)), or the other way round. */
static enum eg_status take_spatial(struct eg_filter_tokens *tokens, struct eg_filter_node **node_out)
{
    struct eg_filter_place place = tokens->token.place;
    bool disjoint = eg_filter_is_word(tokens, "S_DISJOINT");
    struct eg_filter_operand *operand = NULL;
    struct eg_filter_shapes *shapes = NULL;
    enum eg_status status = eg_filter_node_new(tokens->build, place, EG_FILTER_INTERSECTS, node_out);
    if (status == EG_OK) status = eg_filter_next(tokens);
    if (status == EG_OK) status = eg_filter_expect(tokens, '(');
    if (status == EG_OK) status = take_spatial_argument(tokens, &operand, &shapes);
    if (status == EG_OK) status = eg_filter_expect(tokens, ',');
    if (status == EG_OK) status = take_spatial_argument(tokens, &operand, &shapes);
    if (status == EG_OK) status = eg_filter_expect(tokens, ')');
    if (status != EG_OK) return status;
    if (!operand || !shapes) {
        return eg_filter_fail(tokens->build, place, EG_UNSUPPORTED,
                              "geometry can be compared with a literal geometry only");
    }
    (*node_out)->shapes = shapes;
    return disjoint ? eg_filter_negate(tokens->build, place, node_out) : EG_OK;
}

/* --- logic --------------------------------------------------------------------------------------------------------- */

static enum eg_status take_parenthesis(struct eg_filter_tokens *tokens, struct eg_filter_node **node_out)
{
    enum eg_status status = eg_filter_deeper(tokens->build, tokens->token.place);
    if (status == EG_OK) status = eg_filter_next(tokens);
    if (status == EG_OK) status = take_any(tokens, node_out);
    if (status == EG_OK) status = eg_filter_expect(tokens, ')');
    tokens->build->depth--;
    if (status == EG_OK && eg_filter_is_word(tokens, "IS"))
        status = take_null(tokens, &(struct eg_filter_node){.children = *node_out}, node_out);
    return status;
}

/* A boolean by itself is a condition; before a comparison it is an operand. */
static enum eg_status take_condition(struct eg_filter_tokens *tokens, struct eg_filter_node **node_out)
{
    struct eg_filter_operand *operand = NULL;
    struct eg_filter_place place = tokens->token.place;
    bool is_bool = eg_filter_is_word(tokens, "TRUE") || eg_filter_is_word(tokens, "FALSE");
    enum eg_status status = take_operand(tokens, &operand);
    if (status != EG_OK) return status;
    bool ends = tokens->token.kind == EG_TOKEN_END || eg_filter_is_word(tokens, "AND") ||
                eg_filter_is_word(tokens, "OR") || eg_filter_is_symbol(tokens, ')');
    if (!is_bool || !ends) return take_predicate(tokens, operand, node_out);
    status = eg_filter_node_new(tokens->build, place, EG_FILTER_CONSTANT, node_out);
    if (status == EG_OK) (*node_out)->is = operand->literal.is;
    return status;
}

static enum eg_status take_primary(struct eg_filter_tokens *tokens, struct eg_filter_node **node_out)
{
    bool is_spatial = eg_filter_is_word(tokens, "S_INTERSECTS") || eg_filter_is_word(tokens, "S_DISJOINT");
    if (eg_filter_is_symbol(tokens, '(')) return take_parenthesis(tokens, node_out);
    if (is_spatial && eg_filter_opens(tokens)) return take_spatial(tokens, node_out);
    if (tokens->token.kind == EG_TOKEN_END) return eg_filter_unexpected(tokens, "a condition");
    return take_condition(tokens, node_out);
}

static enum eg_status take_factor(struct eg_filter_tokens *tokens, struct eg_filter_node **node_out)
{
    struct eg_filter_place place = tokens->token.place;
    if (!eg_filter_is_word(tokens, "NOT")) return take_primary(tokens, node_out);
    enum eg_status status = eg_filter_deeper(tokens->build, place);
    if (status == EG_OK) status = eg_filter_next(tokens);
    if (status == EG_OK) status = take_factor(tokens, node_out);
    if (status == EG_OK) status = eg_filter_negate(tokens->build, place, node_out);
    tokens->build->depth--;
    return status;
}

/* Terms joined by a word: one node over all of them. */
static enum eg_status take_joined(struct eg_filter_tokens *tokens, enum eg_filter_kind kind,
                                  struct eg_filter_node **node_out)
{
    const char *word = kind == EG_FILTER_OR ? "OR" : "AND";
    struct eg_filter_node *node = NULL, *first = NULL, **end = &first;
    bool more = true;
    for (;;) {
        enum eg_status status =
            kind == EG_FILTER_OR ? take_joined(tokens, EG_FILTER_AND, end) : take_factor(tokens, end);
        struct eg_filter_place place = tokens->token.place;
        if (status == EG_OK) status = take_word(tokens, word, &more);
        if (status == EG_OK && more && !node) status = eg_filter_node_new(tokens->build, place, kind, &node);
        if (status != EG_OK) return status;
        end = &(*end)->next;
        if (!more) break;
    }
    if (node) node->children = first;
    *node_out = node ? node : first;
    return EG_OK;
}

static enum eg_status take_any(struct eg_filter_tokens *tokens, struct eg_filter_node **node_out)
{
    return take_joined(tokens, EG_FILTER_OR, node_out);
}

enum eg_status eg_filter_parse_text(struct eg_filter_build *build, struct eg_filter_node **root_out)
{
    struct eg_filter_tokens tokens = {.build = build};
    enum eg_status status = eg_filter_next(&tokens);
    if (status == EG_OK) status = take_any(&tokens, root_out);
    if (status == EG_OK && tokens.token.kind != EG_TOKEN_END)
        status = eg_filter_unexpected(&tokens, "AND, OR or the end");
    return status;
}
