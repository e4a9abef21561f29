#!/usr/bin/python3
"""OGC's "Blue Lake" (geodata/blue_lake) by WMS: what the suites' basic, queryable and time options look at in these data, asked by us.

It is no run of a suite: docs/conformance.md tells why there was none, and which of their tests would not pass.
"""

import json
import re
import urllib.parse
from xml.etree import ElementTree

from pictures import Picture
from support import ROOT, Server, run, test

WMS = "{http://www.opengis.net/wms}"
TITLES = ["BasicPolygons", "Lakes", "NamedPlaces", "Forests", "Ponds", "Buildings", "Bridges", "Streams", "RoadSegments", "DividedRoutes",
          "MapNeatline"]
ISLAND = "0.0016,-0.0012,0.0026,-0.0005"  # Goose Island with a pixel of the lake around it, at 10 x 7
FILL, WHITE, BLUE = (0x1F, 0x78, 0xB4, 255), (255, 255, 255, 255), (0, 0, 255, 255)


class BlueLake(Server):
    def __init__(self):
        super().__init__()
        self.atlas = ROOT / "geodata/blue_lake/atlas.yaml"


def capabilities(server):
    return ElementTree.fromstring(server.get("/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.3.0").body)


def names(server):
    """The layers' names by their titles, as the suites find them."""
    layers = capabilities(server).iter(WMS + "Layer")
    return {layer.findtext(WMS + "Title"): layer.findtext(WMS + "Name") for layer in layers}


def ask(server, request, **parameters):
    # Names of parameters in mixed case, as the suites write them.
    values = {"VeRsIoN": "1.3.0", "SeRvIcE": "WMS", "ReQuEsT": request, "CrS": "CRS:84", "StYlEs": "", "FoRmAt": "image/png"} | parameters
    return server.get("/wms?" + urllib.parse.urlencode({name: value for name, value in values.items() if value is not None}))


def draw(server, layers, box, width, height, **parameters):
    answer = ask(server, "GetMap", LaYeRs=layers, BbOx=box, WiDtH=width, HeIgHt=height, **parameters)
    assert answer.status == 200 and answer.headers["content-type"] == "image/png", answer.body[:300]
    return Picture(answer)


def pixels(picture):
    return [[picture.at(x, y) for x in range(picture.width)] for y in range(picture.height)]


@test("every layer of the data that has an outline is found by its title")
def _(server):
    found = names(server)
    assert all(found.get("cite:" + title) for title in TITLES), found
    assert "cite:Autos" not in found  # points with a time each; docs/conformance.md


@test("a box is that of the picture's outer edges: an island fills its pixels and no other")
def _(server):
    lake = names(server)["cite:Lakes"]
    for version, crs in (("1.3.0", {"CrS": "CRS:84"}), ("1.1.1", {"CrS": None, "SRS": "EPSG:4326"})):
        rows = pixels(draw(server, lake, ISLAND, 10, 7, VeRsIoN=version, **crs))
        for y, row in enumerate(rows):
            for x, pixel in enumerate(row):
                island = 1 <= x <= 8 and 1 <= y <= 5
                assert pixel == (WHITE if island else FILL), (version, x, y, pixel)
    # In EPSG:4326 version 1.3.0 has latitude first.
    west, south, east, north = ISLAND.split(",")
    assert pixels(draw(server, lake, f"{south},{west},{north},{east}", 10, 7, CrS="EPSG:4326")) == rows


@test("numbers of a box may have exponents")
def _(server):
    lake = names(server)["cite:Lakes"]
    plain = draw(server, lake, "0.0006,-0.0018,0.0031,-0.0001", 50, 34)
    assert pixels(draw(server, lake, "6e-4,-18E-4,+3.1e-3,-1e-4", 50, 34)) == pixels(plain)
    assert {FILL, WHITE} == {pixel for row in pixels(plain) for pixel in row}


@test("a background is white, or of the colour asked for, or transparent; a box beside the data is all background")
def _(server):
    lake = names(server)["cite:Lakes"]
    for wanted, parameters in ((WHITE, {}), (WHITE, {"TrAnSpArEnT": "FALSE"}), (BLUE, {"BgCoLoR": "0x0000FF"})):
        assert draw(server, lake, ISLAND, 10, 7, **parameters).at(5, 3) == wanted
        beside = draw(server, lake, "10,10,11,11", 5, 5, **parameters)
        assert {pixel for row in pixels(beside) for pixel in row} == {wanted}
    assert draw(server, lake, ISLAND, 10, 7, TrAnSpArEnT="TRUE").at(5, 3)[3] == 0


@test("every layer is drawn in every CRS and format that is announced, and asked about in every format")
def _(server):
    root = capabilities(server)
    capability = root.find(WMS + "Capability")
    formats = [element.text for element in capability.findall(f"{WMS}Request/{WMS}GetMap/{WMS}Format")]
    told = [element.text for element in capability.findall(f"{WMS}Request/{WMS}GetFeatureInfo/{WMS}Format")]
    every = {element.text for element in root.iter(WMS + "CRS")}
    assert len(formats) >= 3 and len(told) == 4 and len(every) >= 4
    for name in filter(None, names(server).values()):
        for crs in every:
            box = next((b for b in root.iter(WMS + "BoundingBox") if b.get("CRS") == crs), None)
            if box is None:
                continue
            where = {"BbOx": ",".join(box.get(side) for side in ("minx", "miny", "maxx", "maxy")), "WiDtH": 40, "HeIgHt": 30, "CrS": crs}
            for kind in formats:
                answer = ask(server, "GetMap", LaYeRs=name, FoRmAt=kind, **where)
                assert answer.status == 200 and answer.headers["content-type"] == kind.replace("png8", "png"), (name, crs, kind, answer.body[:200])
            for kind in told:
                answer = ask(server, "GetFeatureInfo", LaYeRs=name, QuErY_LaYeRs=name, InFo_FoRmAt=kind, I=20, J=15, **where)
                assert answer.status == 200 and answer.headers["content-type"].startswith(kind), (name, crs, kind)


@test("the lake is told of where there is water, and nothing on its island")
def _(server):
    lake, places = names(server)["cite:Lakes"], names(server)["cite:NamedPlaces"]

    def told(layers, i, j, **more):
        answer = ask(server, "GetFeatureInfo", LaYeRs=layers, QuErY_LaYeRs=layers, BbOx=ISLAND, WiDtH=10, HeIgHt=7, I=i, J=j,
                     InFo_FoRmAt="application/json", **more)
        return [feature["properties"]["name"] for feature in json.loads(answer.body)["features"]]

    assert told(lake, 0, 0) == ["Blue Lake"] and told(lake, 5, 3) == []
    assert told(places, 5, 3) == ["Goose Island"]
    assert told(f"{lake},{places}", 5, 3, FeAtUrE_CoUnT=2) == ["Goose Island"]
    # Two squares overlap here; areas of one set never do in this program, and the first has the ground.
    squares = names(server)["cite:BasicPolygons"]
    answer = ask(server, "GetFeatureInfo", LaYeRs=squares, QuErY_LaYeRs=squares, BbOx="-2,2,2,6", WiDtH=100, HeIgHt=100, I=50, J=50,
                 InFo_FoRmAt="application/json", FeAtUrE_CoUnT=2)
    assert [feature["properties"]["name"] for feature in json.loads(answer.body)["features"]] == ["Upper square"]


@test("what cannot be drawn or asked is an exception with the standard's code")
def _(server):
    lake = names(server)["cite:Lakes"]
    good = {"LaYeRs": lake, "BbOx": ISLAND, "WiDtH": 10, "HeIgHt": 7}
    asking = good | {"QuErY_LaYeRs": lake, "InFo_FoRmAt": "text/plain", "I": 5, "J": 3}
    wrong = [
        ("GetMap", good | {"BbOx": "1,0,0,1"}, None), ("GetMap", good | {"BbOx": "0,0,0,1"}, None),
        ("GetMap", good | {"BbOx": "0,1,1,0"}, None), ("GetMap", good | {"BbOx": "0,0,1,0"}, None),
        ("GetMap", good | {"LaYeRs": "UndefinedLayer"}, "LayerNotDefined"),
        ("GetMap", good | {"LaYeRs": f"UndefinedLayer,{lake}", "StYlEs": ","}, "LayerNotDefined"),
        ("GetMap", good | {"LaYeRs": f"{lake},UndefinedLayer", "StYlEs": ","}, "LayerNotDefined"),
        ("GetMap", good | {"StYlEs": "UndefinedStyle"}, "StyleNotDefined"),
        ("GetMap", good | {"CrS": "EPSG:UNKNOWN"}, "InvalidCRS"),
        ("GetMap", good | {"FoRmAt": "image/unknown"}, "InvalidFormat"),
        ("GetFeatureInfo", asking | {"QuErY_LaYeRs": "UndefinedLayer"}, "LayerNotDefined"),
        ("GetFeatureInfo", asking | {"InFo_FoRmAt": "text/unknown"}, "InvalidFormat"),
        ("GetFeatureInfo", asking | {"I": 10}, "InvalidPoint"), ("GetFeatureInfo", asking | {"J": -1}, "InvalidPoint"),
    ]
    for request, parameters, code in wrong:
        for exceptions in (None, "XML"):
            answer = ask(server, request, ExCePtIoNs=exceptions, **parameters)
            assert answer.headers["content-type"].startswith("text/xml"), (request, parameters)
            found = re.search(rb'<ServiceException(?: code="(\w+)")?[ >]', answer.body)
            assert found and (found[1] or b"").decode() == (code or ""), (request, parameters, answer.body)


run(BlueLake)
