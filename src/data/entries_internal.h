/* Shared by the parts that read directory entries: one source being read, its rows becoming entries. */
#ifndef EG_DATA_ENTRIES_INTERNAL_H
#define EG_DATA_ENTRIES_INTERNAL_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "data/entries.h"
#include "data/entry_alone.h"

#define EG_ENTRY_REASON_BYTES 160

/* What is handed out, with what it lives in. Items are its own, those of `base` and those of `alone`, whoever made them. */
struct eg_entries_owner {
    struct eg_entries entries; /* first: the two have one address */
    atomic_uint references;
    struct eg_arena *arena;
    struct eg_entry *own;          /* read by itself, all at once */
    struct eg_entries *base;       /* NULL: none */
    struct eg_records *records;    /* of the store; texts of its own entries are theirs; NULL: none */
    struct eg_entry_alone **alone; /* [n_alone] ascending by id */
    uint32_t n_alone;
    struct eg_entries
        *sourced; /* those of the atlas's other directories; a reference only where it is `base` */
    struct eg_entries *seeds; /* whose texts some of the reports have; or NULL */
};

/* An owner of nothing yet, with one reference; NULL when memory is refused. */
struct eg_entries_owner *eg_entries_owner_new(const struct eg_atlas *atlas);

/* A list that was split last: rows that repeat its text share it. */
struct eg_entry_list {
    struct eg_text text;
    const struct eg_text *items;
    uint32_t n;
};

/* The same for the hours that were read last. */
struct eg_entry_hours {
    struct eg_text text;
    const struct eg_schedule *schedules;
    uint32_t n;
    bool doubtful;
};

/* Reads geometries of one OGR source. */
struct eg_entry_shapes;

struct eg_entry_loader {
    const struct eg_atlas_directory *spec;
    uint32_t directory; /* its index */
    struct eg_arena *arena;
    struct eg_entries_report *report;
    struct eg_entry *items; /* [n], room for capacity; grows */
    size_t capacity;
    uint32_t n;
    uint32_t n_columns;                                                     /* wanted of the source */
    struct eg_text columns[EG_N_ENTRY_FIELDS * EG_ATLAS_ENTRY_COLUMNS_MAX]; /* [n_columns] */
    uint32_t cell_of[EG_N_ENTRY_FIELDS]; /* which of them holds a field, more follow it; or EG_ATLAS_NONE */
    struct eg_buffer joined[EG_N_ENTRY_FIELDS]; /* of the row at hand: fields that several columns make up */
    struct eg_text before[EG_N_ENTRY_FIELDS];   /* as the row before was stored */
    struct eg_entry_list topics, serves, languages, accessibility;
    struct eg_entry_hours hours;
    uint32_t n_cells, n_header;     /* of the row at hand, where they differ */
    void *feature;                  /* OGRFeatureH of the row at hand; NULL for CSV */
    struct eg_entry_shapes *shapes; /* made for the first feature */
    struct eg_buffer name;          /* what the id is made from, and a key that is made */
};

/* Makes an entry of a row, or counts it as rejected. An eg_table_row_fn. */
EG_MUST_CHECK enum eg_status eg_entries_row(void *loader, uint32_t row, const struct eg_text *cells,
                                            struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_entry_shapes_new(const struct eg_atlas_directory *spec,
                                                 struct eg_arena *arena, struct eg_entry_shapes **shapes_out,
                                                 struct eg_error *err);
void eg_entry_shapes_free(struct eg_entry_shapes *shapes); /* NULL is allowed */

/* Gives an entry its schedules, from its hours or its start and end. */
EG_MUST_CHECK enum eg_status eg_entry_read_hours(struct eg_entry_loader *loader, struct eg_entry *entry,
                                                 struct eg_error *err);

/* Takes the service area, and the position unless the entry has one, from the feature's geometry. What is wrong with it is
 * written to reason_out[EG_ENTRY_REASON_BYTES] and the entry is to be rejected; otherwise that is empty. EG_INVALID for a
 * source that does not say in which CRS it is. */
EG_MUST_CHECK enum eg_status eg_entry_shapes_read(struct eg_entry_shapes *shapes, void *feature,
                                                  struct eg_entry *entry, char *reason_out,
                                                  struct eg_error *err);

#endif
