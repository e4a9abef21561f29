/* Land and sea, towns, and neighbourhoods that grow from seeds until they meet. A county for looking at has 100 lattice cells
 * for each of them (about a third is sea), one of a million for measuring 26, or 5,800 x 4,400. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/sample_parts.h"

#define FINE_CELLS 100.0
#define COARSE_CELLS 26.0
#define CANDIDATES 30
#define TINY_ISLAND 5 /* cells; smaller ones are given to the sea */
#define CHANNEL                                                                                              \
    0.9 /* cells, half the estuary's least width: less, and cells of it would touch at corners only */

enum { STREAM_TOWN = 1, STREAM_SEED, STREAM_NAME, STREAM_DISTRICT, STREAM_NEED, STREAM_PEOPLE, STREAM_THIN };

/* u to the east and v to the north, 0 to 1. A coast in the east, an estuary that runs in from it, islands off it (more and
 * larger ones the lower `shoal` is), and a landward border with bends. */
static bool is_land(const struct eg_sample_land *land, double shoal, double u, double v)
{
    uint64_t seed = land->seed;
    double bends = 0.13 * eg_sample_noise(seed + 10, 4.3 * u, 4.3 * v);
    double inland = fmax(0, 1 - u / 0.55), aside = fabs(2 * v - 1);
    if (pow(inland, 3) + pow(aside, 3) > pow(0.86 + bends, 3)) return false;
    double coast = 0.74 + 0.16 * eg_sample_noise(seed + 20, 0.5, 4 * v) +
                   0.03 * eg_sample_noise(seed + 30, 9 * u, 9 * v);
    if (u > coast) {
        double off = u - coast;
        return off > 0.035 && off < 0.2 && u < 0.96 && eg_sample_noise(seed + 40, 9 * u, 9 * v) > shoal;
    }
    double middle = 0.46 + 0.07 * sin(8 * u) + 0.04 * eg_sample_noise(seed + 50, 5 * u, 0.5);
    double half_width = fmax(0.004, CHANNEL / land->height) + 0.4 * pow(u - 0.3, 3);
    return u < 0.3 || fabs(v - middle) > half_width;
}

static void draw_land(struct eg_sample_land *land, double shoal)
{
    for (uint32_t y = 0; y < land->height; y++)
        for (uint32_t x = 0; x < land->width; x++) {
            bool dry = is_land(land, shoal, (x + 0.5) / land->width, (y + 0.5) / land->height);
            bool rim = x == 0 || y == 0 || x == land->width - 1 || y == land->height - 1;
            land->label[(size_t)y * land->width + x] = dry && !rim ? 0 : EG_SAMPLE_SEA;
        }
}

/* A place in the waiting line: a cell that an owner may take. */
struct claim {
    uint32_t cell, owner;
    uint32_t next; /* in the same bucket or among the free ones */
};

#define BUCKETS 4096
#define NO_CLAIM UINT32_MAX

/* Claims by distance from the owner's seed, nearest first. */
struct line {
    uint32_t bucket[BUCKETS];
    struct claim *claims;
    size_t n_claims, capacity;
    uint32_t unused;
};

static bool push(struct line *line, uint32_t bucket, uint32_t cell, uint32_t owner)
{
    uint32_t place = line->unused;
    if (place != NO_CLAIM) {
        line->unused = line->claims[place].next;
    } else {
        void *claims = line->claims;
        if (!eg_memory_reserve(&claims, &line->capacity, line->n_claims + 1, sizeof *line->claims))
            return false;
        line->claims = claims;
        place = (uint32_t)line->n_claims++;
    }
    line->claims[place] = (struct claim){cell, owner, line->bucket[bucket]};
    line->bucket[bucket] = place;
    return true;
}

/* Sixths of a cell, roughened so that borders between two seeds are not straight. */
static uint32_t distance_bucket(const struct eg_sample_land *land, uint32_t seed, uint32_t cell)
{
    double dx = (double)(cell % land->width) - seed % land->width;
    double dy = (double)(cell / land->width) - (double)(seed / land->width);
    double rough =
        1 + 0.25 * eg_sample_noise(land->seed + 65, cell % land->width / 3.0, cell / land->width / 3.0);
    double bucket = 6 * sqrt(dx * dx + dy * dy) * rough;
    return bucket < BUCKETS - 1 ? (uint32_t)bucket : BUCKETS - 1;
}

static bool claim_neighbours(const struct eg_sample_land *land, struct line *line, const uint32_t *owner,
                             const uint32_t *seeds, struct claim taken, uint32_t not_before)
{
    const int64_t steps[4] = {1, -1, land->width, -(int64_t)land->width};
    for (int i = 0; i < 4; i++) {
        uint32_t next = (uint32_t)((int64_t)taken.cell + steps[i]);
        if (land->label[next] == EG_SAMPLE_SEA || owner[next] != EG_SAMPLE_SEA) continue;
        uint32_t bucket = distance_bucket(land, seeds[taken.owner], next);
        if (!push(line, bucket > not_before ? bucket : not_before, next, taken.owner)) return false;
    }
    return true;
}

/* Whether an area's first cell, and so the area, went to somebody else. */
static bool is_taken(const struct eg_sample_land *land, uint32_t *whole, struct claim claim)
{
    if (!whole) return false;
    uint32_t *area_owner = &whole[land->label[claim.cell]];
    if (*area_owner == EG_SAMPLE_SEA) *area_owner = claim.owner;
    return *area_owner != claim.owner;
}

/* Seeds grow over land side by side until they meet; each stays in one piece. owner[cell] becomes the number of a seed, or
 * stays EG_SAMPLE_SEA where none arrives. Where two seeds share a cell the first has it. With whole[n_areas], all unset, areas
 * go as a whole to the seed that reaches them first. */
static bool grow(const struct eg_sample_land *land, const uint32_t *seeds, uint32_t n_seeds, uint32_t *owner,
                 uint32_t *whole)
{
    struct line line = {.unused = NO_CLAIM};
    memset(line.bucket, 0xff, sizeof line.bucket);
    memset(owner, 0xff, (size_t)land->width * land->height * sizeof *owner);
    bool fine = true;
    for (uint32_t i = n_seeds; fine && i-- > 0;) fine = push(&line, 0, seeds[i], i);
    for (uint32_t b = 0; fine && b < BUCKETS; b++)
        while (fine && line.bucket[b] != NO_CLAIM) {
            uint32_t place = line.bucket[b];
            struct claim claim = line.claims[place];
            line.bucket[b] = claim.next;
            line.claims[place].next = line.unused;
            line.unused = place;
            if (owner[claim.cell] != EG_SAMPLE_SEA || is_taken(land, whole, claim)) continue;
            owner[claim.cell] = claim.owner;
            fine = claim_neighbours(land, &line, owner, seeds, claim, b);
        }
    free(line.claims);
    return fine;
}

static size_t n_cells(const struct eg_sample_land *land)
{
    return (size_t)land->width * land->height;
}

/* Collects the land or the sea that hangs together with `start` by sides of cells, in queue[]; owner[] becomes `start` there and
 * tells what was visited before. Returns the number of cells. */
static size_t flood(const struct eg_sample_land *land, uint32_t start, uint32_t *owner, uint32_t *queue)
{
    size_t n = 1;
    queue[0] = start;
    owner[start] = start;
    for (size_t head = 0; head < n; head++) {
        uint32_t cell = queue[head], x = cell % land->width, y = cell / land->width;
        const bool inside[4] = {x + 1 < land->width, x > 0, y + 1 < land->height, y > 0};
        const int64_t steps[4] = {1, -1, land->width, -(int64_t)land->width};
        for (int i = 0; i < 4; i++) {
            if (!inside[i]) continue;
            uint32_t next = (uint32_t)((int64_t)cell + steps[i]);
            if (land->label[next] != land->label[start] || owner[next] != EG_SAMPLE_SEA) continue;
            owner[next] = start;
            queue[n++] = next;
        }
    }
    return n;
}

/* Water that does not reach the open sea becomes land: a coverage without gaps has no lakes. */
static void fill_lakes(struct eg_sample_land *land, uint32_t *owner, uint32_t *queue)
{
    memset(owner, 0xff, n_cells(land) * sizeof *owner);
    (void)flood(land, 0, owner, queue);
    for (size_t cell = 0; cell < n_cells(land); cell++)
        if (owner[cell] == EG_SAMPLE_SEA) land->label[cell] = 0;
}

/* One seed in each piece of land, so that none is left without a neighbourhood; specks become sea. Afterwards owner[] tells the
 * pieces apart, each by one of its cells; the largest is the mainland. */
static uint32_t seed_islands(struct eg_sample_land *land, uint32_t *owner, uint32_t *queue, uint32_t *seeds)
{
    uint32_t n_seeds = 0;
    size_t n_largest = 0;
    memset(owner, 0xff, n_cells(land) * sizeof *owner);
    for (uint32_t cell = 0; cell < n_cells(land); cell++) {
        if (land->label[cell] == EG_SAMPLE_SEA || owner[cell] != EG_SAMPLE_SEA) continue;
        size_t n = flood(land, cell, owner, queue);
        if (n < TINY_ISLAND)
            for (size_t i = 0; i < n; i++) land->label[queue[i]] = EG_SAMPLE_SEA;
        else seeds[n_seeds++] = queue[n / 2];
        if (n > n_largest) land->mainland = cell;
        if (n > n_largest) n_largest = n;
    }
    return n_seeds;
}

/* Some counties would have no island; there the sea is shallower. Returns the number of pieces of land, a seed in each. */
static uint32_t raise_land(struct eg_sample_land *land, uint32_t *owner, uint32_t *queue, uint32_t *seeds)
{
    uint32_t n_pieces = 0;
    for (double shoal = 0.3; n_pieces < 2 && shoal > -1; shoal -= 0.1) {
        draw_land(land, shoal);
        fill_lakes(land, owner, queue);
        n_pieces = seed_islands(land, owner, queue, seeds);
    }
    return n_pieces;
}

static uint32_t random_land_cell(const struct eg_sample_land *land, uint64_t stream, uint64_t index)
{
    for (uint64_t attempt = 0;; attempt++) {
        uint64_t bits = eg_sample_bits(land->seed, stream, index * 1000 + attempt);
        uint32_t cell = (uint32_t)(bits % n_cells(land));
        if (land->label[cell] != EG_SAMPLE_SEA) return cell;
    }
}

/* Of 480 names; both halves change from one town to the next. */
static void name_town(uint64_t seed, uint32_t town, char name_out[32])
{
    static const char *const first[] = {"Har", "Mar",  "Wick",  "Sand", "Ash",  "Brack", "Cold", "Dun",
                                        "Elm", "Fen",  "Gorse", "Holm", "Ings", "Kel",   "Lin",  "Moor",
                                        "Nor", "Oxen", "Pem",   "Quay", "Rush", "Salt",  "Tarn", "Whit"};
    static const char *const second[] = {"bury",  "combe", "dale",   "field", "ford",    "ham",  "haven",
                                         "holt",  "hurst", "ley",    "mere",  "minster", "ness", "port",
                                         "stead", "stow",  "thorpe", "ton",   "wick",    "worth"};
    const uint64_t n_names = EG_ARRAY_LEN(first) * EG_ARRAY_LEN(second), step = 199; /* no common divisor */
    uint64_t name = (eg_sample_bits(seed, STREAM_NAME, 0) % n_names + town * step) % n_names;
    size_t a = name % EG_ARRAY_LEN(first), b = name / EG_ARRAY_LEN(first);
    uint64_t again = town / n_names;
    if (again == 0) snprintf(name_out, 32, "%s%s", first[a], second[b]);
    else snprintf(name_out, 32, "%s%s %llu", first[a], second[b], (unsigned long long)again + 1);
}

/* In cells, squared. */
static double distance2(const struct eg_sample_land *land, uint32_t one, uint32_t other)
{
    double dx = (double)(one % land->width) - other % land->width;
    double dy = (double)(one / land->width) - (double)(other / land->width);
    return dx * dx + dy * dy;
}

static double room_about(const struct eg_sample_land *land, uint32_t cell, uint32_t n_before)
{
    double room = HUGE_VAL;
    for (uint32_t i = 0; i < n_before; i++) room = fmin(room, distance2(land, cell, land->towns[i].cell));
    return room;
}

/* Of several places on the mainland the one that is furthest from the towns before it, so that districts are of about one size.
 * Large counties take the first: to compare 18,000 towns with each other takes too long. */
static uint32_t find_town(const struct eg_sample_land *land, const uint32_t *piece, uint32_t town)
{
    uint32_t best = EG_SAMPLE_SEA, n_wanted = land->n_areas > EG_SAMPLE_LARGE ? 1 : CANDIDATES;
    double most_room = -1;
    for (uint64_t i = 0; n_wanted > 0; i++) {
        uint32_t cell = random_land_cell(land, STREAM_TOWN, town * UINT64_C(100000) + i);
        if (piece[cell] != land->mainland) continue;
        n_wanted--;
        double room = room_about(land, cell, land->n_areas > EG_SAMPLE_LARGE ? 0 : town);
        if (room <= most_room) continue;
        most_room = room;
        best = cell;
    }
    return best;
}

static void place_towns(struct eg_sample_land *land, const uint32_t *piece)
{
    for (uint32_t i = 0; i < land->n_towns; i++) {
        land->towns[i] = (struct eg_sample_town){.cell = find_town(land, piece, i)};
        name_town(land->seed, i, land->towns[i].name);
    }
}

/* Three seeds of five lie about a town, the rest anywhere. Returns the sea where the place will not do. */
static uint32_t propose_seed(const struct eg_sample_land *land, uint64_t index)
{
    if (eg_sample_uniform(land->seed, STREAM_SEED, 4 * index) > 0.6)
        return random_land_cell(land, STREAM_SEED + 100, index);
    uint32_t town = (uint32_t)(eg_sample_bits(land->seed, STREAM_SEED, 4 * index + 1) % land->n_towns);
    uint32_t centre = land->towns[town].cell;
    double x =
        centre % land->width + land->town_radius * eg_sample_normal(land->seed, STREAM_SEED + 200, 2 * index);
    double y = (double)(centre / land->width) +
               land->town_radius * eg_sample_normal(land->seed, STREAM_SEED + 200, 2 * index + 1);
    if (x < 1 || y < 1 || x >= land->width - 1 || y >= land->height - 1) return EG_SAMPLE_SEA;
    return (uint32_t)y * land->width + (uint32_t)x;
}

static void place_seeds(const struct eg_sample_land *land, uint32_t *owner, uint32_t *seeds,
                        uint32_t n_placed)
{
    memset(owner, 0xff, n_cells(land) * sizeof *owner);
    for (uint32_t i = 0; i < n_placed; i++) owner[seeds[i]] = i;
    for (uint64_t attempt = 0; n_placed < land->n_areas; attempt++) {
        uint32_t cell = propose_seed(land, attempt);
        if (cell == EG_SAMPLE_SEA || land->label[cell] == EG_SAMPLE_SEA || owner[cell] != EG_SAMPLE_SEA)
            continue;
        owner[cell] = n_placed;
        seeds[n_placed++] = cell;
    }
}

static uint32_t nearest_as_the_crow_flies(const struct eg_sample_land *land, uint32_t cell,
                                          const uint32_t *centres, uint32_t n)
{
    uint32_t nearest = 0;
    for (uint32_t i = 1; i < n; i++)
        if (distance2(land, centres[i], cell) < distance2(land, centres[nearest], cell)) nearest = i;
    return nearest;
}

/* Grows the cells of `centres` over all land and tells each area which centre reached it first, so that the areas of a centre
 * hang together. None reaches the islands: they get the nearest as the crow flies, in a county for looking at all of them that
 * of the first, so that what is special about them is so in one district. */
static bool assign_nearest(const struct eg_sample_land *land, uint32_t *owner, const uint32_t *centres,
                           uint32_t n, uint32_t *nearest_out)
{
    uint32_t isles = EG_SAMPLE_SEA;
    memset(nearest_out, 0xff, land->n_areas * sizeof *nearest_out);
    if (!grow(land, centres, n, owner, nearest_out)) return false;
    for (uint32_t a = 0; a < land->n_areas; a++) {
        if (nearest_out[a] != EG_SAMPLE_SEA) continue;
        land->areas[a].island = true;
        if (isles == EG_SAMPLE_SEA || land->n_areas > EG_SAMPLE_LARGE)
            isles = nearest_as_the_crow_flies(land, land->areas[a].cell, centres, n);
        nearest_out[a] = isles;
    }
    return true;
}

static int by_cell(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Codes follow the map from south to north, as real ones follow some order on the ground. */
static bool grow_areas(struct eg_sample_land *land, uint32_t *owner, uint32_t *seeds, uint32_t n_placed)
{
    if (n_placed > land->n_areas) n_placed = land->n_areas;
    place_seeds(land, owner, seeds, n_placed);
    qsort(seeds, land->n_areas, sizeof *seeds, by_cell);
    for (uint32_t i = 0; i < land->n_areas; i++) land->areas[i] = (struct eg_sample_area){.cell = seeds[i]};
    return grow(land, seeds, land->n_areas, owner, NULL);
}

static double need_of(const struct eg_sample_land *land, uint32_t a)
{
    const struct eg_sample_area *area = &land->areas[a];
    double x = area->cell % land->width, y = (double)(area->cell / land->width);
    double reach = 2.4 * land->town_radius;
    double clustered = eg_sample_noise(land->seed + 60, x / reach, y / reach);
    double urban = exp(-area->town_cells / land->town_radius);
    return 1.5 * clustered + 1.3 * urban - 0.45 + 0.35 * eg_sample_normal(land->seed, STREAM_NEED, a);
}

/* Few people live on islands, and in one of ten places on the shore across from them. */
static void describe_area(struct eg_sample_land *land, uint32_t a, uint32_t town)
{
    struct eg_sample_area *area = &land->areas[a];
    bool shore = land->towns[area->district].has_islands;
    area->town = town;
    area->number = ++land->towns[town].n_areas;
    area->town_cells = sqrt(distance2(land, area->cell, land->towns[town].cell));
    area->need = need_of(land, a);
    area->thin = area->island || (shore && eg_sample_uniform(land->seed, STREAM_THIN, a) < 0.1);
    double share = eg_sample_uniform(land->seed, STREAM_PEOPLE, a);
    area->population = area->thin ? 90 + (uint32_t)(290 * share) : 1300 + (uint32_t)(1300 * share);
}

/* One district in seven, and at least one, delivers its numbers badly: see sample_tables.c. */
static void find_trouble(struct eg_sample_land *land)
{
    uint32_t n = 0;
    for (uint32_t a = 0; a < land->n_areas; a++)
        if (land->areas[a].island) land->towns[land->areas[a].district].has_islands = true;
    for (uint32_t d = 0; d < land->n_districts; d++)
        if (!land->towns[d].has_islands) land->towns[d].has_gaps = n++ % 7 == 0;
}

/* Towns and districts of all areas; `owner` is working memory. */
static enum eg_status divide(struct eg_sample_land *land, struct eg_arena *arena, uint32_t *owner,
                             struct eg_error *err)
{
    uint32_t *nearest = eg_arena_array(arena, land->n_areas, sizeof *nearest);
    uint32_t *centres = eg_arena_array(arena, land->n_towns, sizeof *centres);
    if (!nearest || !centres) return eg_error_no_memory(err, land->n_areas * sizeof *nearest);
    for (uint32_t i = 0; i < land->n_towns; i++) centres[i] = land->towns[i].cell;
    if (!assign_nearest(land, owner, centres, land->n_districts, nearest)) return eg_error_no_memory(err, 0);
    for (uint32_t a = 0; a < land->n_areas; a++) land->areas[a].district = nearest[a];
    find_trouble(land);
    if (!assign_nearest(land, owner, centres, land->n_towns, nearest)) return eg_error_no_memory(err, 0);
    for (uint32_t a = 0; a < land->n_areas; a++) describe_area(land, a, nearest[a]);
    return EG_OK;
}

static enum eg_status allocate(struct eg_sample_land *land, struct eg_arena *arena, struct eg_error *err)
{
    land->label = eg_arena_array(arena, n_cells(land), sizeof *land->label);
    land->areas = eg_arena_array(arena, land->n_areas, sizeof *land->areas);
    land->towns = eg_arena_array(arena, land->n_towns, sizeof *land->towns);
    if (land->label && land->areas && land->towns) return EG_OK;
    return eg_error_no_memory(err, n_cells(land) * sizeof *land->label);
}

/* Until the areas have grown, label tells land (0) from sea; the areas grow into `owner`, which then takes its place. */
static enum eg_status populate(struct eg_sample_land *land, struct eg_arena *arena, uint32_t *owner,
                               uint32_t *work, struct eg_error *err)
{
    uint32_t *seeds = eg_memory_array(n_cells(land) / TINY_ISLAND + land->n_areas, sizeof *seeds);
    if (!seeds) return eg_error_no_memory(err, land->n_areas * sizeof *seeds);
    uint32_t n_pieces = raise_land(land, owner, work, seeds);
    place_towns(land, owner);
    bool grown = grow_areas(land, owner, seeds, n_pieces);
    free(seeds);
    if (!grown) return eg_error_no_memory(err, 0);
    memcpy(land->label, owner, n_cells(land) * sizeof *owner);
    return divide(land, arena, work, err);
}

enum eg_status eg_sample_land_make(const struct eg_sample_options *options, struct eg_arena *arena,
                                   struct eg_sample_land *land_out, struct eg_error *err)
{
    double cells_per_area = options->n_areas > EG_SAMPLE_LARGE ? COARSE_CELLS : FINE_CELLS;
    double side = sqrt(options->n_areas * cells_per_area);
    struct eg_sample_land land = {.seed = options->seed, .n_areas = options->n_areas};
    land.width = (uint32_t)(side * 1.15);
    land.height = (uint32_t)(side / 1.15);
    land.cell_deg = 0.0168 / sqrt(cells_per_area);
    land.n_districts = options->n_areas / 55 < 4 ? 4 : options->n_areas / 55;
    land.n_towns = land.n_districts + 2;
    land.town_radius = 0.3 * sqrt(cells_per_area / 2 * land.n_areas / land.n_towns);
    enum eg_status status = allocate(&land, arena, err);
    if (status != EG_OK) return status;
    uint32_t *owner = eg_memory_array(n_cells(&land), sizeof *owner);
    uint32_t *work = eg_memory_array(n_cells(&land), sizeof *work);
    if (owner && work) status = populate(&land, arena, owner, work, err);
    else status = eg_error_no_memory(err, n_cells(&land) * sizeof *owner);
    free(owner);
    free(work);
    if (status == EG_OK) *land_out = land;
    return status;
}

/* The county lies in the open Atlantic, where no real place can be meant. */
void eg_sample_position(const struct eg_sample_land *land, double x, double y, double *lon_out,
                        double *lat_out)
{
    double lon = -30.0 + (x - land->width / 2.0) * land->cell_deg * 1.4,
           lat = 45.0 + (y - land->height / 2.0) * land->cell_deg;
    *lon_out = round(lon * 1e6) / 1e6;
    *lat_out = round(lat * 1e6) / 1e6;
}

void eg_sample_cell_position(const struct eg_sample_land *land, uint32_t cell, double *lon_out,
                             double *lat_out)
{
    eg_sample_position(land, cell % land->width + 0.5, (double)(cell / land->width) + 0.5, lon_out, lat_out);
}

void eg_sample_area_code(uint32_t area, char code_out[12])
{
    snprintf(code_out, 12, "N%07u", area + 1);
}

void eg_sample_area_name(const struct eg_sample_land *land, uint32_t area, char name_out[48])
{
    const struct eg_sample_area *it = &land->areas[area];
    snprintf(name_out, 48, "%s %s%03u", land->towns[it->town].name, it->island ? "Isles " : "", it->number);
}

void eg_sample_district_code(uint32_t district, char code_out[12])
{
    snprintf(code_out, 12, "D%05u", district + 1);
}

void eg_sample_district_name(const struct eg_sample_land *land, uint32_t district, char name_out[48])
{
    const struct eg_sample_town *town = &land->towns[district];
    snprintf(name_out, 48, "%.27s %sDistrict", town->name, town->has_islands ? "and Isles " : "");
}
