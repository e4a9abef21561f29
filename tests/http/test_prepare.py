#!/usr/bin/python3
"""What the server makes after a load before it is asked: first documents come at once, others do not wait, and it ends when told."""

import signal
import sys
import threading
import time

sys.dont_write_bytecode = True
from support import SLOW, TILE, Server, run, test

DOCUMENTS = ["/wms?service=WMS&request=GetCapabilities", "/wms?service=WMS&request=GetCapabilities&version=1.1.1",
             "/wmts/1.0.0/WMTSCapabilities.xml", "/ogc/collections", "/ogc/collections?f=html", "/ogc/api", "/layers", "/tms/1.0.0/"]
N_INDICATORS = 120


def many_layers(**options):
    """A server not yet started whose atlas has some hundred layers more."""
    server = Server(**options)
    more = "".join(f"  - {{id: more{i}, title: More of number {i}, series: {{table: numbers, value: other}}}}\n" for i in range(N_INDICATORS))
    text = server.atlas.read_text()
    server.atlas.write_text(text.replace("styles:\n", more + "styles:\n", 1))
    return server


def is_prepared(server):
    return "\nevenground_prepared 1\n" in server.get("/metrics").body.decode()


def wait_until_prepared(server):
    deadline = time.monotonic() + 20 * SLOW
    while not is_prepared(server):
        assert time.monotonic() < deadline, "nothing was prepared"
        time.sleep(0.02)


def same_address(server, body):
    return body.replace(f":{server.port}".encode(), b":0")


@test("what is prepared is what a request finds or makes, however early it comes")
def _():
    with many_layers() as early:
        asked = [early.get(path) for path in DOCUMENTS]
        wait_until_prepared(early)
        again = [early.get(path) for path in DOCUMENTS]
        early_bodies = [same_address(early, answer.body) for answer in asked]
    for path, one, other in zip(DOCUMENTS, asked, again):
        assert one.status == 200 and one["ETag"] == other["ETag"], path
    with many_layers() as late:
        wait_until_prepared(late)
        for path, body in zip(DOCUMENTS, early_bodies):
            assert same_address(late, late.get(path).body) == body, path


@test("requests from many clients at once, while it is being prepared, get one answer")
def _():
    with many_layers() as server:
        bodies = [set() for _ in DOCUMENTS]

        def ask(number):
            for i in range(len(DOCUMENTS)):
                at = (i + number) % len(DOCUMENTS)
                bodies[at].add(server.get(DOCUMENTS[at]).body)

        threads = [threading.Thread(target=ask, args=(i,)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [len(found) for found in bodies] == [1] * len(DOCUMENTS), [len(found) for found in bodies]


@test("each load is prepared, and a load in the midst of it begins anew")
def _():
    with many_layers() as server:
        text = server.atlas.read_text()
        for title in ("First", "Second", "Third"):
            server.atlas.write_text(text.replace("fictional: true", f"abstract: {title}\nfictional: true", 1))
            server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20 * SLOW
        while server.get("/ogc").json().get("description") != "Third":
            assert time.monotonic() < deadline, "the reload did not come"
            time.sleep(0.02)
        wait_until_prepared(server)
        assert b"Third" in server.get(DOCUMENTS[0]).body
        assert server.get(TILE).status == 200


@test("SIGTERM during the preparation ends at once, with exit status 0")
def _():
    for delay in (0, 0.01, 0.03):
        with many_layers() as server:
            time.sleep(delay)
            started = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - started < 5 * SLOW


@test("a server whose clients come by addresses of their own prepares all but the documents")
def _():
    with many_layers(arguments=["--listen", "0.0.0.0:0"]) as server:
        server.host = "127.0.0.1"
        wait_until_prepared(server)
        assert f"http://127.0.0.1:{server.port}/wms?".encode() in server.get(DOCUMENTS[0]).body


run()
