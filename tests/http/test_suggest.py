#!/usr/bin/python3
"""What the public suggests, over HTTP: the form without a script, what is kept of it, and what is refused."""

import html.parser
import http.client
import json
import pathlib
import re
import sys
import urllib.parse

sys.dont_write_bytecode = True
from support import SLOW, Answer, Server, open_store, raw, run, status_of, test

LANGUAGES = ["en", "cy", "es", "pt"]
STORE = """\
  - {id: register, title: Register, store: register.gpkg, seed: helpers}
  - id: others
    title: Others
    source: others.csv
    columns: {key: id, name: name, longitude: lon, latitude: lat}
    constants: {kind: hub}
"""
PROXY = '\nserver: {trusted_proxies: ["127.0.0.1"], base_url: "https://atlas.example"}\n'
OWN = "https://atlas.example"


class Register(Server):
    """The tiny atlas with a store that its forty helpers fill. Clients come through a proxy, so that each has an address of its own."""

    def __init__(self, settings=PROXY):
        super().__init__(extra=STORE + settings)
        (self.folder / "others.csv").write_text("id,name,lon,lat\n1,Elsewhere,-1.1,52.1\n")
        self.clients = 0

    def client(self):
        self.clients += 1
        return {"Forwarded": f"for=192.0.2.{self.clients}"}

    def send(self, path, fields, headers=None):
        """A form is sent; without headers by a client that has sent nothing before."""
        body = urllib.parse.urlencode(fields)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20 * SLOW)
        connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded", **(headers or self.client())})
        answer = Answer(connection.getresponse())
        connection.close()
        return answer

    def suggestions(self):
        with open_store(self) as store:
            return [dict(row) for row in store.execute("SELECT * FROM suggestion ORDER BY fid").fetchall()]

    def entries(self):
        return self.get("/coalitions?limit=1000").json()["features"]

    def entry(self, name="Caf\u00e9 number 7"):
        return next(one["id"] for one in self.entries() if one["properties"]["name"] == name)


class Page(html.parser.HTMLParser):
    """The controls of a page with their values, and what is tied to what."""

    VOID = {"meta", "link", "input", "br", "img", "hr"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.text, self.open, self.fields, self.area, self.choice = [], "", [], {}, None, None
        self.feed(text)
        self.close()
        assert self.open == [], self.open
        self.ids = [values["id"] for _, values in self.elements if "id" in values]

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        assert len(values) == len(attributes), attributes
        self.elements.append((tag, values))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "input" and "name" in values and (values.get("type") != "checkbox" or "checked" in values):
            self.fields[values["name"]] = values.get("value", "")
        if tag == "select":
            self.choice = values["name"]
        if tag == "option" and self.choice and (self.choice not in self.fields or "selected" in values):
            self.fields[self.choice] = values["value"]
        if tag == "textarea":
            self.area = values["name"]
            self.fields[self.area] = ""

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()
        if tag == "textarea":
            self.fields[self.area] = self.fields[self.area].removeprefix("\n")
            self.area = None
        if tag == "select":
            self.choice = None

    def handle_data(self, data):
        self.text += data
        if self.area:
            self.fields[self.area] += data

    def all(self, tag, **wanted):
        return [values for name, values in self.elements if name == tag and all(values.get(k) == v for k, v in wanted.items())]


def page(answer, status=200):
    assert answer.status == status, (answer.status, answer.body[:400])
    assert answer["Content-Type"] == "text/html; charset=utf-8", answer["Content-Type"]
    assert answer["Set-Cookie"] is None
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "form-action 'self'" in policy, policy
    read = Page(answer.body.decode())
    assert len(read.all("h1")) == 1 and len(read.all("main")) == 1
    assert len(read.ids) == len(set(read.ids)), sorted(one for one in read.ids if read.ids.count(one) > 1)
    labelled = {values.get("for") for values in read.all("label")}
    for tag in ("input", "select", "textarea"):
        for values in read.all(tag):
            assert values.get("type") in ("hidden", "checkbox") or values["id"] in labelled, values
            for tied in values.get("aria-describedby", "").split():
                assert tied in read.ids, (tied, values)
    for tag, values in read.elements:
        assert not [name for name in values if name.startswith("on") or name == "style"], (tag, values)
        if tag == "a" and values["href"].startswith("#"):
            assert values["href"][1:] in read.ids, values
    return read


def form(server, entry=None, manner=""):
    return page(server.get("/finder/suggest?" + (f"entry={entry}&" if entry else "") + manner)).fields


def thanked(server, answer):
    """Follows to the page that says so; its address says nothing of what was sent."""
    assert answer.status == 303, (answer.status, re.sub(r"<[^>]+>", " ", answer.body.decode())[:1500])
    assert answer.body == b"" and answer["Set-Cookie"] is None
    target = urllib.parse.urljoin("/finder/suggest", answer["Location"])
    assert re.fullmatch(r"/finder/suggest\?((lang|embed|entry)=[^&]*&)*done=1", target), target
    return page(server.get(target))


def refused(server, answer, status, fault):
    before = len(server.suggestions())
    read = page(answer, status)
    assert len(read.all("div", id="faults", role="alert")) == 1, read.text
    assert fault in read.text, (fault, read.text)
    assert re.search(b"<title>(Error|Gwall|Erro): ", answer.body), "the title says it, too"
    assert len(server.suggestions()) == before
    return read


@test("an entry that is registered is kept as a suggestion and not shown")
def _(server):
    fields = form(server)
    assert "version" not in fields and fields["subject"] == ""
    fields |= {"name": "Harbour walks", "topics.0": "walks", "phones.0.number": "01632 960123", "hours": "Tu 10:00-12:00",
               "languages.0.name": "Cymraeg", "location.address_1": "1 Quay Street", "service_areas.0.description": "The old town",
               "from_name": "Mo", "from_contact": "mo@example.org", "note": "We begin in May"}
    read = thanked(server, server.send("/finder/suggest", fields))
    assert "has been kept" in read.text and "autofocus" in read.all("p", role="status")[0]
    kept = server.suggestions()[-1]
    assert kept["state"] == "open" and not kept["entry_id"], kept
    assert (kept["from_name"], kept["from_contact"], kept["note"]) == ("Mo", "mo@example.org", "We begin in May"), kept
    assert json.loads(kept["document"]) == {
        "name": "Harbour walks", "topics": ["walks"], "location": {"address_1": "1 Quay Street"}, "phones": [{"number": "01632 960123"}],
        "schedules": [{"freq": "WEEKLY", "byday": "TU", "opens_at": "10:00", "closes_at": "12:00"}], "languages": [{"name": "Cymraeg"}],
        "service_areas": [{"description": "The old town"}]}, kept["document"]
    assert not [one for one in server.entries() if one["properties"]["name"] == "Harbour walks"]
    log = "".join(server.log)
    assert not re.search(r"Mo\b|mo@example|Harbour walks|192\.0\.2", log), log


@test("a training that is registered with its date keeps it as a date, in every language")
def _(server):
    for language in ("en", "es", "pt", "cy"):
        assert "2026-12-05 10:00-12:00" in page(server.get(f"/finder/suggest?lang={language}")).text
    thanked(server, server.send("/finder/suggest", {"name": "First aid", "kind": "training", "hours": "2026-12-05 10:00-12:00; 2026-12-12 18:00"}))
    assert json.loads(server.suggestions()[-1]["document"])["schedules"] == [
        {"dtstart": "2026-12-05", "opens_at": "10:00", "closes_at": "12:00"}, {"dtstart": "2026-12-12", "opens_at": "18:00"}]
    refused(server, server.send("/finder/suggest", {"name": "x", "hours": "2026-13-05 10:00-12:00"}), 400, "2026-13-05 10:00-12:00")


@test("a programme, whom to ask for, costs and what to bring are proposed, and funders are not")
def _(server):
    fields = form(server)
    assert "contacts.0.visibility" not in fields and not [name for name in fields if name.startswith("funding")], fields
    fields |= {"name": "Swims", "programme": "Healthy Harbour", "contacts.0.name": "Cy Marsh", "contacts.0.title": "Warden",
               "contacts.0.email": "cy@example.org", "costs.0.option": "Families", "costs.0.amount": "3.50", "costs.0.currency": "GBP",
               "required_documents.0.document": "A towel"}
    thanked(server, server.send("/finder/suggest", fields))
    assert json.loads(server.suggestions()[-1]["document"]) == {
        "name": "Swims", "programme": "Healthy Harbour", "contacts": [{"name": "Cy Marsh", "title": "Warden", "email": "cy@example.org"}],
        "costs": [{"option": "Families", "amount": "3.50", "currency": "GBP"}], "required_documents": [{"document": "A towel"}]}
    for name in ("funding.0.source", "funding.0.amount"):
        refused(server, server.send("/finder/suggest", fields | {name: "1"}), 400, "does not have that")
    refused(server, server.send("/finder/suggest", fields | {"costs.0.amount": "three"}), 400, "number")


@test("a change to an entry says all that the entry says, and what was typed")
def _(server):
    entry = server.entry()
    fields = form(server, entry)
    assert fields["name"] == "Caf\u00e9 number 7" and fields["description"] == "Food for all", fields
    assert sorted([fields["topics.0"], fields["topics.1"], fields["topics.2"]]) == ["", "food", "work"], fields
    thanked(server, server.send(f"/finder/suggest?entry={entry}", fields | {"description": "Food for some\r\nand drink", "email": "cafe@example.org"}))
    kept = server.suggestions()[-1]
    document = json.loads(kept["document"])
    assert kept["entry_id"] == entry == document["id"], kept
    assert document["description"] == "Food for some\nand drink" and document["email"] == "cafe@example.org", document
    assert document["kind"] == "service" and document["location"]["longitude"] and document["service_areas"][0]["area_codes"], document
    assert not kept["from_name"] and not kept["from_contact"] and not kept["note"], kept


@test("a place and areas are found by their names, shown as they were understood, and kept with the entry")
def _(server):
    fields = form(server) | {"name": "Harbour kitchen", "find_place": "C0303", "find_area": "c0303", "look": "find_place", "topics.0": "food"}
    before = len(server.suggestions())
    read = page(server.send("/finder/suggest", fields))
    assert len(server.suggestions()) == before, "a question keeps nothing"
    place = server.get("/places?q=C0303").json()["features"][0]
    longitude, latitude = place["geometry"]["coordinates"]
    assert f"We understood: {place['properties']['label']}" in read.text, read.text
    assert abs(float(read.fields["location.longitude"]) - longitude) < 2e-5 and abs(float(read.fields["location.latitude"]) - latitude) < 2e-5
    assert read.fields["name"] == "Harbour kitchen" and read.fields["topics.0"] == "food" and read.fields["find_place"] == ""
    assert read.fields["served.0"] == "cells:C0303" and read.fields["served"] == "1", read.fields
    thanked(server, server.send("/finder/suggest", read.fields))
    document = json.loads(server.suggestions()[-1]["document"])
    assert document["service_areas"] == [{"boundaries": "cells", "area_codes": "C0303"}], document
    assert document["location"] == {"longitude": read.fields["location.longitude"], "latitude": read.fields["location.latitude"]}, document


@test("a name that is unknown is told beside its field, and what else was meant is a button")
def _(server):
    for language, words in (("en", "No place here is called"), ("cy", "Nid oes lle yma"), ("es", "Ning\u00fan lugar"), ("pt", "Nenhum lugar")):
        read = page(server.send(f"/finder/suggest?lang={language}", {"name": "x", "find_place": "<b>nowhere</b>", "find_area": "\u0001"}))
        wrong = read.all("input", id="f-find_place")[0]
        assert wrong["aria-invalid"] == "true" and wrong["aria-describedby"] == "f-find_place-fault" and "autofocus" in wrong
        assert words in read.text and "<b>nowhere</b>" in read.text and read.fields["find_place"] == "<b>nowhere</b>"
    read = page(server.send("/finder/suggest", {"name": "x", "find_place": "Cell 3", "look": "find_place"}))
    others = [values["value"] for values in read.all("button", name="take")]
    assert others, read.text
    read = page(server.send("/finder/suggest", {"name": "x", "find_place": "", "take": others[0]}))
    assert f"We understood: {others[0]}" in read.text and read.fields["location.longitude"], read.text


@test("the position of an entry has to be on the Earth, with both its degrees, and areas have to exist")
def _(server):
    for sent, name, words in (({"location.longitude": "200", "location.latitude": "52"}, "location.longitude", "-180 to 180"),
                              ({"location.longitude": "1"}, "location.latitude", ""),
                              ({"location.longitude": "east", "location.latitude": "52"}, "location.longitude", "has to be a number"),
                              ({"served": "1", "served.0": "cells:none"}, "served", "none"),
                              ({"served": "1", "served.0": "nowhere:C0303"}, "served", "nowhere")):
        read = refused(server, server.send("/finder/suggest", {"name": "x", **sent}), 400, words)
        at = "f-" + name.replace(".", "-")
        assert read.all("a", href=f"#{at}") and at in read.ids and f"{at}-fault" in read.ids, (sent, read.text)


@test("what is wrong with a position is told in the page's language, and a decimal comma is understood")
def _(server):
    for language, of_latitude, of_both in (("en", "A latitude is a number", "A position is two numbers"), ("cy", "yw lledred", "Dau rif yw lleoliad"),
                                           ("es", "La latitud es un n\u00famero", "Una posici\u00f3n son dos n\u00fameros"),
                                           ("pt", "A latitude \u00e9 um n\u00famero", "Uma posi\u00e7\u00e3o s\u00e3o dois n\u00fameros")):
        path = "/finder/suggest?lang=" + language
        read = refused(server, server.send(path, {"name": "x", "location.longitude": "-30", "location.latitude": "95"}), 400, of_latitude)
        assert "f-location-latitude-fault" in read.ids and "has to be a number" not in read.text, read.text
        read = refused(server, server.send(path, {"name": "x", "location.longitude": "-30"}), 400, of_both)
        assert "f-location-latitude-fault" in read.ids and "give both" not in read.text, read.text
    thanked(server, server.send("/finder/suggest?lang=es", {"name": "x", "location.longitude": "-1,25", "location.latitude": "52,5"}))
    document = json.loads(server.suggestions()[-1]["document"])
    assert document["location"] == {"longitude": "-1.25", "latitude": "52.5"}, document
    refused(server, server.send("/finder/suggest", {"name": "x", "location.longitude": "1,2,3", "location.latitude": "52"}), 400, "has to be a number")


@test("pages that say what is wrong with an address say it in their language alone")
def _(server):
    for path, status, words in (("/finder?near=foo&lang=cy", 400, "Hydred a lledred"), ("/finder?page=x&lang=es", 400, "page"),
                                ("/finder/none?lang=pt", 404, "Essa entrada"), ("/finder/suggest?entry=none&lang=es", 404, "No existe esa entrada")):
        answer = server.get(path)
        text = str(answer.body, "utf-8")
        assert answer.status == status and words in text and ' lang="en" dir="ltr"' not in text, (path, answer.status, text)
        assert "there is no" not in text and "must be" not in text, (path, text)
    answer = server.send("/finder/suggest?lang=cy", {"name": "x"}, {**server.client(), "Origin": "https://elsewhere.example"})
    assert answer.status == 403 and ' lang="en" dir="ltr"' not in str(answer.body, "utf-8"), str(answer.body, "utf-8")
    assert ' lang="en" dir="ltr"' in server.get("/finder?near=foo&lang=en").body.decode()


@test("another language is a button of the form, which keeps what was typed and is not what Enter presses")
def _(server):
    entry = server.entry()
    for path in ("/finder/suggest", f"/finder/suggest?entry={entry}"):
        read = page(server.get(path))
        buttons = [values for values in read.all("button", form="suggest")]
        assert "formaction" not in buttons[0] and [values.get("lang") for values in buttons[1:]] == LANGUAGES, buttons
        assert all("lang=" + values["lang"] in values["formaction"] and "formnovalidate" in values for values in buttons[1:]), buttons
        welsh = urllib.parse.urljoin("http://x" + path, buttons[2]["formaction"]).removeprefix("http://x")
        read = page(server.send(welsh, read.fields | {"description": "half a", "email": "not yet", "from_name": "Mo", "look": "lang"}))
        assert read.all("html")[0]["lang"] == "cy" and not read.all("div", id="faults"), read.text
        assert (read.fields["description"], read.fields["email"], read.fields["from_name"]) == ("half a", "not yet", "Mo"), read.fields
    assert not server.suggestions() or "half a" not in server.suggestions()[-1]["document"]
    assert not page(server.get("/finder")).all("button", form="suggest")


@test("topics are shown as people read them, what is typed means one that there is, and its id is kept")
def _(server):
    with open_store(server) as store:
        assert "food" in {row[0] for row in store.execute("SELECT name FROM taxonomy_term").fetchall()}
    thanked(server, server.send("/finder/suggest", form(server) | {"name": "Soup", "topics.0": " FOOD ", "topics.1": "Soup kitchen", "topics.2": "food"}))
    assert json.loads(server.suggestions()[-1]["document"])["topics"] == ["food", "Soup kitchen"], server.suggestions()[-1]


@test("hours are read back in words, in the page's language")
def _(server):
    for language, hours, words in (("en", "Mo-Fr 09:00-17:00", "People will read:Monday to Friday: 9\u00a0am to 5\u00a0pm"),
                                   ("es", "24/7", "abierto las 24 horas, todos los d\u00edas"),
                                   ("en", "Mo 09:00-17:00; PH off", "public holidays: closed"),
                                   ("en", "PH off", "public holidays: closed"),
                                   ("en", "when the <tide> is out", "People will read these words as they stand")):
        read = page(server.send(f"/finder/suggest?lang={language}", {"name": "", "hours": hours}), 400)
        assert words in re.sub(r"\s*\n\s*", "", read.text) and read.fields["hours"] == hours, read.text


@test("hours are set by days, one after the other, in every language, and nothing is kept by it")
def _(server):
    before = len(server.suggestions())
    fields = form(server) | {"name": "Days"}
    for days, opens, closes, hours in (("01234", "09:00", "12:00", "Mo-Fr 09:00-12:00"), ("0123", "13:00", "17:00", "Mo-Fr 09:00-12:00, Mo-Th 13:00-17:00"),
                                       ("5", "22:00", "02:00", "Mo-Fr 09:00-12:00; Sa 22:00-02:00, Mo-Th 13:00-17:00"),
                                       ("0", "10:00", "16:00", "Tu-Fr 09:00-12:00; Sa 22:00-02:00, Tu-Th 13:00-17:00; Mo 10:00-16:00"),
                                       ("125", "", "", "Th,Fr 09:00-12:00, Th 13:00-17:00; Mo 10:00-16:00")):
        sent = fields | {"look": "days", "days_open": opens, "days_close": closes} | {f"days.{day}": "1" for day in days}
        read = page(server.send("/finder/suggest?lang=cy", sent))
        fields = read.fields
        assert set(fields["hours"].strip().replace(", ", "; ").split("; ")) == set(hours.replace(", ", "; ").split("; ")), (hours, fields["hours"])
        assert not fields["days_open"] and not [values for values in read.all("input", type="checkbox") if "checked" in values], fields
        answer = [values for values in read.all("p", role="status") if "autofocus" in values]
        assert answer and "Bydd pobl yn darllen" in read.text and not read.all("div", id="faults"), read.text
    for sent, words in (({"days_open": "09:00", "days_close": "10:00"}, "Tick the days"), ({"days.0": "1", "days_open": "09:00"}, "two different times"),
                        ({"days.0": "1", "days_open": "09:00", "days_close": "09:00"}, "two different times"),
                        ({"days.0": "1", "days_open": "9", "days_close": "10:00"}, "time of day"), ({"days.6": "1", "hours": ""}, "two different times"),
                        ({"days.0": "1", "days_open": "09:00", "days_close": "10:00", "hours": "by appointment"}, "are in words")):
        read = page(server.send("/finder/suggest", {"name": "x", "hours": "", **sent}))
        assert words in read.text and "f-days-fault" in read.ids and read.fields["hours"].strip() == sent.get("hours", ""), (sent, read.text)
        assert "autofocus" in read.all("p", id="f-days-fault")[0]
    assert len(server.suggestions()) == before
    thanked(server, server.send("/finder/suggest", fields))
    rows = json.loads(server.suggestions()[-1]["document"])["schedules"]
    assert [(row["byday"], row["opens_at"], row["closes_at"]) for row in rows] == [("MO", "10:00", "16:00"), ("TH,FR", "09:00", "12:00"), ("TH", "13:00", "17:00")] or len(rows) == 3, rows


@test("hours that are none are refused, in every language")
def _(server):
    for language, words in (("en", "is not understood"), ("cy", "Ni ddeellir"), ("es", "No se entiende"), ("pt", "N\u00e3o se entende")):
        read = refused(server, server.send("/finder/suggest?lang=" + language, {"name": "x", "hours": "Mo 10:00-12:00; Sa 25:00-26:00"}), 400, words)
        assert "Sa 25:00-26:00" in read.text and "f-hours-fault" in read.ids and read.all("a", href="#f-hours"), read.text


@test("mistakes that only the directory can see are told in the page's language")
def _(server):
    named = "Caf\u00e9 number 7"  # an entry that names no organisation has one of its own name
    for language, of_area, of_organisation in (("en", "is not known here", "is known already"), ("cy", "hysbys yma", "hysbys eisoes"),
                                               ("es", "no se conoce aqu\u00ed", "Ya se conoce"), ("pt", "n\u00e3o \u00e9 conhecida aqui", "J\u00e1 se conhece")):
        path = "/finder/suggest?lang=" + language
        refused(server, server.send(path, {"name": "x", "served": "1", "served.0": "cells:none"}), 400, of_area)
        other = {"name": "x", "organisation.name": named, "organisation.url": "https://another.example/"}
        read = refused(server, server.send(path, other), 400, of_organisation)
        assert "f-organisation-url-fault" in read.ids and "organisation.url" not in read.text, read.text
    thanked(server, server.send("/finder/suggest?lang=pt", {"name": "x", "location.longitude": "\u221230,5", "location.latitude": "\u221230,0"}))
    assert json.loads(server.suggestions()[-1]["document"])["location"] == {"longitude": "-30.5", "latitude": "-30.0"}


@test("that it is closed on public holidays is kept")
def _(server):
    thanked(server, server.send("/finder/suggest", {"name": "Bank", "hours": "Mo 09:00-17:00; PH closed"}))
    rows = json.loads(server.suggestions()[-1]["document"])["schedules"]
    assert [row.get("byday") or row["description"] for row in rows] == ["MO", "PH off"], rows


@test("areas that are unticked leave an entry, and the rest stays")
def _(server):
    entry = server.entry()
    fields = form(server, entry)
    served = {name for name in fields if name.startswith("served.")}
    assert served, fields
    fields = {name: value for name, value in fields.items() if name not in served}
    thanked(server, server.send(f"/finder/suggest?entry={entry}", fields))
    document = json.loads(server.suggestions()[-1]["document"])
    assert "service_areas" not in document and document["description"], document


@test("a form that is sent as it was shown says nothing new; with a note it does")
def _(server):
    entry = server.entry()
    fields = form(server, entry)
    refused(server, server.send(f"/finder/suggest?entry={entry}", fields), 400, "You have changed nothing")
    thanked(server, server.send(f"/finder/suggest?entry={entry}", fields | {"note": "It has moved"}))
    assert server.suggestions()[-1]["note"] == "It has moved"


@test("what is wrong is told beside its control, in the page's language, and what was typed is still there")
def _(server):
    for language, words in (("en", "This has to be an email address"), ("cy", "cyfeiriad e-bost"), ("es", "correo"), ("pt", "correio")):
        fields = form(server, manner="lang=" + language)
        fields |= {"name": "", "email": "nobody", "phones.0.description": "evenings", "from_name": "Mo <b>", "note": "\nfirst\r\n\"second\""}
        read = refused(server, server.send("/finder/suggest?lang=" + language, fields), 400, words)
        for name in ("name", "email", "phones.0.number"):
            control = read.all("input", name=name)[0]
            assert control["aria-invalid"] == "true" and control["id"] + "-fault" in control["aria-describedby"], control
        assert read.fields["email"] == "nobody" and read.fields["from_name"] == "Mo <b>", read.fields
        assert read.fields["note"] == "first\n\"second\"", read.fields["note"]
        assert read.all("html")[0]["lang"] == language


@test("a mistake that only the directory can see is told, too")
def _(server):
    fields = form(server) | {"name": "X", "organisation.email": "x@example.org"}
    refused(server, server.send("/finder/suggest", fields), 400, "This has to be filled in")


@test("hostile values come back as text, or are refused by name")
def _(server):
    nasty = ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</textarea><svg onload=alert(1)>", "\u202eevil\u202c", "{n} %s {why}"]
    for text in nasty:
        fields = form(server) | {"name": text, "description": text, "email": text, "note": text, "from_name": text}
        read = refused(server, server.send("/finder/suggest", fields), 400, "email address")
        assert read.fields["name"] == text and read.fields["description"] == text and read.fields["from_name"] == text, read.fields
    entry = server.entry()
    for text in nasty:
        fields = form(server, entry) | {"description": text}
        thanked(server, server.send(f"/finder/suggest?entry={entry}", fields))
        assert json.loads(server.suggestions()[-1]["document"])["description"] == text
    fields = form(server) | {"name": "X"}
    for name, value, fault in (("colour", "red", "does not have that"), ("phones.0.visibility", "private", "does not have that"),
                               ("status", "defunct", "does not have that"), ("contacts.0.visibility", "private", "does not have that"),
                               ("phones.9999.number", "1", "too many"), ("description", "x" * 100000, "too long"), ("kind", "shop", "to choose from"),
                               ("name", "bell \a", "no text should have"), ("note", "x" * 6000, "too long"), ("a" * 5000, "1", "does not have that")):
        refused(server, server.send("/finder/suggest", fields | {name: value}), 400, fault)
    twice = urllib.parse.urlencode(fields) + "&name=Y"
    refused(server, server.send("/finder/suggest", urllib.parse.parse_qsl(twice, keep_blank_values=True)), 400, "sent twice")


@test("a body that is no form is refused without harm")
def _(server):
    def post(body, kind="application/x-www-form-urlencoded"):
        head = f"POST /finder/suggest HTTP/1.1\r\nHost: a\r\nForwarded: for=198.51.100.7\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        return status_of(raw(server, head.encode() + body)[0])

    assert post(b"name=%zz") == 400
    assert post(b"name=%00") == 400
    assert post(b"name=%ff") == 400
    assert post(b"{}", "application/json") == 415
    assert post(b"a=1&" * 5000) == 400
    assert post(b"") == 400
    assert post(b"note=" + b"x" * 300000) == 413
    assert server.get("/health/ready").status == 200


@test("who fills in what nobody sees is thanked, and nothing is kept")
def _(server):
    before = len(server.suggestions())
    thanked(server, server.send("/finder/suggest", form(server) | {"name": "Buy now", "subject": "Cheap"}))
    assert len(server.suggestions()) == before
    read = page(server.get("/finder/suggest"))
    trap = read.all("input", name="subject")[0]
    assert trap["tabindex"] == "-1" and trap["autocomplete"] == "off" and read.all("div", **{"class": "trap"})[0]["aria-hidden"] == "true"


@test("an entry that was changed meanwhile is shown anew, with what was typed")
def _(server):
    entry = server.entry()
    fields = form(server, entry) | {"description": "Mine", "version": "0" * 32}
    read = refused(server, server.send(f"/finder/suggest?entry={entry}", fields), 409, "changed by somebody else")
    assert read.fields["description"] == "Mine" and read.fields["version"] != "0" * 32
    thanked(server, server.send(f"/finder/suggest?entry={entry}", read.fields))


@test("an entry that was taken out meanwhile takes nothing along that was typed: it may be sent as a new one")
def _(server):
    fields = form(server, server.entry()) | {"description": "Mine", "note": "Really", "topics.1": "soup"}
    for language, words in (("en", "taken out of the directory"), ("cy", "Tynnwyd"), ("es", "se ha retirado"), ("pt", "foi retirada")):
        gone = "/finder/suggest?entry=00000000-0000-4000-8000-000000000000&lang=" + language
        read = refused(server, server.send(gone, fields), 409, words)
        assert (read.fields["description"], read.fields["note"], read.fields["name"]) == ("Mine", "Really", fields["name"]), read.fields
        assert "entry=" not in read.all("form", id="suggest")[0]["action"] and "version" not in read.fields
    thanked(server, server.send("/finder/suggest?lang=pt", read.fields))
    kept = server.suggestions()[-1]
    assert not kept["entry_id"] and json.loads(kept["document"])["description"] == "Mine" and not kept["base"], kept


@test("a page of another site cannot send it")
def _(server):
    fields = form(server) | {"name": "X"}
    before = len(server.suggestions())
    for origin in ("https://evil.example", "null", "http://atlas.example", "https://atlas.example:444"):
        answer = server.send("/finder/suggest", fields, {**server.client(), "Origin": origin})
        read = page(answer, 403)
        assert "another site" in read.text
    assert len(server.suggestions()) == before
    for origin in (OWN, OWN + ":443"):
        thanked(server, server.send("/finder/suggest", fields, {**server.client(), "Origin": origin}))


@test("five an hour from one address, and the sixth says when")
def _(server):
    one = server.client()
    for number in range(5):
        thanked(server, server.send("/finder/suggest", form(server) | {"name": f"N{number}"}, one))
    answer = server.send("/finder/suggest", form(server) | {"name": "N6", "note": "kept here"}, one)
    assert 600 < int(answer["Retry-After"]) <= 721, answer["Retry-After"]
    read = refused(server, answer, 429, "send it again in 1")
    assert read.fields["name"] == "N6" and read.fields["note"] == "kept here"
    thanked(server, server.send("/finder/suggest", form(server) | {"name": "N6"}))


@test("mistakes may be mended more often than that, but not without end")
def _(server):
    one = server.client()
    fields = form(server)
    statuses = [server.send("/finder/suggest", fields, one).status for _ in range(62)]
    assert statuses[:60] == [400] * 60 and statuses[-1] == 429, statuses


@test("links lead to the form where something can be suggested, and keep how the page is shown")
def _(server):
    entry = server.entry()
    read = page(server.get(f"/finder/{entry}?lang=cy&embed=1&q=food"))
    links = [values["href"] for values in read.all("a") if "suggest" in values["href"]]
    assert links == [f"../finder/suggest?lang=cy&embed=1&entry={entry}"], links
    read = page(server.get("/finder?lang=cy&embed=1&q=food"))
    assert [values["href"] for values in read.all("a") if "suggest" in values["href"]] == ["./finder/suggest?lang=cy&embed=1"]
    read = page(server.get(f"/finder/suggest?entry={entry}&lang=cy&embed=1"))
    action = read.all("form", id="suggest")[0]["action"]
    assert action == f"../finder/suggest?lang=cy&embed=1&entry={entry}", action
    assert f"../finder/{entry}?lang=cy&embed=1" in [values["href"] for values in read.all("a")]
    answer = server.send(f"/finder/suggest?lang=cy&embed=1&entry={entry}", read.fields | {"note": "x"})
    assert answer["Location"] == f"suggest?lang=cy&embed=1&entry={entry}&done=1", answer["Location"]
    elsewhere = server.entry("Elsewhere")
    assert "suggest" not in server.get(f"/finder/{elsewhere}").body.decode()
    for wrong in (elsewhere, "no-such-entry", "%22%3E%3Cb%3E"):
        page(server.get("/finder/suggest?entry=" + wrong), 404)


@test("it is written in every language and from right to left")
def _(server):
    titles = set()
    for language in LANGUAGES + ["ar"]:
        read = page(server.get("/finder/suggest?lang=" + language))
        assert read.all("html")[0]["dir"] == ("rtl" if language == "ar" else "ltr")
        titles.add(re.search(r"<h1[^>]*>([^<]+)", server.get("/finder/suggest?lang=" + language).body.decode())[1])
    assert len(titles) == 4, titles
    assert page(server.get("/finder/suggest", {"Accept-Language": "es"})).all("html")[0]["lang"] == "es"


@test("other methods are refused")
def _(server):
    answer = server.get("/finder/suggest", method="DELETE")
    assert answer.status == 405 and "POST" in answer["Allow"], (answer.status, answer["Allow"])


@test("without a store there is no form and no link to it")
def _(server):
    with Server() as bare:
        assert "suggest" not in bare.get("/finder").body.decode()
        read = page(bare.get("/finder/suggest"), 404)
        assert "kept elsewhere" in read.text


run(Register)
