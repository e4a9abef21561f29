"""Real directories (EVENGROUND_DATA) in real boundaries: England's libraries, NHS sites and grants imported into a register, the health
programme sites of the United States read from their file; and what other programs say of the same rows."""

import csv
import gzip
import json
import lzma
import subprocess
import unicodedata

import england_data
from england_data import DATA
from support import LAUNCHER, PROGRAM, ROOT, SLOW, Server

LIBRARIES, NHS, GRANTS, SITES = "libraries_england.csv", "nhs_sites_england.csv", "grants_360giving_by_ward.csv.gz", "us_health_programme_sites.csv.gz"
TOWNS = DATA / "ma_town2020.gpkg.xz"
YEAR = "2018"  # of the grants

REGISTER = """\
places:
  - {{id: postcodes, title: Postcodes, kind: postcode, country: GB, source: "{data}/libraries_england.csv", columns: {{postcode: postcode, longitude: lon, latitude: lat}}}}
directories:
  - {{id: register, title: Register, store: register.gpkg}}
"""
MASSACHUSETTS = """\
evenground: 1
title: Towns
boundaries:
  - {{id: town20, title: Cities and towns, source: "{towns}", key: GEOID20, name: TOWN20}}
tables:
  - {{id: t, source: "{towns}", layer: ma_town2020, key: GEOID20, boundaries: town20, period: "2020"}}
indicators:
  - {{id: population, title: Population, decimals: 0, series: {{table: t, value: POP2020}}}}
directories:
  - {{id: sites, title: Sites, source: "{data}/us_health_programme_sites.csv.gz", columns: {{{columns}}}, constants: {{kind: service}}{more}}}
"""
SITE_COLUMNS = "name: name, description: unit, topics: topic, address: [street, city, state], postcode: zip, longitude: lon, latitude: lat"


def lacking():
    """Why there are no real directories here, or None."""
    missing = [name for name in (LIBRARIES, NHS, GRANTS, SITES, TOWNS.name) if not (DATA / name).exists()]
    try:
        import osgeo  # noqa: F401
        import pyproj  # noqa: F401
    except ImportError as error:
        return str(error)
    return england_data.lacking() or (f"the data are not there ({DATA}: {', '.join(missing)})" if missing else None)


def rows(name):
    packed = name.endswith(".gz")
    with (gzip.open if packed else open)(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def folded(text):
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def words(text):
    return "".join(c if c.isalnum() else " " for c in folded(text).replace("'", "").replace("\u2019", "")).split()


class Entry:
    """What a row of a file makes, by the row."""

    def __init__(self, kind, key, name, lon="", lat="", **more):
        self.kind, self.key, self.name = kind, key, name.strip()
        self.point = (float(lon), float(lat)) if lon else None
        self.topics, self.address, self.postcode = more.get("topics", []), more.get("address", ""), more.get("postcode", "")
        self.serves, self.funder, self.amount, self.status = more.get("serves"), more.get("funder"), more.get("amount"), more.get("status", "active")
        self.line = None  # of its row in the file


def written(path, header, lines, entries):
    """Writes the table; each entry gets the line at which its row begins."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out, number = csv.writer(file, lineterminator="\n"), 2
        out.writerow(header)
        for cells, entry in zip(lines, entries):
            entry.line = number
            out.writerow(cells)
            number += 1 + sum(cell.count("\n") for cell in cells)


def import_file(atlas, path, form, *options, status=0):
    """What the import says, line by line."""
    command = LAUNCHER + [PROGRAM, "directory", "import", str(atlas), str(path), "--format", form, *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120 * SLOW)
    assert done.returncode == status, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout.splitlines()


class Register(Server):
    """England with a register into which three real lists are imported. Libraries and grants number their rows alike."""

    def __init__(self):
        super().__init__()
        self.atlas.write_text(england_data.atlas() + REGISTER.format(data=DATA))
        self.reports = {}
        self.entries = self.libraries() + self.nhs() + self.grants()
        self.shown = {(entry.kind, entry.key): entry for entry in self.entries}

    def libraries(self):
        given = rows(LIBRARIES)
        made = [
            Entry("hub", row["library_id"], row["name"], row["lon"], row["lat"], topics=["library"], address=row["address"].strip(" \n\u00a0"), postcode=row["postcode"].strip(),
                  status="defunct" if row["closed"] else "active")
            for row in given
        ]
        lines = [[row["library_id"], row["name"], "hub", "library", row["address"], row["postcode"], row["lon"], row["lat"], "closed" if row["closed"] else ""] for row in given]
        path = self.folder / "libraries.csv"
        written(path, "key name kind topics address postcode longitude latitude status".split(), lines, made)
        self.reports["libraries"] = import_file(self.atlas, path, "csv")
        return made

    def nhs(self):
        given = rows(NHS)
        made = [Entry("service", row["site_id"], row["name"], row["lon"], row["lat"], topics=[row["kind"]], status="defunct" if row["status"] == "closed" else "active") for row in given]
        features = [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": list(entry.point)},
             "properties": {"key": row["site_id"], "name": row["name"], "kind": "service", "topics": [row["kind"]], "status": row["status"] or None}}
            for row, entry in zip(given, made)
        ]
        path = self.folder / "nhs.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        self.reports["nhs"] = import_file(self.atlas, path, "geojson")
        return made

    def grants(self):
        given = [row for row in rows(GRANTS) if row["award_year"] == YEAR]
        made = [
            Entry("grant", row["row_id"], f"{row['funder']}, {row['ward_nm'] or row['ward_cd']}", row["lon"], row["lat"], funder=row["funder"].strip(), amount=float(row["amount_gbp"]),
                  serves=row["lad_cd"])
            for row in given
        ]
        head = ["Identifier", "Title", "Currency", "Amount Awarded", "Award Date", "Funding Org:Name"]
        head += ["Beneficiary Location:" + name for name in ("Name", "Geographic Code", "Geographic Code Type", "Latitude", "Longitude")]
        lines = [[entry.key, entry.name, "GBP", row["amount_gbp"], YEAR, row["funder"], row["ward_nm"], row["lad_cd"], "lad19", row["lat"], row["lon"]] for row, entry in zip(given, made)]
        path = self.folder / "grants.csv"
        written(path, head, lines, made)
        self.reports["grants"] = import_file(self.atlas, path, "360giving")
        return made


class Sites(Server):
    """Massachusetts, and all sites of the United States; `keyed`: known by the file's own numbers."""

    def __init__(self, keyed=True):
        super().__init__()
        towns = ROOT / "build/data/ma_town2020.gpkg"
        if not towns.exists():
            towns.parent.mkdir(parents=True, exist_ok=True)
            part = towns.with_suffix(f".{self.folder.name}")
            part.write_bytes(lzma.open(TOWNS).read())
            part.rename(towns)
        columns = ("key: site_id, " if keyed else "") + SITE_COLUMNS
        self.atlas.write_text(MASSACHUSETTS.format(towns=towns, data=DATA, columns=columns, more="" if keyed else ", expect: {rejected_rows: any}"))
