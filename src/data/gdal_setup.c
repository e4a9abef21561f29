/* GDAL keeps its drivers and options in process-wide state of its own. Setting them again to the same values is harmless,
 * so there is no flag of ours that says whether it was done: GDAL is asked whether a driver is there.
 *
 * Why a list of drivers: GDAL looks at contents, not names. With all drivers allowed a VRT in a file called areas.json opens
 * as VRT and may read any other file; WFS and its like fetch from the network. */
#include "data/gdal_setup.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#define PATH_BYTES 4096

static const char *const allowed_drivers[] = {
    "GPKG",        "ESRI Shapefile", "GeoJSON", "GeoJSONSeq", "TopoJSON", "ESRIJSON", "FlatGeobuf",
    "OpenFileGDB", "MapInfo File",   "SQLite",  "GML",        "KML",      "Parquet",  "Arrow",
    "PostgreSQL",  "XLSX",           "XLS",     "ODS",        NULL};

void eg_gdal_setup(void)
{
    if (GDALGetDriverByName("GPKG")) return;
    CPLSetConfigOption("GDAL_DRIVER_PATH", "disable");
    CPLSetConfigOption("GDAL_PAM_ENABLED", "NO");
    CPLSetConfigOption("CPL_VSIL_GZIP_WRITE_PROPERTIES", "NO");
    CPLSetConfigOption("GML_SKIP_RESOLVE_ELEMS", "ALL");
    OSRSetPROJEnableNetwork(FALSE);
    (void)CPLSetErrorHandler(CPLQuietErrorHandler);
    GDALAllRegister();
}

/* Messages of GDAL may hold line breaks and wrong UTF-8; they are only ever shown through the log, which escapes. */
static void CPL_STDCALL keep_message(CPLErr class, CPLErrorNum number, const char *message)
{
    (void)number;
    struct eg_gdal_errors *errors = CPLGetErrorHandlerUserData();
    bool is_failure = class == CE_Failure || class == CE_Fatal;
    bool is_first = is_failure ? errors->n_failures == 0 : errors->n_failures == 0 && errors->n_warnings == 0;
    if (class == CE_Debug) return;
    if (is_first) (void)snprintf(errors->message, sizeof errors->message, "%s", message);
    if (is_failure) errors->n_failures++;
    else errors->n_warnings++;
}

void eg_gdal_catch_begin(struct eg_gdal_errors *errors)
{
    *errors = (struct eg_gdal_errors){0};
    CPLPushErrorHandlerEx(keep_message, errors);
}

void eg_gdal_catch_end(void)
{
    CPLPopErrorHandler();
    CPLErrorReset();
}

/* Length of the allowed GDAL prefix that the text starts with, 0 without one. */
static size_t allowed_prefix(struct eg_text text)
{
    static const struct eg_text prefixes[] = {{"/vsizip/", 8}, {"/vsigzip/", 9}, {"/vsitar/", 8}};
    for (size_t i = 0; i < EG_ARRAY_LEN(prefixes); i++) {
        if (eg_text_starts_with(text, prefixes[i])) return prefixes[i].len;
    }
    return 0;
}

enum eg_status eg_gdal_check_source(struct eg_text source, bool databases_allowed, struct eg_error *err)
{
    if (source.len == 0) return eg_error_set(err, EG_INVALID, "the source is empty; give a file");
    if (source.len >= PATH_BYTES || memchr(source.data, 0, source.len)) {
        return eg_error_set(err, EG_INVALID, "the source is longer than %d bytes or holds a NUL byte",
                            PATH_BYTES);
    }
    if (eg_text_starts_with(source, EG_TEXT("PG:"))) {
        if (databases_allowed) return EG_OK;
        return eg_error_set(err, EG_INVALID, "'%.*s' is a database; a file is needed here",
                            EG_TEXT_ARG(source));
    }
    struct eg_text rest = source;
    for (size_t n = allowed_prefix(rest); n > 0; n = allowed_prefix(rest)) {
        rest = (struct eg_text){rest.data + n, rest.len - n};
    }
    bool is_inline = rest.len == 0 || rest.data[0] == '{' || rest.data[0] == '<' || rest.data[0] == '[';
    for (size_t i = 0; i + 4 <= rest.len; i++) {
        if (strncasecmp(rest.data + i, "/vsi", 4) == 0) is_inline = true;
    }
    if (!is_inline) return EG_OK;
    return eg_error_set(
        err, EG_INVALID,
        "'%.*s' is no source for an atlas; use a file, /vsizip/, /vsigzip/ or /vsitar/ over one, or PG:",
        EG_TEXT_ARG(source));
}

struct eg_text eg_gdal_shown(struct eg_text source)
{
    return eg_text_starts_with(source, EG_TEXT("PG:")) ? EG_TEXT("PG:...") : source;
}

/* The key of the atlas whose value is at fault. */
static enum eg_status blame(const char *key, enum eg_status status, struct eg_error *err)
{
    (void)eg_error_field(err, key);
    return status;
}

static enum eg_status open_failure(const char *path, const struct eg_gdal_errors *caught,
                                   struct eg_error *err)
{
    VSIStatBufL stat;
    bool is_file = strncmp(path, "PG:", 3) != 0;
    enum eg_status status;
    if (is_file && VSIStatL(path, &stat) != 0)
        status = eg_error_set(err, EG_NOT_FOUND, "there is no file '%s'", path);
    else if (is_file &&
             VSI_ISDIR(stat.st_mode)) /* .gdb is one, and so is a folder of shapefiles: they open */
        status =
            eg_error_set(err, EG_INVALID, "'%s' is a folder without vector data; name a file in it", path);
    else if (is_file && (strstr(caught->message, "not recognized") || !caught->message[0]))
        status = eg_error_set(
            err, EG_INVALID,
            "'%s' cannot be opened as vector data: its format is not known (tables are read as CSV "
            "when the name ends in .csv, .tsv or .txt, or one of these and .gz)",
            path);
    else
        status = eg_error_set(err, EG_INVALID, "'%s' cannot be opened as vector data: %s",
                              is_file ? path : "PG:...", caught->message);
    return blame("source:", status, err);
}

static enum eg_status open_dataset(struct eg_text source, GDALDatasetH *dataset_out, struct eg_error *err)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%.*s", EG_TEXT_ARG(source));
    /* The GML driver would leave its notes beside the source. */
    static const char *const gml_options[] = {"WRITE_GFS=NO", NULL};
    const char *const *options = strcasestr(path, ".gml") ? gml_options : NULL;
    struct eg_gdal_errors caught;
    eg_gdal_catch_begin(&caught);
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR,
                                      allowed_drivers, options, NULL);
    enum eg_status status = dataset ? EG_OK : open_failure(path, &caught, err);
    eg_gdal_catch_end();
    if (dataset) *dataset_out = dataset;
    return status;
}

/* "a, b, c" of the dataset's layers, as far as they fit. */
static void list_layers(GDALDatasetH dataset, char *text, size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (int i = 0; i < GDALDatasetGetLayerCount(dataset) && len < size; i++) {
        const char *name = OGR_L_GetName(GDALDatasetGetLayer(dataset, i));
        int n = snprintf(text + len, size - len, "%s%s", i > 0 ? ", " : "", name);
        len += n > 0 ? (size_t)n : 0;
    }
}

static OGRLayerH default_layer(GDALDatasetH dataset)
{
    int n = GDALDatasetGetLayerCount(dataset);
    for (int i = 0; i < n; i++) {
        OGRLayerH layer = GDALDatasetGetLayer(dataset, i);
        if (OGR_L_GetGeomType(layer) != wkbNone) return layer;
    }
    return n > 0 ? GDALDatasetGetLayer(dataset, 0) : NULL;
}

static enum eg_status find_layer(GDALDatasetH dataset, struct eg_text name, struct eg_text source,
                                 OGRLayerH *layer_out, struct eg_error *err)
{
    char text[256];
    (void)snprintf(text, sizeof text, "%.*s", EG_TEXT_ARG(name));
    struct eg_gdal_errors caught; /* PostgreSQL complains when it looks for a table that is not there */
    eg_gdal_catch_begin(&caught);
    OGRLayerH layer = name.len > 0 ? GDALDatasetGetLayerByName(dataset, text) : default_layer(dataset);
    eg_gdal_catch_end();
    if (layer) {
        *layer_out = layer;
        return EG_OK;
    }
    char names[256];
    list_layers(dataset, names, sizeof names);
    if (name.len == 0)
        return blame(
            "source:",
            eg_error_set(err, EG_NOT_FOUND, "'%.*s' has no layer", EG_TEXT_ARG(eg_gdal_shown(source))), err);
    return blame("layer:",
                 eg_error_set(err, EG_NOT_FOUND, "'%.*s' has no layer '%s'; its layers are: %s",
                              EG_TEXT_ARG(eg_gdal_shown(source)), text, names),
                 err);
}

enum eg_status eg_gdal_open(struct eg_text source, struct eg_text layer, void **dataset_out, void **layer_out,
                            struct eg_error *err)
{
    eg_gdal_setup();
    enum eg_status status = eg_gdal_check_source(source, true, err);
    if (status) return status;
    GDALDatasetH dataset = NULL;
    OGRLayerH found = NULL;
    status = open_dataset(source, &dataset, err);
    if (status) return status;
    status = find_layer(dataset, layer, source, &found, err);
    if (status) {
        eg_gdal_close(dataset);
        return status;
    }
    *dataset_out = dataset;
    *layer_out = found;
    return EG_OK;
}

void eg_gdal_close(void *dataset)
{
    if (!dataset) return;
    struct eg_gdal_errors caught;
    eg_gdal_catch_begin(&caught);
    (void)GDALClose(dataset);
    eg_gdal_catch_end();
}
