/* Up by the references, as in record_times.c, but a row that says itself which service it belongs to is asked no further. */
#include "data/record_owner.h"

#define MOST_STEPS 6

struct owner {
    const struct eg_records *records;
    struct eg_text service;
    bool is_shared; /* by several */
};

static void note(struct owner *owner, struct eg_text service)
{
    if (service.len == 0) return;
    if (owner->service.len == 0) owner->service = service;
    else if (!eg_text_equal_any_case(owner->service, service)) owner->is_shared = true;
}

/* The services whose field refers to a row, or that are at a place. */
static void note_with(struct owner *owner, enum eg_record_table table, uint32_t field, struct eg_text id,
                      uint32_t service_field)
{
    uint32_t n;
    const struct eg_record *const *rows = eg_records_with(owner->records, table, field, id, &n);
    for (uint32_t i = 0; i < n && !owner->is_shared; i++) note(owner, rows[i]->field[service_field]);
}

static void climb(struct owner *owner, const struct eg_record *row, int steps);

static void climb_to(struct owner *owner, enum eg_record_table table, struct eg_text id, int steps)
{
    if (id.len == 0 || table == EG_N_RECORD_TABLES) return;
    if (table == EG_RECORD_SERVICE) note(owner, id);
    else climb(owner, eg_records_find(owner->records, table, id), steps + 1);
}

/* The table that a link leads to, as another field of the row says. */
static enum eg_record_table linked(const struct eg_record *row)
{
    uint32_t named_by = row->table == EG_RECORD_ATTRIBUTE ? (uint32_t)EG_ATTRIBUTE_LINK_ENTITY
                                                          : (uint32_t)EG_METADATA_RESOURCE_TYPE;
    return eg_record_table_named(row->field[named_by]);
}

static bool says_itself(struct owner *owner, const struct eg_record *row)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    for (uint32_t f = 1; f < spec->n_fields; f++)
        if (spec->fields[f].type == EG_RECORD_REFERENCE && spec->fields[f].to == EG_RECORD_SERVICE &&
            row->field[f].len > 0) {
            note(owner, row->field[f]);
            return true;
        }
    return false;
}

static void climb_references(struct owner *owner, const struct eg_record *row, int steps)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    for (uint32_t f = 1; f < spec->n_fields; f++) {
        const struct eg_record_field *field = &spec->fields[f];
        if (field->type == EG_RECORD_LINK) climb_to(owner, linked(row), row->field[f], steps);
        else if (field->type == EG_RECORD_REFERENCE && field->to != EG_RECORD_TAXONOMY_TERM)
            climb_to(owner, field->to, row->field[f], steps);
    }
}

static void climb(struct owner *owner, const struct eg_record *row, int steps)
{
    if (!row || steps > MOST_STEPS || owner->is_shared) return;
    switch (row->table) {
    case EG_RECORD_SERVICE:
        note(owner, row->field[0]);
        break;
    case EG_RECORD_ORGANIZATION:
        note_with(owner, EG_RECORD_SERVICE, EG_SERVICE_ORGANIZATION_ID, row->field[0], EG_SERVICE_ID);
        break;
    case EG_RECORD_PROGRAM:
        note_with(owner, EG_RECORD_SERVICE, EG_SERVICE_PROGRAM_ID, row->field[0], EG_SERVICE_ID);
        break;
    case EG_RECORD_LOCATION:
        note_with(owner, EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_LOCATION_ID, row->field[0],
                  EG_SERVICE_AT_LOCATION_SERVICE_ID);
        break;
    case EG_RECORD_TAXONOMY:
    case EG_RECORD_TAXONOMY_TERM:
    case EG_RECORD_META_TABLE_DESCRIPTION:
        owner->is_shared = true;
        break;
    default:
        if (!says_itself(owner, row)) climb_references(owner, row, steps);
    }
}

struct eg_text eg_record_owner(const struct eg_records *records, const struct eg_record *row)
{
    struct owner owner = {.records = records};
    climb(&owner, row, 0);
    return owner.is_shared ? EG_TEXT("") : owner.service;
}
