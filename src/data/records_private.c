/* What is private, for whatever shows, exports or keeps records: nobody else looks at a visibility to decide it. */
#include "data/records.h"

static bool says_private(struct eg_text visibility)
{
    return eg_text_equal(visibility, EG_TEXT("private"));
}

static bool contact_is_private(const struct eg_records *records, struct eg_text id)
{
    const struct eg_record *contact = id.len > 0 ? eg_records_find(records, EG_RECORD_CONTACT, id) : NULL;
    return contact && says_private(contact->field[EG_CONTACT_VISIBILITY]);
}

static bool phone_row_is_private(const struct eg_records *records, const struct eg_record *phone)
{
    return says_private(phone->field[EG_PHONE_VISIBILITY]) ||
           contact_is_private(records, phone->field[EG_PHONE_CONTACT_ID]);
}

static bool phone_is_private(const struct eg_records *records, struct eg_text id)
{
    const struct eg_record *phone = id.len > 0 ? eg_records_find(records, EG_RECORD_PHONE, id) : NULL;
    return phone && phone_row_is_private(records, phone);
}

static bool language_is_private(const struct eg_records *records, struct eg_text id)
{
    const struct eg_record *language = id.len > 0 ? eg_records_find(records, EG_RECORD_LANGUAGE, id) : NULL;
    return language && phone_is_private(records, language->field[EG_LANGUAGE_PHONE_ID]);
}

/* What an attribute or a line of metadata is about; ids are UUIDs, so the table need not be asked. */
static bool subject_is_private(const struct eg_records *records, struct eg_text id)
{
    return contact_is_private(records, id) || phone_is_private(records, id) ||
           language_is_private(records, id);
}

bool eg_record_is_private(const struct eg_records *records, const struct eg_record *row)
{
    const struct eg_record *attribute;
    switch (row->table) {
    case EG_RECORD_CONTACT:
        return says_private(row->field[EG_CONTACT_VISIBILITY]);
    case EG_RECORD_PHONE:
        return phone_row_is_private(records, row);
    case EG_RECORD_LANGUAGE:
        return phone_is_private(records, row->field[EG_LANGUAGE_PHONE_ID]);
    case EG_RECORD_ATTRIBUTE:
        return subject_is_private(records, row->field[EG_ATTRIBUTE_LINK_ID]);
    case EG_RECORD_METADATA:
        attribute = eg_records_find(records, EG_RECORD_ATTRIBUTE, row->field[EG_METADATA_RESOURCE_ID]);
        if (attribute) return subject_is_private(records, attribute->field[EG_ATTRIBUTE_LINK_ID]);
        return subject_is_private(records, row->field[EG_METADATA_RESOURCE_ID]);
    default:
        return false;
    }
}
