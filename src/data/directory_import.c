/* What an import does to a directory. What a row of an entry does not say stays as it is; whose an entry is, its row has been told already
 * (entry_flat_owner.c). */
#include "data/directory_records.h"

#include "base/textmap.h"
#include "data/entry_records.h"
#include "data/record_ids.h"
#include "data/service_places.h"

struct plan {
    const struct eg_records *base, *imported;
    struct eg_arena *arena;
    struct eg_textmap
        *named[EG_N_RECORD_TABLES]; /* flat: rows of the base by folded name, of what is known by that */
    struct eg_buffer room;          /* of names that are compared */
    bool failed;                    /* memory was refused */
    struct eg_record *puts;
    struct eg_record_key *deletes;
    uint32_t n_puts, n_deletes;
};

static bool is_same(const struct eg_record *a, const struct eg_record *b)
{
    const struct eg_record_spec *spec = eg_record_spec(a->table);
    double x, y;
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        if (eg_text_equal(a->field[f], b->field[f])) continue;
        bool numbers = spec->fields[f].type == EG_RECORD_NUMBER && eg_text_to_double(a->field[f], &x) &&
                       eg_text_to_double(b->field[f], &y);
        if (!numbers || x != y) return false;
    }
    return true;
}

/* What an entry as a row has, by the reference to its service. */
static const struct {
    enum eg_record_table table;
    uint32_t field;
} of_entry[] = {
    {EG_RECORD_PHONE, EG_PHONE_SERVICE_ID},
    {EG_RECORD_SERVICE_AREA, EG_SERVICE_AREA_SERVICE_ID},
    {EG_RECORD_FUNDING, EG_FUNDING_SERVICE_ID},
    {EG_RECORD_LANGUAGE, EG_LANGUAGE_SERVICE_ID},
    {EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID},
    {EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_SERVICE_ID},
    {EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_ID},
};

/* --- names ---------------------------------------------------------------------------------------------------------------------- */

/* The field of its name, for tables whose rows an entry only names; 0 for others. */
static uint32_t name_field(enum eg_record_table table)
{
    if (table == EG_RECORD_PROGRAM) return EG_PROGRAM_NAME;
    return table == EG_RECORD_TAXONOMY_TERM ? (uint32_t)EG_TAXONOMY_TERM_NAME : 0;
}

static struct eg_text folded(struct plan *plan, struct eg_text name)
{
    struct eg_text text = eg_record_name_folded(plan->arena, name);
    plan->failed |= !text.data;
    return text;
}

static bool is_named(struct plan *plan, struct eg_text name, struct eg_text wanted)
{
    bool is = eg_record_name_is(name, wanted, &plan->room);
    plan->failed |= plan->room.failed;
    return is;
}

static enum eg_status index_names(struct plan *plan, struct eg_error *err)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        uint32_t field = name_field((enum eg_record_table)t),
                 n = eg_records_count(plan->base, (enum eg_record_table)t);
        if (field == 0) continue;
        plan->named[t] = eg_textmap_new(n);
        if (!plan->named[t]) return eg_error_no_memory(err, n);
        for (uint32_t i = 0; i < n && !plan->failed; i++) {
            struct eg_text name = eg_records_at(plan->base, (enum eg_record_table)t, i)->field[field];
            struct eg_text key = folded(plan, name);
            if (!plan->failed) plan->failed = eg_textmap_put(plan->named[t], key, i, NULL) != EG_OK;
        }
    }
    return plan->failed ? eg_error_no_memory(err, 0) : EG_OK;
}

/* The row of the base that an imported row names, when it is one that is known by its name. */
static const struct eg_record *namesake(struct plan *plan, const struct eg_record *row)
{
    uint32_t field = name_field(row->table);
    if (field == 0 || !plan->named[row->table]) return NULL;
    struct eg_text key = folded(plan, row->field[field]);
    uint32_t i = plan->failed ? EG_TEXTMAP_NONE : eg_textmap_get(plan->named[row->table], key);
    return i != EG_TEXTMAP_NONE ? eg_records_at(plan->base, row->table, i) : NULL;
}

/* The name of the topic that a link leads to; empty for a link that leads to none. */
static struct eg_text topic_of(const struct eg_records *records, const struct eg_record *link)
{
    const struct eg_record *term =
        eg_records_find(records, EG_RECORD_TAXONOMY_TERM, link->field[EG_ATTRIBUTE_TAXONOMY_TERM_ID]);
    return term ? term->field[EG_TAXONOMY_TERM_NAME] : EG_TEXT("");
}

/* Whether records give a service a topic of this name. */
static bool has_topic(struct plan *plan, const struct eg_records *records, struct eg_text service,
                      struct eg_text topic)
{
    uint32_t n;
    struct eg_text wanted = folded(plan, topic);
    const struct eg_record *const *links =
        eg_records_with(records, EG_RECORD_ATTRIBUTE, EG_ATTRIBUTE_LINK_ID, service, &n);
    for (uint32_t i = 0; i < n && topic.len > 0 && !plan->failed; i++)
        if (is_named(plan, topic_of(records, links[i]), wanted)) return true;
    return false;
}

/* --- where it is ----------------------------------------------------------------------------------------------------------------- */

/* The service whose row says this of its place; empty: it is of no place. */
static struct eg_text placed_service(const struct plan *plan, const struct eg_record *row)
{
    uint32_t n;
    struct eg_text location = row->field[0];
    if (row->table == EG_RECORD_SERVICE_AT_LOCATION) return row->field[EG_SERVICE_AT_LOCATION_SERVICE_ID];
    if (row->table == EG_RECORD_ADDRESS) location = row->field[EG_ADDRESS_LOCATION_ID];
    else if (row->table == EG_RECORD_ACCESSIBILITY) location = row->field[EG_ACCESSIBILITY_LOCATION_ID];
    else if (row->table != EG_RECORD_LOCATION) return EG_TEXT("");
    const struct eg_record *const *links = eg_records_with(plan->imported, EG_RECORD_SERVICE_AT_LOCATION,
                                                           EG_SERVICE_AT_LOCATION_LOCATION_ID, location, &n);
    return n > 0 ? links[0]->field[EG_SERVICE_AT_LOCATION_SERVICE_ID] : EG_TEXT("");
}

/* A row tells of the first place of its entry and is laid over it, so that others stay; but for one at which other entries are, too, which
 * this entry leaves for one of its own. NULL: there is none to be laid over. *first_out: the link to the first, in either case, or NULL. */
static const struct eg_record *place_told(const struct plan *plan, struct eg_text service,
                                          const struct eg_record **first_out)
{
    struct eg_service_places places = {.n = 0};
    uint32_t n = 0;
    *first_out = NULL;
    if (service.len > 0) eg_service_places(plan->base, service, &places);
    if (places.n == 0) return NULL;
    *first_out = places.link[0];
    const struct eg_record *const *links =
        eg_records_with(plan->base, EG_RECORD_SERVICE_AT_LOCATION, EG_SERVICE_AT_LOCATION_LOCATION_ID,
                        places.location[0]->field[0], &n);
    for (uint32_t i = 0; i < n; i++)
        if (!eg_text_equal(links[i]->field[EG_SERVICE_AT_LOCATION_SERVICE_ID], service)) return NULL;
    return places.location[0];
}

static struct eg_text accessible(const struct eg_record *row)
{
    struct eg_text text = row->field[EG_ACCESSIBILITY_DESCRIPTION];
    return text.len > 0 ? text : row->field[EG_ACCESSIBILITY_DETAILS];
}

/* Whether rows of a location say that this is accessible there. */
static bool is_accessible(const struct eg_records *records, struct eg_text location, struct eg_text what)
{
    uint32_t n;
    const struct eg_record *const *rows =
        eg_records_with(records, EG_RECORD_ACCESSIBILITY, EG_ACCESSIBILITY_LOCATION_ID, location, &n);
    for (uint32_t i = 0; i < n; i++)
        if (eg_text_equal(accessible(rows[i]), what)) return true;
    return false;
}

/* --- what a row takes the place of ----------------------------------------------------------------------------------------------- */

/* Hours, in whichever words; else the row says from when to when it takes place. */
static bool says_hours(const struct eg_record *schedule)
{
    return schedule->field[EG_SCHEDULE_FREQ].len + schedule->field[EG_SCHEDULE_DESCRIPTION].len > 0;
}

static bool has_schedule(const struct plan *plan, struct eg_text service, bool of_hours)
{
    uint32_t n;
    const struct eg_record *const *rows =
        eg_records_with(plan->imported, EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_ID, service, &n);
    for (uint32_t i = 0; i < n; i++)
        if (says_hours(rows[i]) == of_hours) return true;
    return false;
}

static bool is_superseded(struct plan *plan, const struct eg_record *row, struct eg_text service)
{
    if (row->table == EG_RECORD_SCHEDULE && !has_schedule(plan, service, says_hours(row))) return false;
    if (row->table == EG_RECORD_SERVICE_AT_LOCATION) {
        const struct eg_record *first = NULL;
        if (place_told(plan, service, &first) || first != row) return false;
    }
    if (row->table == EG_RECORD_ATTRIBUTE &&
        has_topic(plan, plan->imported, service, topic_of(plan->base, row)))
        return false;
    return !eg_records_find(plan->imported, row->table, row->field[0]) &&
           !eg_record_is_private(plan->base, row) &&
           !eg_records_has_referring(plan->base, row->table, row->field[0]);
}

/* An empty cell says nothing: what the directory has stays. */
static bool says_something(const struct plan *plan, size_t kind, struct eg_text service)
{
    uint32_t n;
    (void)eg_records_with(plan->imported, of_entry[kind].table, of_entry[kind].field, service, &n);
    return n > 0;
}

static void supersede(struct plan *plan, const struct eg_record *row, bool counting)
{
    if (!counting) plan->deletes[plan->n_deletes] = (struct eg_record_key){row->table, row->field[0]};
    plan->n_deletes++;
}

/* What is accessible at the first place, if the row says anything of that. */
static void visit_accessibility(struct plan *plan, struct eg_text service, bool counting)
{
    uint32_t n = 0, n_told = 0;
    const struct eg_record *first, *location = place_told(plan, service, &first);
    const struct eg_record *const *links = eg_records_with(plan->imported, EG_RECORD_SERVICE_AT_LOCATION,
                                                           EG_SERVICE_AT_LOCATION_SERVICE_ID, service, &n);
    if (!location || n == 0) return;
    struct eg_text told = links[0]->field[EG_SERVICE_AT_LOCATION_LOCATION_ID];
    (void)eg_records_with(plan->imported, EG_RECORD_ACCESSIBILITY, EG_ACCESSIBILITY_LOCATION_ID, told,
                          &n_told);
    const struct eg_record *const *rows = eg_records_with(
        plan->base, EG_RECORD_ACCESSIBILITY, EG_ACCESSIBILITY_LOCATION_ID, location->field[0], &n);
    for (uint32_t i = 0; i < n && n_told > 0; i++)
        if (!is_accessible(plan->imported, told, accessible(rows[i])) &&
            !eg_records_has_referring(plan->base, rows[i]->table, rows[i]->field[0]))
            supersede(plan, rows[i], counting);
}

static void visit_superseded(struct plan *plan, struct eg_text service, bool counting)
{
    visit_accessibility(plan, service, counting);
    for (size_t k = 0; k < EG_ARRAY_LEN(of_entry); k++) {
        uint32_t n;
        if (!says_something(plan, k, service)) continue;
        const struct eg_record *const *rows =
            eg_records_with(plan->base, of_entry[k].table, of_entry[k].field, service, &n);
        for (uint32_t i = 0; i < n; i++) {
            if (!is_superseded(plan, rows[i], service)) continue;
            supersede(plan, rows[i], counting);
        }
    }
}

static void visit_all_superseded(struct plan *plan, bool counting)
{
    plan->n_deletes = 0;
    for (uint32_t i = 0; i < eg_records_count(plan->imported, EG_RECORD_SERVICE); i++)
        visit_superseded(plan, eg_records_at(plan->imported, EG_RECORD_SERVICE, i)->field[0], counting);
}

/* --- what is put ----------------------------------------------------------------------------------------------------------------- */

/* The service whose own organisation this is, as the file has it; NULL: it is none's, or more than that, if only by this file. */
static const struct eg_record *owner_of(const struct plan *plan, const struct eg_record *organization)
{
    uint32_t n, n_fresh;
    struct eg_text id = organization->field[0];
    const struct eg_record *const *services =
        eg_records_with(plan->base, EG_RECORD_SERVICE, EG_SERVICE_ORGANIZATION_ID, id, &n);
    if (n != 1 || !eg_entry_own_organization(plan->base, services[0])) return NULL;
    const struct eg_record *const *fresh =
        eg_records_with(plan->imported, EG_RECORD_SERVICE, EG_SERVICE_ORGANIZATION_ID, id, &n_fresh);
    bool is_its = n_fresh == 1 && eg_text_equal(fresh[0]->field[0], services[0]->field[0]);
    return is_its ? fresh[0] : NULL;
}

/* Whether a row of an entry only names what is there already. No row changes an organisation, but for the entry's own. */
static bool only_names(struct plan *plan, const struct eg_record *row, const struct eg_record *old)
{
    switch (row->table) {
    case EG_RECORD_TAXONOMY:
        return old != NULL;
    case EG_RECORD_ORGANIZATION:
        return old && !owner_of(plan, old);
    case EG_RECORD_ATTRIBUTE:
        return !old &&
               has_topic(plan, plan->base, row->field[EG_ATTRIBUTE_LINK_ID], topic_of(plan->imported, row));
    default:
        return namesake(plan, row) != NULL;
    }
}

/* What a reference to something that is known by its name leads to in the base: what the old row leads to, if that is called so. */
static struct eg_text named_by(struct plan *plan, const struct eg_record *row, const struct eg_record *old,
                               uint32_t f)
{
    enum eg_record_table to = eg_record_spec(row->table)->fields[f].to;
    const struct eg_record *named = eg_records_find(plan->imported, to, row->field[f]);
    const struct eg_record *now = old ? eg_records_find(plan->base, to, old->field[f]) : NULL;
    const struct eg_record *there = named ? namesake(plan, named) : NULL;
    if (!there) return row->field[f];
    uint32_t name = name_field(to);
    bool stays = now && is_named(plan, now->field[name], folded(plan, named->field[name]));
    return stays ? now->field[0] : there->field[0];
}

/* A service without a kind is a "service". */
static bool is_kindless(const struct eg_record *row, const struct eg_record *old, uint32_t f)
{
    return row->table == EG_RECORD_SERVICE && f == EG_SERVICE_KIND && old && old->field[f].len == 0 &&
           eg_text_equal(row->field[f], EG_TEXT("service"));
}

/* A row of an entry over the row that is there: what it does not say stays, and what it names is what is there under that name. */
static struct eg_text *laid_over(struct plan *plan, const struct eg_record *row, const struct eg_record *old)
{
    const struct eg_record_spec *spec = eg_record_spec(row->table);
    struct eg_text *field = eg_arena_array(plan->arena, spec->n_fields, sizeof *field);
    plan->failed |= !field;
    for (uint32_t f = 0; f < spec->n_fields && field; f++) {
        bool is_name = spec->fields[f].type == EG_RECORD_REFERENCE && name_field(spec->fields[f].to) > 0;
        field[f] = row->field[f];
        if (old && (field[f].len == 0 || is_kindless(row, old, f))) field[f] = old->field[f];
        else if (is_name && field[f].len > 0) field[f] = named_by(plan, row, old, f);
    }
    return field;
}

/* An entry's own organisation says of itself what the entry says, unless it says something else already. */
static void keep_description(const struct plan *plan, const struct eg_record *old, struct eg_text *field)
{
    const struct eg_record *service = owner_of(plan, old);
    const struct eg_record *before = eg_records_find(plan->base, EG_RECORD_SERVICE, service->field[0]);
    struct eg_text said = old->field[EG_ORGANIZATION_DESCRIPTION];
    if (!eg_text_equal(said, before->field[EG_SERVICE_DESCRIPTION]))
        field[EG_ORGANIZATION_DESCRIPTION] = said;
}

static void put(struct plan *plan, struct eg_record row, const struct eg_record *old,
                struct eg_import_plan *counts)
{
    if (old && is_same(old, &row)) return;
    plan->puts[plan->n_puts++] = row;
    counts->n_changed += old != NULL;
    counts->n_new += old == NULL;
}

/* The first of a location's addresses, which is what an entry shows. A line that is another than what there is says all of the address. */
static void put_address(struct plan *plan, const struct eg_record *row, struct eg_text location,
                        struct eg_import_plan *counts)
{
    uint32_t n;
    const struct eg_record *const *now =
        eg_records_with(plan->base, EG_RECORD_ADDRESS, EG_ADDRESS_LOCATION_ID, location, &n);
    const struct eg_record *old = n > 0 ? now[0] : NULL;
    struct eg_text *over = laid_over(plan, row, old), line = row->field[EG_ADDRESS_ADDRESS_1];
    if (!over) return;
    over[EG_ADDRESS_LOCATION_ID] = location;
    if (old) over[EG_ADDRESS_ID] = old->field[0];
    if (old && line.len > 0) {
        static const enum eg_address_field rest[] = {EG_ADDRESS_ADDRESS_2, EG_ADDRESS_CITY, EG_ADDRESS_REGION,
                                                     EG_ADDRESS_STATE_PROVINCE};
        plan->room.len = 0;
        eg_record_address_line(old->field, &plan->room);
        bool is_same_line = eg_text_equal(line, (struct eg_text){plan->room.data, plan->room.len});
        plan->failed |= plan->room.failed;
        if (is_same_line) over[EG_ADDRESS_ADDRESS_1] = old->field[EG_ADDRESS_ADDRESS_1];
        for (size_t i = 0; i < EG_ARRAY_LEN(rest) && !is_same_line; i++) over[rest[i]] = EG_TEXT("");
    }
    put(plan, (struct eg_record){EG_RECORD_ADDRESS, over}, old, counts);
}

static void put_accessibility(struct plan *plan, const struct eg_record *row, struct eg_text location,
                              struct eg_import_plan *counts)
{
    if (is_accessible(plan->base, location, accessible(row))) return;
    struct eg_text *over = laid_over(plan, row, NULL);
    if (!over) return;
    over[EG_ACCESSIBILITY_LOCATION_ID] = location;
    if (eg_records_find(plan->base, EG_RECORD_ACCESSIBILITY, row->field[0])) {
        struct eg_text name =
            eg_text_format(plan->arena, "%.*s:%.*s", EG_TEXT_ARG(location), EG_TEXT_ARG(accessible(row)));
        if (name.data) over[0] = eg_record_id_of(plan->arena, "accessibility", name);
        plan->failed |= !name.data || !over[0].data;
    }
    put(plan, (struct eg_record){EG_RECORD_ACCESSIBILITY, over}, NULL, counts);
}

/* Whether a row was about a place that is there, and is laid over that. */
static bool put_place(struct plan *plan, const struct eg_record *row, struct eg_import_plan *counts)
{
    const struct eg_record *first, *location = place_told(plan, placed_service(plan, row), &first);
    if (!location) return false;
    if (row->table == EG_RECORD_LOCATION) {
        struct eg_text *over = laid_over(plan, row, location);
        if (!over) return true;
        over[EG_LOCATION_ID] = location->field[0];
        over[EG_LOCATION_LOCATION_TYPE] = location->field[EG_LOCATION_LOCATION_TYPE];
        put(plan, (struct eg_record){EG_RECORD_LOCATION, over}, location, counts);
    } else if (row->table == EG_RECORD_ADDRESS) {
        put_address(plan, row, location->field[0], counts);
    } else if (row->table == EG_RECORD_ACCESSIBILITY) {
        put_accessibility(plan, row, location->field[0], counts);
    }
    return true; /* a link is there already */
}

static void find_put(struct plan *plan, struct eg_record row, bool flat, struct eg_import_plan *counts)
{
    const struct eg_record *old = eg_records_find(plan->base, row.table, row.field[0]);
    if (flat && (only_names(plan, &row, old) || put_place(plan, &row, counts))) return;
    struct eg_text *over = flat ? laid_over(plan, &row, old) : NULL;
    if (over) row.field = over;
    if (over && old && row.table == EG_RECORD_ORGANIZATION) keep_description(plan, old, over);
    put(plan, row, old, counts);
}

static void find_puts(struct plan *plan, bool flat, struct eg_import_plan *counts)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        for (uint32_t i = 0; i < eg_records_count(plan->imported, (enum eg_record_table)t); i++)
            find_put(plan, *eg_records_at(plan->imported, (enum eg_record_table)t, i), flat, counts);
}

/* --- organisations that nobody has any more ----------------------------------------------------------------------------------------- */

struct leaving {
    struct eg_textmap *moved; /* services that go to another organisation, or to none */
    struct eg_textmap *held;  /* organisations that rows of the import refer to, or that it has */
};

static struct eg_text organization_before(const struct plan *plan, const struct eg_record *put)
{
    const struct eg_record *old =
        put->table == EG_RECORD_SERVICE ? eg_records_find(plan->base, put->table, put->field[0]) : NULL;
    bool moves =
        old && !eg_text_equal(old->field[EG_SERVICE_ORGANIZATION_ID], put->field[EG_SERVICE_ORGANIZATION_ID]);
    return moves ? old->field[EG_SERVICE_ORGANIZATION_ID] : EG_TEXT("");
}

static void note_held(struct plan *plan, struct leaving *leaving, const struct eg_record *put)
{
    const struct eg_record_spec *spec = eg_record_spec(put->table);
    for (uint32_t f = 0; f < spec->n_fields; f++) {
        bool refers =
            spec->fields[f].type == EG_RECORD_LINK ||
            (spec->fields[f].type == EG_RECORD_REFERENCE && spec->fields[f].to == EG_RECORD_ORGANIZATION);
        if (!refers && !(f == 0 && put->table == EG_RECORD_ORGANIZATION)) continue;
        if (put->field[f].len > 0)
            plan->failed |= eg_textmap_put(leaving->held, put->field[f], 0, NULL) != EG_OK;
    }
}

static void note_all(struct plan *plan, struct leaving *leaving, bool flat)
{
    for (uint32_t i = 0; i < plan->n_puts && !plan->failed; i++) {
        note_held(plan, leaving, &plan->puts[i]);
        if (organization_before(plan, &plan->puts[i]).len > 0)
            plan->failed |= eg_textmap_put(leaving->moved, plan->puts[i].field[0], 0, NULL) != EG_OK;
    }
    for (uint32_t i = 0; !flat && i < eg_records_count(plan->imported, EG_RECORD_ORGANIZATION); i++)
        note_held(plan, leaving, eg_records_at(plan->imported, EG_RECORD_ORGANIZATION, i));
}

static bool leaves(void *context, const struct eg_record *referring)
{
    const struct leaving *leaving = context;
    return referring->table == EG_RECORD_SERVICE &&
           eg_textmap_get(leaving->moved, referring->field[0]) != EG_TEXTMAP_NONE;
}

/* Whether any row but those of services that go refers to it. */
static bool stays(const struct plan *plan, struct leaving *leaving, struct eg_text organization)
{
    if (!eg_records_visit_referring(plan->base, EG_RECORD_ORGANIZATION, organization, leaves, leaving))
        return true;
    return eg_textmap_get(leaving->held, organization) != EG_TEXTMAP_NONE;
}

/* The last entry took its leave of them, and nothing else is known of them. */
static void find_left(struct plan *plan, bool flat)
{
    struct leaving leaving = {eg_textmap_new(plan->n_puts), eg_textmap_new(64)};
    plan->failed |= !leaving.moved || !leaving.held;
    if (!plan->failed) note_all(plan, &leaving, flat);
    for (uint32_t i = 0; i < plan->n_puts && !plan->failed; i++) {
        struct eg_text organization = organization_before(plan, &plan->puts[i]);
        if (organization.len == 0 || stays(plan, &leaving, organization)) continue;
        plan->failed |= eg_textmap_put(leaving.held, organization, 0, NULL) != EG_OK; /* once */
        plan->deletes[plan->n_deletes++] = (struct eg_record_key){EG_RECORD_ORGANIZATION, organization};
    }
    eg_textmap_free(leaving.moved);
    eg_textmap_free(leaving.held);
}

/* --- all ------------------------------------------------------------------------------------------------------------------------------ */

enum eg_status eg_directory_import(const struct eg_records *base, const struct eg_records *imported,
                                   bool flat, struct eg_arena *arena, struct eg_import_plan *plan_out,
                                   struct eg_error *err)
{
    struct plan plan = {.base = base, .imported = imported, .arena = arena};
    struct eg_import_plan counts = {0};
    size_t n_all = 1;
    eg_buffer_init(&plan.room, 0);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        n_all += eg_records_count(imported, (enum eg_record_table)t);
    enum eg_status status = flat ? index_names(&plan, err) : EG_OK;
    if (status == EG_OK && flat) visit_all_superseded(&plan, true);
    plan.puts = eg_arena_array(arena, n_all, sizeof *plan.puts);
    size_t most_deletes = plan.n_deletes + (size_t)eg_records_count(imported, EG_RECORD_SERVICE) + 1;
    plan.deletes = eg_arena_array(arena, most_deletes, sizeof *plan.deletes);
    if (status == EG_OK && (!plan.puts || !plan.deletes))
        status = eg_error_no_memory(err, n_all * sizeof *plan.puts);
    if (status == EG_OK && flat) visit_all_superseded(&plan, false);
    if (status == EG_OK) find_puts(&plan, flat, &counts);
    if (status == EG_OK) find_left(&plan, flat);
    eg_buffer_clear(&plan.room);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) eg_textmap_free(plan.named[t]);
    if (status == EG_OK && plan.failed) status = eg_error_no_memory(err, 0);
    if (status != EG_OK) return status;
    counts.n_taken_away = plan.n_deletes;
    counts.change = (struct eg_records_change){plan.puts, plan.n_puts, plan.deletes, plan.n_deletes};
    *plan_out = counts;
    return EG_OK;
}
