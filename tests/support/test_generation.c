/* Atlases are written in YAML, so that tests read like what people write. */
#include "support/test_generation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/log.h"
#include "support/temp_file.h"

enum eg_status eg_test_load(const char *yaml, struct eg_test_load *load)
{
    *load = (struct eg_test_load){0};
    eg_log_set_level(EG_LOG_ERROR);
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_buffer_literal(&text, "evenground: 1\ntitle: A trial\n");
    for (const char *c = yaml; *c; c++) {
        if (*c == '@') eg_buffer_printf(&text, "%ld-", (long)getpid());
        else eg_buffer_char(&text, *c);
    }
    enum eg_status status = EG_NO_MEMORY;
    if (!text.failed) {
        status = eg_atlas_parse((struct eg_text){text.data, text.len}, "build/test-tmp/atlas.yaml", false,
                                &load->atlas, &load->error);
    }
    eg_buffer_clear(&text);
    if (status == EG_OK) status = eg_generation_load(load->atlas, 2, &load->generation, &load->error);
    return status;
}

void eg_test_load_clear(struct eg_test_load *load)
{
    eg_generation_release(load->generation);
    eg_atlas_free(load->atlas);
    *load = (struct eg_test_load){0};
}

void eg_test_load_well(const char *yaml, struct eg_test_load *load)
{
    enum eg_status status = eg_test_load(yaml, load);
    if (status) print_error("%s\n", load->error.message);
    assert_int_equal(status, EG_OK);
}

void eg_test_load_refused(const char *yaml, enum eg_status expected, const char *part)
{
    struct eg_test_load load;
    enum eg_status status = eg_test_load(yaml, &load);
    if (!strstr(load.error.message, part)) print_error("'%s' is not in '%s'\n", part, load.error.message);
    assert_int_equal(status, expected);
    assert_non_null(strstr(load.error.message, part));
    eg_test_load_clear(&load);
}

static void add_square(struct eg_buffer *text, uint32_t column, uint32_t row, uint32_t columns)
{
    double x = 0.1 * column;
    double y = 0.1 * row;
    uint32_t number = row * columns + column;
    eg_buffer_printf(
        text,
        "%s{\"type\":\"Feature\",\"properties\":{\"code\":\"S%02u\",\"name\":\"Square %u\",\"half\":\"%s\"},"
        "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%.1f,%.1f],[%.1f,%.1f],[%.1f,%.1f],[%.1f,%.1f]"
        ","
        "[%.1f,%.1f]]]}}",
        number > 0 ? "," : "", number, number, column < columns / 2 ? "W" : "E", x, y, x + 0.1, y, x + 0.1,
        y + 0.1, x, y + 0.1, x, y);
}

struct eg_text eg_test_squares(const char *name, uint32_t columns, uint32_t rows)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_buffer_literal(&text, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t column = 0; column < columns; column++) add_square(&text, column, row, columns);
    }
    eg_buffer_literal(&text, "]}");
    assert_false(text.failed);
    struct eg_text path = eg_test_temp_file(name, text.data);
    eg_buffer_clear(&text);
    return path;
}

uint32_t eg_test_set(const struct eg_test_load *load, const char *id)
{
    for (uint32_t i = 0; i < load->atlas->n_boundaries; i++) {
        if (eg_text_equal(load->atlas->boundaries[i].id, eg_text_from(id))) return i;
    }
    fail_msg("there is no set '%s'", id);
    return 0;
}

uint32_t eg_test_area(const struct eg_test_load *load, const char *set, const char *code)
{
    const struct eg_area_set *areas = &load->generation->area_sets[eg_test_set(load, set)];
    uint32_t area = eg_textmap_get(areas->by_code, eg_text_from(code));
    if (area == EG_TEXTMAP_NONE) fail_msg("set '%s' has no area '%s'", set, code);
    return area;
}

static uint32_t find_series(const struct eg_test_load *load, const char *indicator, const char *set,
                            const char *period)
{
    uint32_t boundaries = eg_test_set(load, set);
    for (uint32_t i = 0; i < load->generation->n_series; i++) {
        const struct eg_series *series = &load->generation->series[i];
        struct eg_text id = load->atlas->indicators[series->indicator].id;
        bool fits = series->boundaries == boundaries && eg_text_equal(id, eg_text_from(indicator)) &&
                    (!period || eg_text_equal(series->period.id, eg_text_from(period)));
        if (fits) return i;
    }
    fail_msg("there is no series of '%s' on '%s'", indicator, set);
    return 0;
}

const struct eg_series *eg_test_series(const struct eg_test_load *load, const char *indicator,
                                       const char *set, const char *period)
{
    return &load->generation->series[find_series(load, indicator, set, period)];
}

const struct eg_series_report *eg_test_series_report(const struct eg_test_load *load, const char *indicator,
                                                     const char *set, const char *period)
{
    return &load->generation->report->series[find_series(load, indicator, set, period)];
}
