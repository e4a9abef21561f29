/* How HSDS 3.0 nests records in one another: a service has its phones under "phones", its organisation under "organization". What its
 * compiled JSON schemas say, and, for reading alone, what publishers write beyond them. */
#ifndef EG_DATA_RECORD_TREE_H
#define EG_DATA_RECORD_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/record_specs.h"

struct eg_record_branch {
    const char *member;         /* what it is called within the parent */
    enum eg_record_table table; /* what is there */
    uint32_t field; /* the reference that ties the two: of the parent if `up`, else of what is there */
    bool up; /* one object, which the parent refers to; else a list of those that refer to the parent */
    bool read_only; /* taken, but not written: HSDS does not have it */
};

/* Ended by one without a member. Branches never lead back to their parent's table when those for reading alone are left out. */
const struct eg_record_branch *eg_record_branches(enum eg_record_table parent);

/* What HSDS has written where it requires a text and the source is silent. */
#define EG_RECORD_NOT_STATED EG_TEXT("Not stated")

#endif
