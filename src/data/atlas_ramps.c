/* Colours, and the ramps of styles: given ones, and the named schemes of styles/ramps.yaml, which is embedded in the
 * program:
 *
 *   YlGnBu:
 *     type: sequential                          # or diverging
 *     colours: {3: ["#edf8b1", "#7fcdbb", "#2c7fb8"], 4: [...], ..., 9: [...]}
 *
 * A scheme has a hand-picked list for each number of classes. The one for the style's number is taken where there is one,
 * else the longest; drawing interpolates if that does not fit either. */
#include "data/atlas_parts.h"

#include <stdio.h>
#include <string.h>

#define COLOURS_MAX EG_CLASSES_MAX
#define DECILES 10

extern const char eg_embed_ramps_yaml_begin[], eg_embed_ramps_yaml_end[];

/* --- colours --- */

static bool hex_digit(char c, uint32_t *value)
{
    if (c >= '0' && c <= '9') *value = (uint32_t)(c - '0');
    else if (c >= 'a' && c <= 'f') *value = (uint32_t)(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F') *value = (uint32_t)(c - 'A') + 10;
    else return false;
    return true;
}

static bool parse_colour(struct eg_text text, struct eg_colour *out)
{
    uint32_t digit[8];
    if (eg_text_equal(text, EG_TEXT("transparent"))) {
        *out = (struct eg_colour){0, 0, 0, 0};
        return true;
    }
    if ((text.len != 4 && text.len != 7 && text.len != 9) || text.data[0] != '#') return false;
    for (size_t i = 1; i < text.len; i++) {
        if (!hex_digit(text.data[i], &digit[i - 1])) return false;
    }
    uint32_t channel[4] = {0, 0, 0, 255};
    size_t per_channel = text.len == 4 ? 1 : 2;
    for (size_t i = 0; i < (text.len - 1) / per_channel; i++)
        channel[i] = per_channel == 1 ? digit[i] * 17 : digit[2 * i] * 16 + digit[2 * i + 1];
    *out = (struct eg_colour){(uint8_t)channel[0], (uint8_t)channel[1], (uint8_t)channel[2],
                              (uint8_t)channel[3]};
    return true;
}

enum eg_status eg_read_colour(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text text;
    enum eg_status st = eg_value_text(reader, at, &text);
    if (st) return st;
    if (!parse_colour(text, target))
        return eg_at_error(
            reader, at, EG_INVALID,
            "'%s' is no colour; write \"#rgb\", \"#rrggbb\" or \"#rrggbbaa\" in quotes, or transparent",
            text.data);
    return EG_OK;
}

static enum eg_status read_colours(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_style *style = target;
    void *items;
    enum eg_status st =
        eg_list_read(reader, at, (struct eg_list_of){sizeof(struct eg_colour), eg_read_colour, false}, &items,
                     &style->n_colours);
    if (st) return st;
    style->colours = items;
    if (style->n_colours < 2 || style->n_colours > COLOURS_MAX)
        return eg_at_error(reader, at, EG_INVALID, "has %u colours; list 2 to %d", style->n_colours,
                           COLOURS_MAX);
    return EG_OK;
}

/* --- schemes --- */

static enum eg_status need_schemes(struct eg_reader *reader)
{
    if (reader->ramps) return EG_OK;
    struct eg_text yaml = {eg_embed_ramps_yaml_begin,
                           (size_t)(eg_embed_ramps_yaml_end - eg_embed_ramps_yaml_begin)};
    enum eg_status st = eg_tree_parse(yaml, reader->scratch, &reader->ramps, reader->err);
    if (st) (void)eg_error_at(reader->err, "styles/ramps.yaml (in the program)", 0, 0);
    return st;
}

static enum eg_status refuse_scheme(struct eg_reader *reader, const struct eg_at *at, struct eg_text name)
{
    const struct eg_node *schemes = reader->ramps;
    struct eg_text *known = eg_arena_array(reader->scratch, schemes->n, sizeof *known);
    char hint[300];
    if (!known) return eg_error_no_memory(reader->err, schemes->n);
    for (size_t i = 0; i < schemes->n; i++) known[i] = schemes->item[2 * i]->text;
    return eg_at_error(reader, at, EG_INVALID, "there is no ramp '%.*s'%s", EG_TEXT_ARG(name),
                       eg_hint(name, known, schemes->n, hint, sizeof hint));
}

/* How many classes the style is going to have, 0 when that is open. */
static uint32_t n_wanted(const struct eg_atlas_style *style)
{
    if (style->choice == EG_CHOICE_PUBLISHED_DECILE) return DECILES;
    if (style->method == EG_CLASS_GIVEN) return style->n_breaks + 1;
    bool is_open = style->method == EG_CLASS_HEADTAIL || style->method == EG_CLASS_CATEGORY;
    return is_open ? 0 : style->n_classes;
}

static const struct eg_node *best_list(const struct eg_node *lists, uint32_t wanted)
{
    const struct eg_node *best = NULL;
    for (size_t i = 0; lists && i < lists->n; i++) {
        const struct eg_node *list = lists->item[2 * i + 1];
        if (list->kind != EG_NODE_LIST) continue;
        if (list->n == wanted) return list;
        if (!best || list->n > best->n) best = list;
    }
    return best;
}

static double luminance(struct eg_colour c)
{
    return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

/* By polarity, the worse values get the last colour of a sequential ramp, which is to be the darker one: ramps that begin
 * dark (viridis) are turned round for that. */
static enum eg_status turn_dark_end_last(struct eg_reader *reader, struct eg_atlas_style *style)
{
    uint32_t n = style->n_colours;
    if (style->direction != EG_RAMP_BY_POLARITY || style->diverging) return EG_OK;
    if (luminance(style->colours[0]) >= luminance(style->colours[n - 1])) return EG_OK;
    struct eg_colour *turned = eg_reader_array(reader, n, sizeof *turned);
    if (!turned) return EG_NO_MEMORY;
    for (uint32_t i = 0; i < n; i++) turned[i] = style->colours[n - 1 - i];
    style->colours = turned;
    return EG_OK;
}

static enum eg_status take_list(struct eg_reader *reader, const struct eg_node *list,
                                struct eg_atlas_style *style)
{
    struct eg_colour *colours = eg_reader_array(reader, list->n, sizeof *colours);
    if (!colours) return EG_NO_MEMORY;
    for (uint32_t i = 0; i < list->n; i++) {
        if (!parse_colour(list->item[i]->text, &colours[i]))
            return eg_error_set(reader->err, EG_INVALID,
                                "styles/ramps.yaml (in the program), line %u: no colour",
                                list->item[i]->mark.line);
    }
    style->colours = colours;
    style->n_colours = list->n;
    return EG_OK;
}

enum eg_status eg_ramp_named(struct eg_reader *reader, const struct eg_at *at, struct eg_text name,
                             struct eg_atlas_style *style)
{
    enum eg_status st = need_schemes(reader);
    if (st) return st;
    const struct eg_node *scheme = eg_node_get(reader->ramps, name.data);
    if (!scheme) return refuse_scheme(reader, at, name);
    const struct eg_node *type = eg_node_get(scheme, "type");
    const struct eg_node *lists = eg_node_get(scheme, "colours");
    const struct eg_node *list =
        lists && lists->kind == EG_NODE_MAP ? best_list(lists, n_wanted(style)) : NULL;
    if (!list || list->n < 2)
        return eg_at_error(reader, at, EG_INVALID, "ramp '%s' has no colours in styles/ramps.yaml",
                           name.data);
    style->ramp = name;
    style->diverging = type && eg_text_equal(type->text, EG_TEXT("diverging"));
    st = take_list(reader, list, style);
    return st ? st : turn_dark_end_last(reader, style);
}

/* --- the key `ramp` --- */

struct ramp_part {
    struct eg_atlas_style *style;
    struct eg_text name;
    bool diverging;
    unsigned direction;
};

static enum eg_status read_part_colours(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return read_colours(reader, at, ((struct ramp_part *)target)->style);
}

static const char *const direction_words[] = {[EG_RAMP_BY_POLARITY] = "by_polarity",
                                              [EG_RAMP_FORWARD] = "forward",
                                              [EG_RAMP_REVERSED] = "reversed",
                                              NULL};

static const struct eg_field ramp_fields[] = {
    {.key = "name", .type = EG_FIELD_TEXT, .offset = offsetof(struct ramp_part, name)},
    {.key = "colours", .type = EG_FIELD_CUSTOM, .read = read_part_colours},
    {.key = "diverging", .type = EG_FIELD_BOOL, .offset = offsetof(struct ramp_part, diverging)},
    {.key = "direction",
     .type = EG_FIELD_WORD,
     .offset = offsetof(struct ramp_part, direction),
     .words = direction_words},
};

static enum eg_status read_ramp_map(struct eg_reader *reader, const struct eg_at *at,
                                    struct eg_atlas_style *style)
{
    struct ramp_part part = {.style = style};
    enum eg_status st = eg_fields_read(reader, at, ramp_fields, EG_ARRAY_LEN(ramp_fields), &part);
    if (st) return st;
    if (!part.name.data == !style->colours)
        return eg_at_error(reader, at, EG_INVALID, "needs either 'name' or 'colours', and not both");
    static const char *const given_only = "diverging";
    if (part.name.data)
        st = eg_keys_refuse(reader, at, &given_only, 1, "goes with 'colours'; a named ramp knows it");
    if (st) return st;
    bool directed = eg_node_get(at->node, "direction") != NULL;
    style->direction = directed || part.name.data ? (enum eg_ramp_direction)part.direction : EG_RAMP_FORWARD;
    style->diverging = part.diverging;
    struct eg_at name_at = {eg_node_get(at->node, "name"), at, "name", 0};
    return part.name.data ? eg_ramp_named(reader, &name_at, part.name, style)
                          : turn_dark_end_last(reader, style);
}

enum eg_status eg_read_ramp(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text name;
    if (at->node->kind == EG_NODE_MAP) return read_ramp_map(reader, at, target);
    enum eg_status st = eg_value_text(reader, at, &name);
    return st ? st : eg_ramp_named(reader, at, name, target);
}
