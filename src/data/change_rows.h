/* What a change of records did to their rows, kept as JSON with its line of the history, and the change that undoes it:
 *
 *   {"made":    {"phone": ["<id> <fingerprint>", ...]},
 *    "changed": {"service": {"<id>": {"name": ["before", "after"]}}},
 *    "gone":    {"phone": [{"id": "...", "number": "..."}]}}
 *
 * When a service was last modified is none of it: that is stated anew by each write. Numbers are compared as numbers, since a store
 * writes them in its own way. */
#ifndef EG_DATA_CHANGE_ROWS_H
#define EG_DATA_CHANGE_ROWS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "data/records.h"

/* Appends the JSON of a change of `before`; nothing where no row becomes another. */
EG_MUST_CHECK enum eg_status eg_change_rows_write(const struct eg_records *before,
                                                  const struct eg_records_change *change,
                                                  struct eg_buffer *out, struct eg_error *err);

/* Whether two rows of a table say the same, but for the time of the last modification. */
bool eg_change_rows_same(const struct eg_record *a, const struct eg_record *b);

/* Hands over which rows a line says something of. EG_INVALID for rows that are no JSON of this form; else as the visitor says. */
struct eg_row_key_visitor {
    enum eg_status (*visit)(void *context, enum eg_record_table table, struct eg_text id,
                            struct eg_error *err);
    void *context;
};
EG_MUST_CHECK enum eg_status
eg_change_rows_keys(struct eg_text rows, const struct eg_row_key_visitor *visitor, struct eg_error *err);

struct eg_rows_undoing; /* gathers what several lines did */

EG_MUST_CHECK enum eg_status eg_rows_undoing_new(const struct eg_records *now, bool force,
                                                 struct eg_arena *arena, struct eg_rows_undoing **undoing_out,
                                                 struct eg_error *err);
void eg_rows_undoing_free(struct eg_rows_undoing *undoing); /* NULL is allowed */

/* Adds what undoes one line. EG_CONFLICT, naming the row, where a row is not as the line left it; with `force` it becomes as it was before
 * all the same, and one that was taken away since stays away. Rows that entries share (organisations, programmes, topics) are left alone
 * where somebody changed them since. EG_INVALID for rows that are no JSON of this form. */
EG_MUST_CHECK enum eg_status eg_rows_undoing_add(struct eg_rows_undoing *undoing, struct eg_text rows,
                                                 struct eg_error *err);

/* Adds what of a line can be undone before the other lines that belong to it are: rows that it made go where nobody needs them any more, and,
 * `with_gone`, those that it took away come back. Whatever is not as the line left it is passed over; what the line changed waits. */
EG_MUST_CHECK enum eg_status eg_rows_undoing_add_early(struct eg_rows_undoing *undoing, struct eg_text rows,
                                                       bool with_gone, struct eg_error *err);

/* The change that undoes all of it, in the arena. Shared rows that others refer to stay. EG_CONFLICT where something was hung since on a row
 * that would go; with `force` that goes as well. */
EG_MUST_CHECK enum eg_status eg_rows_undoing_finish(struct eg_rows_undoing *undoing,
                                                    struct eg_records_change *change_out,
                                                    struct eg_error *err);

#endif
