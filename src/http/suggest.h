/* What the public suggests: a change to an entry, or a new one, at /finder/suggest. Nothing is published by it; an editor decides.
 *
 * Nobody signs in and no cookie is set, so that what keeps a flood away is how often somebody may send, by address: EG_SUGGEST_ADDRESS
 * suggestions an hour, EG_SUGGEST_ALL from everybody together, and EG_SUGGEST_TRIES forms, with faults or without. A control that people
 * neither see nor reach stays empty; a program that fills it in is thanked like everybody, and nothing is kept. */
#ifndef EG_HTTP_SUGGEST_H
#define EG_HTTP_SUGGEST_H

#include "base/error.h"

#define EG_SUGGEST_ADDRESS 5U
#define EG_SUGGEST_ALL 200U
#define EG_SUGGEST_TRIES 60U

/* How often who has sent. One for a server; safe from any thread. */
struct eg_suggest_limits;

EG_MUST_CHECK enum eg_status eg_suggest_limits_new(struct eg_suggest_limits **limits_out,
                                                   struct eg_error *err);
void eg_suggest_limits_free(struct eg_suggest_limits *limits); /* NULL is allowed */

#endif
