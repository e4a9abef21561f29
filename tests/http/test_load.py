#!/usr/bin/python3
"""Writers of every kind and readers of every kind at one server at the same time: programs by REST, some of them racing for one entry, an editor
at forms, the public that suggests, imports from the command line, another program in the store; and the atlas is loaded anew. It is not about speed, but about what everybody
sees, whatever else goes on: what was acknowledged is there for whoever asks next; nothing is half-written; no answer mixes two states;
nothing goes back; one of those who race wins; and the history has it all, once and in order.

EG_LOAD_SECONDS: how long (default 4)."""

import concurrent.futures
import copy
import json
import os
import random
import re
import signal
import sys
import threading
import time
import uuid

sys.dont_write_bytecode = True
import whole_entries as whole
from load_readers import READS, REFUSED, VIEWS, Entry, Load, look_at, read, read_batch, read_club
from support import SLOW, run, test

SECONDS = float(os.environ.get("EG_LOAD_SECONDS") or 4)
N_READERS, N_BATCH, N_LOOSE = 4, 8, 3


# --- writing ----------------------------------------------------------------------------------------------------------


class Writer:
    """An editor's program, and somebody else who looks at what it did as soon as that is acknowledged."""

    def __init__(self, load, n_entries, chance):
        self.load, self.chance = load, chance
        self.client, self.other = whole.Client(load.server, is_editor=True), whole.Client(load.server)
        self.entries = [Entry(str(uuid.UUID(int=chance.getrandbits(128), version=4))) for _ in range(n_entries)]
        for entry in self.entries:
            load.keep(entry)

    def look(self, entry):
        for view in self.chance.sample(list(VIEWS), 2):
            look_at(self.load, self.other, entry, view)

    def done(self, entry, step, answer, status, kind):
        assert answer.status == status, (kind, answer.status, answer.body[:500])
        entry.acknowledge(step)
        entry.etag = answer["ETag"]
        self.load.count(kind)
        self.look(entry)

    def put(self, entry):
        n = self.load.number()
        step = entry.plan(n)
        is_new = entry.now() is None
        condition = {"If_None_Match": "*"} if is_new else {"If_Match": entry.etag}
        stale = entry.etag
        answer = self.client.send("PUT", "/entries/" + entry.id, whole.document(n), **condition)
        self.done(entry, step, answer, 201 if is_new else 200, "PUT")
        if stale and not is_new and self.chance.random() < 0.3:
            late = self.client.send("PUT", "/entries/" + entry.id, whole.document(self.load.number()), If_Match=stale)
            assert late.status == 412, (late.status, late.body)

    def post(self):
        n = self.load.number()
        answer = self.client.send("POST", "/entries", whole.document(n))
        assert answer.status == 201, (answer.status, answer.body)
        entry = Entry(answer.json()["id"])
        step = entry.plan(n)
        self.load.keep(entry)
        self.entries.append(entry)
        self.done(entry, step, answer, 201, "POST")

    def remove(self, entry):
        step = entry.plan(None)
        self.done(entry, step, self.client.send("DELETE", "/entries/" + entry.id, If_Match=entry.etag), 204, "DELETE")

    def undo(self, entry):
        """The last change is taken back: so the entry says what it said before."""
        lines = self.client.get(f"/entries/{entry.id}/history?limit=2").json()["changes"]
        step = entry.plan(entry.before())
        answer = self.client.send("POST", f"/changes/{lines[0]['id']}/undo")
        self.done(entry, step, answer, 200, "undo")
        if entry.now() is not None:
            entry.etag = self.client.get("/entries/" + entry.id)["ETag"]

    def write(self):
        entry, luck = self.chance.choice(self.entries), self.chance.random()
        if luck < 0.1 and len(self.entries) < 8:
            self.post()
        elif entry.now() is None or luck < 0.7:
            self.put(entry)
        elif luck < 0.85:
            self.remove(entry)
        elif entry.floor >= 2:
            self.undo(entry)


class Race(Writer):
    """Several who start from one version of one entry: one wins."""

    N = 3

    def __init__(self, load, chance):
        super().__init__(load, 1, chance)
        self.clients = [whole.Client(load.server, is_editor=True) for _ in range(self.N)]
        self.threads = concurrent.futures.ThreadPoolExecutor(self.N)

    def attempt(self, client, entry, step, condition):
        said = entry.steps[step]
        if said is None:
            return client.send("DELETE", "/entries/" + entry.id, **condition)
        return client.send("PUT", "/entries/" + entry.id, whole.document(said), **condition)

    def write(self):
        entry = self.entries[0]
        is_there = entry.now() is not None
        condition = {"If_Match": entry.etag} if is_there else {"If_None_Match": "*"}
        steps = [entry.plan(self.load.number()) for _ in range(self.N - 1)]
        steps.append(entry.plan(None if is_there and self.chance.random() < 0.4 else self.load.number()))
        self.chance.shuffle(steps)
        answers = list(self.threads.map(lambda i: self.attempt(self.clients[i], entry, steps[i], condition), range(self.N)))
        won = [i for i in range(self.N) if answers[i].status in (200, 201, 204)]
        assert len(won) == 1 and all(answer.status in (200, 201, 204, 412) for answer in answers), [(a.status, a.body[:300]) for a in answers]
        for i in range(self.N):
            if i not in won:
                entry.refuse(steps[i])
        self.done(entry, steps[won[0]], answers[won[0]], answers[won[0]].status, "race")


class Club:
    """One who edits the organisation of two entries, through either of them."""

    def __init__(self, load, chance):
        self.load, self.chance, self.client = load, chance, whole.Client(load.server, is_editor=True)
        name = f"Body w{load.number():06}"
        load.club.steps[0] = whole.numbers_in(name)[0]
        for which in ("One", "Two"):
            made = self.client.send("POST", "/entries", {"name": which, "kind": "hub", "topics": ["club"], "organisation": {"name": name}})
            assert made.status == 201, made.body
            load.club_of.append(made.json()["id"])
            self.id = made.json()["organisation"]["id"]

    def write(self):
        n, entry = self.load.number(), self.chance.choice(self.load.club_of)
        step = self.load.club.plan(n)
        document = self.client.get("/entries/" + entry).json() | {"organisation": {"id": self.id, "name": f"Body w{n:06}"}}
        answer = self.client.send("PUT", "/entries/" + entry, document, If_Match="*")
        assert answer.status == 200, answer.body
        self.load.club.acknowledge(step)
        self.load.count("organisation")
        read_club(self.load, self.client, self.chance)


class Editor(Writer):
    """Somebody who edits entries by the forms, and decides on what was suggested."""

    def __init__(self, load, chance):
        super().__init__(load, 2, chance)
        self.browser = whole.Browser(load.server)
        self.browser.sign_in()
        for entry in self.entries:
            self.put(entry)

    def write(self):
        if self.chance.random() < 0.5:
            self.decide()
            return
        entry, n = self.chance.choice(self.entries), self.load.number()
        self.browser.open("/admin/entries/" + entry.id)
        step = entry.plan(n)
        answer = self.browser.press("save", **whole.form_of(n))
        assert answer.status == 303, (answer.status, re.sub(r"<[^>]+>", " ", answer.body.decode())[:3000])
        entry.acknowledge(step)
        self.load.count("form")
        self.look(entry)

    def decide(self):
        with self.load.lock:
            waiting = [n for n in self.load.suggested if n not in self.load.decided]
        text = self.browser.open("/admin/suggestions")
        shown = re.findall(r"suggestions/([0-9a-f-]{36})", text)
        assert set(waiting[:25]) <= set(whole.numbers_in(text)), (waiting, whole.numbers_in(text))  # a page, the oldest first
        if not shown:
            return
        said = whole.one_number(re.search(r"<main.*</main>", self.browser.open("/admin/suggestions/" + shown[0]), re.S)[0], 5)
        accepts = said % 3 != 0
        answer = self.browser.press("accept" if accepts else "reject", reason="" if accepts else "twice")
        assert answer.status == 303, (answer.status, answer.body[-3000:])
        features = self.other.get(f"/coalitions?topic=asked&q=w{said:06}").json()["features"]
        assert len(features) == accepts, (accepts, features)
        with self.load.lock:
            self.load.decided[said] = features[0]["id"] if accepts else None
        if accepts:
            assert whole.one_number(json.dumps(features[0]["properties"]), 5) == said, features
        self.load.count("accept" if accepts else "reject")


class Public:
    """Those who suggest something, five from each address."""

    def __init__(self, load, chance):
        self.load, self.browser, self.n_sent = load, whole.Browser(load.server), 0

    def write(self):
        n = self.load.number()
        self.browser.suggest(n, f"198.51.100.{1 + self.n_sent // 4 % 250}")
        self.n_sent += 1
        with self.load.lock:
            self.load.suggested[n] = True
        self.load.count("suggestion")
        self.load.end.wait(0.1)


class Importer:
    """Imports of the same rows with another number each time, some of them undone."""

    def __init__(self, load, chance):
        self.load, self.chance, self.client = load, chance, whole.Client(load.server, is_editor=True)
        n = self.bring()
        self.shown(n)
        for feature in self.client.get("/coalitions?topic=batch").json()["features"]:
            load.batch.append(Entry(feature["id"], (None, n)))
        assert len(load.batch) == N_BATCH

    def bring(self):
        """Where somebody writes whenever it has looked, an import gives up with nothing done: so those who never rest make a pause."""
        while True:
            n = self.load.number()
            self.load.calm.set()
            steps = [entry.plan(n) for entry in self.load.batch]
            rows = "".join(whole.csv_of(n, f"batch{i}", "batch") for i in range(N_BATCH))
            run = self.load.server.importing("batch.csv", whole.CSV_HEADER + rows)
            said, _ = run.communicate(timeout=120 * SLOW)
            if run.returncode == 0:
                assert said.endswith("Imported.\n"), said
                self.load.calm.clear()
                return n
            assert "(8 of 8)" in said and "somebody else changed the directory meanwhile" in said, said
            for entry, step in zip(self.load.batch, steps):
                entry.refuse(step)
            self.load.count("import given up")

    def shown(self, n):
        late = time.monotonic() + 20 * SLOW
        while self.client.get(f"/coalitions?topic=batch&q=w{n:06}&limit=0").json()["numberMatched"] != N_BATCH:
            assert time.monotonic() < late, "the import is not shown"
            time.sleep(0.01)
        for entry in self.load.batch:
            entry.acknowledge(len(entry.steps) - 1)

    def write(self):
        self.load.end.wait(0.4)
        self.shown(self.bring())
        self.load.count("import")
        if self.chance.random() < 0.5:
            return
        line = next(line for line in self.client.get("/changes?limit=300").json()["changes"] if line["action"] == "import")
        steps = [entry.plan(entry.before()) for entry in self.load.batch]
        answer = self.client.send("POST", f"/changes/{line['id']}/undo")
        assert answer.status == 200, answer.body
        for entry, step in zip(self.load.batch, steps):
            entry.acknowledge(step)
        read_batch(self.load, self.client, self.chance)
        self.load.count("undo of an import")


class Outsider:
    """Another program that edits several entries of the store in one transaction."""

    def __init__(self, load, chance):
        self.load, self.client = load, whole.Client(load.server, is_editor=True)
        for _ in range(N_LOOSE):
            document = whole.document(load.number())
            document["topics"] = ["loose"]
            made = self.client.send("POST", "/entries", {name: document[name] for name in document if name not in ("funding", "service_areas")})
            assert made.status == 201, made.body
            load.loose.append(Entry(made.json()["id"], (None, whole.numbers_in(document["name"])[0])))
        self.write()

    def write(self):
        n = self.load.number()
        for entry in self.load.loose:
            entry.plan(n)
        with whole.opened(self.load.server.store) as store:
            store.execute("BEGIN IMMEDIATE")
            for entry in self.load.loose:
                for statement in whole.LOOSELY.split(";"):
                    assert store.execute(statement, {"n": f"w{n:06}", "id": entry.id}).rowcount > 0
            store.execute("COMMIT")
        late = time.monotonic() + 20 * SLOW
        while self.client.get(f"/coalitions?topic=loose&q=w{n:06}&limit=0").json()["numberMatched"] != N_LOOSE:
            assert time.monotonic() < late, "the edit is not shown"
            time.sleep(0.02)
        for entry in self.load.loose:
            entry.acknowledge(len(entry.steps) - 1)
        self.load.count("edit of another program")
        self.load.end.wait(0.6)


class Operator:
    """Loads the atlas anew, again and again."""

    def __init__(self, load, chance):
        self.load = load

    def write(self):
        self.load.end.wait(0.8)
        n_loaded = self.n_loaded()
        self.load.server.process.send_signal(signal.SIGHUP)
        late = time.monotonic() + 60 * SLOW
        while self.n_loaded() == n_loaded:
            assert time.monotonic() < late, "the atlas is not loaded anew"
            time.sleep(0.01)
        self.load.count("reload")

    def n_loaded(self):
        return sum("was loaded anew" in line for line in list(self.load.server.log))


# --- all together -----------------------------------------------------------------------------------------------------

WANTED = ["PUT", "POST", "DELETE", "undo", "race", "organisation", "form", "suggestion", "accept", "reject", "import", "undo of an import",
          "edit of another program", "reload", *VIEWS, *{how.__name__ for how in READS}]


def work(load, one, pauses):
    """Until the end, or the first failure of anybody."""
    try:
        while not load.end.is_set():
            if not load.calm.is_set() or not pauses:
                one()
            else:
                load.end.wait(0.02)
    except Exception as failure:
        load.failures.append(failure)
        load.end.set()


def go_on(load, until):
    """As long as it is to last, and until everything has been done at least once."""
    late = until + 60 * SLOW
    while not load.end.is_set() and time.monotonic() < late:
        with load.lock:
            missing = [what for what in WANTED if load.counts[what] == 0]
        if time.monotonic() >= until and not missing:
            break
        time.sleep(0.02)
    load.end.set()
    return missing


def check_end(load):
    """The store is what was acknowledged, and so is what the server shows, also when it begins anew."""
    client = whole.Client(load.server, is_editor=True)
    known = load.known()
    assert load.strangers <= set(known), load.strangers - set(known)
    for entry in known.values():
        assert entry.floor == max(i for i, step in enumerate(entry.steps) if step is not REFUSED), (entry.id, entry.steps, entry.floor)
        for view in VIEWS:
            look_at(load, client, entry, view)
    for how in READS:
        how(load, client, load.chance)
    read_suggestions(load)


def read_suggestions(load):
    with whole.opened(load.server.store) as store:
        rows = store.execute("SELECT * FROM suggestion").fetchall()
    said = [whole.one_number(row["document"] + row["note"], 6) for row in rows]
    assert len(set(said)) == len(said) and set(said) == set(load.suggested), set(said) ^ set(load.suggested)
    for n, row in zip(said, rows):
        state = "open" if n not in load.decided else "accepted" if load.decided[n] else "rejected"
        assert row["state"] == state, (n, dict(row), state)


def number_after(after):
    return after and whole.one_number(json.dumps(without_ids(after)), 4)


def without_ids(said):
    return {name: value for name, value in said.items() if name != "id"}


def check_history(load):
    with whole.opened(load.server.store) as store:
        whole.check_file(store)
        history = whole.History()
        lines = history.read(store)
    assert not history.unfinished
    told = {id: [number_after(after) for after in lines[id]] for id in lines if id not in load.club_of}
    for entry in [*load.known().values(), *load.batch]:
        steps = [step for step in entry.steps[1:] if step is not REFUSED]
        assert told.get(entry.id, []) == steps, f"the history of {entry.id} tells {told.get(entry.id)}, and {steps} was acknowledged"
    for entry in load.loose:
        assert told[entry.id] == entry.steps[1:], f"the history of {entry.id} tells {told[entry.id]}, and another program wrote {entry.steps[1:]}"
    clubs = [whole.one_number(after["organisation"]["name"], 1) for id in load.club_of for after in lines[id]]
    assert sorted(clubs) == sorted(load.club.steps + load.club.steps[:1]), (clubs, load.club.steps)
    for n, id in load.decided.items():
        assert not id or told[id] == [n], (n, id)


SEEN = ("/coalitions?limit=1000&facets=kind,topic,organisation", "/ogc/collections/coalitions/items?limit=1000", "/finder", "/entries?limit=1000",
        "/hsds/services?full=true&per_page=1000&page=1", "/hsds/organizations?per_page=1000&page=1", "/coalitions?q=whole&near=-1,52.2&limit=1000")


def shown(server):
    own = f"http://{server.host}:{server.port}".encode()
    return {path: whole.Client(server).get(path).body.replace(own, b"") for path in SEEN}


@test("writers and readers of all kinds together: nothing half-written, mixed, lost or going back")
def _():
    with whole.Register(arguments=["--threads", "2"]) as server:
        load = Load(server)
        chances = lambda: random.Random(load.chance.getrandbits(32))
        writers = [Writer(load, 3, chances()), Writer(load, 3, chances()), Race(load, chances()), Race(load, chances()), Club(load, chances()),
                   Editor(load, chances()), Public(load, chances()), Importer(load, chances()), Outsider(load, chances()), Operator(load, chances())]
        steps = [(writer.write, isinstance(writer, (Writer, Club))) for writer in writers]
        for _ in range(N_READERS):
            client, chance = whole.Client(server, is_editor=True), chances()
            steps.append((lambda client=client, chance=chance: read(load, client, chance), False))
        threads = [threading.Thread(target=work, args=(load, *step)) for step in steps]
        for thread in threads:
            thread.start()
        missing = go_on(load, time.monotonic() + SECONDS)
        for thread in threads:
            thread.join()
        if load.failures:
            raise load.failures[0]
        assert not missing, missing
        check_end(load)
        check_history(load)
        before = shown(server)
        print("# " + ", ".join(f"{what} {load.counts[what]}" for what in [*WANTED, "import given up"]), flush=True)
        assert server.stop() == 0
        fresh = copy.copy(server)
        fresh.log = []
        with fresh:
            after = shown(fresh)
        for path in SEEN:
            assert before[path] == after[path], f"{path} is another after a restart"


run()
