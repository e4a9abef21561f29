/* What exporting and importing the directory share. */
#ifndef EG_APP_DIRECTORY_H
#define EG_APP_DIRECTORY_H

#include <stdbool.h>

#include "app/command.h"
#include "data/entry_flat.h"

enum eg_directory_format {
    EG_DIRECTORY_CSV,
    EG_DIRECTORY_GEOJSON,
    EG_DIRECTORY_HSDS,
    EG_DIRECTORY_TABULAR,
    EG_DIRECTORY_360GIVING,
    EG_N_DIRECTORY_FORMATS
};

extern const struct eg_command eg_command_directory_export, eg_command_directory_import;

/* "csv", "geojson", "hsds", "tabular", "360giving". */
bool eg_directory_format_parse(const char *text, enum eg_directory_format *format_out);
/* Whether the format has one row for an entry, and which of these it is. */
bool eg_directory_is_flat(enum eg_directory_format format, enum eg_flat_format *flat_out);

#endif
