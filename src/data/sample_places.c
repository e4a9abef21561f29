/* A postcode for each neighbourhood, so that the finder can be asked by one. ZZ is no postcode area of anybody's: "ZZ4 1AB" is the tenth
 * of the fourth district. */
#include "data/sample_parts.h"

#define OUTWARDS 98U /* ZZ1 to ZZ98 */
#define LETTERS 20U  /* those that British postcodes have behind their last digit */
#define PER_OUTWARD (9U * LETTERS * LETTERS)

static uint32_t outward_of(const struct eg_sample_land *land, uint32_t area)
{
    return land->areas[area].district % OUTWARDS;
}

static void write_postcode(uint32_t outward, uint32_t number, char postcode_out[12])
{
    static const char letters[] = "ABDEFGHJLNPQRSTUWXYZ";
    snprintf(postcode_out, 12, "ZZ%u %u%c%c", outward + 1, 1 + number % 9,
             letters[number / 9 / LETTERS % LETTERS], letters[number / 9 % LETTERS]);
}

void eg_sample_postcode(const struct eg_sample_land *land, uint32_t area, char postcode_out[12])
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < area; i++) number += outward_of(land, i) == outward_of(land, area);
    write_postcode(outward_of(land, area), number, postcode_out);
}

enum eg_status eg_sample_write_places(const struct eg_sample_land *land, const char *folder,
                                      struct eg_error *err)
{
    struct eg_sample_file file;
    uint32_t numbers[OUTWARDS] = {0};
    enum eg_status status = eg_sample_file_open(folder, "postcodes.csv", &file, err);
    if (status != EG_OK) return status;
    fputs("postcode,longitude,latitude\n", file.stream);
    for (uint32_t i = 0; i < land->n_areas; i++) {
        char postcode[12];
        double lon, lat;
        uint32_t number = numbers[outward_of(land, i)]++;
        if (number >= PER_OUTWARD) continue;
        write_postcode(outward_of(land, i), number, postcode);
        eg_sample_cell_position(land, land->areas[i].cell, &lon, &lat);
        fprintf(file.stream, "%s,%.6f,%.6f\n", postcode, lon, lat);
    }
    return eg_sample_file_close(&file, err);
}
