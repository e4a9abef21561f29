/* Vector tiles: name -> key -> cache -> which areas -> their shapes near the tile -> clipped features with tags.
 *
 * Areas that meet the tile are those with an arc near it (the plane's index), and the one that lies around it, if no border
 * passes: found at its middle. England's neighbourhoods: some ten areas at zoom 14, 20,000 at zoom 6. */
#include "engine/vector_tile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "engine/crs_list.h"
#include "engine/describe.h"
#include "engine/engine_parts.h"
#include "engine/layer_parts.h"
#include "engine/projected.h"
#include "render/mvt.h"

#define NAMES_BYTES (1u << 20) /* of the properties: some 20 bytes each */
#define FARTHEST 1e9           /* units of any CRS */

/* Beside the keys of pictures in the same cache, from which `kind` tells it. */
struct vector_key {
    uint32_t subject, style, series; /* subject: a layer, or BOUNDARIES and a boundary set */
    uint32_t x, y;
    uint8_t z, set, unused, kind; /* kind 3 */
    uint64_t version;
};
_Static_assert(sizeof(struct vector_key) == EG_CACHE_KEY_BYTES, "a vector tile's key fills a cache key");
#define BOUNDARIES 0x80000000U
#define KIND 3

struct eg_vector_scratch {
    struct eg_mvt *mvt;
    struct eg_shape shape;
    uint32_t *arcs;  /* near the tile */
    uint64_t *marks; /* a bit for each area, all zero between tiles */
    size_t arcs_capacity, n_marks;
};

void eg_vector_scratch_free(struct eg_vector_scratch *scratch)
{
    if (!scratch) return;
    eg_mvt_free(scratch->mvt);
    eg_shape_clear(&scratch->shape);
    free(scratch->arcs);
    free(scratch->marks);
    free(scratch);
}

/* Room for a plane's arcs and areas; NULL when memory is refused. */
static struct eg_vector_scratch *scratch_for(struct eg_workspace *workspace, const struct eg_plane *plane)
{
    struct eg_vector_scratch *scratch = workspace->vector;
    if (!scratch) scratch = workspace->vector = eg_memory_zeroed(1, sizeof *scratch);
    if (!scratch) return NULL;
    if (!scratch->mvt) scratch->mvt = eg_mvt_new();
    if (!scratch->mvt || !eg_memory_reserve((void **)&scratch->arcs, &scratch->arcs_capacity, plane->n_arcs,
                                            sizeof *scratch->arcs))
        return NULL;
    size_t n_marks = (size_t)plane->n_areas / 64 + 1;
    if (n_marks <= scratch->n_marks) return scratch;
    free(scratch->marks);
    scratch->marks = eg_memory_zeroed(n_marks, sizeof *scratch->marks);
    scratch->n_marks = scratch->marks ? n_marks : 0;
    return scratch->marks ? scratch : NULL;
}

/* --- the request ---------------------------------------------------------------------------------------------------------- */

enum eg_status eg_vector_subject_find(const struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                      struct eg_vector_subject *subject_out, struct eg_error *err)
{
    struct eg_vector_subject subject = {.has_layer = true};
    const struct eg_atlas *atlas = snapshot->atlas;
    enum eg_status status = eg_layer_resolve(snapshot, name, &subject.ref, err);
    if (status == EG_OK) subject.boundaries = atlas->layers[subject.ref.layer].boundaries;
    bool bare = name->style.len == 0 && name->period.len == 0;
    for (uint32_t i = 0; status == EG_NOT_FOUND && bare && i < atlas->n_boundaries; i++) {
        if (!eg_text_equal(atlas->boundaries[i].id, name->layer)) continue;
        subject = (struct eg_vector_subject){.boundaries = i};
        status = EG_OK;
    }
    if (status == EG_OK) *subject_out = subject;
    return status;
}

/* Without the number: one that was too large for 32 bits is not what the client wrote. */
static enum eg_status out_of_range(struct eg_error *err, const char *field, uint32_t most)
{
    eg_error_set(err, EG_INVALID, "%s must be 0 to %u at this zoom", field, most);
    eg_error_field(err, field);
    return EG_INVALID;
}

static enum eg_status check_tile(const struct eg_vector_tile_request *request, struct eg_error *err)
{
    if (request->z > EG_VECTOR_MAX_ZOOM) {
        eg_error_set(err, EG_INVALID, "zoom must be 0 to %d", EG_VECTOR_MAX_ZOOM);
        eg_error_field(err, "z");
        return EG_INVALID;
    }
    uint32_t most = (UINT32_C(1) << request->z) - 1;
    if (request->x > most) return out_of_range(err, "x", most);
    if (request->y > most) return out_of_range(err, "y", most);
    return EG_OK;
}

static enum eg_status check_box(const struct eg_snapshot *snapshot,
                                const struct eg_vector_tile_request *request, struct eg_error *err)
{
    const struct eg_bounds *box = &request->bounds;
    const struct eg_crs_entry *entry;
    bool sound = box->min_x >= -FARTHEST && box->max_x <= FARTHEST && box->min_y >= -FARTHEST &&
                 box->max_y <= FARTHEST && box->min_x < box->max_x && box->min_y < box->max_y;
    if (sound) return eg_crs_list_resolve(snapshot->crs_list, request->crs, &entry, err);
    eg_error_set(err, EG_INVALID, "a tile's ground must be a box of four numbers between -1e9 and 1e9");
    eg_error_field(err, "bbox");
    return EG_INVALID;
}

/* --- which areas ---------------------------------------------------------------------------------------------------------- */

struct job {
    struct eg_engine *engine;
    struct eg_snapshot *snapshot;
    const struct eg_vector_tile_request *request;
    struct eg_vector_subject subject;
    const struct eg_plane *plane;
    const struct eg_shapes *shapes;
    struct eg_vector_scratch *scratch;
    struct eg_mvt_tile tile;
};

static const struct eg_area_set *areas_of(const struct job *job)
{
    return &job->snapshot->generation->area_sets[job->subject.boundaries];
}

/* The world is 2^32 units of the grid wide. */
static void place_tile(struct job *job)
{
    const struct eg_vector_tile_request *request = job->request;
    struct eg_mvt_tile *tile = &job->tile;
    if (request->set == 0) {
        tile->width = tile->height = ldexp(1, 32 - (int)request->z);
        tile->left = -ldexp(1, 31) + request->x * tile->width;
        tile->top = ldexp(1, 31) - request->y * tile->height;
        return;
    }
    double unit = job->plane->grid.unit;
    tile->left = request->bounds.min_x / unit;
    tile->top = request->bounds.max_y / unit;
    tile->width = (request->bounds.max_x - request->bounds.min_x) / unit;
    tile->height = (request->bounds.max_y - request->bounds.min_y) / unit;
}

static void mark(struct eg_vector_scratch *scratch, uint32_t area)
{
    if (area != EG_NO_AREA) scratch->marks[area / 64] |= UINT64_C(1) << (area % 64);
}

static void mark_areas(const struct job *job, struct eg_box box)
{
    const struct eg_plane *plane = job->plane;
    uint32_t n = eg_plane_query(plane, box, job->scratch->arcs);
    for (uint32_t i = 0; i < n; i++) {
        mark(job->scratch, plane->left[job->scratch->arcs[i]]);
        mark(job->scratch, plane->right[job->scratch->arcs[i]]);
    }
    struct eg_point middle = {(int32_t)(((int64_t)box.min_x + box.max_x) / 2),
                              (int32_t)(((int64_t)box.min_y + box.max_y) / 2)};
    mark(job->scratch, eg_plane_locate(plane, middle));
}

/* --- properties ----------------------------------------------------------------------------------------------------------- */

/* The three properties of one period. */
struct measure {
    const struct eg_series *series;
    const struct eg_layer_classes *classed; /* NULL: more categories than classes can be */
    uint32_t value, state, number;          /* keys */
};

struct properties {
    uint32_t code, name; /* keys */
    struct measure *measures;
    uint32_t n;
};

static enum eg_status name_measure(const struct job *job, struct eg_arena *arena, uint32_t series,
                                   struct eg_text period, struct measure *measure, struct eg_error *err)
{
    static const char *const names[3] = {"value", "state", "class"};
    uint32_t keys[3];
    for (uint32_t i = 0; i < 3; i++) {
        struct eg_text name =
            eg_text_format(arena, "%s%s%.*s", names[i], period.len > 0 ? "_" : "", EG_TEXT_ARG(period));
        if (!name.data) return eg_error_no_memory(err, NAMES_BYTES);
        keys[i] = eg_mvt_key(job->scratch->mvt, name);
    }
    *measure = (struct measure){.series = &job->snapshot->generation->series[series],
                                .value = keys[0],
                                .state = keys[1],
                                .number = keys[2]};
    struct eg_layer_ref ref = {job->subject.ref.layer, job->subject.ref.style, series};
    enum eg_status status = eg_layer_classify(job->snapshot, ref, &measure->classed, err);
    return status == EG_LIMIT ? EG_OK : status;
}

static enum eg_status name_properties(const struct job *job, struct eg_arena *arena,
                                      struct properties *properties, struct eg_error *err)
{
    *properties = (struct properties){.code = eg_mvt_key(job->scratch->mvt, EG_TEXT("code")),
                                      .name = eg_mvt_key(job->scratch->mvt, EG_TEXT("name"))};
    if (!job->subject.has_layer) return EG_OK;
    uint32_t first = 0, n = 0;
    eg_layer_series(job->snapshot, job->subject.ref.layer, &first, &n);
    properties->measures = eg_arena_array(arena, (size_t)n + 1, sizeof *properties->measures);
    if (!properties->measures) return eg_error_no_memory(err, n * sizeof *properties->measures);
    enum eg_status status = name_measure(job, arena, job->subject.ref.series, (struct eg_text){"", 0},
                                         &properties->measures[properties->n++], err);
    for (uint32_t i = first; status == EG_OK && i < first + n; i++)
        status = name_measure(job, arena, i, job->snapshot->generation->series[i].period.id,
                              &properties->measures[properties->n++], err);
    return status;
}

static void tag_measure(struct eg_mvt *mvt, const struct measure *measure, uint32_t area)
{
    const struct eg_series *series = measure->series;
    eg_mvt_tag_text(mvt, measure->state, eg_text_from(eg_state_name((enum eg_state)series->state[area])));
    if (!eg_state_has_value(series->state[area])) return;
    double value = series->value[area];
    if (!series->categories) eg_mvt_tag_number(mvt, measure->value, value);
    else if ((uint32_t)value < series->n_categories)
        eg_mvt_tag_text(mvt, measure->value, series->categories[(uint32_t)value]);
    uint32_t number = measure->classed ? eg_layer_class_of(measure->classed, series, area) : EG_CLASS_NONE;
    if (number != EG_CLASS_NONE) eg_mvt_tag_number(mvt, measure->number, number + 1);
}

static enum eg_status add_area(const struct job *job, const struct properties *properties, struct eg_box box,
                               uint32_t area, struct eg_error *err)
{
    struct eg_vector_scratch *scratch = job->scratch;
    uint32_t level = eg_plane_level_for(job->plane, fmin(job->tile.width, job->tile.height) / EG_VECTOR_PX);
    enum eg_status status = eg_shapes_area_near(job->shapes, area, level, box, &scratch->shape, err);
    if (status != EG_OK || !eg_mvt_feature(scratch->mvt, (uint64_t)area + 1, &scratch->shape)) return status;
    eg_mvt_tag_text(scratch->mvt, properties->code, areas_of(job)->codes[area]);
    eg_mvt_tag_text(scratch->mvt, properties->name, areas_of(job)->names[area]);
    for (uint32_t i = 0; i < properties->n; i++) tag_measure(scratch->mvt, &properties->measures[i], area);
    return EG_OK;
}

/* Areas in the order of their numbers, so that the same tile has the same bytes. Leaves no mark. */
static enum eg_status add_areas(const struct job *job, const struct properties *properties,
                                struct eg_error *err)
{
    struct eg_box box = eg_mvt_box(&job->tile);
    enum eg_status status = EG_OK;
    mark_areas(job, box);
    for (uint32_t i = 0; i <= job->plane->n_areas / 64; i++) {
        uint64_t marks = job->scratch->marks[i];
        job->scratch->marks[i] = 0;
        for (; marks != 0 && status == EG_OK; marks &= marks - 1)
            status = add_area(job, properties, box, i * 64 + (uint32_t)__builtin_ctzll(marks), err);
    }
    return status;
}

static enum eg_status write_tile(const struct job *job, struct eg_arena *arena, struct eg_buffer *body,
                                 struct eg_error *err)
{
    struct properties properties;
    eg_mvt_begin(job->scratch->mvt, &job->tile);
    enum eg_status status = name_properties(job, arena, &properties, err);
    if (status == EG_OK) status = add_areas(job, &properties, err);
    if (status == EG_OK) status = eg_mvt_finish(job->scratch->mvt, body, err);
    return status;
}

/* With the plane taken. */
static enum eg_status make_entity(struct job *job, struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_workspace workspace;
    struct eg_buffer body;
    enum eg_status status =
        eg_projected_shapes(job->snapshot->projected, job->subject.boundaries, job->plane, &job->shapes, err);
    if (status == EG_OK) status = eg_engine_workspace_take(job->engine, &workspace, err);
    if (status != EG_OK) return status;
    eg_buffer_init(&body, 0);
    struct eg_arena *arena = eg_arena_new(NAMES_BYTES);
    job->scratch = scratch_for(&workspace, job->plane);
    place_tile(job);
    if (!arena || !job->scratch) status = eg_error_no_memory(err, NAMES_BYTES);
    if (status == EG_OK) status = write_tile(job, arena, &body, err);
    if (status == EG_OK)
        status = eg_entity_from_buffer(&body, "application/vnd.mapbox-vector-tile", true, entity_out, err);
    eg_buffer_clear(&body);
    eg_arena_free(arena);
    eg_engine_workspace_return(job->engine, workspace);
    return status;
}

static enum eg_status make(struct job *job, struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_projected *projected = job->snapshot->projected;
    struct eg_text crs = job->request->set == 0 ? (struct eg_text){"", 0} : job->request->crs;
    enum eg_status status = eg_projected_take(projected, job->subject.boundaries, crs, &job->plane, err);
    if (status != EG_OK) return status;
    status = make_entity(job, entity_out, err);
    eg_projected_release(projected, job->plane);
    return status;
}

/* --- the calls ------------------------------------------------------------------------------------------------------------ */

static enum eg_status prepare(struct eg_engine *engine, struct eg_snapshot *snapshot,
                              const struct eg_vector_tile_request *request, struct job *job,
                              struct eg_error *err)
{
    *job = (struct job){.engine = engine, .snapshot = snapshot, .request = request};
    enum eg_status status = eg_vector_subject_find(snapshot, &request->name, &job->subject, err);
    if (status != EG_OK) return status;
    job->tile.layer = job->subject.has_layer ? snapshot->atlas->layers[job->subject.ref.layer].id
                                             : snapshot->atlas->boundaries[job->subject.boundaries].id;
    return request->set == 0 ? check_tile(request, err) : check_box(snapshot, request, err);
}

static struct eg_cache_key key_of(const struct job *job)
{
    const struct eg_vector_subject *subject = &job->subject;
    struct vector_key parts = {.subject =
                                   subject->has_layer ? subject->ref.layer : BOUNDARIES | subject->boundaries,
                               .style = subject->ref.style,
                               .series = subject->ref.series,
                               .x = job->request->x,
                               .y = job->request->y,
                               .z = (uint8_t)job->request->z,
                               .set = job->request->set,
                               .kind = KIND,
                               .version = job->snapshot->version_number};
    struct eg_cache_key key;
    memcpy(key.bytes, &parts, sizeof parts);
    return key;
}

static enum eg_status make_kept(void *context, const struct eg_cache_key *key, void **value_out,
                                size_t *weight_bytes_out, bool *keep_out, struct eg_error *err)
{
    (void)key;
    (void)keep_out;
    struct job *job = context;
    struct eg_entity entity = {0};
    enum eg_status status = make(job, &entity, err);
    if (status != EG_OK) return status;
    *value_out = eg_engine_wrap(job->engine, &entity, weight_bytes_out);
    return *value_out ? EG_OK : eg_error_no_memory(err, 0);
}

enum eg_status eg_engine_vector_tile(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                     const struct eg_vector_tile_request *request, void **value_out,
                                     struct eg_error *err)
{
    struct job job;
    enum eg_status status = prepare(engine, snapshot, request, &job, err);
    if (status != EG_OK) return status;
    struct eg_cache_key key = key_of(&job);
    return eg_cache_get_or_make(eg_engine_cache(engine), &key, make_kept, &job, value_out, err);
}

void *eg_engine_vector_tile_kept(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                 const struct eg_vector_tile_request *request)
{
    struct job job;
    if (prepare(engine, snapshot, request, &job, NULL) != EG_OK) return NULL;
    struct eg_cache_key key = key_of(&job);
    return eg_cache_get(eg_engine_cache(engine), &key);
}

enum eg_status eg_engine_vector_tile_entity(struct eg_engine *engine, struct eg_snapshot *snapshot,
                                            const struct eg_vector_tile_request *request,
                                            struct eg_entity *entity_out, struct eg_error *err)
{
    struct job job;
    enum eg_status status = prepare(engine, snapshot, request, &job, err);
    return status == EG_OK ? make(&job, entity_out, err) : status;
}
