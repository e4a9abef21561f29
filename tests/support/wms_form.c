#include "support/wms_form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const map_1_3_0[] = {"SERVICE=WMS",
                                        "VERSION=1.3.0",
                                        "REQUEST=GetMap",
                                        "LAYERS=deprivation.nbhd",
                                        "STYLES=",
                                        "CRS=EPSG:4326",
                                        "BBOX=50.95,-0.05,51.35,0.65",
                                        "WIDTH=140",
                                        "HEIGHT=80",
                                        "FORMAT=image/png"};
static const char *const map_1_1_1[] = {"SERVICE=WMS",
                                        "VERSION=1.1.1",
                                        "REQUEST=GetMap",
                                        "LAYERS=deprivation.nbhd",
                                        "STYLES=",
                                        "SRS=EPSG:4326",
                                        "BBOX=-0.05,50.95,0.65,51.35",
                                        "WIDTH=140",
                                        "HEIGHT=80",
                                        "FORMAT=image/png"};

bool eg_wms_form_has_name(const char *pair, const char *name, size_t len)
{
    return strncmp(pair, name, len) == 0 && (pair[len] == '=' || pair[len] == '\0');
}

/* Whether the changes, "A=1&-B", name the pair's parameter. */
static bool is_changed(const char *pair, const char *changes)
{
    size_t len = strcspn(pair, "=");
    for (const char *at = changes; *at; at += strcspn(at, "&"), at += *at == '&')
        if (eg_wms_form_has_name(at + (*at == '-'), pair, len) ||
            (*at == '-' && strncmp(at + 1, pair, len) == 0))
            return true;
    return false;
}

static void add_changes(char *bytes, size_t size, const char *changes)
{
    for (const char *at = changes; *at; at += strcspn(at, "&"), at += *at == '&') {
        size_t len = strlen(bytes);
        if (*at != '-') (void)snprintf(bytes + len, size - len, "&%.*s", (int)strcspn(at, "&"), at);
    }
}

const struct eg_wms_request *eg_wms_form_read(struct eg_wms_form *form, struct eg_snapshot *snapshot,
                                              enum eg_wms_version version, const char *changes)
{
    const char *const *pairs = version == EG_WMS_1_3_0 ? map_1_3_0 : map_1_1_1;
    struct eg_kvp kvp = {0};
    struct eg_error err = {0};
    form->bytes[0] = '\0';
    for (size_t i = 0; i < EG_ARRAY_LEN(map_1_3_0); i++) {
        size_t len = strlen(form->bytes);
        if (!is_changed(pairs[i], changes))
            (void)snprintf(form->bytes + len, sizeof form->bytes - len, "&%s", pairs[i]);
    }
    add_changes(form->bytes, sizeof form->bytes, changes);
    if (eg_kvp_from_form(form->bytes, strlen(form->bytes), form->pairs, &kvp, &err) != EG_OK)
        fail_msg("%s", err.message);
    eg_wms_read(&kvp, snapshot, &form->request);
    form->request.map.names = form->request.names;
    form->request.info.names = form->request.info_names;
    return &form->request;
}
