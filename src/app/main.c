/* evenground COMMAND ...: finds the command and runs it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"

static const struct eg_command *const commands[] = {&eg_command_serve,     &eg_command_check,
                                                    &eg_command_render,    &eg_command_sample,
                                                    &eg_command_directory, &eg_command_editor};

static void print_help(FILE *out)
{
    fputs("Usage: evenground COMMAND [ARGUMENT...]\n\n"
          "Maps of neighbourhoods, and the coalitions that work there.\n\nCommands:\n",
          out);
    for (size_t i = 0; i < EG_ARRAY_LEN(commands); i++)
        fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n'evenground COMMAND --help' tells more. --version prints the version.\n"
          "Exit status: 0 done, 1 failed, 2 wrong usage.\n",
          out);
}

/* An answer that did not arrive is a failure, however well it was found: a full disk behind a redirection says so only here. */
static int finish(int exit_status)
{
    bool arrived = fflush(stdout) == 0 && !ferror(stdout);
    if (arrived || exit_status != EG_EXIT_DONE) return exit_status;
    fprintf(stderr, "evenground: standard output: %s\n", strerror(errno));
    return EG_EXIT_FAILED;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EG_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EG_EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("evenground " EG_VERSION);
        return EG_EXIT_DONE;
    }
    for (size_t i = 0; i < EG_ARRAY_LEN(commands); i++)
        if (strcmp(argv[1], commands[i]->name) == 0) return commands[i]->run(commands[i], argc - 1, argv + 1);
    fprintf(stderr, "evenground: there is no command '%s'\nTry 'evenground --help'.\n", argv[1]);
    return EG_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    return finish(run(argc, argv));
}
