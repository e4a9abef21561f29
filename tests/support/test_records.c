#include "support/test_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROWS_MAX 64

struct making {
    struct eg_test_random *random;
    struct eg_records_builder *builder;
    char id[EG_N_RECORD_TABLES][ROWS_MAX][EG_UUID_TEXT_LEN + 1];
    uint32_t n[EG_N_RECORD_TABLES];
};

/* Those that are referred to come first. */
static const enum eg_record_table order[EG_N_RECORD_TABLES] = {
    EG_RECORD_ORGANIZATION,
    EG_RECORD_PROGRAM,
    EG_RECORD_TAXONOMY,
    EG_RECORD_TAXONOMY_TERM,
    EG_RECORD_SERVICE,
    EG_RECORD_LOCATION,
    EG_RECORD_SERVICE_AT_LOCATION,
    EG_RECORD_CONTACT,
    EG_RECORD_PHONE,
    EG_RECORD_SERVICE_AREA,
    EG_RECORD_ADDRESS,
    EG_RECORD_SCHEDULE,
    EG_RECORD_LANGUAGE,
    EG_RECORD_ACCESSIBILITY,
    EG_RECORD_COST_OPTION,
    EG_RECORD_FUNDING,
    EG_RECORD_REQUIRED_DOCUMENT,
    EG_RECORD_ORGANIZATION_IDENTIFIER,
    EG_RECORD_META_TABLE_DESCRIPTION,
    EG_RECORD_ATTRIBUTE,
    EG_RECORD_METADATA,
};

static struct eg_text text_of(struct making *making, struct eg_text room)
{
    static const char *const pieces[] = {"a", "walk", "é", "漢字", ",",  "\"", "\n", "=1+1", "+44", "-", "@x",
                                         "'", "''=",  " ", ";",    "\\", "{",  "]",  "\r\n", "\t",  "🏥"};
    char *to = (char *)(uintptr_t)room.data;
    size_t len = 0;
    uint32_t n = 1 + eg_test_random_below(making->random, 6);
    for (uint32_t i = 0; i < n; i++) {
        const char *piece = pieces[eg_test_random_below(making->random, EG_ARRAY_LEN(pieces))];
        memcpy(to + len, piece, strlen(piece));
        len += strlen(piece);
    }
    struct eg_text text = eg_text_trim((struct eg_text){to, len});
    return text.len > 0 ? text : EG_TEXT("x");
}

static struct eg_text any_id(struct making *making, enum eg_record_table table)
{
    EG_ASSERT(making->n[table] > 0);
    return eg_text_from(making->id[table][eg_test_random_below(making->random, making->n[table])]);
}

static struct eg_text value_of(struct making *making, const struct eg_record_field *field,
                               struct eg_text room)
{
    static const char *const numbers[] = {"0", "1", "0.5", "51.5363870954125", "1e+20", "12500.5"};
    static const char *const dates[] = {"2026-01-31", "2000-02-29"};
    static const char *const date_times[] = {"2026-01-31T09:30:00Z", "2026-01-31T09:30:00.5+01:00"};
    static const char *const times[] = {"09:30", "09:30:59Z", "24:00+05:30"};
    static const char *const uris[] = {"https://x.example/?a=\"b\"", "mailto:a@b.example"};
    uint32_t pick = eg_test_random_below(making->random, 1000), n_words = 0;
    switch (field->type) {
    case EG_RECORD_NUMBER:
        return eg_text_from(numbers[pick % EG_ARRAY_LEN(numbers)]);
    case EG_RECORD_DATE:
        return eg_text_from(dates[pick % 2]);
    case EG_RECORD_DATE_TIME:
        return eg_text_from(date_times[pick % 2]);
    case EG_RECORD_WHEN:
        return eg_text_from(pick % 2 ? dates[pick / 2 % 2] : date_times[pick / 2 % 2]);
    case EG_RECORD_TIME:
        return eg_text_from(times[pick % 3]);
    case EG_RECORD_URI:
        return eg_text_from(uris[pick % 2]);
    case EG_RECORD_URL:
        return eg_text_from(uris[0]);
    case EG_RECORD_EMAIL:
        return EG_TEXT("a+b@c.example");
    case EG_RECORD_WORD:
        while (field->words[n_words]) n_words++;
        return eg_text_from(field->words[pick % n_words]);
    case EG_RECORD_REFERENCE:
        return any_id(making, field->to);
    default:
        return text_of(making, room);
    }
}

/* What an attribute or a line of metadata is about. */
static void link_row(struct making *making, enum eg_record_table table, struct eg_text *field)
{
    enum eg_record_table to = order[eg_test_random_below(making->random, 15)];
    struct eg_text name = eg_text_from(eg_record_spec(to)->name);
    if (table == EG_RECORD_ATTRIBUTE) {
        field[EG_ATTRIBUTE_LINK_ID] = any_id(making, to);
        field[EG_ATTRIBUTE_LINK_ENTITY] = name;
    } else if (table == EG_RECORD_METADATA) {
        field[EG_METADATA_RESOURCE_ID] = any_id(making, to);
        field[EG_METADATA_RESOURCE_TYPE] = name;
    }
}

static void mark_private(enum eg_record_table table, struct eg_text *field)
{
    bool contact =
        table == EG_RECORD_CONTACT && eg_text_equal(field[EG_CONTACT_VISIBILITY], EG_TEXT("private"));
    bool phone = table == EG_RECORD_PHONE && eg_text_equal(field[EG_PHONE_VISIBILITY], EG_TEXT("private"));
    if (contact) field[EG_CONTACT_NAME] = EG_TEXT("PRIVATE person");
    if (phone) field[EG_PHONE_NUMBER] = EG_TEXT("PRIVATE number");
}

/* On the Earth, or nowhere. */
static void place_location(struct making *making, struct eg_text *field)
{
    static const char *const degrees[] = {"1", "-1.5", "51.5363870954125"};
    bool has_position = eg_test_random_below(making->random, 2) > 0;
    for (uint32_t f = EG_LOCATION_LATITUDE; f <= EG_LOCATION_LONGITUDE; f++)
        field[f] =
            has_position ? eg_text_from(degrees[eg_test_random_below(making->random, 3)]) : EG_TEXT("");
}

static void add_row(struct making *making, enum eg_record_table table)
{
    static char rooms[EG_RECORD_FIELDS][64];
    const struct eg_record_spec *spec = eg_record_spec(table);
    struct eg_text field[EG_RECORD_FIELDS] = {{0}};
    char *id = making->id[table][making->n[table]];
    (void)snprintf(id, EG_UUID_TEXT_LEN + 1, "%08x-0000-4000-8000-%012x",
                   (unsigned)eg_test_random_u64(making->random), making->n[table] * 100 + (unsigned)table);
    field[0] = eg_text_from(id);
    for (uint32_t f = 1; f < spec->n_fields; f++) {
        bool absent = !spec->fields[f].needed && eg_test_random_below(making->random, 2) == 0;
        bool own = spec->fields[f].type == EG_RECORD_REFERENCE && making->n[spec->fields[f].to] == 0;
        if (!absent && !own && spec->fields[f].type != EG_RECORD_LINK)
            field[f] = value_of(making, &spec->fields[f], (struct eg_text){rooms[f], 0});
    }
    link_row(making, table, field);
    mark_private(table, field);
    if (table == EG_RECORD_LOCATION) place_location(making, field);
    struct eg_error err;
    if (eg_records_add(making->builder, table, field, &err) != EG_OK) fail_msg("%s", err.message);
    making->n[table]++;
}

struct eg_records *eg_test_records_random(struct eg_test_random *random, uint32_t most)
{
    static struct making making;
    struct eg_records *records = NULL;
    struct eg_error err;
    assert_true(most <= ROWS_MAX);
    making = (struct making){.random = random};
    assert_int_equal(eg_records_builder_new(&making.builder, &err), EG_OK);
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        uint32_t n = 1 + eg_test_random_below(random, most);
        for (uint32_t i = 0; i < n; i++) add_row(&making, order[t]);
    }
    if (eg_records_finish(making.builder, &records, &err) != EG_OK) fail_msg("%s", err.message);
    eg_records_builder_free(making.builder);
    return records;
}

void eg_test_records_equal(const struct eg_records *a, const struct eg_records *b)
{
    for (unsigned t = 0; t < EG_N_RECORD_TABLES; t++) {
        const struct eg_record_spec *spec = eg_record_spec((enum eg_record_table)t);
        uint32_t n = eg_records_count(a, (enum eg_record_table)t);
        if (eg_records_count(b, (enum eg_record_table)t) != n)
            fail_msg("the rows of %s differ in number", spec->name);
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t f = 0; f < spec->n_fields; f++) {
                struct eg_text x = eg_records_at(a, (enum eg_record_table)t, i)->field[f];
                struct eg_text y = eg_records_at(b, (enum eg_record_table)t, i)->field[f];
                if (!eg_text_equal(x, y))
                    fail_msg("%s.%s is '%.*s' and '%.*s'", spec->name, spec->fields[f].name, EG_TEXT_ARG(x),
                             EG_TEXT_ARG(y));
            }
    }
}

static void write_remark(void *context, const struct eg_intake_remark *remark)
{
    eg_buffer_printf(
        context, "%s %.*s%s%u %.*s%s%s\n", remark->kind == EG_INTAKE_REJECTED ? "rejected" : "doubtful",
        EG_TEXT_ARG(remark->place.file), remark->place.file.len > 0 ? " " : "", remark->place.line,
        EG_TEXT_ARG(remark->place.path), remark->place.path.len > 0 ? " " : "", remark->reason);
}

struct eg_intake_sink eg_test_remarks(struct eg_buffer *lines)
{
    return (struct eg_intake_sink){.remark = write_remark, .context = lines};
}
