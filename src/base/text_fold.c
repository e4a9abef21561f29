/* Folding by case or by marks alone, into room that the caller has. Texts are names and sentences; pure ASCII, the common case,
 * is folded without utf8proc. Others are taken in pieces of at most 96 bytes that end before an ASCII character, which composes with
 * nothing in front of it: decomposed (and case-folded), stripped of marks, then composed again (Unicode 15, 3.11 and 5.18). */
#include "base/text.h"

#include <string.h>

#include <utf8proc.h>

#define PIECE_BYTES 96
#define PIECE_POINTS ((size_t)PIECE_BYTES * 4)

static char fold_ascii(char c, unsigned folds)
{
    bool lower = (folds & EG_FOLD_CASE) && c >= 'A' && c <= 'Z';
    return lower ? (char)(c - 'A' + 'a') : c;
}

static size_t ascii_len(struct eg_text text)
{
    size_t len = 0;
    while (len < text.len && (unsigned char)text.data[len] < 0x80) len++;
    return len;
}

/* Length of the next piece: all, up to an ASCII character, or whole characters. */
static size_t piece_len(struct eg_text text)
{
    if (text.len <= PIECE_BYTES) return text.len;
    size_t len = PIECE_BYTES;
    while (len > 0 && (unsigned char)text.data[len] >= 0x80) len--;
    if (len > 0) return len;
    len = PIECE_BYTES;
    while (len > 1 && ((unsigned char)text.data[len] & 0xC0U) == 0x80U) len--;
    return len;
}

/* Letters whose stroke Unicode takes for a part of the letter, not for a mark. */
static utf8proc_int32_t without_stroke(utf8proc_int32_t point)
{
    static const struct {
        utf8proc_int32_t from;
        char to;
    } letters[] = {
        {0xD8, 'O'},  {0xF8, 'o'},  {0x110, 'D'}, {0x111, 'd'}, {0x126, 'H'},
        {0x127, 'h'}, {0x141, 'L'}, {0x142, 'l'}, {0x166, 'T'}, {0x167, 't'},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(letters); i++) {
        if (letters[i].from == point) return letters[i].to;
    }
    return point;
}

/* Number of code points, or negative when the piece is not UTF-8. */
static utf8proc_ssize_t fold_piece(struct eg_text piece, unsigned folds, utf8proc_int32_t *points)
{
    unsigned options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE;
    if (folds & EG_FOLD_CASE) options |= UTF8PROC_CASEFOLD;
    if (folds & EG_FOLD_MARKS) options |= UTF8PROC_STRIPMARK;
    utf8proc_ssize_t n =
        utf8proc_decompose((const utf8proc_uint8_t *)piece.data, (utf8proc_ssize_t)piece.len, points,
                           (utf8proc_ssize_t)PIECE_POINTS, (utf8proc_option_t)options);
    if (n < 0 || n > (utf8proc_ssize_t)PIECE_POINTS) return -1;
    for (utf8proc_ssize_t i = 0; i < n && (folds & EG_FOLD_MARKS); i++) points[i] = without_stroke(points[i]);
    return utf8proc_normalize_utf32(points, n, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

/* Appends what fits; false when something did not. */
static bool write_points(const utf8proc_int32_t *points, utf8proc_ssize_t n, struct eg_text *written,
                         char *room, size_t room_bytes)
{
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        utf8proc_uint8_t bytes[4];
        size_t len = (size_t)utf8proc_encode_char(points[i], bytes);
        if (len > room_bytes - written->len) return false;
        memcpy(room + written->len, bytes, len);
        written->len += len;
    }
    return true;
}

size_t eg_text_fold_into(struct eg_text text, unsigned folds, char *room, size_t room_bytes)
{
    if (ascii_len(text) == text.len) {
        size_t len = text.len < room_bytes ? text.len : room_bytes;
        for (size_t i = 0; i < len; i++) room[i] = fold_ascii(text.data[i], folds);
        return len;
    }
    struct eg_text written = {room, 0};
    bool fits = true;
    while (text.len > 0 && fits) {
        utf8proc_int32_t points[PIECE_POINTS];
        struct eg_text piece = {text.data, piece_len(text)};
        utf8proc_ssize_t n = fold_piece(piece, folds, points);
        fits = n >= 0 && write_points(points, n, &written, room, room_bytes);
        text = (struct eg_text){text.data + piece.len, text.len - piece.len};
    }
    return written.len;
}
