/* What the public will read of hours, beside the control for them: in the words of the entry's page, and of all the hours that the entry
 * has once the form is saved. The text of hours may be but a part of these: rules with a note, of single dates or seasons stay as they are
 * beside it, and so do those of the entry's place. */
#include "http/entry_form_parts.h"

#include <string.h>

#include "data/service_places.h"
#include "engine/snapshot.h"
#include "http/hours_words.h"

#define MOST_RULES 100U /* as many as an entry tells (data/records_entry.c) */

struct told {
    const struct eg_entry_form *form;
    struct eg_html *html;
    struct eg_schedule *rules; /* [n] */
    struct eg_text *said;      /* [n] what people wrote of each */
    uint32_t n;
    struct eg_text *words; /* [n_words] what people wrote, each once */
    uint32_t n_words, most_words;
    bool has_holidays;
};

static struct eg_hours_words words_of(const struct eg_entry_form *form)
{
    const struct eg_snapshot *snapshot = form->snapshot;
    const struct eg_zone *zone =
        snapshot && snapshot->directory ? eg_directory_zone(snapshot->directory) : NULL;
    return (struct eg_hours_words){
        .locale = form->locale, .arena = form->arena, .now_min = eg_hours_now_min(zone)};
}

/* --- the hours that there will be -------------------------------------------------------------------------------------- */

/* But for what has words of its own. */
static struct eg_text said_of(struct eg_text description)
{
    return eg_hours_are_of_holidays(description) ? (struct eg_text){0} : description;
}

static bool read_item(const struct eg_entry_form *form, const struct eg_json_value *item,
                      struct eg_schedule *rule_out)
{
    struct eg_form_part part;
    struct eg_text field[EG_SCHEDULE_N_FIELDS] = {{0}};
    if (!eg_form_part_named(EG_TEXT("schedules"), &part)) return false;
    for (uint32_t i = 0; i < eg_document_part_members(part.members[0]); i++) {
        const struct eg_document_member *member = &part.members[0]->members[i];
        field[member->field] = eg_form_text(form, eg_json_get(item, member->name));
    }
    return eg_schedule_from_record(field, rule_out);
}

static void add_words(struct told *told, struct eg_text words)
{
    for (uint32_t i = 0; i < told->n_words; i++)
        if (eg_text_equal(told->words[i], words)) return;
    if (eg_hours_are_of_holidays(words)) told->has_holidays = true;
    else if (words.len > 0 && told->n_words < told->most_words) told->words[told->n_words++] = words;
}

static void add_rows(struct told *told, enum eg_schedule_field field, struct eg_text of)
{
    uint32_t n;
    const struct eg_record *const *rows =
        eg_records_with(told->form->snapshot->records, EG_RECORD_SCHEDULE, field, of, &n);
    for (uint32_t i = 0; i < n && told->n < MOST_RULES; i++) {
        struct eg_text description = rows[i]->field[EG_SCHEDULE_DESCRIPTION];
        add_words(told, description);
        told->said[told->n] = said_of(description);
        if (eg_schedule_from_record(rows[i]->field, &told->rules[told->n])) told->n++;
    }
}

/* Those of the only place are the entry's; several places tell theirs themselves. */
static void add_place(struct told *told)
{
    const struct eg_snapshot *snapshot = told->form->snapshot;
    struct eg_service_places places;
    struct eg_text service;
    if (!snapshot || !snapshot->records ||
        !eg_json_is_text(eg_json_get(told->form->document, "id"), &service))
        return;
    eg_service_places(snapshot->records, service, &places);
    if (places.n != 1) return;
    add_rows(told, EG_SCHEDULE_SERVICE_AT_LOCATION_ID, places.link[0]->field[0]);
    if (told->n == 0) add_rows(told, EG_SCHEDULE_LOCATION_ID, places.location[0]->field[0]);
}

static bool gather(struct told *told, const struct eg_json_value *list)
{
    size_t n = eg_json_length(list);
    told->rules = eg_arena_array(told->form->arena, MOST_RULES, sizeof *told->rules);
    told->said = eg_arena_array(told->form->arena, MOST_RULES, sizeof *told->said);
    told->most_words = (uint32_t)n + MOST_RULES;
    told->words = eg_arena_array(told->form->arena, told->most_words, sizeof *told->words);
    if (!told->rules || !told->said || !told->words) return false;
    for (size_t i = 0; i < n; i++) {
        const struct eg_json_value *item = eg_json_at(list, i);
        struct eg_text description = eg_form_text(told->form, eg_json_get(item, "description"));
        add_words(told, description);
        if (told->n == MOST_RULES) continue;
        told->said[told->n] = said_of(description);
        if (read_item(told->form, item, &told->rules[told->n])) told->n++;
    }
    add_place(told);
    return true;
}

/* --- in words ---------------------------------------------------------------------------------------------------------- */

static void say(const struct told *told, const char *key)
{
    eg_html_text(told->html, eg_locale_text(told->form->locale, key));
}

static void write_text(const struct told *told, struct eg_text when, struct eg_text what)
{
    struct eg_placeholder fills[] = {{"when", when}, {"what", what}};
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    if (when.len > 0 && what.len > 0)
        eg_locale_write(told->form->locale, "hours.line", fills, EG_ARRAY_LEN(fills), &text);
    else eg_buffer_text(&text, when.len > 0 ? when : what);
    eg_html_text(told->html, (struct eg_text){text.data, text.len});
    told->html->out.failed |= text.failed;
    eg_buffer_clear(&text);
}

static void write_line(const struct told *told, struct eg_text when, struct eg_text what)
{
    eg_html_open(told->html, "li");
    write_text(told, when, what);
    eg_html_close(told->html);
}

static void write_holidays(const struct told *told)
{
    write_line(told, eg_locale_text(told->form->locale, "hours.public_holidays"),
               eg_locale_text(told->form->locale, "hours.closed"));
}

static void open_list(const struct told *told)
{
    eg_html_open(told->html, "ul");
    eg_html_attribute(told->html, "class", EG_TEXT("hours note"));
}

static bool was_taken(const struct eg_entry_form *form, const char *name)
{
    const char *taken = form->answers ? form->answers->days_taken : NULL;
    return taken && strcmp(taken, name) == 0;
}

/* What was just set takes the focus. */
static void begin_note(const struct told *told, bool was_set)
{
    struct eg_html *html = told->html;
    eg_html_open(html, "p");
    eg_html_attribute(html, "class", was_set ? EG_TEXT("answer") : EG_TEXT("note"));
    if (!was_set) return;
    eg_html_attribute(html, "role", EG_TEXT("status"));
    eg_html_attribute(html, "tabindex", EG_TEXT("-1"));
    eg_html_attribute(html, "autofocus", EG_TEXT("autofocus"));
}

/* Lines of those rules of which this is said; of all with NULL. */
static uint32_t lines_of(const struct told *told, const struct eg_text *said, bool of_some,
                         const struct eg_hours_line **lines_out)
{
    struct eg_hours_words words = words_of(told->form);
    struct eg_schedule *rules = eg_arena_array(told->form->arena, told->n + 1U, sizeof *rules);
    uint32_t n = 0;
    words.of_some = of_some;
    *lines_out = NULL;
    told->html->out.failed |= !rules;
    for (uint32_t i = 0; rules && i < told->n; i++)
        if (!said || eg_text_equal(told->said[i], *said)) rules[n++] = told->rules[i];
    n = rules ? eg_hours_lines(&words, rules, n, lines_out) : 0;
    told->html->out.failed |= words.failed;
    return n;
}

/* As the entry's page (finder_when.c): what is said stands behind one line, above several. */
static void write_group(const struct told *told, struct eg_text said)
{
    const struct eg_hours_line *lines;
    uint32_t n = lines_of(told, &said, true, &lines);
    if (said.len > 0) eg_html_open(told->html, "li");
    if (said.len > 0 && n == 1) {
        write_text(told, lines[0].when, lines[0].what);
        eg_html_text(told->html, EG_TEXT(" ("));
    }
    if (said.len > 0) eg_html_leaf(told->html, "bdi", said);
    if (said.len > 0 && n == 1) eg_html_text(told->html, EG_TEXT(")"));
    if (said.len > 0 && n > 1) open_list(told);
    for (uint32_t i = 0; i < n && (said.len == 0 || n > 1); i++)
        write_line(told, lines[i].when, lines[i].what);
    if (said.len > 0 && n > 1) eg_html_close(told->html);
    if (said.len > 0) eg_html_close(told->html);
}

static void write_list(const struct told *told)
{
    const struct eg_hours_line *lines;
    uint32_t n_open = lines_of(told, NULL, true, &lines), n = lines_of(told, NULL, false, &lines);
    open_list(told);
    write_group(told, (struct eg_text){0});
    for (uint32_t i = 0; i < told->n_words; i++) write_group(told, told->words[i]);
    for (uint32_t i = n_open; i < n; i++) write_line(told, lines[i].when, lines[i].what);
    if (told->has_holidays) write_holidays(told);
    eg_html_close(told->html);
}

static void write_all(const struct told *told)
{
    const struct eg_hours_line *lines;
    bool was_set = was_taken(told->form, EG_FORM_HOURS);
    uint32_t n = lines_of(told, NULL, false, &lines);
    bool has_lines = n > 0 || told->has_holidays, only_words = !has_lines && told->n_words == 1;
    if (!has_lines && told->n_words == 0 && !was_set) return;
    begin_note(told, was_set);
    if (!has_lines && told->n_words == 0) say(told, "look.days_none");
    else say(told, was_set ? "look.days_taken" : only_words ? "look.hours_words" : "look.hours");
    eg_html_close(told->html);
    if (!has_lines && (told->n_words == 0 || (only_words && !was_set))) return;
    write_list(told);
}

/* --- those beside the text --------------------------------------------------------------------------------------------- */

static bool is_said(const struct eg_entry_form *form, const struct eg_form_hours *hours,
                    const struct eg_json_value *item)
{
    const struct eg_json_value *list = eg_json_get(form->document, "schedules");
    for (size_t i = 0; i < eg_json_length(list); i++)
        if (eg_json_at(list, i) == item) return hours->is_said && hours->is_said[i];
    return false;
}

static bool is_special(const struct eg_entry_form *form, const struct eg_form_hours *hours,
                       const struct eg_form_slot *slot)
{
    if (slot->kind == EG_FORM_KEPT) return !is_said(form, hours, slot->item);
    return slot->kind == EG_FORM_ROW;
}

/* "Monday and Tuesday: 9 am to noon (in term)"; what no words can be made of by its number. */
static void write_special(const struct told *told, const struct eg_json_value *item, uint32_t number)
{
    char room[EG_LOCALE_NUMBER_BYTES];
    struct eg_hours_words words = {.locale = told->form->locale, .arena = told->form->arena, .of_some = true};
    struct eg_text description = eg_form_text(told->form, eg_json_get(item, "description"));
    struct eg_schedule rule;
    const struct eg_hours_line *lines = NULL;
    bool is_read = read_item(told->form, item, &rule);
    uint32_t n = is_read ? eg_hours_lines(&words, &rule, 1, &lines) : 0;
    told->html->out.failed |= words.failed;
    eg_html_open(told->html, "li");
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0) eg_html_text(told->html, EG_TEXT("; "));
        write_text(told, lines[i].when, lines[i].what);
    }
    if (n > 0 && description.len > 0) eg_html_text(told->html, EG_TEXT(" ("));
    if (description.len > 0) eg_html_leaf(told->html, "bdi", description);
    if (n > 0 && description.len > 0) eg_html_text(told->html, EG_TEXT(")"));
    if (n == 0 && description.len == 0) {
        struct eg_placeholder fill = {"n", eg_locale_number(told->form->locale, number, room)};
        struct eg_buffer text;
        eg_buffer_init(&text, 0);
        eg_locale_write(told->form->locale, "form.schedules.item", &fill, 1, &text);
        eg_html_text(told->html, (struct eg_text){text.data, text.len});
        told->html->out.failed |= text.failed;
        eg_buffer_clear(&text);
    }
    eg_html_close(told->html);
}

static void write_specials(const struct told *told, const struct eg_json_value *list)
{
    struct eg_form_part part;
    struct eg_form_hours hours = eg_form_hours_of(told->form);
    bool is_editor = told->form->scope == EG_ENTRY_FORM_EDITOR;
    uint32_t n = 0;
    if (!eg_form_part_named(EG_TEXT("schedules"), &part)) return;
    struct eg_form_slots slots = eg_form_slots_of(told->form, &part);
    for (uint32_t i = 0; i < slots.n && i < eg_json_length(list); i++) {
        if (!is_special(told->form, &hours, &slots.items[i])) continue;
        if (n++ == 0) {
            begin_note(told, false);
            say(told, is_editor ? "look.hours_more_editor" : "look.hours_more");
            eg_html_close(told->html);
            open_list(told);
        }
        write_special(told, eg_json_at(list, i), n);
    }
    if (n > 0) eg_html_close(told->html);
}

void eg_form_write_hours_told(const struct eg_entry_form *form, struct eg_html *html)
{
    struct told told = {.form = form, .html = html};
    struct eg_json *json = eg_form_schedules(form);
    const struct eg_json_value *list = json ? eg_json_get(eg_json_root(json), "schedules") : NULL;
    bool is_wrong = false; /* is it saved at all, with these hours? */
    for (uint32_t i = 0; form->faults && i < form->faults->n; i++)
        is_wrong |= strcmp(form->faults->items[i].name, EG_FORM_HOURS) == 0;
    if (!json || !gather(&told, list)) eg_form_fail(form);
    else if (!is_wrong) write_all(&told);
    if (json && told.words) write_specials(&told, list);
    eg_json_free(json);
}

void eg_form_write_days_taken(const struct eg_entry_form *form, const char *name, struct eg_text hours,
                              struct eg_html *html)
{
    struct told told = {.form = form, .html = html};
    struct eg_hours_words words = words_of(form);
    const struct eg_hours_line *lines = NULL;
    struct eg_schedule rules[EG_SCHEDULE_HOURS_MAX];
    uint32_t n_rules = 0;
    if (!was_taken(form, name)) return;
    if (!eg_schedules_from_dated_hours(hours, rules, &n_rules)) n_rules = 0;
    uint32_t n = eg_hours_lines(&words, rules, n_rules, &lines);
    html->out.failed |= words.failed;
    begin_note(&told, true);
    say(&told, hours.len > 0 ? "look.days_taken" : "look.days_none");
    eg_html_close(html);
    if (hours.len == 0) return;
    open_list(&told);
    for (uint32_t i = 0; i < n; i++) write_line(&told, lines[i].when, lines[i].what);
    if (eg_hours_close_on_holidays(hours)) write_holidays(&told);
    eg_html_close(html);
}
