/* A snapshot: one consistent state of everything that can be shown: atlas, generation, directory, layers. Reference-counted;
 * a reload swaps the pointer and the old one goes when its last request is answered. */
#ifndef EG_ENGINE_SNAPSHOT_H
#define EG_ENGINE_SNAPSHOT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"
#include "data/atlas.h"
#include "data/generation.h"
#include "data/records.h"
#include "directory/directory.h"
#include "directory/hsds.h"

struct eg_layers;    /* classes and paints, computed on first use: engine/layer.h */
struct eg_crs_list;  /* the CRSs that maps may be asked for in: engine/crs_list.h */
struct eg_tile_sets; /* the tile pyramids on offer: engine/tile_sets.h */
struct eg_gazetteer; /* what people may name when they say where: engine/gazetteer.h */
struct eg_projected; /* planes in other CRSs, computed on first use: engine/projected.h */

struct eg_snapshot {
    struct eg_atlas *atlas;
    struct eg_generation *generation;
    struct eg_directory *directory;
    struct eg_layers *layers;
    struct eg_crs_list *crs_list;
    struct eg_tile_sets *tile_sets;
    struct eg_projected *projected;
    struct eg_gazetteer *gazetteer;
    char version[33];         /* of all that is drawn: the `v` of versioned URLs */
    uint64_t version_number;  /* the same for keys */
    char content_version[33]; /* of all that is said: the version and every entry of the directory */
    uint64_t content[2];      /* of the entries: sums of their hashes */
    struct eg_entries
        *sourced; /* entries of directories that are read from a source: those of a store come to them */
    struct eg_records *records; /* of the store; NULL: there is none, or nothing in it yet */
    pthread_mutex_t hsds_lock;  /* held while `hsds` is made; no other lock is taken under it */
    struct eg_hsds
        *_Atomic hsds; /* made on first use: eg_snapshot_hsds; then carried over from write to write */
    struct eg_snapshot *ground; /* whose atlas, generation, layers and projections these are; NULL: its own */
    atomic_uint references;
};

/* Reads the atlas and loads everything. */
EG_MUST_CHECK enum eg_status eg_snapshot_load(const char *atlas_path, uint32_t n_threads,
                                              struct eg_snapshot **snapshot_out, struct eg_error *err);
/* The same atlas, generation, layers and projections with a directory that holds these records of the store, which it keeps. The layers'
 * classes and planes are shared, so nothing has to be drawn again. EG_INVALID for a record that makes no entry. */
EG_MUST_CHECK enum eg_status eg_snapshot_with_records(struct eg_snapshot *snapshot,
                                                      struct eg_records *records,
                                                      struct eg_snapshot **snapshot_out,
                                                      struct eg_error *err);
/* The same for records that a change made of those of the snapshot, which has some: in proportion to what the change reaches. */
EG_MUST_CHECK enum eg_status eg_snapshot_after(struct eg_snapshot *snapshot, struct eg_records *records,
                                               const struct eg_records_change *change,
                                               struct eg_snapshot **snapshot_out, struct eg_error *err);
/* The directory as lists of the HSDS API; whoever asks first makes them, the others wait. They live as long as the snapshot. */
EG_MUST_CHECK enum eg_status eg_snapshot_hsds(struct eg_snapshot *snapshot, const struct eg_hsds **hsds_out,
                                              struct eg_error *err);
void eg_snapshot_retain(struct eg_snapshot *snapshot);
void eg_snapshot_release(struct eg_snapshot *snapshot); /* NULL is allowed */

/* What the report on it is about: valid as long as the snapshot. */
struct eg_report_subject eg_snapshot_subject(const struct eg_snapshot *snapshot);

#endif
