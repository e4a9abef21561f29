/* An entry as people edit it: one service with what hangs on it, as JSON. The form, the REST interface, suggestions, the comparison before
 * an editor's eyes and the history all speak of this document, so that there is one way in.
 *
 *   {"id", "kind", "name", "alternate_name", "description", "status", "url", "email", "alert", "eligibility", "fees", "how_to_apply",
 *    "last_reviewed", "programme", "topics": ["..."],
 *    "organisation": {"name", "id", "description", "url", "email"},
 *    "location": {"name", "longitude", "latitude", "transportation", "address_1", "address_2", "city", "region", "state_province",
 *                 "postal_code", "country"},
 *    "other_locations": [{"id", as "location", "accessibility": [as below]}],
 *    in "location" and each of these: "phones", "contacts", "schedules": [as below, and "of"], "languages": [as below],
 *    "phones": [{"number", "type", "description", "visibility"}],
 *    "contacts": [{"name", "title", "department", "email", "visibility"}],
 *    "schedules": [{"freq", "interval", "byday", "bymonthday", "dtstart", "until", "valid_from", "valid_to", "opens_at", "closes_at",
 *                   "description"}],
 *    "languages": [{"name", "code", "note"}], "accessibility": [{"description", "details", "url"}],
 *    "service_areas": [{"name", "description", "boundaries", "area_codes", "extent"}],
 *    "funding": [{"source", "amount", "currency", "valid_from", "valid_to", "title", "award_date",
 *                 "source_identifier"}],
 *    "costs": [{"option", "amount", "currency", "amount_description"}], "required_documents": [{"document", "uri"}]}
 *
 * "location" and "accessibility" are of the first place (data/service_places.h). Items of "other_locations" are known by their ids; one
 * without an id is a new location, one with the id of another entry's is shared with it from then on.
 *
 * The lists of the document are for all its places; those within a place are its own: of this entry there or, with "of": "location", of
 * whatever is there, so that other entries at the location have the row, too. They come in this order, and rows of each of the two follow
 * their items as elsewhere. A list that a place does not have leaves the rows as they are, since documents of earlier versions have none of
 * them; an empty one takes them away. Languages are always the location's.
 *
 * An organisation with the id, or without one the name, of that which the entry has is that one, and says from now on what the document
 * says, for all entries that have it; with no more than its id it stays as it is. Any other is one that there is (by its id, else the only
 * one of its name, or of several the only one that agrees in what else is said of it), from which the document must not differ in what
 * it says of it, or a new one. One whose last entry goes to another is taken away, unless another row refers to it. An entry whose document
 * has none keeps its own.
 *
 * Contacts of a list are known by their names. One whose name becomes another (not another spelling of it) is somebody else: telephones that
 * are theirs alone go, and those that are the entry's or a place's, too, are theirs no more. A contact that goes takes theirs along.
 *
 * Values are texts; numbers may be written as numbers, an extent as GeoJSON. What is absent is not stated. */
#ifndef EG_DATA_ENTRY_DOCUMENT_H
#define EG_DATA_ENTRY_DOCUMENT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "data/records.h"

#define EG_DOCUMENT_ITEMS 200U /* of one list */

/* Writes the document of a service into an object; without what eg_record_is_private says unless `with_private`, when a phone that is
 * private as its contact's says that it is. */
void eg_entry_document_write(const struct eg_records *records, const struct eg_record *service,
                             bool with_private, struct eg_json *json, struct eg_json_value *into);

/* What has to be done to the records so that the entry `id` says what the document says; in the arena. A service that is not there is
 * made. What the records say of it and a document has no words for stays as it is; programmes and topics are found by their names, and
 * made when they are new. Rows keep their ids as far as they go. EG_INVALID names the member at fault ("phones[1].number"):
 * an unknown one, a value of another type, what eg_record_check finds, a polygon that is none; EG_LIMIT for a list that is too long. */
struct eg_document_wish {
    struct eg_text id;
    const struct eg_json_value *document;
    bool
        keeps_private; /* private rows stay, whatever it says: it was written by somebody who does not see them */
};
EG_MUST_CHECK enum eg_status
eg_entry_document_change(const struct eg_records *records, const struct eg_document_wish *wish,
                         struct eg_arena *arena, struct eg_records_change *change_out, struct eg_error *err);

/* What takes an entry away: its service, what hangs on it, and a location or organisation of its own that nobody else refers to.
 * EG_NOT_FOUND. */
EG_MUST_CHECK enum eg_status eg_entry_document_removal(const struct eg_records *records, struct eg_text id,
                                                       struct eg_arena *arena,
                                                       struct eg_records_change *change_out,
                                                       struct eg_error *err);

#endif
