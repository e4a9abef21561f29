/* Entries, their index and the lists of the HSDS API after a change against the same built from nothing: random rows of all tables are put and taken away, and what
 * follows from the state before must be what is made of all records at once, to the last number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "data/records.h"
#include "directory/directory_internal.h"
#include "directory/hsds_internal.h"
#include "support/failing_malloc.h"
#include "support/temp_file.h"
#include "support/test_directory.h"
#include "support/test_random.h"

#define N_SOURCED 40
#define ROUNDS 500
#define PUTS_MAX 12
#define DELETES_MAX 4
#define TEXT_BYTES 160

static struct eg_test_random dice;

static uint32_t below(uint32_t n)
{
    return eg_test_random_below(&dice, n);
}

#define PICK(texts) texts[below(EG_ARRAY_LEN(texts))]

/* How many rows of each table there may be; 0: none. */
static const uint32_t pool[EG_N_RECORD_TABLES] = {
    [EG_RECORD_ORGANIZATION] = 12,
    [EG_RECORD_PROGRAM] = 5,
    [EG_RECORD_SERVICE] = 160,
    [EG_RECORD_LOCATION] = 70,
    [EG_RECORD_SERVICE_AT_LOCATION] = 200,
    [EG_RECORD_SERVICE_AREA] = 60,
    [EG_RECORD_ADDRESS] = 60,
    [EG_RECORD_PHONE] = 90,
    [EG_RECORD_CONTACT] = 10,
    [EG_RECORD_SCHEDULE] = 100,
    [EG_RECORD_LANGUAGE] = 80,
    [EG_RECORD_ACCESSIBILITY] = 50,
    [EG_RECORD_FUNDING] = 150,
    [EG_RECORD_TAXONOMY] = 2,
    [EG_RECORD_TAXONOMY_TERM] = 8,
    [EG_RECORD_ATTRIBUTE] = 200,
    [EG_RECORD_METADATA] = 80,
};

static struct eg_test_directory test;

/* --- random rows ------------------------------------------------------------------------------------------------------------------ */

/* Some services have ids of entries that come from a source. */
static void id_of(enum eg_record_table table, uint32_t i, char id_out[EG_UUID_TEXT_LEN + 1])
{
    const struct eg_entries *entries = eg_directory_entries(test.directory);
    if (table == EG_RECORD_SERVICE && i < N_SOURCED / 2) {
        memcpy(id_out, entries->items[2 * i]->id, EG_UUID_TEXT_LEN + 1);
        return;
    }
    (void)snprintf(id_out, EG_UUID_TEXT_LEN + 1, "%08x-0000-4000-8000-%06x%06x",
                   (i + 1) * 2654435761U + (uint32_t)table * 40503U, (unsigned)table, i);
}

static void text_of(enum eg_record_table table, uint32_t f, char *room)
{
    static const char *const texts[] = {"Café Hub", "cafe  hub", "Hubs",    "Hub",        "women's group",
                                        "Welsh",    "WELSH",     "English", "The Centre", "the centre",
                                        "Ramp",     "ramp",      "Zebra",   "Éclair"};
    static const char *const codes[] = {"n00", "n11;n12", "n55;zz;d00", "zz", "d00;d11", "r0", "n00;n00"};
    static const char *const boundaries[] = {"neighbourhood", "neighbourhood", "district", "region",
                                             "nowhere"};
    const char *text = PICK(texts);
    if (table == EG_RECORD_SERVICE_AREA && f == EG_SERVICE_AREA_AREA_CODES) text = PICK(codes);
    if (table == EG_RECORD_SERVICE_AREA && f == EG_SERVICE_AREA_BOUNDARIES) text = PICK(boundaries);
    if (table == EG_RECORD_SCHEDULE && f == EG_SCHEDULE_BYDAY) text = below(2) ? "MO,WE" : "SA";
    if (table == EG_RECORD_ATTRIBUTE && f == EG_ATTRIBUTE_LINK_ENTITY) text = "service";
    if (table == EG_RECORD_METADATA && f == EG_METADATA_RESOURCE_TYPE) text = "service";
    if (table == EG_RECORD_METADATA && f == EG_METADATA_LAST_ACTION_TYPE)
        text = below(2) ? "update" : "verified";
    (void)snprintf(room, TEXT_BYTES, "%s", text);
    if (table == EG_RECORD_SERVICE && f == EG_SERVICE_NAME && below(3) == 0)
        (void)snprintf(room, TEXT_BYTES, "%s number %u", text, below(1000));
}

static void number_of(enum eg_record_table table, uint32_t f, char *room)
{
    bool is_lon = table == EG_RECORD_LOCATION && f == EG_LOCATION_LONGITUDE;
    bool is_lat = table == EG_RECORD_LOCATION && f == EG_LOCATION_LATITUDE;
    double number = below(100) / 4.0;
    if (is_lon) number = below(20) == 0 ? 180 : below(6000) / 10000.0;
    if (is_lat) number = 50 + below(6000) / 10000.0;
    (void)snprintf(room, TEXT_BYTES, "%.4f", number);
    if (table == EG_RECORD_SCHEDULE) (void)snprintf(room, TEXT_BYTES, "%u", 1 + below(3));
}

static void fill(enum eg_record_table table, uint32_t f, char *room)
{
    const struct eg_record_field *field = &eg_record_spec(table)->fields[f];
    uint32_t n_words = 0;
    switch (field->type) {
    case EG_RECORD_ID:
        break;
    case EG_RECORD_REFERENCE:
        id_of(field->to, below(pool[field->to]), room);
        break;
    case EG_RECORD_LINK:
        id_of(EG_RECORD_SERVICE, below(pool[EG_RECORD_SERVICE]), room);
        break;
    case EG_RECORD_NUMBER:
        number_of(table, f, room);
        break;
    case EG_RECORD_DATE:
        (void)snprintf(room, TEXT_BYTES, "202%u-0%u-1%u", below(8), 1 + below(9), below(10));
        break;
    case EG_RECORD_DATE_TIME:
    case EG_RECORD_WHEN:
        (void)snprintf(room, TEXT_BYTES, "2025-0%u-01T10:00:00Z", 1 + below(9));
        break;
    case EG_RECORD_TIME:
        (void)snprintf(room, TEXT_BYTES, "%02u:00", 8 + below(10));
        break;
    case EG_RECORD_URI:
    case EG_RECORD_URL:
        (void)snprintf(room, TEXT_BYTES, "https://x.example/%u", below(9));
        break;
    case EG_RECORD_EMAIL:
        (void)snprintf(room, TEXT_BYTES, "a%u@x.example", below(9));
        break;
    case EG_RECORD_WORD:
        while (field->words[n_words]) n_words++;
        (void)snprintf(room, TEXT_BYTES, "%s", field->words[below(n_words)]);
        break;
    case EG_RECORD_TEXT:
        text_of(table, f, room);
        break;
    }
}

/* With a polygon, now and then, and a rule that says something. */
static void make_sense(enum eg_record_table table, char room[EG_RECORD_FIELDS][TEXT_BYTES])
{
    if (table == EG_RECORD_SCHEDULE)
        room[EG_SCHEDULE_BYWEEKNO][0] = room[EG_SCHEDULE_BYYEARDAY][0] = room[EG_SCHEDULE_BYMONTHDAY][0] =
            '\0';
    if (table == EG_RECORD_ATTRIBUTE && room[EG_ATTRIBUTE_LINK_ID][0] != '\0' && below(4) == 0) {
        uint32_t at = below(pool[EG_RECORD_SERVICE_AT_LOCATION]);
        (void)snprintf(room[EG_ATTRIBUTE_LINK_ENTITY], TEXT_BYTES, "service_at_location");
        id_of(EG_RECORD_SERVICE_AT_LOCATION, at, room[EG_ATTRIBUTE_LINK_ID]);
    }
    if (table != EG_RECORD_SERVICE_AREA) return;
    room[EG_SERVICE_AREA_EXTENT][0] = room[EG_SERVICE_AREA_EXTENT_TYPE][0] = '\0';
    if (below(2)) return;
    unsigned x = below(5), y = below(5);
    (void)snprintf(room[EG_SERVICE_AREA_EXTENT_TYPE], TEXT_BYTES, "geojson");
    (void)snprintf(
        room[EG_SERVICE_AREA_EXTENT], TEXT_BYTES,
        "{\"type\":\"Polygon\",\"coordinates\":[[[0.%u,50.%u],[0.%u,50.%u],[0.%u,50.%u],[0.%u,50.%u]]]}", x,
        y, x + 1, y, x + 1, y + 1, x, y);
}

struct row {
    char room[EG_RECORD_FIELDS][TEXT_BYTES];
    struct eg_text field[EG_RECORD_FIELDS];
};

static struct eg_record random_row(enum eg_record_table table, uint32_t i, struct row *row)
{
    const struct eg_record_spec *spec = eg_record_spec(table);
    memset(row, 0, sizeof *row);
    for (uint32_t f = 1; f < spec->n_fields; f++)
        if (spec->fields[f].needed || below(3) > 0) fill(table, f, row->room[f]);
    make_sense(table, row->room);
    id_of(table, i, row->room[0]);
    for (uint32_t f = 0; f < spec->n_fields; f++) row->field[f] = eg_text_from(row->room[f]);
    return (struct eg_record){table, row->field};
}

/* --- comparing -------------------------------------------------------------------------------------------------------------------- */

#define ASSERT_SAME_ARRAY(a, b, n) assert_true((n) == 0 || memcmp((a), (b), (size_t)(n) * sizeof *(a)) == 0)

static void assert_same_texts(const struct eg_text *a, const struct eg_text *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) assert_true(eg_text_equal(a[i], b[i]));
}

static void assert_same_places(const struct eg_entry *a, const struct eg_entry *b)
{
    assert_int_equal(a->n_places, b->n_places);
    for (uint32_t i = 0; i < a->n_places; i++) {
        const struct eg_entry_place *p = &a->places[i], *q = &b->places[i];
        assert_true(eg_text_equal(p->location, q->location) && eg_text_equal(p->name, q->name));
        assert_true(eg_text_equal(p->address, q->address) && eg_text_equal(p->postcode, q->postcode));
        assert_true(p->has_position == q->has_position && p->lon_deg == q->lon_deg &&
                    p->lat_deg == q->lat_deg);
        assert_int_equal(p->n_accessibility, q->n_accessibility);
        assert_same_texts(p->accessibility, q->accessibility, p->n_accessibility);
    }
}

static void assert_same_fundings(const struct eg_entry *a, const struct eg_entry *b)
{
    assert_int_equal(a->n_fundings, b->n_fundings);
    for (uint32_t i = 0; i < a->n_fundings; i++) {
        const struct eg_entry_funding *f = &a->fundings[i], *g = &b->fundings[i];
        assert_true(eg_text_equal(f->funder, g->funder) && eg_text_equal(f->amount, g->amount));
        assert_true(eg_text_equal(f->currency, g->currency) && eg_text_equal(f->title, g->title));
        assert_true(eg_text_equal(f->start, g->start) && eg_text_equal(f->end, g->end));
    }
}

static void assert_same_entry(const struct eg_entry *a, const struct eg_entry *b)
{
    assert_string_equal(a->id, b->id);
    assert_true(eg_text_equal(a->organization_id, b->organization_id));
    assert_int_equal(a->n_own_schedules, b->n_own_schedules);
    assert_true(a->directory == b->directory && a->kind == b->kind && a->has_position == b->has_position);
    assert_true(a->lon_deg == b->lon_deg && a->lat_deg == b->lat_deg);
    assert_same_texts(a->field, b->field, EG_N_ENTRY_FIELDS);
    assert_same_texts(a->other_name, b->other_name, EG_N_OTHER_NAMES);
    assert_true(eg_text_equal(a->place_name, b->place_name));
    assert_true(a->n_topics == b->n_topics && a->n_serves == b->n_serves);
    assert_true(a->n_languages == b->n_languages && a->n_accessibility == b->n_accessibility);
    assert_same_texts(a->topics, b->topics, a->n_topics);
    assert_same_texts(a->serves, b->serves, a->n_serves);
    assert_same_texts(a->languages, b->languages, a->n_languages);
    assert_same_texts(a->accessibility, b->accessibility, a->n_accessibility);
    assert_int_equal(a->serves_boundaries, b->serves_boundaries);
    assert_int_equal(a->n_schedules, b->n_schedules);
    ASSERT_SAME_ARRAY(a->schedules, b->schedules, a->n_schedules);
    assert_int_equal(a->n_area_rings, b->n_area_rings);
    assert_true(eg_text_equal(a->area_geojson, b->area_geojson));
    if (a->n_area_rings > 0) {
        ASSERT_SAME_ARRAY(a->area_ring_start, b->area_ring_start, a->n_area_rings + 1);
        ASSERT_SAME_ARRAY(a->area_lonlat, b->area_lonlat, 2 * a->area_ring_start[a->n_area_rings]);
    }
    assert_same_places(a, b);
    assert_same_fundings(a, b);
}

static void assert_same_entries(const struct eg_entries *a, const struct eg_entries *b)
{
    uint32_t store = eg_atlas_store_of(test.atlas);
    assert_int_equal(a->n, b->n);
    for (uint32_t i = 0; i < a->n; i++) assert_same_entry(a->items[i], b->items[i]);
    assert_int_equal(a->reports[store].n_rows, b->reports[store].n_rows);
    assert_int_equal(a->reports[store].n_entries, b->reports[store].n_entries);
    assert_int_equal(a->reports[store].n_without_position, b->reports[store].n_without_position);
    assert_int_equal(a->reports[store].n_at_several, b->reports[store].n_at_several);
}

static void assert_same_words(const struct eg_words *a, const struct eg_words *b)
{
    assert_int_equal(a->n, b->n);
    assert_same_texts(a->words, b->words, a->n);
    ASSERT_SAME_ARRAY(a->start, b->start, a->n + 1);
    ASSERT_SAME_ARRAY(a->numbers, b->numbers, a->start[a->n]);
}

static void assert_same_facets(const struct eg_facets *a, const struct eg_facets *b, uint32_t n_entries)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->n_spellings, b->n_spellings);
    for (uint32_t i = 0; i < a->n; i++) {
        assert_true(eg_text_equal(a->facets[i].text, b->facets[i].text));
        assert_int_equal(a->facets[i].n, b->facets[i].n);
        assert_int_equal(eg_textmap_get(a->by_folded, b->folded[i]), i);
    }
    ASSERT_SAME_ARRAY(a->start, b->start, a->n + 1);
    ASSERT_SAME_ARRAY(a->numbers, b->numbers, a->start[a->n]);
    ASSERT_SAME_ARRAY(a->of_start, b->of_start, n_entries + 1);
    ASSERT_SAME_ARRAY(a->of, b->of, a->of_start[n_entries]);
}

static void assert_same_hours(const struct eg_hours *a, const struct eg_hours *b, uint32_t n_entries)
{
    assert_int_equal(a->n_groups, b->n_groups);
    ASSERT_SAME_ARRAY(a->group_of, b->group_of, n_entries);
    for (uint32_t i = 1; i < a->n_groups; i++) assert_string_equal(a->first[i]->id, b->first[i]->id);
}

static void assert_same_areas(const struct eg_service_areas *a, const struct eg_service_areas *b)
{
    assert_int_equal(a->n_named, b->n_named);
    ASSERT_SAME_ARRAY(a->named, b->named, a->n_named);
    ASSERT_SAME_ARRAY(a->start, b->start, a->n_named + 1);
    ASSERT_SAME_ARRAY(a->numbers, b->numbers, a->start[a->n_named]);
    assert_int_equal(a->n_unknown_codes, b->n_unknown_codes);
    if (a->n_unknown_codes > 0) assert_int_equal(a->first_unknown, b->first_unknown);
    assert_int_equal(a->n_polygons, b->n_polygons);
    for (uint32_t i = 0; i < a->n_polygons; i++) {
        assert_int_equal(a->polygons[i].number, b->polygons[i].number);
        assert_memory_equal(&a->polygons[i].box_deg, &b->polygons[i].box_deg, sizeof(struct eg_bounds));
        assert_string_equal(a->polygons[i].entry->id, b->polygons[i].entry->id);
    }
}

static void assert_same_positions(const struct eg_places *a, const struct eg_places *b, uint32_t n_entries)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->n_blocks, b->n_blocks);
    ASSERT_SAME_ARRAY(a->number, b->number, a->n);
    ASSERT_SAME_ARRAY(a->places, b->places, a->n);
    ASSERT_SAME_ARRAY(a->blocks, b->blocks, a->n_blocks);
    ASSERT_SAME_ARRAY(a->place_of, b->place_of, n_entries);
    ASSERT_SAME_ARRAY(a->which, b->which, a->n);
    ASSERT_SAME_ARRAY(a->next, b->next, a->n);
    assert_int_equal(a->n_several, b->n_several);
    ASSERT_SAME_ARRAY(a->several, b->several, a->n_several);
}

static void assert_same_figures(const struct eg_directory *a, const struct eg_directory *b)
{
    const struct eg_figures *x = &a->figures, *y = &b->figures;
    uint32_t n = a->entries->n;
    ASSERT_SAME_ARRAY(x->reviewed_day, y->reviewed_day, n);
    ASSERT_SAME_ARRAY(x->amount_start, y->amount_start, n + 1);
    ASSERT_SAME_ARRAY(x->amounts, y->amounts, x->amount_start[n]);
    ASSERT_SAME_ARRAY(x->amount_funder, y->amount_funder, x->amount_start[n]);
    const struct eg_facets *f = &a->facets[EG_FACET_FUNDER], *g = &b->facets[EG_FACET_FUNDER];
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(f->text_start[i], g->text_start[i]);
        for (uint32_t t = 0; t < f->text_start[i + 1] - f->text_start[i]; t++)
            assert_int_equal(eg_facets_at(f, i, t), eg_facets_at(g, i, t));
    }
}

static void assert_same_index(const struct eg_directory *a, const struct eg_directory *b)
{
    uint32_t n = a->entries->n;
    assert_same_entries(a->entries, b->entries);
    ASSERT_SAME_ARRAY(a->index_of, b->index_of, n);
    ASSERT_SAME_ARRAY(a->by_name, b->by_name, n);
    ASSERT_SAME_ARRAY(a->kind_start, b->kind_start, EG_N_KINDS + 1);
    for (uint32_t i = 0; i < n; i++) assert_ptr_equal(a->in_order[i], a->entries->items[a->index_of[i]]);
    assert_same_positions(&a->places, &b->places, n);
    assert_same_words(&a->words, &b->words);
    assert_same_words(&a->name_words, &b->name_words);
    assert_same_words(&a->owner_words, &b->owner_words);
    for (size_t k = EG_FACET_KIND + 1; k < EG_N_FACETS; k++)
        assert_same_facets(&a->facets[k], &b->facets[k], n);
    assert_same_figures(a, b);
    assert_same_hours(&a->hours, &b->hours, n);
    assert_same_areas(&a->areas, &b->areas);
}

static void assert_same_items(const struct eg_hsds_item *a, const struct eg_hsds_item *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        assert_true(eg_text_equal(a[i].id, b[i].id));
        assert_int_equal(a[i].entry, b[i].entry);
        assert_int_equal(!a[i].row, !b[i].row);
        if (!a[i].row) continue;
        assert_int_equal(a[i].row->table, b[i].row->table);
        assert_same_texts(a[i].row->field, b[i].row->field, eg_record_spec(a[i].row->table)->n_fields);
    }
}

static void assert_same_services(const struct eg_hsds *a, const struct eg_hsds *b)
{
    for (uint32_t i = 0; i < a->entries->n; i++) {
        int64_t x = 0, y = 0;
        assert_ptr_equal(a->service[i], b->service[i]);
        assert_int_equal(eg_hsds_modified(a, i, &x), eg_hsds_modified(b, i, &y));
        assert_true(x == y);
        if (x != 0) assert_true(a->modified_s[i] == b->modified_s[i]);
    }
}

/* The rows of the one are those of the other. */
static void assert_same_lists(const struct eg_hsds *a, const struct eg_hsds *b)
{
    assert_int_equal(a->entries->n, b->entries->n);
    assert_same_services(a, b);
    for (size_t l = EG_HSDS_ORGANIZATIONS; l < EG_N_HSDS_LISTS; l++) {
        const struct eg_hsds_names *x = &a->names[l], *y = &b->names[l];
        assert_int_equal(x->n, y->n);
        assert_same_items(x->items, y->items, x->n);
        assert_same_words(&x->words, &y->words);
        ASSERT_SAME_ARRAY(x->members.start, y->members.start, x->n + 1);
        ASSERT_SAME_ARRAY(x->members.services, y->members.services, x->members.start[x->n]);
    }
    assert_int_equal(a->n_at, b->n_at);
    assert_same_items(a->at, b->at, a->n_at);
    assert_same_positions(&a->at_places, &b->at_places, a->n_at);
    assert_int_equal(a->n_postcodes, b->n_postcodes);
    for (uint32_t i = 0; i < a->n_postcodes; i++)
        assert_int_equal(eg_hsds_compare_codes(&a->postcodes[i], &b->postcodes[i]), 0);
}

/* --- following -------------------------------------------------------------------------------------------------------------------- */

static struct eg_entries *sourced(void)
{
    return (struct eg_entries *)(uintptr_t)eg_directory_entries(test.directory);
}

static struct eg_directory *index_all(struct eg_records *records)
{
    struct eg_entries *entries = NULL;
    struct eg_directory *directory = NULL;
    struct eg_error err = {0};
    if (eg_entries_with_records(sourced(), records, &entries, &err) != EG_OK) fail_msg("%s", err.message);
    if (eg_directory_new(entries, test.generation, &directory, &err) != EG_OK) fail_msg("%s", err.message);
    return directory;
}

static struct eg_directory *index_after(const struct eg_directory *before, struct eg_records *records,
                                        const struct eg_records_change *change)
{
    struct eg_entries *entries = NULL, *old = (struct eg_entries *)(uintptr_t)eg_directory_entries(before);
    struct eg_directory *directory = NULL;
    struct eg_error err = {0};
    if (eg_entries_after(old, records, change, &entries, &err) != EG_OK) fail_msg("%s", err.message);
    if (eg_directory_follow(before, entries, &directory, &err) != EG_OK) fail_msg("%s", err.message);
    return directory;
}

static struct eg_hsds *list_all(const struct eg_directory *directory, const struct eg_records *records)
{
    struct eg_hsds *lists = NULL;
    struct eg_error err = {0};
    if (eg_hsds_new(directory, records, &lists, &err) != EG_OK) fail_msg("%s", err.message);
    return lists;
}

/* Takes the lists before; what cannot be followed is made anew, which *n_followed does not count. */
static struct eg_hsds *list_after(struct eg_hsds *before, const struct eg_directory *directory,
                                  const struct eg_records *records, const struct eg_records_change *change,
                                  uint32_t *n_followed)
{
    struct eg_hsds *lists = NULL, *built = list_all(directory, records);
    struct eg_error err = {0};
    if (eg_hsds_after(before, directory, records, change, &lists, &err) != EG_OK) fail_msg("%s", err.message);
    eg_hsds_free(before);
    if (!lists) return built;
    assert_same_lists(lists, built);
    eg_hsds_free(built);
    ++*n_followed;
    return lists;
}

/* All rows that there may be: what refers to something finds it. */
static struct eg_records *all_rows(void)
{
    static struct row row;
    struct eg_records_builder *builder = NULL;
    struct eg_records *records = NULL;
    struct eg_error err = {0};
    assert_int_equal(eg_records_builder_new(&builder, NULL), EG_OK);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        for (uint32_t i = 0; i < pool[t]; i++) {
            struct eg_record one = random_row((enum eg_record_table)t, i, &row);
            if (eg_records_add(builder, one.table, one.field, &err) != EG_OK) fail_msg("%s", err.message);
        }
    if (eg_records_finish(builder, &records, &err) != EG_OK) fail_msg("%s", err.message);
    eg_records_builder_free(builder);
    return records;
}

static enum eg_record_table some_table(void)
{
    unsigned t = 0;
    do t = below(EG_N_RECORD_TABLES);
    while (pool[t] == 0);
    return (enum eg_record_table)t;
}

/* A change that may be refused: rows that others refer to are taken away as well. */
static enum eg_status change_at_random(struct eg_records *records, struct eg_records_change *change,
                                       struct eg_records **after_out)
{
    static struct row rows[PUTS_MAX];
    static struct eg_record puts[PUTS_MAX];
    static struct eg_record_key deletes[DELETES_MAX];
    static char ids[DELETES_MAX][EG_UUID_TEXT_LEN + 1];
    uint32_t most = below(4) == 0 ? PUTS_MAX : 2;
    *change = (struct eg_records_change){.puts = puts, .deletes = deletes};
    for (uint32_t i = below(most + 1); i > 0; i--) {
        enum eg_record_table table = some_table();
        puts[change->n_puts] = random_row(table, below(pool[table]), &rows[change->n_puts]);
        change->n_puts++;
    }
    for (uint32_t i = below(3) == 0 ? below(DELETES_MAX + 1) : 0; i > 0; i--) {
        enum eg_record_table table = some_table();
        char *id = ids[change->n_deletes];
        id_of(table, below(pool[table]), id);
        deletes[change->n_deletes++] = (struct eg_record_key){table, eg_text_from(id)};
    }
    return eg_records_apply(records, change, after_out, NULL);
}

static void what_follows_is_what_would_be_built(void **state)
{
    (void)state;
    struct eg_records *records = all_rows();
    struct eg_directory *directory = index_all(records);
    struct eg_hsds *lists = list_all(directory, records);
    uint32_t n_done = 0, n_followed = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct eg_records *after = NULL;
        struct eg_records_change change;
        if (change_at_random(records, &change, &after) != EG_OK) continue;
        struct eg_directory *fresh = index_after(directory, after, &change);
        struct eg_directory *built = index_all(after);
        lists = list_after(lists, fresh, after, &change, &n_followed);
        eg_directory_free(directory);
        eg_records_release(records);
        assert_same_index(fresh, built);
        eg_directory_free(built);
        directory = fresh;
        records = after;
        n_done++;
    }
    eg_hsds_free(lists);
    eg_directory_free(directory);
    eg_records_release(records);
    print_message("# %u of %u changes, %u of the lists\n", n_done, (unsigned)ROUNDS, n_followed);
    assert_true(n_done > ROUNDS / 2);
    assert_true(n_followed > n_done / 3);
}

static void a_refused_allocation_is_told_and_the_lists_before_stay(void **state)
{
    (void)state;
    static struct row row;
    struct eg_records *records = all_rows(), *after = NULL;
    struct eg_directory *directory = index_all(records);
    struct eg_hsds *lists = list_all(directory, records), *fresh = NULL;
    struct eg_record put = random_row(EG_RECORD_SERVICE, pool[EG_RECORD_SERVICE] - 1, &row);
    struct eg_records_change change = {.puts = &put, .n_puts = 1};
    assert_int_equal(eg_records_apply(records, &change, &after, NULL), EG_OK);
    struct eg_directory *next = index_after(directory, after, &change);
    enum eg_status status = EG_NO_MEMORY;
    for (long n = 1; status == EG_NO_MEMORY; n++) {
        eg_failing_malloc_after(n);
        status = eg_hsds_after(lists, next, after, &change, &fresh, NULL);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
    }
    struct eg_hsds *built = list_all(next, after);
    assert_non_null(fresh);
    assert_same_lists(fresh, built);
    eg_hsds_free(fresh), eg_hsds_free(built), eg_hsds_free(lists);
    eg_directory_free(next), eg_directory_free(directory);
    eg_records_release(after), eg_records_release(records);
}

static int open_test(void **state)
{
    struct eg_buffer csv;
    char yaml[500];
    (void)state;
    eg_buffer_init(&csv, 0);
    eg_buffer_literal(&csv, "key,name,kind,topics,org,lon,lat\n");
    for (uint32_t i = 0; i < N_SOURCED; i++)
        eg_buffer_printf(&csv, "%u,Sourced hub %u,hub,Welsh;hubs,%s,0.%u,50.%u\n", i, i % 7,
                         i % 3 == 0   ? ""
                         : i % 3 == 1 ? "Hubs Trust"
                                      : "Women's group",
                         i % 6, i % 5);
    (void)snprintf(
        yaml, sizeof yaml,
        "directories:\n  - {id: d, title: D, source: %s, columns: {key: key, name: name, kind: kind, "
        "topics: topics, organisation: org, longitude: lon, latitude: lat}}\n  - {id: s, title: S, store: "
        "follows.gpkg}\n",
        eg_test_temp_file("follows.csv", csv.data).data);
    eg_buffer_clear(&csv);
    eg_test_directory_open(yaml, &test);
    dice = eg_test_random_new();
    return 0;
}

static int close_test(void **state)
{
    (void)state;
    eg_test_directory_close(&test);
    eg_test_temp_clear();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_follows_is_what_would_be_built),
        cmocka_unit_test(a_refused_allocation_is_told_and_the_lists_before_stay),
    };
    return cmocka_run_group_tests(tests, open_test, close_test);
}
