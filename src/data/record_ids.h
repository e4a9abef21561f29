/* Ids of records that are known by something else than an id: what hangs on another record, what is known by its name. UUIDv5, in
 * EG_ENTRIES_NAMESPACE, of "{what}:{name}", such as "location:585a9093-5c12-5388-b7de-8ecc54e58082". The same wherever they are made. */
#ifndef EG_DATA_RECORD_IDS_H
#define EG_DATA_RECORD_IDS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/text.h"

/* The taxonomy that topics without one of their own are terms of. */
#define EG_TOPICS_NAME "Topics"
#define EG_TOPICS_DESCRIPTION "What entries of this directory work on, in its sources' own words"

/* In the arena; data is NULL when it refused. */
struct eg_text eg_record_id_of(struct eg_arena *arena, const char *what, struct eg_text name);
/* Of the name folded: the same in whichever case and with whichever accents it is written. `name` is UTF-8. */
struct eg_text eg_record_id_of_name(struct eg_arena *arena, const char *what, struct eg_text name);

/* A name as names are compared; in the arena, data is NULL when it refused. */
struct eg_text eg_record_name_folded(struct eg_arena *arena, struct eg_text name);
/* Whether a name is that one. Nothing is allocated for names of ASCII; `room` is for others, and has failed where memory was refused. */
bool eg_record_name_is(struct eg_text name, struct eg_text folded, struct eg_buffer *room);

#endif
