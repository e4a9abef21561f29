/* Tables, read once from top to bottom: CSV (also gzipped) through libcsv, anything else through OGR. Only the wanted columns
 * are handed over, as text; the file is never held whole. */
#ifndef EG_DATA_TABLE_H
#define EG_DATA_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "data/atlas.h"

#define EG_TABLE_CELL_BYTES_MAX (1U << 20)

/* Where a table is and how to read it. Absent texts and zeros mean the defaults of struct eg_atlas_table. */
struct eg_table_source {
    struct eg_text name; /* for messages: "table imd2019" */
    struct eg_text
        path; /* CSV when it ends in .csv, .tsv, .tab or .txt, or one of these and .gz; otherwise OGR */
    struct eg_text layer;      /* OGR only */
    struct eg_text filter_sql; /* OGR only: an attribute filter */
    char delimiter;            /* CSV only, default ',' */
    struct eg_text encoding;   /* CSV only, default UTF-8; any name that iconv knows */
    uint32_t header_row;       /* CSV only, from 1, default 1 */
    const struct eg_atlas_condition
        *filter; /* [n_filter], all must hold; blanks around a cell do not count */
    uint32_t n_filter;
    /* [n_markers]: the columns that they name must be there, but are not read for it; those without a column do not count */
    const struct eg_atlas_markers *markers;
    uint32_t n_markers;
    bool any_bytes; /* cells may hold wrong UTF-8: whoever reads the rows checks them */
};

/* One row. `row` counts as a spreadsheet does: the header row of a CSV file is row 1 (or header_row), an OGR table's first
 * row is 1. cells[n_columns] are valid UTF-8, as they stand in the file (blanks kept), and live until the call returns; a
 * cell that is missing at the end of a short row or NULL in a database is empty. Anything but EG_OK ends the reading. */
typedef enum eg_status eg_table_row_fn(void *context, uint32_t row, const struct eg_text *cells,
                                       struct eg_error *err);

/* Shows the OGRFeatureH of the row that comes next, geometry included; it lives until on_row returns. Called for the rows that
 * the filter leaves out too. */
typedef void eg_table_feature_fn(void *context, void *feature);

/* Says that the row that comes next has n_cells where the header has n_header: a comma within a number that nobody quoted, or a
 * cell left out, so that its cells may stand in the wrong columns. Empty cells after the last column are no fault, nor are
 * missing ones under columns without a name. Called only for rows that pass the filter. */
typedef void eg_table_misfit_fn(void *context, uint32_t n_cells, uint32_t n_header);

/* What is wanted of it: columns[n_columns] are names of the header, each any number of times. */
struct eg_table_wish {
    const struct eg_text *columns;
    uint32_t n_columns;
    eg_table_row_fn *on_row;
    void *context;
    eg_table_feature_fn *on_feature; /* OGR only; may be NULL, and no geometry is read then */
    eg_table_misfit_fn *on_misfit;   /* CSV only; may be NULL */
};

struct eg_table_counts {
    uint32_t n_rows;     /* read, header excluded */
    uint32_t n_filtered; /* of these, left out by the filter */
    uint32_t n_short;    /* of these, with fewer cells than the header names columns */
    uint32_t n_long;     /* of these, with something in a cell beyond the last column */
};

/* Calls on_row for every row that passes the filter, in the file's order. counts_out may be NULL. Errors name the source, file
 * and row: EG_NOT_FOUND for a missing file, EG_INVALID for an unknown or ambiguous column (with the nearest names), wrong
 * UTF-8, an open quotation mark; EG_LIMIT for a cell over EG_TABLE_CELL_BYTES_MAX; EG_IO for a broken archive. About 100 MB of
 * plain CSV a second. */
EG_MUST_CHECK enum eg_status eg_table_read(const struct eg_table_source *source,
                                           const struct eg_table_wish *wish,
                                           struct eg_table_counts *counts_out, struct eg_error *err);

/* The source that an atlas's table declares. */
struct eg_table_source eg_table_source_of(const struct eg_atlas_table *table);

#endif
