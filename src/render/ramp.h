/* Colour ramps: picking n colours from a scheme. */
#ifndef EG_RENDER_RAMP_H
#define EG_RENDER_RAMP_H

#include <stdbool.h>

#include "render/canvas.h"

/* "#rrggbb" or, when not opaque, "#rrggbbaa"; text_out is NUL-terminated. */
void eg_rgba_format(struct eg_rgba straight, char text_out[10]);

/* n colours from stops[n_stops] (straight), the first and last stop included, in between evenly spaced and interpolated in
 * CIE L*a*b*; a scheme that has exactly n stops is taken as it is. n 1 gives the middle. */
void eg_ramp_pick(const struct eg_rgba *stops, uint32_t n_stops, bool reversed, struct eg_rgba *colours_out,
                  uint32_t n);

#endif
