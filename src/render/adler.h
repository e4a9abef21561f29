/* The checksum at the end of a zlib stream. */
#ifndef EG_RENDER_ADLER_H
#define EG_RENDER_ADLER_H

#include <stddef.h>
#include <stdint.h>

/* Adler-32 of what `adler` (1 at the start) stands for, followed by bytes[n]. */
uint32_t eg_adler32(uint32_t adler, const uint8_t *bytes, size_t n);

/* Adler-32 of some bytes followed by n others, from that of each part alone (begun with 1). */
uint32_t eg_adler32_join(uint32_t first, uint32_t second, size_t n);

#endif
