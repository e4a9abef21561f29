/* Who is signed in. A session is known to its browser by 256 random bits, to us by their hash alone. It ends EG_SESSION_IDLE_S after it was
 * last used, EG_SESSION_S after it began, when it is ended, and with the process. Safe from any thread.
 *
 * Times are those of eg_clock_monotonic_s. */
#ifndef EG_HTTP_SESSIONS_H
#define EG_HTTP_SESSIONS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"
#include "data/editors.h"

#define EG_SESSION_IDLE_S 1800.0
#define EG_SESSION_S 43200.0
#define EG_SESSIONS 1000U /* at a time; the one that was used longest ago gives way */

struct eg_sessions;

struct eg_session {
    char name[EG_EDITOR_NAME_BYTES + 1];
    char password[33];            /* a hash of what stood in the editors' file for the password */
    char csrf[EG_SECRET_LEN + 1]; /* comes back in every form */
};

EG_MUST_CHECK enum eg_status eg_sessions_new(struct eg_sessions **sessions_out, struct eg_error *err);
void eg_sessions_free(struct eg_sessions *sessions); /* NULL is allowed */

/* A new session of the editor. secret_out is the browser's. */
EG_MUST_CHECK enum eg_status eg_sessions_begin(struct eg_sessions *sessions, const struct eg_editor *editor,
                                               double now_s, char secret_out[EG_SECRET_LEN + 1],
                                               struct eg_error *err);
/* The session of a secret, which is thereby used; false: there is none, or it has ended. */
bool eg_sessions_find(struct eg_sessions *sessions, struct eg_text secret, double now_s,
                      struct eg_session *session_out);
/* Whether the session's password is still the editor's. */
bool eg_session_is_of(const struct eg_session *session, const struct eg_editor *editor);
void eg_sessions_end(struct eg_sessions *sessions, struct eg_text secret);

#endif
