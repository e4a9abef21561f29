/* TIME: from an instant, an interval or a period's id to a period of a layer. Days are counted from year 0 in the Gregorian
 * calendar; what is shorter than a day makes no difference to statistics of a year. */
#include <string.h>

#include "base/calendar.h"
#include "http/wms_parts.h"

struct span {
    int32_t first, last; /* days, both within */
};

/* --- ISO 8601 ------------------------------------------------------------------------------------------------------ */

/* Of at most four digits, and the year after. */
static int32_t first_day(int32_t year, int32_t month)
{
    return (int32_t)eg_calendar_day((uint32_t)year, (uint32_t)month, 1);
}

/* Two or four digits at the text's beginning, taken off it. */
static bool take_digits(struct eg_text *text, size_t n, int32_t *value_out)
{
    uint32_t value;
    if (text->len < n || !eg_text_to_u32((struct eg_text){text->data, n}, &value)) return false;
    *text = (struct eg_text){text->data + n, text->len - n};
    *value_out = (int32_t)value;
    return true;
}

static bool take_char(struct eg_text *text, char c)
{
    if (text->len == 0 || text->data[0] != c) return false;
    *text = (struct eg_text){text->data + 1, text->len - 1};
    return true;
}

/* "T12", "T12:00:00.000Z" and what stands between; its digits do not matter. */
static bool is_time_of_day(struct eg_text text)
{
    int32_t hour;
    if (!take_char(&text, 'T') || !take_digits(&text, 2, &hour) || hour > 24) return false;
    for (size_t i = 0; i < text.len; i++)
        if (!memchr("0123456789:.Z+-", text.data[i], 15)) return false;
    return text.len < 24;
}

/* "2019", "2019-03", "2019-03-01", "2019-03-01T12:00:00Z". */
static bool parse_instant(struct eg_text text, struct span *span_out)
{
    int32_t year, month, day;
    if (!take_digits(&text, 4, &year)) return false;
    if (text.len == 0) {
        *span_out = (struct span){first_day(year, 1), first_day(year + 1, 1) - 1};
        return true;
    }
    if (!take_char(&text, '-') || !take_digits(&text, 2, &month) || month < 1 || month > 12) return false;
    struct span whole = {first_day(year, month), first_day(year + month / 12, month % 12 + 1) - 1};
    if (text.len > 0) {
        if (!take_char(&text, '-') || !take_digits(&text, 2, &day) || day < 1) return false;
        if (day > whole.last - whole.first + 1) return false;
        whole.first = whole.last = whole.first + day - 1;
        if (text.len > 0 && !is_time_of_day(text)) return false;
    }
    *span_out = whole;
    return true;
}

/* Also "first/last" and "first/last/resolution", open at an end that is empty or "..". */
static bool parse_span(struct eg_text text, struct span *span_out)
{
    struct eg_text first, last;
    struct eg_text rest = eg_text_cut(text, '/', &first);
    if (!rest.data) return parse_instant(text, span_out);
    (void)eg_text_cut(rest, '/', &last);
    struct span from = {INT32_MIN, INT32_MIN}, to = {INT32_MAX, INT32_MAX};
    bool open_first = first.len == 0 || eg_text_equal(first, EG_TEXT(".."));
    bool open_last = last.len == 0 || eg_text_equal(last, EG_TEXT(".."));
    if (!open_first && !parse_instant(first, &from)) return false;
    if (!open_last && !parse_instant(last, &to)) return false;
    if ((open_first && open_last) || from.first > to.last) return false;
    *span_out = (struct span){from.first, to.last};
    return true;
}

/* --- periods --------------------------------------------------------------------------------------------------------- */

struct choice {
    uint32_t series;
    enum eg_wms_time how;
};

static bool span_of_period(const struct eg_atlas_period *period, struct span *span_out)
{
    struct span first, last;
    if (period->start.len == 0 || !parse_instant(period->start, &first)) return false;
    if (period->end.len == 0 || !parse_instant(period->end, &last)) last = first;
    *span_out = (struct span){first.first, last.last};
    return true;
}

/* Days between two spans; 0 where they touch. */
static int64_t distance(struct span a, struct span b)
{
    if (a.last < b.first) return (int64_t)b.first - a.last;
    if (b.last < a.first) return (int64_t)a.first - b.last;
    return 0;
}

/* How far a period is from what is wanted: its own first day or its very span, -1; something of it, 0; else the days to its first
 * day, which is the value that the capabilities list. */
static int64_t apart_from(struct span period, struct span wanted, bool is_interval)
{
    struct span listed = {period.first, period.first};
    bool same_days = period.first == wanted.first && period.last == wanted.last;
    if (same_days || (!is_interval && period.first == wanted.first)) return -1;
    return distance(period, wanted) == 0 ? 0 : distance(listed, wanted);
}

/* The nearest of series[first .. first + n), the latest of those that are equally near. False without one that has dates. */
static bool nearest(const struct eg_series *series, uint32_t first, uint32_t n, struct eg_text item,
                    struct choice *choice_out)
{
    int64_t least = INT64_MAX;
    struct span wanted, span;
    if (!parse_span(item, &wanted)) return false;
    bool is_interval = memchr(item.data, '/', item.len) != NULL;
    for (uint32_t i = first; i < first + n; i++) {
        if (!span_of_period(&series[i].period, &span)) continue;
        int64_t apart = apart_from(span, wanted, is_interval);
        if (apart > least) continue;
        least = apart;
        *choice_out = (struct choice){i, apart >= 0 ? EG_WMS_TIME_NEAREST : EG_WMS_TIME_GIVEN};
    }
    return least < INT64_MAX;
}

static bool choose(const struct eg_snapshot *snapshot, uint32_t layer, struct eg_text item,
                   struct choice *choice_out)
{
    const struct eg_series *series = snapshot->generation->series;
    uint32_t first, n;
    eg_layer_series(snapshot, layer, &first, &n);
    for (uint32_t i = first; i < first + n; i++) {
        if (!eg_text_equal(series[i].period.id, item)) continue;
        *choice_out = (struct choice){i, EG_WMS_TIME_GIVEN};
        return true;
    }
    *choice_out = (struct choice){first + n - 1, EG_WMS_TIME_DEFAULT};
    if (n > 0 && (item.len == 0 || eg_text_equal(item, EG_TEXT("current")))) return true;
    return nearest(series, first, n, item, choice_out);
}

static enum eg_status wrong(struct eg_text item, struct eg_error *err)
{
    eg_error_set(err, EG_INVALID,
                 "TIME is '%.*s'; it must be one of the layer's periods, or a date such as 2019-07-01 where "
                 "they have dates",
                 EG_TEXT_SHOWN(item, 100));
    eg_error_field(err, "TIME");
    return EG_INVALID;
}

enum eg_status eg_wms_choose_period(const struct eg_snapshot *snapshot, uint32_t layer, struct eg_text time,
                                    const struct eg_atlas_period **period_out, enum eg_wms_time *how_out,
                                    struct eg_error *err)
{
    struct choice best = {0}, choice;
    uint32_t n = 0;
    struct eg_text item, rest = time;
    do {
        rest = eg_text_cut(rest, ',', &item);
        if (!choose(snapshot, layer, eg_text_trim(item), &choice)) return wrong(item, err);
        if (n == 0 || choice.series > best.series) best = choice;
        if (n++ > 0) best.how = EG_WMS_TIME_NEAREST; /* a map shows one period */
    } while (rest.data);
    *period_out = &snapshot->generation->series[best.series].period;
    *how_out = best.how;
    return EG_OK;
}
