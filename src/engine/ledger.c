/* The lock `writing` of the engine is held while a write is under way or a load takes over; the ledger's own fields change under it alone. */
#include "engine/ledger.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/memory.h"
#include "data/directory_records.h"
#include "data/record_times.h"
#include "engine/ledger_parts.h"
#include "engine/outside.h"

#define PLAN_CEILING_BYTES                                                                                   \
    ((size_t)2 * 1024 * 1024 * 1024) /* an import of 100,000 entries is undone in some 400 MiB */
#define FOLLOW_CEILING_BYTES ((size_t)256 * 1024 * 1024)
#define NOTHING_SHOWN UINT64_MAX
#define WRONG_FOR_S 10
#define TELL_AGAIN_S 10
#define TELL_AT_END_S 30 /* 100,000 lines take some fifteen seconds */

/* Why a revision cannot be shown, so that it is not read again twice a second. For WRONG_FOR_S only: another file of the same revision may
 * be put in its place. */
struct wrong {
    uint64_t revision;
    double until_s; /* 0: nothing is known to be wrong */
    struct eg_error why;
};

struct eg_ledger {
    struct eg_store *store;
    uint64_t revision; /* that the present snapshot shows, or NOTHING_SHOWN */
    struct wrong wrong;
    struct eg_records
        *told; /* as of `told_revision`: all until then is in the history. NULL: nothing was shown yet */
    uint64_t told_revision;
    double tell_after_s;        /* the store was held by somebody: not to be waited for again at once */
    struct eg_telling *telling; /* lines of an edit that are still to be written; NULL: none */
    atomic_uint references;
};

struct eg_store *eg_ledger_store(struct eg_ledger *ledger)
{
    return ledger->store;
}

void eg_ledger_stamp(struct eg_arena *arena, char id_out[EG_UUID_TEXT_LEN + 1], struct eg_text *at_out)
{
    char now[EG_CLOCK_UTC_MS_BYTES];
    eg_clock_utc_ms(now);
    eg_uuid_random(id_out);
    *at_out = eg_text_copy(arena, eg_text_from(now));
}

/* The first moment of the day that many days ago, in UTC. */
static void moment_before(uint32_t n_days, char text_out[EG_CLOCK_UTC_MS_BYTES])
{
    char now[21];
    int64_t day = 0;
    eg_clock_utc(now);
    EG_ASSERT(eg_calendar_parse_date((struct eg_text){now, EG_CALENDAR_DATE_LEN}, &day));
    struct eg_date date = eg_calendar_date(day - n_days);
    (void)snprintf(text_out, EG_CLOCK_UTC_MS_BYTES, "%04u-%02u-%02uT00:00:00.000Z", date.year % 10000U,
                   date.month % 100U, date.day % 100U);
}

enum eg_status eg_engine_forget(struct eg_engine *engine, struct eg_error *err)
{
    char before[EG_CLOCK_UTC_MS_BYTES];
    struct eg_ledger *ledger = eg_engine_ledger(engine);
    if (!ledger) return EG_OK;
    moment_before(EG_LEDGER_REMEMBERS_DAYS, before);
    enum eg_status status = eg_store_forget(ledger->store, eg_text_from(before), err);
    eg_ledger_release(ledger);
    return status;
}

/* --- what other programs write --------------------------------------------------------------------------------------------- */

/* All that the records say is in the history. */
static void set_told(struct eg_ledger *ledger, struct eg_records *records, uint64_t revision)
{
    eg_records_retain(records);
    eg_records_release(ledger->told);
    ledger->told = records;
    ledger->told_revision = revision;
}

void eg_ledger_tell(struct eg_ledger *ledger, struct eg_snapshot *now)
{
    struct eg_error err = {0};
    if (ledger->revision == NOTHING_SHOWN || ledger->told_revision == ledger->revision || !now->records)
        return;
    struct eg_outside outside = {
        ledger->store, ledger->told, now->records, {ledger->told_revision, ledger->revision}};
    enum eg_status status = EG_OK;
    if (ledger->telling || eg_clock_monotonic_s() < ledger->tell_after_s) return;
    /* A store that was put back from a copy is no edit. */
    if (ledger->told && ledger->told_revision < ledger->revision)
        status = eg_outside_tell(&outside, &ledger->telling, &err);
    if (status == EG_BUSY) ledger->tell_after_s = eg_clock_monotonic_s() + TELL_AGAIN_S;
    if (status == EG_BUSY || status == EG_CONFLICT) return; /* once more with a later look */
    if (status != EG_OK)
        eg_log(EG_LOG_WARNING, "history", "what another program wrote to the store is not in the history: %s",
               err.message);
    set_told(ledger, now->records, ledger->revision);
}

/* --- the rest of a long telling -------------------------------------------------------------------------------------------- */

static void end_telling(struct eg_ledger *ledger)
{
    eg_telling_free(ledger->telling);
    ledger->telling = NULL;
}

void eg_ledger_tell_more(struct eg_ledger *ledger)
{
    struct eg_error err = {0};
    bool is_done = false;
    if (!ledger->telling || eg_clock_monotonic_s() < ledger->tell_after_s) return;
    enum eg_status status = eg_telling_continue(ledger->telling, &is_done, &err);
    if (status == EG_BUSY) ledger->tell_after_s = eg_clock_monotonic_s() + TELL_AGAIN_S;
    if (status == EG_OK || status == EG_BUSY) {
        if (is_done) end_telling(ledger);
        return;
    }
    eg_log(EG_LOG_WARNING, "history",
           "the history keeps only a part of what another program wrote to the store: %s", err.message);
    end_telling(ledger);
}

/* Nobody else has what is left. */
static void tell_to_the_end(struct eg_ledger *ledger)
{
    double until_s = eg_clock_monotonic_s() + TELL_AT_END_S;
    ledger->tell_after_s = 0;
    while (ledger->telling && eg_clock_monotonic_s() < until_s) eg_ledger_tell_more(ledger);
    if (ledger->telling)
        eg_log(EG_LOG_WARNING, "history",
               "the history keeps only a part of what another program wrote to the store");
    end_telling(ledger);
}

bool eg_ledger_is_telling(const struct eg_ledger *ledger, struct eg_text batch)
{
    return ledger->telling && eg_text_equal_any_case(eg_text_from(eg_telling_batch(ledger->telling)), batch);
}

/* --- references ------------------------------------------------------------------------------------------------------------ */

void eg_ledger_retain(struct eg_ledger *ledger)
{
    atomic_fetch_add_explicit(&ledger->references, 1, memory_order_relaxed);
}

void eg_ledger_release(struct eg_ledger *ledger)
{
    if (!ledger || atomic_fetch_sub_explicit(&ledger->references, 1, memory_order_acq_rel) > 1) return;
    tell_to_the_end(ledger);
    eg_store_close(ledger->store);
    eg_records_release(ledger->told);
    free(ledger);
}

/* --- opening --------------------------------------------------------------------------------------------------------------- */

/* All rows of a set, as a change that puts them. */
static enum eg_status all_of(const struct eg_records *records, struct eg_arena *arena,
                             struct eg_records_change *change_out, struct eg_error *err)
{
    uint32_t n = 0, at = 0;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) n += eg_records_count(records, (enum eg_record_table)t);
    struct eg_record *puts = eg_arena_array(arena, n, sizeof *puts);
    if (!puts && n > 0) return eg_error_no_memory(err, n * sizeof *puts);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        for (uint32_t i = 0; i < eg_records_count(records, (enum eg_record_table)t); i++)
            puts[at++] = *eg_records_at(records, (enum eg_record_table)t, i);
    *change_out = (struct eg_records_change){.puts = puts, .n_puts = n};
    return EG_OK;
}

struct eg_change_entry eg_ledger_seed_line(struct eg_arena *arena)
{
    struct eg_change_entry line = {.by = EG_TEXT("evenground"), .action = EG_CHANGE_IMPORT};
    eg_ledger_stamp(arena, line.id, &line.at);
    line.reason = EG_TEXT("filled from the directories that the atlas names as its seed");
    return line;
}

static enum eg_status commit_seeds(struct eg_ledger *ledger, const struct eg_records *records,
                                   uint64_t revision, struct eg_error *err)
{
    struct eg_arena *arena = eg_arena_new(PLAN_CEILING_BYTES);
    if (!arena) return eg_error_no_memory(err, 0);
    struct eg_change_entry line = eg_ledger_seed_line(arena);
    struct eg_commit commit = {.expected_revision = revision, .history = &line, .n_history = 1};
    enum eg_status status =
        line.at.data ? all_of(records, arena, &commit.change, err) : eg_error_no_memory(err, 0);
    struct eg_records_moment moment = {.at = line.at, .also_where_silent = true};
    if (status == EG_OK) status = eg_records_state_times(NULL, &moment, arena, &commit.change, err);
    if (status == EG_OK) status = eg_store_commit(ledger->store, &commit, &revision, err);
    if (status == EG_OK)
        eg_log(EG_LOG_INFO, "load", "the store was filled with %u entries",
               eg_records_count(records, EG_RECORD_SERVICE));
    eg_arena_free(arena);
    return status;
}

/* Into a store in which nothing was ever written. Of servers that begin at the same moment one fills it; the others find it filled. */
static enum eg_status seed(struct eg_ledger *ledger, const struct eg_atlas *atlas, uint64_t revision,
                           struct eg_error *err)
{
    struct eg_records *records = NULL;
    uint64_t none;
    enum eg_status status = eg_directory_stored(atlas, NULL, &records, &none, err);
    if (status == EG_OK && eg_records_count(records, EG_RECORD_SERVICE) > 0)
        status = commit_seeds(ledger, records, revision, err);
    eg_records_release(records);
    return status == EG_CONFLICT ? EG_OK : status;
}

/* A snapshot of what is in the store now. */
static enum eg_status show(struct eg_ledger *ledger, struct eg_snapshot *snapshot,
                           struct eg_snapshot **fresh_out, struct eg_error *err)
{
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    uint64_t revision = 0;
    enum eg_status status = eg_records_builder_new(&builder, err);
    if (status == EG_OK) status = eg_store_load(ledger->store, builder, &revision, err);
    if (status == EG_OK) status = eg_records_finish(builder, &records, err);
    if (status == EG_OK) status = eg_snapshot_with_records(snapshot, records, fresh_out, err);
    if (status == EG_OK) ledger->revision = revision;
    eg_records_release(records);
    eg_records_builder_free(builder);
    return status;
}

static bool is_at_fault(enum eg_status status)
{
    return status == EG_INVALID || status == EG_LIMIT;
}

/* What other servers wrote, in proportion to it. *fresh_out NULL: all has to be read. */
static enum eg_status follow(struct eg_ledger *ledger, struct eg_snapshot *now,
                             struct eg_snapshot **fresh_out, struct eg_error *err)
{
    struct eg_records_change change = {0};
    struct eg_records *records = NULL;
    uint64_t revision = 0;
    bool can_follow = false;
    if (ledger->revision == NOTHING_SHOWN || !now->records) return EG_OK;
    struct eg_arena *arena = eg_arena_new(FOLLOW_CEILING_BYTES);
    if (!arena) return eg_error_no_memory(err, FOLLOW_CEILING_BYTES);
    const struct eg_store_since since = {now->records, ledger->revision, arena};
    enum eg_status status = eg_store_follow(ledger->store, &since, &change, &revision, &can_follow, err);
    if (status == EG_OK && can_follow) status = eg_records_apply(now->records, &change, &records, err);
    if (status == EG_OK && can_follow) status = eg_snapshot_after(now, records, &change, fresh_out, err);
    if (status == EG_OK && can_follow) {
        if (ledger->told_revision == ledger->revision) set_told(ledger, records, revision);
        ledger->revision = revision;
    }
    eg_records_release(records);
    eg_arena_free(arena);
    return is_at_fault(status) || status == EG_NOT_FOUND ? EG_OK
                                                         : status; /* reading all tells what is wrong */
}

enum eg_status eg_ledger_refresh(struct eg_ledger *ledger, struct eg_snapshot *now,
                                 struct eg_snapshot **fresh_out, struct eg_error *err)
{
    uint64_t revision = 0;
    struct wrong *wrong = &ledger->wrong;
    struct eg_error own;
    if (!err) err = &own;
    *fresh_out = NULL;
    enum eg_status status = eg_store_revision(ledger->store, &revision, err);
    if (status != EG_OK) return status;
    if (revision != ledger->revision && revision == wrong->revision &&
        eg_clock_monotonic_s() < wrong->until_s) {
        *err = wrong->why;
        return err->status;
    }
    wrong->until_s = 0;
    if (revision != ledger->revision) status = follow(ledger, now, fresh_out, err);
    if (revision != ledger->revision && status == EG_OK && !*fresh_out)
        status = show(ledger, now, fresh_out, err);
    if (is_at_fault(status)) *wrong = (struct wrong){revision, eg_clock_monotonic_s() + WRONG_FOR_S, *err};
    return status;
}

/* Of a store with rows that cannot be shown: what was shown of it before, or nothing. */
static enum eg_status show_without(struct eg_snapshot *snapshot, const struct eg_snapshot *before,
                                   struct eg_snapshot **snapshot_out, struct eg_error *err)
{
    struct eg_records_builder *builder = NULL;
    struct eg_records *none = NULL;
    enum eg_status status = EG_INVALID;
    if (before) status = eg_snapshot_with_records(snapshot, before->records, snapshot_out, err);
    if (!is_at_fault(status)) return status;
    status = eg_records_builder_new(&builder, err);
    if (status == EG_OK) status = eg_records_finish(builder, &none, err);
    if (status == EG_OK) status = eg_snapshot_with_records(snapshot, none, snapshot_out, err);
    eg_records_release(none);
    eg_records_builder_free(builder);
    return status;
}

/* What the store would be filled with, where there is none and none can be made: nobody can write then, but everybody can read. */
static enum eg_status show_seeds(struct eg_snapshot *snapshot, struct eg_snapshot **snapshot_out,
                                 struct eg_error *err)
{
    struct eg_records *records = NULL;
    uint64_t none;
    enum eg_status status = eg_directory_stored(snapshot->atlas, NULL, &records, &none, err);
    if (status == EG_OK) status = eg_snapshot_with_records(snapshot, records, snapshot_out, err);
    eg_records_release(records);
    return status;
}

enum eg_status eg_ledger_say_absent(const struct eg_atlas *atlas, struct eg_error *err)
{
    uint32_t directory = eg_atlas_store_of(atlas);
    if (directory == EG_ATLAS_NONE)
        return eg_error_set(err, EG_UNSUPPORTED,
                            "this atlas has no directory that can be changed here: it names no store");
    struct eg_text path = atlas->directories[directory].store.path;
    if (eg_store_can_be(path))
        return eg_error_set(err, EG_BUSY,
                            "the directory's store is not open yet: try again in a moment, or load the atlas "
                            "anew (SIGHUP) if that does not help");
    return eg_error_set(
        err, EG_BUSY,
        "the directory shows its seeds and cannot be changed, because its store is not there and "
        "the server may not write the folder it belongs into ('%.*s'): let the server's user "
        "write there, then load the atlas anew (SIGHUP)",
        EG_TEXT_SHOWN(path, 200));
}

static enum eg_status open_store(struct eg_ledger *ledger, const struct eg_atlas_directory *spec,
                                 const struct eg_atlas *atlas, struct eg_error *err)
{
    uint64_t revision = 0;
    enum eg_status status = eg_store_open(spec->store.path, true, &ledger->store, err);
    if (status == EG_OK) status = eg_store_revision(ledger->store, &revision, err);
    if (status == EG_OK && revision == 0 && spec->store.n_seeds > 0)
        status = seed(ledger, atlas, revision, err);
    return status;
}

static const struct eg_atlas_directory *spec_of(const struct eg_snapshot *snapshot)
{
    return &snapshot->atlas->directories[eg_atlas_store_of(snapshot->atlas)];
}

/* The same store's. */
static bool can_stay(const struct eg_snapshot *before, const struct eg_snapshot *snapshot)
{
    return before && before->records && eg_atlas_store_of(before->atlas) != EG_ATLAS_NONE &&
           eg_text_equal(spec_of(before)->store.path, spec_of(snapshot)->store.path);
}

/* What is wrong there is no reason to show nothing else: it is told, and eg_ledger_refresh finds it mended. */
static enum eg_status show_first(struct eg_ledger *ledger, struct eg_snapshot *snapshot,
                                 const struct eg_snapshot *before, struct eg_snapshot **snapshot_out,
                                 struct eg_error *err)
{
    char text[1024];
    struct eg_error own;
    if (!err) err = &own;
    enum eg_status status = eg_ledger_refresh(ledger, snapshot, snapshot_out, err);
    if (!is_at_fault(status)) return status;
    if (!can_stay(before, snapshot)) before = NULL;
    eg_atlas_error_at(snapshot->atlas, spec_of(snapshot)->mark, err);
    eg_log(EG_LOG_ERROR, "load",
           "the directory's store has a row that is wrong, so %s; mend it in the store (with QGIS, say), and "
           "the directory is shown without a restart: %s",
           before ? "what was shown of it stays and cannot be changed" : "nothing of it is shown",
           eg_error_format(err, text, sizeof text));
    return show_without(snapshot, before, snapshot_out, err);
}

/* What another program wrote after the one before has looked, in the tenth of a second until the load, is not in the history yet. */
static void go_on_telling(struct eg_ledger *ledger, const struct eg_ledger *before)
{
    if (before->told && before->told_revision < ledger->revision)
        set_told(ledger, before->told, before->told_revision);
}

enum eg_status eg_ledger_open(struct eg_snapshot *snapshot, const struct eg_ledger_before *before,
                              struct eg_ledger **ledger_out, struct eg_snapshot **snapshot_out,
                              struct eg_error *err)
{
    const struct eg_atlas_directory *spec = spec_of(snapshot);
    struct eg_ledger *ledger = eg_memory_zeroed(1, sizeof *ledger);
    if (!ledger) return eg_error_no_memory(err, sizeof *ledger);
    atomic_init(&ledger->references, 1);
    ledger->revision = NOTHING_SHOWN;
    enum eg_status status = EG_OK;
    if (eg_store_can_be(spec->store.path)) {
        status = open_store(ledger, spec, snapshot->atlas, err);
        if (status == EG_OK)
            status = show_first(ledger, snapshot, before ? before->snapshot : NULL, snapshot_out, err);
    } else {
        eg_log(
            EG_LOG_WARNING, "load",
            "the store '%.*s' is not there, and its folder cannot be written: the directory shows its seeds, "
            "and nobody can change it",
            EG_TEXT_SHOWN(spec->store.path, 200));
        eg_ledger_release(ledger);
        ledger = NULL;
        status = show_seeds(snapshot, snapshot_out, err);
    }
    if (status != EG_OK) {
        eg_atlas_error_at(snapshot->atlas, spec->mark, err);
        eg_ledger_release(ledger);
        return status;
    }
    if (ledger && ledger->revision != NOTHING_SHOWN)
        set_told(ledger, (*snapshot_out)->records, ledger->revision);
    if (ledger && before && can_stay(before->snapshot, snapshot)) go_on_telling(ledger, before->ledger);
    *ledger_out = ledger;
    return EG_OK;
}

/* --- writing --------------------------------------------------------------------------------------------------------------- */

/* Applied and indexed before it is committed: what cannot be shown is not written. */
static enum eg_status carry_out(struct eg_ledger *ledger, struct eg_snapshot *now, struct eg_commit *commit,
                                struct eg_snapshot **fresh_out, struct eg_error *err)
{
    struct eg_records *records = NULL;
    struct eg_snapshot *fresh = NULL;
    enum eg_status status = eg_records_apply(now->records, &commit->change, &records, err);
    if (status == EG_OK) status = eg_snapshot_after(now, records, &commit->change, &fresh, err);
    if (status == EG_OK) {
        commit->expected_revision = ledger->revision;
        status = eg_store_commit(ledger->store, commit, &ledger->revision, err);
    }
    eg_records_release(records);
    if (status == EG_OK && ledger->told_revision == commit->expected_revision)
        set_told(ledger, fresh->records, ledger->revision);
    if (status == EG_OK) *fresh_out = fresh;
    else eg_snapshot_release(fresh);
    return status;
}

enum eg_status eg_ledger_write(struct eg_ledger *ledger, struct eg_snapshot *now, const struct eg_plan *plan,
                               struct eg_snapshot **fresh_out, struct eg_error *err)
{
    struct eg_arena *arena = eg_arena_new(PLAN_CEILING_BYTES);
    struct eg_commit commit = {0};
    *fresh_out = NULL;
    if (!arena) return eg_error_no_memory(err, PLAN_CEILING_BYTES);
    enum eg_status status = plan->make(plan->context, now, arena, &commit, err);
    if (status == EG_OK && commit.n_history > 0) {
        struct eg_records_moment moment = {.at = commit.history[0].at, .also_where_silent = true};
        status = eg_records_state_times(now->records, &moment, arena, &commit.change, err);
    }
    if (status == EG_OK) status = carry_out(ledger, now, &commit, fresh_out, err);
    eg_arena_free(arena);
    return status;
}
