/* ISO 19139 writes every property as an element around another that names the type of its value: so elements come in pairs, and are
 * opened and closed in pairs here. Their order is the schema's (gmd of 2007-04-17, GML 3.2). A record has some 17 kB (2 packed). */
#include "http/metadata.h"

#include <math.h>

#include "base/arena.h"
#include "base/hash.h"
#include "engine/describe.h"
#include "http/handlers.h"
#include "http/xml.h"

#define TEXTS_BYTES (1U << 20)
#define CODE_LISTS "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml#"
#define NAMES_BY_URL "6ba7b811-9dad-11d1-80b4-00c04fd430c8" /* RFC 4122, appendix C */

struct writer {
    const struct eg_snapshot *snapshot;
    const struct eg_atlas *atlas;
    const struct eg_atlas_layer *layer;
    const struct eg_atlas_indicator *indicator;
    const struct eg_atlas_boundaries *boundaries;
    uint32_t number; /* of the layer */
    struct eg_text base_url;
    const struct eg_crs_way *ways;
    struct eg_xml *xml;
    struct eg_arena *arena;
    bool failed; /* a text in the arena was refused */
};

static struct eg_text made(struct writer *w, struct eg_text text)
{
    if (!text.data) w->failed = true;
    return text;
}

static struct eg_text stated(struct eg_text text)
{
    return text.len > 0 ? text : EG_TEXT("not stated");
}

/* --- pairs --------------------------------------------------------------------------------------------------------- */

static void enter(struct writer *w, const char *property, const char *type)
{
    eg_xml_open(w->xml, property);
    eg_xml_open(w->xml, type);
}

static void leave(struct writer *w)
{
    eg_xml_close(w->xml);
    eg_xml_close(w->xml);
}

static void write_text(struct writer *w, const char *property, struct eg_text text)
{
    eg_xml_open(w->xml, property);
    eg_xml_leaf(w->xml, "gco:CharacterString", text);
    eg_xml_close(w->xml);
}

static void write_text_if(struct writer *w, const char *property, struct eg_text text)
{
    if (text.len > 0) write_text(w, property, text);
}

static void write_address(struct writer *w, const char *property, struct eg_text address)
{
    eg_xml_open(w->xml, property);
    eg_xml_leaf(w->xml, "gmd:URL", made(w, address));
    eg_xml_close(w->xml);
}

/* A word of one of the standard's lists; `list` is the element without its prefix. */
static void write_code(struct writer *w, const char *property, const char *list, const char *code)
{
    struct eg_text element = made(w, eg_text_format(w->arena, "gmd:%s", list));
    if (!element.data) return;
    enter(w, property, element.data);
    eg_xml_attribute_format(w->xml, "codeList", CODE_LISTS "%s", list);
    eg_xml_attribute(w->xml, "codeListValue", eg_text_from(code));
    eg_xml_text(w->xml, eg_text_from(code));
    leave(w);
}

/* The standard wants the element, and the atlas has nothing to put into it. */
static void write_unknown(struct writer *w, const char *property)
{
    eg_xml_open(w->xml, property);
    eg_xml_attribute(w->xml, "gco:nilReason", EG_TEXT("unknown"));
    eg_xml_close(w->xml);
}

/* --- who and what -------------------------------------------------------------------------------------------------- */

static void write_identifier(struct writer *w)
{
    char uuid[EG_UUID_TEXT_LEN + 1];
    struct eg_text name = made(w, eg_text_format(w->arena, "%.*s/ogc/collections/%.*s",
                                                 EG_TEXT_ARG(w->base_url), EG_TEXT_ARG(w->layer->id)));
    enum eg_status status = eg_uuid_v5(NAMES_BY_URL, name, uuid);
    EG_ASSERT(status == EG_OK);
    write_text(w, "gmd:fileIdentifier", eg_text_from(uuid));
}

static void write_contact(struct writer *w, const char *property)
{
    const struct eg_atlas *atlas = w->atlas;
    enter(w, property, "gmd:CI_ResponsibleParty");
    write_text(w, "gmd:organisationName", stated(atlas->contact_name));
    if (atlas->contact_email.len > 0 || atlas->contact_url.len > 0)
        enter(w, "gmd:contactInfo", "gmd:CI_Contact");
    if (atlas->contact_email.len > 0) {
        enter(w, "gmd:address", "gmd:CI_Address");
        write_text(w, "gmd:electronicMailAddress", atlas->contact_email);
        leave(w);
    }
    if (atlas->contact_url.len > 0) {
        enter(w, "gmd:onlineResource", "gmd:CI_OnlineResource");
        write_address(w, "gmd:linkage", atlas->contact_url);
        leave(w);
    }
    if (atlas->contact_email.len > 0 || atlas->contact_url.len > 0) leave(w);
    write_code(w, "gmd:role", "CI_RoleCode", "pointOfContact");
    leave(w);
}

static void write_citation(struct writer *w)
{
    enter(w, "gmd:citation", "gmd:CI_Citation");
    write_text(w, "gmd:title", made(w, eg_layer_title(w->snapshot, w->number, w->arena)));
    write_unknown(w, "gmd:date");
    write_text(w, "gmd:edition", eg_text_from(w->snapshot->version));
    enter(w, "gmd:identifier", "gmd:MD_Identifier");
    write_text(w, "gmd:code", w->layer->id);
    leave(w);
    leave(w);
}

static void write_keywords(struct writer *w)
{
    const struct eg_text words[] = {w->indicator->facts.theme, w->indicator->title, w->boundaries->title,
                                    w->atlas->fictional ? EG_TEXT("fictional data") : EG_TEXT("")};
    enter(w, "gmd:descriptiveKeywords", "gmd:MD_Keywords");
    for (size_t i = 0; i < EG_ARRAY_LEN(words); i++) write_text_if(w, "gmd:keyword", words[i]);
    write_code(w, "gmd:type", "MD_KeywordTypeCode", "theme");
    leave(w);
}

static void write_preview(struct writer *w)
{
    enter(w, "gmd:graphicOverview", "gmd:MD_BrowseGraphic");
    write_text(w, "gmd:fileName",
               made(w, eg_text_format(w->arena, "%.*s/ogc/collections/%.*s/map?f=png&width=400",
                                      EG_TEXT_ARG(w->base_url), EG_TEXT_ARG(w->layer->id))));
    write_text(w, "gmd:fileType", EG_TEXT("image/png"));
    leave(w);
}

/* --- under which terms --------------------------------------------------------------------------------------------- */

static void write_licence(struct writer *w, const char *of, struct eg_text title, struct eg_text url)
{
    bool both = title.len > 0 && url.len > 0;
    struct eg_text one = title.len > 0 ? title : stated(url);
    struct eg_text text =
        both ? eg_text_format(w->arena, "%s: %.*s (%.*s)", of, EG_TEXT_ARG(title), EG_TEXT_ARG(url))
             : eg_text_format(w->arena, "%s: %.*s", of, EG_TEXT_ARG(one));
    write_text(w, "gmd:otherConstraints", made(w, text));
}

static void write_constraints(struct writer *w)
{
    const struct eg_atlas_facts *facts = &w->indicator->facts;
    enter(w, "gmd:resourceConstraints", "gmd:MD_LegalConstraints");
    if (w->atlas->fictional)
        write_text(w, "gmd:useLimitation", EG_TEXT("Fictional data: no real place, no real figure."));
    write_code(w, "gmd:useConstraints", "MD_RestrictionCode", "otherRestrictions");
    write_licence(w, "Licence of the figures", facts->licence_title, facts->licence_url);
    write_licence(w, "Licence of the boundaries", w->boundaries->licence_title, w->boundaries->licence_url);
    write_licence(w, "Licence of the atlas", w->atlas->licence.title, w->atlas->licence.url);
    leave(w);
}

/* --- where and when ------------------------------------------------------------------------------------------------ */

static void write_side(struct writer *w, const char *property, double degrees)
{
    eg_xml_open(w->xml, property);
    eg_xml_leaf_format(w->xml, "gco:Decimal", "%.6f", degrees);
    eg_xml_close(w->xml);
}

static void write_box(struct writer *w)
{
    struct eg_bounds box = w->snapshot->generation->area_sets[w->layer->boundaries].bounds_deg;
    if (!(box.min_x <= box.max_x && box.min_y <= box.max_y)) return;
    enter(w, "gmd:geographicElement", "gmd:EX_GeographicBoundingBox");
    write_side(w, "gmd:westBoundLongitude", fmax(box.min_x, -180));
    write_side(w, "gmd:eastBoundLongitude", fmin(box.max_x, 180));
    write_side(w, "gmd:southBoundLatitude", fmax(box.min_y, -90));
    write_side(w, "gmd:northBoundLatitude", fmin(box.max_y, 90));
    leave(w);
}

static void write_period(struct writer *w, uint32_t number, struct eg_text label, struct eg_text start,
                         struct eg_text end)
{
    enter(w, "gmd:temporalElement", "gmd:EX_TemporalExtent");
    enter(w, "gmd:extent", "gml:TimePeriod");
    eg_xml_attribute_format(w->xml, "gml:id", "period-%u", number);
    if (label.len > 0) eg_xml_leaf(w->xml, "gml:description", label);
    eg_xml_leaf(w->xml, "gml:beginPosition", start);
    eg_xml_leaf(w->xml, "gml:endPosition", end);
    leave(w);
    leave(w);
}

static struct eg_text end_of(const struct eg_atlas_period *period)
{
    return period->end.len > 0 ? period->end : period->start;
}

/* All of it first, which is what programs that read one extent take; then the periods, those that have dates. */
static void write_periods(struct writer *w)
{
    uint32_t first = 0, n = 0;
    eg_layer_series(w->snapshot, w->number, &first, &n);
    const struct eg_series *series = &w->snapshot->generation->series[first];
    bool dated = n > 1 && series[0].period.start.len > 0 && series[n - 1].period.start.len > 0;
    if (dated) write_period(w, 0, (struct eg_text){0}, series[0].period.start, end_of(&series[n - 1].period));
    for (uint32_t i = 0; i < n; i++) {
        const struct eg_atlas_period *period = &series[i].period;
        if (period->start.len > 0) write_period(w, i + 1, period->label, period->start, end_of(period));
    }
}

static void write_identification(struct writer *w)
{
    enter(w, "gmd:identificationInfo", "gmd:MD_DataIdentification");
    write_citation(w);
    write_text(w, "gmd:abstract", made(w, eg_describe_abstract(w->snapshot, w->number, w->arena)));
    write_text_if(w, "gmd:credit", made(w, eg_describe_credits(w->snapshot, w->number, w->arena)));
    write_contact(w, "gmd:pointOfContact");
    write_preview(w);
    write_keywords(w);
    write_constraints(w);
    write_code(w, "gmd:spatialRepresentationType", "MD_SpatialRepresentationTypeCode", "vector");
    write_unknown(w, "gmd:language"); /* of names and titles; no atlas says it */
    write_code(w, "gmd:characterSet", "MD_CharacterSetCode", "utf8");
    enter(w, "gmd:topicCategory", "gmd:MD_TopicCategoryCode");
    eg_xml_text(w->xml, EG_TEXT("society"));
    leave(w);
    enter(w, "gmd:extent", "gmd:EX_Extent");
    write_box(w);
    write_periods(w);
    leave(w);
    leave(w);
}

/* --- how to get it ------------------------------------------------------------------------------------------------- */

static void write_format(struct writer *w, const char *name, const char *version)
{
    enter(w, "gmd:distributionFormat", "gmd:MD_Format");
    write_text(w, "gmd:name", eg_text_from(name));
    write_text(w, "gmd:version", eg_text_from(version));
    leave(w);
}

static void write_distribution(struct writer *w)
{
    static const struct {
        const char *before, *after; /* the layer's id stands between them, if there is a second */
        const char *protocol, *description, *function;
    } ways[] = {
        {"/wms?", NULL, "OGC:WMS", "Web Map Service 1.1.1 and 1.3.0", "information"},
        {"/wmts/1.0.0/WMTSCapabilities.xml", NULL, "OGC:WMTS", "Web Map Tile Service", "information"},
        {"/tms/1.0.0/", NULL, "OSGeo:TMS", "Tile Map Service", "information"},
        {"/ogc/collections/", "", "OGC API Features", "The areas with their values: GeoJSON, CSV",
         "download"},
        {"/ogc/collections/", "/map", "OGC API Maps", "Maps of any box", "information"},
        {"/ogc/collections/", "/map/tiles", "OGC API Tiles", "Tiles of maps (PNG)", "information"},
        {"/ogc/collections/", "/tiles", "OGC API Tiles", "Vector tiles (MVT)", "download"},
        {"/ogc/collections/", "/items?f=csv", "WWW:DOWNLOAD-1.0-http--download", "A table (CSV), by pages",
         "download"},
        {"/tiles/", ".json", "WWW:LINK-1.0-http--link", "TileJSON: tiles for web maps", "information"},
    };
    enter(w, "gmd:distributionInfo", "gmd:MD_Distribution");
    write_format(w, "GeoJSON", "RFC 7946");
    write_format(w, "CSV", "RFC 4180");
    write_format(w, "Mapbox Vector Tile", "2.1");
    enter(w, "gmd:transferOptions", "gmd:MD_DigitalTransferOptions");
    for (size_t i = 0; i < EG_ARRAY_LEN(ways); i++) {
        struct eg_text id = ways[i].after ? w->layer->id : EG_TEXT("");
        enter(w, "gmd:onLine", "gmd:CI_OnlineResource");
        write_address(w, "gmd:linkage",
                      eg_text_format(w->arena, "%.*s%s%.*s%s", EG_TEXT_ARG(w->base_url), ways[i].before,
                                     EG_TEXT_ARG(id), ways[i].after ? ways[i].after : ""));
        write_text(w, "gmd:protocol", eg_text_from(ways[i].protocol));
        write_text(w, "gmd:name", w->layer->id);
        write_text(w, "gmd:description", eg_text_from(ways[i].description));
        write_code(w, "gmd:function", "CI_OnLineFunctionCode", ways[i].function);
        leave(w);
    }
    leave(w);
    leave(w);
}

/* --- where it is from ---------------------------------------------------------------------------------------------- */

/* What a set was made from was read; the set itself was not. */
static uint32_t read_set(const struct writer *w)
{
    uint32_t set = w->layer->boundaries;
    while (w->atlas->boundaries[set].dissolve_of != EG_ATLAS_NONE)
        set = w->atlas->boundaries[set].dissolve_of;
    return set;
}

static void write_reference_system(struct writer *w, struct eg_text crs)
{
    struct eg_crs_id id;
    char name[EG_CRS_NAME_BYTES];
    if (eg_crs_parse(crs, &id, NULL) != EG_OK) return;
    eg_crs_write(&id, EG_CRS_ADDRESS, name);
    enter(w, "gmd:referenceSystemInfo", "gmd:MD_ReferenceSystem");
    enter(w, "gmd:referenceSystemIdentifier", "gmd:RS_Identifier");
    write_text(w, "gmd:code", eg_text_from(name));
    leave(w);
    leave(w);
}

/* The source's own first, then those in which answers come. */
static void write_reference_systems(struct writer *w)
{
    struct eg_text own = eg_text_from(w->snapshot->generation->report->boundaries[read_set(w)].crs);
    uint32_t n = 0;
    const struct eg_crs_entry *entries = eg_crs_list_entries(w->snapshot->crs_list, &n);
    write_reference_system(w, own);
    for (uint32_t i = 0; i < n; i++) {
        char name[EG_CRS_NAME_BYTES];
        eg_crs_write(&entries[i].id, EG_CRS_CODE, name);
        if (!eg_text_equal(eg_text_from(name), own)) write_reference_system(w, eg_text_from(name));
    }
}

static void write_step(struct writer *w)
{
    const struct eg_boundaries_report *report = &w->snapshot->generation->report->boundaries[read_set(w)];
    struct eg_text accuracy =
        report->accuracy_m < 0
            ? EG_TEXT("not stated")
            : made(w, eg_text_format(w->arena, "%g m, as stated for it", report->accuracy_m));
    struct eg_text operation = report->operation[0] ? eg_text_from(report->operation) : EG_TEXT("none");
    enter(w, "gmd:processStep", "gmd:LI_ProcessStep");
    write_text(w, "gmd:description",
               made(w, eg_text_format(w->arena,
                                      "Borders were read in %s, brought to EPSG:3857 by the operation '%.*s' "
                                      "(accuracy: %.*s), and rounded to a centimetre.",
                                      report->crs[0] ? report->crs : "a system that is not stated",
                                      EG_TEXT_ARG(operation), EG_TEXT_ARG(accuracy))));
    leave(w);
}

/* The other systems in which maps and features are given, in the order of the list. */
static void write_ways(struct writer *w)
{
    uint32_t n = 0;
    const struct eg_crs_entry *entries = eg_crs_list_entries(w->snapshot->crs_list, &n);
    struct eg_buffer text;
    eg_buffer_init(&text, TEXTS_BYTES);
    eg_buffer_literal(&text, "Maps and features are brought from EPSG:3857 to other systems:");
    for (uint32_t i = 1; i < n; i++) {
        if (!w->ways[i].operation[0]) continue;
        eg_buffer_printf(&text, "%s to %s by the operation '%s' (accuracy: ", i > 1 ? ";" : "",
                         entries[i].info.id, w->ways[i].operation);
        if (w->ways[i].accuracy_m < 0) eg_buffer_literal(&text, "not stated)");
        else eg_buffer_printf(&text, "%g m, as stated for it)", w->ways[i].accuracy_m);
    }
    eg_buffer_char(&text, '.');
    if (text.failed) w->failed = true;
    enter(w, "gmd:processStep", "gmd:LI_ProcessStep");
    write_text(w, "gmd:description", (struct eg_text){text.data, text.failed ? 0 : text.len});
    leave(w);
    eg_buffer_clear(&text);
}

static void write_source(struct writer *w, const char *of, struct eg_text who, struct eg_text url)
{
    struct eg_text text =
        made(w, eg_text_format(w->arena, "%s: %.*s%s%.*s%s", of, EG_TEXT_ARG(stated(who)),
                               url.len > 0 ? " (" : "", EG_TEXT_ARG(url), url.len > 0 ? ")" : ""));
    enter(w, "gmd:source", "gmd:LI_Source");
    write_text(w, "gmd:description", text);
    leave(w);
}

static void write_quality(struct writer *w)
{
    const struct eg_atlas_facts *facts = &w->indicator->facts;
    struct eg_text vintage = stated(w->boundaries->vintage);
    struct eg_text statement = made(
        w, eg_text_format(
               w->arena, "%sFigures of %.*s. Vintage of the boundaries: %.*s.%s",
               w->atlas->fictional ? "Fictional data. " : "",
               EG_TEXT_ARG(facts->source.len > 0 ? facts->source : EG_TEXT("a source that is not stated")),
               EG_TEXT_ARG(vintage), facts->modelled ? " The figures are modelled estimates." : ""));
    enter(w, "gmd:dataQualityInfo", "gmd:DQ_DataQuality");
    enter(w, "gmd:scope", "gmd:DQ_Scope");
    write_code(w, "gmd:level", "MD_ScopeCode", "dataset");
    leave(w);
    enter(w, "gmd:lineage", "gmd:LI_Lineage");
    write_text(w, "gmd:statement", statement);
    write_step(w);
    write_ways(w);
    write_source(w, "Figures", facts->source, facts->source_url);
    write_source(w, "Boundaries", w->boundaries->attribution, (struct eg_text){0});
    leave(w);
    leave(w);
}

/* --- the document -------------------------------------------------------------------------------------------------- */

static void open_root(struct writer *w)
{
    eg_xml_open(w->xml, "gmd:MD_Metadata");
    eg_xml_attribute(w->xml, "xmlns:gmd", EG_TEXT("http://www.isotc211.org/2005/gmd"));
    eg_xml_attribute(w->xml, "xmlns:gco", EG_TEXT("http://www.isotc211.org/2005/gco"));
    eg_xml_attribute(w->xml, "xmlns:gml", EG_TEXT("http://www.opengis.net/gml/3.2"));
    eg_xml_attribute(w->xml, "xmlns:xsi", EG_TEXT("http://www.w3.org/2001/XMLSchema-instance"));
    eg_xml_attribute(w->xml, "xsi:schemaLocation",
                     EG_TEXT("http://www.isotc211.org/2005/gmd "
                             "http://schemas.opengis.net/iso/19139/20070417/gmd/gmd.xsd"));
}

static void write_record(struct writer *w)
{
    open_root(w);
    write_identifier(w);
    write_code(w, "gmd:language", "LanguageCode", "eng");
    write_code(w, "gmd:characterSet", "MD_CharacterSetCode", "utf8");
    write_code(w, "gmd:hierarchyLevel", "MD_ScopeCode", "dataset");
    write_contact(w, "gmd:contact");
    write_unknown(w, "gmd:dateStamp");
    write_text(w, "gmd:metadataStandardName", EG_TEXT("ISO 19115:2003/19139"));
    write_text(w, "gmd:metadataStandardVersion", EG_TEXT("1.0"));
    write_reference_systems(w);
    write_identification(w);
    write_distribution(w);
    write_quality(w);
    eg_xml_close(w->xml);
}

static enum eg_status write_all(struct writer *w, struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_buffer body;
    eg_buffer_init(&body, 0);
    if (w->xml && w->arena) write_record(w);
    enum eg_status status = w->xml && w->arena && !w->failed ? EG_OK : eg_error_no_memory(err, TEXTS_BYTES);
    if (status == EG_OK) status = eg_xml_finish(w->xml, &body, err);
    if (status == EG_OK) status = eg_entity_from_buffer(&body, EG_METADATA_MEDIA_TYPE, true, entity_out, err);
    eg_buffer_clear(&body);
    return status;
}

enum eg_status eg_metadata_layer(struct eg_snapshot *snapshot, const struct eg_layer_name *name,
                                 struct eg_text base_url, struct eg_entity *entity_out, struct eg_error *err)
{
    struct eg_layer_ref ref;
    const struct eg_crs_way *ways = NULL;
    enum eg_status status = eg_layer_resolve(snapshot, name, &ref, err);
    if (status == EG_OK) status = eg_crs_list_ways(snapshot->crs_list, &ways, err);
    if (status != EG_OK) return status;
    const struct eg_atlas *atlas = snapshot->atlas;
    const struct eg_atlas_layer *layer = &atlas->layers[ref.layer];
    struct writer w = {.snapshot = snapshot,
                       .atlas = atlas,
                       .layer = layer,
                       .indicator = &atlas->indicators[layer->indicator],
                       .boundaries = &atlas->boundaries[layer->boundaries],
                       .number = ref.layer,
                       .base_url = base_url,
                       .ways = ways,
                       .xml = eg_xml_new(),
                       .arena = eg_arena_new(TEXTS_BYTES)};
    status = write_all(&w, entity_out, err);
    eg_arena_free(w.arena);
    eg_xml_free(w.xml);
    return status;
}

struct eg_text eg_metadata_address(const struct eg_snapshot *snapshot, uint32_t layer,
                                   struct eg_text base_url, struct eg_arena *arena)
{
    return eg_text_format(arena, "%.*s/metadata/%.*s.xml", EG_TEXT_ARG(base_url),
                          EG_TEXT_ARG(snapshot->atlas->layers[layer].id));
}

enum eg_status eg_metadata_parse(struct eg_exchange *exchange, const struct eg_route_values *values,
                                 const struct eg_target *target, struct eg_error *err)
{
    (void)target;
    (void)err;
    exchange->wanted.document =
        (struct eg_document_request){.kind = EG_DOCUMENT_METADATA, .name.layer = values->text[0]};
    exchange->freshness = EG_FRESH_MINUTE;
    return EG_OK;
}
