/* Writing to the directory. A ledger is the atlas's store together with what the snapshots show of it: one writer at a time plans a change
 * against the records as they are; it is applied to them, indexed, committed to the store, and only then shown, or nothing of it happens.
 * What another program wrote to the store (QGIS, another server on the same database) is found by the store's revision.
 *
 * Reference-counted, since a reload opens a new one while requests still use the old. Safe from any thread. */
#ifndef EG_ENGINE_LEDGER_H
#define EG_ENGINE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "data/store.h"
#include "engine/engine.h"
#include "engine/snapshot.h"

struct eg_ledger;

struct eg_ledger_before {
    const struct eg_snapshot *snapshot;
    const struct eg_ledger *ledger;
};

/* Opens the store of the snapshot's atlas, made and filled from its seeds when it is not there yet, and makes the snapshot that shows what is
 * in it. The atlas must have a store. Where it is not there and cannot be made, because its folder may not be written, the snapshot shows
 * the seeds, a warning is logged, and *ledger_out is NULL. Where the store has records that cannot be shown, an error that names them is
 * logged, and the snapshot shows of the store what `before` (NULL: nothing was) shows of the same one, or nothing; never the seeds, which may be
 * years old. Then nobody can write, and eg_engine_refresh shows the store once it is mended. What another program wrote to the same store since the
 * ledger before has looked is still told in the history. */
EG_MUST_CHECK enum eg_status eg_ledger_open(struct eg_snapshot *snapshot,
                                            const struct eg_ledger_before *before,
                                            struct eg_ledger **ledger_out, struct eg_snapshot **snapshot_out,
                                            struct eg_error *err);
void eg_ledger_retain(struct eg_ledger *ledger);
void eg_ledger_release(struct eg_ledger *ledger); /* NULL is allowed */

/* For its history and suggestions. */
struct eg_store *eg_ledger_store(struct eg_ledger *ledger);

/* Fills in a commit (all but expected_revision) after looking at the records as they are; called again when another program wrote in
 * between. What it puts there lives in the arena. An error ends the write and is handed to the caller. */
typedef enum eg_status eg_plan_fn(void *context, const struct eg_snapshot *now, struct eg_arena *arena,
                                  struct eg_commit *commit, struct eg_error *err);

/* The engine's ledger, retained, or NULL when the atlas has no store, or one that cannot be made. */
struct eg_ledger *eg_engine_ledger(struct eg_engine *engine);

/* Says why there is none, and what helps: EG_UNSUPPORTED without a store, EG_BUSY for one that cannot be made or that is not open yet. */
enum eg_status eg_ledger_say_absent(const struct eg_atlas *atlas, struct eg_error *err);

/* Plans, applies, commits and shows. When it returns EG_OK, the change is on the disk and every later snapshot has it. EG_UNSUPPORTED
 * without a store; EG_BUSY when another program holds it, or has left a row in it that cannot be shown, which is named; EG_CONFLICT when
 * others kept writing; else as `plan`, eg_records_apply and eg_store_commit say. */
EG_MUST_CHECK enum eg_status eg_engine_write(struct eg_engine *engine, eg_plan_fn *plan, void *context,
                                             struct eg_error *err);
/* Shows what another program wrote, if it did: one cheap query otherwise. To be called a few times a second: each call writes a part of what the
 * history is still to be told. EG_INVALID or EG_LIMIT for records that cannot be shown, naming
 * them: what is shown stays. EG_OK without a store. */
EG_MUST_CHECK enum eg_status eg_engine_refresh(struct eg_engine *engine, struct eg_error *err);

/* Before an editor reads: shows what other servers wrote to a store that they share, as of now and not of the last look. What hinders it is told by
 * eg_engine_refresh; what is shown stays. */
void eg_engine_catch_up(struct eg_engine *engine);

/* Empties who sent the suggestions that were decided more than EG_LEDGER_REMEMBERS_DAYS ago: name, contact and note. To be called at the start and
 * once a day. EG_OK without a store. */
#define EG_LEDGER_REMEMBERS_DAYS 90
EG_MUST_CHECK enum eg_status eg_engine_forget(struct eg_engine *engine, struct eg_error *err);

/* Whether lines of this batch are still being written: what another program did to very many entries. */
bool eg_engine_is_telling(struct eg_engine *engine, struct eg_text batch);

/* A line of history or a suggestion that comes into being now: a new id, and the time. */
void eg_ledger_stamp(struct eg_arena *arena, char id_out[EG_UUID_TEXT_LEN + 1], struct eg_text *at_out);

/* The line of a store that is filled from its seeds. It says nothing of single entries: it is where their history begins. */
struct eg_change_entry eg_ledger_seed_line(struct eg_arena *arena);

#endif
