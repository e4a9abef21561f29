/* A directory has some tens of topics and languages, and some thousands of funders and organisations, in a handful of spellings
 * each, on up to 100,000 entries. So texts are first numbered as they are spelled (one hash per entry), then spellings are folded
 * into facets, then entries are dealt out to the facets, and facets to the entries, so that counting those of an answer is one
 * addition for each text of each entry. */
#include "directory/facets.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "directory/bits.h"

struct spelling {
    struct eg_text text;
    uint32_t n;     /* entries that spell it so */
    uint32_t facet; /* in order of first sight */
    uint32_t place; /* among those that are used */
};

struct facet {
    struct eg_text folded;
    uint32_t best; /* the spelling that is shown */
    uint32_t n;    /* entries */
    uint32_t seen_in;
    uint32_t place; /* among the sorted */
};

struct builder {
    uint32_t n_entries;
    enum eg_facet_kind kind;
    struct eg_arena *arena;
    const struct eg_facets *before; /* whose spellings and facets are the first ones, or NULL */
    struct eg_textmap *by_text;     /* -> spelling */
    struct spelling *spellings;
    size_t spellings_capacity;
    uint32_t n_spellings;
    struct eg_textmap *by_folded; /* -> facet in order of first sight, of those that are not before's */
    struct facet *facets;
    size_t facets_capacity;
    uint32_t n_facets;
    uint32_t *text_start; /* [n_entries + 1] into texts */
    uint32_t *texts;      /* spellings */
    size_t texts_capacity;
    struct eg_buffer folded;
    struct eg_error *err;
};

/* Of the kinds that are one text and no list. */
static enum eg_entry_field field_of(enum eg_facet_kind kind)
{
    return kind == EG_FACET_ORGANISATION ? EG_ENTRY_ORGANISATION : EG_ENTRY_PROGRAMME;
}

/* --- spellings ----------------------------------------------------------------------------------------------------------- */

static uint32_t count_funders(const struct eg_entry *entry)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < eg_entry_count_fundings(entry); i++)
        n += eg_entry_funding_at(entry, i).funder.len > 0;
    return n;
}

/* There are that many and more. */
static struct eg_text funder_at(const struct eg_entry *entry, uint32_t i)
{
    uint32_t at = 0;
    for (uint32_t n = 0;; at++)
        if (eg_entry_funding_at(entry, at).funder.len > 0 && n++ == i) break;
    return eg_entry_funding_at(entry, at).funder;
}

static uint32_t count_texts(const struct builder *builder, const struct eg_entry *entry)
{
    if (builder->kind == EG_FACET_TOPIC) return entry->n_topics;
    if (builder->kind == EG_FACET_LANGUAGE) return entry->n_languages;
    if (builder->kind == EG_FACET_ACCESSIBILITY) return entry->n_accessibility;
    if (builder->kind == EG_FACET_FUNDER) return count_funders(entry);
    return entry->field[field_of(builder->kind)].len > 0;
}

static struct eg_text text_at(const struct builder *builder, const struct eg_entry *entry, uint32_t i)
{
    if (builder->kind == EG_FACET_TOPIC) return entry->topics[i];
    if (builder->kind == EG_FACET_LANGUAGE) return entry->languages[i];
    if (builder->kind == EG_FACET_ACCESSIBILITY) return entry->accessibility[i];
    if (builder->kind == EG_FACET_FUNDER) return funder_at(entry, i);
    return entry->field[field_of(builder->kind)];
}

static enum eg_status add_facet(struct builder *builder, struct eg_text folded)
{
    void *facets = builder->facets;
    struct facet facet = {.folded = eg_text_copy(builder->arena, folded), .best = builder->n_spellings};
    if (!facet.folded.data ||
        !eg_memory_reserve(&facets, &builder->facets_capacity, (size_t)builder->n_facets + 1, sizeof facet)) {
        return eg_error_no_memory(builder->err, sizeof facet);
    }
    builder->facets = facets;
    builder->facets[builder->n_facets++] = facet;
    return EG_OK;
}

static enum eg_status facet_of(struct builder *builder, struct eg_text text, uint32_t *facet_out)
{
    builder->folded.len = 0;
    enum eg_status status = eg_text_fold(text, &builder->folded, builder->err);
    if (status) return status;
    struct eg_text folded = {builder->folded.data, builder->folded.len};
    if (builder->folded.failed) return eg_error_no_memory(builder->err, text.len);
    *facet_out = EG_TEXTMAP_NONE;
    if (builder->before) *facet_out = eg_textmap_get(builder->before->by_folded, folded);
    if (*facet_out == EG_TEXTMAP_NONE) *facet_out = eg_textmap_get(builder->by_folded, folded);
    if (*facet_out != EG_TEXTMAP_NONE) return EG_OK;
    status = add_facet(builder, folded);
    if (status) return status;
    *facet_out = builder->n_facets - 1;
    if (eg_textmap_put(builder->by_folded, builder->facets[*facet_out].folded, *facet_out, NULL) == EG_OK)
        return EG_OK;
    return eg_error_no_memory(builder->err, sizeof(struct facet));
}

static enum eg_status add_spelling(struct builder *builder, struct eg_text text, uint32_t facet)
{
    void *spellings = builder->spellings;
    if (!eg_memory_reserve(&spellings, &builder->spellings_capacity, (size_t)builder->n_spellings + 1,
                           sizeof *builder->spellings)) {
        return eg_error_no_memory(builder->err, sizeof *builder->spellings);
    }
    builder->spellings = spellings;
    builder->spellings[builder->n_spellings++] = (struct spelling){.text = text, .facet = facet};
    return EG_OK;
}

/* Of those before, by going through them: only a few texts are asked for. */
static uint32_t find_before(const struct builder *builder, struct eg_text text)
{
    uint32_t n = builder->before ? builder->before->n_spellings : 0;
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal(builder->spellings[i].text, text)) return i;
    return EG_TEXTMAP_NONE;
}

static enum eg_status spelling_of(struct builder *builder, struct eg_text text, uint32_t *spelling_out)
{
    uint32_t facet = 0;
    *spelling_out = eg_textmap_get(builder->by_text, text);
    if (*spelling_out == EG_TEXTMAP_NONE) *spelling_out = find_before(builder, text);
    if (*spelling_out != EG_TEXTMAP_NONE) return EG_OK;
    *spelling_out = builder->n_spellings;
    enum eg_status status = facet_of(builder, text, &facet);
    if (status == EG_OK) status = add_spelling(builder, text, facet);
    if (status != EG_OK) return status;
    if (eg_textmap_put(builder->by_text, text, *spelling_out, NULL) == EG_OK) return EG_OK;
    return eg_error_no_memory(builder->err, sizeof(struct spelling));
}

static bool make_room(struct builder *builder, size_t n_texts)
{
    void *texts = builder->texts;
    bool has_room = eg_memory_reserve(&texts, &builder->texts_capacity, n_texts, sizeof *builder->texts);
    builder->texts = texts;
    return has_room && n_texts < UINT32_MAX;
}

/* Entries are added in answer order. */
static enum eg_status add_entry(struct builder *builder, const struct eg_entry *entry, uint32_t number)
{
    uint32_t n = count_texts(builder, entry), at = builder->text_start[number];
    builder->text_start[number + 1] = at + n;
    if (!make_room(builder, (size_t)at + n)) return eg_error_no_memory(builder->err, n * sizeof(uint32_t));
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        status = spelling_of(builder, text_at(builder, entry, i), &builder->texts[at + i]);
    return status;
}

static enum eg_status keep_entry(struct builder *builder, uint32_t before, uint32_t number)
{
    const uint32_t *start = builder->before->text_start + before;
    uint32_t n = start[1] - start[0], at = builder->text_start[number];
    builder->text_start[number + 1] = at + n;
    if (n == 0) return EG_OK;
    if (!make_room(builder, (size_t)at + n)) return eg_error_no_memory(builder->err, n * sizeof(uint32_t));
    memcpy(builder->texts + at, builder->before->texts + start[0], n * sizeof *builder->texts);
    return EG_OK;
}

/* Their texts are copied: the entries that had them may go. */
static enum eg_status begin_with(struct builder *builder, const struct eg_facets *before)
{
    enum eg_status status = EG_OK;
    builder->before = before;
    for (uint32_t i = 0; i < before->n && status == EG_OK; i++)
        status = add_facet(builder, before->folded[i]);
    for (uint32_t i = 0; i < before->n_spellings && status == EG_OK; i++) {
        const struct eg_facet_spelling *spelling = &before->spellings[i];
        struct eg_text text = eg_text_copy(builder->arena, spelling->text);
        if (!text.data) return eg_error_no_memory(builder->err, spelling->text.len);
        status = add_spelling(builder, text, spelling->facet);
        if (status == EG_OK) builder->facets[spelling->facet].best = i;
    }
    return status;
}

/* --- facets -------------------------------------------------------------------------------------------------------------- */

/* Counts one entry's texts; an entry that spells one topic in two ways counts once for the facet. */
static void count_entry(struct builder *builder, uint32_t number)
{
    for (uint32_t i = builder->text_start[number]; i < builder->text_start[number + 1]; i++) {
        struct spelling *spelling = &builder->spellings[builder->texts[i]];
        struct facet *facet = &builder->facets[spelling->facet];
        spelling->n++;
        if (facet->seen_in == number + 1) continue;
        facet->seen_in = number + 1;
        facet->n++;
    }
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
        for (uint32_t i = builder->text_start[number]; i < builder->text_start[number + 1]; i++) {
            struct facet *facet = &builder->facets[builder->spellings[builder->texts[i]].facet];
            if (facet->seen_in == number + 1) continue;
            facet->seen_in = number + 1;
            hands->numbers[start[facet->place + 1]++] = number;
            hands->of[n_of++] = facet->place;
        }
        hands->of_start[number + 1] = n_of;
    }
}

/* Those that nobody has any more are left out. */
static uint32_t list_used(const struct builder *builder, uint32_t *order)
{
    uint32_t n = 0;
    for (uint32_t f = 0; f < builder->n_facets; f++)
        if (builder->facets[f].n > 0) order[n++] = f;
    return n;
}

static enum eg_status put_facets(struct builder *builder, const uint32_t *order, uint32_t n,
                                 struct eg_facets *facets_out)
{
    size_t n_pairs = 0;
    for (uint32_t i = 0; i < n; i++) n_pairs += builder->facets[order[i]].n;
    struct eg_directory_facet *facets = eg_arena_array(builder->arena, n, sizeof *facets);
    struct eg_text *folded = eg_arena_array(builder->arena, n, sizeof *folded);
    struct hands hands = {
        .start = eg_arena_array(builder->arena, (size_t)n + 2, sizeof(uint32_t)),
        .numbers = eg_arena_array(builder->arena, n_pairs, sizeof(uint32_t)),
        .of_start = eg_arena_array(builder->arena, (size_t)builder->n_entries + 1, sizeof(uint32_t)),
        .of = eg_arena_array(builder->arena, n_pairs, sizeof(uint32_t))};
    struct eg_textmap *by_folded = eg_textmap_new(n);
    bool has_room =
        facets && folded && hands.start && hands.numbers && hands.of_start && hands.of && by_folded;
    for (uint32_t i = 0; i < n && has_room; i++) {
        struct facet *facet = &builder->facets[order[i]];
        facet->place = i;
        facets[i] = (struct eg_directory_facet){builder->spellings[facet->best].text, facet->n};
        folded[i] = facet->folded;
        hands.start[i + 2] = hands.start[i + 1] + facet->n; /* one place on: dealing moves them back */
        has_room = eg_textmap_put(by_folded, facet->folded, i, NULL) == EG_OK;
    }
    if (!has_room) {
        eg_textmap_free(by_folded);
        return eg_error_no_memory(builder->err, n_pairs * sizeof(uint32_t));
    }
    deal(builder, &hands);
    *facets_out = (struct eg_facets){.n = n,
                                     .facets = facets,
                                     .start = hands.start,
                                     .numbers = hands.numbers,
                                     .of_start = hands.of_start,
                                     .of = hands.of,
                                     .folded = folded,
                                     .by_folded = by_folded};
    return EG_OK;
}

/* As the facets that follow from these will want them. */
static enum eg_status put_spellings(struct builder *builder, struct eg_facets *facets)
{
    uint32_t n = 0, n_texts = builder->text_start[builder->n_entries];
    struct eg_facet_spelling *spellings =
        eg_arena_array(builder->arena, builder->n_spellings, sizeof *spellings);
    uint32_t *texts = eg_arena_array(builder->arena, n_texts, sizeof *texts);
    if (!spellings || !texts) return eg_error_no_memory(builder->err, n_texts * sizeof *texts);
    for (uint32_t i = 0; i < builder->n_spellings; i++) {
        struct spelling *spelling = &builder->spellings[i];
        if (spelling->n == 0) continue;
        spelling->place = n;
        spellings[n++] = (struct eg_facet_spelling){spelling->text, builder->facets[spelling->facet].place};
    }
    for (uint32_t i = 0; i < n_texts; i++) texts[i] = builder->spellings[builder->texts[i]].place;
    facets->n_spellings = n;
    facets->spellings = spellings;
    facets->text_start = builder->text_start;
    facets->texts = texts;
    return EG_OK;
}

static enum eg_status finish(struct builder *builder, struct eg_facets *facets_out)
{
    uint32_t *order = eg_memory_array(builder->n_facets, sizeof *order);
    if (!order) return eg_error_no_memory(builder->err, builder->n_facets * sizeof *order);
    struct eg_facets facets;
    for (uint32_t i = 0; i < builder->n_entries; i++) count_entry(builder, i);
    choose_spellings(builder);
    uint32_t n = list_used(builder, order);
    qsort_r(order, n, sizeof *order, compare_facets, builder);
    enum eg_status status = put_facets(builder, order, n, &facets);
    free(order);
    if (status != EG_OK) return status;
    status = put_spellings(builder, &facets);
    if (status == EG_OK) *facets_out = facets;
    else eg_facets_clear(&facets);
    return status;
}

static enum eg_status open_builder(struct builder *builder, uint32_t n_entries)
{
    builder->n_entries = n_entries;
    builder->by_text = eg_textmap_new(64);
    builder->by_folded = eg_textmap_new(64);
    builder->text_start = eg_arena_array(builder->arena, (size_t)n_entries + 1, sizeof *builder->text_start);
    eg_buffer_init(&builder->folded, 0);
    bool has_room = builder->by_text && builder->by_folded && builder->text_start;
    return has_room ? EG_OK : eg_error_no_memory(builder->err, 64);
}

static void close_builder(struct builder *builder)
{
    eg_textmap_free(builder->by_text);
    eg_textmap_free(builder->by_folded);
    free(builder->spellings);
    free(builder->facets);
    free(builder->texts);
    eg_buffer_clear(&builder->folded);
}

enum eg_status eg_facets_build(const struct eg_entry *const *entries, uint32_t n, enum eg_facet_kind kind,
                               struct eg_arena *arena, struct eg_facets *facets_out, struct eg_error *err)
{
    struct builder builder = {.kind = kind, .arena = arena, .err = err};
    enum eg_status status = open_builder(&builder, n);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) status = add_entry(&builder, entries[i], i);
    if (status == EG_OK) status = finish(&builder, facets_out);
    close_builder(&builder);
    return status;
}

enum eg_status eg_facets_follow(const struct eg_facets *before, const struct eg_renumbering *renumbering,
                                enum eg_facet_kind kind, struct eg_arena *arena, struct eg_facets *facets_out,
                                struct eg_error *err)
{
    struct builder builder = {.kind = kind, .arena = arena, .err = err};
    struct eg_renumbering_walk walk = {.by = renumbering};
    uint32_t now, old;
    enum eg_status status = open_builder(&builder, renumbering->n_after);
    if (status == EG_OK) status = begin_with(&builder, before);
    while (status == EG_OK && eg_renumbering_next(&walk, &now, &old)) {
        if (old == EG_NUMBER_GONE) status = add_entry(&builder, renumbering->after[now], now);
        else status = keep_entry(&builder, old, now);
    }
    if (status == EG_OK) status = finish(&builder, facets_out);
    close_builder(&builder);
    return status;
}

void eg_facets_clear(struct eg_facets *facets)
{
    eg_textmap_free(facets->by_folded);
    *facets = (struct eg_facets){0};
}

enum eg_status eg_facets_named(const struct eg_facets *facets, struct eg_text text, uint32_t *facet_out,
                               struct eg_error *err)
{
    struct eg_buffer folded;
    eg_buffer_init(&folded, 0);
    enum eg_status status = eg_text_fold(eg_text_trim(text), &folded, err);
    if (status == EG_OK && folded.failed) status = eg_error_no_memory(err, text.len);
    if (status == EG_OK)
        *facet_out = eg_textmap_get(facets->by_folded, (struct eg_text){folded.data, folded.len});
    eg_buffer_clear(&folded);
    return status;
}

enum eg_status eg_facets_find(const struct eg_facets *facets, struct eg_text text,
                              const uint32_t **numbers_out, uint32_t *n_out, struct eg_error *err)
{
    uint32_t facet = EG_TEXTMAP_NONE;
    enum eg_status status = eg_facets_named(facets, text, &facet, err);
    if (status != EG_OK) return status;
    bool is_there = facet != EG_TEXTMAP_NONE;
    *n_out = is_there ? facets->start[facet + 1] - facets->start[facet] : 0;
    *numbers_out = is_there ? facets->numbers + facets->start[facet] : NULL;
    return EG_OK;
}

enum eg_status eg_facets_mark(const struct eg_facets *facets, struct eg_text text, uint64_t *bits,
                              struct eg_error *err)
{
    const uint32_t *numbers = NULL;
    uint32_t n = 0;
    enum eg_status status = eg_facets_find(facets, text, &numbers, &n, err);
    for (uint32_t i = 0; i < n; i++) eg_bits_set(bits, numbers[i]);
    return status;
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
