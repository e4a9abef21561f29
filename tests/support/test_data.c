/* Unpacking goes to a file of its own name (with the process number) that is renamed when complete, so that test programs
 * may run side by side. */
#include "support/test_data.h"

#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define PATH_BYTES 1024

extern char **environ;

static const char *data_folder(void)
{
    const char *folder = getenv("EVENGROUND_DATA");
    return folder && folder[0] ? folder : "../shared/data";
}

/* Runs `xz -dc packed > unpacked`. */
static bool run_xz(const char *packed, const char *unpacked)
{
    char program[] = "xz";
    char option[] = "-dc";
    char input[PATH_BYTES];
    (void)snprintf(input, sizeof input, "%s", packed);
    char *arguments[] = {program, option, input, NULL};
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0) return false;
    pid_t child = 0;
    int status = -1;
    bool started = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, unpacked,
                                                    O_WRONLY | O_CREAT | O_TRUNC, 0644) == 0 &&
                   posix_spawnp(&child, program, &actions, NULL, arguments, environ) == 0;
    (void)posix_spawn_file_actions_destroy(&actions);
    return started && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool unpack(const char *packed, const char *unpacked)
{
    char part[PATH_BYTES];
    int len = snprintf(part, sizeof part, "%s.%ld.part", unpacked, (long)getpid());
    if (len < 0 || (size_t)len >= sizeof part) return false;
    (void)mkdir("build", 0755);
    (void)mkdir("build/data", 0755);
    if (run_xz(packed, part) && rename(part, unpacked) == 0) return true;
    (void)unlink(part);
    return false;
}

const char *eg_test_data_path(const char *name, char *path_out, size_t size)
{
    char packed[PATH_BYTES];
    (void)snprintf(packed, sizeof packed, "%s/%s.xz", data_folder(), name);
    (void)snprintf(path_out, size, "%s/%s", data_folder(), name);
    if (access(path_out, R_OK) == 0) return path_out;
    if (access(packed, R_OK) != 0) return NULL;
    (void)snprintf(path_out, size, "build/data/%s", name);
    return access(path_out, R_OK) == 0 || unpack(packed, path_out) ? path_out : NULL;
}

const char *eg_test_data_or_skip(const char *name, char *path_out, size_t size)
{
    const char *path = eg_test_data_path(name, path_out, size);
    if (path) return path;
    (void)printf("# %s is not in %s (set EVENGROUND_DATA to the folder of real data)\n", name, data_folder());
    (void)fflush(stdout);
    skip();
    return path_out;
}
