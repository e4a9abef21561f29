/* A growing run of bytes with sticky failure: append without checking, ask eg_buffer_failed once at the end. */
#ifndef EG_BASE_BUFFER_H
#define EG_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"

struct eg_buffer {
    char *data; /* NUL-terminated one past len once anything was appended; NULL before */
    size_t len;
    size_t capacity;
    size_t ceiling; /* bytes; 0: no ceiling but memory */
    bool failed;    /* an append was refused; the contents are incomplete */
};

void eg_buffer_init(struct eg_buffer *buffer, size_t ceiling_bytes);
void eg_buffer_clear(struct eg_buffer *buffer); /* frees; the buffer is as after init */
/* Makes room at once for so many bytes that are to be appended. */
void eg_buffer_expect(struct eg_buffer *buffer, size_t len);
void eg_buffer_append(struct eg_buffer *buffer, const void *bytes, size_t len);
void eg_buffer_text(struct eg_buffer *buffer, struct eg_text text);
void eg_buffer_literal(struct eg_buffer *buffer, const char *nul_terminated);
/* Appends one of several texts, behind the separator unless the buffer is empty; an empty one adds nothing. */
void eg_buffer_part(struct eg_buffer *buffer, struct eg_text part, const char *separator);
void eg_buffer_char(struct eg_buffer *buffer, char c);
void eg_buffer_printf(struct eg_buffer *buffer, const char *format, ...) EG_PRINTF(2, 3);

/* The bytes, ownership passing to the caller (free with free()); NULL when failed. The buffer is as after init. */
char *eg_buffer_take(struct eg_buffer *buffer, size_t *len_out);

#endif
