#!/usr/bin/python3
"""GET /places: names, codes and postcodes over HTTP, in three forms; what is refused; the finder asks the same gazetteer."""

import csv
import io
import re
import sys
import urllib.parse

sys.dont_write_bytecode = True
from support import Server, run, test

EXTRA = """\
places:
  - id: towns
    title: Towns
    kind: town
    source: towns.csv
    columns: {name: name, longitude: lon, latitude: lat}
    attribution: Nobody of the towns
  - id: postcodes
    title: Postcodes
    kind: postcode
    country: GB
    source: postcodes.csv
    columns: {postcode: postcode, longitude: lon, latitude: lat}
    expect: {rejected_rows: 1}
  - {id: zips, title: ZIPs, kind: postcode, country: US, source: zips.csv, columns: {postcode: zip, code: cell}, boundaries: cells}
"""
TOWNS = "name,lon,lat\nNewtown,-1.175,52.025\nNewtown,-1.175,52.325\nSaint-Émile,-0.9,52.3\n=1+1,-0.9,52.3\n<b>Bold</b>,-0.9,52.3\n"
POSTCODES = "postcode,lon,lat\nZZ1 1AA,-1.1,52.1\nzz11ab,-1.0,52.2\nZZ10 1AA,-0.9,52.3\nnone!,0,1\n"


class Places(Server):
    def __init__(self):
        super().__init__(extra=EXTRA)
        (self.folder / "towns.csv").write_text(TOWNS, encoding="utf-8")
        (self.folder / "postcodes.csv").write_text(POSTCODES)
        (self.folder / "zips.csv").write_text("zip,cell\n02139,C0000\n")


def places(server, query):
    answer = server.get("/places?" + query)
    assert answer.status == 200, (query, answer.status, answer.body[:300])
    assert answer.headers["Content-Type"] == "application/geo+json", answer.headers["Content-Type"]
    document = answer.json()
    assert document["type"] == "FeatureCollection" and document["numberReturned"] == len(document["features"])
    return document["features"]


def names(server, query):
    return [feature["properties"]["label"] for feature in places(server, query)]


@test("an area is found by name and code, with its box, kind, boundaries and what it lies in")
def _(server):
    for query in ("q=Cell+3%2C+4", "q=cell%203,%204", "q=C0304", "q=cells:C0304"):
        feature = places(server, query)[0]
        properties = feature["properties"]
        assert properties["name"] == properties["label"] == "Cell 3, 4" and properties["relevance"] == 1
        assert properties["kind"] == "area" and properties["code"] == "C0304" and properties["boundaries"] == "cells"
        assert [parent["boundaries"] for parent in properties["within"]] == ["rows"]
        west, south, east, north = feature["bbox"]
        lon, lat = feature["geometry"]["coordinates"]
        assert west < lon < east and south < lat < north, feature
        assert properties["fictional"] is True


@test("postcodes are found however they are written, by their beginning, and by what stands before the gap")
def _(server):
    for text in ("ZZ1 1AA", "zz11aa", "ZZ1-1AA"):
        (feature,) = places(server, "q=" + urllib.parse.quote(text))
        assert feature["properties"]["name"] == "ZZ1 1AA" and feature["properties"]["places"] == "postcodes"
        assert feature["geometry"]["coordinates"] == [-1.1, 52.1] and "bbox" not in feature
        assert [parent["boundaries"] for parent in feature["properties"]["within"]] == ["cells", "rows"]
    district = places(server, "q=zz1")[0]
    assert district["properties"]["name"] == "ZZ1" and district["properties"]["postcodes"] == 2
    assert [round(x, 6) for x in district["geometry"]["coordinates"]] == [-1.05, 52.15]
    assert names(server, "q=zz1") == ["ZZ1", "ZZ10"]
    assert names(server, "q=zz1+1a") == ["ZZ1 1AA", "ZZ1 1AB"]
    unknown = places(server, "q=zz1+9zz")[0]["properties"]
    assert unknown["name"] == "ZZ1" and unknown["relevance"] == 0.9
    assert names(server, "q=02139-4307") == ["02139"]


@test("namesakes have labels that find them again")
def _(server):
    labels = names(server, "q=newtown")
    assert len(labels) == len(set(labels)) == 2, labels
    for label in labels:
        found = names(server, "q=" + urllib.parse.quote(label))
        assert found == [label], (label, found)


@test("kind, bbox, limit, near and sort do what they say")
def _(server):
    assert names(server, "q=newtown&kind=area") == []
    assert len(names(server, "q=cell&kind=area,town&limit=100")) == 100
    assert len(names(server, "q=cell")) == 10
    assert names(server, "q=cell&kind=area&bbox=-1.19,52.01,-1.18,52.02") == ["Cell 0, 0"]
    near = places(server, "q=cell&near=-1.175,52.025&sort=distance&limit=4")
    distances = [feature["properties"]["distance_m"] for feature in near]
    assert near[0]["properties"]["name"] == "Cell 0, 0" and distances == sorted(distances) and distances[0] < 10
    assert [f["properties"]["relevance"] for f in places(server, "q=sai&near=0,0")] == [0.6]


@test("JSON and CSV say the same as GeoJSON, and a formula stays a text")
def _(server):
    answer = server.get("/places?q=saint+emile&f=json")
    assert answer.headers["Content-Type"] == "application/json"
    (place,) = answer.json()
    assert place["name"] == "Saint-Émile" and (place["longitude"], place["latitude"]) == (-0.9, 52.3)
    assert place["attribution"] == "Nobody of the towns"
    answer = server.get("/places?q=1+1&kind=town", headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"].startswith("text/csv") and "Accept" in answer.headers["Vary"]
    (row,) = csv.DictReader(io.StringIO(answer.body.decode()))
    assert row["name"] == "'=1+1" and row["kind"] == "town" and float(row["longitude"]) == -0.9
    rows = list(csv.DictReader(io.StringIO(server.get("/places?q=cell&f=csv&near=-1,52").body.decode())))
    assert len(rows) == 10 and all(float(row["west"]) < float(row["longitude"]) < float(row["east"]) for row in rows)
    assert all(float(row["distance_m"]) > 0 for row in rows)


@test("what is wrong is refused with the parameter's name")
def _(server):
    for query, parameter in (("", "q"), ("q=", "q"), ("q=%20", "q"), ("q=a&q=b", "q"), ("q=" + "a" * 600, "q"), ("q=a&limit=0", "limit"),
                             ("q=a&limit=101", "limit"), ("q=a&limit=x", "limit"), ("q=a&near=1", "near"), ("q=a&near=1,91", "near"),
                             ("q=a&bbox=1,2,3", "bbox"), ("q=a&kind=city", "kind"), ("q=a&sort=name", "sort"),
                             ("q=a&sort=distance", "sort"), ("q=a&f=xml", "f")):
        answer = server.get("/places?" + query)
        assert answer.status == 400 and answer.json()["parameter"] == parameter, (query, answer.status, answer.body)
    assert server.get("/places?q=%FF").status == 400
    assert server.request("POST", "/places?q=a").status == 405 if hasattr(server, "request") else True


@test("hostile names come out as text")
def _(server):
    assert names(server, "q=b+bold+b") == ["<b>Bold</b>"]
    page = server.get("/finder?place=b+bold+b").body.decode()
    assert "from: &lt;b&gt;Bold&lt;/b&gt;" in page and "<b>Bold" not in page


@test("any site may ask, and answers may be kept for a minute")
def _(server):
    answer = server.get("/places?q=zz1", headers={"Origin": "https://elsewhere.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*" and answer.headers["Cache-Control"] == "public, max-age=60"
    again = server.get("/places?q=zz1", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


@test("the finder understands postcodes and labels")
def _(server):
    page = server.get("/finder?place=zz1+1aa").body.decode()
    assert "Nearest first, from: ZZ1 1AA" in page and "near=-1.100000,52.100000" in page
    served = server.get("/finder?place=zz1+1aa&served=1").body.decode()
    assert "serves=-1.100000%2C52.100000" in served or "serves=-1.100000,52.100000" in served
    page = server.get("/finder?place=newtown").body.decode()
    others = re.findall(r'place=([^"&]*)[^>]*dir="auto">Newtown, ', page)
    assert len(others) == 1 and "Others that it could mean" in page
    assert "Nearest first, from: Newtown" in server.get("/finder?place=" + others[0]).body.decode()


@test("the report counts places and names the rows that are none")
def _(server):
    (report,) = [table for table in server.get("/report").json()["places"] if table["id"] == "postcodes"]
    assert report["places"] == 3 and report["rejected"] == 1
    assert report["rejected_examples"] == ["row 5: the text 'none!' is no postcode"]


run(Places)
