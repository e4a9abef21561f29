/* A question is a chain of sets: the kinds that are asked for, then each condition takes away the entries that do not fulfil
 * it. With bits that costs a few microseconds a condition; the work is in making the sets, which each index does by itself. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "directory/bits.h"
#include "directory/directory_internal.h"

struct search {
    const struct eg_directory *directory;
    const struct eg_directory_query *query;
    size_t n_words;
    uint64_t *matches; /* [n_words] what is left */
    uint64_t *part;    /* [n_words] of the condition at hand */
    struct eg_error *err;
};

/* --- checks -------------------------------------------------------------------------------------------------------------- */

static bool is_on_earth(double lon_deg, double lat_deg)
{
    return fabs(lon_deg) <= 180 && fabs(lat_deg) <= 90; /* false for what is not a number */
}

static enum eg_status refuse(struct eg_error *err, const char *field, const char *reason)
{
    (void)eg_error_set(err, EG_INVALID, "%s", reason);
    (void)eg_error_field(err, field);
    return EG_INVALID;
}

static bool is_minute(int64_t minute)
{
    return minute >= 0 && minute < (int64_t)(EG_SCHEDULE_NO_END + 1) * EG_SCHEDULE_DAY_MINUTES;
}

static enum eg_status check_conditions(const struct eg_directory_query *query, struct eg_error *err)
{
    bool has_no_least = query->has_amount_min && !isfinite(query->amount_min);
    bool has_no_most = query->has_amount_max && !isfinite(query->amount_max);
    if (has_no_least) return refuse(err, "amount_min", "a number is needed");
    if (has_no_most) return refuse(err, "amount_max", "a number is needed");
    if (query->has_amount_min && query->has_amount_max && query->amount_min > query->amount_max)
        return refuse(err, "amount_min", "amount_min must not be more than amount_max");
    if (query->order == EG_ORDER_DISTANCE && !query->has_near)
        return refuse(err, "sort", "the order of distances needs near=longitude,latitude");
    if (query->order == EG_ORDER_RELEVANCE && query->words.len == 0)
        return refuse(err, "sort", "the order of relevance needs words to look for: q=...");
    if (query->order == EG_ORDER_NEXT && !is_minute(query->from_min))
        return refuse(err, "from", "a time in the years 0 to 9999 is needed");
    if (query->has_open && !is_minute(query->open_min))
        return refuse(err, "open", "a time in the years 0 to 9999 is needed");
    if (query->has_span && !(is_minute(query->from_min) && is_minute(query->until_min)))
        return refuse(err, "from", "times in the years 0 to 9999 are needed");
    if (query->has_span && query->from_min > query->until_min)
        return refuse(err, "from", "from must not be later than until");
    if (query->kinds >= 1U << EG_N_KINDS) return refuse(err, "kind", "there is no such kind");
    return EG_OK;
}

static bool has_area(const struct eg_directory *directory, uint32_t boundaries, uint32_t area)
{
    const struct eg_generation *generation = directory->generation;
    return generation && boundaries < generation->atlas->n_boundaries &&
           area < generation->area_sets[boundaries].n_areas;
}

static enum eg_status check_query(const struct eg_directory *directory,
                                  const struct eg_directory_query *query, struct eg_error *err)
{
    enum eg_status status = check_conditions(query, err);
    if (status) return status;
    struct eg_bounds box = query->bbox_deg;
    if (query->has_bbox && !(is_on_earth(box.min_x, box.min_y) && is_on_earth(box.max_x, box.max_y)))
        return refuse(err, "bbox", "longitudes go from -180 to 180 and latitudes from -90 to 90");
    if (query->has_bbox && box.min_y > box.max_y)
        return refuse(err, "bbox", "the south must not lie north of the north; write west,south,east,north");
    if (query->has_near && !is_on_earth(query->near_lon_deg, query->near_lat_deg))
        return refuse(err, "near", "a longitude from -180 to 180 and a latitude from -90 to 90 are needed");
    if (query->has_radius && !query->has_near) return refuse(err, "radius", "a radius needs near");
    if (query->has_radius && !(query->radius_m >= 0 && isfinite(query->radius_m)))
        return refuse(err, "radius", "a number of metres from 0 on is needed");
    if (query->has_serves_point && !is_on_earth(query->serves_lon_deg, query->serves_lat_deg))
        return refuse(err, "serves", "a longitude from -180 to 180 and a latitude from -90 to 90 are needed");
    if (query->has_near_area &&
        !(query->has_near && has_area(directory, query->near_boundaries, query->near_area)))
        return refuse(err, "near", "there is no such area");
    if (query->serves_boundaries == EG_ATLAS_NONE) return EG_OK;
    return has_area(directory, query->serves_boundaries, query->serves_area)
               ? EG_OK
               : refuse(err, "serves", "there is no such area");
}

/* --- conditions ---------------------------------------------------------------------------------------------------------- */

static void begin_part(struct search *search)
{
    memset(search->part, 0, search->n_words * sizeof *search->part);
}

static void keep_part(struct search *search)
{
    eg_bits_and(search->matches, search->part, search->n_words);
}

static void begin_with_kinds(struct search *search)
{
    uint32_t kinds = search->query->kinds ? search->query->kinds : ~(1U << EG_KIND_GRANT);
    const uint32_t *start = search->directory->kind_start;
    for (uint32_t k = 0; k < EG_N_KINDS; k++) {
        if (kinds >> k & 1U) eg_bits_set_range(search->matches, start[k], start[k + 1]);
    }
}

static enum eg_status keep_facet(struct search *search, enum eg_facet_kind kind)
{
    struct eg_text text = search->query->texts[kind];
    if (text.len == 0) return EG_OK;
    begin_part(search);
    enum eg_status status = eg_facets_mark(&search->directory->facets[kind], text, search->part, search->err);
    if (status) {
        (void)eg_error_field(search->err, eg_facet_kind_name(kind));
        return status;
    }
    keep_part(search);
    return EG_OK;
}

/* With a funder, what that one gave. */
static enum eg_status keep_amounts(struct search *search)
{
    const struct eg_directory_query *query = search->query;
    struct eg_text funder = query->texts[EG_FACET_FUNDER];
    struct eg_figures_funding asked = {.least = query->has_amount_min ? query->amount_min : -(double)INFINITY,
                                       .most = query->has_amount_max ? query->amount_max : (double)INFINITY,
                                       .funders = funder.len > 0 ? &search->directory->facets[EG_FACET_FUNDER]
                                                                 : NULL};
    if (!query->has_amount_min && !query->has_amount_max) return EG_OK;
    enum eg_status status = EG_OK;
    if (asked.funders) status = eg_facets_named(asked.funders, funder, &asked.funder, search->err);
    if (status == EG_OK)
        eg_figures_keep_amounts(&search->directory->figures, &asked, search->matches, search->n_words);
    return status;
}

static enum eg_status keep_figures(struct search *search)
{
    const struct eg_directory_query *query = search->query;
    if (query->has_reviewed_since)
        eg_figures_keep_reviewed(&search->directory->figures, query->reviewed_since_day, search->matches,
                                 search->n_words);
    return keep_amounts(search);
}

static enum eg_status keep_words(struct search *search)
{
    if (search->query->words.len == 0) return EG_OK;
    enum eg_status status = eg_words_keep(&search->directory->words, search->query->words, search->matches,
                                          search->n_words, search->err);
    if (status) (void)eg_error_field(search->err, "q");
    return status;
}

static enum eg_status keep_places(struct search *search)
{
    const struct eg_directory_query *query = search->query;
    const struct eg_service_areas *areas = &search->directory->areas;
    if (query->has_bbox) {
        begin_part(search);
        eg_places_in_box(&search->directory->places, query->bbox_deg, search->part);
        keep_part(search);
    }
    if (query->has_serves_point) {
        begin_part(search);
        eg_service_areas_at(areas, query->serves_lon_deg, query->serves_lat_deg, search->part);
        keep_part(search);
    }
    if (query->serves_boundaries == EG_ATLAS_NONE) return EG_OK;
    begin_part(search);
    enum eg_status status =
        eg_service_areas_of(areas, query->serves_boundaries, query->serves_area, search->part, search->err);
    if (status == EG_OK) keep_part(search);
    return status;
}

static bool is_open(const struct eg_schedule *schedules, uint32_t n, const void *context)
{
    const struct eg_directory_query *query = context;
    return eg_schedules_are_open(schedules, n, query->open_min / EG_SCHEDULE_DAY_MINUTES,
                                 (int32_t)(query->open_min % EG_SCHEDULE_DAY_MINUTES));
}

static bool is_in_span(const struct eg_schedule *schedules, uint32_t n, const void *context)
{
    const struct eg_directory_query *query = context;
    struct eg_occurrence next;
    return eg_schedules_next(schedules, n, query->from_min, query->until_min, &next);
}

static enum eg_status keep_times(struct search *search)
{
    const struct eg_directory_query *query = search->query;
    const struct eg_directory *directory = search->directory;
    const uint32_t *start = directory->kind_start;
    enum eg_status status = EG_OK;
    if (query->has_open)
        status =
            eg_hours_keep(&directory->hours, is_open, query, search->matches, search->n_words, search->err);
    if (status != EG_OK || !query->has_span) return status;
    begin_part(search);
    eg_bits_set_range(search->part, start[EG_KIND_TRAINING], start[EG_KIND_TRAINING + 1]);
    keep_part(search);
    return eg_hours_keep(&directory->hours, is_in_span, query, search->matches, search->n_words, search->err);
}

/* All conditions but near. */
static enum eg_status match(struct search *search)
{
    begin_with_kinds(search);
    enum eg_status status = EG_OK;
    for (int k = EG_FACET_KIND + 1; k < EG_N_FACETS && status == EG_OK; k++)
        status = keep_facet(search, (enum eg_facet_kind)k);
    if (status == EG_OK) status = keep_words(search);
    if (status == EG_OK) status = keep_places(search);
    if (status == EG_OK) status = keep_figures(search);
    return status == EG_OK ? keep_times(search) : status;
}

static enum eg_status run(struct search *search, struct eg_directory_result *result)
{
    enum eg_status status = match(search);
    if (status) return status;
    return eg_directory_rank(search->directory, search->query, search->matches, result, search->err);
}

enum eg_status eg_directory_search(const struct eg_directory *directory,
                                   const struct eg_directory_query *query,
                                   struct eg_directory_result *result_out, struct eg_error *err)
{
    enum eg_status status = check_query(directory, query, err);
    if (status) return status;
    struct search search = {
        .directory = directory, .query = query, .n_words = eg_bits_words(directory->entries->n), .err = err};
    struct eg_directory_result result = {0};
    search.matches = eg_memory_zeroed(search.n_words, sizeof *search.matches);
    search.part = eg_memory_array(search.n_words, sizeof *search.part);
    if (search.matches && search.part) status = run(&search, &result);
    else status = eg_error_no_memory(err, search.n_words * sizeof *search.part);
    free(search.matches);
    free(search.part);
    if (status == EG_OK) *result_out = result;
    else eg_directory_result_clear(&result);
    return status;
}

enum eg_status eg_directory_match(const struct eg_directory *directory,
                                  const struct eg_directory_query *query, uint64_t *bits_out,
                                  struct eg_error *err)
{
    enum eg_status status = check_query(directory, query, err);
    if (status) return status;
    struct search search = {.directory = directory,
                            .query = query,
                            .n_words = eg_bits_words(directory->entries->n),
                            .matches = bits_out,
                            .err = err};
    EG_ASSERT(!query->has_near);
    memset(bits_out, 0, search.n_words * sizeof *bits_out);
    search.part = eg_memory_array(search.n_words, sizeof *search.part);
    status = search.part ? match(&search) : eg_error_no_memory(err, search.n_words * sizeof *search.part);
    free(search.part);
    return status;
}

void eg_directory_result_clear(struct eg_directory_result *result)
{
    for (size_t k = 0; k < EG_N_FACETS; k++) free(result->counts[k].values);
    free(result->hits);
    *result = (struct eg_directory_result){0};
}
