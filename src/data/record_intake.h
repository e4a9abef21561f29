/* Rows on their way in: what a stranger's file says, gathered, checked, put right where there is one way to, and become a set of
 * records. Each row that is rejected and each about which there is a doubt is told to whoever asked for the import, with its place and
 * the reason; nothing is dropped in silence. */
#ifndef EG_DATA_RECORD_INTAKE_H
#define EG_DATA_RECORD_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "data/records.h"

#define EG_INTAKE_FILE_BYTES ((size_t)512 * 1024 * 1024)
#define EG_INTAKE_ROWS_MAX 1000000U /* of a file; of all tables of a package together */

/* Where a row stands. Absent texts and a line of 0: not known or not meaningful. */
struct eg_intake_place {
    struct eg_text file; /* of a package of several: "phones.csv" */
    uint32_t line;       /* from 1: the first of the row */
    struct eg_text path; /* within a JSON document: "$[17].phones[0]" */
};

enum eg_intake_kind {
    EG_INTAKE_REJECTED, /* the row is not taken */
    EG_INTAKE_DOUBTFUL  /* it is, with what was done about the doubt */
};

struct eg_intake_remark {
    enum eg_intake_kind kind;
    struct eg_intake_place place;
    const char *reason; /* "service.url 'none' is left out: it is not an address with its scheme" */
};

/* Hears every remark, in the order in which they come up. */
typedef void eg_intake_remark_fn(void *context, const struct eg_intake_remark *remark);

#define EG_INTAKE_REASON_BYTES 512
/* Whether the areas are known that a row names, by boundaries and codes separated by semicolons; if not, says why. */
typedef bool eg_intake_areas_fn(void *context, struct eg_text boundaries, struct eg_text codes,
                                char reason_out[EG_INTAKE_REASON_BYTES]);

/* The id of the only boundaries that have all of the codes of a row that names none; empty: none have, or several, which it says. */
typedef struct eg_text eg_intake_boundaries_fn(void *context, struct eg_text codes,
                                               char reason_out[EG_INTAKE_REASON_BYTES]);

struct eg_intake_sink {
    eg_intake_remark_fn *remark;
    void *context;
    eg_intake_areas_fn *has_areas;          /* NULL: nobody asks */
    eg_intake_boundaries_fn *boundaries_of; /* NULL: codes without boundaries are of none */
};

struct eg_intake_counts {
    uint32_t n_rows, n_rejected, n_doubtful; /* rows read; rejected ones; remarks of doubt */
};

struct eg_intake; /* one thread's */

/* Copies of a row are expected in nested JSON, where every service repeats its organisation; elsewhere they are doubtful. */
EG_MUST_CHECK enum eg_status eg_intake_new(struct eg_intake_sink sink, bool copies_are_expected,
                                           struct eg_intake **intake_out, struct eg_error *err);
void eg_intake_free(struct eg_intake *intake); /* NULL is allowed */

/* Takes a row: field[] as of eg_record_spec(table), any text. Blanks at both ends go, "Not stated" becomes absent.
 * An id or reference that is no UUID becomes the UUID that stands for it everywhere ("17" of the table service is UUIDv5 of
 * "service:17"), a doubt; an optional field without its form is put right where there
 * is one way to, else left out, a doubt in either case; so is what data/record_doubts.h says; a needed one that is missing or wrong rejects the
 * row, as does an id that came before with something else, or a polygon that is none or crosses itself. EG_LIMIT beyond EG_INTAKE_ROWS_MAX. */
EG_MUST_CHECK enum eg_status eg_intake_add(struct eg_intake *intake, enum eg_record_table table,
                                           const struct eg_text *field, const struct eg_intake_place *place,
                                           struct eg_error *err);
/* Says of the row at hand what its reader found. Counted as a row when it is rejected: it was never added. */
void eg_intake_remark(struct eg_intake *intake, enum eg_intake_kind kind, const struct eg_intake_place *place,
                      const char *format, ...) EG_PRINTF(4, 5);

/* All references are looked up: a needed one to nothing rejects its row (and those that need that one in turn), another is left out, a
 * doubt. The set has the rows that stand. The intake is to be freed afterwards. */
EG_MUST_CHECK enum eg_status eg_intake_finish(struct eg_intake *intake, struct eg_records **records_out,
                                              struct eg_error *err);

struct eg_intake_counts eg_intake_counts(const struct eg_intake *intake);

#endif
