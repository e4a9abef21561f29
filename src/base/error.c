/* Error details are plain fixed-size structs of about 850 bytes on the caller's stack: nothing to free, nothing that can
 * fail while reporting a failure. Messages are built in a second buffer first, so that a message may quote the one it
 * replaces. */
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Length of text[0 .. len) without a UTF-8 sequence that was cut off at its end. */
static size_t without_cut_sequence(const char *text, size_t len)
{
    size_t lead = len;
    while (lead > 0 && len - lead < 3 && ((unsigned char)text[lead - 1] & 0xC0U) == 0x80U) lead--;
    if (lead == 0) return len;
    unsigned char byte = (unsigned char)text[lead - 1];
    size_t expected = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return len - (lead - 1) < expected ? lead - 1 : len;
}

static void copy_bounded(char *out, size_t size, const char *text)
{
    size_t len = strnlen(text, size);
    if (len == size) len = without_cut_sequence(text, size - 1);
    memmove(out, text, len);
    out[len] = '\0';
}

enum eg_status eg_error_set(struct eg_error *err, enum eg_status status, const char *format, ...)
{
    EG_ASSERT(status != EG_OK);
    if (!err) return status;
    char message[sizeof err->message + 1]; /* one more than fits, so that copy_bounded sees the truncation */
    va_list args;
    va_start(args, format);
    int written = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    err->status = status;
    err->line = err->column = 0;
    err->field[0] = err->file[0] = '\0';
    copy_bounded(err->message, sizeof err->message, written < 0 ? "(message lost)" : message);
    return status;
}

enum eg_status eg_error_at(struct eg_error *err, const char *file, uint32_t line, uint32_t column)
{
    if (!err) return EG_OK;
    if (file && !err->file[0]) copy_bounded(err->file, sizeof err->file, file);
    if (err->line == 0) {
        err->line = line;
        err->column = column;
    }
    return err->status;
}

enum eg_status eg_error_field(struct eg_error *err, const char *field)
{
    if (!err) return EG_OK;
    if (field && !err->field[0]) copy_bounded(err->field, sizeof err->field, field);
    return err->status;
}

enum eg_status eg_error_no_memory(struct eg_error *err, size_t size_bytes)
{
    return eg_error_set(err, EG_NO_MEMORY, "no memory (%zu bytes were asked for)", size_bytes);
}

const char *eg_error_format(const struct eg_error *err, char *text, size_t size)
{
    char place[sizeof err->file + 32] = "";
    if (err->file[0] && err->line && err->column) {
        (void)snprintf(place, sizeof place, "%s:%u:%u: ", err->file, err->line, err->column);
    } else if (err->file[0] && err->line) {
        (void)snprintf(place, sizeof place, "%s:%u: ", err->file, err->line);
    } else if (err->file[0]) {
        (void)snprintf(place, sizeof place, "%s: ", err->file);
    } else if (err->line && err->column) {
        (void)snprintf(place, sizeof place, "%u:%u: ", err->line, err->column);
    } else if (err->line) {
        (void)snprintf(place, sizeof place, "%u: ", err->line);
    }
    if (size == 0) return text;
    int len = snprintf(text, size, "%s%s", place, err->message);
    if (len >= 0 && (size_t)len >= size) text[without_cut_sequence(text, size - 1)] = '\0';
    return text;
}

const char *eg_status_name(enum eg_status status)
{
    switch (status) {
    case EG_OK:
        return "ok";
    case EG_NO_MEMORY:
        return "no memory";
    case EG_INVALID:
        return "invalid";
    case EG_NOT_FOUND:
        return "not found";
    case EG_LIMIT:
        return "over a limit";
    case EG_UNSUPPORTED:
        return "unsupported";
    case EG_IO:
        return "input/output";
    case EG_BUSY:
        return "busy";
    case EG_CONFLICT:
        return "conflict";
    case EG_CANCELLED:
        return "cancelled";
    }
    return "unknown";
}

void eg_assert_failed(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
    abort();
}
