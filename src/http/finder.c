/* The public finder at /finder and /finder/{id}: pages that work without a script, made for each request from what the address
 * says. With a script (embed/finder.js) they fetch the same pages and put the results in place. Reading is here; what is
 * wrong in an address becomes a page that says so, with the form to go on from. */
#include <string.h>

#include <microhttpd.h>

#include "http/coalitions_read.h"
#include "http/finder_parts.h"
#include "http/handlers.h"
#include "http/server_parts.h"

#define FARTHEST_M 20040000.0
#define LAST_PAGE (INT32_MAX / EG_FINDER_PRINTED)

/* --- reading ------------------------------------------------------------------------------------------------------- */

/* The names that links repeat are these and the filters of /coalitions. */
static const char *own_name(struct eg_text name)
{
    static const char *const names[] = {"place", "served", "lang", "embed", "print"};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++)
        if (eg_text_equal(name, eg_text_from(names[i]))) return names[i];
    return NULL;
}

/* Filters of /coalitions, but for those that say in which form and with which counts it answers. */
static const char *filter_name(struct eg_text name)
{
    if (eg_text_equal(name, EG_TEXT("f")) || eg_text_equal(name, EG_TEXT("facets"))) return NULL;
    for (const char *const *known = eg_coalitions_filters; *known; known++)
        if (eg_text_equal(name, eg_text_from(*known))) return *known;
    return NULL;
}

static enum eg_status keep(struct eg_finder_request *wanted, const struct eg_target *target,
                           struct eg_error *err)
{
    for (uint32_t i = 0; i < target->n_parameters; i++) {
        const struct eg_parameter *given = &target->parameters[i];
        const char *name = own_name(given->name);
        if (!name) name = filter_name(given->name);
        if (!name || given->value.len == 0) continue;
        if (wanted->n_kept == EG_FINDER_PARAMETERS)
            return eg_error_set(err, EG_LIMIT, "the address has more than %u filters", EG_FINDER_PARAMETERS);
        wanted->kept[wanted->n_kept++] = (struct eg_parameter){eg_text_from(name), given->value};
    }
    return EG_OK;
}

enum eg_status eg_finder_read_flag(const struct eg_target *target, const char *name, bool *value_out,
                                   struct eg_error *err)
{
    struct eg_text text = {0};
    enum eg_status status = eg_target_text(target, name, &text, err);
    if (status != EG_OK) return status;
    *value_out = eg_text_equal(text, EG_TEXT("1")) || eg_text_equal(text, EG_TEXT("true"));
    if (*value_out || text.len == 0 || eg_text_equal(text, EG_TEXT("0"))) return EG_OK;
    eg_error_set(err, EG_INVALID, "%s is 1 or left out, not '%.*s'", name, EG_TEXT_SHOWN(text, 60));
    eg_error_field(err, name);
    return EG_INVALID;
}

/* What every page needs; even one that says what is wrong. */
enum eg_status eg_finder_read_manner(struct eg_exchange *exchange, const struct eg_target *target,
                                     struct eg_error *err)
{
    struct eg_finder_request *wanted = &exchange->wanted.finder;
    struct eg_text lang = {0};
    *wanted = (struct eg_finder_request){.page = 1};
    wanted->find.query.serves_boundaries = EG_ATLAS_NONE;
    exchange->freshness = eg_exchange_directory_freshness(exchange);
    enum eg_status status = eg_target_text(target, "lang", &lang, err);
    wanted->by_header = lang.len == 0;
    wanted->language = eg_locales_choose(exchange->server->locales, lang, exchange->language);
    if (status == EG_OK) status = eg_finder_read_flag(target, "embed", &wanted->embedded, err);
    if (status == EG_OK) status = keep(wanted, target, err);
    return status;
}

/* A radius without a place from which to measure is left alone: the form sends whatever its chooser shows. So /coalitions' reader
 * gets all but that. */
static enum eg_status read_filters(const struct eg_target *target, struct eg_finder_request *wanted,
                                   struct eg_error *err)
{
    static const struct eg_double_range radii = {0, FARTHEST_M};
    struct eg_target filters;
    struct eg_directory_query *query = &wanted->find.query;
    filters.n_segments = filters.n_parameters = 0;
    for (uint32_t i = 0; i < target->n_parameters; i++) {
        struct eg_text name = target->parameters[i].name;
        if (filter_name(name) && !eg_text_equal(name, EG_TEXT("radius")))
            filters.parameters[filters.n_parameters++] = target->parameters[i];
    }
    enum eg_status status = eg_coalitions_read(&filters, EG_FINDER_RESULTS, &wanted->find, err);
    if (status == EG_OK)
        status = eg_target_double(target, "radius", radii, &query->has_radius, &query->radius_m, err);
    return status;
}

static enum eg_status read_search(const struct eg_target *target, struct eg_finder_request *wanted,
                                  struct eg_error *err)
{
    static const struct eg_u32_range pages = {1, LAST_PAGE};
    enum eg_status status = read_filters(target, wanted, err);
    if (status == EG_OK) status = eg_target_text(target, "place", &wanted->place, err);
    if (status == EG_OK) status = eg_finder_read_flag(target, "served", &wanted->served, err);
    if (status == EG_OK) status = eg_finder_read_flag(target, "print", &wanted->printed, err);
    if (status == EG_OK) status = eg_target_u32(target, "page", pages, &wanted->page, err);
    wanted->place = eg_text_trim(wanted->place);
    if (wanted->place.len == 0) wanted->place = wanted->find.near_area;
    wanted->find.query.limit = wanted->printed ? EG_FINDER_PRINTED : EG_FINDER_RESULTS;
    wanted->find.query.offset = (wanted->page - 1) * wanted->find.query.limit;
    return status;
}

static void note_problem(struct eg_finder_request *wanted, enum eg_status status, const struct eg_error *err)
{
    wanted->is_wrong = status != EG_OK;
    if (status != EG_OK) wanted->problem = *err;
}

enum eg_status eg_finder_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                               const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    struct eg_finder_request *wanted = &exchange->wanted.finder;
    enum eg_status status = eg_finder_read_manner(exchange, target, err);
    if (status == EG_OK) status = read_search(target, wanted, err);
    note_problem(wanted, status, err);
    return EG_OK;
}

enum eg_status eg_finder_entry_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                     const struct eg_target *target, struct eg_error *err)
{
    static const struct eg_u32_range pages = {1, LAST_PAGE};
    struct eg_finder_request *wanted = &exchange->wanted.finder;
    enum eg_status status = eg_finder_read_manner(exchange, target, err);
    wanted->id = values->text[0];
    /* The search that led here stays unread but for the page: whatever it is, the way back says what is wrong with it. */
    if (eg_target_u32(target, "page", pages, &wanted->page, NULL) != EG_OK) wanted->page = 1;
    note_problem(wanted, status, err);
    return EG_OK;
}

/* --- pages that say what is wrong ---------------------------------------------------------------------------------- */

static unsigned http_status_of(enum eg_status status)
{
    if (status == EG_NOT_FOUND) return MHD_HTTP_NOT_FOUND;
    if (status == EG_BUSY || status == EG_NO_MEMORY) return MHD_HTTP_SERVICE_UNAVAILABLE;
    return MHD_HTTP_BAD_REQUEST;
}

/* What is known in particular is English: where the page is not, it says what of the address is meant. */
static void write_particular(struct eg_finder_page *page, const struct eg_error *problem)
{
    struct eg_html *html = &page->html;
    if (!eg_text_equal(eg_locale_tag(page->locale), EG_TEXT("en"))) {
        if (!problem->field[0]) return;
        eg_html_open(html, "p");
        if (strcmp(problem->field, "near") == 0) eg_finder_say(page, "error.near");
        else eg_finder_say_with(page, "error.part", "part", eg_text_from(problem->field));
        eg_html_close(html);
        return;
    }
    eg_html_open(html, "p");
    eg_html_attribute(html, "lang", EG_TEXT("en"));
    eg_html_attribute(html, "dir", EG_TEXT("ltr"));
    if (problem->field[0]) eg_html_text_format(html, "%s: ", problem->field);
    eg_html_text(html, eg_text_from(problem->message));
    eg_html_close(html);
}

static void write_problem(struct eg_finder_page *page, const char *key, const struct eg_error *problem)
{
    eg_finder_open(page, "div", "problem");
    eg_html_attribute(&page->html, "role", EG_TEXT("alert"));
    eg_finder_leaf(page, "p", key);
    write_particular(page, problem);
    eg_html_close(&page->html);
}

/* With the form where the address can be mended by it. */
enum eg_status eg_finder_make_problem(struct eg_exchange *exchange, const char *key, unsigned http_status,
                                      struct eg_answer **answer_out, struct eg_error *err)
{
    struct eg_finder_page page;
    const struct eg_finder_request *wanted = &exchange->wanted.finder;
    uint32_t depth = wanted->id.len > 0 || wanted->suggests ? 1 : 0;
    enum eg_status status = eg_finder_page_init(&page, exchange, wanted, depth, err);
    exchange->freshness = EG_FRESH_NEVER;
    if (http_status == 0) http_status = http_status_of(wanted->problem.status);
    if (status == EG_OK) {
        eg_finder_begin(&page, eg_locale_text(page.locale, "error.title"), "main", "finder.skip_main");
        write_problem(&page, key, &wanted->problem);
        if (page.snapshot) eg_finder_form(&page);
        status = eg_finder_finish(&page, http_status, answer_out, err);
    }
    eg_finder_page_clear(&page);
    return status;
}

/* Of the exchange only the route is sure: the address stays unread, and links are relative to wherever the server is. */
enum eg_status eg_finder_problem(const struct eg_exchange *exchange, unsigned http_status,
                                 const struct eg_error *problem, struct eg_answer **answer_out,
                                 struct eg_error *err)
{
    struct eg_exchange bare = {
        .server = exchange->server, .route = exchange->route, .base_url = EG_TEXT(".")};
    struct eg_finder_request wanted = {.page = 1, .by_header = true, .problem = *problem};
    struct eg_finder_page page;
    wanted.language = eg_locales_choose(exchange->server->locales, (struct eg_text){0}, exchange->language);
    enum eg_status status =
        eg_finder_page_init(&page, &bare, &wanted, strchr(exchange->route->pattern + 1, '/') ? 1 : 0, err);
    if (status == EG_OK) {
        bool is_busy = http_status == MHD_HTTP_SERVICE_UNAVAILABLE;
        eg_finder_begin(&page, eg_locale_text(page.locale, "error.title"), "main", "finder.skip_main");
        write_problem(&page, is_busy ? "error.busy" : "error.request", problem);
        status = eg_finder_finish(&page, http_status, answer_out, err);
    }
    eg_finder_page_clear(&page);
    return status;
}

/* --- making -------------------------------------------------------------------------------------------------------- */

static enum eg_status make_list(struct eg_finder_page *page, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    struct eg_finder_found found;
    enum eg_status status = eg_finder_search(page, &found, err);
    if (status != EG_OK) return status;
    eg_finder_tell_search(page, &found);
    eg_finder_begin(page, eg_locale_text(page->locale, "finder.title"), "results", "finder.skip_results");
    eg_finder_open(page, "div", page->wanted->printed ? "sheet" : "columns");
    if (page->wanted->printed) eg_finder_sheet_top(page);
    else eg_finder_form(page);
    eg_finder_results(page, &found);
    eg_html_close(&page->html);
    eg_directory_result_clear(&found.result);
    return eg_finder_finish(page, MHD_HTTP_OK, answer_out, err);
}

enum eg_status eg_finder_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                              struct eg_error *err)
{
    struct eg_finder_request *wanted = &exchange->wanted.finder;
    if (wanted->is_wrong) return eg_finder_make_problem(exchange, "error.request", 0, answer_out, err);
    struct eg_finder_page page;
    enum eg_status status = eg_finder_page_init(&page, exchange, wanted, 0, err);
    if (status == EG_OK) status = make_list(&page, answer_out, err);
    eg_finder_page_clear(&page);
    if (status == EG_OK || status == EG_NO_MEMORY) return status;
    note_problem(wanted, status, err); /* only the search knows whether what it names exists */
    return eg_finder_make_problem(exchange, "error.request", 0, answer_out, err);
}

static enum eg_status make_missing(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                   struct eg_error *err)
{
    struct eg_finder_request *wanted = &exchange->wanted.finder;
    eg_error_set(&wanted->problem, EG_NOT_FOUND, "there is no entry '%.*s'", EG_TEXT_SHOWN(wanted->id, 60));
    return eg_finder_make_problem(exchange, "error.entry", 0, answer_out, err);
}

enum eg_status eg_finder_entry_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                    struct eg_error *err)
{
    struct eg_finder_request *wanted = &exchange->wanted.finder;
    if (wanted->is_wrong) return eg_finder_make_problem(exchange, "error.request", 0, answer_out, err);
    const struct eg_directory *directory = exchange->snapshot->directory;
    uint32_t number = eg_directory_find(directory, wanted->id);
    if (number == UINT32_MAX) return make_missing(exchange, answer_out, err);
    struct eg_finder_page page;
    enum eg_status status = eg_finder_page_init(&page, exchange, wanted, 1, err);
    if (status == EG_OK) {
        eg_finder_entry(&page, eg_directory_entries(directory)->items[number]);
        status = eg_finder_finish(&page, MHD_HTTP_OK, answer_out, err);
    }
    eg_finder_page_clear(&page);
    return status;
}
