/* Files embedded in the program: the landing page and what it loads. Nothing is read from disk while serving, and a path is
 * looked up in a table, so no path leads out of it. */
#include <stdio.h>
#include <string.h>

#include "http/handlers.h"
#include "http/landing.h"
#include "http/server_parts.h"

struct file {
    const char *path; /* below /assets/; "" is the page at / */
    const char *media_type;
    const char *begin, *end;
    bool is_text;
};

/* clang-format off */
#define FILES(use)                                                                                           \
    use("", index_html, "text/html; charset=utf-8", true)                                                    \
    use("app.js", app_js, "text/javascript; charset=utf-8", true)                                            \
    use("app.css", app_css, "text/css; charset=utf-8", true)                                                 \
    use("pan.js", pan_js, "text/javascript; charset=utf-8", true)                                            \
    use("ogc.js", ogc_js, "text/javascript; charset=utf-8", true)                                            \
    use("ogc.css", ogc_css, "text/css; charset=utf-8", true)                                                 \
    use("finder.js", finder_js, "text/javascript; charset=utf-8", true)                                      \
    use("finder.css", finder_css, "text/css; charset=utf-8", true)                                           \
    use("admin.css", admin_css, "text/css; charset=utf-8", true)                                             \
    use("leaflet.js", leaflet_min_js, "text/javascript; charset=utf-8", true)                                \
    use("markercluster.js", leaflet_markercluster_min_js, "text/javascript; charset=utf-8", true)            \
    use("leaflet.css", leaflet_css, "text/css; charset=utf-8", true)                                         \
    use("images/layers.png", layers_png, "image/png", false)                                                 \
    use("images/layers-2x.png", layers_2x_png, "image/png", false)                                           \
    use("images/marker-icon.png", marker_icon_png, "image/png", false)                                       \
    use("images/marker-icon-2x.png", marker_icon_2x_png, "image/png", false)                                 \
    use("images/marker-shadow.png", marker_shadow_png, "image/png", false)
/* clang-format on */

#define DECLARE(path, symbol, media_type, is_text)                                                           \
    extern const char eg_embed_##symbol##_begin[], eg_embed_##symbol##_end[];
FILES(DECLARE)

#define ROW(path, symbol, media_type, is_text)                                                               \
    {path, media_type, eg_embed_##symbol##_begin, eg_embed_##symbol##_end, is_text},
static const struct file files[] = {FILES(ROW)};

/* --- reading the request ------------------------------------------------------------------------------------------- */

/* As the finder chooses: by `lang`, else by what the browser prefers. */
enum eg_status eg_page_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                             const struct eg_target *target, struct eg_error *err)
{
    const struct eg_locales *locales = exchange->server->locales;
    struct eg_document_request *wanted = &exchange->wanted.document;
    struct eg_text lang = {0};
    (void)values;
    *wanted = (struct eg_document_request){.kind = EG_DOCUMENT_PAGE};
    exchange->freshness = EG_FRESH_CHECK;
    enum eg_status status = eg_target_text(target, "lang", &lang, err);
    if (status != EG_OK) return status;
    wanted->by_header = lang.len == 0;
    wanted->language = eg_locales_choose(locales, lang, exchange->language);
    while (eg_locales_at(locales, wanted->file) != wanted->language.locale) wanted->file++;
    return EG_OK;
}

/* Whether the segments, with slashes between them, are the path. */
static bool is_path(const char *path, const struct eg_text *segments, uint32_t n)
{
    struct eg_text rest = eg_text_from(path), segment;
    for (uint32_t i = 0; i < n; i++) {
        if (!rest.data) return false;
        rest = eg_text_cut(rest, '/', &segment);
        if (!eg_text_equal(segment, segments[i])) return false;
    }
    return !rest.data;
}

enum eg_status eg_asset_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                              const struct eg_target *target, struct eg_error *err)
{
    (void)values;
    for (uint32_t i = 0; i < EG_ARRAY_LEN(files); i++) {
        if (!is_path(files[i].path, &target->segments[1], target->n_segments - 1)) continue;
        exchange->wanted.document = (struct eg_document_request){.kind = EG_DOCUMENT_ASSET, .file = i};
        exchange->freshness = EG_FRESH_CHECK;
        return EG_OK;
    }
    eg_error_set(err, EG_NOT_FOUND, "there is no such file among the page's assets");
    eg_error_field(err, "path");
    return EG_NOT_FOUND;
}

/* --- making -------------------------------------------------------------------------------------------------------- */

/* The origin of a basemap for the policy, with a wildcard for its "{s}"; empty for our own. */
static void write_source(struct eg_text url, char out[256])
{
    size_t len = 0, slashes = 0;
    out[0] = '\0';
    if (!eg_text_starts_with(url, EG_TEXT("https://")) && !eg_text_starts_with(url, EG_TEXT("http://")))
        return;
    for (size_t i = 0; i < url.len && len < 255; i++) {
        char c = url.data[i];
        if (c == '/' && ++slashes == 3) break;
        if (c == '{') {
            while (i < url.len && url.data[i] != '}') i++;
            c = '*';
        }
        if (c <= ' ' || c == ';' || c == ',' || c == '\'' || c == '"' || c > '~') c = '_';
        out[len++] = c;
    }
    out[len] = '\0';
}

void eg_page_policy(const struct eg_atlas *atlas, const char *more, char policy_out[EG_POLICY_BYTES])
{
    char source[256];
    write_source(atlas->basemap.url, source);
    (void)snprintf(
        policy_out, EG_POLICY_BYTES,
        "default-src 'self'; img-src 'self' data: %s; style-src 'self'; object-src 'none'; base-uri "
        "'none'; form-action 'self'%s",
        source, more);
}

static enum eg_status add_policy(const struct eg_exchange *exchange, struct eg_answer *answer,
                                 struct eg_error *err)
{
    char policy[EG_POLICY_BYTES];
    eg_page_policy(exchange->snapshot->atlas, "", policy);
    return eg_answer_add_header(answer, "Content-Security-Policy", policy, err);
}

static enum eg_status make_page(const struct eg_exchange *exchange, struct eg_answer **answer_out,
                                struct eg_error *err)
{
    const struct file *file = &files[0];
    const struct eg_document_request *wanted = &exchange->wanted.document;
    struct eg_landing landing = {.atlas = exchange->snapshot->atlas,
                                 .locales = exchange->server->locales,
                                 .language = wanted->language,
                                 .page = {file->begin, (size_t)(file->end - file->begin)}};
    struct eg_buffer out;
    struct eg_entity entity = {0};
    eg_buffer_init(&out, 0);
    enum eg_status status = eg_landing_write(&landing, &out, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&out, file->media_type, true, &entity, err);
    else eg_buffer_clear(&out);
    if (status == EG_OK) status = eg_answer_from_entity(&entity, true, answer_out, err);
    if (status == EG_OK) (*answer_out)->varies_by_language = wanted->by_header;
    return status;
}

static enum eg_status add_headers(const struct eg_exchange *exchange, struct eg_answer *answer,
                                  struct eg_error *err)
{
    enum eg_status status = add_policy(exchange, answer, err);
    if (status != EG_OK) return status;
    return eg_answer_add_header(answer, "Content-Language",
                                eg_locale_tag(exchange->wanted.document.language.locale).data, err);
}

enum eg_status eg_page_make(struct eg_exchange *exchange, struct eg_answer **answer_out, struct eg_error *err)
{
    bool is_page = exchange->wanted.document.kind == EG_DOCUMENT_PAGE;
    const struct file *file = &files[is_page ? 0 : exchange->wanted.document.file];
    struct eg_answer *answer = NULL;
    enum eg_status status = is_page ? make_page(exchange, &answer, err)
                                    : eg_answer_from_static(file->begin, (size_t)(file->end - file->begin),
                                                            file->media_type, file->is_text, &answer, err);
    if (status != EG_OK) return status;
    if (is_page) status = add_headers(exchange, answer, err);
    if (status != EG_OK) {
        eg_answer_release(answer);
        return status;
    }
    *answer_out = answer;
    return EG_OK;
}
