/* How long the HSDS API takes with 100,000 entries: making its lists, then each kind of page 300 times, JSON and all, once with the entries
 * read from a file and once with all of them in a store. Prints a line a figure: name, tab, number; pages in milliseconds, the median and
 * the 99th of 100, by the clock and ("cpu") by what the thread worked, which others on the machine lengthen less. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "data/entry_records.h"
#include "engine/hsds.h"
#include "support/many_entries.h"

#define N_ASKED 300
#define CSV_PATH "build/bench-hsds.csv"
#define SQUARE_PATH "build/bench-hsds.geojson"
#define ATLAS_PATH "build/bench-hsds.yaml"

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) exit(1);
}

static struct eg_snapshot *load(void)
{
    struct eg_snapshot *snapshot = NULL;
    struct eg_error err;
    write_file(
        SQUARE_PATH,
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"code\":"
        "\"A\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,50],[1,50],[1,51],[0,51],[0,50]"
        "]]}}]}");
    write_file(ATLAS_PATH,
               "evenground: 1\ntitle: T\nboundaries:\n- {id: a, title: A, source: bench-hsds.geojson, key: "
               "code}\ntables: []\ndirectories:\n- id: e\n  title: E\n  source: bench-hsds.csv\n  columns: "
               "{key: key, name: name, kind: kind, description: about, topics: topic, hours: hours, "
               "languages: language, funder: funder, organisation: organisation, postcode: postcode, "
               "longitude: lon, latitude: lat}\n- {id: s, title: S, store: bench-hsds.gpkg}\n");
    if (eg_snapshot_load(ATLAS_PATH, 2, &snapshot, &err) == EG_OK) return snapshot;
    (void)fprintf(stderr, "%s\n", err.message);
    exit(1);
}

/* The same entries as records of the store: it has them all then, because their ids are the same. */
static struct eg_snapshot *stored(struct eg_snapshot *sourced)
{
    struct eg_records_builder *builder = NULL;
    struct eg_entry_recorder *recorder = NULL;
    struct eg_records *records = NULL;
    struct eg_snapshot *snapshot = NULL;
    const struct eg_entries *entries = eg_directory_entries(sourced->directory);
    char doubt[EG_ENTRY_DOUBT_BYTES];
    if (eg_records_builder_new(&builder, NULL) != EG_OK ||
        eg_entry_recorder_new(sourced->atlas, builder, &recorder, NULL) != EG_OK)
        exit(1);
    for (uint32_t i = 0; i < entries->n; i++)
        if (eg_entry_record(recorder, entries->items[i], doubt, NULL) != EG_OK) exit(1);
    if (eg_records_finish(builder, &records, NULL) != EG_OK) exit(1);
    double began = eg_clock_monotonic_s();
    if (eg_snapshot_with_records(sourced, records, &snapshot, NULL) != EG_OK) exit(1);
    (void)printf("snapshot_of_stored_ms\t%.1f\n", (eg_clock_monotonic_s() - began) * 1e3);
    eg_records_release(records);
    eg_records_builder_free(builder);
    eg_entry_recorder_free(recorder);
    return snapshot;
}

/* --- pages ---------------------------------------------------------------------------------------------------------- */

typedef void ask_fn(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i);

static void ask_first(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    (void)hsds;
    request->page = i % 7 + 1;
}

static void ask_last(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    request->page = eg_hsds_count(hsds, EG_HSDS_SERVICES) / request->per_page - i % 7;
}

static void ask_full(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    ask_first(hsds, request, i * 31);
    request->form = EG_HSDS_FULL;
}

static void ask_words(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    static const char *const words[] = {"cafe gard", "mental", "food hub", "ward 12", "young n"};
    (void)hsds;
    request->query.words = eg_text_from(words[i % EG_ARRAY_LEN(words)]);
}

static void ask_organization(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    uint32_t n = eg_hsds_count(hsds, EG_HSDS_ORGANIZATIONS);
    request->query.organization_id = eg_hsds_at(hsds, EG_HSDS_ORGANIZATIONS, i * 97 % n).id;
}

static void ask_taxonomy(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    (void)i;
    request->query.taxonomy_id = eg_hsds_at(hsds, EG_HSDS_TAXONOMIES, 0).id;
}

static void ask_term(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    uint32_t n = eg_hsds_count(hsds, EG_HSDS_TAXONOMY_TERMS);
    request->query.taxonomy_term_id = eg_hsds_at(hsds, EG_HSDS_TAXONOMY_TERMS, i % n).id;
}

static void ask_modified(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    (void)hsds;
    request->query.has_modified_after = true;
    request->query.modified_after_s = 1700000000 + (int64_t)i;
}

static void ask_postcode(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    static char typed[16];
    (void)hsds;
    (void)snprintf(typed, sizeof typed, "tn%u1ab", i % EG_MANY_TOWNS);
    request->postcode = eg_text_from(typed);
    request->query.has_radius = true;
    request->query.radius_m = 5000;
}

static void ask_all_together(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    ask_postcode(hsds, request, i);
    ask_term(hsds, request, i);
    ask_modified(hsds, request, i);
    request->query.words = EG_TEXT("ward he");
}

static void ask_places(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    ask_postcode(hsds, request, i);
    request->query.list = EG_HSDS_SERVICE_AT_LOCATIONS;
}

static void ask_organizations(const struct eg_hsds *hsds, struct eg_hsds_request *request, uint32_t i)
{
    ask_first(hsds, request, i);
    request->query.list = EG_HSDS_ORGANIZATIONS;
    request->query.words = EG_TEXT("organi");
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* By the clock, and by what this thread worked. */
struct spent {
    double wall_ms[N_ASKED], cpu_ms[N_ASKED];
};

static double worked_ms(void)
{
    struct timespec time;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) exit(1);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void begin(struct spent *spent, uint32_t i)
{
    spent->cpu_ms[i] = worked_ms();
    spent->wall_ms[i] = eg_clock_monotonic_s() * 1e3;
}

static void end(struct spent *spent, uint32_t i)
{
    spent->wall_ms[i] = eg_clock_monotonic_s() * 1e3 - spent->wall_ms[i];
    spent->cpu_ms[i] = worked_ms() - spent->cpu_ms[i];
}

static void print_times(const char *where, const char *name, struct spent *spent)
{
    qsort(spent->wall_ms, N_ASKED, sizeof *spent->wall_ms, compare);
    qsort(spent->cpu_ms, N_ASKED, sizeof *spent->cpu_ms, compare);
    (void)printf("%s_%s_p50_ms\t%.3f\n%s_%s_p99_ms\t%.3f\n", where, name, spent->wall_ms[N_ASKED / 2], where,
                 name, spent->wall_ms[N_ASKED * 99 / 100]);
    (void)printf("%s_%s_cpu_p50_ms\t%.3f\n%s_%s_cpu_p99_ms\t%.3f\n", where, name, spent->cpu_ms[N_ASKED / 2],
                 where, name, spent->cpu_ms[N_ASKED * 99 / 100]);
}

static void measure(const char *where, const char *name, ask_fn *ask, struct eg_snapshot *snapshot)
{
    static struct spent spent;
    const struct eg_hsds *hsds = NULL;
    if (eg_snapshot_hsds(snapshot, &hsds, NULL) != EG_OK) exit(1);
    for (uint32_t i = 0; i < N_ASKED; i++) {
        struct eg_hsds_request request = {.page = 1, .per_page = 50};
        struct eg_entity entity = {0};
        ask(hsds, &request, i);
        begin(&spent, i);
        if (eg_engine_hsds_list(snapshot, &request, &entity, NULL) != EG_OK) exit(1);
        end(&spent, i);
        eg_entity_clear(&entity);
    }
    print_times(where, name, &spent);
}

static void measure_records(const char *where, struct eg_snapshot *snapshot)
{
    static struct spent spent;
    const struct eg_hsds *hsds = NULL;
    if (eg_snapshot_hsds(snapshot, &hsds, NULL) != EG_OK) exit(1);
    for (uint32_t i = 0; i < N_ASKED; i++) {
        struct eg_entity entity = {0};
        struct eg_text id = eg_hsds_at(hsds, EG_HSDS_SERVICES, i * 331).id;
        begin(&spent, i);
        if (eg_engine_hsds_record(snapshot, EG_HSDS_SERVICES, id, false, &entity, NULL) != EG_OK) exit(1);
        end(&spent, i);
        eg_entity_clear(&entity);
    }
    print_times(where, "one_service", &spent);
}

static void measure_all(const char *where, struct eg_snapshot *snapshot)
{
    static const struct {
        const char *name;
        ask_fn *ask;
    } pages[] = {{"page", ask_first},
                 {"last_page", ask_last},
                 {"full", ask_full},
                 {"search", ask_words},
                 {"organization", ask_organization},
                 {"term", ask_term},
                 {"taxonomy", ask_taxonomy},
                 {"modified_after", ask_modified},
                 {"postcode_5_km", ask_postcode},
                 {"all_together", ask_all_together},
                 {"places_5_km", ask_places},
                 {"organizations", ask_organizations}};
    const struct eg_hsds *hsds = NULL;
    double began_s = eg_clock_monotonic_s(), worked = worked_ms();
    if (eg_snapshot_hsds(snapshot, &hsds, NULL) != EG_OK) exit(1);
    (void)printf("%s_lists_ms\t%.1f\n%s_lists_cpu_ms\t%.1f\n", where,
                 (eg_clock_monotonic_s() - began_s) * 1e3, where, worked_ms() - worked);
    for (size_t i = 0; i < EG_ARRAY_LEN(pages); i++) measure(where, pages[i].name, pages[i].ask, snapshot);
    measure_records(where, snapshot);
}

/* --- after a write --------------------------------------------------------------------------------------------------- */

#define N_WRITES 40

/* A service that says something else, and its organisation with it now and then. */
static struct eg_records_change change_of(const struct eg_records *records, uint32_t i)
{
    static struct eg_text service[EG_RECORD_FIELDS], organization[EG_RECORD_FIELDS];
    static struct eg_record puts[2];
    const struct eg_record *row = eg_records_at(records, EG_RECORD_SERVICE, i * 2311 + 17);
    memcpy(service, row->field, EG_SERVICE_N_FIELDS * sizeof *service);
    service[EG_SERVICE_NAME] = i % 2 ? EG_TEXT("Another name") : EG_TEXT("A third name");
    puts[0] = (struct eg_record){EG_RECORD_SERVICE, service};
    row = eg_records_find(records, EG_RECORD_ORGANIZATION, service[EG_SERVICE_ORGANIZATION_ID]);
    if (row) memcpy(organization, row->field, EG_ORGANIZATION_N_FIELDS * sizeof *organization);
    organization[EG_ORGANIZATION_DESCRIPTION] =
        i % 3 ? EG_TEXT("Of another kind") : EG_TEXT("Of a third kind");
    puts[1] = (struct eg_record){EG_RECORD_ORGANIZATION, organization};
    return (struct eg_records_change){.puts = puts, .n_puts = row && i % 4 == 0 ? 2 : 1};
}

static double middle_of(double *values, uint32_t n)
{
    qsort(values, n, sizeof *values, compare);
    return values[n / 2];
}

/* What a thread works for the lists of the next snapshot, and how long the first page of it takes then. */
static void measure_writes(struct eg_snapshot *snapshot)
{
    static double lists_ms[N_WRITES], write_ms[N_WRITES], page_ms[N_WRITES];
    eg_snapshot_retain(snapshot);
    for (uint32_t i = 0; i < N_WRITES; i++) {
        struct eg_records *records = NULL;
        struct eg_snapshot *next = NULL;
        struct eg_hsds *lists = NULL;
        const struct eg_hsds *before = NULL;
        struct eg_entity entity = {0};
        struct eg_hsds_request request = {.page = 1, .per_page = 50};
        struct eg_records_change change = change_of(snapshot->records, i);
        if (eg_records_apply(snapshot->records, &change, &records, NULL) != EG_OK ||
            eg_snapshot_hsds(snapshot, &before, NULL) != EG_OK)
            exit(1);
        double began = worked_ms();
        if (eg_snapshot_after(snapshot, records, &change, &next, NULL) != EG_OK) exit(1);
        write_ms[i] = worked_ms() - began;
        began = worked_ms();
        if (eg_hsds_after(before, next->directory, records, &change, &lists, NULL) != EG_OK || !lists)
            exit(1);
        lists_ms[i] = worked_ms() - began;
        eg_hsds_free(lists);
        began = worked_ms();
        if (eg_engine_hsds_list(next, &request, &entity, NULL) != EG_OK) exit(1);
        page_ms[i] = worked_ms() - began;
        eg_entity_clear(&entity);
        eg_records_release(records);
        eg_snapshot_release(snapshot);
        snapshot = next;
    }
    eg_snapshot_release(snapshot);
    (void)printf("after_write_snapshot_cpu_p50_ms\t%.2f\nafter_write_lists_cpu_p50_ms\t%.2f\n",
                 middle_of(write_ms, N_WRITES), middle_of(lists_ms, N_WRITES));
    (void)printf("after_write_lists_cpu_max_ms\t%.2f\nafter_write_first_page_cpu_p50_ms\t%.2f\n",
                 lists_ms[N_WRITES - 1], middle_of(page_ms, N_WRITES));
}

int main(void)
{
    eg_log_set_level(EG_LOG_ERROR);
    if (!eg_many_entries_write(CSV_PATH)) return 1;
    struct eg_snapshot *sourced = load();
    measure_all("file", sourced);
    (void)printf("file_peak_mib\t%.1f\n", (double)eg_memory_peak_bytes() / 1048576);
    struct eg_snapshot *in_store = stored(sourced);
    measure_all("store", in_store);
    measure_writes(in_store);
    (void)printf("store_peak_mib\t%.1f\n", (double)eg_memory_peak_bytes() / 1048576);
    eg_snapshot_release(in_store);
    eg_snapshot_release(sourced);
    (void)remove(CSV_PATH);
    (void)remove(SQUARE_PATH);
    (void)remove(ATLAS_PATH);
    return 0;
}
