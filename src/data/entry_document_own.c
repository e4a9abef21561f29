/* What a place of an entry has of its own: telephones, people and hours, of the entry there (rows that refer to its service_at_location) or of
 * the location itself, whatever is there; and the languages of the location. In a document both stand in one list, and each item says whose
 * it is, since an item that would pass from the one to the other by its place in the list would be lost to all others at the location. */
#include <stdio.h>
#include <string.h>

#include "data/entry_document_edit.h"

const struct eg_document_own eg_document_owns[EG_DOCUMENT_N_OWN] = {
    {EG_RECORD_PHONE, EG_PHONE_SERVICE_ID, EG_PHONE_SERVICE_AT_LOCATION_ID, EG_PHONE_LOCATION_ID},
    {EG_RECORD_CONTACT, EG_CONTACT_SERVICE_ID, EG_CONTACT_SERVICE_AT_LOCATION_ID, EG_CONTACT_LOCATION_ID},
    {EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_ID, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, EG_SCHEDULE_LOCATION_ID},
    {EG_RECORD_LANGUAGE, EG_LANGUAGE_SERVICE_ID, UINT32_MAX, EG_LANGUAGE_LOCATION_ID},
};

const struct eg_document_part *eg_document_own_part(const struct eg_document_own *own)
{
    uint32_t i = 0;
    while (eg_document_lists[i].table != own->table) i++;
    return &eg_document_lists[i];
}

const struct eg_document_own *eg_document_own_named(const char *name)
{
    for (uint32_t i = 0; i < EG_DOCUMENT_N_OWN; i++)
        if (strcmp(eg_document_own_part(&eg_document_owns[i])->name, name) == 0) return &eg_document_owns[i];
    return NULL;
}

/* --- whose a row is ----------------------------------------------------------------------------------------------------------- */

uint32_t eg_document_own_field(const struct eg_document_own *own, enum eg_document_whose whose)
{
    return whose == EG_DOCUMENT_OF_ENTRY_THERE ? own->link : own->location;
}

const struct eg_record *const *eg_document_own_rows(const struct eg_document_at *at,
                                                    const struct eg_document_own *own,
                                                    enum eg_document_whose whose, uint32_t *n_out)
{
    uint32_t field = eg_document_own_field(own, whose);
    *n_out = 0;
    if (field == UINT32_MAX) return NULL;
    return eg_records_with(at->records, own->table, field,
                           whose == EG_DOCUMENT_OF_ENTRY_THERE ? at->link : at->location, n_out);
}

bool eg_document_is_own(const struct eg_document_at *at, const struct eg_document_own *own,
                        enum eg_document_whose whose, const struct eg_record *row)
{
    if (eg_text_equal(row->field[own->service], at->service)) return false;
    if (whose == EG_DOCUMENT_OF_ENTRY_THERE || own->link == UINT32_MAX) return true;
    const struct eg_record *link =
        eg_records_find(at->records, EG_RECORD_SERVICE_AT_LOCATION, row->field[own->link]);
    return !link || !eg_text_equal(link->field[EG_SERVICE_AT_LOCATION_SERVICE_ID], at->service);
}

bool eg_document_listing_has(const struct eg_document_listing *listing, const struct eg_json_value *item)
{
    if (!listing->at || listing->own->link == UINT32_MAX) return true;
    return (eg_json_get(item, EG_DOCUMENT_OF) != NULL) == (listing->whose == EG_DOCUMENT_OF_PLACE);
}

/* --- types ------------------------------------------------------------------------------------------------------------------------ */

static enum eg_status check_item(struct eg_document_edit *edit, const struct eg_document_own *own,
                                 const struct eg_json_value *item, const char *path)
{
    const struct eg_document_place at = {path, UINT32_MAX};
    const struct eg_json_value *of = eg_json_get(item, EG_DOCUMENT_OF);
    struct eg_text whose = {0};
    if (!eg_json_is_object(item))
        return eg_document_at_fault(edit, (struct eg_document_place){NULL, 0}, path, "has to be an object");
    if (!of) return EG_OK;
    if (own->link == UINT32_MAX)
        return eg_document_at_fault(edit, at, EG_DOCUMENT_OF, "is no member of this document");
    if (!eg_json_is_text(of, &whose) || !eg_text_equal(whose, EG_TEXT(EG_DOCUMENT_OF_LOCATION)))
        return eg_document_at_fault(edit, at, EG_DOCUMENT_OF,
                                    "has to be 'location', or left out for what is of this entry there");
    return EG_OK;
}

static enum eg_status check_list(struct eg_document_edit *edit, const struct eg_document_own *own,
                                 const struct eg_json_value *list, const char *path)
{
    enum eg_status status = EG_OK;
    if (list && !eg_json_is_array(list))
        return eg_document_at_fault(edit, (struct eg_document_place){NULL, 0}, path, "has to be a list");
    for (size_t i = 0; i < eg_json_length(list) && status == EG_OK; i++) {
        char item[96];
        (void)snprintf(item, sizeof item, "%s[%zu]", path, i);
        status = check_item(edit, own, eg_json_at(list, i), item);
    }
    return status;
}

enum eg_status eg_document_check_own(struct eg_document_edit *edit, const struct eg_json_value *object,
                                     const char *path)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < EG_DOCUMENT_N_OWN && status == EG_OK; i++) {
        const struct eg_document_part *part = eg_document_own_part(&eg_document_owns[i]);
        char list[64];
        (void)snprintf(list, sizeof list, "%s.%s", path, part->name);
        status = check_list(edit, &eg_document_owns[i], eg_json_get(object, part->name), list);
    }
    return status;
}

/* --- rows ------------------------------------------------------------------------------------------------------------------------- */

static enum eg_status read_list(struct eg_document_edit *edit, const struct eg_document_at *at,
                                const struct eg_document_own *own, const struct eg_json_value *list,
                                const char *path)
{
    enum eg_status status = EG_OK;
    for (unsigned whose = 0; whose < EG_DOCUMENT_N_WHOSE && status == EG_OK; whose++) {
        struct eg_document_listing listing = {.part = eg_document_own_part(own),
                                              .path = path,
                                              .list = list,
                                              .parent = whose == EG_DOCUMENT_OF_ENTRY_THERE ? at->link
                                                                                            : at->location,
                                              .at = at,
                                              .own = own,
                                              .whose = (enum eg_document_whose)whose};
        if (eg_document_own_field(own, listing.whose) != UINT32_MAX)
            status = eg_document_read_list(edit, &listing);
    }
    return status;
}

enum eg_status eg_document_read_own(struct eg_document_edit *edit, const struct eg_document_at *at,
                                    const struct eg_json_value *object, const char *path)
{
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < EG_DOCUMENT_N_OWN && status == EG_OK; i++) {
        const char *name = eg_document_own_part(&eg_document_owns[i])->name;
        const struct eg_json_value *list = eg_json_get(object, name);
        char full[64];
        if (!list) continue;
        (void)snprintf(full, sizeof full, "%s.%s", path, name);
        status = read_list(edit, at, &eg_document_owns[i], list, full);
    }
    return status;
}
