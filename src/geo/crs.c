/* CRSs and transformations, over PROJ.
 *
 * PROJ offers several operations for most pairs of CRSs (nine from WGS 84 to the British National Grid) and, asked
 * naively, picks one per point, by what lies on the disk. Here the list is asked for as if every grid were installed, so
 * its order is that of PROJ's database alone; operations that use a grid are then passed over, and ballpark ones unless
 * nothing else is there; the first that is left serves every point. Ballpark means: PROJ knows no datum shift and uses
 * none, which may be hundreds of metres off.
 *
 * From longitude and latitude to EPSG:3857 most operations come down to the spherical formula, because the datum step is
 * null (WGS 84, ETRS89, NAD83). That is found by trying a few points: when PROJ and the formula agree within a micrometre
 * in all of them, the formula, ten times as fast, serves in its place. It also clamps the poles to the edge of the map,
 * where PROJ gives no answer, so that an area that reaches the pole keeps its picture. */
#include "geo/crs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <proj.h>

#include "base/memory.h"
#include "geo/crs_internal.h"

#define WGS84_A_M 6378137.0
#define DEFINITION_MAX_BYTES 65536 /* the longest WKT in EPSG has some 8,000 */
#define IDENTIFY_CONFIDENCE 90     /* of 100: PROJ's mark for "equal, apart from names" */
#define AGREE_M 1e-6               /* the formula stands in for PROJ within this */

struct eg_crs_context {
    PJ_CONTEXT *proj;
};

enum method { METHOD_PROJ, METHOD_SAME, METHOD_TO_MERCATOR, METHOD_FROM_MERCATOR };

struct eg_transform {
    PJ *operation; /* visible axis order on both sides */
    char *name;
    double accuracy_m;
    enum method method;
};

enum eg_status eg_crs_context_new(struct eg_crs_context **context_out, struct eg_error *err)
{
    struct eg_crs_context *context = eg_memory_zeroed(1, sizeof *context);
    if (!context) return eg_error_no_memory(err, sizeof *context);
    context->proj = proj_context_create();
    if (!context->proj) {
        free(context);
        return eg_error_no_memory(err, sizeof *context);
    }
    (void)proj_log_level(context->proj, PJ_LOG_NONE);
    (void)proj_context_set_enable_network(context->proj, 0);
    if (!proj_context_get_database_path(context->proj)) {
        eg_crs_context_free(context);
        return eg_error_set(
            err, EG_IO,
            "PROJ's database proj.db is not to be found; install the package proj-data or let "
            "PROJ_LIB name its folder");
    }
    *context_out = context;
    return EG_OK;
}

void eg_crs_context_free(struct eg_crs_context *context)
{
    if (!context) return;
    (void)proj_context_destroy(context->proj);
    free(context);
}

/* --- reading a definition ---------------------------------------------------------------------------------------- */

/* What may define a CRS: a name (see crs_id.c) or WKT. Not PROJ strings, which may name files and grids, nor bare names, which
 * PROJ matches by likeness. */
static PJ *create(PJ_CONTEXT *proj, const char *definition)
{
    struct eg_crs_id id;
    char name[EG_CRS_NAME_BYTES];
    if (eg_crs_parse(eg_text_from(definition), &id, NULL) == EG_OK) {
        eg_crs_write(&id, EG_CRS_CODE, name);
        return proj_create(proj, name);
    }
    bool may_be_wkt = definition[0] != '+' && strchr(definition, '[');
    return may_be_wkt ? proj_create(proj, definition) : NULL;
}

static enum eg_status unknown_crs(struct eg_text definition, struct eg_error *err)
{
    return eg_error_set(
        err, EG_INVALID,
        "PROJ %s knows no coordinate reference system \"%.*s\"; write an authority's code such as "
        "EPSG:27700 or OGC:CRS84, a URN, or WKT",
        proj_info().version, EG_TEXT_SHOWN(definition, 200));
}

/* A CRS that came as WKT is replaced by the authority's own where PROJ finds just one that is the same: operations are
 * listed by authority code, and an older WKT dialect writes other names. */
static PJ *identify(PJ_CONTEXT *proj, PJ *crs)
{
    if (proj_get_type(crs) == PJ_TYPE_BOUND_CRS || proj_get_id_code(crs, 0)) return crs;
    int *confidence = NULL;
    PJ_OBJ_LIST *candidates = proj_identify(proj, crs, NULL, NULL, &confidence);
    PJ *found = NULL;
    int n = candidates ? proj_list_get_count(candidates) : 0;
    bool certain = n > 0 && confidence[0] >= IDENTIFY_CONFIDENCE && (n == 1 || confidence[1] < confidence[0]);
    if (certain) found = proj_list_get(proj, candidates, 0);
    proj_int_list_destroy(confidence);
    proj_list_destroy(candidates);
    if (!found) return crs;
    (void)proj_destroy(crs);
    return found;
}

static bool is_two_dimensional(PJ_TYPE type)
{
    return type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS ||
           type == PJ_TYPE_PROJECTED_CRS || type == PJ_TYPE_COMPOUND_CRS || type == PJ_TYPE_BOUND_CRS;
}

static enum eg_status open_crs(struct eg_crs_context *context, struct eg_text definition, PJ **crs_out,
                               struct eg_error *err)
{
    if (definition.len == 0 || definition.len > DEFINITION_MAX_BYTES ||
        memchr(definition.data, 0, definition.len)) {
        return unknown_crs(definition, err);
    }
    char *text = eg_memory_array(definition.len + 1, 1);
    if (!text) return eg_error_no_memory(err, definition.len + 1);
    memcpy(text, definition.data, definition.len);
    text[definition.len] = '\0';
    PJ *crs = create(context->proj, text);
    free(text);
    if (!crs || !proj_is_crs(crs)) {
        (void)proj_destroy(crs);
        return unknown_crs(definition, err);
    }
    if (!is_two_dimensional(proj_get_type(crs))) {
        (void)eg_error_set(err, EG_INVALID,
                           "\"%.200s\" is no map's coordinate reference system (neither geographic nor "
                           "projected); name one such as EPSG:27700",
                           proj_get_name(crs));
        (void)proj_destroy(crs);
        return EG_INVALID;
    }
    *crs_out = identify(context->proj, crs);
    return EG_OK;
}

/* --- describing -------------------------------------------------------------------------------------------------- */

/* The horizontal CRS inside a compound or bound one. Takes the CRS over. */
static PJ *horizontal(PJ_CONTEXT *proj, PJ *crs)
{
    while (crs && (proj_get_type(crs) == PJ_TYPE_COMPOUND_CRS || proj_get_type(crs) == PJ_TYPE_BOUND_CRS)) {
        bool compound = proj_get_type(crs) == PJ_TYPE_COMPOUND_CRS;
        PJ *inner = compound ? proj_crs_get_sub_crs(proj, crs, 0) : proj_get_source_crs(proj, crs);
        (void)proj_destroy(crs);
        crs = inner;
    }
    return crs;
}

struct axis {
    char name[64], unit[32];
    double factor; /* from its unit to metres or radians */
};

static bool first_axis(PJ_CONTEXT *proj, const PJ *crs, struct axis *axis)
{
    const char *name = NULL, *unit = NULL;
    PJ *system = proj_crs_get_coordinate_system(proj, crs);
    bool found =
        system && proj_cs_get_axis_info(proj, system, 0, &name, NULL, NULL, &axis->factor, &unit, NULL, NULL);
    if (found) {
        (void)snprintf(axis->name, sizeof axis->name, "%s", name);
        (void)snprintf(axis->unit, sizeof axis->unit, "%s", unit ? unit : "");
    }
    (void)proj_destroy(system);
    return found;
}

/* PROJ turns the axes of a CRS into visible order: when that changes the first one, the authority has northing first. */
static bool describe_axes(PJ_CONTEXT *proj, const PJ *crs, struct eg_crs_info *info)
{
    struct axis official, visible;
    PJ *turned = proj_normalize_for_visualization(proj, crs);
    bool known = turned && first_axis(proj, crs, &official) && first_axis(proj, turned, &visible);
    (void)proj_destroy(turned);
    if (!known) return false;
    PJ_TYPE type = proj_get_type(crs);
    info->northing_first = strcmp(official.name, visible.name) != 0;
    (void)snprintf(info->unit, sizeof info->unit, "%s", visible.unit);
    info->geographic = type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS;
    info->metres_per_unit = info->geographic ? visible.factor * WGS84_A_M : visible.factor;
    return true;
}

/* Cuts a name that is too long between two characters. */
static void copy_area_name(const char *name, char *out, size_t room)
{
    size_t n = name ? strlen(name) : 0;
    if (n >= room) n = room - 1;
    while (name && n > 0 && ((unsigned char)name[n] & 0xC0) == 0x80) n--;
    if (n > 0) memcpy(out, name, n);
    out[n] = '\0';
}

static void describe_area(PJ_CONTEXT *proj, const PJ *crs, struct eg_crs_info *info)
{
    const char *name = NULL;
    struct eg_bounds area;
    bool found = proj_get_area_of_use(proj, crs, &area.min_x, &area.min_y, &area.max_x, &area.max_y, &name);
    info->has_area = found && area.min_x >= -180 && area.max_x <= 180; /* PROJ says -1000 for not known */
    if (!info->has_area) return;
    info->area_deg = area;
    copy_area_name(name, info->area_name, sizeof info->area_name);
}

enum eg_status eg_crs_describe(struct eg_crs_context *context, struct eg_text definition,
                               struct eg_crs_info *info_out, struct eg_error *err)
{
    PJ *crs = NULL;
    struct eg_crs_info info = {0};
    enum eg_status status = open_crs(context, definition, &crs, err);
    if (status != EG_OK) return status;
    const char *authority = proj_get_id_auth_name(crs, 0);
    const char *code = proj_get_id_code(crs, 0);
    if (authority && code) (void)snprintf(info.id, sizeof info.id, "%s:%s", authority, code);
    const char *name = proj_get_name(crs);
    (void)snprintf(info.name, sizeof info.name, "%s", name ? name : "");
    describe_area(context->proj, crs, &info);
    crs = horizontal(context->proj, crs);
    bool known = crs && describe_axes(context->proj, crs, &info);
    (void)proj_destroy(crs);
    if (!known) return unknown_crs(definition, err);
    *info_out = info;
    return EG_OK;
}

/* --- choosing the operation -------------------------------------------------------------------------------------- */

static bool step_has_code(const PJ *step, const char *operation)
{
    const char *authority =
        proj_get_id_auth_name(step, 0); /* "EPSG", "INVERSE(EPSG)", "DERIVED_FROM(EPSG)" */
    const char *code = proj_get_id_code(step, 0);
    const char *colon = strchr(operation, ':');
    if (!authority || !code || !colon || strcmp(code, colon + 1) != 0) return false;
    char asked[64];
    (void)snprintf(asked, sizeof asked, "%.*s", (int)(colon - operation), operation);
    return strstr(authority, asked) != NULL;
}

/* Whether the operation or one of its steps is the one that was asked for. */
static bool has_code(PJ_CONTEXT *proj, const PJ *candidate, const char *operation)
{
    if (proj_get_type(candidate) != PJ_TYPE_CONCATENATED_OPERATION)
        return step_has_code(candidate, operation);
    bool found = false;
    int n = proj_concatoperation_get_step_count(proj, candidate);
    for (int i = 0; i < n && !found; i++) {
        PJ *step = proj_concatoperation_get_step(proj, candidate, i);
        found = step && step_has_code(step, operation);
        (void)proj_destroy(step);
    }
    return found;
}

/* 0: not to be used; otherwise the higher the better. */
static int rate(PJ_CONTEXT *proj, const PJ *candidate, const char *operation)
{
    if (!proj_coordoperation_is_instantiable(proj, candidate))
        return 0; /* needs a grid that is not installed */
    if (operation[0]) return has_code(proj, candidate, operation) ? 2 : 0;
    if (proj_coordoperation_get_grid_used_count(proj, candidate) > 0) return 0;
    return proj_coordoperation_has_ballpark_transformation(proj, candidate) ? 1 : 2;
}

/* The first operation of the highest rating, NULL when there is none. */
static PJ *choose(PJ_CONTEXT *proj, const PJ_OBJ_LIST *list, const char *operation)
{
    PJ *best = NULL;
    int best_rating = 0;
    int n = list ? proj_list_get_count(list) : 0;
    for (int i = 0; i < n && best_rating < 2; i++) {
        PJ *candidate = proj_list_get(proj, list, i);
        int rating = candidate ? rate(proj, candidate, operation) : 0;
        if (rating > best_rating) {
            (void)proj_destroy(best);
            best = candidate;
            best_rating = rating;
        } else {
            (void)proj_destroy(candidate);
        }
    }
    return best;
}

static PJ *find_operation(PJ_CONTEXT *proj, const PJ *from, const PJ *to, const char *operation)
{
    PJ_OPERATION_FACTORY_CONTEXT *factory = proj_create_operation_factory_context(proj, NULL);
    if (!factory) return NULL;
    proj_operation_factory_context_set_spatial_criterion(proj, factory,
                                                         PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION);
    proj_operation_factory_context_set_grid_availability_use(proj, factory, PROJ_GRID_AVAILABILITY_IGNORED);
    proj_operation_factory_context_set_allow_ballpark_transformations(proj, factory, 1);
    proj_operation_factory_context_set_discard_superseded(proj, factory, operation[0] == '\0');
    PJ_OBJ_LIST *list = proj_create_operations(proj, from, to, factory);
    PJ *chosen = choose(proj, list, operation);
    proj_list_destroy(list);
    proj_operation_factory_context_destroy(factory);
    return chosen;
}

/* --- transforming ------------------------------------------------------------------------------------------------ */

/* Whether PROJ and the formula agree, in both axes, wherever they are asked. */
static bool agrees(PJ *operation, enum method method)
{
    static const double probe[][2] = {{0, 0},         {-0.1275, 51.507}, {-71.0589, 42.3601}, {179.9, -16.5},
                                      {-179.9, 65},   {151.2, -33.9},    {24.9, 80},          {-68.3, -80},
                                      {-157.9, 21.3}, {77.2, 28.6},      {18.4, -33.9},       {-58.4, -34.6}};
    for (size_t i = 0; i < EG_ARRAY_LEN(probe); i++) {
        double x;
        double y;
        eg_mercator_forward(probe[i][0], probe[i][1], &x, &y);
        PJ_DIRECTION direction = method == METHOD_TO_MERCATOR ? PJ_FWD : PJ_INV;
        PJ_COORD got = proj_trans(operation, direction, proj_coord(probe[i][0], probe[i][1], 0, 0));
        if (!(fabs(got.xy.x - x) <= AGREE_M && fabs(got.xy.y - y) <= AGREE_M)) return false;
    }
    return true;
}

static enum method method_of(PJ_CONTEXT *proj, PJ *operation)
{
    enum method method = METHOD_PROJ;
    if (proj_coordoperation_get_grid_used_count(proj, operation) > 0) return METHOD_PROJ;
    if (agrees(operation, METHOD_TO_MERCATOR)) {
        method = METHOD_TO_MERCATOR;
    } else if (agrees(operation, METHOD_FROM_MERCATOR)) {
        method = METHOD_FROM_MERCATOR;
    }
    (void)proj_errno_reset(operation); /* of probes that do not project */
    return method;
}

static double accuracy_of(PJ_CONTEXT *proj, const PJ *operation)
{
    double accuracy_m = proj_coordoperation_get_accuracy(proj, operation);
    if (accuracy_m < 0 && proj_get_type(operation) == PJ_TYPE_CONVERSION) return 0; /* exact by definition */
    return accuracy_m;
}

static bool set_name(struct eg_transform *transform, const char *name)
{
    size_t len = name ? strlen(name) : 0;
    transform->name = eg_memory_zeroed(len + 1, 1);
    if (transform->name && len > 0) memcpy(transform->name, name, len);
    return transform->name != NULL;
}

/* Finds out what serves this pair, and fills the transform. EG_NO_MEMORY or EG_UNSUPPORTED, without a message. */
static enum eg_status prepare(struct eg_transform *transform, PJ_CONTEXT *proj, const PJ *from, const PJ *to,
                              const char *operation)
{
    if (!operation[0] &&
        proj_is_equivalent_to_with_ctx(proj, from, to, PJ_COMP_EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS)) {
        transform->method = METHOD_SAME;
        return set_name(transform, "same coordinate reference system") ? EG_OK : EG_NO_MEMORY;
    }
    PJ *chosen = find_operation(proj, from, to, operation);
    if (!chosen) return EG_UNSUPPORTED;
    transform->accuracy_m = accuracy_of(proj, chosen);
    transform->operation = proj_normalize_for_visualization(proj, chosen);
    bool named = set_name(transform, proj_get_name(chosen));
    (void)proj_destroy(chosen);
    if (!named) return EG_NO_MEMORY;
    if (!transform->operation) return EG_UNSUPPORTED;
    transform->method = method_of(proj, transform->operation);
    return EG_OK;
}

static enum eg_status no_operation(struct eg_text from, struct eg_text to, const char *operation,
                                   struct eg_error *err)
{
    if (operation[0]) {
        return eg_error_set(
            err, EG_UNSUPPORTED,
            "PROJ %s has no operation %s from %.*s to %.*s, or it needs a grid file that is not "
            "installed; leave the operation out to take the usual one",
            proj_info().version, operation, EG_TEXT_ARG(from), EG_TEXT_ARG(to));
    }
    return eg_error_set(
        err, EG_UNSUPPORTED,
        "PROJ %s has no operation from %.*s to %.*s that works without grid files; convert the data "
        "beforehand, for example with ogr2ogr",
        proj_info().version, EG_TEXT_ARG(from), EG_TEXT_ARG(to));
}

static enum eg_status copy_operation_code(struct eg_text operation, char code_out[64], struct eg_error *err)
{
    bool fits = operation.len < 64 && (operation.len == 0 || memchr(operation.data, ':', operation.len));
    if (!fits) {
        return eg_error_set(err, EG_INVALID, "\"%.*s\" is no operation's code; write it like EPSG:1314",
                            EG_TEXT_SHOWN(operation, 100));
    }
    (void)snprintf(code_out, 64, "%.*s", EG_TEXT_ARG(operation));
    return EG_OK;
}

enum eg_status eg_transform_new(struct eg_crs_context *context, struct eg_text from, struct eg_text to,
                                struct eg_text operation, struct eg_transform **transform_out,
                                struct eg_error *err)
{
    char code[64];
    PJ *source = NULL;
    PJ *target = NULL;
    struct eg_transform *transform = NULL;
    enum eg_status status = copy_operation_code(operation, code, err);
    if (status == EG_OK) status = open_crs(context, from, &source, err);
    if (status == EG_OK) status = open_crs(context, to, &target, err);
    if (status != EG_OK) goto done;
    transform = eg_memory_zeroed(1, sizeof *transform);
    status = transform ? prepare(transform, context->proj, source, target, code) : EG_NO_MEMORY;
    if (status == EG_NO_MEMORY) (void)eg_error_no_memory(err, sizeof *transform);
    if (status == EG_UNSUPPORTED) (void)no_operation(from, to, code, err);
    if (status != EG_OK) goto done;
    *transform_out = transform;
    transform = NULL;
done:
    eg_transform_free(transform);
    (void)proj_destroy(source);
    (void)proj_destroy(target);
    return status;
}

void eg_transform_free(struct eg_transform *transform)
{
    if (!transform) return;
    (void)proj_destroy(transform->operation);
    free(transform->name);
    free(transform);
}

const char *eg_transform_name(const struct eg_transform *transform)
{
    return transform->name;
}

double eg_transform_accuracy_m(const struct eg_transform *transform)
{
    return transform->accuracy_m;
}

/* Gives every point that did not project the same mark; returns how many there are. */
static size_t mark_failures(double *xy, size_t n)
{
    size_t n_failed = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(xy[2 * i]) && isfinite(xy[2 * i + 1])) continue;
        xy[2 * i] = HUGE_VAL;
        xy[2 * i + 1] = HUGE_VAL;
        n_failed++;
    }
    return n_failed;
}

static void from_mercator(double *xy, size_t n)
{
    for (size_t i = 0; i < n; i++) eg_mercator_inverse(xy[2 * i], xy[2 * i + 1], &xy[2 * i], &xy[2 * i + 1]);
}

static size_t run(struct eg_transform *transform, bool backwards, double *xy, size_t n)
{
    const size_t stride = 2 * sizeof *xy;
    switch (transform->method) {
    case METHOD_SAME:
        break;
    case METHOD_TO_MERCATOR:
        (backwards ? from_mercator : eg_mercator_forward_points)(xy, n);
        break;
    case METHOD_FROM_MERCATOR:
        (backwards ? eg_mercator_forward_points : from_mercator)(xy, n);
        break;
    case METHOD_PROJ:
        (void)proj_trans_generic(transform->operation, backwards ? PJ_INV : PJ_FWD, xy, stride, n, xy + 1,
                                 stride, n, NULL, 0, 0, NULL, 0, 0);
        (void)proj_errno_reset(transform->operation);
        break;
    }
    return mark_failures(xy, n);
}

size_t eg_transform_points(struct eg_transform *transform, double *xy, size_t n)
{
    return run(transform, false, xy, n);
}

size_t eg_transform_points_inverse(struct eg_transform *transform, double *xy, size_t n)
{
    return run(transform, true, xy, n);
}
