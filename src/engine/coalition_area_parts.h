/* Private to the drawing of whom an entry serves: coalition_area.c has the areas and the answer, coalition_shape.c the polygon of its own. */
#ifndef EG_ENGINE_COALITION_AREA_PARTS_H
#define EG_ENGINE_COALITION_AREA_PARTS_H

#include "engine/coalitions_parts.h"
#include "geo/plane.h"
#include "geo/shapes.h"

#define EG_OUTLINE_POINTS 3000U /* that are drawn unless more is asked for: 60 kB of text, 20 kB compressed */

struct eg_area_part {
    const char *from;    /* "areas" or "shape" */
    uint32_t boundaries; /* of areas */
    double area_m2;
    double tolerance_m; /* of what is drawn; 0: everything is */
};

/* An answer under way. */
struct eg_area_drawing {
    struct eg_snapshot *snapshot;
    const struct eg_entry *entry;
    const struct eg_coalition_area_request *request;
    struct eg_group *groups; /* [n_groups]: the entry's, and those beside it */
    uint32_t n_groups;
    struct eg_area_part *parts; /* [n_groups + 1] */
    uint32_t n_parts;
    struct eg_buffer geometry; /* the parts', with commas between */
};

/* Begins a part, and a comma where it is not the first. */
struct eg_area_part *eg_area_begin_part(struct eg_area_drawing *drawing, const char *from);

/* Area 0 of the shapes at the level that the request wants or, where nothing is left of it there, at the next finer one, which the part
 * begun last is told. `box` is where it lies. */
EG_MUST_CHECK enum eg_status eg_area_take_level(struct eg_area_drawing *drawing, const struct eg_plane *plane,
                                                const struct eg_shapes *shapes, struct eg_box box,
                                                struct eg_shape *shape, struct eg_error *err);
/* Appends a shape as a MultiPolygon, with as many digits as its tolerance deserves. *has_out false: there is nothing of it. */
EG_MUST_CHECK enum eg_status eg_area_write_outline(struct eg_area_drawing *drawing,
                                                   const struct eg_shape *shape, struct eg_grid grid,
                                                   double tolerance_m, bool *has_out, struct eg_error *err);

/* The polygon of its own as a part, if the entry has one. */
EG_MUST_CHECK enum eg_status eg_area_draw_shape(struct eg_area_drawing *drawing, struct eg_error *err);

#endif
