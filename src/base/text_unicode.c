/* UTF-8 checking, and folding for search through utf8proc. Pure ASCII, the common case, is folded without it. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/buffer.h"
#include "base/memory.h"

#define FOLD_ON_STACK 256

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xC0U) == 0x80U;
}

/* Length of the well-formed sequence at s[0 .. room), 0 when there is none (Unicode 15, table 3-7). */
static size_t sequence_len(const unsigned char *s, size_t room)
{
    if (s[0] != 0 && s[0] < 0x80) return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4 || room < 2) return 0;
    if (s[0] < 0xE0) return is_continuation(s[1]) ? 2 : 0;
    unsigned char least = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char most = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
    if (s[1] < least || s[1] > most || room < 3 || !is_continuation(s[2])) return 0;
    if (s[0] < 0xF0) return 3;
    return room >= 4 && is_continuation(s[3]) ? 4 : 0;
}

bool eg_text_is_utf8(struct eg_text text)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t at = 0;
    while (at < text.len) {
        size_t len = sequence_len(bytes + at, text.len - at);
        if (len == 0) return false;
        at += len;
    }
    return true;
}

static bool is_ascii(struct eg_text text)
{
    unsigned char seen = 0;
    for (size_t i = 0; i < text.len; i++) seen |= (unsigned char)text.data[i];
    return seen < 0x80;
}

static void fold_ascii(struct eg_text text, struct eg_buffer *out)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        eg_buffer_char(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
    }
}

static utf8proc_ssize_t decompose(struct eg_text text, utf8proc_int32_t *points, size_t room)
{
    const utf8proc_option_t options =
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD;
    return utf8proc_decompose((const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.len, points,
                              (utf8proc_ssize_t)room, options);
}

static void append_points(const utf8proc_int32_t *points, utf8proc_ssize_t n, struct eg_buffer *out)
{
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t len = utf8proc_encode_char(points[i], bytes);
        eg_buffer_append(out, bytes, (size_t)len);
    }
}

enum eg_status eg_text_fold(struct eg_text text, struct eg_buffer *out, struct eg_error *err)
{
    if (!eg_text_is_utf8(text))
        return eg_error_set(err, EG_INVALID, "the text is not UTF-8; convert it to UTF-8");
    utf8proc_int32_t on_stack[FOLD_ON_STACK];
    utf8proc_int32_t *points = on_stack;
    utf8proc_int32_t *on_heap = NULL;
    enum eg_status status = EG_OK;
    if (is_ascii(text)) {
        fold_ascii(text, out);
        goto done;
    }
    utf8proc_ssize_t n = decompose(text, on_stack, FOLD_ON_STACK);
    if (n > FOLD_ON_STACK) {
        points = on_heap = eg_memory_array((size_t)n, sizeof *on_heap);
        if (!on_heap) return eg_error_no_memory(err, (size_t)n * sizeof *on_heap);
        n = decompose(text, on_heap, (size_t)n);
    }
    if (n < 0) {
        status = eg_error_set(err, EG_INVALID, "the text cannot be folded: %s", utf8proc_errmsg(n));
        goto done;
    }
    append_points(points, n, out);
done:
    free(on_heap);
    if (status == EG_OK && out->failed) return eg_error_set(err, EG_NO_MEMORY, "no room for the folded text");
    return status;
}

/* Whether a well-formed character shows itself: no control character (U+0080 to U+009F are some, too), and not U+FEFF. */
static bool is_seen(const unsigned char *c, size_t len)
{
    if (len == 1) return c[0] >= 0x20 && c[0] != 0x7F;
    if (len == 2) return c[0] != 0xC2 || c[1] >= 0xA0;
    return len != 3 || memcmp(c, "\xEF\xBB\xBF", 3) != 0;
}

static size_t escape_byte(unsigned char c, char room[5])
{
    char letter = c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : '\0';
    int n = letter ? snprintf(room, 5, "\\%c", letter) : snprintf(room, 5, "\\x%02x", c);
    return n > 0 ? (size_t)n : 0;
}

const char *eg_text_escape(struct eg_text text, char *room, size_t room_bytes)
{
    size_t to = 0;
    EG_ASSERT(room_bytes > 0);
    for (size_t at = 0; at < text.len;) {
        char escaped[5];
        const char *put = text.data + at;
        const unsigned char *c = (const unsigned char *)put;
        size_t n = sequence_len(c, text.len - at);
        if (n > 0 && is_seen(c, n)) {
            at += n;
        } else {
            n = escape_byte(*c, escaped);
            put = escaped;
            at++;
        }
        if (to + n >= room_bytes) break;
        memcpy(room + to, put, n);
        to += n;
    }
    room[to] = '\0';
    return room;
}

size_t eg_text_shown(struct eg_text text, size_t most)
{
    if (text.len <= most) return text.len;
    while (most > 0 && ((unsigned char)text.data[most] & 0xC0U) == 0x80U) most--;
    return most;
}
