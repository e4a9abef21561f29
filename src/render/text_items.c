/* A line in items of one script and direction each, in visual order.
 *
 * This is the Unicode bidirectional algorithm (UAX 9) for labels: no explicit controls, no pairing of brackets, and of the
 * rules for numbers those that labels need (W2 to W7: "12.5 %" stays together). A letter has its script's direction; a
 * number runs to the right, but among right-to-left letters it stands in their order; blanks and marks go with their
 * neighbours where these agree, and with the paragraph otherwise. The paragraph has the direction of its first letter. */
#include "render/font.h"

#include <hb.h>

enum direction { NEUTRAL, RIGHTWARD, LEFTWARD, NUMBER };

struct point {
    uint32_t code, n_bytes;
};

/* The character at text[at]; a byte that is not UTF-8 counts as one of its own. */
static struct point decode(struct eg_text text, uint32_t at)
{
    const uint8_t *bytes = (const uint8_t *)text.data + at;
    uint32_t left = (uint32_t)text.len - at, first = bytes[0];
    uint32_t n = first < 0x80   ? 1
                 : first < 0xC2 ? 0
                 : first < 0xE0 ? 2
                 : first < 0xF0 ? 3
                 : first < 0xF5 ? 4
                                : 0;
    if (n == 0 || n > left) return (struct point){0xFFFD, 1};
    uint32_t code = n == 1 ? first : first & (0x7Fu >> n);
    for (uint32_t i = 1; i < n; i++) {
        if ((bytes[i] & 0xC0) != 0x80) return (struct point){0xFFFD, 1};
        code = code << 6 | (bytes[i] & 0x3Fu);
    }
    return (struct point){code, n};
}

static bool is_open(hb_script_t script)
{
    return script == HB_SCRIPT_COMMON || script == HB_SCRIPT_INHERITED || script == HB_SCRIPT_UNKNOWN;
}

static bool is_digit_at(struct eg_text text, uint32_t at)
{
    return at < text.len && text.data[at] >= '0' && text.data[at] <= '9';
}

/* Marks that belong to a number: inside it, behind it, before it. */
static bool belongs_to_number(uint32_t code, bool after_number, bool before_digit)
{
    switch (code) {
    case '.':
    case ',':
    case ':':
    case '/':
    case '+':
    case '-':
        return after_number && before_digit;
    case '%':
    case 0x2030: /* per mille */
    case 0xB0:   /* degree */
        return after_number;
    case '$':
    case 0xA3:   /* pound */
    case 0x20AC: /* euro */
        return after_number || before_digit;
    default:
        return false;
    }
}

static enum direction direction_of(uint32_t code, hb_script_t script)
{
    if (code >= '0' && code <= '9') return NUMBER;
    if (is_open(script)) return NEUTRAL;
    return hb_script_get_horizontal_direction(script) == HB_DIRECTION_RTL ? LEFTWARD : RIGHTWARD;
}

static enum direction paragraph_direction(struct eg_text line)
{
    hb_unicode_funcs_t *unicode = hb_unicode_funcs_get_default();
    for (uint32_t at = 0; at < line.len;) {
        struct point point = decode(line, at);
        hb_script_t script = hb_unicode_script(unicode, point.code);
        if (!is_open(script)) return direction_of(point.code, script);
        at += point.n_bytes;
    }
    return RIGHTWARD;
}

/* Items in logical order; neutral characters at first make items of their own. */
static uint32_t split(struct eg_text line, struct eg_text_item *items, enum direction *directions)
{
    hb_unicode_funcs_t *unicode = hb_unicode_funcs_get_default();
    uint32_t n = 0;
    for (uint32_t at = 0; at < line.len;) {
        struct point point = decode(line, at);
        uint32_t end = at + point.n_bytes;
        hb_script_t script = hb_unicode_script(unicode, point.code);
        enum direction direction = direction_of(point.code, script),
                       last = n > 0 ? directions[n - 1] : NEUTRAL;
        if (belongs_to_number(point.code, last == NUMBER, is_digit_at(line, end))) direction = NUMBER;
        bool mark = script == HB_SCRIPT_INHERITED; /* accents stay with their letter */
        bool joins =
            n > 0 && (mark || (last == direction && (is_open(script) || items[n - 1].script == script)));
        if (joins || n == EG_TEXT_ITEMS_MAX) {
            items[n - 1].end = end;
        } else {
            items[n] = (struct eg_text_item){.begin = at, .end = end, .script = script};
            directions[n++] = direction;
        }
        at = end;
    }
    return n;
}

/* W7: a number after a left-to-right letter is text like it. */
static void settle_numbers(enum direction *directions, uint32_t n, enum direction paragraph)
{
    enum direction strong = paragraph;
    for (uint32_t i = 0; i < n; i++) {
        if (directions[i] == NUMBER && strong == RIGHTWARD) directions[i] = RIGHTWARD;
        if (directions[i] == RIGHTWARD || directions[i] == LEFTWARD) strong = directions[i];
    }
}

/* N1, N2: blanks and marks; numbers count as leftward beside them. No two neutral items are neighbours. */
static void settle_neutrals(enum direction *directions, uint32_t n, enum direction paragraph)
{
    for (uint32_t i = 0; i < n; i++) {
        if (directions[i] != NEUTRAL) continue;
        enum direction before = i > 0 ? directions[i - 1] : paragraph;
        enum direction after = i + 1 < n ? directions[i + 1] : paragraph;
        if (before == NUMBER) before = LEFTWARD;
        if (after == NUMBER) after = LEFTWARD;
        directions[i] = before == after ? before : paragraph;
    }
}

/* I1, I2: how deep the item is embedded; odd levels run to the left. */
static uint32_t level_of(enum direction direction, enum direction paragraph)
{
    if (direction == LEFTWARD) return 1;
    return paragraph == LEFTWARD || direction == NUMBER ? 2 : 0;
}

/* One item for neighbours of one level, of which one has no script to call its own. */
static uint32_t merge(struct eg_text_item *items, uint32_t *levels, uint32_t n)
{
    uint32_t kept = 0;
    for (uint32_t i = 1; i < n; i++) {
        struct eg_text_item *last = &items[kept];
        bool one_script =
            is_open(last->script) || is_open(items[i].script) || last->script == items[i].script;
        if (levels[kept] == levels[i] && one_script) {
            last->end = items[i].end;
            if (is_open(last->script)) last->script = items[i].script;
        } else {
            items[++kept] = items[i];
            levels[kept] = levels[i];
        }
    }
    return n > 0 ? kept + 1 : 0;
}

static void reverse(struct eg_text_item *items, uint32_t *levels, uint32_t begin, uint32_t end)
{
    for (; begin + 1 < end; begin++, end--) {
        struct eg_text_item item = items[begin];
        uint32_t level = levels[begin];
        items[begin] = items[end - 1];
        levels[begin] = levels[end - 1];
        items[end - 1] = item;
        levels[end - 1] = level;
    }
}

/* L2: from the deepest level up, every stretch at that level or deeper is reversed. */
static void order(struct eg_text_item *items, uint32_t *levels, uint32_t n)
{
    for (uint32_t level = 2; level > 0; level--)
        for (uint32_t i = 0, end; i < n; i = end) {
            for (end = i + 1; end < n && levels[i] >= level && levels[end] >= level; end++) {
            }
            if (levels[i] >= level) reverse(items, levels, i, end);
        }
}

uint32_t eg_text_itemise(struct eg_text line, struct eg_text_item items_out[EG_TEXT_ITEMS_MAX])
{
    enum direction directions[EG_TEXT_ITEMS_MAX], paragraph = paragraph_direction(line);
    uint32_t levels[EG_TEXT_ITEMS_MAX], n = split(line, items_out, directions);
    settle_numbers(directions, n, paragraph);
    settle_neutrals(directions, n, paragraph);
    for (uint32_t i = 0; i < n; i++) {
        levels[i] = level_of(directions[i], paragraph);
        items_out[i].right_to_left = levels[i] == 1;
    }
    n = merge(items_out, levels, n);
    order(items_out, levels, n);
    return n;
}
