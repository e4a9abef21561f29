/* Items and single items as pages: a table with the first properties of each, or all properties of one, and a map of them. */
#include <stdio.h>
#include <string.h>

#include "http/html.h"
#include "http/ogc_features_parts.h"

#define COLUMNS 8U /* of the table of items; a single item's page has all */

/* --- the frame ----------------------------------------------------------------------------------------------------- */

struct frame {
    struct eg_html html;
    struct eg_html_page page;
    struct eg_html_crumb crumbs[3];
};

static enum eg_status begin(struct eg_ogc_job *job, struct eg_text title, struct frame *frame,
                            struct eg_error *err)
{
    const struct eg_snapshot *snapshot = job->exchange->snapshot;
    bool is_item = job->wanted->resource == EG_OGC_ITEM;
    *frame = (struct frame){0};
    frame->crumbs[0].title = EG_TEXT("Collections");
    frame->crumbs[0].address =
        eg_text_format(job->arena, "%.*s/ogc/collections", EG_TEXT_ARG(job->exchange->base_url));
    frame->crumbs[1].title = eg_collection_title(snapshot, job->wanted->collection, job->arena);
    frame->crumbs[1].address = eg_ogc_collection_address(job, "");
    frame->crumbs[2].title = EG_TEXT("Items");
    frame->crumbs[2].address = eg_ogc_collection_address(job, "/items");
    frame->page = (struct eg_html_page){.title = title,
                                        .atlas_title = snapshot->atlas->title,
                                        .fictional = snapshot->atlas->fictional,
                                        .crumbs = frame->crumbs,
                                        .n_crumbs = is_item ? 3 : 2,
                                        .alternate_type = EG_TEXT("application/geo+json"),
                                        .has_map = true};
    enum eg_status status = eg_ogc_address(job, job->wanted->after, "json", &frame->page.alternate, err);
    if (status != EG_OK) return status;
    eg_html_init(&frame->html, job->exchange->base_url, is_item ? 4 : 3);
    eg_html_begin(&frame->html, &frame->page);
    return EG_OK;
}

static struct eg_bounds join(struct eg_bounds a, struct eg_bounds b)
{
    if (b.min_x < a.min_x) a.min_x = b.min_x;
    if (b.min_y < a.min_y) a.min_y = b.min_y;
    if (b.max_x > a.max_x) a.max_x = b.max_x;
    if (b.max_y > a.max_y) a.max_y = b.max_y;
    return a;
}

static bool bounds_of_page(const struct eg_ogc_job *job, struct eg_bounds *bounds_out)
{
    bool any = false;
    for (uint32_t i = 0; i < job->page.n; i++) {
        struct eg_bounds box;
        if (!eg_features_box_deg(job->features, job->page.features[i], &box)) continue;
        *bounds_out = any ? join(*bounds_out, box) : box;
        any = true;
    }
    return any;
}

/* The map reads the same features as GeoJSON: only where that is in degrees of longitude and latitude. */
static void write_map(const struct eg_ogc_job *job, struct frame *frame)
{
    struct eg_html_map map = {.features = frame->page.alternate,
                              .label = EG_TEXT("Map of these features"),
                              .attribution = job->exchange->snapshot->atlas->attribution};
    bool is_plain = strcmp(job->content_crs, "<" EG_OGC_FEATURES_CRS84 ">") == 0;
    if (!is_plain || job->wanted->skip_geometry || !bounds_of_page(job, &map.bounds_deg)) return;
    eg_html_map(&frame->html, &map);
}

static void number_text(double number, char text[40])
{
    (void)snprintf(text, 40, "%.15g", number + 0.0);
}

static void write_value(const struct eg_ogc_job *job, struct eg_html *html, uint32_t feature,
                        uint32_t property)
{
    char number[40];
    struct eg_value value = eg_features_value(job->features, feature, property);
    switch (value.type) {
    case EG_VALUE_NULL:
        break;
    case EG_VALUE_TEXT:
    case EG_VALUE_DATE:
        eg_html_link(html, value.text, value.text); /* its text alone, unless it is an address */
        break;
    case EG_VALUE_NUMBER:
        number_text(value.number, number);
        eg_html_text(html, eg_text_from(number));
        break;
    case EG_VALUE_BOOL:
        eg_html_text(html, value.is ? EG_TEXT("yes") : EG_TEXT("no"));
        break;
    }
}

/* The property shown i-th, or false behind the last. */
static bool shown(const struct eg_ogc_job *job, uint32_t i, uint32_t *property_out)
{
    const struct eg_properties *all = eg_features_properties(job->features);
    if (job->form.properties) {
        if (i < job->form.n_properties) *property_out = job->form.properties[i];
        return i < job->form.n_properties;
    }
    for (uint32_t p = 0; p < all->n; p++) {
        if (all->items[p].hidden_by_default) continue;
        *property_out = p;
        if (i-- == 0) return true;
    }
    return false;
}

/* --- many ---------------------------------------------------------------------------------------------------------- */

static void write_head(const struct eg_ogc_job *job, struct eg_html *html)
{
    uint32_t property;
    eg_html_open(html, "thead");
    eg_html_open(html, "tr");
    eg_html_leaf(html, "th", EG_TEXT("id"));
    for (uint32_t i = 0; i < COLUMNS && shown(job, i, &property); i++)
        eg_html_leaf(html, "th", eg_features_properties(job->features)->items[property].name);
    eg_html_close(html);
    eg_html_close(html);
}

static void write_row(const struct eg_ogc_job *job, struct eg_html *html, uint32_t feature)
{
    uint32_t property;
    struct eg_text id = eg_features_id(job->features, feature);
    struct eg_buffer address;
    eg_buffer_init(&address, 0);
    eg_buffer_text(&address, eg_ogc_collection_address(job, "/items/"));
    eg_buffer_text(&address, id);
    eg_html_open(html, "tr");
    eg_html_open(html, "th");
    eg_html_link(html, (struct eg_text){address.data, address.failed ? 0 : address.len}, id);
    eg_html_close(html);
    for (uint32_t i = 0; i < COLUMNS && shown(job, i, &property); i++) {
        eg_html_open(html, "td");
        write_value(job, html, feature, property);
        eg_html_close(html);
    }
    eg_html_close(html);
    eg_buffer_clear(&address);
}

static void write_table(const struct eg_ogc_job *job, struct eg_html *html)
{
    eg_html_open(html, "table");
    write_head(job, html);
    eg_html_open(html, "tbody");
    for (uint32_t i = 0; i < job->page.n; i++) write_row(job, html, job->page.features[i]);
    eg_html_close(html);
    eg_html_close(html);
}

static enum eg_status write_ways_on(const struct eg_ogc_job *job, struct eg_html *html, struct eg_error *err)
{
    struct eg_text address;
    enum eg_status status = EG_OK;
    eg_html_open(html, "p");
    if (job->page.more && job->page.n > 0) {
        struct eg_text last = eg_features_id(job->features, job->page.features[job->page.n - 1]);
        status = eg_ogc_address(job, last, "html", &address, err);
        if (status == EG_OK) eg_html_link(html, address, EG_TEXT("Next page"));
        eg_html_text(html, EG_TEXT(" "));
    }
    if (status == EG_OK) status = eg_ogc_address(job, job->wanted->after, "csv", &address, err);
    if (status == EG_OK) eg_html_link(html, address, EG_TEXT("As CSV"));
    eg_html_text(html, EG_TEXT(" "));
    eg_html_link(html, eg_ogc_collection_address(job, "/queryables"), EG_TEXT("What can be asked"));
    eg_html_close(html);
    return status;
}

enum eg_status eg_ogc_write_items_page(struct eg_ogc_job *job, struct eg_buffer *out, struct eg_error *err)
{
    struct frame frame;
    struct eg_text title = eg_collection_title(job->exchange->snapshot, job->wanted->collection, job->arena);
    enum eg_status status = begin(job, title, &frame, err);
    if (status != EG_OK) return status;
    eg_html_open(&frame.html, "p");
    eg_html_text_format(&frame.html, "%u of %llu features", job->page.n,
                        (unsigned long long)job->page.n_matched);
    eg_html_close(&frame.html);
    write_map(job, &frame);
    write_table(job, &frame.html);
    status = write_ways_on(job, &frame.html, err);
    if (status == EG_OK) return eg_html_finish(&frame.html, &frame.page, out, err);
    eg_html_clear(&frame.html);
    return status;
}

/* --- one ----------------------------------------------------------------------------------------------------------- */

enum eg_status eg_ogc_write_item_page(struct eg_ogc_job *job, struct eg_buffer *out, struct eg_error *err)
{
    struct frame frame;
    uint32_t feature = job->page.features[0], property;
    enum eg_status status = begin(job, eg_features_id(job->features, feature), &frame, err);
    if (status != EG_OK) return status;
    write_map(job, &frame);
    eg_html_open(&frame.html, "table");
    eg_html_open(&frame.html, "tbody");
    for (uint32_t i = 0; shown(job, i, &property); i++) {
        const struct eg_property *item = &eg_features_properties(job->features)->items[property];
        eg_html_open(&frame.html, "tr");
        eg_html_leaf(&frame.html, "th", item->title.len > 0 ? item->title : item->name);
        eg_html_open(&frame.html, "td");
        write_value(job, &frame.html, feature, property);
        if (item->unit.len > 0) eg_html_text_format(&frame.html, " %.*s", EG_TEXT_ARG(item->unit));
        eg_html_close(&frame.html);
        eg_html_close(&frame.html);
    }
    eg_html_close(&frame.html);
    eg_html_close(&frame.html);
    return eg_html_finish(&frame.html, &frame.page, out, err);
}
