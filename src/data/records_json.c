/* A record becomes an object by its table's specification, its branches by record_tree.h; nesting ends because branches lead only to
 * tables further down. */
#include "data/records_json.h"

#include <math.h>
#include <stdlib.h>

#include "data/record_review.h"
#include "data/record_tree.h"

#define EXACT_INTEGERS 9007199254740992.0 /* 2^53 */

/* --- one record ----------------------------------------------------------------------------------------------------------------- */

static void write_number(struct eg_json *json, struct eg_json_value *into, const char *name,
                         struct eg_text text)
{
    double number;
    EG_ASSERT(eg_text_to_double(text, &number)); /* the record was checked */
    bool whole = fabs(number) < EXACT_INTEGERS && number == floor(number);
    if (whole) eg_json_integer(json, into, name, (int64_t)number);
    else eg_json_number(json, into, name, number);
}

static void write_fields(const struct eg_record *row, struct eg_json *json, struct eg_json_value *into)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        const struct eg_record_field *field = &spec->fields[f];
        struct eg_text text = row->field[f];
        if (text.len == 0 && !field->required) continue;
        if (text.len > 0 && field->type == EG_RECORD_NUMBER) write_number(json, into, field->name, text);
        else eg_json_text(json, into, field->name, text.len > 0 ? text : EG_RECORD_NOT_STATED);
    }
}

static void write_tree(const struct eg_records_view *view, const struct eg_record *row, struct eg_json *json,
                       struct eg_json_value *into);

/* Attributes name the table that they are about as well as the id. */
static bool is_about(const struct eg_record *row, enum eg_record_table parent)
{
    if (row->table != EG_RECORD_ATTRIBUTE) return true;
    return eg_text_equal(row->field[EG_ATTRIBUTE_LINK_ENTITY], eg_text_from(eg_record_spec(parent)->name));
}

static bool is_shown(const struct eg_records_view *view, const struct eg_record *row)
{
    return view->with_private || !eg_record_is_private(view->records, row);
}

/* What a service's assured_date says is said by a line that is made for it, and by no older one of that id. */
static bool is_outdated(const struct eg_record *row, const struct eg_record *parent)
{
    return row->table == EG_RECORD_METADATA && parent->table == EG_RECORD_SERVICE &&
           parent->field[EG_SERVICE_ASSURED_DATE].len > 0 && eg_record_is_review_line(row, parent->field[0]);
}

static void write_list(const struct eg_records_view *view, const struct eg_record *parent,
                       const struct eg_record_branch *branch, struct eg_json *json,
                       struct eg_json_value *into)
{
    uint32_t n;
    struct eg_record_review_line review;
    const struct eg_record *const *rows =
        eg_records_with(view->records, branch->table, branch->field, parent->field[0], &n);
    struct eg_json_value *list = NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (!is_about(rows[i], parent->table) || !is_shown(view, rows[i]) || is_outdated(rows[i], parent))
            continue;
        if (!list) list = eg_json_array(json, into, branch->member);
        write_tree(view, rows[i], json, eg_json_object(json, list, NULL));
    }
    bool has_review = branch->table == EG_RECORD_METADATA && parent->table == EG_RECORD_SERVICE &&
                      eg_record_review_line(view->records, parent, &review);
    if (!has_review) return;
    if (!list) list = eg_json_array(json, into, branch->member);
    write_tree(view, &review.row, json, eg_json_object(json, list, NULL));
}

static void write_object(const struct eg_records_view *view, const struct eg_record *parent,
                         const struct eg_record_branch *branch, struct eg_json *json,
                         struct eg_json_value *into)
{
    struct eg_text id = parent->field[branch->field];
    struct eg_records_view there = *view;
    const struct eg_record *row = NULL;
    if (id.len == 0) return;
    for (int i = 0; i < EG_RECORDS_PREFERRED && !row; i++) {
        if (view->preferred[i]) row = eg_records_find(view->preferred[i], branch->table, id);
        if (row) there.records = view->preferred[i];
    }
    if (!row) row = eg_records_find(view->records, branch->table, id);
    if (row) write_tree(&there, row, json, eg_json_object(json, into, branch->member));
}

static void write_tree(const struct eg_records_view *view, const struct eg_record *row, struct eg_json *json,
                       struct eg_json_value *into)
{
    write_fields(row, json, into);
    if (view->form == EG_RECORDS_FLAT) return;
    for (const struct eg_record_branch *branch = eg_record_branches(row->table); branch->member; branch++) {
        if (branch->read_only || (view->form == EG_RECORDS_SUMMARY && !branch->up)) continue;
        if (branch->up) write_object(view, row, branch, json, into);
        else write_list(view, row, branch, json, into);
    }
}

void eg_records_json_write(const struct eg_records_view *view, const struct eg_record *row,
                           struct eg_json *json, struct eg_json_value *into)
{
    struct eg_records_view own = *view;
    bool has_summary = row->table == EG_RECORD_SERVICE || row->table == EG_RECORD_SERVICE_AT_LOCATION;
    if (view->form == EG_RECORDS_SUMMARY && !has_summary) own.form = EG_RECORDS_FLAT;
    write_tree(&own, row, json, into);
}

/* --- a file --------------------------------------------------------------------------------------------------------------------- */

static enum eg_status write_service(const struct eg_records_view *view, const struct eg_record *service,
                                    struct eg_buffer *out, struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    eg_records_json_write(view, service, json, eg_json_root(json));
    enum eg_status status = eg_json_finish(json, false, out, err);
    eg_json_free(json);
    return status;
}

enum eg_status eg_records_json_export(const struct eg_records_view *view, eg_records_put_fn *put,
                                      void *context, struct eg_error *err)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    enum eg_status status = put(context, EG_TEXT("["), err);
    uint32_t n = eg_records_count(view->records, EG_RECORD_SERVICE);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        text.len = 0;
        eg_buffer_literal(&text, i > 0 ? ",\n" : "\n");
        status = write_service(view, eg_records_at(view->records, EG_RECORD_SERVICE, i), &text, err);
        if (status == EG_OK) status = put(context, (struct eg_text){text.data, text.len}, err);
    }
    eg_buffer_clear(&text);
    return status == EG_OK ? put(context, EG_TEXT("\n]\n"), err) : status;
}
