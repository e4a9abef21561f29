/* The places that a feature tells: the points of a MultiPoint, as which OGC API gives an entry at several places, and the objects of
 * "locations", of which our own features have one for each place. One of them is the entry's first place, of which the row is; others that the
 * entry does not have become further places of it. None is moved or taken away by being told otherwise, or not at all. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "data/entry_flat_internal.h"
#include "data/service_places.h"

/* --- reading ------------------------------------------------------------------------------------------------------------------------- */

static bool is_near(const struct eg_entry_place *a, const struct eg_entry_place *b)
{
    return a->has_position && b->has_position && fabs(a->lon_deg - b->lon_deg) <= EG_FLAT_DEGREES_APART &&
           fabs(a->lat_deg - b->lat_deg) <= EG_FLAT_DEGREES_APART;
}

static struct eg_entry_place *add_place(struct eg_flat_places *places, const struct eg_entry_place *place)
{
    places->has_too_many |= places->n == EG_SERVICE_PLACES;
    if (places->has_too_many) return NULL;
    places->items[places->n] = *place;
    return &places->items[places->n++];
}

/* 0,0 is what software writes for "unknown". */
static bool read_position(struct eg_flat_places *places, const struct eg_json_value *lon,
                          const struct eg_json_value *lat, struct eg_entry_place *place)
{
    if (!eg_json_is_number(lon, &place->lon_deg) || !eg_json_is_number(lat, &place->lat_deg)) return false;
    places->is_off_earth |= fabs(place->lon_deg) > 180 || fabs(place->lat_deg) > 90;
    place->has_position = place->lon_deg != 0 || place->lat_deg != 0;
    return true;
}

static struct eg_text text_of(struct eg_flat_places *places, const struct eg_json_value *object,
                              const char *member)
{
    struct eg_text text = {NULL, 0};
    if (!eg_json_is_text(eg_json_get(object, member), &text)) return EG_TEXT("");
    places->is_too_long |= text.len > EG_FLAT_FIELD_BYTES;
    return eg_text_trim_wide(text);
}

/* An id as ids are written here; none for what is no UUID. */
static struct eg_text id_of(struct eg_flat_places *places, const struct eg_json_value *object,
                            struct eg_arena *arena)
{
    struct eg_text given = text_of(places, object, "id");
    if (!eg_record_text_is(EG_RECORD_ID, given)) return EG_TEXT("");
    char *id = eg_arena_array(arena, given.len + 1, 1);
    places->failed |= !id;
    for (size_t i = 0; i < given.len && id; i++)
        id[i] = given.data[i] >= 'A' && given.data[i] <= 'F' ? (char)(given.data[i] | 0x20) : given.data[i];
    return (struct eg_text){id, id ? given.len : 0};
}

static void read_accessibility(struct eg_flat_places *places, const struct eg_json_value *list,
                               struct eg_arena *arena, struct eg_entry_place *place)
{
    size_t n = eg_json_length(list);
    struct eg_text *items = n > 0 ? eg_arena_array(arena, n, sizeof *items) : NULL;
    places->failed |= !items && n > 0;
    for (size_t i = 0; i < n && items; i++) {
        struct eg_text item;
        if (!eg_json_is_text(eg_json_at(list, i), &item)) continue;
        places->is_too_long |= item.len > EG_FLAT_FIELD_BYTES;
        item = eg_text_trim_wide(item);
        if (item.len > 0) items[place->n_accessibility++] = item;
    }
    place->accessibility = items;
}

static void read_told(struct eg_flat_places *places, const struct eg_json_value *object,
                      struct eg_arena *arena)
{
    struct eg_entry_place place = {.location = id_of(places, object, arena),
                                   .name = text_of(places, object, "name"),
                                   .address = text_of(places, object, "address"),
                                   .postcode = text_of(places, object, "postcode"),
                                   .phone = text_of(places, object, "phone"),
                                   .hours = text_of(places, object, "hours")};
    (void)read_position(places, eg_json_get(object, "longitude"), eg_json_get(object, "latitude"), &place);
    read_accessibility(places, eg_json_get(object, "accessibility"), arena, &place);
    if (place.location.len + place.name.len + place.address.len + place.postcode.len > 0 ||
        place.has_position)
        (void)add_place(places, &place);
}

static void read_point(struct eg_flat_places *places, const struct eg_json_value *point)
{
    struct eg_entry_place place = {.has_position = false};
    bool is_there = false;
    places->is_no_point |= !read_position(places, eg_json_at(point, 0), eg_json_at(point, 1), &place);
    for (uint32_t i = 0; i < places->n; i++) is_there |= is_near(&places->items[i], &place);
    if (place.has_position && !is_there) (void)add_place(places, &place);
}

enum eg_status eg_flat_places_read(const struct eg_json_value *feature, struct eg_arena *arena,
                                   struct eg_flat_places *places_out, struct eg_error *err)
{
    const struct eg_json_value *geometry = eg_json_get(feature, "geometry"),
                               *told = eg_json_get(eg_json_get(feature, "properties"), EG_FLAT_PLACES),
                               *points = eg_json_get(geometry, "coordinates");
    struct eg_text type = {NULL, 0};
    *places_out = (struct eg_flat_places){.n = 0};
    (void)eg_json_is_text(eg_json_get(geometry, "type"), &type);
    places_out->is_multipoint = eg_text_equal(type, EG_TEXT("MultiPoint"));
    if (eg_json_length(told) == 0 && !places_out->is_multipoint) return EG_OK;
    places_out->items = eg_arena_array(arena, EG_SERVICE_PLACES, sizeof *places_out->items);
    if (!places_out->items) return eg_error_no_memory(err, EG_SERVICE_PLACES * sizeof *places_out->items);
    for (size_t i = 0; i < eg_json_length(told); i++) read_told(places_out, eg_json_at(told, i), arena);
    for (size_t i = 0; places_out->is_multipoint && i < eg_json_length(points); i++)
        read_point(places_out, eg_json_at(points, i));
    return places_out->failed ? eg_error_no_memory(err, 0) : EG_OK;
}

/* --- which are new ------------------------------------------------------------------------------------------------------------------- */

static bool is_same(const struct eg_entry_place *a, const struct eg_entry_place *b)
{
    if (a->location.len > 0 && eg_text_equal(a->location, b->location)) return true;
    if (a->has_position || b->has_position) return is_near(a, b);
    return a->address.len > 0 && eg_text_equal(a->address, b->address) &&
           eg_text_equal(a->postcode, b->postcode);
}

static bool is_known(const struct eg_entry *known, const struct eg_entry_place *place)
{
    for (uint32_t i = 0; i < eg_entry_count_places(known); i++) {
        struct eg_entry_place there = eg_entry_place_at(known, i);
        if (is_same(place, &there)) return true;
    }
    return false;
}

static uint32_t index_near(const struct eg_flat_places *places, const struct eg_entry_place *place)
{
    uint32_t i = 0;
    while (i < places->n && !is_near(&places->items[i], place)) i++;
    return i;
}

static struct eg_entry_place own_place(const struct eg_entry *entry)
{
    return (struct eg_entry_place){.address = entry->field[EG_ENTRY_ADDRESS],
                                   .postcode = entry->field[EG_ENTRY_POSTCODE],
                                   .has_position = entry->has_position,
                                   .lon_deg = entry->lon_deg,
                                   .lat_deg = entry->lat_deg};
}

/* Which of those told is the entry's first place; n: none of them is. Where the directory does not tell, it is the one that the feature is at. */
static uint32_t first_of(const struct eg_flat_places *places, const struct eg_entry *entry,
                         const struct eg_entry *known)
{
    uint32_t i = 0;
    struct eg_entry_place here = own_place(entry), first;
    if (known) {
        first = eg_entry_place_at(known, 0);
        while (i < places->n && !is_same(&places->items[i], &first)) i++;
        if (i < places->n) return i;
        for (i = 0; i < places->n && is_known(known, &places->items[i]); i++) continue;
        if (places->is_multipoint) return i;
    }
    i = index_near(places, &here);
    return i < places->n ? i : 0;
}

/* A MultiPoint's first point stood for the entry until it was known which is its first place. */
static enum eg_status set_position(struct eg_entry *entry, const struct eg_entry_place *place,
                                   struct eg_arena *arena, struct eg_error *err)
{
    struct eg_text *lon = &entry->field[EG_ENTRY_LONGITUDE], *lat = &entry->field[EG_ENTRY_LATITUDE];
    entry->has_position = place && place->has_position;
    *lon = *lat = EG_TEXT("");
    if (!entry->has_position) return EG_OK;
    entry->lon_deg = place->lon_deg;
    entry->lat_deg = place->lat_deg;
    *lon = eg_text_format(arena, "%.15g", place->lon_deg);
    *lat = eg_text_format(arena, "%.15g", place->lat_deg);
    return lon->data && lat->data ? EG_OK : eg_error_no_memory(err, 0);
}

/* A feature may be at a place that is not its entry's first: where that has no position, or at the one that is nearest to somebody. */
static bool is_at_another(const struct eg_flat_places *places, const struct eg_entry *entry,
                          const struct eg_entry *known)
{
    struct eg_entry_place place = own_place(entry), first;
    if (!known || !place.has_position || (known->has_position && places->n < 2)) return false;
    first = eg_entry_place_at(known, 0);
    return !is_near(&place, &first) && is_known(known, &place);
}

enum eg_status eg_flat_places_settle(struct eg_flat_places *places, struct eg_entry *entry,
                                     const struct eg_entry *known, struct eg_arena *arena,
                                     struct eg_error *err)
{
    enum eg_status status = EG_OK;
    uint32_t first = first_of(places, entry, known), n = 1;
    struct eg_entry_place *kept = eg_arena_array(arena, (size_t)places->n + 1, sizeof *kept);
    if (!kept) return eg_error_no_memory(err, places->n * sizeof *kept);
    if (places->is_multipoint) {
        status = set_position(entry, first < places->n ? &places->items[first] : NULL, arena, err);
    } else if (is_at_another(places, entry, known)) {
        status = set_position(entry, NULL, arena, err);
        if (places->n > 1) entry->field[EG_ENTRY_ADDRESS] = entry->field[EG_ENTRY_POSTCODE] = EG_TEXT("");
    }
    if (!known && places->n > 0) kept[0] = places->items[first];
    for (uint32_t i = 0; i < places->n; i++) {
        const struct eg_entry_place *place = &places->items[i];
        if (i == first || (known && is_known(known, place))) continue;
        kept[n++] = *place;
        places->has_new_hours |= place->hours.len > 0;
    }
    places->items = kept;
    places->n = n;
    return status;
}
