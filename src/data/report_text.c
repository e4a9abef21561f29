/* A page for a planner: first what needs attention, then every boundary set, then every indicator with one line per boundary set
 * (periods with the same result on one line, indicators with the same lines together), then the weights, if means take any. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/report_internal.h"

#define PAGE_WIDTH 96

static void count(struct eg_buffer *out, uint64_t n)
{
    char text[24];
    eg_buffer_literal(out, eg_report_count(n, text));
}

static void counted(struct eg_buffer *out, uint64_t n, const char *one, const char *many)
{
    count(out, n);
    eg_buffer_printf(out, " %s", n == 1 ? one : many);
}

static void heading(struct eg_buffer *out, const char *text)
{
    eg_buffer_printf(out, "\n%s\n", text);
    for (size_t i = 0; text[i]; i++) eg_buffer_char(out, '-');
    eg_buffer_char(out, '\n');
}

/* --- what needs attention ---------------------------------------------------------------------------------------------- */

struct findings {
    struct eg_buffer *out;
    uint32_t n;
};

static void write_finding(void *context, const char *line)
{
    struct findings *findings = context;
    eg_buffer_printf(findings->out, "- %s\n", line);
    findings->n++;
}

static bool has_leftovers(const struct eg_generation *generation)
{
    for (uint32_t i = 0; i < eg_report_n_joins(generation); i++) {
        const struct eg_series_report *report = eg_report_join_at(generation, i).report;
        if (report->n_areas_without_row > 0 || report->n_rows_without_area > 0) return true;
    }
    return false;
}

static void write_findings(struct eg_report_subject subject, struct eg_buffer *out)
{
    heading(out, "To look at");
    struct findings findings = {out, 0};
    eg_report_findings(subject, write_finding, &findings);
    if (findings.n > 0) return;
    if (has_leftovers(subject.generation))
        eg_buffer_literal(out,
                          "Nothing beyond what the atlas expects; what the join leaves over stands below.\n");
    else eg_buffer_literal(out, "Nothing: every area has its row and every row its area.\n");
}

/* --- boundaries -------------------------------------------------------------------------------------------------------- */

static void write_samples(struct eg_buffer *out, const struct eg_boundaries_report *report)
{
    for (uint32_t i = 0; i < report->n_samples; i++) {
        eg_buffer_printf(out, "      %.*s\n", EG_TEXT_ARG(report->samples[i]));
    }
}

static void write_origin(struct eg_buffer *out, const struct eg_boundaries_report *report)
{
    eg_buffer_printf(out, "    from %s by %s, ", report->crs, report->operation);
    if (report->accuracy_m < 0) eg_buffer_literal(out, "accuracy not stated\n");
    else if (report->accuracy_m > 0) eg_buffer_printf(out, "accurate to %g m\n", report->accuracy_m);
    else eg_buffer_literal(out, "exact\n");
}

static void write_features(struct eg_buffer *out, const struct eg_boundaries_report *report)
{
    const struct {
        uint32_t n;
        const char *one, *many;
    } lines[] = {
        {report->n_multipart, "area is made of several features", "areas are made of several features"},
        {report->n_empty, "feature without code or polygon was left out",
         "features without code or polygon were left out"},
        {report->n_repaired, "polygon was not valid and was repaired",
         "polygons were not valid and were repaired"},
        {report->n_clipped, "area was cut at the antimeridian or near a pole",
         "areas were cut at the antimeridian or near a pole"},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(lines); i++) {
        if (lines[i].n == 0) continue;
        eg_buffer_literal(out, "    ");
        counted(out, lines[i].n, lines[i].one, lines[i].many);
        eg_buffer_char(out, '\n');
    }
}

static void write_topology(struct eg_buffer *out, const struct eg_boundaries_report *report)
{
    const struct eg_topology_report *topology = &report->topology;
    eg_buffer_literal(out, "    ");
    counted(out, topology->n_arcs, "stretch of border", "stretches of border");
    eg_buffer_literal(out, ", ");
    count(out, topology->n_arcs_shared);
    eg_buffer_literal(out, " shared by two areas");
    if (topology->n_gaps + topology->n_overlaps + topology->n_t_junctions + topology->n_snapped == 0) {
        eg_buffer_literal(out, "; no gaps, no overlaps, nothing moved\n");
        return;
    }
    eg_buffer_literal(out, "; ");
    counted(out, topology->n_gaps, "gap, ", "gaps, ");
    counted(out, topology->n_overlaps, "overlap, ", "overlaps, ");
    counted(out, topology->n_t_junctions, "T-junction\n", "T-junctions\n");
    if (topology->n_snapped == 0) return;
    eg_buffer_literal(out, "    ");
    counted(out, topology->n_snapped, "vertex", "vertices");
    eg_buffer_printf(out, " moved to meet a neighbour's, at most %.3g m\n", report->snap_max_m);
}

static void write_set(const struct eg_generation *generation, uint32_t set, struct eg_buffer *out)
{
    const struct eg_atlas *atlas = generation->atlas;
    const struct eg_atlas_boundaries *spec = &atlas->boundaries[set];
    const struct eg_boundaries_report *report = &generation->report->boundaries[set];
    eg_buffer_printf(out, "%.*s  ", EG_TEXT_ARG(spec->id));
    if (spec->title.len > 0) eg_buffer_printf(out, "%.*s: ", EG_TEXT_ARG(spec->title));
    counted(out, report->n_areas, "area", "areas");
    if (spec->dissolve_of != EG_ATLAS_NONE) {
        eg_buffer_printf(out, ", made from %.*s", EG_TEXT_ARG(atlas->boundaries[spec->dissolve_of].id));
    }
    eg_buffer_char(out, '\n');
    if (spec->dissolve_of == EG_ATLAS_NONE) {
        write_origin(out, report);
        write_features(out, report);
        write_topology(out, report);
    } else if (report->n_unlocated > 0) {
        eg_buffer_literal(out, "    ");
        counted(out, report->n_unlocated, "smaller area lies in none of them\n",
                "smaller areas lie in none of them\n");
    }
    write_samples(out, report);
}

/* --- indicators -------------------------------------------------------------------------------------------------------- */

static void write_states(struct eg_buffer *out, const struct eg_series_report *report)
{
    bool first = true;
    for (int state = 0; state < EG_N_STATES; state++) {
        if (report->n_state[state] == 0) continue;
        if (!first) eg_buffer_literal(out, ", ");
        first = false;
        count(out, report->n_state[state]);
        eg_buffer_printf(out, " %s", eg_report_state_words((enum eg_state)state));
    }
    if (report->n_secondary > 0) {
        eg_buffer_literal(out, " (");
        count(out, report->n_secondary);
        eg_buffer_literal(out, " of them withheld because they would give another away)");
    }
    if (report->ranks_withheld || report->deciles_withheld) {
        eg_buffer_printf(out,
                         "; the publisher's %s withheld, which would tell where a suppressed value stands",
                         !report->deciles_withheld ? "ranks are"
                         : report->ranks_withheld  ? "ranks and tenths are"
                                                   : "tenths are");
    }
}

/* "2 areas without a row (E06000053, E09000001), " */
static void write_leftover(struct eg_buffer *out, uint32_t n, const char *one, const char *many,
                           const struct eg_text *samples)
{
    if (n == 0) return;
    counted(out, n, one, many);
    for (uint32_t i = 0; n <= EG_REPORT_SAMPLES && i < n && samples[i].data; i++) {
        eg_buffer_printf(out, "%s%.*s", i == 0 ? " (" : ", ", EG_TEXT_ARG(samples[i]));
    }
    eg_buffer_literal(out, n <= EG_REPORT_SAMPLES && samples[0].data ? "), " : ", ");
}

static void write_join(struct eg_buffer *out, const struct eg_series_report *report)
{
    if (report->table == EG_ATLAS_NONE) {
        if (report->n_bad_cells > 0)
            counted(out, report->n_bad_cells, "aggregate too large, ", "aggregates too large, ");
        return;
    }
    write_leftover(out, report->n_areas_without_row, "area without a row", "areas without a row",
                   report->areas_without_row);
    write_leftover(out, report->n_rows_without_area, "row without an area", "rows without an area",
                   report->rows_without_area);
    if (report->n_duplicates > 0) counted(out, report->n_duplicates, "repeated row, ", "repeated rows, ");
    if (report->n_misfit_rows > 0) {
        counted(out, report->n_misfit_rows, "row with more or fewer cells than the header, ",
                "rows with more or fewer cells than the header, ");
    }
    if (report->n_bad_cells > 0) counted(out, report->n_bad_cells, "unreadable cell, ", "unreadable cells, ");
}

static bool same_line(const struct eg_generation *generation, uint32_t a, uint32_t b)
{
    const struct eg_series *p = &generation->series[a];
    const struct eg_series *q = &generation->series[b];
    const struct eg_series_report *r = &generation->report->series[a];
    const struct eg_series_report *s = &generation->report->series[b];
    return p->indicator == q->indicator && p->boundaries == q->boundaries &&
           eg_report_same_join(generation, a, b) && memcmp(r->n_state, s->n_state, sizeof r->n_state) == 0 &&
           r->n_secondary == s->n_secondary && r->ranks_withheld == s->ranks_withheld &&
           r->deciles_withheld == s->deciles_withheld && r->n_bad_cells == s->n_bad_cells;
}

/* The series from..to-1 in one line. */
static void write_series(const struct eg_generation *generation, uint32_t from, uint32_t to,
                         struct eg_buffer *out)
{
    const struct eg_series *series = &generation->series[from];
    const struct eg_series_report *report = &generation->report->series[from];
    eg_buffer_printf(out, "    %.*s %.*s", EG_TEXT_ARG(generation->atlas->boundaries[series->boundaries].id),
                     EG_TEXT_ARG(series->period.label.len > 0 ? series->period.label : series->period.id));
    if (to - from > 1) {
        const struct eg_atlas_period *last = &generation->series[to - 1].period;
        eg_buffer_printf(out, " to %.*s (%u periods)",
                         EG_TEXT_ARG(last->label.len > 0 ? last->label : last->id), to - from);
    }
    if (report->table == EG_ATLAS_NONE) eg_buffer_literal(out, ", computed: ");
    else eg_buffer_printf(out, ", table %.*s: ", EG_TEXT_ARG(generation->atlas->tables[report->table].id));
    write_join(out, report);
    write_states(out, report);
    eg_buffer_char(out, '\n');
}

/* The lines of one indicator: its series from..; returns where the next one's begin. */
static uint32_t write_block(const struct eg_generation *generation, uint32_t from, struct eg_buffer *out)
{
    uint32_t i = from;
    while (i < generation->n_series &&
           generation->series[i].indicator == generation->series[from].indicator) {
        uint32_t end = i + 1;
        while (end < generation->n_series && same_line(generation, i, end)) end++;
        write_series(generation, i, end, out);
        i = end;
    }
    return i;
}

/* One indicator's lines, and the first indicator whose lines are the same. */
struct block {
    uint32_t indicator;
    struct eg_buffer text;
    size_t same_as;
};

static size_t make_blocks(const struct eg_generation *generation, struct block *blocks)
{
    size_t n = 0;
    for (uint32_t i = 0; i < generation->n_series; n++) {
        struct block *block = &blocks[n];
        block->indicator = generation->series[i].indicator;
        eg_buffer_init(&block->text, 0);
        i = write_block(generation, i, &block->text);
        block->same_as = 0;
        while (!eg_text_equal(
            (struct eg_text){block->text.data, block->text.len},
            (struct eg_text){blocks[block->same_as].text.data, blocks[block->same_as].text.len}))
            block->same_as++;
    }
    return n;
}

/* "imd  Index of Multiple Deprivation", or the ids of all that share the lines. */
static void write_names(const struct eg_generation *generation, const struct block *blocks, size_t n,
                        size_t first, struct eg_buffer *out)
{
    size_t n_same = 0;
    size_t width = 0;
    for (size_t i = first; i < n; i++) n_same += blocks[i].same_as == first;
    if (n_same > 1) eg_buffer_printf(out, "%zu indicators:", n_same);
    for (size_t i = first; i < n; i++) {
        if (blocks[i].same_as != first) continue;
        const struct eg_atlas_indicator *spec = &generation->atlas->indicators[blocks[i].indicator];
        if (n_same == 1) {
            eg_buffer_printf(out, "%.*s  %.*s\n", EG_TEXT_ARG(spec->id), EG_TEXT_ARG(spec->title));
            return;
        }
        bool wraps = width == 0 || width + spec->id.len > PAGE_WIDTH;
        if (wraps) width = 2;
        width += spec->id.len + 1;
        eg_buffer_printf(out, "%s%.*s", wraps ? "\n  " : " ", EG_TEXT_ARG(spec->id));
    }
    eg_buffer_char(out, '\n');
}

/* Indicators whose lines are the same, word for word, share them: a country's atlas has hundreds. */
static void write_indicators(const struct eg_generation *generation, struct eg_buffer *out)
{
    struct block *blocks = eg_memory_zeroed((size_t)generation->atlas->n_indicators + 1, sizeof *blocks);
    if (!blocks) {
        out->failed = true;
        return;
    }
    size_t n = make_blocks(generation, blocks);
    for (size_t i = 0; i < n; i++) {
        if (blocks[i].text.failed) out->failed = true;
        if (blocks[i].same_as != i) continue;
        write_names(generation, blocks, n, i, out);
        eg_buffer_text(out, (struct eg_text){blocks[i].text.data, blocks[i].text.len});
    }
    for (size_t i = 0; i < n; i++) eg_buffer_clear(&blocks[i].text);
    free(blocks);
}

static void write_weights(const struct eg_generation *generation, struct eg_buffer *out)
{
    const struct eg_atlas *atlas = generation->atlas;
    if (generation->report->n_weights > 0) heading(out, "Weights");
    for (uint32_t i = 0; i < generation->report->n_weights; i++) {
        const struct eg_weight_report *weight = &generation->report->weights[i];
        eg_buffer_printf(out,
                         "%.*s on %.*s, column %.*s: ", EG_TEXT_ARG(atlas->tables[weight->join.table].id),
                         EG_TEXT_ARG(atlas->boundaries[weight->boundaries].id), EG_TEXT_ARG(weight->column));
        write_join(out, &weight->join);
        write_states(out, &weight->join);
        eg_buffer_char(out, '\n');
    }
}

enum eg_status eg_report_text(struct eg_report_subject subject, struct eg_buffer *out, struct eg_error *err)
{
    const struct eg_generation *generation = subject.generation;
    const struct eg_report *report = generation->report;
    struct eg_text title = generation->atlas->title;
    eg_buffer_printf(out, "%.*s\n", EG_TEXT_ARG(title.len > 0 ? title : EG_TEXT("(atlas without a title)")));
    eg_buffer_printf(out, "Read and joined in %.2f s with at most %.0f MiB of memory.\n", report->seconds,
                     (double)report->peak_bytes / (1024 * 1024));
    write_findings(subject, out);
    heading(out, "Boundaries");
    for (uint32_t i = 0; i < generation->atlas->n_boundaries; i++) write_set(generation, i, out);
    heading(out, "Indicators");
    if (generation->n_series == 0) eg_buffer_literal(out, "None.\n");
    write_indicators(generation, out);
    write_weights(generation, out);
    eg_place_report_text(generation->atlas, report->places, out);
    if (subject.entries) return eg_entries_report_text(subject.entries, out, err);
    return out->failed ? eg_error_no_memory(err, out->capacity) : EG_OK;
}
