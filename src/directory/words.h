/* Which entries say a word: names, also other ones and the organisation's, descriptions, topics, programmes, and the names and addresses of
 * places, folded and cut into words, with the list of entries for each. What is private is in none of these. */
#ifndef EG_DIRECTORY_WORDS_H
#define EG_DIRECTORY_WORDS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "data/entries.h"
#include "directory/renumbering.h"

#define EG_WORDS_ASKED_MAX 16U
#define EG_WORDS_MOST_POINTS 6U /* for one of them */

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

/* Of all texts, of an entry's own names, or of those of its organisation. */
enum eg_words_of { EG_WORDS_OF_ALL, EG_WORDS_OF_NAMES, EG_WORDS_OF_OWNERS };

/* entries[n] in answer order; the result lives in the arena. About a microsecond a word. */
EG_MUST_CHECK enum eg_status eg_words_build(const struct eg_entry *const *entries, uint32_t n,
                                            enum eg_words_of of, struct eg_arena *arena,
                                            struct eg_words *words_out, struct eg_error *err);

/* The same from the words of the entries before, without looking at those that stay. */
EG_MUST_CHECK enum eg_status eg_words_follow(const struct eg_words *before,
                                             const struct eg_renumbering *renumbering, enum eg_words_of of,
                                             struct eg_arena *arena, struct eg_words *words_out,
                                             struct eg_error *err);

/* The same for anything that has texts: n things. `text` tells the text number `which` of thing i, which may be empty, or false where it has
 * that many no more. Texts that several things in a row have, as the same one of their texts, should be the same bytes: the first
 * EG_WORDS_KEPT are cut once then. */
#define EG_WORDS_KEPT 9U
struct eg_words_source {
    bool (*text)(const void *context, uint32_t i, uint32_t which, struct eg_text *text_out);
    const void *context;
    uint32_t n;
};
EG_MUST_CHECK enum eg_status eg_words_build_from(const struct eg_words_source *source, struct eg_arena *arena,
                                                 struct eg_words *words_out, struct eg_error *err);
/* `source` has the things as they are numbered now, and the renumbering need not have entries; things that changed are gone and came. */
EG_MUST_CHECK enum eg_status eg_words_follow_from(const struct eg_words *before,
                                                  const struct eg_renumbering *renumbering,
                                                  const struct eg_words_source *source,
                                                  struct eg_arena *arena, struct eg_words *words_out,
                                                  struct eg_error *err);

/* How well entries fit asked words, which are few enough: points[n], one for each entry, gains for each of them 6 where it is a word of its
 * names, else 5 of its organisation's, else 4 where it begins one of its names, else 3 of its organisation's.
 * bits[2 * n_bit_words] is room. */
struct eg_words_scored {
    const struct eg_words *names, *owners;
};
EG_MUST_CHECK enum eg_status eg_words_score(const struct eg_words_scored *scored, struct eg_text asked,
                                            uint64_t *bits, size_t n_bit_words, uint8_t *points,
                                            struct eg_error *err);

/* For whoever cuts texts himself: begins with a text, which is folded into `folded` (its room is cut up), and takes the next word; len 0 at
 * the end. */
EG_MUST_CHECK enum eg_status eg_words_cut(struct eg_text text, struct eg_buffer *folded,
                                          struct eg_word_cutter *cutter, struct eg_error *err);
struct eg_text eg_words_next(struct eg_word_cutter *cutter);
/* The first word that is not before `text`; with `beyond`, the first that is neither before it nor begins with it. */
uint32_t eg_words_find(const struct eg_words *words, struct eg_text text, bool beyond);
/* The text number `which` of an entry in which words are looked for; false where it has that many no more. */
bool eg_words_text_of(const struct eg_entry *entry, enum eg_words_of of, uint32_t which,
                      struct eg_text *text_out);

/* Takes from bits[n_bit_words] all entries that lack one of the asked words; having one means that a word of the entry begins
 * with it. EG_INVALID for more than EG_WORDS_ASKED_MAX words and
 * for wrong UTF-8. */
EG_MUST_CHECK enum eg_status eg_words_keep(const struct eg_words *words, struct eg_text asked, uint64_t *bits,
                                           size_t n_bit_words, struct eg_error *err);

#endif
