/* Every file that was written is remembered in a fixed table of paths: tests write some tens of them. */
#include "support/temp_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MOST_FILES 256
#define PATH_BYTES 256

static char paths[MOST_FILES][PATH_BYTES];
static size_t n_paths;

const char *eg_test_temp_path(const char *name, char *path_out, size_t size)
{
    (void)mkdir("build", 0755);
    (void)mkdir("build/test-tmp", 0755);
    (void)snprintf(path_out, size, "build/test-tmp/%ld-%s", (long)getpid(), name);
    return path_out;
}

static const char *remember(const char *path)
{
    for (size_t i = 0; i < n_paths; i++) {
        if (strcmp(paths[i], path) == 0) return paths[i];
    }
    assert_true(n_paths < MOST_FILES);
    (void)snprintf(paths[n_paths], PATH_BYTES, "%s", path);
    return paths[n_paths++];
}

const char *eg_test_temp_bytes(const char *name, const void *bytes, size_t len, char *path_out, size_t size)
{
    (void)eg_test_temp_path(name, path_out, size);
    FILE *file = fopen(path_out, "wbe");
    assert_non_null(file);
    size_t written = fwrite(bytes, 1, len, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(written, len);
    (void)remember(path_out);
    return path_out;
}

struct eg_text eg_test_temp_file(const char *name, const char *content)
{
    char path[PATH_BYTES];
    (void)eg_test_temp_bytes(name, content, strlen(content), path, sizeof path);
    return eg_text_from(remember(path));
}

void eg_test_temp_clear(void)
{
    for (size_t i = 0; i < n_paths; i++) (void)unlink(paths[i]);
    n_paths = 0;
}
