/* The stages put together; each is described in its own file, what they share in topology_parts.h.
 *
 * England, milliseconds: extract 10, join 25, cut and pair 13, dedup 16, examine 9; about 17 temporary bytes a point beside
 * the arcs themselves. Snapping and splitting (4 and 7) look at unpaired runs only, a coast in a clean source, and only when
 * something moved are the links made again. */
#include "geo/topology.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "geo/topology_parts.h"

void eg_topology_set_clear(struct eg_topology_set *set)
{
    free(set->ring_area);
    free(set->ring_start);
    free(set->points);
    memset(set, 0, sizeof *set);
}

/* Frees what join, cut and pair made, so that they can run on a changed set. */
static void clear_links(struct eg_topology_work *work)
{
    free(work->same);
    free(work->first_bits);
    free(work->start_bits);
    free(work->start_rank);
    work->same = NULL;
    work->first_bits = NULL;
    work->start_bits = NULL;
    work->start_rank = NULL;
    eg_topology_runs_clear(&work->runs);
}

void eg_topology_work_clear(struct eg_topology_work *work)
{
    eg_topology_set_clear(&work->set);
    clear_links(work);
}

static enum eg_status link_rings(struct eg_topology_work *work, struct eg_error *err)
{
    clear_links(work);
    enum eg_status st = eg_topology_join(work, err);
    if (!st) st = eg_topology_cut(work, err);
    if (!st) st = eg_topology_pair(work, err);
    return st;
}

static enum eg_status link_changed(struct eg_topology_work *work, bool changed, struct eg_error *err)
{
    if (!changed) return EG_OK;
    eg_topology_tidy(work);
    return link_rings(work, err);
}

/* Only positive numbers count as a tolerance. */
static enum eg_status snap_and_split(struct eg_topology_work *work, double tolerance, struct eg_error *err)
{
    bool changed = false;
    if (!(tolerance > 0)) return EG_OK;
    enum eg_status st = eg_topology_snap(work, tolerance, &changed, err);
    if (!st) st = link_changed(work, changed, err);
    if (!st) st = eg_topology_split(work, tolerance, &changed, err);
    if (!st) st = link_changed(work, changed, err);
    return st;
}

static enum eg_status make_arcs(struct eg_topology_work *work, const struct eg_rings *rings, double tolerance,
                                struct eg_topology **topology_out, struct eg_error *err)
{
    enum eg_status st = eg_topology_extract(work, rings, err);
    if (!st) st = link_rings(work, err);
    if (!st) st = snap_and_split(work, tolerance, err);
    if (!st) st = eg_topology_dissolve(work, err);
    if (!st) st = eg_topology_dedup(work, topology_out, err);
    return st;
}

static void count(const struct eg_topology *topology, bool *has_ring, struct eg_topology_report *report)
{
    report->n_arcs = topology->n_arcs;
    for (uint32_t a = 0; a < topology->n_arcs; a++) report->n_arcs_shared += topology->right[a] != EG_NO_AREA;
    for (uint32_t r = 0; r < topology->n_rings; r++) has_ring[topology->ring_area[r]] = true;
    for (uint32_t i = 0; i < topology->n_areas; i++) report->n_areas_dropped += !has_ring[i];
}

static enum eg_status check_size(const struct eg_rings *rings, struct eg_error *err)
{
    if (rings->n_rings > 0 && rings->ring_start[rings->n_rings] > EG_TOPOLOGY_POINTS_MAX) {
        return eg_error_set(err, EG_LIMIT, "%u points in the boundaries; at most 2^31 can be handled",
                            (unsigned)rings->ring_start[rings->n_rings]);
    }
    return EG_OK;
}

enum eg_status eg_topology_build(const struct eg_rings *rings, const struct eg_topology_options *options,
                                 struct eg_topology **topology_out, struct eg_topology_report *report_out,
                                 bool *suspect_out, struct eg_error *err)
{
    struct eg_topology_work work = {0};
    struct eg_topology *topology = NULL;
    bool *suspect = NULL, *has_ring = NULL;
    enum eg_status st = check_size(rings, err);
    if (st) return st;

    suspect = eg_memory_zeroed(rings->n_areas, sizeof *suspect);
    has_ring = eg_memory_zeroed(rings->n_areas, sizeof *has_ring);
    if (!suspect || !has_ring) {
        st = eg_error_no_memory(err, rings->n_areas);
        goto done;
    }
    work.suspect = suspect;
    st = make_arcs(&work, rings, options->snap_units, &topology, err);
    if (st) goto done;
    eg_topology_work_clear(&work);
    count(topology, has_ring, &work.report);
    st = eg_topology_examine(topology, &work.report, suspect, err);
    if (st) goto done;

    if (suspect_out) memcpy(suspect_out, suspect, rings->n_areas * sizeof *suspect);
    *report_out = work.report;
    *topology_out = topology;
    topology = NULL;
done:
    eg_topology_work_clear(&work);
    eg_topology_free(topology);
    free(suspect);
    free(has_ring);
    return st;
}
