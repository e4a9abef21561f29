/* Two counts, because libmicrohttpd goes on sending from a body after the last user of the answer has left: `users` are those
 * who may ask for a response; when the last of them leaves, the prepared responses are given up. Each response holds the
 * bytes until libmicrohttpd has done with it; `holders` counts them, and the users together as one.
 *
 * A response object is not copied when it is queued, and libmicrohttpd counts its references itself. A form that no client
 * asked for costs nothing; a typical cached tile has one prepared response, some 600 bytes. */
#include "http/answer.h"

#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "base/hash.h"
#include "base/memory.h"
#include "http/gzip.h"

#define LEAST_PACKED_BYTES 512 /* below, a packet is a packet */
#define RESPONSE_BYTES 700     /* about what libmicrohttpd keeps for a response and its headers */

static const char *const cache_control[] = {
    [EG_FRESH_FOREVER] = "public, max-age=31536000, immutable",
    [EG_FRESH_HOUR] = "public, max-age=3600",
    [EG_FRESH_MINUTE] = "public, max-age=60",
    [EG_FRESH_CHECK] = "no-cache",
    [EG_FRESH_NEVER] = "no-store",
};

/* --- life cycle ---------------------------------------------------------------------------------------------------- */

static struct eg_answer *answer_new(const char *media_type, bool is_text)
{
    struct eg_answer *answer = eg_memory_zeroed(1, sizeof *answer);
    if (!answer) return NULL;
    answer->status = MHD_HTTP_OK;
    answer->media_type = media_type;
    answer->varies_by_coding = is_text;
    atomic_init(&answer->users, 1);
    atomic_init(&answer->holders, 1);
    return answer;
}

static void let_go(void *held)
{
    struct eg_answer *answer = held;
    if (atomic_fetch_sub_explicit(&answer->holders, 1, memory_order_acq_rel) != 1) return;
    char *packed = NULL; /* bodies are const for readers; this is the one place that frees them */
    memcpy(&packed, &answer->bodies[EG_CODING_GZIP].bytes, sizeof packed);
    free(packed);
    free(answer->owned_bytes);
    for (unsigned i = 0; i < answer->n_headers; i++) free(answer->headers[i].value);
    free(answer);
}

void eg_answer_retain(struct eg_answer *answer)
{
    atomic_fetch_add_explicit(&answer->users, 1, memory_order_relaxed);
}

static void give_up_prepared(struct eg_answer *answer)
{
    _Atomic(struct MHD_Response *) *slots = &answer->prepared[0][0][0];
    for (size_t i = 0; i < sizeof answer->prepared / sizeof *slots; i++) {
        struct MHD_Response *response = atomic_load_explicit(&slots[i], memory_order_relaxed);
        if (response) MHD_destroy_response(response);
    }
}

void eg_answer_release(struct eg_answer *answer)
{
    if (!answer || atomic_fetch_sub_explicit(&answer->users, 1, memory_order_acq_rel) != 1) return;
    give_up_prepared(answer);
    let_go(answer);
}

/* --- making -------------------------------------------------------------------------------------------------------- */

static void write_etag(char etag_out[40], const char *hash, const char *suffix)
{
    size_t hash_len = strlen(hash), suffix_len = strlen(suffix);
    EG_ASSERT(hash_len + suffix_len + 3 <= 40);
    etag_out[0] = '"';
    memcpy(etag_out + 1, hash, hash_len);
    memcpy(etag_out + 1 + hash_len, suffix, suffix_len);
    memcpy(etag_out + 1 + hash_len + suffix_len, "\"", 2);
}

static enum eg_status pack(struct eg_answer *answer, const char *hash, struct eg_error *err)
{
    const struct eg_answer_body *plain = &answer->bodies[EG_CODING_IDENTITY];
    struct eg_answer_body *packed = &answer->bodies[EG_CODING_GZIP];
    if (plain->len < LEAST_PACKED_BYTES) return EG_OK;
    char *bytes = NULL;
    enum eg_status status = eg_gzip_pack(plain->bytes, plain->len, &bytes, &packed->len, err);
    if (status != EG_OK || !bytes) return status;
    packed->bytes = bytes;
    write_etag(packed->etag, hash, "-gz");
    return EG_OK;
}

enum eg_status eg_answer_from_entity(struct eg_entity *entity, bool with_packed,
                                     struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_answer *answer = answer_new(entity->media_type, entity->is_text);
    if (!answer) {
        eg_entity_clear(entity);
        return eg_error_no_memory(err, sizeof *answer);
    }
    struct eg_answer_body *body = &answer->bodies[EG_CODING_IDENTITY];
    write_etag(body->etag, entity->etag, "");
    enum eg_status status = EG_OK;
    answer->owned_bytes = eg_buffer_take(&entity->body, &body->len);
    body->bytes = answer->owned_bytes ? answer->owned_bytes : "";
    if (with_packed && entity->is_text) status = pack(answer, entity->etag, err);
    eg_entity_clear(entity);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    *answer_out = answer;
    return EG_OK;
}

enum eg_status eg_answer_from_static(const char *bytes, size_t len, const char *media_type, bool is_text,
                                     struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_answer *answer = answer_new(media_type, is_text);
    if (!answer) return eg_error_no_memory(err, sizeof *answer);
    char hash[33];
    eg_hash128_hex(bytes, len, hash);
    answer->bodies[EG_CODING_IDENTITY] = (struct eg_answer_body){.bytes = bytes, .len = len};
    write_etag(answer->bodies[EG_CODING_IDENTITY].etag, hash, "");
    enum eg_status status = is_text ? pack(answer, hash, err) : EG_OK;
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    *answer_out = answer;
    return EG_OK;
}

enum eg_status eg_answer_add_header(struct eg_answer *answer, const char *name, const char *value,
                                    struct eg_error *err)
{
    EG_ASSERT(answer->n_headers < EG_ANSWER_HEADERS);
    char *copy = strdup(value);
    if (!copy) return eg_error_no_memory(err, strlen(value) + 1);
    answer->headers[answer->n_headers++] = (struct eg_header){name, copy};
    return EG_OK;
}

size_t eg_answer_weight_bytes(const struct eg_answer *answer)
{
    return sizeof *answer + RESPONSE_BYTES + answer->bodies[EG_CODING_IDENTITY].len +
           answer->bodies[EG_CODING_GZIP].len;
}

/* --- responses ----------------------------------------------------------------------------------------------------- */

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* Pages in several languages are texts, and never chosen by Accept as well. */
static const char *vary_of(const struct eg_answer *answer, const struct eg_answer_form *form)
{
    static const char *const vary[2][2][2] = {
        {{NULL, "Origin"}, {"Accept", "Accept, Origin"}},
        {{"Accept-Encoding", "Accept-Encoding, Origin"},
         {"Accept-Encoding, Accept", "Accept-Encoding, Accept, Origin"}}};
    bool by_origin = !form->allowed_origin || strcmp(form->allowed_origin, "*") != 0;
    if (answer->varies_by_language)
        return by_origin ? "Accept-Encoding, Accept-Language, Origin" : "Accept-Encoding, Accept-Language";
    return vary[answer->varies_by_coding][answer->varies_by_accept][by_origin];
}

static bool add_body_headers(struct MHD_Response *response, const struct eg_answer *answer,
                             enum eg_coding coding)
{
    if (!answer->media_type) return true;
    return add(response, "Content-Type", answer->media_type) &&
           (coding == EG_CODING_IDENTITY || add(response, "Content-Encoding", "gzip"));
}

/* What has a body has its tag, errors too, although no condition is looked at for those. A 304 carries what a cache updates
 * (RFC 9110, 15.4.5) and describes no content. */
static bool add_headers(struct MHD_Response *response, const struct eg_answer *answer,
                        const struct eg_answer_form *form)
{
    const char *etag = answer->bodies[form->coding].etag;
    const char *vary = vary_of(answer, form);
    bool fine = form->not_modified || add_body_headers(response, answer, form->coding);
    fine = fine && add(response, "Cache-Control", cache_control[form->freshness]);
    if (etag[0] && answer->media_type) fine = fine && add(response, "ETag", etag);
    if (vary) fine = fine && add(response, "Vary", vary);
    if (form->allowed_origin)
        fine = fine && add(response, "Access-Control-Allow-Origin", form->allowed_origin);
    if (form->allowed_origin &&
        (answer->n_headers > 0 || answer->shows_etag)) /* else scripts of other origins could not read them */
        fine = fine && add(response, "Access-Control-Expose-Headers", "*");
    fine = fine && add(response, "X-Content-Type-Options", "nosniff");
    for (unsigned i = 0; i < answer->n_headers; i++)
        fine = fine && add(response, answer->headers[i].name, answer->headers[i].value);
    return fine;
}

/* With its body for a 304 as well: libmicrohttpd sends none, but says its length (RFC 9110, 8.6, allows no other). */
static struct MHD_Response *make_response(struct eg_answer *answer, const struct eg_answer_form *form)
{
    const struct eg_answer_body *body = &answer->bodies[form->coding];
    void *bytes; /* libmicrohttpd only reads it */
    memcpy(&bytes, &body->bytes, sizeof bytes);
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback_cls(body->len, bytes, let_go, answer);
    if (!response) return NULL;
    atomic_fetch_add_explicit(&answer->holders, 1, memory_order_relaxed);
    if (add_headers(response, answer, form)) return response;
    MHD_destroy_response(response);
    return NULL;
}

/* Threads that meet here make one each; the first to come keeps its own. */
static struct MHD_Response *prepared_response(struct eg_answer *answer, const struct eg_answer_form *form)
{
    _Atomic(struct MHD_Response *) *slot =
        &answer->prepared[form->coding][form->freshness][form->not_modified];
    struct MHD_Response *response = atomic_load_explicit(slot, memory_order_acquire);
    if (response) return response;
    struct MHD_Response *made = make_response(answer, form);
    if (!made || atomic_compare_exchange_strong_explicit(slot, &response, made, memory_order_acq_rel,
                                                         memory_order_acquire))
        return made;
    MHD_destroy_response(made);
    return response;
}

bool eg_answer_queue(struct eg_answer *answer, const struct eg_answer_form *form,
                     struct MHD_Connection *connection)
{
    unsigned status = form->not_modified ? MHD_HTTP_NOT_MODIFIED : answer->status;
    bool prepared = form->allowed_origin && strcmp(form->allowed_origin, "*") == 0;
    struct MHD_Response *response = prepared ? prepared_response(answer, form) : make_response(answer, form);
    if (!response) return false;
    bool queued = MHD_queue_response(connection, status, response) == MHD_YES;
    if (!prepared) MHD_destroy_response(response);
    return queued;
}

/* --- past libmicrohttpd -------------------------------------------------------------------------------------------- */

static enum MHD_Result write_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    eg_buffer_printf(cls, "%s: %s\r\n", name, value);
    return MHD_YES;
}

enum eg_status eg_answer_write(struct eg_answer *answer, const struct eg_answer_form *form, bool with_body,
                               struct eg_buffer *out, struct eg_error *err)
{
    const struct eg_answer_body *body = &answer->bodies[form->coding];
    struct MHD_Response *response = make_response(answer, form);
    if (!response) return eg_error_no_memory(err, RESPONSE_BYTES);
    eg_buffer_printf(out, "HTTP/1.1 %u %s\r\n", answer->status, MHD_get_reason_phrase_for(answer->status));
    (void)MHD_get_response_headers(response, write_header, out);
    eg_buffer_printf(out, "Content-Length: %zu\r\nConnection: close\r\n\r\n", body->len);
    if (with_body) eg_buffer_append(out, body->bytes, body->len);
    MHD_destroy_response(response);
    return out->failed ? eg_error_no_memory(err, out->len) : EG_OK;
}
