/* The functions that the table of routes names. See routes.h for what each kind has to do. */
#ifndef EG_HTTP_HANDLERS_H
#define EG_HTTP_HANDLERS_H

#include "http/exchange.h"
#include "http/routes.h"

/* tiles.c */
eg_parse_fn eg_tile_parse;
eg_find_fn eg_tile_find;
eg_make_fn eg_tile_make;

/* vector_tiles.c */
eg_parse_fn eg_vector_tile_parse, eg_vector_tilejson_parse, eg_vector_style_parse;
eg_find_fn eg_vector_tile_find;
eg_make_fn eg_vector_tile_make;

/* For protocols of which only some requests are for tiles: the same for a tile that was checked. */
struct eg_answer *eg_tile_find_as(struct eg_exchange *exchange, const struct eg_tile_request *tile);
EG_MUST_CHECK enum eg_status eg_tile_make_as(struct eg_exchange *exchange, const struct eg_tile_request *tile,
                                             struct eg_answer **answer_out, struct eg_error *err);
/* "1328" or "1328@2x" into the number's text and the scale. */
bool eg_tile_cut_scale(struct eg_text picture, struct eg_text *number_out, uint32_t *scale_out);

/* wmts.c, tms.c */
eg_parse_fn eg_wmts_parse, eg_wmts_capabilities_parse, eg_wmts_tile_parse, eg_wmts_info_parse;
eg_find_fn eg_wmts_find;
eg_make_fn eg_wmts_make;
eg_problem_fn eg_wmts_problem;
eg_parse_fn eg_tms_root_parse, eg_tms_parse, eg_tms_map_parse, eg_tms_tile_parse;

/* documents.c: what is kept in the server's own cache of documents */
eg_parse_fn eg_tilejson_parse, eg_layers_parse, eg_report_parse, eg_legend_json_parse, eg_legend_png_parse;
eg_find_fn eg_document_find;
eg_make_fn eg_document_make;

/* metadata.c: a layer's record, kept as a document */
eg_parse_fn eg_metadata_parse;

/* ogc.c: OGC API's documents, found and made by documents.c */
eg_parse_fn eg_ogc_parse;
eg_parse_fn eg_ogc_slash_parse;
eg_make_fn eg_ogc_slash_make;

/* ogc_tiles.c, ogc_maps.c; map tiles are found and made by tiles.c, vector tiles made by vector_tiles.c */
eg_parse_fn eg_ogc_map_tile_parse, eg_ogc_styled_tile_parse, eg_ogc_vector_tile_parse;
eg_find_fn eg_ogc_vector_tile_find;
eg_parse_fn eg_ogc_map_parse, eg_ogc_styled_map_parse;
eg_find_fn eg_ogc_map_find;
eg_make_fn eg_ogc_map_make;

/* areas.c, coalitions.c: made for each request */
eg_parse_fn eg_area_parse, eg_area_at_parse;
eg_make_fn eg_area_make;
eg_parse_fn eg_coalitions_parse, eg_coalition_parse, eg_coalition_area_parse;
eg_make_fn eg_coalitions_make, eg_coalition_make, eg_coalition_area_make, eg_coalition_profile_make;

/* entries.c, entry_changes.c: the directory's store by REST */
eg_parse_fn eg_entries_parse, eg_entry_parse;
eg_make_fn eg_entries_make, eg_entry_make;
eg_parse_fn eg_changes_parse, eg_change_parse, eg_change_undo_parse;
eg_make_fn eg_changes_make, eg_change_make, eg_change_undo_make;

/* places.c */
eg_parse_fn eg_places_parse;
eg_make_fn eg_places_make;

/* finder.c: pages for the public */
eg_parse_fn eg_finder_parse, eg_finder_entry_parse;
eg_make_fn eg_finder_make, eg_finder_entry_make;
eg_problem_fn eg_finder_problem;

/* hsds.c: made for each request */
eg_parse_fn eg_hsds_list_parse, eg_hsds_record_parse;
eg_make_fn eg_hsds_root_make, eg_hsds_profile_make, eg_hsds_list_make, eg_hsds_record_make;

/* admin.c: pages for editors */
eg_parse_fn eg_admin_parse;
eg_make_fn eg_admin_make;
eg_problem_fn eg_admin_problem;

/* suggest.c */
eg_parse_fn eg_suggest_parse;
eg_make_fn eg_suggest_make;

/* pages.c: embedded files, kept as documents */
eg_parse_fn eg_page_parse, eg_asset_parse;

/* wms.c */
eg_parse_fn eg_wms_parse;
eg_find_fn eg_wms_find;
eg_make_fn eg_wms_make;
eg_problem_fn eg_wms_problem;

/* ogc_features.c */
eg_parse_fn eg_ogc_items_parse, eg_ogc_item_parse, eg_ogc_queryables_parse, eg_ogc_schema_parse;
eg_make_fn eg_ogc_features_make;

/* health.c */
eg_make_fn eg_health_live_make, eg_health_ready_make, eg_metrics_make;

#endif
