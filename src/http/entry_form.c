/* The form of an entry as a page shows it: some 50 controls for the public, 70 and more for editors. What people filled in stands in the
 * controls again when something was wrong with it. */
#include "http/entry_form.h"

#include <stdio.h>
#include <string.h>

#include "engine/snapshot.h"
#include "http/entry_form_parts.h"

#define MOST_OPTIONS 300U /* of a list to choose from */

struct writing {
    const struct eg_entry_form *form;
    struct eg_html *html;
};

/* One control. */
struct control {
    const char *name; /* "phones.0.number" */
    const char *path; /* "phones.number": of the catalogue's keys */
    struct eg_form_member member;
    struct eg_text value;
    uint32_t number;  /* the label's {n}; 0: it has none */
    const char *list; /* the id of a list of proposals, or NULL */
    bool is_needed;   /* whatever else is filled in */
};

struct key {
    char text[96];
};

static struct key key_of(const char *before, const char *path, const char *after)
{
    struct key key;
    (void)snprintf(key.text, sizeof key.text, "%s%s%s", before, path, after);
    return key;
}

static void say(const struct writing *writing, const char *key)
{
    eg_html_text(writing->html, eg_locale_text(writing->form->locale, key));
}

/* With {n} and {why}. */
static void say_with(const struct writing *writing, const char *key, uint32_t number, struct eg_text why)
{
    char room[EG_LOCALE_NUMBER_BYTES];
    struct eg_placeholder fills[] = {{"n", eg_locale_number(writing->form->locale, number, room)},
                                     {"why", why}};
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_locale_write(writing->form->locale, key, fills, EG_ARRAY_LEN(fills), &text);
    eg_html_text(writing->html, (struct eg_text){text.data, text.len});
    writing->html->out.failed |= text.failed;
    eg_buffer_clear(&text);
}

/* --- ids ------------------------------------------------------------------------------------------------------------------------- */

/* "f-phones-0-number" */
static struct key id_of(const char *name, const char *after)
{
    struct key id = key_of("f-", name, after);
    for (char *c = id.text; *c; c++)
        if (*c == '.') *c = '-';
    return id;
}

static const struct eg_entry_fault *fault_of(const struct writing *writing, const char *name)
{
    const struct eg_entry_faults *faults = writing->form->faults;
    for (uint32_t i = 0; faults && i < faults->n; i++)
        if (strcmp(faults->items[i].name, name) == 0) return &faults->items[i];
    return NULL;
}

static void write_ties(const struct writing *writing, const struct control *control)
{
    bool has_hint = (control->member.flags & EG_FORM_HINT) != 0;
    bool has_fault = fault_of(writing, control->name) != NULL;
    struct key hint = id_of(control->name, "-hint"), fault = id_of(control->name, "-fault");
    if (has_hint || has_fault)
        eg_html_attribute_format(writing->html, "aria-describedby", "%s%s%s", has_hint ? hint.text : "",
                                 has_hint && has_fault ? " " : "", has_fault ? fault.text : "");
    if (has_fault) eg_html_attribute(writing->html, "aria-invalid", EG_TEXT("true"));
}

/* --- controls -------------------------------------------------------------------------------------------------------------------- */

static void write_label(const struct writing *writing, const struct control *control)
{
    struct eg_html *html = writing->html;
    eg_html_open(html, "label");
    eg_html_attribute_format(html, "for", "%s", id_of(control->name, "").text);
    say_with(writing, key_of("form.", control->path, "").text, control->number, (struct eg_text){0});
    if (control->is_needed) {
        eg_html_text(html, EG_TEXT(" "));
        eg_html_open(html, "span");
        eg_html_attribute(html, "class", EG_TEXT("needed"));
        say(writing, "form.needed");
        eg_html_close(html);
    }
    eg_html_close(html);
}

static void write_hint(const struct writing *writing, const struct control *control)
{
    struct eg_html *html = writing->html;
    if (!(control->member.flags & EG_FORM_HINT)) return;
    eg_html_open(html, "p");
    eg_html_attribute(html, "class", EG_TEXT("note"));
    eg_html_attribute_format(html, "id", "%s", id_of(control->name, "-hint").text);
    say(writing, key_of("form.", control->path, ".hint").text);
    eg_html_close(html);
}

static void write_fault(const struct writing *writing, const struct control *control)
{
    const struct eg_entry_fault *fault = fault_of(writing, control->name);
    if (!fault) return;
    eg_html_open(writing->html, "p");
    eg_html_attribute(writing->html, "class", EG_TEXT("fault"));
    eg_html_attribute_format(writing->html, "id", "%s", id_of(control->name, "-fault").text);
    say_with(writing, fault->key, fault->number, fault->why);
    eg_html_close(writing->html);
}

static void begin_control(const struct writing *writing, const struct control *control, const char *element)
{
    eg_html_open(writing->html, element);
    eg_html_attribute_format(writing->html, "id", "%s", id_of(control->name, "").text);
    eg_html_attribute(writing->html, "name", eg_text_from(control->name));
}

static void end_control(const struct writing *writing, const struct control *control)
{
    if (control->is_needed) eg_html_attribute(writing->html, "required", EG_TEXT("required"));
    write_ties(writing, control);
}

static void write_line(const struct writing *writing, const struct control *control)
{
    static const char *const types[] = {
        [EG_RECORD_URI] = "url", [EG_RECORD_URL] = "url", [EG_RECORD_EMAIL] = "email"};
    struct eg_html *html = writing->html;
    enum eg_record_type is = control->member.field->type;
    const char *type = is < EG_ARRAY_LEN(types) && types[is] ? types[is] : "text";
    if (strcmp(control->path, "phones.number") == 0) type = "tel";
    bool is_left = strcmp(type, "text") != 0 || is != EG_RECORD_TEXT;
    begin_control(writing, control, "input");
    eg_html_attribute(html, "type", eg_text_from(type));
    if (is == EG_RECORD_NUMBER) eg_html_attribute(html, "inputmode", EG_TEXT("decimal"));
    eg_html_attribute(html, "value", control->value);
    eg_html_attribute(html, "dir", is_left ? EG_TEXT("ltr") : EG_TEXT("auto"));
    eg_html_attribute(html, "autocomplete", EG_TEXT("off"));
    if (control->list) eg_html_attribute(html, "list", eg_text_from(control->list));
    end_control(writing, control);
    eg_html_void(html);
}

/* A browser passes over the first line break of a textarea: the one written here. */
static void write_area(const struct writing *writing, const struct control *control)
{
    struct eg_html *html = writing->html;
    begin_control(writing, control, "textarea");
    bool is_short = strcmp(control->path, EG_FORM_HOURS) == 0 || eg_form_is_list(control->member.name);
    eg_html_attribute(html, "rows", is_short ? EG_TEXT("2") : EG_TEXT("4"));
    eg_html_attribute(html, "dir", EG_TEXT("auto"));
    end_control(writing, control);
    eg_html_text(html, EG_TEXT("\n"));
    eg_html_text(html, control->value);
    eg_html_close(html);
}

static void write_option(const struct writing *writing, const struct control *control, struct eg_text value)
{
    eg_html_open(writing->html, "option");
    eg_html_attribute(writing->html, "value", value);
    if (eg_text_equal(value, control->value))
        eg_html_attribute(writing->html, "selected", EG_TEXT("selected"));
}

/* The catalogue's word for one of HSDS's: kinds have theirs already. */
static struct key key_of_word(const struct control *control, const char *word)
{
    const char *name = control->member.name;
    if (strcmp(name, "kind") == 0) return key_of("kind.", word, "");
    if (strcmp(name, "visibility") == 0) return key_of("form.visibility.", word, "");
    return strcmp(name, "status") == 0 ? key_of("form.status.", word, "") : key_of("form.freq.", word, "");
}

static void write_words(const struct writing *writing, const struct control *control)
{
    const char *const *word = control->member.field->words;
    bool has_default = control->member.field->needed || strcmp(control->member.name, "visibility") == 0;
    begin_control(writing, control, "select");
    end_control(writing, control);
    if (!has_default) {
        write_option(writing, control, EG_TEXT(""));
        say(writing, "form.not_stated");
        eg_html_close(writing->html);
    }
    for (; *word; word++) {
        write_option(writing, control, eg_text_from(*word));
        say(writing, key_of_word(control, *word).text);
        eg_html_close(writing->html);
    }
    eg_html_close(writing->html);
}

/* Which boundaries a service area's codes are of; one that the atlas has no more is still there. */
static void write_boundaries(const struct writing *writing, const struct control *control)
{
    const struct eg_entry_form_choices *choices = &writing->form->choices;
    bool is_there = control->value.len == 0;
    begin_control(writing, control, "select");
    end_control(writing, control);
    write_option(writing, control, EG_TEXT(""));
    say(writing, "form.not_stated");
    eg_html_close(writing->html);
    for (uint32_t i = 0; i < choices->n_boundaries; i++) {
        is_there |= eg_text_equal(choices->boundaries[i], control->value);
        write_option(writing, control, choices->boundaries[i]);
        eg_html_text(writing->html, choices->boundaries[i]);
        eg_html_close(writing->html);
    }
    if (!is_there) {
        write_option(writing, control, control->value);
        eg_html_text(writing->html, control->value);
        eg_html_close(writing->html);
    }
    eg_html_close(writing->html);
}

static void write_control(const struct writing *writing, const struct control *control)
{
    bool has_lines = control->value.len > 0 && memchr(control->value.data, '\n', control->value.len);
    eg_html_open(writing->html, "div");
    eg_html_attribute(writing->html, "class", EG_TEXT("field"));
    write_label(writing, control);
    write_hint(writing, control);
    write_fault(writing, control);
    if (control->member.field->words) write_words(writing, control);
    else if (strcmp(control->path, "service_areas.boundaries") == 0) write_boundaries(writing, control);
    else if ((control->member.flags & EG_FORM_LONG) || has_lines) write_area(writing, control);
    else write_line(writing, control);
    eg_html_close(writing->html);
}

/* What was sent under the name, or else the document's text. */
static struct eg_text value_of(const struct writing *writing, const char *name, struct eg_text present)
{
    const struct eg_text *posted = eg_form_posted(writing->form, name);
    return eg_form_plain(writing->form, posted ? *posted : present);
}

static void write_member(const struct writing *writing, const struct eg_form_part *part, uint32_t i,
                         const struct eg_json_value *item, uint32_t row)
{
    struct eg_form_member member = eg_form_part_member(part, i);
    struct eg_form_name name = eg_form_name_of(part, row, member.name);
    struct key path = key_of(part->path, part->path[0] ? "." : "", member.name);
    if (!eg_form_shows(writing->form, &member)) return;
    struct eg_text present = eg_form_shown(writing->form, member.name, eg_json_get(item, member.name));
    struct control control = {.name = name.text,
                              .path = path.text,
                              .member = member,
                              .value = value_of(writing, name.text, present),
                              .number = row + 1, /* 0 without a row */
                              .is_needed =
                                  member.field->needed && !member.field->words && part->name[0] == '\0'};
    write_control(writing, &control);
    if (strcmp(member.name, EG_FORM_SCHEDULES) == 0)
        eg_form_write_days_taken(writing->form, name.text, control.value, writing->html);
}

/* --- groups ---------------------------------------------------------------------------------------------------------------------- */

static void begin_group(const struct writing *writing, const char *key, uint32_t number)
{
    eg_html_open(writing->html, "fieldset");
    eg_html_attribute(writing->html, "class", number > 0 ? EG_TEXT("item") : EG_TEXT("group"));
    eg_html_open(writing->html, "legend");
    say_with(writing, key, number, (struct eg_text){0});
    eg_html_close(writing->html);
}

static void write_removal(const struct writing *writing, const struct eg_form_part *part, uint32_t row)
{
    struct eg_html *html = writing->html;
    struct eg_form_name name = eg_form_name_of(part, row, EG_FORM_REMOVE);
    const struct eg_text *posted = eg_form_posted(writing->form, name.text);
    eg_html_open(html, "label");
    eg_html_attribute(html, "class", EG_TEXT("tick"));
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("checkbox"));
    eg_html_attribute_format(html, "id", "%s", id_of(name.text, "").text);
    eg_html_attribute(html, "name", eg_text_from(name.text));
    eg_html_attribute(html, "value", EG_TEXT("1"));
    if (posted && posted->len > 0) eg_html_attribute(html, "checked", EG_TEXT("checked"));
    eg_html_void(html);
    eg_html_open(html, "span");
    say(writing, "form." EG_FORM_REMOVE);
    eg_html_close(html);
    eg_html_close(html);
}

static void write_row(const struct writing *writing, const struct eg_form_part *part,
                      const struct eg_json_value *item, uint32_t row)
{
    bool is_single = eg_form_is_single(writing->form, part);
    if (!is_single) begin_group(writing, key_of("form.", part->name, ".item").text, row + 1);
    if (eg_json_get(item, "extent") && !is_single) {
        eg_html_open(writing->html, "p");
        eg_html_attribute(writing->html, "class", EG_TEXT("note"));
        say(writing, "form.service_areas.shape");
        eg_html_close(writing->html);
    }
    for (uint32_t i = 0; i < eg_form_part_count(part); i++) write_member(writing, part, i, item, row);
    struct eg_text place = {0};
    if (part->members[0] == &eg_document_other_location && eg_json_is_text(eg_json_get(item, "id"), &place))
        eg_form_write_own(writing->form, place, writing->html);
    if (item && !is_single) write_removal(writing, part, row);
    if (!is_single) eg_html_close(writing->html);
}

/* The group for one more, which has many controls, folded up until something is in it. */
static void write_more(const struct writing *writing, const struct eg_form_part *part, uint32_t row)
{
    bool is_open = false;
    for (uint32_t i = 0; i < eg_form_part_count(part); i++) {
        struct eg_form_name name = eg_form_name_of(part, row, eg_form_part_member(part, i).name);
        const struct eg_text *posted = eg_form_posted(writing->form, name.text);
        is_open |= posted && eg_text_trim(*posted).len > 0;
    }
    eg_html_open(writing->html, "details");
    if (is_open) eg_html_attribute(writing->html, "open", EG_TEXT("open"));
    eg_html_open(writing->html, "summary");
    say(writing, key_of("form.", part->name, ".add").text);
    eg_html_close(writing->html);
    write_row(writing, part, NULL, row);
    eg_html_close(writing->html);
}

static void write_list(const struct writing *writing, const char *name)
{
    struct eg_form_part part;
    if (!eg_form_part_named(eg_text_from(name), &part)) return;
    struct eg_form_rows rows = eg_form_rows_of(writing->form, &part);
    uint32_t posted = eg_form_posted_rows(writing->form, name);
    uint32_t n = rows.n + 1 > posted ? rows.n + 1 : posted; /* the last is for one more */
    if (eg_form_is_single(writing->form, &part)) n = 1;
    bool folds = part.members[0] == &eg_document_other_location;
    for (uint32_t row = 0; row < n && row < EG_ENTRY_FORM_ROWS; row++) {
        if (row >= rows.n && folds) write_more(writing, &part, row);
        else write_row(writing, &part, row < rows.n ? rows.items[row] : NULL, row);
    }
    if (rows.n <= EG_ENTRY_FORM_ROWS || eg_form_is_single(writing->form, &part)) return;
    eg_html_open(writing->html, "p");
    eg_html_attribute(writing->html, "class", EG_TEXT("note"));
    say_with(writing, "form.more", rows.n - EG_ENTRY_FORM_ROWS, (struct eg_text){0});
    eg_html_close(writing->html);
}

static void write_topics(const struct writing *writing)
{
    const struct eg_json_value *topics = eg_json_get(writing->form->document, EG_FORM_TOPICS);
    uint32_t n = (uint32_t)eg_json_length(topics) + 2; /* two for more */
    uint32_t posted = eg_form_posted_rows(writing->form, EG_FORM_TOPICS);
    if (posted > n) n = posted;
    for (uint32_t i = 0; i < n && i < EG_ENTRY_FORM_ROWS; i++) {
        char name[EG_ENTRY_FORM_NAME_BYTES];
        (void)snprintf(name, sizeof name, EG_FORM_TOPICS ".%u", i);
        struct eg_text present =
            eg_form_topic_shown(writing->form, eg_form_text(writing->form, eg_json_at(topics, i)));
        struct control control = {
            name, EG_FORM_TOPICS, eg_form_topic(), value_of(writing, name, present), i + 1, "f-list-topics",
            false};
        write_control(writing, &control);
    }
}

static void write_single(const struct writing *writing, const char *name, struct eg_form_member member,
                         struct eg_text present, const char *list)
{
    struct control control = {name, name, member, value_of(writing, name, present), 0, list, false};
    write_control(writing, &control);
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------- */

enum what { SECTION, MEMBER, PART, LIST, TOPICS, PROGRAMME, HOURS, POSITION, SERVED, SHARED };

/* In the order of the page. A list or member that the form does not show writes nothing. */
static const struct {
    enum what what;
    const char *name;
    bool is_public; /* of a section: the public's form has it */
} layout[] = {
    {SECTION, "form.about", true},
    {MEMBER, "name", true},
    {MEMBER, "kind", true},
    {MEMBER, "description", true},
    {TOPICS, NULL, true},
    {PROGRAMME, NULL, true},
    {MEMBER, "alternate_name", false},
    {MEMBER, "status", false},
    {MEMBER, "alert", false},
    {MEMBER, "last_reviewed", false},
    {SECTION, "form.contact", true},
    {MEMBER, "email", true},
    {MEMBER, "url", true},
    {LIST, "phones", true},
    {LIST, "contacts", true},
    {SECTION, "form.organisation", true},
    {SHARED, NULL, false},
    {PART, "organisation", true},
    {SECTION, "form.location", true},
    {PART, "location", true},
    {POSITION, "location", true},
    {LIST, "accessibility", true},
    {LIST, "other_locations", true},
    {SECTION, "form.when", true},
    {HOURS, NULL, true},
    {LIST, "schedules", false},
    {SECTION, "form.for_whom", true},
    {LIST, "service_areas", true},
    {SERVED, NULL, true},
    {MEMBER, "eligibility", true},
    {LIST, "languages", true},
    {MEMBER, "how_to_apply", true},
    {MEMBER, "fees", true},
    {LIST, "costs", true},
    {LIST, "required_documents", true},
    {SECTION, "form.money", false},
    {LIST, "funding", false},
};

static void write_top_member(const struct writing *writing, const char *name)
{
    struct eg_form_part part = eg_form_part_at(0);
    for (uint32_t i = 0; i < eg_form_part_count(&part); i++)
        if (strcmp(eg_form_part_member(&part, i).name, name) == 0)
            write_member(writing, &part, i, writing->form->document, UINT32_MAX);
}

/* Degrees follow the address, by which people find them. */
static void write_part(const struct writing *writing, const char *name, bool of_position)
{
    struct eg_form_part part;
    if (!eg_form_part_named(eg_text_from(name), &part)) return;
    for (uint32_t i = 0; i < eg_form_part_count(&part); i++) {
        const char *member = eg_form_part_member(&part, i).name;
        bool is_degrees = strcmp(member, "longitude") == 0 || strcmp(member, "latitude") == 0;
        if (is_degrees == of_position)
            write_member(writing, &part, i, eg_json_get(writing->form->document, name), UINT32_MAX);
    }
}

static void write_hours(const struct writing *writing)
{
    struct eg_form_hours hours = eg_form_hours_of(writing->form);
    write_single(writing, EG_FORM_HOURS, eg_form_hours_member(), hours.text, NULL);
    eg_form_write_hours_told(writing->form, writing->html);
    eg_form_write_days(writing->form, writing->html);
}

/* How many others a change of the organisation concerns. */
static void write_shared(const struct writing *writing)
{
    uint32_t n = 0;
    const struct eg_snapshot *snapshot = writing->form->snapshot;
    struct eg_text id =
        eg_form_text(writing->form, eg_json_get(eg_json_get(writing->form->document, "organisation"), "id"));
    if (snapshot && snapshot->records && id.len > 0)
        (void)eg_records_with(snapshot->records, EG_RECORD_SERVICE, EG_SERVICE_ORGANIZATION_ID, id, &n);
    if (n < 2) return;
    eg_html_open(writing->html, "p");
    eg_html_attribute(writing->html, "class", EG_TEXT("note"));
    say_with(writing, "look.organisation_shared", n - 1, (struct eg_text){0});
    eg_html_close(writing->html);
}

static void write_item(const struct writing *writing, enum what what, const char *name)
{
    const struct eg_json_value *document = writing->form->document;
    if (what == POSITION) {
        eg_form_write_place_question(writing->form, writing->html);
        write_part(writing, name, true);
        eg_form_write_own(writing->form, (struct eg_text){0}, writing->html);
    }
    if (what == MEMBER) write_top_member(writing, name);
    else if (what == PART) write_part(writing, name, false);
    else if (what == LIST) write_list(writing, name);
    else if (what == TOPICS) write_topics(writing);
    else if (what == SHARED) write_shared(writing);
    else if (what == HOURS) write_hours(writing);
    else if (what == SERVED) eg_form_write_served(writing->form, writing->html);
    else if (what == PROGRAMME)
        write_single(writing, EG_FORM_PROGRAMME, eg_form_programme(),
                     eg_form_text(writing->form, eg_json_get(document, EG_FORM_PROGRAMME)),
                     "f-list-programmes");
}

static void write_proposals(const struct writing *writing, const char *id, const struct eg_text *texts,
                            uint32_t n)
{
    bool of_topics = texts == writing->form->choices.topics;
    eg_html_open(writing->html, "datalist");
    eg_html_attribute(writing->html, "id", eg_text_from(id));
    for (uint32_t i = 0; i < n && i < MOST_OPTIONS; i++) {
        eg_html_open(writing->html, "option");
        eg_html_attribute(writing->html, "value",
                          of_topics ? eg_form_topic_shown(writing->form, texts[i]) : texts[i]);
        eg_html_close(writing->html);
    }
    eg_html_close(writing->html);
}

static void write_version(const struct writing *writing)
{
    char version[33];
    if (!writing->form->document) return;
    eg_form_version(writing->form, version);
    eg_html_open(writing->html, "input");
    eg_html_attribute(writing->html, "type", EG_TEXT("hidden"));
    eg_html_attribute(writing->html, "name", EG_TEXT(EG_FORM_VERSION));
    eg_html_attribute(writing->html, "value", eg_text_from(version));
    eg_html_void(writing->html);
}

void eg_entry_form_write(const struct eg_entry_form *form, struct eg_html *html)
{
    bool failed = false;
    struct eg_entry_form own = *form;
    own.failed = &failed;
    struct writing writing = {&own, html};
    const struct eg_entry_form_choices *choices = &form->choices;
    bool is_editor = form->scope == EG_ENTRY_FORM_EDITOR, is_open = false;
    write_version(&writing);
    write_proposals(&writing, "f-list-topics", choices->topics, choices->n_topics);
    write_proposals(&writing, "f-list-programmes", choices->programmes, choices->n_programmes);
    for (size_t i = 0; i < EG_ARRAY_LEN(layout); i++) {
        if (!is_editor && !layout[i].is_public) continue;
        if (layout[i].what != SECTION) {
            write_item(&writing, layout[i].what, layout[i].name);
            continue;
        }
        if (is_open) eg_html_close(html);
        begin_group(&writing, layout[i].name, 0);
        is_open = true;
    }
    if (is_open) eg_html_close(html);
    html->out.failed |= failed;
}

/* --- faults ---------------------------------------------------------------------------------------------------------------------- */

/* What a control's label says: "phones.0.number" is "form.phones.number". */
static void say_label(const struct writing *writing, const char *name)
{
    struct eg_text head, number, rest = eg_text_cut(eg_text_from(name), '.', &head);
    char path[EG_ENTRY_FORM_NAME_BYTES];
    uint32_t row = 0;
    (void)snprintf(path, sizeof path, "%s", name);
    struct eg_text last = eg_text_cut(rest, '.', &number);
    bool has_row = eg_text_to_u32(number, &row);
    struct eg_form_part part;
    if (has_row && eg_form_part_named(head, &part)) head = eg_text_from(part.path);
    if (eg_text_equal(last, EG_TEXT(EG_FORM_REMOVE))) (void)snprintf(path, sizeof path, EG_FORM_REMOVE);
    else if (has_row)
        (void)snprintf(path, sizeof path, "%.*s%s%.*s", EG_TEXT_ARG(head), last.len > 0 ? "." : "",
                       EG_TEXT_ARG(last));
    say_with(writing, key_of("form.", path, "").text, row + 1, (struct eg_text){0});
    if (has_row && last.len > 0) eg_html_text_format(writing->html, " (%u)", row + 1);
}

static void write_link(const struct writing *writing, const struct eg_entry_fault *fault)
{
    bool is_beyond = false;
    struct eg_text name = eg_text_from(fault->name);
    bool has_control = eg_form_has_control(writing->form, name, &is_beyond) &&
                       !eg_text_equal(name, EG_TEXT(EG_FORM_VERSION));
    eg_html_open(writing->html, "li");
    if (has_control) {
        eg_html_open(writing->html, "a");
        eg_html_attribute_format(writing->html, "href", "#%s", id_of(fault->name, "").text);
        say_label(writing, fault->name);
        eg_html_close(writing->html);
        eg_html_text(writing->html, EG_TEXT(": "));
    } else if (fault->name[0]) {
        eg_html_leaf(writing->html, "code", name);
        eg_html_text(writing->html, EG_TEXT(": "));
    }
    say_with(writing, fault->key, fault->number, fault->why);
    eg_html_close(writing->html);
}

void eg_entry_form_write_faults(const struct eg_entry_form *form, struct eg_html *html)
{
    struct writing writing = {form, html};
    if (!form->faults || form->faults->n == 0) return;
    eg_html_open(html, "div");
    eg_html_attribute(html, "class", EG_TEXT("problem"));
    eg_html_attribute(html, "role", EG_TEXT("alert"));
    eg_html_attribute(html, "tabindex", EG_TEXT("-1"));
    eg_html_attribute(html, "autofocus", EG_TEXT("autofocus")); /* it is read out at once */
    eg_html_attribute(html, "id", EG_TEXT("faults"));
    eg_html_open(html, "p");
    say(&writing, "fault.title");
    eg_html_close(html);
    eg_html_open(html, "ul");
    for (uint32_t i = 0; i < form->faults->n; i++) write_link(&writing, &form->faults->items[i]);
    eg_html_close(html);
    eg_html_close(html);
}
