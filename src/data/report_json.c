/* The same facts for programs. Member names are part of the program's interface: add, never rename. */
#include "data/report_internal.h"

struct listing {
    struct eg_json *json;
    struct eg_json_value *array;
};

static void append_finding(void *context, const char *line)
{
    const struct listing *listing = context;
    eg_json_cstring(listing->json, listing->array, NULL, line);
}

static void add_samples(struct eg_json *json, struct eg_json_value *into, const char *name,
                        const struct eg_text *samples)
{
    struct eg_json_value *array = eg_json_array(json, into, name);
    for (uint32_t i = 0; i < EG_REPORT_SAMPLES && samples[i].data; i++)
        eg_json_text(json, array, NULL, samples[i]);
}

static void add_topology(struct eg_json *json, struct eg_json_value *set,
                         const struct eg_boundaries_report *report)
{
    const struct eg_topology_report *topology = &report->topology;
    struct eg_json_value *into = eg_json_object(json, set, "topology");
    eg_json_integer(json, into, "ring_points", (int64_t)topology->n_ring_points);
    eg_json_integer(json, into, "arcs", topology->n_arcs);
    eg_json_integer(json, into, "arcs_shared", topology->n_arcs_shared);
    eg_json_integer(json, into, "edges_of_three_rings", topology->n_arcs_three);
    eg_json_integer(json, into, "gaps", topology->n_gaps);
    eg_json_integer(json, into, "overlaps", topology->n_overlaps);
    eg_json_integer(json, into, "t_junctions", topology->n_t_junctions);
    eg_json_integer(json, into, "vertices_snapped", topology->n_snapped);
    eg_json_decimal(json, into, "largest_move_m", report->snap_max_m, 4);
    eg_json_integer(json, into, "rings_dropped", topology->n_rings_dropped);
    eg_json_integer(json, into, "areas_dropped", topology->n_areas_dropped);
}

static void add_set(const struct eg_generation *generation, uint32_t set, struct eg_json *json,
                    struct eg_json_value *array)
{
    const struct eg_atlas *atlas = generation->atlas;
    const struct eg_atlas_boundaries *spec = &atlas->boundaries[set];
    const struct eg_boundaries_report *report = &generation->report->boundaries[set];
    struct eg_json_value *into = eg_json_object(json, array, NULL);
    eg_json_text(json, into, "id", spec->id);
    eg_json_integer(json, into, "areas", report->n_areas);
    if (spec->dissolve_of != EG_ATLAS_NONE) {
        eg_json_text(json, into, "dissolved_from", atlas->boundaries[spec->dissolve_of].id);
        eg_json_integer(json, into, "areas_without_parent", report->n_unlocated);
    } else {
        eg_json_integer(json, into, "features", report->n_features);
        eg_json_integer(json, into, "multipart", report->n_multipart);
        eg_json_integer(json, into, "left_out", report->n_empty);
        eg_json_integer(json, into, "repaired", report->n_repaired);
        eg_json_integer(json, into, "cut", report->n_clipped);
        eg_json_integer(json, into, "short_way_round", report->n_doubtful);
        eg_json_cstring(json, into, "crs", report->crs);
        eg_json_cstring(json, into, "operation", report->operation);
        if (report->accuracy_m < 0) eg_json_null(json, into, "accuracy_m");
        else eg_json_number(json, into, "accuracy_m", report->accuracy_m);
    }
    add_topology(json, into, report);
    add_samples(json, into, "examples", report->samples);
}

static void add_join(struct eg_json *json, struct eg_json_value *into, const struct eg_series_report *report)
{
    eg_json_integer(json, into, "matched", report->n_matched);
    eg_json_integer(json, into, "areas_without_row", report->n_areas_without_row);
    eg_json_integer(json, into, "rows_without_area", report->n_rows_without_area);
    eg_json_integer(json, into, "repeated_rows", report->n_duplicates);
    eg_json_integer(json, into, "would_match_padded", report->n_match_padded);
    eg_json_integer(json, into, "would_match_trimmed", report->n_match_trimmed);
    eg_json_integer(json, into, "would_match_trimmed_and_padded", report->n_match_both);
    if (report->pad_to > 0) eg_json_integer(json, into, "pad", report->pad_to);
    eg_json_bool(json, into, "vintage_mismatch", report->vintage_mismatch);
    eg_json_integer(json, into, "misfit_rows", report->n_misfit_rows);
    if (report->n_misfit_rows > 0) eg_json_text(json, into, "first_misfit_row", report->misfit_row);
    eg_json_integer(json, into, "bad_cells", report->n_bad_cells);
    if (report->n_bad_cells > 0) eg_json_text(json, into, "first_bad_cell", report->bad_cell);
    if (report->n_areas_without_row > 0) {
        add_samples(json, into, "areas_without_row_examples", report->areas_without_row);
    }
    if (report->n_rows_without_area > 0) {
        add_samples(json, into, "rows_without_area_examples", report->rows_without_area);
    }
}

static void add_states(struct eg_json *json, struct eg_json_value *into,
                       const struct eg_series_report *report)
{
    struct eg_json_value *states = eg_json_object(json, into, "states");
    for (int state = 0; state < EG_N_STATES; state++) {
        eg_json_integer(json, states, eg_report_state_key((enum eg_state)state), report->n_state[state]);
    }
}

static void add_series(const struct eg_generation *generation, uint32_t index, struct eg_json *json,
                       struct eg_json_value *array)
{
    const struct eg_atlas *atlas = generation->atlas;
    const struct eg_series *series = &generation->series[index];
    const struct eg_series_report *report = &generation->report->series[index];
    struct eg_json_value *into = eg_json_object(json, array, NULL);
    eg_json_text(json, into, "indicator", atlas->indicators[series->indicator].id);
    eg_json_text(json, into, "boundaries", atlas->boundaries[series->boundaries].id);
    eg_json_text(json, into, "period", series->period.id);
    if (report->table == EG_ATLAS_NONE) eg_json_null(json, into, "table");
    else eg_json_text(json, into, "table", atlas->tables[report->table].id);
    eg_json_bool(json, into, "computed", series->aggregated);
    if (report->table != EG_ATLAS_NONE) add_join(json, into, report);
    else eg_json_integer(json, into, "too_large", report->n_bad_cells);
    add_states(json, into, report);
    eg_json_integer(json, into, "withheld", report->n_secondary);
    if (report->ranks_withheld) eg_json_bool(json, into, "ranks_withheld", true);
    if (report->deciles_withheld) eg_json_bool(json, into, "deciles_withheld", true);
}

static void add_weight(const struct eg_atlas *atlas, const struct eg_weight_report *weight,
                       struct eg_json *json, struct eg_json_value *array)
{
    struct eg_json_value *into = eg_json_object(json, array, NULL);
    eg_json_text(json, into, "table", atlas->tables[weight->join.table].id);
    eg_json_text(json, into, "boundaries", atlas->boundaries[weight->boundaries].id);
    eg_json_text(json, into, "column", weight->column);
    add_join(json, into, &weight->join);
    add_states(json, into, &weight->join);
}

void eg_report_json(struct eg_report_subject subject, struct eg_json *json, struct eg_json_value *into)
{
    const struct eg_generation *generation = subject.generation;
    struct listing findings = {json, eg_json_array(json, into, "findings")};
    eg_report_findings(subject, append_finding, &findings);
    eg_json_bool(json, into, "strict", eg_report_is_strict(subject, NULL));
    struct eg_json_value *sets = eg_json_array(json, into, "boundaries");
    for (uint32_t i = 0; i < generation->atlas->n_boundaries; i++) add_set(generation, i, json, sets);
    struct eg_json_value *series = eg_json_array(json, into, "series");
    for (uint32_t i = 0; i < generation->n_series; i++) add_series(generation, i, json, series);
    struct eg_json_value *weights = eg_json_array(json, into, "weights");
    for (uint32_t i = 0; i < generation->report->n_weights; i++) {
        add_weight(generation->atlas, &generation->report->weights[i], json, weights);
    }
    eg_place_report_json(generation->atlas, generation->report->places, json, into);
    if (subject.entries) eg_entries_report_json(subject.entries, json, into);
}
