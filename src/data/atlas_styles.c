/* The section `styles`, style files, and the style that an atlas without any has. */
#include "data/atlas_parts.h"

#include <string.h>

#include "base/decimal.h"

#define CLASSES_DEFAULT 5
#define CLASSES_MAX EG_CLASSES_MAX
#define WIDTH_DEFAULT_PX 0.5
#define WIDTH_MAX_PX 20
#define OUTLINE_MIN_ZOOM 12
#define ZOOM_MAX 24

/* --- classification --- */

enum method_word {
    METHOD_QUANTILE,
    METHOD_EQUAL,
    METHOD_NATURAL,
    METHOD_STDDEV,
    METHOD_HEADTAIL,
    METHOD_GIVEN,
    METHOD_CATEGORY,
    METHOD_PUBLISHED_DECILE
};
static const char *const method_words[] = {"quantile",           "equal_interval",   "natural_breaks",
                                           "standard_deviation", "head_tail",        "given",
                                           "category",           "published_decile", NULL};
static const enum eg_class_method methods[] = {
    [METHOD_QUANTILE] = EG_CLASS_QUANTILE,
    [METHOD_EQUAL] = EG_CLASS_EQUAL,
    [METHOD_NATURAL] = EG_CLASS_NATURAL,
    [METHOD_STDDEV] = EG_CLASS_STDDEV,
    [METHOD_HEADTAIL] = EG_CLASS_HEADTAIL,
    [METHOD_GIVEN] = EG_CLASS_GIVEN,
    [METHOD_CATEGORY] = EG_CLASS_CATEGORY,
    [METHOD_PUBLISHED_DECILE] = EG_CLASS_QUANTILE, /* where there are none */
};

static enum eg_status read_method(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_style *style = target;
    unsigned word;
    enum eg_status st = eg_value_word(reader, at, method_words, &word);
    if (st) return st;
    style->method = methods[word];
    style->choice = word == METHOD_PUBLISHED_DECILE ? EG_CHOICE_PUBLISHED_DECILE : EG_CHOICE_METHOD;
    return EG_OK;
}

static enum eg_status read_break(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    double *value = target;
    enum eg_status st = eg_value_double(reader, at, -1e300, 1e300, value);
    if (st) return st;
    (void)eg_decimal_settle(*value, value); /* 1e300 is far from the largest double */
    if (at->index == 0 || value[-1] < value[0]) return EG_OK;
    return eg_at_error(reader, at, EG_INVALID,
                       "%.*s is not above the break before it; list breaks in ascending order",
                       EG_TEXT_ARG(at->node->text));
}

static enum eg_status read_breaks(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_style *style = target;
    void *items;
    enum eg_status st = eg_list_read(reader, at, (struct eg_list_of){sizeof(double), read_break, false},
                                     &items, &style->n_breaks);
    if (st) return st;
    style->breaks = items;
    if (style->n_breaks == 0 || style->n_breaks >= CLASSES_MAX)
        return eg_at_error(reader, at, EG_INVALID, "has %u breaks; list 1 to %d", style->n_breaks,
                           CLASSES_MAX - 1);
    return EG_OK;
}

static enum eg_status read_closure(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    static const char *const words[] = {"right", "left", NULL};
    unsigned word;
    enum eg_status st = eg_value_word(reader, at, words, &word);
    if (!st) *(bool *)target = word == 1;
    return st;
}

static const struct eg_field classification_fields[] = {
    {.key = "method", .type = EG_FIELD_CUSTOM, .required = true, .read = read_method},
    {.key = "classes",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_atlas_style, n_classes),
     .min = 2,
     .max = CLASSES_MAX},
    {.key = "breaks", .type = EG_FIELD_CUSTOM, .read = read_breaks},
    {.key = "closure",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_style, left_closed),
     .read = read_closure},
    {.key = "per_period", .type = EG_FIELD_BOOL, .offset = offsetof(struct eg_atlas_style, per_period)},
};

static enum eg_status read_classification(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_style *style = target;
    enum eg_status st =
        eg_fields_read(reader, at, classification_fields, EG_ARRAY_LEN(classification_fields), style);
    static const char *const breaks = "breaks", *const classes = "classes";
    if (st) return st;
    bool given = style->method == EG_CLASS_GIVEN;
    if (given && !style->breaks)
        return eg_at_error(reader, at, EG_INVALID, "the key 'breaks' is missing; method given needs it");
    if (!given)
        st = eg_keys_refuse(reader, at, &breaks, 1,
                            "goes with 'method: given'; remove it or change the method");
    bool counts = !given && style->method != EG_CLASS_HEADTAIL && style->method != EG_CLASS_CATEGORY;
    if (st || counts) return st;
    return eg_keys_refuse(reader, at, &classes, 1, "has no meaning for this method; remove it");
}

/* --- outlines, looks --- */

static const struct eg_field outline_fields[] = {
    {.key = "colour",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_outline, colour),
     .read = eg_read_colour},
    {.key = "width",
     .type = EG_FIELD_DOUBLE,
     .offset = offsetof(struct eg_atlas_outline, width_px),
     .min = 0,
     .max = WIDTH_MAX_PX},
    {.key = "min_zoom",
     .type = EG_FIELD_U32,
     .offset = offsetof(struct eg_atlas_outline, min_zoom),
     .min = 0,
     .max = ZOOM_MAX},
    {.key = "boundaries",
     .type = EG_FIELD_REFERENCE,
     .offset = offsetof(struct eg_atlas_outline, boundaries),
     .section = EG_SECTION_BOUNDARIES},
};

static const struct eg_atlas_outline default_outline = {
    EG_ATLAS_NONE, {255, 255, 255, 255}, WIDTH_DEFAULT_PX, OUTLINE_MIN_ZOOM};

static enum eg_status read_outline(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    *(struct eg_atlas_outline *)target = default_outline;
    return eg_fields_read(reader, at, outline_fields, EG_ARRAY_LEN(outline_fields), target);
}

static enum eg_status read_outlines(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_style *style = target;
    void *items;
    struct eg_list_of of = {sizeof(struct eg_atlas_outline), read_outline, true};
    enum eg_status st = eg_list_read(reader, at, of, &items, &style->n_outlines);
    if (!st) style->outlines = items;
    return st;
}

static const char *const pattern_words[] = {[EG_LOOK_PLAIN] = "plain",
                                            [EG_LOOK_DOTS] = "dots",
                                            [EG_LOOK_HATCH] = "hatch",
                                            [EG_LOOK_CROSS] = "cross",
                                            NULL};

static const struct eg_field look_fields[] = {
    {.key = "pattern",
     .type = EG_FIELD_WORD,
     .offset = offsetof(struct eg_atlas_look, pattern),
     .words = pattern_words},
    {.key = "ink",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_look, ink),
     .read = eg_read_colour},
    {.key = "colour",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_look, colour),
     .read = eg_read_colour},
};

static enum eg_status read_look(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_fields_read(reader, at, look_fields, EG_ARRAY_LEN(look_fields), target);
}

/* An unreliable value keeps the colour of its class. */
static enum eg_status read_class_look(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_fields_read(reader, at, look_fields, EG_ARRAY_LEN(look_fields) - 1, target);
}

static const struct eg_field state_fields[] = {
    {.key = "missing",
     .type = EG_FIELD_CUSTOM,
     .offset = EG_MISSING * sizeof(struct eg_atlas_look),
     .read = read_look},
    {.key = "suppressed",
     .type = EG_FIELD_CUSTOM,
     .offset = EG_SUPPRESSED * sizeof(struct eg_atlas_look),
     .read = read_look},
    {.key = "unreliable",
     .type = EG_FIELD_CUSTOM,
     .offset = EG_UNRELIABLE * sizeof(struct eg_atlas_look),
     .read = read_class_look},
    {.key = "not_applicable",
     .type = EG_FIELD_CUSTOM,
     .offset = EG_NOT_APPLICABLE * sizeof(struct eg_atlas_look),
     .read = read_look},
};

static enum eg_status read_looks(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return eg_fields_read(reader, at, state_fields, EG_ARRAY_LEN(state_fields), target);
}

static const struct eg_atlas_look default_looks[EG_N_STATES] = {
    [EG_MISSING] = {{0xd9, 0xd9, 0xd9, 255}, EG_LOOK_PLAIN, {0x96, 0x96, 0x96, 255}},
    [EG_SUPPRESSED] = {{0xef, 0xef, 0xef, 255}, EG_LOOK_DOTS, {0x80, 0x80, 0x80, 255}},
    [EG_UNRELIABLE] = {{0, 0, 0, 0}, EG_LOOK_HATCH, {0x63, 0x63, 0x63, 255}},
    [EG_NOT_APPLICABLE] = {{0xfb, 0xfb, 0xfb, 255}, EG_LOOK_CROSS, {0xcc, 0xcc, 0xcc, 255}},
};

/* --- styles --- */

static enum eg_status read_nothing(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    (void)reader, (void)at, (void)target;
    return EG_OK;
}

/* A style file has the keys from `title` on. Classification comes before the ramp, which depends on it. */
enum { FIELDS_BEFORE_FILE = 2 };
static const struct eg_field style_fields[] = {
    {.key = "id", .type = EG_FIELD_ID, .required = true, .offset = offsetof(struct eg_atlas_style, id)},
    {.key = "file", .type = EG_FIELD_CUSTOM, .read = read_nothing}, /* see read_style */
    {.key = "title", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas_style, title)},
    {.key = "description", .type = EG_FIELD_TEXT, .offset = offsetof(struct eg_atlas_style, description)},
    {.key = "classification", .type = EG_FIELD_CUSTOM, .read = read_classification},
    {.key = "ramp", .type = EG_FIELD_CUSTOM, .read = eg_read_ramp},
    {.key = "opacity",
     .type = EG_FIELD_DOUBLE,
     .offset = offsetof(struct eg_atlas_style, opacity),
     .min = 0,
     .max = 1},
    {.key = "outline", .type = EG_FIELD_CUSTOM, .read = read_outlines},
    {.key = "states",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_style, look),
     .read = read_looks},
    {.key = "background",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_style, background),
     .read = eg_read_colour},
    {.key = "aliased", .type = EG_FIELD_BOOL, .offset = offsetof(struct eg_atlas_style, aliased)},
};

static void set_defaults(struct eg_atlas_style *style)
{
    style->method = EG_CLASS_QUANTILE;
    style->n_classes = CLASSES_DEFAULT;
    style->opacity = 1;
    style->outlines = &default_outline;
    style->n_outlines = 1;
    memcpy(style->look, default_looks, sizeof default_looks);
}

static enum eg_status finish(struct eg_reader *reader, const struct eg_at *at, struct eg_atlas_style *style)
{
    if (!style->title.data) style->title = style->id;
    return style->colours ? EG_OK : eg_ramp_named(reader, at, EG_TEXT("YlGnBu"), style);
}

/* The content of a style file; errors name that file. */
static enum eg_status read_file(struct eg_reader *reader, const char *path, struct eg_atlas_style *style)
{
    struct eg_text yaml;
    const struct eg_node *root;
    enum eg_status st = eg_file_read(path, reader->scratch, &yaml, reader->err);
    if (!st) st = eg_tree_parse(yaml, reader->scratch, &root, reader->err);
    if (!st) {
        struct eg_reader of_file = *reader;
        of_file.file = path;
        struct eg_at at = {root, NULL, NULL, 0};
        st = eg_fields_read(&of_file, &at, style_fields + FIELDS_BEFORE_FILE,
                            EG_ARRAY_LEN(style_fields) - FIELDS_BEFORE_FILE, style);
        reader->ramps = of_file.ramps;
    }
    if (st) (void)eg_error_at(reader->err, path, 0, 0);
    return st;
}

static enum eg_status read_style_of_file(struct eg_reader *reader, const struct eg_at *at,
                                         struct eg_atlas_style *style)
{
    struct eg_at file_at = {eg_node_get(at->node, "file"), at, "file", 0};
    struct eg_text path, title = style->title;
    const char *in_file[EG_ARRAY_LEN(style_fields)];
    size_t n = 0;
    for (size_t i = FIELDS_BEFORE_FILE + 1; i < EG_ARRAY_LEN(style_fields); i++)
        in_file[n++] = style_fields[i].key;
    enum eg_status st = eg_keys_refuse(reader, at, in_file, n,
                                       "does not go with 'file'; write it into that file, or remove 'file'");
    if (!st) st = eg_value_text(reader, &file_at, &path);
    if (!st) st = eg_source_resolve(reader, &file_at, path, &path);
    if (!st && reader->check_files) st = read_file(reader, path.data, style);
    if (!st && title.data) style->title = title;
    return st;
}

static enum eg_status read_style(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_style *style = target;
    set_defaults(style);
    style->mark = at->node->mark;
    enum eg_status st = eg_fields_read(reader, at, style_fields, EG_ARRAY_LEN(style_fields), style);
    if (!st && eg_node_get(at->node, "file")) st = read_style_of_file(reader, at, style);
    return st ? st : finish(reader, at, style);
}

enum eg_status eg_read_styles(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas *atlas = target;
    void *items;
    struct eg_list_of of = {sizeof(struct eg_atlas_style), read_style, false};
    enum eg_status st = eg_list_read(reader, at, of, &items, &atlas->n_styles);
    if (!st) atlas->styles = items;
    return st;
}

enum eg_status eg_styles_default(struct eg_reader *reader)
{
    if (reader->atlas->n_styles > 0) return EG_OK;
    struct eg_atlas_style *style = eg_reader_array(reader, 1, sizeof *style);
    if (!style) return EG_NO_MEMORY;
    static const struct eg_node nowhere = {.mark = {1, 1}};
    struct eg_at at = {&nowhere, NULL, NULL, 0};
    set_defaults(style);
    style->id = EG_TEXT("default");
    style->title = EG_TEXT("Default");
    style->choice = EG_CHOICE_PUBLISHED_DECILE;
    enum eg_status st = finish(reader, &at, style);
    if (st) return st;
    reader->atlas->styles = style;
    reader->atlas->n_styles = 1;
    return EG_OK;
}
