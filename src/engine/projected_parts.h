/* Between the two halves of the planes in other CRSs: projected.c keeps planes, projected_shapes.c the polygons behind them. */
#ifndef EG_ENGINE_PROJECTED_PARTS_H
#define EG_ENGINE_PROJECTED_PARTS_H

#include <pthread.h>

#include "engine/projected.h"

/* The shapes of a plane, once somebody wanted them. */
struct eg_projected_shapes {
    struct eg_shapes *shapes;
    bool in_the_making;
};

enum eg_slot_state { SLOT_FREE, SLOT_IN_THE_MAKING, SLOT_READY, SLOT_FAILED };

struct eg_projected_slot {
    enum eg_slot_state state;
    uint32_t boundaries;
    struct eg_crs_id crs;
    uint32_t n_users; /* the one who makes it and those who wait included */
    uint64_t last_use;
    struct eg_plane *plane; /* when ready */
    struct eg_projected_shapes shapes;
    enum eg_status status; /* when failed */
    char message[sizeof((struct eg_error *)NULL)->message];
};

struct eg_projected {
    struct eg_projected_options options;
    pthread_mutex_t lock; /* guards what follows; a leaf: nothing else is locked while it is held */
    pthread_cond_t changed;
    struct eg_projected_slot slots[EG_PROJECTED_MAX];
    struct eg_projected_shapes *own; /* [n_own] of the sets' own planes; never let go */
    uint32_t n_own;
    uint64_t clock, bytes, n_made, n_let_go;
};

/* Lets planes go, one at a time so that the lock is not held while memory is given back, until the rest fits. */
void eg_projected_keep_to_budget(struct eg_projected *projected);

#endif
