/* One engine used from several threads while its atlas is loaded anew: tiles, maps in another CRS, documents. Meant for
 * ThreadSanitizer; without it, it looks for answers that differ. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/small_atlas.h"

#define N_THREADS 4
#define ROUNDS 25
#define RELOADS 3

struct shared {
    struct eg_engine *engine;
    const char *path;
    pthread_barrier_t start;
    bool load_failed; /* written by the loading thread alone */
};

struct worker {
    struct shared *shared;
    uint32_t number;
    const char *failure; /* NULL: none */
    char tile_etag[33], map_etag[33];
};

static const char *const styles[] = {"fifths", "tenths", "thirds", "soft", "hard", "years", "kinds"};

static const char *draw_tile(struct worker *worker, struct eg_snapshot *snapshot, uint32_t round)
{
    struct eg_tile_request request =
        eg_small_tile_at("illness.nbhd", styles[round % EG_ARRAY_LEN(styles)], 8 + round % 5, 0.15, 51.15);
    void *value = NULL;
    if (eg_engine_tile(worker->shared->engine, snapshot, &request, &value, NULL) != EG_OK) return "no tile";
    if (round == 0) memcpy(worker->tile_etag, ((struct eg_small_value *)value)->entity.etag, 33);
    eg_small_value_release(value);
    return NULL;
}

static const char *draw_map(struct worker *worker, struct eg_snapshot *snapshot, uint32_t round)
{
    struct eg_layer_name name = {.layer = EG_TEXT("deprivation.nbhd")};
    struct eg_map_request request = {.names = &name,
                                     .n_names = 1,
                                     .crs = EG_TEXT("EPSG:27700"),
                                     .bounds = {530000, 110000, 590000, 165000},
                                     .width = 60,
                                     .height = 50,
                                     .scale = 1,
                                     .legend = false};
    struct eg_entity entity = {0};
    if (round % 3 == 1) request.crs = EG_TEXT("EPSG:3035");
    if (eg_engine_map(worker->shared->engine, snapshot, &request, &entity, NULL) != EG_OK) return "no map";
    if (round == 0) memcpy(worker->map_etag, entity.etag, 33);
    eg_entity_clear(&entity);
    return NULL;
}

static const char *write_documents(struct eg_snapshot *snapshot)
{
    struct eg_entity entity = {0};
    if (eg_engine_catalogue(snapshot, EG_TEXT("http://a"), &entity, NULL) != EG_OK) return "no catalogue";
    eg_entity_clear(&entity);
    if (eg_engine_area(snapshot, EG_TEXT("nbhd"), EG_TEXT("N05"), &entity, NULL) != EG_OK) return "no area";
    eg_entity_clear(&entity);
    return NULL;
}

static void *work(void *context)
{
    struct worker *worker = context;
    (void)pthread_barrier_wait(&worker->shared->start);
    for (uint32_t round = 0; round < ROUNDS && !worker->failure; round++) {
        struct eg_snapshot *snapshot = eg_engine_snapshot(worker->shared->engine);
        worker->failure = draw_tile(worker, snapshot, round);
        if (!worker->failure) worker->failure = draw_map(worker, snapshot, round);
        if (!worker->failure && round % 5 == worker->number) worker->failure = write_documents(snapshot);
        eg_snapshot_release(snapshot);
    }
    return NULL;
}

static void *reload(void *context)
{
    struct shared *shared = context;
    (void)pthread_barrier_wait(&shared->start);
    for (int i = 0; i < RELOADS; i++)
        if (eg_engine_load(shared->engine, shared->path, NULL) != EG_OK) shared->load_failed = true;
    return NULL;
}

static void threads_draw_the_same_while_the_atlas_is_loaded_anew(void **state)
{
    (void)state;
    struct eg_small small;
    struct shared shared = {.path = eg_small_atlas_write("threads", false)};
    eg_small_open_at(shared.path, 1 << 20, &small);
    shared.engine = small.engine;
    struct worker workers[N_THREADS];
    pthread_t threads[N_THREADS], loader;
    (void)pthread_barrier_init(&shared.start, NULL, N_THREADS + 1);
    for (uint32_t i = 0; i < N_THREADS; i++) {
        workers[i] = (struct worker){.shared = &shared, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    assert_int_equal(pthread_create(&loader, NULL, reload, &shared), 0);
    assert_int_equal(pthread_join(loader, NULL), 0);
    for (uint32_t i = 0; i < N_THREADS; i++) assert_int_equal(pthread_join(threads[i], NULL), 0);
    (void)pthread_barrier_destroy(&shared.start);
    eg_small_close(&small);
    eg_small_atlas_clear();
    assert_false(shared.load_failed);
    for (uint32_t i = 0; i < N_THREADS; i++) {
        if (workers[i].failure) fail_msg("%s", workers[i].failure);
        assert_string_equal(workers[i].tile_etag, workers[0].tile_etag);
        assert_string_equal(workers[i].map_etag, workers[0].map_etag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_draw_the_same_while_the_atlas_is_loaded_anew),
    };
    return cmocka_run_group_tests_name("engine threads", tests, NULL, NULL);
}
