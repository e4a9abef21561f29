#!/usr/bin/python3
"""Vector tiles over HTTP: what they are answered with, and what GDAL's MVT driver reads from them."""

import gzip
import json
import math
import os
import subprocess
import sys

sys.dont_write_bytecode = True
from support import SOUTH, WEST, Server, run, test

try:
    from osgeo import gdal, ogr
    gdal.UseExceptions()
    ogr.UseExceptions()
except ImportError:
    gdal = None

TILE = "/tiles/score.cells/9/254/168.mvt"
SEA = "/tiles/score.cells/9/0/0.mvt"


@test("a tile is gzipped for those who accept it, and the same bytes")
def _(server):
    plain, packed = server.get(TILE), server.get(TILE, {"Accept-Encoding": "gzip"})
    assert plain["Content-Type"] == packed["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert plain["Content-Encoding"] is None and packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body and len(packed.body) < len(plain.body)
    assert plain["ETag"] != packed["ETag"] and plain["Vary"] == packed["Vary"] == "Accept-Encoding"


@test("a tile where no area lies is 204, without content, type or length, and may be kept")
def _(server):
    for headers in ({}, {"Accept-Encoding": "gzip"}, {"If-None-Match": "*"}):
        for method in ("GET", "HEAD"):
            answer = server.get(SEA, headers, method=method)
            assert answer.status == 204 and answer.body == b"", (answer.status, answer.body)
            assert answer["Content-Type"] is None and answer["Content-Encoding"] is None
            assert answer["Content-Length"] is None, answer["Content-Length"]
            assert answer["Cache-Control"] == "public, max-age=3600"
            assert answer["Access-Control-Allow-Origin"] == "*"


@test("a URL with the present version is kept for good, with an old one checked each time")
def _(server):
    version = server.get("/layers").json()["version"]
    assert "immutable" in server.get(f"{TILE}?v={version}")["Cache-Control"]
    assert "no-cache" in server.get(f"{TILE}?v=old")["Cache-Control"]


@test("a wrong tile says what is wrong")
def _(server):
    server.get("/tiles/score.cells/23/0/0.mvt").problem(400, "z")
    server.get("/tiles/score.cells/3/8/0.mvt").problem(400, "x")
    server.get("/tiles/score.cells/3/0/8.mvt").problem(400, "y")
    server.get("/tiles/score.cells/3/0/a.mvt").problem(400, "y")
    server.get("/tiles/nothing/3/0/0.mvt").problem(404, "layer")
    server.get(TILE + "?style=nothing").problem(404, "style")
    server.get(TILE + "?period=1066").problem(404, "period")
    server.get("/tiles/nothing/vector.json").problem(404, "layer")
    server.get("/tiles/nothing/style.json").problem(404, "layer")


@test("the addresses in TileJSON and style lead to tiles of the same layer, style and period")
def _(server):
    tilejson = server.get("/tiles/score.cells/vector.json?style=natural&period=2020").json()
    style = server.get("/tiles/score.cells/style.json?style=natural&period=2020").json()
    url = tilejson["tiles"][0]
    assert style["sources"]["score.cells"]["tiles"] == [url]
    assert "style=natural" in url and "period=2020" in url
    path = url[url.index("/tiles/"):].replace("{z}", "9").replace("{x}", "254").replace("{y}", "168")
    answer = server.get(path)
    assert answer.status == 200 and "immutable" in answer["Cache-Control"]
    assert tilejson["style_url"].endswith(f"&v={url.rsplit('=', 1)[1]}")
    assert server.get(tilejson["style_url"][tilejson["style_url"].index("/tiles/"):]).json() == style


def features(path):
    """What GDAL reads: {code: (properties, geometry in web Mercator)}."""
    layer_of = gdal.OpenEx(path, allowed_drivers=["MVT"])
    layer = layer_of.GetLayer(0)
    found = {}
    for feature in layer:
        found[feature["code"]] = (json.loads(feature.ExportToJson())["properties"], feature.GetGeometryRef().Clone())
    return layer.GetName(), found


if gdal:
    @test("GDAL reads codes, names, values of all periods and valid polygons")
    def _(server):
        name, found = features(f"MVT:http://127.0.0.1:{server.port}{TILE}")
        assert name == "score.cells" and len(found) > 4, (name, len(found))
        areas = server.get("/areas/cells/" + sorted(found)[0]).json()
        for code, (properties, geometry) in found.items():
            assert geometry.IsValid(), code
            assert properties["name"], code
        code = areas["code"]
        periods = {i["id"]: i["periods"] for i in areas["indicators"]}["score"]
        for period in periods:
            key = "value_" + period["period"]["id"]
            assert found[code][0].get(key) == period["value"], (code, key, found[code][0], period)
            assert found[code][0]["state_" + period["period"]["id"]] == period["state"]
        assert found[code][0]["class"] == periods[-1]["class"]

    @test("polygons that GDAL reads lie where the areas are, and neighbours meet")
    def _(server):
        _, found = features(f"MVT:http://127.0.0.1:{server.port}/tiles/score.cells/6/31/21.mvt")
        total = sum(geometry.Area() for _, geometry in found.values())
        together = None
        for _, geometry in found.values():
            together = geometry.Clone() if together is None else together.Union(geometry)
        assert abs(together.Area() / total - 1) < 1e-4, (together.Area(), total)
        west, _, south, _ = together.GetEnvelope()
        unit = 40075016.68 / 64 / 4096
        assert abs(west - math.radians(WEST) * 6378137) < 2 * unit
        assert abs(south - math.asinh(math.tan(math.radians(SOUTH))) * 6378137) < 2 * unit
else:
    print("# SKIP GDAL's Python is not installed: its reading of tiles is not tested")


QGIS = """
import sys
from qgis.core import (QgsApplication, QgsCoordinateReferenceSystem, QgsMapRendererParallelJob, QgsMapSettings, QgsRectangle,
                       QgsVectorTileLayer)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
QgsApplication.setPrefixPath('/usr', True)
app = QgsApplication([], False)
app.initQgis()
base, box = sys.argv[1], [float(v) for v in sys.argv[2].split(',')]
layer = QgsVectorTileLayer(f'type=xyz&url={base}/%7Bz%7D/%7Bx%7D/%7By%7D.mvt&zmin=0&zmax=16&styleUrl={base}/style.json', 'tiles')
message, loaded = layer.loadDefaultStyle()
assert layer.isValid() and loaded, message
settings = QgsMapSettings()
settings.setLayers([layer])
settings.setDestinationCrs(QgsCoordinateReferenceSystem('EPSG:3857'))
settings.setOutputSize(QSize(400, 400))
settings.setBackgroundColor(QColor('white'))
settings.setExtent(QgsRectangle(*box))
job = QgsMapRendererParallelJob(settings)
job.start()
job.waitForFinished()
assert not job.errors(), [e.message for e in job.errors()]
image = job.renderedImage()
for y in range(0, 400, 5):
    for x in range(0, 400, 5):
        print(image.pixelColor(x, y).name())
app.exitQgis()
"""


def qgis_is_installed():
    return subprocess.run(["/usr/bin/python3", "-c", "import qgis.core"], stderr=subprocess.DEVNULL).returncode == 0


if qgis_is_installed():
    @test("QGIS loads the style and shows every class's colour")
    def _(server):
        base = f"http://127.0.0.1:{server.port}/tiles/score.cells"
        box = [math.radians(WEST - 0.05) * 6378137, math.asinh(math.tan(math.radians(SOUTH - 0.05))) * 6378137,
               math.radians(WEST + 0.65) * 6378137, math.asinh(math.tan(math.radians(SOUTH + 0.4))) * 6378137]
        environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_RUNTIME_DIR="/tmp")
        shown = subprocess.run(["/usr/bin/python3", "-c", QGIS, base, ",".join(map(str, box))], env=environment, timeout=60,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert shown.returncode == 0, shown.stderr[-600:]
        colours = {line for line in shown.stdout.split() if line.startswith("#")}
        wanted = {row["colour"] for row in server.get("/legend/score.cells.json").json()["classes"]}
        assert wanted <= colours, (wanted, colours)
else:
    print("# SKIP PyQGIS is not installed: its reading of tiles and style is not tested")


run(Server)
