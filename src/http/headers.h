/* The headers of a request where one line of a name is not all there is: several lines of a list (RFC 9110, 5.3), and what
 * would let a proxy and us read one request in two ways (RFC 9112, 3.2, 5.1, 5.2, 6.1). */
#ifndef EG_HTTP_HEADERS_H
#define EG_HTTP_HEADERS_H

#include <stdbool.h>

#include "base/error.h"

struct MHD_Connection;

/* Lists that may come in several lines. */
enum eg_header_list {
    EG_LIST_ACCEPT,
    EG_LIST_ACCEPT_ENCODING,
    EG_LIST_ACCEPT_LANGUAGE,
    EG_LIST_IF_NONE_MATCH,
    EG_LIST_IF_MATCH,
    EG_LIST_FORWARDED,
    EG_LIST_FORWARDED_FOR,
    EG_N_HEADER_LISTS
};

/* Of one request. All zero before it; eg_headers_drop after it. */
struct eg_headers {
    bool repeated[EG_N_HEADER_LISTS];
    char *joined[EG_N_HEADER_LISTS]; /* owned; NULL until asked for, and where one line is all */
};

/* Looks at every line once, and notes which lists are repeated. False, with the error, for a request to be refused with 400:
 * no Host in HTTP/1.1, several, or one that is no host; a name that is no token, such as one with a blank before the colon; a
 * folded line; several Content-Length or Transfer-Encoding lines, both of them, or the latter in HTTP/1.0; several Authorization. */
bool eg_headers_check(struct eg_headers *headers, struct MHD_Connection *mhd, const char *version,
                      struct eg_error *err);

/* The whole list, NUL-terminated, until eg_headers_drop; NULL when it is absent. Without memory to join the lines: the first. */
const char *eg_headers_list(struct eg_headers *headers, struct MHD_Connection *mhd, enum eg_header_list list);

/* The last line of that name, NULL without one: its last element was written by whoever spoke to us. */
const char *eg_headers_last(struct MHD_Connection *mhd, const char *name);

void eg_headers_drop(struct eg_headers *headers);

#endif
