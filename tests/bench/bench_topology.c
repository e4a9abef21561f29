/* How long the topology of real boundaries takes, best of five: England's neighbourhoods and output areas, as they are and
 * with a snapping tolerance of 5 grid units. Prints one line a figure: name, tab, milliseconds or count. Skips files that
 * are not there. */
#include "geo/topology.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "support/rings.h"
#include "support/test_data.h"

static void measure(const char *name, const struct eg_rings *rings, double snap_units)
{
    struct eg_topology_options options = {.snap_units = snap_units};
    struct eg_topology_report report;
    double best = INFINITY;

    for (int i = 0; i < 5; i++) {
        struct eg_topology *topology;
        double began = eg_clock_monotonic_s();
        if (eg_topology_build(rings, &options, &topology, &report, NULL, NULL) != EG_OK) exit(1);
        best = fmin(best, eg_clock_monotonic_s() - began);
        eg_topology_free(topology);
    }
    (void)printf("topology_%s_snap_%g\t%.1f\n", name, snap_units, best * 1e3);
    (void)printf(
        "# %llu points, %u arcs, %u shared, %u of three, %u T, %u gaps, %u overlaps, %u snapped (%.2f)\n",
        (unsigned long long)report.n_ring_points, report.n_arcs, report.n_arcs_shared, report.n_arcs_three,
        report.n_t_junctions, report.n_gaps, report.n_overlaps, report.n_snapped, report.snap_max_units);
}

static void measure_file(const char *name, const char *file, const char *key)
{
    struct eg_test_rings made = {0};
    char path[1024];

    if (!eg_test_data_path(file, path, sizeof path)) {
        (void)printf("# %s is not there\n", file);
        return;
    }
    eg_test_rings_read(&made, path, key, "E");
    (void)printf("# %s: %.0f MiB at the peak of reading\n", name, (double)eg_memory_peak_bytes() / 1048576);
    measure(name, &made.rings, 0);
    measure(name, &made.rings, 5);
    (void)printf("# %s: %.0f MiB at the peak\n", name, (double)eg_memory_peak_bytes() / 1048576);
    eg_test_rings_clear(&made);
}

int main(void)
{
    measure_file("england_lsoa", "ew_lsoa11_bgc.gpkg", "lsoa11cd");
    measure_file("england_oa", "ew_oa11_bgc.gpkg", "oa11cd");
    return 0;
}
