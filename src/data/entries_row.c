/* From a row's cells to an entry. A row has some ten cells of some ten bytes; sources are sorted by something (funder, year,
 * ward), so a cell often repeats the one above it: it then shares its text, and a list that repeats is not split again. What
 * is new of a row goes into one piece of the arena, each text NUL-terminated. */
#include "data/entries_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/memory.h"

/* --- checks: the reason for which a row is rejected, empty when there is none -------------------------------------------- */

/* A cell too many: what follows the comma that nobody quoted stands in the wrong columns. */
static void check_cells(const struct eg_entry_loader *loader, char *reason)
{
    if (loader->n_cells <= loader->n_header) return;
    (void)snprintf(reason, EG_ENTRY_REASON_BYTES,
                   "it has %u cells, the header %u: a cell with a comma needs quotes", loader->n_cells,
                   loader->n_header);
}

static void check_utf8(const struct eg_entry *entry, char *reason)
{
    for (size_t f = 0; f < EG_N_ENTRY_FIELDS; f++) {
        if (eg_text_is_utf8(entry->field[f])) continue;
        (void)snprintf(reason, EG_ENTRY_REASON_BYTES, "the %s is not UTF-8",
                       eg_entry_field_name((enum eg_entry_field)f));
        return;
    }
}

static void check_required(struct eg_entry *entry, bool has_key, char *reason)
{
    struct eg_text kind = entry->field[EG_ENTRY_KIND];
    if (has_key && entry->field[EG_ENTRY_KEY].len == 0) {
        (void)snprintf(reason, EG_ENTRY_REASON_BYTES, "it has no key");
    } else if (entry->field[EG_ENTRY_NAME].len == 0) {
        (void)snprintf(reason, EG_ENTRY_REASON_BYTES, "it has no name");
    } else if (!eg_entry_kind_parse(kind, &entry->kind)) {
        (void)snprintf(reason, EG_ENTRY_REASON_BYTES, "'%.*s' is no kind of entry",
                       (int)(kind.len < 60 ? kind.len : 60), kind.len > 0 ? kind.data : "");
    }
}

static bool parse_degrees(struct eg_text text, enum eg_entry_field field, double *degrees_out, char *reason)
{
    double most = field == EG_ENTRY_LONGITUDE ? 180 : 90;
    int shown = (int)(text.len < 40 ? text.len : 40);
    if (text.len == 0) {
        (void)snprintf(reason, EG_ENTRY_REASON_BYTES, "the %s is missing", eg_entry_field_name(field));
    } else if (!eg_text_to_double(text, degrees_out)) {
        (void)snprintf(reason, EG_ENTRY_REASON_BYTES, "the %s '%.*s' is not a number",
                       eg_entry_field_name(field), shown, text.data);
    } else if (fabs(*degrees_out) > most) {
        (void)snprintf(reason, EG_ENTRY_REASON_BYTES, "the %s '%.*s' is out of range",
                       eg_entry_field_name(field), shown, text.data);
    }
    return !reason[0];
}

/* 0,0 lies in the Gulf of Guinea and stands for "unknown" in other people's software. */
static void read_position(struct eg_entry *entry, char *reason)
{
    struct eg_text lon = entry->field[EG_ENTRY_LONGITUDE];
    struct eg_text lat = entry->field[EG_ENTRY_LATITUDE];
    if (lon.len == 0 && lat.len == 0) return;
    double lon_deg = 0;
    double lat_deg = 0;
    if (!parse_degrees(lon, EG_ENTRY_LONGITUDE, &lon_deg, reason)) return;
    if (!parse_degrees(lat, EG_ENTRY_LATITUDE, &lat_deg, reason)) return;
    if (lon_deg == 0 && lat_deg == 0) return;
    entry->has_position = true;
    entry->lon_deg = lon_deg;
    entry->lat_deg = lat_deg;
}

/* --- storing ------------------------------------------------------------------------------------------------------------- */

static bool is_from_cell(const struct eg_entry_loader *loader, const struct eg_entry *entry, size_t f)
{
    return entry->field[f].len > 0 && entry->field[f].data != loader->spec->constant[f].data;
}

/* Moves the row's texts, which still lie in the reader's buffer, to where they stay. Constants stay in the atlas. */
static enum eg_status store_texts(struct eg_entry_loader *loader, struct eg_entry *entry,
                                  struct eg_error *err)
{
    bool is_new[EG_N_ENTRY_FIELDS] = {false};
    size_t bytes = 0;
    for (size_t f = 0; f < EG_N_ENTRY_FIELDS; f++) {
        if (!is_from_cell(loader, entry, f)) continue;
        is_new[f] = !eg_text_equal(entry->field[f], loader->before[f]);
        if (is_new[f]) bytes += entry->field[f].len + 1;
        else entry->field[f] = loader->before[f];
    }
    char *to = bytes > 0 ? eg_arena_array(loader->arena, bytes, 1) : NULL;
    if (!to && bytes > 0) return eg_error_no_memory(err, bytes);
    for (size_t f = 0; f < EG_N_ENTRY_FIELDS; f++) {
        if (!is_new[f]) continue;
        size_t len = entry->field[f].len;
        memcpy(to, entry->field[f].data, len); /* the arena is zeroed: a NUL follows */
        entry->field[f] = loader->before[f] = (struct eg_text){to, len};
        to += len + 1;
    }
    return EG_OK;
}

static bool is_among(const struct eg_text *items, uint32_t n, struct eg_text text, bool any_case)
{
    for (uint32_t i = 0; i < n; i++) {
        if (any_case ? eg_text_equal_any_case(items[i], text) : eg_text_equal(items[i], text)) return true;
    }
    return false;
}

/* "a; b;;a" gives a, b. Codes of areas and topics are told apart by case, "Welsh;welsh" is one language. */
static enum eg_status split_list(struct eg_entry_loader *loader, struct eg_text text,
                                 struct eg_entry_list *list, struct eg_error *err)
{
    bool any_case = list == &loader->languages || list == &loader->accessibility;
    if (text.data == list->text.data) return EG_OK; /* stored texts are shared exactly when they repeat */
    size_t most = text.len > 0;
    for (size_t i = 0; i < text.len; i++) most += text.data[i] == loader->spec->list_separator;
    struct eg_text *items = eg_arena_array(loader->arena, most, sizeof *items);
    if (!items) return eg_error_no_memory(err, most * sizeof *items);
    uint32_t n = 0;
    for (struct eg_text rest = text; rest.data;) {
        struct eg_text item;
        rest = eg_text_cut(rest, loader->spec->list_separator, &item);
        item = eg_text_trim_wide(item);
        if (item.len > 0 && !is_among(items, n, item, any_case)) items[n++] = item;
    }
    *list = (struct eg_entry_list){.text = text, .items = items, .n = n};
    return EG_OK;
}

static enum eg_status store_list(struct eg_entry_loader *loader, struct eg_text text,
                                 struct eg_entry_list *list, const struct eg_text **items_out,
                                 uint32_t *n_out, struct eg_error *err)
{
    if (text.len == 0) return EG_OK;
    enum eg_status status = split_list(loader, text, list, err);
    *items_out = list->items;
    *n_out = list->n;
    return status;
}

static enum eg_status store_lists(struct eg_entry_loader *loader, struct eg_entry *entry,
                                  struct eg_error *err)
{
    const struct eg_text *field = entry->field;
    enum eg_status status =
        store_list(loader, field[EG_ENTRY_TOPICS], &loader->topics, &entry->topics, &entry->n_topics, err);
    if (status == EG_OK)
        status = store_list(loader, field[EG_ENTRY_SERVES], &loader->serves, &entry->serves, &entry->n_serves,
                            err);
    if (status == EG_OK)
        status = store_list(loader, field[EG_ENTRY_LANGUAGES], &loader->languages, &entry->languages,
                            &entry->n_languages, err);
    if (status == EG_OK)
        status = store_list(loader, field[EG_ENTRY_ACCESSIBILITY], &loader->accessibility,
                            &entry->accessibility, &entry->n_accessibility, err);
    return status;
}

/* "-0.123456": rounded, and the same in every locale. */
static void append_degrees(struct eg_buffer *out, double degrees)
{
    long micro = lround(degrees * 1e6);
    unsigned long size = (unsigned long)(micro < 0 ? -micro : micro);
    eg_buffer_printf(out, "%s%lu.%06lu", micro < 0 ? "-" : "", size / 1000000, size % 1000000);
}

/* For a source without a key column: what an entry is called and where it is, which is the same in whichever order rows come. */
static enum eg_status make_key(struct eg_entry_loader *loader, struct eg_entry *entry, struct eg_error *err)
{
    struct eg_buffer *key = &loader->name;
    key->len = 0;
    eg_buffer_part(key, entry->field[EG_ENTRY_NAME], ", ");
    eg_buffer_part(key, entry->field[EG_ENTRY_ADDRESS], ", ");
    eg_buffer_part(key, entry->field[EG_ENTRY_POSTCODE], ", ");
    eg_buffer_char(key, '@');
    if (entry->has_position) {
        append_degrees(key, entry->lon_deg);
        eg_buffer_char(key, ',');
        append_degrees(key, entry->lat_deg);
    }
    if (key->failed) return eg_error_no_memory(err, key->capacity);
    entry->field[EG_ENTRY_KEY] = eg_text_copy(loader->arena, (struct eg_text){key->data, key->len});
    return entry->field[EG_ENTRY_KEY].data ? EG_OK : eg_error_no_memory(err, key->len);
}

static enum eg_status identify(struct eg_entry_loader *loader, struct eg_entry *entry, struct eg_error *err)
{
    struct eg_buffer *name = &loader->name;
    name->len = 0;
    eg_buffer_text(name, loader->spec->id_prefix);
    eg_buffer_text(name, entry->field[EG_ENTRY_KEY]);
    if (name->failed) return eg_error_no_memory(err, name->capacity);
    struct eg_text text = {name->data ? name->data : "", name->len};
    EG_ASSERT(eg_uuid_v5(EG_ENTRIES_NAMESPACE, text, entry->id) == EG_OK);
    return EG_OK;
}

static enum eg_status add_entry(struct eg_entry_loader *loader, const struct eg_entry *entry,
                                struct eg_error *err)
{
    void *items = loader->items;
    if (loader->n == UINT32_MAX - 1) return eg_error_set(err, EG_LIMIT, "more than four billion entries");
    if (!eg_memory_reserve(&items, &loader->capacity, (size_t)loader->n + 1, sizeof *entry)) {
        return eg_error_no_memory(err, sizeof *entry);
    }
    loader->items = items;
    loader->items[loader->n++] = *entry;
    return EG_OK;
}

/* --- a row --------------------------------------------------------------------------------------------------------------- */

static enum eg_status reject(struct eg_entry_loader *loader, uint32_t row, const char *reason,
                             struct eg_error *err)
{
    uint32_t n = loader->report->n_rejected++;
    if (n >= EG_ENTRIES_SAMPLES) return EG_OK;
    loader->report->rejected[n] = eg_text_format(loader->arena, "row %u: %s", row, reason);
    return loader->report->rejected[n].data ? EG_OK : eg_error_no_memory(err, EG_ENTRY_REASON_BYTES);
}

/* The row is taken as it is. */
static enum eg_status doubt(struct eg_entry_loader *loader, uint32_t row, const char *reason,
                            struct eg_error *err)
{
    if (loader->report->n_doubtful++ > 0) return EG_OK;
    loader->report->doubtful = eg_text_format(loader->arena, "row %u: %s", row, reason);
    return loader->report->doubtful.data ? EG_OK : eg_error_no_memory(err, EG_ENTRY_REASON_BYTES);
}

/* "2026-11-21", with or without a time behind it. */
static bool begins_with_date(struct eg_text text)
{
    int64_t day;
    size_t len = EG_CALENDAR_DATE_LEN;
    bool ends = text.len == len || (text.len > len && (text.data[len] == 'T' || text.data[len] == ' '));
    return ends && eg_calendar_parse_date((struct eg_text){text.data, len}, &day);
}

static bool is_year(struct eg_text text)
{
    return text.len == 4 && eg_text_is_digits(text);
}

/* What could not be read is shown as it is, but no filter by amounts or dates finds the entry. */
static bool is_unread(const struct eg_entry *entry, enum eg_entry_field field)
{
    struct eg_text text = entry->field[field];
    double amount;
    if (text.len == 0) return false;
    if (field == EG_ENTRY_AMOUNT) return !eg_text_to_double(text, &amount);
    return !begins_with_date(text) && (field == EG_ENTRY_LAST_REVIEWED || !is_year(text));
}

/* Why the row is doubtful, if it is: cells at the end may have been left out because they were empty, a date or an amount may
 * not be one. */
static void find_doubt(const struct eg_entry_loader *loader, const struct eg_entry *entry, char *reason)
{
    static const enum eg_entry_field figures[] = {EG_ENTRY_AMOUNT, EG_ENTRY_START, EG_ENTRY_END,
                                                  EG_ENTRY_LAST_REVIEWED};
    if (loader->n_cells < loader->n_header)
        (void)snprintf(reason, EG_ENTRY_REASON_BYTES, "%u cells, the header has %u", loader->n_cells,
                       loader->n_header);
    for (size_t i = 0; i < EG_ARRAY_LEN(figures) && !reason[0]; i++) {
        char shown[60];
        if (!is_unread(entry, figures[i])) continue;
        (void)snprintf(reason, EG_ENTRY_REASON_BYTES, "the %s '%s' is %s", eg_entry_field_name(figures[i]),
                       eg_text_escape(entry->field[figures[i]], shown, sizeof shown),
                       figures[i] == EG_ENTRY_AMOUNT ? "not a number" : "no date such as 2026-11-21");
    }
}

static enum eg_status read_shape(struct eg_entry_loader *loader, struct eg_entry *entry, char *reason,
                                 struct eg_error *err)
{
    enum eg_status status = EG_OK;
    if (!loader->shapes) status = eg_entry_shapes_new(loader->spec, loader->arena, &loader->shapes, err);
    if (status) return status;
    return eg_entry_shapes_read(loader->shapes, loader->feature, entry, reason, err);
}

/* The text that a field's columns hold; it lives until the next row. */
static enum eg_status read_cells(struct eg_entry_loader *loader, const struct eg_text *cells, size_t f,
                                 struct eg_text *text_out, struct eg_error *err)
{
    uint32_t cell = loader->cell_of[f];
    uint32_t n_more = loader->spec->column[f].n_more;
    if (cell == EG_ATLAS_NONE) return EG_OK;
    if (n_more == 0) {
        *text_out = eg_text_trim_wide(cells[cell]);
        return EG_OK;
    }
    const char list_separator[] = {loader->spec->list_separator, '\0'};
    bool is_list = f == EG_ENTRY_TOPICS || f == EG_ENTRY_SERVES || f == EG_ENTRY_LANGUAGES ||
                   f == EG_ENTRY_ACCESSIBILITY;
    struct eg_buffer *joined = &loader->joined[f];
    joined->len = 0;
    for (uint32_t i = 0; i <= n_more; i++)
        eg_buffer_part(joined, eg_text_trim_wide(cells[cell + i]), is_list ? list_separator : ", ");
    if (joined->failed) return eg_error_no_memory(err, joined->capacity);
    *text_out = (struct eg_text){joined->data, joined->len};
    return EG_OK;
}

enum eg_status eg_entries_row(void *context, uint32_t row, const struct eg_text *cells, struct eg_error *err)
{
    struct eg_entry_loader *loader = context;
    struct eg_entry entry = {.directory = loader->directory,
                             .serves_boundaries = loader->spec->serves_boundaries};
    char reason[EG_ENTRY_REASON_BYTES] = "";
    for (size_t f = 0; f < EG_N_ENTRY_FIELDS; f++) {
        enum eg_status status = read_cells(loader, cells, f, &entry.field[f], err);
        if (status) return status;
        if (entry.field[f].len == 0) entry.field[f] = loader->spec->constant[f];
    }
    check_cells(loader, reason);
    if (!reason[0]) check_utf8(&entry, reason);
    if (!reason[0]) check_required(&entry, loader->cell_of[EG_ENTRY_KEY] != EG_ATLAS_NONE, reason);
    if (!reason[0]) read_position(&entry, reason);
    enum eg_status status = EG_OK;
    if (!reason[0] && loader->feature) status = read_shape(loader, &entry, reason, err);
    if (status) return status;
    if (reason[0]) return reject(loader, row, reason, err);
    find_doubt(loader, &entry, reason);
    if (reason[0]) status = doubt(loader, row, reason, err);
    if (status == EG_OK) status = store_texts(loader, &entry, err);
    if (status == EG_OK) status = store_lists(loader, &entry, err);
    if (status == EG_OK) status = eg_entry_read_hours(loader, &entry, err);
    if (status == EG_OK && loader->cell_of[EG_ENTRY_KEY] == EG_ATLAS_NONE)
        status = make_key(loader, &entry, err);
    if (status == EG_OK) status = identify(loader, &entry, err);
    if (status == EG_OK) status = add_entry(loader, &entry, err);
    return status;
}
