#!/usr/bin/python3
"""The server is killed with SIGKILL at any moment, again and again, while programs write, the public suggests, an editor accepts, imports come from the
command line (which are killed, too), another program edits the store, and large changes are undone and told in parts. Whoever starts it again finds all
that was acknowledged, nothing half-written, a history that tells exactly what happened, and a file in which SQLite and QGIS find nothing wrong.

EG_KILLS: how many times (default 30; .ci/run says 200)."""

import collections
import contextlib
import copy
import http.client
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
import uuid

sys.dont_write_bytecode = True
import support
import whole_entries as whole
from support import LAUNCHER, PROGRAM, SLOW, run, seed, test

KILLS = int(os.environ.get("EG_KILLS") or (6 if support.SANITIZED else 30))
N_BATCH, N_LOOSE = 8, 3
BROKEN = (OSError, http.client.HTTPException)


class Entry:
    """What one writer did to an entry since the last look: what was acknowledged, and what nobody knows."""

    def __init__(self, id):
        self.id, self.now, self.etag, self.acknowledged, self.unknown = id, None, None, [], []

    def look(self, told):
        """`told`: what the history tells since the last look."""
        possible = [self.acknowledged, self.acknowledged + self.unknown]
        assert told in possible, f"{self.id}: {self.acknowledged} was acknowledged and {self.unknown} sent, and the history tells {told}"
        came = len(told) > len(self.acknowledged)
        self.now = ([self.now] + told)[-1]
        self.acknowledged, self.unknown = [], []
        return came


def number_after(after):
    return after and whole.one_number(json.dumps({name: value for name, value in after.items() if name != "id"}), 4)


class World:
    """A store, who writes to it, and what is known of it. The server is another process each time."""

    def __init__(self, chance, counts, numbers):
        self.first, self.chance, self.counts, self.numbers = whole.Register(arguments=["--threads", "2"]), chance, counts, numbers
        self.begin_anew()

    def begin_anew(self):
        """With a new store."""
        for name in ("register.gpkg", "register.gpkg-journal"):
            with contextlib.suppress(FileNotFoundError):
                (self.first.folder / name).unlink()
        self.history, self.batch, self.imported, self.loose = whole.History(), None, (None, 1), []
        self.entries = [Entry(str(uuid.UUID(int=self.chance.getrandbits(128), version=4))) for _ in range(6)]
        self.suggested, self.maybe_suggested, self.accepted, self.loosely = set(), set(), set(), set()

    @contextlib.contextmanager
    def server(self):
        one = copy.copy(self.first)  # which the reader of the last one's log does not touch
        one.log = []
        journal = self.first.folder / "register.gpkg-journal"
        self.counts["journals to play back"] += journal.exists() and journal.stat().st_size > 0
        one.__enter__()
        try:
            yield one
        finally:
            one.process.kill()
            one.process.wait()

    # --- writing

    def number(self):
        return next(self.numbers)

    def edit(self, server, entries, chance, end):
        """One program that writes until the server is gone."""
        client = whole.Client(server, is_editor=True)
        with contextlib.suppress(*BROKEN):
            for entry in entries:
                if entry.now is not None:
                    entry.etag = client.get("/entries/" + entry.id)["ETag"]
            while not end.is_set():
                self.write(client, chance.choice(entries), chance)

    def write(self, client, entry, chance):
        known = ([entry.now] + entry.acknowledged)[-1]
        said = None if known is not None and chance.random() < 0.2 else self.number()
        condition = {"If_None_Match": "*"} if known is None else {"If_Match": entry.etag}
        entry.unknown = [said]
        body = None if said is None else whole.document(said)
        answer = client.send("DELETE" if said is None else "PUT", "/entries/" + entry.id, body, **condition)
        entry.unknown = []
        if answer.status == 503 and b"another program" in answer.body:  # which holds the store for long, on a busy machine
            return
        assert answer.status in (200, 201, 204), (answer.status, answer.body[:500])
        entry.acknowledged.append(said)
        entry.etag = answer["ETag"]
        self.counts["acknowledged"] += 1

    def suggest(self, server, end):
        browser = whole.Browser(server)
        with contextlib.suppress(*BROKEN):
            for sent in itertools.count():
                if end.is_set() or len(self.suggested) > 60:
                    return
                n = self.number()
                self.maybe_suggested.add(n)
                browser.suggest(n, f"198.51.100.{1 + sent // 4}")
                self.suggested.add(n)
                self.counts["suggestions"] += 1

    # --- what else goes on, one of these each time

    def accept(self, server, end):
        """An editor accepts one suggestion after the other."""
        with contextlib.suppress(*BROKEN):
            browser = self.signed_in
            while not end.is_set():
                shown = re.findall(r"suggestions/([0-9a-f-]{36})", browser.open("/admin/suggestions"))
                if not shown:
                    return
                browser.open("/admin/suggestions/" + shown[0])
                answer = browser.press("accept")
                assert answer.status == 303, (answer.status, answer.body[-2000:])
                self.accepted.add(shown[0])
                self.counts["acceptances"] += 1

    def bring(self, server, end):
        """An import, which is killed itself at times."""
        n = self.number()
        rows = "".join(whole.csv_of(n, f"batch{i}", "batch") for i in range(N_BATCH))
        importer = server.importing("batch.csv", whole.CSV_HEADER + rows)
        if self.chance.random() < 0.5:
            time.sleep(self.chance.uniform(0.03, 0.25) * SLOW)
            importer.kill()
        said, _ = importer.communicate(timeout=60 * SLOW)
        self.imported = (n, importer.returncode)
        assert importer.returncode in (0, -9) or "(8 of 8)" in said, said
        self.counts["imports"] += importer.returncode == 0
        self.counts["imports killed"] += importer.returncode == -9

    def edit_past(self, server, end):
        """Another program writes to several entries at once."""
        n = self.number()
        with whole.opened(self.first.store) as store:
            store.execute("BEGIN IMMEDIATE")
            for id in self.loose:
                for statement in whole.LOOSELY.split(";"):
                    store.execute(statement, {"n": f"w{n:06}", "id": id})
            store.execute("COMMIT")
        self.loosely.add(n)
        self.loose_now = n
        self.counts["edits of another program"] += 1

    EVENTS = (None, None, "accept", "bring", "bring", "edit_past")

    # --- a round

    def round(self, event, within_s):
        with self.server() as server:
            self.look(server)
            self.begin(server)
            if event == "accept":  # signing in takes long on purpose
                self.signed_in = whole.Browser(server)
                self.signed_in.sign_in()
            end, self.failures = threading.Event(), []
            work = [(self.edit, server, self.entries[i::2], random.Random(self.chance.getrandbits(32)), end) for i in range(2)]
            work.append((self.suggest, server, end))
            if event:
                work.append((getattr(self, event), server, end))
            threads = [threading.Thread(target=self.try_to, args=one) for one in work]
            for thread in threads:
                thread.start()
            self.wait_and_kill(server, within_s)
            end.set()
            for thread in threads:
                thread.join()
            if self.failures:
                raise self.failures[0]

    def try_to(self, function, *arguments):
        try:
            function(*arguments)
        except Exception as failure:
            self.failures.append(failure)

    def wait_and_kill(self, server, within_s):
        """At any moment after the first few writes."""
        enough, late = self.counts["acknowledged"] + self.chance.randrange(0, 5), time.monotonic() + 20 * SLOW
        while self.counts["acknowledged"] < enough and time.monotonic() < late and not self.failures:
            time.sleep(0.001)
        self.kill(server, within_s)

    def kill(self, server, within_s):
        time.sleep(self.chance.uniform(0, within_s))
        assert server.process.poll() is None, "".join(server.log)
        server.process.kill()
        server.process.wait()
        self.counts["kills"] += 1

    def kill_while_it_starts(self):
        """It makes and fills a store, or plays back what was broken off."""
        process = subprocess.Popen(LAUNCHER + [PROGRAM, "serve", str(self.first.atlas), "--listen", "127.0.0.1:0"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(self.chance.uniform(0.01, 0.08) * SLOW)
        process.kill()
        process.wait()
        self.counts["kills"] += 1
        self.counts["kills while it starts"] += 1

    def begin(self, server):
        """Entries that another program edits."""
        if self.loose:
            return
        client = whole.Client(server, is_editor=True)
        n = self.number()
        document = whole.document(n) | {"topics": ["loose"]}
        for name in ("funding", "service_areas"):
            del document[name]
        for _ in range(N_LOOSE):
            made = client.send("POST", "/entries", document | {"organisation": {"name": f"Body w{n:06}"}})
            assert made.status == 201, made.body
            self.loose.append(made.json()["id"])
        self.loosely.add(n)
        self.loose_now = n

    # --- looking

    def look(self, server):
        """After each start."""
        client = whole.Client(server, is_editor=True)
        with whole.opened(self.first.store) as store:
            whole.check_file(store)
            told = self.history.read(store)
            self.look_at_suggestions(store)
            self.look_at_more(store, client, told)
        for entry in self.entries:
            self.counts["unacknowledged"] += entry.look([number_after(after) for after in told.get(entry.id, [])])
            self.look_at(client, entry.id, entry.now)
        self.look_at_batch(client, told)
        self.look_at_loose(client, told)
        self.look_at_lists(client)

    def look_at(self, client, id, said):
        """An entry is what it should be, in every part, and what its last line in the history says."""
        answer = client.get("/entries/" + id)
        assert answer.status == (404 if said is None else 200), (id, answer.status, said)
        after = self.history.after.get(id)
        assert (after is None) == (said is None), (id, after, said)
        if said is not None:
            assert whole.number_of_document(answer.json()) == said, (answer.body, said)
            assert answer.json() == after, f"the entry says {answer.json()}, and its last line {after}"
            assert whole.number_of_feature(client.get("/coalitions/" + id).json()) == said

    def look_at_batch(self, client, told):
        """All of an import, or nothing."""
        (n, status), self.imported = self.imported, (None, 1)
        features = client.get("/coalitions?topic=batch&limit=1000").json()["features"]
        said = {feature["id"]: whole.number_of_feature(feature) for feature in features}
        assert len(said) in (0, N_BATCH) and len(set(said.values())) <= 1, f"of an import, a part: {said}"
        lines = {id: [number_after(after) for after in told[id]] for id in said if id in told}
        if status == 0 or lines:
            assert set(said.values()) == {n} and lines == {id: [n] for id in said}, (n, status, said, lines)
            self.counts["imports killed after their commit"] += status != 0
            self.batch = n
        assert set(said.values()) == ({self.batch} if self.batch else set()), (said, self.batch)
        for id in said:
            assert client.get("/entries/" + id).json() == self.history.after[id]

    def look_at_loose(self, client, told):
        """What another program wrote is there whole; the history may not know of it, when the server was killed before it saw it."""
        for id in self.loose:
            said = whole.one_number(json.dumps({**client.get("/entries/" + id).json(), "id": ""}), 5)
            assert said == self.loose_now, (id, said, self.loose_now)
            assert {number_after(after) for after in told.get(id, [])} <= self.loosely, told

    def look_at_more(self, store, client, told):
        assert not self.history.unfinished, self.history.unfinished

    def look_at_suggestions(self, store):
        rows = store.execute("SELECT id, state, document, note, (SELECT count(*) FROM change WHERE suggestion_id = suggestion.id) AS n_lines, "
                             "(SELECT count(*) FROM change JOIN service ON service.id = change.entry_id WHERE suggestion_id = suggestion.id) AS n_entries "
                             "FROM suggestion").fetchall()
        kept = [whole.one_number(row["document"] + row["note"], 6) for row in rows]
        assert len(kept) == len(set(kept)) and self.suggested <= set(kept) <= self.maybe_suggested, (kept, self.suggested, self.maybe_suggested)
        for row in rows:
            assert (row["state"], row["n_lines"], row["n_entries"]) in (("open", 0, 0), ("accepted", 1, 1)), dict(row)
            assert row["state"] == "accepted" or row["id"] not in self.accepted, dict(row)
        self.suggested, self.maybe_suggested = set(kept), set(kept)

    def look_at_lists(self, client):
        answer = client.get("/coalitions?limit=1000&facets=kind&kind=coalition,hub,grant,service").json()
        entries = client.get("/entries?limit=1000").json()
        assert entries["numberMatched"] == answer["numberMatched"] >= 40, (entries["numberMatched"], answer["numberMatched"])
        assert sorted(one["id"] for one in answer["features"]) == [one["id"] for one in entries["entries"]] or answer["numberMatched"] > 1000
        assert client.get("/hsds/services?per_page=1&page=1").json()["total_items"] == entries["numberMatched"]

    def look_at_end(self):
        """At what the last kill left; and this server ends well."""
        with self.server() as server:
            self.look(server)
            assert server.stop() == 0, "".join(server.log)


class Many(World):
    """A store with very many entries of one import, which is undone in the background, in parts."""

    N, EVENTS, LINES = 1010, ("undo_many",), "undo"  # more than are undone at once

    def begin_anew(self):
        super().begin_anew()
        self.crowd = []

    def begin(self, server):
        super().begin(server)
        if not self.crowd:
            self.bring_many(server)

    def bring_many(self, server):
        rows = "".join(f"c{i},One of many {i},Says w000000,crowd\n" for i in range(self.N))
        importer = server.importing("crowd.csv", "key,name,description,topics\n" + rows)
        said, _ = importer.communicate(timeout=120 * SLOW)
        assert importer.returncode == 0, said
        with whole.opened(self.first.store) as store:
            self.change = store.execute("SELECT id FROM change WHERE action = 'import' ORDER BY fid DESC").fetchone()[0]
            self.crowd = [row[0] for row in store.execute("SELECT entry_id FROM change WHERE batch = ?", [self.change])]
        assert len(set(self.crowd)) == self.N
        late = time.monotonic() + 60 * SLOW
        while whole.Client(server).get("/coalitions?topic=crowd&limit=0").json()["numberMatched"] != self.N:
            assert time.monotonic() < late
            time.sleep(0.02)

    def wait_and_kill(self, server, within_s):
        """Half of the times as soon as a part is done."""
        if self.chance.random() < 0.5:
            super().wait_and_kill(server, within_s)
            return
        with whole.opened(self.first.store) as store:
            count = lambda: store.execute("SELECT count(*) FROM change WHERE action = ?", [self.LINES]).fetchone()[0]
            before, late = count(), time.monotonic() + 10 * SLOW
            while time.monotonic() < late and count() == before and not self.failures:
                time.sleep(0.005)
        self.kill(server, 0.1 * SLOW)

    def undo_many(self, server, end):
        client = whole.Client(server, is_editor=True)
        with contextlib.suppress(*BROKEN):
            answer = client.send("POST", f"/changes/{self.change}/undo")
            assert answer.status == 202, (answer.status, answer.body)
            self.counts["undoings"] += 1

    def look_at_more(self, store, client, told):
        """Each of them is there, or undone with its line; a change that is not whole says so."""
        there = {row[0] for row in store.execute("SELECT link_id FROM attribute JOIN service ON service.id = link_id WHERE service.name LIKE 'One of many%'")}
        assert there == {id for id in self.crowd if self.history.after[id]}, len(there)
        assert client.get("/coalitions?topic=crowd&limit=0").json()["numberMatched"] == len(there)
        undone = [id for id in self.crowd if id in told and told[id][-1] is None]
        self.counts["undone in parts"] += 0 < len(there) < len(self.crowd)
        actions = {row[0] for row in store.execute("SELECT action FROM change WHERE unfinished IS NOT NULL")}
        assert actions <= {"undo"} and (not undone or actions or not there), (actions, len(undone), len(there))
        if self.crowd and not there:
            self.crowd = []

class Edited(Many):
    """The same, where another program edits all of them at once, of which the history is told in parts."""

    N, EVENTS, LINES = 1600, ("edit_many",), "outside"  # told in four parts

    def begin_anew(self):
        super().begin_anew()
        self.edits = [0]

    def edit_many(self, server, end):
        n = self.number()
        with whole.opened(self.first.store) as store:
            store.execute("BEGIN IMMEDIATE")
            done = store.execute("UPDATE service SET description = ? WHERE name LIKE 'One of many%'", [f"Says w{n:06}"])
            assert done.rowcount == self.N
            store.execute("COMMIT")
        self.edits.append(n)
        self.counts["edits of another program"] += 1

    def look_at_more(self, store, client, told):
        """All of the edit is there; of its lines those that were written, which are true, and a change that lacks some says so."""
        if not self.crowd:
            return
        said = {row[0] for row in store.execute("SELECT description FROM service WHERE name LIKE 'One of many%'")}
        assert said == {f"Says w{self.edits[-1]:06}"}, said
        assert client.get(f"/coalitions?topic=crowd&q=many&limit=0").json()["numberMatched"] == self.N
        changes = store.execute("SELECT id, unfinished, (SELECT count(*) FROM change AS line WHERE line.batch = change.id) AS n FROM change "
                                "WHERE action = 'outside'").fetchall()
        for change in changes:
            assert change["n"] == self.N or change["unfinished"] and change["n"] < self.N, dict(change)
        self.counts["told in parts"] = sum(1 for change in changes if change["unfinished"])
        for id in set(self.crowd) & set(told):
            numbers = [whole.one_number(after["description"], 1) for after in told[id]]
            assert numbers == sorted(numbers) and set(numbers) <= set(self.edits), (id, numbers)


@test(f"killed {KILLS} times at any moment, the server loses nothing that it acknowledged, and leaves nothing half-written")
def _():
    chance, counts, numbers = random.Random(seed()), collections.Counter(), itertools.count(1)
    small, many, edited = (kind(random.Random(chance.getrandbits(32)), counts, numbers) for kind in (World, Many, Edited))
    for turn in itertools.count():
        if counts["kills"] >= KILLS:
            break
        world, within_s = {3: (many, 0.6 * SLOW), 5: (edited, 0.3 * SLOW)}.get(turn % 8, (small, 0.04 * SLOW))
        if world is small and turn % 32 == 0:  # a new store, killed while it is made
            if turn > 0:
                small.look_at_end()
            small.begin_anew()
            small.kill_while_it_starts()
        elif chance.random() < 0.1:
            world.kill_while_it_starts()
        world.round(chance.choice(world.EVENTS), within_s)
    for world in (small, many, edited):
        world.look_at_end()
        shutil.rmtree(world.first.folder, ignore_errors=True)
    print("# " + ", ".join(f"{what} {n}" for what, n in sorted(counts.items())), flush=True)
    assert counts["acknowledged"] >= KILLS and counts["kills"] >= KILLS, counts
    if KILLS >= 100:  # otherwise it would look at nothing
        for what in ("journals to play back", "unacknowledged", "imports", "imports killed", "undone in parts", "told in parts", "suggestions"):
            assert counts[what] > 0, (what, counts)


run()
