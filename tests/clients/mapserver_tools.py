"""MapServer, for the tests: as CGI, on mapfiles with one layer."""

import io
import os
import re
import subprocess

from clients import COLOURS, SIZE, picture, query, tool, turned

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
    """The layer "areas" of the server's own file, in classes by its column of tenths."""
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
