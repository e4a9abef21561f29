/* Topics as people read and type them in forms: data/topic_names.h says which is meant. */
#include <string.h>

#include "data/topic_names.h"
#include "engine/snapshot.h"
#include "http/entry_form_parts.h"

struct eg_text eg_form_topic_shown(const struct eg_entry_form *form, struct eg_text topic)
{
    if (topic.len == 0 || !memchr(topic.data, '_', topic.len)) return topic;
    char *shown = eg_arena_array(form->arena, topic.len, 1);
    if (!shown) eg_form_fail(form);
    if (!shown) return topic;
    for (size_t i = 0; i < topic.len; i++) shown[i] = topic.data[i];
    for (size_t i = 0; i < topic.len; i++)
        if (shown[i] == '_') shown[i] = ' ';
    return (struct eg_text){shown, topic.len};
}

struct eg_text eg_form_topic_of_directory(const struct eg_directory *directory, struct eg_text topic)
{
    uint32_t n = 0;
    const struct eg_directory_facet *topics = directory ? eg_directory_topics(directory, &n) : NULL;
    for (uint32_t i = 0; i < n; i++) /* the very one before one that is written in another way */
        if (eg_text_equal(topics[i].text, topic)) return topics[i].text;
    for (uint32_t i = 0; i < n; i++)
        if (eg_topic_is(topic, topics[i].text)) return topics[i].text;
    return (struct eg_text){0};
}

struct eg_text eg_form_topic_meant(const struct eg_entry_form *form, struct eg_text typed)
{
    const struct eg_json_value *now = eg_json_get(form->document, EG_FORM_TOPICS);
    if (typed.len == 0 || typed.len > EG_ENTRY_FORM_SHORT) return typed;
    for (size_t i = 0; i < eg_json_length(now); i++) {
        struct eg_text topic;
        if (eg_json_is_text(eg_json_at(now, i), &topic) && eg_topic_is(typed, topic)) return topic;
    }
    for (uint32_t i = 0; i < form->choices.n_topics; i++)
        if (eg_topic_is(typed, form->choices.topics[i])) return form->choices.topics[i];
    struct eg_text known =
        form->snapshot ? eg_form_topic_of_directory(form->snapshot->directory, typed) : (struct eg_text){0};
    return known.len > 0 ? known : typed;
}
