"""What the HTTP tests share: a tiny atlas, the real program serving it, raw sockets, and results as TAP.

    from support import Server, atlas, raw, run, test

    @test("a sentence")
    def _(server): ...

    run(Server)            # or run() for tests that start servers of their own

Only Python's standard library is used. EVENGROUND_PROGRAM names the program (default build/release/evenground);
everything written goes to build/test-tmp. Where EG_TEST_STORE names a database ("PG:host=... user=... dbname=..."), what an atlas of a test
keeps in register.gpkg is kept there, in a schema for each atlas: see tools/test-postgis.sh.
"""

import contextlib
import gzip
import http.client
import io
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("EVENGROUND_PROGRAM", str(ROOT / "build/release/evenground"))
LAUNCHER = os.environ.get("TEST_LAUNCHER", "").split()
SANITIZED = os.environ.get("EVENGROUND_VARIANT", "release") in ("asan", "tsan")
SLOW = 6 if SANITIZED else 1  # how much longer things may take

WEST, SOUTH, SIDE, STEP = -1.2, 52.0, 12, 0.05
TILE = "/tiles/score.cells/9/254/168.png"  # in the middle of the cells

# --- the atlas --------------------------------------------------------------------------------------------------------

ATLAS = """\
evenground: 1
title: Squares
attribution: Nobody
fictional: true
boundaries:
  - {id: cells, title: Cells, source: cells.geojson, key: code, name: name}
  - {id: rows, title: Rows, dissolve: {of: cells, column: row, name_column: row}}
tables:
  - {id: numbers, source: numbers.csv, key: code, boundaries: cells, period: "2020"}
  - {id: later, source: numbers.csv, key: code, boundaries: cells, period: "2021"}
indicators:
  - id: score
    title: Score
    polarity: high_is_worse
    series:
      - {table: numbers, value: score}
      - {table: later, value: other}
  - {id: share, title: Share, unit: "%", series: {table: numbers, value: other}}
styles:
  - id: fifths
    classification: {method: quantile, classes: 5}
    ramp: YlGnBu
    outline: [{colour: "#ffffff", width: 0.5, min_zoom: 9}]
  - id: natural
    classification: {method: natural_breaks, classes: 4}
    ramp: Reds
directories:
  - id: helpers
    title: Helpers
    source: helpers.csv
    columns: {key: id, name: name, description: about, kind: kind, topics: topics, longitude: lon, latitude: lat, serves: serves}
    serves_boundaries: cells
"""


def _cell(i, j):
    west, south = WEST + i * STEP, SOUTH + j * STEP
    ring = [[west, south], [west + STEP, south], [west + STEP, south + STEP], [west, south + STEP], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": f"C{i:02}{j:02}", "name": f"Cell {i}, {j}", "row": f"R{j:02}"},
        "geometry": {"type": "Polygon", "coordinates": [[[round(x, 6), round(y, 6)] for x, y in ring]]},
    }


def atlas(folder, extra="", factor=1):
    """Writes the atlas into the folder; `extra` is YAML at its end, `factor` changes the numbers. Returns its path."""
    folder = pathlib.Path(folder)
    cells = [_cell(i, j) for i in range(SIDE) for j in range(SIDE)]
    (folder / "cells.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": cells}))
    rows = ["code,score,other"]
    for n, cell in enumerate(cells):
        rows.append(f"{cell['properties']['code']},{(n * 37) % 144 * factor},{(n * 53) % 100}")
    (folder / "numbers.csv").write_text("\n".join(rows) + "\n")
    kinds = ["coalition", "hub", "grant", "service"]
    helpers = ["id,name,about,kind,topics,lon,lat,serves"]
    for n in range(40):
        lon, lat = WEST + (n % 8) * 0.07 + 0.02, SOUTH + (n // 8) * 0.1 + 0.02
        helpers.append(f"{n},Caf\u00e9 number {n},Food for all,{kinds[n % 4]},food;work,{lon:.4f},{lat:.4f},C{n % 12:02}00")
    (folder / "helpers.csv").write_text("\n".join(helpers) + "\n", encoding="utf-8")
    path = folder / "atlas.yaml"
    path.write_text(ATLAS + extra)
    return path


# --- the directory's store ----------------------------------------------------------------------------------------------

DATABASE = os.environ.get("EG_TEST_STORE", "")
A_FILE = "store: register.gpkg"  # as tests write it into their atlases


def _connect_database():
    import psycopg2.extras  # which only `make test-postgis` needs

    return psycopg2.connect(DATABASE[len("PG:"):], cursor_factory=psycopg2.extras.DictCursor)


def _schema(folder):
    return folder.name.replace(".", "_")


def _kept(text, folder):
    """What an atlas says of its store: as it stands, or in the database, in a new schema."""
    if not DATABASE or A_FILE not in text:
        return text
    with contextlib.closing(_connect_database()) as store, store, store.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{_schema(folder)}"')
    return text.replace(A_FILE, f'store: "{DATABASE} active_schema={_schema(folder)}"')


class _Statements:
    """A connection to either kind of store, with ? for values."""

    def __init__(self, connection):
        self.connection = connection

    def execute(self, statement, values=()):
        cursor = self.connection.cursor()
        cursor.execute(statement.replace("%", "%%").replace("?", "%s") if DATABASE else statement, values)
        return cursor


@contextlib.contextmanager
def open_store(server):
    """The store as another program opens it: what was executed is committed at the end, or by execute("COMMIT")."""
    if DATABASE:
        connection = _connect_database()
        connection.cursor().execute(f'SET search_path = "{_schema(server.folder)}", public')
    else:
        connection = sqlite3.connect(server.folder / "register.gpkg", timeout=30 * SLOW)
        connection.row_factory = sqlite3.Row
        for name in ("IsEmpty", "MinX", "MaxX", "MinY", "MaxY"):  # of a GeoPackage's triggers, which have nothing to do here
            connection.create_function("ST_" + name, 1, lambda shape: 1)
    with contextlib.closing(connection):
        yield _Statements(connection)
        connection.commit()


@contextlib.contextmanager
def store_away(server):
    """The store is not where the atlas says."""
    if DATABASE:
        schema = _schema(server.folder)
        with contextlib.closing(_connect_database()) as store:
            rename = lambda old, new: store.cursor().execute(f'ALTER SCHEMA "{old}" RENAME TO "{new}"') or store.commit()
            rename(schema, schema + "_away")
            yield
            rename(schema + "_away", schema)
    else:
        path = server.folder / "register.gpkg"
        away = path.rename(server.folder / "away.gpkg")
        yield
        away.rename(path)


# --- the program ------------------------------------------------------------------------------------------------------


class Server:
    """The program serving the tiny atlas on a free port, or the atlas of another such server, as its replica. Use as a context manager."""

    is_replica = False  # also of those that make a folder and an atlas of their own

    def __init__(self, extra="", arguments=(), factor=1, of=None):
        base = ROOT / "build/test-tmp"
        base.mkdir(parents=True, exist_ok=True)
        self.is_replica = of is not None
        self.folder = of.folder if of else pathlib.Path(tempfile.mkdtemp(prefix="http.", dir=base))
        self.atlas = of.atlas if of else atlas(self.folder, _kept(extra, self.folder), factor)
        self.arguments = list(arguments)
        self.log = []

    def __enter__(self):
        command = LAUNCHER + [PROGRAM, "serve", str(self.atlas), "--listen", "127.0.0.1:0", *self.arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.ready = threading.Event()
        threading.Thread(target=self._read_log, daemon=True).start()
        if not self.ready.wait(30 * SLOW) or self.process.poll() is not None:
            self.process.kill()
            raise RuntimeError("the server did not start:\n" + "".join(self.log))
        return self

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append(line)
            found = re.match(r"serving http://([\d.]+):(\d+)/", line)
            if found:
                self.host, self.port = found[1], int(found[2])
                self.ready.set()
        self.ready.set()

    def stop(self, with_signal=signal.SIGTERM, within=15):
        """Ends the server; returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        try:
            return self.process.wait(within * SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not end")

    def __exit__(self, *exception):
        status = self.stop()
        text = "".join(self.log)
        if not self.is_replica:
            shutil.rmtree(self.folder, ignore_errors=True)
        if exception[0] is None:
            assert status == 0, f"exit status {status}:\n{text[-4000:]}"
            assert "Sanitizer" not in text and "runtime error" not in text, text[-8000:]

    def connect(self, timeout=10):
        return socket.create_connection((self.host, self.port), timeout=timeout * SLOW)

    def get(self, path, headers=None, method="GET", connection=None):
        """One request; returns an Answer. Without a connection a new one is used and closed."""
        own = connection or http.client.HTTPConnection(self.host, self.port, timeout=20 * SLOW)
        own.request(method, path, headers={"Accept-Encoding": "identity", **(headers or {})})
        answer = Answer(own.getresponse())
        if not connection:
            own.close()
        return answer

    def keep(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=20 * SLOW)


def seed():
    """The seed of a random test, printed: EG_SEED, a fresh one where that is "random", otherwise always the same one."""
    wanted = os.environ.get("EG_SEED") or "1"
    number = random.randrange(1 << 48) if wanted == "random" else int(wanted)
    print(f"# seed: EG_SEED={number}")
    return number


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def __getitem__(self, name):
        return self.headers[name]

    def json(self):
        body = gzip.decompress(self.body) if self["Content-Encoding"] == "gzip" else self.body
        return json.loads(body)

    def problem(self, status, parameter=None):
        """Asserts that this is a well-formed problem document with that status."""
        assert self.status == status, f"{self.status}, not {status}: {self.body[:300]}"
        assert self["Content-Type"] == "application/problem+json", self["Content-Type"]
        assert self["Cache-Control"] == "no-store", self["Cache-Control"]
        assert self["X-Content-Type-Options"] == "nosniff"
        packed = self["Content-Encoding"] == "gzip"
        assert re.fullmatch('"[0-9a-f]{32}%s"' % ("-gz" if packed else ""), self["ETag"]), self["ETag"]
        assert "Accept-Encoding" in self["Vary"], self["Vary"]
        assert int(self["Content-Length"]) == len(self.body), self["Content-Length"]
        document = self.json()
        assert document["status"] == status and document["type"] == "about:blank", document
        assert len(document["detail"]) > 10, document
        if parameter:
            assert document.get("parameter") == parameter, document
        return document


def raw(server, data, timeout=5, chunks=None):
    """Sends bytes and reads until the server closes or says nothing for `timeout` seconds. Returns (bytes, how it ended):
    "closed", "reset" or "silent"."""
    with server.connect() as connection:
        connection.settimeout(timeout)
        received = b""
        try:
            for piece in chunks or [data]:
                connection.sendall(piece)
            while True:
                piece = connection.recv(65536)
                if not piece:
                    return received, "closed"
                received += piece
        except (ConnectionResetError, BrokenPipeError):
            return received, "reset"
        except socket.timeout:
            return received, "silent"


class _Bytes:
    def __init__(self, received):
        self.received = received

    def makefile(self, mode):
        return io.BytesIO(self.received)


def answer_of(received, method="GET"):
    """The first answer in what raw() received."""
    response = http.client.HTTPResponse(_Bytes(received), method=method)
    response.begin()
    return Answer(response)


def status_of(received):
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", received)
    return int(found[1]) if found else None


# --- results ----------------------------------------------------------------------------------------------------------

_tests = []


def test(name):
    def keep(function):
        _tests.append((name, function))
        return function

    return keep


class Skipped(Exception):
    """Raised by a test that cannot be run here; its text is the reason."""


def run(server=None):
    """Runs all tests of this file: each gets the one server that is started here, when a class is given."""
    print(f"1..{len(_tests)}", flush=True)
    failed = 0

    def each(one):
        nonlocal failed
        for number, (name, function) in enumerate(_tests, 1):
            started = time.monotonic()
            try:
                function(*([one] if server else []))
                print(f"ok {number} - {name} # {time.monotonic() - started:.2f} s", flush=True)
            except Skipped as reason:
                print(f"# NOT RUN: {reason}\nok {number} - {name} # SKIP {reason}", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), flush=True)

    try:
        if server:
            with server() as one:
                each(one)
        else:
            each(None)
    except Exception:
        traceback.print_exc()
        failed += 1
    sys.exit(1 if failed else 0)
