/* The box of areas in another CRS is not that of their box in degrees: England's, projected to the national grid, would reach 15
 * kilometres out to sea. So their coast is projected: or what of it may be outermost. The coast (England's has 70,000 points) is dealt out to the cells of a grid over its box. For each CRS the grid's nodes are projected; they
 * tell between which values the points of a cell can lie, and only the points of cells that reach beyond what some point of another
 * cell is sure to reach are projected themselves: some thousand. Sets put together from one another mostly fill the same box and
 * have one coast.
 *
 * What is projected is points. The edges between them, straight in EPSG:3857, may bend outwards in another CRS; so long edges are cut
 * into pieces of PIECE_M first, which bend by no more than a metre, and that is the margin.
 *
 * Where some of the coast does not project, comes to lie too far off or is torn, maps leave whole areas out. Then the plane that maps
 * are drawn from is made once more, for its box: a tenth of a second or a second, for a CRS that is far from home. */
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
#define PIECE_M 4000.0  /* of EPSG:3857 */
#define PIECES_MAX 5e5  /* beyond that they are longer, and so is the margin */
#define TORN 2.5        /* a cell this many times as broad, against its height, as in EPSG:3857 */
#define FAR_STEPS 2.1e9 /* of the grid on which maps are made, a little less than what it holds */

struct coast {
    uint32_t same_as; /* an earlier set with the same box, or the set itself */
    size_t n;
    double *xy; /* [2 * n] EPSG:3857 metres, cell by cell; of the set itself only */
    struct eg_bounds box;
    double piece_m;                  /* what edges are cut into, EPSG:3857 */
    uint32_t start[SIDE * SIDE + 1]; /* of each cell's points, row by row */
};

struct boxes {
    const struct eg_generation *generation;
    const struct eg_crs_entry *entries;
    uint32_t n_entries;
    struct coast *coasts; /* [n_boundaries] */
    struct eg_bounds *made;
    bool *as_drawn; /* [n_boundaries][n_entries]: the box is that of the plane, and so of this very set */
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

/* Into how many pieces the edge to a vertex is cut. */
static size_t pieces_of(const double *to, double piece_m)
{
    double length = hypot(to[0] - to[-2], to[1] - to[-1]);
    return length > piece_m ? (size_t)ceil(length / piece_m) : 1;
}

static void vertex(const struct eg_plane *plane, uint32_t i, double xy_out[2])
{
    xy_out[0] = plane->level[0].points[i].x * plane->grid.unit;
    xy_out[1] = plane->level[0].points[i].y * plane->grid.unit;
}

/* How many points the coast has with its long edges cut. */
static size_t count_points(const struct eg_plane *plane, double piece_m)
{
    const struct eg_plane_level *from = &plane->level[0]; /* all vertices */
    size_t n = 0;
    for (uint32_t arc = 0; arc < plane->n_arcs; arc++)
        for (uint32_t i = from->start[arc]; is_coast(plane, arc) && i < from->start[arc + 1]; i++) {
            double xy[4];
            vertex(plane, i > from->start[arc] ? i - 1 : i, xy);
            vertex(plane, i, xy + 2);
            n += pieces_of(xy + 2, piece_m);
        }
    return n;
}

/* The points of the edge to `to`, from behind its beginning, which is the point before. */
static void add_edge(struct coast *coast, const double to[2])
{
    const double *last = &coast->xy[2 * (coast->n - 1)];
    double from[2] = {last[0], last[1]}, edge[4] = {last[0], last[1], to[0], to[1]};
    size_t n = pieces_of(edge + 2, coast->piece_m);
    for (size_t piece = 1; piece <= n; piece++, coast->n++) {
        double part = (double)piece / (double)n;
        coast->xy[2 * coast->n] = piece < n ? from[0] + (to[0] - from[0]) * part : to[0];
        coast->xy[2 * coast->n + 1] = piece < n ? from[1] + (to[1] - from[1]) * part : to[1];
    }
}

/* The length of pieces at which there are not too many of them. */
static double choose_piece(const struct eg_plane *plane)
{
    size_t vertices = count_points(plane, HUGE_VAL);
    double piece_m = PIECE_M;
    while ((double)(count_points(plane, piece_m) - vertices) > PIECES_MAX) piece_m *= 2;
    return piece_m;
}

static enum eg_status read_coast(const struct eg_plane *plane, struct coast *coast, struct eg_error *err)
{
    const struct eg_plane_level *from = &plane->level[0];
    coast->piece_m = choose_piece(plane);
    size_t n = count_points(plane, coast->piece_m);
    coast->box = nowhere;
    coast->xy = eg_memory_array(n, 2 * sizeof *coast->xy);
    if (!coast->xy) return eg_error_no_memory(err, n * 2 * sizeof *coast->xy);
    for (uint32_t arc = 0; arc < plane->n_arcs; arc++)
        for (uint32_t i = from->start[arc]; is_coast(plane, arc) && i < from->start[arc + 1]; i++) {
            double xy[2];
            vertex(plane, i, xy);
            if (i > from->start[arc]) add_edge(coast, xy);
            else memcpy(&coast->xy[2 * coast->n++], xy, sizeof xy);
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

/* Whether the map is torn across the cell: much broader for its height, or higher for its breadth, than in EPSG:3857, which bends no
 * map of a country so. */
static bool is_torn(const struct coast *coast, const double *nodes, uint32_t cell)
{
    const double *low = &nodes[2 * ((size_t)(cell / SIDE) * NODES + cell % SIDE)], *high = low + 2 * NODES;
    double breadth =
        fmax(hypot(low[2] - low[0], low[3] - low[1]), hypot(high[2] - high[0], high[3] - high[1]));
    double height =
        fmax(hypot(high[0] - low[0], high[1] - low[1]), hypot(high[2] - low[2], high[3] - low[3]));
    double here = breadth * (coast->box.max_y - coast->box.min_y);
    double there = height * (coast->box.max_x - coast->box.min_x);
    return !(here <= TORN * there && there <= TORN * here);
}

/* A point that maps could not hold. */
static bool any_far(const double *xy, size_t n, struct eg_grid grid)
{
    for (size_t i = 0; i < 2 * n; i++)
        if (!(fabs(xy[i]) < FAR_STEPS * grid.unit)) return true;
    return false;
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

/* EG_UNSUPPORTED: some of it is torn, or not on the map. Without words. */
static enum eg_status project_coast(const struct coast *coast, struct eg_transform *transform,
                                    struct eg_grid grid, struct eg_bounds *box_out, struct eg_error *err)
{
    size_t most = coast->n > NODES * NODES ? coast->n : NODES * NODES;
    double *nodes = eg_memory_array(NODES * NODES + most, 2 * sizeof *nodes);
    if (!nodes) return eg_error_no_memory(err, most * 2 * sizeof *nodes);
    double *points = nodes + 2 * NODES * NODES;
    project_nodes(coast, transform, nodes);
    struct eg_bounds sure = certain_box(coast, nodes), box = nowhere;
    bool whole = true;
    for (uint32_t cell = 0; cell < SIDE * SIDE && whole; cell++) {
        size_t n = coast->start[cell + 1] - coast->start[cell];
        whole = n == 0 || !is_torn(coast, nodes, cell);
        if (n == 0 || !whole || !reaches_beyond(range_of(nodes, cell), sure)) continue;
        memcpy(points, &coast->xy[2 * (size_t)coast->start[cell]], n * 2 * sizeof *points);
        whole = eg_transform_points(transform, points, n) == 0 && !any_far(points, n, grid);
        box = box_of(box, points, n);
    }
    free(nodes);
    *box_out = box;
    return whole ? EG_OK : EG_UNSUPPORTED;
}

/* The box of what maps show of the set: without the areas that they leave out. */
static enum eg_status box_as_drawn(const struct eg_plane *plane, struct eg_transform *transform,
                                   struct eg_grid grid, struct eg_bounds *box_out, struct eg_error *err)
{
    struct eg_plane *drawn = NULL;
    enum eg_status status = eg_plane_project(plane, transform, grid, NULL, &drawn, err);
    if (status != EG_OK) return status;
    struct eg_box box = drawn->box;
    *box_out = eg_box_is_empty(box) ? nowhere
                                    : (struct eg_bounds){box.min_x * grid.unit, box.min_y * grid.unit,
                                                         box.max_x * grid.unit, box.max_y * grid.unit};
    eg_plane_free(drawn);
    return EG_OK;
}

static double extent_of(struct eg_bounds box)
{
    return fmax(box.max_x - box.min_x, box.max_y - box.min_y);
}

/* An edge of length l leaves its chord by l^2 / 8 times its curvature, which is that of a small circle or two: the straight line of EPSG:3857
 * on the ground (its length there shrinks as the curvature grows: at most 1 / 2R together), and what the CRS adds (1 / R where it is
 * any good). Twice that: a metre for pieces of 4 km. As a share of the extent, as units of the CRS may be feet. On a map of degrees a point between
 * two others is between them. */
static struct eg_bounds with_margin(struct eg_bounds box, const struct coast *coast)
{
    double extent_m = extent_of(coast->box);
    if (box.min_x > box.max_x || !(extent_m > 0)) return box;
    double margin = extent_of(box) * (coast->piece_m * coast->piece_m / 8 * 3 / EARTH_M / extent_m + 1e-12);
    return (struct eg_bounds){box.min_x - margin, box.min_y - margin, box.max_x + margin, box.max_y + margin};
}

static bool is_degrees(struct eg_text crs)
{
    return eg_text_equal(crs, EG_TEXT("OGC:CRS84")) || eg_text_equal(crs, EG_TEXT("EPSG:4326"));
}

static bool is_mercator(struct eg_text crs)
{
    return eg_text_equal(crs, EG_TEXT("EPSG:3857"));
}

/* Boxes of sets in degrees are known; those in EPSG:3857 are seen in the coast as it is. transform NULL: there is no operation to
 * the CRS, or none is needed. */
static enum eg_status fill_box(struct boxes *boxes, uint32_t set, size_t entry,
                               struct eg_transform *transform, struct eg_error *err)
{
    const struct coast *coast = &boxes->coasts[boxes->coasts[set].same_as];
    const struct eg_area_set *area_set = &boxes->generation->area_sets[set];
    const struct eg_crs_info *info = &boxes->entries[entry].info;
    size_t at = (size_t)set * boxes->n_entries + entry;
    size_t like = (size_t)boxes->coasts[set].same_as * boxes->n_entries + entry;
    struct eg_grid grid = eg_grid_for_crs(info->geographic);
    struct eg_bounds box = nowhere;
    enum eg_status status = EG_OK;
    if (is_degrees(eg_text_from(info->id))) box = area_set->bounds_deg;
    else if (is_mercator(eg_text_from(info->id))) box = coast->box;
    else if (at != like && !boxes->as_drawn[like]) box = boxes->made[like];
    else if (transform) {
        status = at == like ? project_coast(coast, transform, grid, &box, err) : EG_UNSUPPORTED;
        boxes->as_drawn[at] = status == EG_UNSUPPORTED;
        if (status == EG_UNSUPPORTED) status = box_as_drawn(area_set->plane, transform, grid, &box, err);
        else if (!info->geographic) box = with_margin(box, coast);
    }
    boxes->made[at] = box;
    return status;
}

static enum eg_status fill_column(struct boxes *boxes, struct eg_crs_context *proj, size_t entry,
                                  struct eg_error *err)
{
    struct eg_text crs = eg_text_from(boxes->entries[entry].info.id);
    struct eg_transform *transform = NULL;
    enum eg_status status = EG_OK;
    if (!is_degrees(crs) && !is_mercator(crs))
        status = eg_transform_new(proj, EG_TEXT("EPSG:3857"), crs, (struct eg_text){0}, &transform, err);
    if (status == EG_UNSUPPORTED) status = EG_OK;
    for (uint32_t i = 0; i < boxes->generation->atlas->n_boundaries && status == EG_OK; i++)
        status = fill_box(boxes, i, entry, transform, err);
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
    struct boxes boxes = {generation, entries, n_entries, NULL, bounds_out, NULL};
    enum eg_status status = EG_OK;
    boxes.coasts = eg_memory_zeroed(n_sets, sizeof *boxes.coasts);
    boxes.as_drawn = eg_memory_zeroed((size_t)n_sets * n_entries, sizeof *boxes.as_drawn);
    if (!boxes.coasts || !boxes.as_drawn) status = eg_error_no_memory(err, n_sets * sizeof *boxes.coasts);
    if (status == EG_OK) status = read_coasts(&boxes, err);
    if (status == EG_OK)
        status = eg_workers_range(2, n_entries, (n_entries + 1) / 2, fill_columns, &boxes, err);
    for (uint32_t i = 0; i < n_sets && boxes.coasts; i++) free(boxes.coasts[i].xy);
    free(boxes.as_drawn);
    free(boxes.coasts);
    return status;
}
