/* The store: a directory that outlives the process, in a GeoPackage or in PostGIS, both through OGR. One layer per HSDS table
 * (locations with their points, service areas with their polygons, so that QGIS opens and edits them), and three of our own: `change`
 * (who, when, what, before, after), `suggestion`, and `store` (format, version, revision). docs/directory.md tells people about them.
 *
 * A commit is one transaction: rows, the lines of its history, a suggestion's new state and the revision together, or nothing. When it
 * has returned EG_OK it is on the disk. The revision is one more after each commit, and also after each statement by which another
 * program, such as QGIS, wrote to a table of HSDS: triggers in the store see to that. So a revision that is as it was means that the
 * records are as they were.
 *
 * A store may be used from any thread; one at a time works in it, the others wait. Another program that holds the store is waited for,
 * but not for long: EG_BUSY. A store that failed, or whose file is another one now (a backup was put in its place), is opened again by
 * the next use. Any function may return EG_NO_MEMORY, EG_BUSY or EG_IO. */
#ifndef EG_DATA_STORE_H
#define EG_DATA_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "data/records.h"

#define EG_STORE_WAIT_MS 5000U           /* for another program that writes, unless told otherwise */
#define EG_STORE_OPEN_SUGGESTIONS 10000U /* at most */
#define EG_STORE_SUGGESTED                                                                                   \
    (64U << 20) /* characters of all that are open, together, before no more are taken */
#define EG_STORE_TEXT_BYTES (64U << 20) /* in one text of a history line or a suggestion */

struct eg_store;

/* False for a GeoPackage that is not there in a folder that may not be written. */
bool eg_store_can_be(struct eg_text source);

/* `source`: a path ending in .gpkg, or "PG:...", as GDAL wants it (active_schema=NAME in it chooses a schema). A GeoPackage that is not
 * there and the tables that a database has not are made when `create`, whole or not at all. EG_NOT_FOUND: there is none; EG_INVALID:
 * another program's file or a newer format, both named; EG_UNSUPPORTED: the database has no PostGIS. A store made by an older version
 * gets the columns that it lacks. */
EG_MUST_CHECK enum eg_status eg_store_open(struct eg_text source, bool create, struct eg_store **store_out,
                                           struct eg_error *err);
void eg_store_close(struct eg_store *store); /* NULL is allowed */
/* How long to wait for other writers before EG_BUSY. */
void eg_store_set_wait(struct eg_store *store, uint32_t wait_ms);

/* All records as of one revision, for eg_records_finish. A geometry that says another place than the texts beside it was edited on a
 * map and wins. EG_INVALID names table, row and field of what was edited wrongly. 500,000 rows take one to three seconds. */
EG_MUST_CHECK enum eg_status eg_store_load(struct eg_store *store, struct eg_records_builder *builder,
                                           uint64_t *revision_out, struct eg_error *err);
/* What servers wrote after the revision of `before`, as a change of it in the arena: the rows that the lines of the history name, as they are now. In
 * proportion to that; *can_follow_out false, and nothing else said, where it has to be loaded: another program wrote, too, a line
 * does not say all, or there are more than a few hundred. */
struct eg_store_since {
    const struct eg_records *before;
    uint64_t revision;
    struct eg_arena *arena;
};
EG_MUST_CHECK enum eg_status eg_store_follow(struct eg_store *store, const struct eg_store_since *since,
                                             struct eg_records_change *change_out, uint64_t *revision_out,
                                             bool *can_follow_out, struct eg_error *err);
/* Whether several servers may have it open: a database. */
bool eg_store_is_shared(const struct eg_store *store);
/* Of servers that share a store one at a time plans and commits, in the order in which they asked; without turns, the one that is slower to read what
 * the others wrote would find at each commit that there is a later revision. Nobody has to have the turn to commit, and it ends with the
 * connection. EG_BUSY when it did not come in time. Nothing where the store is not shared. */
EG_MUST_CHECK enum eg_status eg_store_take_turn(struct eg_store *store, struct eg_error *err);
void eg_store_end_turn(struct eg_store *store);
/* One cheap query: whether somebody else has written since. */
EG_MUST_CHECK enum eg_status eg_store_revision(struct eg_store *store, uint64_t *revision_out,
                                               struct eg_error *err);

enum eg_change_action {
    EG_CHANGE_CREATE,
    EG_CHANGE_UPDATE,
    EG_CHANGE_DELETE,
    EG_CHANGE_UNDO,
    EG_CHANGE_IMPORT,
    EG_CHANGE_REVIEW,
    EG_CHANGE_OUTSIDE, /* another program's, of several entries */
    EG_N_CHANGE_ACTIONS
};
/* "create", "update", ... Never NULL. */
const char *eg_change_action_name(enum eg_change_action action);

/* A line of the history. Ids and times are made by the caller. */
struct eg_change_entry {
    char id[EG_UUID_TEXT_LEN + 1];
    struct eg_text at, by; /* RFC 3339 in UTC with milliseconds; the editor's name */
    enum eg_change_action action;
    struct eg_text entry_id, title;    /* of the service concerned; empty for an import */
    struct eg_text before, after;      /* entry documents in JSON; empty: there was or is none */
    struct eg_text suggestion, reason; /* the id of the suggestion that was accepted; why */
    struct eg_text rows;               /* what it did to the rows (data/change_rows.h); empty: not kept */
    struct eg_text batch;              /* the id of the line of all that was done at once; empty: by itself */
    bool
        is_unfinished; /* of a batch's own line: not all of its lines are there yet, or ever, where a program was killed */
    uint64_t revision; /* of the commit that it belongs to: read, not written */
};

enum eg_suggestion_state { EG_SUGGESTION_OPEN, EG_SUGGESTION_ACCEPTED, EG_SUGGESTION_REJECTED };

struct eg_suggestion_decision {
    struct eg_text id, at, by, reason;
    enum eg_suggestion_state state; /* not OPEN */
};

struct eg_commit {
    uint64_t expected_revision;
    struct eg_records_change change;
    const struct eg_change_entry *history; /* [n_history] */
    uint32_t n_history;
    const struct eg_suggestion_decision *decision; /* or NULL */
    struct eg_text finished; /* the id of a batch that has all of its lines now; empty: none */
};
/* Writes all of it if the store is still at the expected revision, else EG_CONFLICT: load again. EG_CONFLICT also for a suggestion that
 * was decided before. EG_INVALID as eg_record_check (references are the caller's to check: eg_records_apply); EG_NOT_FOUND for a row to
 * be taken away or a suggestion that is not there. On failure nothing of it is there; after EG_IO from a database whose connection broke
 * while it answered, the revision tells. *revision_out is the new revision. */
EG_MUST_CHECK enum eg_status eg_store_commit(struct eg_store *store, const struct eg_commit *commit,
                                             uint64_t *revision_out, struct eg_error *err);

/* Which of many to visit. */
struct eg_store_page {
    uint32_t limit, offset;
};

/* Gets one after the other; its texts live as long as the call. False: enough. It must not use the store. */
struct eg_change_visitor {
    bool (*visit)(void *context, const struct eg_change_entry *change);
    void *context;
};
/* The history, newest first: of an entry, by the revisions; or, entry_id empty, of all, without the single lines of batches. */
EG_MUST_CHECK enum eg_status eg_store_history(struct eg_store *store, struct eg_text entry_id,
                                              struct eg_store_page page,
                                              const struct eg_change_visitor *visitor, struct eg_error *err);
/* --- what other programs wrote: commits have lines with their revision, statements of others have none --------------------------- */

#define EG_STORE_OTHERS "another program" /* by whom their lines are */

struct eg_store_span {
    uint64_t after, until; /* revisions after the one, up to and with the other */
};
/* The last revision of a span that no line of the history accounts for; 0: all are. *n_told_out: how many have lines. A few cheap queries. */
EG_MUST_CHECK enum eg_status eg_store_untold(struct eg_store *store, struct eg_store_span span,
                                             uint64_t *untold_out, uint64_t *n_told_out,
                                             struct eg_error *err);
/* The lines of a span, in the order in which they came. */
EG_MUST_CHECK enum eg_status eg_store_lines_of(struct eg_store *store, struct eg_store_span span,
                                               const struct eg_change_visitor *visitor, struct eg_error *err);
struct eg_store_telling {
    uint64_t revision, untold;           /* the store's; that the lines are about */
    const struct eg_change_entry *lines; /* [n_lines] */
    uint32_t n_lines;
};
/* Writes lines about an untold revision, which does not change the store's own. *told_out: false when somebody else has told of it, and nothing was
 * written. EG_CONFLICT when the store has another revision by now. */
EG_MUST_CHECK enum eg_status eg_store_tell(struct eg_store *store, const struct eg_store_telling *telling,
                                           bool *told_out, struct eg_error *err);
/* Further lines of a batch whose own line eg_store_tell wrote, at whichever revision the store is by now. */
struct eg_store_telling_more {
    uint64_t untold;
    struct eg_text batch;
    const struct eg_change_entry *lines; /* [n_lines] */
    uint32_t n_lines;
    bool is_last; /* the batch's own line is unfinished no longer */
};
/* EG_NOT_FOUND when the batch is not there: the store is another file now. */
EG_MUST_CHECK enum eg_status
eg_store_tell_more(struct eg_store *store, const struct eg_store_telling_more *more, struct eg_error *err);
/* For people: the file's name, or that it is a database. */
struct eg_text eg_store_name(const struct eg_store *store);

/* The single lines of a batch, in their order. */
EG_MUST_CHECK enum eg_status eg_store_batch(struct eg_store *store, struct eg_text batch,
                                            struct eg_store_page page,
                                            const struct eg_change_visitor *visitor, struct eg_error *err);
/* How many there are. */
EG_MUST_CHECK enum eg_status eg_store_batch_count(struct eg_store *store, struct eg_text batch,
                                                  uint32_t *n_out, struct eg_error *err);
/* One line of it. EG_NOT_FOUND. */
EG_MUST_CHECK enum eg_status eg_store_change(struct eg_store *store, struct eg_text change_id,
                                             const struct eg_change_visitor *visitor, struct eg_error *err);

struct eg_suggestion {
    char id[EG_UUID_TEXT_LEN + 1];
    enum eg_suggestion_state state;
    struct eg_text at, entry_id; /* entry_id empty: a new entry */
    struct eg_text document;     /* entry document in JSON */
    struct eg_text
        base; /* what the entry's document, without what is private, said to who suggested it; empty: a new entry, or
                          * one sent before stores kept it */
    struct eg_text from_name, from_contact, note; /* personal: only editors see them; see eg_store_forget */
    struct eg_text decided_at, decided_by, reason;
};
/* EG_LIMIT when EG_STORE_OPEN_SUGGESTIONS are open. What it says of a decision is not written. */
EG_MUST_CHECK enum eg_status eg_store_suggest(struct eg_store *store, const struct eg_suggestion *suggestion,
                                              struct eg_error *err);
/* Decides without changing any record: a rejection. EG_NOT_FOUND, EG_CONFLICT when it was decided before. */
EG_MUST_CHECK enum eg_status
eg_store_decide(struct eg_store *store, const struct eg_suggestion_decision *decision, struct eg_error *err);

struct eg_suggestion_visitor {
    bool (*visit)(void *context, const struct eg_suggestion *suggestion);
    void *context;
};
/* Those in a state: open ones oldest first, decided ones in the order in which they came, newest first. */
EG_MUST_CHECK enum eg_status eg_store_suggestions(struct eg_store *store, enum eg_suggestion_state state,
                                                  struct eg_store_page page,
                                                  const struct eg_suggestion_visitor *visitor,
                                                  struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_store_suggestion(struct eg_store *store, struct eg_text id,
                                                 const struct eg_suggestion_visitor *visitor,
                                                 struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_store_suggestion_count(struct eg_store *store, enum eg_suggestion_state state,
                                                       uint32_t *n_out, struct eg_error *err);
/* Empties name, contact and note of the suggestions that were decided before a time (RFC 3339 in UTC). */
EG_MUST_CHECK enum eg_status eg_store_forget(struct eg_store *store, struct eg_text decided_before,
                                             struct eg_error *err);

#endif
