/* The one table of routes: what is served where, by whom, at what cost. */
#ifndef EG_HTTP_ROUTES_H
#define EG_HTTP_ROUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "http/request.h"

struct eg_answer;
struct eg_exchange;

#define EG_ROUTE_VALUES 10

/* What stands in a path for the placeholders of its pattern, in their order. */
struct eg_route_values {
    struct eg_text text[EG_ROUTE_VALUES];
    uint32_t number
        [EG_ROUTE_VALUES]; /* of {name:u32}; UINT32_MAX where it is larger than that: no route serves it */
};

enum eg_cost {
    EG_COST_SMALL,      /* made on the connection's thread */
    EG_COST_LARGE,      /* made by a worker, unless `find` has it; without a bound worth the name */
    EG_COST_PROJECTING, /* the same, but borders have to be projected first: by few workers of their own */
    EG_COST_WRITING, /* the same, but it works in the directory's store, where one at a time may: by workers of its own */
    EG_COST_SIGNING_IN, /* the same, but a password is looked at, which takes 64 MiB: one at a time */
    EG_N_COSTS
};

enum eg_method {
    EG_METHOD_GET,
    EG_METHOD_POST,
    EG_METHOD_PUT,
    EG_METHOD_DELETE,
    EG_N_METHODS
}; /* HEAD is GET */
#define EG_ALLOWS(method) (1U << (method))

/* Reads path values and parameters into the exchange; on the connection's thread. */
typedef enum eg_status eg_parse_fn(struct eg_exchange *exchange, const struct eg_route_values *values,
                                   const struct eg_target *target, struct eg_error *err);
/* Looks whether the answer is at hand: a reference for the caller, or NULL. Quick; on the connection's thread. It may set
 * exchange->cost. */
typedef struct eg_answer *eg_find_fn(struct eg_exchange *exchange);
/* Makes the answer; on any thread. */
typedef enum eg_status eg_make_fn(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                  struct eg_error *err);

/* Makes the answer that says what is wrong, in the form that the clients of a protocol know; on the loop's thread. The
 * request may not have been parsed: of the exchange only the route is sure. */
typedef enum eg_status eg_problem_fn(const struct eg_exchange *exchange, unsigned http_status,
                                     const struct eg_error *problem, struct eg_answer **answer_out,
                                     struct eg_error *err);

struct eg_route {
    /* Segments are literal or hold one placeholder, "{name}" or "{name:u32}", with literal text before or after it. Behind a
     * slash at the end the path may have one or none. */
    const char *pattern;
    eg_parse_fn *parse; /* NULL: nothing to read */
    eg_find_fn *find;   /* NULL: nothing is kept */
    eg_make_fn *make;
    enum eg_cost cost;
    bool before_ready;   /* answers without a snapshot */
    bool needs_base_url; /* has addresses in its answer */
    bool reads_accept;   /* exchange->accept is wanted: see http/accept.h */
    bool reads_language; /* exchange->language is wanted: see http/locale.h */
    bool reads_caller;   /* exchange->caller is wanted */
    bool any_origin;     /* pages of any origin may read it, whatever the atlas says */
    /* EG_ALLOWS of each method that it answers; 0: GET. parse, find and make are called for all of them, and look at
     * exchange->method; only answers to GET are kept. Another method is 405. */
    unsigned methods;
    /* Media types that the body of a POST or PUT may have, ended by NULL; it is in exchange->body. NULL: none is read. */
    const char *const *body_types;
    /* `problem` also tells of every target whose path begins with the pattern's first segment and that is no request: one that cannot
     * be decoded, that is too long, or that no row matches. */
    bool tells_below;
    eg_problem_fn *problem; /* NULL: application/problem+json */
};

struct eg_route_table {
    const struct eg_route *routes; /* [n] */
    uint32_t n;
};

/* Whether the row answers the method. */
static inline bool eg_route_allows(const struct eg_route *route, enum eg_method method)
{
    return ((route->methods ? route->methods : EG_ALLOWS(EG_METHOD_GET)) & EG_ALLOWS(method)) != 0;
}

/* The one that is served. */
struct eg_route_table eg_routes_served(void);

/* The row whose `problem` tells of a target that is no request, by what could be decoded of it; NULL: none. */
const struct eg_route *eg_routes_telling(struct eg_route_table table, const struct eg_target *target);

/* The route of a target. EG_NOT_FOUND without one; EG_INVALID with the placeholder's name as field when a {name:u32} is no
 * number. First match in the table's order. */
EG_MUST_CHECK enum eg_status eg_routes_match(struct eg_route_table table, const struct eg_target *target,
                                             const struct eg_route **route_out,
                                             struct eg_route_values *values_out, struct eg_error *err);

#endif
