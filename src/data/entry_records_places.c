/* From the places of an entry to locations, addresses, what is accessible there, and the links that tie the entry to them. The first place is
 * that of the entry's own fields; further ones are of `places`, where a file tells them. */
#include <stdio.h>

#include "data/entry_records_internal.h"
#include "data/record_ids.h"
#include "data/service_places.h"

#define PLACES (UINT64_C(1) << 48)      /* that the first bits of an id tell apart (entry_document_order.c) */
#define WIDEST_STEP (UINT64_C(1) << 28) /* so that others fit between and behind */
#define PLACE_LEN 13U                   /* of the id's text: "01234567-89ab" */

/* A place that is told, with the ids of its rows. */
struct placing {
    struct eg_entry_place place;
    struct eg_text service, location, link;
    struct eg_text of;    /* what ids of rows at it are made of */
    struct eg_text phone; /* that is not the entry's */
};

static struct eg_text degrees(struct eg_entry_recorder *recorder, double value)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%.7f", value);
    struct eg_text kept = eg_text_copy(recorder->row_arena, (struct eg_text){text, n > 0 ? (size_t)n : 0});
    recorder->failed |= !kept.data;
    return kept;
}

static enum eg_status add_location(struct eg_entry_recorder *recorder, const struct placing *placing,
                                   struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    row.field[EG_LOCATION_ID] = placing->location;
    row.field[EG_LOCATION_NAME] = placing->place.name;
    row.field[EG_LOCATION_LOCATION_TYPE] = EG_TEXT("physical");
    if (placing->place.has_position) {
        row.field[EG_LOCATION_LATITUDE] = degrees(recorder, placing->place.lat_deg);
        row.field[EG_LOCATION_LONGITUDE] = degrees(recorder, placing->place.lon_deg);
    }
    return eg_recorder_add(recorder, EG_RECORD_LOCATION, &row, err);
}

static enum eg_status add_address(struct eg_entry_recorder *recorder, const struct placing *placing,
                                  struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    if (placing->place.address.len + placing->place.postcode.len == 0) return EG_OK;
    row.field[EG_ADDRESS_ID] = eg_recorder_made_id(recorder, "address", placing->of);
    row.field[EG_ADDRESS_LOCATION_ID] = placing->location;
    row.field[EG_ADDRESS_ADDRESS_1] = placing->place.address;
    row.field[EG_ADDRESS_POSTAL_CODE] = placing->place.postcode;
    row.field[EG_ADDRESS_ADDRESS_TYPE] = EG_TEXT("physical");
    return eg_recorder_add(recorder, EG_RECORD_ADDRESS, &row, err);
}

static enum eg_status add_accessibility(struct eg_entry_recorder *recorder, const struct placing *placing,
                                        struct eg_error *err)
{
    enum eg_status status = EG_OK;
    uint32_t n = placing->place.n_accessibility;
    const struct eg_text *own = eg_recorder_ids_in_order(recorder, "accessibility", placing->of, n);
    if (!own) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        struct eg_recorder_row row = {{{0}}};
        row.field[EG_ACCESSIBILITY_ID] = own[i];
        row.field[EG_ACCESSIBILITY_LOCATION_ID] = placing->location;
        row.field[EG_ACCESSIBILITY_DESCRIPTION] = placing->place.accessibility[i];
        status = eg_recorder_add(recorder, EG_RECORD_ACCESSIBILITY, &row, err);
    }
    return status;
}

static enum eg_status add_link(struct eg_entry_recorder *recorder, const struct placing *placing,
                               struct eg_error *err)
{
    struct eg_recorder_row link = {{{0}}}, phone = {{{0}}};
    link.field[EG_SERVICE_AT_LOCATION_ID] = placing->link;
    link.field[EG_SERVICE_AT_LOCATION_SERVICE_ID] = placing->service;
    link.field[EG_SERVICE_AT_LOCATION_LOCATION_ID] = placing->location;
    enum eg_status status = eg_recorder_add(recorder, EG_RECORD_SERVICE_AT_LOCATION, &link, err);
    if (status != EG_OK || placing->phone.len == 0) return status;
    phone.field[EG_PHONE_ID] = eg_recorder_made_id(recorder, "phone", placing->link);
    phone.field[EG_PHONE_SERVICE_AT_LOCATION_ID] = placing->link;
    phone.field[EG_PHONE_NUMBER] = placing->phone;
    return eg_recorder_add(recorder, EG_RECORD_PHONE, &phone, err);
}

/* One that the directory has: a row that says nothing changes nothing of it. */
static enum eg_status add_known(struct eg_entry_recorder *recorder, const struct eg_record *location,
                                struct eg_error *err)
{
    struct eg_recorder_row row = {{{0}}};
    row.field[EG_LOCATION_ID] = location->field[EG_LOCATION_ID];
    row.field[EG_LOCATION_LOCATION_TYPE] = location->field[EG_LOCATION_LOCATION_TYPE];
    return eg_recorder_add_once(recorder, EG_RECORD_LOCATION, &row, err);
}

/* A location that the directory has, or at which another entry of the file was, is as it is. */
static enum eg_status add_placing(struct eg_entry_recorder *recorder, const struct placing *placing,
                                  struct eg_error *err)
{
    bool is_new = true;
    const struct eg_record *known = NULL;
    enum eg_status status = EG_OK;
    if (recorder->failed) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
    if (placing->place.location.len > 0 && recorder->known)
        known = eg_records_find(recorder->known, EG_RECORD_LOCATION, placing->location);
    if (known) status = add_known(recorder, known, err);
    else if (placing->place.location.len > 0)
        status = eg_recorder_meet(recorder, placing->location, &is_new, err);
    is_new &= !known;
    if (status == EG_OK && is_new) status = add_location(recorder, placing, err);
    if (status == EG_OK && is_new) status = add_address(recorder, placing, err);
    if (status == EG_OK && is_new) status = add_accessibility(recorder, placing, err);
    return status == EG_OK ? add_link(recorder, placing, err) : status;
}

/* --- the first ------------------------------------------------------------------------------------------------------------------------ */

static enum eg_status add_first(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                struct eg_text service, struct eg_error *err)
{
    struct placing placing = {.place = {.address = entry->field[EG_ENTRY_ADDRESS],
                                        .postcode = entry->field[EG_ENTRY_POSTCODE],
                                        .has_position = entry->has_position,
                                        .lon_deg = entry->lon_deg,
                                        .lat_deg = entry->lat_deg,
                                        .accessibility = entry->accessibility,
                                        .n_accessibility = entry->n_accessibility},
                              .service = service,
                              .of = service};
    bool is_told = entry->n_places > 0 && entry->places[0].location.len + entry->places[0].name.len > 0;
    if (!eg_entry_has_location(entry) && !is_told) return EG_OK;
    if (is_told) {
        placing.place.name = entry->places[0].name;
        placing.location = placing.place.location = entry->places[0].location;
    }
    if (placing.location.len == 0) placing.location = eg_recorder_made_id(recorder, "location", service);
    placing.link = eg_recorder_kept_id(recorder, eg_entry_at_location_id(recorder->row_arena, entry));
    return add_placing(recorder, &placing, err);
}

/* --- further ones ----------------------------------------------------------------------------------------------------------------------- */

/* The last of the links that an entry has; empty: it has none. Further ones come behind it: an entry's places are in the order of its links. */
static struct eg_text last_link(const struct eg_records *known, struct eg_text service)
{
    uint32_t n = 0;
    const struct eg_record *const *links = NULL;
    if (known)
        links = eg_records_with(known, EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_SERVICE_ID,
                                service, &n);
    return n > 0 ? links[n - 1]->field[0] : EG_TEXT("");
}

static uint64_t place_of(struct eg_text id)
{
    uint64_t place = 0;
    for (uint32_t i = 0; i < PLACE_LEN && i < id.len; i++) {
        char c = id.data[i];
        if (c != '-') place = place << 4 | (uint64_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return place;
}

/* The nth of the links behind `low`, in `step`s: its first bits say where it stands. */
static struct eg_text link_at(struct eg_entry_recorder *recorder, const struct placing *placing,
                              uint64_t place)
{
    struct eg_text id = eg_recorder_made_id(recorder, "service_at_location", placing->of);
    if (!id.data) return id;
    return eg_recorder_kept_id(recorder, eg_text_format(recorder->row_arena, "%08x-%04x-8%.*s",
                                                        (unsigned)(place >> 16), (unsigned)(place & 0xFFFF),
                                                        (int)(EG_UUID_TEXT_LEN - PLACE_LEN - 2),
                                                        id.data + PLACE_LEN + 2));
}

/* What tells a place from others of its entry. */
static struct eg_text name_of(struct eg_entry_recorder *recorder, const struct eg_entry_place *place,
                              struct eg_text service)
{
    struct eg_arena *arena = recorder->row_arena;
    struct eg_text name;
    if (place->location.len > 0)
        name = eg_text_format(arena, "%.*s:%.*s", EG_TEXT_ARG(service), EG_TEXT_ARG(place->location));
    else
        name = eg_text_format(arena, "%.*s:%.*s:%.*s@%.7f,%.7f", EG_TEXT_ARG(service),
                              EG_TEXT_ARG(place->address), EG_TEXT_ARG(place->postcode), place->lon_deg,
                              place->lat_deg);
    recorder->failed |= !name.data;
    return name;
}

static enum eg_status add_further(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                  struct eg_text service, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    uint64_t low = place_of(last_link(recorder->known, service));
    uint64_t step = (PLACES - low) / (entry->n_places + 1);
    if (step > WIDEST_STEP) step = WIDEST_STEP;
    for (uint32_t i = 1; i < entry->n_places && status == EG_OK; i++) {
        struct placing placing = {.place = entry->places[i], .service = service};
        bool is_own = !eg_text_equal(placing.place.phone, entry->field[EG_ENTRY_PHONE]);
        if (is_own) placing.phone = placing.place.phone;
        placing.of = name_of(recorder, &placing.place, service);
        if (recorder->failed) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
        placing.location = placing.place.location;
        if (placing.location.len == 0)
            placing.location = eg_recorder_made_id(recorder, "location", placing.of);
        placing.link = link_at(recorder, &placing, low + step * i);
        status = add_placing(recorder, &placing, err);
    }
    return status;
}

enum eg_status eg_recorder_add_places(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                      struct eg_text service, struct eg_error *err)
{
    enum eg_status status = add_first(recorder, entry, service, err);
    return status == EG_OK ? add_further(recorder, entry, service, err) : status;
}
