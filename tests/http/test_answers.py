#!/usr/bin/python3
"""What every answer has: tags, codings, conditions, methods, headers."""

import gzip
import json
import sys
import zlib

sys.dont_write_bytecode = True
from support import TILE, Server, answer_of, raw, run, status_of, test

TEXTS = ["/", "/layers", "/report", "/tiles/score.cells.json", "/tiles/score.cells/vector.json",
         "/tiles/score.cells/style.json", "/tiles/score.cells/9/254/168.mvt", "/legend/score.cells.json", "/coalitions",
         "/areas/cells/C0505", "/areas/cells?at=-0.9,52.3", "/assets/app.js", "/assets/leaflet.js", "/metrics"]
PICTURES = [TILE, TILE.replace(".png", "@2x.png"), TILE.replace(".png", "@4x.png"), "/legend/score.cells.png",
            "/assets/images/layers.png"]
VARY = {"/coalitions": "Accept-Encoding, Accept", "/": "Accept-Encoding, Accept-Language"}  # the others have one form
KEPT = [path for path in TEXTS + PICTURES if path != "/metrics"]


@test("every path answers 200 with its type, nosniff, CORS and a length")
def _(server):
    for path in TEXTS + PICTURES:
        answer = server.get(path)
        assert answer.status == 200, (path, answer.status, answer.body[:300])
        assert answer["X-Content-Type-Options"] == "nosniff", path
        assert answer["Access-Control-Allow-Origin"] == "*", path
        assert int(answer["Content-Length"]) == len(answer.body) > 0, path
        assert answer["Cache-Control"], path
        assert (answer["Content-Type"] == "image/png") == (path in PICTURES), (path, answer["Content-Type"])
        assert answer["Vary"] == VARY.get(path, "Accept-Encoding" if path in TEXTS else None), (path, answer["Vary"])


@test("the page writes apostrophes as the server's own sentences do")
def _(server):
    for path in ("/", "/assets/app.js"):
        text = server.get(path).body.decode()
        assert "\u2019" not in text and "\\u2019" not in text and "&rsquo;" not in text, path


@test("HEAD gives the headers of GET without a body")
def _(server):
    connection = server.keep()
    for path in KEPT + ["/nothing", TILE.replace("/9/", "/99/")]:
        get, head = server.get(path, connection=connection), server.get(path, method="HEAD", connection=connection)
        assert head.status == get.status and head.body == b"", path
        for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control", "Vary"):
            assert get[name] == head[name], (path, name, get[name], head[name])


@test("an entity tag that still holds is answered with 304 and no body")
def _(server):
    connection = server.keep()
    for path in KEPT:
        first = server.get(path, connection=connection)
        for condition in (first["ETag"], "W/" + first["ETag"], '"other", ' + first["ETag"], "*"):
            again = server.get(path, {"If-None-Match": condition}, connection=connection)
            assert again.status == 304 and again.body == b"", (path, condition, again.status)
            assert again["ETag"] == first["ETag"] and again["Cache-Control"] == first["Cache-Control"], path
            assert again["Content-Type"] is None, path
        assert server.get(path, {"If-None-Match": '"other"'}, connection=connection).status == 200, path
        head = server.get(path, {"If-None-Match": first["ETag"]}, method="HEAD", connection=connection)
        assert head.status == 304, path


# Every kind of error that our code answers: method, target, headers, status.
ERRORS = [
    ("GET", TILE.replace("/9/", "/99/"), {}, 400),
    ("GET", "/coalitions?" + "&".join(["a"] * 257), {}, 400),
    ("GET", "/%00", {}, 400),
    ("GET", "/nothing", {}, 404),
    ("GET", "/layers", {"Host": "y"}, 400),
    ("GET", "/layers", {"X ": "y"}, 400),
    ("GET", "/tiles/nosuch.cells/1/0/0.png", {}, 404),
    ("GET", "/areas/cells/none", {}, 404),
    ("POST", "/layers", {}, 405),
    ("BREW", TILE, {}, 405),
    ("POST", "/layers", {"Content-Length": "9999999"}, 413),
    ("GET", "/layers?a=" + "b" * 8192, {}, 414),
    ("GET", "/" + "a" * 19900, {}, 414),
    ("GET", "/layers", {"X-Long": "a" * 19800}, 431),
    ("GET", "/layers", {"Cookie": "a=" + "b" * 9900}, 431),
]


def ask(server, method, target, headers):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    received, end = raw(server, f"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{lines}\r\n".encode())
    assert end in ("closed", "reset") and received, (method, target[:60], end)
    return answer_of(received, method)


@test("every error has a tag, CORS and Vary, and stays an error whatever the condition")
def _(server):
    for method, target, headers, status in ERRORS:
        first = ask(server, method, target, headers)
        first.problem(status)
        assert first["Access-Control-Allow-Origin"] == "*" and first["Date"], (target[:60], dict(first.headers))
        for condition in (first["ETag"], "W/" + first["ETag"], "*"):
            again = ask(server, method, target, {"If-None-Match": condition, **headers})
            again.problem(status)
            assert again["ETag"] == first["ETag"] and again.body == first.body, (target[:60], condition)
        other = ask(server, method, target, {"If-None-Match": '"other"', **headers})
        assert other.status == status and other["ETag"] == first["ETag"], target[:60]


@test("several lines of If-None-Match and Accept-Encoding are one list")
def _(server):
    def ask_lines(target, *lines):
        head = "".join(line + "\r\n" for line in lines)
        return answer_of(raw(server, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}\r\n".encode())[0])

    for target in (TILE, "/layers", "/coalitions?limit=1000"):
        tag = server.get(target)["ETag"]
        assert ask_lines(target, 'If-None-Match: "other"', f"If-None-Match: {tag}").status == 304, target
        assert ask_lines(target, 'if-none-match: "a", "b"', "X: y", f"If-None-Match: W/{tag}", 'If-None-Match: "c"').status == 304, target
        assert ask_lines(target, 'If-None-Match: "other"', 'If-None-Match: "another"').status == 200, target
    for target in ("/layers", "/coalitions?limit=1000"):
        assert ask_lines(target, "Accept-Encoding: br", "Accept-Encoding: gzip")["Content-Encoding"] == "gzip", target
        assert ask_lines(target, "Accept-Encoding: br", "Accept-Encoding: deflate")["Content-Encoding"] is None, target
        assert ask_lines(target, "Accept-Encoding: gzip;q=0", "Accept-Encoding: *")["Content-Encoding"] is None, target
    with server.connect() as connection:  # the next request on the connection begins anew
        both = b'GET /layers HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\nAccept-Encoding: gzip\r\n\r\nGET /layers HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
        connection.sendall(both)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        assert received.count(b"Content-Encoding: gzip") == 1 and received.count(b"HTTP/1.1 200") == 2


@test("HEAD on an error gives its headers without its body")
def _(server):
    for method, target, headers, status in ERRORS:
        if method != "GET":
            continue
        get, head = ask(server, "GET", target, headers), ask(server, "HEAD", target, headers)
        assert head.status == status and head.body == b"", (target[:60], head.status)
        for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert get[name] == head[name], (target[:60], name, get[name], head[name])


@test("errors come packed when that makes them smaller, with a tag of their own")
def _(server):
    target = "/tiles/" + "%01" * 100 + ".cells/1/0/0.png"  # JSON has six characters for each
    plain, packed = server.get(target), server.get(target, {"Accept-Encoding": "gzip"})
    document = plain.problem(404, "layer")
    assert packed["Content-Encoding"] == "gzip" and packed.problem(404, "layer") == document
    assert plain["ETag"] != packed["ETag"] and plain["Vary"] == packed["Vary"] == "Accept-Encoding"
    short = server.get("/nothing", {"Accept-Encoding": "gzip"})
    short.problem(404, "path")
    assert short["Content-Encoding"] is None and short["ETag"] == server.get("/nothing")["ETag"]


@test("health and counters have tags too, and are never kept")
def _(server):
    first = server.get("/health/live")
    assert first["ETag"] and first["Cache-Control"] == "no-store"
    assert server.get("/health/live", {"If-None-Match": first["ETag"]}).status == 304
    assert server.get("/health/live", {"If-None-Match": '"other"'}).status == 200


@test("texts come packed where the client takes gzip, with a tag of their own")
def _(server):
    for path in [path for path in TEXTS if path != "/metrics"]:
        plain, packed = server.get(path), server.get(path, {"Accept-Encoding": "br, gzip"})
        assert plain["Content-Encoding"] is None and packed["Content-Encoding"] == "gzip", path
        assert gzip.decompress(packed.body) == plain.body, path
        assert plain["ETag"] != packed["ETag"], path
        assert packed["Vary"] == VARY.get(path, "Accept-Encoding"), path
        stale = server.get(path, {"Accept-Encoding": "gzip", "If-None-Match": plain["ETag"]})
        assert stale.status == 200, path
        fresh = server.get(path, {"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
        assert fresh.status == 304 and fresh["ETag"] == packed["ETag"], path
        assert server.get(path, {"Accept-Encoding": "gzip;q=0"})["Content-Encoding"] is None, path


@test("pictures are not packed again")
def _(server):
    for path in PICTURES:
        answer = server.get(path, {"Accept-Encoding": "gzip"})
        assert answer["Content-Encoding"] is None and answer.body.startswith(b"\x89PNG"), path


@test("the version in a tile's address decides how long it may be kept")
def _(server):
    version = server.get("/layers").json()["version"]
    plain = server.get(TILE)
    present = server.get(f"{TILE}?v={version}")
    stale = server.get(f"{TILE}?v=0123456789abcdef0123456789abcdef")
    assert plain["Cache-Control"] == "public, max-age=3600", plain["Cache-Control"]
    assert present["Cache-Control"] == "public, max-age=31536000, immutable"
    assert stale["Cache-Control"] == "no-cache"
    assert plain.body == present.body == stale.body
    tiles = server.get("/tiles/score.cells.json").json()["tiles"][0]
    assert f"v={version}" in tiles, tiles


@test("the tile address of TileJSON leads to a tile")
def _(server):
    document = server.get("/tiles/score.cells.json").json()
    base = f"http://{server.host}:{server.port}"
    address = document["tiles"][0].replace("{z}", "9").replace("{x}", "254").replace("{y}", "168")
    assert address.startswith(base), address
    answer = server.get(address[len(base):])
    assert answer.status == 200 and "immutable" in answer["Cache-Control"]
    assert document["tilejson"] == "3.0.0" and len(document["bounds"]) == 4


@test("a tile has the size that its address says")
def _(server):
    for suffix, side in (("", 256), ("@2x", 512), ("@3x", 768), ("@4x", 1024)):
        body = server.get(TILE.replace(".png", suffix + ".png")).body
        assert int.from_bytes(body[16:20], "big") == int.from_bytes(body[20:24], "big") == side, suffix


@test("style, period and exact make other pictures, unknown parameters do not")
def _(server):
    plain = server.get(TILE).body
    assert server.get(TILE + "?utm_source=x&cache_buster=1").body == plain
    assert server.get(TILE + "?style=&period=").body == plain
    assert server.get(TILE + "?style=natural").body != plain
    assert server.get(TILE + "?period=2020").body != plain
    assert server.get(TILE + "?period=2021").body == plain
    assert server.get(TILE + "?exact=true").status == 200


@test("a tile away from the data is an empty picture")
def _(server):
    answer = server.get("/tiles/score.cells/9/0/0.png")
    assert answer.status == 200 and answer.body.startswith(b"\x89PNG") and len(answer.body) < 500


@test("a preflight is answered with what is allowed")
def _(server):
    for path in ("/layers", TILE, "/coalitions?limit=x"):
        answer = server.get(path, {"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}, "OPTIONS")
        assert answer.status == 204 and answer.body == b"", (path, answer.status)
        assert answer["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert server.get("/nothing", method="OPTIONS").status == 404
    received, _ = raw(server, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert status_of(received) == 204, received[:200]


@test("other methods are refused with the list of those that are not")
def _(server):
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"):
        answer = server.get("/layers", method=method)
        answer.problem(405)
        assert answer["Allow"] == "GET, HEAD, OPTIONS"
        assert answer["Access-Control-Allow-Origin"] == "*"


@test("the same request gives the same bytes, packed or not")
def _(server):
    for path in KEPT:
        for coding in ("identity", "gzip"):
            bodies = {server.get(path, {"Accept-Encoding": coding}).body for _ in range(3)}
            assert len(bodies) == 1, (path, coding)


@test("the page loads nothing from elsewhere and runs nothing inline")
def _(server):
    page = server.get("/")
    policy = page["Content-Security-Policy"]
    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in policy and "unsafe" not in policy, policy
    import re
    for link in re.findall(rb'(?:src|href)="(assets/[^"]+)"', page.body):
        answer = server.get("/" + link.decode())
        assert answer.status == 200 and answer["Cache-Control"] == "no-cache", link
    for picture in ("layers.png", "layers-2x.png", "marker-icon.png", "marker-icon-2x.png", "marker-shadow.png"):
        assert server.get("/assets/images/" + picture).status == 200, picture
    for path in ("/assets/../app.js", "/assets/%2e%2e/app.js", "/assets/", "/assets", "/assets/images/", "/assets/app.js/x"):
        server.get(path).problem(404)


@test("health and metrics")
def _(server):
    assert server.get("/health/live").json() == {"status": "live"}
    assert server.get("/health/ready").json()["status"] == "ready"
    before = server.get("/metrics").body.decode()
    server.get(TILE)
    after = server.get("/metrics").body.decode()
    value = lambda text, name: int([line for line in text.splitlines() if line.startswith(name + " ")][0].split()[-1])
    assert value(after, "evenground_tile_cache_hits_total") > value(before, "evenground_tile_cache_hits_total")
    assert "# TYPE evenground_answers_total counter" in after
    for name in ("planes", "planes_in_use", "failures", "bytes", "made_total", "let_go_total"):
        assert value(after, "evenground_projected_" + name) == 0, name


run(Server)
