#!/usr/bin/env python3
"""The boxes that the capabilities tell, of areas with edges of a thousand kilometres: in every CRS they are those of what is drawn."""

import json
import re
import urllib.parse

from pictures import Picture
from support import Server, run, test

# The last lies across the meridian at which EPSG:5070 is torn, the first beyond what a map in EPSG:3031 holds.
PLACES = {"north": (-160, 55, -150, 65), "middle": (-100, 20, -90, 30), "south": (0, -60, 10, -50), "torn": (80, 40, 90, 50)}
DEGREES = ["EPSG:4326", "EPSG:4269", "EPSG:4258"]
METRES = ["EPSG:3857", "EPSG:3031", "EPSG:5070", "EPSG:3035", "EPSG:2163"]

ATLAS = """\
evenground: 1
title: Far apart
boundaries:
  - {id: fields, title: Fields, source: fields.geojson, key: code, name: code}
  - {id: halves, title: Halves, dissolve: {of: fields, column: half, name_column: half}}
tables:
  - {id: numbers, source: numbers.csv, key: code, boundaries: fields, period: "2020"}
indicators:
  - {id: score, title: Score, series: {table: numbers, value: score}}
styles:
  - {id: fifths, classification: {method: quantile, classes: 2}, ramp: YlGnBu}
server:
  crs: [%s]
"""


class Far(Server):
    """Four fields of ten degrees each way."""

    def __init__(self):
        super().__init__()
        features = []
        for code, (west, south, east, north) in PLACES.items():
            ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
            features.append(
                {
                    "type": "Feature",
                    "properties": {"code": code, "half": "upper" if south > 0 else "lower"},
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
            )
        (self.folder / "fields.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        (self.folder / "numbers.csv").write_text("code,score\n" + "".join(f"{code},{n}\n" for n, code in enumerate(PLACES)))
        self.atlas.write_text(ATLAS % ", ".join(f'"{crs}"' for crs in DEGREES[1:] + METRES[1:]))


def boxes(server):
    """Of the root layer, from the document in which easting is first everywhere."""
    document = server.get("/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1").body.decode()
    root = document[document.index("<Layer") : document.index("<Layer", document.index("<Layer") + 1)]
    pattern = r'<BoundingBox SRS="([^"]+)" minx="([^"]+)" miny="([^"]+)" maxx="([^"]+)" maxy="([^"]+)"'
    return {found[0]: [float(value) for value in found[1:]] for found in re.findall(pattern, root)}


def draw(server, crs, box):
    wanted = {"VERSION": "1.1.1", "REQUEST": "GetMap", "LAYERS": "score.fields", "STYLES": "", "SRS": crs, "TRANSPARENT": "TRUE"}
    wanted.update({"BBOX": ",".join(map(str, box)), "WIDTH": 400, "HEIGHT": 400, "FORMAT": "image/png", "SERVICE": "WMS"})
    picture = Picture(server.get("/wms?" + urllib.parse.urlencode(wanted)))
    return [[picture.at(x, y)[3] > 0 for x in range(400)] for y in range(400)]


def margins(rows):
    """How many pixels are empty on the left, on top, on the right and at the bottom."""
    columns = list(zip(*rows))
    return [next(n for n, line in enumerate(lines) if any(line)) for lines in (columns, rows, columns[::-1], rows[::-1])]


@test("the box in degrees of another datum is the box in degrees")
def _(server):
    told = boxes(server)
    for crs in DEGREES:
        assert all(abs(a - b) < 1e-6 for a, b in zip(told[crs], (-160, -60, 90, 65))), (crs, told[crs])


@test("what is drawn fills its box in every CRS, and does not reach beyond")
def _(server):
    told = boxes(server)
    for crs in DEGREES + METRES:
        west, south, east, north = told[crs]
        empty = margins(draw(server, crs, told[crs]))
        assert max(empty) <= 2, (crs, told[crs], empty)
        wide, high = (east - west) / 2, (north - south) / 2
        around = margins(draw(server, crs, (west - wide, south - high, east + wide, north + high)))
        assert min(around) >= 99, (crs, told[crs], around)


if __name__ == "__main__":
    run(Far)
