#include "support/round_areas.h"

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"

/* Goes out and in between 0.33 and 0.47 of the cell. */
static void write_area(struct eg_buffer *text, const struct eg_round_areas *areas, uint32_t number,
                       uint32_t corners)
{
    struct eg_bounds box = areas->box_deg;
    double width = (box.max_x - box.min_x) / areas->columns, height = (box.max_y - box.min_y) / areas->rows;
    double lon_deg = box.min_x + (number % areas->columns + 0.5) * width;
    double lat_deg = box.min_y + (double)(number / areas->columns + 0.5) * height;
    eg_buffer_printf(
        text,
        "%s{\"type\":\"Feature\",\"properties\":{\"code\":\"a%04u\"},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[",
        number > 0 ? "," : "", number);
    for (uint32_t i = 0; i <= corners; i++) {
        double angle = 2 * M_PI * (i % corners) / corners;
        double share = 0.4 + 0.05 * sin(7 * angle + number) + 0.02 * sin(61 * angle);
        eg_buffer_printf(text, "%s[%.7f,%.7f]", i > 0 ? "," : "", lon_deg + share * width * cos(angle),
                         lat_deg + share * height * sin(angle));
    }
    eg_buffer_literal(text, "]]}}");
}

static bool write_areas(const struct eg_round_areas *areas, uint32_t corners, const char *path)
{
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    eg_buffer_literal(&text, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (uint32_t i = 0; i < areas->columns * areas->rows; i++) write_area(&text, areas, i, corners);
    eg_buffer_literal(&text, "]}");
    (void)mkdir("build", 0755);
    FILE *file = text.failed ? NULL : fopen(path, "we");
    bool good = file && fwrite(text.data, 1, text.len, file) == text.len;
    if (file && fclose(file) != 0) good = false;
    eg_buffer_clear(&text);
    return good;
}

bool eg_round_areas_open(struct eg_bounds box_deg, uint32_t columns, uint32_t rows, uint32_t corners,
                         struct eg_round_areas *areas_out)
{
    char path[64], yaml[256];
    struct eg_error err = {0};
    *areas_out = (struct eg_round_areas){.columns = columns, .rows = rows, .box_deg = box_deg};
    (void)snprintf(path, sizeof path, "build/round-areas-%ld.geojson", (long)getpid());
    (void)snprintf(
        yaml, sizeof yaml,
        "evenground: 1\ntitle: Round\nboundaries:\n  - {id: round, title: R, source: %s, key: code}\n", path);
    bool good = write_areas(areas_out, corners, path) &&
                eg_atlas_parse(eg_text_from(yaml), "atlas.yaml", true, &areas_out->atlas, &err) == EG_OK &&
                eg_generation_load(areas_out->atlas, 1, &areas_out->generation, &err) == EG_OK;
    if (!good) (void)fprintf(stderr, "%s: %s\n", path, err.message);
    (void)remove(path);
    return good;
}

void eg_round_areas_close(struct eg_round_areas *areas)
{
    eg_generation_release(areas->generation);
    eg_atlas_free(areas->atlas);
    *areas = (struct eg_round_areas){0};
}

static uint32_t cell_of(double share, uint32_t n)
{
    return (uint32_t)fmax(0, fmin(n - 1, floor(share * n)));
}

uint32_t eg_round_areas_at(const struct eg_round_areas *areas, double lon_deg, double lat_deg,
                           double middle_deg_out[2])
{
    struct eg_bounds box = areas->box_deg;
    double width = box.max_x - box.min_x, height = box.max_y - box.min_y;
    uint32_t column = cell_of((lon_deg - box.min_x) / width, areas->columns);
    uint32_t row = cell_of((lat_deg - box.min_y) / height, areas->rows);
    middle_deg_out[0] = box.min_x + (column + 0.5) / areas->columns * width;
    middle_deg_out[1] = box.min_y + (row + 0.5) / areas->rows * height;
    return row * areas->columns + column;
}
