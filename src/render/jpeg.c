/* libjpeg tells errors by a call that must not return: one setjmp takes them all. What it has compressed goes through a
 * destination of our own into the buffer. */
#include "render/jpeg.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h> /* before jpeglib.h, which needs it */
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

#define PIECE_BYTES 16384

struct writer {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr destination;
    jmp_buf on_error;
    struct eg_buffer *out;
    struct eg_error *err;
    enum eg_status status;
    JOCTET piece[PIECE_BYTES];
};

static void fail(j_common_ptr jpeg)
{
    struct writer *writer = jpeg->client_data;
    char message[JMSG_LENGTH_MAX];
    if (jpeg->err->msg_code == JERR_OUT_OF_MEMORY) {
        writer->status = eg_error_no_memory(writer->err, 0);
    } else {
        jpeg->err->format_message(jpeg, message);
        writer->status = eg_error_set(writer->err, EG_IO, "the JPEG could not be written: %s", message);
    }
    longjmp(writer->on_error, 1);
}

static void say_nothing(j_common_ptr jpeg)
{
    (void)jpeg;
}

static void start_piece(j_compress_ptr jpeg)
{
    struct writer *writer = jpeg->client_data;
    jpeg->dest->next_output_byte = writer->piece;
    jpeg->dest->free_in_buffer = PIECE_BYTES;
}

static boolean take_piece(j_compress_ptr jpeg)
{
    struct writer *writer = jpeg->client_data;
    eg_buffer_append(writer->out, writer->piece, PIECE_BYTES);
    start_piece(jpeg);
    return TRUE;
}

static void take_last(j_compress_ptr jpeg)
{
    struct writer *writer = jpeg->client_data;
    eg_buffer_append(writer->out, writer->piece, PIECE_BYTES - jpeg->dest->free_in_buffer);
}

static void open_writer(struct writer *writer)
{
    writer->jpeg.err = jpeg_std_error(&writer->errors);
    writer->errors.error_exit = fail;
    writer->errors.output_message = say_nothing;
    writer->jpeg.client_data = writer;
    jpeg_create_compress(&writer->jpeg);
    writer->jpeg.client_data = writer; /* which the call before has cleared in some versions */
    writer->destination.init_destination = start_piece;
    writer->destination.empty_output_buffer = take_piece;
    writer->destination.term_destination = take_last;
    writer->jpeg.dest = &writer->destination;
}

static void set_up(struct writer *writer, const struct eg_canvas *canvas,
                   const struct eg_jpeg_options *options)
{
    struct jpeg_compress_struct *jpeg = &writer->jpeg;
    jpeg->image_width = canvas->width;
    jpeg->image_height = canvas->height;
    jpeg->input_components = 4;
    jpeg->in_color_space = JCS_EXT_RGBX; /* the canvas's own rows, without a copy */
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, (int)options->quality, TRUE);
    jpeg->comp_info[0].h_samp_factor = jpeg->comp_info[0].v_samp_factor = 1;
    if (options->dpi < 1) return;
    jpeg->density_unit = 1; /* dots an inch */
    jpeg->X_density = jpeg->Y_density =
        (UINT16)(options->dpi < UINT16_MAX ? lround(options->dpi) : UINT16_MAX);
}

static void write_rows(struct writer *writer, const struct eg_canvas *canvas)
{
    while (writer->jpeg.next_scanline < writer->jpeg.image_height) {
        struct eg_rgba *row = &canvas->pixels[(size_t)writer->jpeg.next_scanline * canvas->width];
        JSAMPROW rows[1] = {&row->r};
        (void)jpeg_write_scanlines(&writer->jpeg, rows, 1);
    }
}

enum eg_status eg_jpeg_encode(const struct eg_canvas *canvas, const struct eg_jpeg_options *options,
                              struct eg_buffer *out, struct eg_error *err)
{
    struct writer writer = {.out = out, .err = err};
    if (setjmp(writer.on_error) == 0) {
        open_writer(&writer);
        set_up(&writer, canvas, options);
        jpeg_start_compress(&writer.jpeg, TRUE);
        if (options->comment)
            jpeg_write_marker(&writer.jpeg, JPEG_COM, (const JOCTET *)options->comment,
                              (unsigned)strlen(options->comment));
        write_rows(&writer, canvas);
        jpeg_finish_compress(&writer.jpeg);
    }
    jpeg_destroy_compress(&writer.jpeg);
    if (writer.status == EG_OK && out->failed) return eg_error_no_memory(err, out->len);
    return writer.status;
}
