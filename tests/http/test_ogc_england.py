#!/usr/bin/python3
"""OGC API - Features over the 32,844 neighbourhoods of England: pages, GDAL's client, hostile filters. Skips where the data are not
there (EVENGROUND_DATA, default ../shared/data)."""

import csv
import gzip
import io
import shutil
import subprocess
import sys
import time
import urllib.parse

sys.dont_write_bytecode = True
from england_data import DATA, N_AREAS, NUMBERS, atlas, lacking
from support import SLOW, Server, run, test

ITEMS = "/ogc/collections/imd.lsoa11/items"


class England(Server):
    def __init__(self):
        super().__init__()
        self.atlas.write_text(atlas())


def ask(server, path, connection=None, **parameters):
    query = urllib.parse.urlencode({name.replace("__", "-"): value for name, value in parameters.items()})
    return server.get(path + ("?" + query if query else ""), connection=connection)


@test("the next links lead through all neighbourhoods, each once and in order")
def _(server):
    document, seen, connection, started = ask(server, ITEMS, limit=1000).json(), [], server.keep(), time.monotonic()
    while True:
        seen += [feature["id"] for feature in document["features"]]
        assert document["numberMatched"] == N_AREAS
        following = [link["href"] for link in document["links"] if link["rel"] == "next"]
        if not following:
            break
        document = server.get(following[0].split(str(server.port), 1)[1], connection=connection).json()
    assert len(seen) == N_AREAS and seen == sorted(set(seen)), len(seen)
    print(f"# {N_AREAS} features in {time.monotonic() - started:.1f} s")


@test("CSV of all, without geometry, is what the source says")
def _(server):
    rows, after = [], {}
    while True:
        answer = ask(server, ITEMS, f="csv", limit=1000, skipGeometry="true", properties="value,rank", **after)
        page = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
        assert page[0] == ["id", "value", "rank"]
        rows += page[1:]
        if not answer["Link"]:
            break
        after = {"after": page[-1][0]}
    assert len(rows) == N_AREAS
    with gzip.open(DATA / NUMBERS, "rt", encoding="utf-8-sig", newline="") as source:
        wanted = {row["lsoa11cd"]: [float(row["imd_score"]), int(row["imd_rank"])] for row in csv.DictReader(source)}
    assert {row[0]: [float(row[1]), int(row[2])] for row in rows} == wanted


@test("a small box is answered at once, in two reference systems alike")
def _(server):
    box = {"bbox": "-0.95,52.2,-0.85,52.28", "limit": 1000}
    wanted = [feature["id"] for feature in ask(server, ITEMS, **box).json()["features"]]
    assert 50 < len(wanted) < 200, len(wanted)
    times = []
    for _ in range(5):
        started = time.monotonic()
        ask(server, ITEMS, limit=1, skipGeometry="true", bbox=box["bbox"])
        times.append(time.monotonic() - started)
    print(f"# a box that holds {len(wanted)} of {N_AREAS}: {min(times) * 1000:.1f} ms")
    swapped = ask(server, ITEMS, bbox="52.2,-0.95,52.28,-0.85", bbox__crs="EPSG:4326", limit=1000).json()
    assert [feature["id"] for feature in swapped["features"]] == wanted


@test("a filter over all is quick; a hostile one ends within its budget")
def _(server):
    started = time.monotonic()
    document = ask(server, ITEMS, filter="value > 60 AND decile = 1 AND CASEI(name) LIKE '%liverpool%'", limit=5).json()
    print(f"# {document['numberMatched']} of {N_AREAS} in {(time.monotonic() - started) * 1000:.0f} ms")
    assert document["numberMatched"] > 10
    words = " OR ".join(f"CASEI(name) LIKE '%{n % 7}a%b%{n % 5}%'" for n in range(170))
    started = time.monotonic()
    answer = ask(server, ITEMS, filter=words)
    took = time.monotonic() - started
    print(f"# hostile: {answer.status} after {took:.1f} s")
    assert took < 4 * SLOW and answer.status in (200, 400)
    if answer.status == 400:
        assert "milliseconds" in answer.problem(400, "filter")["detail"]


@test("GDAL reads all neighbourhoods page by page, a box and a condition")
def _(server):
    if not shutil.which("ogr2ogr"):
        print("# SKIP: ogr2ogr is not installed")
        return
    source = f"OAPIF:http://{server.host}:{server.port}/ogc"

    def count(*arguments):
        out = server.folder / "out.csv"
        out.unlink(missing_ok=True)
        done = subprocess.run(["ogr2ogr", "-f", "CSV", str(out), source, "imd.lsoa11", "-select", "code,value", *arguments],
                              capture_output=True, text=True, timeout=300 * SLOW)
        assert done.returncode == 0, done.stderr
        codes = [row.split(",")[0] for row in out.read_text().splitlines()[1:]]
        assert len(codes) == len(set(codes))
        return len(codes)

    started = time.monotonic()
    assert count("-oo", "PAGE_SIZE=1000") == N_AREAS
    print(f"# GDAL: {N_AREAS} features in {time.monotonic() - started:.1f} s")
    assert count("-spat", "-0.95", "52.2", "-0.85", "52.28") == ask(
        server, ITEMS, bbox="-0.95,52.2,-0.85,52.28").json()["numberMatched"]
    assert count("-where", "value > 80", "-oo", "PAGE_SIZE=1000") == ask(server, ITEMS, filter="value > 80").json()["numberMatched"]


if lacking():
    print(f"1..0 # SKIP {lacking()}")
else:
    run(England)
