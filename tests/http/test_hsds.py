#!/usr/bin/python3
"""The HSDS 3.0 API: every kind of answer by the standard's own schemas, pages that add up, conditions against brute force over what the
program exports, and nothing private. A store with places of several kinds stands beside two directories that are read from files."""

import json
import math
import os
import pathlib
import random
import subprocess
import sys
import time
import urllib.parse
import uuid

sys.dont_write_bytecode = True
from support import LAUNCHER, PROGRAM, SOUTH, STEP, WEST, Server, Skipped, run, seed, test

SCHEMAS = pathlib.Path(os.environ.get("EVENGROUND_DATA", str(pathlib.Path(__file__).resolve().parents[3] / "shared/data"))) / "../schemas/hsds/3.0"
LISTS = ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms")
OF_SERVICES = LISTS[:2]
ORIGIN = "https://pages.example"

# Appended to the shared atlas, whose last section is the list of directories.
EXTRA = f"""\
  - id: halls
    title: Halls
    source: halls.csv
    constants: {{kind: hub}}
    columns: {{key: key, name: name, organisation: organisation, topics: topics, postcode: postcode, longitude: lon, latitude: lat, last_reviewed: day}}
  - {{id: register, title: Register, store: register.gpkg}}
places:
  - {{id: postcodes, title: Postcodes, kind: postcode, country: GB, source: postcodes.csv, columns: {{postcode: code, longitude: lon, latitude: lat}}}}
server: {{cors_origins: ["{ORIGIN}"]}}
limits: {{results: 300}}
"""
POSTCODES = ["XA1 1AA", "XA1 1AB", "XB2 2CC", "02139", "02139-4307", "ZZ99"]
KNOWN = (WEST + 3.4 * STEP, SOUTH + 5.6 * STEP)  # within the cell C0305
DAYS = ["2011-01-01", "2025-12-24"]
TIMES = ["2025-03-01T00:00:00Z", "2025-06-15T12:30:00+02:00", "2026-01-31T09:30:00Z", "2026-02-01T00:00:00Z"]


class Made:
    """Random records of HSDS as a file to import."""

    def __init__(self, number):
        self.random = random.Random(number)
        self.taxonomies = [self.row("taxonomy", name=f"Needs {i}", description="What people need") for i in range(2)]
        self.terms = []
        for i in range(8):
            taxonomy = self.taxonomies[i % 2]
            parents = [term for term in self.terms if term["taxonomy_id"] == taxonomy["id"]]
            term = self.row("term", name=f"Need {i} caf\u00e9", description="One need", taxonomy_id=taxonomy["id"], taxonomy_detail=taxonomy)
            if parents and i > 3:
                term["parent_id"] = parents[0]["id"]
            self.terms.append(term)
        self.organizations = [self.organization(i) for i in range(12)]
        self.services = [self.service(i) for i in range(90)]

    def row(self, what, **fields):
        return {"id": str(uuid.UUID(int=self.random.getrandbits(128), version=4)), **fields}

    def some(self, make, most):
        return [make() for _ in range(self.random.randrange(most + 1))]

    def phone(self):
        private = self.random.random() < 0.4
        number = "PRIVATE 01632 960999" if private else "01632 960123"
        return self.row("phone", number=number, visibility="private" if private else "public", languages=[self.row("language", name="PRIVATE Welsh" if private else "Welsh")])

    def contact(self):
        private = self.random.random() < 0.4
        return self.row(
            "contact",
            name="PRIVATE Ann" if private else "Bob",
            email="private@example.org" if private else "bob@example.org",
            visibility="private" if private else "public",
            phones=[self.row("phone", number="PRIVATE 01632 960998" if private else "01632 960124")],
        )

    def attribute(self, entity):
        return self.row("attribute", link_entity=entity, taxonomy_term=self.random.choice(self.terms))

    def organization(self, i):
        name = "Shared Trust" if i == 0 else f"Trust {i}"
        made = self.row("organization", name=name, phones=self.some(self.phone, 2), contacts=self.some(self.contact, 2))
        if i % 3:
            made["description"] = f"Helps in ward {i}"
        return made

    def at_location(self):
        lon, lat = WEST + 0.6 * self.random.random(), SOUTH + 0.6 * self.random.random()
        location = self.row("location", location_type="physical", latitude=round(lat, 6), longitude=round(lon, 6), phones=self.some(self.phone, 1))
        if self.random.random() < 0.1:
            del location["latitude"], location["longitude"]
        location["addresses"] = [
            self.row("address", address_1="1 High Street", city="Ashport", postal_code=self.random.choice(POSTCODES), country="GB", address_type="physical", state_province="X")
            for _ in range(self.random.randrange(3))
        ]
        return self.row("at", location=location, attributes=[self.attribute("service_at_location")] if self.random.random() < 0.2 else [], contacts=self.some(self.contact, 1))

    def service(self, i):
        made = self.row("service", name=f"Kitchen {i} of ward {i % 7}", status="active", kind=["service", "hub", "grant"][i % 3])
        if i % 2:
            made["description"] = "Warm food; caf\u00e9 and garden" if i % 4 == 1 else "Advice on debts"
        made["organization"] = self.random.choice(self.organizations)
        made["service_at_locations"] = self.some(self.at_location, 3)
        made["attributes"] = [self.attribute("service") for _ in range(self.random.randrange(3))]
        made["phones"] = self.some(self.phone, 2)
        made["contacts"] = self.some(self.contact, 2)
        if self.random.random() < 0.6:
            made["last_modified"] = self.random.choice(TIMES)
        if self.random.random() < 0.3:
            made["metadata"] = [
                self.row("line", last_action_date=self.random.choice(DAYS + TIMES), last_action_type="update", field_name="name", previous_value="a", replacement_value="b", updated_by="c")
            ]
        if self.random.random() < 0.4:
            made["assured_date"] = self.random.choice(DAYS)
        if self.random.random() < 0.5:
            codes = [f"C{self.random.randrange(12):02}{self.random.randrange(12):02}" for _ in range(8)]
            made["service_areas"] = [self.row("area", boundaries="cells", area_codes=";".join(sorted(set(codes))))]
        return made


def program(*arguments):
    done = subprocess.run(LAUNCHER + [PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


class Register(Server):
    """Imports the records into the store before it serves them; `exported` is all that the program exports."""

    def __init__(self):
        super().__init__(EXTRA)
        number = seed()
        halls = ["key,name,organisation,topics,postcode,lon,lat,day"]
        choice = random.Random(number)
        for i in range(50):
            organisation = ["Shared Trust", "SHARED trust", f"Hall Committee {i % 6}", ""][i % 4]
            lon = "" if i % 9 == 0 else f"{WEST + 0.6 * choice.random():.5f}"
            lat = f"{SOUTH + 0.6 * choice.random():.5f}" if lon else ""
            halls.append(f"h{i},Hall {i} garden,{organisation},{'Dance;Food' if i % 2 else 'dance'},{choice.choice(POSTCODES + [''])},{lon},{lat},{'2026-01-31' if i % 3 == 0 else ''}")
        (self.folder / "halls.csv").write_text("\n".join(halls) + "\n", encoding="utf-8")
        # One that no address has, and one that some have, which lie elsewhere.
        known = [("XC3 3DD", *KNOWN), ("XB2 2CC", WEST + 0.1, SOUTH + 0.1)]
        (self.folder / "postcodes.csv").write_text("code,lon,lat\n" + "".join(f"{code},{lon:.6f},{lat:.6f}\n" for code, lon, lat in known))
        made = self.folder / "made.json"
        made.write_text(json.dumps(Made(number).services))
        program("directory", "import", self.atlas, made, "--format", "hsds")
        out = self.folder / "out.json"
        program("directory", "export", self.atlas, "--format", "hsds", "--out", out)
        self.exported = sorted(json.loads(out.read_text()), key=lambda service: service["id"])
        assert len(self.exported) == 180, len(self.exported)

    def ask(self, path, **parameters):
        answer = self.get("/hsds" + path + ("?" + urllib.parse.urlencode(parameters) if parameters else ""))
        assert answer.status == 200, (path, parameters, answer.status, answer.body[:300])
        assert b"PRIVATE" not in answer.body and b"private@" not in answer.body, path
        assert answer["Content-Type"] == "application/json", answer["Content-Type"]
        return answer.json()

    def all(self, name, **parameters):
        """Everything that matches, in one page."""
        page = self.ask("/" + name, per_page=300, **parameters)
        assert page["total_pages"] <= 1 and page["size"] == len(page["contents"]) == page["total_items"], page["total_items"]
        return page["contents"]

    def ids(self, name, **parameters):
        return [item["id"] for item in self.all(name, **parameters)]


# --- what is expected, from the export ---------------------------------------------------------------------------------------


def at_of(services):
    return sorted((at for service in services for at in service.get("service_at_locations", [])), key=lambda at: at["id"])


def ids_of(items):
    return [item["id"] for item in items]


def terms_of(service):
    places = [attribute for at in service.get("service_at_locations", []) for attribute in at.get("attributes", [])]
    return [attribute["taxonomy_term"] for attribute in service.get("attributes", []) + places]


def postcodes_of(at):
    plain = lambda code: code[:5] if code[5:6] == "-" else code.upper().replace(" ", "")
    return {plain(address["postal_code"]) for address in at["location"].get("addresses", []) if "postal_code" in address}


def distance_m(lon, lat, location):
    """On a sphere of the Earth's local size: within half a percent here."""
    x = math.radians(location["longitude"] - lon) * math.cos(math.radians(lat)) * 6390000
    y = math.radians(location["latitude"] - lat) * 6375000
    return math.hypot(x, y)


def seconds(text):
    import datetime

    if len(text) == 10:
        text += "T00:00:00"
    if len(text) == 19:
        text += "Z"
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def reviews(service):
    """Lines of metadata that are made of the assured_date."""
    return [line for line in service.get("metadata", []) if line["last_action_type"] == "review"]


def modified(service):
    """None where nobody says it: to have been checked on a day is not enough."""
    times = [service["last_modified"]] if "last_modified" in service else []
    checks = reviews(service)
    times += [line["last_action_date"] for line in service.get("metadata", []) if line not in checks]
    return max(map(seconds, times + [line["last_action_date"] for line in checks])) if times else None


# --- schemas -----------------------------------------------------------------------------------------------------------------


def validators():
    if not SCHEMAS.exists():
        raise Skipped(f"no schemas in {SCHEMAS}")
    try:
        import jsonschema
    except ImportError as error:
        raise Skipped(str(error)) from error
    schemas = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    api = schemas["openapi.json"]
    schemas["page"] = {**api["components"]["schemas"]["Page"], "required": list(api["components"]["schemas"]["Page"]["properties"])}
    root = api["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    schemas["root"] = {**root, "required": ["version", "profile", "openapi_url"]}
    store = {f"https://schemas.example/{name}": schema for name, schema in schemas.items()}

    def check(name, document):
        resolver = jsonschema.RefResolver(f"https://schemas.example/{name}", schemas[name], store=store)
        validator = jsonschema.Draft202012Validator(schemas[name], resolver=resolver, format_checker=jsonschema.FormatChecker())
        faults = [f"{list(fault.absolute_path)}: {fault.message}" for fault in validator.iter_errors(document)]
        assert not faults, (name, faults[:3])

    return check


SCHEMA_OF = {
    "services": "service.json",
    "service_at_locations": "service_at_location.json",
    "organizations": "organization.json",
    "taxonomies": "taxonomy.json",
    "taxonomy_terms": "taxonomy_term.json",
}


@test("every kind of answer is valid by the standard's schemas")
def _(server):
    check = validators()
    check("root", server.ask("/"))
    for name in LISTS:
        forms = [{}] + ([{"full": "true"}] if name in LISTS[:3] else []) + ([{"full_service": "true"}] if name == "organizations" else [])
        for form in forms:
            for page in range(1, 14):
                answer = server.ask("/" + name, page=page, per_page=20, **form)
                check("page", answer)
                for item in answer["contents"]:
                    check(SCHEMA_OF[name], item)
                    if name == "services" and not form:
                        check("service_list.json", item)
                if answer["last_page"]:
                    break
            else:
                raise AssertionError("no last page")
        for id_ in server.ids(name):
            record = server.ask(f"/{name}/{id_}")
            assert record["id"] == id_
            check(SCHEMA_OF[name], record)
            if name == "services":
                check("service_with_definitions.json", record)
    for organization in server.all("organizations", full_service="true"):
        for service in organization["services"]:
            check("service.json", service)


@test("the root names the version, the profile and the description, and the profile what is added")
def _(server):
    root, base = server.ask("/"), f"http://{server.host}:{server.port}"
    assert root == server.ask("")
    assert root["version"] == "3.0", root
    profile = server.get(root["profile"][len(base):]).json()
    assert "kind" in profile["schemas"]["service.json"]["properties"], profile
    api = server.get(root["openapi_url"][len(base):]).json()
    for name in LISTS:
        assert f"/hsds/{name}" in api["paths"] and f"/hsds/{name}/{{id}}" in api["paths"], name


# --- records -----------------------------------------------------------------------------------------------------------------


@test("a service is what the export says, whichever directory it is from")
def _(server):
    for service in server.exported:
        assert server.ask("/services/" + service["id"]) == service, service["id"]
    assert server.ask("/services/" + server.exported[0]["id"].upper())["id"] == server.exported[0]["id"]
    full = server.all("services", full="true")
    assert full == server.exported


@test("a service in a list has its own fields, its organisation and programme, and no lists")
def _(server):
    for service, whole in zip(server.all("services"), server.exported):
        assert not any(isinstance(value, list) for value in service.values()), service
        plain = {name: value for name, value in whole.items() if not isinstance(value, (list, dict))}
        assert {name: value for name, value in service.items() if name not in ("organization", "program")} == plain
        assert service["organization"]["id"] == whole["organization"]["id"]
        assert not any(isinstance(value, list) for value in service["organization"].values())


@test("a service at a location has its location, and in full its service")
def _(server):
    expected = {at["id"]: at for at in at_of(server.exported)}
    assert server.ids("service_at_locations") == sorted(expected)
    owner = {at["id"]: service for service in server.exported for at in service.get("service_at_locations", [])}
    for at in server.all("service_at_locations"):
        assert at["location"]["id"] == expected[at["id"]]["location"]["id"]
        assert "addresses" not in at["location"]
    for at in server.all("service_at_locations", full="true"):
        service = at.pop("service")
        assert at == expected[at["id"]], at["id"]
        assert service["id"] == owner[at["id"]]["id"] and service["organization"]["id"] == owner[at["id"]]["organization"]["id"]


@test("a check is told in the metadata of its service, too")
def _(server):
    told = 0
    for service in server.exported:
        lines = reviews(server.ask("/services/" + service["id"]))
        assert lines == reviews(service) and len(lines) == ("assured_date" in service), service["id"]
        for line in lines:
            told += 1
            assert line["field_name"] == "assured_date" and line["replacement_value"] == line["last_action_date"] == service["assured_date"], line
            assert line["resource_type"] == "service" and line["resource_id"] == service["id"], line
    assert told > 30, told


@test("an organisation is shown once, with its services")
def _(server):
    expected = {}
    for service in server.exported:
        expected.setdefault(service["organization"]["id"], []).append(service)
    assert server.ids("organizations") == sorted(expected)
    for organization in server.all("organizations"):
        assert "services" not in organization and "phones" not in organization
    for organization in server.all("organizations", full="True"):
        services = expected[organization["id"]]
        assert [(one["id"], one["name"]) for one in organization.pop("services")] == [(one["id"], one["name"]) for one in services]
        assert organization == services[0]["organization"], organization["id"]
        single = server.ask("/organizations/" + organization["id"])
        assert ids_of(single.pop("services")) == ids_of(services)
        assert single == organization
    for id_ in list(expected)[:5]:
        assert server.ask(f"/organizations/{id_}", full_service="true")["services"] == expected[id_]


@test("taxonomies and terms are those that services name")
def _(server):
    terms = {term["id"]: term for service in server.exported for term in terms_of(service)}
    assert set(terms) <= set(server.ids("taxonomy_terms"))
    for id_, term in terms.items():
        assert server.ask("/taxonomy_terms/" + id_) == term
    for taxonomy in server.all("taxonomies"):
        assert server.ask("/taxonomies/" + taxonomy["id"])["name"] == taxonomy["name"]
        mine = [term["id"] for term in server.all("taxonomy_terms") if term["taxonomy_id"] == taxonomy["id"]]
        assert server.ids("taxonomy_terms", taxonomy_id=taxonomy["id"]) == mine and mine
    everything = server.all("taxonomy_terms")
    assert server.ids("taxonomy_terms", top_only="true") == [term["id"] for term in everything if "parent_id" not in term]
    for parent in {term["parent_id"] for term in everything if "parent_id" in term}:
        assert server.ids("taxonomy_terms", parent_id=parent) == [term["id"] for term in everything if term.get("parent_id") == parent]


# --- pages -------------------------------------------------------------------------------------------------------------------


@test("all pages together are all items, once, in one order")
def _(server):
    for name in LISTS:
        everything = server.ids(name)
        assert everything == sorted(everything) and len(set(everything)) == len(everything)
        for per_page in (1, 7, 50, 300):
            seen, n_pages = [], -(-len(everything) // per_page)
            for page in range(1, min(n_pages, 40) + 1):
                answer = server.ask("/" + name, page=page, per_page=per_page)
                seen += [item["id"] for item in answer["contents"]]
                assert answer["total_items"] == len(everything) and answer["total_pages"] == n_pages
                assert answer["page_number"] == page and answer["size"] == len(answer["contents"])
                assert answer["first_page"] == (page == 1) and answer["last_page"] == (page == n_pages)
                assert not answer["empty"]
            assert seen == everything[: len(seen)] and (len(seen) == len(everything) or n_pages > 40)
        beyond = server.ask("/" + name, page=1000, per_page=50)
        assert beyond["empty"] and beyond["size"] == 0 and beyond["contents"] == [] and beyond["total_items"] == len(everything)
        none = server.ask("/" + name, search="nothinglikethis")
        assert none["empty"] and none["total_pages"] == 0 and none["first_page"] and none["last_page"]
    assert len(server.ask("/services")["contents"]) == 50


@test("lines are the same records")
def _(server):
    for name in LISTS:
        answer = server.get(f"/hsds/{name}?format=ndjson")
        assert answer["Content-Type"] == "application/x-ndjson", answer["Content-Type"]
        lines = [json.loads(line) for line in answer.body.decode().splitlines()]
        assert lines == server.all(name)
        page = server.get(f"/hsds/{name}?format=ndjson&page=2&per_page=1").body.decode().splitlines()
        assert [json.loads(line) for line in page] == lines[1:2]


@test("minimal services are all on one page, with their times as far as known")
def _(server):
    answer = server.ask("/services", minimal="true")
    assert answer["total_pages"] == 1 and answer["size"] == len(server.exported)
    for item, service in zip(answer["contents"], server.exported):
        time = modified(service)
        assert item["id"] == service["id"] and set(item) == ({"id"} if time is None else {"id", "modified_date"})
        assert time is None or seconds(item["modified_date"]) == time


# --- conditions --------------------------------------------------------------------------------------------------------------


def same(server, fits, **parameters):
    """Services that fit, and services at locations of those."""
    expected = [service for service in server.exported if fits(service)]
    assert server.ids("services", **parameters) == ids_of(expected), parameters
    assert server.ids("service_at_locations", **parameters) == ids_of(at_of(expected)), parameters
    return len(expected)


@test("organisations, terms, taxonomies, times and words choose services")
def _(server):
    organizations = {service["organization"]["id"] for service in server.exported}
    for id_ in organizations:
        assert same(server, lambda service: service["organization"]["id"] == id_, organization_id=id_) > 0
    for term in server.all("taxonomy_terms"):
        same(server, lambda service: term["id"] in ids_of(terms_of(service)), taxonomy_term_id=term["id"])
    for taxonomy in server.ids("taxonomies"):
        n = same(server, lambda service: taxonomy in [term["taxonomy_id"] for term in terms_of(service)], taxonomy_id=taxonomy)
        assert 0 < n < len(server.exported)
    # What is silent about it was changed, for all that is known, until the server read it.
    for at in TIMES + ["2025-06-15", "2025-06-15T10:30:01Z", "2025-06-15T10:30:01", "2999-01-01"]:
        silent = seconds(at) < time.time()
        same(server, lambda service: silent if modified(service) is None else modified(service) >= seconds(at), modified_after=at)
    assert server.ids("services", modified_after="2026-02-01T00:00:01Z") == [one["id"] for one in server.exported if modified(one) is None]

    def says(service, word):
        texts = [service["name"], service.get("alternate_name", ""), service.get("description", ""), service["organization"]["name"]]
        texts += [a["taxonomy_term"]["name"] for a in service.get("attributes", [])]
        for place in [at["location"] for at in service.get("service_at_locations", [])]:
            texts += [place.get("name", "")] + [address[part] for address in place.get("addresses", []) for part in ("address_1", "city")]
        words = " ".join(texts).lower().replace("\u00e9", "e").replace(";", " ").split()
        return any(one.startswith(word) for one in words)

    for word in ("kitch", "cafe", "gard", "3", "food", "high", "ashport", "trus"):
        assert same(server, lambda service: says(service, word), search=word) > 0, word
    nothing = str(uuid.uuid4())
    for name in ("organization_id", "taxonomy_term_id", "taxonomy_id"):
        assert same(server, lambda service: False, **{name: nothing}) == 0


@test("conditions hold together")
def _(server):
    service = next(one for one in server.exported if one.get("attributes") and one["kind"] == "hub" and "last_modified" in one)
    organization, term = service["organization"]["id"], service["attributes"][0]["taxonomy_term"]["id"]
    found = same(
        server,
        lambda one: one["organization"]["id"] == organization and term in ids_of(terms_of(one)) and "ward" in one["name"],
        organization_id=organization,
        taxonomy_term_id=term,
        search="ward",
    )
    assert found > 0


@test("an organisation or a term is found by its words")
def _(server):
    for name in ("organizations", "taxonomies", "taxonomy_terms"):
        expected = [item["id"] for item in server.all(name) if "trust" in (item["name"] + " " + item["description"]).lower().split()]
        assert server.ids(name, search="TRUS") == expected or name != "organizations"
    assert server.ids("taxonomy_terms", search="cafe") == server.ids("taxonomy_terms", search="caf\u00e9 need")
    assert len(server.ids("taxonomies", search="need")) == 2


def at_postcode(server, fits_at, serves=lambda service: False, **parameters):
    everything = at_of(server.exported)
    owner = {at["id"]: service for service in server.exported for at in service.get("service_at_locations", [])}
    expected = [at["id"] for at in everything if fits_at(at) or serves(owner[at["id"]])]
    assert server.ids("service_at_locations", **parameters) == expected, parameters
    services = [service["id"] for service in server.exported if serves(service) or any(map(fits_at, service.get("service_at_locations", [])))]
    assert server.ids("services", **parameters) == services, parameters
    return len(services)


def near_postcode(server, typed, plain, lon, lat, radii=(3000, 12000, 30000)):
    places = [at["location"] for at in at_of(server.exported) if "latitude" in at["location"]]
    for radius in radii:
        radius = clear_radius([distance_m(lon, lat, place) for place in places], radius)
        near = lambda at: "latitude" in at["location"] and distance_m(lon, lat, at["location"]) <= radius
        n = at_postcode(server, lambda at: plain in postcodes_of(at) or near(at), postcode=typed, proximity=radius)
        assert 0 < n < len(server.exported), (typed, radius, n)


@test("a postcode is found in any spelling, with what lies near it")
def _(server):
    for typed, plain in (("xa11aa", "XA11AA"), (" XA1 1AB ", "XA11AB"), ("02139", "02139"), ("02139-0001", "02139")):
        here = [at for at in at_of(server.exported) if plain in postcodes_of(at) and "latitude" in at["location"]]
        # One for each of its addresses.
        weights = [sum(plain in postcodes_of({"location": {"addresses": [one]}}) for one in at["location"]["addresses"]) for at in here]
        lon = sum(w * at["location"]["longitude"] for w, at in zip(weights, here)) / sum(weights)
        lat = sum(w * at["location"]["latitude"] for w, at in zip(weights, here)) / sum(weights)
        near_postcode(server, typed, plain, lon, lat)
    for typed in ("XC3 3DD", "xc33dd"):
        near_postcode(server, typed, "XC33DD", *KNOWN, radii=(9000, 30000))
    near_postcode(server, "xb22cc", "XB22CC", WEST + 0.1, SOUTH + 0.1)


def clear_radius(distances, radius):
    """One near it at which nothing lies, so that half a percent does not matter."""
    while any(abs(distance - radius) < 0.006 * radius for distance in distances):
        radius += 0.003 * radius
    return round(radius, 1)


@test("without proximity a postcode finds who serves it")
def _(server):
    for typed, code in (("C0606", "C0606"), ("C0000", "C0000"), ("XC3 3DD", "C0305")):
        serves = lambda service: any(code in area.get("area_codes", "").split(";") for area in service.get("service_areas", []))
        at_postcode(server, lambda at: False, serves, postcode=typed)
    assert server.ids("services", postcode="XC3 3DD")
    # Both who serves it and who is there.
    here = f"C{int(0.1 / STEP):02}{int(0.1 / STEP):02}"
    serves = lambda service: any(here in area.get("area_codes", "").split(";") for area in service.get("service_areas", []))
    at_postcode(server, lambda at: "XB22CC" in postcodes_of(at), serves, postcode="XB2 2CC")


# --- what is wrong -----------------------------------------------------------------------------------------------------------


@test("what is wrong with a request is said, with its parameter")
def _(server):
    wrong = [
        ("/services?page=0", 400, "page"),
        ("/services?page=x", 400, "page"),
        ("/services?page=4294967296", 400, "page"),
        ("/services?per_page=301", 400, "per_page"),
        ("/services?per_page=-1", 400, "per_page"),
        ("/services?minimal=true&per_page=100001", 400, "per_page"),
        ("/services?minimal=maybe", 400, "minimal"),
        ("/services?minimal=true&full=true", 400, "minimal"),
        ("/organizations?full=1", 400, "full"),
        ("/organizations?full_service=1", 400, "full_service"),
        ("/services?format=xml", 400, "format"),
        ("/services?modified_after=yesterday", 400, "modified_after"),
        ("/services?modified_after=2025-06-15T10:30", 400, "modified_after"),
        ("/services?modified_after=2025-06-15T10:30:00" + "0" * 40, 400, "modified_after"),
        ("/services?organization_id=5", 400, "organization_id"),
        ("/service_at_locations?taxonomy_id=5", 400, "taxonomy_id"),
        ("/services?taxonomy_term_id=5", 400, "taxonomy_term_id"),
        ("/taxonomy_terms?parent_id=5", 400, "parent_id"),
        ("/taxonomy_terms?top_only=5", 400, "top_only"),
        ("/services?proximity=100", 400, "proximity"),
        ("/services?postcode=XA1+1AA&proximity=-1", 400, "proximity"),
        ("/services?postcode=XA1+1AA&proximity=1e9", 400, "proximity"),
        ("/services?postcode=QQ99+9QQ", 404, "postcode"),
        ("/services?postcode=%22%27", 404, "postcode"),
        ("/services?postcode=" + "x" * 2000, 400, "postcode"),
        ("/services?search=" + "+".join("abcdefghijklmnopqrst"), 400, "search"),
        ("/organizations?search=" + "+".join("abcdefghijklmnopqrst"), 400, "search"),
        ("/services?page=1&page=2", 400, "page"),
    ]
    for name in LISTS:
        wrong += [(f"/{name}/{uuid.uuid4()}", 404, "id"), (f"/{name}/x", 404, "id")]
    for path, status, parameter in wrong:
        server.get("/hsds" + path).problem(status, parameter)
    assert server.get("/hsds/services", method="POST").status == 405


@test("pages of any origin may read it, whatever the atlas says of other routes")
def _(server):
    for path in ("/", "/profile", "/services?per_page=1", "/services/x", "/services?page=0", "/taxonomies"):
        for origin in (ORIGIN, "https://elsewhere.example"):
            assert server.get("/hsds" + path, {"Origin": origin})["Access-Control-Allow-Origin"] == "*", path
    assert server.get("/hsds/services", {"Origin": "https://elsewhere.example"}, method="OPTIONS")["Access-Control-Allow-Origin"] == "*"
    assert server.get("/layers", {"Origin": "https://elsewhere.example"})["Access-Control-Allow-Origin"] is None


@test("an answer that is as it was is not sent again")
def _(server):
    first = server.get("/hsds/services?per_page=3")
    assert server.get("/hsds/services?per_page=3", {"If-None-Match": first["ETag"]}).status == 304
    assert first["Cache-Control"] == "no-cache", first["Cache-Control"]


@test("what is private is in none of the answers, and in the store")
def _(server):
    with_private = program("directory", "export", server.atlas, "--format", "hsds", "--private", "--out", "-")
    assert with_private.count("PRIVATE") > 50
    for name in LISTS:
        for form in ("", "&full=true", "&full_service=true", "&minimal=true", "&format=ndjson"):
            body = server.get(f"/hsds/{name}?per_page=300{form}").body
            assert b"PRIVATE" not in body and b"private@" not in body and b'"visibility":"private"' not in body, (name, form)
    for word in ("PRIVATE", "960999", "ann"):
        assert server.ids("services", search=word) == []


if __name__ == "__main__":
    run(Register)
