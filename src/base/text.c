/* Slices: comparing, cutting, copying. Numbers are in text_number.c, Unicode in text_unicode.c. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"

struct eg_text eg_text_from(const char *nul_terminated)
{
    return nul_terminated ? (struct eg_text){nul_terminated, strlen(nul_terminated)}
                          : (struct eg_text){NULL, 0};
}

bool eg_text_equal(struct eg_text a, struct eg_text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool eg_text_equal_any_case(struct eg_text a, struct eg_text b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.data[i]) != lower(b.data[i])) return false;
    return true;
}

int eg_text_compare(struct eg_text a, struct eg_text b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
    if (order != 0) return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool eg_text_starts_with(struct eg_text text, struct eg_text prefix)
{
    return text.len >= prefix.len && eg_text_equal((struct eg_text){text.data, prefix.len}, prefix);
}

bool eg_text_ends_with(struct eg_text text, struct eg_text suffix)
{
    if (suffix.len == 0) return true;
    if (text.len < suffix.len) return false;
    return eg_text_equal((struct eg_text){text.data + (text.len - suffix.len), suffix.len}, suffix);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct eg_text eg_text_trim(struct eg_text text)
{
    while (text.len > 0 && is_blank(text.data[text.len - 1])) text.len--;
    while (text.len > 0 && is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    return text;
}

/* U+00A0, U+2000 to U+200B, U+202F, U+3000, U+FEFF: the byte order mark. */
static bool is_wide_blank(const char *bytes, size_t len)
{
    unsigned char last = (unsigned char)bytes[len - 1];
    if (len == 2) return memcmp(bytes, "\xC2\xA0", 2) == 0;
    if (memcmp(bytes, "\xE2\x80", 2) == 0) return (last >= 0x80 && last <= 0x8B) || last == 0xAF;
    return memcmp(bytes, "\xE3\x80\x80", 3) == 0 || memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
}

struct eg_text eg_text_trim_wide(struct eg_text text)
{
    for (size_t before = SIZE_MAX; before != text.len;) {
        text = eg_text_trim(text);
        before = text.len;
        for (size_t len = 2; len <= 3; len++) {
            if (text.len >= len && is_wide_blank(text.data + text.len - len, len)) text.len -= len;
            if (text.len < len || !is_wide_blank(text.data, len)) continue;
            text.data += len;
            text.len -= len;
        }
    }
    return text;
}

struct eg_text eg_text_cut(struct eg_text text, char separator, struct eg_text *head_out)
{
    const char *at = text.len > 0 ? memchr(text.data, separator, text.len) : NULL;
    if (!at) {
        *head_out = text;
        return (struct eg_text){NULL, 0};
    }
    size_t head_len = (size_t)(at - text.data);
    *head_out = (struct eg_text){text.data, head_len};
    return (struct eg_text){at + 1, text.len - head_len - 1};
}

struct eg_text eg_text_copy(struct eg_arena *arena, struct eg_text text)
{
    if (text.len == SIZE_MAX) return (struct eg_text){NULL, 0};
    char *copy = eg_arena_array(arena, text.len + 1, 1); /* zeroed: the NUL is there */
    if (!copy) return (struct eg_text){NULL, 0};
    if (text.len > 0) memcpy(copy, text.data, text.len);
    return (struct eg_text){copy, text.len};
}

struct eg_text eg_text_format(struct eg_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = len >= 0 ? eg_arena_array(arena, (size_t)len + 1, 1) : NULL;
    if (!text) return (struct eg_text){NULL, 0};
    va_start(args, format);
    (void)vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return (struct eg_text){text, (size_t)len};
}
