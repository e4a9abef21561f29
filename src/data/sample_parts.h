/* Private to the sample generator: the invented county on its lattice.
 *
 * The county is drawn on a lattice of square cells. A cell is sea or belongs to one neighbourhood; borders run along the edges
 * of cells, whose corners are shifted and whose sides are bent by an amount that depends only on the corner or side. So
 * neighbours share their borders point for point, however they were traced. */
#ifndef EG_DATA_SAMPLE_PARTS_H
#define EG_DATA_SAMPLE_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "data/sample.h"

#define EG_SAMPLE_SEA UINT32_MAX
#define EG_SAMPLE_YEARS 5
#define EG_SAMPLE_FIRST_YEAR 2019
/* Above this many areas only the latest year is written: such counties are for measuring, not for looking. */
#define EG_SAMPLE_LARGE 20000

struct eg_sample_area {
    uint32_t cell;   /* where it began to grow */
    uint32_t town;   /* the nearest one */
    uint32_t number; /* within the town's name: "Harbury 003" */
    uint32_t district;
    double town_cells; /* distance to the town's centre */
    double need;       /* latent deprivation, mean 0, standard deviation about 1 */
    uint32_t population;
    bool island;
    bool thin; /* so few residents that counts are small */
};

struct eg_sample_town {
    uint32_t cell;
    uint32_t n_areas;
    char name[32];
    bool has_islands, has_gaps; /* the district of its number */
};

struct eg_sample_land {
    uint64_t seed;
    uint32_t width, height; /* cells */
    uint32_t *label;        /* [width * height] area or EG_SAMPLE_SEA; row 0 is the south */
    uint32_t mainland;      /* a cell of it */
    struct eg_sample_area *areas;
    uint32_t n_areas;
    struct eg_sample_town *towns;
    uint32_t n_towns;
    uint32_t n_districts; /* at most n_towns: each is named by the town of its number */
    double town_radius;   /* cells */
    double cell_deg;      /* height of a cell */
};

/* Pseudo-random, and the same for the same arguments on every machine: uniform in [0, 1). */
double eg_sample_uniform(uint64_t seed, uint64_t stream, uint64_t index);
uint64_t eg_sample_bits(uint64_t seed, uint64_t stream, uint64_t index);
/* About normal, mean 0, standard deviation 1 (sum of twelve uniforms). */
double eg_sample_normal(uint64_t seed, uint64_t stream, uint64_t index);
/* Smooth noise in about -1 .. 1, with features of size 1. */
double eg_sample_noise(uint64_t seed, double x, double y);

EG_MUST_CHECK enum eg_status eg_sample_land_make(const struct eg_sample_options *options,
                                                 struct eg_arena *arena, struct eg_sample_land *land_out,
                                                 struct eg_error *err);

/* The area of a cell, or EG_SAMPLE_SEA, also beyond the lattice. */
uint32_t eg_sample_label(const struct eg_sample_land *land, int64_t x, int64_t y);

/* How far each corner of the lattice lies from where it would lie in a regular one, in cells: at [y * (width + 1) + x], rows
 * from the south. The caller frees the array. EG_SAMPLE_BEND is how far a side may bulge, as a share of its length. */
#define EG_SAMPLE_BEND 0.03
struct eg_sample_offset {
    float x, y;
};
EG_MUST_CHECK enum eg_status eg_sample_corners_make(const struct eg_sample_land *land,
                                                    struct eg_sample_offset **offsets_out,
                                                    struct eg_error *err);

/* The position of a lattice point in WGS 84 degrees, rounded to 6 decimals. */
void eg_sample_position(const struct eg_sample_land *land, double x, double y, double *lon_out,
                        double *lat_out);
/* The same of a cell's middle. */
void eg_sample_cell_position(const struct eg_sample_land *land, uint32_t cell, double *lon_out,
                             double *lat_out);

void eg_sample_area_code(uint32_t area, char code_out[12]);
void eg_sample_area_name(const struct eg_sample_land *land, uint32_t area, char name_out[48]);
void eg_sample_district_code(uint32_t district, char code_out[12]);
void eg_sample_district_name(const struct eg_sample_land *land, uint32_t district, char name_out[48]);

/* The postcode of a neighbourhood: "ZZ4 1AA". */
void eg_sample_postcode(const struct eg_sample_land *land, uint32_t area, char postcode_out[12]);

/* A file that takes its place only when it is whole. */
struct eg_sample_file {
    FILE *stream;
    char path[1024], part[1040];
};
EG_MUST_CHECK enum eg_status eg_sample_file_open(const char *folder, const char *name,
                                                 struct eg_sample_file *file_out, struct eg_error *err);
/* Closes and renames; on any write error removes it and says so. */
EG_MUST_CHECK enum eg_status eg_sample_file_close(struct eg_sample_file *file, struct eg_error *err);
void eg_sample_csv_cell(FILE *stream, const char *text, bool last);

/* Each writes its file or files into the folder. */
EG_MUST_CHECK enum eg_status eg_sample_write_boundaries(const struct eg_sample_land *land, const char *folder,
                                                        struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_sample_write_tables(const struct eg_sample_land *land, const char *folder,
                                                    struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_sample_write_directory(const struct eg_sample_land *land, const char *folder,
                                                       struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_sample_write_places(const struct eg_sample_land *land, const char *folder,
                                                    struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_sample_write_atlas(const struct eg_sample_land *land, const char *folder,
                                                   struct eg_error *err);

#endif
