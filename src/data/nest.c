/* A handful of sets over one base: some tens of pairs, each one walk over the base's areas. */
#include "data/nest.h"

#define UNSET (EG_NO_AREA - 1)

const uint32_t *eg_nest_parent(const struct eg_nest *nest, uint32_t from, uint32_t to)
{
    return nest->parent[(size_t)from * nest->n_sets + to];
}

static uint32_t **place(const struct eg_nest *nest, uint32_t from, uint32_t to)
{
    return &nest->parent[(size_t)from * nest->n_sets + to];
}

bool eg_nest_is_above(const struct eg_area_set *sets, uint32_t from, uint32_t to)
{
    for (uint32_t set = sets[to].base; set != EG_ATLAS_NONE; set = sets[set].base) {
        if (set == from) return true;
    }
    return false;
}

static uint32_t root_of(const struct eg_area_set *sets, uint32_t set)
{
    while (sets[set].base != EG_ATLAS_NONE) set = sets[set].base;
    return set;
}

/* from -> base -> to, where from -> base is known already (a base stands before what is dissolved from it). */
static bool compose(const struct eg_area_set *sets, const struct eg_nest *nest, struct eg_arena *arena,
                    uint32_t from, uint32_t to)
{
    uint32_t base = sets[to].base;
    if (from == base) {
        *place(nest, from, to) = sets[to].parent_of_base;
        return true;
    }
    const uint32_t *lower = eg_nest_parent(nest, from, base);
    uint32_t n = sets[from].n_areas;
    uint32_t *parent = eg_arena_array(arena, n, sizeof *parent);
    if (!parent) return false;
    for (uint32_t i = 0; i < n; i++) {
        parent[i] = lower[i] == EG_NO_AREA ? EG_NO_AREA : sets[to].parent_of_base[lower[i]];
    }
    *place(nest, from, to) = parent;
    return true;
}

/* Two sets over one base: an area of `from` lies within an area of `to` when all its base areas do. */
static bool compare(const struct eg_area_set *sets, const struct eg_nest *nest, struct eg_arena *arena,
                    uint32_t from, uint32_t to)
{
    uint32_t root = root_of(sets, from);
    const uint32_t *to_from = eg_nest_parent(nest, root, from);
    const uint32_t *to_to = eg_nest_parent(nest, root, to);
    uint32_t n = sets[from].n_areas;
    uint32_t *parent = eg_arena_array(arena, n, sizeof *parent);
    if (!parent) return false;
    for (uint32_t i = 0; i < n; i++) parent[i] = UNSET;
    for (uint32_t r = 0; r < sets[root].n_areas; r++) {
        if (to_from[r] == EG_NO_AREA) continue;
        uint32_t *known = &parent[to_from[r]];
        if (*known == UNSET) *known = to_to[r];
        else if (*known != to_to[r]) *known = EG_NO_AREA;
    }
    uint32_t n_within = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (parent[i] == UNSET) parent[i] = EG_NO_AREA;
        n_within += parent[i] != EG_NO_AREA;
    }
    if (n_within > 0) *place(nest, from, to) = parent;
    return true;
}

enum eg_status eg_nest_build(const struct eg_area_set *sets, uint32_t n_sets, struct eg_arena *arena,
                             struct eg_nest *nest_out, struct eg_error *err)
{
    size_t n_pairs = (size_t)n_sets * n_sets;
    struct eg_nest nest = {n_sets, eg_arena_array(arena, n_pairs, sizeof(uint32_t *))};
    bool done = nest.parent != NULL;
    for (uint32_t to = 0; to < n_sets && done; to++) {
        for (uint32_t from = 0; from < to && done; from++) {
            if (eg_nest_is_above(sets, from, to)) done = compose(sets, &nest, arena, from, to);
        }
    }
    for (uint32_t from = 0; from < n_sets && done; from++) {
        for (uint32_t to = 0; to < n_sets && done; to++) {
            bool are_siblings = from != to && sets[from].base != EG_ATLAS_NONE &&
                                sets[to].base != EG_ATLAS_NONE && root_of(sets, from) == root_of(sets, to) &&
                                !eg_nest_parent(&nest, from, to);
            if (are_siblings && sets[to].n_areas < sets[from].n_areas)
                done = compare(sets, &nest, arena, from, to);
        }
    }
    if (!done) return eg_error_no_memory(err, n_pairs * sizeof(uint32_t *));
    *nest_out = nest;
    return EG_OK;
}
