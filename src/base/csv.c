#include "base/csv.h"

#include <math.h>
#include <stdio.h>

static bool begins_like_formula(struct eg_text text)
{
    static const char signs[] = {'=', '+', '-', '@', '\t', '\r'};
    for (size_t i = 0; i < sizeof signs && text.len > 0; i++)
        if (text.data[0] == signs[i]) return true;
    return false;
}

/* One that begins with apostrophes needs one more, if what follows them does: the first is taken away again. */
static bool needs_guard(struct eg_text text)
{
    double number;
    while (text.len > 0 && text.data[0] == '\'') text = (struct eg_text){text.data + 1, text.len - 1};
    return begins_like_formula(text) && !eg_text_to_double(text, &number);
}

void eg_csv_cell(struct eg_buffer *out, struct eg_text text, bool is_first)
{
    bool quoted = needs_guard(text) && (text.data[0] == '\t' || text.data[0] == '\r');
    for (size_t i = 0; i < text.len && !quoted; i++)
        quoted = text.data[i] == ',' || text.data[i] == '"' || text.data[i] == '\n' || text.data[i] == '\r';
    if (text.len > 0 && !quoted) quoted = text.data[0] == ' ' || text.data[text.len - 1] == ' ';
    if (!is_first) eg_buffer_char(out, ',');
    if (quoted) eg_buffer_char(out, '"');
    if (needs_guard(text)) eg_buffer_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
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

struct eg_text eg_csv_unguard(struct eg_text cell)
{
    if (cell.len < 2 || cell.data[0] != '\'') return cell;
    struct eg_text rest = {cell.data + 1, cell.len - 1};
    return needs_guard(rest) ? rest : cell;
}
