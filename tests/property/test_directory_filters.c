/* Filters, orders and counts of the directory against brute force: each entry is looked at by itself, as the questions' definitions
 * say. Texts are spelled in several ways, amounts and dates may be missing or wrong, and conditions come in any combination. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/calendar.h"
#include "data/records.h"
#include "geo/crs.h"
#include "support/temp_file.h"
#include "support/test_directory.h"
#include "support/test_random.h"

#define N_SOURCED 3000
#define N_STORED 400
#define N_ENTRIES (N_SOURCED + N_STORED)
#define FUNDINGS_MAX 4
#define N_QUERIES 300

static struct eg_test_random dice;

static uint32_t below(uint32_t n)
{
    return eg_test_random_below(&dice, n);
}

#define PICK(words) words[below(EG_ARRAY_LEN(words))]

static const char *const names[] = {"Hub",          "Café Hub", "cafe hubs", "Hubert", "Zebra",
                                    "ZEBRA Centre", "Centre",   "The Café",  "Éclair", "Women's Hub"};
static const char *const descriptions[] = {"", "a hub for all", "cafe and centre", "hubs", "zebras"};
static const char *const lists[] = {
    "", "Welsh", "welsh;English", "ENGLISH", "Español;Portuguese", "Espanol", "English;English"};
static const char *const words[] = {"Big Fund", "big fund", "Bíg  Fund", "", "Lottery", "Trust", ""};
static const char *const addresses[] = {"", "1 High Street", "Hub Lane", "2 Zebra Street;Café Town",
                                        "12 Centre"};
static const char *const amounts[] = {"", "0", "-5", "100.5", "2500", "1e4", "lots", "99999"};
static const char *const days[] = {"",           "2024-02-29", "2025-01-01", "2025-01-01T10:00:00Z",
                                   "2025-13-01", "yesterday",  "2026-06-30", "1999-12-31"};

static const char *const hours[] = {"",     "Mo-Fr 09:00-17:00", "Sa,Su 22:00-03:00",
                                    "24/7", "We[2] 18:00-20:00", "ask"};
static const char *const events[] = {"", "2026-11-02", "2026-11-02T18:00:00", "2026-12-24", "soon"};

static void write_entries(struct eg_buffer *csv)
{
    eg_buffer_literal(csv, "key,name,kind,about,topics,programme,language,access,org,funder,amount,day,hours,"
                           "start,end,address,lon,lat\n");
    for (uint32_t i = 0; i < N_SOURCED; i++) {
        eg_buffer_printf(csv, "%u,%s,%s,%s,%s,%s,%s,%s,", i, PICK(names),
                         eg_entry_kind_name((enum eg_entry_kind)below(EG_N_KINDS)), PICK(descriptions),
                         PICK(lists), PICK(words), PICK(lists), PICK(lists));
        if (below(2)) eg_buffer_printf(csv, "Organisation %u,", below(400));
        else eg_buffer_printf(csv, "%s,", PICK(words));
        eg_buffer_printf(csv, "%s,%s,%s,", PICK(words), PICK(amounts), PICK(days));
        eg_buffer_printf(csv, "\"%s\",%s,%s,%s,", PICK(hours), PICK(events), PICK(events), PICK(addresses));
        if (below(20) == 0) eg_buffer_literal(csv, ",\n");
        else eg_buffer_printf(csv, "%.3f,%.3f\n", below(2000) / 1000.0, 50 + below(2000) / 1000.0);
    }
    assert_false(csv->failed);
}

/* Of a service of the store, which may have several; as they were put there. */
struct given {
    uint32_t n;
    const char *funder[FUNDINGS_MAX], *amount[FUNDINGS_MAX];
};
static struct given given[N_STORED];

static void id_of(enum eg_record_table table, uint32_t i, char id_out[EG_UUID_TEXT_LEN + 1])
{
    (void)snprintf(id_out, EG_UUID_TEXT_LEN + 1, "%08x-0000-4000-8000-%012x", i, (unsigned)table);
}

static void add_row(struct eg_records_builder *builder, enum eg_record_table table,
                    const struct eg_text *field)
{
    struct eg_error err = {0};
    if (eg_records_add(builder, table, field, &err) != EG_OK) fail_msg("%s", err.message);
}

static void add_service(struct eg_records_builder *builder, uint32_t i)
{
    char organization[EG_UUID_TEXT_LEN + 1], id[EG_UUID_TEXT_LEN + 1], funding[EG_UUID_TEXT_LEN + 1];
    struct eg_text service[EG_RECORD_FIELDS] = {{0}};
    id_of(EG_RECORD_ORGANIZATION, 0, organization);
    id_of(EG_RECORD_SERVICE, i, id);
    service[EG_SERVICE_ID] = eg_text_from(id);
    service[EG_SERVICE_ORGANIZATION_ID] = eg_text_from(organization);
    service[EG_SERVICE_NAME] = eg_text_from(PICK(names));
    if (below(2)) service[EG_SERVICE_ALTERNATE_NAME] = eg_text_from(PICK(names));
    service[EG_SERVICE_STATUS] = EG_TEXT("active");
    service[EG_SERVICE_KIND] = eg_text_from(eg_entry_kind_name((enum eg_entry_kind)below(EG_N_KINDS)));
    add_row(builder, EG_RECORD_SERVICE, service);
    given[i].n = below(FUNDINGS_MAX + 1);
    for (uint32_t f = 0; f < given[i].n; f++) {
        static const char *const numbers[] = {"", "0", "100.5", "2500", "10000", "99999"};
        struct eg_text row[EG_RECORD_FIELDS] = {{0}};
        given[i].funder[f] = PICK(words);
        given[i].amount[f] = PICK(numbers);
        id_of(EG_RECORD_FUNDING, FUNDINGS_MAX * i + f, funding);
        row[EG_FUNDING_ID] = eg_text_from(funding);
        row[EG_FUNDING_SERVICE_ID] = service[EG_SERVICE_ID];
        row[EG_FUNDING_SOURCE] = eg_text_from(given[i].funder[f]);
        row[EG_FUNDING_AMOUNT] = eg_text_from(given[i].amount[f]);
        add_row(builder, EG_RECORD_FUNDING, row);
    }
}

/* The directory with those of a store besides. */
static void add_stored(struct eg_test_directory *test)
{
    char id[EG_UUID_TEXT_LEN + 1];
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    struct eg_entries *entries = NULL,
                      *sourced = (struct eg_entries *)(uintptr_t)eg_directory_entries(test->directory);
    struct eg_directory *directory = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    id_of(EG_RECORD_ORGANIZATION, 0, id);
    struct eg_text organization[EG_RECORD_FIELDS] = {[EG_ORGANIZATION_ID] = eg_text_from(id),
                                                     [EG_ORGANIZATION_NAME] = EG_TEXT("Trust"),
                                                     [EG_ORGANIZATION_ALTERNATE_NAME] = EG_TEXT("Hub Fund"),
                                                     [EG_ORGANIZATION_DESCRIPTION] = EG_TEXT("One")};
    add_row(builder, EG_RECORD_ORGANIZATION, organization);
    for (uint32_t i = 0; i < N_STORED; i++) add_service(builder, i);
    if (eg_records_finish(builder, &records, &err) != EG_OK) fail_msg("%s", err.message);
    eg_records_builder_free(builder);
    if (eg_entries_with_records(sourced, records, &entries, &err) != EG_OK) fail_msg("%s", err.message);
    if (eg_directory_new(entries, test->generation, &directory, &err) != EG_OK) fail_msg("%s", err.message);
    eg_records_release(records);
    eg_directory_free(test->directory);
    test->directory = directory;
}

static int open_entries(void **state)
{
    static struct eg_test_directory test;
    struct eg_buffer csv;
    char yaml[800];
    eg_buffer_init(&csv, 0);
    write_entries(&csv);
    (void)snprintf(
        yaml, sizeof yaml,
        "directories:\n  - {id: d, title: D, source: %s, columns: {key: key, name: name, kind: kind, "
        "description: about, topics: topics, programme: programme, languages: language, "
        "accessibility: access, organisation: org, funder: funder, amount: amount, "
        "last_reviewed: day, hours: hours, start: start, end: end, address: address, longitude: lon, "
        "latitude: lat}}\n"
        "  - {id: s, title: S, store: filters.gpkg}\n",
        eg_test_temp_file("filters.csv", csv.data).data);
    eg_buffer_clear(&csv);
    eg_test_directory_open(yaml, &test);
    add_stored(&test);
    *state = &test;
    return 0;
}

static int close_directory(void **state)
{
    eg_test_directory_close(*state);
    eg_test_temp_clear();
    return 0;
}

/* --- brute force ----------------------------------------------------------------------------------------------------- */

static const char *fold(struct eg_text text)
{
    static char room[4][256];
    static int next;
    struct eg_buffer folded;
    eg_buffer_init(&folded, 0);
    assert_int_equal(eg_text_fold(text, &folded, NULL), EG_OK);
    char *copy = room[next++ % 4];
    (void)snprintf(copy, sizeof room[0], "%s", folded.len > 0 ? folded.data : "");
    eg_buffer_clear(&folded);
    return copy;
}

static bool folds_alike(struct eg_text a, struct eg_text b)
{
    return strcmp(fold(a), fold(b)) == 0;
}

static struct given fundings_of(const struct eg_entry *entry)
{
    struct given one = {.n = 1,
                        .funder = {entry->field[EG_ENTRY_FUNDER].data},
                        .amount = {entry->field[EG_ENTRY_AMOUNT].data}};
    unsigned i = 0;
    return entry->directory > 0 && sscanf(entry->id, "%8x", &i) == 1 ? given[i] : one;
}

static uint32_t funders_of(const struct eg_entry *entry, struct eg_text texts[8])
{
    struct given fundings = fundings_of(entry);
    uint32_t n = 0;
    for (uint32_t f = 0; f < fundings.n; f++)
        if (fundings.funder[f] && fundings.funder[f][0] != '\0')
            texts[n++] = eg_text_from(fundings.funder[f]);
    return n;
}

/* The texts of an entry that a facet counts. */
static uint32_t texts_of(const struct eg_entry *entry, enum eg_facet_kind kind, struct eg_text texts[8])
{
    const struct eg_text *list = NULL;
    uint32_t n = 1;
    if (kind == EG_FACET_KIND) texts[0] = eg_text_from(eg_entry_kind_name(entry->kind));
    if (kind == EG_FACET_PROGRAMME) texts[0] = entry->field[EG_ENTRY_PROGRAMME];
    if (kind == EG_FACET_ORGANISATION) texts[0] = entry->field[EG_ENTRY_ORGANISATION];
    if (kind == EG_FACET_FUNDER) return funders_of(entry, texts);
    if (kind == EG_FACET_TOPIC) list = entry->topics, n = entry->n_topics;
    if (kind == EG_FACET_LANGUAGE) list = entry->languages, n = entry->n_languages;
    if (kind == EG_FACET_ACCESSIBILITY) list = entry->accessibility, n = entry->n_accessibility;
    assert_true(n <= 8);
    for (uint32_t i = 0; i < n && list; i++) texts[i] = list[i];
    return n == 1 && texts[0].len == 0 ? 0 : n;
}

static bool has_text(const struct eg_entry *entry, enum eg_facet_kind kind, struct eg_text asked)
{
    struct eg_text texts[8] = {{0}};
    uint32_t n = texts_of(entry, kind, texts);
    for (uint32_t i = 0; i < n; i++)
        if (folds_alike(texts[i], asked)) return true;
    return false;
}

/* 3 for a word of the text, 2 for the beginning of one, else 0. The texts of this test part words by blanks, ";" and lose "'". */
static int points_in(struct eg_text text, const char *asked)
{
    char copy[256];
    int points = 0;
    size_t len = 0;
    for (const char *c = fold(text); *c; c++)
        if (*c != '\'') copy[len++] = *c;
    copy[len] = '\0';
    struct eg_text rest = eg_text_from(copy), wanted = eg_text_from(asked), word;
    for (size_t i = 0; i < len; i++) copy[i] = copy[i] == ';' ? ' ' : copy[i];
    while (rest.data) {
        rest = eg_text_cut(rest, ' ', &word);
        if (eg_text_equal(word, wanted)) return 3;
        if (eg_text_starts_with(word, wanted)) points = 2;
    }
    return points;
}

static bool says(const struct eg_entry *entry, const char *asked)
{
    static const enum eg_entry_field fields[] = {EG_ENTRY_NAME,      EG_ENTRY_DESCRIPTION,  EG_ENTRY_TOPICS,
                                                 EG_ENTRY_PROGRAMME, EG_ENTRY_ORGANISATION, EG_ENTRY_ADDRESS};
    for (size_t i = 0; i < EG_ARRAY_LEN(fields); i++)
        if (points_in(entry->field[fields[i]], asked) > 0) return true;
    for (size_t i = 0; i < EG_N_OTHER_NAMES; i++)
        if (points_in(entry->other_name[i], asked) > 0) return true;
    return false;
}

/* 6 for a word of the name, 5 of the organisation's, 4 and 3 where it only begins one. */
static int points_of_word(const struct eg_entry *entry, const char *asked)
{
    int in_name = points_in(entry->field[EG_ENTRY_NAME], asked);
    int in_owner = points_in(entry->field[EG_ENTRY_ORGANISATION], asked);
    int in_other = points_in(entry->other_name[EG_OTHER_NAME_OF_ENTRY], asked);
    int in_owners_other = points_in(entry->other_name[EG_OTHER_NAME_OF_ORGANISATION], asked);
    if (in_other > in_name) in_name = in_other;
    if (in_owners_other > in_owner) in_owner = in_owners_other;
    if (in_name == 3) return 6;
    if (in_owner == 3) return 5;
    if (in_name == 2) return 4;
    return in_owner == 2 ? 3 : 0;
}

/* Points of the whole question, or -1 where a word is missing. */
static int points_of(const struct eg_entry *entry, struct eg_text asked)
{
    int points = 0;
    while (asked.data) {
        struct eg_text word;
        asked = eg_text_cut(asked, ' ', &word);
        char folded[64];
        (void)snprintf(folded, sizeof folded, "%s", fold(word)); /* which is overwritten soon */
        if (!says(entry, folded)) return -1;
        points += points_of_word(entry, folded);
    }
    return points;
}

/* What is asked of one funding. */
static bool is_asked(const struct eg_directory_query *query, const char *funder, const char *text)
{
    double amount = 0;
    struct eg_text wanted = query->texts[EG_FACET_FUNDER];
    if (!text || !eg_text_to_double(eg_text_from(text), &amount)) return false;
    if (query->has_amount_min && amount < query->amount_min) return false;
    if (query->has_amount_max && amount > query->amount_max) return false;
    return wanted.len == 0 || (funder && folds_alike(eg_text_from(funder), wanted));
}

static bool has_figures(const struct eg_directory_query *query, const struct eg_entry *entry)
{
    int64_t day = 0;
    bool has = !query->has_amount_min && !query->has_amount_max;
    struct given fundings = fundings_of(entry);
    for (uint32_t f = 0; f < fundings.n && !has; f++)
        has = is_asked(query, fundings.funder[f], fundings.amount[f]);
    if (!has) return false;
    if (!query->has_reviewed_since) return true;
    struct eg_text reviewed = entry->field[EG_ENTRY_LAST_REVIEWED];
    reviewed.len = reviewed.len > 10 ? 10 : reviewed.len;
    return eg_calendar_parse_date(reviewed, &day) && day >= query->reviewed_since_day;
}

/* Its schedules, worked out once more. */
static uint32_t schedules_of(const struct eg_entry *entry, struct eg_schedule *schedules)
{
    const struct eg_text *field = entry->field;
    uint32_t n = 0;
    if (field[EG_ENTRY_HOURS].len > 0)
        return eg_schedules_from_hours(field[EG_ENTRY_HOURS], schedules, &n) ? n : 0;
    if (entry->kind != EG_KIND_TRAINING) return 0;
    return eg_schedule_from_dates(field[EG_ENTRY_START], field[EG_ENTRY_END], schedules);
}

static bool is_on_time(const struct eg_directory_query *query, const struct eg_entry *entry)
{
    struct eg_schedule schedules[EG_SCHEDULE_HOURS_MAX];
    struct eg_occurrence next;
    uint32_t n = schedules_of(entry, schedules);
    if (query->has_open &&
        !eg_schedules_are_open(schedules, n, query->open_min / 1440, (int32_t)(query->open_min % 1440)))
        return false;
    if (!query->has_span) return true;
    return entry->kind == EG_KIND_TRAINING &&
           eg_schedules_next(schedules, n, query->from_min, query->until_min, &next);
}

static double distance_to(const struct eg_directory_query *query, const struct eg_entry *entry)
{
    if (!query->has_near) return 0;
    return eg_geodesic_distance_m(query->near_lon_deg, query->near_lat_deg, entry->lon_deg, entry->lat_deg);
}

static bool matches(const struct eg_directory_query *query, const struct eg_entry *entry)
{
    if (query->kinds ? !(query->kinds >> entry->kind & 1U) : entry->kind == EG_KIND_GRANT) return false;
    for (int k = 1; k < EG_N_FACETS; k++)
        if (query->texts[k].len > 0 && !has_text(entry, (enum eg_facet_kind)k, query->texts[k])) return false;
    if (query->words.len > 0 && points_of(entry, query->words) < 0) return false;
    if (!has_figures(query, entry) || !is_on_time(query, entry)) return false;
    if (!query->has_near) return true;
    return entry->has_position && (!query->has_radius || distance_to(query, entry) <= query->radius_m);
}

static const struct eg_entries *all;
static const struct eg_directory_query *asked_query;

static int compare_usual(const struct eg_entry *a, const struct eg_entry *b, bool by_kind)
{
    if (by_kind && a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    int order = strcmp(fold(a->field[EG_ENTRY_NAME]), fold(b->field[EG_ENTRY_NAME]));
    if (order != 0) return order;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return strcmp(a->id, b->id);
}

static int64_t next_of(const struct eg_entry *entry)
{
    struct eg_occurrence next;
    int64_t until = (int64_t)EG_SCHEDULE_NO_END * 1440;
    if (!eg_schedules_next(entry->schedules, entry->n_schedules, asked_query->from_min, until, &next))
        return INT64_MAX;
    return next.day * 1440 + (next.opens_min == EG_SCHEDULE_NO_TIME ? 0 : next.opens_min);
}

static int compare_hits(const void *a, const void *b)
{
    const struct eg_entry *x = all->items[*(const uint32_t *)a];
    const struct eg_entry *y = all->items[*(const uint32_t *)b];
    enum eg_directory_order order = asked_query->order;
    if (order == EG_ORDER_RELEVANCE) {
        int px = points_of(x, asked_query->words), py = points_of(y, asked_query->words);
        if (px != py) return px > py ? -1 : 1;
    }
    if (order == EG_ORDER_NEXT) {
        int64_t tx = next_of(x), ty = next_of(y);
        if (tx != ty) return tx < ty ? -1 : 1;
    }
    if (order <= EG_ORDER_DISTANCE) {
        double dx = distance_to(asked_query, x), dy = distance_to(asked_query, y);
        if (dx != dy) return dx < dy ? -1 : 1;
    }
    return compare_usual(x, y, order != EG_ORDER_NAME);
}

/* --- questions ------------------------------------------------------------------------------------------------------- */

/* Every value that the answer counts is had by so many, and no other value by more. */
static void check_counts(const struct eg_directory_counts *counts, enum eg_facet_kind kind,
                         const uint32_t *found, uint32_t n_found)
{
    uint32_t n_pairs = 0, n_counted = 0;
    for (uint32_t v = 0; v < counts->n; v++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < n_found; i++)
            n += has_text(all->items[found[i]], kind, counts->values[v].text);
        assert_int_equal(counts->values[v].n, n);
        assert_true(n > 0);
        if (v > 0) assert_true(counts->values[v - 1].n >= n);
        n_counted += n;
    }
    for (uint32_t i = 0; i < n_found; i++) {
        struct eg_text texts[8] = {{0}};
        uint32_t n = texts_of(all->items[found[i]], kind, texts);
        for (uint32_t t = 0; t < n; t++) {
            bool is_new = true;
            for (uint32_t u = 0; u < t; u++) is_new &= !folds_alike(texts[t], texts[u]);
            n_pairs += is_new;
        }
    }
    if (counts->n < EG_DIRECTORY_FACET_VALUES) assert_int_equal(n_counted, n_pairs);
    else assert_true(n_counted <= n_pairs);
}

static void check_query(const struct eg_directory *directory, const struct eg_directory_query *query)
{
    static uint32_t expected[N_ENTRIES];
    uint32_t n = 0;
    all = eg_directory_entries(directory);
    asked_query = query;
    for (uint32_t i = 0; i < all->n; i++)
        if (matches(query, all->items[i])) expected[n++] = i;
    qsort(expected, n, sizeof *expected, compare_hits);
    struct eg_directory_result result = {0};
    struct eg_error err = {0};
    enum eg_status status = eg_directory_search(directory, query, &result, &err);
    if (status) print_error("%s: %s\n", err.field, err.message);
    assert_int_equal(status, EG_OK);
    assert_int_equal(result.n_matched, n);
    uint32_t left = n > query->offset ? n - query->offset : 0;
    assert_int_equal(result.n, left < query->limit ? left : query->limit);
    for (uint32_t i = 0; i < result.n; i++) {
        assert_int_equal(result.hits[i].entry, expected[query->offset + i]);
        assert_true(result.hits[i].distance_m == distance_to(query, all->items[result.hits[i].entry]));
    }
    for (int k = 0; k < EG_N_FACETS; k++) {
        if (query->facets >> k & 1U) check_counts(&result.counts[k], (enum eg_facet_kind)k, expected, n);
        else assert_null(result.counts[k].values);
    }
    eg_directory_result_clear(&result);
}

static void random_texts(struct eg_directory_query *query)
{
    static const char *const asked[] = {"WELSH",   "english", "espanol",       "big fund",
                                        "Lottery", "nobody",  "Organisation 7"};
    static const char *const questions[] = {"hub",      "caf",  "cafe hub", "zebra",  "h c",     "womens",
                                            "centre z", "fund", "high",     "or hub", "org 39 h"};
    for (int k = 1; k < EG_N_FACETS; k++)
        if (below(6) == 0) query->texts[k] = eg_text_from(PICK(asked));
    if (below(3) == 0) query->words = eg_text_from(PICK(questions));
}

static struct eg_directory_query random_query(void)
{
    struct eg_directory_query query = {.serves_boundaries = EG_ATLAS_NONE};
    random_texts(&query);
    if (below(3) == 0) query.kinds = below(1U << EG_N_KINDS);
    query.limit = below(4) == 0 ? below(N_ENTRIES) : below(50);
    query.offset = below(3) == 0 ? below(100) : 0;
    query.has_amount_min = below(6) == 0;
    query.has_amount_max = below(6) == 0;
    query.amount_min = below(2) ? 100.5 : -10;
    query.amount_max = query.amount_min + below(20000);
    query.has_reviewed_since = below(6) == 0;
    query.reviewed_since_day = eg_calendar_day(2023 + below(3), 1 + below(12), 1);
    query.has_open = below(4) == 0;
    query.open_min = eg_calendar_day(2026, 11, 1) * 1440 + below(30 * 1440);
    query.has_span = below(6) == 0;
    query.from_min = eg_calendar_day(2026, 10, 20) * 1440 + below(30 * 1440);
    query.until_min = query.from_min + below(30 * 1440);
    query.facets = below(3) == 0 ? below(1U << EG_N_FACETS) : 0;
    query.has_near = below(2);
    query.near_lon_deg = below(2000) / 1000.0;
    query.near_lat_deg = 50 + below(2000) / 1000.0;
    query.has_radius = query.has_near && below(2);
    query.radius_m = below(100000);
    uint32_t order = below(5);
    if (order == 1 && query.has_near) query.order = EG_ORDER_DISTANCE;
    if (order == 2 && query.words.len > 0) query.order = EG_ORDER_RELEVANCE;
    if (order == 3) query.order = EG_ORDER_NAME;
    if (order == 4) query.order = EG_ORDER_NEXT;
    return query;
}

static void questions_find_what_brute_force_finds(void **state)
{
    const struct eg_test_directory *test = *state;
    for (int i = 0; i < N_QUERIES; i++) {
        struct eg_directory_query query = random_query();
        check_query(test->directory, &query);
    }
}

static void everything_is_counted_in_every_order(void **state)
{
    const struct eg_test_directory *test = *state;
    for (int order = EG_ORDER_USUAL; order <= EG_ORDER_NEXT; order++) {
        struct eg_directory_query query = {.serves_boundaries = EG_ATLAS_NONE,
                                           .kinds = (1U << EG_N_KINDS) - 1,
                                           .facets = (1U << EG_N_FACETS) - 1,
                                           .order = (enum eg_directory_order)order,
                                           .limit = 200};
        query.has_near = order == EG_ORDER_DISTANCE;
        query.near_lat_deg = 51;
        if (order == EG_ORDER_RELEVANCE) query.words = EG_TEXT("hub");
        check_query(test->directory, &query);
    }
}

/* Whether funder and amount are each fulfilled, by whichever funding. */
static bool has_apart(const struct eg_directory_query *query, const struct eg_entry *entry)
{
    struct eg_directory_query amount = *query;
    amount.texts[EG_FACET_FUNDER] = (struct eg_text){NULL, 0};
    return has_text(entry, EG_FACET_FUNDER, query->texts[EG_FACET_FUNDER]) && has_figures(&amount, entry);
}

static void funder_and_amount_are_asked_of_one_funding(void **state)
{
    static const char *const funders[] = {"BIG fund", "lottery", "Trust"};
    static const double least[] = {0, 2000, 9999.5};
    const struct eg_test_directory *test = *state;
    uint32_t n_apart = 0;
    for (size_t f = 0; f < EG_ARRAY_LEN(funders); f++) {
        for (size_t i = 0; i < EG_ARRAY_LEN(least); i++) {
            struct eg_directory_query query = {.serves_boundaries = EG_ATLAS_NONE,
                                               .kinds = (1U << EG_N_KINDS) - 1,
                                               .facets = 1U << EG_FACET_FUNDER,
                                               .has_amount_min = true,
                                               .amount_min = least[i],
                                               .has_amount_max = i > 0,
                                               .amount_max = 20000,
                                               .limit = 10};
            query.texts[EG_FACET_FUNDER] = eg_text_from(funders[f]);
            check_query(test->directory, &query);
            for (uint32_t e = 0; e < all->n; e++)
                n_apart += has_apart(&query, all->items[e]) && !matches(&query, all->items[e]);
        }
    }
    assert_true(n_apart > 20);
}

int main(void)
{
    dice = eg_test_random_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_find_what_brute_force_finds),
        cmocka_unit_test(everything_is_counted_in_every_order),
        cmocka_unit_test(funder_and_amount_are_asked_of_one_funding),
    };
    return cmocka_run_group_tests_name("directory filters", tests, open_entries, close_directory);
}
