/* evenground editor: who may edit the directory. A command of its own for each of what it does; a password is typed unseen, or
 * comes as one line from standard input, never as an argument, which others on the machine can see. */
#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "app/command.h"
#include "base/text.h"
#include "data/editors.h"

#define USAGE                                                                                                \
    "Usage: evenground editor add FILE NAME\n"                                                               \
    "       evenground editor token FILE NAME\n"                                                             \
    "       evenground editor list FILE\n"                                                                   \
    "       evenground editor remove FILE NAME\n\n"                                                          \
    "Keeps the file that an atlas names under 'editors': who may edit the directory. It holds hashes "       \
    "only,\n"                                                                                                \
    "and may be read by its owner only, who has to be the user that runs 'evenground serve'.\n\n"            \
    "  add       gives NAME a password of at least 12 characters, in place of an older one: asks for it\n"   \
    "            on the terminal, or takes the first line of standard input; makes the file\n"               \
    "  token     gives NAME a token for programs, in place of an older one, and prints it: only now\n"       \
    "  list      prints a line for each name: what it has, and the name\n"                                   \
    "  remove    takes NAME's password and token away\n"                                                     \
    "  --help    this text\n"

static const struct option longs[] = {{"help", no_argument, NULL, EG_COMMAND_HELP}, {NULL, 0, NULL, 0}};

static int set_option(const struct eg_command *command, int option, const char *value, void *options)
{
    (void)option, (void)value, (void)options;
    return eg_command_misused(command, "it has no options");
}

/* --- typing a password ----------------------------------------------------------------------------------------------------- */

/* Byte by byte: what stands behind the line on standard input is left there. */
static enum eg_status read_line(char *line, size_t size, struct eg_error *err)
{
    size_t len = 0;
    for (;;) {
        char c;
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return eg_error_set(err, EG_IO, "standard input: %s", strerror(errno));
        if (n == 0 || c == '\n') break;
        if (c == '\0' || len + 1 >= size)
            return eg_error_set(err, EG_INVALID, "the password has a NUL, or more than %u bytes",
                                EG_PASSWORD_BYTES);
        line[len++] = c;
    }
    if (len > 0 && line[len - 1] == '\r') len--;
    line[len] = '\0';
    return EG_OK;
}

/* Nothing is shown, and no key ends the program while the terminal is like that. */
static enum eg_status ask(const char *question, char *line, size_t size, struct eg_error *err)
{
    struct termios usual;
    if (tcgetattr(STDIN_FILENO, &usual) != 0)
        return eg_error_set(err, EG_IO, "terminal: %s", strerror(errno));
    struct termios unseen = usual;
    unseen.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL | ISIG);
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) != 0)
        return eg_error_set(err, EG_IO, "terminal: %s", strerror(errno));
    fputs(question, stderr);
    enum eg_status status = read_line(line, size, err);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
    fputc('\n', stderr);
    return status;
}

static enum eg_status ask_twice(char *password, size_t size, struct eg_error *err)
{
    char again[EG_PASSWORD_BYTES + 2];
    enum eg_status status = ask("Password, at least 12 characters: ", password, size, err);
    if (status == EG_OK) status = ask("The same again: ", again, sizeof again, err);
    if (status == EG_OK && strcmp(password, again) != 0)
        status = eg_error_set(err, EG_INVALID, "the two are not the same; nothing was changed");
    explicit_bzero(again, sizeof again);
    return status;
}

/* --- commands -------------------------------------------------------------------------------------------------------------- */

static int add(const struct eg_command *command, int argc, char **argv)
{
    int exit_status;
    char password[EG_PASSWORD_BYTES + 2];
    struct eg_error err = {0};
    if (!eg_command_read(command, argc, argv, NULL, &exit_status)) return exit_status;
    enum eg_status status = isatty(STDIN_FILENO) ? ask_twice(password, sizeof password, &err)
                                                 : read_line(password, sizeof password, &err);
    if (status == EG_OK)
        status = eg_editors_set_password(argv[optind], eg_text_from(argv[optind + 1]), eg_text_from(password),
                                         &err);
    explicit_bzero(password, sizeof password);
    return status == EG_OK ? EG_EXIT_DONE : eg_command_failed(&err);
}

static int token(const struct eg_command *command, int argc, char **argv)
{
    int exit_status;
    char fresh[EG_TOKEN_LEN + 1];
    struct eg_error err = {0};
    if (!eg_command_read(command, argc, argv, NULL, &exit_status)) return exit_status;
    if (eg_editors_set_token(argv[optind], eg_text_from(argv[optind + 1]), fresh, &err) != EG_OK)
        return eg_command_failed(&err);
    puts(fresh);
    explicit_bzero(fresh, sizeof fresh);
    return EG_EXIT_DONE;
}

static int list(const struct eg_command *command, int argc, char **argv)
{
    int exit_status;
    struct eg_editors *editors = NULL;
    struct eg_error err = {0};
    if (!eg_command_read(command, argc, argv, NULL, &exit_status)) return exit_status;
    if (eg_editors_read(argv[optind], &editors, &err) != EG_OK) return eg_command_failed(&err);
    for (uint32_t i = 0; i < editors->n; i++) {
        const struct eg_editor *editor = &editors->items[i];
        const char *has = editor->password.len == 0 ? "token" : "password";
        if (editor->password.len > 0 && editor->token.len > 0) has = "password,token";
        printf("%-14s %.*s\n", has, EG_TEXT_ARG(editor->name));
    }
    eg_editors_free(editors);
    return EG_EXIT_DONE;
}

static int take_away(const struct eg_command *command, int argc, char **argv)
{
    int exit_status;
    struct eg_error err = {0};
    if (!eg_command_read(command, argc, argv, NULL, &exit_status)) return exit_status;
    enum eg_status status = eg_editors_remove(argv[optind], eg_text_from(argv[optind + 1]), &err);
    return status == EG_OK ? EG_EXIT_DONE : eg_command_failed(&err);
}

static const struct {
    const char *word;
    struct eg_command command;
} parts[] = {
    {"add",
     {"editor add", "", USAGE, add, longs, set_option, 2,
      "name a file and an editor: evenground editor add FILE NAME"}},
    {"token",
     {"editor token", "", USAGE, token, longs, set_option, 2,
      "name a file and an editor: evenground editor token FILE NAME"}},
    {"list",
     {"editor list", "", USAGE, list, longs, set_option, 1, "name one file: evenground editor list FILE"}},
    {"remove",
     {"editor remove", "", USAGE, take_away, longs, set_option, 2,
      "name a file and an editor: evenground editor remove FILE NAME"}},
};

static int run(const struct eg_command *command, int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < EG_ARRAY_LEN(parts); i++)
        if (strcmp(word, parts[i].word) == 0)
            return parts[i].command.run(&parts[i].command, argc - 1, argv + 1);
    if (strcmp(word, "--help") != 0 && strcmp(word, "-h") != 0)
        return eg_command_misused(command, "say what to do: add, token, list or remove");
    fputs(USAGE, stdout);
    return EG_EXIT_DONE;
}

const struct eg_command eg_command_editor = {
    .name = "editor",
    .summary = "say who may edit the directory",
    .usage = USAGE,
    .run = run,
    .longs = longs,
    .set = set_option,
};
