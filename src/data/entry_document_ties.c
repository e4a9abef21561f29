/* Who owns what in an entry's document, of which the document itself says nothing: rows that its writer does not see, and the contact whose
 * a telephone is. */
#include "data/entry_document.h"
#include "data/entry_document_parts.h"

bool eg_document_keeps(const struct eg_records *records, const struct eg_document_wish *wish,
                       const struct eg_record *row)
{
    return wish->keeps_private && eg_record_is_private(records, row);
}

/* Whether the contact is the same service's and beyond those that the document lists. */
static bool contact_leaves(const struct eg_records *records, const struct eg_document_wish *wish,
                           const struct eg_record *contact, struct eg_text service)
{
    uint32_t n, place = 0;
    if (!eg_text_equal(contact->field[EG_CONTACT_SERVICE_ID], service)) return false;
    if (eg_document_keeps(records, wish, contact)) return false;
    const struct eg_record *const *rows =
        eg_records_with(records, EG_RECORD_CONTACT, EG_CONTACT_SERVICE_ID, service, &n);
    for (uint32_t i = 0; i < n && rows[i] != contact; i++)
        place += !eg_document_keeps(records, wish, rows[i]);
    return place >= eg_json_length(eg_json_get(wish->document, "contacts"));
}

bool eg_document_phone_loses_contact(const struct eg_records *records, const struct eg_document_wish *wish,
                                     const struct eg_text *field)
{
    const struct eg_record *now = eg_records_find(records, EG_RECORD_PHONE, field[EG_PHONE_ID]);
    const struct eg_record *contact = eg_records_find(records, EG_RECORD_CONTACT, field[EG_PHONE_CONTACT_ID]);
    if (!now || !contact) return false;
    bool is_other = !eg_text_equal(now->field[EG_PHONE_NUMBER], field[EG_PHONE_NUMBER]) &&
                    !eg_text_equal(field[EG_PHONE_VISIBILITY], EG_TEXT("private"));
    return contact_leaves(records, wish, contact, field[EG_PHONE_SERVICE_ID]) ||
           (is_other && eg_record_is_private(records, contact));
}
