"""England served to clients: one layer in the British grid, the places that are asked for."""

import json
import pathlib
import sys
import tempfile

from clients import COLOURS, OUT, PLAIN, ROOT, SIZE, County
from england_data import atlas, borders, lacking

ENGLAND = "imd.lsoa11"
STYLE = f"""styles:
  - id: {PLAIN}
    title: Tenths without outlines
    classification: {{method: published_decile, classes: 10}}
    ramp: {{colours: {json.dumps(COLOURS)}, direction: forward}}
    outline: []
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
        self.arguments, self.log = [], []


def skip_where_lacking():
    if lacking():
        print(f"# NOT RUN: {lacking()}\n1..0 # SKIP not run: {lacking()}")
        sys.exit(0)
