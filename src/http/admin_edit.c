/* Forms of an entry among the editors' pages: those of suggest (http/entry_form.h), with what only editors see, and what came back from one. */
#include "http/admin_edit.h"

#include "http/entry_form_parts.h"
#include "http/server_parts.h"

#define MOST_CHOICES 200U

/* What the page asks for besides the entry's own members. */
static const char *const others[] = {"csrf", "action", "reason", "entry_version", NULL};

static struct eg_text *texts_of(struct eg_admin_page *page, const struct eg_directory_facet *facets,
                                uint32_t n)
{
    struct eg_text *texts = eg_arena_array(page->arena, n + 1U, sizeof *texts);
    page->html.out.failed |= !texts;
    for (uint32_t i = 0; texts && i < n; i++) texts[i] = facets[i].text;
    return texts;
}

static uint32_t at_most(uint32_t n, const struct eg_text *texts)
{
    if (!texts) return 0;
    return n < MOST_CHOICES ? n : MOST_CHOICES;
}

static struct eg_entry_form_choices choices_of(struct eg_admin_page *page)
{
    const struct eg_atlas *atlas = page->snapshot->atlas;
    const struct eg_directory *directory = page->snapshot->directory;
    uint32_t n_topics, n_programmes;
    const struct eg_directory_facet *topics = eg_directory_topics(directory, &n_topics);
    const struct eg_directory_facet *programmes = eg_directory_programmes(directory, &n_programmes);
    struct eg_text *boundaries = eg_arena_array(page->arena, atlas->n_boundaries + 1U, sizeof *boundaries);
    struct eg_entry_form_choices choices = {.topics = texts_of(page, topics, n_topics),
                                            .programmes = texts_of(page, programmes, n_programmes),
                                            .boundaries = boundaries};
    for (uint32_t i = 0; boundaries && i < atlas->n_boundaries; i++) boundaries[i] = atlas->boundaries[i].id;
    choices.n_topics = at_most(n_topics, choices.topics);
    choices.n_programmes = at_most(n_programmes, choices.programmes);
    choices.n_boundaries = boundaries ? atlas->n_boundaries : 0;
    return choices;
}

void eg_admin_edit_init(struct eg_admin_edit *edit, struct eg_admin_page *page, struct eg_json *document)
{
    *edit = (struct eg_admin_edit){.page = page, .document = document};
    edit->form = (struct eg_entry_form){.scope = EG_ENTRY_FORM_EDITOR,
                                        .locale = eg_locales_at(page->exchange->server->locales, 0),
                                        .document = eg_json_root(document),
                                        .choices = choices_of(page),
                                        .snapshot = page->snapshot,
                                        .arena = page->arena};
    if (page->exchange->method == EG_METHOD_POST) edit->form.posted = &page->form;
}

void eg_admin_edit_clear(struct eg_admin_edit *edit)
{
    eg_json_free(edit->document);
    eg_json_free(edit->typed);
}

/* The form is shown again with what was found, and nothing is saved. */
static enum eg_status answer(struct eg_admin_edit *edit, struct eg_error *why)
{
    enum eg_status status = eg_entry_form_answer(&edit->form, &edit->answers, &edit->answered, why);
    if (status != EG_OK) return status;
    edit->form.posted = &edit->answered;
    edit->form.answers = &edit->answers;
    edit->asks = true;
    return eg_error_set(why, EG_INVALID, "the form asks for a place");
}

enum eg_status eg_admin_edit_read(struct eg_admin_edit *edit, struct eg_error *why)
{
    if (eg_entry_form_asks(&edit->form)) return answer(edit, why);
    enum eg_status status = eg_entry_form_read(&edit->form, others, &edit->faults, &edit->typed, why);
    edit->form.faults = &edit->faults;
    return status;
}

/* Once more as if the form had shown the entry as it is now: what would be saved if it were sent again. */
void eg_admin_edit_read_anyway(struct eg_admin_edit *edit)
{
    char version[33];
    struct eg_parameter *pairs = eg_arena_array(edit->page->arena, edit->page->form.n + 1U, sizeof *pairs);
    struct eg_kvp posted = {pairs, edit->page->form.n};
    struct eg_entry_form form = edit->form;
    struct eg_entry_faults faults;
    if (!pairs || !form.document) return;
    eg_form_version(&form, version);
    for (uint32_t i = 0; i < posted.n; i++) {
        pairs[i] = edit->page->form.pairs[i];
        if (eg_text_equal(pairs[i].name, EG_TEXT("version"))) pairs[i].value = eg_text_from(version);
    }
    form.posted = &posted;
    if (eg_entry_form_read(&form, others, &faults, &edit->typed, NULL) != EG_OK) edit->typed = NULL;
}

void eg_admin_edit_blame(struct eg_admin_edit *edit, const struct eg_error *why)
{
    eg_entry_form_blame(&edit->form, why, &edit->faults);
    edit->form.faults = &edit->faults;
}

void eg_admin_edit_write_faults(struct eg_admin_edit *edit)
{
    eg_entry_form_write_faults(&edit->form, &edit->page->html);
}

/* Enter in a field saves, and asks no question for a place. */
static void write_default(struct eg_html *html)
{
    eg_html_open(html, "button");
    eg_html_attribute(html, "type", EG_TEXT("submit"));
    eg_html_attribute(html, "name", EG_TEXT("action"));
    eg_html_attribute(html, "value", EG_TEXT("save"));
    eg_html_attribute(html, "class", EG_TEXT("default"));
    eg_html_attribute(html, "tabindex", EG_TEXT("-1"));
    eg_html_attribute(html, "aria-hidden", EG_TEXT("true"));
    eg_html_close(html);
}

void eg_admin_edit_write(struct eg_admin_edit *edit)
{
    if (edit->asks)
        eg_admin_leaf(edit->page, "p", "Nothing is saved yet: look at what was found below, and save then.");
    write_default(&edit->page->html);
    eg_entry_form_write(&edit->form, &edit->page->html);
}

void eg_admin_reason(struct eg_admin_page *page, const char *id, const char *label, const char *fault)
{
    struct eg_html *html = &page->html;
    eg_admin_open(page, "div", "field");
    eg_html_open(html, "label");
    eg_html_attribute(html, "for", eg_text_from(id));
    eg_html_text(html, eg_text_from(label));
    eg_html_close(html);
    if (fault) {
        eg_admin_open(page, "p", "problem");
        eg_html_attribute_format(html, "id", "%s-fault", id);
        eg_html_text(html, eg_text_from(fault));
        eg_html_close(html);
    }
    eg_html_open(html, "textarea");
    eg_html_attribute(html, "id", eg_text_from(id));
    eg_html_attribute(html, "name", EG_TEXT("reason"));
    eg_html_attribute(html, "rows", EG_TEXT("2"));
    eg_html_attribute(html, "dir", EG_TEXT("auto"));
    if (fault) {
        eg_html_attribute(html, "aria-invalid", EG_TEXT("true"));
        eg_html_attribute_format(html, "aria-describedby", "%s-fault", id);
    }
    eg_html_text(html, eg_admin_given(page, "reason"));
    eg_html_close(html);
    eg_html_close(html);
}

struct eg_edit eg_admin_edit_by(struct eg_admin_page *page, const char *version)
{
    struct eg_edit edit = {.by = eg_text_from(page->editor.name),
                           .reason = eg_admin_given(page, "reason"),
                           .holds = version ? eg_edit_is_version : NULL,
                           .context = version};
    return edit;
}

const char *eg_admin_version_given(struct eg_admin_page *page)
{
    struct eg_text version = eg_admin_keep(page, eg_admin_given(page, "entry_version"));
    return version.data ? version.data : "";
}
