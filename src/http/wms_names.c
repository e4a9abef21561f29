/* Names of groups and moments. Made when asked for: an atlas has some hundred layers, a name costs a fraction of a microsecond. */
#include "http/wms_names.h"

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"

/* --- groups -------------------------------------------------------------------------------------------------------- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || ((unsigned char)c & 0x80U);
}

static size_t make_group(struct eg_text theme, char group_out[EG_WMS_GROUP_BYTES])
{
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < theme.len && n + 2 < EG_WMS_GROUP_BYTES; i++) {
        char c = theme.data[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (!is_word(c)) {
            gap = n > 0;
            continue;
        }
        if (gap) group_out[n++] = '-';
        gap = false;
        group_out[n++] = c;
    }
    /* Not in the midst of a character. */
    while (n > 0 && !eg_text_is_utf8((struct eg_text){group_out, n})) n--;
    group_out[n] = '\0';
    return n;
}

bool eg_wms_group_of(const struct eg_snapshot *snapshot, uint32_t layer, char group_out[EG_WMS_GROUP_BYTES])
{
    const struct eg_atlas *atlas = snapshot->atlas;
    return make_group(atlas->indicators[atlas->layers[layer].indicator].facts.theme, group_out) > 0;
}

uint32_t eg_wms_group_layers(const struct eg_snapshot *snapshot, struct eg_text group, uint32_t *layers_out,
                             uint32_t most)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < snapshot->atlas->n_layers && group.len > 0; i++) {
        char name[EG_WMS_GROUP_BYTES];
        if (!eg_wms_lists(snapshot, i) || !eg_wms_group_of(snapshot, i, name)) continue;
        if (!eg_text_equal(group, eg_text_from(name))) continue;
        if (n < most) layers_out[n] = i;
        n++;
    }
    return n;
}

bool eg_wms_lists(const struct eg_snapshot *snapshot, uint32_t layer)
{
    uint32_t first = 0, n = 0;
    if (snapshot->atlas->layers[layer].hidden) return false;
    eg_layer_series(snapshot, layer, &first, &n);
    return n > 0;
}

/* --- moments ------------------------------------------------------------------------------------------------------- */

struct date {
    uint32_t year, month, day;
};

/* Of YYYY-MM-DD; the atlas was checked, but a year or a month alone is no day. */
static bool read_date(struct eg_text text, struct date *date_out)
{
    if (text.len != 10 || text.data[4] != '-' || text.data[7] != '-') return false;
    return eg_text_to_u32((struct eg_text){text.data, 4}, &date_out->year) &&
           eg_text_to_u32((struct eg_text){text.data + 5, 2}, &date_out->month) &&
           eg_text_to_u32((struct eg_text){text.data + 8, 2}, &date_out->day) && date_out->month >= 1 &&
           date_out->month <= 12;
}

static struct date day_after(struct date date)
{
    date.day++;
    if (date.day <= eg_calendar_days_in(date.year, date.month)) return date;
    date.day = 1;
    date.month++;
    if (date.month <= 12) return date;
    return (struct date){date.year + 1, 1, 1};
}

static int64_t day_number(struct date date)
{
    return eg_calendar_day(date.year, date.month, date.day);
}

/* A period's first day, and the day after its last. */
static bool read_days(const struct eg_atlas_period *period, struct date *first_out, struct date *after_out)
{
    struct date last;
    if (!read_date(period->start, first_out)) return false;
    if (!read_date(period->end, &last)) last = *first_out;
    *after_out = day_after(last);
    return true;
}

/* Whole months between two days, 0 where days are left over. */
static uint32_t whole_months(struct date first, struct date after)
{
    int64_t months = 12 * ((int64_t)after.year - first.year) + after.month - (int64_t)first.month;
    return first.day == after.day && months > 0 ? (uint32_t)months : 0;
}

bool eg_wms_time_moment(const struct eg_atlas_period *period, char text_out[EG_WMS_TIME_BYTES])
{
    struct date first, after;
    if (!read_days(period, &first, &after)) return false;
    (void)snprintf(text_out, EG_WMS_TIME_BYTES, "%.*s", EG_TEXT_ARG(period->start));
    return true;
}

struct length {
    uint32_t months; /* 0: days are left over */
    int64_t days;    /* where there are no months */
};

static struct length length_of(struct date first, struct date after)
{
    uint32_t months = whole_months(first, after);
    return (struct length){months, months > 0 ? 0 : day_number(after) - day_number(first)};
}

static void write_length(struct length length, char text_out[24])
{
    if (length.months > 0 && length.months % 12 == 0)
        (void)snprintf(text_out, 24, "P%uY", length.months / 12);
    else if (length.months > 0) (void)snprintf(text_out, 24, "P%uM", length.months);
    else (void)snprintf(text_out, 24, "P%lldD", (long long)length.days);
}

uint32_t eg_wms_time_extent(const struct eg_series *series, uint32_t n, char text_out[EG_WMS_TIME_BYTES])
{
    struct date first, after;
    char words[24];
    bool dated = n > 0 && read_days(&series[0].period, &first, &after);
    EG_ASSERT(dated);
    struct length length = length_of(first, after);
    uint32_t run = 1;
    for (; run < n; run++) {
        struct date next, next_after;
        if (!read_days(&series[run].period, &next, &next_after)) break;
        struct length next_length = length_of(next, next_after);
        bool joins = day_number(next) == day_number(after) && next_length.months == length.months &&
                     next_length.days == length.days;
        if (!joins) break;
        after = next_after;
    }
    (void)eg_wms_time_moment(&series[0].period, text_out);
    if (run == 1 && length.months == 0 && length.days == 1) return 1;
    write_length(length, words);
    (void)snprintf(text_out, EG_WMS_TIME_BYTES, "%.10s/%.10s/%s", series[0].period.start.data,
                   series[run - 1].period.end.data, words);
    return run;
}

bool eg_wms_time_has(const struct eg_snapshot *snapshot, uint32_t layer)
{
    uint32_t first = 0, n = 0;
    eg_layer_series(snapshot, layer, &first, &n);
    char before[EG_WMS_TIME_BYTES] = "";
    for (uint32_t i = first; i < first + n; i++) {
        char moment[EG_WMS_TIME_BYTES];
        if (!eg_wms_time_moment(&snapshot->generation->series[i].period, moment)) return false;
        if (strcmp(before, moment) == 0) return false; /* they are in order of their first days */
        memcpy(before, moment, sizeof before);
    }
    return n > 0;
}
