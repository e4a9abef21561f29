/* The words of CQL2-text (21-065r2, annex B): names may have letters of any script, texts double their quotes or escape them with a
 * backslash, numbers have no sign of their own. */
#include "engine/filter_tokens.h"

#include <string.h>

static const char *const reserved[] = {
    "ACCENTI",      "AND",          "A_CONTAINEDBY",
    "A_CONTAINS",   "A_EQUALS",     "A_OVERLAPS",
    "BBOX",         "BETWEEN",      "CASEI",
    "DATE",         "DIV",          "FALSE",
    "IN",           "INTERVAL",     "IS",
    "LIKE",         "LINESTRING",   "GEOMETRYCOLLECTION",
    "MULTIPOINT",   "NOT",          "NULL",
    "OR",           "MULTIPOLYGON", "MULTILINESTRING",
    "POINT",        "POLYGON",      "S_CONTAINS",
    "S_CROSSES",    "S_DISJOINT",   "S_EQUALS",
    "S_INTERSECTS", "S_OVERLAPS",   "S_TOUCHES",
    "S_WITHIN",     "TIMESTAMP",    "TRUE",
    "T_AFTER",      "T_BEFORE",     "T_CONTAINS",
    "T_DISJOINT",   "T_DURING",     "T_EQUALS",
    "T_FINISHEDBY", "T_FINISHES",   "T_INTERSECTS",
    "T_MEETS",      "T_METBY",      "T_OVERLAPPEDBY",
    "T_OVERLAPS",   "T_STARTEDBY",  "T_STARTS",
};

bool eg_filter_is_reserved(struct eg_text word)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(reserved); i++) {
        if (eg_text_equal_any_case(word, eg_text_from(reserved[i]))) return true;
    }
    return false;
}

/* --- characters ---------------------------------------------------------------------------------------------------- */

/* The code point at `at` of valid UTF-8, and its length. */
static uint32_t point_at(struct eg_text text, size_t at, size_t *len_out)
{
    unsigned char first = (unsigned char)text.data[at];
    size_t len = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    uint32_t point = len == 1 ? first : first & (0x7FU >> len);
    for (size_t i = 1; i < len; i++) point = point << 6U | ((unsigned char)text.data[at + i] & 0x3FU);
    *len_out = len;
    return point;
}

static bool starts_name(uint32_t point)
{
    static const uint32_t ranges[][2] = {
        {':', ':'},       {'A', 'Z'},       {'_', '_'},       {'a', 'z'},
        {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x2FF},    {0x370, 0x37D},
        {0x37F, 0x1FFE},  {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
        {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(ranges); i++) {
        if (point >= ranges[i][0] && point <= ranges[i][1]) return true;
    }
    return false;
}

static bool continues_name(uint32_t point)
{
    return starts_name(point) || point == '.' || (point >= '0' && point <= '9') ||
           (point >= 0x300 && point <= 0x36F) || point == 0x203F || point == 0x2040;
}

static size_t blanks_len(struct eg_text text, size_t at)
{
    size_t from = at;
    while (at < text.len) {
        char c = text.data[at];
        bool no_break = c == '\xC2' && text.data[at + 1] == '\xA0';
        if (c != ' ' && !(c >= '\t' && c <= '\r') && !no_break) break;
        at += no_break ? 2 : 1;
    }
    return at - from;
}

/* --- kinds of tokens ----------------------------------------------------------------------------------------------- */

static bool is_digit(struct eg_text text, size_t at)
{
    return at < text.len && text.data[at] >= '0' && text.data[at] <= '9';
}

static enum eg_status read_number(struct eg_filter_tokens *tokens, struct eg_text text)
{
    struct eg_filter_token *token = &tokens->token;
    size_t start = tokens->at, at = start;
    while (is_digit(text, at)) at++;
    if (at < text.len && text.data[at] == '.') at++;
    while (is_digit(text, at)) at++;
    if (at < text.len && (text.data[at] == 'E' || text.data[at] == 'e')) {
        at++;
        if (at < text.len && (text.data[at] == '+' || text.data[at] == '-')) at++;
        while (is_digit(text, at)) at++;
    }
    size_t len = 0;
    bool runs_on = at < text.len && continues_name(point_at(text, at, &len));
    token->kind = EG_TOKEN_NUMBER;
    token->text = (struct eg_text){text.data + start, at + len * runs_on - start};
    if (runs_on || !eg_text_to_double(token->text, &token->number)) {
        return eg_filter_fail(tokens->build, token->place, EG_INVALID,
                              "'%.*s' is not a number; a text is written in single quotes",
                              eg_filter_shown(token->text), token->text.data);
    }
    tokens->at = (uint32_t)at;
    return EG_OK;
}

static enum eg_status read_quoted(struct eg_filter_tokens *tokens, struct eg_text text, char quote)
{
    size_t start = tokens->at + 1, at = start;
    bool is_text = quote == '\'';
    for (;; at++) {
        bool escaped = is_text && at < text.len && text.data[at] == '\\';
        bool doubled = at + 1 < text.len && text.data[at] == quote && text.data[at + 1] == quote;
        if (escaped || doubled) at++;
        else if (at >= text.len || text.data[at] == quote) break;
    }
    if (at >= text.len) {
        return eg_filter_fail(tokens->build, tokens->token.place, EG_INVALID,
                              "the %s quote is not closed; a quote inside is written twice",
                              is_text ? "single" : "double");
    }
    tokens->token.kind = is_text ? EG_TOKEN_TEXT : EG_TOKEN_NAME;
    tokens->token.text = (struct eg_text){text.data + start, at - start};
    tokens->at = (uint32_t)at + 1;
    return EG_OK;
}

static enum eg_status read_symbol(struct eg_filter_tokens *tokens, struct eg_text text)
{
    struct eg_filter_token *token = &tokens->token;
    char c = text.data[tokens->at];
    char next = tokens->at + 1 < text.len ? text.data[tokens->at + 1] : '\0';
    size_t len = 1;
    if (c == '!' && next == '=')
        return eg_filter_fail(tokens->build, token->place, EG_INVALID, "'!=' is written <> in CQL2");
    if (!strchr("()=<>,+-*/%^", c)) {
        (void)point_at(text, tokens->at, &len);
        return eg_filter_fail(tokens->build, token->place, EG_INVALID, "unexpected character '%.*s'",
                              (int)len, text.data + tokens->at);
    }
    token->kind = EG_TOKEN_SYMBOL;
    token->symbol = c;
    if (c == '<' && next == '>') token->symbol = 'n';
    if (c == '<' && next == '=') token->symbol = 'l';
    if (c == '>' && next == '=') token->symbol = 'g';
    if (token->symbol != c) len = 2;
    token->text = (struct eg_text){text.data + tokens->at, len};
    tokens->at += (uint32_t)len;
    return EG_OK;
}

static enum eg_status read_word(struct eg_filter_tokens *tokens, struct eg_text text)
{
    size_t at = tokens->at, len = 0;
    while (at < text.len && continues_name(point_at(text, at, &len))) at += len;
    tokens->token.kind = EG_TOKEN_WORD;
    tokens->token.text = (struct eg_text){text.data + tokens->at, at - tokens->at};
    tokens->at = (uint32_t)at;
    return EG_OK;
}

enum eg_status eg_filter_next(struct eg_filter_tokens *tokens)
{
    struct eg_text text = tokens->build->source->text;
    size_t len = 0;
    tokens->at += (uint32_t)blanks_len(text, tokens->at);
    tokens->token = (struct eg_filter_token){.kind = EG_TOKEN_END, .place.at = tokens->at};
    if (tokens->at == text.len) return EG_OK;
    char c = text.data[tokens->at];
    if (c == '\'' || c == '"') return read_quoted(tokens, text, c);
    if (is_digit(text, tokens->at) || (c == '.' && is_digit(text, tokens->at + 1)))
        return read_number(tokens, text);
    if (starts_name(point_at(text, tokens->at, &len))) return read_word(tokens, text);
    return read_symbol(tokens, text);
}

/* --- what parsers ask ---------------------------------------------------------------------------------------------- */

bool eg_filter_is_word(const struct eg_filter_tokens *tokens, const char *upper_word)
{
    return tokens->token.kind == EG_TOKEN_WORD &&
           eg_text_equal_any_case(tokens->token.text, eg_text_from(upper_word));
}

bool eg_filter_is_symbol(const struct eg_filter_tokens *tokens, char symbol)
{
    return tokens->token.kind == EG_TOKEN_SYMBOL && tokens->token.symbol == symbol;
}

bool eg_filter_opens(const struct eg_filter_tokens *tokens)
{
    struct eg_text text = tokens->build->source->text;
    size_t at = tokens->at + blanks_len(text, tokens->at);
    return at < text.len && text.data[at] == '(';
}

enum eg_status eg_filter_unexpected(const struct eg_filter_tokens *tokens, const char *expected)
{
    const struct eg_filter_token *token = &tokens->token;
    if (token->kind == EG_TOKEN_END) {
        return eg_filter_fail(tokens->build, token->place, EG_INVALID,
                              "expected %s, but the filter ends here", expected);
    }
    return eg_filter_fail(tokens->build, token->place, EG_INVALID, "expected %s, found '%.*s'", expected,
                          eg_filter_shown(token->text), token->text.data);
}

enum eg_status eg_filter_expect(struct eg_filter_tokens *tokens, char symbol)
{
    const char expected[] = {'\'', symbol, '\'', '\0'};
    if (!eg_filter_is_symbol(tokens, symbol)) return eg_filter_unexpected(tokens, expected);
    return eg_filter_next(tokens);
}

enum eg_status eg_filter_take_number(struct eg_filter_tokens *tokens, double *number_out)
{
    enum eg_status status = EG_OK;
    bool negative = eg_filter_is_symbol(tokens, '-');
    if (negative || eg_filter_is_symbol(tokens, '+')) status = eg_filter_next(tokens);
    if (status != EG_OK) return status;
    if (tokens->token.kind != EG_TOKEN_NUMBER) return eg_filter_unexpected(tokens, "a number");
    *number_out = negative ? -tokens->token.number : tokens->token.number;
    return eg_filter_next(tokens);
}

/* What stands for the character behind a backslash; 0: the backslash stays (LIKE needs it before % and _). */
static char escaped(char c)
{
    static const char letters[] = "abtnvfr'\\", meanings[] = "\a\b\t\n\v\f\r'\\";
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? meanings[at - letters] : '\0';
}

enum eg_status eg_filter_unquote(struct eg_filter_tokens *tokens, struct eg_text *text_out)
{
    struct eg_text from = tokens->token.text;
    bool is_text = tokens->token.kind == EG_TOKEN_TEXT;
    char *to = eg_arena_array(tokens->build->arena, from.len + 1, 1);
    size_t len = 0;
    if (!to) return eg_filter_no_memory(tokens->build);
    for (size_t i = 0; i < from.len; i++) {
        char c = from.data[i];
        char next = i + 1 < from.len ? from.data[i + 1] : '\0';
        bool doubled = c == (is_text ? '\'' : '"');
        char meaning = is_text && c == '\\' ? escaped(next) : '\0';
        if (meaning) c = meaning;
        if (doubled || meaning) i++;
        to[len++] = c;
        if (is_text && c == '\\' && !meaning && next) {
            to[len++] = next;
            i++;
        }
    }
    *text_out = (struct eg_text){to, len};
    return EG_OK;
}
