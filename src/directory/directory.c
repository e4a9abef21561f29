/* A snapshot of the directory: 50,000 entries take some 10 MB of indexes and a quarter of a second to build, most of it for
 * folding and sorting names and words. */
#include "directory/directory.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/memory.h"
#include "directory/directory_internal.h"

#define ARENA_CEILING_BYTES ((size_t)4 * 1024 * 1024 * 1024)

/* --- the order of answers ------------------------------------------------------------------------------------------------ */

struct sort_item {
    uint64_t begins; /* the folded name's first eight bytes: most comparisons end here */
    struct eg_text folded;
    uint32_t index;  /* into entries->items, which ascend by id */
    uint32_t number; /* in the order of answers */
    enum eg_entry_kind kind;
};

static int compare_items(const void *a, const void *b)
{
    const struct sort_item *x = a;
    const struct sort_item *y = b;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    if (x->begins != y->begins) return x->begins < y->begins ? -1 : 1;
    int order = eg_text_compare(x->folded, y->folded);
    if (order != 0) return order;
    return x->index < y->index ? -1 : x->index > y->index;
}

static uint64_t first_bytes(struct eg_text text)
{
    uint64_t begins = 0;
    for (size_t i = 0; i < 8; i++) begins = begins << 8U | (i < text.len ? (unsigned char)text.data[i] : 0);
    return begins;
}

static enum eg_status fold_name(struct eg_text name, struct eg_buffer *buffer, struct eg_arena *scratch,
                                struct eg_text *folded_out, struct eg_error *err)
{
    buffer->len = 0;
    enum eg_status status = eg_text_fold(name, buffer, err);
    if (status) return status;
    *folded_out = eg_text_copy(scratch, (struct eg_text){buffer->data, buffer->len});
    return buffer->failed || !folded_out->data ? eg_error_no_memory(err, name.len) : EG_OK;
}

static enum eg_status fill_items(const struct eg_entries *entries, struct sort_item *items,
                                 struct eg_arena *scratch, struct eg_error *err)
{
    struct eg_buffer buffer;
    eg_buffer_init(&buffer, 0);
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < entries->n && status == EG_OK; i++) {
        items[i].index = i;
        items[i].kind = entries->items[i]->kind;
        status = fold_name(entries->items[i]->field[EG_ENTRY_NAME], &buffer, scratch, &items[i].folded, err);
        items[i].begins = first_bytes(items[i].folded);
    }
    eg_buffer_clear(&buffer);
    return status;
}

/* Names without their kinds; items are in the order of answers before and in that of names after. */
static int compare_names(const void *a, const void *b)
{
    const struct sort_item *x = a;
    const struct sort_item *y = b;
    if (x->begins != y->begins) return x->begins < y->begins ? -1 : 1;
    int order = eg_text_compare(x->folded, y->folded);
    if (order != 0) return order;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void put_in_order_of_names(struct sort_item *items, uint32_t n, uint32_t *by_name)
{
    for (uint32_t i = 0; i < n; i++) items[i].number = i;
    qsort(items, n, sizeof *items, compare_names);
    for (uint32_t i = 0; i < n; i++) by_name[i] = items[i].number;
}

static void count_kinds(struct eg_directory *directory)
{
    for (uint32_t i = 0; i < directory->entries->n; i++)
        directory->kind_start[directory->in_order[i]->kind + 1]++;
    for (size_t k = 0; k < EG_N_KINDS; k++) directory->kind_start[k + 1] += directory->kind_start[k];
}

static enum eg_status put_in_order(struct eg_directory *directory, struct eg_error *err)
{
    uint32_t n = directory->entries->n;
    struct sort_item *items = eg_memory_zeroed(n, sizeof *items);
    struct eg_arena *scratch = eg_arena_new(ARENA_CEILING_BYTES);
    directory->in_order = eg_arena_array(directory->arena, n, sizeof *directory->in_order);
    enum eg_status status = EG_OK;
    uint32_t *by_name = eg_arena_array(directory->arena, n, sizeof *by_name);
    uint32_t *index_of = eg_arena_array(directory->arena, n, sizeof *index_of);
    directory->by_name = by_name;
    directory->index_of = index_of;
    if (!items || !scratch || !directory->in_order || !by_name || !index_of)
        status = eg_error_no_memory(err, n * sizeof *items);
    if (status == EG_OK) status = fill_items(directory->entries, items, scratch, err);
    if (status == EG_OK) {
        qsort(items, n, sizeof *items, compare_items);
        for (uint32_t i = 0; i < n; i++) {
            index_of[i] = items[i].index;
            directory->in_order[i] = directory->entries->items[items[i].index];
        }
        count_kinds(directory);
        put_in_order_of_names(items, n, by_name);
    }
    free(items);
    eg_arena_free(scratch);
    return status;
}

/* --- building and letting go --------------------------------------------------------------------------------------------- */

void eg_directory_discard(struct eg_directory *directory)
{
    for (size_t k = 0; k < EG_N_FACETS; k++) eg_facets_clear(&directory->facets[k]);
    eg_arena_free(directory->arena);
    eg_zone_close(directory->zone);
    free(directory);
}

static enum eg_status build_indexes(struct eg_directory *directory, struct eg_error *err)
{
    uint32_t n = directory->entries->n;
    struct eg_arena *arena = directory->arena;
    enum eg_status status = put_in_order(directory, err);
    const struct eg_entry *const *in_order = directory->in_order;
    if (status == EG_OK) status = eg_places_build(in_order, n, arena, &directory->places, err);
    if (status == EG_OK) status = eg_words_build(in_order, n, EG_WORDS_OF_ALL, arena, &directory->words, err);
    if (status == EG_OK)
        status = eg_words_build(in_order, n, EG_WORDS_OF_NAMES, arena, &directory->name_words, err);
    if (status == EG_OK)
        status = eg_words_build(in_order, n, EG_WORDS_OF_OWNERS, arena, &directory->owner_words, err);
    for (int k = EG_FACET_KIND + 1; k < EG_N_FACETS && status == EG_OK; k++)
        status = eg_facets_build(in_order, n, (enum eg_facet_kind)k, arena, &directory->facets[k], err);
    if (status == EG_OK) status = eg_figures_build(in_order, n, arena, &directory->figures, err);
    if (status == EG_OK) status = eg_hours_build(in_order, n, arena, &directory->hours, err);
    if (status == EG_OK) {
        status = eg_service_areas_build(directory->entries, in_order, directory->generation, arena,
                                        &directory->areas, err);
    }
    return status;
}

void eg_directory_log_unknown(const struct eg_directory *directory)
{
    struct eg_directory_unknown unknown = eg_directory_unknown_codes(directory);
    if (directory->areas.n_unknown_met == 0) return;
    eg_log(
        EG_LOG_WARNING, "load",
        "directory: %u codes of areas that entries serve are in no boundaries; the first: '%.*s' of entry %s",
        unknown.n, EG_TEXT_ARG(unknown.code), unknown.entry->id);
}

struct eg_directory_unknown eg_directory_unknown_codes(const struct eg_directory *directory)
{
    const struct eg_service_areas *areas = &directory->areas;
    const struct eg_entry *first = NULL;
    struct eg_text code = {NULL, 0};
    if (areas->n_unknown_codes > 0) {
        first = directory->in_order[areas->first_unknown];
        code = eg_service_areas_unknown(areas, first);
    }
    return (struct eg_directory_unknown){areas->n_unknown_codes, code, first};
}

struct eg_directory *eg_directory_open(struct eg_entries *entries, struct eg_generation *generation,
                                       struct eg_error *err)
{
    struct eg_directory *directory = eg_memory_zeroed(1, sizeof *directory);
    enum eg_status status = directory ? EG_OK : eg_error_no_memory(err, sizeof *directory);
    if (status != EG_OK) return NULL;
    directory->entries = entries;
    directory->generation = generation;
    directory->arena = eg_arena_new(ARENA_CEILING_BYTES);
    status = eg_zone_open(entries->atlas->time_zone, &directory->zone, err);
    if (status == EG_OK && !directory->arena) status = eg_error_no_memory(err, 1);
    if (status == EG_OK) return directory;
    eg_directory_discard(directory);
    return NULL;
}

enum eg_status eg_directory_new(struct eg_entries *entries, struct eg_generation *generation,
                                struct eg_directory **directory_out, struct eg_error *err)
{
    struct eg_error own;
    if (!err) err = &own;
    struct eg_directory *directory = eg_directory_open(entries, generation, err);
    if (!directory) return err->status;
    enum eg_status status = build_indexes(directory, err);
    if (status) {
        eg_directory_discard(directory);
        return status;
    }
    if (generation) eg_generation_retain(generation);
    eg_directory_log_unknown(directory);
    *directory_out = directory;
    return EG_OK;
}

void eg_directory_free(struct eg_directory *directory)
{
    if (!directory) return;
    eg_entries_free(directory->entries);
    if (directory->generation) eg_generation_release(directory->generation);
    eg_directory_discard(directory);
}

/* --- looking things up --------------------------------------------------------------------------------------------------- */

const struct eg_zone *eg_directory_zone(const struct eg_directory *directory)
{
    return directory->zone;
}

const struct eg_entries *eg_directory_entries(const struct eg_directory *directory)
{
    return directory->entries;
}

bool eg_directory_has_times(const struct eg_directory *directory)
{
    return directory->hours.n_groups > 1;
}

uint32_t eg_directory_entry_at(const struct eg_directory *directory, uint32_t number)
{
    return directory->index_of[number];
}

uint32_t eg_directory_find(const struct eg_directory *directory, struct eg_text id)
{
    char lower[EG_UUID_TEXT_LEN];
    if (id.len != EG_UUID_TEXT_LEN) return UINT32_MAX;
    for (size_t i = 0; i < EG_UUID_TEXT_LEN; i++) {
        char c = id.data[i];
        lower[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    }
    uint32_t low = 0;
    uint32_t high = directory->entries->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = memcmp(directory->entries->items[middle]->id, lower, sizeof lower);
        if (order == 0) return middle;
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return UINT32_MAX;
}

const struct eg_directory_facet *eg_directory_topics(const struct eg_directory *directory, uint32_t *n_out)
{
    *n_out = directory->facets[EG_FACET_TOPIC].n;
    return directory->facets[EG_FACET_TOPIC].facets;
}

const struct eg_directory_facet *eg_directory_programmes(const struct eg_directory *directory,
                                                         uint32_t *n_out)
{
    *n_out = directory->facets[EG_FACET_PROGRAMME].n;
    return directory->facets[EG_FACET_PROGRAMME].facets;
}

enum eg_status eg_directory_with_facet(const struct eg_directory *directory, enum eg_facet_kind kind,
                                       struct eg_text text, const uint32_t **numbers_out, uint32_t *n_out,
                                       struct eg_error *err)
{
    return eg_facets_find(&directory->facets[kind], text, numbers_out, n_out, err);
}

const char *eg_facet_kind_name(enum eg_facet_kind kind)
{
    static const char *const names[EG_N_FACETS] = {"kind",          "topic",        "programme", "language",
                                                   "accessibility", "organisation", "funder"};
    return names[kind];
}

enum eg_facet_kind eg_facet_kind_named(struct eg_text name)
{
    int kind = 0;
    while (kind < EG_N_FACETS &&
           !eg_text_equal(name, eg_text_from(eg_facet_kind_name((enum eg_facet_kind)kind))))
        kind++;
    return (enum eg_facet_kind)kind;
}
