/* Words from the words before: every list is gone through once, numbers are replaced, and what came is put in its place. 100,000 entries have
 * some hundred thousand words in a million pairs of word and entry, which takes some milliseconds; cutting and sorting them anew, half
 * a second. Only the texts of entries that came are cut. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "directory/words.h"

#define SCRATCH_CEILING_BYTES ((size_t)1024 * 1024 * 1024)

/* A word of an entry that came. */
struct said {
    struct eg_text word;
    uint32_t number;
};

struct following {
    const struct eg_words *before;
    const struct eg_renumbering *by;
    const struct eg_words_source *source; /* of what there is now */
    struct eg_arena *scratch;             /* texts of words that came */
    struct said *said;                    /* [n_said] by word, then number */
    size_t n_said, capacity;
    struct eg_text *words; /* what is made */
    uint32_t *start, *numbers;
    char *letters; /* room for all texts, one behind the other in their order */
    uint32_t n, n_numbers;
    struct eg_error *err;
};

static enum eg_status refused(struct following *following, size_t n_bytes)
{
    return eg_error_no_memory(following->err, n_bytes);
}

/* --- what came ------------------------------------------------------------------------------------------------------------------- */

static enum eg_status note(struct following *following, struct eg_text word, uint32_t number)
{
    void *said = following->said;
    struct said one = {eg_text_copy(following->scratch, word), number};
    bool has_room = eg_memory_reserve(&said, &following->capacity, following->n_said + 1, sizeof one);
    following->said = said;
    if (!has_room || !one.word.data) return refused(following, sizeof one);
    following->said[following->n_said++] = one;
    return EG_OK;
}

static enum eg_status cut(struct following *following, uint32_t number, struct eg_buffer *folded)
{
    const struct eg_words_source *source = following->source;
    enum eg_status status = EG_OK;
    struct eg_text text;
    for (uint32_t f = 0; status == EG_OK && source->text(source->context, number, f, &text); f++) {
        struct eg_word_cutter cutter;
        status = eg_words_cut(text, folded, &cutter, following->err);
        while (status == EG_OK) {
            struct eg_text word = eg_words_next(&cutter);
            if (word.len == 0) break;
            status = note(following, word, number);
        }
    }
    return status;
}

static int compare_said(const void *a, const void *b)
{
    const struct said *x = a;
    const struct said *y = b;
    int order = eg_text_compare(x->word, y->word);
    if (order != 0) return order;
    return x->number < y->number ? -1 : x->number > y->number;
}

static enum eg_status gather(struct following *following)
{
    struct eg_buffer folded;
    eg_buffer_init(&folded, 0);
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < following->by->n_come && status == EG_OK; i++)
        status = cut(following, following->by->come[i], &folded);
    eg_buffer_clear(&folded);
    if (following->n_said > 0)
        qsort(following->said, following->n_said, sizeof *following->said, compare_said);
    size_t n = 0;
    for (size_t i = 0; i < following->n_said; i++)
        if (n == 0 || compare_said(&following->said[i], &following->said[n - 1]) != 0)
            following->said[n++] = following->said[i];
    following->n_said = n;
    return status;
}

/* --- the lists ------------------------------------------------------------------------------------------------------------------- */

static void end_word(struct following *following, struct eg_text word)
{
    uint32_t n = following->n;
    if (following->n_numbers == following->start[n]) return; /* nobody says it any more */
    memcpy(following->letters, word.data, word.len);
    following->words[n] = (struct eg_text){following->letters, word.len};
    following->letters += word.len;
    following->n++;
    following->start[following->n] = following->n_numbers;
}

/* A word of before with those who say it still. */
static void keep_word(struct following *following, uint32_t word)
{
    const struct eg_words *before = following->before;
    const uint32_t *to = following->by->to;
    uint32_t n = following->n_numbers;
    for (uint32_t i = before->start[word]; i < before->start[word + 1]; i++) {
        uint32_t number = to[before->numbers[i]];
        following->numbers[n] = number;
        n += number != EG_NUMBER_GONE;
    }
    following->n_numbers = n;
}

/* Those who came, ascending, into the list at hand, which ascends. */
static void put_among(struct following *following, const struct said *said, size_t n_said)
{
    uint32_t first = following->start[following->n];
    for (size_t i = 0; i < n_said; i++) {
        uint32_t at = following->n_numbers++;
        for (; at > first && following->numbers[at - 1] > said[i].number; at--)
            following->numbers[at] = following->numbers[at - 1];
        following->numbers[at] = said[i].number;
    }
}

static void merge(struct following *following)
{
    const struct eg_words *before = following->before;
    uint32_t word = 0;
    for (size_t i = 0, end; i < following->n_said; i = end) {
        struct eg_text said = following->said[i].word;
        for (end = i; end < following->n_said && eg_text_equal(following->said[end].word, said);) end++;
        for (uint32_t until = eg_words_find(before, said, false); word < until; word++) {
            keep_word(following, word);
            end_word(following, before->words[word]);
        }
        if (word < before->n && eg_text_equal(before->words[word], said)) keep_word(following, word++);
        put_among(following, &following->said[i], end - i);
        end_word(following, said);
    }
    for (; word < before->n; word++) {
        keep_word(following, word);
        end_word(following, before->words[word]);
    }
}

static size_t count_letters(const struct following *following)
{
    size_t n = 0;
    for (uint32_t i = 0; i < following->before->n; i++) n += following->before->words[i].len;
    for (size_t i = 0; i < following->n_said; i++) n += following->said[i].word.len;
    return n;
}

static enum eg_status make(struct following *following, struct eg_arena *arena, struct eg_words *words_out)
{
    const struct eg_words *before = following->before;
    size_t most = before->n + following->n_said, most_numbers = before->start[before->n] + following->n_said;
    if (most_numbers >= UINT32_MAX)
        return eg_error_set(following->err, EG_LIMIT, "the entries have more than four billion words");
    following->words = eg_arena_array(arena, most, sizeof *following->words);
    following->start = eg_arena_array(arena, most + 1, sizeof *following->start);
    following->numbers = eg_arena_array(arena, most_numbers + 1, sizeof *following->numbers);
    following->letters = eg_arena_array(arena, count_letters(following), 1);
    if (!following->words || !following->start || !following->numbers || !following->letters)
        return refused(following, most_numbers * sizeof *following->numbers);
    merge(following);
    *words_out = (struct eg_words){following->n, following->words, following->start, following->numbers};
    return EG_OK;
}

enum eg_status eg_words_follow_from(const struct eg_words *before, const struct eg_renumbering *renumbering,
                                    const struct eg_words_source *source, struct eg_arena *arena,
                                    struct eg_words *words_out, struct eg_error *err)
{
    struct following following = {.before = before,
                                  .by = renumbering,
                                  .source = source,
                                  .scratch = eg_arena_new(SCRATCH_CEILING_BYTES),
                                  .err = err};
    enum eg_status status = following.scratch ? gather(&following) : refused(&following, 0);
    if (status == EG_OK) status = make(&following, arena, words_out);
    free(following.said);
    eg_arena_free(following.scratch);
    return status;
}
