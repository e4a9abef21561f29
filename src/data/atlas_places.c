/* Where in atlas.yaml a mistake stands that only the data brought to light. Such errors are made far from the atlas, by code
 * that knows a file and a column; their place is added where the job for one item of the atlas ends.
 *
 * For that the atlas keeps the places of all texts in the sections that name files and columns, some thousands for a country:
 * a list in the order of the file, each node followed by what lies in it. A column's name may be the same as an id, a title or
 * a marker, so only those texts count that stand where an atlas names a column. */
#include "data/atlas_parts.h"

/* --- collecting ---------------------------------------------------------------------------------------------------------- */

#define PLACE_TEXT_MAX sizeof(((struct eg_error *)NULL)->field) /* longer ones are never looked for */

struct collector {
    struct eg_reader *reader;
    struct eg_atlas_place *places;
    uint32_t n;
    enum eg_status status;
};

/* How a node is reached: as `key` of a mapping that is the value of `above`. */
struct role {
    struct eg_text key, above;
    bool is_key;
};

static struct eg_text kept(struct collector *collector, struct eg_text text)
{
    struct eg_text copy = EG_TEXT("");
    if (text.len == 0 || text.len >= PLACE_TEXT_MAX || collector->status) return copy;
    collector->status = eg_reader_copy(collector->reader, text, &copy);
    return copy;
}

/* Nesting was limited when the tree was made. `role` holds texts of the atlas's arena. */
static void collect(struct collector *collector, const struct eg_node *node, const struct role *role)
{
    struct eg_atlas_place *place = &collector->places[collector->n++];
    *place = (struct eg_atlas_place){
        .mark = node->mark, .key = role->key, .above = role->above, .is_key = role->is_key};
    if (node->kind == EG_NODE_SCALAR) place->text = kept(collector, node->text);
    for (uint32_t i = 0; i < node->n && node->kind == EG_NODE_LIST; i++)
        collect(collector, node->item[i], role);
    for (uint32_t i = 0; i < node->n && node->kind == EG_NODE_MAP; i++) {
        struct eg_atlas_place *key = &collector->places[collector->n];
        collect(collector, node->item[2 * (size_t)i], &(struct role){EG_TEXT(""), role->key, true});
        collect(collector, node->item[2 * (size_t)i + 1], &(struct role){key->text, role->key, false});
    }
    place->n_within = (uint32_t)(&collector->places[collector->n] - place) - 1;
}

enum eg_status eg_places_collect(struct eg_reader *reader, const struct eg_node *root)
{
    static const char *const sections[] = {"boundaries", "tables", "indicators", "directories", "places"};
    uint32_t n = 0;
    for (size_t i = 0; i < EG_ARRAY_LEN(sections); i++) {
        const struct eg_node *section = eg_node_get(root, sections[i]);
        if (section) n += section->weight;
    }
    struct collector collector = {.reader = reader,
                                  .places = eg_reader_array(reader, n, sizeof *collector.places)};
    if (!collector.places) return EG_NO_MEMORY;
    for (size_t i = 0; i < EG_ARRAY_LEN(sections); i++) {
        const struct eg_node *section = eg_node_get(root, sections[i]);
        if (section) collect(&collector, section, &(struct role){0});
    }
    EG_ASSERT(collector.n <= n);
    reader->atlas->places = collector.places;
    reader->atlas->n_places = collector.n;
    return collector.status;
}

/* --- looking up ---------------------------------------------------------------------------------------------------------- */

static bool is_one_of(struct eg_text text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (eg_text_equal(text, eg_text_from(words[i]))) return true;
    }
    return false;
}

/* Whether a column is named here. */
static bool names_column(const struct eg_atlas_place *place)
{
    static const char *const keys[] = {"key",   "name",      "column",      "name_column", "code",
                                       "value", "numerator", "denominator", "lower",       "upper",
                                       "flag",  "rank",      "decile"};
    static const char *const columns_as_keys[] = {"filter", "column_markers"};
    if (place->is_key) return is_one_of(place->above, columns_as_keys, EG_ARRAY_LEN(columns_as_keys));
    if (eg_text_equal(place->above, EG_TEXT("columns"))) return true;
    bool is_long = eg_text_equal(place->above, EG_TEXT("long"));
    static const char *const long_keys[] = {"indicator", "period"};
    if (is_long && is_one_of(place->key, long_keys, EG_ARRAY_LEN(long_keys))) return true;
    return is_one_of(place->key, keys, EG_ARRAY_LEN(keys));
}

static const struct eg_atlas_place *place_at(const struct eg_atlas *atlas, struct eg_mark mark)
{
    for (uint32_t i = 0; i < atlas->n_places; i++) {
        const struct eg_atlas_place *place = &atlas->places[i];
        bool is_it = place->mark.line == mark.line && place->mark.column == mark.column;
        if (is_it && place->text.len == 0) return place; /* a mapping stands where its first key does */
    }
    return NULL;
}

/* The value at fault within the item at `mark`; line 0 when the item does not hold it. */
static struct eg_mark find_value(const struct eg_atlas *atlas, struct eg_mark mark,
                                 const struct eg_error *err)
{
    const struct eg_atlas_place *item = place_at(atlas, mark);
    struct eg_text field = eg_text_from(err->field);
    if (!item || field.len == 0) return (struct eg_mark){0};
    bool is_key = field.data[field.len - 1] == ':';
    if (is_key) field.len--;
    for (uint32_t i = 1; i <= item->n_within; i++) {
        const struct eg_atlas_place *place = item + i;
        bool fits = is_key ? !place->is_key && eg_text_equal(place->key, field)
                           : eg_text_equal(place->text, field) && names_column(place);
        if (fits) return place->mark;
    }
    return (struct eg_mark){0};
}

static bool is_told(const struct eg_error *err)
{
    return !err || err->file[0] || err->status == EG_NO_MEMORY || err->status == EG_CANCELLED;
}

/* Marks of line 0 are not known. */
static void place_at_first_of(const struct eg_atlas *atlas, struct eg_mark value, struct eg_mark item,
                              struct eg_error *err)
{
    struct eg_mark mark = value.line > 0 ? value : item;
    err->line = err->column = 0;
    (void)eg_error_at(err, atlas->path.data, mark.line, mark.column);
}

void eg_atlas_error_at(const struct eg_atlas *atlas, struct eg_mark mark, struct eg_error *err)
{
    if (is_told(err)) return;
    if (err->line > 0) mark = (struct eg_mark){err->line, err->column};
    place_at_first_of(atlas, find_value(atlas, mark, err), mark, err);
}

/* The column within the parts of an indicator that read this table. */
static struct eg_mark column_of_indicator(const struct eg_atlas *atlas,
                                          const struct eg_atlas_indicator *indicator, uint32_t table,
                                          const struct eg_error *err)
{
    struct eg_mark found = {0};
    for (uint32_t i = 0; i < indicator->n_series && found.line == 0; i++) {
        const struct eg_atlas_series *series = &indicator->series[i];
        if (series->table == table) found = find_value(atlas, series->mark, err);
    }
    for (uint32_t i = 0; i < indicator->n_aggregations && found.line == 0; i++) {
        const struct eg_atlas_aggregation *aggregation = &indicator->aggregations[i];
        bool weighs = aggregation->method == EG_AGGREGATE_WEIGHTED_MEAN && aggregation->weight_table == table;
        if (weighs) found = find_value(atlas, aggregation->mark, err);
    }
    return found;
}

void eg_atlas_error_at_table(const struct eg_atlas *atlas, uint32_t table, struct eg_error *err)
{
    if (is_told(err)) return;
    struct eg_mark item = atlas->tables[table].mark;
    struct eg_mark found = find_value(atlas, item, err);
    for (uint32_t i = 0; i < atlas->n_indicators && found.line == 0; i++)
        found = column_of_indicator(atlas, &atlas->indicators[i], table, err);
    place_at_first_of(atlas, found, item, err);
}
