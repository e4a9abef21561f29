/* Suggestions: what strangers ask for. A state goes from open to accepted or rejected, once. They are no records, so the revision does
 * not count them. */
#include "data/store_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <ogr_api.h>

static const char *const state_names[] = {[EG_SUGGESTION_OPEN] = "open",
                                          [EG_SUGGESTION_ACCEPTED] = "accepted",
                                          [EG_SUGGESTION_REJECTED] = "rejected"};

/* --- writing ------------------------------------------------------------------------------------------------------------------- */

static enum eg_status count_in(struct eg_store *store, enum eg_suggestion_state state, uint64_t *n_out,
                               struct eg_error *err)
{
    char sql[80];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM suggestion WHERE state = '%s'", state_names[state]);
    return eg_store_number(store, sql, n_out, err);
}

static enum eg_status check_room(struct eg_store *store, struct eg_error *err)
{
    uint64_t n_open = 0, n_characters = 0;
    enum eg_status status = count_in(store, EG_SUGGESTION_OPEN, &n_open, err);
    if (status == EG_OK)
        status = eg_store_number(store,
                                 "SELECT sum(length(document) + coalesce(length(base), 0) + "
                                 "coalesce(length(note), 0)) FROM suggestion WHERE state = 'open'",
                                 &n_characters, err);
    if (status != EG_OK || (n_open < EG_STORE_OPEN_SUGGESTIONS && n_characters < EG_STORE_SUGGESTED))
        return status;
    return eg_error_set(
        err, EG_LIMIT,
        "%u suggestions of together %u MiB wait for an editor already: no more are taken until "
        "some are decided",
        (unsigned)n_open, (unsigned)(n_characters >> 20));
}

static enum eg_status add(struct eg_store *store, const struct eg_suggestion *suggestion,
                          struct eg_error *err)
{
    const struct eg_text fields[EG_STORE_SUGGESTION_N] = {
        [EG_STORE_SUGGESTION_ID] = eg_text_from(suggestion->id),
        [EG_STORE_SUGGESTION_STATE] = eg_text_from(state_names[EG_SUGGESTION_OPEN]),
        [EG_STORE_SUGGESTION_AT] = suggestion->at,
        [EG_STORE_SUGGESTION_ENTRY_ID] = suggestion->entry_id,
        [EG_STORE_SUGGESTION_DOCUMENT] = suggestion->document,
        [EG_STORE_SUGGESTION_BASE] = suggestion->base,
        [EG_STORE_SUGGESTION_FROM_NAME] = suggestion->from_name,
        [EG_STORE_SUGGESTION_FROM_CONTACT] = suggestion->from_contact,
        [EG_STORE_SUGGESTION_NOTE] = suggestion->note,
    };
    enum eg_status status = check_room(store, err);
    return status == EG_OK ? eg_store_insert(store, EG_STORE_SUGGESTION, fields, err) : status;
}

enum eg_status eg_store_suggest(struct eg_store *store, const struct eg_suggestion *suggestion,
                                struct eg_error *err)
{
    enum eg_status status = eg_store_begin(store, EG_STORE_WRITE, err);
    if (status == EG_OK) status = add(store, suggestion, err);
    return eg_store_end(store, EG_STORE_WRITE, status, err);
}

static bool is_open(const struct eg_store *store, OGRFeatureH feature)
{
    const char *state =
        OGR_F_GetFieldAsString(feature, store->layer[EG_STORE_SUGGESTION].column[EG_STORE_SUGGESTION_STATE]);
    return strcmp(state, state_names[EG_SUGGESTION_OPEN]) == 0;
}

enum eg_status eg_store_write_decision(struct eg_store *store, const struct eg_suggestion_decision *decision,
                                       struct eg_error *err)
{
    EG_ASSERT(decision->state == EG_SUGGESTION_ACCEPTED || decision->state == EG_SUGGESTION_REJECTED);
    void *feature = NULL;
    enum eg_status status = eg_store_find(store, EG_STORE_SUGGESTION, decision->id, &feature, err);
    if (status != EG_OK) return status;
    if (!feature)
        return eg_error_set(err, EG_NOT_FOUND, "there is no suggestion '%.*s'",
                            EG_TEXT_SHOWN(decision->id, 60));
    const struct eg_text fields[EG_STORE_SUGGESTION_N] = {
        [EG_STORE_SUGGESTION_STATE] = eg_text_from(state_names[decision->state]),
        [EG_STORE_SUGGESTION_DECIDED_AT] = decision->at,
        [EG_STORE_SUGGESTION_DECIDED_BY] = decision->by,
        [EG_STORE_SUGGESTION_REASON] = decision->reason,
    };
    if (is_open(store, feature)) status = eg_store_update(store, EG_STORE_SUGGESTION, feature, fields, err);
    else status = eg_error_set(err, EG_CONFLICT, "somebody has decided on this suggestion already");
    OGR_F_Destroy(feature);
    return status;
}

enum eg_status eg_store_decide(struct eg_store *store, const struct eg_suggestion_decision *decision,
                               struct eg_error *err)
{
    enum eg_status status = eg_store_begin(store, EG_STORE_WRITE, err);
    if (status == EG_OK) status = eg_store_write_decision(store, decision, err);
    return eg_store_end(store, EG_STORE_WRITE, status, err);
}

enum eg_status eg_store_forget(struct eg_store *store, struct eg_text decided_before, struct eg_error *err)
{
    char sql[320];
    if (!eg_record_text_is(EG_RECORD_DATE_TIME, decided_before) || decided_before.len > 40)
        return eg_error_set(err, EG_INVALID, "a time (2026-01-31T09:30:00Z) is wanted");
    (void)snprintf(sql, sizeof sql,
                   "UPDATE suggestion SET from_name = NULL, from_contact = NULL, note = NULL "
                   "WHERE state <> 'open' AND decided_at < '%.*s' AND "
                   "(from_name IS NOT NULL OR from_contact IS NOT NULL OR note IS NOT NULL)",
                   EG_TEXT_ARG(decided_before));
    enum eg_status status = eg_store_begin(store, EG_STORE_WRITE, err);
    if (status == EG_OK) status = eg_store_run(store, sql, err);
    return eg_store_end(store, EG_STORE_WRITE, status, err);
}

/* --- reading ------------------------------------------------------------------------------------------------------------------- */

static struct eg_suggestion suggestion_of(const struct eg_text *fields)
{
    struct eg_suggestion suggestion = {
        .at = fields[EG_STORE_SUGGESTION_AT],
        .entry_id = fields[EG_STORE_SUGGESTION_ENTRY_ID],
        .document = fields[EG_STORE_SUGGESTION_DOCUMENT],
        .base = fields[EG_STORE_SUGGESTION_BASE],
        .from_name = fields[EG_STORE_SUGGESTION_FROM_NAME],
        .from_contact = fields[EG_STORE_SUGGESTION_FROM_CONTACT],
        .note = fields[EG_STORE_SUGGESTION_NOTE],
        .decided_at = fields[EG_STORE_SUGGESTION_DECIDED_AT],
        .decided_by = fields[EG_STORE_SUGGESTION_DECIDED_BY],
        .reason = fields[EG_STORE_SUGGESTION_REASON],
    };
    (void)snprintf(suggestion.id, sizeof suggestion.id, "%.*s", EG_TEXT_ARG(fields[EG_STORE_SUGGESTION_ID]));
    for (unsigned s = 0; s < EG_ARRAY_LEN(state_names); s++)
        if (eg_text_equal(fields[EG_STORE_SUGGESTION_STATE], eg_text_from(state_names[s])))
            suggestion.state = (enum eg_suggestion_state)s;
    return suggestion;
}

struct visit {
    const struct eg_suggestion_visitor *visitor;
    bool found;
};

static bool visit_suggestion(void *context, const struct eg_text *fields)
{
    struct visit *visit = context;
    struct eg_suggestion suggestion = suggestion_of(fields);
    visit->found = true;
    return visit->visitor->visit(visit->visitor->context, &suggestion);
}

static enum eg_status look(struct eg_store *store, const char *where, struct visit *visit,
                           struct eg_error *err)
{
    struct eg_store_row_visitor rows = {visit_suggestion, visit};
    enum eg_status status = eg_store_begin(store, EG_STORE_LOOK, err);
    if (status == EG_OK)
        status = eg_store_select(store, EG_STORE_SUGGESTION, EG_STORE_SUGGESTION_N, where, &rows, err);
    return eg_store_end(store, EG_STORE_LOOK, status, err);
}

enum eg_status eg_store_suggestions(struct eg_store *store, enum eg_suggestion_state state,
                                    struct eg_store_page page, const struct eg_suggestion_visitor *visitor,
                                    struct eg_error *err)
{
    char where[128];
    struct visit visit = {visitor, false};
    EG_ASSERT((unsigned)state < EG_ARRAY_LEN(state_names));
    (void)snprintf(where, sizeof where,
                   "WHERE state = '%s' ORDER BY fid %s LIMIT %" PRIu32 " OFFSET %" PRIu32, state_names[state],
                   state == EG_SUGGESTION_OPEN ? "ASC" : "DESC", page.limit, page.offset);
    return look(store, where, &visit, err);
}

enum eg_status eg_store_suggestion(struct eg_store *store, struct eg_text id,
                                   const struct eg_suggestion_visitor *visitor, struct eg_error *err)
{
    char where[EG_STORE_FILTER_BYTES + 8], filter[EG_STORE_FILTER_BYTES];
    struct visit visit = {visitor, false};
    enum eg_status status = EG_OK;
    if (eg_store_filter("id", id, filter)) {
        (void)snprintf(where, sizeof where, "WHERE %s", filter);
        status = look(store, where, &visit, err);
    }
    if (status == EG_OK && !visit.found)
        status = eg_error_set(err, EG_NOT_FOUND, "there is no suggestion '%.*s'", EG_TEXT_SHOWN(id, 60));
    return status;
}

enum eg_status eg_store_suggestion_count(struct eg_store *store, enum eg_suggestion_state state,
                                         uint32_t *n_out, struct eg_error *err)
{
    uint64_t n = 0;
    EG_ASSERT((unsigned)state < EG_ARRAY_LEN(state_names));
    enum eg_status status = eg_store_begin(store, EG_STORE_LOOK, err);
    if (status == EG_OK) status = count_in(store, state, &n, err);
    status = eg_store_end(store, EG_STORE_LOOK, status, err);
    if (status == EG_OK) *n_out = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
    return status;
}
