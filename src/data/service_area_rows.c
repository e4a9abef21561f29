/* Nearly all services have one row, or none. Several polygons are united by GEOS, each made valid before (they may have been drawn in
 * QGIS), because even-odd rings of polygons that overlap would leave out what both have. */
#include "data/service_area_rows.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/memory.h"
#include "data/geojson_rings.h"
#include "data/geos.h"

#define DECIMALS 7

/* --- codes ---------------------------------------------------------------------------------------------------------------------- */

static uint32_t boundaries_of(const struct eg_atlas *atlas, const struct eg_record *row)
{
    for (uint32_t i = 0; i < atlas->n_boundaries; i++)
        if (eg_text_equal(atlas->boundaries[i].id, row->field[EG_SERVICE_AREA_BOUNDARIES])) return i;
    return EG_ATLAS_NONE;
}

static uint32_t add_codes(struct eg_text rest, struct eg_text *codes, uint32_t n)
{
    struct eg_text code;
    while (rest.len > 0) {
        rest = eg_text_cut(rest, ';', &code);
        code = eg_text_trim(code);
        if (code.len > 0) codes[n++] = code;
    }
    return n;
}

/* All codes of one set, from whichever rows. */
static enum eg_status read_set(const struct eg_entry_source *source, const struct eg_record *const *rows,
                               uint32_t n, struct eg_served_areas *served, struct eg_error *err)
{
    size_t most = 0;
    for (uint32_t i = 0; i < n; i++)
        if (boundaries_of(source->atlas, rows[i]) == served->boundaries)
            most += rows[i]->field[EG_SERVICE_AREA_AREA_CODES].len / 2 + 1;
    struct eg_text *codes = eg_arena_array(source->arena, most, sizeof *codes);
    if (!codes && most > 0) return eg_error_no_memory(err, most * sizeof *codes);
    for (uint32_t i = 0; i < n; i++)
        if (boundaries_of(source->atlas, rows[i]) == served->boundaries)
            served->n = add_codes(rows[i]->field[EG_SERVICE_AREA_AREA_CODES], codes, served->n);
    served->codes = codes;
    return EG_OK;
}

static bool is_listed(const struct eg_served_areas *sets, uint32_t n_sets, uint32_t boundaries)
{
    for (uint32_t s = 0; s < n_sets; s++)
        if (sets[s].boundaries == boundaries) return true;
    return false;
}

/* The set that is named first comes first, and none of the atlas's last. */
static enum eg_status read_codes(const struct eg_entry_source *source, const struct eg_record *const *rows,
                                 uint32_t n, struct eg_entry *entry, struct eg_error *err)
{
    struct eg_served_areas *sets = eg_arena_array(source->arena, n, sizeof *sets);
    uint32_t n_sets = 0;
    if (!sets) return eg_error_no_memory(err, n * sizeof *sets);
    for (uint32_t i = 0; i < 2 * n; i++) { /* once for those that are known, once for the others */
        const struct eg_record *row = rows[i % n];
        uint32_t boundaries = boundaries_of(source->atlas, row);
        bool counts =
            row->field[EG_SERVICE_AREA_AREA_CODES].len > 0 && (boundaries != EG_ATLAS_NONE) == (i < n);
        if (counts && !is_listed(sets, n_sets, boundaries))
            sets[n_sets++] = (struct eg_served_areas){.boundaries = boundaries};
    }
    enum eg_status status = EG_OK;
    for (uint32_t s = 0; s < n_sets && status == EG_OK; s++)
        status = read_set(source, rows, n, &sets[s], err);
    if (status != EG_OK || n_sets == 0) return status;
    entry->serves = sets[0].codes;
    entry->n_serves = sets[0].n;
    entry->serves_boundaries = sets[0].boundaries;
    entry->more_served = sets + 1;
    entry->n_more_served = n_sets - 1;
    return EG_OK;
}

/* --- polygons ------------------------------------------------------------------------------------------------------------------- */

static enum eg_status read_one(const struct eg_entry_source *source, struct eg_text extent,
                               struct eg_entry *entry, struct eg_error *err)
{
    struct eg_geojson_rings rings;
    enum eg_status status = eg_geojson_rings_read(extent, source->arena, &rings, err);
    if (status != EG_OK) {
        eg_error_field(err, "extent");
        return status;
    }
    entry->n_area_rings = rings.n_rings;
    entry->area_ring_start = rings.start;
    entry->area_lonlat = rings.lonlat;
    entry->area_geojson = extent;
    return EG_OK;
}

struct writing {
    struct eg_json *json;
    struct eg_json_value *coordinates, *polygon;
};

static double signed_area(const double *xy, size_t n)
{
    double sum = 0;
    for (size_t i = 0, k = n - 1; i < n; k = i++)
        sum += (xy[2 * k] - xy[0]) * xy[2 * i + 1] - (xy[2 * i] - xy[0]) * xy[2 * k + 1];
    return sum;
}

/* Shells run against the clock, holes with it, as RFC 7946 wants it. */
static enum eg_status write_ring(void *context, const double *xy, size_t n, bool is_hole,
                                 struct eg_error *err)
{
    struct writing *writing = context;
    (void)err;
    if (!is_hole) writing->polygon = eg_json_array(writing->json, writing->coordinates, NULL);
    struct eg_json_value *ring = eg_json_array(writing->json, writing->polygon, NULL);
    bool reversed = (signed_area(xy, n) > 0) == is_hole;
    for (size_t i = 0; i <= n; i++) {
        size_t at = reversed ? (n - i) % n : i % n;
        struct eg_json_value *position = eg_json_array(writing->json, ring, NULL);
        eg_json_decimal(writing->json, position, NULL, xy[2 * at], DECIMALS);
        eg_json_decimal(writing->json, position, NULL, xy[2 * at + 1], DECIMALS);
    }
    return EG_OK;
}

static enum eg_status write_union(struct eg_geos *geos, const struct GEOSGeom_t *whole,
                                  struct eg_arena *arena, struct eg_text *geojson_out, struct eg_error *err)
{
    struct writing writing = {.json = eg_json_new_object()};
    struct eg_buffer text;
    if (!writing.json) return eg_error_no_memory(err, 0);
    eg_buffer_init(&text, 0);
    struct eg_json_value *root = eg_json_root(writing.json);
    eg_json_cstring(writing.json, root, "type", "MultiPolygon");
    writing.coordinates = eg_json_array(writing.json, root, "coordinates");
    enum eg_status status = eg_geos_visit_rings(geos, whole, write_ring, &writing, err);
    if (status == EG_OK) status = eg_json_finish(writing.json, false, &text, err);
    if (status == EG_OK) *geojson_out = eg_text_copy(arena, (struct eg_text){text.data, text.len});
    if (status == EG_OK && !geojson_out->data) status = eg_error_no_memory(err, text.len);
    eg_json_free(writing.json);
    eg_buffer_clear(&text);
    return status;
}

static enum eg_status make_part(struct eg_geos *geos, struct eg_text extent, struct eg_arena *arena,
                                struct GEOSGeom_t **part_out, struct eg_error *err)
{
    struct eg_geojson_rings rings;
    enum eg_status status = eg_geojson_rings_read(extent, arena, &rings, err);
    if (status != EG_OK) {
        eg_error_field(err, "extent");
        return status;
    }
    struct eg_flat_polygons polygons = {rings.lonlat, rings.start, rings.polygon, rings.n_polygons};
    *part_out = eg_geos_multipolygon(geos, &polygons);
    if (*part_out) *part_out = eg_geos_make_valid(geos, *part_out, NULL, NULL, 0);
    return *part_out ? EG_OK : eg_geos_failure(geos, "making a polygon valid", err);
}

static enum eg_status unite(struct eg_geos *geos, const struct eg_entry_source *source,
                            const struct eg_text *extents, uint32_t n, struct eg_text *geojson_out,
                            struct eg_error *err)
{
    struct GEOSGeom_t **parts = eg_memory_zeroed(n, sizeof *parts), *whole = NULL;
    enum eg_status status = parts ? EG_OK : eg_error_no_memory(err, n * sizeof *parts);
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        status = make_part(geos, extents[i], source->arena, &parts[i], err);
    if (status == EG_OK) {
        whole = eg_geos_union(geos, parts, n);
        if (!whole) status = eg_geos_failure(geos, "uniting polygons", err);
    } else {
        for (uint32_t i = 0; parts && i < n; i++) eg_geos_destroy(geos, parts[i]);
    }
    if (status == EG_OK) status = write_union(geos, whole, source->arena, geojson_out, err);
    eg_geos_destroy(geos, whole);
    free(parts);
    return status;
}

static enum eg_status read_union(const struct eg_entry_source *source, const struct eg_text *extents,
                                 uint32_t n, struct eg_entry *entry, struct eg_error *err)
{
    struct eg_geos geos;
    struct eg_text geojson = {NULL, 0};
    enum eg_status status = eg_geos_open(&geos, err);
    if (status != EG_OK) return status;
    status = unite(&geos, source, extents, n, &geojson, err);
    eg_geos_close(&geos);
    return status == EG_OK ? read_one(source, geojson, entry, err) : status;
}

static enum eg_status read_polygons(const struct eg_entry_source *source, const struct eg_record *const *rows,
                                    uint32_t n, struct eg_entry *entry, struct eg_error *err)
{
    struct eg_text *extents = eg_arena_array(source->arena, n, sizeof *extents);
    uint32_t n_extents = 0;
    if (!extents) return eg_error_no_memory(err, n * sizeof *extents);
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_text *field = rows[i]->field;
        if (field[EG_SERVICE_AREA_EXTENT].len > 0 &&
            eg_text_equal(field[EG_SERVICE_AREA_EXTENT_TYPE], EG_TEXT("geojson")))
            extents[n_extents++] = field[EG_SERVICE_AREA_EXTENT];
    }
    if (n_extents == 0) return EG_OK;
    return n_extents == 1 ? read_one(source, extents[0], entry, err)
                          : read_union(source, extents, n_extents, entry, err);
}

enum eg_status eg_service_area_rows_read(const struct eg_entry_source *source,
                                         const struct eg_record *const *rows, uint32_t n,
                                         struct eg_entry *entry, struct eg_error *err)
{
    if (n == 0) return EG_OK;
    enum eg_status status = read_codes(source, rows, n, entry, err);
    return status == EG_OK ? read_polygons(source, rows, n, entry, err) : status;
}
