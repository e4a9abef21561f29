#!/usr/bin/python3
"""The directory in other people's formats, by the real program: what it exports is valid by HSDS 3.0's own schemas, comes back whole, and
what is imported wrongly is told. Real directories (../shared/data) go through as well. Prints TAP; parts that lack a schema, a library or the
data say so and are skipped.

The register into which is imported is a GeoPackage, or, where EG_TEST_STORE names a database ("PG:..."), a schema of it for each test."""
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("EVENGROUND_PROGRAM", str(ROOT / "build/release/evenground"))
DATA = pathlib.Path(os.environ.get("EVENGROUND_DATA", str(ROOT / "../shared/data")))
SCHEMAS = DATA / "../schemas/hsds/3.0"
DATABASE = os.environ.get("EG_TEST_STORE", "")
TESTS = []


class Skip(Exception):
    pass


def test(function):
    TESTS.append(function)
    return function


def run(*arguments, status=0):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def export(folder, atlas, form, *options):
    out = folder / f"out.{form}"
    run("directory", "export", atlas, "--format", form, "--out", out, *options)
    return out


def take_in(atlas, path, form, *options, status=0):
    return run("directory", "import", atlas, path, "--format", form, *options, status=status)


def sql(statement):
    """What the database answers, by PostgreSQL's own client."""
    names = dict(part.split("=", 1) for part in DATABASE[len("PG:"):].split())
    return subprocess.run(["psql", "-h", names["host"], "-U", names["user"], "-d", names["dbname"], "-XAtqc", statement],
                          capture_output=True, text=True, check=True).stdout.strip()


def schema(folder):
    return folder.name.replace("-", "_").lower()


def forget(folder):
    """Takes the register away, if there is one."""
    if DATABASE:
        sql(f"DROP SCHEMA IF EXISTS {schema(folder)} CASCADE")
        sql(f"CREATE SCHEMA {schema(folder)}")
    else:
        (folder / "county/register.gpkg").unlink(missing_ok=True)


def is_made(folder):
    if DATABASE:
        return sql(f"SELECT to_regclass('{schema(folder)}.store') IS NOT NULL") == "t"
    return (folder / "county/register.gpkg").exists()


def county(folder):
    """A sample county, and a second atlas beside it that keeps a register, empty at first."""
    forget(folder)
    run("sample", folder / "county")
    atlas = folder / "county/atlas.yaml"
    text = atlas.read_text()
    head = text[: text.index("\ndirectories:")]
    register = folder / "county/register.yaml"
    store = f"{DATABASE} active_schema={schema(folder)}" if DATABASE else "register.gpkg"
    register.write_text(head + f"\ndirectories:\n  - {{id: register, title: Register, store: '{store}'}}\n")
    return atlas, register


def bytes_of(path):
    return {file.name: file.read_bytes() for file in path.iterdir()} if path.is_dir() else path.read_bytes()


@test
def every_format_comes_back_as_it_went(folder):
    atlas, register = county(folder)
    for form in ("csv", "geojson", "hsds", "tabular"):
        out = export(folder, atlas, form)
        report = take_in(register, out, form)
        assert "0 rejected" in report and "Imported." in report, report
        before = bytes_of(out)
        assert bytes_of(export(folder, register, form)) == before, f"{form} differs after an import"
        again = take_in(register, out, form)
        assert "0 records new, 0 changed, 0 taken away" in again, again
        forget(folder)
    out = export(folder, atlas, "360giving")
    before = sorted(out.read_bytes().splitlines())
    assert len(before) == 9
    take_in(register, out, "360giving")
    assert sorted(export(folder, register, "360giving").read_bytes().splitlines()) == before


@test
def days_with_their_times_come_back_as_days(folder):
    """A training on two days, and one on a day and every Monday: the times are schedules again, and no words."""
    days = [[("2026-12-05", "10:00", "12:00"), ("2026-12-12", "18:00", "")], [("2026-12-05", "10:00", "12:00")]]
    services = []
    for n, dates in enumerate(days):
        one = f"{n + 1}1111111-1111-4111-8111-111111111111"
        schedules = [{"id": f"{k + 3}{one[1:]}", "dtstart": day, "opens_at": opens, **({"closes_at": closes} if closes else {})}
                     for k, (day, opens, closes) in enumerate(dates)]
        if n == 1:
            schedules = [{**schedule, "id": "9" + one[1:]} for schedule in schedules]
            schedules.append({"id": "8" + one[1:], "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"})
        services.append({"id": one, "name": f"First aid {n}", "status": "active", "kind": "training", "schedules": schedules,
                         "organization": {"id": f"{n + 5}{one[1:]}", "name": f"Trust {n}", "description": "Red"}})
    _, register = county(folder)
    path = folder / "trainings.json"
    path.write_text(json.dumps(services))
    take_in(register, path, "hsds")
    for form in ("csv", "geojson"):
        out = export(folder, register, form)
        before = out.read_bytes()
        for hours in (b"2026-12-05 10:00-12:00; 2026-12-12 18:00", b"2026-12-05 10:00-12:00; Mo 09:00-17:00"):
            assert hours in before, before
        forget(folder)
        report = take_in(register, out, form)
        assert "doubtful" not in report, report
        after = export(folder, register, form).read_bytes()
        assert after == before, (before, after)
        assert "0 records new, 0 changed, 0 taken away" in take_in(register, out, form)
        back = [service["schedules"] for service in json.loads(export(folder, register, "hsds").read_text())]
        told = [[(s["dtstart"], s["opens_at"], s.get("closes_at", "")) for s in schedules if "dtstart" in s] for schedules in back]
        assert told == days and len(back[1]) == 2, back


@test
def one_format_after_another_changes_nothing(folder):
    atlas, register = county(folder)
    take_in(register, export(folder, atlas, "hsds"), "hsds")
    for form in ("csv", "geojson", "tabular", "360giving"):
        report = take_in(register, export(folder, atlas, form), form)
        assert "0 records new, 0 changed, 0 taken away" in report, f"{form}: {report}"


@test
def exported_services_are_valid_by_the_standards_schemas(folder):
    if not SCHEMAS.exists():
        raise Skip(f"no schemas in {SCHEMAS}")
    try:
        import jsonschema
    except ImportError as error:
        raise Skip(str(error)) from error
    schemas = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    store = {f"https://schemas.example/{name}": schema for name, schema in schemas.items()}

    def validator(name):
        resolver = jsonschema.RefResolver(f"https://schemas.example/{name}", schemas[name], store=store)
        return jsonschema.Draft202012Validator(
            schemas[name], resolver=resolver, format_checker=jsonschema.FormatChecker()
        )

    atlas, _ = county(folder)
    services = json.loads(export(folder, atlas, "hsds").read_text())
    assert len(services) == 60, len(services)
    for name in ("service.json", "service_with_definitions.json"):
        check = validator(name)
        for service in services:
            faults = [f"{list(fault.absolute_path)}: {fault.message}" for fault in check.iter_errors(service)]
            assert not faults, faults[:3]
    package = export(folder, atlas, "tabular")
    described = json.loads((package / "datapackage.json").read_text())
    for resource in described["resources"]:
        rows = list(csv.DictReader((package / resource["path"]).open(newline="", encoding="utf-8")))
        fields = [field["name"] for field in resource["schema"]["fields"]]
        schema = schemas["tabular.json"]["properties"][resource["name"]]["items"]
        assert schema["path"] == resource["path"], resource["path"]
        assert rows and list(rows[0]) == fields
        for row in rows:
            assert all(row[name] for name in schema["required"]), row


@test
def a_rejected_row_keeps_everything_out_unless_asked(folder):
    _, register = county(folder)
    path = folder / "some.csv"
    path.write_bytes(
        b"key,name,kind,longitude,latitude,url,colour\r\n1,One,hub,0.1,51,one.example,red\r\n"
        b'2,"T\nwo",hub,x,51,,\r\n3,Three,castle,,,,\r\n1,Again,,,,,\r\n4,\xff,,,,,\r\n5,Five,,,,,\r\n'
    )
    report = take_in(register, path, "csv", status=1)
    lines = [line.replace(str(path), "") for line in report.splitlines()]
    assert lines[0] == ":1: doubtful: the column 'colour' is left out: an entry has no such field", lines[0]
    assert lines[1] == ":2: doubtful: the url 'one.example' has no scheme: https:// is put before it", lines[1]
    assert lines[2] == ":3: rejected: the longitude 'x' is not a number", lines[2]
    assert lines[3] == ":5: rejected: 'castle' is no kind of entry", lines[3]
    assert lines[4] == ":6: rejected: its id or key came before, in line 2: '1'", lines[4]
    assert lines[5] == ":7: rejected: the name is not UTF-8", lines[5]
    assert lines[6] == ":8: doubtful: it has no kind: it is taken for a service", lines[6]
    assert lines[7].startswith("6 rows read, 4 rejected, 3 remarks of doubt"), lines[7]
    assert not is_made(folder)
    assert "dry run" in take_in(register, path, "csv", "--partial", "--dry-run")
    assert not is_made(folder)
    assert "Imported." in take_in(register, path, "csv", "--partial", status=1)
    assert len(json.loads(export(folder, register, "hsds").read_text())) == 2


@test
def what_a_row_does_not_say_stays(folder):
    """A flat file knows nothing of contacts, and an empty cell says nothing."""
    _, register = county(folder)
    one = "11111111-1111-4111-8111-111111111111"
    service = {"id": one, "name": "Walks", "status": "active", "description": "Every Tuesday", "alternate_name": "W",
               "organization": {"id": one.replace("1", "2"), "name": "Trust", "description": "Old"},
               "phones": [{"id": one.replace("1", "3"), "number": "1"},
                          {"id": one.replace("1", "4"), "number": "2", "visibility": "private"}],
               "contacts": [{"id": one.replace("1", "5"), "name": "Ann", "visibility": "private"}]}
    path = folder / "one.json"
    path.write_text(json.dumps([service]))
    take_in(register, path, "hsds")
    flat = folder / "flat.csv"
    flat.write_text(f"id,name,phone,organisation,description\n{one},Walks,3,Trust,\n")
    take_in(register, flat, "csv")
    (back,) = json.loads(export(folder, register, "hsds", "--private").read_text())
    assert back["description"] == "Every Tuesday" and back["alternate_name"] == "W"
    assert back["organization"]["id"] == one.replace("1", "2") and back["organization"]["description"] == "Old"
    assert sorted(phone["number"] for phone in back["phones"]) == ["2", "3"]
    assert [contact["name"] for contact in back["contacts"]] == ["Ann"]
    (public,) = json.loads(export(folder, register, "hsds").read_text())
    assert [phone["number"] for phone in public["phones"]] == ["3"] and "contacts" not in public
    assert (export(folder, register, "tabular", "--private").stat().st_mode & 0o077) == 0


BOWTIE = {"type": "Polygon", "coordinates": [[[-1, 52], [-0.9, 52.1], [-0.9, 52], [-1, 52.1], [-1, 52]]]}


@test
def areas_that_are_none_and_addresses_that_harm_are_told(folder):
    atlas, register = county(folder)
    wards = {row["serves_boundaries"]: row["serves"].split(";")[0] for row in csv.DictReader(export(folder, atlas, "csv").open(newline=""))}
    good = wards["neighbourhood"]
    service = {"id": "11111111-1111-4111-8111-111111111111", "name": "W", "status": "active", "url": "javascript:alert(1)"}
    places = [{"boundaries": "neighbourhood", "area_codes": good}, {"boundaries": "neighbourhood", "area_codes": f"{good};{good}X"},
              {"boundaries": "ward", "area_codes": good}, {"extent": json.dumps(BOWTIE), "extent_type": "geojson"}]
    areas = [{"id": f"22222222-2222-4222-8222-22222222222{i}", **place} for i, place in enumerate(places)]
    made = folder / "made.json"
    made.write_text(json.dumps([{**service, "service_areas": areas}]))
    report = take_in(register, made, "hsds", "--partial", status=1)
    for line in ("service.url 'javascript:alert(1)' is left out: it is not an address of the web",
                 f"$[0].service_areas[1]: doubtful: service_area: '{good}X' is not in 'neighbourhood'; did you mean '{good}'?; it is kept",
                 "$[0].service_areas[2]: doubtful: service_area: the atlas has no boundaries 'ward'; did you mean one of",
                 "$[0].service_areas[3]: rejected: the GeoJSON polygon cannot be used: Self-intersection at longitude -0.95, latitude 52.05"):
        assert line in report, (line, report)
    assert "service_areas[0]" not in report and "1 rejected" in report, report
    forget(folder)
    rows = folder / "some.csv"
    with rows.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerows([["name", "kind", "serves", "serves_boundaries", "service_area", "url"], ["A", "hub", good, "neighbourhood", "", ""],
                       ["B", "hub", good + "X", "neighbourhood", "", "data:text/html,x"], ["C", "hub", "", "", json.dumps(BOWTIE), ""]])
    report = take_in(register, rows, "csv", status=1)
    for line in (f"some.csv:3: doubtful: of what it serves, '{good}X' is not in 'neighbourhood'; did you mean '{good}'?; it is kept",
                 "some.csv:3: doubtful: the url 'data:text/html,x' is left out", "some.csv:4: rejected: the service area: the GeoJSON polygon"):
        assert line in report, (line, report)
    assert "some.csv:2" not in report, report


@test
def a_packed_file_is_to_be_unpacked(folder):
    _, register = county(folder)
    for name, begin, how in (("a.csv.gz", b"\x1f\x8b\x08", "gunzip"), ("a.zip", b"PK\x03\x04", "unzip")):
        (folder / name).write_bytes(begin + bytes(30))
        done = subprocess.run([PROGRAM, "directory", "import", register, folder / name, "--format", "csv"], capture_output=True, text=True, timeout=300)
        assert done.returncode == 1 and name in done.stderr and "unpack it first (" + how in done.stderr, done.stderr


TRUSTS = [
    {"id": f"{n}{n}111111-1111-4111-8111-111111111111", "name": name, "status": "active",
     "organization": {"id": f"{org}1111111-2222-4222-8222-222222222222", "name": "Trust", "description": about,
                      "website": f"https://{about.lower()}.example/"}}
    for n, name, org, about in ((1, "Walks", "a", "North"), (2, "Runs", "b", "South"), (3, "Talks", "b", "South"))
]


def whose(folder, register):
    """Which organisation each service has, and all that there are."""
    services = json.loads(export(folder, register, "hsds").read_text())
    package = export(folder, register, "tabular")
    with (package / "organizations.csv").open(newline="", encoding="utf-8") as file:
        there = sorted(row["id"][:1] + ":" + row["name"] for row in csv.DictReader(file))
    return {s["name"]: s["organization"]["id"][:1] + ":" + s["organization"]["description"] for s in services}, there


@test
def organisations_of_one_name_stay_apart(folder):
    _, register = county(folder)
    path = folder / "trusts.json"
    path.write_text(json.dumps(TRUSTS))
    take_in(register, path, "hsds")
    before = whose(folder, register)
    assert before == ({"Walks": "a:North", "Runs": "b:South", "Talks": "b:South"}, ["a:Trust", "b:Trust"]), before
    flat = folder / "some.csv"
    ids = [trust["id"] for trust in TRUSTS]
    # Named, not named, and with what else is known of it: a new number for each.
    flat.write_text("id,name,organisation,phone,url,email\n" f"{ids[0]},Walks,TRUST,111,https://walks.example/,a@b.example\n"
                    f"{ids[1]},Runs,,222,,\n{ids[2]},Talks,Trust,333,,\n")
    report = take_in(register, flat, "csv")
    assert "3 records new, 1 changed, 0 taken away" in report and "doubtful" not in report.replace("of doubt", ""), report
    assert whose(folder, register) == before
    (walks,) = (s for s in json.loads(export(folder, register, "hsds").read_text()) if s["name"] == "Walks")
    assert walks["url"] == "https://walks.example/" and walks["organization"]["website"] == "https://north.example/"
    assert "0 records new, 0 changed, 0 taken away" in take_in(register, flat, "csv")
    # A new one: by what it agrees in, else one more, and said.
    flat.write_text("key,name,organisation,url,organisation_id\nx,Swims,Trust,https://south.example/,\n"
                    f"y,Sings,Trust,,\nz,Skates,Turst,,{TRUSTS[0]['organization']['id']}\n")
    report = take_in(register, flat, "csv")
    assert "some.csv:3: doubtful: 2 organisations of the directory are called 'Trust'" in report, report
    assert "some.csv:4: doubtful: the organisation a1111111" in report and "is called 'Trust' and not 'Turst'" in report
    of, there = whose(folder, register)
    assert of["Swims"] == "b:South" and of["Skates"] == "a:North" and of["Sings"].endswith(":Not stated"), of
    assert len(there) == 3 and all(name.endswith(":Trust") for name in there), there
    assert "0 records new, 0 changed, 0 taken away" in take_in(register, flat, "csv")


@test
def an_organisation_goes_with_its_last_entry_and_an_entry_s_own_is_called_as_it(folder):
    _, register = county(folder)
    path, flat = folder / "trusts.json", folder / "some.csv"
    path.write_text(json.dumps(TRUSTS))
    take_in(register, path, "hsds")
    ids = [trust["id"] for trust in TRUSTS]
    flat.write_text(f"id,key,name,organisation\n{ids[0]},,Walks,Club\n{ids[1]},,Runs,Club\n,own,Choir,\n")
    report = take_in(register, flat, "csv")
    # The club, the choir's service and its own organisation; the two that moved; the northern trust, which has no entry any more.
    assert "3 records new, 2 changed, 1 taken away" in report, report
    _, there = whose(folder, register)
    assert [name.partition(":")[2] for name in there].count("Trust") == 1 and len(there) == 3, there
    flat.write_text("key,name\nown,Choir of all\n")
    assert "0 records new, 2 changed, 0 taken away" in take_in(register, flat, "csv")
    _, there = whose(folder, register)
    assert sorted(name.partition(":")[2] for name in there) == ["Choir of all", "Club", "Trust"], there
    # One with a row of its own stays.
    phone = [{**TRUSTS[2], "organization": {**TRUSTS[2]["organization"], "phones": [
        {"id": "d1111111-1111-4111-8111-111111111111", "number": "1"}]}}]
    path.write_text(json.dumps(phone))
    take_in(register, path, "hsds")
    flat.write_text(f"id,name,organisation\n{ids[2]},Talks,Club\n")
    assert "0 records new, 1 changed, 0 taken away" in take_in(register, flat, "csv")
    path.write_text(json.dumps([{**TRUSTS[1], "organization": {**TRUSTS[0]["organization"]}}]))
    assert "1 records new, 1 changed, 0 taken away" in take_in(register, path, "hsds")
    path.write_text(json.dumps([{**TRUSTS[1], "organization": {**TRUSTS[1]["organization"]}}]))
    assert "0 records new, 1 changed, 1 taken away" in take_in(register, path, "hsds")


@test
def grants_name_their_recipients_by_numbers_of_registers(folder):
    _, register = county(folder)
    path = folder / "grants.csv"
    head = "Identifier,Title,Currency,Amount Awarded,Recipient Org:Identifier,Recipient Org:Name\n"
    path.write_text(head + "g1,Walks,GBP,5,GB-CHC-1,Trust\ng2,Runs,GBP,5,GB-CHC-2,Trust\ng3,Talks,GBP,5,GB-CHC-1,Trust\n")
    take_in(register, path, "360giving")
    services = json.loads(export(folder, register, "hsds").read_text())
    numbers = {s["name"]: [i["identifier"] for i in s["organization"]["organization_identifiers"]] for s in services}
    assert numbers == {"Walks": ["GB-CHC-1"], "Runs": ["GB-CHC-2"], "Talks": ["GB-CHC-1"]}, numbers
    assert len({s["organization"]["id"] for s in services}) == 2
    assert "0 records new, 0 changed, 0 taken away" in take_in(register, path, "360giving")
    assert "0 records new, 0 changed, 0 taken away" in take_in(register, export(folder, register, "360giving"), "360giving")
    with open(export(folder, register, "360giving"), newline="") as file:
        sent = {row["Identifier"]: row["Recipient Org:Identifier"] for row in csv.DictReader(file)}
    assert sent == {"g1": "GB-CHC-1", "g2": "GB-CHC-2", "g3": "GB-CHC-1"}, sent


@test
def an_export_of_grants_says_what_the_standard_requires_and_nobody_gave(folder):
    _, register = county(folder)
    path, out = folder / "grants.csv", folder / "out.csv"
    path.write_text("Identifier,Title,Currency,Amount Awarded,Award Date\ng1,A,GBP,5,2024-05-01\ng2,B,GBP,,2024-05-01\ng3,C,GBP,,\n")
    take_in(register, path, "360giving")
    done = subprocess.run([PROGRAM, "directory", "export", register, "--format", "360giving", "--out", out], capture_output=True, text=True,
                          timeout=300, check=True)
    said = [line for line in done.stderr.splitlines() if line.startswith("evenground:")]
    assert said == [f"evenground: {n} of 3 grants have no '{title}', which the standard requires: it is left empty"
                    for n, title in ((2, "Amount Awarded"), (1, "Currency"), (1, "Award Date"))], said
    with open(out, newline="") as file:
        assert sorted((row["Identifier"], row["Amount Awarded"], row["Award Date"]) for row in csv.DictReader(file)) == [
            ("g1", "5", "2024-05-01"), ("g2", "", "2024-05-01"), ("g3", "", "")]


@test
def cells_are_no_formulas(folder):
    _, register = county(folder)
    names = ["=1+1", "@x", "+44 1", "-a", "'=b", "''+c", "-1.5", "'d"]
    path = folder / "n.json"
    path.write_text(json.dumps([
        {"id": f"11111111-1111-4111-8111-11111111111{i}", "name": name, "status": "active"} for i, name in enumerate(names)
    ]))
    take_in(register, path, "hsds")
    out = export(folder, register, "csv")
    cells = [row["name"] for row in csv.DictReader(out.open(newline=""))]
    assert cells == ["'=1+1", "'@x", "'+44 1", "'-a", "''=b", "'''+c", "-1.5", "'d"], cells
    assert "0 records new, 0 changed" in take_in(register, out, "csv")


@test
def a_strangers_file_opens_no_other(folder):
    _, register = county(folder)
    secret = folder / "secret.csv"
    secret.write_text("name\nsecret\n")
    vrt = folder / "x.json"
    vrt.write_text(f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
                   "</OGRVRTDataSource>")
    for form in ("geojson", "hsds"):
        take_in(register, vrt, form, status=1)
    for path in ("/vsicurl/http://127.0.0.1:9/x.csv", f"/vsizip/{secret}", "/dev/zero", folder):
        take_in(register, path, "csv", status=1)
    package = folder / "package"
    package.mkdir()
    (package / "services.csv").symlink_to(secret)
    done = subprocess.run([PROGRAM, "directory", "import", register, package, "--format", "tabular"], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1 and "services.csv is a link" in done.stderr and "secret" not in done.stdout, (done.stdout, done.stderr)
    deep = folder / "deep.json"
    deep.write_text("[" * 1000000)
    take_in(register, deep, "hsds", status=1)
    big = folder / "big.csv"
    with big.open("wb") as file:
        file.write(b"name\n")
        file.truncate(513 << 20)
    take_in(register, big, "csv", status=1)


DIRECTORIES = """
directories:
  - id: libraries
    title: Libraries
    source: {data}/libraries_england.csv
    columns: {{key: library_id, name: name, address: address, postcode: postcode, longitude: lon, latitude: lat}}
    constants: {{kind: service, topics: library}}
    expect: {{rejected_rows: 100}}
  - id: sites
    title: Sites
    source: {data}/us_health_programme_sites.csv.gz
    columns: {{key: site_id, name: name, topics: topic, address: [street, city, state], postcode: zip, longitude: lon,
              latitude: lat}}
    constants: {{kind: service}}
    expect: {{rejected_rows: 100}}
  - id: grants
    title: Grants
    source: {data}/grants_360giving_by_ward.csv.gz
    columns: {{key: row_id, name: ward_nm, funder: funder, amount: amount_gbp, start: award_year, longitude: lon, latitude: lat}}
    constants: {{kind: grant, currency: GBP}}
    expect: {{rejected_rows: 100}}
"""


def entries_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def entries_without_grants(path):
    with path.open(newline="", encoding="utf-8") as file:
        return sum(row["kind"] != "grant" for row in csv.DictReader(file))


@test
def real_directories_go_through(folder):
    if not (DATA / "libraries_england.csv").exists():
        raise Skip(f"no data in {DATA}")
    atlas, register = county(folder)
    text = atlas.read_text()
    atlas.write_text(text[: text.index("\ndirectories:")] + DIRECTORIES.format(data=DATA.resolve()))
    libraries, sites, grants = (
        len(list(csv.reader(subprocess.run(["zcat", "-f", DATA / name], capture_output=True, text=True, check=True)
                            .stdout.splitlines()))) - 1
        for name in ("libraries_england.csv", "us_health_programme_sites.csv.gz", "grants_360giving_by_ward.csv.gz"))
    out = export(folder, atlas, "csv")
    n = entries_of(out)
    print(f"# {n} entries of {libraries} libraries, {sites} programme sites, {grants} grants")
    assert libraries + sites + grants - 100 <= n <= libraries + sites + grants
    report = take_in(register, out, "csv")
    assert f"{n} rows read, 0 rejected" in report, report[-500:]
    assert entries_of(export(folder, register, "csv")) == n
    # Every tenth of them in every format.
    forget(folder)
    some = folder / "some.csv"
    with out.open(newline="", encoding="utf-8") as file, some.open("w", newline="", encoding="utf-8") as tenth:
        rows = list(csv.reader(file))
        csv.writer(tenth).writerows(rows[:1] + rows[1::10])
    n, n_grants = entries_of(some), entries_of(some) - entries_without_grants(some)
    assert f"{n} rows read, 0 rejected" in take_in(register, some, "csv")
    for form, path, read in (("csv", None, f"{n} rows"), ("360giving", None, f"{n_grants} rows"), ("hsds", None, "rows"), ("csv", some, f"{n} rows")):
        report = take_in(register, path or export(folder, register, form), form)
        assert f"{read} read, 0 rejected" in report and "0 records new, 0 changed, 0 taken away" in report, report[-500:]


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        folder = pathlib.Path(tempfile.mkdtemp(prefix="directory-formats-"))
        started = time.monotonic()
        try:
            function(folder)
            print(f"ok {number} - {name} # {time.monotonic() - started:.2f} s")
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}")
        except Exception as error:  # whatever went wrong is this test's failure, the others go on
            failed += 1
            print(f"not ok {number} - {name}")
            print("\n".join(f"# {line}" for line in f"{type(error).__name__}: {error}".splitlines()[-20:]))
        finally:
            if DATABASE:
                sql(f"DROP SCHEMA IF EXISTS {schema(folder)} CASCADE")
            shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.flush()
    sys.exit(failed > 0)


main()
