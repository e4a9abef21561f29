#!/usr/bin/python3
"""QGIS itself, without a screen: the address of each service is added as a user would add it, a layer is drawn in web Mercator
and in the British grid and held against the program's own picture, a place is identified, the legend read, a period chosen.

The pictures of the user guide (docs/guide/pictures) are made here when EG_BLESS is set.
"""

import json
import os
from urllib.parse import quote

from clients import BOXES, LAYER, PLAIN, ROOT, SIZE, County, compare, picture, run, served, test
from qgis_tools import connection, drawn, features, image_bytes, wms_uri
from qgis.core import QgsCoordinateReferenceSystem, QgsDateTimeRange, QgsPointXY, QgsProject, QgsRaster, QgsRasterLayer, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QDate, QDateTime, QEventLoop, Qt, QTime, QTimer

PICTURES = ROOT / "docs/guide/pictures"


def xyz(server, style=PLAIN):
    address = quote(f"{server.address}/tiles/{LAYER}/{{z}}/{{x}}/{{y}}.png?style={style}", safe=":/{}")
    return QgsRasterLayer(f"type=xyz&url={address}&zmin=0&zmax=22", "XYZ", "wms")


@test("QGIS draws the XYZ layer in web Mercator")
def _(server):
    box = BOXES["EPSG:3857"]
    compare("qgis xyz 3857", server.draw("EPSG:3857", box, SIZE), picture(drawn(xyz(server), "EPSG:3857", box)))


@test("QGIS draws the XYZ layer in the British grid, warped by itself")
def _(server):
    box = BOXES["EPSG:27700"]
    compare("qgis xyz 27700", server.draw("EPSG:27700", box, SIZE), picture(drawn(xyz(server), "EPSG:27700", box)),
            mean=12, share=0.3, shift=0.5)


def one_wms(version, crs):
    @test(f"QGIS adds the WMS {version} by its address and draws it in {crs}")
    def _(server):
        layer = QgsRasterLayer(wms_uri(server, version, crs), "WMS", "wms")
        box = (-1.1, 51.9, -0.9, 52.1) if crs == "EPSG:4326" else BOXES[crs]  # a canvas has square pixels
        compare(f"qgis wms {version} {crs}", server.draw(crs, box, SIZE), picture(drawn(layer, crs, box)))


for one in ("1.1.1", "1.3.0"):
    for system in ("EPSG:3857", "EPSG:27700", "EPSG:4326"):
        one_wms(one, system)


def one_question(version):
    @test(f"QGIS identifies an area by WMS {version}")
    def _(server):
        layer = QgsRasterLayer(wms_uri(server, version, "EPSG:3857"), "WMS", "wms")
        box, provider = QgsRectangle(*BOXES["EPSG:3857"]), layer.dataProvider()
        wanted = area_at(server, 0.2, 0.8)
        place = QgsPointXY(box.xMinimum() + 0.2 * box.width(), box.yMinimum() + 0.8 * box.height())
        for form, name in ((QgsRaster.IdentifyFormatText, "text"), (QgsRaster.IdentifyFormatHtml, "HTML"),
                           (QgsRaster.IdentifyFormatFeature, "feature")):
            answer = provider.identify(place, form, box, *SIZE)
            assert answer.isValid(), f"{name}: {answer.error().message()}"
            values = list(answer.results().values())
            if form == QgsRaster.IdentifyFormatFeature:
                text = str([[f.attributes() for f in store.features()] for stores in values for store in stores])
            else:
                text = str(values)
            assert wanted in text, f"{name}: {wanted} is not in {text[:500]}"


def area_at(server, right, up):
    """The code of the area at a place of the box, from the source file itself."""
    source = QgsVectorLayer(f"{server.data}|layername=areas", "areas", "ogr")
    west, south, east, north = BOXES["EPSG:3857"]
    from qgis.core import QgsCoordinateTransform, QgsGeometry

    place = QgsGeometry.fromPointXY(QgsPointXY(west + right * (east - west), south + up * (north - south)))
    place.transform(QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:3857"), source.crs(), QgsProject.instance()))
    return next(f["code"] for f in source.getFeatures() if f.geometry().contains(place))


def one_legend(version):
    @test(f"QGIS reads the legend by WMS {version}")
    def _(server):
        layer = QgsRasterLayer(wms_uri(server, version, "EPSG:3857"), "WMS", "wms")
        provider = layer.dataProvider()
        assert provider.supportsLegendGraphic(), "QGIS sees no legend"
        fetcher = provider.getLegendGraphicFetcher(None)
        images, errors, loop = [], [], QEventLoop()
        fetcher.finish.connect(lambda image: (images.append(image), loop.quit()))
        fetcher.error.connect(lambda message: (errors.append(message), loop.quit()))
        QTimer.singleShot(30000, loop.quit)
        fetcher.start()
        if not images and not errors:
            loop.exec_()
        assert images and not errors, errors
        legend = picture(image_bytes(images[0]))
        from clients import COLOURS

        shown = {tuple(int(v) for v in pixel) for pixel in legend[:, :, :3].reshape(-1, 3)}
        for colour in COLOURS:
            assert tuple(int(colour[i:i + 2], 16) for i in (1, 3, 5)) in shown, f"{colour} is not in the legend"


for one in ("1.1.1", "1.3.0"):
    one_question(one)
    one_legend(one)


def year(number):
    return QgsDateTimeRange(QDateTime(QDate(number, 1, 1), QTime(0, 0), Qt.UTC), QDateTime(QDate(number, 12, 31), QTime(23, 59, 59), Qt.UTC))


@test("QGIS finds the WMS's periods and draws the one that the temporal controller is at")
def _(server):
    uri = wms_uri(server, "1.3.0", "EPSG:3857")
    assert "type=wmst" in uri, f"QGIS sees no time in {uri}"
    layer = QgsRasterLayer(uri, "WMS", "wms")
    capabilities = layer.dataProvider().temporalCapabilities()
    assert capabilities.hasTemporalCapabilities()
    whole = capabilities.availableTemporalRange()
    assert (whole.begin().date().year(), whole.end().date().year()) == (2019, 2024), (whole.begin(), whole.end())
    layer.temporalProperties().setIsActive(True)
    box = BOXES["EPSG:3857"]
    first, last = (picture(drawn(layer, "EPSG:3857", box, when=year(n))) for n in (2019, 2024))
    compare("qgis period 2024", server.draw("EPSG:3857", box, SIZE), last)
    assert abs(first - last).mean() > 2, "two periods look the same"


def one_wmts(set_name, crs):
    @test(f"QGIS adds the WMTS by its address and draws {set_name} in {crs}")
    def _(server):
        served(server, "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities")
        found = connection(server, "wms", "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities")
        # One item for each period.
        mine = [uri for uri in found if "Time%3D2024" in uri and f"layers={LAYER}&" in uri + "&" and f"tileMatrixSet={set_name}&" in uri + "&"
                and f"styles={PLAIN}&" in uri + "&"]
        assert mine, f"{LAYER} in {set_name}, style {PLAIN}, is not among {len(found)}: {list(found)[:3]}"
        layer = QgsRasterLayer(mine[0], "WMTS", "wms")
        assert layer.crs().authid() == crs, layer.crs().authid()
        # In the national grid the canvas's pixels are not those of a level: QGIS resamples.
        bounds = {} if crs == "EPSG:3857" else {"mean": 12, "share": 0.3, "shift": 0.5}
        compare(f"qgis wmts {set_name}", server.draw(crs, BOXES[crs], SIZE), picture(drawn(layer, crs, BOXES[crs])), **bounds)


one_wmts("WebMercatorQuad", "EPSG:3857")
one_wmts("BritishNationalGrid", "EPSG:27700")


def one_shape(crs, more):
    @test(f"QGIS reads the neighbourhoods by OGC API Features and draws them in {crs}")
    def _(server):
        layer = features(server, more)
        got = list(layer.getFeatures())
        codes = {feature["code"] for feature in got}
        assert len(got) == 400 and len(codes) == 400, f"{len(got)} features, {len(codes)} codes"
        colour(layer, server)
        compare(f"qgis oapif {crs}", server.draw(crs, BOXES[crs], SIZE), picture(drawn(layer, crs, BOXES[crs])), mean=2.5, share=0.05,
                shift=0.1)


def colour(layer, server):
    """QGIS's own rendering in our classes, by the tenths of the source file."""
    from clients import COLOURS
    from qgis.core import QgsCategorizedSymbolRenderer, QgsFillSymbol, QgsRendererCategory

    source = QgsVectorLayer(f"{server.data}|layername=areas", "areas", "ogr")
    tenths = {feature["code"]: feature["tenth"] for feature in source.getFeatures()}
    layer.setRenderer(QgsCategorizedSymbolRenderer("code", [
        QgsRendererCategory(code, QgsFillSymbol.createSimple({"color": COLOURS[tenth - 1], "outline_style": "no"}), code)
        for code, tenth in tenths.items()]))


one_shape("EPSG:3857", "")
one_shape("EPSG:27700", "srsname='EPSG:27700'")


@test("QGIS pages through OGC API Features by its next links")
def _(server):
    layer = features(server, "pagingEnabled='true' pageSize='37'")
    codes = [feature["code"] for feature in layer.getFeatures()]
    assert len(codes) == 400 and len(set(codes)) == 400, (len(codes), len(set(codes)))


@test("QGIS asks OGC API Features for a box alone")
def _(server):
    from qgis.core import QgsFeatureRequest

    layer = features(server, "restrictToRequestBBOX='1'")
    inside = list(layer.getFeatures(QgsFeatureRequest().setFilterRect(QgsRectangle(-1.05, 51.95, -0.95, 52.05))))
    assert 5 < len(inside) < 200, len(inside)


def vector_tiles(server):
    from qgis.core import QgsVectorTileLayer

    served(server, f"/tiles/{LAYER}/10/509/338.mvt")
    address = quote(f"{server.address}/tiles/{LAYER}/{{z}}/{{x}}/{{y}}.mvt", safe=":/{}")
    layer = QgsVectorTileLayer(f"type=xyz&url={address}&zmin=0&zmax=14", "MVT")
    assert layer.isValid()
    return layer


@test("QGIS draws the vector tiles")
def _(server):
    got = picture(drawn(vector_tiles(server), "EPSG:3857", BOXES["EPSG:3857"]))
    wanted = server.draw("EPSG:3857", BOXES["EPSG:3857"], SIZE)
    land, shown = wanted[:, :, 3] > 128, got[:, :, :3].min(axis=2) < 250
    assert (land != shown).mean() < 0.02, f"{100 * (land != shown).mean():.1f} % of the pixels are land in one picture alone"


def styled_vector_tiles(server):
    """With the layer's own style, read by QGIS as its dialogue does."""
    from qgis.core import QgsMapBoxGlStyleConverter

    layer, converter = vector_tiles(server), QgsMapBoxGlStyleConverter()
    done = converter.convert(json.loads(served(server, f"/tiles/{LAYER}/style.json")))
    assert done == QgsMapBoxGlStyleConverter.Success, converter.errorMessage()
    layer.setRenderer(converter.renderer())
    return layer


@test("QGIS colours the vector tiles by the layer's style")
def _(server):
    got = picture(drawn(styled_vector_tiles(server), "EPSG:3857", BOXES["EPSG:3857"]))
    colours = {tuple(pixel) for pixel in got[::4, ::4, :3].reshape(-1, 3)}
    assert len(colours) > 5, colours


if os.environ.get("EG_BLESS"):
    @test("the guide's pictures are drawn by QGIS")
    def _(_server):
        PICTURES.mkdir(parents=True, exist_ok=True)
        with County(fictional=True) as server:
            box = BOXES["EPSG:27700"]
            layers = {"qgis-xyz": xyz(server, "default"),
                      "qgis-wms": QgsRasterLayer(wms_uri(server, "1.3.0", "EPSG:27700").replace(f"styles={PLAIN}", "styles"), "WMS", "wms")}
            vector = features(server)
            colour(vector, server)
            layers["qgis-features"] = vector
            grid = [uri for uri in connection(server, "wms", "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities")
                    if f"layers={LAYER}&" in uri + "&" and "tileMatrixSet=BritishNationalGrid&" in uri + "&" and "styles=default&" in uri + "&"]
            layers["qgis-wmts"] = QgsRasterLayer(grid[-1], "WMTS", "wms")
            layers["qgis-vector-tiles"] = styled_vector_tiles(server)
            for name, layer in layers.items():
                (PICTURES / f"{name}.png").write_bytes(drawn(layer, "EPSG:27700", box, (640, 640)))

try:
    run(County)
except SystemExit as end:
    # PyQGIS may crash while Python takes it apart.
    print(end="", flush=True)
    os._exit(end.code or 0)
