#!/usr/bin/python3
"""Several servers of one directory in PostGIS, the real program over HTTP: what one writes the others show, two editors at two of them, edits past
all of them, and what they do when the database goes away, when one of them is killed, and under load. Run by `make test-postgis`."""

import contextlib
import copy
import http.client
import os
import pathlib
import random
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
import uuid

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "http"))

import support
from editing import NAME, PASSWORD, Reader, Register, editor
from support import LAUNCHER, PROGRAM, SLOW, Answer, open_store, run, seed, test

N = 3
PROMISED_S = 2 * SLOW  # it is a tenth of a second on a machine that has nothing else to do; the test prints what it was


class Replicas:
    """Three servers of one atlas, started at the same moment on a database that has no tables yet."""

    def __init__(self):
        self.first = Register()
        self.all = [self.first] + [Register(of=self.first) for _ in range(N - 1)]
        editor(self.first.folder, "add", NAME, said=PASSWORD + "\n")

    def __enter__(self):
        threads = [threading.Thread(target=self._start, args=(one,)) for one in self.all]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(hasattr(one, "port") and one.process.poll() is None for one in self.all), ["".join(one.log) for one in self.all]
        return self

    @staticmethod
    def _start(one):
        with contextlib.suppress(RuntimeError):  # the log says why
            one.__enter__()

    def __exit__(self, *exception):
        for one in reversed(self.all):  # the first has the folder
            one.__exit__(*exception)

    def __iter__(self):
        return iter(self.all)

    def __getitem__(self, n):
        return self.all[n]


def wait_for(holds, within=60):
    """How long it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + within * SLOW, "it did not come"
        time.sleep(0.005)
    return time.monotonic() - began


def same_everywhere(replicas):
    """All replicas come to say the same, in the same bytes."""
    for path in ("/coalitions?limit=1000", "/entries?limit=1000", "/hsds/services?per_page=100"):
        said = lambda: {one.get(path).body.replace(f":{one.port}".encode(), b"") for one in replicas}
        wait_for(lambda: len(said()) == 1)


def names(one):
    return {entry["name"] for entry in one.get("/entries?limit=1000").json()["entries"]}


def at_once(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@test("servers that start at the same moment on an empty database fill it once")
def _(replicas):
    for one in replicas:
        assert len(names(one)) == 40
        changes = one.call("GET", "/changes").json()["changes"]
        assert [line["action"] for line in changes] == ["import"] and "seed" in changes[0]["reason"], changes


@test("an import from the command line is found by every question at every replica")
def _(replicas):
    made = replicas[0].folder / "more.csv"
    made.write_text("key,name,kind,topics,longitude,latitude,serves,serves_boundaries\n"
                    + "".join(f"m{n},Imported {n},hub,imports,-1.1{n},52.1,C0{n}00,cells\n" for n in range(5)))
    done = subprocess.run(LAUNCHER + [PROGRAM, "directory", "import", str(replicas[0].atlas), str(made), "--format", "csv"],
                          capture_output=True, text=True, timeout=60 * SLOW)
    assert done.returncode == 0 and done.stdout.endswith("Imported.\n"), done
    took = [wait_for(lambda: "Imported 4" in names(one)) for one in replicas]
    assert max(took) < PROMISED_S, took
    for one in replicas:
        assert one.get("/coalitions?topic=imports&serves=cells:C0300").json()["features"][0]["properties"]["name"] == "Imported 3"
        assert one.get("/coalitions?topic=imports&near=-1.14,52.1&limit=1").json()["features"][0]["properties"]["name"] == "Imported 4"
        assert b"Imported 2" in one.get("/finder?q=imported").body
        assert one.get("/hsds/services?search=Imported").json()["total_items"] == 5
        assert one.get("/places?q=Cell+3").json()["features"], one.get("/places?q=Cell+3").body
    same_everywhere(replicas)


@test("what is written at one replica its next answer has, and the others' within the time that is promised")
def _(replicas):
    delays, connections = [], {one: one.keep() for one in replicas}

    def public(one, path):
        return one.get(path, connection=connections[one])

    def others_show(path, holds):
        began = time.monotonic()
        waiting = set(replicas.all)
        while waiting and time.monotonic() < began + 20 * SLOW:
            for one in list(waiting):
                if holds(public(one, path)):
                    waiting.remove(one)
                    delays.append(time.monotonic() - began)
        assert not waiting, path

    for turn in range(12):
        writer = replicas[turn % N]
        path, etag = writer.make(name=f"Turn {turn}", topics=["turns"])
        coalition = path.replace("entries", "coalitions")
        assert public(writer, coalition).status == 200
        others_show(coalition, lambda answer: answer.status == 200)
        writer = replicas[(turn + 1) % N]
        changed = writer.call("PUT", path, {"name": f"Turned {turn}", "topics": ["turns"]}, If_Match=etag)
        assert changed.status == 200 and public(writer, coalition).json()["properties"]["name"] == f"Turned {turn}"
        others_show(coalition, lambda answer: answer.json()["properties"]["name"] == f"Turned {turn}")
        writer = replicas[(turn + 2) % N]
        assert writer.call("DELETE", path, If_Match=changed["ETag"]).status == 204 and public(writer, coalition).status == 404
        others_show(coalition, lambda answer: answer.status == 404)
    for connection in connections.values():
        connection.close()
    print(f"# seen at the other replicas after {statistics.median(delays) * 1000:.0f} ms (median), {max(delays) * 1000:.0f} ms (longest of {len(delays)})")
    assert max(delays) < PROMISED_S, max(delays)


@test("a version that was read at one replica is compared at another with what is in the database at that moment")
def _(replicas):
    one, two, three = replicas
    path, etag = one.make()
    first = two.call("PUT", path, {"name": "Dives"}, If_Match=etag)  # two may not have shown the entry yet
    assert first.status == 200, first.body
    three.call("PUT", path, {"name": "Rows"}, If_Match=etag).problem(412)
    one.call("DELETE", path, If_Match=etag).problem(412)
    assert one.call("DELETE", path, If_Match=first["ETag"]).status == 204
    two.call("PUT", path, {"name": "Rows"}, If_Match=first["ETag"]).problem(412)
    three.call("DELETE", path, If_Match="*").problem(404)
    made = three.call("PUT", path, {"name": "Back"}, If_None_Match="*")
    assert made.status == 201
    one.call("PUT", path, {"name": "Back"}, If_None_Match="*").problem(412)


@test("of editors at two replicas who write one entry from the same version exactly one wins")
def _(replicas):
    path, etag = replicas[0].make()
    for turn in range(10):
        answers = [None] * N
        barrier = threading.Barrier(N)

        def write(n):
            barrier.wait()
            answers[n] = replicas[n].call("PUT", path, {"name": f"Turn {turn} of {n}"}, If_Match=etag)

        at_once(*[lambda n=n: write(n) for n in range(N)])
        statuses = sorted(answer.status for answer in answers)
        assert statuses == [200] + [412] * (N - 1), statuses
        won = [answer.status for answer in answers].index(200)
        etag = answers[won]["ETag"]
        for one in replicas:
            assert one.now(path).json()["name"] == f"Turn {turn} of {won}"
    lines = replicas[0].call("GET", path + "/history").json()["changes"]
    assert len(lines) == 11, len(lines)


@test("what the public suggests at one replica is accepted at another and public at the third; a session is of one replica")
def _(replicas):
    one, two, three = replicas
    page = one.get("/finder/suggest").body.decode()
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page))
    connection = http.client.HTTPConnection(one.host, one.port, timeout=20 * SLOW)
    connection.request("POST", "/finder/suggest", urllib.parse.urlencode({**fields, "name": "Lantern walks", "kind": "hub", "from_name": "Bo"}),
                       {"Content-Type": "application/x-www-form-urlencoded"})
    sent = Answer(connection.getresponse())
    connection.close()
    assert sent.status == 303, sent.body
    reader = Reader(two)
    reader.sign_in()
    reader.open("/admin/suggestions")
    reader.open(urllib.parse.urljoin(reader.path, next(link for link in reader.page.links if re.search("suggestions/[0-9a-f-]{36}", link))))
    assert "Lantern walks" in reader.page.text
    reader.submit("accept")
    assert b"Lantern walks" in two.get("/finder?q=lantern").body
    assert wait_for(lambda: b"Lantern walks" in three.get("/finder?q=lantern").body) < PROMISED_S
    elsewhere = Reader(three)
    elsewhere.cookie = reader.cookie
    assert elsewhere.open("/admin").heading == "Sign in", "docs/guide/operators.md says that a session is of one replica"
    assert reader.open("/admin").heading != "Sign in"


@test("a change is undone at another replica than made it")
def _(replicas):
    one, two, three = replicas
    path, etag = one.make(name="Before", phones=[{"number": "01 23"}])
    assert one.call("PUT", path, {"name": "After"}, If_Match=etag).status == 200
    change = two.call("GET", path + "/history?limit=1").json()["changes"][0]
    assert change["action"] == "update" and two.call("POST", f"/changes/{change['id']}/undo").status == 200
    assert two.now(path)["ETag"] == etag and three.now(path)["ETag"] == etag
    same_everywhere(replicas)
    gone = three.call("DELETE", path, If_Match=etag)
    assert gone.status == 204
    change = one.call("GET", path + "/history?limit=1").json()["changes"][0]
    assert change["action"] == "delete" and one.call("POST", f"/changes/{change['id']}/undo").status == 200
    assert one.now(path)["ETag"] == etag


@test("what psql or ogr2ogr write into the tables all replicas show, and the history tells it once")
def _(replicas):
    one, two, three = replicas
    path, etag = one.make(name="By hand", phones=[{"number": "01 23"}])
    id = path.rsplit("/", 1)[1]
    with open_store(one) as store:
        assert store.execute("UPDATE service SET name = 'By psql' WHERE id = ?", (id,)).rowcount == 1
    took = [wait_for(lambda: other.get(path).json().get("name") == "By psql") for other in replicas]
    assert max(took) < PROMISED_S, took
    three.call("PUT", path, {"name": "Over it"}, If_Match=etag).problem(412)
    history = lambda: [(line["action"], line["by"]) for line in two.call("GET", path + "/history").json()["changes"]]
    wait_for(lambda: len(history()) > 1)
    time.sleep(0.3)  # for a second line, which must not come
    assert history() == [("update", "another program"), ("create", "robot")], history()
    change = three.call("GET", path + "/history?limit=1").json()["changes"][0]
    assert three.call("POST", f"/changes/{change['id']}/undo").status == 200 and one.now(path)["ETag"] == etag

    made = one.folder / "rows.csv"
    other_id = str(uuid.uuid4())
    with open_store(one) as store:
        organisation = store.execute("SELECT organization_id FROM service WHERE id = ?", (id,)).fetchone()[0]
    made.write_text(f"id,organization_id,name,status,kind\n{other_id},{organisation},By ogr2ogr,active,hub\n")
    target = support.DATABASE + " active_schema=" + one.folder.name.replace(".", "_")
    subprocess.run(["ogr2ogr", "-append", "-nln", "service", "-f", "PostgreSQL", target, str(made)], check=True, capture_output=True, timeout=60 * SLOW)
    for other in replicas:
        wait_for(lambda: other.get("/coalitions/" + other_id).status == 200)
        assert b"By ogr2ogr" in other.get("/finder?q=ogr2ogr").body
    wait_for(lambda: one.call("GET", f"/entries/{other_id}/history").json()["changes"])
    assert [line["by"] for line in one.call("GET", f"/entries/{other_id}/history").json()["changes"]] == ["another program"]
    same_everywhere(replicas)


def postgres(*words):
    subprocess.run([os.environ["EG_TEST_POSTGRES"], *words], check=True, capture_output=True, timeout=60 * SLOW)


@test("while the database is away everybody reads and writers are told to come back; when it is there again all goes on")
def _(replicas):
    path, etag = replicas[0].make(name="Still here", topics=["lasting"])
    same_everywhere(replicas)
    for manner in ("fast", "immediate"):
        postgres("stop", "-m", manner)
        try:
            for one in replicas:
                for at in ("/finder?q=still", "/coalitions?topic=lasting", path, "/hsds/services?search=Still", "/health/ready", support.TILE):
                    assert one.get(at).status == 200, (at, one.get(at).body)
                for answer in (one.call("PUT", path, {"name": "Lost"}, If_Match=etag), one.call("POST", "/entries", {"name": "Lost"}),
                               one.call("GET", "/changes")):
                    detail = answer.problem(503)["detail"]
                    assert "try again later" in detail and "socket" not in detail and "host" not in detail, detail
                    assert answer["Retry-After"] == "1"
        finally:
            postgres("start")
        for one in replicas:
            answer = one.call("PUT", path, {"name": f"Still here {manner} {one.port}", "topics": ["lasting"]}, If_Match=etag)
            assert answer.status == 200, (answer.status, answer.body)
            etag = answer["ETag"]
            assert one.call("GET", "/changes?limit=1").status == 200
        same_everywhere(replicas)
        for one in replicas:
            wait_for(lambda: [line for line in one.log if "store can" in line][-1].endswith("can be read again\n"))
            assert "Lost" not in names(one)
            assert any("the database of the store cannot be reached" in line for line in one.log), one.log


class Writer(threading.Thread):
    """Puts its own entries, one after the other, at a replica; knows what was acknowledged. All that a version says bears one mark."""

    def __init__(self, one, number, n_entries=4):
        super().__init__()
        self.one, self.chance = one, random.Random(number)
        self.ids = [str(uuid.UUID(int=self.chance.getrandbits(128), version=4)) for _ in range(n_entries)]
        self.acknowledged, self.attempted, self.counts, self.failed = {}, {}, {}, []
        self.end, self.latencies = threading.Event(), []

    def document(self, mark):
        n = int(mark.rsplit(" ", 1)[1]) % 4
        return {"name": mark, "kind": "hub", "description": mark, "phones": [{"number": f"01 23 {n}"}] * n, "topics": ["written"]}

    def put(self, connection):
        id = self.chance.choice(self.ids)
        mark = self.attempted[id] = f"Mark {time.monotonic_ns()}"
        began = time.monotonic()
        answer = self.one.call("PUT", "/entries/" + id, self.document(mark), connection=connection,
                               **({"If_Match": "*"} if id in self.acknowledged else {"If_None_Match": "*"}))
        self.latencies.append(time.monotonic() - began)
        if answer.status not in (200, 201):
            self.failed.append((answer.status, answer.body))
            return
        self.acknowledged[id] = mark
        self.counts[id] = self.counts.get(id, 0) + 1

    def run(self):
        connection = self.one.keep()
        try:
            while not self.end.is_set():
                self.put(connection)
        except (OSError, http.client.HTTPException) as broken:
            self.broken = broken
        connection.close()

    def stop(self):
        self.end.set()
        self.join()

    def check(self, one, killed=False):
        """What was acknowledged is there, whole, or what was being written when the server was killed."""
        for id, mark in self.acknowledged.items():
            entry = one.now("/entries/" + id).json()
            assert entry["name"] == mark or (killed and entry["name"] == self.attempted[id]), (id, entry, mark)
            wanted = self.document(entry["name"])
            assert entry["description"] == entry["name"] and len(entry.get("phones", [])) == len(wanted["phones"]), entry
            lines = one.call("GET", f"/entries/{id}/history?limit=1000").json()["changes"]
            assert lines[0]["title"] == entry["name"] and len(lines) - self.counts[id] in ((0, 1) if killed else (0,)), (len(lines), self.counts[id])


@test("a replica that is killed in the midst of writes has lost nothing that it acknowledged, and the others go on")
def _(replicas):
    chance = random.Random(seed())
    first = replicas[0]
    n_written = 0
    for turn in range(5):
        doomed = copy.copy(first)
        doomed.is_replica, doomed.log = True, []
        doomed.__enter__()
        writers = [Writer(doomed, 100 * turn + 1), Writer(replicas[1], 100 * turn + 2)]
        for writer in writers:
            writer.start()
        wait_for(lambda: len(writers[0].acknowledged) > 1)
        time.sleep(chance.uniform(0, 0.2))
        os.kill(doomed.process.pid, signal.SIGKILL)
        doomed.process.wait()
        writers[0].join()
        before = len(writers[1].latencies)
        wait_for(lambda: len(writers[1].latencies) > before + 3)
        writers[1].stop()
        assert not writers[0].failed and not writers[1].failed, (writers[0].failed, writers[1].failed)
        for one in replicas:
            writers[0].check(one, killed=True)
            writers[1].check(one)
        n_written += sum(len(writer.latencies) for writer in writers)
    print(f"# {n_written} writes around 5 kills")
    same_everywhere(replicas)


@test("writers at two replicas and readers at all of them, together: all that was acknowledged is there, and nobody is turned away")
def _(replicas):
    number = seed()
    writers = [Writer(replicas[n % 2], 1000 * number + n, 6) for n in range(4)]
    end, statuses, slowest = threading.Event(), {}, [0.0]

    def read(one, n):
        chance, connection = random.Random(number + n), one.keep()
        while not end.is_set():
            path = chance.choice(["/coalitions?topic=written", "/finder?q=mark", "/hsds/services?search=Mark", "/places?q=Cell", "/entries?limit=100"])
            began = time.monotonic()
            status = one.get(path, connection=connection).status
            slowest[0] = max(slowest[0], time.monotonic() - began)
            statuses[status] = statuses.get(status, 0) + 1
        connection.close()

    readers = [threading.Thread(target=read, args=(one, n)) for n, one in enumerate(replicas)]
    for thread in writers + readers:
        thread.start()
    time.sleep(4)
    for writer in writers:
        writer.stop()
    end.set()
    for thread in readers:
        thread.join()
    latencies = sorted(latency for writer in writers for latency in writer.latencies)
    print(f"# {len(latencies)} writes, median {statistics.median(latencies) * 1000:.0f} ms, longest {latencies[-1] * 1000:.0f} ms; "
          f"{sum(statuses.values())} reads, longest {slowest[0] * 1000:.0f} ms")
    assert not any(writer.failed for writer in writers), [writer.failed[:2] for writer in writers]
    assert set(statuses) == {200}, statuses
    assert all(writer.acknowledged for writer in writers) and latencies[-1] < 5 * SLOW, latencies
    for one in replicas:
        for writer in writers:
            writer.check(one)
    same_everywhere(replicas)


@test("a server that starts now, and reads all of the database, says the same as those that followed each change")
def _(replicas):
    with Register(of=replicas[0]) as fresh:
        same_everywhere([*replicas, fresh])


run(Replicas)
