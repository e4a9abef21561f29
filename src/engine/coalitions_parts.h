/* Shared by the forms of the coalition finder's answers. */
#ifndef EG_ENGINE_COALITIONS_PARTS_H
#define EG_ENGINE_COALITIONS_PARTS_H

#include "engine/engine.h"

/* What was found, to be written. */
struct eg_coalitions {
    const struct eg_atlas *atlas;
    const struct eg_entries *entries;
    const struct eg_zone *zone;
    const struct eg_directory_query *query;
    const struct eg_directory_result *result;
};

/* What an entry says of itself, as members of an object. */
void eg_coalition_properties(struct eg_json *json, struct eg_json_value *properties,
                             const struct eg_atlas *atlas, const struct eg_entry *entry);
/* What the question adds to it. */
void eg_coalition_hit_properties(struct eg_json *json, struct eg_json_value *properties,
                                 const struct eg_coalitions *found, uint32_t hit);

/* When a hit's training begins next, with a span: "2026-03-29T14:00:00+01:00", or a day. Returns text_out. */
const char *eg_coalition_next(const struct eg_coalitions *found, uint32_t hit,
                              char text_out[EG_ZONE_TIME_BYTES]);

EG_MUST_CHECK enum eg_status eg_coalitions_write_json(const struct eg_coalitions *found,
                                                      struct eg_entity *entity_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_coalitions_write_csv(const struct eg_coalitions *found,
                                                     struct eg_entity *entity_out, struct eg_error *err);

#endif
