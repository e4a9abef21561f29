/* CSV through libcsv, in pieces of 64 KiB from GDAL's file layer (which also unpacks .gz), recoded by iconv where the file is
 * not UTF-8. Typical: 32,844 rows of 53 columns, 9.2 MB unpacked, of which some ten columns are wanted: unpacking takes
 * 0.045 s, libcsv 0.04 s.
 *
 * libcsv calls back for every cell and every row. Cells of wanted columns are gathered in one buffer per row as offsets (the
 * buffer may move while it grows) and become slices when the row ends. Callbacks cannot stop libcsv, so a failure is kept and
 * everything after it ignored until the piece is through.
 *
 * Rows are counted as a spreadsheet does: a line break within quotes does not start a row, an empty line is a row (but never
 * handed over). libcsv reports the two halves of CR LF as two row ends; the second is told apart by being an LF directly
 * after a CR. */
#include "data/table_internal.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cpl_vsi.h>
#include <csv.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "data/gdal_setup.h"

#define PIECE_BYTES ((size_t)64 * 1024)
#define RECODED_BYTES ((size_t)4 * 64 * 1024)
#define HEADER_COLUMNS_MAX 65536U
#define PATH_BYTES 4096
#define NO_CHARACTER (-1)
/* libcsv keeps its states to itself; this one is "within a cell" (libcsv.c 3.0.3, FIELD_BEGUN). */
#define CSV_WITHIN_CELL 2

struct span {
    size_t start, len;
};

struct scan {
    struct eg_table_plan *plan;
    struct csv_parser parser;
    uint32_t header_row;
    uint32_t row;    /* being read, from 1 */
    uint32_t column; /* of the next cell, from 0 */
    int last_end;    /* the character that ended the row before; NO_CHARACTER after a cell */
    bool has_begun;  /* the first bytes were looked at for a byte order mark */
    bool header_done;
    struct eg_buffer bytes; /* of the row's wanted cells; of the whole header row while that is read */
    struct span *spans;     /* [n_slots] into bytes; while the header is read [capacity] */
    size_t capacity;
    uint32_t n_header;
    uint32_t n_named;  /* up to the last column that has a name */
    uint32_t n_filled; /* of the row at hand, up to the last cell beyond the header that holds something */
    uint32_t *slot_of; /* [n_header] */
    enum eg_status status;
    struct eg_error *err;
};

/* --- the header row -------------------------------------------------------------------------------------------------- */

static void keep_header_cell(struct scan *scan, const char *cell, size_t len)
{
    if (scan->row != scan->header_row) return;
    if (scan->column >= HEADER_COLUMNS_MAX) {
        scan->status = eg_error_set(scan->err, EG_LIMIT, "%.*s: '%.*s' has more than %u columns",
                                    EG_TEXT_ARG(scan->plan->source->name),
                                    EG_TEXT_ARG(eg_gdal_shown(scan->plan->source->path)), HEADER_COLUMNS_MAX);
        return;
    }
    void *spans = scan->spans;
    if (!eg_memory_reserve(&spans, &scan->capacity, (size_t)scan->column + 1, sizeof *scan->spans)) {
        scan->status = eg_error_no_memory(scan->err, sizeof *scan->spans);
        return;
    }
    scan->spans = spans;
    scan->spans[scan->column] = (struct span){scan->bytes.len, len};
    eg_buffer_append(&scan->bytes, cell, len);
}

static enum eg_status resolve_header(struct scan *scan, uint32_t n_header)
{
    struct eg_text *names = eg_memory_zeroed(n_header, sizeof *names);
    uint32_t *slot_of = eg_memory_zeroed(n_header, sizeof *slot_of);
    uint32_t n_slots = scan->plan->n_slots;
    struct span *spans = eg_memory_zeroed(n_slots, sizeof *spans);
    enum eg_status status = EG_OK;
    if (!names || !slot_of || !spans || scan->bytes.failed) {
        status = eg_error_no_memory(scan->err, n_header * sizeof *names);
        goto done;
    }
    for (uint32_t i = 0; i < n_header; i++) {
        names[i] = (struct eg_text){scan->bytes.data ? scan->bytes.data + scan->spans[i].start : "",
                                    scan->spans[i].len};
    }
    status = eg_table_plan_resolve(scan->plan, names, n_header, slot_of, scan->err);
    if (status) goto done;
    free(scan->spans);
    scan->spans = spans;
    scan->slot_of = slot_of;
    scan->n_header = n_header;
    for (uint32_t i = 0; i < n_header; i++) {
        if (eg_text_trim(names[i]).len > 0) scan->n_named = i + 1;
    }
    scan->header_done = true;
    spans = NULL;
    slot_of = NULL;
done:
    free(names);
    free(slot_of);
    free(spans);
    return status;
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */

static void keep_cell(struct scan *scan, const char *cell, size_t len)
{
    uint32_t slot = scan->column < scan->n_header ? scan->slot_of[scan->column] : EG_TABLE_NO_SLOT;
    bool is_beyond = scan->column >= scan->n_header;
    if (is_beyond && eg_text_trim((struct eg_text){cell, len}).len > 0) scan->n_filled = scan->column + 1;
    if (slot == EG_TABLE_NO_SLOT) return;
    scan->spans[slot] = (struct span){scan->bytes.len, len};
    eg_buffer_append(&scan->bytes, cell, len);
}

static void on_cell(void *cell, size_t len, void *context)
{
    struct scan *scan = context;
    if (scan->status) return;
    scan->last_end = NO_CHARACTER;
    if (scan->header_done) keep_cell(scan, cell, len);
    else keep_header_cell(scan, cell, len);
    scan->column++;
}

static void count_cells(struct scan *scan)
{
    struct eg_table_plan *plan = scan->plan;
    bool is_short = scan->column < scan->n_named;
    plan->counts.n_short += is_short;
    plan->counts.n_long += scan->n_filled > 0;
    plan->n_header = scan->n_header;
    plan->n_cells = is_short ? scan->column : scan->n_filled > 0 ? scan->n_filled : scan->n_header;
    scan->n_filled = 0;
}

static enum eg_status finish_row(struct scan *scan)
{
    struct eg_table_plan *plan = scan->plan;
    if (scan->bytes.failed) return eg_error_no_memory(scan->err, scan->bytes.capacity);
    count_cells(scan);
    for (uint32_t i = 0; i < plan->n_slots; i++) {
        struct span span = scan->spans[i];
        plan->cell[i] =
            span.len > 0 ? (struct eg_text){scan->bytes.data + span.start, span.len} : EG_TEXT("");
        scan->spans[i] = (struct span){0};
    }
    return eg_table_plan_row(plan, scan->row, scan->err);
}

static void on_row_end(int character, void *context)
{
    struct scan *scan = context;
    if (scan->status) return;
    bool is_second_half = character == CSV_LF && scan->last_end == CSV_CR;
    scan->last_end = character;
    if (is_second_half) return;
    if (scan->column > 0 && scan->header_done) scan->status = finish_row(scan);
    else if (scan->row == scan->header_row) scan->status = resolve_header(scan, scan->column);
    scan->bytes.len = 0;
    scan->column = 0;
    scan->row++;
}

/* --- bytes ----------------------------------------------------------------------------------------------------------- */

static int nothing_is_space(unsigned char c)
{
    (void)c;
    return 0;
}

static enum eg_status no_memory_in_csv(struct scan *scan)
{
    return eg_error_no_memory(scan->err, csv_get_buffer_size(&scan->parser));
}

static size_t byte_order_mark(const char *bytes, size_t len)
{
    return len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static enum eg_status parse_piece(struct scan *scan, const char *bytes, size_t len)
{
    size_t skipped = scan->has_begun ? 0 : byte_order_mark(bytes, len);
    scan->has_begun = true;
    bytes += skipped;
    len -= skipped;
    size_t parsed = csv_parse(&scan->parser, bytes, len, on_cell, on_row_end, scan);
    if (scan->status) return scan->status;
    if (parsed < len) return no_memory_in_csv(scan);
    if (csv_get_buffer_size(&scan->parser) <= EG_TABLE_CELL_BYTES_MAX) return EG_OK;
    return eg_error_set(
        scan->err, EG_LIMIT,
        "%.*s: row %u of '%.*s' has a cell of more than %u bytes; is a quotation mark left open?",
        EG_TEXT_ARG(scan->plan->source->name), scan->row,
        EG_TEXT_ARG(eg_gdal_shown(scan->plan->source->path)), EG_TABLE_CELL_BYTES_MAX);
}

/* Recodes and parses as much as can be; moves what is left of a split character to the front and returns how much. */
static enum eg_status recode_piece(struct scan *scan, iconv_t recoder, char *piece, size_t *len,
                                   char *recoded)
{
    char *in = piece;
    size_t in_left = *len;
    while (in_left > 0) {
        char *out = recoded;
        size_t out_left = RECODED_BYTES;
        size_t done = iconv(recoder, &in, &in_left, &out, &out_left);
        int reason = errno;
        enum eg_status status = parse_piece(scan, recoded, (size_t)(out - recoded));
        if (status) return status;
        if (done != (size_t)-1 || reason == E2BIG) continue;
        if (reason == EINVAL) break;
        (void)eg_error_set(scan->err, EG_INVALID, "%.*s: near row %u '%.*s' is not in the encoding %.*s",
                           EG_TEXT_ARG(scan->plan->source->name), scan->row,
                           EG_TEXT_ARG(eg_gdal_shown(scan->plan->source->path)),
                           EG_TEXT_ARG(scan->plan->source->encoding));
        (void)eg_error_field(scan->err, "encoding:");
        return EG_INVALID;
    }
    memmove(piece, in, in_left);
    *len = in_left;
    return EG_OK;
}

static enum eg_status read_pieces(struct scan *scan, VSILFILE *file, iconv_t recoder, char *piece,
                                  char *recoded)
{
    enum eg_status status = EG_OK;
    size_t kept = 0;
    while (status == EG_OK) {
        size_t got = VSIFReadL(piece + kept, 1, PIECE_BYTES - kept, file);
        size_t len = kept + got;
        if (got == 0) break;
        if (!recoded) {
            status = parse_piece(scan, piece, len);
            continue;
        }
        status = recode_piece(scan, recoder, piece, &len, recoded);
        kept = len;
    }
    return status;
}

/* What ends in the middle was cut off: nothing of it may pass for a value. */
static enum eg_status finish(struct scan *scan, bool is_broken, const struct eg_gdal_errors *caught)
{
    const struct eg_table_source *source = scan->plan->source;
    if (is_broken) {
        bool unpacks = strstr(caught->message, "decompression") != NULL; /* GDAL tells its own line numbers */
        (void)eg_error_set(scan->err, EG_IO,
                           "%.*s: '%.*s' is cut short or damaged near row %u (%s); fetch the file again",
                           EG_TEXT_ARG(source->name), EG_TEXT_ARG(eg_gdal_shown(source->path)), scan->row,
                           unpacks              ? "it cannot be unpacked"
                           : caught->message[0] ? caught->message
                                                : "it ends early");
        (void)eg_error_field(scan->err, "source:");
        return EG_IO;
    }
    if (scan->parser.quoted && scan->parser.pstate == CSV_WITHIN_CELL) {
        return eg_error_set(scan->err, EG_INVALID,
                            "%.*s: '%.*s' ends within quotation marks that row %u opens",
                            EG_TEXT_ARG(source->name), EG_TEXT_ARG(eg_gdal_shown(source->path)), scan->row);
    }
    if (csv_fini(&scan->parser, on_cell, on_row_end, scan) != 0) return no_memory_in_csv(scan);
    if (scan->status) return scan->status;
    if (scan->header_done) return EG_OK;
    (void)eg_error_set(scan->err, EG_INVALID, "%.*s: '%.*s' has no row %u, where its header should be",
                       EG_TEXT_ARG(source->name), EG_TEXT_ARG(eg_gdal_shown(source->path)), scan->header_row);
    (void)eg_error_field(scan->err, source->header_row > 1 ? "header_row:" : "source:");
    return EG_INVALID;
}

static bool is_utf8_name(struct eg_text encoding)
{
    return encoding.len == 0 || eg_text_equal_any_case(encoding, EG_TEXT("UTF-8")) ||
           eg_text_equal_any_case(encoding, EG_TEXT("UTF8"));
}

static enum eg_status open_recoder(const struct eg_table_source *source, iconv_t *recoder_out,
                                   struct eg_error *err)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%.*s", EG_TEXT_ARG(source->encoding));
    iconv_t recoder = iconv_open("UTF-8", name);
    /* The cast is POSIX's own way to say that none could be opened. */
    if (recoder == (iconv_t)-1) {
        (void)eg_error_set(
            err, EG_INVALID,
            "%.*s: the encoding '%s' is not known; leave it out for UTF-8, older files are often in "
            "WINDOWS-1252, ISO-8859-1 or UTF-16LE",
            EG_TEXT_ARG(source->name), name);
        (void)eg_error_field(err, "encoding:");
        return EG_INVALID;
    }
    *recoder_out = recoder;
    return EG_OK;
}

static enum eg_status scan_file(struct scan *scan, VSILFILE *file, struct eg_gdal_errors *caught)
{
    const struct eg_table_source *source = scan->plan->source;
    bool recodes = !is_utf8_name(source->encoding);
    iconv_t recoder = NULL;
    if (recodes) {
        enum eg_status status = open_recoder(source, &recoder, scan->err);
        if (status) return status;
    }
    char *piece = eg_memory_array(PIECE_BYTES, 1);
    char *recoded = recodes ? eg_memory_array(RECODED_BYTES, 1) : NULL;
    enum eg_status status = EG_OK;
    if (!piece || (recodes && !recoded)) status = eg_error_no_memory(scan->err, RECODED_BYTES);
    if (status == EG_OK) status = read_pieces(scan, file, recoder, piece, recoded);
    if (status == EG_OK) status = finish(scan, caught->n_failures > 0, caught);
    if (recodes) (void)iconv_close(recoder);
    free(recoded);
    free(piece);
    return status;
}

static enum eg_status open_file(const struct eg_table_source *source, VSILFILE **file_out,
                                struct eg_error *err)
{
    static const struct eg_text gz = {".gz", 3};
    bool packs =
        eg_text_ends_with(source->path, gz) && !eg_text_starts_with(source->path, EG_TEXT("/vsigzip/"));
    char path[PATH_BYTES + 16];
    (void)snprintf(path, sizeof path, "%s%.*s", packs ? "/vsigzip/" : "",
                   EG_TEXT_ARG(eg_gdal_shown(source->path)));
    VSIStatBufL stat;
    /* A folder opens, and reads as a file without a row. Not asked of archives, which would be unpacked for their size. */
    bool is_plain = !eg_text_starts_with(eg_text_from(path), EG_TEXT("/vsi"));
    if (is_plain && VSIStatL(path, &stat) == 0 && VSI_ISDIR(stat.st_mode)) {
        (void)eg_error_set(err, EG_INVALID, "%.*s: '%.*s' is a folder; name a file in it",
                           EG_TEXT_ARG(source->name), EG_TEXT_ARG(eg_gdal_shown(source->path)));
        (void)eg_error_field(err, "source:");
        return EG_INVALID;
    }
    VSILFILE *file = VSIFOpenL(path, "rb");
    if (!file) {
        (void)eg_error_set(err, EG_NOT_FOUND, "%.*s: there is no file '%.*s', or it cannot be read",
                           EG_TEXT_ARG(source->name), EG_TEXT_ARG(eg_gdal_shown(source->path)));
        (void)eg_error_field(err, "source:");
        return EG_NOT_FOUND;
    }
    *file_out = file;
    return EG_OK;
}

enum eg_status eg_table_read_csv(struct eg_table_plan *plan, struct eg_error *err)
{
    eg_gdal_setup();
    const struct eg_table_source *source = plan->source;
    enum eg_status status = eg_gdal_check_source(source->path, false, err);
    if (status) return status;
    struct scan scan = {.plan = plan,
                        .header_row = source->header_row > 0 ? source->header_row : 1,
                        .row = 1,
                        .last_end = NO_CHARACTER,
                        .err = err};
    (void)csv_init(&scan.parser, CSV_REPALL_NL); /* allocates nothing */
    csv_set_delim(&scan.parser, (unsigned char)(source->delimiter ? source->delimiter : ','));
    csv_set_space_func(&scan.parser, nothing_is_space);
    csv_set_realloc_func(&scan.parser, realloc);
    csv_set_free_func(&scan.parser, free);
    eg_buffer_init(&scan.bytes, 0);
    struct eg_gdal_errors caught;
    eg_gdal_catch_begin(&caught);
    VSILFILE *file = NULL;
    status = open_file(source, &file, err);
    if (status == EG_OK) status = scan_file(&scan, file, &caught);
    if (file) (void)VSIFCloseL(file);
    eg_gdal_catch_end();
    csv_free(&scan.parser);
    eg_buffer_clear(&scan.bytes);
    free(scan.spans);
    free(scan.slot_of);
    return status;
}
