#!/usr/bin/python3
"""The directory's store in QGIS: opened as any other GeoPackage while it is served, a name changed, a point moved, a location added. The server
shows each at once, and the store's triggers counted it."""

import json
import sqlite3
import time

from clients import SLOW, County, fetch, run, test
from qgis_tools import APPLICATION
from qgis.core import QgsFeature, QgsGeometry, QgsPointXY, QgsVectorLayer, QgsVectorLayerUtils

AT_ONCE_S = 1 + 2 * SLOW  # it is a second where the machine has time
NEW = "3f1c9a52-7c0e-4d38-9b57-0d1c5a8f6e21"
LINK = "8a6d2f10-5b1b-4c7e-a3d4-92e07f1b6c33"


def layer(server, table):
    opened = QgsVectorLayer(f"{server.folder}/directory.gpkg|layername={table}", table, "ogr")
    assert opened.isValid(), opened.error().message()
    return opened


def row(opened, column, value):
    (found,) = [feature for feature in opened.getFeatures() if feature[column] == value]
    return found


def saved(server, opened, change):
    """Changes a layer as a user does, between "toggle editing" and "save"; returns by how much the store's revision rose."""
    before = revision(server)
    assert opened.startEditing(), "the layer cannot be edited"
    assert change(opened), "the change was refused"
    assert opened.commitChanges(), opened.commitErrors()
    APPLICATION.processEvents()
    return revision(server) - before


def ask(server, sql):
    with sqlite3.connect(f"file:{server.folder}/directory.gpkg?mode=ro", uri=True, timeout=10) as store:
        (answer,) = store.execute(sql).fetchone()
    store.close()
    return answer


def revision(server):
    return ask(server, "SELECT revision FROM store")


def shown(server, path, is_there):
    """Asks until the answer is as it should be; returns the seconds that it took."""
    began = time.monotonic()
    while True:
        status, _, body = fetch(server.address + path)
        document = json.loads(body) if status == 200 else None
        seconds = time.monotonic() - began
        if document and is_there(document):
            print(f"# shown after {seconds:.2f} s")
            return document
        assert seconds < AT_ONCE_S, (path, status, body[:500])
        time.sleep(0.05)


def entry(server):
    """One that has a point."""
    status, _, body = fetch(server.address + "/coalitions?kind=hub&limit=1")
    assert status == 200, body
    return json.loads(body)["features"][0]


@test("a name that is changed in QGIS is shown at once, and the revision rises")
def _(server):
    one = entry(server)
    services = layer(server, "service")
    rose = saved(server, services, lambda opened: opened.changeAttributeValue(
        row(opened, "id", one["id"]).id(), opened.fields().indexOf("name"), "Zebra crossing \u2014 caf\u00e9"))
    assert rose >= 1, rose
    shown(server, f"/coalitions/{one['id']}", lambda document: document["properties"]["name"] == "Zebra crossing \u2014 caf\u00e9")
    found = shown(server, "/coalitions?q=zebra", lambda document: document["numberMatched"] == 1)
    assert found["features"][0]["id"] == one["id"]


@test("a point that is moved in QGIS moves the entry")
def _(server):
    one = entry(server)
    place = ask(server, f"SELECT location_id FROM service_at_location WHERE service_id = '{one['id']}'")
    east, north = one["geometry"]["coordinates"][0] + 0.0625, one["geometry"]["coordinates"][1] + 0.03125
    locations = layer(server, "location")
    rose = saved(server, locations, lambda opened: opened.changeGeometry(
        row(opened, "id", place).id(), QgsGeometry.fromPointXY(QgsPointXY(east, north))))
    assert rose >= 1, rose
    moved = shown(server, f"/coalitions/{one['id']}", lambda document: document["geometry"] != one["geometry"])
    assert max(abs(a - b) for a, b in zip(moved["geometry"]["coordinates"], (east, north))) < 1e-6, moved["geometry"]
    shown(server, f"/coalitions?near={east},{north}&radius=20&kind=hub", lambda document: document["numberMatched"] >= 1)


@test("a location that is added in QGIS is one of the service's")
def _(server):
    one = entry(server)
    locations, links = layer(server, "location"), layer(server, "service_at_location")

    def add(opened, geometry, **values):
        feature = QgsVectorLayerUtils.createFeature(
            opened, geometry, {opened.fields().indexOf(name): value for name, value in values.items()})
        return opened.addFeature(QgsFeature(feature))

    assert saved(server, locations, lambda opened: add(
        opened, QgsGeometry.fromPointXY(QgsPointXY(-0.96875, 52.03125)), id=NEW, location_type="physical", name="Second house")) >= 1
    assert saved(server, links, lambda opened: add(opened, QgsGeometry(), id=LINK, service_id=one["id"], location_id=NEW)) >= 1

    def houses(document):
        return [each.get("location") or {} for each in document.get("service_at_locations", [])]

    document = shown(server, f"/hsds/services/{one['id']}", lambda document: any(each.get("id") == NEW for each in houses(document)))
    (second,) = [each for each in houses(document) if each["id"] == NEW]
    assert second["name"] == "Second house" and abs(second["longitude"] + 0.96875) < 1e-6 and abs(second["latitude"] - 52.03125) < 1e-6


@test("the history tells what QGIS changed, with before and after, and what QGIS left is whole")
def _(server):
    theirs = "FROM change WHERE \"by\" = 'another program' AND action = 'update' AND \"before\" <> \"after\""
    until = time.monotonic() + 5 * AT_ONCE_S
    while ask(server, f"SELECT count(*) {theirs}") < 3:  # a name, a point, a second place
        assert time.monotonic() < until, "no lines came"
        time.sleep(0.1)
    for word in ("Zebra", "Second house"):
        assert ask(server, f"SELECT count(*) {theirs} AND \"after\" LIKE '%{word}%' AND \"before\" NOT LIKE '%{word}%'") == 1, word
    assert ask(server, "SELECT count(*) FROM change WHERE \"by\" NOT IN ('evenground', 'another program')") == 0
    assert ask(server, "PRAGMA integrity_check") == "ok"
    assert ask(server, "SELECT committing FROM store") == 0
    assert not any("cannot be read" in line for line in server.log), server.log


run(County)
