/* One deflate block per call, in four steps:
 *
 *     compare   two bit sets, one bit a byte: differs from the pixel to the left, differs from the pixel above
 *     parse     tokens: a literal, a match with the left, a match with above; lengths are gaps between set bits
 *     count     tokens into deflate's symbols, prefix codes from the counts (or the fixed ones when they are shorter)
 *     write     one table look-up a token
 *
 * A token is one of 1,024 numbers: 0 to 255 literals, then 256 lengths (3 to 258) to the left, then 256 from above, then 256
 * from farther away, which the distance follows. The parse is greedy with a guess at the costs: a match from above pays 7
 * extra bits for its distance (257 in a tile) and must replace more than that in literals and runs. Pictures with outlines
 * get a closer one, deflate_search.c, large ones without a palette a quicker one, deflate_pixels.c. Exact is what the stream
 * holds; approximate only how short it is. */
#include "render/deflate.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/adler.h"
#include "render/deflate_pixels.h"
#include "render/deflate_search.h"
#include "render/huffman.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define MAX_BYTES (1u << 20)
#define WINDOW_BYTES 32768u
#define N_LITERALS 286u
#define N_DISTANCES 30u
#define END_OF_BLOCK 256u
#define MAX_CODE_BITS 15u
#define CODE_BITS 0x00FFFFFFFFFFFFFFu /* of eg_deflate.codes */

/* What tokens cost in bits, on average over choropleth tiles. */
#define LITERAL_COST 6u
#define LEFT_COST 7u
#define ABOVE_COST 15u

/* A number in deflate's way: a symbol and extra bits. */
struct split {
    uint32_t symbol, extra, n_extra;
};

/* Lengths 3 to 258 (RFC 1951, 3.2.5): four symbols for each number of extra bits, 258 by itself. */
static struct split split_length(uint32_t length)
{
    uint32_t past = length - EG_DEFLATE_MIN_MATCH;
    if (length == EG_DEFLATE_MAX_MATCH) return (struct split){285, 0, 0};
    if (past < 8) return (struct split){257 + past, 0, 0};
    uint32_t n_extra = 29u - (uint32_t)__builtin_clz(past);
    return (struct split){257 + 4 * n_extra + (past >> n_extra), past & ((1u << n_extra) - 1), n_extra};
}

/* Distances 1 to 32768: two symbols for each number of extra bits. */
static struct split split_distance(uint32_t distance)
{
    uint32_t past = distance - 1;
    if (past < 4) return (struct split){past, 0, 0};
    uint32_t n_extra = 30u - (uint32_t)__builtin_clz(past);
    return (struct split){2 * n_extra + (past >> n_extra), past & ((1u << n_extra) - 1), n_extra};
}

struct eg_deflate {
    uint64_t held; /* bits not yet written, the next one lowest */
    uint32_t n_held;
    uint32_t adler;
    bool begun;    /* the stream's header is written, or was by another piece */
    bool piece;    /* the stream's checksum is not ours to write */
    bool more;     /* other pieces follow */
    bool by_pixel; /* the block's tokens are those of deflate_pixels.h */
    uint8_t *out;
    size_t n_out, out_capacity;
    struct eg_deflate_search *search;
    uint16_t *tokens;
    const uint16_t *first; /* of the block's tokens, which the search writes at the end of their room */
    uint32_t n_tokens;     /* distances that follow far matches are counted, too */
    size_t tokens_capacity;
    uint64_t *differs; /* two bit sets, see set_words */
    size_t differs_capacity;
    uint32_t count[EG_DEFLATE_TOKENS];
    uint64_t codes[EG_DEFLATE_TOKENS]; /* a token's bits, their number in the top byte */
    uint32_t literal_count[EG_HUFFMAN_SYMBOLS], distance_count[EG_HUFFMAN_SYMBOLS];
    struct eg_huffman literals, distances;
    struct split lengths[EG_DEFLATE_LENGTHS]; /* the same at all times */
};

struct eg_deflate *eg_deflate_new(void)
{
    struct eg_deflate *deflate = eg_memory_zeroed(1, sizeof *deflate);
    if (!deflate) return NULL;
    deflate->search = eg_deflate_search_new();
    if (!deflate->search) {
        free(deflate);
        return NULL;
    }
    for (uint32_t i = 0; i < EG_DEFLATE_LENGTHS; i++)
        deflate->lengths[i] = split_length(i + EG_DEFLATE_MIN_MATCH);
    return deflate;
}

void eg_deflate_free(struct eg_deflate *deflate)
{
    if (!deflate) return;
    eg_deflate_search_free(deflate->search);
    free(deflate->out);
    free(deflate->tokens);
    free(deflate->differs);
    free(deflate);
}

void eg_deflate_begin(struct eg_deflate *deflate)
{
    deflate->held = 0;
    deflate->n_held = 0;
    deflate->adler = 1;
    deflate->begun = false;
    deflate->piece = deflate->more = false;
}

void eg_deflate_begin_piece(struct eg_deflate *deflate, bool first, bool last)
{
    eg_deflate_begin(deflate);
    deflate->begun = !first;
    deflate->piece = true;
    deflate->more = !last;
}

uint32_t eg_deflate_adler(const struct eg_deflate *deflate)
{
    return deflate->adler;
}

/* --- compare -------------------------------------------------------------------------------------------------------- */

/* A bit for every byte and a word beyond, in which the next set bit is always found. */
static size_t set_words(size_t n_bytes)
{
    return n_bytes / 64 + 2;
}

#ifdef __SSE2__
static inline uint64_t equal_sixteen(const uint8_t *a, const uint8_t *b)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)a);
    __m128i y = _mm_loadu_si128((const __m128i *)(const void *)b);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));
}
#endif

static inline uint64_t differing(const uint8_t *a, const uint8_t *b)
{
#ifdef __SSE2__
    return ~(equal_sixteen(a, b) | equal_sixteen(a + 16, b + 16) << 16 | equal_sixteen(a + 32, b + 32) << 32 |
             equal_sixteen(a + 48, b + 48) << 48);
#else
    uint64_t word = 0;
    for (uint32_t k = 0; k < 64; k++) word |= (uint64_t)(a[k] != b[k]) << k;
    return word;
#endif
}

/* Bit i of the set tells whether bytes[i] differs from bytes[i - distance]; the first `distance` bytes always do. */
static void compare(const uint8_t *bytes, size_t n, size_t distance, uint64_t *set)
{
    size_t i = 0;
    for (; i < n + 1 && (i < distance || i % 64 != 0); i++) {
        if (i % 64 == 0) set[i / 64] = 0;
        bool differs = i < distance || i == n || bytes[i] != bytes[i - distance];
        set[i / 64] |= (uint64_t)differs << i % 64;
    }
    for (; i + 64 <= n; i += 64) set[i / 64] = differing(bytes + i, bytes + i - distance);
    for (; i < n + 1; i++) {
        if (i % 64 == 0) set[i / 64] = 0;
        set[i / 64] |= (uint64_t)(i == n || bytes[i] != bytes[i - distance]) << i % 64;
    }
}

/* How many bits from `at` on are clear, up to EG_DEFLATE_MAX_MATCH. */
static inline uint32_t clear_run(const uint64_t *set, size_t at)
{
    size_t word = at / 64;
    uint64_t bits = set[word] >> at % 64;
    if (bits) return (uint32_t)__builtin_ctzll(bits);
    uint32_t length = 64 - at % 64;
    while (set[++word] == 0 && length < EG_DEFLATE_MAX_MATCH) length += 64;
    if (length < EG_DEFLATE_MAX_MATCH) length += (uint32_t)__builtin_ctzll(set[word]);
    return length < EG_DEFLATE_MAX_MATCH ? length : EG_DEFLATE_MAX_MATCH;
}

/* --- parse ---------------------------------------------------------------------------------------------------------- */

/* Whether literals and matches with the left would cost more than one match from above for the same bytes. `left` is how
 * many of them the current run still covers. */
static bool above_pays(const uint64_t *differs, size_t at, uint32_t left, uint32_t above)
{
    uint32_t cost = left >= EG_DEFLATE_MIN_MATCH ? LEFT_COST : left * LITERAL_COST;
    for (uint32_t covered = left; covered < above && cost <= ABOVE_COST;) {
        uint32_t run = clear_run(differs, at + covered + 1);
        if (run > above - covered - 1) run = above - covered - 1;
        cost += LITERAL_COST + (run >= EG_DEFLATE_MIN_MATCH ? LEFT_COST : run * LITERAL_COST);
        covered += 1 + run;
    }
    return cost > ABOVE_COST;
}

static void parse(struct eg_deflate *deflate, const uint8_t *bytes, size_t n)
{
    const uint64_t *from_left = deflate->differs, *from_above = from_left + set_words(n);
    uint16_t *token = deflate->tokens;
    for (size_t at = 0; at < n;) {
        uint32_t left = clear_run(from_left, at), above = clear_run(from_above, at), value = bytes[at],
                 length = 1;
        if (above >= EG_DEFLATE_MIN_MATCH && above > left && above_pays(from_left, at, left, above)) {
            length = above;
            value = EG_DEFLATE_ABOVE + length - EG_DEFLATE_MIN_MATCH;
        } else if (left >= EG_DEFLATE_MIN_MATCH) {
            length = left;
            value = EG_DEFLATE_LEFT + length - EG_DEFLATE_MIN_MATCH;
        }
        deflate->count[value]++;
        *token++ = (uint16_t)value;
        at += length;
    }
    deflate->first = deflate->tokens;
    deflate->n_tokens = (uint32_t)(token - deflate->tokens);
}

static void parse_closely(struct eg_deflate *deflate, size_t n, size_t reach)
{
    const uint16_t *end = deflate->tokens + n;
    deflate->first = eg_deflate_search_parse(deflate->search, (uint32_t)reach,
                                             deflate->differs + set_words(n), deflate->tokens + n);
    deflate->n_tokens = (uint32_t)(end - deflate->first);
    for (const uint16_t *token = deflate->first; token < end; token++) {
        deflate->count[*token]++;
        if (*token >= EG_DEFLATE_FAR) deflate->distance_count[split_distance(*++token + 1u).symbol]++;
    }
}

/* Compares and parses; the search takes longer than the whole of the quick way and is for pictures where it pays. */
static enum eg_status find_tokens(struct eg_deflate *deflate, const struct eg_deflate_rows *rows,
                                  size_t reach, struct eg_error *err)
{
    size_t n = rows->n_bytes;
    bool closely = false;
    memset(deflate->count, 0, sizeof deflate->count);
    memset(deflate->distance_count, 0, sizeof deflate->distance_count);
    deflate->by_pixel = eg_deflate_pixels_suit(rows);
    if (deflate->by_pixel) {
        deflate->first = deflate->tokens;
        deflate->n_tokens = eg_deflate_pixels_parse(rows, deflate->differs, deflate->tokens, deflate->count);
        return EG_OK;
    }
    compare(rows->bytes, n, rows->unit_bytes, deflate->differs);
    if (rows->unit_bytes == 1) {
        enum eg_status status =
            eg_deflate_search_split(deflate->search, rows, (uint32_t)reach, deflate->differs, &closely, err);
        if (status) return status;
    }
    compare(rows->bytes, n, reach, deflate->differs + set_words(n));
    if (closely) parse_closely(deflate, n, reach);
    else parse(deflate, rows->bytes, n);
    return EG_OK;
}

/* --- count ---------------------------------------------------------------------------------------------------------- */

static void count_symbols(struct eg_deflate *deflate, struct split left, struct split above)
{
    uint32_t *literal = deflate->literal_count, *distance = deflate->distance_count;
    memset(literal, 0, sizeof deflate->literal_count);
    memcpy(literal, deflate->count, EG_DEFLATE_LEFT * sizeof literal[0]);
    literal[END_OF_BLOCK] = 1;
    for (uint32_t i = 0; i < EG_DEFLATE_LENGTHS; i++) {
        uint32_t from_left = deflate->count[EG_DEFLATE_LEFT + i],
                 from_above = deflate->count[EG_DEFLATE_ABOVE + i];
        literal[deflate->lengths[i].symbol] += from_left + from_above + deflate->count[EG_DEFLATE_FAR + i];
        distance[left.symbol] += from_left;
        distance[above.symbol] += from_above;
    }
}

/* --- write ---------------------------------------------------------------------------------------------------------- */

/* At most 56 bits at once. The output has eight bytes to spare. */
static inline void put(struct eg_deflate *deflate, uint64_t bits, uint32_t n)
{
    deflate->held |= bits << deflate->n_held;
    deflate->n_held += n;
    memcpy(deflate->out + deflate->n_out, &deflate->held,
           sizeof deflate->held); /* little-endian, asserted below */
    deflate->n_out += deflate->n_held / 8;
    deflate->held >>= deflate->n_held & ~7u;
    deflate->n_held &= 7;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "bits are written through a little-endian word");

/* Lengths of both codes as one sequence of symbols 0 to 18: 16 repeats the last length, 17 and 18 zeros (3.2.7). */
struct lengths {
    uint8_t symbol[N_LITERALS + N_DISTANCES];
    uint8_t extra[N_LITERALS + N_DISTANCES];
    uint32_t n;
    uint32_t count[EG_HUFFMAN_SYMBOLS];
};

static void add_length_symbol(struct lengths *lengths, uint32_t symbol, uint32_t extra)
{
    lengths->symbol[lengths->n] = (uint8_t)symbol;
    lengths->extra[lengths->n++] = (uint8_t)extra;
    lengths->count[symbol]++;
}

static void add_lengths(struct lengths *lengths, uint8_t value, uint32_t run)
{
    if (value > 0) {
        add_length_symbol(lengths, value, 0);
        for (run--; run >= 3; run -= run < 6 ? run : 6)
            add_length_symbol(lengths, 16, (run < 6 ? run : 6) - 3);
    } else {
        for (; run >= 11; run -= run < 138 ? run : 138)
            add_length_symbol(lengths, 18, (run < 138 ? run : 138) - 11);
        if (run >= 3) {
            add_length_symbol(lengths, 17, run - 3);
            run = 0;
        }
    }
    for (; run > 0; run--) add_length_symbol(lengths, value, 0);
}

static void gather_lengths(struct lengths *lengths, const uint8_t *all, uint32_t n)
{
    memset(lengths->count, 0, sizeof lengths->count);
    lengths->n = 0;
    for (uint32_t i = 0, run; i < n; i += run) {
        for (run = 1; i + run < n && all[i + run] == all[i]; run++) {
        }
        add_lengths(lengths, all[i], run);
    }
}

static uint32_t used(const struct eg_huffman *huffman, uint32_t n, uint32_t least)
{
    while (n > least && huffman->length[n - 1] == 0) n--;
    return n;
}

static void put_codes(struct eg_deflate *deflate)
{
    static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    static const uint8_t extra_bits[3] = {2, 3, 7};
    uint32_t n_literals = used(&deflate->literals, N_LITERALS, 257), n_ordered = 19;
    uint32_t n_distances = used(&deflate->distances, N_DISTANCES, 1);
    uint8_t all[N_LITERALS + N_DISTANCES];
    struct lengths lengths;
    struct eg_huffman code;
    memcpy(all, deflate->literals.length, n_literals);
    memcpy(all + n_literals, deflate->distances.length, n_distances);
    gather_lengths(&lengths, all, n_literals + n_distances);
    eg_huffman_build(&code, lengths.count, 19, 7);
    while (n_ordered > 4 && code.length[order[n_ordered - 1]] == 0) n_ordered--;
    put(deflate, (n_literals - 257) | (n_distances - 1) << 5 | (n_ordered - 4) << 10, 14);
    for (uint32_t i = 0; i < n_ordered; i++) put(deflate, code.length[order[i]], 3);
    for (uint32_t i = 0; i < lengths.n; i++) {
        uint32_t symbol = lengths.symbol[i], bits = code.length[symbol];
        put(deflate, code.code[symbol] | (uint64_t)lengths.extra[i] << bits,
            bits + (symbol >= 16 ? extra_bits[symbol - 16] : 0));
    }
}

/* Bits, their number in the top byte. */
static inline uint64_t split_code(const struct eg_huffman *huffman, struct split split)
{
    uint32_t n = huffman->length[split.symbol];
    return huffman->code[split.symbol] | (uint64_t)split.extra << n | (uint64_t)(n + split.n_extra) << 56;
}

/* One code after the other. */
static uint64_t joined(uint64_t first, uint64_t second)
{
    return first + ((second & CODE_BITS) << (first >> 56)) + (second & ~CODE_BITS);
}

static void work_out_codes(struct eg_deflate *deflate, struct split left, struct split above)
{
    uint64_t from_left = split_code(&deflate->distances, left),
             from_above = split_code(&deflate->distances, above);
    for (uint32_t i = 0; i < EG_DEFLATE_LEFT; i++)
        deflate->codes[i] = deflate->literals.code[i] | (uint64_t)deflate->literals.length[i] << 56;
    for (uint32_t i = 0; i < EG_DEFLATE_LENGTHS; i++) {
        uint64_t length = split_code(&deflate->literals, deflate->lengths[i]);
        deflate->codes[EG_DEFLATE_LEFT + i] = joined(length, from_left);
        deflate->codes[EG_DEFLATE_ABOVE + i] = joined(length, from_above);
        deflate->codes[EG_DEFLATE_FAR + i] = length;
    }
}

/* The loop that matters: with the state in registers, since the compiler must assume that a byte written to the output
 * may change it. */
static void put_tokens(struct eg_deflate *deflate)
{
    const uint16_t *tokens = deflate->first;
    uint8_t *out = deflate->out + deflate->n_out;
    uint64_t held = deflate->held;
    uint32_t n_held = deflate->n_held;
    for (uint32_t i = 0; i < deflate->n_tokens; i++) {
        uint64_t code = deflate->codes[tokens[i]];
        if (tokens[i] >= EG_DEFLATE_FAR)
            code = joined(code, split_code(&deflate->distances, split_distance(tokens[++i] + 1u)));
        held |= (code & CODE_BITS) << n_held;
        n_held += (uint32_t)(code >> 56);
        memcpy(out, &held, sizeof held);
        out += n_held / 8;
        held >>= n_held & ~7u;
        n_held &= 7;
    }
    deflate->held = held;
    deflate->n_held = n_held;
    deflate->n_out = (size_t)(out - deflate->out);
}

static void put_pixels(struct eg_deflate *deflate, const struct eg_deflate_rows *rows)
{
    struct eg_deflate_bits bits = {deflate->held, deflate->n_held, deflate->out + deflate->n_out};
    eg_deflate_pixels_put(rows, deflate->first, deflate->n_tokens, deflate->codes, &bits);
    deflate->held = bits.held;
    deflate->n_held = bits.n_held;
    deflate->n_out = (size_t)(bits.out - deflate->out);
}

/* Fixed codes (3.2.6) save the description of the codes; some tens of bytes count in a nearly empty picture. */
static void fixed_codes(struct eg_huffman *literals, struct eg_huffman *distances)
{
    memset(literals->length, 8, sizeof literals->length);
    memset(literals->length + 144, 9, 112);
    memset(literals->length + 256, 7, 24);
    memset(distances->length, 5, sizeof distances->length);
    eg_huffman_assign(literals, EG_HUFFMAN_SYMBOLS);
    eg_huffman_assign(distances, N_DISTANCES);
}

static uint64_t cost(const uint32_t *count, const struct eg_huffman *huffman, uint32_t n)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < n; i++) bits += (uint64_t)count[i] * huffman->length[i];
    return bits;
}

#define CODES_BITS 400u   /* what describing the codes takes at least */
#define MANY_TOKENS 2000u /* so many gain more from codes of their own */

/* Whether the fixed codes are shorter than the made ones and their description; if so, they take their place. */
static bool take_fixed_codes(struct eg_deflate *deflate)
{
    struct eg_huffman literals, distances;
    if (deflate->n_tokens > MANY_TOKENS) return false;
    fixed_codes(&literals, &distances);
    uint64_t fixed = cost(deflate->literal_count, &literals, N_LITERALS) +
                     cost(deflate->distance_count, &distances, N_DISTANCES);
    uint64_t made = cost(deflate->literal_count, &deflate->literals, N_LITERALS) +
                    cost(deflate->distance_count, &deflate->distances, N_DISTANCES);
    if (fixed > made + CODES_BITS) return false;
    deflate->literals = literals;
    deflate->distances = distances;
    return true;
}

static void choose_codes(struct eg_deflate *deflate, bool last)
{
    eg_huffman_build(&deflate->literals, deflate->literal_count, N_LITERALS,
                     deflate->by_pixel ? EG_DEFLATE_PIXEL_BITS : MAX_CODE_BITS);
    eg_huffman_build(&deflate->distances, deflate->distance_count, N_DISTANCES, MAX_CODE_BITS);
    bool fixed = take_fixed_codes(deflate);
    put(deflate, last | (fixed ? 1u : 2u) << 1, 3);
    if (!fixed) put_codes(deflate);
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

/* No token takes more than 11 bits a byte (a match of three with fixed codes: 8 + 5 + 13), stream and block headers less than
 * a kilobyte. */
static bool make_room(struct eg_deflate *deflate, const struct eg_deflate_rows *rows)
{
    size_t n = rows->n_bytes, words = 2 * set_words(n);
    if (eg_deflate_pixels_suit(rows)) words = eg_deflate_pixels_words(rows->row_bytes);
    void *out = deflate->out, *tokens = deflate->tokens, *differs = deflate->differs;
    bool made = eg_memory_reserve(&out, &deflate->out_capacity, n + n / 2 + 1024, 1);
    deflate->out = out;
    made = made && eg_memory_reserve(&tokens, &deflate->tokens_capacity, n, sizeof deflate->tokens[0]);
    deflate->tokens = tokens;
    made = made && eg_memory_reserve(&differs, &deflate->differs_capacity, words, sizeof deflate->differs[0]);
    deflate->differs = differs;
    return made;
}

static void put_rest_of_byte(struct eg_deflate *deflate)
{
    put(deflate, 0, (8 - deflate->n_held) % 8);
}

/* An empty stored block (3.2.4) begins with a whole byte after its three bits of head, and ends with one. */
static void put_alignment(struct eg_deflate *deflate)
{
    if (deflate->n_held == 0) return;
    put(deflate, 0, 3);
    put_rest_of_byte(deflate);
    put(deflate, 0xFFFF0000u, 32);
}

/* To the next whole byte; then the checksum, highest byte first. */
static void put_end(struct eg_deflate *deflate)
{
    if (deflate->more) put_alignment(deflate);
    else put_rest_of_byte(deflate);
    if (!deflate->piece) put(deflate, __builtin_bswap32(deflate->adler), 32);
}

enum eg_status eg_deflate_rows(struct eg_deflate *deflate, const struct eg_deflate_rows *rows,
                               const uint8_t **bytes_out, size_t *n_out, struct eg_error *err)
{
    EG_ASSERT(rows->n_bytes >= 1 && rows->n_bytes <= MAX_BYTES && rows->unit_bytes >= 1 &&
              rows->unit_bytes <= 4);
    if (!make_room(deflate, rows)) return eg_error_no_memory(err, rows->n_bytes);
    size_t reach = rows->row_bytes >= 1 && rows->row_bytes <= WINDOW_BYTES ? rows->row_bytes : rows->n_bytes;
    struct split left = split_distance((uint32_t)rows->unit_bytes);
    struct split above = split_distance(reach <= WINDOW_BYTES ? (uint32_t)reach : 1);
    enum eg_status status = find_tokens(deflate, rows, reach, err);
    if (status) return status;
    deflate->n_out = 0;
    if (!deflate->begun) put(deflate, 0x0178, 16); /* a window of 32 kB, the fastest method */
    deflate->begun = true;
    count_symbols(deflate, left, above);
    choose_codes(deflate, rows->last && !deflate->more);
    work_out_codes(deflate, left, above);
    if (deflate->by_pixel) put_pixels(deflate, rows);
    else put_tokens(deflate);
    put(deflate, deflate->literals.code[END_OF_BLOCK], deflate->literals.length[END_OF_BLOCK]);
    deflate->adler = eg_adler32(deflate->adler, rows->bytes, rows->n_bytes);
    if (rows->last) put_end(deflate);
    *bytes_out = deflate->out;
    *n_out = deflate->n_out;
    return EG_OK;
}
