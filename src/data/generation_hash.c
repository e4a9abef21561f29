/* A version is the hash of hashes: 64 bits of every array and text that any answer can show, in a fixed order. Two loads of the
 * same files give the same version on every machine of one byte order. 40 MB of arrays take 5 ms. */
#include "base/buffer.h"
#include "base/hash.h"
#include "data/generation_internal.h"

static void add_bytes(struct eg_buffer *sums, const void *bytes, size_t len)
{
    uint64_t hash = bytes ? eg_hash64(bytes, len, 0) : 0;
    eg_buffer_append(sums, &hash, sizeof hash);
}

static void add_number(struct eg_buffer *sums, uint64_t number)
{
    eg_buffer_append(sums, &number, sizeof number);
}

static void add_real(struct eg_buffer *sums, double number)
{
    eg_buffer_append(sums, &number, sizeof number);
}

static void add_text(struct eg_buffer *sums, struct eg_text text)
{
    add_number(sums, text.data ? text.len : UINT64_MAX);
    add_bytes(sums, text.data, text.len);
}

static void add_texts(struct eg_buffer *sums, const struct eg_text *texts, uint32_t n)
{
    add_number(sums, n);
    for (uint32_t i = 0; i < n; i++) add_text(sums, texts[i]);
}

static void add_facts(struct eg_buffer *sums, const struct eg_atlas_facts *facts)
{
    const struct eg_text texts[] = {facts->unit,       facts->theme,         facts->source,
                                    facts->source_url, facts->licence_title, facts->licence_url};
    add_texts(sums, texts, EG_ARRAY_LEN(texts));
    add_number(sums, facts->polarity);
    add_number(sums, facts->has_decimals ? facts->decimals : UINT32_MAX);
    add_number(sums, facts->has_modelled && facts->modelled);
}

static void add_style(struct eg_buffer *sums, const struct eg_atlas_style *style)
{
    const struct eg_text texts[] = {style->id, style->title, style->description, style->ramp};
    add_texts(sums, texts, EG_ARRAY_LEN(texts));
    const uint64_t numbers[] = {style->choice,      style->method,     style->n_classes,
                                style->left_closed, style->per_period, style->direction,
                                style->n_colours,   style->n_outlines, style->aliased};
    for (size_t i = 0; i < EG_ARRAY_LEN(numbers); i++) add_number(sums, numbers[i]);
    add_bytes(sums, style->breaks, style->n_breaks * sizeof *style->breaks);
    add_bytes(sums, style->colours, style->n_colours * sizeof *style->colours);
    add_bytes(sums, &style->background, sizeof style->background);
    add_real(sums, style->opacity);
    for (uint32_t i = 0; i < style->n_outlines; i++) {
        const struct eg_atlas_outline *outline = &style->outlines[i];
        add_number(sums, outline->boundaries);
        add_number(sums, outline->min_zoom);
        add_real(sums, outline->width_px);
        add_bytes(sums, &outline->colour, sizeof outline->colour);
    }
    for (int i = 0; i < EG_N_STATES; i++) {
        add_bytes(sums, &style->look[i].colour, sizeof style->look[i].colour);
        add_bytes(sums, &style->look[i].ink, sizeof style->look[i].ink);
        add_number(sums, style->look[i].pattern);
    }
}

static void add_atlas(struct eg_buffer *sums, const struct eg_atlas *atlas)
{
    const struct eg_text texts[] = {
        atlas->title,       atlas->abstract,           atlas->attribution,   atlas->licence.title,
        atlas->licence.url, atlas->contact_name,       atlas->contact_email, atlas->contact_url,
        atlas->basemap.url, atlas->basemap.attribution};
    add_texts(sums, texts, EG_ARRAY_LEN(texts));
    add_number(sums, atlas->fictional);
    for (uint32_t i = 0; i < atlas->n_views; i++) {
        const struct eg_atlas_view *view = &atlas->views[i];
        const struct eg_text view_texts[] = {view->id, view->title, view->layer};
        add_texts(sums, view_texts, EG_ARRAY_LEN(view_texts));
        add_bytes(sums, &view->box_deg, sizeof view->box_deg);
    }
    for (uint32_t i = 0; i < atlas->n_boundaries; i++) {
        const struct eg_atlas_boundaries *spec = &atlas->boundaries[i];
        const struct eg_text set_texts[] = {spec->id,          spec->title,         spec->vintage,
                                            spec->attribution, spec->licence_title, spec->licence_url};
        add_texts(sums, set_texts, EG_ARRAY_LEN(set_texts));
    }
    for (uint32_t i = 0; i < atlas->n_indicators; i++) {
        const struct eg_atlas_indicator *indicator = &atlas->indicators[i];
        const struct eg_text indicator_texts[] = {indicator->id, indicator->title, indicator->description};
        add_texts(sums, indicator_texts, EG_ARRAY_LEN(indicator_texts));
        add_facts(sums, &indicator->facts);
    }
    for (uint32_t i = 0; i < atlas->n_styles; i++) add_style(sums, &atlas->styles[i]);
    for (uint32_t i = 0; i < atlas->n_layers; i++) {
        const struct eg_atlas_layer *layer = &atlas->layers[i];
        const struct eg_text layer_texts[] = {layer->id, layer->title};
        add_texts(sums, layer_texts, EG_ARRAY_LEN(layer_texts));
        add_number(sums, layer->style);
        add_number(sums, layer->hidden);
    }
}

static void add_set(struct eg_buffer *sums, const struct eg_area_set *set, uint32_t n_base)
{
    add_texts(sums, set->codes, set->n_areas);
    add_texts(sums, set->names, set->n_areas);
    add_bytes(sums, set->parent_of_base, n_base * sizeof *set->parent_of_base);
    const struct eg_plane *plane = set->plane;
    const struct eg_plane_level *all = &plane->level[0];
    add_bytes(sums, plane->left, plane->n_arcs * sizeof *plane->left);
    add_bytes(sums, plane->right, plane->n_arcs * sizeof *plane->right);
    add_bytes(sums, all->start, ((size_t)plane->n_arcs + 1) * sizeof *all->start);
    add_bytes(sums, all->points, all->start[plane->n_arcs] * sizeof *all->points);
}

static void add_series(struct eg_buffer *sums, const struct eg_series *series, uint32_t n)
{
    const struct eg_text texts[] = {series->period.id, series->period.start, series->period.end,
                                    series->period.label};
    add_texts(sums, texts, EG_ARRAY_LEN(texts));
    add_number(sums, series->indicator);
    add_number(sums, series->boundaries);
    add_number(sums, series->aggregated);
    const double *const numbers[] = {series->value, series->numerator, series->denominator, series->lower,
                                     series->upper};
    for (size_t i = 0; i < EG_ARRAY_LEN(numbers); i++) add_bytes(sums, numbers[i], n * sizeof(double));
    add_bytes(sums, series->state, n);
    add_bytes(sums, series->has, n);
    add_bytes(sums, series->rank, n * sizeof *series->rank);
    add_bytes(sums, series->decile, n);
    add_texts(sums, series->categories, series->n_categories);
}

static void add_places(struct eg_buffer *sums, const struct eg_place_table *table)
{
    const struct eg_text texts[] = {table->spec->id, table->spec->title, table->spec->attribution,
                                    table->spec->licence_title, table->spec->licence_url};
    add_texts(sums, texts, EG_ARRAY_LEN(texts));
    add_number(sums, table->n);
    if (table->postcodes) add_bytes(sums, table->postcodes, table->n * sizeof *table->postcodes);
    for (uint32_t i = 0; table->places && i < table->n; i++) {
        add_text(sums, table->places[i].name);
        add_bytes(sums, &table->places[i].spot, sizeof table->places[i].spot);
    }
}

enum eg_status eg_generation_hash(struct eg_generation *generation, struct eg_error *err)
{
    struct eg_buffer sums;
    eg_buffer_init(&sums, 0);
    add_atlas(&sums, generation->atlas);
    for (uint32_t i = 0; i < generation->atlas->n_boundaries; i++) {
        const struct eg_area_set *set = &generation->area_sets[i];
        add_set(&sums, set, set->base == EG_ATLAS_NONE ? 0 : generation->area_sets[set->base].n_areas);
    }
    for (uint32_t i = 0; i < generation->n_series; i++) {
        const struct eg_series *series = &generation->series[i];
        add_series(&sums, series, generation->area_sets[series->boundaries].n_areas);
    }
    for (uint32_t i = 0; i < generation->n_weights; i++) {
        const struct eg_series *series = &generation->weights[i].series;
        add_series(&sums, series, generation->area_sets[series->boundaries].n_areas);
    }
    for (uint32_t i = 0; i < generation->atlas->n_place_tables; i++)
        add_places(&sums, &generation->place_tables[i]);
    enum eg_status status = EG_OK;
    if (sums.failed) status = eg_error_no_memory(err, sums.capacity);
    else eg_hash128_hex(sums.data, sums.len, generation->version);
    eg_buffer_clear(&sums);
    return status;
}
