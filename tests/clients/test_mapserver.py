#!/usr/bin/python3
"""MapServer: as another hand that draws the same file in the same classes, and as a client that cascades our WMS."""

import io
import os
import re
import subprocess

from clients import BOXES, COLOURS, HARD, LAYER, PLAIN, SIZE, County, compare, get_map, picture, query, run, served, test, tool, turned

MAPSERV = tool("mapserv")


def classes():
    rows = []
    for number, colour in enumerate(COLOURS, 1):
        red, green, blue = (int(colour[i:i + 2], 16) for i in (1, 3, 5))
        rows.append(f'CLASS EXPRESSION "{number}" STYLE COLOR {red} {green} {blue} END END')
    return "\n".join(rows)


def mapfile(server, layer):
    """A mapfile with one layer."""
    path = server.folder / "peer.map"
    path.write_text(f"""MAP
NAME "peer"
SIZE 512 512
MAXSIZE 4096
EXTENT -180 -90 180 90
PROJECTION "init=epsg:4326" END
IMAGECOLOR 255 255 255
OUTPUTFORMAT
 NAME "png"
 DRIVER "AGG/PNG"
 MIMETYPE "image/png"
 IMAGEMODE RGBA
 EXTENSION "png"
 TRANSPARENT ON
END
IMAGETYPE "png"
WEB METADATA
 "ows_enable_request" "*"
 "wms_title" "peer"
 "wms_srs" "EPSG:3857 EPSG:4326 EPSG:27700 CRS:84"
 "wms_onlineresource" "http://127.0.0.1/"
END END
{layer}
END
""")
    return path


def mapserv(server, path, **parameters):
    """Runs MapServer as CGI; returns the picture's file."""
    config = server.folder / "mapserver.conf"
    config.write_text('CONFIG\n ENV\n  MS_MAP_PATTERN "."\n  PROJ_NETWORK "OFF"\n END\nEND\n')
    environment = dict(os.environ, MAPSERVER_CONFIG_FILE=str(config), REQUEST_METHOD="GET",
                       QUERY_STRING=query(map=str(path), **parameters))
    out = subprocess.run([MAPSERV], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False).stdout
    head, _, body = out.partition(b"\r\n\r\n")
    assert re.search(rb"content-type: *image/png", head, re.I), out[:800]
    return body


def theirs(server, path, version, crs, box, times=1):
    key = "CRS" if version == "1.3.0" else "SRS"
    if version == "1.3.0" and crs == "EPSG:4326":
        box = turned(box)
    return mapserv(server, path, SERVICE="WMS", VERSION=version, REQUEST="GetMap", LAYERS="areas", STYLES="", TRANSPARENT="TRUE",
                   BBOX=",".join(map(repr, box)), WIDTH=times * SIZE[0], HEIGHT=times * SIZE[1],
                   FORMAT="image/png", **{key: crs})


def hard(body, times):
    """One colour for each pixel from a picture that many times larger, since MapServer always draws smooth borders: the pure
    colour nearest to the pixel's centre, of the classes and of nothing. `times` is odd, so that there is a centre."""
    import numpy
    from PIL import Image

    pixels = numpy.asarray(Image.open(io.BytesIO(body)).convert("RGBA"))
    codes = numpy.ascontiguousarray(pixels).view(">u4")[:, :, 0]
    pure = [0] + [int(colour[1:] + "ff", 16) for colour in COLOURS]
    found, result = numpy.zeros(SIZE[::-1], bool), picture(Image.fromarray(pixels[times // 2::times, times // 2::times]))
    places = sorted(((row, column) for row in range(times) for column in range(times)),
                    key=lambda place: (place[0] - times // 2) ** 2 + (place[1] - times // 2) ** 2)
    for row, column in places:
        take = ~found & numpy.isin(codes[row::times, column::times], pure)
        result[take] = picture(Image.fromarray(pixels[row::times, column::times]))[take]
        found |= take
    return result


def own_file(server):
    return mapfile(server, f"""LAYER
 NAME "areas"
 TYPE POLYGON
 STATUS ON
 CONNECTIONTYPE OGR
 CONNECTION "{server.data}"
 DATA "areas"
 PROJECTION "init=epsg:4326" END
 CLASSITEM "tenth"
 METADATA "wms_title" "areas" END
{classes()}
END""")


def cascade(server, version, crs):
    return mapfile(server, f"""LAYER
 NAME "areas"
 TYPE RASTER
 STATUS ON
 CONNECTIONTYPE WMS
 CONNECTION "{server.address}/wms?"
 PROJECTION "init={crs.lower()}" END
 METADATA
  "wms_title" "areas"
  "wms_srs" "{crs}"
  "wms_name" "{LAYER}"
  "wms_style" "{PLAIN}"
  "wms_server_version" "{version}"
  "wms_format" "image/png"
  "wms_connectiontimeout" "30"
 END
END""")


def one_cross_check(version, crs):
    @test(f"WMS {version} in {crs} and MapServer's picture of the same file differ along borders alone, by at most a pixel")
    def _(server):
        ours = get_map(server, version, crs, BOXES[crs], style=HARD)
        wanted = hard(theirs(server, own_file(server), version, crs, BOXES[crs], times=7), 7)
        compare(f"mapserver {version} {crs}", wanted, ours, mean=1, share=0.005, shift=0.1, away=0)


for one in ("1.1.1", "1.3.0"):
    for system in ("EPSG:3857", "EPSG:4326", "EPSG:27700") + (("CRS:84",) if one == "1.3.0" else ()):
        one_cross_check(one, system)


@test("latitude first in WMS 1.3.0 and longitude first in 1.1.1 and CRS:84 name the same box of degrees")
def _(server):
    served(server, "/wms?SERVICE=WMS&REQUEST=GetCapabilities")
    box = BOXES["EPSG:4326"]
    first = get_map(server, "1.1.1", "EPSG:4326", box)
    for version, crs in (("1.3.0", "EPSG:4326"), ("1.3.0", "CRS:84")):
        assert (get_map(server, version, crs, box) == first).all(), f"{version} {crs} differs from 1.1.1 EPSG:4326"


def one_cascade(version, crs):
    @test(f"MapServer cascades our WMS {version} in {crs}")
    def _(server):
        served(server, "/wms?SERVICE=WMS&REQUEST=GetCapabilities")
        # MapServer asks for square pixels and resamples them itself where its own are not.
        box = (-1.15, 51.85, -0.85, 52.15) if crs == "EPSG:4326" else BOXES[crs]
        got = picture(theirs(server, cascade(server, version, crs), "1.3.0", crs, box))
        compare(f"cascade {version} {crs}", server.draw(crs, box, SIZE), got)


for one in ("1.1.1", "1.3.0"):
    for system in ("EPSG:3857", "EPSG:4326", "EPSG:27700"):
        one_cascade(one, system)

run(County)
