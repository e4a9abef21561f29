/* libcsv in its strict mode. It calls back for every cell and every row; callbacks cannot stop it, so a failure is kept and what follows
 * ignored until the piece is through. Lines are counted by the line ends between rows and within cells; the two halves of CR LF are two row
 * ends to libcsv, and the second counts for nothing. */
#include "data/csv_rows.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <csv.h>

#include "base/buffer.h"
#include "base/csv.h"
#include "base/memory.h"

#define PIECE_BYTES ((size_t)64 * 1024)

struct span {
    size_t start, len;
};

struct scan {
    struct csv_parser parser;
    eg_csv_row_fn *on_row;
    void *context;
    struct eg_error *err;
    enum eg_status status;
    uint32_t line, row_line;
    bool after_cr; /* the byte before was a CR that ended a row */
    struct eg_buffer bytes;
    struct span *spans; /* [EG_CSV_COLUMNS_MAX] */
    struct eg_text *cells;
    uint32_t n;
};

/* --- rows ----------------------------------------------------------------------------------------------------------------------- */

static enum eg_status at_line(struct scan *scan, enum eg_status status)
{
    (void)eg_error_at(scan->err, NULL, scan->row_line, 0);
    return status;
}

static void on_cell(void *cell, size_t len, void *context)
{
    struct scan *scan = context;
    if (scan->status) return;
    if (scan->n == 0) scan->row_line = scan->line;
    const char *bytes = cell;
    for (size_t i = 0; i < len; i++)
        scan->line += bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == len || bytes[i + 1] != '\n'));
    scan->after_cr = false;
    if (scan->n >= EG_CSV_COLUMNS_MAX)
        scan->status =
            eg_error_set(scan->err, EG_LIMIT, "a row has more than %u columns", EG_CSV_COLUMNS_MAX);
    else if (len > EG_CSV_CELL_BYTES)
        scan->status = eg_error_set(scan->err, EG_LIMIT, "a cell has more than %u bytes", EG_CSV_CELL_BYTES);
    if (scan->status) {
        (void)at_line(scan, scan->status);
        return;
    }
    scan->spans[scan->n++] = (struct span){scan->bytes.len, len};
    eg_buffer_append(&scan->bytes, bytes, len);
}

static enum eg_status finish_row(struct scan *scan)
{
    bool empty = scan->n == 0 || (scan->n == 1 && scan->spans[0].len == 0);
    if (empty) return EG_OK;
    if (scan->bytes.failed) return eg_error_no_memory(scan->err, scan->bytes.capacity);
    for (uint32_t i = 0; i < scan->n; i++) {
        struct span span = scan->spans[i];
        char *cell = scan->bytes.data ? scan->bytes.data + span.start : NULL;
        scan->cells[i] = cell ? (struct eg_text){cell, eg_csv_unguard(cell, span.len)} : EG_TEXT("");
    }
    struct eg_csv_row row = {scan->row_line, scan->n, scan->cells};
    return scan->on_row(scan->context, &row, scan->err);
}

static void on_row_end(int character, void *context)
{
    struct scan *scan = context;
    if (scan->status) return;
    bool second_half = character == CSV_LF && scan->after_cr;
    scan->after_cr = character == CSV_CR;
    if (second_half) return;
    scan->status = finish_row(scan);
    scan->bytes.len = 0;
    scan->n = 0;
    scan->line++;
}

static int nothing_is_space(unsigned char c)
{
    (void)c;
    return 0;
}

static enum eg_status parse_piece(struct scan *scan, struct eg_text piece)
{
    size_t parsed = csv_parse(&scan->parser, piece.data, piece.len, on_cell, on_row_end, scan);
    if (scan->status) return scan->status;
    if (parsed < piece.len && csv_error(&scan->parser) != CSV_EPARSE)
        return eg_error_no_memory(scan->err, csv_get_buffer_size(&scan->parser));
    if (scan->n == 0) scan->row_line = scan->line;
    if (parsed < piece.len)
        return at_line(scan,
                       eg_error_set(scan->err, EG_INVALID,
                                    "a quotation mark stands within a cell: one in a text is written twice, "
                                    "and the text between two"));
    if (csv_get_buffer_size(&scan->parser) <= 2 * EG_CSV_CELL_BYTES) return EG_OK;
    return at_line(scan, eg_error_set(scan->err, EG_LIMIT,
                                      "a cell has more than %u bytes; is a quotation mark left open?",
                                      EG_CSV_CELL_BYTES));
}

static enum eg_status parse(struct scan *scan, struct eg_text csv)
{
    enum eg_status status = EG_OK;
    for (size_t at = 0; at < csv.len && status == EG_OK; at += PIECE_BYTES) {
        size_t left = csv.len - at;
        status = parse_piece(scan, (struct eg_text){csv.data + at, left < PIECE_BYTES ? left : PIECE_BYTES});
    }
    if (status != EG_OK) return status;
    if (csv_fini(&scan->parser, on_cell, on_row_end, scan) == 0) return scan->status;
    if (scan->n == 0) scan->row_line = scan->line;
    if (csv_error(&scan->parser) != CSV_EPARSE) return eg_error_no_memory(scan->err, 0);
    return at_line(scan, eg_error_set(scan->err, EG_INVALID, "the file ends within quotation marks"));
}

char eg_csv_separator(struct eg_text csv)
{
    static const char separators[] = {',', ';', '\t'};
    uint32_t n[sizeof separators] = {0};
    size_t most = 0;
    bool is_quoted = false, is_begun = false; /* lines before the header may be empty */
    for (size_t i = 0; i < csv.len; i++) {
        char c = csv.data[i];
        bool is_end = !is_quoted && (c == '\n' || c == '\r');
        if (is_end && is_begun) break;
        is_begun |= !is_end;
        if (c == '"') is_quoted = !is_quoted;
        for (size_t k = 0; k < sizeof separators && !is_quoted; k++) n[k] += c == separators[k];
    }
    for (size_t k = 1; k < sizeof separators; k++)
        if (n[k] > n[most]) most = k;
    return separators[most];
}

enum eg_status eg_csv_read(struct eg_text csv, char separator, eg_csv_row_fn *on_row, void *context,
                           struct eg_error *err)
{
    struct scan scan = {.on_row = on_row, .context = context, .err = err, .line = 1};
    if (eg_text_starts_with(csv, EG_TEXT("\xEF\xBB\xBF"))) csv = (struct eg_text){csv.data + 3, csv.len - 3};
    scan.spans = eg_memory_array(EG_CSV_COLUMNS_MAX, sizeof *scan.spans);
    scan.cells = eg_memory_array(EG_CSV_COLUMNS_MAX, sizeof *scan.cells);
    eg_buffer_init(&scan.bytes, 0);
    (void)csv_init(&scan.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL); /* allocates nothing */
    csv_set_delim(&scan.parser, (unsigned char)separator);
    csv_set_space_func(&scan.parser, nothing_is_space);
    csv_set_realloc_func(&scan.parser, realloc);
    csv_set_free_func(&scan.parser, free);
    enum eg_status status =
        scan.spans && scan.cells ? parse(&scan, csv) : eg_error_no_memory(err, EG_CSV_COLUMNS_MAX);
    csv_free(&scan.parser);
    eg_buffer_clear(&scan.bytes);
    free(scan.cells);
    free(scan.spans);
    return status;
}
