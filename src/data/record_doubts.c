/* Tables with money or with a period are listed below by their fields; the rest are single rules. */
#include "data/record_doubts.h"

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "data/schedule.h"

#define DATE_LEN 10U
#define DIGITS_OF_PHONE 3U

/* --- texts -------------------------------------------------------------------------------------------------------------------------- */

/* Line breaks and tabs belong to texts. */
static bool is_control(unsigned char byte)
{
    return (byte < ' ' && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F;
}

size_t eg_doubt_control(struct eg_text text)
{
    size_t i = 0;
    while (i < text.len && !is_control((unsigned char)text.data[i])) i++;
    return i;
}

bool eg_doubt_amount(struct eg_text amount)
{
    double number;
    return eg_text_to_double(amount, &number) && number < 0;
}

bool eg_doubt_currency(struct eg_text currency)
{
    bool is_code = currency.len == 3, is_none = true;
    for (size_t i = 0; i < currency.len && is_code; i++) {
        char c = currency.data[i];
        is_code = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        is_none &= c == 'X' || c == 'x';
    }
    is_code = is_code && !is_none && !eg_text_equal_any_case(currency, EG_TEXT("XTS"));
    return currency.len > 0 && !is_code;
}

static bool begins_with_year(struct eg_text text)
{
    return text.len >= 4 && eg_text_is_digits((struct eg_text){text.data, 4});
}

bool eg_doubt_period(struct eg_text start, struct eg_text end)
{
    size_t len = start.len < end.len ? start.len : end.len;
    if (len > DATE_LEN) len = DATE_LEN;
    return begins_with_year(start) && begins_with_year(end) && memcmp(end.data, start.data, len) < 0;
}

bool eg_doubt_phone(struct eg_text number)
{
    uint32_t n = 0;
    for (size_t i = 0; i < number.len; i++) n += number.data[i] >= '0' && number.data[i] <= '9';
    return number.len > 0 && n < DIGITS_OF_PHONE;
}

bool eg_doubt_future(struct eg_text date)
{
    int64_t day, today = eg_clock_unix_s() / 86400 + eg_calendar_day(1970, 1, 1);
    return eg_calendar_parse_date(date, &day) && day > today + 1;
}

bool eg_mend_currency(struct eg_text text, char code_out[EG_CURRENCY_BYTES])
{
    bool has_small = false;
    if (text.len + 1 != EG_CURRENCY_BYTES) return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool is_small = c >= 'a' && c <= 'z';
        if (!is_small && (c < 'A' || c > 'Z')) return false;
        code_out[i] = is_small ? (char)(c - 'a' + 'A') : c;
        has_small |= is_small;
    }
    code_out[text.len] = '\0';
    return has_small;
}

static struct eg_text without_sign(struct eg_text text)
{
    static const char *const signs[] = {"\xc2\xa3", "$", "\xe2\x82\xac"}; /* of pounds, dollars, euros */
    for (size_t i = 0; i < EG_ARRAY_LEN(signs); i++) {
        size_t len = strlen(signs[i]);
        if (eg_text_starts_with(text, eg_text_from(signs[i])))
            return eg_text_trim((struct eg_text){text.data + len, text.len - len});
    }
    return text;
}

/* "10,000", "1,234,567.50", "10000": digits, in groups of three if there are commas, and two decimals or none. */
bool eg_mend_amount(struct eg_text text, char digits_out[EG_AMOUNT_BYTES])
{
    size_t len = 0;
    bool is_first = true;
    text = without_sign(text);
    struct eg_text whole, pence = eg_text_cut(text, '.', &whole), group;
    if (text.len >= EG_AMOUNT_BYTES || (pence.data && (pence.len != 2 || !eg_text_is_digits(pence))))
        return false;
    do {
        bool has_comma;
        whole = eg_text_cut(whole, ',', &group);
        has_comma = !is_first || whole.data;
        if (group.len == 0 || !eg_text_is_digits(group)) return false;
        if (has_comma && (is_first ? group.len > 3 : group.len != 3)) return false;
        memcpy(digits_out + len, group.data, group.len);
        len += group.len;
        is_first = false;
    } while (whole.data);
    (void)snprintf(digits_out + len, EG_AMOUNT_BYTES - len, "%s%.*s", pence.data ? "." : "",
                   EG_TEXT_ARG(pence));
    return true;
}

bool eg_mend_url(struct eg_text text)
{
    size_t dots = 0, i = 0;
    for (; i < text.len && text.data[i] != '/'; i++) {
        char c = text.data[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                    c == '.';
        if (!good) return false;
        dots += c == '.';
    }
    return dots > 0 && i > 3 && text.data[0] != '.' && text.data[i - 1] != '.';
}

bool eg_mend_date(struct eg_text text, bool is_end, char date_out[EG_DATE_BYTES])
{
    bool is_year = text.len == 4 && eg_text_is_digits(text);
    bool is_time = text.len > DATE_LEN + 2 && (text.data[DATE_LEN] == 'T' || text.data[DATE_LEN] == ' ') &&
                   eg_text_is_digits((struct eg_text){text.data + DATE_LEN + 1, 2});
    if (!is_year && !is_time) return false;
    (void)snprintf(date_out, EG_DATE_BYTES, "%.*s%s", is_year ? 4 : (int)DATE_LEN, text.data,
                   is_time  ? ""
                   : is_end ? "-12-31"
                            : "-01-01");
    return eg_record_text_is(EG_RECORD_DATE, eg_text_from(date_out));
}

/* --- records ------------------------------------------------------------------------------------------------------------------------ */

struct judging {
    const struct eg_text *field;
    struct eg_record_doubt *doubts;
    uint32_t n;
};

static void doubt(struct judging *judging, uint32_t field, enum eg_doubt_grade grade, bool is_fault,
                  const char *is_wrong)
{
    if (judging->n < EG_RECORD_DOUBTS)
        judging->doubts[judging->n++] = (struct eg_record_doubt){field, grade, is_fault, is_wrong};
}

static const struct {
    enum eg_record_table table;
    uint32_t amount, currency;
} with_money[] = {
    {EG_RECORD_FUNDING, EG_FUNDING_AMOUNT, EG_FUNDING_CURRENCY},
    {EG_RECORD_COST_OPTION, EG_COST_OPTION_AMOUNT, EG_COST_OPTION_CURRENCY},
};

static void judge_money(struct judging *judging, enum eg_record_table table)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(with_money); i++) {
        if (with_money[i].table != table) continue;
        if (eg_doubt_amount(judging->field[with_money[i].amount]))
            doubt(judging, with_money[i].amount, EG_DOUBT_LEFT_OUT, true, "is below zero");
        if (eg_doubt_currency(judging->field[with_money[i].currency]))
            doubt(judging, with_money[i].currency, EG_DOUBT_KEPT, true,
                  "is no currency of ISO 4217 such as GBP");
    }
}

static const struct {
    enum eg_record_table table;
    uint32_t start, end;
} with_period[] = {
    {EG_RECORD_FUNDING, EG_FUNDING_VALID_FROM, EG_FUNDING_VALID_TO},
    {EG_RECORD_COST_OPTION, EG_COST_OPTION_VALID_FROM, EG_COST_OPTION_VALID_TO},
    {EG_RECORD_SCHEDULE, EG_SCHEDULE_VALID_FROM, EG_SCHEDULE_VALID_TO},
    {EG_RECORD_SCHEDULE, EG_SCHEDULE_DTSTART, EG_SCHEDULE_UNTIL},
};

static void judge_periods(struct judging *judging, enum eg_record_table table)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(with_period); i++)
        if (with_period[i].table == table &&
            eg_doubt_period(judging->field[with_period[i].start], judging->field[with_period[i].end]))
            doubt(judging, with_period[i].end, EG_DOUBT_KEPT, true, "is before the start");
}

static void judge_position(struct judging *judging)
{
    double lon = 0, lat = 0;
    struct eg_text x = judging->field[EG_LOCATION_LONGITUDE], y = judging->field[EG_LOCATION_LATITUDE];
    bool has_lon = eg_text_to_double(x, &lon), has_lat = eg_text_to_double(y, &lat);
    if (has_lon && (lon < -180 || lon > 180))
        doubt(judging, EG_LOCATION_LONGITUDE, EG_DOUBT_IMPOSSIBLE, true, "is out of range (-180 to 180)");
    if (has_lat && (lat < -90 || lat > 90))
        doubt(judging, EG_LOCATION_LATITUDE, EG_DOUBT_IMPOSSIBLE, true, "is out of range (-90 to 90)");
    if (has_lon != has_lat)
        doubt(judging, has_lon ? EG_LOCATION_LONGITUDE : EG_LOCATION_LATITUDE, EG_DOUBT_LEFT_OUT, false,
              has_lon ? "has no latitude beside it" : "has no longitude beside it");
    if (!has_lon || !has_lat || lon < 0 || lon > 0 || lat < 0 || lat > 0) return;
    static const char at_sea[] = "stands with 0,0, which other programs write for an unknown position";
    doubt(judging, EG_LOCATION_LONGITUDE, EG_DOUBT_LEFT_OUT, false, at_sea);
    doubt(judging, EG_LOCATION_LATITUDE, EG_DOUBT_LEFT_OUT, false, at_sea);
}

/* A rule that no program works out is read by people; one that says nothing to them either is of no use to anybody. */
static void judge_schedule(struct judging *judging)
{
    static const enum eg_schedule_field rules[] = {
        EG_SCHEDULE_BYDAY,     EG_SCHEDULE_FREQ,     EG_SCHEDULE_BYMONTHDAY, EG_SCHEDULE_BYWEEKNO,
        EG_SCHEDULE_BYYEARDAY, EG_SCHEDULE_OPENS_AT, EG_SCHEDULE_CLOSES_AT};
    struct eg_schedule schedule;
    if (eg_schedule_from_record(judging->field, &schedule)) return;
    for (size_t i = 0; i < EG_ARRAY_LEN(rules); i++) {
        if (judging->field[rules[i]].len == 0) continue;
        doubt(judging, rules[i], EG_DOUBT_KEPT, false,
              "is part of a rule that cannot be worked out, so nobody is told when it is open");
        return;
    }
}

uint32_t eg_record_doubts(enum eg_record_table table, const struct eg_text *field,
                          struct eg_record_doubt doubts_out[EG_RECORD_DOUBTS])
{
    struct judging judging = {field, doubts_out, 0};
    const struct eg_record_spec *spec = eg_record_spec(table);
    judge_money(&judging, table);
    judge_periods(&judging, table);
    if (table == EG_RECORD_LOCATION) judge_position(&judging);
    if (table == EG_RECORD_SCHEDULE) judge_schedule(&judging);
    if (table == EG_RECORD_SERVICE && eg_doubt_future(field[EG_SERVICE_ASSURED_DATE]))
        doubt(&judging, EG_SERVICE_ASSURED_DATE, EG_DOUBT_KEPT, true, "is in the future");
    if (table == EG_RECORD_PHONE && eg_doubt_phone(field[EG_PHONE_NUMBER]))
        doubt(&judging, EG_PHONE_NUMBER, EG_DOUBT_KEPT, true, "has fewer than three digits");
    for (uint32_t f = 1; f < spec->n_fields; f++)
        if (eg_doubt_control(field[f]) < field[f].len)
            doubt(&judging, f, EG_DOUBT_KEPT, false, "has a control character");
    return judging.n;
}
