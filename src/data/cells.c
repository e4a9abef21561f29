/* A marker list has a handful of short texts, so it is walked. A marker is looked for before a number is tried: -999 may be
 * both. */
#include "data/cells.h"

#include "base/error.h"

#define SHOWN_BYTES 60U

const struct eg_atlas_markers *eg_cells_markers(const struct eg_atlas_table *table, struct eg_text column)
{
    const struct eg_atlas_markers *general = NULL;
    for (uint32_t i = 0; i < table->n_markers; i++) {
        const struct eg_atlas_markers *markers = &table->markers[i];
        if (!markers->column.data) general = general ? general : markers;
        else if (eg_text_equal(markers->column, column)) return markers;
    }
    return general;
}

static bool holds(const struct eg_text *texts, uint32_t n, struct eg_text trimmed)
{
    for (uint32_t i = 0; i < n; i++) {
        if (eg_text_equal(eg_text_trim(texts[i]), trimmed)) return true;
    }
    return false;
}

enum eg_state eg_cells_marker(const struct eg_atlas_markers *markers, struct eg_text cell)
{
    struct eg_text trimmed = eg_text_trim(cell);
    for (int state = EG_MISSING; markers && state < EG_N_STATES; state++) {
        if (holds(markers->text[state], markers->n[state], trimmed)) return (enum eg_state)state;
    }
    return trimmed.len == 0 ? EG_MISSING : EG_VALID;
}

/* The state of the first marker that is the same number, EG_VALID without one: where -999 means missing, so does -999.0. */
static enum eg_state marker_of_number(const struct eg_atlas_markers *markers, double number)
{
    for (int state = EG_MISSING; markers && state < EG_N_STATES; state++) {
        for (uint32_t i = 0; i < markers->n[state]; i++) {
            double marked;
            bool is_same =
                eg_text_to_double(eg_text_trim(markers->text[state][i]), &marked) && marked == number;
            if (is_same) return (enum eg_state)state;
        }
    }
    return EG_VALID;
}

struct eg_cell eg_cells_number(const struct eg_atlas_markers *markers, struct eg_text cell)
{
    struct eg_text trimmed = eg_text_trim(cell);
    enum eg_state state = eg_cells_marker(markers, trimmed);
    if (state != EG_VALID) return (struct eg_cell){.kind = EG_CELL_MARKER, .state = state};
    double number;
    if (!eg_text_to_double(trimmed, &number)) return (struct eg_cell){.kind = EG_CELL_BAD};
    state = marker_of_number(markers, number);
    if (state != EG_VALID) return (struct eg_cell){.kind = EG_CELL_MARKER, .state = state};
    return (struct eg_cell){.kind = EG_CELL_NUMBER, .number = number};
}

bool eg_cells_flag(const struct eg_atlas_table *table, struct eg_text cell, enum eg_state *state_out)
{
    struct eg_text trimmed = eg_text_trim(cell);
    *state_out = EG_VALID;
    for (int state = EG_VALID; state < EG_N_STATES; state++) {
        if (!holds(table->flag_text[state], table->n_flag_text[state], trimmed)) continue;
        *state_out = (enum eg_state)state;
        return true;
    }
    return trimmed.len == 0;
}

/* --- quoting ----------------------------------------------------------------------------------------------------------- */

/* Bytes of a character that ends or hides a line, 0 for others: C0 and DEL; in UTF-8 C1, and U+2028 to U+202E (line and
 * paragraph separators, directions). */
static size_t control_bytes(const char *at, size_t left)
{
    unsigned char c = (unsigned char)at[0];
    if (c < 0x20 || c == 0x7F) return 1;
    unsigned char d = left > 1 ? (unsigned char)at[1] : 0;
    unsigned char e = left > 2 ? (unsigned char)at[2] : 0;
    if (c == 0xC2 && d >= 0x80 && d <= 0x9F) return 2;
    return c == 0xE2 && d == 0x80 && e >= 0xA8 && e <= 0xAE ? 3 : 0;
}

/* The text's first bytes, cut before the character that would be too much. */
static struct eg_text beginning(struct eg_text text)
{
    if (text.len <= SHOWN_BYTES) return text;
    size_t len = SHOWN_BYTES;
    while (len > 0 && ((unsigned char)text.data[len] & 0xC0U) == 0x80U) len--;
    return (struct eg_text){text.data, len};
}

struct eg_text eg_cells_shown(struct eg_text cell, struct eg_arena *arena)
{
    static const char hex[] = "0123456789ABCDEF";
    char shown[4 * SHOWN_BYTES];
    size_t n = 0, n_control = 0;
    struct eg_text text = beginning(cell);
    for (size_t i = 0; i < text.len; i++) {
        if (n_control == 0) n_control = control_bytes(text.data + i, text.len - i);
        unsigned char c = (unsigned char)text.data[i];
        if (n_control == 0) {
            shown[n++] = (char)c;
            continue;
        }
        n_control--;
        shown[n++] = '\\';
        shown[n++] = 'x';
        shown[n++] = hex[c >> 4U];
        shown[n++] = hex[c & 15U];
    }
    return eg_text_copy(arena, (struct eg_text){shown, n});
}

static int strictness(enum eg_state state)
{
    switch (state) {
    case EG_SUPPRESSED:
        return 4;
    case EG_NOT_APPLICABLE:
        return 3;
    case EG_MISSING:
        return 2;
    case EG_UNRELIABLE:
        return 1;
    case EG_VALID:
    case EG_N_STATES:
        break;
    }
    return 0;
}

enum eg_state eg_cells_stricter(enum eg_state a, enum eg_state b)
{
    return strictness(a) >= strictness(b) ? a : b;
}
