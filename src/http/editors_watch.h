/* The editors' file as it is now: read again when it is another one than before, by its number, size and times. Safe from any thread. */
#ifndef EG_HTTP_EDITORS_WATCH_H
#define EG_HTTP_EDITORS_WATCH_H

#include "base/error.h"
#include "base/text.h"
#include "data/editors.h"

struct eg_editors_watch;

/* What was read, for as long as it is held. */
struct eg_editors_held;
const struct eg_editors *eg_editors_of(const struct eg_editors_held *held);
void eg_editors_let_go(struct eg_editors_held *held); /* NULL is allowed */

EG_MUST_CHECK enum eg_status eg_editors_watch_new(struct eg_editors_watch **watch_out, struct eg_error *err);
void eg_editors_watch_free(struct eg_editors_watch *watch); /* nobody holds anything; NULL is allowed */

/* EG_NOT_FOUND without such a file; else as eg_editors_read. What is wrong with a file is logged once. One look at the folder when nothing
 * has changed. */
EG_MUST_CHECK enum eg_status eg_editors_hold(struct eg_editors_watch *watch, struct eg_text path,
                                             struct eg_editors_held **held_out, struct eg_error *err);

#endif
