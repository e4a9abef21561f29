/* Where a request comes from: which proxies are believed, and the address that limits per client count by. */
#ifndef EG_HTTP_CLIENT_ADDRESS_H
#define EG_HTTP_CLIENT_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

struct sockaddr;

/* An address range; IPv4 as IPv4-mapped IPv6. */
struct eg_address_range {
    uint8_t bytes[16];
    uint32_t n_bits;
};

/* "10.0.0.7", "10.0.0.0/8", "::1", "fd00::/8". EG_INVALID with the text in the message. */
EG_MUST_CHECK enum eg_status eg_address_range_parse(struct eg_text text, struct eg_address_range *range_out,
                                                    struct eg_error *err);
bool eg_address_in_ranges(const struct sockaddr *address, const struct eg_address_range *ranges,
                          uint32_t n_ranges);

/* What limits per client count by. IPv4 as IPv4-mapped IPv6; of IPv6 the first 64 bits, since a household has all behind them. */
struct eg_client_address {
    uint8_t bytes[16];
};

/* What proxies said of the client; NULL where they did not: Forwarded (RFC 7239) and X-Forwarded-For. */
struct eg_forwarded_for {
    const char *forwarded, *forwarded_for;
};

/* The peer's own address, unless the peer is a trusted proxy: then the last address in its list that is no trusted proxy itself. What a
 * client writes into the list stands before that one. The peer's also where the two headers disagree, or say nothing usable. */
struct eg_client_address eg_client_address(const struct sockaddr *peer, const struct eg_forwarded_for *said,
                                           const struct eg_address_range *trusted, uint32_t n_trusted);

#endif
