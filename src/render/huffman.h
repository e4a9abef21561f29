/* Prefix codes as deflate wants them: lengths limited, codes canonical and reversed (RFC 1951, 3.2.2). */
#ifndef EG_RENDER_HUFFMAN_H
#define EG_RENDER_HUFFMAN_H

#include <stdint.h>

#define EG_HUFFMAN_SYMBOLS 288u

struct eg_huffman {
    uint8_t length[EG_HUFFMAN_SYMBOLS]; /* bits; 0: the symbol does not occur */
    uint16_t code[EG_HUFFMAN_SYMBOLS];  /* first bit of the code in bit 0 */
};

/* Lengths of an optimal code for count[n] (n up to EG_HUFFMAN_SYMBOLS), none longer than max_bits (7 to 15); where the limit
 * bites, nearly optimal. One or no symbol that occurs still gives a code of one bit. */
void eg_huffman_build(struct eg_huffman *huffman, const uint32_t *count, uint32_t n, uint32_t max_bits);

/* Codes from lengths alone. */
void eg_huffman_assign(struct eg_huffman *huffman, uint32_t n);

#endif
