/* Private to OGC API - Features: between reading a request (ogc_features.c), answering it in JSON and CSV (ogc_items.c), as a page
 * (ogc_items_page.c) and describing a collection's properties (ogc_schema.c). */
#ifndef EG_HTTP_OGC_FEATURES_PARTS_H
#define EG_HTTP_OGC_FEATURES_PARTS_H

#include "engine/features.h"
#include "http/exchange.h"
#include "http/ogc_features.h"

#define EG_OGC_FEATURES_CRS84 "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

/* A request under way. */
struct eg_ogc_job {
    const struct eg_exchange *exchange;
    const struct eg_ogc_features_request *wanted;
    struct eg_arena *arena;
    struct eg_features *features; /* NULL: no period of the layer meets the datetime */
    struct eg_crs_context *proj;  /* made on first use, as are these */
    struct eg_transform *bbox_transform, *filter_transform;
    struct eg_bounds bbox_reach;
    struct eg_filter *filter;
    struct eg_features_form form;
    char content_crs[EG_CRS_NAME_BYTES + 2]; /* "<http://...>" */
    struct eg_features_page page;
};

/* The address of the request: the path and its parameters but for `after` and `f`, then these where they are not empty, and f. */
EG_MUST_CHECK enum eg_status eg_ogc_address(const struct eg_ogc_job *job, struct eg_text after,
                                            const char *format, struct eg_text *address_out,
                                            struct eg_error *err);
/* Of the collection itself and what lies below it: the rest is formatted behind it. data is NULL when the arena refused. */
struct eg_text eg_ogc_collection_address(const struct eg_ogc_job *job, const char *rest);

/* ogc_items.c: properties=, crs= and skipGeometry= into job->form, then the writing. */
EG_MUST_CHECK enum eg_status eg_ogc_read_form(struct eg_ogc_job *job, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_ogc_write_items(struct eg_ogc_job *job, struct eg_buffer *out,
                                                struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_ogc_write_item(struct eg_ogc_job *job, struct eg_buffer *out,
                                               struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_ogc_write_csv(struct eg_ogc_job *job, struct eg_buffer *out,
                                              struct eg_error *err);

/* ogc_items_page.c */
EG_MUST_CHECK enum eg_status eg_ogc_write_items_page(struct eg_ogc_job *job, struct eg_buffer *out,
                                                     struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_ogc_write_item_page(struct eg_ogc_job *job, struct eg_buffer *out,
                                                    struct eg_error *err);

/* ogc_schema.c: queryables or schema, as JSON Schema or a page. */
EG_MUST_CHECK enum eg_status eg_ogc_write_schema(struct eg_ogc_job *job, struct eg_buffer *out,
                                                 struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_ogc_write_schema_page(struct eg_ogc_job *job, struct eg_buffer *out,
                                                      struct eg_error *err);

/* The name of a stranger's parameter as the field of an error: cut between characters; "query" for none. */
#define EG_OGC_FIELD_BYTES 64U
void eg_ogc_name_field(struct eg_text name, char field_out[EG_OGC_FIELD_BYTES]);

/* ogc_select.c: bbox, filter and equals, and the page that fulfils them, into job->page. */
EG_MUST_CHECK enum eg_status eg_ogc_select(struct eg_ogc_job *job, struct eg_error *err);
/* A CRS by any of its names: one of the atlas's, CRS84 or EPSG:4326. EG_INVALID with `field`. */
struct eg_ogc_crs {
    struct eg_crs_id id;
    bool northing_first, is_degrees; /* WGS 84 degrees, in either order */
};
EG_MUST_CHECK enum eg_status eg_ogc_find_crs(const struct eg_snapshot *snapshot, struct eg_text name,
                                             const char *field, struct eg_ogc_crs *crs_out,
                                             struct eg_error *err);

#endif
