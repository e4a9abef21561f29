/* Any bytes as a JSON document. What is read must be written, and what was written must be read and written alike. */
#include "fuzz/fuzz.h"

#include "base/buffer.h"
#include "base/json.h"

static bool rewrite(struct eg_text text, struct eg_buffer *out)
{
    struct eg_json *json = NULL;
    struct eg_error err;
    if (eg_json_parse(text, &json, &err) != EG_OK) return false;
    EG_ASSERT(eg_json_finish(json, false, out, &err) == EG_OK);
    eg_json_free(json);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_buffer once;
    struct eg_buffer twice;
    eg_buffer_init(&once, 0);
    eg_buffer_init(&twice, 0);
    if (rewrite((struct eg_text){(const char *)data, size}, &once)) {
        struct eg_text text = {once.data, once.len};
        EG_ASSERT(rewrite(text, &twice));
        EG_ASSERT(eg_text_equal(text, (struct eg_text){twice.data, twice.len}));
    }
    eg_buffer_clear(&once);
    eg_buffer_clear(&twice);
    return 0;
}
