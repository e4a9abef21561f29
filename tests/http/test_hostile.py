#!/usr/bin/python3
"""Requests that are wrong, by accident or on purpose: each gets a sentence, and the server goes on."""

import random
import sys
import time

sys.dont_write_bytecode = True
from support import TILE, Server, answer_of, raw, run, seed, status_of, test

END = b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def alive(server):
    assert server.get("/health/live").status == 200


@test("tiles that cannot be are refused with the part at fault")
def _(server):
    wrong = {
        "/tiles/score.cells/23/0/0.png": (400, "z"),
        "/tiles/score.cells/4294967295/0/0.png": (400, "z"),
        "/tiles/score.cells/4294967296/0/0.png": (400, "z"),
        "/tiles/score.cells/-1/0/0.png": (400, "z"),
        "/tiles/score.cells/1e1/0/0.png": (400, "z"),
        "/tiles/score.cells/NaN/0/0.png": (400, "z"),
        "/tiles/score.cells/1/2/0.png": (400, "x"),
        "/tiles/score.cells/1/0/2.png": (400, "y"),
        "/tiles/score.cells/1/0/99999999999999999999.png": (400, "y"),
        "/tiles/score.cells/1/0/y.png": (400, "y"),
        "/tiles/score.cells/1/0/0@0x.png": (400, "scale"),
        "/tiles/score.cells/1/0/0@5x.png": (400, "scale"),
        "/tiles/score.cells/1/0/0@x.png": (400, "y"),
        "/tiles/score.cells/1/0/0@2.png": (400, "y"),
        "/tiles/score.cells/1/0/0@2x@2x.png": (400, "y"),
        "/tiles/nosuch.cells/1/0/0.png": (404, "layer"),
        "/tiles/score.cells/1/0/0.png?style=nosuch": (404, "style"),
        "/tiles/score.cells/1/0/0.png?period=1999": (404, "period"),
        "/tiles/score.cells/1/0/0.png?exact=perhaps": (400, "exact"),
        "/tiles/score.cells/1/0/0.png?style=fifths&style=fifths": (400, "style"),
        "/tiles/nosuch.cells.json": (404, "layer"),
        "/legend/nosuch.cells.png": (404, "layer"),
        "/legend/score.cells.png?scale=100": (400, "scale"),
        "/legend/score.cells.png?scale=nan": (400, "scale"),
        "/tiles/score.cells/1/0/0.jpg": (404, "path"),
        "/tiles/score.cells/1/0": (404, "path"),
        "/tiles//1/0/0.png": (404, "path"),
        "//": (404, "path"),
        "/layers/": (404, "path"),
        "/a/b/c/d/e/f/g/h/i/j/k": (404, "path"),
        "/.env": (404, "path"),
        "/assets/..%2f..%2fetc%2fpasswd": (404, "path"),
    }
    for path, (status, parameter) in wrong.items():
        answer = server.get(path)
        answer.problem(status, parameter)
        assert answer["Access-Control-Allow-Origin"] == "*", path


@test("a name from a stranger is quoted in the problem, not obeyed")
def _(server):
    document = server.get("/tiles/%3Cscript%3E%0A%22x%22/1/0/0.png").problem(404, "layer")
    assert '<script>\n"x"' in document["detail"], document


@test("a name of any length leaves room for what to do")
def _(server):
    long = "%C3%A9" * 600
    paths = {
        f"/tiles/{long}/1/0/0.png": "or GET /layers, list what there is",
        f"/tiles/score.cells/1/0/{long}.png": "the picture is",
        f"/tiles/score.cells/1/{long}/0.png": "must be a whole number",
        f"/tiles/score.cells/1/0/0.png?style={long}": "",
        f"/areas/{long}/x": "GET /layers lists",
        f"/areas/cells/{long}": "ask with ?at=",
        f"/coalitions/{long}": "GET /coalitions lists",
        f"/coalitions?kind={long}": "the kinds are",
        f"/tms/1.0.0/{long}/0/0/0.png": "GET /tms/1.0.0/ lists",
        f"/tms/1.0.0/score.cells@WebMercatorQuad@png/0/0/{long}.png": "the picture is",
        f"/ogc/collections/{long}": "GET /ogc/collections lists",
        f"/ogc/collections/cells/items/{long}": "",
        f"/ogc/collections/cells/items?{long}=1": "",
        f"/ogc/tileMatrixSets/{long}": "lists them",
        f"/wms?service=WMS&version=1.3.0&request=GetLegendGraphic&layer=score.cells&format=application/json&rule={long}":
            "ask without a rule",
    }
    for path, remedy in paths.items():
        answer = server.get(path)
        text = answer.body.decode()
        assert answer.status in (200, 400, 404) and remedy in text, (path[:40], text)
        assert len(text) < 1000 and "\ufffd" not in text, (path[:40], text)


@test("escapes that are wrong, %00 and wrong UTF-8 are 400")
def _(server):
    for path in ("/%00", "/layers%00", "/%", "/%4", "/%zz", "/%ff", "/%c0%af", "/%ed%a0%80", "/%f5%80%80%80",
                 "/tiles/%00/1/0/0.png"):
        server.get(path).problem(400, "path")
    for query, parameter in (("q=%00", "q"), ("q=%ff", "q"), ("q=%", "q"), ("q=a%0", "q"), ("%ff=1", "query")):
        server.get("/coalitions?" + query).problem(400, parameter)
    for target in (b"/a\xffb", b"/a b", b"/caf\xe9", b"/a\x01b"):
        received, end = raw(server, b"GET " + target + END)
        assert status_of(received) == 400 and end == "closed", (target, received[:200])


@test("256 parameters are read, more are 400, whatever their number")
def _(server):
    assert server.get("/layers?" + "&".join(["a=1"] * 256)).status == 200
    for n in (257, 600, 2000, 4000):
        server.get("/layers?" + "&".join(["a"] * n)).problem(400, "query")
    assert server.get("/layers?" + "&" * 5000).status == 200


@test("a target of 8 KiB is read, a longer one is 414")
def _(server):
    assert server.get("/layers?a=" + "b" * (8192 - 10)).status == 200
    server.get("/layers?a=" + "b" * (8192 - 9)).problem(414, "query")
    server.get("/%3F" + "b" * 8192).problem(414, "path")
    for n in (9000, 12000, 16000):
        received, end = raw(server, b"GET /" + b"a" * n + END)
        assert status_of(received) == 414 and end == "closed" and b"problem+json" in received, (n, received[:100])
    received, end = raw(server, b"GET /" + b"a" * 60000 + END)  # libmicrohttpd's own answer
    assert status_of(received) in (414, 431) and end in ("closed", "reset"), (received[:100], end)


@test("a long target and usual headers go together")
def _(server):
    headers = b"".join(b"X-Header-%d: %s\r\n" % (i, b"v" * 80) for i in range(30))
    received, _ = raw(server, b"GET /layers?a=" + b"b" * 8000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n")
    assert status_of(received) == 200, received[:200]


@test("headers larger than the memory for them are 431 from libmicrohttpd, which closes cleanly")
def _(server):
    for n in (30000, 100000):
        received, end = raw(server, b"GET /layers HTTP/1.1\r\nHost: x\r\nX: " + b"a" * n + b"\r\n\r\n")
        assert status_of(received) in (431, None) and end in ("closed", "reset"), (received[:100], end)
    many = b"".join(b"X%d: a\r\n" % i for i in range(3000))
    received, end = raw(server, b"GET /layers HTTP/1.1\r\nHost: x\r\n" + many + b"\r\n")
    assert status_of(received) in (431, None) and end in ("closed", "reset"), (received[:100], end)
    alive(server)


@test("headers that leave no room for an answer's head are 431 from us, cookies and many short ones too")
def _(server):
    start = b"GET /layers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    longest = [b"X: " + b"a" * n for n in range(19000, 20228, 60)] + [b"X: " + b"a" * 20227]
    cookies = [b"Cookie: " + b"a" * n for n in range(9500, 10070, 60)]
    crumbs = [b"Cookie: " + b"a=b; " * n for n in (258, 264, 270, 272)]
    many = [b"\r\n".join(b"X%03d: a" % i for i in range(n)) for n in (263, 270, 278)]
    for kind in (longest, cookies, crumbs, many):
        for headers in kind:
            received, end = raw(server, start + headers + b"\r\n\r\n")
            assert end == "closed" and received, (headers[:40], len(headers), end)
            answer = answer_of(received)
            assert answer.status in (200, 431), (headers[:40], len(headers), received[:100])
            if answer.status == 431:
                answer.problem(431)
                assert answer["Connection"] == "close" and answer["Access-Control-Allow-Origin"] == "*"
        assert answer.status == 431, headers[:40]
    alive(server)


@test("a cookie that leaves libmicrohttpd no room for its own 431 is closed cleanly")
def _(server):
    for n in range(19900, 20400, 20):
        received, end = raw(server, b"GET /layers HTTP/1.1\r\nHost: x\r\nCookie: " + b"a" * n + b"\r\n\r\n")
        assert status_of(received) in (431, None) and end == "closed", (n, received[:100], end)
    alive(server)


@test("an answer before one that is refused is sent whole")
def _(server):
    one = b"GET /layers HTTP/1.1\r\nHost: x\r\n"
    received, end = raw(server, one + b"\r\n" + one + b"X: " + b"a" * 19990 + b"\r\n\r\n")
    first = answer_of(received)
    assert first.status == 200 and first.json()["version"], received[:100]
    assert received.count(b"HTTP/1.1 431 ") == 1 and end == "closed", end


@test("what is not HTTP is closed")
def _(server):
    for data, statuses in (
        (b"HELLO\r\n\r\n", (400, None)),
        (b"GET /layers\r\n\r\n", (400, None)),
        (b"GET\t/layers\tHTTP/1.1\r\n\r\n", (400, None)),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505)),
        (b"GET /layers HTTP/9.9\r\nHost: x\r\n\r\n", (505, None)),
        (b"GET /health/live HTTP/1.1\r\nHost x\r\n\r\n", (400,)),
    ):
        received, end = raw(server, data)
        assert status_of(received) in statuses and end in ("closed", "reset"), (data, received[:100], end)
    alive(server)


@test("a Content-Length that is no number is answered by libmicrohttpd, which sends the head twice and closes")
def _(server):
    for length, status in ((b"abc", b"400 Bad Request"), (b"", b"400 Bad Request"), (b"5x", b"400 Bad Request"), (b"9" * 23, b"413 Content Too Large")):
        for method in (b"GET", b"HEAD", b"POST"):
            one = method + b" /health/live HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n"
            received, end = raw(server, one + b"GET /layers HTTP/1.1\r\nHost: x\r\n\r\n")
            head, second, body = received.split(b"\r\n\r\n")
            assert head == second and head.startswith(b"HTTP/1.1 " + status + b"\r\n") and end in ("closed", "reset"), (received, end)
            assert b"\r\nConnection: close\r\n" in head and (method == b"HEAD") == (body == b""), received
            assert method == b"HEAD" or b"Content-Length: %d" % len(body) in head, received


@test("HTTP/1.1 without a Host is 400, HTTP/1.0 is answered")
def _(server):
    received, end = raw(server, b"GET /health/live HTTP/1.1\r\n\r\n")
    assert status_of(received) == 400 and end == "closed" and b"Host" in received
    received, end = raw(server, b"GET /health/live HTTP/1.0\r\n\r\n")
    assert status_of(received) == 200 and end == "closed"


@test("a request that a proxy might read in another way is 400 and closed")
def _(server):
    line, host, both = b"GET /health/live HTTP/1.1\r\n", b"Host: x\r\n", b"Content-Length: 5\r\n"
    for method in (b"GET", b"POST"):
        for headers in (
            host + host, host + b"hOST: y\r\n", b"Host: a b\r\n", b"Host: a\xe9\r\n", b"Host: user@x\r\n", b"Host : x\r\n", both,
            host + b"Transfer-Encoding : chunked\r\n" + both, host + b"Transfer-Encoding\t: chunked\r\n",
            host + b"Transfer-Encoding: chunked\r\n" + both, host + both + b"Transfer-Encoding: chunked\r\n",
            host + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", host + both + both, host + both + b"Content-Length: 6\r\n",
            host + b"X: a\r\n b\r\n", host + b"X: a\r\n\tb\r\nY: c\r\n", b"Host: x\r\n y\r\n", b"X:\r\n a\r\n" + host, b" Host: x\r\n" + host,
            host + b"X: a\r\n \r\n", host + b"X: a\r\n b\r\n c\r\n", b"X: a\r\n Host: y\r\n" + host, host + b"Content-Length:\r\n 5\r\n",
            host + b"Content-Length: 5\r\n 6\r\n", host + b"X y: a\r\n", host + b"X\x0b: a\r\n",
        ):
            data = line.replace(b"GET", method) + headers + b"\r\nhello" + line + host + b"\r\n"
            received, end = raw(server, data, timeout=2)
            assert status_of(received) == 400 and end in ("closed", "reset"), (headers, received[:300], end)
            assert received.count(b"\r\n\r\n") == 1 and b"problem+json" in received, (headers, received)
    received, end = raw(server, b"GET /health/live HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
    assert status_of(received) == 400 and end == "closed", received
    alive(server)


@test("usual hosts, and blanks where they may be, are no fault")
def _(server):
    for headers in (b"Host: x", b"Host:x", b"Host: \t x \t ", b"Host:", b"Host: [::1]:8080", b"Host: my_host.example:80",
                    b"Host: x\r\nX:", b"Host: x\r\nX: \t", b"Host: x\nX: a:b", b"X:      a\r\nHost: x\r\nX: a\r\nX: b"):
        received, end = raw(server, b"GET /health/live HTTP/1.1\r\nConnection: close\r\n" + headers + b"\r\n\r\n")
        assert status_of(received) == 200 and end == "closed", (headers, received[:300])
    with server.connect() as connection:  # and in pieces, in a buffer that grows
        for piece in (b"GET /health/live HTTP/1.1\r\nHo", b"st: x\r\nX: " + b"a" * 9000, b"a" * 6000 + b"\r\nY", b": b\r\n", b"\r\n"):
            connection.sendall(piece)
            time.sleep(0.05)
        assert status_of(connection.recv(65536)) == 200


@test("bodies are not waited for")
def _(server):
    for headers in (b"Content-Length: 99999999999\r\n", b"Transfer-Encoding: chunked\r\n",
                    b"Content-Length: 100000\r\nExpect: 100-continue\r\n"):
        received, end = raw(server, b"POST /layers HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\nhello")
        assert status_of(received) == 413 and end in ("closed", "reset"), (headers, received[:100], end)
        assert b"100 Continue" not in received
    received, _ = raw(server, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")
    assert status_of(received) == 200


@test("an absolute target's host is not believed")
def _(server):
    received, _ = raw(server, b"GET http://evil.example/tiles/score.cells.json HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert status_of(received) == 200 and b"evil" not in received, received[:500]


@test("requests may come in one packet, or a byte at a time")
def _(server):
    one = b"GET " + TILE.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /report HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    received, end = raw(server, one * 50 + last)
    assert received.count(b"HTTP/1.1 200 OK") == 51 and end == "closed", (received.count(b"HTTP/1.1 200 OK"), end)
    received, end = raw(server, b"", chunks=[bytes([byte]) for byte in last])
    assert status_of(received) == 200 and end == "closed"


@test("clients that go away in the middle leave the server well")
def _(server):
    for n in (1, 10, 40):
        connection = server.connect()
        connection.sendall((b"GET " + TILE.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n")[:n])
        connection.close()
    for path in (b"/coalitions?limit=1000", b"/legend/score.cells.png?scale=4", TILE.replace(".png", "@4x.png").encode()):
        for _ in range(10):
            connection = server.connect()
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.close()
    alive(server)


@test("noise does no harm")
def _(server):
    noise = random.Random(seed())
    good = b"GET /tiles/score.cells/9/254/168@2x.png?style=fifths&v=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    for _ in range(150):
        data = bytearray(good)
        for _ in range(noise.randrange(1, 6)):
            data[noise.randrange(len(data))] = noise.randrange(256)
        received, _ = raw(server, bytes(data), timeout=0.05)
        status = status_of(received)
        assert status in (None, 200, 304, 400, 404, 405, 413, 414, 431, 505), (bytes(data), received[:200])
    alive(server)


run(Server)
