/* GLib knows in which interval of a zone's rules an instant lies, and how far clocks are from UTC in it. The way back tries the offsets of
 * a day before and after. */
#include "base/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "base/calendar.h"
#include "base/memory.h"

#define DAY_S 86400
#define DAY_OF_1970 719528
#define NAME_BYTES 64

struct eg_zone {
    GTimeZone *zone;
};

/* Letters, digits and "_+-/", beginning with a letter: no path out of the database, and none of the forms that GLib knows besides. */
static bool is_name(struct eg_text name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool is_other = (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-' || c == '/';
        if (!is_letter && (i == 0 || !is_other)) return false;
    }
    return name.len < NAME_BYTES;
}

enum eg_status eg_zone_open(struct eg_text name, struct eg_zone **zone_out, struct eg_error *err)
{
    struct eg_zone *zone = eg_memory_zeroed(1, sizeof *zone);
    char text[NAME_BYTES] = "UTC";
    if (!zone) return eg_error_no_memory(err, sizeof *zone);
    if (is_name(name)) {
        if (name.len > 0) (void)snprintf(text, sizeof text, "%.*s", EG_TEXT_ARG(name));
        zone->zone = strcmp(text, "UTC") == 0 ? g_time_zone_new_utc() : g_time_zone_new_identifier(text);
    }
    if (!zone->zone) {
        free(zone);
        return eg_error_set(err, EG_NOT_FOUND,
                            "'%.*s' is no time zone; write a name of the IANA database such as Europe/London "
                            "(which the package tzdata brings)",
                            EG_TEXT_SHOWN(name, 60));
    }
    *zone_out = zone;
    return EG_OK;
}

void eg_zone_close(struct eg_zone *zone)
{
    if (!zone) return;
    g_time_zone_unref(zone->zone);
    free(zone);
}

static int32_t offset_at(const struct eg_zone *zone, int64_t unix_s)
{
    gint interval = g_time_zone_find_interval(zone->zone, G_TIME_TYPE_UNIVERSAL, unix_s);
    return interval < 0 ? 0 : g_time_zone_get_offset(zone->zone, interval);
}

struct eg_local_time eg_zone_local(const struct eg_zone *zone, int64_t unix_s)
{
    int32_t offset_s = offset_at(zone, unix_s);
    int64_t local_s = unix_s + offset_s + (int64_t)DAY_OF_1970 * DAY_S;
    return (struct eg_local_time){local_s / DAY_S, (int32_t)(local_s % DAY_S), offset_s};
}

int64_t eg_zone_instant(const struct eg_zone *zone, int64_t day, int32_t second)
{
    int64_t local_s = (day - DAY_OF_1970) * DAY_S + second;
    int32_t before_s = offset_at(zone, local_s - DAY_S);
    int32_t after_s = offset_at(zone, local_s + DAY_S);
    if (offset_at(zone, local_s - before_s) == before_s) return local_s - before_s;
    if (offset_at(zone, local_s - after_s) == after_s) return local_s - after_s;
    return local_s - before_s;
}

void eg_zone_write(const struct eg_zone *zone, int64_t unix_s, char text_out[EG_ZONE_TIME_BYTES])
{
    struct eg_local_time local = eg_zone_local(zone, unix_s);
    struct eg_date date = eg_calendar_date(local.day);
    int32_t away_min = (local.offset_s < 0 ? -local.offset_s : local.offset_s) / 60;
    int len = snprintf(text_out, EG_ZONE_TIME_BYTES, "%04u-%02u-%02uT%02d:%02d:%02d", date.year % 10000,
                       date.month % 100, date.day % 100, local.second / 3600 % 24, local.second / 60 % 60,
                       local.second % 60);
    char *rest = text_out + len;
    size_t room = EG_ZONE_TIME_BYTES - (size_t)len;
    if (away_min == 0) (void)snprintf(rest, room, "Z");
    else
        (void)snprintf(rest, room, "%c%02d:%02d", local.offset_s < 0 ? '-' : '+', away_min / 60 % 100,
                       away_min % 60);
}
