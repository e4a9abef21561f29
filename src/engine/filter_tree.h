/* What the filter's parsers build, its check completes and its evaluation walks. Everything lies in the filter's arena. */
#ifndef EG_ENGINE_FILTER_TREE_H
#define EG_ENGINE_FILTER_TREE_H

#include "base/arena.h"
#include "engine/filter.h"

/* --- the tree ------------------------------------------------------------------------------------------------------ */

/* In this order AND is the lesser of two, OR the greater, NOT the mirror image. */
enum eg_truth { EG_TRUTH_FALSE, EG_TRUTH_UNKNOWN, EG_TRUTH_TRUE };

/* Where in the source: an offset into CQL2-text, or, where `step` is given, a value of a JSON document. */
struct eg_filter_step {
    const struct eg_filter_step *up; /* NULL: the root */
    const char *name;                /* a member; NULL: an element */
    uint32_t index;
};
struct eg_filter_place {
    uint32_t at;
    const struct eg_filter_step *step;
};

struct eg_filter_operand {
    struct eg_filter_operand *next;
    bool is_property;
    bool is_geometry;
    uint32_t property;
    unsigned folds; /* what the property's text is folded by: EG_FOLD_CASE, EG_FOLD_MARKS */
    enum eg_value_type type;
    struct eg_value literal; /* unless a property; folded already */
    struct eg_filter_place place;
};

enum eg_filter_kind {
    EG_FILTER_CONSTANT,
    EG_FILTER_AND,
    EG_FILTER_OR,
    EG_FILTER_NOT,
    EG_FILTER_COMPARE,
    EG_FILTER_LIKE,
    EG_FILTER_BETWEEN,
    EG_FILTER_IN,
    EG_FILTER_IS_NULL,
    EG_FILTER_INTERSECTS
};

enum eg_filter_order {
    EG_FILTER_EQUAL,
    EG_FILTER_NOT_EQUAL,
    EG_FILTER_LESS,
    EG_FILTER_GREATER,
    EG_FILTER_LESS_EQUAL,
    EG_FILTER_GREATER_EQUAL
};

struct eg_filter_shapes {
    struct eg_filter_shape shape;
    uint32_t first_point, first_start; /* in the build's arrays */
    struct eg_filter_shapes *next;
};

struct eg_filter_node {
    enum eg_filter_kind kind;
    enum eg_filter_order order;      /* COMPARE */
    bool is;                         /* CONSTANT */
    struct eg_filter_node *next;     /* the next child of its parent */
    struct eg_filter_node *children; /* AND, OR: two or more; NOT: one; IS_NULL of a condition: one */
    struct eg_filter_operand
        *operands;                 /* COMPARE, LIKE: 2; BETWEEN: 3; IN: value and list; IS_NULL: 1 or none */
    const struct eg_value *sorted; /* IN: its list, where that can be searched by halves; NULL otherwise */
    uint32_t n_sorted;             /* [n_sorted] */
    const struct eg_filter_shapes *shapes; /* INTERSECTS: with any of them */
};

struct eg_filter {
    struct eg_arena *arena; /* the filter itself lies in it, too */
    const struct eg_filter_node *root;
};

enum eg_truth eg_filter_evaluate(const struct eg_filter_node *node, const struct eg_filter_feature *feature);

/* Compares two values of one type that is not NULL: less than, equal to or greater than 0. */
int eg_filter_compare(const struct eg_value *a, const struct eg_value *b);
/* "2019", "2019-03", "2019-03-29" or "2019-03-29T12:00:00Z". */
bool eg_filter_is_instant(struct eg_text text);
/* At the coarser one's granularity; seconds' fractions by their value. */
int eg_filter_compare_instants(struct eg_text a, struct eg_text b);
/* SQL's LIKE: % any run, _ one character, \ takes what follows as it is. */
bool eg_filter_like(struct eg_text text, struct eg_text pattern);

/* --- building ------------------------------------------------------------------------------------------------------ */

struct eg_filter_build {
    struct eg_arena *arena;
    const struct eg_filter_source *source;
    const struct eg_properties *properties;
    struct eg_error *err;
    uint32_t n_nodes, depth;
    /* All geometries share these, one behind the other. */
    double *lonlat;       /* [2 * EG_FILTER_POINTS] */
    uint32_t *part_start; /* [2 * EG_FILTER_POINTS + 2] */
    uint32_t n_points, n_starts;
};

/* Sets an error that begins with the place, and the field; returns the status. */
enum eg_status eg_filter_fail(const struct eg_filter_build *build, struct eg_filter_place place,
                              enum eg_status status, const char *format, ...) EG_PRINTF(4, 5);
enum eg_status eg_filter_no_memory(const struct eg_filter_build *build);
/* EG_UNSUPPORTED for a function, with what there is instead. */
enum eg_status eg_filter_no_function(const struct eg_filter_build *build, struct eg_filter_place place,
                                     struct eg_text name);
/* How much of a text is shown in a message: for "%.*s", with the text's data. */
int eg_filter_shown(struct eg_text text);

/* One level deeper; the caller takes it back with build->depth--. */
EG_MUST_CHECK enum eg_status eg_filter_deeper(struct eg_filter_build *build, struct eg_filter_place place);
EG_MUST_CHECK enum eg_status eg_filter_node_new(struct eg_filter_build *build, struct eg_filter_place place,
                                                enum eg_filter_kind kind, struct eg_filter_node **node_out);
/* Wraps a condition in NOT. */
EG_MUST_CHECK enum eg_status eg_filter_negate(struct eg_filter_build *build, struct eg_filter_place place,
                                              struct eg_filter_node **node);

/* Operands. Texts are copied. */
EG_MUST_CHECK enum eg_status eg_filter_property(struct eg_filter_build *build, struct eg_filter_place place,
                                                struct eg_text name, struct eg_filter_operand **operand_out);
EG_MUST_CHECK enum eg_status eg_filter_literal(struct eg_filter_build *build, struct eg_filter_place place,
                                               struct eg_value value, struct eg_filter_operand **operand_out);
/* DATE('2019-03-29'), or TIMESTAMP('2019-03-29T12:00:00Z'). */
EG_MUST_CHECK enum eg_status eg_filter_instant(struct eg_filter_build *build, struct eg_filter_place place,
                                               struct eg_text text, bool with_time,
                                               struct eg_filter_operand **operand_out);
/* CASEI or ACCENTI of an operand. */
EG_MUST_CHECK enum eg_status eg_filter_fold(struct eg_filter_build *build, unsigned fold,
                                            struct eg_filter_operand *operand);

/* Checks a condition's operands against each other and makes it ready for evaluation. */
EG_MUST_CHECK enum eg_status eg_filter_check(struct eg_filter_build *build, struct eg_filter_node *node);

/* Geometries: begin one, begin each part, add its points, end each part, end it. A box is made in one call. */
EG_MUST_CHECK enum eg_status eg_filter_shape_begin(struct eg_filter_build *build,
                                                   enum eg_filter_shape_kind kind,
                                                   struct eg_filter_shapes **shapes_out);
EG_MUST_CHECK enum eg_status eg_filter_shape_point(struct eg_filter_build *build,
                                                   struct eg_filter_shapes *shapes,
                                                   struct eg_filter_place place, const double *xy);
EG_MUST_CHECK enum eg_status eg_filter_shape_end_part(struct eg_filter_build *build,
                                                      struct eg_filter_shapes *shapes,
                                                      struct eg_filter_place place);
EG_MUST_CHECK enum eg_status eg_filter_shape_end(struct eg_filter_build *build,
                                                 struct eg_filter_shapes *shapes,
                                                 struct eg_filter_place place);
/* 4 or 6 numbers as in BBOX(...). West > east crosses the antimeridian. */
EG_MUST_CHECK enum eg_status eg_filter_shape_box(struct eg_filter_build *build, struct eg_filter_place place,
                                                 const double *numbers, uint32_t n,
                                                 struct eg_filter_shapes **shapes_out);

/* The two notations. */
EG_MUST_CHECK enum eg_status eg_filter_parse_text(struct eg_filter_build *build,
                                                  struct eg_filter_node **root_out);
EG_MUST_CHECK enum eg_status eg_filter_parse_json(struct eg_filter_build *build,
                                                  struct eg_filter_node **root_out);

#endif
