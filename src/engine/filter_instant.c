/* Instants: RFC 3339's full-date and date-time in UTC, and years and months, which data have as periods. */
#include "engine/filter_tree.h"

#include <string.h>

#include "base/calendar.h"

#define YEAR_LEN 4
#define MONTH_LEN 7
#define DAY_LEN 10
#define SECOND_LEN 19

/* The number of digits text[from .. from+n), or -1. */
static int digits(struct eg_text text, size_t from, size_t n)
{
    int value = 0;
    if (from + n > text.len) return -1;
    for (size_t i = from; i < from + n; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return -1;
        value = value * 10 + (text.data[i] - '0');
    }
    return value;
}

static bool is_between(int value, int least, int most)
{
    return value >= least && value <= most;
}

static bool is_day(struct eg_text text)
{
    int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    if (text.len < DAY_LEN || text.data[4] != '-' || text.data[7] != '-' || year < 0) return false;
    return is_between(month, 1, 12) &&
           is_between(day, 1, (int)eg_calendar_days_in((uint32_t)year, (uint32_t)month));
}

/* "T12:00:00Z", "T12:00:00.25Z" behind the day. */
static bool is_time(struct eg_text text)
{
    if (text.len <= SECOND_LEN || text.data[10] != 'T' || text.data[13] != ':' || text.data[16] != ':')
        return false;
    if (!is_between(digits(text, 11, 2), 0, 23) || !is_between(digits(text, 14, 2), 0, 59)) return false;
    if (!is_between(digits(text, 17, 2), 0, 60)) return false;
    size_t at = SECOND_LEN;
    if (text.data[at] == '.') {
        at++;
        while (digits(text, at, 1) >= 0) at++;
        if (at == SECOND_LEN + 1) return false;
    }
    return at + 1 == text.len && text.data[at] == 'Z';
}

bool eg_filter_is_instant(struct eg_text text)
{
    int month = digits(text, 5, 2);
    if (text.len == YEAR_LEN) return digits(text, 0, 4) >= 0;
    if (text.len == MONTH_LEN)
        return digits(text, 0, 4) >= 0 && text.data[4] == '-' && is_between(month, 1, 12);
    return is_day(text) && (text.len == DAY_LEN || is_time(text));
}

enum eg_status eg_filter_instant(struct eg_filter_build *build, struct eg_filter_place place,
                                 struct eg_text text, bool with_time, struct eg_filter_operand **operand_out)
{
    bool right = eg_filter_is_instant(text) && (with_time ? text.len > DAY_LEN : text.len == DAY_LEN);
    if (!right) {
        const char *wanted = with_time ? "a time in UTC such as TIMESTAMP('2019-03-29T12:00:00Z')"
                                       : "a day such as DATE('2019-03-29')";
        return eg_filter_fail(build, place, EG_INVALID, "'%.*s' is not %s", eg_filter_shown(text), text.data,
                              wanted);
    }
    return eg_filter_literal(build, place, (struct eg_value){.type = EG_VALUE_DATE, .text = text},
                             operand_out);
}

/* --- order --------------------------------------------------------------------------------------------------------- */

static struct eg_text without_zone(struct eg_text text)
{
    if (text.len > 0 && text.data[text.len - 1] == 'Z') text.len--;
    return text;
}

/* Digits behind the seconds, as if followed by zeros. */
static int compare_fractions(struct eg_text a, struct eg_text b)
{
    size_t longer = a.len > b.len ? a.len : b.len;
    for (size_t i = SECOND_LEN + 1; i < longer; i++) {
        int left = i < a.len ? a.data[i] : '0';
        int right = i < b.len ? b.data[i] : '0';
        if (left != right) return left < right ? -1 : 1;
    }
    return 0;
}

int eg_filter_compare_instants(struct eg_text a, struct eg_text b)
{
    a = without_zone(a);
    b = without_zone(b);
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
    if (order != 0 || common < SECOND_LEN) return order;
    return compare_fractions(a, b);
}
