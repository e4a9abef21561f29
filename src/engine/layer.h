/* Layers in a style and period: from values to classes, paints and legend rows. Computed once on first use and immutable
 * afterwards, so that loading a country with hundreds of layers does not classify what nobody asks for. */
#ifndef EG_ENGINE_LAYER_H
#define EG_ENGINE_LAYER_H

#include "engine/snapshot.h"

/* Paint numbers: classes first (0 .. n-1), then classes under the unreliable pattern (n .. 2n-1), then one for each of
 * missing, suppressed and not applicable. */
struct eg_dressed {
    uint32_t layer, style; /* indices into the atlas */
    uint32_t series;       /* index into the generation's series */
    uint32_t period;       /* 0 .. n_periods-1 of the layer */
    struct eg_classes classes;
    uint8_t *area_paint; /* [n_areas] */
    struct eg_paint *paints;
    uint32_t n_paints;
    struct eg_rgba outside;       /* premultiplied */
    struct eg_palette *palette;   /* for PNG; outlines included */
    uint32_t n_in_class[EG_CLASSES_MAX];
    uint32_t n_in_state[EG_N_STATES];
    bool fell_back; /* the style asks for the publisher's deciles and this layer has none: quantiles instead */
};

/* What a client names. Empty texts mean the default (first style of the layer, latest period). */
struct eg_layer_name {
    struct eg_text layer, style, period;
};

struct eg_layer_ref {
    uint32_t layer, style, series;
};

/* EG_NOT_FOUND with field "layer", "style" or "period" and a message that lists what there is (or the nearest names). */
EG_MUST_CHECK enum eg_status eg_layer_resolve(const struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                              struct eg_layer_ref *ref_out, struct eg_error *err);

/* Borrowed; lives as long as the snapshot. Safe from any thread. */
EG_MUST_CHECK enum eg_status eg_layer_dress(struct eg_snapshot *snapshot, struct eg_layer_ref ref,
                                            const struct eg_dressed **dressed_out, struct eg_error *err);

/* Made texts: "10.5 to 20.3", the closure stated once in the legend's note. Writes at most size bytes. */
void eg_layer_class_label(const struct eg_snapshot *snapshot, const struct eg_dressed *dressed, uint32_t class_number,
                          char *text_out, size_t size);

#endif
