/* The body of a request. Routes that take one (eg_route.body_types) get it whole in their exchange; of other requests a short
 * body is read and thrown away. All on the loop's thread, before the exchange is parsed. */
#ifndef EG_HTTP_BODY_H
#define EG_HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct eg_connection;

#define EG_BODY_BYTES (256U << 10)     /* of a body that is wanted */
#define EG_BODY_UNUSED_BYTES 65536U    /* of one that is not */
#define EG_LOOP_BODY_BYTES (16U << 20) /* of all bodies that a loop's connections hold at a time */

/* Once the headers are there. True: the request may go on; else *http_status_out and the error say why not. exchange->route is
 * the target's when the method may have a body, or NULL. */
bool eg_body_begin(struct eg_connection *connection, bool may_have_body, unsigned *http_status_out,
                   struct eg_error *err);

/* The next piece of it. */
void eg_body_take(struct eg_connection *connection, const char *bytes, size_t len);

/* When all has come: as eg_body_begin. 413 for one of unknown length that became too long; 503 when memory was short. */
bool eg_body_end(const struct eg_connection *connection, unsigned *http_status_out, struct eg_error *err);

/* Frees it, when the request has been answered or has broken off. */
void eg_body_drop(struct eg_connection *connection);

#endif
