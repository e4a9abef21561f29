/* Every published total is the sum of its atoms, of which the visible ones can be subtracted: what remains is the sum of its
 * hidden atoms. In levels that nest, the smallest published total above a hidden atom decides: call the hidden atoms for which
 * one total P is the smallest the *block* of P. By subtracting from each total the totals within it, one sees that what is
 * known is exactly the sum of each block. Blocks share no atom, so
 *
 *   - a hidden atom is given away exactly when it is a block by itself;
 *   - a hidden larger area is given away exactly when its hidden atoms are a union of whole blocks (also when it has none).
 *
 * The remedy is to withhold the total of a block, which joins it to the block of the next total above; or, where a hidden
 * area has no hidden atom at all, to withhold its smallest atom. Both only hide more, so it ends.
 *
 * Levels that do not nest with the others (wards beside middle-layer areas) have no such order. Of them a total is
 * published only when all its atoms are visible: then it says nothing new.
 *
 * Typical: 32,844 atoms of which some thousands are hidden, four levels, two or three rounds. */
#include "data/suppress.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/atlas.h"
#include "geo/topology.h"

#define NO_BLOCK UINT32_MAX

struct hidden {
    uint32_t atom;
    uint32_t level; /* of its block's total, or NO_BLOCK */
    uint32_t area;  /* the total itself */
};

/* A hidden atom within a hidden larger area. */
struct within {
    uint32_t area, block_level, block_area;
};

struct work {
    struct eg_suppress_level *levels;
    uint32_t n_levels;
    uint32_t n_atoms;
    bool *in_chain;        /* [n_levels] nests with all other levels of the chain */
    bool **primary;        /* [n_levels][n_areas] suppressed from the start */
    uint32_t **block_size; /* [n_levels][n_areas] hidden atoms of the total's block */
    struct hidden *hidden; /* [n_hidden] */
    struct within *within; /* [n_hidden] scratch */
    uint32_t n_hidden;
};

static bool is_known(const struct eg_suppress_level *level, uint32_t area)
{
    return area != EG_NO_AREA && (level->state[area] == EG_VALID || level->state[area] == EG_UNRELIABLE);
}

static void withhold(struct eg_suppress_level *level, uint32_t area)
{
    level->state[area] = EG_SUPPRESSED;
    level->n_withheld++;
}

/* --- which levels nest --------------------------------------------------------------------------------------------------- */

/* Whether every area of `lower` lies in one area of `upper`, or wholly in none. seen[n_areas of lower] is scratch. */
static bool nests(const struct work *work, uint32_t lower, uint32_t upper, uint32_t *seen)
{
    const struct eg_suppress_level *small = &work->levels[lower];
    const struct eg_suppress_level *large = &work->levels[upper];
    for (uint32_t i = 0; i < small->n_areas; i++) seen[i] = NO_BLOCK - 1;
    for (uint32_t a = 0; a < work->n_atoms; a++) {
        uint32_t area = small->of_atom[a];
        if (area == EG_NO_AREA) continue;
        if (seen[area] == NO_BLOCK - 1) seen[area] = large->of_atom[a];
        else if (seen[area] != large->of_atom[a]) return false;
    }
    return true;
}

static bool choose_chain(struct work *work)
{
    work->in_chain[0] = true;
    for (uint32_t l = 1; l < work->n_levels; l++) {
        bool fits = true;
        for (uint32_t k = 1; k < l && fits; k++) {
            if (!work->in_chain[k]) continue;
            uint32_t *seen = eg_memory_array(work->levels[k].n_areas, sizeof *seen);
            if (!seen) return false;
            fits = nests(work, k, l, seen);
            free(seen);
        }
        work->in_chain[l] = fits;
    }
    return true;
}

/* --- blocks -------------------------------------------------------------------------------------------------------------- */

static void find_blocks(struct work *work)
{
    for (uint32_t l = 1; l < work->n_levels; l++) {
        memset(work->block_size[l], 0, work->levels[l].n_areas * sizeof *work->block_size[l]);
    }
    work->n_hidden = 0;
    for (uint32_t a = 0; a < work->n_atoms; a++) {
        if (work->levels[0].state[a] != EG_SUPPRESSED) continue;
        struct hidden *hidden = &work->hidden[work->n_hidden++];
        *hidden = (struct hidden){a, NO_BLOCK, NO_BLOCK};
        for (uint32_t l = 1; l < work->n_levels; l++) {
            uint32_t area = work->levels[l].of_atom[a];
            if (!work->in_chain[l] || !is_known(&work->levels[l], area)) continue;
            hidden->level = l;
            hidden->area = area;
            work->block_size[l][area]++;
            break;
        }
    }
}

static bool free_single_atoms(struct work *work)
{
    bool changed = false;
    for (uint32_t i = 0; i < work->n_hidden; i++) {
        const struct hidden *hidden = &work->hidden[i];
        if (hidden->level == NO_BLOCK || work->block_size[hidden->level][hidden->area] != 1) continue;
        withhold(&work->levels[hidden->level], hidden->area);
        changed = true;
    }
    return changed;
}

/* --- hidden larger areas -------------------------------------------------------------------------------------------------- */

static int compare_within(const void *a, const void *b)
{
    const struct within *p = a;
    const struct within *q = b;
    if (p->area != q->area) return p->area < q->area ? -1 : 1;
    if (p->block_level != q->block_level) return p->block_level < q->block_level ? -1 : 1;
    return p->block_area < q->block_area ? -1 : p->block_area > q->block_area;
}

static uint32_t end_of_run(const struct within *items, uint32_t n, uint32_t from, bool same_block)
{
    uint32_t i = from;
    while (i < n && items[i].area == items[from].area &&
           (!same_block || (items[i].block_level == items[from].block_level &&
                            items[i].block_area == items[from].block_area)))
        i++;
    return i;
}

/* Whether the hidden atoms items[from..to) of one area are whole blocks only. */
static bool are_whole_blocks(const struct work *work, const struct within *items, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to;) {
        uint32_t end = end_of_run(items, to, i, true);
        if (items[i].block_level == NO_BLOCK) return false;
        if (end - i != work->block_size[items[i].block_level][items[i].block_area]) return false;
        i = end;
    }
    return true;
}

/* Areas that have hidden atoms: has_hidden[n_areas] is marked for them. */
static bool free_areas_with_hidden(struct work *work, uint32_t l, bool *has_hidden)
{
    const struct eg_suppress_level *level = &work->levels[l];
    uint32_t n = 0;
    for (uint32_t i = 0; i < work->n_hidden; i++) {
        uint32_t area = level->of_atom[work->hidden[i].atom];
        if (area == EG_NO_AREA || !work->primary[l][area]) continue;
        has_hidden[area] = true;
        work->within[n++] = (struct within){area, work->hidden[i].level, work->hidden[i].area};
    }
    if (n > 1) qsort(work->within, n, sizeof *work->within, compare_within);
    bool changed = false;
    for (uint32_t i = 0; i < n;) {
        uint32_t end = end_of_run(work->within, n, i, false);
        struct within first = work->within[i];
        if (are_whole_blocks(work, work->within, i, end) &&
            is_known(&work->levels[first.block_level], first.block_area)) {
            withhold(&work->levels[first.block_level], first.block_area);
            changed = true;
        }
        i = end;
    }
    return changed;
}

/* The smaller value of two atoms; values above zero first, because withholding a zero hides little. */
static bool is_better(const double *value, uint32_t atom, uint32_t than)
{
    if (than == NO_BLOCK) return true;
    if ((value[atom] > 0) != (value[than] > 0)) return value[atom] > 0;
    return value[atom] < value[than];
}

/* Areas none of whose atoms is hidden: their visible atoms add up to them. best[n_areas] is scratch. */
static bool free_areas_without_hidden(struct work *work, uint32_t l, const bool *has_hidden, uint32_t *best)
{
    const struct eg_suppress_level *level = &work->levels[l];
    for (uint32_t i = 0; i < level->n_areas; i++) best[i] = NO_BLOCK;
    for (uint32_t a = 0; a < work->n_atoms; a++) {
        uint32_t area = level->of_atom[a];
        if (area == EG_NO_AREA || !work->primary[l][area] || has_hidden[area] ||
            !is_known(&work->levels[0], a))
            continue;
        if (is_better(work->levels[0].value, a, best[area])) best[area] = a;
    }
    bool changed = false;
    for (uint32_t i = 0; i < level->n_areas; i++) {
        if (best[i] == NO_BLOCK || !is_known(&work->levels[0], best[i])) continue;
        withhold(&work->levels[0], best[i]);
        changed = true;
    }
    return changed;
}

/* Stops at the first level where something had to be withheld: that may cover the levels above too. */
static enum eg_status free_areas(struct work *work, bool *changed_out)
{
    for (uint32_t l = 1; l < work->n_levels && !*changed_out; l++) {
        uint32_t n = work->levels[l].n_areas;
        bool *has_hidden = eg_memory_zeroed(n, sizeof *has_hidden);
        uint32_t *best = eg_memory_array(n, sizeof *best);
        bool done = has_hidden && best;
        if (done && free_areas_with_hidden(work, l, has_hidden)) *changed_out = true;
        if (done && free_areas_without_hidden(work, l, has_hidden, best)) *changed_out = true;
        free(has_hidden);
        free(best);
        if (!done) return EG_NO_MEMORY;
    }
    return EG_OK;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------ */

static void withhold_outside_chain(struct work *work)
{
    for (uint32_t l = 1; l < work->n_levels; l++) {
        struct eg_suppress_level *level = &work->levels[l];
        for (uint32_t i = 0; i < work->n_hidden && !work->in_chain[l]; i++) {
            uint32_t area = level->of_atom[work->hidden[i].atom];
            if (is_known(level, area)) withhold(level, area);
        }
    }
}

static enum eg_status run(struct work *work)
{
    if (!choose_chain(work)) return EG_NO_MEMORY;
    for (bool changed = true; changed;) {
        find_blocks(work);
        changed = free_single_atoms(work);
        if (changed) continue;
        enum eg_status status = free_areas(work, &changed);
        if (status) return status;
    }
    withhold_outside_chain(work);
    return EG_OK;
}

static bool allocate(struct work *work)
{
    uint32_t n = work->n_levels;
    work->in_chain = eg_memory_zeroed(n, sizeof *work->in_chain);
    work->primary = eg_memory_zeroed(n, sizeof(bool *));
    work->block_size = eg_memory_zeroed(n, sizeof(uint32_t *));
    work->hidden = eg_memory_array(work->n_atoms, sizeof *work->hidden);
    work->within = eg_memory_array(work->n_atoms, sizeof *work->within);
    bool done = work->in_chain && work->primary && work->block_size && work->hidden && work->within;
    for (uint32_t l = 0; l < n && done; l++) {
        const struct eg_suppress_level *level = &work->levels[l];
        work->primary[l] = eg_memory_zeroed(level->n_areas, sizeof(bool));
        work->block_size[l] = eg_memory_zeroed(level->n_areas, sizeof(uint32_t));
        done = work->primary[l] && work->block_size[l];
        for (uint32_t i = 0; i < level->n_areas && done; i++)
            work->primary[l][i] = level->state[i] == EG_SUPPRESSED;
    }
    return done;
}

static void release(struct work *work)
{
    for (uint32_t l = 0; l < work->n_levels; l++) {
        if (work->primary) free(work->primary[l]);
        if (work->block_size) free(work->block_size[l]);
    }
    free(work->in_chain);
    free(work->primary);
    free(work->block_size);
    free(work->hidden);
    free(work->within);
}

enum eg_status eg_suppress(struct eg_suppress_level *levels, uint32_t n_levels, struct eg_error *err)
{
    struct work work = {.levels = levels, .n_levels = n_levels, .n_atoms = levels[0].n_areas};
    enum eg_status status = allocate(&work) ? run(&work) : EG_NO_MEMORY;
    release(&work);
    return status ? eg_error_no_memory(err, levels[0].n_areas * sizeof(struct hidden)) : EG_OK;
}
