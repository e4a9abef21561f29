/* One record by itself. Forms are checked as strictly as clients of the HSDS API rely on them, and no more: a telephone number is what
 * its owner writes. */
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/hash.h"
#include "data/record_specs.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(struct eg_text text)
{
    if (text.len != EG_UUID_TEXT_LEN) return false;
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.data[i] != '-' : !is_hex(text.data[i])) return false;
    }
    return true;
}

static bool has_form(struct eg_text text, const char *form) /* '0' stands for a digit */
{
    if (text.len != strlen(form)) return false;
    for (size_t i = 0; i < text.len; i++)
        if (form[i] == '0' ? !is_digit(text.data[i]) : text.data[i] != form[i]) return false;
    return true;
}

static unsigned two_digits(const char *at)
{
    return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

static bool is_date(struct eg_text text)
{
    int64_t day;
    return eg_calendar_parse_date(text, &day);
}

/* Z, or +HH:MM, or nothing. */
static bool is_offset(struct eg_text text)
{
    if (text.len == 0 || eg_text_equal(text, EG_TEXT("Z"))) return true;
    return (has_form(text, "+00:00") || has_form(text, "-00:00")) && two_digits(text.data + 1) < 24 &&
           two_digits(text.data + 4) < 60;
}

static bool is_time(struct eg_text text)
{
    size_t len = 5;
    if (text.len < 5 || !has_form((struct eg_text){text.data, 5}, "00:00")) return false;
    if (text.len >= 8 && has_form((struct eg_text){text.data + 5, 3}, ":00")) {
        if (two_digits(text.data + 6) > 59) return false;
        len = 8;
        if (text.len > 8 && text.data[8] == '.') {
            do len++;
            while (len < text.len && is_digit(text.data[len]));
        }
    }
    unsigned hour = two_digits(text.data), minute = two_digits(text.data + 3);
    if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return false;
    return is_offset((struct eg_text){text.data + len, text.len - len});
}

static bool is_date_time(struct eg_text text)
{
    if (text.len < 17 || (text.data[10] != 'T' && text.data[10] != ' ')) return false;
    struct eg_text time = {text.data + 11, text.len - 11};
    bool zoned = time.data[time.len - 1] == 'Z' ||
                 (time.len > 6 && (time.data[time.len - 6] == '+' || time.data[time.len - 6] == '-'));
    return is_date((struct eg_text){text.data, 10}) && is_time(time) && zoned;
}

/* A scheme, a colon, something behind it, no blanks or control characters. */
static bool is_uri(struct eg_text text)
{
    size_t i = 0;
    while (i < text.len && (is_hex(text.data[i]) || (text.data[i] >= 'a' && text.data[i] <= 'z') ||
                            (text.data[i] >= 'A' && text.data[i] <= 'Z') || strchr("+-.", text.data[i])))
        i++;
    if (i == 0 || is_digit(text.data[0]) || i + 1 >= text.len || text.data[i] != ':') return false;
    for (; i < text.len; i++)
        if ((unsigned char)text.data[i] <= ' ' || text.data[i] == 0x7F) return false;
    return true;
}

static bool begins_with(struct eg_text text, struct eg_text head)
{
    return text.len >= head.len && eg_text_equal_any_case((struct eg_text){text.data, head.len}, head);
}

/* What a browser would run, or open of its own machine. */
static bool is_harmful(struct eg_text uri)
{
    static const char *const schemes[] = {"javascript:", "vbscript:", "data:", "file:", "blob:"};
    for (size_t i = 0; i < EG_ARRAY_LEN(schemes); i++)
        if (begins_with(uri, eg_text_from(schemes[i]))) return true;
    return false;
}

/* A scheme of the web and a host. */
static bool is_url(struct eg_text text)
{
    bool is_web = begins_with(text, EG_TEXT("http://")) || begins_with(text, EG_TEXT("https://"));
    size_t host = is_web && (text.data[4] == 's' || text.data[4] == 'S') ? 8 : 7;
    return is_web && is_uri(text) && host < text.len && !strchr("/?#:@", text.data[host]);
}

static bool is_email(struct eg_text text)
{
    struct eg_text local, domain = eg_text_cut(text, '@', &local);
    if (local.len == 0 || domain.len < 3 || text.len > 254) return false;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] <= ' ' || strchr("<>(),;:\\\"[]", text.data[i])) return false;
    return !memchr(domain.data, '@', domain.len) && memchr(domain.data, '.', domain.len) &&
           domain.data[0] != '.' && domain.data[domain.len - 1] != '.';
}

static bool is_word(struct eg_text text, const char *const *words)
{
    for (; *words; words++)
        if (eg_text_equal(text, eg_text_from(*words))) return true;
    return false;
}

struct eg_text eg_record_number(struct eg_text text, char room[EG_RECORD_NUMBER_BYTES])
{
    double number;
    if (!eg_text_to_double(text, &number)) return text;
    /* A store of one kind keeps the sign of -0, another does not. */
    int n = snprintf(room, EG_RECORD_NUMBER_BYTES, "%.*g", EG_DECIMAL_DIGITS, number + 0.0);
    for (int i = 0; i < n; i++)
        if (!is_digit(room[i]) && !strchr("+-e", room[i])) room[i] = '.'; /* whatever the locale */
    return (struct eg_text){room, n > 0 ? (size_t)n : 0};
}

bool eg_record_text_is(enum eg_record_type type, struct eg_text text)
{
    double number;
    switch (type) {
    case EG_RECORD_ID:
    case EG_RECORD_REFERENCE:
    case EG_RECORD_LINK:
        return is_uuid(text);
    case EG_RECORD_NUMBER:
        return eg_text_to_double(text, &number) && eg_decimal_settle(number, &number);
    case EG_RECORD_DATE:
        return is_date(text);
    case EG_RECORD_DATE_TIME:
        return is_date_time(text);
    case EG_RECORD_WHEN:
        return is_date(text) || is_date_time(text);
    case EG_RECORD_TIME:
        return is_time(text);
    case EG_RECORD_URI:
        return is_uri(text) && !is_harmful(text);
    case EG_RECORD_URL:
        return is_url(text);
    case EG_RECORD_EMAIL:
        return is_email(text);
    case EG_RECORD_TEXT:
    case EG_RECORD_WORD:
        break;
    }
    return true;
}

static bool is_well_formed(const struct eg_record_field *field, struct eg_text text, bool is_incoming)
{
    bool is_address = field->type == EG_RECORD_URI || field->type == EG_RECORD_URL;
    if (is_address && !is_incoming) return is_uri(text);
    return field->type == EG_RECORD_WORD ? is_word(text, field->words) : eg_record_text_is(field->type, text);
}

/* Says of a text that has not the form of its field what it should be. */
static enum eg_status refuse(const struct eg_record_spec *spec, const struct eg_record_field *field,
                             struct eg_text text, struct eg_error *err)
{
    static const char *const forms[] = {
        [EG_RECORD_TEXT] = "text",
        [EG_RECORD_ID] = "a UUID such as 585a9093-5c12-5388-b7de-8ecc54e58082",
        [EG_RECORD_REFERENCE] = "the UUID of another record",
        [EG_RECORD_LINK] = "the UUID of another record",
        [EG_RECORD_NUMBER] = "a number",
        [EG_RECORD_DATE] = "a date (YYYY-MM-DD)",
        [EG_RECORD_DATE_TIME] = "a time (2026-01-31T09:30:00Z)",
        [EG_RECORD_WHEN] = "a date (YYYY-MM-DD) or a time (2026-01-31T09:30:00Z)",
        [EG_RECORD_TIME] = "a time of day (HH:MM)",
        [EG_RECORD_URI] = "an address with its scheme (https://...)",
        [EG_RECORD_URL] = "an address of the web (https://...)",
        [EG_RECORD_EMAIL] = "an e-mail address",
    };
    char words[160] = "one of";
    size_t len = strlen(words);
    for (const char *const *word = field->words; word && *word; word++) {
        int n = snprintf(words + len, sizeof words - len, " '%s'", *word);
        len = n > 0 && len + (size_t)n < sizeof words ? len + (size_t)n : len;
    }
    eg_error_set(err, EG_INVALID, "%s.%s: '%.*s' is not %s", spec->name, field->name,
                 text.len < 60 ? (int)text.len : 0, text.data, field->words ? words : forms[field->type]);
    eg_error_field(err, field->name);
    return EG_INVALID;
}

static enum eg_status check_field(const struct eg_record_spec *spec, const struct eg_record_field *field,
                                  struct eg_text text, bool is_incoming, struct eg_error *err)
{
    enum eg_status status = EG_OK;
    if (text.len == 0 && !field->needed) return EG_OK;
    if (text.len == 0)
        status =
            eg_error_set(err, EG_INVALID, "%s.%s is missing and has to be given", spec->name, field->name);
    else if (text.len > EG_RECORD_FIELD_BYTES)
        status = eg_error_set(err, EG_LIMIT, "%s.%s has %zu bytes; the limit is %u", spec->name, field->name,
                              text.len, EG_RECORD_FIELD_BYTES);
    else if (!eg_text_is_utf8(text))
        status = eg_error_set(err, EG_INVALID, "%s.%s is not UTF-8", spec->name, field->name);
    else if (!is_well_formed(field, text, is_incoming)) return refuse(spec, field, text, err);
    if (status != EG_OK) eg_error_field(err, field->name);
    return status;
}

static enum eg_status check(enum eg_record_table table, const struct eg_text *field, bool is_incoming,
                            struct eg_error *err)
{
    const struct eg_record_spec *spec = eg_record_spec(table);
    for (uint32_t i = 0; i < spec->n_fields; i++) {
        enum eg_status status = check_field(spec, &spec->fields[i], field[i], is_incoming, err);
        if (status != EG_OK) return status;
    }
    return EG_OK;
}

enum eg_status eg_record_check(enum eg_record_table table, const struct eg_text *field, struct eg_error *err)
{
    return check(table, field, false, err);
}

enum eg_status eg_record_check_incoming(enum eg_record_table table, const struct eg_text *field,
                                        struct eg_error *err)
{
    return check(table, field, true, err);
}
