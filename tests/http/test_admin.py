#!/usr/bin/python3
"""The editors' pages, the real program: signing in, forms of other sites and other sessions, what strangers wrote, two editors at once,
the path from a suggestion to the public, undoing, and an atlas that nobody can edit."""

import datetime
import html
import json
import re
import subprocess
import time
import urllib.parse
import urllib.request
import uuid

from editing import NAME, PASSWORD, Page, Reader
from support import LAUNCHER, PROGRAM, SLOW, Server, open_store, run, test

STORE = """\
  - {id: register, title: Register, store: register.gpkg, seed: helpers, editors: editors.txt, review_after_days: 100}
"""
POISON = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:23] + "Z"


class Register(Server):
    def __init__(self, extra=STORE, **options):
        super().__init__(extra=extra, **options)
        self.kept = None
        self.add_editor(NAME, PASSWORD)

    def add_editor(self, name, password):
        command = LAUNCHER + [PROGRAM, "editor", "add", str(self.folder / "editors.txt"), name]
        subprocess.run(command, input=password + "\n", capture_output=True, text=True, check=True, timeout=60 * SLOW)

    def remove_editor(self, name):
        command = LAUNCHER + [PROGRAM, "editor", "remove", str(self.folder / "editors.txt"), name]
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=60 * SLOW)

    def suggest(self, document, entry="", **said):
        """As the form of the public does; returns its id."""
        one = str(uuid.uuid4())
        row = {"id": one, "state": "open", "at": now(), "entry_id": entry, "document": json.dumps(document),
               "from_name": "Bo", "from_contact": "bo@example.org", "note": "Please.", **said}
        with open_store(self) as store:
            names = [column[0] for column in store.execute("select * from suggestion limit 0").description]
            known = {name: row[name] for name in row if name in names}
            assert set(row) == set(known), names
            store.execute(f"insert into suggestion ({', '.join(known)}) values ({', '.join('?' * len(known))})", list(known.values()))
        return one

    def document(self, entry):
        return json.loads(self.get(f"/coalitions/{entry}").body)["properties"]

    def an_entry(self, n=0):
        return sorted(json.loads(self.get("/coalitions?limit=100").body)["features"], key=lambda one: one["id"])[n]["id"]

    def reader(self, own_session=False):
        """Somebody who is signed in: in the session of the one before, as long as it lasts, since signing in takes its time on purpose."""
        reader = Reader(self)
        reader.cookie = None if own_session else self.kept
        reader.open("/admin")
        if reader.page.heading == "Sign in":
            reader.sign_in()
        self.kept = self.kept if own_session else reader.cookie
        return reader


# --- signing in -------------------------------------------------------------------------------------------------------


@test("whoever is not signed in sees the sign-in page, and comes to where he wanted to go")
def _(server):
    reader = Reader(server)
    entry = server.an_entry()
    for path in ["/admin", "/admin/suggestions", "/admin/entries", f"/admin/entries/{entry}", "/admin/history", "/admin/entries/new"]:
        answer = reader.send("GET", path)
        assert answer.status == 303 and answer.body == b"", answer.body
        assert urllib.parse.urljoin(path, answer["Location"]).startswith("/admin/sign-in?next="), answer["Location"]
    reader.sign_in(path=f"/admin/entries/{entry}")
    assert reader.path == f"/admin/entries/{entry}" and "Signed in as" in reader.page.text


@test("only paths of ours are gone to after signing in")
def _(server):
    for path in ["https://evil.example/", "//evil.example", "/\\evil.example", "/admin/../finder", "/adminx", "/admin//x\r\nSet-Cookie: a=b", "javascript:alert(1)", "/admin@evil.example"]:
        reader = Reader(server)
        reader.open("/admin/sign-in?" + urllib.parse.urlencode({"next": path}).replace("%0D", "").replace("%0A", ""))
        assert "next" not in reader.page.form(None)["fields"], path
        answer = reader.send("POST", "/admin/sign-in", urllib.parse.urlencode({"name": NAME, "password": PASSWORD, "next": path}))
        assert answer.status == 303 and urllib.parse.urljoin("/admin/sign-in", answer["Location"]) == "/admin?done=in", answer["Location"]


@test("the cookie is for this site alone, and nothing but signing in makes one")
def _(server):
    reader = Reader(server)
    assert reader.send("GET", "/admin/sign-in")["Set-Cookie"] is None
    answer = reader.send("POST", "/admin/sign-in", urllib.parse.urlencode({"name": NAME, "password": PASSWORD}))
    cookie = answer["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and answer.status == 303, cookie
    assert answer["Cache-Control"] == "no-store"


@test("a wrong name and a wrong password are told in the same words, with the name kept and the password not")
def _(server):
    said = []
    for name, password in [(NAME, "wrong horse battery"), ("Nobody", PASSWORD)]:
        reader = Reader(server)
        reader.sign_in(name=name, password=password, status=401)
        assert reader.page.form(None)["fields"]["name"] == name and password not in reader.page.text
        assert 'role="alert"' in reader.page.text and "<title>Error: " in reader.page.text and reader.page.focus == ["alert"]
        said.append(re.search(r'role="alert">(.*?)</div>', reader.page.text, re.S)[1])
    assert said[0] == said[1] and "Not signed in: " in said[0], said
    log = "".join(server.log)
    assert PASSWORD not in log and "wrong horse" not in log


@test("signing out ends the session on the server, too")
def _(server):
    reader = server.reader(own_session=True)
    cookie = reader.cookie
    reader.submit(None)
    assert reader.page.heading == "Sign in" and "You are signed out" in reader.page.text
    reader.cookie = cookie
    assert reader.send("GET", "/admin").status == 303


# --- forms ------------------------------------------------------------------------------------------------------------


@test("a form without its token, with another session's, or from another site changes nothing")
def _(server):
    entry = server.an_entry(1)
    reader, other = server.reader(), server.reader(own_session=True)
    before = server.document(entry)
    reader.open(f"/admin/entries/{entry}")
    other.open("/admin")
    form = reader.page.form("save")["fields"]
    path = f"/admin/entries/{entry}"
    for wrong in [{}, {"csrf": "0" * 64}, {"csrf": other.page.forms[0]["fields"]["csrf"]}, {"csrf": ""}]:
        sent = {**{name: value for name, value in form.items() if name != "csrf"}, **wrong, "name": "Taken over", "action": "save"}
        answer = reader.send("POST", path, urllib.parse.urlencode(sent))
        assert answer.status == 400 and b"send it again" in answer.body, answer.body[:800]
        assert Page(answer.body.decode()).form("save")["fields"]["name"] == "Taken over", "what was typed is lost"
        answer = reader.send("POST", path + "/delete", urllib.parse.urlencode({"entry_version": form["entry_version"], **wrong}))
        assert answer.status == 400, answer.status
    for origin in ["https://evil.example", "null", f"http://localhost:{server.port}", f"https://{server.host}:{server.port}"]:
        answer = reader.send("POST", path, urllib.parse.urlencode({**form, "name": "Taken over", "action": "save"}), Origin=origin)
        assert answer.status == 403 and b"Taken over" not in answer.body, (origin, answer.status)
        answer = reader.send("POST", "/admin/sign-out", urllib.parse.urlencode({"csrf": form["csrf"]}), Origin=origin)
        assert answer.status == 403, answer.status
        answer = Reader(server).send("POST", "/admin/sign-in", urllib.parse.urlencode({"name": NAME, "password": PASSWORD}), Origin=origin)
        assert answer.status == 403 and not answer["Set-Cookie"], answer.status
    assert server.document(entry) == before
    answer = reader.send("POST", path, json.dumps({"name": "x"}), Content_Type="application/json")
    assert answer.status == 415
    assert reader.send("POST", "/admin/history", "x=1").status == 405 and reader.send("GET", "/admin/sign-out").status == 405


@test("whoever opens the server as localhost is no other site; a name that a stranger gave its address is one")
def _(server):
    form = urllib.parse.urlencode({"name": NAME, "password": PASSWORD})
    port = server.port
    for host, origin, status in ((f"localhost:{port}", f"http://localhost:{port}", 303), (f"LOCALHOST:{port}", f"http://localhost:{port}", 303),
                                 (f"127.0.0.2:{port}", f"http://127.0.0.2:{port}", 303), ("localhost", "http://localhost", 303), ("[::1]:80", "http://[::1]", 303),
                                 (f"localhost:{port}", f"http://localhost:{port + 1}", 403), (f"localhost:{port}", f"https://localhost:{port}", 403),
                                 (f"rebound.example:{port}", f"http://rebound.example:{port}", 403), ("localhost.evil.example", "http://localhost.evil.example", 403),
                                 (f"127.0.0.1.evil.example:{port}", f"http://127.0.0.1.evil.example:{port}", 403), ("localhost", "http://localhost@evil.example", 403),
                                 (f"localhost:{port}", "http://", 403), (f"localhost:{port}", "null", 403), (f"localhost:{port}", "http://evil.example", 403)):
        answer = Reader(server).send("POST", "/admin/sign-in", form, Host=host, Origin=origin)
        assert answer.status == status, (host, origin, answer.status, answer.body[:300])
        assert bool(answer["Set-Cookie"]) == (status == 303)


@test("when the session has ended, what was typed is not lost: it is sent again after signing in")
def _(server):
    entry = server.an_entry(2)
    reader = server.reader(own_session=True)
    reader.open(f"/admin/entries/{entry}")
    form, path = dict(reader.page.form("save")["fields"]), reader.path
    reader.cookie = None
    sent = {**form, "name": "Typed for an hour", "action": "save"}
    answer = reader.send("POST", path, urllib.parse.urlencode(sent))
    assert answer.status == 401 and b"sign in again" in answer.body.lower(), answer.body[:500]
    reader.sign_in()
    answer = reader.send("POST", path, urllib.parse.urlencode(sent))
    reader.path, reader.page = path, Page(answer.body.decode())
    assert answer.status == 400 and reader.page.form("save")["fields"]["name"] == "Typed for an hour", answer.status
    reader.submit("save")
    assert server.document(entry)["name"] == "Typed for an hour"


@test("an editor who was removed is signed out at once")
def _(server):
    server.add_editor("Cy Gone", "another long password")
    reader = Reader(server)
    reader.sign_in(name="Cy Gone", password="another long password")
    assert "Cy Gone" in reader.page.text
    server.remove_editor("Cy Gone")
    assert reader.send("GET", "/admin").status == 303


# --- entries ----------------------------------------------------------------------------------------------------------


@test("an entry is made, changed, reviewed, deleted and brought back, and the public sees it at once")
def _(server):
    reader = server.reader()
    reader.open("/admin/entries/new")
    reader.submit("save", status=400)
    assert 'role="alert"' in reader.page.text and "<title>Error" in reader.page.text
    reader.submit("save", name="Swims for all", **{"phones.0.number": "01632 960123", "phones.0.visibility": "private"})
    assert "The entry was made" in reader.page.text, reader.page.text
    entry = re.search("entries/([0-9a-f-]{36})", reader.path)[1]
    assert server.document(entry)["name"] == "Swims for all" and b"960123" not in server.get(f"/finder/{entry}").body
    assert "01632 960123" in reader.page.form("save")["fields"].values() and "Never reviewed" in reader.page.text
    reader.submit("save")
    assert "Nothing was changed" in reader.page.text, "the same again is no change"
    reader.submit("save", name="Swims", reason="shorter")
    assert "The entry was saved" in reader.page.text and server.document(entry)["name"] == "Swims"
    reader.submit("review")
    assert "marked as reviewed" in reader.page.text and "Last reviewed 20" in reader.page.text
    reader.open(f"/admin/entries/{entry}/delete")
    reader.submit("delete", reason="closed")
    assert "was deleted" in reader.page.text and reader.page.heading == "Change: Swims"
    assert server.get(f"/coalitions/{entry}").status == 404
    reader.open(f"/admin/entries/{entry}", status=404)
    reader.open(f"/admin/history?entry={entry}")
    actions = re.findall(r"</a>: (\w+)", reader.page.text)
    assert actions == ["deleted", "reviewed", "changed", "made"], actions
    reader.open(next(urllib.parse.urljoin(reader.path, link) for link in reader.page.links if re.search("history/[0-9a-f]", link)))
    assert "closed" in reader.page.text
    undo(reader)
    assert server.document(entry)["name"] == "Swims" and "was undone" in reader.page.text


def undo(reader, status=200):
    """Presses the page's button, which has no name."""
    form = [one for one in reader.page.forms if "/history/" in urllib.parse.urljoin(reader.path, one["action"])][0]
    path = urllib.parse.urljoin(reader.path, form["action"])
    answer = reader.send("POST", path, urllib.parse.urlencode(form["fields"]))
    if answer.status == 303:
        return reader.open(urllib.parse.urljoin(path, answer["Location"]), status)
    assert answer.status == status, (answer.status, answer.body[:500])
    reader.path, reader.page = path, Page(answer.body.decode())


@test("of two editors at once the second is told, and sees both")
def _(server):
    entry = server.an_entry(3)
    one, other = server.reader(), server.reader(own_session=True)
    one.open(f"/admin/entries/{entry}")
    other.open(f"/admin/entries/{entry}")
    one.submit("save", name="The first one's name")
    other.submit("save", status=409, name="The second one's name", alternate_name="Second")
    text = other.page.text
    assert server.document(entry)["name"] == "The first one&#39;s name".replace("&#39;", "'")
    assert "first one&#39;s name" in text and "second one&#39;s name" in text and 'class="diff"' in text
    assert other.page.form("save")["fields"]["name"] == "The second one's name"
    assert "somebody else changed the entry" in text and other.page.form("save")["fields"]["entry_version"] != ""
    other.submit("save")
    assert server.document(entry)["name"] == "The second one's name"
    one.open(f"/admin/entries/{entry}/delete")
    other.submit("save", name="Changed meanwhile")
    one.submit("delete", status=409)
    assert server.document(entry)["name"] == "Changed meanwhile"
    one.submit("delete")
    assert server.get(f"/coalitions/{entry}").status == 404
    other.submit("save", status=404, name="Too late")


@test("entries are searched, and those to review come first when they were never reviewed")
def _(server):
    reader = server.reader()
    reader.open("/admin/entries")
    assert "40 entries" in reader.page.text or "41 entries" in reader.page.text or "39 entries" in reader.page.text, reader.page.text
    assert "Next page" in reader.page.text
    reader.open("/admin/entries?page=2")
    assert "Previous page" in reader.page.text
    entry = server.an_entry(4)
    name = server.document(entry)["name"]
    reader.open("/admin/entries?" + urllib.parse.urlencode({"q": name}))
    assert f"entries/{entry}" in reader.page.text
    reader.open(f"/admin/entries?q={entry}")
    assert "1 entry" in reader.page.text
    reader.open("/admin/entries?q=nothing-has-this-word")
    assert "0 entries" in reader.page.text
    kind = {"hub": "Community hub", "coalition": "Coalition", "service": "Service", "grant": "Grant", "training": "Training event"}[server.document(entry)["kind"]]
    reader.open(f"/admin/entries?q={entry}")
    assert re.search(rf'class="note">{kind}\b', reader.page.text), reader.page.text
    reader.open(f"/admin/entries/{entry}")
    assert "last_reviewed" in reader.page.form("save")["fields"]
    reader.submit("save", last_reviewed="2001-02-03")
    reader.open("/admin/entries?due=1")
    n = int(re.search(r"(\d+) entr", re.search(r'id="count">([^<]*)', reader.page.text)[1])[1])
    assert "never reviewed" in reader.page.text and "Review due" in reader.page.text
    reader.open(f"/admin/entries?due=1&page={(n + 24) // 25}")
    assert reader.page.text.rindex("2001-02-03") > reader.page.text.rindex("never reviewed") if "never reviewed" in reader.page.text else True
    reader.open(f"/admin/entries/{entry}")
    reader.submit("review")
    reader.open("/admin/entries?due=1")
    assert int(re.search(r'id="count">(\d+)', reader.page.text)[1]) == n - 1


@test("what is wrong with a field is told beside it, with all that was typed")
def _(server):
    reader = server.reader()
    reader.open(f"/admin/entries/{server.an_entry(5)}")
    reader.submit("save", status=400, email="no address", alternate_name="Kept", **{"location.longitude": "east"})
    text = reader.page.text
    assert reader.page.form("save")["fields"]["email"] == "no address" and reader.page.form("save")["fields"]["alternate_name"] == "Kept"
    assert text.count('aria-invalid="true"') == 2 and 'role="alert"' in text, text.count('aria-invalid="true"')
    assert "#" in "".join(reader.page.links), "the summary leads to the fields"
    assert reader.page.focus[0] == "alert" and "<title>Error: " in text


@test("hours that are none are refused with their part named; lines are rules, and words stay words")
def _(server):
    reader, entry = server.reader(), server.an_entry(11)
    for hours, part in (("Mo 10:00-12:00; Sa 25:00-26:00", "Sa 25:00-26:00"), ("s\u00e1bado 9:75", "s\u00e1bado 9:75"), ("Mo-Fr 9-5", "Mo-Fr 9-5"),
                        ("Mo 09:00-12:00\r\nTu", "Tu")):
        reader.open(f"/admin/entries/{entry}")
        reader.submit("save", status=400, hours=hours)
        assert f"\u201c{part}\u201d is not understood" in reader.page.text and reader.page.form("save")["fields"]["hours"].strip() == hours.replace("\r", ""), reader.page.text
    reader.open(f"/admin/entries/{entry}")
    reader.submit("save", hours="Mo-Fr 09:00-17:00\r\nSa 10:00-12:00;\r\n")
    assert reader.page.form("save")["fields"]["hours"].strip() == "Mo-Fr 09:00-17:00; Sa 10:00-12:00" and reader.page.focus == ["status"]
    reader.submit("save", hours="When the tide is out, from 9:00")
    assert "these words as they stand" in reader.page.text and "was saved" in reader.page.text


@test("a training's dates are typed among its hours: it is a next event at once, and the dates stand there again")
def _(server):
    import datetime
    day, later = (datetime.date.today() + datetime.timedelta(days=n) for n in (20, 27))
    hours, reader = f"{day} 10:00-12:00; {later} 10:00-12:00", server.reader()
    reader.open("/admin/entries/new")
    reader.submit("save", name="Naloxone training by date", kind="training", hours=hours)
    entry = re.search("entries/([0-9a-f-]{36})", reader.path)[1]
    assert reader.page.form("save")["fields"]["hours"].strip() == hours, reader.page.text
    document = server.get(f"/entries/{entry}").json()
    assert document["schedules"] == [{"dtstart": str(one), "opens_at": "10:00", "closes_at": "12:00"} for one in (day, later)], document

    def begins():
        return next(one for one in server.get("/coalitions?from=now&limit=1000").json()["features"] if one["id"] == entry)["properties"]["next_start"]

    assert begins().startswith(f"{day}T10:00")
    reader.submit("save", hours=f"{later} 10:00-12:00")
    assert begins().startswith(f"{later}T10:00")


def hours_lists(text):
    """Of a page, the lines of its lists of hours."""
    return [[html.unescape(re.sub(r"<[^>]+>", "", line)).replace("\u00a0", " ") for line in re.findall("<li[^>]*>(.*?)</li>", part, re.S)]
            for part in re.findall(r'<ul class="hours(?: note)?">(.*?)</ul>', text, re.S)]


@test("what people will read is of all hours that the entry will have, with the special ones that stay, as its page says it then")
def _(server):
    reader, entry = server.reader(), server.an_entry(13)
    reader.open(f"/admin/entries/{entry}")
    special = {"schedules.0." + name: value for name, value in {"freq": "WEEKLY", "byday": "MO,TU", "opens_at": "09:00", "closes_at": "12:00",
                                                                 "description": "term only"}.items()}
    gone = {"schedules.1.freq": "WEEKLY", "schedules.1.byday": "FR", "schedules.1.opens_at": "10:00", "schedules.1.closes_at": "11:00",
            "schedules.1.valid_to": "2001-05-04", "schedules.1.description": "long ago"}
    reader.submit("save", hours="Sa 10:00-11:30", **special)
    reader.submit("save", **gone)
    morning = ["Saturday: 10 am to 11:30 am", "Monday and Tuesday: 9 am to noon (term only)", "long ago", "Wednesday to Friday and Sunday: closed"]
    specials = ["Monday and Tuesday: 9 am to noon (term only)", "Friday, until 4 May 2001: 10 am to 11 am (long ago)"]
    assert hours_lists(reader.page.text)[:2] == [morning, specials], hours_lists(reader.page.text)
    assert "dates or special hours, which have controls of their own" in reader.page.text
    # The public's form and page say the same.
    def public(**sent):
        body = urllib.parse.urlencode(sent).encode() if sent else None
        return urllib.request.urlopen(f"http://{server.host}:{server.port}/finder/suggest?entry={entry}&lang=en", body).read().decode()

    def page():
        return server.get(f"/finder/{entry}?lang=en").body.decode()

    fields = {"name": "x", "hours": "Sa 10:00-11:30"}
    assert hours_lists(public())[:2] == [morning, specials] and hours_lists(page()) == [morning], (hours_lists(public()), hours_lists(page()))
    assert "which this form does not show" in public()
    # A day is closed that has special hours only; another gets hours besides.
    closed = public(**fields, **{"days.0": "1", "look": "days"})
    assert hours_lists(closed)[:2] == [morning, specials], hours_lists(closed)
    longer = {"days.0": "1", "days_open": "13:00", "days_close": "15:00"}
    both = ["Monday: 1 pm to 3 pm", *morning]
    assert hours_lists(public(**fields, **longer, look="days"))[:2] == [both, specials], hours_lists(public(**fields, **longer, look="days"))
    reader.submit("days", **longer)
    assert hours_lists(reader.page.text)[:2] == [both, specials], hours_lists(reader.page.text)
    reader.submit("save")
    assert hours_lists(page()) == [both] and hours_lists(reader.page.text)[:2] == [both, specials], hours_lists(page())
    # What the editor changes of the special ones is in it before it is saved; without any, there is no such note.
    reader.submit("days", **{"days.0": "1", "schedules.0.remove": "1", "schedules.1.remove": "1"})
    assert hours_lists(reader.page.text) == [["Saturday: 10 am to 11:30 am", "Monday to Friday and Sunday: closed"]], hours_lists(reader.page.text)
    assert "controls of their own below" not in reader.page.text


@test("a telephone and hours of the second place are set by the form, and corrected by a suggestion that an editor accepts, in words")
def _(server):
    reader = server.reader()
    reader.open("/admin/entries/new")
    assert "location.phones" not in reader.page.form("save")["fields"], "an entry of one place is not asked twice"
    reader.submit("save", name="Two halls", **{"location.name": "East", "other_locations.0.name": "West", "hours": "Mo 09:00-17:00",
                                               "other_locations.0.phones": "call me", "other_locations.0.schedules": "Tu 25:00-26:00"}, status=400)
    assert 'href="#f-other_locations-0-phones"' in reader.page.text and "Tu 25:00-26:00" in reader.page.text, reader.page.text
    reader.submit("save", **{"other_locations.0.phones": "01632 960001, bookings\r\n01632 960002", "other_locations.0.schedules": "Tu 10:00-12:00"})
    assert "The entry was made" in reader.page.text, reader.page.text
    entry = re.search("entries/([0-9a-f-]{36})", reader.path)[1]
    fields = reader.page.form("save")["fields"]
    assert fields["other_locations.0.phones"].strip() == "01632 960001, bookings\n01632 960002" and fields["location.phones"].strip() == ""
    # Days and times for one of the places; a place that is none is no button for all of them.
    weekend = {"days.5": "1", "days_open": "10:00", "days_close": "11:00"}
    reader.submit("days", days_for="other_locations.77", status=200, **weekend)
    assert reader.page.form("save")["fields"]["hours"].strip() == "Mo 09:00-17:00" and 'id="f-days-fault"' in reader.page.text
    reader.submit("days", days_for="other_locations.0")
    fields = reader.page.form("save")["fields"]
    assert fields["other_locations.0.schedules"].strip() == "Tu 10:00-12:00; Sa 10:00-11:00" and fields["hours"].strip() == "Mo 09:00-17:00", fields
    assert fields["days_for"] == "other_locations.0" and re.search(r'value="other_locations.0"[^>]*>West<', reader.page.text)
    assert reader.page.focus[0] == "status", "what was set is read out"
    assert ["Tuesday: 10 am to noon", "Saturday: 10 am to 11 am", "Monday, Wednesday to Friday and Sunday: closed"] in hours_lists(reader.page.text)
    reader.submit("save", **{"location.phones": "01632 960009", "other_locations.0.schedules": "Tu 10:00-12:00"})
    shown = " ".join(re.sub("<[^>]+>", " ", html.unescape(server.get(f"/finder/{entry}").body.decode())).split())
    west = shown[shown.index("West"):]
    assert "01632 960001" in west and "bookings" in west and "Tuesday: 10 am to noon" in west, west
    assert "01632 960009" in shown[:shown.index("West")] and "01632 960009" not in west, shown
    for day, is_open in ((23, True), (24, True), (25, False)):
        entries = json.loads(server.get(f"/coalitions?limit=1000&open=2026-11-{day}T11:00:00Z").body)["features"]
        assert (entry in [one["id"] for one in entries]) == is_open, day
    labels = {"en": "Telephone numbers of this place", "cy": "Rhifau ffôn y lle hwn", "es": "Números de teléfono de este lugar",
              "pt": "Números de telefone deste lugar"}
    for language, label in labels.items():
        text = server.get(f"/finder/suggest?entry={entry}&lang={language}").body.decode()
        assert text.count(label) == 3, (language, text.count(label))  # the first place, the second, and one more
    text = server.get(f"/finder/suggest?entry={entry}").body.decode()
    sent = {"version": re.search('name="version" value="([0-9a-f]+)"', text)[1], "note": "New number",
            "other_locations.0.phones": "01632 960099, bookings\r\n01632 960002"}
    request = urllib.request.Request(f"http://{server.host}:{server.port}/finder/suggest?entry={entry}",
                                     urllib.parse.urlencode(sent).encode())
    assert "has been kept" in urllib.request.urlopen(request).read().decode()
    reader.open("/admin/suggestions")
    reader.open(next(urllib.parse.urljoin(reader.path, link) for link in reader.page.links if re.search("suggestions/[0-9a-f]", link)))
    table = html.unescape(re.sub(r"<[^>]+>", "|", re.search(r'<table class="diff">.*</table>', reader.page.text, re.S)[0]))
    table = re.sub(r"\|+", "|", table)
    assert "|West|, Telephone numbers of this place |changed|" in table and "Telephone number: 01632 960099; What it is for: bookings" in table, table
    assert not re.search(r'[{}\[\]"]', table), table
    reader.submit("accept")
    text = server.get(f"/finder/{entry}").body.decode()
    assert "01632 960099" in text and "01632 960001" not in text and "01632 960002" in text
    reader.open(f"/admin/entries/{entry}")
    assert reader.page.form("save")["fields"]["other_locations.0.phones"].strip().startswith("01632 960099, bookings")


@test("a question of the form is no mistake: nothing is saved, and the answer has the focus")
def _(server):
    reader, entry = server.reader(), server.an_entry(12)
    reader.open(f"/admin/entries/{entry}")
    reader.submit("find_place", find_place="C0303")
    assert "Error" not in re.search("<title>.*?</title>", reader.page.text)[0] and reader.page.focus[0] == "status", reader.page.focus
    assert "Nothing is saved yet" in reader.page.text and not any(("action", "review") in form["buttons"] for form in reader.page.forms)
    reader.submit("days", hours="", **{"days.0": "1", "days.1": "1", "days.2": "1", "days_open": "09:00", "days_close": "12:30"})
    fields = reader.page.form("save")["fields"]
    assert fields["hours"].strip() == "Mo-We 09:00-12:30" and fields["days_open"] == "" and "days.0" not in fields, fields
    reader.submit("save")
    assert "was saved" in reader.page.text and reader.page.form("save")["fields"]["hours"].strip() == "Mo-We 09:00-12:30"


@test("an organisation of several entries is changed for all, as the form says, and left by emptying its id")
def _(server):
    one, other = server.an_entry(6), server.an_entry(7)
    reader = server.reader()
    reader.open(f"/admin/entries/{one}")
    assert "Other entries that have this organisation" not in reader.page.text
    ours = {"organisation.id": "", "organisation.name": "Two Rivers", "organisation.url": "", "organisation.description": "", "organisation.email": ""}
    reader.submit("save", **ours)
    fields = reader.page.form("save")["fields"]
    assert fields["organisation.name"] == "Two Rivers" and fields["organisation.id"]
    reader.open(f"/admin/entries/{other}")
    reader.submit("save", status=200, **ours)
    assert reader.page.form("save")["fields"]["organisation.id"] == fields["organisation.id"]
    assert "Other entries that have this organisation: 1." in reader.page.text
    reader.submit("save", **{"organisation.name": "Three Rivers", "organisation.email": "three@rivers.example"})
    reader.open(f"/admin/entries/{one}")
    fields = reader.page.form("save")["fields"]
    assert (fields["organisation.name"], fields["organisation.email"]) == ("Three Rivers", "three@rivers.example")
    reader.submit("save", **{"organisation.name": "Four Rivers", "organisation.id": "", "organisation.email": ""})
    reader.open(f"/admin/entries/{other}")
    assert "Other entries that have this organisation" not in reader.page.text
    reader.submit("save", status=400, **{"organisation.name": "Four Rivers", "organisation.id": ""})
    assert "is not what the organisation 'Four Rivers' that there is says" in reader.page.text.replace("&#39;", "'"), reader.page.text


# --- suggestions ------------------------------------------------------------------------------------------------------


@test("a suggestion is shown beside the entry, accepted, and published")
def _(server):
    entry = server.an_entry(6)
    one = server.suggest({"kind": "hub", "name": "A better name", "description": "Better.", "phones": [{"number": "01632 960001", "type": "voice"}]}, entry)
    reader = server.reader()
    assert "Suggestions (1 open)" in reader.page.text and "1 open suggestion" in reader.page.text, reader.page.text
    reader.open("/admin/suggestions")
    assert f"suggestions/{one}" in reader.page.text and "Bo" in reader.page.text
    assert re.search("changes: [^<]*What it does[^<]*Telephone", reader.page.text), reader.page.text
    reader.open(f"/admin/suggestions/{one}")
    text = reader.page.text
    assert "bo@example.org" in text and "A better name" in text and "01632 960001" in text and "before" in text and "after" in text
    assert re.search(r"Telephone <bdi>01632 960001</bdi>.*?added", text, re.S), text
    reader.submit("accept")
    assert "was accepted" in reader.page.text and "Suggestions</a>" in reader.page.text
    assert server.document(entry)["name"] == "A better name" and b"960001" in server.get(f"/finder/{entry}").body
    reader.open("/admin/suggestions?state=accepted")
    assert f"suggestions/{one}" in reader.page.text
    reader.open(f"/admin/suggestions/{one}")
    assert "Decided by" in reader.page.text and not any("accept" in str(form["buttons"]) for form in reader.page.forms)
    answer = reader.send("POST", f"/admin/suggestions/{one}", urllib.parse.urlencode({"csrf": reader.page.forms[0]["fields"]["csrf"], "action": "accept"}))
    assert answer.status == 409, answer.status


@test("a suggestion keeps what only editors see, and is put right before it is accepted")
def _(server):
    entry = server.an_entry(7)
    reader = server.reader()
    reader.open(f"/admin/entries/{entry}")
    reader.submit("save", **{"contacts.0.name": "Di Private", "contacts.0.email": "di@example.org", "contacts.0.visibility": "private"})
    assert "was saved" in reader.page.text, reader.page.text
    one = server.suggest({"name": "Speling", "kind": "hub"}, entry, at="2031-01-02T03:04:05.678Z")
    reader.open(f"/admin/suggestions/{one}")
    assert "Di Private" not in re.search(r'<table class="diff">.*</table>', reader.page.text, re.S)[0], "it would be lost"
    reader.open(f"/admin/suggestions/{one}?edit=1")
    assert "cannot be accepted" not in reader.page.text, "it could be, and is only put right first"
    fields = reader.page.form("save")["fields"]
    assert fields["name"] == "Speling" and fields["contacts.0.name"] == "Di Private", fields
    reader.submit("save", status=400, email="wrong", name="Spelling")
    assert reader.page.form("save")["fields"]["name"] == "Spelling"
    reader.submit("save", email="")
    assert "was accepted" in reader.page.text and server.document(entry)["name"] == "Spelling"
    assert b"Di Private" not in server.get(f"/finder/{entry}").body
    reader.open(f"/admin/entries/{entry}")
    assert reader.page.form("save")["fields"]["contacts.0.name"] == "Di Private"


@test("a rejection needs a reason, and says it afterwards")
def _(server):
    one = server.suggest({"name": "Buy cheap pills", "kind": "hub"})
    reader = server.reader()
    reader.open(f"/admin/suggestions/{one}")
    assert reader.page.heading.startswith("Suggested: a new entry")
    reader.submit("reject", status=400)
    assert 'aria-invalid="true"' in reader.page.text and "why-fault" in reader.page.described
    assert reader.page.focus == ["alert"] and "#why" in reader.page.links and "<title>Error: " in reader.page.text
    reader.submit("reject", reason="advertising")
    assert "was rejected" in reader.page.text and reader.page.focus == ["status"]
    reader.open(f"/admin/suggestions/{one}")
    assert "advertising" in reader.page.text and "Rejected" in reader.page.text
    assert b"cheap pills" not in server.get("/finder?q=pills").body


@test("what a suggestion changes is said in words, whatever it is")
def _(server):
    square = {"type": "Polygon", "coordinates": [[[-1.2, 52.0], [-1.1, 52.0], [-1.1, 52.1], [-1.2, 52.0]]]}
    one = server.suggest({
        "kind": "hub", "name": "All of it", "status": "temporarily closed",
        "location": {"longitude": "-1.1", "latitude": "52.1", "postal_code": "ZZ1 1ZZ"},
        "other_locations": [{"name": "The Mill", "address_1": "2 Mill Lane",
                             "accessibility": [{"description": "lift", "details": "Round the back"}, {"description": "ramp"}]}],
        "schedules": [{"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}, {"description": "PH off"},
                      {"freq": "MONTHLY", "byday": "2WE", "opens_at": "18:00", "closes_at": "19:00"}, {"description": "by appointment"}],
        "phones": [{"number": "01632 960001", "description": "evenings"}],
        "costs": [{"option": "Adults", "amount": "3", "currency": "GBP"}], "required_documents": [{"document": "Proof of address"}],
        "funding": [{"source": "Lottery", "amount": "1000", "valid_from": "2026-01-01"}], "contacts": [{"name": "Di", "title": "Chair"}],
        "service_areas": [{"name": "By the river", "extent": square}]})
    reader = server.reader()
    reader.open(f"/admin/suggestions/{one}")
    table = html.unescape(re.sub(r"<[^>]+>", "|", re.search(r'<table class="diff">.*</table>', reader.page.text, re.S)[0]))
    table = re.sub(r"\|+", "|", table)
    assert not re.search(r'[{}\[\]"]|WEEKLY|MO,TU|_', table), table
    for words in ("Temporarily closed", "Postcode", "What helps or hinders: lift; More about it: Round the back\nWhat helps or hinders: ramp",
                  "Monday to Friday: 9\u00a0am to 5\u00a0pm", "public holidays: closed", "second Wednesday of the month: 6\u00a0pm to 7\u00a0pm", "by appointment",
                  "What it is for", "Whom or what it applies to", "Proof of address", "Amount granted", "Position", "a shape of 4 points",
                  "Street and number"):
        assert words in table, (words, table)


@test("a new entry is suggested, accepted and found")
def _(server):
    one = server.suggest({"name": "Choir of Squareton", "kind": "coalition", "topics": ["singing"]})
    reader = server.reader()
    reader.open(f"/admin/suggestions/{one}")
    assert "New topic, which no entry has yet: <bdi>singing" in reader.page.text and "The directory has" not in reader.page.text, reader.page.text
    reader.submit("accept")
    assert b"Choir of Squareton" in server.get("/finder?q=singing").body, (reader.page.text, server.get("/finder?q=singing").body)
    reader.open("/admin/suggestions/" + str(server.suggest({"name": "Choir of Rowton", "kind": "coalition", "topics": ["singing", "SINGING", "choirs"]})))
    told = reader.page.text
    assert "yet: <bdi>SINGING</bdi>. The directory has: <bdi>singing<" in told and "yet: <bdi>choirs" in told and "yet: <bdi>singing" not in told, told


@test("who comes after a contact does not have their telephone, and editors are told that it goes")
def _(server):
    entry, contact = str(uuid.uuid4()), {"id": str(uuid.uuid4()), "name": "Ann Went", "phones": [{"id": str(uuid.uuid4()), "number": "01632 960777"}]}
    made = server.folder / "contact.json"
    made.write_text(json.dumps([{"id": entry, "name": "Kites", "status": "active", "organization": {"id": str(uuid.uuid4()), "name": "Kites"}, "contacts": [contact]}]), encoding="utf-8")
    done = subprocess.run(LAUNCHER + [PROGRAM, "directory", "import", str(server.atlas), str(made), "--format", "hsds"], capture_output=True, timeout=60 * SLOW)
    assert done.returncode == 0, done.stderr
    deadline = time.monotonic() + 20 * SLOW
    while (answer := server.get(f"/finder/{entry}")).status != 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert b"Ann Went" in answer.body and b"960777" in answer.body, answer.body
    one, reader = server.suggest({"name": "Kites", "organisation": {"name": "Kites"}, "contacts": [{"name": "Bob Came"}]}, entry), server.reader()
    told = "telephone it was: <bdi>01632 960777</bdi>"
    reader.open(f"/admin/suggestions/{one}")
    assert told in reader.page.text, reader.page.text
    reader.submit("accept")
    page = server.get(f"/finder/{entry}").body
    assert b"Bob Came" in page and b"Ann Went" not in page and b"960777" not in page, page
    reader.open(f"/admin/history?entry={entry}")
    reader.open(next(urllib.parse.urljoin(reader.path, link) for link in reader.page.links if re.search("history/[0-9a-f]", link)))
    assert told in reader.page.text, reader.page.text
    undo(reader)
    assert b"960777" in server.get(f"/finder/{entry}").body


def import_named(server, name, count):
    """Imports so many entries, called NAME 0 and so on, from the command line."""
    made = server.folder / f"{name.lower()}.csv"
    made.write_text("key,name\n" + "".join(f"{name.lower()}{n},{name} {n}\n" for n in range(count)), encoding="utf-8")
    done = subprocess.run(LAUNCHER + [PROGRAM, "directory", "import", str(server.atlas), str(made), "--format", "csv"], capture_output=True, timeout=60 * SLOW)
    assert done.returncode == 0, done.stderr


@test("an import is undone on its page, as a whole or for one entry")
def _(server):
    import_named(server, "Arrived", 30)
    reader = server.reader()
    deadline = time.monotonic() + 20 * SLOW
    while "Arrived 29" not in server.get("/finder?q=Arrived+29").body.decode() and time.monotonic() < deadline:
        time.sleep(0.1)
    reader.open("/admin/history")
    assert "Several entries" in reader.page.text and "Arrived" not in reader.page.text, reader.page.text
    path = next(link for link in reader.page.links if re.search(r"/admin/history/[0-9a-f-]{36}", link))
    whole = urllib.parse.urljoin("/admin/history", path)
    reader.open(whole)
    assert "command line" in reader.page.text and "Arrived" in reader.page.text and "Next page" in reader.page.text, reader.page.text
    single = next(link for link in reader.page.links if re.search(r"/admin/history/[0-9a-f-]{36}$", link))
    reader.open(urllib.parse.urljoin(whole, single))
    assert "several entries at once" in reader.page.text

    def undo(status=200):
        reader.page.forms = [form for form in reader.page.forms if "history/" in (form["action"] or "")]
        assert len(reader.page.forms) == 1, reader.page.text
        reader.submit(None, status=status)

    undo()
    assert "was undone" in reader.page.text, reader.page.text
    reader.open(whole)
    undo(status=409)
    assert "1 have been changed since" in reader.page.text and "Undo it all the same" in reader.page.text, reader.page.text
    undo()
    assert "was undone" in reader.page.text
    assert json.loads(server.get("/coalitions?q=Arrived").body)["numberMatched"] == 0


@test("the page of a large import says how far its undoing is")
def _(server):
    import_named(server, "Crowd", 1001)
    deadline = time.monotonic() + 40 * SLOW
    n_there = lambda: json.loads(server.get("/coalitions?q=Crowd&limit=0").body)["numberMatched"]
    while n_there() < 1001 and time.monotonic() < deadline:
        time.sleep(0.1)
    reader = server.reader()
    reader.open("/admin/history")
    whole = urllib.parse.urljoin("/admin/history", next(link for link in reader.page.links if re.search(r"/admin/history/[0-9a-f-]{36}", link)))
    reader.open(whole)
    reader.page.forms = [form for form in reader.page.forms if "history/" in (form["action"] or "")]
    reader.submit(None)
    assert "The undoing has begun" in reader.page.text and "of 1001 entries" in reader.page.text and "Look again" in reader.page.text, reader.page.text
    while "It was undone: 1001 of 1001" not in reader.page.text and time.monotonic() < deadline:
        time.sleep(0.1)
        reader.open(whole)
    assert "It was undone: 1001 of 1001 entries." in reader.page.text and "what is undone" in reader.page.text, reader.page.text
    assert n_there() == 0


@test("what was changed since a suggestion was sent stays; where both changed the same, the editor decides")
def _(server):
    entry = server.an_entry(9)
    base = json.loads(server.get(f"/entries/{entry}").body)
    reader = server.reader()
    one = server.suggest({**base, "name": "As suggested", "alert": "Closed on Mondays"}, entry, base=json.dumps(base))
    two = server.suggest({**base, "name": "As suggested twice", "fees": "None"}, entry, base=json.dumps(base))
    reader.open(f"/admin/entries/{entry}")
    reader.submit("save", url="https://meanwhile.example/", eligibility="For all")
    reader.open(f"/admin/suggestions/{one}")
    assert "What was changed stays" in reader.page.text and "meanwhile.example" not in reader.page.text, reader.page.text
    reader.submit("accept")
    now = json.loads(server.get(f"/entries/{entry}").body)
    assert (now["name"], now["alert"], now["url"], now["eligibility"]) == ("As suggested", "Closed on Mondays", "https://meanwhile.example/", "For all"), now
    reader.open(f"/admin/suggestions/{two}")
    text = reader.page.text
    assert "has to be decided" in text and base["name"] in text and "As suggested twice" in text and "Name: changed since" in text, text
    reader.submit("accept", status=409)
    assert "decide for each of name" in reader.page.text, reader.page.text
    assert json.loads(server.get(f"/entries/{entry}").body) == now
    reader.submit("accept", **{"choice.name": "now"})
    after = json.loads(server.get(f"/entries/{entry}").body)
    assert after == {**now, "fees": "None"}, after


@test("the order of telephones is told, taken over, and asked about where an editor changed it meanwhile")
def _(server):
    def read():
        return json.loads(server.get(f"/entries/{entry}").body)

    def swap():
        reader.open(f"/admin/entries/{entry}")
        numbers = [reader.page.form("save")["fields"][f"phones.{i}.number"] for i in (1, 0)]
        reader.submit("save", **{f"phones.{i}.number": number for i, number in enumerate(numbers)})

    def reordered():
        return re.sub(r"<[^>]+>|\s+", " ", re.search(r'data-kind="reordered".*?</tbody>', reader.page.text, re.S)[0])

    reader = server.reader()
    reader.open("/admin/entries/new")
    reader.submit("save", name="Two telephones", **{"phones.0.number": "01632 200001"})
    entry = re.search("entries/([0-9a-f-]{36})", reader.path)[1]
    reader.submit("save", **{"phones.1.number": "01632 200002"})
    base = read()
    first, second = base["phones"]
    suggested = [first, {**second, "description": "evenings"}]
    one = server.suggest({**base, "phones": suggested}, entry, base=json.dumps(base))
    two = server.suggest({**base, "phones": [second, first]}, entry, base=json.dumps(base), note="")
    reader.open(f"/admin/suggestions/{two}")
    assert "changes nothing" not in reader.page.text and re.search("200001.*200002.*200002.*200001", reordered()), reader.page.text
    reader.submit("accept")
    assert "was accepted. The public sees" in reader.page.text and [one["number"] for one in read()["phones"]] == ["01632 200002", "01632 200001"]
    swap()
    reader.open(f"/admin/history?entry={entry}")
    reader.open("/admin/history/" + re.search(r'history/([0-9a-f-]{36})"', reader.page.text)[1])
    assert "Nothing differs" not in reader.page.text and re.search("200002.*200001.*200001.*200002", reordered()), reader.page.text
    swap()
    now = read()
    assert [one["number"] for one in now["phones"]] == ["01632 200002", "01632 200001"], now["phones"]
    reader.open(f"/admin/suggestions/{one}")
    assert "has to be decided below" in reader.page.text and 'name="choice.phones"' in reader.page.text, reader.page.text
    reader.submit("accept", status=409)
    assert read() == now
    reader.submit("accept", **{"choice.phones": "suggested"})
    assert read()["phones"] == suggested, read()["phones"]


@test("of two suggestions for one entry each tells of the other; one that changes nothing, or nothing any more, is settled as such")
def _(server):
    entry = server.an_entry(13)
    base = json.loads(server.get(f"/entries/{entry}").body)
    reader = server.reader()
    one, two = (server.suggest({**base, "alert": "Moved"}, entry, base=json.dumps(base), note="", from_name=name) for name in ("Cal", "Dee"))
    noted = server.suggest(base, entry, base=json.dumps(base), note="It has moved")
    other = server.suggest({**base, "alert": "Gone"}, entry, base=json.dumps(base), note="")
    reader.open(f"/admin/suggestions/{one}")
    text = html.unescape(re.sub(r"<[^>]+>", "", reader.page.text))
    assert "About the same entry there waits" in text and " by Dee" in text and " by Cal" not in text, text
    assert all(f"suggestions/{id}" in "".join(reader.page.links) for id in (two, noted, other)), reader.page.links
    reader.submit("accept")
    assert "was accepted. The public sees" in reader.page.text
    reader.open(f"/admin/suggestions/{two}")
    assert "says by now what was suggested" in reader.page.text and "Nothing differs" not in reader.page.text, reader.page.text
    before = server.get(f"/entries/{entry}/history").body
    reader.submit("accept")
    assert "Nothing of the entry had to be changed" in reader.page.text, reader.page.text
    assert server.get(f"/entries/{entry}/history").body == before, "a line for nothing"
    reader.open(f"/admin/suggestions/{two}")
    shown = re.sub(r"(<[^>]+>|\s)+", " ", reader.page.text)
    assert "State Accepted" in shown and "Decided by " + NAME in shown and "Reason Nothing to change" in shown, shown
    reader.open(f"/admin/suggestions/{noted}")
    assert "Its note says what is meant" in reader.page.text and "Accept it without a change" in reader.page.text, reader.page.text
    reader.open(f"/admin/suggestions/{noted}?edit=1")
    reader.submit("save", alert="Moved to the mill")
    assert "was accepted. The public sees" in reader.page.text and json.loads(server.get(f"/entries/{entry}").body)["alert"] == "Moved to the mill"
    reader.open(f"/admin/suggestions/{other}")
    assert "has to be decided below" in reader.page.text and "Nothing differs" not in reader.page.text
    reader.submit("accept", **{"choice.alert": "now"})
    assert "Nothing of the entry had to be changed" in reader.page.text, reader.page.text
    reader.open(f"/admin/suggestions/{one}")
    shown = re.sub(r"<[^>]+>", "|", reader.page.text)
    assert "What was suggested" in shown and "Moved" in shown and base["name"] not in shown[shown.index("What was suggested"):], shown


@test("a suggestion of before, which does not say what it is based on, is said to take later changes back")
def _(server):
    entry = server.an_entry(10)
    reader = server.reader()
    one = server.suggest({"name": "Whole", "kind": "hub"}, entry)
    reader.open(f"/admin/entries/{entry}")
    reader.submit("save", alert="Meanwhile")
    reader.open(f"/admin/suggestions/{one}")
    assert "does not say what it is based on" in reader.page.text, reader.page.text
    reader.submit("accept")
    assert "alert" not in json.loads(server.get(f"/entries/{entry}").body)


@test("an entry that was changed since is said to be; one that was deleted can only be rejected")
def _(server):
    entry = server.an_entry(8)
    reader = server.reader()
    one = server.suggest({"name": "Late", "kind": "hub"}, entry)
    reader.open(f"/admin/suggestions/{one}")
    assert "has been changed since" not in reader.page.text
    seen = Reader(server)
    seen.cookie, seen.path, seen.page = reader.cookie, reader.path, reader.page
    reader.open(f"/admin/entries/{entry}")
    reader.submit("save", name="Meanwhile")
    reader.open(f"/admin/suggestions/{one}")
    assert "has been changed since" in reader.page.text and "Meanwhile" in reader.page.text
    seen.submit("accept", status=409)
    assert server.document(entry)["name"] == "Meanwhile" and "Meanwhile" in seen.page.text
    reader.open(f"/admin/suggestions/{one}?edit=1")
    seen.page = reader.page
    reader.open(f"/admin/entries/{entry}")
    typed, path = reader.page, reader.path
    reader.open(f"/admin/entries/{entry}/delete")
    reader.submit("delete")
    deletion = reader.page, reader.path
    seen.path = f"/admin/suggestions/{one}"
    seen.submit("save", status=409)
    assert "was deleted meanwhile" in seen.page.text, seen.page.text
    reader.page, reader.path = typed, path
    reader.submit("save", status=404, alert="Typed meanwhile")
    assert "deleted while you had it open" in reader.page.text and f"history?entry={entry}" in "".join(reader.page.links), reader.page.text
    reader.page, reader.path = deletion
    undo(reader)
    reader.page, reader.path = typed, path
    reader.submit("save", alert="Typed meanwhile")
    assert "was saved" in reader.page.text, "what was typed is taken once the deletion is undone"
    reader.open(f"/admin/entries/{entry}/delete")
    reader.submit("delete")
    reader.open("/admin/suggestions")
    assert "; its entry was deleted" in reader.page.text
    reader.open(f"/admin/suggestions/{one}")
    assert f"history?entry={entry}" in "".join(reader.page.links), reader.page.links
    assert "can only be rejected" in reader.page.text and not any(("action", "accept") in form["buttons"] for form in reader.page.forms)
    reader.submit("reject", reason="the entry is gone")


# --- what strangers write ---------------------------------------------------------------------------------------------


def poisoned(url):
    item = lambda *names: {name: POISON for name in names}
    return {"kind": "hub", "status": "active", **item("name", "alternate_name", "description", "alert", "eligibility", "fees", "how_to_apply", "programme"),
            "url": url + POISON.replace(" ", ""), "topics": [POISON],
            "organisation": item("name", "description"), "location": item("name", "transportation", "address_1", "city"),
            "phones": [{"number": "01632 " + POISON, "description": POISON}], "contacts": [item("name", "title", "department")],
            "schedules": [item("description")], "languages": [item("name", "note")], "funding": [item("source", "title")],
            "costs": [item("option", "amount_description")], "required_documents": [item("document")], "service_areas": [item("name", "description")]}


@test("what a stranger writes is text on every page, in every field")
def _(server):
    reader = server.reader()
    harmful = server.suggest(poisoned("javascript:alert(1)//"), "", from_name=POISON, from_contact=POISON, note=POISON)
    for more in ("", "?edit=1"):
        reader.open(f"/admin/suggestions/{harmful}{more}")
        assert not any(link.lower().startswith("javascript") for link in reader.page.links)
    reader.open(f"/admin/suggestions/{harmful}")
    assert not any(("action", "accept") in form["buttons"] for form in reader.page.forms)  # it cannot be as it is
    one = server.suggest(poisoned("https://x.example/"), "", from_name=POISON, from_contact=POISON, note=POISON)
    pages = ["/admin/suggestions", f"/admin/suggestions/{one}", f"/admin/suggestions/{one}?edit=1"]
    for path in pages:
        reader.open(path)  # Reader.check looks for elements and attributes that are not ours
        assert "&lt;script&gt;" in reader.page.text and "<img" not in reader.page.text, path
    reader.open(pages[1])
    reader.submit("accept")
    reader.open("/admin/history")
    change = [urllib.parse.urljoin(reader.path, link) for link in reader.page.links if re.search("history/[0-9a-f]", link)][0]
    reader.open(change)
    assert "&lt;script&gt;" in reader.page.text
    entry = re.search("entries/([0-9a-f-]{36})", reader.page.text)[1]
    for path in ["/admin", f"/admin/entries/{entry}", f"/admin/entries/{entry}/delete", "/admin/entries?q=script", f"/admin/history?entry={entry}"]:
        reader.open(path)
        assert "&lt;script&gt;" in reader.page.text and "<img" not in reader.page.text, path
        assert not any(link.lower().startswith("javascript") for link in reader.page.links), path
    for path in ["/admin/entries?q=", "/admin/suggestions?state=", "/admin?done=", "/admin/history?entry=", "/admin/sign-in?next=", "/admin/entries/", "/admin/suggestions/", "/admin/history/"]:
        answer = reader.send("GET", path + urllib.parse.quote(POISON, safe=""))
        assert answer.status in (200, 400, 404) and b"<script" not in answer.body and b"<img" not in answer.body, path
    reader.open(f"/admin/entries/{entry}/delete")
    reader.submit("delete", reason=POISON)
    assert "&lt;script&gt;" in reader.page.text


# --- history ----------------------------------------------------------------------------------------------------------


@test("a change that others were made after is undone only when one insists, seeing what is lost")
def _(server):
    entry = server.an_entry(9)
    reader = server.reader()
    reader.open(f"/admin/entries/{entry}")
    name = reader.page.form("save")["fields"]["name"]
    reader.submit("save", name="Second")
    reader.submit("save", description="Third")
    reader.open(f"/admin/history?entry={entry}")
    changes = [urllib.parse.urljoin(reader.path, link) for link in reader.page.links if re.search("history/[0-9a-f]", link)]
    reader.open(changes[1])
    assert "Second" in reader.page.text and name.split()[0] in reader.page.text
    undo(reader, status=409)
    assert "would be lost" in reader.page.text and "Third" in reader.page.text and server.document(entry)["name"] == "Second"
    undo(reader)
    assert server.document(entry)["name"] == name and "was undone" in reader.page.text
    reader.open("/admin/history/00000000-0000-4000-8000-000000000000", status=404)


# --- others -----------------------------------------------------------------------------------------------------------


@test("pages that are not there, and numbers that are none, are told of in the same frame")
def _(server):
    reader = server.reader()
    for path in ["/admin/entries/x", "/admin/suggestions/x", "/admin/history/x", "/admin/entries/x/delete"]:
        reader.open(path, status=404)
        assert "<h1" in reader.page.text
    reader.open("/admin/entries?page=0", status=400)
    reader.open("/admin/entries?page=x", status=400)
    assert "<h1" in reader.page.text


@test("whoever guesses passwords is made to wait, and is told for how long")
def _(server):
    reader = Reader(server)
    for i in range(40):
        answer = reader.send("POST", "/admin/sign-in", urllib.parse.urlencode({"name": NAME, "password": f"guess number {i}"}))
        if answer.status == 429:
            break
        assert answer.status == 401, answer.status
    assert answer.status == 429 and int(answer["Retry-After"]) > 0 and b"try again in" in answer.body, answer.status
    answer = reader.send("POST", "/admin/sign-in", urllib.parse.urlencode({"name": NAME, "password": PASSWORD}))
    assert answer.status == 429 and b'value="Ann Reed"' in answer.body


@test("who sent a suggestion is forgotten ninety days after the decision")
def _(server):
    with Register() as other:
        rows = {}
        for state, decided in [("open", ""), ("rejected", "2026-01-01T00:00:00.000Z"), ("accepted", now())]:
            rows[state] = other.suggest({"name": "x", "kind": "hub"}, state=state, decided_at=decided, decided_by="Ann Reed" if decided else "")
        other.stop()
        with other:
            reader = other.reader()
            for attempt in range(50):
                reader.open(f"/admin/suggestions/{rows['rejected']}")
                if "bo@example.org" not in reader.page.text:
                    break
                time.sleep(0.1 * SLOW)
            assert "bo@example.org" not in reader.page.text and "Please." not in reader.page.text
            for state in ["open", "accepted"]:
                reader.open(f"/admin/suggestions/{rows[state]}")
                assert "bo@example.org" in reader.page.text, state


@test("an atlas without a store, or without editors, says what to write into it")
def _(server):
    with Server() as bare:
        reader = Reader(bare)
        for path in ["/admin", "/admin/sign-in", "/admin/entries"]:
            answer = reader.send("GET", path)
            assert answer.status == 403 and b"store: register.gpkg" in answer.body and b"evenground editor add" in answer.body
    with Server(extra=STORE.replace(", editors: editors.txt", "")) as alone:
        answer = Reader(alone).send("GET", "/admin")
        assert answer.status == 403 and b"does not name a file of editors" in answer.body
    with Register(extra=STORE.replace("store: register.gpkg", "store: /proc/self/register.gpkg")) as seeds:
        assert seeds.an_entry()
        reader = Reader(seeds)
        reader.sign_in(status=503)
        answer = reader.send("GET", "/admin")
        for words in (b"shows its seeds and cannot be changed", b"/proc/self/register.gpkg", b"let the server&#39;s user write there", b"SIGHUP"):
            assert answer.status == 503 and words in answer.body.replace(b"&apos;", b"&#39;").replace(b"server's", b"server&#39;s"), answer.body


if __name__ == "__main__":
    run(Register)
