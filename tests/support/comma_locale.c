/* localedef writes a folder; it is made under a name of this process and renamed when complete, so that tests may run side
 * by side. */
#include "support/comma_locale.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static bool use_comma_locale(void)
{
    return setlocale(LC_ALL, "de_DE.UTF-8") && localeconv()->decimal_point[0] == ',';
}

static bool run_localedef(char *folder)
{
    pid_t child = fork();
    if (child == 0) {
        /* Its warnings about missing categories are of no interest. */
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) _exit(127);
        (void)execlp("localedef", "localedef", "-i", "de_DE", "-f", "UTF-8", folder, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool make_comma_locale(void)
{
    char folder[64];
    (void)mkdir("build", 0755);
    (void)mkdir("build/locale", 0755);
    (void)snprintf(folder, sizeof folder, "build/locale/part.%ld", (long)getpid());
    if (access("build/locale/de_DE.UTF-8", R_OK) != 0 && run_localedef(folder)) {
        (void)rename(folder, "build/locale/de_DE.UTF-8"); /* another test may have been faster */
    }
    return setenv("LOCPATH", "build/locale", 1) == 0;
}

void eg_test_comma_locale_or_skip(void)
{
    bool has_one = use_comma_locale() || (make_comma_locale() && use_comma_locale());
    (void)unsetenv("LOCPATH"); /* with it, glibc's newlocale leaks, which libraries call */
    if (has_one) return;
    (void)printf(
        "# no locale with a decimal comma is installed, and localedef cannot make one (package locales)\n");
    (void)fflush(stdout);
    skip();
}

void eg_test_plain_locale(void)
{
    (void)setlocale(LC_ALL, "C");
}
