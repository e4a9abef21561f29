/* evenground check: load an atlas and say what joined and what did not. */
#include <string.h>

#include "app/command.h"
#include "base/buffer.h"
#include "base/json.h"
#include "data/directory_records.h"
#include "data/entries.h"
#include "data/generation.h"
#include "data/report.h"
#include "directory/directory.h"
#include "engine/crs_report.h"

struct check_options {
    bool json, strict;
};

static const struct option longs[] = {{"json", no_argument, NULL, 'j'},
                                      {"strict", no_argument, NULL, 's'},
                                      {"help", no_argument, NULL, EG_COMMAND_HELP},
                                      {NULL, 0, NULL, 0}};

static int set_option(const struct eg_command *command, int option, const char *value, void *target)
{
    (void)command, (void)value;
    struct check_options *options = target;
    if (option == 'j') options->json = true;
    else options->strict = true;
    return EG_EXIT_DONE;
}

/* What is read, and what is said of it. */
struct check {
    struct eg_atlas *atlas;
    struct eg_generation *generation;
    struct eg_directory *directory;
    struct eg_crs_list *crs_list;
    struct eg_buffer report, reasons;
    bool is_strict;
};

static void unknown_json(const struct check *check, struct eg_json *json, struct eg_json_value *root)
{
    struct eg_directory_unknown unknown = eg_directory_unknown_codes(check->directory);
    eg_json_integer(json, root, "unknown_area_codes", unknown.n);
    if (unknown.n == 0) return;
    struct eg_json_value *first = eg_json_object(json, root, "first_unknown_area_code");
    eg_json_text(json, first, "code", unknown.code);
    eg_json_cstring(json, first, "entry", unknown.entry->id);
}

static void unknown_text(const struct check *check, struct eg_buffer *out)
{
    struct eg_directory_unknown unknown = eg_directory_unknown_codes(check->directory);
    char name[100], code[100];
    if (unknown.n == 0) return;
    eg_buffer_printf(
        out,
        "%u codes of areas that entries serve are in no boundaries: these areas are not shown; the "
        "first: '%s' of entry %s, '%s'\n",
        unknown.n, eg_text_escape(unknown.code, code, sizeof code), unknown.entry->id,
        eg_text_escape(unknown.entry->field[EG_ENTRY_NAME], name, sizeof name));
}

static enum eg_status write_json(const struct check *check, struct eg_report_subject subject,
                                 struct eg_buffer *out, struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    if (!json) return eg_error_no_memory(err, 0);
    eg_report_json(subject, json, eg_json_root(json));
    unknown_json(check, json, eg_json_root(json));
    enum eg_status status = eg_crs_report_json(check->crs_list, json, eg_json_root(json), err);
    if (status == EG_OK) status = eg_json_finish(json, true, out, err);
    eg_json_free(json);
    eg_buffer_char(out, '\n');
    return status;
}

static enum eg_status write_text(const struct check *check, struct eg_report_subject subject,
                                 struct eg_buffer *out, struct eg_error *err)
{
    enum eg_status status = eg_report_text(subject, out, err);
    unknown_text(check, out);
    return status == EG_OK ? eg_crs_report_text(check->crs_list, out, err) : status;
}

/* The entries of the store are those that it has; while it is not there, those that it will be filled with, and what reading them found. */
static enum eg_status add_stored(const struct eg_atlas *atlas, struct eg_entries **entries,
                                 struct eg_error *err)
{
    struct eg_records *records = NULL;
    struct eg_entries *seeds = NULL, *all = NULL;
    bool has_store = false;
    enum eg_status status = eg_directory_open_stored(atlas, &records, &has_store, err);
    if (status == EG_OK && !has_store) status = eg_entries_load_seeds(atlas, &seeds, err);
    if (status == EG_OK) status = eg_entries_with_records(*entries, records, &all, err);
    if (status == EG_OK) {
        if (seeds) eg_entries_report_seeds(all, seeds);
        eg_entries_free(*entries); /* the others keep what they need of it */
        *entries = all;
    }
    eg_entries_free(seeds);
    eg_records_release(records);
    return status;
}

/* Reads the directories too, and indexes them: that logs the codes of areas that are in no boundaries. */
static enum eg_status load(struct check *check, const char *path, struct eg_error *err)
{
    struct eg_entries *entries = NULL;
    enum eg_status status = eg_atlas_read(path, &check->atlas, err);
    if (status == EG_OK) status = eg_generation_load(check->atlas, 0, &check->generation, err);
    if (status == EG_OK) status = eg_crs_list_new(check->generation, &check->crs_list, err);
    if (status == EG_OK) status = eg_entries_load(check->atlas, &entries, err);
    if (status == EG_OK && eg_atlas_store_of(check->atlas) != EG_ATLAS_NONE) {
        status = add_stored(check->atlas, &entries, err);
        if (status != EG_OK) eg_entries_free(entries);
    }
    if (status != EG_OK) return status;
    status = eg_directory_new(entries, check->generation, &check->directory, err);
    if (status != EG_OK) eg_entries_free(entries);
    return status;
}

static enum eg_status judge(struct check *check, bool as_json, struct eg_error *err)
{
    struct eg_report_subject subject = {check->generation, eg_directory_entries(check->directory)};
    check->is_strict = eg_report_is_strict(subject, &check->reasons);
    return as_json ? write_json(check, subject, &check->report, err)
                   : write_text(check, subject, &check->report, err);
}

static int answer(const struct check *check, bool strict)
{
    fwrite(check->report.data, 1, check->report.len, stdout);
    if (!strict || check->is_strict) return EG_EXIT_DONE;
    fprintf(stderr, "evenground check --strict:\n%s", check->reasons.data ? check->reasons.data : "");
    return EG_EXIT_FAILED;
}

static void clear(struct check *check)
{
    eg_buffer_clear(&check->report);
    eg_buffer_clear(&check->reasons);
    eg_directory_free(check->directory);
    eg_crs_list_free(check->crs_list);
    eg_generation_release(check->generation);
    eg_atlas_free(check->atlas);
}

static int run(const struct eg_command *command, int argc, char **argv)
{
    struct check_options options = {0};
    int exit_status;
    if (!eg_command_read(command, argc, argv, &options, &exit_status)) return exit_status;
    struct check check = {0};
    struct eg_error err = {0};
    eg_buffer_init(&check.report, 0);
    eg_buffer_init(&check.reasons, 1 << 20);
    enum eg_status status = load(&check, argv[optind], &err);
    if (status == EG_OK) status = judge(&check, options.json, &err);
    exit_status = status == EG_OK ? answer(&check, options.strict) : eg_command_failed(&err);
    clear(&check);
    return exit_status;
}

const struct eg_command eg_command_check = {
    .name = "check",
    .summary = "load an atlas and report what joined and what did not",
    .usage =
        "Usage: evenground check ATLAS.yaml [--json] [--strict]\n\n"
        "Reads everything an atlas names and reports repairs, topology, joins, the states of values, what "
        "became\n"
        "of the rows of directories, and by which operation maps come to each projection.\n\n"
        "  --json    the report for programs\n"
        "  --strict  exit status 1 when areas have no row, rows have no area, or rows of a directory are "
        "rejected,\n"
        "            beyond what the atlas says it expects, or when cells (of weights, too) are neither\n"
        "            numbers nor markers, or weights below zero\n"
        "  --help    this text\n",
    .run = run,
    .longs = longs,
    .set = set_option,
    .n_arguments = 1,
    .arguments = "name one atlas: evenground check ATLAS.yaml",
};
