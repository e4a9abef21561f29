#!/usr/bin/python3
"""Whom an entry serves over HTTP: the outline of its areas and of a shape of its own, and the figures of the group on the finder's page."""

import csv
import html
import io
import json
import math
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from support import LAUNCHER, PROGRAM, ROOT, SIDE, SOUTH, STEP, WEST, Server, run, test

ATLAS = """\
evenground: 1
title: Groups
population: people
boundaries:
  - {id: cells, title: Cells, source: cells.geojson, key: code, name: name}
  - {id: rows, title: Rows, dissolve: {of: cells, column: row, name_column: row}}
  - {id: columns, title: Columns, dissolve: {of: cells, column: column, name_column: column}}
tables:
  - {id: t, source: t.csv, key: code, boundaries: cells, period: "2020", markers: {suppressed: "*"}}
indicators:
  - {id: people, title: People, decimals: 0, series: {table: t, value: people}, aggregate: {from: cells, to: rows, method: sum}}
  - id: smoking
    title: <b>Smoking</b>
    unit: "%"
    decimals: 1
    series: {table: t, value: smoking, numerator: smokers, denominator: asked}
    aggregate: {from: cells, to: rows, method: rate, per: 100}
  - {id: score, title: Score, series: {table: t, value: score}, aggregate: {from: cells, to: rows, method: weighted_mean, weight: {table: t, column: people}}}
  - {id: deaths, title: Deaths, additive: true, series: {table: t, value: deaths}}
  - {id: income, title: Middle income, series: {table: t, value: income}}
directories:
  - {id: groups, title: Groups, source: groups.csv, columns: {key: key, name: name, serves: serves}, constants: {kind: coalition}, serves_boundaries: cells}
  - {id: partners, title: Partners, source: partners.csv, columns: {key: key, name: name, serves: serves}, constants: {kind: partnership}, serves_boundaries: rows}
  - id: walkers
    title: Walkers
    source: walkers.geojson
    columns: {key: key, name: name, serves: serves}
    constants: {kind: officer_base}
    serves_boundaries: cells
  - {id: register, title: Register, store: register.gpkg}
"""
GROUPS = {
    "square": [(i, j) for i in range(3) for j in range(3)],
    "ring": [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)],
    "corners": [(0, 0), (1, 1), (5, 5)],
    "hidden": [(0, 0), (SIDE - 1, SIDE - 1)],
    "one": [(4, 4)],
    "all": [(i, j) for i in range(SIDE) for j in range(SIDE)],
    "row": [(i, 2) for i in range(4)],
}


def code(i, j):
    return f"C{i:02}{j:02}"


def figures():
    rows = {}
    for i in range(SIDE):
        for j in range(SIDE):
            n = i * SIDE + j
            asked = 50 + n
            smokers = (n * 7) % 40
            rows[(i, j)] = {"code": code(i, j), "people": 100 + n, "smoking": f"{100 * smokers / asked:.15g}", "smokers": smokers, "asked": asked,
                            "score": (n * 31) % 97, "deaths": "*" if (i, j) == (SIDE - 1, SIDE - 1) else n % 11, "income": 20000 + n}
    return rows


FIGURES = figures()


class Groups(Server):
    def __init__(self):
        super().__init__()
        table = io.StringIO()
        writer = csv.DictWriter(table, FIGURES[(0, 0)])
        writer.writeheader()
        writer.writerows(FIGURES.values())
        (self.folder / "t.csv").write_text(table.getvalue())
        groups = ["key,name,serves"] + [f"{key},Group {key},{';'.join(code(*cell) for cell in cells)}" for key, cells in GROUPS.items()]
        groups += ["nowhere,Group nowhere,X1;X2", "part,Group part,C0000;X2", "none,Group none,"]
        (self.folder / "groups.csv").write_text("\n".join(groups) + "\n")
        (self.folder / "partners.csv").write_text("key,name,serves\nrows,Rows one and two,R01;R02\n")
        ring = [[WEST, SOUTH], [WEST + 0.2, SOUTH], [WEST + 0.2, SOUTH + 0.1], [WEST, SOUTH]]
        walkers = [{"type": "Feature", "properties": {"key": key, "name": key, "serves": serves}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
                   for key, serves in (("both", "C0000;C0001"), ("shape", None))]
        (self.folder / "walkers.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": walkers}))
        # A coast of 20,000 vertices, with a lake.
        coast = [[WEST + 0.3 + (0.1 + 0.004 * math.sin(97 * turn)) * math.cos(turn), SOUTH + 0.3 + (0.06 + 0.002 * math.cos(131 * turn)) * math.sin(turn)]
                 for turn in (2 * math.pi * i / 20000 for i in range(20000))]
        lake = [[WEST + 0.3, SOUTH + 0.3], [WEST + 0.3, SOUTH + 0.31], [WEST + 0.31, SOUTH + 0.31], [WEST + 0.31, SOUTH + 0.3], [WEST + 0.3, SOUTH + 0.3]]
        self.coast = [coast + coast[:1], lake]
        geometry = {"type": "Polygon", "coordinates": self.coast}
        walkers.append({"type": "Feature", "properties": {"key": "coast", "name": "coast", "serves": None}, "geometry": geometry})
        (self.folder / "walkers.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": walkers}))
        self.atlas.write_text(ATLAS)
        cells = json.loads((self.folder / "cells.geojson").read_text())
        for cell in cells["features"]:
            cell["properties"]["column"] = "K" + cell["properties"]["code"][1:3]
        (self.folder / "cells.geojson").write_text(json.dumps(cells))
        self.take_in()

    def take_in(self):
        """What names areas of several boundaries, which only a store has room for."""
        made = lambda n: f"00000000-0000-4000-8000-00000000000{n}"
        areas = [{"id": made(2), "boundaries": "rows", "area_codes": "R02"}, {"id": made(3), "boundaries": "columns", "area_codes": "K03;K04;K99"}]
        lost = [{"id": made(5), "boundaries": "columns", "area_codes": "K99"}, {"id": made(6), "boundaries": "rows", "area_codes": "R01"}]
        services = [{"id": made(1), "name": "Across", "status": "active", "service_areas": areas}, {"id": made(4), "name": "Lost", "status": "active", "service_areas": lost}]
        (self.folder / "across.json").write_text(json.dumps(services))
        command = LAUNCHER + [PROGRAM, "directory", "import", str(self.atlas), str(self.folder / "across.json"), "--format", "hsds"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr

    def __enter__(self):
        super().__enter__()
        entries = self.get("/coalitions?limit=1000").json()["features"]
        self.ids = {entry["properties"]["source"]["key"]: entry["id"] for entry in entries}
        self.ids |= {entry["properties"]["name"]: entry["id"] for entry in entries if entry["properties"]["name"] in ("Across", "Lost")}
        return self


def area(server, key, query=""):
    answer = server.get(f"/coalitions/{server.ids[key]}/area{query}")
    assert answer.status == 200, answer.body[:300]
    assert answer["Content-Type"] == "application/geo+json"
    return answer.json()


def profile(server, key):
    answer = server.get(f"/coalitions/{server.ids[key]}/profile")
    assert answer.status == 200 and answer["Content-Type"] == "application/json", answer.body[:300]
    return answer.json()


def figure(server, key, indicator):
    return [item for item in profile(server, key)["indicators"] if item["id"] == indicator][0]


def signed(ring):
    return sum((a[0] - ring[0][0]) * (b[1] - ring[0][1]) - (b[0] - ring[0][0]) * (a[1] - ring[0][1]) for a, b in zip(ring, ring[1:])) / 2


def cells_in(geometry):
    """Square degrees of a MultiPolygon in cells; shells run anticlockwise, holes clockwise."""
    assert geometry["type"] == "MultiPolygon"
    return sum(signed(ring) for polygon in geometry["coordinates"] for ring in polygon) / STEP**2


@test("an outline is the union of its areas, with holes, and in as many pieces as there are")
def _(server):
    for key, polygons, rings in (("square", 1, 1), ("ring", 1, 2), ("corners", 3, 3), ("all", 1, 1), ("one", 1, 1), ("hidden", 2, 2)):
        for query in ("", "?tolerance=0"):
            feature = area(server, key, query)
            geometry = feature["geometry"]
            assert len(geometry["coordinates"]) == polygons, (key, geometry)
            assert sum(len(polygon) for polygon in geometry["coordinates"]) == rings, (key, geometry)
            assert abs(cells_in(geometry) - len(GROUPS[key])) < 1e-4 * len(GROUPS[key]), (key, cells_in(geometry))
            assert feature["properties"]["n_areas"] == len(GROUPS[key])
    # A cell is 0.05 by 0.05 degrees at 52 degrees north: 3.43 by 5.56 km.
    assert abs(area(server, "one")["properties"]["area_km2"] - 19.06) < 0.1, area(server, "one")["properties"]
    whole = area(server, "all")["properties"]
    assert len(whole["areas"]) == SIDE**2 and whole["areas"][0] == {"code": "C0000", "name": "Cell 0, 0"}, whole["areas"][:2]


@test("codes of larger areas are drawn as these")
def _(server):
    feature = area(server, "rows")
    assert abs(cells_in(feature["geometry"]) - 2 * SIDE) < 1e-3 and len(feature["geometry"]["coordinates"]) == 1
    assert feature["properties"]["boundaries"] == "rows" and feature["properties"]["n_areas"] == 2


@test("areas and a shape of its own are both given, and it is told which is which")
def _(server):
    feature = area(server, "both")
    assert [part["from"] for part in feature["properties"]["parts"]] == ["areas", "shape"], feature["properties"]
    assert feature["geometry"]["type"] == "GeometryCollection" and "area_km2" not in feature["properties"]
    areas, shape = feature["geometry"]["geometries"]
    assert abs(cells_in(areas) - 2) < 1e-4 and abs(cells_in(shape) - 0.01 / STEP**2) < 1e-4
    feature = area(server, "shape")
    assert feature["geometry"]["type"] == "MultiPolygon" and feature["properties"]["parts"][0]["from"] == "shape"
    assert "boundaries" not in feature["properties"], feature["properties"]


@test("a shape with many vertices has few, but for those who ask for all")
def _(server):
    answer = server.get(f"/coalitions/{server.ids['coast']}/area")
    usual, whole, coarse = answer.json(), area(server, "coast", "?tolerance=0"), area(server, "coast", "?tolerance=500")
    degrees = sum(abs(signed(ring)) * (1 if i == 0 else -1) for i, ring in enumerate(server.coast))
    assert len(answer.body) < 100000 and len(whole["geometry"]["coordinates"][0][0]) == 20001
    for feature, difference in ((usual, 0.001), (whole, 1e-6), (coarse, 0.1)):
        assert [len(polygon) for polygon in feature["geometry"]["coordinates"]] == [2], feature["properties"]
        assert abs(cells_in(feature["geometry"]) * STEP**2 - degrees) < difference * degrees, feature["properties"]
        assert feature["properties"]["area_km2"] == whole["properties"]["area_km2"]
    assert len(coarse["geometry"]["coordinates"][0][0]) < len(usual["geometry"]["coordinates"][0][0]) <= 3001
    tolerances = [feature["properties"]["parts"][0]["tolerance_m"] for feature in (whole, usual, coarse)]
    assert tolerances == sorted(tolerances) and tolerances[0] == 0 < tolerances[1], tolerances


@test("a code of no area is counted, and an entry with no others has no outline")
def _(server):
    assert area(server, "part")["properties"]["n_unknown_codes"] == 1
    for key in ("nowhere", "none"):
        for below in ("area", "profile"):
            answer = server.get(f"/coalitions/{server.ids[key]}/{below}")
            assert answer.status == 404 and answer["Content-Type"] == "application/problem+json", (key, below, answer.body)
    for below in ("area", "profile"):
        assert server.get(f"/coalitions/6c29a8fa-c1d1-5872-a85a-e7be530b60de/{below}").status == 404
    assert server.get(f"/coalitions/{server.ids['shape']}/profile").status == 404


@test("the tolerance is a number of metres, and a wrong one is named")
def _(server):
    for value in ("x", "-1", "1e9", "nan"):
        answer = server.get(f"/coalitions/{server.ids['one']}/area?tolerance={value}")
        assert answer.status == 400 and "tolerance" in answer.body.decode(), (value, answer.body)
    coarse = area(server, "all", "?tolerance=100000")
    assert coarse["geometry"]["type"] == "MultiPolygon" and len(coarse["geometry"]["coordinates"][0][0]) >= 4


@test("the links of an entry lead to what there is")
def _(server):
    for key, rels in (("ring", ["self", "service-area", "profile"]), ("shape", ["self", "service-area"]), ("none", ["self"]), ("nowhere", ["self"])):
        links = server.get(f"/coalitions/{server.ids[key]}").json()["links"]
        assert [link["rel"] for link in links] == rels, (key, links)
        for link in links:
            assert server.get(link["href"].replace(f"http://{server.host}:{server.port}", "")).status == 200, link


def total(key, name):
    return sum(FIGURES[cell][name] for cell in GROUPS[key])


@test("combined figures are what the table's rows come to")
def _(server):
    for key in ("square", "ring", "corners", "all", "row"):
        document = profile(server, key)
        assert document["population"]["value"] == total(key, "people"), document["population"]
        smoking = figure(server, key, "smoking")["combined"]
        assert abs(smoking["value"] - 100 * total(key, "smokers") / total(key, "asked")) < 1e-9, smoking
        assert smoking["numerator"] == total(key, "smokers") and smoking["of"]["areas"] == len(GROUPS[key])
        mean = sum(FIGURES[cell]["people"] * FIGURES[cell]["score"] for cell in GROUPS[key]) / total(key, "people")
        score = figure(server, key, "score")["combined"]
        assert score["method"] == "weighted_mean" and abs(score["value"] - mean) < 1e-9, (score, mean)
        assert figure(server, key, "income")["not_combined"]["reason"] == "no_rule"
    assert figure(server, "square", "deaths")["combined"]["value"] == total("square", "deaths")
    assert figure(server, "one", "income")["combined"] == {"method": "own_value", "state": "valid", "value": FIGURES[(4, 4)]["income"]}


@test("a group with a hidden part has no number, and nor have all areas")
def _(server):
    hidden = figure(server, "hidden", "deaths")
    assert hidden["combined"]["state"] == "suppressed" and hidden["combined"]["value"] is None, hidden
    assert hidden["compared"] == {"state": "suppressed", "value": None}
    assert hidden["combined"]["of"]["suppressed"] == 1


@test("areas that lie across one another are groups with figures of their own")
def _(server):
    sums = {"rows": sum(cell["people"] for (_, j), cell in FIGURES.items() if j == 2), "columns": sum(cell["people"] for (i, _), cell in FIGURES.items() if i in (3, 4))}
    told = profile(server, "Across")
    beside = told.pop("beside")
    assert len(beside) == 1 and {told["boundaries"], beside[0]["boundaries"]} == set(sums), (told["boundaries"], beside)
    for group in (told, beside[0]):
        people = [item for item in group["indicators"] if item["id"] == "people"][0]
        assert group["population"]["value"] == people["combined"]["value"] == sums[group["boundaries"]], group["boundaries"]
        assert group["compared_with"] == {"boundaries": group["boundaries"], "boundaries_title": group["boundaries"].capitalize(), "all": True}
        assert people["compared"]["value"] == sum(cell["people"] for cell in FIGURES.values())
        assert [item["id"] for item in group["indicators"]] == [item["id"] for item in told["indicators"]]
        assert group.get("n_unknown_codes", 0) == (group["boundaries"] == "columns")
    lost = profile(server, "Lost")
    assert (lost["boundaries"], lost["n_areas"], lost["population"]["value"]) == ("rows", 1, sum(cell["people"] for (_, j), cell in FIGURES.items() if j == 1)), lost


@test("a group is compared with the smallest area around it, or with all")
def _(server):
    row = profile(server, "row")
    assert row["compared_with"] == {"boundaries": "rows", "boundaries_title": "Rows", "all": False, "code": "R02", "name": "R02"}, row["compared_with"]
    whole = sum(FIGURES[(i, 2)]["people"] for i in range(SIDE))
    assert figure(server, "row", "people")["compared"]["value"] == whole
    assert profile(server, "square")["compared_with"]["all"] is True
    assert figure(server, "square", "people")["compared"]["value"] == total("all", "people")


def told(server, key, lang):
    answer = server.get(f"/finder/{server.ids[key]}?lang={lang}")
    assert answer.status == 200
    text = answer.body.decode()
    assert "<b>Smoking" not in text
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text.replace("<bdi", " <bdi")))).replace(" : ", ": ")


@test("the finder tells in each language how many people there are and what is known of them together")
def _(server):
    people = total("square", "people")
    for lang, sentence, heading in (("en", f"Residents: {people:,} (2020)", "These areas together"),
                                    ("es", f"Residentes: {people:,}".replace(",", "."), "Estas zonas en conjunto"),
                                    ("pt", "Residentes:", "Estas áreas em conjunto"), ("cy", f"Trigolion: {people:,} (2020)", "Yr ardaloedd hyn gyda'i gilydd")):
        text = told(server, "square", lang)
        assert sentence in text and heading in text and "Cells: 9" in text, (lang, text)
        catalogue = json.loads((ROOT / f"locales/{lang}.json").read_text(encoding="utf-8"))
        assert catalogue["entry.figures_without"] in text and "Middle income" in text
        hidden = told(server, "hidden", lang)
        assert catalogue["state.suppressed"] in hidden, (lang, hidden)
    english = told(server, "square", "en")
    rate = 100 * total("square", "smokers") / total("square", "asked")
    assert f"{rate:.1f} %" in english, (rate, english)
    assert "These areas together" not in told(server, "shape", "en")
    assert "solid" in told(server, "both", "en") and "solid" not in told(server, "shape", "en")


@test("the finder tells the figures of each group of areas that lie across one another, under its name")
def _(server):
    text = server.get(f"/finder/{server.ids['Across']}?lang=en").body.decode()
    tables = re.findall(r"<h3[^>]*>(.*?)</h3>(.*?)<table.*?<caption>(.*?)</caption>(.*?)</table>", text, re.S)
    plain = lambda part: html.unescape(re.sub(r"<[^>]*>", "", part))
    document = profile(server, "Across")
    groups = [document] + document["beside"]
    assert len(tables) == len(groups) == 2, tables
    for (heading, above, caption, rows), group in zip(tables, groups):
        assert plain(heading) == f"{group['boundaries_title']}: {group['n_areas']}", heading
        assert f"Residents: {group['population']['value']:,} (2020)" in plain(above), above
        assert plain(caption) == f"{group['boundaries_title']}: These areas together", caption
        smoking = [item for item in group["indicators"] if item["id"] == "smoking"][0]["combined"]["value"]
        assert f"{smoking:.1f} %" in plain(rows), (smoking, rows)
    for lang in ("en", "es", "pt", "cy"):
        note = json.loads((ROOT / f"locales/{lang}.json").read_text(encoding="utf-8"))["entry.figures_apart"]
        assert note in told(server, "Across", lang) and note not in told(server, "square", lang), lang
    for alone in ("square", "Lost"):
        text = server.get(f"/finder/{server.ids[alone]}?lang=en").body.decode()
        assert "<caption>These areas together</caption>" in text and "<h3" not in text, alone


@test("the table of figures has a caption and headings for rows and columns")
def _(server):
    text = server.get(f"/finder/{server.ids['row']}?lang=en").body.decode()
    table = re.search(r"<table.*?</table>", text, re.S).group(0)
    assert "<caption>" in table and table.count('scope="col"') == 3 and table.count('scope="row"') == 3, table
    assert ">R02<" in table, table


run(Groups)
