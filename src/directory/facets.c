/* A directory has some tens of topics and languages, and some thousands of funders and organisations, in a handful of spellings
 * each, on up to 100,000 entries. So texts are first numbered as they are spelled (one hash per entry), then spellings are folded
 * into facets, then entries are dealt out to the facets, and facets to the entries, so that counting those of an answer is one
 * addition for each text of each entry. */
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

/* Of the kinds that are one text and no list. */
static enum eg_entry_field field_of(enum eg_facet_kind kind)
{
    if (kind == EG_FACET_ORGANISATION) return EG_ENTRY_ORGANISATION;
    return kind == EG_FACET_FUNDER ? EG_ENTRY_FUNDER : EG_ENTRY_PROGRAMME;
}

static uint32_t count_texts(const struct builder *builder, const struct eg_entry *entry)
{
    if (builder->kind == EG_FACET_TOPIC) return entry->n_topics;
    if (builder->kind == EG_FACET_LANGUAGE) return entry->n_languages;
    if (builder->kind == EG_FACET_ACCESSIBILITY) return entry->n_accessibility;
    return entry->field[field_of(builder->kind)].len > 0;
}

static struct eg_text text_at(const struct builder *builder, const struct eg_entry *entry, uint32_t i)
{
    if (builder->kind == EG_FACET_TOPIC) return entry->topics[i];
    if (builder->kind == EG_FACET_LANGUAGE) return entry->languages[i];
    if (builder->kind == EG_FACET_ACCESSIBILITY) return entry->accessibility[i];
    return entry->field[field_of(builder->kind)];
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

/* What deal() fills: each facet's entries, each entry's facets. */
struct hands {
    uint32_t *start, *numbers, *of_start, *of;
};

/* Entries to their facets, in answer order, and the other way round. */
static void deal(struct builder *builder, const struct hands *hands)
{
    uint32_t *start = hands->start;
    uint32_t n_of = 0;
    for (uint32_t f = 0; f < builder->n_facets; f++) builder->facets[f].seen_in = 0;
    for (uint32_t number = 0; number < builder->n_entries; number++) {
        uint32_t n = count_texts(builder, builder->entries[number]);
        for (uint32_t i = 0; i < n; i++) {
            struct eg_text text = text_at(builder, builder->entries[number], i);
            struct facet *facet =
                &builder->facets[builder->spellings[eg_textmap_get(builder->by_text, text)].facet];
            if (facet->seen_in == number + 1) continue;
            facet->seen_in = number + 1;
            hands->numbers[start[facet->place + 1]++] = number;
            hands->of[n_of++] = facet->place;
        }
        hands->of_start[number + 1] = n_of;
    }
}

static enum eg_status fill(struct builder *builder, uint32_t *order, struct eg_facets *facets_out)
{
    uint32_t n = builder->n_facets;
    size_t n_pairs = 0;
    for (uint32_t f = 0; f < n; f++) n_pairs += builder->facets[f].n;
    struct eg_directory_facet *facets = eg_arena_array(builder->arena, n, sizeof *facets);
    struct hands hands = {
        .start = eg_arena_array(builder->arena, (size_t)n + 2, sizeof(uint32_t)),
        .numbers = eg_arena_array(builder->arena, n_pairs, sizeof(uint32_t)),
        .of_start = eg_arena_array(builder->arena, (size_t)builder->n_entries + 1, sizeof(uint32_t)),
        .of = eg_arena_array(builder->arena, n_pairs, sizeof(uint32_t))};
    struct eg_textmap *by_folded = eg_textmap_new(n);
    bool has_room = facets && hands.start && hands.numbers && hands.of_start && hands.of;
    if (!has_room || !by_folded) goto refused;
    for (uint32_t i = 0; i < n; i++) order[i] = i;
    qsort_r(order, n, sizeof *order, compare_facets, builder);
    for (uint32_t i = 0; i < n; i++) {
        struct facet *facet = &builder->facets[order[i]];
        facet->place = i;
        facets[i] = (struct eg_directory_facet){builder->spellings[facet->best].text, facet->n};
        hands.start[i + 2] = hands.start[i + 1] + facet->n; /* one place on: dealing moves them back */
        if (eg_textmap_put(by_folded, facet->folded, i, NULL) != EG_OK) goto refused;
    }
    deal(builder, &hands);
    *facets_out =
        (struct eg_facets){n, facets, hands.start, hands.numbers, hands.of_start, hands.of, by_folded};
    return EG_OK;
refused:
    eg_textmap_free(by_folded);
    return eg_error_no_memory(builder->err, n_pairs * sizeof(uint32_t));
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

/* --- counting ------------------------------------------------------------------------------------------------------------ */

static void count(const struct eg_facets *facets, const uint64_t *bits, size_t n_bit_words, uint32_t *counts)
{
    for (size_t w = 0; w < n_bit_words; w++) {
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            size_t number = w * 64 + (size_t)__builtin_ctzll(word);
            for (uint32_t i = facets->of_start[number]; i < facets->of_start[number + 1]; i++)
                counts[facets->of[i]]++;
        }
    }
}

bool eg_facets_is_before(const struct eg_directory_facet *a, const struct eg_directory_facet *b)
{
    if (a->n != b->n) return a->n > b->n;
    return eg_text_compare(a->text, b->text) < 0;
}

/* Puts it where it belongs among the most frequent so far; the last one falls out of a full list. */
static void keep_if_frequent(struct eg_directory_counts *counts, struct eg_directory_facet facet)
{
    struct eg_directory_facet *values = counts->values;
    if (counts->n == EG_DIRECTORY_FACET_VALUES) {
        if (!eg_facets_is_before(&facet, &values[counts->n - 1])) return;
        counts->n--;
    }
    uint32_t at = counts->n++;
    for (; at > 0 && eg_facets_is_before(&facet, &values[at - 1]); at--) values[at] = values[at - 1];
    values[at] = facet;
}

enum eg_status eg_facets_count(const struct eg_facets *facets, const uint64_t *bits, size_t n_bit_words,
                               struct eg_directory_counts *counts_out, struct eg_error *err)
{
    uint32_t *counts = eg_memory_zeroed(facets->n, sizeof *counts);
    struct eg_directory_counts kept = {0, eg_memory_array(EG_DIRECTORY_FACET_VALUES, sizeof *kept.values)};
    if (!counts || !kept.values) {
        free(counts);
        free(kept.values);
        return eg_error_no_memory(err, facets->n * sizeof *counts);
    }
    count(facets, bits, n_bit_words, counts);
    for (uint32_t f = 0; f < facets->n; f++)
        if (counts[f] > 0)
            keep_if_frequent(&kept, (struct eg_directory_facet){facets->facets[f].text, counts[f]});
    free(counts);
    *counts_out = kept;
    return EG_OK;
}
