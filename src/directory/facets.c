/* A directory has some tens of facets in a handful of spellings each, on up to 100,000 entries. So texts are first numbered as
 * they are spelled (one hash per entry), then spellings are folded into facets, then entries are dealt out to the facets. */
#include "directory/facets.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "directory/bits.h"

struct spelling {
    struct eg_text text;
    uint32_t n;     /* entries that spell it so */
    uint32_t facet; /* in order of first sight */
};

struct facet {
    struct eg_text folded;
    uint32_t best; /* the spelling that is shown */
    uint32_t n;    /* entries */
    uint32_t seen_in;
    uint32_t place; /* among the sorted */
};

struct builder {
    const struct eg_entry *const *entries;
    uint32_t n_entries;
    enum eg_facet_kind kind;
    struct eg_arena *arena;
    struct eg_textmap *by_text; /* -> spelling */
    struct spelling *spellings;
    size_t spellings_capacity;
    uint32_t n_spellings;
    struct eg_textmap *by_folded; /* -> facet in order of first sight */
    struct facet *facets;
    size_t facets_capacity;
    uint32_t n_facets;
    struct eg_buffer folded;
    struct eg_error *err;
};

static uint32_t count_texts(const struct builder *builder, const struct eg_entry *entry)
{
    if (builder->kind == EG_FACET_TOPIC) return entry->n_topics;
    return entry->field[EG_ENTRY_PROGRAMME].len > 0;
}

static struct eg_text text_at(const struct builder *builder, const struct eg_entry *entry, uint32_t i)
{
    return builder->kind == EG_FACET_TOPIC ? entry->topics[i] : entry->field[EG_ENTRY_PROGRAMME];
}

static enum eg_status facet_of(struct builder *builder, struct eg_text text, uint32_t *facet_out)
{
    builder->folded.len = 0;
    enum eg_status status = eg_text_fold(text, &builder->folded, builder->err);
    if (status) return status;
    struct eg_text folded = {builder->folded.data, builder->folded.len};
    if (builder->folded.failed) return eg_error_no_memory(builder->err, text.len);
    *facet_out = eg_textmap_get(builder->by_folded, folded);
    if (*facet_out != EG_TEXTMAP_NONE) return EG_OK;
    void *facets = builder->facets;
    struct facet facet = {.folded = eg_text_copy(builder->arena, folded), .best = builder->n_spellings};
    if (!facet.folded.data ||
        !eg_memory_reserve(&facets, &builder->facets_capacity, (size_t)builder->n_facets + 1, sizeof facet)) {
        return eg_error_no_memory(builder->err, sizeof facet);
    }
    builder->facets = facets;
    builder->facets[builder->n_facets] = facet;
    if (eg_textmap_put(builder->by_folded, facet.folded, builder->n_facets, NULL) != EG_OK) {
        return eg_error_no_memory(builder->err, sizeof facet);
    }
    *facet_out = builder->n_facets++;
    return EG_OK;
}

static enum eg_status add_spelling(struct builder *builder, struct eg_text text)
{
    void *spellings = builder->spellings;
    struct spelling spelling = {.text = text};
    enum eg_status status = facet_of(builder, text, &spelling.facet);
    if (status) return status;
    if (!eg_memory_reserve(&spellings, &builder->spellings_capacity, (size_t)builder->n_spellings + 1,
                           sizeof spelling)) {
        return eg_error_no_memory(builder->err, sizeof spelling);
    }
    builder->spellings = spellings;
    builder->spellings[builder->n_spellings] = spelling;
    if (eg_textmap_put(builder->by_text, text, builder->n_spellings, NULL) != EG_OK) {
        return eg_error_no_memory(builder->err, sizeof spelling);
    }
    builder->n_spellings++;
    return EG_OK;
}

/* Counts one entry's texts; an entry that spells one topic in two ways counts once for the facet. */
static enum eg_status count_entry(struct builder *builder, uint32_t number)
{
    const struct eg_entry *entry = builder->entries[number];
    uint32_t n = count_texts(builder, entry);
    for (uint32_t i = 0; i < n; i++) {
        struct eg_text text = text_at(builder, entry, i);
        uint32_t spelling = eg_textmap_get(builder->by_text, text);
        if (spelling == EG_TEXTMAP_NONE) {
            spelling = builder->n_spellings;
            enum eg_status status = add_spelling(builder, text);
            if (status) return status;
        }
        builder->spellings[spelling].n++;
        struct facet *facet = &builder->facets[builder->spellings[spelling].facet];
        if (facet->seen_in == number + 1) continue;
        facet->seen_in = number + 1;
        facet->n++;
    }
    return EG_OK;
}

static bool is_better(const struct spelling *a, const struct spelling *b)
{
    if (a->n != b->n) return a->n > b->n;
    return eg_text_compare(a->text, b->text) < 0;
}

static void choose_spellings(struct builder *builder)
{
    for (uint32_t i = 0; i < builder->n_spellings; i++) {
        struct facet *facet = &builder->facets[builder->spellings[i].facet];
        if (is_better(&builder->spellings[i], &builder->spellings[facet->best])) facet->best = i;
    }
}

static int compare_facets(const void *a, const void *b, void *context)
{
    const struct builder *builder = context;
    const struct facet *x = &builder->facets[*(const uint32_t *)a];
    const struct facet *y = &builder->facets[*(const uint32_t *)b];
    if (x->n != y->n) return x->n > y->n ? -1 : 1;
    return eg_text_compare(builder->spellings[x->best].text, builder->spellings[y->best].text);
}

/* Entries to their facets, in answer order. */
static void deal(struct builder *builder, uint32_t *start, uint32_t *numbers)
{
    for (uint32_t f = 0; f < builder->n_facets; f++) builder->facets[f].seen_in = 0;
    for (uint32_t number = 0; number < builder->n_entries; number++) {
        uint32_t n = count_texts(builder, builder->entries[number]);
        for (uint32_t i = 0; i < n; i++) {
            struct eg_text text = text_at(builder, builder->entries[number], i);
            struct facet *facet =
                &builder->facets[builder->spellings[eg_textmap_get(builder->by_text, text)].facet];
            if (facet->seen_in == number + 1) continue;
            facet->seen_in = number + 1;
            numbers[start[facet->place + 1]++] = number;
        }
    }
}

static enum eg_status fill(struct builder *builder, uint32_t *order, struct eg_facets *facets_out)
{
    uint32_t n = builder->n_facets;
    size_t n_pairs = 0;
    for (uint32_t f = 0; f < n; f++) n_pairs += builder->facets[f].n;
    struct eg_directory_facet *facets = eg_arena_array(builder->arena, n, sizeof *facets);
    uint32_t *start = eg_arena_array(builder->arena, (size_t)n + 2, sizeof *start);
    uint32_t *numbers = eg_arena_array(builder->arena, n_pairs, sizeof *numbers);
    struct eg_textmap *by_folded = eg_textmap_new(n);
    if (!facets || !start || !numbers || !by_folded) goto refused;
    for (uint32_t i = 0; i < n; i++) order[i] = i;
    qsort_r(order, n, sizeof *order, compare_facets, builder);
    for (uint32_t i = 0; i < n; i++) {
        struct facet *facet = &builder->facets[order[i]];
        facet->place = i;
        facets[i] = (struct eg_directory_facet){builder->spellings[facet->best].text, facet->n};
        start[i + 2] = start[i + 1] + facet->n; /* one place on: dealing moves them back */
        if (eg_textmap_put(by_folded, facet->folded, i, NULL) != EG_OK) goto refused;
    }
    deal(builder, start, numbers);
    *facets_out = (struct eg_facets){n, facets, start, numbers, by_folded};
    return EG_OK;
refused:
    eg_textmap_free(by_folded);
    return eg_error_no_memory(builder->err, n_pairs * sizeof *numbers);
}

static enum eg_status sort_facets(struct builder *builder, struct eg_facets *facets_out)
{
    uint32_t *order = eg_memory_array(builder->n_facets, sizeof *order);
    if (!order) return eg_error_no_memory(builder->err, builder->n_facets * sizeof *order);
    choose_spellings(builder);
    enum eg_status status = fill(builder, order, facets_out);
    free(order);
    return status;
}

enum eg_status eg_facets_build(const struct eg_entry *const *entries, uint32_t n, enum eg_facet_kind kind,
                               struct eg_arena *arena, struct eg_facets *facets_out, struct eg_error *err)
{
    struct builder builder = {.entries = entries,
                              .n_entries = n,
                              .kind = kind,
                              .arena = arena,
                              .by_text = eg_textmap_new(64),
                              .by_folded = eg_textmap_new(64),
                              .err = err};
    eg_buffer_init(&builder.folded, 0);
    enum eg_status status = builder.by_text && builder.by_folded ? EG_OK : eg_error_no_memory(err, 64);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) status = count_entry(&builder, i);
    if (status == EG_OK) status = sort_facets(&builder, facets_out);
    eg_textmap_free(builder.by_text);
    eg_textmap_free(builder.by_folded);
    free(builder.spellings);
    free(builder.facets);
    eg_buffer_clear(&builder.folded);
    return status;
}

void eg_facets_clear(struct eg_facets *facets)
{
    eg_textmap_free(facets->by_folded);
    *facets = (struct eg_facets){0};
}

enum eg_status eg_facets_mark(const struct eg_facets *facets, struct eg_text text, uint64_t *bits,
                              struct eg_error *err)
{
    struct eg_buffer folded;
    eg_buffer_init(&folded, 0);
    enum eg_status status = eg_text_fold(eg_text_trim(text), &folded, err);
    if (status == EG_OK && folded.failed) status = eg_error_no_memory(err, text.len);
    uint32_t facet = EG_TEXTMAP_NONE;
    if (status == EG_OK) facet = eg_textmap_get(facets->by_folded, (struct eg_text){folded.data, folded.len});
    eg_buffer_clear(&folded);
    if (facet == EG_TEXTMAP_NONE) return status;
    for (uint32_t i = facets->start[facet]; i < facets->start[facet + 1]; i++)
        eg_bits_set(bits, facets->numbers[i]);
    return EG_OK;
}
