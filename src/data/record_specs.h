/* What tables HSDS 3.0 has, with which fields of which type, and what the profile "evenground" adds. The one place that knows:
 * reading, checking, storing and writing of records all go by it. */
#ifndef EG_DATA_RECORD_SPECS_H
#define EG_DATA_RECORD_SPECS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

enum eg_record_table {
    EG_RECORD_ORGANIZATION,
    EG_RECORD_ORGANIZATION_IDENTIFIER,
    EG_RECORD_PROGRAM,
    EG_RECORD_SERVICE,
    EG_RECORD_LOCATION,
    EG_RECORD_SERVICE_AT_LOCATION,
    EG_RECORD_SERVICE_AREA,
    EG_RECORD_ADDRESS,
    EG_RECORD_PHONE,
    EG_RECORD_CONTACT,
    EG_RECORD_SCHEDULE,
    EG_RECORD_LANGUAGE,
    EG_RECORD_ACCESSIBILITY,
    EG_RECORD_COST_OPTION,
    EG_RECORD_FUNDING,
    EG_RECORD_REQUIRED_DOCUMENT,
    EG_RECORD_TAXONOMY,
    EG_RECORD_TAXONOMY_TERM,
    EG_RECORD_ATTRIBUTE,
    EG_RECORD_METADATA,
    EG_RECORD_META_TABLE_DESCRIPTION,
    EG_N_RECORD_TABLES
};

enum eg_record_type {
    EG_RECORD_TEXT,
    EG_RECORD_ID,        /* the row's own UUID */
    EG_RECORD_REFERENCE, /* the UUID of a row of the table `to` */
    EG_RECORD_LINK,      /* the UUID of a row of the table that another field of the row names */
    EG_RECORD_NUMBER,
    EG_RECORD_DATE,      /* YYYY-MM-DD */
    EG_RECORD_DATE_TIME, /* RFC 3339 */
    EG_RECORD_WHEN,      /* either of the two, as the standard's own examples have it */
    EG_RECORD_TIME,      /* HH:MM, perhaps :SS, perhaps Z or an offset from UTC */
    EG_RECORD_URI,       /* a name of something: a scheme, a colon and more */
    EG_RECORD_URL,       /* where people are led: http or https */
    EG_RECORD_EMAIL,
    EG_RECORD_WORD /* one of `words` */
};

struct eg_record_field {
    const char *name;
    enum eg_record_type type;
    bool needed;              /* a row without it is refused */
    bool required;            /* by HSDS: written as "Not stated" where the source is silent */
    bool ours;                /* of the profile, not of HSDS */
    enum eg_record_table to;  /* of REFERENCE */
    const char *const *words; /* of WORD; ended by NULL */
};

struct eg_record_spec {
    const char *name; /* "service_area": its file of a tabular data package, its layer in a store */
    const char *list; /* "service_areas": what HSDS calls many of them inside another object */
    const struct eg_record_field *fields; /* [n_fields]; the first is "id" */
    uint32_t n_fields;
};

#define EG_RECORD_FIELDS 32U             /* the most that a table has */
#define EG_RECORD_FIELD_BYTES (1U << 20) /* in one field: polygons are long */

/* The fields of each table: indexes of its spec and of a record's texts. */
enum eg_organization_field {
    EG_ORGANIZATION_ID,
    EG_ORGANIZATION_NAME,
    EG_ORGANIZATION_ALTERNATE_NAME,
    EG_ORGANIZATION_DESCRIPTION,
    EG_ORGANIZATION_EMAIL,
    EG_ORGANIZATION_WEBSITE,
    EG_ORGANIZATION_TAX_STATUS,
    EG_ORGANIZATION_TAX_ID,
    EG_ORGANIZATION_YEAR_INCORPORATED,
    EG_ORGANIZATION_LEGAL_STATUS,
    EG_ORGANIZATION_LOGO,
    EG_ORGANIZATION_URI,
    EG_ORGANIZATION_PARENT_ORGANIZATION_ID,
    EG_ORGANIZATION_N_FIELDS
};
enum eg_organization_identifier_field {
    EG_ORGANIZATION_IDENTIFIER_ID,
    EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID,
    EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_SCHEME,
    EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_TYPE,
    EG_ORGANIZATION_IDENTIFIER_IDENTIFIER,
    EG_ORGANIZATION_IDENTIFIER_N_FIELDS
};
enum eg_program_field {
    EG_PROGRAM_ID,
    EG_PROGRAM_ORGANIZATION_ID,
    EG_PROGRAM_NAME,
    EG_PROGRAM_ALTERNATE_NAME,
    EG_PROGRAM_DESCRIPTION,
    EG_PROGRAM_N_FIELDS
};
enum eg_service_field {
    EG_SERVICE_ID,
    EG_SERVICE_ORGANIZATION_ID,
    EG_SERVICE_PROGRAM_ID,
    EG_SERVICE_NAME,
    EG_SERVICE_ALTERNATE_NAME,
    EG_SERVICE_DESCRIPTION,
    EG_SERVICE_URL,
    EG_SERVICE_EMAIL,
    EG_SERVICE_STATUS,
    EG_SERVICE_INTERPRETATION_SERVICES,
    EG_SERVICE_APPLICATION_PROCESS,
    EG_SERVICE_FEES_DESCRIPTION,
    EG_SERVICE_WAIT_TIME,
    EG_SERVICE_FEES,
    EG_SERVICE_ACCREDITATIONS,
    EG_SERVICE_ELIGIBILITY_DESCRIPTION,
    EG_SERVICE_MINIMUM_AGE,
    EG_SERVICE_MAXIMUM_AGE,
    EG_SERVICE_ASSURED_DATE,
    EG_SERVICE_ASSURER_EMAIL,
    EG_SERVICE_LICENSES,
    EG_SERVICE_ALERT,
    EG_SERVICE_LAST_MODIFIED,
    EG_SERVICE_KIND,
    EG_SERVICE_SOURCE_KEY,
    EG_SERVICE_N_FIELDS
};
enum eg_location_field {
    EG_LOCATION_ID,
    EG_LOCATION_LOCATION_TYPE,
    EG_LOCATION_URL,
    EG_LOCATION_ORGANIZATION_ID,
    EG_LOCATION_NAME,
    EG_LOCATION_ALTERNATE_NAME,
    EG_LOCATION_DESCRIPTION,
    EG_LOCATION_TRANSPORTATION,
    EG_LOCATION_LATITUDE,
    EG_LOCATION_LONGITUDE,
    EG_LOCATION_EXTERNAL_IDENTIFIER,
    EG_LOCATION_EXTERNAL_IDENTIFIER_TYPE,
    EG_LOCATION_N_FIELDS
};
enum eg_service_at_location_field {
    EG_SERVICE_AT_LOCATION_ID,
    EG_SERVICE_AT_LOCATION_SERVICE_ID,
    EG_SERVICE_AT_LOCATION_LOCATION_ID,
    EG_SERVICE_AT_LOCATION_DESCRIPTION,
    EG_SERVICE_AT_LOCATION_N_FIELDS
};
enum eg_service_area_field {
    EG_SERVICE_AREA_ID,
    EG_SERVICE_AREA_SERVICE_ID,
    EG_SERVICE_AREA_NAME,
    EG_SERVICE_AREA_DESCRIPTION,
    EG_SERVICE_AREA_EXTENT,
    EG_SERVICE_AREA_EXTENT_TYPE,
    EG_SERVICE_AREA_URI,
    EG_SERVICE_AREA_BOUNDARIES,
    EG_SERVICE_AREA_AREA_CODES,
    EG_SERVICE_AREA_N_FIELDS
};
enum eg_address_field {
    EG_ADDRESS_ID,
    EG_ADDRESS_LOCATION_ID,
    EG_ADDRESS_ATTENTION,
    EG_ADDRESS_ADDRESS_1,
    EG_ADDRESS_ADDRESS_2,
    EG_ADDRESS_CITY,
    EG_ADDRESS_REGION,
    EG_ADDRESS_STATE_PROVINCE,
    EG_ADDRESS_POSTAL_CODE,
    EG_ADDRESS_COUNTRY,
    EG_ADDRESS_ADDRESS_TYPE,
    EG_ADDRESS_N_FIELDS
};
enum eg_phone_field {
    EG_PHONE_ID,
    EG_PHONE_LOCATION_ID,
    EG_PHONE_SERVICE_ID,
    EG_PHONE_ORGANIZATION_ID,
    EG_PHONE_CONTACT_ID,
    EG_PHONE_SERVICE_AT_LOCATION_ID,
    EG_PHONE_NUMBER,
    EG_PHONE_EXTENSION,
    EG_PHONE_TYPE,
    EG_PHONE_DESCRIPTION,
    EG_PHONE_VISIBILITY,
    EG_PHONE_N_FIELDS
};
enum eg_contact_field {
    EG_CONTACT_ID,
    EG_CONTACT_ORGANIZATION_ID,
    EG_CONTACT_SERVICE_ID,
    EG_CONTACT_SERVICE_AT_LOCATION_ID,
    EG_CONTACT_LOCATION_ID,
    EG_CONTACT_NAME,
    EG_CONTACT_TITLE,
    EG_CONTACT_DEPARTMENT,
    EG_CONTACT_EMAIL,
    EG_CONTACT_VISIBILITY,
    EG_CONTACT_N_FIELDS
};
enum eg_schedule_field {
    EG_SCHEDULE_ID,
    EG_SCHEDULE_SERVICE_ID,
    EG_SCHEDULE_LOCATION_ID,
    EG_SCHEDULE_SERVICE_AT_LOCATION_ID,
    EG_SCHEDULE_VALID_FROM,
    EG_SCHEDULE_VALID_TO,
    EG_SCHEDULE_DTSTART,
    EG_SCHEDULE_TIMEZONE,
    EG_SCHEDULE_UNTIL,
    EG_SCHEDULE_COUNT,
    EG_SCHEDULE_WKST,
    EG_SCHEDULE_FREQ,
    EG_SCHEDULE_INTERVAL,
    EG_SCHEDULE_BYDAY,
    EG_SCHEDULE_BYWEEKNO,
    EG_SCHEDULE_BYMONTHDAY,
    EG_SCHEDULE_BYYEARDAY,
    EG_SCHEDULE_DESCRIPTION,
    EG_SCHEDULE_OPENS_AT,
    EG_SCHEDULE_CLOSES_AT,
    EG_SCHEDULE_SCHEDULE_LINK,
    EG_SCHEDULE_ATTENDING_TYPE,
    EG_SCHEDULE_NOTES,
    EG_SCHEDULE_N_FIELDS
};
enum eg_language_field {
    EG_LANGUAGE_ID,
    EG_LANGUAGE_SERVICE_ID,
    EG_LANGUAGE_LOCATION_ID,
    EG_LANGUAGE_PHONE_ID,
    EG_LANGUAGE_NAME,
    EG_LANGUAGE_CODE,
    EG_LANGUAGE_NOTE,
    EG_LANGUAGE_N_FIELDS
};
enum eg_accessibility_field {
    EG_ACCESSIBILITY_ID,
    EG_ACCESSIBILITY_LOCATION_ID,
    EG_ACCESSIBILITY_DESCRIPTION,
    EG_ACCESSIBILITY_DETAILS,
    EG_ACCESSIBILITY_URL,
    EG_ACCESSIBILITY_N_FIELDS
};
enum eg_cost_option_field {
    EG_COST_OPTION_ID,
    EG_COST_OPTION_SERVICE_ID,
    EG_COST_OPTION_VALID_FROM,
    EG_COST_OPTION_VALID_TO,
    EG_COST_OPTION_OPTION,
    EG_COST_OPTION_CURRENCY,
    EG_COST_OPTION_AMOUNT,
    EG_COST_OPTION_AMOUNT_DESCRIPTION,
    EG_COST_OPTION_N_FIELDS
};
enum eg_funding_field {
    EG_FUNDING_ID,
    EG_FUNDING_ORGANIZATION_ID,
    EG_FUNDING_SERVICE_ID,
    EG_FUNDING_SOURCE,
    EG_FUNDING_AMOUNT,
    EG_FUNDING_CURRENCY,
    EG_FUNDING_VALID_FROM,
    EG_FUNDING_VALID_TO,
    EG_FUNDING_TITLE,
    EG_FUNDING_IDENTIFIER,
    EG_FUNDING_AWARD_DATE,
    EG_FUNDING_SOURCE_IDENTIFIER,
    EG_FUNDING_N_FIELDS
};
enum eg_required_document_field {
    EG_REQUIRED_DOCUMENT_ID,
    EG_REQUIRED_DOCUMENT_SERVICE_ID,
    EG_REQUIRED_DOCUMENT_DOCUMENT,
    EG_REQUIRED_DOCUMENT_URI,
    EG_REQUIRED_DOCUMENT_N_FIELDS
};
enum eg_taxonomy_field {
    EG_TAXONOMY_ID,
    EG_TAXONOMY_NAME,
    EG_TAXONOMY_DESCRIPTION,
    EG_TAXONOMY_URI,
    EG_TAXONOMY_VERSION,
    EG_TAXONOMY_N_FIELDS
};
enum eg_taxonomy_term_field {
    EG_TAXONOMY_TERM_ID,
    EG_TAXONOMY_TERM_CODE,
    EG_TAXONOMY_TERM_NAME,
    EG_TAXONOMY_TERM_DESCRIPTION,
    EG_TAXONOMY_TERM_PARENT_ID,
    EG_TAXONOMY_TERM_TAXONOMY,
    EG_TAXONOMY_TERM_LANGUAGE,
    EG_TAXONOMY_TERM_TAXONOMY_ID,
    EG_TAXONOMY_TERM_TERM_URI,
    EG_TAXONOMY_TERM_N_FIELDS
};
enum eg_attribute_field {
    EG_ATTRIBUTE_ID,
    EG_ATTRIBUTE_LINK_ID,
    EG_ATTRIBUTE_TAXONOMY_TERM_ID,
    EG_ATTRIBUTE_LINK_TYPE,
    EG_ATTRIBUTE_LINK_ENTITY,
    EG_ATTRIBUTE_VALUE,
    EG_ATTRIBUTE_N_FIELDS
};
enum eg_metadata_field {
    EG_METADATA_ID,
    EG_METADATA_RESOURCE_ID,
    EG_METADATA_RESOURCE_TYPE,
    EG_METADATA_LAST_ACTION_DATE,
    EG_METADATA_LAST_ACTION_TYPE,
    EG_METADATA_FIELD_NAME,
    EG_METADATA_PREVIOUS_VALUE,
    EG_METADATA_REPLACEMENT_VALUE,
    EG_METADATA_UPDATED_BY,
    EG_METADATA_N_FIELDS
};
enum eg_meta_table_description_field {
    EG_META_TABLE_DESCRIPTION_ID,
    EG_META_TABLE_DESCRIPTION_NAME,
    EG_META_TABLE_DESCRIPTION_LANGUAGE,
    EG_META_TABLE_DESCRIPTION_CHARACTER_SET,
    EG_META_TABLE_DESCRIPTION_N_FIELDS
};

/* Never NULL. */
const struct eg_record_spec *eg_record_spec(enum eg_record_table table);
/* EG_N_RECORD_TABLES for an unknown name. */
enum eg_record_table eg_record_table_named(struct eg_text name);
/* The field's index, or UINT32_MAX. */
uint32_t eg_record_field_named(enum eg_record_table table, struct eg_text name);

/* Whether a field holds the id of another row. */
bool eg_record_refers(const struct eg_record_field *field);

/* Whether a text has the form of a type (not WORD) as it may come in. */
bool eg_record_text_is(enum eg_record_type type, struct eg_text text);

/* A number in its one form, as every set of records has it and a store gives it back: "45" for "45.00", at most 15 digits. In `room`; what is
 * no number comes back as it is. */
#define EG_RECORD_NUMBER_BYTES 32U
struct eg_text eg_record_number(struct eg_text text, char room[EG_RECORD_NUMBER_BYTES]);

/* One record by itself: what is needed is there, forms are right. EG_INVALID with the field's name and what it should be. */
EG_MUST_CHECK enum eg_status eg_record_check(enum eg_record_table table, const struct eg_text *field,
                                             struct eg_error *err);
/* The same of what comes in by a document or a file, where an address that people are to follow must be one of the web. A store that another
 * program has filled with others is shown nonetheless: no page makes a link of them. */
EG_MUST_CHECK enum eg_status eg_record_check_incoming(enum eg_record_table table, const struct eg_text *field,
                                                      struct eg_error *err);

#endif
