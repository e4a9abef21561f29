#!/usr/bin/python3
"""OWSLib: WMS 1.1.1 and 1.3.0, WMTS, and the metadata records that they name."""

import json
import warnings

from clients import BOXES, LAYER, PLAIN, SIZE, County, compare, missing, picture, run, served, test

try:
    from owslib.etree import etree
    from owslib.iso import MD_Metadata
    from owslib.wms import WebMapService
    from owslib.wmts import WebMapTileService
except ImportError:
    missing("python3-owslib is not installed")


def wms(server, version):
    served(server, "/wms?SERVICE=WMS&REQUEST=GetCapabilities")
    return WebMapService(server.address + "/wms", version=version)


def one(version):
    @test(f"OWSLib reads the capabilities of WMS {version}: layers, CRSs, styles with legends, periods")
    def _(server):
        service = wms(server, version)
        assert service.version == version, service.version
        assert service.identification.title == "Marram County (fictional)", service.identification.title
        layer = service[LAYER]
        assert layer.title and layer.abstract, (layer.title, layer.abstract)
        for crs in ("EPSG:3857", "EPSG:4326", "EPSG:27700"):
            assert crs in layer.crsOptions, f"{crs} is not in {layer.crsOptions}"
        west, south, east, north = layer.boundingBoxWGS84
        assert -1.3 < west < -1.1 and 51.8 < south < 52 and -0.8 < east < -0.7 and 52 < north < 52.2, layer.boundingBoxWGS84
        assert PLAIN in layer.styles and "GetLegendGraphic" in layer.styles[PLAIN]["legend"], layer.styles
        assert layer.queryable == 1
        assert [moment[:4] for moment in layer.timepositions] == ["2019", "2024"], layer.timepositions
        assert {"image/png", "image/jpeg"} <= set(service.getOperationByName("GetMap").formatOptions)

    for crs in ("EPSG:3857", "EPSG:4326", "EPSG:27700"):
        one_map(version, crs)

    @test(f"OWSLib asks WMS {version} what is at a pixel")
    def _(server):
        box = BOXES["EPSG:3857"]
        answer = wms(server, version).getfeatureinfo(
            layers=[LAYER], styles=[PLAIN], srs="EPSG:3857", bbox=box, size=SIZE, format="image/png", query_layers=[LAYER],
            info_format="application/json", xy=(100, 100))
        found = json.loads(answer.read())
        assert len(found["features"]) == 1 and found["features"][0]["properties"]["code"].startswith("N0"), found

    @test(f"OWSLib gets the legend that WMS {version} names")
    def _(server):
        service = wms(server, version)
        body = service_legend(service[LAYER].styles[PLAIN]["legend"])
        assert picture(body).shape[0] > 100, "the legend is small"


    @test(f"OWSLib reads the metadata record that WMS {version} names")
    def _(server):
        links = [link for link in wms(server, version)[LAYER].metadataUrls if link["type"] in ("TC211", "ISO19115:2003")]
        assert len(links) == 1 and links[0]["format"] == "text/xml", links
        check_record(links[0]["url"])


def check_record(address):
    from clients import fetch

    status, kind, body = fetch(address)
    assert status == 200 and kind == "text/xml", (status, kind, body[:200])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of OWSLib about itself
        record = MD_Metadata(etree.fromstring(body))
    found = record.identification
    assert record.languagecode == "eng" and record.hierarchy == "dataset" and record.charset == "utf8", vars(record)
    assert record.referencesystem.code.startswith("http://www.opengis.net/def/crs/"), record.referencesystem.code
    assert record.contact[0].organization and record.contact[0].role == "pointOfContact", vars(record.contact[0])
    assert found.title == "Index of deprivation, Neighbourhoods" and "A score made of" in found.abstract, (found.title, found.abstract)
    assert -1.3 < float(found.bbox.minx) < -1.1 and 52 < float(found.bbox.maxy) < 52.2, vars(found.bbox)
    assert (found.temporalextent_start, found.temporalextent_end) == ("2019-01-01", "2024-12-31"), found.temporalextent_start
    assert found.useconstraints == ["otherRestrictions"] and "Licence of the boundaries: not stated" in found.otherconstraints
    assert "Deprivation" in found.keywords[0]["keywords"] and found.topiccategory == ["society"], found.keywords
    assert "Figures of Evenground sample." in record.dataquality.lineage, record.dataquality.lineage
    ways = {way.protocol: way.url for way in record.distribution.online}
    assert {"OGC:WMS", "OGC:WMTS", "OGC API Features", "OGC API Maps", "OGC API Tiles"} <= set(ways), ways
    assert WebMapService(ways["OGC:WMS"], version="1.3.0")[LAYER].title == found.title


def service_legend(address):
    from clients import fetch

    status, kind, body = fetch(address)
    assert status == 200 and kind == "image/png", (status, kind, body[:200])
    return body


def one_map(version, crs):
    @test(f"OWSLib gets a map by WMS {version} in {crs}")
    def _(server):
        # OWSLib turns the axes of EPSG:4326 in 1.3.0 by itself.
        answer = wms(server, version).getmap(layers=[LAYER], styles=[PLAIN], srs=crs, bbox=BOXES[crs], size=SIZE, format="image/png",
                                             transparent=True)
        compare(f"owslib {version} {crs}", server.draw(crs, BOXES[crs], SIZE), picture(answer.read()))


one("1.1.1")
one("1.3.0")


@test("a period chosen by TIME is the period that is drawn")
def _(server):
    service, box = wms(server, "1.3.0"), BOXES["EPSG:3857"]
    get = lambda **more: picture(service.getmap(layers=[LAYER], styles=[PLAIN], srs="EPSG:3857", bbox=box, size=SIZE,
                                                format="image/png", transparent=True, **more).read())
    first, last, default = get(time="2019"), get(time="2024"), get()
    assert (last == default).all(), "without TIME the latest period is drawn"
    assert (first != last).any(), "two periods look the same"


@test("OWSLib reads the WMTS's capabilities")
def _(server):
    served(server, "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities")
    service = WebMapTileService(server.address + "/wmts")
    layer = service[LAYER]
    assert PLAIN in layer.styles, layer.styles
    assert {"WebMercatorQuad", "WorldCRS84Quad"} <= set(layer.tilematrixsetlinks), layer.tilematrixsetlinks
    assert layer.resourceURLs, "no templates"


def one_tile(set_name, matrix, crs, half_width, half_height, tiles, place):
    @test(f"OWSLib gets a tile of {set_name}")
    def _(server):
        served(server, "/wmts?SERVICE=WMTS&REQUEST=GetCapabilities")
        side = 2 * half_height / tiles
        column, row = int((place[0] + half_width) / side), int((half_height - place[1]) / side)
        answer = WebMapTileService(server.address + "/wmts").gettile(layer=LAYER, style=PLAIN, tilematrixset=set_name, tilematrix=matrix,
                                                                     row=row, column=column, format="image/png")
        west, north = column * side - half_width, half_height - row * side
        compare(f"owslib {set_name}", server.draw(crs, (west, north - side, west + side, north), (256, 256)), picture(answer.read()))


one_tile("WebMercatorQuad", "10", "EPSG:3857", 20037508.342789244, 20037508.342789244, 1024, (-111319.49, 6800125.45))
one_tile("WorldCRS84Quad", "9", "CRS:84", 180, 90, 512, (-1.0, 52.0))

run(County)
