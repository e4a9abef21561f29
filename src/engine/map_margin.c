/* What stands on a map besides the map: its legend, and that its data are fictional. */
#include <string.h>

#include "engine/engine_parts.h"
#include "engine/legend.h"
#include "engine/map_parts.h"
#include "render/legend.h"

static struct eg_rgba *pixel_at(const struct eg_canvas *canvas, uint32_t x, uint32_t y)
{
    return &canvas->pixels[(size_t)y * canvas->width + x];
}

/* A part of a picture. */
struct place {
    uint32_t left, top, width, height;
};

/* How many of its pixels show something else than what lies outside every area. */
static size_t count_shown(const struct eg_canvas *canvas, struct place place, struct eg_rgba outside)
{
    size_t n = 0;
    for (uint32_t y = place.top; y < place.top + place.height; y++)
        for (uint32_t x = place.left; x < place.left + place.width; x++)
            n += memcmp(pixel_at(canvas, x, y), &outside, sizeof outside) != 0;
    return n;
}

/* The corner in which a legend covers least, the lower right one if that is as good. The lower left is the stamp's. */
static struct place choose_corner(const struct eg_canvas *legend, const struct eg_canvas *canvas,
                                  const struct eg_map_margin *margin)
{
    uint32_t right = canvas->width - legend->width, low = canvas->height - legend->height;
    const struct place corners[] = {{right, low, legend->width, legend->height},
                                    {right, 0, legend->width, legend->height},
                                    {0, 0, legend->width, legend->height},
                                    {0, low, legend->width, legend->height}};
    size_t n_corners = margin->snapshot->atlas->fictional ? 3 : 4, best = 0, least = SIZE_MAX;
    for (size_t i = 0; i < n_corners; i++) {
        size_t n = count_shown(canvas, corners[i], margin->outside);
        if (n < least) best = i;
        if (n < least) least = n;
    }
    return corners[best];
}

/* A thin line where the legend meets the map. */
static void draw_edge(struct place place, struct eg_canvas *canvas)
{
    static const struct eg_rgba edge = {170, 170, 170, 255};
    uint32_t x = place.left > 0 ? place.left : place.width - 1;
    uint32_t y = place.top > 0 ? place.top : place.height - 1;
    if (place.width < canvas->width)
        for (uint32_t i = 0; i < place.height; i++) *pixel_at(canvas, x, place.top + i) = edge;
    if (place.height < canvas->height)
        for (uint32_t i = 0; i < place.width; i++) *pixel_at(canvas, place.left + i, y) = edge;
}

static enum eg_status paste(const struct eg_canvas *legend, const struct eg_map_margin *margin,
                            struct eg_canvas *canvas, struct eg_error *err)
{
    if (legend->width > canvas->width || legend->height > canvas->height) {
        eg_error_set(err, EG_INVALID,
                     "the legend alone has %u x %u pixels; make the picture larger or leave it out",
                     legend->width, legend->height);
        eg_error_field(err, "legend");
        return EG_INVALID;
    }
    struct place place = choose_corner(legend, canvas, margin);
    for (uint32_t y = 0; y < legend->height; y++)
        memcpy(pixel_at(canvas, place.left, place.top + y), pixel_at(legend, 0, y),
               legend->width * sizeof *legend->pixels);
    draw_edge(place, canvas);
    return EG_OK;
}

static enum eg_status add_legend(const struct eg_map_margin *margin, struct eg_canvas *canvas,
                                 struct eg_error *err)
{
    struct eg_canvas legend;
    enum eg_status status =
        eg_engine_draw_legend(margin->engine, margin->snapshot, margin->ref, margin->scale, &legend, err);
    if (status != EG_OK) return status;
    status = paste(&legend, margin, canvas, err);
    eg_canvas_clear(&legend);
    return status;
}

enum eg_status eg_map_add_margin(const struct eg_map_margin *margin, struct eg_canvas *canvas,
                                 struct eg_error *err)
{
    bool fictional = margin->snapshot->atlas->fictional;
    if (!fictional && !margin->legend) return EG_OK;
    struct eg_font *font = NULL;
    enum eg_status status = eg_engine_font(margin->engine, &font, err);
    if (status == EG_OK && margin->legend) status = add_legend(margin, canvas, err);
    if (status == EG_OK && fictional)
        status = eg_label_stamp(font, EG_TEXT("Fictional data"), margin->scale, canvas, err);
    return status;
}
