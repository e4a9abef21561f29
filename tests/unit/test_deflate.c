#include "render/deflate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "render/adler.h"
#include "render/huffman.h"
#include "support/failing_malloc.h"
#include "support/test_random.h"

#define MOST 300000u

struct stream {
    uint8_t bytes[2 * MOST];
    size_t n;
};

static void append(struct stream *stream, struct eg_deflate *deflate, const struct eg_deflate_rows *rows)
{
    const uint8_t *bytes;
    size_t n;
    assert_int_equal(eg_deflate_rows(deflate, rows, &bytes, &n, NULL), EG_OK);
    assert_true(stream->n + n <= sizeof stream->bytes);
    memcpy(stream->bytes + stream->n, bytes, n);
    stream->n += n;
}

static void assert_inflates_to(const struct stream *stream, const uint8_t *bytes, size_t n)
{
    uint8_t *back = malloc(n + 1);
    uLongf n_back = n + 1;
    assert_int_equal(uncompress(back, &n_back, stream->bytes, stream->n), Z_OK);
    assert_int_equal(n_back, n);
    assert_memory_equal(back, bytes, n);
    free(back);
}

static void check(const uint8_t *bytes, size_t n, size_t row_bytes, size_t unit_bytes)
{
    static struct stream stream;
    struct eg_deflate *deflate = eg_deflate_new();
    stream.n = 0;
    eg_deflate_begin(deflate);
    append(&stream, deflate, &(struct eg_deflate_rows){bytes, n, row_bytes, unit_bytes, true, false});
    assert_inflates_to(&stream, bytes, n);
    eg_deflate_free(deflate);
}

/* Rows of runs, many of them repeated from the row above, as in a map. */
static void fill_like_a_map(struct eg_test_random *random, uint8_t *bytes, size_t n, size_t row_bytes)
{
    uint32_t n_values = 1 + eg_test_random_below(random, 256),
             longest = 1 + eg_test_random_below(random, 400);
    for (size_t i = 0; i < n;) {
        size_t run = 1 + eg_test_random_below(random, longest);
        bool above = i >= row_bytes && eg_test_random_below(random, 3) > 0;
        uint8_t value = (uint8_t)eg_test_random_below(random, n_values);
        for (; run > 0 && i < n; run--, i++) bytes[i] = above ? bytes[i - row_bytes] : value;
    }
}

static void maps_of_all_shapes_inflate_to_what_they_were(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    struct eg_test_random random = eg_test_random_new();
    for (int round = 0; round < 300; round++) {
        size_t n = 1 + eg_test_random_below(&random, round % 10 ? 5000 : MOST);
        size_t row_bytes = 1 + eg_test_random_below(&random, round % 7 ? 300 : 40000);
        fill_like_a_map(&random, bytes, n, row_bytes);
        check(bytes, n, row_bytes, 1 + eg_test_random_below(&random, 4));
    }
}

/* Pixels of four bytes behind a byte of their own in each row: areas of few colours, blends of any between them, and what stands
 * above. */
static void fill_with_pixels(struct eg_test_random *random, uint8_t *bytes, size_t n_rows, size_t width)
{
    uint32_t longest = 1 + eg_test_random_below(random, 200);
    for (size_t y = 0; y < n_rows; y++) {
        uint8_t *row = bytes + y * (4 * width + 1);
        *row++ = (uint8_t)(eg_test_random_below(random, 50) == 0);
        for (size_t x = 0; x < width;) {
            uint32_t kind = eg_test_random_below(random, y > 0 ? 4 : 2);
            uint32_t run = 1 + eg_test_random_below(random, kind == 0 ? 5 : longest);
            uint32_t colour = eg_test_random_below(random, 5) * 0x00301201u;
            for (; run > 0 && x < width; run--, x++) {
                if (kind == 0) colour = (uint32_t)eg_test_random_u64(random);
                memcpy(row + 4 * x, &colour, sizeof colour);
                if (kind > 1) memcpy(row + 4 * x, row + 4 * x - (4 * width + 1), sizeof colour);
            }
        }
    }
}

static void whole_pixels_inflate_to_what_they_were(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    static struct stream stream;
    static const size_t widths[] = {1, 2, 63, 64, 65, 127, 128, 129, 255, 256, 800, 8191, 8192};
    struct eg_test_random random = eg_test_random_new();
    struct eg_deflate *deflate = eg_deflate_new();
    for (size_t round = 0; round < 400; round++) {
        size_t width =
            round % 2 ? widths[round / 2 % EG_ARRAY_LEN(widths)] : 1 + eg_test_random_below(&random, 900);
        size_t row_bytes = 4 * width + 1, most = MOST / row_bytes < 40 ? MOST / row_bytes : 40, n = 0;
        stream.n = 0;
        eg_deflate_begin(deflate);
        for (uint32_t left = 1 + eg_test_random_below(&random, 2); left > 0; left--) {
            size_t n_rows = 1 + eg_test_random_below(&random, (uint32_t)(most / 2));
            fill_with_pixels(&random, bytes + n, n_rows, width);
            append(&stream, deflate,
                   &(struct eg_deflate_rows){bytes + n, n_rows * row_bytes, row_bytes, 4, left == 1, true});
            n += n_rows * row_bytes;
        }
        assert_inflates_to(&stream, bytes, n);
    }
    eg_deflate_free(deflate);
}

/* A row of one colour and one of noise, with the length of a match's end: none is shorter than a pixel. */
static void every_number_of_like_pixels_is_written(void **state)
{
    (void)state;
    static uint8_t bytes[3 * (4 * 700 + 1)];
    static struct stream stream;
    struct eg_deflate *deflate = eg_deflate_new();
    for (size_t width = 1; width <= 700; width++) {
        size_t row_bytes = 4 * width + 1;
        memset(bytes, 7, sizeof bytes);
        for (size_t i = 0; i < row_bytes; i++)
            bytes[row_bytes + i] = bytes[2 * row_bytes + i] = (uint8_t)(i * i >> 3);
        stream.n = 0;
        eg_deflate_begin(deflate);
        append(&stream, deflate, &(struct eg_deflate_rows){bytes, 3 * row_bytes, row_bytes, 4, true, true});
        assert_inflates_to(&stream, bytes, 3 * row_bytes);
    }
    eg_deflate_free(deflate);
}

/* Slanting lines of four blended pixels between areas of one colour, as outlines are drawn. Above row 0 is nothing. */
static size_t fill_with_lines(struct eg_test_random *random, uint8_t *bytes, size_t n_rows, size_t row_bytes)
{
    uint32_t n_lines = 1 + eg_test_random_below(random, 40);
    memset(bytes, 0, n_rows * row_bytes);
    for (uint32_t line = 0; line < n_lines; line++) {
        uint32_t x = eg_test_random_below(random, (uint32_t)row_bytes) * 8,
                 slope = eg_test_random_below(random, 9);
        uint8_t class = (uint8_t)(100 + eg_test_random_below(random, 10));
        for (size_t y = 0; y < n_rows; y++, x += slope) {
            size_t at = x / 8;
            for (size_t k = at; k < row_bytes && k < at + 30 + line; k++)
                bytes[y * row_bytes + k] = k < at + 4 ? (uint8_t)(1 + (x % 8 + 3 * (k - at)) * 4) : class;
        }
    }
    return n_rows * row_bytes;
}

static void outlines_inflate_to_what_they_were(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    struct eg_test_random random = eg_test_random_new();
    for (int round = 0; round < 100; round++) {
        size_t row_bytes = 8 + eg_test_random_below(&random, round % 10 ? 300 : 3000);
        size_t n = fill_with_lines(&random, bytes, 1 + eg_test_random_below(&random, 99), row_bytes);
        check(bytes, n, row_bytes, 1);
        check(bytes, n, 1 + eg_test_random_below(&random, 300), 1); /* rows of another length than stated */
    }
}

/* What zlib makes of runs alone. */
static size_t runs_packed_by_zlib(const uint8_t *bytes, size_t n)
{
    static uint8_t packed[2 * MOST];
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes,
                       .avail_in = (uInt)n,
                       .next_out = packed,
                       .avail_out = sizeof packed};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15, 9, Z_RLE), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return stream.total_out;
}

static void slanting_lines_are_found_again_in_the_rows_above(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    static struct stream stream;
    struct eg_test_random random = eg_test_random_new();
    struct eg_deflate *deflate = eg_deflate_new();
    size_t n_ours = 0, n_runs = 0;
    for (int round = 0; round < 20; round++) {
        size_t n = fill_with_lines(&random, bytes, 256, 257);
        stream.n = 0;
        eg_deflate_begin(deflate);
        append(&stream, deflate, &(struct eg_deflate_rows){bytes, n, 257, 1, true, false});
        n_ours += stream.n;
        n_runs += runs_packed_by_zlib(bytes, n);
    }
    print_message("# %zu bytes, as runs alone %zu\n", n_ours, n_runs);
    assert_true(5 * n_ours < 4 * n_runs);
    eg_deflate_free(deflate);
}

/* Two runs a pixel pair: more than the closer parse takes, and as many as it just takes. */
static void pictures_of_many_runs_inflate_to_what_they_were(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    for (size_t n = 65300; n < 65700; n += 50) {
        for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)(i % 2 ? i * i >> 4 : 200);
        check(bytes, n, 257, 1);
        check(bytes, n + 200000, 512, 1);
    }
}

static void noise_inflates_to_what_it_was_and_hardly_grows(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    static struct stream stream;
    struct eg_test_random random = eg_test_random_new();
    struct eg_deflate *deflate = eg_deflate_new();
    for (size_t i = 0; i < MOST; i++) bytes[i] = (uint8_t)eg_test_random_u64(&random);
    stream.n = 0;
    eg_deflate_begin(deflate);
    append(&stream, deflate, &(struct eg_deflate_rows){bytes, MOST, 257, 1, true, false});
    assert_inflates_to(&stream, bytes, MOST);
    assert_true(stream.n < MOST + MOST / 100);
    eg_deflate_free(deflate);
}

static void every_length_of_a_run_is_written(void **state)
{
    (void)state;
    static uint8_t bytes[1200];
    for (size_t n = 1; n < 600; n++) {
        memset(bytes, 7, n);
        memset(bytes + n, 9, n);
        check(bytes, n, 1000, 1);
        check(bytes, 2 * n, n, 1);
        check(bytes, 2 * n, 2 * n, 3);
    }
}

static void counts_like_fibonacci_numbers_need_the_longest_codes(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    size_t n = 0;
    uint32_t a = 1, b = 1;
    for (uint8_t value = 1; n + a < MOST; value++) {
        for (uint32_t k = 0; k < a; k++) bytes[n++] = value;
        uint32_t sum = a + b;
        a = b;
        b = sum;
    }
    struct eg_test_random random = eg_test_random_new(); /* mixed up, or runs would swallow the counts */
    for (size_t i = n - 1; i > 0; i--) {
        size_t other = eg_test_random_below(&random, (uint32_t)i + 1);
        uint8_t moved = bytes[i];
        bytes[i] = bytes[other];
        bytes[other] = moved;
    }
    check(bytes, n, MOST, 1);
}

static void blocks_of_one_stream_join_at_any_bit(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    static struct stream stream;
    struct eg_test_random random = eg_test_random_new();
    struct eg_deflate *deflate = eg_deflate_new();
    for (int round = 0; round < 50; round++) {
        size_t row_bytes = 1 + eg_test_random_below(&random, 100), n = 0;
        stream.n = 0;
        eg_deflate_begin(deflate);
        for (uint32_t left = 1 + eg_test_random_below(&random, 20); left > 0; left--) {
            size_t more = row_bytes * (1 + eg_test_random_below(&random, 50));
            fill_like_a_map(&random, bytes + n, more, row_bytes);
            append(&stream, deflate,
                   &(struct eg_deflate_rows){bytes + n, more, row_bytes, 1, left == 1, false});
            n += more;
        }
        assert_inflates_to(&stream, bytes, n);
    }
    eg_deflate_free(deflate);
}

static void pieces_made_apart_are_one_stream(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    static struct stream stream;
    struct eg_test_random random = eg_test_random_new();
    struct eg_deflate *deflates[2] = {eg_deflate_new(), eg_deflate_new()};
    for (int round = 0; round < 100; round++) {
        size_t row_bytes = 1 + eg_test_random_below(&random, 100), n = 0;
        uint32_t n_pieces = 1 + eg_test_random_below(&random, 9), adler = 1;
        stream.n = 0;
        for (uint32_t i = 0; i < n_pieces; i++) {
            struct eg_deflate *deflate = deflates[i % 2];
            size_t begun = n;
            eg_deflate_begin_piece(deflate, i == 0, i + 1 == n_pieces);
            for (uint32_t left = 1 + eg_test_random_below(&random, 3); left > 0; left--) {
                size_t more = row_bytes * (1 + eg_test_random_below(&random, 50));
                fill_like_a_map(&random, bytes + n, more, row_bytes);
                append(&stream, deflate,
                       &(struct eg_deflate_rows){bytes + n, more, row_bytes, 1, left == 1, false});
                n += more;
            }
            adler = eg_adler32_join(adler, eg_deflate_adler(deflate), n - begun);
        }
        for (uint32_t shift = 32; shift > 0; shift -= 8)
            stream.bytes[stream.n++] = (uint8_t)(adler >> (shift - 8));
        assert_inflates_to(&stream, bytes, n);
    }
    eg_deflate_free(deflates[0]);
    eg_deflate_free(deflates[1]);
}

static void a_tile_of_one_colour_takes_a_few_hundred_bytes_at_most(void **state)
{
    (void)state;
    static uint8_t bytes[257 * 256];
    static struct stream stream;
    struct eg_deflate *deflate = eg_deflate_new();
    stream.n = 0;
    eg_deflate_begin(deflate);
    append(&stream, deflate, &(struct eg_deflate_rows){bytes, sizeof bytes, 257, 1, true, false});
    assert_inflates_to(&stream, bytes, sizeof bytes);
    assert_true(stream.n < 100);
    eg_deflate_free(deflate);
}

static void the_checksum_is_the_one_of_zlib(void **state)
{
    (void)state;
    static uint8_t bytes[MOST];
    struct eg_test_random random = eg_test_random_new();
    memset(bytes, 255, sizeof bytes);
    for (size_t n = 0; n < MOST; n += 1 + n / 3) {
        assert_int_equal(eg_adler32(1, bytes, n), adler32(1, bytes, (uInt)n));
        assert_int_equal(eg_adler32(0xFFF0FFF0u, bytes, n), adler32(0xFFF0FFF0u, bytes, (uInt)n));
    }
    for (size_t i = 0; i < MOST; i++) bytes[i] = (uint8_t)eg_test_random_u64(&random);
    for (size_t n = 0; n < MOST; n += 1 + n / 3)
        assert_int_equal(eg_adler32(7, bytes, n), adler32(7, bytes, (uInt)n));
    for (uint32_t first = 0xFFF0FFF0u; first > 0; first /= 3)
        for (size_t n = 0; n < MOST; n += 1 + n / 3)
            assert_int_equal(eg_adler32_join(eg_adler32(first, bytes, 0), eg_adler32(1, bytes, n), n),
                             adler32(first, bytes, (uInt)n));
}

/* The share of code space that the lengths take, in units of 2^-15: all of it for a complete code. */
static uint32_t space_taken(const struct eg_huffman *huffman, uint32_t n, uint32_t max_bits)
{
    uint32_t taken = 0;
    for (uint32_t i = 0; i < n; i++) {
        assert_true(huffman->length[i] <= max_bits);
        if (huffman->length[i]) taken += 1u << (15 - huffman->length[i]);
    }
    return taken;
}

static void codes_are_complete_and_keep_to_the_limit(void **state)
{
    (void)state;
    struct eg_test_random random = eg_test_random_new();
    struct eg_huffman huffman;
    uint32_t count[EG_HUFFMAN_SYMBOLS];
    for (int round = 0; round < 2000; round++) {
        uint32_t n = 2 + eg_test_random_below(&random, EG_HUFFMAN_SYMBOLS - 1), n_used = 0;
        uint32_t max_bits = n <= 128 && round % 2 ? 7 : 15, steep = 1 + eg_test_random_below(&random, 24);
        for (uint32_t i = 0; i < n; i++) {
            count[i] = eg_test_random_below(&random, 3) ? 1u << eg_test_random_below(&random, steep) : 0;
            n_used += count[i] > 0;
        }
        eg_huffman_build(&huffman, count, n, max_bits);
        for (uint32_t i = 0; i < n && n_used > 1; i++) assert_int_equal(huffman.length[i] > 0, count[i] > 0);
        assert_int_equal(space_taken(&huffman, n, max_bits), n_used > 1 ? 1u << 15 : 1u << 14);
    }
}

static void refused_memory_is_reported(void **state)
{
    (void)state;
    static uint8_t bytes[5000];
    for (long n = 1;; n++) {
        const uint8_t *out;
        size_t n_out;
        enum eg_status status = EG_NO_MEMORY;
        eg_failing_malloc_after(n);
        struct eg_deflate *deflate = eg_deflate_new();
        if (deflate) {
            eg_deflate_begin(deflate);
            struct eg_deflate_rows rows = {bytes, sizeof bytes, 100, 1, true, false};
            status = eg_deflate_rows(deflate, &rows, &out, &n_out, NULL);
        }
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_deflate_free(deflate);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        if (!failed) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_of_all_shapes_inflate_to_what_they_were),
        cmocka_unit_test(whole_pixels_inflate_to_what_they_were),
        cmocka_unit_test(every_number_of_like_pixels_is_written),
        cmocka_unit_test(outlines_inflate_to_what_they_were),
        cmocka_unit_test(slanting_lines_are_found_again_in_the_rows_above),
        cmocka_unit_test(pictures_of_many_runs_inflate_to_what_they_were),
        cmocka_unit_test(noise_inflates_to_what_it_was_and_hardly_grows),
        cmocka_unit_test(every_length_of_a_run_is_written),
        cmocka_unit_test(counts_like_fibonacci_numbers_need_the_longest_codes),
        cmocka_unit_test(blocks_of_one_stream_join_at_any_bit),
        cmocka_unit_test(pieces_made_apart_are_one_stream),
        cmocka_unit_test(a_tile_of_one_colour_takes_a_few_hundred_bytes_at_most),
        cmocka_unit_test(the_checksum_is_the_one_of_zlib),
        cmocka_unit_test(codes_are_complete_and_keep_to_the_limit),
        cmocka_unit_test(refused_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
