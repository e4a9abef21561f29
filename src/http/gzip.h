/* gzip for texts, through libdeflate. */
#ifndef EG_HTTP_GZIP_H
#define EG_HTTP_GZIP_H

#include <stddef.h>

#include "base/error.h"

/* Packs bytes[0 .. len-1]; the result is freed with free(). *packed_out stays NULL when packing would not make it smaller.
 * Same input, same bytes: the header holds no time and no name. About 100 MB/s. */
EG_MUST_CHECK enum eg_status eg_gzip_pack(const void *bytes, size_t len, char **packed_out,
                                          size_t *packed_len_out, struct eg_error *err);

#endif
