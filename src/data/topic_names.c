#include "data/topic_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/textmap.h"

#define ROOM_BYTES (EG_TOPIC_BYTES * EG_FOLD_GROWTH)
#define ARENA_CEILING_BYTES ((size_t)1024 * 1024 * 1024)

struct folded {
    char text[ROOM_BYTES];
    size_t len; /* 0: too long to be compared */
};

static void fold(struct eg_text topic, struct folded *out)
{
    struct eg_text text = eg_text_trim(topic);
    out->len = 0;
    if (text.len > EG_TOPIC_BYTES) return;
    out->len = eg_text_fold_into(text, EG_FOLD_CASE, out->text, sizeof out->text);
    for (size_t i = 0; i < out->len; i++)
        if (out->text[i] == '_' || out->text[i] == '-') out->text[i] = ' ';
}

static bool is_folded(const struct folded *wanted, struct eg_text topic)
{
    struct folded other;
    if (wanted->len == 0) return false;
    fold(topic, &other);
    return other.len == wanted->len && memcmp(other.text, wanted->text, other.len) == 0;
}

bool eg_topic_is(struct eg_text a, struct eg_text b)
{
    struct folded wanted;
    fold(a, &wanted);
    return eg_text_equal(a, b) || is_folded(&wanted, b);
}

const struct eg_record *eg_topic_term(const struct eg_records *records, struct eg_text topic)
{
    const struct eg_record *same = NULL;
    struct folded wanted;
    fold(topic, &wanted);
    for (uint32_t i = eg_records_count(records, EG_RECORD_TAXONOMY_TERM); i-- > 0;) {
        const struct eg_record *term = eg_records_at(records, EG_RECORD_TAXONOMY_TERM, i);
        if (eg_text_equal(term->field[EG_TAXONOMY_TERM_NAME], topic)) return term;
        if (is_folded(&wanted, term->field[EG_TAXONOMY_TERM_NAME])) same = term;
    }
    return same;
}

/* --- many of them --------------------------------------------------------------------------------------------------------------- */

struct eg_topics {
    struct eg_arena *arena;          /* folded names */
    struct eg_textmap *exact, *same; /* names, and folded names, by their place in `names` */
    struct eg_text *names;
    size_t n_names, capacity;
};

static enum eg_status add(struct eg_topics *topics, struct eg_text name)
{
    struct folded key;
    uint32_t first;
    if (eg_textmap_put(topics->exact, name, (uint32_t)topics->n_names, &first) != EG_OK) return EG_NO_MEMORY;
    if (first != EG_TEXTMAP_NONE) return EG_OK;
    if (!eg_memory_reserve((void **)&topics->names, &topics->capacity, topics->n_names + 1,
                           sizeof *topics->names))
        return EG_NO_MEMORY;
    topics->names[topics->n_names++] = name;
    fold(name, &key);
    struct eg_text text = {key.text, key.len};
    if (key.len == 0 || eg_textmap_get(topics->same, text) != EG_TEXTMAP_NONE) return EG_OK;
    text = eg_text_copy(topics->arena, text);
    return text.data ? eg_textmap_put(topics->same, text, (uint32_t)topics->n_names - 1, NULL) : EG_NO_MEMORY;
}

enum eg_status eg_topics_new(const struct eg_records *known, struct eg_topics **topics_out,
                             struct eg_error *err)
{
    uint32_t n = known ? eg_records_count(known, EG_RECORD_TAXONOMY_TERM) : 0;
    struct eg_topics *topics = *topics_out = eg_memory_zeroed(1, sizeof *topics);
    if (!topics) return eg_error_no_memory(err, sizeof *topics);
    topics->arena = eg_arena_new(ARENA_CEILING_BYTES);
    topics->exact = eg_textmap_new(n);
    topics->same = eg_textmap_new(n);
    enum eg_status status = topics->arena && topics->exact && topics->same ? EG_OK : EG_NO_MEMORY;
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        status = add(topics, eg_records_at(known, EG_RECORD_TAXONOMY_TERM, i)->field[EG_TAXONOMY_TERM_NAME]);
    return status == EG_OK ? EG_OK : eg_error_no_memory(err, n);
}

void eg_topics_free(struct eg_topics *topics)
{
    if (!topics) return;
    eg_arena_free(topics->arena);
    eg_textmap_free(topics->exact);
    eg_textmap_free(topics->same);
    free(topics->names);
    free(topics);
}

static struct eg_text meant_by(const struct eg_topics *topics, const struct eg_topics_wish *wish,
                               struct eg_text told)
{
    struct folded wanted;
    if (eg_textmap_get(topics->exact, told) != EG_TEXTMAP_NONE) return told;
    fold(told, &wanted);
    for (uint32_t i = 0; i < wish->n_own; i++)
        if (is_folded(&wanted, wish->own[i])) return wish->own[i];
    uint32_t i = eg_textmap_get(topics->same, (struct eg_text){wanted.text, wanted.len});
    return wanted.len > 0 && i != EG_TEXTMAP_NONE ? topics->names[i] : told;
}

enum eg_status eg_topics_meant(struct eg_topics *topics, const struct eg_topics_wish *wish,
                               struct eg_arena *arena, const struct eg_text **meant_out, uint32_t *n_out,
                               struct eg_error *err)
{
    struct eg_text *meant = eg_arena_array(arena, wish->n_told, sizeof *meant);
    uint32_t n = 0;
    if (!meant && wish->n_told > 0) return eg_error_no_memory(err, wish->n_told * sizeof *meant);
    for (uint32_t i = 0; i < wish->n_told; i++) {
        uint32_t k = 0;
        struct eg_text topic = meant_by(topics, wish, wish->told[i]);
        if (add(topics, topic) != EG_OK) return eg_error_no_memory(err, sizeof topic);
        while (k < n && !eg_text_equal(meant[k], topic)) k++;
        meant[n] = topic;
        n += k == n;
    }
    *meant_out = meant;
    *n_out = n;
    return EG_OK;
}
