/* Any bytes as a number, as UTF-8 and as text to be folded. Numbers must agree with the C library's in the C locale; what
 * was folded once must stay as it is. */
#include "fuzz/fuzz.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"

/* What the C library makes of the bytes; it also knows forms that we refuse, so this is asked only after we accepted. */
static double library_value(const char *bytes, size_t size)
{
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    char *copy = calloc(size + 1, 1);
    EG_ASSERT(copy && c_locale != (locale_t)0);
    memcpy(copy, bytes, size);
    char *end = NULL;
    double value = strtod_l(copy, &end, c_locale);
    EG_ASSERT(end == copy + size);
    free(copy);
    freelocale(c_locale);
    return value;
}

static void check_number(struct eg_text text)
{
    double value = 0;
    if (!eg_text_to_double(text, &value)) return;
    double expected = library_value(text.data, text.len);
    EG_ASSERT(isfinite(value) && memcmp(&value, &expected, sizeof value) == 0);
}

static void check_fold(struct eg_text text)
{
    struct eg_buffer once;
    struct eg_buffer twice;
    eg_buffer_init(&once, 0);
    eg_buffer_init(&twice, 0);
    enum eg_status status = eg_text_fold(text, &once, NULL);
    EG_ASSERT(status == (eg_text_is_utf8(text) ? EG_OK : EG_INVALID));
    if (status == EG_OK) {
        struct eg_text folded = {once.data, once.len};
        EG_ASSERT(eg_text_is_utf8(folded));
        EG_ASSERT(eg_text_fold(folded, &twice, NULL) == EG_OK);
        EG_ASSERT(eg_text_equal(folded, (struct eg_text){twice.data, twice.len}));
    }
    eg_buffer_clear(&once);
    eg_buffer_clear(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_text text = {(const char *)data, size};
    check_number(text);
    check_number(eg_text_trim(text));
    check_fold(text);
    return 0;
}
