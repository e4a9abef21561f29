/* Typical: 50,000 entries, 30,000 distinct words, half a million pairs of word and entry. Sources repeat themselves (a
 * funder's name, a constant's topics), and repeated texts share their bytes, so a text is only cut when it is not the one the
 * entry before had in the same field.
 *
 * Pairs are gathered in answer order and dealt out by a counting sort, so that every list ascends. A question's word is a
 * range of the sorted words; the lists in the range are marked one after another. */
#include "directory/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/textmap.h"
#include "directory/bits.h"

/* --- cutting ------------------------------------------------------------------------------------------------------------- */

enum sign { SIGN_LETTER, SIGN_SKIPPED, SIGN_PARTS };

/* What the character at text[0] is, and its length. Beyond ASCII, Latin-1's signs (U+00A0-00BF without the letters ª º and
 * µ), general punctuation (U+2000-206F) and CJK's (U+3000-3003, U+3008-3011, U+3014-301F) part words; all else is taken for
 * letters. */
static enum sign look_at(const unsigned char *text, size_t *len_out)
{
    unsigned char c = text[0];
    *len_out = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (c == '\'') return SIGN_SKIPPED;
    if (c < 0x80) {
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return is_letter ? SIGN_LETTER : SIGN_PARTS;
    }
    if (c == 0xC2) return text[1] == 0xAA || text[1] == 0xB5 || text[1] == 0xBA ? SIGN_LETTER : SIGN_PARTS;
    if (c == 0xE2 && text[1] == 0x80 && (text[2] == 0x98 || text[2] == 0x99))
        return SIGN_SKIPPED; /* U+2018, U+2019 */
    if (c == 0xE2 && (text[1] == 0x80 || text[1] == 0x81))
        return text[1] == 0x81 && text[2] > 0xAF ? SIGN_LETTER : SIGN_PARTS;
    if (c == 0xE3 && text[1] == 0x80) {
        unsigned char low = text[2];
        bool is_sign = low <= 0x83 || (low >= 0x88 && low <= 0x91) || (low >= 0x94 && low <= 0x9F);
        return is_sign ? SIGN_PARTS : SIGN_LETTER;
    }
    return SIGN_LETTER;
}

struct eg_text eg_words_next(struct eg_word_cutter *cutter)
{
    char *word = cutter->at;
    size_t len = 0;
    while (cutter->left > 0) {
        size_t n = 0;
        enum sign sign = look_at((const unsigned char *)cutter->at, &n);
        if (sign == SIGN_PARTS && len > 0) break;
        if (sign == SIGN_LETTER) {
            memmove(word + len, cutter->at, n);
            len += n;
        }
        cutter->at += n;
        cutter->left -= n;
    }
    return (struct eg_text){word, len};
}

enum eg_status eg_words_cut(struct eg_text text, struct eg_buffer *folded, struct eg_word_cutter *cutter,
                            struct eg_error *err)
{
    folded->len = 0;
    enum eg_status status = eg_text_fold(text, folded, err);
    if (status) return status;
    if (folded->failed) return eg_error_no_memory(err, text.len);
    *cutter = (struct eg_word_cutter){.at = folded->data, .left = folded->len};
    return EG_OK;
}

/* --- building ------------------------------------------------------------------------------------------------------------ */

/* A growing array of numbers. */
struct list {
    uint32_t *items;
    size_t n, capacity;
};

static enum eg_status push(struct list *list, uint32_t item, struct eg_error *err)
{
    void *items = list->items;
    if (!eg_memory_reserve(&items, &list->capacity, list->n + 1, sizeof *list->items)) {
        return eg_error_no_memory(err, sizeof *list->items);
    }
    list->items = items;
    list->items[list->n++] = item;
    return EG_OK;
}

struct builder {
    struct eg_arena *arena;
    struct eg_textmap *known; /* word -> its number in the order of first sight */
    struct eg_text *words;    /* [n_words] by that number */
    size_t capacity;
    struct list counts;  /* [n_words] entries that have it */
    struct list seen_in; /* [n_words] the last entry that has it, + 1 */
    struct eg_text
        text[EG_WORDS_KEPT];        /* of the entry before; the last of them is that of all further ones */
    struct list cut[EG_WORDS_KEPT]; /* its words */
    struct list pairs;              /* words of entry 0, then of entry 1 ... */
    struct list pair_end;           /* [entries] into pairs */
    struct eg_buffer folded;
};

static enum eg_status number_of(struct builder *builder, struct eg_text word, uint32_t *number_out,
                                struct eg_error *err)
{
    *number_out = eg_textmap_get(builder->known, word);
    if (*number_out != EG_TEXTMAP_NONE) return EG_OK;
    uint32_t number = (uint32_t)builder->counts.n;
    struct eg_text kept = eg_text_copy(builder->arena, word);
    void *words = builder->words;
    if (!kept.data || !eg_memory_reserve(&words, &builder->capacity, (size_t)number + 1, sizeof kept)) {
        return eg_error_no_memory(err, word.len);
    }
    builder->words = words;
    builder->words[number] = kept;
    if (eg_textmap_put(builder->known, kept, number, NULL) != EG_OK)
        return eg_error_no_memory(err, sizeof kept);
    enum eg_status status = push(&builder->counts, 0, err);
    if (status == EG_OK) status = push(&builder->seen_in, 0, err);
    *number_out = number;
    return status;
}

static enum eg_status cut_field(struct builder *builder, size_t field, struct eg_text text,
                                struct eg_error *err)
{
    struct eg_word_cutter cutter;
    builder->cut[field].n = 0;
    enum eg_status status = eg_words_cut(text, &builder->folded, &cutter, err);
    while (status == EG_OK) {
        struct eg_text word = eg_words_next(&cutter);
        if (word.len == 0) break;
        uint32_t number = 0;
        status = number_of(builder, word, &number, err);
        if (status == EG_OK) status = push(&builder->cut[field], number, err);
    }
    builder->text[field] = text;
    return status;
}

static enum eg_status add_words(struct builder *builder, const struct list *cut, uint32_t entry,
                                struct eg_error *err)
{
    for (size_t i = 0; i < cut->n; i++) {
        uint32_t word = cut->items[i];
        if (builder->seen_in.items[word] == entry + 1) continue;
        builder->seen_in.items[word] = entry + 1;
        builder->counts.items[word]++;
        enum eg_status status = push(&builder->pairs, word, err);
        if (status) return status;
    }
    return EG_OK;
}

static enum eg_status add_entry(struct builder *builder, const struct eg_words_source *source,
                                uint32_t number, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    struct eg_text text;
    for (uint32_t which = 0; status == EG_OK && source->text(source->context, number, which, &text);
         which++) {
        size_t f = which < EG_WORDS_KEPT ? which : EG_WORDS_KEPT - 1;
        bool is_new = text.data != builder->text[f].data || text.len != builder->text[f].len;
        if (is_new) status = cut_field(builder, f, text, err);
        if (status == EG_OK) status = add_words(builder, &builder->cut[f], number, err);
    }
    if (status == EG_OK && builder->pairs.n > UINT32_MAX) {
        status = eg_error_set(err, EG_LIMIT, "the entries have more than four billion words");
    }
    if (status == EG_OK) status = push(&builder->pair_end, (uint32_t)builder->pairs.n, err);
    return status;
}

static int compare_words(const void *a, const void *b, void *context)
{
    const struct builder *builder = context;
    return eg_text_compare(builder->words[*(const uint32_t *)a], builder->words[*(const uint32_t *)b]);
}

/* Deals the pairs out: words in sorted order, each with its entries. rank[] becomes where a word stands. */
static void deal(const struct builder *builder, const uint32_t *order, uint32_t *rank, uint32_t *start,
                 uint32_t *numbers)
{
    uint32_t n = (uint32_t)builder->counts.n;
    start[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        rank[order[i]] = i;
        start[i + 1] = start[i] + builder->counts.items[order[i]];
    }
    for (uint32_t entry = 0, pair = 0; entry < builder->pair_end.n; entry++) {
        for (; pair < builder->pair_end.items[entry]; pair++) {
            numbers[start[rank[builder->pairs.items[pair]]]++] = entry;
        }
    }
    memmove(start + 1, start, n * sizeof *start); /* each start has run to the next one's */
    start[0] = 0;
}

static enum eg_status finish(struct builder *builder, struct eg_words *words_out, struct eg_error *err)
{
    uint32_t n = (uint32_t)builder->counts.n;
    uint32_t *order = eg_memory_array(n, sizeof *order);
    uint32_t *rank = eg_memory_array(n, sizeof *rank);
    struct eg_text *words = eg_arena_array(builder->arena, n, sizeof *words);
    uint32_t *start = eg_arena_array(builder->arena, (size_t)n + 1, sizeof *start);
    uint32_t *numbers = eg_arena_array(builder->arena, builder->pairs.n, sizeof *numbers);
    enum eg_status status = EG_OK;
    if (order && rank && words && start && numbers) {
        for (uint32_t i = 0; i < n; i++) order[i] = i;
        qsort_r(order, n, sizeof *order, compare_words, builder);
        for (uint32_t i = 0; i < n; i++) words[i] = builder->words[order[i]];
        deal(builder, order, rank, start, numbers);
        *words_out = (struct eg_words){.n = n, .words = words, .start = start, .numbers = numbers};
    } else {
        status = eg_error_no_memory(err, builder->pairs.n * sizeof *numbers);
    }
    free(order);
    free(rank);
    return status;
}

static void clear_builder(struct builder *builder)
{
    eg_textmap_free(builder->known);
    free(builder->words);
    free(builder->counts.items);
    free(builder->seen_in.items);
    free(builder->pairs.items);
    free(builder->pair_end.items);
    for (size_t f = 0; f < EG_WORDS_KEPT; f++) free(builder->cut[f].items);
    eg_buffer_clear(&builder->folded);
}

enum eg_status eg_words_build_from(const struct eg_words_source *source, struct eg_arena *arena,
                                   struct eg_words *words_out, struct eg_error *err)
{
    struct builder builder = {.arena = arena, .known = eg_textmap_new(1024)};
    eg_buffer_init(&builder.folded, 0);
    enum eg_status status = builder.known ? EG_OK : eg_error_no_memory(err, 1024);
    for (uint32_t i = 0; i < source->n && status == EG_OK; i++) status = add_entry(&builder, source, i, err);
    if (status == EG_OK) status = finish(&builder, words_out, err);
    clear_builder(&builder);
    return status;
}

/* --- texts of entries ---------------------------------------------------------------------------------------------------- */

/* Of each place its name, then its address. */
static bool text_of_place(const struct eg_entry *entry, uint32_t which, struct eg_text *text_out)
{
    uint32_t place = which / 2;
    bool is_name = which % 2 == 0;
    if (place >= eg_entry_count_places(entry)) return false;
    if (entry->n_places > 0) *text_out = is_name ? entry->places[place].name : entry->places[place].address;
    else *text_out = is_name ? entry->place_name : entry->field[EG_ENTRY_ADDRESS];
    return true;
}

bool eg_words_text_of(const struct eg_entry *entry, enum eg_words_of of, uint32_t which,
                      struct eg_text *text_out)
{
    const struct eg_text texts[] = {
        entry->field[EG_ENTRY_NAME],         entry->other_name[EG_OTHER_NAME_OF_ENTRY],
        entry->field[EG_ENTRY_ORGANISATION], entry->other_name[EG_OTHER_NAME_OF_ORGANISATION],
        entry->field[EG_ENTRY_DESCRIPTION],  entry->field[EG_ENTRY_TOPICS],
        entry->field[EG_ENTRY_PROGRAMME]};
    uint32_t first = of == EG_WORDS_OF_OWNERS ? 2 : 0, n = of == EG_WORDS_OF_ALL ? EG_ARRAY_LEN(texts) : 2;
    if (which >= n) return of == EG_WORDS_OF_ALL && text_of_place(entry, which - n, text_out);
    *text_out = texts[first + which];
    return true;
}

struct listing {
    const struct eg_entry *const *entries;
    enum eg_words_of of;
};

static bool text_of_listed(const void *context, uint32_t i, uint32_t which, struct eg_text *text_out)
{
    const struct listing *listing = context;
    return eg_words_text_of(listing->entries[i], listing->of, which, text_out);
}

enum eg_status eg_words_build(const struct eg_entry *const *entries, uint32_t n, enum eg_words_of of,
                              struct eg_arena *arena, struct eg_words *words_out, struct eg_error *err)
{
    struct listing listing = {entries, of};
    struct eg_words_source source = {text_of_listed, &listing, n};
    return eg_words_build_from(&source, arena, words_out, err);
}

enum eg_status eg_words_follow(const struct eg_words *before, const struct eg_renumbering *renumbering,
                               enum eg_words_of of, struct eg_arena *arena, struct eg_words *words_out,
                               struct eg_error *err)
{
    struct listing listing = {renumbering->after, of};
    struct eg_words_source source = {text_of_listed, &listing, renumbering->n_after};
    return eg_words_follow_from(before, renumbering, &source, arena, words_out, err);
}

/* --- asking -------------------------------------------------------------------------------------------------------------- */

uint32_t eg_words_find(const struct eg_words *words, struct eg_text text, bool beyond)
{
    uint32_t low = 0;
    uint32_t high = words->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct eg_text word = words->words[middle];
        bool is_before = eg_text_compare(word, text) < 0 || (beyond && eg_text_starts_with(word, text));
        if (is_before) low = middle + 1;
        else high = middle;
    }
    return low;
}

static void mark_prefix(const struct eg_words *words, struct eg_text prefix, uint64_t *bits)
{
    uint32_t first = eg_words_find(words, prefix, false);
    uint32_t end = eg_words_find(words, prefix, true);
    for (uint32_t i = words->start[first]; i < words->start[end]; i++) eg_bits_set(bits, words->numbers[i]);
}

static enum eg_status keep_all(const struct eg_words *words, struct eg_word_cutter *cutter, uint64_t *bits,
                               size_t n_bit_words, struct eg_error *err)
{
    uint64_t *has = eg_memory_array(n_bit_words, sizeof *has);
    if (!has) return eg_error_no_memory(err, n_bit_words * sizeof *has);
    enum eg_status status = EG_OK;
    uint32_t n_asked = 0;
    for (struct eg_text word = eg_words_next(cutter); word.len > 0; word = eg_words_next(cutter)) {
        if (++n_asked > EG_WORDS_ASKED_MAX) {
            status = eg_error_set(err, EG_INVALID, "more than %u words; leave some out", EG_WORDS_ASKED_MAX);
            break;
        }
        memset(has, 0, n_bit_words * sizeof *has);
        mark_prefix(words, word, has);
        eg_bits_and(bits, has, n_bit_words);
    }
    free(has);
    return status;
}

enum eg_status eg_words_keep(const struct eg_words *words, struct eg_text asked, uint64_t *bits,
                             size_t n_bit_words, struct eg_error *err)
{
    struct eg_buffer folded;
    struct eg_word_cutter cutter;
    eg_buffer_init(&folded, 0);
    enum eg_status status = eg_words_cut(asked, &folded, &cutter, err);
    if (status == EG_OK) status = keep_all(words, &cutter, bits, n_bit_words, err);
    eg_buffer_clear(&folded);
    return status;
}

static void mark_word(const struct eg_words *words, struct eg_text word, uint64_t *bits)
{
    uint32_t at = eg_words_find(words, word, false);
    if (at == words->n || !eg_text_equal(words->words[at], word)) return;
    for (uint32_t i = words->start[at]; i < words->start[at + 1]; i++) eg_bits_set(bits, words->numbers[i]);
}

/* Those marked that were not yet get so many points. */
static void give_points(const uint64_t *marked, uint64_t *taken, size_t n_bit_words, unsigned each,
                        uint8_t *points)
{
    for (size_t w = 0; w < n_bit_words; w++) {
        for (uint64_t word = marked[w] & ~taken[w]; word != 0; word &= word - 1) {
            uint8_t *of = &points[w * 64 + (size_t)__builtin_ctzll(word)];
            *of = (uint8_t)(*of + each);
        }
        taken[w] |= marked[w];
    }
}

static void score_word(const struct eg_words_scored *scored, struct eg_text word, uint64_t *bits,
                       size_t n_bit_words, uint8_t *points)
{
    uint64_t *taken = bits, *marked = bits + n_bit_words;
    memset(taken, 0, n_bit_words * sizeof *taken);
    for (unsigned step = 0; step < 4; step++) {
        const struct eg_words *words = step % 2 == 0 ? scored->names : scored->owners;
        memset(marked, 0, n_bit_words * sizeof *marked);
        if (step < 2) mark_word(words, word, marked);
        else mark_prefix(words, word, marked);
        give_points(marked, taken, n_bit_words, EG_WORDS_MOST_POINTS - step, points);
    }
}

enum eg_status eg_words_score(const struct eg_words_scored *scored, struct eg_text asked, uint64_t *bits,
                              size_t n_bit_words, uint8_t *points, struct eg_error *err)
{
    struct eg_buffer folded;
    struct eg_word_cutter cutter;
    eg_buffer_init(&folded, 0);
    enum eg_status status = eg_words_cut(asked, &folded, &cutter, err);
    uint32_t n_asked = 0;
    while (status == EG_OK && n_asked++ < EG_WORDS_ASKED_MAX) {
        struct eg_text word = eg_words_next(&cutter);
        if (word.len == 0) break;
        score_word(scored, word, bits, n_bit_words, points);
    }
    eg_buffer_clear(&folded);
    return status;
}
