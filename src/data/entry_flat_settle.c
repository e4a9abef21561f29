/* A row and the entry that it is about. */
#include <math.h>
#include <string.h>

#include "data/entry_flat_internal.h"
#include "data/schedule.h"

#define CORNERS_APART 1e-9 /* degrees: corners of polygons are written with fifteen digits */

/* --- columns ------------------------------------------------------------------------------------------------------------------------ */

static bool is_giving(unsigned column)
{
    return column == EG_FLAT_AWARD_DATE || column == EG_FLAT_FUNDER_ID;
}

static bool is_empty(const struct eg_entry *entry, unsigned column)
{
    uint32_t n;
    (void)eg_flat_list(entry, column, &n);
    if (n != UINT32_MAX) return n == 0;
    if (column == EG_ENTRY_LONGITUDE || column == EG_ENTRY_LATITUDE) return !entry->has_position;
    if (column == EG_FLAT_SERVES_BOUNDARIES) return entry->n_serves == 0;
    if (column == EG_FLAT_SERVICE_AREA) return entry->area_geojson.len == 0;
    if (is_giving(column)) return entry->giving[column - EG_FLAT_AWARD_DATE].len == 0;
    return column >= EG_N_ENTRY_FIELDS || entry->field[column].len == 0;
}

/* `from` NULL: empties it. */
static void set_list(struct eg_entry *entry, const struct eg_entry *from, unsigned column)
{
    uint32_t n = 0;
    const struct eg_text *items = from ? eg_flat_list(from, column, &n) : NULL;
    switch (column) {
    case EG_ENTRY_TOPICS:
        entry->topics = items;
        entry->n_topics = n;
        break;
    case EG_ENTRY_SERVES:
        entry->serves = items;
        entry->n_serves = n;
        entry->serves_boundaries = from ? from->serves_boundaries : EG_ATLAS_NONE;
        break;
    case EG_ENTRY_LANGUAGES:
        entry->languages = items;
        entry->n_languages = n;
        break;
    case EG_ENTRY_ACCESSIBILITY:
        entry->accessibility = items;
        entry->n_accessibility = n;
        break;
    default:
        break;
    }
}

/* `from` NULL: empties it. */
static void set_column(struct eg_entry *entry, const struct eg_entry *from, unsigned column)
{
    static const struct eg_entry nothing;
    const struct eg_entry *of = from ? from : &nothing;
    set_list(entry, from, column);
    if (column < EG_N_ENTRY_FIELDS) entry->field[column] = of->field[column];
    if (is_giving(column))
        entry->giving[column - EG_FLAT_AWARD_DATE] = of->giving[column - EG_FLAT_AWARD_DATE];
    if (column == EG_ENTRY_LONGITUDE || column == EG_ENTRY_LATITUDE) {
        entry->has_position = of->has_position;
        entry->lon_deg = of->lon_deg;
        entry->lat_deg = of->lat_deg;
    } else if (column == EG_FLAT_SERVICE_AREA) {
        entry->area_geojson = of->area_geojson;
        entry->n_area_rings = of->n_area_rings;
        entry->area_ring_start = of->area_ring_start;
        entry->area_lonlat = of->area_lonlat;
    }
}

/* --- comparing ---------------------------------------------------------------------------------------------------------------------- */

static bool is_within(struct eg_text piece, const struct eg_text *items, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (struct eg_text rest = items[i], other; rest.data;) {
            rest = eg_text_cut(rest, ';', &other);
            if (eg_text_equal(piece, eg_text_trim(other))) return true;
        }
    return false;
}

/* As rows have them, in which an item with a semicolon is two. */
static bool has_all(const struct eg_text *items, uint32_t n, const struct eg_text *wanted, uint32_t n_wanted)
{
    for (uint32_t w = 0; w < n_wanted; w++)
        for (struct eg_text rest = wanted[w], piece; rest.data;) {
            rest = eg_text_cut(rest, ';', &piece);
            piece = eg_text_trim(piece);
            if (piece.len > 0 && !is_within(piece, items, n)) return false;
        }
    return true;
}

static bool is_same_position(const struct eg_entry *a, const struct eg_entry *b)
{
    if (!a->has_position || !b->has_position) return a->has_position == b->has_position;
    return fabs(a->lon_deg - b->lon_deg) < EG_FLAT_DEGREES_APART &&
           fabs(a->lat_deg - b->lat_deg) < EG_FLAT_DEGREES_APART;
}

static bool is_same_area(const struct eg_entry *a, const struct eg_entry *b)
{
    uint32_t n = a->n_area_rings;
    if (eg_text_equal(a->area_geojson, b->area_geojson)) return true;
    if (n != b->n_area_rings || n == 0) return false;
    size_t start_bytes = (n + 1) * sizeof *a->area_ring_start;
    if (memcmp(a->area_ring_start, b->area_ring_start, start_bytes) != 0) return false;
    for (uint32_t i = 0; i < 2 * a->area_ring_start[n]; i++)
        if (fabs(a->area_lonlat[i] - b->area_lonlat[i]) > CORNERS_APART) return false;
    return true;
}

/* "+44 20 …" that a spreadsheet took for a number has lost its sign, "02139" its zero. */
static struct eg_text as_number(struct eg_text text)
{
    while (text.len > 1 && (text.data[0] == '+' || text.data[0] == '0'))
        text = (struct eg_text){text.data + 1, text.len - 1};
    return text;
}

/* What spreadsheets leave out when they save a table again: blanks at the ends, and how lines are parted. */
static bool is_same_but_for_breaks(struct eg_text a, struct eg_text b)
{
    size_t i = 0, k = 0;
    a = eg_text_trim(a), b = eg_text_trim(b);
    for (;;) {
        while (i < a.len && a.data[i] == '\r') i++;
        while (k < b.len && b.data[k] == '\r') k++;
        if (i == a.len || k == b.len) return i == a.len && k == b.len;
        if (a.data[i++] != b.data[k++]) return false;
    }
}

static bool has_schedule(const struct eg_schedule *schedules, uint32_t n, const struct eg_schedule *wanted)
{
    for (uint32_t i = 0; i < n; i++)
        if (schedules[i].freq == wanted->freq && schedules[i].first_day == wanted->first_day &&
            schedules[i].opens_min == wanted->opens_min && schedules[i].closes_min == wanted->closes_min &&
            memcmp(schedules[i].byday, wanted->byday, sizeof wanted->byday) == 0)
            return true;
    return false;
}

/* "Tu 10-12; Mo 9-12" is "Mo 09:00-12:00; Tu 10:00-12:00". */
static bool are_same_hours(struct eg_text a, struct eg_text b)
{
    struct eg_schedule of_a[EG_SCHEDULE_HOURS_MAX], of_b[EG_SCHEDULE_HOURS_MAX];
    uint32_t n_a, n_b, i = 0, k = 0;
    if (!eg_schedules_from_dated_hours(a, of_a, &n_a) || !eg_schedules_from_dated_hours(b, of_b, &n_b))
        return false;
    if (eg_hours_close_on_holidays(a) != eg_hours_close_on_holidays(b)) return false;
    while (i < n_a && has_schedule(of_b, n_b, &of_a[i])) i++;
    while (k < n_b && has_schedule(of_a, n_a, &of_b[k])) k++;
    return i == n_a && k == n_b && n_a > 0;
}

static bool is_same_text(struct eg_text a, struct eg_text b, unsigned column)
{
    double x, y;
    if (is_same_but_for_breaks(a, b)) return true;
    if (column == EG_ENTRY_HOURS) return are_same_hours(a, b);
    if (column == EG_ENTRY_PHONE || column == EG_ENTRY_POSTCODE)
        return eg_text_is_digits(as_number(a)) && eg_text_equal(as_number(a), as_number(b));
    if (column != EG_ENTRY_AMOUNT || !eg_text_to_double(a, &x) || !eg_text_to_double(b, &y)) return false;
    return !(x < y || x > y);
}

static bool is_same_column(const struct eg_entry *a, const struct eg_entry *b, unsigned column)
{
    uint32_t n_a, n_b;
    const struct eg_text *of_a = eg_flat_list(a, column, &n_a), *of_b = eg_flat_list(b, column, &n_b);
    if (n_a != UINT32_MAX) return has_all(of_a, n_a, of_b, n_b) && has_all(of_b, n_b, of_a, n_a);
    switch (column) {
    case EG_ENTRY_LONGITUDE:
    case EG_ENTRY_LATITUDE:
        return is_same_position(a, b);
    case EG_ENTRY_KIND:
        return a->kind == b->kind;
    case EG_FLAT_ID:
        return memcmp(a->id, b->id, EG_UUID_TEXT_LEN) == 0;
    case EG_FLAT_SERVES_BOUNDARIES:
        return a->n_serves == 0 || a->serves_boundaries == b->serves_boundaries;
    case EG_FLAT_SERVICE_AREA:
        return is_same_area(a, b);
    case EG_FLAT_CHARITY_NUMBER:
    case EG_FLAT_COMPANY_NUMBER:
        return true; /* what is left of them is new */
    case EG_FLAT_AWARD_DATE:
    case EG_FLAT_FUNDER_ID:
        return eg_text_equal(a->giving[column - EG_FLAT_AWARD_DATE], b->giving[column - EG_FLAT_AWARD_DATE]);
    case EG_FLAT_ORGANISATION_ID:
        return eg_text_equal(a->organization_id, b->organization_id);
    default:
        return is_same_text(a->field[column], b->field[column], column);
    }
}

void eg_flat_fill(struct eg_entry *entry, const struct eg_entry *known, bool has_kind, bool has_key)
{
    bool has_other_funder =
        !is_empty(entry, EG_ENTRY_FUNDER) && !is_same_column(entry, known, EG_ENTRY_FUNDER);
    for (unsigned column = 0; column < EG_N_FLAT_COLUMNS; column++) {
        bool stays = column == EG_ENTRY_ORGANISATION || (column == EG_FLAT_FUNDER_ID && has_other_funder);
        if (!stays && is_empty(entry, column)) set_column(entry, known, column);
    }
    if (!has_key) entry->field[EG_ENTRY_KEY] = known->field[EG_ENTRY_KEY];
    if (has_kind) return;
    entry->field[EG_ENTRY_KIND] = known->field[EG_ENTRY_KIND];
    entry->kind = known->kind;
}

bool eg_flat_is_same(const struct eg_entry *a, const struct eg_entry *b)
{
    unsigned column = 0;
    while (column < EG_N_FLAT_COLUMNS && is_same_column(a, b, column)) column++;
    return column == EG_N_FLAT_COLUMNS;
}

/* --- what is new -------------------------------------------------------------------------------------------------------------------- */

#define GROUP_COLUMNS 8U

/* Columns of which records are made together; ended by EG_N_FLAT_COLUMNS. */
static const unsigned groups[][GROUP_COLUMNS] = {
    {EG_ENTRY_DESCRIPTION, EG_N_FLAT_COLUMNS},
    {EG_ENTRY_PROGRAMME, EG_N_FLAT_COLUMNS},
    {EG_ENTRY_PHONE, EG_N_FLAT_COLUMNS},
    {EG_ENTRY_EMAIL, EG_N_FLAT_COLUMNS},
    {EG_ENTRY_URL, EG_N_FLAT_COLUMNS},
    {EG_ENTRY_LAST_REVIEWED, EG_N_FLAT_COLUMNS},
    {EG_ENTRY_TOPICS, EG_N_FLAT_COLUMNS},
    {EG_ENTRY_LANGUAGES, EG_N_FLAT_COLUMNS},
    {EG_ENTRY_ADDRESS, EG_ENTRY_POSTCODE, EG_ENTRY_LONGITUDE, EG_ENTRY_LATITUDE, EG_ENTRY_ACCESSIBILITY,
     EG_N_FLAT_COLUMNS},
    {EG_ENTRY_SERVES, EG_FLAT_SERVES_BOUNDARIES, EG_N_FLAT_COLUMNS},
    {EG_FLAT_SERVICE_AREA, EG_N_FLAT_COLUMNS},
    {EG_ENTRY_FUNDER, EG_ENTRY_AMOUNT, EG_ENTRY_CURRENCY, EG_ENTRY_START, EG_ENTRY_END, EG_FLAT_AWARD_DATE,
     EG_FLAT_FUNDER_ID, EG_N_FLAT_COLUMNS},
    {EG_ENTRY_HOURS, EG_N_FLAT_COLUMNS},
};

void eg_flat_empty_same(struct eg_entry *entry, const struct eg_entry *known)
{
    for (size_t g = 0; g < EG_ARRAY_LEN(groups); g++) {
        unsigned n = 0;
        bool is_same = true;
        for (; groups[g][n] != EG_N_FLAT_COLUMNS; n++) is_same &= is_same_column(entry, known, groups[g][n]);
        for (unsigned c = 0; c < n && is_same; c++) set_column(entry, NULL, groups[g][c]);
    }
}
