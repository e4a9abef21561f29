/* What a row says that nobody may have meant. It is told; what no entry can have is left out. */
#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "data/entry_flat_internal.h"
#include "data/entry_records.h"
#include "data/record_doubts.h"
#include "data/schedule.h"

static void doubt_controls(struct eg_flat_intake *intake, const struct eg_text *cells,
                           const struct eg_intake_place *place)
{
    for (unsigned column = 0; column < EG_N_FLAT_COLUMNS; column++) {
        size_t i = eg_doubt_control(cells[column]);
        if (i < cells[column].len)
            eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                           "the %s has a control character (U+%04X); it is kept as it is",
                           eg_flat_column_name(column), (unsigned)(unsigned char)cells[column].data[i]);
    }
}

static void doubt_position(struct eg_flat_intake *intake, const struct eg_entry *entry,
                           const struct eg_text *cells, const struct eg_intake_place *place)
{
    bool is_given = cells[EG_ENTRY_LONGITUDE].len > 0 && cells[EG_ENTRY_LATITUDE].len > 0;
    if (is_given && !entry->has_position)
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the position 0,0 is left out: other programs write it for an unknown one");
}

/* As people and spreadsheets write it. */
static void read_money(struct eg_flat_intake *intake, struct eg_entry *entry, struct eg_arena *arena,
                       const struct eg_intake_place *place)
{
    double amount;
    char digits[EG_AMOUNT_BYTES];
    struct eg_text given = entry->field[EG_ENTRY_AMOUNT];
    if (given.len == 0 || eg_text_to_double(given, &amount) || !eg_mend_amount(given, digits)) return;
    struct eg_text read = eg_text_copy(arena, eg_text_from(digits));
    if (!read.data) return; /* it is told as no number, then */
    entry->field[EG_ENTRY_AMOUNT] = read;
    eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "the amount '%.*s' is read as %s",
                   EG_TEXT_SHOWN(given, 40), digits);
}

/* "2019" is its first or last day, "2019-01-31T09:30" its day. */
static void read_dates(struct eg_flat_intake *intake, struct eg_entry *entry, struct eg_arena *arena,
                       const struct eg_intake_place *place)
{
    static const enum eg_entry_field dates[] = {EG_ENTRY_START, EG_ENTRY_END, EG_ENTRY_LAST_REVIEWED};
    for (size_t i = 0; i < EG_ARRAY_LEN(dates); i++) {
        char date[EG_DATE_BYTES];
        struct eg_text given = entry->field[dates[i]];
        if (!eg_mend_date(given, dates[i] == EG_ENTRY_END, date)) continue;
        struct eg_text read = eg_text_copy(arena, eg_text_from(date));
        if (!read.data) return; /* what comes after is refused memory, too */
        entry->field[dates[i]] = read;
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "the %s '%.*s' is read as %s",
                       eg_entry_field_name(dates[i]), EG_TEXT_SHOWN(given, 40), date);
    }
}

/* When a grant was awarded: a day, and no other text. */
static void read_award(struct eg_flat_intake *intake, struct eg_entry *entry, struct eg_arena *arena,
                       const struct eg_intake_place *place)
{
    char date[EG_DATE_BYTES];
    struct eg_text given = entry->giving[EG_GIVING_AWARD_DATE], *award = &entry->giving[EG_GIVING_AWARD_DATE];
    if (given.len == 0 || eg_record_text_is(EG_RECORD_DATE, given)) return;
    if (!eg_mend_date(given, false, date)) {
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the award_date '%.*s' is left out: it is no date (YYYY-MM-DD)",
                       EG_TEXT_SHOWN(given, 40));
        *award = EG_TEXT("");
        return;
    }
    *award = eg_text_copy(arena, eg_text_from(date));
    if (!award->data) *award = EG_TEXT(""); /* what comes after is refused memory, too */
    eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "the award_date '%.*s' is read as %s",
                   EG_TEXT_SHOWN(given, 40), date);
}

static void doubt_amount(struct eg_flat_intake *intake, struct eg_entry *entry,
                         const struct eg_intake_place *place)
{
    struct eg_text *text = &entry->field[EG_ENTRY_AMOUNT];
    if (!eg_doubt_amount(*text)) return;
    eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "the amount '%.*s' is left out: it is below zero",
                   EG_TEXT_SHOWN(*text, 40));
    *text = EG_TEXT("");
}

/* Kept: who reads it may know what is meant. */
static void doubt_texts(struct eg_flat_intake *intake, const struct eg_entry *entry,
                        const struct eg_intake_place *place)
{
    struct eg_text currency = entry->field[EG_ENTRY_CURRENCY], phone = entry->field[EG_ENTRY_PHONE];
    if (eg_doubt_currency(currency))
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the currency '%.*s' is none of ISO 4217 such as GBP; it is kept as it is",
                       EG_TEXT_SHOWN(currency, 40));
    if (eg_doubt_future(entry->field[EG_ENTRY_LAST_REVIEWED]))
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the last_reviewed '%.*s' is in the future; it is kept as it is",
                       EG_TEXT_SHOWN(entry->field[EG_ENTRY_LAST_REVIEWED], 40));
    if (eg_doubt_phone(phone))
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the phone '%.*s' has fewer than three digits; it is kept as it is",
                       EG_TEXT_SHOWN(phone, 40));
}

void eg_flat_read_currency(struct eg_flat_intake *intake, struct eg_entry *entry,
                           const struct eg_entry *known, struct eg_arena *arena,
                           const struct eg_intake_place *place)
{
    char code[EG_CURRENCY_BYTES];
    struct eg_text given = entry->field[EG_ENTRY_CURRENCY];
    if (known && eg_text_equal(given, known->field[EG_ENTRY_CURRENCY])) return;
    if (!eg_mend_currency(given, code)) return;
    struct eg_text read = eg_text_copy(arena, eg_text_from(code));
    if (!read.data) return; /* what comes after is refused memory, too */
    entry->field[EG_ENTRY_CURRENCY] = read;
    eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "the currency '%.*s' is read as %s",
                   EG_TEXT_SHOWN(given, 40), code);
}

void eg_flat_doubt_period(struct eg_flat_intake *intake, const struct eg_entry *entry,
                          const struct eg_intake_place *place)
{
    struct eg_text start = entry->field[EG_ENTRY_START], end = entry->field[EG_ENTRY_END];
    if (eg_doubt_period(start, end))
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the end '%.*s' is before the start '%.*s'; both are kept", EG_TEXT_SHOWN(end, 40),
                       EG_TEXT_SHOWN(start, 40));
}

static bool is_funded(const struct eg_entry *entry)
{
    return entry->field[EG_ENTRY_FUNDER].len > 0 || entry->field[EG_ENTRY_AMOUNT].len > 0 ||
           entry->giving[EG_GIVING_AWARD_DATE].len > 0 || entry->giving[EG_GIVING_FUNDER_ID].len > 0;
}

/* Of hours that can be worked out. */
static bool is_day_of(struct eg_text hours, struct eg_text date)
{
    struct eg_schedule schedules[EG_SCHEDULE_HOURS_MAX], day;
    uint32_t n, i = 0;
    if (!eg_schedules_from_dated_hours(hours, schedules, &n) ||
        !eg_schedule_from_dates(date, EG_TEXT(""), &day))
        return false;
    while (i < n && (schedules[i].freq != EG_SCHEDULE_DAILY || schedules[i].first_day != day.first_day)) i++;
    return i < n;
}

void eg_flat_read_days(struct eg_flat_intake *intake, struct eg_entry *entry, const struct eg_entry *known,
                       struct eg_text words, const struct eg_intake_place *place)
{
    static const enum eg_entry_field dates[] = {EG_ENTRY_START, EG_ENTRY_END};
    struct eg_text hours = eg_entry_hours_without(entry->field[EG_ENTRY_HOURS], words);
    if (!eg_entry_hours_have_days(hours) || is_funded(entry) || (known && is_funded(known))) return;
    for (size_t i = 0; i < EG_ARRAY_LEN(dates); i++) {
        struct eg_text date = entry->field[dates[i]];
        if (date.len > 0 && !is_day_of(hours, date))
            eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                           "the %s '%.*s' is left out: it is none of the days that its hours have",
                           eg_entry_field_name(dates[i]), EG_TEXT_SHOWN(date, 40));
        if (known) entry->field[dates[i]] = known->field[dates[i]];
    }
}

void eg_flat_doubt_hours(struct eg_flat_intake *intake, const struct eg_entry *entry, struct eg_text words,
                         const struct eg_intake_place *place)
{
    struct eg_schedule schedules[EG_SCHEDULE_HOURS_MAX];
    uint32_t n;
    struct eg_text hours = eg_entry_hours_without(entry->field[EG_ENTRY_HOURS], words);
    if (hours.len == 0 || eg_schedules_from_dated_hours(hours, schedules, &n)) return;
    eg_flat_remark(
        intake, EG_INTAKE_DOUBTFUL, place,
        "the hours '%.*s' cannot be worked out: they are kept as a text, and nobody is told when it "
        "is open",
        EG_TEXT_SHOWN(hours, 60));
}

/* Farther than an address is put right: about a kilometre. */
static bool is_elsewhere(const struct eg_entry *a, const struct eg_entry *b)
{
    if (!a->has_position || !b->has_position) return false;
    return fabs(a->lon_deg - b->lon_deg) > 0.01 || fabs(a->lat_deg - b->lat_deg) > 0.01;
}

void eg_flat_doubt_identity(struct eg_flat_intake *intake, const struct eg_entry *entry,
                            enum eg_entry_kind kind, const struct eg_entry *known,
                            const struct eg_intake_place *place)
{
    struct eg_text was = known->field[EG_ENTRY_NAME];
    if (eg_text_equal_any_case(entry->field[EG_ENTRY_NAME], was)) return;
    if (kind == known->kind && !is_elsewhere(entry, known)) return;
    eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                   "the key '%.*s' is that of '%.*s' in the directory, which the row makes another (%s)",
                   EG_TEXT_SHOWN(entry->field[EG_ENTRY_KEY], 40), EG_TEXT_SHOWN(was, 60),
                   kind == known->kind ? "name and position" : "name and kind");
}

void eg_flat_doubt(struct eg_flat_intake *intake, struct eg_entry *entry, const struct eg_text *cells,
                   struct eg_arena *arena, const struct eg_intake_place *place)
{
    doubt_controls(intake, cells, place);
    doubt_position(intake, entry, cells, place);
    read_money(intake, entry, arena, place);
    read_dates(intake, entry, arena, place);
    read_award(intake, entry, arena, place);
    doubt_amount(intake, entry, place);
    doubt_texts(intake, entry, place);
}

void eg_flat_doubt_header(struct eg_flat_intake *intake, const bool *seen,
                          const struct eg_intake_place *place)
{
    if (!seen[EG_ENTRY_KEY])
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "there is no column 'Identifier': a grant is known by its title and place");
    if (!seen[EG_ENTRY_AMOUNT])
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "there is no column 'Amount Awarded': grants come without an amount");
}

void eg_flat_doubt_grant(struct eg_flat_intake *intake, const bool *seen, const struct eg_text *cells,
                         const struct eg_intake_place *place)
{
    if (seen[EG_ENTRY_KEY] && cells[EG_ENTRY_KEY].len == 0)
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the grant has no Identifier: it is known by its title and place");
    if (seen[EG_ENTRY_AMOUNT] && cells[EG_ENTRY_AMOUNT].len == 0)
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the grant has no Amount Awarded: it comes without an amount");
}
