#!/usr/bin/env python3
"""QGIS and the documents of WMS: its map of the server's features in the server's style against the server's map, what it identifies, its
legend and its time. PyQGIS runs without a screen, in a Python of its own."""

import json
import os
import subprocess
import sys
import textwrap

from support import SIDE, SOUTH, STEP, WEST, Server, run, test

PYTHON = "/usr/bin/python3"
ENVIRONMENT = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": "/tmp"}

PRELUDE = """
import json, sys
from qgis.core import *
from qgis.PyQt.QtCore import QEventLoop, QSize, QTimer
application = QgsApplication([], False)
application.initQgis()
base, folder = sys.argv[1:3]

def wms(layer, extra=""):
    return QgsRasterLayer(f"crs=EPSG:4326&format=image/png&layers={layer}&styles=&url={base}/wms?{extra}", "map", "wms")

"""


def qgis(server, script):
    """What the script prints last, as JSON."""
    path = server.folder / "script.py"
    path.write_text(PRELUDE + textwrap.dedent(script))
    done = subprocess.run([PYTHON, path, f"http://127.0.0.1:{server.port}", server.folder], env=ENVIRONMENT, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{") or line.startswith("[")]
    assert lines, done.stdout + done.stderr[-2000:]
    return json.loads(lines[-1])


def get(server, path, name):
    answer = server.get(path)
    assert answer.status == 200, answer.body
    (server.folder / name).write_bytes(answer.body)


@test("QGIS draws the server's features in the server's style as the server draws its map")
def _(server):
    get(server, "/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetStyles&LAYERS=score.cells", "style.sld")
    get(server, "/ogc/collections/score.cells/items?limit=1000&f=json", "cells.geojson")
    # the lowest rows bear the words that the data are fictional
    middles = [(WEST + (i + 0.5) * STEP, SOUTH + (j + 0.5) * STEP) for i in range(SIDE) for j in range(2, SIDE)]
    found = qgis(server, f"""
        layer = QgsVectorLayer(f"{{folder}}/cells.geojson", "cells", "ogr")
        said, loaded = layer.loadSldStyle(f"{{folder}}/style.sld")
        remote = QgsRasterLayer(f"crs=EPSG:4326&format=image/png&layers=score.cells&styles=&url={{base}}/wms?", "map", "wms")

        def draw(what):
            settings = QgsMapSettings()
            settings.setLayers([what])
            settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
            settings.setExtent(QgsRectangle({WEST}, {SOUTH}, {WEST + SIDE * STEP}, {SOUTH + SIDE * STEP}))
            settings.setOutputSize(QSize(240, 240))
            job = QgsMapRendererSequentialJob(settings)
            job.start()
            job.waitForFinished()
            return job.renderedImage()

        pictures = [draw(layer), draw(remote)]
        colours = [[picture.pixelColor(int((x - {WEST}) / {STEP} * 20), 239 - int((y - {SOUTH}) / {STEP} * 20)).name()
                    for x, y in {middles}] for picture in pictures]
        print(json.dumps({{"loaded": loaded, "said": said, "ours": colours[1], "theirs": colours[0]}}))
        """)
    assert found["loaded"], found["said"]
    assert len(set(found["ours"])) >= 4, set(found["ours"])
    assert found["ours"] == found["theirs"], [pair for pair in zip(found["ours"], found["theirs"]) if pair[0] != pair[1]][:5]


@test("QGIS identifies the area under a place, with its borders, in both versions and in several CRSs")
def _(server):
    found = qgis(server, f"""
        found = []
        for crs in ("EPSG:4326", "EPSG:3857", "EPSG:27700"):
            for version in ("1.1.1", "1.3.0"):
                layer = QgsRasterLayer(f"crs={{crs}}&format=image/png&layers=score.cells&styles=&url={{base}}/wms?version={{version}}", "map", "wms")
                to = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), QgsCoordinateReferenceSystem(crs), QgsProject.instance())
                place = to.transform(QgsPointXY({WEST + 4.5 * STEP}, {SOUTH + 7.5 * STEP}))
                size = layer.extent().width() / 10
                view = QgsRectangle(place.x() - size, place.y() - size, place.x() + size, place.y() + size)
                answer = layer.dataProvider().identify(place, QgsRaster.IdentifyFormatFeature, view, 200, 200)
                for stores in answer.results().values():
                    for store in stores:
                        for feature in store.features():
                            found.append([crs, version, str(feature["code"]), float(feature["value"]),
                                          feature.geometry().contains(QgsGeometry.fromPointXY(place))])
        print(json.dumps(found))
        """)
    assert len(found) == 6, found
    for crs, version, code, value, holds in found:
        assert code == "C0407" and value == ((4 * SIDE + 7) * 53) % 100 and holds, (crs, version, code, value, holds)


@test("QGIS reads the legend that the capabilities name, and the periods")
def _(server):
    found = qgis(server, """
        layer = wms("score.cells", "")
        fetcher, loop, sizes = layer.dataProvider().getLegendGraphicFetcher(None), QEventLoop(), []
        fetcher.finish.connect(lambda picture: (sizes.append([picture.width(), picture.height()]), loop.quit()))
        fetcher.error.connect(lambda message: (sizes.append(message), loop.quit()))
        fetcher.start()
        QTimer.singleShot(20000, loop.quit)
        if not sizes:
            loop.exec_()
        print(json.dumps({"legend": sizes[0]}))
        """)
    capabilities = server.get("/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetCapabilities").body.decode()
    width, height = found["legend"]
    assert f'width="{width}" height="{height}"' in capabilities, found
    extent = capabilities.split('<Dimension name="time"')[1].split(">")[1].split("<")[0]
    times = qgis(server, f"""
        layer = QgsRasterLayer(f"crs=EPSG:4326&format=image/png&layers=score.cells&styles=&type=wmst&temporalSource=provider"
                               f"&timeDimensionExtent={extent}&url={{base}}/wms?", "map", "wms")
        time = layer.dataProvider().temporalCapabilities()
        print(json.dumps([range.begin().toString("yyyy-MM-dd") for range in time.allAvailableTemporalRanges()]))
        """)
    assert times == ["2020-01-01", "2021-01-01"], (extent, times)


if __name__ == "__main__":
    if subprocess.run([PYTHON, "-c", "import qgis.core"], env=ENVIRONMENT, stderr=subprocess.DEVNULL).returncode != 0:
        print("# SKIP PyQGIS is not installed: its reading of styles, feature info, legend and time is not tested")
        print("1..0")
        sys.exit(0)
    run(Server)
