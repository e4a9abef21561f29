/* Sixty entries: coalitions, hubs, grants, training and services; partnerships of districts; officers with a patch. Telephone numbers are from the range
 * that Ofcom reserves for drama (01632 960000 to 960999), addresses of the web from example.org (RFC 2606). */
#include <math.h>
#include <string.h>

#include "data/sample_parts.h"

enum { STREAM_ENTRY = 400, N_ENTRIES = 50 /* of the kinds below */ };

struct theme {
    const char *topic, *title, *programme, *about;
};

static const struct theme themes[] = {
    {"smoking", "Smokefree", "Clear Air Together",
     "Help to stop smoking, and smoke-free homes and school gates."},
    {"healthy_weight", "Healthy Weight", "Good Food Ways", "Affordable fresh food, cooking and active play."},
    {"mental_health", "Wellbeing", "Open Door", "A friendly ear, peer groups and help to find care."},
    {"substance_use", "Recovery", "Safer Together",
     "Overdose prevention, recovery cafés and family support."},
    {"healthy_ageing", "Later Life", "Neighbour to Neighbour",
     "Company, falls prevention and lifts to appointments."},
    {"food_access", "Food", "Good Food Ways", "A pantry, a lunch club and a community garden."},
    {"income_advice", "Money Advice", "Fair Share",
     "Benefits, debt and energy bills, without an appointment."},
    {"early_years", "Best Start", "Little Steps", "Stay and play, feeding support and parents' groups."},
};

struct kind {
    const char *kind, *noun;
    uint32_t n;
};

/* With four partnerships and six officers' patches, sixty entries. */
static const struct kind kinds[] = {
    {"coalition", "Coalition", 18},  {"hub", "Hub", 12},        {"grant", "Grant", 8},
    {"training", "Training Day", 5}, {"service", "Service", 7},
};

static double uniform(const struct eg_sample_land *land, uint32_t entry, uint32_t what)
{
    return eg_sample_uniform(land->seed, STREAM_ENTRY + what, entry);
}

static uint32_t pick(const struct eg_sample_land *land, uint32_t entry, uint32_t what, uint32_t n)
{
    uint32_t picked = (uint32_t)(uniform(land, entry, what) * n);
    return picked < n ? picked : n - 1;
}

/* Most entries are where need is greatest: the neediest of three picks. */
static uint32_t pick_area(const struct eg_sample_land *land, uint32_t entry)
{
    uint32_t best = pick(land, entry, 0, land->n_areas);
    for (uint32_t i = 1; i < 3; i++) {
        uint32_t other = pick(land, entry, 100 + i, land->n_areas);
        if (land->areas[other].need > land->areas[best].need) best = other;
    }
    return best;
}

/* The codes of up to `most` areas within reach of the home area. */
static void write_served_areas(FILE *out, const struct eg_sample_land *land, uint32_t home, uint32_t most)
{
    uint32_t n = 0;
    int64_t width = land->width, cell = land->areas[home].cell;
    for (uint32_t a = 0; a < land->n_areas && n < most; a++) {
        int64_t dx = land->areas[a].cell % width - cell % width,
                dy = land->areas[a].cell / width - cell / width;
        if (dx * dx + dy * dy > 100) continue;
        char code[12];
        eg_sample_area_code(a, code);
        fprintf(out, "%s%s", n > 0 ? ";" : "", code);
        n++;
    }
}

static void write_contact(FILE *out, const struct eg_sample_land *land, uint32_t entry, uint32_t home)
{
    char text[128], postcode[12];
    snprintf(text, sizeof text, "%u High Street, %s", 1 + pick(land, entry, 3, 120),
             land->towns[land->areas[home].town].name);
    eg_sample_csv_cell(out, text, false);
    eg_sample_postcode(land, home, postcode);
    eg_sample_csv_cell(out, postcode, false);
    snprintf(text, sizeof text, "01632 960%03u", entry);
    eg_sample_csv_cell(out, text, false);
    snprintf(text, sizeof text, "contact-%02u@example.org", entry + 1);
    eg_sample_csv_cell(out, text, false);
    snprintf(text, sizeof text, "https://www.example.org/%02u", entry + 1);
    eg_sample_csv_cell(out, text, false);
}

/* Of half of them only people can say when they are there. */
static const char *hours_of(const struct eg_sample_land *land, uint32_t entry, const char *kind)
{
    static const char *const hours[] = {"Mo-Fr 09:00-17:00", "Mo-Sa 08:30-18:00",
                                        "Tu-Th 10:00-16:00; Sa 10:00-13:00", "24/7"};
    bool is_open = strcmp(kind, "hub") == 0 || strcmp(kind, "service") == 0 || strcmp(kind, "coalition") == 0;
    uint32_t which = pick(land, entry, 10, 2 * EG_ARRAY_LEN(hours));
    return is_open && which < EG_ARRAY_LEN(hours) ? hours[which] : "";
}

static void write_money_and_dates(FILE *out, const struct eg_sample_land *land, uint32_t entry,
                                  const char *kind)
{
    bool grant = strcmp(kind, "grant") == 0, training = strcmp(kind, "training") == 0;
    if (grant)
        fprintf(out, "%u,GBP,Marram Community Fund,2023-04-01,2026-03-31,",
                1000 * (2 + pick(land, entry, 4, 60)));
    else if (training)
        fprintf(out, ",,,2027-%02u-%02u,,", 1 + pick(land, entry, 5, 12), 1 + pick(land, entry, 6, 28));
    else fputs(",,,,,", out);
    fprintf(out, "%s,202%u-%02u-15,", hours_of(land, entry, kind), 4 + pick(land, entry, 7, 2),
            1 + pick(land, entry, 8, 12));
}

/* What an entry does and where, no two of a kind doing the same in the same town: they would have the same name. */
struct place {
    uint32_t theme, home, town;
    const struct kind *kind;
};

/* Some of a list: the first of it mostly, each other one in a quarter of the cases. */
static void write_some(FILE *out, const struct eg_sample_land *land, uint32_t entry, uint32_t what,
                       const char *const *list)
{
    bool any = false;
    for (uint32_t i = 0; list[i]; i++) {
        if (uniform(land, entry, what + i) >= (i == 0 ? 0.7 : 0.25)) continue;
        fprintf(out, "%s%s", any ? ";" : "", list[i]);
        any = true;
    }
    putc(',', out);
}

/* Nobody goes to a grant. */
static void write_welcome(FILE *out, const struct eg_sample_land *land, uint32_t entry, const char *kind)
{
    static const char *const languages[] = {"English", "Polish", "Português", "British Sign Language", NULL};
    static const char *const access[] = {"Step-free entrance", "Wheelchair access", "Hearing loop", NULL};
    static const char *const none[] = {NULL};
    bool is_grant = strcmp(kind, "grant") == 0;
    write_some(out, land, entry, 30, is_grant ? none : languages);
    write_some(out, land, entry, 40, is_grant ? none : access);
}

static bool is_new(const struct place *places, uint32_t n, const struct place *place)
{
    for (uint32_t i = 0; i < n; i++)
        if (places[i].theme == place->theme && places[i].town == place->town && places[i].kind == place->kind)
            return false;
    return true;
}

static void find_place(const struct eg_sample_land *land, struct place *places, uint32_t entry,
                       const struct kind *kind)
{
    struct place place = {.kind = kind};
    place.theme = (entry * 3 + pick(land, entry, 1, 2)) % EG_ARRAY_LEN(themes);
    for (uint32_t attempt = 0; attempt < 100; attempt++) {
        place.home = pick_area(land, entry + 1000 * attempt);
        place.town = land->areas[place.home].town;
        if (is_new(places, entry, &place)) break;
    }
    places[entry] = place;
}

static void write_entry(FILE *out, const struct eg_sample_land *land, uint32_t entry,
                        const struct place *place)
{
    const struct theme *theme = &themes[place->theme];
    const struct kind *kind = place->kind;
    uint32_t home_number = place->home;
    const struct eg_sample_area *home = &land->areas[home_number];
    char text[200];
    double lon, lat;
    eg_sample_cell_position(land, home->cell, &lon, &lat);
    fprintf(out, "E%03u,%s,", entry + 1, kind->kind);
    snprintf(text, sizeof text, "%s %s %s", land->towns[home->town].name, theme->title, kind->noun);
    eg_sample_csv_cell(out, text, false);
    snprintf(text, sizeof text, "%s For people in and around %s.", theme->about,
             land->towns[home->town].name);
    eg_sample_csv_cell(out, text, false);
    fprintf(out, "%s,%s,%.6f,%.6f,", theme->topic, theme->programme, lon, lat);
    write_contact(out, land, entry, home_number);
    write_money_and_dates(out, land, entry, kind->kind);
    write_welcome(out, land, entry, kind->kind);
    write_served_areas(out, land, home_number, 4 + pick(land, entry, 9, 30));
    putc('\n', out);
}

/* Partnerships of whole districts stand in a table of their own: their codes belong to another level. */
static enum eg_status write_partnerships(const struct eg_sample_land *land, const char *folder,
                                         struct eg_error *err)
{
    struct eg_sample_file file;
    enum eg_status status = eg_sample_file_open(folder, "partnerships.csv", &file, err);
    if (status != EG_OK) return status;
    fputs("key,name,description,topic,programme,longitude,latitude,phone,url,serves\n", file.stream);
    for (uint32_t i = 0; i < 4; i++) {
        const struct theme *theme = &themes[(2 * i + 1) % EG_ARRAY_LEN(themes)];
        uint32_t one = i % land->n_districts, two = (i + 1) % land->n_districts;
        char text[200], code_one[12], code_two[12];
        double lon, lat;
        eg_sample_cell_position(land, land->towns[one].cell, &lon, &lat);
        eg_sample_district_code(one, code_one);
        eg_sample_district_code(two, code_two);
        fprintf(file.stream, "P%03u,", i + 1);
        snprintf(text, sizeof text, "%s and %s %s Partnership", land->towns[one].name, land->towns[two].name,
                 theme->title);
        eg_sample_csv_cell(file.stream, text, false);
        snprintf(text, sizeof text, "Two districts working together. %s", theme->about);
        eg_sample_csv_cell(file.stream, text, false);
        fprintf(file.stream, "%s,%s,%.6f,%.6f,01632 960%03u,https://www.example.org/p%u,%s;%s\n",
                theme->topic, theme->programme, lon, lat, 900 + i, i + 1, code_one, code_two);
    }
    return eg_sample_file_close(&file, err);
}

/* Officers walk a patch that follows no boundary: a polygon of their own, as GeoJSON. */
static void write_patch(FILE *out, const struct eg_sample_land *land, uint32_t number, bool last)
{
    const struct eg_sample_area *home = &land->areas[pick_area(land, 500 + number)];
    fprintf(out,
            "{\"type\":\"Feature\",\"properties\":{\"key\":\"O%03u\",\"name\":\"%s Community "
            "Officers\",\"description\":\"Officers "
            "who walk the patch shown on the map and know who helps whom.\",\"phone\":\"01632 960%03u\"},"
            "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[",
            number + 1, land->towns[home->town].name, 950 + number);
    for (int i = 0; i <= 12; i++) {
        double turn = 2 * 3.14159265358979 * (i % 12) / 12, lon, lat;
        double reach = 4 + 2 * uniform(land, number * 12 + (uint32_t)(i % 12), 20);
        eg_sample_position(land, home->cell % land->width + reach * cos(turn),
                           (double)(home->cell / land->width) + reach * sin(turn), &lon, &lat);
        fprintf(out, "%s[%.6f,%.6f]", i > 0 ? "," : "", lon, lat);
    }
    fprintf(out, "]]}}%s\n", last ? "" : ",");
}

static enum eg_status write_patches(const struct eg_sample_land *land, const char *folder,
                                    struct eg_error *err)
{
    struct eg_sample_file file;
    enum eg_status status = eg_sample_file_open(folder, "officers.geojson", &file, err);
    if (status != EG_OK) return status;
    fputs("{\"type\":\"FeatureCollection\",\"features\":[\n", file.stream);
    for (uint32_t i = 0; i < 6; i++) write_patch(file.stream, land, i, i == 5);
    fputs("]}\n", file.stream);
    return eg_sample_file_close(&file, err);
}

enum eg_status eg_sample_write_directory(const struct eg_sample_land *land, const char *folder,
                                         struct eg_error *err)
{
    struct eg_sample_file file;
    enum eg_status status = eg_sample_file_open(folder, "coalitions.csv", &file, err);
    if (status != EG_OK) return status;
    fputs("key,kind,name,description,topic,programme,longitude,latitude,address,postcode,phone,email,url,"
          "amount,currency,"
          "funder,start,end,hours,last_reviewed,languages,accessibility,serves\n",
          file.stream);
    struct place places[N_ENTRIES];
    uint32_t entry = 0;
    for (size_t k = 0; k < EG_ARRAY_LEN(kinds); k++)
        for (uint32_t i = 0; i < kinds[k].n && entry < N_ENTRIES; i++, entry++) {
            find_place(land, places, entry, &kinds[k]);
            write_entry(file.stream, land, entry, &places[entry]);
        }
    status = eg_sample_file_close(&file, err);
    if (status == EG_OK) status = write_partnerships(land, folder, err);
    if (status == EG_OK) status = write_patches(land, folder, err);
    return status;
}
