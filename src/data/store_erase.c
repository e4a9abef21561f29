/* Erasing personal data from what is kept of the past. A text is replaced where the history and suggestions say it, in the database itself, and
 * nothing else of a line changes: documents and rows stay whole JSON, so that who, when and everything else can be read, and undone, as
 * before. Texts are compared as they are written, byte by byte. */
#include <string.h>

#include "base/buffer.h"
#include "data/store_internal.h"

static const char *const of_changes[] = {"before", "after", "rows", "title", "reason", NULL};
static const char *const of_suggestions[] = {"document", "base",   "from_name", "from_contact",
                                             "note",     "reason", NULL};

struct erasing {
    struct eg_buffer text, instead; /* as SQL writes them */
};

/* Apostrophes are doubled; of a text within JSON quotation marks and backslashes have a backslash before them. */
static void write_text(struct eg_text text, bool in_json, struct eg_buffer *out)
{
    out->len = 0;
    eg_buffer_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (in_json && (c == '"' || c == '\\')) eg_buffer_char(out, '\\');
        if (c == '\'') eg_buffer_char(out, '\'');
        eg_buffer_char(out, c);
    }
    eg_buffer_char(out, '\'');
}

static void write_where(const struct erasing *erasing, const char *const *columns, struct eg_buffer *sql)
{
    struct eg_text text = {erasing->text.data, erasing->text.len};
    eg_buffer_literal(sql, " WHERE ");
    for (size_t i = 0; columns[i]; i++)
        eg_buffer_printf(sql, "%sreplace(\"%s\", %.*s, '') <> \"%s\"", i > 0 ? " OR " : "", columns[i],
                         EG_TEXT_ARG(text), columns[i]);
    eg_buffer_char(sql, '\0');
}

static enum eg_status erase_in(struct eg_store *store, const struct erasing *erasing, const char *table,
                               const char *const *columns, uint64_t *n_out, struct eg_error *err)
{
    struct eg_buffer sql;
    uint64_t n = 0;
    enum eg_status status = EG_OK;
    eg_buffer_init(&sql, 0);
    eg_buffer_printf(&sql, "SELECT count(*) FROM %s", table);
    write_where(erasing, columns, &sql);
    if (sql.failed) status = eg_error_no_memory(err, sql.capacity);
    if (status == EG_OK) status = eg_store_number(store, sql.data, &n, err);
    sql.len = 0;
    eg_buffer_printf(&sql, "UPDATE %s SET ", table);
    for (size_t i = 0; columns[i]; i++)
        eg_buffer_printf(&sql, "%s\"%s\" = replace(\"%s\", %.*s, %.*s)", i > 0 ? ", " : "", columns[i],
                         columns[i], (int)erasing->text.len, erasing->text.data, (int)erasing->instead.len,
                         erasing->instead.data);
    write_where(erasing, columns, &sql);
    if (status == EG_OK && sql.failed) status = eg_error_no_memory(err, sql.capacity);
    if (status == EG_OK && n > 0) status = eg_store_run(store, sql.data, err);
    eg_buffer_clear(&sql);
    *n_out += n;
    return status;
}

static enum eg_status erase(struct eg_store *store, struct eg_text text, struct eg_text instead,
                            struct eg_store_erased *erased, struct eg_error *err)
{
    struct erasing erasing;
    bool is_other_in_json = memchr(text.data, '"', text.len) || memchr(text.data, '\\', text.len);
    enum eg_status status = EG_OK;
    eg_buffer_init(&erasing.text, 0), eg_buffer_init(&erasing.instead, 0);
    write_text(instead, true, &erasing.instead);
    for (int in_json = is_other_in_json ? 1 : 0; in_json >= 0 && status == EG_OK; in_json--) {
        write_text(text, in_json > 0, &erasing.text);
        if (erasing.text.failed || erasing.instead.failed) status = eg_error_no_memory(err, text.len);
        if (status == EG_OK)
            status = erase_in(store, &erasing, "change", of_changes, &erased->n_changes, err);
        if (status == EG_OK)
            status = erase_in(store, &erasing, "suggestion", of_suggestions, &erased->n_suggestions, err);
    }
    eg_buffer_clear(&erasing.text), eg_buffer_clear(&erasing.instead);
    return status;
}

static bool has_control(struct eg_text text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < ' ') return true;
    return false;
}

enum eg_status eg_store_erase(struct eg_store *store, struct eg_text text, struct eg_text instead,
                              struct eg_store_erased *erased_out, struct eg_error *err)
{
    *erased_out = (struct eg_store_erased){0, 0};
    bool is_text = text.len >= EG_STORE_ERASE_LEAST && text.len <= EG_STORE_ERASE_MOST &&
                   eg_text_is_utf8(text) && !has_control(text) && !eg_record_text_is(EG_RECORD_ID, text);
    if (!is_text || !eg_text_is_utf8(instead) || has_control(instead))
        return eg_error_set(
            err, EG_INVALID,
            "what is to be erased is a text of %u to %u bytes of UTF-8 in one line, and no id",
            EG_STORE_ERASE_LEAST, EG_STORE_ERASE_MOST);
    enum eg_status status = eg_store_begin(store, EG_STORE_WRITE, err);
    if (status == EG_OK) status = erase(store, text, instead, erased_out, err);
    return eg_store_end(store, EG_STORE_WRITE, status, err);
}
