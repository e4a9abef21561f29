/* Any bytes as atlas.yaml. A refusal has words and a place within the text; what is read points only at what is there. */
#include "fuzz/fuzz.h"

#include "data/atlas.h"

static void check_refusal(struct eg_text yaml, const struct eg_error *err)
{
    uint32_t n_lines = 2; /* the end of the last line may be told as a line of its own */
    for (size_t i = 0; i < yaml.len; i++)
        n_lines += yaml.data[i] == '\n' || yaml.data[i] == '\r' || (unsigned char)yaml.data[i] >= 0x80;
    EG_ASSERT(err->status != EG_OK && err->message[0] != '\0' && err->file[0] != '\0');
    EG_ASSERT(err->line <= n_lines);
    EG_ASSERT(eg_text_is_utf8(eg_text_from(err->message)));
}

static void check_text(struct eg_text text)
{
    EG_ASSERT(!text.data || (text.data[text.len] == '\0' && eg_text_is_utf8(text)));
}

static void check_tables(const struct eg_atlas *atlas)
{
    for (uint32_t i = 0; i < atlas->n_tables; i++) {
        const struct eg_atlas_table *table = &atlas->tables[i];
        check_text(table->key);
        EG_ASSERT(table->n_markers > 0);
        EG_ASSERT(!table->is_long || table->long_boundaries < atlas->n_boundaries);
        for (uint32_t k = 0; k < table->n_long_indicators; k++) {
            EG_ASSERT(table->long_indicators[k].indicator < atlas->n_indicators);
            EG_ASSERT(table->long_indicators[k].columns.value.data != NULL);
        }
    }
}

static void check_indicators(const struct eg_atlas *atlas)
{
    for (uint32_t i = 0; i < atlas->n_indicators; i++) {
        const struct eg_atlas_indicator *indicator = &atlas->indicators[i];
        check_text(indicator->facts.unit);
        for (uint32_t k = 0; k < indicator->n_series; k++) {
            check_text(indicator->series[k].columns.value);
            check_text(indicator->series[k].period.label);
            EG_ASSERT(indicator->series[k].table < atlas->n_tables);
            EG_ASSERT(indicator->series[k].boundaries < atlas->n_boundaries);
        }
        for (uint32_t k = 0; k < indicator->n_aggregations; k++)
            EG_ASSERT(indicator->aggregations[k].from < atlas->n_boundaries &&
                      indicator->aggregations[k].n_to > 0);
    }
}

static void check_atlas(const struct eg_atlas *atlas)
{
    check_text(atlas->title);
    EG_ASSERT(atlas->n_boundaries > 0 && atlas->n_styles > 0);
    for (uint32_t i = 0; i < atlas->n_boundaries; i++) {
        check_text(atlas->boundaries[i].source);
        EG_ASSERT(atlas->boundaries[i].dissolve_of == EG_ATLAS_NONE || atlas->boundaries[i].dissolve_of < i);
    }
    for (uint32_t i = 0; i < atlas->n_styles; i++)
        EG_ASSERT(atlas->styles[i].n_colours >= 2 && atlas->styles[i].n_classes >= 2);
    check_tables(atlas);
    check_indicators(atlas);
    for (uint32_t i = 0; i < atlas->n_layers; i++) {
        check_text(atlas->layers[i].id);
        EG_ASSERT(atlas->layers[i].indicator < atlas->n_indicators);
        EG_ASSERT(atlas->layers[i].boundaries < atlas->n_boundaries);
        EG_ASSERT(atlas->layers[i].style < atlas->n_styles);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct eg_text yaml = {(const char *)data, size};
    struct eg_atlas *atlas = NULL;
    struct eg_error err;
    if (eg_atlas_parse(yaml, "/x/atlas.yaml", false, &atlas, &err)) check_refusal(yaml, &err);
    else check_atlas(atlas);
    eg_atlas_free(atlas);
    return 0;
}
