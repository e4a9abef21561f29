/* The areas that an entry serves, as ticks: "served.0" is "district:D01". In the public's form they stand for all codes of the entry's
 * service areas: what is not ticked any more goes, what is new comes to the service area of its boundaries. In the editors' form, where
 * each service area has its codes, ticks only add. A form without the hidden "served" showed no ticks, and nothing changes by it. */
#include <stdio.h>
#include <string.h>

#include "http/entry_form_parts.h"
#include "http/entry_form_places.h"

#define SERVICE_AREAS "service_areas"

static const struct eg_text none;

/* --- which ----------------------------------------------------------------------------------------------------------- */

static bool is_same(struct eg_form_tick a, struct eg_form_tick b)
{
    return eg_text_equal(a.area.boundaries, b.area.boundaries) && eg_text_equal(a.area.code, b.area.code);
}

static void add_tick(struct eg_form_ticks *ticks, struct eg_text boundaries, struct eg_text code,
                     bool is_ticked, bool is_present)
{
    struct eg_form_tick tick = {{boundaries, code}, is_ticked, is_present};
    if (code.len == 0 || ticks->n == EG_FORM_TICKS) return;
    for (uint32_t i = 0; i < ticks->n; i++) {
        if (!is_same(ticks->items[i], tick)) continue;
        ticks->items[i].is_ticked |= is_ticked;
        return;
    }
    ticks->items[ticks->n++] = tick;
}

static struct eg_text text_of(const struct eg_json_value *item, const char *name)
{
    struct eg_text text = none;
    (void)!eg_json_is_text(eg_json_get(item, name), &text);
    return text;
}

static uint32_t count_codes(const struct eg_json_value *list)
{
    uint32_t n = 0;
    for (size_t i = 0; i < eg_json_length(list); i++) {
        struct eg_text codes = text_of(eg_json_at(list, i), "area_codes"), code;
        while (codes.len > 0) {
            codes = eg_text_cut(codes, ';', &code);
            n += eg_text_trim(code).len > 0 ? 1 : 0;
        }
    }
    return n;
}

uint32_t eg_form_codes_beyond(const struct eg_entry_form *form)
{
    uint32_t n = count_codes(eg_json_get(form->document, SERVICE_AREAS));
    return n > EG_FORM_TICKS / 2 ? n : 0;
}

static void add_present(const struct eg_entry_form *form, struct eg_form_ticks *ticks)
{
    const struct eg_json_value *list = eg_json_get(form->document, SERVICE_AREAS);
    bool was_sent = eg_form_posted(form, EG_FORM_SERVED) != NULL;
    if (form->scope != EG_ENTRY_FORM_PUBLIC || eg_form_codes_beyond(form) > 0) return;
    for (size_t i = 0; i < eg_json_length(list); i++) {
        const struct eg_json_value *item = eg_json_at(list, i);
        struct eg_text codes = text_of(item, "area_codes"), code;
        while (codes.len > 0) {
            codes = eg_text_cut(codes, ';', &code);
            add_tick(ticks, text_of(item, "boundaries"), eg_text_trim(code), !was_sent, true);
        }
    }
}

static bool is_tick(struct eg_text name)
{
    struct eg_text head;
    struct eg_text rest = eg_text_cut(name, '.', &head);
    return rest.len > 0 && eg_text_equal(head, EG_TEXT(EG_FORM_SERVED));
}

static void add_posted(const struct eg_entry_form *form, struct eg_form_ticks *ticks)
{
    for (uint32_t i = 0; form->posted && i < form->posted->n; i++) {
        const struct eg_parameter *pair = &form->posted->pairs[i];
        struct eg_text boundaries, code = eg_text_cut(pair->value, ':', &boundaries);
        if (is_tick(pair->name)) add_tick(ticks, eg_text_trim(boundaries), eg_text_trim(code), true, false);
    }
}

struct eg_form_ticks eg_form_ticks_of(const struct eg_entry_form *form)
{
    struct eg_form_ticks ticks = {eg_arena_array(form->arena, EG_FORM_TICKS, sizeof *ticks.items), 0};
    if (!ticks.items) eg_form_fail(form);
    if (!ticks.items) return ticks;
    add_present(form, &ticks);
    add_posted(form, &ticks);
    for (uint32_t i = 0; form->answers && i < form->answers->n_areas; i++)
        add_tick(&ticks, form->answers->areas[i].boundaries, form->answers->areas[i].code,
                 form->answers->n_areas == 1, false);
    return ticks;
}

static uint32_t count_boundaries(const struct eg_form_ticks *ticks, bool of_present)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < ticks->n; i++) {
        const struct eg_form_tick *tick = &ticks->items[i];
        bool is_first = of_present ? tick->is_present : tick->is_ticked;
        for (uint32_t k = 0; k < i && is_first; k++)
            is_first = !(of_present ? ticks->items[k].is_present : ticks->items[k].is_ticked) ||
                       !eg_text_equal(ticks->items[k].area.boundaries, tick->area.boundaries);
        n += is_first ? 1 : 0;
    }
    return n;
}

bool eg_form_served_is_mixed(const struct eg_entry_form *form)
{
    struct eg_form_ticks ticks = eg_form_ticks_of(form);
    uint32_t n = ticks.items ? count_boundaries(&ticks, false) : 0;
    return n > 1 && n > count_boundaries(&ticks, true);
}

/* --- into the document ----------------------------------------------------------------------------------------------- */

struct laying {
    const struct eg_entry_form *form;
    struct eg_form_ticks ticks;
    struct eg_json *json;
    struct eg_json_value *list; /* made by need */
};

static void add_code(struct eg_buffer *codes, struct eg_text code)
{
    if (codes->len > 0) eg_buffer_char(codes, ';');
    eg_buffer_text(codes, code);
}

static bool is_ticked(const struct laying *laying, struct eg_text boundaries, struct eg_text code)
{
    struct eg_form_tick wanted = {.area = {boundaries, code}};
    for (uint32_t i = 0; i < laying->ticks.n; i++)
        if (is_same(laying->ticks.items[i], wanted)) return laying->ticks.items[i].is_ticked;
    return false;
}

/* Of the codes of an item those that are still ticked; returns whether all are. */
static bool gather_present(const struct laying *laying, const struct eg_json_value *item,
                           struct eg_buffer *out)
{
    struct eg_text boundaries = text_of(item, "boundaries"), codes = text_of(item, "area_codes"), code;
    bool are_all = true;
    while (codes.len > 0) {
        codes = eg_text_cut(codes, ';', &code);
        code = eg_text_trim(code);
        if (is_ticked(laying, boundaries, code)) add_code(out, code);
        else are_all &= code.len == 0;
    }
    return are_all;
}

/* New ones of these boundaries, each once. Returns whether there are any. */
static bool gather_new(struct laying *laying, struct eg_text boundaries, struct eg_buffer *out)
{
    bool any = false;
    for (uint32_t i = 0; i < laying->ticks.n; i++) {
        struct eg_form_tick *tick = &laying->ticks.items[i];
        bool is_new = tick->is_ticked && !tick->is_present;
        if (!is_new || !eg_text_equal(tick->area.boundaries, boundaries)) continue;
        add_code(out, tick->area.code);
        tick->is_present = any = true;
    }
    return any;
}

static void copy_member(struct laying *laying, struct eg_json_value *into, const char *name,
                        const struct eg_json_value *value)
{
    struct eg_text text;
    double number;
    if (eg_json_is_text(value, &text)) eg_json_text(laying->json, into, name, text);
    else if (eg_json_is_number(value, &number)) eg_json_number(laying->json, into, name, number);
    else eg_json_raw(laying->json, into, name, eg_form_text(laying->form, value));
}

static bool is_of_codes(const char *name)
{
    return strcmp(name, "boundaries") == 0 || strcmp(name, "area_codes") == 0;
}

static bool has_others(const struct eg_json_value *item)
{
    const char *name = NULL;
    while (eg_json_next(item, &name))
        if (!is_of_codes(name)) return true;
    return false;
}

static struct eg_json_value *new_item(struct laying *laying)
{
    if (!laying->list) laying->list = eg_json_array(laying->json, eg_json_root(laying->json), SERVICE_AREAS);
    return eg_json_object(laying->json, laying->list, NULL);
}

static void write_codes(struct laying *laying, struct eg_json_value *item, struct eg_text boundaries,
                        const struct eg_buffer *codes)
{
    if (codes->failed) eg_form_fail(laying->form);
    if (codes->len == 0) return;
    eg_json_text(laying->json, item, "boundaries", boundaries);
    eg_json_text(laying->json, item, "area_codes", (struct eg_text){codes->data, codes->len});
}

static void copy_item(struct laying *laying, const struct eg_json_value *item, struct eg_json_value *into,
                      bool with_codes)
{
    const struct eg_json_value *value;
    const char *name = NULL;
    while ((value = eg_json_next(item, &name)))
        if (with_codes || !is_of_codes(name)) copy_member(laying, into, name, value);
}

/* The first stays although it be empty: the public's form has its description. */
static void lay_item(struct laying *laying, const struct eg_json_value *item, bool is_first)
{
    struct eg_text boundaries = text_of(item, "boundaries");
    struct eg_buffer codes;
    eg_buffer_init(&codes, 0);
    bool is_as_it_was = boundaries.len == 0 || gather_present(laying, item, &codes);
    if (boundaries.len > 0 && !eg_json_get(item, "extent"))
        is_as_it_was &= !gather_new(laying, boundaries, &codes);
    if (is_as_it_was) {
        copy_item(laying, item, new_item(laying), true);
    } else if (is_first || codes.len > 0 || has_others(item)) {
        struct eg_json_value *into = new_item(laying);
        copy_item(laying, item, into, false);
        write_codes(laying, into, boundaries, &codes);
    }
    eg_buffer_clear(&codes);
}

static void lay_items(struct laying *laying)
{
    const struct eg_json_value *present = eg_json_get(laying->form->document, SERVICE_AREAS);
    bool are_shown = eg_form_codes_beyond(laying->form) == 0;
    for (size_t i = 0; i < eg_json_length(present); i++) {
        if (are_shown) lay_item(laying, eg_json_at(present, i), i == 0);
        else copy_item(laying, eg_json_at(present, i), new_item(laying), true);
    }
    for (uint32_t i = 0; i < laying->ticks.n; i++) {
        struct eg_text boundaries = laying->ticks.items[i].area.boundaries;
        struct eg_buffer codes;
        eg_buffer_init(&codes, 0);
        if (gather_new(laying, boundaries, &codes)) write_codes(laying, new_item(laying), boundaries, &codes);
        eg_buffer_clear(&codes);
    }
}

static void check_whole(const struct laying *laying)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    if (eg_json_finish(laying->json, false, &text, NULL) != EG_OK) eg_form_fail(laying->form);
    eg_buffer_clear(&text);
}

struct eg_json *eg_form_document_served(const struct eg_entry_form *form)
{
    struct laying laying = {form, eg_form_ticks_of(form), eg_json_new_object(), NULL};
    const struct eg_json_value *value;
    const char *name = NULL;
    if (!laying.json || !laying.ticks.items) {
        eg_form_fail(form);
        eg_json_free(laying.json);
        return NULL;
    }
    while (form->document && (value = eg_json_next(form->document, &name)))
        if (strcmp(name, SERVICE_AREAS) != 0) copy_member(&laying, eg_json_root(laying.json), name, value);
    lay_items(&laying);
    check_whole(&laying);
    return laying.json;
}

/* --- into what the editors' form says ---------------------------------------------------------------------------------- */

/* The row of a service area whose boundaries these are, or the first that says nothing. */
static uint32_t row_for(const struct eg_entry_form *form, const struct eg_kvp *posted,
                        struct eg_text boundaries)
{
    struct eg_entry_form own = *form;
    own.posted = posted;
    uint32_t n = eg_form_posted_rows(&own, SERVICE_AREAS), free_row = n;
    for (uint32_t row = 0; row < n; row++) {
        char name[EG_ENTRY_FORM_NAME_BYTES];
        (void)snprintf(name, sizeof name, SERVICE_AREAS ".%u.boundaries", row);
        struct eg_text says = eg_entry_form_sent(&own, name);
        (void)snprintf(name, sizeof name, SERVICE_AREAS ".%u.area_codes", row);
        struct eg_text codes = eg_entry_form_sent(&own, name);
        if (says.len > 0 && eg_text_equal(says, boundaries)) return row;
        if (says.len + codes.len == 0 && row + 1 == n) free_row = row;
    }
    return free_row;
}

static void set_pair(const struct eg_entry_form *form, struct eg_parameter *pairs, uint32_t *n, uint32_t row,
                     const char *member, struct eg_text value)
{
    struct eg_text name = eg_text_format(form->arena, SERVICE_AREAS ".%u.%s", row, member);
    uint32_t i = 0;
    while (i < *n && !eg_text_equal(pairs[i].name, name)) i++;
    if (!name.data || !value.data) eg_form_fail(form);
    if (!name.data || !value.data) return;
    if (i == *n) *n += 1;
    pairs[i] = (struct eg_parameter){name, value};
}

struct eg_kvp eg_form_posted_served(const struct eg_entry_form *form)
{
    struct eg_form_ticks ticks = eg_form_ticks_of(form);
    struct eg_parameter *pairs =
        eg_arena_array(form->arena, form->posted->n + 2U * ticks.n + 1, sizeof *pairs);
    uint32_t n = form->posted->n;
    if (!pairs) eg_form_fail(form);
    if (!pairs) return *form->posted;
    for (uint32_t i = 0; i < n; i++) pairs[i] = form->posted->pairs[i];
    for (uint32_t i = 0; i < ticks.n; i++) {
        struct eg_kvp posted = {pairs, n};
        struct eg_entry_form own = *form;
        char name[EG_ENTRY_FORM_NAME_BYTES];
        if (!ticks.items[i].is_ticked) continue;
        own.posted = &posted;
        uint32_t row = row_for(form, &posted, ticks.items[i].area.boundaries);
        (void)snprintf(name, sizeof name, SERVICE_AREAS ".%u.area_codes", row);
        struct eg_text codes = eg_entry_form_sent(&own, name);
        set_pair(form, pairs, &n, row, "boundaries", ticks.items[i].area.boundaries);
        set_pair(form, pairs, &n, row, "area_codes",
                 eg_text_format(form->arena, "%.*s%s%.*s", EG_TEXT_ARG(codes), codes.len > 0 ? ";" : "",
                                EG_TEXT_ARG(ticks.items[i].area.code)));
    }
    return (struct eg_kvp){pairs, n};
}
