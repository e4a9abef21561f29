#!/usr/bin/python3
"""Leaflet, OpenLayers and MapLibre GL JS in Chromium: every map is held against the picture that the program draws of the same box
without any protocol, and against the screenshot kept in golden/.

`make bless` (EG_BLESS=1) writes the kept screenshots anew, unless they do not show what the program draws, and the pictures of the
user guide's pages.
"""

import json
import os
import subprocess

from clients import COLOURS, HARD, HERE, LAYER, OUT, PLAIN, ROOT, County, Golden, Skipped, compare, grid_box, picture, run, served, test, tool

NODE = tool("node")
SIZE, ZOOM = (400, 300), 11
BOX = grid_box(ZOOM, SIZE)
# Where a library paints areas itself with smooth edges, one over the other, the ground shines through between neighbours, and
# those painted later gain a part of a pixel: half of one in MapLibre, which gives each area an outline of its colour. The areas
# come in an order that has a direction, so this looks like a shift; without smooth edges there is none.
SEAMS = {"mean": 2, "share": 0.06, "shift": 0.15}
OUTLINES = {"mean": 3, "share": 0.06, "shift": 0.4}
SHARP = {"style": HARD, "mean": 2, "share": 0.02, "away": 0}


def british_box():
    """A box of whole pixels of the British grid's set."""
    matrices = json.loads((ROOT / "tiles/BritishNationalGrid.json").read_text())["tileMatrices"]
    matrix = next(one for one in matrices if one["cellSize"] < 80)
    pixel, (left, top) = matrix["cellSize"], matrix["pointOfOrigin"]
    west, north = left + round((458000 - left) / pixel) * pixel, top - round((top - 243000) / pixel) * pixel
    return (west, north - SIZE[1] * pixel, west + SIZE[0] * pixel, north)


# Name, what it is, the kind of page in web_maps.mjs, what it wants besides, the CRS, bounds other than the usual.
MAPS = [
    ("leaflet-xyz", "Leaflet: XYZ tiles", "leaflet xyz", {}, "EPSG:3857", {}),
    ("leaflet-wms-111", "Leaflet: WMS 1.1.1", "leaflet wms", {"version": "1.1.1"}, "EPSG:3857", {}),
    ("leaflet-wms-130", "Leaflet: WMS 1.3.0", "leaflet wms", {"version": "1.3.0"}, "EPSG:3857", {}),
    ("openlayers-wms-111", "OpenLayers: WMS 1.1.1", "openlayers wms", {"version": "1.1.1"}, "EPSG:3857", {}),
    ("openlayers-wms-130", "OpenLayers: WMS 1.3.0", "openlayers wms", {"version": "1.3.0"}, "EPSG:3857", {}),
    ("openlayers-wms-27700", "OpenLayers: WMS 1.3.0 in the British grid", "openlayers wms", {"version": "1.3.0"}, "EPSG:27700", {}),
    ("openlayers-wmts", "OpenLayers: WMTS from its capabilities", "openlayers wmts", {}, "EPSG:3857", {}),
    ("openlayers-wmts-27700", "OpenLayers: WMTS in the British grid", "openlayers wmts grid", {}, "EPSG:27700", {}),
    ("openlayers-ogc-maps", "OpenLayers: map tiles by OGC API", "openlayers ogc maps", {}, "EPSG:3857", {}),
    ("openlayers-mvt", "OpenLayers: vector tiles by OGC API", "openlayers mvt", {}, "EPSG:3857", SEAMS),
    ("maplibre-xyz", "MapLibre: XYZ tiles", "maplibre xyz", {}, "EPSG:3857", {}),
    ("maplibre-mvt", "MapLibre: vector tiles in the server's style", "maplibre mvt", {}, "EPSG:3857", OUTLINES),
    ("maplibre-mvt-sharp", "MapLibre: the same without smooth edges", "maplibre mvt hard", {}, "EPSG:3857", SHARP),
]


def box_of(crs):
    return BOX if crs == "EPSG:3857" else british_box()


def shots(server, wanted):
    """Draws all pages in one Chromium; {name: what happened}."""
    pages = [dict(more, name=name, kind=kind, crs=crs, box=box_of(crs), size=SIZE, zoom=ZOOM) for name, _, kind, more, crs, _ in wanted]
    order = {"server": server.address, "out": str(OUT), "layer": LAYER, "style": PLAIN, "colours": COLOURS, "pages": pages}
    done = subprocess.run([NODE, str(HERE / "web_maps.mjs")], input=json.dumps(order), stdout=subprocess.PIPE, text=True,
                          timeout=400, check=True)
    return json.loads(done.stdout)


DRAWN = {}


def one_map(name, title, crs, style=PLAIN, **bounds):
    @test(f"{title}: the picture is the program's own, and the one that was kept")
    def _(server):
        if not DRAWN:
            served(server, "/wms?SERVICE=WMS&REQUEST=GetCapabilities")
            DRAWN.update(shots(server, MAPS))
        if "skipped" in DRAWN:
            raise Skipped(DRAWN["skipped"])
        happened = DRAWN[name]
        assert not happened["problems"], " | ".join(happened["problems"])
        refused = [one for one in happened["answers"] if one.split()[0] not in ("200", "204", "304")]
        assert happened["answers"] and not refused, refused or "the server was asked for nothing"
        got = picture(OUT / f"{name}.png")
        compare(name, server.draw(crs, box_of(crs), SIZE, style), got, **bounds)
        Golden(name).check(got, bless=bool(os.environ.get("EG_BLESS")))


for _name, _title, _kind, _more, _crs, _bounds in MAPS:
    one_map(_name, _title, _crs, **_bounds)


@test("no screenshot is kept that no map draws, none is large")
def _(_server):
    kept = {path.stem: path.stat().st_size for path in Golden.FOLDER.glob("*.png")}
    assert set(kept) == {name for name, *_ in MAPS}, set(kept) ^ {name for name, *_ in MAPS}
    assert max(kept.values()) < 30000, kept


if os.environ.get("EG_BLESS"):
    @test("the guide's pictures are screenshots of its pages")
    def _(_server):
        from PIL import Image

        subprocess.run([NODE, str(ROOT / "tests/browser/test_snippets.mjs")], stdout=subprocess.DEVNULL, timeout=200, check=True)
        for name in ("leaflet", "openlayers", "maplibre", "maplibre-vector"):
            shot = Image.open(ROOT / "build/browser" / f"{name}.png").convert("RGB")
            shot.quantize(64, dither=Image.Dither.NONE).save(ROOT / "docs/guide/pictures" / f"{name}.png", optimize=True)


run(County)
