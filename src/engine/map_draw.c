/* The layers of a map, drawn in bands of rows by all threads of the engine's team that have nothing else to do.
 *
 * The first layer is drawn on the picture's ground, the others on a canvas of their own that is then laid over it, band by band.
 * A band has the bytes that it has in the whole picture (render/fill.h), so nobody sees how many drew it. It costs the arcs that
 * it shares with its neighbours and a look at what lies left of it: a hundredth of a country's map. Bands are cut where the
 * vertices are: in England's map the southern half has twice as many as the northern. */
#include "engine/map_parts.h"
#include "engine/projected.h"

#define BAND_PX 32768 /* at least, in a band: less is drawn sooner than a thread is woken */
#define BANDS_EACH 4
#define SLICES 64 /* of the picture's height, by which work is estimated */
#define MOST_BANDS SLICES
#define VERTEX_COST 5 /* in pixels swept */

enum eg_status eg_map_sheet_take(const struct eg_snapshot *snapshot, const struct eg_map_request *request,
                                 const struct eg_dressed *dressed, struct eg_map_sheet *sheet_out,
                                 struct eg_error *err)
{
    const struct eg_plane *plane = NULL;
    uint32_t boundaries = snapshot->atlas->layers[dressed->ref.layer].boundaries;
    enum eg_status status = eg_projected_take(snapshot->projected, boundaries, request->crs, &plane, err);
    if (status != EG_OK) return status;
    *sheet_out = (struct eg_map_sheet){
        .drawing = {.snapshot = snapshot, .dressed = dressed, .crs = request->crs},
        .plane = plane,
        .view = eg_view_bounds(plane, request->bounds, request->width, request->height, request->scale)};
    sheet_out->drawing.zoom = eg_draw_zoom(&sheet_out->drawing, plane, &sheet_out->view);
    return EG_OK;
}

void eg_map_sheet_release(const struct eg_map_sheet *sheet)
{
    eg_projected_release(sheet->drawing.snapshot->projected, sheet->plane);
}

struct bands {
    const struct eg_map_layers *layers;
    struct eg_map_sheet sheets[EG_MAP_LAYERS];
    struct eg_canvas *canvas;
    struct eg_canvas above; /* of the second layer and those over it, one after the other */
    uint32_t n;
    uint32_t first_row[MOST_BANDS + 1];
};

static enum eg_status draw_rows(struct bands *bands, struct eg_render_scratch *scratch, struct eg_rows rows,
                                struct eg_error *err)
{
    const struct eg_map_sheet *sheet = bands->sheets;
    enum eg_status status = eg_draw_view(scratch, &sheet->drawing, &sheet->view, rows, bands->canvas, err);
    for (uint32_t i = 1; i < bands->layers->n && status == EG_OK; i++) {
        sheet = &bands->sheets[i];
        status = eg_draw_view(scratch, &sheet->drawing, &sheet->view, rows, &bands->above, err);
        if (status == EG_OK) eg_canvas_compose(bands->canvas, &bands->above, rows);
    }
    return status;
}

static enum eg_status draw_band(void *context, uint32_t band, struct eg_error *err)
{
    struct bands *bands = context;
    struct eg_rows rows = {bands->first_row[band], bands->first_row[band + 1] - bands->first_row[band]};
    struct eg_workspace workspace;
    enum eg_status status = eg_engine_part_take(bands->layers->parts, &workspace, err);
    if (status != EG_OK) return status;
    status = draw_rows(bands, workspace.render, rows, err);
    eg_engine_part_return(bands->layers->parts, workspace);
    return status;
}

/* --- where to cut ------------------------------------------------------------------------------------------------------ */

static uint32_t number_of_bands(const struct eg_map_layers *layers)
{
    uint32_t strength = eg_team_strength(eg_engine_team(layers->engine));
    uint32_t height = layers->request->height;
    uint32_t n = (uint32_t)((uint64_t)layers->request->width * height / BAND_PX);
    if (n > strength * BANDS_EACH) n = strength * BANDS_EACH;
    if (n > MOST_BANDS) n = MOST_BANDS;
    if (n > height) n = height;
    return strength > 1 && n > 1 ? n : 1;
}

static void estimate(const struct bands *bands, uint64_t cost_out[SLICES])
{
    const struct eg_map_request *request = bands->layers->request;
    uint64_t pixels = (uint64_t)request->width * request->height / SLICES + 1;
    for (uint32_t s = 0; s < SLICES; s++) cost_out[s] = bands->layers->n * pixels;
    for (uint32_t i = 0; i < bands->layers->n; i++) {
        uint32_t n_vertices[SLICES];
        const struct eg_map_sheet *sheet = &bands->sheets[i];
        eg_plane_spread(sheet->plane, sheet->view.level, eg_view_box(&sheet->view, 0), SLICES, n_vertices);
        for (uint32_t s = 0; s < SLICES; s++) cost_out[s] += VERTEX_COST * (uint64_t)n_vertices[s];
    }
}

/* Of band i; the first have four times as much as the last, so that nobody waits long for who began the last one. */
static uint64_t weight(const struct bands *bands, uint32_t i)
{
    return 1 + (bands->n - 1 - i) * BANDS_EACH / bands->n;
}

/* Bands of falling cost, each of one row at least. */
static void cut(struct bands *bands)
{
    uint32_t height = bands->layers->request->height;
    uint64_t cost[SLICES], all = 0, before = 0;
    bands->n = number_of_bands(bands->layers);
    bands->first_row[0] = 0;
    bands->first_row[bands->n] = height;
    if (bands->n == 1) return;
    estimate(bands, cost);
    for (uint32_t s = 0; s < SLICES; s++) all += cost[s];
    uint64_t weights = 0, weights_before = 0;
    for (uint32_t i = 0; i < bands->n; i++) weights += weight(bands, i);
    uint32_t slice = 0;
    for (uint32_t i = 1; i < bands->n; i++) {
        weights_before += weight(bands, i - 1);
        uint64_t wanted = all * weights_before / weights;
        while (before + cost[slice] < wanted) before += cost[slice++];
        uint64_t row = (slice * cost[slice] + (wanted - before)) * height / (cost[slice] * SLICES);
        uint32_t least = bands->first_row[i - 1] + 1, most = height - (bands->n - i);
        bands->first_row[i] = row < least ? least : row > most ? most : (uint32_t)row;
    }
}

enum eg_status eg_map_draw(const struct eg_map_layers *layers, struct eg_canvas *canvas, struct eg_error *err)
{
    struct bands bands = {.layers = layers, .canvas = canvas};
    struct eg_map_request turned = *layers->request;
    enum eg_status status = EG_OK;
    uint32_t n_taken = 0;
    turned.bounds.min_x -= turned.turn;
    turned.bounds.max_x -= turned.turn;
    if (layers->n > 1) status = eg_canvas_init(&bands.above, canvas->width, canvas->height, err);
    for (; n_taken < layers->n && status == EG_OK; n_taken += status == EG_OK)
        status = eg_map_sheet_take(layers->snapshot, n_taken < turned.n_names ? layers->request : &turned,
                                   &layers->dressed[n_taken], &bands.sheets[n_taken], err);
    if (status == EG_OK) {
        cut(&bands);
        status = eg_team_run(eg_engine_team(layers->engine), bands.n, draw_band, &bands, err);
    }
    while (n_taken > 0) eg_map_sheet_release(&bands.sheets[--n_taken]);
    eg_canvas_clear(&bands.above);
    return status;
}
