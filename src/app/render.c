/* evenground render: one picture into a file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "app/suggest.h"
#include "base/text.h"
#include "base/workers.h"
#include "engine/engine.h"

struct render_options {
    const char *atlas_path, *out_path;
    struct eg_layer_name name;
    bool has_tile, has_bbox, legend;
    struct eg_tile_request tile;
    struct eg_map_request map;
};

static bool parse_tile(const char *text, struct eg_tile_request *tile)
{
    struct eg_text z, x, y, rest = eg_text_cut(eg_text_from(text), '/', &z);
    rest = eg_text_cut(rest, '/', &x);
    struct eg_text scale = eg_text_cut(rest, '@', &y);
    tile->scale = 1;
    if (scale.data) {
        if (!eg_text_ends_with(scale, EG_TEXT("x"))) return false;
        scale.len--;
        if (!eg_text_to_u32(scale, &tile->scale)) return false;
    }
    return eg_text_to_u32(z, &tile->z) && eg_text_to_u32(x, &tile->x) && eg_text_to_u32(y, &tile->y);
}

static bool parse_bbox(const char *text, struct eg_bounds *bounds)
{
    double *const numbers[] = {&bounds->min_x, &bounds->min_y, &bounds->max_x, &bounds->max_y};
    struct eg_text rest = eg_text_from(text);
    for (size_t i = 0; i < EG_ARRAY_LEN(numbers); i++) {
        struct eg_text head;
        rest = eg_text_cut(rest, ',', &head);
        if (!eg_text_to_double(eg_text_trim(head), numbers[i])) return false;
    }
    return rest.data == NULL && bounds->min_x < bounds->max_x && bounds->min_y < bounds->max_y;
}

static bool parse_size(const char *text, struct eg_map_request *map)
{
    struct eg_text width;
    struct eg_text height = eg_text_cut(eg_text_from(text), 'x', &width);
    return eg_text_to_u32(width, &map->width) && eg_text_to_u32(height, &map->height) && map->width > 0 &&
           map->height > 0;
}

static bool parse_scale(const char *text, double *scale_out)
{
    return eg_text_to_double(eg_text_from(text), scale_out) && *scale_out >= 0.25 && *scale_out <= 16;
}

static const struct option longs[] = {
    {"tile", required_argument, NULL, 't'},       {"bbox", required_argument, NULL, 'b'},
    {"crs", required_argument, NULL, 'c'},        {"size", required_argument, NULL, 'z'},
    {"period", required_argument, NULL, 'p'},     {"style", required_argument, NULL, 's'},
    {"scale", required_argument, NULL, 'x'},      {"exact", no_argument, NULL, 'e'},
    {"legend", no_argument, NULL, 'l'},           {"out", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, EG_COMMAND_HELP}, {NULL, 0, NULL, 0},
};

static int set_option(const struct eg_command *command, int option, const char *value, void *target)
{
    struct render_options *options = target;
    switch (option) {
    case 't':
        options->has_tile = parse_tile(value, &options->tile);
        if (options->has_tile) return 0;
        return eg_command_misused(command, "--tile takes z/x/y or z/x/y@2x, not '%s'", value);
    case 'b':
        options->has_bbox = parse_bbox(value, &options->map.bounds);
        if (options->has_bbox) return 0;
        return eg_command_misused(
            command, "--bbox takes west,south,east,north, west < east and south < north, not '%s'", value);
    case 'z':
        if (parse_size(value, &options->map)) return 0;
        return eg_command_misused(command, "--size takes WIDTHxHEIGHT in pixels, not '%s'", value);
    case 'x':
        if (parse_scale(value, &options->map.scale)) return 0;
        return eg_command_misused(command, "--scale takes a number from 0.25 to 16, not '%s'", value);
    case 'c':
        options->map.crs = eg_text_from(value);
        options->map.any_crs = true;
        return 0;
    case 'p':
        options->name.period = eg_text_from(value);
        return 0;
    case 's':
        options->name.style = eg_text_from(value);
        return 0;
    case 'o':
        options->out_path = value;
        return 0;
    case 'l':
        options->map.legend = true;
        return 0;
    default:
        options->map.exact = options->tile.exact = true;
        return 0;
    }
}

/* What only all options together tell. */
static int check_options(const struct eg_command *command, const struct render_options *options)
{
    if (options->has_tile == options->has_bbox)
        return eg_command_misused(command, "give either --tile or --bbox");
    if (options->has_bbox && options->map.width == 0)
        return eg_command_misused(command, "--bbox needs --size");
    if (options->has_tile && (options->map.width > 0 || options->map.any_crs))
        return eg_command_misused(command, "--size and --crs go with --bbox: a tile has its own");
    if (options->has_tile && options->map.legend)
        return eg_command_misused(command, "--legend goes with --bbox: a tile has no room for it");
    if (!options->out_path || options->out_path[0] == '\0')
        return eg_command_misused(command, "say where to write: --out map.png (- is standard output)");
    return EG_EXIT_DONE;
}

static enum eg_status not_written(const char *path, int reason, struct eg_error *err)
{
    return eg_error_set(err, EG_IO, "%s could not be written: %s", path, strerror(reason));
}

static bool write_bytes(FILE *file, const struct eg_buffer *body)
{
    return fwrite(body->data, 1, body->len, file) == body->len && fflush(file) == 0;
}

/* A pipe or a device is written to, not replaced. */
static enum eg_status write_special(const char *path, const struct eg_buffer *body, struct eg_error *err)
{
    FILE *file = fopen(path, "wb");
    bool fine = file && write_bytes(file, body);
    int reason = errno;
    if (file) (void)fclose(file);
    return fine ? EG_OK : not_written(path, reason, err);
}

/* A file is there whole or not at all: it is written beside its place, then renamed. */
static enum eg_status write_file(const char *path, const struct eg_buffer *body, struct eg_error *err)
{
    struct stat info;
    if (strcmp(path, "-") == 0)
        return write_bytes(stdout, body) ? EG_OK : not_written("standard output", errno, err);
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) return write_special(path, body, err);
    char part[4096];
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return eg_error_set(err, EG_INVALID, "the path after --out is too long");
    FILE *file = fopen(part, "wb");
    bool fine = file && write_bytes(file, body);
    int reason = errno;
    if (file) (void)fclose(file);
    if (fine && rename(part, path) == 0) return EG_OK;
    if (fine) reason = errno;
    if (file) (void)unlink(part);
    return not_written(path, reason, err);
}

static enum eg_status draw(const struct render_options *options, struct eg_engine *engine,
                           struct eg_error *err)
{
    enum eg_status status = eg_engine_load(engine, options->atlas_path, err);
    if (status != EG_OK) return status;
    struct eg_snapshot *snapshot = eg_engine_snapshot(engine);
    struct eg_entity entity = {0};
    if (options->has_tile) status = eg_engine_tile_entity(engine, snapshot, &options->tile, &entity, err);
    else status = eg_engine_map(engine, snapshot, &options->map, &entity, err);
    if (status == EG_NOT_FOUND) eg_suggest(snapshot, &options->name, err);
    if (status == EG_OK) status = write_file(options->out_path, &entity.body, err);
    eg_entity_clear(&entity);
    eg_snapshot_release(snapshot);
    return status;
}

static int run(const struct eg_command *command, int argc, char **argv)
{
    struct render_options options = {.map.scale = 1, .tile.described = true};
    int exit_status;
    if (!eg_command_read(command, argc, argv, &options, &exit_status)) return exit_status;
    exit_status = check_options(command, &options);
    if (exit_status != EG_EXIT_DONE) return exit_status;
    options.atlas_path = argv[optind];
    options.name.layer = eg_text_from(argv[optind + 1]);
    options.tile.name = options.name;
    options.map.names = &options.name;
    options.map.n_names = 1;
    struct eg_engine *engine = NULL;
    struct eg_engine_options engine_options = {.n_drawing = eg_workers_processors()};
    struct eg_error err = {0};
    enum eg_status status = eg_engine_new(&engine_options, &engine, &err);
    if (status == EG_OK) status = draw(&options, engine, &err);
    eg_engine_free(engine);
    return status == EG_OK ? EG_EXIT_DONE : eg_command_failed(&err);
}

const struct eg_command eg_command_render = {
    .name = "render",
    .summary = "draw one map into a PNG file",
    .usage =
        "Usage: evenground render ATLAS.yaml LAYER (--tile Z/X/Y | --bbox W,S,E,N --size WxH [--crs CRS])\n"
        "                         [--period P] [--style S] [--legend] [--scale N] [--exact] --out map.png\n\n"
        "Draws one picture. Title, period and attribution stand in the file's text fields.\n\n"
        "  --tile Z/X/Y[@2x]  a web map tile\n"
        "  --bbox W,S,E,N     a box in the units of the CRS, easting (longitude) first\n"
        "  --crs CRS          such as EPSG:27700 (default EPSG:3857)\n"
        "  --size WxH         pixels\n"
        "  --period P         id of a period (default: the latest)\n"
        "  --style S          id of a style (default: the layer's)\n"
        "  --legend           draw the legend into the corner where it covers least\n"
        "  --scale N          widen lines and patterns N times, for print\n"
        "  --exact            no palette: every pixel exact\n"
        "  --out FILE         where to write; - is standard output\n"
        "  --help             this text\n",
    .run = run,
    .longs = longs,
    .set = set_option,
    .n_arguments = 2,
    .arguments = "name the atlas and the layer",
};
