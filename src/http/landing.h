/* The landing page at /: the template embed/index.html with its marks filled in. */
#ifndef EG_HTTP_LANDING_H
#define EG_HTTP_LANDING_H

#include "base/buffer.h"
#include "base/error.h"
#include "data/atlas.h"
#include "http/locale.h"

struct eg_landing {
    const struct eg_atlas *atlas;
    const struct eg_locales *locales;
    struct eg_language language;
    struct eg_text page; /* the template */
};
/* Replaces the template's marks: a text's key in braces, as {landing.legend}, is that text; the names in capitals stand for what
 * landing.c says. Braces around anything else stay. EG_NO_MEMORY. */
EG_MUST_CHECK enum eg_status eg_landing_write(const struct eg_landing *landing, struct eg_buffer *out,
                                              struct eg_error *err);

#endif
