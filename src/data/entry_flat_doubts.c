/* What a row says that nobody may have meant. It is told; what no entry can have is left out. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "data/entry_flat_internal.h"

#define DATE_LEN 10U
#define AMOUNT_BYTES 40U

/* Line breaks and tabs belong to texts. */
static bool is_control(unsigned char byte)
{
    return (byte < ' ' && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F;
}

static void doubt_controls(struct eg_flat_intake *intake, const struct eg_text *cells,
                           const struct eg_intake_place *place)
{
    for (unsigned column = 0; column < EG_N_FLAT_COLUMNS; column++) {
        size_t i = 0;
        while (i < cells[column].len && !is_control((unsigned char)cells[column].data[i])) i++;
        if (i < cells[column].len)
            eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                           "the %s has a control character (U+%04X); it is kept as it is",
                           eg_flat_column_name(column), (unsigned)(unsigned char)cells[column].data[i]);
    }
}

static void doubt_position(struct eg_flat_intake *intake, const struct eg_entry *entry,
                           const struct eg_text *cells, const struct eg_intake_place *place)
{
    bool is_given = cells[EG_ENTRY_LONGITUDE].len > 0 && cells[EG_ENTRY_LATITUDE].len > 0;
    if (is_given && !entry->has_position)
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the position 0,0 is left out: other programs write it for an unknown one");
}

static struct eg_text without_sign(struct eg_text text)
{
    static const char *const signs[] = {"\xc2\xa3", "$", "\xe2\x82\xac"}; /* of pounds, dollars, euros */
    for (size_t i = 0; i < EG_ARRAY_LEN(signs); i++) {
        size_t len = strlen(signs[i]);
        if (eg_text_starts_with(text, eg_text_from(signs[i])))
            return eg_text_trim((struct eg_text){text.data + len, text.len - len});
    }
    return text;
}

/* "10,000", "1,234,567.50", "10000": digits, in groups of three if there are commas, and two decimals or none. "10.000" is ten in one
 * country and ten thousand in another. The digits go to digits_out. */
static bool read_groups(struct eg_text text, char digits_out[AMOUNT_BYTES])
{
    struct eg_text whole, pence = eg_text_cut(text, '.', &whole), group;
    size_t len = 0;
    bool is_first = true;
    if (text.len >= AMOUNT_BYTES || (pence.data && (pence.len != 2 || !eg_text_is_digits(pence))))
        return false;
    do {
        bool has_comma;
        whole = eg_text_cut(whole, ',', &group);
        has_comma = !is_first || whole.data;
        if (group.len == 0 || !eg_text_is_digits(group)) return false;
        if (has_comma && (is_first ? group.len > 3 : group.len != 3)) return false;
        memcpy(digits_out + len, group.data, group.len);
        len += group.len;
        is_first = false;
    } while (whole.data);
    (void)snprintf(digits_out + len, AMOUNT_BYTES - len, "%s%.*s", pence.data ? "." : "", EG_TEXT_ARG(pence));
    return true;
}

/* As people and spreadsheets write it. */
static void read_money(struct eg_flat_intake *intake, struct eg_entry *entry, struct eg_arena *arena,
                       const struct eg_intake_place *place)
{
    double amount;
    char digits[AMOUNT_BYTES];
    struct eg_text given = entry->field[EG_ENTRY_AMOUNT];
    if (given.len == 0 || eg_text_to_double(given, &amount) || !read_groups(without_sign(given), digits))
        return;
    struct eg_text read = eg_text_copy(arena, eg_text_from(digits));
    if (!read.data) return; /* it is told as no number, then */
    entry->field[EG_ENTRY_AMOUNT] = read;
    eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "the amount '%.*s' is read as %s",
                   EG_TEXT_SHOWN(given, 40), digits);
}

static void doubt_amount(struct eg_flat_intake *intake, struct eg_entry *entry,
                         const struct eg_intake_place *place)
{
    double amount;
    struct eg_text *text = &entry->field[EG_ENTRY_AMOUNT];
    if (!eg_text_to_double(*text, &amount) || amount >= 0) return;
    eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place, "the amount '%.*s' is left out: it is below zero",
                   EG_TEXT_SHOWN(*text, 40));
    *text = EG_TEXT("");
}

/* A code of ISO 4217 has three letters; three times X stands for none, XTS for tests. */
static void doubt_currency(struct eg_flat_intake *intake, const struct eg_entry *entry,
                           const struct eg_intake_place *place)
{
    struct eg_text text = entry->field[EG_ENTRY_CURRENCY];
    bool is_code = text.len == 3;
    for (size_t i = 0; i < text.len && is_code; i++)
        is_code =
            (text.data[i] >= 'A' && text.data[i] <= 'Z') || (text.data[i] >= 'a' && text.data[i] <= 'z');
    is_code = is_code &&
              !eg_text_equal_any_case(text, EG_TEXT("XX"
                                                    "X")) &&
              !eg_text_equal_any_case(text, EG_TEXT("XTS"));
    if (text.len > 0 && !is_code)
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the currency '%.*s' is none of ISO 4217 such as GBP; it is kept as it is",
                       EG_TEXT_SHOWN(text, 40));
}

static bool begins_with_year(struct eg_text text)
{
    return text.len >= 4 && eg_text_is_digits((struct eg_text){text.data, 4});
}

/* Of a year and a date only the years tell. */
static void doubt_dates(struct eg_flat_intake *intake, const struct eg_entry *entry,
                        const struct eg_intake_place *place)
{
    struct eg_text start = entry->field[EG_ENTRY_START], end = entry->field[EG_ENTRY_END];
    size_t len = start.len < end.len ? start.len : end.len;
    if (len > DATE_LEN) len = DATE_LEN;
    if (!begins_with_year(start) || !begins_with_year(end) || memcmp(end.data, start.data, len) >= 0) return;
    eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                   "the end '%.*s' is before the start '%.*s'; both are kept", EG_TEXT_SHOWN(end, 40),
                   EG_TEXT_SHOWN(start, 40));
}

void eg_flat_doubt(struct eg_flat_intake *intake, struct eg_entry *entry, const struct eg_text *cells,
                   struct eg_arena *arena, const struct eg_intake_place *place)
{
    doubt_controls(intake, cells, place);
    doubt_position(intake, entry, cells, place);
    read_money(intake, entry, arena, place);
    doubt_amount(intake, entry, place);
    doubt_currency(intake, entry, place);
    doubt_dates(intake, entry, place);
}

void eg_flat_doubt_header(struct eg_flat_intake *intake, const bool *seen,
                          const struct eg_intake_place *place)
{
    if (!seen[EG_ENTRY_KEY])
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "there is no column 'Identifier': a grant is known by its title and place");
    if (!seen[EG_ENTRY_AMOUNT])
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "there is no column 'Amount Awarded': grants come without an amount");
}

void eg_flat_doubt_grant(struct eg_flat_intake *intake, const bool *seen, const struct eg_text *cells,
                         const struct eg_intake_place *place)
{
    if (seen[EG_ENTRY_KEY] && cells[EG_ENTRY_KEY].len == 0)
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the grant has no Identifier: it is known by its title and place");
    if (seen[EG_ENTRY_AMOUNT] && cells[EG_ENTRY_AMOUNT].len == 0)
        eg_flat_remark(intake, EG_INTAKE_DOUBTFUL, place,
                       "the grant has no Amount Awarded: it comes without an amount");
}
