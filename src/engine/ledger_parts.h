/* Between the ledger and the engine, which owns the lock and the present snapshot. Under the engine's lock `writing`. */
#ifndef EG_ENGINE_LEDGER_PARTS_H
#define EG_ENGINE_LEDGER_PARTS_H

#include "engine/ledger.h"

struct eg_plan {
    eg_plan_fn *make;
    void *context;
};

/* *fresh_out: the snapshot to be shown from now on, NULL when nothing has to change. */
EG_MUST_CHECK enum eg_status eg_ledger_refresh(struct eg_ledger *ledger, struct eg_snapshot *now,
                                               struct eg_snapshot **fresh_out, struct eg_error *err);
/* What the snapshot shows and the history does not know of was written by another program: the history is told. Where the store is held by
 * somebody that is done with a later call. Nothing where nothing was written. Of very many lines only the first: the others are written by
 * eg_ledger_tell_more, a part with each call, or when the ledger goes; what is written meanwhile is told after that. */
void eg_ledger_tell(struct eg_ledger *ledger, struct eg_snapshot *now);
void eg_ledger_tell_more(struct eg_ledger *ledger);
bool eg_ledger_is_telling(const struct eg_ledger *ledger, struct eg_text batch);
EG_MUST_CHECK enum eg_status eg_ledger_write(struct eg_ledger *ledger, struct eg_snapshot *now,
                                             const struct eg_plan *plan, struct eg_snapshot **fresh_out,
                                             struct eg_error *err);

#endif
