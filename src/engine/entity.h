/* An answer: bytes and what they are. */
#ifndef EG_ENGINE_ENTITY_H
#define EG_ENGINE_ENTITY_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"

struct eg_entity {
    struct eg_buffer body;  /* owned */
    const char *media_type; /* static */
    char etag[33];          /* hash of the content in hex, without quotes */
    bool is_text;           /* worth compressing */
};

void eg_entity_clear(struct eg_entity *entity);

/* Makes an entity of a finished buffer, taking its memory over (the buffer is as after init, also on failure).
 * EG_NO_MEMORY when the buffer had failed. */
EG_MUST_CHECK enum eg_status eg_entity_from_buffer(struct eg_buffer *body, const char *media_type,
                                                   bool is_text, struct eg_entity *entity_out,
                                                   struct eg_error *err);

/* The same from a JSON document, which is freed in any case; NULL is EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_entity_from_json(struct eg_json *json, const char *media_type,
                                                 struct eg_entity *entity_out, struct eg_error *err);

#endif
