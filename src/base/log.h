/* Log lines on standard error: `2026-11-21T20:40:13Z info load: 32844 areas read from ... in 0.36 s`.
 *
 * The sink is the only mutable file-scope state of the program. Safe from any thread; a line is written whole. */
#ifndef EG_BASE_LOG_H
#define EG_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum eg_log_level { EG_LOG_DEBUG, EG_LOG_INFO, EG_LOG_WARNING, EG_LOG_ERROR };

/* Lines below `level` are dropped from now on. Default EG_LOG_INFO. */
void eg_log_set_level(enum eg_log_level level);

/* `module` is a short lower-case word. Line breaks and control characters in the message become "\n"-style escapes, so
 * that a stranger's text cannot forge a line. */
void eg_log(enum eg_log_level level, const char *module, const char *format, ...) EG_PRINTF(3, 4);

/* Progress of a long stage: on a terminal a bar rewritten in place, otherwise nothing until eg_log_stage_done writes
 * one line `load: <stage>: <detail> in 0.36 s`. One stage at a time; called from the loading thread only. */
struct eg_stage {
    const char *name; /* "boundaries lsoa11: read" */
    double started_s;
    double shown_s; /* when the bar was last drawn */
};
void eg_log_stage_begin(struct eg_stage *stage, const char *name);
void eg_log_stage_step(struct eg_stage *stage, size_t done, size_t total);
void eg_log_stage_done(struct eg_stage *stage, const char *detail_format, ...) EG_PRINTF(2, 3);

#endif
