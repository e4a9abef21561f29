/* Postcodes. A text without a gap may have one anywhere: "LS11AA" is LS1 1AA, and "LS11" begins LS1 1AA and is the whole of what stands
 * before the gap in LS11 5AA. So it is looked up once for each place where the gap could be, each time by two binary searches. */
#include "engine/gazetteer_parts.h"

#include <stdlib.h>

#include "base/memory.h"
#include "data/postcode.h"

#define BEHIND_NAMES (UINT64_C(1) << 40) /* among places of one match */
#define BEHIND_OUTWARDS (UINT64_C(1) << 41)

/* --- what stands before the gap -------------------------------------------------------------------------------------- */

/* The middle of some rows; those without a position do not count. */
static struct eg_place_spot middle_of(const struct eg_gazetteer *gazetteer, uint32_t table, uint32_t first,
                                      uint32_t n)
{
    const struct eg_postcode_row *rows = gazetteer->generation->place_tables[table].postcodes + first;
    int64_t x = 0, y = 0, n_placed = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct eg_place_spot spot = eg_gazetteer_row_spot(gazetteer, table, rows[i].spot);
        if (spot.x == EG_GAZETTEER_NOWHERE) continue;
        x += spot.x;
        y += spot.y;
        n_placed++;
    }
    if (n_placed == 0) return (struct eg_place_spot){EG_GAZETTEER_NOWHERE, 0};
    return (struct eg_place_spot){(int32_t)(x / n_placed), (int32_t)(y / n_placed)};
}

/* Rows of one beginning stand together; those without a gap have none. */
static uint32_t outwards_of(const struct eg_gazetteer *gazetteer, uint32_t table,
                            struct eg_gazetteer_outward *outwards)
{
    const struct eg_place_table *all = &gazetteer->generation->place_tables[table];
    uint32_t n = 0;
    for (uint32_t first = 0, end; first < all->n; first = end) {
        uint64_t key = eg_postcode_outward(all->postcodes[first].key);
        end = first + 1;
        if (key == all->postcodes[first].key) continue;
        while (end < all->n && eg_postcode_outward(all->postcodes[end].key) == key) end++;
        if (outwards)
            outwards[n] = (struct eg_gazetteer_outward){key, first, end - first,
                                                        middle_of(gazetteer, table, first, end - first)};
        n++;
    }
    return n;
}

enum eg_status eg_gazetteer_group(struct eg_gazetteer *gazetteer, uint32_t table, struct eg_error *err)
{
    struct eg_gazetteer_source *source = &gazetteer->sources[gazetteer->n_sets + table];
    if (!gazetteer->generation->place_tables[table].postcodes) return EG_OK;
    uint32_t n = outwards_of(gazetteer, table, NULL);
    source->outwards = eg_memory_array(n, sizeof *source->outwards);
    if (!source->outwards) return eg_error_no_memory(err, n * sizeof *source->outwards);
    source->n_outwards = outwards_of(gazetteer, table, source->outwards);
    return EG_OK;
}

/* --- looking up ------------------------------------------------------------------------------------------------------ */

struct lookup {
    struct eg_gazetteer_search *search;
    uint32_t table;
    const struct eg_postcode_row *rows;
    uint32_t n;
    const struct eg_gazetteer_source *source;
    bool found; /* something that is or begins with it */
};

static uint32_t first_row(const struct lookup *lookup, uint64_t key)
{
    uint32_t low = 0, high = lookup->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (lookup->rows[middle].key < key) low = middle + 1;
        else high = middle;
    }
    return low;
}

static uint32_t first_outward(const struct lookup *lookup, uint64_t key)
{
    uint32_t low = 0, high = lookup->source->n_outwards;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (lookup->source->outwards[middle].key < key) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool offer_row(struct lookup *lookup, uint32_t row, enum eg_place_match match)
{
    struct eg_found_place place = {EG_PLACE_IS_POSTCODE, lookup->table, row};
    lookup->found = true;
    return eg_gazetteer_offer(lookup->search, place, match, BEHIND_OUTWARDS | row);
}

static bool offer_outward(struct lookup *lookup, uint32_t outward, enum eg_place_match match)
{
    struct eg_found_place place = {EG_PLACE_IS_POSTCODES, lookup->table, outward};
    lookup->found = true;
    return eg_gazetteer_offer(lookup->search, place, match, BEHIND_NAMES | outward);
}

/* Rows that begin with the key; of those that have a gap where it has none, what stands before it is offered instead. */
static void offer_rows(struct lookup *lookup, uint64_t key, uint64_t span, bool has_gap)
{
    bool goes_on = true;
    for (uint32_t i = first_row(lookup, key); i < lookup->n && lookup->rows[i].key - key < span && goes_on;) {
        uint64_t outward = eg_postcode_outward(lookup->rows[i].key);
        bool is_behind_outward = !has_gap && outward != lookup->rows[i].key;
        if (is_behind_outward) {
            const struct eg_gazetteer_outward *all =
                &lookup->source->outwards[first_outward(lookup, outward)];
            i = all->first + all->n;
            continue;
        }
        goes_on = offer_row(lookup, i, lookup->rows[i].key == key ? EG_MATCH_WHOLE : EG_MATCH_BEGUN);
        i++;
    }
}

static void offer_outwards(struct lookup *lookup, uint64_t key, uint64_t span)
{
    const struct eg_gazetteer_source *source = lookup->source;
    bool goes_on = true;
    for (uint32_t i = first_outward(lookup, key);
         i < source->n_outwards && source->outwards[i].key - key < span && goes_on; i++)
        goes_on = offer_outward(lookup, i, source->outwards[i].key == key ? EG_MATCH_WHOLE : EG_MATCH_BEGUN);
}

static void offer_with_gap(struct lookup *lookup, const struct eg_postcode *postcode, uint32_t gap)
{
    offer_rows(lookup, eg_postcode_key(postcode, postcode->n, gap), eg_postcode_span(postcode->n + 1), true);
}

/* A postcode that is not there: what stands before its gap, if that is known and its postcodes have as many symbols behind it. */
static void offer_part(struct lookup *lookup, const struct eg_postcode *postcode, uint32_t gap)
{
    uint64_t key = eg_postcode_key(postcode, gap, 0);
    uint32_t outward = first_outward(lookup, key), row = first_row(lookup, key);
    const struct eg_gazetteer_outward *of = &lookup->source->outwards[outward];
    bool is_outward = outward < lookup->source->n_outwards && of->key == key &&
                      eg_postcode_inward_len(lookup->rows[of->first].key) == postcode->n - gap;
    bool is_zip = row < lookup->n && lookup->rows[row].key == key && gap == 5 && postcode->n == 9;
    if (is_outward) (void)offer_outward(lookup, outward, EG_MATCH_PART);
    else if (is_zip) (void)offer_row(lookup, row, EG_MATCH_PART);
}

static void look_up(struct lookup *lookup, const struct eg_postcode *postcode)
{
    uint64_t key = eg_postcode_key(postcode, postcode->n, 0), span = eg_postcode_span(postcode->n);
    bool is_told = postcode->gap > 0; /* else the gap may be anywhere */
    if (!is_told) offer_outwards(lookup, key, span);
    offer_rows(lookup, key, span, false);
    for (uint32_t gap = 1; gap < postcode->n; gap++)
        if (!is_told || gap == postcode->gap) offer_with_gap(lookup, postcode, gap);
    if (lookup->found) return;
    for (uint32_t gap = 1; gap < postcode->n && !lookup->found; gap++)
        if (!is_told || gap == postcode->gap) offer_part(lookup, postcode, gap);
}

void eg_gazetteer_offer_postcodes(struct eg_gazetteer_search *search, struct eg_text text)
{
    const struct eg_gazetteer *gazetteer = search->gazetteer;
    struct eg_postcode postcode;
    if (!eg_postcode_read(text, &postcode)) return;
    for (uint32_t i = 0; i < gazetteer->n_sources - gazetteer->n_sets; i++) {
        const struct eg_place_table *table = &gazetteer->generation->place_tables[i];
        struct lookup lookup = {.search = search,
                                .table = i,
                                .rows = table->postcodes,
                                .n = table->postcodes ? table->n : 0,
                                .source = &gazetteer->sources[gazetteer->n_sets + i]};
        if (lookup.n > 0) look_up(&lookup, &postcode);
    }
}
