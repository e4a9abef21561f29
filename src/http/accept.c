/* An Accept header is some 20 to 120 bytes with up to ten ranges ("text/html,application/xml;q=0.9;level=1"). It is walked once
 * for each offer, piece by piece, with quoted strings left whole. */
#include "http/accept.h"

#include <stdio.h>

#include "http/parameter.h"

#define FULL_WEIGHT 1000U

/* --- pieces -------------------------------------------------------------------------------------------------------- */

/* As eg_text_cut, trimmed, at separators that stand outside of quoted strings. */
static struct eg_text cut(struct eg_text text, char separator, struct eg_text *head_out)
{
    bool quoted = false;
    size_t i = 0;
    for (; i < text.len && (quoted || text.data[i] != separator); i++) {
        if (text.data[i] == '"') quoted = !quoted;
        else if (quoted && text.data[i] == '\\' && i + 1 < text.len) i++;
    }
    *head_out = eg_text_trim((struct eg_text){text.data, i});
    if (i == text.len) return (struct eg_text){0};
    return (struct eg_text){text.data + i + 1, text.len - i - 1};
}

/* "name=value", both trimmed; the value of "name" is empty. */
static struct eg_text split_parameter(struct eg_text parameter, struct eg_text *name_out)
{
    return eg_text_trim(cut(parameter, '=', name_out));
}

/* "0", "0.5", "1.000": thousandths. Also ".2", which Java's own client says, and more digits than the standard has. */
static bool read_weight(struct eg_text text, uint32_t *weight_out)
{
    size_t i = 0;
    uint32_t weight = 0;
    if (text.len > 0 && (text.data[0] == '0' || text.data[0] == '1'))
        weight = (uint32_t)(text.data[i++] - '0') * FULL_WEIGHT;
    if (text.len == 0 || (i < text.len && text.data[i++] != '.')) return false;
    for (uint32_t unit = FULL_WEIGHT / 10; i < text.len; i++, unit /= 10) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        weight += (uint32_t)(text.data[i] - '0') * unit;
    }
    *weight_out = weight < FULL_WEIGHT ? weight : FULL_WEIGHT;
    return true;
}

/* --- ranges -------------------------------------------------------------------------------------------------------- */

static bool offers_parameter(struct eg_text parameters, struct eg_text wanted)
{
    struct eg_text wanted_name, wanted_value = split_parameter(wanted, &wanted_name);
    if (wanted_name.len == 0 || eg_text_equal_any_case(wanted_name, EG_TEXT("charset"))) return true;
    while (parameters.data) {
        struct eg_text parameter, name;
        parameters = cut(parameters, ';', &parameter);
        struct eg_text value = split_parameter(parameter, &name);
        if (eg_text_equal_any_case(name, wanted_name) && eg_text_equal(value, wanted_value)) return true;
    }
    return false;
}

/* How particularly "type/subtype" covers the offered one: 0 not at all, 1 all types, 2 all of a type, 3 itself. */
static uint32_t covers(struct eg_text range, struct eg_text offered)
{
    struct eg_text type, offered_type;
    if (eg_text_equal_any_case(range, EG_TEXT("*/*")) || eg_text_equal_any_case(range, EG_TEXT("*")))
        return 1; /* "*": Java again */
    struct eg_text subtype = eg_text_cut(range, '/', &type);
    (void)eg_text_cut(offered, '/', &offered_type);
    if (type.len > 0 && eg_text_equal_any_case(type, offered_type) && eg_text_equal(subtype, EG_TEXT("*")))
        return 2;
    return eg_text_equal_any_case(range, offered) ? 3 : 0;
}

/* One range with its parameters: how particular it is about the offer (0: it does not cover it), and its weight. */
static uint32_t read_range(struct eg_text range, struct eg_text offered, struct eg_text offered_parameters,
                           uint32_t *weight_out)
{
    struct eg_text media, parameter, name;
    struct eg_text rest = cut(range, ';', &media);
    uint32_t particular = covers(media, offered);
    *weight_out = FULL_WEIGHT;
    while (particular > 0 && rest.data) {
        rest = cut(rest, ';', &parameter);
        struct eg_text value = split_parameter(parameter, &name);
        if (eg_text_equal_any_case(name, EG_TEXT("q")))
            return read_weight(value, weight_out) ? particular : 0;
        if (!offers_parameter(offered_parameters, parameter)) return 0;
        if (name.len > 0 && !eg_text_equal_any_case(name, EG_TEXT("charset"))) particular++;
    }
    return particular;
}

uint32_t eg_accept_weight(const char *accept, const char *media_type)
{
    struct eg_text rest = eg_text_trim(eg_text_from(accept)), range, offered;
    struct eg_text parameters = cut(eg_text_from(media_type), ';', &offered);
    if (rest.len == 0) return FULL_WEIGHT;
    uint32_t best = 0, most_particular = 0;
    while (rest.data) {
        uint32_t weight = 0;
        rest = cut(rest, ',', &range);
        uint32_t particular = read_range(range, offered, parameters, &weight);
        if (particular < most_particular || particular == 0) continue;
        best = particular > most_particular || weight > best ? weight : best;
        most_particular = particular;
    }
    return best;
}

/* --- choosing ------------------------------------------------------------------------------------------------------ */

/* A type without parameters, against one that may have some. */
static bool is_type(struct eg_text bare, const char *media_type)
{
    struct eg_text offered;
    (void)cut(eg_text_from(media_type), ';', &offered);
    return eg_text_equal_any_case(bare, offered);
}

bool eg_media_type_is(const char *content_type, const char *media_type)
{
    struct eg_text bare;
    (void)cut(eg_text_from(content_type), ';', &bare);
    return bare.len > 0 && is_type(bare, media_type);
}

static enum eg_status none(const struct eg_media_offer *offers, uint32_t n_offers, struct eg_text format,
                           struct eg_error *err)
{
    char names[256];
    size_t len = 0;
    bool by_format = format.len > 0;
    names[0] = '\0';
    for (uint32_t i = 0; i < n_offers; i++) {
        const char *name = by_format && offers[i].format ? offers[i].format : offers[i].media_type;
        int n = snprintf(names + len, sizeof names - len, "%s%s", i > 0 ? ", " : "", name);
        len = n > 0 && len + (size_t)n < sizeof names ? len + (size_t)n : len;
    }
    if (by_format)
        eg_error_set(err, EG_INVALID, "f is '%.*s'; it must be one of: %s", EG_TEXT_SHOWN(format, 60), names);
    else
        eg_error_set(err, EG_UNSUPPORTED, "nothing here is of a type that Accept names; there is: %s", names);
    eg_error_field(err, by_format ? "f" : "Accept");
    return by_format ? EG_INVALID : EG_UNSUPPORTED;
}

static bool is_format(const struct eg_media_offer *offer, struct eg_text format)
{
    if (offer->format && eg_text_equal(format, eg_text_from(offer->format))) return true;
    return eg_text_equal_any_case(format, eg_text_from(offer->media_type)) ||
           is_type(format, offer->media_type);
}

enum eg_status eg_accept_choose(const struct eg_media_offer *offers, uint32_t n_offers, struct eg_text format,
                                const char *accept, uint32_t *index_out, struct eg_error *err)
{
    uint32_t best = 0, chosen = 0;
    for (uint32_t i = 0; i < n_offers; i++) {
        uint32_t weight =
            format.len > 0 ? is_format(&offers[i], format) : eg_accept_weight(accept, offers[i].media_type);
        if (weight > best) chosen = i;
        best = weight > best ? weight : best;
    }
    if (best == 0) return none(offers, n_offers, format, err);
    *index_out = chosen;
    return EG_OK;
}
