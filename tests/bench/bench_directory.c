/* How long the coalition finder takes with 100,000 entries, crowded in towns as people are: reading, indexing, then every kind
 * of question 500 times from different places. Prints a line a figure: name, tab, number; questions in milliseconds, the median
 * and the 99th of 100 of what the thread worked, which others on the machine lengthen little. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "directory/directory.h"
#include "support/many_entries.h"
#include "support/round_areas.h"

#define N_ASKED 500
#define CSV_PATH "build/bench-directory.csv"

static const struct eg_many_town *towns;
static struct eg_round_areas areas; /* counties, each with 4,000 corners */

static struct eg_directory *load(void)
{
    static const struct eg_atlas_directory directory = {
        .id = {"bench", 5},
        .source = {CSV_PATH, sizeof CSV_PATH - 1},
        .id_prefix = {"bench:", 6},
        .delimiter = ',',
        .list_separator = ';',
        .serves_boundaries = EG_ATLAS_NONE,
        .column = {[EG_ENTRY_KEY].first = {"key", 3},
                   [EG_ENTRY_NAME].first = {"name", 4},
                   [EG_ENTRY_KIND].first = {"kind", 4},
                   [EG_ENTRY_DESCRIPTION].first = {"about", 5},
                   [EG_ENTRY_TOPICS].first = {"topic", 5},
                   [EG_ENTRY_HOURS].first = {"hours", 5},
                   [EG_ENTRY_LANGUAGES].first = {"language", 8},
                   [EG_ENTRY_FUNDER].first = {"funder", 6},
                   [EG_ENTRY_ORGANISATION].first = {"organisation", 12},
                   [EG_ENTRY_ADDRESS].first = {"address", 7},
                   [EG_ENTRY_LONGITUDE].first = {"lon", 3},
                   [EG_ENTRY_LATITUDE].first = {"lat", 3}}};
    static const struct eg_atlas atlas = {.directories = &directory, .n_directories = 1};
    struct eg_entries *entries = NULL;
    struct eg_directory *made = NULL;
    double began = eg_clock_monotonic_s();
    if (eg_entries_load(&atlas, &entries, NULL) != EG_OK) exit(1);
    (void)printf("read_100000_entries_ms\t%.1f\n", (eg_clock_monotonic_s() - began) * 1e3);
    began = eg_clock_monotonic_s();
    if (eg_directory_new(entries, areas.generation, &made, NULL) != EG_OK) exit(1);
    (void)printf("index_100000_entries_ms\t%.1f\n", (eg_clock_monotonic_s() - began) * 1e3);
    (void)printf("peak_mib\t%.1f\n", (double)eg_memory_peak_bytes() / 1048576);
    return made;
}

/* --- questions ------------------------------------------------------------------------------------------------------- */

typedef void ask_fn(struct eg_directory_query *query, const struct eg_many_town *town);

static void ask_box(struct eg_directory_query *query, const struct eg_many_town *town)
{
    query->has_bbox = true;
    query->bbox_deg = (struct eg_bounds){town->lon_deg - 0.5, town->lat_deg - 0.3, town->lon_deg + 0.5,
                                         town->lat_deg + 0.3};
}

static void ask_words(struct eg_directory_query *query, const struct eg_many_town *town)
{
    (void)town;
    query->words = EG_TEXT("cafe gard");
}

/* Of an organisation, a street and a town. */
static void ask_leaflet(struct eg_directory_query *query, const struct eg_many_town *town)
{
    (void)town;
    query->words = EG_TEXT("organ high street town");
    query->order = EG_ORDER_RELEVANCE;
}

static void ask_near(struct eg_directory_query *query, const struct eg_many_town *town)
{
    query->has_near = true;
    query->near_lon_deg = town->lon_deg;
    query->near_lat_deg = town->lat_deg;
}

static void ask_radius(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_near(query, town);
    query->has_radius = true;
    query->radius_m = 5000;
}

static void ask_wide_radius(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_near(query, town);
    query->has_radius = true;
    query->radius_m = 200000;
}

/* The area around the town. */
static void ask_near_area(struct eg_directory_query *query, const struct eg_many_town *town)
{
    double middle_deg[2];
    query->near_area = eg_round_areas_at(&areas, town->lon_deg, town->lat_deg, middle_deg);
    query->near_boundaries = 0;
    query->has_near = query->has_near_area = true;
    query->near_lon_deg = middle_deg[0];
    query->near_lat_deg = middle_deg[1];
}

static void ask_near_area_radius(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_near_area(query, town);
    query->has_radius = true;
    query->radius_m = 2000;
}

static void ask_near_area_far_down(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_near_area(query, town);
    query->offset = EG_MANY_ENTRIES / 2;
}

static void ask_near_area_together(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_box(query, town);
    ask_near_area(query, town);
    query->words = EG_TEXT("healthy h");
}

static void ask_all_together(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_box(query, town);
    ask_near(query, town);
    query->words = EG_TEXT("healthy h");
}

static void ask_open(struct eg_directory_query *query, const struct eg_many_town *town)
{
    (void)town;
    query->has_open = true;
    query->open_min = eg_calendar_day(2026, 11, 18) * 1440 + 11 * 60;
}

static void ask_facets(struct eg_directory_query *query, const struct eg_many_town *town)
{
    (void)town;
    query->facets = (1U << EG_N_FACETS) - 1;
}

static void ask_all_with_facets(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_all_together(query, town);
    ask_facets(query, town);
}

static void ask_all_with_facets_open(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_all_with_facets(query, town);
    ask_open(query, town);
}

static void ask_by_relevance(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_words(query, town);
    query->order = EG_ORDER_RELEVANCE;
}

static void ask_by_name(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_near(query, town);
    query->order = EG_ORDER_NAME;
}

static void ask_far_down(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_near(query, town);
    query->offset = EG_MANY_ENTRIES / 2;
}

static void ask_from_far_away(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_near(query, town);
    query->near_lon_deg += 140;
    query->near_lat_deg *= -0.6;
}

static void ask_far_down_from_far_away(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_from_far_away(query, town);
    query->offset = EG_MANY_ENTRIES / 2;
}

static void ask_thousand(struct eg_directory_query *query, const struct eg_many_town *town)
{
    ask_near(query, town);
    query->limit = 1000;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double worked_ms(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) exit(1);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void measure(const char *name, ask_fn *ask, const struct eg_directory *directory)
{
    static double ms[N_ASKED];
    uint64_t n_matched = 0;
    for (int i = 0; i < N_ASKED; i++) {
        struct eg_directory_query query = {.serves_boundaries = EG_ATLAS_NONE, .limit = 20};
        struct eg_directory_result result = {0};
        ask(&query, &towns[i % EG_MANY_TOWNS]);
        double began_ms = worked_ms();
        if (eg_directory_search(directory, &query, &result, NULL) != EG_OK) exit(1);
        ms[i] = worked_ms() - began_ms;
        n_matched += result.n_matched;
        eg_directory_result_clear(&result);
    }
    qsort(ms, N_ASKED, sizeof *ms, compare);
    (void)printf("%s_p50_ms\t%.3f\n%s_p99_ms\t%.3f\n%s_matched_mean\t%.0f\n", name, ms[N_ASKED / 2], name,
                 ms[N_ASKED * 99 / 100], name, (double)n_matched / N_ASKED);
}

int main(void)
{
    eg_log_set_level(EG_LOG_ERROR);
    towns = eg_many_entries_write(CSV_PATH);
    if (!towns || !eg_round_areas_open((struct eg_bounds){-5.2, 50, 1.7, 55.4}, 6, 5, 4000, &areas)) return 1;
    struct eg_directory *directory = load();
    measure("box", ask_box, directory);
    measure("words", ask_words, directory);
    measure("near", ask_near, directory);
    measure("near_within_5_km", ask_radius, directory);
    measure("near_within_200_km", ask_wide_radius, directory);
    measure("box_words_near", ask_all_together, directory);
    measure("box_words_near_facets", ask_all_with_facets, directory);
    measure("box_words_near_facets_open", ask_all_with_facets_open, directory);
    measure("near_area", ask_near_area, directory);
    measure("near_area_within_2_km", ask_near_area_radius, directory);
    measure("near_area_page_at_50000", ask_near_area_far_down, directory);
    measure("box_words_near_area", ask_near_area_together, directory);
    measure("open", ask_open, directory);
    measure("facets_of_everything", ask_facets, directory);
    measure("words_by_relevance", ask_by_relevance, directory);
    measure("words_of_owner_and_place_by_relevance", ask_leaflet, directory);
    measure("near_by_name", ask_by_name, directory);
    measure("near_1000_at_once", ask_thousand, directory);
    measure("near_page_at_50000", ask_far_down, directory);
    measure("near_from_far_away", ask_from_far_away, directory);
    measure("near_from_far_away_page_at_50000", ask_far_down_from_far_away, directory);
    eg_directory_free(directory);
    eg_round_areas_close(&areas);
    (void)remove(CSV_PATH);
    return 0;
}
