#include "http/public_url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

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
        inet_ntop(AF_INET, (const uint8_t *)&v6.sin6_addr + 12, text, sizeof text);
        snprintf(url_out, EG_PUBLIC_URL_BYTES, "http://%s:%u", text, ntohs(v6.sin6_port));
        return;
    }
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    snprintf(url_out, EG_PUBLIC_URL_BYTES, "http://[%s]:%u", text, ntohs(v6.sin6_port));
}
