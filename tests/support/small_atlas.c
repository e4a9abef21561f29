#include "support/small_atlas.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/memory.h"
#include "render/png.h"
#include "support/temp_file.h"

#define MOST_ATLASES 8
#define PATH_BYTES 256

static const char yaml_head[] = "evenground: 1\n"
                                "title: Small atlas\n"
                                "attribution: Small & Co\n";

static const char yaml_data[] =
    "boundaries:\n"
    "  - {id: nbhd, title: Neighbourhoods, source: areas.geojson, key: code, name: name, attribution: "
    "Surveyors}\n"
    "  - {id: town, title: Towns, dissolve: {of: nbhd, column: town, name_column: town_name}}\n"
    "tables:\n"
    "  - id: figures\n"
    "    source: figures.csv\n"
    "    key: code\n"
    "    boundaries: nbhd\n"
    "    period: \"2024\"\n"
    "    markers: {missing: \":\", suppressed: \"*\", not_applicable: n/a}\n"
    "    flags: {unreliable: u}\n"
    "    defaults: {source: Counters}\n"
    "indicators:\n"
    "  - id: deprivation\n"
    "    title: Deprivation\n"
    "    unit: score\n"
    "    polarity: high_is_worse\n"
    "    decimals: 1\n"
    "    series: {table: figures, periods: [\"2019\", \"2024\"], value: \"score_{period}\", rank: "
    "\"rank_{period}\",\n"
    "             decile: \"decile_{period}\"}\n"
    "  - id: illness\n"
    "    title: Illness\n"
    "    description: People who are ill\n"
    "    unit: \"%\"\n"
    "    polarity: high_is_worse\n"
    "    decimals: 1\n"
    "    series: {table: figures, periods: [\"2019\", \"2024\"], value: \"ill_{period}\", numerator: "
    "\"cases_{period}\",\n"
    "             denominator: \"asked_{period}\", lower: \"low_{period}\", upper: \"high_{period}\", flag: "
    "\"flag_{period}\",\n"
    "             rank: \"ill_rank_{period}\"}\n"
    "    aggregate: {from: nbhd, to: town, method: rate, per: 100}\n"
    "  - id: greenspace\n"
    "    title: Green space\n"
    "    unit: \"%\"\n"
    "    polarity: high_is_better\n"
    "    series: {table: figures, value: green, decile: green_decile}\n"
    "  - id: people\n"
    "    title: People\n"
    "    polarity: neutral\n"
    "    decimals: 0\n"
    "    series: {table: figures, value: people}\n"
    "    aggregate: {from: nbhd, to: town, method: sum}\n"
    "  - id: kind\n"
    "    title: Kind\n"
    "    categorical: true\n"
    "    style: kinds\n"
    "    series: {table: figures, periods: [\"2019\", \"2024\"], value: \"kind_{period}\"}\n"
    "  - id: plain\n"
    "    title: Plain\n"
    "    series: {table: figures, value: plain}\n";

static const char yaml_styles[] =
    "styles:\n"
    "  - id: fifths\n"
    "    title: Fifths\n"
    "    classification: {method: quantile, classes: 4}\n"
    "    ramp: YlGnBu\n"
    "    outline:\n"
    "      - {colour: \"#ffffff\", width: 1, min_zoom: 11}\n"
    "      - {boundaries: town, colour: \"#303030\", width: 2, min_zoom: 9}\n"
    "  - {id: tenths, classification: {method: published_decile, classes: 3}, ramp: RdYlBu, outline: []}\n"
    "  - {id: blues, classification: {method: published_decile}, ramp: Blues, outline: []}\n"
    "  - id: thirds\n"
    "    classification: {method: equal_interval, classes: 3}\n"
    "    ramp: RdYlBu\n"
    "    outline: {boundaries: nbhd, colour: \"#303030\", width: 2, min_zoom: 0}\n"
    "  - {id: years, classification: {method: quantile, classes: 2, per_period: true}, ramp: Greens, "
    "outline: []}\n"
    "  - id: kinds\n"
    "    classification: {method: category}\n"
    "    ramp: {colours: [\"#1b9e77\", \"#d95f02\", \"#7570b3\", \"#e7298a\", \"#66a61e\"], direction: "
    "forward}\n"
    "    outline: []\n"
    "  - {id: steps, classification: {method: given, breaks: [10, 20], closure: left}, ramp: Oranges, "
    "outline: []}\n"
    "  - id: one\n"
    "    classification: {method: quantile, classes: 2}\n"
    "    ramp: {colours: [\"#2266aa\", \"#2266aa\"]}\n"
    "    outline: []\n"
    "    states: {missing: {colour: \"#2266aa\"}, suppressed: {colour: \"#2266aa\", pattern: plain},\n"
    "             unreliable: {pattern: plain}, not_applicable: {colour: \"#2266aa\", pattern: plain}}\n"
    "  - id: soft\n"
    "    classification: {method: quantile, classes: 4}\n"
    "    ramp: YlGnBu\n"
    "    opacity: 0.5\n"
    "    background: \"#cfe3f2\"\n"
    "    outline: {boundaries: town, colour: \"#00000080\", width: 3, min_zoom: 0}\n"
    "  - id: hard\n"
    "    classification: {method: quantile, classes: 4}\n"
    "    ramp: YlGnBu\n"
    "    outline: {colour: \"#303030\", width: 2, min_zoom: 0}\n"
    "    aliased: true\n"
    "layers:\n"
    "  - {id: plain.nbhd, title: \"Plain <layer> & more\", hidden: true}\n";

static const char yaml_directories[] =
    "directories:\n"
    "  - id: groups\n"
    "    title: Groups\n"
    "    source: groups.csv\n"
    "    columns: {key: key, kind: kind, name: name, description: about, topics: topics, programme: "
    "programme,\n"
    "              longitude: lon, latitude: lat, serves: serves, amount: amount, currency: currency}\n"
    "    serves_boundaries: town\n"
    "    attribution: Small Groups\n"
    "    licence: CC0\n"
    "  - id: partners\n"
    "    title: Partners\n"
    "    source: partners.geojson\n"
    "    columns: {key: key, name: name}\n"
    "    constants: {kind: partnership}\n";

static const char figures[] =
    "code,score_2019,rank_2019,decile_2019,score_2024,rank_2024,decile_2024,"
    "ill_2019,cases_2019,asked_2019,low_2019,high_2019,flag_2019,ill_rank_2019,"
    "ill_2024,cases_2024,asked_2024,low_2024,high_2024,flag_2024,ill_rank_2024,"
    "green,green_decile,people,kind_2019,kind_2024,plain\n"
    "N01,5,12,10,5,12,10,4,4,100,1.5,9.8,,11,12,12,100,7,20,,8,60,10,100,Rural,Coast,1.5\n"
    "N02,9,11,10,10,11,10,6,3,50,2,16,,10,0,0,50,0,7.1,,10,55,10,200,Rural,Coast,1.5\n"
    "N03,13,10,9,15,10,9,8,8,100,4,15,,9,:,,,,,,,50,,300,Rural,Coast,1.5\n"
    "N04,17,9,8,20,9,8,*,3,90,1,9,,7,*,3,90,1,9,,9,45,8,400,Rural,Coast,1.5\n"
    "N05,21,8,7,25,8,7,12,12,100,7,20,,8,30,3,10,11,60,u,2,40,7,500,Rural,Rural,1.5\n"
    "N06,25,7,6,30,7,6,14,14,100,8,22,,6,n/a,,,,,,,35,6,600,Rural,Rural,1.5\n"
    "N07,29,6,6,35,6,6,16,16,100,10,24,,5,8,8,100,4,15,,7,30,5,700,Urban & edge,Rural,1.5\n"
    "N08,33,5,5,40,5,5,18,18,100,12,27,,4,15,15,100,9,23,,6,25,5,800,Urban & edge,Rural,1.5\n"
    "N09,37,4,4,45,4,4,20,20,100,13,29,,3,20,20,100,13,29,,4,20,4,900,Urban & edge,Urban & edge,1.5\n"
    "N10,41,3,3,50,3,3,22,22,100,15,31,,2,25,25,100,18,34,,3,15,3,1000,Urban & edge,Urban & edge,1.5\n"
    "N11,45,2,2,55,2,2,24,24,100,17,33,,1,40,40,100,31,50,,1,10,2,1100,Urban & edge,Urban & edge,1.5\n"
    "N12,49,1,1,60,1,1,10,10,100,6,17,,8,18,18,100,12,27,,5,5,1,1200,Urban & edge,Urban & edge,1.5\n";

static const char groups[] =
    "key,kind,name,about,topics,programme,lon,lat,serves,amount,currency\n"
    "c1,coalition,Western Hearts,Blood pressure checks,heart;food,Healthy West,0.05,51.05,T1,,\n"
    "c2,coalition,Caf\xc3\xa9 \xc3\x89t\xc3\xa9,Diabetes and food,diabetes;food,,0.25,51.15,T2,,\n"
    "h1,hub,Isle Hub,Advice for everybody,advice,,0.55,51.1,T3,,\n"
    "g1,grant,Grant for paths,,walking,Healthy West,0.15,51.25,,5000,GBP\n"
    "s1,service,Help line,By telephone,advice,,,,T1;T2,,\n";

static const char partners[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"key\":\"p1\","
    "\"name\":"
    "\"First "
    "Partners\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0.01,51.01],[0.09,51.01],[0.09,51.09],"
    "[0.01,51.09],[0.01,51.01]]]}}]}\n";

/* --- writing ------------------------------------------------------------------------------------------------------- */

static char written[MOST_ATLASES][PATH_BYTES]; /* folders */
static char atlas_paths[MOST_ATLASES][PATH_BYTES];
static size_t n_written;

static const char *const file_names[] = {"atlas.yaml", "areas.geojson", "figures.csv", "groups.csv",
                                         "partners.geojson"};

static FILE *create(const char *folder, const char *name)
{
    char path[2 * PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file) fail_msg("cannot write %s", path);
    return file;
}

static void write_whole(const char *folder, const char *name, const char *content)
{
    FILE *file = create(folder, name);
    assert_int_equal(fwrite(content, 1, strlen(content), file), strlen(content));
    assert_int_equal(fclose(file), 0);
}

static void write_ring(FILE *file, double west, double south, double size)
{
    fprintf(file, "[[%.2f,%.2f],[%.2f,%.2f],[%.2f,%.2f],[%.2f,%.2f],[%.2f,%.2f]]", west, south, west + size,
            south, west + size, south + size, west, south + size, west, south);
}

static void write_area(FILE *file, uint32_t number, double west, double south)
{
    static const char *const towns[] = {"\"T1\",\"town_name\":\"West\"", "\"T2\",\"town_name\":\"East\"",
                                        "\"T3\",\"town_name\":\"Isle\""};
    size_t town = number == 12 ? 2 : (number - 1) % 4 / 2;
    fprintf(file,
            "%s{\"type\":\"Feature\",\"properties\":{\"code\":\"N%02u\",\"name\":\"Area %u\",\"town\":%s},"
            "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[",
            number > 1 ? ",\n" : "", number, number, towns[town]);
    write_ring(file, west, south, 0.1);
    if (number == 6) {
        fputc(',', file);
        write_ring(file, west + 0.03, south + 0.03, 0.04);
    }
    fputs("]}}", file);
}

static void write_areas(const char *folder)
{
    FILE *file = create(folder, "areas.geojson");
    fputs("{\"type\":\"FeatureCollection\",\"features\":[\n", file);
    for (uint32_t i = 0; i < EG_SMALL_AREAS - 1; i++)
        write_area(file, i + 1, 0.1 * (i % 4), 51 + 0.1 * (double)(i / 4));
    write_area(file, 12, 0.5, 51.05);
    fputs("]}\n", file);
    assert_int_equal(fclose(file), 0);
}

static void write_yaml(const char *folder, bool fictional)
{
    FILE *file = create(folder, "atlas.yaml");
    fputs(yaml_head, file);
    if (fictional) fputs("fictional: true\n", file);
    fputs(yaml_data, file);
    fputs(yaml_styles, file);
    fputs(yaml_directories, file);
    assert_int_equal(fclose(file), 0);
}

const char *eg_small_atlas_write(const char *name, bool fictional)
{
    assert_true(n_written < MOST_ATLASES);
    char *folder = written[n_written];
    (void)eg_test_temp_path(name, folder, PATH_BYTES);
    if (mkdir(folder, 0755) != 0 && access(folder, W_OK) != 0) fail_msg("cannot make %s", folder);
    write_yaml(folder, fictional);
    write_areas(folder);
    write_whole(folder, "figures.csv", figures);
    write_whole(folder, "groups.csv", groups);
    write_whole(folder, "partners.geojson", partners);
    assert_true(snprintf(atlas_paths[n_written], PATH_BYTES, "%s/atlas.yaml", folder) < PATH_BYTES);
    return atlas_paths[n_written++];
}

void eg_small_atlas_clear(void)
{
    while (n_written > 0) {
        const char *folder = written[--n_written];
        char path[2 * PATH_BYTES];
        for (size_t i = 0; i < EG_ARRAY_LEN(file_names); i++) {
            (void)snprintf(path, sizeof path, "%s/%s", folder, file_names[i]);
            (void)unlink(path);
        }
        (void)rmdir(folder);
    }
}

/* --- an engine ------------------------------------------------------------------------------------------------------- */

static void *wrap(struct eg_entity *entity, size_t *weight_bytes_out, void *context)
{
    (void)context;
    struct eg_small_value *value = eg_memory_zeroed(1, sizeof *value);
    if (!value) return NULL;
    atomic_init(&value->n_references, 1);
    value->entity = *entity;
    *weight_bytes_out = entity->body.len;
    *entity = (struct eg_entity){0};
    return value;
}

static void retain(void *value, void *context)
{
    (void)context;
    atomic_fetch_add(&((struct eg_small_value *)value)->n_references, 1);
}

static void release(void *value, void *context)
{
    (void)context;
    eg_small_value_release(value);
}

void eg_small_value_release(struct eg_small_value *value)
{
    if (atomic_fetch_sub(&value->n_references, 1) > 1) return;
    eg_entity_clear(&value->entity);
    free(value);
}

void eg_small_open_at(const char *path, uint64_t cache_bytes, struct eg_small *small_out)
{
    struct eg_engine_options options = {
        .cache_bytes = cache_bytes, .n_threads = 1, .wrap = wrap, .values = {retain, release, NULL}};
    struct eg_error err = {0};
    *small_out = (struct eg_small){0};
    eg_log_set_level(EG_LOG_WARNING);
    assert_int_equal(eg_engine_new(&options, &small_out->engine, &err), EG_OK);
    if (eg_engine_load(small_out->engine, path, &err) != EG_OK) fail_msg("%s", err.message);
    small_out->snapshot = eg_engine_snapshot(small_out->engine);
    assert_non_null(small_out->snapshot);
}

void eg_small_open(uint64_t cache_bytes, struct eg_small *small_out)
{
    eg_small_open_at(eg_small_atlas_write("small", false), cache_bytes, small_out);
    eg_small_atlas_clear(); /* everything has been read */
}

void eg_small_close(struct eg_small *small)
{
    eg_snapshot_release(small->snapshot);
    eg_engine_free(small->engine);
    *small = (struct eg_small){0};
}

/* --- looking --------------------------------------------------------------------------------------------------------- */

uint32_t eg_small_area(const struct eg_small *small, const char *boundaries, const char *code)
{
    const struct eg_atlas *atlas = small->snapshot->atlas;
    for (uint32_t i = 0; i < atlas->n_boundaries; i++) {
        if (!eg_text_equal(atlas->boundaries[i].id, eg_text_from(boundaries))) continue;
        uint32_t area = eg_textmap_get(small->snapshot->generation->area_sets[i].by_code, eg_text_from(code));
        if (area != EG_TEXTMAP_NONE) return area;
    }
    fail_msg("no area %s in %s", code, boundaries);
    return 0;
}

struct eg_layer_ref eg_small_ref(const struct eg_small *small, const char *layer, const char *style,
                                 const char *period)
{
    struct eg_layer_name name = {eg_text_from(layer), eg_text_from(style), eg_text_from(period)};
    struct eg_layer_ref ref = {0};
    struct eg_error err = {0};
    if (eg_layer_resolve(small->snapshot, &name, &ref, &err) != EG_OK) fail_msg("%s", err.message);
    return ref;
}

const struct eg_dressed *eg_small_dress(const struct eg_small *small, const char *layer, const char *style,
                                        const char *period)
{
    const struct eg_dressed *dressed = NULL;
    struct eg_error err = {0};
    if (eg_layer_dress(small->snapshot, eg_small_ref(small, layer, style, period), &dressed, &err) != EG_OK)
        fail_msg("%s", err.message);
    return dressed;
}

const struct eg_layer_name *eg_small_name(const char *layer, const char *style)
{
    static struct eg_layer_name names[16];
    static unsigned n;
    struct eg_layer_name *name = &names[n++ % EG_ARRAY_LEN(names)];
    *name = (struct eg_layer_name){.layer = eg_text_from(layer), .style = eg_text_from(style)};
    return name;
}

struct eg_tile_request eg_small_tile_at(const char *layer, const char *style, uint32_t z, double lon_deg,
                                        double lat_deg)
{
    double x_m, y_m, n = ldexp(1, (int)z);
    eg_mercator_forward(lon_deg, lat_deg, &x_m, &y_m);
    return (struct eg_tile_request){.name = {.layer = eg_text_from(layer), .style = eg_text_from(style)},
                                    .z = z,
                                    .x = (uint32_t)floor((x_m / EG_MERCATOR_HALF_M + 1) / 2 * n),
                                    .y = (uint32_t)floor((1 - y_m / EG_MERCATOR_HALF_M) / 2 * n),
                                    .scale = 1};
}

struct eg_json *eg_small_json(struct eg_entity *entity)
{
    struct eg_json *json = NULL;
    struct eg_error err = {0};
    struct eg_text text = {entity->body.data, entity->body.len};
    if (eg_json_parse(text, &json, &err) != EG_OK) fail_msg("%s", err.message);
    eg_entity_clear(entity);
    return json;
}

const struct eg_json_value *eg_small_at(struct eg_json *json, const char *path)
{
    const struct eg_json_value *value = eg_json_root(json);
    struct eg_text rest = eg_text_from(path);
    while (rest.data && value) {
        struct eg_text step;
        char name[64];
        uint32_t index;
        rest = eg_text_cut(rest, '/', &step);
        (void)snprintf(name, sizeof name, "%.*s", EG_TEXT_ARG(step));
        value = eg_text_to_u32(step, &index) ? eg_json_at(value, index) : eg_json_get(value, name);
    }
    return value;
}

double eg_small_number(struct eg_json *json, const char *path)
{
    double number = 0;
    if (!eg_json_is_number(eg_small_at(json, path), &number)) fail_msg("no number at %s", path);
    return number;
}

const char *eg_small_text(struct eg_json *json, const char *path)
{
    static char copy[1024];
    struct eg_text text = {0};
    if (!eg_json_is_text(eg_small_at(json, path), &text)) fail_msg("no text at %s", path);
    (void)snprintf(copy, sizeof copy, "%.*s", EG_TEXT_ARG(text));
    return copy;
}

void eg_small_decode(struct eg_entity *entity, struct eg_canvas *canvas_out)
{
    struct eg_error err = {0};
    struct eg_text png = {entity->body.data, entity->body.len};
    if (eg_png_decode(png, canvas_out, &err) != EG_OK) fail_msg("%s", err.message);
    eg_entity_clear(entity);
}
