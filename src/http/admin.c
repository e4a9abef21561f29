/* The editors' pages at /admin: reading what was asked for, who may see it, signing in and out, and the overview. Every page is made for its
 * request; nothing is kept between two but the session (http/access.h). Each form is a POST that is answered by 303 to a page that says what
 * happened, so that nothing is sent twice by going back. */
#include <string.h>

#include <microhttpd.h>

#include "http/admin_parts.h"
#include "http/entry_form.h"
#include "http/handlers.h"
#include "http/server_parts.h"

#define MOST_NEXT 512U

static eg_admin_fn show_home, show_sign_in, sign_in, sign_out;

static const struct eg_admin_view views[] = {
    {"/admin", show_home, NULL, false},
    {"/admin/sign-in", show_sign_in, sign_in, false},
    {"/admin/sign-out", NULL, sign_out, false},
    {"/admin/suggestions", eg_admin_suggestions, NULL, false},
    {"/admin/suggestions/{id}", eg_admin_suggestion, eg_admin_decide, true},
    {"/admin/entries", eg_admin_entries, NULL, false},
    {"/admin/entries/new", eg_admin_entry_new, eg_admin_entry_create, true},
    {"/admin/entries/{id}", eg_admin_entry, eg_admin_entry_save, true},
    {"/admin/entries/{id}/delete", eg_admin_removal, eg_admin_remove, true},
    {"/admin/history", eg_admin_history, NULL, false},
    {"/admin/history/{change}", eg_admin_change, eg_admin_undo, true},
};

/* --- reading --------------------------------------------------------------------------------------------------------------- */

static const struct eg_admin_view *view_of(const struct eg_route *route)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(views); i++)
        if (strcmp(views[i].pattern, route->pattern) == 0) return &views[i];
    return NULL;
}

static enum eg_status read_flag(const struct eg_target *target, const char *name, bool *value_out,
                                struct eg_error *err)
{
    struct eg_text text = {0};
    enum eg_status status = eg_target_text(target, name, &text, err);
    if (status == EG_OK) *value_out = eg_text_equal(text, EG_TEXT("1"));
    return status;
}

enum eg_status eg_admin_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                              const struct eg_target *target, struct eg_error *err)
{
    static const struct eg_u32_range pages = {1, 100000};
    struct eg_admin_request *wanted = &exchange->wanted.admin;
    const struct {
        const char *name;
        struct eg_text *value;
    } texts[] = {{"state", &wanted->state},
                 {"q", &wanted->q},
                 {"entry", &wanted->entry},
                 {"next", &wanted->next},
                 {"done", &wanted->done}};
    enum eg_status status = EG_OK;
    *wanted = (struct eg_admin_request){.view = view_of(exchange->route), .page = 1, .id = values->text[0]};
    for (size_t i = 0; i < EG_ARRAY_LEN(texts) && status == EG_OK; i++)
        status = eg_target_text(target, texts[i].name, texts[i].value, err);
    if (status == EG_OK) status = read_flag(target, "due", &wanted->due, err);
    if (status == EG_OK) status = read_flag(target, "edit", &wanted->edit, err);
    if (status == EG_OK) status = eg_target_u32(target, "page", pages, &wanted->page, err);
    if (exchange->method == EG_METHOD_GET && exchange->cost == EG_COST_SIGNING_IN)
        exchange->cost = EG_COST_SMALL; /* only the form: no password is looked at */
    return status;
}

static enum eg_status read_form(struct eg_admin_page *page, struct eg_error *err)
{
    struct eg_exchange *exchange = page->exchange;
    if (exchange->method != EG_METHOD_POST || !exchange->has_body) return EG_OK;
    return eg_entry_form_parse(exchange->body.data, exchange->body.len, page->arena, &page->form, err);
}

/* --- who may see it -------------------------------------------------------------------------------------------------------- */

/* A path of ours that a browser takes for nothing else: not "//elsewhere.example", no backslash, no control character. */
static bool may_go_to(struct eg_text path)
{
    struct eg_text root = EG_TEXT("/admin");
    if (!eg_text_starts_with(path, root) || path.len > MOST_NEXT) return false;
    if (path.len > root.len && path.data[root.len] != '/' && path.data[root.len] != '?') return false;
    for (size_t i = 0; i < path.len; i++) {
        char c = path.data[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    strchr("/-_?=&%+.~", c) != NULL;
        if (!fine || c == '\0' || (c == '.' && i > 0 && path.data[i - 1] == '.')) return false;
    }
    return true;
}

/* The path of the page that was asked for, to come back to. What stands in it is an id; anything else is left out. */
static struct eg_text present_path(struct eg_admin_page *page)
{
    struct eg_text head, name, tail = eg_text_cut(eg_text_from(page->wanted->view->pattern), '{', &head);
    if (!tail.data) return head;
    tail = eg_text_cut(tail, '}', &name);
    struct eg_text path = eg_text_format(page->arena, "%.*s%.*s%.*s", EG_TEXT_ARG(head),
                                         EG_TEXT_ARG(page->wanted->id), EG_TEXT_ARG(tail));
    return path.data && may_go_to(path) ? path : EG_TEXT("/admin");
}

static enum eg_status go_to_sign_in(struct eg_admin_page *page, struct eg_answer **answer_out,
                                    struct eg_error *err)
{
    struct eg_text path = eg_admin_with(page, EG_TEXT("/admin/sign-in"), "next", present_path(page));
    return eg_admin_redirect(page, path, answer_out, err);
}

/* What was typed is not lost: it stands in the page to which the browser goes back, and is sent with the new session's token. */
static enum eg_status tell_session_ended(struct eg_admin_page *page, struct eg_answer **answer_out,
                                         struct eg_error *err)
{
    struct eg_html *html = &page->html;
    struct eg_error problem = {.message = "your session has ended."};
    eg_admin_begin(page, EG_TEXT("Please sign in again"), &problem);
    eg_admin_leaf(page, "p",
                  "Sign in again in another tab of this browser, come back to this one, go one page back and "
                  "send the form once more. What you typed should still be there.");
    eg_html_open(html, "p");
    eg_html_open(html, "a");
    eg_html_address(html, "href", eg_admin_address(page, "/admin/sign-in"));
    eg_html_attribute(html, "target", EG_TEXT("_blank"));
    eg_html_attribute(html, "rel", EG_TEXT("noopener"));
    eg_html_text(html, EG_TEXT("Sign in (opens another tab)"));
    eg_html_close(html);
    eg_html_close(html);
    return eg_admin_finish(page, MHD_HTTP_UNAUTHORIZED, answer_out, err);
}

/* An atlas that nobody can edit: what to write into it. */
static enum eg_status tell_setup(struct eg_admin_page *page, const struct eg_error *why,
                                 struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_html *html = &page->html;
    eg_admin_begin(page, EG_TEXT("The directory cannot be edited yet"), NULL);
    eg_html_leaf(html, "p", eg_text_from(why->message));
    eg_admin_leaf(page, "p", "The atlas needs a directory that is kept in a store, with a file of editors:");
    eg_admin_leaf(
        page, "pre",
        "directories:\n  - id: register\n    title: Community register\n    store: register.gpkg\n"
        "    editors: editors.txt\n    seed: [coalitions]   # directories of this atlas that fill it at "
        "first");
    eg_admin_leaf(page, "p", "This command, beside the atlas, makes an editor; it asks for a password:");
    eg_admin_leaf(page, "pre", "evenground editor add editors.txt \"Ann Reed\"");
    eg_admin_leaf(page, "p", "Then start the server again, or send it SIGHUP.");
    return eg_admin_finish(page, MHD_HTTP_FORBIDDEN, answer_out, err);
}

static bool can_be_edited(const struct eg_atlas *atlas)
{
    uint32_t store = eg_atlas_store_of(atlas);
    return store != EG_ATLAS_NONE && atlas->directories[store].store.editors.len > 0;
}

static enum eg_status refuse(struct eg_admin_page *page, const struct eg_error *why,
                             struct eg_answer **answer_out, struct eg_error *err)
{
    eg_admin_begin(page, EG_TEXT("This was not done"), why);
    eg_admin_link(page, eg_admin_address(page, "/admin"), EG_TEXT("To the overview"));
    return eg_admin_finish(page, eg_admin_status_of(page->exchange, why->status), answer_out, err);
}

/* Whether nothing is wrong but that the form was shown to an earlier session of whoever is signed in now. */
static bool is_only_stale(struct eg_admin_page *page)
{
    struct eg_exchange *exchange = page->exchange;
    struct eg_editor_known editor;
    enum eg_method method = exchange->method;
    exchange->method = EG_METHOD_GET;
    enum eg_status status = eg_access_check(exchange, (struct eg_text){0}, &editor, NULL);
    exchange->method = method;
    if (status == EG_OK) status = eg_access_check(exchange, eg_text_from(editor.csrf), &page->editor, NULL);
    return status == EG_OK;
}

static enum eg_status admit(struct eg_admin_page *page, struct eg_error *why)
{
    struct eg_exchange *exchange = page->exchange;
    enum eg_status status = eg_access_check(exchange, eg_admin_given(page, "csrf"), &page->editor, why);
    bool may_be_stale = exchange->refused_with == MHD_HTTP_FORBIDDEN && page->wanted->view->keeps_form;
    if (status != EG_OK && may_be_stale && is_only_stale(page)) {
        eg_error_set(&page->stale, EG_INVALID,
                     "the form was shown before you signed in. Look it over and send it again.");
        status = EG_OK;
    }
    page->is_signed_in = status == EG_OK;
    if (status == EG_OK) exchange->refused_with = 0;
    if (status == EG_OK && exchange->method == EG_METHOD_GET) {
        eg_engine_catch_up(exchange->server->engine);
        eg_admin_refresh(page);
    }
    return status;
}

static enum eg_status turn_away(struct eg_admin_page *page, const struct eg_error *why,
                                struct eg_answer **answer_out, struct eg_error *err)
{
    const struct eg_exchange *exchange = page->exchange;
    bool is_unknown = exchange->refused_with == MHD_HTTP_UNAUTHORIZED && !exchange->caller.authorization;
    if (!is_unknown) return refuse(page, why, answer_out, err);
    return exchange->method == EG_METHOD_GET || !page->wanted->view->keeps_form
               ? go_to_sign_in(page, answer_out, err)
               : tell_session_ended(page, answer_out, err);
}

/* --- signing in and out ---------------------------------------------------------------------------------------------------- */

static void write_input(struct eg_admin_page *page, const char *name, const char *type, const char *label,
                        const char *complete)
{
    struct eg_html *html = &page->html;
    eg_admin_open(page, "div", "field");
    eg_html_open(html, "label");
    eg_html_attribute(html, "for", eg_text_from(name));
    eg_html_text(html, eg_text_from(label));
    eg_html_close(html);
    eg_html_open(html, "input");
    eg_html_attribute(html, "id", eg_text_from(name));
    eg_html_attribute(html, "name", eg_text_from(name));
    eg_html_attribute(html, "type", eg_text_from(type));
    eg_html_attribute(html, "autocomplete", eg_text_from(complete));
    eg_html_attribute(html, "required", EG_TEXT("required"));
    if (strcmp(name, "name") == 0) eg_html_attribute(html, "value", eg_admin_given(page, "name"));
    eg_html_void(html);
    eg_html_close(html);
}

static enum eg_status write_sign_in(struct eg_admin_page *page, struct eg_text next,
                                    const struct eg_error *problem, struct eg_answer **answer_out,
                                    struct eg_error *err)
{
    unsigned http_status = problem ? eg_admin_status_of(page->exchange, problem->status) : MHD_HTTP_OK;
    page->signs_in = true;
    eg_admin_begin(page, EG_TEXT("Sign in"), problem);
    eg_admin_form(page, eg_admin_address(page, "/admin/sign-in"), "narrow-form");
    if (may_go_to(next)) eg_admin_hidden(page, "next", next);
    write_input(page, "name", "text", "Name", "username");
    write_input(page, "password", "password", "Password", "current-password");
    eg_admin_button(page, NULL, NULL, "Sign in");
    eg_html_close(&page->html);
    eg_admin_leaf(page, "p", "Whoever runs this server gives names and passwords to editors.");
    return eg_admin_finish(page, http_status, answer_out, err);
}

static enum eg_status show_sign_in(struct eg_admin_page *page, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    return write_sign_in(page, page->wanted->next, NULL, answer_out, err);
}

static enum eg_status sign_in(struct eg_admin_page *page, struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_error why = {0};
    struct eg_text next = eg_admin_given(page, "next"), password = {0};
    for (uint32_t i = 0; i < page->form.n; i++) /* blanks around it belong to it */
        if (eg_text_equal(page->form.pairs[i].name, EG_TEXT("password")))
            password = page->form.pairs[i].value;
    enum eg_status status =
        eg_access_sign_in(page->exchange, eg_admin_given(page, "name"), password, page->cookie, &why);
    if (status != EG_OK) return write_sign_in(page, next, &why, answer_out, err);
    return eg_admin_redirect(page, may_go_to(next) ? next : EG_TEXT("/admin?done=in"), answer_out, err);
}

static enum eg_status sign_out(struct eg_admin_page *page, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    eg_access_sign_out(page->exchange, page->cookie);
    return eg_admin_redirect(page, EG_TEXT("/admin/sign-in?done=out"), answer_out, err);
}

/* --- the overview ---------------------------------------------------------------------------------------------------------- */

static void write_count(struct eg_admin_page *page, uint32_t n, struct eg_text address, const char *one,
                        const char *several)
{
    struct eg_html *html = &page->html;
    eg_html_open(html, "li");
    eg_html_open(html, "a");
    eg_html_address(html, "href", address);
    eg_html_text_format(html, "%u %s", n, n == 1 ? one : several);
    eg_html_close(html);
    eg_html_close(html);
}

static enum eg_status show_home(struct eg_admin_page *page, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    struct eg_html *html = &page->html;
    struct eg_admin_counts counts = eg_admin_count_entries(page);
    bool has_more;
    eg_admin_begin(page, EG_TEXT("Keeping the directory true"), NULL);
    eg_admin_leaf(page, "h2", "What waits");
    eg_admin_open(page, "ul", "plain");
    write_count(page, page->n_open, eg_admin_address(page, "/admin/suggestions"), "open suggestion",
                "open suggestions");
    write_count(page, counts.n_due, eg_admin_address(page, "/admin/entries?due=1"), "entry to review",
                "entries to review");
    write_count(page, counts.n, eg_admin_address(page, "/admin/entries"), "entry in all", "entries in all");
    eg_html_close(html);
    eg_admin_leaf(page, "h2", "Last changes");
    enum eg_status status = eg_admin_write_history(page, (struct eg_text){0},
                                                   (struct eg_store_page){.limit = 10}, &has_more, err);
    if (status != EG_OK) return status;
    return eg_admin_finish(page, MHD_HTTP_OK, answer_out, err);
}

/* --- making ---------------------------------------------------------------------------------------------------------------- */

static enum eg_status look_into_store(struct eg_admin_page *page, struct eg_error *err)
{
    page->ledger = eg_engine_ledger(page->exchange->server->engine);
    if (!page->ledger) return eg_ledger_say_absent(page->snapshot->atlas, err);
    return eg_store_suggestion_count(eg_ledger_store(page->ledger), EG_SUGGESTION_OPEN, &page->n_open, err);
}

static enum eg_status dispatch(struct eg_admin_page *page, struct eg_answer **answer_out,
                               struct eg_error *err)
{
    const struct eg_admin_view *view = page->wanted->view;
    bool is_post = page->exchange->method == EG_METHOD_POST;
    struct eg_error why = {0};
    if (view->post == sign_in)
        return is_post ? sign_in(page, answer_out, err) : show_sign_in(page, answer_out, err);
    enum eg_status status = admit(page, &why);
    if (status != EG_OK) return turn_away(page, &why, answer_out, err);
    if (view->post == sign_out) return sign_out(page, answer_out, err);
    status = look_into_store(page, err);
    if (status != EG_OK) return status;
    return is_post ? view->post(page, answer_out, err) : view->get(page, answer_out, err);
}

static enum eg_status make(struct eg_admin_page *page, struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_error why = {0};
    if (!can_be_edited(page->snapshot->atlas)) {
        eg_error_set(&why, EG_INVALID, "%s",
                     eg_atlas_store_of(page->snapshot->atlas) == EG_ATLAS_NONE
                         ? "The atlas's directories are read from files, and none is kept in a store."
                         : "The atlas's directory with a store does not name a file of editors.");
        return tell_setup(page, &why, answer_out, err);
    }
    enum eg_status status = read_form(page, &why);
    if (status != EG_OK) return refuse(page, &why, answer_out, err);
    return dispatch(page, answer_out, err);
}

enum eg_status eg_admin_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                             struct eg_error *err)
{
    struct eg_admin_page page;
    enum eg_status status = eg_admin_page_init(&page, exchange, &exchange->wanted.admin, err);
    if (status == EG_OK) status = make(&page, answer_out, err);
    eg_admin_page_clear(&page);
    return status;
}

/* Of the exchange only the route is sure: links are relative to wherever the server is. */
enum eg_status eg_admin_problem(const struct eg_exchange *exchange, unsigned http_status,
                                const struct eg_error *problem, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    struct eg_exchange bare = {
        .server = exchange->server, .route = exchange->route, .base_url = EG_TEXT(".")};
    struct eg_admin_page page;
    enum eg_status status = eg_admin_page_init(&page, &bare, NULL, err);
    if (status == EG_OK) {
        eg_admin_begin(&page, EG_TEXT("This page cannot be shown"), problem);
        eg_admin_link(&page, eg_admin_address(&page, "/admin"), EG_TEXT("To the overview"));
        status = eg_admin_finish(&page, http_status, answer_out, err);
    }
    eg_admin_page_clear(&page);
    return status;
}
