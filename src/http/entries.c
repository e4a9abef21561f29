/* A document has some 1 to 20 KiB. It is never kept: what it says depends on who asks. */
#include "http/entries.h"

#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

#include "data/entry_document.h"
#include "data/record_review.h"
#include "engine/edits.h"
#include "engine/ledger.h"
#include "http/access.h"
#include "http/handlers.h"
#include "http/negotiate.h"
#include "http/server_parts.h"

#define USUAL_RESULTS 100U

/* --- reading the request --------------------------------------------------------------------------------------------------- */

enum eg_status eg_entries_read(struct eg_exchange *exchange, struct eg_text id,
                               const struct eg_target *target, struct eg_error *err)
{
    uint32_t most = exchange->server->settings.most_results;
    struct eg_entries_request *wanted = &exchange->wanted.entries;
    *wanted = (struct eg_entries_request){.id = id, .limit = most < USUAL_RESULTS ? most : USUAL_RESULTS};
    if (exchange->method != EG_METHOD_GET) {
        exchange->cost = EG_COST_WRITING;
        return eg_target_text(target, "reason", &wanted->reason, err);
    }
    enum eg_status status =
        eg_target_u32(target, "limit", (struct eg_u32_range){1, most}, &wanted->limit, err);
    if (status == EG_OK)
        status = eg_target_u32(target, "offset", (struct eg_u32_range){0, INT32_MAX}, &wanted->offset, err);
    return status;
}

enum eg_status eg_entries_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    exchange->freshness = EG_FRESH_CHECK;
    return eg_entries_read(exchange, EG_TEXT(""), target, err);
}

enum eg_status eg_entry_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                              const struct eg_target *target, struct eg_error *err)
{
    /* Who may edit sees what is in the store now, which a worker looks up. */
    if (exchange->caller.authorization || exchange->caller.session) exchange->cost = EG_COST_WRITING;
    return eg_entries_read(exchange, values->text[0], target, err);
}

enum eg_status eg_entries_check(struct eg_exchange *exchange, struct eg_editor_known *editor_out,
                                struct eg_error *err)
{
    return eg_access_check(exchange, eg_text_from(exchange->caller.csrf), editor_out, err);
}

/* --- lists ----------------------------------------------------------------------------------------------------------------- */

static void write_link(const struct eg_exchange *exchange, const char *path, const char *rel, uint32_t offset,
                       struct eg_json *json, struct eg_json_value *links)
{
    struct eg_buffer href;
    eg_buffer_init(&href, 0);
    eg_buffer_text(&href, exchange->base_url);
    eg_buffer_printf(&href, "%s?limit=%u&offset=%u", path, exchange->wanted.entries.limit, offset);
    if (exchange->wanted.entries.batch.len > 0)
        eg_target_write_parameter(&href, "batch", exchange->wanted.entries.batch);
    struct eg_json_value *link = href.failed ? NULL : eg_json_object(json, links, NULL);
    eg_json_cstring(json, link, "rel", rel);
    eg_json_cstring(json, link, "type", "application/json");
    eg_json_text(json, link, "href", (struct eg_text){href.data, href.len});
    eg_buffer_clear(&href);
}

void eg_entries_write_links(const struct eg_exchange *exchange, const char *path, bool has_more,
                            struct eg_json *json)
{
    const struct eg_entries_request *wanted = &exchange->wanted.entries;
    struct eg_json_value *links = eg_json_array(json, eg_json_root(json), "links");
    uint32_t before = wanted->offset < wanted->limit ? 0 : wanted->offset - wanted->limit;
    if (wanted->offset > 0) write_link(exchange, path, "prev", before, json, links);
    if (has_more) write_link(exchange, path, "next", wanted->offset + wanted->limit, json, links);
}

static void write_item(const struct eg_records *records, const struct eg_record *service,
                       struct eg_json *json, struct eg_json_value *into)
{
    static const struct {
        const char *name;
        uint32_t field;
    } members[] = {{"id", EG_SERVICE_ID},
                   {"name", EG_SERVICE_NAME},
                   {"kind", EG_SERVICE_KIND},
                   {"status", EG_SERVICE_STATUS},
                   {"last_modified", EG_SERVICE_LAST_MODIFIED}};
    struct eg_text reviewed = eg_record_reviewed(records, service);
    for (size_t i = 0; i < EG_ARRAY_LEN(members); i++)
        if (service->field[members[i].field].len > 0)
            eg_json_text(json, into, members[i].name, service->field[members[i].field]);
    if (reviewed.len > 0) eg_json_text(json, into, "last_reviewed", reviewed);
}

static enum eg_status make_list(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    const struct eg_entries_request *wanted = &exchange->wanted.entries;
    const struct eg_records *records = exchange->snapshot->records;
    struct eg_entity entity = {0};
    struct eg_json *json = eg_json_new_object();
    uint32_t n = records ? eg_records_count(records, EG_RECORD_SERVICE) : 0;
    uint32_t left = wanted->offset < n ? n - wanted->offset : 0;
    uint32_t shown = left < wanted->limit ? left : wanted->limit;
    eg_json_integer(json, eg_json_root(json), "numberMatched", n);
    eg_json_integer(json, eg_json_root(json), "numberReturned", shown);
    struct eg_json_value *items = eg_json_array(json, eg_json_root(json), "entries");
    for (uint32_t i = 0; i < shown; i++)
        write_item(records, eg_records_at(records, EG_RECORD_SERVICE, wanted->offset + i), json,
                   eg_json_object(json, items, NULL));
    eg_entries_write_links(exchange, "/entries", left > shown, json);
    enum eg_status status = eg_entity_from_json(json, "application/json", &entity, err);
    return status == EG_OK ? eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err) : status;
}

/* --- one entry ------------------------------------------------------------------------------------------------------------- */

/* The tag lets a client of whichever origin write by it. */
static enum eg_status answer_document(const struct eg_exchange *exchange, struct eg_buffer *document,
                                      struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_entity entity = {0};
    enum eg_status status = eg_entity_from_buffer(document, "application/json", true, &entity, err);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, exchange->accepts_gzip, answer_out, err);
    if (status == EG_OK) (*answer_out)->shows_etag = true;
    return status;
}

/* Whether everything is to be shown. A wrong token is told of; a session that has ended leaves a visitor like any other. */
static enum eg_status see_who_asks(struct eg_exchange *exchange, bool *is_editor_out, struct eg_error *err)
{
    struct eg_editor_known editor;
    *is_editor_out = false;
    if (!exchange->caller.authorization && !exchange->caller.session) return EG_OK;
    enum eg_status status = eg_entries_check(exchange, &editor, err);
    *is_editor_out = status == EG_OK;
    if (exchange->caller.authorization) return status;
    exchange->refused_with = 0;
    return EG_OK;
}

static enum eg_status make_document(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                    struct eg_error *err)
{
    struct eg_buffer document;
    bool is_editor;
    struct eg_snapshot *fresh = NULL;
    struct eg_engine *engine = exchange->server->engine;
    enum eg_status status = see_who_asks(exchange, &is_editor, err);
    if (status != EG_OK) return status;
    exchange->freshness = is_editor ? EG_FRESH_NEVER : EG_FRESH_CHECK;
    if (is_editor) {
        eg_engine_catch_up(engine);
        fresh = eg_engine_snapshot(engine);
    }
    eg_buffer_init(&document, 0);
    status = eg_edits_read(fresh ? fresh : exchange->snapshot, exchange->wanted.entries.id, is_editor,
                           &document, NULL, err);
    if (status == EG_OK) status = answer_document(exchange, &document, answer_out, err);
    eg_buffer_clear(&document);
    eg_snapshot_release(fresh);
    return status;
}

/* --- conditions ------------------------------------------------------------------------------------------------------------ */

/* The headers of the request, compared when the change is made (RFC 9110, 13.2.2). */
struct condition {
    const char *if_match, *if_none_match;
    bool *failed;
};

static bool holds(const void *context, const char *version)
{
    const struct condition *condition = context;
    char etag[EG_EDIT_VERSION_BYTES + 2];
    bool exists = version[0] != '\0';
    (void)snprintf(etag, sizeof etag, "\"%s\"", version);
    bool fine = true;
    if (condition->if_match) fine = exists && eg_etag_holds(condition->if_match, etag);
    if (condition->if_none_match) fine = fine && !(exists && eg_etag_matches(condition->if_none_match, etag));
    *condition->failed = !fine;
    return fine;
}

/* An entry that others may have changed is not written to blindly (RFC 6585, 3). */
static enum eg_status need_condition(struct eg_exchange *exchange, struct eg_error *err)
{
    const struct eg_caller *caller = &exchange->caller;
    bool is_put = exchange->method == EG_METHOD_PUT;
    bool as_new = is_put && caller->if_none_match && strcmp(caller->if_none_match, "*") == 0;
    if (caller->if_match || as_new) return EG_OK;
    exchange->refused_with = MHD_HTTP_PRECONDITION_REQUIRED;
    eg_error_set(err, EG_INVALID, "say by If-Match which version you have seen: the ETag of the entry%s",
                 is_put ? "; for a new entry say If-None-Match: *" : "");
    eg_error_field(err, "If-Match");
    return EG_INVALID;
}

/* --- writing --------------------------------------------------------------------------------------------------------------- */

static enum eg_status read_body(const struct eg_exchange *exchange, struct eg_json **json_out,
                                struct eg_error *err)
{
    struct eg_text body = eg_text_trim((struct eg_text){exchange->body.data, exchange->body.len});
    struct eg_error why = {0};
    enum eg_status status = EG_INVALID;
    if (!exchange->has_body || body.len == 0 || body.data[0] != '{')
        eg_error_set(err, status, "the body has to be an entry's document: an object of JSON");
    else if ((status = eg_json_parse(body, json_out, &why)) == EG_OK) return EG_OK;
    else
        eg_error_set(err, status, "the body is no JSON at line %u, column %u: %s", why.line, why.column,
                     why.message);
    eg_error_field(err, "body");
    return status;
}

static enum eg_status add_location(const struct eg_exchange *exchange, const char *id,
                                   struct eg_answer *answer, struct eg_error *err)
{
    struct eg_buffer url;
    eg_buffer_init(&url, 0);
    eg_buffer_text(&url, exchange->base_url);
    eg_buffer_printf(&url, "/entries/%s", id);
    enum eg_status status = url.failed ? eg_error_no_memory(err, url.len)
                                       : eg_answer_add_header(answer, "Location", url.data, err);
    eg_buffer_clear(&url);
    return status;
}

/* What was done stays done, even when there is no memory to say so. */
static enum eg_status answer_done(const struct eg_exchange *exchange, struct eg_edit_done *done,
                                  struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_answer *answer = NULL;
    bool is_gone = done->version[0] == '\0';
    enum eg_status status = is_gone ? eg_answer_from_static("", 0, NULL, false, &answer, err)
                                    : answer_document(exchange, &done->document, &answer, err);
    if (status == EG_OK && done->made) status = add_location(exchange, done->entry_id, answer, err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    answer->status = is_gone ? MHD_HTTP_NO_CONTENT : done->made ? MHD_HTTP_CREATED : MHD_HTTP_OK;
    *answer_out = answer;
    return EG_OK;
}

/* Puts or removes, and answers. `document` NULL: removes. */
static enum eg_status carry_out(struct eg_exchange *exchange, const struct eg_editor_known *editor,
                                const struct eg_json_value *document, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    const struct eg_caller *caller = &exchange->caller;
    const struct eg_entries_request *wanted = &exchange->wanted.entries;
    bool failed = false;
    struct condition condition = {caller->if_match, caller->if_none_match, &failed};
    struct eg_edit edit = {.by = eg_text_from(editor->name), .reason = wanted->reason};
    if (wanted->id.len > 0) {
        edit.holds = holds;
        edit.context = &condition;
    }
    struct eg_edit_done done;
    struct eg_engine *engine = exchange->server->engine;
    enum eg_status status = document ? eg_edits_put(engine, &edit, wanted->id, document, &done, err)
                                     : eg_edits_remove(engine, &edit, wanted->id, &done, err);
    if (status == EG_CONFLICT && failed) exchange->refused_with = MHD_HTTP_PRECONDITION_FAILED;
    if (status != EG_OK) return status;
    status = answer_done(exchange, &done, answer_out, err);
    eg_edit_done_clear(&done);
    return status;
}

static enum eg_status make_change(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                  struct eg_error *err)
{
    struct eg_editor_known editor;
    struct eg_json *json = NULL;
    enum eg_status status = eg_entries_check(exchange, &editor, err);
    if (status == EG_OK && exchange->wanted.entries.id.len > 0) status = need_condition(exchange, err);
    if (status == EG_OK && exchange->method != EG_METHOD_DELETE) status = read_body(exchange, &json, err);
    if (status == EG_OK)
        status = carry_out(exchange, &editor, json ? eg_json_root(json) : NULL, answer_out, err);
    eg_json_free(json);
    return status;
}

enum eg_status eg_entries_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    return exchange->method == EG_METHOD_GET ? make_list(exchange, answer_out, err)
                                             : make_change(exchange, answer_out, err);
}

enum eg_status eg_entry_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                             struct eg_error *err)
{
    return exchange->method == EG_METHOD_GET ? make_document(exchange, answer_out, err)
                                             : make_change(exchange, answer_out, err);
}
