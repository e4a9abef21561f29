/* Neighbourhoods as polygons, written as FlatGeobuf (the same bytes for the same county; a GeoPackage would hold the date).
 *
 * An area's border is the set of cell sides with the area on the left and something else on the right. Sides are linked into
 * rings by turning right wherever a corner offers a choice, so that a ring that would touch itself there comes out as rings
 * that touch one another, as valid polygons have it. An area is one piece, so the ring at its lowest corner is its shell. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "base/memory.h"
#include "data/gdal_setup.h"
#include "data/sample_parts.h"

struct corner {
    uint32_t x, y;
};

/* A side from one corner to the next, 0 east, 1 north, 2 west, 3 south; the area lies to its left. */
struct side {
    struct corner from;
    uint8_t direction;
    bool used;
};

static const int step_x[4] = {1, 0, -1, 0}, step_y[4] = {0, 1, 0, -1};

struct tracer {
    const struct eg_sample_land *land;
    uint32_t *cell_start; /* [n_areas + 1] into cells */
    uint32_t *cells;      /* by area */
    struct side *sides;   /* of the area at hand, by corner */
    size_t n_sides, sides_capacity;
    struct eg_sample_offset *offsets; /* of the lattice's corners */
};

struct spot {
    double x, y;
};

/* Where a corner lies, in cells. */
static struct spot corner_spot(const struct tracer *t, struct corner corner)
{
    struct eg_sample_offset offset = t->offsets[(size_t)corner.y * (t->land->width + 1u) + corner.x];
    return (struct spot){corner.x + (double)offset.x, corner.y + (double)offset.y};
}

static struct spot bend(struct spot a, struct spot b, double amount)
{
    return (struct spot){(a.x + b.x) / 2 - (b.y - a.y) * amount, (a.y + b.y) / 2 + (b.x - a.x) * amount};
}

/* The point between the two ends of a side, worked out from its south or west end, so that both areas that meet there find
 * the same. */
static struct spot bend_side(const struct tracer *t, const struct side *side)
{
    struct corner from = side->from;
    struct corner to = {(uint32_t)((int64_t)from.x + step_x[side->direction]),
                        (uint32_t)((int64_t)from.y + step_y[side->direction])};
    bool reversed = side->direction >= 2;
    struct corner low = reversed ? to : from, high = reversed ? from : to;
    uint64_t index = 2 * ((uint64_t)low.y * (t->land->width + 1u) + low.x) + side->direction % 2;
    return bend(corner_spot(t, low), corner_spot(t, high),
                EG_SAMPLE_BEND * (2 * eg_sample_uniform(t->land->seed, 95, index) - 1));
}

static void sort_cells(struct tracer *t)
{
    const struct eg_sample_land *land = t->land;
    size_t n = (size_t)land->width * land->height;
    for (size_t i = 0; i < n; i++)
        if (land->label[i] != EG_SAMPLE_SEA) t->cell_start[land->label[i] + 1]++;
    for (uint32_t a = 0; a < land->n_areas; a++) t->cell_start[a + 1] += t->cell_start[a];
    uint32_t n_land = t->cell_start[land->n_areas];
    for (size_t i = n; i-- > 0;)
        if (land->label[i] != EG_SAMPLE_SEA) t->cells[--t->cell_start[land->label[i] + 1]] = (uint32_t)i;
    /* Each area's end has moved down to its first cell, one place too far to the right. */
    memmove(t->cell_start, t->cell_start + 1, land->n_areas * sizeof *t->cell_start);
    t->cell_start[land->n_areas] = n_land;
}

static int by_corner(const void *left, const void *right)
{
    const struct side *a = left, *b = right;
    if (a->from.y != b->from.y) return a->from.y < b->from.y ? -1 : 1;
    if (a->from.x != b->from.x) return a->from.x < b->from.x ? -1 : 1;
    return (int)a->direction - (int)b->direction;
}

static bool collect_sides(struct tracer *t, uint32_t area)
{
    static const uint8_t corner_x[4] = {0, 1, 1, 0}, corner_y[4] = {0, 0, 1, 1};
    static const int beyond_x[4] = {0, 1, 0, -1}, beyond_y[4] = {-1, 0, 1, 0};
    t->n_sides = 0;
    for (uint32_t i = t->cell_start[area]; i < t->cell_start[area + 1]; i++) {
        uint32_t x = t->cells[i] % t->land->width, y = t->cells[i] / t->land->width;
        void *sides = t->sides;
        if (!eg_memory_reserve(&sides, &t->sides_capacity, t->n_sides + 4, sizeof *t->sides)) return false;
        t->sides = sides;
        for (uint8_t d = 0; d < 4; d++) {
            if (eg_sample_label(t->land, (int64_t)x + beyond_x[d], (int64_t)y + beyond_y[d]) == area)
                continue;
            t->sides[t->n_sides++] = (struct side){{x + corner_x[d], y + corner_y[d]}, d, false};
        }
    }
    qsort(t->sides, t->n_sides, sizeof *t->sides, by_corner);
    return true;
}

/* The unused side that goes on from the end of this one, the rightmost where there are two; NULL at the end of the ring. */
static struct side *next_side(struct tracer *t, const struct side *side)
{
    struct side key = {.from = {(uint32_t)((int64_t)side->from.x + step_x[side->direction]),
                                (uint32_t)((int64_t)side->from.y + step_y[side->direction])}};
    static const uint8_t turns[3] = {3, 0, 1}; /* right, straight on, left */
    for (size_t i = 0; i < EG_ARRAY_LEN(turns); i++) {
        key.direction = (uint8_t)((side->direction + turns[i]) % 4);
        struct side *found = bsearch(&key, t->sides, t->n_sides, sizeof key, by_corner);
        if (found && !found->used) return found;
    }
    return NULL;
}

static void add_spot(const struct tracer *t, OGRGeometryH ring, struct spot spot)
{
    double lon, lat;
    eg_sample_position(t->land, spot.x, spot.y, &lon, &lat);
    OGR_G_AddPoint_2D(ring, lon, lat);
}

static OGRGeometryH trace_ring(struct tracer *t, struct side *first)
{
    OGRGeometryH ring = OGR_G_CreateGeometry(wkbLinearRing);
    for (struct side *side = first; side; side = next_side(t, side)) {
        side->used = true;
        add_spot(t, ring, corner_spot(t, side->from));
        add_spot(t, ring, bend_side(t, side));
    }
    OGR_G_CloseRings(ring);
    return ring;
}

static OGRGeometryH trace_area(struct tracer *t, uint32_t area)
{
    if (!collect_sides(t, area)) return NULL;
    OGRGeometryH polygon = OGR_G_CreateGeometry(wkbPolygon);
    for (size_t i = 0; i < t->n_sides; i++)
        if (!t->sides[i].used) OGR_G_AddGeometryDirectly(polygon, trace_ring(t, &t->sides[i]));
    return polygon;
}

static enum eg_status add_feature(struct tracer *t, OGRLayerH layer, uint32_t area, struct eg_error *err)
{
    char text[48];
    OGRGeometryH polygon = trace_area(t, area);
    if (!polygon) return eg_error_no_memory(err, t->sides_capacity * 2 * sizeof *t->sides);
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(layer));
    eg_sample_area_code(area, text);
    OGR_F_SetFieldString(feature, 0, text);
    eg_sample_area_name(t->land, area, text);
    OGR_F_SetFieldString(feature, 1, text);
    eg_sample_district_code(t->land->areas[area].district, text);
    OGR_F_SetFieldString(feature, 2, text);
    eg_sample_district_name(t->land, t->land->areas[area].district, text);
    OGR_F_SetFieldString(feature, 3, text);
    OGR_F_SetGeometryDirectly(feature, polygon);
    bool fine = OGR_L_CreateFeature(layer, feature) == OGRERR_NONE;
    OGR_F_Destroy(feature);
    return fine ? EG_OK : eg_error_set(err, EG_IO, "a neighbourhood could not be written");
}

static OGRLayerH create_layer(GDALDatasetH dataset)
{
    static const char *const fields[] = {"code", "name", "district_code", "district_name"};
    OGRSpatialReferenceH wgs84 = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(wgs84, 4326);
    OSRSetAxisMappingStrategy(wgs84, OAMS_TRADITIONAL_GIS_ORDER);
    char **options = CSLSetNameValue(NULL, "SPATIAL_INDEX", "NO");
    OGRLayerH layer = GDALDatasetCreateLayer(dataset, "neighbourhoods", wgs84, wkbPolygon, options);
    CSLDestroy(options);
    OSRDestroySpatialReference(wgs84);
    for (size_t i = 0; layer && i < EG_ARRAY_LEN(fields); i++) {
        OGRFieldDefnH field = OGR_Fld_Create(fields[i], OFTString);
        OGR_L_CreateField(layer, field, TRUE);
        OGR_Fld_Destroy(field);
    }
    return layer;
}

/* The last bytes go to the disk while the dataset is being closed, and nobody tells whether they arrived; so count. */
static bool is_whole(const char *path, uint32_t n_areas)
{
    static const char *const drivers[] = {"FlatGeobuf", NULL};
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, drivers, NULL, NULL);
    OGRLayerH layer = dataset ? GDALDatasetGetLayer(dataset, 0) : NULL;
    uint32_t n = 0;
    for (OGRFeatureH feature; layer && (feature = OGR_L_GetNextFeature(layer)) != NULL; n++)
        OGR_F_Destroy(feature);
    if (dataset) GDALClose(dataset);
    return n == n_areas;
}

static enum eg_status write_features(struct tracer *t, const char *path, struct eg_error *err)
{
    GDALDriverH driver = GDALGetDriverByName("FlatGeobuf");
    if (!driver) return eg_error_set(err, EG_UNSUPPORTED, "this GDAL has no FlatGeobuf driver");
    GDALDatasetH dataset = GDALCreate(driver, path, 0, 0, 0, GDT_Unknown, NULL);
    OGRLayerH layer = dataset ? create_layer(dataset) : NULL;
    enum eg_status status = layer ? EG_OK : eg_error_set(err, EG_IO, "the file could not be made");
    for (uint32_t a = 0; status == EG_OK && a < t->land->n_areas; a++) status = add_feature(t, layer, a, err);
    if (dataset) GDALClose(dataset);
    if (status == EG_OK && !is_whole(path, t->land->n_areas))
        return eg_error_set(err, EG_IO, "its end could not be written; is the disk full?");
    return status;
}

static enum eg_status write_file(struct tracer *t, const char *folder, struct eg_error *err)
{
    char path[1100], part[1120];
    struct eg_gdal_errors errors;
    snprintf(path, sizeof path, "%s/neighbourhoods.fgb", folder);
    snprintf(part, sizeof part, "%s/neighbourhoods.part.fgb", folder);
    eg_gdal_setup();
    eg_gdal_catch_begin(&errors);
    (void)unlink(part);
    enum eg_status status = write_features(t, part, err);
    if (status == EG_OK && rename(part, path) != 0)
        status = eg_error_set(err, EG_IO, "could not be put in its place: %s", strerror(errno));
    if (status != EG_OK) (void)unlink(part);
    if (status == EG_IO && errors.n_failures > 0) eg_error_set(err, EG_IO, "%s", errors.message);
    if (status == EG_IO) eg_error_at(err, path, 0, 0);
    eg_gdal_catch_end();
    return status;
}

enum eg_status eg_sample_write_boundaries(const struct eg_sample_land *land, const char *folder,
                                          struct eg_error *err)
{
    struct tracer t = {.land = land};
    size_t n_cells = (size_t)land->width * land->height;
    t.cell_start = eg_memory_zeroed(land->n_areas + 1u, sizeof *t.cell_start);
    t.cells = eg_memory_array(n_cells, sizeof *t.cells);
    enum eg_status status = EG_OK;
    if (!t.cell_start || !t.cells) status = eg_error_no_memory(err, n_cells * sizeof *t.cells);
    if (status == EG_OK) status = eg_sample_corners_make(land, &t.offsets, err);
    if (status == EG_OK) {
        sort_cells(&t);
        status = write_file(&t, folder, err);
    }
    free(t.cell_start);
    free(t.cells);
    free(t.sides);
    free(t.offsets);
    return status;
}
