/* Text slices: a pointer and a length, UTF-8, not NUL-terminated unless said; never owning.
 *
 * All number parsing is independent of the locale and consumes the whole slice: "12abc" is an error, not 12. */
#ifndef EG_BASE_TEXT_H
#define EG_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct eg_arena;
struct eg_buffer;

struct eg_text {
    const char *data; /* NULL only when len is 0 */
    size_t len;       /* bytes */
};

#define EG_TEXT(literal) ((struct eg_text){("" literal), sizeof(literal) - 1})
/* For printf("%.*s", EG_TEXT_ARG(t)). */
#define EG_TEXT_ARG(t) (int)(t).len, ((t).data ? (t).data : "")

struct eg_text eg_text_from(const char *nul_terminated); /* NULL gives the empty slice */
bool eg_text_equal(struct eg_text a, struct eg_text b);
/* The same for the words of standards: ASCII letters of either case count as one, whatever the locale; other bytes as they are. */
bool eg_text_equal_any_case(struct eg_text a, struct eg_text b);
int eg_text_compare(struct eg_text a, struct eg_text b); /* bytewise, shorter first; for qsort */
bool eg_text_starts_with(struct eg_text text, struct eg_text prefix);
bool eg_text_ends_with(struct eg_text text, struct eg_text suffix);
struct eg_text eg_text_trim(struct eg_text text); /* ASCII white space at both ends */
/* The same, and what people cannot see at the ends of what they copied: no-break and typographic spaces, zero-width ones, byte order marks. */
struct eg_text eg_text_trim_wide(struct eg_text text);

/* Splits at the first `separator`: `*head_out` before it, the rest after it is returned. Without a
 * separator the head is everything, the rest has data NULL. */
struct eg_text eg_text_cut(struct eg_text text, char separator, struct eg_text *head_out);

/* A copy in the arena, NUL-terminated one past its end. data is NULL when the arena refused. */
struct eg_text eg_text_copy(struct eg_arena *arena, struct eg_text text);
/* A formatted, NUL-terminated text in the arena. data is NULL when the arena refused. */
struct eg_text eg_text_format(struct eg_arena *arena, const char *format, ...) EG_PRINTF(2, 3);

/* Decimal digits only, no sign, no blanks; false on overflow or anything else. */
bool eg_text_to_u32(struct eg_text text, uint32_t *value_out);
bool eg_text_to_u64(struct eg_text text, uint64_t *value_out);
/* Whether a text is decimal digits, at least one: a whole number, which may be too large for any of the above. */
bool eg_text_is_digits(struct eg_text text);
/* A finite decimal number, "." as point, optional exponent; false for NaN, infinity, hex, blanks, empty. */
bool eg_text_to_double(struct eg_text text, double *value_out);

/* Valid UTF-8 without NUL, overlong forms or surrogates. */
bool eg_text_is_utf8(struct eg_text text);

/* How many bytes of a text to show where there is room for `most`: all, or as many as end with a whole character. */
size_t eg_text_shown(struct eg_text text, size_t most);
/* Both arguments of "%.*s": what a stranger sends must not push the rest of a sentence out of it. */
#define EG_TEXT_SHOWN(t, most) (int)eg_text_shown(t, most), ((t).data ? (t).data : "")

/* A text as it may stand in a message, into room[room_bytes] and NUL-terminated: what could move a terminal's cursor, what nobody sees
 * (U+FEFF) and bytes that are not UTF-8 become "\\n", "\\t" or "\\xef". As many whole characters as fit. Returns `room`. */
const char *eg_text_escape(struct eg_text text, char *room, size_t room_bytes);

/* Folds for search: compatibility decomposition, marks dropped, case folded ("Café ﬁ" -> "cafe fi").
 * Appends to `out`. EG_INVALID for wrong UTF-8. */
EG_MUST_CHECK enum eg_status eg_text_fold(struct eg_text text, struct eg_buffer *out, struct eg_error *err);

/* Folds by case alone ("CAFÉ" -> "café"), by marks alone ("CAFÉ" -> "CAFE"; ø, đ, ħ, ł and ŧ lose their stroke, too), or by both,
 * into room[room_bytes], composed (NFC), without allocating. Returns the bytes written: whole characters, as many as fit;
 * EG_FOLD_GROWTH bytes for one always do. `text` must be UTF-8. A run of more than 96 bytes without any ASCII is folded in pieces,
 * and not composed across them. */
enum eg_fold { EG_FOLD_CASE = 1, EG_FOLD_MARKS = 2 };
#define EG_FOLD_GROWTH 4
size_t eg_text_fold_into(struct eg_text text, unsigned folds, char *room, size_t room_bytes);

#endif
