/* Rows: features of OGR here, texts everywhere else. A row that is put over an old one is written into the old feature, so that its
 * `fid` and whatever columns somebody has added in QGIS stay. */
#include "data/store_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cpl_conv.h>
#include <gdal.h>
#include <ogr_api.h>

#include "base/memory.h"
#include "base/textmap.h"

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

/* Errors are logged, and what is private is never. Whether a contact is private is not known before all is read, so of a telephone that is
 * somebody's, and of what hangs on a telephone, nothing is shown. */
static bool may_be_shown(unsigned t, const struct eg_text *fields)
{
    struct eg_text visibility = EG_TEXT("");
    if (t == EG_RECORD_PHONE && fields[EG_PHONE_CONTACT_ID].len > 0) return false;
    if (t == EG_RECORD_LANGUAGE && fields[EG_LANGUAGE_PHONE_ID].len > 0) return false;
    if (t == EG_RECORD_CONTACT) visibility = fields[EG_CONTACT_VISIBILITY];
    if (t == EG_RECORD_PHONE) visibility = fields[EG_PHONE_VISIBILITY];
    return visibility.len == 0 || eg_text_equal(visibility, EG_TEXT("public"));
}

static enum eg_status withhold(unsigned t, struct eg_error *err)
{
    char field[sizeof err->field];
    (void)snprintf(field, sizeof field, "%s", err->field);
    enum eg_status status =
        eg_error_set(err, err->status,
                     "%s.%s is not what it should be (its text is not shown: the row is private, or may be)",
                     eg_store_layer_name(t), field);
    (void)eg_error_field(err, field);
    return status;
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
    if (!may_be_shown(t, fields)) (void)withhold(t, err);
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

static enum eg_status read_features(struct eg_store *store, enum eg_record_table table,
                                    struct eg_buffer bytes[2], const struct eg_store_record_visitor *visitor,
                                    struct eg_error *err)
{
    enum eg_status status = EG_OK;
    OGRLayerH layer = store->layer[table].ogr;
    for (OGRFeatureH feature; status == EG_OK && (feature = OGR_L_GetNextFeature(layer));) {
        struct eg_text fields[EG_RECORD_FIELDS] = {{0}};
        const struct eg_record row = {table, fields};
        status = read_texts(feature, store->layer[table].column, eg_store_n_columns(table), &bytes[0], fields,
                            err);
        if (status == EG_OK) status = eg_store_read_drawn(feature, table, fields, &bytes[1], err);
        if (status == EG_OK) status = visitor->visit(visitor->context, &row, err);
        OGR_F_Destroy(feature);
    }
    return status;
}

enum eg_status eg_store_read_chosen(struct eg_store *store, enum eg_record_table table, const char *ids,
                                    const struct eg_store_record_visitor *visitor, struct eg_error *err)
{
    struct eg_buffer bytes[2], filter;
    OGRLayerH layer = store->layer[table].ogr;
    eg_buffer_init(&bytes[0], 0);
    eg_buffer_init(&bytes[1], 0);
    eg_buffer_init(&filter, 0);
    eg_buffer_printf(&filter, "\"id\" IN (%s)", ids);
    store->caught.n_failures = 0;
    enum eg_status status = filter.failed ? eg_error_no_memory(err, filter.len) : EG_OK;
    if (status == EG_OK) {
        (void)OGR_L_SetAttributeFilter(layer, filter.data);
        status = read_features(store, table, bytes, visitor, err);
        (void)OGR_L_SetAttributeFilter(layer, NULL); /* which lets go of the lock that reading holds, too */
    }
    if (status == EG_OK && store->caught.n_failures > 0) status = eg_store_refused(store, "reading", err);
    eg_buffer_clear(&bytes[0]);
    eg_buffer_clear(&bytes[1]);
    eg_buffer_clear(&filter);
    return status;
}

/* "SELECT "a", "b" FROM "layer" where". */
static void write_select(unsigned l, uint32_t n_columns, const char *where, struct eg_buffer *sql)
{
    for (uint32_t c = 0; c < n_columns; c++)
        eg_buffer_printf(sql, "%s\"%s\"", c == 0 ? "SELECT " : ", ", eg_store_column(l, c).name);
    eg_buffer_printf(sql, " FROM \"%s\" %s", eg_store_layer_name(l), where);
}

static enum eg_status visit_result(struct eg_store *store, uint32_t n_columns, OGRLayerH result,
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
        status = read_texts(feature, NULL, n_columns, &bytes, fields, err);
        OGR_F_Destroy(feature);
        if (status == EG_OK) more = visitor->visit(visitor->context, fields);
    }
    eg_buffer_clear(&bytes);
    if (status == EG_OK && store->caught.n_failures > 0) return eg_store_refused(store, "reading", err);
    return status;
}

enum eg_status eg_store_select(struct eg_store *store, unsigned layer, uint32_t n_columns, const char *where,
                               const struct eg_store_row_visitor *visitor, struct eg_error *err)
{
    struct eg_buffer sql;
    enum eg_status status = EG_OK;
    eg_buffer_init(&sql, 0);
    write_select(layer, n_columns, where, &sql);
    if (sql.failed) return eg_error_no_memory(err, 0);
    store->caught.n_failures = 0;
    OGRLayerH result = GDALDatasetExecuteSQL(store->dataset, sql.data, NULL, NULL);
    if (result) status = visit_result(store, n_columns, result, visitor, err);
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

/* --- many rows at once ------------------------------------------------------------------------------------------------------------ */

#define FEW 100U /* rows of a table that are looked for one by one */

/* The ids that a table has, in lower case, so that an import does not look for rows that are new. */
struct present {
    struct eg_textmap *ids; /* keys lie in `bytes` */
    struct eg_buffer bytes;
};

static bool take_id(void *context, const struct eg_text *fields)
{
    struct present *present = context;
    for (size_t i = 0; i < EG_UUID_TEXT_LEN; i++)
        eg_buffer_char(&present->bytes, i < fields[0].len ? in_case(fields[0].data[i], false) : ' ');
    return !present->bytes.failed;
}

static enum eg_status find_present(struct eg_store *store, unsigned t, struct present *present,
                                   struct eg_error *err)
{
    struct eg_store_row_visitor visitor = {take_id, present};
    enum eg_status status = eg_store_select(store, t, 1, "", &visitor, err);
    size_t n = present->bytes.len / EG_UUID_TEXT_LEN;
    if (status == EG_OK) present->ids = eg_textmap_new(n);
    if (status == EG_OK && (!present->ids || present->bytes.failed)) status = eg_error_no_memory(err, n);
    for (size_t i = 0; i < n && status == EG_OK; i++)
        status = eg_textmap_put(
            present->ids, (struct eg_text){present->bytes.data + i * EG_UUID_TEXT_LEN, EG_UUID_TEXT_LEN}, 0,
            NULL);
    return status;
}

static bool may_be_present(const struct present *present, struct eg_text id)
{
    char lower[EG_UUID_TEXT_LEN];
    if (!present->ids || id.len != sizeof lower) return true;
    for (size_t i = 0; i < sizeof lower; i++) lower[i] = in_case(id.data[i], false);
    return eg_textmap_get(present->ids, (struct eg_text){lower, sizeof lower}) != EG_TEXTMAP_NONE;
}

#define AT_ONCE 200U /* ids in one statement */

/* Takes the rows of a table away by few statements. That they are there, the caller knows from the revision. */
static enum eg_status take_many_away(struct eg_store *store, const struct eg_records_change *change,
                                     unsigned t, struct eg_error *err)
{
    struct eg_buffer sql;
    enum eg_status status = EG_OK;
    uint32_t n = 0;
    eg_buffer_init(&sql, 0);
    for (uint32_t i = 0; i < change->n_deletes && status == EG_OK; i++) {
        char filter[EG_STORE_FILTER_BYTES];
        if (change->deletes[i].table != (enum eg_record_table)t) continue;
        if (!eg_store_filter("id", change->deletes[i].id, filter)) {
            status = eg_error_set(err, EG_NOT_FOUND, "there is no %s '%.*s'", eg_store_layer_name(t),
                                  EG_TEXT_SHOWN(change->deletes[i].id, 60));
            break;
        }
        if (n == 0) eg_buffer_printf(&sql, "DELETE FROM \"%s\" WHERE \"id\" IN (", eg_store_layer_name(t));
        eg_buffer_printf(&sql, "%s%s", n == 0 ? "" : ", ", strchr(filter, '(') + 1);
        sql.len -= !sql.failed; /* its closing bracket */
        if (++n < AT_ONCE) continue;
        eg_buffer_literal(&sql, ")");
        status = sql.failed ? eg_error_no_memory(err, sql.len) : eg_store_run(store, sql.data, err);
        sql.len = n = 0;
    }
    if (n > 0 && status == EG_OK) {
        eg_buffer_literal(&sql, ")");
        status = sql.failed ? eg_error_no_memory(err, sql.len) : eg_store_run(store, sql.data, err);
    }
    eg_buffer_clear(&sql);
    return status;
}

/* Few one by one, since each is looked for. */
static enum eg_status take_rows_away(struct eg_store *store, const struct eg_records_change *change,
                                     unsigned t, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    uint32_t n = 0;
    for (uint32_t i = 0; i < change->n_deletes; i++) n += change->deletes[i].table == (enum eg_record_table)t;
    if (n > FEW) return take_many_away(store, change, t, err);
    for (uint32_t i = 0; i < change->n_deletes && status == EG_OK; i++)
        if (change->deletes[i].table == (enum eg_record_table)t)
            status = take_away(store, &change->deletes[i], err);
    return status;
}

/* PostgreSQL takes many rows ten times as fast by COPY. OGR asks for the option once for each layer, so layers that know it are not used
 * again. */
bool eg_store_copy_begin(struct eg_store *store, uint32_t n_rows)
{
    bool copies = store->is_database && n_rows > FEW;
    if (copies) CPLSetThreadLocalConfigOption("PG_USE_COPY", "YES");
    store->is_used_up = store->is_used_up || copies;
    return copies;
}

void eg_store_copy_end(bool copies)
{
    if (copies) CPLSetThreadLocalConfigOption("PG_USE_COPY", NULL);
}

enum eg_status eg_store_flush(struct eg_store *store, unsigned layer, struct eg_error *err)
{
    store->caught.n_failures = 0;
    return OGR_L_SyncToDisk(store->layer[layer].ogr) == OGRERR_NONE
               ? EG_OK
               : eg_store_refused(store, "writing to", err);
}

static enum eg_status write_table(struct eg_store *store, const struct eg_records_change *change, unsigned t,
                                  struct eg_error *err)
{
    struct present present = {NULL, {0}};
    enum eg_status status = EG_OK;
    uint32_t n = 0;
    for (uint32_t i = 0; i < change->n_puts; i++) n += change->puts[i].table == (enum eg_record_table)t;
    eg_buffer_init(&present.bytes, 0);
    if (n > FEW) status = find_present(store, t, &present, err);
    for (uint32_t i = 0; i < change->n_puts && status == EG_OK; i++) {
        const struct eg_record *row = &change->puts[i];
        if (row->table == (enum eg_record_table)t)
            status = put(store, row, may_be_present(&present, row->field[0]), err);
    }
    if (status == EG_OK) status = take_rows_away(store, change, t, err);
    /* With the layer's extent, which maps begin with, in the same transaction. */
    if (status == EG_OK) status = eg_store_flush(store, t, err);
    eg_textmap_free(present.ids);
    eg_buffer_clear(&present.bytes);
    return status;
}

enum eg_status eg_store_write_records(struct eg_store *store, const struct eg_records_change *change,
                                      struct eg_error *err)
{
    bool written[EG_N_RECORD_TABLES] = {false};
    enum eg_status status = EG_OK;
    for (uint32_t i = 0; i < change->n_puts; i++) {
        EG_ASSERT((unsigned)change->puts[i].table < EG_N_RECORD_TABLES);
        written[change->puts[i].table] = true;
    }
    for (uint32_t i = 0; i < change->n_deletes; i++) {
        EG_ASSERT((unsigned)change->deletes[i].table < EG_N_RECORD_TABLES);
        written[change->deletes[i].table] = true;
    }
    bool copies = eg_store_copy_begin(store, change->n_puts);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES && status == EG_OK; t++)
        if (written[t]) status = write_table(store, change, t, err);
    eg_store_copy_end(copies);
    return status;
}
