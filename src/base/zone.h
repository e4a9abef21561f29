/* Time zones of the IANA database (Debian's tzdata, read by GLib): which time it is somewhere, and when a time there is. */
#ifndef EG_BASE_ZONE_H
#define EG_BASE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

struct eg_zone; /* immutable; safe from any thread */

/* "Europe/London"; an empty text is UTC. EG_NOT_FOUND for a name that the database does not have. Free with eg_zone_close. Reads a
 * file of some kilobytes. Running out of memory here ends the program, as GLib has it. */
EG_MUST_CHECK enum eg_status eg_zone_open(struct eg_text name, struct eg_zone **zone_out,
                                          struct eg_error *err);
void eg_zone_close(struct eg_zone *zone); /* NULL is allowed */

/* What clocks show. */
struct eg_local_time {
    int64_t day;      /* as base/calendar.h counts */
    int32_t second;   /* of the day, 0 to 86,399 */
    int32_t offset_s; /* from UTC, eastern ones positive */
};

/* `unix_s`: seconds since 1970-01-01T00:00:00Z, in the years 1 to 9998. Nothing is allocated. */
struct eg_local_time eg_zone_local(const struct eg_zone *zone, int64_t unix_s);

/* When clocks show this time of this day: the earlier time where they show it twice; where they leave it out, as if they had not been
 * put forward yet (RFC 5545, 3.3.5). */
int64_t eg_zone_instant(const struct eg_zone *zone, int64_t day, int32_t second);

/* "2026-03-29T14:00:00+01:00" (NUL-terminated). */
#define EG_ZONE_TIME_BYTES 32
void eg_zone_write(const struct eg_zone *zone, int64_t unix_s, char text_out[EG_ZONE_TIME_BYTES]);

#endif
