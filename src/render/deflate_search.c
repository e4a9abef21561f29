/* Outlines repeat themselves a row or a few rows higher and some pixels aside: the same three or four pixels of a line, the
 * same run behind it. This parse works on runs of equal bytes (1,000 to 8,000 in a tile) instead of bytes:
 *
 *     split    runs from the bit set of deflate.c
 *     probe    how often two runs and the colour after them have been seen before, among the first thousand runs: 15 to 35 %
 *              where outlines are, 2 to 12 % elsewhere
 *     choose   forwards over the runs, the cheapest way to each run's start: literals and matches with the left as ever, and
 *              one match, from where the next two runs occurred last or else from above
 *     trace    backwards along the cheapest way, writing tokens
 *
 * A match often ends within a run, since a slanting line makes it longer or shorter by a pixel. The next match may begin
 * right there, at another distance, instead of after the rest of the run: so each run's start has a second place, `rest`
 * bytes before it, of which only the cheapest is kept. That is half of what this parse wins. Trying both matches at each run
 * wins another 0.2 %, a chain of four older occurrences 1.5 %, a second pass with the true costs 1 %: none is worth its time.
 *
 * Exact is what the tokens stand for; costs are guesses, averages over outlined tiles. */
#include "render/deflate_search.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MOST_RUNS 65470u /* their numbers are kept in 16 bits, and a word of the bit set may add 63 */
#define HASH_BITS 13u
#define PROBED_RUNS 1024u
#define PAYING_SHARE 8u /* one in so many probed runs must have been seen before */
#define FARTHEST 32768u
#define FAR_ENOUGH 512u /* runs: more than any match has */
#define MOST_BACK 64u   /* so far before its run may a match begin */

/* In quarters of a bit: what tokens cost on average in tiles with outlines. */
#define LITERAL_COST 23u
#define TAIL_COST 32u        /* a match with the left, without extra bits */
#define NEAR_COST 61u        /* a match from above */
#define FAR_COST 72u         /* up to distance 512; four more for each doubling */
#define NO_MATCH_COST 20000u /* of lengths that no match has: more than the literals */

/* The cheapest way to a place, which is `rest` bytes before the start of a run, as one number, so that the smaller of two
 * ways is the cheaper one and needs no branch:
 *
 *     cost (24 bits) | number of the place before (18): 2 * run + 1 when it has a rest | enum step (2) | rest (20) */
typedef uint64_t way;

enum step { STEP_LITERAL, STEP_TAIL, STEP_MATCH };

#define COST_SHIFT 40u
#define FROM_SHIFT 22u
#define STEP_SHIFT 20u
#define REST_MASK ((1u << STEP_SHIFT) - 1)
#define NEVER ((way)1 << 63) /* and some steps more than that cost still has room */

/* As far as bytes at one distance repeat: up to `end`, which lies in or at the end of run `last`. */
struct stretch {
    uint32_t distance, end, last;
};

struct eg_deflate_search {
    uint32_t n_runs;
    uint32_t *start;      /* [n_runs + 1] */
    uint32_t *run;        /* [n_runs + 2] length << 8 | value; then zeros */
    way *places;          /* [2 * (n_runs + 1)] */
    uint16_t *distance_1; /* [n_runs] of the match offered from a run or the rest before it, less one */
    size_t start_capacity, run_capacity, places_capacity, distance_capacity;
    uint16_t latest[1u << HASH_BITS]; /* run + 1, by what begins there */
    uint16_t length_cost[EG_DEFLATE_MAX_MATCH + 1];
    uint8_t tail_cost[EG_DEFLATE_MAX_MATCH + 1];
};

/* The extra bits of a match's length, in quarters. */
static uint32_t extra_cost(uint32_t length)
{
    uint32_t past = length - EG_DEFLATE_MIN_MATCH;
    return past < 8 || length == EG_DEFLATE_MAX_MATCH ? 0 : 4 * (29u - (uint32_t)__builtin_clz(past));
}

struct eg_deflate_search *eg_deflate_search_new(void)
{
    struct eg_deflate_search *search = eg_memory_zeroed(1, sizeof *search);
    if (!search) return NULL;
    for (uint32_t length = 0; length <= EG_DEFLATE_MAX_MATCH; length++) {
        bool match = length >= EG_DEFLATE_MIN_MATCH;
        search->length_cost[length] = (uint16_t)(match ? extra_cost(length) : NO_MATCH_COST);
        search->tail_cost[length] = (uint8_t)(match ? TAIL_COST + extra_cost(length) : length * LITERAL_COST);
    }
    return search;
}

void eg_deflate_search_free(struct eg_deflate_search *search)
{
    if (!search) return;
    free(search->start);
    free(search->run);
    free(search->places);
    free(search->distance_1);
    free(search);
}

/* --- split and probe ------------------------------------------------------------------------------------------------ */

static bool make_room(struct eg_deflate_search *search, uint32_t n_runs)
{
    void *start = search->start, *run = search->run, *places = search->places,
         *distance_1 = search->distance_1;
    bool made = eg_memory_reserve(&start, &search->start_capacity, n_runs + 1, sizeof search->start[0]);
    search->start = start;
    made = made && eg_memory_reserve(&run, &search->run_capacity, n_runs + 2, sizeof search->run[0]);
    search->run = run;
    made = made &&
           eg_memory_reserve(&places, &search->places_capacity, 2 * (n_runs + 1), sizeof search->places[0]);
    search->places = places;
    made = made &&
           eg_memory_reserve(&distance_1, &search->distance_capacity, n_runs, sizeof search->distance_1[0]);
    search->distance_1 = distance_1;
    return made;
}

/* The first `most` runs, at most 63 more, and two of nothing behind them. */
static void split(struct eg_deflate_search *search, const uint8_t *bytes, const uint64_t *differs, size_t n,
                  uint32_t most)
{
    uint32_t *start = search->start, from = 0;
    uint32_t *run = search->run;
    uint64_t bits = differs[0] & ~UINT64_C(1); /* the start of the first run ends none */
    for (size_t word = 0; from < n && start < search->start + most; bits = differs[++word])
        for (; bits; bits &= bits - 1) {
            uint32_t end = (uint32_t)(64 * word) + (uint32_t)__builtin_ctzll(bits);
            *start++ = from;
            *run++ = (end - from) << 8 | bytes[from];
            from = end;
        }
    *start = from;
    run[0] = run[1] = 0;
    search->n_runs = (uint32_t)(start - search->start);
}

static inline uint32_t hash(const uint32_t *run)
{
    uint32_t mixed = run[0] * 0x9E3779B1u + run[1] * 0x85EBCA77u + (run[2] & 255u) * 0xC2B2AE3Du;
    return (mixed ^ mixed >> 15) * 0x2C1B3C6Du >> (32 - HASH_BITS);
}

/* How many runs have been seen before with the same run and colour after them, elsewhere than right above. */
static uint32_t probe(struct eg_deflate_search *search, uint32_t above)
{
    const uint32_t *start = search->start;
    uint32_t n_seen = 0;
    memset(search->latest, 0, sizeof search->latest);
    for (uint32_t k = 0; k < search->n_runs; k++) {
        uint16_t *latest = &search->latest[hash(search->run + k)];
        uint32_t source = *latest;
        *latest = (uint16_t)(k + 1);
        if (source == 0) continue;
        n_seen += search->run[source - 1] == search->run[k] && start[k] - start[source - 1] != above;
    }
    return n_seen;
}

enum eg_status eg_deflate_search_split(struct eg_deflate_search *search, const struct eg_deflate_rows *rows,
                                       uint32_t above, const uint64_t *differs, bool *pays_out,
                                       struct eg_error *err)
{
    size_t n = rows->n_bytes;
    uint32_t most = n < MOST_RUNS ? (uint32_t)n : MOST_RUNS;
    if (!make_room(search, most + 64)) return eg_error_no_memory(err, most);
    split(search, rows->bytes, differs, n, PROBED_RUNS);
    *pays_out = probe(search, above) * PAYING_SHARE >= search->n_runs;
    if (!*pays_out || search->n_runs < PROBED_RUNS) return EG_OK;
    split(search, rows->bytes, differs, n, most);
    *pays_out = search->n_runs < MOST_RUNS;
    return EG_OK;
}

/* --- choose ------------------------------------------------------------------------------------------------------------ */

static inline way way_of(uint32_t cost, uint32_t from, enum step step, uint32_t rest)
{
    return (way)cost << COST_SHIFT | (way)from << FROM_SHIFT | (way)step << STEP_SHIFT | rest;
}

static inline uint32_t cost_of(way w)
{
    return (uint32_t)(w >> COST_SHIFT);
}

static inline uint32_t rest_of(way w)
{
    return (uint32_t)w & REST_MASK;
}

static inline void offer(way *place, way other)
{
    *place = other < *place ? other : *place;
}

static inline uint32_t tail_cost(const struct eg_deflate_search *search, uint32_t rest)
{
    uint32_t whole = rest > EG_DEFLATE_MAX_MATCH ? rest / EG_DEFLATE_MAX_MATCH : 0;
    return whole * TAIL_COST + search->tail_cost[rest - whole * EG_DEFLATE_MAX_MATCH];
}

/* Matches with the left and literals for the rest before run k. */
static inline void offer_tail(struct eg_deflate_search *search, uint32_t k)
{
    way *here = search->places + 2 * (size_t)k;
    offer(here, way_of(cost_of(here[1]) + tail_cost(search, rest_of(here[1])), 2 * k + 1, STEP_TAIL, 0));
}

/* From the start of a run to its second byte. */
static inline void offer_literal(struct eg_deflate_search *search, uint32_t k)
{
    way *here = search->places + 2 * (size_t)k;
    uint32_t rest = (search->run[k] >> 8) - 1;
    offer(here + 2 + (rest > 0), way_of(cost_of(here[0]) + LITERAL_COST, 2 * k, STEP_LITERAL, rest));
}

/* A match that may begin at run k, or up to `back` bytes before it. */
struct match {
    struct stretch *stretch;
    uint32_t back, cost; /* without the length's */
};

/* The run in which `end` lies, or at whose end, from a guess on. */
static inline uint32_t run_at(const uint32_t *start, uint32_t guess, uint32_t end)
{
    while (start[guess + 1] < end) guess++;
    return guess;
}

/* Offers the match from run k's start; or from the rest before it where that repeats, too. A match that would end within a
 * run is offered up to the start of that run as well. */
static inline void offer_match(struct eg_deflate_search *search, uint32_t k, const struct match *match)
{
    const uint32_t *start = search->start;
    way *here = search->places + 2 * (size_t)k;
    bool from_rest = here[1] < here[0] && rest_of(here[1]) <= match->back;
    uint32_t from = start[k] - (from_rest ? rest_of(here[1]) : 0);
    uint32_t last = match->stretch->last, end = match->stretch->end;
    if (end > from + EG_DEFLATE_MAX_MATCH) {
        end = from + EG_DEFLATE_MAX_MATCH;
        last = run_at(start, k, end);
    }
    uint32_t cost = cost_of(here[from_rest]) + match->cost, rest = start[last + 1] - end;
    uint32_t shorter = start[last] - from;
    way *to = search->places + 2 * (size_t)last;
    search->distance_1[k] = (uint16_t)(match->stretch->distance - 1);
    offer(to, way_of(cost + search->length_cost[shorter], 2 * k + from_rest, STEP_MATCH, 0));
    offer(to + 2 + (rest > 0),
          way_of(cost + search->length_cost[end - from], 2 * k + from_rest, STEP_MATCH, rest));
}

/* How far run k and what follows repeat what begins with run `source`, which has the same bytes; looked for over FAR_ENOUGH
 * runs, so that a picture that repeats itself all over does not cost the square of its runs. */
static inline void stretch_far(const struct eg_deflate_search *search, uint32_t k, uint32_t source,
                               struct stretch *stretch)
{
    const uint32_t *mine = search->run + k, *other = search->run + source, *enough = mine + FAR_ENOUGH;
    do {
        mine++;
        other++;
    } while (*mine == *other && *mine != 0 && mine < enough);
    uint32_t at = (uint32_t)(mine - search->run), end = search->start[at];
    bool parts = ((*mine ^ *other) & 255u) != 0 || *mine == 0 || mine == enough;
    stretch->last = parts ? at - 1 : at;
    stretch->end = parts ? end : end + ((*mine < *other ? *mine : *other) >> 8);
}

/* Where the next two runs occurred last. */
static inline bool find_far(struct eg_deflate_search *search, uint32_t k, uint32_t above, struct match *far)
{
    uint16_t *latest = &search->latest[hash(search->run + k)];
    const uint32_t *start = search->start, *run = search->run;
    uint32_t source = *latest;
    *latest = (uint16_t)(k + 1);
    if (source-- == 0 || run[source] != run[k]) return false;
    uint32_t distance = start[k] - start[source];
    if (distance > FARTHEST || distance == above) return false;
    if (far->stretch->distance != distance || far->stretch->end <= start[k]) {
        far->stretch->distance = distance;
        stretch_far(search, k, source, far->stretch);
    }
    bool same = source > 0 && ((run[source - 1] ^ run[k - 1]) & 255u) == 0;
    uint32_t back = same ? run[source - 1] >> 8 : 0;
    far->back = back < MOST_BACK ? back : MOST_BACK;
    far->cost = FAR_COST + (distance < 512 ? 0 : 4 * (23u - (uint32_t)__builtin_clz(distance)));
    return true;
}

/* How many bits before `at` are clear, up to MOST_BACK. */
static inline uint32_t clear_before(const uint64_t *set, uint32_t at)
{
    uint64_t before = at >= 64 ? set[at / 64 - 1] : UINT64_MAX;
    uint64_t bits = at % 64 ? set[at / 64] << (64 - at % 64) | before >> at % 64 : before;
    return bits ? (uint32_t)__builtin_clzll(bits) : MOST_BACK;
}

/* The place of the first set bit from `at` on. */
static inline uint32_t next_set(const uint64_t *set, uint32_t at)
{
    uint32_t word = at / 64;
    uint64_t bits = set[word] >> at % 64 << at % 64;
    while (bits == 0) bits = set[++word];
    return 64 * word + (uint32_t)__builtin_ctzll(bits);
}

/* What lies above. */
static inline bool find_near(const struct eg_deflate_search *search, uint32_t k, const uint64_t *from_above,
                             struct match *near)
{
    const uint32_t *start = search->start;
    if (near->stretch->end <= start[k]) {
        uint32_t end = next_set(from_above, start[k]);
        if (end == start[k]) return false;
        near->stretch->end = end;
        near->stretch->last = run_at(start, k, end);
    }
    near->back = clear_before(from_above, start[k]);
    return true;
}

static void choose(struct eg_deflate_search *search, uint32_t above, const uint64_t *from_above)
{
    struct stretch stretches[2] = {{.distance = above}};
    struct match near = {.stretch = &stretches[0], .cost = NEAR_COST}, far = {.stretch = &stretches[1]};
    uint32_t n_runs = search->n_runs;
    for (size_t i = 0; i < 2 * ((size_t)n_runs + 1); i++) search->places[i] = NEVER;
    search->places[0] = 0;
    memset(search->latest, 0, sizeof search->latest);
    for (uint32_t k = 0; k < n_runs; k++) {
        offer_tail(search, k);
        offer_literal(search, k);
        const struct match *match = find_far(search, k, above, &far) ? &far : &near;
        if (match == &far || find_near(search, k, from_above, &near)) offer_match(search, k, match);
    }
    offer_tail(search, n_runs);
}

/* --- trace ------------------------------------------------------------------------------------------------------------- */

/* Backwards: what is left of a run, as matches with the left and literals. */
static uint16_t *trace_tail(uint16_t *token, uint32_t rest, uint32_t value)
{
    while (rest >= EG_DEFLATE_MIN_MATCH) {
        uint32_t length = rest < EG_DEFLATE_MAX_MATCH ? rest : EG_DEFLATE_MAX_MATCH;
        *--token = (uint16_t)(EG_DEFLATE_LEFT + length - EG_DEFLATE_MIN_MATCH);
        rest -= length;
    }
    for (; rest > 0; rest--) *--token = (uint16_t)value;
    return token;
}

static uint16_t *trace_match(uint16_t *token, uint32_t length, uint32_t distance_1, uint32_t above)
{
    bool near = distance_1 + 1 == above;
    if (!near) *--token = (uint16_t)distance_1;
    *--token = (uint16_t)((near ? EG_DEFLATE_ABOVE : EG_DEFLATE_FAR) + length - EG_DEFLATE_MIN_MATCH);
    return token;
}

uint16_t *eg_deflate_search_parse(struct eg_deflate_search *search, uint32_t above,
                                  const uint64_t *from_above, uint16_t *end)
{
    const way *places = search->places;
    const uint32_t *start = search->start;
    uint32_t at = 2 * search->n_runs;
    uint16_t *token = end;
    choose(search, above, from_above);
    while (at > 0) {
        uint32_t from = (uint32_t)(places[at] >> FROM_SHIFT) & ((1u << (COST_SHIFT - FROM_SHIFT)) - 1);
        uint32_t step = (uint32_t)(places[at] >> STEP_SHIFT) & 3u, value = search->run[at / 2 - 1] & 255u;
        if (step == STEP_MATCH) {
            uint32_t to = start[at / 2] - (at % 2 ? rest_of(places[at]) : 0);
            uint32_t first = start[from / 2] - (from % 2 ? rest_of(places[from]) : 0);
            token = trace_match(token, to - first, search->distance_1[from / 2], above);
        } else if (step == STEP_TAIL) {
            token = trace_tail(token, rest_of(places[from]), value);
        } else {
            *--token = (uint16_t)value;
        }
        at = from;
    }
    return token;
}
