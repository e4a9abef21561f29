/* What a series holds while its table is read: one state byte per area (0xFF until the area's row comes, so that duplicates and
 * areas without a row tell themselves), and eight bytes per area for each column that the atlas names. */
#include "data/join.h"

#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/memory.h"
#include "data/join_internal.h"

#define RANK_MAX 4e9
#define DECILE_MAX 10.0

/* --- lists ----------------------------------------------------------------------------------------------------------- */

enum eg_status eg_draft_list_add(struct eg_draft_list *list, struct eg_draft *draft, struct eg_error *err)
{
    void *items = list->items;
    if (!eg_memory_reserve(&items, &list->capacity, list->n + 1, sizeof(struct eg_draft *))) {
        return eg_error_no_memory(err, sizeof(struct eg_draft *));
    }
    list->items = items;
    list->items[list->n++] = draft;
    return EG_OK;
}

void eg_draft_list_clear(struct eg_draft_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        eg_textmap_free(list->items[i]->category_map);
        free(list->items[i]->category);
    }
    free(list->items);
    *list = (struct eg_draft_list){0};
}

bool eg_draft_weighs(const struct eg_draft *draft, const struct eg_atlas_aggregation *aggregation)
{
    return draft->weight_of && draft->table == aggregation->weight_table &&
           draft->series.boundaries == aggregation->from &&
           eg_text_equal(draft->weight_of->weight_column, aggregation->weight_column);
}

enum eg_status eg_wanted_add(struct eg_wanted *wanted, struct eg_text name, uint32_t *index_out,
                             struct eg_error *err)
{
    for (size_t i = 0; i < wanted->n; i++) {
        if (!eg_text_equal(wanted->names[i], name)) continue;
        *index_out = (uint32_t)i;
        return EG_OK;
    }
    void *names = wanted->names;
    if (!eg_memory_reserve(&names, &wanted->capacity, wanted->n + 1, sizeof *wanted->names)) {
        return eg_error_no_memory(err, sizeof *wanted->names);
    }
    wanted->names = names;
    *index_out = (uint32_t)wanted->n;
    wanted->names[wanted->n++] = name;
    return EG_OK;
}

enum eg_status eg_fill_init(struct eg_fill *fill, const struct eg_atlas_table *table,
                            const struct eg_atlas_columns *columns, struct eg_wanted *wanted,
                            struct eg_error *err)
{
    const struct eg_text names[EG_N_ROLES] = {columns->value, columns->numerator, columns->denominator,
                                              columns->lower, columns->upper,     columns->flag,
                                              columns->rank,  columns->decile};
    *fill = (struct eg_fill){.table = table, .multiplier = 1};
    enum eg_status status = EG_OK;
    for (int role = 0; role < EG_N_ROLES && status == EG_OK; role++) {
        fill->cell[role] = EG_FILL_NONE;
        if (names[role].len == 0) continue;
        fill->column[role] = names[role];
        fill->markers[role] = eg_cells_markers(table, names[role]);
        status = eg_wanted_add(wanted, names[role], &fill->cell[role], err);
    }
    return status;
}

/* --- drafts ---------------------------------------------------------------------------------------------------------- */

static bool add_array(struct eg_arena *arena, const struct eg_fill *fill, enum eg_role role, uint32_t n,
                      double **array)
{
    if (fill->cell[role] == EG_FILL_NONE) return true;
    *array = eg_arena_array(arena, n, sizeof **array);
    return *array != NULL;
}

struct eg_draft *eg_draft_new(const struct eg_join *join, const struct eg_fill *fill, uint32_t boundaries)
{
    uint32_t n = join->area_sets[boundaries].n_areas;
    struct eg_draft *draft = eg_arena_array(join->arena, 1, sizeof *draft);
    if (!draft) return NULL;
    struct eg_series *series = &draft->series;
    draft->table = join->table;
    series->boundaries = boundaries;
    series->state = eg_arena_array(join->arena, n, 1);
    series->has = eg_arena_array(join->arena, n, 1);
    bool done = series->state && series->has &&
                add_array(join->arena, fill, EG_ROLE_VALUE, n, &series->value) &&
                add_array(join->arena, fill, EG_ROLE_NUMERATOR, n, &series->numerator) &&
                add_array(join->arena, fill, EG_ROLE_DENOMINATOR, n, &series->denominator) &&
                add_array(join->arena, fill, EG_ROLE_LOWER, n, &series->lower) &&
                add_array(join->arena, fill, EG_ROLE_UPPER, n, &series->upper);
    if (done && fill->cell[EG_ROLE_RANK] != EG_FILL_NONE) {
        series->rank = eg_arena_array(join->arena, n, sizeof *series->rank);
        done = series->rank != NULL;
    }
    if (done && fill->cell[EG_ROLE_DECILE] != EG_FILL_NONE) {
        series->decile = eg_arena_array(join->arena, n, 1);
        done = series->decile != NULL;
    }
    if (!done) return NULL;
    memset(series->state, EG_DRAFT_NO_ROW, n);
    return draft;
}

/* Only the first one is told; what it is worth telling hangs on the area's state, which may become suppressed later. */
static void note_bad_cell(struct eg_draft *draft, const struct eg_fill *fill, enum eg_role role,
                          const struct eg_row *row, struct eg_arena *arena)
{
    if (draft->report.n_bad_cells++ > 0) return;
    struct eg_text shown = eg_cells_shown(row->cells[fill->cell[role]], arena);
    draft->bad_area = row->match.area;
    draft->bad_row = row->number;
    draft->bad_place =
        eg_text_format(arena, "row %u, column %.*s", row->number, EG_TEXT_ARG(fill->column[role]));
    draft->report.bad_cell =
        eg_text_format(arena, "%.*s: '%.*s'", EG_TEXT_ARG(draft->bad_place), EG_TEXT_ARG(shown));
}

/* Reads a cell as the number that everything else sees: multiplied where that is asked for, and settled, so that what is shown
 * and what is classed are one. A product beyond the largest double is no number. */
static struct eg_cell read_cell(const struct eg_fill *fill, enum eg_role role, const struct eg_row *row)
{
    bool in_unit = role == EG_ROLE_VALUE || role == EG_ROLE_LOWER || role == EG_ROLE_UPPER;
    struct eg_cell cell = eg_cells_number(fill->markers[role], row->cells[fill->cell[role]]);
    if (cell.kind != EG_CELL_NUMBER) return cell;
    if (in_unit) cell.number *= fill->multiplier;
    if (!eg_decimal_settle(cell.number, &cell.number)) cell.kind = EG_CELL_BAD;
    if (fill->is_weight && cell.number < 0) cell.kind = EG_CELL_BAD;
    return cell;
}

/* A row may show its value and hide a count: 4 in a hundred, of a hundred, says the numerator, and limits tell nearly as much. */
static bool hides_a_companion(const struct eg_fill *fill, const struct eg_row *row)
{
    static const enum eg_role roles[] = {EG_ROLE_NUMERATOR, EG_ROLE_DENOMINATOR, EG_ROLE_LOWER,
                                         EG_ROLE_UPPER};
    for (size_t i = 0; i < EG_ARRAY_LEN(roles); i++) {
        if (fill->cell[roles[i]] == EG_FILL_NONE) continue;
        struct eg_cell cell = eg_cells_number(fill->markers[roles[i]], row->cells[fill->cell[roles[i]]]);
        if (cell.kind == EG_CELL_MARKER && cell.state == EG_SUPPRESSED) return true;
    }
    return false;
}

/* A companion's number; false when the row has none. */
static bool read_companion(struct eg_draft *draft, const struct eg_fill *fill, enum eg_role role,
                           const struct eg_row *row, struct eg_arena *arena, double *number_out)
{
    if (fill->cell[role] == EG_FILL_NONE) return false;
    struct eg_cell cell = read_cell(fill, role, row);
    bool is_whole = role != EG_ROLE_RANK && role != EG_ROLE_DECILE;
    double most = role == EG_ROLE_DECILE ? DECILE_MAX : RANK_MAX;
    if (cell.kind == EG_CELL_NUMBER && !is_whole) {
        bool fits = cell.number >= 1 && cell.number <= most && (double)(uint32_t)cell.number == cell.number;
        if (!fits) cell.kind = EG_CELL_BAD;
    }
    if (cell.kind == EG_CELL_BAD) note_bad_cell(draft, fill, role, row, arena);
    if (cell.kind != EG_CELL_NUMBER) return false;
    *number_out = cell.number;
    return true;
}

static void fill_companions(struct eg_draft *draft, const struct eg_fill *fill, const struct eg_row *row,
                            struct eg_arena *arena)
{
    struct eg_series *series = &draft->series;
    const struct {
        enum eg_role role;
        uint8_t bit;
        double *array;
    } numbers[] = {{EG_ROLE_NUMERATOR, EG_HAS_NUMERATOR, series->numerator},
                   {EG_ROLE_DENOMINATOR, EG_HAS_DENOMINATOR, series->denominator},
                   {EG_ROLE_LOWER, EG_HAS_LOWER, series->lower},
                   {EG_ROLE_UPPER, EG_HAS_UPPER, series->upper}};
    uint32_t area = row->match.area;
    double number;
    bool hides = hides_a_companion(fill, row);
    for (size_t i = 0; i < EG_ARRAY_LEN(numbers) && !hides; i++) {
        if (!numbers[i].array || !read_companion(draft, fill, numbers[i].role, row, arena, &number)) continue;
        numbers[i].array[area] = number;
        series->has[area] |= numbers[i].bit;
    }
    if (series->rank && read_companion(draft, fill, EG_ROLE_RANK, row, arena, &number)) {
        series->rank[area] = (uint32_t)number;
        series->has[area] |= EG_HAS_RANK;
    }
    if (series->decile && read_companion(draft, fill, EG_ROLE_DECILE, row, arena, &number)) {
        series->decile[area] = (uint8_t)number;
        series->has[area] |= EG_HAS_DECILE;
    }
}

/* The category's number in order of first appearance. */
static enum eg_status intern_category(struct eg_draft *draft, struct eg_text name, struct eg_arena *arena,
                                      uint32_t *index_out, struct eg_error *err)
{
    if (!draft->category_map) draft->category_map = eg_textmap_new(16);
    if (!draft->category_map) return eg_error_no_memory(err, 16);
    uint32_t known = eg_textmap_get(draft->category_map, name);
    if (known != EG_TEXTMAP_NONE) {
        *index_out = known;
        return EG_OK;
    }
    if (draft->n_category >= EG_CATEGORIES_MAX) {
        return eg_error_set(err, EG_LIMIT, "more than %u categories; is `categorical` meant?",
                            EG_CATEGORIES_MAX);
    }
    void *list = draft->category;
    if (!eg_memory_reserve(&list, &draft->category_capacity, (size_t)draft->n_category + 1,
                           sizeof *draft->category)) {
        return eg_error_no_memory(err, sizeof *draft->category);
    }
    draft->category = list;
    struct eg_text copy = eg_text_copy(arena, name);
    if (!copy.data || eg_textmap_put(draft->category_map, copy, draft->n_category, NULL) != EG_OK) {
        return eg_error_no_memory(err, name.len);
    }
    *index_out = draft->n_category;
    draft->category[draft->n_category++] = copy;
    return EG_OK;
}

/* What an area's value is, before its flag. */
struct reading {
    double value;
    enum eg_state state;
};

static enum eg_status read_category(struct eg_draft *draft, const struct eg_fill *fill,
                                    const struct eg_row *row, struct eg_arena *arena, struct reading *out,
                                    struct eg_error *err)
{
    struct eg_text text = row->cells[fill->cell[EG_ROLE_VALUE]];
    uint32_t category = 0;
    out->state = eg_cells_marker(fill->markers[EG_ROLE_VALUE], text);
    if (out->state != EG_VALID) return EG_OK;
    enum eg_status status = intern_category(draft, eg_text_trim(text), arena, &category, err);
    out->value = category;
    return status;
}

static void read_number(struct eg_draft *draft, const struct eg_fill *fill, const struct eg_row *row,
                        struct eg_arena *arena, struct reading *out)
{
    struct eg_cell cell = read_cell(fill, EG_ROLE_VALUE, row);
    if (cell.kind == EG_CELL_BAD) note_bad_cell(draft, fill, EG_ROLE_VALUE, row, arena);
    if (cell.kind == EG_CELL_NUMBER) out->state = EG_VALID;
    else out->state = cell.kind == EG_CELL_MARKER ? cell.state : EG_MISSING;
    out->value = out->state == EG_VALID ? cell.number : 0;
}

/* Whether the row says that its value is suppressed, by flag or by marker. Nothing else of such a row is looked at, so that no
 * text of it can get into a report, a list of categories or a number. */
static bool is_suppressed_row(const struct eg_fill *fill, const struct eg_row *row)
{
    enum eg_state flagged;
    uint32_t flag = fill->cell[EG_ROLE_FLAG];
    bool known = flag != EG_FILL_NONE && eg_cells_flag(fill->table, row->cells[flag], &flagged);
    if (known && flagged == EG_SUPPRESSED) return true;
    struct eg_text cell = row->cells[fill->cell[EG_ROLE_VALUE]];
    const struct eg_atlas_markers *markers = fill->markers[EG_ROLE_VALUE];
    if (fill->categorical) return eg_cells_marker(markers, cell) == EG_SUPPRESSED;
    struct eg_cell read = eg_cells_number(markers, cell);
    return read.kind == EG_CELL_MARKER && read.state == EG_SUPPRESSED;
}

static enum eg_status read_value(struct eg_draft *draft, const struct eg_fill *fill, const struct eg_row *row,
                                 struct eg_arena *arena, struct reading *out, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    if (fill->categorical) status = read_category(draft, fill, row, arena, out, err);
    else read_number(draft, fill, row, arena, out);
    /* A text that means unreliable stands where the number should be: there is none to draw. */
    if (out->state == EG_UNRELIABLE) out->state = EG_MISSING;
    return status;
}

static void note_misfit(struct eg_draft *draft, const struct eg_row *row, struct eg_arena *arena)
{
    if (draft->report.n_misfit_rows++ > 0) return;
    draft->report.misfit_row = eg_text_format(arena, "row %u: %u cells, the header has %u", row->number,
                                              row->n_cells, row->n_header);
}

static enum eg_status fill_area(struct eg_draft *draft, const struct eg_fill *fill, const struct eg_row *row,
                                struct eg_arena *arena, struct eg_error *err)
{
    uint8_t *state = &draft->series.state[row->match.area];
    struct reading reading = {0};
    draft->report.n_matched++;
    bool fits = row->n_cells == row->n_header;
    if (!fits) note_misfit(draft, row, arena);
    *state = EG_SUPPRESSED;
    if (is_suppressed_row(fill, row)) return EG_OK;
    *state = EG_MISSING;
    if (!fits) return EG_OK;
    enum eg_status status = read_value(draft, fill, row, arena, &reading, err);
    if (status) return status;
    if (fill->cell[EG_ROLE_FLAG] != EG_FILL_NONE) {
        enum eg_state flagged;
        bool known = eg_cells_flag(fill->table, row->cells[fill->cell[EG_ROLE_FLAG]], &flagged);
        if (!known) note_bad_cell(draft, fill, EG_ROLE_FLAG, row, arena);
        reading.state = eg_cells_stricter(reading.state, flagged);
    }
    *state = (uint8_t)reading.state;
    if (reading.state != EG_VALID && reading.state != EG_UNRELIABLE) return EG_OK;
    draft->series.value[row->match.area] = reading.value;
    fill_companions(draft, fill, row, arena);
    return EG_OK;
}

static bool quotes(const struct eg_draft *draft, const struct eg_row *row)
{
    return draft->report.n_bad_cells > 0 && draft->bad_row == row->number &&
           draft->bad_area == row->match.area;
}

void eg_draft_unquote(struct eg_draft *draft, const struct eg_row *row, const struct eg_draft *other)
{
    if (quotes(draft, row) && other->series.boundaries == draft->series.boundaries &&
        other->series.state[row->match.area] == EG_SUPPRESSED)
        draft->report.bad_cell = draft->bad_place;
}

/* --- rows ------------------------------------------------------------------------------------------------------------ */

static void note_row_without_area(struct eg_draft *draft, const struct eg_row *row, struct eg_arena *arena)
{
    struct eg_series_report *report = &draft->report;
    bool padded = row->match.pad_to > 0;
    report->n_match_both += padded && row->match.trimmed;
    report->n_match_padded += padded && !row->match.trimmed;
    report->n_match_trimmed += !padded && row->match.trimmed;
    if (padded) report->pad_to = row->match.pad_to;
    uint32_t n = report->n_rows_without_area++;
    if (n >= EG_REPORT_SAMPLES) return;
    struct eg_text key = row->key_cell.len > 0 ? row->key_cell : EG_TEXT("(no key)");
    report->rows_without_area[n] = eg_cells_shown(key, arena);
}

enum eg_status eg_draft_row(struct eg_draft *draft, const struct eg_fill *fill, const struct eg_row *row,
                            struct eg_arena *arena, struct eg_error *err)
{
    if (row->match.area == EG_TEXTMAP_NONE) {
        note_row_without_area(draft, row, arena);
        return EG_OK;
    }
    if (draft->series.state[row->match.area] != EG_DRAFT_NO_ROW) {
        draft->report.n_duplicates++;
        return EG_OK;
    }
    return fill_area(draft, fill, row, arena, err);
}

/* Both sides have leftovers that look like the other's codes, and either many of one side or some of both: 2011 codes against
 * 2021 areas leave 6 and 3 per cent. A table for a larger country leaves rows only, and is no mismatch. */
static bool is_vintage_mismatch(const struct eg_series_report *report, uint32_t n_alike, uint32_t n_areas,
                                uint32_t n_rows)
{
    if (n_alike == 0 || report->n_rows_without_area == 0) return false;
    double areas = (double)n_alike / n_areas;
    double rows = (double)report->n_rows_without_area / (n_rows > 0 ? n_rows : 1);
    return areas > 0.2 || rows > 0.2 || (areas > 0.01 && rows > 0.01);
}

void eg_draft_finish(struct eg_draft *draft, const struct eg_area_set *set, const struct eg_keys *keys,
                     uint32_t n_rows)
{
    struct eg_series_report *report = &draft->report;
    uint32_t n_alike = 0;
    for (uint32_t i = 0; i < set->n_areas; i++) {
        if (draft->series.state[i] != EG_DRAFT_NO_ROW) continue;
        draft->series.state[i] = EG_MISSING;
        n_alike += eg_keys_is_alike(keys, set->codes[i]);
        uint32_t n = report->n_areas_without_row++;
        if (n < EG_REPORT_SAMPLES) report->areas_without_row[n] = set->codes[i];
    }
    report->vintage_mismatch = is_vintage_mismatch(report, n_alike, set->n_areas, n_rows);
}

enum eg_status eg_join_table(const struct eg_join *join, struct eg_draft_list *drafts, struct eg_error *err)
{
    if (join->atlas->tables[join->table].is_long) return eg_join_long(join, drafts, err);
    return eg_join_wide(join, drafts, err);
}
