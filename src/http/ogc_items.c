/* Items as GeoJSON and CSV. A collection of features is written straight into one buffer, feature by feature; only its links and
 * numbers go through a JSON document, which is spliced in. There is no timeStamp: the same question has the same answer, byte by
 * byte, until the data change, and so a tag by which clients and proxies need not fetch it again. */
#include <stdio.h>
#include <string.h>

#include "http/ogc_features_parts.h"

#define GEOJSON "application/geo+json"

/* --- the form ------------------------------------------------------------------------------------------------------ */

static enum eg_status unknown_property(struct eg_text name, struct eg_error *err)
{
    (void)eg_error_set(err, EG_INVALID,
                       "there is no property '%.*s'; the collection's queryables list what there is",
                       EG_TEXT_SHOWN(name, 60));
    (void)eg_error_field(err, "properties");
    return EG_INVALID;
}

/* properties=a,b: in that order, each once. */
static enum eg_status read_properties(struct eg_ogc_job *job, struct eg_error *err)
{
    const struct eg_properties *all = eg_features_properties(job->features);
    struct eg_text rest = job->wanted->properties, name;
    if (rest.len == 0) return EG_OK;
    uint32_t *chosen = eg_arena_array(job->arena, all->n, sizeof *chosen);
    bool *seen = eg_arena_array(job->arena, all->n, sizeof *seen);
    if (!chosen || !seen) return eg_error_no_memory(err, all->n * sizeof *chosen);
    while (rest.data) {
        rest = eg_text_cut(rest, ',', &name);
        uint32_t property = eg_properties_find(all, name);
        if (property == all->n) return unknown_property(name, err);
        if (!seen[property]) chosen[job->form.n_properties++] = property;
        seen[property] = true;
    }
    job->form.properties = chosen;
    return EG_OK;
}

enum eg_status eg_ogc_read_form(struct eg_ogc_job *job, struct eg_error *err)
{
    struct eg_ogc_crs crs;
    char name[EG_CRS_NAME_BYTES];
    enum eg_status status = eg_ogc_find_crs(job->exchange->snapshot, job->wanted->crs, "crs", &crs, err);
    if (status == EG_OK) status = read_properties(job, err);
    if (status != EG_OK) return status;
    eg_crs_write(&crs.id, EG_CRS_ADDRESS, name);
    (void)snprintf(job->content_crs, sizeof job->content_crs, "<%s>", name);
    eg_crs_write(&crs.id, EG_CRS_CODE, name);
    job->form.crs = eg_text_copy(job->arena, eg_text_from(name));
    job->form.northing_first = crs.northing_first;
    job->form.skip_geometry = job->wanted->skip_geometry;
    return job->form.crs.data ? EG_OK : eg_error_no_memory(err, sizeof name);
}

/* --- links --------------------------------------------------------------------------------------------------------- */

struct links {
    const struct eg_ogc_job *job;
    struct eg_json *json;
    struct eg_json_value *array;
};

static void add_link(const struct links *links, const char *rel, const char *type, const char *title,
                     struct eg_text address)
{
    struct eg_json_value *link = eg_json_object(links->json, links->array, NULL);
    eg_json_text(links->json, link, "href", address);
    eg_json_cstring(links->json, link, "rel", rel);
    eg_json_cstring(links->json, link, "type", type);
    eg_json_cstring(links->json, link, "title", title);
}

static enum eg_status add_request_link(const struct links *links, const char *rel, const char *type,
                                       const char *format, struct eg_error *err)
{
    struct eg_text address;
    enum eg_status status = eg_ogc_address(links->job, links->job->wanted->after, format, &address, err);
    const char *title = strcmp(format, "html") == 0 ? "As a page" : "As CSV";
    if (strcmp(rel, "self") == 0) title = "This document";
    if (status == EG_OK) add_link(links, rel, type, title, address);
    return status;
}

static enum eg_status add_links(const struct links *links, struct eg_error *err)
{
    const struct eg_ogc_job *job = links->job;
    enum eg_status status = add_request_link(links, "self", GEOJSON, "json", err);
    if (status == EG_OK) status = add_request_link(links, "alternate", "text/html", "html", err);
    if (status == EG_OK) status = add_request_link(links, "alternate", "text/csv", "csv", err);
    if (status == EG_OK && job->page.more && job->page.n > 0) {
        struct eg_text address;
        struct eg_text last = eg_features_id(job->features, job->page.features[job->page.n - 1]);
        status = eg_ogc_address(job, last, "json", &address, err);
        if (status == EG_OK) add_link(links, "next", GEOJSON, "The next page", address);
    }
    struct eg_text collection = eg_ogc_collection_address(job, "");
    if (status == EG_OK && !collection.data) status = eg_error_no_memory(err, 0);
    if (status == EG_OK) add_link(links, "collection", "application/json", "The collection", collection);
    return status;
}

/* Appends the members of a small document without its braces, after a comma. */
static enum eg_status splice_tail(const struct eg_ogc_job *job, bool numbers, struct eg_buffer *out,
                                  struct eg_error *err)
{
    struct eg_json *json = eg_json_new_object();
    struct eg_json_value *root = json ? eg_json_root(json) : NULL;
    if (numbers) eg_json_integer(json, root, "numberMatched", (int64_t)job->page.n_matched);
    if (numbers) eg_json_integer(json, root, "numberReturned", job->page.n);
    struct links links = {job, json, eg_json_array(json, root, "links")};
    struct eg_buffer text;
    eg_buffer_init(&text, 0);
    enum eg_status status = add_links(&links, err);
    if (status == EG_OK) status = eg_json_finish(json, false, &text, err);
    if (status == EG_OK) {
        eg_buffer_char(out, ',');
        eg_buffer_append(out, text.data + 1, text.len - 2);
    }
    eg_buffer_clear(&text);
    eg_json_free(json);
    return status;
}

/* --- GeoJSON ------------------------------------------------------------------------------------------------------- */

static enum eg_status end(struct eg_buffer *out, struct eg_error *err)
{
    eg_buffer_char(out, '}');
    return out->failed ? eg_error_no_memory(err, out->len) : EG_OK;
}

enum eg_status eg_ogc_write_items(struct eg_ogc_job *job, struct eg_buffer *out, struct eg_error *err)
{
    struct eg_features_writer *writer = NULL;
    enum eg_status status = eg_features_writer_new(job->features, &job->form, &writer, err);
    eg_buffer_literal(out, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (uint32_t i = 0; i < job->page.n && status == EG_OK; i++) {
        eg_buffer_literal(out, i > 0 ? ",\n{" : "\n{");
        status = eg_features_write(writer, job->page.features[i], out, err);
        eg_buffer_char(out, '}');
    }
    eg_buffer_char(out, ']');
    eg_features_writer_free(writer);
    if (status == EG_OK) status = splice_tail(job, true, out, err);
    return status == EG_OK ? end(out, err) : status;
}

enum eg_status eg_ogc_write_item(struct eg_ogc_job *job, struct eg_buffer *out, struct eg_error *err)
{
    struct eg_features_writer *writer = NULL;
    enum eg_status status = eg_features_writer_new(job->features, &job->form, &writer, err);
    eg_buffer_char(out, '{');
    if (status == EG_OK) status = eg_features_write(writer, job->page.features[0], out, err);
    eg_features_writer_free(writer);
    if (status == EG_OK) status = splice_tail(job, false, out, err);
    return status == EG_OK ? end(out, err) : status;
}

/* --- CSV ----------------------------------------------------------------------------------------------------------- */

enum eg_status eg_ogc_write_csv(struct eg_ogc_job *job, struct eg_buffer *out, struct eg_error *err)
{
    struct eg_features_writer *writer = NULL;
    enum eg_status status = eg_features_writer_new(job->features, &job->form, &writer, err);
    if (status == EG_OK) status = eg_features_write_csv_head(writer, out, err);
    for (uint32_t i = 0; i < job->page.n && status == EG_OK; i++)
        status = eg_features_write_csv_row(writer, job->page.features[i], out, err);
    eg_features_writer_free(writer);
    return status;
}
