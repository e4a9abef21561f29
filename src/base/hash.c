/* XXH3 for tables and entity tags; its 64-bit and 128-bit results are stable across versions and platforms, so an ETag
 * survives an update of the library. UUIDs through libuuid. */
#include "base/hash.h"

#include <string.h>

#include <uuid/uuid.h>
#include <xxhash.h>

uint64_t eg_hash64(const void *bytes, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(len > 0 ? bytes : "", len, seed);
}

void eg_hash128_hex(const void *bytes, size_t len, char hex_out[33])
{
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(len > 0 ? bytes : "", len));
    for (size_t i = 0; i < sizeof canonical.digest; i++) {
        hex_out[2 * i] = digits[canonical.digest[i] >> 4U];
        hex_out[2 * i + 1] = digits[canonical.digest[i] & 15U];
    }
    hex_out[32] = '\0';
}

enum eg_status eg_uuid_v5(const char *namespace_uuid, struct eg_text name,
                          char uuid_out[EG_UUID_TEXT_LEN + 1])
{
    uuid_t namespace_bytes;
    uuid_t result;
    if (uuid_parse(namespace_uuid, namespace_bytes) != 0) return EG_INVALID;
    uuid_generate_sha1(result, namespace_bytes, name.len > 0 ? name.data : "", name.len);
    uuid_unparse_lower(result, uuid_out);
    return EG_OK;
}

void eg_uuid_random(char uuid_out[EG_UUID_TEXT_LEN + 1])
{
    uuid_t made;
    uuid_generate_random(made);
    uuid_unparse_lower(made, uuid_out);
}
