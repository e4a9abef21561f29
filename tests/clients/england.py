"""England served to clients: one layer in the British grid, the places that are asked for."""

import csv
import gzip
import json
import pathlib
import sys
import tempfile

from clients import COLOURS, HARD, OUT, PLAIN, ROOT, SIZE, County
from england_data import DATA, NUMBERS, atlas, borders, lacking

ENGLAND = "imd.lsoa11"
STYLE = f"""styles:
  - id: {PLAIN}
    title: Tenths without outlines
    classification: {{method: published_decile, classes: 10}}
    ramp: {{colours: {json.dumps(COLOURS)}, direction: forward}}
    outline: []
  - id: {HARD}
    title: Tenths, one to a pixel
    classification: {{method: published_decile, classes: 10}}
    ramp: {{colours: {json.dumps(COLOURS)}, direction: forward}}
    outline: []
    aliased: true
"""
# Around Northampton; few enough to be paged through, more than a page.
PLACE, PAGE = (-0.95, 52.2, -0.85, 52.28), 20


def matrix_box(cell_m=56, west=460000, north=275000):
    """(matrix, box): a box of EPSG:27700 made of whole pixels of a level of the British grid's set."""
    matrices = json.loads((ROOT / "tiles/BritishNationalGrid.json").read_text())["tileMatrices"]
    matrix = next(one for one in matrices if one["cellSize"] == cell_m)
    left, top = matrix["pointOfOrigin"]
    west, north = left + round((west - left) / cell_m) * cell_m, top - round((top - north) / cell_m) * cell_m
    return matrix["id"], (west, north - SIZE[1] * cell_m, west + SIZE[0] * cell_m, north)


def codes_in_place():
    """The codes of the areas that have a point in common with the place, by OGR from the source file."""
    from osgeo import ogr

    ogr.UseExceptions()
    west, south, east, north = PLACE
    square = ogr.CreateGeometryFromWkt(f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))")
    source = ogr.Open(str(borders()))
    layer = source.GetLayer(0)
    layer.SetSpatialFilter(square)
    return sorted(one["lsoa11cd"] for one in layer if one["lsoa11cd"].startswith("E") and one.geometry().Intersects(square))


class England(County):
    """The program serving England."""

    def __init__(self):
        OUT.mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="england.", dir=OUT))
        self.atlas = self.folder / "atlas.yaml"
        self.atlas.write_text(atlas() + STYLE, encoding="utf-8")
        self.arguments, self.log, self.pictures = [], [], {}

    @property
    def data(self):
        return self.folder / "areas.gpkg"

    def draw(self, *what, **more):
        """Each picture once: England takes seconds to load."""
        key = (what, tuple(sorted(more.items())))
        if key not in self.pictures:
            self.pictures[key] = super().draw(*what, **more)
        return self.pictures[key]

    def write_data(self, box):
        """The areas of the source file that lie at a box of degrees, as they are, with their tenths, for MapServer."""
        from osgeo import ogr

        ogr.UseExceptions()
        with gzip.open(DATA / NUMBERS, "rt", encoding="utf-8-sig", newline="") as table:
            tenths = {row["lsoa11cd"]: int(row["imd_decile"]) for row in csv.DictReader(table)}
        source = ogr.Open(str(borders()))
        areas = source.GetLayer(0)
        areas.SetSpatialFilterRect(*box)
        target = ogr.GetDriverByName("GPKG").CreateDataSource(str(self.data))
        layer = target.CreateLayer("areas", areas.GetSpatialRef(), ogr.wkbMultiPolygon)
        layer.CreateField(ogr.FieldDefn("tenth", ogr.OFTInteger))
        target.StartTransaction()
        for one in areas:
            if one["lsoa11cd"] in tenths:
                copy = ogr.Feature(layer.GetLayerDefn())
                copy["tenth"] = tenths[one["lsoa11cd"]]
                copy.SetGeometry(one.geometry())
                layer.CreateFeature(copy)
        target.CommitTransaction()


def skip_where_lacking():
    if lacking():
        print(f"# NOT RUN: {lacking()}\n1..0 # SKIP not run: {lacking()}")
        sys.exit(0)
