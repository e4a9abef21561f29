#!/usr/bin/python3
"""The coalition finder and the areas over HTTP: filters, links, what is wrong with a request."""

import csv
import io
import sys
import urllib.parse

sys.dont_write_bytecode = True
from support import Server, run, test


def features(server, query):
    answer = server.get("/coalitions?" + query)
    assert answer.status == 200, (query, answer.body[:300])
    assert answer["Content-Type"] == "application/geo+json"
    document = answer.json()
    assert document["type"] == "FeatureCollection" and document["numberReturned"] == len(document["features"])
    return document


@test("grants come only when asked for")
def _(server):
    everything = features(server, "limit=1000")
    kinds = {feature["properties"]["kind"] for feature in everything["features"]}
    assert kinds == {"coalition", "hub", "service"} and everything["numberMatched"] == 30, kinds
    assert features(server, "kind=grant")["numberMatched"] == 10
    assert features(server, "kind=grant,hub")["numberMatched"] == 20
    assert features(server, "kind=grant&kind=hub")["numberMatched"] == 20


@test("the links lead through all pages, each entry once, filters kept")
def _(server):
    query, seen, base = "q=caf%C3%A9+food&kind=hub,service,coalition&limit=7", [], f"http://{server.host}:{server.port}"
    document = features(server, query)
    for _ in range(10):
        seen += [feature["id"] for feature in document["features"]]
        links = {link["rel"]: link["href"] for link in document["links"]}
        assert links["self"].startswith(base)
        if "next" not in links:
            break
        assert "caf%C3%A9" in links["next"], links
        document = server.get(links["next"][len(base):]).json()
    assert len(seen) == len(set(seen)) == 30, len(seen)
    assert "prev" in links


@test("the nearest come first, with their distance")
def _(server):
    near = features(server, "near=-1.1,52.1&limit=5")
    distances = [feature["properties"]["distance_m"] for feature in near["features"]]
    assert distances == sorted(distances) and len(distances) == 5, distances
    within = features(server, "near=-1.1,52.1&radius=10000")
    assert all(feature["properties"]["distance_m"] <= 10000 for feature in within["features"])
    assert 0 < within["numberMatched"] < 30


@test("near an area, what lies in it is at no distance, in every form; areas that there are not are named")
def _(server):
    near = features(server, "near=rows:R02&limit=1000")["features"]
    assert near == sorted(near, key=lambda feature: feature["properties"]["distance_m"])
    for feature in near:
        lat = feature["geometry"]["coordinates"][1]
        assert (feature["properties"]["distance_m"] == 0) == (52.1 < lat < 52.15), feature
        if lat > 52.15:
            assert abs(feature["properties"]["distance_m"] - (lat - 52.15) * 111270) < 200, feature
    within = features(server, "near=rows:R02&radius=8000&facets=kind&sort=name")
    assert within["numberMatched"] == sum(feature["properties"]["distance_m"] <= 8000 for feature in near) == sum(one["count"] for one in within["facets"]["kind"])
    for near, status in (("rows:R99", 404), ("nothing:R02", 404), (":", 404)):
        answer = server.get("/coalitions?near=" + near)
        assert answer.status == status and b"near" in answer.body, (near, answer.status, answer.body)


@test("a box, a topic and a served area are filters")
def _(server):
    boxed = features(server, "bbox=-1.2,52.0,-1.0,52.1")
    for feature in boxed["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        assert -1.2 <= lon <= -1.0 and 52.0 <= lat <= 52.1
    assert 0 < boxed["numberMatched"] < 30
    assert features(server, "topic=food")["numberMatched"] == 30
    assert features(server, "topic=none")["numberMatched"] == 0
    served = features(server, "serves=cells:C0100")
    assert 0 < served["numberMatched"] < 30
    at = features(server, "serves=-1.13,52.03")
    assert {f["id"] for f in at["features"]} == {f["id"] for f in served["features"]}


@test("matching entries are counted by what they have")
def _(server):
    document = features(server, "facets=kind,topic,funder&limit=0")
    kinds = {value["value"]: value["count"] for value in document["facets"]["kind"]}
    assert sum(kinds.values()) == document["numberMatched"] == 30 and set(kinds) == {"coalition", "hub", "service"}, kinds
    assert {"value": "food", "count": 30} in document["facets"]["topic"], document["facets"]
    assert set(document["facets"]) == {"kind", "topic", "funder"}
    hubs = features(server, "facets=kind&kind=hub")
    assert hubs["facets"]["kind"] == [{"value": "hub", "count": hubs["numberMatched"]}]
    assert "facets" not in features(server, "limit=1")


@test("the answer is GeoJSON, a list or a table, by f or by Accept")
def _(server):
    collection = features(server, "limit=3&near=-1.1,52.1")
    plain = server.get("/coalitions?limit=3&near=-1.1,52.1&f=json")
    assert plain["Content-Type"] == "application/json"
    assert [entry["id"] for entry in plain.json()] == [feature["id"] for feature in collection["features"]]
    assert [entry["distance_m"] for entry in plain.json()] == [f["properties"]["distance_m"] for f in collection["features"]]
    table = server.get("/coalitions?limit=3&near=-1.1,52.1", {"Accept": "text/csv"})
    assert table["Content-Type"].startswith("text/csv") and "Accept" in table["Vary"], table.headers
    rows = list(csv.DictReader(io.StringIO(table.body.decode(), newline="")))
    assert [row["id"] for row in rows] == [feature["id"] for feature in collection["features"]]
    for row, feature in zip(rows, collection["features"]):
        assert row["name"] == feature["properties"]["name"]
        assert [float(row["longitude"]), float(row["latitude"])] == feature["geometry"]["coordinates"]
    assert server.get("/coalitions?limit=0&f=json").json() == []
    for accept in ("application/json", "application/json, text/javascript, */*; q=0.01", "text/html", "image/png"):
        answer = server.get("/coalitions", {"Accept": accept})  # who asks for JSON, as scripts do, gets what it always was
        assert answer.status == 200 and answer["Content-Type"] == "application/geo+json", (accept, answer.headers)


@test("an order is kept over pages")
def _(server):
    names = [f["properties"]["name"].lower() for f in features(server, "sort=name&limit=1000")["features"]]
    pages = [f["properties"]["name"].lower() for o in range(0, 30, 7)
             for f in features(server, f"sort=name&limit=7&offset={o}")["features"]]
    assert names == pages and len(names) == 30
    near = features(server, "sort=name&near=-1.1,52.1&limit=1000")["features"]
    assert [f["properties"]["name"].lower() for f in near] == [n for n in names if n in {f["properties"]["name"].lower() for f in near}]
    assert all("distance_m" in f["properties"] for f in near)


@test("an entry is found by the id that lists give")
def _(server):
    first = features(server, "limit=1")["features"][0]
    single = server.get("/coalitions/" + first["id"])
    assert single.status == 200 and single.json()["id"] == first["id"]
    assert single.json()["properties"]["name"].startswith("Caf\u00e9")


@test("what is wrong with a question is said, with the parameter at fault")
def _(server):
    wrong = {
        "kind=castle": "kind",
        "kind=hub,": None,
        "bbox=1,2,3": "bbox",
        "bbox=nan,0,1,1": "bbox",
        "bbox=0,50,1,40": "bbox",
        "near=200,0": "near",
        "near=1": "near",
        "radius=100": "radius",
        "near=0,0&radius=-1": "radius",
        "near=0,0&radius=1e999": "radius",
        "near=0,0&radius=NaN": "radius",
        "limit=-1": "limit",
        "limit=1001": "limit",
        "limit=99999999999999999999": "limit",
        "offset=x": "offset",
        "limit=1&limit=2": "limit",
        "serves=200,100": "serves",
        "serves=nonsense": "serves",
        "sort=random": "sort",
        "sort=distance": "sort",
        "sort=relevance": "sort",
        "facets=kind,colour": "facets",
        "amount_min=much": "amount_min",
        "amount_min=2&amount_max=1": "amount_min",
        "reviewed_since=yesterday": "reviewed_since",
        "reviewed_since=2023-02-29": "reviewed_since",
        "f=xml": "f",
        "open=today": "open",
        "open=2026-01-01": "open",
        "open=2026-01-01T10:00:00+01:00": "open",
        "from=never": "from",
        "until=2026-02-30": "until",
        "from=2026-02-02&until=2026-02-01": "from",
    }
    for query, parameter in wrong.items():
        answer = server.get("/coalitions?" + query)
        if parameter:
            answer.problem(400, parameter)
        else:
            assert answer.status == 200, query
    server.get("/coalitions?serves=cells:nowhere").problem(404, "serves")
    server.get("/coalitions?serves=nosuch:C0000").problem(404, "serves")
    server.get("/coalitions/not-an-id").problem(404, "id")
    server.get("/coalitions/00000000-0000-5000-8000-000000000000").problem(404, "id")


@test("an area is found by its code and by a position in it")
def _(server):
    by_code = server.get("/areas/cells/C0606").json()
    by_place = server.get("/areas/cells?at=-0.88,52.32").json()
    assert by_code == by_place, (by_code, by_place)
    assert by_code["code"] == "C0606"
    parent = server.get("/areas/rows/R06").json()
    assert parent["code"] == "R06"


@test("an area that is not there, and a question that is none, are told apart")
def _(server):
    server.get("/areas/cells/nowhere").problem(404)
    server.get("/areas/nosuch/C0606").problem(404)
    server.get("/areas/cells?at=100,10").problem(404, "at")
    server.get("/areas/cells").problem(400, "at")
    server.get("/areas/nosuch").problem(404, "boundaries")
    server.get("/areas/cells?at=1").problem(400, "at")
    server.get("/areas/cells?at=inf,0").problem(400, "at")


@test("what is asked with accents, marks and escapes is understood")
def _(server):
    for word in ("cafe", "CAF\u00c9", "caf\u00e9"):
        assert features(server, "q=" + urllib.parse.quote(word))["numberMatched"] == 30, word
    assert features(server, "q=" + urllib.parse.quote("%&#+ \"'<>"))["numberReturned"] >= 0


run(Server)
