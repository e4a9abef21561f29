/* The directory as the lists of an HSDS 3.0 API: services, services at locations, organisations, taxonomies and their terms, with the
 * conditions that such an API knows. Rows of a store and what the entries of other directories come to stand side by side; where both have
 * an id, the store's row is meant.
 *
 * All lists are in the order of ids: a record keeps its place when it is changed. Immutable; questions may be asked from any thread. */
#ifndef EG_DIRECTORY_HSDS_H
#define EG_DIRECTORY_HSDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "data/records.h"
#include "directory/directory.h"

enum eg_hsds_list {
    EG_HSDS_SERVICES,
    EG_HSDS_SERVICE_AT_LOCATIONS,
    EG_HSDS_ORGANIZATIONS,
    EG_HSDS_TAXONOMIES,
    EG_HSDS_TAXONOMY_TERMS,
    EG_N_HSDS_LISTS
};

struct eg_hsds;

/* Both must outlive it; records NULL: no directory has a store. 100,000 entries: half a second, in the looking up of what
 * belongs to services of a store or in the making of ids for others; 200 bytes an entry. */
EG_MUST_CHECK enum eg_status eg_hsds_new(const struct eg_directory *directory,
                                         const struct eg_records *records, struct eg_hsds **hsds_out,
                                         struct eg_error *err);
/* The same when the directory and the records come from those of `before`, which had records too, by this change; the same lists, item by item, as
 * are made anew. Of `before` nothing is needed afterwards. In proportion to what the change reaches, and a pass over the arrays: 100,000
 * entries some milliseconds. *hsds_out NULL: it reaches so much, or such things, that they have to be made anew. */
EG_MUST_CHECK enum eg_status eg_hsds_after(const struct eg_hsds *before, const struct eg_directory *directory,
                                           const struct eg_records *records,
                                           const struct eg_records_change *change, struct eg_hsds **hsds_out,
                                           struct eg_error *err);
void eg_hsds_free(struct eg_hsds *hsds); /* NULL is allowed */

enum eg_record_table eg_hsds_table(enum eg_hsds_list list);

struct eg_hsds_item {
    struct eg_text id;
    const struct eg_record *row; /* NULL: what data/entry_records.h makes of the entry has it */
    uint32_t entry;              /* then: index into eg_directory_entries()->items */
};
/* Where the rows are: the store's (NULL: there is none), and those that entries of other directories share (eg_entry_record_shared). */
const struct eg_records *eg_hsds_stored(const struct eg_hsds *hsds);
const struct eg_records *eg_hsds_shared(const struct eg_hsds *hsds);
/* The one of them that has a row's text. */
const struct eg_records *eg_hsds_records_of(const struct eg_hsds *hsds, const struct eg_record *row);

/* item < eg_hsds_count. */
uint32_t eg_hsds_count(const struct eg_hsds *hsds, enum eg_hsds_list list);
struct eg_hsds_item eg_hsds_at(const struct eg_hsds *hsds, enum eg_hsds_list list, uint32_t item);
/* By id in any letter case; UINT32_MAX: there is none. */
uint32_t eg_hsds_find(const struct eg_hsds *hsds, enum eg_hsds_list list, struct eg_text id);

/* The services of an organisation, ascending. */
const uint32_t *eg_hsds_services_of(const struct eg_hsds *hsds, uint32_t organization, uint32_t *n_out);
/* The service that is at the location. */
uint32_t eg_hsds_service_at(const struct eg_hsds *hsds, uint32_t service_at_location);
/* When a service was last changed, as far as that is said: seconds since 1970 in UTC; false: nowhere. The latest of its last_modified, of
 * the last_action_date of its metadata and of its assured_date, which is not enough by itself. */
bool eg_hsds_modified(const struct eg_hsds *hsds, uint32_t service, int64_t *unix_s_out);

/* All conditions must hold; those of services hold of a service at a location when they do of its service. Texts with len 0: absent. */
struct eg_hsds_query {
    enum eg_hsds_list list;
    /* Of services and services at locations as directory.h's words; of the others, words that their names and descriptions have. */
    struct eg_text words;
    /* Services. An id that nothing has matches nothing. */
    struct eg_text organization_id, taxonomy_term_id;
    struct eg_text taxonomy_id; /* of any term of it; also of terms */
    /* Changed at that time or later; services of which that is not said, when they were read then or later (eg_entries_report). */
    bool has_modified_after;
    int64_t modified_after_s;
    /* At an address with this postcode (eg_hsds_postcode makes it comparable); or, with a point: serving that, or, with a radius, at a
     * location within it. */
    struct eg_text postcode;
    bool has_point, has_radius;
    double lon_deg, lat_deg, radius_m;
    /* Taxonomy terms. */
    struct eg_text parent_id;
    bool top_only; /* those without a parent */
    uint64_t offset;
    uint32_t limit;
};

struct eg_hsds_result {
    uint64_t n_matched; /* before offset and limit */
    uint32_t n;
    uint32_t *items; /* [n], free() */
};
/* EG_INVALID for words that are too many, with the field "search". */
EG_MUST_CHECK enum eg_status eg_hsds_search(const struct eg_hsds *hsds, const struct eg_hsds_query *query,
                                            struct eg_hsds_result *result_out, struct eg_error *err);

#define EG_HSDS_POSTCODE_BYTES 16
/* A postcode as it is compared: capital letters and digits alone; of a ZIP+4 the ZIP. Its length; 0 for what is none: nothing of the
 * kind in it, or more than there is room for. */
size_t eg_hsds_postcode(struct eg_text typed, char postcode_out[EG_HSDS_POSTCODE_BYTES]);
/* The middle of the places of services whose address has this postcode; false: none is known. */
bool eg_hsds_postcode_place(const struct eg_hsds *hsds, struct eg_text postcode, double lonlat_deg_out[2]);
/* Whether an address has it. */
bool eg_hsds_has_postcode(const struct eg_hsds *hsds, struct eg_text postcode);

#endif
