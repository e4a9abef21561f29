/* Two spellings of one wish: Features' and Maps' datetime=2019-01-01/2019-12-31, and Maps' subset=time("2019-01-01":"2019-12-31"). */
#include "http/ogc_time.h"

#include <stdio.h>

#include "engine/filter_tree.h"

#define SHOWN 60

static enum eg_status wrong(struct eg_text text, struct eg_error *err)
{
    eg_error_set(
        err, EG_INVALID,
        "datetime is '%.*s'; it must be a day or a time in UTC (2019-03-29T12:00:00Z), or two of them "
        "with / between, of which one may be left open with ..",
        EG_TEXT_SHOWN(text, SHOWN));
    eg_error_field(err, "datetime");
    return EG_INVALID;
}

static bool is_open(struct eg_text text)
{
    return text.len == 0 || eg_text_equal(text, EG_TEXT(".."));
}

/* "2019-03-29T12Z" and "2019-03-29T12:00Z", too, which Maps wants. */
static bool is_moment(struct eg_text text)
{
    char whole[24];
    bool to_hours = text.len == sizeof "2019-03-29T12Z" - 1,
         to_minutes = text.len == sizeof "2019-03-29T12:00Z" - 1;
    if (eg_filter_is_instant(text)) return true;
    if (!(to_hours || to_minutes) || text.data[text.len - 1] != 'Z') return false;
    (void)snprintf(whole, sizeof whole, "%.*s%s", (int)text.len - 1, text.data,
                   to_hours ? ":00:00Z" : ":00Z");
    return eg_filter_is_instant(eg_text_from(whole));
}

/* Both ends are moments or open, and in order. */
static bool is_sound(const struct eg_ogc_time *time)
{
    if (time->from.len > 0 && !is_moment(time->from)) return false;
    if (time->to.len > 0 && !is_moment(time->to)) return false;
    return time->from.len == 0 || time->to.len == 0 || eg_filter_compare_instants(time->from, time->to) <= 0;
}

enum eg_status eg_ogc_time_read(const struct eg_target *target, struct eg_ogc_time *time_out,
                                struct eg_error *err)
{
    struct eg_text text = {0}, from;
    enum eg_status status = eg_target_text(target, "datetime", &text, err);
    if (status != EG_OK || text.len == 0) return status;
    struct eg_text to = eg_text_cut(text, '/', &from);
    bool interval = to.data != NULL;
    struct eg_ogc_time time = {.given = true, .from = from, .to = interval ? to : from};
    if (interval && is_open(time.from)) time.from = (struct eg_text){0};
    if (interval && is_open(time.to)) time.to = (struct eg_text){0};
    if (interval && time.from.len == 0 && time.to.len == 0) return wrong(text, err);
    if (!is_sound(&time)) return wrong(text, err);
    *time_out = time;
    return EG_OK;
}

/* --- subset -------------------------------------------------------------------------------------------------------- */

static enum eg_status wrong_subset(const char *message, struct eg_error *err)
{
    eg_error_set(err, EG_INVALID, "%s", message);
    eg_error_field(err, "subset");
    return EG_INVALID;
}

/* Where `wanted` stands outside quotes, or the text's length. */
static size_t find_unquoted(struct eg_text text, char wanted)
{
    char quote = '\0';
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (quote) quote = c == quote ? '\0' : quote;
        else if (c == wanted) return i;
        else if (c == '"' || c == '\'') quote = c;
    }
    return text.len;
}

/* An open end is empty; text that is no more a coordinate than "" is left as it is, to be refused as no moment. */
static struct eg_text read_coordinate(struct eg_text text)
{
    bool quoted = text.len >= 2 && (text.data[0] == '"' || text.data[0] == '\'') &&
                  text.data[text.len - 1] == text.data[0];
    if (eg_text_equal(text, EG_TEXT("*"))) return (struct eg_text){0};
    return quoted && text.len > 2 ? (struct eg_text){text.data + 1, text.len - 2} : text;
}

static bool is_time_axis(struct eg_text axis)
{
    static const char *const names[] = {"time", "Time", "t", "T"};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++)
        if (eg_text_equal(axis, eg_text_from(names[i]))) return true;
    return false;
}

static enum eg_status read_axis(struct eg_text axis, struct eg_text inside, struct eg_ogc_time *time,
                                struct eg_error *err)
{
    size_t colon = find_unquoted(inside, ':');
    bool interval = colon < inside.len;
    if (!is_time_axis(axis))
        return wrong_subset(
            "subset can choose a time alone, such as time(\"2019\"); for a part of the ground "
            "there is bbox",
            err);
    if (time->given) return wrong_subset("the time is given twice, by subset or by datetime", err);
    struct eg_text low = {inside.data, colon}, high = low;
    if (interval) high = (struct eg_text){inside.data + colon + 1, inside.len - colon - 1};
    struct eg_ogc_time found = {.given = true, .by_subset = true};
    found.from = read_coordinate(low);
    found.to = read_coordinate(high);
    if (low.len == 0 || high.len == 0 || !is_sound(&found))
        return wrong_subset(
            "subset's time must be a moment in UTC such as time(\"2019-03-29T12:00:00Z\"), or two "
            "with a colon between, of which either may be *",
            err);
    *time = found;
    return EG_OK;
}

/* Of axis(inside),axis(inside)... the first; *rest_out is what follows its comma, or has no data. */
static enum eg_status read_first(struct eg_text text, struct eg_ogc_time *time, struct eg_text *rest_out,
                                 struct eg_error *err)
{
    struct eg_text axis, rest = eg_text_cut(text, '(', &axis);
    size_t end = rest.data ? find_unquoted(rest, ')') : 0;
    if (!rest.data || end == rest.len || (end + 1 < rest.len && rest.data[end + 1] != ','))
        return wrong_subset(
            "subset must be axis(value) or axis(low:high), times in quotes: time(\"2019-03-29\")", err);
    *rest_out = (struct eg_text){0};
    if (end + 1 < rest.len) *rest_out = (struct eg_text){rest.data + end + 2, rest.len - end - 2};
    return read_axis(eg_text_trim(axis), eg_text_trim((struct eg_text){rest.data, end}), time, err);
}

enum eg_status eg_ogc_time_read_subset(const struct eg_target *target, struct eg_ogc_time *time,
                                       struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < target->n_parameters && status == EG_OK; i++) {
        struct eg_text rest = target->parameters[i].value;
        if (!eg_text_equal(target->parameters[i].name, EG_TEXT("subset")) || rest.len == 0) continue;
        while (rest.data && status == EG_OK) status = read_first(rest, time, &rest, err);
    }
    return status;
}

/* --- periods ------------------------------------------------------------------------------------------------------- */

bool eg_ogc_time_meets(const struct eg_ogc_time *time, const struct eg_atlas_period *period)
{
    struct eg_text end = period->end.len > 0 ? period->end : period->start;
    if (!time->given) return true;
    if (period->start.len == 0) return false;
    /* A day compares equal to every moment of it. */
    if (time->from.len > 0 && eg_filter_compare_instants(end, time->from) < 0) return false;
    return time->to.len == 0 || eg_filter_compare_instants(period->start, time->to) <= 0;
}

enum eg_status eg_ogc_time_period(const struct eg_ogc_time *time, const struct eg_snapshot *snapshot,
                                  uint32_t layer, struct eg_text *period_out, struct eg_error *err)
{
    uint32_t first = 0, n = 0;
    const struct eg_series *series = snapshot->generation->series;
    eg_layer_series(snapshot, layer, &first, &n);
    for (uint32_t i = first + n; i > first; i--) {
        if (!eg_ogc_time_meets(time, &series[i - 1].period)) continue;
        *period_out = series[i - 1].period.id;
        return EG_OK;
    }
    eg_error_set(err, EG_NOT_FOUND,
                 "there are no data for that time; the extent of the collection in "
                 "/ogc/collections lists the periods");
    eg_error_field(err, time->by_subset ? "subset" : "datetime");
    return EG_NOT_FOUND;
}
