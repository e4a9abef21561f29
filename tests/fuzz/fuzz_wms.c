/* Any bytes as a form of WMS, completed to a map where they leave parameters out: read, drawn small, asked for what lies there,
 * and told of in every form of exceptions. */
#include "fuzz/county.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "http/wms.h"

#define MOST_PX 64

/* What the input leaves out of a map. */
static void complete(struct eg_kvp *kvp, struct eg_parameter *pairs, const struct eg_snapshot *snapshot)
{
    const struct eg_parameter usual[] = {{EG_TEXT("REQUEST"), EG_TEXT("GetMap")},
                                         {EG_TEXT("LAYERS"), snapshot->atlas->layers[0].id},
                                         {EG_TEXT("STYLES"), EG_TEXT("")},
                                         {EG_TEXT("CRS"), EG_TEXT("CRS:84")},
                                         {EG_TEXT("SRS"), EG_TEXT("EPSG:3857")},
                                         {EG_TEXT("BBOX"), EG_TEXT("-10,40,10,60")},
                                         {EG_TEXT("WIDTH"), EG_TEXT("16")},
                                         {EG_TEXT("HEIGHT"), EG_TEXT("9")},
                                         {EG_TEXT("FORMAT"), EG_TEXT("image/png")},
                                         {EG_TEXT("QUERY_LAYERS"), snapshot->atlas->layers[0].id},
                                         {EG_TEXT("I"), EG_TEXT("3")},
                                         {EG_TEXT("J"), EG_TEXT("3")}};
    for (size_t i = 0; i < EG_ARRAY_LEN(usual) && kvp->n < EG_TARGET_PARAMETERS; i++)
        if (!eg_kvp_has(kvp, usual[i].name.data)) pairs[kvp->n++] = usual[i];
}

static void check_failure(const struct county *county, struct eg_wms_request *request,
                          const struct eg_wms_failure *failure)
{
    struct eg_entity entity = {0};
    EG_ASSERT(failure->error.message[0] && eg_text_is_utf8(eg_text_from(failure->error.message)));
    if (request->map.width > MOST_PX || request->map.height > MOST_PX) request->exceptions = EG_WMS_XML;
    EG_ASSERT(eg_wms_exception(county->engine, county->snapshot, request, failure, &entity, NULL) == EG_OK);
    EG_ASSERT(entity.body.len > 0);
    eg_entity_clear(&entity);
}

static void answer(const struct county *county, struct eg_wms_request *request)
{
    struct eg_entity entity = {0};
    struct eg_wms_failure failure = {0};
    enum eg_status status = EG_OK;
    EG_ASSERT(request->map.n_names >= 1 && request->map.n_names <= EG_MAP_LAYERS);
    EG_ASSERT(request->media_type && request->map.width > 0 && request->map.height > 0);
    request->map.names = request->names;
    request->info.names = request->info_names;
    if (request->map.width > MOST_PX || request->map.height > MOST_PX) return;
    (void)eg_engine_map_needs_projecting(county->snapshot, &request->map);
    status = request->operation == EG_WMS_INFO
                 ? eg_feature_info(county->snapshot, &request->info, &entity, &failure.error)
                 : eg_engine_map(county->engine, county->snapshot, &request->map, &entity, &failure.error);
    EG_ASSERT(status == EG_OK || status == EG_INVALID || status == EG_UNSUPPORTED);
    if (status == EG_OK) EG_ASSERT(entity.body.len > 0);
    else check_failure(county, request, &failure);
    eg_entity_clear(&entity);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct county *county = the_county();
    char *bytes = malloc(size > 0 ? size : 1);
    struct eg_parameter *pairs = calloc(EG_TARGET_PARAMETERS, sizeof *pairs);
    struct eg_wms_request request;
    struct eg_kvp kvp = {0};
    EG_ASSERT(bytes && pairs);
    if (size > 0) memcpy(bytes, data, size);
    if (eg_kvp_from_form(bytes, size, pairs, &kvp, NULL) == EG_OK) {
        complete(&kvp, pairs, county->snapshot);
        eg_wms_read(&kvp, county->snapshot, &request);
        if (request.failure.error.status != EG_OK) check_failure(county, &request, &request.failure);
        else if (request.operation == EG_WMS_MAP || request.operation == EG_WMS_INFO)
            answer(county, &request);
    }
    free(pairs);
    free(bytes);
    return 0;
}
