/* Numbers as people and JSON see them: doubles that are the nearest to a decimal of at most 15 significant digits.
 *
 * Every double made from such a decimal gives it back when printed with 15 digits, so two of them are equal exactly when
 * their printed forms are. 0.07 * 100 is 7.000000000000001, which prints as 7 and is more than 7; settled, it is 7. See
 * docs/decisions/0007-one-number.md. */
#ifndef EG_BASE_DECIMAL_H
#define EG_BASE_DECIMAL_H

#include <stdbool.h>

#define EG_DECIMAL_DIGITS 15

/* The double nearest to `value` rounded to 15 significant digits; never -0. Settling twice is settling once; order is kept.
 * False, and nothing is written, when the value is not finite or its rounded form is beyond the largest double. Some ten
 * nanoseconds for magnitudes of 1e-7 to 1e36. */
bool eg_decimal_settle(double value, double *settled_out);

#endif
