#!/usr/bin/env python3
"""The same box in every CRS from this server and from MapServer on the same file: unlike along borders alone, by one pixel.

Two colours, so that borders between cells are compared and not only the coast. Skips where MapServer is not installed."""

import json
import os
import shutil
import subprocess
import sys
import urllib.parse

from pictures import EAST, NORTH, Picture, british, mercator
from support import SOUTH, WEST, Server, run, test

MAPSERV = shutil.which("mapserv") or "/usr/lib/cgi-bin/mapserv"
STYLE = """\
styles:
  - {id: halves, classification: {method: given, breaks: [50]}, ramp: {colours: ["#ff0000", "#0000ff"]}, outline: []}
"""
MAPFILE = """\
MAP
  NAME "cells"
  SIZE 100 100
  EXTENT -1.2 52 -0.6 52.6
  IMAGECOLOR 255 255 255
  PROJECTION "init=epsg:4326" END
  WEB METADATA
    "ows_enable_request" "*" "ows_srs" "EPSG:4326 EPSG:3857 EPSG:27700 CRS:84" "ows_title" "t" "ows_onlineresource" "http://x/"
  END END
  LAYER
    NAME "cells" TYPE POLYGON STATUS ON CONNECTIONTYPE OGR CONNECTION "cells.geojson"
    PROJECTION "init=epsg:4326" END
    METADATA "ows_title" "cells" END
    CLASS EXPRESSION ([other] <= 50) STYLE COLOR 255 0 0 END END
    CLASS EXPRESSION ([other] > 50) STYLE COLOR 0 0 255 END END
  END
END
"""
WIDTH, HEIGHT = 331, 287


class Maps(Server):
    """The atlas without its stamp, its values in the boundaries' file too, and a map file beside it."""

    def __init__(self):
        super().__init__()
        text = self.atlas.read_text().replace("fictional: true\n", "")
        self.atlas.write_text(text.replace("styles:\n", STYLE))
        cells = json.loads((self.folder / "cells.geojson").read_text())
        for n, cell in enumerate(cells["features"]):
            cell["properties"]["other"] = (n * 53) % 100
        (self.folder / "cells.geojson").write_text(json.dumps(cells))
        (self.folder / "cells.map").write_text(MAPFILE)
        (self.folder / "mapserver.conf").write_text('CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\nEND\n')

    def mapserver(self, query):
        done = subprocess.run(
            [MAPSERV],
            capture_output=True,
            env={
                **os.environ,
                "MAPSERVER_CONFIG_FILE": str(self.folder / "mapserver.conf"),
                "REQUEST_METHOD": "GET",
                "QUERY_STRING": f"map={self.folder}/cells.map&{query}",
            },
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        assert b"image/png" in head, done.stdout[:1000]
        return Picture(type("Answer", (), {"body": body}))


def classes(picture):
    """0 red, 1 blue, 2 neither, row by row."""
    rows = []
    for y in range(picture.height):
        row = []
        for x in range(picture.width):
            r, g, b = picture.at(x, y)[:3]
            row.append(2 if g > 127 else 0 if r > b else 1)
        rows.append(row)
    return rows


def off_by_more_than_a_pixel(ours, theirs):
    """How many pixels of one have no pixel of their class around their place in the other."""
    count = 0
    for y in range(1, HEIGHT - 1):
        for x in range(1, WIDTH - 1):
            if ours[y][x] == theirs[y][x]:
                continue
            near = range(x - 1, x + 2)
            count += not any(theirs[v][u] == ours[y][x] for v in (y - 1, y, y + 1) for u in near)
            count += not any(ours[v][u] == theirs[y][x] for v in (y - 1, y, y + 1) for u in near)
    return count


def compare(server, version, crs, box):
    query = {
        "SERVICE": "WMS",
        "VERSION": version,
        "REQUEST": "GetMap",
        "CRS" if version == "1.3.0" else "SRS": crs,
        "BBOX": ",".join(f"{v!r}" for v in box),
        "WIDTH": WIDTH,
        "HEIGHT": HEIGHT,
        "FORMAT": "image/png",
    }
    ours = server.get("/wms?" + urllib.parse.urlencode({**query, "LAYERS": "share.cells", "STYLES": "halves"}))
    theirs = server.mapserver(urllib.parse.urlencode({**query, "LAYERS": "cells", "STYLES": ""}))
    ours, theirs = classes(Picture(ours)), classes(theirs)
    counts = [sum(row.count(c) for row in ours) for c in (0, 1, 2)]
    assert min(counts) > 1000, counts
    unlike = sum(a != b for one, other in zip(ours, theirs) for a, b in zip(one, other))
    far = off_by_more_than_a_pixel(ours, theirs)
    print(f"# {version} {crs}: {unlike} of {WIDTH * HEIGHT} pixels unlike, {far} by more than one pixel")
    assert far == 0


def around(project):
    corners = [project(lon, lat) for lon in (WEST - 0.03, EAST + 0.05) for lat in (SOUTH - 0.04, NORTH + 0.02)]
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    return min(xs), min(ys), max(xs), max(ys)


def stay(lon, lat):
    return lon, lat


def swap(box):
    return box[1], box[0], box[3], box[2]


def has_mapserver():
    return os.access(MAPSERV, os.X_OK)


for name, version, crs, project, swapped in (
    ("longitude and latitude, latitude first", "1.3.0", "EPSG:4326", stay, True),
    ("longitude and latitude, longitude first", "1.3.0", "CRS:84", stay, False),
    ("longitude and latitude in 1.1.1", "1.1.1", "EPSG:4326", stay, False),
    ("web Mercator", "1.3.0", "EPSG:3857", mercator, False),
    ("the British National Grid", "1.3.0", "EPSG:27700", british, False),
    ("the British National Grid in 1.1.1", "1.1.1", "EPSG:27700", british, False),
):

    @test(f"MapServer's map and ours are the same in {name}")
    def _(server, version=version, crs=crs, project=project, swapped=swapped):
        box = around(project)
        compare(server, version, crs, swap(box) if swapped else box)


if __name__ == "__main__":
    if not has_mapserver():
        print("1..0 # SKIP mapserv (package cgi-mapserver) is not installed")
        sys.exit(0)
    run(Maps)
