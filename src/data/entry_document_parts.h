/* Shared by writing and reading entry documents: which member says which field. */
#ifndef EG_DATA_ENTRY_DOCUMENT_PARTS_H
#define EG_DATA_ENTRY_DOCUMENT_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "data/record_specs.h"

struct eg_document_member {
    const char *name;
    uint32_t field;
};

#define EG_DOCUMENT_MEMBERS 16U /* the most that a part has */

/* Members of one object, each a field of one row. */
struct eg_document_part {
    const char *name; /* of the list in the document; NULL for the document itself and single objects */
    enum eg_record_table table;
    uint32_t parent;     /* the field that refers to the service or, for accessibility, to its location */
    uint32_t visibility; /* the field that says whether the row is private; UINT32_MAX: all are public */
    struct eg_document_member members[EG_DOCUMENT_MEMBERS]; /* ended by a name of NULL unless full */
};

uint32_t eg_document_part_members(const struct eg_document_part *part);

const struct eg_document_member *eg_document_member_named(const struct eg_document_part *part,
                                                          const char *name);

/* The document's own members that are the service's, those of "organisation", and of "location" the location's and the address's; those of
 * the location of an item of "other_locations", which has the address's and a list "accessibility", too. */
extern const struct eg_document_part eg_document_service, eg_document_organisation, eg_document_location,
    eg_document_address, eg_document_other_location;

enum { EG_DOCUMENT_N_LISTS = 9 };
extern const struct eg_document_part eg_document_lists[EG_DOCUMENT_N_LISTS];
const struct eg_document_part *eg_document_accessibility(void); /* of these, that of a location */

/* Of these, the lists that a place has of its own besides (entry_document_own.c): of "location", and of an item of "other_locations". */
struct eg_document_own {
    enum eg_record_table table;
    uint32_t service, link, location; /* its fields that say whose a row is; `link` UINT32_MAX: it has none */
};
enum { EG_DOCUMENT_N_OWN = 4 };
extern const struct eg_document_own eg_document_owns[EG_DOCUMENT_N_OWN];
const struct eg_document_part *eg_document_own_part(const struct eg_document_own *own); /* the list's */
/* NULL: it is none of them. */
const struct eg_document_own *eg_document_own_named(const char *name);

/* The member of an item that is of the location, and so of all entries that are there; without it, the item is of this entry there. */
#define EG_DOCUMENT_OF "of"
#define EG_DOCUMENT_OF_LOCATION "location"

/* Whether a member that is left out leaves its field as it is, and an empty text takes it away: documents had no word for it once, and who
 * writes such ones loses nothing. A telephone's extension stays with its number. */
bool eg_document_stays(const struct eg_record_field *field);
/* The location_type that no document names. */
#define EG_DOCUMENT_USUAL_PLACE "physical"

/* Whether a member of the document is a list, an object or another part that is no text of its service. */
bool eg_document_has_part(const char *name);

struct eg_records;
struct eg_record;
struct eg_document_wish;

/* Where an entry is. */
struct eg_document_at {
    const struct eg_records *records;
    struct eg_text service, link, location; /* ids */
};
enum eg_document_whose { EG_DOCUMENT_OF_ENTRY_THERE, EG_DOCUMENT_OF_PLACE, EG_DOCUMENT_N_WHOSE };
/* The field of a list's rows that says that they are the place's. UINT32_MAX: it has none. */
uint32_t eg_document_own_field(const struct eg_document_own *own, enum eg_document_whose whose);
/* The rows that may be of the list, ascending by id: those that eg_document_is_own holds for are. */
const struct eg_record *const *eg_document_own_rows(const struct eg_document_at *at,
                                                    const struct eg_document_own *own,
                                                    enum eg_document_whose whose, uint32_t *n_out);
/* Not if it is the entry's by a closer tie: of the service itself, or of what it is at another place. */
bool eg_document_is_own(const struct eg_document_at *at, const struct eg_document_own *own,
                        enum eg_document_whose whose, const struct eg_record *row);
/* Whether a row stays whatever the document says, because its writer does not see it. */
bool eg_document_keeps(const struct eg_records *records, const struct eg_document_wish *wish,
                       const struct eg_record *row);

#endif
