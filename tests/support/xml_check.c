#include "support/xml_check.h"

#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/temp_file.h"

#define PATH_BYTES 512
#define OUTPUT_BYTES (64U << 10)

extern char **environ;

static const char *schemas_folder(void)
{
    const char *folder = getenv("EVENGROUND_SCHEMAS");
    return folder && folder[0] ? folder : "../shared/schemas";
}

/* Runs a line of shell of our own making, what it writes into output_out[size]; returns its exit status. */
static int run_shell(const char *line, char *output_out, size_t size)
{
    char path[PATH_BYTES], program[] = "sh", option[] = "-c", *command = strdup(line);
    assert_non_null(command);
    char *arguments[] = {program, option, command, NULL};
    (void)eg_test_temp_bytes("said.txt", "", 0, path, sizeof path);
    posix_spawn_file_actions_t actions;
    pid_t child = 0;
    int status = -1;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, path, O_WRONLY | O_TRUNC, 0644), 0);
    assert_int_equal(posix_spawnp(&child, program, &actions, NULL, arguments, environ), 0);
    (void)posix_spawn_file_actions_destroy(&actions);
    assert_int_equal(waitpid(child, &status, 0), child);
    free(command);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    output_out[fread(output_out, 1, size - 1, file)] = '\0';
    (void)fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void eg_xml_check_needs_schemas(void)
{
    char catalog[PATH_BYTES], output[256];
    (void)snprintf(catalog, sizeof catalog, "%s/catalog.xml", schemas_folder());
    bool has_schemas = access(catalog, R_OK) == 0;
    if (has_schemas && run_shell("command -v xmllint 2>&1", output, sizeof output) == 0) return;
    if (has_schemas) (void)printf("# xmllint is not installed (libxml2-utils)\n");
    else (void)printf("# %s is not there (set EVENGROUND_SCHEMAS to the folder of schemas)\n", catalog);
    (void)fflush(stdout);
    skip();
}

static void run_xmllint(const struct eg_entity *entity, const char *options)
{
    char path[PATH_BYTES], line[4 * PATH_BYTES], *output = malloc(OUTPUT_BYTES);
    assert_non_null(output);
    (void)eg_test_temp_bytes("checked.xml", entity->body.data, entity->body.len, path, sizeof path);
    int len = snprintf(
        line, sizeof line,
        "XML_CATALOG_FILES=\"file://$(realpath '%s/catalog.xml')\" xmllint --nonet --noout %s '%s' 2>&1",
        schemas_folder(), options, path);
    assert_in_range(len, 1, sizeof line - 1);
    int status = run_shell(line, output, OUTPUT_BYTES);
    if (status != 0) print_error("%s\n%.4000s\n", line, output);
    free(output);
    assert_int_equal(status, 0);
}

void eg_xml_check_dtd(const struct eg_entity *entity)
{
    run_xmllint(entity, "--valid");
}

void eg_xml_check_form(const struct eg_entity *entity)
{
    run_xmllint(entity, "");
}

/* One schema that brings all of them, since xmllint takes no more. */
void eg_xml_check_schemas(const struct eg_entity *entity, const char *const *namespaces_and_files, size_t n)
{
    char path[PATH_BYTES], options[PATH_BYTES + 32], folder[4096], *whole = malloc(OUTPUT_BYTES);
    assert_non_null(whole);
    assert_non_null(realpath(schemas_folder(), folder));
    size_t len =
        (size_t)snprintf(whole, OUTPUT_BYTES, "<schema xmlns=\"http://www.w3.org/2001/XMLSchema\">\n");
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(whole + len, OUTPUT_BYTES - len,
                                "<import namespace=\"%s\" schemaLocation=\"file://%s/ogc/%s\"/>\n",
                                namespaces_and_files[2 * i], folder, namespaces_and_files[2 * i + 1]);
    len += (size_t)snprintf(whole + len, OUTPUT_BYTES - len, "</schema>\n");
    (void)eg_test_temp_bytes("all.xsd", whole, len, path, sizeof path);
    free(whole);
    (void)snprintf(options, sizeof options, "--schema '%s'", path);
    run_xmllint(entity, options);
}

double eg_xml_check_number(const struct eg_entity *entity, const char *xpath)
{
    double number = 0;
    assert_true(eg_text_to_double(eg_text_from(eg_xml_check_value(entity, xpath)), &number));
    return number;
}

const char *eg_xml_check_value(const struct eg_entity *entity, const char *xpath)
{
    static char value[4096];
    char path[PATH_BYTES], line[4 * PATH_BYTES];
    (void)eg_test_temp_bytes("asked.xml", entity->body.data, entity->body.len, path, sizeof path);
    int len = snprintf(line, sizeof line, "xmllint --nonet --xpath \"%s\" '%s' 2>&1", xpath, path);
    assert_in_range(len, 1, sizeof line - 1);
    (void)run_shell(line, value, sizeof value);
    size_t n = strlen(value);
    while (n > 0 && value[n - 1] == '\n') value[--n] = '\0';
    return value;
}
