/* Files to ready: seconds and peak memory of loading England's neighbourhoods with their indices of deprivation, and England's
 * output areas, each in a process of its own.
 *
 *     bench_load                 runs both and prints a line of JSON for each
 *     bench_load lsoa|oa [runs]  runs one here, `runs` times (the peak is that of the first) */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "data/atlas.h"
#include "data/generation.h"

#define PATH_BYTES 1024

struct bench {
    const char *name;
    const char *boundaries; /* an unpacked GeoPackage in the working copy of the data */
    const char *key, *label, *filter;
    const char *table; /* or NULL */
};

static const struct bench benches[] = {
    {"lsoa", "ew_lsoa11_bgc.gpkg", "lsoa11cd", "lsoa11nm", "lsoa11cd LIKE 'E%'", "imd2019_lsoa11.csv.gz"},
    {"oa", "ew_oa11_bgc.gpkg", "oa11cd", NULL, "oa11cd LIKE 'E%'", NULL},
};

static const char *data_folder(void)
{
    const char *folder = getenv("EVENGROUND_DATA");
    return folder && folder[0] ? folder : "../shared/data";
}

/* Beside the other data, or unpacked in build/data. */
static struct eg_text find_file(const char *name, char *path)
{
    (void)snprintf(path, PATH_BYTES, "build/data/%s", name);
    if (access(path, R_OK) != 0) (void)snprintf(path, PATH_BYTES, "%s/%s", data_folder(), name);
    return eg_text_from(path);
}

static double load_once(const struct bench *bench, struct eg_generation **generation_out)
{
    static char boundaries_path[PATH_BYTES];
    static char table_path[PATH_BYTES];
    struct eg_atlas_boundaries boundaries = {.id = eg_text_from(bench->name),
                                             .source = find_file(bench->boundaries, boundaries_path),
                                             .filter = eg_text_from(bench->filter),
                                             .key = eg_text_from(bench->key),
                                             .name = eg_text_from(bench->label),
                                             .snap_m = 0.05,
                                             .dissolve_of = EG_ATLAS_NONE};
    struct eg_atlas_table table = {
        .id = EG_TEXT("imd"), .delimiter = ',', .header_row = 1, .key = EG_TEXT("lsoa11cd")};
    if (bench->table) table.source = find_file(bench->table, table_path);
    struct eg_atlas_series series = {.period = {.id = EG_TEXT("2019"), .label = EG_TEXT("2019")},
                                     .columns = {.value = EG_TEXT("imd_score"),
                                                 .rank = EG_TEXT("imd_rank"),
                                                 .decile = EG_TEXT("imd_decile")}};
    struct eg_atlas_indicator indicator = {
        .id = EG_TEXT("imd"), .multiplier = 1, .series = &series, .n_series = 1};
    struct eg_atlas atlas = {.boundaries = &boundaries,
                             .n_boundaries = 1,
                             .tables = &table,
                             .n_tables = bench->table ? 1 : 0,
                             .indicators = &indicator,
                             .n_indicators = bench->table ? 1 : 0};
    struct eg_error error = {0};
    struct eg_generation *generation = NULL;
    if (eg_generation_load(&atlas, 0, &generation, &error) != EG_OK) {
        (void)fprintf(stderr, "bench_load: %s\n", error.message);
        exit(EXIT_FAILURE);
    }
    double seconds = generation->report->seconds;
    *generation_out = generation;
    return seconds;
}

static int run_here(const struct bench *bench, int runs)
{
    for (int i = 0; i < runs; i++) {
        struct eg_generation *generation = NULL;
        double seconds = load_once(bench, &generation);
        double peak = (double)eg_memory_peak_bytes() / (1024 * 1024);
        (void)printf("{\"bench\":\"load_%s\",\"areas\":%u,\"arcs\":%u,\"seconds\":%.3f,\"peak_mib\":%.0f}\n",
                     bench->name, generation->area_sets[0].n_areas,
                     generation->report->boundaries[0].topology.n_arcs, seconds, peak);
        (void)fflush(stdout);
        eg_generation_release(generation);
    }
    return EXIT_SUCCESS;
}

static int run_apart(const struct bench *bench)
{
    pid_t child = fork();
    if (child == 0) _exit(run_here(bench, 1));
    int status = 0;
    bool done =
        child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    uint32_t runs = 1;
    if (argc < 2) eg_log_set_level(EG_LOG_WARNING);
    if (argc > 2 && !eg_text_to_u32(eg_text_from(argv[2]), &runs)) runs = 1;
    int status = EXIT_SUCCESS;
    for (size_t i = 0; i < EG_ARRAY_LEN(benches); i++) {
        bool wanted = argc < 2 || strcmp(argv[1], benches[i].name) == 0;
        if (!wanted) continue;
        int result = argc < 2 ? run_apart(&benches[i]) : run_here(&benches[i], (int)runs);
        if (result != EXIT_SUCCESS) status = result;
    }
    return status;
}
