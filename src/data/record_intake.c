/* Rows are kept in the order in which they came, each with its place, so that a reference that leads nowhere is told with its line
 * although it is found only when everything is read. A table's ids map to its rows; a copy fills what the first left empty. */
#include "data/record_intake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "base/textmap.h"
#include "data/geojson_rings.h"
#include "data/record_doubts.h"
#include "data/record_ids.h"
#include "data/record_review.h"
#include "data/record_tree.h"

#define ARENA_CEILING_BYTES ((size_t)4 * 1024 * 1024 * 1024)
#define EXTENT_CEILING_BYTES ((size_t)64 * 1024 * 1024)
#define SHOWN_BYTES 60
#define PASSES_MAX 64U /* HSDS's tables hang on one another six deep */

struct row {
    enum eg_record_table table;
    bool rejected;
    struct eg_text *field; /* [n_fields], in the arena */
    struct eg_intake_place place;
};

struct eg_intake {
    struct eg_intake_sink sink;
    struct eg_intake_counts counts;
    bool copies_are_expected;
    bool told_kinds; /* that a service has no kind */
    struct eg_arena *arena;
    struct eg_textmap *by_id[EG_N_RECORD_TABLES]; /* numbers of rows */
    struct row *rows;                             /* [n], room for capacity */
    size_t n, capacity;
    struct eg_text file; /* of the row before: repeated places share it */
};

enum eg_status eg_intake_new(struct eg_intake_sink sink, bool copies_are_expected,
                             struct eg_intake **intake_out, struct eg_error *err)
{
    struct eg_intake *intake = eg_memory_zeroed(1, sizeof *intake);
    if (!intake) return eg_error_no_memory(err, sizeof *intake);
    intake->sink = sink;
    intake->copies_are_expected = copies_are_expected;
    intake->arena = eg_arena_new(ARENA_CEILING_BYTES);
    bool whole = intake->arena;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && whole; t++) {
        intake->by_id[t] = eg_textmap_new(16);
        whole = intake->by_id[t];
    }
    if (!whole) {
        eg_intake_free(intake);
        return eg_error_no_memory(err, sizeof *intake);
    }
    *intake_out = intake;
    return EG_OK;
}

void eg_intake_free(struct eg_intake *intake)
{
    if (!intake) return;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) eg_textmap_free(intake->by_id[t]);
    eg_arena_free(intake->arena);
    free(intake->rows);
    free(intake);
}

struct eg_intake_counts eg_intake_counts(const struct eg_intake *intake)
{
    return intake->counts;
}

/* --- remarks -------------------------------------------------------------------------------------------------------------------- */

static void tell(struct eg_intake *intake, enum eg_intake_kind kind, const struct eg_intake_place *place,
                 const char *reason)
{
    if (kind == EG_INTAKE_REJECTED) intake->counts.n_rejected++;
    else intake->counts.n_doubtful++;
    struct eg_intake_remark remark = {kind, *place, reason};
    if (intake->sink.remark) intake->sink.remark(intake->sink.context, &remark);
}

void eg_intake_remark(struct eg_intake *intake, enum eg_intake_kind kind, const struct eg_intake_place *place,
                      const char *format, ...)
{
    char reason[EG_INTAKE_REASON_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    if (kind == EG_INTAKE_REJECTED) intake->counts.n_rows++;
    tell(intake, kind, place, reason);
}

static void doubt(struct eg_intake *intake, const struct row *row, const char *format, ...) EG_PRINTF(3, 4);

static void doubt(struct eg_intake *intake, const struct row *row, const char *format, ...)
{
    char reason[EG_INTAKE_REASON_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    tell(intake, EG_INTAKE_DOUBTFUL, &row->place, reason);
}

static void reject(struct eg_intake *intake, struct row *row, const char *reason)
{
    row->rejected = true;
    tell(intake, EG_INTAKE_REJECTED, &row->place, reason);
}

/* --- one row -------------------------------------------------------------------------------------------------------------------- */

/* The UUID that stands for an id: itself in lower case, or one made of it. In the arena; without data when that refused. */
static struct eg_text uuid_of(struct eg_arena *arena, enum eg_record_table table, struct eg_text id)
{
    char lower[EG_UUID_TEXT_LEN];
    if (!eg_record_text_is(EG_RECORD_ID, id)) return eg_record_id_of(arena, eg_record_spec(table)->name, id);
    for (size_t i = 0; i < sizeof lower; i++)
        lower[i] = id.data[i] >= 'A' && id.data[i] <= 'F' ? (char)(id.data[i] - 'A' + 'a') : id.data[i];
    return eg_text_copy(arena, (struct eg_text){lower, sizeof lower});
}

static bool is_id(const struct eg_record_field *field)
{
    return field->type == EG_RECORD_ID || field->type == EG_RECORD_REFERENCE || field->type == EG_RECORD_LINK;
}

/* The table whose row an id names; EG_N_RECORD_TABLES where the row does not say. */
static enum eg_record_table target_of(const struct row *row, const struct eg_record_field *field)
{
    if (field->type == EG_RECORD_ID) return row->table;
    if (field->type == EG_RECORD_REFERENCE) return field->to;
    return eg_record_table_named(
        row->field[row->table == EG_RECORD_ATTRIBUTE ? (uint32_t)EG_ATTRIBUTE_LINK_ENTITY
                                                     : (uint32_t)EG_METADATA_RESOURCE_TYPE]);
}

static enum eg_status take_id(struct eg_intake *intake, struct row *row, uint32_t f, struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    struct eg_text given = row->field[f];
    enum eg_record_table target = target_of(row, &spec->fields[f]);
    if (given.len == 0 || (target == EG_N_RECORD_TABLES && !eg_record_text_is(EG_RECORD_ID, given)))
        return EG_OK;
    row->field[f] = uuid_of(intake->arena, target == EG_N_RECORD_TABLES ? row->table : target, given);
    if (!row->field[f].data) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
    if (f == 0 && !eg_record_text_is(EG_RECORD_ID, given))
        doubt(intake, row, "%s '%.*s' has no UUID for an id: %.*s stands for it", spec->name,
              EG_TEXT_SHOWN(given, SHOWN_BYTES), EG_TEXT_ARG(row->field[f]));
    return EG_OK;
}

static bool is_word(struct eg_text text, const char *const *words)
{
    for (; *words; words++)
        if (eg_text_equal(text, eg_text_from(*words))) return true;
    return false;
}

static bool has_form(const struct eg_record_field *field, struct eg_text text)
{
    return field->type == EG_RECORD_WORD ? is_word(text, field->words) : eg_record_text_is(field->type, text);
}

#define MENDED_BYTES 512U

/* Puts right what has not the form of its field, or another than it is written in, where there is one way to; whether it did. */
static bool put_right(const struct eg_record_field *field, struct eg_text text, char mended[MENDED_BYTES])
{
    bool is_end = strcmp(field->name, "valid_to") == 0 || strcmp(field->name, "until") == 0;
    bool is_url = field->type == EG_RECORD_URL || field->type == EG_RECORD_URI;
    if (field->type == EG_RECORD_NUMBER && strcmp(field->name, "amount") == 0)
        return eg_mend_amount(text, mended);
    if (strcmp(field->name, "currency") == 0) return eg_mend_currency(text, mended);
    if (field->type == EG_RECORD_DATE) return eg_mend_date(text, is_end, mended);
    if (!is_url || !eg_mend_url(text) || text.len + sizeof "https://" > MENDED_BYTES) return false;
    (void)snprintf(mended, MENDED_BYTES, "https://%.*s", EG_TEXT_ARG(text));
    return has_form(field, eg_text_from(mended));
}

/* Puts right, or leaves out, what may be left out and has not the form of its field. */
static enum eg_status mend(struct eg_intake *intake, struct row *row, uint32_t f, struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    const struct eg_record_field *field = &spec->fields[f];
    struct eg_text text = row->field[f];
    char mended[MENDED_BYTES];
    bool mendable = text.len > 0 && text.len <= EG_RECORD_FIELD_BYTES && eg_text_is_utf8(text) &&
                    !field->needed && field->type != EG_RECORD_ID;
    bool is_well = has_form(field, text), is_currency = strcmp(field->name, "currency") == 0;
    if (!mendable || (is_well && !is_currency)) return EG_OK;
    if (put_right(field, text, mended)) {
        row->field[f] = eg_text_copy(intake->arena, eg_text_from(mended));
        if (!row->field[f].data) return eg_error_no_memory(err, MENDED_BYTES);
        doubt(intake, row, "%s.%s '%.*s' is read as %s", spec->name, field->name,
              EG_TEXT_SHOWN(text, SHOWN_BYTES), mended);
        return EG_OK;
    }
    if (is_well) return EG_OK;
    static const char *const forms[] = {
        [EG_RECORD_TEXT] = "text",
        [EG_RECORD_ID] = "a UUID",
        [EG_RECORD_REFERENCE] = "a UUID",
        [EG_RECORD_LINK] = "a UUID",
        [EG_RECORD_NUMBER] = "a number",
        [EG_RECORD_DATE] = "a date (YYYY-MM-DD)",
        [EG_RECORD_DATE_TIME] = "a date and time with its offset from UTC (2026-01-31T09:30:00Z)",
        [EG_RECORD_WHEN] = "a date, or a date and time with its offset from UTC (2026-01-31T09:30:00Z)",
        [EG_RECORD_TIME] = "a time of day (HH:MM)",
        [EG_RECORD_URI] = "an address with its scheme (https://...)",
        [EG_RECORD_URL] = "an address of the web (https://...)",
        [EG_RECORD_EMAIL] = "an e-mail address",
        [EG_RECORD_WORD] = "one of the words that the standard has for it",
    };
    doubt(intake, row, "%s.%s '%.*s' is left out: it is not %s", spec->name, field->name,
          EG_TEXT_SHOWN(text, SHOWN_BYTES), forms[field->type]);
    row->field[f] = EG_TEXT("");
    return EG_OK;
}

/* What has its form, and may not have been meant. */
static void judge(struct eg_intake *intake, struct row *row)
{
    struct eg_record_doubt doubts[EG_RECORD_DOUBTS];
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    uint32_t n = eg_record_doubts(row->table, row->field, doubts);
    for (uint32_t i = 0; i < n && !row->rejected; i++) {
        char reason[EG_INTAKE_REASON_BYTES];
        bool is_out = doubts[i].grade == EG_DOUBT_LEFT_OUT,
             is_no_use = doubts[i].grade == EG_DOUBT_IMPOSSIBLE;
        struct eg_text *text = &row->field[doubts[i].field];
        (void)snprintf(reason, sizeof reason, "%s.%s '%.*s' %s%s", spec->name,
                       spec->fields[doubts[i].field].name, EG_TEXT_SHOWN(*text, SHOWN_BYTES),
                       doubts[i].is_wrong,
                       is_no_use ? ""
                       : is_out  ? ": it is left out"
                                 : "; it is kept as it is");
        if (is_no_use) reject(intake, row, reason);
        else tell(intake, EG_INTAKE_DOUBTFUL, &row->place, reason);
        if (is_out) *text = EG_TEXT("");
    }
    if (row->table != EG_RECORD_SERVICE || row->field[EG_SERVICE_KIND].len > 0 || intake->told_kinds) return;
    intake->told_kinds = true;
    doubt(intake, row, "service.kind is not given: this one, and others without it, are taken for services");
}

static enum eg_status copy_fields(struct eg_intake *intake, struct row *row, const struct eg_text *from,
                                  struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    row->field = eg_arena_array(intake->arena, spec->n_fields, sizeof *row->field);
    if (!row->field) return eg_error_no_memory(err, spec->n_fields * sizeof *row->field);
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        struct eg_text text = eg_text_trim_wide(from[f]);
        bool unstated =
            !spec->fields[f].needed && spec->fields[f].required && eg_text_equal(text, EG_RECORD_NOT_STATED);
        if (text.len == 0 || unstated) continue;
        row->field[f] = eg_text_copy(intake->arena, text);
        if (!row->field[f].data) return eg_error_no_memory(err, text.len);
    }
    return EG_OK;
}

static enum eg_status copy_place(struct eg_intake *intake, struct row *row,
                                 const struct eg_intake_place *place, struct eg_error *err)
{
    if (!eg_text_equal(intake->file, place->file)) intake->file = eg_text_copy(intake->arena, place->file);
    row->place =
        (struct eg_intake_place){intake->file, place->line, eg_text_copy(intake->arena, place->path)};
    bool whole =
        (place->file.len == 0 || intake->file.data) && (place->path.len == 0 || row->place.path.data);
    return whole ? EG_OK : eg_error_no_memory(err, place->path.len);
}

/* A row whose id came before: the two are one if neither contradicts the other. */
static void merge(struct eg_intake *intake, struct row *first, struct row *copy)
{
    const struct eg_record_spec *spec = eg_record_spec(copy->table);
    for (uint32_t f = 1; f < spec->n_fields; f++) {
        if (first->field[f].len == 0 || copy->field[f].len == 0 ||
            eg_text_equal(first->field[f], copy->field[f]))
            continue;
        char reason[EG_INTAKE_REASON_BYTES];
        (void)snprintf(reason, sizeof reason, "%s %.*s came before with another %s: '%.*s', not '%.*s'",
                       spec->name, EG_TEXT_ARG(copy->field[0]), spec->fields[f].name,
                       EG_TEXT_SHOWN(first->field[f], SHOWN_BYTES),
                       EG_TEXT_SHOWN(copy->field[f], SHOWN_BYTES));
        reject(intake, copy, reason);
        return;
    }
    for (uint32_t f = 1; f < spec->n_fields; f++)
        if (first->field[f].len == 0) first->field[f] = copy->field[f];
    if (!intake->copies_are_expected)
        doubt(intake, copy, "%s %.*s came before and says nothing else: it is taken once", spec->name,
              EG_TEXT_ARG(copy->field[0]));
}

/* Enters a good row among the others, unless its id is there. */
static enum eg_status enter(struct eg_intake *intake, struct row *row, struct eg_error *err)
{
    void *rows = intake->rows;
    uint32_t first = EG_TEXTMAP_NONE;
    if (!eg_memory_reserve(&rows, &intake->capacity, intake->n + 1, sizeof *row))
        return eg_error_no_memory(err, sizeof *row);
    intake->rows = rows;
    enum eg_status status =
        eg_textmap_put(intake->by_id[row->table], row->field[0], (uint32_t)intake->n, &first);
    if (status != EG_OK) return eg_error_no_memory(err, sizeof *row);
    if (first != EG_TEXTMAP_NONE) merge(intake, &intake->rows[first], row);
    else intake->rows[intake->n++] = *row;
    return EG_OK;
}

/* Whether there is nothing to say against the polygon of a row. */
static enum eg_status check_extent(const struct row *row, struct eg_error *fault)
{
    struct eg_geojson_rings rings;
    struct eg_text extent = row->field[EG_SERVICE_AREA_EXTENT];
    if (extent.len == 0 || !eg_text_equal(row->field[EG_SERVICE_AREA_EXTENT_TYPE], EG_TEXT("geojson")))
        return EG_OK;
    struct eg_arena *arena = eg_arena_new(EXTENT_CEILING_BYTES);
    enum eg_status status = arena ? eg_geojson_rings_read_sound(extent, arena, &rings, fault)
                                  : eg_error_no_memory(fault, EXTENT_CEILING_BYTES);
    eg_arena_free(arena);
    return status;
}

static enum eg_status check(const struct row *row, struct eg_error *fault)
{
    enum eg_status status = eg_record_check_incoming(row->table, row->field, fault);
    if (status == EG_OK && row->table == EG_RECORD_SERVICE_AREA) status = check_extent(row, fault);
    return status;
}

/* What the atlas does not have is kept all the same, since another load of the atlas may have it. */
static void check_areas(struct eg_intake *intake, const struct row *row)
{
    char reason[EG_INTAKE_REASON_BYTES];
    const struct eg_intake_sink *sink = &intake->sink;
    if (row->table != EG_RECORD_SERVICE_AREA || !sink->has_areas) return;
    if (!sink->has_areas(sink->context, row->field[EG_SERVICE_AREA_BOUNDARIES],
                         row->field[EG_SERVICE_AREA_AREA_CODES], reason))
        doubt(intake, row, "service_area: %s; it is kept, and not shown", reason);
}

enum eg_status eg_intake_add(struct eg_intake *intake, enum eg_record_table table,
                             const struct eg_text *field, const struct eg_intake_place *place,
                             struct eg_error *err)
{
    struct row row = {.table = table};
    struct eg_error fault = {0};
    if (intake->counts.n_rows >= EG_INTAKE_ROWS_MAX)
        return eg_error_set(err, EG_LIMIT, "more than %u rows; import them in parts", EG_INTAKE_ROWS_MAX);
    intake->counts.n_rows++;
    enum eg_status status = copy_fields(intake, &row, field, err);
    if (status == EG_OK) status = copy_place(intake, &row, place, err);
    uint32_t n_fields = eg_record_spec(table)->n_fields;
    for (uint32_t f = 0; f < n_fields && status == EG_OK; f++) {
        if (is_id(&eg_record_spec(table)->fields[f])) status = take_id(intake, &row, f, err);
        if (status == EG_OK) status = mend(intake, &row, f, err);
    }
    if (status != EG_OK) return status;
    status = check(&row, &fault);
    if (status == EG_NO_MEMORY) return eg_error_no_memory(err, 0);
    if (status != EG_OK) {
        reject(intake, &row, fault.message);
        return EG_OK;
    }
    judge(intake, &row);
    if (row.rejected) return EG_OK;
    check_areas(intake, &row);
    return enter(intake, &row, err);
}

/* --- references ----------------------------------------------------------------------------------------------------------------- */

static bool stands(const struct eg_intake *intake, enum eg_record_table table, struct eg_text id)
{
    uint32_t row = eg_textmap_get(intake->by_id[table], id);
    return row != EG_TEXTMAP_NONE && !intake->rows[row].rejected;
}

/* A telephone number and the like is nothing without somebody whose it is: whether this reference is the only one. */
static bool hangs_only_by(const struct row *row, uint32_t reference)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    bool hangs = row->table == EG_RECORD_PHONE || row->table == EG_RECORD_CONTACT ||
                 row->table == EG_RECORD_SCHEDULE || row->table == EG_RECORD_LANGUAGE ||
                 row->table == EG_RECORD_FUNDING;
    for (uint32_t f = 1; f < spec->n_fields; f++)
        hangs &= f == reference || spec->fields[f].type != EG_RECORD_REFERENCE || row->field[f].len == 0;
    return hangs;
}

/* Whether something changed. */
static bool settle_reference(struct eg_intake *intake, struct row *row, uint32_t f)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    const struct eg_record_field *field = &spec->fields[f];
    char reason[EG_INTAKE_REASON_BYTES];
    bool refers = field->type == EG_RECORD_REFERENCE ||
                  (field->type == EG_RECORD_LINK && row->table == EG_RECORD_ATTRIBUTE);
    if (!refers || row->field[f].len == 0) return false;
    enum eg_record_table target = target_of(row, field);
    bool falls = field->needed || hangs_only_by(row, f);
    if (target < EG_N_RECORD_TABLES && stands(intake, target, row->field[f])) return false;
    if (target == EG_N_RECORD_TABLES)
        (void)snprintf(reason, sizeof reason, "%s.%s '%.*s' is no table of HSDS", spec->name,
                       spec->fields[EG_ATTRIBUTE_LINK_ENTITY].name,
                       EG_TEXT_SHOWN(row->field[EG_ATTRIBUTE_LINK_ENTITY], SHOWN_BYTES));
    else
        (void)snprintf(reason, sizeof reason, "%s.%s names the %s %.*s, which is not there%s", spec->name,
                       field->name, eg_record_spec(target)->name, EG_TEXT_ARG(row->field[f]),
                       falls ? "" : ": it is left out");
    if (falls) {
        reject(intake, row, reason);
    } else {
        tell(intake, EG_INTAKE_DOUBTFUL, &row->place, reason);
        row->field[f] = EG_TEXT("");
    }
    return true;
}

/* A row that falls may take others with it, which came before or after: again until nothing falls. */
static enum eg_status settle(struct eg_intake *intake, struct eg_error *err)
{
    bool changed = true;
    for (uint32_t pass = 0; changed; pass++) {
        if (pass > PASSES_MAX)
            return eg_error_set(err, EG_LIMIT,
                                "rows that hang on one another, more than %u in a chain, hang on "
                                "one that is not there",
                                PASSES_MAX);
        changed = false;
        for (size_t i = 0; i < intake->n; i++) {
            struct row *row = &intake->rows[i];
            uint32_t n_fields = eg_record_spec(row->table)->n_fields;
            for (uint32_t f = 1; f < n_fields && !row->rejected; f++)
                changed |= settle_reference(intake, row, f);
        }
    }
    return EG_OK;
}

/* A line of metadata that was made of a service's assured_date says nothing more than that, which came with it. */
static bool is_made_line(const struct eg_intake *intake, const struct row *row)
{
    if (row->table != EG_RECORD_METADATA) return false;
    uint32_t number = eg_textmap_get(intake->by_id[EG_RECORD_SERVICE], row->field[EG_METADATA_RESOURCE_ID]);
    if (number == EG_TEXTMAP_NONE || intake->rows[number].rejected) return false;
    const struct eg_text *service = intake->rows[number].field;
    struct eg_record line = {row->table, row->field};
    return service[EG_SERVICE_ASSURED_DATE].len > 0 && eg_record_is_review_line(&line, service[0]);
}

enum eg_status eg_intake_finish(struct eg_intake *intake, struct eg_records **records_out,
                                struct eg_error *err)
{
    struct eg_records_builder *builder = NULL;
    enum eg_status status = settle(intake, err);
    if (status == EG_OK) status = eg_records_builder_new(&builder, err);
    for (size_t i = 0; i < intake->n && status == EG_OK; i++)
        if (!intake->rows[i].rejected && !is_made_line(intake, &intake->rows[i]))
            status = eg_records_add(builder, intake->rows[i].table, intake->rows[i].field, err);
    if (status == EG_OK) status = eg_records_finish(builder, records_out, err);
    eg_records_builder_free(builder);
    return status;
}
