/* A few at a time, a thousand at most: looked through one after the other. What is compared is hashes of secrets, so how long a comparison
 * takes tells nothing that would help to find a secret. */
#include "http/sessions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

struct held {
    char hash[EG_SECRET_LEN + 1]; /* empty: a free place */
    double began_s, used_s;
    struct eg_session session;
};

struct eg_sessions {
    pthread_mutex_t lock; /* guards the places; nothing else is locked while it is held */
    struct held places[EG_SESSIONS];
};

enum eg_status eg_sessions_new(struct eg_sessions **sessions_out, struct eg_error *err)
{
    struct eg_sessions *sessions = eg_memory_zeroed(1, sizeof *sessions);
    if (!sessions) return eg_error_no_memory(err, sizeof *sessions);
    pthread_mutex_init(&sessions->lock, NULL);
    *sessions_out = sessions;
    return EG_OK;
}

void eg_sessions_free(struct eg_sessions *sessions)
{
    if (!sessions) return;
    pthread_mutex_destroy(&sessions->lock);
    free(sessions);
}

static bool is_alive(const struct held *held, double now_s)
{
    return held->hash[0] && now_s < held->used_s + EG_SESSION_IDLE_S && now_s < held->began_s + EG_SESSION_S;
}

static bool hash_of(struct eg_text secret, char hash_out[EG_SECRET_LEN + 1])
{
    return secret.len == EG_SECRET_LEN && eg_secret_hash(secret, hash_out, NULL) == EG_OK;
}

/* Under the lock. */
static struct held *find(struct eg_sessions *sessions, const char *hash)
{
    for (uint32_t i = 0; i < EG_SESSIONS; i++)
        if (strcmp(sessions->places[i].hash, hash) == 0) return &sessions->places[i];
    return NULL;
}

/* Under the lock: a free place, or that of the session which ended or was used longest ago. */
static struct held *make_room(struct eg_sessions *sessions, double now_s)
{
    struct held *oldest = &sessions->places[0];
    for (uint32_t i = 0; i < EG_SESSIONS; i++) {
        struct held *held = &sessions->places[i];
        if (!is_alive(held, now_s)) return held;
        if (held->used_s < oldest->used_s) oldest = held;
    }
    return oldest;
}

enum eg_status eg_sessions_begin(struct eg_sessions *sessions, const struct eg_editor *editor, double now_s,
                                 char secret_out[EG_SECRET_LEN + 1], struct eg_error *err)
{
    struct held fresh = {.began_s = now_s, .used_s = now_s};
    char secret[EG_SECRET_LEN + 1];
    EG_ASSERT(editor->name.len <= EG_EDITOR_NAME_BYTES);
    memcpy(fresh.session.name, editor->name.data, editor->name.len);
    eg_hash128_hex(editor->password.data, editor->password.len, fresh.session.password);
    enum eg_status status = eg_secret_new(secret, err);
    if (status == EG_OK) status = eg_secret_new(fresh.session.csrf, err);
    if (status == EG_OK) status = eg_secret_hash(eg_text_from(secret), fresh.hash, err);
    if (status != EG_OK) return status;
    pthread_mutex_lock(&sessions->lock);
    *make_room(sessions, now_s) = fresh;
    pthread_mutex_unlock(&sessions->lock);
    memcpy(secret_out, secret, sizeof secret);
    return EG_OK;
}

bool eg_sessions_find(struct eg_sessions *sessions, struct eg_text secret, double now_s,
                      struct eg_session *session_out)
{
    char hash[EG_SECRET_LEN + 1];
    if (!hash_of(secret, hash)) return false;
    pthread_mutex_lock(&sessions->lock);
    struct held *held = find(sessions, hash);
    bool alive = held && is_alive(held, now_s);
    if (alive) {
        held->used_s = now_s;
        *session_out = held->session;
    } else if (held) {
        *held = (struct held){.hash = ""};
    }
    pthread_mutex_unlock(&sessions->lock);
    return alive;
}

bool eg_session_is_of(const struct eg_session *session, const struct eg_editor *editor)
{
    char password[33];
    eg_hash128_hex(editor->password.data, editor->password.len, password);
    return editor->password.len > 0 && strcmp(password, session->password) == 0;
}

void eg_sessions_end(struct eg_sessions *sessions, struct eg_text secret)
{
    char hash[EG_SECRET_LEN + 1];
    if (!hash_of(secret, hash)) return;
    pthread_mutex_lock(&sessions->lock);
    struct held *held = find(sessions, hash);
    if (held) *held = (struct held){.hash = ""};
    pthread_mutex_unlock(&sessions->lock);
}
