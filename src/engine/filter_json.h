/* A value of a CQL2-JSON document with its place, and what the two parsers of CQL2-JSON share. */
#ifndef EG_ENGINE_FILTER_JSON_H
#define EG_ENGINE_FILTER_JSON_H

#include "base/json.h"
#include "engine/filter_tree.h"

struct eg_filter_json {
    struct eg_filter_build *build;
    const struct eg_json_value *value; /* NULL: absent */
    const struct eg_filter_step *step;
};

/* A member or an element; its value is NULL where there is none. */
EG_MUST_CHECK enum eg_status eg_filter_json_member(struct eg_filter_json json, const char *name,
                                                   struct eg_filter_json *member_out);
EG_MUST_CHECK enum eg_status eg_filter_json_element(struct eg_filter_json json, uint32_t index,
                                                    struct eg_filter_json *element_out);
/* EG_INVALID: "expected ...". */
enum eg_status eg_filter_json_unexpected(struct eg_filter_json json, const char *expected);

/* Whether the value is a geometry: has "type", or "bbox". */
bool eg_filter_json_is_geometry(struct eg_filter_json json);
/* Reads a GeoJSON geometry or a box; a list of shapes, all of which together are the geometry. */
EG_MUST_CHECK enum eg_status eg_filter_json_geometry(struct eg_filter_json json,
                                                     struct eg_filter_shapes **shapes_out);

#endif
