/* What the parts of the store share. GDAL's handles are void pointers here: its headers stay in .c files. */
#ifndef EG_DATA_STORE_INTERNAL_H
#define EG_DATA_STORE_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "data/gdal_setup.h"
#include "data/store.h"

#define EG_STORE_FORMAT "evenground"
#define EG_STORE_VERSION 1U

/* The layers with features: those of HSDS, numbered as enum eg_record_table, and two of ours. `store` has one row and is only ever
 * touched by SQL. */
enum { EG_STORE_CHANGE = EG_N_RECORD_TABLES, EG_STORE_SUGGESTION, EG_STORE_N_LAYERS };

struct eg_store_column {
    const char *name;
    bool is_number; /* in a column of doubles, else of text */
    bool needed;    /* NOT NULL */
};
/* The columns of `change` and `suggestion`; the first is "id", too. */
enum {
    EG_STORE_CHANGE_ID,
    EG_STORE_CHANGE_REVISION,
    EG_STORE_CHANGE_AT,
    EG_STORE_CHANGE_BY,
    EG_STORE_CHANGE_ACTION,
    EG_STORE_CHANGE_ENTRY_ID,
    EG_STORE_CHANGE_TITLE,
    EG_STORE_CHANGE_BEFORE,
    EG_STORE_CHANGE_AFTER,
    EG_STORE_CHANGE_SUGGESTION_ID,
    EG_STORE_CHANGE_REASON,
    EG_STORE_CHANGE_ROWS,
    EG_STORE_CHANGE_BATCH,
    EG_STORE_CHANGE_UNFINISHED,
    EG_STORE_CHANGE_N
};
enum {
    EG_STORE_SUGGESTION_ID,
    EG_STORE_SUGGESTION_STATE,
    EG_STORE_SUGGESTION_AT,
    EG_STORE_SUGGESTION_ENTRY_ID,
    EG_STORE_SUGGESTION_DOCUMENT,
    EG_STORE_SUGGESTION_BASE,
    EG_STORE_SUGGESTION_FROM_NAME,
    EG_STORE_SUGGESTION_FROM_CONTACT,
    EG_STORE_SUGGESTION_NOTE,
    EG_STORE_SUGGESTION_DECIDED_AT,
    EG_STORE_SUGGESTION_DECIDED_BY,
    EG_STORE_SUGGESTION_REASON,
    EG_STORE_SUGGESTION_N
};
const char *eg_store_layer_name(unsigned layer);
uint32_t eg_store_n_columns(unsigned layer);
struct eg_store_column eg_store_column(unsigned layer, uint32_t column);

struct eg_store_layer {
    void *ogr;                    /* OGRLayerH */
    int column[EG_RECORD_FIELDS]; /* [eg_store_n_columns] indexes of OGR's fields */
};

struct eg_store {
    pthread_mutex_t
        lock; /* guards all below but source and is_database; nothing else is locked while it is held */
    char *source;
    bool is_database;
    uint32_t wait_ms;
    void *dataset;          /* GDALDatasetH; NULL: to be opened before use */
    uint64_t device, inode; /* of the file that is open */
    double began_s;         /* the last statement of ours */
    bool is_used_up;        /* `dataset` is to be opened anew after this transaction */
    bool has_turn;          /* the connection has the right to plan: eg_store_take_turn */
    struct eg_store_layer layer[EG_STORE_N_LAYERS];
    struct eg_gdal_errors
        caught; /* since the last statement of ours; collected between eg_store_begin and eg_store_end */
};

/* --- store.c: handles, transactions, statements ------------------------------------------------------------------------------- */

enum eg_store_access {
    EG_STORE_LOOK,  /* one query, no transaction */
    EG_STORE_READ,  /* several, all of one moment */
    EG_STORE_WRITE, /* alone; what triggers do is off */
    EG_STORE_FORM   /* a transaction that makes tables */
};
/* Locks the store, opens it where it has to be, begins. Followed by eg_store_end in every case, which commits when `status` is EG_OK,
 * else undoes, and returns the final status. */
enum eg_status eg_store_begin(struct eg_store *store, enum eg_store_access access, struct eg_error *err);
enum eg_status eg_store_end(struct eg_store *store, enum eg_store_access access, enum eg_status status,
                            struct eg_error *err);

/* One statement without a result. */
EG_MUST_CHECK enum eg_status eg_store_run(struct eg_store *store, const char *sql, struct eg_error *err);
/* The first column of the first row, 0 when there is none. */
EG_MUST_CHECK enum eg_status eg_store_number(struct eg_store *store, const char *sql, uint64_t *number_out,
                                             struct eg_error *err);
/* What to say when GDAL reported failures: EG_BUSY, EG_INVALID or EG_IO, with its words. */
enum eg_status eg_store_refused(struct eg_store *store, const char *doing, struct eg_error *err);
struct eg_text eg_store_shown(const struct eg_store *store);
/* Where something is wrong in a row: "register.gpkg, table phone, row 7: " before the message; the field stays. */
enum eg_status eg_store_at_row(const struct eg_store *store, unsigned layer, int64_t fid,
                               struct eg_error *err);

/* --- store_layout.c: tables, columns, indexes, triggers ------------------------------------------------------------------------- */

/* Makes a new GeoPackage at the store's path, whole or not at all. EG_OK as well when somebody else was quicker. */
EG_MUST_CHECK enum eg_status eg_store_make_file(const struct eg_store *store, struct eg_error *err);
/* Finds the layers and columns of an open dataset; makes those that are missing when `may_make` or when the store is ours already. */
EG_MUST_CHECK enum eg_status eg_store_find_layers(struct eg_store *store, bool may_make,
                                                  struct eg_error *err);

/* --- store_rows.c: features and texts -------------------------------------------------------------------------------------------- */

/* A feature's texts by the layer's columns, in `bytes`; fields[eg_store_n_columns]. */
EG_MUST_CHECK enum eg_status eg_store_texts(struct eg_store *store, unsigned layer, void *feature,
                                            struct eg_buffer *bytes, struct eg_text *fields,
                                            struct eg_error *err);
/* "column IN ('id in lower case', 'ID IN CAPITALS')": ids are written in lower case here, but perhaps not by other programs. False for
 * what is no UUID. */
#define EG_STORE_FILTER_BYTES 160
bool eg_store_filter(const char *column, struct eg_text id, char filter[EG_STORE_FILTER_BYTES]);
/* The feature with this id, to be freed with OGR_F_Destroy; NULL in *feature_out when there is none. */
EG_MUST_CHECK enum eg_status eg_store_find(struct eg_store *store, unsigned layer, struct eg_text id,
                                           void **feature_out, struct eg_error *err);
/* Between the two, rows are added to layers as many at once; afterwards eg_store_flush sends what is left. */
bool eg_store_copy_begin(struct eg_store *store, uint32_t n_rows);
void eg_store_copy_end(bool copies);
EG_MUST_CHECK enum eg_status eg_store_flush(struct eg_store *store, unsigned layer, struct eg_error *err);
/* Adds a row to `change` or `suggestion`. */
EG_MUST_CHECK enum eg_status eg_store_insert(struct eg_store *store, unsigned layer,
                                             const struct eg_text *fields, struct eg_error *err);
/* Sets columns of a feature that eg_store_find found, and writes it. */
EG_MUST_CHECK enum eg_status eg_store_update(struct eg_store *store, unsigned layer, void *feature,
                                             const struct eg_text *fields, struct eg_error *err);
/* The first columns of the rows of a layer, as `where` chooses and orders these: "WHERE ... ORDER BY ... LIMIT ...". */
struct eg_store_row_visitor {
    bool (*visit)(void *context, const struct eg_text *fields);
    void *context;
};
EG_MUST_CHECK enum eg_status eg_store_select(struct eg_store *store, unsigned layer, uint32_t n_columns,
                                             const char *where, const struct eg_store_row_visitor *visitor,
                                             struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_store_read_records(struct eg_store *store, struct eg_records_builder *builder,
                                                   struct eg_error *err);
/* The rows of a table with one of these ids: "'...', '...'" as eg_store_filter writes them. What they say lives as long as the call. */
struct eg_store_record_visitor {
    enum eg_status (*visit)(void *context, const struct eg_record *row, struct eg_error *err);
    void *context;
};
EG_MUST_CHECK enum eg_status eg_store_read_chosen(struct eg_store *store, enum eg_record_table table,
                                                  const char *ids,
                                                  const struct eg_store_record_visitor *visitor,
                                                  struct eg_error *err);
EG_MUST_CHECK enum eg_status
eg_store_write_records(struct eg_store *store, const struct eg_records_change *change, struct eg_error *err);

/* --- store_geometry.c: what is drawn on maps, and the texts that say the same ------------------------------------------------------ */

/* Sets the geometry of a feature from the texts of its record; none where they say none. */
EG_MUST_CHECK enum eg_status eg_store_draw(void *feature, unsigned layer, const struct eg_text *fields,
                                           struct eg_error *err);
/* Replaces texts by what the geometry says where the two differ; new texts lie in `bytes`. */
EG_MUST_CHECK enum eg_status eg_store_read_drawn(void *feature, unsigned layer, struct eg_text *fields,
                                                 struct eg_buffer *bytes, struct eg_error *err);

/* Lines of the history, within eg_store_begin and eg_store_end. */
EG_MUST_CHECK enum eg_status eg_store_select_lines(struct eg_store *store, const char *where,
                                                   const struct eg_change_visitor *visitor,
                                                   struct eg_error *err);

/* --- store_history.c, store_suggestions.c ------------------------------------------------------------------------------------------- */

EG_MUST_CHECK enum eg_status eg_store_write_history(struct eg_store *store, const struct eg_commit *commit,
                                                    uint64_t revision, struct eg_error *err);
/* The batch has all of its lines. Nothing for an empty id. */
EG_MUST_CHECK enum eg_status eg_store_write_finished(struct eg_store *store, struct eg_text batch,
                                                     struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_store_write_decision(struct eg_store *store,
                                                     const struct eg_suggestion_decision *decision,
                                                     struct eg_error *err);

#endif
