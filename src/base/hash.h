/* Hashes: fast ones for tables and entity tags (not against an adversary who can choose both sides), and name-based
 * UUIDs. */
#ifndef EG_BASE_HASH_H
#define EG_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define EG_UUID_TEXT_LEN 36

uint64_t eg_hash64(const void *bytes, size_t len, uint64_t seed);

/* 128 bits of the content as 32 lower-case hex digits and a NUL: the ground of an ETag. */
void eg_hash128_hex(const void *bytes, size_t len, char hex_out[33]);

/* UUID version 4: random. */
void eg_uuid_random(char uuid_out[EG_UUID_TEXT_LEN + 1]);

/* UUID version 5 (RFC 4122, SHA-1 of namespace and name) as text. `namespace_uuid` is text too; EG_INVALID when it is
 * no UUID. The result is NUL-terminated. */
EG_MUST_CHECK enum eg_status eg_uuid_v5(const char *namespace_uuid, struct eg_text name,
                                        char uuid_out[EG_UUID_TEXT_LEN + 1]);

#endif
