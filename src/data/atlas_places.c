/* Where in atlas.yaml a mistake stands that only the data brought to light. Such errors are made far from the atlas, by code
 * that knows a file and a column; their place is added where the job for one item of the atlas ends. */
#include "data/atlas.h"

void eg_atlas_error_at(const struct eg_atlas *atlas, struct eg_mark mark, struct eg_error *err)
{
    if (!err || err->file[0] || err->status == EG_NO_MEMORY || err->status == EG_CANCELLED) return;
    (void)eg_error_at(err, atlas->path.data, mark.line, mark.column);
}

static bool is_among(struct eg_text column, const struct eg_atlas_columns *columns)
{
    const struct eg_text names[] = {columns->value, columns->numerator, columns->denominator,
                                    columns->lower, columns->upper,     columns->flag,
                                    columns->rank,  columns->decile};
    for (size_t i = 0; i < EG_ARRAY_LEN(names); i++) {
        if (eg_text_equal(names[i], column)) return true;
    }
    return false;
}

/* The part of an indicator that reads this column of a table, or a mark of line 0. */
static struct eg_mark column_of_indicator(const struct eg_atlas_indicator *indicator, uint32_t table,
                                          struct eg_text column)
{
    for (uint32_t i = 0; i < indicator->n_series; i++) {
        const struct eg_atlas_series *series = &indicator->series[i];
        if (series->table == table && is_among(column, &series->columns)) return series->mark;
    }
    for (uint32_t i = 0; i < indicator->n_aggregations; i++) {
        const struct eg_atlas_aggregation *aggregation = &indicator->aggregations[i];
        bool weighs = aggregation->method == EG_AGGREGATE_WEIGHTED_MEAN && aggregation->weight_table == table;
        if (weighs && eg_text_equal(aggregation->weight_column, column)) return aggregation->mark;
    }
    return (struct eg_mark){0};
}

/* Where the atlas asks for the column that an error of a table names: at the table itself, or at the first indicator that
 * reads it. The table also stands for errors that name no column. */
static struct eg_mark place_of_column(const struct eg_atlas *atlas, uint32_t table,
                                      const struct eg_error *err)
{
    const struct eg_atlas_table *spec = &atlas->tables[table];
    struct eg_text column = err ? eg_text_from(err->field) : EG_TEXT("");
    if (column.len == 0 || eg_text_equal(spec->key, column)) return spec->mark;
    for (uint32_t i = 0; i < spec->n_filter; i++) {
        if (eg_text_equal(spec->filter[i].column, column)) return spec->mark;
    }
    for (uint32_t i = 0; i < atlas->n_indicators; i++) {
        struct eg_mark mark = column_of_indicator(&atlas->indicators[i], table, column);
        if (mark.line > 0) return mark;
    }
    return spec->mark;
}

void eg_atlas_error_at_table(const struct eg_atlas *atlas, uint32_t table, struct eg_error *err)
{
    eg_atlas_error_at(atlas, place_of_column(atlas, table, err), err);
}
