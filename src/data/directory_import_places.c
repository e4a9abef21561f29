/* An entry may be at several places, of which its row has the first: what it says of a place is laid over that one, and others stay. A place
 * at which other entries are, too, is left alone: the entry goes to a copy of it that says what the row says. The link of an entry to its
 * place stays the same row then, with the hours and telephones that hang on it. */
#include <stdlib.h>

#include "data/directory_import_internal.h"
#include "data/entry_records.h"
#include "data/record_ids.h"
#include "data/service_places.h"
#include "data/topic_names.h"

/* Whether a link of the import is to an entry's first place: rows tell of that, and features also of further ones, which are new. */
static bool is_to_first(const struct eg_record *link)
{
    char first[EG_UUID_TEXT_LEN + 1];
    eg_service_own_link(link->field[EG_SERVICE_AT_LOCATION_SERVICE_ID], first);
    return eg_text_equal(link->field[0], eg_text_from(first));
}

/* The link of a service, or to a location, by which the import tells of a first place; NULL: of none. */
static const struct eg_record *first_link(const struct eg_planning *planning, uint32_t field,
                                          struct eg_text id)
{
    uint32_t n;
    const struct eg_record *const *links =
        eg_records_with(planning->imported, EG_RECORD_SERVICE_AT_LOCATION, field, id, &n);
    for (uint32_t i = 0; i < n; i++)
        if (is_to_first(links[i])) return links[i];
    return NULL;
}

/* The service whose row says this of its first place; empty: it is of no such place. */
static struct eg_text placed_service(const struct eg_planning *planning, const struct eg_record *row)
{
    struct eg_text location = row->field[0];
    const struct eg_record *link = row;
    if (row->table == EG_RECORD_ADDRESS) location = row->field[EG_ADDRESS_LOCATION_ID];
    else if (row->table == EG_RECORD_ACCESSIBILITY) location = row->field[EG_ACCESSIBILITY_LOCATION_ID];
    else if (row->table != EG_RECORD_LOCATION && row->table != EG_RECORD_SERVICE_AT_LOCATION)
        return EG_TEXT("");
    if (row->table != EG_RECORD_SERVICE_AT_LOCATION)
        link = first_link(planning, EG_SERVICE_AT_LOCATION_LOCATION_ID, location);
    return link && is_to_first(link) ? link->field[EG_SERVICE_AT_LOCATION_SERVICE_ID] : EG_TEXT("");
}

/* The first place that an entry has. */
struct place {
    const struct eg_record *link, *location; /* NULL: it has none */
    bool is_shared;                          /* others are there, too */
};

static struct place place_of(const struct eg_planning *planning, struct eg_text service)
{
    struct eg_service_places places = {.n = 0};
    uint32_t n = 0;
    if (service.len > 0) eg_service_places(planning->base, service, &places);
    if (places.n == 0) return (struct place){NULL, NULL, false};
    struct place place = {places.link[0], places.location[0], false};
    const struct eg_record *const *links =
        eg_records_with(planning->base, EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_LOCATION_ID,
                        place.location->field[0], &n);
    for (uint32_t i = 0; i < n; i++)
        place.is_shared |= !eg_text_equal(links[i]->field[EG_SERVICE_AT_LOCATION_SERVICE_ID], service);
    return place;
}

/* --- what is accessible -------------------------------------------------------------------------------------------------------------- */

static struct eg_text accessible(const struct eg_record *row)
{
    struct eg_text text = row->field[EG_ACCESSIBILITY_DESCRIPTION];
    return text.len > 0 ? text : row->field[EG_ACCESSIBILITY_DETAILS];
}

/* What rows of a location say of this, in whatever case and with whichever hyphens; NULL: nothing. */
static const struct eg_record *accessible_at(const struct eg_records *records, struct eg_text location,
                                             struct eg_text what)
{
    uint32_t n;
    const struct eg_record *const *rows =
        eg_records_with(records, EG_RECORD_ACCESSIBILITY, EG_ACCESSIBILITY_LOCATION_ID, location, &n);
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal(accessible(rows[i]), what)) return rows[i];
    for (uint32_t i = 0; i < n; i++)
        if (eg_topic_is(accessible(rows[i]), what)) return rows[i];
    return NULL;
}

/* The first location of a service as the import has it; empty: it has none. */
static struct eg_text imported_location(const struct eg_planning *planning, struct eg_text service)
{
    const struct eg_record *link = first_link(planning, EG_SERVICE_AT_LOCATION_SERVICE_ID, service);
    return link ? link->field[EG_SERVICE_AT_LOCATION_LOCATION_ID] : EG_TEXT("");
}

/* The same; empty, too, when it says nothing of what is accessible there. */
static struct eg_text location_told(const struct eg_planning *planning, struct eg_text service)
{
    uint32_t n_told = 0;
    struct eg_text told = imported_location(planning, service);
    if (told.len > 0)
        (void)eg_records_with(planning->imported, EG_RECORD_ACCESSIBILITY, EG_ACCESSIBILITY_LOCATION_ID, told,
                              &n_told);
    return n_told > 0 ? told : EG_TEXT("");
}

const struct eg_record *const *eg_planning_accessibility_told(const struct eg_planning *planning,
                                                              struct eg_text service, uint32_t *n_out)
{
    struct place place = place_of(planning, service);
    *n_out = 0;
    if (!place.location || place.is_shared || location_told(planning, service).len == 0) return NULL;
    return eg_records_with(planning->base, EG_RECORD_ACCESSIBILITY, EG_ACCESSIBILITY_LOCATION_ID,
                           place.location->field[0], n_out);
}

bool eg_planning_drops_accessibility(const struct eg_planning *planning, struct eg_text service,
                                     const struct eg_record *row)
{
    return accessible(row).len > 0 &&
           !accessible_at(planning->imported, location_told(planning, service), accessible(row)) &&
           !eg_records_has_referring(planning->base, row->table, row->field[0]);
}

static void put_accessibility(struct eg_planning *planning, const struct eg_record *row,
                              const struct place *place, struct eg_text location)
{
    const struct eg_record *now = accessible_at(planning->base, place->location->field[0], accessible(row));
    if (!place->is_shared && now) return;
    struct eg_text *over = eg_planning_laid_over(planning, now ? now : row, NULL);
    if (!over) return;
    over[EG_ACCESSIBILITY_LOCATION_ID] = location;
    over[0] = row->field[0];
    if (eg_records_find(planning->base, EG_RECORD_ACCESSIBILITY, row->field[0])) {
        struct eg_text name =
            eg_text_format(planning->arena, "%.*s:%.*s", EG_TEXT_ARG(location), EG_TEXT_ARG(accessible(row)));
        if (name.data) over[0] = eg_record_id_of(planning->arena, "accessibility", name);
        planning->failed |= !name.data || !over[0].data;
    }
    eg_planning_put(planning, (struct eg_record){EG_RECORD_ACCESSIBILITY, over}, NULL);
}

/* --- addresses ------------------------------------------------------------------------------------------------------------------------ */

/* The line that is told, over that which is there: one that is another says all of the address. */
static void lay_line(struct eg_planning *planning, const struct eg_record *old, struct eg_text line,
                     struct eg_text *over)
{
    static const enum eg_address_field rest[] = {EG_ADDRESS_ADDRESS_2, EG_ADDRESS_CITY, EG_ADDRESS_REGION,
                                                 EG_ADDRESS_STATE_PROVINCE};
    planning->room.len = 0;
    eg_record_address_line(old->field, &planning->room);
    bool is_same_line = eg_text_equal(line, (struct eg_text){planning->room.data, planning->room.len});
    planning->failed |= planning->room.failed;
    if (is_same_line) over[EG_ADDRESS_ADDRESS_1] = old->field[EG_ADDRESS_ADDRESS_1];
    for (size_t i = 0; i < EG_ARRAY_LEN(rest) && !is_same_line; i++) over[rest[i]] = EG_TEXT("");
}

/* The first of a location's addresses, which is what an entry shows. */
static void put_address(struct eg_planning *planning, const struct eg_record *row, const struct place *place,
                        struct eg_text location)
{
    uint32_t n;
    const struct eg_record *const *now = eg_records_with(
        planning->base, EG_RECORD_ADDRESS, EG_ADDRESS_LOCATION_ID, place->location->field[0], &n);
    const struct eg_record *old = n > 0 ? now[0] : NULL;
    struct eg_text *over = eg_planning_laid_over(planning, row, old);
    if (!over) return;
    over[EG_ADDRESS_LOCATION_ID] = location;
    if (old) over[EG_ADDRESS_ADDRESS_TYPE] = old->field[EG_ADDRESS_ADDRESS_TYPE];
    if (old && row->field[EG_ADDRESS_ADDRESS_1].len > 0)
        lay_line(planning, old, row->field[EG_ADDRESS_ADDRESS_1], over);
    if (old && !place->is_shared) over[0] = old->field[0];
    else over[0] = eg_planning_free_id(planning, EG_RECORD_ADDRESS, row->field[0]);
    eg_planning_put(planning, (struct eg_record){EG_RECORD_ADDRESS, over}, place->is_shared ? NULL : old);
}

/* --- places --------------------------------------------------------------------------------------------------------------------------- */

/* Whether a telephone or a schedule is of a place and of nothing else. */
static bool is_of_place_alone(const struct eg_record *row, uint32_t of)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    bool is_alone = true;
    for (uint32_t f = 1; f < spec->n_fields; f++)
        is_alone &= f == of || (row->table == EG_RECORD_PHONE && f == EG_PHONE_CONTACT_ID) ||
                    spec->fields[f].type != EG_RECORD_REFERENCE || row->field[f].len == 0;
    return is_alone;
}

static int compare_ids(const void *a, const void *b)
{
    return eg_text_compare(*(const struct eg_text *)a, *(const struct eg_text *)b);
}

/* Ids for the copies of rows at a place, ascending, so that the first stays the first. NULL when memory is refused. */
static struct eg_text *ids_of_copies(struct eg_planning *planning, const struct eg_record *const *rows,
                                     uint32_t n, struct eg_text location)
{
    struct eg_text *ids = eg_arena_array(planning->arena, n, sizeof *ids);
    for (uint32_t i = 0; i < n && ids; i++) {
        struct eg_text name = eg_text_format(planning->arena, "%.*s:%.*s", EG_TEXT_ARG(location),
                                             EG_TEXT_ARG(rows[i]->field[0]));
        ids[i] = name.data ? eg_record_id_of(planning->arena, eg_record_spec(rows[i]->table)->name, name)
                           : (struct eg_text){NULL, 0};
        if (!ids[i].data) ids = NULL;
    }
    planning->failed |= !ids && n > 0;
    if (ids && n > 0) qsort(ids, n, sizeof *ids, compare_ids);
    return ids;
}

/* What is said of the place alone is said of the copy, too: otherwise the entry would lose a telephone, or hours. */
static void copy_rows(struct eg_planning *planning, enum eg_record_table table, uint32_t of,
                      const struct place *place, struct eg_text location)
{
    uint32_t n;
    const struct eg_record *const *rows =
        eg_records_with(planning->base, table, of, place->location->field[0], &n);
    const struct eg_text *ids = ids_of_copies(planning, rows, n, location);
    for (uint32_t i = 0; i < n && ids; i++) {
        if (!is_of_place_alone(rows[i], of)) continue;
        struct eg_text *copy = eg_planning_laid_over(planning, rows[i], NULL);
        if (!copy) return;
        copy[of] = location;
        copy[0] = ids[i];
        eg_planning_put(planning, (struct eg_record){table, copy}, NULL);
    }
}

static void put_location(struct eg_planning *planning, const struct eg_record *row, const struct place *place,
                         struct eg_text id)
{
    struct eg_text *over = eg_planning_laid_over(planning, row, place->location);
    if (!over) return;
    over[EG_LOCATION_ID] = id;
    over[EG_LOCATION_LOCATION_TYPE] = place->location->field[EG_LOCATION_LOCATION_TYPE];
    if (place->is_shared)
        over[EG_LOCATION_EXTERNAL_IDENTIFIER] = over[EG_LOCATION_EXTERNAL_IDENTIFIER_TYPE] = EG_TEXT("");
    eg_planning_put(planning, (struct eg_record){EG_RECORD_LOCATION, over},
                    place->is_shared ? NULL : place->location);
    if (!place->is_shared) return;
    copy_rows(planning, EG_RECORD_PHONE, EG_PHONE_LOCATION_ID, place, id);
    copy_rows(planning, EG_RECORD_SCHEDULE, EG_SCHEDULE_LOCATION_ID, place, id);
}

uint32_t eg_planning_copies(const struct eg_planning *planning, struct eg_text service)
{
    struct place place = place_of(planning, service);
    uint32_t n_phones = 0, n_schedules = 0, n_links = 0;
    if (!place.is_shared) return 0;
    (void)eg_records_with(planning->base, EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_SERVICE_ID,
                          service, &n_links);
    (void)eg_records_with(planning->base, EG_RECORD_PHONE, EG_PHONE_LOCATION_ID, place.location->field[0],
                          &n_phones);
    (void)eg_records_with(planning->base, EG_RECORD_SCHEDULE, EG_SCHEDULE_LOCATION_ID,
                          place.location->field[0], &n_schedules);
    return n_phones + n_schedules + n_links;
}

/* The links of an entry to a place lead to the copy from now on, or to where they did. */
static void put_links(struct eg_planning *planning, const struct place *place, struct eg_text location)
{
    uint32_t n;
    struct eg_text service = place->link->field[EG_SERVICE_AT_LOCATION_SERVICE_ID],
                   before = place->link->field[EG_SERVICE_AT_LOCATION_LOCATION_ID];
    const struct eg_record *const *links = eg_records_with(planning->base, EG_RECORD_SERVICE_AT_LOCATION,
                                                           EG_SERVICE_AT_LOCATION_SERVICE_ID, service, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (!eg_text_equal(links[i]->field[EG_SERVICE_AT_LOCATION_LOCATION_ID], before)) continue;
        struct eg_text *over = eg_planning_laid_over(planning, links[i], NULL);
        if (!over) return;
        over[EG_SERVICE_AT_LOCATION_LOCATION_ID] = location;
        eg_planning_put(planning, (struct eg_record){EG_RECORD_SERVICE_AT_LOCATION, over}, links[i]);
    }
}

bool eg_planning_put_placed(struct eg_planning *planning, const struct eg_record *row)
{
    struct eg_text service = placed_service(planning, row);
    struct place place = place_of(planning, service);
    if (!place.location) return false;
    struct eg_text location = place.location->field[0];
    if (place.is_shared)
        location = eg_planning_free_id(planning, EG_RECORD_LOCATION, imported_location(planning, service));
    if (row->table == EG_RECORD_LOCATION) put_location(planning, row, &place, location);
    else if (row->table == EG_RECORD_ADDRESS) put_address(planning, row, &place, location);
    else if (row->table == EG_RECORD_ACCESSIBILITY) put_accessibility(planning, row, &place, location);
    else put_links(planning, &place, location);
    return true;
}
