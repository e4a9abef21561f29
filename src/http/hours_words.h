/* When something is open or takes place, as people say it in the language of a page: "Monday to Friday: 9 am to 5 pm", "Open now, until
 * 5 pm". The schedules themselves are data/schedule.h's; what they say by signs ("Mo-Fr 09:00-17:00") is for programs. */
#ifndef EG_HTTP_HOURS_WORDS_H
#define EG_HTTP_HOURS_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/zone.h"
#include "data/schedule.h"
#include "http/locale.h"

/* For whom it is said, and when. Texts live in the arena. */
struct eg_hours_words {
    const struct eg_locale *locale;
    struct eg_arena *arena;
    int64_t now_min; /* by the clocks there: 1440 * day (base/calendar.h) + minute of the day */
    bool of_some;    /* there are other schedules: the days that these do not name may be open */
    bool failed;     /* memory was refused: what was said is not whole */
};

/* now_min by a zone's clocks; NULL: by UTC. */
int64_t eg_hours_now_min(const struct eg_zone *zone);

struct eg_hours_line {
    struct eg_text when, what; /* "Monday to Friday", "9 am to 5 pm"; either may be empty, not both */
};
/* Lines for schedules[n] from today on: days of the week by the hours they share, then what is of months, seasons and single days, then
 * the days of the week on which it is closed, if others are known. Returns how many; *lines_out are in the arena. */
uint32_t eg_hours_lines(struct eg_hours_words *words, const struct eg_schedule *schedules, uint32_t n,
                        const struct eg_hours_line **lines_out);

/* "Open now, until 5 pm", "Closed now, opens on Monday at 9 am"; empty where no times are known. */
struct eg_text eg_hours_now(struct eg_hours_words *words, const struct eg_schedule *schedules, uint32_t n);

/* Of an event. */
enum eg_event_is {
    EG_EVENT_UNKNOWN, /* no schedules */
    EG_EVENT_NEXT,    /* "Tuesday, 24 November 2026, 10 am to noon" */
    EG_EVENT_NOW,     /* "On now, until noon" */
    EG_EVENT_OVER     /* "Over: no further date" */
};
enum eg_event_is eg_hours_event(struct eg_hours_words *words, const struct eg_schedule *schedules, uint32_t n,
                                struct eg_text *text_out);

#endif
