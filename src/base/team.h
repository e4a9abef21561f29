/* Threads that help with one piece of work that somebody waits for: a large picture in bands.
 *
 * The caller does the parts itself; helpers that have nothing to do take some of them. Nobody waits for a helper that is busy
 * elsewhere: where all are, the caller does everything alone, and no thread is made for a request. A team has as many seats as
 * the machine is to be used of; whoever works takes one (eg_team_enter), helpers only those that are free. */
#ifndef EG_BASE_TEAM_H
#define EG_BASE_TEAM_H

#include <stdint.h>

#include "base/error.h"

struct eg_team;

/* n_seats 1 to 256: one thread less than that is started, blocking all signals. EG_INVALID, EG_NO_MEMORY, or EG_IO when the
 * system refuses a thread. */
EG_MUST_CHECK enum eg_status eg_team_new(uint32_t n_seats, struct eg_team **team_out, struct eg_error *err);
/* Nobody may be inside. NULL is allowed. */
void eg_team_free(struct eg_team *team);

/* The calling thread begins and ends its work. A seat that is free belongs to a helper, if there is work for one; one that is
 * wanted is given up after the part under way. Never blocks for long. NULL is allowed. */
void eg_team_enter(struct eg_team *team);
void eg_team_leave(struct eg_team *team);

/* How many threads would work on something now: the caller, who has entered, and the seats that are free. 1 for NULL. */
uint32_t eg_team_strength(const struct eg_team *team);

typedef enum eg_status eg_part_fn(void *context, uint32_t part, struct eg_error *err);

/* Calls run(context, part) once for each part 0 .. n_parts - 1, in this order save that several run at once; returns when all
 * have ended. The first failure by number is returned; parts that nobody has begun by then are left out. The caller has
 * entered; a part may not call this again. NULL: the caller alone. */
EG_MUST_CHECK enum eg_status eg_team_run(struct eg_team *team, uint32_t n_parts, eg_part_fn *run,
                                         void *context, struct eg_error *err);

#endif
