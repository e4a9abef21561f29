/* Any bytes as an Accept header and, behind the first line feed, as the value of f=: a choice is one of the offers and wanted,
 * a refusal says why, and what is chosen does not change when the header is said again behind a comma. */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/accept.h"

static const struct eg_media_offer offers[] = {{"application/geo+json", "json"},
                                               {"text/html; charset=utf-8", "html"},
                                               {"application/gml+xml; version=3.2", NULL}};

static void check_twice(const char *header, uint32_t weight, const char *media_type)
{
    size_t size = 2 * strlen(header) + sizeof " , ";
    char *twice = malloc(size);
    EG_ASSERT(twice);
    (void)snprintf(twice, size, "%s , %s", header, header);
    if (!strchr(header, '"') && header[strspn(header, " \t\r\n\v\f")])
        EG_ASSERT(eg_accept_weight(twice, media_type) == weight);
    free(twice);
}

static void check_choice(const char *header, struct eg_text format)
{
    uint32_t index = 99;
    struct eg_error err;
    enum eg_status status = eg_accept_choose(offers, EG_ARRAY_LEN(offers), format, header, &index, &err);
    if (status == EG_OK) {
        EG_ASSERT(index < EG_ARRAY_LEN(offers));
        uint32_t weight = eg_accept_weight(header, offers[index].media_type);
        EG_ASSERT(format.len > 0 || weight > 0);
        check_twice(header, weight, offers[index].media_type);
    } else {
        EG_ASSERT(index == 99 && err.message[0]);
        EG_ASSERT(status == (format.len > 0 ? EG_INVALID : EG_UNSUPPORTED));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *header = malloc(size + 1);
    EG_ASSERT(header);
    if (size > 0) memcpy(header, data, size);
    header[size] = '\0';
    char *format = strchr(header, '\n');
    if (format) *format++ = '\0';
    for (size_t i = 0; i < EG_ARRAY_LEN(offers); i++)
        EG_ASSERT(eg_accept_weight(header, offers[i].media_type) <= 1000);
    check_choice(header, eg_text_from(format));
    check_choice(header, (struct eg_text){0});
    (void)eg_media_type_is(header, "application/json");
    free(header);
    return 0;
}
