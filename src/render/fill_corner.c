/* What lies left of a window's upper corner, without walking what lies there.
 *
 * Along the window's upper line, going left from the corner to where there is nothing, every border crossed changes the
 * paint from its one side to its other. So the sum of all crossings, as signed counts of paints ("windings"), tells what
 * the corner shows: one paint in a clean coverage, several or none where areas overlap or simplified borders cross, and
 * always exactly what a wider picture would have accumulated there. An arc that lies wholly left crosses the line as its
 * two ends say. Going right gives the same number with the opposite sign; the shorter way is taken. Arcs that meet the
 * window are left to the cells, which split them to the subpixel.
 *
 * England's neighbourhoods: some hundred arcs, a few microseconds. */
#include "render/fill_internal.h"

#include <string.h>

/* The strip of the plane along the window's upper line beside `inner`, the box of the window's arcs. Two subpixels to
 * either side of the line hold all arcs whose rounded ends can lie on different sides of it. */
static struct eg_box beside(const struct eg_fill_pass *pass, struct eg_box inner, bool left)
{
    struct eg_window line = pass->window;
    line.height = 0;
    struct eg_box box = eg_window_box(pass->view, &line, 2.0 / EG_SUBPX);
    box.min_x = INT32_MIN;
    box.max_x = INT32_MAX;
    if (left) box.max_x = inner.min_x;
    else box.min_x = inner.max_x;
    return box;
}

static void count_arc(struct eg_fill_pass *pass, uint32_t arc, int32_t count)
{
    const struct eg_plane *plane = pass->fill->plane;
    uint8_t left = eg_fill_paint_of(pass->fill, plane->left[arc]);
    uint8_t right = eg_fill_paint_of(pass->fill, plane->right[arc]);
    if (left == right) return;
    const struct eg_point *points = pass->level->points;
    const uint32_t *start = pass->level->start;
    unsigned first = eg_window_place(&pass->window, &points[start[arc]]).sides & EG_ABOVE;
    unsigned last = eg_window_place(&pass->window, &points[start[arc + 1] - 1]).sides & EG_ABOVE;
    if (first == last) return;
    if (last) count = -count;
    pass->winding[left] += count;
    pass->winding[right] -= count;
}

void eg_fill_find_corner(struct eg_fill_pass *pass)
{
    const struct eg_plane *plane = pass->fill->plane;
    struct eg_box inner = eg_window_box(pass->view, &pass->window, 1.0);
    int64_t to_left = (int64_t)inner.min_x - plane->box.min_x;
    int64_t to_right = (int64_t)plane->box.max_x - inner.max_x;
    bool left = to_left <= to_right;
    memset(pass->winding, 0, sizeof pass->winding);
    pass->scratch->cells.count_left = left;
    pass->scratch->cells.count_right = left ? 0 : -1;
    uint32_t *arcs = pass->scratch->arcs;
    uint32_t n = eg_plane_query(plane, beside(pass, inner, left), arcs);
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_box *box = &plane->arc_box[arcs[i]];
        if (left ? box->max_x < inner.min_x : box->min_x > inner.max_x)
            count_arc(pass, arcs[i], left ? 1 : -1);
    }
}
