/* evenground directory export. A file is written beside its place and renamed when it is whole; what holds private data can be read by its
 * owner alone. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/directory.h"
#include "base/arena.h"
#include "data/directory_records.h"
#include "data/entry_records.h"
#include "data/records_json.h"
#include "data/records_tabular.h"

#define PIECE_BYTES ((size_t)1 << 20)
#define ENTRY_ARENA_BYTES ((size_t)256 * 1024 * 1024)

struct export_options {
    const char *out_path;
    enum eg_directory_format format;
    bool has_format, with_private;
};

static const struct option longs[] = {{"format", required_argument, NULL, 'f'},
                                      {"out", required_argument, NULL, 'o'},
                                      {"private", no_argument, NULL, 'p'},
                                      {"help", no_argument, NULL, EG_COMMAND_HELP},
                                      {NULL, 0, NULL, 0}};

static int set_option(const struct eg_command *command, int option, const char *value, void *target)
{
    struct export_options *options = target;
    if (option == 'o') options->out_path = value;
    else if (option == 'p') options->with_private = true;
    else if (!eg_directory_format_parse(value, &options->format))
        return eg_command_misused(
            command, "'%s' is no format; there are csv, geojson, hsds, tabular, 360giving", value);
    else options->has_format = true;
    return EG_EXIT_DONE;
}

/* --- files ---------------------------------------------------------------------------------------------------------------------- */

struct output {
    FILE *file;
    const char *path;
    char part[4096]; /* "": standard output */
};

static enum eg_status not_written(const struct output *output, struct eg_error *err)
{
    return eg_error_set(err, EG_IO, "%s: %s", output->path, strerror(errno));
}

static enum eg_status open_output(struct output *output, const char *path, bool with_private,
                                  struct eg_error *err)
{
    *output = (struct output){.path = path, .file = stdout};
    if (strcmp(path, "-") == 0) return EG_OK;
    int n = snprintf(output->part, sizeof output->part, "%s.part", path);
    if (n < 0 || (size_t)n >= sizeof output->part)
        return eg_error_set(err, EG_INVALID, "the path after --out is too long");
    int fd =
        open(output->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, with_private ? 0600 : 0666);
    output->file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    return output->file ? EG_OK : not_written(output, err);
}

/* Keeps the file if all went well, else takes it away. */
static enum eg_status close_output(struct output *output, enum eg_status status, struct eg_error *err)
{
    if (!output->part[0]) return status;
    bool fine = output->file && fflush(output->file) == 0 && fsync(fileno(output->file)) == 0;
    if (status == EG_OK && !fine) status = not_written(output, err);
    if (output->file) (void)fclose(output->file);
    if (status == EG_OK && rename(output->part, output->path) != 0) status = not_written(output, err);
    if (status != EG_OK) (void)unlink(output->part);
    return status;
}

static enum eg_status put(void *context, struct eg_text text, struct eg_error *err)
{
    struct output *output = context;
    return fwrite(text.data, 1, text.len, output->file) == text.len ? EG_OK : not_written(output, err);
}

static enum eg_status put_buffer(struct output *output, struct eg_buffer *buffer, struct eg_error *err)
{
    if (buffer->failed) return eg_error_no_memory(err, buffer->capacity);
    enum eg_status status =
        buffer->len > 0 ? put(output, (struct eg_text){buffer->data, buffer->len}, err) : EG_OK;
    buffer->len = 0;
    return status;
}

/* --- formats -------------------------------------------------------------------------------------------------------------------- */

struct exporting {
    const struct eg_atlas *atlas;
    const struct eg_records *records;
    const struct export_options *options;
    struct output output;
    struct eg_buffer text;
    uint32_t n_grants,
        n_lacking[3]; /* of 360Giving: what it requires and nobody gave; as `required` has them */
};

static const char *const required[] = {"Amount Awarded", "Currency", "Award Date"};

static void count_lacking(struct exporting *exporting, const struct eg_entry *entry)
{
    const struct eg_text cells[] = {entry->field[EG_ENTRY_AMOUNT], entry->field[EG_ENTRY_CURRENCY],
                                    entry->giving[EG_GIVING_AWARD_DATE]};
    exporting->n_grants++;
    for (size_t i = 0; i < EG_ARRAY_LEN(cells); i++) exporting->n_lacking[i] += cells[i].len == 0;
}

static void tell_lacking(const struct exporting *exporting)
{
    for (size_t i = 0; i < EG_ARRAY_LEN(required); i++)
        if (exporting->n_lacking[i] > 0)
            fprintf(
                stderr,
                "evenground: %u of %u grants have no '%s', which the standard requires: it is left empty\n",
                exporting->n_lacking[i], exporting->n_grants, required[i]);
}

static enum eg_status write_entry(struct exporting *exporting, enum eg_flat_format format, uint32_t i,
                                  uint32_t *n_written, struct eg_error *err)
{
    struct eg_arena *arena = eg_arena_new(ENTRY_ARENA_BYTES);
    struct eg_entry entry;
    if (!arena) return eg_error_no_memory(err, 0);
    struct eg_entry_source source = {exporting->atlas, 0, exporting->records, arena};
    enum eg_status status =
        eg_entry_from_records(&source, eg_records_at(exporting->records, EG_RECORD_SERVICE, i), &entry, err);
    if (status == EG_OK && eg_flat_holds(format, &entry))
        status = eg_flat_write(format, exporting->atlas, &entry, (*n_written)++, &exporting->text, err);
    if (status == EG_OK && format == EG_FLAT_360GIVING && eg_flat_holds(format, &entry))
        count_lacking(exporting, &entry);
    eg_arena_free(arena);
    return status;
}

static enum eg_status write_flat(struct exporting *exporting, enum eg_flat_format format,
                                 struct eg_error *err)
{
    uint32_t n_written = 0, n = eg_records_count(exporting->records, EG_RECORD_SERVICE);
    enum eg_status status = EG_OK;
    eg_flat_head(format, &exporting->text);
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        status = write_entry(exporting, format, i, &n_written, err);
        if (status == EG_OK && exporting->text.len > PIECE_BYTES)
            status = put_buffer(&exporting->output, &exporting->text, err);
    }
    eg_flat_tail(format, &exporting->text);
    return status == EG_OK ? put_buffer(&exporting->output, &exporting->text, err) : status;
}

static enum eg_status write_one(struct exporting *exporting, struct eg_error *err)
{
    enum eg_flat_format flat;
    struct eg_records_view view = {.records = exporting->records,
                                   .form = EG_RECORDS_NESTED,
                                   .with_private = exporting->options->with_private};
    enum eg_status status =
        open_output(&exporting->output, exporting->options->out_path, view.with_private, err);
    if (status == EG_OK && eg_directory_is_flat(exporting->options->format, &flat))
        status = write_flat(exporting, flat, err);
    else if (status == EG_OK) status = eg_records_json_export(&view, put, &exporting->output, err);
    return close_output(&exporting->output, status, err);
}

/* One file of a package. */
static enum eg_status write_member(struct exporting *exporting, const char *name, struct eg_error *err)
{
    char path[4000];
    int n = snprintf(path, sizeof path, "%s/%s", exporting->options->out_path, name);
    if (n < 0 || (size_t)n >= sizeof path)
        return eg_error_set(err, EG_INVALID, "the path after --out is too long");
    enum eg_status status = open_output(&exporting->output, path, exporting->options->with_private, err);
    if (status == EG_OK) status = put_buffer(&exporting->output, &exporting->text, err);
    return close_output(&exporting->output, status, err);
}

static enum eg_status write_package(struct exporting *exporting, struct eg_error *err)
{
    const struct export_options *options = exporting->options;
    enum eg_status status = EG_OK;
    if (strcmp(options->out_path, "-") == 0)
        return eg_error_set(err, EG_INVALID, "a tabular data package is a folder: name one after --out");
    if (mkdir(options->out_path, options->with_private ? 0700 : 0777) != 0 && errno != EEXIST)
        return eg_error_set(err, EG_IO, "%s: %s", options->out_path, strerror(errno));
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++) {
        enum eg_record_table table = (enum eg_record_table)t;
        if (!eg_records_tabular_has(exporting->records, table)) continue;
        status =
            eg_records_tabular_write(exporting->records, table, options->with_private, &exporting->text, err);
        if (status == EG_OK) status = write_member(exporting, eg_records_tabular_file(table), err);
    }
    if (status == EG_OK)
        status =
            eg_records_tabular_describe(exporting->records, exporting->atlas->title, &exporting->text, err);
    return status == EG_OK ? write_member(exporting, "datapackage.json", err) : status;
}

static int run(const struct eg_command *command, int argc, char **argv)
{
    struct export_options options = {0};
    int exit_status;
    if (!eg_command_read(command, argc, argv, &options, &exit_status)) return exit_status;
    if (!options.has_format || !options.out_path)
        return eg_command_misused(command, "say which --format, and --out to which file");
    struct eg_atlas *atlas = NULL;
    struct eg_records *records = NULL;
    struct eg_error err = {0};
    enum eg_status status = eg_atlas_read(argv[optind], &atlas, &err);
    if (status == EG_OK) status = eg_directory_records(atlas, &records, &err);
    struct exporting exporting = {.atlas = atlas, .records = records, .options = &options};
    eg_buffer_init(&exporting.text, 0);
    if (status == EG_OK)
        status = options.format == EG_DIRECTORY_TABULAR ? write_package(&exporting, &err)
                                                        : write_one(&exporting, &err);
    if (status == EG_OK) tell_lacking(&exporting);
    eg_buffer_clear(&exporting.text);
    eg_records_release(records);
    eg_atlas_free(atlas);
    return status == EG_OK ? EG_EXIT_DONE : eg_command_failed(&err);
}

const struct eg_command eg_command_directory_export = {
    .name = "directory export",
    .summary = "write the directory in a format that others read",
    .usage = "Usage: evenground directory export ATLAS.yaml --format FORMAT --out PATH [--private]\n\n"
             "Writes all directories of an atlas, its store and those that are read from files.\n\n"
             "  --format csv        one row for each entry, in the atlas's own fields\n"
             "           geojson    the same as features: points, and areas of those without a place\n"
             "           hsds       Human Services Data Specification 3.0: an array of services, all nested "
             "in them\n"
             "           tabular    the same as a tabular data package: PATH becomes a folder of CSV files\n"
             "           360giving  the grants, in the columns of the 360Giving Data Standard\n"
             "  --out PATH          the file; - for standard output\n"
             "  --private           with contacts and telephone numbers that are marked private (hsds and "
             "tabular)\n"
             "  --help              this text\n\n"
             "Cells of CSV that a spreadsheet would take for a formula get an apostrophe, which the import "
             "takes off again.\n",
    .run = run,
    .longs = longs,
    .set = set_option,
    .n_arguments = 1,
    .arguments = "name one atlas: evenground directory export ATLAS.yaml --format FORMAT --out PATH",
};
