#include "http/client_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define V4_PREFIX_BYTES 12

static const uint8_t v4_mapped[V4_PREFIX_BYTES] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* --- ranges ------------------------------------------------------------------------------------------------------- */

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

static bool in_ranges(const uint8_t bytes[16], const struct eg_address_range *ranges, uint32_t n_ranges)
{
    for (uint32_t i = 0; i < n_ranges; i++)
        if (in_range(bytes, &ranges[i])) return true;
    return false;
}

bool eg_address_in_ranges(const struct sockaddr *address, const struct eg_address_range *ranges,
                          uint32_t n_ranges)
{
    uint8_t bytes[16];
    return address_bytes(address, bytes) && in_ranges(bytes, ranges, n_ranges);
}

/* --- the client ---------------------------------------------------------------------------------------------------- */

/* The last element of a comma-separated list; what stands before it remains. */
static struct eg_text take_last(struct eg_text *list)
{
    size_t at = list->len;
    while (at > 0 && list->data[at - 1] != ',') at--;
    struct eg_text element = {list->data + at, list->len - at};
    list->len = at > 0 ? at - 1 : 0;
    return eg_text_trim(element);
}

/* "192.0.2.7", "192.0.2.7:4711", "2001:db8::1", "[2001:db8::1]:4711", each quoted or not. */
static bool parse_node(struct eg_text node, uint8_t bytes_out[16])
{
    char text[INET6_ADDRSTRLEN];
    bool is_v4;
    if (node.len >= 2 && node.data[0] == '"' && node.data[node.len - 1] == '"')
        node = (struct eg_text){node.data + 1, node.len - 2};
    const char *bracket = node.len > 0 && node.data[0] == '[' ? memchr(node.data, ']', node.len) : NULL;
    const char *colon = node.len > 0 ? memchr(node.data, ':', node.len) : NULL;
    if (bracket) node = (struct eg_text){node.data + 1, (size_t)(bracket - node.data) - 1};
    else if (colon && !memchr(colon + 1, ':', node.len - (size_t)(colon - node.data) - 1))
        node.len = (size_t)(colon - node.data);
    if (node.len == 0 || node.len >= sizeof text) return false;
    memcpy(text, node.data, node.len);
    text[node.len] = '\0';
    return parse_address(text, bytes_out, &is_v4);
}

/* `for` of an element of Forwarded. */
static struct eg_text node_of(struct eg_text element)
{
    struct eg_text rest = element, pair, name;
    while (rest.len > 0) {
        rest = eg_text_cut(rest, ';', &pair);
        struct eg_text value = eg_text_cut(pair, '=', &name);
        if (eg_text_equal_any_case(eg_text_trim(name), EG_TEXT("for"))) return eg_text_trim(value);
    }
    return (struct eg_text){0};
}

/* The last address of a list that is no trusted proxy; the first one when all are. */
static bool from_list(const char *header, bool is_forwarded, const struct eg_address_range *trusted,
                      uint32_t n_trusted, uint8_t bytes_out[16])
{
    struct eg_text rest = eg_text_from(header);
    do {
        struct eg_text element = take_last(&rest);
        if (!parse_node(is_forwarded ? node_of(element) : element, bytes_out)) return false;
    } while (rest.len > 0 && in_ranges(bytes_out, trusted, n_trusted));
    return true;
}

static bool from_proxy(const struct eg_forwarded_for *said, const struct eg_address_range *trusted,
                       uint32_t n_trusted, uint8_t bytes_out[16])
{
    uint8_t other[16];
    if (said->forwarded && !from_list(said->forwarded, true, trusted, n_trusted, bytes_out)) return false;
    if (!said->forwarded_for) return said->forwarded != NULL;
    if (!from_list(said->forwarded_for, false, trusted, n_trusted, other)) return false;
    if (said->forwarded) return memcmp(bytes_out, other, sizeof other) == 0;
    memcpy(bytes_out, other, sizeof other);
    return true;
}

struct eg_client_address eg_client_address(const struct sockaddr *peer, const struct eg_forwarded_for *said,
                                           const struct eg_address_range *trusted, uint32_t n_trusted)
{
    struct eg_client_address client = {{0}};
    uint8_t bytes[16];
    if (!address_bytes(peer, client.bytes)) return client;
    if (in_ranges(client.bytes, trusted, n_trusted) && from_proxy(said, trusted, n_trusted, bytes))
        memcpy(client.bytes, bytes, sizeof client.bytes);
    if (memcmp(client.bytes, v4_mapped, sizeof v4_mapped) != 0) memset(client.bytes + 8, 0, 8);
    return client;
}
