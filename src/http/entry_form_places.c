/* Questions for places and areas: what was asked, what is answered. */
#include "http/entry_form_places.h"

#include <string.h>

#include "engine/snapshot.h"
#include "http/entry_form_parts.h"

#define MOST_HITS EG_ENTRY_FORM_OFFERED
#define MOST_OTHERS 6U
#define LONGEST_QUESTION 200U /* bytes */

/* Of what was sent, without blanks; cut where nobody types on. */
static struct eg_text asked(const struct eg_entry_form *form, const char *name)
{
    struct eg_text text = eg_entry_form_sent(form, name);
    return (struct eg_text){text.data, eg_text_shown(text, LONGEST_QUESTION)};
}

static struct eg_text asked_place(const struct eg_entry_form *form)
{
    struct eg_text taken = asked(form, EG_FORM_TAKE);
    return taken.len > 0 ? taken : asked(form, EG_FORM_FIND_PLACE);
}

bool eg_entry_form_asks(const struct eg_entry_form *form)
{
    if (eg_form_asks_days(form)) return true;
    if (!form->snapshot) return false;
    return eg_form_posted(form, EG_FORM_LOOK) ||
           asked_place(form).len + asked(form, EG_FORM_FIND_AREA).len > 0;
}

static struct eg_text label_of(const struct eg_entry_form *form, struct eg_found_place place)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_gazetteer_label(form->snapshot->gazetteer, place, &text);
    struct eg_text copy = eg_text_copy(form->arena, (struct eg_text){text.data, text.len});
    if (text.failed || !copy.data) eg_form_fail(form);
    eg_buffer_clear(&text);
    return copy.data ? copy : EG_TEXT("");
}

static enum eg_status find(const struct eg_entry_form *form, struct eg_text text, uint32_t kinds,
                           struct eg_place_hit hits[MOST_HITS], uint32_t *n_out, struct eg_error *err)
{
    struct eg_place_query query = {.text = text, .limit = MOST_HITS, .kinds = kinds};
    *n_out = 0;
    enum eg_status status = eg_gazetteer_find(form->snapshot->gazetteer, &query, hits, n_out, err);
    return status == EG_INVALID ? EG_OK : status; /* what is no text is no place */
}

/* --- a place --------------------------------------------------------------------------------------------------------- */

/* The best that has a position and is called so; the rest may be meant, too. */
static enum eg_status answer_place(const struct eg_entry_form *form, struct eg_entry_form_answers *answers,
                                   struct eg_place_hit *best_out, struct eg_error *err)
{
    struct eg_place_hit hits[MOST_HITS];
    uint32_t n = 0;
    enum eg_status status = find(form, answers->asked_place, 0, hits, &n, err);
    for (uint32_t i = 0; i < n; i++) {
        bool is_best = answers->place.len == 0 && hits[i].has_position && hits[i].match >= EG_MATCH_WORDS;
        bool is_worse = answers->place.len > 0 && hits[i].match < EG_MATCH_WORDS;
        if (is_best) answers->place = label_of(form, hits[i].place);
        if (is_best) *best_out = hits[i];
        else if (hits[i].has_position && !is_worse && answers->n_others < MOST_OTHERS)
            answers->others[answers->n_others++] = label_of(form, hits[i].place);
    }
    return status;
}

/* --- areas ----------------------------------------------------------------------------------------------------------- */

static enum eg_status answer_areas(const struct eg_entry_form *form, struct eg_entry_form_answers *answers,
                                   struct eg_error *err)
{
    struct eg_place_hit hits[MOST_HITS];
    uint32_t n = 0;
    enum eg_status status = find(form, answers->asked_area, UINT32_C(1) << EG_PLACE_KIND_AREA, hits, &n, err);
    for (uint32_t i = 0; i < n; i++) {
        if (hits[i].place.is != EG_PLACE_IS_AREA) continue;
        const struct eg_area_set *set = &form->snapshot->generation->area_sets[hits[i].place.source];
        answers->areas[answers->n_areas++] =
            (struct eg_entry_form_area){set->spec->id, set->codes[hits[i].place.item]};
    }
    return status;
}

/* --- what was sent, answered ------------------------------------------------------------------------------------------- */

struct sending {
    struct eg_parameter *pairs;
    uint32_t n;
};

static void set_pair(struct sending *sending, const char *name, struct eg_text value)
{
    uint32_t i = 0;
    while (i < sending->n && !eg_text_equal(sending->pairs[i].name, eg_text_from(name))) i++;
    if (i == sending->n) sending->n++;
    sending->pairs[i] = (struct eg_parameter){eg_text_from(name), value};
}

static void set_degrees(const struct eg_entry_form *form, struct sending *sending, const char *name,
                        double degrees)
{
    struct eg_text text = eg_text_format(form->arena, "%.5f", degrees);
    if (!text.data) eg_form_fail(form);
    set_pair(sending, name, text.data ? text : EG_TEXT(""));
}

/* What is not taken stays as it was sent. */
static void answer_days(const struct eg_entry_form *form, struct eg_entry_form_answers *answers,
                        struct sending *sending)
{
    struct eg_text hours = {0};
    answers->has_days = eg_form_asks_days(form);
    if (!answers->has_days) return;
    answers->days_fault = eg_form_take_days(form, &hours, &answers->days_taken);
    if (answers->days_fault) return;
    set_pair(sending, answers->days_taken, hours);
    for (uint32_t i = 0; i < sending->n; i++) {
        struct eg_text head, name = sending->pairs[i].name;
        (void)eg_text_cut(name, '.', &head);
        if (eg_text_equal(head, EG_TEXT(EG_FORM_DAYS)) || eg_text_equal(name, EG_TEXT(EG_FORM_OPENS)) ||
            eg_text_equal(name, EG_TEXT(EG_FORM_CLOSES)))
            sending->pairs[i].value = EG_TEXT("");
    }
}

enum eg_status eg_entry_form_answer(const struct eg_entry_form *form,
                                    struct eg_entry_form_answers *answers_out, struct eg_kvp *posted_out,
                                    struct eg_error *err)
{
    bool failed = false;
    struct eg_entry_form own = *form;
    struct eg_place_hit best = {.has_position = false};
    struct sending sending = {eg_arena_array(form->arena, form->posted->n + 6U, sizeof *sending.pairs),
                              form->posted->n};
    own.failed = &failed;
    *answers_out = (struct eg_entry_form_answers){.asked_place = asked_place(form),
                                                  .asked_area = asked(form, EG_FORM_FIND_AREA)};
    if (!sending.pairs) return eg_error_no_memory(err, form->posted->n * sizeof *sending.pairs);
    for (uint32_t i = 0; i < sending.n; i++) sending.pairs[i] = form->posted->pairs[i];
    enum eg_status status = EG_OK;
    if (answers_out->asked_place.len > 0) status = answer_place(&own, answers_out, &best, err);
    if (status == EG_OK && answers_out->asked_area.len > 0) status = answer_areas(&own, answers_out, err);
    if (best.has_position) {
        set_degrees(&own, &sending, "location.longitude", best.lon_deg);
        set_degrees(&own, &sending, "location.latitude", best.lat_deg);
        set_pair(&sending, EG_FORM_FIND_PLACE, EG_TEXT(""));
    }
    answer_days(&own, answers_out, &sending);
    if (answers_out->n_areas > 0) set_pair(&sending, EG_FORM_FIND_AREA, EG_TEXT(""));
    *posted_out = (struct eg_kvp){sending.pairs, sending.n};
    return status == EG_OK && failed ? eg_error_no_memory(err, 0) : status;
}
