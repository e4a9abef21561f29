/* Layers: every combination of indicator and boundaries that has numbers, and what the sections `layers` and `views` say
 * about single ones. A large atlas has some thousand. */
#include "data/atlas_parts.h"

#include <string.h>

/* --- making them --- */

/* Marks the boundary sets on which an indicator has numbers; returns how many. */
static uint32_t mark_sets(const struct eg_atlas *atlas, uint32_t position, bool *has)
{
    const struct eg_atlas_indicator *indicator = &atlas->indicators[position];
    memset(has, 0, atlas->n_boundaries * sizeof *has);
    for (uint32_t i = 0; i < indicator->n_series; i++) has[indicator->series[i].boundaries] = true;
    for (uint32_t a = 0; a < indicator->n_aggregations; a++) {
        for (uint32_t i = 0; i < indicator->aggregations[a].n_to; i++)
            has[indicator->aggregations[a].to[i]] = true;
    }
    for (uint32_t t = 0; t < atlas->n_tables; t++) {
        const struct eg_atlas_table *table = &atlas->tables[t];
        for (uint32_t i = 0; i < table->n_long_indicators; i++) {
            if (table->long_indicators[i].indicator == position) has[table->long_boundaries] = true;
        }
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < atlas->n_boundaries; i++) n += has[i];
    return n;
}

/* The first style made for categories, or the atlas's first. */
static uint32_t style_for_categories(const struct eg_atlas *atlas)
{
    for (uint32_t i = 0; i < atlas->n_styles; i++) {
        if (atlas->styles[i].choice == EG_CHOICE_METHOD && atlas->styles[i].method == EG_CLASS_CATEGORY)
            return i;
    }
    return 0;
}

static enum eg_status make_layer(struct eg_reader *reader, uint32_t position, uint32_t boundaries,
                                 struct eg_atlas_layer *layer)
{
    const struct eg_atlas *atlas = reader->atlas;
    const struct eg_atlas_indicator *indicator = &atlas->indicators[position];
    uint32_t style = reader->indicators[position].style;
    if (style == EG_ATLAS_NONE) style = indicator->categorical ? style_for_categories(atlas) : 0;
    *layer = (struct eg_atlas_layer){
        .mark = indicator->mark, .indicator = position, .boundaries = boundaries, .style = style};
    layer->id =
        eg_text_format(reader->arena, "%s.%s", indicator->id.data, atlas->boundaries[boundaries].id.data);
    return layer->id.data ? EG_OK : eg_error_no_memory(reader->err, indicator->id.len);
}

static enum eg_status make_all(struct eg_reader *reader, bool *has)
{
    struct eg_atlas *atlas = reader->atlas;
    uint32_t n = 0;
    for (uint32_t i = 0; i < atlas->n_indicators; i++) n += mark_sets(atlas, i, has);
    struct eg_atlas_layer *layers = eg_reader_array(reader, n, sizeof *layers);
    if (!layers) return EG_NO_MEMORY;
    uint32_t made = 0;
    for (uint32_t i = 0; i < atlas->n_indicators; i++) {
        (void)mark_sets(atlas, i, has);
        for (uint32_t b = 0; b < atlas->n_boundaries; b++) {
            if (!has[b]) continue;
            enum eg_status st = make_layer(reader, i, b, &layers[made]);
            if (st) return st;
            made++;
        }
    }
    reader->layers = layers;
    atlas->layers = layers;
    atlas->n_layers = n;
    return EG_OK;
}

static enum eg_status index_layers(struct eg_reader *reader)
{
    reader->layer_index = eg_textmap_new(reader->atlas->n_layers);
    if (!reader->layer_index) return eg_error_no_memory(reader->err, reader->atlas->n_layers);
    for (uint32_t i = 0; i < reader->atlas->n_layers; i++) {
        if (eg_textmap_put(reader->layer_index, reader->layers[i].id, i, NULL))
            return eg_error_no_memory(reader->err, reader->atlas->n_layers);
    }
    return EG_OK;
}

enum eg_status eg_layers_make(struct eg_reader *reader)
{
    if (reader->layers) return EG_OK;
    enum eg_status st = eg_styles_default(reader);
    if (st) return st;
    bool *has = eg_arena_array(reader->scratch, reader->atlas->n_boundaries, sizeof *has);
    if (!has) return eg_error_no_memory(reader->err, reader->atlas->n_boundaries);
    st = make_all(reader, has);
    return st ? st : index_layers(reader);
}

/* --- naming them --- */

static enum eg_status find_layer(struct eg_reader *reader, const struct eg_at *at, uint32_t *out)
{
    struct eg_text id;
    char hint[300];
    enum eg_status st = eg_value_text(reader, at, &id);
    if (st) return st;
    *out = eg_textmap_get(reader->layer_index, id);
    if (*out != EG_TEXTMAP_NONE) return EG_OK;
    uint32_t n = reader->atlas->n_layers;
    struct eg_text *known = eg_arena_array(reader->scratch, n, sizeof *known);
    if (!known) return eg_error_no_memory(reader->err, n);
    for (uint32_t i = 0; i < n; i++) known[i] = reader->layers[i].id;
    return eg_at_error(reader, at, EG_INVALID,
                       "there is no layer '%s' (they are named {indicator}.{boundaries})%s", id.data,
                       eg_hint(id, known, n, hint, sizeof hint));
}

/* What `layers` says about one. */
struct change {
    uint32_t layer;
    uint32_t style;
    struct eg_text title;
    bool hidden;
};

static enum eg_status read_layer_id(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    return find_layer(reader, at, target);
}

static const struct eg_field change_fields[] = {
    {.key = "id",
     .type = EG_FIELD_CUSTOM,
     .required = true,
     .offset = offsetof(struct change, layer),
     .read = read_layer_id},
    {.key = "title", .type = EG_FIELD_TEXT, .offset = offsetof(struct change, title)},
    {.key = "style",
     .type = EG_FIELD_REFERENCE,
     .offset = offsetof(struct change, style),
     .section = EG_SECTION_STYLES},
    {.key = "hidden", .type = EG_FIELD_BOOL, .offset = offsetof(struct change, hidden)},
};

static enum eg_status read_change(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct change *changes = target;
    struct change *change = changes;
    change->style = EG_ATLAS_NONE;
    enum eg_status st = eg_fields_read(reader, at, change_fields, EG_ARRAY_LEN(change_fields), change);
    if (st) return st;
    for (uint32_t before = 1; before <= at->index; before++) {
        if (changes[-(ptrdiff_t)before].layer != change->layer) continue;
        const struct eg_node *first = at->parent->node->item[at->index - before];
        return eg_at_error(reader, at, EG_INVALID,
                           "layer '%s' stands twice, first on line %u; write it as one",
                           reader->layers[change->layer].id.data, first->mark.line);
    }
    struct eg_atlas_layer *layer = &reader->layers[change->layer];
    layer->mark = at->node->mark;
    layer->title = change->title;
    layer->hidden = change->hidden;
    if (change->style != EG_ATLAS_NONE) layer->style = change->style;
    return EG_OK;
}

enum eg_status eg_read_layers(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    (void)target;
    void *changes;
    uint32_t n;
    enum eg_status st = eg_layers_make(reader);
    return st ? st
              : eg_list_read(reader, at, (struct eg_list_of){sizeof(struct change), read_change, false},
                             &changes, &n);
}

/* --- views --- */

static enum eg_status read_box(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    static const double bound[4] = {180, 90, 180, 90};
    double side[4];
    if (at->node->kind != EG_NODE_LIST || at->node->n != 4)
        return eg_at_error(reader, at, EG_INVALID,
                           "expected four numbers: [west, south, east, north] in degrees");
    for (uint32_t i = 0; i < 4; i++) {
        struct eg_at item = {at->node->item[i], at, NULL, i};
        enum eg_status st = eg_value_double(reader, &item, -bound[i], bound[i], &side[i]);
        if (st) return st;
    }
    if (side[0] >= side[2])
        return eg_at_error(reader, at, EG_INVALID,
                           "west is not less than east; the order is [west, south, east, north]");
    if (side[1] >= side[3])
        return eg_at_error(reader, at, EG_INVALID,
                           "south is not less than north; the order is [west, south, east, north]");
    *(struct eg_bounds *)target = (struct eg_bounds){side[0], side[1], side[2], side[3]};
    return EG_OK;
}

static enum eg_status read_view_layer(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    uint32_t layer;
    enum eg_status st = find_layer(reader, at, &layer);
    if (!st) *(struct eg_text *)target = reader->layers[layer].id;
    return st;
}

static const struct eg_field view_fields[] = {
    {.key = "id", .type = EG_FIELD_ID, .required = true, .offset = offsetof(struct eg_atlas_view, id)},
    {.key = "title",
     .type = EG_FIELD_TEXT,
     .required = true,
     .offset = offsetof(struct eg_atlas_view, title)},
    {.key = "box",
     .type = EG_FIELD_CUSTOM,
     .required = true,
     .offset = offsetof(struct eg_atlas_view, box_deg),
     .read = read_box},
    {.key = "layer",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_view, layer),
     .read = read_view_layer},
};

static enum eg_status read_view(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    ((struct eg_atlas_view *)target)->mark = at->node->mark;
    return eg_fields_read(reader, at, view_fields, EG_ARRAY_LEN(view_fields), target);
}

enum eg_status eg_read_views(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas *atlas = target;
    void *items;
    enum eg_status st = eg_layers_make(reader);
    if (st) return st;
    struct eg_list_of of = {sizeof(struct eg_atlas_view), read_view, false};
    st = eg_list_read(reader, at, of, &items, &atlas->n_views);
    if (!st) atlas->views = items;
    return st;
}
