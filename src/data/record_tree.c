#include "data/record_tree.h"

#include <stddef.h>

/* clang-format off: one branch a line reads best */

#define UP(name, to, by)                                                                                     \
    {                                                                                                        \
        .member = (name), .table = EG_RECORD_##to, .field = (by), .up = true                                 \
    }
#define DOWN(name, to, by)                                                                                   \
    {                                                                                                        \
        .member = (name), .table = EG_RECORD_##to, .field = EG_##to##_##by                                   \
    }
#define READ_UP(name, to, by)                                                                                \
    {                                                                                                        \
        .member = (name), .table = EG_RECORD_##to, .field = (by), .up = true, .read_only = true              \
    }
#define READ_DOWN(name, to, by)                                                                              \
    {                                                                                                        \
        .member = (name), .table = EG_RECORD_##to, .field = EG_##to##_##by, .read_only = true                \
    }
#define ATTRIBUTES DOWN("attributes", ATTRIBUTE, LINK_ID)
#define METADATA DOWN("metadata", METADATA, RESOURCE_ID)

static const struct eg_record_branch organization[] = {
    DOWN("funding", FUNDING, ORGANIZATION_ID),
    DOWN("contacts", CONTACT, ORGANIZATION_ID),
    DOWN("phones", PHONE, ORGANIZATION_ID),
    DOWN("locations", LOCATION, ORGANIZATION_ID),
    DOWN("programs", PROGRAM, ORGANIZATION_ID),
    DOWN("organization_identifiers", ORGANIZATION_IDENTIFIER, ORGANIZATION_ID),
    ATTRIBUTES,
    METADATA,
    READ_DOWN("services", SERVICE, ORGANIZATION_ID),
    {0},
};

static const struct eg_record_branch program[] = {
    ATTRIBUTES,
    METADATA,
    READ_DOWN("services", SERVICE, PROGRAM_ID),
    READ_UP("organization", ORGANIZATION, EG_PROGRAM_ORGANIZATION_ID),
    {0},
};

static const struct eg_record_branch service[] = {
    DOWN("phones", PHONE, SERVICE_ID),
    DOWN("schedules", SCHEDULE, SERVICE_ID),
    DOWN("service_areas", SERVICE_AREA, SERVICE_ID),
    DOWN("service_at_locations", SERVICE_AT_LOCATION, SERVICE_ID),
    DOWN("languages", LANGUAGE, SERVICE_ID),
    UP("organization", ORGANIZATION, EG_SERVICE_ORGANIZATION_ID),
    DOWN("funding", FUNDING, SERVICE_ID),
    DOWN("cost_options", COST_OPTION, SERVICE_ID),
    UP("program", PROGRAM, EG_SERVICE_PROGRAM_ID),
    DOWN("required_documents", REQUIRED_DOCUMENT, SERVICE_ID),
    DOWN("contacts", CONTACT, SERVICE_ID),
    ATTRIBUTES,
    METADATA,
    {0},
};

static const struct eg_record_branch location[] = {
    DOWN("languages", LANGUAGE, LOCATION_ID),
    DOWN("addresses", ADDRESS, LOCATION_ID),
    DOWN("contacts", CONTACT, LOCATION_ID),
    DOWN("accessibility", ACCESSIBILITY, LOCATION_ID),
    DOWN("phones", PHONE, LOCATION_ID),
    DOWN("schedules", SCHEDULE, LOCATION_ID),
    ATTRIBUTES,
    METADATA,
    READ_UP("organization", ORGANIZATION, EG_LOCATION_ORGANIZATION_ID),
    {0},
};

static const struct eg_record_branch service_at_location[] = {
    DOWN("contacts", CONTACT, SERVICE_AT_LOCATION_ID),
    DOWN("phones", PHONE, SERVICE_AT_LOCATION_ID),
    DOWN("schedules", SCHEDULE, SERVICE_AT_LOCATION_ID),
    UP("location", LOCATION, EG_SERVICE_AT_LOCATION_LOCATION_ID),
    ATTRIBUTES,
    METADATA,
    READ_UP("service", SERVICE, EG_SERVICE_AT_LOCATION_SERVICE_ID),
    {0},
};

static const struct eg_record_branch phone[] = {
    DOWN("languages", LANGUAGE, PHONE_ID),
    ATTRIBUTES,
    METADATA,
    {0},
};

static const struct eg_record_branch contact[] = {
    DOWN("phones", PHONE, CONTACT_ID),
    ATTRIBUTES,
    METADATA,
    {0},
};

static const struct eg_record_branch attribute[] = {
    UP("taxonomy_term", TAXONOMY_TERM, EG_ATTRIBUTE_TAXONOMY_TERM_ID),
    METADATA,
    {0},
};

static const struct eg_record_branch taxonomy_term[] = {
    UP("taxonomy_detail", TAXONOMY, EG_TAXONOMY_TERM_TAXONOMY_ID),
    METADATA,
    {0},
};

static const struct eg_record_branch taxonomy[] = {
    METADATA,
    READ_DOWN("taxonomy_terms", TAXONOMY_TERM, TAXONOMY_ID),
    {0},
};

static const struct eg_record_branch others[] = {ATTRIBUTES, METADATA, {0}};
static const struct eg_record_branch none[] = {{0}};

/* clang-format on */

const struct eg_record_branch *eg_record_branches(enum eg_record_table parent)
{
    static const struct eg_record_branch *const branches[EG_N_RECORD_TABLES] = {
        [EG_RECORD_ORGANIZATION] = organization,
        [EG_RECORD_PROGRAM] = program,
        [EG_RECORD_SERVICE] = service,
        [EG_RECORD_LOCATION] = location,
        [EG_RECORD_SERVICE_AT_LOCATION] = service_at_location,
        [EG_RECORD_PHONE] = phone,
        [EG_RECORD_CONTACT] = contact,
        [EG_RECORD_ATTRIBUTE] = attribute,
        [EG_RECORD_TAXONOMY_TERM] = taxonomy_term,
        [EG_RECORD_TAXONOMY] = taxonomy,
        [EG_RECORD_METADATA] = none,
    };
    EG_ASSERT((unsigned)parent < EG_N_RECORD_TABLES);
    return branches[parent] ? branches[parent] : others;
}
