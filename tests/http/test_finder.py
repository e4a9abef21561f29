#!/usr/bin/python3
"""The public finder's pages over HTTP: what they say without a script, in every language, of hostile data and wrong addresses."""

import datetime
import html.parser
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse
import zoneinfo

sys.dont_write_bytecode = True
from editing import Register
from support import LAUNCHER, PROGRAM, ROOT, SLOW, Server, run, test

LANGUAGES = ["en", "cy", "es", "pt"]
HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</title></textarea><svg onload=alert(1)>",
    "\u202eevil\u202c &amp; &#x3c;b&#x3e;",
    "{n} %s {place}",
]
COLUMNS = ["name", "description", "topics", "programme", "organisation", "address", "postcode", "phone", "email", "url", "hours",
           "funder", "status", "last_reviewed", "start"]
EXTRA = """\
  - id: strangers
    title: "<b>Strangers</b>"
    source: strangers.csv
    attribution: "<i>Nobody</i>"
    language: pt-BR
    licence: {title: "<u>None</u>", url: "https://example.org/?<script>"}
    columns: {key: key, longitude: lon, latitude: lat, kind: kind, """ + ", ".join(f"{name}: {name}" for name in [*COLUMNS, "end"]) + "}\ntime_zone: Europe/London\n"


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


class Finder(Server):
    """The tiny atlas with one more directory: every field of every entry is something nasty, but for the last two."""

    def __init__(self):
        super().__init__(extra=EXTRA)
        rows = ["key,lon,lat,kind," + ",".join(COLUMNS) + ",end"]
        for i, text in enumerate(HOSTILE):
            rows.append(f"h{i},-1.1,52.1,coalition," + ",".join(quoted(text) for _ in COLUMNS))
        fine = {"name": "Zebra fine", "phone": "+44 (0)1632 960 000 ext 5", "email": "a.b@example.org", "url": "https://example.org/?a=1&b=2",
                "last_reviewed": "2020-02-29", "address": "1 High Street", "postcode": "ZZ1 1ZZ", "hours": "Mo-Fr 09:00-17:00"}
        rows.append("fine,-1.1,52.1,coalition," + ",".join(quoted(fine.get(name, "")) for name in COLUMNS))
        rows.append("bare,,,coalition," + ",".join(quoted("Zebra bare" if name == "name" else "") for name in COLUMNS))
        for name, lon, start, end in (("Course in June", -1.1, "2938-06-01", ""), ("Course in May", -1.1, "2938-05-06T10:00:00", "2938-05-06T12:00:00"),
                                      ("Course of the past", -1.04, "2020-05-06", "")):
            given = {"name": name, "start": start}
            rows.append(f"{name},{lon},52.1,training," + ",".join(quoted(given.get(column, "")) for column in COLUMNS) + f",{end}")
        (self.folder / "strangers.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


class Page(html.parser.HTMLParser):
    """What a browser would make of it: elements with their attributes, the text, and whether all that is opened is closed."""

    VOID = {"meta", "link", "input", "br", "img", "hr"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.text, self.open, self.texts, self.html = [], "", [], [], text
        self.feed(text)
        self.close()
        assert self.open == [], self.open
        self.ids = [values["id"] for _, values in self.elements if "id" in values]

    def handle_starttag(self, tag, attributes):
        assert len(attributes) == len(dict(attributes)), (tag, attributes)
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        self.text += data

    def all(self, tag, **wanted):
        return [values for name, values in self.elements if name == tag and all(values.get(k) == v for k, v in wanted.items())]


def page(server, path, status=200, headers=None):
    answer = server.get(path, headers)
    assert answer.status == status, (path, answer.status, answer.body[:300])
    assert answer["Content-Type"] == "text/html; charset=utf-8", answer["Content-Type"]
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors" in policy, policy
    read = Page(answer.body.decode())
    assert len(read.all("h1")) == 1 and len(read.all("main")) == 1, path
    assert len(read.ids) == len(set(read.ids)), read.ids
    labelled = {values.get("for") for values in read.all("label")}
    for values in read.all("input") + read.all("select"):
        assert values.get("type") in ("hidden", "checkbox") or values["id"] in labelled, values
    for tag, values in read.elements:
        assert tag not in ("style", "iframe", "svg", "img", "b", "i", "u"), (path, tag)
        assert not [name for name in values if name.startswith("on") or name == "style"], (path, tag, values)
        assert tag != "script" or values["src"].startswith((".", "..")), values
        for name in ("href", "src", "action"):
            if name in values:
                assert re.match(r"(\./|\.\./|#|https?://|mailto:|tel:|geo:|data:,$)", values[name]), values
    return read


def entry_ids(server, query):
    return [(feature["id"], feature["properties"]) for feature in server.get("/coalitions?limit=1000&" + query).json()["features"]]


def names(server, query):
    text = server.get("/finder?" + query).body.decode()
    return re.findall(r"<h3><a [^>]*>([^<]*)</a></h3>", text)


@test("the list is there without a script, page by page, with the same entries as /coalitions")
def _(server):
    wanted = [properties["name"] for _, properties in entry_ids(server, "kind=hub,service")]
    found = []
    for number in range(1, 9):
        found += names(server, f"kind=hub&kind=service&page={number}")
    assert [name.replace("&#39;", "'") for name in found] == wanted, (found, wanted)
    read = page(server, "/finder?kind=hub&kind=service&q=caf%C3%A9&page=1")
    assert read.all("a", rel="next") == [] and "Entries found: 20" in read.text, read.text


@test("filters, words, a place and a distance narrow the list, and the form says what was asked")
def _(server):
    assert len(names(server, "q=number+1")) < len(names(server, "q=number"))
    read = page(server, "/finder?q=caf%C3%A9&place=C0300&radius=10000&kind=hub&topic=food&served=1")
    assert read.all("input", id="q")[0]["value"] == "café" and read.all("input", id="place")[0]["value"] == "C0300"
    assert [values["value"] for values in read.all("input", type="checkbox", checked="checked")] == ["1", "hub"]
    assert "selected" in read.all("option", value="food")[0] and "selected" in read.all("option", value="10000")[0]
    assert "Nearest first, from: Cell 3, 0" in read.text and " km" in read.text
    everything = [properties["name"] for _, properties in entry_ids(server, "near=cells:C0300&radius=10000&serves=cells:C0300&kind=hub")]
    assert names(server, "place=C0300&radius=10000&served=1&kind=hub") == everything, everything


@test("what lies in the area that is named comes first and is in it; a radius counts from its boundary, on every page")
def _(server):
    everything = server.get("/coalitions?limit=1000&kind=hub,service").json()["features"]
    inside = [feature["properties"]["name"] for feature in everything if 52.1 < feature["geometry"]["coordinates"][1] < 52.15]
    text = server.get("/finder?place=R02&kind=hub,service").body.decode()
    marks = re.findall(r'class="distance">([^<]*)<', text)
    assert 0 < len(inside) == marks.count("in R02") and marks[:len(inside)] == ["in R02"] * len(inside), (inside, marks)
    assert "Distances are measured from its boundary." in text
    assert sorted(names(server, "place=R02&kind=hub,service&radius=0")) == sorted(inside), inside
    whole = [properties["name"] for _, properties in entry_ids(server, "near=rows:R02&radius=8000&kind=hub,service")]
    assert len(whole) > len(inside)
    listed = page(server, "/finder?place=R02&radius=8000&kind=hub,service")
    assert f"Entries found: {len(whole)}" in listed.text, listed.text
    assert sum((names(server, f"place=R02&radius=8000&kind=hub,service&page={n}") for n in range(1, len(whole) // 20 + 2)), []) == whole
    mark = listed.all("div", id="found")[0]
    assert mark["data-here-name"] == "R02" and "near=rows:R02&radius=8000" in mark["data-features"], mark
    lon, lat = map(float, mark["data-here"].split(","))
    assert -1.2 < lon < -0.6 and 52.1 < lat < 52.15, mark
    assert names(server, "near=rows:R02&radius=8000&kind=hub,service") == whole[:20]
    for language, words in (("cy", "o fewn R02"), ("es", "en R02"), ("pt", "em R02")):
        assert words in page(server, f"/finder?place=R02&lang={language}").text, language


def said(server, query, id_):
    found = re.search(f'<p[^>]* id="{id_}"[^>]*>(.*?)</p>', page(server, "/finder?" + query).html, re.S)
    return re.sub("<[^>]*>", "", found.group(1))


def marked(read, text):
    """The languages that elements with just this text say they are in."""
    return set(re.findall(r'<(?:\w+)[^>]*? lang="([\w-]+)"[^>]*>' + re.escape(text) + "<", read.html))


@test("what data say is marked with their language where it is not the page's, and only there")
def _(server):
    strangers, helpers = ({properties["name"]: identity for identity, properties in entry_ids(server, query)} for query in ("kind=coalition&q=zebra", "kind=hub"))
    name, identity = next((name, identity) for name, identity in helpers.items() if "1" in name)
    for lang in ("cy", "es", "pt"):
        listed = page(server, f"/finder?q={urllib.parse.quote(name)}&kind=hub&lang={lang}")
        assert {"en"} == marked(listed, name) == marked(listed, "Food for all") == marked(listed, "food") == marked(listed, "Squares"), listed.html
        entry = page(server, f"/finder/{identity}?lang={lang}")
        assert {"en"} == marked(entry, name) == marked(entry, "Cell 1, 0") == marked(entry, "Cells") == marked(entry, "Score (2021)"), entry.html
        assert entry.all("div", id="map")[0]["data-lang"] == "en"
        assert marked(page(server, f"/finder/{strangers['Zebra fine']}?lang={lang}"), "Zebra fine") == (set() if lang == "pt" else {"pt-BR"})
    assert ' lang="' not in re.sub(r"<html[^>]*>|<nav.*?</nav>", "", page(server, f"/finder/{identity}?lang=en").html)
    assert marked(page(server, f"/finder/{strangers['Zebra fine']}?lang=en"), "Zebra fine") == {"pt-BR"}
    assert marked(page(server, "/finder?q=zebra&lang=ar"), "Zebra fine") == {"pt-BR"}


@test("what there is to choose from is marked with the language of the directories that say it, and not where these differ")
def _(server):
    for lang, theirs in (("cy", {"pt-BR"}), ("en", {"pt-BR"}), ("pt", set())):
        read = page(server, f"/finder?lang={lang}")
        for name in ("topic", "programme"):
            own = re.search(rf'<select id="{name}".*?</select>', read.html)[0]
            assert {values for text, values in re.findall(r'<option value="([^"]*)" lang="([^"]*)"', own) if "onmouseover" in text} == theirs, (lang, own)
        assert marked(read, "food") == (set() if lang == "en" else {"en"}), (lang, read.html)
        print_of = page(server, f"/finder?print=1&topic={urllib.parse.quote(HOSTILE[3])}&lang={lang}")
        assert marked(print_of, HOSTILE[3]) - {"en"} == theirs, (lang, print_of.html)
    for languages, food in ((("es", "es"), {"es"}), (("es", "pt"), {"es"})):
        common = Finder()
        text = common.atlas.read_text().replace("    language: pt-BR\n", f"    language: {languages[1]}\n")
        common.atlas.write_text(text.replace("  - id: helpers\n", f"  - id: helpers\n    language: {languages[0]}\n"))
        with common:
            read = page(common, "/finder?lang=en")
            assert marked(read, "food") == food, read.html
            assert read.all("div", id="map")[0].get("data-lang") == ("es" if len(set(languages)) == 1 else None), read.all("div", id="map")
            assert not marked(page(common, "/finder?lang=es"), "food")


@test("an entry's page leads back to the search and the place in it, and nowhere else")
def _(server):
    search = "q=caf%C3%A9&place=C0300&radius=25000&kind=hub&lang=cy"
    listed = page(server, "/finder?" + search)
    links = [values["href"] for values in listed.all("a") if values["href"].startswith("./finder/")]
    identity = links[0].split("?")[0].split("/")[-1]
    entry = page(server, links[0][1:])
    back = [values["href"] for values in entry.all("a") if values.get("data-back")]
    assert len(back) == 2 and back[0] == back[1] and "Yn \u00f4l i'r canlyniadau" in entry.text, back
    address, mark = back[0].split("#")
    assert mark == "e-" + identity and mark in page(server, address[2:]).ids, back
    assert dict(urllib.parse.parse_qsl(address.split("?")[1])) == dict(urllib.parse.parse_qsl(search)), back
    assert entry.all("link", rel="canonical")[0]["href"] == f"../finder/{identity}?lang=cy"
    assert all("radius=25000" in values["href"] for values in entry.all("a") if values.get("hreflang"))
    second = [values["href"] for values in page(server, "/finder?page=2&near=-1,52").all("a") if values["href"].startswith("./finder/")][0]
    assert second.endswith("?page=2"), "a position stands in no entry's address: " + second
    back = [values["href"] for values in page(server, second[1:]).all("a") if values.get("data-back")][0]
    assert back.startswith("../finder?page=2#e-"), back
    assert [values["href"].split("?")[1] for values in page(server, second[1:]).all("a") if values.get("hreflang")] == [f"lang={lang}&page=2" for lang in LANGUAGES]
    for query in ("", "?lang=es", "?embed=1", "?back=//evil.example", "?page=x", "?page=0&near=x"):
        read = page(server, f"/finder/{identity}{query}")
        back = [values["href"] for values in read.all("a") if values.get("data-back")]
        assert all(re.match(r"\.\./finder(\?|#|$)", one) and "evil" not in one for one in back), back
    assert "All entries" in page(server, f"/finder/{identity}").text


@test("where the nearest is far away, the status line says how far")
def _(server):
    assert re.search(r"The nearest is [5-9],\d{3}\u00a0?\s?km away", said(server, "near=1,2&lang=en", "count")), said(server, "near=1,2&lang=en", "count")
    for query in ("near=-1,52.1", "place=C0300", "", "near=1,2&page=2", "near=1,2&q=zzzz", "near=1,2&sort=name"):
        assert "The nearest" not in said(server, query + "&lang=en", "count"), query
    assert "agosaf" in said(server, "near=1,2&lang=cy", "count")


@test("a place is found by code, by boundaries and code, by name in any letters, by its first words")
def _(server):
    for place in ("C0300", "cells:C0300", "cell 3, 0", "CELL 3, 0", "  Cell 3, 0 "):
        text = page(server, "/finder?place=" + urllib.parse.quote(place)).text
        assert "from: Cell 3, 0" in text, place
    text = page(server, "/finder?place=cell+3").text
    assert "from: Cell 3, 0" in text and "Others that it could mean" in text, text
    text = page(server, "/finder?place=cel").text
    assert "No place here is called “cel”" in text and "Did you mean" in text and "Entries found: 0" in text
    text = page(server, "/finder?place=" + urllib.parse.quote(HOSTILE[0])).text
    assert HOSTILE[0] in text


@test("what needs a place says so beside the field")
def _(server):
    for query in ("served=1", "radius=5000", "served=1&radius=5000&lang=en"):
        assert said(server, query, "place-needed").startswith("Type a place first"), query
    for query in ("", "place=C0300&radius=5000&served=1", "near=-1,52&radius=5000", "radius="):
        assert said(server, query, "place-needed") == "", query


@test("where nothing is found the status line says why and what to try")
def _(server):
    assert "Try another spelling" in said(server, "place=Atlantis", "count")
    assert "Did you mean: Cell" in said(server, "place=cel", "count")
    for slip in ("celly", "Cella", "cell%C3%B1%C3%B1"):
        assert "is called" in said(server, f"place={slip}", "count") and "Did you mean: Cell" in said(server, f"place={slip}", "count"), slip
    for other in ("xell", "cel9", "celestial"):
        assert "Did you mean" not in said(server, f"place={other}", "count"), other
    assert "Nothing matches" in said(server, "q=zzzz", "count")
    assert "print=1" not in page(server, "/finder?q=zzzz").html and "print=1" in page(server, "/finder").html, "nobody prints an empty list"


@test("behind the last page is none, and titles tell pages and searches apart")
def _(server):
    behind = page(server, "/finder?page=99").text
    assert "There is no such page" in behind and "Nothing matches" not in behind and "Page 99" not in behind, behind
    assert "<title>café · C0300 · " in page(server, "/finder?q=caf%C3%A9&place=C0300").html
    titles = {re.search("<title>(.*?)</title>", page(server, f"/finder?page={number}").html).group(1) for number in (1, 2)}
    assert len(titles) == 2, titles


@test("a radius without a place changes nothing, and neither do empty fields")
def _(server):
    assert names(server, "radius=5000&q=&place=&near=&topic=&programme=") == names(server, "")


@test("who is open now is asked for by a tick, which the address and the form keep")
def _(server):
    def ticks(page):
        return [one for one in page.all("input", name="open") if one["type"] == "checkbox"]

    (tick,) = ticks(Page(server.get("/finder").body.decode()))
    assert tick["value"] == "now" and "checked" not in tick
    page = Page(server.get("/finder?open=now&q=zebra&lang=cy").body.decode())
    (tick,) = ticks(page)
    assert "checked" in tick and page.all("input", name="open") == [tick] and "ar agor nawr" in page.text
    assert any("open=now" in link["href"] for link in page.all("a") if "lang=pt" in link["href"])
    # Another moment goes along as it is. It was a Monday.
    page = Page(server.get("/finder?open=2026-11-23T10:00:00Z&q=zebra").body.decode())
    assert not ticks(page) and [one["value"] for one in page.all("input", name="open")] == ["2026-11-23T10:00:00Z"]
    assert "Zebra fine" in page.text and "Zebra bare" not in page.text
    assert "Zebra fine" not in Page(server.get("/finder?open=2026-11-23T04:00:00Z&q=zebra").body.decode()).text


@test("what a chooser says is not said by a hidden field, too")
def _(server):
    for name in ("topic", "programme", "language", "accessibility"):
        page = Page(server.get(f"/finder?{name}=food").body.decode())
        assert len(page.all("select", name=name)) == 1 and not page.all("input", name=name), name


@test("filters without a control go along in links and in the form")
def _(server):
    read = page(server, "/finder?bbox=-2,51,0,53&organisation=&sort=name&lang=es&f=csv")
    assert read.all("input", name="bbox", type="hidden")[0]["value"] == "-2,51,0,53"
    assert read.all("input", name="lang", type="hidden")[0]["value"] == "es"
    assert read.all("input", name="f") == []
    following = [values["href"] for values in read.all("a", rel="next")][0]
    assert "bbox=-2,51,0,53" in following and "sort=name" in following and "lang=es" in following, following


@test("whatever stands in data is text on every page")
def _(server):
    for number in range(1, 4):
        page(server, f"/finder?page={number}")
    strangers = [one for one in entry_ids(server, "kind=coalition") if one[1]["source"]["directory"] == "strangers"]
    assert len(strangers) == len(HOSTILE) + 2
    for identity, properties in strangers:
        for lang in LANGUAGES + ["ar"]:
            read = page(server, f"/finder/{identity}?lang={lang}")
            assert properties["name"] in read.text and "<b>Strangers</b>" in read.text
            assert not [values for values in read.all("a") if "javascript" in values["href"]]


@test("an entry has what one needs to get in touch, and says what is not known")
def _(server):
    ids = {properties["name"]: identity for identity, properties in entry_ids(server, "kind=coalition")}
    read = page(server, "/finder/" + ids["Zebra fine"])
    links = [values["href"] for values in read.all("a")]
    assert "tel:+4401632960000" in links and "mailto:a.b@example.org" in links and "https://example.org/?a=1&b=2" in links, links
    assert "geo:52.100000,-1.100000" in links and "../#at=52.10000,-1.10000,15" in links, links
    assert "29 February 2020" in read.text and "Not reviewed for over a year" in read.text
    assert "Monday to Friday: 9\u00a0am to 5\u00a0pm" in read.text and "Saturday and Sunday: closed" in read.text and "Mo-Fr" not in read.text
    assert "Open now, until 5\u00a0pm" in read.text or "Closed now, opens" in read.text
    bare = page(server, "/finder/" + ids["Zebra bare"]).text
    for sentence in ("No description was given", "No contact was given", "not stated whom it serves", "no position on the map",
                     "not stated when this was last reviewed"):
        assert sentence in bare, sentence
    served = [identity for identity, properties in entry_ids(server, "kind=hub") if "service_area" in properties][0]
    assert "Cells: 1" in page(server, "/finder/" + served).text


def uuid(digit, n=0):
    return f"{digit * 8}-1111-4111-8111-{n:012d}"


HOUSE, ROOM = uuid("1"), uuid("2")
ORGANISATION = {"id": uuid("3"), "name": "Org Full", "description": "It runs things",
                "phones": [{"id": uuid("4"), "number": "01632 960030", "type": "voice"}, {"id": uuid("4", 1), "number": "01632 960031", "type": "fax"}],
                "contacts": [{"id": uuid("5"), "name": "Bob Org", "phones": [{"id": uuid("4", 2), "number": "01632 960032"}]}]}
SERVICES = [
    {"id": HOUSE, "name": "House group", "status": "active", "organization": ORGANISATION, "wait_time": "2 weeks", "interpretation_services": "Sign on request",
     "minimum_age": 50, "maximum_age": 99,
     "phones": [{"id": uuid("4", 10), "number": "01632 960041", "type": "fax"}, {"id": uuid("4", 11), "number": "01632 960042", "extension": "77", "type": "textphone"},
                {"id": uuid("4", 12), "number": "01632 960043", "type": "cell", "description": "Evenings"}, {"id": uuid("4", 13), "number": "01632 960044", "type": "<b>Freephone</b>"}],
     "contacts": [{"id": uuid("5", 1), "name": "Ann Chair", "title": "Chair", "phones": [{"id": uuid("4", 14), "number": "01632 960045", "extension": "12"}]}],
     "schedules": [{"id": uuid("6"), "freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00", "description": "Term time", "notes": "Bring cake",
                    "schedule_link": "https://dates.example/"},
                   {"id": uuid("6", 1), "freq": "WEEKLY", "byday": "TU", "opens_at": "10:00", "closes_at": "11:00", "schedule_link": "javascript:alert(1)"},
                   {"id": uuid("6", 2), "freq": "WEEKLY", "byday": "WE", "opens_at": "09:00", "closes_at": "10:00", "description": "Quiet hour"},
                   {"id": uuid("6", 3), "freq": "WEEKLY", "byday": "TH", "opens_at": "12:00", "closes_at": "13:00", "description": "Quiet hour"}],
     "funding": [{"id": uuid("7"), "source": "Fund A", "amount": 1500, "currency": "GBP", "valid_from": "2026-01-01", "valid_to": "2026-12-31", "title": "Roof"},
                 {"id": uuid("7", 1), "source": "Fund B", "amount": 250, "currency": "GBP", "valid_from": "2027-01-01"}],
     "service_at_locations": [{"id": uuid("8"), "location": {
         "id": uuid("9"), "location_type": "physical", "name": "St Mary Church Hall", "latitude": 52.05, "longitude": -1.15, "transportation": "Bus nine",
         "phones": [{"id": uuid("4", 15), "number": "01632 960046"}], "accessibility": [{"id": uuid("a"), "description": "Ramp", "details": "steep"}],
         "addresses": [{"id": uuid("b"), "address_1": "1 High Street", "city": "Marwick", "state_province": "County", "postal_code": "ZZ3 5AD", "country": "GB", "address_type": "physical"}]}}]},
    {"id": ROOM, "name": "Talk online", "status": "active", "organization": ORGANISATION,
     "service_at_locations": [{"id": uuid("8", 1), "location": {"id": uuid("9", 1), "location_type": "virtual", "url": "https://meet.example/room", "name": "Talk room"}}]},
    {"id": uuid("1", 2), "name": "Talk elsewhere", "status": "active", "organization": ORGANISATION,
     "service_areas": [{"id": uuid("c"), "name": "Coast", "extent_type": "geojson",
                        "extent": json.dumps({"type": "Polygon", "coordinates": [[[-1.1, 52.1], [-1.0, 52.1], [-1.0, 52.2], [-1.1, 52.1]]]})}],
     "service_at_locations": [{"id": uuid("8", 2), "location": {"id": uuid("9", 2), "location_type": "virtual", "url": "ftp://meet.example/room", "name": "Talk elsewhere"}}]},
]


class Told(Register):
    """A store with what HSDS can say of services."""

    def __init__(self):
        super().__init__(extra="""\
  - {id: register, title: Register, store: register.gpkg, seed: helpers, editors: editors.txt}
time_zone: Europe/London
""")
        (self.folder / "told.json").write_text(json.dumps(SERVICES))
        done = subprocess.run(LAUNCHER + [PROGRAM, "directory", "import", str(self.atlas), str(self.folder / "told.json"), "--format", "hsds"],
                              capture_output=True, text=True, timeout=60 * SLOW)
        assert done.returncode == 0, done.stderr


def facts(read):
    """What a page's lists say: (term, description)."""
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", read.html, re.S)
    return [tuple(html.unescape(re.sub("<[^>]*>", "", part)) for part in pair) for pair in pairs]


@test("what a store knows of an entry is on its page: its building, telephones by what they are, people with theirs, hours with notes, money")
def _(_server):
    with Told() as server:
        read = page(server, f"/finder/{HOUSE}?lang=en")
        said, calls = facts(read), [values["href"] for values in read.all("a") if values["href"].startswith("tel:")]
        for fact in (("Place", "St Mary Church Hall"), ("Address", "1 High Street, Marwick, County, ZZ3 5AD"), ("How to get there", "Bus nine"), ("Accessibility", "Ramp: steep"),
                     ("Fax", "01632 960041"), ("Textphone", "01632 960042, extension 77"), ("Mobile", "01632 960043, Evenings"),
                     ("Telephone", "01632 960044, <b>Freephone</b>"), ("Telephone", "01632 960046"), ("Name of the person", "Ann Chair, Chair, 01632 960045, extension 12"),
                     ("Age", "50 to 99"), ("Waiting time", "2 weeks"), ("Interpreting", "Sign on request"),
                     ("Funding", "Roof, 1,500 GBP, Fund A, 1 January 2026 to 31 December 2026"), ("Funding", "250 GBP, Fund B, from 1 January 2027")):
            assert said.count(fact) == 1, (fact, said)
        assert calls == ["tel:01632960042;ext=77", "tel:01632960043", "tel:01632960044", "tel:01632960046", "tel:01632960045;ext=12"], calls
        assert "Bob Org" not in read.text and "96003" not in read.text, "it has its own"
        reach = read.text[read.text.index("How to reach it"):read.text.index("Latitude")]
        assert "Bus nine" in reach and "Ramp: steep" in reach and read.text.count("Ramp") == 1, read.text
        hours = re.search(r'<ul class="hours">(.*)</ul>', read.html, re.S)[1]
        lines = [html.unescape(re.sub("<[^>]*>", "", line)) for line in re.findall("<li>(.*?)(?=</li>|<ul)", hours)]
        assert lines[:4] == ["Tuesday: 10\u00a0am to 11\u00a0am", "Monday: 9\u00a0am to 5\u00a0pm (Term time, Bring cake, More about these hours)", "Quiet hour", "Wednesday: 9\u00a0am to 10\u00a0am"], lines
        assert lines[-1] == "Friday to Sunday: closed" and "https://dates.example/" in [values["href"] for values in read.all("a")], lines
        for print_ in ("", "&print=1"):
            listed = page(server, f"/finder?q=house+group&lang=en{print_}").text
            assert "St Mary Church Hall, 1 High Street" in listed and "Textphone: 01632 960042, extension 77" in listed, listed
        for lang in LANGUAGES:
            page(server, f"/finder/{HOUSE}?lang={lang}")


@test("an online entry has its link and no word of a map; an organisation's telephones and people stand where it has none; private ones nowhere")
def _(_server):
    with Told() as server:
        read = page(server, f"/finder/{ROOM}?lang=en")
        said = facts(read)
        for fact in (("Place", "Talk room"), ("Online", "https://meet.example/room"), ("Telephone", "01632 960030, Org Full"), ("Fax", "01632 960031, Org Full"),
                     ("Name of the person", "Bob Org, Org Full, 01632 960032")):
            assert said.count(fact) == 1, (fact, said)
        assert read.all("a", href="https://meet.example/room") and "It is online" in read.text, read.text
        odd = page(server, f"/finder/{uuid('1', 2)}?lang=en")
        assert "It is online" in odd.text and not [values for values in odd.all("a") if values["href"].startswith("ftp")] and "Place" not in dict(facts(odd))
        unseen = re.sub(r'<span class="script" hidden="hidden">.*?</span>', "", odd.html)
        assert "area of its own shape." in unseen and "The map shows it." not in unseen and "The map shows it." in odd.html, unseen
        document = {"name": "Whispers", "kind": "hub", "status": "active", "phones": [{"number": "01632 960050", "visibility": "private"}],
                    "contacts": [{"name": "Di Private", "visibility": "private"}]}
        path, _ = server.make(document)
        text = page(server, path.replace("/entries/", "/finder/")).text
        assert "960050" not in text and "Di Private" not in text and "No contact was given" in text, text


@test("the language is that of lang= or of the browser, and the page says so")
def _(server):
    titles = set()
    for lang in LANGUAGES:
        read = page(server, "/finder?lang=" + lang)
        assert read.all("html")[0]["lang"] == lang and read.all("html")[0]["dir"] == "ltr"
        titles.add(re.search(r"<h1[^>]*>(.*?)</h1>", server.get("/finder?lang=" + lang).body.decode()).group(1))
        assert server.get("/finder", {"Accept-Language": lang + ", en;q=0.5"})["Content-Language"] == lang
    assert len(titles) == len(LANGUAGES), titles
    assert "Accept-Language" in server.get("/finder")["Vary"] and "Accept-Language" not in server.get("/finder?lang=cy")["Vary"]
    homes = [link["href"] for link in page(server, "/finder?lang=cy&embed=0").all("a") if link["href"].startswith("./")]
    assert "./?lang=cy" in homes, homes
    arabic = page(server, "/finder?lang=ar").all("html")[0]
    assert arabic["lang"] == "en" and arabic["dir"] == "rtl", arabic
    assert page(server, "/finder?lang=" + urllib.parse.quote(HOSTILE[1])).all("html")[0]["lang"] == "en"


@test("a wrong address gives a page that says what is wrong, with the form")
def _(server):
    for query, name in (("page=0", "page"), ("page=x", "page"), ("kind=nonsense", "kind"), ("near=here", "near"), ("near=200,100", "near"),
                        ("bbox=1,2", "bbox"), ("serves=nowhere:1", "serves"), ("served=yes", "served"), ("embed=2", "embed"),
                        ("q=a&q=b", "q"), ("place=a&place=b", "place"), ("radius=-1", "radius"), ("amount_min=x", "amount_min"),
                        ("sort=" + urllib.parse.quote(HOSTILE[1]), "sort")):
        for lang in LANGUAGES:
            status = 404 if name == "serves" else 400
            read = page(server, f"/finder?{query}&lang={lang}", status)
            assert name in read.text and read.all("form"), (query, read.text)
            assert read.all("div", role="alert"), query
    assert server.get("/finder?page=x")["Cache-Control"] == "no-store"
    assert "no entry 'nobody'" in page(server, "/finder/nobody", 404).text
    read = page(server, "/finder/nobody?lang=pt", 404)
    assert "Essa entrada não existe" in read.text and "no entry" not in read.text and read.all("form")[0]["action"] == "../finder#results"
    page(server, "/finder/" + urllib.parse.quote(HOSTILE[0], safe=""), 404)
    page(server, "/finder?" + "&".join("kind=hub" for _ in range(40)), 400)
    answer = server.get("/finder", method="POST")
    assert answer.status == 405 and answer["Content-Type"] == "text/html; charset=utf-8"


@test("only embedded pages may be framed by others, and they have no header and footer")
def _(server):
    whole, framed = server.get("/finder"), server.get("/finder?embed=1")
    assert "frame-ancestors 'self'" in whole["Content-Security-Policy"] and "frame-ancestors *" in framed["Content-Security-Policy"]
    read = page(server, "/finder?embed=1&q=caf%C3%A9")
    assert read.all("header") == [] and read.all("footer") == [] and "Fictional" in read.text
    assert all("embed=1" in values["href"] for values in read.all("a") if values["href"].startswith("./finder/"))
    identity = entry_ids(server, "")[0][0]
    assert "frame-ancestors *" in server.get(f"/finder/{identity}?embed=1")["Content-Security-Policy"]
    line = re.search(r"<iframe .*</iframe>", page(server, "/finder?q=caf%C3%A9&near=-1,52").text).group(0)
    inner = Page(line).elements[0][1]
    assert inner["src"].startswith(f"http://{server.host}:{server.port}/finder?") and "embed=1" in inner["src"], inner
    assert "near" not in inner["src"], "a position is nobody else's business"


@test("a list of training is a calendar: what comes next first, what is over last, each with its date")
def _(server):
    read = page(server, "/finder?kind=training&q=Course")
    at = [read.text.index(name) for name in ("Course in May", "Course in June", "Course of the past")]
    assert at == sorted(at), read.text
    assert "Next date: Tuesday, 6 May 2938, 10\u00a0am to noon" in read.text, read.text
    assert "Over: no further date" in read.text and "Next date: Sunday, 1 June 2938" in read.text, read.text
    near = page(server, "/finder?kind=training&q=Course&place=C0300").text
    assert near.index("Course of the past") < near.index("Course in May"), "the nearest first"
    assert "Pr\u00f3xima fecha: martes, 6 de mayo de 2938, de 10:00 a 12:00" in page(server, "/finder?kind=training&q=Course&lang=es").text


@test("the list for printing has all that is found, up to 200 on a page, says what was searched for, and leads back")
def _(server):
    link = [values["href"] for values in page(server, "/finder?q=caf%C3%A9&page=2&lang=es").all("a") if "print=1" in values["href"] and "hreflang" not in values]
    assert link == ["./finder?q=caf%C3%A9&lang=es&print=1"], link
    read = page(server, "/finder?q=caf%C3%A9&place=C0300&radius=90000&topic=food&kind=hub,service&served=0&print=1")
    assert len(read.all("h3")) == 20 and not read.all("form") and not read.all("div", id="map") and read.all("button"), read.html
    for said in ("caf\u00e9", "C0300", "90 km", "food", "Community hub, Service", "As of ", "Back to the results"):
        assert said in read.text, (said, read.text)
    assert [values["src"].split("/")[-1] for values in read.all("script")] == ["finder.js"], read.all("script")
    assert all("print=1" in values["href"] for values in read.all("a") if values.get("hreflang"))
    everything = page(server, "/finder?print=1")
    found = int(re.search("Entries found: ([0-9]+)", everything.text).group(1))
    assert len(everything.all("h3")) == found > 20 and "On this sheet" not in everything.text, found
    assert "There is no such page" in page(server, "/finder?print=1&page=2").text
    page(server, "/finder?print=yes", 400)
    assert page(server, "/finder?print=1&page=x", 400).all("input", name="print") == []


@test("the list for printing has of each entry what is needed to get there and to write to it")
def _(server):
    shown, printed = (page(server, "/finder?q=zebra+fine" + more).text for more in ("", "&print=1"))
    assert "1 High Street, ZZ1 1ZZ · +44 (0)1632 960 000 ext 5 · a.b@example.org" in printed, printed
    assert "ZZ1 1ZZ" not in shown and "a.b@example.org" not in shown, "on a screen the entry's page has them"


@test("the day on the list for printing is that of the atlas's time zone")
def _(_server):
    for zone in ("Etc/GMT+12", "Pacific/Kiritimati"):  # 26 hours apart: one of them always has another day than UTC
        with Server(extra=f"time_zone: {zone}\n") as elsewhere:
            days = [datetime.datetime.now(zoneinfo.ZoneInfo(zone))]
            text = page(elsewhere, "/finder?print=1").text
            days.append(datetime.datetime.now(zoneinfo.ZoneInfo(zone)))
            assert any(f"As of {day.day} {day:%B %Y}" in text for day in days), (zone, days, re.findall("As of [^<]{20}", text))


@test("a page that has not changed is not sent again")
def _(server):
    first = server.get("/finder?lang=cy")
    assert first["Cache-Control"] == "public, max-age=60"
    assert server.get("/finder?lang=cy", {"If-None-Match": first["ETag"]}).status == 304
    assert server.get("/finder?lang=cy", {"If-None-Match": first["ETag"]}, method="HEAD").status == 304


@test("what the map asks for is the same question to /coalitions")
def _(server):
    read = page(server, "/finder?place=C0300&radius=10000&served=1&q=caf%C3%A9&lang=es&page=1")
    address = [values["data-features"] for _, values in read.elements if values.get("id") == "found"][0]
    answer = server.get(address[1:])
    assert answer.status == 200 and f"Entradas encontradas: {answer.json()['numberMatched']}" in read.text, address


@test("the landing page speaks the language of lang= or of the browser, its script's words, too")
def _(server):
    whole = {lang: json.loads((ROOT / f"locales/{lang}.json").read_text()) for lang in LANGUAGES}
    for lang in LANGUAGES:
        answer = server.get("/?lang=" + lang)
        read = Page(answer.body.decode())
        texts = json.loads(read.all("main")[0]["data-texts"])
        assert answer["Content-Language"] == lang == read.all("html")[0]["lang"] and "Accept-Language" not in answer["Vary"], answer.headers
        assert read.all("html")[0]["dir"] == "ltr" and read.all("html")[0]["data-lang"] == "en" and "Squares" in read.text
        assert all(texts[key] == text for key, text in whole[lang].items() if key.startswith(("landing.", "kind.", "map.")))
        assert whole[lang]["landing.choose_place"] in read.text and "tiles/LAYER/{z}/{x}/{y}.png" in read.text and "{landing" not in read.text
        assert not set(re.findall(r"[{][A-Z]+[}]", read.html)), read.html
        accepted = server.get("/", {"Accept-Language": f"xx, {lang};q=0.5"})
        assert accepted.body.decode() == read.html and "Accept-Language" in accepted["Vary"]
        assert server.get("/", {"Accept-Language": lang, "If-None-Match": accepted["ETag"]}).status == 304
    arabic = Page(server.get("/?lang=ar").body.decode()).all("html")[0]
    assert arabic["lang"] == "en" and arabic["dir"] == "rtl", arabic
    assert Page(server.get("/?lang=" + urllib.parse.quote(HOSTILE[1])).body.decode()).all("html")[0]["lang"] == "en"
    assert server.get("/?lang=cy&lang=es").status == 400
    entry = page(server, f"/finder/{[one for one, properties in entry_ids(server, 'kind=hub')][0]}?lang=cy")
    assert any(values["href"].startswith("../?lang=cy#at=") for values in entry.all("a")), "the map in the same language"


@test("every key that the pages ask for stands in the catalogue, and none stands there for nothing")
def _(_server):
    # Those of the form of an entry are put together of its fields' names: tests/unit/test_entry_form.c looks at them.
    keys = {key for key in json.loads((ROOT / "locales/en.json").read_text()) if not key.startswith("form.")}
    sources = "".join(path.read_text() for path in sorted((ROOT / "src/http").glob("*.c")))
    used = set(re.findall(r'"([a-z]+\.[a-z0-9_.]+)"', sources)) | {"language", "direction", "date"}
    # The landing page's template and script; a method's and a state's words are put together.
    used |= set(re.findall(r"[{]([a-z]+\.[a-z_]+)[}]", (ROOT / "src/http/embed/index.html").read_text()))
    used |= set(re.findall(r"'((?:landing|state|map|distance)\.[a-z_.]*[a-z])'", (ROOT / "src/http/embed/app.js").read_text()))
    used |= {key for key in keys if key.startswith(("landing.method.", "landing.state."))}
    used |= {f"month.{n}" for n in range(1, 13)}
    # Weekdays and times of day are asked for by number and form; tests/unit/test_hours_words.c says them.
    used |= {key for key in keys if re.fullmatch(r"weekday\.[1-7]|time\.(from|to|since|until|at)(_one)?|hours\.nth(_weekend)?\.([1-5]|last|before_last)", key)}
    # Those of the entry's form are put together of the members that it shows ("phones", "number") and what is said of them.
    words = set(re.findall(r'"([\w ]+)"', sources + (ROOT / "src/data/record_specs.c").read_text())) | {"hint", "item", "remove", "hours"}
    used |= {key for key in keys if key.startswith("form.") and words.issuperset(key.split(".")[1:])}
    assert keys <= used, keys - used
    prefixes = {key.split(".")[0] for key in keys if "." in key}
    asked = {key for key in used if key.split(".")[0] in prefixes and not key.endswith((".js", ".css", "."))}
    assert asked <= keys, asked - keys


run(Finder)
