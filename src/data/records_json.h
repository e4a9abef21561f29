/* Records as HSDS 3.0's JSON: what its API answers and what a file of it holds.
 *
 * What HSDS requires and the records do not say is written as "Not stated"; what is absent otherwise is left out. Numbers are JSON
 * numbers. Fields of our own profile stand beside HSDS's, which allows more than it names. */
#ifndef EG_DATA_RECORDS_JSON_H
#define EG_DATA_RECORDS_JSON_H

#include <stdbool.h>

#include "base/json.h"
#include "data/record_intake.h"
#include "data/records.h"

enum eg_records_form {
    EG_RECORDS_FLAT, /* a record's own fields */
    /* The same; a service with its organisation and programme, as in HSDS's lists of services, a service at a location with that. */
    EG_RECORDS_SUMMARY,
    EG_RECORDS_NESTED /* with all that hangs on it, as HSDS's compiled schemas have it */
};

#define EG_RECORDS_PREFERRED 2
struct eg_records_view {
    const struct eg_records *records;
    enum eg_records_form form;
    bool with_private; /* else what eg_record_is_private says is left out */
    /* Sets, or NULL, whose rows are taken, with what hangs on them, where a record refers to an id that they have, the first's first. */
    const struct eg_records *preferred[EG_RECORDS_PREFERRED];
};

/* Adds the record's members to `into`, an object. It is the caller who asks whether the record itself is private. Some 20 microseconds
 * for a nested service. */
void eg_records_json_write(const struct eg_records_view *view, const struct eg_record *row,
                           struct eg_json *json, struct eg_json_value *into);

/* A file of HSDS JSON: all services nested, in one array in the order of their ids. What no service leads to (an organisation without
 * one) is not in it; a tabular data package has everything. `put` takes the text piece by piece. */
typedef enum eg_status eg_records_put_fn(void *context, struct eg_text text, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_records_json_export(const struct eg_records_view *view,
                                                    eg_records_put_fn *put, void *context,
                                                    struct eg_error *err);

/* Reads such a file, or any array of services (or of another table's records, as `table` says) nested however deep HSDS nests them, or
 * an object that has the array under "contents" (a page of an HSDS API). Rows come to the intake with the lines on which their outermost
 * object begins and their JSON paths ("$[17].phones[0]"). EG_INVALID for what is no such array at all, with its line; a single record
 * that is no JSON or not like its table is the intake's to reject. */
EG_MUST_CHECK enum eg_status eg_records_json_read(struct eg_text json, enum eg_record_table table,
                                                  struct eg_intake *intake, struct eg_error *err);

#endif
