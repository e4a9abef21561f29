/* What was sent, laid over the document: which items its lists have then, and what each control says. Writing the form again, reading it
 * and finding the control that a mistake belongs to all go by this. */
#include "http/entry_form_parts.h"

#include <stdio.h>
#include <string.h>

/* --- values ---------------------------------------------------------------------------------------------------------------------- */

struct eg_form_value eg_form_value_of(const struct eg_entry_form *form, const char *name,
                                      const struct eg_form_member *member, struct eg_text present)
{
    const struct eg_text *posted = eg_form_posted(form, name);
    if (!posted) return (struct eg_form_value){true, present};
    struct eg_text text = eg_form_plain(form, *posted);
    struct eg_text now = eg_form_plain(form, present);
    if (eg_text_equal(eg_form_usual(member, text), eg_form_usual(member, now)))
        return (struct eg_form_value){true, present};
    return (struct eg_form_value){false, text};
}

struct eg_form_value eg_form_member_value(const struct eg_entry_form *form, const struct eg_form_part *part,
                                          const struct eg_form_slot *slot, uint32_t i)
{
    struct eg_form_member member = eg_form_part_member(part, i);
    uint32_t row = part->is_list ? slot->row : UINT32_MAX;
    struct eg_form_name name = eg_form_name_of(part, row, member.name);
    bool is_asked = !(member.flags & EG_FORM_FOLLOWS) || eg_form_posted(form, name.text);
    if (slot->kind == EG_FORM_ROW && eg_form_shows(form, &member) && is_asked)
        return eg_form_value_of(form, name.text, &member,
                                eg_form_shown(form, member.name, eg_json_get(slot->item, member.name)));
    bool follows = slot->kind == EG_FORM_ROW && (member.flags & EG_FORM_FOLLOWS);
    bool goes = follows && !eg_form_member_value(form, part, slot, 0).is_kept;
    return (struct eg_form_value){!goes, {0}};
}

static struct eg_form_member text_member(const char *name, unsigned flags)
{
    return (struct eg_form_member){
        name, &eg_record_spec(EG_RECORD_TAXONOMY_TERM)->fields[EG_TAXONOMY_TERM_DESCRIPTION], flags};
}

struct eg_form_member eg_form_programme(void)
{
    return text_member(EG_FORM_PROGRAMME, EG_FORM_PUBLIC);
}

struct eg_form_member eg_form_topic(void)
{
    return text_member(EG_FORM_TOPICS, EG_FORM_PUBLIC);
}

struct eg_form_member eg_form_hours_member(void)
{
    return text_member(EG_FORM_HOURS, EG_FORM_PUBLIC | EG_FORM_LONG | EG_FORM_HINT);
}

/* --- items ----------------------------------------------------------------------------------------------------------------------- */

static bool is_removed(const struct eg_entry_form *form, const struct eg_form_part *part, uint32_t row)
{
    const struct eg_text *posted = eg_form_posted(form, eg_form_name_of(part, row, EG_FORM_REMOVE).text);
    return posted && posted->len > 0;
}

/* A service area whose text is emptied is one all the same if it has a shape or codes; any other item goes with what was seen of it.
 * Whether it may be shown is no content, nor are the type and extension of a number that is gone. */
static bool stays(const struct eg_entry_form *form, const struct eg_form_part *part,
                  const struct eg_form_slot *slot)
{
    bool has_shown = false, had_shown = false, has_hidden = false;
    bool of_phone = slot->item && part->members[0]->table == EG_RECORD_PHONE;
    if (is_removed(form, part, slot->row)) return false;
    for (uint32_t i = 0; i < eg_form_part_count(part); i++) {
        struct eg_form_member member = eg_form_part_member(part, i);
        bool is_there = eg_json_get(slot->item, member.name) != NULL;
        struct eg_form_value value = eg_form_member_value(form, part, slot, i);
        if (strcmp(member.name, "visibility") == 0) continue;
        if (of_phone && (member.flags & EG_FORM_FOLLOWS)) continue;
        if (eg_form_shows(form, &member)) {
            has_shown |= value.text.len > 0;
            had_shown |= is_there;
        } else {
            has_hidden |= value.is_kept && is_there;
        }
    }
    if (has_shown) return true;
    return has_hidden && (!had_shown || part->members[0]->table == EG_RECORD_SERVICE_AREA);
}

static uint32_t most_rows(const struct eg_entry_form *form, const struct eg_form_part *part)
{
    return eg_form_is_single(form, part) ? 1 : EG_ENTRY_FORM_ROWS;
}

static void add_row(const struct eg_entry_form *form, const struct eg_form_part *part,
                    struct eg_form_slots *slots, struct eg_form_slot slot)
{
    slot.kind = slot.row < most_rows(form, part) ? EG_FORM_ROW : EG_FORM_KEPT;
    if (slot.kind == EG_FORM_KEPT || stays(form, part, &slot)) slots->items[slots->n++] = slot;
}

static bool shows_any(const struct eg_entry_form *form, const struct eg_form_part *part)
{
    bool shows = false;
    for (uint32_t i = 0; i < eg_form_part_count(part); i++) {
        struct eg_form_member member = eg_form_part_member(part, i);
        shows |= eg_form_shows(form, &member);
    }
    return shows;
}

/* A text that says other hours than before stands for all of them, in front of the rest. */
static bool add_hours(const struct eg_entry_form *form, const struct eg_form_hours *hours,
                      struct eg_form_slots *slots)
{
    struct eg_form_member member = eg_form_hours_member();
    struct eg_form_value value = eg_form_value_of(form, EG_FORM_HOURS, &member, hours->text);
    struct eg_schedule read[EG_SCHEDULE_HOURS_MAX];
    uint32_t n = 0;
    if (value.is_kept) return false;
    if (value.text.len == 0) return true;
    value.text = eg_form_hours_joined(form, value.text);
    if (!eg_schedules_from_dated_hours(value.text, read, &n) || n == 0) n = 1;
    else n += eg_hours_close_on_holidays(value.text);
    for (uint32_t i = 0; i < n; i++)
        slots->items[slots->n++] =
            (struct eg_form_slot){i == 0 ? EG_FORM_HOURS_CHANGED : EG_FORM_HOURS_MORE, 0, NULL};
    return true;
}

struct eg_form_slots eg_form_slots_of(const struct eg_entry_form *form, const struct eg_form_part *part)
{
    const struct eg_json_value *list = eg_json_get(form->document, part->name);
    uint32_t n = (uint32_t)eg_json_length(list), row = 0;
    struct eg_form_slots slots = {
        eg_arena_array(form->arena, n + EG_ENTRY_FORM_ROWS + EG_SCHEDULE_HOURS_MAX + 1, sizeof *slots.items),
        0};
    struct eg_form_hours hours = {0};
    bool says_other_hours = false, has_rows = shows_any(form, part);
    if (!slots.items) eg_form_fail(form);
    if (!slots.items) return slots;
    if (part->members[0]->table == EG_RECORD_SCHEDULE) {
        hours = eg_form_hours_of(form);
        says_other_hours = add_hours(form, &hours, &slots);
    }
    for (uint32_t i = 0; i < n; i++) {
        struct eg_form_slot slot = {EG_FORM_KEPT, 0, eg_json_at(list, i)};
        bool is_said = hours.is_said && hours.is_said[i];
        slot.row = is_said || !has_rows ? 0 : row++;
        if (is_said ? !says_other_hours : !has_rows) slots.items[slots.n++] = slot;
        else if (!is_said) add_row(form, part, &slots, slot);
    }
    uint32_t n_posted = has_rows ? eg_form_posted_rows(form, part->name) : 0;
    for (; row < n_posted && row < most_rows(form, part); row++)
        add_row(form, part, &slots, (struct eg_form_slot){EG_FORM_ROW, row, NULL});
    return slots;
}

/* --- names ----------------------------------------------------------------------------------------------------------------------- */

static bool find_member(const struct eg_entry_form *form, const struct eg_form_part *part,
                        struct eg_text name, struct eg_form_member *member_out)
{
    for (uint32_t i = 0; i < eg_form_part_count(part); i++) {
        *member_out = eg_form_part_member(part, i);
        if (eg_text_equal(name, eg_text_from(member_out->name))) return eg_form_shows(form, member_out);
    }
    return false;
}

static bool has_member(const struct eg_entry_form *form, const struct eg_form_part *part, struct eg_text name)
{
    struct eg_form_member member;
    return find_member(form, part, name, &member);
}

bool eg_form_member_named(const struct eg_entry_form *form, struct eg_text name,
                          struct eg_form_member *member_out)
{
    struct eg_form_part part = eg_form_part_at(0);
    struct eg_text head, number, rest = eg_text_cut(name, '.', &head);
    if (!rest.data) return find_member(form, &part, name, member_out);
    if (head.len == 0 || !eg_form_part_named(head, &part)) return false;
    if (part.is_list) rest = eg_text_cut(rest, '.', &number);
    return find_member(form, &part, rest, member_out);
}

static bool is_own(struct eg_text name)
{
    static const char *const asking[] = {EG_FORM_FIND_PLACE, EG_FORM_PROGRAMME, EG_FORM_FIND_AREA,
                                         EG_FORM_SERVED,     EG_FORM_OPENS,     EG_FORM_CLOSES,
                                         EG_FORM_DAYS_FOR};
    for (size_t i = 0; i < EG_ARRAY_LEN(asking); i++)
        if (eg_text_equal(name, eg_text_from(asking[i]))) return true;
    return eg_text_equal(name, EG_TEXT(EG_FORM_HOURS)) || eg_text_equal(name, EG_TEXT(EG_FORM_VERSION));
}

static bool is_row(struct eg_text number, uint32_t most, bool *is_beyond_out)
{
    uint32_t row;
    if (!eg_text_to_u32(number, &row) || (number.len > 1 && number.data[0] == '0')) return false;
    *is_beyond_out = row >= most;
    return row < most;
}

bool eg_form_has_control(const struct eg_entry_form *form, struct eg_text name, bool *is_beyond_out)
{
    struct eg_form_part part;
    struct eg_text head, number, rest = eg_text_cut(name, '.', &head);
    *is_beyond_out = false;
    if (!rest.data) {
        part = eg_form_part_at(0);
        return is_own(name) || has_member(form, &part, name);
    }
    if (eg_text_equal(head, EG_TEXT(EG_FORM_SERVED))) return is_row(rest, EG_FORM_TICKS, is_beyond_out);
    if (eg_text_equal(head, EG_TEXT(EG_FORM_DAYS))) return is_row(rest, 7, is_beyond_out);
    if (eg_text_equal(head, EG_TEXT(EG_FORM_TOPICS))) return is_row(rest, EG_ENTRY_FORM_ROWS, is_beyond_out);
    if (head.len == 0 || !eg_form_part_named(head, &part)) return false;
    if (!part.is_list) return has_member(form, &part, rest);
    rest = eg_text_cut(rest, '.', &number);
    if (!rest.data || !shows_any(form, &part)) return false;
    bool is_known = has_member(form, &part, rest) ||
                    (eg_text_equal(rest, EG_TEXT(EG_FORM_REMOVE)) && !eg_form_is_single(form, &part));
    return is_known && is_row(number, most_rows(form, &part), is_beyond_out);
}
