#include "http/access.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <microhttpd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/memory.h"
#include "http/access_parts.h"
#include "http/attempts.h"
#include "http/editors_watch.h"
#include "http/server_parts.h"
#include "http/sessions.h"

#define N_FAMILIAR 1024U /* addresses from which editors signed in: as many as anybody will have */

struct eg_access {
    struct eg_editors_watch *editors;
    struct eg_sessions *sessions;
    struct eg_attempts *addresses, *names, *tokens; /* passwords by address and by name; tokens by address */
    uint64_t seed;                                  /* of the hashes below, unknown to strangers */
    pthread_mutex_t lock;          /* guards the two below; nothing else is locked while it is held */
    uint64_t familiar[N_FAMILIAR]; /* hashes of a name and an address; 0: none */
    uint32_t n_familiar;           /* so many were ever written, in turns */
};

enum eg_status eg_access_new(struct eg_access **access_out, struct eg_error *err)
{
    static const struct eg_attempts_rule of_address = {EG_ACCESS_ADDRESS, 900},
                                         of_name = {EG_ACCESS_NAME, 3600};
    struct eg_access *access = eg_memory_zeroed(1, sizeof *access);
    if (!access) return eg_error_no_memory(err, sizeof *access);
    char uuid[EG_UUID_TEXT_LEN + 1];
    eg_uuid_random(uuid);
    access->seed = eg_hash64(uuid, EG_UUID_TEXT_LEN, 0);
    pthread_mutex_init(&access->lock, NULL);
    enum eg_status status = eg_editors_watch_new(&access->editors, err);
    if (status == EG_OK) status = eg_sessions_new(&access->sessions, err);
    if (status == EG_OK) status = eg_attempts_new(of_address, &access->addresses, err);
    if (status == EG_OK) status = eg_attempts_new(of_name, &access->names, err);
    if (status == EG_OK) status = eg_attempts_new(of_address, &access->tokens, err);
    if (status != EG_OK) {
        eg_access_free(access);
        return status;
    }
    *access_out = access;
    return EG_OK;
}

void eg_access_free(struct eg_access *access)
{
    if (!access) return;
    eg_editors_watch_free(access->editors);
    eg_sessions_free(access->sessions);
    eg_attempts_free(access->addresses);
    eg_attempts_free(access->names);
    eg_attempts_free(access->tokens);
    pthread_mutex_destroy(&access->lock);
    free(access);
}

/* --- refusing -------------------------------------------------------------------------------------------------------------- */

static enum eg_status refuse(struct eg_exchange *exchange, unsigned http_status)
{
    exchange->refused_with = http_status;
    return http_status == MHD_HTTP_TOO_MANY_REQUESTS || http_status == MHD_HTTP_SERVICE_UNAVAILABLE
               ? EG_BUSY
               : EG_INVALID;
}

static enum eg_status refuse_for_now(struct eg_exchange *exchange, double wait_s, struct eg_error *err)
{
    exchange->retry_after_s = (uint32_t)wait_s + 1;
    return eg_error_set(err, refuse(exchange, MHD_HTTP_TOO_MANY_REQUESTS),
                        "too many attempts failed; try again in %u seconds", exchange->retry_after_s);
}

/* "192.0.2.7", or "2001:db8::/64" of an address of which the first half counts. */
static const char *write_address(const struct eg_client_address *address, char text_out[64])
{
    static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
    char text[INET6_ADDRSTRLEN] = "";
    bool is_v4 = memcmp(address->bytes, mapped, sizeof mapped) == 0;
    (void)inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? address->bytes + 12 : address->bytes, text,
                    sizeof text);
    (void)snprintf(text_out, 64, "%s%s", text, is_v4 ? "" : "/64");
    return text_out;
}

/* --- the editors ----------------------------------------------------------------------------------------------------------- */

/* Those of the atlas that is served now. */
static enum eg_status hold_editors(struct eg_exchange *exchange, struct eg_editors_held **held_out,
                                   struct eg_error *err)
{
    const struct eg_atlas *atlas = exchange->snapshot->atlas;
    uint32_t store = eg_atlas_store_of(atlas);
    if (store == EG_ATLAS_NONE)
        return eg_error_set(
            err, refuse(exchange, MHD_HTTP_FORBIDDEN),
            "nothing can be changed here: the atlas has no directory with 'store: FILE.gpkg'");
    struct eg_text path = atlas->directories[store].store.editors;
    if (path.len == 0)
        return eg_error_set(
            err, refuse(exchange, MHD_HTTP_FORBIDDEN),
            "nobody may edit here: the atlas's directory with a store has no 'editors: FILE'");
    struct eg_error why = {0};
    enum eg_status status = eg_editors_hold(exchange->server->access->editors, path, held_out, &why);
    if (status == EG_OK || status == EG_NO_MEMORY) {
        if (status != EG_OK && err) *err = why;
        return status;
    }
    if (status == EG_NOT_FOUND)
        return eg_error_set(
            err, refuse(exchange, MHD_HTTP_FORBIDDEN),
            "nobody may edit here: the file that the atlas names under 'editors' is not there "
            "yet; 'evenground editor' makes it");
    return eg_error_set(err, refuse(exchange, MHD_HTTP_SERVICE_UNAVAILABLE),
                        "nobody can edit now: the editors' file cannot be used; the server's log says why");
}

static const struct eg_editor *editor_named(const struct eg_editors *editors, struct eg_text name)
{
    for (uint32_t i = 0; i < editors->n; i++)
        if (eg_text_equal(editors->items[i].name, name)) return &editors->items[i];
    return NULL;
}

static void know(const struct eg_editor *editor, const char *csrf, struct eg_editor_known *editor_out)
{
    *editor_out = (struct eg_editor_known){.name = ""};
    memcpy(editor_out->name, editor->name.data, editor->name.len);
    if (csrf) memcpy(editor_out->csrf, csrf, sizeof editor_out->csrf);
}

/* --- from where ------------------------------------------------------------------------------------------------------------ */

/* "https://atlas.example:8443" of an address with a path. */
static struct eg_text origin_of(struct eg_text url)
{
    struct eg_text mark = EG_TEXT("://");
    size_t at = 0;
    while (at + mark.len < url.len && memcmp(url.data + at, mark.data, mark.len) != 0) at++;
    for (at += mark.len; at < url.len && url.data[at] != '/'; at++) {
    }
    return (struct eg_text){url.data, at < url.len ? at : url.len};
}

/* Browsers leave out the port that goes without saying. */
static struct eg_text without_usual_port(struct eg_text origin)
{
    bool https = eg_text_starts_with(origin, EG_TEXT("https:"));
    struct eg_text port = https ? EG_TEXT(":443") : EG_TEXT(":80");
    if (eg_text_ends_with(origin, port)) origin.len -= port.len;
    return origin;
}

/* "localhost:8080", "192.0.2.7", "[::1]:8080": hosts that no name server has a say in. */
static bool is_sure_host(const char *host)
{
    char name[INET6_ADDRSTRLEN + 2];
    uint8_t address[16];
    bool is_v6 = host[0] == '[';
    size_t len = is_v6 ? strcspn(host + 1, "]") : strcspn(host, ":");
    if (len >= sizeof name) return false;
    (void)snprintf(name, sizeof name, "%.*s", (int)len, host + is_v6);
    if (is_v6) return inet_pton(AF_INET6, name, address) == 1;
    return eg_text_equal_any_case(eg_text_from(name), EG_TEXT("localhost")) ||
           inet_pton(AF_INET, name, address) == 1;
}

/* Whether the page that sends is at the very host that it sends to. Who starts a server and opens http://localhost:8080/ instead of
 * http://127.0.0.1:8080/ is no other site. A page cannot choose Host: browsers write into it where the request goes, as they write into Origin
 * where the page is from. But a stranger can give a name of his own our address (DNS rebinding), and then his page is at the host that it
 * sends to. So only names that he cannot give count: localhost and addresses in figures. All others are for base_url to say, and where
 * it does, or a proxy is trusted to, this is not asked. */
static bool is_own_host(const char *host, struct eg_text origin)
{
    struct eg_text scheme = EG_TEXT("http://");
    if (!host || !is_sure_host(host) || !eg_text_starts_with(origin, scheme)) return false;
    struct eg_text from = without_usual_port(origin), to = eg_text_from(host);
    from = (struct eg_text){from.data + scheme.len, from.len - scheme.len};
    if (eg_text_ends_with(to, EG_TEXT(":80"))) to.len -= 3;
    return eg_text_equal_any_case(from, to);
}

enum eg_status eg_access_check_origin(struct eg_exchange *exchange, struct eg_error *err)
{
    const char *said = exchange->caller.origin;
    struct eg_text own = without_usual_port(origin_of(exchange->base_url));
    if (!said || eg_text_equal_any_case(without_usual_port(eg_text_from(said)), own) ||
        is_own_host(exchange->caller.own_host, eg_text_from(said)))
        return EG_OK;
    return eg_error_set(err, refuse(exchange, MHD_HTTP_FORBIDDEN),
                        "the request comes from a page of another site; this one is %.*s, and says so by "
                        "'base_url' in the atlas's 'server' when it is reached by another address",
                        EG_TEXT_SHOWN(own, 200));
}

/* --- tokens ---------------------------------------------------------------------------------------------------------------- */

static bool bearer_of(const char *authorization, struct eg_text *token_out)
{
    struct eg_text scheme, rest = eg_text_cut(eg_text_from(authorization), ' ', &scheme);
    *token_out = eg_text_trim(rest);
    return eg_text_equal_any_case(scheme, EG_TEXT("Bearer"));
}

static enum eg_status refuse_token(struct eg_exchange *exchange, double now_s, struct eg_error *err)
{
    double wait_s;
    char address[64];
    if (!eg_attempts_take(exchange->server->access->tokens, exchange->caller.address.bytes, now_s, &wait_s))
        return refuse_for_now(exchange, wait_s, err);
    eg_log(EG_LOG_WARNING, "access", "a wrong token from %s",
           write_address(&exchange->caller.address, address));
    return eg_error_set(err, refuse(exchange, MHD_HTTP_UNAUTHORIZED), "the token is none that is known here");
}

static enum eg_status check_token(struct eg_exchange *exchange, const struct eg_editors *editors,
                                  double now_s, struct eg_editor_known *editor_out, struct eg_error *err)
{
    struct eg_text token;
    if (!bearer_of(exchange->caller.authorization, &token))
        return eg_error_set(err, refuse(exchange, MHD_HTTP_UNAUTHORIZED),
                            "Authorization has to be 'Bearer' and an editor's token");
    const struct eg_editor *editor = eg_editors_of_token(editors, token);
    if (!editor) return refuse_token(exchange, now_s, err);
    know(editor, NULL, editor_out);
    return EG_OK;
}

/* --- sessions -------------------------------------------------------------------------------------------------------------- */

/* Takes as long wherever they differ. */
static bool is_secret_equal(struct eg_text said, const char *secret)
{
    size_t len = strlen(secret);
    unsigned differs = said.len != len;
    for (size_t i = 0; i < len && i < said.len; i++)
        differs |= (unsigned)(unsigned char)said.data[i] ^ (unsigned)(unsigned char)secret[i];
    return differs == 0;
}

static enum eg_status check_session(struct eg_exchange *exchange, const struct eg_editors *editors,
                                    double now_s, struct eg_editor_known *editor_out, struct eg_error *err)
{
    struct eg_sessions *sessions = exchange->server->access->sessions;
    struct eg_text secret = eg_text_from(exchange->caller.session);
    struct eg_session session;
    const struct eg_editor *editor = NULL;
    if (eg_sessions_find(sessions, secret, now_s, &session))
        editor = editor_named(editors, eg_text_from(session.name));
    if (!editor || !eg_session_is_of(&session, editor)) {
        eg_sessions_end(sessions, secret);
        return eg_error_set(err, refuse(exchange, MHD_HTTP_UNAUTHORIZED),
                            "nobody is signed in, or no longer: sign in, or send an editor's token");
    }
    know(editor, session.csrf, editor_out);
    return EG_OK;
}

static enum eg_status check_form(struct eg_exchange *exchange, struct eg_text csrf,
                                 const struct eg_editor_known *editor, struct eg_error *err)
{
    if (exchange->method == EG_METHOD_GET) return EG_OK;
    enum eg_status status = eg_access_check_origin(exchange, err);
    if (status != EG_OK || is_secret_equal(csrf, editor->csrf)) return status;
    return eg_error_set(err, refuse(exchange, MHD_HTTP_FORBIDDEN),
                        "the form is not one that was shown to this session; load the page again");
}

enum eg_status eg_access_check_at(struct eg_exchange *exchange, struct eg_text csrf, double now_s,
                                  struct eg_editor_known *editor_out, struct eg_error *err)
{
    struct eg_editors_held *held = NULL;
    struct eg_editor_known known;
    enum eg_status status = hold_editors(exchange, &held, err);
    if (status != EG_OK) return status;
    const struct eg_editors *editors = eg_editors_of(held);
    if (exchange->caller.authorization) {
        status = check_token(exchange, editors, now_s, &known, err);
    } else {
        status = check_session(exchange, editors, now_s, &known, err);
        if (status == EG_OK) status = check_form(exchange, csrf, &known, err);
    }
    eg_editors_let_go(held);
    if (status == EG_OK) *editor_out = known;
    return status;
}

enum eg_status eg_access_check(struct eg_exchange *exchange, struct eg_text csrf,
                               struct eg_editor_known *editor_out, struct eg_error *err)
{
    return eg_access_check_at(exchange, csrf, eg_clock_monotonic_s(), editor_out, err);
}

/* --- cookies --------------------------------------------------------------------------------------------------------------- */

/* The path below which the server is reached: the cookie goes nowhere else. One that could end the attribute, or is too long for it, is
 * left out. */
static struct eg_text cookie_path(struct eg_text base_url)
{
    struct eg_text origin = origin_of(base_url);
    struct eg_text path = {base_url.data + origin.len, base_url.len - origin.len};
    bool is_plain = path.len > 0 && path.len <= 96;
    for (size_t i = 0; i < path.len && is_plain; i++)
        is_plain = path.data[i] > ' ' && path.data[i] < 0x7F && path.data[i] != ';' && path.data[i] != ',';
    return is_plain ? path : EG_TEXT("/");
}

/* It goes with the browser's window: there is no Max-Age. */
static void write_cookie(const struct eg_exchange *exchange, const char *secret, const char *more,
                         char cookie_out[EG_COOKIE_BYTES])
{
    bool https = eg_text_starts_with(exchange->base_url, EG_TEXT("https:"));
    struct eg_text path = cookie_path(exchange->base_url);
    int n = snprintf(cookie_out, EG_COOKIE_BYTES,
                     EG_SESSION_COOKIE "=%s; Path=%.*s; HttpOnly; SameSite=Strict%s%s", secret,
                     EG_TEXT_ARG(path), https ? "; Secure" : "", more);
    EG_ASSERT(n > 0 && (unsigned)n < EG_COOKIE_BYTES);
}

/* --- signing in and out ---------------------------------------------------------------------------------------------------- */

static void key_of_name(struct eg_text name, uint8_t key_out[EG_ATTEMPTS_KEY_BYTES])
{
    char hex[33];
    eg_hash128_hex(name.data, name.len, hex);
    memcpy(key_out, hex, EG_ATTEMPTS_KEY_BYTES);
}

static uint64_t familiarity(const struct eg_exchange *exchange, struct eg_text name)
{
    const struct eg_client_address *address = &exchange->caller.address;
    uint64_t seed = exchange->server->access->seed;
    return eg_hash64(name.data, name.len, eg_hash64(address->bytes, sizeof address->bytes, seed)) | 1U;
}

static bool is_familiar(const struct eg_exchange *exchange, struct eg_text name)
{
    struct eg_access *access = exchange->server->access;
    uint64_t wanted = familiarity(exchange, name);
    bool found = false;
    pthread_mutex_lock(&access->lock);
    for (uint32_t i = 0; i < N_FAMILIAR && !found; i++) found = access->familiar[i] == wanted;
    pthread_mutex_unlock(&access->lock);
    return found;
}

static void become_familiar(const struct eg_exchange *exchange, struct eg_text name)
{
    struct eg_access *access = exchange->server->access;
    if (is_familiar(exchange, name)) return;
    pthread_mutex_lock(&access->lock);
    access->familiar[access->n_familiar++ % N_FAMILIAR] = familiarity(exchange, name);
    pthread_mutex_unlock(&access->lock);
}

static enum eg_status check_often(struct eg_exchange *exchange, struct eg_text name, double now_s,
                                  struct eg_error *err)
{
    struct eg_access *access = exchange->server->access;
    uint8_t key[EG_ATTEMPTS_KEY_BYTES];
    double wait_s;
    key_of_name(name, key);
    if (!eg_attempts_allows(access->addresses, exchange->caller.address.bytes, now_s, &wait_s) ||
        (!is_familiar(exchange, name) && !eg_attempts_allows(access->names, key, now_s, &wait_s)))
        return refuse_for_now(exchange, wait_s, err);
    return EG_OK;
}

/* Of those who come from a familiar address nothing is counted against the name: a stranger could not have been there. The name may be a
 * password that was typed into the wrong field: it is logged only if it is somebody's. */
static enum eg_status count_failure(struct eg_exchange *exchange, struct eg_text name, bool is_name,
                                    double now_s, struct eg_error *err)
{
    struct eg_access *access = exchange->server->access;
    uint8_t key[EG_ATTEMPTS_KEY_BYTES];
    double wait_s;
    char address[64];
    key_of_name(name, key);
    (void)eg_attempts_take(access->addresses, exchange->caller.address.bytes, now_s, &wait_s);
    if (!is_familiar(exchange, name)) (void)eg_attempts_take(access->names, key, now_s, &wait_s);
    (void)write_address(&exchange->caller.address, address);
    if (is_name)
        eg_log(EG_LOG_WARNING, "access", "a wrong password for '%.*s' from %s", EG_TEXT_ARG(name), address);
    else eg_log(EG_LOG_WARNING, "access", "an unknown name from %s", address);
    return eg_error_set(err, refuse(exchange, MHD_HTTP_UNAUTHORIZED), "the name or the password is wrong");
}

static enum eg_status begin_session(struct eg_exchange *exchange, const struct eg_editor *editor,
                                    double now_s, char cookie_out[EG_COOKIE_BYTES], struct eg_error *err)
{
    struct eg_access *access = exchange->server->access;
    char secret[EG_SECRET_LEN + 1], address[64];
    enum eg_status status = eg_sessions_begin(access->sessions, editor, now_s, secret, err);
    if (status != EG_OK) return status;
    eg_sessions_end(access->sessions, eg_text_from(exchange->caller.session));
    eg_attempts_forget(access->addresses, exchange->caller.address.bytes);
    become_familiar(exchange, editor->name);
    eg_log(EG_LOG_INFO, "access", "'%.*s' signed in from %s", EG_TEXT_ARG(editor->name),
           write_address(&exchange->caller.address, address));
    write_cookie(exchange, secret, "", cookie_out);
    explicit_bzero(secret, sizeof secret);
    return EG_OK;
}

enum eg_status eg_access_sign_in_at(struct eg_exchange *exchange, const struct eg_sign_in *with, double now_s,
                                    char cookie_out[EG_COOKIE_BYTES], struct eg_error *err)
{
    struct eg_editors_held *held = NULL;
    const struct eg_editor *editor = NULL;
    enum eg_status status = eg_access_check_origin(exchange, err);
    if (status == EG_OK) status = check_often(exchange, with->name, now_s, err);
    if (status == EG_OK) status = hold_editors(exchange, &held, err);
    if (status != EG_OK) return status;
    const struct eg_editors *editors = eg_editors_of(held);
    status = eg_editors_of_password(editors, with->name, with->password, &editor, err);
    if (status == EG_OK && editor) status = begin_session(exchange, editor, now_s, cookie_out, err);
    else if (status == EG_OK)
        status = count_failure(exchange, with->name, editor_named(editors, with->name) != NULL, now_s, err);
    eg_editors_let_go(held);
    return status;
}

enum eg_status eg_access_sign_in(struct eg_exchange *exchange, struct eg_text name, struct eg_text password,
                                 char cookie_out[EG_COOKIE_BYTES], struct eg_error *err)
{
    struct eg_sign_in with = {name, password};
    return eg_access_sign_in_at(exchange, &with, eg_clock_monotonic_s(), cookie_out, err);
}

void eg_access_sign_out(struct eg_exchange *exchange, char cookie_out[EG_COOKIE_BYTES])
{
    eg_sessions_end(exchange->server->access->sessions, eg_text_from(exchange->caller.session));
    write_cookie(exchange, "", "; Max-Age=0", cookie_out);
}
