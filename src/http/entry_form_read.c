/* From a form that was sent to a document. Faults are gathered, so that somebody is told of all that is wrong at once. */
#include "http/entry_form_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/record_doubts.h"

struct reading {
    const struct eg_entry_form *form;
    const char *const *others;
    struct eg_entry_faults *faults;
    struct eg_json *json;
};

/* --- faults ---------------------------------------------------------------------------------------------------------------------- */

static void add_fault(struct eg_entry_faults *faults, struct eg_text name, const char *key, uint32_t number)
{
    if (faults->n == EG_ENTRY_FAULTS) return;
    struct eg_entry_fault *fault = &faults->items[faults->n++];
    *fault = (struct eg_entry_fault){.key = key, .number = number};
    (void)snprintf(fault->name, sizeof fault->name, "%.*s", EG_TEXT_SHOWN(name, sizeof fault->name - 1));
}

static const char *const forms[] = {
    [EG_RECORD_NUMBER] = "fault.number",  [EG_RECORD_DATE] = "fault.date",
    [EG_RECORD_DATE_TIME] = "fault.date", [EG_RECORD_WHEN] = "fault.date",
    [EG_RECORD_TIME] = "fault.time",      [EG_RECORD_URI] = "fault.address",
    [EG_RECORD_URL] = "fault.address",    [EG_RECORD_EMAIL] = "fault.email",
    [EG_RECORD_WORD] = "fault.word",      [EG_RECORD_TEXT] = "fault.word",
    [EG_RECORD_ID] = "fault.word",        [EG_RECORD_REFERENCE] = "fault.word",
    [EG_RECORD_LINK] = "fault.word",
};

static bool is_word(struct eg_text text, const char *const *words)
{
    for (; words && *words; words++)
        if (eg_text_equal(text, eg_text_from(*words))) return true;
    return words == NULL;
}

static uint32_t count_characters(struct eg_text text)
{
    uint32_t n = 0;
    for (size_t i = 0; i < text.len; i++) n += ((unsigned char)text.data[i] & 0xC0) != 0x80 ? 1 : 0;
    return n;
}

static bool has_controls(struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7F) return true;
    }
    return false;
}

/* "call me" is no telephone number. */
static bool is_no_phone(const struct eg_record_field *field, struct eg_text text)
{
    return field == &eg_record_spec(EG_RECORD_PHONE)->fields[EG_PHONE_NUMBER] && eg_doubt_phone(text);
}

/* What is wrong with a text that was sent and differs from what was there. */
static void check_value(struct reading *reading, const char *name, const struct eg_form_member *member,
                        struct eg_text text)
{
    const struct eg_record_field *field = member->field;
    uint32_t most = member->flags & EG_FORM_LONG ? EG_ENTRY_FORM_LONG : EG_ENTRY_FORM_SHORT;
    const struct eg_text *posted = eg_form_posted(reading->form, name);
    const char *key = NULL;
    if (posted && has_controls(*posted)) key = "fault.control";
    else if (count_characters(text) > most) key = "fault.long";
    else if (text.len > 0 && (field->type == EG_RECORD_WORD ? !is_word(text, field->words)
                                                            : !eg_record_text_is(field->type, text)))
        key = forms[field->type];
    else if (text.len > 0 && is_no_phone(field, text)) key = "fault.phone";
    if (key) add_fault(reading->faults, eg_text_from(name), key, most);
}

/* --- names ----------------------------------------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b)
{
    const struct eg_parameter *const *left = a, *const *right = b;
    return eg_text_compare((*left)->name, (*right)->name);
}

/* What the page asks besides, and buttons, of which no mistake is told. */
static bool is_other(const struct reading *reading, struct eg_text name)
{
    if (eg_text_equal(name, EG_TEXT(EG_FORM_LOOK)) || eg_text_equal(name, EG_TEXT(EG_FORM_TAKE))) return true;
    for (const char *const *other = reading->others; other && *other; other++)
        if (eg_text_equal(name, eg_text_from(*other))) return true;
    return false;
}

static enum eg_status check_names(struct reading *reading, struct eg_error *err)
{
    const struct eg_kvp *posted = reading->form->posted;
    const struct eg_parameter **sorted =
        eg_arena_array(reading->form->arena, posted->n + 1, sizeof(const struct eg_parameter *));
    if (!sorted) return eg_error_no_memory(err, posted->n * sizeof(const struct eg_parameter *));
    for (uint32_t i = 0; i < posted->n; i++) sorted[i] = &posted->pairs[i];
    qsort(sorted, posted->n, sizeof sorted[0], compare_names);
    for (uint32_t i = 0; i < posted->n; i++) {
        bool is_beyond = false;
        struct eg_text name = sorted[i]->name;
        bool is_known = is_other(reading, name) || eg_form_has_control(reading->form, name, &is_beyond);
        if (i > 0 && eg_text_equal(name, sorted[i - 1]->name))
            add_fault(reading->faults, name, "fault.twice", 0);
        else if (is_beyond) add_fault(reading->faults, name, "fault.items", EG_ENTRY_FORM_ROWS);
        else if (!is_known) add_fault(reading->faults, name, "fault.unknown", 0);
    }
    return EG_OK;
}

/* --- building -------------------------------------------------------------------------------------------------------------------- */

static void copy_value(struct reading *reading, struct eg_json_value *into, const char *name,
                       const struct eg_json_value *value)
{
    struct eg_text text;
    double number;
    if (!value) return;
    if (eg_json_is_text(value, &text)) eg_json_text(reading->json, into, name, text);
    else if (eg_json_is_number(value, &number) && number > -1e15 && number < 1e15 && number == trunc(number))
        eg_json_integer(reading->json, into, name, (int64_t)number);
    else if (eg_json_is_number(value, &number)) eg_json_number(reading->json, into, name, number);
    else eg_json_raw(reading->json, into, name, eg_form_text(reading->form, value));
}

/* People type addresses without their scheme. */
static struct eg_text with_scheme(const struct eg_entry_form *form, const struct eg_form_member *member,
                                  struct eg_text text)
{
    bool is_bare = member->field->type == EG_RECORD_URL && text.len > 0 &&
                   !memchr(text.data, ':', text.len) && memchr(text.data, '.', text.len) &&
                   !memchr(text.data, ' ', text.len);
    if (!is_bare) return text;
    struct eg_text whole = eg_text_format(form->arena, "https://%.*s", EG_TEXT_ARG(text));
    if (!whole.data) eg_form_fail(form);
    return whole.data ? whole : text;
}

static bool is_degrees(const struct eg_form_member *member)
{
    return member->field->type == EG_RECORD_NUMBER &&
           (strcmp(member->name, "longitude") == 0 || strcmp(member->name, "latitude") == 0);
}

/* Much of the world writes "-3,18", and some keyboards a minus of their own. */
static struct eg_text with_point(const struct eg_entry_form *form, const struct eg_form_member *member,
                                 struct eg_text text)
{
    static const struct eg_text minus = {"\xE2\x88\x92", 3};
    if (is_degrees(member) && eg_text_starts_with(text, minus)) {
        text = eg_text_format(form->arena, "-%.*s", (int)(text.len - minus.len), text.data + minus.len);
        if (!text.data) eg_form_fail(form);
        if (!text.data) return EG_TEXT("");
    }
    const char *comma = text.len > 0 ? memchr(text.data, ',', text.len) : NULL;
    if (!is_degrees(member) || !comma) return text;
    if (memchr(text.data, '.', text.len))
        return text; /* groups of thousands, or two numbers in one control */
    struct eg_text whole = eg_text_format(form->arena, "%.*s.%.*s", (int)(comma - text.data), text.data,
                                          (int)(text.data + text.len - comma - 1), comma + 1);
    if (!whole.data) eg_form_fail(form);
    return whole.data ? whole : text;
}

static bool is_within(struct eg_text text, double most)
{
    double value;
    return !eg_text_to_double(text, &value) || (value >= -most && value <= most);
}

/* Of a number what no type says: a globe has an end. */
static void check_degrees(struct reading *reading, const char *name, const struct eg_form_member *member,
                          struct eg_text text)
{
    if (text.len == 0 || !is_degrees(member)) return;
    bool is_lon = strcmp(member->name, "longitude") == 0;
    if (!is_within(text, is_lon ? 180 : 90))
        add_fault(reading->faults, eg_text_from(name), is_lon ? "fault.longitude" : "fault.latitude", 0);
}

/* `had`: the document says it. One that would stay if it were left out is emptied. */
static void write_member(struct reading *reading, const char *name, const struct eg_form_member *member,
                         struct eg_form_value value, bool had, struct eg_json_value *into)
{
    value.text = with_point(reading->form, member, with_scheme(reading->form, member, value.text));
    check_value(reading, name, member, value.text);
    check_degrees(reading, name, member, value.text);
    if (value.text.len > 0 || (had && eg_document_stays(member->field)))
        eg_json_text(reading->json, into, member->name, value.text);
}

/* Times that are none would be told to the public as words. */
static void check_hours(struct reading *reading, const char *name, struct eg_text text)
{
    struct eg_text wrong = eg_form_hours_wrong(text);
    uint32_t n = reading->faults->n;
    if (wrong.len > 0) add_fault(reading->faults, eg_text_from(name), "fault.hours", 0);
    if (reading->faults->n > n)
        reading->faults->items[n].why = (struct eg_text){wrong.data, eg_text_shown(wrong, 60)};
}

/* A list that is one text here. */
static void read_list(struct reading *reading, const char *name, const struct eg_form_member *member,
                      const struct eg_form_list *list, struct eg_json_value *into)
{
    check_value(reading, name, member, list->text);
    if (strcmp(list->member, EG_FORM_SCHEDULES) == 0) check_hours(reading, name, list->text);
    if (strcmp(list->member, EG_FORM_PHONES) == 0 && eg_form_phones_wrong(list->text))
        add_fault(reading->faults, eg_text_from(name), "fault.phone", 0);
    eg_form_list_write(list, reading->json, into);
}

static bool is_said(const struct eg_json_value *present, struct eg_form_value value)
{
    return value.is_kept ? present != NULL : value.text.len > 0;
}

/* Whether the object has a member then. */
static bool has_any(struct reading *reading, const struct eg_form_part *part, const struct eg_form_slot *slot)
{
    bool has = false;
    for (uint32_t i = 0; i < eg_form_part_count(part) && !has; i++)
        has = is_said(eg_json_get(slot->item, eg_form_part_member(part, i).name),
                      eg_form_member_value(reading->form, part, slot, i));
    return has;
}

/* The members of an object, which is left out where it has none. `into` NULL: of the list `list`. */
static void write_members(struct reading *reading, const struct eg_form_part *part,
                          const struct eg_form_slot *slot, struct eg_json_value *list,
                          struct eg_json_value *into)
{
    uint32_t row = part->is_list ? slot->row : UINT32_MAX;
    const char *missing = NULL, *half = NULL; /* the degrees that are not there while the others are */
    uint32_t n_degrees = 0;
    if (!into && has_any(reading, part, slot))
        into = eg_json_object(reading->json, list, part->is_list ? NULL : part->name);
    for (uint32_t i = 0; i < eg_form_part_count(part); i++) {
        struct eg_form_member member = eg_form_part_member(part, i);
        struct eg_form_name name = eg_form_name_of(part, row, member.name);
        struct eg_form_value value = eg_form_member_value(reading->form, part, slot, i);
        const struct eg_json_value *present = eg_json_get(slot->item, member.name);
        struct eg_form_list as_list = {reading->form, member.name, value.text, present};
        bool is_there = is_said(present, value);
        bool has_default = member.field->words != NULL; /* a status that nobody states is "active" */
        bool is_asked =
            member.field->needed && member.field->type != EG_RECORD_ID && !(member.flags & EG_FORM_NEVER);
        if (is_asked && !is_there && !has_default) missing = member.name;
        if (is_degrees(&member)) n_degrees += is_there ? 1 : 0;
        if (is_degrees(&member) && !is_there) half = member.name;
        if (value.is_kept) copy_value(reading, into, member.name, present);
        else if (!eg_form_is_list(member.name))
            write_member(reading, name.text, &member, value, present != NULL && into, into);
        else if (into) read_list(reading, name.text, &member, &as_list, into);
    }
    if (missing && into && slot->kind == EG_FORM_ROW)
        add_fault(reading->faults, eg_text_from(eg_form_name_of(part, row, missing).text), "fault.needed", 0);
    if (n_degrees == 1 && half && slot->kind == EG_FORM_ROW)
        add_fault(reading->faults, eg_text_from(eg_form_name_of(part, row, half).text), "fault.position", 0);
}

static void write_list(struct reading *reading, const struct eg_form_part *part, struct eg_json_value *root)
{
    struct eg_form_slots slots = eg_form_slots_of(reading->form, part);
    struct eg_json_value *list = slots.n > 0 ? eg_json_array(reading->json, root, part->name) : NULL;
    for (uint32_t i = 0; i < slots.n; i++) {
        const struct eg_form_slot *slot = &slots.items[i];
        if (slot->kind == EG_FORM_HOURS_CHANGED) {
            struct eg_form_member member = eg_form_hours_member();
            struct eg_form_value hours =
                eg_form_value_of(reading->form, EG_FORM_HOURS, &member, (struct eg_text){0});
            check_value(reading, EG_FORM_HOURS, &member, hours.text);
            check_hours(reading, EG_FORM_HOURS, hours.text);
            eg_form_hours_read(reading->form, hours.text, false, reading->json, list);
        } else if (slot->kind == EG_FORM_KEPT) {
            copy_value(reading, list, NULL, slot->item);
        } else if (slot->kind == EG_FORM_ROW) {
            write_members(reading, part, slot, list, NULL);
        }
    }
}

struct eg_json *eg_form_schedules(const struct eg_entry_form *form)
{
    struct eg_entry_faults faults = {.n = 0};
    struct reading reading = {form, NULL, &faults, eg_json_new_object()};
    struct eg_form_part part;
    if (reading.json && eg_form_part_named(EG_TEXT("schedules"), &part))
        write_list(&reading, &part, eg_json_root(reading.json));
    return reading.json;
}

static void write_programme(struct reading *reading, struct eg_json_value *root)
{
    struct eg_form_member member = eg_form_programme();
    struct eg_text present =
        eg_form_text(reading->form, eg_json_get(reading->form->document, EG_FORM_PROGRAMME));
    struct eg_form_value value = eg_form_value_of(reading->form, EG_FORM_PROGRAMME, &member, present);
    if (!value.is_kept) check_value(reading, EG_FORM_PROGRAMME, &member, value.text);
    if (value.text.len > 0) eg_json_text(reading->json, root, EG_FORM_PROGRAMME, value.text);
}

static bool is_among(const struct eg_json_value *list, struct eg_text topic)
{
    struct eg_text other;
    for (size_t i = 0; i < eg_json_length(list); i++)
        if (eg_json_is_text(eg_json_at(list, i), &other) && eg_text_equal(other, topic)) return true;
    return false;
}

static void write_topics(struct reading *reading, struct eg_json_value *root)
{
    struct eg_form_member member = eg_form_topic();
    const struct eg_json_value *now = eg_json_get(reading->form->document, EG_FORM_TOPICS);
    uint32_t n = (uint32_t)eg_json_length(now), n_posted = eg_form_posted_rows(reading->form, EG_FORM_TOPICS);
    struct eg_json_value *topics = NULL;
    for (uint32_t i = 0; i < n || i < n_posted; i++) {
        char name[EG_ENTRY_FORM_NAME_BYTES];
        (void)snprintf(name, sizeof name, EG_FORM_TOPICS ".%u", i);
        struct eg_text present = eg_form_text(reading->form, eg_json_at(now, i));
        struct eg_form_value value =
            eg_form_value_of(reading->form, name, &member, eg_form_topic_shown(reading->form, present));
        if (!value.is_kept) check_value(reading, name, &member, value.text);
        value.text = value.is_kept ? present : eg_form_topic_meant(reading->form, value.text);
        if (value.text.len == 0 || is_among(topics, value.text)) continue;
        if (!topics) topics = eg_json_array(reading->json, root, EG_FORM_TOPICS);
        eg_json_text(reading->json, topics, NULL, value.text);
    }
}

static void write_document(struct reading *reading)
{
    const struct eg_json_value *document = reading->form->document;
    struct eg_json_value *root = eg_json_root(reading->json);
    copy_value(reading, root, "id", eg_json_get(document, "id"));
    for (uint32_t i = 0; i < EG_FORM_N_PARTS; i++) {
        struct eg_form_part part = eg_form_part_at(i);
        struct eg_form_slot slot = {EG_FORM_ROW, 0, i == 0 ? document : eg_json_get(document, part.name)};
        if (part.is_list) write_list(reading, &part, root);
        else write_members(reading, &part, &slot, root, i == 0 ? root : NULL);
        if (i == 0) write_programme(reading, root);
        if (i == 0) write_topics(reading, root);
    }
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------- */

enum eg_status eg_entry_form_parse(char *body, size_t len, struct eg_arena *arena, struct eg_kvp *kvp_out,
                                   struct eg_error *err)
{
    struct eg_parameter *pairs = eg_arena_array(arena, EG_ENTRY_FORM_PAIRS, sizeof *pairs);
    uint32_t n = 0;
    if (!pairs) return eg_error_no_memory(err, EG_ENTRY_FORM_PAIRS * sizeof *pairs);
    if (len > EG_ENTRY_FORM_BYTES) {
        eg_error_set(err, EG_LIMIT, "the form has more than %u bytes", EG_ENTRY_FORM_BYTES);
        eg_error_field(err, "body");
        return EG_LIMIT;
    }
    struct eg_parameter_room room = {pairs, EG_ENTRY_FORM_PAIRS};
    enum eg_status status = len == 0 ? EG_OK : eg_parameters_parse(body, len, "body", &room, &n, err);
    if (status == EG_OK) *kvp_out = (struct eg_kvp){pairs, n};
    return status;
}

static enum eg_status check_version(const struct eg_entry_form *form, struct eg_error *err)
{
    char version[33];
    const struct eg_text *posted = eg_form_posted(form, EG_FORM_VERSION);
    if (!form->document) return EG_OK;
    eg_form_version(form, version);
    if (posted && eg_text_equal(*posted, eg_text_from(version))) return EG_OK;
    eg_error_set(err, EG_CONFLICT, "the entry is another than the one that the form showed");
    eg_error_field(err, EG_FORM_VERSION);
    return EG_CONFLICT;
}

/* Where on the page the control stands that a fault is about: browsers send them in that order. */
static uint32_t place_of(const struct eg_entry_form *form, const struct eg_entry_fault *fault)
{
    uint32_t i = 0;
    while (i < form->posted->n && !eg_text_equal(form->posted->pairs[i].name, eg_text_from(fault->name))) i++;
    return i;
}

static void sort_faults(const struct eg_entry_form *form, struct eg_entry_faults *faults)
{
    for (uint32_t i = 1; i < faults->n; i++) {
        struct eg_entry_fault fault = faults->items[i];
        uint32_t at = i, place = place_of(form, &fault);
        for (; at > 0 && place_of(form, &faults->items[at - 1]) > place; at--)
            faults->items[at] = faults->items[at - 1];
        faults->items[at] = fault;
    }
}

static enum eg_status tell_first(const struct eg_entry_faults *faults, struct eg_error *err)
{
    const struct eg_entry_fault *first = &faults->items[0];
    if (faults->n == 0) return EG_OK;
    eg_error_set(err, EG_INVALID, "%s: %s", first->name, first->key);
    eg_error_field(err, first->name);
    return EG_INVALID;
}

/* With the areas that are ticked: the form that is read then. *laid_out: what the document became, to be freed. */
static void lay_served(struct reading *reading, struct eg_entry_form *own, struct eg_kvp *posted,
                       struct eg_json **laid_out)
{
    if (!eg_form_posted(own, EG_FORM_SERVED)) return;
    if (eg_form_served_is_mixed(own)) add_fault(reading->faults, EG_TEXT(EG_FORM_SERVED), "fault.mixed", 0);
    if (own->scope == EG_ENTRY_FORM_EDITOR) {
        *posted = eg_form_posted_served(own);
        own->posted = posted;
        return;
    }
    *laid_out = eg_form_document_served(own);
    if (*laid_out) own->document = eg_json_root(*laid_out);
}

enum eg_status eg_entry_form_read(const struct eg_entry_form *form, const char *const *others,
                                  struct eg_entry_faults *faults_out, struct eg_json **json_out,
                                  struct eg_error *err)
{
    bool failed = false;
    struct eg_entry_form own = *form;
    struct eg_kvp posted;
    struct eg_json *laid = NULL;
    own.failed = &failed;
    struct reading reading = {&own, others, faults_out, NULL};
    faults_out->n = 0;
    enum eg_status status = check_names(&reading, err);
    if (status == EG_OK) status = check_version(form, err);
    if (status != EG_OK) return status;
    reading.json = eg_json_new_object();
    if (!reading.json) return eg_error_no_memory(err, 0);
    lay_served(&reading, &own, &posted, &laid);
    write_document(&reading);
    eg_json_free(laid);
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    sort_faults(form, faults_out);
    status = tell_first(faults_out, err);
    if (failed) status = eg_error_no_memory(err, 0);
    if (status == EG_OK) status = eg_json_finish(reading.json, false, &text, err);
    eg_buffer_clear(&text);
    if (status == EG_OK) *json_out = reading.json;
    else eg_json_free(reading.json);
    return status;
}

/* --- mistakes that the document has ---------------------------------------------------------------------------------------------- */

/* "phones[1].number" as the control that said it. */
static void find_control(const struct eg_entry_form *form, const char *field, char *name, size_t size)
{
    struct eg_form_part part;
    struct eg_text list, number, rest = eg_text_cut(eg_text_from(field), '[', &list);
    uint32_t at;
    (void)snprintf(name, size, "%s", field);
    if (!rest.data) return;
    rest = eg_text_cut(rest, ']', &number);
    if (!eg_text_to_u32(number, &at)) return;
    if (eg_text_starts_with(list, EG_TEXT("location."))) /* a list of the first place: its text */
        (void)snprintf(name, size, "%.*s", EG_TEXT_SHOWN(list, 40));
    if (eg_text_equal(list, EG_TEXT(EG_FORM_TOPICS))) (void)snprintf(name, size, EG_FORM_TOPICS ".%u", at);
    if (list.len == 0 || !eg_form_part_named(list, &part)) return;
    struct eg_form_slots slots = eg_form_slots_of(form, &part);
    bool is_hours = part.members[0]->table == EG_RECORD_SCHEDULE;
    bool is_served =
        part.members[0]->table == EG_RECORD_SERVICE_AREA && form->scope == EG_ENTRY_FORM_PUBLIC &&
        (eg_text_equal(rest, EG_TEXT(".boundaries")) || eg_text_equal(rest, EG_TEXT(".area_codes")));
    if (is_served) (void)snprintf(name, size, EG_FORM_SERVED);
    else if (at >= slots.n || (slots.items[at].kind == EG_FORM_KEPT && !is_hours)) name[0] = '\0';
    else if (slots.items[at].kind != EG_FORM_ROW) (void)snprintf(name, size, EG_FORM_HOURS);
    else {
        struct eg_text member;
        (void)eg_text_cut(rest, '[', &member); /* of a list within the item: its text */
        (void)snprintf(name, size, "%s.%u%.*s", part.name, slots.items[at].row, EG_TEXT_SHOWN(member, 40));
    }
}

/* What the public's catalogues have words for; the data's own are English and for editors. A value that was there before may be at fault,
 * too: the checks of what was sent pass over it. */
static const char *key_of(const struct eg_entry_form *form, const char *name)
{
    struct eg_form_member member;
    struct eg_text head, value = eg_entry_form_sent(form, name), path = eg_text_from(name);
    if (form->scope == EG_ENTRY_FORM_EDITOR) return "fault.other";
    if (strcmp(name, EG_FORM_SERVED) == 0) return "fault.area";
    if (!eg_form_member_named(form, path, &member)) return "fault.other";
    if (value.len == 0 && member.field->needed) return "fault.needed";
    if (is_degrees(&member))
        return strcmp(member.name, "longitude") == 0 ? "fault.longitude" : "fault.latitude";
    if (value.len > 0 && !eg_record_text_is(member.field->type, value)) return forms[member.field->type];
    (void)eg_text_cut(path, '.', &head);
    return eg_text_equal(head, EG_TEXT("organisation")) ? "fault.organisation" : "fault.other";
}

void eg_entry_form_blame(const struct eg_entry_form *form, const struct eg_error *err,
                         struct eg_entry_faults *faults)
{
    char name[EG_ENTRY_FORM_NAME_BYTES];
    bool is_beyond;
    if (faults->n == EG_ENTRY_FAULTS) return;
    find_control(form, err->field, name, sizeof name);
    if (!eg_form_has_control(form, eg_text_from(name), &is_beyond)) name[0] = '\0';
    add_fault(faults, eg_text_from(name), key_of(form, name), 0);
    faults->items[faults->n - 1].why = eg_text_copy(form->arena, eg_text_from(err->message));
}
