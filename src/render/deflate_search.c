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
#define NEVER UINT32_MAX

/* In quarters of a bit: what tokens cost on average in tiles with outlines. */
#define LITERAL_COST 23u
#define TAIL_COST 32u /* a match with the left, without extra bits */
#define NEAR_COST 61u /* a match from above */
#define FAR_COST 72u  /* up to distance 512; four more for each doubling */

/* The cheapest way to a place, which is `rest` bytes before the start of a run. */
struct place {
    uint32_t cost;
    uint32_t from;       /* number of the place before: 2 * run + 1 when it has a rest */
    uint16_t length;     /* of the match that leads here; see enum step for the others */
    uint16_t distance_1; /* of the match, less one */
    uint32_t rest;
};

enum step { STEP_LITERAL, STEP_TAIL }; /* lengths that no match has */

/* As far as bytes at one distance repeat: up to `end`, which lies in or at the end of run `last`. */
struct stretch {
    uint32_t distance, end, last;
};

/* Where a run's bytes may have occurred before: `offset` bytes into run `source`. */
struct origin {
    uint32_t source, offset, distance;
    struct stretch stretch; /* found for this or an earlier run */
};

struct eg_deflate_search {
    uint32_t n_runs;
    uint32_t *start; /* [n_runs + 1] */
    uint32_t *run;   /* [n_runs + 2] length << 8 | value; then zeros */
    struct place *places;
    size_t start_capacity, run_capacity, places_capacity;
    uint16_t latest[1u << HASH_BITS]; /* run + 1, by what begins there */
    uint8_t length_cost[EG_DEFLATE_MAX_MATCH + 1];
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
        search->length_cost[length] = (uint8_t)(match ? extra_cost(length) : 0);
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
    free(search);
}

/* --- split and probe ------------------------------------------------------------------------------------------------ */

static bool make_room(struct eg_deflate_search *search, uint32_t n_runs)
{
    void *start = search->start, *run = search->run, *places = search->places;
    bool made = eg_memory_reserve(&start, &search->start_capacity, n_runs + 1, sizeof search->start[0]);
    search->start = start;
    made = made && eg_memory_reserve(&run, &search->run_capacity, n_runs + 2, sizeof search->run[0]);
    search->run = run;
    made = made &&
           eg_memory_reserve(&places, &search->places_capacity, 2 * (n_runs + 1), sizeof search->places[0]);
    search->places = places;
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

static uint32_t tail_cost(const struct eg_deflate_search *search, uint32_t rest)
{
    uint32_t whole = rest > EG_DEFLATE_MAX_MATCH ? rest / EG_DEFLATE_MAX_MATCH : 0;
    return whole * TAIL_COST + search->tail_cost[rest - whole * EG_DEFLATE_MAX_MATCH];
}

static inline void offer(struct place *place, struct place better)
{
    if (better.cost < place->cost) *place = better;
}

/* Literals and matches with the left: from the start of a run to the start of the next, or to its second byte. */
static inline void offer_literal(struct eg_deflate_search *search, uint32_t k)
{
    struct place *here = search->places + 2 * (size_t)k;
    uint32_t rest = (search->run[k] >> 8) - 1;
    if (here[1].cost != NEVER)
        offer(here,
              (struct place){here[1].cost + tail_cost(search, here[1].rest), 2 * k + 1, STEP_TAIL, 0, 0});
    offer(here + (rest > 0 ? 3 : 2),
          (struct place){here[0].cost + LITERAL_COST, 2 * k, STEP_LITERAL, 0, rest});
}

/* How far run k and what follows repeat what begins at the origin. */
static inline struct stretch stretch_from(const struct eg_deflate_search *search, uint32_t k,
                                          const struct origin *origin)
{
    const uint32_t *mine = search->run + k, *other = search->run + origin->source;
    uint32_t theirs = *other - (origin->offset << 8);
    if (*mine == theirs) {
        do {
            mine++;
            other++;
        } while (*mine == *other && *mine != 0);
        theirs = *other;
    }
    uint32_t at = (uint32_t)(mine - search->run), end = search->start[at];
    if (((*mine ^ theirs) & 255u) != 0 || *mine == 0) return (struct stretch){origin->distance, end, at - 1};
    return (struct stretch){origin->distance, end + ((*mine < theirs ? *mine : theirs) >> 8), at};
}

/* How many bytes before run k repeat those before the origin, at most one run of them. */
static inline uint32_t back_from(const struct eg_deflate_search *search, uint32_t k,
                                 const struct origin *origin)
{
    if (origin->offset == 0 && origin->source == 0) return 0;
    uint32_t other = search->run[origin->offset > 0 ? origin->source : origin->source - 1];
    if (((other ^ search->run[k - 1]) & 255u) != 0) return 0;
    return origin->offset > 0 ? origin->offset : other >> 8;
}

static inline uint32_t distance_cost(uint32_t distance, uint32_t above)
{
    if (distance == above) return NEAR_COST;
    return distance < 512 ? FAR_COST : FAR_COST + 4 * (23u - (uint32_t)__builtin_clz(distance));
}

/* Offers the match from run k's start; or from the rest before it where that repeats, too. A match that would end within a
 * run is offered up to the start of that run as well. */
static inline void offer_match(struct eg_deflate_search *search, uint32_t k, struct origin *origin,
                               uint32_t above)
{
    const uint32_t *start = search->start;
    struct place *here = search->places + 2 * (size_t)k;
    if (origin->stretch.distance != origin->distance || origin->stretch.end <= start[k])
        origin->stretch = stretch_from(search, k, origin);
    bool from_rest = here[1].cost < here[0].cost && here[1].rest <= back_from(search, k, origin);
    uint32_t from = start[k] - (from_rest ? here[1].rest : 0);
    uint32_t last = origin->stretch.last, end = origin->stretch.end;
    if (end > from + EG_DEFLATE_MAX_MATCH) {
        end = from + EG_DEFLATE_MAX_MATCH;
        for (last = k; start[last + 1] < end; last++) {
        }
    }
    uint32_t length = end - from, rest = start[last + 1] - end;
    if (length < EG_DEFLATE_MIN_MATCH || end <= start[k]) return;
    struct place *to = search->places + 2 * (size_t)last;
    struct place way = {here[from_rest].cost + distance_cost(origin->distance, above), 2 * k + from_rest, 0,
                        (uint16_t)(origin->distance - 1), 0};
    if (rest > 0 && last > k && start[last] - from >= EG_DEFLATE_MIN_MATCH) {
        struct place shorter = way;
        shorter.length = (uint16_t)(start[last] - from);
        shorter.cost += search->length_cost[shorter.length];
        offer(to, shorter);
    }
    way.length = (uint16_t)length;
    way.cost += search->length_cost[length];
    way.rest = rest;
    offer(to + (rest > 0 ? 3 : 2), way);
}

/* The byte above; its run is sought from the last one on. */
static inline bool find_near(const struct eg_deflate_search *search, uint32_t k, struct origin *near)
{
    const uint32_t *start = search->start;
    if (start[k] < near->distance) return false;
    uint32_t byte = start[k] - near->distance, source = near->source;
    while (start[source + 1] <= byte) source++;
    near->source = source;
    near->offset = byte - start[source];
    return ((search->run[source] ^ search->run[k]) & 255u) == 0;
}

/* Where the next two runs occurred last. */
static inline bool find_far(struct eg_deflate_search *search, uint32_t k, uint32_t above, struct origin *far)
{
    uint16_t *latest = &search->latest[hash(search->run + k)];
    uint32_t source = *latest;
    *latest = (uint16_t)(k + 1);
    if (source-- == 0 || search->run[source] != search->run[k]) return false;
    far->source = source;
    far->distance = search->start[k] - search->start[source];
    return far->distance <= FARTHEST && far->distance != above;
}

static void choose(struct eg_deflate_search *search, uint32_t above)
{
    struct origin origins[2] = {{.distance = above}};
    uint32_t n_runs = search->n_runs;
    memset(search->places, 0xFF, 2 * ((size_t)n_runs + 1) * sizeof search->places[0]); /* costs of NEVER */
    search->places[0].cost = 0;
    memset(search->latest, 0, sizeof search->latest);
    for (uint32_t k = 0; k < n_runs; k++) {
        offer_literal(search, k);
        bool far = find_far(search, k, above, origins + 1);
        if (far || find_near(search, k, origins)) offer_match(search, k, origins + far, above);
    }
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

static uint16_t *trace_match(uint16_t *token, const struct place *place, uint32_t above)
{
    uint32_t length = place->length - EG_DEFLATE_MIN_MATCH;
    bool near = place->distance_1 + 1u == above;
    if (!near) *--token = place->distance_1;
    *--token = (uint16_t)((near ? EG_DEFLATE_ABOVE : EG_DEFLATE_FAR) + length);
    return token;
}

uint16_t *eg_deflate_search_parse(struct eg_deflate_search *search, uint32_t above, uint16_t *end)
{
    uint32_t at = 2 * search->n_runs;
    uint16_t *token = end;
    choose(search, above);
    struct place *last = search->places + at;
    if (last[1].cost != NEVER)
        offer(last, (struct place){last[1].cost + tail_cost(search, last[1].rest), at + 1, STEP_TAIL, 0, 0});
    while (at > 0) {
        const struct place *place = search->places + at;
        uint32_t run = at / 2 > 0 ? search->run[at / 2 - 1] : 0, value = run & 255u;
        if (place->length >= EG_DEFLATE_MIN_MATCH) {
            token = trace_match(token, place, above);
        } else if (place->length == STEP_TAIL) {
            token = trace_tail(token, place[1].rest, value);
        } else {
            *--token = (uint16_t)value;
        }
        at = place->from;
    }
    return token;
}
