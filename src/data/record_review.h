/* When what is known of a service was last checked. HSDS has two places for it. service.assured_date is the one that is kept; a line of `metadata`
 * about that field is made of it for whoever is shown the service, because some read these lines alone. A file that comes in may have either:
 * a line that was made here goes again, and one that only its publisher has made is read as a date. */
#ifndef EG_DATA_RECORD_REVIEW_H
#define EG_DATA_RECORD_REVIEW_H

#include <stdbool.h>

#include "base/hash.h"
#include "data/records.h"

/* The day (YYYY-MM-DD) on which a service was last checked: its assured_date; without one, what the last line of its metadata says that tells of a
 * check (of field_name "assured_date", or with a last_action_type such as "review" or "verified"). Empty: it is not known. */
struct eg_text eg_record_reviewed(const struct eg_records *records, const struct eg_record *service);

struct eg_record_review_line {
    char id[EG_UUID_TEXT_LEN + 1];
    struct eg_text field[EG_METADATA_N_FIELDS];
    struct eg_record row; /* with these fields: not to be copied */
};
/* Makes the line of a service: that its assured_date became what it is, on that day, by whose address assurer_email is. Its texts are the service's. False where the
 * service has no assured_date, or its metadata say the same in a line of their own. The id is UUIDv5 of "review:{id of the service}". */
bool eg_record_review_line(const struct eg_records *records, const struct eg_record *service,
                           struct eg_record_review_line *line_out);
/* Whether a row of any table is such a line about this service, by its id, whatever it says. */
bool eg_record_is_review_line(const struct eg_record *row, struct eg_text service);

#endif
