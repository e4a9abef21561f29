/* A row of a flat format shows the first telephone, the first grant, the codes of one boundary set; whoever edits a cell of it means that one
 * and has not seen the others. So a telephone's number is laid over the first telephone that is shown, with its type and description as
 * they were, and so is a grant; codes that stay are left to the rows that have them; languages are known by their names. Lists are short:
 * each item is looked up among the others. */
#include <string.h>

#include "data/directory_import_internal.h"

/* --- telephones ------------------------------------------------------------------------------------------------------------------- */

static void put_phone(struct eg_planning *planning, const struct eg_record *row)
{
    struct eg_record_rows phones = eg_records_rows(planning->base, EG_RECORD_PHONE, EG_PHONE_SERVICE_ID,
                                                   row->field[EG_PHONE_SERVICE_ID]);
    const struct eg_record *first = NULL, *same = NULL;
    for (uint32_t i = 0; i < phones.n; i++) {
        if (eg_record_is_private(planning->base, phones.at[i])) continue;
        if (!first) first = phones.at[i];
        if (!same && eg_text_equal(phones.at[i]->field[EG_PHONE_NUMBER], row->field[EG_PHONE_NUMBER]))
            same = phones.at[i];
    }
    if (first && first == same) return;
    struct eg_text *over = eg_planning_laid_over(planning, row, first);
    if (!over) return;
    over[0] = first ? first->field[0] : eg_planning_free_id(planning, EG_RECORD_PHONE, row->field[0]);
    bool is_exchange = same && !eg_records_has_referring(planning->base, EG_RECORD_PHONE, first->field[0]) &&
                       !eg_records_has_referring(planning->base, EG_RECORD_PHONE, same->field[0]);
    if (is_exchange) { /* it is to be the first: no number is lost by that */
        struct eg_text *other = eg_planning_laid_over(planning, same, NULL);
        if (!other) return;
        memcpy(over, same->field, EG_PHONE_N_FIELDS * sizeof *over);
        memcpy(other, first->field, EG_PHONE_N_FIELDS * sizeof *other);
        over[0] = first->field[0];
        other[0] = same->field[0];
        eg_planning_put(planning, (struct eg_record){EG_RECORD_PHONE, other}, same);
    }
    eg_planning_put(planning, (struct eg_record){EG_RECORD_PHONE, over}, first);
}

/* --- grants ------------------------------------------------------------------------------------------------------------------------ */

/* Of an entry that has a grant and takes place on some day, one date is shown: what the schedule says is not said of the grant, too. */
static bool is_day_of_schedule(const struct eg_planning *planning, struct eg_text service, struct eg_text day,
                               bool is_start)
{
    struct eg_record_rows rows =
        eg_records_rows(planning->base, EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_ID, service);
    for (uint32_t i = 0; i < rows.n; i++) {
        const struct eg_text *field = rows.at[i]->field;
        struct eg_text said = field[is_start ? EG_SCHEDULE_DTSTART : EG_SCHEDULE_UNTIL];
        if (said.len == 0) said = field[is_start ? EG_SCHEDULE_VALID_FROM : EG_SCHEDULE_VALID_TO];
        if (field[EG_SCHEDULE_FREQ].len == 0 && eg_text_equal(said, day)) return true;
    }
    return false;
}

static void put_funding(struct eg_planning *planning, const struct eg_record *row)
{
    struct eg_text service = row->field[EG_FUNDING_SERVICE_ID];
    struct eg_record_rows fundings =
        eg_records_rows(planning->base, EG_RECORD_FUNDING, EG_FUNDING_SERVICE_ID, service);
    const struct eg_record *first = fundings.n > 0 ? fundings.at[0] : NULL;
    struct eg_text *over = eg_planning_laid_over(planning, row, first);
    if (!over) return;
    over[0] = first ? first->field[0] : eg_planning_free_id(planning, EG_RECORD_FUNDING, row->field[0]);
    bool had_from = first && first->field[EG_FUNDING_VALID_FROM].len > 0;
    bool had_to = first && first->field[EG_FUNDING_VALID_TO].len > 0;
    if (!had_from && is_day_of_schedule(planning, service, over[EG_FUNDING_VALID_FROM], true))
        over[EG_FUNDING_VALID_FROM] = EG_TEXT("");
    if (!had_to && is_day_of_schedule(planning, service, over[EG_FUNDING_VALID_TO], false))
        over[EG_FUNDING_VALID_TO] = EG_TEXT("");
    /* Another funder has not this one's number. */
    if (first && row->field[EG_FUNDING_SOURCE_IDENTIFIER].len == 0 &&
        !eg_text_equal(over[EG_FUNDING_SOURCE], first->field[EG_FUNDING_SOURCE]))
        over[EG_FUNDING_SOURCE_IDENTIFIER] = EG_TEXT("");
    eg_planning_put(planning, (struct eg_record){EG_RECORD_FUNDING, over}, first);
}

/* --- languages --------------------------------------------------------------------------------------------------------------------- */

static struct eg_text language_shown(const struct eg_record *row)
{
    struct eg_text name = row->field[EG_LANGUAGE_NAME];
    return name.len > 0 ? name : row->field[EG_LANGUAGE_CODE];
}

static bool has_language(const struct eg_records *records, struct eg_text service, struct eg_text language)
{
    struct eg_record_rows rows =
        eg_records_rows(records, EG_RECORD_LANGUAGE, EG_LANGUAGE_SERVICE_ID, service);
    for (uint32_t i = 0; i < rows.n; i++)
        if (!eg_record_is_private(records, rows.at[i]) &&
            eg_text_equal_any_case(language_shown(rows.at[i]), language))
            return true;
    return false;
}

static void put_language(struct eg_planning *planning, const struct eg_record *row)
{
    if (has_language(planning->base, row->field[EG_LANGUAGE_SERVICE_ID], language_shown(row))) return;
    struct eg_text *over = eg_planning_laid_over(planning, row, NULL);
    if (!over) return;
    over[0] = eg_planning_free_id(planning, EG_RECORD_LANGUAGE, row->field[0]);
    eg_planning_put(planning, (struct eg_record){EG_RECORD_LANGUAGE, over}, NULL);
}

/* --- areas ------------------------------------------------------------------------------------------------------------------------- */

/* What a row says of an area, and the rows that it says it of. */
struct area {
    struct eg_record_rows rows;
    const struct eg_record *told;
    struct eg_text boundaries;                         /* of the codes that were shown */
    const struct eg_record *with_codes, *with_polygon; /* which take what is told; NULL: a new row */
};

static bool has_polygon(const struct eg_record *row)
{
    return row->field[EG_SERVICE_AREA_EXTENT].len > 0 &&
           eg_text_equal(row->field[EG_SERVICE_AREA_EXTENT_TYPE], EG_TEXT("geojson"));
}

static bool tells_codes(const struct area *area)
{
    return area->told->field[EG_SERVICE_AREA_AREA_CODES].len > 0;
}

static bool is_of_set(const struct eg_record *row, struct eg_text boundaries)
{
    return row->field[EG_SERVICE_AREA_AREA_CODES].len > 0 &&
           eg_text_equal(row->field[EG_SERVICE_AREA_BOUNDARIES], boundaries);
}

static struct area area_of(const struct eg_planning *planning, const struct eg_record *told)
{
    struct area area = {.told = told, .boundaries = told->field[EG_SERVICE_AREA_BOUNDARIES]};
    area.rows = eg_records_rows(planning->base, EG_RECORD_SERVICE_AREA, EG_SERVICE_AREA_SERVICE_ID,
                                told->field[EG_SERVICE_AREA_SERVICE_ID]);
    const struct eg_record *any_codes = NULL, *own = NULL;
    for (uint32_t i = area.rows.n; i-- > 0;) {
        const struct eg_record *row = area.rows.at[i];
        if (is_of_set(row, area.boundaries)) area.with_codes = row;
        if (row->field[EG_SERVICE_AREA_AREA_CODES].len > 0) any_codes = row;
        if (has_polygon(row)) area.with_polygon = row;
        if (eg_text_equal(row->field[0], told->field[0])) own = row;
    }
    if (!area.with_codes && any_codes) { /* of another set from now on */
        area.boundaries = any_codes->field[EG_SERVICE_AREA_BOUNDARIES];
        area.with_codes = any_codes;
    }
    if (!area.with_codes) area.with_codes = own;
    if (!area.with_polygon) area.with_polygon = own;
    return area;
}

static bool has_code(struct eg_text codes, struct eg_text wanted)
{
    struct eg_text code;
    while (codes.len > 0) {
        codes = eg_text_cut(codes, ';', &code);
        if (eg_text_equal(eg_text_trim(code), wanted)) return true;
    }
    return false;
}

/* Appends those of `codes` that `in` has, or those that it has not. */
static void append_codes(struct eg_text codes, struct eg_text in, bool wanted, struct eg_buffer *out)
{
    struct eg_text code;
    while (codes.len > 0) {
        codes = eg_text_cut(codes, ';', &code);
        code = eg_text_trim(code);
        if (code.len > 0 && has_code(in, code) == wanted) eg_buffer_part(out, code, ";");
    }
}

/* Those that are told and that no row of the set had. */
static void append_new_codes(const struct area *area, struct eg_text told, struct eg_buffer *out)
{
    struct eg_text code;
    while (told.len > 0) {
        bool had = false;
        told = eg_text_cut(told, ';', &code);
        code = eg_text_trim(code);
        for (uint32_t i = 0; i < area->rows.n && !had; i++)
            had = is_of_set(area->rows.at[i], area->told->field[EG_SERVICE_AREA_BOUNDARIES]) &&
                  has_code(area->rows.at[i]->field[EG_SERVICE_AREA_AREA_CODES], code);
        if (code.len > 0 && !had) eg_buffer_part(out, code, ";");
    }
}

/* The codes that a row has from now on: those of its own that are told, and those that no row had, if it is the row for them. */
static struct eg_text codes_after(struct eg_planning *planning, const struct area *area,
                                  const struct eg_record *row)
{
    struct eg_text told = area->told->field[EG_SERVICE_AREA_AREA_CODES],
                   now = row->field[EG_SERVICE_AREA_AREA_CODES], text = EG_TEXT("");
    struct eg_buffer codes, gone;
    bool is_of_told = is_of_set(row, area->told->field[EG_SERVICE_AREA_BOUNDARIES]);
    eg_buffer_init(&codes, 0), eg_buffer_init(&gone, 0);
    if (is_of_told) append_codes(now, told, true, &codes);
    if (is_of_told) append_codes(now, told, false, &gone);
    size_t len = codes.len;
    if (row == area->with_codes) append_new_codes(area, told, &codes);
    bool is_same = is_of_told && gone.len == 0 && codes.len == len;
    planning->failed |= codes.failed || gone.failed;
    if (is_same) text = now; /* as it is written */
    else if (codes.len > 0) text = eg_text_copy(planning->arena, (struct eg_text){codes.data, codes.len});
    planning->failed |= codes.len > 0 && !text.data;
    eg_buffer_clear(&codes), eg_buffer_clear(&gone);
    return text;
}

/* What a row says once the area is as told; NULL when memory is refused. */
static struct eg_text *area_after(struct eg_planning *planning, const struct area *area,
                                  const struct eg_record *row)
{
    struct eg_text *field = eg_planning_laid_over(planning, row, NULL);
    if (!field) return NULL;
    bool has_codes = row == area->with_codes || is_of_set(row, area->boundaries);
    if (tells_codes(area) && has_codes) {
        field[EG_SERVICE_AREA_AREA_CODES] = codes_after(planning, area, row);
        field[EG_SERVICE_AREA_BOUNDARIES] = area->told->field[EG_SERVICE_AREA_BOUNDARIES];
        if (field[EG_SERVICE_AREA_AREA_CODES].len == 0) field[EG_SERVICE_AREA_BOUNDARIES] = EG_TEXT("");
    }
    if (has_polygon(area->told) && (row == area->with_polygon || has_polygon(row))) {
        bool takes = row == area->with_polygon;
        field[EG_SERVICE_AREA_EXTENT] = takes ? area->told->field[EG_SERVICE_AREA_EXTENT] : EG_TEXT("");
        field[EG_SERVICE_AREA_EXTENT_TYPE] = takes ? EG_TEXT("geojson") : EG_TEXT("");
    }
    return field;
}

static bool is_without_area(const struct eg_text *field)
{
    return field[EG_SERVICE_AREA_AREA_CODES].len + field[EG_SERVICE_AREA_EXTENT].len == 0;
}

/* Said nothing of where before either: a name, or the address of a map. */
static bool loses_area(const struct eg_record *row, const struct eg_text *after)
{
    return !is_without_area(row->field) && is_without_area(after);
}

static bool drops_area(struct eg_planning *planning, const struct eg_record *row, struct eg_text service)
{
    struct eg_record_rows told =
        eg_records_rows(planning->imported, EG_RECORD_SERVICE_AREA, EG_SERVICE_AREA_SERVICE_ID, service);
    struct area area = area_of(planning, told.at[0]);
    if (row == area.with_codes || row == area.with_polygon) return false;
    const struct eg_text *after = area_after(planning, &area, row);
    return after && loses_area(row, after);
}

static void put_area(struct eg_planning *planning, const struct eg_record *told)
{
    struct area area = area_of(planning, told);
    for (uint32_t i = 0; i < area.rows.n; i++) {
        const struct eg_record *row = area.rows.at[i];
        struct eg_text *after = area_after(planning, &area, row);
        bool takes = row == area.with_codes || row == area.with_polygon;
        bool is_referred_to = eg_records_has_referring(planning->base, row->table, row->field[0]);
        if (after && (takes || is_referred_to || !loses_area(row, after)))
            eg_planning_put(planning, (struct eg_record){row->table, after}, row);
    }
    bool has_new_codes = tells_codes(&area) && !area.with_codes;
    bool has_new_polygon = has_polygon(told) && !area.with_polygon;
    if (!has_new_codes && !has_new_polygon) return;
    struct eg_text *field = eg_planning_laid_over(planning, told, NULL);
    if (!field) return;
    field[0] = eg_planning_free_id(planning, EG_RECORD_SERVICE_AREA, told->field[0]);
    if (!has_new_codes) field[EG_SERVICE_AREA_AREA_CODES] = field[EG_SERVICE_AREA_BOUNDARIES] = EG_TEXT("");
    if (!has_new_polygon) field[EG_SERVICE_AREA_EXTENT] = field[EG_SERVICE_AREA_EXTENT_TYPE] = EG_TEXT("");
    eg_planning_put(planning, (struct eg_record){EG_RECORD_SERVICE_AREA, field}, NULL);
}

/* --- all ----------------------------------------------------------------------------------------------------------------------------- */

bool eg_planning_put_listed(struct eg_planning *planning, const struct eg_record *row)
{
    switch (row->table) {
    case EG_RECORD_PHONE:
        if (row->field[EG_PHONE_SERVICE_ID].len == 0) return false; /* of a further place, which is new */
        put_phone(planning, row);
        return true;
    case EG_RECORD_FUNDING:
        put_funding(planning, row);
        return true;
    case EG_RECORD_LANGUAGE:
        put_language(planning, row);
        return true;
    case EG_RECORD_SERVICE_AREA:
        put_area(planning, row);
        return true;
    case EG_RECORD_SCHEDULE:
        eg_planning_put_schedule(planning, row);
        return true;
    default:
        return false;
    }
}

bool eg_planning_drops_listed(struct eg_planning *planning, const struct eg_record *row,
                              struct eg_text service)
{
    switch (row->table) {
    case EG_RECORD_LANGUAGE:
        return !has_language(planning->imported, service, language_shown(row));
    case EG_RECORD_SERVICE_AREA:
        return drops_area(planning, row, service);
    case EG_RECORD_SCHEDULE:
        return eg_planning_drops_schedule(planning, row, service);
    default:
        return false;
    }
}
