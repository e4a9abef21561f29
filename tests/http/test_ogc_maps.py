#!/usr/bin/python3
"""OGC API - Maps: which ground is shown, how large, on what, and that it is the picture that WMS draws."""

import collections
import subprocess
import sys
from urllib.parse import quote

sys.dont_write_bytecode = True
from ogc_support import LAYER, OgcServer, jpeg_size, png_rgba, png_size
from support import run, test

MAP = LAYER + "/map"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def box_of(answer):
    return [float(number) for number in answer["Content-Bbox"].split(",")]


def close(a, b, by):
    return len(a) == len(b) and all(abs(x - y) <= by for x, y in zip(a, b))


@test("without parameters the whole layer is shown, on the ground's own proportions")
def _(server):
    answer = server.get(MAP)
    assert answer.status == 200 and answer["Content-Type"] == "image/png"
    assert answer["Content-Crs"] == f"<{CRS84}>" and close(box_of(answer), [-1.2, 52.0, -0.6, 52.6], 0.01), answer["Content-Bbox"]
    width, height = png_size(answer.body)
    assert height == 1024 and abs(width - 1024 * 0.611) < 12, (width, height)  # the cosine of 52.3 degrees
    rows = png_rgba(answer.body)
    shown = sum(pixel[3] == 255 for row in rows for pixel in row)
    assert shown > 0.95 * width * height, shown


@test("size: both sides are taken as they are, of one the other follows, a scale gives both")
def _(server):
    for query, size in (("width=300&height=40", (300, 40)), ("width=1&height=1", (1, 1)), ("width=611", (611, 1000)),
                        ("height=1000", (611, 1000))):
        got = png_size(server.get(f"{MAP}?{query}").body)
        assert abs(got[0] - size[0]) <= 12 and abs(got[1] - size[1]) <= 20, (query, got)
    box = f"crs={EPSG}27700&bbox-crs={EPSG}27700&bbox=460000,240000,488000,268000"
    assert png_size(server.get(f"{MAP}?{box}&scale-denominator=100000").body) == (1000, 1000)
    server.get(f"{MAP}?{box}&scale-denominator=1000").problem(400, "scale-denominator")
    server.get(f"{MAP}?bbox=-1,51,1,51.001&height=500").problem(400, "height")
    server.get(f"{MAP}?bbox=-1,51,-0.999,53&width=500").problem(400, "width")
    assert png_size(server.get(f"{MAP}?bbox=-1,51,1,51.001&height=500&width=500").body) == (500, 500)
    server.get(f"{MAP}?{box}&scale-denominator=100000&width=9").problem(400, "scale-denominator")
    for wrong in ("width=0", "width=-1", "width=4097", "height=99999999999", "width=1.5", "height=x", "scale-denominator=0",
                  "scale-denominator=nan", "scale-denominator=1e300"):
        server.get(f"{MAP}?{wrong}").problem(400, wrong.split("=")[0])


@test("one place in four CRSs, each with its own axis order, is one place")
def _(server):
    size = "&width=64&height=64"
    pictures = {}
    for crs, bbox in ((CRS84, "-1,52.1,-0.9,52.2"), (EPSG + "4326", "52.1,-1,52.2,-0.9")):
        answer = server.get(f"{MAP}?crs={crs}&bbox-crs={crs}&bbox={bbox}{size}")
        assert answer.status == 200 and answer["Content-Crs"] == f"<{crs}>" and answer["Content-Bbox"] == bbox, dict(answer.headers)
        pictures[crs] = answer.body
    assert pictures[CRS84] == pictures[EPSG + "4326"]
    around = server.get(f"{MAP}?bbox=-5000000,-5000000,5000000,5000000&bbox-crs={EPSG}27700{size}")
    west, south, east, north = (float(n) for n in around["Content-Bbox"].split(","))
    assert around.status == 200 and -180 <= west < east <= 180 and -90 <= south < north <= 90, around["Content-Bbox"]
    turned = server.get(f"{MAP}?crs={EPSG}4326&bbox=-1,52.1,-0.9,52.2{size}")
    assert turned["Content-Bbox"] == "52.1,-1,52.2,-0.9" and turned.body == pictures[CRS84], turned["Content-Bbox"]
    for spelled in ("EPSG:27700", "[EPSG:27700]", "urn:ogc:def:crs:EPSG::27700", EPSG + "27700"):
        answer = server.get(f"{MAP}?crs={quote(spelled)}&bbox=-1,52.1,-0.9,52.2{size}")
        assert answer["Content-Crs"] == f"<{EPSG}27700>", spelled
        assert close(box_of(answer), [468440, 245100, 475445, 256320], 400), answer["Content-Bbox"]


@test("a map is the picture that WMS draws")
def _(server):
    box = f"{EPSG}3857"
    ours = server.get(f"{MAP}?crs={box}&bbox-crs={box}&bbox=-110000,6820000,-90000,6840000&width=200&height=200&transparent=true")
    wms = server.get("/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=score.cells&STYLES=&CRS=EPSG:3857&FORMAT=image/png"
                     "&BBOX=-110000,6820000,-90000,6840000&WIDTH=200&HEIGHT=200&TRANSPARENT=TRUE")
    assert ours.status == wms.status == 200 and ours.body == wms.body


@test("forms: f= wins, Accept decides otherwise, and the pictures are what they say")
def _(server):
    size = "width=80&height=50"
    for query, accept, wanted in (("&f=jpeg", "image/png", "image/jpeg"), ("&f=webp", None, "image/webp"), ("", "image/webp", "image/webp"),
                                  ("&f=image/jpeg", None, "image/jpeg"), ("", "text/html;q=0.9,image/*;q=0.5", "image/png")):
        answer = server.get(f"{MAP}?{size}{query}", {"Accept": accept} if accept else {})
        assert answer.status == 200 and answer["Content-Type"] == wanted, (query, accept, answer["Content-Type"])
        assert ("Accept" in (answer["Vary"] or "")) == (query == ""), (query, answer["Vary"])
        if wanted == "image/jpeg":
            assert jpeg_size(answer.body) == (80, 50)
        if wanted == "image/webp":
            assert answer.body[:4] == b"RIFF" and answer.body[8:12] == b"WEBP"
    server.get(MAP + "?f=tiff").problem(400, "f")
    server.get(MAP, {"Accept": "text/html"}).problem(406, "Accept")


def commonest(body):
    """The stamp of fictional data covers the rest."""
    return collections.Counter(pixel for row in png_rgba(body) for pixel in row).most_common(1)[0][0]


@test("bgcolor and transparent say what lies outside every area")
def _(server):
    for query, corner in (("", (0, 0, 0, 0)), ("bgcolor=0xFF0000", (255, 0, 0, 255)), ("bgcolor=%2300ff00", (0, 255, 0, 255)),
                          ("bgcolor=navy", (0, 0, 128, 255)), ("transparent=false", (255, 255, 255, 255)),
                          ("transparent=true", (0, 0, 0, 0)), ("bgcolor=red&transparent=false", (255, 0, 0, 255))):
        got = commonest(server.get(f"{MAP}?bbox=-3,51,-2,52&width=200&height=200&{query}").body)
        assert got == corner or (got[3] == corner[3] == 0), (query, got)
    through = commonest(server.get(f"{MAP}?bbox=-3,51,-2,52&width=200&height=200&bgcolor=red&transparent=true").body)
    assert through[3] == 0, through
    for wrong in ("bgcolor=blurple", "bgcolor=0x12", "bgcolor=0xGGGGGG", "transparent=perhaps"):
        server.get(f"{MAP}?{wrong}").problem(400, wrong.split("=")[0])


@test("styles and periods are drawn as elsewhere")
def _(server):
    size = "?width=60&height=60"
    usual, natural = server.get(MAP + size).body, server.get(LAYER + "/styles/natural/map" + size).body
    assert usual != natural and usual == server.get(LAYER + "/styles/fifths/map" + size).body
    early = server.get(f"{MAP}{size}&datetime=2020").body
    assert early != usual and server.get(f"{MAP}{size}&datetime=2021").body == usual
    server.get(LAYER + "/styles/nosuch/map").problem(404, "styleId")
    server.get(MAP + "?datetime=1850").problem(404, "datetime")


@test("subset=time(...) chooses the period as datetime does; other axes, and what is no time, are refused")
def _(server):
    size = "?width=60&height=60"
    early, late = (server.get(f"{MAP}{size}&datetime={year}") for year in (2020, 2021))
    assert early.body != late.body
    for subset, wanted in (('time("2020")', early), ("time(2020-06)", early), ("Time('2020-02-29T12:00:00Z')", early), ("t(*)", late),
                           ('time("2020-02-29T12Z")', early), ('time("2020-02-29T12:30Z")', early), ('time(*:"2020-12-31")', early),
                           ('time("2020":"2021")', late), ("T(*:*)", late), ('time("2021-01-01":*)', late)):
        answer = server.get(f"{MAP}{size}&subset={quote(subset)}")
        assert answer.status == 200 and answer.body == wanted.body, (subset, answer.status, answer.body[:200])
    for subset in ("Lat(1:2)", "time(2020),Lon(1:2)", "time()", "time(", "time", "()", ",", "time(a)", "time(2021:2020)", "time(2020)x",
                   "time(2020),", 'time("2020")&subset=time("2021")', "time(2020)&datetime=2020", "time(:)", "time(2020:)", 'time(")',
                   "time(2020-02-30)", "time(2020-02-28T25Z)", "time(2020-02-28T12:00:00)"):
        server.get(f"{MAP}{size}&subset={quote(subset, safe='&=')}").problem(400, "subset")
    server.get(f'{MAP}{size}&subset={quote("time(1850)")}').problem(404, "subset")


@test("Content-Datetime says which period is shown, and scripts of other origins may read what is shown")
def _(server):
    answer = server.get(f"{MAP}?width=9&datetime=2020-06-01", {"Origin": "https://elsewhere.example"})
    assert answer["Content-Datetime"] == "2020-01-01/2020-12-31", answer["Content-Datetime"]
    assert answer["Access-Control-Expose-Headers"] == "*"
    assert server.get(f"{MAP}?width=9")["Content-Datetime"] == "2021-01-01/2021-12-31"


@test("parameters of the standard that are not there are refused, not passed over")
def _(server):
    for parameter in ("center=0,0", "mm-per-pixel=0.1", "orientation=30", "void-color=red", "void-transparent=true", "collections=a",
                      "crs-proj-method=x"):
        server.get(f"{MAP}?width=9&{parameter}").problem(400, parameter.split("=")[0])
    server.get(f"{MAP}?width=9&utm_source=letter").problem(400, "utm_source")


@test("boxes that are none, and collections without maps, are refused by name")
def _(server):
    for box in ("1,2", "1,2,3,4,5", "a,b,c,d", "nan,0,1,1", "inf,0,1,1", "1e999,0,1,1", "0,0,0,0", "1,1,0,0", "170,10,-170,0", "190,0,-170,10", "170,0,-190,10", "1,2,3,4,5,6,7", "1,2,nan,3,4,5",
                "0,0,1e-300,1e-300", "-1e308,-1e308,1e308,1e308", "-30,45,-29,200", "-30,-90.1,-29,0", ",,,", "0,0,1,1&bbox=0,0,2,2"):
        answer = server.get(f"{MAP}?bbox={box}")
        assert answer.status == 400, (box, answer.status)
        answer.problem(400, "bbox")
    metres = f"&bbox-crs={EPSG}3857"
    server.get(f"{MAP}?bbox=20000000,0,-20000000,9{metres}").problem(400, "bbox")
    flat = server.get(f"{MAP}?bbox=-1.2,52,-0.6,52.6&width=50")
    assert flat.status == 200 and server.get(f"{MAP}?bbox=-1.2,52,-50,-0.6,52.6,900&width=50").body == flat.body
    turned = "&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326"
    assert server.get(f"{MAP}?bbox=52,-1.2,0,52.6,-0.6,1&width=50{turned}").body == flat.body
    for name in ("crs", "bbox-crs"):
        for crs in ("EPSG:1", "nonsense", "EPSG:32630", "http://example.org/crs"):
            server.get(f"{MAP}?{name}={crs}").problem(400, name)
    server.get("/ogc/collections/cells/map").problem(404, "collectionId")
    server.get("/ogc/collections/coalitions/map").problem(404, "collectionId")
    server.get("/ogc/collections/nosuch/map").problem(404, "collectionId")


@test("a box across the antimeridian shows what lies on either side of it, from the west to the east")
def _(server):
    for system in ("", f"&crs={EPSG}3857"):
        # From 178 degrees east on to 0: 182 degrees, of which the last two are those that the other map shows.
        look = f"&height=80&bgcolor=white{system}"  # below row 40 stands that the data are fictional
        whole = server.get(f"{MAP}?bbox=178,52,0,52.6&width=3640{look}")
        there, here = png_rgba(whole.body), png_rgba(server.get(f"{MAP}?bbox=-2,52,0,52.6&width=40{look}").body)
        apart = [max(abs(p - q) for p, q in zip(there[y][3600 + x], here[y][x])) for y in range(40) for x in range(40)]
        assert sum(one > 24 for one in apart) <= 16, (system, sum(one > 24 for one in apart))
        assert len({tuple(pixel) for row in here[:40] for pixel in row}) > 3
        assert {tuple(pixel) for row in there[:40] for pixel in row[:3600]} == {(255, 255, 255, 255)}, system
    assert server.get(f"{MAP}?bbox=178,52,0,52.6&width=64&height=9")["Content-Bbox"] == "178,52,0,52.6"
    grid = server.get(f"{MAP}?bbox=170,50,-170,54&crs={EPSG}27700&width=20&height=20")  # the British grid reaches no such place
    assert grid.status == 200 or "bbox" in grid.problem(400, "bbox")["detail"]


@test("GDAL's OGCAPI driver lists the collections, and reads maps and items")
def _(server):
    def gdal(*command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=server.folder)  # GDAL keeps tiles beside it
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])
        return done.stdout

    listed = gdal("gdalinfo", f"OGCAPI:{server.base}/ogc")
    assert "SUBDATASET_4_DESC=Collection Score, Cells" in listed, listed
    address, out = f"OGCAPI:{server.base}{LAYER}", server.folder / "map.png"
    gdal("gdal_translate", "-q", "-of", "PNG", "-projwin", "-1.0", "52.3", "-0.8", "52.1", "-outsize", "64", "64", "-oo", "API=MAP",
         "-oo", "IMAGE_FORMAT=PNG", address, str(out))
    pixels = png_rgba(out.read_bytes())
    ours = png_rgba(server.get(f"{MAP}?bbox=-1,52.1,-0.8,52.3&width=64&height=64").body)
    same = sum(max(abs(p - q) for p, q in zip(pixels[y][x], ours[y][x])) < 24 for y in range(64) for x in range(64))
    assert len(pixels) == 64 and same > 0.6 * 64 * 64, same  # GDAL samples overviews of its own
    items = gdal("ogrinfo", "-ro", "-so", "-al", "-oo", "API=ITEMS", address)
    assert "Feature Count: 144" in items and "value: Real" in items, items


run(OgcServer)
