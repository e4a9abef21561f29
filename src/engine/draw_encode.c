/* From a drawn canvas to a file, with what the file says of itself. */
#include <string.h>

#include "base/arena.h"
#include "engine/describe.h"
#include "engine/draw.h"
#include "engine/engine_parts.h"
#include "render/jpeg.h"
#include "render/png.h"
#include "render/png_pieces.h"
#include "render/webp.h"

#define TEXTS_BYTES (1u << 20)
#define JPEG_QUALITY                                                                                         \
    90 /* of a choropleth: its colours off by 1 or 2 of 255 within an area, some 20 beside a border */

#define MOST_TEXTS 5

/* Whether memory sufficed. */
static bool collect_texts(const struct eg_drawing *drawing, struct eg_arena *arena,
                          struct eg_png_options *options, struct eg_png_text *texts)
{
    const struct eg_snapshot *snapshot = drawing->snapshot;
    struct eg_layer_ref ref = drawing->dressed->ref;
    struct eg_text title = eg_layer_title(snapshot, ref.layer, arena);
    struct eg_text credits = eg_describe_credits(snapshot, ref.layer, arena);
    uint32_t n = options->n_texts;
    texts[n++] = (struct eg_png_text){"Title", title};
    texts[n++] = (struct eg_png_text){"Period", snapshot->generation->series[ref.series].period.label};
    if (credits.len > 0) texts[n++] = (struct eg_png_text){"Copyright", credits};
    texts[n++] = (struct eg_png_text){"Software", EG_TEXT("Evenground " EG_VERSION)};
    options->n_texts = n;
    return title.data && credits.data;
}

/* A round of pieces under way. */
struct round {
    struct eg_png_pieces *pieces;
    struct eg_part_workspaces *parts;
};

static enum eg_status do_share(void *context, uint32_t share, struct eg_error *err)
{
    struct round *round = context;
    struct eg_workspace workspace;
    enum eg_status status = eg_engine_part_take(round->parts, &workspace, err);
    if (status != EG_OK) return status;
    eg_png_pieces_work(round->pieces, share, workspace.png);
    eg_engine_part_return(round->parts, workspace);
    return EG_OK;
}

static enum eg_status encode_pieces(const struct eg_picture *picture, const struct eg_png_options *options,
                                    struct eg_buffer *body, enum eg_png_kind *kind_out, struct eg_error *err)
{
    const struct eg_canvas *canvas = picture->canvas;
    struct eg_team *team = eg_engine_team(picture->parts->engine);
    struct round round = {.parts = picture->parts};
    uint32_t n = eg_png_pieces_usual(canvas->width, canvas->height);
    enum eg_status status = eg_png_pieces_begin(canvas, options, n, &round.pieces, err);
    if (status != EG_OK) return status;
    while (status == EG_OK && eg_png_pieces_turn(round.pieces))
        status = eg_team_run(team, eg_png_pieces_shares(round.pieces), do_share, &round, err);
    return status == EG_OK ? eg_png_pieces_join(round.pieces, body, kind_out, err) : status;
}

static enum eg_status encode_png(const struct eg_picture *picture, struct eg_png_options *options,
                                 struct eg_buffer *body, bool *indexed_out, struct eg_error *err)
{
    enum eg_png_kind kind = EG_PNG_RGBA;
    options->exact = picture->exact;
    options->indexed = picture->format == EG_PICTURE_PNG8;
    options->scratch = picture->scratch;
    options->dpi = picture->dpi;
    enum eg_status status = picture->parts ? encode_pieces(picture, options, body, &kind, err)
                                           : eg_png_encode(picture->canvas, options, body, &kind, err);
    if (indexed_out) *indexed_out = kind == EG_PNG_INDEXED;
    return status;
}

static enum eg_status encode_jpeg(const struct eg_picture *picture, const struct eg_png_options *options,
                                  struct eg_buffer *body, struct eg_error *err)
{
    struct eg_jpeg_options jpeg = {.quality = JPEG_QUALITY, .dpi = picture->dpi};
    if (options->n_texts > 0 && strcmp(options->texts[0].keyword, "Comment") == 0)
        jpeg.comment = options->texts[0].value.data;
    return eg_jpeg_encode(picture->canvas, &jpeg, body, err);
}

static enum eg_status encode(const struct eg_picture *picture, struct eg_png_options *options,
                             struct eg_entity *entity_out, bool *indexed_out, struct eg_error *err)
{
    static const char *const media_types[] = {[EG_PICTURE_PNG] = "image/png",
                                              [EG_PICTURE_PNG8] = "image/png",
                                              [EG_PICTURE_JPEG] = "image/jpeg",
                                              [EG_PICTURE_WEBP] = "image/webp"};
    struct eg_buffer body;
    enum eg_status status;
    eg_buffer_init(&body, 0);
    switch (picture->format) {
    case EG_PICTURE_JPEG:
        status = encode_jpeg(picture, options, &body, err);
        break;
    case EG_PICTURE_WEBP:
        status = eg_webp_encode(picture->canvas, &body, err);
        break;
    case EG_PICTURE_PNG:
    case EG_PICTURE_PNG8:
    default:
        status = encode_png(picture, options, &body, indexed_out, err);
    }
    if (status == EG_OK)
        status = eg_entity_from_buffer(&body, media_types[picture->format], false, entity_out, err);
    eg_buffer_clear(&body);
    return status;
}

enum eg_status eg_draw_encode(const struct eg_drawing *drawing, const struct eg_picture *picture,
                              struct eg_entity *entity_out, bool *indexed_out, struct eg_error *err)
{
    struct eg_png_text texts[MOST_TEXTS] = {{"Comment", EG_TEXT("Fictional data")}};
    struct eg_png_options options = {
        .palette = drawing->dressed->palette, .texts = texts, .n_texts = drawing->snapshot->atlas->fictional};
    if (!picture->described) return encode(picture, &options, entity_out, indexed_out, err);
    struct eg_arena *arena = eg_arena_new(TEXTS_BYTES);
    enum eg_status status = EG_OK;
    if (!arena || !collect_texts(drawing, arena, &options, texts))
        status = eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK) status = encode(picture, &options, entity_out, indexed_out, err);
    eg_arena_free(arena);
    return status;
}

enum eg_status eg_draw_encode_plain(const struct eg_picture *picture, struct eg_entity *entity_out,
                                    struct eg_error *err)
{
    struct eg_png_options options = {0};
    return encode(picture, &options, entity_out, NULL, err);
}
