/* Maps that several threads draw together: nobody may see how many. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "geo/crs.h"
#include "support/failing_malloc.h"
#include "support/small_atlas.h"

#define N_DRAWING 4

static struct eg_small alone;         /* everybody draws alone */
static struct eg_engine *team_engine; /* the same atlas */
static struct eg_snapshot *team_snapshot;

static void open_team(const char *path, struct eg_engine **engine_out, struct eg_snapshot **snapshot_out)
{
    struct eg_engine_options options = {.n_threads = 1, .n_drawing = N_DRAWING};
    struct eg_error err = {0};
    assert_int_equal(eg_engine_new(&options, engine_out, &err), EG_OK);
    if (eg_engine_load(*engine_out, path, &err) != EG_OK) fail_msg("%s", err.message);
    *snapshot_out = eg_engine_snapshot(*engine_out);
}

static int open_atlases(void **state)
{
    (void)state;
    const char *path = eg_small_atlas_write("bands", true);
    eg_small_open_at(path, 0, &alone);
    open_team(path, &team_engine, &team_snapshot);
    eg_small_atlas_clear();
    return 0;
}

static int close_atlases(void **state)
{
    (void)state;
    eg_small_close(&alone);
    eg_snapshot_release(team_snapshot);
    eg_engine_free(team_engine);
    return 0;
}

static struct eg_map_request request_of(const struct eg_layer_name *names, uint32_t n_names, uint32_t width,
                                        uint32_t height)
{
    struct eg_map_request request = {
        .names = names, .n_names = n_names, .width = width, .height = height, .scale = 1};
    eg_mercator_forward(-0.05, 50.95, &request.bounds.min_x, &request.bounds.min_y);
    eg_mercator_forward(0.65, 51.35, &request.bounds.max_x, &request.bounds.max_y);
    return request;
}

/* Whether both engines answer with the same bytes. */
static bool is_same(const struct eg_map_request *request)
{
    struct eg_entity one = {0}, many = {0};
    bool same = eg_engine_map(alone.engine, alone.snapshot, request, &one, NULL) == EG_OK &&
                eg_engine_map(team_engine, team_snapshot, request, &many, NULL) == EG_OK &&
                one.body.len == many.body.len && memcmp(one.body.data, many.body.data, one.body.len) == 0;
    eg_entity_clear(&one);
    eg_entity_clear(&many);
    return same;
}

static const char *const styles[] = {"fifths", "thirds", "soft", "hard", "one"};
static const uint32_t sizes[][2] = {{800, 600}, {1024, 77}, {41, 2000}, {700, 300}, {256, 256}};

static void a_map_in_bands_is_the_map_drawn_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < EG_ARRAY_LEN(styles); i++)
        for (size_t k = 0; k < EG_ARRAY_LEN(sizes); k++) {
            struct eg_layer_name name = *eg_small_name("illness.nbhd", styles[i]);
            struct eg_map_request request = request_of(&name, 1, sizes[k][0], sizes[k][1]);
            request.exact = k % 2;
            if (!is_same(&request)) fail_msg("%s, %u x %u", styles[i], request.width, request.height);
        }
}

static void so_it_is_in_other_projections_scales_and_formats(void **state)
{
    (void)state;
    static const enum eg_picture_format formats[] = {EG_PICTURE_PNG, EG_PICTURE_PNG8, EG_PICTURE_JPEG};
    struct eg_layer_name name = *eg_small_name("illness.nbhd", "fifths");
    struct eg_map_request request = request_of(&name, 1, 640, 480);
    request.crs = EG_TEXT("EPSG:27700");
    request.bounds = (struct eg_bounds){530000, 110000, 590000, 165000};
    for (size_t i = 0; i < EG_ARRAY_LEN(formats); i++) {
        request.format = formats[i];
        request.scale = 1 + (double)i;
        assert_true(is_same(&request));
    }
    request.format = EG_PICTURE_PNG;
    request.bounds = (struct eg_bounds){560000, 130000, 560300, 130200}; /* hardly any border */
    assert_true(is_same(&request));
}

static void layers_over_one_another_are_composed_band_by_band(void **state)
{
    (void)state;
    struct eg_layer_name names[4] = {
        *eg_small_name("illness.nbhd", "soft"), *eg_small_name("deprivation.nbhd", "thirds"),
        *eg_small_name("illness.town", "hard"), *eg_small_name("kind.nbhd", "kinds")};
    for (uint32_t n = 2; n <= 4; n++) {
        struct eg_map_request request = request_of(names, n, 800, 600);
        request.has_background = n % 2;
        request.background = (struct eg_rgba){250, 240, 220, 255};
        request.legend = n == 4;
        assert_true(is_same(&request));
    }
}

static void *draw_again_and_again(void *context)
{
    const struct eg_layer_name *name = context;
    for (uint32_t i = 0; i < 12; i++) {
        struct eg_map_request request = request_of(name, 1, sizes[i % 4][0], sizes[i % 4][1]);
        if (!is_same(&request)) return context;
    }
    return NULL;
}

static void several_maps_at_once_share_the_threads(void **state)
{
    (void)state;
    pthread_t threads[3];
    struct eg_layer_name names[3];
    for (size_t i = 0; i < EG_ARRAY_LEN(threads); i++) {
        names[i] = *eg_small_name("illness.nbhd", styles[i]);
        assert_int_equal(pthread_create(&threads[i], NULL, draw_again_and_again, &names[i]), 0);
    }
    for (size_t i = 0; i < EG_ARRAY_LEN(threads); i++) {
        void *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
}

/* Which allocation fails depends on who is first; that the whole picture fails with it does not. */
static void a_band_that_fails_fails_the_picture(void **state)
{
    (void)state;
    const char *path = eg_small_atlas_write("bands-memory", false);
    bool failed = true;
    for (long n = 1; failed || n < 10; n++) {
        struct eg_engine *engine = NULL;
        struct eg_snapshot *snapshot = NULL;
        struct eg_entity entity = {0};
        struct eg_layer_name name = *eg_small_name("illness.nbhd", "soft");
        struct eg_map_request request = request_of(&name, 1, 400, 400);
        open_team(path, &engine, &snapshot);
        eg_failing_malloc_after(n);
        enum eg_status status = eg_engine_map(engine, snapshot, &request, &entity, NULL);
        failed = eg_failing_malloc_triggered();
        eg_failing_malloc_after(0);
        assert_int_equal(status, failed ? EG_NO_MEMORY : EG_OK);
        eg_entity_clear(&entity);
        assert_int_equal(eg_engine_map(engine, snapshot, &request, &entity, NULL), EG_OK);
        eg_entity_clear(&entity);
        eg_snapshot_release(snapshot);
        eg_engine_free(engine);
    }
    eg_small_atlas_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_in_bands_is_the_map_drawn_whole),
        cmocka_unit_test(so_it_is_in_other_projections_scales_and_formats),
        cmocka_unit_test(layers_over_one_another_are_composed_band_by_band),
        cmocka_unit_test(several_maps_at_once_share_the_threads),
        cmocka_unit_test(a_band_that_fails_fails_the_picture),
    };
    return cmocka_run_group_tests_name("map bands", tests, open_atlases, close_atlases);
}
