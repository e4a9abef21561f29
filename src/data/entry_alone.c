/* Copied twice by the same steps: first to nowhere, which tells how much room it takes, then into that room. An entry of the register is
 * some 950 bytes, most of it the struct itself. */
#include "data/entry_alone.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ALIGNED 16U
#define ENTRY_BYTES 784 /* of the structs that are copied here, where pointers have eight */
#define PLACE_BYTES 136
#define FUNDING_BYTES 96

struct copier {
    char *room; /* NULL: nowhere */
    size_t used;
};

static void *copy_bytes(struct copier *copier, const void *from, size_t n_bytes, size_t aligned)
{
    copier->used = (copier->used + aligned - 1) / aligned * aligned;
    char *to = copier->room ? copier->room + copier->used : NULL;
    copier->used += n_bytes;
    if (to && n_bytes > 0) memcpy(to, from, n_bytes);
    return to;
}

static struct eg_text copy_text(struct copier *copier, struct eg_text text)
{
    char *to = copy_bytes(copier, text.data, text.len, 1);
    copier->used++; /* as eg_text_copy ends it */
    if (to) to[text.len] = '\0';
    return (struct eg_text){text.data ? to : NULL, text.len};
}

static const struct eg_text *copy_texts(struct copier *copier, const struct eg_text *from, uint32_t n)
{
    struct eg_text *to = copy_bytes(copier, from, n * sizeof *from, ALIGNED);
    for (uint32_t i = 0; i < n; i++) {
        struct eg_text text = copy_text(copier, from[i]);
        if (to) to[i] = text;
    }
    return to;
}

static const struct eg_entry_place *copy_places(struct copier *copier, const struct eg_entry_place *from,
                                                uint32_t n)
{
    struct eg_entry_place *to = copy_bytes(copier, from, n * sizeof *from, ALIGNED);
    for (uint32_t i = 0; i < n; i++) {
        struct eg_entry_place place = from[i];
        place.location = copy_text(copier, place.location);
        place.name = copy_text(copier, place.name);
        place.address = copy_text(copier, place.address);
        place.postcode = copy_text(copier, place.postcode);
        place.phone = copy_text(copier, place.phone);
        place.hours = copy_text(copier, place.hours);
        place.accessibility = copy_texts(copier, place.accessibility, place.n_accessibility);
        if (to) to[i] = place;
    }
    return from ? to : NULL;
}

static const struct eg_entry_funding *copy_fundings(struct copier *copier,
                                                    const struct eg_entry_funding *from, uint32_t n)
{
    struct eg_entry_funding *to = copy_bytes(copier, from, n * sizeof *from, ALIGNED);
    for (uint32_t i = 0; i < n; i++) {
        struct eg_entry_funding funding = from[i];
        funding.funder = copy_text(copier, funding.funder);
        funding.amount = copy_text(copier, funding.amount);
        funding.currency = copy_text(copier, funding.currency);
        funding.title = copy_text(copier, funding.title);
        funding.start = copy_text(copier, funding.start);
        funding.end = copy_text(copier, funding.end);
        if (to) to[i] = funding;
    }
    return from ? to : NULL;
}

static const struct eg_served_areas *copy_served(struct copier *copier, const struct eg_served_areas *from,
                                                 uint32_t n)
{
    struct eg_served_areas *to = copy_bytes(copier, from, n * sizeof *from, ALIGNED);
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_text *codes = copy_texts(copier, from[i].codes, from[i].n);
        if (to) to[i].codes = codes;
    }
    return n > 0 ? to : NULL;
}

static void copy_rings(struct copier *copier, const struct eg_entry *from, struct eg_entry *to)
{
    if (from->n_area_rings == 0) return;
    size_t n_positions = from->area_ring_start[from->n_area_rings];
    to->area_ring_start =
        copy_bytes(copier, from->area_ring_start,
                   ((size_t)from->n_area_rings + 1) * sizeof *from->area_ring_start, ALIGNED);
    to->area_lonlat =
        copy_bytes(copier, from->area_lonlat, 2 * n_positions * sizeof *from->area_lonlat, ALIGNED);
}

/* Whatever an entry points to. These are here to fail when an entry is given more, which then has to be copied below as well. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct eg_entry) == ENTRY_BYTES, "copy what is new in an entry");
_Static_assert(sizeof(void *) != 8 || sizeof(struct eg_entry_place) == PLACE_BYTES,
               "copy what is new in a place");
_Static_assert(sizeof(void *) != 8 || sizeof(struct eg_entry_funding) == FUNDING_BYTES,
               "copy what is new in a funding");

static void copy_entry(struct copier *copier, const struct eg_entry *from, struct eg_entry *to)
{
    *to = *from;
    to->organization_id = copy_text(copier, from->organization_id);
    for (size_t n = 0; n < EG_N_REGISTERS; n++)
        to->register_number[n] = copy_text(copier, from->register_number[n]);
    for (size_t n = 0; n < EG_N_OTHER_NAMES; n++) to->other_name[n] = copy_text(copier, from->other_name[n]);
    to->place_name = copy_text(copier, from->place_name);
    for (size_t n = 0; n < EG_N_GIVING; n++) to->giving[n] = copy_text(copier, from->giving[n]);
    for (size_t f = 0; f < EG_N_ENTRY_FIELDS; f++) to->field[f] = copy_text(copier, from->field[f]);
    to->places = copy_places(copier, from->places, from->n_places);
    to->fundings = copy_fundings(copier, from->fundings, from->n_fundings);
    to->topics = copy_texts(copier, from->topics, from->n_topics);
    to->serves = copy_texts(copier, from->serves, from->n_serves);
    to->more_served = copy_served(copier, from->more_served, from->n_more_served);
    to->languages = copy_texts(copier, from->languages, from->n_languages);
    to->accessibility = copy_texts(copier, from->accessibility, from->n_accessibility);
    to->schedules = copy_bytes(copier, from->schedules, from->n_schedules * sizeof *from->schedules, ALIGNED);
    copy_rings(copier, from, to);
    to->area_geojson = copy_text(copier, from->area_geojson);
}

struct eg_entry_alone *eg_entry_alone_new(const struct eg_entry *entry)
{
    struct eg_entry nowhere;
    struct copier copier = {NULL, sizeof(struct eg_entry_alone)};
    copy_entry(&copier, entry, &nowhere);
    struct eg_entry_alone *alone = eg_memory_array(copier.used, 1);
    if (!alone) return NULL;
    copier = (struct copier){(char *)alone, sizeof *alone};
    copy_entry(&copier, entry, &alone->entry);
    atomic_init(&alone->references, 1);
    return alone;
}

void eg_entry_alone_retain(struct eg_entry_alone *alone)
{
    atomic_fetch_add_explicit(&alone->references, 1, memory_order_relaxed);
}

void eg_entry_alone_release(struct eg_entry_alone *alone)
{
    if (alone && atomic_fetch_sub_explicit(&alone->references, 1, memory_order_acq_rel) == 1) free(alone);
}
