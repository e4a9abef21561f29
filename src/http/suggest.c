/* A form that is asked for, and one that is sent. What is sent is checked whole, against the records as they are, as when an editor accepts
 * it; so its sender is told of mistakes, who knows how to mend them. What comes of the check is thrown away. */
#include "http/suggest.h"

#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "data/entry_document.h"
#include "engine/ledger.h"
#include "engine/named_areas.h"
#include "http/access.h"
#include "http/attempts.h"
#include "http/handlers.h"
#include "http/server_parts.h"
#include "http/suggest_parts.h"

#define ARENA_BYTES (64U << 20) /* an entry may have polygons of a MiB */
#define PERIOD_S 3600.0

struct eg_suggest_limits {
    struct eg_attempts *tries, *addresses, *all;
};

enum eg_status eg_suggest_limits_new(struct eg_suggest_limits **limits_out, struct eg_error *err)
{
    static const struct eg_attempts_rule of_tries = {EG_SUGGEST_TRIES, PERIOD_S},
                                         of_address = {EG_SUGGEST_ADDRESS, PERIOD_S},
                                         of_all = {EG_SUGGEST_ALL, PERIOD_S};
    struct eg_suggest_limits *limits = eg_memory_zeroed(1, sizeof *limits);
    if (!limits) return eg_error_no_memory(err, sizeof *limits);
    enum eg_status status = eg_attempts_new(of_tries, &limits->tries, err);
    if (status == EG_OK) status = eg_attempts_new(of_address, &limits->addresses, err);
    if (status == EG_OK) status = eg_attempts_new(of_all, &limits->all, err);
    if (status != EG_OK) {
        eg_suggest_limits_free(limits);
        return status;
    }
    *limits_out = limits;
    return EG_OK;
}

void eg_suggest_limits_free(struct eg_suggest_limits *limits)
{
    if (!limits) return;
    eg_attempts_free(limits->tries);
    eg_attempts_free(limits->addresses);
    eg_attempts_free(limits->all);
    free(limits);
}

/* --- reading ------------------------------------------------------------------------------------------------------- */

enum eg_status eg_suggest_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    struct eg_finder_request *wanted = &exchange->wanted.finder;
    enum eg_status status = eg_finder_read_manner(exchange, target, err);
    wanted->suggests = true;
    exchange->freshness = EG_FRESH_CHECK;
    if (exchange->method == EG_METHOD_POST) exchange->cost = EG_COST_WRITING;
    if (status == EG_OK) status = eg_target_text(target, "entry", &wanted->entry, err);
    if (status == EG_OK) status = eg_finder_read_flag(target, "done", &wanted->done, err);
    if (status == EG_OK && wanted->entry.len > 0 && wanted->n_kept < EG_FINDER_PARAMETERS)
        wanted->kept[wanted->n_kept++] = (struct eg_parameter){EG_TEXT("entry"), wanted->entry};
    wanted->is_wrong = status != EG_OK;
    if (status != EG_OK) wanted->problem = *err;
    return EG_OK;
}

/* What everybody may know of the entry; the form is about it. */
static enum eg_status read_present(struct eg_suggesting *suggesting, struct eg_error *err)
{
    const struct eg_records *records = suggesting->exchange->snapshot->records;
    struct eg_text entry = suggesting->exchange->wanted.finder.entry;
    struct eg_buffer text;
    if (entry.len == 0) return EG_OK;
    suggesting->service = eg_records_find(records, EG_RECORD_SERVICE, entry);
    if (!suggesting->service)
        return eg_error_set(err, EG_NOT_FOUND, "there is no entry '%.*s' that can be changed here",
                            EG_TEXT_SHOWN(entry, 60));
    suggesting->present = eg_json_new_object();
    if (!suggesting->present) return eg_error_no_memory(err, 0);
    struct eg_json_value *root = eg_json_root(suggesting->present);
    eg_entry_document_write(records, suggesting->service, false, suggesting->present, root);
    eg_buffer_init(&text, 0);
    enum eg_status status = eg_json_finish(suggesting->present, false, &text, err); /* whether it is whole */
    eg_buffer_clear(&text);
    suggesting->form.document = root;
    return status;
}

/* What was typed about an entry that is there no more is not lost: it may be sent as a new one. */
static void forget_entry(struct eg_suggesting *suggesting)
{
    struct eg_finder_request *wanted = &suggesting->exchange->wanted.finder;
    uint32_t n = 0;
    for (uint32_t i = 0; i < wanted->n_kept; i++)
        if (!eg_text_equal(wanted->kept[i].name, EG_TEXT("entry"))) wanted->kept[n++] = wanted->kept[i];
    wanted->n_kept = n;
    wanted->entry = (struct eg_text){0};
    suggesting->is_gone = true;
}

static enum eg_status begin(struct eg_suggesting *suggesting, struct eg_exchange *exchange,
                            struct eg_error *err)
{
    *suggesting = (struct eg_suggesting){.exchange = exchange, .arena = eg_arena_new(ARENA_BYTES)};
    suggesting->form = (struct eg_entry_form){.scope = EG_ENTRY_FORM_PUBLIC,
                                              .locale = exchange->wanted.finder.language.locale,
                                              .faults = &suggesting->faults,
                                              .snapshot = exchange->snapshot,
                                              .arena = suggesting->arena};
    if (!suggesting->arena) return eg_error_no_memory(err, ARENA_BYTES);
    enum eg_status status = read_present(suggesting, err);
    if (status != EG_NOT_FOUND || exchange->method != EG_METHOD_POST) return status;
    forget_entry(suggesting);
    return EG_OK;
}

static void end(struct eg_suggesting *suggesting)
{
    eg_json_free(suggesting->present);
    eg_arena_free(suggesting->arena);
}

/* --- what was sent ------------------------------------------------------------------------------------------------- */

/* Concerns none of the controls. */
static void tell(struct eg_suggesting *suggesting, const char *key, uint32_t number)
{
    struct eg_entry_faults *faults = &suggesting->faults;
    if (faults->n < EG_ENTRY_FAULTS)
        faults->items[faults->n++] = (struct eg_entry_fault){.key = key, .number = number};
}

static uint32_t count_characters(struct eg_text text)
{
    uint32_t n = 0;
    for (size_t i = 0; i < text.len; i++) n += ((unsigned char)text.data[i] & 0xC0) != 0x80 ? 1 : 0;
    return n;
}

static void check_sender(struct eg_suggesting *suggesting)
{
    static const struct {
        const char *name;
        uint32_t most;
    } texts[] = {{EG_SUGGEST_NAME, EG_SUGGEST_LINE},
                 {EG_SUGGEST_CONTACT, EG_SUGGEST_LINE},
                 {EG_SUGGEST_NOTE_NAME, EG_SUGGEST_NOTE}};
    for (size_t i = 0; i < EG_ARRAY_LEN(texts); i++)
        if (count_characters(eg_entry_form_sent(&suggesting->form, texts[i].name)) > texts[i].most)
            tell(suggesting, "suggest.too_long", texts[i].most);
}

/* False when it has to wait: *wait_s of the suggesting says how long. */
static bool take(struct eg_suggesting *suggesting, struct eg_attempts *attempts, const uint8_t *key)
{
    double wait_s;
    if (eg_attempts_take(attempts, key, eg_clock_monotonic_s(), &wait_s)) return true;
    suggesting->wait_s = (uint32_t)wait_s + 1;
    tell(suggesting, "suggest.often", suggesting->wait_s / 60 + 1);
    return false;
}

static bool may_send(struct eg_suggesting *suggesting)
{
    static const uint8_t everybody[EG_ATTEMPTS_KEY_BYTES];
    const struct eg_suggest_limits *limits = suggesting->exchange->server->suggest_limits;
    return take(suggesting, limits->addresses, suggesting->exchange->caller.address.bytes) &&
           take(suggesting, limits->all, everybody);
}

/* Whether the document says anything new. EG_INVALID for a mistake, which is told beside its control. */
static enum eg_status check_document(struct eg_suggesting *suggesting, struct eg_json *document,
                                     bool *is_new_out, struct eg_error *err)
{
    char id[EG_UUID_TEXT_LEN + 1];
    struct eg_records_change change = {0};
    struct eg_document_wish wish = {.document = eg_json_root(document), .keeps_private = true};
    eg_uuid_random(id);
    wish.id = suggesting->service ? suggesting->service->field[0] : eg_text_from(id);
    enum eg_status status = eg_entry_document_change(suggesting->exchange->snapshot->records, &wish,
                                                     suggesting->arena, &change, err);
    if (status == EG_OK)
        status =
            eg_named_areas_check(suggesting->exchange->snapshot->generation, wish.document, &change, err);
    if (status == EG_INVALID || status == EG_LIMIT) {
        eg_entry_form_blame(&suggesting->form, err, &suggesting->faults);
        return EG_INVALID;
    }
    *is_new_out = change.n_puts + change.n_deletes > 0;
    return status;
}

/* What the entry said to who suggests the change. */
static enum eg_status base_of(struct eg_suggesting *suggesting, struct eg_text *base_out,
                              struct eg_error *err)
{
    struct eg_buffer text;
    *base_out = EG_TEXT("");
    if (!suggesting->present) return EG_OK;
    eg_buffer_init(&text, 0);
    enum eg_status status = eg_json_finish(suggesting->present, false, &text, err);
    if (status == EG_OK) *base_out = eg_text_copy(suggesting->arena, (struct eg_text){text.data, text.len});
    if (status == EG_OK && !base_out->data) status = eg_error_no_memory(err, text.len);
    eg_buffer_clear(&text);
    return status;
}

static enum eg_status store(struct eg_suggesting *suggesting, struct eg_text document, struct eg_error *err)
{
    struct eg_suggestion suggestion = {
        .state = EG_SUGGESTION_OPEN,
        .entry_id = suggesting->service ? suggesting->service->field[0] : (struct eg_text){0},
        .document = document,
        .from_name = eg_entry_form_sent(&suggesting->form, EG_SUGGEST_NAME),
        .from_contact = eg_entry_form_sent(&suggesting->form, EG_SUGGEST_CONTACT),
        .note = eg_entry_form_sent(&suggesting->form, EG_SUGGEST_NOTE_NAME)};
    eg_ledger_stamp(suggesting->arena, suggestion.id, &suggestion.at);
    if (!suggestion.at.data) return eg_error_no_memory(err, 0);
    struct eg_ledger *ledger = eg_engine_ledger(suggesting->exchange->server->engine);
    if (!ledger) return eg_error_set(err, EG_BUSY, "the atlas has no store any more");
    enum eg_status status = base_of(suggesting, &suggestion.base, err);
    if (status == EG_OK) status = eg_store_suggest(eg_ledger_store(ledger), &suggestion, err);
    eg_ledger_release(ledger);
    if (status == EG_OK) /* who and what is nobody's business here */
        eg_log(EG_LOG_INFO, "suggest", "suggestion %s is kept for the editors", suggestion.id);
    return status;
}

/* EG_OK: it is kept. EG_INVALID: the faults say why not. */
static enum eg_status keep(struct eg_suggesting *suggesting, struct eg_json *document, struct eg_error *err)
{
    bool is_new = false;
    struct eg_buffer text;
    enum eg_status status = check_document(suggesting, document, &is_new, err);
    if (status != EG_OK) return status;
    if (!is_new && eg_entry_form_sent(&suggesting->form, EG_SUGGEST_NOTE_NAME).len == 0) {
        tell(suggesting, "suggest.unchanged", 0);
        return eg_error_set(err, EG_INVALID, "nothing was changed");
    }
    if (!may_send(suggesting)) return eg_error_set(err, EG_INVALID, "too many suggestions");
    eg_buffer_init(&text, 0);
    status = eg_json_finish(document, false, &text, err);
    if (status == EG_OK) status = store(suggesting, (struct eg_text){text.data, text.len}, err);
    eg_buffer_clear(&text);
    return status;
}

static enum eg_status read_form(struct eg_suggesting *suggesting, struct eg_json **document_out,
                                struct eg_error *err)
{
    static const char *const others[] = {EG_SUGGEST_NAME, EG_SUGGEST_CONTACT, EG_SUGGEST_NOTE_NAME,
                                         EG_SUGGEST_TRAP, NULL};
    struct eg_json *document = NULL;
    enum eg_status status =
        eg_entry_form_read(&suggesting->form, others, &suggesting->faults, &document, err);
    if (status == EG_CONFLICT) tell(suggesting, "suggest.changed", 0);
    if (status != EG_OK && status != EG_INVALID) return status;
    check_sender(suggesting);
    if (suggesting->faults.n == 0) {
        *document_out = document;
        return EG_OK;
    }
    eg_json_free(document);
    return eg_error_set(err, EG_INVALID, "the form has faults");
}

/* What was asked is answered in the form, which is shown again. */
static enum eg_status answer(struct eg_suggesting *suggesting, struct eg_error *err)
{
    suggesting->asks = true;
    enum eg_status status =
        eg_entry_form_answer(&suggesting->form, &suggesting->answers, &suggesting->posted, err);
    suggesting->form.answers = &suggesting->answers;
    return status;
}

static enum eg_status receive(struct eg_suggesting *suggesting, struct eg_error *err)
{
    struct eg_exchange *exchange = suggesting->exchange;
    struct eg_json *document = NULL;
    char none[1] = "";
    struct eg_buffer *body = exchange->has_body ? &exchange->body : NULL;
    enum eg_status status =
        eg_entry_form_parse(body && body->data ? body->data : none, body && body->data ? body->len : 0,
                            suggesting->arena, &suggesting->posted, err);
    if (status != EG_OK) return status;
    suggesting->form.posted = &suggesting->posted;
    if (eg_entry_form_asks(&suggesting->form)) return answer(suggesting, err);
    if (!take(suggesting, exchange->server->suggest_limits->tries, exchange->caller.address.bytes))
        return eg_error_set(err, EG_INVALID, "too many forms");
    if (eg_entry_form_sent(&suggesting->form, EG_SUGGEST_TRAP).len > 0) return EG_OK;
    if (suggesting->is_gone) {
        tell(suggesting, "suggest.gone", 0);
        return eg_error_set(err, EG_CONFLICT, "the entry is there no more");
    }
    status = read_form(suggesting, &document, err);
    if (status == EG_OK) status = keep(suggesting, document, err);
    eg_json_free(document);
    return status;
}

/* --- answers ------------------------------------------------------------------------------------------------------- */

/* What went wrong, with the form as it was sent. */
static enum eg_status show_again(struct eg_suggesting *suggesting, enum eg_status why,
                                 struct eg_answer **answer_out, struct eg_error *err)
{
    unsigned http_status = MHD_HTTP_BAD_REQUEST;
    suggesting->exchange->freshness = EG_FRESH_NEVER;
    if (why == EG_CONFLICT) http_status = MHD_HTTP_CONFLICT;
    if (suggesting->wait_s > 0) http_status = MHD_HTTP_TOO_MANY_REQUESTS;
    if (why == EG_BUSY || why == EG_IO || why == EG_LIMIT) {
        tell(suggesting, why == EG_LIMIT ? "suggest.full" : "suggest.busy", 0);
        http_status = MHD_HTTP_SERVICE_UNAVAILABLE;
    }
    if (why == EG_IO) eg_log(EG_LOG_ERROR, "suggest", "a suggestion could not be kept: %s", err->message);
    return eg_suggest_show(suggesting, http_status, answer_out, err);
}

static enum eg_status make_sent(struct eg_suggesting *suggesting, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    struct eg_exchange *exchange = suggesting->exchange;
    struct eg_finder_request *wanted = &exchange->wanted.finder;
    if (eg_access_check_origin(exchange, &wanted->problem) != EG_OK)
        return eg_finder_make_problem(exchange, "suggest.elsewhere", MHD_HTTP_FORBIDDEN, answer_out, err);
    enum eg_status status = receive(suggesting, err);
    if (status == EG_OK && suggesting->asks) {
        exchange->freshness = EG_FRESH_NEVER;
        return eg_suggest_show(suggesting, MHD_HTTP_OK, answer_out, err);
    }
    if (status == EG_OK) return eg_suggest_redirect(exchange, answer_out, err);
    if (status == EG_NO_MEMORY) return status;
    if (suggesting->form.posted) return show_again(suggesting, status, answer_out, err);
    wanted->problem = *err; /* it is no form at all */
    return eg_finder_make_problem(exchange, "error.request", 0, answer_out, err);
}

/* The atlas has a store, and it is read. */
static bool has_store(const struct eg_snapshot *snapshot)
{
    return snapshot && snapshot->records && eg_atlas_store_of(snapshot->atlas) != EG_ATLAS_NONE;
}

enum eg_status eg_suggest_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    struct eg_finder_request *wanted = &exchange->wanted.finder;
    struct eg_suggesting suggesting;
    if (wanted->is_wrong) return eg_finder_make_problem(exchange, "error.request", 0, answer_out, err);
    if (!has_store(exchange->snapshot)) {
        eg_error_set(&wanted->problem, EG_NOT_FOUND,
                     "the atlas has no directory with 'store: FILE.gpkg', in which suggestions are kept");
        return eg_finder_make_problem(exchange, "suggest.none", 0, answer_out, err);
    }
    if (wanted->done) return eg_suggest_thank(exchange, answer_out, err);
    enum eg_status status = begin(&suggesting, exchange, err);
    if (status == EG_OK)
        status = exchange->method == EG_METHOD_POST
                     ? make_sent(&suggesting, answer_out, err)
                     : eg_suggest_show(&suggesting, MHD_HTTP_OK, answer_out, err);
    end(&suggesting);
    if (status != EG_NOT_FOUND) return status;
    wanted->problem = *err;
    return eg_finder_make_problem(exchange, "error.entry", 0, answer_out, err);
}
