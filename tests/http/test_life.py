#!/usr/bin/python3
"""The life of a server: many clients at once, large pictures beside small ones, reload and end under load."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from support import LAUNCHER, PROGRAM, SLOW, TILE, Server, atlas, raw, run, status_of, test

TILES = [f"/tiles/score.cells/{z}/{x}/{y}.png" for z, x, y in
         ((9, 254, 168), (9, 255, 168), (10, 508, 336), (10, 509, 337), (11, 1017, 673), (8, 127, 84))]
OTHERS = ["/layers", "/tiles/score.cells.json", "/coalitions?limit=20", "/areas/cells/C0606", "/legend/score.cells.png",
          TILES[0].replace(".png", "@3x.png")]


class Clients:
    """Threads that ask for paths in turn on connections of their own until told to end."""

    def __init__(self, server, n, paths):
        self.server, self.paths, self.end = server, paths, threading.Event()
        self.bodies, self.statuses, self.broken, self.lock = {}, {}, [], threading.Lock()
        self.threads = [threading.Thread(target=self.ask, args=(i,)) for i in range(n)]
        for thread in self.threads:
            thread.start()

    def ask(self, number):
        connection, at = self.server.keep(), number
        while not self.end.is_set():
            path = self.paths[at % len(self.paths)]
            at += 1
            try:
                answer = self.server.get(path, connection=connection)
                with self.lock:
                    self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
                    self.bodies.setdefault(path, set()).add(answer.body)
            except (ConnectionError, http.client.HTTPException, OSError) as error:
                with self.lock:
                    self.broken.append(error)
                connection.close()
                connection = self.server.keep()
                if self.end.is_set() or self.server.process.poll() is not None:
                    return
                time.sleep(0.01)
        connection.close()

    def join(self):
        self.end.set()
        for thread in self.threads:
            thread.join()


@test("many clients at once get the same bytes for the same address")
def _():
    with Server() as server:
        clients = Clients(server, 16, TILES + OTHERS)
        time.sleep(2)
        clients.join()
        assert set(clients.statuses) == {200}, clients.statuses
        assert not clients.broken, clients.broken[:3]
        for path, bodies in clients.bodies.items():
            assert len(bodies) == 1, path
        assert len(clients.bodies) == len(TILES + OTHERS)


@test("without a cache the bytes are the same, too")
def _():
    with Server() as kept, Server(arguments=["--cache", "0", "--threads", "3"]) as not_kept:
        for path in TILES + [TILES[0] + "?exact=true", TILES[0].replace(".png", "@4x.png")]:
            assert kept.get(path).body == not_kept.get(path).body == not_kept.get(path).body, path


@test("large pictures do not block small ones")
def _():
    with Server(arguments=["--cache", "0", "--threads", "1"]) as server:
        server.get(TILE)
        large = [f"/tiles/score.cells/10/{x}/{y}@4x.png" for x in range(506, 512) for y in range(334, 340)]
        clients = Clients(server, 8, large)
        time.sleep(0.3)
        times = []
        for _ in range(40):
            started = time.monotonic()
            assert server.get("/health/live").status == 200
            times.append(time.monotonic() - started)
        clients.join()
        assert set(clients.statuses) <= {200, 503}, clients.statuses
        assert clients.statuses.get(200, 0) > 8
        times.sort()
        assert times[20] < 0.1 * SLOW, times


@test("more large pictures than may wait are 503 with a time to come back")
def _():
    with Server(arguments=["--cache", "0", "--threads", "1"]) as server:
        server.get(TILE)
        connections = [server.connect() for _ in range(120)]
        for i, connection in enumerate(connections):
            path = f"/tiles/score.cells/10/{506 + i % 6}/{334 + i // 6 % 6}@4x.png"
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        seen = {}
        for connection in connections:
            received = b""
            while piece := connection.recv(1 << 20):
                received += piece
            status = status_of(received)
            seen[status] = seen.get(status, 0) + 1
            if status == 503:
                assert b"Retry-After: 1\r\n" in received and b"problem+json" in received
            connection.close()
        assert set(seen) <= {200, 503} and seen[200] >= 32, seen


@test("128 and 256 connections that are ready at once are not forgotten")
def _():
    request = f"GET {TILE} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with Server(arguments=["--threads", "1"]) as server:
        whole = len(raw(server, request.replace(b"Host", b"Connection: close\r\nHost"))[0]) - len("Connection: close\r\n")
        connections = []
        for n in (1, 119, 120, 127, 128, 129, 256, 384):
            while len(connections) < n:
                connections.append(server.connect())
            for _ in range(4):
                started = time.monotonic()
                for connection in connections:
                    connection.sendall(request)
                for connection in connections:
                    received = 0
                    while received < whole:
                        piece = connection.recv(1 << 16)
                        assert piece, n
                        received += len(piece)
                    assert received == whole, (n, received, whole)
                assert time.monotonic() - started < 0.45 * SLOW, (n, time.monotonic() - started)
        for connection in connections:
            connection.close()


@test("a reload under load changes the picture and breaks nothing")
def _():
    with Server() as server:
        before = server.get("/layers").json()["version"]
        tiles = server.get("/tiles/score.cells.json").json()["tiles"][0]
        address = "/" + tiles.split("/", 3)[3].replace("{z}", "9").replace("{x}", "254").replace("{y}", "168")
        assert "immutable" in server.get(address)["Cache-Control"]
        clients = Clients(server, 8, TILES + OTHERS)
        version = before
        for factor in (3, 5):
            atlas(server.folder, factor=-factor)
            server.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 20 * SLOW
            while True:
                now = server.get("/health/ready").json()["version"]
                if now != version:
                    version = now
                    break
                assert time.monotonic() < deadline, "the reload did not come"
                time.sleep(0.05)
        time.sleep(0.5)
        clients.join()
        assert set(clients.statuses) == {200}, clients.statuses
        assert not clients.broken, clients.broken[:3]
        assert server.get(address)["Cache-Control"] == "no-cache"


@test("after a reload the addresses of legends are others, so that no kept legend stands beside new tiles")
def _():
    with Server() as server:
        def legends():
            layer = server.get("/layers").json()["layers"][0]
            found = [layer["legend_json"], layer["legend_png"], server.get("/tiles/score.cells.json").json()["legend_url"]]
            return ["/" + address.split("/", 3)[3] for address in found]

        before, version = legends(), server.get("/health/ready").json()["version"]
        old = server.get(before[0]).json()
        for address in before:
            assert version in address and "immutable" in server.get(address)["Cache-Control"], address
        atlas(server.folder, factor=-3)
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20 * SLOW
        while server.get("/health/ready").json()["version"] == version:
            assert time.monotonic() < deadline, "the reload did not come"
            time.sleep(0.05)
        after = legends()
        assert not set(before) & set(after), (before, after)
        assert server.get(after[0]).json() != old
        for address in after:
            assert "immutable" in server.get(address)["Cache-Control"], address
        for address in before:
            assert server.get(address)["Cache-Control"] == "no-cache", address


@test("a reload that fails leaves the present atlas in use")
def _():
    with Server() as server:
        before = server.get("/health/ready").json()["version"]
        server.atlas.write_text("evenground: 1\nnonsense: [")
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 10 * SLOW
        while not any("could not be loaded anew" in line for line in server.log):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert server.get("/health/ready").json()["version"] == before
        assert server.get(TILE).status == 200


@test("SIGTERM under load finishes what was begun and exits 0")
def _():
    for _ in range(3):
        with Server() as server:
            clients = Clients(server, 16, TILES + OTHERS)
            time.sleep(0.7)
            assert server.stop() == 0
            clients.join()
            assert set(clients.statuses) == {200}, clients.statuses
            # Cut off between two requests is fair; in the middle of an answer is not.
            for error in clients.broken:
                assert not isinstance(error, http.client.IncompleteRead), error


@test("SIGTERM and SIGINT end a load that is not done yet, at once and with 0")
def _():
    # Threads that are at work when the program ends at once are not joined, which is no leak.
    leaving = os.environ.get("TSAN_OPTIONS", "") + ":report_thread_leaks=0"
    extra = "  - {id: far, title: Far, source: 'PG:host=127.0.0.1 port=%d dbname=x user=x', layer: x, key: code}\n"
    for ending in (signal.SIGTERM, signal.SIGINT):
        # A database that takes connections and never answers.
        with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as database:
            path = atlas(folder)
            text = path.read_text()
            path.write_text(text.replace("tables:\n", extra % database.getsockname()[1] + "tables:\n", 1))
            process = subprocess.Popen(LAUNCHER + [PROGRAM, "serve", str(path), "--listen", "127.0.0.1:0"],
                                       stderr=subprocess.PIPE, text=True, env=os.environ | {"TSAN_OPTIONS": leaving})
            database.settimeout(30 * SLOW)
            with database.accept()[0]:
                process.send_signal(ending)
                _, said = process.communicate(timeout=15 * SLOW)
            assert process.returncode == 0 and "before the atlas was loaded" in said, (process.returncode, said)


@test("an answer that a worker makes is finished after SIGTERM")
def _():
    with Server(arguments=["--cache", "0"]) as server:
        server.get(TILE)
        connections = [server.connect() for _ in range(6)]
        for i, connection in enumerate(connections):
            connection.sendall(f"GET /tiles/score.cells/9/254/{165 + i}@4x.png HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.05)
        server.process.send_signal(signal.SIGTERM)
        for connection in connections:
            received = b""
            while piece := connection.recv(1 << 20):
                received += piece
            head, body = received.split(b"\r\n\r\n", 1)
            assert status_of(received) == 200 and f"Content-Length: {len(body)}".encode() in head, head
            connection.close()
        assert server.stop() == 0


@test("idle connections do not delay the end")
def _():
    with Server() as server:
        idle = [server.connect() for _ in range(20)]
        for connection in idle[:10]:
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            assert status_of(connection.recv(4096)) == 200
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 3 * SLOW
        for connection in idle:
            connection.close()


@test("a taken port is an error that says what to do")
def _():
    import subprocess
    from support import LAUNCHER, PROGRAM
    with Server() as server:
        done = subprocess.run(LAUNCHER + [PROGRAM, "serve", str(server.atlas), "--listen", f"127.0.0.1:{server.port}"],
                              capture_output=True, text=True, timeout=30 * SLOW)
        assert done.returncode == 1 and "--listen" in done.stderr, done
        for wrong in ("nonsense", "127.0.0.1:99999", "127.0.0.1:", "host.invalid:80"):
            done = subprocess.run(LAUNCHER + [PROGRAM, "serve", str(server.atlas), "--listen", wrong],
                                  capture_output=True, text=True, timeout=30 * SLOW)
            assert done.returncode in (1, 2) and wrong in done.stderr, done


run()
