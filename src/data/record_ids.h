/* Ids of records that are known by something else than an id: what hangs on another record, what is known by its name. UUIDv5, in
 * EG_ENTRIES_NAMESPACE, of "{what}:{name}", such as "location:585a9093-5c12-5388-b7de-8ecc54e58082". The same wherever they are made. */
#ifndef EG_DATA_RECORD_IDS_H
#define EG_DATA_RECORD_IDS_H

#include "base/arena.h"
#include "base/text.h"

/* The taxonomy that topics without one of their own are terms of. */
#define EG_TOPICS_NAME "Topics"
#define EG_TOPICS_DESCRIPTION "What entries of this directory work on, in its sources' own words"

/* In the arena; data is NULL when it refused. */
struct eg_text eg_record_id_of(struct eg_arena *arena, const char *what, struct eg_text name);
/* Of the name folded: the same in whichever case and with whichever accents it is written. `name` is UTF-8. */
struct eg_text eg_record_id_of_name(struct eg_arena *arena, const char *what, struct eg_text name);

#endif
