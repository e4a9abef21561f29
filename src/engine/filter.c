/* A filter is some 20 to 300 bytes of text and a handful of conditions; the largest allowed has 8 KiB. Parsing gathers a tree in an
 * arena (filter_text.c, filter_json.c), which checks each condition as soon as it is whole (filter_check.c); evaluating walks it
 * (filter_evaluate.c). The arena's ceiling is far above what 8 KiB of text can ask for. */
#include "engine/filter_tree.h"

#include <string.h>

#define CEILING_BYTES ((size_t)4 * 1024 * 1024)

uint32_t eg_properties_find(const struct eg_properties *properties, struct eg_text name)
{
    for (uint32_t i = 0; i < properties->n; i++) {
        if (eg_text_equal(properties->items[i].name, name)) return i;
    }
    return properties->n;
}

static bool is_blank(struct eg_text text)
{
    return eg_text_trim(text).len == 0;
}

static enum eg_status check_source(const struct eg_filter_build *build)
{
    struct eg_text text = build->source->text;
    const char *why = NULL;
    if (is_blank(text)) why = "the filter is empty; leave it out, or write a condition such as value > 5";
    else if (!eg_text_is_utf8(text)) why = "the filter is not valid UTF-8";
    enum eg_status status = EG_OK;
    if (why) status = eg_error_set(build->err, EG_INVALID, "%s", why);
    if (!why && text.len > EG_FILTER_BYTES) {
        status = eg_error_set(build->err, EG_LIMIT, "the filter has %zu bytes; %u are allowed", text.len,
                              EG_FILTER_BYTES);
    }
    return status;
}

static enum eg_status parse(struct eg_filter_build *build, struct eg_filter **filter_out)
{
    struct eg_filter_node *root = NULL;
    enum eg_status status = check_source(build);
    if (status == EG_OK && build->source->language == EG_FILTER_CQL2_TEXT)
        status = eg_filter_parse_text(build, &root);
    else if (status == EG_OK) status = eg_filter_parse_json(build, &root);
    struct eg_filter *filter = NULL;
    if (status == EG_OK) {
        filter = eg_arena_array(build->arena, 1, sizeof *filter);
        if (!filter) status = eg_filter_no_memory(build);
    }
    if (status != EG_OK) return status;
    *filter = (struct eg_filter){.arena = build->arena, .root = root};
    *filter_out = filter;
    return EG_OK;
}

enum eg_status eg_filter_parse(const struct eg_filter_source *source, const struct eg_properties *properties,
                               struct eg_filter **filter_out, struct eg_error *err)
{
    struct eg_filter_build build = {.source = source, .properties = properties, .err = err};
    build.arena = eg_arena_new(CEILING_BYTES);
    enum eg_status status = build.arena ? parse(&build, filter_out) : eg_filter_no_memory(&build);
    if (status != EG_OK) {
        (void)eg_error_field(err, "filter");
        eg_arena_free(build.arena);
    }
    return status;
}

void eg_filter_free(struct eg_filter *filter)
{
    if (filter) eg_arena_free(filter->arena);
}

bool eg_filter_holds(const struct eg_filter *filter, const struct eg_filter_feature *feature)
{
    return eg_filter_evaluate(filter->root, feature) == EG_TRUTH_TRUE;
}
