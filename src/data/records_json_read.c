/* One outermost object at a time becomes a tree, is walked by record_tree.h, and lets go. A child is tied to its parent by where it
 * stands, whatever its own reference says. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "data/json_items.h"
#include "data/record_ids.h"
#include "data/record_tree.h"
#include "data/records_json.h"

#define PATH_BYTES 256
#define ARENA_CEILING_BYTES ((size_t)1024 * 1024 * 1024)

struct reader {
    struct eg_intake *intake;
    enum eg_record_table table; /* of the outermost objects */
    struct eg_arena *arena;     /* of the outermost object at hand: texts made for it */
    struct eg_intake_place place;
    char path[PATH_BYTES];
    struct eg_error *err;
};

/* Where an object hangs. */
struct hook {
    enum eg_record_table table;
    const struct eg_record_branch *branch; /* NULL for the outermost */
    enum eg_record_table parent;
    struct eg_text parent_id;
    uint32_t index;
};

static enum eg_status read_object(struct reader *reader, const struct eg_json_value *object,
                                  const struct hook *hook, struct eg_text *id_out);

static size_t push(struct reader *reader, const char *member, uint32_t index, bool indexed)
{
    size_t len = reader->place.path.len, room = sizeof reader->path - len;
    int n = indexed ? snprintf(reader->path + len, room, ".%s[%u]", member, index)
                    : snprintf(reader->path + len, room, ".%s", member);
    reader->place.path.len = n > 0 && (size_t)n < room ? len + (size_t)n : len;
    return len;
}

static void pop(struct reader *reader, size_t len)
{
    reader->place.path.len = len;
    reader->path[len] = '\0';
}

/* --- fields --------------------------------------------------------------------------------------------------------------------- */

/* False for a value that no field can have. */
static bool scalar_text(struct reader *reader, const struct eg_json_value *value, struct eg_text *text_out,
                        bool *fits)
{
    double number;
    bool boolean;
    if (eg_json_is_text(value, text_out)) return true;
    if (eg_json_is_number(value, &number)) *text_out = eg_text_format(reader->arena, "%.15g", number);
    else if (eg_json_is_bool(value, &boolean)) *text_out = boolean ? EG_TEXT("true") : EG_TEXT("false");
    else return false;
    *fits = text_out->data != NULL;
    return true;
}

static const struct eg_record_branch *branch_named(enum eg_record_table table, const char *member)
{
    const struct eg_record_branch *branch = eg_record_branches(table);
    while (branch->member && strcmp(branch->member, member) != 0) branch++;
    return branch->member ? branch : NULL;
}

static bool is_null(const struct eg_json_value *value)
{
    struct eg_text text;
    double number;
    bool boolean;
    const char *name = NULL;
    return !eg_json_is_text(value, &text) && !eg_json_is_number(value, &number) &&
           !eg_json_is_bool(value, &boolean) && eg_json_length(value) == 0 && !eg_json_next(value, &name);
}

static enum eg_status read_fields(struct reader *reader, const struct eg_json_value *object,
                                  enum eg_record_table table, struct eg_text *field)
{
    const char *member = NULL;
    const struct eg_json_value *value;
    while ((value = eg_json_next(object, &member))) {
        struct eg_text text = {NULL, 0};
        bool fits = true;
        uint32_t f = eg_record_field_named(table, eg_text_from(member));
        if (is_null(value) || (f == UINT32_MAX && branch_named(table, member))) continue;
        if (f == UINT32_MAX) {
            eg_intake_remark(reader->intake, EG_INTAKE_DOUBTFUL, &reader->place,
                             "%s has no field '%.60s': it is left out", eg_record_spec(table)->name, member);
        } else if (scalar_text(reader, value, &text, &fits)) {
            if (!fits) return eg_error_no_memory(reader->err, 0);
            field[f] = text;
        } else {
            eg_intake_remark(reader->intake, EG_INTAKE_DOUBTFUL, &reader->place,
                             "%s.%s is a list or an object, not a value: it is left out",
                             eg_record_spec(table)->name, member);
        }
    }
    return EG_OK;
}

/* An object without an id has one made of where it stands. */
static enum eg_status make_id(struct reader *reader, const struct hook *hook, struct eg_text *id)
{
    const char *name = eg_record_spec(hook->table)->name;
    if (id->len > 0 || !hook->branch) return EG_OK;
    struct eg_text where = eg_text_format(reader->arena, "%.*s:%s:%u", EG_TEXT_ARG(hook->parent_id),
                                          hook->branch->member, hook->index);
    if (where.data) *id = eg_record_id_of(reader->arena, name, where);
    if (!where.data || !id->data) return eg_error_no_memory(reader->err, EG_UUID_TEXT_LEN);
    eg_intake_remark(reader->intake, EG_INTAKE_DOUBTFUL, &reader->place,
                     "%s without an id: %.*s stands for it, after where it stands", name, EG_TEXT_ARG(*id));
    return EG_OK;
}

/* What a parent refers to it by, whatever the row itself says. */
static void tie(struct reader *reader, struct eg_text *field, uint32_t f, struct eg_text to,
                enum eg_record_table table)
{
    struct eg_text given = eg_text_trim(field[f]);
    if (given.len > 0 && !eg_text_equal_any_case(given, to))
        eg_intake_remark(reader->intake, EG_INTAKE_DOUBTFUL, &reader->place,
                         "%s.%s names '%.*s', but it stands within '%.*s': that counts",
                         eg_record_spec(table)->name, eg_record_spec(table)->fields[f].name,
                         EG_TEXT_SHOWN(given, 60), EG_TEXT_SHOWN(to, 60));
    field[f] = to;
}

static void tie_to_parent(struct reader *reader, const struct hook *hook, struct eg_text *field)
{
    struct eg_text parent = eg_text_from(eg_record_spec(hook->parent)->name);
    if (!hook->branch || hook->branch->up) return;
    tie(reader, field, hook->branch->field, hook->parent_id, hook->table);
    if (hook->table == EG_RECORD_ATTRIBUTE) tie(reader, field, EG_ATTRIBUTE_LINK_ENTITY, parent, hook->table);
    if (hook->table == EG_RECORD_METADATA && field[EG_METADATA_RESOURCE_TYPE].len == 0)
        field[EG_METADATA_RESOURCE_TYPE] = parent;
}

/* --- branches ------------------------------------------------------------------------------------------------------------------- */

/* The object that the row refers to; its id becomes the row's reference. */
static enum eg_status read_up(struct reader *reader, const struct eg_json_value *value,
                              const struct hook *hook, struct eg_text *field)
{
    struct eg_text id = {NULL, 0};
    size_t len = push(reader, hook->branch->member, 0, false);
    enum eg_status status = read_object(reader, value, hook, &id);
    pop(reader, len);
    if (status == EG_OK && id.len > 0) tie(reader, field, hook->branch->field, id, hook->parent);
    return status;
}

static enum eg_status read_down(struct reader *reader, const struct eg_json_value *value, struct hook *hook)
{
    enum eg_status status = EG_OK;
    size_t n = eg_json_length(value);
    const char *first = NULL;
    bool is_object = eg_json_next(value, &first) != NULL;
    if (n == 0 && !is_object)
        eg_intake_remark(reader->intake, EG_INTAKE_DOUBTFUL, &reader->place,
                         "%s.%s is no list: it is left out", eg_record_spec(hook->parent)->name,
                         hook->branch->member);
    for (size_t i = 0; i < (is_object ? 1 : n) && status == EG_OK; i++) {
        hook->index = (uint32_t)i;
        size_t len = push(reader, hook->branch->member, (uint32_t)i, true);
        status = read_object(reader, is_object ? value : eg_json_at(value, i), hook, NULL);
        pop(reader, len);
    }
    return status;
}

/* Those that the row refers to, before it is added, or those that refer to it. */
static enum eg_status read_branches(struct reader *reader, const struct eg_json_value *object,
                                    enum eg_record_table table, struct eg_text *field, bool up)
{
    enum eg_status status = EG_OK;
    for (const struct eg_record_branch *branch = eg_record_branches(table); branch->member && status == EG_OK;
         branch++) {
        const struct eg_json_value *value = eg_json_get(object, branch->member);
        if (branch->up != up || !value || is_null(value)) continue;
        if (eg_record_field_named(table, eg_text_from(branch->member)) != UINT32_MAX) continue;
        struct hook hook = {branch->table, branch, table, field[0], 0};
        status = up ? read_up(reader, value, &hook, field) : read_down(reader, value, &hook);
    }
    return status;
}

static enum eg_status read_object(struct reader *reader, const struct eg_json_value *object,
                                  const struct hook *hook, struct eg_text *id_out)
{
    struct eg_text field[EG_RECORD_FIELDS] = {{0}};
    const char *first = NULL;
    if (!eg_json_next(object, &first)) {
        eg_intake_remark(reader->intake, EG_INTAKE_REJECTED, &reader->place, "it is no object with members");
        return EG_OK;
    }
    enum eg_status status = read_fields(reader, object, hook->table, field);
    if (status == EG_OK) status = make_id(reader, hook, &field[0]);
    if (status != EG_OK) return status;
    tie_to_parent(reader, hook, field);
    status = read_branches(reader, object, hook->table, field, true);
    if (status == EG_OK)
        status = eg_intake_add(reader->intake, hook->table, field, &reader->place, reader->err);
    if (status == EG_OK) status = read_branches(reader, object, hook->table, field, false);
    if (id_out) *id_out = field[0];
    return status;
}

/* --- the file ------------------------------------------------------------------------------------------------------------------- */

/* Where services are wanted, there may be organisations that have theirs within them: an API that is asked for organisations answers so. What
 * a service has to have, an organisation has not. */
static enum eg_record_table table_of(const struct reader *reader, const struct eg_json_value *object)
{
    static const char *const of_organizations[] = {"legal_status",
                                                   "organization_identifiers",
                                                   "parent_organization_id",
                                                   "programs",
                                                   "tax_id",
                                                   "tax_status",
                                                   "uri",
                                                   "website",
                                                   "year_incorporated"};
    if (reader->table != EG_RECORD_SERVICE) return reader->table;
    if (eg_json_get(object, "services")) return EG_RECORD_ORGANIZATION;
    if (eg_json_get(object, "status") || eg_json_get(object, "organization") ||
        eg_json_get(object, "organization_id"))
        return EG_RECORD_SERVICE;
    for (size_t i = 0; i < EG_ARRAY_LEN(of_organizations); i++)
        if (eg_json_get(object, of_organizations[i])) return EG_RECORD_ORGANIZATION;
    return EG_RECORD_SERVICE;
}

static enum eg_status read_tree(struct reader *reader, const struct eg_json_item *item, struct eg_json *json)
{
    struct hook hook = {.table = table_of(reader, eg_json_root(json)), .index = item->index};
    reader->arena = eg_arena_new(ARENA_CEILING_BYTES);
    if (!reader->arena) return eg_error_no_memory(reader->err, 0);
    enum eg_status status = read_object(reader, eg_json_root(json), &hook, NULL);
    eg_arena_free(reader->arena);
    reader->arena = NULL;
    return status;
}

static enum eg_status read_item(void *context, const struct eg_json_item *item, struct eg_error *err)
{
    struct reader *reader = context;
    struct eg_json *json = NULL;
    struct eg_error fault = {0};
    int n = item->index == EG_JSON_ITEM_ALONE
                ? snprintf(reader->path, sizeof reader->path, "$")
                : snprintf(reader->path, sizeof reader->path, "$[%u]", item->index);
    reader->place = (struct eg_intake_place){.line = item->line, .path = {reader->path, (size_t)n}};
    reader->err = err;
    enum eg_status status = eg_json_parse(item->text, &json, &fault);
    if (status == EG_NO_MEMORY) return eg_error_no_memory(err, item->text.len);
    if (status != EG_OK) {
        if (fault.line > 0) reader->place.line += fault.line - 1;
        eg_intake_remark(reader->intake, EG_INTAKE_REJECTED, &reader->place, "%s", fault.message);
        return EG_OK;
    }
    status = read_tree(reader, item, json);
    eg_json_free(json);
    return status;
}

enum eg_status eg_records_json_read(struct eg_text json, enum eg_record_table table, struct eg_intake *intake,
                                    struct eg_error *err)
{
    struct reader reader = {.intake = intake, .table = table, .err = err};
    static const struct eg_json_list list = {"contents", "name"};
    return eg_json_items(json, &list, read_item, &reader, err);
}
