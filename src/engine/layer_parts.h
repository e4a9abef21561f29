/* Private to the layer files: where computed classes and paints are kept. */
#ifndef EG_ENGINE_LAYER_PARTS_H
#define EG_ENGINE_LAYER_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/textmap.h"
#include "engine/layer.h"

/* A slot for each series and style. For styles whose breaks are pooled over the periods, a layer's classes stand in the slot
 * of its first series. Classes and dresses are written once and read without a lock. One thread makes what is missing, under no lock,
 * so that a layer whose natural breaks take tenths of a second keeps nobody from another; who wants the same waits. */
struct eg_layer_slot {
    _Atomic(struct eg_layer_classes *) classes;
    _Atomic(struct eg_dressed *) dressed;
    _Atomic uint64_t legend_size;      /* width << 32 | height at scale 1; 0: not measured yet */
    bool making_classes, making_dress; /* by one thread; under the lock */
};

/* A palette costs milliseconds and 100 kB; layers in the same colours share one. */
struct eg_shared_palette {
    char key[33]; /* hash of the colours */
    struct eg_palette *palette;
};

struct eg_layers {
    struct eg_textmap *by_id;       /* layer id -> index; hidden layers too */
    struct eg_textmap *style_by_id; /* style id -> index */
    uint32_t n_styles;
    uint32_t n_slots;
    pthread_mutex_t lock;               /* guards the slots' marks of what is being made; a leaf */
    pthread_cond_t made;                /* one of those marks was taken off */
    struct eg_layer_slot *slots;        /* [n_slots] */
    pthread_mutex_t palettes_lock;      /* guards what follows, and is held while a palette is made; a leaf */
    struct eg_shared_palette *palettes; /* [n_palettes] */
    size_t n_palettes, palettes_capacity;
    size_t n_grounds; /* of them, those for unusual grounds */
};

/* Where the size of a ref's legend is kept. */
_Atomic uint64_t *eg_layer_legend_size(const struct eg_snapshot *snapshot, struct eg_layer_ref ref);

/* Computes the classes of a ref; the caller frees them with free(). */
EG_MUST_CHECK enum eg_status eg_layer_make_classes(const struct eg_snapshot *snapshot,
                                                   struct eg_layer_ref ref,
                                                   struct eg_layer_classes **classes_out,
                                                   struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_layer_make_dress(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                                 const struct eg_layer_classes *classed,
                                                 struct eg_dressed **dressed_out, struct eg_error *err);
void eg_dressed_free(struct eg_dressed *dressed); /* NULL is allowed */

#endif
