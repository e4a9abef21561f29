/* Between the two forms that the directory's data have: an entry, flat, as the index wants it and as rows of a CSV are; and the
 * records of HSDS that say the same. docs/directory.md has the table.
 *
 * One service is one entry, at all its locations (data/service_places.h); an entry's id is its service's. A service without a kind is a "service".
 *
 * Whose an entry is. An organisation is a row of its own, which several entries may have, and is known by its id. Entries of files that have
 * no ids for organisations know them by names, which are compared in whichever case and accents; data/entry_flat.h reads them so:
 *  - an id that the row has decides; one that is new makes a new organisation, whatever others are called. A row renames none.
 *  - without an id, an entry whose organisation is called as the row says keeps it, and one of which the row says nothing keeps it, too;
 *  - else it is the only organisation of that name, or the only one of several that has the row's url or e-mail address; of several others
 *    none is taken by guess: the entry gets one more of the name, and that is said as a doubt. A name that is new makes an organisation;
 *  - a new entry whose row names none is its own organisation, called as it. Such a one, as long as no other entry has it, is renamed with it.
 * The url and e-mail address of a row are its service's; a service that has none shows those of its organisation. A cell that says what the
 * entry shows already is as good as empty, so the service goes on showing its organisation's.
 * An organisation from which an import or an edit takes the last entry goes, unless other rows refer to it. */
#ifndef EG_DATA_ENTRY_RECORDS_H
#define EG_DATA_ENTRY_RECORDS_H

#include "base/arena.h"
#include "base/error.h"
#include "data/entries.h"
#include "data/records.h"

/* Adds the records of entries to builders: its service, and once each its organisation, programme and topics, however many entries
 * name them. Their ids are
 * made from what they are called (data/record_ids.h), so they are the same in every set. One thread's. */
struct eg_entry_recorder;

EG_MUST_CHECK enum eg_status eg_entry_recorder_new(const struct eg_atlas *atlas,
                                                   struct eg_records_builder *builder,
                                                   struct eg_entry_recorder **recorder_out,
                                                   struct eg_error *err);
void eg_entry_recorder_free(struct eg_entry_recorder *recorder); /* NULL is allowed */
/* What an entry says that HSDS has no room for in the form given (a web address without its scheme, a year for a date, a telephone
 * number for an e-mail address) is put right where there is one way to, else left out, and in either case said in
 * doubt_out[EG_ENTRY_DOUBT_BYTES]: "the e-mail address 'none' is left out: it is none". Empty without doubts. */
#define EG_ENTRY_DOUBT_BYTES 240
/* The directory as it is, which has to outlive the recorder: places that it has are referred to, and further ones come after those that their
 * entry has. */
void eg_entry_recorder_knows(struct eg_entry_recorder *recorder, const struct eg_records *known);
/* What is known as words beside the hours of the entries that are recorded from now on ("by appointment"); empty: nothing. Hours that end
 * with them, after rules that can be worked out, become those rules and the words, and not one text. It has to live until then. */
void eg_entry_recorder_knows_words(struct eg_entry_recorder *recorder, struct eg_text words);
/* Hours without such words at their end; as they are where there are none. */
struct eg_text eg_entry_hours_without(struct eg_text hours, struct eg_text words);
/* Whether hours that can be worked out have single days ("2026-12-05 10:00-12:00"): then they, and not its start and end, say when an entry
 * takes place. */
bool eg_entry_hours_have_days(struct eg_text hours);
EG_MUST_CHECK enum eg_status eg_entry_record(struct eg_entry_recorder *recorder, const struct eg_entry *entry,
                                             char *doubt_out, struct eg_error *err);

/* Of an entry's records only those that several entries share because they have one name: its organisation, if that has a name of its own,
 * its programme, its topics and their taxonomy. The spelling is that of the entry that is first added. */
EG_MUST_CHECK enum eg_status eg_entry_record_shared(struct eg_entry_recorder *recorder,
                                                    const struct eg_entry *entry, struct eg_error *err);

/* Ids of some of the records that eg_entry_record makes of an entry, for those who want to know of them without making them. In the arena;
 * data is NULL when it refused. */
struct eg_text eg_entry_organization_id(struct eg_arena *arena, const struct eg_entry *entry);
/* The organisation of a service that is no more than that: called as it, and no other service has it. NULL: it is more, or there is none. */
const struct eg_record *eg_entry_own_organization(const struct eg_records *records,
                                                  const struct eg_record *service);
bool eg_entry_has_location(const struct eg_entry *entry); /* without one it is at no location */
struct eg_text eg_entry_at_location_id(struct eg_arena *arena, const struct eg_entry *entry);
struct eg_text eg_entry_topic_id(struct eg_arena *arena, struct eg_text topic); /* of the term */
struct eg_text eg_entry_topics_id(struct eg_arena *arena);                      /* of their taxonomy */

/* What it calls numbers that say themselves which register they are of, and where these are listed. */
#define EG_ORG_ID_TYPE "org-id"
#define EG_ORG_ID_SCHEME "org-id.guide"
/* What HSDS's organization_identifier calls numbers of a register in identifier_type ("Charity number"). */
const char *eg_entry_register_name(enum eg_register of);
/* The first number of an organisation in a register; empty without one. */
struct eg_text eg_entry_register_number(const struct eg_records *records, struct eg_text organization,
                                        enum eg_register of);

/* Whether a row of organization_identifier is a number that the whole world can tell from others, and how it is written there: by the list
 * of org-id.guide, as "GB-CHC-1234567". Those that say their list apart (identifier_scheme "GB-CHC") are put together in the arena. Empty
 * for other numbers, and when the arena refuses: then *failed_out is set. */
struct eg_text eg_entry_org_id_of(const struct eg_record *identifier, struct eg_arena *arena,
                                  bool *failed_out);
/* The first of an organisation. */
struct eg_text eg_entry_org_id(const struct eg_records *records, struct eg_text organization,
                               struct eg_arena *arena, bool *failed_out);

/* Appends an address, field[] of its record, in one line, as entries have it: without the postcode, which has a field of its own. */
void eg_record_address_line(const struct eg_text *field, struct eg_buffer *line);

/* Where entries are read from and live. */
struct eg_entry_source {
    const struct eg_atlas *atlas;
    uint32_t directory; /* the store's index among the atlas's directories */
    const struct eg_records *records;
    struct eg_arena *arena;
};

/* The entry of a service of the records. Its texts are the records' own or in the arena; both must outlive it. EG_INVALID for a service
 * area whose polygon is none. */
EG_MUST_CHECK enum eg_status eg_entry_from_records(const struct eg_entry_source *source,
                                                   const struct eg_record *service,
                                                   struct eg_entry *entry_out, struct eg_error *err);

#endif
