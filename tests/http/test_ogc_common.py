#!/usr/bin/python3
"""OGC API's common parts: what there is, in which form, and that every link leads where it says."""

import html.parser
import json
import sys

sys.dont_write_bytecode = True
import jsonschema
from ogc_support import LAYER, OgcServer, links_of, rel
from support import run, test

DOCUMENTS = ["/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", LAYER, "/ogc/collections/cells",
             "/ogc/collections/coalitions", LAYER + "/styles", LAYER + "/map/tiles", LAYER + "/map/tiles/WebMercatorQuad",
             LAYER + "/styles/natural/map/tiles", LAYER + "/styles/natural/map/tiles/WebMercatorQuad",
             LAYER + "/tiles", LAYER + "/tiles/WebMercatorQuad", "/ogc/tileMatrixSets",
             "/ogc/tileMatrixSets/WebMercatorQuad"]
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


def json_type(path):
    return OPENAPI if path == "/ogc/api" else "application/json"


@test("f= decides the form, and wins over Accept")
def _(server):
    for path in DOCUMENTS:
        for headers in ({}, {"Accept": "text/html"}, {"Accept": "application/json"}, {"Accept": "image/png"}):
            answer = server.get(path + "?f=json", headers)
            assert answer.status == 200 and answer["Content-Type"] == json_type(path), (path, answer["Content-Type"])
            answer = server.get(path + "?f=html", headers)
            assert answer.status == 200 and answer["Content-Type"].startswith("text/html"), (path, headers)


@test("without f= the header Accept decides; JSON where it does not care")
def _(server):
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
    for path in DOCUMENTS:
        for accept, kind in ((None, "json"), ("*/*", "json"), (browser, "html"), ("text/html;q=0.2, application/json;q=0.1", "html"),
                             ("application/json", "json"), ("text/html;q=0.5, */*;q=0.9", "json")):
            answer = server.get(path, {"Accept": accept} if accept else {})
            wanted = json_type(path) if kind == "json" else "text/html; charset=utf-8"
            assert answer.status == 200 and answer["Content-Type"] == wanted, (path, accept, answer["Content-Type"])
            assert "Accept" in answer["Vary"].split(", "), answer["Vary"]


@test("forms that there are not are 400 in f= and 406 in Accept")
def _(server):
    for path in DOCUMENTS:
        server.get(path + "?f=xml").problem(400, "f")
        server.get(path, {"Accept": "application/xml"}).problem(406, "Accept")


def resolved(api, parameters):
    return [api["components"]["parameters"][p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in parameters]


@test("a parameter that the description does not have is refused at every address of OGC API, and those that it has are not")
def _(server):
    api = server.get("/ogc/api?f=json").json()
    names = {"collectionId": "score.cells", "styleId": "natural", "tileMatrixSetId": "WebMercatorQuad", "tileMatrix": "9",
             "tileRow": "168", "tileCol": "254", "featureId": "C0101"}
    checked = 0
    for path, item in api["paths"].items():
        if "servers" in item:  # not below /ogc
            continue
        address = ("/ogc" + path.format(**names)).rstrip("/")
        assert server.get(address).status == 200, address
        for name in ("foo", "F", "api_key", "_"):
            server.get(f"{address}?{name}=1").problem(400, name)
        for parameter in resolved(api, item["get"].get("parameters", [])):
            if parameter["in"] != "query" or parameter["schema"]["type"] == "object":
                continue
            answer = server.get(f"{address}?{parameter['name']}=")
            assert b"there is no parameter" not in answer.body, (address, parameter["name"], answer.body)
        checked += 1
    assert checked > 20, checked
    server.get("/ogc/?foo=1").problem(400, "foo")


@test("the description tells the limit's bounds, which hold, and that properties are parameters")
def _(server):
    api = server.get("/ogc/api?f=json").json()
    found = {p["name"]: p["schema"] for p in resolved(api, api["paths"]["/collections/{collectionId}/items"]["get"]["parameters"])}
    assert (found["limit"]["minimum"], found["limit"]["default"], found["limit"]["maximum"]) == (1, 10, 1000), found["limit"]
    assert found["propertyValues"] == {"type": "object", "additionalProperties": {"type": "string"}}, found
    items = "/ogc/collections/cells/items?f=json"
    server.get(items + "&limit=0").problem(400, "limit")
    assert server.get(items).json()["numberReturned"] == 10
    assert server.get(items + "&limit=5000").json()["numberReturned"] == 144
    assert server.get(items + "&name=Cell%201,%202").json()["numberReturned"] == 1


@test("names that there are not are 404, and the answer names them")
def _(server):
    for path, parameter in (("/ogc/collections/nosuch", "collectionId"), ("/ogc/collections/nosuch/styles", "collectionId"),
                            ("/ogc/collections/coalitions/map/tiles", "collectionId"), ("/ogc/collections/coalitions/tiles", "collectionId"),
                            ("/ogc/collections/cells/styles", "collectionId"), (LAYER + "/styles/nosuch/map/tiles", "styleId"),
                            (LAYER + "/map/tiles/nosuch", "tileMatrixSetId"), ("/ogc/tileMatrixSets/nosuch", "tileMatrixSetId"),
                            ("/ogc/nosuch", "path")):
        server.get(path).problem(404, parameter)


@test("every link of every document leads to the media type that it promises")
def _(server):
    seen, todo = {}, ["/ogc?f=json"]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        answer = server.get(path)
        assert answer.status in (200, 204), (path, answer.status, answer.body[:200])
        seen[path] = answer["Content-Type"]
        if not (answer["Content-Type"] or "").startswith(("application/json", "application/geo+json")) or not path.startswith("/ogc"):
            continue
        for link in links_of(answer.json()):
            assert link["href"].startswith("http") and link["rel"] and link["title"], link
            if link.get("templated") or not link["href"].startswith(server.base):
                continue
            target = server.path_of(link["href"])
            todo.append(target)
            got = seen.get(target) or server.get(target)["Content-Type"]
            promised = link.get("type", got)
            if "style.json" in target:
                promised = got
            assert got.split("; charset")[0] == promised, (path, link, got)
    assert len(seen) > 80, len(seen)


class Page(html.parser.HTMLParser):
    """What a page holds, and whether its elements are closed in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.links, self.elements, self.texts = [], [], [], []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements.append((tag, attrs))
        assert not any(name.startswith("on") or name == "style" for name in attrs), (tag, attrs)
        if tag not in ("meta", "link", "img", "br", "input"):
            self.open.append(tag)
        if tag == "a":
            self.links.append(attrs["href"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        self.texts.append(data)


def resolve(path, href):
    """A relative address as a browser takes it."""
    from urllib.parse import urljoin
    return urljoin("http://server" + path, href)


@test("pages are well formed, load nothing from elsewhere, and their links lead somewhere")
def _(server):
    checked = {}
    for path in DOCUMENTS:
        answer = server.get(path + "?f=html")
        page = Page(answer.body.decode())
        assert answer["Content-Security-Policy"].startswith("default-src 'self'"), path
        tags = [tag for tag, _ in page.elements]
        assert tags.count("h1") == 1 and tags.count("main") == 1 and tags.count("title") == 1, path
        assert page.elements[0] == ("html", {"lang": "en"}), page.elements[0]
        for tag, attrs in page.elements:
            for name in ("src", "href"):
                if name not in attrs or attrs[name].startswith("#") or attrs[name] == "data:,":
                    continue
                target = resolve(path, attrs[name])
                if tag != "a":
                    assert target.startswith("http://server/"), (path, tag, target)
                if not target.startswith("http://server/"):
                    continue
                target = target[len("http://server"):].split("#")[0]
                if target not in checked:
                    checked[target] = server.get(target).status
                assert checked[target] in (200, 204), (path, target, checked[target])


@test("what stands in data is text on pages, never markup")
def _(server):
    evil = '<script>alert(1)</script>"\'&'
    extra = f"""
abstract: {json.dumps(evil)}
licence: {{title: {json.dumps(evil)}, url: "https://example.org/a?b=<c>"}}
contact: {{name: {json.dumps(evil)}}}
"""
    with OgcServer(extra) as other:
        for path in DOCUMENTS:
            body = other.get(path + "?f=html").body.decode()
            assert "<script>alert" not in body and "<c>" not in body, path
            Page(body)
        assert evil in " ".join(Page(other.get("/ogc?f=html").body.decode()).texts)


# --- documents against the standards' tables --------------------------------------------------------------------------

def api_schema(server, name):
    """One of the schemas in the API's own description, as JSON Schema."""
    api = server.document("/ogc/api")

    def turned(value):
        if isinstance(value, dict):
            out = {key: turned(item) for key, item in value.items() if key != "nullable"}
            if value.get("nullable"):
                out["type"] = [out["type"], "null"]
            if "$ref" in out:
                out["$ref"] = out["$ref"].replace("#/components/schemas/", "#/definitions/")
            return out
        return [turned(item) for item in value] if isinstance(value, list) else value

    schemas = turned(api["components"]["schemas"])
    return {"$ref": f"#/definitions/{name}", "definitions": schemas}


@test("documents are what the API's description says they are")
def _(server):
    for path, name in (("/ogc", "landingPage"), ("/ogc/conformance", "conformance"), ("/ogc/collections", "collections"),
                       (LAYER, "collection"), ("/ogc/collections/cells", "collection"), ("/ogc/collections/coalitions", "collection"),
                       (LAYER + "/styles", "styles"), (LAYER + "/map/tiles", "tileSets"), (LAYER + "/tiles", "tileSets"),
                       (LAYER + "/map/tiles/WebMercatorQuad", "tileSet"), (LAYER + "/tiles/WebMercatorQuad", "tileSet"),
                       ("/ogc/tileMatrixSets", "tileMatrixSets"), ("/ogc/tileMatrixSets/WorldCRS84Quad", "tileMatrixSet")):
        jsonschema.validate(server.document(path), api_schema(server, name))


@test("the landing page has the links that the standards ask for")
def _(server):
    page = server.document("/ogc")
    assert page["title"] == "Squares"
    for name, media_type in (("self", "application/json"), ("alternate", "text/html"), ("service-desc", OPENAPI),
                             ("service-doc", "text/html"), ("conformance", "application/json"), ("data", "application/json"),
                             ("http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", "application/json")):
        rel(page, name, media_type)


@test("conformance names each class once")
def _(server):
    classes = server.document("/ogc/conformance")["conformsTo"]
    assert len(classes) == len(set(classes)) > 20
    for name in ("ogcapi-common-1/1.0/conf/core", "ogcapi-tiles-1/1.0/conf/core", "ogcapi-maps-1/1.0/conf/core"):
        assert "http://www.opengis.net/spec/" + name in classes, name


@test("collections are boundaries, the directory and layers, with their extents and CRSs")
def _(server):
    document = server.document("/ogc/collections")
    ids = [item["id"] for item in document["collections"]]
    assert ids[:3] == ["cells", "rows", "coalitions"] and "score.cells" in ids and len(ids) == len(set(ids)), ids
    assert document["crs"][0] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert "http://www.opengis.net/def/crs/EPSG/0/27700" in document["crs"]
    for item in document["collections"]:
        assert item["crs"] == ["#/crs"] and item["itemType"] == "feature", item
        west, south, east, north = item["extent"]["spatial"]["bbox"][0]
        assert -1.21 < west < east < -0.59 and 51.9 < south < north < 52.7, item["extent"]
        one = server.document("/ogc/collections/" + item["id"])
        assert one["crs"] == document["crs"], one["crs"]
        assert {k: v for k, v in one.items() if k != "crs"} == {k: v for k, v in item.items() if k != "crs"}
    score = server.document(LAYER)
    assert score["extent"]["temporal"]["interval"] == [
        ["2020-01-01T00:00:00Z", "2021-12-31T23:59:59Z"], ["2020-01-01T00:00:00Z", "2020-12-31T23:59:59Z"],
        ["2021-01-01T00:00:00Z", "2021-12-31T23:59:59Z"]], score["extent"]["temporal"]
    assert "temporal" not in server.document("/ogc/collections/cells")["extent"]


@test("styles are listed with their maps, legends and the default")
def _(server):
    document = server.document(LAYER + "/styles")
    assert [style["id"] for style in document["styles"]] == ["fifths", "natural"] and document["default"] == "fifths"
    link = rel(document["styles"][1], "http://www.opengis.net/def/rel/ogc/1.0/map", "image/png")
    assert server.path_of(link["href"]) == LAYER + "/styles/natural/map?f=png", link


@test("the API's description refers to what it holds, and describes every route of /ogc that answers")
def _(server):
    api = server.document("/ogc/api")
    assert api["openapi"].startswith("3.0.") and api["info"]["title"] == "Squares" and api["info"]["version"]
    assert api["servers"] == [{"url": server.base + "/ogc"}]

    def refs(value):
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"]
            for member in value.values():
                yield from refs(member)
        elif isinstance(value, list):
            for member in value:
                yield from refs(member)

    for ref in refs(api):
        at = api
        for part in ref[2:].split("/"):
            at = at[part]
    ids = []
    for path, operation in ((path, item[m]) for path, item in api["paths"].items() for m in ("get", "post", "put", "delete") if m in item):
        ids.append(operation["operationId"])
        names = [api["components"]["parameters"][p["$ref"].split("/")[-1]] if "$ref" in p else p
                 for p in operation.get("parameters", [])]
        in_path = {p["name"] for p in names if p["in"] == "path"}
        assert in_path == {part.split("}")[0] for part in path.split("{")[1:]}, (path, in_path)
        assert all(p.get("required") for p in names if p["in"] == "path"), path
        assert any(status.startswith("2") for status in operation["responses"]), path
        assert all("description" in r or "$ref" in r for r in operation["responses"].values()), path
    assert len(ids) == len(set(ids))
    # Tiles and Maps tell what a path is by the end of its operation's id.
    ends = {"/map": ".getMap", "/tiles": ".getTileSetsList", "/{tileMatrixSetId}": ".getTileSet", "/{tileCol}": ".getTile"}
    for path in (path for path in api["paths"] if path.startswith("/collections/") and ("/map" in path or "/tiles" in path)):
        kind = ("style." if "/styles/" in path else "") + ("" if path.endswith("/map") else "map" if "/map/" in path else "vector")
        wanted = ".collection." + kind.rstrip(".") + next(end for tail, end in ends.items() if path.endswith(tail))
        assert api["paths"][path]["get"]["operationId"].endswith(wanted.replace("..", ".")), (path, wanted)
    wms = {p["name"] for p in api["paths"]["/wms"]["get"]["parameters"]}
    assert wms >= {"SRS", "X", "Y", "FEATURE_COUNT", "FI_POINT_TOLERANCE", "FI_POLYGON_TOLERANCE", "DPI", "MAP_RESOLUTION",
                   "FORMAT_OPTIONS", "SCALE", "RULE", "LAYERTITLE", "RULELABEL", "UPDATESEQUENCE"}, sorted(wms)
    tile = api["paths"]["/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"]["get"]
    assert "v" in {p.get("name") for p in resolved(api, tile["parameters"])}
    parameters = api["components"]["parameters"]
    assert "score.cells" in parameters["layerId"]["schema"]["enum"] and "cells" not in parameters["layerId"]["schema"]["enum"]
    assert "coalitions" in parameters["collectionId"]["schema"]["enum"]


@test("a slash at the end leads to the address without it, and /wms/ is /wms")
def _(server):
    for path in ("/ogc", "/ogc/collections"):
        for query, kept in (("", ""), ("?f=html", "?f=html"), ("?f=%22%20%C3%A9", "?f=%22%20%C3%A9")):
            answer = server.get(path + "/" + query)
            assert answer.status == 301 and answer["Location"] == server.base + path + kept, (path, query, answer["Location"])
    assert server.get("/wms/?service=WMS&request=GetCapabilities").body == server.get("/wms?service=WMS&request=GetCapabilities").body
    assert server.get("/ogc/collections/score.cells/").status == 404


VALUES = {"{collectionId}": "score.cells", "{styleId}": "natural", "{tileMatrixSetId}": "WebMercatorQuad", "{tileMatrix}": "9",
          "{tileRow}": "168", "{tileCol}": "254", "{layer}": "score.cells", "{z}": "9", "{x}": "254", "{y}": "168",
          "{picture}": "168", "{boundaries}": "cells", "{code}": "C0505"}
WMTS_VALUES = {"{style}": "default", "{time}": "default", "{set}": "WebMercatorQuad", "{matrix}": "9", "{row}": "168", "{picture}": "254",
               "{column}": "254", "{j}": "100", "{place}": "100.json"}
TMS_VALUES = {"{map}": "score.cells@WebMercatorQuad@png", "{picture}": "343"}


@test("every path of the description answers as it says")
def _(server):
    api = server.document("/ogc/api")
    some = server.document("/coalitions?limit=1")["features"][0]["id"]
    for path, item in api["paths"].items():
        address = path if "servers" in item else "/ogc" + (path if path != "/" else "")
        others = WMTS_VALUES if path.startswith("/wmts") else TMS_VALUES if path.startswith("/tms") else {}
        listed = path.startswith("/hsds/") and path.endswith("/{id}")
        one = server.document(path[: -len("/{id}")])["contents"][0]["id"] if listed else some
        for name, value in {**VALUES, **others, "{id}": one, "{featureId}": "C0505"}.items():
            address = address.replace(name, value)
        address += {"/areas/{boundaries}": "?at=-0.9,52.3", "/places": "?q=cell", "/wms": "?SERVICE=WMS&REQUEST=GetCapabilities",
                    "/wmts": "?SERVICE=WMTS&REQUEST=GetCapabilities"}.get(path, "")
        if "get" not in item:
            continue
        answer = server.get(address)
        if "Editing" in item["get"]["tags"] and path != "/entries":  # this atlas keeps no store
            assert answer.status in (403, 404) and str(answer.status) in item["get"]["responses"], (address, answer.status)
            continue
        assert answer.status == 200, (address, answer.status, answer.body[:200])
        promised = item["get"]["responses"]["200"]["content"]
        assert answer["Content-Type"].split("; charset")[0] in promised, (address, answer["Content-Type"])


@test("documents are kept, tagged and answered with 304, in both forms and codings")
def _(server):
    for path in DOCUMENTS:
        for form in ("json", "html"):
            address = f"{path}?f={form}"
            first = server.get(address, {"Accept-Encoding": "gzip"})
            assert first["Content-Encoding"] == "gzip" and first["Cache-Control"], (address, first["Content-Encoding"])
            again = server.get(address, {"Accept-Encoding": "gzip", "If-None-Match": first["ETag"]})
            assert again.status == 304 and again.body == b"", address
    assert server.get("/ogc?f=json")["ETag"] != server.get("/ogc?f=html")["ETag"]


run(OgcServer)
