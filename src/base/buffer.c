/* A growing buffer: capacity doubles from 64 bytes and always leaves room for the NUL past the end. The ceiling limits
 * len, not the memory held. After a refusal nothing more is appended, so a failed buffer holds a prefix of what was
 * meant. */
#include "base/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define FIRST_CAPACITY 64

void eg_buffer_init(struct eg_buffer *buffer, size_t ceiling_bytes)
{
    *buffer = (struct eg_buffer){.ceiling = ceiling_bytes};
}

void eg_buffer_clear(struct eg_buffer *buffer)
{
    free(buffer->data);
    eg_buffer_init(buffer, buffer->ceiling);
}

static bool over_ceiling(const struct eg_buffer *buffer, size_t more)
{
    return buffer->ceiling > 0 && (more > buffer->ceiling || buffer->len > buffer->ceiling - more);
}

/* Room for `more` bytes and a NUL; marks the buffer failed when there is none. */
static bool make_room(struct eg_buffer *buffer, size_t more)
{
    if (buffer->failed) return false;
    size_t needed;
    void *data = buffer->data;
    size_t least = buffer->data ? 0 : FIRST_CAPACITY;
    if (over_ceiling(buffer, more) || __builtin_add_overflow(buffer->len, more, &needed) ||
        __builtin_add_overflow(needed, 1, &needed) ||
        !eg_memory_reserve(&data, &buffer->capacity, needed > least ? needed : least, 1)) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    return true;
}

void eg_buffer_expect(struct eg_buffer *buffer, size_t len)
{
    (void)make_room(buffer, len);
}

void eg_buffer_append(struct eg_buffer *buffer, const void *bytes, size_t len)
{
    if (!make_room(buffer, len)) return;
    if (len > 0) memcpy(buffer->data + buffer->len, bytes, len);
    buffer->len += len;
    buffer->data[buffer->len] = '\0';
}

void eg_buffer_text(struct eg_buffer *buffer, struct eg_text text)
{
    eg_buffer_append(buffer, text.data, text.len);
}

void eg_buffer_literal(struct eg_buffer *buffer, const char *nul_terminated)
{
    eg_buffer_append(buffer, nul_terminated, strlen(nul_terminated));
}

void eg_buffer_part(struct eg_buffer *buffer, struct eg_text part, const char *separator)
{
    if (part.len == 0) return;
    if (buffer->len > 0) eg_buffer_literal(buffer, separator);
    eg_buffer_text(buffer, part);
}

void eg_buffer_char(struct eg_buffer *buffer, char c)
{
    eg_buffer_append(buffer, &c, 1);
}

/* Formats into the room there is; when that was too little, makes room and formats once more. */
static EG_PRINTF(2, 0) int format_into(struct eg_buffer *buffer, const char *format, va_list args)
{
    size_t room = buffer->capacity - buffer->len;
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(buffer->data + buffer->len, room, format, args);
    if (len >= 0 && (size_t)len >= room && make_room(buffer, (size_t)len)) {
        len = vsnprintf(buffer->data + buffer->len, (size_t)len + 1, format, again);
    }
    va_end(again);
    return len;
}

void eg_buffer_printf(struct eg_buffer *buffer, const char *format, ...)
{
    if (!make_room(buffer, 0)) return;
    va_list args;
    va_start(args, format);
    int len = format_into(buffer, format, args);
    va_end(args);
    if (len < 0 || over_ceiling(buffer, (size_t)len)) buffer->failed = true;
    if (!buffer->failed) buffer->len += (size_t)len;
    buffer->data[buffer->len] = '\0';
}

char *eg_buffer_take(struct eg_buffer *buffer, size_t *len_out)
{
    (void)make_room(buffer, 0); /* an empty buffer gives an empty text, not NULL */
    if (buffer->failed) {
        eg_buffer_clear(buffer);
        return NULL;
    }
    char *data = buffer->data;
    data[buffer->len] = '\0';
    if (len_out) *len_out = buffer->len;
    eg_buffer_init(buffer, buffer->ceiling);
    return data;
}
