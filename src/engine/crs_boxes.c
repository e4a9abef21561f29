/* The box of areas in another CRS is not that of their box in degrees: England's, projected to the national grid, would reach 15
 * kilometres out to sea. So their coast is projected: or what of it may be outermost. The coast (England's has 70,000 points) is dealt out to the cells of a grid over its box. For each CRS the grid's nodes are projected; they
 * tell between which values the points of a cell can lie, and only the points of cells that reach beyond what some point of another
 * cell is sure to reach are projected themselves: some thousand. Sets put together from one another mostly fill the same box and
 * have one coast.
 *
 * What is projected is points. The edges between them, straight in EPSG:3857, may bend outwards in another CRS: by no more than the margin. */
#include "engine/crs_boxes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"

#define EARTH_M 6371000.0
#define SIDE 32 /* cells of the grid each way */
#define NODES (SIDE + 1)
/* Of a cell's breadth: what the map may bend within it. A cell of a grid over the whole world is 1,250 km broad, and a meridian or
 * parallel leaves its chord there by a fortieth of that. */
#define BEND 0.25

struct coast {
    uint32_t same_as; /* an earlier set with the same box, or the set itself */
    size_t n;
    double *xy; /* [2 * n] EPSG:3857 metres, cell by cell; of the set itself only */
    struct eg_bounds box;
    double edge2;                    /* the longest edge, squared metres of EPSG:3857 */
    uint32_t start[SIDE * SIDE + 1]; /* of each cell's points, row by row */
};

struct boxes {
    const struct eg_generation *generation;
    const struct eg_crs_entry *entries;
    uint32_t n_entries;
    struct coast *coasts; /* [n_boundaries] */
    struct eg_bounds *made;
};

/* --- the coast ------------------------------------------------------------------------------------------------------ */

static bool is_coast(const struct eg_plane *plane, uint32_t arc)
{
    return plane->left[arc] == EG_NO_AREA || plane->right[arc] == EG_NO_AREA;
}

static struct eg_bounds widen(struct eg_bounds box, double x, double y)
{
    return (struct eg_bounds){fmin(box.min_x, x), fmin(box.min_y, y), fmax(box.max_x, x), fmax(box.max_y, y)};
}

static const struct eg_bounds nowhere = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};

static uint32_t step_of(double at, double min, double max)
{
    double step = max > min ? (at - min) / (max - min) * SIDE : 0;
    return step < SIDE - 1 ? (uint32_t)step : SIDE - 1;
}

static uint32_t cell_of(const struct coast *coast, const double *xy)
{
    return step_of(xy[1], coast->box.min_y, coast->box.max_y) * SIDE +
           step_of(xy[0], coast->box.min_x, coast->box.max_x);
}

/* Puts the points in the order of their cells. */
static enum eg_status deal_out(struct coast *coast, struct eg_error *err)
{
    uint32_t next[SIDE * SIDE];
    double *dealt = eg_memory_array(coast->n, 2 * sizeof *dealt);
    if (!dealt) return eg_error_no_memory(err, coast->n * 2 * sizeof *dealt);
    for (size_t i = 0; i < coast->n; i++)
        coast->box = widen(coast->box, coast->xy[2 * i], coast->xy[2 * i + 1]);
    for (size_t i = 0; i < coast->n; i++) coast->start[cell_of(coast, &coast->xy[2 * i]) + 1]++;
    for (uint32_t cell = 0; cell < SIDE * SIDE; cell++) {
        next[cell] = coast->start[cell];
        coast->start[cell + 1] += coast->start[cell];
    }
    for (size_t i = 0; i < coast->n; i++)
        memcpy(&dealt[2 * (size_t)next[cell_of(coast, &coast->xy[2 * i])]++], &coast->xy[2 * i],
               2 * sizeof *dealt);
    free(coast->xy);
    coast->xy = dealt;
    return EG_OK;
}

static enum eg_status read_coast(const struct eg_plane *plane, struct coast *coast, struct eg_error *err)
{
    const struct eg_plane_level *from = &plane->level[0]; /* all vertices */
    size_t n = 0;
    for (uint32_t arc = 0; arc < plane->n_arcs; arc++)
        if (is_coast(plane, arc)) n += from->start[arc + 1] - from->start[arc];
    coast->box = nowhere;
    coast->xy = eg_memory_array(n, 2 * sizeof *coast->xy);
    if (!coast->xy) return eg_error_no_memory(err, n * 2 * sizeof *coast->xy);
    for (uint32_t arc = 0; arc < plane->n_arcs; arc++)
        for (uint32_t i = from->start[arc]; is_coast(plane, arc) && i < from->start[arc + 1];
             i++, coast->n++) {
            double *xy = &coast->xy[2 * coast->n];
            xy[0] = from->points[i].x * plane->grid.unit;
            xy[1] = from->points[i].y * plane->grid.unit;
            if (i == from->start[arc]) continue;
            double dx = xy[0] - xy[-2], dy = xy[1] - xy[-1];
            coast->edge2 = fmax(coast->edge2, dx * dx + dy * dy);
        }
    return deal_out(coast, err);
}

static enum eg_status read_coasts(struct boxes *boxes, struct eg_error *err)
{
    const struct eg_area_set *sets = boxes->generation->area_sets;
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < boxes->generation->atlas->n_boundaries && status == EG_OK; i++) {
        struct coast *coast = &boxes->coasts[i];
        while (memcmp(&sets[coast->same_as].bounds_deg, &sets[i].bounds_deg, sizeof sets[i].bounds_deg) != 0)
            coast->same_as++;
        if (coast->same_as == i) status = read_coast(sets[i].plane, coast, err);
    }
    return status;
}

/* --- its box in a CRS ------------------------------------------------------------------------------------------------- */

static struct eg_bounds box_of(struct eg_bounds box, const double *xy, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isfinite(xy[2 * i]) && isfinite(xy[2 * i + 1])) box = widen(box, xy[2 * i], xy[2 * i + 1]);
    return box;
}

/* Between what values a cell's points can lie; everywhere where one of its corners does not project. */
static struct eg_bounds range_of(const double *nodes, uint32_t cell)
{
    struct eg_bounds box = nowhere;
    for (uint32_t corner = 0; corner < 4; corner++) {
        uint32_t node = (cell / SIDE + corner / 2) * NODES + cell % SIDE + corner % 2;
        double x = nodes[2 * node], y = nodes[2 * node + 1];
        if (!isfinite(x) || !isfinite(y)) return (struct eg_bounds){-HUGE_VAL, -HUGE_VAL, HUGE_VAL, HUGE_VAL};
        box = widen(box, x, y);
    }
    double bend_x = BEND * (box.max_x - box.min_x), bend_y = BEND * (box.max_y - box.min_y);
    return (struct eg_bounds){box.min_x - bend_x, box.min_y - bend_y, box.max_x + bend_x, box.max_y + bend_y};
}

/* Each side of the box that the coast reaches for certain: a cell that has points reaches at least to its own far side. */
static struct eg_bounds certain_box(const struct coast *coast, const double *nodes)
{
    struct eg_bounds sure = nowhere;
    for (uint32_t cell = 0; cell < SIDE * SIDE; cell++) {
        if (coast->start[cell + 1] == coast->start[cell]) continue;
        struct eg_bounds range = range_of(nodes, cell);
        sure = (struct eg_bounds){fmin(sure.min_x, range.max_x), fmin(sure.min_y, range.max_y),
                                  fmax(sure.max_x, range.min_x), fmax(sure.max_y, range.min_y)};
    }
    return sure;
}

static bool reaches_beyond(struct eg_bounds range, struct eg_bounds sure)
{
    return range.min_x <= sure.min_x || range.min_y <= sure.min_y || range.max_x >= sure.max_x ||
           range.max_y >= sure.max_y;
}

static void project_nodes(const struct coast *coast, struct eg_transform *transform, double *nodes)
{
    double width = coast->box.max_x - coast->box.min_x, height = coast->box.max_y - coast->box.min_y;
    for (uint32_t i = 0; i < NODES * NODES; i++) {
        nodes[2 * i] = coast->box.min_x + width * (i % NODES) / SIDE;
        nodes[2 * i + 1] = coast->box.min_y + height * (double)(i / NODES) / SIDE;
    }
    (void)eg_transform_points(transform, nodes, NODES * NODES);
}

static enum eg_status project_coast(const struct coast *coast, struct eg_transform *transform,
                                    struct eg_bounds *box_out, struct eg_error *err)
{
    size_t most = coast->n > NODES * NODES ? coast->n : NODES * NODES;
    double *nodes = eg_memory_array(NODES * NODES + most, 2 * sizeof *nodes);
    if (!nodes) return eg_error_no_memory(err, most * 2 * sizeof *nodes);
    double *points = nodes + 2 * NODES * NODES;
    project_nodes(coast, transform, nodes);
    struct eg_bounds sure = certain_box(coast, nodes), box = nowhere;
    for (uint32_t cell = 0; cell < SIDE * SIDE; cell++) {
        size_t n = coast->start[cell + 1] - coast->start[cell];
        if (n == 0 || !reaches_beyond(range_of(nodes, cell), sure)) continue;
        memcpy(points, &coast->xy[2 * (size_t)coast->start[cell]], n * 2 * sizeof *points);
        (void)eg_transform_points(transform, points, n);
        box = box_of(box, points, n);
    }
    free(nodes);
    *box_out = box;
    return EG_OK;
}

static double extent_of(struct eg_bounds box)
{
    return fmax(box.max_x - box.min_x, box.max_y - box.min_y);
}

/* An edge of length l leaves its chord by l^2 / 8 times its curvature, which is that of a small circle or two: the straight line of EPSG:3857
 * on the ground (its length there shrinks as the curvature grows: at most 1 / 2R together), and what the CRS adds (1 / R where it is
 * any good). Twice that. Units of the CRS may be degrees, hence as a share of the extent. Neighbourhoods drawn to 20 m: millimetres. */
static struct eg_bounds with_margin(struct eg_bounds box, const struct coast *coast)
{
    double extent_m = extent_of(coast->box);
    if (box.min_x > box.max_x || !(extent_m > 0)) return box;
    double margin = extent_of(box) * (coast->edge2 / 8 * 3 / EARTH_M / extent_m + 1e-12);
    return (struct eg_bounds){box.min_x - margin, box.min_y - margin, box.max_x + margin, box.max_y + margin};
}

/* Boxes of sets in degrees are known; those in EPSG:3857 are seen in the coast as it is. transform NULL: there is no operation to
 * the CRS, or none is needed. */
static enum eg_status box_in(const struct boxes *boxes, uint32_t set, struct eg_text crs,
                             struct eg_transform *transform, struct eg_bounds *box_out, struct eg_error *err)
{
    const struct coast *coast = &boxes->coasts[set];
    struct eg_bounds box = nowhere;
    enum eg_status status = EG_OK;
    if (eg_text_equal(crs, EG_TEXT("EPSG:3857"))) {
        *box_out = coast->box;
        return EG_OK;
    }
    if (transform) status = project_coast(coast, transform, &box, err);
    *box_out = with_margin(box, coast);
    return status;
}

static bool is_degrees(struct eg_text crs)
{
    return eg_text_equal(crs, EG_TEXT("OGC:CRS84")) || eg_text_equal(crs, EG_TEXT("EPSG:4326"));
}

static enum eg_status fill_column(struct boxes *boxes, struct eg_crs_context *proj, size_t entry,
                                  struct eg_error *err)
{
    const struct eg_generation *generation = boxes->generation;
    struct eg_text crs = eg_text_from(boxes->entries[entry].info.id);
    struct eg_transform *transform = NULL;
    enum eg_status status = EG_OK;
    if (!is_degrees(crs) && !eg_text_equal(crs, EG_TEXT("EPSG:3857")))
        status = eg_transform_new(proj, EG_TEXT("EPSG:3857"), crs, (struct eg_text){0}, &transform, err);
    if (status == EG_UNSUPPORTED) status = EG_OK;
    for (uint32_t i = 0; i < generation->atlas->n_boundaries && status == EG_OK; i++) {
        uint32_t same_as = boxes->coasts[i].same_as;
        struct eg_bounds *box = &boxes->made[(size_t)i * boxes->n_entries + entry];
        if (same_as < i) *box = boxes->made[(size_t)same_as * boxes->n_entries + entry];
        else if (is_degrees(crs)) *box = generation->area_sets[i].bounds_deg;
        else status = box_in(boxes, i, crs, transform, box, err);
    }
    eg_transform_free(transform);
    return status;
}

static enum eg_status fill_columns(void *context, size_t begin, size_t end, uint32_t worker,
                                   struct eg_error *err)
{
    (void)worker;
    struct eg_crs_context *proj = NULL;
    enum eg_status status = eg_crs_context_new(&proj, err);
    for (size_t i = begin; i < end && status == EG_OK; i++) status = fill_column(context, proj, i, err);
    eg_crs_context_free(proj);
    return status;
}

/* An operation takes PROJ some milliseconds to find, more than everything else here: hence two threads. */
enum eg_status eg_crs_boxes_make(const struct eg_generation *generation, const struct eg_crs_entry *entries,
                                 uint32_t n_entries, struct eg_bounds *bounds_out, struct eg_error *err)
{
    uint32_t n_sets = generation->atlas->n_boundaries;
    struct boxes boxes = {generation, entries, n_entries, NULL, bounds_out};
    boxes.coasts = eg_memory_zeroed(n_sets, sizeof *boxes.coasts);
    if (!boxes.coasts) return eg_error_no_memory(err, n_sets * sizeof *boxes.coasts);
    enum eg_status status = read_coasts(&boxes, err);
    if (status == EG_OK)
        status = eg_workers_range(2, n_entries, (n_entries + 1) / 2, fill_columns, &boxes, err);
    for (uint32_t i = 0; i < n_sets; i++) free(boxes.coasts[i].xy);
    free(boxes.coasts);
    return status;
}
