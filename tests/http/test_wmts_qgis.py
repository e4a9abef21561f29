#!/usr/bin/python3
"""QGIS as a client of WMTS: it loads the layer in every set, draws the very pixels of the server's tile, and identifies areas."""

import os
import sys
import urllib.parse
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from support import ROOT, SANITIZED, Server, run, test

if SANITIZED:
    print("1..0 # SKIP a sanitized build is not for clients")
    sys.exit(0)
try:
    from qgis.core import (QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsPointXY, QgsRaster, QgsRasterLayer,
                           QgsRectangle)
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor, QImage
except ImportError as error:
    print(f"1..0 # SKIP QGIS (python3-qgis) is not there: {error}")
    sys.exit(0)

os.environ["QGIS_CUSTOM_CONFIG_PATH"] = str(ROOT / "build/test-tmp/qgis")
application = QgsApplication([], False)
application.initQgis()

# Set, its CRS as QGIS names it, a matrix with its origin and the units a pixel, and a tile in the midst of the cells.
TILES = [("WebMercatorQuad", "EPSG:3857", "9", (-20037508.342789244, 20037508.342789244), 40075016.685578488 / 256 / 512, 168, 254),
         ("WorldCRS84Quad", "OGC:CRS84", "9", (-180, 90), 0.703125 / 512, 107, 509),
         ("BritishNationalGrid", "EPSG:27700", "3", (-238375, 1376256), 112, 39, 25),
         ("EuropeanETRS89_LAEAQuad", "EPSG:3035", "8", (2000000, 5500000), 17578.125 / 256, 126, 89)]


def open_layer(server, tile_set, crs, period="2020"):
    address = f"http://{server.host}:{server.port}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities"
    layer = QgsRasterLayer(f"crs={crs}&dpiMode=7&format=image/png&layers=score.cells&styles=fifths&tileMatrixSet={tile_set}"
                           f"&tileDimensions=Time%3D{period}&url={urllib.parse.quote(address, safe='')}", "score", "wms")
    assert layer.isValid(), (tile_set, layer.error().message())
    return layer


def box(tile):
    _, _, _, (left, top), cell, row, column = tile
    return QgsRectangle(left + column * 256 * cell, top - (row + 1) * 256 * cell, left + (column + 1) * 256 * cell,
                        top - row * 256 * cell)


@test("the dialogue's list has every layer in every set, with its periods")
def _(server):
    root = ET.fromstring(server.get("/wmts?service=WMTS&request=GetCapabilities").body)
    names = [e.text for e in root.iter("{http://www.opengis.net/ows/1.1}SupportedCRS")]
    assert len(names) == 4, names
    for tile in TILES:
        layer = open_layer(server, tile[0], tile[1])
        assert layer.crs().authid() in (tile[1], "EPSG:4326"), layer.crs().authid()


@test("QGIS shows the server's tile, pixel for pixel but for a row and a column, in every set")
def _(server):
    for tile in TILES:
        tile_set, crs, matrix, _, _, row, column = tile
        layer = open_layer(server, tile_set, crs)
        settings = QgsMapSettings()
        settings.setLayers([layer])
        settings.setDestinationCrs(layer.crs())
        settings.setExtent(box(tile))
        settings.setOutputSize(QSize(256, 256))
        settings.setBackgroundColor(QColor(0, 0, 0, 0))
        job = QgsMapRendererSequentialJob(settings)
        job.start()
        job.waitForFinished()
        shown = job.renderedImage().convertToFormat(QImage.Format_ARGB32)
        own = QImage.fromData(server.get(f"/wmts/score.cells/fifths/2020/{tile_set}/{matrix}/{row}/{column}.png").body)
        own = own.convertToFormat(QImage.Format_ARGB32)
        differing = worst = 0
        for y in range(256):
            for x in range(256):
                a, b = shown.pixelColor(x, y), own.pixelColor(x, y)
                apart = max(abs(p - q) for p, q in zip(a.getRgb(), b.getRgb())) if b.alpha() == 255 else abs(a.alpha() - b.alpha())
                differing += apart > 2
                worst = max(worst, apart)
        assert sum(own.pixelColor(x, 128).alpha() > 0 for x in range(256)) > 20, tile_set
        # QGIS scales the picture by a factor of 1 but for its rounding, so that one row or column may come twice.
        assert differing <= 2 * 256, (tile_set, differing, worst)


@test("identify tells the area, as text and as a feature")
def _(server):
    for tile in TILES:
        layer = open_layer(server, tile[0], tile[1])
        extent = box(tile)
        place = QgsPointXY(-1.0 + 0.01, 52.3 + 0.01)  # in the cell in column 4, row 6
        if tile[1] != "OGC:CRS84":
            from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject
            way = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), layer.crs(), QgsProject.instance())
            place = way.transform(place)
        for kind in (QgsRaster.IdentifyFormatText, QgsRaster.IdentifyFormatFeature):
            found = layer.dataProvider().identify(place, kind, extent, 256, 256)
            assert found.isValid(), (tile[0], found.error().message())
            for value in found.results().values():
                text = value if isinstance(value, str) else str([f.attributes() for s in value for f in s.features()])
                assert "C0406" in text, (tile[0], text)


run(Server)
