/* Whether a picture with a palette is as opaque as the one it stands for. */
#ifndef EG_TESTS_SUPPORT_HELD_ALPHA_H
#define EG_TESTS_SUPPORT_HELD_ALPHA_H

#include "render/png.h"

/* Every pixel of `exact` whose alpha is 0, 255 or `fill_alpha` must have it in `served`, too; fails the running cmocka test
 * with `what` and the pixel otherwise. Returns the number of pixels of exactly fill_alpha. */
uint64_t eg_test_compare_held(const struct eg_canvas *exact, const struct eg_canvas *served,
                              uint8_t fill_alpha, const char *what);

/* The same with the canvas encoded by a palette of the style and decoded again. */
uint64_t eg_test_encode_and_compare(const struct eg_canvas *canvas, const struct eg_palette_style *style,
                                    uint8_t fill_alpha, const char *what);

#endif
