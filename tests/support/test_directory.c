#include "support/test_directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/log.h"
#include "support/temp_file.h"

static void assert_done(enum eg_status status, const struct eg_error *err)
{
    if (status) print_error("%s\n", err->message);
    assert_int_equal(status, EG_OK);
}

static struct eg_text write_squares(void)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_buffer_literal(&text, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int i = 0; i < EG_TEST_SQUARES * EG_TEST_SQUARES; i++) {
        int x = i / EG_TEST_SQUARES;
        int y = 500 + i % EG_TEST_SQUARES;
        eg_buffer_printf(&text,
                         "%s{\"type\":\"Feature\",\"properties\":{\"code\":\"n%d%d\",\"district\":\"d%d%d\","
                         "\"region\":\"r%d\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0.%d,%d.%"
                         "d],[0.%d,%d.%d],"
                         "[0.%d,%d.%d],[0.%d,%d.%d],[0.%d,%d.%d]]]}}",
                         i > 0 ? "," : "", x, y - 500, x / 2, (y - 500) / 2, x / 2, x, y / 10, y % 10, x + 1,
                         y / 10, y % 10, x + 1, (y + 1) / 10, (y + 1) % 10, x, (y + 1) / 10, (y + 1) % 10, x,
                         y / 10, y % 10);
    }
    eg_buffer_literal(&text, "]}");
    assert_false(text.failed);
    struct eg_text path = eg_test_temp_file("squares.geojson", text.data);
    eg_buffer_clear(&text);
    return path;
}

void eg_test_directory_open(const char *directories, struct eg_test_directory *test_out)
{
    struct eg_buffer yaml;
    struct eg_error err = {0};
    eg_log_set_level(EG_LOG_ERROR);
    eg_buffer_init(&yaml, 0);
    eg_buffer_printf(&yaml,
                     "evenground: 1\ntitle: Squares\nboundaries:\n"
                     "  - {id: neighbourhood, title: N, source: %s, key: code}\n"
                     "  - {id: district, title: D, dissolve: {of: neighbourhood, column: district}}\n"
                     "  - {id: region, title: R, dissolve: {of: neighbourhood, column: region}}\n%s",
                     write_squares().data, directories);
    assert_false(yaml.failed);
    *test_out = (struct eg_test_directory){0};
    assert_done(
        eg_atlas_parse((struct eg_text){yaml.data, yaml.len}, "atlas.yaml", true, &test_out->atlas, &err),
        &err);
    eg_buffer_clear(&yaml);
    assert_done(eg_generation_load(test_out->atlas, 1, &test_out->generation, &err), &err);
    struct eg_entries *entries = NULL;
    assert_done(eg_entries_load(test_out->atlas, &entries, &err), &err);
    assert_done(eg_directory_new(entries, test_out->generation, &test_out->directory, &err), &err);
}

void eg_test_directory_close(struct eg_test_directory *test)
{
    eg_directory_free(test->directory);
    eg_generation_release(test->generation);
    eg_atlas_free(test->atlas);
    *test = (struct eg_test_directory){0};
}
