/* Text through HarfBuzz (which glyphs, where) and FreeType (what they look like).
 *
 * Glyphs are hinted in height only, so that stems keep their weight and lines of text their even spacing, and each is
 * drawn at its own quarter of a pixel: small text stays crisp and is not crammed.
 *
 * Lines are broken by measuring many candidates, and the legends of an atlas, all of which its capabilities give the size of,
 * have most of their words in common. So the width of a word in a type is remembered, and a line is as wide as its words and
 * blanks: letters are not kerned against blanks in the fonts that were tried (tests/unit/test_legend.c compares). */
#include "render/font.h"

#include <ft2build.h>
#include <freetype/freetype.h>
#include <freetype/ftoutln.h>
#include <hb-ft.h>
#include <hb.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

#define DEFAULT_PATH "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
#define DEFAULT_BOLD_PATH "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"
#define UNITS_PER_PX 64 /* FreeType's 26.6 numbers */
#define STEPS_PER_PX 4  /* places of a glyph between two pixels */
#define MAX_SIZE_PX 500
#define WORDS                                                                                                \
    4096u /* widths remembered, a power of two: three hundred legends have some two thousand words */

struct face {
    FT_Face ft;
    hb_font_t *hb;
    double size_px; /* that both are set to */
};

struct word {
    uint64_t key; /* hash of type and letters; 0: free */
    int32_t width;
};

struct eg_font {
    pthread_mutex_t
        lock; /* guards all below; the last to be taken: nothing else is locked while it is held */
    FT_Library library;
    struct face regular, bold; /* of a font that the caller names, both are the same file */
    hb_buffer_t *buffer;
    struct word *words; /* [WORDS], by the low bits of the key; a newer word takes the place of an older */
};

/* --- opening --------------------------------------------------------------------------------------------------------- */

static void close_face(struct face *face)
{
    if (face->hb) hb_font_destroy(face->hb);
    if (face->ft) FT_Done_Face(face->ft);
}

static enum eg_status open_face(struct eg_font *font, const char *path, struct face *face,
                                struct eg_error *err)
{
    FT_Error error = FT_New_Face(font->library, path, 0, &face->ft);
    if (error == FT_Err_Out_Of_Memory) return eg_error_no_memory(err, 0);
    if (error || !FT_IS_SCALABLE(face->ft)) {
        (void)eg_error_set(err, EG_IO,
                           "cannot read the font %s; install the Debian package fonts-dejavu-core, or name "
                           "another scalable font",
                           path);
        (void)eg_error_at(err, path, 0, 0);
        return EG_IO;
    }
    face->hb = hb_ft_font_create_referenced(face->ft);
    hb_ft_font_set_load_flags(face->hb, FT_LOAD_NO_HINTING);
    return EG_OK;
}

static enum eg_status open_all(struct eg_font *font, const char *path, struct eg_error *err)
{
    if (FT_Init_FreeType(&font->library)) return eg_error_no_memory(err, 0);
    font->words = eg_memory_zeroed(WORDS, sizeof *font->words);
    if (!font->words) return eg_error_no_memory(err, WORDS * sizeof *font->words);
    font->buffer = hb_buffer_create();
    if (!hb_buffer_allocation_successful(font->buffer)) return eg_error_no_memory(err, 0);
    enum eg_status status = open_face(font, path ? path : DEFAULT_PATH, &font->regular, err);
    if (status) return status;
    return open_face(font, path ? path : DEFAULT_BOLD_PATH, &font->bold, err);
}

enum eg_status eg_font_open(const char *path, struct eg_font **font_out, struct eg_error *err)
{
    struct eg_font *font = eg_memory_zeroed(1, sizeof *font);
    if (!font) return eg_error_no_memory(err, sizeof *font);
    if (pthread_mutex_init(&font->lock, NULL)) {
        free(font);
        return eg_error_no_memory(err, sizeof *font);
    }
    enum eg_status status = open_all(font, path, err);
    if (status) eg_font_close(font);
    else *font_out = font;
    return status;
}

void eg_font_close(struct eg_font *font)
{
    if (!font) return;
    close_face(&font->bold);
    close_face(&font->regular);
    if (font->buffer) hb_buffer_destroy(font->buffer);
    if (font->library) FT_Done_FreeType(font->library);
    free(font->words);
    pthread_mutex_destroy(&font->lock);
    free(font);
}

/* --- shaping ---------------------------------------------------------------------------------------------------------- */

/* A glyph in place: 26.6 pixels from the line's start, up from its baseline. */
typedef enum eg_status glyph_fn(void *context, struct face *face, uint32_t glyph, int32_t x, int32_t y);

static enum eg_status set_size(struct face *face, double size_px)
{
    size_px = fmin(fmax(size_px, 1), MAX_SIZE_PX);
    if (face->size_px == size_px) return EG_OK;
    if (FT_Set_Char_Size(face->ft, 0, (FT_F26Dot6)lround(size_px * UNITS_PER_PX), 72, 72))
        return EG_NO_MEMORY;
    hb_ft_font_changed(face->hb);
    hb_ft_font_set_load_flags(face->hb, FT_LOAD_NO_HINTING);
    face->size_px = size_px;
    return EG_OK;
}

static void shape(struct eg_font *font, struct face *face, struct eg_text line,
                  const struct eg_text_item *item)
{
    hb_buffer_t *buffer = font->buffer;
    hb_buffer_reset(buffer);
    hb_buffer_add_utf8(buffer, line.data, (int)line.len, item->begin, (int)(item->end - item->begin));
    hb_buffer_set_script(buffer, (hb_script_t)item->script);
    hb_buffer_set_direction(buffer, item->right_to_left ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
    hb_buffer_guess_segment_properties(buffer); /* the language, and the script where there is none */
    hb_shape(face->hb, buffer, NULL, 0);
}

/* Calls `visit` (which may be NULL) for every glyph of the line; *end_out is the pen's last place. */
static enum eg_status walk(struct eg_font *font, const struct eg_type *type, struct eg_text line,
                           glyph_fn *visit, void *context, int32_t *end_out)
{
    struct face *face = type->bold ? &font->bold : &font->regular;
    struct eg_text_item items[EG_TEXT_ITEMS_MAX];
    uint32_t n_items = eg_text_itemise(line, items), n;
    enum eg_status status = set_size(face, type->size_px);
    int32_t pen = 0;
    for (uint32_t i = 0; i < n_items && !status; i++) {
        shape(font, face, line, &items[i]);
        if (!hb_buffer_allocation_successful(font->buffer)) return EG_NO_MEMORY;
        const hb_glyph_info_t *info = hb_buffer_get_glyph_infos(font->buffer, &n);
        const hb_glyph_position_t *position = hb_buffer_get_glyph_positions(font->buffer, &n);
        for (uint32_t g = 0; g < n && !status; g++) {
            if (visit)
                status =
                    visit(context, face, info[g].codepoint, pen + position[g].x_offset, position[g].y_offset);
            pen += position[g].x_advance;
        }
    }
    *end_out = pen;
    return status;
}

/* --- measuring --------------------------------------------------------------------------------------------------------- */

static uint64_t key_of(const struct eg_type *type, struct eg_text word)
{
    uint64_t seed;
    memcpy(&seed, &type->size_px, sizeof seed);
    uint64_t key = eg_hash64(word.data, word.len, seed ^ (type->bold ? 1 : 0));
    return key != 0 ? key : 1;
}

/* In 26.6 pixels. */
static enum eg_status measure_word(struct eg_font *font, const struct eg_type *type, struct eg_text word,
                                   int32_t *width_out)
{
    uint64_t key = key_of(type, word);
    struct word *kept = &font->words[key & (WORDS - 1)];
    if (kept->key != key) {
        int32_t width = 0;
        enum eg_status status = walk(font, type, word, NULL, NULL, &width);
        if (status) return status;
        *kept = (struct word){key, width};
    }
    *width_out = kept->width;
    return EG_OK;
}

/* The next word, or the blank that stands at the text's beginning. */
static struct eg_text next_word(struct eg_text text)
{
    size_t len = 1;
    while (text.data[0] != ' ' && len < text.len && text.data[len] != ' ') len++;
    return (struct eg_text){text.data, len};
}

static enum eg_status measure(struct eg_font *font, const struct eg_type *type, struct eg_text line,
                              int32_t *width_out)
{
    int32_t sum = 0;
    enum eg_status status = EG_OK;
    while (line.len > 0 && !status) {
        int32_t width = 0;
        struct eg_text word = next_word(line);
        status = measure_word(font, type, word, &width);
        sum += width;
        line = (struct eg_text){line.data + word.len, line.len - word.len};
    }
    *width_out = sum;
    return status;
}

enum eg_status eg_font_measure(struct eg_font *font, const struct eg_type *type, struct eg_text line,
                               uint32_t *width_px_out, struct eg_error *err)
{
    int32_t end = 0;
    pthread_mutex_lock(&font->lock);
    enum eg_status status = measure(font, type, line, &end);
    pthread_mutex_unlock(&font->lock);
    if (status) return eg_error_no_memory(err, 0);
    *width_px_out = end > 0 ? (uint32_t)(end + UNITS_PER_PX - 1) / UNITS_PER_PX : 0;
    return EG_OK;
}

/* --- drawing ---------------------------------------------------------------------------------------------------------- */

struct pen {
    struct eg_canvas *canvas;
    struct eg_rgba colour; /* straight */
    struct eg_font_place start;
};

static uint8_t mix(uint32_t from, uint32_t to, uint32_t share)
{
    return (uint8_t)((from * (255 - share) + to * share + 127) / 255);
}

/* The colour over the pixel, faded to the cover. */
static void compose(struct eg_rgba *pixel, struct eg_rgba colour, uint8_t cover)
{
    uint8_t share = mix(0, colour.a, cover);
    *pixel = (struct eg_rgba){.r = mix(pixel->r, colour.r, share),
                              .g = mix(pixel->g, colour.g, share),
                              .b = mix(pixel->b, colour.b, share),
                              .a = mix(pixel->a, 255, share)};
}

static void compose_bitmap(const struct pen *pen, const FT_Bitmap *bitmap, int32_t left, int32_t top)
{
    for (uint32_t row = 0; row < bitmap->rows; row++) {
        int64_t y = (int64_t)top + row;
        if (y < 0 || y >= pen->canvas->height) continue;
        const uint8_t *cover = bitmap->buffer + (ptrdiff_t)row * bitmap->pitch;
        for (uint32_t column = 0; column < bitmap->width; column++) {
            int64_t x = (int64_t)left + column;
            if (x < 0 || x >= pen->canvas->width || cover[column] == 0) continue;
            compose(&pen->canvas->pixels[(size_t)y * pen->canvas->width + (size_t)x], pen->colour,
                    cover[column]);
        }
    }
}

/* A glyph that the font cannot draw is left out: a legend with a gap is better than none. */
static enum eg_status draw_glyph(void *context, struct face *face, uint32_t glyph, int32_t x, int32_t y)
{
    const struct pen *pen = context;
    int32_t step = UNITS_PER_PX / STEPS_PER_PX;
    int32_t place = (x + step / 2) & ~(step - 1); /* rounded down below zero, too */
    int32_t whole = place >> 6, part = place & (UNITS_PER_PX - 1);
    FT_Error error = FT_Load_Glyph(face->ft, glyph, FT_LOAD_TARGET_LIGHT | FT_LOAD_NO_BITMAP);
    if (error == FT_Err_Out_Of_Memory) return EG_NO_MEMORY;
    if (error || face->ft->glyph->format != FT_GLYPH_FORMAT_OUTLINE) return EG_OK;
    FT_GlyphSlot slot = face->ft->glyph;
    FT_Outline_Translate(&slot->outline, part, y);
    error = FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL);
    if (error == FT_Err_Out_Of_Memory) return EG_NO_MEMORY;
    if (!error)
        compose_bitmap(pen, &slot->bitmap, pen->start.x + whole + slot->bitmap_left,
                       pen->start.y - slot->bitmap_top);
    return EG_OK;
}

enum eg_status eg_font_draw(struct eg_font *font, const struct eg_type *type, struct eg_text line,
                            struct eg_font_place place, struct eg_canvas *canvas, struct eg_error *err)
{
    struct pen pen = {canvas, type->colour, place};
    int32_t end;
    pthread_mutex_lock(&font->lock);
    enum eg_status status = walk(font, type, line, draw_glyph, &pen, &end);
    pthread_mutex_unlock(&font->lock);
    return status ? eg_error_no_memory(err, 0) : EG_OK;
}
