/* The commands of the program. Each takes its own arguments (argv[0] is the command's name) and returns the exit status: 0
 * done, 1 failed, 2 wrong usage. Messages go to standard error, answers to standard output. */
#ifndef EG_APP_COMMAND_H
#define EG_APP_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum { EG_EXIT_DONE = 0, EG_EXIT_FAILED = 1, EG_EXIT_USAGE = 2 };

struct eg_command {
    const char *name;
    const char *summary; /* one line */
    const char *usage;   /* whole text of --help */
    int (*run)(const struct eg_command *command, int argc, char **argv);
    /* The command line: options, which may stand anywhere, and arguments. */
    const struct option *longs; /* getopt's, ended by one without a name; --help is EG_COMMAND_HELP */
    int (*set)(const struct eg_command *command, int option, const char *value, void *options);
    int n_arguments;
    const char *arguments; /* what to say when there are more or fewer: "name one atlas: ..." */
};

#define EG_COMMAND_HELP 'h'

extern const struct eg_command eg_command_serve, eg_command_check, eg_command_render, eg_command_sample,
    eg_command_directory, eg_command_editor;

/* Says what is wrong with the usage, and where help is; returns EG_EXIT_USAGE. */
int eg_command_misused(const struct eg_command *command, const char *format, ...) EG_PRINTF(2, 3);

/* Prints the error; returns EG_EXIT_FAILED. */
int eg_command_failed(const struct eg_error *err);

/* Hands every option to command->set, which returns EG_EXIT_DONE or what eg_command_misused returned. True: the arguments are
 * argv[optind ...]. False: the command ends with *exit_status_out, because help was asked for and given, or the usage is wrong
 * and that was said. */
bool eg_command_read(const struct eg_command *command, int argc, char **argv, void *options,
                     int *exit_status_out);

/* "256MiB", "1GiB", "0", "1048576": bytes. False for anything else. */
bool eg_command_parse_size(const char *text, uint64_t *bytes_out);

/* A whole number from `least` to `most`. */
bool eg_command_parse_number(const char *text, uint32_t least, uint32_t most, uint32_t *number_out);

#endif
