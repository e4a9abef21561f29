/* The texts of pages for the public in several languages: the catalogues in locales/, which are embedded. A catalogue maps a key to
 * a text with placeholders ("Entries found: {n}"); what one lacks comes from the English one, which is complete. What stands in
 * data is never translated.
 *
 * Immutable; used from any thread. */
#ifndef EG_HTTP_LOCALE_H
#define EG_HTTP_LOCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/text.h"

struct eg_locales;
struct eg_locale;

EG_MUST_CHECK enum eg_status eg_locales_new(struct eg_locales **locales_out, struct eg_error *err);
void eg_locales_free(struct eg_locales *locales); /* NULL is allowed */

uint32_t eg_locales_count(const struct eg_locales *locales);
/* In the order of their tags, English first. */
const struct eg_locale *eg_locales_at(const struct eg_locales *locales, uint32_t i);

/* How a page is written: in which texts, and from which side. */
struct eg_language {
    const struct eg_locale *locale;
    bool rtl;
};
/* By `lang` (a BCP 47 tag, such as "cy" or "pt-BR"; empty: not given), else by the header Accept-Language (NULL: absent), else
 * English. A `lang` without a catalogue gives English texts; if it is one that is written from right to left, the page is laid out
 * so, because the data on it will be. */
struct eg_language eg_locales_choose(const struct eg_locales *locales, struct eg_text lang,
                                     const char *accept_language);

struct eg_text eg_locale_tag(const struct eg_locale *locale); /* "en": BCP 47 */
/* The text of a key, which must exist in English. Valid as long as the locales. */
struct eg_text eg_locale_text(const struct eg_locale *locale, const char *key);

struct eg_json;
struct eg_json_value;
/* The texts of all keys that begin with the prefix as members of an object, for a script; with their placeholders. */
void eg_locale_add_texts(const struct eg_locale *locale, const char *prefix, struct eg_json *json,
                         struct eg_json_value *into);

struct eg_placeholder {
    const char *name; /* "n" for {n} */
    struct eg_text value;
};
/* The text with its placeholders filled in. */
void eg_locale_write(const struct eg_locale *locale, const char *key, const struct eg_placeholder *fills,
                     uint32_t n_fills, struct eg_buffer *out);

#define EG_LOCALE_NUMBER_BYTES 64
/* "12,345" */
struct eg_text eg_locale_number(const struct eg_locale *locale, uint64_t number,
                                char room[EG_LOCALE_NUMBER_BYTES]);
/* "12,345.67": rounded to at most six decimals. */
void eg_locale_decimal(const struct eg_locale *locale, double value, uint32_t decimals,
                       struct eg_buffer *out);
/* "850 m", "1.2 km", "12 km" */
void eg_locale_distance(const struct eg_locale *locale, double distance_m, struct eg_buffer *out);
/* "2025-06-15" as "15 June 2025"; what is no whole date as it is. */
void eg_locale_date(const struct eg_locale *locale, struct eg_text date, struct eg_buffer *out);

#endif
