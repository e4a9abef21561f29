/* What a record says that has its form and that nobody may have meant: money below zero, a currency that is none, an end before the start, a
 * review that is still to come, a telephone number without digits. One set of checks for all that comes in: imports tell of them (and do what is said here about
 * them), REST and the editors' documents refuse them. Also what can be put right: "£10,000", "www.example.org", "2019".
 *
 * Nothing here allocates; texts that are made are written to the caller's room. */
#ifndef EG_DATA_RECORD_DOUBTS_H
#define EG_DATA_RECORD_DOUBTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "data/record_specs.h"

/* --- texts -------------------------------------------------------------------------------------------------------------------------- */

/* Where a text has a control character that is no tab and no end of a line; its length for none. */
size_t eg_doubt_control(struct eg_text text);
/* A number below zero. */
bool eg_doubt_amount(struct eg_text amount);
/* Neither empty nor three letters of ISO 4217, of which three times X stands for none and XTS for tests. */
bool eg_doubt_currency(struct eg_text currency);
/* Both are dates, or years, and the end is before the start; of a year and a date only the years tell. */
bool eg_doubt_period(struct eg_text start, struct eg_text end);
/* Fewer than three digits: shorter numbers than 112 are not known. */
bool eg_doubt_phone(struct eg_text number);

/* A day after tomorrow in UTC: nobody has looked at anything then, wherever it is a day later already. */
bool eg_doubt_future(struct eg_text date);

#define EG_AMOUNT_BYTES 40U
/* An amount as people and spreadsheets write it, which is no number yet: "£10,000", "1,234,567.50". "10.000" is ten in one country and ten
 * thousand in another, and is not read. */
bool eg_mend_amount(struct eg_text text, char digits_out[EG_AMOUNT_BYTES]);
#define EG_CURRENCY_BYTES 4U
/* Three letters of which some are small, in capitals. */
bool eg_mend_currency(struct eg_text text, char code_out[EG_CURRENCY_BYTES]);
/* Whether it is an address of the web if https:// is put before it: "www.example.org/x". */
bool eg_mend_url(struct eg_text text);
#define EG_DATE_BYTES 11U
/* "2019" is its first day, or its last; "2019-01-31T09:30" and "2019-01-31 09:30" are its day. */
bool eg_mend_date(struct eg_text text, bool is_end, char date_out[EG_DATE_BYTES]);

/* --- records ------------------------------------------------------------------------------------------------------------------------ */

enum eg_doubt_grade {
    EG_DOUBT_KEPT,       /* it may be so after all */
    EG_DOUBT_LEFT_OUT,   /* no entry can have it */
    EG_DOUBT_IMPOSSIBLE, /* there is no use in the row */
};

struct eg_record_doubt {
    uint32_t field;
    enum eg_doubt_grade grade;
    bool is_fault;        /* whoever writes a single record is refused */
    const char *is_wrong; /* "is below zero" */
};

#define EG_RECORD_DOUBTS 8U
/* What there is to say of a record; how many, at most EG_RECORD_DOUBTS. Absent texts and what has not its form are not judged. */
uint32_t eg_record_doubts(enum eg_record_table table, const struct eg_text *field,
                          struct eg_record_doubt doubts_out[EG_RECORD_DOUBTS]);

#endif
