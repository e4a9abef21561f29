/* Shared by the forms of the coalition finder's answers. */
#ifndef EG_ENGINE_COALITIONS_PARTS_H
#define EG_ENGINE_COALITIONS_PARTS_H

#include "engine/combined.h"
#include "engine/engine.h"

/* What was found, to be written. */
struct eg_coalitions {
    const struct eg_atlas *atlas;
    const struct eg_entries *entries;
    const struct eg_zone *zone;
    const struct eg_directory_query *query;
    const struct eg_directory_result *result;
};

/* EG_NOT_FOUND with field "id". */
EG_MUST_CHECK enum eg_status eg_coalition_find(const struct eg_snapshot *snapshot, struct eg_text id,
                                               const struct eg_entry **entry_out, struct eg_error *err);
/* Adds {"rel", "href"} of the entry's address, with `below` behind it. */
void eg_coalition_link(struct eg_json *json, struct eg_json_value *links, const char *rel,
                       struct eg_text base_url, const struct eg_entry *entry, const char *below);

/* "boundaries", "boundaries_title", "n_areas" and "areas" with codes and names, the first thousand; "n_unknown_codes" if any. */
void eg_group_describe(struct eg_json *json, struct eg_json_value *into, const struct eg_snapshot *snapshot,
                       const struct eg_group *group);

/* "beside": the same of groups[1] to the last; nothing of one group alone. */
void eg_groups_describe_beside(struct eg_json *json, struct eg_json_value *into,
                               const struct eg_snapshot *snapshot, const struct eg_group *groups,
                               uint32_t n_groups);

/* What an entry says of itself, as members of an object, with the address of that of its places that is meant. */
void eg_coalition_properties(struct eg_json *json, struct eg_json_value *properties,
                             const struct eg_atlas *atlas, const struct eg_entry *entry,
                             const struct eg_entry_place *place);
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
