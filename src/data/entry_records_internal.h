/* Shared by the parts that make records of an entry. */
#ifndef EG_DATA_ENTRY_RECORDS_INTERNAL_H
#define EG_DATA_ENTRY_RECORDS_INTERNAL_H

#include "base/textmap.h"
#include "data/entry_records.h"

struct eg_entry_recorder {
    const struct eg_atlas *atlas;
    const struct eg_records *known; /* the directory as it is, or NULL */
    struct eg_records_builder *builder;
    struct eg_arena *arena;    /* ids of rows that are shared */
    struct eg_textmap *shared; /* which of them are there */
    bool failed;               /* an id could not be made for want of memory */
    struct eg_text words;      /* that hours may end with */
    /* of the entry at hand */
    struct eg_arena *row_arena; /* NULL between entries */
    char *doubt;
};

struct eg_recorder_row {
    struct eg_text field[EG_RECORD_FIELDS];
};

/* The rows of one entry refer to one another by these. */
struct eg_recorder_ids {
    struct eg_text service, organization, program;
};

/* Ids of this entry's alone; without data, and `failed`, when memory is refused. */
struct eg_text eg_recorder_kept_id(struct eg_entry_recorder *recorder, struct eg_text id);
struct eg_text eg_recorder_made_id(struct eg_entry_recorder *recorder, const char *what, struct eg_text name);
/* Those of the n rows of a list of `of`, made of that and their places in the list; NULL when memory is refused. */
struct eg_text *eg_recorder_ids_in_order(struct eg_entry_recorder *recorder, const char *what,
                                         struct eg_text of, uint32_t n);
EG_MUST_CHECK enum eg_status eg_recorder_add(struct eg_entry_recorder *recorder, enum eg_record_table table,
                                             const struct eg_recorder_row *row, struct eg_error *err);
/* Unless a row with its id was added before. */
EG_MUST_CHECK enum eg_status eg_recorder_add_once(struct eg_entry_recorder *recorder,
                                                  enum eg_record_table table,
                                                  const struct eg_recorder_row *row, struct eg_error *err);
/* Whether an id comes for the first time. */
EG_MUST_CHECK enum eg_status eg_recorder_meet(struct eg_entry_recorder *recorder, struct eg_text id,
                                              bool *is_first_out, struct eg_error *err);

/* entry_records_places.c: where the entry is, and what there is at each of its places. */
EG_MUST_CHECK enum eg_status eg_recorder_add_places(struct eg_entry_recorder *recorder,
                                                    const struct eg_entry *entry, struct eg_text service,
                                                    struct eg_error *err);

/* entry_records_hours.c: its hours. `end`: until when it takes place, which its first single day has for its end if it is that day; else empty. */
EG_MUST_CHECK enum eg_status eg_recorder_add_hours(struct eg_entry_recorder *recorder,
                                                   const struct eg_entry *entry, struct eg_text service,
                                                   struct eg_text end, struct eg_error *err);

#endif
