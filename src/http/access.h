/* Who may edit the directory. Reads the atlas's editors' file (data/editors.h) and looks at it again whenever it changes; keeps the sessions
 * of people who signed in with a password (http/sessions.h); counts attempts, so that neither can be guessed. One for a server; safe from
 * any thread.
 *
 * A session's secret is in a cookie: HttpOnly, SameSite=Strict, Secure where the server is reached by https. A session also ends at sign-out,
 * and when the editor's password changes or the editor is removed.
 *
 * A route that calls any of these has `reads_caller` and `needs_base_url`.
 *
 * An address may fail EG_ACCESS_ADDRESS times at once, and so often again in each quarter of an hour; signing in forgets its failures. Wrong
 * tokens are counted apart, so that a program with an old one does not keep the people behind its address from signing in.
 * A name may fail EG_ACCESS_NAME times in an hour, from all addresses together, save those from which it has signed in since
 * the program started: these have only their own limit, so that strangers who guess at a name cannot keep its owner out. What cannot be
 * guessed, a token or a session, is never refused for other people's failures. */
#ifndef EG_HTTP_ACCESS_H
#define EG_HTTP_ACCESS_H

#include "base/error.h"
#include "base/text.h"
#include "data/editors.h"
#include "http/exchange.h"

#define EG_ACCESS_ADDRESS 10U
#define EG_ACCESS_NAME 30U
#define EG_COOKIE_BYTES 256U

struct eg_access;

EG_MUST_CHECK enum eg_status eg_access_new(struct eg_access **access_out, struct eg_error *err);
void eg_access_free(struct eg_access *access); /* NULL is allowed */

/* Somebody who may edit. */
struct eg_editor_known {
    char name[EG_EDITOR_NAME_BYTES + 1];
    /* Of a session: has to come back in every form ("csrf"); empty for a token, which no browser sends by itself. */
    char csrf[EG_SECRET_LEN + 1];
};

/* Each of these sets exchange->refused_with when it refuses: 401 (unknown; the error does not say which part was wrong), 403 (the atlas has
 * no store or names no editors; a form without its token or from another site), 429 (too often, with exchange->retry_after_s). Nothing that
 * was sent is in a message or in the log: what fails is logged with the client's address and, if it is an editor's, the name. */

/* By `Authorization: Bearer eg_...` or by the session's cookie. A request other than GET by a session also needs `csrf`, the form's member,
 * and an Origin of our own where there is one. Quick. */
EG_MUST_CHECK enum eg_status eg_access_check(struct eg_exchange *exchange, struct eg_text csrf,
                                             struct eg_editor_known *editor_out, struct eg_error *err);
/* Refuses (403) what a page of another site sends: an Origin, where there is one, that is not ours. */
EG_MUST_CHECK enum eg_status eg_access_check_origin(struct eg_exchange *exchange, struct eg_error *err);
/* Signs in, and ends the session that there was; only on EG_COST_SIGNING_IN's workers. cookie_out is the value of Set-Cookie. */
EG_MUST_CHECK enum eg_status eg_access_sign_in(struct eg_exchange *exchange, struct eg_text name,
                                               struct eg_text password, char cookie_out[EG_COOKIE_BYTES],
                                               struct eg_error *err);
/* Ends the exchange's session, if it has one; cookie_out takes the cookie away. To be called after eg_access_check, so that no other site
 * signs anybody out. */
void eg_access_sign_out(struct eg_exchange *exchange, char cookie_out[EG_COOKIE_BYTES]);

#endif
