/* An answer: what goes back to a client, prepared once and sent any number of times, from any thread. Reference-counted and
 * immutable but for the libmicrohttpd responses inside it, which are made on first use.
 *
 * One answer serves all its forms: identity or gzip, with or without a body (304), and with each Cache-Control. libmicrohttpd
 * may queue one response object on many connections at once, so a cached tile is sent without allocating or copying. */
#ifndef EG_HTTP_ANSWER_H
#define EG_HTTP_ANSWER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/error.h"
#include "engine/entity.h"

struct MHD_Connection;
struct MHD_Response;

enum eg_freshness {
    EG_FRESH_FOREVER, /* a year, immutable: the URL names the version */
    EG_FRESH_HOUR,
    EG_FRESH_MINUTE,
    EG_FRESH_CHECK, /* keep, but ask each time */
    EG_FRESH_NEVER, /* do not keep: errors, health */
    EG_N_FRESHNESS
};

enum eg_coding { EG_CODING_IDENTITY, EG_CODING_GZIP, EG_N_CODINGS };

/* A header besides those that every answer has. */
struct eg_header {
    const char *name; /* static */
    char *value;      /* owned by the answer once given to it */
};
#define EG_ANSWER_HEADERS 8

struct eg_answer_body {
    const char *bytes; /* NULL: no such coding */
    size_t len;
    char etag[40]; /* with its quotes; empty: none */
};

struct eg_answer {
    unsigned status;
    const char *media_type; /* static; NULL without a body */
    bool varies_by_coding, varies_by_accept, varies_by_language;
    bool shows_etag; /* scripts of other origins may read the ETag, too: they need it to write */
    struct eg_answer_body bodies[EG_N_CODINGS];
    struct eg_header headers[EG_ANSWER_HEADERS];
    unsigned n_headers;
    char *owned_bytes;   /* the identity body, when it is ours to free */
    atomic_uint users;   /* caches, requests: eg_answer_retain */
    atomic_uint holders; /* the users together, and every response that points into the bodies */
    _Atomic(struct MHD_Response *) prepared[EG_N_CODINGS][EG_N_FRESHNESS][2]; /* [..][..][304] */
};

/* Takes the entity's memory over and clears it in any case. With `pack` a text is kept in gzip too, if that is smaller. */
EG_MUST_CHECK enum eg_status eg_answer_from_entity(struct eg_entity *entity, bool pack,
                                                   struct eg_answer **answer_out, struct eg_error *err);
/* Of bytes that outlive every answer. */
EG_MUST_CHECK enum eg_status eg_answer_from_static(const char *bytes, size_t len, const char *media_type,
                                                   bool is_text, struct eg_answer **answer_out,
                                                   struct eg_error *err);
/* Adds a header, value copied. Before the answer is shared. */
EG_MUST_CHECK enum eg_status eg_answer_add_header(struct eg_answer *answer, const char *name,
                                                  const char *value, struct eg_error *err);

void eg_answer_retain(struct eg_answer *answer);
void eg_answer_release(struct eg_answer *answer); /* NULL is allowed */

/* Which form of it to send, and under which rules. */
struct eg_answer_form {
    enum eg_coding coding;
    enum eg_freshness freshness;
    bool not_modified;
    const char
        *allowed_origin; /* "*": prepared responses may be used; else the one to echo, or NULL for none */
};

/* Queues it on a connection (libmicrohttpd's thread only). False when that was refused: the connection is to be closed. */
bool eg_answer_queue(struct eg_answer *answer, const struct eg_answer_form *form,
                     struct MHD_Connection *connection);

/* Appends it as bytes of HTTP/1.1, with "Connection: close", for when libmicrohttpd cannot send it. Without a Date. Without its
 * body it is an answer to HEAD. */
EG_MUST_CHECK enum eg_status eg_answer_write(struct eg_answer *answer, const struct eg_answer_form *form,
                                             bool with_body, struct eg_buffer *out, struct eg_error *err);

/* Bytes that keeping it costs. */
size_t eg_answer_weight_bytes(const struct eg_answer *answer);

#endif
