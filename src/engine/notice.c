/* Pictures in place of maps that cannot be drawn. */
#include "engine/draw.h"
#include "engine/engine.h"
#include "engine/engine_parts.h"
#include "engine/map_parts.h"
#include "render/notice.h"

static enum eg_status draw_text(struct eg_engine *engine, const struct eg_notice_request *request,
                                struct eg_canvas *canvas, struct eg_error *err)
{
    struct eg_font *font = NULL;
    if (request->text.len == 0) return EG_OK;
    enum eg_status status = eg_engine_font(engine, &font, err);
    if (status == EG_OK) status = eg_notice_draw(font, request->text, request->scale, canvas, err);
    return status;
}

enum eg_status eg_engine_notice(struct eg_engine *engine, const struct eg_snapshot *snapshot,
                                const struct eg_notice_request *request, struct eg_entity *entity_out,
                                struct eg_error *err)
{
    struct eg_canvas canvas = {0};
    struct eg_rgba background = eg_rgba_premultiply(request->background);
    uint32_t most = snapshot->atlas->limits.image_px;
    enum eg_status status = eg_map_check_size(request->width, request->height, most, err);
    if (status == EG_OK) status = eg_canvas_init(&canvas, request->width, request->height, err);
    if (status != EG_OK) return status;
    for (size_t i = 0; i < (size_t)canvas.width * canvas.height; i++) canvas.pixels[i] = background;
    status = draw_text(engine, request, &canvas, err);
    struct eg_picture picture = {.canvas = &canvas, .format = request->format};
    if (status == EG_OK) status = eg_draw_encode_plain(&picture, entity_out, err);
    eg_canvas_clear(&canvas);
    return status;
}
