#!/usr/bin/python3
"""OGC API - Tiles: tile sets say where tiles are, and tiles are those of the other routes."""

import json
import sys

sys.dont_write_bytecode = True
import jsonschema
from ogc_support import LAYER, OgcServer, png_rgba, rel
from support import ROOT, run, test

MVT = "application/vnd.mapbox-vector-tile"
POINT = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}}

# Tile set metadata as the tables of 17-083r4 (clause 7) have it.
TILE_SET = {
    "type": "object",
    "required": ["dataType", "crs", "links"],
    "properties": {
        "title": {"type": "string"},
        "dataType": {"enum": ["map", "vector", "coverage"]},
        "crs": {"type": "string", "format": "uri"},
        "tileMatrixSetURI": {"type": "string", "pattern": "^http"},
        "tileMatrixSetLimits": {"type": "array", "minItems": 1, "items": {
            "type": "object",
            "required": ["tileMatrix", "minTileRow", "maxTileRow", "minTileCol", "maxTileCol"],
            "properties": {"tileMatrix": {"type": "string"}, **{name: {"type": "integer", "minimum": 0} for name in
                           ("minTileRow", "maxTileRow", "minTileCol", "maxTileCol")}},
            "additionalProperties": False}},
        "boundingBox": {"type": "object", "required": ["lowerLeft", "upperRight"],
                        "properties": {"lowerLeft": POINT, "upperRight": POINT, "crs": {"type": "string"}}},
        "layers": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["id", "dataType"]}},
        "links": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["rel", "href"],
            "properties": {"rel": {"type": "string"}, "href": {"type": "string"}, "templated": {"type": "boolean"}}}},
    },
}
TILE_MATRIX_SET = {
    "type": "object",
    "required": ["crs", "tileMatrices"],
    "properties": {
        "id": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]+$"},
        "tileMatrices": {"type": "array", "minItems": 1, "items": {
            "type": "object",
            "required": ["id", "scaleDenominator", "cellSize", "pointOfOrigin", "tileWidth", "tileHeight", "matrixWidth",
                         "matrixHeight"],
            "properties": {"id": {"type": "string"}, "scaleDenominator": {"type": "number", "exclusiveMinimum": 0},
                           "cellSize": {"type": "number", "exclusiveMinimum": 0}, "pointOfOrigin": POINT,
                           "cornerOfOrigin": {"enum": ["topLeft", "bottomLeft"]},
                           **{name: {"type": "integer", "minimum": 1} for name in
                              ("tileWidth", "tileHeight", "matrixWidth", "matrixHeight")}}}},
    },
}


def tile_sets(server):
    """(path, document) of every tile set that is listed for a layer, in both kinds, styled too."""
    for path in (LAYER + "/map/tiles", LAYER + "/styles/natural/map/tiles", LAYER + "/tiles", "/ogc/collections/cells/tiles"):
        for item in server.document(path)["tilesets"]:
            self_path = server.path_of(rel(item, "self")["href"])
            yield self_path, item, server.document(self_path)


def fill(template, matrix, row, column):
    return template.replace("{tileMatrix}", matrix).replace("{tileRow}", str(row)).replace("{tileCol}", str(column))


@test("tile sets hold what the standard's tables ask for")
def _(server):
    n = 0
    for path, item, document in tile_sets(server):
        jsonschema.validate(document, TILE_SET)
        jsonschema.validate(item, TILE_SET)
        assert document["dataType"] == ("map" if "/map/" in path else "vector"), path
        assert document["crs"] == item["crs"] and document["boundingBox"]["lowerLeft"][0] < document["boundingBox"]["upperRight"][0]
        assert ("layers" in document) == (document["dataType"] == "vector"), path
        n += 1
    assert n >= 12, n


@test("tile matrix sets are valid, and their documents are the published ones")
def _(server):
    listed = server.document("/ogc/tileMatrixSets")["tileMatrixSets"]
    assert [item["id"] for item in listed][0] == "WebMercatorQuad"
    for item in listed:
        document = server.document(server.path_of(rel(item, "self")["href"]))
        jsonschema.validate(document, TILE_MATRIX_SET)
        assert document["id"] == item["id"]
        assert document == json.loads((ROOT / "tiles" / (item["id"] + ".json")).read_text()), item["id"]


@test("the limits are the tiles that meet the layer: inside there is a picture, outside there is none")
def _(server):
    for path, _, document in tile_sets(server):
        template = server.path_of(rel(document, "item")["href"])
        matrices = server.document(server.path_of(rel(document, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme")["href"]))
        size = {matrix["id"]: (matrix["matrixWidth"], matrix["matrixHeight"]) for matrix in matrices["tileMatrices"]}
        for limit in document["tileMatrixSetLimits"]:
            matrix = limit["tileMatrix"]
            assert limit["maxTileRow"] < size[matrix][1] and limit["maxTileCol"] < size[matrix][0], (path, limit)
        limit = document["tileMatrixSetLimits"][8]
        middle = ((limit["minTileRow"] + limit["maxTileRow"]) // 2, (limit["minTileCol"] + limit["maxTileCol"]) // 2)
        inside = server.get(fill(template, limit["tileMatrix"], *middle))
        assert inside.status == 200 and inside["Content-Type"] == rel(document, "item")["type"], (path, inside.status)
        for row, column in ((limit["minTileRow"] - 1, middle[1]), (middle[0], limit["maxTileCol"] + 1)):
            if not 0 <= row < size[limit["tileMatrix"]][1] or not column < size[limit["tileMatrix"]][0]:
                continue
            outside = server.get(fill(template, limit["tileMatrix"], row, column))
            if document["dataType"] == "vector":
                assert outside.status == 204, (path, outside.status)
            else:
                assert all(pixel[3] == 0 for line in png_rgba(outside.body) for pixel in line), path


@test("tiles of WebMercatorQuad are byte for byte those of /tiles")
def _(server):
    assert server.get(LAYER + "/map/tiles/WebMercatorQuad/9/168/254").body == server.get("/tiles/score.cells/9/254/168.png").body
    assert server.get(LAYER + "/styles/natural/map/tiles/WebMercatorQuad/9/168/254").body == \
        server.get("/tiles/score.cells/9/254/168.png?style=natural").body
    assert server.get(LAYER + "/tiles/WebMercatorQuad/9/168/254").body == server.get("/tiles/score.cells/9/254/168.mvt").body
    assert server.get("/ogc/collections/cells/tiles/WebMercatorQuad/9/168/254").body == server.get("/tiles/cells/9/254/168.mvt").body


@test("datetime chooses the period")
def _(server):
    for kind, ending in (("/map/tiles", "png"), ("/tiles", "mvt")):
        path = LAYER + kind + "/WebMercatorQuad/9/168/254"
        early, late = (server.get(f"/tiles/score.cells/9/254/168.{ending}?period={year}").body for year in (2020, 2021))
        assert early != late
        for datetime, wanted in (("2020", early), ("2020-06-01", early), ("2020-06-01T12:00:00Z", early), ("2021-02", late),
                                 ("2020-01-01/2021-01-01", late), ("../2020-12-31", early), ("2020-05-01/..", late),
                                 ("2020-03-01/2020-04-01", early)):
            answer = server.get(f"{path}?datetime={datetime}")
            assert answer.status == 200 and answer.body == wanted, (kind, datetime, answer.status)
        server.get(path + "?datetime=1999").problem(404, "datetime")
        for wrong in ("yesterday", "2020-13-01", "2021/2020", "../..", "/", "2020-01-01/2020-02-01/2020-03-01", "2020-01-01T00:00:00"):
            server.get(f"{path}?datetime={wrong}").problem(400, "datetime")


@test("what is no tile is told by the name of its place")
def _(server):
    for kind in ("/map/tiles", "/styles/natural/map/tiles", "/tiles"):
        for rest, status, parameter in (("nosuch/9/168/254", 404, "tileMatrixSetId"), ("WebMercatorQuad/x/0/0", 404, "tileMatrix"),
                                        ("WebMercatorQuad/99/0/0", 404, "tileMatrix"), ("WebMercatorQuad/1/2/0", 404, "tileRow"),
                                        ("WebMercatorQuad/1/0/2", 404, "tileCol"), ("WebMercatorQuad/1/-1/0", 400, "tileRow"),
                                        ("WebMercatorQuad/1/0/1.5", 400, "tileCol"), ("WebMercatorQuad/1/0/99999999999", 404, "tileCol"),
                                        ("WebMercatorQuad/1/0/0?f=tiff", 400, "f")):
            server.get(f"{LAYER}{kind}/{rest}").problem(status, parameter)
    server.get(LAYER + "/map/tiles/WebMercatorQuad/1/0/0", {"Accept": "text/html"}).problem(406, "Accept")
    server.get("/ogc/collections/cells/map/tiles/WebMercatorQuad/1/0/0").problem(404, "collectionId")
    server.get("/ogc/collections/coalitions/tiles/WebMercatorQuad/1/0/0").problem(404, "collectionId")


run(OgcServer)
