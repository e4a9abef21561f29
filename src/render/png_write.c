/* The file around the pixels, through libpng: signature, header, palette, transparency, resolution, texts, end. The pixels
 * themselves come compressed as IDAT chunks with their CRC-32, which the threads that packed them have worked out. */
#include "render/png_pieces_private.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/memory.h"
#include "render/adler.h"

#define INCHES_PER_METRE 39.3700787401575

/* All that must survive a longjmp. */
struct eg_png_file {
    png_structp png;
    png_infop info;
    const struct eg_png_head *head;
    const struct eg_png_options *options;
    struct eg_buffer *out;
    png_text *texts;
    struct eg_buffer words; /* the texts' values, NUL-terminated */
    enum eg_status status;
    struct eg_error *err;
};

static void on_error(png_structp png, png_const_charp message)
{
    struct eg_png_file *file = png_get_error_ptr(png);
    if (!file->status)
        file->status = eg_error_set(file->err, EG_INVALID, "cannot write the PNG: %s", message);
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
    struct eg_png_file *file = png_get_mem_ptr(png);
    void *memory = malloc(size);
    if (!memory) file->status = eg_error_no_memory(file->err, size);
    return memory;
}

static void release(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

static void append(png_structp png, png_bytep bytes, size_t n)
{
    struct eg_png_file *file = png_get_io_ptr(png);
    eg_buffer_append(file->out, bytes, n);
    if (!file->out->failed) return;
    file->status = eg_error_no_memory(file->err, file->out->len + n);
    png_longjmp(png, 1);
}

static void flush(png_structp png)
{
    (void)png;
}

/* --- texts ----------------------------------------------------------------------------------------------------------- */

/* Printable Latin-1, no blank at either end, no two in a row (PNG 1.2, 4.2.3.1). */
static bool is_keyword(const char *keyword)
{
    size_t len = strlen(keyword);
    if (len < 1 || len > 79 || keyword[0] == ' ' || keyword[len - 1] == ' ') return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)keyword[i];
        if (c < 32 || (c > 126 && c < 161) || (c == ' ' && keyword[i + 1] == ' ')) return false;
    }
    return true;
}

static bool is_plain(struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < 32 && c != '\n') || c > 126) return false;
    }
    return true;
}

static enum eg_status check_text(const struct eg_png_text *text, struct eg_error *err)
{
    if (!is_keyword(text->keyword))
        return eg_error_set(err, EG_INVALID,
                            "PNG does not allow the keyword \"%s\": 1 to 79 printable Latin-1 characters",
                            text->keyword);
    if (!eg_text_is_utf8(text->value))
        return eg_error_set(err, EG_INVALID, "the text for the PNG's \"%s\" is not UTF-8", text->keyword);
    return EG_OK;
}

/* libpng wants NUL-terminated texts; they lie one after the other in `words`. */
static enum eg_status gather_texts(struct eg_png_file *file)
{
    uint32_t n = file->options->n_texts;
    if (n == 0) return EG_OK;
    file->texts = eg_memory_zeroed(n, sizeof file->texts[0]);
    for (uint32_t i = 0; i < n; i++) {
        enum eg_status status = check_text(&file->options->texts[i], file->err);
        if (status) return status;
        eg_buffer_text(&file->words, file->options->texts[i].value);
        eg_buffer_char(&file->words, '\0');
    }
    if (!file->texts || file->words.failed) return eg_error_no_memory(file->err, n * sizeof file->texts[0]);
    char *word = file->words.data;
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_png_text *text = &file->options->texts[i];
        file->texts[i].compression =
            is_plain(text->value) ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
        file->texts[i].key = (char *)(uintptr_t)text->keyword; /* read only, though libpng does not say so */
        file->texts[i].text = word;
        word += text->value.len + 1;
    }
    return EG_OK;
}

/* --- the head -------------------------------------------------------------------------------------------------------- */

static void set_palette(struct eg_png_file *file)
{
    const struct eg_png_head *head = file->head;
    png_color colours[EG_PNG_COLOURS];
    png_byte alpha[EG_PNG_COLOURS];
    for (uint32_t i = 0; i < head->n_colours; i++) {
        struct eg_rgba straight = eg_png_straight(head->colours[i]);
        colours[i] = (png_color){straight.r, straight.g, straight.b};
        alpha[i] = straight.a;
    }
    png_set_PLTE(file->png, file->info, colours, (int)head->n_colours);
    if (head->n_faint > 0) png_set_tRNS(file->png, file->info, alpha, (int)head->n_faint, NULL);
}

static int colour_type(const struct eg_png_head *head)
{
    if (head->n_colours > 0) return PNG_COLOR_TYPE_PALETTE;
    return head->n_channels == 4 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB;
}

static void write_head(struct eg_png_file *file)
{
    const struct eg_png_head *head = file->head;
    png_set_write_fn(file->png, file, append, flush);
    png_set_IHDR(file->png, file->info, head->width, head->height, (int)head->bits, colour_type(head),
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (head->n_colours > 0) set_palette(file);
    double per_metre = file->options->dpi * INCHES_PER_METRE;
    if (per_metre >= 1 && per_metre < 1e9) {
        png_uint_32 resolution = (png_uint_32)(per_metre + 0.5);
        png_set_pHYs(file->png, file->info, resolution, resolution, PNG_RESOLUTION_METER);
    }
    if (file->texts) png_set_text(file->png, file->info, file->texts, (int)file->options->n_texts);
    png_write_info(file->png, file->info);
}

/* In each of these nothing but `file` lives across the jump. */
static enum eg_status open_guarded(struct eg_png_file *file)
{
    if (setjmp(png_jmpbuf(file->png))) return file->status;
    file->info = png_create_info_struct(file->png);
    if (!file->info) return file->status ? file->status : eg_error_no_memory(file->err, 0);
    write_head(file);
    return EG_OK;
}

enum eg_status eg_png_file_open(const struct eg_png_head *head, const struct eg_png_options *options,
                                struct eg_buffer *out, struct eg_png_file **file_out, struct eg_error *err)
{
    struct eg_png_file *file = eg_memory_zeroed(1, sizeof *file);
    if (!file) return eg_error_no_memory(err, sizeof *file);
    *file = (struct eg_png_file){.head = head, .options = options, .out = out, .err = err};
    eg_buffer_init(&file->words, 0);
    enum eg_status status = gather_texts(file);
    if (!status) {
        file->png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, file, on_error, on_warning, file,
                                              allocate, release);
        status = file->png ? open_guarded(file) : eg_error_no_memory(err, 0);
    }
    if (status) eg_png_file_close(file);
    else *file_out = file;
    return status;
}

/* --- data ------------------------------------------------------------------------------------------------------------- */

#define TYPE_BYTES 4u
#define AROUND_BYTES 64u /* a piece's length and checksum; the end of the file */

void eg_png_piece_begin(struct eg_png_piece *piece)
{
    piece->chunk.len = 0;
    piece->chunk.failed = false;
    piece->adler = 1;
    piece->n_bytes = 0;
    eg_buffer_append(&piece->chunk, "IDAT", TYPE_BYTES);
}

void eg_png_piece_end(struct eg_png_piece *piece)
{
    piece->crc = (uint32_t)crc32_z(0, (const Bytef *)piece->chunk.data, piece->chunk.len);
}

static void append_number(struct eg_buffer *out, uint32_t number)
{
    uint32_t bytes = __builtin_bswap32(number); /* highest first */
    eg_buffer_append(out, &bytes, sizeof bytes);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are written in the other order");

enum eg_status eg_png_file_data(struct eg_png_file *file, const struct eg_png_piece *pieces,
                                uint32_t n_pieces)
{
    struct eg_buffer *out = file->out;
    uint32_t adler = 1;
    size_t expected = AROUND_BYTES;
    for (uint32_t i = 0; i < n_pieces; i++) expected += pieces[i].chunk.len + AROUND_BYTES;
    eg_buffer_expect(out, expected);
    for (uint32_t i = 0; i < n_pieces; i++) {
        const struct eg_png_piece *piece = &pieces[i];
        bool last = i + 1 == n_pieces;
        uint32_t crc = piece->crc;
        adler = eg_adler32_join(adler, piece->adler, piece->n_bytes);
        append_number(out, (uint32_t)(piece->chunk.len - TYPE_BYTES + (last ? sizeof adler : 0)));
        eg_buffer_append(out, piece->chunk.data, piece->chunk.len);
        if (last) {
            uint32_t end = __builtin_bswap32(adler);
            eg_buffer_append(out, &end, sizeof end);
            crc = (uint32_t)crc32_z(crc, (const Bytef *)&end, sizeof end);
        }
        append_number(out, crc);
    }
    return out->failed ? eg_error_no_memory(file->err, out->len) : EG_OK;
}

enum eg_status eg_png_file_end(struct eg_png_file *file)
{
    if (setjmp(png_jmpbuf(file->png))) return file->status;
    png_write_chunk(file->png, (png_const_bytep) "IEND", NULL, 0);
    return EG_OK;
}

void eg_png_file_close(struct eg_png_file *file)
{
    if (file->png) png_destroy_write_struct(&file->png, &file->info);
    eg_buffer_clear(&file->words);
    free(file->texts);
    free(file);
}
