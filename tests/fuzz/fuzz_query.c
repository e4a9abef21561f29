/* Any bytes as a request target: whatever is accepted must be valid UTF-8 without NUL, and what is written of a parameter must
 * be read back alike. Then every typed reader is tried on what came out. */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "http/request.h"

static void check_text(struct eg_text text)
{
    EG_ASSERT(eg_text_is_utf8(text));
    EG_ASSERT(text.len == 0 || !memchr(text.data, '\0', text.len));
}

static void check_rewrite(const struct eg_target *target)
{
    struct eg_buffer url;
    eg_buffer_init(&url, 0);
    eg_buffer_literal(&url, "/x");
    for (uint32_t i = 0; i < target->n_parameters; i++)
        eg_target_write_parameter(&url, "p", target->parameters[i].value);
    struct eg_target *again = malloc(sizeof *again);
    struct eg_error err;
    EG_ASSERT(again && !url.failed && eg_target_parse(url.data, url.len, again, &err) == EG_OK);
    EG_ASSERT(again->n_parameters == target->n_parameters);
    for (uint32_t i = 0; i < target->n_parameters; i++)
        EG_ASSERT(eg_text_equal(again->parameters[i].value, target->parameters[i].value));
    free(again);
    eg_buffer_clear(&url);
}

static void try_readers(const struct eg_target *target)
{
    static const char *const names[] = {"q", "bbox", "near", "radius", "limit", "exact"};
    struct eg_error err;
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) {
        struct eg_bounds box = {0};
        struct eg_position at = {0};
        uint32_t number = 5;
        double real = 5;
        bool has = false, flag = false;
        if (eg_target_bbox(target, names[i], &has, &box, &err) == EG_OK && has)
            EG_ASSERT(box.min_y <= box.max_y);
        has = false;
        if (eg_target_position(target, names[i], &has, &at, &err) == EG_OK)
            EG_ASSERT(at.lat_deg >= -90 && at.lat_deg <= 90);
        if (eg_target_u32(target, names[i], (struct eg_u32_range){1, 10}, &number, &err) == EG_OK)
            EG_ASSERT(number >= 1 && number <= 10);
        if (eg_target_double(target, names[i], (struct eg_double_range){1, 10}, NULL, &real, &err) == EG_OK)
            EG_ASSERT(real >= 1 && real <= 10);
        else
            EG_ASSERT(eg_text_is_utf8(eg_text_from(err.message)) && eg_text_is_utf8(eg_text_from(err.field)));
        (void)!eg_target_bool(target, names[i], &flag, &err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size > 0 ? size : 1);
    struct eg_target *target = malloc(sizeof *target);
    struct eg_error err;
    EG_ASSERT(bytes && target);
    if (size > 0) memcpy(bytes, data, size);
    if (eg_target_parse(bytes, size, target, &err) == EG_OK) {
        uint32_t n = target->n_segments < EG_TARGET_SEGMENTS ? target->n_segments : EG_TARGET_SEGMENTS;
        for (uint32_t i = 0; i < n; i++) check_text(target->segments[i]);
        for (uint32_t i = 0; i < target->n_parameters; i++) {
            check_text(target->parameters[i].name);
            check_text(target->parameters[i].value);
        }
        check_rewrite(target);
        try_readers(target);
    } else {
        EG_ASSERT(err.message[0] && eg_text_is_utf8(eg_text_from(err.message)) &&
                  eg_text_is_utf8(eg_text_from(err.field)));
    }
    free(target);
    free(bytes);
    return 0;
}
