#include "engine/entity.h"

#include "base/hash.h"

void eg_entity_clear(struct eg_entity *entity)
{
    eg_buffer_clear(&entity->body);
    *entity = (struct eg_entity){0};
}

enum eg_status eg_entity_from_buffer(struct eg_buffer *body, const char *media_type, bool is_text,
                                     struct eg_entity *entity_out, struct eg_error *err)
{
    if (body->failed) {
        size_t len = body->len;
        eg_buffer_clear(body);
        return eg_error_no_memory(err, len);
    }
    *entity_out = (struct eg_entity){.body = *body, .media_type = media_type, .is_text = is_text};
    eg_hash128_hex(body->data ? body->data : "", body->len, entity_out->etag);
    eg_buffer_init(body, 0);
    return EG_OK;
}

enum eg_status eg_entity_from_json(struct eg_json *json, const char *media_type, struct eg_entity *entity_out,
                                   struct eg_error *err)
{
    if (!json) return eg_error_no_memory(err, 0);
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    enum eg_status status = eg_json_finish(json, false, &body, err);
    eg_json_free(json);
    if (status == EG_OK) return eg_entity_from_buffer(&body, media_type, true, entity_out, err);
    eg_buffer_clear(&body);
    return status;
}
