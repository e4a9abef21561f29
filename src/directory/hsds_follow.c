/* Lists from the lists before, after a change of the store. Services that the change does not reach (data/record_reach.h) are the same
 * entries in memory; what belongs to them gets new numbers in a pass over each array, and only for those that it reaches the rows are
 * looked up. Rows that stay are mostly the same ones in memory, too, so that they need not be read to be found again. Names follow by the rows of their table.
 *
 * What entries of other directories come to (names and ids that no row has) is taken over as it is. A change that uncovers or covers one
 * of these, or that reaches very many, is not followed. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "directory/hsds_internal.h"

/* A service that came belongs to something with a name. */
struct pair {
    uint32_t named, service;
};

struct pairs {
    struct pair *items; /* [n] */
    size_t capacity;
    uint32_t n;
};

struct following {
    const struct eg_hsds *before;
    struct eg_hsds *fresh;
    const struct eg_records_change *change;
    uint32_t *to;   /* [services before] number now, or EG_NUMBER_GONE */
    uint32_t *come; /* [n_come] services now, ascending */
    size_t come_capacity;
    uint32_t n_come, n_gone;
    bool is_beyond; /* it cannot be followed */
    struct eg_error *err;
};

static enum eg_status refused(struct following *following, size_t n_bytes)
{
    return eg_error_no_memory(following->err, n_bytes);
}

/* --- rows that stay -------------------------------------------------------------------------------------------------------------- */

/* Goes through the rows of a table beside a list of items in the same order. */
struct row_walk {
    const struct eg_records *records;
    enum eg_record_table table;
    uint32_t at;
};

/* The row, among those after the ones that were found, with the same id; NULL: it is not there any more. */
static const struct eg_record *same_row(struct row_walk *walk, const struct eg_record *row)
{
    uint32_t n = eg_records_count(walk->records, walk->table);
    for (; walk->at < n; walk->at++) {
        const struct eg_record *now = eg_records_at(walk->records, walk->table, walk->at);
        int order = now == row ? 0 : eg_text_compare(now->field[0], row->field[0]);
        if (order > 0) return NULL;
        if (order < 0) continue;
        walk->at++;
        return now;
    }
    return NULL;
}

/* --- services -------------------------------------------------------------------------------------------------------------------- */

static bool is_sourced(const struct eg_entries *entries, uint32_t i)
{
    return i != EG_ENTRIES_NONE && entries->items[i]->directory != eg_atlas_store_of(entries->atlas);
}

static enum eg_status note_pair(void *context, uint32_t before, uint32_t now, bool changed)
{
    struct following *following = context;
    if (before != EG_ENTRIES_NONE) following->to[before] = changed ? EG_NUMBER_GONE : now;
    if (!changed) return EG_OK;
    following->n_gone += before != EG_ENTRIES_NONE;
    if (is_sourced(following->before->entries, before) || is_sourced(following->fresh->entries, now))
        following->is_beyond = true;
    if (now == EG_ENTRIES_NONE) return EG_OK;
    void *come = following->come;
    bool has_room = eg_memory_reserve(&come, &following->come_capacity, (size_t)following->n_come + 1,
                                      sizeof *following->come);
    following->come = come;
    if (!has_room) return refused(following, sizeof *following->come);
    following->come[following->n_come++] = now;
    return EG_OK;
}

static enum eg_status compare_services(struct following *following)
{
    const struct eg_entries *before = following->before->entries;
    following->to = eg_memory_array(before->n, sizeof *following->to);
    if (!following->to) return refused(following, before->n * sizeof *following->to);
    enum eg_status status = eg_entries_compare(before, following->fresh->entries, note_pair, following);
    if (following->n_gone + following->n_come > 64 + before->n / 8) following->is_beyond = true;
    return status;
}

static void keep_services(struct following *following)
{
    const struct eg_hsds *before = following->before;
    struct eg_hsds *fresh = following->fresh;
    struct row_walk walk = {fresh->records, EG_RECORD_SERVICE, 0};
    for (uint32_t i = 0; i < before->entries->n; i++) {
        uint32_t now = following->to[i];
        if (now == EG_NUMBER_GONE) continue;
        fresh->modified_s[now] = before->modified_s[i];
        if (!before->service[i]) continue;
        fresh->service[now] = same_row(&walk, before->service[i]);
        following->is_beyond |= !fresh->service[now];
    }
    for (uint32_t i = 0; i < following->n_come; i++) {
        uint32_t now = following->come[i];
        struct eg_text id = {fresh->entries->items[now]->id, EG_UUID_TEXT_LEN};
        fresh->service[now] = eg_records_find(fresh->records, EG_RECORD_SERVICE, id);
        following->is_beyond |= !fresh->service[now];
        fresh->modified_s[now] = eg_hsds_time_of(fresh, now);
    }
}

/* --- names ----------------------------------------------------------------------------------------------------------------------- */

/* Items of one list, before and now, and how the numbers change. */
struct renamed {
    enum eg_hsds_list list;
    uint32_t *to, *from;   /* [before], [now]: number, or EG_NUMBER_GONE */
    uint32_t *gone, *come; /* whose texts are no longer, or newly, there */
    uint32_t n_gone, n_come;
};

/* A name of another directory's, which has no row or one of those that they share. */
static bool is_of_others(const struct eg_hsds *hsds, const struct eg_hsds_item *item)
{
    return !item->row || eg_records_find(hsds->shared, item->row->table, item->row->field[0]) == item->row;
}

/* Takes over what no row of the store has; its id may lie with the lists before. */
static bool take_over(struct following *following, const struct eg_hsds_item *item, struct eg_hsds_item *to)
{
    *to = (struct eg_hsds_item){.row = item->row, .entry = following->to[item->entry]};
    following->is_beyond |= to->entry == EG_NUMBER_GONE;
    to->id = item->row ? item->row->field[0] : eg_text_copy(following->fresh->arena, item->id);
    return to->id.data;
}

/* The store's rows and what others have, both ascending by id; of two with one id the row. */
static enum eg_status list_names(struct following *following, enum eg_hsds_list list)
{
    const struct eg_hsds_names *old = &following->before->names[list];
    struct eg_hsds_names *names = &following->fresh->names[list];
    enum eg_record_table table = eg_hsds_table(list);
    uint32_t n_rows = eg_records_count(following->fresh->records, table), r = 0;
    struct eg_hsds_item *items =
        eg_arena_array(following->fresh->arena, (size_t)n_rows + old->n, sizeof *items);
    if (!items) return refused(following, (n_rows + old->n) * sizeof *items);
    bool any_others = eg_records_count(following->before->shared, table) > 0;
    for (uint32_t i = 0; i <= old->n; i++) {
        const struct eg_hsds_item *item = i < old->n ? &old->items[i] : NULL;
        if (item && (item->row && !(any_others && is_of_others(following->before, item)))) continue;
        for (; r < n_rows; r++) {
            const struct eg_record *row = eg_records_at(following->fresh->records, table, r);
            if (item && eg_text_compare(row->field[0], item->id) >= 0) break;
            items[names->n++] = (struct eg_hsds_item){.id = row->field[0], .row = row};
        }
        bool has_row = item && r < n_rows &&
                       eg_text_equal(eg_records_at(following->fresh->records, table, r)->field[0], item->id);
        if (item && !has_row && !take_over(following, item, &items[names->n++]))
            return refused(following, EG_UUID_TEXT_LEN);
    }
    names->items = items;
    return EG_OK;
}

/* Rows that are the same in memory say the same; others may. */
static void pair_names(const struct following *following, struct renamed *renamed)
{
    const struct eg_hsds_names *old = &following->before->names[renamed->list];
    const struct eg_hsds_names *now = &following->fresh->names[renamed->list];
    uint32_t i = 0, k = 0;
    while (i < old->n || k < now->n) {
        const struct eg_hsds_item *x = i < old->n ? &old->items[i] : NULL;
        const struct eg_hsds_item *y = k < now->n ? &now->items[k] : NULL;
        int order = !y ? -1 : !x ? 1 : 0;
        if (order == 0 && (!x->row || x->row != y->row)) order = eg_text_compare(x->id, y->id);
        bool is_new = order != 0 || x->row != y->row;
        if (order <= 0 && is_new) renamed->gone[renamed->n_gone++] = i;
        if (order >= 0 && is_new) renamed->come[renamed->n_come++] = k;
        if (order <= 0) renamed->to[i] = order == 0 ? k : EG_NUMBER_GONE;
        if (order >= 0) renamed->from[k] = order == 0 ? i : EG_NUMBER_GONE;
        i += order <= 0;
        k += order >= 0;
    }
}

/* As words see it: what says something else is gone and came. */
static enum eg_status follow_words(struct following *following, const struct renamed *renamed)
{
    const struct eg_hsds_names *old = &following->before->names[renamed->list];
    struct eg_hsds_names *names = &following->fresh->names[renamed->list];
    uint32_t *to = eg_memory_array(old->n, sizeof *to);
    if (!to) return refused(following, old->n * sizeof *to);
    if (old->n > 0) memcpy(to, renamed->to, old->n * sizeof *to);
    for (uint32_t i = 0; i < renamed->n_gone; i++) to[renamed->gone[i]] = EG_NUMBER_GONE;
    struct eg_renumbering by = {.n_before = old->n,
                                .n_after = names->n,
                                .n_gone = renamed->n_gone,
                                .n_come = renamed->n_come,
                                .to = to,
                                .gone = renamed->gone,
                                .come = renamed->come};
    struct eg_hsds_naming naming = {following->fresh, renamed->list, names->items};
    struct eg_words_source source = {eg_hsds_text, &naming, names->n};
    enum eg_status status = eg_words_follow_from(&old->words, &by, &source, following->fresh->arena,
                                                 &names->words, following->err);
    free(to);
    return status;
}

/* --- whose services they are ----------------------------------------------------------------------------------------------------- */

static enum eg_status add_pair(struct following *following, struct pairs *pairs, enum eg_hsds_list list,
                               struct eg_text id, uint32_t service)
{
    void *items = pairs->items;
    uint32_t named = id.len > 0 ? eg_hsds_find(following->fresh, list, id) : EG_HSDS_NONE;
    if (named == EG_HSDS_NONE) return EG_OK;
    bool has_room = eg_memory_reserve(&items, &pairs->capacity, (size_t)pairs->n + 1, sizeof *pairs->items);
    pairs->items = items;
    if (!has_room) return refused(following, sizeof *pairs->items);
    pairs->items[pairs->n++] = (struct pair){named, service};
    return EG_OK;
}

static enum eg_status add_terms(struct following *following, struct pairs *pairs, uint32_t service,
                                const struct eg_record *of)
{
    uint32_t n;
    enum eg_status status = EG_OK;
    struct eg_text entity = eg_text_from(eg_record_spec(of->table)->name);
    const struct eg_record *const *links = eg_records_with(following->fresh->records, EG_RECORD_ATTRIBUTE,
                                                           EG_ATTRIBUTE_LINK_ID, of->field[0], &n);
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        if (eg_text_equal(links[i]->field[EG_ATTRIBUTE_LINK_ENTITY], entity))
            status = add_pair(following, pairs, EG_HSDS_TAXONOMY_TERMS,
                              links[i]->field[EG_ATTRIBUTE_TAXONOMY_TERM_ID], service);
    return status;
}

static enum eg_status add_pairs(struct following *following, enum eg_hsds_list list, uint32_t service,
                                struct pairs *pairs)
{
    uint32_t n;
    const struct eg_record *row = following->fresh->service[service];
    if (list == EG_HSDS_ORGANIZATIONS)
        return add_pair(following, pairs, list, row->field[EG_SERVICE_ORGANIZATION_ID], service);
    if (list != EG_HSDS_TAXONOMY_TERMS) return EG_OK;
    enum eg_status status = add_terms(following, pairs, service, row);
    const struct eg_record *const *at =
        eg_records_with(following->fresh->records, EG_RECORD_SERVICE_AT_LOCATION,
                        EG_SERVICE_AT_LOCATION_SERVICE_ID, row->field[0], &n);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) status = add_terms(following, pairs, service, at[i]);
    return status;
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a;
    const struct pair *y = b;
    if (x->named != y->named) return x->named < y->named ? -1 : 1;
    return (x->service > y->service) - (x->service < y->service);
}

/* Those of one name that stay and those that come, both ascending. */
static uint32_t merge_members(const struct following *following, const uint32_t *old, uint32_t n_old,
                              const struct pair *come, uint32_t n_come, uint32_t *services)
{
    uint32_t n = 0, c = 0;
    for (uint32_t i = 0; i < n_old; i++) {
        uint32_t service = following->to[old[i]];
        if (service == EG_NUMBER_GONE) continue;
        while (c < n_come && come[c].service < service) services[n++] = come[c++].service;
        services[n++] = service;
    }
    while (c < n_come) services[n++] = come[c++].service;
    return n;
}

static bool keeps_any(const struct following *following, const struct eg_hsds_members *members, uint32_t of)
{
    for (uint32_t i = members->start[of]; i < members->start[of + 1]; i++)
        if (following->to[members->services[i]] != EG_NUMBER_GONE) return true;
    return false;
}

static void deal(struct following *following, const struct renamed *renamed, const struct pairs *pairs,
                 uint32_t *start, uint32_t *services)
{
    const struct eg_hsds_names *old = &following->before->names[renamed->list];
    struct eg_hsds_names *names = &following->fresh->names[renamed->list];
    uint32_t first = 0;
    for (uint32_t k = 0; k < names->n; k++) {
        uint32_t from = renamed->from[k], end = first;
        while (end < pairs->n && pairs->items[end].named == k) end++;
        const uint32_t *was =
            from == EG_NUMBER_GONE ? NULL : old->members.services + old->members.start[from];
        uint32_t n_was = was ? old->members.start[from + 1] - old->members.start[from] : 0;
        start[k + 1] = start[k] + merge_members(following, was, n_was, pairs->items + first, end - first,
                                                services + start[k]);
        first = end;
    }
    /* Nobody who stays belongs to what is gone. */
    for (uint32_t i = 0; i < old->n; i++)
        if (renamed->to[i] == EG_NUMBER_GONE) following->is_beyond |= keeps_any(following, &old->members, i);
    names->members = (struct eg_hsds_members){start, services};
}

static enum eg_status follow_members(struct following *following, const struct renamed *renamed)
{
    const struct eg_hsds_names *old = &following->before->names[renamed->list];
    struct eg_arena *arena = following->fresh->arena;
    uint32_t n = following->fresh->names[renamed->list].n;
    struct pairs pairs = {0};
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < following->n_come && status == EG_OK; i++)
        status = add_pairs(following, renamed->list, following->come[i], &pairs);
    if (pairs.n > 0) qsort(pairs.items, pairs.n, sizeof *pairs.items, compare_pairs);
    uint32_t *start = eg_arena_array(arena, (size_t)n + 1, sizeof *start);
    uint32_t *services =
        eg_arena_array(arena, (size_t)old->members.start[old->n] + pairs.n, sizeof *services);
    if (status == EG_OK && (!start || !services)) status = refused(following, n * sizeof *start);
    if (status == EG_OK) deal(following, renamed, &pairs, start, services);
    free(pairs.items);
    return status;
}

static void clear_renamed(struct renamed *renamed)
{
    free(renamed->to);
    free(renamed->from);
    free(renamed->gone);
    free(renamed->come);
}

static enum eg_status follow_names(struct following *following, enum eg_hsds_list list)
{
    enum eg_status status = list_names(following, list);
    if (status != EG_OK) return status;
    uint32_t n_before = following->before->names[list].n, n = following->fresh->names[list].n;
    struct renamed renamed = {.list = list,
                              .to = eg_memory_array(n_before, sizeof *renamed.to),
                              .from = eg_memory_array(n, sizeof *renamed.from),
                              .gone = eg_memory_array(n_before, sizeof *renamed.gone),
                              .come = eg_memory_array(n, sizeof *renamed.come)};
    if (!renamed.to || !renamed.from || !renamed.gone || !renamed.come)
        status = refused(following, n_before * sizeof *renamed.to);
    if (status == EG_OK) {
        pair_names(following, &renamed);
        status = follow_words(following, &renamed);
    }
    if (status == EG_OK) status = follow_members(following, &renamed);
    clear_renamed(&renamed);
    return status;
}

/* Whether a row goes under which other directories have a name of their own, which would show again. */
static bool uncovers(const struct following *following)
{
    const struct eg_records_change *change = following->change;
    for (uint32_t i = 0; i < change->n_deletes; i++)
        if (eg_records_find(following->before->shared, change->deletes[i].table, change->deletes[i].id))
            return true;
    return false;
}

/* --- services at locations ------------------------------------------------------------------------------------------------------- */

struct moving {
    struct eg_hsds_item *come; /* [n_come] of services that came, ascending by id */
    size_t capacity;
    uint32_t n_come, n_gone;
    uint32_t *to, *come_at; /* [before], [n_come] numbers now */
    uint32_t *gone;
    const struct eg_entry **places; /* [now] where those that came are */
};

static int compare_items(const void *a, const void *b)
{
    const struct eg_hsds_item *x = a;
    const struct eg_hsds_item *y = b;
    return eg_text_compare(x->id, y->id);
}

static enum eg_status gather_at(struct following *following, struct moving *moving)
{
    const struct eg_hsds *fresh = following->fresh;
    for (uint32_t i = 0; i < following->n_come; i++) {
        uint32_t n, service = following->come[i];
        const struct eg_record *const *at =
            eg_records_with(fresh->records, EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_SERVICE_ID,
                            fresh->service[service]->field[0], &n);
        void *come = moving->come;
        bool has_room =
            eg_memory_reserve(&come, &moving->capacity, (size_t)moving->n_come + n + 1, sizeof *moving->come);
        moving->come = come;
        if (!has_room) return refused(following, n * sizeof *moving->come);
        for (uint32_t k = 0; k < n; k++)
            moving->come[moving->n_come++] = (struct eg_hsds_item){at[k]->field[0], at[k], service};
    }
    if (moving->n_come > 0) qsort(moving->come, moving->n_come, sizeof *moving->come, compare_items);
    return EG_OK;
}

/* The first item before that is not before the id. */
static uint32_t place_before(const struct eg_hsds *before, struct eg_text id)
{
    uint32_t low = 0, high = before->n_at;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (eg_text_compare(before->at[middle].id, id) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* An item of before, if its service is still what it was. */
static bool move_item(struct following *following, struct row_walk *walk, uint32_t i, struct eg_hsds_item *to)
{
    const struct eg_hsds_item *item = &following->before->at[i];
    if (following->to[item->entry] == EG_NUMBER_GONE) return false;
    *to = (struct eg_hsds_item){item->id, item->row, following->to[item->entry]};
    if (item->row) to->row = same_row(walk, item->row);
    else to->id = eg_text_copy(following->fresh->arena, item->id);
    following->is_beyond |= item->row && !to->row;
    if (to->row) to->id = to->row->field[0];
    return true;
}

static enum eg_status move_at(struct following *following, struct moving *moving, struct eg_hsds_item *items)
{
    const struct eg_hsds *before = following->before;
    struct eg_hsds *fresh = following->fresh;
    struct row_walk walk = {fresh->records, EG_RECORD_SERVICE_AT_LOCATION, 0};
    uint32_t c = 0, next = moving->n_come > 0 ? place_before(before, moving->come[0].id) : UINT32_MAX;
    for (uint32_t i = 0; i <= before->n_at; i++) {
        while (c < moving->n_come && next == i) {
            moving->come_at[c] = fresh->n_at;
            items[fresh->n_at] = moving->come[c++];
            moving->places[fresh->n_at] = eg_hsds_place_of(fresh, &items[fresh->n_at]);
            if (!moving->places[fresh->n_at++]) return refused(following, sizeof(struct eg_entry));
            if (c < moving->n_come) next = place_before(before, moving->come[c].id);
        }
        if (i == before->n_at) break;
        bool stays = move_item(following, &walk, i, &items[fresh->n_at]);
        if (stays && !items[fresh->n_at].id.data) return refused(following, EG_UUID_TEXT_LEN);
        moving->to[i] = stays ? fresh->n_at++ : EG_NUMBER_GONE;
        if (!stays) moving->gone[moving->n_gone++] = i;
    }
    fresh->at = items;
    return EG_OK;
}

static enum eg_status follow_places(struct following *following, const struct moving *moving)
{
    const struct eg_renumbering by = {.n_before = following->before->n_at,
                                      .n_after = following->fresh->n_at,
                                      .n_gone = moving->n_gone,
                                      .n_come = moving->n_come,
                                      .to = moving->to,
                                      .gone = moving->gone,
                                      .come = moving->come_at,
                                      .after = moving->places};
    return eg_places_follow(&following->before->at_places, &by, following->fresh->arena,
                            &following->fresh->at_places, following->err);
}

static enum eg_status follow_codes(struct following *following, const struct moving *moving)
{
    const struct eg_hsds *before = following->before;
    struct eg_hsds *fresh = following->fresh;
    struct eg_hsds_codes come = {0};
    bool added = true;
    for (uint32_t i = 0; i < moving->n_come && added; i++)
        added = eg_hsds_add_codes(fresh, &moving->come[i], moving->come_at[i], &come);
    if (come.n > 0) qsort(come.items, come.n, sizeof *come.items, eg_hsds_compare_codes);
    struct eg_hsds_postcode *kept =
        eg_arena_array(fresh->arena, (size_t)before->n_postcodes + come.n, sizeof *kept);
    uint32_t n = 0, c = 0;
    for (uint32_t i = 0; added && kept && i < before->n_postcodes; i++) {
        struct eg_hsds_postcode code = before->postcodes[i];
        code.at = moving->to[code.at];
        if (code.at == EG_NUMBER_GONE) continue;
        while (c < come.n && eg_hsds_compare_codes(&come.items[c], &code) < 0) kept[n++] = come.items[c++];
        kept[n++] = code;
    }
    while (added && kept && c < come.n) kept[n++] = come.items[c++];
    fresh->postcodes = kept;
    fresh->n_postcodes = n;
    free(come.items);
    return added && kept ? EG_OK : refused(following, before->n_postcodes * sizeof *kept);
}

static void clear_moving(struct moving *moving)
{
    free(moving->come);
    free(moving->to);
    free(moving->come_at);
    free(moving->gone);
    free((void *)moving->places);
}

static enum eg_status follow_at(struct following *following)
{
    struct moving moving = {0};
    uint32_t n_before = following->before->n_at;
    enum eg_status status = gather_at(following, &moving);
    size_t most = (size_t)n_before + moving.n_come;
    struct eg_hsds_item *items = eg_arena_array(following->fresh->arena, most, sizeof *items);
    moving.to = eg_memory_array(n_before, sizeof *moving.to);
    moving.gone = eg_memory_array(n_before, sizeof *moving.gone);
    moving.come_at = eg_memory_array(moving.n_come, sizeof *moving.come_at);
    moving.places = eg_memory_array(most, sizeof *moving.places);
    if (status == EG_OK && (!items || !moving.to || !moving.gone || !moving.come_at || !moving.places))
        status = refused(following, most * sizeof *items);
    if (status == EG_OK) status = move_at(following, &moving, items);
    if (status == EG_OK) status = follow_places(following, &moving);
    if (status == EG_OK) status = follow_codes(following, &moving);
    clear_moving(&moving);
    return status;
}

/* --- all of it ------------------------------------------------------------------------------------------------------------------- */

static enum eg_status follow(struct following *following)
{
    enum eg_status status = compare_services(following);
    following->is_beyond |= uncovers(following);
    if (status != EG_OK || following->is_beyond) return status;
    keep_services(following);
    for (int l = EG_HSDS_ORGANIZATIONS; l < EG_N_HSDS_LISTS && status == EG_OK && !following->is_beyond; l++)
        status = follow_names(following, (enum eg_hsds_list)l);
    return status == EG_OK && !following->is_beyond ? follow_at(following) : status;
}

enum eg_status eg_hsds_after(const struct eg_hsds *before, const struct eg_directory *directory,
                             const struct eg_records *records, const struct eg_records_change *change,
                             struct eg_hsds **hsds_out, struct eg_error *err)
{
    struct following following = {.before = before, .change = change, .err = err};
    EG_ASSERT(before->records && records);
    following.fresh = eg_hsds_open(directory, records);
    if (!following.fresh) return eg_error_no_memory(err, sizeof *following.fresh);
    eg_records_retain(before->shared);
    following.fresh->shared = before->shared;
    enum eg_status status = follow(&following);
    free(following.to);
    free(following.come);
    if (status != EG_OK || following.is_beyond) eg_hsds_free(following.fresh);
    if (status == EG_OK) *hsds_out = following.is_beyond ? NULL : following.fresh;
    return status;
}
