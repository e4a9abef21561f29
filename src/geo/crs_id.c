/* The names of coordinate reference systems, read and written without PROJ.
 *
 * The same CRS comes as EPSG:27700 (WMS, TMS), as urn:ogc:def:crs:EPSG:9.8.1:27700 (WMTS, WFS, GML), as
 * http://www.opengis.net/def/crs/EPSG/0/27700 (OGC API), as http://www.opengis.net/gml/srs/epsg.xml#27700 (old GML) and in
 * brackets as a safe CURIE (OGC API - Maps). A version is read and dropped: EPSG never gives a code a second meaning. What OGC
 * itself defines is CRS:84 in WMS, OGC:1.3:CRS84 in URNs and OGC/1.3/CRS84 in addresses. Web Mercator has a handful of codes
 * from the years before EPSG gave it one; old clients still ask for them. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "geo/crs.h"

static bool skip(struct eg_text *text, const char *prefix)
{
    size_t n = strlen(prefix);
    if (text->len < n || strncasecmp(text->data, prefix, n) != 0) return false;
    *text = (struct eg_text){text->data + n, text->len - n};
    return true;
}

static bool is_word(struct eg_text text, size_t room)
{
    if (text.len == 0 || text.len >= room) return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool ok = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
                  c == '-' || c == '.';
        if (!ok) return false;
    }
    return true;
}

/* "OGC", "CRS84": what an authority and a code come to. Authorities are in capital letters in PROJ's database. */
static bool assign(struct eg_text authority, struct eg_text code, struct eg_crs_id *id)
{
    static const char *const mercators[] = {"EPSG:900913", "EPSG:3785",   "EPSG:102100", "EPSG:102113",
                                            "ESRI:102100", "ESRI:102113", "OSGEO:41001", "GOOGLE:900913"};
    if (!is_word(authority, sizeof id->authority) || !is_word(code, sizeof id->code)) return false;
    char name[EG_CRS_NAME_BYTES];
    (void)snprintf(id->authority, sizeof id->authority, "%.*s", EG_TEXT_ARG(authority));
    (void)snprintf(id->code, sizeof id->code, "%.*s", EG_TEXT_ARG(code));
    for (char *c = id->authority; *c; c++)
        if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
    bool of_ogc = strcmp(id->authority, "CRS") == 0 || strcmp(id->authority, "OGC") == 0;
    if (of_ogc) {
        (void)skip(&code, "CRS");
        (void)snprintf(id->authority, sizeof id->authority, "OGC");
        (void)snprintf(id->code, sizeof id->code, "CRS%.*s", (int)code.len, code.data);
    }
    eg_crs_write(id, EG_CRS_CODE, name);
    for (size_t i = 0; i < EG_ARRAY_LEN(mercators); i++)
        if (strcmp(name, mercators[i]) == 0) *id = (struct eg_crs_id){"EPSG", "3857"};
    return true;
}

/* authority, separator, version (perhaps empty), separator, code. */
static bool read_three(struct eg_text text, char separator, struct eg_crs_id *id)
{
    struct eg_text authority, version;
    struct eg_text code = eg_text_cut(eg_text_cut(text, separator, &authority), separator, &version);
    if (!code.data) return false;
    return (version.len == 0 || is_word(version, 32)) && assign(authority, code, id);
}

static bool read_plain(struct eg_text text, struct eg_crs_id *id)
{
    struct eg_text authority;
    if (eg_text_equal_any_case(text, EG_TEXT("CRS84"))) return assign(EG_TEXT("OGC"), text, id);
    struct eg_text code = eg_text_cut(text, ':', &authority);
    return code.data && assign(authority, code, id);
}

static bool read_name(struct eg_text text, struct eg_crs_id *id)
{
    bool in_brackets = text.len > 2 && text.data[0] == '[' && text.data[text.len - 1] == ']';
    if (in_brackets) return read_plain((struct eg_text){text.data + 1, text.len - 2}, id);
    if (skip(&text, "urn:ogc:def:crs:") || skip(&text, "urn:x-ogc:def:crs:"))
        return read_three(text, ':', id);
    bool is_address = skip(&text, "http://www.opengis.net/") || skip(&text, "https://www.opengis.net/");
    if (!is_address) return read_plain(text, id);
    if (skip(&text, "def/crs/")) return read_three(text, '/', id);
    return skip(&text, "gml/srs/epsg.xml#") && assign(EG_TEXT("EPSG"), text, id);
}

enum eg_status eg_crs_parse(struct eg_text name, struct eg_crs_id *id_out, struct eg_error *err)
{
    struct eg_crs_id id = {0};
    if (!name.data || !read_name(name, &id)) {
        return eg_error_set(err, EG_INVALID,
                            "\"%.*s\" names no coordinate reference system; write EPSG:27700, CRS:84, "
                            "urn:ogc:def:crs:EPSG::27700 or http://www.opengis.net/def/crs/EPSG/0/27700",
                            EG_TEXT_SHOWN(name, 100));
    }
    *id_out = id;
    return EG_OK;
}

void eg_crs_write(const struct eg_crs_id *id, enum eg_crs_form form, char name_out[EG_CRS_NAME_BYTES])
{
    bool of_ogc = strcmp(id->authority, "OGC") == 0;
    const char *code = id->code;
    switch (form) {
    case EG_CRS_WMS:
        if (of_ogc && strncmp(code, "CRS", 3) == 0) {
            (void)snprintf(name_out, EG_CRS_NAME_BYTES, "CRS:%s", code + 3);
            return;
        }
        break;
    case EG_CRS_URN:
        (void)snprintf(name_out, EG_CRS_NAME_BYTES, "urn:ogc:def:crs:%s:%s:%s", id->authority,
                       of_ogc ? "1.3" : "", code);
        return;
    case EG_CRS_ADDRESS:
        (void)snprintf(name_out, EG_CRS_NAME_BYTES, "http://www.opengis.net/def/crs/%s/%s/%s", id->authority,
                       of_ogc ? "1.3" : "0", code);
        return;
    case EG_CRS_CODE:
        break;
    }
    (void)snprintf(name_out, EG_CRS_NAME_BYTES, "%s:%s", id->authority, code);
}

bool eg_crs_equal(const struct eg_crs_id *a, const struct eg_crs_id *b)
{
    return strcmp(a->authority, b->authority) == 0 && strcmp(a->code, b->code) == 0;
}

struct eg_crs_id eg_crs_drawn_as(struct eg_crs_id id)
{
    static const struct {
        struct eg_crs_id turned, usual;
    } pairs[] = {{{"OGC", "CRS84"}, {"EPSG", "4326"}},
                 {{"OGC", "CRS83"}, {"EPSG", "4269"}},
                 {{"OGC", "CRS27"}, {"EPSG", "4267"}}};
    for (size_t i = 0; i < EG_ARRAY_LEN(pairs); i++)
        if (eg_crs_equal(&id, &pairs[i].turned)) return pairs[i].usual;
    return id;
}
