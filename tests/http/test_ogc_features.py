#!/usr/bin/python3
"""OGC API - Features: items, pages, boxes, periods, filters, reference systems, formats, and what is wrong with a request."""

import csv
import html.parser
import io
import json
import re
import shutil
import subprocess
import sys
import urllib.parse

sys.dont_write_bytecode = True
from support import SIDE, SOUTH, STEP, WEST, Server, run, test

CRS = "http://www.opengis.net/def/crs/"
BASE = "/ogc/collections/"
ALL = SIDE * SIDE


class Squares(Server):
    """The tiny atlas with the British grid besides."""

    def __init__(self):
        super().__init__(extra='server: {crs: ["EPSG:4326", "EPSG:27700"]}\n')


def get(server, path, status=200, headers=None, **parameters):
    query = urllib.parse.urlencode({name.replace("__", "-"): value for name, value in parameters.items()})
    answer = server.get(BASE + path + ("?" + query if query else ""), headers=headers)
    assert answer.status == status, (path, parameters, answer.status, answer.body[:400])
    return answer


def items(server, collection="score.cells", **parameters):
    answer = get(server, collection + "/items", **parameters)
    assert answer["Content-Type"] == "application/geo+json", answer["Content-Type"]
    document = answer.json()
    assert document["type"] == "FeatureCollection" and document["numberReturned"] == len(document["features"])
    return document


def ids(document):
    return [feature["id"] for feature in document["features"]]


def links(document):
    found = {}
    for link in document["links"]:
        found.setdefault(link["rel"], link)
    return found


def path_of(server, address):
    base = f"http://{server.host}:{server.port}"
    assert address.startswith(base + "/ogc/"), address
    return address[len(base):]


@test("a page has ten features in order, with numbers and links")
def _(server):
    document = items(server)
    assert document["numberMatched"] == ALL and document["numberReturned"] == 10
    assert ids(document) == sorted(ids(document)) and ids(document)[0] == "C0000"
    found = links(document)
    assert {"self", "alternate", "next", "collection"} <= set(found), found
    assert found["self"]["type"] == found["next"]["type"] == "application/geo+json"
    types = {link["type"] for link in document["links"] if link["rel"] == "alternate"}
    assert types == {"text/html", "text/csv"}, types
    feature = document["features"][0]
    assert feature["type"] == "Feature" and feature["geometry"]["type"] == "Polygon"
    properties = feature["properties"]
    assert properties["code"] == "C0000" and properties["rows_code"] == "R00", properties
    assert properties["state"] == "valid" and properties["period"] == "2021" and properties["fictional"] is True


@test("the next links lead through a collection, each feature once and in order, whatever the question")
def _(server):
    questions = [{"limit": 7}, {"limit": 144}, {"limit": 143}, {"limit": 5, "filter": "value > 50"},
                 {"limit": 4, "bbox": "-1.1,52.1,-0.9,52.4"}, {"limit": 3, "rows_code": "R04", "skipGeometry": "true"}]
    for question in questions:
        document, seen, pages = items(server, **question), [], 0
        while True:
            seen += ids(document)
            pages += 1
            if "next" not in links(document):
                break
            assert document["numberReturned"] == question["limit"]
            answer = server.get(path_of(server, links(document)["next"]["href"]))
            assert answer.status == 200, answer.body
            document = answer.json()
        assert seen == sorted(set(seen)) and len(seen) == document["numberMatched"], (question, len(seen))
        assert pages == max(1, -(-len(seen) // question["limit"])), (question, pages)


@test("a limit above the most gives the most; below one it is refused")
def _(server):
    assert items(server, limit=100000)["numberReturned"] == ALL
    for wrong in ["0", "-1", "ten", "1.5"]:
        get(server, "cells/items", 400, limit=wrong).problem(400, "limit")


@test("a box selects what it touches, in every reference system")
def _(server):
    west, south = WEST + 2.5 * STEP, SOUTH + 3.5 * STEP
    east, north = west + STEP, south + STEP
    wanted = [f"C{i:02}{j:02}" for i in (2, 3) for j in (3, 4)]
    assert ids(items(server, bbox=f"{west},{south},{east},{north}")) == wanted
    assert ids(items(server, bbox=f"{west},{south},0,{east},{north},100")) == wanted
    swapped = f"{south},{west},{north},{east}"
    assert ids(items(server, bbox=swapped, bbox__crs=CRS + "EPSG/0/4326")) == wanted
    geometry = items(server, bbox=f"{west},{south},{west + 0.01},{south + 0.01}", crs=CRS + "EPSG/0/27700")
    ring = geometry["features"][0]["geometry"]["coordinates"][0]
    x, y = sum(p[0] for p in ring[:4]) / 4, sum(p[1] for p in ring[:4]) / 4
    there = items(server, bbox=f"{x - 1},{y - 1},{x + 1},{y + 1}", bbox__crs=CRS + "EPSG/0/27700")
    assert ids(there) == ["C0203"], ids(there)
    assert items(server, bbox="170,-10,-170,10")["numberMatched"] == 0
    assert items(server, bbox=f"{WEST + 10.5 * STEP},{SOUTH},-170,60", limit=100)["numberMatched"] == 2 * SIDE


@test("a larger box finds no fewer features, however far it reaches beyond what its reference system is made for")
def _(server):
    everything = items(server, "cells", limit=1)["numberMatched"]
    for code in (27700, 3857):
        crs, found = f"http://www.opengis.net/def/crs/EPSG/0/{code}", []
        for half in (1e6, 4e6, 8e6, 9e6, 18e6, 9e8):
            found.append(items(server, "cells", limit=1, bbox=f"{-half},{-half},{half},{half}",
                               bbox__crs=crs)["numberMatched"])
            condition = f"S_INTERSECTS(geometry,BBOX({-half},{-half},{half},{half}))"
            again = items(server, "cells", limit=1, filter=condition, filter__crs=crs)["numberMatched"]
            assert again == found[-1], (code, half, again, found)
        assert found == sorted(found) and found[-1] == everything, (code, found)
        beside = items(server, "cells", limit=1, bbox="-9e8,-9e8,-8e8,9e8", bbox__crs=crs)
        assert beside["numberMatched"] == 0, (code, beside["numberMatched"])


@test("coordinates come in the reference system asked for, in its order of axes, and Content-Crs says so")
def _(server):
    plain = get(server, "cells/items/C0000")
    assert plain["Content-Crs"] == f"<{CRS}OGC/1.3/CRS84>", plain["Content-Crs"]
    lon, lat = plain.json()["geometry"]["coordinates"][0][0]
    assert abs(lon - WEST) <= 2 * STEP and abs(lat - SOUTH) <= 2 * STEP
    swapped = get(server, "cells/items/C0000", crs=CRS + "EPSG/0/4326")
    assert swapped["Content-Crs"] == f"<{CRS}EPSG/0/4326>"
    assert swapped.json()["geometry"]["coordinates"][0][0] == [lat, lon]
    grid = get(server, "cells/items/C0000", crs=CRS + "EPSG/0/27700")
    easting, northing = grid.json()["geometry"]["coordinates"][0][0]
    assert 440000 < easting < 480000 and 220000 < northing < 250000, (easting, northing)
    get(server, "cells/items", 400, crs=CRS + "EPSG/0/32633").problem(400, "crs")
    get(server, "cells/items", 400, bbox="1,2,3,4", bbox__crs="EPSG:1").problem(400, "bbox-crs")


@test("rings are closed, shells anticlockwise")
def _(server):
    for feature in items(server, "rows", limit=100)["features"]:
        for number, ring in enumerate(feature["geometry"]["coordinates"]):
            assert ring[0] == ring[-1] and len(ring) >= 4
            area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))
            assert (area > 0) == (number == 0), area


@test("datetime picks a layer's period, open ends too; one without data gives nothing")
def _(server):
    cases = [("2020-06-01", "2020"), ("2020-01-01/2020-12-31", "2020"), ("2020-01-01/2021-12-31", "2021"),
             ("../2020-12-31", "2020"), ("2020-05-01/..", "2021"), ("2020-05-01/", "2021"),
             ("2020-06-01T12:00:00Z", "2020")]
    for text, period in cases:
        document = items(server, datetime=text, limit=1)
        assert document["features"][0]["properties"]["period"] == period, (text, document)
        question = urllib.parse.parse_qs(urllib.parse.urlsplit(links(document)["next"]["href"]).query)
        assert question["datetime"] == [text], question
    assert items(server, datetime="1999-01-01")["numberMatched"] == 0
    assert items(server, "cells", datetime="1999-01-01")["numberMatched"] == ALL  # has no time of its own
    for wrong in ["yesterday", "2021/2020", "/", "../..", "2020-13-01"]:
        get(server, "score.cells/items", 400, datetime=wrong).problem(400, "datetime")


@test("properties choose what is told, skipGeometry leaves the geometry out")
def _(server):
    document = items(server, properties="value,name", skipGeometry="true", limit=1)
    feature = document["features"][0]
    assert list(feature["properties"]) == ["value", "name"] and feature["geometry"] is None, feature
    get(server, "score.cells/items", 400, properties="value,nothing").problem(400, "properties")
    get(server, "score.cells/items", 400, skipGeometry="perhaps").problem(400, "skipGeometry")


@test("a property's name as a parameter selects by equality")
def _(server):
    everything = items(server, limit=1000)["features"]
    wanted = [f["id"] for f in everything if f["properties"]["rows_code"] == "R03"]
    assert ids(items(server, rows_code="R03", limit=100)) == wanted and len(wanted) == SIDE
    value = everything[5]["properties"]["value"]
    assert everything[5]["id"] in ids(items(server, value=value, state="valid", limit=100))
    get(server, "score.cells/items", 400, value="many").problem(400, "value")
    get(server, "score.cells/items", 400, colour="red").problem(400, "colour")
    assert get(server, "cells/items", 400, **{"\u00e9" * 50: "1"}).json()["parameter"] == "\u00e9" * 31
    server.get(BASE + "cells/items?=1").problem(400, "query")
    many = "&".join(f"p{n}=1" for n in range(20))
    server.get(BASE + "cells/items?" + many).problem(400, "p16")
    get(server, "score.cells/items/C0000", 400, limit="3").problem(400, "limit")
    get(server, "score.cells/queryables", 400, bbox="1,2,3,4").problem(400, "bbox")


@test("filters in both languages select the same")
def _(server):
    everything = items(server, limit=1000)["features"]
    wanted = [f["id"] for f in everything if f["properties"]["value"] > 60 and f["properties"]["code"][1:3] < "06"]
    text = "value > 60 AND code < 'C06'"
    as_json = {"op": "and", "args": [{"op": ">", "args": [{"property": "value"}, 60]},
                                     {"op": "<", "args": [{"property": "code"}, "C06"]}]}
    assert wanted and ids(items(server, filter=text, limit=1000)) == wanted
    assert ids(items(server, filter=text, filter__lang="cql2-text", limit=1000)) == wanted
    assert ids(items(server, filter=json.dumps(as_json), filter__lang="cql2-json", limit=1000)) == wanted
    box = f"S_INTERSECTS(geometry, BBOX({SOUTH + 0.01},{WEST + 0.01},{SOUTH + 0.02},{WEST + 0.02}))"
    assert ids(items(server, filter=box, filter__crs=CRS + "EPSG/0/4326")) == ["C0000"]
    get(server, "score.cells/items", 400, filter="value >").problem(400, "filter")
    get(server, "score.cells/items", 400, filter="value > 1", filter__lang="sql").problem(400, "filter-lang")
    get(server, "score.cells/items", 400, filter="value > 1", filter__crs="x").problem(400, "filter-crs")


@test("entries of the directory are features, too")
def _(server):
    document = items(server, "coalitions", limit=100)
    assert document["numberMatched"] == 40 and ids(document) == sorted(ids(document))
    assert {f["geometry"]["type"] for f in document["features"]} == {"Point"}
    hubs = items(server, "coalitions", filter="kind = 'hub' AND topics LIKE '%food%'", limit=100)
    assert hubs["numberMatched"] == 10
    one = get(server, "coalitions/items/" + ids(hubs)[0]).json()
    assert one["properties"]["kind"] == "hub" and one["properties"]["topics"] == "food; work", one
    assert {link["rel"] for link in one["links"]} >= {"self", "alternate", "collection"}


@test("what is not there is not found")
def _(server):
    get(server, "nothing/items", 404).problem(404, "collectionId")
    get(server, "cells/items/C9999", 404).problem(404, "featureId")
    get(server, "nothing/queryables", 404).problem(404, "collectionId")


@test("CSV has a head and a row a feature, geometry last, numbers and the next page in its headers")
def _(server):
    answer = get(server, "score.cells/items", f="csv", limit=5, properties="name,value")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
    assert rows[0] == ["id", "name", "value", "geometry"] and len(rows) == 6
    assert rows[1][0] == "C0000" and rows[1][1] == "Cell 0, 0" and rows[1][3].startswith("POLYGON ((")
    assert answer["OGC-NumberMatched"] == str(ALL) and answer["OGC-NumberReturned"] == "5"
    following = re.fullmatch(r'<([^>]*)>; rel="next"; type="text/csv"', answer["Link"])[1]
    second = server.get(path_of(server, following)).body.decode().split("\r\n")
    assert second[1].startswith("C0005,"), second[1]


class Checker(html.parser.HTMLParser):
    """Every element that is opened is closed."""

    EMPTY = {"meta", "link", "br", "img", "input", "hr"}

    def __init__(self):
        super().__init__()
        self.open, self.addresses = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in self.EMPTY:
            self.open.append(tag)
        self.addresses += [value for name, value in attributes if name == "href"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


@test("pages are whole, and what they lead to is there")
def _(server):
    for path in ["score.cells/items", "cells/items/C0305", "coalitions/items", "cells/queryables", "cells/schema"]:
        answer = get(server, path, headers={"Accept": "text/html"})
        assert answer["Content-Type"] == "text/html; charset=utf-8" and "default-src" in answer["Content-Security-Policy"]
        checker = Checker()
        checker.feed(answer.body.decode())
        assert not checker.open, checker.open
        for address in checker.addresses:
            target = urllib.parse.urljoin(BASE + path, address)
            if "#" not in target and target.startswith("/ogc/") and ("/items" in target or "/queryables" in target):
                assert server.get(target).status == 200, (path, address, target)


@test("the format is chosen by f before Accept, and a wrong one is refused")
def _(server):
    assert get(server, "cells/items", f="json", headers={"Accept": "text/html"})["Content-Type"] == "application/geo+json"
    assert get(server, "cells/items", headers={"Accept": "application/json"})["Content-Type"] == "application/json"
    assert "Accept" in get(server, "cells/items")["Vary"]
    get(server, "cells/items", 400, f="gml").problem(400, "f")
    get(server, "cells/items", 406, headers={"Accept": "image/png"}).problem(406, "Accept")


@test("the same question has the same tag")
def _(server):
    first = get(server, "cells/items", limit=3)
    assert server.get(BASE + "cells/items?limit=3", headers={"If-None-Match": first["ETag"]}).status == 304


@test("queryables and schema are JSON Schema with types and units")
def _(server):
    for resource in ["queryables", "schema"]:
        answer = get(server, "share.cells/" + resource)
        assert answer["Content-Type"] == "application/schema+json"
        schema = answer.json()
        assert schema["$schema"].startswith("https://json-schema.org/") and schema["$id"].endswith(resource)
        assert schema["properties"]["value"] == {"title": "Share", "type": "number", "x-ogc-unit": "%"}, schema
        assert schema["properties"]["geometry"]["x-ogc-role"] == "primary-geometry"
        assert schema["properties"]["code"]["x-ogc-role"] == "id"
        assert set(items(server, "share.cells")["features"][0]["properties"]) <= set(schema["properties"])


@test("filters as newer QGIS writes them select what QGIS means by them")
def _(server):
    def values(keep):
        return [f["id"] for f in items(server, limit=1000)["features"] if keep(f["properties"])]

    for text, keep in (("(value > 60)", lambda p: p["value"] > 60),
                       ("((value > ( - (5))) AND (value < 9))", lambda p: p["value"] < 9),
                       ("(NOT ((value > 30)))", lambda p: p["value"] <= 30),
                       ("(value IS NOT NULL)", lambda p: True),
                       ("value NOT BETWEEN 3 AND 90", lambda p: not 3 <= p["value"] <= 90),
                       ("code IN ('C0001','C0102')", lambda p: p["code"] in ("C0001", "C0102")),
                       ("(CASEI(name) LIKE CASEI('CELL 1, %'))", lambda p: p["name"].startswith("Cell 1, ")),
                       ("(CASEI(name) NOT LIKE CASEI('cell 1%'))", lambda p: not p["name"].startswith("Cell 1")),
                       ("(\"rows_code\" = 'R03')", lambda p: p["rows_code"] == "R03"),
                       ("(fictional = TRUE)", lambda p: p["fictional"])):
        found = ids(items(server, filter=text, filter__lang="cql2-text", limit=1000))
        assert found == values(keep) and found, (text, len(found))
    box = {"filter": "S_INTERSECTS(geometry,BBOX(52.01,-1.19,52.02,-1.18))", "filter__lang": "cql2-text", "filter__crs": CRS + "EPSG/0/4326"}
    assert ids(items(server, **box)) == ["C0000"]
    # What 3.22 knows is datetime alone, with these ends for those that are open.
    for time, n in (("2021-06-01/9999-12-31T00:00:00Z", 144), ("0000-01-01T00:00:00Z/2019-12-31", 0)):
        assert items(server, datetime=time)["numberMatched"] == n, time


@test("a hostile filter is told off instead of running for ever")
def _(server):
    words = " OR ".join(f"CASEI(name) LIKE CASEI('%{n}a%b%')" for n in range(90))
    answer = server.get(BASE + "cells/items?" + urllib.parse.urlencode({"filter": words}))
    assert answer.status in (200, 400), answer.body[:200]


@test("properties that begin like a formula are kept from being one in CSV")
def _(server):
    body = get(server, "coalitions/items", f="csv", limit=100).body.decode()
    for row in csv.reader(io.StringIO(body, newline="")):
        for cell in row:
            assert not re.match(r"[=+@\t\r]", cell) and (not cell.startswith("-") or float(cell) <= 0), cell


@test("GDAL's CSV reader finds the geometry")
def _(server):
    if not shutil.which("ogrinfo"):
        print("# SKIP: ogrinfo is not installed")
        return
    path = server.folder / "cells.csv"
    path.write_bytes(get(server, "cells/items", f="csv", limit=1000).body)
    done = subprocess.run(["ogrinfo", "-so", "-al", str(path), "-oo", "GEOM_POSSIBLE_NAMES=geometry"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and f"Feature Count: {ALL}" in done.stdout and "Extent: (-1.2" in done.stdout, done.stdout


run(Squares)
