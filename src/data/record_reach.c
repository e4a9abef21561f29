/* From a row one goes up to the rows that it names (a telephone number to its place) and down to those that name it (a place to the services
 * there, a contact to its telephone numbers) until services are met. No path goes in a circle: tables below never lead up again to one
 * that was left downwards. */
#include "data/record_reach.h"

#include <stdlib.h>

#include "base/memory.h"

struct link {
    enum eg_record_table from;
    uint32_t field;
    enum eg_record_table to;
};

/* The row that a field of a row names shows what the row says. */
static const struct link up[] = {
    {EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_SERVICE_ID, EG_RECORD_SERVICE},
    {EG_RECORD_SERVICE_AREA, EG_SERVICE_AREA_SERVICE_ID, EG_RECORD_SERVICE},
    {EG_RECORD_ADDRESS, EG_ADDRESS_LOCATION_ID, EG_RECORD_LOCATION},
    {EG_RECORD_PHONE, EG_PHONE_SERVICE_ID, EG_RECORD_SERVICE},
    {EG_RECORD_PHONE, EG_PHONE_LOCATION_ID, EG_RECORD_LOCATION},
    {EG_RECORD_PHONE, EG_PHONE_ORGANIZATION_ID, EG_RECORD_ORGANIZATION},
    {EG_RECORD_PHONE, EG_PHONE_SERVICE_AT_LOCATION_ID, EG_RECORD_SERVICE_AT_LOCATION},
    {EG_RECORD_ORGANIZATION_IDENTIFIER, EG_ORGANIZATION_IDENTIFIER_ORGANIZATION_ID, EG_RECORD_ORGANIZATION},
    {EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_ID, EG_RECORD_SERVICE},
    {EG_RECORD_SCHEDULE, EG_SCHEDULE_LOCATION_ID, EG_RECORD_LOCATION},
    {EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, EG_RECORD_SERVICE_AT_LOCATION},
    {EG_RECORD_LANGUAGE, EG_LANGUAGE_SERVICE_ID, EG_RECORD_SERVICE},
    {EG_RECORD_ACCESSIBILITY, EG_ACCESSIBILITY_LOCATION_ID, EG_RECORD_LOCATION},
    {EG_RECORD_FUNDING, EG_FUNDING_SERVICE_ID, EG_RECORD_SERVICE},
    {EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID, EG_RECORD_SERVICE},
    {EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID, EG_RECORD_SERVICE_AT_LOCATION},
    {EG_RECORD_METADATA, EG_METADATA_RESOURCE_ID, EG_RECORD_SERVICE},
};

/* The rows of `from` that name a row of `to` show what that says. */
static const struct link down[] = {
    {EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_LOCATION_ID, EG_RECORD_LOCATION},
    {EG_RECORD_SERVICE, EG_SERVICE_ORGANIZATION_ID, EG_RECORD_ORGANIZATION},
    {EG_RECORD_SERVICE, EG_SERVICE_PROGRAM_ID, EG_RECORD_PROGRAM},
    {EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_TAXONOMY_TERM_ID, EG_RECORD_TAXONOMY_TERM},
    {EG_RECORD_PHONE, EG_PHONE_CONTACT_ID, EG_RECORD_CONTACT},
    {EG_RECORD_LANGUAGE, EG_LANGUAGE_PHONE_ID, EG_RECORD_PHONE},
};

struct climb {
    const struct eg_records *records;
    struct eg_record_reach *reach;
    bool failed;
};

static void climb_from(struct climb *climb, const struct eg_record *row);

static void mark(struct climb *climb, struct eg_text id)
{
    struct eg_record_reach *reach = climb->reach;
    void *ids = reach->ids;
    bool kept = eg_memory_reserve(&ids, &reach->capacity, reach->n + 1, sizeof *reach->ids);
    reach->ids = ids;
    if (kept) reach->ids[reach->n++] = id;
    else climb->failed = true;
}

static void climb_up(struct climb *climb, const struct eg_record *row)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(up); i++) {
        if (up[i].from != row->table || row->field[up[i].field].len == 0) continue;
        climb_from(climb, eg_records_find(climb->records, up[i].to, row->field[up[i].field]));
    }
}

static void climb_from(struct climb *climb, const struct eg_record *row)
{
    if (!row || climb->failed) return;
    if (row->table == EG_RECORD_SERVICE) {
        mark(climb, row->field[0]);
        return;
    }
    climb_up(climb, row);
    for (size_t i = 0; i < EG_ARRAY_LEN(down); i++) {
        uint32_t n;
        if (down[i].to != row->table) continue;
        const struct eg_record *const *rows =
            eg_records_with(climb->records, down[i].from, down[i].field, row->field[0], &n);
        for (uint32_t k = 0; k < n; k++) climb_from(climb, rows[k]);
    }
}

static int compare_ids(const void *a, const void *b)
{
    return eg_text_compare(*(const struct eg_text *)a, *(const struct eg_text *)b);
}

enum eg_status eg_record_reach(const struct eg_records *before, const struct eg_records *after,
                               const struct eg_records_change *change, struct eg_record_reach *reach_out,
                               struct eg_error *err)
{
    struct eg_record_reach reach = {0};
    struct climb of_before = {before, &reach, false}, of_after = {after, &reach, false};
    for (uint32_t i = 0; i < change->n_puts; i++) {
        const struct eg_record *put = &change->puts[i];
        climb_from(&of_before, eg_records_find(before, put->table, put->field[0]));
        climb_from(&of_after, eg_records_find(after, put->table, put->field[0]));
    }
    for (uint32_t i = 0; i < change->n_deletes; i++)
        climb_from(&of_before, eg_records_find(before, change->deletes[i].table, change->deletes[i].id));
    if (of_before.failed || of_after.failed) {
        eg_record_reach_clear(&reach);
        return eg_error_no_memory(err, sizeof *reach.ids);
    }
    size_t n = 0;
    if (reach.n > 0) qsort(reach.ids, reach.n, sizeof *reach.ids, compare_ids);
    for (size_t i = 0; i < reach.n; i++)
        if (n == 0 || !eg_text_equal(reach.ids[i], reach.ids[n - 1])) reach.ids[n++] = reach.ids[i];
    reach.n = n;
    *reach_out = reach;
    return EG_OK;
}

void eg_record_reach_clear(struct eg_record_reach *reach)
{
    free(reach->ids);
    *reach = (struct eg_record_reach){0};
}
