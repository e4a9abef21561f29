/* The address under which clients know this server, for links in answers: what the operator configured, or what a trusted
 * proxy says, or where the connection came in. Never a stranger's Host. */
#ifndef EG_HTTP_PUBLIC_URL_H
#define EG_HTTP_PUBLIC_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

#define EG_PUBLIC_URL_BYTES 512

struct sockaddr;

/* What a proxy said; NULL where it did not. Forwarded (RFC 7239) and X-Forwarded-Host have to agree where both are given. Of several elements the last one
 * counts: it was written by the proxy that spoke to us. */
struct eg_forwarded {
    const char *forwarded, *proto, *host, *prefix;
};

/* Writes "https://host/prefix" without a slash at the end, NUL-terminated. False when the headers say nothing usable:
 * no host, or characters that do not belong into a host or a path. */
bool eg_public_url_from_proxy(const struct eg_forwarded *said, char url_out[EG_PUBLIC_URL_BYTES]);

/* "http://127.0.0.1:8080", "http://[::1]:8080". */
void eg_public_url_from_address(const struct sockaddr *address, char url_out[EG_PUBLIC_URL_BYTES]);

#endif
