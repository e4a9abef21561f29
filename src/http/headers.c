/* A request has some 3 to 15 header lines. They are walked once when all are there; later questions look only for the names
 * that were found twice.
 *
 * libmicrohttpd 0.9.75 keeps names as they came, so "Transfer-Encoding " is no Transfer-Encoding to it, though it is one to some
 * proxies. A folded line it appends to what stands before, in another place of its memory. So a folded line is seen by where the
 * value lies: of all others it follows its name in the same buffer, behind the colon (which became a NUL) and blanks. A library
 * that unfolds in place would pass, and one that refuses folded lines itself is fine. */
#include "http/headers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "base/buffer.h"
#include "base/text.h"

#define MOST_BLANKS 20480 /* all headers have fewer bytes */

/* --- the check ----------------------------------------------------------------------------------------------------- */

/* The lists first, numbered as they are. */
enum { HOST = EG_N_HEADER_LISTS, LENGTH, CODING, AUTHORIZATION, N_WATCHED };

static const struct eg_text watched[N_WATCHED] = {
    [EG_LIST_ACCEPT] = {"Accept", 6},
    [EG_LIST_ACCEPT_ENCODING] = {"Accept-Encoding", 15},
    [EG_LIST_ACCEPT_LANGUAGE] = {"Accept-Language", 15},
    [EG_LIST_IF_NONE_MATCH] = {"If-None-Match", 13},
    [EG_LIST_IF_MATCH] = {"If-Match", 8},
    [EG_LIST_FORWARDED] = {"Forwarded", 9},
    [EG_LIST_FORWARDED_FOR] = {"X-Forwarded-For", 15},
    [HOST] = {"Host", 4},
    [LENGTH] = {"Content-Length", 14},
    [CODING] = {"Transfer-Encoding", 17},
    [AUTHORIZATION] = {"Authorization", 13},
};

struct check {
    unsigned n[N_WATCHED];
    bool wrong_name, folded, wrong_host;
};

/* One bit for each of the 128 characters of ASCII. */
struct characters {
    uint64_t low, high;
};

/* RFC 9110, 5.6.2: with !#$%&'*+-. and ^_`|~ */
static const struct characters of_token = {0x03ff6cfa00000000U, 0x57ffffffc7fffffeU};
/* RFC 3986's host and port: with !$%&'()*+,-.:;= and []_~ */
static const struct characters of_host = {0x2fff7ff200000000U, 0x47fffffeaffffffeU};

static bool consists_of(const char *text, size_t len, const struct characters *set)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        uint64_t bits = c < 64 ? set->low : c < 128 ? set->high : 0;
        if (!((bits >> (c & 63)) & 1)) return false;
    }
    return true;
}

/* An empty one is allowed. */
static bool is_host(const char *text, size_t len)
{
    struct eg_text host = eg_text_trim((struct eg_text){text, len});
    return consists_of(host.data, host.len, &of_host);
}

static bool follows_its_name(const char *name, size_t name_len, const char *value)
{
    uintptr_t end = (uintptr_t)name + name_len, begin = (uintptr_t)value;
    if (begin <= end || begin - end > MOST_BLANKS || name[name_len] != '\0') return false;
    for (const char *at = name + name_len + 1; at < value; at++)
        if (*at != ' ' && *at != '\t') return false;
    return true;
}

static enum MHD_Result look(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
                            const char *value, size_t value_len)
{
    (void)kind;
    struct check *check = cls;
    if (name_len == 0 || !consists_of(name, name_len, &of_token)) check->wrong_name = true;
    if (!value || !follows_its_name(name, name_len, value)) check->folded = true;
    for (size_t i = 0; i < EG_ARRAY_LEN(watched); i++) {
        if (!eg_text_equal_any_case(watched[i], (struct eg_text){name, name_len})) continue;
        check->n[i]++;
        if (i == HOST && !is_host(value, value_len)) check->wrong_host = true;
    }
    return MHD_YES;
}

static const char *fault(const struct check *check, const char *version)
{
    bool is_1_0 = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
    if (check->folded) return "a header goes on in a second line; write it in one";
    if (check->wrong_name) return "the name of a header is not one word; no blank may stand before its colon";
    if (check->n[HOST] == 0 && !is_1_0) return "the request has no Host header; HTTP/1.1 needs one";
    if (check->n[HOST] > 1) return "the request has several Host headers; send one";
    if (check->wrong_host) return "the Host header is not a host with or without a port";
    if (check->n[LENGTH] + check->n[CODING] > 1)
        return "the body's length is said in two ways; send one Content-Length or one Transfer-Encoding";
    if (check->n[CODING] > 0 && is_1_0) return "HTTP/1.0 has no Transfer-Encoding; send a Content-Length";
    if (check->n[AUTHORIZATION] > 1) return "the request has several Authorization headers; send one";
    return NULL;
}

bool eg_headers_check(struct eg_headers *headers, struct MHD_Connection *mhd, const char *version,
                      struct eg_error *err)
{
    struct check check = {0};
    (void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, look, &check);
    for (int i = 0; i < EG_N_HEADER_LISTS; i++) headers->repeated[i] = check.n[i] > 1;
    const char *wrong = fault(&check, version);
    if (!wrong) return true;
    eg_error_set(err, EG_INVALID, "%s", wrong);
    return false;
}

/* --- several lines ------------------------------------------------------------------------------------------------- */

struct search {
    const char *name;
    const char *last;
    struct eg_buffer *all; /* NULL: only the last is wanted */
};

static enum MHD_Result gather(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
                              const char *value, size_t value_len)
{
    (void)kind;
    struct search *search = cls;
    if (!eg_text_equal_any_case((struct eg_text){name, name_len}, eg_text_from(search->name))) return MHD_YES;
    if (search->all && search->last) eg_buffer_literal(search->all, ", ");
    if (search->all) eg_buffer_append(search->all, value, value_len);
    search->last = value;
    return MHD_YES;
}

static char *join(struct MHD_Connection *mhd, const char *name)
{
    struct eg_buffer all;
    struct search search = {.name = name, .all = &all};
    eg_buffer_init(&all, 0);
    (void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, gather, &search);
    size_t len;
    return eg_buffer_take(&all, &len);
}

const char *eg_headers_list(struct eg_headers *headers, struct MHD_Connection *mhd, enum eg_header_list list)
{
    if (headers->repeated[list] && !headers->joined[list])
        headers->joined[list] = join(mhd, watched[list].data);
    if (headers->joined[list]) return headers->joined[list];
    return MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, watched[list].data);
}

const char *eg_headers_last(struct MHD_Connection *mhd, const char *name)
{
    struct search search = {.name = name};
    (void)MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, gather, &search);
    return search.last;
}

void eg_headers_drop(struct eg_headers *headers)
{
    for (int i = 0; i < EG_N_HEADER_LISTS; i++) {
        if (!headers->repeated[i]) continue;
        free(headers->joined[i]);
        headers->joined[i] = NULL;
        headers->repeated[i] = false;
    }
}
