/* PNG in, through libpng, into a premultiplied canvas. For goldens and tests, but held to the rule for any input: libpng's
 * own limits bound what a hostile file can make it allocate, and every error comes back through one setjmp. */
#include "render/png.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIDE_PX 16384u
#define MAX_CHUNK_BYTES (8u << 20)
#define MAX_CHUNKS 1000u
#define MAX_ALLOCATION_BYTES                                                                                 \
    (16u << 20) /* libpng only warns of a chunk that is too large, and asks for it all the same */

/* All that must survive a longjmp. */
struct reader {
    png_structp png;
    png_infop info;
    struct eg_text left; /* not yet read */
    struct eg_canvas canvas;
    enum eg_status status;
    struct eg_error *err;
};

static void on_error(png_structp png, png_const_charp message)
{
    struct reader *reader = png_get_error_ptr(png);
    if (!reader->status)
        reader->status = eg_error_set(reader->err, EG_INVALID, "not a usable PNG: %s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

/* libpng turns a NULL into its own "out of memory" error; the status is ours. */
static png_voidp allocate(png_structp png, png_alloc_size_t size)
{
    struct reader *reader = png_get_mem_ptr(png);
    if (size > MAX_ALLOCATION_BYTES) {
        reader->status = eg_error_set(reader->err, EG_LIMIT, "a part of the PNG is larger than %u bytes",
                                      MAX_ALLOCATION_BYTES);
        return NULL;
    }
    void *memory = malloc(size);
    if (!memory) reader->status = eg_error_no_memory(reader->err, size);
    return memory;
}

static void release(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

static void read_bytes(png_structp png, png_bytep out, size_t n)
{
    struct reader *reader = png_get_io_ptr(png);
    if (n > reader->left.len) png_error(png, "the file ends too early");
    memcpy(out, reader->left.data, n);
    reader->left.data += n;
    reader->left.len -= n;
}

static void check_size(struct reader *reader)
{
    if (png_get_image_width(reader->png, reader->info) <= MAX_SIDE_PX &&
        png_get_image_height(reader->png, reader->info) <= MAX_SIDE_PX)
        return;
    reader->status =
        eg_error_set(reader->err, EG_LIMIT, "the PNG is larger than %u x %u", MAX_SIDE_PX, MAX_SIDE_PX);
    png_error(reader->png, "too large");
}

/* Whatever the file holds, rows come as 8-bit RGBA, straight alpha. */
static void ask_for_rgba(struct reader *reader)
{
    png_set_expand(reader->png);
    png_set_scale_16(reader->png);
    png_set_gray_to_rgb(reader->png);
    png_set_add_alpha(reader->png, 255, PNG_FILLER_AFTER);
}

static void premultiply(struct eg_canvas *canvas)
{
    size_t n = (size_t)canvas->width * canvas->height;
    for (size_t i = 0; i < n; i++)
        if (canvas->pixels[i].a < 255) canvas->pixels[i] = eg_rgba_premultiply(canvas->pixels[i]);
}

static void read_picture(struct reader *reader)
{
    png_structp png = reader->png;
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* ours come with a status of their own */
    png_set_chunk_malloc_max(png, MAX_CHUNK_BYTES);
    png_set_chunk_cache_max(png, MAX_CHUNKS);
    png_set_read_fn(png, reader, read_bytes);
    png_read_info(png, reader->info);
    check_size(reader);
    ask_for_rgba(reader);
    int n_passes = png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
    reader->status = eg_canvas_init(&reader->canvas, png_get_image_width(png, reader->info),
                                    png_get_image_height(png, reader->info), reader->err);
    if (reader->status) png_error(png, "no canvas");
    if (png_get_rowbytes(png, reader->info) != 4u * (size_t)reader->canvas.width)
        png_error(png, "unexpected rows");
    for (int pass = 0; pass < n_passes; pass++)
        for (uint32_t y = 0; y < reader->canvas.height; y++)
            png_read_row(png, (png_bytep)(reader->canvas.pixels + (size_t)y * reader->canvas.width), NULL);
    png_read_end(png, NULL);
    premultiply(&reader->canvas);
}

/* Nothing but `reader` lives across the jump. */
static void read_guarded(struct reader *reader)
{
    if (setjmp(png_jmpbuf(reader->png))) return;
    reader->info = png_create_info_struct(reader->png);
    if (!reader->info) {
        if (!reader->status) reader->status = eg_error_no_memory(reader->err, 0);
        return;
    }
    read_picture(reader);
}

enum eg_status eg_png_decode(struct eg_text png, struct eg_canvas *canvas_out, struct eg_error *err)
{
    struct reader reader = {.left = png, .err = err};
    reader.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning, &reader,
                                          allocate, release);
    if (!reader.png) return eg_error_no_memory(err, 0);
    read_guarded(&reader);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    if (reader.status) eg_canvas_clear(&reader.canvas);
    else *canvas_out = reader.canvas;
    return reader.status;
}
