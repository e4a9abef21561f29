/* Some hundreds of series: 400 of the Health Index (56 indicators, 7 years), 60 of the indices of deprivation. */
#include "data/series.h"

#include <stdlib.h>

#include "base/memory.h"

/* --- categories -------------------------------------------------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
    return eg_text_compare(*(const struct eg_text *)a, *(const struct eg_text *)b);
}

/* All categories of an indicator over all its series, sorted, so that one number means the same everywhere. */
static enum eg_status pool_categories(struct eg_draft_list *drafts, uint32_t indicator,
                                      struct eg_arena *arena, struct eg_text **pool_out, uint32_t *n_out,
                                      struct eg_error *err)
{
    size_t most = 0;
    for (size_t i = 0; i < drafts->n; i++) {
        if (drafts->items[i]->series.indicator == indicator) most += drafts->items[i]->n_category;
    }
    struct eg_text *pool = eg_arena_array(arena, most, sizeof *pool);
    if (!pool) return eg_error_no_memory(err, most * sizeof *pool);
    size_t n = 0;
    for (size_t i = 0; i < drafts->n; i++) {
        const struct eg_draft *draft = drafts->items[i];
        for (uint32_t k = 0; draft->series.indicator == indicator && k < draft->n_category; k++) {
            pool[n++] = draft->category[k];
        }
    }
    if (n > 1) qsort(pool, n, sizeof *pool, compare_texts);
    uint32_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !eg_text_equal(pool[i], pool[i - 1])) pool[kept++] = pool[i];
    }
    *pool_out = pool;
    *n_out = kept;
    return EG_OK;
}

static enum eg_status renumber(struct eg_draft *draft, const struct eg_text *pool, uint32_t n,
                               uint32_t n_areas, struct eg_error *err)
{
    uint32_t *number_of = eg_memory_zeroed(draft->n_category, sizeof *number_of);
    if (!number_of) return eg_error_no_memory(err, draft->n_category * sizeof *number_of);
    for (uint32_t i = 0; i < draft->n_category; i++) {
        const struct eg_text *found = bsearch(&draft->category[i], pool, n, sizeof *pool, compare_texts);
        number_of[i] = found ? (uint32_t)(found - pool) : 0;
    }
    struct eg_series *series = &draft->series;
    for (uint32_t i = 0; i < n_areas; i++) {
        bool has_value = series->state[i] == EG_VALID || series->state[i] == EG_UNRELIABLE;
        if (has_value) series->value[i] = number_of[(uint32_t)series->value[i]];
    }
    series->categories = pool;
    series->n_categories = n;
    free(number_of);
    return EG_OK;
}

static enum eg_status number_categories(const struct eg_aggregate_work *work, struct eg_draft_list *drafts,
                                        struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (uint32_t indicator = 0; indicator < work->atlas->n_indicators && status == EG_OK; indicator++) {
        if (!work->atlas->indicators[indicator].categorical) continue;
        struct eg_text *pool = NULL;
        uint32_t n = 0;
        status = pool_categories(drafts, indicator, work->arena, &pool, &n, err);
        for (size_t i = 0; i < drafts->n && status == EG_OK; i++) {
            struct eg_draft *draft = drafts->items[i];
            if (draft->series.indicator != indicator) continue;
            status = renumber(draft, pool, n, work->sets[draft->series.boundaries].n_areas, err);
        }
    }
    return status;
}

/* --- order ---------------------------------------------------------------------------------------------------------------- */

static int compare_drafts(const void *a, const void *b)
{
    const struct eg_series *p = &(*(const struct eg_draft *const *)a)->series;
    const struct eg_series *q = &(*(const struct eg_draft *const *)b)->series;
    if (p->indicator != q->indicator) return p->indicator < q->indicator ? -1 : 1;
    if (p->boundaries != q->boundaries) return p->boundaries < q->boundaries ? -1 : 1;
    int order = eg_text_compare(p->period.start, q->period.start);
    return order != 0 ? order : eg_text_compare(p->period.id, q->period.id);
}

static struct eg_text origin(const struct eg_aggregate_work *work, const struct eg_draft *draft)
{
    return draft->table == EG_ATLAS_NONE ? EG_TEXT("an aggregation") : work->atlas->tables[draft->table].id;
}

static enum eg_status check_unique(const struct eg_aggregate_work *work, const struct eg_draft_list *drafts,
                                   struct eg_error *err)
{
    for (size_t i = 1; i < drafts->n; i++) {
        const struct eg_series *series = &drafts->items[i]->series;
        const struct eg_series *before = &drafts->items[i - 1]->series;
        bool same = series->indicator == before->indicator && series->boundaries == before->boundaries &&
                    eg_text_equal(series->period.id, before->period.id);
        if (!same) continue;
        return eg_error_set(
            err, EG_INVALID,
            "indicator %.*s has the period %.*s on %.*s twice, from %.*s and from %.*s; remove one",
            EG_TEXT_ARG(work->atlas->indicators[series->indicator].id), EG_TEXT_ARG(series->period.id),
            EG_TEXT_ARG(work->atlas->boundaries[series->boundaries].id),
            EG_TEXT_ARG(origin(work, drafts->items[i - 1])), EG_TEXT_ARG(origin(work, drafts->items[i])));
    }
    return EG_OK;
}

static void count_states(struct eg_draft *draft, uint32_t n_areas)
{
    for (uint32_t i = 0; i < n_areas; i++) draft->report.n_state[draft->series.state[i]]++;
}

/* Takes the weights out of the list: they are kept for groups of areas, and what became of their cells is told. */
static enum eg_status keep_weights(const struct eg_aggregate_work *work, struct eg_draft_list *drafts,
                                   struct eg_generation *generation, struct eg_report *report,
                                   struct eg_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < drafts->n; i++) n += drafts->items[i]->weight_of != NULL;
    struct eg_weight_report *weights = eg_arena_array(work->arena, n, sizeof *weights);
    generation->weights = eg_arena_array(work->arena, n, sizeof *generation->weights);
    if (!weights || !generation->weights) return eg_error_no_memory(err, n * sizeof *weights);
    size_t kept = 0;
    for (size_t i = 0; i < drafts->n; i++) {
        struct eg_draft *draft = drafts->items[i];
        if (!draft->weight_of) {
            drafts->items[kept++] = draft;
            continue;
        }
        uint32_t boundaries = draft->series.boundaries;
        count_states(draft, work->sets[boundaries].n_areas);
        draft->report.table = draft->table;
        generation->weights[generation->n_weights++] =
            (struct eg_weights){draft->table, draft->weight_of->weight_column, draft->series};
        weights[report->n_weights++] =
            (struct eg_weight_report){boundaries, draft->weight_of->weight_column, draft->report};
    }
    drafts->n = kept;
    report->weights = weights;
    return EG_OK;
}

enum eg_status eg_series_finish(const struct eg_aggregate_work *work, struct eg_draft_list *drafts,
                                struct eg_generation *generation, struct eg_report *report,
                                struct eg_error *err)
{
    enum eg_status status = number_categories(work, drafts, err);
    if (status == EG_OK) status = eg_series_withhold(work, drafts, err);
    if (status == EG_OK) status = eg_aggregate_all(work, drafts, err);
    if (status == EG_OK) status = keep_weights(work, drafts, generation, report, err);
    if (status) return status;
    if (drafts->n > 1) qsort(drafts->items, drafts->n, sizeof(struct eg_draft *), compare_drafts);
    status = check_unique(work, drafts, err);
    if (status) return status;
    generation->series = eg_arena_array(work->arena, drafts->n, sizeof *generation->series);
    report->series = eg_arena_array(work->arena, drafts->n, sizeof *report->series);
    if (!generation->series || !report->series) {
        return eg_error_no_memory(err, drafts->n * sizeof *generation->series);
    }
    for (size_t i = 0; i < drafts->n; i++) {
        struct eg_draft *draft = drafts->items[i];
        count_states(draft, work->sets[draft->series.boundaries].n_areas);
        generation->series[i] = draft->series;
        report->series[i] = draft->report;
        report->series[i].table = draft->table;
    }
    generation->n_series = report->n_series = (uint32_t)drafts->n;
    return EG_OK;
}
