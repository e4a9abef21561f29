/* Which controls the form of an entry has. The document's own tables (data/entry_document_parts.h) say which members there are and of which
 * type; here stands what a form has to know besides. */
#include "http/entry_form_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static const struct {
    const char *path;
    unsigned flags;
} marks[] = {
    {"kind", EG_FORM_PUBLIC},
    {"name", EG_FORM_PUBLIC},
    {"description", EG_FORM_PUBLIC | EG_FORM_LONG},
    {"url", EG_FORM_PUBLIC},
    {"email", EG_FORM_PUBLIC},
    {"alert", EG_FORM_HINT},
    {"eligibility", EG_FORM_PUBLIC | EG_FORM_LONG | EG_FORM_HINT},
    {"fees", EG_FORM_PUBLIC},
    {"how_to_apply", EG_FORM_PUBLIC | EG_FORM_LONG},
    {"last_reviewed", EG_FORM_HINT},
    {"organisation.name", EG_FORM_PUBLIC},
    {"organisation.id", EG_FORM_HINT | EG_FORM_FOLLOWS},
    {"organisation.description", EG_FORM_LONG},
    {"organisation.url", EG_FORM_PUBLIC},
    {"organisation.email", EG_FORM_PUBLIC},
    {"location.id", EG_FORM_NEVER},
    {"location.name", EG_FORM_PUBLIC},
    {"location.longitude", EG_FORM_PUBLIC | EG_FORM_HINT},
    {"location.latitude", EG_FORM_PUBLIC | EG_FORM_HINT},
    {"location.transportation", EG_FORM_PUBLIC | EG_FORM_LONG},
    {"location.address_1", EG_FORM_PUBLIC},
    {"location.address_2", EG_FORM_PUBLIC},
    {"location.city", EG_FORM_PUBLIC},
    {"location.region", EG_FORM_PUBLIC},
    {"location.state_province", EG_FORM_PUBLIC},
    {"location.postal_code", EG_FORM_PUBLIC},
    {"location.country", EG_FORM_PUBLIC},
    {"location." EG_FORM_LINES, EG_FORM_PUBLIC | EG_FORM_LONG | EG_FORM_HINT},
    {"location." EG_FORM_PHONES, EG_FORM_PUBLIC | EG_FORM_LONG | EG_FORM_HINT},
    {"location." EG_FORM_SCHEDULES, EG_FORM_PUBLIC | EG_FORM_LONG | EG_FORM_HINT},
    {"location.contacts", EG_FORM_NEVER},
    {"location.languages", EG_FORM_NEVER},
    {"wait_time", EG_FORM_NEVER},
    {"minimum_age", EG_FORM_NEVER},
    {"maximum_age", EG_FORM_NEVER},
    {"interpretation_services", EG_FORM_NEVER},
    {"location.location_type", EG_FORM_NEVER},
    {"location.alternate_name", EG_FORM_NEVER},
    {"location.url", EG_FORM_NEVER},
    {"phones.number", EG_FORM_PUBLIC},
    {"phones.extension", EG_FORM_PUBLIC | EG_FORM_FOLLOWS},
    {"phones.type", EG_FORM_PUBLIC | EG_FORM_HINT | EG_FORM_FOLLOWS},
    {"phones.description", EG_FORM_PUBLIC | EG_FORM_HINT},
    {"contacts.name", EG_FORM_PUBLIC | EG_FORM_HINT},
    {"contacts.title", EG_FORM_PUBLIC},
    {"contacts.department", EG_FORM_PUBLIC},
    {"contacts.email", EG_FORM_PUBLIC},
    {"schedules.interval", EG_FORM_HINT},
    {"schedules.byday", EG_FORM_HINT},
    {"schedules.bymonthday", EG_FORM_HINT},
    {"languages.name", EG_FORM_PUBLIC},
    {"languages.code", EG_FORM_HINT | EG_FORM_FOLLOWS},
    {"languages.note", EG_FORM_PUBLIC},
    {"accessibility.description", EG_FORM_PUBLIC | EG_FORM_HINT},
    {"accessibility.details", EG_FORM_PUBLIC},
    {"costs.option", EG_FORM_PUBLIC},
    {"costs.amount", EG_FORM_PUBLIC},
    {"costs.currency", EG_FORM_PUBLIC},
    {"costs.amount_description", EG_FORM_PUBLIC},
    {"required_documents.document", EG_FORM_PUBLIC},
    {"required_documents.uri", EG_FORM_PUBLIC},
    {"service_areas.description", EG_FORM_PUBLIC | EG_FORM_LONG | EG_FORM_HINT},
    {"service_areas.area_codes", EG_FORM_LONG | EG_FORM_HINT},
    {"service_areas.extent", EG_FORM_NEVER},
};

static const struct eg_document_part *const singles[] = {&eg_document_service, &eg_document_organisation,
                                                         &eg_document_location};

static const struct eg_document_part accessible = {
    .table = EG_RECORD_ACCESSIBILITY,
    .visibility = UINT32_MAX,
    .members = {{EG_FORM_LINES, EG_ACCESSIBILITY_DESCRIPTION}},
};

/* What a place has of its own, which are lists in the document. */
static const struct eg_document_part own = {
    .table = EG_RECORD_SCHEDULE,
    .visibility = UINT32_MAX,
    .members = {{EG_FORM_PHONES, EG_SCHEDULE_DESCRIPTION},
                {EG_FORM_SCHEDULES, EG_SCHEDULE_DESCRIPTION},
                {"contacts", EG_SCHEDULE_DESCRIPTION},
                {"languages", EG_SCHEDULE_DESCRIPTION}},
};

struct eg_form_part eg_form_part_at(uint32_t i)
{
    static const char *const names[] = {"", "organisation", "location"};
    uint32_t n = EG_ARRAY_LEN(singles);
    if (i == n)
        return (struct eg_form_part){eg_document_other_location.name,
                                     "location",
                                     {&eg_document_other_location, &eg_document_address, &accessible, &own},
                                     true};
    if (i > n) {
        const struct eg_document_part *list = &eg_document_lists[i - n - 1];
        return (struct eg_form_part){list->name, list->name, {list}, true};
    }
    if (i < 2) return (struct eg_form_part){names[i], names[i], {singles[i]}, false};
    return (struct eg_form_part){names[i], names[i], {singles[i], &eg_document_address, &own}, false};
}

bool eg_form_part_named(struct eg_text name, struct eg_form_part *part_out)
{
    for (uint32_t i = 0; i < EG_FORM_N_PARTS; i++) {
        *part_out = eg_form_part_at(i);
        if (eg_text_equal(name, eg_text_from(part_out->name))) return true;
    }
    return false;
}

uint32_t eg_form_part_count(const struct eg_form_part *part)
{
    uint32_t n = 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(part->members) && part->members[i]; i++)
        n += eg_document_part_members(part->members[i]);
    return n;
}

static unsigned flags_of(const char *part, const char *member)
{
    char path[EG_ENTRY_FORM_NAME_BYTES];
    (void)snprintf(path, sizeof path, "%s%s%s", part, part[0] ? "." : "", member);
    for (size_t i = 0; i < EG_ARRAY_LEN(marks); i++)
        if (strcmp(marks[i].path, path) == 0) return marks[i].flags;
    return 0;
}

struct eg_form_member eg_form_part_member(const struct eg_form_part *part, uint32_t i)
{
    const struct eg_document_part *const *of_part = part->members;
    for (uint32_t n; i >= (n = eg_document_part_members(*of_part)); of_part++) i -= n;
    const struct eg_document_part *of = *of_part;
    const struct eg_document_member *member = &of->members[i];
    unsigned flags = flags_of(part->path, member->name);
    if (of == &own && !part->is_list) flags |= EG_FORM_OF_FIRST;
    return (struct eg_form_member){member->name, &eg_record_spec(of->table)->fields[member->field], flags};
}

static bool tells_first(const struct eg_entry_form *form, const char *member)
{
    return eg_json_length(eg_json_get(form->document, eg_document_other_location.name)) > 0 ||
           eg_json_length(eg_json_get(eg_json_get(form->document, "location"), member)) > 0;
}

bool eg_form_shows(const struct eg_entry_form *form, const struct eg_form_member *member)
{
    if (member->flags & EG_FORM_NEVER) return false;
    if ((member->flags & EG_FORM_OF_FIRST) && !tells_first(form, member->name)) return false;
    return form->scope == EG_ENTRY_FORM_EDITOR || (member->flags & EG_FORM_PUBLIC);
}

bool eg_form_is_single(const struct eg_entry_form *form, const struct eg_form_part *part)
{
    return form->scope == EG_ENTRY_FORM_PUBLIC && part->is_list &&
           part->members[0]->table == EG_RECORD_SERVICE_AREA;
}

struct eg_form_name eg_form_name_of(const struct eg_form_part *part, uint32_t row, const char *member)
{
    struct eg_form_name name;
    if (row == UINT32_MAX)
        (void)snprintf(name.text, sizeof name.text, "%s%s%s", part->name, part->name[0] ? "." : "", member);
    else (void)snprintf(name.text, sizeof name.text, "%s.%u.%s", part->name, row, member);
    return name;
}

/* --- texts ----------------------------------------------------------------------------------------------------------------------- */

void eg_form_fail(const struct eg_entry_form *form)
{
    if (form->failed) *form->failed = true;
}

const struct eg_text *eg_form_posted(const struct eg_entry_form *form, const char *name)
{
    struct eg_text wanted = eg_text_from(name);
    for (uint32_t i = 0; form->posted && i < form->posted->n; i++)
        if (eg_text_equal(form->posted->pairs[i].name, wanted)) return &form->posted->pairs[i].value;
    return NULL;
}

struct eg_text eg_form_text(const struct eg_entry_form *form, const struct eg_json_value *value)
{
    struct eg_text text = {0};
    if (!value || eg_json_is_text(value, &text)) return text;
    struct eg_buffer written;
    eg_buffer_init(&written, 0);
    if (eg_json_write(value, &written, NULL) == EG_OK)
        text = eg_text_copy(form->arena, (struct eg_text){written.data, written.len});
    eg_buffer_clear(&written);
    if (!text.data) eg_form_fail(form);
    return text.data ? text : (struct eg_text){0};
}

static bool is_odd(char c)
{
    return ((unsigned char)c < ' ' && c != '\n' && c != '\t') || c == 0x7F;
}

struct eg_text eg_form_plain(const struct eg_entry_form *form, struct eg_text text)
{
    size_t n_odd = 0, len = 0;
    text = eg_text_trim(text);
    for (size_t i = 0; i < text.len; i++) n_odd += is_odd(text.data[i]) ? 1 : 0;
    if (n_odd == 0) return text;
    char *plain = eg_arena_array(form->arena, text.len + 2 * n_odd + 1, 1);
    if (!plain) eg_form_fail(form);
    if (!plain) return text;
    for (size_t i = 0; i < text.len; i++) {
        bool ends_line = text.data[i] == '\r';
        if (ends_line && i + 1 < text.len && text.data[i + 1] == '\n') continue;
        if (!ends_line && is_odd(text.data[i])) {
            memcpy(plain + len, "\xEF\xBF\xBD", 3);
            len += 3;
        } else plain[len++] = ends_line ? '\n' : text.data[i];
    }
    return eg_text_trim((struct eg_text){plain, len});
}

struct eg_text eg_entry_form_sent(const struct eg_entry_form *form, const char *name)
{
    const struct eg_text *posted = eg_form_posted(form, name);
    return posted ? eg_form_plain(form, *posted) : (struct eg_text){0};
}

struct eg_text eg_form_usual(const struct eg_form_member *member, struct eg_text text)
{
    if (strcmp(member->field->name, "visibility") == 0 && eg_text_equal(text, EG_TEXT("public")))
        return EG_TEXT("");
    return text;
}

void eg_form_version(const struct eg_entry_form *form, char version_out[33])
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    if (!form->document || eg_json_write(form->document, &text, NULL) != EG_OK) text.len = 0;
    eg_hash128_hex(text.data, text.len, version_out);
    eg_buffer_clear(&text);
}

/* --- rows ------------------------------------------------------------------------------------------------------------------------ */

struct eg_form_rows eg_form_rows_of(const struct eg_entry_form *form, const struct eg_form_part *part)
{
    const struct eg_json_value *list = eg_json_get(form->document, part->name);
    uint32_t n = (uint32_t)eg_json_length(list);
    struct eg_form_rows rows = {eg_arena_array(form->arena, n + 1, sizeof *rows.items), 0};
    struct eg_form_hours hours = {0};
    if (!rows.items) eg_form_fail(form);
    if (part->members[0]->table == EG_RECORD_SCHEDULE) hours = eg_form_hours_of(form);
    for (uint32_t i = 0; rows.items && i < n; i++)
        if (!hours.is_said || !hours.is_said[i]) rows.items[rows.n++] = eg_json_at(list, i);
    return rows;
}

uint32_t eg_form_posted_rows(const struct eg_entry_form *form, const char *list)
{
    uint32_t n = 0, row;
    for (uint32_t i = 0; form->posted && i < form->posted->n; i++) {
        struct eg_text name, number, rest = eg_text_cut(form->posted->pairs[i].name, '.', &name);
        if (!eg_text_equal(name, eg_text_from(list))) continue;
        (void)eg_text_cut(rest, '.', &number);
        if (eg_text_to_u32(number, &row) && row < EG_ENTRY_FORM_ROWS && row >= n) n = row + 1;
    }
    return n;
}
