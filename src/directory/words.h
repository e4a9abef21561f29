/* Which entries say a word: names, descriptions, topics and programmes, folded and cut into words, with the list of entries
 * for each. */
#ifndef EG_DIRECTORY_WORDS_H
#define EG_DIRECTORY_WORDS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "data/entries.h"
#include "directory/renumbering.h"

#define EG_WORDS_ASKED_MAX 16U
#define EG_WORDS_WHOLE_POINTS 3
#define EG_WORDS_BEGUN_POINTS 2

/* Cuts folded text into words: runs of letters and digits of any script. Apostrophes are passed over ("women's" is one word,
 * "womens"); every other sign parts. */
struct eg_word_cutter {
    char *at; /* what is left; words are written over what was read */
    size_t left;
};

struct eg_words {
    uint32_t n;                  /* distinct words */
    const struct eg_text *words; /* [n] ascending bytewise */
    const uint32_t *start;       /* [n + 1] into numbers */
    const uint32_t *numbers;     /* entries that have the word, ascending */
};

enum eg_words_of { EG_WORDS_OF_ALL, EG_WORDS_OF_NAMES };

/* entries[n] in answer order; the result lives in the arena. About a microsecond a word. */
EG_MUST_CHECK enum eg_status eg_words_build(const struct eg_entry *const *entries, uint32_t n,
                                            enum eg_words_of of, struct eg_arena *arena,
                                            struct eg_words *words_out, struct eg_error *err);

/* The same from the words of the entries before, without looking at those that stay. */
EG_MUST_CHECK enum eg_status eg_words_follow(const struct eg_words *before,
                                             const struct eg_renumbering *renumbering, enum eg_words_of of,
                                             struct eg_arena *arena, struct eg_words *words_out,
                                             struct eg_error *err);

/* The same for anything that has texts: n things, each with the first n_texts of what `texts` says of it. Texts that several things in a row
 * have should be the same bytes: they are cut once. */
#define EG_WORDS_TEXTS 4U
struct eg_words_source {
    void (*texts)(const void *context, uint32_t i, struct eg_text texts_out[EG_WORDS_TEXTS]);
    const void *context;
    uint32_t n, n_texts;
};
EG_MUST_CHECK enum eg_status eg_words_build_from(const struct eg_words_source *source, struct eg_arena *arena,
                                                 struct eg_words *words_out, struct eg_error *err);
/* `source` has the things as they are numbered now, and the renumbering need not have entries; things that changed are gone and came. */
EG_MUST_CHECK enum eg_status eg_words_follow_from(const struct eg_words *before,
                                                  const struct eg_renumbering *renumbering,
                                                  const struct eg_words_source *source,
                                                  struct eg_arena *arena, struct eg_words *words_out,
                                                  struct eg_error *err);

/* How well entries fit asked words, which are few enough: points[n], one for each entry, gains 3 for each of them that the entry has, and 2
 * for each that only begins a word of it. bits[n_bit_words] is room. */
EG_MUST_CHECK enum eg_status eg_words_score(const struct eg_words *words, struct eg_text asked,
                                            uint64_t *bits, size_t n_bit_words, uint8_t *points,
                                            struct eg_error *err);

/* For whoever cuts texts himself: begins with a text, which is folded into `folded` (its room is cut up), and takes the next word; len 0 at
 * the end. */
EG_MUST_CHECK enum eg_status eg_words_cut(struct eg_text text, struct eg_buffer *folded,
                                          struct eg_word_cutter *cutter, struct eg_error *err);
struct eg_text eg_words_next(struct eg_word_cutter *cutter);
/* The first word that is not before `text`; with `beyond`, the first that is neither before it nor begins with it. */
uint32_t eg_words_find(const struct eg_words *words, struct eg_text text, bool beyond);
/* The texts of an entry in which words are looked for, its name first: EG_WORDS_TEXTS of them. */
void eg_words_of_entry(const struct eg_entry *entry, struct eg_text texts_out[EG_WORDS_TEXTS]);

/* Takes from bits[n_bit_words] all entries that lack one of the asked words; having one means that a word of the entry begins
 * with it. EG_INVALID for more than EG_WORDS_ASKED_MAX words and
 * for wrong UTF-8. */
EG_MUST_CHECK enum eg_status eg_words_keep(const struct eg_words *words, struct eg_text asked, uint64_t *bits,
                                           size_t n_bit_words, struct eg_error *err);

#endif
