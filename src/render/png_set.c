/* A set of at most 256 colours: open addressing in 1,024 slots, so that a probe seldom needs a second look. */
#include "render/png_private.h"

void eg_png_set_clear(struct eg_png_set *set)
{
    set->n = 0;
    memset(set->place, 0, sizeof set->place);
}

uint32_t eg_png_set_add(struct eg_png_set *set, uint32_t pixel)
{
    uint32_t slot = eg_png_set_slot(set, pixel);
    if (set->place[slot]) return set->place[slot] - 1u;
    if (set->n == EG_PNG_COLOURS) return EG_PNG_COLOURS;
    set->key[slot] = pixel;
    set->colours[set->n] = eg_png_colour(pixel);
    set->place[slot] = (uint16_t)++set->n;
    return set->n - 1;
}
