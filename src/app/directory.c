/* evenground directory export | import: the directory in and out of other people's formats. */
#include <string.h>

#include "app/directory.h"

static const char *const names[EG_N_DIRECTORY_FORMATS] = {
    [EG_DIRECTORY_CSV] = "csv",         [EG_DIRECTORY_GEOJSON] = "geojson",     [EG_DIRECTORY_HSDS] = "hsds",
    [EG_DIRECTORY_TABULAR] = "tabular", [EG_DIRECTORY_360GIVING] = "360giving",
};

bool eg_directory_format_parse(const char *text, enum eg_directory_format *format_out)
{
    for (unsigned i = 0; i < EG_N_DIRECTORY_FORMATS; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        *format_out = (enum eg_directory_format)i;
        return true;
    }
    return false;
}

bool eg_directory_is_flat(enum eg_directory_format format, enum eg_flat_format *flat_out)
{
    if (format == EG_DIRECTORY_CSV) *flat_out = EG_FLAT_CSV;
    else if (format == EG_DIRECTORY_GEOJSON) *flat_out = EG_FLAT_GEOJSON;
    else if (format == EG_DIRECTORY_360GIVING) *flat_out = EG_FLAT_360GIVING;
    else return false;
    return true;
}

static const struct eg_command *const verbs[] = {&eg_command_directory_export, &eg_command_directory_import};

static int run(const struct eg_command *command, int argc, char **argv)
{
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(command->usage, stdout);
        return EG_EXIT_DONE;
    }
    for (size_t i = 0; argc >= 2 && i < EG_ARRAY_LEN(verbs); i++)
        if (strcmp(argv[1], strchr(verbs[i]->name, ' ') + 1) == 0)
            return verbs[i]->run(verbs[i], argc - 1, argv + 1);
    return eg_command_misused(command, "say what to do: %s",
                              argc < 2 ? "export or import" : "it knows export and import");
}

const struct eg_command eg_command_directory = {
    .name = "directory",
    .summary = "export the directory, or import into its store",
    .usage = "Usage: evenground directory export ATLAS.yaml --format FORMAT --out PATH [--private]\n"
             "       evenground directory import ATLAS.yaml FILE --format FORMAT [--as NAME] [--partial] "
             "[--dry-run]\n\n"
             "Formats: csv, geojson, hsds (HSDS 3.0 JSON), tabular (HSDS tabular data package, a folder), "
             "360giving.\n"
             "'evenground directory export --help' and 'evenground directory import --help' tell more.\n",
    .run = run,
};
