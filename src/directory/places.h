/* Where entries are: which lie in a box, which are nearest to a point. Positions in the order of a Hilbert curve, in blocks
 * that know their box and the cap of the Earth that holds them; the positions of one entry are tied to a circle. */
#ifndef EG_DIRECTORY_PLACES_H
#define EG_DIRECTORY_PLACES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "data/entries.h"
#include "directory/directory.h"
#include "directory/renumbering.h"

#define EG_PLACES_BLOCK 64U
#define EG_PLACES_NONE UINT32_MAX

/* A point in degrees, and its direction from the centre of the sphere onto which the ellipsoid is laid so that reduced
 * latitude becomes latitude. */
struct eg_place {
    double lon_deg, lat_deg;
    double direction[3];
};

struct eg_place_block {
    struct eg_bounds box_deg;
    struct eg_place centre;
    double radius_m; /* no place of the block is farther from the centre */
};

struct eg_places {
    uint32_t n;             /* positions of entries, most of which have one */
    uint32_t n_blocks;      /* of EG_PLACES_BLOCK places each, the last may be shorter */
    const uint32_t *number; /* [n] of the entry, in answer order */
    const uint8_t *which;   /* [n] of the entry's places: eg_entry_place_at */
    const uint32_t *next;   /* [n] the entry's next place, after the last its first: the same one, mostly */
    const struct eg_place *places; /* [n] 180 degrees east is written as 180 west */
    const struct eg_place_block *blocks;
    const uint32_t *place_of; /* [entries] number -> its first place, or EG_PLACES_NONE */
    const uint32_t *several;  /* [n_several] numbers of the entries with more than one place, ascending */
    uint32_t n_several;
};

/* entries[n] in answer order. Lives in the arena. About 0.3 microseconds an entry. */
EG_MUST_CHECK enum eg_status eg_places_build(const struct eg_entry *const *entries, uint32_t n,
                                             struct eg_arena *arena, struct eg_places *places_out,
                                             struct eg_error *err);

/* The same from the places before, without looking at the entries that stay. */
EG_MUST_CHECK enum eg_status eg_places_follow(const struct eg_places *before,
                                              const struct eg_renumbering *renumbering,
                                              struct eg_arena *arena, struct eg_places *places_out,
                                              struct eg_error *err);

/* Sets the bits of the entries with a place in the box (all sides belong to it; west > east crosses the antimeridian, and the meridians
 * 180 east and west are the same one). */
void eg_places_in_box(const struct eg_places *places, struct eg_bounds box_deg, uint64_t *bits);
/* Whether a position is in such a box. */
bool eg_places_box_holds(struct eg_bounds box_deg, double lon_deg, double lat_deg);

struct eg_near {
    double lon_deg, lat_deg;
    double radius_m; /* INFINITY: any distance */
    uint32_t offset, limit;
};

/* Among the entries whose bits (in n_bit_words words) are set: how many lie within the radius, each as far away as its nearest place, and of
 * these the `limit` after the nearest `offset`, nearest first, equally near ones in answer order. hits_out[*n_hits_out] is freed by the
 * caller (NULL when there are none); a hit's `entry` is the entry's number, its `place` the nearest of the entry's. */
EG_MUST_CHECK enum eg_status eg_places_near(const struct eg_places *places, const uint64_t *bits,
                                            size_t n_bit_words, const struct eg_near *near,
                                            struct eg_directory_result *result_out, struct eg_error *err);

/* Clears the bits of the entries without a position, and of those of which no place lies within near's radius; its offset and limit
 * are passed over. */
void eg_places_keep_within(const struct eg_places *places, const struct eg_near *near, uint64_t *bits,
                           size_t n_bit_words);
/* From a point to the nearest place of the entry of this number, which must have a position; of equally near ones the first. */
double eg_places_distance_m(const struct eg_places *places, const struct eg_near *from, uint32_t number,
                            uint32_t *which_out);

/* Parts of the above, for each other. */
struct eg_place eg_place_at(double lon_deg, double lat_deg);
/* Square of the straight line between two places on the unit sphere, 0 to 4. */
static inline double eg_place_chord2(const struct eg_place *a, const struct eg_place *b)
{
    double x = a->direction[0] - b->direction[0];
    double y = a->direction[1] - b->direction[1];
    double z = a->direction[2] - b->direction[2];
    return x * x + y * y + z * z;
}
/* The geodesic distance lies between the two, whatever the rounding. */
double eg_place_least_m(double chord2);
double eg_place_most_m(double chord2);
/* Their inverses: chords for which eg_place_least_m (or _most_m) is the distance; 0 for less than none, 4 at most. */
double eg_place_chord2_of_least(double distance_m);
double eg_place_chord2_of_most(double distance_m);

#endif
