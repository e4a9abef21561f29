/* Values come in three shapes: texts and numbers, objects of these, lists of these or of objects. Lists have a few items; for the two hundred
 * that a document may have, how like each is to each is worked out once, and then the likest pair is taken again and again. */
#include "data/document_diff.h"

#include <string.h>

#include "data/entry_document.h"

#define FIRST_ROOM 32U
#define SAME 250U       /* nothing differs */
#define SAME_NAME 100U  /* at least: called the same */
#define SAME_MEMBER 10U /* for each that says the same */

struct diffing {
    struct eg_arena *arena;
    struct eg_document_difference *items; /* [room] */
    uint32_t n, room, n_groups;
    enum eg_status status; /* sticky */
    struct eg_error *err;
};

/* By what people know an item: the first that it has is its name. */
static const char *const names[] = {"number", "name",        "document", "title",   "source",
                                    "option", "description", "byday",    "dtstart", "boundaries"};
#define N_TELLING 7 /* of these: two items in which it agrees are the same one */
/* What many items have in common. */
static const char *const usual[] = {"visibility", "type", "currency", "freq", "interval"};
/* Lists that are shown as they were given: by the telephone, funder and areas of an entry people mean the first. */
static const char *const ordered[] = {"phones",  "contacts", "other_locations",   "service_areas",
                                      "funding", "costs",    "required_documents"};

static void fail(struct diffing *diffing, size_t bytes)
{
    if (diffing->status == EG_OK) diffing->status = eg_error_no_memory(diffing->err, bytes);
}

/* --- values ---------------------------------------------------------------------------------------------------------------- */

static bool is_stated(const struct eg_json_value *value)
{
    struct eg_text text;
    double number;
    bool flag;
    const char *name = NULL;
    if (!value) return false;
    if (eg_json_is_text(value, &text)) return eg_text_trim(text).len > 0;
    return eg_json_is_number(value, &number) || eg_json_is_bool(value, &flag) || eg_json_length(value) > 0 ||
           eg_json_next(value, &name) != NULL;
}

static struct eg_text written(struct diffing *diffing, const struct eg_json_value *value)
{
    struct eg_buffer out;
    struct eg_text copy = {0};
    eg_buffer_init(&out, 0);
    enum eg_status status = eg_json_write(value, &out, diffing->err);
    if (status == EG_OK) copy = eg_text_copy(diffing->arena, (struct eg_text){out.data, out.len});
    else if (diffing->status == EG_OK) diffing->status = status;
    if (status == EG_OK && !copy.data) fail(diffing, out.len);
    eg_buffer_clear(&out);
    return copy;
}

static struct eg_text text_of(struct diffing *diffing, const struct eg_json_value *value)
{
    struct eg_text text;
    if (!is_stated(value)) return (struct eg_text){0};
    if (!eg_json_is_text(value, &text)) return written(diffing, value);
    struct eg_text copy = eg_text_copy(diffing->arena, eg_text_trim(text));
    if (!copy.data) fail(diffing, text.len);
    return copy;
}

static bool as_number(const struct eg_json_value *value, double *number_out)
{
    struct eg_text text;
    if (eg_json_is_number(value, number_out)) return true;
    return eg_json_is_text(value, &text) && eg_text_to_double(eg_text_trim(text), number_out);
}

/* Two texts are compared as texts: a telephone number that begins with zeros is no number. */
static bool is_same(const struct eg_json_value *a, const struct eg_json_value *b)
{
    struct eg_text text_a, text_b;
    double number_a, number_b;
    if (!is_stated(a) || !is_stated(b)) return is_stated(a) == is_stated(b);
    if (eg_json_is_text(a, &text_a) && eg_json_is_text(b, &text_b))
        return eg_text_equal(eg_text_trim(text_a), eg_text_trim(text_b));
    if (as_number(a, &number_a) && as_number(b, &number_b))
        return !(number_a < number_b || number_a > number_b);
    struct eg_buffer out_a, out_b;
    eg_buffer_init(&out_a, 0);
    eg_buffer_init(&out_b, 0);
    bool same =
        eg_json_write(a, &out_a, NULL) == EG_OK && eg_json_write(b, &out_b, NULL) == EG_OK &&
        eg_text_equal((struct eg_text){out_a.data, out_a.len}, (struct eg_text){out_b.data, out_b.len});
    eg_buffer_clear(&out_a);
    eg_buffer_clear(&out_b);
    return same;
}

static bool is_object(const struct eg_json_value *value)
{
    const char *name = NULL;
    return value && eg_json_next(value, &name) != NULL;
}

/* --- differences ----------------------------------------------------------------------------------------------------------- */

static void add(struct diffing *diffing, struct eg_document_difference difference)
{
    if (diffing->status != EG_OK) return;
    if (diffing->n == diffing->room) {
        uint32_t room = diffing->room > 0 ? diffing->room * 2 : FIRST_ROOM;
        struct eg_document_difference *items = eg_arena_array(diffing->arena, room, sizeof *items);
        if (!items) {
            fail(diffing, room * sizeof *items);
            return;
        }
        if (diffing->n > 0) memcpy(items, diffing->items, diffing->n * sizeof *items);
        diffing->items = items;
        diffing->room = room;
    }
    diffing->items[diffing->n++] = difference;
}

static enum eg_difference_kind kind_of(const struct eg_json_value *before, const struct eg_json_value *after)
{
    if (!is_stated(before)) return EG_DIFFERENCE_ADDED;
    return is_stated(after) ? EG_DIFFERENCE_CHANGED : EG_DIFFERENCE_REMOVED;
}

/* Of one value; `about` holds member, item, part and, for items, the kind. */
static void compare_values(struct diffing *diffing, struct eg_document_difference about,
                           const struct eg_json_value *before, const struct eg_json_value *after)
{
    if (is_same(before, after)) return;
    about.before = text_of(diffing, before);
    about.after = text_of(diffing, after);
    add(diffing, about);
}

/* The name of the member comes from the JSON, which may go before the result. */
static struct eg_text kept(struct diffing *diffing, const char *name)
{
    struct eg_text copy = eg_text_copy(diffing->arena, eg_text_from(name));
    if (!copy.data) fail(diffing, strlen(name));
    return copy;
}

static void compare_parts(struct diffing *diffing, struct eg_document_difference about,
                          const struct eg_json_value *before, const struct eg_json_value *after)
{
    bool is_item = about.item.len > 0;
    const struct eg_json_value *both[] = {before, after}, *value;
    for (int side = 0; side < 2; side++) {
        const char *name = NULL;
        while (both[side] && (value = eg_json_next(both[side], &name))) {
            const struct eg_json_value *other = both[!side] ? eg_json_get(both[!side], name) : NULL;
            if (side == 1 && other) continue; /* was compared from the other side */
            about.part = kept(diffing, name);
            if (!is_item) about.kind = side == 0 ? kind_of(value, other) : kind_of(other, value);
            compare_values(diffing, about, side == 0 ? value : other, side == 0 ? other : value);
        }
    }
}

/* --- lists ----------------------------------------------------------------------------------------------------------------- */

static bool is_usual(const char *name)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(usual); i++)
        if (strcmp(usual[i], name) == 0) return true;
    return false;
}

static bool is_called_the_same(const struct eg_json_value *a, const struct eg_json_value *b)
{
    for (size_t i = 0; i < N_TELLING; i++) {
        const struct eg_json_value *value = eg_json_get(a, names[i]);
        if (is_stated(value) && is_same(value, eg_json_get(b, names[i]))) return true;
    }
    return false;
}

static uint8_t likeness(const struct eg_json_value *a, const struct eg_json_value *b)
{
    uint32_t n_same = 0, n_other = 0;
    const char *name = NULL;
    const struct eg_json_value *value;
    if (!is_object(a) || !is_object(b)) return is_same(a, b) ? SAME : 0;
    while ((value = eg_json_next(a, &name))) {
        if (!is_same(value, eg_json_get(b, name))) n_other++;
        else if (is_stated(value) && !is_usual(name)) n_same++;
    }
    name = NULL;
    while ((value = eg_json_next(b, &name)))
        if (is_stated(value) && !is_stated(eg_json_get(a, name))) n_other++;
    if (n_other == 0) return SAME;
    uint32_t alike = (is_called_the_same(a, b) ? SAME_NAME : 0) + n_same * SAME_MEMBER;
    return (uint8_t)(alike < SAME ? alike : SAME - 1);
}

static struct eg_text name_of(struct diffing *diffing, const struct eg_json_value *item, uint32_t number)
{
    for (size_t i = 0; is_object(item) && i < EG_ARRAY_LEN(names); i++) {
        struct eg_text text = text_of(diffing, eg_json_get(item, names[i]));
        if (text.len > 0) return text;
    }
    if (!is_object(item)) return text_of(diffing, item);
    struct eg_text text = eg_text_format(diffing->arena, "%u", number + 1);
    if (!text.data) fail(diffing, 8);
    return text;
}

/* One of the two may be NULL. */
static void compare_items(struct diffing *diffing, struct eg_text member, uint32_t number,
                          const struct eg_json_value *before, const struct eg_json_value *after)
{
    uint32_t n = diffing->n;
    const struct eg_json_value *shown = before ? before : after;
    struct eg_document_difference about = {.kind = kind_of(before, after),
                                           .member = member,
                                           .item = name_of(diffing, shown, number),
                                           .group = diffing->n_groups};
    if (is_object(shown)) compare_parts(diffing, about, before, after);
    else compare_values(diffing, about, before, after);
    if (diffing->n > n) diffing->n_groups++;
}

struct pairing {
    const struct eg_json_value *before, *after;
    uint32_t n_before, n_after;
    uint8_t *alike;    /* [n_before * n_after]; 0: not to be paired any more */
    uint32_t *partner; /* [n_before] + 1 of the other list; 0: none */
    bool *taken;       /* [n_after] */
};

static void take(struct pairing *pairing, uint32_t i, uint32_t j)
{
    pairing->partner[i] = j + 1;
    pairing->taken[j] = true;
    memset(&pairing->alike[(size_t)i * pairing->n_after], 0, pairing->n_after);
    for (uint32_t k = 0; k < pairing->n_before; k++) pairing->alike[(size_t)k * pairing->n_after + j] = 0;
}

static void pair_all(struct pairing *pairing)
{
    size_t n = (size_t)pairing->n_before * pairing->n_after;
    for (uint32_t i = 0; i < pairing->n_before; i++)
        for (uint32_t j = 0; j < pairing->n_after; j++)
            pairing->alike[(size_t)i * pairing->n_after + j] =
                likeness(eg_json_at(pairing->before, i), eg_json_at(pairing->after, j));
    for (;;) {
        size_t best = 0;
        for (size_t k = 1; k < n; k++)
            if (pairing->alike[k] > pairing->alike[best]) best = k;
        if (n == 0 || pairing->alike[best] == 0) return;
        take(pairing, (uint32_t)(best / pairing->n_after), (uint32_t)(best % pairing->n_after));
    }
}

static bool prepare(struct diffing *diffing, struct pairing *pairing)
{
    size_t most = EG_DOCUMENT_ITEMS;
    size_t n_before = eg_json_length(pairing->before), n_after = eg_json_length(pairing->after);
    if (n_before > most || n_after > most) {
        diffing->status = eg_error_set(diffing->err, EG_LIMIT,
                                       "a list of the document has more than %u items", EG_DOCUMENT_ITEMS);
        return false;
    }
    pairing->n_before = (uint32_t)n_before;
    pairing->n_after = (uint32_t)n_after;
    pairing->alike = eg_arena_array(diffing->arena, n_before * n_after + 1, 1);
    pairing->partner = eg_arena_array(diffing->arena, n_before + 1, sizeof *pairing->partner);
    pairing->taken = eg_arena_array(diffing->arena, n_after + 1, sizeof *pairing->taken);
    if (pairing->alike && pairing->partner && pairing->taken) return true;
    fail(diffing, n_before * n_after);
    return false;
}

static bool is_ordered(struct eg_text member)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(ordered); i++)
        if (eg_text_equal(member, eg_text_from(ordered[i]))) return true;
    return false;
}

static bool is_reordered(const struct pairing *pairing)
{
    uint32_t last = 0;
    if (pairing->n_before == 0 || pairing->n_after == 0) return false;
    if (pairing->partner[0] > 0 && !pairing->taken[0]) return true;
    for (uint32_t i = 0; i < pairing->n_before; i++) {
        if (pairing->partner[i] == 0) continue;
        if (pairing->partner[i] < last) return true;
        last = pairing->partner[i];
    }
    return false;
}

static void compare_lists(struct diffing *diffing, struct eg_text member, const struct eg_json_value *before,
                          const struct eg_json_value *after)
{
    struct pairing pairing = {.before = before, .after = after};
    if (diffing->status != EG_OK || !prepare(diffing, &pairing)) return;
    pair_all(&pairing);
    for (uint32_t i = 0; i < pairing.n_before; i++)
        compare_items(diffing, member, i, eg_json_at(before, i),
                      pairing.partner[i] > 0 ? eg_json_at(after, pairing.partner[i] - 1) : NULL);
    for (uint32_t j = 0; j < pairing.n_after; j++)
        if (!pairing.taken[j]) compare_items(diffing, member, j, NULL, eg_json_at(after, j));
    if (is_ordered(member) && is_reordered(&pairing))
        add(diffing, (struct eg_document_difference){.kind = EG_DIFFERENCE_REORDERED,
                                                     .member = member,
                                                     .before = written(diffing, before),
                                                     .after = written(diffing, after),
                                                     .group = diffing->n_groups++});
}

/* --- documents ------------------------------------------------------------------------------------------------------------- */

static void compare_member(struct diffing *diffing, const char *name, const struct eg_json_value *before,
                           const struct eg_json_value *after)
{
    struct eg_document_difference about = {
        .kind = kind_of(before, after), .member = kept(diffing, name), .group = diffing->n_groups};
    if (eg_json_length(before) > 0 || eg_json_length(after) > 0) {
        compare_lists(diffing, about.member, before, after);
        return;
    }
    uint32_t n = diffing->n;
    if (is_object(before) || is_object(after))
        compare_parts(diffing, about, is_object(before) ? before : NULL, is_object(after) ? after : NULL);
    else compare_values(diffing, about, before, after);
    if (diffing->n > n) diffing->n_groups++;
}

enum eg_status eg_document_diff(const struct eg_json_value *before, const struct eg_json_value *after,
                                struct eg_arena *arena, struct eg_document_diff *diff_out,
                                struct eg_error *err)
{
    struct diffing diffing = {.arena = arena, .err = err};
    const struct eg_json_value *both[] = {before, after}, *value;
    for (int side = 0; side < 2; side++) {
        const char *name = NULL;
        while (both[side] && (value = eg_json_next(both[side], &name))) {
            const struct eg_json_value *other = both[!side] ? eg_json_get(both[!side], name) : NULL;
            if ((side == 1 && other) || strcmp(name, "id") == 0) continue;
            compare_member(&diffing, name, side == 0 ? value : other, side == 0 ? other : value);
        }
    }
    if (diffing.status == EG_OK) *diff_out = (struct eg_document_diff){diffing.items, diffing.n};
    return diffing.status;
}
