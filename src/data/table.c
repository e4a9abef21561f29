/* The part that all kinds of tables share. A plan holds, for some tens of columns, which slot each wanted column and each
 * condition reads; a row costs one UTF-8 check per needed cell. */
#include "data/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/gdal_setup.h"
#include "data/nearest.h"
#include "data/table_internal.h"

static uint32_t add_slot(struct eg_table_plan *plan, struct eg_text name)
{
    for (uint32_t i = 0; i < plan->n_slots; i++) {
        if (eg_text_equal(plan->name[i], name)) return i;
    }
    plan->name[plan->n_slots] = name;
    return plan->n_slots++;
}

static void clear_plan(struct eg_table_plan *plan)
{
    free(plan->wanted_slot);
    free(plan->condition_slot);
    free(plan->name);
    free(plan->cell);
    free(plan->cells);
    *plan = (struct eg_table_plan){0};
}

static enum eg_status init_plan(struct eg_table_plan *plan, const struct eg_table_source *source,
                                const struct eg_table_wish *wish, struct eg_error *err)
{
    uint32_t n_columns = wish->n_columns;
    size_t most = (size_t)n_columns + source->n_filter;
    *plan = (struct eg_table_plan){.source = source, .wish = wish};
    plan->wanted_slot = eg_memory_zeroed(n_columns, sizeof *plan->wanted_slot);
    plan->condition_slot = eg_memory_zeroed(source->n_filter, sizeof *plan->condition_slot);
    plan->name = eg_memory_zeroed(most, sizeof *plan->name);
    plan->cell = eg_memory_zeroed(most, sizeof *plan->cell);
    plan->cells = eg_memory_zeroed(n_columns, sizeof *plan->cells);
    if (!plan->wanted_slot || !plan->condition_slot || !plan->name || !plan->cell || !plan->cells) {
        clear_plan(plan);
        return eg_error_no_memory(err, most * sizeof *plan->name);
    }
    for (uint32_t i = 0; i < n_columns; i++) plan->wanted_slot[i] = add_slot(plan, wish->columns[i]);
    for (uint32_t i = 0; i < source->n_filter; i++) {
        plan->condition_slot[i] = add_slot(plan, source->filter[i].column);
    }
    return EG_OK;
}

/* The column is the error's field, so that the place in the atlas that asks for it can be found. */
static enum eg_status name_column(struct eg_error *err, struct eg_text name)
{
    char field[sizeof err->field];
    (void)snprintf(field, sizeof field, "%.*s", EG_TEXT_ARG(name));
    (void)eg_error_field(err, field);
    return EG_INVALID;
}

static enum eg_status unknown_column(const struct eg_table_plan *plan, struct eg_text name,
                                     const struct eg_text *header, uint32_t n_header, struct eg_error *err)
{
    char nearest[200];
    eg_nearest_list(name, header, n_header, nearest, sizeof nearest);
    (void)eg_error_set(err, EG_INVALID,
                       "%.*s: '%.*s' has no column '%.*s'; the nearest of its %u columns: %s",
                       EG_TEXT_ARG(plan->source->name), EG_TEXT_ARG(eg_gdal_shown(plan->source->path)),
                       EG_TEXT_ARG(name), n_header, nearest);
    return name_column(err, name);
}

/* A header's name as it stands there or without blanks around it. */
static bool is_named(struct eg_text header, struct eg_text name)
{
    return eg_text_equal(eg_text_trim(header), name) || eg_text_equal(header, name);
}

static enum eg_status resolve_slot(const struct eg_table_plan *plan, uint32_t slot,
                                   const struct eg_text *header, uint32_t n_header, uint32_t *slot_of,
                                   struct eg_error *err)
{
    struct eg_text name = plan->name[slot];
    uint32_t found = n_header;
    for (uint32_t i = 0; i < n_header; i++) {
        if (!is_named(header[i], name)) continue;
        if (found < n_header) {
            (void)eg_error_set(
                err, EG_INVALID, "%.*s: '%.*s' has two columns '%.*s' (number %u and %u); rename one",
                EG_TEXT_ARG(plan->source->name), EG_TEXT_ARG(eg_gdal_shown(plan->source->path)),
                EG_TEXT_ARG(name), found + 1, i + 1);
            return name_column(err, name);
        }
        found = i;
    }
    if (found == n_header) return unknown_column(plan, name, header, n_header, err);
    slot_of[found] = slot;
    return EG_OK;
}

/* Markers for a column that is not there would be applied to none: the numbers that they hide would be shown. */
static enum eg_status check_marked(const struct eg_table_plan *plan, const struct eg_text *header,
                                   uint32_t n_header, struct eg_error *err)
{
    for (uint32_t m = 0; m < plan->source->n_markers; m++) {
        struct eg_text name = plan->source->markers[m].column;
        bool found = name.len == 0;
        for (uint32_t i = 0; i < n_header && !found; i++) found = is_named(header[i], name);
        if (!found) return unknown_column(plan, name, header, n_header, err);
    }
    return EG_OK;
}

enum eg_status eg_table_plan_resolve(const struct eg_table_plan *plan, const struct eg_text *header,
                                     uint32_t n_header, uint32_t *slot_of_out, struct eg_error *err)
{
    for (uint32_t i = 0; i < n_header; i++) slot_of_out[i] = EG_TABLE_NO_SLOT;
    for (uint32_t slot = 0; slot < plan->n_slots; slot++) {
        enum eg_status status = resolve_slot(plan, slot, header, n_header, slot_of_out, err);
        if (status) return status;
    }
    return check_marked(plan, header, n_header, err);
}

static bool condition_holds(const struct eg_atlas_condition *condition, struct eg_text cell)
{
    struct eg_text trimmed = eg_text_trim(cell);
    for (uint32_t i = 0; i < condition->n_values; i++) {
        if (eg_text_equal(condition->values[i], trimmed) || eg_text_equal(condition->values[i], cell))
            return true;
    }
    return false;
}

static bool passes_filter(const struct eg_table_plan *plan)
{
    for (uint32_t i = 0; i < plan->source->n_filter; i++) {
        if (!condition_holds(&plan->source->filter[i], plan->cell[plan->condition_slot[i]])) return false;
    }
    return true;
}

static enum eg_status check_utf8(const struct eg_table_plan *plan, uint32_t row, struct eg_error *err)
{
    for (uint32_t i = 0; i < plan->n_slots; i++) {
        if (eg_text_is_utf8(plan->cell[i])) continue;
        return eg_error_set(
            err, EG_INVALID,
            "%.*s: row %u of '%.*s' is not UTF-8 in column '%.*s'; state the file's `encoding` "
            "(often ISO-8859-1 or WINDOWS-1252)",
            EG_TEXT_ARG(plan->source->name), row, EG_TEXT_ARG(eg_gdal_shown(plan->source->path)),
            EG_TEXT_ARG(plan->name[i]));
    }
    return EG_OK;
}

enum eg_status eg_table_plan_row(struct eg_table_plan *plan, uint32_t row, struct eg_error *err)
{
    enum eg_status status = plan->source->any_bytes ? EG_OK : check_utf8(plan, row, err);
    if (status) return status;
    plan->counts.n_rows++;
    if (!passes_filter(plan)) {
        plan->counts.n_filtered++;
        return EG_OK;
    }
    if (plan->n_cells != plan->n_header && plan->wish->on_misfit)
        plan->wish->on_misfit(plan->wish->context, plan->n_cells, plan->n_header);
    for (uint32_t i = 0; i < plan->wish->n_columns; i++) plan->cells[i] = plan->cell[plan->wanted_slot[i]];
    return plan->wish->on_row(plan->wish->context, row, plan->cells, err);
}

enum eg_status eg_table_read(const struct eg_table_source *source, const struct eg_table_wish *wish,
                             struct eg_table_counts *counts_out, struct eg_error *err)
{
    struct eg_table_plan plan;
    enum eg_status status = init_plan(&plan, source, wish, err);
    if (status) return status;
    status = eg_atlas_is_csv(source->path) ? eg_table_read_csv(&plan, err) : eg_table_read_ogr(&plan, err);
    if (status == EG_OK && counts_out) *counts_out = plan.counts;
    clear_plan(&plan);
    return status;
}

struct eg_table_source eg_table_source_of(const struct eg_atlas_table *table)
{
    return (struct eg_table_source){.name = table->id,
                                    .path = table->source,
                                    .layer = table->layer,
                                    .delimiter = table->delimiter,
                                    .encoding = table->encoding,
                                    .header_row = table->header_row,
                                    .filter = table->filter,
                                    .n_filter = table->n_filter,
                                    .markers = table->markers,
                                    .n_markers = table->n_markers};
}
