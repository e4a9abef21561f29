/* A colour as text, and n colours from a ramp by way of CIE L*a*b* (CIE 15:2004, white point D65, through linear sRGB of
 * IEC 61966-2-1), where equal steps look about equal. Straight alpha runs along linearly. */
#include "render/ramp.h"

#include <math.h>
#include <stdio.h>

/* --- text ---------------------------------------------------------------------------------------------------------- */

void eg_rgba_format(struct eg_rgba straight, char text_out[10])
{
    int len = snprintf(text_out, 10, "#%02x%02x%02x", straight.r, straight.g, straight.b);
    if (straight.a < 255) (void)snprintf(text_out + len, 10 - (size_t)len, "%02x", straight.a);
}

/* --- CIE L*a*b* ------------------------------------------------------------------------------------------------------ */

struct lab {
    double l, a, b, alpha;
};

static const double white[3] = {0.95047, 1.0, 1.08883};

/* (6/29)^3 and what follows from it: below, the cube root is replaced by its tangent. */
#define KNEE (216.0 / 24389.0)
#define SLOPE (841.0 / 108.0)
#define OFFSET (4.0 / 29.0)

static double to_linear(uint8_t value)
{
    double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static uint8_t from_linear(double v)
{
    v = v <= 0.0031308 ? 12.92 * v : 1.055 * pow(v, 1 / 2.4) - 0.055;
    return (uint8_t)lround(255 * fmin(fmax(v, 0), 1));
}

static double bend(double t)
{
    return t > KNEE ? cbrt(t) : SLOPE * t + OFFSET;
}

static double unbend(double t)
{
    return t * t * t > KNEE ? t * t * t : (t - OFFSET) / SLOPE;
}

static struct lab to_lab(struct eg_rgba colour)
{
    double r = to_linear(colour.r), g = to_linear(colour.g), b = to_linear(colour.b);
    double x = bend((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / white[0]);
    double y = bend((0.2126729 * r + 0.7151522 * g + 0.0721750 * b) / white[1]);
    double z = bend((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / white[2]);
    return (struct lab){116 * y - 16, 500 * (x - y), 200 * (y - z), colour.a};
}

static struct eg_rgba from_lab(struct lab lab)
{
    double y = (lab.l + 16) / 116;
    double x = white[0] * unbend(y + lab.a / 500), z = white[2] * unbend(y - lab.b / 200);
    y = white[1] * unbend(y);
    return (struct eg_rgba){.r = from_linear(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
                            .g = from_linear(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z),
                            .b = from_linear(0.0556434 * x - 0.2040259 * y + 1.0572252 * z),
                            .a = (uint8_t)lround(lab.alpha)};
}

/* --- picking ----------------------------------------------------------------------------------------------------------- */

/* The colour at `place`, 0 at the first stop, n_stops - 1 at the last. A stop itself is taken as it is. */
static struct eg_rgba colour_at(const struct eg_rgba *stops, uint32_t n_stops, double place)
{
    uint32_t before = (uint32_t)place;
    double share = place - before;
    if (before + 1 >= n_stops || share < 1e-9) return stops[before < n_stops ? before : n_stops - 1];
    struct lab a = to_lab(stops[before]), b = to_lab(stops[before + 1]);
    return from_lab((struct lab){a.l + share * (b.l - a.l), a.a + share * (b.a - a.a),
                                 a.b + share * (b.b - a.b), a.alpha + share * (b.alpha - a.alpha)});
}

void eg_ramp_pick(const struct eg_rgba *stops, uint32_t n_stops, bool reversed, struct eg_rgba *colours_out,
                  uint32_t n)
{
    EG_ASSERT(n_stops > 0);
    for (uint32_t i = 0; i < n; i++) {
        double place = n > 1 ? (double)i * (n_stops - 1) / (n - 1) : (n_stops - 1) / 2.0;
        colours_out[reversed ? n - 1 - i : i] = colour_at(stops, n_stops, place);
    }
}
