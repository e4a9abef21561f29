#!/usr/bin/python3
"""WMTS 1.0.0 and TMS 1.0.0: documents against the OGC's schemas, requests clause by clause, the same tile by every way, and what
GDAL and OWSLib make of the service where they are installed."""

import json
import os
import shutil
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree as ET

sys.dont_write_bytecode = True
from support import ROOT, SANITIZED, Server, run, test

SCHEMAS = ROOT.parent / "shared" / "schemas"
WMTS = "{http://www.opengis.net/wmts/1.0}"
OWS = "{http://www.opengis.net/ows/1.1}"
LINK = "{http://www.w3.org/1999/xlink}href"
CAPABILITIES = "/wmts?service=WMTS&request=GetCapabilities"
SETS = ["WebMercatorQuad", "WorldCRS84Quad", "EuropeanETRS89_LAEAQuad", "BritishNationalGrid", "Latitude4326", "Big27700"]

# Two sets of the atlas's own: latitude first, and tiles of 512 pixels.
OWN_SETS = {
    "latitude.json": {"id": "Latitude4326", "crs": "http://www.opengis.net/def/crs/EPSG/0/4326", "tileMatrices": [
        {"id": f"L{z}", "scaleDenominator": 279541132.0143589 / 2**z, "cellSize": 0.703125 / 2**z, "pointOfOrigin": [90, -180],
         "tileWidth": 256, "tileHeight": 256, "matrixWidth": 2 << z, "matrixHeight": 1 << z} for z in range(12)]},
    "big.json": {"id": "Big27700", "crs": {"uri": "http://www.opengis.net/def/crs/EPSG/0/27700"}, "tileMatrices": [
        {"id": "coarse", "scaleDenominator": 400000, "cellSize": 112, "pointOfOrigin": [0, 1300000],
         "tileWidth": 512, "tileHeight": 300, "matrixWidth": 13, "matrixHeight": 39}]},
}


class OwnSets(Server):
    def __init__(self):
        super().__init__("server: {tile_matrix_sets: [latitude.json, big.json]}\n")
        for name, tile_set in OWN_SETS.items():
            (self.folder / name).write_text(json.dumps(tile_set))


def validate(document, schema):
    """Against a schema of the OGC's; says loudly that it could not."""
    if not SCHEMAS.exists() or not shutil.which("xmllint"):
        print("# NOT VALIDATED: ../shared/schemas or xmllint (libxml2-utils) is not there", flush=True)
        return
    environment = dict(os.environ, XML_CATALOG_FILES=str(SCHEMAS / "catalog.xml"))
    done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", str(SCHEMAS / "ogc" / schema), "-"], input=document,
                          env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout[-2000:]


def capabilities(server, more=""):
    answer = server.get(CAPABILITIES + more)
    assert answer.status == 200 and answer["Content-Type"] == "application/xml", (answer.status, answer.body[:300])
    validate(answer.body, "wmts/1.0/wmtsGetCapabilities_response.xsd")
    return ET.fromstring(answer.body)


TILE = {"SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": "score.cells", "STYLE": "", "FORMAT": "image/png",
        "TILEMATRIXSET": "WebMercatorQuad", "TILEMATRIX": "9", "TILEROW": "168", "TILECOL": "254"}
INFO = dict(TILE, REQUEST="GetFeatureInfo", INFOFORMAT="application/json", I="100", J="100")


def ask(server, parameters, **changes):
    """A request with some parameters changed, or left out where they are None."""
    kept = {k: v for k, v in {**parameters, **changes}.items() if v is not None}
    return server.get("/wmts?" + urllib.parse.urlencode(kept))


def exception(answer, status, code, locator):
    assert answer.status == status, (answer.status, status, answer.body[-300:])
    assert answer["Content-Type"] == "text/xml" and answer["Access-Control-Allow-Origin"] == "*"
    validate(answer.body, "ows/1.1.0/owsExceptionReport.xsd")
    found = ET.fromstring(answer.body).find(OWS + "Exception")
    assert (found.get("exceptionCode"), found.get("locator")) == (code, locator), ET.tostring(found)
    assert len(found.find(OWS + "ExceptionText").text) > 10


# --- documents --------------------------------------------------------------------------------------------------------


@test("the capabilities are valid, whole, and the same by either address")
def _(server):
    root = capabilities(server)
    assert [child.tag.split("}")[1] for child in root] == \
        ["ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Contents", "ServiceMetadataURL"]
    by_path = server.get("/wmts/1.0.0/WMTSCapabilities.xml")
    assert by_path.body == server.get(CAPABILITIES).body and by_path["ETag"]
    assert root.get("updateSequence") and root.get("version") == "1.0.0"
    sets = [s.find(OWS + "Identifier").text for s in root.find(WMTS + "Contents").findall(WMTS + "TileMatrixSet")]
    assert sets == SETS, sets
    for get in root.iter(OWS + "Get"):
        assert get.get(LINK).startswith(f"http://{server.host}:{server.port}/wmts"), get.get(LINK)


@test("a layer names its styles, legend, periods, sets with limits, and addresses that answer")
def _(server):
    for layer in capabilities(server).find(WMTS + "Contents").findall(WMTS + "Layer"):
        styles = layer.findall(WMTS + "Style")
        assert [s.get("isDefault") for s in styles] == ["true", None]
        assert [s.find(OWS + "Identifier").text for s in styles] == ["fifths", "natural"]
        legend = styles[0].find(WMTS + "LegendURL")
        picture = server.get(legend.get(LINK).split(str(server.port), 1)[1])
        assert picture.status == 200
        assert int.from_bytes(picture.body[16:20], "big") == int(legend.get("width"))
        assert int.from_bytes(picture.body[20:24], "big") == int(legend.get("height"))
        time = layer.find(WMTS + "Dimension")
        assert time.find(OWS + "Identifier").text == "Time"
        assert time.find(OWS + "UOM").text == "ISO8601"
        values = [v.text for v in time.findall(WMTS + "Value")]
        assert time.find(WMTS + "Default").text == values[-1]
        box = layer.find(OWS + "WGS84BoundingBox")
        assert box.find(OWS + "LowerCorner").text.startswith("-1.2"), ET.tostring(box)
        assert [s.find(WMTS + "TileMatrixSet").text for s in layer.findall(WMTS + "TileMatrixSetLink")] == SETS
        for link in layer.findall(WMTS + "TileMatrixSetLink"):
            limits = link.findall(f"{WMTS}TileMatrixSetLimits/{WMTS}TileMatrixLimits")
            assert limits
            last = {e.tag.split("}")[1]: e.text for e in limits[-1]}
            infos = {r.get("format") for r in layer.findall(WMTS + "ResourceURL") if r.get("resourceType") == "FeatureInfo"}
            assert infos == {f.text for f in layer.findall(WMTS + "InfoFormat")}, infos
            for resource in layer.findall(WMTS + "ResourceURL"):
                path = resource.get("template").split(str(server.port), 1)[1]
                for name, value in (("Style", "natural"), ("Time", values[0]), ("TileMatrixSet", link[0].text),
                                    ("TileMatrix", last["TileMatrix"]), ("TileRow", last["MinTileRow"]),
                                    ("TileCol", last["MinTileCol"]), ("J", "3"), ("I", "4")):
                    path = path.replace("{%s}" % name, value)
                answer = server.get(path)
                assert answer.status == 200, (path, answer.status, answer.body[-300:])
                assert answer["Content-Type"].startswith(resource.get("format")[:9]), (path, answer["Content-Type"])


class Dated(Server):
    """Its two periods have other ids; they stay those of 2020 and 2021."""

    def __init__(self, first, second):
        super().__init__()
        text = self.atlas.read_text()
        for year, name in (("2020", first), ("2021", second)):
            text = text.replace(f'period: "{year}"', f'period: {{id: "{name}", start: "{year}-01-01", end: "{year}-12-31"}}')
        self.atlas.write_text(text)


@test("periods are said to be dates where their ids are, and always asked for by their ids")
def _(_server):
    for first, second, dates in (("2020", "2021", True), ("2020-01", "2021-01", True), ("2020-01-01", "2021", True),
                                 ("2019", "2021", False), ("2020", "later", False), ("2020-02", "2021-01", False)):
        with Dated(first, second) as server:
            layer = next(one for one in capabilities(server).find(WMTS + "Contents").findall(WMTS + "Layer")
                         if one.find(OWS + "Identifier").text == "score.cells")
            unit = layer.find(f"{WMTS}Dimension/{OWS}UOM")
            assert (unit is not None) == dates and (not dates or unit.text == "ISO8601"), (first, second, unit)
            assert [value.text for value in layer.findall(f"{WMTS}Dimension/{WMTS}Value")] == [first, second]
            early, late = ask(server, TILE, TIME=first), ask(server, TILE, TIME=second)
            assert early.status == late.status == 200 and early.body != late.body, (first, second)


@test("corners are in the axis order of the set's CRS, and scales those of the standard's pixel")
def _(server):
    corners = {}
    for one in capabilities(server).find(WMTS + "Contents").findall(WMTS + "TileMatrixSet"):
        first = one.find(WMTS + "TileMatrix")
        corners[one.find(OWS + "Identifier").text] = (one.find(OWS + "SupportedCRS").text, first.find(WMTS + "TopLeftCorner").text,
                                                      float(first.find(WMTS + "ScaleDenominator").text))
    assert corners["WorldCRS84Quad"][:2] == ("urn:ogc:def:crs:OGC:1.3:CRS84", "-180 90")
    assert corners["Latitude4326"][:2] == ("urn:ogc:def:crs:EPSG::4326", "90 -180")
    assert corners["EuropeanETRS89_LAEAQuad"][:2] == ("urn:ogc:def:crs:EPSG::3035", "5500000 2000000")
    assert corners["BritishNationalGrid"] == ("urn:ogc:def:crs:EPSG::27700", "-238375 1376256", 3200000)
    assert corners["WebMercatorQuad"][1] == "-20037508.3427892 20037508.3427892"
    assert abs(corners["WebMercatorQuad"][2] - 559082264.0287178) < 1


@test("sections are given as they are asked for, and none to whom has this version")
def _(server):
    names = {"ServiceIdentification": "ServiceIdentification", "serviceprovider": "ServiceProvider",
             "OPERATIONSMETADATA": "OperationsMetadata", "Contents": "Contents"}
    for asked, section in names.items():
        assert [c.tag.split("}")[1] for c in capabilities(server, "&sections=" + asked)] == [section]
    two = capabilities(server, "&SECTIONS=Contents,ServiceProvider")
    assert [c.tag.split("}")[1] for c in two] == ["ServiceProvider", "Contents"]
    assert len(capabilities(server, "&Sections=All")) == 5
    version = capabilities(server).get("updateSequence")
    assert len(capabilities(server, "&updatesequence=" + version)) == 0
    assert len(capabilities(server, "&updatesequence=older")) == 5
    assert len(capabilities(server, "&acceptversions=2.0.0,1.0.0")) == 5
    exception(server.get(CAPABILITIES + "&sections=Contents,Weather"), 400, "InvalidParameterValue", "Sections")
    exception(server.get(CAPABILITIES + "&AcceptVersions=2.0.0,3"), 400, "VersionNegotiationFailed", "AcceptVersions")


# --- tiles ------------------------------------------------------------------------------------------------------------


@test("a tile is the same bytes by XYZ, key-value pairs, path and TMS, at any size")
def _(server):
    for query, suffix in (("", ""), ("?style=natural&period=2020", "")):
        xyz = server.get("/tiles/score.cells/9/254/168.png" + query)
        style, time = ("natural", "2020") if query else ("default", "current")
        ways = [ask(server, TILE, STYLE="natural" if query else "", TIME="2020" if query else None),
                server.get(f"/wmts/score.cells/{style}/{time}/WebMercatorQuad/9/168/254.png"),
                server.get(f"/tms/1.0.0/score.cells@WebMercatorQuad@png/9/254/{511 - 168}.png" + query)]
        for answer in ways:
            assert answer.status == 200 and answer["Content-Type"] == "image/png", answer.body[:300]
            assert answer.body == xyz.body and answer["ETag"] == xyz["ETag"]
    twice = server.get("/tiles/score.cells/9/254/168@2x.png").body
    assert server.get("/wmts/score.cells/fifths/2021/WebMercatorQuad/9/168/254@2x.png").body == twice
    assert server.get(f"/tms/1.0.0/score.cells@WebMercatorQuad@png/9/254/{511 - 168}@2x.png").body == twice


@test("the same ground in CRS84 and in a set with latitude first is the same tile")
def _(server):
    by_name = ask(server, TILE, TILEMATRIXSET="WorldCRS84Quad", TILEMATRIX="8", TILEROW="53", TILECOL="254")
    other = ask(server, TILE, TILEMATRIXSET="Latitude4326", TILEMATRIX="L8", TILEROW="53", TILECOL="254")
    assert by_name.status == other.status == 200
    assert by_name.body == other.body and len(by_name.body) > 1000


@test("tiles have the size that their matrix says")
def _(server):
    answer = ask(server, TILE, TILEMATRIXSET="Big27700", TILEMATRIX="coarse", TILEROW="31", TILECOL="7")
    assert answer.status == 200, answer.body
    assert (int.from_bytes(answer.body[16:20], "big"), int.from_bytes(answer.body[20:24], "big")) == (512, 300)


@test("an address with the present version may be kept for ever")
def _(server):
    version = server.get("/layers").json()["version"]
    path = "/wmts/score.cells/default/current/BritishNationalGrid/4/68/50.png"
    assert "immutable" in server.get(path + "?v=" + version)["Cache-Control"]
    assert server.get(path)["Cache-Control"] == "public, max-age=3600"
    first = server.get(path)
    assert server.get(path, {"If-None-Match": first["ETag"]}).status == 304


@test("names of parameters and requests are read in any case, values of the standard's too")
def _(server):
    wanted = ask(server, TILE).body
    assert server.get("/wmts?" + urllib.parse.urlencode({k.lower(): v for k, v in TILE.items()})).body == wanted
    assert ask(server, TILE, SERVICE="wmts", REQUEST="gettile", FORMAT="IMAGE/PNG").body == wanted
    assert ask(server, TILE, UNKNOWN="x", ELEVATION="5").body == wanted
    assert server.get("/wmts/?" + urllib.parse.urlencode(TILE)).body == wanted


# --- feature info -----------------------------------------------------------------------------------------------------


@test("feature info tells of the area under the pixel, in every format, by either way")
def _(server):
    found = ask(server, INFO).json()
    assert len(found["features"]) == 1
    # Tile 9/254/168 begins 1.40625 degrees west; a pixel is 360 / 512 / 256 degrees wide: 1.40625 - 100.5 * 0.00274658 = 1.1302.
    assert found["features"][0]["properties"]["code"].startswith("C01"), found
    path = "/wmts/score.cells/default/current/WebMercatorQuad/9/168/254/100/100"
    assert server.get(path + ".json").json()["features"][0]["properties"] == found["features"][0]["properties"]
    assert b"Cell 1" in server.get(path + ".txt").body and b"<" in server.get(path + ".html").body
    assert b"FeatureCollection" in ask(server, INFO, INFOFORMAT="application/vnd.ogc.gml").body
    away = ask(server, INFO, TILEROW="0", TILECOL="0").json()
    assert away["features"] == []


# --- exceptions -------------------------------------------------------------------------------------------------------


@test("what is missing is named")
def _(server):
    locators = {"SERVICE": "Service", "REQUEST": "Request", "VERSION": "Version", "LAYER": "Layer", "STYLE": "Style", "FORMAT": "Format",
                "TILEMATRIXSET": "TileMatrixSet", "TILEMATRIX": "TileMatrix", "TILEROW": "TileRow", "TILECOL": "TileCol"}
    for parameter, locator in locators.items():
        exception(ask(server, TILE, **{parameter: None}), 400, "MissingParameterValue", locator)
    for parameter, locator in (("I", "I"), ("J", "J"), ("INFOFORMAT", "InfoFormat")):
        exception(ask(server, INFO, **{parameter: None}), 400, "MissingParameterValue", locator)
    exception(server.get("/wmts"), 400, "MissingParameterValue", "Service")


@test("what is wrong has its code, its locator and its status")
def _(server):
    table = [
        (TILE, {"SERVICE": "WMS"}, 400, "InvalidParameterValue", "Service"),
        (TILE, {"VERSION": "2.0.0"}, 400, "InvalidParameterValue", "Version"),
        (TILE, {"REQUEST": "GetMap"}, 501, "OperationNotSupported", "Request"),
        (TILE, {"LAYER": "none"}, 400, "InvalidParameterValue", "Layer"),
        (TILE, {"STYLE": "none"}, 400, "InvalidParameterValue", "Style"),
        (TILE, {"TIME": "1066"}, 400, "InvalidParameterValue", "Time"),
        (TILE, {"FORMAT": "image/bmp"}, 400, "InvalidParameterValue", "Format"),
        (TILE, {"TILEMATRIXSET": "none"}, 400, "InvalidParameterValue", "TileMatrixSet"),
        (TILE, {"TILEMATRIX": "99"}, 400, "InvalidParameterValue", "TileMatrix"),
        (TILE, {"TILEROW": "-1"}, 400, "InvalidParameterValue", "TileRow"),
        (TILE, {"TILEROW": "1.5"}, 400, "InvalidParameterValue", "TileRow"),
        (TILE, {"TILECOL": "99999999999999999999"}, 400, "TileOutOfRange", "TileCol"),
        (TILE, {"TILEROW": "4294967296"}, 400, "TileOutOfRange", "TileRow"),
        (TILE, {"TILEROW": "512"}, 400, "TileOutOfRange", "TileRow"),
        (TILE, {"TILECOL": "512"}, 400, "TileOutOfRange", "TileCol"),
        (INFO, {"I": "256"}, 400, "PointIJOutOfRange", "I"),
        (INFO, {"J": "4000000000"}, 400, "PointIJOutOfRange", "J"),
        (INFO, {"J": "x"}, 400, "InvalidParameterValue", "J"),
        (INFO, {"INFOFORMAT": "image/png"}, 400, "InvalidParameterValue", "InfoFormat"),
    ]
    for request, change, status, code, locator in table:
        exception(ask(server, request, **change), status, code, locator)
    twice = "/wmts?" + urllib.parse.urlencode(TILE) + "&layer=other"
    exception(server.get(twice), 400, "InvalidParameterValue", "Layer")


@test("a path that leads nowhere is not found, and says why")
def _(server):
    whole = ["score.cells", "default", "current", "WebMercatorQuad", "9", "168", "254.png"]
    for place, wrong, status, code, locator in (
            (0, "none", 404, "InvalidParameterValue", "Layer"), (1, "none", 404, "InvalidParameterValue", "Style"),
            (2, "1066", 404, "InvalidParameterValue", "Time"), (3, "none", 404, "InvalidParameterValue", "TileMatrixSet"),
            (4, "99", 404, "InvalidParameterValue", "TileMatrix"), (5, "512", 400, "TileOutOfRange", "TileRow"),
            (6, "512.png", 400, "TileOutOfRange", "TileCol"), (6, "254@9x.png", 404, "InvalidParameterValue", "TileCol")):
        path = "/".join(["/wmts"] + whole[:place] + [wrong] + whole[place + 1:])
        exception(server.get(path), status, code, locator)
    exception(server.get("/wmts/" + "/".join(whole[:6]) + "/254/0/0.bmp"), 404, "InvalidParameterValue", "InfoFormat")
    exception(server.get("/wmts/" + "/".join(whole[:6]) + "/254.jpg"), 404, "InvalidParameterValue", "path")
    exception(server.get("/wmts/%ff/" + "/".join(whole[1:])), 400, "InvalidParameterValue", "path")
    exception(server.get("/wmts?LAYER=%ff"), 400, "InvalidParameterValue", "LAYER")
    exception(server.get("/wmts?LAYER=" + "a" * 8200), 414, "InvalidParameterValue", "query")
    exception(server.get("/wmts/" + "/".join(whole[:6]) + "/254/0/256.json"), 400, "PointIJOutOfRange", "I")
    assert server.get("/wmts?service=WMTS", method="POST").status == 405


# --- TMS --------------------------------------------------------------------------------------------------------------


@test("TMS lists its maps, each says its tile sets, and rows count from the south")
def _(server):
    root = ET.fromstring(server.get("/tms/").body)
    assert root.find("TileMapService").get("href").endswith("/tms/1.0.0/") and root.tag == "Services"
    for address in ("/tms/1.0.0/", "/tms/1.0.0"):
        service = ET.fromstring(server.get(address).body)
        assert service.tag == "TileMapService"
    maps = service.findall("TileMaps/TileMap")
    assert len(maps) == 2 * 6, len(maps)
    profiles = {m.get("href").split("@")[1]: (m.get("profile"), m.get("srs")) for m in maps}
    assert profiles["WebMercatorQuad"] == ("global-mercator", "EPSG:3857")
    assert profiles["WorldCRS84Quad"] == ("global-geodetic", "EPSG:4326")
    assert profiles["BritishNationalGrid"] == ("local", "EPSG:27700")
    for one in maps:
        path = one.get("href").split(str(server.port), 1)[1]
        document = ET.fromstring(server.get(path).body)
        assert document.tag == "TileMap" and document.find("SRS").text == one.get("srs")
        sets = document.findall("TileSets/TileSet")
        assert [int(s.get("order")) for s in sets] == list(range(len(sets)))
        tile = server.get(sets[-1].get("href").split(str(server.port), 1)[1] + "/0/0.png")
        assert tile.status == 200 and tile["Content-Type"] == "image/png"
    grid = ET.fromstring(server.get("/tms/1.0.0/score.cells@BritishNationalGrid@png/").body)
    assert (grid.find("Origin").get("x"), grid.find("Origin").get("y")) == ("-238375", "-229376")
    south = server.get("/tms/1.0.0/score.cells@BritishNationalGrid@png/4/50/43.png")
    assert south.body == server.get("/wmts/score.cells/default/current/BritishNationalGrid/4/68/50.png").body


@test("TMS refuses what is not there")
def _(server):
    for path, status in (("/tms/1.0.0/none@WebMercatorQuad@png", 404), ("/tms/1.0.0/score.cells@none@png", 404),
                         ("/tms/1.0.0/score.cells@WebMercatorQuad@jpg", 404), ("/tms/1.0.0/score.cells", 404),
                         ("/tms/1.0.0/score.cells@WebMercatorQuad@png/1/0/2.png", 400),
                         ("/tms/1.0.0/score.cells@WebMercatorQuad@png/99/0/0.png", 400),
                         ("/tms/1.0.0/score.cells@WebMercatorQuad@png/1/2/0.png", 400),
                         ("/tms/1.0.0/score.cells@WebMercatorQuad@png/1/0/north.png", 400)):
        server.get(path).problem(status)


# --- clients ----------------------------------------------------------------------------------------------------------


def gdal(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                          env=dict(os.environ, GDAL_DEFAULT_WMS_CACHE_PATH=str(ROOT / "build/test-tmp/gdalwmscache")))
    assert done.returncode == 0 and "ERROR" not in done.stdout, done.stdout[-2000:]
    return done.stdout


@test("GDAL opens every layer in every set and draws it where it lies")
def _(server):
    if not shutil.which("gdalinfo") or SANITIZED:
        print("# NOT RUN: gdalinfo (gdal-bin) is not there, or this is a sanitized build")
        return
    base = f"WMTS:http://{server.host}:{server.port}/wmts/1.0.0/WMTSCapabilities.xml"
    listed = json.loads(gdal("gdalinfo", "-json", base))["metadata"]["SUBDATASETS"]
    assert len([k for k in listed if k.endswith("NAME")]) == 2 * 6 * 2, listed
    out = str(server.folder / "out.tif")
    for tile_set in SETS:
        source = f"{base},layer=score.cells,tilematrixset={tile_set}"
        described = json.loads(gdal("gdalinfo", "-json", source))
        ring = described["wgs84Extent"]["coordinates"][0]
        west, south = min(p[0] for p in ring), min(p[1] for p in ring)
        assert -1.5 < west < -1.1 and 51.8 < south < 52.1, (tile_set, ring)
        gdal("gdal_translate", "-q", "-outsize", "300", "0", source, out)
        alpha = json.loads(gdal("gdalinfo", "-json", "-stats", out))["bands"][3]
        assert alpha["mean"] > 200, (tile_set, alpha["mean"])
        os.remove(out)
    by_kvp = f"WMTS:http://{server.host}:{server.port}{CAPABILITIES},layer=share.cells,tilematrixset=WebMercatorQuad"
    assert "EPSG\",3857" in gdal("gdalinfo", by_kvp)
    tms = f"http://{server.host}:{server.port}/tms/1.0.0/score.cells@BritishNationalGrid@png"
    assert "27700" in gdal("gdalinfo", tms)
    # GDAL counts tiles from the corner of the BoundingBox: the areas are where they are because that is the whole grid's.
    gdal("gdal_translate", "-q", "-projwin", "460000", "290000", "490000", "240000", "-outsize", "100", "100", tms, out)
    red = json.loads(gdal("gdalinfo", "-json", "-stats", out))["bands"][0]
    assert red["mean"] > 50, red["mean"]


@test("OWSLib reads the service and fetches a tile")
def _(server):
    try:
        from owslib.wmts import WebMapTileService
    except ImportError:
        print("# NOT RUN: OWSLib (python3-owslib) is not there")
        return
    service = WebMapTileService(f"http://{server.host}:{server.port}/wmts")
    assert set(service.tilematrixsets) == set(SETS) and set(service.contents) == {"score.cells", "share.cells"}
    tile = service.gettile(layer="score.cells", tilematrixset="BritishNationalGrid", tilematrix="4", row=68, column=50,
                           format="image/png", style="fifths")
    assert tile.read() == server.get("/wmts/score.cells/fifths/current/BritishNationalGrid/4/68/50.png").body


run(OwnSets)
