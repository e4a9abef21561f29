"""Whether a pixel within the land that is not opaque shows water, or a seam: its exact share of land, from the source's polygons.

The peers' harness calls a pixel interior when 8 x 8 samples in each pixel of its 3 x 3 neighbourhood all hit land, and counts
those that are not opaque. Water narrower than the samples' distance slips between them, so a sound picture is counted, too. Here
every counted pixel is found again by the harness's rule, its box is cut out of the polygons with GEOS (through OGR, in EPSG:3857;
nothing of ours takes part), and the area of the union is compared with the alpha that was drawn. A counted pixel is a seam

    when it is wholly land, that is when its share, in 255ths, is to be rounded to 255; whatever was drawn, it is not opaque;
    or when its alpha is further from that share than the rules of drawing explain.

What they explain: a level of detail drops vertices whose triangle is below a sixty-fourth of a square pixel
(docs/decisions/0005-level-of-detail.md), 255 / 64 = 4.0 for one; vertices are rounded to 1/256 pixel, at most 1.2 (render/fill.h).
Where several triangles go in one pixel their sum can be more, so a sound picture could be called a seam, and somebody would have
to look; the other way round, nothing above the bound passes. A palette moves an alpha between 0 and 255 by half a cell of its
table, 8 (render/palette.c); it never moves the alpha of what is wholly land.
"""
import glob
import os
import re

import numpy
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()

HALF_M = 20037508.342789244   # of the world's side in EPSG:3857
TILE = 256
SAMPLES = 8                   # along a side of a pixel, as the harness has it
OPAQUE = 254.5                # of 255: a share from here on is drawn opaque
BOUND_DRAWN = 255 / 64 + 1.2
BOUND_SERVED = BOUND_DRAWN + 8
PLACES = 5                    # seams whose places are said


def web_mercator():
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(3857)
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return reference


def polygons(geometry, found=None):
    """The polygons of any geometry: what two polygons have in common may be lines and points as well."""
    if found is None:
        found = ogr.Geometry(ogr.wkbMultiPolygon)
    if ogr.GT_Flatten(geometry.GetGeometryType()) == ogr.wkbPolygon:
        found.AddGeometry(geometry)
    else:
        for i in range(geometry.GetGeometryCount()):
            polygons(geometry.GetGeometryRef(i), found)
    return found


def tile_box(z, x, y):
    """West, north and the side of a pixel, in metres."""
    side = 2 * HALF_M / 2**z
    return x * side - HALF_M, HALF_M - y * side, side / TILE


class Land:
    """The polygons of a source, in EPSG:3857, kept in memory."""

    def __init__(self, source, name, condition=''):
        self.source = ogr.Open(source)
        layer = self.source.GetLayerByName(name)
        layer.SetAttributeFilter(condition or None)
        layer.GetSpatialRef().SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        there = osr.CoordinateTransformation(layer.GetSpatialRef(), web_mercator())
        self.memory = ogr.GetDriverByName('Memory').CreateDataSource('land')
        self.layer = self.memory.CreateLayer('land', web_mercator(), ogr.wkbUnknown)
        self.geometries, self.repaired, self.shares = [], {}, {}
        for feature in layer:
            geometry = feature.GetGeometryRef()
            if geometry is None:
                continue
            geometry.Transform(there)
            copy = ogr.Feature(self.layer.GetLayerDefn())
            copy.SetGeometry(geometry)
            self.layer.CreateFeature(copy)
            self.geometries.append(geometry.Clone())
        west, east, south, north = numpy.array([g.GetEnvelope() for g in self.geometries]).reshape(-1, 4).T
        self.box = west, east, south, north

    def interior(self, tile):
        """The mask [row, column] of the tile's pixels that the harness calls interior."""
        west, north, pixel = tile_box(*tile)
        n = TILE + 2
        raster = gdal.GetDriverByName('MEM').Create('', n * SAMPLES, n * SAMPLES, 1, gdal.GDT_Byte)
        raster.SetGeoTransform((west - pixel, pixel / SAMPLES, 0, north + pixel, 0, -pixel / SAMPLES))
        raster.SetProjection(web_mercator().ExportToWkt())
        reach = (TILE + 2) * pixel
        self.layer.SetSpatialFilterRect(west - 2 * pixel, north - reach, west + reach, north + 2 * pixel)
        gdal.RasterizeLayer(raster, [1], self.layer, burn_values=[1])
        whole = raster.ReadAsArray().reshape(n, SAMPLES, n, SAMPLES).min(axis=(1, 3)) == 1
        return numpy.logical_and.reduce([whole[j:j + TILE, i:i + TILE] for j in range(3) for i in range(3)])

    def share(self, tile, row, column):
        """The exact share of land of a pixel, 0 to 255. The union's: polygons that overlap must not count twice and hide water."""
        key = (tile, row, column)
        if key not in self.shares:
            west, north, pixel = tile_box(*tile)
            west, north = west + column * pixel, north - row * pixel
            self.shares[key] = 255 * self.area(west, north - pixel, west + pixel, north) / pixel**2
        return self.shares[key]

    def area(self, west, south, east, north):
        pixel = ogr.CreateGeometryFromWkt(f'POLYGON (({west!r} {south!r}, {east!r} {south!r}, {east!r} {north!r}, '
                                          f'{west!r} {north!r}, {west!r} {south!r}))')
        left, right, bottom, top = self.box
        union = ogr.Geometry(ogr.wkbMultiPolygon)
        for i in numpy.flatnonzero((left < east) & (right > west) & (bottom < north) & (top > south)):
            union = polygons(union.Union(polygons(self.valid(i).Intersection(pixel))))
        return union.GetArea()

    def valid(self, i):
        """A polygon as GEOS wants it. Most pixels ask for few polygons, so it is not asked about all of them."""
        if i not in self.repaired:
            gdal.PushErrorHandler('CPLQuietErrorHandler')   # it says where each ring meets itself
            try:
                self.repaired[i] = self.geometries[i] if self.geometries[i].IsValid() else self.geometries[i].MakeValid()
            finally:
                gdal.PopErrorHandler()
        return self.repaired[i]


def alpha(path):
    """A picture's alpha, [row, column]: PNG with a palette, in colours, or in grey, with or without transparency."""
    picture = gdal.Open(path)
    band = picture.GetRasterBand(1)
    table = band.GetColorTable()
    if table is not None:
        alphas = numpy.zeros(256, numpy.uint8)
        alphas[:table.GetCount()] = [table.GetColorEntry(i)[3] for i in range(table.GetCount())]
        return alphas[band.ReadAsArray()]
    for i in range(1, picture.RasterCount + 1):
        if picture.GetRasterBand(i).GetColorInterpretation() == gdal.GCI_AlphaBand:
            return picture.GetRasterBand(i).ReadAsArray()
    if band.GetMaskFlags() == gdal.GMF_ALL_VALID:
        return numpy.full((picture.RasterYSize, picture.RasterXSize), 255, numpy.uint8)
    raise ValueError(f'{path}: one colour stands for transparent')


def pictures_in(folder):
    """{(z, x, y): alpha} of a folder's z_x_y.png."""
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, '*.png'))):
        name = re.fullmatch(r'(\d+)_(\d+)_(\d+)\.png', os.path.basename(path))
        found[tuple(map(int, name.groups()))] = alpha(path)
    return found


def judge(land, masks, pictures, bound):
    """The interior pixels that are not opaque, and which of them are seams."""
    counted = [(tile, int(row), int(column)) for tile in pictures
               for row, column in numpy.argwhere(masks[tile] & (pictures[tile] < 255))]
    shares = [land.share(*place) for place in counted]
    alphas = [int(pictures[tile][row, column]) for tile, row, column in counted]
    whole = [share >= OPAQUE for share in shares]
    off = [a - share for a, share in zip(alphas, shares)]
    seams = [i for i in range(len(counted)) if whole[i] or abs(off[i]) > bound]
    return {'interior': int(sum(masks[tile].sum() for tile in pictures)), 'counted': len(counted), 'wholly_land': sum(whole),
            'seams': len(seams), 'bound': bound, 'shares': [min(shares), max(shares)] if shares else None,
            'worst': max(off, key=abs) if off else None,
            'places': [{'tile': counted[i][0], 'row': counted[i][1], 'column': counted[i][2], 'alpha': alphas[i],
                        'share': shares[i]} for i in seams[:PLACES]]}


def with_seams(land, masks, pictures):
    """The same pictures with a seam put into each that has a place for it: one interior pixel, wholly land and opaque, made the
    least bit transparent. Returns them and how many seams were put in."""
    copies, n = {}, 0
    for tile, picture in pictures.items():
        copies[tile] = picture.copy()
        places = numpy.argwhere(masks[tile] & (picture == 255))
        row, column = map(int, places[len(places) // 2]) if len(places) else (0, 0)
        if len(places) and land.share(tile, row, column) >= OPAQUE:
            copies[tile][row, column] = 254
            n += 1
    return copies, n


def prove(report, land, folders, harness):
    """Judges folders = {name: path} of pictures of the same tiles ("..._exact": without a palette) against what the harness counts in
    them (bench_report.parse_folders), and prints what was found. Returns {name: judgement}. A judgement has no number of seams when
    it cannot be relied upon: when other pixels were found than the harness counts, or when a seam put into the pictures was not."""
    masks, judged, rows = {}, {}, []
    for name, path in folders.items():
        pictures, bound = pictures_in(path), BOUND_DRAWN if name.endswith('_exact') else BOUND_SERVED
        masks.update((tile, land.interior(tile)) for tile in pictures if tile not in masks)
        one = judged[name] = judge(land, masks, pictures, bound)
        copies, one['put_in'] = with_seams(land, masks, pictures)
        one['put_in_found'] = judge(land, masks, copies, bound)['seams'] - one['seams']
        for place in one['places']:
            report.say('{}: SEAM in tile {}/{}/{}, row {row}, column {column}: alpha {alpha}, land {share:.3f} of 255'
                       .format(name, *place['tile'], **place))
        counts = {key: harness[name]['all'][column] for key, column in (('interior', 'interior'), ('counted', 'not_opaq'))}
        if any(one[key] != n for key, n in counts.items()) or one['put_in_found'] != one['put_in'] or not one['put_in']:
            report.say(f"{name}: THE JUDGEMENT CANNOT BE RELIED UPON: the harness has {counts}, found again were {one['interior']} "
                       f"and {one['counted']}; of {one['put_in']} seams put in, {one['put_in_found']} were found")
            one['seams'] = None
        rows.append(row_of(name, one))
    report.table("Interior pixels that are not opaque, against their exact share of land (of 255) in the source's polygons",
                 ('pictures', 'interior', 'not opaque', 'share of land', 'wholly land', 'alpha less share, worst', 'bound', 'seams',
                  'seams put in as a test: found'), rows)
    return judged


def row_of(name, one):
    """A row of the table that prove prints."""
    shares = '{:.2f} to {:.2f}'.format(*one['shares']) if one['shares'] else '-'
    worst = f"{one['worst']:+.2f}" if one['worst'] is not None else '-'
    seams = '-' if one['seams'] is None else one['seams']
    return (name, f"{one['interior']:,}", one['counted'], shares, one['wholly_land'], worst, f"{one['bound']:.1f}", seams,
            f"{one['put_in_found']} of {one['put_in']}")
