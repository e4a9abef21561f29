/* Who owns what in an entry's document, of which the document itself says nothing: rows that its writer does not see, and the contact whose
 * a telephone is. */
#include "data/entry_document_edit.h"
#include "data/record_ids.h"
#include "data/service_places.h"

bool eg_document_keeps(const struct eg_records *records, const struct eg_document_wish *wish,
                       const struct eg_record *row)
{
    return wish->keeps_private && eg_record_is_private(records, row);
}

/* Whether a row of contacts is beyond those that its list has. */
static bool is_beyond(const struct eg_records *records, const struct eg_document_wish *wish,
                      const struct eg_document_listing *listing, const struct eg_record *contact)
{
    uint32_t n, nth = 0, n_items = 0;
    uint32_t field =
        listing->at ? eg_document_own_field(listing->own, listing->whose) : listing->part->parent;
    const struct eg_record *const *rows =
        eg_records_with(records, EG_RECORD_CONTACT, field, listing->parent, &n);
    for (uint32_t i = 0; i < n && rows[i] != contact; i++) {
        bool is_listed =
            !listing->at || eg_document_is_own(listing->at, listing->own, listing->whose, rows[i]);
        nth += is_listed && !eg_document_keeps(records, wish, rows[i]);
    }
    for (size_t i = 0; i < eg_json_length(listing->list); i++)
        n_items += eg_document_listing_has(listing, eg_json_at(listing->list, i));
    return nth >= n_items;
}

/* What the document says of the first or another place; NULL: nothing. */
static const struct eg_json_value *object_of(const struct eg_json_value *document, uint32_t place,
                                             struct eg_text location)
{
    const struct eg_json_value *others = eg_json_get(document, "other_locations");
    struct eg_text id;
    if (place == 0) return eg_json_get(document, "location");
    for (size_t i = 0; i < eg_json_length(others); i++)
        if (eg_json_is_text(eg_json_get(eg_json_at(others, i), "id"), &id) &&
            eg_text_equal_any_case(id, location))
            return eg_json_at(others, i);
    return NULL;
}

/* A place whose contacts the document does not list keeps them. */
static bool leaves_place(const struct eg_records *records, const struct eg_document_wish *wish,
                         const struct eg_record *contact, struct eg_text service)
{
    const struct eg_document_own *own = eg_document_own_named("contacts");
    struct eg_service_places places;
    eg_service_places(records, service, &places);
    for (uint32_t i = 0; i < places.n; i++) {
        const struct eg_document_at at = {records, service, places.link[i]->field[0],
                                          places.location[i]->field[0]};
        const struct eg_text parents[] = {at.link, at.location};
        const struct eg_json_value *object = object_of(wish->document, i, at.location),
                                   *list = eg_json_get(object, "contacts");
        for (unsigned w = 0; w < EG_DOCUMENT_N_WHOSE; w++) {
            enum eg_document_whose whose = (enum eg_document_whose)w;
            struct eg_document_listing listing = {
                eg_document_own_part(own), "", list, parents[w], &at, own, whose};
            bool is_here = eg_text_equal(contact->field[eg_document_own_field(own, whose)], parents[w]) &&
                           eg_document_is_own(&at, own, whose, contact);
            if (is_here) return list ? is_beyond(records, wish, &listing, contact) : !object && i > 0;
        }
    }
    return false;
}

/* Whether the contact goes with this document: it is beyond those that its list has. */
static bool contact_leaves(const struct eg_records *records, const struct eg_document_wish *wish,
                           const struct eg_record *contact)
{
    const struct eg_record *service = eg_records_find(records, EG_RECORD_SERVICE, wish->id);
    if (!service || eg_document_keeps(records, wish, contact)) return false;
    if (!eg_text_equal(contact->field[EG_CONTACT_SERVICE_ID], service->field[0]))
        return leaves_place(records, wish, contact, service->field[0]);
    struct eg_document_listing listing = {.part = eg_document_own_part(eg_document_own_named("contacts")),
                                          .list = eg_json_get(wish->document, "contacts"),
                                          .parent = service->field[0]};
    return is_beyond(records, wish, &listing, contact);
}

bool eg_document_phone_loses_contact(const struct eg_records *records, const struct eg_document_wish *wish,
                                     const struct eg_text *field)
{
    const struct eg_record *now = eg_records_find(records, EG_RECORD_PHONE, field[EG_PHONE_ID]);
    const struct eg_record *contact = eg_records_find(records, EG_RECORD_CONTACT, field[EG_PHONE_CONTACT_ID]);
    if (!now || !contact) return false;
    bool is_other = !eg_text_equal(now->field[EG_PHONE_NUMBER], field[EG_PHONE_NUMBER]) &&
                    !eg_text_equal(field[EG_PHONE_VISIBILITY], EG_TEXT("private"));
    return contact_leaves(records, wish, contact) || (is_other && eg_record_is_private(records, contact));
}

/* --- contacts that become somebody else ---------------------------------------------------------------------------------------- */

/* Another spelling is the same person's, and one who had no name gets theirs. */
static enum eg_status is_somebody_else(struct eg_document_edit *edit, struct eg_text was, struct eg_text is,
                                       bool *is_out)
{
    struct eg_text before = eg_record_name_folded(edit->arena, eg_text_trim(was)),
                   after = eg_record_name_folded(edit->arena, eg_text_trim(is));
    if (!before.data || !after.data) return eg_error_no_memory(edit->err, was.len + is.len);
    *is_out = before.len > 0 && !eg_text_equal(before, after);
    return EG_OK;
}

/* Of the entry, a place or an organisation as well: that it says where it is theirs. */
static bool has_other_owner(const struct eg_text *phone)
{
    return phone[EG_PHONE_SERVICE_ID].len + phone[EG_PHONE_SERVICE_AT_LOCATION_ID].len +
               phone[EG_PHONE_LOCATION_ID].len + phone[EG_PHONE_ORGANIZATION_ID].len >
           0;
}

/* What was private as the contact's stays so. */
static enum eg_status untie(struct eg_document_edit *edit, const struct eg_record *row, struct eg_record *put)
{
    struct eg_text *field = eg_document_texts(edit, EG_RECORD_PHONE, put ? put : row);
    if (!field) return eg_error_no_memory(edit->err, sizeof *field);
    field[EG_PHONE_CONTACT_ID] = EG_TEXT("");
    if (eg_record_is_private(edit->records, row)) field[EG_PHONE_VISIBILITY] = EG_TEXT("private");
    if (!put) return eg_document_put(edit, EG_RECORD_PHONE, field);
    put->field = field;
    return EG_OK;
}

static enum eg_status take_phones(struct eg_document_edit *edit, struct eg_text contact)
{
    uint32_t n;
    const struct eg_record *const *rows =
        eg_records_with(edit->records, EG_RECORD_PHONE, EG_PHONE_CONTACT_ID, contact, &n);
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        struct eg_record *put = NULL;
        for (uint32_t k = 0; k < edit->n_puts && !put; k++)
            if (edit->puts[k].table == EG_RECORD_PHONE &&
                eg_text_equal(edit->puts[k].field[0], rows[i]->field[0]))
                put = &edit->puts[k];
        if (eg_document_is_deleted(edit, EG_RECORD_PHONE, rows[i]->field[0])) continue;
        if (put && put->field[EG_PHONE_CONTACT_ID].len == 0) continue;
        status = has_other_owner(rows[i]->field)
                     ? untie(edit, rows[i], put)
                     : eg_document_delete(edit, EG_RECORD_PHONE, rows[i]->field[0]);
    }
    return status;
}

enum eg_status eg_document_leave_phones(struct eg_document_edit *edit)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0, n = edit->n_puts; i < n && status == EG_OK; i++) {
        const struct eg_record *put = &edit->puts[i], *now = NULL;
        bool is_other = false;
        if (put->table == EG_RECORD_CONTACT)
            now = eg_records_find(edit->records, EG_RECORD_CONTACT, put->field[0]);
        if (now)
            status =
                is_somebody_else(edit, now->field[EG_CONTACT_NAME], put->field[EG_CONTACT_NAME], &is_other);
        if (is_other && status == EG_OK) status = take_phones(edit, put->field[0]);
    }
    return status;
}
