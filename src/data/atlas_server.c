/* The sections `limits`, `server` and `basemap`. */
#include "data/atlas_parts.h"

#include <arpa/inet.h>
#include <string.h>

#define CACHE_DEFAULT_BYTES ((uint64_t)256 * 1024 * 1024)
#define PROJECTED_DEFAULT_BYTES ((uint64_t)512 * 1024 * 1024)
#define CACHE_MAX_BYTES ((uint64_t)1 << 44)

/* --- limits --- */

static const struct eg_field limits_fields[] = {
    {.key = "connections",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_atlas_limits, connections),
     .min = 1,
     .max = 1000000},
    {.key = "image_px",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_atlas_limits, image_px),
     .min = 256,
     .max = 16384},
    {.key = "results",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_atlas_limits, results),
     .min = 1,
     .max = 100000},
    {.key = "idle_s",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_atlas_limits, idle_s),
     .min = 1,
     .max = 3600},
    {.key = "request_s",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_atlas_limits, request_s),
     .min = 1,
     .max = 3600},
    {.key = "boundaries_vertices",
     .type = EG_FIELD_U64,
     .offset = offsetof(struct eg_atlas_limits, boundaries_vertices),
     .min = 1,
     .max = 2e9},
};

enum eg_status eg_read_limits(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas *atlas = target;
    return eg_fields_read(reader, at, limits_fields, EG_ARRAY_LEN(limits_fields), &atlas->limits);
}

/* --- server --- */

static bool is_host(struct eg_text host)
{
    if (host.len == 0) return false;
    if (host.data[0] == '[') return host.len > 2 && host.data[host.len - 1] == ']';
    for (size_t i = 0; i < host.len; i++) {
        char c = host.data[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                  c == '-';
        if (!ok) return false;
    }
    return true;
}

static enum eg_status read_listen(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text text;
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    const char *colon = strrchr(text.data, ':');
    size_t host_len = colon ? (size_t)(colon - text.data) : 0;
    uint32_t port;
    bool ok = colon && is_host((struct eg_text){text.data, host_len}) &&
              eg_text_to_u32((struct eg_text){colon + 1, text.len - host_len - 1}, &port) && port <= 65535;
    if (!ok)
        return eg_at_error(reader, at, EG_INVALID,
                           "'%s' is no HOST:PORT; write one such as 127.0.0.1:8080 or [::1]:8080", text.data);
    *(struct eg_text *)target = text;
    return EG_OK;
}

static enum eg_status read_cache(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    uint64_t bytes;
    bool scalar = at->node->kind == EG_NODE_SCALAR;
    if (!scalar || !eg_atlas_size_bytes(at->node->text, &bytes) || bytes > CACHE_MAX_BYTES)
        return eg_at_error(reader, at, EG_INVALID,
                           "expected a size such as 256MiB (KiB, MiB, GiB), or 0 for no cache");
    *(uint64_t *)target = bytes;
    return EG_OK;
}

static enum eg_status read_base_url(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text text;
    enum eg_status st = eg_value_url(reader, at, &text);
    if (st) return st;
    if (memchr(text.data, '?', text.len) || memchr(text.data, '#', text.len))
        return eg_at_error(reader, at, EG_INVALID,
                           "'%s' has a query or fragment; paths are put behind it, so remove that",
                           text.data);
    while (text.data[text.len - 1] == '/') text.len--; /* stops at the host: it follows a scheme */
    return eg_reader_copy(reader, text, target);
}

/* "10.0.0.0/8", "::1": an address with or without a prefix length. */
static bool is_network(struct eg_text text)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    char address[INET6_ADDRSTRLEN];
    struct eg_text head, length = eg_text_cut(text, '/', &head);
    if (head.len == 0 || head.len >= sizeof address) return false;
    memcpy(address, head.data, head.len);
    address[head.len] = '\0';
    bool v4 = inet_pton(AF_INET, address, bytes) == 1;
    if (!v4 && inet_pton(AF_INET6, address, bytes) != 1) return false;
    uint32_t bits;
    return !length.data || (eg_text_to_u32(length, &bits) && bits <= (v4 ? 32U : 128U));
}

static enum eg_status read_proxy(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text text;
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    if (!is_network(text))
        return eg_at_error(reader, at, EG_INVALID,
                           "'%s' is no address; write one such as 127.0.0.1, ::1 or 10.0.0.0/8", text.data);
    *(struct eg_text *)target = text;
    return EG_OK;
}

static enum eg_status read_proxies(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_server *server = target;
    void *items;
    enum eg_status st =
        eg_list_read(reader, at, (struct eg_list_of){sizeof(struct eg_text), read_proxy, true}, &items,
                     &server->n_trusted_proxies);
    if (!st) server->trusted_proxies = items;
    return st;
}

static enum eg_status read_origin(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text text;
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    bool any = eg_text_equal(text, EG_TEXT("*"));
    size_t scheme = eg_text_starts_with(text, EG_TEXT("https://"))  ? 8
                    : eg_text_starts_with(text, EG_TEXT("http://")) ? 7
                                                                    : 0;
    struct eg_text rest = {text.data + scheme, text.len - scheme};
    bool origin =
        scheme > 0 && rest.len > 0 && !memchr(rest.data, '/', rest.len) && !memchr(rest.data, ' ', rest.len);
    if (!any && !origin)
        return eg_at_error(reader, at, EG_INVALID,
                           "'%s' is no origin; write \"*\" or one such as https://maps.example.org",
                           text.data);
    *(struct eg_text *)target = text;
    return EG_OK;
}

static enum eg_status read_origins(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_server *server = target;
    void *items;
    enum eg_status st =
        eg_list_read(reader, at, (struct eg_list_of){sizeof(struct eg_text), read_origin, true}, &items,
                     &server->n_cors_origins);
    if (!st) server->cors_origins = items;
    return st;
}

static enum eg_status read_one_crs(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_crs *crs = target;
    struct eg_text text;
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    crs->mark = at->node->mark;
    if (eg_crs_parse(text, &crs->id, NULL) == EG_OK) return EG_OK;
    return eg_at_error(reader, at, EG_INVALID,
                       "'%s' names no coordinate reference system; write one such as EPSG:27700", text.data);
}

static enum eg_status refuse_repeated_crs(struct eg_reader *reader, const struct eg_at *at,
                                          const struct eg_atlas_crs *crs, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        for (uint32_t k = 0; k < i; k++) {
            struct eg_at item = {.node = at->node->item[i], .parent = at, .index = i};
            if (eg_crs_equal(&crs[i].id, &crs[k].id))
                return eg_at_error(reader, &item, EG_INVALID, "%s:%s is listed twice; remove one",
                                   crs[i].id.authority, crs[i].id.code);
        }
    return EG_OK;
}

static enum eg_status read_crs(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_server *server = target;
    void *items;
    enum eg_status st =
        eg_list_read(reader, at, (struct eg_list_of){sizeof(struct eg_atlas_crs), read_one_crs, true}, &items,
                     &server->n_crs);
    if (st) return st;
    server->crs = items;
    return refuse_repeated_crs(reader, at, server->crs, server->n_crs);
}

static enum eg_status read_tile_set(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_tile_set *set = target;
    struct eg_text path;
    enum eg_status st = eg_value_text(reader, at, &path);
    if (st) return st;
    if (!eg_text_ends_with(path, EG_TEXT(".json")))
        return eg_at_error(reader, at, EG_INVALID,
                           "'%s' is no file of a tile matrix set; write one such as tiles/national.json",
                           path.data);
    set->mark = at->node->mark;
    st = eg_source_resolve(reader, at, path, &set->path);
    if (st || !reader->check_files) return st;
    return eg_file_read(set->path.data, reader->arena, &set->json, reader->err);
}

static enum eg_status read_tile_sets(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_server *server = target;
    void *items;
    enum eg_status st =
        eg_list_read(reader, at, (struct eg_list_of){sizeof(struct eg_atlas_tile_set), read_tile_set, true},
                     &items, &server->n_tile_sets);
    if (st) return st;
    server->tile_sets = items;
    if (server->n_tile_sets <= EG_ATLAS_TILE_SETS_MAX) return EG_OK;
    return eg_at_error(reader, at, EG_LIMIT, "has %u tile matrix sets; there may be %u", server->n_tile_sets,
                       EG_ATLAS_TILE_SETS_MAX);
}

static const struct eg_field server_fields[] = {
    {.key = "listen",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_server, listen),
     .read = read_listen},
    {.key = "threads",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_atlas_server, threads),
     .min = 0,
     .max = 1024},
    {.key = "cache",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_server, cache_bytes),
     .read = read_cache},
    {.key = "base_url",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_server, base_url),
     .read = read_base_url},
    {.key = "trusted_proxies", .type = EG_FIELD_CUSTOM, .read = read_proxies},
    {.key = "cors_origins", .type = EG_FIELD_CUSTOM, .read = read_origins},
    {.key = "crs", .type = EG_FIELD_CUSTOM, .read = read_crs},
    {.key = "tile_matrix_sets", .type = EG_FIELD_CUSTOM, .read = read_tile_sets},
    {.key = "projected_cache",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_server, projected_cache_bytes),
     .read = read_cache},
};

enum eg_status eg_read_server(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas *atlas = target;
    return eg_fields_read(reader, at, server_fields, EG_ARRAY_LEN(server_fields), &atlas->server);
}

/* --- basemap --- */

static enum eg_status read_tiles(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    static const char *const marks[] = {"{z}", "{x}", "{y}"};
    struct eg_text text;
    enum eg_status st = eg_value_url(reader, at, &text);
    if (st) return st;
    for (size_t i = 0; i < EG_ARRAY_LEN(marks); i++) {
        if (!strstr(text.data, marks[i]))
            return eg_at_error(reader, at, EG_INVALID, "'%s' has no %s; a tile address has {z}, {x} and {y}",
                               text.data, marks[i]);
    }
    *(struct eg_text *)target = text;
    return EG_OK;
}

static const struct eg_field basemap_fields[] = {
    {.key = "url",
     .type = EG_FIELD_CUSTOM,
     .required = true,
     .offset = offsetof(struct eg_atlas_basemap, url),
     .read = read_tiles},
    {.key = "attribution",
     .type = EG_FIELD_TEXT,
     .required = true,
     .offset = offsetof(struct eg_atlas_basemap, attribution)},
    {.key = "max_zoom",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_atlas_basemap, max_zoom),
     .min = 0,
     .max = 24},
};

enum eg_status eg_read_basemap(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas *atlas = target;
    return eg_fields_read(reader, at, basemap_fields, EG_ARRAY_LEN(basemap_fields), &atlas->basemap);
}

/* --- what holds without them --- */

void eg_server_defaults(struct eg_atlas *atlas)
{
    static const struct eg_text any_origin = {"*", 1};
    static const struct eg_atlas_crs crs[] = {{.id = {"EPSG", "4326"}},
                                              {.id = {"EPSG", "27700"}},
                                              {.id = {"EPSG", "26986"}},
                                              {.id = {"EPSG", "3035"}}};
    atlas->limits = (struct eg_atlas_limits){.connections = 1000,
                                             .image_px = 4096,
                                             .results = 1000,
                                             .idle_s = 15,
                                             .request_s = 30,
                                             .boundaries_vertices = 200000000};
    atlas->server = (struct eg_atlas_server){.listen = EG_TEXT("127.0.0.1:8080"),
                                             .cache_bytes = CACHE_DEFAULT_BYTES,
                                             .cors_origins = &any_origin,
                                             .n_cors_origins = 1,
                                             .crs = crs,
                                             .n_crs = EG_ARRAY_LEN(crs),
                                             .projected_cache_bytes = PROJECTED_DEFAULT_BYTES};
    atlas->basemap.max_zoom = 19;
}
