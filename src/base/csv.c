#include "base/csv.h"

#include <math.h>
#include <stdio.h>

/* Where a spreadsheet may begin a cell: one that takes semicolons (as in much of Europe) or tabs for what parts cells does not heed our
 * quotation marks in the midst of a line, nor line ends within them. */
static bool parts_cells(char c)
{
    return c == ';' || c == '\n' || c == '\r' || c == '\t';
}

/* The signs, and their forms of full width, which spreadsheets of East Asia take for them. */
static bool begins_like_formula(struct eg_text text)
{
    static const char *const signs[] = {
        "=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
    for (size_t i = 0; i < EG_ARRAY_LEN(signs); i++)
        if (eg_text_starts_with(text, eg_text_from(signs[i]))) return true;
    return false;
}

/* Whether an apostrophe has to stand before a part of a cell, of which we get all that follows, too. One that begins with apostrophes needs
 * one more, if what follows them does: the first is taken away again. */
static bool needs_guard(struct eg_text part, bool is_first)
{
    double number;
    size_t end = 0;
    while (part.len > 0 && part.data[0] == '\'') part = (struct eg_text){part.data + 1, part.len - 1};
    if (is_first && part.len > 0 && (part.data[0] == '\t' || part.data[0] == '\r')) return true;
    if (!begins_like_formula(part)) return false;
    while (end < part.len && !parts_cells(part.data[end])) end++;
    return !eg_text_to_double((struct eg_text){part.data, end}, &number);
}

static bool begins_part(struct eg_text cell, size_t at)
{
    return at == 0 || parts_cells(cell.data[at - 1]);
}

static bool needs_quotes(struct eg_text text)
{
    bool quoted =
        text.len > 0 && (text.data[0] == ' ' || text.data[text.len - 1] == ' ' || text.data[0] == '\t');
    for (size_t i = 0; i < text.len && !quoted; i++)
        quoted = text.data[i] == ',' || text.data[i] == '"' || text.data[i] == '\n' || text.data[i] == '\r';
    return quoted;
}

void eg_csv_cell(struct eg_buffer *out, struct eg_text text, bool is_first)
{
    bool quoted = needs_quotes(text);
    if (!is_first) eg_buffer_char(out, ',');
    if (quoted) eg_buffer_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        struct eg_text rest = {text.data + i, text.len - i};
        if (begins_part(text, i) && needs_guard(rest, i == 0)) eg_buffer_char(out, '\'');
        if (text.data[i] == '"') eg_buffer_char(out, '"');
        eg_buffer_char(out, text.data[i]);
    }
    if (quoted) eg_buffer_char(out, '"');
}

void eg_csv_decimal(struct eg_buffer *out, double value, uint32_t decimals)
{
    char digits[48];
    unsigned long long scale = 1;
    for (uint32_t i = 0; i < decimals; i++) scale *= 10;
    long long units = llround(value * (double)scale);
    unsigned long long size = units < 0 ? 0 - (unsigned long long)units : (unsigned long long)units;
    int len = snprintf(digits, sizeof digits, "%s%llu.%0*llu", units < 0 ? "-" : "", size / scale,
                       (int)decimals, size % scale);
    while (digits[len - 1] == '0') len--;
    if (digits[len - 1] == '.') len--;
    eg_csv_cell(out, (struct eg_text){digits, (size_t)len}, false);
}

void eg_csv_end_row(struct eg_buffer *out)
{
    eg_buffer_literal(out, "\r\n");
}

size_t eg_csv_unguard(char *cell, size_t len)
{
    size_t to = 0;
    bool begins = true;
    for (size_t from = 0; from < len; from++) {
        struct eg_text rest = {cell + from + 1, len - from - 1};
        bool is_guard = begins && cell[from] == '\'' && needs_guard(rest, from == 0);
        begins = parts_cells(cell[from]);
        if (!is_guard) cell[to++] = cell[from];
    }
    return to;
}
