"""What the tests with real clients share: the fictional county moved to England, the program serving it, and pictures held
against each other.

The county lies in the Atlantic, where no national grid reaches. For these tests it is moved by whole degrees to 1 degree west,
52 degrees north, and written as a GeoPackage that MapServer reads too. Results are TAP, as in tests/http/support.py. A protocol
that the program does not serve fails its tests; a client that is not installed is a skip with its reason.
"""

import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "http"))
from support import PROGRAM, ROOT, SLOW, Server, Skipped, run, test  # noqa: E402 (shared with the callers)

OUT = ROOT / "build/clients"
EAST, NORTH = 29, 7  # degrees by which the county is moved
LAYER = "deprivation.neighbourhood"
PLAIN, HARD = "plain", "hard"  # styles without outlines: smooth borders, and every pixel a colour of the legend
# Ten, each far from every other, so that a pixel tells its class.
COLOURS = ["#ffffd9", "#c03a2b", "#a1dab4", "#1b7837", "#41b6c4", "#762a83", "#2c7fb8", "#fdae61", "#253494", "#4d4d4d"]
STYLES = f"""styles:
  - id: plain
    title: Tenths without outlines
    classification: {{method: published_decile, classes: 10}}
    ramp: {{colours: {json.dumps(COLOURS)}, direction: forward}}
    outline: []
  - id: hard
    title: Tenths, one to a pixel
    classification: {{method: published_decile, classes: 10}}
    ramp: {{colours: {json.dumps(COLOURS)}, direction: forward}}
    outline: []
    aliased: true
"""

__all__ = ["COLOURS", "County", "Golden", "HARD", "HERE", "LAYER", "OUT", "PLAIN", "Picture", "ROOT", "Skipped", "compare", "grid_box",
           "missing", "picture", "run", "served", "test"]


def missing(reason):
    """Ends the program: nothing of it can be run here."""
    print(f"# NOT RUN: {reason}\n1..0 # SKIP not run: {reason}")
    sys.exit(0)


# --- the county -------------------------------------------------------------------------------------------------------


def _moved(coordinates):
    if isinstance(coordinates[0], (int, float)):
        return [coordinates[0] + EAST, coordinates[1] + NORTH]
    return [_moved(each) for each in coordinates]


def _move_table(path):
    with open(path, newline="", encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    for row in rows:
        if row["longitude"]:
            row["longitude"] = f"{float(row['longitude']) + EAST:.6f}"
            row["latitude"] = f"{float(row['latitude']) + NORTH:.6f}"
    with open(path, "w", newline="", encoding="utf-8") as target:
        out = csv.DictWriter(target, rows[0].keys())
        out.writeheader()
        out.writerows(rows)


def _move_boundaries(source, target):
    """Writes the areas moved, with their tenth of deprivation, which MapServer draws from."""
    from osgeo import ogr, osr

    ogr.UseExceptions()
    with open(source.parent / "deprivation.csv", newline="", encoding="utf-8") as table:
        tenths = {row["code"]: int(row["decile_2024"]) for row in csv.DictReader(table) if row["decile_2024"]}
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(4326)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    old = ogr.Open(str(source))
    new = ogr.GetDriverByName("GPKG").CreateDataSource(str(target))
    layer = new.CreateLayer("areas", srs, ogr.wkbMultiPolygon)
    names = ["code", "name", "district_code", "district_name"]
    for name in names:
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    layer.CreateField(ogr.FieldDefn("tenth", ogr.OFTInteger))
    new.StartTransaction()
    for feature in old.GetLayer(0):
        shape = json.loads(feature.geometry().ExportToJson(["COORDINATE_PRECISION=15"]))
        rings = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        one = ogr.Feature(layer.GetLayerDefn())
        for name in names:
            one[name] = feature[name]
        one["tenth"] = tenths.get(feature["code"], 0)
        one.SetGeometry(ogr.CreateGeometryFromJson(json.dumps({"type": "MultiPolygon", "coordinates": _moved(rings)})))
        layer.CreateFeature(one)
    new.CommitTransaction()


def county(folder, fictional):
    """Makes the moved county below the folder; returns the path of its atlas. Pictures of a fictional atlas say so in a
    corner, which those that are compared must not; it keeps its own styles, for the guide."""
    subprocess.run([PROGRAM, "sample", str(folder), "--areas", "400", "--seed", "1"], check=True, stdout=subprocess.DEVNULL)
    data = folder / "data"
    _move_boundaries(data / "neighbourhoods.fgb", data / "areas.gpkg")
    for name in ("coalitions.csv", "partnerships.csv"):
        _move_table(data / name)
    officers = json.loads((data / "officers.geojson").read_text(encoding="utf-8"))
    for feature in officers["features"]:
        feature["geometry"]["coordinates"] = _moved(feature["geometry"]["coordinates"])
    (data / "officers.geojson").write_text(json.dumps(officers), encoding="utf-8")
    path = folder / "atlas.yaml"
    text = path.read_text(encoding="utf-8").replace("data/neighbourhoods.fgb", "data/areas.gpkg")
    before, views = text.split("views:\n")
    text = before + views[views.index("boundaries:"):]
    if not fictional:
        text = text.replace("fictional: true\n", "")
    path.write_text(text if fictional else text.replace("styles:\n", STYLES), encoding="utf-8")
    return path


class County(Server):
    """The program serving the moved county on a free port. Use as a context manager."""

    def __init__(self, arguments=(), fictional=False):
        OUT.mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="county.", dir=OUT))
        self.atlas = county(self.folder, fictional)
        self.arguments = list(arguments)
        self.log = []

    @property
    def address(self):
        return f"http://{self.host}:{self.port}"

    @property
    def data(self):
        return self.folder / "data/areas.gpkg"

    def draw(self, crs, box, size, style=PLAIN, layer=LAYER):
        """The picture that the program draws without any protocol: the one that clients must come to. `box` easting first."""
        target = self.folder / "own.png"
        subprocess.run([PROGRAM, "render", str(self.atlas), layer, "--crs", crs, "--bbox=" + ",".join(map(repr, box)),
                        "--size", "%dx%d" % size, "--style", style, "--exact", "--out", str(target)],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return picture(target)


def fetch(url):
    """(status, media type, body), whatever the status."""
    try:
        with urllib.request.urlopen(url, timeout=30 * SLOW) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read()


def served(server, path):
    """Asserts that the program serves an address, in words that tell an absent protocol from a broken one; returns the body."""
    status, _, body = fetch(server.address + path)
    assert status != 404, f"NOT SERVED: {path} is 404"
    assert status == 200, f"{path}: {status} {body[:300]}"
    return body


# --- pictures ---------------------------------------------------------------------------------------------------------


def picture(source):
    """A file, its bytes or an image as an array of floats [rows][columns][4], RGBA, laid on white."""
    import io

    import numpy
    from PIL import Image

    if not isinstance(source, Image.Image):
        source = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
    pixels = numpy.asarray(source.convert("RGBA")).astype(float)
    alpha = pixels[:, :, 3:] / 255
    return numpy.concatenate([pixels[:, :, :3] * alpha + 255 * (1 - alpha), pixels[:, :, 3:]], axis=2)


Picture = picture


def _grey(pixels):
    return pixels[:, :, :3].mean(axis=2)


def _whole_shift(a, b):
    """By how many whole pixels b lies right of and below a, from the peak of their correlation."""
    import numpy

    a, b = a - a.mean(), b - b.mean()
    peak = numpy.fft.ifft2(numpy.conj(numpy.fft.fft2(a)) * numpy.fft.fft2(b)).real
    row, column = numpy.unravel_index(peak.argmax(), peak.shape)
    rows, columns = peak.shape
    return (int(column) + columns // 2) % columns - columns // 2, (int(row) + rows // 2) % rows - rows // 2


def _part_shift(a, b):
    """The rest of the shift, below a pixel, by least squares over the slopes of the smoothed pictures."""
    import numpy

    def smooth(p):
        for axis in (0, 1):
            for _ in range(2):
                p = (numpy.roll(p, 1, axis) + 2 * p + numpy.roll(p, -1, axis)) / 4
        return p

    a, b = smooth(a), smooth(b)
    inner = (slice(4, -4), slice(4, -4))
    down, right = (g[inner].ravel() for g in numpy.gradient((a + b) / 2))
    change = (a - b)[inner].ravel()
    normal = numpy.array([[right @ right, right @ down], [right @ down, down @ down]])
    return numpy.linalg.solve(normal, numpy.array([right @ change, down @ change]))


class Difference:
    """How two pictures of one size differ: `mean` of a channel, `share` of pixels that differ by more than 24 in one, `shift` in
    pixels of the second against the first, and `away`, the pixels that differ and have nothing of their colour within one
    pixel in the other picture."""

    def __init__(self, a, b):
        import numpy

        assert a.shape == b.shape, f"sizes differ: {a.shape} and {b.shape}"
        gap = numpy.abs(a - b)[:, :, :3]
        differs = gap.max(axis=2) > 24
        self.mean = float(gap.mean())
        self.share = float(differs.mean())
        whole = _whole_shift(_grey(a), _grey(b))
        part = _part_shift(_grey(a), numpy.roll(_grey(b), (-whole[1], -whole[0]), (0, 1)))
        self.shift = (whole[0] + float(part[0]), whole[1] + float(part[1]))
        self.away = int((differs & ~(_near(a, b) & _near(b, a))).sum())

    def __str__(self):
        return (f"mean difference {self.mean:.2f}, {100 * self.share:.2f} % of the pixels differ, {self.away} of them by more than "
                f"one pixel, shift {self.shift[0]:+.3f}, {self.shift[1]:+.3f}")


def _near(a, b):
    """For each pixel of a: does b have a pixel of about that colour there or right beside it?"""
    import numpy

    found = numpy.zeros(a.shape[:2], bool)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            found |= numpy.abs(a - numpy.roll(b, (down, right), (0, 1)))[:, :, :3].max(axis=2) <= 24
    return found


def _save(pixels, path):
    import numpy
    from PIL import Image

    Image.fromarray(numpy.clip(pixels[:, :, :3], 0, 255).astype("uint8")).save(path)


def _keep(word, wanted, got):
    """Writes wanted, got and, where they differ, the darker the further apart, into build/clients; returns what to look for."""
    import numpy

    OUT.mkdir(parents=True, exist_ok=True)
    _save(wanted, OUT / f"{word}.wanted.png")
    _save(got, OUT / f"{word}.got.png")
    if wanted.shape == got.shape:
        gap = numpy.abs(wanted - got)[:, :, :3].max(axis=2, keepdims=True)
        _save(numpy.repeat(255 - gap, 3, axis=2), OUT / f"{word}.difference.png")
    return f"see {OUT}/{word}.*.png"


def compare(name, wanted, got, mean=1.0, share=0.01, shift=0.1, away=None):
    """Asserts that two pictures are the same within the bounds; keeps both, and says by how much they differ."""
    where = _keep("".join(c if c.isalnum() else "_" for c in name), wanted, got)
    seen = len({tuple(pixel) for pixel in wanted[::7, ::7, :3].reshape(-1, 3)})
    assert seen >= 4, f"{name}: the picture to compare with shows nothing"
    difference = Difference(wanted, got)
    print(f"# {name}: {difference}", flush=True)
    said = f"{name}: {difference}; {where}"
    assert difference.mean <= mean and difference.share <= share, said
    assert max(map(abs, difference.shift)) <= shift, said
    assert away is None or difference.away <= away, said
    return difference


class Golden:
    """A screenshot kept in golden/: palette images, so that each is small. A picture is the same when less than 0.5 % of its
    pixels are more than 24 of 255 away in a channel: enough for another version of a library or of Chromium to smooth its
    edges otherwise, not for half a pixel's shift or a class in another colour."""

    FOLDER = HERE / "golden"
    APART, SHARE = 24, 0.005

    def __init__(self, name):
        self.name, self.path = name, self.FOLDER / f"{name}.png"

    def differs(self, got):
        """The share of pixels that are not the kept picture's; all, where its size is another."""
        import numpy

        wanted = picture(self.path)
        if wanted.shape != got.shape:
            return 1.0
        return float((numpy.abs(wanted - got)[:, :, :3].max(axis=2) > self.APART).mean())

    def check(self, got, bless=False):
        if bless:
            self._write(got)
        assert self.path.exists(), f"{self.path} is missing: look at {OUT}/{self.name}.png, then make bless"
        share = self.differs(got)
        if share < self.SHARE:
            return
        where = _keep(f"{self.name}.golden", picture(self.path), got)
        raise AssertionError(f"{self.name}: {100 * share:.2f} % of the pixels are not those of {self.path}; {where}")

    def _write(self, got):
        import numpy
        from PIL import Image

        self.FOLDER.mkdir(exist_ok=True)
        exact = Image.fromarray(numpy.clip(got[:, :, :3], 0, 255).astype("uint8"))
        exact.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(self.path, optimize=True)


# --- boxes ------------------------------------------------------------------------------------------------------------

MERCATOR_HALF = 20037508.342789244
# Boxes in the middle of the county, easting or longitude first, each 512 pixels square. That of EPSG:3857 lies on the pixels
# of zoom 11, that of EPSG:27700 has pixels of 40 m. All lie inside the county's box: QGIS asks for no more than that, and rounds.
SIZE = (512, 512)


def grid_box(zoom=11, size=SIZE):
    """A box of EPSG:3857 around the county's middle, made of whole pixels of a zoom level."""
    pixel = 2 * MERCATOR_HALF / 256 / 2**zoom
    column = round((-111319.49 + MERCATOR_HALF) / pixel) - size[0] // 2
    row = round((MERCATOR_HALF - 6800125.45) / pixel) - size[1] // 2
    west, north = column * pixel - MERCATOR_HALF, MERCATOR_HALF - row * pixel
    return (west, north - size[1] * pixel, west + size[0] * pixel, north)


BOXES = {
    "EPSG:3857": grid_box(),
    "EPSG:27700": (459000.0, 227000.0, 479480.0, 247480.0),
    "EPSG:4326": (-1.22, 51.87, -0.78, 52.13),
    "CRS:84": (-1.22, 51.87, -0.78, 52.13),
}


def turned(box):
    """A box in northing-first order."""
    return (box[1], box[0], box[3], box[2])


def query(**parameters):
    return urllib.parse.urlencode(parameters, safe=":/,")


def get_map(server, version, crs, box, size=SIZE, style=PLAIN, layer=LAYER, **more):
    """GetMap by hand; `box` easting first, turned here where the version and CRS want it."""
    key = "CRS" if version == "1.3.0" else "SRS"
    if version == "1.3.0" and crs == "EPSG:4326":
        box = turned(box)
    body = served(server, "/wms?" + query(SERVICE="WMS", VERSION=version, REQUEST="GetMap", LAYERS=layer, STYLES=style,
                                          BBOX=",".join(map(repr, box)), WIDTH=size[0], HEIGHT=size[1], FORMAT="image/png",
                                          TRANSPARENT="TRUE", **{key: crs}, **more))
    assert body.startswith(b"\x89PNG"), body[:600]
    return picture(body)


def tool(name):
    """The path of a program, or ends this one."""
    return shutil.which(name) or missing(f"{name} is not installed")


os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["GDAL_DEFAULT_WMS_CACHE_PATH"] = str(OUT / "cache")
for _proxy in ("http_proxy", "HTTP_PROXY"):
    os.environ.pop(_proxy, None)
os.environ["no_proxy"] = "127.0.0.1"
