/* Four catalogues of some 250 short texts each, read once when the server starts. */
#include "http/locale.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/textmap.h"

#define MOST_LANGUAGES 32U /* of an Accept-Language that are looked at */
#define MOST_DECIMALS 6U
#define WHOLE_KM 10.0 /* from here on without decimals */

struct eg_locale {
    struct eg_text tag;
    struct eg_json *json; /* whose texts these are */
    struct eg_textmap *by_key;
    struct eg_text *texts; /* [n] */
    const struct eg_locale *english;
};

struct file {
    const char *tag, *begin, *end;
};
#define CATALOGUES(use) use(en) use(cy) use(es) use(pt)
#define DECLARE(tag) extern const char eg_embed_##tag##_json_begin[], eg_embed_##tag##_json_end[];
CATALOGUES(DECLARE)
#define ROW(tag) {#tag, eg_embed_##tag##_json_begin, eg_embed_##tag##_json_end},
static const struct file files[] = {CATALOGUES(ROW)};
#define N_LOCALES EG_ARRAY_LEN(files)

struct eg_locales {
    struct eg_locale locales[N_LOCALES];
};

/* --- life cycle ---------------------------------------------------------------------------------------------------- */

static enum eg_status index_texts(struct eg_locale *locale, struct eg_error *err)
{
    const struct eg_json_value *root = eg_json_root(locale->json), *value;
    const char *key = NULL;
    uint32_t n = 0;
    while (eg_json_next(root, &key)) n++;
    locale->texts = eg_memory_zeroed(n, sizeof *locale->texts);
    locale->by_key = eg_textmap_new(n);
    if (!locale->texts || !locale->by_key) return eg_error_no_memory(err, n * sizeof *locale->texts);
    key = NULL;
    for (uint32_t i = 0; (value = eg_json_next(root, &key)) != NULL; i++) {
        if (!eg_json_is_text(value, &locale->texts[i]))
            return eg_error_set(err, EG_INVALID, "locales/%s.json: '%s' is no text", locale->tag.data, key);
        enum eg_status status = eg_textmap_put(locale->by_key, eg_text_from(key), i, NULL);
        if (status != EG_OK) return eg_error_no_memory(err, 0);
    }
    return EG_OK;
}

enum eg_status eg_locales_new(struct eg_locales **locales_out, struct eg_error *err)
{
    struct eg_locales *locales = eg_memory_zeroed(1, sizeof *locales);
    if (!locales) return eg_error_no_memory(err, sizeof *locales);
    enum eg_status status = EG_OK;
    for (size_t i = 0; status == EG_OK && i < N_LOCALES; i++) {
        struct eg_locale *locale = &locales->locales[i];
        locale->tag = eg_text_from(files[i].tag);
        locale->english = &locales->locales[0];
        struct eg_text text = {files[i].begin, (size_t)(files[i].end - files[i].begin)};
        status = eg_json_parse(text, &locale->json, err);
        if (status == EG_OK) status = index_texts(locale, err);
    }
    if (status != EG_OK) {
        eg_locales_free(locales);
        return status;
    }
    *locales_out = locales;
    return EG_OK;
}

void eg_locales_free(struct eg_locales *locales)
{
    if (!locales) return;
    for (size_t i = 0; i < N_LOCALES; i++) {
        eg_textmap_free(locales->locales[i].by_key);
        free(locales->locales[i].texts);
        eg_json_free(locales->locales[i].json);
    }
    free(locales);
}

uint32_t eg_locales_count(const struct eg_locales *locales)
{
    (void)locales;
    return (uint32_t)N_LOCALES;
}

const struct eg_locale *eg_locales_at(const struct eg_locales *locales, uint32_t i)
{
    EG_ASSERT(i < N_LOCALES);
    return &locales->locales[i];
}

/* --- choosing ------------------------------------------------------------------------------------------------------ */

static struct eg_text primary(struct eg_text tag)
{
    struct eg_text head;
    (void)eg_text_cut(tag, '-', &head);
    return head;
}

/* By the language alone: Portuguese of Brazil and of Portugal read the same catalogue. */
static const struct eg_locale *find(const struct eg_locales *locales, struct eg_text tag)
{
    for (size_t i = 0; i < N_LOCALES; i++)
        if (eg_text_equal_any_case(locales->locales[i].tag, primary(tag))) return &locales->locales[i];
    return NULL;
}

static bool is_rtl(struct eg_text tag)
{
    static const char *const tags[] = {"ar", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"};
    for (size_t i = 0; i < EG_ARRAY_LEN(tags); i++)
        if (eg_text_equal_any_case(primary(tag), eg_text_from(tags[i]))) return true;
    return false;
}

/* "es-MX;q=0.8": the tag, and its weight; a weight that is none is 0. */
static double read_range(struct eg_text range, struct eg_text *tag_out)
{
    double weight = 1;
    struct eg_text rest = eg_text_trim(eg_text_cut(range, ';', tag_out));
    *tag_out = eg_text_trim(*tag_out);
    if (rest.len == 0) return weight;
    bool is_weight = eg_text_starts_with(rest, EG_TEXT("q=")) || eg_text_starts_with(rest, EG_TEXT("Q="));
    if (!is_weight || !eg_text_to_double((struct eg_text){rest.data + 2, rest.len - 2}, &weight)) return 0;
    return weight;
}

static const struct eg_locale *accepted(const struct eg_locales *locales, const char *accept_language)
{
    const struct eg_locale *best = &locales->locales[0];
    double best_weight = 0;
    struct eg_text rest = eg_text_from(accept_language), range;
    for (uint32_t i = 0; i < MOST_LANGUAGES && rest.len > 0; i++) {
        struct eg_text tag;
        rest = eg_text_cut(rest, ',', &range);
        double weight = read_range(range, &tag);
        const struct eg_locale *locale = find(locales, tag);
        if (!locale || weight <= best_weight) continue;
        best = locale;
        best_weight = weight;
    }
    return best;
}

struct eg_language eg_locales_choose(const struct eg_locales *locales, struct eg_text lang,
                                     const char *accept_language)
{
    if (lang.len == 0) return (struct eg_language){.locale = accepted(locales, accept_language)};
    const struct eg_locale *named = find(locales, lang);
    return (struct eg_language){.locale = named ? named : &locales->locales[0], .rtl = is_rtl(lang)};
}

/* --- texts --------------------------------------------------------------------------------------------------------- */

struct eg_text eg_locale_tag(const struct eg_locale *locale)
{
    return locale->tag;
}

struct eg_text eg_locale_text(const struct eg_locale *locale, const char *key)
{
    struct eg_text name = eg_text_from(key);
    uint32_t i = eg_textmap_get(locale->by_key, name);
    if (i != EG_TEXTMAP_NONE) return locale->texts[i];
    i = eg_textmap_get(locale->english->by_key, name);
    EG_ASSERT(i != EG_TEXTMAP_NONE);
    return locale->english->texts[i];
}

void eg_locale_add_texts(const struct eg_locale *locale, const char *prefix, struct eg_json *json,
                         struct eg_json_value *into)
{
    const struct eg_json_value *complete = eg_json_root(locale->english->json);
    const char *key = NULL;
    while (eg_json_next(complete, &key))
        if (eg_text_starts_with(eg_text_from(key), eg_text_from(prefix)))
            eg_json_text(json, into, key, eg_locale_text(locale, key));
}

static struct eg_text value_of(const struct eg_placeholder *fills, uint32_t n_fills, struct eg_text name)
{
    for (uint32_t i = 0; i < n_fills; i++)
        if (eg_text_equal(eg_text_from(fills[i].name), name)) return fills[i].value;
    return (struct eg_text){0};
}

void eg_locale_write(const struct eg_locale *locale, const char *key, const struct eg_placeholder *fills,
                     uint32_t n_fills, struct eg_buffer *out)
{
    struct eg_text rest = eg_locale_text(locale, key), part;
    while (rest.len > 0) {
        rest = eg_text_cut(rest, '{', &part);
        eg_buffer_text(out, part);
        if (rest.len == 0) break;
        rest = eg_text_cut(rest, '}', &part);
        eg_buffer_text(out, value_of(fills, n_fills, part));
    }
}

struct eg_text eg_locale_number(const struct eg_locale *locale, uint64_t number,
                                char room[EG_LOCALE_NUMBER_BYTES])
{
    char digits[24];
    struct eg_text group = eg_locale_text(locale, "number.group");
    int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    size_t len = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0 && len + group.len < EG_LOCALE_NUMBER_BYTES - 2) {
            memcpy(room + len, group.data, group.len);
            len += group.len;
        }
        room[len++] = digits[i];
    }
    return (struct eg_text){room, len};
}

void eg_locale_decimal(const struct eg_locale *locale, double value, uint32_t decimals, struct eg_buffer *out)
{
    char room[EG_LOCALE_NUMBER_BYTES];
    uint64_t unit = 1;
    for (uint32_t i = 0; i < decimals && i < MOST_DECIMALS; i++) unit *= 10;
    double scaled = round(fabs(value) * (double)unit);
    if (!(scaled < 1e18)) {
        eg_buffer_printf(out, "%.0f", value); /* whole as it is */
        return;
    }
    uint64_t number = (uint64_t)scaled;
    if (value < 0 && number > 0) eg_buffer_literal(out, "\u2212");
    eg_buffer_text(out, eg_locale_number(locale, number / unit, room));
    if (unit == 1) return;
    eg_buffer_text(out, eg_locale_text(locale, "number.decimal"));
    for (uint64_t at = unit / 10; at > 0; at /= 10) eg_buffer_char(out, (char)('0' + number / at % 10));
}

void eg_locale_distance(const struct eg_locale *locale, double distance_m, struct eg_buffer *out)
{
    char whole[EG_LOCALE_NUMBER_BYTES], text[EG_LOCALE_NUMBER_BYTES + 16];
    double km = distance_m / 1000;
    struct eg_placeholder fill = {.name = "n"};
    if (km < 0.995) {
        fill.value = eg_locale_number(locale, (uint64_t)(round(distance_m / 10) * 10), whole);
        eg_locale_write(locale, "distance.m", &fill, 1, out);
        return;
    }
    if (km >= WHOLE_KM - 0.05) {
        fill.value = eg_locale_number(locale, (uint64_t)round(km), whole);
    } else {
        uint64_t tenths = (uint64_t)round(km * 10);
        (void)snprintf(text, sizeof text, "%u%.*s%u", (unsigned)(tenths / 10),
                       EG_TEXT_ARG(eg_locale_text(locale, "number.decimal")), (unsigned)(tenths % 10));
        fill.value = eg_text_from(text);
    }
    eg_locale_write(locale, "distance.km", &fill, 1, out);
}

static bool read_date(struct eg_text date, uint32_t *year, uint32_t *month, uint32_t *day)
{
    struct eg_text text, rest = eg_text_cut(date, '-', &text);
    bool fine = text.len == 4 && eg_text_to_u32(text, year);
    rest = eg_text_cut(rest, '-', &text);
    fine = fine && text.len == 2 && eg_text_to_u32(text, month) && *month >= 1 && *month <= 12;
    return fine && rest.len == 2 && eg_text_to_u32(rest, day) && *day >= 1 &&
           *day <= eg_calendar_days_in(*year, *month);
}

void eg_locale_date(const struct eg_locale *locale, struct eg_text date, struct eg_buffer *out)
{
    uint32_t year, month, day;
    if (!read_date(date, &year, &month, &day)) {
        eg_buffer_text(out, date);
        return;
    }
    char key[16], day_text[12], year_text[12];
    (void)snprintf(key, sizeof key, "month.%u", month);
    (void)snprintf(day_text, sizeof day_text, "%u", day);
    (void)snprintf(year_text, sizeof year_text, "%u", year);
    struct eg_placeholder fills[] = {{"day", eg_text_from(day_text)},
                                     {"month", eg_locale_text(locale, key)},
                                     {"year", eg_text_from(year_text)}};
    eg_locale_write(locale, "date", fills, EG_ARRAY_LEN(fills), out);
}
