/* Rounds over the pieces of a picture: how it is to be written is settled once, then every piece is packed by itself into a
 * part of one zlib stream that ends with a whole byte.
 *
 * A piece is worked through in bands, each a block of the stream: working memory stays that of a tile, however large the picture.
 * What a thread needs is in its own scratch, what a piece leaves behind in the piece, what all read is settled between
 * rounds: no lock, and nothing that depends on the order. */
#include "render/png_pieces_private.h"

#include <stdlib.h>

#include "base/memory.h"
#include "render/deflate.h"
#include "render/sort.h"

#define MOST_USUAL 64u
#define SAMPLED_RUN 16u         /* one in so many */
#define MANY_PIXELS (1u << 19u) /* and once more so few for each */

uint32_t eg_png_pieces_usual(uint32_t width, uint32_t height)
{
    uint32_t fitting = EG_PNG_BAND_PIXELS / width, n = fitting > 0 ? (height - 1) / fitting + 1 : height;
    if (n > MOST_USUAL) n = MOST_USUAL;
    return n + n / 4; /* every fourth in two halves */
}

static bool make_room(struct eg_png_pieces *pieces, uint32_t n)
{
    void *items = pieces->pieces;
    size_t capacity = pieces->capacity;
    if (!eg_memory_reserve(&items, &capacity, n, sizeof pieces->pieces[0])) return false;
    pieces->pieces = items;
    for (; pieces->capacity < capacity; pieces->capacity++)
        pieces->pieces[pieces->capacity] = (struct eg_png_piece){.status = EG_OK};
    return true;
}

/* So that the sample stays near 30,000 runs at most. */
static uint32_t sampled_run(const struct eg_canvas *canvas)
{
    return SAMPLED_RUN * (uint32_t)(1 + (uint64_t)canvas->width * canvas->height / MANY_PIXELS);
}

enum eg_status eg_png_pieces_begin(const struct eg_canvas *canvas, const struct eg_png_options *options,
                                   uint32_t n_pieces, struct eg_png_pieces **pieces_out, struct eg_error *err)
{
    struct eg_png_pieces *pieces = &options->scratch->pieces;
    uint32_t n = n_pieces < canvas->height ? n_pieces : canvas->height;
    uint32_t fitting = EG_PNG_BAND_PIXELS / canvas->width;
    EG_ASSERT(n > 0);
    if (!make_room(pieces, n)) return eg_error_no_memory(err, n * sizeof pieces->pieces[0]);
    *pieces = (struct eg_png_pieces){.canvas = canvas,
                                     .options = options,
                                     .scratch = options->scratch,
                                     .n = n,
                                     .pieces = pieces->pieces,
                                     .capacity = pieces->capacity,
                                     .band_rows = fitting > 0 ? fitting : 1,
                                     .sampled_run = sampled_run(canvas)};
    if (pieces->band_rows > canvas->height) pieces->band_rows = canvas->height;
    pieces->one_band = n == 1 && pieces->band_rows == canvas->height;
    for (uint32_t i = 0; i < n; i++) pieces->pieces[i].status = EG_OK;
    *pieces_out = pieces;
    return EG_OK;
}

uint32_t eg_png_pieces_count(const struct eg_png_pieces *pieces)
{
    return pieces->n;
}

static uint32_t halves_before(const struct eg_png_pieces *pieces, uint32_t n_low, uint32_t piece)
{
    uint32_t n_high = pieces->n - n_low;
    return piece <= n_high ? 2 * piece : n_high + piece;
}

struct eg_png_rows eg_png_pieces_rows(const struct eg_png_pieces *pieces, uint32_t piece)
{
    uint64_t height = pieces->canvas->height;
    uint32_t n_low = height < 2 * (uint64_t)pieces->n ? 0 : pieces->n / 5 * 2; /* half as high, at the end */
    uint32_t n_halves = 2 * pieces->n - n_low;
    uint32_t first = (uint32_t)(height * halves_before(pieces, n_low, piece) / n_halves),
             end = (uint32_t)(height * halves_before(pieces, n_low, piece + 1) / n_halves);
    return (struct eg_png_rows){first, end - first};
}

/* --- the head --------------------------------------------------------------------------------------------------------- */

/* Only the colours used; those that are not opaque first, since the file states the alpha of these alone, then those with
 * the most runs, so that neighbours in the palette get prefix codes of one length, which are cheap to describe. */
static void fill_palette(struct eg_png_pieces *pieces)
{
    struct eg_png_head *head = &pieces->head;
    uint32_t n, n_used = 0;
    const struct eg_rgba *colours = eg_png_way_colours(pieces, &n);
    uint64_t order[EG_PNG_COLOURS];
    for (uint32_t i = 0; i < n; i++) {
        uint64_t rare = UINT32_MAX - pieces->sum.n_runs[i];
        if (pieces->sum.n_runs[i]) order[n_used++] = (uint64_t)(colours[i].a == 255) << 63 | rare << 8 | i;
    }
    eg_sort_numbers(order, n_used);
    for (uint32_t k = 0; k < n_used; k++) {
        uint32_t i = order[k] & 255u;
        pieces->place[i] = (uint8_t)k;
        head->colours[k] = colours[i];
        head->n_faint += colours[i].a < 255;
    }
    head->n_colours = n_used;
    head->n_channels = 1;
    head->bits = n_used <= 2 ? 1 : n_used <= 4 ? 2 : n_used <= 16 ? 4 : 8;
}

static void fill_head(struct eg_png_pieces *pieces)
{
    struct eg_png_head *head = &pieces->head;
    head->width = pieces->canvas->width;
    head->height = pieces->canvas->height;
    head->n_colours = 0;
    head->n_faint = 0;
    head->bits = 8;
    head->n_channels = pieces->sum.opaque ? 3 : 4;
    if (pieces->way != EG_PNG_FULL) fill_palette(pieces);
}

/* --- packing ---------------------------------------------------------------------------------------------------------- */

/* Rows of the file, from pixels or from the runs' indices. */
static size_t make_rows(const struct eg_png_pieces *pieces, struct eg_png_rows rows,
                        struct eg_png_scratch *scratch)
{
    const struct eg_png_head *head = &pieces->head;
    if (pieces->way == EG_PNG_FULL)
        return eg_png_pack_pixels(pieces->canvas, rows, head->n_channels, scratch->rows);
    bool has_runs = eg_png_has_runs(pieces, scratch);
    if (!has_runs) eg_png_runs_scan(&scratch->runs, pieces->canvas, rows.first, rows.n);
    if (!has_runs || !pieces->mapped) eg_png_index(pieces, &scratch->runs);
    return eg_png_pack_indices(&scratch->runs, pieces->place, head->bits, head->width, scratch->rows);
}

static enum eg_status pack(const struct eg_png_pieces *pieces, uint32_t number,
                           struct eg_png_scratch *scratch)
{
    const struct eg_png_head *head = &pieces->head;
    struct eg_png_piece *piece = &pieces->pieces[number];
    struct eg_png_rows all = eg_png_pieces_rows(pieces, number);
    struct eg_deflate_rows rows = {.unit_bytes = head->n_channels, .by_pixel = pieces->n > 1};
    rows.row_bytes = 1 + ((size_t)head->width * head->n_channels * head->bits + 7) / 8;
    if (!eg_png_scratch_reserve(scratch, pieces->band_rows, head->width)) return EG_NO_MEMORY;
    rows.bytes = scratch->rows;
    eg_png_piece_begin(piece);
    eg_deflate_begin_piece(scratch->deflate, number == 0, number + 1 == pieces->n);
    for (uint32_t done = 0, n; done < all.n; done += n) {
        const uint8_t *bytes;
        size_t n_bytes;
        n = eg_png_next_rows(pieces, all, done);
        rows.last = done + n == all.n;
        rows.n_bytes = make_rows(pieces, (struct eg_png_rows){all.first + done, n}, scratch);
        piece->n_bytes += rows.n_bytes;
        if (eg_deflate_rows(scratch->deflate, &rows, &bytes, &n_bytes, NULL)) return EG_NO_MEMORY;
        eg_buffer_append(&piece->chunk, bytes, n_bytes);
    }
    if (piece->chunk.failed) return EG_NO_MEMORY;
    piece->adler = eg_deflate_adler(scratch->deflate);
    eg_png_piece_end(piece);
    return EG_OK;
}

/* --- rounds ----------------------------------------------------------------------------------------------------------- */

static bool has_failed(const struct eg_png_pieces *pieces)
{
    for (uint32_t i = 0; i < pieces->n; i++)
        if (pieces->pieces[i].status) return true;
    return false;
}

static enum eg_png_round next_round(struct eg_png_pieces *pieces)
{
    enum eg_png_round next = EG_PNG_DONE;
    switch (pieces->round) {
    case EG_PNG_PACK:
    case EG_PNG_DONE:
        return EG_PNG_DONE;
    case EG_PNG_GLANCE:
        return pieces->verdict == EG_PNG_FULL_IT_IS ? EG_PNG_DONE : EG_PNG_LOOK;
    case EG_PNG_START:
        next = eg_png_glance(pieces);
        break;
    case EG_PNG_LOOK:
    case EG_PNG_TRY_STYLE:
    case EG_PNG_TRY_ADAPTIVE:
    default:
        next = eg_png_choose(pieces);
    }
    if (next == EG_PNG_DONE) pieces->pieces[0].status = EG_NO_MEMORY;
    return next;
}

bool eg_png_pieces_turn(struct eg_png_pieces *pieces)
{
    if (has_failed(pieces)) return false;
    pieces->round = next_round(pieces);
    if (pieces->round == EG_PNG_GLANCE) pieces->way = EG_PNG_FULL;
    if (pieces->round == EG_PNG_GLANCE || pieces->round == EG_PNG_PACK) fill_head(pieces);
    return pieces->round != EG_PNG_DONE;
}

uint32_t eg_png_pieces_shares(const struct eg_png_pieces *pieces)
{
    return pieces->n + (pieces->round == EG_PNG_GLANCE);
}

static void work_on_piece(struct eg_png_pieces *pieces, uint32_t piece, struct eg_png_scratch *scratch)
{
    enum eg_status *status = &pieces->pieces[piece].status;
    if (pieces->round == EG_PNG_GLANCE || pieces->round == EG_PNG_PACK)
        *status = pack(pieces, piece, scratch);
    else if (!eg_png_try(pieces, piece, scratch)) *status = EG_NO_MEMORY;
}

void eg_png_pieces_work(struct eg_png_pieces *pieces, uint32_t share, struct eg_png_scratch *scratch)
{
    if (pieces->round != EG_PNG_GLANCE) work_on_piece(pieces, share, scratch);
    else if (share == 0) eg_png_glance_on(pieces);
    else if (atomic_load(&pieces->verdict) != EG_PNG_LOOK_CLOSER) work_on_piece(pieces, share - 1, scratch);
}

enum eg_status eg_png_pieces_join(struct eg_png_pieces *pieces, struct eg_buffer *out,
                                  enum eg_png_kind *kind_out, struct eg_error *err)
{
    size_t start = out->len;
    struct eg_png_file *file;
    if (has_failed(pieces)) return eg_error_no_memory(err, 0);
    enum eg_status status = eg_png_file_open(&pieces->head, pieces->options, out, &file, err);
    if (!status) {
        status = eg_png_file_data(file, pieces->pieces, pieces->n);
        if (!status) status = eg_png_file_end(file);
        eg_png_file_close(file);
    }
    if (status) out->len = start;
    else if (kind_out) *kind_out = pieces->way == EG_PNG_FULL ? EG_PNG_RGBA : EG_PNG_INDEXED;
    return status;
}
