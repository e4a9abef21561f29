/* The controls by which a form asks for places and areas, with the answers below them. What was answered takes the focus, so that it is
 * read out at once when the page comes back. */
#include <stdio.h>
#include <string.h>

#include "engine/snapshot.h"
#include "http/entry_form_parts.h"

struct asking {
    const struct eg_entry_form *form;
    struct eg_html *html;
};

static void say(const struct asking *asking, const char *key)
{
    eg_html_text(asking->html, eg_locale_text(asking->form->locale, key));
}

static void say_with(const struct asking *asking, const char *key, const char *name, struct eg_text value)
{
    struct eg_placeholder fill = {name, value};
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_locale_write(asking->form->locale, key, &fill, 1, &text);
    eg_html_text(asking->html, (struct eg_text){text.data, text.len});
    asking->html->out.failed |= text.failed;
    eg_buffer_clear(&text);
}

static void open(const struct asking *asking, const char *element, const char *class_name)
{
    eg_html_open(asking->html, element);
    eg_html_attribute(asking->html, "class", eg_text_from(class_name));
}

static void write_button(const struct asking *asking, const char *name, struct eg_text value)
{
    open(asking, "button", "second");
    eg_html_attribute(asking->html, "type", EG_TEXT("submit"));
    eg_html_attribute(asking->html, "name", eg_text_from(name));
    eg_html_attribute(asking->html, "value", value);
}

/* A line to type into, what is wrong with it, and its button. */
static void write_question(const struct asking *asking, const char *name, const char *label_key,
                           const char *button_key, struct eg_text unknown)
{
    struct eg_html *html = asking->html;
    open(asking, "div", "field");
    eg_html_open(html, "label");
    eg_html_attribute_format(html, "for", "f-%s", name);
    say(asking, label_key);
    eg_html_close(html);
    if (unknown.len > 0) {
        open(asking, "p", "fault");
        eg_html_attribute_format(html, "id", "f-%s-fault", name);
        say_with(asking, "look.unknown", "place", unknown);
        eg_html_close(html);
    }
    open(asking, "div", "ask");
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("text"));
    eg_html_attribute_format(html, "id", "f-%s", name);
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "value", eg_entry_form_sent(asking->form, name));
    eg_html_attribute(html, "dir", EG_TEXT("auto"));
    eg_html_attribute(html, "autocomplete", EG_TEXT("off"));
    eg_html_attribute(html, "maxlength", EG_TEXT("200"));
    if (unknown.len > 0) {
        eg_html_attribute_format(html, "aria-describedby", "f-%s-fault", name);
        eg_html_attribute(html, "aria-invalid", EG_TEXT("true"));
        eg_html_attribute(html, "autofocus", EG_TEXT("autofocus"));
    }
    eg_html_void(html);
    write_button(asking, EG_FORM_LOOK, eg_text_from(name));
    say(asking, button_key);
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

static void open_answer(const struct asking *asking, const char *id)
{
    open(asking, "p", "answer");
    eg_html_attribute(asking->html, "id", eg_text_from(id));
    eg_html_attribute(asking->html, "role", EG_TEXT("status"));
    eg_html_attribute(asking->html, "tabindex", EG_TEXT("-1"));
    eg_html_attribute(asking->html, "autofocus", EG_TEXT("autofocus"));
}

/* --- the place ------------------------------------------------------------------------------------------------------- */

static void write_others(const struct asking *asking, const struct eg_entry_form_answers *answers)
{
    struct eg_html *html = asking->html;
    if (answers->n_others == 0) return;
    eg_html_leaf(html, "p", eg_locale_text(asking->form->locale, "look.others"));
    open(asking, "ul", "plain takes");
    for (uint32_t i = 0; i < answers->n_others; i++) {
        eg_html_open(html, "li");
        write_button(asking, EG_FORM_TAKE, answers->others[i]);
        eg_html_attribute(html, "dir", EG_TEXT("auto"));
        eg_html_text(html, answers->others[i]);
        eg_html_close(html);
        eg_html_close(html);
    }
    eg_html_close(html);
}

/* The script shows it, and asks only when it is pressed. */
static void write_here(const struct asking *asking)
{
    struct eg_html *html = asking->html;
    open(asking, "div", "field script");
    eg_html_attribute(html, "hidden", EG_TEXT("hidden"));
    open(asking, "button", "second");
    eg_html_attribute(html, "type", EG_TEXT("button"));
    eg_html_attribute(html, "id", EG_TEXT("f-here"));
    eg_html_attribute(html, "aria-describedby", EG_TEXT("f-here-hint"));
    eg_html_attribute(html, "data-denied", eg_locale_text(asking->form->locale, "look.denied"));
    eg_html_attribute(html, "data-taken", eg_locale_text(asking->form->locale, "look.taken"));
    say(asking, "look.here");
    eg_html_close(html);
    open(asking, "p", "note");
    eg_html_attribute(html, "id", EG_TEXT("f-here-hint"));
    say(asking, "look.consent");
    eg_html_close(html);
    open(asking, "p", "answer");
    eg_html_attribute(html, "id", EG_TEXT("f-here-said"));
    eg_html_attribute(html, "role", EG_TEXT("status"));
    eg_html_close(html);
    eg_html_leaf(html, "p", eg_locale_text(asking->form->locale, "look.map_hint"));
    eg_html_close(html);
}

void eg_form_write_place_question(const struct eg_entry_form *form, struct eg_html *html)
{
    const struct eg_entry_form_answers *answers = form->answers;
    struct asking asking = {form, html};
    struct eg_text unknown = {0};
    if (!form->snapshot) return;
    if (answers && answers->place.len == 0) unknown = answers->asked_place;
    write_question(&asking, EG_FORM_FIND_PLACE, "form." EG_FORM_FIND_PLACE, "look.place", unknown);
    if (answers && answers->place.len > 0) {
        open_answer(&asking, "f-place-answer");
        say_with(&asking, "look.understood", "place", answers->place);
        eg_html_close(html);
    }
    if (answers && answers->asked_place.len > 0) write_others(&asking, answers);
    if (!form->write_map) return;
    write_here(&asking);
    form->write_map(form->map_context);
}

/* --- areas served ------------------------------------------------------------------------------------------------------ */

/* "Ashport 013 (Neighbourhoods)"; an area that the atlas does not have by its code. */
static void write_area(const struct asking *asking, struct eg_entry_form_area area)
{
    const struct eg_snapshot *snapshot = asking->form->snapshot;
    for (uint32_t i = 0; snapshot && snapshot->generation && i < snapshot->atlas->n_boundaries; i++) {
        const struct eg_area_set *set = &snapshot->generation->area_sets[i];
        if (!eg_text_equal(set->spec->id, area.boundaries)) continue;
        uint32_t at = eg_textmap_get(set->by_code, area.code);
        if (at == EG_TEXTMAP_NONE) break;
        eg_html_leaf(asking->html, "bdi", set->names[at].len > 0 ? set->names[at] : area.code);
        eg_html_text_format(asking->html, " (%.*s)", EG_TEXT_SHOWN(set->spec->title, 100));
        return;
    }
    eg_html_leaf(asking->html, "bdi", area.code);
    eg_html_text_format(asking->html, " (%.*s)", EG_TEXT_SHOWN(area.boundaries, 100));
}

static void write_tick(const struct asking *asking, const struct eg_form_tick *tick, uint32_t i)
{
    struct eg_html *html = asking->html;
    struct eg_text value = eg_text_format(asking->form->arena, "%.*s:%.*s",
                                          EG_TEXT_ARG(tick->area.boundaries), EG_TEXT_ARG(tick->area.code));
    eg_html_open(html, "li");
    open(asking, "label", "tick");
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("checkbox"));
    eg_html_attribute_format(html, "id", "f-" EG_FORM_SERVED "-%u", i);
    eg_html_attribute_format(html, "name", EG_FORM_SERVED ".%u", i);
    eg_html_attribute(html, "value", value);
    if (tick->is_ticked) eg_html_attribute(html, "checked", EG_TEXT("checked"));
    eg_html_void(html);
    eg_html_open(html, "span");
    write_area(asking, tick->area);
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
    html->out.failed |= !value.data;
}

static const struct eg_entry_fault *fault_of(const struct eg_entry_form *form)
{
    for (uint32_t i = 0; form->faults && i < form->faults->n; i++)
        if (strcmp(form->faults->items[i].name, EG_FORM_SERVED) == 0) return &form->faults->items[i];
    return NULL;
}

static void write_ticks(const struct asking *asking)
{
    struct eg_html *html = asking->html;
    struct eg_form_ticks ticks = eg_form_ticks_of(asking->form);
    uint32_t beyond = asking->form->scope == EG_ENTRY_FORM_PUBLIC ? eg_form_codes_beyond(asking->form) : 0;
    if (beyond > 0) {
        char room[EG_LOCALE_NUMBER_BYTES];
        open(asking, "p", "note");
        say_with(asking, "look.more", "n", eg_locale_number(asking->form->locale, beyond, room));
        eg_html_close(html);
    }
    html->out.failed |= !ticks.items;
    if (ticks.n == 0) return;
    open(asking, "ul", "plain ticks");
    for (uint32_t i = 0; i < ticks.n; i++) write_tick(asking, &ticks.items[i], i);
    eg_html_close(html);
}

void eg_form_write_served(const struct eg_entry_form *form, struct eg_html *html)
{
    const struct eg_entry_form_answers *answers = form->answers;
    struct asking asking = {form, html};
    const struct eg_entry_fault *fault = fault_of(form);
    open(&asking, "fieldset", "served");
    eg_html_attribute(html, "id", EG_TEXT("f-" EG_FORM_SERVED));
    eg_html_attribute(html, "tabindex", EG_TEXT("-1"));
    if (fault) eg_html_attribute(html, "aria-describedby", EG_TEXT("f-" EG_FORM_SERVED "-fault"));
    eg_html_leaf(html, "legend", eg_locale_text(form->locale, "form." EG_FORM_SERVED));
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("hidden"));
    eg_html_attribute(html, "name", EG_TEXT(EG_FORM_SERVED));
    eg_html_attribute(html, "value", EG_TEXT("1"));
    eg_html_void(html);
    if (fault) {
        open(&asking, "p", "fault");
        eg_html_attribute(html, "id", EG_TEXT("f-" EG_FORM_SERVED "-fault"));
        say_with(&asking, fault->key, "why", fault->why);
        eg_html_close(html);
    }
    if (answers && answers->n_areas > 0) {
        open_answer(&asking, "f-area-answer");
        say_with(&asking, "look.found", "place", answers->asked_area);
        eg_html_close(html);
    }
    write_ticks(&asking);
    if (form->snapshot)
        write_question(&asking, EG_FORM_FIND_AREA, "form." EG_FORM_FIND_AREA, "look.area",
                       answers && answers->n_areas == 0 ? answers->asked_area : (struct eg_text){0});
    eg_html_close(html);
}
