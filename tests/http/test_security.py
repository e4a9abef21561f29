#!/usr/bin/python3
"""What holds everywhere and belongs to no page in particular, as somebody who means harm would try it: policies of pages, sources that lead
elsewhere, bodies that are more than they seem. What docs/security.md says beyond this is tested where it belongs; the page names where."""

import gzip
import html.parser
import json
import socket
import subprocess
import tempfile
import threading
import pathlib

import support
from support import LAUNCHER, PROGRAM, SLOW, Server, run, test

STORE = "  - {id: register, title: Register, store: register.gpkg, seed: helpers, editors: editors.txt}\n"
INFO = "LAYERS=score.cells&QUERY_LAYERS=score.cells&STYLES=&CRS=CRS:84&BBOX=-1.2,52,-0.6,52.6&WIDTH=99&HEIGHT=99&I=50&J=50&INFO_FORMAT=text/html"
PLACE = "LAYER=score.cells&STYLE=&FORMAT=image/png&TILEMATRIXSET=WebMercatorQuad&TILEMATRIX=9&TILEROW=168&TILECOL=254&I=50&J=50&INFOFORMAT=text/html"


class Register(Server):
    def __init__(self):
        super().__init__(extra=STORE)
        command = LAUNCHER + [PROGRAM, "editor", "token", str(self.folder / "editors.txt"), "robot"]
        self.token = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60 * SLOW).stdout.split()[-1]


class Inline(html.parser.HTMLParser):
    """Finds what a policy without 'unsafe-inline' forbids."""

    def __init__(self, text):
        super().__init__()
        self.found, self.is_script = [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        names = [name for name, _value in attributes]
        self.is_script = tag == "script" and "src" not in names
        if tag == "style" or "style" in names or any(name.startswith("on") for name in names) or tag in ("object", "embed", "base"):
            self.found.append((tag, names))

    def handle_data(self, data):
        if self.is_script and data.strip():
            self.found.append(("script", data[:40]))
        self.is_script = False


@test("every page has a policy that runs and loads nothing of others, and needs no exception from it")
def _(server):
    one = server.get("/coalitions?limit=1").json()["features"][0]["id"]
    paths = ["/", "/finder", "/finder?embed=1", "/finder?q=food&kind=hub", "/finder/" + one, "/finder/suggest", f"/finder/suggest?entry={one}", "/finder/nothing",
             "/finder?near=nowhere", "/admin", "/admin/sign-in", "/admin/entries/" + one, "/ogc?f=html", "/ogc/api?f=html", "/ogc/conformance?f=html",
             "/ogc/collections?f=html", "/ogc/collections/cells?f=html", "/ogc/collections/cells/items?f=html", "/ogc/collections/cells/items/C0101?f=html",
             "/ogc/collections/coalitions/items?f=html", "/ogc/collections/cells/queryables?f=html", "/ogc/tileMatrixSets?f=html",
             "/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetFeatureInfo&" + INFO, "/wmts?SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetFeatureInfo&" + PLACE]
    for path in paths:
        answer = server.get(path, {"Accept": "text/html", **({"Authorization": "Bearer " + server.token} if path.startswith("/admin") else {})})
        assert (answer["Content-Type"] or "").startswith("text/html"), (path, answer["Content-Type"])
        policy = answer["Content-Security-Policy"] or ""
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";") if " " in rule.strip())
        assert rules.get("default-src") in ("'self'", "'none'") and rules.get("base-uri") == "'none'" and rules.get("form-action"), (path, policy)
        assert "unsafe" not in policy and answer["X-Content-Type-Options"] == "nosniff", (path, policy)
        assert not Inline(answer.body.decode()).found, (path, Inline(answer.body.decode()).found)
        if path.startswith("/admin"):
            assert rules["frame-ancestors"] == "'none'" and answer["Referrer-Policy"] == "same-origin" and "no-store" in answer["Cache-Control"], path


class Listener:
    """Counts who connects."""

    def __enter__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(8)
        self.port, self.n = self.socket.getsockname()[1], 0
        threading.Thread(target=self._count, daemon=True).start()
        return self

    def _count(self):
        while True:
            try:
                self.socket.accept()[0].close()
            except OSError:
                return
            self.n += 1

    def __exit__(self, *_exception):
        self.socket.close()


def check(folder, source):
    atlas = folder / "atlas.yaml"
    atlas.write_text(f"evenground: 1\ntitle: X\nboundaries:\n  - {{id: a, title: A, source: {json.dumps(source)}, key: code}}\n")
    return subprocess.run(LAUNCHER + [PROGRAM, "check", str(atlas)], capture_output=True, text=True, timeout=60 * SLOW)


@test("no source of an atlas and nothing in it makes the program ask another server or read another file")
def _(_server):
    with Listener() as other, tempfile.TemporaryDirectory() as name:
        folder, there = pathlib.Path(name), f"http://127.0.0.1:{other.port}"
        for source in (there + "/a.geojson", *(f"{form}:{there}/a" for form in ("GeoJSON", "TopoJSON", "ESRIJSON", "GML", "FlatGeobuf", "MVT", "GPKG", "WFS")),
                       f"/vsicurl/{there}/a.geojson", f"/vsicurl_streaming/{there}/a", f"/vsizip//vsicurl/{there}/a.zip", f"/vsizip/vsicurl/{there}/a.zip"):
            assert check(folder, source).returncode == 1, source
        (folder / "secret.txt").write_text("SECRET-XYZ")
        square = "<gml:Polygon srsName='EPSG:4326'><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>0,50 1,50 1,51 0,50</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon>"
        (folder / "a.gml").write_text(
            f"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file://{folder}/secret.txt'><!ENTITY h SYSTEM '{there}/e'>]>"
            "<ogr:FeatureCollection xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:xlink='http://www.w3.org/1999/xlink' "
            f"xsi:schemaLocation='http://ogr.maptools.org/ {there}/s.xsd' xmlns:ogr='http://ogr.maptools.org/' xmlns:gml='http://www.opengis.net/gml'>"
            f"<gml:featureMember><ogr:a fid='a.0'><ogr:geometryProperty xlink:href='{there}/g'>{square}</ogr:geometryProperty><ogr:code>&e;&h;K</ogr:code></ogr:a>"
            "</gml:featureMember></ogr:FeatureCollection>")
        (folder / "v.json").write_text(f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{there}/v</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>")
        (folder / "w.json").write_text(f"<OGRWFSDataSource><URL>{there}/wfs</URL></OGRWFSDataSource>")
        for file, status in (("a.gml", (0, 1)), ("v.json", (1,)), ("w.json", (1,))):
            done = check(folder, file)
            assert done.returncode in status and "SECRET" not in done.stdout + done.stderr, (file, done)
        assert other.n == 0, other.n


@test("a body that says it is packed is not unpacked, and deep JSON is told of")
def _(server):
    bomb = gzip.compress(b"[" * (10 << 20))
    for body, more in ((bomb, {"Content-Encoding": "gzip"}), (bomb, {}), (b"[" * 200000, {}), (b'{"name":"x","phones":' + b'[{"number":' * 5000, {})):
        connection = support.http.client.HTTPConnection(server.host, server.port, timeout=30 * SLOW)
        connection.request("POST", "/entries", body=body, headers={"Authorization": "Bearer " + server.token, "Content-Type": "application/json", **more})
        answer = support.Answer(connection.getresponse())
        connection.close()
        assert answer.status in (400, 413, 415), (answer.status, answer.body[:200])
    assert server.get("/health/live").status == 200


if __name__ == "__main__":
    run(Register)
