/* From a row one goes up by its references until a service is met: a language to its telephone number, that to its contact, that to the
 * place, that to the services that are there. Few steps, because tables refer upwards only. */
#include "data/record_times.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/textmap.h"

#define MOST_STEPS 6

struct stating {
    const struct eg_records *before;
    struct eg_arena *arena;
    struct eg_textmap *concerned; /* id -> its number */
    struct eg_text *ids;          /* [n] */
    size_t capacity;
    uint32_t n;
    bool failed;
};

/* As the records write it, whichever letters it comes in. */
static struct eg_text own_id(const struct stating *stating, struct eg_text id)
{
    const struct eg_record *row =
        stating->before ? eg_records_find(stating->before, EG_RECORD_SERVICE, id) : NULL;
    return row ? row->field[0] : id;
}

static void mark(struct stating *stating, struct eg_text id)
{
    void *ids = stating->ids;
    id = own_id(stating, id);
    if (id.len == 0 || eg_textmap_get(stating->concerned, id) != EG_TEXTMAP_NONE) return;
    bool kept = eg_memory_reserve(&ids, &stating->capacity, (size_t)stating->n + 1, sizeof id);
    stating->ids = ids;
    if (!kept || eg_textmap_put(stating->concerned, id, stating->n, NULL) != EG_OK) stating->failed = true;
    else stating->ids[stating->n++] = id;
}

static void concern(struct stating *stating, const struct eg_record *row, int steps);

static void concern_id(struct stating *stating, enum eg_record_table table, struct eg_text id, int steps)
{
    if (table == EG_RECORD_SERVICE) mark(stating, id);
    else if (stating->before && id.len > 0 && table < EG_N_RECORD_TABLES)
        concern(stating, eg_records_find(stating->before, table, id), steps + 1);
}

/* Those that are there. */
static void concern_place(struct stating *stating, struct eg_text location)
{
    uint32_t n = 0;
    const struct eg_record *const *at = NULL;
    if (stating->before)
        at = eg_records_with(stating->before, EG_RECORD_SERVICE_AT_LOCATION,
                             EG_SERVICE_AT_LOCATION_LOCATION_ID, location, &n);
    for (uint32_t i = 0; i < n; i++) mark(stating, at[i]->field[EG_SERVICE_AT_LOCATION_SERVICE_ID]);
}

/* The table that a link leads to, as another field of the row says. */
static enum eg_record_table linked(const struct eg_record *row)
{
    uint32_t named_by = row->table == EG_RECORD_ATTRIBUTE ? (uint32_t)EG_ATTRIBUTE_LINK_ENTITY
                                                          : (uint32_t)EG_METADATA_RESOURCE_TYPE;
    return eg_record_table_named(row->field[named_by]);
}

/* Whether a row hangs on rows of the table that it refers to. */
static bool is_held_by(enum eg_record_table table)
{
    return table == EG_RECORD_SERVICE || table == EG_RECORD_SERVICE_AT_LOCATION ||
           table == EG_RECORD_LOCATION || table == EG_RECORD_PHONE || table == EG_RECORD_CONTACT ||
           table == EG_RECORD_LANGUAGE || table == EG_RECORD_ATTRIBUTE;
}

static void concern(struct stating *stating, const struct eg_record *row, int steps)
{
    if (!row || steps > MOST_STEPS) return;
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    if (row->table == EG_RECORD_SERVICE) mark(stating, row->field[0]);
    if (row->table == EG_RECORD_LOCATION) concern_place(stating, row->field[0]);
    for (uint32_t f = 1; f < spec->n_fields && row->table != EG_RECORD_SERVICE; f++) {
        const struct eg_record_field *field = &spec->fields[f];
        enum eg_record_table to = EG_N_RECORD_TABLES;
        if (field->type == EG_RECORD_REFERENCE && is_held_by(field->to)) to = field->to;
        if (field->type == EG_RECORD_LINK) to = linked(row);
        /* A service at a location does not make the place's other services its own. */
        if (row->table == EG_RECORD_SERVICE_AT_LOCATION && to == EG_RECORD_LOCATION) continue;
        if (to != EG_N_RECORD_TABLES) concern_id(stating, to, row->field[f], steps);
    }
}

static void concern_all(struct stating *stating, const struct eg_records_change *change)
{
    for (uint32_t i = 0; i < change->n_puts; i++) {
        const struct eg_record *put = &change->puts[i];
        concern(stating, put, 0);
        if (stating->before) concern(stating, eg_records_find(stating->before, put->table, put->field[0]), 0);
    }
    for (uint32_t i = 0; i < change->n_deletes && stating->before; i++)
        concern(stating, eg_records_find(stating->before, change->deletes[i].table, change->deletes[i].id),
                0);
}

/* --- stating it ------------------------------------------------------------------------------------------------------------------ */

/* A service about which nothing more has to be said. */
static void unmark(struct stating *stating, struct eg_text id)
{
    uint32_t number = eg_textmap_get(stating->concerned, own_id(stating, id));
    if (number != EG_TEXTMAP_NONE) stating->ids[number].len = 0;
}

/* Whether the time that a service has after the change, which is `own`, has to be another. */
static bool is_due(const struct eg_record *old, const struct eg_text *own, bool is_put,
                   const struct eg_records_moment *moment)
{
    struct eg_text time = own[EG_SERVICE_LAST_MODIFIED];
    struct eg_text before = old ? old->field[EG_SERVICE_LAST_MODIFIED] : (struct eg_text){NULL, 0};
    if (time.len == 0) return moment->also_where_silent;
    return !is_put || eg_text_equal(time, before);
}

static const struct eg_text *with_time(struct stating *stating, const struct eg_text *field,
                                       struct eg_text at)
{
    uint32_t n = eg_record_spec(EG_RECORD_SERVICE)->n_fields;
    struct eg_text *copy = eg_arena_array(stating->arena, n, sizeof *copy);
    stating->failed |= !copy;
    if (!copy) return field;
    memcpy(copy, field, n * sizeof *copy);
    copy[EG_SERVICE_LAST_MODIFIED] = at;
    return copy;
}

/* puts[change->n_puts + stating->n] has the change's own; the number of them afterwards. */
static uint32_t state(struct stating *stating, const struct eg_records_change *change,
                      const struct eg_records_moment *moment, struct eg_record *puts)
{
    uint32_t n = change->n_puts;
    for (uint32_t i = 0; i < change->n_puts; i++) {
        struct eg_record *put = &puts[i];
        if (put->table != EG_RECORD_SERVICE) continue;
        const struct eg_record *old =
            stating->before ? eg_records_find(stating->before, EG_RECORD_SERVICE, put->field[0]) : NULL;
        unmark(stating, put->field[0]);
        if (is_due(old, put->field, true, moment)) put->field = with_time(stating, put->field, moment->at);
    }
    for (uint32_t i = 0; i < change->n_deletes; i++)
        if (change->deletes[i].table == EG_RECORD_SERVICE) unmark(stating, change->deletes[i].id);
    for (uint32_t i = 0; i < stating->n && stating->before; i++) {
        struct eg_text id = stating->ids[i];
        const struct eg_record *old =
            id.len > 0 ? eg_records_find(stating->before, EG_RECORD_SERVICE, id) : NULL;
        if (!old || !is_due(old, old->field, false, moment)) continue;
        puts[n++] = (struct eg_record){EG_RECORD_SERVICE, with_time(stating, old->field, moment->at)};
    }
    return n;
}

enum eg_status eg_records_state_times(const struct eg_records *before, const struct eg_records_moment *moment,
                                      struct eg_arena *arena, struct eg_records_change *change,
                                      struct eg_error *err)
{
    struct stating stating = {.before = before, .arena = arena, .concerned = eg_textmap_new(16)};
    if (!stating.concerned) return eg_error_no_memory(err, 0);
    concern_all(&stating, change);
    size_t most = (size_t)change->n_puts + stating.n;
    struct eg_record *puts = eg_arena_array(arena, most, sizeof *puts);
    if (puts && change->n_puts > 0) memcpy(puts, change->puts, change->n_puts * sizeof *puts);
    uint32_t n = puts ? state(&stating, change, moment, puts) : 0;
    eg_textmap_free(stating.concerned);
    free(stating.ids);
    if (!puts || stating.failed) return eg_error_no_memory(err, most * sizeof *puts);
    change->puts = puts;
    change->n_puts = n;
    return EG_OK;
}
