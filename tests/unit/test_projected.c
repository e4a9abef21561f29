/* Planes in other CRSs: what counts as the same, who waits for whom, what is let go, what is remembered. */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/projected.h"
#include "support/failing_malloc.h"
#include "support/small_atlas.h"
#include "support/test_random.h"

#define PLANE_BYTES 1000
#define N_THREADS 4

/* Planes without arcs that weigh PLANE_BYTES; code 1 is unknown, code 2 finds no memory, code 3 waits for the gate. */
struct workshop {
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    unsigned n_calls;
    bool gate_is_open;
    unsigned n_at_gate;
};

static void wait_at_gate(struct workshop *workshop)
{
    workshop->n_at_gate++;
    pthread_cond_broadcast(&workshop->changed);
    while (!workshop->gate_is_open) pthread_cond_wait(&workshop->changed, &workshop->lock);
}

static enum eg_status make(void *context, uint32_t boundaries, const struct eg_crs_id *crs,
                           struct eg_plane **plane_out, struct eg_error *err)
{
    (void)boundaries;
    struct workshop *workshop = context;
    pthread_mutex_lock(&workshop->lock);
    workshop->n_calls++;
    if (strcmp(crs->code, "3") == 0) wait_at_gate(workshop);
    pthread_mutex_unlock(&workshop->lock);
    if (strcmp(crs->code, "1") == 0) return eg_error_set(err, EG_INVALID, "no CRS %s", crs->code);
    if (strcmp(crs->code, "2") == 0) return eg_error_no_memory(err, 12345);
    struct eg_plane *plane = calloc(1, sizeof *plane);
    if (!plane) return eg_error_no_memory(err, sizeof *plane);
    plane->bytes = PLANE_BYTES;
    *plane_out = plane;
    return EG_OK;
}

struct fixture {
    struct eg_small small;
    struct workshop workshop;
    struct eg_projected *projected;
};

static void set_up(struct fixture *fixture, bool by_proj, uint64_t budget_bytes)
{
    *fixture = (struct fixture){0};
    pthread_mutex_init(&fixture->workshop.lock, NULL);
    pthread_cond_init(&fixture->workshop.changed, NULL);
    eg_small_open(0, &fixture->small);
    struct eg_projected_options options = {.generation = fixture->small.snapshot->generation,
                                           .budget_bytes = budget_bytes,
                                           .make = by_proj ? NULL : make,
                                           .context = &fixture->workshop};
    assert_int_equal(eg_projected_new(&options, &fixture->projected, NULL), EG_OK);
}

static void tear_down(struct fixture *fixture)
{
    eg_projected_free(fixture->projected);
    eg_small_close(&fixture->small);
    pthread_cond_destroy(&fixture->workshop.changed);
    pthread_mutex_destroy(&fixture->workshop.lock);
}

static const struct eg_plane *taken(struct fixture *fixture, const char *crs)
{
    const struct eg_plane *plane = NULL;
    struct eg_error err = {0};
    if (eg_projected_take(fixture->projected, 0, eg_text_from(crs), &plane, &err) != EG_OK)
        fail_msg("%s: %s", crs, err.message);
    return plane;
}

static void use(struct fixture *fixture, const char *crs)
{
    eg_projected_release(fixture->projected, taken(fixture, crs));
}

static bool is_ready(struct fixture *fixture, const char *crs)
{
    return eg_projected_is_ready(fixture->projected, 0, eg_text_from(crs));
}

static struct eg_projected_counters counted(struct fixture *fixture)
{
    struct eg_projected_counters counters;
    eg_projected_count(fixture->projected, &counters);
    return counters;
}

static void a_crs_has_one_plane_however_it_is_spelled(void **state)
{
    (void)state;
    static const char *const spellings[][3] = {
        {"EPSG:27700", "urn:ogc:def:crs:EPSG::27700", "http://www.opengis.net/def/crs/EPSG/0/27700"},
        {"EPSG:4326", "CRS:84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
        {"EPSG:3035", "epsg:3035", "[EPSG:3035]"}};
    struct fixture fixture;
    set_up(&fixture, true, UINT64_MAX);
    for (size_t i = 0; i < EG_ARRAY_LEN(spellings); i++) {
        const struct eg_plane *plane = taken(&fixture, spellings[i][0]);
        assert_true(plane->n_arcs > 0);
        for (size_t k = 1; k < 3; k++) {
            assert_ptr_equal(taken(&fixture, spellings[i][k]), plane);
            eg_projected_release(fixture.projected, plane);
        }
        eg_projected_release(fixture.projected, plane);
    }
    assert_int_equal(counted(&fixture).n_made, EG_ARRAY_LEN(spellings));
    assert_int_equal(counted(&fixture).n_in_use, 0);
    tear_down(&fixture);
}

static void web_mercator_is_the_sets_own_plane_and_is_never_made(void **state)
{
    (void)state;
    static const char *const spellings[] = {"", "EPSG:3857", "EPSG:900913", "urn:ogc:def:crs:EPSG::3857"};
    struct fixture fixture;
    set_up(&fixture, false, 0);
    for (size_t i = 0; i < EG_ARRAY_LEN(spellings); i++) {
        assert_true(is_ready(&fixture, spellings[i]));
        assert_ptr_equal(taken(&fixture, spellings[i]),
                         fixture.small.snapshot->generation->area_sets[0].plane);
        use(&fixture, spellings[i]);
    }
    assert_int_equal(fixture.workshop.n_calls, 0);
    tear_down(&fixture);
}

static void the_plane_that_was_not_used_for_longest_is_let_go(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, false, 2 * PLANE_BYTES);
    use(&fixture, "EPSG:11");
    use(&fixture, "EPSG:12");
    use(&fixture, "EPSG:11");
    assert_int_equal(counted(&fixture).n_let_go, 0);
    use(&fixture, "EPSG:13");
    assert_true(is_ready(&fixture, "EPSG:11") && is_ready(&fixture, "EPSG:13"));
    assert_false(is_ready(&fixture, "EPSG:12"));
    assert_int_equal(counted(&fixture).bytes, 2 * PLANE_BYTES);
    use(&fixture, "EPSG:12");
    assert_int_equal(fixture.workshop.n_calls, 4);
    tear_down(&fixture);
}

static void a_plane_in_use_is_not_let_go_however_small_the_budget(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, false, 0);
    const struct eg_plane *first = taken(&fixture, "EPSG:11");
    const struct eg_plane *again = taken(&fixture, "EPSG:11");
    assert_ptr_equal(first, again);
    use(&fixture, "EPSG:12");
    assert_int_equal(counted(&fixture).bytes, PLANE_BYTES);
    eg_projected_release(fixture.projected, first);
    assert_true(is_ready(&fixture, "EPSG:11"));
    eg_projected_release(fixture.projected, again);
    assert_false(is_ready(&fixture, "EPSG:11"));
    assert_int_equal(counted(&fixture).bytes, 0);
    tear_down(&fixture);
}

static void a_crs_that_does_not_work_is_tried_once(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, false, UINT64_MAX);
    for (int i = 0; i < 3; i++) {
        const struct eg_plane *plane = NULL;
        struct eg_error err = {0};
        assert_int_equal(eg_projected_take(fixture.projected, 0, EG_TEXT("EPSG:1"), &plane, &err),
                         EG_INVALID);
        assert_string_equal(err.message, "no CRS 1");
        assert_string_equal(err.field, "crs");
        assert_null(plane);
    }
    assert_int_equal(fixture.workshop.n_calls, 1);
    assert_true(is_ready(&fixture, "EPSG:1"));
    tear_down(&fixture);
}

static void want_of_memory_is_not_remembered(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, false, UINT64_MAX);
    for (unsigned i = 1; i <= 3; i++) {
        const struct eg_plane *plane = NULL;
        assert_int_equal(eg_projected_take(fixture.projected, 0, EG_TEXT("EPSG:2"), &plane, NULL),
                         EG_NO_MEMORY);
        assert_int_equal(fixture.workshop.n_calls, i);
    }
    assert_int_equal(counted(&fixture).n_failures, 0);
    tear_down(&fixture);
}

static void no_number_of_wrong_codes_pushes_a_plane_out(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, true, UINT64_MAX);
    use(&fixture, "EPSG:27700");
    for (int i = 0; i < 2 * EG_PROJECTED_MAX; i++) {
        char name[32];
        const struct eg_plane *plane = NULL;
        (void)snprintf(name, sizeof name, "NONE:%d", i);
        assert_int_equal(eg_projected_take(fixture.projected, 0, eg_text_from(name), &plane, NULL),
                         EG_INVALID);
    }
    assert_true(is_ready(&fixture, "EPSG:27700"));
    tear_down(&fixture);
}

static void more_planes_in_use_than_there_are_slots_are_refused_for_now(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct eg_plane *planes[EG_PROJECTED_MAX];
    const struct eg_plane *one_more = NULL;
    set_up(&fixture, false, UINT64_MAX);
    for (int i = 0; i < EG_PROJECTED_MAX; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "EPSG:%d", 1000 + i);
        planes[i] = taken(&fixture, name);
    }
    assert_int_equal(eg_projected_take(fixture.projected, 0, EG_TEXT("EPSG:11"), &one_more, NULL), EG_BUSY);
    eg_projected_release(fixture.projected, planes[7]);
    use(&fixture, "EPSG:11");
    assert_false(is_ready(&fixture, "EPSG:1007"));
    for (int i = 0; i < EG_PROJECTED_MAX; i++)
        if (i != 7) eg_projected_release(fixture.projected, planes[i]);
    tear_down(&fixture);
}

static void every_refused_allocation_is_reported(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, true, 0);
    for (long n = 1;; n++) {
        const struct eg_plane *plane = NULL;
        struct eg_error err = {0};
        eg_failing_malloc_after(n);
        enum eg_status status = eg_projected_take(fixture.projected, 0, EG_TEXT("EPSG:3035"), &plane, &err);
        bool failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        eg_projected_release(fixture.projected, plane);
        if (!failed) break;
        assert_int_equal(status, EG_NO_MEMORY);
        assert_int_equal(counted(&fixture).n_failures, 0);
    }
    tear_down(&fixture);
}

/* An atlas whose source is in the British grid, by a shift of its own choice: 21 m instead of 2 m. */
static void borders_go_back_to_their_source_by_the_operation_that_brought_them(void **state)
{
    (void)state;
    struct eg_small small;
    eg_small_open(0, &small);
    struct eg_generation generation = *small.snapshot->generation;
    struct eg_atlas atlas = *generation.atlas;
    struct eg_report report = *generation.report;
    struct eg_atlas_boundaries specs[2] = {atlas.boundaries[0], atlas.boundaries[1]};
    struct eg_boundaries_report reports[2] = {report.boundaries[0], report.boundaries[1]};
    atlas.boundaries = specs;
    report.boundaries = reports;
    generation.atlas = &atlas;
    generation.report = &report;
    (void)snprintf(reports[0].crs, sizeof reports[0].crs, "EPSG:27700");
    const struct eg_crs_id britain = {"EPSG", "27700"}, europe = {"EPSG", "3035"};
    struct eg_plane *planes[2][3]; /* [usual, named][neighbourhoods, towns made of them, in another CRS] */
    for (int named = 0; named < 2; named++) {
        specs[0].operation = named ? EG_TEXT("EPSG:1195") : (struct eg_text){0};
        assert_int_equal(eg_projected_by_proj(&generation, 0, &britain, &planes[named][0], NULL), EG_OK);
        assert_int_equal(eg_projected_by_proj(&generation, 1, &britain, &planes[named][1], NULL), EG_OK);
        assert_int_equal(eg_projected_by_proj(&generation, 0, &europe, &planes[named][2], NULL), EG_OK);
    }
    for (int i = 0; i < 3; i++) {
        struct eg_point usual = planes[0][i]->level[0].points[0], named = planes[1][i]->level[0].points[0];
        double apart_m =
            hypot((double)usual.x - named.x, (double)usual.y - named.y) * planes[0][i]->grid.unit;
        if (i == 2) assert_true(apart_m == 0);
        else assert_true(apart_m > 0.1 && apart_m < 25);
        eg_plane_free(planes[0][i]);
        eg_plane_free(planes[1][i]);
    }
    eg_small_close(&small);
}

/* --- several threads ------------------------------------------------------------------------------------------------- */

struct visitor {
    struct fixture *fixture;
    const char *crs;
    const struct eg_plane *plane;
    enum eg_status status;
    uint64_t bytes;
};

static void *visit(void *context)
{
    struct visitor *visitor = context;
    struct eg_projected *projected = visitor->fixture->projected;
    visitor->status = eg_projected_take(projected, 0, eg_text_from(visitor->crs), &visitor->plane, NULL);
    if (visitor->status == EG_OK) visitor->bytes = visitor->plane->bytes;
    if (visitor->status == EG_OK) eg_projected_release(projected, visitor->plane);
    return NULL;
}

static void await_at_gate(struct workshop *workshop)
{
    pthread_mutex_lock(&workshop->lock);
    while (workshop->n_at_gate == 0) pthread_cond_wait(&workshop->changed, &workshop->lock);
    pthread_mutex_unlock(&workshop->lock);
}

static void open_gate(struct workshop *workshop)
{
    pthread_mutex_lock(&workshop->lock);
    workshop->gate_is_open = true;
    pthread_cond_broadcast(&workshop->changed);
    pthread_mutex_unlock(&workshop->lock);
}

static void many_who_want_the_same_plane_have_it_made_once_and_others_go_on(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, false, 0); /* what was waited for is there for all who waited, also without a budget */
    struct visitor visitors[N_THREADS];
    pthread_t threads[N_THREADS];
    for (int i = 0; i < N_THREADS; i++) {
        visitors[i] = (struct visitor){.fixture = &fixture, .crs = "EPSG:3"};
        assert_int_equal(pthread_create(&threads[i], NULL, visit, &visitors[i]), 0);
    }
    await_at_gate(&fixture.workshop);
    assert_false(is_ready(&fixture, "EPSG:3"));
    use(&fixture, "EPSG:11"); /* would never come back if the lock were held while a plane is made */
    use(&fixture, "EPSG:12");
    const struct eg_plane *none = NULL;
    assert_int_equal(eg_projected_take(fixture.projected, 0, EG_TEXT("EPSG:1"), &none, NULL), EG_INVALID);
    struct eg_projected_counters counters = counted(&fixture);
    assert_int_equal(counters.n_in_use, 1);
    open_gate(&fixture.workshop);
    for (int i = 0; i < N_THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(visitors[i].status, EG_OK);
        assert_int_equal(visitors[i].bytes, PLANE_BYTES);
    }
    assert_int_equal(counted(&fixture).n_in_use, 0);
    assert_int_equal(counted(&fixture).bytes, 0);
    tear_down(&fixture);
}

struct guest {
    struct fixture *fixture;
    uint64_t seed;
    const char *failure;
};

static void *come_and_go(void *context)
{
    static const char *const crss[] = {"EPSG:27700", "EPSG:3035", "CRS:84", "EPSG:25832", "EPSG:2154"};
    struct guest *guest = context;
    struct eg_test_random dice = {guest->seed};
    for (int i = 0; i < 40 && !guest->failure; i++) {
        const char *crs = crss[eg_test_random_below(&dice, EG_ARRAY_LEN(crss))];
        uint32_t boundaries = eg_test_random_below(&dice, 2);
        const struct eg_plane *plane = NULL;
        if (eg_projected_take(guest->fixture->projected, boundaries, eg_text_from(crs), &plane, NULL) !=
            EG_OK) {
            guest->failure = crs;
            continue;
        }
        uint32_t n = boundaries == 0 ? EG_SMALL_AREAS : 3;
        struct eg_point last = plane->level[0].points[plane->level[0].start[plane->n_arcs] - 1];
        if (plane->n_areas != n || last.x > plane->box.max_x) guest->failure = "another plane";
        eg_projected_release(guest->fixture->projected, plane);
    }
    return NULL;
}

/* Meant for ThreadSanitizer: planes are made, shared and let go all the time. */
static void threads_come_and_go_while_planes_are_let_go(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, true, 4000);
    struct guest guests[N_THREADS];
    pthread_t threads[N_THREADS];
    for (uint32_t i = 0; i < N_THREADS; i++) {
        guests[i] = (struct guest){.fixture = &fixture, .seed = 11 + i};
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &guests[i]), 0);
    }
    for (uint32_t i = 0; i < N_THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (uint32_t i = 0; i < N_THREADS; i++)
        if (guests[i].failure) fail_msg("%s", guests[i].failure);
    struct eg_projected_counters counters = counted(&fixture);
    assert_int_equal(counters.n_in_use, 0);
    assert_true(counters.n_let_go > 0 && counters.bytes <= 4000);
    tear_down(&fixture);
}

static int clear(void **state)
{
    (void)state;
    eg_small_atlas_clear();
    return 0;
}

static const struct eg_shapes *shapes_of(struct fixture *fixture, const struct eg_plane *plane)
{
    const struct eg_shapes *shapes = NULL;
    assert_int_equal(eg_projected_shapes(fixture->projected, 0, plane, &shapes, NULL), EG_OK);
    assert_non_null(shapes);
    return shapes;
}

static void polygons_are_made_once_count_for_the_budget_and_go_with_their_plane(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, true, 0);
    const struct eg_plane *own = taken(&fixture, ""), *plane = taken(&fixture, "EPSG:27700");
    const struct eg_shapes *shapes = shapes_of(&fixture, plane), *of_own = shapes_of(&fixture, own);
    assert_ptr_not_equal(shapes, of_own);
    assert_ptr_equal(shapes_of(&fixture, plane), shapes);
    assert_ptr_equal(shapes_of(&fixture, own), of_own);
    assert_int_equal(counted(&fixture).bytes, plane->bytes + eg_shapes_bytes(shapes));
    eg_projected_release(fixture.projected, plane);
    assert_int_equal(counted(&fixture).bytes, 0);
    assert_ptr_equal(shapes_of(&fixture, own), of_own);
    tear_down(&fixture);
}

static void polygons_that_found_no_memory_are_made_by_the_next_who_asks(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, true, UINT64_MAX);
    const struct eg_plane *own = taken(&fixture, "");
    const struct eg_shapes *shapes = NULL;
    eg_failing_malloc_after(1);
    enum eg_status status = eg_projected_shapes(fixture.projected, 0, own, &shapes, NULL);
    eg_failing_malloc_after(0);
    assert_int_equal(status, EG_NO_MEMORY);
    assert_null(shapes);
    assert_non_null(shapes_of(&fixture, own));
    tear_down(&fixture);
}

static void *want_shapes(void *context)
{
    struct fixture *fixture = context;
    const struct eg_shapes *shapes = NULL;
    const struct eg_plane *own = fixture->small.snapshot->generation->area_sets[0].plane;
    enum eg_status status = eg_projected_shapes(fixture->projected, 0, own, &shapes, NULL);
    return status == EG_OK ? (void *)(uintptr_t)shapes : NULL;
}

static void threads_that_want_the_same_polygons_get_the_same(void **state)
{
    (void)state;
    struct fixture fixture;
    pthread_t threads[N_THREADS];
    void *got[N_THREADS];
    set_up(&fixture, true, UINT64_MAX);
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, want_shapes, &fixture), 0);
    for (int i = 0; i < N_THREADS; i++) assert_int_equal(pthread_join(threads[i], &got[i]), 0);
    for (int i = 0; i < N_THREADS; i++) assert_true(got[i] && got[i] == got[0]);
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(polygons_are_made_once_count_for_the_budget_and_go_with_their_plane),
        cmocka_unit_test(polygons_that_found_no_memory_are_made_by_the_next_who_asks),
        cmocka_unit_test(threads_that_want_the_same_polygons_get_the_same),
        cmocka_unit_test(a_crs_has_one_plane_however_it_is_spelled),
        cmocka_unit_test(web_mercator_is_the_sets_own_plane_and_is_never_made),
        cmocka_unit_test(the_plane_that_was_not_used_for_longest_is_let_go),
        cmocka_unit_test(a_plane_in_use_is_not_let_go_however_small_the_budget),
        cmocka_unit_test(a_crs_that_does_not_work_is_tried_once),
        cmocka_unit_test(want_of_memory_is_not_remembered),
        cmocka_unit_test(no_number_of_wrong_codes_pushes_a_plane_out),
        cmocka_unit_test(more_planes_in_use_than_there_are_slots_are_refused_for_now),
        cmocka_unit_test(every_refused_allocation_is_reported),
        cmocka_unit_test(borders_go_back_to_their_source_by_the_operation_that_brought_them),
        cmocka_unit_test(many_who_want_the_same_plane_have_it_made_once_and_others_go_on),
        cmocka_unit_test(threads_come_and_go_while_planes_are_let_go),
    };
    return cmocka_run_group_tests_name("projected", tests, NULL, clear);
}
