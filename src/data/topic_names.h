/* Topics as people type them. Records have some as terms of a list ("early_years"), which the finder shows with blanks; who types what is
 * shown, in whatever case and with hyphens, means that topic and makes no second one of it. */
#ifndef EG_DATA_TOPIC_NAMES_H
#define EG_DATA_TOPIC_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "data/records.h"

#define EG_TOPIC_BYTES 300U /* longer ones are what they are */

/* Whether they are one topic, or one word of another list, but for case, and for blanks, underscores and hyphens. Both are UTF-8. */
bool eg_topic_is(struct eg_text a, struct eg_text b);

/* The term of a topic: called just so, else one that is the same topic; NULL for none. */
const struct eg_record *eg_topic_term(const struct eg_records *records, struct eg_text topic);

/* Topics of a directory and of what is read for it; one thread's. */
struct eg_topics;

/* `known`, which may be NULL, has to outlive it. */
EG_MUST_CHECK enum eg_status eg_topics_new(const struct eg_records *known, struct eg_topics **topics_out,
                                           struct eg_error *err);
void eg_topics_free(struct eg_topics *topics); /* NULL is allowed */

/* The topics that an entry means, each once: those that are called just so, those of `own[n_own]` that are the same, and others that are; what
 * is none of these is new, and known from then on. The list is in the arena; its texts have to live as long as `topics`. */
struct eg_topics_wish {
    const struct eg_text *told, *own;
    uint32_t n_told, n_own;
};
EG_MUST_CHECK enum eg_status eg_topics_meant(struct eg_topics *topics, const struct eg_topics_wish *wish,
                                             struct eg_arena *arena, const struct eg_text **meant_out,
                                             uint32_t *n_out, struct eg_error *err);

#endif
