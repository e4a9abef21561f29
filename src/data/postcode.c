/* A key is a number in base 38 of twelve places, the first symbol first: 0 ends the postcode, 1 is the gap, 2 to 11 are the digits,
 * 12 to 37 the letters. 38^12 is half of what 64 bits hold. */
#include "data/postcode.h"

#include "base/error.h"

enum { BASE = 38, END = 0, GAP = 1, FIRST_DIGIT = 2, FIRST_LETTER = 12 };

static uint8_t symbol_of(char c)
{
    if (c >= '0' && c <= '9') return (uint8_t)(FIRST_DIGIT + (c - '0'));
    if (c >= 'A' && c <= 'Z') return (uint8_t)(FIRST_LETTER + (c - 'A'));
    if (c >= 'a' && c <= 'z') return (uint8_t)(FIRST_LETTER + (c - 'a'));
    return END;
}

static void note_gap(struct eg_postcode *postcode, char c)
{
    if (postcode->gap == postcode->n) return; /* two blanks are one gap */
    if (postcode->gap == 0 && !postcode->is_scattered) {
        postcode->gap = postcode->n;
        postcode->gap_as = c;
    } else {
        postcode->gap = 0;
        postcode->is_scattered = true;
    }
}

bool eg_postcode_read(struct eg_text text, struct eg_postcode *postcode_out)
{
    struct eg_postcode postcode = {0};
    text = eg_text_trim(text);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        uint8_t symbol = symbol_of(c);
        bool is_gap = c == ' ' || c == '-';
        if (is_gap && postcode.n > 0 && i + 1 < text.len) note_gap(&postcode, c);
        else if (symbol == END || postcode.n == EG_POSTCODE_SYMBOLS) return false;
        else postcode.symbol[postcode.n++] = symbol;
    }
    if (postcode.n == 0) return false;
    *postcode_out = postcode;
    return true;
}

uint64_t eg_postcode_key(const struct eg_postcode *postcode, uint32_t n, uint32_t gap)
{
    uint64_t key = 0;
    uint32_t places = 0;
    for (uint32_t i = 0; i < n; i++) {
        key = key * BASE + postcode->symbol[i];
        places++;
        if (i + 1 != gap) continue;
        key = key * BASE + GAP;
        places++;
    }
    EG_ASSERT(places > 0 && places <= EG_POSTCODE_PLACES);
    return key * eg_postcode_span(places);
}

uint64_t eg_postcode_span(uint32_t places)
{
    uint64_t span = 1;
    for (uint32_t i = places; i < EG_POSTCODE_PLACES; i++) span *= BASE;
    return span;
}

uint32_t eg_postcode_usual_gap(struct eg_text country, uint32_t n)
{
    static const struct {
        struct eg_text country;
        uint32_t least, most; /* symbols */
        uint32_t before, after;
    } usual[] = {
        {{"GB", 2}, 5, 7, 0, 3}, {{"CA", 2}, 6, 6, 3, 3}, {{"US", 2}, 9, 9, 5, 4},
        {{"IE", 2}, 7, 7, 3, 4}, {{"NL", 2}, 6, 6, 4, 2}, {{"SE", 2}, 5, 5, 3, 2},
        {{"PT", 2}, 7, 7, 4, 3}, {{"BR", 2}, 8, 8, 5, 3}, {{"PL", 2}, 5, 5, 2, 3},
    };
    for (size_t i = 0; i < EG_ARRAY_LEN(usual); i++) {
        if (!eg_text_equal(country, usual[i].country) || n < usual[i].least || n > usual[i].most) continue;
        return n - usual[i].after;
    }
    return 0;
}

/* Symbols of a key one after another, the first first. */
static uint32_t unpack(uint64_t key, uint8_t symbols[EG_POSTCODE_PLACES])
{
    uint32_t n = 0;
    for (uint32_t i = EG_POSTCODE_PLACES; i-- > 0; key /= BASE) symbols[i] = (uint8_t)(key % BASE);
    while (n < EG_POSTCODE_PLACES && symbols[n] != END) n++;
    return n;
}

uint64_t eg_postcode_outward(uint64_t key)
{
    uint8_t symbols[EG_POSTCODE_PLACES];
    uint32_t n = unpack(key, symbols);
    for (uint32_t i = 1; i < n; i++) {
        uint64_t span = eg_postcode_span(i);
        if (symbols[i] == GAP) return key / span * span;
    }
    return key;
}

uint32_t eg_postcode_inward_len(uint64_t key)
{
    uint8_t symbols[EG_POSTCODE_PLACES];
    uint32_t n = unpack(key, symbols);
    for (uint32_t i = 0; i < n; i++)
        if (symbols[i] == GAP) return n - i - 1;
    return 0;
}

size_t eg_postcode_write(uint64_t key, char gap_as, char text_out[EG_POSTCODE_BYTES])
{
    uint8_t symbols[EG_POSTCODE_PLACES];
    uint32_t n = unpack(key, symbols);
    size_t len = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t symbol = symbols[i];
        if (symbol >= FIRST_LETTER) text_out[len++] = (char)('A' + (symbol - FIRST_LETTER));
        else if (symbol >= FIRST_DIGIT) text_out[len++] = (char)('0' + (symbol - FIRST_DIGIT));
        else if (gap_as) text_out[len++] = gap_as;
    }
    text_out[len] = '\0';
    return len;
}
