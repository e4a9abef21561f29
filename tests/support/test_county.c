/* The files stand in build/test-tmp/<pid>-<county>/, so that programs may run side by side. */
#include "support/test_county.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "data/sample.h"

const char *const eg_test_county_files[EG_TEST_COUNTY_FILES] = {
    "data/neighbourhoods.fgb", "data/deprivation.csv",  "data/outcomes.csv",  "data/coalitions.csv",
    "data/partnerships.csv",   "data/officers.geojson", "data/postcodes.csv", "atlas.yaml"};

struct eg_test_path eg_test_county_path(const char *county, const char *file)
{
    struct eg_test_path path;
    (void)mkdir("build", 0755);
    (void)mkdir("build/test-tmp", 0755);
    snprintf(path.text, sizeof path.text, "build/test-tmp/%ld-%s%s%s", (long)getpid(), county,
             file ? "/" : "", file ? file : "");
    return path;
}

void eg_test_county_remove(const char *county)
{
    for (size_t i = 0; i < EG_TEST_COUNTY_FILES; i++)
        (void)remove(eg_test_county_path(county, eg_test_county_files[i]).text);
    (void)remove(eg_test_county_path(county, "directory.gpkg").text); /* where it was served */
    (void)remove(eg_test_county_path(county, "data").text);
    (void)remove(eg_test_county_path(county, NULL).text);
}

enum eg_status eg_test_county_try(const char *county, uint32_t n_areas, uint64_t seed, struct eg_error *err)
{
    struct eg_sample_options options = {.n_areas = n_areas, .seed = seed};
    return eg_sample_write(eg_test_county_path(county, NULL).text, &options, err);
}

void eg_test_county_write(const char *county, uint32_t n_areas, uint64_t seed)
{
    struct eg_error err = {0};
    char text[1024];
    enum eg_status status = eg_test_county_try(county, n_areas, seed, &err);
    if (status) print_error("%s\n", eg_error_format(&err, text, sizeof text));
    assert_int_equal(status, EG_OK);
}

char *eg_test_county_read(const char *county, const char *file, size_t *len_out)
{
    struct eg_test_path path = eg_test_county_path(county, file);
    struct stat info;
    FILE *stream = fopen(path.text, "rbe");
    if (!stream) fail_msg("%s: %s", path.text, strerror(errno));
    assert_int_equal(fstat(fileno(stream), &info), 0);
    char *bytes = malloc((size_t)info.st_size + 1);
    assert_non_null(bytes);
    *len_out = fread(bytes, 1, (size_t)info.st_size, stream);
    assert_int_equal(*len_out, info.st_size);
    bytes[*len_out] = '\0';
    assert_int_equal(fclose(stream), 0);
    return bytes;
}

void eg_test_county_hash(const char *county, const char *file, char hex_out[33])
{
    size_t len;
    char *bytes = eg_test_county_read(county, file, &len);
    eg_hash128_hex(bytes, len, hex_out);
    free(bytes);
}

bool eg_test_county_has(const char *county, const char *file)
{
    return access(eg_test_county_path(county, file).text, F_OK) == 0;
}

struct eg_test_county eg_test_county_load(const char *name)
{
    struct eg_test_county county = {0};
    struct eg_error err = {0};
    enum eg_status status = eg_atlas_read(eg_test_county_path(name, "atlas.yaml").text, &county.atlas, &err);
    if (status == EG_OK) status = eg_generation_load(county.atlas, 1, &county.generation, &err);
    if (status) print_error("%s\n", err.message);
    assert_int_equal(status, EG_OK);
    county.areas = &county.generation->area_sets[0];
    county.report = &county.generation->report->boundaries[0];
    return county;
}

void eg_test_county_unload(struct eg_test_county *county)
{
    eg_generation_release(county->generation);
    eg_atlas_free(county->atlas);
}
