#include "support/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "render/png.h"

#define MAX_FILE_BYTES (64u << 20)

static bool is_set(const char *variable, const char *value)
{
    const char *is = getenv(variable);
    return is && strcmp(is, value) == 0;
}

static void write_picture(const char *path, const struct eg_canvas *canvas)
{
    struct eg_buffer png;
    eg_buffer_init(&png, 0);
    assert_int_equal(eg_png_encode(canvas, &(struct eg_png_options){.exact = true}, &png, NULL, NULL), EG_OK);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(png.data, 1, png.len, file) != png.len || fclose(file))
        fail_msg("cannot write %s", path);
    eg_buffer_clear(&png);
}

/* False when the file is not there. */
static bool read_picture(const char *path, struct eg_canvas *canvas)
{
    struct eg_error err = {0};
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    char *bytes = malloc(MAX_FILE_BYTES);
    assert_non_null(bytes);
    size_t n = fread(bytes, 1, MAX_FILE_BYTES, file);
    fclose(file);
    if (eg_png_decode((struct eg_text){bytes, n}, canvas, &err)) fail_msg("%s: %s", path, err.message);
    free(bytes);
    return true;
}

static uint32_t worst_channel(struct eg_rgba a, struct eg_rgba b)
{
    int apart[] = {abs(a.r - b.r), abs(a.g - b.g), abs(a.b - b.b), abs(a.a - b.a)}, worst = 0;
    for (int c = 0; c < 4; c++) worst = apart[c] > worst ? apart[c] : worst;
    return (uint32_t)worst;
}

/* Grey where alike; else the brighter red the further apart. */
static struct eg_rgba show(struct eg_rgba expected, uint32_t apart, uint32_t tolerance)
{
    uint8_t grey = (uint8_t)(192 + (expected.r + expected.g + expected.b) / 12);
    if (apart <= tolerance) return (struct eg_rgba){grey, grey, grey, 255};
    return (struct eg_rgba){255, (uint8_t)(apart < 200 ? 200 - apart : 0), 0, 255};
}

/* How many pixels are not alike; paints them into `difference` (of the same size). */
static size_t compare(const struct eg_canvas *expected, const struct eg_canvas *actual, uint32_t tolerance,
                      struct eg_canvas *difference)
{
    size_t n_apart = 0, n = (size_t)expected->width * expected->height;
    for (size_t i = 0; i < n; i++) {
        uint32_t apart = worst_channel(expected->pixels[i], actual->pixels[i]);
        difference->pixels[i] = show(expected->pixels[i], apart, tolerance);
        n_apart += apart > tolerance;
    }
    return n_apart;
}

static void leave_picture(const char *name, const char *what, const struct eg_canvas *canvas)
{
    char path[512];
    (void)mkdir("build", 0777);
    (void)mkdir("build/golden", 0777);
    (void)snprintf(path, sizeof path, "build/golden/%s.%s.png", name, what);
    write_picture(path, canvas);
}

static void check_against(const char *name, const struct eg_canvas *expected, const struct eg_canvas *actual,
                          struct eg_golden_tolerance tolerance)
{
    struct eg_canvas difference;
    if (expected->width != actual->width || expected->height != actual->height) {
        leave_picture(name, "actual", actual);
        fail_msg("%s is %u x %u pixels, expected %u x %u; see build/golden/%s.actual.png", name,
                 actual->width, actual->height, expected->width, expected->height, name);
    }
    assert_int_equal(eg_canvas_init(&difference, expected->width, expected->height, NULL), EG_OK);
    size_t n = (size_t)expected->width * expected->height,
           n_apart = compare(expected, actual, tolerance.channel, &difference);
    bool failed = (double)n_apart > tolerance.share * (double)n;
    if (failed) {
        leave_picture(name, "actual", actual);
        leave_picture(name, "difference", &difference);
    }
    eg_canvas_clear(&difference);
    if (failed)
        fail_msg("%s: %zu of %zu pixels are more than %u of 255 from the golden; see "
                 "build/golden/%s.difference.png",
                 name, n_apart, n, tolerance.channel, name);
}

void eg_golden_check(const char *name, const struct eg_canvas *canvas, struct eg_golden_tolerance tolerance)
{
    char path[512];
    struct eg_canvas expected;
    (void)snprintf(path, sizeof path, "tests/golden/%s.png", name);
    if (is_set("EG_BLESS", "1")) {
        write_picture(path, canvas);
        print_message("# blessed %s\n", path);
        return;
    }
    if (!read_picture(path, &expected)) {
        leave_picture(name, "actual", canvas);
        if (is_set("CI", "true")) fail_msg("%s is missing; `make bless` writes it", path);
        print_message("# %s is missing; look at build/golden/%s.actual.png and run `make bless`\n", path,
                      name);
        skip();
    }
    check_against(name, &expected, canvas, tolerance);
    eg_canvas_clear(&expected);
}
