/* evenground sample: write the fictional county. */
#include "app/command.h"
#include "base/text.h"
#include "data/sample.h"

static const struct option longs[] = {{"areas", required_argument, NULL, 'a'},
                                      {"seed", required_argument, NULL, 's'},
                                      {"help", no_argument, NULL, EG_COMMAND_HELP},
                                      {NULL, 0, NULL, 0}};

static int set_option(const struct eg_command *command, int option, const char *value, void *target)
{
    struct eg_sample_options *options = target;
    if (option == 'a') {
        if (eg_command_parse_number(value, 50, 1000000, &options->n_areas)) return EG_EXIT_DONE;
        return eg_command_misused(command, "--areas takes 50 to 1000000, not '%s'", value);
    }
    if (eg_text_to_u64(eg_text_from(value), &options->seed)) return EG_EXIT_DONE;
    return eg_command_misused(command, "--seed takes a whole number, not '%s'", value);
}

static int run(const struct eg_command *command, int argc, char **argv)
{
    struct eg_sample_options options = {.n_areas = 400, .seed = 1};
    int exit_status;
    if (!eg_command_read(command, argc, argv, &options, &exit_status)) return exit_status;
    if (argv[optind][0] == '\0') return eg_command_misused(command, "%s", command->arguments);
    struct eg_error err = {0};
    if (eg_sample_write(argv[optind], &options, &err) != EG_OK) return eg_command_failed(&err);
    return EG_EXIT_DONE;
}

const struct eg_command eg_command_sample = {
    .name = "sample",
    .summary = "write a fictional county to try things on",
    .usage = "Usage: evenground sample DIR [--areas N] [--seed S]\n\n"
             "Writes DIR/atlas.yaml and its data: an invented county with neighbourhoods, indicators and "
             "coalitions.\n\n"
             "  --areas N  how many neighbourhoods, 50 to 1000000 (default 400)\n"
             "  --seed S   another county for another number (default 1)\n"
             "  --help     this text\n",
    .run = run,
    .longs = longs,
    .set = set_option,
    .n_arguments = 1,
    .arguments = "name one folder: evenground sample DIR",
};
