/* From the text of a parameter to its value. `name` is only for the sentence and the field of the error, which is EG_INVALID
 * in all of them; outputs are untouched then. */
#ifndef EG_HTTP_PARAMETER_H
#define EG_HTTP_PARAMETER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "data/atlas.h"

/* "true" or "false". */
EG_MUST_CHECK enum eg_status eg_parameter_bool(const char *name, struct eg_text value, bool *value_out,
                                               struct eg_error *err);

struct eg_u32_range {
    uint32_t least, most;
};
EG_MUST_CHECK enum eg_status eg_parameter_u32(const char *name, struct eg_text value,
                                              struct eg_u32_range range, uint32_t *value_out,
                                              struct eg_error *err);

/* The number that decimal digits write, or UINT32_MAX where it is larger: for places of tiles, of which none has so large a number, so
 * that the range is told by whoever knows it. False for anything but digits. */
bool eg_parameter_digits(struct eg_text value, uint32_t *number_out);

struct eg_double_range {
    double least, most;
};
EG_MUST_CHECK enum eg_status eg_parameter_double(const char *name, struct eg_text value,
                                                 struct eg_double_range range, double *value_out,
                                                 struct eg_error *err);

#define EG_PARAMETER_NUMBERS 8U
/* Exactly n finite numbers between commas, n <= EG_PARAMETER_NUMBERS. */
EG_MUST_CHECK enum eg_status eg_parameter_numbers(const char *name, struct eg_text value, uint32_t n,
                                                  double *numbers_out, struct eg_error *err);

struct eg_position {
    double lon_deg, lat_deg;
};
/* "lon,lat" in degrees. */
EG_MUST_CHECK enum eg_status eg_parameter_position(const char *name, struct eg_text value,
                                                   struct eg_position *position_out, struct eg_error *err);
/* "west,south,east,north" in degrees; west may be larger than east (across the antimeridian). */
EG_MUST_CHECK enum eg_status eg_parameter_bbox(const char *name, struct eg_text value,
                                               struct eg_bounds *bounds_out, struct eg_error *err);

/* Hexadecimal digits alone, 1 to 8 of them, in either case. */
bool eg_parameter_hex(struct eg_text digits, uint32_t *value_out);

#endif
