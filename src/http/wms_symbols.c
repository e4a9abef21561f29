/* The parameters of GetLegendGraphic, DescribeLayer and GetStyles. What they give is no map: errors are told in XML. */

#include <string.h>

#include "http/wms_parts.h"

/* LAYER; LAYERS, which QGIS Server has it called, if it is one. */
static void rename_field(struct eg_error *err, const char *from, const char *to)
{
    if (err->status == EG_OK || strcmp(err->field, from) != 0) return;
    err->field[0] = '\0'; /* the first one given stays otherwise */
    eg_error_field(err, to);
}

static void read_layer(const struct eg_kvp *kvp, struct eg_snapshot *snapshot, struct eg_layer_name *name,
                       struct eg_wms_request *request)
{
    struct eg_text style = {0}, time = {0};
    struct eg_error *err = &request->failure.error;
    if (eg_kvp_text(kvp, "LAYER", &name->layer, err) != EG_OK) return;
    if (name->layer.len == 0 && eg_kvp_text(kvp, "LAYERS", &name->layer, err) != EG_OK) return;
    if (name->layer.len == 0) eg_wms_fail(request, "LAYER", NULL, "LAYER is missing");
    if (err->status != EG_OK || eg_kvp_text(kvp, "STYLE", &style, err) != EG_OK) return;
    if (!eg_text_equal(style, EG_TEXT("default"))) name->style = style;
    eg_wms_resolve_group(snapshot, name);
    if (eg_kvp_text(kvp, "TIME", &time, err) != EG_OK) return;
    eg_wms_resolve(snapshot, time, name, request);
    /* Here they are called otherwise than in requests for maps. */
    rename_field(err, "layer", "LAYER");
    rename_field(err, "style", "STYLE");
    request->time = EG_WMS_TIME_GIVEN; /* of a legend it is not worth a warning: its title says the period */
}

static void read_format(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    struct eg_text text = EG_TEXT("image/png"), essence;
    if (eg_kvp_text(kvp, "FORMAT", &text, &request->failure.error) != EG_OK) return;
    (void)eg_text_cut(text, ';', &essence);
    if (eg_text_equal_any_case(text, EG_TEXT("application/json"))) request->legend.format = EG_LEGEND_JSON;
    else if (!eg_text_equal_any_case(essence, EG_TEXT("image/png")) &&
             !eg_text_equal_any_case(text, EG_TEXT("image/png8")))
        eg_wms_fail(request, "FORMAT", NULL, "FORMAT is '%.*s'; a legend is image/png or application/json",
                    EG_TEXT_SHOWN(text, 60));
}

/* A legend is the same at every scale: no rule of a style depends on one. But what is none is told. */
static void check_scale(const struct eg_kvp *kvp, struct eg_wms_request *request)
{
    double scale = 1;
    if (eg_kvp_double(kvp, "SCALE", (struct eg_double_range){0, 1e12}, NULL, &scale,
                      &request->failure.error) != EG_OK)
        return;
    if (!(scale > 0)) eg_wms_fail(request, "SCALE", NULL, "SCALE is a scale's denominator, above 0");
}

static void read_wishes(const struct eg_kvp *kvp, struct eg_snapshot *snapshot,
                        struct eg_wms_request *request)
{
    struct eg_error *err = &request->failure.error;
    struct eg_legend_request *legend = &request->legend.legend;
    uint32_t most = snapshot->atlas->limits.image_px;
    bool has_title = true, has_labels = true;
    eg_wms_read_side(kvp, "WIDTH", most, request, &legend->symbol_width);
    if (err->status == EG_OK) eg_wms_read_side(kvp, "HEIGHT", most, request, &legend->symbol_height);
    if (err->status == EG_OK) eg_wms_read_resolution(kvp, request);
    if (err->status == EG_OK) check_scale(kvp, request);
    legend->scale = request->map.scale;
    if (err->status != EG_OK || eg_kvp_text(kvp, "RULE", &legend->rule, err) != EG_OK) return;
    if (eg_kvp_bool(kvp, "LAYERTITLE", &has_title, err) != EG_OK) return;
    if (eg_kvp_bool(kvp, "RULELABEL", &has_labels, err) != EG_OK) return;
    (void)!eg_kvp_bool(kvp, "TRANSPARENT", &legend->transparent, err);
    legend->no_title = !has_title;
    legend->no_labels = !has_labels;
}

void eg_wms_read_legend(const struct eg_kvp *kvp, struct eg_snapshot *snapshot,
                        struct eg_wms_request *request)
{
    request->exceptions = EG_WMS_XML;
    eg_wms_refuse_foreign_styles(kvp, request);
    if (request->failure.error.status == EG_OK)
        read_layer(kvp, snapshot, &request->legend.legend.name, request);
    if (request->failure.error.status == EG_OK) read_format(kvp, request);
    if (request->failure.error.status == EG_OK) read_wishes(kvp, snapshot, request);
}

void eg_wms_read_names(const struct eg_kvp *kvp, struct eg_snapshot *snapshot, struct eg_wms_request *request)
{
    struct eg_text layers[EG_MAP_LAYERS];
    struct eg_text_list list = {.items = layers, .most = EG_MAP_LAYERS};
    struct eg_error *err = &request->failure.error;
    struct eg_layer_ref ref;
    request->exceptions = EG_WMS_XML;
    eg_wms_refuse_foreign_styles(kvp, request);
    if (err->status != EG_OK) return;
    if (eg_kvp_list(kvp, "LAYERS", &list, err) != EG_OK) return;
    if (list.n == 0) eg_wms_fail(request, "LAYERS", NULL, "LAYERS is missing; GetCapabilities lists them");
    request->map.n_names = list.n;
    for (uint32_t i = 0; i < list.n && err->status == EG_OK; i++) {
        request->names[i].layer = layers[i];
        eg_wms_resolve_group(snapshot, &request->names[i]);
        (void)!eg_layer_resolve(snapshot, &request->names[i], &ref, err);
    }
}
