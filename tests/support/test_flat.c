#include "support/test_flat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/arena.h"
#include "data/entry_records.h"
#include "support/test_records.h"

enum eg_status eg_test_flat_write(const struct eg_atlas *atlas, enum eg_flat_format format,
                                  const struct eg_records *records, struct eg_buffer *out,
                                  struct eg_error *err)
{
    enum eg_status status = EG_OK;
    out->len = 0;
    eg_flat_head(format, out);
    struct eg_arena *arena = eg_arena_new(1 << 26);
    if (!arena) return eg_error_no_memory(err, 0);
    for (uint32_t i = 0, n = 0; i < eg_records_count(records, EG_RECORD_SERVICE) && status == EG_OK; i++) {
        struct eg_entry entry;
        struct eg_entry_source source = {atlas, 0, records, arena};
        status = eg_entry_from_records(&source, eg_records_at(records, EG_RECORD_SERVICE, i), &entry, err);
        if (status == EG_OK && eg_flat_holds(format, &entry))
            status = eg_flat_write(format, atlas, &entry, n++, out, err);
    }
    eg_flat_tail(format, out);
    eg_arena_free(arena);
    return status == EG_OK && out->failed ? eg_error_no_memory(err, 0) : status;
}

void eg_test_flat_comes_back(const struct eg_atlas *atlas, enum eg_flat_format format,
                             const struct eg_records *records)
{
    struct eg_buffer once, twice, lines;
    struct eg_records *back = NULL, *nothing = NULL;
    struct eg_flat_counts counts;
    struct eg_error err;
    eg_buffer_init(&once, 0), eg_buffer_init(&twice, 0), eg_buffer_init(&lines, 0);
    if (eg_test_flat_write(atlas, format, records, &once, &err) != EG_OK) fail_msg("%s", err.message);
    struct eg_text text = {once.data, once.len};
    struct eg_flat_source fresh = {format, atlas, 0, NULL, eg_test_remarks(&lines)};
    if (eg_flat_read(text, &fresh, &back, &counts, &err) != EG_OK) fail_msg("%s", err.message);
    if (counts.rows.n_rejected > 0) fail_msg("%s", lines.data);
    assert_int_equal(eg_test_flat_write(atlas, format, back, &twice, &err), EG_OK);
    if (!eg_text_equal(text, (struct eg_text){twice.data, twice.len}))
        fail_msg("%s\n\n%s", once.data, twice.data);
    struct eg_flat_source again = {format, atlas, 0, back, eg_test_remarks(&lines)};
    assert_int_equal(eg_flat_read(text, &again, &nothing, &counts, &err), EG_OK);
    assert_int_equal(counts.n_unchanged, counts.rows.n_rows);
    assert_int_equal(eg_records_count(nothing, EG_RECORD_SERVICE), 0);
    eg_records_release(back), eg_records_release(nothing);
    eg_buffer_clear(&once), eg_buffer_clear(&twice), eg_buffer_clear(&lines);
}
