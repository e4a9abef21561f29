/* GDAL, tamed: configured once, its errors caught instead of printed, only drivers from a list, no path that reads the
 * network. GDAL's own headers stay in the .c files of this folder, so handles are void pointers here. */
#ifndef EG_DATA_GDAL_SETUP_H
#define EG_DATA_GDAL_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

/* Registers GDAL's drivers and fixes its options (no plugins, no side files, no network). Safe to call again and from any
 * thread; every function of this folder that uses GDAL calls it. */
void eg_gdal_setup(void);

/* Collects what GDAL complains about on this thread between begin and end; the first failure is kept. The struct must stay
 * where it is between the two. */
struct eg_gdal_errors {
    uint32_t n_failures; /* CE_Failure and worse */
    uint32_t n_warnings;
    char message[400]; /* of the first failure, else of the first warning */
};
void eg_gdal_catch_begin(struct eg_gdal_errors *errors);
void eg_gdal_catch_end(void);

/* EG_INVALID unless the source is a plain path, /vsizip/, /vsigzip/ or /vsitar/ over one, or (when databases_allowed) PG:. */
EG_MUST_CHECK enum eg_status eg_gdal_check_source(struct eg_text source, bool databases_allowed,
                                                  struct eg_error *err);

/* The source as it may be shown in messages: a database's address, which may hold a password, is not. */
struct eg_text eg_gdal_shown(struct eg_text source);

/* Opens a vector source read-only with the allowed drivers only, and finds a layer (an absent name: the only one, else the
 * first that has geometry). EG_NOT_FOUND for a missing file or layer (naming the layers that exist), EG_INVALID when no
 * allowed driver knows the format. *dataset_out is a GDALDatasetH, closed with eg_gdal_close; *layer_out an OGRLayerH that
 * lives as long. A dataset belongs to one thread at a time. */
EG_MUST_CHECK enum eg_status eg_gdal_open(struct eg_text source, struct eg_text layer, void **dataset_out,
                                          void **layer_out, struct eg_error *err);
void eg_gdal_close(void *dataset); /* NULL is allowed */

#endif
