#!/usr/bin/env python3
"""WMS's request tables over the real program, as cross products: version x letter case of names x parameter left out or wrong x form of
exceptions, for each request; and version x CRS x letter case x way of sending, for the order of axes. Some 1,500 requests."""

import itertools
import pathlib
import re
import shutil
import subprocess
import urllib.parse

from pictures import EAST, NORTH, Picture
from support import ROOT, SOUTH, WEST, Server, Skipped, answer_of, raw, run, test

SCHEMAS = pathlib.Path(ROOT.parent / "shared/schemas").resolve()
VERSIONS = ("1.1.1", "1.3.0")
CASES = {"as written": str, "lower": str.lower, "mixed": lambda name: "".join(c.lower() if n % 2 else c for n, c in enumerate(name))}
FORMS = {
    "1.1.1": {None: "xml", "application/vnd.ogc.se_xml": "xml", "application/vnd.ogc.se_inimage": "picture", "application/vnd.ogc.se_blank": "blank"},
    "1.3.0": {None: "xml", "XML": "xml", "INIMAGE": "picture", "BLANK": "blank"},
}
REPORT = {"1.1.1": "application/vnd.ogc.se_xml", "1.3.0": "text/xml"}
reports = {version: set() for version in VERSIONS}  # every exception report that was seen, for the schemas


def base(request, version):
    """A request that is right; values as 1.1.1 and 1.3.0 want them."""
    asked = {"SERVICE": "WMS", "VERSION": version, "REQUEST": request}
    if request in ("GetMap", "GetFeatureInfo"):
        asked.update({"LAYERS": "score.cells", "STYLES": "natural", "WIDTH": "60", "HEIGHT": "60", "FORMAT": "image/png"})
        asked.update({"BBOX": f"{WEST},{SOUTH},{EAST},{NORTH}", "SRS" if version == "1.1.1" else "CRS": "EPSG:4326" if version == "1.1.1" else "CRS:84"})
    if request == "GetFeatureInfo":
        column, row = ("X", "Y") if version == "1.1.1" else ("I", "J")
        asked.update({"QUERY_LAYERS": "score.cells", "INFO_FORMAT": "text/plain", column: "30", row: "30"})
    if request == "GetLegendGraphic":
        asked.update({"LAYER": "score.cells", "FORMAT": "image/png"})
    if request in ("DescribeLayer", "GetStyles"):
        asked.update({"LAYERS": "score.cells"})
    return asked


def address(asked, case=str):
    return "/wms?" + urllib.parse.urlencode({case(name): value for name, value in asked.items() if value is not None})


# What is wrong: changes, the code in 1.3.0 (None: without one), the locator. {crs}, {i} and {j} are named by the version.
MAP_FAULTS = [
    ({"LAYERS": None}, "LayerNotDefined", "LAYERS"),
    ({"LAYERS": ""}, "LayerNotDefined", "LAYERS"),
    ({"LAYERS": "nowhere"}, "LayerNotDefined", "LAYERS"),
    ({"LAYERS": "score.cells,nowhere", "STYLES": ","}, "LayerNotDefined", "LAYERS"),
    ({"STYLES": "nowhere"}, "StyleNotDefined", "STYLES"),
    ({"STYLES": "natural,natural"}, "StyleNotDefined", "STYLES"),
    ({"{crs}": None}, "InvalidCRS", "{crs}"),
    ({"{crs}": "EPSG:2154"}, "InvalidCRS", "CRS"),
    ({"{crs}": "nonsense"}, "InvalidCRS", "CRS"),
    ({"BBOX": None}, None, "BBOX"),
    ({"BBOX": "1,2,3"}, None, "BBOX"),
    ({"BBOX": "2,2,1,3"}, None, "BBOX"),
    ({"BBOX": "1,2,1,3"}, None, "BBOX"),
    ({"BBOX": "a,b,c,d"}, None, "BBOX"),
    ({"TIME": "yesterday"}, "InvalidDimensionValue", "TIME"),
    ({"SLD": "http://127.0.0.1:1/"}, "OperationNotSupported", "SLD"),
    ({"SLD_BODY": "<x/>"}, "OperationNotSupported", "SLD_BODY"),
]
# These take what a picture of the fault would need.
SIZE_FAULTS = [
    ({"WIDTH": None}, None, "WIDTH"),
    ({"WIDTH": "0"}, None, "WIDTH"),
    ({"WIDTH": "99999"}, None, "WIDTH"),
    ({"HEIGHT": None}, None, "HEIGHT"),
    ({"HEIGHT": "-1"}, None, "HEIGHT"),
    ({"HEIGHT": "1.5"}, None, "HEIGHT"),
    ({"FORMAT": None}, "InvalidFormat", "FORMAT"),
    ({"FORMAT": "image/bmp"}, "InvalidFormat", "FORMAT"),
    ({"REQUEST": None}, "OperationNotSupported", "REQUEST"),
    ({"REQUEST": "GetMop"}, "OperationNotSupported", "REQUEST"),
    ({"VERSION": "one"}, None, "VERSION"),
    ({"SERVICE": "WFS"}, None, "SERVICE"),
]
INFO_FAULTS = [
    ({"QUERY_LAYERS": None}, "LayerNotDefined", "QUERY_LAYERS"),
    ({"QUERY_LAYERS": "share.cells"}, "LayerNotDefined", "QUERY_LAYERS"),
    ({"INFO_FORMAT": "text/rtf"}, "InvalidFormat", "INFO_FORMAT"),
    ({"{i}": None}, "InvalidPoint", "{i}"),
    ({"{i}": "60"}, "InvalidPoint", "{i}"),
    ({"{j}": None}, "InvalidPoint", "{j}"),
    ({"{j}": "-1"}, "InvalidPoint", "{j}"),
    ({"{j}": "x"}, "InvalidPoint", "{j}"),
    ({"FEATURE_COUNT": "0"}, None, "FEATURE_COUNT"),
]
NAME_FAULTS = {
    "GetLegendGraphic": [
        ({"LAYER": None}, "LayerNotDefined", "LAYER"),
        ({"LAYER": "nowhere"}, "LayerNotDefined", "LAYER"),
        ({"STYLE": "nowhere"}, "StyleNotDefined", "STYLE"),
        ({"FORMAT": "image/gif"}, "InvalidFormat", "FORMAT"),
        ({"SCALE": "0"}, None, "SCALE"),
    ],
    "GetStyles": [({"LAYERS": None}, "LayerNotDefined", "LAYERS"), ({"LAYERS": "nowhere"}, "LayerNotDefined", "LAYERS")],
    "DescribeLayer": [({"LAYERS": None}, "LayerNotDefined", "LAYERS"), ({"LAYERS": "nowhere"}, "LayerNotDefined", "LAYERS")],
    "GetCapabilities": [({"UPDATESEQUENCE": "zzz"}, "InvalidUpdateSequence", "UPDATESEQUENCE"), ({"SERVICE": "WCS"}, None, "SERVICE")],
}


def named(text, version):
    old = version == "1.1.1"
    return text.format(crs="SRS" if old else "CRS", i="X" if old else "I", j="Y" if old else "J")


def check_report(answer, version, code, locator, about):
    text = answer.body.decode()
    assert answer.status == 200 and answer["Content-Type"].startswith(REPORT[version]), (about, answer.status, answer["Content-Type"], text[:300])
    assert f'ServiceExceptionReport version="{version}"' in re.sub(r"\s+", " ", text), (about, text[:300])
    code = "InvalidSRS" if version == "1.1.1" and code == "InvalidCRS" else code
    found = re.search(r'<ServiceException[^>]*?code="(\w+)"', text)
    assert (found and found[1]) == code, (about, code, text[-400:])
    told = re.search(r'locator="([^"]*)"', text)
    assert version == "1.1.1" or told[1] == locator, (about, locator, text[-400:])
    assert len(re.sub("<[^>]*>", "", text).strip()) > 15, (about, text)
    assert answer["Cache-Control"] == "no-store" and answer["Warning"] is None, (about, answer.headers)
    reports[version].add(answer.body)


def go_through(server, request, faults, forms_of):
    """Every fault in both versions, all cases and all forms; forms_of(version) tells which form comes for each that is asked for."""
    n = 0
    for version, (case, spell), (changes, code, locator) in itertools.product(VERSIONS, CASES.items(), faults):
        asked = base(request, version) | {named(name, version): value for name, value in changes.items()}
        told = "1.3.0" if asked["VERSION"] == "one" else version
        for form, kind in forms_of(version).items():
            about = (request, version, case, changes, form)
            answer = server.get(address(asked | {"EXCEPTIONS": form}, spell), {"Origin": "https://example.org"})
            assert answer["Access-Control-Allow-Origin"] == "*", about
            n += 1
            if kind == "xml":
                check_report(answer, told, code, named(locator, version), about)
                continue
            picture = Picture(answer)
            colours = {picture.at(x, y) for x in range(0, 60, 2) for y in range(60)}
            assert answer.status == 200 and (picture.width, picture.height) == (60, 60), about
            assert (len(colours) == 1) == (kind == "blank"), (about, colours)
    return n


@test("what is missing or wrong on a map is told in the form that was asked for, in both versions and any letter case")
def _(server):
    n = go_through(server, "GetMap", MAP_FAULTS, FORMS.get)
    assert n == len(VERSIONS) * len(CASES) * len(MAP_FAULTS) * 4, n


@test("what takes the size or the format from a picture is told in XML, whatever was asked for")
def _(server):
    go_through(server, "GetMap", SIZE_FAULTS, lambda version: dict.fromkeys(FORMS[version], "xml"))


@test("faults of all other requests are told in XML, whatever was asked for")
def _(server):
    def only_xml(version):
        return dict.fromkeys(FORMS[version], "xml")

    for request, faults in (NAME_FAULTS | {"GetFeatureInfo": INFO_FAULTS + MAP_FAULTS + SIZE_FAULTS[:6]}).items():
        go_through(server, request, faults, only_xml)


@test("requests that are right are answered alike in any letter case, and with STYLES left out or empty where the version lets it")
def _(server):
    for request, version in itertools.product(("GetMap", "GetFeatureInfo", "GetLegendGraphic", "DescribeLayer", "GetStyles", "GetCapabilities"), VERSIONS):
        bodies = set()
        for case, spell in CASES.items():
            answer = server.get(address(base(request, version), spell))
            assert answer.status == 200 and b"ServiceException" not in answer.body, (request, version, case, answer.body[:300])
            bodies.add(answer.body)
        assert len(bodies) == 1, (request, version)
    assert server.get(address(base("GetMap", "1.1.1") | {"STYLES": None}))["Content-Type"] == "image/png"
    check_report(server.get(address(base("GetMap", "1.3.0") | {"STYLES": None})), "1.3.0", "StyleNotDefined", "STYLES", "no STYLES")


def post(server, query, form):
    body = form.encode()
    head = f"POST {query} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return answer_of(raw(server, head.encode() + body)[0])


# The same ground: CRS, its box with easting first, and whether 1.3.0 has northing first.
AXES = [
    ("EPSG:4326", (WEST, SOUTH, EAST, NORTH), True),
    ("EPSG:3857", (-133583.4, 6800125.5, -66791.7, 6908000.0), False),
    ("EPSG:27700", (454000, 233000, 497000, 302000), False),
    ("EPSG:3035", (3450000, 3200000, 3650000, 3400000), True),
]


@test("the order of axes is the version's, in every spelling of a CRS, letter case and way of sending; the other order is elsewhere")
def _(server):
    spellings = ("{}", "urn:ogc:def:crs:{0}", "http://www.opengis.net/def/crs/{1}")
    for crs, box, northing_first in AXES:
        seen, swapped = set(), [box[1], box[0], box[3], box[2]]
        for version, spell, spelling in itertools.product(VERSIONS, CASES.values(), spellings):
            name = spelling.format(crs if spelling == "{}" else crs.replace(":", "::"), crs.replace(":", "/0/"))
            turned = northing_first and version == "1.3.0"
            asked = base("GetMap", version) | {"SRS" if version == "1.1.1" else "CRS": name}
            right, wrong = (swapped, box) if turned else (box, swapped)
            query = address(asked | {"BBOX": ",".join(map(str, right))}, spell)
            answer = server.get(query)
            assert answer["Content-Type"] == "image/png", (query, answer.body[:400])
            assert post(server, "/wms", query.partition("?")[2]).body == answer.body, query
            seen.add(answer.body)
            other = server.get(address(asked | {"BBOX": ",".join(map(str, wrong))}, spell))
            assert other.body != answer.body, query
        assert len(seen) == 1, (crs, len(seen))
        first = Picture(answer)
        assert len({first.at(x, y) for x in range(0, 60, 3) for y in range(0, 40, 3)}) > 2, crs


@test("all of these exceptions are valid by the schema of 1.3.0 or the DTD of 1.1.1")
def _(_server):
    if not shutil.which("xmllint") or not (SCHEMAS / "catalog.xml").is_file():
        raise Skipped("xmllint (libxml2-utils) or ../shared/schemas is not there")
    checks = {
        "1.3.0": ["--schema", str(SCHEMAS / "ogc/wms/1.3.0/exceptions_1_3_0.xsd")],
        "1.1.1": ["--dtdvalid", str(SCHEMAS / "ogc/wms/1.1.1/exception_1_1_1.dtd")],
    }
    for version, check in checks.items():
        assert len(reports[version]) > 30, (version, len(reports[version]))
        for body in reports[version]:
            environment = {"XML_CATALOG_FILES": str(SCHEMAS / "catalog.xml"), "PATH": "/usr/bin:/bin"}
            done = subprocess.run(["xmllint", "--nonet", "--noout", *check, "-"], input=body, capture_output=True, env=environment)
            assert done.returncode == 0, done.stderr.decode() + body.decode()


if __name__ == "__main__":
    run(Server)
