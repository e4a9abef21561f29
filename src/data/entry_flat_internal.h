/* Shared by the parts that write and read entries as rows. */
#ifndef EG_DATA_ENTRY_FLAT_INTERNAL_H
#define EG_DATA_ENTRY_FLAT_INTERNAL_H

#include "data/entry_flat.h"

/* The columns: the fields of an entry, then these. */
enum eg_flat_column {
    EG_FLAT_ID = EG_N_ENTRY_FIELDS,
    EG_FLAT_SERVES_BOUNDARIES,
    EG_FLAT_SERVICE_AREA,
    EG_FLAT_ORGANISATION_ID,
    EG_FLAT_CHARITY_NUMBER, /* as enum eg_register has them */
    EG_FLAT_COMPANY_NUMBER,
    EG_FLAT_AWARD_DATE, /* as enum eg_giving has them */
    EG_FLAT_FUNDER_ID,
    EG_N_FLAT_COLUMNS
};

/* The property of features that has all places. */
#define EG_FLAT_PLACES "locations"

const char *eg_flat_column_name(unsigned column);
/* The column of a name, EG_N_FLAT_COLUMNS for none. */
unsigned eg_flat_column_named(struct eg_text name);
/* The same for 360Giving's titles, with or without the number of the first of several ("Beneficiary Location:0:Name"). */
unsigned eg_flat_giving_column(struct eg_text title);

/* The items of the columns that are lists; *n_out UINT32_MAX for a column that is none. */
const struct eg_text *eg_flat_list(const struct eg_entry *entry, unsigned column, uint32_t *n_out);

/* --- whose a row is: entry_flat_owner.c -------------------------------------------------------------------------------------------- */

struct eg_flat_owners; /* the organisations that are known, and those that a file makes; one thread's */

/* `known`, which may be NULL, has to outlive it. */
EG_MUST_CHECK enum eg_status eg_flat_owners_new(const struct eg_records *known,
                                                struct eg_flat_owners **owners_out, struct eg_error *err);
void eg_flat_owners_free(struct eg_flat_owners *owners); /* NULL is allowed */

struct eg_flat_claim {
    const struct eg_record *service; /* the entry as it is known; NULL: a new one */
    struct eg_text id;               /* of the organisation, as the row has it; may be empty */
    bool is_number;                  /* the id may be a number of a register */
};
/* Sets the entry's organization_id, and the organisation's name to what the directory calls it: empty for one that is called as the entry.
 * doubt_out[EG_ENTRY_DOUBT_BYTES] is empty without doubts. The texts live as long as `owners` and the known records. */
EG_MUST_CHECK enum eg_status eg_flat_owner_find(struct eg_flat_owners *owners,
                                                const struct eg_flat_claim *claim, struct eg_entry *entry,
                                                char *doubt_out, struct eg_error *err);

/* Adds the numbers of registers of the organisations that the file makes, each of which has to be among the builder's rows. */
EG_MUST_CHECK enum eg_status eg_flat_owners_record(const struct eg_flat_owners *owners,
                                                   struct eg_records_builder *builder, struct eg_error *err);

/* --- what a row says that is new: entry_flat_settle.c ------------------------------------------------------------------------------- */

/* Lays a row over the entry that is known: what the row leaves empty is as it is known. `has_kind`, `has_key`: whether these two, which
 * every entry has, stood in the row. */
void eg_flat_fill(struct eg_entry *entry, const struct eg_entry *known, bool has_kind, bool has_key);
/* Whether they say the same in whichever form: "12.50" and "12.5" are one amount, lists have no order. */
bool eg_flat_is_same(const struct eg_entry *a, const struct eg_entry *b);
/* Empties what is said as it is known, together with what one makes records of together: an empty field leaves records as they are. */
void eg_flat_empty_same(struct eg_entry *entry, const struct eg_entry *known);

/* --- what a row says that nobody may have meant: entry_flat_doubts.c ---------------------------------------------------------------- */

struct eg_flat_intake;

/* Tells of each, and leaves of the entry what none can have; "10,000" becomes a number, in the arena. `cells` as the row has them. */
void eg_flat_doubt(struct eg_flat_intake *intake, struct eg_entry *entry, const struct eg_text *cells,
                   struct eg_arena *arena, const struct eg_intake_place *place);
/* A currency in capitals, in the arena; one that the entry that is known (NULL: a new one) has just so is left alone. */
void eg_flat_read_currency(struct eg_flat_intake *intake, struct eg_entry *entry,
                           const struct eg_entry *known, struct eg_arena *arena,
                           const struct eg_intake_place *place);
/* An end before the start, in the entry as it becomes: the row may have one of the two, and the directory the other. */
void eg_flat_doubt_period(struct eg_flat_intake *intake, const struct eg_entry *entry,
                          const struct eg_intake_place *place);
/* Where the row's hours have single days, they say when it takes place, but for what is funded: its start and end become those that are
 * known (NULL: a new one). `words`: that the entry has beside its hours. */
void eg_flat_read_days(struct eg_flat_intake *intake, struct eg_entry *entry, const struct eg_entry *known,
                       struct eg_text words, const struct eg_intake_place *place);
/* A row that is known by its key alone, and has another name than the entry with this key and another kind or position: two lists may have
 * used the key. `kind`: what the row says, or else the entry's. */
void eg_flat_doubt_identity(struct eg_flat_intake *intake, const struct eg_entry *entry,
                            enum eg_entry_kind kind, const struct eg_entry *known,
                            const struct eg_intake_place *place);
/* Hours that only people can read, but for the words that the entry has beside its hours. */
void eg_flat_doubt_hours(struct eg_flat_intake *intake, const struct eg_entry *entry, struct eg_text words,
                         const struct eg_intake_place *place);
/* Of 360Giving: what its standard wants of every grant. seen[column]: the header has it. */
void eg_flat_doubt_header(struct eg_flat_intake *intake, const bool *seen,
                          const struct eg_intake_place *place);
void eg_flat_doubt_grant(struct eg_flat_intake *intake, const bool *seen, const struct eg_text *cells,
                         const struct eg_intake_place *place);

/* --- the places of a feature: entry_flat_places.c ---------------------------------------------------------------------------------- */

struct eg_flat_places {
    struct eg_entry_place *items; /* [n] */
    uint32_t n;
    bool is_multipoint; /* any point may be the first place */
    bool is_off_earth, is_no_point, is_too_long, has_too_many, has_new_hours, failed;
};
/* Those that a feature tells; none of one that tells of one place. Texts are the feature's, lists in the arena. */
EG_MUST_CHECK enum eg_status eg_flat_places_read(const struct eg_json_value *feature, struct eg_arena *arena,
                                                 struct eg_flat_places *places_out, struct eg_error *err);
/* Leaves the first place, which has nothing but an id and a name to say where the entry is known, and those that it (NULL: a new one) does not
 * have; of a MultiPoint the entry's position becomes that of the first place. */
EG_MUST_CHECK enum eg_status eg_flat_places_settle(struct eg_flat_places *places, struct eg_entry *entry,
                                                   const struct eg_entry *known, struct eg_arena *arena,
                                                   struct eg_error *err);

/* --- reading ------------------------------------------------------------------------------------------------------------------------- */

/* Takes a row; cells[EG_N_FLAT_COLUMNS], any text, absent ones with len 0. `places`, which is changed, NULL for what has but one. */
EG_MUST_CHECK enum eg_status eg_flat_take(struct eg_flat_intake *intake, const struct eg_text *cells,
                                          struct eg_flat_places *places, const struct eg_intake_place *place,
                                          struct eg_error *err);
void eg_flat_remark(struct eg_flat_intake *intake, enum eg_intake_kind kind,
                    const struct eg_intake_place *place, const char *format, ...) EG_PRINTF(4, 5);
/* No column of the file is the kind. */
void eg_flat_lacks_kinds(struct eg_flat_intake *intake);

EG_MUST_CHECK enum eg_status eg_flat_read_rows(struct eg_flat_intake *intake, struct eg_text text,
                                               bool is_360giving, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_flat_read_features(struct eg_flat_intake *intake, struct eg_text text,
                                                   struct eg_error *err);

#endif
