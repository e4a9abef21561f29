#!/usr/bin/python3
"""Every filter of /coalitions, alone and together, against the same filter over the whole list; facets against the lists that their values
give. On the fictional county's sixty entries, and on 400 made ones that spell languages, funders and organisations in all ways."""

import csv
import datetime
import html
import json
import math
import random
import re
import subprocess
import sys
import unicodedata
import urllib.parse
import zoneinfo
from collections import Counter

sys.dont_write_bytecode = True
from support import LAUNCHER, PROGRAM, Server, run, seed, test

KINDS = ["coalition", "hub", "officer_base", "partnership", "grant", "training", "service"]
FACETS = ["kind", "topic", "programme", "language", "accessibility", "organisation", "funder"]
ZONE = zoneinfo.ZoneInfo("Europe/London")
MORE = """\
  - id: made
    title: Made
    source: made.csv
    columns: {key: key, name: name, kind: kind, topics: topics, programme: programme, languages: languages, accessibility: access,
              organisation: organisation, funder: funder, amount: amount, last_reviewed: reviewed, hours: hours, longitude: lon, latitude: lat}
"""
SPELLINGS = {
    "languages": ["Portugu\u00eas", "portugues", "PORTUGU\u00caS", "Fran\u00e7ais", "Cymraeg", "cymraeg", "Polski", "British Sign Language", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "\u4e2d\u6587"],
    "access": ["Hearing loop", "hearing LOOP", "Step-free entrance", "Wheelchair access", "Caf\u00e9 on the ground floor"],
    "topics": ["food_access", "Food_Access", "debt", "\u00c9coute"],
    "programme": ["Good Food Ways", "good food ways", "\u00c9lan", ""],
    "organisation": ["Trust of \u00c5re", "trust of are", "St. Mary & Co", ""],
    "funder": ["Fonds \u00c9t\u00e9", "fonds ete", "Marram Community Fund", ""],
    "hours": ["Mo-Fr 09:00-17:00", "Sa 10:00-13:00", "24/7", "by appointment", ""],
}


def funded(chance):
    """Sixty entries with none to four fundings each, as HSDS has them; in two spellings, some without an amount or without a funder."""
    services = []
    for n in range(60):
        id = f"{n:08x}-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
        fundings = [{"id": f"{n:08x}-bbbb-4bbb-8bbb-bbbbbbbbbbb{k}", "source": chance.choice(SPELLINGS["funder"]),
                     "amount": chance.choice([None, 500, 2500.5, 10000, 250000]), "currency": "GBP", "title": chance.choice([None, "A van"])} for k in range(n % 5)]
        services.append({"id": id, "name": f"Funded {n}", "kind": KINDS[n % 7], "status": "active", "organization": {"id": id.replace("-aaaa-", "-cccc-"), "name": f"Funded {n}", "description": "Made"},
                         "funding": [{name: value for name, value in one.items() if value not in (None, "")} for one in fundings]})
    return services


class County(Server):
    """The sample county with one more directory, and what its register shows as a list."""

    def __init__(self):
        super().__init__()
        subprocess.run(LAUNCHER + [PROGRAM, "sample", str(self.folder / "county")], check=True, capture_output=True)
        self.atlas = self.folder / "county/atlas.yaml"
        text = self.atlas.read_text()
        if "time_zone" not in text:
            text += "\ntime_zone: Europe/London\n"
        self.atlas.write_text(text.replace("\nplaces:\n", "\n" + MORE + "\nplaces:\n", 1))
        chance = random.Random(7)
        lists = lambda name: ";".join(chance.sample(SPELLINGS[name], chance.choice([0, 1, 1, 2, 3])))
        with (self.folder / "county/made.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow("key name kind topics programme languages access organisation funder amount reviewed hours lon lat".split())
            for n in range(400):
                kind = chance.choice(KINDS)
                day = datetime.date(2022, 1, 1) + datetime.timedelta(days=chance.randrange(1400))
                out.writerow([n, f"Made {n}", kind, lists("topics"), chance.choice(SPELLINGS["programme"]), lists("languages"), lists("access"),
                              chance.choice(SPELLINGS["organisation"]), chance.choice(SPELLINGS["funder"]) if kind == "grant" else "",
                              chance.choice(["", 500, 2500.5, 10000, 250000]) if kind == "grant" else "", chance.choice(["", day]), chance.choice(SPELLINGS["hours"]),
                              round(-30.3 + 0.5 * chance.random(), 5), round(44.85 + 0.4 * chance.random(), 5)])
        self.funded = funded(random.Random(8))
        (self.folder / "funded.json").write_text(json.dumps(self.funded))
        told = subprocess.run(LAUNCHER + [PROGRAM, "directory", "import", str(self.atlas), str(self.folder / "funded.json"), "--format", "hsds"], capture_output=True, text=True)
        assert told.returncode == 0, told.stdout + told.stderr

    def __enter__(self):
        super().__enter__()
        everything = "kind=" + ",".join(KINDS) + "&limit=1000"
        self.list = self.get("/coalitions?f=json&" + everything).json()
        assert len(self.list) == 520, len(self.list)
        return self


def folded(text):
    return "".join(c for c in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()) if not unicodedata.combining(c))


def fundings_of(entry):
    return entry.get("fundings") or [{name: entry[name] for name in ("funder", "amount", "currency") if name in entry}]


def has_amount(entry, fits, funder=None):
    return any("amount" in one and fits(one["amount"]) and (funder is None or folded(one.get("funder", "")) == folded(funder)) for one in fundings_of(entry))


def values_of(entry, facet):
    """Those of one entry: folded, each once, with how it writes them."""
    member = {"topic": "topics", "language": "languages"}.get(facet, facet)
    given = [one["funder"] for one in fundings_of(entry) if one.get("funder")] if facet == "funder" else entry.get(member) or []
    return {folded(text): text for text in (given if isinstance(given, list) else [given])}


def says(entry, *asked):
    """Whether each of the folded words begins one of an entry's."""
    given = [entry["name"], *entry.get("topics", [])] + [entry.get(member) or "" for member in ("description", "programme", "organisation", "address")]
    words = re.split(r"[\W_]+", folded(" ".join(given)))
    return all(any(word.startswith(one) for word in words) for one in asked)


def ids(server, **parameters):
    query = urllib.parse.urlencode({"f": "json", "limit": 1000, **parameters})
    answer = server.get("/coalitions?" + query)
    assert answer.status == 200, (query, answer.body[:300])
    return [entry["id"] for entry in answer.json()]


def is_open(entry, at):
    """By the rules that this directory uses, on a day that is no holiday."""
    days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    here = at.astimezone(ZONE)
    for rule in re.split("; *", entry.get("hours") or ""):
        if rule == "24/7":
            return True
        parts = re.fullmatch(r"(\w\w)(?:-(\w\w))? (\d\d:\d\d)-(\d\d:\d\d)", rule)
        if parts and days.index(parts[1]) <= here.weekday() <= days.index(parts[2] or parts[1]) and parts[3] <= here.strftime("%H:%M") < parts[4]:
            return True
    return False


def distance_m(a, b):
    """On a sphere: within half a percent."""
    phi, psi = math.radians(a[1]), math.radians(b[1])
    h = math.sin((phi - psi) / 2) ** 2 + math.cos(phi) * math.cos(psi) * math.sin(math.radians(a[0] - b[0]) / 2) ** 2
    return 2 * 6371000 * math.asin(math.sqrt(h))


def conditions(server, chance):
    """One of each kind: (parameter, value, what it means)."""
    text = {facet: chance.choice([value for entry in server.list for value in values_of(entry, facet).values()] + ["nothing of the kind"]) for facet in FACETS[1:]}
    spelt = {facet: chance.choice([str.upper, str.lower, str.title, folded, lambda t: unicodedata.normalize("NFD", t)])(value) for facet, value in text.items()}
    out = [(facet, value, lambda e, facet=facet, value=value: folded(value) in values_of(e, facet)) for facet, value in spelt.items()]
    kinds = chance.sample(KINDS, chance.randrange(1, 7))
    # At the edges as well.
    least, most = chance.choice([0, 500, 2500.5, 9999]), chance.choice([10000, 250000, 10499.5])
    day = chance.choice([entry["last_reviewed"] for entry in server.list if entry.get("last_reviewed")])
    at = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(minutes=chance.choice([chance.randrange(7 * 24 * 60), 30 * chance.randrange(7 * 48)]))
    west, south = -30.3 + 0.3 * chance.random(), 44.85 + 0.2 * chance.random()
    box = [round(x, 4) for x in (west, south, west + 0.3, south + 0.25)]
    asked = chance.choice(["made 1", "made trust of", "ash street"])
    placed = lambda e: e.get("longitude") is not None
    return out + [
        ("kind", ",".join(kinds), lambda e: e["kind"] in kinds),
        ("amount_min", least, lambda e: has_amount(e, lambda x: x >= least)),
        ("amount_max", most, lambda e: has_amount(e, lambda x: x <= most)),
        ("reviewed_since", day, lambda e: (e.get("last_reviewed") or "") >= day),
        ("open", at.isoformat().replace("+00:00", "Z"), lambda e: is_open(e, at)),
        ("bbox", ",".join(map(str, box)), lambda e: placed(e) and box[0] <= e["longitude"] <= box[2] and box[1] <= e["latitude"] <= box[3]),
        ("q", asked, lambda e: says(e, *asked.split())),
    ]


@test("each filter finds what the list has, however its value is spelled")
def _(server):
    chance, found = random.Random(seed()), Counter()
    for _ in range(6):
        for name, value, fits in conditions(server, chance):
            parameters = {name: value} if name == "kind" else {"kind": ",".join(KINDS), name: value}
            expected = {entry["id"] for entry in server.list if fits(entry)}
            got = ids(server, **parameters)
            assert len(got) == len(set(got)) and set(got) == expected, (name, value, len(got), len(expected))
            found[name] += len(got)
    assert min(found.values()) > 0 and len(found) == 13, found


@test("filters hold together, in any number")
def _(server):
    chance, hits = random.Random(seed()), 0
    for _ in range(150):
        chosen = chance.sample(conditions(server, chance), chance.randrange(2, 5))
        parameters = {"kind": ",".join(KINDS), **{name: value for name, value, _ in chosen}}
        asked = {name: value for name, value, _ in chosen}
        within = lambda x: asked.get("amount_min", -math.inf) <= x <= asked.get("amount_max", math.inf)
        one = lambda e: not {"amount_min", "amount_max"} & set(asked) or has_amount(e, within, asked.get("funder"))
        expected = {entry["id"] for entry in server.list if all(fits(entry) for _, _, fits in chosen) and one(entry)}
        assert set(ids(server, **parameters)) == expected, (parameters, len(expected))
        hits += len(expected) > 0
    assert hits > 20, hits


@test("each funding of an entry is listed, found and counted; funder and amount are asked of one and the same")
def _(server):
    listed = {entry["id"]: entry for entry in server.list}
    apart = 0
    for service in server.funded:
        given = [{("funder" if name == "source" else name): value for name, value in one.items() if name != "id"} for one in service["funding"]]
        entry = listed[service["id"]]
        assert entry.get("fundings", []) == (given if len(given) > 1 else []), (entry, given)
        for name in ("funder", "amount"):
            assert entry.get(name) == (given[0].get(name) if given else None), (entry, given)
        for one in given:
            asked = {"kind": service["kind"], **({"funder": one["funder"]} if "funder" in one else {}), **({"amount_min": one["amount"], "amount_max": one["amount"]} if "amount" in one else {})}
            assert service["id"] in ids(server, **asked), (asked, given)
        for funder in {one["funder"] for one in given if "funder" in one}:
            if any(one.get("amount", 0) >= 10000 for one in given) and not has_amount(entry, lambda x: x >= 10000, funder):
                assert service["id"] not in ids(server, kind=service["kind"], funder=funder, amount_min=10000)
                assert service["id"] in ids(server, kind=service["kind"], amount_min=10000) and service["id"] in ids(server, kind=service["kind"], funder=funder)
                apart += 1
    assert apart > 3, apart
    several = next(s for s in server.funded if s["kind"] == "hub" and len({one.get("source", "") for one in s["funding"]} - {""}) > 1)
    page = html.unescape(server.get("/finder?kind=hub&lang=en&print=1&q=" + several["name"].replace(" ", "+")).body.decode())
    line = re.search(rf'{several["name"]}</a>.*?</li>', page, re.S)[0]
    named = [one["source"] for one in several["funding"] if "source" in one]
    assert "Funder: " + ", ".join(dict.fromkeys(named)) in " ".join(re.sub("<[^>]*>", "", line).split()), (line, several)
    grant = next(s for s in server.funded if s["kind"] == "grant" and sum("amount" in one and "source" in one for one in s["funding"]) > 1)
    page = html.unescape(server.get("/finder?kind=grant&lang=en&print=1&q=" + grant["name"].replace(" ", "+")).body.decode())
    line = " ".join(re.sub("<[^>]*>", "", re.search(rf'{grant["name"]}</a>.*?</li>', page, re.S)[0]).split())
    assert all(f'{math.floor(one["amount"] + 0.5):,} GBP \u00b7 {one["source"]}' in line for one in grant["funding"] if "amount" in one and "source" in one), (line, grant)
    rows = csv.DictReader(server.get("/coalitions?f=csv&limit=1000&kind=hub").body.decode().splitlines())
    assert next(row["funder"] for row in rows if row["id"] == several["id"]) == several["funding"][0].get("source", "")


@test("an entry with several languages is found by each, and a value that only begins so is none")
def _(server):
    for name, member in (("language", "languages"), ("accessibility", "accessibility")):
        several = next(entry for entry in server.list if len(values_of(entry, name)) > 2)
        for value in several[member]:
            assert several["id"] in ids(server, **{name: value, "kind": several["kind"]})
            assert ids(server, **{name: value[:-1], "kind": several["kind"]}) == [], value
        server.get(f"/coalitions?{name}=a&{name}=b").problem(400, name)
        assert server.get(f"/coalitions?{name}=%FF").status == 400
    assert ids(server, language="Portugu\u00eas") == ids(server, language="PORTUGUES") and ids(server, language="\u0627\u0644\u0639\u0631\u0628\u064a\u0629")


@test("facets count what a filter by the value finds, with other filters, too")
def _(server):
    every = ",".join(KINDS)
    for extra in ({"kind": every}, {"kind": "hub,service", "language": "portugues"}, {"kind": every, "accessibility": "hearing loop", "reviewed_since": "2024-01-01"}, {"kind": "grant", "amount_min": 600}):
        query = urllib.parse.urlencode({**extra, "limit": 0, "facets": ",".join(FACETS)})
        facets = server.get("/coalitions?" + query).json()["facets"]
        listed = {entry["id"] for entry in server.list} & set(ids(server, **extra))
        entries = [entry for entry in server.list if entry["id"] in listed]
        for facet in FACETS:
            counted = Counter(value for entry in entries for value in values_of(entry, facet))
            assert {folded(one["value"]): one["count"] for one in facets[facet]} == dict(counted), (extra, facet)
            counts = [one["count"] for one in facets[facet]]
            assert counts == sorted(counts, reverse=True), facet
            for one in facets[facet]:
                asked = {**extra, facet: one["value"]} if facet == "kind" or facet not in extra else None
                assert asked is None or len(ids(server, **asked)) == one["count"], (extra, facet, one)


def is_of_county(feature):
    return feature["properties"]["source"]["directory"] == "register" and not feature["properties"]["name"].startswith("Funded ")


@test("the sixty entries of the county are what its files say, in lists, boxes, near and in the areas that they serve")
def _(server):
    folder = server.folder / "county/data"
    given = {}
    for name in ("coalitions.csv", "partnerships.csv"):
        with (folder / name).open(newline="", encoding="utf-8") as file:
            given.update({row["key"]: {"kind": "partnership", **row} for row in csv.DictReader(file)})
    patches = {feature["properties"]["key"]: feature for feature in json.loads((folder / "officers.geojson").read_text())["features"]}
    features = [one for one in server.get("/coalitions?limit=1000&kind=" + ",".join(KINDS)).json()["features"] if is_of_county(one)]
    keys = {one["properties"]["source"]["key"]: one for one in features}
    assert len(features) == len(keys) == 60 and set(keys) == set(given) | set(patches)
    for key, row in given.items():
        shown = keys[key]["properties"]
        assert shown["name"] == row["name"] and shown["kind"] == row["kind"] and shown["phone"] == row["phone"], key
        assert [sorted(shown.get(name, [])) for name in ("languages", "accessibility")] == [sorted(x for x in row.get(name, "").split(";") if x) for name in ("languages", "accessibility")], key
        assert keys[key]["geometry"]["coordinates"] == [float(row["longitude"]), float(row["latitude"])]
    connection, chance = server.keep(), random.Random(seed())
    mine = lambda query: {one["properties"]["source"]["key"] for one in server.get("/coalitions?limit=1000&kind=" + ",".join(KINDS) + query, connection=connection).json()["features"] if is_of_county(one)}
    for key in chance.sample(sorted(given), 20):
        lon, lat = (float(given[key][name]) for name in ("longitude", "latitude"))
        reach = chance.choice([0.02, 0.1])
        box = [lon - reach, lat - reach, lon + reach / 2, lat + reach / 2]
        inside = {k for k, row in given.items() if box[0] <= float(row["longitude"]) <= box[2] and box[1] <= float(row["latitude"]) <= box[3]}
        assert mine("&bbox=" + ",".join(map(repr, box))) - set(patches) == inside, key
        metres = {k: distance_m((lon, lat), (float(row["longitude"]), float(row["latitude"]))) for k, row in given.items()}
        near = mine(f"&near={lon},{lat}&radius=12000")
        assert {k for k, d in metres.items() if d < 11900} <= near and not {k for k, d in metres.items() if d > 12100} & near, key
        # Who serves a neighbourhood: who names it, or its district, and whose patch it meets.
        code = given[key]["serves"].split(";")[0]
        if not code.startswith("N"):
            continue
        area = server.get(f"/areas/neighbourhood/{code}", connection=connection).json()
        larger = {parent["code"] for parent in area["parents"]}
        expected = {k for k, row in given.items() if {code, *larger} & set(row["serves"].split(";"))}
        assert mine(f"&serves=neighbourhood:{code}") - set(patches) == expected and key in expected, (key, code)
        # At the entry itself: who names the ground it stands on, and whose patch it is in.
        home = server.get(f"/areas/neighbourhood?at={lon},{lat}", connection=connection).json()
        here = {home["code"], *(parent["code"] for parent in home["parents"])}
        walked = {k for k, patch in patches.items() if is_in(patch["geometry"]["coordinates"][0], lon, lat)}
        assert mine(f"&serves={lon},{lat}") == walked | {k for k, row in given.items() if here & set(row["serves"].split(";"))}, key
    connection.close()


def is_in(ring, lon, lat):
    inside = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:]):
        if (ay > lat) != (by > lat) and lon < ax + (bx - ax) * (lat - ay) / (by - ay):
            inside = not inside
    return inside


@test("the finder offers languages and what is accessible, keeps what is chosen, and lists the same")
def _(server):
    for language, access in (("Portugu\u00eas", ""), ("", "Hearing loop"), ("Polski", "Hearing loop"), ("polish", "step-FREE entrance")):
        query = urllib.parse.urlencode({"language": language, "accessibility": access})
        asked = {name: value for name, value in (("language", language), ("accessibility", access)) if value}
        text = server.get(f"/finder?{query}&lang=en&print=1").body.decode()
        listed = re.findall(r'<h3><a href="[^"]*?([0-9a-f]{8}-[0-9a-f-]{27})', text)
        assert listed == ids(server, **asked) and listed, (asked, len(listed))
        form = server.get(f"/finder?{query}&lang=en").body.decode()
        for name, value in asked.items():
            select = re.search(rf'<select id="{name}".*?</select>', form, re.S)[0]
            chosen = re.findall(r'<option value="([^"]*)" selected="selected"', select)
            assert [folded(one) for one in chosen] == [folded(value)], (name, value, chosen)
            options = [folded(one) for one in re.findall(r'<option value="([^"]*)"', select)]
            assert len(options) == len(set(options)), options


run(County)
