/* One pass over the source: a row becomes 16 bytes (a postcode) or 24 and its name; then postcodes are sorted, unless they came so, and
 * equal ones made one. */
#include "data/place_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "data/entries_internal.h"
#include "data/generation.h"
#include "data/postcode.h"
#include "data/table.h"

#define SHOWN_BYTES 60U

struct reader {
    const struct eg_atlas_place_table *spec;
    const struct eg_area_set *set;
    struct eg_arena *arena;
    struct eg_place_table *table;
    struct eg_place_report *report;
    size_t capacity;
    uint32_t n_cells, n_header; /* of the row at hand, where they differ */
    void *feature;              /* of the row at hand; NULL: its position stands in columns */
    struct eg_entry_shapes *shapes;
    struct eg_atlas_directory as_directory; /* what the reader of points knows the source by */
    char reason[EG_ENTRY_REASON_BYTES];     /* why the row at hand is none */
};

/* --- a row ----------------------------------------------------------------------------------------------------------- */

/* "the longitude 'x' is not a number" */
static void refuse(struct reader *reader, const char *before, struct eg_text cell, const char *after)
{
    if (!eg_text_is_utf8(cell)) (void)snprintf(reader->reason, sizeof reader->reason, "wrong UTF-8");
    else
        (void)snprintf(reader->reason, sizeof reader->reason, "%s '%.*s' %s", before,
                       EG_TEXT_SHOWN(cell, SHOWN_BYTES), after);
}

static bool read_degrees(struct reader *reader, struct eg_text cell, bool is_longitude, double *degrees_out)
{
    const char *what = is_longitude ? "the longitude" : "the latitude";
    bool is_number = eg_text_to_double(cell, degrees_out);
    bool is_there = is_number && fabs(*degrees_out) <= (is_longitude ? 180 : 90);
    if (!is_there) refuse(reader, what, cell, is_number ? "is out of range" : "is not a number");
    return is_there;
}

static struct eg_place_spot spot_at(double lon_deg, double lat_deg)
{
    return (struct eg_place_spot){(int32_t)lround(lon_deg / EG_PLACE_UNIT_DEG),
                                  (int32_t)lround(lat_deg / EG_PLACE_UNIT_DEG)};
}

/* False when the row says nothing of it, or, with a reason, something wrong. 0,0 stands for "unknown". */
static bool read_columns_spot(struct reader *reader, const struct eg_text *cells, struct eg_place_spot *spot)
{
    struct eg_text x = eg_text_trim(cells[1]);
    if (reader->set) {
        if (x.len == 0) return false;
        uint32_t area = eg_textmap_get(reader->set->by_code, x);
        if (area == EG_TEXTMAP_NONE) refuse(reader, "the area", x, "is not there");
        *spot = (struct eg_place_spot){(int32_t)area, 0};
        return area != EG_TEXTMAP_NONE;
    }
    struct eg_text y = eg_text_trim(cells[2]);
    double lon_deg = 0, lat_deg = 0;
    if (x.len == 0 && y.len == 0) return false;
    if (!read_degrees(reader, x, true, &lon_deg) || !read_degrees(reader, y, false, &lat_deg)) return false;
    *spot = spot_at(lon_deg, lat_deg);
    return lon_deg != 0 || lat_deg != 0;
}

static enum eg_status read_point(struct reader *reader, bool *has_out, struct eg_place_spot *spot,
                                 struct eg_error *err)
{
    struct eg_entry entry = {0};
    enum eg_status status = EG_OK;
    if (!reader->shapes)
        status = eg_entry_shapes_new(&reader->as_directory, reader->arena, &reader->shapes, err);
    if (status == EG_OK)
        status = eg_entry_shapes_read(reader->shapes, reader->feature, &entry, reader->reason, err);
    if (status != EG_OK) return status;
    *has_out = entry.has_position;
    *spot = spot_at(entry.lon_deg, entry.lat_deg);
    return EG_OK;
}

static enum eg_status add_postcode(struct reader *reader, struct eg_text name, struct eg_place_spot spot,
                                   struct eg_error *err)
{
    struct eg_place_table *table = reader->table;
    struct eg_postcode postcode;
    if (!eg_postcode_read(name, &postcode)) {
        refuse(reader, "the text", name, "is no postcode");
        return EG_OK;
    }
    uint32_t usual = eg_postcode_usual_gap(reader->spec->country, postcode.n);
    uint32_t gap = usual > 0 ? usual : postcode.gap;
    if (!table->gap_as && gap > 0) table->gap_as = postcode.gap_as;
    void *rows = table->postcodes;
    if (table->n == EG_POSTCODES_MAX) return eg_error_set(err, EG_LIMIT, "more than 20 million postcodes");
    if (!eg_memory_reserve(&rows, &reader->capacity, (size_t)table->n + 1, sizeof *table->postcodes))
        return eg_error_no_memory(err, sizeof *table->postcodes);
    table->postcodes = rows;
    table->postcodes[table->n++] =
        (struct eg_postcode_row){eg_postcode_key(&postcode, postcode.n, gap), spot};
    return EG_OK;
}

static enum eg_status add_place(struct reader *reader, struct eg_text name, struct eg_place_spot spot,
                                struct eg_error *err)
{
    struct eg_place_table *table = reader->table;
    void *rows = table->places;
    if (table->n == EG_PLACES_MAX) return eg_error_set(err, EG_LIMIT, "more than 2 million places");
    if (!eg_memory_reserve(&rows, &reader->capacity, (size_t)table->n + 1, sizeof *table->places))
        return eg_error_no_memory(err, sizeof *table->places);
    table->places = rows;
    struct eg_text kept = eg_text_copy(reader->arena, name);
    if (!kept.data) return eg_error_no_memory(err, name.len);
    table->places[table->n++] = (struct eg_place_row){kept, spot};
    return EG_OK;
}

static enum eg_status take_row(struct reader *reader, const struct eg_text *cells, bool *placed_out,
                               struct eg_error *err)
{
    struct eg_text name = eg_text_trim(cells[0]);
    struct eg_place_spot spot = {0, 0};
    enum eg_status status = EG_OK;
    *placed_out = true;
    if (reader->n_cells != reader->n_header) {
        (void)snprintf(reader->reason, sizeof reader->reason, "%u cells, the header has %u", reader->n_cells,
                       reader->n_header);
        return EG_OK;
    }
    if (name.len == 0) (void)snprintf(reader->reason, sizeof reader->reason, "it has no name");
    else if (!eg_text_is_utf8(name)) refuse(reader, "", name, "");
    if (reader->reason[0]) return EG_OK;
    if (reader->feature) status = read_point(reader, placed_out, &spot, err);
    else *placed_out = read_columns_spot(reader, cells, &spot);
    if (status != EG_OK || reader->reason[0] || !*placed_out) return status;
    return reader->spec->kind == EG_PLACE_POSTCODE ? add_postcode(reader, name, spot, err)
                                                   : add_place(reader, name, spot, err);
}

static enum eg_status on_row(void *context, uint32_t row, const struct eg_text *cells, struct eg_error *err)
{
    struct reader *reader = context;
    bool is_placed = true;
    reader->reason[0] = '\0';
    enum eg_status status = take_row(reader, cells, &is_placed, err);
    reader->n_cells = reader->n_header;
    if (status != EG_OK) return status;
    if (!reader->reason[0]) {
        reader->report->n_without_position += !is_placed;
        return EG_OK;
    }
    uint32_t n = reader->report->n_rejected++;
    if (n >= EG_PLACE_SAMPLES) return EG_OK;
    reader->report->rejected[n] = eg_text_format(reader->arena, "row %u: %s", row, reader->reason);
    return reader->report->rejected[n].data ? EG_OK : eg_error_no_memory(err, sizeof reader->reason);
}

static void on_feature(void *context, void *feature)
{
    ((struct reader *)context)->feature = feature;
}

static void on_misfit(void *context, uint32_t n_cells, uint32_t n_header)
{
    struct reader *reader = context;
    reader->n_cells = n_cells;
    reader->n_header = n_header;
}

/* --- all of them ----------------------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const struct eg_postcode_row *p = a, *q = b;
    if (p->key != q->key) return p->key < q->key ? -1 : 1;
    if (p->spot.x != q->spot.x) return p->spot.x < q->spot.x ? -1 : 1;
    return (p->spot.y > q->spot.y) - (p->spot.y < q->spot.y);
}

static bool is_sorted(const struct eg_place_table *table)
{
    for (uint32_t i = 1; i < table->n; i++)
        if (compare(&table->postcodes[i - 1], &table->postcodes[i]) > 0) return false;
    return true;
}

/* One place in the middle of those from `from` to `to`; of areas the first. */
static struct eg_place_spot middle(const struct eg_place_table *table, uint32_t from, uint32_t to)
{
    int64_t x = 0, y = 0;
    if (table->spec->code.data) return table->postcodes[from].spot;
    for (uint32_t i = from; i < to; i++) {
        x += table->postcodes[i].spot.x;
        y += table->postcodes[i].spot.y;
    }
    return (struct eg_place_spot){(int32_t)(x / (to - from)), (int32_t)(y / (to - from))};
}

static void make_unique(struct eg_place_table *table, struct eg_place_report *report)
{
    uint32_t n = 0;
    for (uint32_t from = 0, to; from < table->n; from = to) {
        for (to = from + 1; to < table->n && table->postcodes[to].key == table->postcodes[from].key;) to++;
        struct eg_postcode_row row = {table->postcodes[from].key, middle(table, from, to)};
        table->postcodes[n++] = row;
        report->n_repeated += to - from - 1;
    }
    table->n = n;
}

static void finish(struct reader *reader)
{
    struct eg_place_table *table = reader->table;
    void *rows = table->postcodes ? (void *)table->postcodes : (void *)table->places;
    if (table->postcodes) {
        if (!is_sorted(table)) qsort(table->postcodes, table->n, sizeof *table->postcodes, compare);
        make_unique(table, reader->report);
        eg_memory_shrink(&rows, table->n, sizeof *table->postcodes);
        table->postcodes = rows;
    } else if (table->places) {
        eg_memory_shrink(&rows, table->n, sizeof *table->places);
        table->places = rows;
    }
    if (!table->gap_as) table->gap_as = eg_text_equal(table->spec->country, EG_TEXT("US")) ? '-' : ' ';
    reader->report->n_places = table->n;
}

static enum eg_status read_rows(struct reader *reader, struct eg_error *err)
{
    const struct eg_atlas_place_table *spec = reader->spec;
    struct eg_text columns[3] = {spec->name};
    uint32_t n = 1;
    if (spec->code.data) columns[n++] = spec->code;
    if (spec->longitude.data) columns[n++] = spec->longitude;
    if (spec->latitude.data) columns[n++] = spec->latitude;
    char name[80];
    (void)snprintf(name, sizeof name, "places %.*s", EG_TEXT_SHOWN(spec->id, 64));
    struct eg_table_source source = {.name = eg_text_from(name),
                                     .path = spec->source,
                                     .layer = spec->layer,
                                     .filter_sql = spec->filter_sql,
                                     .delimiter = spec->delimiter,
                                     .encoding = spec->encoding,
                                     .filter = spec->filter,
                                     .n_filter = spec->n_filter,
                                     .any_bytes = true};
    struct eg_table_wish wish = {.columns = columns,
                                 .n_columns = n,
                                 .on_row = on_row,
                                 .context = reader,
                                 .on_feature = n == 1 ? on_feature : NULL,
                                 .on_misfit = on_misfit};
    struct eg_table_counts counts = {0};
    enum eg_status status = eg_table_read(&source, &wish, &counts, err);
    reader->report->n_rows = counts.n_rows;
    reader->report->n_filtered = counts.n_filtered;
    return status;
}

enum eg_status eg_place_table_read(const struct eg_atlas_place_table *spec, const struct eg_area_set *set,
                                   struct eg_arena *arena, struct eg_place_table *table_out,
                                   struct eg_place_report *report_out, struct eg_error *err)
{
    struct eg_place_table table = {.spec = spec};
    struct eg_place_report report = {0};
    struct reader reader = {.spec = spec,
                            .set = spec->code.data ? set : NULL,
                            .arena = arena,
                            .table = &table,
                            .report = &report,
                            .as_directory = {.id = spec->id, .title = spec->title, .source = spec->source}};
    enum eg_status status = read_rows(&reader, err);
    eg_entry_shapes_free(reader.shapes);
    if (status != EG_OK) {
        eg_place_table_clear(&table);
        return status;
    }
    finish(&reader);
    *table_out = table;
    *report_out = report;
    return EG_OK;
}

void eg_place_table_clear(struct eg_place_table *table)
{
    free(table->postcodes);
    free(table->places);
    *table = (struct eg_place_table){0};
}
