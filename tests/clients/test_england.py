#!/usr/bin/python3
"""GDAL and OWSLib on the 32,844 neighbourhoods of England, in the British grid: a picture of each service against the program's own,
and the features of a place, page by page, against the source file. Skips where the data are not there."""

import urllib.parse

from clients import PLAIN, SIZE, compare, picture, run, test
from england import ENGLAND, PAGE, PLACE, England, codes_in_place, matrix_box, skip_where_lacking
from gdal_tools import call, translated, wms_file

skip_where_lacking()
MATRIX, BOX = matrix_box()


@test("gdal_translate draws the WMS of England")
def _(server):
    compare("england gdal wms", server.draw("EPSG:27700", BOX, SIZE, layer=ENGLAND),
            translated(server, wms_file(server, "1.3.0", "EPSG:27700", BOX, ENGLAND), BOX))


@test("gdal_translate draws the WMTS of England in the British grid")
def _(server):
    source = (f"WMTS:{server.address}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities,layer={ENGLAND},style={PLAIN},"
              f"tilematrixset=BritishNationalGrid,tilematrix={MATRIX}")
    compare("england gdal wmts", server.draw("EPSG:27700", BOX, SIZE, layer=ENGLAND), translated(server, source, BOX))


@test("ogrinfo pages through the features of a place and finds those of the source, each once")
def _(server):
    wanted = codes_in_place()
    assert len(wanted) > 3 * PAGE, len(wanted)
    text = call("ogrinfo", "-al", "-geom=NO", "-oo", f"PAGE_SIZE={PAGE}", "-spat", *map(str, PLACE), f"OAPIF:{server.address}/ogc", ENGLAND)
    codes = [line.split("=")[1].strip() for line in text.splitlines() if line.strip().startswith("code (String)")]
    assert sorted(codes) == wanted, (len(codes), len(wanted), set(codes) ^ set(wanted))


@test("OWSLib gets England by WMS and a tile of it by WMTS")
def _(server):
    owslib()
    from owslib.wms import WebMapService
    from owslib.wmts import WebMapTileService

    answer = WebMapService(server.address + "/wms", version="1.3.0").getmap(
        layers=[ENGLAND], styles=[PLAIN], srs="EPSG:27700", bbox=BOX, size=SIZE, format="image/png", transparent=True)
    compare("england owslib wms", server.draw("EPSG:27700", BOX, SIZE, layer=ENGLAND), picture(answer.read()))
    service = WebMapTileService(server.address + "/wmts")
    matrix = service.tilematrixsets["BritishNationalGrid"].tilematrix[MATRIX]
    left, top = sorted(matrix.topleftcorner)
    side = 256 * matrix.scaledenominator * 0.00028
    column, row = int(((BOX[0] + BOX[2]) / 2 - left) / side), int((top - (BOX[1] + BOX[3]) / 2) / side)
    tile = service.gettile(layer=ENGLAND, style=PLAIN, tilematrixset="BritishNationalGrid", tilematrix=MATRIX, row=row, column=column,
                           format="image/png")
    box = (left + column * side, top - (row + 1) * side, left + (column + 1) * side, top - row * side)
    compare("england owslib wmts", server.draw("EPSG:27700", box, (256, 256), layer=ENGLAND), picture(tile.read()))


@test("OWSLib follows the next links through the features of a place")
def _(server):
    owslib()
    from owslib.ogcapi.features import Features

    service, asked, codes = Features(server.address + "/ogc"), {"bbox": list(PLACE), "limit": PAGE}, []
    while asked:
        page = service.collection_items(ENGLAND, **asked)
        assert len(page["features"]) <= PAGE
        codes += [one["properties"]["code"] for one in page["features"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        asked = following and dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(following[0]).query))
        if asked:
            asked["bbox"] = [float(part) for part in asked["bbox"].split(",")]
    assert sorted(codes) == codes_in_place(), (len(codes), len(codes_in_place()))


def owslib():
    from clients import Skipped

    try:
        import owslib.ogcapi.features  # noqa: F401
    except ImportError as error:
        raise Skipped(f"OWSLib is not installed: {error}") from error


run(England)
