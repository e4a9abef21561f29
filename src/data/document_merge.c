/* Three comparisons say which members were changed by the one side, by the other, and are not alike by now. Documents have some thirty members,
 * so their names are looked for one by one. */
#include "data/document_merge.h"

#include <stdio.h>
#include <string.h>

#include "data/document_diff.h"

#define MOST_MEMBERS 128U /* a document has 43 */

/* Names of members, each once. */
struct members {
    struct eg_text name[MOST_MEMBERS];
    uint32_t n;
};

struct merging {
    const struct eg_document_merge *merge;
    struct eg_arena *arena;
    struct members changed, edited, unlike; /* base -> changed, base -> now, now -> changed */
    struct members taken;                   /* from what was changed */
    struct eg_document_conflict *conflicts; /* [changed.n] */
    uint32_t n_conflicts, n_open;
    struct eg_json *json;
};

static bool has(const struct members *members, struct eg_text name)
{
    for (uint32_t i = 0; i < members->n; i++)
        if (eg_text_equal(members->name[i], name)) return true;
    return false;
}

static void add(struct members *members, struct eg_text name)
{
    if (members->n < MOST_MEMBERS && !has(members, name)) members->name[members->n++] = name;
}

/* --- what differs ---------------------------------------------------------------------------------------------------------- */

static bool is_object(struct eg_text member)
{
    return eg_text_equal(member, EG_TEXT("organisation")) || eg_text_equal(member, EG_TEXT("location"));
}

/* What the parts of an object are decided by: their own name, or that of the two that make a place. The name lives in the arena; its data
 * is NULL when memory is refused. */
static struct eg_text name_of(struct eg_arena *arena, struct eg_text member, struct eg_text part)
{
    bool is_position = eg_text_equal(part, EG_TEXT("longitude")) || eg_text_equal(part, EG_TEXT("latitude"));
    if (!is_object(member) || part.len == 0) return member;
    if (is_position) return EG_TEXT(EG_DOCUMENT_POSITION);
    return eg_text_format(arena, "%.*s.%.*s", EG_TEXT_ARG(member), EG_TEXT_ARG(part));
}

/* What nobody says is public. */
static bool is_no_difference(const struct eg_document_difference *item)
{
    bool is_public =
        eg_text_equal(item->before, EG_TEXT("public")) || eg_text_equal(item->after, EG_TEXT("public"));
    return eg_text_equal(item->part, EG_TEXT("visibility")) && item->kind == EG_DIFFERENCE_CHANGED &&
           is_public && item->before.len + item->after.len == strlen("public");
}

static enum eg_status compare(struct merging *merging, const struct eg_json_value *before,
                              const struct eg_json_value *after, struct members *members,
                              struct eg_error *err)
{
    struct eg_document_diff diff;
    enum eg_status status = eg_document_diff(before, after, merging->arena, &diff, err);
    for (uint32_t i = 0; status == EG_OK && i < diff.n; i++) {
        const struct eg_document_difference *item = &diff.items[i];
        if (is_no_difference(item)) continue;
        struct eg_text name = name_of(merging->arena, item->member, item->part);
        if (!name.data) return eg_error_no_memory(err, item->part.len);
        add(members, name);
    }
    return status;
}

/* --- deciding -------------------------------------------------------------------------------------------------------------- */

static const struct eg_json_value *value_of(const struct eg_json_value *document, struct eg_text name)
{
    char word[64];
    struct eg_text member, part = eg_text_cut(name, '.', &member);
    (void)snprintf(word, sizeof word, "%.*s", EG_TEXT_SHOWN(member, 63));
    const struct eg_json_value *value = eg_json_get(document, word);
    if (part.len == 0 || eg_text_equal(name, EG_TEXT(EG_DOCUMENT_POSITION))) return value;
    (void)snprintf(word, sizeof word, "%.*s", EG_TEXT_SHOWN(part, 63));
    return eg_json_get(value, word);
}

static const struct eg_document_choice *choice_of(const struct eg_document_merge *merge, struct eg_text name)
{
    for (uint32_t i = 0; i < merge->n_choices; i++)
        if (eg_text_equal(merge->choices[i].member, name)) return &merge->choices[i];
    return NULL;
}

static void decide(struct merging *merging, struct eg_text name)
{
    const struct eg_document_merge *merge = merging->merge;
    if (!has(&merging->unlike, name)) return; /* both sides say the same */
    if (!has(&merging->edited, name)) {
        add(&merging->taken, name);
        return;
    }
    const struct eg_document_choice *choice = choice_of(merge, name);
    if (choice && choice->takes_change) add(&merging->taken, name);
    merging->n_open += !choice;
    merging->conflicts[merging->n_conflicts++] =
        (struct eg_document_conflict){.member = name,
                                      .base = value_of(merge->base, name),
                                      .changed = value_of(merge->changed, name),
                                      .now = value_of(merge->now, name),
                                      .is_open = !choice};
}

/* --- the result ------------------------------------------------------------------------------------------------------------ */

static enum eg_status copy_value(struct merging *merging, struct eg_json_value *into, const char *name,
                                 const struct eg_json_value *value, struct eg_error *err)
{
    struct eg_text text;
    struct eg_buffer written;
    if (!value) return EG_OK;
    if (eg_json_is_text(value, &text)) {
        eg_json_text(merging->json, into, name, text);
        return EG_OK;
    }
    eg_buffer_init(&written, 0);
    enum eg_status status = eg_json_write(value, &written, err);
    if (status == EG_OK) eg_json_raw(merging->json, into, name, (struct eg_text){written.data, written.len});
    eg_buffer_clear(&written);
    return status;
}

/* Of one object: each of its parts from the side that was chosen. It is made when it has one. */
static enum eg_status write_parts(struct merging *merging, const char *member, struct eg_error *err)
{
    const struct eg_json_value *both[] = {eg_json_get(merging->merge->now, member),
                                          eg_json_get(merging->merge->changed, member)};
    struct eg_json_value *object = NULL;
    enum eg_status status = EG_OK;
    for (int side = 0; side < 2; side++) {
        const char *part = NULL;
        while (status == EG_OK && both[side] && eg_json_next(both[side], &part)) {
            struct eg_text name = name_of(merging->arena, eg_text_from(member), eg_text_from(part));
            if (!name.data) return eg_error_no_memory(err, 0);
            if (side == 1 && eg_json_get(both[0], part)) continue; /* was written from the other side */
            const struct eg_json_value *value = eg_json_get(both[has(&merging->taken, name)], part);
            if (value && !object) object = eg_json_object(merging->json, eg_json_root(merging->json), member);
            status = copy_value(merging, object, part, value, err);
        }
    }
    return status;
}

static enum eg_status write_document(struct merging *merging, struct eg_error *err)
{
    const struct eg_json_value *both[] = {merging->merge->now, merging->merge->changed};
    enum eg_status status = EG_OK;
    for (int side = 0; side < 2; side++) {
        const char *name = NULL;
        while (status == EG_OK && both[side] && eg_json_next(both[side], &name)) {
            if (side == 1 && eg_json_get(both[0], name)) continue;
            bool takes = has(&merging->taken, eg_text_from(name));
            if (is_object(eg_text_from(name))) status = write_parts(merging, name, err);
            else
                status = copy_value(merging, eg_json_root(merging->json), name,
                                    eg_json_get(both[takes], name), err);
        }
    }
    return status;
}

static enum eg_status finish(struct merging *merging, struct eg_error *err)
{
    struct eg_buffer text;
    merging->json = eg_json_new_object();
    if (!merging->json) return eg_error_no_memory(err, 0);
    enum eg_status status = write_document(merging, err);
    eg_buffer_init(&text, 0);
    if (status == EG_OK) status = eg_json_finish(merging->json, false, &text, err); /* whether it is whole */
    eg_buffer_clear(&text);
    if (status != EG_OK) eg_json_free(merging->json);
    return status;
}

enum eg_status eg_document_merge(const struct eg_document_merge *merge, struct eg_arena *arena,
                                 struct eg_document_merged *merged_out, struct eg_error *err)
{
    struct merging *merging = eg_arena_array(arena, 1, sizeof *merging);
    if (!merging) return eg_error_no_memory(err, sizeof *merging);
    *merging = (struct merging){.merge = merge, .arena = arena};
    enum eg_status status = compare(merging, merge->base, merge->changed, &merging->changed, err);
    if (status == EG_OK) status = compare(merging, merge->base, merge->now, &merging->edited, err);
    if (status == EG_OK) status = compare(merging, merge->now, merge->changed, &merging->unlike, err);
    merging->conflicts = eg_arena_array(arena, merging->changed.n + 1U, sizeof *merging->conflicts);
    if (status == EG_OK && !merging->conflicts) status = eg_error_no_memory(err, 0);
    if (status != EG_OK) return status;
    for (uint32_t i = 0; i < merging->changed.n; i++) decide(merging, merging->changed.name[i]);
    status = finish(merging, err);
    if (status == EG_OK)
        *merged_out = (struct eg_document_merged){merging->json, merging->conflicts, merging->n_conflicts,
                                                  merging->n_open, merging->edited.n};
    return status;
}

enum eg_status eg_document_merge_check(const struct eg_document_merged *merged, struct eg_error *err)
{
    char names[256] = "";
    struct eg_text first = {0};
    size_t at = 0;
    if (merged->n_open == 0) return EG_OK;
    for (uint32_t i = 0; i < merged->n && at < sizeof names; i++) {
        struct eg_text member = merged->conflicts[i].member;
        if (!merged->conflicts[i].is_open) continue;
        if (first.len == 0) first = member;
        at += (size_t)snprintf(names + at, sizeof names - at, "%s%.*s", at > 0 ? ", " : "",
                               EG_TEXT_ARG(member));
    }
    char field[64];
    (void)snprintf(field, sizeof field, "%.*s", EG_TEXT_SHOWN(first, 63));
    eg_error_set(err, EG_CONFLICT,
                 "the entry was changed since, where the suggestion changes it, too: decide for each of %s",
                 names);
    eg_error_field(err, field);
    return EG_CONFLICT;
}
