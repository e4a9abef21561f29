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

/* --- who is who ------------------------------------------------------------------------------------------------------------------ */

static struct eg_text name_of(struct eg_document_edit *edit, struct eg_text name)
{
    return eg_record_name_folded(edit->arena, eg_text_trim(name));
}

/* The first row from `from` up to `end` that no item has and, unless `name` is NULL, is of this name. */
static uint32_t free_row(const struct eg_document_listed *listed, const struct eg_text *names,
                         const struct eg_text *name, uint32_t from, uint32_t end)
{
    for (uint32_t k = from; k < end; k++) {
        bool is_free = !name || eg_text_equal(names[k], *name);
        for (uint32_t i = 0; i < listed->n && is_free; i++) is_free = listed->row[i] != k;
        if (is_free) return k;
    }
    return UINT32_MAX;
}

static void fill_between(struct eg_document_listed *listed)
{
    for (uint32_t i = 0; i < listed->n; i++) {
        uint32_t next = i, from = 0, end = listed->n_rows;
        if (listed->row[i] != UINT32_MAX) continue;
        while (next < listed->n && listed->row[next] == UINT32_MAX) next++;
        if (next < listed->n) end = listed->row[next];
        for (uint32_t k = 0; k < i; k++)
            if (listed->row[k] != UINT32_MAX) from = listed->row[k] + 1;
        listed->row[i] = free_row(listed, NULL, NULL, from, end);
    }
}

enum eg_status eg_document_match_people(struct eg_document_edit *edit,
                                        const struct eg_document_listing *listing,
                                        struct eg_document_listed *listed)
{
    struct eg_text *names = eg_arena_array(edit->arena, listed->n_rows + 1U, sizeof *names);
    if (!names) return eg_error_no_memory(edit->err, listed->n_rows * sizeof *names);
    for (uint32_t k = 0; k < listed->n_rows; k++) {
        names[k] = name_of(edit, listed->rows[k]->field[EG_CONTACT_NAME]);
        if (!names[k].data) return eg_error_no_memory(edit->err, 0);
    }
    for (uint32_t i = 0; i < listed->n; i++) listed->row[i] = UINT32_MAX;
    for (uint32_t i = 0; i < listed->n; i++) {
        struct eg_text said = EG_TEXT(""), name;
        (void)eg_json_is_text(eg_json_get(eg_json_at(listing->list, listed->item[i]), "name"), &said);
        name = name_of(edit, said);
        if (!name.data) return eg_error_no_memory(edit->err, said.len);
        listed->row[i] = free_row(listed, names, &name, 0, listed->n_rows);
    }
    fill_between(listed);
    return EG_OK;
}

/* --- contacts that go ------------------------------------------------------------------------------------------------------------ */

/* Whether a row of contacts is none that an item of its list has. */
static enum eg_status find_beyond(struct eg_document_edit *edit, const struct eg_document_listing *listing,
                                  const struct eg_record *contact, bool *is_out)
{
    struct eg_document_listed listed = {.n = 0};
    enum eg_status status = eg_document_find_listed(edit, listing, &listed);
    if (status != EG_OK) return status;
    *is_out = true;
    for (uint32_t i = 0; i < listed.n; i++)
        if (listed.row[i] != UINT32_MAX && listed.rows[listed.row[i]] == contact) *is_out = false;
    return EG_OK;
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
static enum eg_status leaves_place(struct eg_document_edit *edit, const struct eg_record *contact,
                                   struct eg_text service, bool *leaves_out)
{
    const struct eg_document_own *own = eg_document_own_named("contacts");
    struct eg_service_places places;
    eg_service_places(edit->records, service, &places);
    for (uint32_t i = 0; i < places.n; i++) {
        const struct eg_document_at at = {edit->records, service, places.link[i]->field[0],
                                          places.location[i]->field[0]};
        const struct eg_text parents[] = {at.link, at.location};
        const struct eg_json_value *object = object_of(edit->wish->document, i, at.location),
                                   *list = eg_json_get(object, "contacts");
        for (unsigned w = 0; w < EG_DOCUMENT_N_WHOSE; w++) {
            enum eg_document_whose whose = (enum eg_document_whose)w;
            struct eg_document_listing listing = {
                eg_document_own_part(own), "contacts", list, parents[w], &at, own, whose};
            bool is_here = eg_text_equal(contact->field[eg_document_own_field(own, whose)], parents[w]) &&
                           eg_document_is_own(&at, own, whose, contact);
            if (!is_here) continue;
            *leaves_out = !object && i > 0;
            return list ? find_beyond(edit, &listing, contact, leaves_out) : EG_OK;
        }
    }
    return EG_OK;
}

/* Whether the contact goes with this document: no item of its list has its row. */
static enum eg_status contact_leaves(struct eg_document_edit *edit, const struct eg_record *contact,
                                     bool *leaves_out)
{
    const struct eg_record *service = eg_records_find(edit->records, EG_RECORD_SERVICE, edit->wish->id);
    if (!service || eg_document_keeps(edit->records, edit->wish, contact)) return EG_OK;
    if (!eg_text_equal(contact->field[EG_CONTACT_SERVICE_ID], service->field[0]))
        return leaves_place(edit, contact, service->field[0], leaves_out);
    struct eg_document_listing listing = {.part = eg_document_own_part(eg_document_own_named("contacts")),
                                          .path = "contacts",
                                          .list = eg_json_get(edit->wish->document, "contacts"),
                                          .parent = service->field[0]};
    return find_beyond(edit, &listing, contact, leaves_out);
}

enum eg_status eg_document_phone_loses_contact(struct eg_document_edit *edit, const struct eg_text *field,
                                               bool *loses_out)
{
    const struct eg_record *now = eg_records_find(edit->records, EG_RECORD_PHONE, field[EG_PHONE_ID]);
    const struct eg_record *contact =
        eg_records_find(edit->records, EG_RECORD_CONTACT, field[EG_PHONE_CONTACT_ID]);
    *loses_out = false;
    if (!now || !contact) return EG_OK;
    bool is_other = !eg_text_equal(now->field[EG_PHONE_NUMBER], field[EG_PHONE_NUMBER]) &&
                    !eg_text_equal(field[EG_PHONE_VISIBILITY], EG_TEXT("private"));
    enum eg_status status = contact_leaves(edit, contact, loses_out);
    *loses_out |= is_other && eg_record_is_private(edit->records, contact);
    return status;
}

/* --- contacts that become somebody else ---------------------------------------------------------------------------------------- */

/* Another spelling is the same person's, and one who had no name gets theirs. */
static enum eg_status is_somebody_else(struct eg_document_edit *edit, struct eg_text was, struct eg_text is,
                                       bool *is_out)
{
    struct eg_text before = name_of(edit, was), after = name_of(edit, is);
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
