/* Any bytes as a form: whatever is accepted must be valid UTF-8 without NUL, be found by its name in any case, and go through
 * every typed reader without touching what it must not. */
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "http/kvp.h"

#define NUMBERS 4
#define ITEMS 5

static void check_text(struct eg_text text)
{
    EG_ASSERT(eg_text_is_utf8(text));
    EG_ASSERT(text.len == 0 || !memchr(text.data, '\0', text.len));
}

static void check_error(const struct eg_error *err)
{
    EG_ASSERT(err->message[0] && err->field[0]);
    EG_ASSERT(eg_text_is_utf8(eg_text_from(err->message)) && eg_text_is_utf8(eg_text_from(err->field)));
}

/* The first pair of a name decides, or there is a second one that differs. */
static void check_found(const struct eg_kvp *kvp, const struct eg_parameter *pair)
{
    struct eg_buffer name;
    struct eg_error err;
    struct eg_text value = {0};
    eg_buffer_init(&name, 0);
    eg_buffer_literal(&name, "");
    for (size_t i = 0; i < pair->name.len; i++) {
        char c = pair->name.data[i];
        eg_buffer_char(&name, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    EG_ASSERT(!name.failed);
    const char *text = name.data ? name.data : "";
    EG_ASSERT(eg_kvp_has(kvp, text));
    if (eg_kvp_text(kvp, text, &value, &err) == EG_OK) EG_ASSERT(eg_text_equal(value, pair->value));
    else EG_ASSERT(err.status == EG_INVALID && eg_text_is_utf8(eg_text_from(err.message)));
    eg_buffer_clear(&name);
}

static void try_readers(const struct eg_kvp *kvp, const char *name)
{
    struct eg_error err;
    double numbers[NUMBERS + 1] = {0}, real = 5;
    struct eg_text items[ITEMS];
    struct eg_text_list list = {items, ITEMS, 0};
    uint32_t number = 5;
    bool has = false, flag = false;
    if (eg_kvp_numbers(kvp, name, NUMBERS, &has, numbers, &err) != EG_OK) check_error(&err);
    EG_ASSERT(numbers[NUMBERS] == 0 && (has || numbers[0] == 0));
    if (eg_kvp_u32(kvp, name, (struct eg_u32_range){1, 10}, &number, &err) != EG_OK) check_error(&err);
    if (eg_kvp_double(kvp, name, (struct eg_double_range){1, 10}, NULL, &real, &err) != EG_OK)
        check_error(&err);
    if (eg_kvp_bool(kvp, name, &flag, &err) != EG_OK) check_error(&err);
    EG_ASSERT(number >= 1 && number <= 10 && real >= 1 && real <= 10);
    if (eg_kvp_list(kvp, name, &list, &err) != EG_OK) check_error(&err);
    EG_ASSERT(list.n <= ITEMS);
    for (uint32_t i = 0; i < list.n; i++)
        EG_ASSERT(list.items[i].len == 0 || !memchr(items[i].data, ',', items[i].len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"BBOX", "LAYERS", "WIDTH", "TRANSPARENT", "Q"};
    char *bytes = malloc(size > 0 ? size : 1);
    struct eg_parameter *pairs = malloc(EG_TARGET_PARAMETERS * sizeof *pairs);
    struct eg_kvp kvp = {0};
    struct eg_error err;
    EG_ASSERT(bytes && pairs);
    if (size > 0) memcpy(bytes, data, size);
    if (eg_kvp_from_form(bytes, size, pairs, &kvp, &err) != EG_OK) check_error(&err);
    for (uint32_t i = 0; i < kvp.n; i++) {
        check_text(kvp.pairs[i].name);
        check_text(kvp.pairs[i].value);
        check_found(&kvp, &kvp.pairs[i]);
    }
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) try_readers(&kvp, names[i]);
    free(pairs);
    free(bytes);
    return 0;
}
