/* The tables of HSDS 3.0, from its JSON Schemas (https://github.com/openreferral/specification, 3.0; CC BY-SA 4.0 for the text, of
 * which only names are here). tests/conformance compares them with the schemas. */
#include "data/record_specs.h"

#include <string.h>

static const char *const statuses[] = {"active", "inactive", "defunct", "temporarily closed", NULL};
static const char *const places[] = {"physical", "postal", "virtual", NULL};
static const char *const weekdays[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU", NULL};
static const char *const frequencies[] = {"WEEKLY", "MONTHLY", NULL};
static const char *const visibilities[] = {"public", "private", NULL};
static const char *const kinds[] = {"coalition", "hub",      "officer_base", "partnership",
                                    "grant",     "training", "service",      NULL};

#define ID                                                                                                   \
    {                                                                                                        \
        .name = "id", .type = EG_RECORD_ID, .needed = true, .required = true                                 \
    }

/* clang-format off: one field a line reads best */

static const struct eg_record_field organization_fields[] = {
    [EG_ORGANIZATION_ID] = ID,
    [EG_ORGANIZATION_NAME] = {.name = "name", .type = EG_RECORD_TEXT, .needed = true, .required = true},
    [EG_ORGANIZATION_ALTERNATE_NAME] = {.name = "alternate_name", .type = EG_RECORD_TEXT},
    [EG_ORGANIZATION_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT, .required = true},
    [EG_ORGANIZATION_EMAIL] = {.name = "email", .type = EG_RECORD_EMAIL},
    [EG_ORGANIZATION_WEBSITE] = {.name = "website", .type = EG_RECORD_URL},
    [EG_ORGANIZATION_TAX_STATUS] = {.name = "tax_status", .type = EG_RECORD_TEXT},
    [EG_ORGANIZATION_TAX_ID] = {.name = "tax_id", .type = EG_RECORD_TEXT},
    [EG_ORGANIZATION_YEAR_INCORPORATED] = {.name = "year_incorporated", .type = EG_RECORD_NUMBER},
    [EG_ORGANIZATION_LEGAL_STATUS] = {.name = "legal_status", .type = EG_RECORD_TEXT},
    [EG_ORGANIZATION_LOGO] = {.name = "logo", .type = EG_RECORD_TEXT},
    [EG_ORGANIZATION_URI] = {.name = "uri", .type = EG_RECORD_URI},
    [EG_ORGANIZATION_PARENT_ORGANIZATION_ID] = {.name = "parent_organization_id",
                                                .type = EG_RECORD_REFERENCE,
                                                .to = EG_RECORD_ORGANIZATION},
};

static const struct eg_record_field organization_identifier_fields[] = {
    [EG_ORGANIZATION_IDENTIFIER_ID] = ID,
    [EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID] = {.name = "organization_id",
                                                    .type = EG_RECORD_REFERENCE,
                                                    .to = EG_RECORD_ORGANIZATION,
                                                    .needed = true},
    [EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_SCHEME] = {.name = "identifier_scheme", .type = EG_RECORD_TEXT},
    [EG_ORGANIZATION_IDENTIFIER_IDENTIFIER_TYPE] = {.name = "identifier_type",
                                                    .type = EG_RECORD_TEXT,
                                                    .required = true},
    [EG_ORGANIZATION_IDENTIFIER_IDENTIFIER] = {.name = "identifier",
                                               .type = EG_RECORD_TEXT,
                                               .needed = true,
                                               .required = true},
};

static const struct eg_record_field program_fields[] = {
    [EG_PROGRAM_ID] = ID,
    [EG_PROGRAM_ORGANIZATION_ID] = {.name = "organization_id",
                                    .type = EG_RECORD_REFERENCE,
                                    .to = EG_RECORD_ORGANIZATION},
    [EG_PROGRAM_NAME] = {.name = "name", .type = EG_RECORD_TEXT, .needed = true, .required = true},
    [EG_PROGRAM_ALTERNATE_NAME] = {.name = "alternate_name", .type = EG_RECORD_TEXT},
    [EG_PROGRAM_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT, .required = true},
};

static const struct eg_record_field service_fields[] = {
    [EG_SERVICE_ID] = ID,
    [EG_SERVICE_ORGANIZATION_ID] = {.name = "organization_id",
                                    .type = EG_RECORD_REFERENCE,
                                    .to = EG_RECORD_ORGANIZATION},
    [EG_SERVICE_PROGRAM_ID] = {.name = "program_id", .type = EG_RECORD_REFERENCE, .to = EG_RECORD_PROGRAM},
    [EG_SERVICE_NAME] = {.name = "name", .type = EG_RECORD_TEXT, .needed = true, .required = true},
    [EG_SERVICE_ALTERNATE_NAME] = {.name = "alternate_name", .type = EG_RECORD_TEXT},
    [EG_SERVICE_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT},
    [EG_SERVICE_URL] = {.name = "url", .type = EG_RECORD_URL},
    [EG_SERVICE_EMAIL] = {.name = "email", .type = EG_RECORD_EMAIL},
    [EG_SERVICE_STATUS] =
        {.name = "status", .type = EG_RECORD_WORD, .words = statuses, .needed = true, .required = true},
    [EG_SERVICE_INTERPRETATION_SERVICES] = {.name = "interpretation_services", .type = EG_RECORD_TEXT},
    [EG_SERVICE_APPLICATION_PROCESS] = {.name = "application_process", .type = EG_RECORD_TEXT},
    [EG_SERVICE_FEES_DESCRIPTION] = {.name = "fees_description", .type = EG_RECORD_TEXT},
    [EG_SERVICE_WAIT_TIME] = {.name = "wait_time", .type = EG_RECORD_TEXT},
    [EG_SERVICE_FEES] = {.name = "fees", .type = EG_RECORD_TEXT},
    [EG_SERVICE_ACCREDITATIONS] = {.name = "accreditations", .type = EG_RECORD_TEXT},
    [EG_SERVICE_ELIGIBILITY_DESCRIPTION] = {.name = "eligibility_description", .type = EG_RECORD_TEXT},
    [EG_SERVICE_MINIMUM_AGE] = {.name = "minimum_age", .type = EG_RECORD_NUMBER},
    [EG_SERVICE_MAXIMUM_AGE] = {.name = "maximum_age", .type = EG_RECORD_NUMBER},
    [EG_SERVICE_ASSURED_DATE] = {.name = "assured_date", .type = EG_RECORD_DATE},
    [EG_SERVICE_ASSURER_EMAIL] = {.name = "assurer_email", .type = EG_RECORD_EMAIL},
    [EG_SERVICE_LICENSES] = {.name = "licenses", .type = EG_RECORD_TEXT},
    [EG_SERVICE_ALERT] = {.name = "alert", .type = EG_RECORD_TEXT},
    [EG_SERVICE_LAST_MODIFIED] = {.name = "last_modified", .type = EG_RECORD_DATE_TIME},
    [EG_SERVICE_KIND] = {.name = "kind", .type = EG_RECORD_WORD, .words = kinds, .ours = true},
    [EG_SERVICE_SOURCE_KEY] = {.name = "source_key", .type = EG_RECORD_TEXT, .ours = true},
};

static const struct eg_record_field location_fields[] = {
    [EG_LOCATION_ID] = ID,
    [EG_LOCATION_LOCATION_TYPE] =
        {.name = "location_type", .type = EG_RECORD_WORD, .words = places, .needed = true, .required = true},
    [EG_LOCATION_URL] = {.name = "url", .type = EG_RECORD_URL},
    [EG_LOCATION_ORGANIZATION_ID] = {.name = "organization_id",
                                     .type = EG_RECORD_REFERENCE,
                                     .to = EG_RECORD_ORGANIZATION},
    [EG_LOCATION_NAME] = {.name = "name", .type = EG_RECORD_TEXT},
    [EG_LOCATION_ALTERNATE_NAME] = {.name = "alternate_name", .type = EG_RECORD_TEXT},
    [EG_LOCATION_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT},
    [EG_LOCATION_TRANSPORTATION] = {.name = "transportation", .type = EG_RECORD_TEXT},
    [EG_LOCATION_LATITUDE] = {.name = "latitude", .type = EG_RECORD_NUMBER},
    [EG_LOCATION_LONGITUDE] = {.name = "longitude", .type = EG_RECORD_NUMBER},
    [EG_LOCATION_EXTERNAL_IDENTIFIER] = {.name = "external_identifier", .type = EG_RECORD_TEXT},
    [EG_LOCATION_EXTERNAL_IDENTIFIER_TYPE] = {.name = "external_identifier_type", .type = EG_RECORD_TEXT},
};

static const struct eg_record_field service_at_location_fields[] = {
    [EG_SERVICE_AT_LOCATION_ID] = ID,
    [EG_SERVICE_AT_LOCATION_SERVICE_ID] = {.name = "service_id",
                                           .type = EG_RECORD_REFERENCE,
                                           .to = EG_RECORD_SERVICE,
                                           .needed = true},
    [EG_SERVICE_AT_LOCATION_LOCATION_ID] = {.name = "location_id",
                                            .type = EG_RECORD_REFERENCE,
                                            .to = EG_RECORD_LOCATION,
                                            .needed = true},
    [EG_SERVICE_AT_LOCATION_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT},
};

static const struct eg_record_field service_area_fields[] = {
    [EG_SERVICE_AREA_ID] = ID,
    [EG_SERVICE_AREA_SERVICE_ID] = {.name = "service_id",
                                    .type = EG_RECORD_REFERENCE,
                                    .to = EG_RECORD_SERVICE,
                                    .needed = true},
    [EG_SERVICE_AREA_NAME] = {.name = "name", .type = EG_RECORD_TEXT},
    [EG_SERVICE_AREA_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT},
    [EG_SERVICE_AREA_EXTENT] = {.name = "extent", .type = EG_RECORD_TEXT},
    [EG_SERVICE_AREA_EXTENT_TYPE] = {.name = "extent_type", .type = EG_RECORD_TEXT},
    [EG_SERVICE_AREA_URI] = {.name = "uri", .type = EG_RECORD_TEXT},
    [EG_SERVICE_AREA_BOUNDARIES] = {.name = "boundaries", .type = EG_RECORD_TEXT, .ours = true},
    [EG_SERVICE_AREA_AREA_CODES] = {.name = "area_codes", .type = EG_RECORD_TEXT, .ours = true},
};

static const struct eg_record_field address_fields[] = {
    [EG_ADDRESS_ID] = ID,
    [EG_ADDRESS_LOCATION_ID] = {.name = "location_id",
                                .type = EG_RECORD_REFERENCE,
                                .to = EG_RECORD_LOCATION,
                                .needed = true},
    [EG_ADDRESS_ATTENTION] = {.name = "attention", .type = EG_RECORD_TEXT},
    [EG_ADDRESS_ADDRESS_1] = {.name = "address_1", .type = EG_RECORD_TEXT, .required = true},
    [EG_ADDRESS_ADDRESS_2] = {.name = "address_2", .type = EG_RECORD_TEXT},
    [EG_ADDRESS_CITY] = {.name = "city", .type = EG_RECORD_TEXT, .required = true},
    [EG_ADDRESS_REGION] = {.name = "region", .type = EG_RECORD_TEXT},
    [EG_ADDRESS_STATE_PROVINCE] = {.name = "state_province", .type = EG_RECORD_TEXT, .required = true},
    [EG_ADDRESS_POSTAL_CODE] = {.name = "postal_code", .type = EG_RECORD_TEXT, .required = true},
    [EG_ADDRESS_COUNTRY] = {.name = "country", .type = EG_RECORD_TEXT, .required = true},
    [EG_ADDRESS_ADDRESS_TYPE] =
        {.name = "address_type", .type = EG_RECORD_WORD, .words = places, .needed = true, .required = true},
};

static const struct eg_record_field phone_fields[] = {
    [EG_PHONE_ID] = ID,
    [EG_PHONE_LOCATION_ID] = {.name = "location_id", .type = EG_RECORD_REFERENCE, .to = EG_RECORD_LOCATION},
    [EG_PHONE_SERVICE_ID] = {.name = "service_id", .type = EG_RECORD_REFERENCE, .to = EG_RECORD_SERVICE},
    [EG_PHONE_ORGANIZATION_ID] = {.name = "organization_id",
                                  .type = EG_RECORD_REFERENCE,
                                  .to = EG_RECORD_ORGANIZATION},
    [EG_PHONE_CONTACT_ID] = {.name = "contact_id", .type = EG_RECORD_REFERENCE, .to = EG_RECORD_CONTACT},
    [EG_PHONE_SERVICE_AT_LOCATION_ID] = {.name = "service_at_location_id",
                                         .type = EG_RECORD_REFERENCE,
                                         .to = EG_RECORD_SERVICE_AT_LOCATION},
    [EG_PHONE_NUMBER] = {.name = "number", .type = EG_RECORD_TEXT, .needed = true, .required = true},
    [EG_PHONE_EXTENSION] = {.name = "extension", .type = EG_RECORD_NUMBER},
    [EG_PHONE_TYPE] = {.name = "type", .type = EG_RECORD_TEXT},
    [EG_PHONE_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT},
    [EG_PHONE_VISIBILITY] = {.name = "visibility",
                             .type = EG_RECORD_WORD,
                             .words = visibilities,
                             .ours = true},
};

static const struct eg_record_field contact_fields[] = {
    [EG_CONTACT_ID] = ID,
    [EG_CONTACT_ORGANIZATION_ID] = {.name = "organization_id",
                                    .type = EG_RECORD_REFERENCE,
                                    .to = EG_RECORD_ORGANIZATION},
    [EG_CONTACT_SERVICE_ID] = {.name = "service_id", .type = EG_RECORD_REFERENCE, .to = EG_RECORD_SERVICE},
    [EG_CONTACT_SERVICE_AT_LOCATION_ID] = {.name = "service_at_location_id",
                                           .type = EG_RECORD_REFERENCE,
                                           .to = EG_RECORD_SERVICE_AT_LOCATION},
    [EG_CONTACT_LOCATION_ID] = {.name = "location_id", .type = EG_RECORD_REFERENCE, .to = EG_RECORD_LOCATION},
    [EG_CONTACT_NAME] = {.name = "name", .type = EG_RECORD_TEXT},
    [EG_CONTACT_TITLE] = {.name = "title", .type = EG_RECORD_TEXT},
    [EG_CONTACT_DEPARTMENT] = {.name = "department", .type = EG_RECORD_TEXT},
    [EG_CONTACT_EMAIL] = {.name = "email", .type = EG_RECORD_EMAIL},
    [EG_CONTACT_VISIBILITY] = {.name = "visibility",
                               .type = EG_RECORD_WORD,
                               .words = visibilities,
                               .ours = true},
};

static const struct eg_record_field schedule_fields[] = {
    [EG_SCHEDULE_ID] = ID,
    [EG_SCHEDULE_SERVICE_ID] = {.name = "service_id", .type = EG_RECORD_REFERENCE, .to = EG_RECORD_SERVICE},
    [EG_SCHEDULE_LOCATION_ID] = {.name = "location_id",
                                 .type = EG_RECORD_REFERENCE,
                                 .to = EG_RECORD_LOCATION},
    [EG_SCHEDULE_SERVICE_AT_LOCATION_ID] = {.name = "service_at_location_id",
                                            .type = EG_RECORD_REFERENCE,
                                            .to = EG_RECORD_SERVICE_AT_LOCATION},
    [EG_SCHEDULE_VALID_FROM] = {.name = "valid_from", .type = EG_RECORD_DATE},
    [EG_SCHEDULE_VALID_TO] = {.name = "valid_to", .type = EG_RECORD_DATE},
    [EG_SCHEDULE_DTSTART] = {.name = "dtstart", .type = EG_RECORD_DATE},
    [EG_SCHEDULE_TIMEZONE] = {.name = "timezone", .type = EG_RECORD_NUMBER},
    [EG_SCHEDULE_UNTIL] = {.name = "until", .type = EG_RECORD_DATE},
    [EG_SCHEDULE_COUNT] = {.name = "count", .type = EG_RECORD_NUMBER},
    [EG_SCHEDULE_WKST] = {.name = "wkst", .type = EG_RECORD_WORD, .words = weekdays},
    [EG_SCHEDULE_FREQ] = {.name = "freq", .type = EG_RECORD_WORD, .words = frequencies},
    [EG_SCHEDULE_INTERVAL] = {.name = "interval", .type = EG_RECORD_NUMBER},
    [EG_SCHEDULE_BYDAY] = {.name = "byday", .type = EG_RECORD_TEXT},
    [EG_SCHEDULE_BYWEEKNO] = {.name = "byweekno", .type = EG_RECORD_TEXT},
    [EG_SCHEDULE_BYMONTHDAY] = {.name = "bymonthday", .type = EG_RECORD_TEXT},
    [EG_SCHEDULE_BYYEARDAY] = {.name = "byyearday", .type = EG_RECORD_TEXT},
    [EG_SCHEDULE_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT},
    [EG_SCHEDULE_OPENS_AT] = {.name = "opens_at", .type = EG_RECORD_TIME},
    [EG_SCHEDULE_CLOSES_AT] = {.name = "closes_at", .type = EG_RECORD_TIME},
    [EG_SCHEDULE_SCHEDULE_LINK] = {.name = "schedule_link", .type = EG_RECORD_URL},
    [EG_SCHEDULE_ATTENDING_TYPE] = {.name = "attending_type", .type = EG_RECORD_TEXT},
    [EG_SCHEDULE_NOTES] = {.name = "notes", .type = EG_RECORD_TEXT},
};

static const struct eg_record_field language_fields[] = {
    [EG_LANGUAGE_ID] = ID,
    [EG_LANGUAGE_SERVICE_ID] = {.name = "service_id", .type = EG_RECORD_REFERENCE, .to = EG_RECORD_SERVICE},
    [EG_LANGUAGE_LOCATION_ID] = {.name = "location_id",
                                 .type = EG_RECORD_REFERENCE,
                                 .to = EG_RECORD_LOCATION},
    [EG_LANGUAGE_PHONE_ID] = {.name = "phone_id", .type = EG_RECORD_REFERENCE, .to = EG_RECORD_PHONE},
    [EG_LANGUAGE_NAME] = {.name = "name", .type = EG_RECORD_TEXT},
    [EG_LANGUAGE_CODE] = {.name = "code", .type = EG_RECORD_TEXT},
    [EG_LANGUAGE_NOTE] = {.name = "note", .type = EG_RECORD_TEXT},
};

static const struct eg_record_field accessibility_fields[] = {
    [EG_ACCESSIBILITY_ID] = ID,
    [EG_ACCESSIBILITY_LOCATION_ID] = {.name = "location_id",
                                      .type = EG_RECORD_REFERENCE,
                                      .to = EG_RECORD_LOCATION,
                                      .needed = true},
    [EG_ACCESSIBILITY_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT},
    [EG_ACCESSIBILITY_DETAILS] = {.name = "details", .type = EG_RECORD_TEXT},
    [EG_ACCESSIBILITY_URL] = {.name = "url", .type = EG_RECORD_URL},
};

static const struct eg_record_field cost_option_fields[] = {
    [EG_COST_OPTION_ID] = ID,
    [EG_COST_OPTION_SERVICE_ID] = {.name = "service_id",
                                   .type = EG_RECORD_REFERENCE,
                                   .to = EG_RECORD_SERVICE,
                                   .needed = true},
    [EG_COST_OPTION_VALID_FROM] = {.name = "valid_from", .type = EG_RECORD_DATE},
    [EG_COST_OPTION_VALID_TO] = {.name = "valid_to", .type = EG_RECORD_DATE},
    [EG_COST_OPTION_OPTION] = {.name = "option", .type = EG_RECORD_TEXT},
    [EG_COST_OPTION_CURRENCY] = {.name = "currency", .type = EG_RECORD_TEXT},
    [EG_COST_OPTION_AMOUNT] = {.name = "amount", .type = EG_RECORD_NUMBER},
    [EG_COST_OPTION_AMOUNT_DESCRIPTION] = {.name = "amount_description", .type = EG_RECORD_TEXT},
};

static const struct eg_record_field funding_fields[] = {
    [EG_FUNDING_ID] = ID,
    [EG_FUNDING_ORGANIZATION_ID] = {.name = "organization_id",
                                    .type = EG_RECORD_REFERENCE,
                                    .to = EG_RECORD_ORGANIZATION},
    [EG_FUNDING_SERVICE_ID] = {.name = "service_id", .type = EG_RECORD_REFERENCE, .to = EG_RECORD_SERVICE},
    [EG_FUNDING_SOURCE] = {.name = "source", .type = EG_RECORD_TEXT},
    [EG_FUNDING_AMOUNT] = {.name = "amount", .type = EG_RECORD_NUMBER, .ours = true},
    [EG_FUNDING_CURRENCY] = {.name = "currency", .type = EG_RECORD_TEXT, .ours = true},
    [EG_FUNDING_VALID_FROM] = {.name = "valid_from", .type = EG_RECORD_DATE, .ours = true},
    [EG_FUNDING_VALID_TO] = {.name = "valid_to", .type = EG_RECORD_DATE, .ours = true},
    [EG_FUNDING_TITLE] = {.name = "title", .type = EG_RECORD_TEXT, .ours = true},
    [EG_FUNDING_IDENTIFIER] = {.name = "identifier", .type = EG_RECORD_TEXT, .ours = true},
    [EG_FUNDING_AWARD_DATE] = {.name = "award_date", .type = EG_RECORD_DATE, .ours = true},
    [EG_FUNDING_SOURCE_IDENTIFIER] = {.name = "source_identifier", .type = EG_RECORD_TEXT, .ours = true},
};

static const struct eg_record_field required_document_fields[] = {
    [EG_REQUIRED_DOCUMENT_ID] = ID,
    [EG_REQUIRED_DOCUMENT_SERVICE_ID] = {.name = "service_id",
                                         .type = EG_RECORD_REFERENCE,
                                         .to = EG_RECORD_SERVICE,
                                         .needed = true},
    [EG_REQUIRED_DOCUMENT_DOCUMENT] = {.name = "document", .type = EG_RECORD_TEXT},
    [EG_REQUIRED_DOCUMENT_URI] = {.name = "uri", .type = EG_RECORD_URL},
};

static const struct eg_record_field taxonomy_fields[] = {
    [EG_TAXONOMY_ID] = ID,
    [EG_TAXONOMY_NAME] = {.name = "name", .type = EG_RECORD_TEXT, .needed = true, .required = true},
    [EG_TAXONOMY_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT, .required = true},
    [EG_TAXONOMY_URI] = {.name = "uri", .type = EG_RECORD_URI},
    [EG_TAXONOMY_VERSION] = {.name = "version", .type = EG_RECORD_TEXT},
};

static const struct eg_record_field taxonomy_term_fields[] = {
    [EG_TAXONOMY_TERM_ID] = ID,
    [EG_TAXONOMY_TERM_CODE] = {.name = "code", .type = EG_RECORD_TEXT},
    [EG_TAXONOMY_TERM_NAME] = {.name = "name", .type = EG_RECORD_TEXT, .needed = true, .required = true},
    [EG_TAXONOMY_TERM_DESCRIPTION] = {.name = "description", .type = EG_RECORD_TEXT, .required = true},
    [EG_TAXONOMY_TERM_PARENT_ID] = {.name = "parent_id",
                                    .type = EG_RECORD_REFERENCE,
                                    .to = EG_RECORD_TAXONOMY_TERM},
    [EG_TAXONOMY_TERM_TAXONOMY] = {.name = "taxonomy", .type = EG_RECORD_TEXT},
    [EG_TAXONOMY_TERM_LANGUAGE] = {.name = "language", .type = EG_RECORD_TEXT},
    [EG_TAXONOMY_TERM_TAXONOMY_ID] = {.name = "taxonomy_id",
                                      .type = EG_RECORD_REFERENCE,
                                      .to = EG_RECORD_TAXONOMY},
    [EG_TAXONOMY_TERM_TERM_URI] = {.name = "term_uri", .type = EG_RECORD_URI},
};

static const struct eg_record_field attribute_fields[] = {
    [EG_ATTRIBUTE_ID] = ID,
    [EG_ATTRIBUTE_LINK_ID] = {.name = "link_id", .type = EG_RECORD_LINK, .needed = true},
    [EG_ATTRIBUTE_TAXONOMY_TERM_ID] = {.name = "taxonomy_term_id",
                                       .type = EG_RECORD_REFERENCE,
                                       .to = EG_RECORD_TAXONOMY_TERM},
    [EG_ATTRIBUTE_LINK_TYPE] = {.name = "link_type", .type = EG_RECORD_TEXT},
    [EG_ATTRIBUTE_LINK_ENTITY] = {.name = "link_entity", .type = EG_RECORD_TEXT, .needed = true},
    [EG_ATTRIBUTE_VALUE] = {.name = "value", .type = EG_RECORD_TEXT},
};

static const struct eg_record_field metadata_fields[] = {
    [EG_METADATA_ID] = ID,
    [EG_METADATA_RESOURCE_ID] = {.name = "resource_id", .type = EG_RECORD_LINK, .needed = true},
    [EG_METADATA_RESOURCE_TYPE] = {.name = "resource_type", .type = EG_RECORD_TEXT},
    [EG_METADATA_LAST_ACTION_DATE] = {.name = "last_action_date", .type = EG_RECORD_WHEN, .required = true},
    [EG_METADATA_LAST_ACTION_TYPE] = {.name = "last_action_type", .type = EG_RECORD_TEXT, .required = true},
    [EG_METADATA_FIELD_NAME] = {.name = "field_name", .type = EG_RECORD_TEXT, .required = true},
    [EG_METADATA_PREVIOUS_VALUE] = {.name = "previous_value", .type = EG_RECORD_TEXT, .required = true},
    [EG_METADATA_REPLACEMENT_VALUE] = {.name = "replacement_value", .type = EG_RECORD_TEXT, .required = true},
    [EG_METADATA_UPDATED_BY] = {.name = "updated_by", .type = EG_RECORD_TEXT, .required = true},
};

static const struct eg_record_field meta_table_description_fields[] = {
    [EG_META_TABLE_DESCRIPTION_ID] = ID,
    [EG_META_TABLE_DESCRIPTION_NAME] = {.name = "name", .type = EG_RECORD_TEXT},
    [EG_META_TABLE_DESCRIPTION_LANGUAGE] = {.name = "language", .type = EG_RECORD_TEXT},
    [EG_META_TABLE_DESCRIPTION_CHARACTER_SET] = {.name = "character_set", .type = EG_RECORD_TEXT},
};

/* clang-format on */

#define SPEC(table, many)                                                                                    \
    {                                                                                                        \
#table, many, table##_fields, sizeof table##_fields / sizeof *table##_fields                         \
    }

static const struct eg_record_spec specs[EG_N_RECORD_TABLES] = {
    [EG_RECORD_ORGANIZATION] = SPEC(organization, "organizations"),
    [EG_RECORD_ORGANIZATION_IDENTIFIER] = SPEC(organization_identifier, "organization_identifiers"),
    [EG_RECORD_PROGRAM] = SPEC(program, "programs"),
    [EG_RECORD_SERVICE] = SPEC(service, "services"),
    [EG_RECORD_LOCATION] = SPEC(location, "locations"),
    [EG_RECORD_SERVICE_AT_LOCATION] = SPEC(service_at_location, "service_at_locations"),
    [EG_RECORD_SERVICE_AREA] = SPEC(service_area, "service_areas"),
    [EG_RECORD_ADDRESS] = SPEC(address, "addresses"),
    [EG_RECORD_PHONE] = SPEC(phone, "phones"),
    [EG_RECORD_CONTACT] = SPEC(contact, "contacts"),
    [EG_RECORD_SCHEDULE] = SPEC(schedule, "schedules"),
    [EG_RECORD_LANGUAGE] = SPEC(language, "languages"),
    [EG_RECORD_ACCESSIBILITY] = SPEC(accessibility, "accessibility"),
    [EG_RECORD_COST_OPTION] = SPEC(cost_option, "cost_options"),
    [EG_RECORD_FUNDING] = SPEC(funding, "funding"),
    [EG_RECORD_REQUIRED_DOCUMENT] = SPEC(required_document, "required_documents"),
    [EG_RECORD_TAXONOMY] = SPEC(taxonomy, "taxonomies"),
    [EG_RECORD_TAXONOMY_TERM] = SPEC(taxonomy_term, "taxonomy_terms"),
    [EG_RECORD_ATTRIBUTE] = SPEC(attribute, "attributes"),
    [EG_RECORD_METADATA] = SPEC(metadata, "metadata"),
    [EG_RECORD_META_TABLE_DESCRIPTION] = SPEC(meta_table_description, "meta_table_descriptions"),
};

const struct eg_record_spec *eg_record_spec(enum eg_record_table table)
{
    EG_ASSERT((unsigned)table < EG_N_RECORD_TABLES);
    return &specs[table];
}

enum eg_record_table eg_record_table_named(struct eg_text name)
{
    unsigned table = 0;
    while (table < EG_N_RECORD_TABLES && !eg_text_equal(name, eg_text_from(specs[table].name))) table++;
    return (enum eg_record_table)table;
}

uint32_t eg_record_field_named(enum eg_record_table table, struct eg_text name)
{
    const struct eg_record_spec *spec = eg_record_spec(table);
    for (uint32_t i = 0; i < spec->n_fields; i++)
        if (eg_text_equal(name, eg_text_from(spec->fields[i].name))) return i;
    return UINT32_MAX;
}

bool eg_record_refers(const struct eg_record_field *field)
{
    return field->type == EG_RECORD_REFERENCE || field->type == EG_RECORD_LINK;
}
