/* Pictures compared with blessed ones: tests/golden/NAME.png, as decoded pixels, never as bytes of a file.
 *
 *     eg_golden_check("legend_plain", &canvas, EG_GOLDEN_EXACT);
 *
 * A difference fails the running cmocka test and leaves NAME.actual.png and NAME.difference.png in build/golden/ (grey where
 * alike, from yellow to red by how far they are apart). A missing picture fails where CI=true, and skips the test elsewhere.
 * EG_BLESS=1 (`make bless`) writes the pictures anew instead; look at them before they are committed. */
#ifndef EG_TESTS_SUPPORT_GOLDEN_H
#define EG_TESTS_SUPPORT_GOLDEN_H

#include "render/canvas.h"

struct eg_golden_tolerance {
    uint32_t
        channel;  /* of 255: pixels whose worst channel of premultiplied RGBA is no further away are alike */
    double share; /* of all pixels, that need not be alike */
};

/* What integer arithmetic alone has drawn. */
#define EG_GOLDEN_EXACT ((struct eg_golden_tolerance){0, 0})
/* What floating point or another version of a font library may round otherwise. */
#define EG_GOLDEN_TEXT ((struct eg_golden_tolerance){48, 0.01})

/* `name` is a file name without its ending. */
void eg_golden_check(const char *name, const struct eg_canvas *canvas, struct eg_golden_tolerance tolerance);

#endif
