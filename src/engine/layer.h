/* Layers in a style and period: from values to classes, paints and legend rows. Computed once, on first use, and immutable
 * afterwards: an atlas is ready before its layers are classified, and nobody waits for what only others asked for. */
#ifndef EG_ENGINE_LAYER_H
#define EG_ENGINE_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "engine/snapshot.h"
#include "render/fill.h"
#include "render/png.h"
#include "stats/classify.h"

/* What a client names. Empty texts mean the default (the layer's own style, the latest period). */
struct eg_layer_name {
    struct eg_text layer, style, period;
};

struct eg_layer_ref {
    uint32_t layer, style; /* indices into the atlas */
    uint32_t series;       /* index into the generation's series */
};

EG_MUST_CHECK enum eg_status eg_layers_new(const struct eg_atlas *atlas,
                                           const struct eg_generation *generation,
                                           struct eg_layers **layers_out, struct eg_error *err);
void eg_layers_free(struct eg_layers *layers); /* NULL is allowed */

/* EG_NOT_FOUND with field "layer", "style" or "period" and a message that says what there is. Allocates nothing. */
EG_MUST_CHECK enum eg_status eg_layer_resolve(const struct eg_snapshot *snapshot,
                                              const struct eg_layer_name *name, struct eg_layer_ref *ref_out,
                                              struct eg_error *err);

/* The series of a layer: generation->series[first .. first + n - 1], periods ascending, n at least 1. */
void eg_layer_series(const struct eg_snapshot *snapshot, uint32_t layer, uint32_t *first_out,
                     uint32_t *n_out);

/* A colour as the atlas names it, straight. */
struct eg_rgba eg_layer_colour(struct eg_colour colour);

/* The classes of a layer in a style. */
struct eg_layer_classes {
    struct eg_classes classes;
    /* Classes are the publisher's tenths, not intervals of the value. */
    bool by_decile;
    /* Given breaks: the first class has no lower bound, the last no upper one. */
    bool open_ended;
    /* Quantiles in place of what the style asks for: tenths that the publisher does not give, or a category for each of
     * more than EG_CLASSES_MAX values. */
    bool fell_back;
    /* Higher class numbers hold higher values. Always so, save for tenths of a publisher that counts from the highest; which
     * way it counts is read from the data. */
    bool rising;
    /* Higher class numbers are worse; high values count as worse when the polarity is neutral or not stated. */
    bool rising_worse;
    struct eg_rgba colour[EG_CLASSES_MAX]; /* straight, before opacity */
};
/* Borrowed; lives as long as the snapshot. EG_NO_MEMORY; EG_LIMIT with field "layer" for more than EG_CLASSES_MAX named
 * categories. */
EG_MUST_CHECK enum eg_status eg_layer_classify(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                               const struct eg_layer_classes **classes_out,
                                               struct eg_error *err);

/* Paint numbers: classes first (0 .. n-1), then classes under the unreliable pattern (n .. 2n-1), then the states. */
enum eg_state_paint {
    EG_PAINT_MISSING,
    EG_PAINT_SUPPRESSED,
    EG_PAINT_NOT_APPLICABLE,
    EG_PAINT_UNCLASSED, /* a value, but no class: the publisher gives no tenth */
    EG_N_STATE_PAINTS
};

struct eg_dressed {
    struct eg_layer_ref ref;
    const struct eg_layer_classes *classed;
    uint8_t *area_paint; /* [n_areas] */
    struct eg_paint paints[2 * EG_CLASSES_MAX + EG_N_STATE_PAINTS];
    uint32_t n_paints;
    struct eg_rgba outside;           /* premultiplied */
    const struct eg_palette *palette; /* for PNG, shared; NULL when there are too many colours */
    uint32_t n_in_class[EG_CLASSES_MAX];
    uint32_t n_unclassed; /* areas with a value, but without the publisher's tenth */
    uint32_t n_in_state[EG_N_STATES];
};
/* Borrowed; lives as long as the snapshot. Safe from any thread; the first call for a ref computes. */
EG_MUST_CHECK enum eg_status eg_layer_dress(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                            const struct eg_dressed **dressed_out, struct eg_error *err);

/* The same on a ground, premultiplied, in place of the style's background: what lies outside every area, and what translucent
 * fills let through. The area paints are borrowed; the rest is the caller's copy. A ground that was not seen before costs some
 * milliseconds (a palette). */
EG_MUST_CHECK enum eg_status eg_layer_dress_on(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                               struct eg_rgba ground, struct eg_dressed *dressed_out,
                                               struct eg_error *err);

/* How areas with a value but without the publisher's tenth look: like no state of the style. */
struct eg_atlas_look eg_layer_unclassed_look(const struct eg_atlas_style *style);
#define EG_LAYER_UNCLASSED_LABEL "Has a value, but no published tenth"

/* The paint of a straight ground under a look, which may be NULL: colours and inks of map and legend. */
struct eg_paint eg_layer_make_paint(struct eg_rgba ground, const struct eg_atlas_look *look, double opacity);

/* Whether eg_layer_dress would have to compute (milliseconds; natural breaks of a country, tenths of a second). False for
 * what does not exist. */
bool eg_layer_needs_dressing(const struct eg_snapshot *snapshot, const struct eg_layer_name *name);

/* The class of one area of a series, or EG_CLASS_NONE where it has no value. */
uint32_t eg_layer_class_of(const struct eg_layer_classes *classed, const struct eg_series *series,
                           uint32_t area);

/* "10.5 to 20.3", "3", "1 (worst tenth)" or a category's name; bounds with the indicator's decimals, or more in all of a
 * legend where two that differ would look the same. Names are cut between characters where they are longer than
 * size. NUL-terminated in text_out[size]. */
void eg_layer_class_label(const struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                          const struct eg_layer_classes *classed, uint32_t class_number, char *text_out,
                          size_t size);
/* The whole name of the category that a class stands for; NULL when classes are not named categories. */
const struct eg_text *eg_layer_category(const struct eg_series *series,
                                        const struct eg_layer_classes *classed, uint32_t class_number);

/* "the publisher's deciles", "natural breaks" ... for legends and catalogues. */
const char *eg_layer_method_name(const struct eg_atlas_style *style, const struct eg_layer_classes *classed);

/* Whether the classes are quantiles, by choice or in place of another method. */
bool eg_layer_is_counted_off(const struct eg_atlas_style *style, const struct eg_layer_classes *classed);

/* The title shown for a layer: its own or "indicator, boundaries". data is NULL when the arena refused. */
struct eg_text eg_layer_title(const struct eg_snapshot *snapshot, uint32_t layer, struct eg_arena *arena);

#endif
