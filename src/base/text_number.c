/* Numbers from text, independent of the locale.
 *
 * A decimal number is read as digits * 10^exponent. With at most 19 digits, a mantissa below 2^53 and an exponent of -22
 * to 22 both factors are exact doubles, so one multiplication or division rounds once and correctly (Clinger's fast path);
 * that covers nearly all cells of a table. The rest go to strtod_l, rewritten as at most 800 digits and an exponent: 767
 * digits decide any double, a further non-zero tail only has to be seen as "a little more". Exact in both cases. */
#include "base/text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAST_DIGITS 19
#define KEPT_DIGITS 800
#define EXPONENT_SATURATED INT64_C(1000000000000000)

bool eg_text_is_digits(struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return text.len > 0;
}

bool eg_text_to_u64(struct eg_text text, uint64_t *value_out)
{
    uint64_t value = 0;
    if (text.len == 0) return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        if (__builtin_mul_overflow(value, UINT64_C(10), &value)) return false;
        if (__builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value)) return false;
    }
    *value_out = value;
    return true;
}

bool eg_text_to_u32(struct eg_text text, uint32_t *value_out)
{
    uint64_t value;
    if (!eg_text_to_u64(text, &value) || value > UINT32_MAX) return false;
    *value_out = (uint32_t)value;
    return true;
}

struct decimal {
    bool negative;
    uint64_t mantissa;    /* the first FAST_DIGITS significant digits */
    size_t n_significant; /* digits from the first that is not 0 */
    int64_t exponent;     /* of ten, for the mantissa of all significant digits as an integer */
    const char *digits;   /* the first significant digit; a point may follow among the digits */
    const char *digits_end;
};

/* Reads digits and a point from `at`; false when there is no digit. */
static bool read_mantissa(const char **at, const char *end, struct decimal *decimal)
{
    const char *c = *at;
    bool point = false;
    bool any = false;
    for (; c < end && ((*c >= '0' && *c <= '9') || (*c == '.' && !point)); c++) {
        if (*c == '.') {
            point = true;
            continue;
        }
        any = true;
        if (point) decimal->exponent--;
        if (*c == '0' && decimal->n_significant == 0) continue;
        if (decimal->n_significant == 0) decimal->digits = c;
        if (decimal->n_significant < FAST_DIGITS) {
            decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(*c - '0');
        }
        decimal->n_significant++;
    }
    decimal->digits_end = c;
    *at = c;
    return any;
}

/* Reads "e+12" up to the end of the text; saturates. */
static bool read_exponent(const char *c, const char *end, struct decimal *decimal)
{
    if (c == end) return true;
    if (*c != 'e' && *c != 'E') return false;
    c++;
    bool negative = c < end && *c == '-';
    if (c < end && (*c == '-' || *c == '+')) c++;
    if (c == end) return false;
    int64_t value = 0;
    for (; c < end; c++) {
        if (*c < '0' || *c > '9') return false;
        if (value < EXPONENT_SATURATED) value = value * 10 + (*c - '0');
    }
    decimal->exponent += negative ? -value : value;
    return true;
}

static bool read_decimal(struct eg_text text, struct decimal *decimal)
{
    const char *c = text.data;
    const char *end = text.data + text.len;
    decimal->negative = *c == '-';
    if (*c == '-' || *c == '+') c++;
    return read_mantissa(&c, end, decimal) && read_exponent(c, end, decimal);
}

static bool convert_exactly(const struct decimal *decimal, double *magnitude_out)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (decimal->n_significant > FAST_DIGITS || decimal->mantissa > (UINT64_C(1) << 53U)) return false;
    if (decimal->exponent < -22 || decimal->exponent > 22) return false;
    double mantissa = (double)decimal->mantissa;
    *magnitude_out =
        decimal->exponent < 0 ? mantissa / powers[-decimal->exponent] : mantissa * powers[decimal->exponent];
    return true;
}

/* Writes the significant digits and the exponent, without a point, for strtod_l. */
static void write_plainly(const struct decimal *decimal, char *text, size_t size)
{
    size_t n = 0;
    bool more = false;
    for (const char *c = decimal->digits; c < decimal->digits_end; c++) {
        if (*c == '.') continue;
        if (n < KEPT_DIGITS) text[n++] = *c;
        else if (*c != '0') more = true;
    }
    int64_t exponent = decimal->exponent + (int64_t)(decimal->n_significant - n);
    if (more) {
        text[n++] = '1';
        exponent--;
    }
    if (exponent > 9999) exponent = 9999;
    if (exponent < -9999) exponent = -9999;
    (void)snprintf(text + n, size - n, "e%d", (int)exponent);
}

static bool convert_slowly(const struct decimal *decimal, double *magnitude_out)
{
    char text[KEPT_DIGITS + 16];
    write_plainly(decimal, text, sizeof text);
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c_locale == (locale_t)0) return false;
    *magnitude_out = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return isfinite(*magnitude_out);
}

bool eg_text_to_double(struct eg_text text, double *value_out)
{
    struct decimal decimal = {0};
    double magnitude = 0;
    if (text.len == 0 || !read_decimal(text, &decimal)) return false;
    if (decimal.n_significant > 0 && !convert_exactly(&decimal, &magnitude) &&
        !convert_slowly(&decimal, &magnitude)) {
        return false;
    }
    *value_out = decimal.negative ? -magnitude : magnitude;
    return true;
}
