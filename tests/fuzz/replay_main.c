/* Feeds each file of the command line to the fuzz target and prints TAP. A crash ends the program, which then has printed
 * fewer results than it planned; the last line on standard error names the file. Without files the empty input is tried,
 * so that a new target is exercised at all. */
#include "fuzz/fuzz.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* The whole file in a block of exactly its size, so that AddressSanitizer sees a read past its end. */
static uint8_t *read_file(const char *path, size_t *size_out)
{
    FILE *file = fopen(path, "rbe");
    if (!file) return NULL;
    long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    uint8_t *bytes = size >= 0 ? malloc(size > 0 ? (size_t)size : 1) : NULL;
    rewind(file);
    bool whole = bytes && fread(bytes, 1, (size_t)size, file) == (size_t)size;
    (void)fclose(file);
    if (whole) {
        *size_out = (size_t)size;
        return bytes;
    }
    free(bytes);
    return NULL;
}

static bool replay(const char *path, int number)
{
    size_t size = 0;
    uint8_t *bytes = read_file(path, &size);
    (void)fprintf(stderr, "replaying %s\n", path);
    if (bytes) (void)LLVMFuzzerTestOneInput(bytes, size);
    (void)printf("%s %d - %s\n", bytes ? "ok" : "not ok", number, path);
    (void)fflush(stdout);
    free(bytes);
    return bytes != NULL;
}

int main(int argc, char **argv)
{
    static const uint8_t empty[1];
    bool good = true;
    (void)printf("1..%d\n", argc);
    (void)LLVMFuzzerTestOneInput(empty, 0);
    (void)printf("ok 1 - the empty input\n");
    for (int i = 1; i < argc; i++) good = replay(argv[i], i + 1) && good;
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
