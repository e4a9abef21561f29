#!/usr/bin/python3
"""The coalition finder and the areas over HTTP: filters, links, what is wrong with a request."""

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
    server.get("/areas/cells?at=1").problem(400, "at")
    server.get("/areas/cells?at=inf,0").problem(400, "at")


@test("what is asked with accents, marks and escapes is understood")
def _(server):
    for word in ("cafe", "CAF\u00c9", "caf\u00e9"):
        assert features(server, "q=" + urllib.parse.quote(word))["numberMatched"] == 30, word
    assert features(server, "q=" + urllib.parse.quote("%&#+ \"'<>"))["numberReturned"] >= 0


run(Server)
