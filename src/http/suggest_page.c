/* The pages of /finder/suggest. */
#include "http/suggest_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include <microhttpd.h>

#include "engine/ledger.h"

#define FORM_ID "suggest"

static const struct eg_text nothing;

/* --- links --------------------------------------------------------------------------------------------------------- */

void eg_finder_suggest_link(struct eg_finder_page *page, const struct eg_entry *entry)
{
    const struct eg_records *records = page->snapshot->records;
    struct eg_html *html = &page->html;
    if (!records || eg_atlas_store_of(page->snapshot->atlas) == EG_ATLAS_NONE) return;
    if (entry && !eg_records_find(records, EG_RECORD_SERVICE, eg_text_from(entry->id))) return;
    eg_finder_open(page, "p", "suggest");
    eg_html_open(html, "a");
    eg_html_address(html, "href",
                    eg_finder_url(page, EG_SUGGEST_PATH, EG_FINDER_KEEP_MANNER, NULL, entry ? "entry" : NULL,
                                  entry ? eg_text_from(entry->id) : nothing));
    eg_finder_say(page, entry ? "suggest.link" : "suggest.register");
    eg_html_close(html);
    eg_html_close(html);
}

static void write_way_back(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    struct eg_text entry = page->wanted->entry;
    struct eg_text path = eg_text_format(page->arena, "/finder/%.*s", EG_TEXT_SHOWN(entry, 64));
    bool has_entry = entry.len > 0 && path.data;
    eg_html_open(html, "p");
    eg_html_open(html, "a");
    eg_html_address(
        html, "href",
        eg_finder_url(page, has_entry ? path.data : "/finder", EG_FINDER_KEEP_MANNER, NULL, NULL, nothing));
    eg_finder_say(page, has_entry ? "suggest.back" : "entry.back");
    eg_html_close(html);
    eg_html_close(html);
}

/* --- who sends it -------------------------------------------------------------------------------------------------- */

static void begin_field(struct eg_finder_page *page, const char *name, const char *key, const char *hint_key)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "div", "field");
    eg_html_open(html, "label");
    eg_html_attribute_format(html, "for", "s-%s", name);
    eg_finder_say(page, key);
    eg_html_close(html);
    if (!hint_key) return;
    eg_finder_open(page, "p", "note");
    eg_html_attribute_format(html, "id", "s-%s-hint", name);
    eg_finder_say(page, hint_key);
    eg_html_close(html);
}

static void write_attributes(struct eg_html *html, const char *name, const char *completes, uint32_t most)
{
    eg_html_attribute_format(html, "id", "s-%s", name);
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "autocomplete", eg_text_from(completes));
    eg_html_attribute_format(html, "maxlength", "%u", most);
    eg_html_attribute(html, "dir", EG_TEXT("auto"));
}

static void write_line(struct eg_finder_page *page, const char *name, const char *completes,
                       struct eg_text value)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("text"));
    write_attributes(html, name, completes, EG_SUGGEST_LINE);
    eg_html_attribute(html, "value", value);
}

/* The contact may be either, so browsers offer the one that more people give. */
static void write_sender(struct eg_finder_page *page, const struct eg_suggesting *suggesting)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "fieldset", "group");
    eg_finder_leaf(page, "legend", "suggest.you");
    eg_finder_open(page, "p", "note");
    eg_finder_say_number(page, "suggest.you_hint", EG_LEDGER_REMEMBERS_DAYS);
    eg_html_close(html);
    begin_field(page, EG_SUGGEST_NAME, "suggest.from_name", NULL);
    write_line(page, EG_SUGGEST_NAME, "name", eg_entry_form_sent(&suggesting->form, EG_SUGGEST_NAME));
    eg_html_void(html);
    eg_html_close(html);
    begin_field(page, EG_SUGGEST_CONTACT, "suggest.from_contact", "suggest.from_contact_hint");
    write_line(page, EG_SUGGEST_CONTACT, "email", eg_entry_form_sent(&suggesting->form, EG_SUGGEST_CONTACT));
    eg_html_attribute(html, "aria-describedby", EG_TEXT("s-" EG_SUGGEST_CONTACT "-hint"));
    eg_html_void(html);
    eg_html_close(html);
    begin_field(page, EG_SUGGEST_NOTE_NAME, "suggest.note", "suggest.note_hint");
    eg_html_open(html, "textarea");
    write_attributes(html, EG_SUGGEST_NOTE_NAME, "off", EG_SUGGEST_NOTE);
    eg_html_attribute(html, "rows", EG_TEXT("4"));
    eg_html_attribute(html, "aria-describedby", EG_TEXT("s-" EG_SUGGEST_NOTE_NAME "-hint"));
    eg_html_text(html, EG_TEXT("\n"));
    eg_html_text(html, eg_entry_form_sent(&suggesting->form, EG_SUGGEST_NOTE_NAME));
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

/* For programs that fill in whatever there is. Nobody sees it, neither keyboard nor screen reader comes to it, and without a style sheet its
 * label says what to do. */
static void write_trap(struct eg_finder_page *page)
{
    struct eg_html *html = &page->html;
    eg_finder_open(page, "div", "trap");
    eg_html_attribute(html, "aria-hidden", EG_TEXT("true"));
    eg_html_open(html, "label");
    eg_html_attribute(html, "for", EG_TEXT("s-" EG_SUGGEST_TRAP));
    eg_finder_say(page, "suggest.trap");
    eg_html_close(html);
    eg_html_open(html, "input");
    eg_html_attribute(html, "type", EG_TEXT("text"));
    eg_html_attribute(html, "id", EG_TEXT("s-" EG_SUGGEST_TRAP));
    eg_html_attribute(html, "name", EG_TEXT(EG_SUGGEST_TRAP));
    eg_html_attribute(html, "tabindex", EG_TEXT("-1"));
    eg_html_attribute(html, "autocomplete", EG_TEXT("off"));
    eg_html_void(html);
    eg_html_close(html);
}

/* --- the form ------------------------------------------------------------------------------------------------------ */

static int compare_texts(const void *a, const void *b)
{
    return eg_text_compare(*(const struct eg_text *)a, *(const struct eg_text *)b);
}

/* The programmes that the directory has, to be proposed. */
static bool find_programmes(const struct eg_finder_page *page, struct eg_suggesting *suggesting)
{
    uint32_t n;
    const struct eg_directory_facet *facets = eg_directory_programmes(page->snapshot->directory, &n);
    struct eg_text *programmes = eg_arena_array(suggesting->arena, n + 1U, sizeof *programmes);
    for (uint32_t i = 0; programmes && i < n; i++) programmes[i] = facets[i].text;
    suggesting->form.choices.programmes = programmes;
    suggesting->form.choices.n_programmes = programmes ? n : 0;
    return programmes != NULL;
}

/* Those and its topics. */
static enum eg_status find_choices(struct eg_finder_page *page, struct eg_suggesting *suggesting,
                                   struct eg_error *err)
{
    struct eg_directory_query query = {.kinds = (UINT32_C(1) << EG_N_KINDS) - 1,
                                       .serves_boundaries = EG_ATLAS_NONE,
                                       .facets = UINT32_C(1) << EG_FACET_TOPIC};
    struct eg_directory_result all = {0};
    enum eg_status status = eg_directory_search(page->snapshot->directory, &query, &all, err);
    if (status != EG_OK) return status;
    const struct eg_directory_counts *counts = &all.counts[EG_FACET_TOPIC];
    struct eg_text *topics = eg_arena_array(suggesting->arena, counts->n + 1, sizeof *topics);
    for (uint32_t i = 0; topics && i < counts->n; i++) topics[i] = counts->values[i].text;
    if (topics) qsort(topics, counts->n, sizeof *topics, compare_texts);
    suggesting->form.choices = (struct eg_entry_form_choices){.topics = topics, .n_topics = counts->n};
    eg_directory_result_clear(&all);
    return topics && find_programmes(page, suggesting) ? EG_OK : eg_error_no_memory(err, 0);
}

static void write_map(void *context)
{
    eg_finder_pick_map(context);
}

static void write_form(struct eg_finder_page *page, const struct eg_suggesting *suggesting)
{
    struct eg_html *html = &page->html;
    struct eg_entry_form form = suggesting->form;
    form.write_map = write_map;
    form.map_context = page;
    eg_html_open(html, "form");
    eg_html_attribute(html, "id", EG_TEXT(FORM_ID));
    eg_html_attribute(html, "method", EG_TEXT("post"));
    eg_html_address(html, "action",
                    eg_finder_url(page, EG_SUGGEST_PATH, EG_FINDER_KEEP_ALL, NULL, NULL, nothing));
    eg_html_attribute(html, "novalidate", EG_TEXT("novalidate"));
    eg_entry_form_write(&form, html);
    write_sender(page, suggesting);
    write_trap(page);
    eg_finder_open(page, "p", "buttons");
    eg_html_open(html, "button");
    eg_html_attribute(html, "type", EG_TEXT("submit"));
    eg_finder_say(page, "suggest.submit");
    eg_html_close(html);
    eg_html_close(html);
    eg_html_close(html);
}

static struct eg_text title_of(struct eg_finder_page *page, const struct eg_suggesting *suggesting)
{
    if (!suggesting->service) return eg_locale_text(page->locale, "suggest.register");
    struct eg_placeholder fill = {"name", suggesting->service->field[EG_SERVICE_NAME]};
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_locale_write(page->locale, "suggest.change", &fill, 1, &text);
    struct eg_text title = eg_text_copy(page->arena, (struct eg_text){text.data, text.len});
    page->html.out.failed |= text.failed || !title.data;
    eg_buffer_clear(&text);
    return title;
}

static enum eg_status add_wait(const struct eg_suggesting *suggesting, struct eg_answer *answer,
                               struct eg_error *err)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%u", suggesting->wait_s);
    return suggesting->wait_s > 0 ? eg_answer_add_header(answer, "Retry-After", text, err) : EG_OK;
}

static enum eg_status write_page(struct eg_finder_page *page, struct eg_suggesting *suggesting,
                                 unsigned http_status, struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_answer *answer = NULL;
    enum eg_status status = find_choices(page, suggesting, err);
    if (status != EG_OK) return status;
    if (suggesting->faults.n > 0) page->told = eg_locale_text(page->locale, "error.mark");
    page->form = FORM_ID;
    eg_finder_begin(page, title_of(page, suggesting), "main", "finder.skip_main");
    eg_finder_leaf(page, "p", suggesting->service ? "suggest.about_change" : "suggest.about_register");
    eg_entry_form_write_faults(&suggesting->form, &page->html);
    write_form(page, suggesting);
    write_way_back(page);
    status = eg_finder_finish(page, http_status, &answer, err);
    if (status == EG_OK) status = add_wait(suggesting, answer, err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    *answer_out = answer;
    return EG_OK;
}

enum eg_status eg_suggest_show(struct eg_suggesting *suggesting, unsigned http_status,
                               struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_finder_page page;
    enum eg_status status =
        eg_finder_page_init(&page, suggesting->exchange, &suggesting->exchange->wanted.finder, 1, err);
    if (status == EG_OK) status = write_page(&page, suggesting, http_status, answer_out, err);
    eg_finder_page_clear(&page);
    return status;
}

/* --- afterwards ---------------------------------------------------------------------------------------------------- */

enum eg_status eg_suggest_thank(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    struct eg_finder_page page;
    enum eg_status status = eg_finder_page_init(&page, exchange, &exchange->wanted.finder, 1, err);
    if (status == EG_OK) {
        eg_finder_begin(&page, eg_locale_text(page.locale, "suggest.thanks"), "main", "finder.skip_main");
        eg_finder_open(&page, "p", "answer");
        eg_html_attribute(&page.html, "role", EG_TEXT("status"));
        eg_html_attribute(&page.html, "tabindex", EG_TEXT("-1"));
        eg_html_attribute(&page.html, "autofocus", EG_TEXT("autofocus")); /* it is read out at once */
        eg_finder_say(&page, "suggest.thanks_text");
        eg_html_close(&page.html);
        write_way_back(&page);
        status = eg_finder_finish(&page, MHD_HTTP_OK, answer_out, err);
    }
    eg_finder_page_clear(&page);
    return status;
}

/* Relative, so that it is right under whatever name the server is reached by. */
enum eg_status eg_suggest_redirect(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    struct eg_finder_page page;
    struct eg_answer *answer = NULL;
    enum eg_status status = eg_finder_page_init(&page, exchange, &exchange->wanted.finder, 1, err);
    struct eg_text url = {0};
    if (status == EG_OK)
        url = eg_finder_url(&page, EG_SUGGEST_PATH, EG_FINDER_KEEP_ALL, NULL, "done", EG_TEXT("1"));
    if (status == EG_OK && !url.data) status = eg_error_no_memory(err, 0);
    if (status == EG_OK) status = eg_answer_from_static("", 0, NULL, false, &answer, err);
    if (status == EG_OK)
        status = eg_answer_add_header(answer, "Location",
                                      url.data + exchange->base_url.len + sizeof "/finder/" - 1, err);
    if (status == EG_OK) answer->status = MHD_HTTP_SEE_OTHER;
    else eg_answer_release(answer);
    if (status == EG_OK) *answer_out = answer;
    eg_finder_page_clear(&page);
    return status;
}
