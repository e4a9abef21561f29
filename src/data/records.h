/* The coalition finder's data in full: records of HSDS 3.0 (Human Services Data Specification, https://docs.openreferral.org),
 * each a row of one of its tables, tied to others by ids. Everything that comes in (a store, an import, a directory of the atlas)
 * becomes records, and everything that goes out (entries for the index, the HSDS API, exports) is made of them.
 *
 * A table's fields are those of the standard and, marked as ours, those of the profile "evenground" (docs/directory.md): the kind
 * of a service, a grant's amount and period, the area codes of a service area, whether a contact may be shown.
 *
 * A set of records is immutable and reference-counted; a change makes a new set, which shares the rows that did not change. */
#ifndef EG_DATA_RECORDS_H
#define EG_DATA_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "data/record_specs.h"

#define EG_RECORDS_MAX 20000000U /* rows in a set */

struct eg_record {
    enum eg_record_table table;
    const struct eg_text
        *field; /* [spec->n_fields], the first the id in lower case; absent ones have len 0 */
};

struct eg_records;         /* immutable; safe from any thread */
struct eg_records_builder; /* one thread's */

EG_MUST_CHECK enum eg_status eg_records_builder_new(struct eg_records_builder **builder_out,
                                                    struct eg_error *err);
void eg_records_builder_free(struct eg_records_builder *builder); /* NULL is allowed */
/* Copies the texts (ids in lower case). EG_INVALID as eg_record_check; EG_LIMIT beyond EG_RECORDS_MAX rows. */
EG_MUST_CHECK enum eg_status eg_records_add(struct eg_records_builder *builder, enum eg_record_table table,
                                            const struct eg_text *field, struct eg_error *err);
/* Makes the set: indexes, and references checked. EG_INVALID for an id that came twice in a table or a reference to nothing (the
 * message names table, id and field). The builder is empty afterwards, also on failure. */
EG_MUST_CHECK enum eg_status eg_records_finish(struct eg_records_builder *builder,
                                               struct eg_records **records_out, struct eg_error *err);
void eg_records_retain(struct eg_records *records);
void eg_records_release(struct eg_records *records); /* NULL is allowed */

uint32_t eg_records_count(const struct eg_records *records, enum eg_record_table table);
/* Ascending by id. */
const struct eg_record *eg_records_at(const struct eg_records *records, enum eg_record_table table,
                                      uint32_t i);
/* By id (any letter case), or NULL. */
const struct eg_record *eg_records_find(const struct eg_records *records, enum eg_record_table table,
                                        struct eg_text id);
/* The rows of `table` whose reference in `field` (an index of its spec) is this id, ascending by id. The array lives as long as the
 * set; *n_out 0 where there are none. */
const struct eg_record *const *eg_records_with(const struct eg_records *records, enum eg_record_table table,
                                               uint32_t field, struct eg_text id, uint32_t *n_out);
/* The same with their number. */
struct eg_record_rows {
    const struct eg_record *const *at; /* [n] */
    uint32_t n;
};
struct eg_record_rows eg_records_rows(const struct eg_records *records, enum eg_record_table table,
                                      uint32_t field, struct eg_text id);

/* Shows every row that refers to a row, by a reference or a link, until the visitor returns false; whether it never did. */
typedef bool eg_record_visit_fn(void *context, const struct eg_record *referring);
bool eg_records_visit_referring(const struct eg_records *records, enum eg_record_table table,
                                struct eg_text id, eg_record_visit_fn *visit, void *context);
bool eg_records_has_referring(const struct eg_records *records, enum eg_record_table table,
                              struct eg_text id);

/* Whether a record is not for the public: a contact or phone marked private, the phone of such a contact, and whatever hangs on one
 * of these (a language, an attribute, a line of metadata). */
bool eg_record_is_private(const struct eg_records *records, const struct eg_record *row);

/* What one accepted write does: rows put (new, or in place of the one with this id) and rows taken away. */
struct eg_record_key {
    enum eg_record_table table;
    struct eg_text id;
};
struct eg_records_change {
    const struct eg_record *puts; /* [n_puts] */
    uint32_t n_puts;
    const struct eg_record_key *deletes; /* [n_deletes] */
    uint32_t n_deletes;
};
/* A new set; the old one stays as it is, and the two share memory. EG_INVALID as eg_records_add and eg_records_finish;
 * EG_NOT_FOUND for a row to be taken away that is not there. */
EG_MUST_CHECK enum eg_status eg_records_apply(struct eg_records *records,
                                              const struct eg_records_change *change,
                                              struct eg_records **records_out, struct eg_error *err);

#endif
