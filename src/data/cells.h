/* From a cell's text to a number and its state, as the atlas's markers and flags say. */
#ifndef EG_DATA_CELLS_H
#define EG_DATA_CELLS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"
#include "data/atlas.h"

/* What a cell says. */
enum eg_cell_kind {
    EG_CELL_NUMBER,
    EG_CELL_MARKER, /* or empty: `state` says what for */
    EG_CELL_BAD     /* neither a number nor a marker */
};

struct eg_cell {
    enum eg_cell_kind kind;
    double number;       /* EG_CELL_NUMBER */
    enum eg_state state; /* EG_CELL_MARKER: never EG_VALID */
};

/* The markers that hold for a column: its own, else the table's general ones, else NULL (only the empty cell is missing). */
const struct eg_atlas_markers *eg_cells_markers(const struct eg_atlas_table *table, struct eg_text column);

/* The state that a text stands for, EG_VALID when it is no marker; blanks at its ends do not count. The empty cell is missing
 * unless the markers claim it. */
enum eg_state eg_cells_marker(const struct eg_atlas_markers *markers, struct eg_text cell);

/* Reads a cell that should hold a finite decimal number. A number equal to a marker that is a number is that marker, however
 * both are written. Thousands separators, units and decimal commas make a bad cell. */
struct eg_cell eg_cells_number(const struct eg_atlas_markers *markers, struct eg_text cell);

/* The state that a flag stands for. False when a text that is not empty is in no list. */
bool eg_cells_flag(const struct eg_atlas_table *table, struct eg_text cell, enum eg_state *state_out);

/* A cell as it may be quoted in a sentence: at most 60 bytes of it, never half a character, with control characters and line
 * ends as \x0A. In the arena; data is NULL when the arena refused. */
struct eg_text eg_cells_shown(struct eg_text cell, struct eg_arena *arena);

/* Of two findings about one value the one that says less may be shown: suppressed before not applicable before missing before
 * unreliable before valid. */
enum eg_state eg_cells_stricter(enum eg_state a, enum eg_state b);

#endif
