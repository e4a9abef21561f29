/* 34,753 neighbourhoods to 317 districts: each base area carries a code, which each lookup table of the chain replaces by the
 * next. Of a lookup table only the rows are kept whose key is a code that is looked for; the number of the row stays with it,
 * so that two rows that contradict each other can both be named. */
#include "data/dissolve.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/textmap.h"
#include "data/boundaries.h"
#include "data/gdal_setup.h"
#include "data/table.h"
#include "geo/topology.h"

/* --- one lookup table --------------------------------------------------------------------------------------------------- */

struct link {
    struct eg_text code, name; /* in the arena; code with data NULL until a row gave it */
    uint32_t row;
};

struct lookup {
    const struct eg_dissolve *dissolve;
    const struct eg_atlas_lookup *spec;
    struct eg_textmap *wanted; /* code so far -> link */
    struct eg_textmap *texts;  /* codes and names already copied -> position in kept */
    struct eg_text *kept;
    size_t n_kept, capacity;
    struct link *links; /* [count of wanted] */
    bool has_name;
    uint32_t n_cells, n_header; /* of the row at hand, where they differ */
};

/* One copy of each distinct text: 34,753 rows name 317 districts. */
static enum eg_status keep_text(struct lookup *lookup, struct eg_text text, struct eg_text *out,
                                struct eg_error *err)
{
    *out = EG_TEXT("");
    if (text.len == 0) return EG_OK;
    uint32_t known = eg_textmap_get(lookup->texts, text);
    if (known != EG_TEXTMAP_NONE) {
        *out = lookup->kept[known];
        return EG_OK;
    }
    struct eg_text copy = eg_text_copy(lookup->dissolve->arena, text);
    void *kept = lookup->kept;
    bool done =
        copy.data && eg_memory_reserve(&kept, &lookup->capacity, lookup->n_kept + 1, sizeof *lookup->kept);
    lookup->kept = kept;
    if (!done || eg_textmap_put(lookup->texts, copy, (uint32_t)lookup->n_kept, NULL) != EG_OK) {
        return eg_error_no_memory(err, text.len);
    }
    lookup->kept[lookup->n_kept++] = copy;
    *out = copy;
    return EG_OK;
}

static void take_misfit(void *context, uint32_t n_cells, uint32_t n_header)
{
    struct lookup *lookup = context;
    lookup->n_cells = n_cells;
    lookup->n_header = n_header;
}

static enum eg_status misfit_row(const struct lookup *lookup, uint32_t row, uint32_t n_cells,
                                 struct eg_error *err)
{
    return eg_error_set(err, EG_INVALID,
                        "boundaries %.*s: row %u of '%.*s' has %u cells, its header %u, so that they may "
                        "stand in the wrong columns; mend the row (a comma within a cell needs quotes)",
                        EG_TEXT_ARG(lookup->dissolve->spec->id), row,
                        EG_TEXT_ARG(eg_gdal_shown(lookup->spec->source)), n_cells, lookup->n_header);
}

static enum eg_status take_row(void *context, uint32_t row, const struct eg_text *cells, struct eg_error *err)
{
    struct lookup *lookup = context;
    struct eg_text key = eg_text_trim(cells[0]);
    struct eg_text code = eg_text_trim(cells[1]);
    uint32_t at = eg_textmap_get(lookup->wanted, key);
    uint32_t n_cells = lookup->n_cells;
    lookup->n_cells = lookup->n_header;
    if (at == EG_TEXTMAP_NONE) return EG_OK;
    if (n_cells != lookup->n_header) return misfit_row(lookup, row, n_cells, err);
    struct link *link = &lookup->links[at];
    if (link->code.data && !eg_text_equal(link->code, code)) {
        return eg_error_set(
            err, EG_INVALID,
            "boundaries %.*s: '%.*s' says in row %u that '%.*s' belongs to '%.*s', and in row %u to '%.*s'",
            EG_TEXT_ARG(lookup->dissolve->spec->id), EG_TEXT_ARG(eg_gdal_shown(lookup->spec->source)),
            link->row, EG_TEXT_ARG(key), EG_TEXT_ARG(link->code), row, EG_TEXT_ARG(code));
    }
    if (link->code.data) return EG_OK;
    link->row = row;
    enum eg_status status = keep_text(lookup, code, &link->code, err);
    if (status == EG_OK && lookup->has_name)
        status = keep_text(lookup, eg_text_trim(cells[2]), &link->name, err);
    return status;
}

static enum eg_status read_lookup(struct lookup *lookup, struct eg_error *err)
{
    const struct eg_atlas_lookup *spec = lookup->spec;
    char name[128];
    int len = snprintf(name, sizeof name, "lookup of %.*s", EG_TEXT_ARG(lookup->dissolve->spec->id));
    lookup->has_name = spec->name.len > 0;
    const struct eg_text columns[3] = {spec->key, spec->code, spec->name};
    struct eg_table_source source = {.name = {name, len > 0 ? (size_t)len : 0}, .path = spec->source};
    struct eg_table_wish wish = {.columns = columns,
                                 .n_columns = lookup->has_name ? 3 : 2,
                                 .on_row = take_row,
                                 .on_misfit = take_misfit,
                                 .context = lookup};
    return eg_table_read(&source, &wish, NULL, err);
}

/* Replaces code[n_base] (and name, where the table has one) by what the table says. */
static enum eg_status follow_lookup(const struct eg_dissolve *dissolve, const struct eg_atlas_lookup *spec,
                                    struct eg_text *code, struct eg_text *name, struct eg_error *err)
{
    struct lookup lookup = {.dissolve = dissolve, .spec = spec};
    lookup.wanted = eg_textmap_new(dissolve->n_base);
    lookup.texts = eg_textmap_new(64);
    lookup.links = eg_memory_zeroed(dissolve->n_base, sizeof *lookup.links);
    enum eg_status status = EG_OK;
    if (!lookup.wanted || !lookup.texts || !lookup.links) status = EG_NO_MEMORY;
    for (uint32_t i = 0; i < dissolve->n_base && status == EG_OK; i++) {
        if (code[i].len > 0) status = eg_textmap_put(lookup.wanted, code[i], i, NULL);
    }
    if (status) status = eg_error_no_memory(err, dissolve->n_base * sizeof *lookup.links);
    if (status == EG_OK) {
        status = read_lookup(&lookup, err);
        bool is_told = status && status != EG_NO_MEMORY;
        if (is_told) (void)eg_error_at(err, NULL, spec->mark.line, spec->mark.column);
    }
    for (uint32_t i = 0; i < dissolve->n_base && status == EG_OK; i++) {
        uint32_t at = code[i].len > 0 ? eg_textmap_get(lookup.wanted, code[i]) : EG_TEXTMAP_NONE;
        struct link link = at != EG_TEXTMAP_NONE ? lookup.links[at] : (struct link){0};
        code[i] = link.code;
        name[i] = lookup.has_name ? link.name : EG_TEXT("");
    }
    eg_textmap_free(lookup.wanted);
    eg_textmap_free(lookup.texts);
    free(lookup.links);
    free(lookup.kept);
    return status;
}

/* --- areas out of codes -------------------------------------------------------------------------------------------------- */

struct named {
    struct eg_text code, name;
    uint32_t temporary; /* its number in order of appearance */
};

static int compare_named(const void *a, const void *b)
{
    return eg_text_compare(((const struct named *)a)->code, ((const struct named *)b)->code);
}

struct grouping {
    const struct eg_dissolve *dissolve;
    struct named *items; /* [n_base] at most */
    uint32_t n;
    uint32_t *area_of; /* temporary -> final */
};

/* Numbers the codes in order of appearance and points the base areas at them. */
static enum eg_status number_codes(struct grouping *grouping, const struct eg_text *code,
                                   const struct eg_text *name, uint32_t *parent,
                                   struct eg_boundaries_report *report)
{
    const struct eg_dissolve *dissolve = grouping->dissolve;
    struct eg_textmap *map = eg_textmap_new(1024);
    enum eg_status status = map ? EG_OK : EG_NO_MEMORY;
    for (uint32_t i = 0; i < dissolve->n_base && status == EG_OK; i++) {
        parent[i] = EG_NO_AREA;
        if (code[i].len == 0) {
            report->n_unlocated++;
            eg_boundaries_sample(report, dissolve->arena, dissolve->base_codes[i], "in no larger area");
            continue;
        }
        uint32_t existing;
        status = eg_textmap_put(map, code[i], grouping->n, &existing);
        bool is_new = status == EG_OK && existing == EG_TEXTMAP_NONE;
        if (is_new) grouping->items[grouping->n] = (struct named){code[i], EG_TEXT(""), grouping->n};
        parent[i] = is_new ? grouping->n++ : existing;
        struct named *item = &grouping->items[parent[i]];
        if (status == EG_OK && item->name.len == 0 && name) item->name = name[i];
    }
    eg_textmap_free(map);
    return status;
}

static enum eg_status sort_areas(struct grouping *grouping, uint32_t *parent, struct eg_dissolved *out)
{
    uint32_t n = grouping->n;
    out->codes = eg_arena_array(grouping->dissolve->arena, n, sizeof *out->codes);
    out->names = eg_arena_array(grouping->dissolve->arena, n, sizeof *out->names);
    grouping->area_of = eg_memory_zeroed(n, sizeof *grouping->area_of);
    if (!out->codes || !out->names || !grouping->area_of) return EG_NO_MEMORY;
    qsort(grouping->items, n, sizeof *grouping->items, compare_named);
    for (uint32_t i = 0; i < n; i++) {
        const struct named *item = &grouping->items[i];
        grouping->area_of[item->temporary] = i;
        out->codes[i] = item->code;
        out->names[i] = item->name.len > 0 ? item->name : item->code;
    }
    for (uint32_t i = 0; i < grouping->dissolve->n_base; i++) {
        if (parent[i] != EG_NO_AREA) parent[i] = grouping->area_of[parent[i]];
    }
    out->n_areas = n;
    out->parent_of_base = parent;
    return EG_OK;
}

static enum eg_status group(const struct eg_dissolve *dissolve, const struct eg_text *code,
                            const struct eg_text *name, struct eg_dissolved *out,
                            struct eg_boundaries_report *report, struct eg_error *err)
{
    struct grouping grouping = {.dissolve = dissolve};
    struct eg_dissolved made = {0};
    uint32_t *parent = eg_arena_array(dissolve->arena, dissolve->n_base, sizeof *parent);
    grouping.items = eg_memory_zeroed(dissolve->n_base, sizeof *grouping.items);
    enum eg_status status = parent && grouping.items ? EG_OK : EG_NO_MEMORY;
    if (status == EG_OK) status = number_codes(&grouping, code, name, parent, report);
    if (status == EG_OK && grouping.n == 0) {
        status = eg_error_set(err, EG_INVALID,
                              "boundaries %.*s: none of the %u base areas has a larger area; do the codes "
                              "of the base stand in the lookup's key column?",
                              EG_TEXT_ARG(dissolve->spec->id), dissolve->n_base);
    }
    if (status == EG_OK) status = sort_areas(&grouping, parent, &made);
    free(grouping.items);
    free(grouping.area_of);
    if (status == EG_NO_MEMORY) return eg_error_no_memory(err, dissolve->n_base * sizeof(struct named));
    if (status) return status;
    report->n_features = dissolve->n_base;
    report->n_areas = made.n_areas;
    *out = made;
    return EG_OK;
}

static enum eg_status follow_chain(const struct eg_dissolve *dissolve, struct eg_dissolved *out,
                                   struct eg_boundaries_report *report, struct eg_error *err)
{
    struct eg_text *code = eg_memory_zeroed(dissolve->n_base, sizeof *code);
    struct eg_text *name = eg_memory_zeroed(dissolve->n_base, sizeof *name);
    enum eg_status status = EG_OK;
    if (!code || !name) status = eg_error_no_memory(err, dissolve->n_base * sizeof *code);
    for (uint32_t i = 0; status == EG_OK && i < dissolve->n_base; i++) code[i] = dissolve->base_codes[i];
    for (uint32_t i = 0; status == EG_OK && i < dissolve->spec->n_lookups; i++) {
        status = follow_lookup(dissolve, &dissolve->spec->lookups[i], code, name, err);
    }
    if (status == EG_OK) status = group(dissolve, code, name, out, report, err);
    free(code);
    free(name);
    return status;
}

enum eg_status eg_dissolve(const struct eg_dissolve *dissolve, struct eg_dissolved *out,
                           struct eg_boundaries_report *report, struct eg_error *err)
{
    if (!dissolve->parent_code) return follow_chain(dissolve, out, report, err);
    return group(dissolve, dissolve->parent_code, dissolve->parent_name, out, report, err);
}
