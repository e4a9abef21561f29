#!/usr/bin/python3
"""Limits of time and number: silent and slow clients, too many of them, too much at once."""

import concurrent.futures
import sys
import time

sys.dont_write_bytecode = True
from support import SLOW, TILE, Server, answer_of, run, status_of, test

REQUEST_S = 6 if SLOW > 1 else 4
LIMITS = f"limits: {{connections: 20, idle_s: 2, request_s: {REQUEST_S}}}\n"


def time_until_closed(server, connection, send=None, every=0.2, most=20):
    """Seconds until the server closes, while one byte of `send` goes out at a time."""
    started = time.monotonic()
    connection.settimeout(every)
    at = 0
    while time.monotonic() - started < most * SLOW:
        try:
            if send and at < len(send):
                connection.sendall(send[at:at + 1])
                at += 1
            if connection.recv(65536) == b"":
                return time.monotonic() - started
        except TimeoutError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            return time.monotonic() - started
    raise AssertionError("the connection stays open")


SLOW_CLIENTS = []
POOL = concurrent.futures.ThreadPoolExecutor(16)


def slow_client(name):
    """A test that does nothing but wait for the server: all of them begin together, when the first is asked for its result."""

    def keep(function):
        SLOW_CLIENTS.append([function, None])
        mine = SLOW_CLIENTS[-1]

        @test(name)
        def _(server):
            for one in SLOW_CLIENTS:
                one[1] = one[1] or POOL.submit(one[0], server)
            mine[1].result()

        return function

    return keep


@slow_client("a silent connection is closed after the idle time")
def _(server):
    with server.connect() as connection:
        seconds = time_until_closed(server, connection)
        assert 1 < seconds < 5 * SLOW, seconds


@slow_client("a connection that is kept open is closed after the idle time too")
def _(server):
    with server.connect() as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        seconds = time_until_closed(server, connection)
        assert 1 < seconds < 5 * SLOW, seconds


@slow_client("a request line that comes a byte at a time is cut off at the deadline")
def _(server):
    with server.connect() as connection:
        seconds = time_until_closed(server, connection, b"GET /" + b"a" * 4000, 0.2)
        assert 0.95 * REQUEST_S < seconds < REQUEST_S + 4, seconds


@slow_client("headers that come a byte at a time are cut off at the deadline")
def _(server):
    with server.connect() as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\n")
        seconds = time_until_closed(server, connection, b"X: " + b"a" * 4000, 0.2)
        assert 2 < seconds < 7 * SLOW, seconds


def trickle(server, kept):
    """A whole request line and what follows, so slowly that the line alone takes nearly as long as a request may."""
    line = b"GET /health HTTP/1.1\r\n"
    with server.connect() as connection:
        if kept:
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.recv(65536)
            time.sleep(1.2)
        seconds = time_until_closed(server, connection, line + b"X: " + b"a" * 4000, 0.9 * REQUEST_S / len(line))
        # A sweep each second sees the beginning and the end: each may be noticed that late, on a busy machine later.
        assert 0.95 * REQUEST_S < seconds < REQUEST_S + 4, seconds


@slow_client("a request line and headers that come a byte at a time have one deadline together")
def _(server):
    trickle(server, False)


@slow_client("the deadline of the next request on a connection that is kept begins anew")
def _(server):
    trickle(server, True)


@slow_client("a body that comes a byte at a time is cut off at the deadline")
def _(server):
    with server.connect() as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n")
        seconds = time_until_closed(server, connection, b"a" * 4000, 0.2)
        assert 2 < seconds < 7 * SLOW, seconds


@test("slow clients do not keep others waiting")
def _(server):
    slow = [server.connect() for _ in range(10)]
    for connection in slow:
        connection.sendall(b"GET /tiles/score")
    started = time.monotonic()
    for _ in range(20):
        assert server.get(TILE).status == 200
    assert time.monotonic() - started < 2 * SLOW
    for connection in slow:
        connection.close()


@test("more connections than allowed get a 503, and places come free again")
def _(server):
    time.sleep(0.2)
    held = []
    refused = None
    for _ in range(25):
        connection = server.connect()
        connection.settimeout(10 * SLOW)
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            answer = connection.recv(4096)
        except ConnectionResetError:
            answer = b""
        if status_of(answer) == 503:
            refused = answer
        held.append(connection)
    assert refused
    answer = answer_of(refused)
    answer.problem(503)
    assert answer["Retry-After"] == "1" and answer["Connection"] == "close", refused
    assert answer["Access-Control-Allow-Origin"] == "*" and answer["Vary"] == "Accept-Encoding", refused
    for connection in held:
        connection.close()
    deadline = time.monotonic() + 5 * SLOW
    while True:
        try:
            assert server.get("/health/live").status == 200
            break
        except Exception:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert "evenground_connections_refused_total" in server.get("/metrics").body.decode()


run(lambda: Server(LIMITS))
