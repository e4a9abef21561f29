/* Private to the server: its loops, its connections, what they share.
 *
 * A loop is a thread with a libmicrohttpd daemon of its own; connections never change loops, and everything of a connection
 * is touched by its loop's thread alone, except while it is suspended: then the worker that makes its answer has the
 * exchange, and nobody else. An acceptor thread gives each new connection to the loop that has the fewest. */
#ifndef EG_HTTP_SERVER_PARTS_H
#define EG_HTTP_SERVER_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/workers.h"
#include "cache/cache.h"
#include "engine/engine.h"
#include "http/client_address.h"
#include "http/exchange.h"
#include "http/headers.h"
#include "http/public_url.h"
#include "http/request.h"
#include "http/server.h"

struct MHD_Connection;
struct MHD_Daemon;

/* What the atlas or the command line settled, once. */
struct eg_server_settings {
    struct eg_text base_url;                /* absent: not configured */
    const struct eg_address_range *trusted; /* [n_trusted] */
    uint32_t n_trusted;
    const struct eg_text *origins; /* [n_origins], NUL-terminated each */
    uint32_t n_origins;
    bool any_origin;
    uint32_t n_threads, n_connections, most_results;
    double idle_s, request_s;
};

enum eg_answer_count {
    EG_COUNT_OK,
    EG_COUNT_NOT_MODIFIED,
    EG_COUNT_WRONG,
    EG_COUNT_FAILED,
    EG_N_ANSWER_COUNTS
};

enum eg_phase {
    EG_PHASE_WAITING, /* for a request line, in part or wholly missing */
    EG_PHASE_READING, /* the line is there; headers and body are to come */
    EG_PHASE_WORKING, /* suspended: a worker makes the answer */
    EG_PHASE_ANSWERING
};

#define EG_NOT_COUNTED UINT64_MAX

struct eg_connection {
    struct eg_loop *loop;
    struct MHD_Connection *mhd;
    int fd;
    struct eg_connection *next, *previous; /* in the loop's list */
    enum eg_phase phase;
    double
        deadline_s; /* cut off when the clock has passed it; while waiting, only if the request has begun */
    bool has_begun; /* some bytes of the request line are there, and the deadline counts from them */
    uint64_t
        n_received; /* bytes that the kernel had received when last looked at, while waiting; or EG_NOT_COUNTED */
    struct eg_headers headers;
    struct eg_exchange exchange;
    size_t target_len; /* EG_TARGET_BYTES + 1 or more: too long, and not kept */
    char target[EG_TARGET_BYTES + 1];
};

struct eg_loop {
    struct eg_server *server;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    bool has_thread;
    int wait_fd;        /* epoll: the daemon's own epoll and the arrivals */
    int arrivals[2];    /* a pipe of struct eg_arrival, from the acceptor; workers wake the loop through it */
    atomic_bool called; /* something is in the pipe */
    bool hears_inside;  /* the pipe stands in the daemon's own epoll, too */
    atomic_uint n_connections; /* counted by the acceptor when given, by the loop when gone */
    struct eg_connection *connections;
    uint32_t n_working; /* suspended */
    double now_s, swept_s;
    bool now_is_stale;                                /* the daemon has waited since now_s was read */
    struct eg_snapshot *snapshot;                     /* one reference */
    uint64_t generation;                              /* which one it is: eg_engine_generation */
    size_t body_bytes;                                /* of all bodies that its connections hold */
    struct eg_target target;                          /* of the request being looked at */
    atomic_uint_least64_t counts[EG_N_ANSWER_COUNTS]; /* written by the loop's thread */
};

struct eg_server {
    struct eg_engine *engine;
    struct eg_arena *arena; /* of the settings' texts */
    struct eg_server_settings settings;
    struct eg_route_table routes;
    char address[EG_PUBLIC_URL_BYTES];
    bool any_address; /* listens on all: addresses in answers are those that connections came in by */
    int listen_fd, stop_fd;
    pthread_t acceptor;
    bool has_acceptor;
    struct eg_workers *workers[EG_N_COSTS]; /* NULL for EG_COST_SMALL */
    struct eg_cache *documents;
    struct eg_locales *locales;               /* of the pages for the public */
    struct eg_access *access;                 /* who may edit: http/access.h */
    struct eg_suggest_limits *suggest_limits; /* who suggested how much: http/suggest.h */
    struct eg_answer *no_memory;              /* ready for when nothing can be made */
    struct eg_text refusal;                   /* whole answers as bytes, for connections over the limit */
    struct eg_loop *loops;                    /* [settings.n_threads] */
    atomic_uint_least64_t n_refused;          /* connections over the limit */
    pthread_t preparer; /* of eg_server_prepare; its caller's business alone, as has_preparer */
    bool has_preparer;
    atomic_bool stop_preparing;
    atomic_uint_least64_t prepared; /* the generation that is; 0: none */
    atomic_bool stopping;
    _Atomic double stop_by_s;
};

/* What the acceptor sends to a loop; fd -1 only wakes it. */
struct eg_arrival {
    int fd;
    socklen_t address_len;
    struct sockaddr_storage address;
};

/* loop.c */
void eg_loop_tell_time(struct eg_loop *loop); /* brings now_s up to date */
void eg_loop_refresh_snapshot(
    struct eg_loop *loop); /* after a reload; no exchange may be using the old one unretained */
EG_MUST_CHECK enum eg_status eg_loop_start(struct eg_server *server, struct eg_loop *loop,
                                           struct eg_error *err);
void eg_loop_wake(struct eg_loop *loop);
void eg_loop_join(struct eg_loop *loop);
void eg_loop_free(struct eg_loop *loop); /* what it holds; no worker may be left to wake it */

/* listen.c: the listening socket and the thread that accepts. */
EG_MUST_CHECK enum eg_status eg_listen(struct eg_server *server, struct eg_text listen, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_acceptor_start(struct eg_server *server, struct eg_error *err);
void eg_acceptor_stop(struct eg_server *server);

/* handle.c: libmicrohttpd's calls; `loop` is the daemon's. */
struct MHD_OptionItem;
EG_MUST_CHECK enum eg_status eg_handle_start_daemon(struct eg_loop *loop, struct eg_error *err);

/* prepare.c */
void eg_server_stop_preparing(struct eg_server *server); /* waits for the step that is under way */
bool eg_server_is_prepared(const struct eg_server *server);

/* respond.c: takes the reference of the answer. False: the connection is to be closed. */
bool eg_respond(struct eg_connection *connection, struct eg_answer *answer, enum eg_freshness freshness);
bool eg_respond_problem(struct eg_connection *connection, unsigned http_status, const struct eg_error *err);
bool eg_respond_error(struct eg_connection *connection, const struct eg_error *err);
bool eg_respond_preflight(struct eg_connection *connection);
bool eg_respond_wrong_method(struct eg_connection *connection, const char *method);
const char *eg_allowed_origin(const struct eg_connection *connection);
void eg_count_answer(struct eg_loop *loop, unsigned status, bool not_modified);
/* A problem document as an answer. */
EG_MUST_CHECK enum eg_status eg_problem_new(unsigned http_status, const struct eg_error *problem,
                                            struct eg_answer **answer_out, struct eg_error *err);
/* A refusal in a protocol's own words, for its eg_route.problem: takes the entity over, clears it in any case. */
EG_MUST_CHECK enum eg_status eg_problem_from_entity(unsigned http_status, struct eg_entity *entity,
                                                    struct eg_answer **answer_out, struct eg_error *err);

/* refuse.c: answers past libmicrohttpd. */
EG_MUST_CHECK enum eg_status eg_refusal_prepare(struct eg_server *server, struct eg_error *err);
/* Whether the request has left libmicrohttpd the memory for the head of an answer. */
bool eg_has_room_for_answer(struct MHD_Connection *mhd, size_t pool_bytes);
/* Sends a problem at once; returns false: the connection is to be closed. */
bool eg_refuse_past(struct eg_connection *connection, unsigned http_status, const struct eg_error *problem,
                    bool with_body);

/* documents.c */
EG_MUST_CHECK enum eg_status eg_documents_new(struct eg_cache **cache_out, struct eg_error *err);

/* pages.c: makes the answer of a page or asset. */
EG_MUST_CHECK enum eg_status eg_page_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                          struct eg_error *err);

/* The Content-Security-Policy of a page with a map: no inline script or style, pictures also from the atlas's basemap. `more` follows. */
#define EG_POLICY_BYTES 1024
void eg_page_policy(const struct eg_atlas *atlas, const char *more, char policy_out[EG_POLICY_BYTES]);

/* How the engine and the documents' cache keep answers. */
struct eg_cache_values eg_answer_cache_values(void);

#endif
