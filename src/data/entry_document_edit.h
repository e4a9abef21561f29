/* Shared by the parts that turn a document into a change: the change under way (entry_document_rows.c), members of objects and lists
 * (entry_document_read.c), the organisation (entry_document_owner.c), locations (entry_document_places.c). */
#ifndef EG_DATA_ENTRY_DOCUMENT_EDIT_H
#define EG_DATA_ENTRY_DOCUMENT_EDIT_H

#include "data/entry_document.h"
#include "data/entry_document_parts.h"

#define EG_DOCUMENT_CHANGES 4096U /* rows put, and rows taken away */

struct eg_document_edit {
    const struct eg_records *records;
    const struct eg_document_wish *wish;
    struct eg_arena *arena;
    struct eg_error *err;
    const struct eg_record *service; /* NULL: a new one */
    struct eg_record *puts;
    struct eg_record_key *deletes;
    uint32_t n_puts, n_deletes;
};

/* Where in the document: "phones", 1 or "location", UINT32_MAX. */
struct eg_document_place {
    const char *part;
    uint32_t item;
};

/* EG_INVALID: "phones[1].number <what>". */
enum eg_status eg_document_at_fault(struct eg_document_edit *edit, struct eg_document_place place,
                                    const char *member, const char *what);

/* entry_document_rows.c */

/* A row's texts to be changed: those of `from`, or none. NULL when memory is refused. */
struct eg_text *eg_document_texts(struct eg_document_edit *edit, enum eg_record_table table,
                                  const struct eg_record *from);
/* Unless the row is there and says the same. */
EG_MUST_CHECK enum eg_status eg_document_put(struct eg_document_edit *edit, enum eg_record_table table,
                                             const struct eg_text *field);
/* Takes a row away and all that refers to it. */
EG_MUST_CHECK enum eg_status eg_document_delete(struct eg_document_edit *edit, enum eg_record_table table,
                                                struct eg_text id);
bool eg_document_is_deleted(const struct eg_document_edit *edit, enum eg_record_table table,
                            struct eg_text id);
/* Whether anything that stays refers to a row. */
bool eg_document_is_needed(const struct eg_document_edit *edit, enum eg_record_table table,
                           struct eg_text id);
/* An id for a row that hangs on another: the first that is not taken. `data` NULL when memory is refused. */
struct eg_text eg_document_free_id(struct eg_document_edit *edit, enum eg_record_table table,
                                   struct eg_text parent, uint32_t *from);

/* entry_document_order.c */

/* Ids under which a list's rows of one table stand in its order, as they are read ascending; `ids` [n <= EG_DOCUMENT_ITEMS] are those that
 * the items have or had best, len 0 where they have none. As few as may be are changed, and never one that other rows refer to; where two
 * of these have to change places, or neighbours leave no room, the order does not hold. */
EG_MUST_CHECK enum eg_status eg_document_order_ids(struct eg_document_edit *edit, enum eg_record_table table,
                                                   struct eg_text parent, struct eg_text *ids, uint32_t n);

/* entry_document_read.c */

/* Fills the texts of a row with an object's members; those of `other` (NULL: none) are another row's and passed over. */
EG_MUST_CHECK enum eg_status eg_document_read_members(struct eg_document_edit *edit,
                                                      const struct eg_document_part *part,
                                                      const struct eg_document_part *other,
                                                      const struct eg_json_value *object,
                                                      struct eg_document_place place, struct eg_text *field);
/* What eg_record_check says, with the document's own words for the place. */
EG_MUST_CHECK enum eg_status eg_document_check_row(struct eg_document_edit *edit,
                                                   const struct eg_document_part *part,
                                                   struct eg_document_place place,
                                                   const struct eg_text *field);
/* A list of items, and whose the rows are that it says. */
struct eg_document_listing {
    const struct eg_document_part *part;
    const char *path; /* in the document: "phones" */
    const struct eg_json_value *list;
    struct eg_text parent;           /* the id that its rows have */
    const struct eg_document_at *at; /* NULL: no list that a place has of its own */
    const struct eg_document_own *own;
    enum eg_document_whose whose;
};
/* Whether an item is one of them. */
bool eg_document_listing_has(const struct eg_document_listing *listing, const struct eg_json_value *item);
/* A list's items and the rows that it is about; private ones that stay are left out. */
struct eg_document_listed {
    uint32_t item[EG_DOCUMENT_ITEMS]; /* [n] of the list */
    uint32_t row[EG_DOCUMENT_ITEMS];  /* [n] which of the rows takes it; UINT32_MAX: a new one */
    uint32_t n;
    const struct eg_record **rows; /* [n_rows] */
    uint32_t n_rows;
};
EG_MUST_CHECK enum eg_status eg_document_find_listed(struct eg_document_edit *edit,
                                                     const struct eg_document_listing *listing,
                                                     struct eg_document_listed *listed);
EG_MUST_CHECK enum eg_status eg_document_read_list(struct eg_document_edit *edit,
                                                   const struct eg_document_listing *listing);

/* entry_document_owner.c */

/* Sets the organisation of the service's texts as the document says it, and puts it where it is new or says something else. */
EG_MUST_CHECK enum eg_status eg_document_read_owner(struct eg_document_edit *edit, struct eg_text *service);
/* Once the service is put: the organisation that it had goes, if it has another now and nothing refers to the old one. */
EG_MUST_CHECK enum eg_status eg_document_leave_owner(struct eg_document_edit *edit,
                                                     const struct eg_text *service);

/* entry_document_ties.c */

/* Of a list of contacts: each item has the row of its name, so that who goes or moves takes what is theirs along; those of new names have
 * the rows that are left between their neighbours'. */
EG_MUST_CHECK enum eg_status eg_document_match_people(struct eg_document_edit *edit,
                                                      const struct eg_document_listing *listing,
                                                      struct eg_document_listed *listed);
/* Whether the telephone that is to have these texts is no longer its contact's: the contact leaves with this document, or is private and
 * the row takes another number, which is not. */
EG_MUST_CHECK enum eg_status eg_document_phone_loses_contact(struct eg_document_edit *edit,
                                                             const struct eg_text *field, bool *loses_out);
/* Once all else is read: contacts that have another's name by now leave their telephones. Those that are nobody else's go; the others stay
 * where they are, and are no contact's. */
EG_MUST_CHECK enum eg_status eg_document_leave_phones(struct eg_document_edit *edit);

/* entry_document_own.c */

/* That an object's lists are of the types that they have to be; `path` is the object's ("location", "other_locations[1]"). */
EG_MUST_CHECK enum eg_status eg_document_check_own(struct eg_document_edit *edit,
                                                   const struct eg_json_value *object, const char *path);
/* The lists of an object of which there is a place, whose rows are there or will be. */
EG_MUST_CHECK enum eg_status eg_document_read_own(struct eg_document_edit *edit,
                                                  const struct eg_document_at *at,
                                                  const struct eg_json_value *object, const char *path);

/* entry_document_places.c */

/* That "location", "accessibility" and "other_locations" are of the types that they have to be. */
EG_MUST_CHECK enum eg_status eg_document_check_places(struct eg_document_edit *edit);
EG_MUST_CHECK enum eg_status eg_document_read_places(struct eg_document_edit *edit, struct eg_text service);
/* A service leaves all its locations. */
EG_MUST_CHECK enum eg_status eg_document_leave_places(struct eg_document_edit *edit, struct eg_text service);

#endif
