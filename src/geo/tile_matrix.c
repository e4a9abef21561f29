/* A dozen or two matrices a set, some kilobytes of JSON, read once while the atlas is loaded.
 *
 * Of the standard's members these are read: id, title, uri, crs (an address, or an object with one in "uri"),
 * wellKnownScaleSet and tileMatrices; others (orderedAxes, boundingBox, keywords ...) are left alone, as they follow from these
 * or say nothing about the ground. Point of origin and CRS are in the authority's axis order. */
#include "geo/tile_matrix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"

#define PIXEL_M 0.00028      /* of the standard's screen, that scale denominators are counted with */
#define SCALE_TOLERANCE 1e-4 /* relative: published sets are rounded, and degrees taken on various spheres */
#define FARTHEST 1e9         /* units of any CRS */
#define MOST_TILE_PX 4096U
#define MOST_TILES 2147483648.0 /* a side */
#define TOUCH_PX 1e-3

/* The document being read, and where in it. */
struct reading {
    const char *file;
    struct eg_error *err;
    char path[48]; /* of the object: "" or "tileMatrices[3]." */
};

static enum eg_status wrong(const struct reading *reading, enum eg_status status, const char *member,
                            const char *remedy)
{
    char field[64];
    (void)snprintf(field, sizeof field, "%.40s%.22s", reading->path, member);
    eg_error_set(reading->err, status, "%s: %s", field, remedy);
    eg_error_field(reading->err, field);
    (void)eg_error_at(reading->err, reading->file, 0, 0);
    return status;
}

static enum eg_status read_number(const struct reading *reading, const struct eg_json_value *object,
                                  const char *member, struct eg_bounds limits, double *number_out)
{
    double number;
    if (!eg_json_is_number(eg_json_get(object, member), &number))
        return wrong(reading, EG_INVALID, member, "expected a number");
    if (!(number >= limits.min_x)) return wrong(reading, EG_INVALID, member, "the number is too small");
    if (number > limits.max_x) return wrong(reading, EG_LIMIT, member, "the number is too large");
    *number_out = number;
    return EG_OK;
}

static enum eg_status read_count(const struct reading *reading, const struct eg_json_value *object,
                                 const char *member, double most, uint32_t *count_out)
{
    double number = 0;
    enum eg_status status = read_number(reading, object, member, (struct eg_bounds){1, 0, most, 0}, &number);
    if (status != EG_OK) return status;
    if (number != floor(number)) return wrong(reading, EG_INVALID, member, "expected a whole number");
    *count_out = (uint32_t)number;
    return EG_OK;
}

/* Copies a text that fits; an absent one is empty. */
static enum eg_status read_text(const struct reading *reading, const struct eg_json_value *object,
                                const char *member, char *room, size_t size)
{
    const struct eg_json_value *value = eg_json_get(object, member);
    struct eg_text text = {0};
    if (value && !eg_json_is_text(value, &text)) return wrong(reading, EG_INVALID, member, "expected a text");
    if (text.len >= size) return wrong(reading, EG_LIMIT, member, "the text is too long");
    if (text.len > 0) memcpy(room, text.data, text.len);
    room[text.len] = '\0';
    return EG_OK;
}

static enum eg_status read_id(const struct reading *reading, const struct eg_json_value *object, char *room,
                              size_t size)
{
    enum eg_status status = read_text(reading, object, "id", room, size);
    if (status != EG_OK) return status;
    for (const char *c = room; *c; c++) {
        bool fine = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                    strchr("._:-", *c);
        if (!fine)
            return wrong(reading, EG_INVALID, "id",
                         "an id has letters, digits, '.', '_', ':' and '-' only, as it stands in addresses");
    }
    return room[0] ? EG_OK : wrong(reading, EG_INVALID, "id", "expected a text that is not empty");
}

/* --- one matrix ------------------------------------------------------------------------------------------------------ */

static enum eg_status read_corner(const struct reading *reading, const struct eg_json_value *object,
                                  bool northing_first, struct eg_tile_matrix *matrix)
{
    const struct eg_json_value *point = eg_json_get(object, "pointOfOrigin");
    const struct eg_json_value *corner = eg_json_get(object, "cornerOfOrigin");
    double first, second;
    struct eg_text word = EG_TEXT("topLeft");
    if (corner && !eg_json_is_text(corner, &word))
        return wrong(reading, EG_INVALID, "cornerOfOrigin", "expected \"topLeft\"");
    if (!eg_text_equal(word, EG_TEXT("topLeft")))
        return wrong(reading, EG_UNSUPPORTED, "cornerOfOrigin",
                     "rows are counted from the top only; write \"topLeft\" and that corner");
    bool fine = eg_json_length(point) == 2 && eg_json_is_number(eg_json_at(point, 0), &first) &&
                eg_json_is_number(eg_json_at(point, 1), &second);
    if (!fine) return wrong(reading, EG_INVALID, "pointOfOrigin", "expected a list of two numbers");
    if (!(fabs(first) <= FARTHEST && fabs(second) <= FARTHEST))
        return wrong(reading, EG_INVALID, "pointOfOrigin", "the numbers must be between -1e9 and 1e9");
    matrix->left = northing_first ? second : first;
    matrix->top = northing_first ? first : second;
    return EG_OK;
}

static enum eg_status read_scale(const struct reading *reading, const struct eg_json_value *object,
                                 double metres_per_unit, struct eg_tile_matrix *matrix)
{
    static const struct eg_bounds limits = {1e-9, 0, 1e12, 0};
    enum eg_status status = read_number(reading, object, "cellSize", limits, &matrix->cell_size);
    if (status == EG_OK)
        status = read_number(reading, object, "scaleDenominator", limits, &matrix->scale_denominator);
    if (status != EG_OK) return status;
    double scale = matrix->cell_size * metres_per_unit / PIXEL_M;
    if (fabs(scale - matrix->scale_denominator) <= scale * SCALE_TOLERANCE) return EG_OK;
    return wrong(reading, EG_INVALID, "scaleDenominator",
                 "it does not fit cellSize; it is cellSize in metres divided by 0.00028");
}

static enum eg_status read_matrix(const struct reading *reading, const struct eg_json_value *object,
                                  const struct eg_crs_info *crs, struct eg_tile_matrix *matrix)
{
    enum eg_status status = read_id(reading, object, matrix->id, sizeof matrix->id);
    if (status == EG_OK && eg_json_length(eg_json_get(object, "variableMatrixWidths")) > 0)
        return wrong(reading, EG_UNSUPPORTED, "variableMatrixWidths",
                     "rows of fewer tiles are not supported; leave it out");
    if (status == EG_OK) status = read_scale(reading, object, crs->metres_per_unit, matrix);
    if (status == EG_OK) status = read_corner(reading, object, crs->northing_first, matrix);
    if (status == EG_OK) status = read_count(reading, object, "tileWidth", MOST_TILE_PX, &matrix->tile_width);
    if (status == EG_OK)
        status = read_count(reading, object, "tileHeight", MOST_TILE_PX, &matrix->tile_height);
    if (status == EG_OK)
        status = read_count(reading, object, "matrixWidth", MOST_TILES, &matrix->matrix_width);
    if (status == EG_OK)
        status = read_count(reading, object, "matrixHeight", MOST_TILES, &matrix->matrix_height);
    return status;
}

static enum eg_status read_matrices(struct reading *reading, const struct eg_json_value *root,
                                    const struct eg_crs_info *crs, struct eg_tile_matrix_set *set)
{
    const struct eg_json_value *list = eg_json_get(root, "tileMatrices");
    size_t n = eg_json_length(list);
    if (n == 0) return wrong(reading, EG_INVALID, "tileMatrices", "expected a list of at least one matrix");
    if (n > EG_TILE_MATRICES_MAX)
        return wrong(reading, EG_LIMIT, "tileMatrices", "a set may have 40 matrices");
    for (size_t i = 0; i < n; i++) {
        struct eg_tile_matrix *matrix = &set->matrices[i];
        (void)snprintf(reading->path, sizeof reading->path, "tileMatrices[%zu].", i);
        enum eg_status status = read_matrix(reading, eg_json_at(list, i), crs, matrix);
        if (status != EG_OK) return status;
        if (i > 0 && !(matrix->cell_size < matrix[-1].cell_size))
            return wrong(reading, EG_INVALID, "cellSize",
                         "matrices go from the coarsest to the finest; this one is not finer than the last");
        if (eg_tile_matrix_find(set, eg_text_from(matrix->id)) < i)
            return wrong(reading, EG_INVALID, "id", "two matrices have this id");
        set->n_matrices++;
    }
    reading->path[0] = '\0';
    return EG_OK;
}

/* --- the set --------------------------------------------------------------------------------------------------------- */

static enum eg_status read_crs(const struct reading *reading, struct eg_crs_context *proj,
                               const struct eg_json_value *root, struct eg_tile_matrix_set *set,
                               struct eg_crs_info *info)
{
    const struct eg_json_value *crs = eg_json_get(root, "crs");
    struct eg_text name;
    if (!eg_json_is_text(crs, &name) && !eg_json_is_text(eg_json_get(crs, "uri"), &name))
        return wrong(reading, EG_INVALID, "crs",
                     "expected an address such as http://www.opengis.net/def/crs/EPSG/0/27700");
    if (eg_crs_parse(name, &set->crs_id, NULL) != EG_OK)
        return wrong(reading, EG_INVALID, "crs", "this is no name of a coordinate reference system");
    eg_crs_write(&set->crs_id, EG_CRS_CODE, set->crs);
    eg_crs_write(&set->crs_id, EG_CRS_ADDRESS, set->crs_uri);
    enum eg_status status = eg_crs_describe(proj, eg_text_from(set->crs), info, reading->err);
    if (status == EG_INVALID)
        return wrong(reading, EG_INVALID, "crs", "PROJ does not know this coordinate reference system");
    if (status != EG_OK) return status;
    set->northing_first = info->northing_first;
    set->geographic = info->geographic;
    set->has_area = info->has_area;
    set->area_deg = info->area_deg;
    return EG_OK;
}

static enum eg_status read_set(struct reading *reading, struct eg_crs_context *proj,
                               const struct eg_json_value *root, struct eg_tile_matrix_set *set)
{
    struct eg_crs_info crs;
    enum eg_status status = read_id(reading, root, set->id, sizeof set->id);
    if (status == EG_OK) status = read_text(reading, root, "title", set->title, sizeof set->title);
    if (status == EG_OK) status = read_text(reading, root, "uri", set->uri, sizeof set->uri);
    if (status == EG_OK)
        status = read_text(reading, root, "wellKnownScaleSet", set->well_known_scale_set,
                           sizeof set->well_known_scale_set);
    if (status == EG_OK) status = read_crs(reading, proj, root, set, &crs);
    if (status == EG_OK) status = read_matrices(reading, root, &crs, set);
    if (status == EG_OK && !set->title[0]) memcpy(set->title, set->id, sizeof set->id);
    return status;
}

static enum eg_status keep_json(struct eg_text json, struct eg_tile_matrix_set *set, struct eg_error *err)
{
    char *copy = eg_memory_array(json.len + 1, 1);
    if (!copy) return eg_error_no_memory(err, json.len + 1);
    memcpy(copy, json.data, json.len);
    copy[json.len] = '\0';
    set->json = (struct eg_text){copy, json.len};
    return EG_OK;
}

enum eg_status eg_tile_matrix_set_parse(struct eg_crs_context *proj, struct eg_text json, const char *file,
                                        struct eg_tile_matrix_set **set_out, struct eg_error *err)
{
    struct eg_json *document = NULL;
    struct reading reading = {.file = file, .err = err};
    enum eg_status status = eg_json_parse(json, &document, err);
    if (status != EG_OK) {
        if (err) eg_error_at(err, file, err->line, err->column);
        return status;
    }
    struct eg_tile_matrix_set *set = eg_memory_zeroed(1, sizeof *set);
    if (!set) status = eg_error_no_memory(err, sizeof *set);
    if (status == EG_OK) status = read_set(&reading, proj, eg_json_root(document), set);
    if (status == EG_OK) status = keep_json(json, set, err);
    eg_json_free(document);
    if (status != EG_OK) {
        eg_tile_matrix_set_free(set);
        return status;
    }
    *set_out = set;
    return EG_OK;
}

void eg_tile_matrix_set_free(struct eg_tile_matrix_set *set)
{
    if (!set) return;
    char *json = NULL; /* const for readers; this is the one place that frees it */
    memcpy(&json, &set->json.data, sizeof json);
    free(json);
    free(set);
}

/* --- ground ---------------------------------------------------------------------------------------------------------- */

uint32_t eg_tile_matrix_find(const struct eg_tile_matrix_set *set, struct eg_text id)
{
    for (uint32_t i = 0; i < set->n_matrices; i++)
        if (eg_text_equal(id, eg_text_from(set->matrices[i].id))) return i;
    return set->n_matrices;
}

struct eg_bounds eg_tile_matrix_bounds(const struct eg_tile_matrix *matrix, uint32_t column, uint32_t row)
{
    double width = matrix->cell_size * matrix->tile_width, height = matrix->cell_size * matrix->tile_height;
    return (struct eg_bounds){.min_x = matrix->left + column * width,
                              .min_y = matrix->top - (row + 1.0) * height,
                              .max_x = matrix->left + (column + 1.0) * width,
                              .max_y = matrix->top - row * height};
}

/* The tiles between two distances in pixels from the first; false when there is none. */
static bool span(double from_px, double to_px, uint32_t tile_px, uint32_t n_tiles, uint32_t *min_out,
                 uint32_t *max_out)
{
    double least = floor((from_px + TOUCH_PX) / tile_px), most = ceil((to_px - TOUCH_PX) / tile_px) - 1;
    if (!(most >= 0 && least < n_tiles && least <= most)) return false;
    *min_out = least > 0 ? (uint32_t)least : 0;
    *max_out = most < n_tiles ? (uint32_t)most : n_tiles - 1;
    return true;
}

struct eg_tile_range eg_tile_matrix_range(const struct eg_tile_matrix *matrix, struct eg_bounds bounds)
{
    struct eg_tile_range range = {0};
    double cell = matrix->cell_size;
    bool meets = span((bounds.min_x - matrix->left) / cell, (bounds.max_x - matrix->left) / cell,
                      matrix->tile_width, matrix->matrix_width, &range.min_column, &range.max_column) &&
                 span((matrix->top - bounds.max_y) / cell, (matrix->top - bounds.min_y) / cell,
                      matrix->tile_height, matrix->matrix_height, &range.min_row, &range.max_row);
    if (!meets) return (struct eg_tile_range){.empty = true};
    return range;
}
