/* evenground check: load an atlas and say what joined and what did not. */
#include <string.h>

#include "app/command.h"
#include "base/buffer.h"
#include "base/json.h"
#include "data/entries.h"
#include "data/generation.h"
#include "data/report.h"
#include "directory/directory.h"

struct check_options {
    const char *atlas_path;
    bool json, strict;
};

static int parse(const struct eg_command *command, int argc, char **argv, struct check_options *options)
{
    static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
                                          {"strict", no_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    int c;
    opterr = 0;
    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case 'j':
            options->json = true;
            break;
        case 's':
            options->strict = true;
            break;
        case 'h':
            return -1;
        default:
            return eg_command_misused(command, "unknown option: '%s'", argv[optind - 1]);
        }
    }
    if (optind != argc - 1) return eg_command_misused(command, "name one atlas: evenground check ATLAS.yaml");
    options->atlas_path = argv[optind];
    return EG_EXIT_DONE;
}

static enum eg_status write_report(const struct eg_generation *generation, const struct eg_entries *entries,
                                   bool as_json, struct eg_buffer *out, struct eg_error *err)
{
    if (!as_json) {
        enum eg_status status = eg_report_text(generation, out, err);
        return status ? status : eg_entries_report_text(entries, out, err);
    }
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    eg_report_json(generation, json, eg_json_root(json));
    eg_entries_report_json(entries, json, eg_json_root(json));
    enum eg_status status = eg_json_finish(json, true, out, err);
    eg_json_free(json);
    eg_buffer_char(out, '\n');
    return status;
}

/* Reads the directories too, and indexes them: that logs the codes of areas that are in no boundaries. */
static enum eg_status report_all(const struct eg_atlas *atlas, struct eg_generation *generation, bool as_json,
                                 struct eg_buffer *out, struct eg_error *err)
{
    struct eg_entries *entries = NULL;
    struct eg_directory *directory = NULL;
    enum eg_status status = eg_entries_load(atlas, &entries, err);
    if (status != EG_OK) return status;
    status = write_report(generation, entries, as_json, out, err);
    if (status == EG_OK) status = eg_directory_new(entries, generation, &directory, err);
    if (status != EG_OK) eg_entries_free(entries);
    eg_directory_release(directory);
    return status;
}

static int judge(const struct eg_generation *generation)
{
    struct eg_buffer reasons;
    eg_buffer_init(&reasons, 1 << 20);
    bool fine = eg_report_is_strict(generation, &reasons);
    if (!fine) fprintf(stderr, "evenground check --strict:\n%s", reasons.data ? reasons.data : "");
    eg_buffer_clear(&reasons);
    return fine ? EG_EXIT_DONE : EG_EXIT_FAILED;
}

static int run(const struct eg_command *command, int argc, char **argv)
{
    struct check_options options = {0};
    int usage = parse(command, argc, argv, &options);
    if (usage != EG_EXIT_DONE) return usage < 0 ? eg_command_help(command) : usage;
    struct eg_atlas *atlas = NULL;
    struct eg_generation *generation = NULL;
    struct eg_error err = {0};
    struct eg_buffer report;
    eg_buffer_init(&report, 0);
    int exit_status = EG_EXIT_DONE;
    enum eg_status status = eg_atlas_read(options.atlas_path, &atlas, &err);
    if (status == EG_OK) status = eg_generation_load(atlas, 0, &generation, &err);
    if (status == EG_OK) status = report_all(atlas, generation, options.json, &report, &err);
    if (status == EG_OK) {
        fwrite(report.data, 1, report.len, stdout);
        if (options.strict) exit_status = judge(generation);
    } else {
        exit_status = eg_command_failed(&err);
    }
    eg_buffer_clear(&report);
    eg_generation_release(generation);
    eg_atlas_free(atlas);
    return exit_status;
}

const struct eg_command eg_command_check = {
    .name = "check",
    .summary = "load an atlas and report what joined and what did not",
    .usage =
        "Usage: evenground check ATLAS.yaml [--json] [--strict]\n\n"
        "Reads everything an atlas names and reports repairs, topology, joins, the states of values, and "
        "what\n"
        "became of the rows of directories.\n\n"
        "  --json    the report for programs\n"
        "  --strict  exit status 1 when areas have no row, rows have no area, or cells are neither numbers "
        "nor\n"
        "            markers, beyond what the atlas says it expects\n"
        "  --help    this text\n",
    .run = run,
};
