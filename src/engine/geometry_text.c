/* Vertices are brought to the CRS asked for, rounded, and those that have become equal to their neighbour left out. GeoJSON and WKT
 * differ in brackets alone. Digits are written by hand: a page of 1,000 areas has 100,000 numbers, and the C library's take three
 * times as long and look at the locale. */
#include "engine/geometry_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const struct eg_geometry_notation eg_geometry_geojson = {
    .point = "{\"type\":\"Point\",\"coordinates\":",
    .multipoint = "{\"type\":\"MultiPoint\",\"coordinates\":[",
    .polygon = "{\"type\":\"Polygon\",\"coordinates\":",
    .multipolygon = "{\"type\":\"MultiPolygon\",\"coordinates\":[",
    .end_point = "}",
    .end_multipoint = "]}",
    .end_polygon = "}",
    .end_multipolygon = "]}",
    .before_point = "",
    .after_point = "",
    .open = '[',
    .close = ']',
    .before = "[",
    .after = "]",
    .between = ',',
};

const struct eg_geometry_notation eg_geometry_multipolygons = {
    .polygon = "{\"type\":\"MultiPolygon\",\"coordinates\":[",
    .multipolygon = "{\"type\":\"MultiPolygon\",\"coordinates\":[",
    .end_polygon = "]}",
    .end_multipolygon = "]}",
    .open = '[',
    .close = ']',
    .before = "[",
    .after = "]",
    .between = ',',
};

const struct eg_geometry_notation eg_geometry_wkt = {
    .point = "POINT (",
    .multipoint = "MULTIPOINT (",
    .polygon = "POLYGON ",
    .multipolygon = "MULTIPOLYGON (",
    .end_point = ")",
    .end_multipoint = ")",
    .end_polygon = "",
    .end_multipolygon = ")",
    .before_point = "(",
    .after_point = ")",
    .open = '(',
    .close = ')',
    .before = "",
    .after = "",
    .between = ' ',
};

/* 12345678 with 7 decimals: "1.2345678"; without zeros at the end. */
static void write_fixed(struct eg_buffer *out, int64_t value, uint32_t decimals)
{
    char digits[32];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    bool any = false;
    for (uint32_t i = 0; i < decimals; i++, rest /= 10) {
        any |= rest % 10 != 0;
        if (any) digits[--at] = (char)('0' + rest % 10);
    }
    if (any) digits[--at] = '.';
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) digits[--at] = '-';
    eg_buffer_append(out, digits + at, sizeof digits - at);
}

static void write_position(const struct eg_geometry_writer *writer, const int64_t *xy,
                           const struct eg_geometry_notation *notation, struct eg_buffer *out)
{
    eg_buffer_literal(out, notation->before);
    write_fixed(out, xy[writer->swap ? 1 : 0], writer->decimals);
    eg_buffer_char(out, notation->between);
    write_fixed(out, xy[writer->swap ? 0 : 1], writer->decimals);
    eg_buffer_literal(out, notation->after);
}

/* From EPSG:3857, in place, to whole units of the last decimal. False when a point does not project. */
static bool round_points(struct eg_geometry_writer *writer, double *xy, size_t n, int64_t *rounded)
{
    if (writer->transform && eg_transform_points(writer->transform, xy, n) > 0) return false;
    for (size_t i = 0; i < n; i++) {
        double x = xy[2 * i], y = xy[2 * i + 1];
        if (!writer->transform && !writer->mercator) eg_mercator_inverse(x, y, &x, &y);
        if (!(fabs(x) < 1e9 && fabs(y) < 1e9)) return false;
        rounded[2 * i] = llround(x * (double)writer->scale);
        rounded[2 * i + 1] = llround(y * (double)writer->scale);
    }
    return true;
}

/* Leaves out points that are equal to the one before; returns how many remain. */
static size_t drop_equal(int64_t *ring, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const int64_t *last = ring + 2 * (kept > 0 ? kept - 1 : 0);
        if (kept > 0 && last[0] == ring[2 * i] && last[1] == ring[2 * i + 1]) continue;
        memmove(ring + 2 * kept, ring + 2 * i, 2 * sizeof *ring);
        kept++;
    }
    while (kept > 1 && ring[0] == ring[2 * kept - 2] && ring[1] == ring[2 * kept - 1]) kept--;
    return kept;
}

/* --- polygons ------------------------------------------------------------------------------------------------------ */

struct job {
    struct eg_geometry_writer *writer;
    const struct eg_shape *shape;
    const struct eg_geometry_notation *notation;
    struct eg_buffer *out;
    bool projects;
};

static enum eg_status load_ring(struct job *job, uint32_t r, size_t *n_out, struct eg_error *err)
{
    struct eg_geometry_writer *writer = job->writer;
    const struct eg_shape *shape = job->shape;
    size_t n = shape->ring_start[r + 1] - shape->ring_start[r];
    if (!eg_memory_reserve((void **)&writer->xy, &writer->xy_capacity, 2 * n, sizeof *writer->xy) ||
        !eg_memory_reserve((void **)&writer->ring, &writer->ring_capacity, 2 * n, sizeof *writer->ring))
        return eg_error_no_memory(err, 2 * n * sizeof *writer->xy);
    for (size_t i = 0; i < n; i++) {
        struct eg_point p = shape->points[shape->ring_start[r] + i];
        writer->xy[2 * i] = p.x * writer->unit;
        writer->xy[2 * i + 1] = p.y * writer->unit;
    }
    job->projects &= round_points(writer, writer->xy, n, writer->ring);
    *n_out = job->projects ? drop_equal(writer->ring, n) : 0;
    return EG_OK;
}

static void write_ring(const struct job *job, size_t n)
{
    const int64_t *ring = job->writer->ring;
    eg_buffer_char(job->out, job->notation->open);
    for (size_t i = 0; i <= n; i++) {
        if (i > 0) eg_buffer_char(job->out, ',');
        write_position(job->writer, ring + 2 * (i < n ? i : 0), job->notation, job->out);
    }
    eg_buffer_char(job->out, job->notation->close);
}

/* A polygon whose shell has become nothing by rounding is left out, and so is such a hole. */
static enum eg_status write_polygon(struct job *job, uint32_t p, bool *written_out, struct eg_error *err)
{
    const struct eg_shape *shape = job->shape;
    bool has_shell = false;
    enum eg_status status = EG_OK;
    for (uint32_t r = shape->polygon_start[p]; r < shape->polygon_start[p + 1] && status == EG_OK; r++) {
        size_t n = 0;
        status = load_ring(job, r, &n, err);
        if (n < 3 && !has_shell) break;
        if (n < 3) continue;
        eg_buffer_char(job->out, has_shell ? ',' : job->notation->open);
        has_shell = true;
        write_ring(job, n);
    }
    if (has_shell) eg_buffer_char(job->out, job->notation->close);
    *written_out = has_shell;
    return status;
}

enum eg_status eg_geometry_write_shape(struct eg_geometry_writer *writer, const struct eg_shape *shape,
                                       const struct eg_geometry_notation *notation, struct eg_buffer *out,
                                       bool *has_out, struct eg_error *err)
{
    struct job job = {writer, shape, notation, out, true};
    uint32_t n_written = 0;
    bool several = shape->n_polygons > 1;
    size_t begin = out->len;
    enum eg_status status = EG_OK;
    eg_buffer_literal(out, several ? notation->multipolygon : notation->polygon);
    for (uint32_t p = 0; p < shape->n_polygons && status == EG_OK; p++) {
        size_t before = out->len;
        bool written = false;
        if (n_written > 0) eg_buffer_char(out, ',');
        status = write_polygon(&job, p, &written, err);
        if (written) n_written++;
        else out->len = before;
    }
    eg_buffer_literal(out, several ? notation->end_multipolygon : notation->end_polygon);
    if (status == EG_OK && out->failed) status = eg_error_no_memory(err, out->len);
    *has_out = n_written > 0 && job.projects;
    if (!*has_out) out->len = begin;
    return status;
}

static bool round_point(struct eg_geometry_writer *writer, const double *lonlat_deg, int64_t rounded[2])
{
    double xy[2] = {lonlat_deg[0], lonlat_deg[1]};
    bool is_degrees = !writer->transform && !writer->mercator;
    rounded[0] = llround(xy[0] * (double)writer->scale);
    rounded[1] = llround(xy[1] * (double)writer->scale);
    if (!is_degrees) eg_mercator_forward(lonlat_deg[0], lonlat_deg[1], &xy[0], &xy[1]);
    return is_degrees || round_points(writer, xy, 1, rounded);
}

bool eg_geometry_write_points(struct eg_geometry_writer *writer, const struct eg_geometry_points *points,
                              const struct eg_geometry_notation *notation, struct eg_buffer *out)
{
    bool many = points->is_multipoint;
    uint32_t n_written = 0;
    size_t begin = out->len;
    eg_buffer_literal(out, many ? notation->multipoint : notation->point);
    for (uint32_t i = 0; i < points->n && (many || n_written == 0); i++) {
        int64_t rounded[2];
        if (!round_point(writer, &points->lonlat_deg[2 * (size_t)i], rounded)) continue;
        if (n_written++ > 0) eg_buffer_char(out, ',');
        if (many) eg_buffer_literal(out, notation->before_point);
        write_position(writer, rounded, notation, out);
        if (many) eg_buffer_literal(out, notation->after_point);
    }
    eg_buffer_literal(out, many ? notation->end_multipoint : notation->end_point);
    if (n_written == 0) out->len = begin;
    return n_written > 0;
}

void eg_geometry_writer_clear(struct eg_geometry_writer *writer)
{
    free(writer->xy);
    free(writer->ring);
    writer->xy = NULL;
    writer->ring = NULL;
}
