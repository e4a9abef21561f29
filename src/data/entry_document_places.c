/* Where an entry is, from its document: "location" and "accessibility" are of the first place, as most entries have one; the items of
 * "other_locations" know their places by id, since one that is taken out must not move its telephone and hours to the next. */
#include <stdio.h>

#include "data/entry_document_edit.h"
#include "data/record_ids.h"
#include "data/records_parts.h"
#include "data/service_places.h"

/* A place that the document says. */
struct telling {
    const struct eg_document_part *part; /* of the row of its location */
    const struct eg_json_value *object;  /* its members; NULL: none are given */
    const struct eg_json_value *accessibility;
    struct eg_document_place at;
    const struct eg_record *now;  /* the location as it is; NULL: a new one */
    struct eg_text id;            /* of a new one */
    const struct eg_record *link; /* through which the service is there now; NULL: it is not */
    struct eg_text link_id;       /* which it has, or shall have */
};

/* --- its rows ---------------------------------------------------------------------------------------------------------------- */

static bool has_address(const struct eg_text *field)
{
    bool has = false;
    for (uint32_t i = 0; i < eg_document_part_members(&eg_document_address); i++)
        has |= field[eg_document_address.members[i].field].len > 0;
    return has;
}

static enum eg_status read_address(struct eg_document_edit *edit, const struct telling *telling,
                                   struct eg_text location)
{
    uint32_t n, next_id = 0;
    const struct eg_record *const *now =
        eg_records_with(edit->records, EG_RECORD_ADDRESS, EG_ADDRESS_LOCATION_ID, location, &n);
    struct eg_text *field = eg_document_texts(edit, EG_RECORD_ADDRESS, n > 0 ? now[0] : NULL);
    if (!field) return eg_error_no_memory(edit->err, sizeof *field);
    enum eg_status status = eg_document_read_members(edit, &eg_document_address, telling->part,
                                                     telling->object, telling->at, field);
    if (status != EG_OK) return status;
    if (!has_address(field)) { /* one that says nothing in the document's words stays as it is */
        bool had = n > 0 && has_address(now[0]->field);
        return had ? eg_document_delete(edit, EG_RECORD_ADDRESS, now[0]->field[0]) : EG_OK;
    }
    if (n == 0) field[EG_ADDRESS_ID] = eg_document_free_id(edit, EG_RECORD_ADDRESS, location, &next_id);
    if (!field[0].data) return eg_error_no_memory(edit->err, 0);
    field[EG_ADDRESS_LOCATION_ID] = location;
    if (field[EG_ADDRESS_ADDRESS_TYPE].len == 0) field[EG_ADDRESS_ADDRESS_TYPE] = EG_TEXT("physical");
    return eg_document_put(edit, EG_RECORD_ADDRESS, field);
}

static bool is_in_range(struct eg_text text, double most)
{
    double value;
    return text.len == 0 || (eg_text_to_double(text, &value) && value >= -most && value <= most);
}

static enum eg_status check_position(struct eg_document_edit *edit, struct eg_document_place place,
                                     const struct eg_text *field)
{
    struct eg_text lon = field[EG_LOCATION_LONGITUDE], lat = field[EG_LOCATION_LATITUDE];
    if ((lon.len == 0) != (lat.len == 0))
        return eg_document_at_fault(edit, place, lon.len == 0 ? "longitude" : "latitude",
                                    "is missing: give both or neither");
    if (!is_in_range(lon, 180))
        return eg_document_at_fault(edit, place, "longitude", "has to be a number from -180 to 180");
    if (!is_in_range(lat, 90))
        return eg_document_at_fault(edit, place, "latitude", "has to be a number from -90 to 90");
    return EG_OK;
}

/* "location", "other_locations[1]" */
struct place_path {
    char text[32];
};

static struct place_path path_of(struct eg_document_place at)
{
    struct place_path path;
    if (at.item == UINT32_MAX) (void)snprintf(path.text, sizeof path.text, "%s", at.part);
    else (void)snprintf(path.text, sizeof path.text, "%s[%u]", at.part, at.item);
    return path;
}

static enum eg_status read_accessibility(struct eg_document_edit *edit, const struct telling *telling,
                                         struct eg_text location)
{
    const struct eg_document_part *part = eg_document_accessibility();
    struct place_path place = path_of(telling->at);
    char path[64];
    bool is_first = telling->at.item == UINT32_MAX; /* whose list is the document's */
    (void)snprintf(path, sizeof path, "%s%s%s", is_first ? "" : place.text, is_first ? "" : ".", part->name);
    struct eg_document_listing listing = {
        .part = part, .path = path, .list = telling->accessibility, .parent = location};
    return eg_document_read_list(edit, &listing);
}

static enum eg_status read_own(struct eg_document_edit *edit, struct eg_text service,
                               const struct telling *telling, struct eg_text location)
{
    const struct eg_document_at at = {edit->records, service, telling->link_id, location};
    struct place_path path = path_of(telling->at);
    return eg_document_read_own(edit, &at, telling->object, path.text);
}

static struct eg_text id_of_link(struct eg_document_edit *edit, struct eg_text service,
                                 struct eg_text location)
{
    struct eg_text name = service;
    if (location.len > 0)
        name = eg_text_format(edit->arena, "%.*s:%.*s", EG_TEXT_ARG(service), EG_TEXT_ARG(location));
    return name.data ? eg_record_id_of(edit->arena, "service_at_location", name) : name;
}

static enum eg_status link_place(struct eg_document_edit *edit, struct eg_text service,
                                 const struct telling *telling, struct eg_text location)
{
    if (telling->link && eg_text_equal(telling->link->field[0], telling->link_id)) return EG_OK;
    struct eg_text *field = eg_document_texts(edit, EG_RECORD_SERVICE_AT_LOCATION, telling->link);
    if (!field) return eg_error_no_memory(edit->err, sizeof *field);
    field[EG_SERVICE_AT_LOCATION_ID] = telling->link_id;
    field[EG_SERVICE_AT_LOCATION_SERVICE_ID] = service;
    field[EG_SERVICE_AT_LOCATION_LOCATION_ID] = location;
    enum eg_status status = eg_document_put(edit, EG_RECORD_SERVICE_AT_LOCATION, field);
    if (status != EG_OK || !telling->link) return status;
    return eg_document_delete(edit, EG_RECORD_SERVICE_AT_LOCATION, telling->link->field[0]);
}

static enum eg_status read_place(struct eg_document_edit *edit, struct eg_text service,
                                 const struct telling *telling)
{
    struct eg_text *field = eg_document_texts(edit, EG_RECORD_LOCATION, telling->now);
    if (!field) return eg_error_no_memory(edit->err, sizeof *field);
    enum eg_status status = eg_document_read_members(edit, telling->part, &eg_document_address,
                                                     telling->object, telling->at, field);
    field[EG_LOCATION_ID] = telling->now ? telling->now->field[0] : telling->id;
    if (field[EG_LOCATION_LOCATION_TYPE].len == 0)
        field[EG_LOCATION_LOCATION_TYPE] = EG_TEXT(EG_DOCUMENT_USUAL_PLACE);
    if (status == EG_OK) status = check_position(edit, telling->at, field);
    if (status == EG_OK) status = eg_document_check_row(edit, telling->part, telling->at, field);
    if (status == EG_OK) status = eg_document_put(edit, EG_RECORD_LOCATION, field);
    if (status == EG_OK) status = link_place(edit, service, telling, field[0]);
    if (status == EG_OK) status = read_address(edit, telling, field[0]);
    if (status == EG_OK) status = read_accessibility(edit, telling, field[0]);
    return status == EG_OK ? read_own(edit, service, telling, field[0]) : status;
}

/* --- leaving ------------------------------------------------------------------------------------------------------------------ */

/* A location that nobody else refers to goes with its last service. */
static enum eg_status leave_place(struct eg_document_edit *edit, struct eg_text service,
                                  struct eg_text location)
{
    uint32_t n;
    enum eg_status status = EG_OK;
    const struct eg_record *const *links = eg_records_with(edit->records, EG_RECORD_SERVICE_AT_LOCATION,
                                                           EG_SERVICE_AT_LOCATION_SERVICE_ID, service, &n);
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        if (eg_text_equal(links[i]->field[EG_SERVICE_AT_LOCATION_LOCATION_ID], location))
            status = eg_document_delete(edit, EG_RECORD_SERVICE_AT_LOCATION, links[i]->field[0]);
    if (status != EG_OK || eg_document_is_needed(edit, EG_RECORD_LOCATION, location)) return status;
    return eg_document_delete(edit, EG_RECORD_LOCATION, location);
}

enum eg_status eg_document_leave_places(struct eg_document_edit *edit, struct eg_text service)
{
    uint32_t n;
    enum eg_status status = EG_OK;
    const struct eg_record *const *links = eg_records_with(edit->records, EG_RECORD_SERVICE_AT_LOCATION,
                                                           EG_SERVICE_AT_LOCATION_SERVICE_ID, service, &n);
    for (uint32_t i = 0; i < n && status == EG_OK; i++)
        status = leave_place(edit, service, links[i]->field[EG_SERVICE_AT_LOCATION_LOCATION_ID]);
    return status;
}

/* --- the first, and others ------------------------------------------------------------------------------------------------------ */

static enum eg_status read_first(struct eg_document_edit *edit, struct eg_text service,
                                 const struct eg_service_places *now, struct eg_text link_id)
{
    struct telling telling = {.part = &eg_document_location,
                              .object = eg_json_get(edit->wish->document, "location"),
                              .accessibility = eg_json_get(edit->wish->document, "accessibility"),
                              .at = {"location", UINT32_MAX},
                              .now = now->n > 0 ? now->location[0] : NULL};
    if (!telling.object && eg_json_length(telling.accessibility) == 0)
        return telling.now ? leave_place(edit, service, telling.now->field[0]) : EG_OK;
    telling.link = telling.now ? now->link[0] : NULL;
    telling.link_id = link_id;
    if (!telling.now) telling.id = eg_record_id_of(edit->arena, "location", service);
    if (!telling.now && !telling.id.data) return eg_error_no_memory(edit->err, 0);
    return read_place(edit, service, &telling);
}

static bool is_among(const struct eg_text *ids, uint32_t n, struct eg_text id)
{
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal(ids[i], id)) return true;
    return false;
}

/* The id that an item states, or a new one. One of the directory's that the entry is not at yet is one that it shares from now on. */
static enum eg_status read_id(struct eg_document_edit *edit, struct eg_text service,
                              const struct telling *telling, uint32_t *next_id, struct eg_text *id_out)
{
    struct eg_text stated = EG_TEXT("");
    const struct eg_json_value *value = eg_json_get(telling->object, "id");
    bool is_id = eg_json_is_text(value, &stated) && eg_record_text_is(EG_RECORD_ID, stated);
    if (value && !is_id) return eg_document_at_fault(edit, telling->at, "id", "has to be a UUID");
    if (value) *id_out = eg_text_copy(edit->arena, stated);
    if (value && id_out->data) eg_records_lower(*id_out);
    if (!value) *id_out = eg_document_free_id(edit, EG_RECORD_LOCATION, service, next_id);
    return id_out->data ? EG_OK : eg_error_no_memory(edit->err, EG_UUID_TEXT_LEN);
}

/* The link through which the service is at a location, or NULL. */
static const struct eg_record *link_to(const struct eg_service_places *places, struct eg_text location)
{
    for (uint32_t i = 0; i < places->n; i++)
        if (eg_text_equal(places->location[i]->field[0], location)) return places->link[i];
    return NULL;
}

static bool has_first(const struct eg_document_edit *edit)
{
    return eg_json_get(edit->wish->document, "location") ||
           eg_json_length(eg_json_get(edit->wish->document, "accessibility")) > 0;
}

static struct eg_text service_of(const struct eg_document_edit *edit)
{
    return edit->service ? edit->service->field[0] : edit->wish->id;
}

/* Their links in the order in which the places are listed, behind that of the first unless that is first by itself. */
static enum eg_status order_links(struct eg_document_edit *edit, const struct eg_service_places *now,
                                  struct telling *others, uint32_t n, struct eg_text *first_out)
{
    struct eg_text ids[EG_SERVICE_PLACES], service = service_of(edit),
                                           own = id_of_link(edit, service, EG_TEXT(""));
    bool is_behind = now->n > 0 && has_first(edit) && !eg_text_equal(now->link[0]->field[0], own);
    uint32_t k = 0;
    if (!own.data) return eg_error_no_memory(edit->err, 0);
    if (is_behind) ids[k++] = now->link[0]->field[0];
    for (uint32_t i = 0; i < n; i++, k++) {
        others[i].link = link_to(now, others[i].id);
        ids[k] = others[i].link ? others[i].link->field[0] : id_of_link(edit, service, others[i].id);
        if (!ids[k].data) return eg_error_no_memory(edit->err, 0);
    }
    enum eg_status status = eg_document_order_ids(edit, EG_RECORD_SERVICE_AT_LOCATION, service, ids, k);
    *first_out = is_behind ? ids[0] : now->n > 0 ? now->link[0]->field[0] : own;
    for (uint32_t i = 0; i < n; i++) others[i].link_id = ids[i + is_behind];
    return status;
}

static enum eg_status tell_others(struct eg_document_edit *edit, struct eg_text service,
                                  const struct eg_service_places *now, struct telling *others,
                                  struct eg_text *ids)
{
    const struct eg_json_value *list = eg_json_get(edit->wish->document, "other_locations");
    uint32_t next_id = 1;
    for (uint32_t i = 0; i < eg_json_length(list); i++) {
        struct telling *telling = &others[i];
        *telling = (struct telling){.part = &eg_document_other_location,
                                    .object = eg_json_at(list, i),
                                    .accessibility = eg_json_get(eg_json_at(list, i), "accessibility"),
                                    .at = {"other_locations", i}};
        enum eg_status status = read_id(edit, service, telling, &next_id, &ids[i]);
        if (status != EG_OK) return status;
        if (is_among(ids, i, ids[i]) || (now->n > 0 && eg_text_equal(now->location[0]->field[0], ids[i])))
            return eg_document_at_fault(edit, telling->at, "id", "is that of another place of this entry");
        telling->id = ids[i];
        telling->now = eg_records_find(edit->records, EG_RECORD_LOCATION, ids[i]);
    }
    return EG_OK;
}

static enum eg_status read_others(struct eg_document_edit *edit, struct eg_text service,
                                  const struct eg_service_places *now, struct eg_text *first_out)
{
    struct eg_text ids[EG_DOCUMENT_ITEMS];
    uint32_t n = (uint32_t)eg_json_length(eg_json_get(edit->wish->document, "other_locations"));
    struct telling *others = eg_arena_array(edit->arena, n, sizeof *others);
    if (!others && n > 0) return eg_error_no_memory(edit->err, n * sizeof *others);
    enum eg_status status = tell_others(edit, service, now, others, ids);
    if (status == EG_OK) status = order_links(edit, now, others, n, first_out);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) status = read_place(edit, service, &others[i]);
    for (uint32_t i = 1; i < now->n && status == EG_OK; i++)
        if (!is_among(ids, n, now->location[i]->field[0]))
            status = leave_place(edit, service, now->location[i]->field[0]);
    return status;
}

enum eg_status eg_document_read_places(struct eg_document_edit *edit, struct eg_text service)
{
    struct eg_service_places now = {.n = 0};
    if (edit->service) eg_service_places(edit->records, service, &now);
    struct eg_text first = EG_TEXT("");
    enum eg_status status = read_others(edit, service, &now, &first);
    return status == EG_OK ? read_first(edit, service, &now, first) : status;
}

/* --- types ------------------------------------------------------------------------------------------------------------------------ */

static enum eg_status check_nested(struct eg_document_edit *edit, const struct eg_json_value *list,
                                   struct eg_document_place at)
{
    if (list && !eg_json_is_array(list))
        return eg_document_at_fault(edit, at, "accessibility", "has to be a list");
    for (size_t i = 0; i < eg_json_length(list); i++) {
        char item[64];
        (void)snprintf(item, sizeof item, "accessibility[%zu]", i);
        if (!eg_json_is_object(eg_json_at(list, i)))
            return eg_document_at_fault(edit, at, item, "has to be an object");
    }
    return EG_OK;
}

enum eg_status eg_document_check_places(struct eg_document_edit *edit)
{
    const struct eg_document_place top = {NULL, 0};
    const struct eg_json_value *list = eg_json_get(edit->wish->document, "other_locations");
    enum eg_status status =
        eg_document_check_own(edit, eg_json_get(edit->wish->document, "location"), "location");
    if (status != EG_OK) return status;
    if (list && !eg_json_is_array(list))
        return eg_document_at_fault(edit, top, "other_locations", "has to be a list");
    if (eg_json_length(list) >= EG_SERVICE_PLACES)
        return eg_error_set(edit->err, EG_LIMIT, "other_locations may have %u items", EG_SERVICE_PLACES - 1);
    for (uint32_t i = 0; i < eg_json_length(list) && status == EG_OK; i++) {
        char item[64];
        (void)snprintf(item, sizeof item, "other_locations[%u]", i);
        if (!eg_json_is_object(eg_json_at(list, i)))
            return eg_document_at_fault(edit, top, item, "has to be an object");
        status = check_nested(edit, eg_json_get(eg_json_at(list, i), "accessibility"),
                              (struct eg_document_place){"other_locations", i});
        if (status == EG_OK) status = eg_document_check_own(edit, eg_json_at(list, i), item);
    }
    return status;
}
