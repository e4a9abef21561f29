/* A number of ordinary size is scaled by a power of ten to 15 digits before the point, rounded to a whole number w below 1e15
 * and scaled back. w and the power (at most 1e22) are exact, so the last step rounds once and correctly: the result is the
 * double nearest to the decimal w * 10^e. The first step is off by an eighth at most, which can only decide which of two
 * neighbours a value halfway between them becomes. Anything else goes through text. */
#include "base/decimal.h"

#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"

#define LEAST_FAST 1e-7
#define MOST_FAST 1e36
#define WHOLE_LOW 1e14 /* 15 digits */
#define WHOLE_HIGH 1e15

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static double scale(double value, int exponent)
{
    return exponent < 0 ? value / powers[-exponent] : value * powers[exponent];
}

static double settle_fast(double magnitude)
{
    int binary;
    (void)frexp(magnitude, &binary);
    /* log10(2) is 0.30103: one too high at most, which is put right below. */
    int exponent = 14 - (int)floor((binary - 1) * 0.30103);
    if (exponent > 22) exponent = 22;
    double scaled = scale(magnitude, exponent);
    while (scaled >= WHOLE_HIGH) scaled = scale(magnitude, --exponent);
    while (scaled < WHOLE_LOW && exponent < 22) scaled = scale(magnitude, ++exponent);
    return scale(round(scaled), -exponent);
}

static bool settle_slowly(double magnitude, double *settled_out)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%.*e", EG_DECIMAL_DIGITS - 1, magnitude);
    EG_ASSERT(n > 2 && (size_t)n < sizeof text);
    /* "1.00000000000000e-09"; the point is one byte in every locale of the C library that has another one. */
    text[1] = '.';
    return eg_text_to_double(eg_text_from(text), settled_out);
}

bool eg_decimal_settle(double value, double *settled_out)
{
    double magnitude = fabs(value), settled = 0;
    if (!isfinite(value)) return false;
    bool is_ordinary = magnitude >= LEAST_FAST && magnitude < MOST_FAST;
    if (is_ordinary) settled = settle_fast(magnitude);
    else if (magnitude > 0 && !settle_slowly(magnitude, &settled)) return false;
    *settled_out = settled > 0 && value < 0 ? -settled : settled;
    return true;
}
