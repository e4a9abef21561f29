/* Two clocks: one that never goes back, for durations, and the calendar, for log lines. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

double eg_clock_monotonic_s(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int64_t eg_clock_unix_s(void)
{
    return (int64_t)time(NULL);
}

void eg_clock_utc(char text_out[21])
{
    struct tm utc = {0};
    time_t now = time(NULL);
    /* strftime writes nothing that is defined when the year has more than four digits. */
    if (!gmtime_r(&now, &utc) || strftime(text_out, 21, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
        (void)snprintf(text_out, 21, "0000-00-00T00:00:00Z");
    }
}

void eg_clock_utc_ms(char text_out[EG_CLOCK_UTC_MS_BYTES])
{
    struct timespec now = {0};
    struct tm utc = {0};
    char seconds[20];
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (!gmtime_r(&now.tv_sec, &utc) || strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc) == 0)
        (void)snprintf(seconds, sizeof seconds, "0000-00-00T00:00:00");
    (void)snprintf(text_out, EG_CLOCK_UTC_MS_BYTES, "%s.%03uZ", seconds,
                   (unsigned)(now.tv_nsec / 1000000) % 1000);
}
