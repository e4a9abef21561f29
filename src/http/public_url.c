#include "http/public_url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define V4_PREFIX_BYTES 12

static const uint8_t v4_mapped[V4_PREFIX_BYTES] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* --- addresses ----------------------------------------------------------------------------------------------------- */

static bool parse_address(const char *text, uint8_t bytes_out[16], bool *is_v4_out)
{
    memcpy(bytes_out, v4_mapped, sizeof v4_mapped);
    *is_v4_out = inet_pton(AF_INET, text, bytes_out + V4_PREFIX_BYTES) == 1;
    return *is_v4_out || inet_pton(AF_INET6, text, bytes_out) == 1;
}

enum eg_status eg_address_range_parse(struct eg_text text, struct eg_address_range *range_out,
                                      struct eg_error *err)
{
    char address[INET6_ADDRSTRLEN];
    struct eg_text head;
    struct eg_text bits = eg_text_cut(text, '/', &head);
    struct eg_address_range range = {.n_bits = 128};
    bool is_v4 = false, fine = head.len < sizeof address;
    if (fine) {
        memcpy(address, head.data, head.len);
        address[head.len] = '\0';
        fine = parse_address(address, range.bytes, &is_v4);
    }
    uint32_t n_bits = is_v4 ? 32 : 128;
    if (fine && bits.data) fine = eg_text_to_u32(bits, &range.n_bits) && range.n_bits <= n_bits;
    if (!fine)
        return eg_error_set(err, EG_INVALID,
                            "trusted proxy '%.*s' is neither an address nor a range such as 10.0.0.0/8",
                            EG_TEXT_ARG(text));
    if (is_v4) range.n_bits = bits.data ? range.n_bits + 8 * V4_PREFIX_BYTES : 128;
    *range_out = range;
    return EG_OK;
}

static bool address_bytes(const struct sockaddr *address, uint8_t bytes_out[16])
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        memcpy(bytes_out, v4_mapped, sizeof v4_mapped);
        memcpy(bytes_out + V4_PREFIX_BYTES, &v4.sin_addr, 4);
        return true;
    }
    if (address->sa_family != AF_INET6) return false;
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    memcpy(bytes_out, &v6.sin6_addr, 16);
    return true;
}

static bool in_range(const uint8_t bytes[16], const struct eg_address_range *range)
{
    uint32_t whole = range->n_bits / 8, rest = range->n_bits % 8;
    if (memcmp(bytes, range->bytes, whole) != 0) return false;
    return rest == 0 || ((bytes[whole] ^ range->bytes[whole]) >> (8 - rest)) == 0;
}

bool eg_address_in_ranges(const struct sockaddr *address, const struct eg_address_range *ranges,
                          uint32_t n_ranges)
{
    uint8_t bytes[16];
    if (!address_bytes(address, bytes)) return false;
    for (uint32_t i = 0; i < n_ranges; i++)
        if (in_range(bytes, &ranges[i])) return true;
    return false;
}

/* --- what a proxy says --------------------------------------------------------------------------------------------- */

static bool is_one_of(char c, const char *others)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
    return c != '\0' && strchr(others, c) != NULL;
}

static bool consists_of(struct eg_text text, const char *others)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_one_of(text.data[i], others)) return false;
    return true;
}

/* The last element of a comma-separated list. */
static struct eg_text last_of(const char *list)
{
    struct eg_text element = {0}, rest = eg_text_from(list);
    while (rest.data) rest = eg_text_cut(rest, ',', &element);
    return eg_text_trim(element);
}

static struct eg_text unquote(struct eg_text text)
{
    if (text.len >= 2 && text.data[0] == '"' && text.data[text.len - 1] == '"')
        return (struct eg_text){text.data + 1, text.len - 2};
    return text;
}

/* A proxy that writes one kind of header and lets the other kind through lets its clients write it: where they name different
 * hosts, neither is believed. */
static bool read_forwarded(const char *forwarded, struct eg_text *proto, struct eg_text *host)
{
    struct eg_text rest = last_of(forwarded), pair, other = *host;
    while (rest.data) {
        rest = eg_text_cut(rest, ';', &pair);
        struct eg_text name;
        struct eg_text value = unquote(eg_text_trim(eg_text_cut(pair, '=', &name)));
        name = eg_text_trim(name);
        if (eg_text_equal_any_case(name, EG_TEXT("proto"))) *proto = value;
        if (eg_text_equal_any_case(name, EG_TEXT("host"))) *host = value;
    }
    return other.len == 0 || eg_text_equal(other, *host);
}

/* No empty segments: "//elsewhere" would be another host in the eyes of a browser. */
static bool is_prefix(struct eg_text prefix)
{
    if (prefix.len == 0) return true;
    if (prefix.data[0] != '/' || !consists_of(prefix, "/-._~")) return false;
    for (size_t i = 1; i < prefix.len; i++)
        if (prefix.data[i] == '/' && prefix.data[i - 1] == '/') return false;
    return true;
}

bool eg_public_url_from_proxy(const struct eg_forwarded *said, char url_out[EG_PUBLIC_URL_BYTES])
{
    struct eg_text proto = last_of(said->proto), host = last_of(said->host), prefix = last_of(said->prefix);
    if (said->forwarded && !read_forwarded(said->forwarded, &proto, &host)) return false;
    while (prefix.len > 0 && prefix.data[prefix.len - 1] == '/') prefix.len--;
    if (host.len == 0 || !consists_of(host, "-._:[]") || !is_prefix(prefix)) return false;
    bool https = eg_text_equal_any_case(proto, EG_TEXT("https"));
    int len = snprintf(url_out, EG_PUBLIC_URL_BYTES, "%s://%.*s%.*s", https ? "https" : "http",
                       EG_TEXT_ARG(host), EG_TEXT_ARG(prefix));
    return len > 0 && len < EG_PUBLIC_URL_BYTES;
}

void eg_public_url_from_address(const struct sockaddr *address, char url_out[EG_PUBLIC_URL_BYTES])
{
    char text[INET6_ADDRSTRLEN] = "127.0.0.1";
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
        snprintf(url_out, EG_PUBLIC_URL_BYTES, "http://%s:%u", text, ntohs(v4.sin_port));
        return;
    }
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
        inet_ntop(AF_INET, (const uint8_t *)&v6.sin6_addr + V4_PREFIX_BYTES, text, sizeof text);
        snprintf(url_out, EG_PUBLIC_URL_BYTES, "http://%s:%u", text, ntohs(v6.sin6_port));
        return;
    }
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    snprintf(url_out, EG_PUBLIC_URL_BYTES, "http://[%s]:%u", text, ntohs(v6.sin6_port));
}
