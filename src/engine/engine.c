/* The engine holds what outlives a snapshot: the cache, the shelf of working memory, the font, the counters, and the pointer
 * to the current snapshot. */
#include "engine/engine.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/memory.h"
#include "engine/engine_parts.h"
#include "engine/ledger_parts.h"
#include "engine/undoing.h"
#include "engine/vector_tile.h"

#define CACHE_SHARDS 16
#define WRITE_ATTEMPTS 5             /* against another program that keeps writing */
#define SHELF_PIXELS (1024u * 1024u) /* of a workspace on the shelf: a tile of four times the usual size */
#define SHELF 64 /* workspaces kept; a machine with more threads than that allocates now and then */

struct eg_engine {
    struct eg_engine_options options;
    struct eg_cache *cache;
    struct eg_team *team;    /* NULL: everybody draws alone */
    pthread_mutex_t loading; /* one load at a time; outermost */
    pthread_mutex_t
        writing; /* one write to the directory at a time, and none while a load takes over; next */
    struct eg_ledger *ledger;     /* changed under both locks; NULL: the atlas has no store */
    struct eg_undoing *undoing;   /* its own locks come before `writing` */
    struct eg_snapshot *before;   /* changed under `writing`; see publish */
    pthread_mutex_t lock;         /* guards the fields below; a leaf */
    struct eg_snapshot *snapshot; /* one reference */
    struct eg_workspace shelf[SHELF];
    uint32_t n_shelf;
    struct eg_font *font;
    atomic_uint_least64_t generation; /* counts the snapshots; raised after the pointer was swapped */
    atomic_ullong n_indexed, n_rgba, n_solid;
};

static void free_workspace(struct eg_workspace workspace)
{
    eg_render_scratch_free(workspace.render);
    eg_png_scratch_free(workspace.png);
    eg_vector_scratch_free(workspace.vector);
    free(workspace.pixels);
}

enum eg_status eg_engine_new(const struct eg_engine_options *options, struct eg_engine **engine_out,
                             struct eg_error *err)
{
    struct eg_engine *engine = eg_memory_zeroed(1, sizeof *engine);
    if (!engine) return eg_error_no_memory(err, sizeof *engine);
    engine->options = *options;
    pthread_mutex_init(&engine->loading, NULL);
    pthread_mutex_init(&engine->writing, NULL);
    pthread_mutex_init(&engine->lock, NULL);
    enum eg_status status = EG_OK;
    if (options->wrap)
        status =
            eg_cache_new((size_t)options->cache_bytes, CACHE_SHARDS, &options->values, &engine->cache, err);
    if (status == EG_OK && options->n_drawing > 1)
        status = eg_team_new(options->n_drawing, &engine->team, err);
    if (status == EG_OK) status = eg_undoing_new(&engine->undoing, err);
    if (status != EG_OK) {
        eg_engine_free(engine);
        return status;
    }
    *engine_out = engine;
    return EG_OK;
}

void eg_engine_free(struct eg_engine *engine)
{
    if (!engine) return;
    eg_team_free(engine->team);
    eg_cache_free(engine->cache);
    eg_snapshot_release(engine->snapshot);
    eg_snapshot_release(engine->before);
    eg_ledger_release(engine->ledger);
    eg_undoing_free(engine->undoing);
    while (engine->n_shelf > 0) free_workspace(engine->shelf[--engine->n_shelf]);
    if (engine->font) eg_font_close(engine->font);
    pthread_mutex_destroy(&engine->lock);
    pthread_mutex_destroy(&engine->writing);
    pthread_mutex_destroy(&engine->loading);
    free(engine);
}

/* Shows a snapshot, whose reference passes to the engine, and with a load its ledger, from now on. The one that it follows is kept until the
 * next write: by then hardly anybody reads from it any more, so that it is the writer who lets its index go (some milliseconds for
 * 100,000 entries) and not a reader in the middle of an answer. */
static void publish(struct eg_engine *engine, struct eg_snapshot *fresh)
{
    pthread_mutex_lock(&engine->lock);
    struct eg_snapshot *old = engine->snapshot, *before = engine->before;
    engine->snapshot = fresh;
    pthread_mutex_unlock(&engine->lock);
    atomic_fetch_add_explicit(&engine->generation, 1, memory_order_release);
    bool follows = old && old->ground && old->ground == fresh->ground;
    engine->before = follows ? old : NULL;
    eg_snapshot_release(before);
    if (!follows) eg_snapshot_release(old);
}

/* Opens the atlas's store, if it has one, for what was loaded, and takes over. Nobody writes meanwhile, so nothing is lost. */
static enum eg_status take_over(struct eg_engine *engine, struct eg_snapshot *loaded, struct eg_error *err)
{
    struct eg_ledger *ledger = NULL, *old = NULL;
    struct eg_snapshot *shown = loaded;
    enum eg_status status = EG_OK;
    pthread_mutex_lock(&engine->writing);
    const struct eg_ledger_before before = {engine->snapshot, engine->ledger};
    if (eg_atlas_store_of(loaded->atlas) != EG_ATLAS_NONE) {
        status = eg_ledger_open(loaded, engine->ledger ? &before : NULL, &ledger, &shown, err);
        eg_snapshot_release(loaded); /* the one that is shown keeps what it needs of it */
    }
    if (status == EG_OK) {
        pthread_mutex_lock(&engine->lock);
        old = engine->ledger;
        engine->ledger = ledger;
        pthread_mutex_unlock(&engine->lock);
        publish(engine, shown);
    }
    pthread_mutex_unlock(&engine->writing);
    eg_ledger_release(old); /* it may have some seconds of history to write */
    return status;
}

enum eg_status eg_engine_load(struct eg_engine *engine, const char *atlas_path, struct eg_error *err)
{
    if (pthread_mutex_trylock(&engine->loading) != 0)
        return eg_error_set(err, EG_BUSY, "the atlas is being loaded already; try again when that is done");
    struct eg_snapshot *fresh = NULL;
    enum eg_status status = eg_snapshot_load(atlas_path, engine->options.n_threads, &fresh, err);
    if (status == EG_OK) status = take_over(engine, fresh, err);
    if (status == EG_OK && engine->cache) eg_cache_drop_all(engine->cache);
    pthread_mutex_unlock(&engine->loading);
    return status;
}

/* --- writing to the directory ------------------------------------------------------------------------------------------------ */

struct eg_ledger *eg_engine_ledger(struct eg_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    struct eg_ledger *ledger = engine->ledger;
    if (ledger) eg_ledger_retain(ledger);
    pthread_mutex_unlock(&engine->lock);
    return ledger;
}

/* Under the lock `writing`. *changed_out: another program had written. */
static enum eg_status refresh(struct eg_engine *engine, bool *changed_out, struct eg_error *err)
{
    struct eg_snapshot *fresh = NULL;
    enum eg_status status = eg_ledger_refresh(engine->ledger, engine->snapshot, &fresh, err);
    *changed_out = fresh != NULL;
    if (fresh) publish(engine, fresh);
    if (status == EG_OK)
        eg_ledger_tell(engine->ledger, engine->snapshot); /* after it is shown: nobody waits to read */
    return status;
}

/* What is wrong in the store is no fault of what somebody wants to write to it. */
static enum eg_status refresh_to_write(struct eg_engine *engine, bool *changed_out, struct eg_error *err)
{
    struct eg_error why = {0};
    enum eg_status status = refresh(engine, changed_out, &why);
    if (status == EG_INVALID || status == EG_LIMIT)
        return eg_error_set(
            err, EG_BUSY,
            "nothing can be changed before a wrong row of the store is mended there (in QGIS, say): %s",
            why.message);
    if (status != EG_OK && err) *err = why;
    return status;
}

static enum eg_status write_once(struct eg_engine *engine, const struct eg_plan *plan, struct eg_error *err)
{
    struct eg_snapshot *fresh = NULL;
    enum eg_status status = eg_ledger_write(engine->ledger, engine->snapshot, plan, &fresh, err);
    if (fresh) publish(engine, fresh);
    return status;
}

/* Other servers wait meanwhile; people with QGIS and imports do not. */
static enum eg_status write_in_turn(struct eg_engine *engine, const struct eg_plan *plan,
                                    struct eg_error *err)
{
    bool changed = true;
    struct eg_store *store = eg_ledger_store(engine->ledger);
    enum eg_status status = eg_store_take_turn(store, err);
    if (status != EG_OK) return status;
    status = EG_CONFLICT;
    for (int attempt = 0; attempt < WRITE_ATTEMPTS && status == EG_CONFLICT && changed; attempt++) {
        /* A conflict with what is written down, and not with what the plan expects, is one with another program. */
        status = refresh_to_write(engine, &changed, err);
        if (status == EG_OK) status = write_once(engine, plan, err);
        if (status != EG_CONFLICT) break;
        enum eg_status again = refresh_to_write(engine, &changed, err);
        if (again != EG_OK) status = again;
    }
    eg_store_end_turn(store);
    return status;
}

enum eg_status eg_engine_write(struct eg_engine *engine, eg_plan_fn *plan, void *context,
                               struct eg_error *err)
{
    const struct eg_plan wanted = {plan, context};
    enum eg_status status;
    pthread_mutex_lock(&engine->writing);
    if (!engine->ledger)
        status = engine->snapshot ? eg_ledger_say_absent(engine->snapshot->atlas, err)
                                  : eg_error_set(err, EG_BUSY, "the atlas is being loaded");
    else status = write_in_turn(engine, &wanted, err);
    pthread_mutex_unlock(&engine->writing);
    return status;
}

void eg_engine_catch_up(struct eg_engine *engine)
{
    bool changed;
    pthread_mutex_lock(&engine->writing);
    if (engine->ledger && eg_store_is_shared(eg_ledger_store(engine->ledger)) &&
        refresh(engine, &changed, NULL) != EG_OK)
        changed = false;
    pthread_mutex_unlock(&engine->writing);
}

enum eg_status eg_engine_refresh(struct eg_engine *engine, struct eg_error *err)
{
    bool changed;
    pthread_mutex_lock(&engine->writing);
    if (engine->ledger) eg_ledger_tell_more(engine->ledger);
    enum eg_status status = engine->ledger ? refresh(engine, &changed, err) : EG_OK;
    pthread_mutex_unlock(&engine->writing);
    return status;
}

bool eg_engine_is_telling(struct eg_engine *engine, struct eg_text batch)
{
    pthread_mutex_lock(&engine->writing);
    bool is_telling = engine->ledger && eg_ledger_is_telling(engine->ledger, batch);
    pthread_mutex_unlock(&engine->writing);
    return is_telling;
}

struct eg_undoing *eg_engine_undoing(struct eg_engine *engine)
{
    return engine->undoing;
}

struct eg_snapshot *eg_engine_snapshot(struct eg_engine *engine)
{
    pthread_mutex_lock(&engine->lock);
    struct eg_snapshot *snapshot = engine->snapshot;
    if (snapshot) eg_snapshot_retain(snapshot);
    pthread_mutex_unlock(&engine->lock);
    return snapshot;
}

uint64_t eg_engine_generation(const struct eg_engine *engine)
{
    return atomic_load_explicit(&engine->generation, memory_order_acquire);
}

static enum eg_status take_workspace(struct eg_engine *engine, struct eg_workspace *workspace_out,
                                     struct eg_error *err)
{
    struct eg_workspace workspace = {0};
    pthread_mutex_lock(&engine->lock);
    if (engine->n_shelf > 0) workspace = engine->shelf[--engine->n_shelf];
    pthread_mutex_unlock(&engine->lock);
    if (!workspace.render) {
        workspace.render = eg_render_scratch_new();
        workspace.png = eg_png_scratch_new();
    }
    if (!workspace.render || !workspace.png) {
        free_workspace(workspace);
        return eg_error_no_memory(err, 0);
    }
    *workspace_out = workspace;
    return EG_OK;
}

static void return_workspace(struct eg_engine *engine, struct eg_workspace workspace)
{
    if (workspace.n_pixels > SHELF_PIXELS) {
        free(workspace.pixels);
        workspace.pixels = NULL;
        workspace.n_pixels = 0;
    }
    pthread_mutex_lock(&engine->lock);
    bool kept = engine->n_shelf < SHELF;
    if (kept) engine->shelf[engine->n_shelf++] = workspace;
    pthread_mutex_unlock(&engine->lock);
    if (!kept) free_workspace(workspace);
}

enum eg_status eg_engine_workspace_take(struct eg_engine *engine, struct eg_workspace *workspace_out,
                                        struct eg_error *err)
{
    enum eg_status status = take_workspace(engine, workspace_out, err);
    if (status == EG_OK) eg_team_enter(engine->team);
    return status;
}

void eg_engine_workspace_return(struct eg_engine *engine, struct eg_workspace workspace)
{
    eg_team_leave(engine->team);
    return_workspace(engine, workspace);
}

enum eg_status eg_engine_part_take(struct eg_part_workspaces *parts, struct eg_workspace *workspace_out,
                                   struct eg_error *err)
{
    if (atomic_exchange(&parts->lent, true)) return take_workspace(parts->engine, workspace_out, err);
    *workspace_out = *parts->own;
    return EG_OK;
}

void eg_engine_part_return(struct eg_part_workspaces *parts, struct eg_workspace workspace)
{
    if (workspace.render == parts->own->render) atomic_store(&parts->lent, false);
    else return_workspace(parts->engine, workspace);
}

struct eg_team *eg_engine_team(struct eg_engine *engine)
{
    return engine->team;
}

enum eg_status eg_engine_workspace_canvas(struct eg_workspace *workspace, uint32_t width, uint32_t height,
                                          struct eg_canvas *canvas_out, struct eg_error *err)
{
    size_t n = (size_t)width * height;
    if (n > workspace->n_pixels) {
        free(workspace->pixels);
        workspace->pixels = eg_memory_array(n, sizeof *workspace->pixels);
        workspace->n_pixels = workspace->pixels ? n : 0;
    }
    if (n > workspace->n_pixels) return eg_error_no_memory(err, n * sizeof *workspace->pixels);
    *canvas_out = (struct eg_canvas){width, height, workspace->pixels};
    return EG_OK;
}

struct eg_cache *eg_engine_cache(struct eg_engine *engine)
{
    return engine->cache;
}

void *eg_engine_wrap(struct eg_engine *engine, struct eg_entity *entity, size_t *weight_bytes_out)
{
    void *value = engine->options.wrap(entity, weight_bytes_out, engine->options.values.context);
    eg_entity_clear(entity);
    return value;
}

enum eg_status eg_engine_font(struct eg_engine *engine, struct eg_font **font_out, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    pthread_mutex_lock(&engine->lock);
    if (!engine->font) status = eg_font_open(NULL, &engine->font, err);
    if (status == EG_OK) *font_out = engine->font;
    pthread_mutex_unlock(&engine->lock);
    return status;
}

void eg_engine_count_drawn(struct eg_engine *engine, bool indexed)
{
    atomic_fetch_add_explicit(indexed ? &engine->n_indexed : &engine->n_rgba, 1, memory_order_relaxed);
}

void eg_engine_count_solid(struct eg_engine *engine)
{
    atomic_fetch_add_explicit(&engine->n_solid, 1, memory_order_relaxed);
}

void eg_engine_count(const struct eg_engine *engine, struct eg_engine_counters *counters_out)
{
    *counters_out = (struct eg_engine_counters){
        .tiles_indexed = engine->n_indexed, .tiles_rgba = engine->n_rgba, .tiles_solid = engine->n_solid};
    if (engine->cache) eg_cache_count(engine->cache, &counters_out->cache);
}

const struct eg_plane *eg_engine_own_plane(const struct eg_snapshot *snapshot, uint32_t layer)
{
    return snapshot->generation->area_sets[snapshot->atlas->layers[layer].boundaries].plane;
}
