/* What somebody should look at, as sentences. A table with 56 indicators over 7 years that lacks two districts says so once,
 * not 392 times: series of one table on one set with the same counts share a finding. */
#include "data/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "data/report_internal.h"

#define LINE_BYTES 1024

const char *eg_report_state_key(enum eg_state state)
{
    static const char *const keys[EG_N_STATES] = {"valid", "missing", "suppressed", "unreliable",
                                                  "not_applicable"};
    return keys[state];
}

const char *eg_report_state_words(enum eg_state state)
{
    return state == EG_NOT_APPLICABLE ? "not applicable" : eg_report_state_key(state);
}

const char *eg_report_count(uint64_t n, char text[24])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    char *out = text;
    for (int i = 0; i < len && out < text + 22; i++) {
        if (i > 0 && (len - i) % 3 == 0) *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

/* --- lines ------------------------------------------------------------------------------------------------------------- */

struct teller {
    const struct eg_generation *generation;
    void (*say)(void *context, const char *line);
    void *context;
    char line[LINE_BYTES];
    size_t len;
};

static void add(struct teller *teller, const char *format, ...) EG_PRINTF(2, 3);
static void add(struct teller *teller, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof teller->line - teller->len;
    int n = vsnprintf(teller->line + teller->len, room, format, arguments);
    va_end(arguments);
    if (n > 0) teller->len += (size_t)n < room ? (size_t)n : room - 1;
}

static void add_samples(struct teller *teller, const struct eg_text *samples, uint32_t n)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < EG_REPORT_SAMPLES && samples[i].data; i++, shown++) {
        add(teller, "%s%.*s", i == 0 ? ": " : ", ", EG_TEXT_ARG(samples[i]));
    }
    if (shown > 0 && n > shown) add(teller, " ...");
}

static void end_line(struct teller *teller)
{
    if (teller->len > 0) teller->say(teller->context, teller->line);
    teller->len = 0;
    teller->line[0] = '\0';
}

static void add_counted(struct teller *teller, uint32_t n, const char *one, const char *many)
{
    char count[24];
    add(teller, "%s %s", eg_report_count(n, count), n == 1 ? one : many);
}

/* --- boundaries -------------------------------------------------------------------------------------------------------- */

static void begin_boundaries(struct teller *teller, uint32_t set)
{
    add(teller, "%.*s: ", EG_TEXT_ARG(teller->generation->atlas->boundaries[set].id));
}

static void tell_boundaries(struct teller *teller, uint32_t set)
{
    const struct eg_boundaries_report *report = &teller->generation->report->boundaries[set];
    if (report->looks_like_degrees) {
        begin_boundaries(teller, set);
        add(teller,
            "all coordinates lie within +-360, like degrees, although %s is projected (metres or "
            "feet): is `crs` right?",
            report->crs);
        end_line(teller);
    }
    if (report->topology.n_areas_dropped > 0) {
        begin_boundaries(teller, set);
        add_counted(teller, report->topology.n_areas_dropped, "area has", "areas have");
        add(teller, " no ground left after repair; %s not drawn",
            report->topology.n_areas_dropped == 1 ? "it is" : "they are");
        end_line(teller);
    }
    if (report->n_empty > 0) {
        begin_boundaries(teller, set);
        add_counted(teller, report->n_empty, "feature has", "features have");
        add(teller, " no code or no polygon and %s left out", report->n_empty == 1 ? "was" : "were");
        end_line(teller);
    }
    if (report->n_doubtful > 0) {
        begin_boundaries(teller, set);
        add_counted(teller, report->n_doubtful, "area has", "areas have");
        add(teller,
            " an edge of more than 180 degrees; it was taken the short way round, across the antimeridian: "
            "where the long way is meant, add vertices in between");
        end_line(teller);
    }
    if (report->topology.n_overlaps > 0) {
        begin_boundaries(teller, set);
        add_counted(teller, report->topology.n_overlaps, "pair of areas claims", "pairs of areas claim");
        add(teller, " the same ground; the one that comes first in the source keeps it, an enclave its own");
        end_line(teller);
    }
    if (report->n_unlocated > 0) {
        begin_boundaries(teller, set);
        add_counted(teller, report->n_unlocated, "smaller area lies", "smaller areas lie");
        add(teller, " in none of its areas");
        add_samples(teller, report->samples, report->n_unlocated);
        end_line(teller);
    }
}

/* --- series ------------------------------------------------------------------------------------------------------------ */

uint32_t eg_report_n_joins(const struct eg_generation *generation)
{
    return generation->n_series + generation->report->n_weights;
}

struct eg_report_join eg_report_join_at(const struct eg_generation *generation, uint32_t join)
{
    const struct eg_report *report = generation->report;
    if (join < generation->n_series)
        return (struct eg_report_join){&report->series[join], generation->series[join].boundaries};
    const struct eg_weight_report *weight = &report->weights[join - generation->n_series];
    return (struct eg_report_join){&weight->join, weight->boundaries};
}

bool eg_report_same_join(const struct eg_generation *generation, uint32_t a, uint32_t b)
{
    struct eg_report_join first = eg_report_join_at(generation, a);
    struct eg_report_join second = eg_report_join_at(generation, b);
    const struct eg_series_report *p = first.report;
    const struct eg_series_report *q = second.report;
    return p->table == q->table && first.boundaries == second.boundaries && p->n_matched == q->n_matched &&
           p->n_areas_without_row == q->n_areas_without_row &&
           p->n_rows_without_area == q->n_rows_without_area && p->n_duplicates == q->n_duplicates &&
           p->n_match_padded == q->n_match_padded && p->n_match_trimmed == q->n_match_trimmed &&
           p->n_match_both == q->n_match_both && p->n_misfit_rows == q->n_misfit_rows &&
           p->vintage_mismatch == q->vintage_mismatch;
}

static bool is_told_already(const struct eg_generation *generation, uint32_t join)
{
    for (uint32_t i = 0; i < join; i++) {
        if (eg_report_same_join(generation, i, join)) return true;
    }
    return false;
}

static void begin_join(struct teller *teller, struct eg_report_join join)
{
    const struct eg_atlas *atlas = teller->generation->atlas;
    uint32_t table = join.report->table;
    if (table != EG_ATLAS_NONE) add(teller, "%.*s on ", EG_TEXT_ARG(atlas->tables[table].id));
    add(teller, "%.*s: ", EG_TEXT_ARG(atlas->boundaries[join.boundaries].id));
}

static void tell_hints(struct teller *teller, struct eg_report_join join)
{
    const struct eg_series_report *report = join.report;
    if (report->vintage_mismatch) {
        begin_join(teller, join);
        add(teller,
            "the codes look alike but many have no partner; are table and boundaries of the same vintage?");
        end_line(teller);
    }
    if (report->n_match_padded > 0) {
        begin_join(teller, join);
        add_counted(teller, report->n_match_padded, "key", "keys");
        add(teller, " would match once padded with zeros: say `pad: %u` in the table's key", report->pad_to);
        end_line(teller);
    }
    if (report->n_match_trimmed > 0) {
        begin_join(teller, join);
        add_counted(teller, report->n_match_trimmed, "key", "keys");
        add(teller, " would match without the blanks around them: say `trim: true` in the table's key");
        end_line(teller);
    }
    if (report->n_match_both > 0) {
        begin_join(teller, join);
        add_counted(teller, report->n_match_both, "key", "keys");
        add(teller,
            " would match without the blanks around them and padded with zeros: say `trim: true` and "
            "`pad: %u` in the table's key",
            report->pad_to);
        end_line(teller);
    }
}

static void tell_leftovers(struct teller *teller, struct eg_report_join join)
{
    const struct eg_series_report *report = join.report;
    const struct eg_atlas_expect *expect = &teller->generation->atlas->tables[report->table].expect;
    if (report->n_areas_without_row > expect->areas_without_row) {
        begin_join(teller, join);
        add_counted(teller, report->n_areas_without_row, "area has", "areas have");
        add(teller, " no row");
        add_samples(teller, report->areas_without_row, report->n_areas_without_row);
        end_line(teller);
    }
    if (report->n_rows_without_area > expect->rows_without_area) {
        begin_join(teller, join);
        add_counted(teller, report->n_rows_without_area, "row has", "rows have");
        add(teller, " no area");
        add_samples(teller, report->rows_without_area, report->n_rows_without_area);
        end_line(teller);
    }
    if (report->n_misfit_rows > 0) {
        begin_join(teller, join);
        add_counted(teller, report->n_misfit_rows, "row has", "rows have");
        add(teller,
            " more or fewer cells than the header: no number of %s was taken, for they may stand in the "
            "wrong columns (a number with a comma needs quotes); first %.*s",
            report->n_misfit_rows == 1 ? "it" : "them", EG_TEXT_ARG(report->misfit_row));
        end_line(teller);
    }
    if (report->n_duplicates > 0) {
        begin_join(teller, join);
        add_counted(teller, report->n_duplicates, "row repeats", "rows repeat");
        add(teller, " the key of an earlier one, which counts");
        end_line(teller);
    }
}

/* "imd 2019", or "weight population". */
static void add_what(struct teller *teller, uint32_t join)
{
    const struct eg_generation *generation = teller->generation;
    if (join >= generation->n_series) {
        struct eg_text column = generation->report->weights[join - generation->n_series].column;
        add(teller, "weight %.*s", EG_TEXT_ARG(column));
        return;
    }
    const struct eg_series *series = &generation->series[join];
    add(teller, "%.*s %.*s", EG_TEXT_ARG(generation->atlas->indicators[series->indicator].id),
        EG_TEXT_ARG(series->period.id));
}

/* Cells are each join's own. */
static void tell_cells(struct teller *teller, uint32_t index)
{
    struct eg_report_join join = eg_report_join_at(teller->generation, index);
    const struct eg_series_report *report = join.report;
    if (report->n_bad_cells == 0) return;
    begin_join(teller, join);
    add_what(teller, index);
    add(teller, " has ");
    if (report->table == EG_ATLAS_NONE) {
        add_counted(teller, report->n_bad_cells, "aggregate that is", "aggregates that are");
        add(teller, " beyond the largest number, taken as missing; first that of %.*s",
            EG_TEXT_ARG(report->bad_cell));
    } else {
        bool weighs = index >= teller->generation->n_series;
        add_counted(teller, report->n_bad_cells, "cell that is", "cells that are");
        add(teller, " neither number nor marker, or %s, taken as missing; first in %.*s",
            weighs ? "below zero" : "too large once multiplied", EG_TEXT_ARG(report->bad_cell));
    }
    end_line(teller);
}

/* --- directories ------------------------------------------------------------------------------------------------------- */

static void tell_rejected(struct teller *teller, struct eg_text id, const struct eg_text *rejected,
                          uint32_t n_samples, uint32_t n_rejected)
{
    add(teller, "%.*s: ", EG_TEXT_ARG(id));
    add_counted(teller, n_rejected, "row was rejected", "rows were rejected");
    uint32_t shown = n_rejected < n_samples ? n_rejected : n_samples;
    for (uint32_t i = 0; i < shown; i++) {
        add(teller, "%s%.*s", i == 0 ? ": " : "; ", EG_TEXT_ARG(rejected[i]));
    }
    if (n_rejected > shown) add(teller, "; ...");
    end_line(teller);
}

static void tell_doubtful(struct teller *teller, const struct eg_entries *entries, uint32_t directory)
{
    const struct eg_entries_report *report = &entries->reports[directory];
    add(teller, "%.*s: ", EG_TEXT_ARG(entries->atlas->directories[directory].id));
    add_counted(teller, report->n_doubtful, "row is", "rows are");
    add(teller, " doubtful; first %.*s", EG_TEXT_ARG(report->doubtful));
    end_line(teller);
}

/* False when a directory rejected more than is expected, or has a doubtful row. */
static bool tell_directories(struct teller *teller, const struct eg_entries *entries)
{
    bool good = true;
    for (uint32_t i = 0; entries && i < entries->atlas->n_directories; i++) {
        bool beyond = eg_entries_beyond_expected(entries, i);
        bool doubtful = entries->reports[i].n_doubtful > 0;
        const struct eg_entries_report *report = &entries->reports[i];
        if (beyond)
            tell_rejected(teller, entries->atlas->directories[i].id, report->rejected, EG_ENTRIES_SAMPLES,
                          report->n_rejected);
        if (doubtful) tell_doubtful(teller, entries, i);
        good = good && !beyond && !doubtful;
    }
    return good;
}

/* False when a table of places rejected more than is expected. */
static bool tell_places(struct teller *teller)
{
    const struct eg_atlas *atlas = teller->generation->atlas;
    bool good = true;
    for (uint32_t i = 0; i < atlas->n_place_tables; i++) {
        const struct eg_place_report *report = &teller->generation->report->places[i];
        const struct eg_atlas_place_table *spec = &atlas->place_tables[i];
        if (report->n_rejected <= spec->expect.rejected_rows) continue;
        tell_rejected(teller, spec->id, report->rejected, EG_PLACE_SAMPLES, report->n_rejected);
        good = false;
    }
    return good;
}

/* --- all together ------------------------------------------------------------------------------------------------------ */

void eg_report_findings(struct eg_report_subject subject, void (*say)(void *context, const char *line),
                        void *context)
{
    const struct eg_generation *generation = subject.generation;
    struct teller teller = {.generation = generation, .say = say, .context = context};
    uint32_t n_joins = eg_report_n_joins(generation);
    for (uint32_t i = 0; i < n_joins; i++) {
        struct eg_report_join join = eg_report_join_at(generation, i);
        if (join.report->table == EG_ATLAS_NONE || is_told_already(generation, i)) continue;
        tell_hints(&teller, join);
        tell_leftovers(&teller, join);
    }
    for (uint32_t i = 0; i < n_joins; i++) tell_cells(&teller, i);
    for (uint32_t i = 0; i < generation->atlas->n_boundaries; i++) tell_boundaries(&teller, i);
    (void)tell_directories(&teller, subject.entries);
    (void)tell_places(&teller);
}

/* --- strict ------------------------------------------------------------------------------------------------------------ */

static void append_line(void *context, const char *line)
{
    eg_buffer_literal(context, line);
    eg_buffer_char(context, '\n');
}

static bool is_beyond_expected(const struct eg_generation *generation, const struct eg_series_report *report)
{
    if (report->table == EG_ATLAS_NONE) return false;
    const struct eg_atlas_expect *expect = &generation->atlas->tables[report->table].expect;
    return report->n_areas_without_row > expect->areas_without_row || report->n_misfit_rows > 0 ||
           report->n_rows_without_area > expect->rows_without_area;
}

bool eg_report_is_strict(struct eg_report_subject subject, struct eg_buffer *reasons)
{
    const struct eg_generation *generation = subject.generation;
    struct eg_buffer unused;
    eg_buffer_init(&unused, 0);
    struct teller teller = {
        .generation = generation, .say = append_line, .context = reasons ? reasons : &unused};
    bool good = true;
    for (uint32_t i = 0; i < eg_report_n_joins(generation); i++) {
        struct eg_report_join join = eg_report_join_at(generation, i);
        bool beyond = is_beyond_expected(generation, join.report);
        bool bad_cells = join.report->n_bad_cells > 0;
        if (beyond && !is_told_already(generation, i)) tell_leftovers(&teller, join);
        if (bad_cells) tell_cells(&teller, i);
        good = good && !beyond && !bad_cells;
    }
    good = tell_directories(&teller, subject.entries) && good;
    good = tell_places(&teller) && good;
    eg_buffer_clear(&unused);
    return good;
}
