#!/usr/bin/python3
"""Whose word is taken for the server's address, and which pages may read its answers."""

import sys
import time

sys.dont_write_bytecode = True
from support import SLOW, Server, answer_of, raw, run, status_of, test

FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "maps.example", "X-Forwarded-Prefix": "/atlas"}


def tile_address(server, headers=None):
    return server.get("/tiles/score.cells.json", headers).json()["tiles"][0]


@test("a stranger's Host and forwarding headers are not believed")
def _():
    with Server() as server:
        own = f"http://{server.host}:{server.port}/"
        for headers in ({"Host": "evil.example"}, FORWARDED, {"Forwarded": "host=evil.example;proto=https"}):
            assert tile_address(server, headers).startswith(own), headers
            links = server.get("/coalitions", headers).json()["links"]
            assert all(link["href"].startswith(own) for link in links)


@test("a trusted proxy's word is taken, and only where it makes an address")
def _():
    with Server('server: {trusted_proxies: ["127.0.0.0/8"]}\n') as server:
        own = f"http://{server.host}:{server.port}/"
        assert tile_address(server).startswith(own)
        assert tile_address(server, FORWARDED).startswith("https://maps.example/atlas/tiles/")
        assert tile_address(server, {"Forwarded": 'for=192.0.2.1;proto=https;host="maps.example:8443"'}).startswith(
            "https://maps.example:8443/tiles/")
        assert tile_address(server, {"X-Forwarded-Host": "evil.example, maps.example"}).startswith("http://maps.example/")
        for host in ("maps.example/x", 'maps.example"', "a@b", "maps example"):
            assert tile_address(server, {"X-Forwarded-Host": host}).startswith(own), host
        catalogue = server.get("/layers", FORWARDED).json()
        assert catalogue["layers"][0]["tiles"].startswith("https://maps.example/atlas/")
        assert server.get("/layers").json()["layers"][0]["tiles"].startswith(own)


@test("of several lines of a forwarding header, what the proxy wrote last counts")
def _():
    with Server('server: {trusted_proxies: ["127.0.0.0/8"]}\n') as server:
        own = f"http://{server.host}:{server.port}/"

        def address(*lines):
            request = "GET /tiles/score.cells.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + "".join(line + "\r\n" for line in lines)
            return answer_of(raw(server, (request + "\r\n").encode())[0]).json()["tiles"][0]

        evil, good = "X-Forwarded-Host: evil.example", "X-Forwarded-Host: pub.example"
        assert address(evil, good).startswith("http://pub.example/")
        assert address(evil, "X-Other: 1", "x-forwarded-host: evil.example, pub.example").startswith("http://pub.example/")
        assert address(evil, "X-Forwarded-Host:").startswith(own)
        assert address(good, "X-Forwarded-Proto: http", "X-Forwarded-Proto: https").startswith("https://pub.example/")
        assert address(good, "X-Forwarded-Prefix: /evil", "X-Forwarded-Prefix: /maps").startswith("http://pub.example/maps/")
        assert address("Forwarded: host=evil.example", "Forwarded: host=pub.example;proto=https").startswith("https://pub.example/")
        assert address("Forwarded: host=evil.example", "Forwarded: host=pub.example", evil, good).startswith("http://pub.example/")
        assert address("Forwarded: host=pub.example", "Forwarded: host=evil.example", good).startswith(own)


@test("another proxy is not trusted")
def _():
    with Server('server: {trusted_proxies: ["10.0.0.0/8", "::1"]}\n') as server:
        assert tile_address(server, FORWARDED).startswith(f"http://{server.host}:{server.port}/")


@test("the configured address goes before all others")
def _():
    with Server('server: {base_url: "https://maps.example/base/", trusted_proxies: ["127.0.0.1"]}\n') as server:
        assert tile_address(server, {**FORWARDED, "X-Forwarded-Host": "other.example"}).startswith(
            "https://maps.example/base/tiles/")


@test("a server that listens on all addresses names the one that was come in by")
def _():
    import http.client
    with Server(arguments=["--listen", ":0"]) as server:
        for host in ("127.0.0.1", "127.0.0.2"):
            connection = http.client.HTTPConnection(host, server.port, timeout=20)
            connection.request("GET", "/tiles/score.cells.json", headers={"Host": "evil.example"})
            document = connection.getresponse().read()
            connection.close()
            assert f'"http://{host}:{server.port}/tiles/'.encode() in document, document[:300]


@test("only the atlas's origins may read, and caches are told that it depends on who asks")
def _():
    with Server('server: {cors_origins: ["https://a.example", "https://b.example"]}\n') as server:
        for path in ("/tiles/score.cells/9/254/168.png", "/layers", "/nothing"):
            for origin, allowed in (("https://a.example", "https://a.example"), ("https://b.example", "https://b.example"),
                                    ("https://evil.example", None), (None, None)):
                answer = server.get(path, {"Origin": origin} if origin else {})
                assert answer["Access-Control-Allow-Origin"] == allowed, (path, origin)
                assert "Origin" in answer["Vary"], (path, answer["Vary"])
                again = server.get(path, {"If-None-Match": answer["ETag"], **({"Origin": origin} if origin else {})})
                assert again.status == (304 if answer.status == 200 else 404), (path, again.status)
                assert again["Access-Control-Allow-Origin"] == allowed, (path, origin)
        assert server.get("/layers")["Vary"] == "Accept-Encoding, Origin"


@test("past libmicrohttpd too, the atlas's origins are told; over the limit of connections, before anybody asks, none is")
def _():
    with Server('server: {cors_origins: ["https://a.example"]}\nlimits: {connections: 2}\n') as server:
        for origin, allowed in (("https://a.example", "https://a.example"), ("https://evil.example", None)):
            request = f"GET /layers HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\nX: {'a' * 19700}\r\n\r\n"
            answer = answer_of(raw(server, request.encode())[0])
            answer.problem(431)
            assert answer["Access-Control-Allow-Origin"] == allowed and answer["Vary"] == "Accept-Encoding, Origin"
        held, deadline = [], time.monotonic() + 10 * SLOW
        while len(held) < 2:  # those of before are closed, but the server may not have noticed yet
            connection = server.connect()
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            if status_of(connection.recv(4096)) == 200:
                held.append(connection)
            else:
                connection.close()
                assert time.monotonic() < deadline
                time.sleep(0.05)
        answer = answer_of(raw(server, b"")[0])
        answer.problem(503)
        assert answer["Access-Control-Allow-Origin"] is None and answer["Vary"] == "Accept-Encoding, Origin"
        for connection in held:
            connection.close()


run()
