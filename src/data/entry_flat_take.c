/* Taking rows: through the reader of the atlas's directories, so that a row is judged here as it is there; then the entry becomes records
 * unless the directory has it just so. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/textmap.h"
#include "data/entries_internal.h"
#include "data/entry_flat_internal.h"
#include "data/entry_records.h"
#include "data/geojson_rings.h"
#include "data/record_ids.h"
#include "data/record_tree.h"
#include "data/service_places.h"
#include "data/topic_names.h"

#define ARENA_CEILING_BYTES ((size_t)4 * 1024 * 1024 * 1024)

struct eg_flat_intake {
    const struct eg_flat_source *source;
    struct eg_atlas_directory spec;
    struct eg_entries_report report; /* of the row at hand */
    struct eg_entry_loader loader;
    struct eg_records_builder *builder;
    struct eg_entry_recorder *recorder;
    struct eg_textmap *ids;
    struct eg_textmap *by_key, *shared; /* known services by the key that they came with; keys of several */
    struct eg_flat_owners *owners;
    struct eg_topics *topics;
    struct eg_flat_counts counts;
    bool has_kind, has_key, has_id; /* of the row at hand */
    struct eg_flat_places *places;  /* the same; NULL: it has one */
    bool has_no_kinds;              /* no column says what an entry is */
    bool told_kinds;
};

/* --- remarks -------------------------------------------------------------------------------------------------------------------- */

void eg_flat_remark(struct eg_flat_intake *intake, enum eg_intake_kind kind,
                    const struct eg_intake_place *place, const char *format, ...)
{
    char reason[EG_INTAKE_REASON_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    if (kind == EG_INTAKE_REJECTED) intake->counts.rows.n_rejected++;
    else intake->counts.rows.n_doubtful++;
    struct eg_intake_remark remark = {kind, *place, reason};
    if (intake->source->sink.remark) intake->source->sink.remark(intake->source->sink.context, &remark);
}

void eg_flat_lacks_kinds(struct eg_flat_intake *intake)
{
    intake->has_no_kinds = true;
}

/* Without a column, once: what holds for every row need not be told of each. */
static void doubt_kind(struct eg_flat_intake *intake, const struct eg_intake_place *place)
{
    if (intake->has_kind || intake->source->format == EG_FLAT_360GIVING) return;
    if (!intake->has_no_kinds) {
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "it has no kind: it is taken for a service");
        return;
    }
    if (intake->told_kinds) return;
    intake->told_kinds = true;
    eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                   "there is no column 'kind': this new entry and those that follow are taken for services");
}

/* --- one row -------------------------------------------------------------------------------------------------------------------- */

static bool is_too_long(struct eg_flat_intake *intake, const struct eg_text *cells,
                        const struct eg_intake_place *place)
{
    for (unsigned column = 0; column < EG_N_FLAT_COLUMNS; column++) {
        size_t most = column == EG_FLAT_SERVICE_AREA ? EG_RECORD_FIELD_BYTES : EG_FLAT_FIELD_BYTES;
        if (cells[column].len <= most) continue;
        eg_flat_remark(intake, EG_INTAKE_REJECTED, place, "the %s has %zu bytes; the limit is %zu",
                       eg_flat_column_name(column), cells[column].len, most);
        return true;
    }
    return false;
}

static uint32_t boundaries_named(const struct eg_atlas *atlas, struct eg_text id)
{
    for (uint32_t i = 0; i < atlas->n_boundaries; i++)
        if (eg_text_equal(atlas->boundaries[i].id, id)) return i;
    return EG_ATLAS_NONE;
}

/* What the atlas does not have of what is named: it is kept, since another load of the atlas may have it. */
static void check_served(struct eg_flat_intake *intake, struct eg_text boundaries, struct eg_text codes,
                         const struct eg_intake_place *place)
{
    char reason[EG_INTAKE_REASON_BYTES];
    const struct eg_intake_sink *sink = &intake->source->sink;
    if (sink->has_areas && !sink->has_areas(sink->context, boundaries, codes, reason))
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "of what it serves, %s; it is kept, and not shown",
                       reason);
}

static void take_served(struct eg_flat_intake *intake, struct eg_entry *entry, struct eg_text boundaries,
                        const struct eg_intake_place *place)
{
    char reason[EG_INTAKE_REASON_BYTES] = "";
    const struct eg_intake_sink *sink = &intake->source->sink;
    if (entry->n_serves == 0) return;
    if (boundaries.len == 0 && sink->boundaries_of)
        boundaries = sink->boundaries_of(sink->context, entry->field[EG_ENTRY_SERVES], reason);
    entry->serves_boundaries = boundaries_named(intake->source->atlas, boundaries);
    if (entry->serves_boundaries != EG_ATLAS_NONE) {
        check_served(intake, boundaries, entry->field[EG_ENTRY_SERVES], place);
        return;
    }
    if (reason[0])
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the codes that it serves are left out: %s, and it does not say which are meant",
                       reason);
    else
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the codes that it serves are left out: the atlas has no boundaries '%.*s'",
                       EG_TEXT_SHOWN(boundaries, 60));
    entry->n_serves = 0;
}

/* A polygon that cannot be used rejects its row. */
static enum eg_status take_area(struct eg_flat_intake *intake, struct eg_text geojson,
                                const struct eg_intake_place *place, bool *rejected_out, struct eg_error *err)
{
    struct eg_entry *entry = &intake->loader.items[0];
    struct eg_geojson_rings rings;
    struct eg_error fault = {0};
    if (geojson.len == 0) return EG_OK;
    enum eg_status status = eg_text_is_utf8(geojson)
                                ? eg_geojson_rings_read_sound(geojson, intake->loader.arena, &rings, &fault)
                                : eg_error_set(&fault, EG_INVALID, "it is not UTF-8");
    if (status == EG_NO_MEMORY) return eg_error_no_memory(err, geojson.len);
    if (status != EG_OK) {
        eg_flat_remark(intake, EG_INTAKE_REJECTED, place, "the service area: %s", fault.message);
        *rejected_out = true;
        return EG_OK;
    }
    entry->n_area_rings = rings.n_rings;
    entry->area_ring_start = rings.start;
    entry->area_lonlat = rings.lonlat;
    entry->area_geojson = eg_text_copy(intake->loader.arena, geojson);
    return entry->area_geojson.data ? EG_OK : eg_error_no_memory(err, geojson.len);
}

/* Lists that come from several hands number their rows alike: where a grant's number is the key of an entry of another kind, whose id was
 * made of it, the grant has an id of its own. */
static void part_grant(const struct eg_flat_intake *intake, struct eg_entry *entry)
{
    struct eg_text prefix = intake->spec.id_prefix, key = entry->field[EG_ENTRY_KEY];
    const struct eg_records *known = intake->source->known;
    const struct eg_record *service =
        known ? eg_records_find(known, EG_RECORD_SERVICE, (struct eg_text){entry->id, EG_UUID_TEXT_LEN})
              : NULL;
    if (!service || eg_text_equal(service->field[EG_SERVICE_KIND], EG_TEXT("grant"))) return;
    struct eg_text name =
        eg_text_format(intake->loader.arena, "%.*sgrant:%.*s", EG_TEXT_ARG(prefix), EG_TEXT_ARG(key));
    if (!name.data) return; /* what comes after is refused memory, too */
    EG_ASSERT(eg_uuid_v5(EG_ENTRIES_NAMESPACE, name, entry->id) == EG_OK);
}

/* A file that has keys and no ids, as 360Giving's have: an entry of the directory that came with this key, or has it for its id, is that
 * entry. */
static void find_id(const struct eg_flat_intake *intake, struct eg_entry *entry)
{
    struct eg_text key = entry->field[EG_ENTRY_KEY];
    const struct eg_records *known = intake->source->known;
    const struct eg_record *service = NULL;
    uint32_t i = eg_textmap_get(intake->by_key, key);
    if (i != EG_TEXTMAP_NONE && eg_textmap_get(intake->shared, key) == EG_TEXTMAP_NONE)
        service = eg_records_at(known, EG_RECORD_SERVICE, i);
    else if (known && eg_record_text_is(EG_RECORD_ID, key))
        service = eg_records_find(known, EG_RECORD_SERVICE, key);
    if (service) memcpy(entry->id, service->field[0].data, EG_UUID_TEXT_LEN);
    else if (intake->source->format == EG_FLAT_360GIVING) part_grant(intake, entry);
}

static enum eg_status index_keys(struct eg_flat_intake *intake, struct eg_error *err)
{
    const struct eg_records *known = intake->source->known;
    uint32_t n = known ? eg_records_count(known, EG_RECORD_SERVICE) : 0;
    intake->by_key = eg_textmap_new(n);
    intake->shared = eg_textmap_new(16);
    enum eg_status status = intake->by_key && intake->shared ? EG_OK : EG_NO_MEMORY;
    for (uint32_t i = 0; i < n && status == EG_OK; i++) {
        const struct eg_text *field = eg_records_at(known, EG_RECORD_SERVICE, i)->field;
        struct eg_text key = field[EG_SERVICE_SOURCE_KEY];
        bool is_meant = intake->source->format != EG_FLAT_360GIVING ||
                        eg_text_equal(field[EG_SERVICE_KIND], EG_TEXT("grant"));
        uint32_t first = EG_TEXTMAP_NONE;
        if (key.len > 0 && is_meant) status = eg_textmap_put(intake->by_key, key, i, &first);
        if (status == EG_OK && first != EG_TEXTMAP_NONE)
            status = eg_textmap_put(intake->shared, key, i, NULL);
    }
    return status == EG_OK ? EG_OK : eg_error_no_memory(err, n);
}

static void take_id(struct eg_flat_intake *intake, struct eg_entry *entry, struct eg_text id,
                    const struct eg_intake_place *place)
{
    if (id.len == 0) {
        find_id(intake, entry);
        return;
    }
    if (!eg_record_text_is(EG_RECORD_ID, id)) {
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the id '%.*s' is no UUID: %s stands for it, after the key", EG_TEXT_SHOWN(id, 60),
                       entry->id);
        return;
    }
    for (size_t i = 0; i < EG_UUID_TEXT_LEN; i++)
        entry->id[i] = id.data[i] >= 'A' && id.data[i] <= 'F' ? (char)(id.data[i] - 'A' + 'a') : id.data[i];
}

/* A row adds a number that its organisation has not, and changes none. */
static void take_number(struct eg_flat_intake *intake, struct eg_entry *entry, unsigned n,
                        const struct eg_intake_place *place)
{
    struct eg_text now = EG_TEXT(""), told = entry->register_number[n];
    if (intake->source->known && told.len > 0)
        now = eg_entry_register_number(intake->source->known, entry->organization_id, (enum eg_register)n);
    bool is_text = eg_text_is_utf8(told) && told.len <= EG_RECORD_FIELD_BYTES;
    if (now.len > 0 || !is_text) entry->register_number[n] = EG_TEXT("");
    if (!is_text)
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "the %s is left out: it is not UTF-8",
                       eg_flat_column_name(EG_FLAT_CHARITY_NUMBER + n));
    if (is_text && now.len > 0 && !eg_text_equal(now, told))
        eg_flat_remark(
            intake, EG_INTAKE_DOUBTFUL, place,
            "the %s '%.*s' is left out: its organisation has the number '%.*s', which no row changes",
            eg_flat_column_name(EG_FLAT_CHARITY_NUMBER + n), EG_TEXT_SHOWN(told, 40), EG_TEXT_SHOWN(now, 40));
}

static void take_giving(struct eg_flat_intake *intake, struct eg_entry *entry, const struct eg_text *cells,
                        const struct eg_intake_place *place)
{
    for (unsigned column = EG_FLAT_AWARD_DATE; column <= EG_FLAT_FUNDER_ID; column++) {
        if (eg_text_is_utf8(cells[column])) entry->giving[column - EG_FLAT_AWARD_DATE] = cells[column];
        else
            eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "the %s is left out: it is not UTF-8",
                           eg_flat_column_name(column));
    }
}

/* A UUID that stands for the funder's name, as an export has it, says nothing more than that. `known` NULL: the entry is new. Another funder
 * has not the number of the one before. */
static enum eg_status take_funder(struct eg_flat_intake *intake, struct eg_entry *entry,
                                  const struct eg_entry *known, const struct eg_intake_place *place,
                                  struct eg_error *err)
{
    struct eg_text *id = &entry->giving[EG_GIVING_FUNDER_ID], given = entry->field[EG_ENTRY_FUNDER],
                   was = known ? known->field[EG_ENTRY_FUNDER] : EG_TEXT("");
    for (int i = 0; i < 2 && eg_record_text_is(EG_RECORD_ID, *id); i++) {
        struct eg_text name = i == 0 ? given : was;
        struct eg_text made =
            name.len > 0 ? eg_record_id_of_name(intake->loader.arena, "organization", name) : EG_TEXT("");
        if (!made.data) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
        if (eg_text_equal(*id, made)) *id = EG_TEXT("");
    }
    if (known && id->len == 0 && known->giving[EG_GIVING_FUNDER_ID].len > 0 && given.len > 0 &&
        !eg_text_equal(given, was))
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the funder_id '%.*s' was that of '%.*s': '%.*s' comes without one",
                       EG_TEXT_SHOWN(known->giving[EG_GIVING_FUNDER_ID], 60), EG_TEXT_SHOWN(was, 60),
                       EG_TEXT_SHOWN(given, 60));
    return EG_OK;
}

static enum eg_status take_owner(struct eg_flat_intake *intake, struct eg_entry *entry,
                                 const struct eg_record *service, struct eg_text organization,
                                 const struct eg_intake_place *place, struct eg_error *err)
{
    char doubt[EG_ENTRY_DOUBT_BYTES];
    struct eg_flat_claim claim = {service, organization, intake->source->format == EG_FLAT_360GIVING};
    enum eg_status status = eg_flat_owner_find(intake->owners, &claim, entry, doubt, err);
    if (status == EG_OK && doubt[0]) eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "%s", doubt);
    for (unsigned n = 0; n < EG_N_REGISTERS && status == EG_OK; n++) take_number(intake, entry, n, place);
    return status;
}

/* `known` NULL: the entry is new. */
static enum eg_status take_topics(struct eg_flat_intake *intake, struct eg_entry *entry,
                                  const struct eg_entry *known, struct eg_error *err)
{
    struct eg_topics_wish wish = {entry->topics, known ? known->topics : NULL, entry->n_topics,
                                  known ? known->n_topics : 0};
    return eg_topics_meant(intake->topics, &wish, intake->loader.arena, &entry->topics, &entry->n_topics,
                           err);
}

/* What is told of further places, when it is known which they are. */
static enum eg_status settle_places(struct eg_flat_intake *intake, struct eg_entry *entry,
                                    const struct eg_entry *known, const struct eg_intake_place *place,
                                    struct eg_error *err)
{
    struct eg_entry_place one;
    struct eg_entry there;
    struct eg_service_places found = {.n = 0};
    if (!intake->places) return EG_OK;
    if (known) {
        struct eg_text service = {known->id, EG_UUID_TEXT_LEN};
        there = *known;
        if (known->n_places == 0) eg_service_places(intake->source->known, service, &found);
        if (found.n == 1) { /* an entry's only place does not say which location it is */
            one = eg_entry_place_at(known, 0);
            one.location = found.location[0]->field[EG_LOCATION_ID];
            there.places = &one;
            there.n_places = 1;
        }
        known = &there;
    }
    enum eg_status status = eg_flat_places_settle(intake->places, entry, known, intake->loader.arena, err);
    if (status == EG_OK && intake->places->has_new_hours)
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the hours of its further places are left out, but for what 'hours' has of them");
    return status;
}

/* The first of an entry's schedules that only people can read, as it stands at the end of its hours. */
static struct eg_text words_of(const struct eg_records *known, struct eg_text service)
{
    uint32_t n;
    const struct eg_record *const *rows =
        eg_records_with(known, EG_RECORD_SCHEDULE, EG_SCHEDULE_SERVICE_ID, service, &n);
    for (uint32_t i = 0; i < n; i++) {
        struct eg_schedule schedule;
        struct eg_text words = rows[i]->field[EG_SCHEDULE_DESCRIPTION];
        if (words.len > 0 && !eg_schedule_from_record(rows[i]->field, &schedule) &&
            !eg_hours_are_of_holidays(words))
            return words;
    }
    return EG_TEXT("");
}

/* Leaves of the entry what the directory does not know. */
static enum eg_status settle(struct eg_flat_intake *intake, struct eg_entry *entry,
                             const struct eg_record *service, const struct eg_intake_place *place,
                             bool *unchanged_out, struct eg_error *err)
{
    bool has_date = entry->field[EG_ENTRY_START].len + entry->field[EG_ENTRY_END].len > 0;
    struct eg_entry known;
    struct eg_entry_source source = {intake->source->atlas, intake->source->directory, intake->source->known,
                                     intake->loader.arena};
    *unchanged_out = false;
    if (!service) {
        enum eg_status placed = settle_places(intake, entry, NULL, place, err);
        if (placed != EG_OK) return placed;
        eg_flat_read_currency(intake, entry, NULL, intake->loader.arena, place);
        eg_flat_read_days(intake, entry, NULL, EG_TEXT(""), place);
        eg_flat_doubt_period(intake, entry, place);
        enum eg_status taken = take_funder(intake, entry, NULL, place, err);
        return taken == EG_OK ? take_topics(intake, entry, NULL, err) : taken;
    }
    enum eg_status status = eg_entry_from_records(&source, service, &known, err);
    if (status == EG_OK) status = take_topics(intake, entry, &known, err);
    if (status == EG_OK) status = settle_places(intake, entry, &known, place, err);
    if (status == EG_OK) status = take_funder(intake, entry, &known, place, err);
    if (status != EG_OK) return status;
    eg_flat_read_currency(intake, entry, &known, intake->loader.arena, place);
    eg_flat_read_days(intake, entry, &known, words_of(intake->source->known, service->field[0]), place);
    if (intake->has_key && !intake->has_id)
        eg_flat_doubt_identity(intake, entry, intake->has_kind ? entry->kind : known.kind, &known, place);
    bool is_moved = entry->organization_id.len > 0 &&
                    !eg_text_equal_any_case(entry->organization_id, known.organization_id);
    struct eg_text url = entry->field[EG_ENTRY_URL], email = entry->field[EG_ENTRY_EMAIL];
    eg_flat_fill(entry, &known, intake->has_kind, intake->has_key);
    if (has_date) eg_flat_doubt_period(intake, entry, place);
    *unchanged_out = eg_flat_is_same(entry, &known);
    for (unsigned n = 0; n < EG_N_REGISTERS; n++) *unchanged_out &= entry->register_number[n].len == 0;
    *unchanged_out &= !intake->places || intake->places->n <= 1;
    *unchanged_out &= entry->giving[EG_GIVING_RECIPIENT_ID].len == 0;
    eg_flat_empty_same(entry, &known);
    /* What an entry had from the organisation that it leaves it has no longer, unless it says it itself. */
    if (is_moved && service->field[EG_SERVICE_URL].len == 0) entry->field[EG_ENTRY_URL] = url;
    if (is_moved && service->field[EG_SERVICE_EMAIL].len == 0) entry->field[EG_ENTRY_EMAIL] = email;
    return EG_OK;
}

static enum eg_status record(struct eg_flat_intake *intake, struct eg_entry *entry,
                             struct eg_text organization, const struct eg_intake_place *place,
                             struct eg_error *err)
{
    char doubt[EG_ENTRY_DOUBT_BYTES];
    bool unchanged;
    uint32_t first;
    const struct eg_records *known = intake->source->known;
    struct eg_text id = eg_text_copy(intake->loader.arena, (struct eg_text){entry->id, EG_UUID_TEXT_LEN});
    if (!id.data) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
    enum eg_status status = eg_textmap_put(intake->ids, id, place->line, &first);
    if (status != EG_OK) return eg_error_no_memory(err, EG_UUID_TEXT_LEN);
    if (first != EG_TEXTMAP_NONE) {
        eg_flat_remark(intake, EG_INTAKE_REJECTED, place, "its id or key came before, in line %u: '%.*s'",
                       first, EG_TEXT_SHOWN(entry->field[EG_ENTRY_KEY], 80));
        return EG_OK;
    }
    const struct eg_record *service = known ? eg_records_find(known, EG_RECORD_SERVICE, id) : NULL;
    if (!service) doubt_kind(intake, place);
    status = take_owner(intake, entry, service, organization, place, err);
    if (status == EG_OK) status = settle(intake, entry, service, place, &unchanged, err);
    if (status != EG_OK || unchanged) {
        intake->counts.n_unchanged += status == EG_OK;
        return status;
    }
    struct eg_text words = service ? words_of(known, id) : EG_TEXT("");
    eg_flat_doubt_hours(intake, entry, words, place);
    eg_entry_recorder_knows_words(intake->recorder, words);
    if (intake->places && intake->places->n > 0) {
        entry->places = intake->places->items;
        entry->n_places = intake->places->n;
    }
    status = eg_entry_record(intake->recorder, entry, doubt, err);
    if (status == EG_OK && doubt[0]) eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "%s", doubt);
    return status;
}

/* "row 17: the latitude 'x' is not a number": the place is told by itself. */
static struct eg_text reason_of(const struct eg_entries_report *report)
{
    struct eg_text head, reason = eg_text_cut(report->rejected[0], ':', &head);
    return eg_text_trim(reason);
}

/* Of the places of a feature, what rejects it. */
static bool is_misplaced(struct eg_flat_intake *intake, const struct eg_flat_places *places,
                         const struct eg_intake_place *place)
{
    const char *why = NULL;
    if (!places) return false;
    if (places->is_no_point) why = "a point of the geometry is not [longitude, latitude]";
    if (places->is_off_earth) why = "one of its places is not on the Earth";
    if (places->is_too_long) why = "what it says of one of its places is too long";
    if (places->has_too_many) why = "it has too many places";
    if (why) eg_flat_remark(intake, EG_INTAKE_REJECTED, place, "%s", why);
    return why != NULL;
}

enum eg_status eg_flat_take(struct eg_flat_intake *intake, const struct eg_text *given,
                            struct eg_flat_places *places, const struct eg_intake_place *place,
                            struct eg_error *err)
{
    struct eg_text cells[EG_N_FLAT_COLUMNS];
    intake->places = places;
    if (intake->counts.rows.n_rows >= EG_INTAKE_ROWS_MAX)
        return eg_error_set(err, EG_LIMIT, "more than %u rows; import them in parts", EG_INTAKE_ROWS_MAX);
    intake->counts.rows.n_rows++;
    if (is_too_long(intake, given, place) || is_misplaced(intake, places, place)) return EG_OK;
    for (unsigned i = 0; i < EG_N_FLAT_COLUMNS; i++) {
        cells[i] = eg_text_trim_wide(given[i]);
        if (eg_text_equal(cells[i], EG_RECORD_NOT_STATED) && i != EG_ENTRY_NAME) cells[i] = EG_TEXT("");
    }
    intake->has_kind = cells[EG_ENTRY_KIND].len > 0;
    intake->has_key = cells[EG_ENTRY_KEY].len > 0;
    intake->has_id = cells[EG_FLAT_ID].len > 0;
    intake->loader.cell_of[EG_ENTRY_KEY] = cells[EG_ENTRY_KEY].len > 0 ? EG_ENTRY_KEY : EG_ATLAS_NONE;
    if (cells[EG_ENTRY_KEY].len == 0 && eg_record_text_is(EG_RECORD_ID, cells[EG_FLAT_ID])) {
        cells[EG_ENTRY_KEY] = cells[EG_FLAT_ID];
        intake->loader.cell_of[EG_ENTRY_KEY] = EG_ENTRY_KEY;
    }
    intake->report = (struct eg_entries_report){0};
    intake->loader.n = 0;
    enum eg_status status = eg_entries_row(&intake->loader, place->line, cells, err);
    if (status != EG_OK) return status;
    if (intake->report.n_rejected > 0) {
        eg_flat_remark(intake, EG_INTAKE_REJECTED, place, "%.*s", EG_TEXT_ARG(reason_of(&intake->report)));
        return EG_OK;
    }
    struct eg_entry *entry = &intake->loader.items[0];
    take_giving(intake, entry, cells, place);
    eg_flat_doubt(intake, entry, cells, intake->loader.arena, place);
    for (unsigned n = 0; n < EG_N_REGISTERS; n++)
        entry->register_number[n] = cells[EG_FLAT_CHARITY_NUMBER + n];
    take_id(intake, entry, cells[EG_FLAT_ID], place);
    take_served(intake, entry, cells[EG_FLAT_SERVES_BOUNDARIES], place);
    bool rejected = false;
    status = take_area(intake, cells[EG_FLAT_SERVICE_AREA], place, &rejected, err);
    return status == EG_OK && !rejected ? record(intake, entry, cells[EG_FLAT_ORGANISATION_ID], place, err)
                                        : status;
}

/* --- the whole ------------------------------------------------------------------------------------------------------------------ */

static enum eg_status begin(struct eg_flat_intake *intake, struct eg_error *err)
{
    const struct eg_atlas_directory *directory =
        &intake->source->atlas->directories[intake->source->directory];
    struct eg_entry_loader *loader = &intake->loader;
    loader->arena = eg_arena_new(ARENA_CEILING_BYTES);
    intake->ids = eg_textmap_new(64);
    if (!loader->arena || !intake->ids) return eg_error_no_memory(err, sizeof *intake);
    intake->spec = (struct eg_atlas_directory){.id = directory->id,
                                               .id_prefix = directory->id_prefix,
                                               .list_separator = ';',
                                               .serves_boundaries = EG_ATLAS_NONE};
    if (intake->spec.id_prefix.len == 0)
        intake->spec.id_prefix = eg_text_format(loader->arena, "%.*s:", EG_TEXT_ARG(directory->id));
    if (!intake->spec.id_prefix.data) return eg_error_no_memory(err, directory->id.len);
    bool grants = intake->source->format == EG_FLAT_360GIVING;
    intake->spec.constant[EG_ENTRY_KIND] = grants ? EG_TEXT("grant") : EG_TEXT("service");
    loader->spec = &intake->spec;
    loader->directory = intake->source->directory;
    loader->report = &intake->report;
    for (uint32_t f = 0; f < EG_N_ENTRY_FIELDS; f++) {
        loader->cell_of[f] = f;
        loader->before[f] = EG_TEXT("");
    }
    enum eg_status status = eg_records_builder_new(&intake->builder, err);
    if (status == EG_OK) status = index_keys(intake, err);
    if (status == EG_OK) status = eg_flat_owners_new(intake->source->known, &intake->owners, err);
    if (status == EG_OK) status = eg_topics_new(intake->source->known, &intake->topics, err);
    if (status != EG_OK) return status;
    status = eg_entry_recorder_new(intake->source->atlas, intake->builder, &intake->recorder, err);
    if (status == EG_OK) eg_entry_recorder_knows(intake->recorder, intake->source->known);
    return status;
}

static void end(struct eg_flat_intake *intake)
{
    eg_entry_recorder_free(intake->recorder);
    eg_records_builder_free(intake->builder);
    eg_textmap_free(intake->ids);
    eg_textmap_free(intake->by_key);
    eg_textmap_free(intake->shared);
    eg_arena_free(intake->loader.arena);
    free(intake->loader.items);
    eg_buffer_clear(&intake->loader.name);
    eg_flat_owners_free(intake->owners);
    eg_topics_free(intake->topics);
    free(intake);
}

enum eg_status eg_flat_read(struct eg_text text, const struct eg_flat_source *source,
                            struct eg_records **records_out, struct eg_flat_counts *counts_out,
                            struct eg_error *err)
{
    struct eg_flat_intake *intake = eg_memory_zeroed(1, sizeof *intake);
    if (!intake) return eg_error_no_memory(err, sizeof *intake);
    intake->source = source;
    eg_buffer_init(&intake->loader.name, 0);
    enum eg_status status = begin(intake, err);
    if (status == EG_OK && source->format == EG_FLAT_GEOJSON)
        status = eg_flat_read_features(intake, text, err);
    else if (status == EG_OK)
        status = eg_flat_read_rows(intake, text, source->format == EG_FLAT_360GIVING, err);
    if (status == EG_OK) status = eg_flat_owners_record(intake->owners, intake->builder, err);
    if (status == EG_OK) status = eg_records_finish(intake->builder, records_out, err);
    if (status == EG_OK) *counts_out = intake->counts;
    end(intake);
    return status;
}
