/* The fictional county, put together: land, boundaries, tables, directory, atlas. */
#include "data/sample.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csv.h>

#include "data/sample_parts.h"

/* SplitMix64's finaliser over a mix of the three numbers. */
uint64_t eg_sample_bits(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint64_t z = seed * UINT64_C(0x9e3779b97f4a7c15) + stream * UINT64_C(0xd1b54a32d192ed03) +
                 (index + 1) * UINT64_C(0x2545f4914f6cdd1d);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double eg_sample_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
    return (double)(eg_sample_bits(seed, stream, index) >> 11) * 0x1p-53;
}

double eg_sample_normal(uint64_t seed, uint64_t stream, uint64_t index)
{
    double sum = -6.0;
    for (uint64_t i = 0; i < 12; i++) sum += eg_sample_uniform(seed, stream, index * 12 + i);
    return sum;
}

static double lattice_value(uint64_t seed, int64_t x, int64_t y)
{
    return 2.0 * eg_sample_uniform(seed, (uint64_t)x, (uint64_t)y) - 1.0;
}

static double smooth(double t)
{
    return t * t * (3.0 - 2.0 * t);
}

static double one_octave(uint64_t seed, double x, double y)
{
    double fx = floor(x), fy = floor(y), u = smooth(x - fx), v = smooth(y - fy);
    int64_t ix = (int64_t)fx, iy = (int64_t)fy;
    double south = lattice_value(seed, ix, iy) * (1 - u) + lattice_value(seed, ix + 1, iy) * u;
    double north = lattice_value(seed, ix, iy + 1) * (1 - u) + lattice_value(seed, ix + 1, iy + 1) * u;
    return south * (1 - v) + north * v;
}

double eg_sample_noise(uint64_t seed, double x, double y)
{
    return 0.55 * one_octave(seed, x, y) + 0.3 * one_octave(seed + 1, 2 * x, 2 * y) +
           0.15 * one_octave(seed + 2, 4 * x, 4 * y);
}

enum eg_status eg_sample_file_open(const char *folder, const char *name, struct eg_sample_file *file_out,
                                   struct eg_error *err)
{
    struct eg_sample_file file = {0};
    if (snprintf(file.path, sizeof file.path, "%s/%s", folder, name) >= (int)sizeof file.path)
        return eg_error_set(err, EG_INVALID, "the folder's path is too long");
    snprintf(file.part, sizeof file.part, "%s.part", file.path);
    file.stream = fopen(file.part, "wb");
    if (!file.stream) return eg_error_set(err, EG_IO, "%s cannot be written: %s", file.part, strerror(errno));
    *file_out = file;
    return EG_OK;
}

enum eg_status eg_sample_file_close(struct eg_sample_file *file, struct eg_error *err)
{
    int reason = 0;
    if (ferror(file->stream)) reason = errno != 0 ? errno : EIO;
    if (fclose(file->stream) != 0 && reason == 0) reason = errno;
    if (reason == 0 && rename(file->part, file->path) == 0) return EG_OK;
    if (reason == 0) reason = errno;
    (void)unlink(file->part);
    return eg_error_set(err, EG_IO, "%s could not be written: %s", file->path, strerror(reason));
}

void eg_sample_csv_cell(FILE *stream, const char *text, bool last)
{
    if (strpbrk(text, ",\"\n")) csv_fwrite(stream, text, strlen(text));
    else fputs(text, stream);
    putc(last ? '\n' : ',', stream);
}

static enum eg_status make_folder(const char *folder, struct eg_error *err)
{
    if (mkdir(folder, 0777) == 0 || errno == EEXIST) return EG_OK;
    return eg_error_set(err, EG_IO, "the folder %s cannot be made: %s", folder, strerror(errno));
}

static enum eg_status write_all(const struct eg_sample_land *land, const char *folder, struct eg_error *err)
{
    char data[1024];
    if (snprintf(data, sizeof data, "%s/data", folder) >= (int)sizeof data)
        return eg_error_set(err, EG_INVALID, "the folder's path is too long");
    enum eg_status status = make_folder(folder, err);
    if (status == EG_OK) status = make_folder(data, err);
    if (status == EG_OK) status = eg_sample_write_boundaries(land, data, err);
    if (status == EG_OK) status = eg_sample_write_tables(land, data, err);
    if (status == EG_OK) status = eg_sample_write_directory(land, data, err);
    if (status == EG_OK) status = eg_sample_write_places(land, data, err);
    if (status == EG_OK) status = eg_sample_write_atlas(land, folder, err);
    return status;
}

enum eg_status eg_sample_write(const char *folder, const struct eg_sample_options *options,
                               struct eg_error *err)
{
    if (options->n_areas < 50 || options->n_areas > 1000000)
        return eg_error_set(err, EG_INVALID, "a county of %u areas; give 50 to 1000000", options->n_areas);
    struct eg_arena *arena = eg_arena_new((size_t)2 << 30);
    if (!arena) return eg_error_no_memory(err, 0);
    struct eg_sample_land land;
    enum eg_status status = eg_sample_land_make(options, arena, &land, err);
    if (status == EG_OK) status = write_all(&land, folder, err);
    eg_arena_free(arena);
    return status;
}
