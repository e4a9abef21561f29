/* Deliberately not the product's own reader, so that a test of figures does not lean on it. */
#include "support/test_table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#define MOST_COLUMNS 128
#define LINE_BYTES 16384

/* Cuts the line into cells in place: ends them with NUL and drops the quotes around them. */
static size_t cut_line(char *line, char *cells[MOST_COLUMNS])
{
    line[strcspn(line, "\r\n")] = '\0';
    size_t n = 0;
    for (char *at = line; n < MOST_COLUMNS; at++) {
        bool quoted = *at == '"';
        if (quoted) at++;
        cells[n++] = at;
        at += strcspn(at, quoted ? "\"" : ",");
        if (quoted) {
            assert_int_equal(*at, '"');
            *at++ = '\0';
        }
        if (*at == '\0') break;
        assert_int_equal(*at, ',');
        *at = '\0';
    }
    return n;
}

static size_t find_column(char *cells[MOST_COLUMNS], size_t n_cells, const char *column)
{
    for (size_t i = 0; i < n_cells; i++)
        if (strcmp(cells[i], column) == 0) return i;
    fail_msg("no column %s", column);
    return 0;
}

static double read_cell(const char *cell)
{
    if (!cell[0]) return NAN;
    double value = 0;
    int used = 0;
    assert_int_equal(sscanf(cell, "%lf%n", &value, &used), 1);
    assert_int_equal(cell[used], '\0');
    return value;
}

double *eg_test_column(const char *path, const char *column, size_t *n_out)
{
    static const size_t most_rows = 1000000;
    char *line = malloc(LINE_BYTES);
    double *values = malloc(most_rows * sizeof *values);
    gzFile file = gzopen(path, "rb");
    assert_true(line && values && file);
    char *cells[MOST_COLUMNS];
    assert_non_null(gzgets(file, line, LINE_BYTES));
    size_t at = find_column(cells, cut_line(line, cells), column);
    size_t n = 0;
    while (gzgets(file, line, LINE_BYTES)) {
        assert_true(n < most_rows);
        assert_true(cut_line(line, cells) > at);
        values[n++] = read_cell(cells[at]);
    }
    (void)gzclose(file);
    free(line);
    *n_out = n;
    return values;
}
