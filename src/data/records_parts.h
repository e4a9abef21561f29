/* Between the parts of record sets: building and asking (records.c), changing (records_change.c). */
#ifndef EG_DATA_RECORDS_PARTS_H
#define EG_DATA_RECORDS_PARTS_H

#include <stdatomic.h>

#include "base/arena.h"
#include "data/records.h"

#define EG_RECORDS_CHUNKS 64 /* of a set; beyond, a change copies the rows of some into one */

struct eg_records_chunk {
    struct eg_arena *arena;
    atomic_uint references;
    size_t n;                      /* rows that were put here, whether or not a set has them still */
    const struct eg_record **rows; /* [n] where a change put them; NULL where they came all at once */
    size_t capacity;
};

/* Rows in the order of one of their UUIDs, and where in it those begin that start with each number of so many hexadecimal digits:
 * UUIDs are as good as random, so as many numbers as rows leave a row or two to look through. */
struct eg_records_index {
    const struct eg_record **rows; /* [n] */
    uint32_t n, digits;
    uint32_t *start; /* [16 to the power of digits, + 1] */
};

struct eg_records_table {
    atomic_uint references;
    struct eg_records_index by_id;
    struct eg_records_index by_reference
        [EG_RECORD_FIELDS]; /* rows in which the field refers to something, then by id; of other fields empty */
};

struct eg_records {
    atomic_uint references;
    struct eg_records_table *table[EG_N_RECORD_TABLES];
    struct eg_records_chunk *chunk[EG_RECORDS_CHUNKS];
    uint32_t n_chunks;
};

struct eg_records_reference {
    struct eg_text to;
    const struct eg_record *row;
};

struct eg_records_chunk *eg_records_chunk_new(void);           /* NULL: no memory */
void eg_records_table_release(struct eg_records_table *table); /* NULL is allowed */
struct eg_records *eg_records_new(struct eg_error *err);       /* without tables; NULL: no memory */

void eg_records_lower(struct eg_text text); /* an id of our own */
EG_MUST_CHECK enum eg_status eg_records_copy_row(struct eg_arena *arena, const struct eg_record *from,
                                                 const struct eg_record **row_out, struct eg_error *err);
/* "phone 0a..: service_id '0b..' <what>", and the status. */
enum eg_status eg_records_at_fault(struct eg_error *err, enum eg_status status, const struct eg_record *row,
                                   uint32_t field, const char *what);

/* For qsort, of rows and of struct eg_records_reference. */
int eg_records_compare_ids(const void *a, const void *b);
int eg_records_compare_references(const void *a, const void *b);

/* The number that the first digits of a UUID in lower case are, and how many of them an index of n rows uses. */
uint32_t eg_records_first_digits(struct eg_text id, uint32_t digits);
uint32_t eg_records_digits(uint32_t n);
/* Says where which digits begin in rows that stand in the order of `field`. */
EG_MUST_CHECK enum eg_status eg_records_index_begin(struct eg_records_index *index, uint32_t field,
                                                    struct eg_error *err);

/* Whether all is there that a row refers to; whether anything still refers to a row that went. */
EG_MUST_CHECK enum eg_status eg_records_check_row(const struct eg_records *records,
                                                  const struct eg_record *row, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_records_check_gone(const struct eg_records *records,
                                                   const struct eg_record_key *key, struct eg_error *err);

#endif
