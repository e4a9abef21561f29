/* CQL2-text as tokens, one at a time, and what its two parsers share. */
#ifndef EG_ENGINE_FILTER_TOKENS_H
#define EG_ENGINE_FILTER_TOKENS_H

#include "engine/filter_tree.h"

enum eg_filter_token_kind {
    EG_TOKEN_END,
    EG_TOKEN_WORD,   /* a keyword, function or property */
    EG_TOKEN_NAME,   /* a property in double quotes */
    EG_TOKEN_TEXT,   /* in single quotes */
    EG_TOKEN_NUMBER, /* without sign */
    EG_TOKEN_SYMBOL
};

struct eg_filter_token {
    enum eg_filter_token_kind kind;
    struct eg_filter_place place;
    struct eg_text text; /* as written, without quotes */
    double number;
    char symbol; /* itself; 'n' is <>, 'l' <=, 'g' >= */
};

struct eg_filter_tokens {
    struct eg_filter_build *build;
    uint32_t at; /* behind the token */
    struct eg_filter_token token;
};

EG_MUST_CHECK enum eg_status eg_filter_next(struct eg_filter_tokens *tokens);
/* Whether the token is this word, in upper or lower case. */
bool eg_filter_is_word(const struct eg_filter_tokens *tokens, const char *upper);
bool eg_filter_is_symbol(const struct eg_filter_tokens *tokens, char symbol);
/* Whether '(' comes after the token. */
bool eg_filter_opens(const struct eg_filter_tokens *tokens);
/* Takes the symbol or fails. */
EG_MUST_CHECK enum eg_status eg_filter_expect(struct eg_filter_tokens *tokens, char symbol);
/* EG_INVALID: "expected ..., found ...". */
enum eg_status eg_filter_unexpected(const struct eg_filter_tokens *tokens, const char *expected);
/* A number with or without a sign. */
EG_MUST_CHECK enum eg_status eg_filter_take_number(struct eg_filter_tokens *tokens, double *number_out);
/* What a token in quotes stands for, in the arena. */
EG_MUST_CHECK enum eg_status eg_filter_unquote(struct eg_filter_tokens *tokens, struct eg_text *text_out);
/* Whether a word has a meaning in the language, so that a property of this name needs double quotes. */
bool eg_filter_is_reserved(struct eg_text word);

/* Whether the token begins a geometry: POINT, BBOX and so on. */
bool eg_filter_is_geometry_tag(const struct eg_filter_tokens *tokens);
/* Takes a geometry; a list of shapes, all of which together are the geometry. */
EG_MUST_CHECK enum eg_status eg_filter_take_geometry(struct eg_filter_tokens *tokens,
                                                     struct eg_filter_shapes **shapes_out);

#endif
