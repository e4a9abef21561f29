/* From a request's words to layer, set, matrix and tile. What the standard calls each mistake is decided here, where it is found:
 * a value that is missing, one that names nothing or is malformed, a tile outside its matrix, a place outside its tile. */
#include <stdio.h>

#include "engine/tile_sets.h"
#include "http/wmts.h"

#define SECTIONS_MOST 16
#define VALUE_SHOWN 100 /* bytes */
#define VERSIONS_MOST 16

static const char missing[] = "MissingParameterValue", invalid[] = "InvalidParameterValue";

/* --- telling ------------------------------------------------------------------------------------------------------- */

static enum eg_status fail(struct eg_wmts_failure *failure, const char *code, const char *locator,
                           const char *message)
{
    failure->code = code;
    (void)eg_error_set(failure->err, EG_INVALID, "%s", message);
    (void)eg_error_field(failure->err, locator);
    return EG_INVALID;
}

static enum eg_status fail_value(struct eg_wmts_failure *failure, const char *locator, struct eg_text value,
                                 const char *remedy)
{
    char message[320];
    (void)snprintf(message, sizeof message, "%s is '%.*s'; %s", locator, EG_TEXT_SHOWN(value, VALUE_SHOWN),
                   remedy);
    return fail(failure, invalid, locator, message);
}

/* A value that is well formed and names nothing. */
static enum eg_status fail_unknown(struct eg_wmts_failure *failure, const char *locator, struct eg_text value)
{
    (void)fail_value(failure, locator, value, "the capabilities list what there is");
    if (failure->err) failure->err->status = EG_NOT_FOUND;
    return EG_NOT_FOUND;
}

/* A parameter that has to be there; it may be empty if `may_be_empty`. */
static enum eg_status need(const struct eg_kvp *kvp, const char *name, bool may_be_empty,
                           struct eg_text *value_out, struct eg_wmts_failure *failure)
{
    char message[96];
    failure->code = invalid;
    enum eg_status status = eg_kvp_text(kvp, name, value_out, failure->err);
    if (status != EG_OK) return status;
    if (value_out->len > 0 || (may_be_empty && eg_kvp_has(kvp, name))) return EG_OK;
    (void)snprintf(message, sizeof message, "the parameter %s is missing", name);
    return fail(failure, missing, name, message);
}

/* --- the operation ------------------------------------------------------------------------------------------------- */

static enum eg_status check_version(const struct eg_kvp *kvp, struct eg_wmts_failure *failure)
{
    struct eg_text version = {0};
    enum eg_status status = need(kvp, "Version", false, &version, failure);
    if (status != EG_OK) return status;
    if (eg_text_equal_any_case(version, EG_TEXT("1.0.0"))) return EG_OK;
    return fail_value(failure, "Version", version, "this is WMTS 1.0.0");
}

enum eg_status eg_wmts_read_operation(const struct eg_kvp *kvp, enum eg_wmts_operation *operation_out,
                                      struct eg_wmts_failure *failure)
{
    static const struct {
        const char *name;
        enum eg_wmts_operation operation;
    } operations[] = {{"GetCapabilities", EG_WMTS_CAPABILITIES},
                      {"GetTile", EG_WMTS_TILE},
                      {"GetFeatureInfo", EG_WMTS_FEATURE_INFO}};
    struct eg_text service = {0}, request = {0};
    enum eg_status status = need(kvp, "Service", false, &service, failure);
    if (status == EG_OK && !eg_text_equal_any_case(service, EG_TEXT("WMTS")))
        status = fail_value(failure, "Service", service, "this service is WMTS");
    if (status == EG_OK) status = need(kvp, "Request", false, &request, failure);
    for (size_t i = 0; status == EG_OK && i < EG_ARRAY_LEN(operations); i++) {
        if (!eg_text_equal_any_case(request, eg_text_from(operations[i].name))) continue;
        *operation_out = operations[i].operation;
        return operations[i].operation == EG_WMTS_CAPABILITIES ? EG_OK : check_version(kvp, failure);
    }
    if (status != EG_OK) return status;
    status = fail_value(failure, "Request", request,
                        "this service answers GetCapabilities, GetTile and GetFeatureInfo");
    failure->code = "OperationNotSupported";
    return status;
}

/* --- GetCapabilities ----------------------------------------------------------------------------------------------- */

static enum eg_status check_accepted(const struct eg_kvp *kvp, struct eg_wmts_failure *failure)
{
    struct eg_text items[VERSIONS_MOST];
    struct eg_text_list list = {items, VERSIONS_MOST, 0};
    enum eg_status status = eg_kvp_list(kvp, "AcceptVersions", &list, failure->err);
    if (status != EG_OK) return status;
    for (uint32_t i = 0; i < list.n; i++)
        if (eg_text_equal_any_case(items[i], EG_TEXT("1.0.0"))) return EG_OK;
    if (list.n == 0) return EG_OK;
    return fail(failure, "VersionNegotiationFailed", "AcceptVersions",
                "none of the versions in AcceptVersions is served; this is WMTS 1.0.0");
}

static uint32_t section_of(struct eg_text name)
{
    static const struct {
        const char *name;
        uint32_t section;
    } sections[] = {{"ServiceIdentification", EG_WMTS_IDENTIFICATION},
                    {"ServiceProvider", EG_WMTS_PROVIDER},
                    {"OperationsMetadata", EG_WMTS_OPERATIONS},
                    {"Contents", EG_WMTS_CONTENTS},
                    {"Themes", EG_WMTS_THEMES},
                    {"All", EG_WMTS_ALL}};
    for (size_t i = 0; i < EG_ARRAY_LEN(sections); i++)
        if (eg_text_equal_any_case(name, eg_text_from(sections[i].name))) return sections[i].section;
    return 0;
}

static enum eg_status read_sections(const struct eg_kvp *kvp, uint32_t *sections_out,
                                    struct eg_wmts_failure *failure)
{
    struct eg_text items[SECTIONS_MOST];
    struct eg_text_list list = {items, SECTIONS_MOST, 0};
    enum eg_status status = eg_kvp_list(kvp, "Sections", &list, failure->err);
    if (status != EG_OK) return status;
    uint32_t sections = 0;
    for (uint32_t i = 0; i < list.n; i++) {
        uint32_t section = section_of(items[i]);
        if (section == 0)
            return fail_value(
                failure, "Sections", items[i],
                "sections are ServiceIdentification, ServiceProvider, OperationsMetadata, Contents, "
                "Themes and All");
        sections |= section;
    }
    *sections_out = list.n > 0 ? sections : EG_WMTS_ALL;
    return EG_OK;
}

enum eg_status eg_wmts_read_capabilities(const struct eg_kvp *kvp, const char *version,
                                         uint32_t *sections_out, struct eg_wmts_failure *failure)
{
    struct eg_text has = {0};
    failure->code = invalid;
    enum eg_status status = check_accepted(kvp, failure);
    if (status == EG_OK) status = read_sections(kvp, sections_out, failure);
    if (status == EG_OK) status = eg_kvp_text(kvp, "UpdateSequence", &has, failure->err);
    if (status == EG_OK && has.len > 0 && eg_text_equal(has, eg_text_from(version))) *sections_out = 0;
    return status;
}

/* --- GetTile and GetFeatureInfo ------------------------------------------------------------------------------------ */

static enum eg_status read_format(const struct eg_kvp *kvp, struct eg_wmts_failure *failure)
{
    struct eg_text format = {0};
    enum eg_status status = need(kvp, "Format", false, &format, failure);
    if (status != EG_OK || eg_text_equal_any_case(format, EG_TEXT("image/png"))) return status;
    return fail_value(failure, "Format", format, "tiles are image/png");
}

static enum eg_status read_info(const struct eg_kvp *kvp, struct eg_wmts_words *words,
                                enum eg_info_format *format_out, struct eg_wmts_failure *failure)
{
    struct eg_text format = {0};
    enum eg_status status = need(kvp, "J", false, &words->j, failure);
    if (status == EG_OK) status = need(kvp, "I", false, &words->i, failure);
    if (status == EG_OK) status = need(kvp, "InfoFormat", false, &format, failure);
    if (status != EG_OK || eg_info_format_of(format, format_out)) return status;
    return fail_value(failure, "InfoFormat", format,
                      "formats are application/json, text/html, text/plain and application/vnd.ogc.gml");
}

enum eg_status eg_wmts_read_words(const struct eg_kvp *kvp, enum eg_wmts_operation operation,
                                  struct eg_wmts_words *words_out, enum eg_info_format *format_out,
                                  struct eg_wmts_failure *failure)
{
    struct eg_wmts_words words = {0};
    enum eg_status status = need(kvp, "Layer", false, &words.layer, failure);
    if (status == EG_OK) status = need(kvp, "Style", true, &words.style, failure);
    if (status == EG_OK) status = read_format(kvp, failure);
    if (status == EG_OK) status = need(kvp, "TileMatrixSet", false, &words.set, failure);
    if (status == EG_OK) status = need(kvp, "TileMatrix", false, &words.matrix, failure);
    if (status == EG_OK) status = need(kvp, "TileRow", false, &words.row, failure);
    if (status == EG_OK) status = need(kvp, "TileCol", false, &words.column, failure);
    if (status == EG_OK) status = eg_kvp_text(kvp, "Time", &words.time, failure->err);
    if (status == EG_OK && operation == EG_WMTS_FEATURE_INFO)
        status = read_info(kvp, &words, format_out, failure);
    if (status == EG_OK) *words_out = words;
    return status;
}

/* --- what the words name ------------------------------------------------------------------------------------------- */

/* The engine's names of what is at fault, in the standard's words. */
static const char *locator_of(const char *field)
{
    return field[0] == 's' ? "Style" : field[0] == 'p' ? "Time" : "Layer";
}

/* "default" and "current" stand for the layer's own style and its latest period, in paths, which have no empty segments. */
static enum eg_status resolve_layer(const struct eg_snapshot *snapshot, const struct eg_wmts_words *words,
                                    struct eg_layer_name *name_out, struct eg_wmts_failure *failure)
{
    struct eg_layer_name name = {words->layer, words->style, words->time};
    struct eg_layer_ref ref;
    if (eg_text_equal_any_case(name.period, EG_TEXT("default")) ||
        eg_text_equal_any_case(name.period, EG_TEXT("current")))
        name.period.len = 0;
    enum eg_status status = eg_layer_resolve(snapshot, &name, &ref, failure->err);
    if (status != EG_OK && eg_text_equal_any_case(name.style, EG_TEXT("default"))) {
        name.style.len = 0;
        status = eg_layer_resolve(snapshot, &name, &ref, failure->err);
    }
    failure->code = invalid;
    if (status == EG_OK) *name_out = name;
    if (status == EG_OK || !failure->err) return status;
    const char *locator = locator_of(failure->err->field);
    failure->err->field[0] = '\0'; /* a field that is set would stay */
    return eg_error_field(failure->err, locator);
}

struct limit {
    const char *locator;
    uint32_t n; /* it must be less */
    const char *code;
};

static enum eg_status resolve_number(struct eg_text text, struct limit limit, uint32_t *number_out,
                                     struct eg_wmts_failure *failure)
{
    if (!eg_text_is_digits(text))
        return fail_value(failure, limit.locator, text, "it must be a whole number");
    if (eg_text_to_u32(text, number_out) && *number_out < limit.n) return EG_OK;
    char remedy[64];
    (void)snprintf(remedy, sizeof remedy, "it must be 0 to %u", limit.n - 1);
    enum eg_status status = fail_value(failure, limit.locator, text, remedy);
    failure->code = limit.code;
    return status;
}

static enum eg_status resolve_set(const struct eg_snapshot *snapshot, const struct eg_wmts_words *words,
                                  const struct eg_tile_matrix **matrix_out, struct eg_tile_request *tile,
                                  struct eg_wmts_failure *failure)
{
    tile->set = eg_tile_sets_find(snapshot->tile_sets, words->set);
    if (tile->set == eg_tile_sets_count(snapshot->tile_sets))
        return fail_unknown(failure, "TileMatrixSet", words->set);
    const struct eg_tile_matrix_set *set = eg_tile_sets_at(snapshot->tile_sets, tile->set);
    tile->z = eg_tile_matrix_find(set, words->matrix);
    if (tile->z == set->n_matrices) return fail_unknown(failure, "TileMatrix", words->matrix);
    *matrix_out = &set->matrices[tile->z];
    return EG_OK;
}

static enum eg_status resolve_place(const struct eg_wmts_words *words, const struct eg_tile_matrix *matrix,
                                    struct eg_wmts_request *request, struct eg_wmts_failure *failure)
{
    const struct limit j = {"J", matrix->tile_height, "PointIJOutOfRange"};
    const struct limit i = {"I", matrix->tile_width, "PointIJOutOfRange"};
    if (!words->i.data) return EG_OK;
    enum eg_status status = resolve_number(words->j, j, &request->j, failure);
    return status == EG_OK ? resolve_number(words->i, i, &request->i, failure) : status;
}

enum eg_status eg_wmts_resolve(const struct eg_snapshot *snapshot, const struct eg_wmts_words *words,
                               struct eg_wmts_request *request, struct eg_wmts_failure *failure)
{
    const struct eg_tile_matrix *matrix = NULL;
    enum eg_status status = resolve_layer(snapshot, words, &request->tile.name, failure);
    if (status == EG_OK) status = resolve_set(snapshot, words, &matrix, &request->tile, failure);
    if (status != EG_OK) return status;
    const struct limit row = {"TileRow", matrix->matrix_height, "TileOutOfRange"};
    const struct limit column = {"TileCol", matrix->matrix_width, "TileOutOfRange"};
    status = resolve_number(words->row, row, &request->tile.y, failure);
    if (status == EG_OK) status = resolve_number(words->column, column, &request->tile.x, failure);
    if (status == EG_OK) status = resolve_place(words, matrix, request, failure);
    return status;
}
