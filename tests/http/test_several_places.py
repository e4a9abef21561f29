#!/usr/bin/python3
"""Entries at several places, the real program: found at each of them, shown with all of them, written, removed and brought back, imported and
exported; and edited by the form without a script."""

import csv
import html
import http.client
import io
import json
import re
import subprocess
import time
import urllib.parse

import support
from support import LAUNCHER, PROGRAM, SLOW, Server, run, test

LANGUAGES = ["en", "cy", "es", "pt"]
STORE = """\
  - {id: register, title: Register, store: register.gpkg, seed: helpers, editors: editors.txt}
"""

PLACES = {
    "location": {"name": "Old Hall", "longitude": "-1.15", "latitude": "52.05", "address_1": "1 Hall Road", "transportation": "Bus one"},
    "accessibility": [{"description": "ramp"}],
    "other_locations": [
        {"name": "The Mill", "longitude": "-1.05", "latitude": "52.15", "address_1": "2 Mill Lane", "postal_code": "ZZ1 1ZZ",
         "transportation": "Bus two", "accessibility": [{"description": "lift", "details": "Round the back"}]},
        {"address_1": "3 Quay Street"}]}
BOXES = {"Old Hall": "-1.16,52.04,-1.14,52.06", "The Mill": "-1.06,52.14,-1.04,52.16"}


class Register(Server):
    """A server of an atlas with a store, and an editor's token."""

    def __init__(self):
        super().__init__(extra=STORE)
        command = LAUNCHER + [PROGRAM, "editor", "token", str(self.folder / "editors.txt"), "robot"]
        self.token = subprocess.run(command, capture_output=True, text=True, timeout=60 * SLOW, check=True).stdout.split()[-1]

    def call(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30 * SLOW)
        said = {"Authorization": "Bearer " + self.token, **({"Content-Type": "application/json"} if body is not None else {})}
        said.update({name.replace("_", "-"): value for name, value in headers.items()})
        connection.request(method, path, body=None if body is None else json.dumps(body).encode(), headers=said)
        answer = support.Answer(connection.getresponse())
        connection.close()
        return answer

    def now(self, path):
        return self.call("GET", path)


def text_of(server, path):
    """What a page says, in one line."""
    answer = server.get(path)
    assert answer.status == 200, (path, answer.status)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", answer.body.decode())).split())


def made(server, **more):
    answer = server.call("POST", "/entries", {"name": "Swims", "kind": "hub", **PLACES, **more})
    assert answer.status == 201, answer.body
    id = answer["Location"].rsplit("/", 1)[1]
    return "/entries/" + id, answer["ETag"], id


def found(server, id, query):
    return [feature for feature in server.get("/coalitions?limit=1000&" + query).json()["features"] if feature["id"] == id]


def tool(server, *arguments):
    command = LAUNCHER + [PROGRAM, "directory", *arguments]
    return subprocess.run(command, cwd=server.folder, capture_output=True, text=True, timeout=60 * SLOW)


@test("an entry is found at each of its places, and its point is the one that was meant")
def _(server):
    _, _, id = made(server)
    whole = server.get("/coalitions/" + id).json()
    locations = whole["properties"]["locations"]
    assert whole["geometry"]["coordinates"] == [-1.15, 52.05], whole["geometry"]
    assert [one["address"] for one in locations[:1]] == ["1 Hall Road"] and len(locations) == 3
    mill = next(one for one in locations if one.get("name") == "The Mill")
    assert (mill["longitude"], mill["latitude"], mill["postcode"]) == (-1.05, 52.15, "ZZ1 1ZZ") and mill["accessibility"] == ["lift"]
    assert "longitude" not in next(one for one in locations if one.get("address") == "3 Quay Street")
    assert sorted(whole["properties"]["accessibility"]) == ["lift", "ramp"]
    for name, box in BOXES.items():
        feature, = found(server, id, "bbox=" + box)
        at = next(one for one in locations if one.get("name") == name)
        assert feature["geometry"] == {"type": "Point", "coordinates": [at["longitude"], at["latitude"]]}, feature
        assert feature["properties"]["address"] == at["address"]
    assert found(server, id, "bbox=-1.12,52.08,-1.08,52.12") == []
    near, = found(server, id, "near=-1.05,52.15&radius=10")
    assert near["properties"]["distance_m"] == 0 and near["properties"]["address"] == "2 Mill Lane"
    assert found(server, id, "near=-1.1,52.1&radius=10") == []
    row, = [row for row in csv.DictReader(io.StringIO(server.get("/coalitions?f=csv&limit=1000&bbox=" + BOXES["The Mill"]).body.decode()))
            if row["id"] == id]
    assert (row["longitude"], row["latitude"], row["address"]) == ("-1.05", "52.15", "2 Mill Lane"), row
    item, = [item for item in server.get("/coalitions?f=json&limit=1000&near=-1.05,52.15").json() if item["id"] == id]
    assert item["latitude"] == 52.15 and len(item["locations"]) == 3 and item["distance_m"] == 0
    assert found(server, id, "accessibility=lift") and found(server, id, "accessibility=ramp")


@test("OGC API has an entry's places as one geometry, and finds it at each of them")
def _(server):
    items = "/ogc/collections/coalitions/items"
    for one in server.get("/entries?limit=1000").json()["entries"]:  # what the tests before have made
        if one["name"] == "Swims":
            assert server.call("DELETE", "/entries/" + one["id"], If_Match="*").status in (200, 204)
    alone = server.get(f"{items}?limit=1000").json()["features"]
    assert {one["geometry"]["type"] for one in alone} == {"Point"}
    _, _, id = made(server)
    # Layers and files of GIS programs have one type, that of the first feature: all are of one.
    now = {one["id"]: one["geometry"] for one in server.get(f"{items}?limit=1000").json()["features"]}
    assert all(now[one["id"]] == {"type": "MultiPoint", "coordinates": [one["geometry"]["coordinates"]]} for one in alone), now
    points = [[-1.15, 52.05], [-1.05, 52.15]]
    feature = server.get(f"{items}/{id}").json()
    assert feature["geometry"] == {"type": "MultiPoint", "coordinates": points}, feature["geometry"]
    ids = lambda query: {one["id"] for one in server.get(f"{items}?limit=1000&{query}").json()["features"]}
    in_box = lambda box: "filter=" + urllib.parse.quote(f"S_INTERSECTS(geometry, BBOX({box}))")
    for box in BOXES.values():
        assert id in ids("bbox=" + box) and id in ids(in_box(box)), box
    between = "-1.12,52.08,-1.08,52.12"
    assert id not in ids("bbox=" + between) and id not in ids(in_box(between))
    swapped = server.get(f"{items}/{id}?crs=http://www.opengis.net/def/crs/EPSG/0/4326").json()["geometry"]
    assert swapped == {"type": "MultiPoint", "coordinates": [point[::-1] for point in points]}, swapped
    row, = [row for row in csv.DictReader(io.StringIO(server.get(f"{items}?f=csv&limit=1000").body.decode())) if row["id"] == id]
    assert row["geometry"] == "MULTIPOINT ((-1.15 52.05),(-1.05 52.15))", row["geometry"]
    schema = server.get("/ogc/collections/coalitions/schema").json()["properties"]["geometry"]
    assert schema["format"] == "geometry-point-or-multipoint", schema
    # Where the first place has no position, the entry is at the others.
    other = {"location": {"address_1": "Nowhere"}, "other_locations": [{"longitude": "-1.9", "latitude": "51.5"}]}
    _, _, late = made(server, **other)
    assert server.get(f"{items}/{late}").json()["geometry"] == {"type": "MultiPoint", "coordinates": [[-1.9, 51.5]]}
    assert ids("bbox=-2,51,-1.8,51.6") == {late} and late in ids("filter=geometry%20IS%20NOT%20NULL")
    west, south, *_ = server.get("/ogc/collections/coalitions").json()["extent"]["spatial"]["bbox"][0]
    assert west <= -1.9 and south <= 51.5, (west, south)


@test("the list says the nearest place and how many others, the entry's page all of them, in four languages")
def _(server):
    _, _, id = made(server)
    others = {"en": "and 2 other places", "es": "y otros 2 lugares", "pt": "e mais 2 locais", "cy": "a 2 lle arall"}
    for language in LANGUAGES:
        listed = text_of(server, f"/finder?near=-1.05,52.15&q=swims&lang={language}")
        assert "2 Mill Lane" in listed and "1 Hall Road" not in listed and others[language] in listed, listed
        shown = text_of(server, f"/finder/{id}?lang={language}")
        for text in ("Old Hall", "1 Hall Road", "Bus one", "The Mill", "2 Mill Lane, ZZ1 1ZZ", "Bus two", "lift: Round the back", "3 Quay Street"):
            assert shown.count(text) >= 1, (language, text)
        assert shown.count("Bus one") == 1 and shown.count("52.15000, -1.05000") == 1
    assert 'href="geo:52.150000,-1.050000"' in server.get("/finder/" + id).body.decode()


@test("a document has all places and comes back from a removal; what is written as it was read changes nothing")
def _(server):
    path, tag, id = made(server)
    document = server.now(path).json()
    assert [one.get("address_1") for one in [document["location"]] + document["other_locations"]][0] == "1 Hall Road"
    assert all(one["id"] for one in document["other_locations"]) and len(document["other_locations"]) == 2
    again = server.call("PUT", path, document, If_Match=tag)
    assert again.status == 200 and again["ETag"] == tag, again.body
    assert server.call("DELETE", path, If_Match=tag).status == 204
    change = server.call("GET", path + "/history").json()["changes"][0]["id"]
    undone = server.call("POST", f"/changes/{change}/undo")
    assert undone.status == 200, undone.body
    assert server.now(path).json() == document
    document["other_locations"] = [one for one in document["other_locations"] if one.get("name") != "The Mill"]
    assert server.call("PUT", path, document, If_Match=server.now(path)["ETag"]).json() == document
    assert found(server, id, "bbox=" + BOXES["The Mill"]) == [] and found(server, id, "bbox=" + BOXES["Old Hall"])


@test("hours and telephones of one place are told there")
def _(server):
    service, ids = "99999999-1111-4111-8111-111111111111", [f"99999999-2222-4222-8222-22222222222{n}" for n in range(6)]
    at = [{"id": ids[n], "location": {"id": ids[n + 2], "location_type": "physical", "name": name, "latitude": 52.05 + n / 10, "longitude": -1.15},
           "schedules": [{"id": ids[n + 4], "freq": "WEEKLY", "byday": day, "opens_at": "09:00", "closes_at": "17:00"}],
           "phones": [{"id": f"99999999-3333-4333-8333-33333333333{n}", "number": f"01632 96000{n}"}]}
          for n, (name, day) in enumerate((("East", "MO"), ("West", "TU")))]
    (server.folder / "two.json").write_text(json.dumps(
        [{"id": service, "name": "Two halls", "status": "active", "service_at_locations": at,
          "organization": {"id": "99999999-4444-4444-8444-444444444444", "name": "Halls", "description": "Two"}}]))
    done = tool(server, "import", "atlas.yaml", "two.json", "--format", "hsds")
    assert done.returncode == 0, done.stderr
    for _ in range(100 * SLOW):
        if server.get("/coalitions/" + service).status == 200:
            break
        time.sleep(0.1)
    text = text_of(server, "/finder/" + service)
    east, west = (text[text.index(name):] for name in ("East", "West"))
    first, second = (east[:len(east) - len(west)], west) if len(east) > len(west) else (east, west[:len(west) - len(east)])
    for part, day, phone, other in ((first, "Monday", "01632 960000", "01632 960001"), (second, "Tuesday", "01632 960001", "01632 960000")):
        assert day in part and phone in part and other not in part.split("Halls")[0], part
    form = server.get("/finder/suggest?entry=" + service).body.decode()
    said = {name: value.strip() for name, value in re.findall(r'<textarea id="[^"]*" name="([^"]*)"[^>]*>([^<]*)</textarea>', form)}
    assert sorted((said[f"{place}.schedules"], said[f"{place}.phones"]) for place in ("location", "other_locations.0")) == [
        ("Mo 09:00-17:00", "01632 960000"), ("Tu 09:00-17:00", "01632 960001")], said
    fields = re.sub(r"<[^>]+>", "|", form)
    own = [re.sub(r"\|+", "", part).split("Remove")[0] for part in fields.split("say so in the note:")[1:]]
    assert sorted(part.split("Hours: ")[1][:6] for part in own) == ["Monday", "Tuesda"], own


def hours(day, of=None):
    return {"freq": "WEEKLY", "byday": day, "opens_at": "09:00", "closes_at": "17:00", **({"of": of} if of else {})}


def with_own(document):
    """The document's first place with a telephone of its own, its second with telephones, a person who is private, and hours."""
    document["location"]["phones"] = [{"number": "01632 960010", "description": "Hall"}]
    document["location"]["schedules"] = [hours("MO", "location")]
    document["other_locations"][0].update(
        phones=[{"number": "01632 960011"}, {"number": "01632 960012", "description": "Porter", "of": "location"}],
        contacts=[{"name": "Ann Secret", "visibility": "private"}], schedules=[hours("TU")], languages=[{"name": "Welsh"}])
    document["other_locations"][1]["schedules"] = [hours("WE", "location")]
    return document


@test("what a place has of its own is written by REST, and corrected at one place alone; what is left out stays, and an undo brings it back")
def _(server):
    path, tag, id = made(server)
    document = with_own(server.now(path).json())
    answer = server.call("PUT", path, document, If_Match=tag)
    assert answer.status == 200 and answer.json() == document, answer.body
    again = server.call("PUT", path, document, If_Match=answer["ETag"])
    assert again.status == 200 and again["ETag"] == answer["ETag"], again.body
    n_changes = len(server.now(path + "/history").json()["changes"])
    assert n_changes == 2, "what changes nothing is in the history"
    document["other_locations"][0]["phones"][0]["number"] = "01632 960099"
    corrected = server.call("PUT", path, document, If_Match=answer["ETag"])
    assert corrected.json() == document, corrected.body
    shown = text_of(server, "/finder/" + id)
    assert "01632 960099" in shown and "01632 960010, Hall" in shown and "01632 960012, Porter" in shown and "01632 960011" not in shown, shown
    without = json.loads(json.dumps(document))
    for place in [without["location"], *without["other_locations"]]:
        for member in ("phones", "contacts", "schedules", "languages"):
            place.pop(member, None)
    kept = server.call("PUT", path, without, If_Match=corrected["ETag"])
    assert kept.status == 200 and kept.json() == document, kept.body
    document["other_locations"][0]["phones"] = []
    gone = server.call("PUT", path, document, If_Match=kept["ETag"])
    assert gone.status == 200 and "phones" not in gone.json()["other_locations"][0], gone.body
    change = server.now(path + "/history").json()["changes"][0]["id"]
    page = " ".join(re.sub(r"<[^>]*>", " ", html.unescape(server.call("GET", "/admin/history/" + change).body.decode())).split())
    assert ("Other place The Mill , Telephone numbers of this place changed Telephone number: 01632 960099 Telephone number: 01632 960012; What it is for: Porter; "
            "of the location itself, for all entries there not stated") in page, page
    assert server.call("POST", f"/changes/{change}/undo").status == 200
    assert server.now(path).json() == kept.json()


@test("what is private of a place is for editors, and a mistake names the member")
def _(server):
    path, tag, id = made(server)
    answer = server.call("PUT", path, with_own(server.now(path).json()), If_Match=tag)
    assert b"Ann Secret" in answer.body
    for place in (path, "/finder/" + id, "/finder/suggest?entry=" + id, "/hsds/services/" + id, "/coalitions/" + id):
        public = server.get(place)
        assert public.status == 200 and b"Ann Secret" not in public.body, place
    form = server.call("GET", "/admin/entries/" + id)
    assert b"Ann Secret" in form.body and re.search(rb"Editors only: <bdi[^>]*>01632 960012</bdi>", form.body) is None
    document = server.now(path).json()
    document["other_locations"][0]["phones"][1]["visibility"] = "private"
    assert server.call("PUT", path, document, If_Match="*").status == 200
    assert re.search(rb"<bdi[^>]*>01632 960012</bdi> \(", server.call("GET", "/admin/entries/" + id).body)
    assert b"960012" not in server.get("/finder/suggest?entry=" + id).body + server.get("/finder/" + id).body
    for change, member in (({"phones": [{"number": ""}]}, "other_locations[0].phones[0].number"), ({"schedules": {}}, "other_locations[0].schedules"),
                           ({"phones": [{"number": "123456", "of": "me"}]}, "other_locations[0].phones[0].of"),
                           ({"contacts": [{"email": "none"}]}, "other_locations[0].contacts[0].email")):
        document = server.now(path).json()
        document["other_locations"][0].update(change)
        refused = server.call("PUT", path, document, If_Match="*")
        assert refused.status == 400 and refused.json()["parameter"] == member, (member, refused.body)


@test("an entry is open when any of its places is, and HSDS and its export have each place's own")
def _(server):
    path, tag, id = made(server)
    assert server.call("PUT", path, with_own(server.now(path).json()), If_Match=tag).status == 200
    for day, is_open in ((23, True), (24, True), (25, True), (26, False)):  # Monday to Thursday
        assert bool(found(server, id, f"open=2026-11-{day}T10:00:00Z")) == is_open, day
    mill, = [one for one in server.get("/coalitions/" + id).json()["properties"]["locations"] if one.get("name") == "The Mill"]
    assert (mill["phone"], mill["hours"]) == ("01632 960011", "Tu 09:00-17:00"), mill
    at = {one["location"].get("name"): one for one in server.get("/hsds/services/" + id).json()["service_at_locations"]}
    assert [one["number"] for one in at["The Mill"]["phones"]] == ["01632 960011"]
    assert [one["number"] for one in at["The Mill"]["location"]["phones"]] == ["01632 960012"]
    assert at["The Mill"]["schedules"][0]["byday"] == "TU" and at["Old Hall"]["location"]["schedules"][0]["byday"] == "MO"
    assert at["The Mill"]["location"]["languages"][0]["name"] == "Welsh"
    out = tool(server, "export", "atlas.yaml", "--format", "hsds", "--out", "own.json")
    assert out.returncode == 0, out.stderr
    text = (server.folder / "own.json").read_text(encoding="utf-8")
    assert "01632 960012" in text and "Ann Secret" not in text


@test("a table has the first place, and brings the others back untouched")
def _(server):
    path, _, id = made(server)
    before = server.now(path).json()
    out = tool(server, "export", "atlas.yaml", "--format", "csv", "--out", "all.csv")
    assert out.returncode == 0, out.stderr
    text = (server.folder / "all.csv").read_text(encoding="utf-8")
    row, = [row for row in csv.DictReader(io.StringIO(text)) if row["id"] == id]
    assert row["address"] == "1 Hall Road" and row["accessibility"] == "ramp" and float(row["longitude"]) == -1.15
    for old, new in (("1 Hall Road", "1 Hall Road"), ("1 Hall Road", "9 New Road")):
        (server.folder / "back.csv").write_text(text.replace(old, new), encoding="utf-8")
        done = tool(server, "import", "atlas.yaml", "back.csv", "--format", "csv")
        assert done.returncode == 0, done.stderr
    for _ in range(100 * SLOW):
        if server.now(path).json()["location"]["address_1"] != "1 Hall Road":
            break
        time.sleep(0.1)
    after = server.now(path).json()
    assert after["location"].pop("address_1") == "9 New Road" and before["location"].pop("address_1") == "1 Hall Road", (before, after)
    assert after == before, after


run(Register)
