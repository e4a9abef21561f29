"""What the tests of many writers share: entries of which every part says one number, so that a half-written one shows; who writes and reads
them over HTTP; and whether a store is whole.

Entry number 17 is called "Whole w000017", says so in its description, its topic, its address and its organisation's name, has the telephone number
01632 000017 and a grant of 17, and lies and serves where place_of(17) says."""

import contextlib
import html.parser
import http.client
import json
import re
import sqlite3
import struct
import subprocess
import urllib.parse

import support
from support import LAUNCHER, PROGRAM, SIDE, SLOW, SOUTH, WEST, Server

STORE = """\
  - {id: register, title: Register, store: register.gpkg, seed: helpers, editors: editors.txt}

server: {trusted_proxies: ["127.0.0.1"]}
"""
ANN, PASSWORD = "Ann Reed", "correct horse battery"


# --- entries ----------------------------------------------------------------------------------------------------------


def place_of(n):
    """(longitude, latitude, code of a cell)."""
    return round(WEST + n % 599 / 1000, 3), round(SOUTH + n // 3 % 599 / 1000, 3), f"C{n % SIDE:02}{n // SIDE % SIDE:02}"


def document(n, topic="whole"):
    longitude, latitude, code = place_of(n)
    return {
        "name": f"Whole w{n:06}", "kind": "hub", "description": f"Says w{n:06}", "topics": [topic, f"w{n:06}"],
        "organisation": {"name": f"Body w{n:06}"}, "phones": [{"number": f"01632 {n:06}"}],
        "location": {"longitude": longitude, "latitude": latitude, "address_1": f"w{n:06} Street"},
        "funding": [{"source": "Fund", "amount": n, "currency": "GBP"}], "service_areas": [{"boundaries": "cells", "area_codes": code}],
    }


def form_of(n):
    """The same as fields of a form."""
    longitude, latitude, code = place_of(n)
    return {
        "name": f"Whole w{n:06}", "description": f"Says w{n:06}", "topics.0": "whole", "topics.1": f"w{n:06}", "organisation.name": f"Body w{n:06}",
        "organisation.id": "", "phones.0.number": f"01632 {n:06}", "location.address_1": f"w{n:06} Street", "location.longitude": str(longitude),
        "location.latitude": str(latitude), "funding.0.amount": str(n), "service_areas.0.area_codes": code,
    }


CSV_HEADER = "key,name,kind,description,topics,organisation,phone,address,longitude,latitude,funder,amount,currency,serves,serves_boundaries\n"


def csv_of(n, key, topic="whole"):
    longitude, latitude, code = place_of(n)
    return (f"{key},Whole w{n:06},hub,Says w{n:06},{topic};w{n:06},Body w{n:06},01632 {n:06},w{n:06} Street,{longitude},{latitude},Fund,{n},GBP,"
            f"{code},cells\n")


def numbers_in(text):
    return [int(found) for found in re.findall(r"(?:\bw|\b01632 ?)(\d{6})\b", text)]


def one_number(text, at_least):
    """The only number that a text says, which it does so many times."""
    found = numbers_in(text)
    assert len(set(found)) == 1 and len(found) >= at_least, f"half-written, {sorted(set(found))} in {len(found)} places: {text[:3000]}"
    return found[0]


def agrees(what, n, said, wanted):
    assert said == wanted, f"half-written: {what} of number {n} is {said!r}, not {wanted!r}"


def number_of_document(said):
    """Of an entry's document, as /entries and the history have it."""
    n = one_number(json.dumps(said), 6)
    longitude, latitude, code = place_of(n)
    agrees("the place", n, (float(said["location"]["longitude"]), float(said["location"]["latitude"])), (longitude, latitude))
    agrees("the amount", n, float(said["funding"][0]["amount"]), float(n))
    agrees("the area", n, said["service_areas"], [{"boundaries": "cells", "area_codes": code}])
    return n


def number_of_feature(said):
    """Of a feature of /coalitions and of OGC API."""
    n = one_number(json.dumps(said["properties"]), 6)
    longitude, latitude, code = place_of(n)
    agrees("the place", n, said["geometry"]["coordinates"], [longitude, latitude])
    agrees("the amount", n, said["properties"]["amount"], float(n))
    if "service_area" in said["properties"]:
        agrees("the area", n, said["properties"]["service_area"], {"boundaries": "cells", "codes": [code]})
    return n


def number_of_service(said):
    """Of a whole service of the HSDS API."""
    n = one_number(json.dumps(said), 6)
    longitude, latitude, code = place_of(n)
    location = said["service_at_locations"][0]["location"]
    agrees("the place", n, (location["longitude"], location["latitude"]), (longitude, latitude))
    agrees("the amount", n, float(said["funding"][0]["amount"]), float(n))
    agrees("the area", n, said["service_areas"][0]["area_codes"], code)
    return n


# --- who reads and writes ---------------------------------------------------------------------------------------------


class Register(Server):
    """A server of an atlas with a store, an editor and an editor's token. It believes us when we say which address we come from."""

    def __init__(self, extra=STORE, **options):
        super().__init__(extra=extra, **options)
        self.editor("add", ANN, said=PASSWORD + "\n")
        self.token = self.editor("token", "robot").split()[-1]

    def editor(self, command, name, said=""):
        done = subprocess.run(LAUNCHER + [PROGRAM, "editor", command, str(self.folder / "editors.txt"), name], input=said, capture_output=True,
                              text=True, timeout=60 * SLOW)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def store(self):
        return self.folder / "register.gpkg"

    def importing(self, name, text):
        """An import that goes on."""
        made = self.folder / name
        made.write_text(text, encoding="utf-8")
        return subprocess.Popen(LAUNCHER + [PROGRAM, "directory", "import", str(self.atlas), str(made), "--format", "csv"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


class Client:
    """A connection that is kept, by an editor's program or by anybody."""

    def __init__(self, server, is_editor=False):
        self.connection = http.client.HTTPConnection(server.host, server.port, timeout=60 * SLOW)
        self.said = {"Accept-Encoding": "identity"}
        if is_editor:
            self.said["Authorization"] = "Bearer " + server.token

    def send(self, method, path, body=None, **headers):
        said = {**self.said, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            said["Content-Type"] = "application/json"
        self.connection.request(method, path, body=body, headers=said)
        return support.Answer(self.connection.getresponse())

    def get(self, path, **headers):
        return self.send("GET", path, **headers)


class _Forms(html.parser.HTMLParser):
    """The forms of a page: of each its fields with their values, and its buttons (name, value)."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.area, self.choice = [], None, None
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        values = dict(pairs)
        if tag == "form":
            self.forms.append({"action": values.get("action"), "fields": {}, "buttons": []})
        fields = self.forms[-1]["fields"] if self.forms else {}
        if tag == "input" and "name" in values and (values.get("type") != "checkbox" or "checked" in values):
            fields[values["name"]] = values.get("value", "")
        elif tag == "select":
            self.choice = values.get("name")
            fields[self.choice] = ""
        elif tag == "option" and self.choice and "selected" in values:
            fields[self.choice] = values.get("value", "")
        elif tag == "textarea":
            self.area = values.get("name")
            fields[self.area] = ""
        elif tag == "button" and self.forms:
            self.forms[-1]["buttons"].append((values.get("name"), values.get("value")))

    def handle_endtag(self, tag):
        self.area = None if tag == "textarea" else self.area
        self.choice = None if tag == "select" else self.choice

    def handle_data(self, data):
        if self.area:
            self.forms[-1]["fields"][self.area] += data


class Browser(Client):
    """Somebody at the forms, without scripts; each from an address of their own."""

    cookie = ""

    def open(self, path):
        answer = self.get(path, Cookie=self.cookie)
        assert answer.status == 200, (path, answer.status, answer.body[:500])
        self.path, self.forms = path, _Forms(answer.body.decode()).forms
        return answer.body.decode()

    def press(self, button, address="192.0.2.1", **fields):
        """Sends the form that has the button, as it is shown but for these fields. Returns the answer, which is not followed."""
        form, name = next((form, name) for form in self.forms for name, value in form["buttons"] if value == button)
        sent = {**form["fields"], **fields, **({name: button} if button else {})}
        answer = self.send("POST", urllib.parse.urljoin(self.path, form["action"]), urllib.parse.urlencode(sent), Cookie=self.cookie,
                           Content_Type="application/x-www-form-urlencoded", Forwarded=f"for={address}")
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = cookie.split(";")[0]
        return answer

    def sign_in(self):
        self.open("/admin/sign-in")
        answer = self.press(None, name=ANN, password=PASSWORD)
        assert answer.status == 303 and self.cookie, (answer.status, answer.body[:2000])

    def suggest(self, n, address):
        """A new entry, by the public's form."""
        self.open("/finder/suggest")
        form = next(form for form in self.forms if "note" in form["fields"])
        fields = {name: value for name, value in form_of(n).items() if name in form["fields"]}
        fields |= {"kind": "hub", "topics.0": "asked", "note": f"w{n:06}", "service_areas.0.description": f"w{n:06}"}
        answer = self.press(None, address, **fields)
        assert answer.status == 303, (answer.status, re.sub(r"<[^>]+>", " ", answer.body.decode())[:3000])


# --- the store --------------------------------------------------------------------------------------------------------

# Which row belongs to which: (table, its column, the table that it names).
BELONGS = [("service", "organization_id", "organization"), ("service_at_location", "service_id", "service"),
           ("service_at_location", "location_id", "location"), ("service_area", "service_id", "service"), ("phone", "service_id", "service"),
           ("address", "location_id", "location"), ("funding", "service_id", "service"), ("attribute", "taxonomy_term_id", "taxonomy_term"),
           ("attribute", "link_id", "service"), ("taxonomy_term", "taxonomy_id", "taxonomy")]


# How another program gives an entry another number, where place, topics and amount say none; one transaction.
LOOSELY = """UPDATE service SET name = 'Whole ' || :n, description = 'Says ' || :n WHERE id = :id;
UPDATE organization SET name = 'Body ' || :n WHERE id = (SELECT organization_id FROM service WHERE id = :id);
UPDATE phone SET number = '01632 ' || substr(:n, 2) WHERE service_id = :id;
UPDATE address SET address_1 = :n || ' Street' WHERE location_id IN (SELECT location_id FROM service_at_location WHERE service_id = :id)"""


@contextlib.contextmanager
def opened(path):
    with contextlib.closing(sqlite3.connect(path, timeout=30 * SLOW, isolation_level=None)) as store:
        store.row_factory = sqlite3.Row
        yield store


def point(blob):
    """(x, y) of a GeoPackage's point."""
    assert blob[:2] == b"GP", blob
    at = 8 + {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[blob[3] >> 1 & 7]
    return struct.unpack_from("<dd" if blob[at] == 1 else ">dd", blob, at + 5)


def check_file(store):
    """SQLite finds nothing wrong, no row refers to one that is not there, and the map shows what the columns say."""
    assert [row[0] for row in store.execute("PRAGMA integrity_check")] == ["ok"]
    for table, column, other in BELONGS:
        lost = store.execute(f"SELECT id FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM {other})").fetchall()
        assert not lost, (table, column, [tuple(row) for row in lost[:5]])
    layers = store.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
    assert {row[0] for row in layers} == {"location", "service_area"}, layers
    for table, column in layers:
        drawn = {row[0] for row in store.execute(f"SELECT fid FROM {table} WHERE {column} IS NOT NULL")}
        indexed = {row[0] for row in store.execute(f"SELECT id FROM rtree_{table}_{column}")}
        assert drawn == indexed, (table, drawn ^ indexed)
    n_points = 0
    for row in store.execute("SELECT geom, longitude, latitude, minx, maxy FROM location JOIN rtree_location_geom ON rtree_location_geom.id = fid"):
        assert point(row["geom"]) == (row["longitude"], row["latitude"]), tuple(row)
        assert abs(row["minx"] - row["longitude"]) < 1e-4 and abs(row["maxy"] - row["latitude"]) < 1e-4, tuple(row)
        n_points += 1
    assert n_points >= 40, n_points
    assert store.execute("SELECT committing FROM store").fetchone()[0] == 0


class History:
    """The lines of a store's history, looked at as they come: each once, in order, and each begins where the one before it ended."""

    def __init__(self):
        self.last_fid, self.last_revision, self.ids, self.after, self.steps, self.unfinished = 0, 0, set(), {}, {}, set()

    def read(self, store):
        """What is new since the last time: {id of the entry: [what it said after each change, None where it was gone]}."""
        fresh, batches = {}, set()
        for row in store.execute('SELECT * FROM change WHERE fid > ? ORDER BY fid', [self.last_fid]):
            self.last_fid = row["fid"]
            assert row["id"] not in self.ids, dict(row)
            self.ids.add(row["id"])
            batches.add(row["batch"] or row["id"])
            assert row["revision"] >= self.last_revision or row["by"] == "another program", (dict(row), self.last_revision)
            self.last_revision = max(self.last_revision, row["revision"])
            if row["entry_id"]:
                fresh.setdefault(row["entry_id"], []).append(self._line(row))
        assert batches <= self.ids, batches - self.ids
        self.unfinished = {row[0] for row in store.execute("SELECT id FROM change WHERE unfinished IS NOT NULL")}
        assert store.execute("SELECT revision FROM store").fetchone()[0] >= self.last_revision
        return fresh

    def _line(self, row):
        before, after = (json.loads(row[name]) if row[name] else None for name in ("before", "after"))
        known = self.after.get(row["entry_id"], before)
        if row["by"] != "another program":  # what was edited while no server ran is in no line
            assert without_owner(before) == without_owner(known), f"a line begins elsewhere than the one before it ended: {dict(row)}: {known}"
        assert before or after, dict(row)
        self.after[row["entry_id"]] = after
        self.steps.setdefault(row["entry_id"], []).append(after)
        return after


def without_owner(said):
    """A document without its organisation, which is changed for all of its entries by a change of one."""
    return said and {name: value for name, value in said.items() if name != "organisation"}
