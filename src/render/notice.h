/* A sentence as a picture: what a map's client sees where there is no map. */
#ifndef EG_RENDER_NOTICE_H
#define EG_RENDER_NOTICE_H

#include "render/legend.h"

/* Writes the text over the canvas from its upper left corner, dark on a white ground, wrapped to its width; what does not fit
 * is left out. Scale 1 to 4. */
EG_MUST_CHECK enum eg_status eg_notice_draw(struct eg_font *font, struct eg_text text, double scale,
                                            struct eg_canvas *canvas, struct eg_error *err);

#endif
