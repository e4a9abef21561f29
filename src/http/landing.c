/* The landing page is written once for each language and kept (documents.c): some 8 kB, of which the texts for its script are half. */
#include "http/landing.h"

#include <string.h>

#include "base/json.h"
#include "http/html.h"

#define MARK_BYTES 40U /* with which a key fits */

struct writing {
    const struct eg_landing *landing;
    struct eg_html html;
};

static struct eg_text text_of(const struct writing *writing, const char *key)
{
    return eg_locale_text(writing->landing->language.locale, key);
}

/* --- marks ----------------------------------------------------------------------------------------------------------- */

static void write_title(struct writing *writing)
{
    eg_html_text(&writing->html, writing->landing->atlas->title);
}

/* The badge is hidden of an atlas that is true. */
static void write_hidden(struct writing *writing)
{
    if (!writing->landing->atlas->fictional) eg_buffer_literal(&writing->html.out, " hidden");
}

static void write_lang(struct writing *writing)
{
    eg_html_text(&writing->html, eg_locale_tag(writing->landing->language.locale));
}

static void write_direction(struct writing *writing)
{
    eg_html_text(&writing->html,
                 writing->landing->language.rtl ? EG_TEXT("rtl") : text_of(writing, "direction"));
}

static void write_data_language(struct writing *writing)
{
    eg_html_text(&writing->html, writing->landing->atlas->language);
}

/* The same page in each language, named in that language. */
static void write_languages(struct writing *writing)
{
    struct eg_html *html = &writing->html;
    for (uint32_t i = 0; i < eg_locales_count(writing->landing->locales); i++) {
        const struct eg_locale *locale = eg_locales_at(writing->landing->locales, i);
        struct eg_text tag = eg_locale_tag(locale);
        eg_html_open(html, "li");
        eg_html_open(html, "a");
        eg_html_attribute_format(html, "href", "./?lang=%.*s", EG_TEXT_ARG(tag));
        eg_html_attribute(html, "hreflang", tag);
        eg_html_attribute(html, "lang", tag);
        if (locale == writing->landing->language.locale)
            eg_html_attribute(html, "aria-current", EG_TEXT("true"));
        eg_html_text(html, eg_locale_text(locale, "language"));
        eg_html_close(html);
        eg_html_close(html);
    }
}

/* What the script says, as JSON within an attribute: the policy allows no script in the page. */
static void write_texts(struct writing *writing)
{
    static const char *const prefixes[] = {"landing.", "kind.", "state.", "distance.", "map."};
    struct eg_json *json = eg_json_new_object();
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    for (size_t i = 0; json && i < EG_ARRAY_LEN(prefixes); i++)
        eg_locale_add_texts(writing->landing->language.locale, prefixes[i], json, eg_json_root(json));
    if (!json || eg_json_finish(json, false, &text, NULL) != EG_OK) writing->html.out.failed = true;
    else eg_html_text(&writing->html, (struct eg_text){text.data, text.len});
    eg_buffer_clear(&text);
    eg_json_free(json);
}

static const struct {
    const char *name;
    void (*write)(struct writing *writing);
} marks[] = {{"TITLE", write_title},   {"HIDDEN", write_hidden},      {"LANG", write_lang},
             {"DIR", write_direction}, {"DATA", write_data_language}, {"LANGUAGES", write_languages},
             {"TEXTS", write_texts}};

/* --- the whole ------------------------------------------------------------------------------------------------------- */

/* Whether it is a mark, which is then replaced. */
static bool replace(struct writing *writing, struct eg_text name)
{
    char key[MARK_BYTES + 1];
    for (size_t i = 0; i < EG_ARRAY_LEN(marks); i++) {
        if (!eg_text_equal(name, eg_text_from(marks[i].name))) continue;
        marks[i].write(writing);
        return true;
    }
    if (!memchr(name.data, '.', name.len)) return false;
    memcpy(key, name.data, name.len);
    key[name.len] = '\0';
    eg_html_text(&writing->html, text_of(writing, key));
    return true;
}

/* What stands between the brace at `at` and the next one that closes; nothing where it would be no mark. */
static struct eg_text mark_at(struct eg_text page, size_t at)
{
    size_t left = page.len - at - 1;
    const char *end = memchr(page.data + at + 1, '}', left < MARK_BYTES ? left : MARK_BYTES);
    if (!end) return (struct eg_text){0};
    return (struct eg_text){page.data + at + 1, (size_t)(end - page.data) - at - 1};
}

enum eg_status eg_landing_write(const struct eg_landing *landing, struct eg_buffer *out, struct eg_error *err)
{
    struct writing writing = {.landing = landing};
    struct eg_text page = landing->page;
    eg_html_init(&writing.html, (struct eg_text){0}, 0);
    for (size_t at = 0; at < page.len;) {
        struct eg_text name = page.data[at] == '{' ? mark_at(page, at) : (struct eg_text){0};
        if (name.len > 0 && replace(&writing, name)) at += name.len + 2;
        else eg_buffer_char(&writing.html.out, page.data[at++]);
    }
    *out = writing.html.out;
    return out->failed ? eg_error_no_memory(err, page.len) : EG_OK;
}
