#!/usr/bin/python3
"""tools/bench_seams.py: tells a seam from water that slips between the samples, on pictures made for it.

The land is a tile of zoom 12 and what surrounds it, in two halves that share a slanting border. A canal of 0.03 pixels runs down
column 40 where no sample sees it, a harbour of two pixels cuts column 200."""
import os
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, 'tools'))
try:
    import numpy
    from osgeo import gdal, ogr
    import bench_report
    import bench_seams as bs
except ImportError as problem:
    print(f'1..0 # SKIP {problem}: python3-gdal and python3-numpy are needed')
    sys.exit(0)

TILE = (12, 2018, 1328)
WEST, NORTH, PIXEL = bs.tile_box(*TILE)
CANAL = 255 * 0.97          # the share of land of its pixels
ALPHA = round(CANAL)
BORDER_LEFT, BORDER_RIGHT = 100, 140   # where the border between the halves passes, in columns
results = []


def box(left, top, right, bottom):
    """A polygon in pixels of the tile."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return ogr.CreateGeometryFromWkt('POLYGON ((' + ', '.join(
        f'{WEST + x * PIXEL!r} {NORTH - y * PIXEL!r}' for x, y in corners) + '))')


def half(columns):
    left, right = columns
    corners = [(left[0], -9), (right[0], -9), (right[1], 265), (left[1], 265), (left[0], -9)]
    return ogr.CreateGeometryFromWkt('POLYGON ((' + ', '.join(
        f'{WEST + x * PIXEL!r} {NORTH - y * PIXEL!r}' for x, y in corners) + '))')


def write_land(path, more=()):
    """Two halves less the canal and the harbour; in degrees, as the real source is."""
    water = box(40.01, -9, 40.04, 265).Union(box(199, 100, 201, 160))
    border = (BORDER_LEFT, BORDER_RIGHT)
    geometries = [half(((-9, -9), border)).Difference(water), half((border, (265, 265))).Difference(water), *more]
    degrees = bs.osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    degrees.SetAxisMappingStrategy(bs.osr.OAMS_TRADITIONAL_GIS_ORDER)
    back = bs.osr.CoordinateTransformation(bs.web_mercator(), degrees)
    source = ogr.GetDriverByName('GPKG').CreateDataSource(path)
    layer = source.CreateLayer('land', degrees, ogr.wkbUnknown)
    layer.CreateField(ogr.FieldDefn('code', ogr.OFTString))
    for code, geometry in [('E', g) for g in geometries] + [('W', box(-9, -9, 265, 265))]:
        geometry.Transform(back)
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(geometry)
        feature['code'] = code
        layer.CreateFeature(feature)


def sound_picture():
    """As opaque as the land says."""
    alpha = numpy.full((256, 256), 255, numpy.uint8)
    alpha[:, 40] = ALPHA
    alpha[100:160, 199:201] = 0
    return alpha


def judged(land, alpha, bound=bs.BOUND_DRAWN):
    masks = {TILE: land.interior(TILE)}
    return bs.judge(land, masks, {TILE: alpha}, bound)


def save(path, alpha, with_palette=False):
    memory = gdal.GetDriverByName('MEM').Create('', 256, 256, 1 if with_palette else 4, gdal.GDT_Byte)
    if with_palette:
        levels, index = numpy.unique(alpha, return_inverse=True)
        table = gdal.ColorTable()
        for i, level in enumerate(levels):
            table.SetColorEntry(i, (200, 30, 30, int(level)))
        memory.GetRasterBand(1).SetColorTable(table)
        memory.GetRasterBand(1).WriteArray(index.reshape(256, 256).astype(numpy.uint8))
    else:
        for i, band in enumerate((200, 30, 30, alpha), 1):
            memory.GetRasterBand(i).WriteArray(numpy.broadcast_to(numpy.uint8(band), (256, 256)))
        memory.GetRasterBand(4).SetColorInterpretation(gdal.GCI_AlphaBand)
    gdal.GetDriverByName('PNG').CreateCopy(path, memory)


class Lines:
    def __init__(self):
        self.said, self.rows = [], []

    def say(self, text=''):
        self.said.append(text)

    def table(self, _title, _head, rows):
        self.rows += rows


def harness_counts(alpha, mask):
    return {'all': {'interior': float(mask.sum()), 'not_opaq': float((mask & (alpha < 255)).sum())}}


def proved(land, alpha, counts=None):
    lines, folder = Lines(), tempfile.mkdtemp(dir=SCRATCH)
    save(os.path.join(folder, '_'.join(map(str, TILE)) + '.png'), alpha)
    counts = counts or harness_counts(alpha, land.interior(TILE))
    return bs.prove(lines, land, {'seam_exact': folder}, {'seam_exact': counts})['seam_exact'], lines


def the_share_of_land_is_that_of_the_polygons():
    assert abs(LAND.share(TILE, 50, 40) - CANAL) < 1e-3
    assert abs(LAND.share(TILE, 128, 120) - 255) < 1e-6, 'the border between the halves'
    assert LAND.share(TILE, 130, 200) < 1e-6 and abs(LAND.share(TILE, 99, 200) - 255) < 1e-6, 'the harbour'


def only_areas_that_meet_the_condition_are_land():
    assert len(LAND.geometries) == 2, 'the third, of another country, would cover the water'


def the_interior_is_what_samples_see_and_nothing_beside_water():
    mask = LAND.interior(TILE)
    assert mask[50, 40] and mask[0, 0] and mask[255, 255], 'the canal is not seen, the tile goes on beside it'
    assert not mask[99:161, 198:202].any() and mask[98, 200] and mask[130, 197] and mask[130, 202]
    assert mask.sum() == 256 * 256 - 62 * 4


def water_between_the_samples_is_no_seam():
    one = judged(LAND, sound_picture())
    assert one['counted'] == 256 and one['wholly_land'] == 0 and one['seams'] == 0, one
    assert abs(one['shares'][0] - CANAL) < 1e-3 and abs(one['worst']) <= 0.5


def a_hairline_along_a_border_is_a_seam_in_every_pixel():
    picture = sound_picture()
    columns = (BORDER_LEFT + (BORDER_RIGHT - BORDER_LEFT) * (numpy.arange(256) + 9.5) / 274).astype(int)
    for faint in (239, 254):
        picture[numpy.arange(256), columns] = faint
        one = judged(LAND, picture)
        assert one['counted'] == 512 and one['wholly_land'] == 256 and one['seams'] == 256, one
        assert len(one['places']) == bs.PLACES and one['places'][0]['column'] == columns[0]


def a_hairline_on_top_of_water_is_a_seam_beyond_the_bound():
    for off, seams in ((-4, 0), (-5, 1), (-40, 1), (5, 0), (6, 1)):
        picture = sound_picture()
        picture[77, 40] = ALPHA + off
        one = judged(LAND, picture)
        assert one['seams'] == seams and one['wholly_land'] == 0, (off, one)
    picture[77, 40] = ALPHA - 12
    assert judged(LAND, picture, bs.BOUND_SERVED)['seams'] == 0
    picture[77, 40] = ALPHA - 13
    assert judged(LAND, picture, bs.BOUND_SERVED)['seams'] == 1


def areas_that_overlap_do_not_hide_water():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'twice.gpkg')
        write_land(path, more=[box(40.5, 10, 41, 20)])
        land = bs.Land(path, 'land', "code = 'E'")
        assert abs(land.share(TILE, 15, 40) - CANAL) < 1e-3
        assert judged(land, sound_picture())['seams'] == 0


def a_polygon_that_crosses_itself_is_land_on_both_sides_of_the_crossing():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'bow.gpkg')
        corners = ', '.join(f'{WEST + x * PIXEL!r} {NORTH - y * PIXEL!r}' for x, y in
                            ((40, 10), (41, 11), (41, 10), (40, 11), (40, 10)))
        write_land(path, more=[ogr.CreateGeometryFromWkt(f'POLYGON (({corners}))')])
        share = bs.Land(path, 'land', "code = 'E'").share(TILE, 10, 40)
        assert abs(share - (255 - 0.05 * (255 - CANAL))) < 1e-3, share   # the canal filled but for a twentieth


def pictures_are_read_with_a_palette_and_without():
    with tempfile.TemporaryDirectory() as folder:
        for i, with_palette in enumerate((False, True)):
            save(os.path.join(folder, f'12_2018_{i}.png'), sound_picture(), with_palette)
        found = bs.pictures_in(folder)
        assert list(found) == [(12, 2018, 0), (12, 2018, 1)]
        assert all((alpha == sound_picture()).all() for alpha in found.values())


def a_sound_picture_is_proved_and_seams_put_in_are_found():
    one, lines = proved(LAND, sound_picture())
    assert one['seams'] == 0 and one['put_in'] == 1 and one['put_in_found'] == 1 and lines.said == []
    assert lines.rows[0][0] == 'seam_exact' and lines.rows[0][2:5] == (256, '247.35 to 247.35', 0)


def a_seam_misses_the_requirement_and_its_place_is_said():
    picture = sound_picture()
    picture[200, 60] = 254
    one, lines = proved(LAND, picture)
    assert one['seams'] == 1 and lines.said == ['seam_exact: SEAM in tile 12/2018/1328, row 200, column 60: alpha 254, land 255.000 of 255']
    others = {name: dict(one, seams=0, wholly_land=0) for name in bench_report.SEAM_FOLDERS[1:]}
    results_of = {'seams judged': {'seam_exact': one, **others}, 'seams many colours': {'a': {'changed': 0}}}
    row = next(r for r in bench_report.requirements(results_of) if r['what'].startswith('seam pixels'))
    assert row['verdict'] == 'missed' and '257 / 257 / 257 pixels not opaque, wholly land 1 / 0 / 0' in row['what'], row


def a_judgement_of_other_pixels_than_the_harness_counts_is_none():
    counts = harness_counts(sound_picture(), LAND.interior(TILE))
    counts['all']['not_opaq'] += 1
    one, lines = proved(LAND, sound_picture(), counts)
    assert one['seams'] is None and 'CANNOT BE RELIED UPON' in lines.said[0]


def a_judgement_that_finds_no_seam_put_in_is_none():
    one, lines = proved(LAND, numpy.zeros((256, 256), numpy.uint8) + numpy.uint8(ALPHA))   # nowhere to put one in
    assert one['seams'] is None and 'CANNOT BE RELIED UPON' in lines.said[-1]


TESTS = [the_share_of_land_is_that_of_the_polygons, only_areas_that_meet_the_condition_are_land,
         the_interior_is_what_samples_see_and_nothing_beside_water, water_between_the_samples_is_no_seam,
         a_hairline_along_a_border_is_a_seam_in_every_pixel, a_hairline_on_top_of_water_is_a_seam_beyond_the_bound,
         areas_that_overlap_do_not_hide_water, a_polygon_that_crosses_itself_is_land_on_both_sides_of_the_crossing,
         pictures_are_read_with_a_palette_and_without, a_sound_picture_is_proved_and_seams_put_in_are_found,
         a_seam_misses_the_requirement_and_its_place_is_said, a_judgement_of_other_pixels_than_the_harness_counts_is_none,
         a_judgement_that_finds_no_seam_put_in_is_none]
print(f'1..{len(TESTS)}')
failed = 0
with tempfile.TemporaryDirectory() as SCRATCH:
    write_land(os.path.join(SCRATCH, 'land.gpkg'))
    LAND = bs.Land(os.path.join(SCRATCH, 'land.gpkg'), 'land', "code = 'E'")
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            print(f'ok {number} - {test.__name__.replace("_", " ")}')
        except Exception as problem:  # pylint: disable=broad-except
            failed += 1
            print(f'not ok {number} - {test.__name__.replace("_", " ")}\n# {problem!r}')
sys.exit(failed > 0)
