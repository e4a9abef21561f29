#!/usr/bin/python3
"""The directory's store by REST, the real program: an entry's whole life, lost updates, who may see and do what, guesses at tokens, bodies of
every wrong kind, and kill -9 in the midst of writes."""

import contextlib
import copy
import http.client
import json
import os
import pwd
import random
import re
import signal
import subprocess
import threading
import time
import urllib.parse
import uuid

import support
from editing import STORE, Register, editor
from support import LAUNCHER, PROGRAM, SLOW, open_store, run, seed, test

NOWHERE = "00000000-0000-4000-8000-000000000000"


@test("an entry is made, read, changed, removed and brought back, and everybody sees it at once")
def _(server):
    document = {"name": "Swims", "kind": "hub", "description": "For all.", "topics": ["water"],
                "location": {"longitude": "-1.1", "latitude": 52.1, "city": "Squareton"},
                "phones": [{"number": "01 23", "type": "voice"}],
                "contacts": [{"name": "Bo Private", "email": "bo@example.org", "visibility": "private"}]}
    made = server.call("POST", "/entries?reason=by%20letter", document)
    assert made.status == 201 and made["Content-Type"] == "application/json" and made["Cache-Control"] == "no-store"
    path = made["Location"][len(f"http://{server.host}:{server.port}"):]
    id = made.json()["id"]
    assert path == "/entries/" + id and uuid.UUID(id)
    assert server.get("/coalitions/" + id).json()["properties"]["name"] == "Swims"
    assert b"Swims" in server.get("/finder?q=swims").body and b"Swims" in server.get("/finder/" + id).body
    assert any(entry["id"] == id for entry in server.get("/entries?limit=1000").json()["entries"])

    whole, public = server.now(path), server.get(path)
    assert whole.body == made.body and whole["ETag"] == made["ETag"] and whole["Cache-Control"] == "no-store"
    assert whole["Access-Control-Expose-Headers"] == "*"
    assert b"Bo Private" in whole.body and b"Bo" not in public.body and public["Cache-Control"] == "no-cache"
    assert whole.json()["location"]["latitude"] == "52.1"
    assert server.get(path, {"If-None-Match": public["ETag"]}).status == 304

    document["name"] = "Dives"
    changed = server.call("PUT", path, document, If_Match=whole["ETag"])
    assert changed.status == 200 and changed.json()["name"] == "Dives" and changed["ETag"] != whole["ETag"]
    assert changed["ETag"] == server.now(path)["ETag"] and changed["Location"] is None
    assert server.get("/coalitions/" + id).json()["properties"]["name"] == "Dives"

    gone = server.call("DELETE", path + "?reason=closed", If_Match=changed["ETag"])
    assert gone.status == 204 and gone.body == b"", gone.body
    server.get(path).problem(404)
    server.now(path).problem(404)
    server.get("/coalitions/" + id).problem(404)

    history = server.call("GET", path + "/history").json()
    assert [line["action"] for line in history["changes"]] == ["delete", "update", "create"], history
    assert [line.get("reason") for line in history["changes"]] == ["closed", None, "by letter"]
    assert all(line["by"] == "robot" and line["entry_id"] == id for line in history["changes"])
    removed = server.call("GET", "/changes/" + history["changes"][0]["id"]).json()
    assert removed["before"] == changed.json() and "after" not in removed
    undone = server.call("POST", f"/changes/{removed['id']}/undo")
    assert undone.status == 200 and undone.json()["action"] == "undo" and undone.json()["after"]["id"] == id
    back = server.now(path)
    assert back.body == changed.body and back["ETag"] == changed["ETag"]
    assert server.get("/coalitions/" + id).json()["properties"]["name"] == "Dives"


@test("nobody keeps what the directory said: a number that was withdrawn is asked for again")
def _(server):
    identity = server.make()[0].rsplit("/", 1)[1]
    for path in ("/coalitions", f"/coalitions/{identity}", "/finder", f"/finder/{identity}", "/ogc/collections/coalitions/items"):
        answer = server.get(path)
        assert (answer.status, answer["Cache-Control"]) == (200, "no-cache"), (path, answer.status, answer["Cache-Control"])
        assert server.get(path, {"If-None-Match": answer["ETag"]}).status == 304, path
    assert server.get("/finder")["Referrer-Policy"] == "same-origin", "an address of the finder may hold a position"


@test("whatever a coalition may say of itself stands on its page, but for what is private")
def _(server):
    said = {"alert": "Closed <this> week", "alternate_name": "The Pool", "eligibility": "Over sixteen", "fees": "Free for most",
            "how_to_apply": "Ring the bell", "location": {"transportation": "Bus seven", "longitude": "-1.1", "latitude": "52.1"},
            "phones": [{"number": "0301 111", "description": "Mornings"}, {"number": "0302 222"}, {"number": "0303 333", "visibility": "private"}],
            "contacts": [{"name": "Cy Public", "title": "Warden", "email": "cy@example.org"}, {"name": "Bo Private", "visibility": "private"}],
            "costs": [{"option": "Families", "amount": "3.50", "currency": "GBP"}], "required_documents": [{"document": "A towel"}],
            "service_areas": [{"description": "The harbour"}], "accessibility": [{"description": "lift", "details": "Round the back"}]}
    path, _etag = server.make(**said)
    page = server.get("/finder/" + path.rsplit("/", 1)[1]).body.decode()
    for text in ("Closed &lt;this&gt; week", "The Pool", "Over sixteen", "Free for most", "Ring the bell", "Bus seven", "0301 111", "Mornings",
                 "0302 222", "Cy Public", "Warden", "cy@example.org", "Families", "3.50", "A towel", "The harbour", "Round the back"):
        assert text in page, text
    assert "0303 333" not in page and "Bo Private" not in page


@test("ages, waits, extensions and what a place is are members: HSDS has them, the same document writes nothing, and leaving one out keeps it")
def _(server):
    said = {"minimum_age": 18, "maximum_age": "25", "wait_time": "2 weeks", "interpretation_services": "BSL on request",
            "location": {"name": "Call", "location_type": "virtual", "alternate_name": "Galwad", "url": "https://call.example/"},
            "phones": [{"number": "0114 1112226", "extension": 77, "type": "fax"}]}
    path, etag = server.make(**said)
    document = server.now(path).json()
    assert all(document[name] == str(said[name]) for name in ("minimum_age", "maximum_age", "wait_time", "interpretation_services")), document
    assert document["location"] == said["location"] and document["phones"][0]["extension"] == "77", document
    old = {name: value for name, value in document.items() if name not in said} | {
        "location": {"name": "Call"}, "phones": [{"number": "0114 1112226", "type": "fax"}]}
    for same in (document, old):
        assert server.call("PUT", path, same, If_Match=etag)["ETag"] == etag
    assert len(server.call("GET", path + "/history").json()["changes"]) == 1
    service = server.get("/hsds/services/" + path.rsplit("/", 1)[1]).json()
    assert (service["minimum_age"], service["wait_time"], service["phones"][0]["extension"]) == (18, "2 weeks", 77), service
    answer = server.call("PUT", path, {**old, "phones": [{"number": "0114 1112227"}], "minimum_age": "", "location": {"url": ""}}, If_Match=etag)
    changed = answer.json()
    assert changed["phones"] == [{"number": "0114 1112227"}] and "minimum_age" not in changed and changed["maximum_age"] == "25", changed
    assert changed["location"] == {"location_type": "virtual", "alternate_name": "Galwad"}, changed
    for wrong in ({"minimum_age": "old"}, {"location": {"location_type": "cloud"}}, {"phones": [{"number": "0114 1112227", "extension": "x"}]}):
        assert server.call("PUT", path, {**changed, **wrong}, If_Match="*").status == 400, wrong


@test("who types a name from a leaflet, a building or a street finds what is meant, and nobody finds what is private")
def _(server):
    said = {"alternate_name": "Quillfish", "organisation": {"name": "Org Fullwell"}, "contacts": [{"name": "Xaviera Quartz", "visibility": "private"}],
            "phones": [{"number": "07700900777", "visibility": "private"}],
            "location": {"name": "Corn Exchange", "longitude": "-1.1", "latitude": "52.1", "address_1": "12a Highwaisted Street", "city": "Ashporton"},
            "other_locations": [{"name": "Millpond House", "address_1": "3 Quayle Row"}]}
    path, _etag = server.make(name="Leaflets", **said)
    identity = path.rsplit("/", 1)[1]
    second = server.make(name="Org notes", description="Of a fullwell", organisation={"name": "Org Fullwell"})[0].rsplit("/", 1)[1]

    def found(words):
        listed = [one["id"] for one in server.get("/coalitions?f=json&sort=relevance&q=" + urllib.parse.quote(words)).json()]
        services = server.get("/hsds/services?search=" + urllib.parse.quote(words)).json()["contents"]
        assert sorted(one["id"] for one in services) == sorted(listed), words
        page = server.get("/finder?q=" + urllib.parse.quote(words)).body.decode()
        names = {identity: "Leaflets", second: "Org notes"}
        assert [name for _id, name in sorted((page.find(name), name) for name in names.values() if name in page)] == [names[one] for one in listed], words
        return listed

    for words in ("org full leaf", "quillf", "highwaisted street", "corn exch", "ashporton", "millpond quayle"):
        assert found(words) == [identity], words
    assert found("org fullw") == [second, identity], "a word of its own name counts more than one of the organisation's"
    for words in ("xaviera", "quartz", "07700900777"):
        assert found(words) == [], words
    document = server.now(path).json()
    document["organisation"]["name"] = "Estuarine Friends"
    assert server.call("PUT", path, document, If_Match=server.now(path)["ETag"]).status == 200
    assert found("estuarine fr") == [identity, second] and found("org full") == [second]


@test("what is given up is told from what goes on, in the list and on its page")
def _(server):
    path, _etag = server.make(name="Gone for good", status="defunct")
    server.make(name="Goes on", status="active")
    listed = server.get("/finder?q=good&lang=en").body.decode()
    assert '<strong class="old">Closed for good</strong>' in listed
    assert '<strong class="old">' in server.get("/finder/" + path.rsplit("/", 1)[1]).body.decode()
    assert '<strong class="old">' not in server.get("/finder?q=goes&lang=en").body.decode()


@test("who harvests the HSDS API finds at once what was changed since")
def _(server):
    path, etag = server.make()
    time.sleep(1.1)
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    changed = lambda: [service["id"] for service in server.get("/hsds/services?modified_after=" + since).json()["contents"]]
    assert changed() == []
    id = path.split("/")[-1]
    answer = server.call("PUT", path, {"name": "Swims", "phones": [{"number": "0123"}]}, If_Match=etag)
    assert answer.status == 200 and changed() == [id]
    service = server.get("/hsds/services/" + id).json()
    assert since[:-1] <= service["last_modified"] and service["phones"][0]["number"] == "0123", service
    assert server.call("DELETE", path, If_Match="*").status == 204
    assert changed() == []
    server.get("/hsds/services/" + id).problem(404, "id")


@test("PUT makes an entry with an id of the writer's choice, once")
def _(server):
    path = "/entries/" + str(uuid.uuid4())
    made = server.call("PUT", path, {"name": "Rows"}, If_None_Match="*")
    assert made.status == 201 and made["Location"].endswith(path) and made.json()["id"] in path
    server.call("PUT", path, {"name": "Rows"}, If_None_Match="*").problem(412)
    server.call("PUT", "/entries/rows", {"name": "Rows"}, If_None_Match="*").problem(400, "id")
    server.call("PUT", "/entries/" + NOWHERE, {"name": "Rows"}, If_Match=made["ETag"]).problem(412)
    server.call("PUT", "/entries/" + NOWHERE, {"name": "Rows"}, If_Match="*").problem(412)
    server.call("PUT", path, {"name": "Rows", "id": NOWHERE}, If_Match="*").problem(400, "id")
    assert server.call("PUT", path, {"name": "Rows far"}, If_Match="*").status == 200


@test("who does not say which version they have seen changes nothing")
def _(server):
    path, etag = server.make()
    server.call("PUT", path, {"name": "Dives"}).problem(428, "If-Match")
    server.call("PUT", path, {"name": "Dives"}, If_None_Match='"x"').problem(428, "If-Match")
    server.call("DELETE", path).problem(428, "If-Match")
    server.call("DELETE", path, If_None_Match="*").problem(428, "If-Match")
    server.call("DELETE", path, If_Match='"00000000000000000000000000000000"').problem(412)
    server.call("PUT", path, {"name": "Dives"}, If_Match="W/" + etag).problem(412)
    server.call("PUT", path, {"name": "Dives"}, If_Match="nonsense").problem(412)
    server.call("DELETE", "/entries/" + NOWHERE, If_Match=etag).problem(404)
    assert server.now(path)["ETag"] == etag
    assert server.call("PUT", path, {"name": "Dives"}, If_Match='"x", ' + etag).status == 200


@test("the tag of the packed form is as good as that of the plain one")
def _(server):
    path, etag = server.make(description="water " * 200)
    packed = server.call("GET", path, Accept_Encoding="gzip")
    assert packed["Content-Encoding"] == "gzip" and packed["ETag"] == etag[:-1] + '-gz"', packed["ETag"]
    changed = server.call("PUT", path, {"name": "Dives", "description": "air " * 200}, If_Match=packed["ETag"], Accept_Encoding="gzip")
    assert changed.status == 200 and changed["ETag"].endswith('-gz"'), changed["ETag"]
    assert server.call("DELETE", path, If_Match=changed["ETag"]).status == 204


@test("a document that was read without a token does not take private contacts away")
def _(server):
    path, _etag = server.make(contacts=[{"name": "Bo", "visibility": "private"}])
    public = server.get(path)
    server.call("PUT", path, public.json(), If_Match=public["ETag"]).problem(412)
    assert b"Bo" in server.now(path).body


@test("of writers who start from one version exactly one wins, and nothing of the others is left")
def _(server):
    path, etag = server.make()
    for turn in range(6):
        answers = [None] * 6
        barrier = threading.Barrier(len(answers))

        def write(n):
            connection = server.keep()
            barrier.wait()
            answers[n] = server.call("PUT", path, {"name": f"Turn {turn} of {n}"}, connection=connection, If_Match=etag)
            connection.close()

        threads = [threading.Thread(target=write, args=(n,)) for n in range(len(answers))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        won = [n for n, answer in enumerate(answers) if answer.status == 200]
        assert len(won) == 1 and all(answer.status in (200, 412) for answer in answers), [answer.status for answer in answers]
        assert server.now(path).json()["name"] == f"Turn {turn} of {won[0]}"
        etag = answers[won[0]]["ETag"]
    assert len(server.call("GET", path + "/history").json()["changes"]) == 7


@test("without a token nothing is written, and nothing private or of the history is read")
def _(server):
    path, etag = server.make(contacts=[{"name": "Bo", "visibility": "private"}], phones=[{"number": "99 88 77", "visibility": "private"}])
    change = server.call("GET", "/changes?limit=1").json()["changes"][0]["id"]
    for method, at, body in (("POST", "/entries", {"name": "x"}), ("PUT", path, {"name": "x"}), ("DELETE", path, None), ("GET", "/changes", None),
                             ("GET", path + "/history", None), ("GET", "/changes/" + change, None), ("POST", f"/changes/{change}/undo", None)):
        answer = server.call(method, at, body, Authorization=None, If_Match=etag)
        answer.problem(401)
        assert answer["WWW-Authenticate"].startswith("Bearer"), (method, at)
    for at in (path, "/entries", "/coalitions", "/finder" + path[8:], "/coalitions" + path[8:], "/coalitions?f=csv"):
        body = server.get(at).body
        assert b"Bo" not in body.replace(b"Boo", b"") or b"contacts" not in body, at
        assert b"99 88 77" not in body, at
    assert server.now(path)["ETag"] == etag


@test("a wrong token is told of, also where none is needed; guesses from one address end in 429, a right token goes on")
def _(server):
    with Register() as fresh:
        path, etag = fresh.make()
        wrong = ["eg_" + "0" * 64, fresh.token[:-1] + ("0" if fresh.token[-1] != "0" else "1"), "x", fresh.token + "0"]
        statuses = [fresh.call("GET", path, token=wrong[n % 4]).status for n in range(14)]
        assert statuses == [401] * 10 + [429] * 4, statuses
        late = fresh.call("PUT", path, {"name": "x"}, token=wrong[0], If_Match=etag)
        late.problem(429)
        assert 1 <= int(late["Retry-After"]) <= 90
        assert fresh.now(path).status == 200 and fresh.get(path).status == 200
        text = "".join(fresh.log)
        assert "a wrong token from 127.0.0.1" in text and not any(token in text for token in wrong if len(token) > 1)


@test("a token that is taken away or replaced ends at once")
def _(server):
    token = editor(server.folder, "token", "second").split()[-1]
    assert server.call("GET", "/changes", token=token).status == 200
    fresh = editor(server.folder, "token", "second").split()[-1]
    server.call("GET", "/changes", token=token).problem(401)
    assert server.call("GET", "/changes", token=fresh).status == 200
    editor(server.folder, "remove", "second")
    server.call("GET", "/changes", token=fresh).problem(401)


@test("a session writes with the form's token, and not for other sites, nor when it is over")
def _(server):
    password = "correct horse battery"
    editor(server.folder, "add", "Ann Reed", said=password + "\n")
    connection = server.keep()
    connection.request("POST", "/admin/sign-in", body=urllib.parse.urlencode({"name": "Ann Reed", "password": password}),
                       headers={"Content-Type": "application/x-www-form-urlencoded"})
    cookie = support.Answer(connection.getresponse())["Set-Cookie"].split(";")[0]
    connection.close()
    page = server.get("/admin", {"Cookie": cookie}).body.decode()
    csrf = re.search(r'name="csrf"[^>]*value="([0-9a-f]{64})"|value="([0-9a-f]{64})"[^>]*name="csrf"', page)
    csrf = csrf[1] or csrf[2]
    path, etag = server.make(contacts=[{"name": "Bo", "visibility": "private"}])
    own = f"http://{server.host}:{server.port}"

    def by_session(method, body=None, at=path, **headers):
        return server.call(method, at, body, Authorization=None, Cookie=cookie, **headers)

    assert b"Bo" in by_session("GET").body and by_session("GET")["Cache-Control"] == "no-store"
    for wrong in ({}, {"X_CSRF_Token": "0" * 64}, {"X_CSRF_Token": ""}, {"X_CSRF_Token": csrf, "Origin": "https://evil.example"},
                  {"X_CSRF_Token": csrf, "Origin": "null"}):
        by_session("PUT", {"name": "x"}, If_Match=etag, **wrong).problem(403)
        by_session("DELETE", If_Match=etag, **wrong).problem(403)
    done = by_session("PUT", {"name": "Dives"}, If_Match=etag, X_CSRF_Token=csrf, Origin=own)
    assert done.status == 200 and server.call("GET", path + "/history").json()["changes"][0]["by"] == "Ann Reed"
    editor(server.folder, "remove", "Ann Reed")
    by_session("PUT", {"name": "x"}, If_Match=done["ETag"], X_CSRF_Token=csrf, Origin=own).problem(401)
    assert by_session("GET").status == 200 and by_session("GET")["Cache-Control"] == "no-cache"
    by_session("GET", at="/changes").problem(401)


@test("the telephone of a private contact is private wherever it is asked for, also when its entry was removed and is back")
def _(server):
    id, contact = "5d000000-0000-4000-8000-000000000001", "5d000000-0000-4000-8000-000000000002"
    phones = [{"id": "5d000000-0000-4000-8000-000000000003", "number": "44 55 66", "service_id": id, "contact_id": contact}]
    service = {"id": id, "name": "Ringers", "status": "active", "organization": {"id": "5d000000-0000-4000-8000-000000000004", "name": "Bells"},
               "contacts": [{"id": contact, "name": "Kay Unseen", "visibility": "private"}], "phones": phones}
    made = server.folder / "made.json"
    made.write_text(json.dumps([service]), encoding="utf-8")
    done = subprocess.run(LAUNCHER + [PROGRAM, "directory", "import", str(server.atlas), str(made), "--format", "hsds"], capture_output=True, timeout=60 * SLOW)
    assert done.returncode == 0, done.stderr
    path = "/entries/" + id
    deadline = time.monotonic() + 20 * SLOW
    while server.get(path).status != 200 and time.monotonic() < deadline:
        time.sleep(0.1)

    def look():
        whole = server.now(path).json()
        assert whole["phones"] == [{"number": "44 55 66", "visibility": "private"}], whole
        for at in (path, "/finder/" + id, "/finder?q=Ringers", "/coalitions", "/coalitions?f=csv", "/finder/suggest?entry=" + id,
                   "/ogc/collections/coalitions/items?limit=1000", "/hsds/services/" + id):
            answer = server.get(at)
            assert answer.status == 200 and b"Ringers" in answer.body, (at, answer.status)
            assert b"44 55 66" not in answer.body and b"Unseen" not in answer.body, at
        for form in ("csv", "geojson", "hsds"):
            done = subprocess.run(LAUNCHER + [PROGRAM, "directory", "export", str(server.atlas), "--format", form, "--out", "-"], capture_output=True, timeout=60 * SLOW)
            assert done.returncode == 0 and b"Ringers" in done.stdout and b"44 55 66" not in done.stdout, (form, done.stderr)

    look()
    assert server.call("DELETE", path, If_Match=server.now(path)["ETag"]).status == 204
    change = server.call("GET", path + "/history?limit=1").json()["changes"][0]["id"]
    assert server.call("POST", f"/changes/{change}/undo").status == 200
    look()


@test("an undo is refused when the entry was changed since, unless it is forced, and for an import")
def _(server):
    path, etag = server.make()
    first = server.call("PUT", path, {"name": "Dives"}, If_Match=etag)
    change = server.call("GET", path + "/history?limit=1").json()["changes"][0]["id"]
    assert server.call("PUT", path, {"name": "Rows"}, If_Match=first["ETag"]).status == 200
    server.call("POST", f"/changes/{change}/undo").problem(409)
    assert server.now(path).json()["name"] == "Rows"
    assert server.call("POST", f"/changes/{change}/undo?force=true&reason=because").json()["reason"] == "because"
    assert server.now(path).json()["name"] == "Swims"
    server.call("POST", f"/changes/{change}/undo?force=true").problem(409)
    server.call("POST", f"/changes/{change}/undo?force=perhaps").problem(400, "force")
    server.call("POST", f"/changes/{NOWHERE}/undo").problem(404)
    server.call("GET", "/changes/" + NOWHERE).problem(404)
    server.call("GET", "/changes/'%20OR%20'1'='1").problem(404)
    imports = [line for line in server.call("GET", "/changes?limit=1000").json()["changes"] if line["action"] == "import"]
    seeded = imports[-1]
    assert "seed" in seeded["reason"]
    assert "does not keep" in server.call("POST", f"/changes/{seeded['id']}/undo").problem(409)["detail"]


def import_csv(server, name, rows, *options):
    who = options[1] if options else pwd.getpwuid(os.getuid()).pw_name
    made = server.folder / name
    made.write_text("key,name,organisation,topics,phone\n" + "".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    done = subprocess.run(LAUNCHER + [PROGRAM, "directory", "import", str(server.atlas), str(made), "--format", "csv", *options], capture_output=True, timeout=60 * SLOW)
    assert done.returncode == 0, (done.stdout, done.stderr)
    deadline = time.monotonic() + 20 * SLOW
    known = lambda: {entry["name"] for entry in server.call("GET", "/entries?limit=1000").json()["entries"]}
    while rows[-1][1] not in known() and time.monotonic() < deadline:
        time.sleep(0.1)
    change = server.call("GET", "/changes?limit=1").json()["changes"][0]
    assert change["action"] == "import" and change["by"] == who + " (command line)", change
    return change


def importing(server, name, text):
    """An import that goes on."""
    made = server.folder / name
    made.write_text(text, encoding="utf-8")
    return subprocess.Popen(LAUNCHER + [PROGRAM, "directory", "import", str(server.atlas), str(made), "--format", "csv"],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@test("an import looks again when somebody writes between its reading and its commit: what it adds to is the new state")
def _(server):
    path, _ = server.make({"name": "Written between", "kind": "hub", "topics": ["old"], "description": "Old"})
    id = path.split("/")[-1]
    with open_store(server) as other:
        # The remark comes when the store has been read; its lock, held here, keeps the commit waiting.
        other.execute("UPDATE store SET revision = revision")
        run = importing(server, "between.csv", f"id,key,name,description,url\n{id},,Written between,From the file,\n,between,Comes along,,www.example.org\n")
        remark = run.stdout.readline()
        assert "doubtful" in remark, (remark, run.communicate())
        other.execute("UPDATE service SET email = 'hand@example.org', description = 'Edited' WHERE id = ?", [id])
    said, told = run.communicate(timeout=60 * SLOW)
    assert run.returncode == 0, (said, told)
    assert "looked at again" in told and "(2 of 8)" in told, told
    assert said.count("records new") == 1 and "doubtful" not in said and said.endswith("Imported.\n"), said
    deadline = time.monotonic() + 20 * SLOW
    while server.now(path).json()["description"] != "From the file" and time.monotonic() < deadline:
        time.sleep(0.1)
    entry = server.now(path).json()
    assert entry["email"] == "hand@example.org" and entry["topics"] == ["old"] and entry["description"] == "From the file", entry
    change = server.call("GET", "/changes?limit=1").json()["changes"][0]
    line = [line for line in server.call("GET", f"/changes?batch={change['id']}").json()["changes"] if line["entry_id"] == id][0]
    assert server.call("GET", "/changes/" + line["id"]).json()["before"]["description"] == "Edited"


@test("imports and edits beside each other all get through, and none undoes another")
def _(server):
    paths = [server.make({"name": f"Busy {n}", "kind": "hub"})[0] for n in range(4)]
    end, refused, counts = threading.Event(), [], [0] * len(paths)

    def write():
        at = 0
        while not end.is_set():
            path, number = paths[at % len(paths)], at % len(paths)
            done = server.call("PUT", path, {"name": f"Busy {number}", "kind": "hub", "description": str(counts[number] + 1)}, If_Match="*")
            counts[number] += done.status == 200
            if done.status not in (200, 503):
                refused.append((done.status, done.body))
            at += 1
            end.wait(0.2 * SLOW)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(8):
            run = importing(server, f"busy{n}.csv", "key,name\n" + "".join(f"busy{n}.{row},Beside {n} {row}\n" for row in range(20)))
            said, told = run.communicate(timeout=120 * SLOW)
            assert run.returncode == 0 and said.count("records new") == 1 and said.endswith("Imported.\n"), (said, told)
    finally:
        end.set()
        writer.join()
    assert not refused, refused[:3]
    names = lambda: {entry["name"] for entry in server.call("GET", "/entries?limit=1000").json()["entries"]}
    deadline = time.monotonic() + 20 * SLOW
    while "Beside 7 19" not in names() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert {f"Beside {n} {row}" for n in range(8) for row in range(20)} <= names()
    for number, path in enumerate(paths):
        assert server.now(path).json().get("description", "0") == str(counts[number]), (number, counts)


@test("a grant of 360Giving keeps its organisation's numbers, which its page shows, and finds the boundaries of its code")
def _(server):
    made = server.folder / "grants.csv"
    made.write_text("Identifier,Title,Currency,Amount Awarded,Recipient Org:Name,Recipient Org:Charity Number,Recipient Org:Company Number,"
                    "Beneficiary Location:Geographic Code\n360G-1,Sheds,GBP,500,Shed Trust,1234567,OC300001,C0101\n360G-2,More sheds,GBP,7,Shed Trust,,,C9999\n")
    command = LAUNCHER + [PROGRAM, "directory"]
    imported = lambda: subprocess.run(command + ["import", str(server.atlas), str(made), "--format", "360giving"], capture_output=True, text=True, timeout=60 * SLOW)
    done = imported()
    assert done.returncode == 0 and "grants.csv:3: doubtful: the codes that it serves are left out: none of the atlas's boundaries have 'C9999'" in done.stdout, done
    assert "grants.csv:2" not in done.stdout, done.stdout
    wait_for(lambda: any(entry["name"] == "More sheds" for entry in server.call("GET", "/entries?limit=1000").json()["entries"]))
    id = next(entry["id"] for entry in server.call("GET", "/entries?limit=1000").json()["entries"] if entry["name"] == "Sheds")
    assert server.call("GET", f"/entries/{id}").json()["service_areas"] == [{"boundaries": "cells", "area_codes": "C0101"}]
    page = server.get(f"/finder/{id}").body.decode()
    assert "Charity number" in page and "1234567" in page and "OC300001" in page, page
    out = server.folder / "grants-out.csv"
    done = subprocess.run(command + ["export", str(server.atlas), "--format", "360giving", "--out", str(out)], capture_output=True, text=True, timeout=60 * SLOW)
    assert done.returncode == 0 and "Shed Trust,1234567,OC300001," in out.read_text(), (done, out.read_text())
    again = imported()
    assert "0 records new, 0 changed, 0 taken away" in again.stdout, again.stdout


@test("an import has a line for each entry, which is undone alone; and is undone whole")
def _(server):
    names = lambda: {entry["name"] for entry in server.call("GET", "/entries?limit=1000").json()["entries"]}
    before = names()
    first = import_csv(server, "first.csv", [(f"i{n}", f"Imported {n}", f"Club {n % 3}", "imports", f"01632 {n}") for n in range(150)])
    lines = server.call("GET", f"/changes?batch={first['id']}&limit=1000").json()["changes"]
    assert len(lines) == 150 and {line["action"] for line in lines} == {"create"} and all(line["batch_id"] == first["id"] for line in lines)
    second = import_csv(server, "second.csv", [("i0", "Renamed 0", "", "", ""), ("i1", "Renamed 1", "", "", "999"), ("new", "Imported last", "", "", "")],
                        "--as", "Ann Ó Súilleabháin")
    wrong = subprocess.run(LAUNCHER + [PROGRAM, "directory", "import", str(server.atlas), "/dev/null", "--format", "csv", "--as", "a\nb"], capture_output=True,
                           timeout=60 * SLOW)
    assert wrong.returncode == 2 and b"--as wants a name" in wrong.stderr, wrong
    lines = server.call("GET", f"/changes?batch={second['id']}").json()["changes"]
    assert sorted(line["action"] for line in lines) == ["create", "update", "update"], lines
    one = server.call("GET", "/changes/" + next(line["id"] for line in lines if line["title"] == "Renamed 1")).json()
    assert one["before"]["name"] == "Imported 1" and one["before"]["phones"] == [{"number": "01632 1"}], one
    assert one["after"]["name"] == "Renamed 1" and one["after"]["phones"] == [{"number": "999"}], one
    assert [line["id"] for line in server.call("GET", f"/entries/{one['entry_id']}/history").json()["changes"]][0] == one["id"]
    assert server.call("POST", f"/changes/{one['id']}/undo").json()["action"] == "undo"
    assert server.now("/entries/" + one["entry_id"]).json()["phones"] == [{"number": "01632 1"}]
    said = server.call("POST", f"/changes/{second['id']}/undo").problem(409)["detail"]
    assert "of the 3 entries, 1 have been changed since ('Renamed 1')" in said, said
    assert "Imported last" in names()
    again = server.call("GET", f"/entries/{one['entry_id']}/history").json()["changes"][0]
    assert server.call("POST", f"/changes/{again['id']}/undo").status == 200
    done = server.call("POST", f"/changes/{second['id']}/undo").json()
    assert done["action"] == "undo" and "entry_id" not in done, done
    assert names() == before | {f"Imported {n}" for n in range(150)}
    whole = server.call("POST", f"/changes/{first['id']}/undo?reason=wrong+file").json()
    assert whole["reason"] == "wrong file" and names() == before
    assert server.call("GET", "/coalitions?topic=imports").json()["numberMatched"] == 0
    assert server.call("POST", f"/changes/{whole['id']}/undo").status == 200
    assert names() == before | {f"Imported {n}" for n in range(150)}


def wait_for(holds):
    late = time.monotonic() + 60 * SLOW
    while not holds():
        assert time.monotonic() < late
        time.sleep(0.05)


@test("very many entries are undone in parts, while others write, and the change says how far that is")
def _(server):
    n = 1100
    n_there = lambda: server.get("/coalitions?topic=crowd&limit=0").json()["numberMatched"]
    run = importing(server, "crowd.csv", "key,name,topics\n" + "".join(f"c{i},One of many {i},crowd\n" for i in range(n)))
    assert run.wait(60 * SLOW) == 0, run.communicate()
    wait_for(lambda: n_there() == n)
    change = server.call("GET", "/changes?limit=1").json()["changes"][0]["id"]
    begun = server.call("POST", f"/changes/{change}/undo?reason=wrong+file")
    assert begun.status == 202 and begun.json()["id"] == change, begun.body
    assert begun.json()["undoing"]["of"] == change and begun.json()["undoing"]["entries"] == n, begun.json()
    path, etag = server.make()
    assert server.call("PUT", path, {"name": "Between"}, If_Match=etag).status == 200
    about = lambda: server.call("GET", "/changes/" + change).json()["undoing"]
    wait_for(lambda: about()["state"] in ("done", "stopped"))
    done = about()
    assert (done["state"], done["done"], done["left_alone"]) == ("done", n, 0) and n_there() == 0, done
    whole = server.call("GET", "/changes/" + done["change_id"]).json()
    assert whole["action"] == "undo" and whole["reason"] == "wrong file" and "unfinished" not in whole, whole
    assert whole["undoing"] == done
    assert len(server.call("GET", f"/changes?batch={whole['id']}&limit=1000").json()["changes"]) == 1000


@test("lists come in pages that lead on and back")
def _(server):
    first = server.get("/entries?limit=7").json()
    assert first["numberReturned"] == 7 and [link["rel"] for link in first["links"]] == ["next"]
    at, ids = first, [entry["id"] for entry in first["entries"]]
    while True:
        next = [link["href"] for link in at["links"] if link["rel"] == "next"]
        if not next:
            break
        at = server.get(next[0][next[0].index("/entries"):]).json()
        ids += [entry["id"] for entry in at["entries"]]
    assert len(ids) == len(set(ids)) == first["numberMatched"] >= 40 and ids == sorted(ids)
    assert "prev" in [link["rel"] for link in at["links"]]
    path, etag = server.make()
    for n in range(4):
        etag = server.call("PUT", path, {"name": f"N{n}"}, If_Match=etag)["ETag"]
    page = server.call("GET", path + "/history?limit=2&offset=2").json()
    assert [line["title"] for line in page["changes"]] == ["N1", "N0"]
    assert [link["rel"] for link in page["links"]] == ["prev", "next"]
    assert "/entries/" in page["links"][0]["href"]
    server.call("GET", f"/entries/{NOWHERE}/history").problem(404)
    server.get("/entries?limit=0").problem(400, "limit")
    server.call("GET", "/changes?offset=-1").problem(400, "offset")


def square(west, south, side):
    return {"type": "Polygon", "coordinates": [[[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]]}


@test("all rows of a service area count: codes of several boundaries and several polygons, for searches, the outline and the figures")
def _(server):
    W, S, STEP = support.WEST, support.SOUTH, support.STEP
    areas = [{"boundaries": "cells", "area_codes": "C0005;C0105"}, {"boundaries": "rows", "area_codes": "R02"}, {"boundaries": "cells", "area_codes": "C0606"},
             {"extent": square(W + 8 * STEP, S + 8 * STEP, 2 * STEP)}, {"extent": square(W + 9 * STEP, S + 9 * STEP, 2 * STEP)}]
    path, _etag = server.make(name="All of it", service_areas=areas)
    id = path.rsplit("/", 1)[1]
    cells = {(0, 5), (1, 5), (6, 6)} | {(i, 2) for i in range(support.SIDE)}
    shape = {(8, 8), (9, 8), (8, 9), (9, 9), (10, 9), (9, 10), (10, 10)}
    serving = lambda wanted: id in [f["id"] for f in server.get(f"/coalitions?limit=100&serves={wanted}").json()["features"]]
    for i in range(support.SIDE):
        for j in range(support.SIDE):
            lon, lat = W + (i + 0.4) * STEP, S + (j + 0.6) * STEP
            assert serving(f"{lon:.6f},{lat:.6f}") == ((i, j) in cells | shape), (i, j)
    assert serving("cells:C0302") and serving("rows:R02") and serving("rows:R05") and serving("rows:R10") and not serving("rows:R00") and not serving("cells:C0303")

    feature = server.get(f"/coalitions/{id}/area").json()
    properties = feature["properties"]
    assert (properties["boundaries"], properties["n_areas"]) == ("cells", len(cells)) and "beside" not in properties, properties
    assert [part["from"] for part in properties["parts"]] == ["areas", "shape"]
    named, drawn = feature["geometry"]["geometries"]
    assert len(drawn["coordinates"]) == 1 and len(named["coordinates"]) == 3, [len(named["coordinates"]), len(drawn["coordinates"])]
    signed = lambda ring: sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:])) / 2
    size = lambda geometry: sum(signed(ring) for polygon in geometry["coordinates"] for ring in polygon) / STEP**2
    assert abs(size(drawn) - 7) < 1e-3 and abs(size(named) - len(cells)) < 1e-3, (size(drawn), size(named))
    profile = server.get(f"/coalitions/{id}/profile").json()
    assert (profile["boundaries"], profile["n_areas"], profile["has_shape"]) == ("cells", len(cells), True) and "beside" not in profile
    said = server.get("/coalitions/" + id).json()["properties"]["service_area"]
    sets = {one["boundaries"]: sorted(one["codes"]) for one in (said, *said["more"])}  # rows come in the order of their ids, which are random
    assert sets == {"cells": ["C0005", "C0105", "C0606"], "rows": ["R02"]}, said
    page = server.get("/finder/" + id).body.decode()
    assert "Cell 6, 6" in page and "R02" in page


BOWTIE = {"type": "Polygon", "coordinates": [[[-1, 52], [-0.9, 52.1], [-0.9, 52], [-1, 52.1], [-1, 52]]]}


@test("an area that the atlas does not have is named, with the one that was meant; what an entry had before does not stand in its way")
def _(server):
    document = {"name": "Swims", "service_areas": [{"boundaries": "cells", "area_codes": "C0101;C0191"}]}
    problem = server.call("POST", "/entries", document).problem(400, "service_areas[0].area_codes")
    assert "'C0191' is not in 'cells'; did you mean 'C01" in problem["detail"], problem
    problem = server.call("POST", "/entries", {"name": "x", "service_areas": [{"boundaries": "Cells", "area_codes": "C0101"}]}).problem(400)
    assert "no boundaries 'Cells'; did you mean one of 'cells'" in problem["detail"], problem
    problem = server.call("POST", "/entries", {"name": "x", "service_areas": [{"extent": BOWTIE}]}).problem(400)
    assert "Self-intersection at longitude -0.95, latitude 52.05" in problem["detail"], problem
    document["service_areas"][0]["area_codes"] = "C0101;C0111"
    path, etag = server.make(document)
    with open_store(server) as store:
        store.execute("UPDATE service_area SET area_codes = 'C0101;C9999' WHERE area_codes = 'C0101;C0111'")
    wait_for(lambda: server.now(path)["ETag"] != etag)
    document = server.now(path).json()
    assert document["service_areas"][0]["area_codes"] == "C0101;C9999"
    area = server.get("/coalitions/" + document["id"] + "/area").json()["properties"]
    assert (area["n_areas"], area["n_unknown_codes"]) == (1, 1), area
    assert any("1 codes of areas" in line and "'C9999' of entry " + document["id"] in line for line in server.log), server.log
    checked = subprocess.run(LAUNCHER + [PROGRAM, "check", str(server.atlas)], capture_output=True, text=True, timeout=60 * SLOW)
    assert checked.returncode == 0 and f"1 codes of areas that entries serve are in no boundaries: these areas are not shown; the first: 'C9999' of entry {document['id']}, 'Swims'" in checked.stdout, checked.stdout
    assert server.call("PUT", path, {**document, "name": "Dives"}, If_Match="*").status == 200
    document["service_areas"][0]["area_codes"] += ";C0001"
    server.call("PUT", path, document, If_Match="*").problem(400, "service_areas[0].area_codes")


@test("nobody is led to an address that is not of the web, whoever wrote it into the store")
def _(server):
    path, _etag = server.make(url="https://swims.example/", organisation={"name": "Swimmers", "url": "https://swims.example/"},
                              accessibility=[{"description": "lift", "url": "https://swims.example/lift"}],
                              required_documents=[{"document": "A towel", "uri": "https://swims.example/towel"}], location={"longitude": "-1.1", "latitude": "52.1"})
    id = path.rsplit("/", 1)[1]
    assert b"https://swims.example/" in server.get("/finder/" + id).body
    harm = "javascript:alert(1)"
    with open_store(server) as store:
        for table, column in (("service", "url"), ("organization", "website"), ("accessibility", "url"), ("required_document", "uri")):
            assert store.execute(f"UPDATE {table} SET {column} = ? WHERE {column} LIKE 'https://swims%'", (harm,)).rowcount > 0
    wait_for(lambda: server.now(path).json()["url"] == harm)
    for page in ("/finder/" + id, "/finder?q=swims", f"/finder/suggest?entry={id}", "/ogc/collections/coalitions/items?f=html&limit=1000"):
        links = re.findall(r"""<a [^>]*href=["']?([^"'> ]*)""", server.get(page).body.decode())
        assert links and not [link for link in links if link.lower().startswith("javascript")], page
    for data in ("/coalitions/" + id, "/coalitions?q=swims", "/ogc/collections/coalitions/items/" + id):
        assert harm not in server.get(data).body.decode(), data
    problem = server.call("PUT", path, server.now(path).json(), If_Match="*").problem(400, "url")
    assert "an address of the web" in problem["detail"]


@test("an organisation is joined as it is, edited for all its entries, and gone with its last")
def _(server):
    canoeists = {"name": "Canoeists", "url": "https://canoeists.example/"}
    path, _etag = server.make(name="Swims", organisation=canoeists)
    of = server.now(path).json()["organisation"]
    assert of == {**canoeists, "id": of["id"]}
    for wrong, member in (({"name": "CANOEISTS", "url": "https://x.example/"}, "url"), ({"name": "Canoeists", "email": "a@x.example"}, "email"),
                          ({"id": of["id"], "name": "Divers"}, "name"), ({"id": of["id"][::-1]}, "id")):
        problem = server.call("POST", "/entries", {"name": "Dives", "organisation": wrong}).problem(400, "organisation." + member)
        assert problem["detail"], problem
    other, _etag = server.make(name="Dives", organisation={"name": "CANOEISTS"})
    assert server.now(other).json()["organisation"] == of
    # An edit through one entry is one of the other, too.
    assert server.call("PUT", other, {"name": "Dives", "organisation": {**of, "name": "Club", "email": "a@x.example"}}, If_Match="*").status == 200
    club = {"name": "Club", "id": of["id"], "url": canoeists["url"], "email": "a@x.example"}
    assert server.now(path).json()["organisation"] == club
    # To another and back by its id; what nobody has any more is gone.
    assert server.call("PUT", other, {"name": "Dives", "organisation": {"name": "Divers"}}, If_Match="*").status == 200
    divers = server.now(other).json()["organisation"]["id"]
    assert server.get("/hsds/organizations/" + divers).status == 200 and server.now(path).json()["organisation"] == club
    assert server.call("PUT", other, {"name": "Dives", "organisation": {"id": of["id"]}}, If_Match="*").status == 200
    assert server.now(other).json()["organisation"] == club and server.get("/hsds/organizations/" + divers).status == 404


@test("bodies that are wrong are refused with the member at fault")
def _(server):
    path, etag = server.make()
    before = server.now(path).body
    deep = b'{"name":' + b"[" * 100000 + b"]" * 100000 + b"}"
    for status, member, body in (
            (400, "phones[1].number", {"name": "x", "phones": [{"number": "111"}, {"number": 5}]}),
            (400, "phones[0].number", {"name": "x", "phones": [{"type": "voice"}]}),
            (400, "phones[1].number", {"name": "x", "phones": [{"number": "111"}, {"number": "ask Jo"}]}),
            (400, "location.latitude", {"name": "x", "location": {"longitude": "1", "latitude": "95"}}),
            (400, "url", {"name": "x", "url": "javascript:alert(1)"}), (400, "organisation.url", {"name": "x", "organisation": {"name": "y", "url": "data:,x"}}),
            (400, "service_areas[0].boundaries", {"name": "x", "service_areas": [{"area_codes": "C0101"}]}),
            (400, "service_areas[0].boundaries", {"name": "x", "service_areas": [{"boundaries": "cell", "area_codes": "C0101"}]}),
            (400, "service_areas[1].area_codes", {"name": "x", "service_areas": [{}, {"boundaries": "cells", "area_codes": "C0101; C0199"}]}),
            (400, "service_areas[0].extent", {"name": "x", "service_areas": [{"extent": BOWTIE}]}),
            (400, "funding[1].amount", {"name": "x", "funding": [{"amount": "0"}, {"source": "F", "amount": -5}]}),
            (400, "last_reviewed", {"name": "x", "last_reviewed": "2999-01-01"}),
            (400, "funding[0].currency", {"name": "x", "funding": [{"amount": "5", "currency": "pounds"}]}),
            (400, "funding[0].valid_to", {"name": "x", "funding": [{"valid_from": "2024-01-02", "valid_to": "2024-01-01"}]}),
            (400, "costs[0].amount", {"name": "x", "costs": [{"amount": "-0.5"}]}),
            (400, "kind", {"name": "x", "kind": "club"}), (400, "url", {"name": "x", "url": "no address"}),
            (400, "frobnicates", {"name": "x", "frobnicates": "y"}), (400, "name", {}), (400, "name", {"name": ""}),
            (400, "name", {"name": ["x"]}), (400, "topics", {"name": "x", "topics": "y"}), (400, "phones", {"name": "x", "phones": {}}),
            (400, "languages[0]", {"name": "x", "languages": ["Welsh"]}), (400, "location", {"name": "x", "location": "here"}),
            (400, "organisation", {"name": "x", "organisation": []}), (400, "phones", {"name": "x", "phones": None}),
            (400, "body", b""), (400, "body", b"[]"), (400, "body", b'"x"'), (400, "body", b"null"), (400, "body", b'{"name":'),
            (400, "body", b'{"name":"x","name":"y"}'), (400, "body", b'{"name":"\xff"}'), (400, "body", b'{"name":"\\u0000"}'),
            (400, "body", b'{"name":"x"}{"name":"y"}'), (400, "body", deep), (413, "body", b'{"name":"' + b"x" * (256 << 10) + b'"}')):
        answer = server.call("PUT", path, body, If_Match=etag)
        problem = answer.problem(status)
        assert problem.get("parameter") == member, (member, problem, str(body)[:80])
    many = server.call("PUT", path, {"name": "x", "phones": [{"number": str(100 + n)} for n in range(201)]}, If_Match=etag)
    assert many.status == 400, many.body
    server.call("PUT", path, {"name": "x"}, If_Match=etag, Content_Type="text/plain").problem(415, "Content-Type")
    server.call("PUT", path, {"name": "x"}, If_Match=etag, Content_Type="application/x-www-form-urlencoded").problem(415, "Content-Type")
    server.call("PUT", path + "?reason=" + "r" * 2001, {"name": "x"}, If_Match=etag).problem(400, "reason")
    server.call("PATCH", path, {"name": "x"}, If_Match=etag).problem(405)
    server.call("PUT", "/entries", {"name": "x"}).problem(405)
    assert server.now(path).body == before


@test("texts that a spreadsheet, a database or a browser would take for orders stay texts")
def _(server):
    hostile = ["=HYPERLINK(\"http://evil\")", "@SUM(A1)", "'; DROP TABLE service; --", "<script>alert(1)</script>", "\u202eevil", "a\"b\\c", "{{7*7}}"]
    for text in hostile:
        path, _etag = server.make({"name": text, "description": text})
        assert server.now(path).json()["name"] == text
        id = path.rsplit("/", 1)[1]
        assert server.get("/coalitions/" + id).json()["properties"]["name"] == text
        assert b"<script>alert" not in server.get("/finder/" + id).body
        change = server.call("GET", path + "/history").json()["changes"][0]
        assert change["title"] == text
    table = server.get("/coalitions?f=csv&limit=1000").body.decode()
    assert "'=HYPERLINK" in table and "\n=HYPERLINK" not in table and ",=HYPERLINK" not in table


@test("scripts of other origins may write with a token")
def _(server):
    path, etag = server.make()
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Headers": "authorization,content-type,if-match"}
    answer = server.get(path, asked, method="OPTIONS")
    assert answer.status == 204 and "PUT" in answer["Access-Control-Allow-Methods"] and "DELETE" in answer["Access-Control-Allow-Methods"]
    assert "Authorization" in answer["Access-Control-Allow-Headers"] and "*" in answer["Access-Control-Allow-Headers"]
    done = server.call("PUT", path, {"name": "Dives"}, If_Match=etag, Origin="https://elsewhere.example")
    assert done.status == 200 and done["Access-Control-Allow-Origin"] == "*" and done["Access-Control-Expose-Headers"] == "*"


@test("an entry of a directory that is read from a file is none that can be edited")
def _(server):
    with Register(extra=STORE.replace("seed: helpers, ", "")) as other:
        id = other.get("/coalitions?limit=1").json()["features"][0]["id"]
        assert other.get("/entries").json()["numberMatched"] == 0
        other.get("/entries/" + id).problem(404)
        other.call("DELETE", "/entries/" + id, If_Match="*").problem(404)


@test("an atlas without a store or editors says what to write into it")
def _(server):
    with Register(extra="") as bare:
        assert "store" in bare.call("POST", "/entries", {"name": "x"}).problem(403)["detail"]
        assert bare.get("/entries").json()["entries"] == []
    with Register(extra=STORE.replace(", editors: editors.txt", "")) as bare:
        assert "editors" in bare.call("POST", "/entries", {"name": "x"}).problem(403)["detail"]


def set_status(server, status):
    """As somebody would in QGIS: the first row's status."""
    with open_store(server) as store:
        store.execute("UPDATE service SET status = ? WHERE fid = 1", (status,))


@test("a wrong cell of the store stops nothing but the store, and is named, until it is mended")
def _(server):
    where = "table service, row 1: service.status"
    first = Register()
    with contextlib.ExitStack() as ends:
        ends.callback(support.shutil.rmtree, first.folder, ignore_errors=True)
        one = copy.copy(first).__enter__()
        ends.callback(one.stop)
        path, etag = one.make()
        n = len(one.get("/entries?limit=1000").json()["entries"])
        set_status(one, "perhaps")
        assert where in one.call("PUT", path, {"name": "Dives"}, If_Match=etag).problem(503)["detail"]
        assert one.now(path).json()["name"] == "Swims"
        assert one.stop() == 0

        checked = subprocess.run(LAUNCHER + [PROGRAM, "check", str(first.atlas)], capture_output=True, text=True, timeout=60 * SLOW)
        assert checked.returncode == 1 and where in checked.stderr, checked

        two = copy.copy(first)
        two.log = []
        two.__enter__()
        ends.callback(two.stop)
        assert any("ERROR" in line.upper() and where in line and "QGIS" in line for line in two.log), two.log
        assert two.get(support.TILE).status == 200 and two.get("/finder").status == 200
        assert two.get("/entries").json()["entries"] == []
        two.get(path).problem(404)
        assert where in two.call("PUT", path, {"name": "Dives"}, If_Match=etag).problem(503)["detail"]
        assert where in two.call("POST", "/entries", {"name": "Rows"}).problem(503)["detail"]

        set_status(two, "active")
        late = time.monotonic() + 10 * SLOW
        while two.get(path).status != 200 and time.monotonic() < late:
            time.sleep(0.05)
        assert len(two.get("/entries?limit=1000").json()["entries"]) == n
        assert two.call("PUT", path, {"name": "Dives"}, If_Match=etag).status == 200
        assert two.stop() == 0


@test("a store that is away is told in plain words, its path and the reason in the log only, until it is back")
def _(server):
    with Register() as register:
        path, etag = register.make()
        with support.store_away(register):
            for answer in (register.call("PUT", path, {"name": "Dives"}, If_Match=etag), register.call("GET", "/changes")):
                detail = answer.problem(503)["detail"]
                assert "register" not in detail and "/" not in detail and "try again later" in detail, detail
                assert answer["Retry-After"] == "1"
            assert register.now(path).json()["name"] == "Swims"
        assert register.call("PUT", path, {"name": "Dives"}, If_Match=etag).status == 200


ROUNDS = 24 if support.DATABASE else 4  # a file: test_kills.py, in more ways


@test("whatever moment the server is killed at, what it acknowledged is there")
def _(server):
    chance = random.Random(seed())
    first = Register()
    n_written, acknowledged, attempted, ids = [0], {}, {}, [str(uuid.uuid4()) for _ in range(6)]

    def write(register, until):
        connection = register.keep()
        etags = {}
        n = 0
        try:
            while not until.is_set():
                id = chance.choice(ids)
                n += 1
                name = attempted[id] = f"{id} {time.monotonic_ns()}"
                answer = register.call("PUT", "/entries/" + id, {"name": name, "phones": [{"number": str(100 + n)}] * (n % 4)}, connection=connection,
                                       **({"If_Match": "*"} if id in acknowledged else {"If_None_Match": "*"}))
                n_written[0] += answer.status != 412
                if answer.status in (200, 201):
                    acknowledged[id] = name
                    etags[id] = answer["ETag"]
                elif answer.status == 412:  # it was made in the round before, and nobody told us
                    acknowledged[id] = register.get("/entries/" + id).json()["name"]
                else:
                    raise AssertionError((answer.status, answer.body))
        except (OSError, http.client.HTTPException):
            pass
        connection.close()

    for turn in range(ROUNDS):
        register = copy.copy(first)  # which the reader of the last one's log does not touch
        register.__enter__()
        try:
            for id, name in acknowledged.items():
                now = register.get("/entries/" + id).json()["name"]
                assert now in (name, attempted[id]), (turn, id, now, name)
                acknowledged[id] = now
            until = threading.Event()
            writer = threading.Thread(target=write, args=(register, until))
            writer.start()
            enough, late = n_written[0] + chance.randrange(1, 9), time.monotonic() + 20 * SLOW
            while n_written[0] < enough and time.monotonic() < late:
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.04))
            os.kill(register.process.pid, signal.SIGKILL)
            register.process.wait()
            until.set()
            writer.join()
        finally:
            register.process.kill()
            register.process.wait()
    with copy.copy(first) as register:
        changes = register.call("GET", "/changes?limit=1000").json()["changes"]
        for id, name in acknowledged.items():
            entry = register.get("/entries/" + id).json()
            assert entry["name"] in (name, attempted[id]), (id, entry, name)
            last = next(line for line in changes if line.get("entry_id") == id)
            assert last["title"] == entry["name"], (last, entry)
        assert n_written[0] >= ROUNDS and acknowledged, n_written


run(Register)
