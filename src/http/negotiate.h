/* Reading the request headers on which an answer depends. Header values are NUL-terminated; NULL means absent. */
#ifndef EG_HTTP_NEGOTIATE_H
#define EG_HTTP_NEGOTIATE_H

#include <stdbool.h>

/* Whether an Accept-Encoding allows gzip (RFC 9110, 12.5.3): named, or "*", with a weight above 0. */
bool eg_accepts_gzip(const char *accept_encoding);

/* Whether an If-None-Match names this entity tag (with its quotes), or is "*" (RFC 9110, 13.1.2: weak comparison). */
bool eg_etag_matches(const char *if_none_match, const char *etag);

/* Whether an If-Match names the representation with this entity tag (with its quotes), in whichever coding it was sent, or is "*"
 * (RFC 9110, 13.1.1: strong comparison, a weak tag never matches). */
bool eg_etag_holds(const char *if_match, const char *etag);

#endif
