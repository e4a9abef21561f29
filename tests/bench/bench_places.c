/* How long the gazetteer takes with the areas of England and Wales (34,753 neighbourhoods, and the 6,791 larger
 * ones of England) and 1.7 million made-up postcodes: reading, making, then every kind of question 1,000 times with other letters. Prints a
 * line a figure: name, tab, number; questions in milliseconds of processor time, the median and the 99th of 100, of whole answers of /places
 * with the parents and labels of ten places. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "engine/engine.h"

#define N_ASKED 1000
#define N_POSTCODES 1700000
#define CSV_PATH "build/bench-postcodes.csv"

static uint64_t state = 1;

static uint32_t below(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33U) % n);
}

/* Of this thread's own work: a machine that has other work does not make an answer look dear. */
static double seconds(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) exit(1);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* 2,900 outward codes of some 590 postcodes each. */
static void write_csv(void)
{
    (void)mkdir("build", 0755);
    FILE *file = fopen(CSV_PATH, "we");
    if (!file) exit(1);
    (void)fputs("pcds,long,lat\n", file);
    for (uint32_t i = 0; i < N_POSTCODES; i++) {
        uint32_t outward = i % 2900, inward = i / 2900;
        uint32_t town = outward / 116, part = outward % 116;
        (void)fprintf(file, "%c%c%u %u%c%c,%.6f,%.6f\n", 'A' + (int)town, 'A' + (int)(part / 10),
                      1 + part % 10, inward % 10, 'A' + (int)(inward / 10 % 26),
                      'A' + (int)(inward / 260 % 26), -4 + 0.00005 * below(100000),
                      50.5 + 0.00005 * below(100000));
    }
    if (fclose(file) != 0) exit(1);
}

static void write_atlas(const char *path, char **areas)
{
    char absolute[2][4096], csv[4096];
    FILE *file = fopen(path, "we");
    for (int i = 0; i < 2; i++)
        if (!realpath(areas[i], absolute[i])) exit(1);
    if (!file || !realpath(CSV_PATH, csv)) exit(1);
    (void)fprintf(
        file,
        "evenground: 1\ntitle: Bench\nboundaries:\n"
        "- {id: lsoa, title: LSOA, source: %s, key: lsoa11cd, name: lsoa11nm}\n"
        "- {id: msoa, title: MSOA, source: %s, key: msoa11cd, name: msoa11nm, filter: \"msoa11cd LIKE "
        "'E%%'\"}\n"
        "tables: []\nplaces:\n- {id: post, title: Postcodes, kind: postcode, country: GB, source: %s, "
        "columns: {postcode: pcds, longitude: long, latitude: lat}}\n",
        absolute[0], absolute[1], csv);
    if (fclose(file) != 0) exit(1);
}

/* --- questions ------------------------------------------------------------------------------------------------------- */

static const char *area_name(const struct eg_snapshot *snapshot)
{
    const struct eg_area_set *set = &snapshot->generation->area_sets[0];
    return set->names[below(set->n_areas)].data;
}

typedef void ask_fn(const struct eg_snapshot *snapshot, struct eg_place_query *query, char text[64]);

static void one_letter(const struct eg_snapshot *snapshot, struct eg_place_query *query, char text[64])
{
    (void)query;
    (void)snprintf(text, 64, "%.1s", area_name(snapshot));
}

static void three_letters(const struct eg_snapshot *snapshot, struct eg_place_query *query, char text[64])
{
    (void)query;
    (void)snprintf(text, 64, "%.3s", area_name(snapshot));
}

static void whole_name(const struct eg_snapshot *snapshot, struct eg_place_query *query, char text[64])
{
    (void)query;
    (void)snprintf(text, 64, "%s", area_name(snapshot));
}

static void one_letter_nearest(const struct eg_snapshot *snapshot, struct eg_place_query *query,
                               char text[64])
{
    one_letter(snapshot, query, text);
    query->has_near = query->by_distance = true;
    query->near_lon_deg = -3 + 0.001 * below(3000);
    query->near_lat_deg = 51 + 0.001 * below(3000);
}

static void two_letters_in_box(const struct eg_snapshot *snapshot, struct eg_place_query *query,
                               char text[64])
{
    (void)snprintf(text, 64, "%.2s", area_name(snapshot));
    double west = -3 + 0.001 * below(3000), south = 51 + 0.001 * below(3000);
    query->has_bbox = true;
    query->bbox_deg = (struct eg_bounds){west, south, west + 0.5, south + 0.3};
}

static void postcode(const struct eg_snapshot *snapshot, struct eg_place_query *query, char text[64])
{
    const struct eg_place_table *table = &snapshot->generation->place_tables[0];
    struct eg_buffer name;
    (void)query;
    eg_buffer_init(&name, 0);
    eg_gazetteer_name(snapshot->gazetteer, (struct eg_found_place){EG_PLACE_IS_POSTCODE, 0, below(table->n)},
                      &name);
    (void)snprintf(text, 64, "%s", name.data);
    eg_buffer_clear(&name);
}

static void outward(const struct eg_snapshot *snapshot, struct eg_place_query *query, char text[64])
{
    postcode(snapshot, query, text);
    text[strcspn(text, " ")] = '\0';
}

static void postcode_begun(const struct eg_snapshot *snapshot, struct eg_place_query *query, char text[64])
{
    postcode(snapshot, query, text);
    text[strlen(text) - 2] = '\0';
}

static int compare(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static void measure(struct eg_snapshot *snapshot, const char *name, ask_fn *ask)
{
    static double ms[N_ASKED];
    double n_found = 0;
    for (int i = 0; i < N_ASKED; i++) {
        char text[64];
        struct eg_places_request request = {.query = {.limit = 10}};
        struct eg_place_hit hits[EG_PLACES_FOUND_MAX];
        struct eg_entity entity = {0};
        uint32_t n = 0;
        ask(snapshot, &request.query, text);
        request.query.text = eg_text_from(text);
        double began = seconds();
        if (eg_engine_places(snapshot, &request, &entity, NULL) != EG_OK) exit(1);
        ms[i] = (seconds() - began) * 1e3;
        eg_entity_clear(&entity);
        if (eg_gazetteer_find(snapshot->gazetteer, &request.query, hits, &n, NULL) != EG_OK) exit(1);
        n_found += n;
    }
    qsort(ms, N_ASKED, sizeof *ms, compare);
    (void)printf("%s_p50_ms\t%.4f\n%s_p99_ms\t%.4f\n%s_found_mean\t%.1f\n", name, ms[N_ASKED / 2], name,
                 ms[N_ASKED * 99 / 100], name, n_found / N_ASKED);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        ask_fn *ask;
    } questions[] = {{"one_letter", one_letter},
                     {"three_letters", three_letters},
                     {"whole_name", whole_name},
                     {"one_letter_nearest", one_letter_nearest},
                     {"two_letters_in_a_box", two_letters_in_box},
                     {"postcode", postcode},
                     {"postcode_begun", postcode_begun},
                     {"outward_code", outward}};
    struct eg_snapshot *snapshot = NULL;
    struct eg_gazetteer *again = NULL;
    eg_log_set_level(EG_LOG_WARNING);
    if (argc != 3) {
        (void)fprintf(stderr, "bench_places LSOA11.gpkg MSOA11.gpkg\n");
        return 2;
    }
    write_csv();
    write_atlas("build/bench-places.yaml", argv + 1);
    if (eg_snapshot_load("build/bench-places.yaml", 0, &snapshot, NULL) != EG_OK) return 1;
    double began = eg_clock_monotonic_s();
    if (eg_gazetteer_new(snapshot->generation, 0, &again, NULL) != EG_OK) return 1;
    (void)printf("make_ms\t%.1f\n", (eg_clock_monotonic_s() - began) * 1e3);
    struct eg_gazetteer_size size = eg_gazetteer_measure(again);
    eg_gazetteer_free(again);
    (void)printf("named\t%u\nwords\t%u\npostcodes\t%u\noutward_codes\t%u\n", size.n_named, size.n_words,
                 size.n_postcodes, size.n_outwards);
    (void)printf("gazetteer_mib\t%.2f\npostcodes_mib\t%.2f\n", (double)size.bytes / 1048576,
                 (double)size.n_postcodes * sizeof(struct eg_postcode_row) / 1048576);
    for (size_t i = 0; i < EG_ARRAY_LEN(questions); i++)
        measure(snapshot, questions[i].name, questions[i].ask);
    eg_snapshot_release(snapshot);
    (void)remove(CSV_PATH);
    return 0;
}
