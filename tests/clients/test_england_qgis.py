#!/usr/bin/python3
"""QGIS on the 32,844 neighbourhoods of England, in the British grid: WMS, WMTS and features. Skips where the data are not there."""

import os

from clients import PLAIN, SIZE, compare, picture, run, test
from england import ENGLAND, PAGE, PLACE, England, codes_in_place, matrix_box, skip_where_lacking

skip_where_lacking()
from qgis.core import QgsFeatureRequest, QgsRasterLayer, QgsRectangle  # noqa: E402
from qgis_tools import connection, drawn, features, wms_uri  # noqa: E402

MATRIX, BOX = matrix_box()


@test("QGIS adds the WMS of England by its address and draws it")
def _(server):
    layer = QgsRasterLayer(wms_uri(server, "1.3.0", "EPSG:27700", ENGLAND), "WMS", "wms")
    compare("england qgis wms", server.draw("EPSG:27700", BOX, SIZE, layer=ENGLAND), picture(drawn(layer, "EPSG:27700", BOX)))


@test("QGIS adds the WMTS of England by its address and draws a level of the British grid, pixel by pixel")
def _(server):
    found = connection(server, "wms", "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities")
    mine = [uri for uri in found if f"layers={ENGLAND}&" in uri + "&" and "tileMatrixSet=BritishNationalGrid&" in uri + "&"
            and f"styles={PLAIN}&" in uri + "&"]
    assert len(mine) == 1, list(found)[:3]
    layer = QgsRasterLayer(mine[0], "WMTS", "wms")
    assert layer.crs().authid() == "EPSG:27700", layer.crs().authid()
    compare("england qgis wmts", server.draw("EPSG:27700", BOX, SIZE, layer=ENGLAND), picture(drawn(layer, "EPSG:27700", BOX)))


@test("QGIS pages through the features of a place and finds those of the source, each once")
def _(server):
    layer = features(server, f"restrictToRequestBBOX='1' pagingEnabled='true' pageSize='{PAGE}'", ENGLAND)
    asked = QgsFeatureRequest().setFilterRect(QgsRectangle(*PLACE)).setFlags(QgsFeatureRequest.ExactIntersect)
    codes = sorted(feature["code"] for feature in layer.getFeatures(asked))
    assert codes == codes_in_place(), (len(codes), len(codes_in_place()), set(codes) ^ set(codes_in_place()))


try:
    run(England)
except SystemExit as end:
    # PyQGIS may crash while Python takes it apart.
    print(end="", flush=True)
    os._exit(end.code or 0)
