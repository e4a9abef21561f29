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

bool eg_etag_matches(const char *if_none_match, const char *etag)
{
    if (!if_none_match || !etag[0]) return false;
    size_t len = strlen(etag);
    const char *at = if_none_match;
    for (;;) {
        at += strspn(at, ", \t");
        if (*at == '*') return true;
        if (strncmp(at, "W/", 2) == 0) at += 2;
        if (*at != '"') return false;
        const char *end = strchr(at + 1, '"');
        if (!end) return false;
        if ((size_t)(end - at) + 1 == len && memcmp(at, etag, len) == 0) return true;
        at = end + 1;
    }
}
