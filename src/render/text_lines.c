/* Breaking text into lines, greedily: as many words as fit. Labels have some words, so every candidate line is simply
 * measured whole. */
#include "render/font.h"

#include <stdlib.h>

#include "base/memory.h"

struct breaker {
    struct eg_font *font;
    const struct eg_type *type;
    uint32_t max_width_px;
    struct eg_lines *lines;
    struct eg_error *err;
};

static enum eg_status add_line(struct breaker *breaker, struct eg_text line)
{
    struct eg_lines *lines = breaker->lines;
    void *items = lines->line;
    uint32_t width;
    line = eg_text_trim(line);
    if (!eg_memory_reserve(&items, &lines->capacity, lines->n + 1u, sizeof line))
        return eg_error_no_memory(breaker->err, (lines->n + 1u) * sizeof line);
    lines->line = items;
    enum eg_status status = eg_font_measure(breaker->font, breaker->type, line, &width, breaker->err);
    if (status) return status;
    lines->line[lines->n++] = line;
    if (width > lines->width_px) lines->width_px = width;
    return EG_OK;
}

static enum eg_status fits(struct breaker *breaker, struct eg_text line, bool *fits_out)
{
    uint32_t width;
    enum eg_status status =
        eg_font_measure(breaker->font, breaker->type, eg_text_trim(line), &width, breaker->err);
    if (!status) *fits_out = width <= breaker->max_width_px;
    return status;
}

static bool continues_character(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* The next place after `at` where a line may end: before a blank, or at the end of the text. */
static size_t next_blank(struct eg_text text, size_t at)
{
    while (at < text.len && text.data[at] == ' ') at++;
    while (at < text.len && text.data[at] != ' ') at++;
    return at;
}

static size_t next_character(struct eg_text text, size_t at)
{
    for (at++; at < text.len && continues_character(text.data[at]); at++) {
    }
    return at;
}

/* The longest head of the text that fits and ends where `next` may end it, but never nothing. */
static enum eg_status longest_head(struct breaker *breaker, struct eg_text text,
                                   size_t (*next)(struct eg_text, size_t), size_t *len_out)
{
    *len_out = 0;
    for (size_t len = next(text, 0);; len = next(text, len)) {
        bool fitting = false;
        enum eg_status status = fits(breaker, (struct eg_text){text.data, len}, &fitting);
        if (status) return status;
        if (!fitting) return EG_OK;
        *len_out = len;
        if (len == text.len) return EG_OK;
    }
}

static enum eg_status break_paragraph(struct breaker *breaker, struct eg_text text)
{
    enum eg_status status = EG_OK;
    text = eg_text_trim(text);
    if (text.len == 0) return add_line(breaker, text);
    while (!status && text.len > 0) {
        size_t len;
        status = longest_head(breaker, text, next_blank, &len);
        if (!status && len == 0) status = longest_head(breaker, text, next_character, &len);
        if (len == 0) len = next_character(text, 0);
        if (!status) status = add_line(breaker, (struct eg_text){text.data, len});
        text = eg_text_trim((struct eg_text){text.data + len, text.len - len});
    }
    return status;
}

enum eg_status eg_lines_break(struct eg_font *font, const struct eg_type *type, struct eg_text text,
                              uint32_t max_width_px, struct eg_lines *lines, struct eg_error *err)
{
    struct breaker breaker = {font, type, max_width_px, lines, err};
    enum eg_status status = EG_OK;
    text = eg_text_trim(text);
    while (!status && text.len > 0) {
        struct eg_text paragraph;
        text = eg_text_cut(text, '\n', &paragraph);
        status = break_paragraph(&breaker, paragraph);
    }
    return status;
}
