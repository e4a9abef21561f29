/* OGC API at /ogc: what its files share. Documents (the landing page, collections, tile sets ...) are built as JSON; a page of HTML
 * is made of that same document, so that both say the same. Features are ogc_features.h's. */
#ifndef EG_HTTP_OGC_H
#define EG_HTTP_OGC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json.h"
#include "engine/collections.h"
#include "engine/describe.h"
#include "engine/engine.h"
#include "http/html.h"

struct eg_answer;
struct eg_exchange;
struct eg_target;

enum eg_ogc_document {
    EG_OGC_LANDING,
    EG_OGC_CONFORMANCE,
    EG_OGC_API,
    EG_OGC_COLLECTIONS,
    EG_OGC_COLLECTION,
    EG_OGC_STYLES,
    EG_OGC_MAP_TILESETS,
    EG_OGC_MAP_TILESET,
    EG_OGC_VECTOR_TILESETS,
    EG_OGC_VECTOR_TILESET,
    EG_OGC_TILE_MATRIX_SETS,
    EG_OGC_TILE_MATRIX_SET
};

/* One document, as parsed: all names are found already. */
struct eg_ogc_wanted {
    enum eg_ogc_document document;
    bool html;
    uint32_t collection; /* number: engine/collections.h */
    uint32_t style;      /* index, or EG_ATLAS_NONE: the layer's own, not named in the path */
    uint32_t set;        /* of the snapshot's tile matrix sets */
};

/* ogc.c: makes one, for the documents' cache. */
EG_MUST_CHECK enum eg_status eg_ogc_make(struct eg_exchange *exchange, struct eg_answer **answer_out,
                                         struct eg_error *err);

/* --- pieces of documents ------------------------------------------------------------------------------------------- */

#define EG_OGC_CRS84 "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
#define EG_OGC_REL "http://www.opengis.net/def/rel/ogc/1.0/"
#define EG_OGC_OPENAPI "application/vnd.oai.openapi+json;version=3.0"

struct eg_ogc_writer {
    struct eg_snapshot *snapshot;
    struct eg_json *json;
    struct eg_arena *arena; /* texts of the document */
    struct eg_text base_url;
    struct eg_ogc_wanted wanted;
    struct eg_collection collection; /* the wanted one, where there is one */
    uint32_t most_items;             /* in one answer */
};

struct eg_ogc_link {
    const char *rel, *type, *title;
    bool templated;
};
/* {"href": base url and path, "rel": ..., "type": ..., "title": ...}; the path is formatted. */
void eg_ogc_add_link(const struct eg_ogc_writer *w, struct eg_json_value *links,
                     const struct eg_ogc_link *link, const char *path, ...) EG_PRINTF(4, 5);
/* Links of the document to itself and to its other form. */
void eg_ogc_add_self(const struct eg_ogc_writer *w, struct eg_json_value *links, struct eg_text path);
/* "/ogc/collections/{id}" with "/styles/{style}" where the document has one. */
struct eg_text eg_ogc_collection_path(const struct eg_ogc_writer *w);
/* The path of the wanted document. */
struct eg_text eg_ogc_path(const struct eg_ogc_writer *w);
/* `style`: an index, or EG_ATLAS_NONE. */
struct eg_layer_name eg_ogc_layer_name(const struct eg_snapshot *snapshot, struct eg_collection collection,
                                       uint32_t style);

/* Names in paths: EG_NOT_FOUND with the placeholder's name as field. find_map: a collection that has maps. */
EG_MUST_CHECK enum eg_status eg_ogc_find_style(const struct eg_snapshot *snapshot, struct eg_text id,
                                               uint32_t *style_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_ogc_find_set(const struct eg_snapshot *snapshot, struct eg_text id,
                                             uint32_t *set_out, struct eg_error *err);
EG_MUST_CHECK enum eg_status eg_ogc_find_map(const struct eg_snapshot *snapshot, struct eg_text id,
                                             struct eg_collection *collection_out, struct eg_error *err);

/* Refuses a parameter that is none of `names`, which NULL ends: 400, as OGC API has it of all addresses of a service. EG_INVALID with
 * the parameter as field. */
EG_MUST_CHECK enum eg_status eg_ogc_only(const struct eg_target *target, const char *const *names,
                                         struct eg_error *err);

/* The bodies of documents, written into the root. */
void eg_ogc_write_landing(const struct eg_ogc_writer *w);
void eg_ogc_write_conformance(const struct eg_ogc_writer *w);
void eg_ogc_write_collections(const struct eg_ogc_writer *w);
void eg_ogc_write_collection(const struct eg_ogc_writer *w);
void eg_ogc_write_styles(const struct eg_ogc_writer *w);
void eg_ogc_write_tilesets(const struct eg_ogc_writer *w);
EG_MUST_CHECK enum eg_status eg_ogc_write_tileset(const struct eg_ogc_writer *w, struct eg_error *err);
void eg_ogc_write_tile_matrix_sets(const struct eg_ogc_writer *w);
/* Reads the embedded description and fills in what this atlas has. */
EG_MUST_CHECK enum eg_status eg_ogc_read_api(struct eg_ogc_writer *w, struct eg_error *err);
/* The set as it was published. */
EG_MUST_CHECK enum eg_status eg_ogc_read_tile_matrix_set(struct eg_ogc_writer *w, struct eg_error *err);

/* ogc_page.c: a document as a page. */
EG_MUST_CHECK enum eg_status eg_ogc_write_page(const struct eg_ogc_writer *w, struct eg_buffer *out,
                                               struct eg_error *err);
/* ogc_api.c: the sections of the page of the description. */
void eg_ogc_write_api_page(struct eg_html *html, struct eg_json *api);

#endif
