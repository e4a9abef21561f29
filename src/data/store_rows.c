/* Rows: features of OGR here, texts everywhere else. A row that is put over an old one is written into the old feature, so that its
 * `fid` and whatever columns somebody has added in QGIS stay. */
#include "data/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gdal.h>
#include <ogr_api.h>

#include "base/memory.h"

/* --- reading ------------------------------------------------------------------------------------------------------------------- */

/* column NULL: the fields come in the layer's order. */
static enum eg_status read_texts(OGRFeatureH feature, const int *column, uint32_t n, struct eg_buffer *bytes,
                                 struct eg_text *fields, struct eg_error *err)
{
    size_t start[EG_RECORD_FIELDS + 1];
    bytes->len = 0;
    for (uint32_t c = 0; c < n; c++) {
        int at = column ? column[c] : (int)c;
        start[c] = bytes->len;
        if (OGR_F_IsFieldSetAndNotNull(feature, at))
            eg_buffer_literal(bytes, OGR_F_GetFieldAsString(feature, at));
    }
    start[n] = bytes->len;
    if (bytes->failed) return eg_error_no_memory(err, bytes->capacity);
    for (uint32_t c = 0; c < n; c++)
        fields[c] = (struct eg_text){bytes->data ? bytes->data + start[c] : NULL, start[c + 1] - start[c]};
    return EG_OK;
}

static enum eg_status read_record(struct eg_store *store, unsigned t, OGRFeatureH feature,
                                  struct eg_buffer bytes[2], struct eg_records_builder *builder,
                                  struct eg_error *err)
{
    struct eg_text fields[EG_RECORD_FIELDS] = {{0}};
    struct eg_error own;
    if (!err) err = &own; /* to say which row */
    enum eg_status status =
        read_texts(feature, store->layer[t].column, eg_store_n_columns(t), &bytes[0], fields, err);
    if (status == EG_OK) status = eg_store_read_drawn(feature, t, fields, &bytes[1], err);
    if (status == EG_OK) status = eg_records_add(builder, (enum eg_record_table)t, fields, err);
    if (status != EG_INVALID && status != EG_LIMIT) return status;
    return eg_store_at_row(store, t, OGR_F_GetFID(feature), err);
}

static enum eg_status read_layer(struct eg_store *store, unsigned t, struct eg_buffer bytes[2],
                                 struct eg_records_builder *builder, struct eg_error *err)
{
    OGRLayerH layer = store->layer[t].ogr;
    enum eg_status status = EG_OK;
    store->caught.n_failures = 0;
    OGR_L_ResetReading(layer);
    for (OGRFeatureH feature; status == EG_OK && (feature = OGR_L_GetNextFeature(layer));) {
        status = read_record(store, t, feature, bytes, builder, err);
        OGR_F_Destroy(feature);
    }
    OGR_L_ResetReading(layer); /* lets go of the lock that reading holds */
    if (status == EG_OK && store->caught.n_failures > 0) return eg_store_refused(store, "reading", err);
    return status;
}

enum eg_status eg_store_read_records(struct eg_store *store, struct eg_records_builder *builder,
                                     struct eg_error *err)
{
    struct eg_buffer bytes[2]; /* a row's texts; those made from its geometry */
    enum eg_status status = EG_OK;
    eg_buffer_init(&bytes[0], 0);
    eg_buffer_init(&bytes[1], 0);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++)
        status = read_layer(store, t, bytes, builder, err);
    eg_buffer_clear(&bytes[0]);
    eg_buffer_clear(&bytes[1]);
    return status;
}

/* "SELECT "a", "b" FROM "layer" where". */
static void write_select(unsigned l, const char *where, struct eg_buffer *sql)
{
    for (uint32_t c = 0; c < eg_store_n_columns(l); c++)
        eg_buffer_printf(sql, "%s\"%s\"", c == 0 ? "SELECT " : ", ", eg_store_column(l, c).name);
    eg_buffer_printf(sql, " FROM \"%s\" %s", eg_store_layer_name(l), where);
}

static enum eg_status visit_result(struct eg_store *store, unsigned l, OGRLayerH result,
                                   const struct eg_store_row_visitor *visitor, struct eg_error *err)
{
    struct eg_text fields[EG_RECORD_FIELDS] = {{0}};
    struct eg_buffer bytes;
    enum eg_status status = EG_OK;
    bool more = true;
    eg_buffer_init(&bytes, 0);
    while (more && status == EG_OK) {
        OGRFeatureH feature = OGR_L_GetNextFeature(result);
        if (!feature) break;
        status = read_texts(feature, NULL, eg_store_n_columns(l), &bytes, fields, err);
        OGR_F_Destroy(feature);
        if (status == EG_OK) more = visitor->visit(visitor->context, fields);
    }
    eg_buffer_clear(&bytes);
    if (status == EG_OK && store->caught.n_failures > 0) return eg_store_refused(store, "reading", err);
    return status;
}

enum eg_status eg_store_select(struct eg_store *store, unsigned layer, const char *where,
                               const struct eg_store_row_visitor *visitor, struct eg_error *err)
{
    struct eg_buffer sql;
    enum eg_status status = EG_OK;
    eg_buffer_init(&sql, 0);
    write_select(layer, where, &sql);
    if (sql.failed) return eg_error_no_memory(err, 0);
    store->caught.n_failures = 0;
    OGRLayerH result = GDALDatasetExecuteSQL(store->dataset, sql.data, NULL, NULL);
    if (result) status = visit_result(store, layer, result, visitor, err);
    else if (store->caught.n_failures > 0) status = eg_store_refused(store, "reading", err);
    if (result) GDALDatasetReleaseResultSet(store->dataset, result);
    eg_buffer_clear(&sql);
    return status;
}

/* --- finding ------------------------------------------------------------------------------------------------------------------- */

static char in_case(char c, bool upper)
{
    if (upper) return (char)(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
    return (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
}

bool eg_store_filter(const char *column, struct eg_text id, char filter[EG_STORE_FILTER_BYTES])
{
    char lower[EG_UUID_TEXT_LEN + 1] = "", upper[EG_UUID_TEXT_LEN + 1] = "";
    if (!eg_record_text_is(EG_RECORD_ID, id)) return false;
    for (size_t i = 0; i < EG_UUID_TEXT_LEN; i++) {
        lower[i] = in_case(id.data[i], false);
        upper[i] = in_case(id.data[i], true);
    }
    (void)snprintf(filter, EG_STORE_FILTER_BYTES, "\"%s\" IN ('%s', '%s')", column, lower, upper);
    return true;
}

enum eg_status eg_store_find(struct eg_store *store, unsigned layer, struct eg_text id, void **feature_out,
                             struct eg_error *err)
{
    char filter[EG_STORE_FILTER_BYTES];
    OGRLayerH ogr = store->layer[layer].ogr;
    *feature_out = NULL;
    if (!eg_store_filter("id", id, filter)) return EG_OK; /* nothing has such a one */
    store->caught.n_failures = 0;
    (void)OGR_L_SetAttributeFilter(ogr, filter);
    OGRFeatureH feature = OGR_L_GetNextFeature(ogr);
    (void)OGR_L_SetAttributeFilter(ogr, NULL);
    if (store->caught.n_failures > 0) {
        if (feature) OGR_F_Destroy(feature);
        return eg_store_refused(store, "reading", err);
    }
    *feature_out = feature;
    return EG_OK;
}

/* --- writing ------------------------------------------------------------------------------------------------------------------- */

/* OGR wants an end to texts. */
static enum eg_status set_text(OGRFeatureH feature, int column, struct eg_text text, struct eg_error *err)
{
    char room[256];
    if (text.len == 0) {
        OGR_F_SetFieldNull(feature, column);
        return EG_OK;
    }
    char *copy = text.len < sizeof room ? room : eg_memory_array(text.len + 1, 1);
    if (!copy) return eg_error_no_memory(err, text.len + 1);
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    OGR_F_SetFieldString(feature, column, copy);
    if (copy != room) free(copy);
    return EG_OK;
}

static enum eg_status write_feature(struct eg_store *store, unsigned l, OGRFeatureH feature, bool is_new,
                                    struct eg_error *err)
{
    OGRLayerH layer = store->layer[l].ogr;
    store->caught.n_failures = 0;
    OGRErr written = is_new ? OGR_L_CreateFeature(layer, feature) : OGR_L_SetFeature(layer, feature);
    return written == OGRERR_NONE ? EG_OK : eg_store_refused(store, "writing to", err);
}

/* What is not checked by eg_record_check. */
static enum eg_status check_texts(unsigned l, const struct eg_text *fields, struct eg_error *err)
{
    for (uint32_t c = 0; c < eg_store_n_columns(l); c++) {
        const char *name = eg_store_column(l, c).name;
        enum eg_status status = EG_OK;
        if (fields[c].len > EG_STORE_TEXT_BYTES)
            status = eg_error_set(err, EG_LIMIT, "%s.%s has %zu bytes; the limit is %u",
                                  eg_store_layer_name(l), name, fields[c].len, EG_STORE_TEXT_BYTES);
        else if (!eg_text_is_utf8(fields[c]))
            status = eg_error_set(err, EG_INVALID, "%s.%s is not UTF-8", eg_store_layer_name(l), name);
        if (status != EG_OK) {
            (void)eg_error_field(err, name);
            return status;
        }
    }
    return EG_OK;
}

enum eg_status eg_store_insert(struct eg_store *store, unsigned layer, const struct eg_text *fields,
                               struct eg_error *err)
{
    enum eg_status status = check_texts(layer, fields, err);
    if (status != EG_OK) return status;
    if (!eg_record_text_is(EG_RECORD_ID, fields[0]))
        return eg_error_set(err, EG_INVALID, "the id of a %s is not a UUID", eg_store_layer_name(layer));
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(store->layer[layer].ogr));
    if (!feature) return eg_error_no_memory(err, 0);
    for (uint32_t c = 0; c < eg_store_n_columns(layer) && status == EG_OK; c++)
        status = set_text(feature, store->layer[layer].column[c], fields[c], err);
    if (status == EG_OK) status = write_feature(store, layer, feature, true, err);
    OGR_F_Destroy(feature);
    return status;
}

enum eg_status eg_store_update(struct eg_store *store, unsigned layer, void *feature,
                               const struct eg_text *fields, struct eg_error *err)
{
    enum eg_status status = check_texts(layer, fields, err);
    for (uint32_t c = 0; c < eg_store_n_columns(layer) && status == EG_OK; c++)
        if (fields[c].data) status = set_text(feature, store->layer[layer].column[c], fields[c], err);
    return status == EG_OK ? write_feature(store, layer, feature, false, err) : status;
}

static enum eg_status put(struct eg_store *store, const struct eg_record *row, bool may_be_there,
                          struct eg_error *err)
{
    const struct eg_store_layer *layer = &store->layer[row->table];
    void *feature = NULL;
    enum eg_status status = eg_record_check(row->table, row->field, err);
    if (status == EG_OK && may_be_there)
        status = eg_store_find(store, row->table, row->field[0], &feature, err);
    if (status != EG_OK) return status;
    bool is_new = feature == NULL;
    if (is_new) feature = OGR_F_Create(OGR_L_GetLayerDefn(layer->ogr));
    if (!feature) return eg_error_no_memory(err, 0);
    for (uint32_t c = 0; c < eg_store_n_columns(row->table) && status == EG_OK; c++)
        status = set_text(feature, layer->column[c], row->field[c], err);
    if (status == EG_OK) status = eg_store_draw(feature, row->table, row->field, err);
    if (status == EG_OK) status = write_feature(store, row->table, feature, is_new, err);
    OGR_F_Destroy(feature);
    return status;
}

static enum eg_status take_away(struct eg_store *store, const struct eg_record_key *key, struct eg_error *err)
{
    void *feature = NULL;
    enum eg_status status = eg_store_find(store, key->table, key->id, &feature, err);
    if (status == EG_OK && !feature)
        status = eg_error_set(err, EG_NOT_FOUND, "there is no %s '%.*s'", eg_store_layer_name(key->table),
                              EG_TEXT_SHOWN(key->id, 60));
    if (status != EG_OK) return status;
    store->caught.n_failures = 0;
    OGRErr deleted = OGR_L_DeleteFeature(store->layer[key->table].ogr, OGR_F_GetFID(feature));
    OGR_F_Destroy(feature);
    return deleted == OGRERR_NONE ? EG_OK : eg_store_refused(store, "writing to", err);
}

/* Which tables have rows: a first import need not look for them. */
static enum eg_status find_filled(struct eg_store *store, bool filled[EG_N_RECORD_TABLES],
                                  struct eg_error *err)
{
    enum eg_status status = EG_OK;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++) {
        char sql[128];
        uint64_t n = 0;
        (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM (SELECT 1 FROM \"%s\" LIMIT 1) AS one",
                       eg_store_layer_name(t));
        status = eg_store_number(store, sql, &n, err);
        filled[t] = n > 0;
    }
    return status;
}

#define FEW 32U /* rows that are looked for one by one, whatever their tables hold */

enum eg_status eg_store_write_records(struct eg_store *store, const struct eg_records_change *change,
                                      struct eg_error *err)
{
    bool filled[EG_N_RECORD_TABLES], written[EG_N_RECORD_TABLES] = {false};
    memset(filled, true, sizeof filled);
    enum eg_status status = change->n_puts > FEW ? find_filled(store, filled, err) : EG_OK;
    for (uint32_t i = 0; i < change->n_puts && status == EG_OK; i++) {
        EG_ASSERT((unsigned)change->puts[i].table < EG_N_RECORD_TABLES);
        status = put(store, &change->puts[i], filled[change->puts[i].table], err);
        written[change->puts[i].table] = true;
    }
    for (uint32_t i = 0; i < change->n_deletes && status == EG_OK; i++) {
        status = take_away(store, &change->deletes[i], err);
        written[change->deletes[i].table] = true;
    }
    /* With the layer's extent, which maps begin with, in the same transaction. */
    store->caught.n_failures = 0;
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++)
        if (written[t] && OGR_L_SyncToDisk(store->layer[t].ogr) != OGRERR_NONE)
            status = eg_store_refused(store, "writing to", err);
    return status;
}
