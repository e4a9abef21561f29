/* evenground directory forget: takes personal data out of the history. What is to be forgotten comes by standard input, a text on each line:
 * arguments can be seen by others on the machine, and stay in the shell's history. */
#include <string.h>

#include "app/directory.h"
#include "base/text.h"
#include "data/directory_records.h"

#define LINE_BYTES 1024U

struct forgetting {
    struct eg_atlas *atlas;
    struct eg_store *store;
    struct eg_records *records; /* the directory as it is */
    struct eg_store_erased all;
    uint32_t n_lines;
};

static const struct option longs[] = {{"help", no_argument, NULL, EG_COMMAND_HELP}, {NULL, 0, NULL, 0}};

static int set_option(const struct eg_command *command, int option, const char *value, void *options)
{
    (void)option, (void)value, (void)options;
    return eg_command_misused(command, "it has no options");
}

static bool says(struct eg_text field, struct eg_text text)
{
    for (size_t at = 0; at + text.len <= field.len; at++)
        if (memcmp(field.data + at, text.data, text.len) == 0) return true;
    return false;
}

static const struct eg_record *row_with(const struct eg_records *records, struct eg_text text)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++)
        for (uint32_t i = 0; i < eg_records_count(records, (enum eg_record_table)t); i++) {
            const struct eg_record *row = eg_records_at(records, (enum eg_record_table)t, i);
            for (uint32_t f = 1; f < eg_record_spec(row->table)->n_fields; f++)
                if (says(row->field[f], text)) return row;
        }
    return NULL;
}

/* What the directory says today would come into the history again when it is deleted. */
static enum eg_status check_gone(const struct forgetting *forgetting, struct eg_text text,
                                 struct eg_error *err)
{
    const struct eg_record *row = row_with(forgetting->records, text);
    if (!row) return EG_OK;
    return eg_error_set(
        err, EG_CONFLICT,
        "line %u: the directory itself says that still, in the %s %.*s: take it out of its entry "
        "first; nothing of this line is erased",
        forgetting->n_lines, eg_record_spec(row->table)->name, EG_TEXT_ARG(row->field[0]));
}

/* An address in place of an address: a line of the history that has none cannot be undone. */
static struct eg_text instead_of(struct eg_text text)
{
    return eg_record_text_is(EG_RECORD_EMAIL, text) ? EG_TEXT("erased@example.invalid") : EG_TEXT("(erased)");
}

static enum eg_status forget_line(struct forgetting *forgetting, struct eg_text text, struct eg_error *err)
{
    struct eg_store_erased erased;
    enum eg_status status = check_gone(forgetting, text, err);
    if (status == EG_OK) status = eg_store_erase(forgetting->store, text, instead_of(text), &erased, err);
    if (status != EG_OK) return status;
    forgetting->all.n_changes += erased.n_changes;
    forgetting->all.n_suggestions += erased.n_suggestions;
    return EG_OK;
}

static enum eg_status forget_lines(struct forgetting *forgetting, struct eg_error *err)
{
    char line[LINE_BYTES];
    enum eg_status status = EG_OK;
    while (status == EG_OK && fgets(line, sizeof line, stdin)) {
        struct eg_text text = eg_text_trim_wide(eg_text_from(line));
        forgetting->n_lines++;
        if (text.len > 0) status = forget_line(forgetting, text, err);
    }
    return status;
}

static enum eg_status forget(struct forgetting *forgetting, struct eg_error *err)
{
    uint64_t revision;
    uint32_t directory = eg_atlas_store_of(forgetting->atlas);
    if (directory == EG_ATLAS_NONE)
        return eg_error_set(err, EG_UNSUPPORTED,
                            "the atlas keeps no directory of its own, and no history of one");
    enum eg_status status =
        eg_store_open(forgetting->atlas->directories[directory].store.path, false, &forgetting->store, err);
    if (status == EG_OK)
        status =
            eg_directory_stored(forgetting->atlas, forgetting->store, &forgetting->records, &revision, err);
    return status == EG_OK ? forget_lines(forgetting, err) : status;
}

static int run(const struct eg_command *command, int argc, char **argv)
{
    int exit_status;
    struct forgetting forgetting = {.n_lines = 0};
    struct eg_error err = {0};
    if (!eg_command_read(command, argc, argv, NULL, &exit_status)) return exit_status;
    enum eg_status status = eg_atlas_read(argv[optind], &forgetting.atlas, &err);
    if (status == EG_OK) status = forget(&forgetting, &err);
    printf("%llu lines of the history and %llu suggestions said it, and say it no longer\n",
           (unsigned long long)forgetting.all.n_changes, (unsigned long long)forgetting.all.n_suggestions);
    if (forgetting.all.n_changes + forgetting.all.n_suggestions > 0)
        puts(
            "Undoing one of these lines brings back \"(erased)\", or erased@example.invalid, where it stood. "
            "Copies and backups\nof the store have it still, and files of a database until it is vacuumed.");
    exit_status = status == EG_OK ? EG_EXIT_DONE : eg_command_failed(&err);
    eg_store_close(forgetting.store);
    eg_records_release(forgetting.records);
    eg_atlas_free(forgetting.atlas);
    return exit_status;
}

const struct eg_command eg_command_directory_forget = {
    .name = "directory forget",
    .summary = "erase personal data from the directory's history",
    .usage =
        "Usage: evenground directory forget ATLAS.yaml < TEXTS\n\n"
        "Reads texts from standard input, one a line: a name, a telephone number, an e-mail address, as they "
        "were written in\n"
        "an entry. Where lines of the history or suggestions say one, \"(erased)\" takes its place there; "
        "who "
        "changed what\n"
        "and when, and everything else of the line, stays. A text that the directory itself says still is "
        "refused: take it\n"
        "out of its entry first. This cannot be undone.\n\n"
        "  --help  this text\n\n"
        "Exit status: 0 done, 1 something failed, 2 wrong usage.\n",
    .run = run,
    .longs = longs,
    .set = set_option,
    .n_arguments = 1,
    .arguments = "name one atlas: evenground directory forget ATLAS.yaml < TEXTS",
};
