/* Status codes and error details: the one way in which anything below src/http reports failure.
 *
 * A function that can fail returns enum eg_status, leaves its outputs untouched on failure, and takes a
 * `struct eg_error *` last, which may be NULL when the caller has no use for the words. */
#ifndef EG_BASE_ERROR_H
#define EG_BASE_ERROR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define EG_MUST_CHECK __attribute__((warn_unused_result))
#define EG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define EG_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum eg_status {
    EG_OK = 0,
    EG_NO_MEMORY,   /* the system or an arena's ceiling refused an allocation */
    EG_INVALID,     /* the input is wrong; the message names the place and the remedy */
    EG_NOT_FOUND,   /* a well-formed name, code or path that does not exist here */
    EG_LIMIT,       /* well formed, but over a stated limit */
    EG_UNSUPPORTED, /* well formed, but this program does not do it */
    EG_IO,          /* the operating system or a library failed to read or write */
    EG_BUSY,        /* cannot be served now; may succeed later */
    EG_CONFLICT,    /* somebody else changed it meanwhile; look again, then decide */
    EG_CANCELLED    /* stopped on request */
};

/* Where and why. `field` is the parameter, key or column at fault; `file` a path; line and column count
 * from 1, 0 meaning unknown. */
struct eg_error {
    enum eg_status status;
    uint32_t line;
    uint32_t column;
    char field[64];
    char file[256];
    char message[512];
};

/* Writes a formatted message (truncated on a character boundary at sizeof message) and returns `status`,
 * so that `return eg_error_set(err, EG_INVALID, "...");` reads naturally. Clears place and field.
 * `err` may be NULL. `status` must not be EG_OK. */
enum eg_status eg_error_set(struct eg_error *err, enum eg_status status, const char *format, ...)
    EG_PRINTF(3, 4);

/* Adds a place to an error already set; existing file/line/field are kept (the innermost place wins).
 * Returns err->status, or EG_OK when err is NULL. */
enum eg_status eg_error_at(struct eg_error *err, const char *file, uint32_t line, uint32_t column);
enum eg_status eg_error_field(struct eg_error *err, const char *field);

/* "no memory" with the size that was asked for. */
enum eg_status eg_error_no_memory(struct eg_error *err, size_t size_bytes);

/* "file:line:column: message" (parts that are unknown are left out) into text[size]. Returns text. */
const char *eg_error_format(const struct eg_error *err, char *text, size_t size);

/* A short lower-case English name ("invalid"), for logs. Never NULL. */
const char *eg_status_name(enum eg_status status);

/* An invariant of ours, checked in release too: prints the place and aborts. Never for input. */
#define EG_ASSERT(condition) ((condition) ? (void)0 : eg_assert_failed(#condition, __FILE__, __LINE__))
__attribute__((noreturn)) void eg_assert_failed(const char *condition, const char *file, int line);

#endif
