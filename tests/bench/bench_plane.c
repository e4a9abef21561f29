/* Planes from real boundaries: how long levels and index take, how large they are, what queries cost.
 *
 * bench_plane SOURCE LAYER KEY [FILTER [ROUNDS]]
 * for instance: bench_plane build/data/ew_lsoa11_bgc.gpkg ew_lsoa11_bgc lsoa11cd "lsoa11cd LIKE 'E%'"
 * Prints, a line a figure: name, tab, number; times are the best of all rounds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "data/boundaries.h"

#define N_QUERIES 20000U

static void fail(const struct eg_error *err)
{
    char text[1024];
    fprintf(stderr, "%s\n", eg_error_format(err, text, sizeof text));
    exit(1);
}

static void tell(const char *name, double value)
{
    printf("%s\t%.6g\n", name, value);
}

static struct eg_topology *read_topology(char **arguments, const char *filter)
{
    struct eg_error err = {0};
    struct eg_atlas_boundaries spec = {.source = eg_text_from(arguments[0]),
                                       .layer = eg_text_from(arguments[1]),
                                       .key = eg_text_from(arguments[2]),
                                       .filter = eg_text_from(filter),
                                       .dissolve_of = EG_ATLAS_NONE};
    struct eg_arena *arena = eg_arena_new((size_t)1 << 30);
    struct eg_boundaries_wish wish = {.spec = &spec, .n_points_max = UINT32_MAX, .arena = arena};
    struct eg_source_areas areas = {0};
    struct eg_boundaries_report report = {0};
    double start = eg_clock_monotonic_s();
    if (eg_boundaries_read(&wish, &areas, &report, &err) != EG_OK) fail(&err);
    tell("read_s", eg_clock_monotonic_s() - start);
    tell("areas", areas.n_areas);
    struct eg_topology_options options = {0};
    struct eg_topology_report found = {0};
    struct eg_topology *topology = NULL;
    start = eg_clock_monotonic_s();
    if (eg_topology_build(&areas.rings, &options, &topology, &found, NULL, &err) != EG_OK) fail(&err);
    tell("topology_s", eg_clock_monotonic_s() - start);
    eg_source_areas_clear(&areas);
    eg_arena_free(arena);
    return topology;
}

static struct eg_plane *build(const struct eg_topology *topology, uint32_t n_threads, uint32_t rounds,
                              double *best_s)
{
    struct eg_plane *plane = NULL;
    *best_s = HUGE_VAL;
    for (uint32_t i = 0; i < rounds; i++) {
        struct eg_error err = {0};
        eg_plane_free(plane);
        double start = eg_clock_monotonic_s();
        if (eg_plane_build(topology, eg_grid_web_mercator(), n_threads, &plane, &err) != EG_OK) fail(&err);
        *best_s = fmin(*best_s, eg_clock_monotonic_s() - start);
    }
    return plane;
}

static void tell_levels(const struct eg_plane *plane)
{
    for (uint32_t l = 0; l < plane->n_levels; l++) {
        if (l > 0 && plane->level[l].start == plane->level[l - 1].start) continue;
        char name[32];
        (void)snprintf(name, sizeof name, "points_level_%u", l);
        tell(name, plane->level[l].start[plane->n_arcs]);
    }
    tell("plane_bytes", (double)plane->bytes);
}

/* Points spread evenly over the plane's box (the additive recurrence of the plastic number). */
static struct eg_point spread(const struct eg_plane *plane, uint32_t i)
{
    double x = fmod(0.5 + 0.7548776662466927 * i, 1);
    double y = fmod(0.5 + 0.5698402909980532 * i, 1);
    return (struct eg_point){(int32_t)(plane->box.min_x + x * ((double)plane->box.max_x - plane->box.min_x)),
                             (int32_t)(plane->box.min_y + y * ((double)plane->box.max_y - plane->box.min_y))};
}

static void time_location(const struct eg_plane *plane)
{
    double spent_s[2] = {0, 0};
    uint32_t n[2] = {0, 0};
    for (uint32_t i = 0; i < N_QUERIES; i++) {
        double start = eg_clock_monotonic_s();
        bool inside = eg_plane_locate(plane, spread(plane, i)) != EG_NO_AREA;
        spent_s[inside] += eg_clock_monotonic_s() - start;
        n[inside]++;
    }
    tell("locate_inside_us", 1e6 * spent_s[1] / n[1]);
    tell("locate_outside_us", 1e6 * spent_s[0] / n[0]);
}

static void time_queries(const struct eg_plane *plane)
{
    uint32_t *arcs = eg_memory_array(plane->n_arcs, sizeof *arcs);
    if (!arcs) exit(1);
    for (int zoom = 5; zoom <= 14; zoom += 3) {
        int64_t side = INT64_C(1) << (32 - zoom);
        uint64_t found = 0;
        uint32_t n = zoom < 8 ? 100 : N_QUERIES / 10;
        double start = eg_clock_monotonic_s();
        for (uint32_t i = 0; i < n; i++) {
            struct eg_point p = spread(plane, i);
            struct eg_box box = {p.x, p.y, (int32_t)(p.x + side), (int32_t)(p.y + side)};
            found += eg_plane_query(plane, box, arcs);
        }
        char name[32];
        (void)snprintf(name, sizeof name, "query_z%d_us", zoom);
        tell(name, 1e6 * (eg_clock_monotonic_s() - start) / n);
        (void)snprintf(name, sizeof name, "query_z%d_arcs", zoom);
        tell(name, (double)found / n);
    }
    free(arcs);
}

/* Areas by their numbers, a hundred at a time: about the size of a district. */
static void time_dissolve(const struct eg_plane *plane)
{
    uint32_t *parent = eg_memory_array(plane->n_areas, sizeof *parent);
    struct eg_plane *larger = NULL;
    struct eg_error err = {0};
    if (!parent) exit(1);
    for (uint32_t i = 0; i < plane->n_areas; i++) parent[i] = i / 100;
    double start = eg_clock_monotonic_s();
    if (eg_plane_dissolve(plane, parent, plane->n_areas / 100 + 1, &larger, &err) != EG_OK) fail(&err);
    tell("dissolve_s", eg_clock_monotonic_s() - start);
    tell("dissolved_arcs", larger->n_arcs);
    eg_plane_free(larger);
    free(parent);
}

static void time_projection(const struct eg_plane *plane, const char *code)
{
    char crs[32], name[64];
    struct eg_crs_context *context = NULL;
    struct eg_transform *transform = NULL;
    struct eg_plane *projected = NULL;
    struct eg_error err = {0};
    (void)snprintf(crs, sizeof crs, "EPSG:%s", code);
    if (eg_crs_context_new(&context, &err) != EG_OK) fail(&err);
    if (eg_transform_new(context, EG_TEXT("EPSG:3857"), eg_text_from(crs), EG_TEXT(""), &transform, &err) !=
        EG_OK)
        fail(&err);
    double start = eg_clock_monotonic_s();
    if (eg_plane_project(plane, transform, eg_grid_for_crs(false), NULL, &projected, &err) != EG_OK)
        fail(&err);
    (void)snprintf(name, sizeof name, "project_to_%s_s", code);
    tell(name, eg_clock_monotonic_s() - start);
    (void)snprintf(name, sizeof name, "project_to_%s_new_points", code);
    tell(name, (double)projected->level[0].start[projected->n_arcs] - plane->level[0].start[plane->n_arcs]);
    (void)snprintf(name, sizeof name, "project_to_%s_bytes", code);
    tell(name, (double)projected->bytes);
    eg_plane_free(projected);
    eg_transform_free(transform);
    eg_crs_context_free(context);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: bench_plane SOURCE LAYER KEY [FILTER [ROUNDS]]\n");
        return 2;
    }
    uint32_t rounds = 5;
    if (argc > 5 && !eg_text_to_u32(eg_text_from(argv[5]), &rounds)) return 2;
    double one_s;
    double all_s;
    struct eg_topology *topology = read_topology(argv + 1, argc > 4 ? argv[4] : "");
    eg_plane_free(build(topology, 1, rounds, &one_s));
    struct eg_plane *plane = build(topology, 0, rounds, &all_s);
    tell("arcs", plane->n_arcs);
    tell("build_1_thread_s", one_s);
    tell("build_all_threads_s", all_s);
    tell_levels(plane);
    time_location(plane);
    time_queries(plane);
    time_dissolve(plane);
    time_projection(plane, "27700");
    time_projection(plane, "3035");
    time_projection(plane, "4326");
    tell("peak_bytes", (double)eg_memory_peak_bytes());
    eg_plane_free(plane);
    eg_topology_free(topology);
    return 0;
}
