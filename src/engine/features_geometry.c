/* The geometries of areas and entries as text. */
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

static enum eg_status write_point(struct eg_features_writer *writer, const struct eg_entry *entry,
                                  const struct eg_geometry_notation *notation, struct eg_buffer *out,
                                  bool *has_out, struct eg_error *err)
{
    *has_out = false;
    if (!entry->has_position) return EG_OK;
    const double lonlat_deg[2] = {entry->lon_deg, entry->lat_deg};
    return eg_geometry_write_point(&writer->geometry, lonlat_deg, notation, out, has_out, err);
}

enum eg_status eg_features_write_geometry(struct eg_features_writer *writer, uint32_t feature,
                                          const struct eg_geometry_notation *notation, struct eg_buffer *out,
                                          bool *has_out, struct eg_error *err)
{
    const struct eg_entries *entries = writer->features->entries;
    if (entries) return write_point(writer, entries->items[feature], notation, out, has_out, err);
    return write_area(writer, feature, notation, out, has_out, err);
}
