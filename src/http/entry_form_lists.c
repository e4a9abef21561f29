/* What is a list in the document and one text in the form, since a list within a list would be more controls than people bear: what is
 * accessible at a place and its telephones, one thing a line, and its hours, as the entry's are written. An item whose line stays is the one
 * that it was, with all that the form does not show of it. */
#include "http/entry_form_parts.h"

#include <string.h>

#include "data/record_doubts.h"

#define EXTENSION "ext"

bool eg_form_is_list(const char *member)
{
    static const char *const lists[] = {EG_FORM_LINES, EG_FORM_PHONES, EG_FORM_SCHEDULES};
    for (size_t i = 0; i < EG_ARRAY_LEN(lists); i++)
        if (strcmp(member, lists[i]) == 0) return true;
    return false;
}

static bool is_phones(const char *member)
{
    return strcmp(member, EG_FORM_PHONES) == 0;
}

/* --- lines ----------------------------------------------------------------------------------------------------------------------- */

/* On one line. */
static void add_words(struct eg_text text, struct eg_buffer *line)
{
    for (size_t i = 0; i < text.len; i++)
        eg_buffer_char(line, text.data[i] == '\n' || text.data[i] == '\r' ? ' ' : text.data[i]);
}

/* Text of an item, after a comma. */
static void add_text(const struct eg_entry_form *form, const struct eg_json_value *item, const char *name,
                     struct eg_buffer *line)
{
    struct eg_text text = eg_text_trim(eg_form_text(form, eg_json_get(item, name)));
    if (text.len > 0 && line->len > 0) eg_buffer_literal(line, ", ");
    add_words(text, line);
}

/* Types of telephones that HSDS names beside "voice", the usual one: it and others are told by no line, and stay with their number. */
static bool is_type(struct eg_text text)
{
    static const char *const types[] = {"fax", "text", "cell", "video", "pager", "textphone"};
    bool is = false;
    for (size_t i = 0; i < EG_ARRAY_LEN(types); i++)
        is |= eg_text_equal_any_case(text, eg_text_from(types[i]));
    return is;
}

/* "020 7946 0000 ext 77, fax: appointments" */
static void add_phone(const struct eg_entry_form *form, const struct eg_json_value *item,
                      struct eg_buffer *line)
{
    struct eg_text extension = eg_form_text(form, eg_json_get(item, "extension"));
    struct eg_text type = eg_form_text(form, eg_json_get(item, "type"));
    struct eg_text description = eg_text_trim(eg_form_text(form, eg_json_get(item, "description")));
    add_text(form, item, "number", line);
    if (extension.len > 0) eg_buffer_printf(line, " " EXTENSION " %.*s", EG_TEXT_ARG(extension));
    if (!is_type(type)) {
        add_text(form, item, "description", line);
        return;
    }
    eg_buffer_printf(line, ", %.*s", EG_TEXT_ARG(type));
    if (description.len == 0) return;
    eg_buffer_literal(line, ": ");
    add_words(description, line);
}

/* "Ramp", or a telephone */
static struct eg_text line_of(const struct eg_entry_form *form, const char *member,
                              const struct eg_json_value *item)
{
    struct eg_buffer line;
    struct eg_text text = {0};
    eg_buffer_init(&line, 0);
    if (is_phones(member)) add_phone(form, item, &line);
    else add_text(form, item, "description", &line);
    if (line.len == 0) add_text(form, item, "details", &line);
    if (line.len > 0) text = eg_text_copy(form->arena, (struct eg_text){line.data, line.len});
    if (line.failed || (line.len > 0 && !text.data)) eg_form_fail(form);
    eg_buffer_clear(&line);
    return text.data ? text : EG_TEXT("");
}

static struct eg_text lines_of(const struct eg_entry_form *form, const char *member,
                               const struct eg_json_value *list)
{
    struct eg_buffer lines;
    struct eg_text text = {0};
    eg_buffer_init(&lines, 0);
    for (size_t i = 0; i < eg_json_length(list); i++) {
        struct eg_text line = line_of(form, member, eg_json_at(list, i));
        if (lines.len > 0 && line.len > 0) eg_buffer_char(&lines, '\n');
        eg_buffer_text(&lines, line);
    }
    if (lines.len > 0) text = eg_text_copy(form->arena, (struct eg_text){lines.data, lines.len});
    if (lines.failed || (lines.len > 0 && !text.data)) eg_form_fail(form);
    eg_buffer_clear(&lines);
    return text.data ? text : EG_TEXT("");
}

/* Of hours the place has what is of the entry there or, without any, of the location. */
static bool are_of_location(const struct eg_json_value *schedules)
{
    for (size_t i = 0; i < eg_json_length(schedules); i++)
        if (!eg_json_get(eg_json_at(schedules, i), EG_DOCUMENT_OF)) return false;
    return eg_json_length(schedules) > 0;
}

struct eg_text eg_form_shown(const struct eg_entry_form *form, const char *member,
                             const struct eg_json_value *value)
{
    if (!eg_json_is_array(value)) return eg_form_text(form, value);
    if (strcmp(member, EG_FORM_SCHEDULES) == 0)
        return eg_form_hours_in(form, value, are_of_location(value)).text;
    return lines_of(form, member, value);
}

/* --- telephones ------------------------------------------------------------------------------------------------------------------ */

/* What a line of telephones says. */
struct phone {
    struct eg_text number, extension, type, description;
};

/* Takes " ext 77" or " ext. 77" off a number's end. */
static void take_extension(struct phone *phone)
{
    struct eg_text number = phone->number;
    size_t end = number.len, digits, len = sizeof EXTENSION - 1;
    while (end > 0 && number.data[end - 1] >= '0' && number.data[end - 1] <= '9') end--;
    digits = end;
    while (end > 0 && (number.data[end - 1] == ' ' || number.data[end - 1] == '.')) end--;
    if (digits == number.len || end <= len || number.data[end - len - 1] != ' ' ||
        !eg_text_equal_any_case((struct eg_text){number.data + end - len, len}, EG_TEXT(EXTENSION)))
        return;
    phone->extension = (struct eg_text){number.data + digits, number.len - digits};
    phone->number = eg_text_trim((struct eg_text){number.data, end - len});
}

static struct phone phone_of(struct eg_text line)
{
    struct phone phone = {.description = eg_text_trim(eg_text_cut(line, ',', &phone.number))};
    struct eg_text type, rest = eg_text_cut(phone.description, ':', &type);
    phone.number = eg_text_trim(phone.number);
    take_extension(&phone);
    if (!is_type(eg_text_trim(type))) return phone;
    phone.type = eg_text_trim(type);
    phone.description = eg_text_trim(rest);
    return phone;
}

bool eg_form_phones_wrong(struct eg_text text)
{
    while (text.len > 0) {
        struct eg_text line;
        text = eg_text_cut(text, '\n', &line);
        struct eg_text number = phone_of(line).number;
        if (eg_text_trim(line).len > 0 && (number.len == 0 || eg_doubt_phone(number))) return true;
    }
    return false;
}

/* --- reading --------------------------------------------------------------------------------------------------------------------- */

struct lines {
    const struct eg_entry_form *form;
    const char *member;
    const struct eg_json_value *present;
    struct eg_text *line;              /* [n] as sent */
    const struct eg_json_value **item; /* [n] what it was; NULL: a new one */
    bool *is_same;                     /* [n] and still is */
    bool *is_taken;                    /* [length of present] */
    uint32_t n;
};

static bool read_lines(struct lines *lines, struct eg_text text)
{
    struct eg_arena *arena = lines->form->arena;
    size_t most = 1;
    for (size_t i = 0; i < text.len; i++) most += text.data[i] == '\n';
    lines->line = eg_arena_array(arena, most, sizeof *lines->line);
    lines->item = eg_arena_array(arena, most, sizeof *lines->item);
    lines->is_same = eg_arena_array(arena, most, sizeof *lines->is_same);
    lines->is_taken = eg_arena_array(arena, eg_json_length(lines->present) + 1, sizeof *lines->is_taken);
    if (!lines->line || !lines->item || !lines->is_same || !lines->is_taken) return false;
    while (text.len > 0) {
        struct eg_text line;
        text = eg_text_cut(text, '\n', &line);
        line = eg_text_trim(line);
        if (line.len > 0) lines->line[lines->n++] = line;
    }
    return true;
}

static void take(struct lines *lines, uint32_t line, size_t item, bool is_same)
{
    lines->item[line] = eg_json_at(lines->present, item);
    lines->is_same[line] = is_same;
    lines->is_taken[item] = true;
}

/* Lines that stay, and of telephones those that take the place of one that went: it is of the same, and as private. */
static void match(struct lines *lines)
{
    size_t n_items = eg_json_length(lines->present), next = 0;
    for (uint32_t l = 0; l < lines->n; l++)
        for (size_t i = 0; i < n_items && !lines->item[l]; i++) {
            struct eg_text now = line_of(lines->form, lines->member, eg_json_at(lines->present, i));
            if (!lines->is_taken[i] && eg_text_equal(eg_form_plain(lines->form, now), lines->line[l]))
                take(lines, l, i, true);
        }
    for (uint32_t l = 0; l < lines->n && is_phones(lines->member); l++) {
        while (next < n_items && lines->is_taken[next]) next++;
        if (!lines->item[l] && next < n_items) take(lines, l, next, false);
    }
}

static bool is_told(const char *name)
{
    static const char *const told[] = {"number", "extension", "type", "description"};
    bool is = false;
    for (size_t i = 0; i < EG_ARRAY_LEN(told); i++) is |= strcmp(name, told[i]) == 0;
    return is;
}

/* What the line tells is as it says. A number that is replaced leaves what no line tells but whom it is shown to; one that stays keeps it. */
static void write_phone(const struct eg_entry_form *form, struct eg_text line,
                        const struct eg_json_value *before, struct eg_json *json, struct eg_json_value *item)
{
    struct phone phone = phone_of(line);
    struct eg_text type = eg_form_text(form, eg_json_get(before, "type"));
    bool is_same =
        eg_text_equal(phone.number, eg_text_trim(eg_form_text(form, eg_json_get(before, "number"))));
    const char *name = NULL;
    if (phone.type.len == 0 && is_same && !is_type(type)) phone.type = type;
    eg_json_text(json, item, "number", phone.number);
    if (phone.extension.len > 0 || eg_json_get(before, "extension"))
        eg_json_text(json, item, "extension", phone.extension);
    if (phone.type.len > 0) eg_json_text(json, item, "type", phone.type);
    if (phone.description.len > 0) eg_json_text(json, item, "description", phone.description);
    for (const struct eg_json_value *value; before && (value = eg_json_next(before, &name));)
        if (!is_told(name)) eg_json_text(json, item, name, eg_form_text(form, value));
}

static void copy(const struct eg_entry_form *form, const struct eg_json_value *item, struct eg_json *json,
                 struct eg_json_value *list)
{
    eg_json_raw(json, list, NULL, eg_form_text(form, item));
}

static void write_lines(const struct eg_form_list *read, struct eg_json *json, struct eg_json_value *list)
{
    struct lines lines = {.form = read->form, .member = read->member, .present = read->present};
    if (!read_lines(&lines, read->text)) {
        eg_form_fail(read->form);
        return;
    }
    match(&lines);
    for (uint32_t i = 0; i < lines.n; i++) {
        if (lines.is_same[i]) {
            copy(read->form, lines.item[i], json, list);
            continue;
        }
        struct eg_json_value *item = eg_json_object(json, list, NULL);
        if (is_phones(read->member)) write_phone(read->form, lines.line[i], lines.item[i], json, item);
        else eg_json_text(json, item, "description", lines.line[i]);
    }
}

/* A text that says other hours than before stands for those that it said, in front of the rest. */
static void write_hours(const struct eg_form_list *read, struct eg_json *json, struct eg_json_value *list)
{
    bool of_location = are_of_location(read->present);
    struct eg_form_hours before = eg_form_hours_in(read->form, read->present, of_location);
    if (read->text.len > 0) eg_form_hours_read(read->form, read->text, of_location, json, list);
    for (size_t i = 0; i < eg_json_length(read->present); i++)
        if (before.is_said && !before.is_said[i]) copy(read->form, eg_json_at(read->present, i), json, list);
}

void eg_form_list_write(const struct eg_form_list *read, struct eg_json *json, struct eg_json_value *into)
{
    if (read->text.len == 0 && strcmp(read->member, EG_FORM_LINES) == 0) return;
    struct eg_json_value *list = eg_json_array(json, into, read->member);
    if (strcmp(read->member, EG_FORM_SCHEDULES) == 0) write_hours(read, json, list);
    else write_lines(read, json, list);
}
