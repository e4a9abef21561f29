/* Which of several representations a client wants (RFC 9110, 12.5.1), and the "f" parameter that OGC API puts before it. */
#ifndef EG_HTTP_ACCEPT_H
#define EG_HTTP_ACCEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

/* What can be had, in the order in which we should like to send it. */
struct eg_media_offer {
    const char *media_type; /* "application/geo+json", "text/html; charset=utf-8" */
    const char *format;     /* what f= calls it, such as "json"; NULL: f= knows its media type only */
};

/* The offer to send: the one that `format` (the text of f=; empty: not given) names, by its short name or media type, or else
 * the one of the highest weight in `accept` (the header; NULL or empty: all are welcome), the first of several. A range's
 * "charset" is passed over: all our texts are UTF-8. Ranges that cannot be read are passed over as well. Nothing is allocated.
 *
 * EG_INVALID with field "f" when f= names none; EG_UNSUPPORTED with field "Accept" when none is acceptable (a 406): both list
 * what there is. The answer varies by "Accept" when `format` is empty. */
EG_MUST_CHECK enum eg_status eg_accept_choose(const struct eg_media_offer *offers, uint32_t n_offers,
                                              struct eg_text format, const char *accept, uint32_t *index_out,
                                              struct eg_error *err);

/* The weight of a media type in an Accept header, in thousandths: that of the most particular range that covers it; 0 when
 * none does or the client does not want it. */
uint32_t eg_accept_weight(const char *accept, const char *media_type);

/* Whether a Content-Type names this type, whatever its parameters. */
bool eg_media_type_is(const char *content_type, const char *media_type);

#endif
