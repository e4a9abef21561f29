/* Land and sea, towns, and neighbourhoods that grow from seeds until they meet: 26 lattice cells for each of them, half of it
 * sea, so a county of 400 has 100 x 100 cells and one of a million 5,800 x 4,400. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/sample_parts.h"

#define CELLS_PER_AREA 26.0
#define TINY_ISLAND 5 /* cells; smaller ones are given to the sea */

enum { STREAM_TOWN = 1, STREAM_SEED, STREAM_NAME, STREAM_DISTRICT, STREAM_NEED, STREAM_PEOPLE };

/* u to the east and v to the north, 0 to 1. A coast in the east, an estuary that runs in from it, islands off it, and a
 * landward border with bends. */
static bool is_land(uint64_t seed, double u, double v)
{
    double border = 0.03 + 0.02 * eg_sample_noise(seed + 10, 6 * u, 6 * v);
    if (u < border || v < border || v > 1 - border) return false;
    double coast = 0.72 + 0.13 * eg_sample_noise(seed + 20, 0.5, 4 * v) + 0.02 * eg_sample_noise(seed + 30, 9 * u, 9 * v);
    if (u > coast) {
        double off = u - coast;
        return off > 0.035 && off < 0.2 && u < 0.96 && eg_sample_noise(seed + 40, 9 * u, 9 * v) > 0.3;
    }
    double middle = 0.46 + 0.07 * sin(8 * u) + 0.04 * eg_sample_noise(seed + 50, 5 * u, 0.5);
    double half_width = 0.004 + 0.12 * (u - 0.3) * (u - 0.3);
    return u < 0.3 || fabs(v - middle) > half_width;
}

static void draw_land(struct eg_sample_land *land)
{
    for (uint32_t y = 0; y < land->height; y++)
        for (uint32_t x = 0; x < land->width; x++) {
            bool dry = is_land(land->seed, (x + 0.5) / land->width, (y + 0.5) / land->height);
            bool rim = x == 0 || y == 0 || x == land->width - 1 || y == land->height - 1;
            land->label[(size_t)y * land->width + x] = dry && !rim ? 0 : EG_SAMPLE_SEA;
        }
}

/* Breadth-first growth over land. owner[cell] must be EG_SAMPLE_SEA where free; the queue holds the seeds first. */
static void grow(const struct eg_sample_land *land, uint32_t *owner, uint32_t *queue, size_t n_queue)
{
    const int64_t steps[4] = {1, -1, land->width, -(int64_t)land->width};
    for (size_t head = 0; head < n_queue; head++) {
        for (int i = 0; i < 4; i++) {
            uint32_t next = (uint32_t)((int64_t)queue[head] + steps[i]);
            if (land->label[next] == EG_SAMPLE_SEA || owner[next] != EG_SAMPLE_SEA) continue;
            owner[next] = owner[queue[head]];
            queue[n_queue++] = next;
        }
    }
}

static size_t n_cells(const struct eg_sample_land *land)
{
    return (size_t)land->width * land->height;
}

/* One seed in each island, so that none is left without a neighbourhood; specks become sea. */
static uint32_t seed_islands(struct eg_sample_land *land, uint32_t *owner, uint32_t *queue, uint32_t *seeds)
{
    uint32_t n_seeds = 0;
    memset(owner, 0xff, n_cells(land) * sizeof *owner);
    for (uint32_t cell = 0; cell < n_cells(land); cell++) {
        if (land->label[cell] == EG_SAMPLE_SEA || owner[cell] != EG_SAMPLE_SEA) continue;
        size_t n = 1;
        queue[0] = cell;
        owner[cell] = cell;
        const int64_t steps[4] = {1, -1, land->width, -(int64_t)land->width};
        for (size_t head = 0; head < n; head++)
            for (int i = 0; i < 4; i++) {
                uint32_t next = (uint32_t)((int64_t)queue[head] + steps[i]);
                if (land->label[next] == EG_SAMPLE_SEA || owner[next] != EG_SAMPLE_SEA) continue;
                owner[next] = cell;
                queue[n++] = next;
            }
        if (n < TINY_ISLAND)
            for (size_t i = 0; i < n; i++) land->label[queue[i]] = EG_SAMPLE_SEA;
        else
            seeds[n_seeds++] = queue[n / 2];
    }
    return n_seeds;
}

static uint32_t random_land_cell(const struct eg_sample_land *land, uint64_t stream, uint64_t index)
{
    for (uint64_t attempt = 0;; attempt++) {
        uint64_t bits = eg_sample_bits(land->seed, stream, index * 1000 + attempt);
        uint32_t cell = (uint32_t)(bits % n_cells(land));
        if (land->label[cell] != EG_SAMPLE_SEA) return cell;
    }
}

static void name_town(uint64_t seed, uint32_t town, char name_out[32])
{
    static const char *const first[] = {"Har", "Mar", "Wick", "Sand", "Ash",  "Brack", "Cold", "Dun",
                                        "Elm", "Fen", "Gorse", "Holm", "Ings", "Kel",   "Lin",  "Moor",
                                        "Nor", "Oxen", "Pem", "Quay", "Rush", "Salt",  "Tarn", "Whit"};
    static const char *const second[] = {"bury",  "combe", "dale", "field", "ford", "ham",  "haven", "holt",
                                         "hurst", "ley",   "mere", "minster", "ness", "port", "stead", "stow",
                                         "thorpe", "ton",  "wick", "worth"};
    uint64_t bits = eg_sample_bits(seed, STREAM_NAME, 0) + town * UINT64_C(7919);
    size_t a = bits % EG_ARRAY_LEN(first), b = (bits / EG_ARRAY_LEN(first)) % EG_ARRAY_LEN(second);
    uint64_t again = town / (EG_ARRAY_LEN(first) * EG_ARRAY_LEN(second));
    if (again == 0)
        snprintf(name_out, 32, "%s%s", first[a], second[b]);
    else
        snprintf(name_out, 32, "%s%s %llu", first[a], second[b], (unsigned long long)again + 1);
}

static void place_towns(struct eg_sample_land *land)
{
    for (uint32_t i = 0; i < land->n_towns; i++) {
        land->towns[i] = (struct eg_sample_town){.cell = random_land_cell(land, STREAM_TOWN, i)};
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
    double x = centre % land->width + land->town_radius * eg_sample_normal(land->seed, STREAM_SEED + 200, 2 * index);
    double y = (double)(centre / land->width) +
               land->town_radius * eg_sample_normal(land->seed, STREAM_SEED + 200, 2 * index + 1);
    if (x < 1 || y < 1 || x >= land->width - 1 || y >= land->height - 1) return EG_SAMPLE_SEA;
    return (uint32_t)y * land->width + (uint32_t)x;
}

static void place_seeds(const struct eg_sample_land *land, uint32_t *owner, uint32_t *seeds, uint32_t n_placed)
{
    memset(owner, 0xff, n_cells(land) * sizeof *owner);
    for (uint32_t i = 0; i < n_placed; i++) owner[seeds[i]] = i;
    for (uint64_t attempt = 0; n_placed < land->n_areas; attempt++) {
        uint32_t cell = propose_seed(land, attempt);
        if (cell == EG_SAMPLE_SEA || land->label[cell] == EG_SAMPLE_SEA || owner[cell] != EG_SAMPLE_SEA) continue;
        owner[cell] = n_placed;
        seeds[n_placed++] = cell;
    }
}

/* Grows the cells of `centres` over all land and tells each area which centre reached it first; areas on islands that none
 * reached get the nearest centre as the crow flies. */
static void assign_nearest(const struct eg_sample_land *land, uint32_t *owner, uint32_t *queue,
                           const uint32_t *centres, uint32_t n, uint32_t *nearest_out)
{
    memset(owner, 0xff, n_cells(land) * sizeof *owner);
    size_t n_queue = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (owner[centres[i]] != EG_SAMPLE_SEA) continue;
        owner[centres[i]] = i;
        queue[n_queue++] = centres[i];
    }
    grow(land, owner, queue, n_queue);
    for (uint32_t a = 0; a < land->n_areas; a++) {
        uint32_t cell = land->areas[a].cell;
        nearest_out[a] = owner[cell];
        if (nearest_out[a] != EG_SAMPLE_SEA) continue;
        double best = HUGE_VAL;
        for (uint32_t i = 0; i < n; i++) {
            double dx = (double)(centres[i] % land->width) - cell % land->width;
            double dy = (double)(centres[i] / land->width) - (double)(cell / land->width);
            if (dx * dx + dy * dy >= best) continue;
            best = dx * dx + dy * dy;
            nearest_out[a] = i;
        }
    }
}

static int by_cell(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Codes follow the map from south to north, as real ones follow some order on the ground. */
static void grow_areas(struct eg_sample_land *land, uint32_t *owner, uint32_t *queue, uint32_t *seeds)
{
    uint32_t n_placed = seed_islands(land, owner, queue, seeds);
    if (n_placed > land->n_areas) n_placed = land->n_areas;
    place_seeds(land, owner, seeds, n_placed);
    qsort(seeds, land->n_areas, sizeof *seeds, by_cell);
    memset(owner, 0xff, n_cells(land) * sizeof *owner);
    for (uint32_t i = 0; i < land->n_areas; i++) {
        owner[seeds[i]] = i;
        queue[i] = seeds[i];
        land->areas[i] = (struct eg_sample_area){.cell = seeds[i]};
    }
    grow(land, owner, queue, land->n_areas);
}

static void describe_area(struct eg_sample_land *land, uint32_t a, uint32_t town)
{
    struct eg_sample_area *area = &land->areas[a];
    uint32_t centre = land->towns[town].cell;
    double x = area->cell % land->width, y = (double)(area->cell / land->width);
    double dx = x - centre % land->width, dy = y - (double)(centre / land->width);
    area->town = town;
    area->number = ++land->towns[town].n_areas;
    area->town_cells = sqrt(dx * dx + dy * dy);
    double clustered = eg_sample_noise(land->seed + 60, x / 14, y / 14);
    double urban = exp(-area->town_cells / land->town_radius);
    area->need = 1.5 * clustered + 1.3 * urban - 0.45 + 0.35 * eg_sample_normal(land->seed, STREAM_NEED, a);
    area->population = 900 + (uint32_t)(1300 * eg_sample_uniform(land->seed, STREAM_PEOPLE, a));
}

static enum eg_status divide(struct eg_sample_land *land, struct eg_arena *arena, uint32_t *owner, uint32_t *queue,
                             struct eg_error *err)
{
    uint32_t *nearest = eg_arena_array(arena, land->n_areas, sizeof *nearest);
    uint32_t *centres = eg_arena_array(arena, land->n_towns, sizeof *centres);
    if (!nearest || !centres) return eg_error_no_memory(err, land->n_areas * sizeof *nearest);
    for (uint32_t i = 0; i < land->n_towns; i++) centres[i] = land->towns[i].cell;
    assign_nearest(land, owner, queue, centres, land->n_towns, nearest);
    for (uint32_t a = 0; a < land->n_areas; a++) describe_area(land, a, nearest[a]);
    assign_nearest(land, owner, queue, centres, land->n_districts, nearest);
    for (uint32_t a = 0; a < land->n_areas; a++) land->areas[a].district = nearest[a];
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

enum eg_status eg_sample_land_make(const struct eg_sample_options *options, struct eg_arena *arena,
                                   struct eg_sample_land *land_out, struct eg_error *err)
{
    double side = sqrt(options->n_areas * CELLS_PER_AREA);
    struct eg_sample_land land = {.seed = options->seed, .n_areas = options->n_areas};
    land.width = (uint32_t)(side * 1.15);
    land.height = (uint32_t)(side / 1.15);
    land.n_districts = options->n_areas / 55 < 4 ? 4 : options->n_areas / 55;
    land.n_towns = land.n_districts + 2;
    land.town_radius = 0.3 * sqrt(CELLS_PER_AREA / 2 * land.n_areas / land.n_towns);
    enum eg_status status = allocate(&land, arena, err);
    if (status != EG_OK) return status;
    uint32_t *owner = eg_memory_array(n_cells(&land), sizeof *owner);
    uint32_t *queue = eg_memory_array(n_cells(&land), sizeof *queue);
    uint32_t *seeds = eg_memory_array(n_cells(&land) / TINY_ISLAND + land.n_areas, sizeof *seeds);
    if (owner && queue && seeds) {
        draw_land(&land);
        place_towns(&land);
        grow_areas(&land, owner, queue, seeds);
        uint32_t *grown = eg_memory_array(n_cells(&land), sizeof *grown);
        status = grown ? EG_OK : eg_error_no_memory(err, n_cells(&land) * sizeof *grown);
        if (grown) {
            memcpy(grown, owner, n_cells(&land) * sizeof *grown);
            status = divide(&land, arena, owner, queue, err);
            memcpy(land.label, grown, n_cells(&land) * sizeof *grown);
        }
        free(grown);
    } else {
        status = eg_error_no_memory(err, n_cells(&land) * sizeof *owner);
    }
    free(owner);
    free(queue);
    free(seeds);
    if (status == EG_OK) *land_out = land;
    return status;
}

/* The county lies in the open Atlantic, where no real place can be meant. A cell is about 360 m high. */
void eg_sample_position(const struct eg_sample_land *land, double x, double y, double *lon_out, double *lat_out)
{
    double lon = -30.0 + (x - land->width / 2.0) * 0.0046, lat = 45.0 + (y - land->height / 2.0) * 0.0033;
    *lon_out = round(lon * 1e6) / 1e6;
    *lat_out = round(lat * 1e6) / 1e6;
}

void eg_sample_cell_position(const struct eg_sample_land *land, uint32_t cell, double *lon_out, double *lat_out)
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
    snprintf(name_out, 48, "%s %03u", land->towns[it->town].name, it->number);
}

void eg_sample_district_code(uint32_t district, char code_out[12])
{
    snprintf(code_out, 12, "D%05u", district + 1);
}

void eg_sample_district_name(const struct eg_sample_land *land, uint32_t district, char name_out[48])
{
    snprintf(name_out, 48, "%s District", land->towns[district].name);
}
