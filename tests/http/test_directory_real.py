#!/usr/bin/python3
"""Real directories in real boundaries, imported, searched and mapped over HTTP. What is expected is counted from the files themselves:
distances by PROJ's geodesics, what lies in what by GEOS."""

import csv
import functools
import html.parser
import io
import json
import random
import re
import sys
import urllib.parse
from collections import Counter

sys.dont_write_bytecode = True
import england_data
import real_directories
from real_directories import YEAR, Register, Sites, rows, words
from support import run, seed, test

ALL = "kind=hub,service,grant,partnership,coalition,officer_base,training"
NORTHAMPTON, MANCHESTER = (-0.8901, 52.2405), (-2.2446, 53.4794)


# --- what there is ------------------------------------------------------------------------------------------------------------


def key_of(feature):
    return feature["properties"]["kind"], feature["properties"]["source"]["key"]


def ask(server, query, connection=None):
    answer = server.get("/coalitions?" + query, connection=connection)
    assert answer.status == 200, (query, answer.status, answer.body[:300])
    return answer.json()


def found(server, query):
    """The features of all pages, by the links."""
    connection = server.keep()
    document, out = ask(server, query + "&limit=1000", connection), []
    while True:
        out += document["features"]
        following = [link["href"] for link in document["links"] if link["rel"] == "next"]
        if not following:
            break
        answer = server.get(following[0][following[0].index("/coalitions"):], connection=connection)
        document = answer.json()
    connection.close()
    assert len(out) == document["numberMatched"], (query, len(out), document["numberMatched"])
    return out


def same(server, query, fits):
    """What a question finds is what fits by the rows. How many."""
    expected = Counter((entry.kind, entry.key) for entry in server.entries if fits(entry))
    got = Counter(key_of(feature) for feature in found(server, query))
    assert got == expected, (query, len(got), len(expected), list((got - expected))[:3], list((expected - got))[:3])
    return len(expected)


@functools.lru_cache(None)
def geod():
    import pyproj

    return pyproj.Geod(ellps="WGS84")


def distances_m(entries, lon, lat):
    points = [entry.point for entry in entries]
    n = len(points)
    return geod().inv([lon] * n, [lat] * n, [p[0] for p in points], [p[1] for p in points])[2]


class Ground:
    """Neighbourhoods by GEOS: where a position lies."""

    def __init__(self):
        import numpy
        from osgeo import ogr

        ogr.UseExceptions()
        source = ogr.Open(str(england_data.borders()))
        layer = source.GetLayer(0)
        layer.SetAttributeFilter("lsoa11cd LIKE 'E%'")
        self.shapes = [(feature.GetField("lsoa11cd"), feature.GetGeometryRef().Clone()) for feature in layer]
        self.boxes = numpy.array([shape.GetEnvelope() for _, shape in self.shapes])  # west, east, south, north
        self.district = {row["lsoa11cd"]: row["lad19cd"] for row in rows("lookup_lsoa11.csv.gz")}
        self.names = {row["lad19cd"]: row["lad19nm"] for row in rows("lookup_lsoa11.csv.gz") if row["lad19cd"].startswith("E")}

    def at(self, lon, lat):
        """The neighbourhood's code, or None."""
        from osgeo import ogr

        box, point = self.boxes, ogr.CreateGeometryFromWkt(f"POINT ({lon!r} {lat!r})")
        near = ((box[:, 0] <= lon) & (box[:, 1] >= lon) & (box[:, 2] <= lat) & (box[:, 3] >= lat)).nonzero()[0]
        return next((self.shapes[i][0] for i in near if self.shapes[i][1].Contains(point)), None)


@functools.lru_cache(None)
def ground():
    return Ground()


# --- imported -----------------------------------------------------------------------------------------------------------------


def remarks(report):
    """(line, what is said) of each, by which file and form."""
    out = [re.match(r".*?\.(?:csv|geojson):(\d+)(?: \$\.features\[(\d+)\])?: (doubtful|rejected): (.*)", line) for line in report]
    return [(int(one[2] if one[2] is not None else one[1]), one[3], one[4]) for one in out if one]


@test("every row of three real lists is an entry, and what is odd about it is told with its line")
def _(server):
    of = {name: [entry for entry in server.entries if entry.kind == kind] for name, kind in (("libraries", "hub"), ("nhs", "service"), ("grants", "grant"))}
    for name, entries in of.items():
        counts = re.match(r"(\d+) rows read, (\d+) rejected, (\d+) remarks of doubt", server.reports[name][-3])
        said = remarks(server.reports[name])
        assert (int(counts[1]), int(counts[2]), int(counts[3])) == (len(entries), 0, len(said)), (name, server.reports[name][-3:])
        print(f"# {name}: {server.reports[name][-3]}; {server.reports[name][-2]}")
    assert len(server.shown) == len(server.entries) == 3238 + 1279 + 3400, len(server.shown)
    # Who has closed is not shown as working.
    closed = {(entry.line, "doubtful") for entry in of["libraries"] if entry.status == "defunct"}
    assert {line[:2] for line in remarks(server.reports["libraries"])} == closed and len(closed) == 252
    assert max(line for line, _ in closed) > len(of["libraries"]) - 50, "rows of several lines are counted"
    status = {i: row["status"] for i, row in enumerate(rows(real_directories.NHS)) if row["status"]}
    assert {line[0] for line in remarks(server.reports["nhs"])} == set(status)
    # Districts of before 2019, and Wales: kept, and said.
    said = remarks(server.reports["grants"])
    unknown = {entry.line: entry.serves for entry in of["grants"] if entry.serves not in ground().names}
    told = {line: re.search(r"'([EW]\d+)' is not in 'lad19'", text)[1] for line, _, text in said if "is not in 'lad19'" in text}
    assert told == unknown and any(code.startswith("W") for code in unknown.values()), (len(told), len(unknown))
    assert {line for line, _, text in said if text == f"the award_date '{YEAR}' is read as {YEAR}-01-01"} == {entry.line for entry in of["grants"]}
    # The same again changes nothing, although libraries and grants have the same numbers.
    shared = {entry.key for entry in of["libraries"]} & {entry.key for entry in of["grants"]}
    assert len(shared) > 50, len(shared)
    for name, form in (("libraries.csv", "csv"), ("grants.csv", "360giving")):
        assert real_directories.import_file(server.atlas, server.folder / name, form, "--dry-run")[-2].startswith("0 records new, 0 changed, 0 taken away"), name


@test("a list that uses the numbers of another one is told with the line of each, and one that is no UTF-8 or has no place is rejected")
def _(server):
    path = server.folder / "mixed.csv"
    hub, other = server.shown["hub", "3"], server.shown["service", "NHS0001"]
    path.write_bytes("\n".join([
        "key,name,kind,longitude,latitude", f"3,Another one,partnership,{hub.point[0]},{hub.point[1]}", "NHS0001,Far away,service,-5,50.1",
        f"NHS0002,Put right,service,{other.point[0]},{other.point[1]}", f"4,Fanshawe Library,hub,{server.shown['hub', '4'].point[0]:.3f},{server.shown['hub', '4'].point[1]:.3f}",
        "x1,Café,hub,0,51", "x2,Cafe,hub,151,-2000", "x3,Cafe,hub,0.1", ""]).encode("latin-1"))
    said = remarks(real_directories.import_file(server.atlas, path, "csv", "--partial", "--dry-run"))
    assert [line for line, kind, _ in said if kind == "rejected"] == [6, 7, 8], said
    assert [(line, text) for line, _, text in said if "in the directory" in text] == [
        (2, "the key '3' is that of 'Dagenham' in the directory, which the row makes another (name and kind)"),
        (3, f"the key 'NHS0001' is that of '{other.name}' in the directory, which the row makes another (name and position)"),
        (4, "the key 'NHS0002' is that of 'Castleberg Hospital' in the directory, which the row makes another (name and position)")], said


# --- searched -----------------------------------------------------------------------------------------------------------------


@test("all is there, over all pages once, with the positions, names and amounts of the files")
def _(server):
    features = found(server, ALL)
    assert len(features) == len({feature["id"] for feature in features}) == len(server.entries)
    for feature in features:
        entry, properties = server.shown[key_of(feature)], feature["properties"]
        point = feature["geometry"] and tuple(feature["geometry"]["coordinates"])
        assert (point is None) == (entry.point is None), entry.key
        assert point is None or max(abs(a - b) for a, b in zip(point, entry.point)) < 1e-7, (point, entry.point)
        assert properties["name"] == entry.name and properties["status"] == entry.status, properties
        assert properties.get("amount") == entry.amount and properties.get("funder") == entry.funder, properties
        assert properties.get("postcode", "") == entry.postcode and properties.get("address", "") == entry.address, properties
        assert entry.serves is None or properties["service_area"] == {"boundaries": "lad19", "codes": [entry.serves]}, properties
    assert any("\u00e9" in entry.name for entry in server.entries) and any("\n" in entry.address for entry in server.entries)
    table = server.get(f"/coalitions?{ALL}&f=csv&limit=1000&sort=name").body.decode()
    plain = server.get(f"/coalitions?{ALL}&f=json&limit=1000&sort=name").json()
    assert [row["id"] for row in csv.DictReader(io.StringIO(table, newline=""))] == [one["id"] for one in plain] and len(plain) == 1000


@test("a box holds what lies in it, by the files")
def _(server):
    chance = random.Random(seed())
    for _ in range(12):
        lon, lat = chance.choice([entry.point for entry in server.entries if entry.point])
        side = 10 ** chance.uniform(-2, 0.3)
        west, south, east, north = (round(x, 5) for x in (lon - side, lat - side / 2, lon + side / 3, lat + side))
        same(server, f"{ALL}&bbox={west},{south},{east},{north}", lambda e: e.point and west <= e.point[0] <= east and south <= e.point[1] <= north)
    assert same(server, f"{ALL}&bbox=-7,49,2,56", lambda e: e.point) > 7000


@test("distances are geodesic, nearest first, and a radius cuts where they do")
def _(server):
    for kind, (lon, lat) in (("hub", NORTHAMPTON), ("service", MANCHESTER), ("grant", (-0.1276, 51.5072)), ("hub", (-6.3, 49.92))):
        entries = [entry for entry in server.entries if entry.kind == kind and entry.point]
        by_key = {entry.key: metres for entry, metres in zip(entries, distances_m(entries, lon, lat))}
        features = found(server, f"kind={kind}&near={lon},{lat}")
        told = [feature["properties"]["distance_m"] for feature in features if "distance_m" in feature["properties"]]
        assert told == sorted(told) and len(told) == len(entries), (kind, len(told), len(entries))
        for feature in features:
            if "distance_m" in feature["properties"]:
                assert abs(feature["properties"]["distance_m"] - by_key[key_of(feature)[1]]) < 0.1, (feature, by_key[key_of(feature)[1]])
        for radius in (800, 5000, 40000, 250000):
            while any(abs(metres - radius) < 0.2 for metres in by_key.values()):
                radius += 1
            same(server, f"kind={kind}&near={lon},{lat}&radius={radius}", lambda e: e.kind == kind and by_key.get(e.key, 1e9) <= radius)


@test("words find names, topics and addresses by their beginnings, whatever accents and marks")
def _(server):
    index = {(entry.kind, entry.key): set(words(" ".join([entry.name, *entry.topics, entry.address]))) for entry in server.entries}
    for text in ("library", "cafe allerton", "CAF\u00c9", "hospital st mary", "royal", "esmee", "Esm\u00e9e fairb", "childrens", "children's", "b & b", "nhs trust hq", "library high street", "zzzz"):
        wanted = words(text)
        fits = lambda e: all(any(word.startswith(one) for word in index[e.kind, e.key]) for one in wanted)
        n = same(server, f"{ALL}&q={urllib.parse.quote(text)}", fits)
        print(f"# {text!r}: {n}")
        assert (n > 0) == (text not in ("zzzz",)), (text, n)


@test("who serves a district is found by its code, by a neighbourhood in it and by a position in it")
def _(server):
    for code in ("E08000003", "E07000154", "E09000033"):
        neighbourhood, shape = next((lsoa, shape) for lsoa, shape in ground().shapes if ground().district[lsoa] == code)
        inside = shape.PointOnSurface()
        here = f"{inside.GetX()},{inside.GetY()}"
        counts = {same(server, f"{ALL}&serves={place}", lambda e: e.serves == code) for place in (f"lad19:{code}", f"lsoa11:{neighbourhood}", here)}
        assert len(counts) == 1 and min(counts) > 3, (code, counts)
        # With other conditions.
        large = lambda e: e.serves == code and e.amount >= 5000 and e.funder == "The Big Lottery Fund"
        assert same(server, f"kind=grant&serves=lad19:{code}&amount_min=5000&funder=the+big+lottery+fund", large) > 0, code
        assert same(server, f"serves=lad19:{code}", lambda e: False) == 0, "grants come only when asked for"
    answer = server.get("/coalitions?kind=grant&serves=lad19:W06000015")
    assert answer.status == 404, answer.status  # Cardiff is on no map of England


@test("facets count what the files have, whatever else is asked")
def _(server):
    for query, fits in ((ALL, lambda e: True), ("kind=hub,service&q=royal", lambda e: e.kind != "grant" and any(w.startswith("royal") for w in words(e.name + " " + e.address))), ("kind=grant&amount_min=100000", lambda e: e.kind == "grant" and e.amount >= 100000)):
        entries = [entry for entry in server.entries if fits(entry)]
        facets = ask(server, query + "&limit=0&facets=kind,topic,funder")["facets"]
        counted = {"kind": Counter(e.kind for e in entries), "topic": Counter(t for e in entries for t in e.topics), "funder": Counter(e.funder for e in entries if e.funder)}
        for name, counts in counted.items():
            assert {one["value"]: one["count"] for one in facets[name]} == dict(counts), (query, name, facets[name][:3])


# --- on the map ---------------------------------------------------------------------------------------------------------------


@test("entries lie in the areas of the atlas that GEOS finds for them")
def _(server):
    chance, connection = random.Random(seed()), server.keep()
    outside = 0
    for entry in chance.sample([entry for entry in server.entries if entry.point], 400):
        code = ground().at(*entry.point)
        answer = server.get(f"/areas/lsoa11?at={entry.point[0]!r},{entry.point[1]!r}", connection=connection)
        if code is None:
            outside += 1
            assert answer.status == 404, (entry.name, entry.point)  # coasts are coarse, and Wales is not there
            continue
        assert answer.json()["code"] == code, (entry.name, entry.point, code)
    connection.close()
    assert outside < 40, outside
    for code in ("E08000003", "E06000052"):  # Manchester; Cornwall with its coast
        features = found(server, f"kind=hub,service&near=lad19:{code}&radius=0")
        near = [e for e in server.entries if e.kind != "grant" and e.point and ground().district.get(ground().at(*e.point)) == code]
        assert {key_of(feature) for feature in features} == {(e.kind, e.key) for e in near} and len(near) > 20, (code, len(features), len(near))
        assert all(feature["properties"]["distance_m"] == 0 for feature in features)
    # Grants are shown on the ground of the district that they name.
    grant = next(e for e in server.entries if e.serves == "E08000003")
    identity = next(f["id"] for f in found(server, "kind=grant&serves=lad19:E08000003") if key_of(f) == ("grant", grant.key))
    outline = server.get(f"/coalitions/{identity}/area?tolerance=0").json()
    from osgeo import ogr

    drawn = ogr.CreateGeometryFromJson(json.dumps(outline["geometry"]))
    assert drawn.Contains(ogr.CreateGeometryFromWkt(f"POINT ({grant.point[0]!r} {grant.point[1]!r})")) and [area["name"] for area in outline["properties"]["areas"]] == ["Manchester"]


# --- places, HSDS -------------------------------------------------------------------------------------------------------------


@test("districts and postcodes that the files name are places")
def _(server):
    connection = server.keep()
    districts = {row["lad_cd"]: row["district"] for row in rows(real_directories.GRANTS)}
    for code, name in sorted(districts.items()):
        if code not in ground().names or code == "E09000033":
            continue
        features = server.get(f"/places?kind=area&limit=5&q={urllib.parse.quote(ground().names[code])}", connection=connection).json()["features"]
        assert code in [f["properties"]["code"] for f in features if f["properties"]["relevance"] == 1], (code, name)
    plain = lambda text: text.replace(" ", "").upper()
    at = {}
    for entry in server.entries:
        if entry.kind == "hub":
            at.setdefault(plain(entry.postcode), []).append(entry.point)
    for code in random.Random(seed()).sample(sorted(at), 150):
        for typed in (code.lower(), f"{code[:-3]} {code[-3:]}"):
            features = server.get(f"/places?q={urllib.parse.quote(typed)}", connection=connection).json()["features"]
            first = features[0]
            assert first["properties"]["kind"] == "postcode" and plain(first["properties"]["name"]) == code and first["properties"]["relevance"] == 1, (typed, first)
            lon, lat = first["geometry"]["coordinates"]
            assert any(abs(lon - x) < 1e-6 and abs(lat - y) < 1e-6 for x, y in at[code]), (typed, first, at[code])
    connection.close()


@test("HSDS finds what is near a postcode, and only that")
def _(server):
    for typed in ("NN1 2BA", "m146da", "CR0 1BJ"):
        place = server.get(f"/places?q={urllib.parse.quote(typed)}&limit=1").json()["features"][0]
        lon, lat = place["geometry"]["coordinates"]
        assert place["properties"]["kind"] == "postcode", place
        entries = [entry for entry in server.entries if entry.point]
        metres = dict(zip(((e.kind, e.key) for e in entries), distances_m(entries, lon, lat)))
        for radius in (1500, 9000):
            while any(abs(one - radius) < 0.2 for one in metres.values()):
                radius += 1
            page = server.get(f"/hsds/services?postcode={urllib.parse.quote(typed)}&proximity={radius}&full=true&per_page=1000").json()
            got = Counter((service["name"], service["kind"]) for service in page["contents"])
            expected = Counter((e.name, e.kind) for e in entries if metres[e.kind, e.key] <= radius or e.postcode.replace(" ", "") == typed.upper().replace(" ", ""))
            assert got == expected and page["total_items"] == sum(expected.values()) > 0, (typed, radius, got - expected, expected - got)
            print(f"# {typed}, {radius} m: {page['total_items']}")
    # A district's name is a place, too; grants that serve it are found without proximity.
    total = server.get("/hsds/services?postcode=M2+5PD&per_page=1").json()["total_items"]
    code = ground().district[ground().at(*next(e.point for e in server.entries if e.postcode.replace(" ", "") == "M25PD"))]
    assert total == sum(e.serves == code or e.postcode.replace(" ", "") == "M25PD" for e in server.entries), (total, code)


# --- pages --------------------------------------------------------------------------------------------------------------------


class Read(html.parser.HTMLParser):
    """The headings of entries with their links, and all texts and elements."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.entries, self.elements, self.text, self.inside = [], [], "", None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag == "h3":
            self.inside = ["", ""]
        elif tag == "a" and self.inside:
            self.inside[1] = dict(attributes)["href"]

    def handle_endtag(self, tag):
        if tag == "h3" and self.inside:
            self.entries.append(tuple(self.inside))
            self.inside = None

    def handle_data(self, data):
        self.text += data
        if self.inside:
            self.inside[0] += data


def page(server, path):
    answer = server.get(path)
    assert answer.status == 200, (path, answer.status)
    return Read(answer.body.decode())


@test("the finder's pages list it without a script, and an entry's page says how to get there")
def _(server):
    for query in ("q=st+mary%27s", "place=Northampton&radius=5000", "kind=grant&place=Manchester&served=1", "q=caf%C3%A9", "place=NN1+2BA&radius=10000&kind=hub", "q=%26"):
        name_of = {"place=Northampton&radius=5000": "near=lad19:E07000154&radius=5000", "kind=grant&place=Manchester&served=1": "kind=grant&near=lad19:E08000003&serves=lad19:E08000003"}
        if query.startswith("place=NN1"):
            lon, lat = server.get("/places?q=NN1+2BA&limit=1").json()["features"][0]["geometry"]["coordinates"]
            wanted = found(server, f"kind=hub&near={lon!r},{lat!r}&radius=10000")
        else:
            wanted = found(server, name_of.get(query, query + "&sort=relevance" * query.startswith("q=")))
        listed, number = [], 1
        while True:
            read = page(server, f"/finder?{query}&lang=en&page={number}")
            listed += read.entries
            if not any(tag == "a" and values.get("rel") == "next" for tag, values in read.elements):
                break
            number += 1
        assert [name for name, _ in listed] == [feature["properties"]["name"] for feature in wanted], query
        assert [re.search(r"finder/([0-9a-f-]{36})", href)[1] for _, href in listed] == [feature["id"] for feature in wanted], query
        print(f"# {query}: {len(listed)} on {number} pages")
    for slip, meant in (("Northamton", "E07000154"), ("Manchestr", "E08000003"), ("Milton+Kenes", "E06000042")):
        read = page(server, f"/finder?place={slip}&lang=en")
        assert any(f"place=lad19:{meant}" in urllib.parse.unquote(values.get("href", "")) for tag, values in read.elements if tag == "a"), slip
    # Of one name and without an address: told apart by where they are.
    text = page(server, "/finder?q=st+mary%27s+hospital&kind=service&lang=en").text
    where = [ground().names[ground().district[code]] for code in (ground().at(*e.point) for e in server.entries if e.name == "St Mary's Hospital") if code]
    assert len(set(where)) > 2 and all(f" \u00b7 in {name} \u00b7 " in text for name in where), where
    # Grants of one name are told apart.
    text = page(server, "/finder?kind=grant&place=Manchester&served=1&lang=en&print=1").text
    for entry in (entry for entry in server.entries if entry.serves == "E08000003"):
        assert f" \u00b7 {int(entry.amount + 0.5):,} GBP \u00b7 {entry.funder}" in text, (entry.amount, entry.funder)
    library = next(f for f in found(server, "q=hastings+children%E2%80%99s") if f["properties"]["kind"] == "hub")
    read = page(server, f"/finder/{library['id']}?lang=en")
    entry = server.shown[key_of(library)]
    assert entry.name in read.text and entry.address in read.text and "Contact" in read.text
    marks = [values for tag, values in read.elements if values.get("id") == "map"]
    assert len(marks) == 1 and f"{entry.point[1]:.5f}, {entry.point[0]:.5f}" in read.text, (marks, entry.point)
    closed = next(f for f in found(server, "kind=hub&q=abram") if f["properties"]["status"] == "defunct")
    assert "Closed for good" in page(server, f"/finder/{closed['id']}?lang=en").text


# --- the United States --------------------------------------------------------------------------------------------------------


@test("38,986 sites of the United States are searched in boxes across the antimeridian, near a town and by words")
def _(_server):
    given = rows(real_directories.SITES)
    with Sites() as server:
        server.entries = [
            real_directories.Entry("service", row["site_id"], row["name"], row["lon"], row["lat"], topics=[row["topic"]], address=" ".join(row[part] for part in ("unit", "street", "city", "state")))
            for row in given
        ]
        whole = ask(server, "limit=0&facets=topic")
        assert whole["numberMatched"] == len(given) == 38986
        assert {one["value"]: one["count"] for one in whole["facets"]["topic"]} == dict(Counter(row["topic"] for row in given))
        pacific = lambda e: (e.point[0] >= 140 or e.point[0] <= -160) and -20 <= e.point[1] <= 60
        assert same(server, "bbox=140,-20,-160,60", pacific) > 20
        assert same(server, "bbox=-71.2,42.22,-70.98,42.42", lambda e: -71.2 <= e.point[0] <= -70.98 and 42.22 <= e.point[1] <= 42.42) > 100
        metres = dict(zip((e.key for e in server.entries), distances_m(server.entries, -71.0589, 42.3601)))
        assert same(server, "near=-71.0589,42.3601&radius=30000.5", lambda e: metres[e.key] <= 30000.5) > 200
        for text in ("centro medico", "C\u2019eyiits\u2019", "hlth ctr", "la villita", "dorchester ave boston"):
            index = lambda e: words(" ".join([e.name, e.address, *e.topics]))
            assert same(server, "q=" + urllib.parse.quote(text), lambda e: all(any(w.startswith(one) for w in index(e)) for one in words(text))) > 0, text
        # Towns of Massachusetts: by name, and what lies in them by GEOS.
        from osgeo import ogr, osr

        layer = ogr.Open(str(real_directories.ROOT / "build/data/ma_town2020.gpkg"))
        degrees = osr.SpatialReference()
        degrees.ImportFromEPSG(4326)
        degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        shapes = {}
        for feature in layer.GetLayer(0):
            if feature.GetField("TOWN20") in ("WORCESTER", "BARNSTABLE", "LOWELL"):
                shape = feature.GetGeometryRef().Clone()
                shape.TransformTo(degrees)
                shapes[feature.GetField("TOWN20")] = (feature.GetField("GEOID20"), shape)
        for name, (code, shape) in sorted(shapes.items()):
            place = server.get("/places?q=" + name.lower()).json()["features"][0]["properties"]
            assert place["code"] == code, (name, place)
            inside = [e for e in server.entries if -74 < e.point[0] < -69 and shape.Contains(ogr.CreateGeometryFromWkt(f"POINT ({e.point[0]!r} {e.point[1]!r})"))]
            n = same(server, f"near=town20:{code}&radius=0", lambda e: e in inside)
            print(f"# {name}: {n}")
            assert n > 5, (name, n)


@test("rows of a real list that say the same are one entry, and each other one is counted as rejected")
def _(_server):
    given = rows(real_directories.SITES)
    part = lambda row: (row["name"].strip(), ", ".join(x.strip() for x in (row["street"], row["city"], row["state"]) if x.strip()), row["zip"].strip(), round(float(row["lon"]), 6), round(float(row["lat"]), 6))
    with Sites(keyed=False) as server:
        n = ask(server, "limit=0")["numberMatched"]
        report = server.get("/report").json()
        directory = report["directories"][0]
    different = len({part(row) for row in given})
    print(f"# {len(given)} rows, {different} different ones, {n} entries")
    assert different - 1 <= n <= different < len(given) - 1000, (n, different)  # two that differ by half of the sixth decimal may be one
    assert directory["rows"] == len(given) and directory["rejected"] == len(given) - n, directory


reason = real_directories.lacking()
if reason:
    print(f"1..0 # SKIP {reason}")
else:
    run(Register)
