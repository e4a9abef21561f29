#include "http/negotiate.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

/* "q=0", "q=0.0", "Q=0.000": not acceptable. Anything else that begins with q= is taken as acceptable. */
static bool weighs_nothing(struct eg_text parameter)
{
    parameter = eg_text_trim(parameter);
    if (parameter.len < 3 || strncasecmp(parameter.data, "q=", 2) != 0) return false;
    for (size_t i = 2; i < parameter.len; i++)
        if (parameter.data[i] != '0' && parameter.data[i] != '.') return false;
    return true;
}

bool eg_accepts_gzip(const char *accept_encoding)
{
    bool by_star = false;
    struct eg_text rest = eg_text_from(accept_encoding);
    while (rest.len > 0) {
        struct eg_text item, coding;
        rest = eg_text_cut(rest, ',', &item);
        struct eg_text parameter = eg_text_cut(item, ';', &coding);
        coding = eg_text_trim(coding);
        bool allowed = !weighs_nothing(parameter);
        if (eg_text_equal_any_case(coding, EG_TEXT("gzip")) ||
            eg_text_equal_any_case(coding, EG_TEXT("x-gzip")))
            return allowed;
        if (eg_text_equal_any_case(coding, EG_TEXT("*"))) by_star = allowed;
    }
    return by_star;
}

/* The next tag of a list, with its quotes. False at the end, or where the list is none. */
static bool next_tag(const char **at, struct eg_text *tag_out, bool *is_weak_out)
{
    *at += strspn(*at, ", \t");
    *is_weak_out = strncmp(*at, "W/", 2) == 0;
    if (*is_weak_out) *at += 2;
    const char *end = **at == '"' ? strchr(*at + 1, '"') : NULL;
    if (!end) return false;
    *tag_out = (struct eg_text){*at, (size_t)(end - *at) + 1};
    *at = end + 1;
    return true;
}

static bool is_star(const char *list)
{
    return eg_text_equal(eg_text_trim(eg_text_from(list)), EG_TEXT("*"));
}

bool eg_etag_matches(const char *if_none_match, const char *etag)
{
    if (!if_none_match || !etag[0]) return false;
    if (is_star(if_none_match)) return true;
    struct eg_text tag;
    bool is_weak;
    while (next_tag(&if_none_match, &tag, &is_weak))
        if (eg_text_equal(tag, eg_text_from(etag))) return true;
    return false;
}

/* eg_answer_from_entity's packed form has the tag of the plain one with -gz at its end. */
static struct eg_text without_coding(struct eg_text tag)
{
    static const char packed[] = "-gz\"";
    size_t n = sizeof packed - 1;
    tag.len--; /* the quote at the end */
    if (tag.len + 1 > n && memcmp(tag.data + tag.len + 1 - n, packed, n) == 0) tag.len -= n - 1;
    return tag;
}

bool eg_etag_holds(const char *if_match, const char *etag)
{
    if (!if_match || !etag[0]) return false;
    if (is_star(if_match)) return true;
    struct eg_text wanted = without_coding(eg_text_from(etag)), tag;
    bool is_weak;
    while (next_tag(&if_match, &tag, &is_weak))
        if (!is_weak && eg_text_equal(without_coding(tag), wanted)) return true;
    return false;
}
