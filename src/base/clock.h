/* Time for measuring and logging; no entity ever depends on it. */
#ifndef EG_BASE_CLOCK_H
#define EG_BASE_CLOCK_H

#include <stdint.h>

/* Seconds from an arbitrary start, never going back. */
double eg_clock_monotonic_s(void);

/* Whole seconds since 1970 in UTC. */
int64_t eg_clock_unix_s(void);

/* Now as "2026-11-21T20:40:13Z" (NUL-terminated). */
void eg_clock_utc(char text_out[21]);
/* The same with milliseconds: "2026-11-21T20:40:13.123Z". */
#define EG_CLOCK_UTC_MS_BYTES 25
void eg_clock_utc_ms(char text_out[EG_CLOCK_UTC_MS_BYTES]);

#endif
