#!/usr/bin/python3
"""Groups of real areas (EVENGROUND_DATA): English neighbourhoods against their tables, and municipalities of Massachusetts that act
together."""

import csv
import gzip
import lzma
import sqlite3
import sys
import time

sys.dont_write_bytecode = True
import england_data
from england_data import DATA
from support import ROOT, SLOW, Server, run, test

POPULATION = DATA / "population_mid2019_lsoa11.csv.gz"
TOWNS = DATA / "ma_town2020.gpkg.xz"
COLLABORATIVES = ROOT / "geodata/massachusetts/collaboratives.csv"

ENGLAND = """\
  - {{id: population, source: "{population}", key: lsoa11cd, boundaries: lsoa11, period: "2019", expect: {{rows_without_area: any}}}}
indicators:
  - {{id: people, title: People, series: {{table: population, value: pop_total}}, aggregate: {{from: lsoa11, to: lad19, method: sum}}}}
  - id: imd
    title: Deprivation
    series: {{table: imd, value: imd_score}}
    aggregate: {{from: lsoa11, to: lad19, method: weighted_mean, weight: {{table: population, column: pop_total}}}}
population: people
directories:
  - {{id: groups, title: Groups, source: groups.csv, columns: {{key: key, name: key, serves: serves}}, constants: {{kind: coalition}}, serves_boundaries: lsoa11}}
"""
MASSACHUSETTS = """\
evenground: 1
title: Towns
population: population
boundaries:
  - {{id: town20, title: Cities and towns, source: "{towns}", key: GEOID20, name: TOWN20}}
  - {{id: county20, title: Counties, dissolve: {{of: town20, column: COUNTY20}}}}
tables:
  - {{id: t, source: "{towns}", layer: ma_town2020, key: GEOID20, boundaries: town20, period: "2020"}}
indicators:
  - {{id: population, title: Population, decimals: 0, series: {{table: t, value: POP2020}}, aggregate: {{from: town20, to: county20, method: sum}}}}
directories:
  - id: collaboratives
    title: Collaboratives
    source: "{collaboratives}"
    columns: {{key: key, name: name, description: description, url: url, serves: towns}}
    constants: {{kind: partnership}}
    serves_boundaries: town20
"""


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Real(Server):
    def __enter__(self):
        super().__enter__()
        entries = self.get("/coalitions?limit=1000").json()["features"]
        self.ids = {entry["properties"]["source"]["key"]: entry["id"] for entry in entries}
        return self

    def outline(self, key, query=""):
        """The answer, its size as a phone gets it, and the time it took."""
        started = time.monotonic()
        answer = self.get(f"/coalitions/{self.ids[key]}/area{query}", {"Accept-Encoding": "gzip"})
        took = time.monotonic() - started
        assert answer.status == 200, answer.body[:300]
        plain = gzip.decompress(answer.body) if answer["Content-Encoding"] == "gzip" else answer.body
        return plain, len(answer.body), took


class England(Real):
    DISTRICTS = {"E06000024": "North Somerset", "E08000025": "Birmingham", "E07000154": "Northampton", "E06000052": "Cornwall", "E09000001": "City of London"}

    def __init__(self):
        super().__init__()
        self.members = {}
        for row in rows(DATA / "lookup_lsoa11.csv.gz"):
            if row["lad19cd"] in self.DISTRICTS:
                self.members.setdefault(row["lad19cd"], []).append(row["lsoa11cd"])
        self.members["three"] = self.members["E07000154"][:300:60]
        self.members["many"] = (self.members["E08000025"] + self.members["E06000052"])[489:789]
        lines = ["key,serves"] + [f"{key},{';'.join(codes)}" for key, codes in self.members.items()]
        (self.folder / "groups.csv").write_text("\n".join(lines) + "\n")
        text = england_data.atlas()
        self.atlas.write_text(text[: text.index("indicators:")] + ENGLAND.format(population=POPULATION))


class Massachusetts(Real):
    def __init__(self):
        super().__init__()
        self.towns = ROOT / "build/data/ma_town2020.gpkg"
        if not self.towns.exists():
            self.towns.parent.mkdir(parents=True, exist_ok=True)
            part = self.towns.with_suffix(".part-groups")
            part.write_bytes(lzma.open(TOWNS).read())
            part.rename(self.towns)
        self.atlas.write_text(MASSACHUSETTS.format(towns=self.towns, collaboratives=COLLABORATIVES))


def signed(ring):
    return sum((a[0] - ring[0][0]) * (b[1] - ring[0][1]) - (b[0] - ring[0][0]) * (a[1] - ring[0][1]) for a, b in zip(ring, ring[1:])) / 2


def total(numbers, codes):
    return sum(numbers[code] for code in codes)


@test("figures of English groups are what the tables' rows come to")
def _():
    people = {row["lsoa11cd"]: int(row["pop_total"]) for row in rows(POPULATION)}
    score = {row["lsoa11cd"]: float(row["imd_score"]) for row in rows(DATA / "imd2019_lsoa11.csv.gz")}
    with England() as server:
        for key, codes in server.members.items():
            profile = server.get(f"/coalitions/{server.ids[key]}/profile").json()
            figures = {item["id"]: item for item in profile["indicators"]}
            assert profile["population"]["value"] == total(people, codes), (key, profile["population"])
            mean = sum(people[code] * score[code] for code in codes) / total(people, codes)
            assert abs(figures["imd"]["combined"]["value"] - mean) < 1e-9, (key, figures["imd"], mean)
            around = profile["compared_with"]
            assert around["all"] is (key != "three") and (key != "three" or around["name"] == "Northampton"), (key, around)


@test("the outline of some hundred neighbourhoods is small and quick, and whole when that is asked for")
def _():
    with England() as server:
        for key, codes in server.members.items():
            plain, sent, took = min((server.outline(key) for _ in range(3)), key=lambda one: one[2])
            full, _, took_full = server.outline(key, "?tolerance=0")
            print(f"# {key}: {len(codes)} neighbourhoods, {len(plain)} bytes, {sent} sent, {1000 * took:.1f} ms; whole {len(full)} bytes, {1000 * took_full:.1f} ms")
            assert len(plain) < 100000 and took < 0.1 * SLOW * 3, (key, len(plain), took)


@test("collaboratives of Massachusetts have the population of their towns, and their ground")
def _():
    with Massachusetts() as server:
        towns = {row[0]: row[1:] for row in sqlite3.connect(server.towns).execute("SELECT GEOID20, POP2020, ALAND20 + AWATER20 FROM ma_town2020")}
        with open(COLLABORATIVES, newline="", encoding="utf-8") as file:
            groups = list(csv.DictReader(file))
        assert len(groups) == 3
        for group in groups:
            codes = group["towns"].split(";")
            identity = server.ids[group["key"]]
            profile = server.get(f"/coalitions/{identity}/profile").json()
            assert profile["population"]["value"] == sum(towns[code][0] for code in codes), (group["key"], profile["population"])
            assert profile["n_areas"] == len(codes) and "n_unknown_codes" not in profile
            outline = server.get(f"/coalitions/{identity}/area").json()
            largest = max(abs(signed(polygon[0])) for polygon in outline["geometry"]["coordinates"])
            assert sum(abs(signed(polygon[0])) for polygon in outline["geometry"]["coordinates"]) < 1.0001 * largest, "neighbours are one piece"
            ground = sum(towns[code][1] for code in codes) / 1e6
            assert abs(outline["properties"]["area_km2"] - ground) < 0.005 * ground, (outline["properties"]["area_km2"], ground)
            page = server.get(f"/finder/{identity}?lang=en").body.decode()
            assert f"{int(profile['population']['value']):,}" in page, page
            print(f"# {group['name']}: {profile['population']['value']:,.0f} people, {outline['properties']['area_km2']:,.1f} km2")


if england_data.lacking() or not POPULATION.exists() or not TOWNS.exists():
    print(f"1..0 # SKIP {england_data.lacking() or f'the data are not there ({POPULATION}, {TOWNS})'}")
else:
    run()
