#!/usr/bin/env python3
"""WMS over the real program: the same place in every CRS, forms of a request, exceptions, feature info."""

import concurrent.futures
import pathlib
import re
import shutil
import subprocess
import urllib.parse

from pictures import EAST, NORTH, Picture, british, mercator
from support import ROOT, SIDE, SOUTH, STEP, WEST, Server, Skipped, raw, run, status_of, test

SCHEMAS = pathlib.Path(ROOT.parent / "shared/schemas")

MAP = {
    "SERVICE": "WMS",
    "VERSION": "1.3.0",
    "REQUEST": "GetMap",
    "LAYERS": "score.cells",
    "STYLES": "natural",
    "CRS": "CRS:84",
    "BBOX": f"{WEST},{SOUTH},{EAST},{NORTH}",
    "WIDTH": 240,
    "HEIGHT": 240,
    "FORMAT": "image/png",
}
LAT_FIRST = {"CRS": "EPSG:4326", "BBOX": f"{SOUTH},{WEST},{NORTH},{EAST}"}
OLD = {"VERSION": "1.1.1", "CRS": None, "SRS": "EPSG:4326"}


def query(changes):
    return urllib.parse.urlencode({k: v for k, v in {**MAP, **changes}.items() if v is not None})


def ask(server, headers=None, **changes):
    return server.get("/wms?" + query(changes), headers)


def same(one, other, rows):
    return all(one.at(x, y) == other.at(x, y) for y in range(rows) for x in range(0, one.width, 3))


# --- places -----------------------------------------------------------------------------------------------------------


def compare(server, project, **changes):
    """Every cell's colour, at nine places well within it, is the same in a map of another CRS."""
    plain = Picture(ask(server))
    corners = [project(lon, lat) for lon in (WEST, EAST) for lat in (SOUTH, NORTH)]
    west, south = (min(c[i] for c in corners) for i in (0, 1))
    east, north = (max(c[i] for c in corners) for i in (0, 1))
    changed = {"WIDTH": 500, "HEIGHT": 400, "BBOX": f"{west},{south},{east},{north}", **changes}
    other = Picture(ask(server, **changed))
    assert (other.width, other.height) == (500, 400)
    for i in range(SIDE):
        for j in range(1, SIDE):  # the lowest row is under the stamp
            for u in (0.2, 0.5, 0.8):
                for v in (0.2, 0.5, 0.8):
                    lon, lat = WEST + (i + u) * STEP, SOUTH + (j + v) * STEP
                    x, y = project(lon, lat)
                    there = other.at(int((x - west) / (east - west) * 500), int((north - y) / (north - south) * 400))
                    here = plain.at(int((lon - WEST) / (EAST - WEST) * 240), int((NORTH - lat) / (NORTH - SOUTH) * 240))
                    assert there == here, (i, j, u, v, here, there)


@test("one box is one picture: 4326 in both orders, CRS:84, version 1.1.1")
def _(server):
    pictures = [ask(server, **c).body for c in ({}, LAT_FIRST, OLD, {"CRS": "urn:ogc:def:crs:OGC:1.3:CRS84"})]
    assert all(body == pictures[0] for body in pictures)
    assert ask(server, CRS="EPSG:4326").body != pictures[0]  # longitude first is somewhere else


@test("web Mercator shows each cell where longitude and latitude do, with pixels that are not square")
def _(server):
    compare(server, mercator, CRS="EPSG:3857")
    compare(server, mercator, VERSION="1.1.1", CRS=None, SRS="EPSG:3857")


@test("the British National Grid shows each cell where longitude and latitude do")
def _(server):
    compare(server, british, CRS="EPSG:27700")
    compare(server, british, VERSION="1.1.1", CRS=None, SRS="EPSG:27700")


@test("EPSG:3035 is northing first in 1.3.0 and easting first in 1.1.1")
def _(server):
    new = ask(server, CRS="EPSG:3035", BBOX="3200000,3450000,3400000,3650000")
    old = ask(server, VERSION="1.1.1", CRS=None, SRS="EPSG:3035", BBOX="3450000,3200000,3650000,3400000")
    assert new.body == old.body and Picture(new).width == 240


# --- requests ---------------------------------------------------------------------------------------------------------


def post(server, body, media_type="application/x-www-form-urlencoded", target="/wms"):
    head = f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return raw(server, head.encode() + body)[0]


@test("a form in a POST is answered as the same query, but not kept")
def _(server):
    received = post(server, query({}).encode())
    head, _, body = received.partition(b"\r\n\r\n")
    assert status_of(received) == 200 and body == ask(server).body and b"no-store" in head, head


@test("what stands in the address of a POST counts as well as the form, and a contradiction is an exception")
def _(server):
    whole = query({})
    pairs = whole.split("&")
    picture = ask(server).body
    for cut in range(len(pairs) + 1):
        received = post(server, "&".join(pairs[cut:]).encode(), target="/wms?" + "&".join(pairs[:cut]))
        assert received.partition(b"\r\n\r\n")[2] == picture, (cut, received[-400:])
    assert post(server, whole.encode(), target="/wms?" + whole).partition(b"\r\n\r\n")[2] == picture
    both = post(server, whole.encode(), target="/wms?service=WMS&layers=share.cells")
    assert b'locator="LAYERS"' in both and b"two values" in both, both[-400:]


@test("XML in a POST is told not to be supported, in XML")
def _(server):
    for media_type in ("text/xml", "application/xml; charset=utf-8"):
        received = post(server, b"<GetMap/>", media_type)
        assert status_of(received) == 200 and b'code="OperationNotSupported"' in received, received[:600]


@test("a picture has an ETag, is kept for an hour, and for ever when its version is named")
def _(server):
    answer = ask(server)
    assert answer["Cache-Control"] == "public, max-age=3600", answer["Cache-Control"]
    again = ask(server, {"If-None-Match": answer["ETag"]})
    assert again.status == 304 and not again.body
    head = server.get("/wms?" + query({}), method="HEAD")
    assert head["ETag"] == answer["ETag"] and int(head["Content-Length"]) == len(answer.body)
    sequence = re.search(rb'updateSequence="(\w+)"', server.get("/wms?REQUEST=GetCapabilities").body)[1].decode()
    assert "immutable" in ask(server, v=sequence)["Cache-Control"]


@test("formats come as they were asked for")
def _(server):
    for name, media_type, begin in (
        ("image/png", "image/png", b"\x89PNG"),
        ("image/png8", "image/png", b"\x89PNG"),
        ("image/png; mode=8bit", "image/png; mode=8bit", b"\x89PNG"),
        ("image/jpeg", "image/jpeg", b"\xff\xd8"),
        ("image/webp", "image/webp", b"RIFF"),
    ):
        answer = ask(server, FORMAT=name)
        assert answer.status == 200 and answer["Content-Type"] == media_type, (name, answer["Content-Type"])
        assert answer.body.startswith(begin) and "Content-Encoding" not in answer.headers, name
    assert Picture(ask(server, FORMAT="image/png8")).kind == 3


@test("the ground is white, as asked, or nothing")
def _(server):
    around = {"BBOX": f"{WEST - 1},{SOUTH - 1},{EAST + 1},{NORTH + 1}"}
    assert Picture(ask(server, **around)).at(1, 1) == (255, 255, 255, 255)
    assert Picture(ask(server, BGCOLOR="0x102030", **around)).at(1, 1) == (16, 32, 48, 255)
    assert Picture(ask(server, TRANSPARENT="TRUE", BGCOLOR="0x102030", **around)).at(1, 1)[3] == 0


@test("a period that the client did not choose is said in a header")
def _(server):
    assert "Default value used: time=2021-01-01 " in ask(server)["Warning"]
    assert ask(server, TIME="2020-01-01")["Warning"] is ask(server, TIME="2020")["Warning"] is None
    assert "Nearest value used: time=2020-01-01 " in ask(server, TIME="2020-06-01")["Warning"]
    assert "Nearest value used: time=2021-01-01 " in ask(server, TIME="2020/2021")["Warning"]
    assert "Nearest value used: time=2020-01-01 " in ask(server, TIME="1999")["Warning"]
    assert ask(server, TIME="2020").body != ask(server).body
    assert ask(server, TIME="2021").body == ask(server).body == ask(server, TIME="current").body


@test("what is wrong is told to a client, not to whoever runs the server")
def _(server):
    for changes in ({"LAYERS": "x"}, {"STYLES": "x"}, {"CRS": "EPSG:2154"}):
        text = ask(server, **changes).body.decode()
        assert "capabilities" in text and "atlas.yaml" not in text and "server: crs" not in text, text


@test("layers lie over one another in their order")
def _(server):
    both = Picture(ask(server, LAYERS="share.cells,score.cells", STYLES=","))
    assert same(both, Picture(ask(server, STYLES="")), 200)


@test("a group stands for its first layer")
def _(_):
    server = Server()
    text = server.atlas.read_text()
    server.atlas.write_text(text.replace("title: Score\n", "title: Score\n    theme: Health outcomes\n"))
    with server:
        group = ask(server, LAYERS="health-outcomes")
        assert group.status == 200 and group["Content-Type"] == "image/png", group.body[:400]
        assert group.body == ask(server).body
        capabilities = server.get("/wms?REQUEST=GetCapabilities&VERSION=1.3.0").body.decode()
        told = re.search(r"<Name>health-outcomes</Name>\s*<Title>[^<]*</Title>\s*<Abstract>([^<]*)<", capabilities)[1]
        assert "score.cells" in told and "first layer alone" in told, told
        answers = {
            (layers, wanted): ask(server, **{**INFO, "LAYERS": layers, "QUERY_LAYERS": wanted}).body
            for layers in ("health-outcomes", "score.cells")
            for wanted in ("health-outcomes", "score.cells")
        }
        assert len(set(answers.values())) == 1 and b'"code"' in answers["score.cells", "score.cells"], answers
        other = ask(server, **{**INFO, "LAYERS": "health-outcomes", "QUERY_LAYERS": "score.rows"}).body.decode()
        assert "LayerNotDefined" in other and "is drawn as" in other and "score.cells" in other, other
        assert legend(server, LAYER="health-outcomes").body == legend(server).body


@test("first maps in every CRS, ground and format may come all at once, and tiles between them")
def _(_):
    places = (
        LAT_FIRST,
        {"CRS": "EPSG:27700", "BBOX": "454000,233000,497000,302000"},
        {"CRS": "EPSG:3035", "BBOX": "3200000,3450000,3400000,3650000"},
    )
    wishes = [
        {**place, "FORMAT": form, "BGCOLOR": ground, "LAYERS": layers, "STYLES": ""}
        for place in places
        for form in ("image/png", "image/png8", "image/jpeg", "image/webp")
        for ground in ("0xFFFFFF", "0x336699")
        for layers in ("score.cells", "share.cells,score.cells")
    ]
    with Server() as server:

        def get(wish):
            assert server.get("/tiles/score.cells/9/254/168.png").status == 200
            answer = ask(server, **wish)
            return answer.status, answer["Content-Type"].split(";")[0], answer.body

        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            first = list(pool.map(get, wishes))
            again = list(pool.map(get, reversed(wishes)))
    for wish, one, other in zip(wishes, first, reversed(again)):
        assert one == other and one[0] == 200 and one[1] == wish["FORMAT"].replace("png8", "png"), (wish, one[:2], one[2][:300])


@test("versions are negotiated")
def _(server):
    for asked, given in (("", "1.3.0"), ("1.1.1", "1.1.1"), ("1.0.0", "1.1.1"), ("1.2.0", "1.1.1"), ("9.0.0", "1.3.0")):
        body = server.get(f"/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION={asked}").body
        assert f'apabilities version="{given}"'.encode() in body, (asked, body[:300])


# --- exceptions -------------------------------------------------------------------------------------------------------


def validate(body, version):
    """True when it was held against the schema or DTD."""
    if not shutil.which("xmllint") or not SCHEMAS.is_dir():
        return False
    check = ["--schema", str(SCHEMAS / "ogc/wms/1.3.0/exceptions_1_3_0.xsd")]
    if version == "1.1.1":
        check = ["--dtdvalid", str(SCHEMAS / "ogc/wms/1.1.1/exception_1_1_1.dtd")]
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", *check, "-"],
        input=body,
        capture_output=True,
        env={"XML_CATALOG_FILES": str(SCHEMAS / "catalog.xml"), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr.decode() + body.decode()
    return True


@test("exceptions are valid, readable from any page, and not kept")
def _(server):
    wrong = {
        "LAYERS": "x",
        "STYLES": "x",
        "BBOX": "2,1,1,2",
        "WIDTH": "0",
        "FORMAT": "image/x",
        "TIME": "x",
        "REQUEST": "x",
        "SLD": "http://127.0.0.1:1/x",
    }
    checked = 0
    for name, value in wrong.items():
        for version, media_type in (("1.3.0", "text/xml"), ("1.1.1", "application/vnd.ogc.se_xml")):
            changes = dict(OLD) if version == "1.1.1" else {}
            answer = ask(server, {"Origin": "https://example.org"}, **{**changes, name: value})
            assert answer.status == 200 and answer["Content-Type"].startswith(media_type), (name, answer["Content-Type"])
            assert answer["Access-Control-Allow-Origin"] == "*" and answer["Cache-Control"] == "no-store", name
            assert answer["Warning"] is None
            assert b"ServiceExceptionReport" in answer.body and len(re.sub(rb"<[^>]*>", b"", answer.body)) > 20, answer.body
            checked += validate(answer.body, version)
    if not checked:
        raise Skipped("right so far, but not held against the schemas: xmllint or ../shared/schemas is not there")


@test("boxes that are none, too large, or go round the world are refused in the form that was asked for")
def _(server):
    for box in ("0,0,0,0", "1,1,0,0", "nan,nan,nan,nan", "-1e308,-1e308,1e308,1e308", "170,-10,-170,10", "1e400,0,2e400,1", ""):
        answer = ask(server, BBOX=box)
        assert b'locator="BBOX"' in answer.body, (box, answer.body[:300])
        picture = Picture(ask(server, BBOX=box, EXCEPTIONS="INIMAGE"))
        assert (picture.width, picture.height) == (240, 240)
        assert len({picture.at(x, y) for x in range(240) for y in range(60)}) > 2, box
        blank = Picture(ask(server, BBOX=box, EXCEPTIONS="BLANK", TRANSPARENT="TRUE"))
        assert {blank.at(x, y)[3] for x in range(0, 240, 7) for y in range(0, 240, 7)} == {0}, box


@test("what never reached the service is told in its words with HTTP's status")
def _(server):
    for target, status, locator in (
        ("?REQUEST=%zz", 400, "REQUEST"),
        ("?LAYERS=%ff", 400, "LAYERS"),
        ("?LAYERS=a%00", 400, "LAYERS"),
        ("/%ff", 400, "path"),
        ("/more", 404, "path"),
        ("?" + "a=1&" * 257, 400, "query"),
        ("?LAYERS=" + "a" * 8200, 414, "query"),
    ):
        answer = server.get("/wms" + target)
        assert answer.status == status and b"ServiceExceptionReport" in answer.body, (target[:40], answer.status, answer.body[:200])
        assert not locator or f'locator="{locator}"' in answer.body.decode(), (target[:40], answer.body)
        validate(answer.body, "1.3.0")
        old = server.get("/wms" + target.replace("?", "?version=1.1.1&", 1))
        if "?" in target and target.count("&") < 250:
            assert old.status == status and b'version="1.1.1"' in old.body and b"locator" not in old.body, (target[:40], old.body)
            assert old["Content-Type"].startswith("application/vnd.ogc.se_xml"), old["Content-Type"]
            validate(old.body, "1.1.1")
    for version, media_type in (("1.1.1", "application/vnd.ogc.se_xml"), ("1.3.0", "text/xml"), ("", "text/xml"), ("%31", "text/xml")):
        method = server.get(f"/wms?REQUEST=GetMap&VERSION={version}", method="DELETE")
        assert method.status == 405 and method["Content-Type"].startswith(media_type), (version, method["Content-Type"])
    method = server.get("/wms?REQUEST=GetMap", method="DELETE")
    assert method.status == 405 and b"ServiceExceptionReport" in method.body and "POST" in method["Allow"]
    large = raw(server, b"POST /wms HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999999\r\n\r\n")[0]
    assert status_of(large) == 413 and b"ServiceExceptionReport" in large
    typed = post(server, b"{}", "application/json")
    assert status_of(typed) == 415 and b"ServiceExceptionReport" in typed, typed[:300]


# --- feature info -----------------------------------------------------------------------------------------------------

INFO = {"REQUEST": "GetFeatureInfo", "QUERY_LAYERS": "score.cells", "INFO_FORMAT": "application/json", "I": 30, "J": 50}


@test("feature info finds the cell under the pixel in every version and order of axes")
def _(server):
    code = f"C{30 * SIDE // 240:02}{(239 - 50) * SIDE // 240:02}"
    for changes in ({}, LAT_FIRST, {**OLD, "I": None, "J": None, "X": 30, "Y": 50}, {"FORMAT": None, "STYLES": None}):
        answer = ask(server, **{**INFO, **changes})
        assert answer.status == 200 and "json" in answer["Content-Type"], answer.body[:300]
        assert code in answer.body.decode(), (changes, answer.body[:500])
    for media_type, holds in (("text/plain", code), ("text/html", "<html"), ("application/vnd.ogc.gml", "gml")):
        answer = ask(server, **{**INFO, "INFO_FORMAT": media_type})
        assert answer["Content-Type"].startswith(media_type) and holds in answer.body.decode().replace("<!DOCTYPE html>", "<html"), answer.body[:300]


@test("a place of no cell is an answer; a pixel outside the map is not a place")
def _(server):
    far = ask(server, **{**INFO, "BBOX": "10,10,11,11"})
    assert far.status == 200 and far.json()["features"] == [], far.body
    for changes in ({"I": 240}, {"J": -1}, {"I": None}, {"J": "x"}):
        assert b'code="InvalidPoint"' in ask(server, **{**INFO, **changes}).body, changes
    assert b'code="InvalidFormat"' in ask(server, **{**INFO, "INFO_FORMAT": "application/gml+xml; version=3.2"}).body
    assert b'code="LayerNotDefined"' in ask(server, **{**INFO, "QUERY_LAYERS": "share.cells"}).body
    assert b"QUERY_LAYERS" in ask(server, **{**INFO, "QUERY_LAYERS": None}).body
    assert b"text/xml" not in far.body and ask(server, **{**INFO, "EXCEPTIONS": "INIMAGE", "I": 999})["Content-Type"].startswith("text/xml")


# --- legends, styles --------------------------------------------------------------------------------------------------

LEGEND = {"SERVICE": "WMS", "VERSION": "1.3.0", "REQUEST": "GetLegendGraphic", "LAYER": "score.cells", "FORMAT": "image/png"}


def legend(server, **changes):
    return server.get("/wms?" + urllib.parse.urlencode({k: v for k, v in {**LEGEND, **changes}.items() if v is not None}))


@test("a legend is the picture whose size the capabilities tell, and what QGIS asks for is heeded")
def _(server):
    capabilities = server.get("/wms?REQUEST=GetCapabilities&VERSION=1.3.0").body.decode()
    width, height, address = re.search(r'<LegendURL width="(\d+)" height="(\d+)">.*?href="([^"]+)"', capabilities).groups()
    told = Picture(server.get(address.replace("&amp;", "&")[address.index("/wms") :]))
    assert (told.width, told.height) == (int(width), int(height))
    asked = {"SLD_VERSION": "1.1.0", "STYLE": "", "CRS": "EPSG:3857", "BBOX": "1,2,3,4", "SRCWIDTH": 800, "SRCHEIGHT": 600}
    assert legend(server, **asked).body == legend(server).body
    small, large = Picture(legend(server)), Picture(legend(server, DPI=181.4))
    assert large.width > 1.8 * small.width and large.height > 1.8 * small.height
    assert Picture(legend(server, LAYERTITLE="FALSE")).height < small.height
    assert Picture(legend(server, RULELABEL="FALSE")).width < small.width
    rule = legend(server, FORMAT="application/json").json()["Legend"][0]["rules"][1]["name"]
    one = Picture(legend(server, RULE=rule, WIDTH=40, HEIGHT=20))
    assert (one.width, one.height) == (40, 20)


@test("legends, styles and descriptions of what there is not are exceptions")
def _(server):
    for changes, code, locator in (
        ({"LAYER": "x"}, "LayerNotDefined", "LAYER"),
        ({"LAYER": None}, "LayerNotDefined", "LAYER"),
        ({"STYLE": "x"}, "StyleNotDefined", "STYLE"),
        ({"SCALE": "abc"}, None, "SCALE"),
        ({"SCALE": "0"}, None, "SCALE"),
        ({"SLD": "http://127.0.0.1:1/x"}, "OperationNotSupported", "SLD"),
        ({"SLD_BODY": "<x/>"}, "OperationNotSupported", "SLD_BODY"),
        ({"REQUEST": "GetStyles", "LAYERS": "score.cells", "SLD_BODY": "<x/>"}, "OperationNotSupported", "SLD_BODY"),
        ({"REQUEST": "DescribeLayer", "LAYERS": "score.cells", "SLD": "x"}, "OperationNotSupported", "SLD"),
        ({"FORMAT": "image/gif"}, "InvalidFormat", "FORMAT"),
        ({"RULE": "x"}, None, "RULE"),
        ({"WIDTH": 99999}, None, "WIDTH"),
        ({"REQUEST": "GetStyles"}, "LayerNotDefined", "LAYERS"),
        ({"REQUEST": "GetStyles", "LAYERS": "score.cells,x"}, "LayerNotDefined", "LAYERS"),
        ({"REQUEST": "DescribeLayer", "LAYERS": "x"}, "LayerNotDefined", "LAYERS"),
    ):
        answer = legend(server, EXCEPTIONS="INIMAGE", **changes)
        assert answer["Content-Type"] == "text/xml" and answer["Cache-Control"] == "no-store", (changes, answer.headers)
        assert f'locator="{locator}"' in answer.body.decode(), (changes, answer.body[-300:])
        assert (f'code="{code}"' in answer.body.decode()) == bool(code), (changes, answer.body[-300:])
        validate(answer.body, "1.3.0")


@test("styles come as SLD with a rule for each class, layers are described")
def _(server):
    styles = legend(server, REQUEST="GetStyles", LAYERS="score.cells")
    assert styles["Content-Type"].startswith("application/vnd.ogc.sld+xml")
    assert b"<StyledLayerDescriptor" in styles.body and styles.body.count(b"PolygonSymbolizer>") >= 10, styles.body[:2000]
    described = legend(server, VERSION="1.1.1", REQUEST="DescribeLayer", LAYERS="score.cells,share.cells")
    assert described.body.count(b"<LayerDescription ") == 2, described.body


if __name__ == "__main__":
    run(Server)
