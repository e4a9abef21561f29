/* The geometries of areas and entries as text. */
#include "data/service_places.h"
#include "engine/features_parts.h"

static enum eg_status write_area(struct eg_features_writer *writer, uint32_t feature,
                                 const struct eg_geometry_notation *notation, struct eg_buffer *out,
                                 bool *has_out, struct eg_error *err)
{
    struct eg_features *features = writer->features;
    enum eg_status status = eg_features_shape(features, feature, err);
    if (status != EG_OK) return status;
    writer->geometry.unit = features->set->plane->grid.unit;
    return eg_geometry_write_shape(&writer->geometry, &features->area.shape, notation, out, has_out, err);
}

/* All places of an entry: who looks for one of them finds the entry there. Where any entry has several, all are MultiPoints, of one point,
 * too: programs take the type of the first feature for that of a layer, and layers, tables and files of one type have no room for
 * another. */
static bool write_places(struct eg_features_writer *writer, const struct eg_entry *entry,
                         const struct eg_geometry_notation *notation, struct eg_buffer *out)
{
    double lonlat_deg[2 * EG_SERVICE_PLACES];
    uint32_t n = 0;
    for (uint32_t i = 0; i < eg_entry_count_places(entry) && n < EG_SERVICE_PLACES; i++) {
        struct eg_entry_place place = eg_entry_place_at(entry, i);
        if (!place.has_position) continue;
        lonlat_deg[2 * n] = place.lon_deg;
        lonlat_deg[2 * n++ + 1] = place.lat_deg;
    }
    const struct eg_geometry_points points = {lonlat_deg, n,
                                              eg_entries_any_at_several(writer->features->entries)};
    return eg_geometry_write_points(&writer->geometry, &points, notation, out);
}

enum eg_status eg_features_write_geometry(struct eg_features_writer *writer, uint32_t feature,
                                          const struct eg_geometry_notation *notation, struct eg_buffer *out,
                                          bool *has_out, struct eg_error *err)
{
    const struct eg_entries *entries = writer->features->entries;
    if (!entries) return write_area(writer, feature, notation, out, has_out, err);
    *has_out = write_places(writer, entries->items[feature], notation, out);
    return out->failed ? eg_error_no_memory(err, out->len) : EG_OK;
}
