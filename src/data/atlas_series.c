/* Periods, what numbers are (facts), the series of wide tables, and aggregation. */
#include "data/atlas_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/calendar.h"

#define DECIMALS_MAX 10
#define PERIOD_ID_MAX_LEN 63

/* --- facts --- */

enum eg_status eg_read_polarity(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    static const char *const words[] = {"high_is_worse", "high_is_better", "neutral", NULL};
    static const enum eg_polarity polarity[] = {EG_POLARITY_HIGH_IS_WORSE, EG_POLARITY_HIGH_IS_BETTER,
                                                EG_POLARITY_NEUTRAL};
    unsigned word;
    enum eg_status st = eg_value_word(reader, at, words, &word);
    if (!st) *(enum eg_polarity *)target = polarity[word];
    return st;
}

enum eg_status eg_read_facts_decimals(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_facts *facts = target;
    facts->has_decimals = true;
    return eg_value_u32(reader, at, 0, DECIMALS_MAX, &facts->decimals);
}

enum eg_status eg_read_facts_modelled(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_facts *facts = target;
    facts->has_modelled = true;
    return eg_value_bool(reader, at, &facts->modelled);
}

enum eg_status eg_read_facts_licence(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_facts *facts = target;
    return eg_value_licence(reader, at, &facts->licence_title, &facts->licence_url);
}

/* --- periods --- */

static bool is_period_id(struct eg_text text)
{
    if (text.len == 0 || text.len > PERIOD_ID_MAX_LEN) return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool ok = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
        if (!ok) return false;
    }
    return true;
}

static enum eg_status read_period_id(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text text;
    enum eg_status st = eg_value_name(reader, at, &text);
    if (st) return st;
    if (!is_period_id(text))
        return eg_at_error(
            reader, at, EG_INVALID,
            "'%s' is no period id; use letters, digits and '-' (such as 2019-20), and write it as people "
            "read it under 'label'",
            text.data);
    *(struct eg_text *)target = text;
    return EG_OK;
}

static enum eg_status read_date(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_text text;
    int64_t day;
    enum eg_status st = eg_value_name(reader, at, &text);
    if (st) return st;
    if (!eg_calendar_parse_date(text, &day))
        return eg_at_error(reader, at, EG_INVALID, "'%s' is no date; write it as 2019-04-01", text.data);
    *(struct eg_text *)target = text;
    return EG_OK;
}

static const struct eg_field period_fields[] = {
    {.key = "id",
     .type = EG_FIELD_CUSTOM,
     .required = true,
     .offset = offsetof(struct eg_atlas_period, id),
     .read = read_period_id},
    {.key = "start",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_period, start),
     .read = read_date},
    {.key = "end",
     .type = EG_FIELD_CUSTOM,
     .offset = offsetof(struct eg_atlas_period, end),
     .read = read_date},
    {.key = "label", .type = EG_FIELD_NAME, .offset = offsetof(struct eg_atlas_period, label)},
};

/* A four-digit id is that year. */
static enum eg_status imply_year(struct eg_reader *reader, struct eg_atlas_period *period)
{
    uint32_t year;
    if (period->id.len != 4 || period->start.data || !eg_text_to_u32(period->id, &year)) return EG_OK;
    period->start = eg_text_format(reader->arena, "%s-01-01", period->id.data);
    period->end = eg_text_format(reader->arena, "%s-12-31", period->id.data);
    return period->start.data && period->end.data ? EG_OK : eg_error_no_memory(reader->err, 11);
}

enum eg_status eg_read_period(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_atlas_period period = {0};
    enum eg_status st = at->node->kind == EG_NODE_MAP
                            ? eg_fields_read(reader, at, period_fields, EG_ARRAY_LEN(period_fields), &period)
                            : read_period_id(reader, at, &period.id);
    if (st) return st;
    if (!period.start.data != !period.end.data)
        return eg_at_error(reader, at, EG_INVALID,
                           "has only one of 'start' and 'end'; state both or neither");
    if (period.start.data && eg_text_compare(period.start, period.end) > 0)
        return eg_at_error(reader, at, EG_INVALID, "ends on %s, before it starts on %s; swap them",
                           period.end.data, period.start.data);
    if (!period.label.data) period.label = period.id;
    st = imply_year(reader, &period);
    if (!st) *(struct eg_atlas_period *)target = period;
    return st;
}

/* --- series --- */

#define PERIOD_MARK "{period}"

/* An entry of `series`: one series, or one for each of `periods`. */
struct series_entry {
    struct eg_atlas_series series;
    bool has_period;
    struct eg_atlas_period *periods;
    uint32_t n_periods;
};

static enum eg_status read_entry_period(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct series_entry *entry = target;
    entry->has_period = true;
    return eg_read_period(reader, at, &entry->series.period);
}

static enum eg_status read_entry_periods(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct series_entry *entry = target;
    void *items;
    struct eg_list_of of = {sizeof(struct eg_atlas_period), eg_read_period, false};
    enum eg_status st = eg_list_read(reader, at, of, &items, &entry->n_periods);
    if (st) return st;
    entry->periods = items;
    if (entry->n_periods == 0)
        return eg_at_error(reader, at, EG_INVALID, "is empty; list at least one period");
    return EG_OK;
}

static const struct eg_field entry_fields[] = {
    {.key = "table",
     .type = EG_FIELD_REFERENCE,
     .required = true,
     .offset = offsetof(struct series_entry, series.table),
     .section = EG_SECTION_TABLES},
    {.key = "boundaries",
     .type = EG_FIELD_REFERENCE,
     .offset = offsetof(struct series_entry, series.boundaries),
     .section = EG_SECTION_BOUNDARIES},
    {.key = "period", .type = EG_FIELD_CUSTOM, .read = read_entry_period},
    {.key = "periods", .type = EG_FIELD_CUSTOM, .read = read_entry_periods},
    {.key = "value",
     .type = EG_FIELD_NAME,
     .required = true,
     .offset = offsetof(struct series_entry, series.columns.value)},
    {.key = "numerator",
     .type = EG_FIELD_NAME,
     .offset = offsetof(struct series_entry, series.columns.numerator)},
    {.key = "denominator",
     .type = EG_FIELD_NAME,
     .offset = offsetof(struct series_entry, series.columns.denominator)},
    {.key = "lower", .type = EG_FIELD_NAME, .offset = offsetof(struct series_entry, series.columns.lower)},
    {.key = "upper", .type = EG_FIELD_NAME, .offset = offsetof(struct series_entry, series.columns.upper)},
    {.key = "flag", .type = EG_FIELD_NAME, .offset = offsetof(struct series_entry, series.columns.flag)},
    {.key = "rank", .type = EG_FIELD_NAME, .offset = offsetof(struct series_entry, series.columns.rank)},
    {.key = "decile", .type = EG_FIELD_NAME, .offset = offsetof(struct series_entry, series.columns.decile)},
};

static enum eg_status check_entry_period(struct eg_reader *reader, const struct eg_at *at,
                                         struct series_entry *entry, const struct eg_table_draft *table)
{
    bool pattern = strstr(entry->series.columns.value.data, PERIOD_MARK) != NULL;
    if (entry->has_period && entry->periods)
        return eg_at_error(reader, at, EG_INVALID, "has 'period' and 'periods'; keep one of the two");
    if (!entry->has_period && !entry->periods && !table->has_period)
        return eg_at_error(reader, at, EG_INVALID,
                           "says not which period; add 'period' here or to the table");
    if (entry->periods && !pattern)
        return eg_at_error(
            reader, at, EG_INVALID,
            "all periods would have the same numbers; put {period} into the column name 'value'");
    if (!entry->periods && pattern)
        return eg_at_error(reader, at, EG_INVALID, "{period} in 'value' needs the list 'periods'; add it");
    if (!entry->has_period && !entry->periods) entry->series.period = table->period;
    return EG_OK;
}

static enum eg_status check_entry(struct eg_reader *reader, const struct eg_at *at,
                                  struct series_entry *entry)
{
    const struct eg_table_draft *table = &reader->tables[entry->series.table];
    if (table->table.is_long)
        return eg_at_error(
            reader, at, EG_INVALID,
            "'%s' is a long table: name the indicator under its key 'long', not the table here",
            table->table.id.data);
    if (entry->series.boundaries == EG_ATLAS_NONE) entry->series.boundaries = table->boundaries;
    if (entry->series.boundaries == EG_ATLAS_NONE)
        return eg_at_error(reader, at, EG_INVALID,
                           "says not which areas; add 'boundaries' here or to the table");
    if (entry->series.columns.flag.data && !eg_table_has_flags(&table->table))
        return eg_at_error(reader, at, EG_INVALID,
                           "has a 'flag', but table '%s' does not say what flags mean; add 'flags'",
                           table->table.id.data);
    return check_entry_period(reader, at, entry, table);
}

static enum eg_status read_entry(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct series_entry *entry = target;
    entry->series.mark = at->node->mark;
    entry->series.boundaries = EG_ATLAS_NONE;
    enum eg_status st = eg_fields_read(reader, at, entry_fields, EG_ARRAY_LEN(entry_fields), entry);
    return st ? st : check_entry(reader, at, entry);
}

/* The column's name with every {period} replaced by the id. */
static enum eg_status fill_in(struct eg_reader *reader, struct eg_text id, struct eg_text *column)
{
    const char *mark;
    while (column->data && (mark = strstr(column->data, PERIOD_MARK)) != NULL) {
        size_t before = (size_t)(mark - column->data);
        *column = eg_text_format(reader->arena, "%.*s%.*s%s", (int)before, column->data, EG_TEXT_ARG(id),
                                 mark + sizeof PERIOD_MARK - 1);
        if (!column->data) return eg_error_no_memory(reader->err, id.len);
    }
    return EG_OK;
}

static enum eg_status series_of_period(struct eg_reader *reader, const struct series_entry *entry,
                                       uint32_t period, struct eg_atlas_series *series)
{
    *series = entry->series;
    series->period = entry->periods[period];
    struct eg_atlas_columns *c = &series->columns;
    struct eg_text *columns[] = {&c->value, &c->numerator, &c->denominator, &c->lower,
                                 &c->upper, &c->flag,      &c->rank,        &c->decile};
    enum eg_status st = EG_OK;
    for (size_t i = 0; i < EG_ARRAY_LEN(columns) && !st; i++)
        st = fill_in(reader, series->period.id, columns[i]);
    return st;
}

static enum eg_status expand(struct eg_reader *reader, const struct series_entry *entries, uint32_t n_entries,
                             struct eg_atlas_indicator *indicator)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_entries; i++) n += entries[i].periods ? entries[i].n_periods : 1;
    struct eg_atlas_series *series = eg_reader_array(reader, n, sizeof *series);
    if (!series) return EG_NO_MEMORY;
    indicator->series = series;
    indicator->n_series = n;
    enum eg_status st = EG_OK;
    for (uint32_t i = 0; i < n_entries && !st; i++) {
        if (!entries[i].periods) *series++ = entries[i].series;
        for (uint32_t p = 0; p < entries[i].n_periods && !st; p++)
            st = series_of_period(reader, &entries[i], p, series++);
    }
    return st;
}

static enum eg_status check_pair(struct eg_reader *reader, const struct eg_at *at,
                                 const struct eg_atlas_series *a, const struct eg_atlas_series *b)
{
    if (a->boundaries != b->boundaries) return EG_OK;
    const char *set = reader->atlas->boundaries[a->boundaries].id.data;
    struct eg_node place = *at->node;
    place.mark = b->mark;
    struct eg_at later = {&place, at->parent, at->key, at->index};
    if (eg_text_equal(a->period.id, b->period.id))
        return eg_at_error(reader, &later, EG_INVALID,
                           "period '%s' on '%s' stands twice, first on line %u; remove one",
                           a->period.id.data, set, a->mark.line);
    const struct eg_atlas_period *open = !a->period.start.data   ? &a->period
                                         : !b->period.start.data ? &b->period
                                                                 : NULL;
    if (!open) return EG_OK;
    return eg_at_error(
        reader, &later, EG_INVALID,
        "several periods on '%s', of which the latest is shown first: give '%s' a 'start' and an 'end'", set,
        open->id.data);
}

static enum eg_status check_series(struct eg_reader *reader, const struct eg_at *at,
                                   const struct eg_atlas_indicator *indicator)
{
    enum eg_status st = EG_OK;
    for (uint32_t b = 1; b < indicator->n_series && !st; b++) {
        for (uint32_t a = 0; a < b && !st; a++)
            st = check_pair(reader, at, &indicator->series[a], &indicator->series[b]);
    }
    return st;
}

enum eg_status eg_read_series(struct eg_reader *reader, const struct eg_at *at, void *target)
{
    struct eg_indicator_draft *draft = target;
    void *entries;
    uint32_t n;
    struct eg_list_of of = {sizeof(struct series_entry), read_entry, true};
    enum eg_status st = eg_list_read(reader, at, of, &entries, &n);
    if (!st && n == 0) st = eg_at_error(reader, at, EG_INVALID, "is empty; add a series or remove the key");
    if (!st) st = expand(reader, entries, n, &draft->indicator);
    return st ? st : check_series(reader, at, &draft->indicator);
}
