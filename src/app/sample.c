/* evenground sample: write the fictional county. */
#include "app/command.h"
#include "base/text.h"
#include "data/sample.h"

static int run(const struct eg_command *command, int argc, char **argv)
{
    static const struct option longs[] = {{"areas", required_argument, NULL, 'a'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct eg_sample_options options = {.n_areas = 400, .seed = 1};
    int c;
    opterr = 0;
    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case 'a':
            if (!eg_command_parse_number(optarg, 50, 1000000, &options.n_areas))
                return eg_command_misused(command, "--areas takes 50 to 1000000, not '%s'", optarg);
            break;
        case 's':
            if (!eg_text_to_u64(eg_text_from(optarg), &options.seed))
                return eg_command_misused(command, "--seed takes a whole number, not '%s'", optarg);
            break;
        case 'h':
            return eg_command_help(command);
        default:
            return eg_command_misused(command, "unknown option or missing value: '%s'", argv[optind - 1]);
        }
    }
    if (optind != argc - 1 || argv[optind][0] == '\0')
        return eg_command_misused(command, "name one folder: evenground sample DIR");
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
};
