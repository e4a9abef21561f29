/* What stands in a document, in words: members by the labels of the form, the words of HSDS as the form offers them, hours as people say
 * them, lists by lines, a polygon by its size. Nobody has to read JSON to decide about a change. */
#include <stdio.h>
#include <string.h>

#include "http/admin_parts.h"
#include "http/entry_form_parts.h"
#include "http/hours_words.h"
#include "http/server_parts.h"

#define MOST_NESTING 8U
#define SCHEDULES "schedules"
#define EXTENT "extent"
#define OF_LOCATION "of the location itself, for all entries there"

static const struct eg_locale *english(const struct eg_admin_page *page)
{
    return eg_locales_at(page->exchange->server->locales, 0);
}

/* --- names ----------------------------------------------------------------------------------------------------------------- */

/* Members that are lists or objects. */
const char *eg_admin_word(struct eg_text member, char room[EG_ADMIN_WORD_BYTES])
{
    static const struct {
        const char *member, *word;
    } words[] = {{"alternate_name", "Other name"},
                 {"last_reviewed", "Last reviewed"},
                 {"url", "Web page"},
                 {"email", "E-mail"},
                 {"alert", "Notice"},
                 {"eligibility", "For whom"},
                 {"how_to_apply", "How to take part"},
                 {"phones", "Telephone"},
                 {"contacts", "Contact"},
                 {"schedules", "Hours"},
                 {"topics", "Topic"},
                 {"languages", "Language"},
                 {"other_locations", "Other place"},
                 {"service_areas", "Service area"},
                 {"area_codes", "Codes of areas"},
                 {"extent", "Polygon"},
                 {"costs", "Cost"},
                 {"required_documents", "What to bring"}};
    for (size_t i = 0; i < EG_ARRAY_LEN(words); i++)
        if (eg_text_equal(member, eg_text_from(words[i].member))) return words[i].word;
    size_t len = eg_text_shown(member, EG_ADMIN_WORD_BYTES - 1);
    for (size_t i = 0; i < len; i++) room[i] = member.data[i] == '_' ? ' ' : member.data[i];
    if (len > 0 && room[0] >= 'a' && room[0] <= 'z') room[0] = (char)(room[0] - 'a' + 'A');
    room[len] = '\0';
    return room;
}

/* The label's examples are for who fills it in: "Opens at (09:00)". */
static struct eg_text without_example(struct eg_text label)
{
    for (size_t i = 0; i + 1 < label.len; i++)
        if (label.data[i] == ' ' && label.data[i + 1] == '(') return (struct eg_text){label.data, i};
    return label;
}

/* Empty: the form has none. */
static struct eg_text label_of(const struct eg_admin_page *page, const struct eg_form_part *part,
                               struct eg_text name)
{
    for (uint32_t i = 0; i < eg_form_part_count(part); i++) {
        struct eg_form_member member = eg_form_part_member(part, i);
        char key[96];
        if ((member.flags & EG_FORM_NEVER) || !eg_text_equal(name, eg_text_from(member.name))) continue;
        (void)snprintf(key, sizeof key, "form.%s%s%s", part->path, part->path[0] ? "." : "", member.name);
        return without_example(eg_locale_text(english(page), key));
    }
    return (struct eg_text){0};
}

struct eg_text eg_admin_label(struct eg_admin_page *page, struct eg_text member, struct eg_text part)
{
    struct eg_form_part of = eg_form_part_at(0);
    char room[EG_ADMIN_WORD_BYTES];
    bool is_known = part.len == 0 || eg_form_part_named(member, &of);
    struct eg_text name = part.len > 0 ? part : member;
    struct eg_text label = is_known ? label_of(page, &of, name) : (struct eg_text){0};
    return label.len > 0 ? label : eg_admin_keep(page, eg_text_from(eg_admin_word(name, room)));
}

/* --- values ---------------------------------------------------------------------------------------------------------------- */

/* "WEEKLY" as the form offers it: "Weekly". */
struct eg_text eg_admin_say_text(const struct eg_admin_page *page, struct eg_text name, struct eg_text value)
{
    static const struct {
        const char *name, *keys;
        enum eg_record_table table;
        uint32_t field;
    } vocabularies[] = {{"kind", "kind.", EG_RECORD_SERVICE, EG_SERVICE_KIND},
                        {"status", "form.status.", EG_RECORD_SERVICE, EG_SERVICE_STATUS},
                        {"visibility", "form.visibility.", EG_RECORD_PHONE, EG_PHONE_VISIBILITY},
                        {"freq", "form.freq.", EG_RECORD_SCHEDULE, EG_SCHEDULE_FREQ}};
    for (size_t i = 0; i < EG_ARRAY_LEN(vocabularies); i++) {
        const char *const *word = eg_record_spec(vocabularies[i].table)->fields[vocabularies[i].field].words;
        char key[96];
        if (!eg_text_equal(name, eg_text_from(vocabularies[i].name))) continue;
        while (word && *word && !eg_text_equal(value, eg_text_from(*word))) word++;
        if (!word || !*word) return value;
        (void)snprintf(key, sizeof key, "%s%s", vocabularies[i].keys, *word);
        return eg_locale_text(english(page), key);
    }
    return value;
}

/* A text, or what JSON writes. */
static struct eg_text plain(struct eg_admin_page *page, const struct eg_json_value *value)
{
    struct eg_text text = {0};
    struct eg_buffer written;
    if (!value || eg_json_is_text(value, &text)) return eg_text_trim(text);
    eg_buffer_init(&written, 0);
    if (eg_json_write(value, &written, NULL) == EG_OK)
        text = eg_admin_keep(page, (struct eg_text){written.data, written.len});
    eg_buffer_clear(&written);
    return text;
}

struct ground {
    double lon_min, lat_min, lon_max, lat_max;
    uint32_t n;
};

static void add_points(const struct eg_json_value *value, uint32_t depth, struct ground *ground)
{
    double lon, lat;
    if (eg_json_is_number(eg_json_at(value, 0), &lon) && eg_json_is_number(eg_json_at(value, 1), &lat)) {
        if (ground->n == 0) *ground = (struct ground){lon, lat, lon, lat, 0};
        if (lon < ground->lon_min) ground->lon_min = lon;
        if (lat < ground->lat_min) ground->lat_min = lat;
        if (lon > ground->lon_max) ground->lon_max = lon;
        if (lat > ground->lat_max) ground->lat_max = lat;
        ground->n++;
        return;
    }
    for (size_t i = 0; i < eg_json_length(value) && depth < MOST_NESTING; i++)
        add_points(eg_json_at(value, i), depth + 1, ground);
}

static struct eg_text say_polygon(struct eg_admin_page *page, const struct eg_json_value *geometry)
{
    struct ground ground = {.n = 0};
    add_points(eg_json_get(geometry, "coordinates"), 0, &ground);
    if (ground.n == 0) return EG_TEXT("a shape on the map");
    struct eg_text text = eg_text_format(
        page->arena, "a shape of %u points on the map, longitude %.4f to %.4f, latitude %.4f to %.4f",
        ground.n, ground.lon_min, ground.lon_max, ground.lat_min, ground.lat_max);
    page->html.out.failed |= !text.data;
    return text;
}

static void add_item(struct eg_admin_page *page, struct eg_text member, const struct eg_json_value *item,
                     struct eg_buffer *out)
{
    const char *name = NULL;
    bool is_first = true;
    if (!eg_json_is_object(item)) {
        eg_buffer_text(out, plain(page, item));
        return;
    }
    for (const struct eg_json_value *value; (value = eg_json_next(item, &name));) {
        bool is_whose = strcmp(name, EG_DOCUMENT_OF) == 0;
        struct eg_text text = eg_admin_say(page, member, eg_text_from(name), value);
        if (text.len == 0) continue;
        struct eg_text label = eg_admin_label(page, member, eg_text_from(name));
        if (!is_first) eg_buffer_literal(out, "; ");
        if (is_whose) eg_buffer_literal(out, OF_LOCATION);
        else eg_buffer_printf(out, "%.*s: %.*s", EG_TEXT_ARG(label), EG_TEXT_ARG(text));
        is_first = false;
    }
}

static struct eg_text finish(struct eg_admin_page *page, struct eg_buffer *out)
{
    struct eg_text text = eg_admin_keep(page, (struct eg_text){out->data, out->len});
    page->html.out.failed |= out->failed;
    eg_buffer_clear(out);
    return text;
}

struct eg_text eg_admin_say(struct eg_admin_page *page, struct eg_text member, struct eg_text part,
                            const struct eg_json_value *value)
{
    struct eg_buffer out;
    bool is_list = eg_json_is_array(value);
    if (is_list && eg_text_equal(part, EG_TEXT(SCHEDULES))) return eg_admin_hours(page, value);
    if (eg_text_equal(part, EG_TEXT(EXTENT)) && eg_json_is_object(value)) return say_polygon(page, value);
    if (!is_list && !eg_json_is_object(value))
        return eg_admin_say_text(page, part.len > 0 ? part : member, plain(page, value));
    eg_buffer_init(&out, 0);
    struct eg_text list =
        part.len > 0 ? part : member; /* "accessibility" of a place is called as the entry's */
    if (!is_list) add_item(page, list, value, &out);
    for (size_t i = 0; i < eg_json_length(value); i++) {
        if (i > 0) eg_buffer_char(&out, '\n');
        add_item(page, list, eg_json_at(value, i), &out);
    }
    return finish(page, &out);
}

/* --- hours ----------------------------------------------------------------------------------------------------------------- */

static bool read_schedule(struct eg_admin_page *page, const struct eg_json_value *item,
                          struct eg_schedule *schedule_out)
{
    struct eg_form_part part;
    struct eg_text field[EG_SCHEDULE_N_FIELDS] = {{0}};
    if (!eg_form_part_named(EG_TEXT(SCHEDULES), &part)) return false;
    for (uint32_t i = 0; i < eg_document_part_members(part.members[0]); i++) {
        const struct eg_document_member *member = &part.members[0]->members[i];
        field[member->field] = plain(page, eg_json_get(item, member->name));
    }
    return eg_schedule_from_record(field, schedule_out);
}

static bool is_of(const struct eg_json_value *item, bool location)
{
    return (eg_json_get(item, EG_DOCUMENT_OF) != NULL) == location;
}

static void add_line(struct eg_admin_page *page, struct eg_text when, struct eg_text what,
                     struct eg_buffer *out)
{
    struct eg_placeholder fills[] = {{"when", when}, {"what", what}};
    if (out->len > 0) eg_buffer_char(out, '\n');
    if (when.len > 0 && what.len > 0)
        eg_locale_write(english(page), "hours.line", fills, EG_ARRAY_LEN(fills), out);
    else eg_buffer_text(out, when.len > 0 ? when : what);
}

/* What no calendar says: "by appointment", and rules that this program does not work out. */
static void add_rest(struct eg_admin_page *page, const struct eg_json_value *item, bool is_read,
                     struct eg_buffer *out)
{
    struct eg_text text = plain(page, eg_json_get(item, "description"));
    if (text.len > 0 && eg_hours_are_of_holidays(text)) {
        add_line(page, eg_locale_text(english(page), "hours.public_holidays"),
                 eg_locale_text(english(page), "hours.closed"), out);
        return;
    }
    const char *name = NULL;
    uint32_t n_others = 0;
    while (eg_json_next(item, &name))
        n_others += strcmp(name, "description") != 0 && strcmp(name, EG_DOCUMENT_OF) != 0;
    bool is_alone = n_others == 0;
    if (text.len > 0 && (is_read || is_alone)) add_line(page, text, (struct eg_text){0}, out);
    if (is_read || is_alone) return;
    if (out->len > 0) eg_buffer_char(out, '\n');
    add_item(page, EG_TEXT(SCHEDULES), item, out);
}

/* Those of the entry, or of a location, which are told one after the other. */
static void add_hours(struct eg_admin_page *page, const struct eg_json_value *schedules, bool of_location,
                      struct eg_buffer *out)
{
    size_t n = eg_json_length(schedules);
    uint32_t n_read = 0;
    struct eg_schedule *read = eg_arena_array(page->arena, n + 1, sizeof *read);
    struct eg_hours_words words = {.locale = english(page), .arena = page->arena};
    const struct eg_hours_line *lines = NULL;
    struct eg_schedule one;
    page->html.out.failed |= !read;
    if (!read) return;
    for (size_t i = 0; i < n; i++)
        if (is_of(eg_json_at(schedules, i), of_location) &&
            read_schedule(page, eg_json_at(schedules, i), &read[n_read]))
            n_read++;
    uint32_t n_lines = eg_hours_lines(&words, read, n_read, &lines);
    for (uint32_t i = 0; i < n_lines; i++) add_line(page, lines[i].when, lines[i].what, out);
    for (size_t i = 0; i < n; i++) {
        const struct eg_json_value *item = eg_json_at(schedules, i);
        if (is_of(item, of_location)) add_rest(page, item, read_schedule(page, item, &one), out);
    }
    page->html.out.failed |= words.failed;
}

struct eg_text eg_admin_hours(struct eg_admin_page *page, const struct eg_json_value *schedules)
{
    struct eg_buffer out;
    bool has_others = false;
    if (eg_json_length(schedules) == 0) return (struct eg_text){0};
    for (size_t i = 0; i < eg_json_length(schedules); i++)
        has_others |= is_of(eg_json_at(schedules, i), true);
    eg_buffer_init(&out, 0);
    add_hours(page, schedules, false, &out);
    if (has_others) add_line(page, EG_TEXT(OF_LOCATION ":"), (struct eg_text){0}, &out);
    if (has_others) add_hours(page, schedules, true, &out);
    return finish(page, &out);
}
