#include "app/command.h"

#include <stdarg.h>

#include "base/text.h"
#include "data/atlas.h"

#define HELP_WANTED (-1)

int eg_command_misused(const struct eg_command *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "evenground %s: ", command->name);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\nTry 'evenground %s --help'.\n", command->name);
    va_end(args);
    return EG_EXIT_USAGE;
}

int eg_command_failed(const struct eg_error *err)
{
    char text[1024];
    fprintf(stderr, "evenground: %s\n", eg_error_format(err, text, sizeof text));
    return EG_EXIT_FAILED;
}

static int read_options(const struct eg_command *command, int argc, char **argv, void *options)
{
    int c;
    opterr = 0;
    while ((c = getopt_long(argc, argv, "h", command->longs, NULL)) != -1) {
        if (c == '?')
            return eg_command_misused(command, "unknown option or missing value: '%s'", argv[optind - 1]);
        int status = c == EG_COMMAND_HELP ? HELP_WANTED : command->set(command, c, optarg, options);
        if (status != EG_EXIT_DONE) return status;
    }
    if (optind != argc - command->n_arguments) return eg_command_misused(command, "%s", command->arguments);
    return EG_EXIT_DONE;
}

bool eg_command_read(const struct eg_command *command, int argc, char **argv, void *options,
                     int *exit_status_out)
{
    int status = read_options(command, argc, argv, options);
    if (status == EG_EXIT_DONE) return true;
    if (status == HELP_WANTED) {
        fputs(command->usage, stdout);
        status = EG_EXIT_DONE;
    }
    *exit_status_out = status;
    return false;
}

bool eg_command_parse_number(const char *text, uint32_t least, uint32_t most, uint32_t *number_out)
{
    uint32_t number;
    if (!eg_text_to_u32(eg_text_from(text), &number) || number < least || number > most) return false;
    *number_out = number;
    return true;
}

bool eg_command_parse_size(const char *text, uint64_t *bytes_out)
{
    return eg_atlas_size_bytes(eg_text_from(text), bytes_out);
}
