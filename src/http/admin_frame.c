/* The frame of the editors' pages. They look as the public finder does (embed/finder.css, and admin.css for what only they have), are in
 * English, hold no script, and are kept by nobody. A page is 5 to 100 kB. */
#include <stdio.h>
#include <string.h>

#include <microhttpd.h>

#include "http/admin_parts.h"
#include "http/server_parts.h"

#define ARENA_BYTES ((size_t)64 << 20) /* a suggestion may hold polygons of a megabyte */

/* Nothing but our own style sheets, no frame around it, and the address of a page, in which an entry's id stands, told to nobody else. With
 * "no-referrer" browsers would not say where a form comes from either. */
static const struct {
    const char *name, *value;
} headers[] = {{"Content-Security-Policy",
                "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
                "base-uri 'none'; frame-ancestors 'none'"},
               {"Referrer-Policy", "same-origin"},
               {"X-Frame-Options", "DENY"},
               {"Cross-Origin-Opener-Policy", "same-origin"}};

/* What a word of ours in an address (`done`) tells of. */
static const struct {
    const char *word, *text;
} happenings[] = {
    {"accepted", "The suggestion was accepted. The public sees the entry as it is now."},
    {"settled", "The suggestion was accepted. Nothing of the entry had to be changed."},
    {"rejected", "The suggestion was rejected."},
    {"saved", "The entry was saved. The public sees it as it is now."},
    {"same", "Nothing was changed, so nothing was saved."},
    {"created", "The entry was made. The public sees it now."},
    {"reviewed", "The entry was marked as reviewed today."},
    {"deleted", "The entry was deleted. The history can bring it back."},
    {"undone", "The change was undone."},
    {"undoing", "The undoing has begun."},
    {"in", "You are signed in."},
    {"out", "You are signed out."},
};

/* --- life cycle ------------------------------------------------------------------------------------------------------------ */

static uint32_t depth_of(const char *pattern)
{
    uint32_t n = 0;
    for (const char *c = pattern; *c; c++) n += *c == '/' ? 1 : 0;
    return n > 0 ? n - 1 : 0;
}

enum eg_status eg_admin_page_init(struct eg_admin_page *page, struct eg_exchange *exchange,
                                  const struct eg_admin_request *wanted, struct eg_error *err)
{
    *page = (struct eg_admin_page){.exchange = exchange,
                                   .wanted = wanted,
                                   .snapshot = exchange->snapshot,
                                   .depth = depth_of(exchange->route->pattern),
                                   .arena = eg_arena_new(ARENA_BYTES)};
    eg_html_init(&page->html, exchange->base_url, page->depth);
    return page->arena ? EG_OK : eg_error_no_memory(err, ARENA_BYTES);
}

void eg_admin_page_clear(struct eg_admin_page *page)
{
    eg_html_clear(&page->html);
    eg_ledger_release(page->ledger);
    eg_snapshot_release(page->own);
    eg_arena_free(page->arena);
}

void eg_admin_refresh(struct eg_admin_page *page)
{
    struct eg_snapshot *fresh = eg_engine_snapshot(page->exchange->server->engine);
    if (!fresh) return;
    eg_snapshot_release(page->own);
    page->own = page->snapshot = fresh;
}

/* --- head and header ------------------------------------------------------------------------------------------------------- */

static void write_meta(struct eg_html *html, const char *name, const char *content)
{
    eg_html_open(html, "meta");
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "content", eg_text_from(content));
    eg_html_void(html);
}

static void write_style_sheet(struct eg_html *html, const char *name)
{
    eg_html_open(html, "link");
    eg_html_attribute(html, "rel", EG_TEXT("stylesheet"));
    eg_html_asset(html, "href", name);
    eg_html_void(html);
}

static void write_head(struct eg_admin_page *page, struct eg_text title, bool is_wrong)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "head");
    eg_html_open(html, "meta");
    eg_html_attribute(html, "charset", EG_TEXT("utf-8"));
    eg_html_void(html);
    write_meta(html, "viewport", "width=device-width, initial-scale=1");
    write_meta(html, "color-scheme", "light dark");
    write_meta(html, "robots", "noindex");
    eg_html_open(html, "title");
    if (is_wrong) eg_html_text(html, EG_TEXT("Error: "));
    eg_html_text(html, title);
    if (page->snapshot) {
        eg_html_text(html, EG_TEXT(" · "));
        eg_html_text(html, page->snapshot->atlas->title);
    }
    eg_html_close(html);
    eg_html_open(html, "link");
    eg_html_attribute(html, "rel", EG_TEXT("icon"));
    eg_html_attribute(html, "href", EG_TEXT("data:,"));
    eg_html_void(html);
    write_style_sheet(html, "finder.css");
    write_style_sheet(html, "admin.css");
    eg_html_close(html);
}

static void write_place(struct eg_admin_page *page, const char *path, const char *title)
{
    struct eg_html *html = &page->html;
    bool is_here = page->wanted && page->wanted->view && strcmp(page->wanted->view->pattern, path) == 0;
    eg_html_open(html, "li");
    eg_html_open(html, "a");
    eg_html_address(html, "href", eg_admin_address(page, "%s", path));
    if (is_here) eg_html_attribute(html, "aria-current", EG_TEXT("page"));
    eg_html_text(html, eg_text_from(title));
    if (page->n_open > 0 && strcmp(path, "/admin/suggestions") == 0)
        eg_html_text_format(html, " (%u open)", page->n_open);
    eg_html_close(html);
    eg_html_close(html);
}

static void write_places(struct eg_admin_page *page)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "nav");
    eg_html_attribute(html, "aria-label", EG_TEXT("Editors"));
    eg_html_attribute(html, "class", EG_TEXT("places"));
    eg_html_open(html, "ul");
    write_place(page, "/admin", "Overview");
    write_place(page, "/admin/suggestions", "Suggestions");
    write_place(page, "/admin/entries", "Entries");
    write_place(page, "/admin/history", "History");
    eg_html_close(html);
    eg_html_close(html);
}

/* Programs with a token have no session to end. */
static void write_editor(struct eg_admin_page *page)
{
    struct eg_html *html = &page->html;
    if (page->editor.csrf[0] == '\0') return;
    eg_admin_form(page, eg_admin_address(page, "/admin/sign-out"), "leave");
    eg_html_open(html, "span");
    eg_html_text(html, EG_TEXT("Signed in as "));
    eg_html_leaf(html, "bdi", eg_text_from(page->editor.name));
    eg_html_close(html);
    eg_admin_button(page, NULL, NULL, "Sign out");
    eg_html_close(html);
}

static void write_header(struct eg_admin_page *page)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "header");
    eg_admin_open(page, "p", "site");
    if (page->snapshot) {
        eg_html_open(html, "a");
        eg_html_address(html, "href", eg_admin_address(page, "/finder"));
        eg_html_attribute(html, "dir", EG_TEXT("auto"));
        eg_html_text(html, page->snapshot->atlas->title);
        eg_html_close(html);
    }
    eg_html_close(html);
    if (page->snapshot && page->snapshot->atlas->fictional) {
        eg_admin_open(page, "p", "badge");
        eg_html_text(html, EG_TEXT("Fictional: no real place"));
        eg_html_close(html);
    }
    if (page->is_signed_in) {
        write_places(page);
        write_editor(page);
    }
    eg_html_close(html);
}

/* --- the page -------------------------------------------------------------------------------------------------------------- */

static void write_happening(struct eg_admin_page *page)
{
    struct eg_text done = page->wanted ? page->wanted->done : (struct eg_text){0};
    for (size_t i = 0; i < EG_ARRAY_LEN(happenings); i++) {
        if (!eg_text_equal(done, eg_text_from(happenings[i].word))) continue;
        eg_admin_happening(page, happenings[i].text);
        return;
    }
}

void eg_admin_begin(struct eg_admin_page *page, struct eg_text title, const struct eg_error *problem)
{
    struct eg_html *html = &page->html;
    eg_html_doctype(html);
    eg_html_open(html, "html");
    eg_html_attribute(html, "lang", EG_TEXT("en"));
    write_head(page, title, problem != NULL);
    eg_admin_open(page, "body", "whole admin");
    eg_html_open(html, "a");
    eg_html_attribute(html, "class", EG_TEXT("skip"));
    eg_html_attribute(html, "href", EG_TEXT("#main"));
    eg_html_text(html, EG_TEXT("Skip to the content"));
    eg_html_close(html);
    write_header(page);
    eg_html_open(html, "main");
    eg_html_attribute(html, "id", EG_TEXT("main"));
    eg_html_attribute(html, "tabindex", EG_TEXT("-1"));
    eg_html_open(html, "h1");
    eg_html_attribute(html, "dir", EG_TEXT("auto"));
    eg_html_text(html, title);
    eg_html_close(html);
    if (!problem) write_happening(page);
    if (!problem || problem->message[0] == '\0') return;
    struct eg_error told = eg_error_told(problem);
    eg_admin_problem_box(page, page->signs_in ? "Not signed in" : "Nothing was changed", told.message, NULL);
}

static enum eg_status add_headers(struct eg_admin_page *page, struct eg_answer *answer, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (size_t i = 0; i < EG_ARRAY_LEN(headers) && status == EG_OK; i++)
        status = eg_answer_add_header(answer, headers[i].name, headers[i].value, err);
    if (status == EG_OK && page->cookie[0])
        status = eg_answer_add_header(answer, "Set-Cookie", page->cookie, err);
    return status;
}

static enum eg_status finish_headers(struct eg_admin_page *page, struct eg_answer *answer,
                                     struct eg_answer **answer_out, struct eg_error *err)
{
    enum eg_status status = add_headers(page, answer, err);
    if (status == EG_OK) *answer_out = answer;
    else eg_answer_release(answer);
    page->exchange->freshness = EG_FRESH_NEVER;
    return status;
}

/* What the server adds to refusals that it writes itself. */
static enum eg_status add_remedy(const struct eg_admin_page *page, unsigned http_status,
                                 struct eg_answer *answer, struct eg_error *err)
{
    char seconds[16];
    if (http_status == MHD_HTTP_UNAUTHORIZED)
        return eg_answer_add_header(answer, "WWW-Authenticate", "Bearer realm=\"evenground\"", err);
    if (http_status != MHD_HTTP_TOO_MANY_REQUESTS && http_status != MHD_HTTP_SERVICE_UNAVAILABLE)
        return EG_OK;
    uint32_t wait_s = page->exchange->retry_after_s;
    (void)snprintf(seconds, sizeof seconds, "%u", wait_s > 0 ? wait_s : 1);
    return eg_answer_add_header(answer, "Retry-After", seconds, err);
}

/* Never packed: a page that holds both a secret and what a stranger wrote tells the secret by its length. */
enum eg_status eg_admin_finish(struct eg_admin_page *page, unsigned http_status,
                               struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_html *html = &page->html;
    struct eg_entity entity = {0};
    struct eg_answer *answer = NULL;
    while (html->n_open > 0) eg_html_close(html);
    eg_buffer_char(&html->out, '\n');
    enum eg_status status = eg_entity_from_buffer(&html->out, "text/html; charset=utf-8", true, &entity, err);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, false, &answer, err);
    if (status != EG_OK) return status;
    answer->status = http_status;
    answer->bodies[EG_CODING_IDENTITY].etag[0] = '\0';
    status = page->wanted ? add_remedy(page, http_status, answer, err) : EG_OK;
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    return finish_headers(page, answer, answer_out, err);
}

enum eg_status eg_admin_redirect(struct eg_admin_page *page, struct eg_text path,
                                 struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_buffer url;
    struct eg_answer *answer = NULL;
    eg_buffer_init(&url, 0);
    for (uint32_t i = 0; i < page->depth; i++) eg_buffer_literal(&url, "../");
    if (page->depth == 0) eg_buffer_literal(&url, "./");
    eg_buffer_append(&url, path.data + 1, path.len - 1);
    enum eg_status status = url.failed ? eg_error_no_memory(err, path.len)
                                       : eg_answer_from_static("", 0, NULL, false, &answer, err);
    if (status == EG_OK) {
        answer->status = MHD_HTTP_SEE_OTHER;
        answer->bodies[EG_CODING_IDENTITY].etag[0] = '\0';
        status = eg_answer_add_header(answer, "Location", url.data, err);
        if (status != EG_OK) eg_answer_release(answer);
    }
    if (status == EG_OK) status = finish_headers(page, answer, answer_out, err);
    eg_buffer_clear(&url);
    return status;
}
